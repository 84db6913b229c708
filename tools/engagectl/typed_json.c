#include "tools/engagectl/typed_json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "engine/base/text.h"
#include "rules/cel/json.h"
#include "rules/cel/text.h"
#include "rules/cel/type.h"

// --- reading
static size_t element_count(const struct json *json)
{
    size_t count = 0;
    for (const struct json *at = json->first; at != NULL; at = at->next)
        count++;
    return count;
}

static bool read_number(struct bytes text, char *copy, size_t copy_size)
{
    if (text.len == 0 || text.len >= copy_size)
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    errno = 0;
    return true;
}

static bool read_int(struct bytes text, struct cel_value *out)
{
    char copy[32], *end;
    if (!read_number(text, copy, sizeof(copy)))
        return false;
    *out = cel_int(strtoll(copy, &end, 10));
    return *end == '\0' && errno == 0;
}

static bool read_uint(struct bytes text, struct cel_value *out)
{
    char copy[32], *end;
    if (!read_number(text, copy, sizeof(copy)) || copy[0] == '-')
        return false;
    *out = cel_uint(strtoull(copy, &end, 10));
    return *end == '\0' && errno == 0;
}

static bool read_double(struct bytes text, struct cel_value *out)
{
    char copy[400], *end;
    if (!read_number(text, copy, sizeof(copy)))
        return false;
    *out = cel_double(strtod(copy, &end));
    return *end == '\0';
}

static bool read_list(struct arena *arena, const struct json *json, struct cel_value *out)
{
    size_t count = element_count(json);
    struct cel_value *items = arena_alloc(arena, count * sizeof(*items) + 1);
    size_t i = 0;
    for (const struct json *at = json->first; at != NULL; at = at->next) {
        if (!typed_json_read(arena, at, &items[i++]))
            return false;
    }
    *out = cel_list_of(arena, items, count);
    return json->kind == JSON_LIST;
}

static bool read_map(struct arena *arena, const struct json *json, struct cel_value *out)
{
    size_t count = element_count(json), i = 0, wrong;
    struct cel_pair *pairs = arena_alloc(arena, count * sizeof(*pairs) + 1);
    for (const struct json *at = json->first; at != NULL; at = at->next, i++) {
        if (at->kind != JSON_LIST || element_count(at) != 2 ||
            !typed_json_read(arena, at->first, &pairs[i].key) ||
            !typed_json_read(arena, at->first->next, &pairs[i].value))
            return false;
    }
    return json->kind == JSON_LIST && cel_map_of(arena, pairs, count, out, &wrong);
}

static bool read_type(struct arena *arena, struct bytes name, struct cel_value *out)
{
    if (bytes_equal_text(name, "null_type"))
        name = BYTES_LITERAL("null");
    else if (bytes_equal_text(name, "google.protobuf.Timestamp"))
        name = BYTES_LITERAL("timestamp");
    else if (bytes_equal_text(name, "google.protobuf.Duration"))
        name = BYTES_LITERAL("duration");
    size_t at = 0;
    const struct cel_type *type = cel_type_parse(arena, name, &at);
    if (bytes_equal_text(name, "list"))
        type = cel_type_list(arena, &cel_type_dyn);
    else if (bytes_equal_text(name, "map"))
        type = cel_type_map(arena, &cel_type_dyn, &cel_type_dyn);
    else if (type == NULL || at != name.len)
        return false;
    *out = cel_type_value(type);
    return true;
}

static bool read_text(
    struct arena *arena, struct bytes type, struct bytes text, struct cel_value *out)
{
    if (bytes_equal_text(type, "string"))
        *out = cel_string(text);
    else if (bytes_equal_text(type, "bytes"))
        return cel_base64_decode(arena, text, out);
    else if (bytes_equal_text(type, "int"))
        return read_int(text, out);
    else if (bytes_equal_text(type, "uint"))
        return read_uint(text, out);
    else if (bytes_equal_text(type, "double"))
        return read_double(text, out);
    else if (bytes_equal_text(type, "timestamp"))
        return cel_parse_timestamp(text, out);
    else if (bytes_equal_text(type, "duration"))
        return cel_parse_duration(text, out);
    else
        return bytes_equal_text(type, "type") && read_type(arena, text, out);
    return true;
}

bool typed_json_read(struct arena *arena, const struct json *json, struct cel_value *out)
{
    struct bytes type = json_text(json, "type");
    const struct json *value = json_member(json, "value");
    if (value == NULL)
        return false;
    if (value->kind == JSON_TEXT)
        return read_text(arena, type, value->text, out);
    if (bytes_equal_text(type, "null")) {
        *out = cel_null();
        return value->kind == JSON_NULL;
    }
    if (bytes_equal_text(type, "bool")) {
        *out = cel_bool(value->kind == JSON_TRUE);
        return value->kind == JSON_TRUE || value->kind == JSON_FALSE;
    }
    if (bytes_equal_text(type, "list"))
        return read_list(arena, value, out);
    return bytes_equal_text(type, "map") && read_map(arena, value, out);
}

// --- plain
static bool plain_list(struct arena *arena, const struct json *json, struct cel_value *out)
{
    size_t count = element_count(json), i = 0;
    struct cel_value *items = arena_alloc(arena, count * sizeof(*items) + 1);
    for (const struct json *at = json->first; at != NULL; at = at->next) {
        if (!plain_json_read(arena, at, &items[i++]))
            return false;
    }
    *out = cel_list_of(arena, items, count);
    return true;
}

static bool plain_map(struct arena *arena, const struct json *json, struct cel_value *out)
{
    size_t count = element_count(json), i = 0, wrong;
    struct cel_pair *pairs = arena_alloc(arena, count * sizeof(*pairs) + 1);
    for (const struct json *at = json->first; at != NULL; at = at->next, i++) {
        pairs[i].key = cel_string(at->name);
        if (!plain_json_read(arena, at, &pairs[i].value))
            return false;
    }
    return cel_map_of(arena, pairs, count, out, &wrong);
}

bool plain_json_read(struct arena *arena, const struct json *json, struct cel_value *out)
{
    switch (json->kind) {
    case JSON_NULL: *out = cel_null(); return true;
    case JSON_FALSE: *out = cel_bool(false); return true;
    case JSON_TRUE: *out = cel_bool(true); return true;
    case JSON_TEXT: *out = cel_string(json->text); return true;
    case JSON_LIST: return plain_list(arena, json, out);
    case JSON_OBJECT: return plain_map(arena, json, out);
    case JSON_NUMBER: break;
    }
    bool is_whole = memchr(json->text.data, '.', json->text.len) == NULL &&
                    memchr(json->text.data, 'e', json->text.len) == NULL &&
                    memchr(json->text.data, 'E', json->text.len) == NULL;
    if (!is_whole)
        return read_double(json->text, out) && !isinf(out->as.real);
    return read_int(json->text, out) || read_uint(json->text, out);
}

// --- writing
static void add_quoted(struct buffer *to, const char *text, size_t len)
{
    text_add_json(to, bytes_of(text, len));
}

static void add_typed_double(struct buffer *to, double real)
{
    char text[CEL_DOUBLE_TEXT_MAX];
    add_quoted(to, text, cel_print_double_short(real, text));
}

static const char *type_word(enum cel_kind kind)
{
    switch (kind) {
    case CEL_NULL: return "null";
    case CEL_TIMESTAMP: return "timestamp";
    case CEL_DURATION: return "duration";
    case CEL_ERROR:
    case CEL_BOOL:
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE:
    case CEL_STRING:
    case CEL_BYTES:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TYPE: return cel_kind_name(kind);
    }
    return "";
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

static void add_typed(struct writer *writer, struct cel_value value);

static void add_typed_list(struct writer *writer, const struct cel_list *list)
{
    buffer_add_text(writer->to, "[");
    for (size_t i = 0; i < list->count && !is_full(writer); i++) {
        buffer_add_text(writer->to, i > 0 ? "," : "");
        add_typed(writer, cel_list_at(writer->eval, list, i));
    }
    buffer_add_text(writer->to, "]");
}

static void add_typed_map(struct writer *writer, const struct cel_map *map)
{
    buffer_add_text(writer->to, "[");
    for (size_t i = 0; i < map->count && !is_full(writer); i++) {
        struct cel_value key, value;
        cel_map_at(writer->eval, map, i, &key, &value);
        buffer_add_text(writer->to, i > 0 ? ",[" : "[");
        add_typed(writer, key);
        buffer_add_text(writer->to, ",");
        add_typed(writer, value);
        buffer_add_text(writer->to, "]");
    }
    buffer_add_text(writer->to, "]");
}

static void add_typed(struct writer *writer, struct cel_value value)
{
    struct buffer *to = writer->to;
    buffer_add_format(to, "{\"type\":\"%s\",\"value\":", type_word(value.kind));
    switch (value.kind) {
    case CEL_ERROR:
    case CEL_NULL: buffer_add_text(to, "null"); break;
    case CEL_BOOL: buffer_add_text(to, value.as.boolean ? "true" : "false"); break;
    case CEL_INT: buffer_add_format(to, "\"%" PRId64 "\"", value.as.integer); break;
    case CEL_UINT: buffer_add_format(to, "\"%" PRIu64 "\"", value.as.unsigned_integer); break;
    case CEL_DOUBLE: add_typed_double(to, value.as.real); break;
    case CEL_STRING: text_add_json(to, value.as.text); break;
    case CEL_LIST: add_typed_list(writer, value.as.list); break;
    case CEL_MAP: add_typed_map(writer, value.as.map); break;
    case CEL_BYTES:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE: cel_json_add_text(to, value); break;
    }
    buffer_add_text(to, "}");
}

bool typed_json_add(struct buffer *to, struct cel_eval *eval, struct cel_value value)
{
    struct writer writer = {to, eval, to->len + VALUE_JSON_BYTES_MAX};
    add_typed(&writer, value);
    return !is_full(&writer);
}

bool plain_json_add(struct buffer *to, struct cel_eval *eval, struct cel_value value)
{
    return cel_json_add(to, eval, value, VALUE_JSON_BYTES_MAX);
}
