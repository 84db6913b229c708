// The daemon's configuration.
#include "tools/engagectl/load_config.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/os/os_files.h"

static const char *read_environment(void *self, const char *name)
{
    (void)self;
    return getenv(name);
}

int load_config(const struct command_call *call, struct config **out)
{
    const char *path = call->config_path == NULL ? COMMAND_CONFIG_PATH_DEFAULT : call->config_path;
    const struct config_environment environment = {read_environment, NULL};
    struct arena arena = {0};
    struct diagnostics list = {0};
    struct fault fault = {.err = ERR_OK};
    struct bytes text;
    enum err err = os_read_file(path, &arena, &text, &fault);
    if (err != ERR_OK) {
        command_talk(
            call->command, "%s%s", fault.text,
            call->config_path == NULL ? "; --config FILE says which daemon is meant" : "");
    } else {
        err = config_load(path, text, &environment, &list, out);
    }
    if (list.error_count > 0) {
        struct buffer shown = {0};
        diagnostics_print(&list, DIAGNOSTIC_FORMAT_TEXT, &shown);
        (void)fwrite(shown.data, 1, shown.len, stderr);
        buffer_free(&shown);
    }
    diagnostics_free(&list);
    arena_free(&arena);
    return err == ERR_OK ? EXIT_CODE_DONE : EXIT_CODE_REFUSED;
}
