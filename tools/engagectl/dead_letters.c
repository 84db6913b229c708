// `engagectl dead-letters list` and `dead-letters show`: what was refused, and why.
#include "tools/engagectl/dead_letters.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/table.h"

int letter_path(const struct asking *asking, const char **out)
{
    const struct config *config = asking->config;
    if (config->dead_letters_file == NULL) {
        command_talk(
            asking->command, "dead letters go to the Kafka topic '%s': read them there",
            config->dead_letters_kafka);
        return EXIT_CODE_FAILED;
    }
    *out = config->dead_letters_file;
    return EXIT_CODE_DONE;
}

static enum err copy_wanted(void *context, const struct letter *letter, struct fault *fault)
{
    struct wanted_letter *wanted = context;
    (void)fault;
    if (letter->number != wanted->number)
        return ERR_OK;
    wanted->is_found = true;
    buffer_add_bytes(&wanted->line, letter->line);
    return ERR_END;
}

int letter_find(const struct command_call *call, struct asking *asking, struct wanted_letter *out)
{
    const char *text = call->args[0];
    const char *path = NULL;
    char *end = NULL;
    struct fault fault = {.err = ERR_OK};
    unsigned long long number = strtoull(text, &end, 10);
    *out = (struct wanted_letter){.number = number};
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number == 0)
        return command_usage_error(
            call->command, "expected the number of a dead letter as 'list' shows it, not '%s'",
            text);
    int code = ask_begin(call, asking);
    if (code == EXIT_CODE_DONE)
        code = letter_path(asking, &path);
    if (code != EXIT_CODE_DONE)
        return code;
    if (letter_file_each(path, copy_wanted, out, &fault) != ERR_OK)
        return exit_with_fault(call->command, &fault);
    if (!out->is_found) {
        command_talk(call->command, "%s: there is no dead letter %llu", path, number);
        return EXIT_CODE_FAILED;
    }
    return EXIT_CODE_DONE;
}

// What list has seen.
struct letter_list {
    enum command_output output;
    struct table table;
    struct buffer text;
};

// Everything but the refused bytes themselves.
static void add_summary(struct buffer *to, const struct letter *letter)
{
    static const char *const kept[] = {"time",   "shard", "source",    "position", "code",
                                       "reason", "bytes", "truncated", "id"};
    buffer_add_format(to, "{\"number\":%" PRIu64, letter->number);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        const struct json *member = json_member(letter->json, kept[i]);
        if (member == NULL)
            continue;
        buffer_add_format(to, ",\"%s\":", kept[i]);
        buffer_add_bytes(to, member->raw);
    }
    buffer_add_u8(to, '}');
}

static enum err list_letter(void *context, const struct letter *letter, struct fault *fault)
{
    static const char *const shown[] = {"time", "source", "position", "code", "bytes", "reason"};
    struct letter_list *list = context;
    (void)fault;
    if (list->output != OUTPUT_TABLE) {
        if (list->output == OUTPUT_JSON)
            buffer_add_u8(&list->text, letter->number == 1 ? '[' : ',');
        add_summary(&list->text, letter);
        if (list->output == OUTPUT_NDJSON)
            buffer_add_u8(&list->text, '\n');
        return ERR_OK;
    }
    struct buffer number = {0};
    buffer_add_format(&number, "%" PRIu64, letter->number);
    table_add(&list->table, buffer_bytes(&number));
    buffer_free(&number);
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        table_add(&list->table, json_text(letter->json, shown[i]));
    return ERR_OK;
}

static int print_list(const struct command_call *call, const char *path)
{
    static const struct table_column columns[] = {{"N", TABLE_RIGHT},     {"TIME", TABLE_LEFT},
                                                  {"SOURCE", TABLE_LEFT}, {"POSITION", TABLE_RIGHT},
                                                  {"CODE", TABLE_LEFT},   {"BYTES", TABLE_RIGHT},
                                                  {"REASON", TABLE_LEFT}};
    struct letter_list list = {.output = ask_output(call, OUTPUT_NDJSON)};
    struct fault fault = {.err = ERR_OK};
    table_init(&list.table, columns, sizeof(columns) / sizeof(columns[0]));
    enum err err = letter_file_each(path, list_letter, &list, &fault);
    if (list.output == OUTPUT_TABLE)
        table_print(&list.table, &list.text);
    else if (list.output == OUTPUT_JSON)
        buffer_add_text(&list.text, list.text.len == 0 ? "[]\n" : "]\n");
    int code = err == ERR_OK ? command_print(buffer_bytes(&list.text))
                             : exit_with_fault(call->command, &fault);
    table_free(&list.table);
    buffer_free(&list.text);
    return code;
}

int dead_letters_list_command(const struct command_call *call)
{
    struct asking asking;
    const char *path = NULL;
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = letter_path(&asking, &path);
    if (code == EXIT_CODE_DONE)
        code = print_list(call, path);
    ask_end(&asking);
    return code;
}

// A line for each member, then the refused bytes as they came.
static int add_shown(const struct json *letter, struct buffer *to)
{
    static const struct table_column columns[] = {{NULL, TABLE_LEFT}, {NULL, TABLE_LEFT}};
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (const struct json *member = letter->first; member != NULL; member = member->next) {
        if (bytes_equal_text(member->name, "payload"))
            continue;
        bool is_plain = member->kind != JSON_OBJECT && member->kind != JSON_LIST;
        table_add(&table, member->name);
        table_add(&table, is_plain ? member->text : member->raw);
    }
    table_print(&table, to);
    table_free(&table);
    buffer_add_u8(to, '\n');
    enum err err = base64_decode(json_text(letter, "payload"), to);
    buffer_add_u8(to, '\n');
    return err == ERR_OK ? EXIT_CODE_DONE : EXIT_CODE_DAMAGED;
}

int dead_letters_show_command(const struct command_call *call)
{
    struct asking asking = {.command = call->command};
    struct wanted_letter wanted;
    struct arena arena = {0};
    struct json *letter = NULL;
    struct buffer text = {0};
    int code = letter_find(call, &asking, &wanted);
    if (code == EXIT_CODE_DONE && ask_output(call, OUTPUT_JSON) == OUTPUT_TABLE) {
        if (json_read(buffer_bytes(&wanted.line), &arena, &letter) != ERR_OK ||
            add_shown(letter, &text) != EXIT_CODE_DONE) {
            command_talk(call->command, "its payload is no base64");
            code = EXIT_CODE_DAMAGED;
        }
    } else if (code == EXIT_CODE_DONE) {
        buffer_add_bytes(&text, buffer_bytes(&wanted.line));
        buffer_add_u8(&text, '\n');
    }
    if (code == EXIT_CODE_DONE)
        code = command_print(buffer_bytes(&text));
    buffer_free(&wanted.line);
    buffer_free(&text);
    arena_free(&arena);
    ask_end(&asking);
    return code;
}
