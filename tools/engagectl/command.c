// Reads engagectl's arguments by the table of commands and runs the one that is asked for.
#include "tools/engagectl/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buffer.h"
#include "engine/base/invariant.h"
#include "engine/base/text.h"
#include "tools/engagectl/commands.h"

enum {
    WORDS_MAX = 64,
    OPTIONS_TOTAL = COMMAND_OPTIONS_MAX + 4,
    LETTERS_BYTES = 3 * OPTIONS_TOTAL,
    OPTION_FIRST = 256, // values of long options: above every letter
};

// What getopt_long is given, made of the common options and those of one command.
struct option_set {
    const struct command_option *rows[OPTIONS_TOTAL];
    struct option longs[OPTIONS_TOTAL + 1];
    char letters[LETTERS_BYTES];
    size_t count;
    size_t common_count;
};

void command_talk(const struct command *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(
        stderr, "engagectl%s%s: ", command == NULL ? "" : " ",
        command == NULL ? "" : command->name);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
}

int command_usage_error(const struct command *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("engagectl: ", stderr);
    (void)vfprintf(stderr, format, args);
    if (command == NULL)
        (void)fputs("\n'engagectl help' lists the commands\n", stderr);
    else
        (void)fprintf(
            stderr, "\nusage: engagectl %s%s%s [options]; see 'engagectl help %s'\n", command->name,
            command->args[0] == '\0' ? "" : " ", command->args, command->name);
    va_end(args);
    return EXIT_CODE_USAGE;
}

int command_print(struct bytes data)
{
    if ((data.len == 0 || fwrite(data.data, 1, data.len, stdout) == data.len) &&
        fflush(stdout) == 0)
        return EXIT_CODE_DONE;
    command_talk(NULL, "standard output could not be written: %s", strerror(errno));
    return EXIT_CODE_INTERNAL;
}

const char *command_option_value(const struct command_call *call, const char *name)
{
    for (size_t i = 0; i < call->command->option_count; i++) {
        if (strcmp(call->command->options[i].name, name) == 0)
            return call->option_values[i];
    }
    INVARIANT(!"the option is in the command's row");
    return NULL;
}

bool command_option_number(
    const struct command_call *call,
    const char *name,
    const struct command_range *range,
    long long *out)
{
    const char *text = command_option_value(call, name);
    if (text == NULL) {
        *out = range->otherwise;
        return true;
    }
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < range->min || number > range->max) {
        (void)command_usage_error(
            call->command, "--%s takes a whole number of %lld to %lld, not '%s'", name, range->min,
            range->max, text);
        return false;
    }
    *out = number;
    return true;
}

static void option_set_add(struct option_set *set, const struct command_option *row)
{
    INVARIANT(set->count < OPTIONS_TOTAL);
    int has_value = row->value == NULL ? no_argument : required_argument;
    set->rows[set->count] = row;
    set->longs[set->count] =
        (struct option){row->name, has_value, NULL, OPTION_FIRST + (int)set->count};
    set->count++;
    if (row->letter == 0)
        return;
    size_t len = strlen(set->letters);
    set->letters[len] = row->letter;
    if (row->value != NULL)
        set->letters[len + 1] = ':';
}

// The command may be NULL: the options before it.
static void option_set_make(struct option_set *set, const struct command *command)
{
    memset(set, 0, sizeof(*set));
    // "+": stop at the first word; ":": tell a missing value from an unknown option.
    set->letters[0] = command == NULL ? '+' : ':';
    set->letters[1] = command == NULL ? ':' : '\0';
    const struct command_option *common = commands_common_options(&set->common_count);
    for (size_t i = 0; i < set->common_count; i++)
        option_set_add(set, &common[i]);
    for (size_t i = 0; command != NULL && i < command->option_count; i++)
        option_set_add(set, &command->options[i]);
}

// What getopt_long returned, as an index into the set; its count when it is none of it.
static size_t option_set_index(const struct option_set *set, int got)
{
    if (got >= OPTION_FIRST)
        return (size_t)(got - OPTION_FIRST);
    for (size_t i = 0; i < set->count; i++) {
        if (set->rows[i]->letter != 0 && set->rows[i]->letter == got)
            return i;
    }
    return set->count;
}

static int talk_wrong_option(
    const struct option_set *set, const struct command *command, int got, const char *word)
{
    if (got == ':')
        return command_usage_error(command, "%s needs a value", word);
    const char *names[OPTIONS_TOTAL];
    for (size_t i = 0; i < set->count; i++)
        names[i] = set->rows[i]->name;
    struct bytes name = bytes_text(word);
    while (name.len > 0 && name.data[0] == '-')
        name = bytes_of(name.data + 1, name.len - 1);
    const char *near = name.len < 2 ? NULL : text_nearest(name, names, set->count);
    if (near != NULL)
        return command_usage_error(
            command, "unknown option '%s', did you mean '--%s'?", word, near);
    return command_usage_error(command, "unknown option '%s'", word);
}

static int take_output(struct command_call *call, const char *text)
{
    static const char *const names[] = {"table", "json", "ndjson"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            call->output = (enum command_output)(OUTPUT_TABLE + i);
            return EXIT_CODE_DONE;
        }
    }
    return command_usage_error(call->command, "-o takes table, json or ndjson, not '%s'", text);
}

// One option that was found; is_help_out is set for --help.
static int take_option(
    struct command_call *call, const struct option_set *set, size_t index, bool *is_help_out)
{
    if (index >= set->common_count) {
        call->option_values[index - set->common_count] = optarg == NULL ? "" : optarg;
        return EXIT_CODE_DONE;
    }
    if (strcmp(set->rows[index]->name, "config") == 0)
        call->config_path = optarg;
    else if (strcmp(set->rows[index]->name, "output") == 0)
        return take_output(call, optarg);
    else
        *is_help_out = true;
    return EXIT_CODE_DONE;
}

// Reads options up to the first word (no command yet) or to the end.
static int take_options(struct command_call *call, int argc, char **argv, bool *is_help_out)
{
    struct option_set set;
    option_set_make(&set, call->command);
    opterr = 0;
    for (;;) {
        int word = optind > 0 ? optind : 1;
        int got = getopt_long(argc, argv, set.letters, set.longs, NULL);
        if (got == -1)
            return EXIT_CODE_DONE;
        size_t index = option_set_index(&set, got);
        if (index == set.count)
            return talk_wrong_option(
                &set, call->command, got, argv[optind > word ? optind - 1 : word]);
        int code = take_option(call, &set, index, is_help_out);
        if (code != EXIT_CODE_DONE)
            return code;
    }
}

static int print_help(const struct command *command)
{
    struct buffer text = {0};
    commands_add_help(&text, command);
    int code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}

const char *command_nearest(const char *word)
{
    size_t count = 0;
    const struct command *table = commands_table(&count);
    const char *names[WORDS_MAX];
    size_t name_count = 0;
    for (; name_count < count && name_count < WORDS_MAX; name_count++)
        names[name_count] = table[name_count].name;
    return text_nearest(bytes_text(word), names, name_count);
}

static int talk_unknown_command(const char *first, const char *second)
{
    size_t count = 0;
    const struct command *table = commands_table(&count);
    size_t len = strlen(first);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(table[i].name, first, len) == 0 && table[i].name[len] == ' ')
            return command_usage_error(
                NULL, "'%s' has no command '%s'; see 'engagectl help %s'", first,
                second == NULL ? "" : second, first);
    }
    const char *near = command_nearest(first);
    if (near != NULL)
        return command_usage_error(NULL, "unknown command '%s', did you mean '%s'?", first, near);
    return command_usage_error(NULL, "unknown command '%s'", first);
}

static int run_command(struct command_call *call, int argc, char **argv)
{
    bool is_help = false;
    optind = 0; // anew; argv[0] is the command's last word
    int code = take_options(call, argc, argv, &is_help);
    if (code != EXIT_CODE_DONE)
        return code;
    if (is_help)
        return print_help(call->command);
    call->args = (const char *const *)(argv + optind);
    call->arg_count = (size_t)(argc - optind);
    if (call->arg_count < call->command->arg_count_min)
        return command_usage_error(call->command, "an argument is missing");
    if (call->arg_count > call->command->arg_count_max)
        return command_usage_error(
            call->command, "one too many: '%s'", call->args[call->command->arg_count_max]);
    return call->command->run(call);
}

int command_main(int argc, char **argv)
{
    struct command_call call = {.output = OUTPUT_DEFAULT};
    bool is_help = false;
    optind = 0; // starts getopt_long anew
    int code = take_options(&call, argc, argv, &is_help);
    if (code != EXIT_CODE_DONE)
        return code;
    if (is_help)
        return print_help(NULL);
    if (optind >= argc) {
        struct buffer text = {0};
        commands_add_help(&text, NULL);
        (void)fwrite(text.data, 1, text.len, stderr);
        buffer_free(&text);
        return EXIT_CODE_USAGE;
    }
    int at = optind;
    const char *second = at + 1 < argc ? argv[at + 1] : NULL;
    call.command = commands_find(argv[at], second);
    if (call.command == NULL)
        return talk_unknown_command(argv[at], second);
    if (strchr(call.command->name, ' ') != NULL)
        at++;
    return run_command(&call, argc - at, argv + at);
}
