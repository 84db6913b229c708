// The explanation of a contact's scores as tables and JSON.
#include "tools/engagectl/explain_table.h"

#include "tools/engagectl/json.h"
#include "tools/engagectl/table.h"

static void add_where(struct table *table, const struct json *entry)
{
    struct buffer where = {0};
    buffer_add_bytes(&where, json_text(entry, "file"));
    if (where.len > 0) {
        buffer_add_u8(&where, ':');
        buffer_add_bytes(&where, json_text(entry, "line"));
    }
    table_add(table, buffer_bytes(&where));
    buffer_free(&where);
}

static void add_event_cells(struct table *table, const struct json *entry)
{
    const struct json *event = json_member(entry, "event");
    struct bytes condensed = json_text(entry, "condensed");
    struct buffer text = {0};
    if (event == NULL && condensed.len > 0) {
        buffer_add_bytes(&text, condensed);
        buffer_add_text(&text, " older entries");
    } else {
        buffer_add_bytes(&text, json_text(event, "type"));
    }
    table_add(table, buffer_bytes(&text));
    table_add(table, json_text(event, "source"));
    table_add(table, json_text(event, "id"));
    buffer_free(&text);
}

static void add_entry(struct table *table, const struct json *entry)
{
    table_add(table, json_text(entry, "points"));
    table_add(table, json_text(entry, "time"));
    table_add(table, json_text(entry, "rule"));
    add_event_cells(table, entry);
    add_where(table, entry);
}

// A line of the sum below the entries.
static void add_sum(struct table *table, struct bytes points, struct bytes what)
{
    table_add(table, points);
    table_add(table, what);
    for (size_t i = 2; i < table->column_count; i++)
        table_add_text(table, "");
}

static void add_total(struct table *table, const struct json *score)
{
    struct bytes cut = json_text(score, "cut");
    struct bytes band = json_text(score, "band");
    struct buffer what = {0};
    if (cut.len > 0 && !bytes_equal_text(cut, "0")) {
        add_sum(table, json_text(score, "sum"), BYTES_LITERAL("sum"));
        add_sum(table, cut, BYTES_LITERAL("cut by min or max"));
    }
    buffer_add_text(&what, "value");
    if (band.len > 0) {
        buffer_add_text(&what, ", band ");
        buffer_add_bytes(&what, band);
    }
    add_sum(table, json_text(score, "value"), buffer_bytes(&what));
    buffer_free(&what);
}

static void add_score(struct buffer *to, const struct json *score)
{
    static const struct table_column columns[] = {{"POINTS", TABLE_RIGHT},   {"TIME", TABLE_LEFT},
                                                  {"RULE", TABLE_LEFT},      {"EVENT", TABLE_LEFT},
                                                  {"SOURCE", TABLE_LEFT},    {"ID", TABLE_LEFT},
                                                  {"WRITTEN AT", TABLE_LEFT}};
    const struct json *entries = json_member(score, "entries");
    const struct json *entry = entries == NULL ? NULL : entries->first;
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (; entry != NULL; entry = entry->next)
        add_entry(&table, entry);
    add_total(&table, score);
    buffer_add_bytes(to, json_text(score, "score"));
    buffer_add_text(to, "\n");
    table_print(&table, to);
    table_free(&table);
}

enum err explain_add_answer(struct buffer *to, struct bytes json, enum command_output output)
{
    struct arena arena = {0};
    struct json *root = NULL;
    enum err err = json_read(json, &arena, &root);
    const struct json *scores = err == ERR_OK ? json_member(root, "scores") : NULL;
    const struct json *score = scores == NULL ? NULL : scores->first;
    if (err == ERR_OK && output != OUTPUT_TABLE && output != OUTPUT_NDJSON) {
        buffer_add_bytes(to, root->raw);
        buffer_add_u8(to, '\n');
    } else if (err == ERR_OK) {
        for (; score != NULL; score = score->next) {
            if (output == OUTPUT_NDJSON) {
                buffer_add_bytes(to, score->raw);
                buffer_add_u8(to, '\n');
            } else {
                if (score != scores->first)
                    buffer_add_u8(to, '\n');
                add_score(to, score);
            }
        }
    }
    arena_free(&arena);
    return err;
}
