// The configuration's JSON Schema (draft-07), from the schema table.
#include <inttypes.h>

#include "config/config.h"
#include "config/schema.h"
#include "engine/base/invariant.h"
#include "engine/base/text.h"

enum { DEPTH_MAX = 4 };

static void indent(struct buffer *to, unsigned depth)
{
    buffer_add_format(to, "\n%*s", (int)depth * 2, "");
}

static void add_words(struct buffer *to, const struct config_row *row)
{
    buffer_add_text(to, "\"enum\":[");
    for (size_t i = 0; i < config_row_word_count(row); i++)
        buffer_add_format(to, "%s\"%s\"", i == 0 ? "" : ",", row->words[i]);
    buffer_add_u8(to, ']');
}

// What a value may be besides a variable of the environment.
static void add_form(struct buffer *to, const struct config_row *row)
{
    switch (row->type) {
    case CONFIG_BOOL: buffer_add_text(to, "\"type\":\"boolean\""); break;
    case CONFIG_U32:
    case CONFIG_U64:
        buffer_add_format(
            to, "\"type\":\"integer\",\"minimum\":%" PRId64 ",\"maximum\":%" PRId64, row->min,
            row->max);
        break;
    case CONFIG_DURATION:
        buffer_add_text(to, "\"type\":\"string\",\"pattern\":\"^[0-9]+(ms|s|m|h|d|w)$\"");
        break;
    case CONFIG_WORD: add_words(to, row); break;
    case CONFIG_TEXT:
    case CONFIG_PATH:
        buffer_add_format(
            to, "\"type\":[\"string\",\"number\",\"boolean\"],\"minLength\":%" PRId64, row->min);
        break;
    case CONFIG_PATHS:
        buffer_add_text(to, "\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":1}");
        break;
    case CONFIG_PROPERTIES:
        buffer_add_text(
            to, "\"type\":\"object\",\"additionalProperties\":"
                "{\"type\":[\"string\",\"number\",\"boolean\"]}");
        break;
    }
}

static void add_default(struct buffer *to, const struct config_row *row)
{
    struct buffer duration = {0};
    switch (row->type) {
    case CONFIG_BOOL:
        buffer_add_text(to, row->number_default != 0 ? ",\"default\":true" : ",\"default\":false");
        break;
    case CONFIG_U32:
    case CONFIG_U64: buffer_add_format(to, ",\"default\":%" PRId64, row->number_default); break;
    case CONFIG_DURATION:
        duration_add(&duration, row->number_default);
        buffer_add_text(to, ",\"default\":");
        text_add_json(to, buffer_bytes(&duration));
        buffer_free(&duration);
        break;
    case CONFIG_WORD:
        buffer_add_format(to, ",\"default\":\"%s\"", row->words[row->number_default]);
        break;
    case CONFIG_TEXT:
    case CONFIG_PATH:
        if (row->text_default != NULL) {
            buffer_add_text(to, ",\"default\":");
            text_add_json(to, bytes_text(row->text_default));
        }
        break;
    case CONFIG_PATHS:
    case CONFIG_PROPERTIES: break;
    }
}

static void add_row(struct buffer *to, const struct config_row *row)
{
    bool is_typed = row->type == CONFIG_BOOL || row->type == CONFIG_U32 ||
                    row->type == CONFIG_U64 || row->type == CONFIG_DURATION ||
                    row->type == CONFIG_WORD;
    buffer_add_text(to, "{\"description\":");
    text_add_json(to, bytes_text(row->meaning));
    add_default(to, row);
    buffer_add_text(to, is_typed ? ",\"anyOf\":[{" : ",");
    add_form(to, row);
    buffer_add_text(to, is_typed ? "},{\"$ref\":\"#/definitions/variable\"}]}" : "}");
}

// A run of rows of the table that share the first prefix_len bytes of their paths.
struct span {
    const struct config_row *rows;
    size_t count;
    size_t prefix_len;
};

static void add_object(struct buffer *to, struct span span, unsigned depth);

// How many rows from the front lie in the same mapping as the first; 0 when it is a key itself.
static size_t group_count(struct span span, size_t name_len)
{
    const char *first = span.rows[0].path + span.prefix_len;
    if (first[name_len] != '.')
        return 0;
    size_t count = 1;
    while (count < span.count &&
           strncmp(span.rows[count].path + span.prefix_len, first, name_len + 1) == 0)
        count++;
    return count;
}

static void add_properties(struct buffer *to, struct span span, unsigned depth)
{
    for (size_t i = 0; i < span.count;) {
        struct span rest = {span.rows + i, span.count - i, span.prefix_len};
        const char *name = rest.rows[0].path + span.prefix_len;
        size_t name_len = strcspn(name, ".");
        size_t count = group_count(rest, name_len);
        buffer_add_text(to, i == 0 ? "" : ",");
        indent(to, depth + 1);
        text_add_json(to, bytes_of(name, name_len));
        buffer_add_u8(to, ':');
        if (count == 0)
            add_row(to, rest.rows);
        else
            add_object(
                to, (struct span){rest.rows, count, span.prefix_len + name_len + 1}, depth + 1);
        i += count == 0 ? 1 : count;
    }
}

static void add_required(struct buffer *to, struct span span)
{
    bool has_any = false;
    for (size_t i = 0; i < span.count; i++) {
        const char *name = span.rows[i].path + span.prefix_len;
        if (span.rows[i].need != CONFIG_WITH_GROUP || strchr(name, '.') != NULL)
            continue;
        buffer_add_text(to, has_any ? "," : ",\"required\":[");
        text_add_json(to, bytes_text(name));
        has_any = true;
    }
    if (has_any)
        buffer_add_u8(to, ']');
}

static void add_object(struct buffer *to, struct span span, unsigned depth)
{
    INVARIANT(depth <= DEPTH_MAX);
    buffer_add_text(to, "{\"type\":\"object\",\"additionalProperties\":false");
    add_required(to, span);
    buffer_add_text(to, ",\"properties\":{");
    add_properties(to, span, depth);
    indent(to, depth);
    buffer_add_text(to, "}}");
}

void config_schema_json(struct buffer *to)
{
    size_t count = 0;
    const struct config_row *rows = config_rows(&count);
    buffer_add_text(
        to, "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\n"
            "\"title\":\"Configuration of engaged\",\n"
            "\"definitions\":{\"variable\":{\"type\":\"string\",\"pattern\":"
            "\"^\\\\$\\\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\\\}$\"}},\n"
            "\"allOf\":[");
    add_object(to, (struct span){rows, count, 0}, 0);
    buffer_add_text(to, "]}\n");
}
