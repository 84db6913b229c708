// The command line of the daemon.
#include "engine/run/options.h"

#include <getopt.h>
#include <stddef.h>

#define CONFIG_PATH_DEFAULT "/etc/engaged/engaged.yaml"

const char *options_help(void)
{
    return "engaged [--config FILE] [--once] [--check] [--version] [--help]\n"
           "\n"
           "Turns contact events into scores and actions, each exactly once.\n"
           "\n"
           "  --config FILE  configuration (default " CONFIG_PATH_DEFAULT ")\n"
           "  --once         read all there is, publish, checkpoint, exit\n"
           "  --check        check configuration and rules, start nothing\n"
           "  --version      print the version\n"
           "  --help         print this\n"
           "\n"
           "SIGTERM and SIGINT stop it: what was read is finished, published and kept.\n"
           "Exit codes: 0 done, 1 --once could not read all there is, 2 wrong usage,\n"
           "70 internal or durability failure, 73 data directory in use, 74 damaged data,\n"
           "78 configuration or rules refused.\n";
}

enum option_key { KEY_CONFIG = 1000, KEY_ONCE, KEY_CHECK, KEY_VERSION, KEY_HELP };

static const struct option long_options[] = {
    {"config", required_argument, NULL, KEY_CONFIG}, {"once", no_argument, NULL, KEY_ONCE},
    {"check", no_argument, NULL, KEY_CHECK},         {"version", no_argument, NULL, KEY_VERSION},
    {"help", no_argument, NULL, KEY_HELP},           {NULL, 0, NULL, 0},
};

enum err options_parse(int argc, char **argv, struct options *out, struct buffer *complaint)
{
    struct options options = {.action = OPTIONS_RUN, .config_path = CONFIG_PATH_DEFAULT};
    optind = 0; // glibc: starts anew
    opterr = 0;
    for (;;) {
        int at = optind == 0 ? 1 : optind;
        int key = getopt_long(argc, argv, ":h", long_options, NULL);
        if (key == -1)
            break;
        switch (key) {
        case KEY_CONFIG: options.config_path = optarg; break;
        case KEY_ONCE: options.is_once = true; break;
        case KEY_CHECK: options.action = OPTIONS_CHECK; break;
        case KEY_VERSION: options.action = OPTIONS_VERSION; break;
        case 'h':
        case KEY_HELP: options.action = OPTIONS_HELP; break;
        case ':': buffer_add_format(complaint, "%s needs a value", argv[at]); return ERR_INVALID;
        default: // getopt's own '?'
            buffer_add_format(complaint, "unknown option %s", argv[at]);
            return ERR_INVALID;
        }
    }
    if (optind < argc) {
        buffer_add_format(complaint, "unexpected argument %s", argv[optind]);
        return ERR_INVALID;
    }
    *out = options;
    return ERR_OK;
}
