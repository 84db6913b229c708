// `engagectl check`: compiles rule files and the configuration and prints all diagnostics.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "engine/base/memory.h"
#include "engine/os/os_files.h"
#include "rules/ruleset.h"
#include "tools/engagectl/command.h"
#include "tools/engagectl/commands.h"

struct check {
    struct arena arena; // files and their names
    struct diagnostics list;
    struct rule_file *files;
    size_t file_count;
    size_t file_cap;
    size_t rule_count;
    size_t workflow_count;
    bool has_rules; // they were looked at
};

static const char *read_environment(void *self, const char *name)
{
    (void)self;
    return getenv(name);
}

static void report_file(struct check *check, const char *path, const char *text)
{
    struct source_text source = {.file = path};
    size_t len = strlen(path);
    if (strncmp(text, path, len) == 0 && strncmp(text + len, ": ", 2) == 0)
        text += len + 2; // the diagnostic names the path itself
    diagnostic_add(&check->list, DIAGNOSTIC_E0111, place_of_file(&source), "%s", text);
}

// "rules/" and "email.yaml" -> "rules/email.yaml"; a tree of one file is shown as it was given.
static const char *shown_path(struct check *check, const char *path, const char *below)
{
    size_t len = strlen(path);
    size_t below_len = strlen(below);
    while (len > 1 && path[len - 1] == '/')
        len--;
    bool is_itself = len >= below_len && strncmp(path + len - below_len, below, below_len) == 0 &&
                     (len == below_len || path[len - below_len - 1] == '/');
    struct buffer text = {0};
    buffer_add(&text, path, len);
    if (!is_itself) {
        if (path[len - 1] != '/')
            buffer_add_u8(&text, '/');
        buffer_add_text(&text, below);
    }
    const char *shown = arena_text(&check->arena, buffer_bytes(&text));
    buffer_free(&text);
    return shown;
}

static void add_file(struct check *check, const char *path, struct bytes text)
{
    if (check->file_count == check->file_cap) {
        check->file_cap = check->file_cap == 0 ? 16 : check->file_cap * 2;
        check->files = mem_resize(check->files, check->file_cap * sizeof(*check->files));
    }
    check->files[check->file_count++] = (struct rule_file){path, text};
}

static void read_rules(struct check *check, const char *path)
{
    struct os_tree tree;
    struct fault fault = {.err = ERR_OK};
    check->has_rules = true;
    if (os_read_tree(path, &check->arena, &tree, &fault) != ERR_OK) {
        report_file(check, path, fault.text);
        return;
    }
    if (tree.count == 0) {
        struct source_text source = {.file = path};
        diagnostic_add(
            &check->list, DIAGNOSTIC_W0504, place_of_file(&source),
            "no file below it ends in .yaml or .yml");
    }
    for (size_t i = 0; i < tree.count; i++)
        add_file(check, shown_path(check, path, tree.files[i].path), tree.files[i].text);
}

static int compare_files(const void *a, const void *b)
{
    const struct rule_file *first = a;
    const struct rule_file *second = b;
    return strcmp(first->path, second->path);
}

// By path, each once, however often it was named.
static struct rule_bundle make_bundle(struct check *check)
{
    size_t kept = 0;
    if (check->file_count > 1)
        qsort(check->files, check->file_count, sizeof(*check->files), compare_files);
    for (size_t i = 0; i < check->file_count; i++) {
        if (kept == 0 || strcmp(check->files[kept - 1].path, check->files[i].path) != 0)
            check->files[kept++] = check->files[i];
    }
    check->file_count = kept;
    return (struct rule_bundle){check->files, kept};
}

static void check_rules(struct check *check)
{
    struct rule_bundle bundle = make_bundle(check);
    struct ruleset *ruleset = NULL;
    if (ruleset_compile(&bundle, &check->list, &ruleset) != ERR_OK)
        return;
    check->rule_count = ruleset_rule_count(ruleset);
    check->workflow_count = ruleset_workflow_count(ruleset);
    ruleset_destroy(ruleset);
}

// The configuration, and its rules where no others are named.
static void check_config(struct check *check, const char *path, size_t path_count)
{
    struct bytes text;
    struct fault fault = {.err = ERR_OK};
    if (os_read_file(path, &check->arena, &text, &fault) != ERR_OK) {
        report_file(check, path, fault.text);
        return;
    }
    struct config_environment environment = {read_environment, NULL};
    struct config *config = NULL;
    if (config_load(path, text, &environment, &check->list, &config) != ERR_OK)
        return;
    if (path_count == 0 && config->rules != NULL)
        read_rules(check, arena_text(&check->arena, bytes_text(config->rules)));
    config_destroy(config);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void talk_summary(const struct check *check, const struct command *command)
{
    struct buffer text = {0};
    size_t errors = check->list.error_count;
    size_t warnings = check->list.warning_count;
    if (errors == 0 && check->has_rules)
        buffer_add_format(
            &text, "%zu file%s, %zu rule%s, %zu workflow%s: ", check->file_count,
            plural(check->file_count), check->rule_count, plural(check->rule_count),
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
    diagnostics_print(&check->list, format, &text);
    int code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    talk_summary(check, call->command);
    bool is_strict = command_option_value(call, "strict") != NULL;
    bool is_refused = check->list.error_count > 0 || (is_strict && check->list.warning_count > 0);
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
    struct check check = {.file_count = 0};
    if (call->config_path != NULL)
        check_config(&check, call->config_path, call->arg_count);
    for (size_t i = 0; i < call->arg_count; i++)
        read_rules(&check, call->args[i]);
    if (check.has_rules)
        check_rules(&check);
    int code = finish(&check, call, format);
    diagnostics_free(&check.list);
    arena_free(&check.arena);
    free(check.files);
    return code;
}
