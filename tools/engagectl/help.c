// `engagectl help`: what there is, how a command is used, what a diagnostic's code means.
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/diagnostic_codes.h"
#include "engine/base/buffer.h"
#include "engine/base/text.h"
#include "tools/engagectl/command.h"
#include "tools/engagectl/commands.h"

enum { COLUMN_MAX = 40, CODE_CHARS = 5 };

// Characters, not bytes, so that columns line up behind "…".
static size_t char_count(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0U) != 0x80U;
    return count;
}

static void add_column(struct buffer *to, size_t used)
{
    for (size_t i = used; i < COLUMN_MAX; i++)
        buffer_add_u8(to, ' ');
    if (used >= COLUMN_MAX)
        buffer_add_text(to, "  ");
}

static void add_option(struct buffer *to, const struct command_option *option)
{
    size_t start = to->len;
    if (option->letter != 0)
        buffer_add_format(to, "  -%c, --%s", option->letter, option->name);
    else
        buffer_add_format(to, "      --%s", option->name);
    if (option->value != NULL)
        buffer_add_format(to, " %s", option->value);
    add_column(to, to->len - start);
    buffer_add_format(to, "%s\n", option->help);
}

static void add_command_line(struct buffer *to, const struct command *command)
{
    const char *space = command->args[0] == '\0' ? "" : " ";
    buffer_add_format(to, "  %s%s%s", command->name, space, command->args);
    add_column(to, 2 + char_count(command->name) + strlen(space) + char_count(command->args));
    buffer_add_format(to, "%s\n", command->help);
}

static void add_common_options(struct buffer *to)
{
    size_t count = 0;
    const struct command_option *common = commands_common_options(&count);
    for (size_t i = 0; i < count; i++)
        add_option(to, &common[i]);
}

static void add_overview(struct buffer *to)
{
    size_t count = 0;
    const struct command *table = commands_table(&count);
    buffer_add_text(to, "usage: engagectl COMMAND [arguments] [options]\n\n");
    for (size_t i = 0; i < count; i++)
        add_command_line(to, &table[i]);
    buffer_add_text(to, "\noptions of all commands:\n");
    add_common_options(to);
    buffer_add_text(
        to, "\nexit codes: 0 done, 1 a check, test or comparison failed, 2 wrong usage,\n"
            "69 broker or service unreachable, 70 internal failure, 73 data directory in use,\n"
            "74 damaged data, 78 configuration or rules refused\n");
}

void commands_add_help(struct buffer *to, const struct command *command)
{
    if (command == NULL) {
        add_overview(to);
        return;
    }
    buffer_add_format(
        to, "usage: engagectl %s%s%s [options]\n\n%s\n\noptions:\n", command->name,
        command->args[0] == '\0' ? "" : " ", command->args, command->help);
    for (size_t i = 0; i < command->option_count; i++)
        add_option(to, &command->options[i]);
    add_common_options(to);
}

// All commands that begin with the word; false when there are none.
static bool add_group(struct buffer *to, const char *word)
{
    size_t count = 0;
    const struct command *table = commands_table(&count);
    size_t len = strlen(word);
    size_t start = to->len;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(table[i].name, word, len) == 0 && table[i].name[len] == ' ')
            add_command_line(to, &table[i]);
    }
    return to->len > start;
}

static bool is_code(const char *word)
{
    if (strlen(word) != CODE_CHARS || strchr("ECWecw", word[0]) == NULL)
        return false;
    return strspn(word + 1, "0123456789") == CODE_CHARS - 1;
}

enum { LINE_CHARS = 78 };

// A paragraph in lines of LINE_CHARS at most.
static void add_wrapped(struct buffer *to, const char *text)
{
    size_t used = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        if (used > 0 && used + 1 + len > LINE_CHARS) {
            buffer_add_u8(to, '\n');
            used = 0;
        } else if (used > 0) {
            buffer_add_u8(to, ' ');
            used++;
        }
        buffer_add(to, text, len);
        used += len;
        text += len + strspn(text + len, " ");
    }
    buffer_add_u8(to, '\n');
}

static int explain_code(const struct command_call *call, const char *word, struct buffer *to)
{
    const char *near = NULL; // of errors and warnings each has numbers of its own
    for (int i = 0; i < DIAGNOSTIC_CODE_COUNT; i++) {
        enum diagnostic_code code = (enum diagnostic_code)i;
        const char *text = diagnostic_code_text(code);
        near = strcmp(text + 1, word + 1) == 0 ? text : near;
        if (strcasecmp(text, word) != 0)
            continue;
        buffer_add_format(to, "%s: %s\n\n", text, diagnostic_code_title(code));
        add_wrapped(to, diagnostic_explain(bytes_text(text)));
        return EXIT_CODE_DONE;
    }
    command_talk(
        call->command, "there is no code '%s'%s%s%s", word, near == NULL ? "" : ", did you mean '",
        near == NULL ? "" : near, near == NULL ? "" : "'?");
    return EXIT_CODE_FAILED;
}

static int talk_no_command(const struct command *command, const char *word)
{
    const char *near = command_nearest(word);
    if (near != NULL)
        return command_usage_error(
            command, "there is no command '%s', did you mean '%s'?", word, near);
    return command_usage_error(command, "there is no command '%s'", word);
}

int help_command(const struct command_call *call)
{
    struct buffer text = {0};
    int code = EXIT_CODE_DONE;
    const char *first = call->arg_count > 0 ? call->args[0] : NULL;
    const char *second = call->arg_count > 1 ? call->args[1] : NULL;
    const struct command *command = first == NULL ? NULL : commands_find(first, second);
    if (command != NULL && second != NULL && strchr(command->name, ' ') == NULL)
        return command_usage_error(call->command, "'%s' has no command '%s'", first, second);
    if (first == NULL || command != NULL)
        commands_add_help(&text, command);
    else if (is_code(first))
        code = explain_code(call, first, &text);
    else if (!add_group(&text, first))
        code = talk_no_command(call->command, first);
    if (code == EXIT_CODE_DONE)
        code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}
