// Contacts as tables for people, made from their JSON.
#include "tools/engagectl/contact_table.h"

#include "tools/engagectl/json.h"

// The value of one score: "42.5 warm".
static void add_score(struct buffer *to, const struct json *score)
{
    buffer_add_bytes(to, json_text(score, "value"));
    struct bytes band = json_text(score, "band");
    if (band.len > 0)
        buffer_add_u8(to, ' ');
    buffer_add_bytes(to, band);
}

// A list's elements with commas, an object's members as "name value", anything else as it is.
static void add_plain(struct buffer *to, const struct json *json)
{
    if (json->kind != JSON_LIST && json->kind != JSON_OBJECT) {
        buffer_add_bytes(to, json->text);
        return;
    }
    for (const struct json *element = json->first; element != NULL; element = element->next) {
        if (element != json->first)
            buffer_add_text(to, ", ");
        if (element->kind == JSON_LIST || element->kind == JSON_OBJECT)
            buffer_add_bytes(to, element->raw);
        else
            buffer_add_bytes(to, element->text);
    }
}

// The objects of a contact, one a line: "opportunity o-1", "stage offer, value 12000".
static void add_objects(struct table *table, const struct json *objects)
{
    for (const struct json *kind = objects->first; kind != NULL; kind = kind->next) {
        for (const struct json *object = kind->first; object != NULL; object = object->next) {
            struct buffer text = {0};
            bool is_first = kind == objects->first && object == kind->first;
            table_add(table, is_first ? objects->name : bytes_of(NULL, 0));
            buffer_add_bytes(&text, kind->name);
            buffer_add_u8(&text, ' ');
            buffer_add_bytes(&text, object->name);
            table_add(table, buffer_bytes(&text));
            buffer_clear(&text);
            for (const struct json *field = object->first; field != NULL; field = field->next) {
                buffer_add_text(&text, field == object->first ? "" : ", ");
                buffer_add_bytes(&text, field->name);
                buffer_add_u8(&text, ' ');
                buffer_add_bytes(&text, field->text);
            }
            table_add(table, buffer_bytes(&text));
            buffer_free(&text);
        }
    }
}

// One member of the contact: a line, or a line for each member of it.
static void add_member(struct table *table, const struct json *member)
{
    bool is_object = member->kind == JSON_OBJECT;
    if (is_object && bytes_equal_text(member->name, "objects")) {
        add_objects(table, member);
        return;
    }
    const struct json *part = is_object ? member->first : member;
    for (; part != NULL; part = is_object ? part->next : NULL) {
        struct buffer text = {0};
        bool is_first = part == member || part == member->first;
        table_add(table, is_first ? member->name : bytes_of(NULL, 0));
        table_add(table, is_object ? part->name : bytes_of(NULL, 0));
        if (bytes_equal_text(member->name, "scores"))
            add_score(&text, part);
        else
            add_plain(&text, part);
        table_add(table, buffer_bytes(&text));
        buffer_free(&text);
    }
}

int contact_add_table(const struct command *command, struct bytes json, struct buffer *to)
{
    static const struct table_column columns[] = {
        {NULL, TABLE_LEFT}, {NULL, TABLE_LEFT}, {NULL, TABLE_LEFT}};
    struct arena arena = {0};
    struct table table;
    struct json *contact = NULL;
    if (json_read(json, &arena, &contact) != ERR_OK) {
        command_talk(command, "expected a contact in JSON");
        arena_free(&arena);
        return EXIT_CODE_INTERNAL;
    }
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (const struct json *member = contact->first; member != NULL; member = member->next)
        add_member(&table, member);
    table_print(&table, to);
    table_free(&table);
    arena_free(&arena);
    return EXIT_CODE_DONE;
}

void contact_rows_init(struct table *table)
{
    static const struct table_column columns[] = {{"ID", TABLE_LEFT},      {"EVENTS", TABLE_RIGHT},
                                                  {"UPDATED", TABLE_LEFT}, {"SCORES", TABLE_LEFT},
                                                  {"TAGS", TABLE_LEFT},    {"LISTS", TABLE_LEFT}};
    table_init(table, columns, sizeof(columns) / sizeof(columns[0]));
}

static void add_list_cell(struct table *table, const struct json *list)
{
    struct buffer text = {0};
    if (list != NULL)
        add_plain(&text, list);
    table_add(table, buffer_bytes(&text));
    buffer_free(&text);
}

static void add_scores_cell(struct table *table, const struct json *scores)
{
    struct buffer text = {0};
    const struct json *score = scores == NULL ? NULL : scores->first;
    for (; score != NULL; score = score->next) {
        if (text.len > 0)
            buffer_add_text(&text, ", ");
        buffer_add_bytes(&text, score->name);
        buffer_add_u8(&text, ' ');
        add_score(&text, score);
    }
    table_add(table, buffer_bytes(&text));
    buffer_free(&text);
}

enum err contact_add_row(struct table *table, struct bytes json, struct fault *fault)
{
    struct arena arena = {0};
    struct json *contact = NULL;
    enum err err = json_read(json, &arena, &contact);
    if (err == ERR_OK) {
        table_add(table, json_text(contact, "id"));
        table_add(table, json_text(contact, "events"));
        table_add(table, json_text(contact, "updated"));
        add_scores_cell(table, json_member(contact, "scores"));
        add_list_cell(table, json_member(contact, "tags"));
        add_list_cell(table, json_member(contact, "lists"));
    }
    arena_free(&arena);
    return err == ERR_OK ? ERR_OK : fault_set(fault, err, "expected a contact in JSON");
}
