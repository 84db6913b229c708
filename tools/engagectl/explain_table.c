// The explanation of a contact's scores as tables and JSON: of each score a sheet whose columns add up, from left to right
// for an entry, and downwards to the value.
#include "tools/engagectl/explain_table.h"

#include "engine/base/text.h"
#include "tools/engagectl/json.h"
#include "tools/engagectl/table.h"

// --- columns: those that something is in
enum column {
    COLUMN_POINTS, // as the rule gave them, before its limit
    COLUMN_LIMITED,
    COLUMN_FORGOTTEN,
    COLUMN_NOW, // what is left; the column that is added up
    COLUMN_TIME,
    COLUMN_RULE,
    COLUMN_GROUP,
    COLUMN_EVENT,
    COLUMN_SOURCE,
    COLUMN_ID,
    COLUMN_NOTE,
    COLUMN_PLACE,
    COLUMN_COUNT,
};

struct sheet {
    struct table table;
    bool has[COLUMN_COUNT];
};

static bool is_there(const struct json *entries, const char *name)
{
    const struct json *entry = entries == NULL ? NULL : entries->first;
    while (entry != NULL && json_member(entry, name) == NULL)
        entry = entry->next;
    return entry != NULL;
}

static void sheet_init(struct sheet *sheet, const struct json *entries)
{
    static const struct table_column titles[COLUMN_COUNT] = {
        [COLUMN_POINTS] = {"POINTS", TABLE_RIGHT},
        [COLUMN_LIMITED] = {"LIMITED", TABLE_RIGHT},
        [COLUMN_FORGOTTEN] = {"FORGOTTEN", TABLE_RIGHT},
        [COLUMN_NOW] = {"NOW", TABLE_RIGHT},
        [COLUMN_TIME] = {"TIME", TABLE_LEFT},
        [COLUMN_RULE] = {"RULE", TABLE_LEFT},
        [COLUMN_GROUP] = {"GROUP", TABLE_LEFT},
        [COLUMN_EVENT] = {"EVENT", TABLE_LEFT},
        [COLUMN_SOURCE] = {"SOURCE", TABLE_LEFT},
        [COLUMN_ID] = {"ID", TABLE_LEFT},
        [COLUMN_NOTE] = {"NOTE", TABLE_LEFT},
        [COLUMN_PLACE] = {"WRITTEN AT", TABLE_LEFT},
    };
    struct table_column columns[COLUMN_COUNT];
    size_t count = 0;
    bool is_limited = is_there(entries, "limited");
    bool is_forgotten = is_there(entries, "forgotten");
    for (int i = 0; i < COLUMN_COUNT; i++)
        sheet->has[i] = true;
    sheet->has[COLUMN_LIMITED] = is_limited;
    sheet->has[COLUMN_FORGOTTEN] = is_forgotten;
    sheet->has[COLUMN_NOW] = is_limited || is_forgotten;
    sheet->has[COLUMN_GROUP] = is_there(entries, "group");
    sheet->has[COLUMN_NOTE] =
        is_there(entries, "reason") || is_there(entries, "by") || is_there(entries, "set");
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (sheet->has[i])
            columns[count++] = titles[i];
    }
    table_init(&sheet->table, columns, count);
}

static void add_cell(struct sheet *sheet, enum column column, struct bytes text)
{
    if (sheet->has[column])
        table_add(&sheet->table, text);
}

// --- numbers
static int64_t milli_of(const struct json *object, const char *name)
{
    int64_t milli = 0;
    struct bytes text = json_text(object, name);
    return text.len > 0 && milli_parse(text, &milli) ? milli : 0;
}

static void add_milli(struct sheet *sheet, enum column column, int64_t milli)
{
    struct buffer text = {0};
    milli_add(&text, milli);
    add_cell(sheet, column, buffer_bytes(&text));
    buffer_free(&text);
}

// What is taken; nothing where nothing is.
static void add_taken(struct sheet *sheet, enum column column, int64_t milli)
{
    if (milli != 0)
        add_milli(sheet, column, milli);
    else
        add_cell(sheet, column, bytes_of(NULL, 0));
}

// --- entries
static void add_place(struct sheet *sheet, const struct json *entry)
{
    struct buffer place = {0};
    buffer_add_bytes(&place, json_text(entry, "file"));
    if (place.len > 0) {
        buffer_add_u8(&place, ':');
        buffer_add_bytes(&place, json_text(entry, "line"));
    }
    add_cell(sheet, COLUMN_PLACE, buffer_bytes(&place));
    buffer_free(&place);
}

static void add_event_cells(struct sheet *sheet, const struct json *entry)
{
    const struct json *event = json_member(entry, "event");
    struct bytes condensed = json_text(entry, "condensed");
    struct buffer text = {0};
    if (json_member(entry, "while") != NULL)
        buffer_add_text(&text, "true since then");
    else if (json_member(entry, "timer") != NULL)
        buffer_add_text(&text, "as time went by");
    else if (event == NULL && bytes_equal_text(condensed, "1"))
        buffer_add_text(&text, "1 older entry");
    else if (event == NULL)
        buffer_add_format(
            &text, "%.*s older entries", (int)condensed.len, (const char *)condensed.data);
    else
        buffer_add_bytes(&text, json_text(event, "type"));
    add_cell(sheet, COLUMN_EVENT, buffer_bytes(&text));
    add_cell(sheet, COLUMN_SOURCE, json_text(event, "source"));
    add_cell(sheet, COLUMN_ID, json_text(event, "id"));
    buffer_free(&text);
}

// Of points that were given by hand.
static void add_note(struct sheet *sheet, const struct json *entry)
{
    static const struct {
        const char *name, *before;
    } parts[] = {{"set", "set to "}, {"by", "by "}, {"reason", ""}};
    struct buffer note = {0};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        struct bytes text = json_text(entry, parts[i].name);
        if (text.len == 0)
            continue;
        buffer_add_text(&note, note.len > 0 ? ", " : "");
        buffer_add_text(&note, parts[i].before);
        buffer_add_bytes(&note, text);
    }
    add_cell(sheet, COLUMN_NOTE, buffer_bytes(&note));
    buffer_free(&note);
}

static void add_entry(struct sheet *sheet, const struct json *entry)
{
    int64_t points_milli = milli_of(entry, "points");
    int64_t limited_milli = milli_of(entry, "limited");
    int64_t forgotten_milli = milli_of(entry, "forgotten");
    struct bytes time = json_text(entry, "time");
    add_milli(sheet, COLUMN_POINTS, points_milli - limited_milli);
    add_taken(sheet, COLUMN_LIMITED, limited_milli);
    add_taken(sheet, COLUMN_FORGOTTEN, forgotten_milli);
    add_milli(sheet, COLUMN_NOW, points_milli + forgotten_milli);
    add_cell(sheet, COLUMN_TIME, time.len > 0 ? time : json_text(entry, "since"));
    add_cell(sheet, COLUMN_RULE, json_text(entry, "rule"));
    add_cell(sheet, COLUMN_GROUP, json_text(entry, "group"));
    add_event_cells(sheet, entry);
    add_note(sheet, entry);
    add_place(sheet, entry);
}

// --- what is below the entries: numbers in the column that is added up, and what they are
static void add_line(struct sheet *sheet, int64_t milli, struct bytes what)
{
    enum column last = sheet->has[COLUMN_NOW] ? COLUMN_NOW : COLUMN_POINTS;
    for (int i = 0; i < (int)last; i++)
        add_cell(sheet, (enum column)i, bytes_of(NULL, 0));
    add_milli(sheet, last, milli);
    add_cell(sheet, COLUMN_TIME, what);
    for (int i = COLUMN_TIME + 1; i < COLUMN_COUNT; i++)
        add_cell(sheet, (enum column)i, bytes_of(NULL, 0));
}

static void add_line_text(struct sheet *sheet, int64_t milli, const char *what)
{
    add_line(sheet, milli, bytes_text(what));
}

// False: no cap has taken or given anything.
static bool add_group_cuts(struct sheet *sheet, const struct json *score)
{
    const struct json *groups = json_member(score, "groups");
    const struct json *group = groups == NULL ? NULL : groups->first;
    bool has_any = false;
    for (; group != NULL; group = group->next) {
        int64_t cut_milli = milli_of(group, "cut");
        struct bytes name = json_text(group, "group");
        struct buffer what = {0};
        if (cut_milli == 0)
            continue;
        has_any = true;
        buffer_add_format(&what, "group %.*s: from ", (int)name.len, (const char *)name.data);
        milli_add(&what, milli_of(group, "sum"));
        buffer_add_text(&what, " to its ");
        buffer_add_text(&what, cut_milli < 0 ? "max, " : "min, ");
        milli_add(&what, milli_of(group, "sum") + cut_milli);
        add_line(sheet, cut_milli, buffer_bytes(&what));
        buffer_free(&what);
    }
    return has_any;
}

static void add_value(struct sheet *sheet, const struct json *score)
{
    struct bytes band = json_text(score, "band");
    struct buffer what = {0};
    buffer_add_text(&what, "value");
    if (band.len > 0) {
        buffer_add_text(&what, ", band ");
        buffer_add_bytes(&what, band);
    }
    add_line(sheet, milli_of(score, "value"), buffer_bytes(&what));
    buffer_free(&what);
}

static void add_total(struct sheet *sheet, const struct json *score)
{
    int64_t cut_milli = milli_of(score, "cut");
    int64_t idle_milli = milli_of(score, "idle");
    bool is_summed = add_group_cuts(sheet, score);
    if (idle_milli != 0)
        add_line_text(sheet, idle_milli, "for being idle");
    if (is_summed || idle_milli != 0 || cut_milli != 0)
        add_line_text(sheet, milli_of(score, "sum"), "sum");
    if (cut_milli != 0)
        add_line_text(sheet, cut_milli, "cut by min or max");
    add_value(sheet, score);
}

// --- a score that is made of others
static void add_read(struct table *table, struct bytes value, struct bytes what)
{
    table_add(table, value);
    table_add(table, what);
}

static void add_combined(struct buffer *to, const struct json *score)
{
    static const struct table_column columns[] = {{"POINTS", TABLE_RIGHT}, {"", TABLE_LEFT}};
    struct sheet sheet = {.has = {[COLUMN_POINTS] = true, [COLUMN_TIME] = true}};
    const struct json *reads = json_member(score, "reads");
    const struct json *read = reads == NULL ? NULL : reads->first;
    struct buffer made = {0};
    table_init(&sheet.table, columns, 2);
    for (; read != NULL; read = read->next)
        add_read(&sheet.table, read->text.len > 0 ? read->text : read->raw, read->name);
    buffer_add_text(&made, "= ");
    buffer_add_bytes(&made, json_text(score, "combine"));
    if (json_text(score, "error").len > 0) {
        buffer_add_text(&made, ", which fails: ");
        buffer_add_bytes(&made, json_text(score, "error"));
    }
    add_line(&sheet, milli_of(score, "sum"), buffer_bytes(&made));
    if (milli_of(score, "cut") != 0)
        add_line_text(&sheet, milli_of(score, "cut"), "cut by min or max");
    add_value(&sheet, score);
    table_print(&sheet.table, to);
    table_free(&sheet.table);
    buffer_free(&made);
}

static void add_score(struct buffer *to, const struct json *score)
{
    const struct json *entries = json_member(score, "entries");
    struct sheet sheet;
    buffer_add_bytes(to, json_text(score, "score"));
    buffer_add_text(to, "\n");
    if (json_member(score, "combine") != NULL) {
        add_combined(to, score);
        return;
    }
    sheet_init(&sheet, entries);
    for (const struct json *entry = entries == NULL ? NULL : entries->first; entry != NULL;
         entry = entry->next)
        add_entry(&sheet, entry);
    add_total(&sheet, score);
    table_print(&sheet.table, to);
    table_free(&sheet.table);
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
