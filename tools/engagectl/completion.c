// `engagectl completion`: scripts for the shells, made from the table of commands.
#include <string.h>

#include "engine/base/buffer.h"
#include "tools/engagectl/command.h"
#include "tools/engagectl/commands.h"

static bool is_word_list(const char *text)
{
    return text != NULL && strchr(text, '|') != NULL;
}

// "a|b|c" as "a b c".
static void add_words(struct buffer *to, const char *words)
{
    for (; *words != '\0'; words++)
        buffer_add_u8(to, (uint8_t)(*words == '|' ? ' ' : *words));
}

// Length of the first word of a command's name.
static size_t first_len(const struct command *command)
{
    return strcspn(command->name, " ");
}

// "stat" of "journal stat"; NULL for a command of one word.
static const char *second_word(const struct command *command)
{
    const char *space = strchr(command->name, ' ');
    return space == NULL ? NULL : space + 1;
}

// Commands of one first word stand together in the table.
static bool begins_group(const struct command *table, size_t at)
{
    size_t len = first_len(&table[at]);
    return at == 0 || first_len(&table[at - 1]) != len ||
           strncmp(table[at - 1].name, table[at].name, len) != 0;
}

static void add_first_words(struct buffer *to)
{
    size_t count = 0;
    const struct command *table = commands_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (begins_group(table, i))
            buffer_add_format(
                to, "%s%.*s", i == 0 ? "" : " ", (int)first_len(&table[i]), table[i].name);
    }
}

static void add_second_words(struct buffer *to, const struct command *first)
{
    size_t count = 0;
    const struct command *table = commands_table(&count);
    size_t len = first_len(first) + 1;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(table[i].name, first->name, len) == 0)
            buffer_add_format(to, " %s", second_word(&table[i]));
    }
}

static void add_long_options(struct buffer *to, const struct command *command)
{
    size_t common_count = 0;
    const struct command_option *common = commands_common_options(&common_count);
    for (size_t i = 0; i < command->option_count; i++)
        buffer_add_format(to, " --%s", command->options[i].name);
    for (size_t i = 0; i < common_count; i++)
        buffer_add_format(to, " --%s", common[i].name);
}

// A case for the word before: an option whose value is one of some words.
static void add_bash_values(
    struct buffer *to, const struct command *command, const struct command_option *option)
{
    if (!is_word_list(option->value))
        return;
    const char *name = command == NULL ? "" : command->name;
    buffer_add_format(to, "    \"%s\"*\" --%s\"", name, option->name);
    if (option->letter != 0)
        buffer_add_format(to, "|\"%s\"*\" -%c\"", name, option->letter);
    buffer_add_text(to, ") words=\"");
    add_words(to, option->value);
    buffer_add_text(to, "\" ;;\n");
}

static void add_bash_all_values(struct buffer *to)
{
    size_t count = 0;
    size_t common_count = 0;
    const struct command *table = commands_table(&count);
    const struct command_option *common = commands_common_options(&common_count);
    for (size_t i = 0; i < common_count; i++)
        add_bash_values(to, NULL, &common[i]);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < table[i].option_count; j++)
            add_bash_values(to, &table[i], &table[i].options[j]);
    }
}

static void add_bash_commands(struct buffer *to)
{
    size_t count = 0;
    const struct command *table = commands_table(&count);
    for (size_t i = 0; i < count; i++) {
        buffer_add_format(to, "    \"%s \"*) words=\"", table[i].name);
        if (table[i].words != NULL)
            add_words(to, table[i].words);
        buffer_add_text(to, "\" options=\"");
        add_long_options(to, &table[i]);
        buffer_add_text(to, "\" ;;\n");
    }
    for (size_t i = 0; i < count; i++) {
        if (!begins_group(table, i) || second_word(&table[i]) == NULL)
            continue;
        buffer_add_format(to, "    \"%.*s \"*) words=\"", (int)first_len(&table[i]), table[i].name);
        add_second_words(to, &table[i]);
        buffer_add_text(to, "\" ;;\n");
    }
}

// What was typed before the word, joined by spaces, is matched against the commands.
static void add_bash(struct buffer *to)
{
    buffer_add_text(
        to, "_engagectl() {\n"
            "    local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\" options=\"\"\n"
            "    local before=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n"
            "    case \"$before\" in\n"
            "    \"\") words=\"");
    add_first_words(to);
    buffer_add_text(to, "\" ;;\n    *--config) ;;\n");
    add_bash_all_values(to);
    buffer_add_text(
        to, "    *)\n"
            "    case \"$before \" in\n");
    add_bash_commands(to);
    buffer_add_text(
        to, "    esac ;;\n"
            "    esac\n"
            "    case \"$word\" in -*) words=\"$options\" ;; esac\n"
            "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
            "    if [ ${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- \"$word\")); fi\n"
            "}\n"
            "complete -o filenames -F _engagectl engagectl\n");
}

static void add_fish_description(struct buffer *to, const char *text)
{
    buffer_add_text(to, " -d '");
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buffer_add_u8(to, '\\');
        buffer_add_u8(to, (uint8_t)*text);
    }
    buffer_add_text(to, "'\n");
}

static void add_fish_option(
    struct buffer *to, const struct command *command, const struct command_option *option)
{
    buffer_add_text(to, "complete -c engagectl");
    if (command != NULL)
        buffer_add_format(
            to, " -n '__fish_seen_subcommand_from %.*s'", (int)first_len(command), command->name);
    buffer_add_format(to, " -l %s", option->name);
    if (option->letter != 0)
        buffer_add_format(to, " -s %c", option->letter);
    if (is_word_list(option->value)) {
        buffer_add_text(to, " -x -a '");
        add_words(to, option->value);
        buffer_add_u8(to, '\'');
    } else if (option->value != NULL) {
        buffer_add_text(to, " -r");
    }
    add_fish_description(to, option->help);
}

static void add_fish_command(struct buffer *to, const struct command *table, size_t at)
{
    const struct command *command = &table[at];
    const char *second = second_word(command);
    int len = (int)first_len(command);
    if (begins_group(table, at)) {
        buffer_add_format(
            to, "complete -c engagectl -n __fish_use_subcommand -f -a %.*s", len, command->name);
        add_fish_description(to, second == NULL ? command->help : "");
    }
    if (second != NULL) {
        buffer_add_format(
            to, "complete -c engagectl -n '__fish_seen_subcommand_from %.*s' -f -a %s", len,
            command->name, second);
        add_fish_description(to, command->help);
    }
    if (command->words != NULL) {
        buffer_add_format(
            to, "complete -c engagectl -n '__fish_seen_subcommand_from %.*s' -f -a '", len,
            command->name);
        add_words(to, command->words);
        buffer_add_text(to, "'\n");
    }
    for (size_t i = 0; i < command->option_count; i++)
        add_fish_option(to, command, &command->options[i]);
}

static void add_fish(struct buffer *to)
{
    size_t count = 0;
    size_t common_count = 0;
    const struct command *table = commands_table(&count);
    const struct command_option *common = commands_common_options(&common_count);
    for (size_t i = 0; i < common_count; i++)
        add_fish_option(to, NULL, &common[i]);
    for (size_t i = 0; i < count; i++)
        add_fish_command(to, table, i);
}

int completion_command(const struct command_call *call)
{
    struct buffer text = {0};
    const char *shell = call->args[0];
    int code = EXIT_CODE_DONE;
    if (strcmp(shell, "bash") == 0) {
        add_bash(&text);
    } else if (strcmp(shell, "zsh") == 0) { // zsh runs functions written for bash
        buffer_add_text(
            &text, "#compdef engagectl\n"
                   "autoload -U +X compinit && compinit\n"
                   "autoload -U +X bashcompinit && bashcompinit\n");
        add_bash(&text);
    } else if (strcmp(shell, "fish") == 0) {
        add_fish(&text);
    } else {
        code = command_usage_error(call->command, "'%s' is none of bash, zsh, fish", shell);
    }
    if (code == EXIT_CODE_DONE)
        code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}
