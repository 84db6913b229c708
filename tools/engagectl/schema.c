// `engagectl schema`: JSON Schema of what people and programs write and read.
#include "rules/schema.h"

#include <string.h>

#include "config/config.h"
#include "engine/base/invariant.h"
#include "rules/ruleset.h"
#include "tools/engagectl/command.h"
#include "tools/engagectl/commands.h"

// Events need the built-in catalogue: that of a ruleset without files.
static void add_events(struct buffer *to)
{
    struct rule_bundle nothing = {.files = NULL, .count = 0};
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    enum err err = ruleset_compile(&nothing, &list, &ruleset);
    INVARIANT(err == ERR_OK); // the catalogue is part of the program
    events_schema_json(to, ruleset_catalog(ruleset));
    ruleset_destroy(ruleset);
    diagnostics_free(&list);
}

int schema_command(const struct command_call *call)
{
    struct buffer text = {0};
    const char *what = call->args[0];
    int code = EXIT_CODE_DONE;
    if (strcmp(what, "rules") == 0)
        rules_schema_json(&text);
    else if (strcmp(what, "config") == 0)
        config_schema_json(&text);
    else if (strcmp(what, "event") == 0)
        add_events(&text);
    else if (strcmp(what, "action") == 0)
        actions_schema_json(&text);
    else
        code = command_usage_error(
            call->command, "'%s' is none of rules, config, event, action", what);
    if (code == EXIT_CODE_DONE)
        code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}
