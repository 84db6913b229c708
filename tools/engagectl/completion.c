// `engagectl completion`: scripts for the shells, made from the table of commands.
#include <string.h>

#include "engine/base/buffer.h"
#include "tools/engagectl/command.h"
#include "tools/engagectl/commands.h"

// Calls for every row; the words of the list separated by '|' become separated by spaces.
static void add_words(struct buffer *to, const char *words)
{
    for (; words != NULL && *words != '\0'; words++)
        buffer_add_u8(to, (uint8_t)(*words == '|' ? ' ' : *words));
}

static bool is_word_list(const char *text)
{
    return text != NULL && strchr(text, '|') != NULL;
}

// A value that names a file is completed by the shell.
static bool is_file(const char *text)
{
    return strstr(text, "FILE") != NULL || strstr(text, "DIR") != NULL ||
           strstr(text, "PATH") != NULL;
}

// The distinct first words of all commands.
static void add_first_words(struct buffer *to)
{
    size_t count = 0;
    const struct command *table = commands_table(&count);
    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(table[i].name, " ");
        if (i > 0 && strncmp(table[i - 1].name, table[i].name, len) == 0 &&
            strcspn(table[i - 1].name, " ") == len)
            continue;
        buffer_add_format(to, "%s%.*s", i == 0 ? "" : " ", (int)len, table[i].name);
    }
}

static void add_long_options(struct buffer *to, const struct command *command)
{
    size_t common_count = 0;
    const struct command_option *common = commands_common_options(&common_count);
    for (size_t i = 0; i < command->option_count; i++)
        buffer_add_format(to, "--%s ", command->options[i].name);
    for (size_t i = 0; i < common_count; i++)
        buffer_add_format(to, "%s--%s", i == 0 ? "" : " ", common[i].name);
}

// case "previous word" of an option whose value is one of a list.
static void add_bash_option_values(
    struct buffer *to, const struct command_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_word_list(options[i].value))
            continue;
        buffer_add_format(to, "    --%s", options[i].name);
        if (options[i].letter != 0)
            buffer_add_format(to, "|-%c", options[i].letter);
        buffer_add_text(to, ") COMPREPLY=($(compgen -W \"");
        add_words(to, options[i].value);
        buffer_add_text(to, "\" -- \"$word\")); return ;;\n");
    }
}

static void add_bash_command(struct buffer *to, const struct command *command)
{
    buffer_add_format(to, "    \"%s\"*) words=\"", command->name);
    add_long_options(to, command);
    if (command->words != NULL) {
        buffer_add_u8(to, ' ');
        add_words(to, command->words);
    }
    buffer_add_text(to, "\" ;;\n");
}

static void add_bash(struct buffer *to)
{
    size_t count = 0;
    size_t common_count = 0;
    const struct command *table = commands_table(&count);
    const struct command_option *common = commands_common_options(&common_count);
    buffer_add_text(
        to, "# bash completion of engagectl\n"
            "_engagectl() {\n"
            "    local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n"
            "    COMPREPLY=()\n"
            "    case \"${COMP_WORDS[COMP_CWORD-1]}\" in\n"
            "    --config) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n");
    add_bash_option_values(to, common, common_count);
    for (size_t i = 0; i < count; i++)
        add_bash_option_values(to, table[i].options, table[i].option_count);
    buffer_add_text(
        to, "    esac\n"
            "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
            "        COMPREPLY=($(compgen -W \"");
    add_first_words(to);
    buffer_add_text(
        to, "\" -- \"$word\"))\n"
            "        return\n"
            "    fi\n"
            "    case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n");
    for (size_t i = 0; i < count; i++)
        add_bash_command(to, &table[i]);
    for (size_t i = 0; i < count; i++) {
        const char *space = strchr(table[i].name, ' ');
        if (space == NULL)
            continue;
        size_t len = (size_t)(space - table[i].name);
        if (i > 0 && strncmp(table[i - 1].name, table[i].name, len + 1) == 0)
            continue;
        buffer_add_format(to, "    \"%.*s\"*) words=\"", (int)len, table[i].name);
        for (size_t j = i; j < count && strncmp(table[j].name, table[i].name, len + 1) == 0; j++)
            buffer_add_format(to, "%s%s", j == i ? "" : " ", table[j].name + len + 1);
        buffer_add_text(to, "\" ;;\n");
    }
    buffer_add_text(
        to, "    esac\n"
            "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\") $(compgen -f -- \"$word\"))\n"
            "}\n"
            "complete -o filenames -F _engagectl engagectl\n");
}

// In single quotes; no help text holds one.
static void add_zsh(struct buffer *to)
{
    size_t count = 0;
    const struct command *table = commands_table(&count);
    buffer_add_text(
        to, "#compdef engagectl\n"
            "_engagectl() {\n"
            "    if (( CURRENT == 2 )); then\n"
            "        compadd -- ");
    add_first_words(to);
    buffer_add_text(
        to, "\n        return\n"
            "    fi\n"
            "    case \"$words[2] $words[3]\" in\n");
    for (size_t i = 0; i < count; i++) {
        buffer_add_format(to, "    ('%s'*) compadd -- ", table[i].name);
        add_long_options(to, &table[i]);
        if (table[i].words != NULL) {
            buffer_add_u8(to, ' ');
            add_words(to, table[i].words);
        }
        buffer_add_text(to, " ;;\n");
    }
    buffer_add_text(
        to, "    esac\n"
            "    _files\n"
            "}\n"
            "compdef _engagectl engagectl\n");
}

static void add_fish_option(
    struct buffer *to, const char *condition, const struct command_option *option)
{
    buffer_add_format(to, "complete -c engagectl%s -l %s", condition, option->name);
    if (option->letter != 0)
        buffer_add_format(to, " -s %c", option->letter);
    if (option->value != NULL)
        buffer_add_text(to, is_file(option->value) ? " -r -F" : " -x");
    if (is_word_list(option->value)) {
        buffer_add_text(to, " -a '");
        add_words(to, option->value);
        buffer_add_text(to, "'");
    }
    buffer_add_format(to, " -d '%s'\n", option->help);
}

static void add_fish(struct buffer *to)
{
    size_t count = 0;
    size_t common_count = 0;
    const struct command *table = commands_table(&count);
    const struct command_option *common = commands_common_options(&common_count);
    buffer_add_text(to, "# fish completion of engagectl\n");
    for (size_t i = 0; i < common_count; i++)
        add_fish_option(to, "", &common[i]);
    for (size_t i = 0; i < count; i++) {
        const char *space = strchr(table[i].name, ' ');
        size_t len = strcspn(table[i].name, " ");
        buffer_add_format(
            to, "complete -c engagectl -n __fish_use_subcommand -f -a %.*s -d '%s'\n", (int)len,
            table[i].name, space == NULL ? table[i].help : "");
        struct buffer condition = {0};
        buffer_add_format(
            &condition, " -n '__fish_seen_subcommand_from %.*s'", (int)len, table[i].name);
        buffer_add_u8(&condition, 0);
        const char *text = (const char *)condition.data;
        if (space != NULL)
            buffer_add_format(
                to, "complete -c engagectl%s -a %s -d '%s'\n", text, space + 1, table[i].help);
        if (table[i].words != NULL) {
            buffer_add_format(to, "complete -c engagectl%s -f -a '", text);
            add_words(to, table[i].words);
            buffer_add_text(to, "'\n");
        }
        for (size_t j = 0; j < table[i].option_count; j++)
            add_fish_option(to, text, &table[i].options[j]);
        buffer_free(&condition);
    }
}

int completion_command(const struct command_call *call)
{
    struct buffer text = {0};
    const char *shell = call->args[0];
    int code = EXIT_CODE_DONE;
    if (strcmp(shell, "bash") == 0)
        add_bash(&text);
    else if (strcmp(shell, "zsh") == 0)
        add_zsh(&text);
    else if (strcmp(shell, "fish") == 0)
        add_fish(&text);
    else
        code = command_usage_error(call->command, "'%s' is none of bash, zsh, fish", shell);
    if (code == EXIT_CODE_DONE)
        code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}
