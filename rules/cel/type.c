#include "rules/cel/type.h"

#include "engine/base/hash.h"
#include "rules/cel/value.h"

#define PLAIN(name, of) const struct cel_type cel_type_##name = {.kind = CEL_TYPE_##of}
PLAIN(dyn, DYN);
PLAIN(null, NULL);
PLAIN(bool, BOOL);
PLAIN(int, INT);
PLAIN(uint, UINT);
PLAIN(double, DOUBLE);
PLAIN(string, STRING);
PLAIN(bytes, BYTES);
PLAIN(timestamp, TIMESTAMP);
PLAIN(duration, DURATION);
PLAIN(type, TYPE);

static struct cel_type *type_new(struct arena *arena, enum cel_type_kind kind)
{
    struct cel_type *type = arena_alloc(arena, sizeof(*type));
    *type = (struct cel_type){.kind = kind};
    return type;
}

const struct cel_type *cel_type_list(struct arena *arena, const struct cel_type *of)
{
    struct cel_type *type = type_new(arena, CEL_TYPE_LIST);
    type->params[0] = of;
    return type;
}

const struct cel_type *cel_type_map(
    struct arena *arena, const struct cel_type *key, const struct cel_type *value)
{
    struct cel_type *type = type_new(arena, CEL_TYPE_MAP);
    type->params[0] = key;
    type->params[1] = value;
    return type;
}

const struct cel_type *cel_type_of_type(struct arena *arena, const struct cel_type *of)
{
    struct cel_type *type = type_new(arena, CEL_TYPE_TYPE);
    type->params[0] = of;
    return type;
}

const struct cel_type *cel_type_object(struct arena *arena, const struct cel_object *object)
{
    struct cel_type *type = type_new(arena, CEL_TYPE_OBJECT);
    type->object = object;
    return type;
}

// --- fields
enum { FIELDS_WITHOUT_INDEX = 16 };

struct cel_field_index {
    uint32_t *slots; // open addressing: index of a field and 1; 0: free
    uint32_t mask;
};

const struct cel_field_index *cel_field_index_of(
    struct arena *arena, const struct cel_field *fields, uint32_t count)
{
    if (count <= FIELDS_WITHOUT_INDEX)
        return NULL;
    struct cel_field_index *index = arena_alloc(arena, sizeof(*index));
    index->mask = 1;
    while (index->mask < count * 2)
        index->mask = index->mask * 2 + 1;
    size_t bytes = ((size_t)index->mask + 1) * sizeof(*index->slots);
    index->slots = arena_alloc(arena, bytes);
    memset(index->slots, 0, bytes);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = (uint32_t)hash_u64(fields[i].name, 0) & index->mask;
        while (index->slots[at] != 0)
            at = (at + 1) & index->mask;
        index->slots[at] = i + 1;
    }
    return index;
}

uint32_t cel_object_find(const struct cel_object *object, struct bytes name)
{
    if (object->index == NULL) {
        for (uint32_t i = 0; i < object->field_count; i++) {
            if (bytes_equal(object->fields[i].name, name))
                return i;
        }
        return CEL_NO_FIELD;
    }
    const struct cel_field_index *index = object->index;
    uint32_t at = (uint32_t)hash_u64(name, 0) & index->mask;
    while (index->slots[at] != 0) {
        if (bytes_equal(object->fields[index->slots[at] - 1].name, name))
            return index->slots[at] - 1;
        at = (at + 1) & index->mask;
    }
    return CEL_NO_FIELD;
}

const struct cel_type *cel_type_variable(struct arena *arena, uint32_t variable)
{
    struct cel_type *type = type_new(arena, CEL_TYPE_VARIABLE);
    type->variable = variable;
    return type;
}

bool cel_type_equal(const struct cel_type *a, const struct cel_type *b)
{
    if (a == b)
        return true;
    if (a == NULL || b == NULL || a->kind != b->kind)
        return false;
    switch (a->kind) {
    case CEL_TYPE_VARIABLE: return a->variable == b->variable;
    case CEL_TYPE_OBJECT: return a->object == b->object;
    case CEL_TYPE_LIST:
    case CEL_TYPE_TYPE: return cel_type_equal(a->params[0], b->params[0]);
    case CEL_TYPE_MAP:
        return cel_type_equal(a->params[0], b->params[0]) &&
               cel_type_equal(a->params[1], b->params[1]);
    case CEL_TYPE_DYN:
    case CEL_TYPE_NULL:
    case CEL_TYPE_BOOL:
    case CEL_TYPE_INT:
    case CEL_TYPE_UINT:
    case CEL_TYPE_DOUBLE:
    case CEL_TYPE_STRING:
    case CEL_TYPE_BYTES:
    case CEL_TYPE_TIMESTAMP:
    case CEL_TYPE_DURATION: return true;
    }
    return false;
}

// --- as text
static const char *const words[] = {
    [CEL_TYPE_DYN] = "dyn",
    [CEL_TYPE_NULL] = "null",
    [CEL_TYPE_BOOL] = "bool",
    [CEL_TYPE_INT] = "int",
    [CEL_TYPE_UINT] = "uint",
    [CEL_TYPE_DOUBLE] = "double",
    [CEL_TYPE_STRING] = "string",
    [CEL_TYPE_BYTES] = "bytes",
    [CEL_TYPE_TIMESTAMP] = "timestamp",
    [CEL_TYPE_DURATION] = "duration",
    [CEL_TYPE_LIST] = "list",
    [CEL_TYPE_MAP] = "map",
    [CEL_TYPE_TYPE] = "type",
    [CEL_TYPE_OBJECT] = "object",
    [CEL_TYPE_VARIABLE] = "dyn",
};
enum { WORD_COUNT = sizeof(words) / sizeof(words[0]) };

void cel_type_add(struct buffer *to, const struct cel_type *type)
{
    if (type->kind == CEL_TYPE_OBJECT) {
        buffer_add_bytes(to, type->object->name);
        return;
    }
    buffer_add_text(to, words[type->kind]);
    if (type->params[0] == NULL)
        return;
    buffer_add_text(to, "(");
    cel_type_add(to, type->params[0]); // types nest no deeper than what they are of
    if (type->params[1] != NULL) {
        buffer_add_text(to, ", ");
        cel_type_add(to, type->params[1]);
    }
    buffer_add_text(to, ")");
}

const char *cel_type_name(const struct cel_type *type)
{
    switch (type->kind) {
    case CEL_TYPE_NULL: return "null_type";
    case CEL_TYPE_TIMESTAMP: return "google.protobuf.Timestamp";
    case CEL_TYPE_DURATION: return "google.protobuf.Duration";
    case CEL_TYPE_OBJECT: return "map";
    case CEL_TYPE_DYN:
    case CEL_TYPE_BOOL:
    case CEL_TYPE_INT:
    case CEL_TYPE_UINT:
    case CEL_TYPE_DOUBLE:
    case CEL_TYPE_STRING:
    case CEL_TYPE_BYTES:
    case CEL_TYPE_LIST:
    case CEL_TYPE_MAP:
    case CEL_TYPE_TYPE:
    case CEL_TYPE_VARIABLE: return words[type->kind];
    }
    return "dyn";
}

// --- reading
static const struct cel_type *plain_type(enum cel_type_kind kind)
{
    static const struct cel_type *const plain[] = {
        [CEL_TYPE_DYN] = &cel_type_dyn,
        [CEL_TYPE_NULL] = &cel_type_null,
        [CEL_TYPE_BOOL] = &cel_type_bool,
        [CEL_TYPE_INT] = &cel_type_int,
        [CEL_TYPE_UINT] = &cel_type_uint,
        [CEL_TYPE_DOUBLE] = &cel_type_double,
        [CEL_TYPE_STRING] = &cel_type_string,
        [CEL_TYPE_BYTES] = &cel_type_bytes,
        [CEL_TYPE_TIMESTAMP] = &cel_type_timestamp,
        [CEL_TYPE_DURATION] = &cel_type_duration,
        [CEL_TYPE_TYPE] = &cel_type_type,
    };
    return (size_t)kind < sizeof(plain) / sizeof(plain[0]) ? plain[kind] : NULL;
}

static bool take(struct bytes text, size_t *at, char wanted)
{
    while (*at < text.len && text.data[*at] == ' ')
        (*at)++;
    if (*at >= text.len || text.data[*at] != (uint8_t)wanted)
        return false;
    (*at)++;
    return true;
}

static enum cel_type_kind parse_word(struct bytes text, size_t *at)
{
    while (*at < text.len && text.data[*at] == ' ')
        (*at)++;
    size_t end = *at;
    while (end < text.len && text.data[end] >= 'a' && text.data[end] <= 'z')
        end++;
    struct bytes word = bytes_of(text.data + *at, end - *at);
    for (int kind = 0; kind < CEL_TYPE_OBJECT; kind++) {
        if (bytes_equal_text(word, words[kind])) {
            *at = end;
            return (enum cel_type_kind)kind;
        }
    }
    return CEL_TYPE_OBJECT; // none
}

static const struct cel_type *parse(
    struct arena *arena, struct bytes text, size_t *at, uint32_t depth)
{
    if (depth > 32)
        return NULL;
    if (*at < text.len && text.data[*at] >= 'A' && text.data[*at] <= 'Z')
        return cel_type_variable(arena, text.data[(*at)++] - (uint32_t)'A');
    enum cel_type_kind kind = parse_word(text, at);
    if (kind == CEL_TYPE_OBJECT)
        return NULL;
    bool has_params = (kind == CEL_TYPE_LIST || kind == CEL_TYPE_MAP || kind == CEL_TYPE_TYPE) &&
                      take(text, at, '(');
    if (!has_params)
        return plain_type(kind);
    struct cel_type *type = type_new(arena, kind);
    type->params[0] = parse(arena, text, at, depth + 1);
    if (type->params[0] == NULL)
        return NULL;
    if (kind == CEL_TYPE_MAP) {
        if (!take(text, at, ','))
            return NULL;
        (void)take(text, at, ' ');
        type->params[1] = parse(arena, text, at, depth + 1);
        if (type->params[1] == NULL)
            return NULL;
    }
    return take(text, at, ')') ? type : NULL;
}

const struct cel_type *cel_type_parse(struct arena *arena, struct bytes text, size_t *text_at)
{
    return parse(arena, text, text_at, 0);
}

bool cel_type_same_name(const struct cel_type *a, const struct cel_type *b)
{
    return a == b || strcmp(cel_type_name(a), cel_type_name(b)) == 0;
}
