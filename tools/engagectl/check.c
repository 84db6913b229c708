// `engagectl check`: compiles rule files and the configuration and prints all diagnostics.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rules/ruleset.h"
#include "tools/engagectl/command.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/rule_paths.h"

struct check {
    struct rule_paths paths;
    size_t rule_count;
    size_t workflow_count;
};

static void check_rules(struct check *check)
{
    struct rule_bundle bundle = rule_paths_bundle(&check->paths);
    struct ruleset *ruleset = NULL;
    if (ruleset_compile(&bundle, &check->paths.list, &ruleset) != ERR_OK)
        return;
    check->rule_count = ruleset_rule_count(ruleset);
    check->workflow_count = ruleset_workflow_count(ruleset);
    ruleset_destroy(ruleset);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void talk_summary(const struct check *check, const struct command *command)
{
    struct buffer text = {0};
    size_t errors = check->paths.list.error_count;
    size_t warnings = check->paths.list.warning_count;
    if (errors == 0 && check->paths.is_used)
        buffer_add_format(
            &text, "%zu file%s, %zu rule%s, %zu workflow%s: ", check->paths.count,
            plural(check->paths.count), check->rule_count, plural(check->rule_count),
            check->workflow_count, plural(check->workflow_count));
    if (errors > 0)
        buffer_add_format(&text, "%zu error%s", errors, plural(errors));
    if (warnings > 0)
        buffer_add_format(
            &text, "%s%zu warning%s", errors > 0 ? ", " : "", warnings, plural(warnings));
    if (errors + warnings == 0)
        buffer_add_text(&text, "ok");
    command_talk(command, "%.*s", (int)text.len, (const char *)text.data);
    buffer_free(&text);
}

// False when the word is none of the formats.
static bool format_of(const char *word, enum diagnostic_format *out)
{
    bool is_terminal = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL;
    if (word == NULL || strcmp(word, "text") == 0)
        *out = is_terminal ? DIAGNOSTIC_FORMAT_COLOUR : DIAGNOSTIC_FORMAT_TEXT;
    else if (strcmp(word, "json") == 0)
        *out = DIAGNOSTIC_FORMAT_JSON;
    else if (strcmp(word, "github") == 0)
        *out = DIAGNOSTIC_FORMAT_GITHUB;
    else
        return false;
    return true;
}

static int finish(
    struct check *check, const struct command_call *call, enum diagnostic_format format)
{
    struct buffer text = {0};
    diagnostics_print(&check->paths.list, format, &text);
    int code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    talk_summary(check, call->command);
    bool is_strict = command_option_value(call, "strict") != NULL;
    bool is_refused =
        check->paths.list.error_count > 0 || (is_strict && check->paths.list.warning_count > 0);
    return code == EXIT_CODE_DONE && is_refused ? EXIT_CODE_REFUSED : code;
}

int check_command(const struct command_call *call)
{
    enum diagnostic_format format;
    const char *word = command_option_value(call, "format");
    if (!format_of(word, &format))
        return command_usage_error(
            call->command, "--format takes text, json or github, not '%s'", word);
    if (call->arg_count == 0 && call->config_path == NULL)
        return command_usage_error(call->command, "a PATH or --config FILE is needed");
    struct check check = {.rule_count = 0};
    if (call->config_path != NULL)
        rule_paths_add_config(
            &check.paths, call->config_path,
            call->arg_count == 0 ? RULE_PATHS_ITS_RULES : RULE_PATHS_CONFIG_ALONE);
    for (size_t i = 0; i < call->arg_count; i++)
        rule_paths_add(&check.paths, call->args[i]);
    if (check.paths.is_used)
        check_rules(&check);
    int code = finish(&check, call, format);
    rule_paths_free(&check.paths);
    return code;
}
