#include "rules/cel/json.h"

#include <inttypes.h>
#include <math.h>

#include "engine/base/text.h"
#include "rules/cel/text.h"
#include "rules/cel/type.h"

static void add_base64(struct buffer *to, struct bytes bytes)
{
    struct arena arena = {0};
    text_add_json(to, cel_base64_encode(&arena, bytes));
    arena_free(&arena);
}

static void add_time(struct buffer *to, struct cel_value value)
{
    char text[CEL_TIME_TEXT_MAX];
    size_t len = value.kind == CEL_TIMESTAMP ? cel_print_timestamp(value, text)
                                             : cel_print_duration(value, text);
    text_add_json(to, bytes_of(text, len));
}

void cel_json_add_text(struct buffer *to, struct cel_value value)
{
    if (value.kind == CEL_BYTES)
        add_base64(to, value.as.text);
    else if (value.kind == CEL_TYPE)
        text_add_json(to, bytes_text(cel_type_name(value.as.type)));
    else
        add_time(to, value);
}

static void add_double(struct buffer *to, double real)
{
    char text[CEL_DOUBLE_TEXT_MAX];
    size_t len = cel_print_double(real, text);
    if (isfinite(real))
        buffer_add(to, text, len);
    else
        text_add_json(to, bytes_of(text, len));
}

// What is written, and how far it may go.
struct writer {
    struct buffer *to;
    struct cel_eval *eval;
    size_t end; // of to
};

static bool is_full(const struct writer *writer)
{
    return writer->to->len > writer->end;
}

static void add_value(struct writer *writer, struct cel_value value);

static void add_key(struct writer *writer, struct cel_value key)
{
    if (key.kind == CEL_STRING) {
        text_add_json(writer->to, key.as.text);
        return;
    }
    buffer_add_text(writer->to, "\"");
    add_value(writer, key); // a bool or a whole number
    buffer_add_text(writer->to, "\"");
}

static void add_map(struct writer *writer, const struct cel_map *map)
{
    size_t count = cel_map_count(writer->eval, map);
    buffer_add_text(writer->to, "{");
    for (size_t i = 0; i < count && !is_full(writer); i++) {
        struct cel_value key, value;
        cel_map_at(writer->eval, map, i, &key, &value);
        buffer_add_text(writer->to, i > 0 ? ", " : "");
        add_key(writer, key);
        buffer_add_text(writer->to, ": ");
        add_value(writer, value);
    }
    buffer_add_text(writer->to, "}");
}

static void add_list(struct writer *writer, const struct cel_list *list)
{
    buffer_add_text(writer->to, "[");
    for (size_t i = 0; i < list->count && !is_full(writer); i++) {
        buffer_add_text(writer->to, i > 0 ? ", " : "");
        add_value(writer, cel_list_at(writer->eval, list, i));
    }
    buffer_add_text(writer->to, "]");
}

static void add_value(struct writer *writer, struct cel_value value)
{
    struct buffer *to = writer->to;
    switch (value.kind) {
    case CEL_ERROR:
    case CEL_NULL: buffer_add_text(to, "null"); break;
    case CEL_BOOL: buffer_add_text(to, value.as.boolean ? "true" : "false"); break;
    case CEL_INT: buffer_add_format(to, "%" PRId64, value.as.integer); break;
    case CEL_UINT: buffer_add_format(to, "%" PRIu64, value.as.unsigned_integer); break;
    case CEL_DOUBLE: add_double(to, value.as.real); break;
    case CEL_STRING: text_add_json(to, value.as.text); break;
    case CEL_LIST: add_list(writer, value.as.list); break;
    case CEL_MAP: add_map(writer, value.as.map); break;
    case CEL_BYTES:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE: cel_json_add_text(to, value); break;
    }
}

bool cel_json_add(
    struct buffer *to, struct cel_eval *eval, struct cel_value value, size_t bytes_max)
{
    struct writer writer = {to, eval, to->len + bytes_max};
    add_value(&writer, value);
    return !is_full(&writer);
}
