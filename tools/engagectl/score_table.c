// Tops and bands of a score as tables, bars and JSON.
#include "tools/engagectl/score_table.h"

#include "tools/engagectl/json.h"
#include "tools/engagectl/table.h"

enum { BAR_CELLS = 40, EIGHTHS = 8 };

static void add_lines(struct buffer *to, const struct json *list)
{
    const struct json *element = list == NULL ? NULL : list->first;
    for (; element != NULL; element = element->next) {
        buffer_add_bytes(to, element->raw);
        buffer_add_u8(to, '\n');
    }
}

static void add_top(struct buffer *to, const struct json *contacts)
{
    static const struct table_column columns[] = {
        {"#", TABLE_RIGHT}, {"ID", TABLE_LEFT}, {"VALUE", TABLE_RIGHT}, {"BAND", TABLE_LEFT}};
    const struct json *contact = contacts == NULL ? NULL : contacts->first;
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (uint64_t rank = 1; contact != NULL; contact = contact->next, rank++) {
        table_add_number(&table, rank);
        table_add(&table, json_text(contact, "id"));
        table_add(&table, json_text(contact, "value"));
        table_add(&table, json_text(contact, "band"));
    }
    table_print(&table, to);
    table_free(&table);
}

// Part of `largest` as blocks of eighths; whatever is not nothing shows.
static void add_bar(struct table *table, int64_t part, int64_t largest)
{
    static const char *const blocks[EIGHTHS] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    struct buffer bar = {0};
    double share = largest == 0 ? 0 : (double)part / (double)largest;
    size_t eighths = (size_t)(share * BAR_CELLS * EIGHTHS + 0.5);
    if (eighths == 0 && part > 0)
        eighths = 1;
    for (size_t i = 0; i < eighths / EIGHTHS; i++)
        buffer_add_text(&bar, "█");
    buffer_add_text(&bar, blocks[eighths % EIGHTHS]);
    table_add(table, buffer_bytes(&bar));
    buffer_free(&bar);
}

struct chart {
    struct table table;
    int64_t total, largest;
};

static void add_band(struct chart *chart, struct bytes name, struct bytes from, int64_t contacts)
{
    struct buffer share = {0};
    double percent = chart->total == 0 ? 0 : (double)contacts * 100 / (double)chart->total;
    buffer_add_format(&share, "%.1f%%", percent);
    table_add(&chart->table, name);
    table_add(&chart->table, from);
    table_add_number(&chart->table, (uint64_t)contacts);
    table_add(&chart->table, buffer_bytes(&share));
    add_bar(&chart->table, contacts, chart->largest);
    buffer_free(&share);
}

static void add_bands(struct buffer *to, const struct json *answer)
{
    static const struct table_column columns[] = {
        {"BAND", TABLE_LEFT},
        {"FROM", TABLE_RIGHT},
        {"CONTACTS", TABLE_RIGHT},
        {"SHARE", TABLE_RIGHT},
        {"", TABLE_LEFT}};
    const struct json *bands = json_member(answer, "bands");
    const struct json *first = bands == NULL ? NULL : bands->first;
    int64_t below = json_integer(answer, "below", 0);
    struct chart chart = {.total = below, .largest = below};
    for (const struct json *band = first; band != NULL; band = band->next) {
        int64_t contacts = json_integer(band, "contacts", 0);
        chart.total += contacts;
        chart.largest = contacts > chart.largest ? contacts : chart.largest;
    }
    table_init(&chart.table, columns, sizeof(columns) / sizeof(columns[0]));
    if (below > 0)
        add_band(&chart, BYTES_LITERAL("(below)"), bytes_of(NULL, 0), below);
    for (const struct json *band = first; band != NULL; band = band->next)
        add_band(
            &chart, json_text(band, "band"), json_text(band, "from"),
            json_integer(band, "contacts", 0));
    table_print(&chart.table, to);
    table_free(&chart.table);
}

enum err score_add_answer(
    struct buffer *to, struct bytes json, enum score_answer answer, enum command_output output)
{
    struct arena arena = {0};
    struct json *root = NULL;
    enum err err = json_read(json, &arena, &root);
    if (err == ERR_OK && output == OUTPUT_NDJSON) {
        add_lines(to, json_member(root, answer == SCORE_TOP ? "contacts" : "bands"));
    } else if (err == ERR_OK && output == OUTPUT_TABLE) {
        if (answer == SCORE_TOP)
            add_top(to, json_member(root, "contacts"));
        else
            add_bands(to, root);
    } else if (err == ERR_OK) {
        buffer_add_bytes(to, root->raw);
        buffer_add_u8(to, '\n');
    }
    arena_free(&arena);
    return err;
}

int score_print(
    const struct command *command,
    struct bytes json,
    enum score_answer answer,
    enum command_output output)
{
    struct buffer text = {0};
    int code = EXIT_CODE_INTERNAL;
    if (score_add_answer(&text, json, answer, output) == ERR_OK)
        code = command_print(buffer_bytes(&text));
    else
        command_talk(command, "expected an answer in JSON");
    buffer_free(&text);
    return code;
}
