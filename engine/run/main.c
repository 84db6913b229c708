// engaged: the daemon.
#define _GNU_SOURCE // close_range
#include <limits.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/version.h"
#include "engine/run/crash.h"
#include "engine/run/daemon.h"
#include "engine/run/failpoint_env.h"
#include "engine/run/options.h"

// Contact data must not leave memory by a core file, nor files by their modes.
static void harden(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    (void)umask(077);
    (void)close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC); // what it was started with is for it alone
}

int main(int argc, char **argv)
{
    struct options options;
    struct buffer complaint = {0};
    if (options_parse(argc, argv, &options, &complaint) != ERR_OK) {
        (void)fprintf(
            stderr, "engaged: %.*s\nengaged --help tells how to use it\n", (int)complaint.len,
            (const char *)complaint.data);
        buffer_free(&complaint);
        return EXIT_CODE_USAGE;
    }
    if (options.action == OPTIONS_HELP) {
        (void)fputs(options_help(), stdout);
        return EXIT_CODE_DONE;
    }
    if (options.action == OPTIONS_VERSION) {
        (void)puts("engaged " ENGAGED_VERSION);
        return EXIT_CODE_DONE;
    }
    failpoint_env_install();
    harden();
    crash_handle();
    return (int)daemon_run(&options);
}
