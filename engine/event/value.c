// Values: reading members, comparing, and their JSON and packed forms.
#include "engine/event/value.h"

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/text.h"
#include "engine/event/node.h"

// Numbers in stores: the kinds are the tags.
_Static_assert(VALUE_ABSENT == 0 && VALUE_NULL == 1 && VALUE_BOOL == 2, "packed tags");
_Static_assert(VALUE_INT == 3 && VALUE_UINT == 4 && VALUE_DOUBLE == 5, "packed tags");
_Static_assert(VALUE_TEXT == 6 && VALUE_LIST == 7 && VALUE_MAP == 8, "packed tags");

#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0

static bool is_container(struct value value)
{
    return value.kind == VALUE_LIST || value.kind == VALUE_MAP;
}

static bool is_json_text(struct value value)
{
    return is_container(value) && value.pair_count == VALUE_AS_JSON;
}

static bool is_node(struct value value)
{
    return is_container(value) && value.pair_count == 0 && value.as.node != NULL;
}

// The one form of a number: a double that is a whole number becomes an integer.
static struct value canonical(struct value value)
{
    if (value.kind != VALUE_DOUBLE)
        return value;
    double real = value.as.real;
    if (real >= -TWO_TO_63 && real < TWO_TO_63) {
        int64_t whole = (int64_t)real;
        return (double)whole == real ? value_int(whole) : value;
    }
    // Every double of this size is whole.
    if (real >= TWO_TO_63 && real < TWO_TO_64)
        return (struct value){.kind = VALUE_UINT, .as.unsigned_integer = (uint64_t)real};
    return value;
}

struct value value_text(struct bytes text)
{
    return (struct value){.kind = VALUE_TEXT, .as.text = text};
}

struct value value_int(int64_t integer)
{
    return (struct value){.kind = VALUE_INT, .as.integer = integer};
}

struct value value_double(double real)
{
    return (struct value){.kind = VALUE_DOUBLE, .as.real = real};
}

struct value value_map_of(const struct value_pair *pairs, uint32_t count)
{
    INVARIANT(count < VALUE_AS_JSON);
    if (count == 0)
        return (struct value){.kind = VALUE_MAP, .as.node = NULL};
    return (struct value){.kind = VALUE_MAP, .pair_count = count, .as.pairs = pairs};
}

static struct value member_of_node(const yyjson_val *map, struct bytes name)
{
    const yyjson_val *key = map + 1;
    for (size_t left = node_len(map); left > 0; left--) {
        if (name_equal(node_text(key), name))
            return node_value(key + 1);
        key = node_next(key + 1);
    }
    return (struct value){.kind = VALUE_ABSENT};
}

struct value value_member(struct value map, struct bytes name)
{
    if (map.kind != VALUE_MAP || is_json_text(map))
        return (struct value){.kind = VALUE_ABSENT};
    if (is_node(map))
        return member_of_node(map.as.node, name);
    for (uint32_t i = 0; i < map.pair_count; i++) {
        if (name_equal(map.as.pairs[i].name, name))
            return map.as.pairs[i].value;
    }
    return (struct value){.kind = VALUE_ABSENT};
}

struct value value_path(struct value value, struct bytes path)
{
    while (path.len > 0) {
        const uint8_t *dot = memchr(path.data, '.', path.len);
        if (dot == NULL)
            return value_member(value, path);
        size_t part_len = (size_t)(dot - path.data);
        value = value_member(value, bytes_of(path.data, part_len));
        path = bytes_of(dot + 1, path.len - part_len - 1);
        if (path.len == 0)
            return (struct value){.kind = VALUE_ABSENT}; // "a."
    }
    return value;
}

struct value_iterator value_iterate(struct value value)
{
    struct value_iterator iterator = {.of = value};
    if (is_node(value)) {
        const yyjson_val *node = value.as.node;
        iterator.count = node_len(node);
        iterator.at = node + 1;
    } else if (is_container(value) && !is_json_text(value)) {
        iterator.count = value.pair_count;
    }
    return iterator;
}

bool value_next(struct value_iterator *iterator, struct bytes *name_out, struct value *value_out)
{
    if (iterator->index >= iterator->count)
        return false;
    size_t index = iterator->index++;
    if (!is_node(iterator->of)) {
        *name_out = iterator->of.as.pairs[index].name;
        *value_out = iterator->of.as.pairs[index].value;
        return true;
    }
    const yyjson_val *node = iterator->at;
    *name_out = (struct bytes){0};
    if (iterator->of.kind == VALUE_MAP) {
        *name_out = node_text(node);
        node++;
    }
    *value_out = node_value(node);
    iterator->at = node_next(node);
    return true;
}

static void add_scalar_json(struct buffer *to, struct value value)
{
    value = canonical(value);
    switch (value.kind) {
    case VALUE_ABSENT:
    case VALUE_NULL: buffer_add_text(to, "null"); return;
    case VALUE_BOOL: buffer_add_text(to, value.as.boolean ? "true" : "false"); return;
    case VALUE_INT: buffer_add_format(to, "%lld", (long long)value.as.integer); return;
    case VALUE_UINT:
        buffer_add_format(to, "%llu", (unsigned long long)value.as.unsigned_integer);
        return;
    case VALUE_DOUBLE:
        if (value.as.real - value.as.real != 0.0) // not finite
            buffer_add_text(to, "null");
        else
            text_add_double(to, value.as.real);
        return;
    case VALUE_TEXT: text_add_json(to, value.as.text); return;
    case VALUE_LIST:
    case VALUE_MAP: break;
    }
    INVARIANT(is_json_text(value));
    buffer_add_bytes(to, value.as.text);
}

void value_add_json(struct buffer *to, struct value value)
{
    if (!is_container(value) || is_json_text(value)) {
        add_scalar_json(to, value);
        return;
    }
    struct value_iterator open[VALUE_DEPTH_MAX];
    size_t depth = 0;
    open[depth++] = value_iterate(value);
    buffer_add_u8(to, value.kind == VALUE_MAP ? '{' : '[');
    while (depth > 0) {
        struct value_iterator *inner = &open[depth - 1];
        struct bytes name;
        struct value element;
        if (!value_next(inner, &name, &element)) {
            buffer_add_u8(to, inner->of.kind == VALUE_MAP ? '}' : ']');
            depth--;
            continue;
        }
        if (inner->index > 1)
            buffer_add_u8(to, ',');
        if (inner->of.kind == VALUE_MAP) {
            text_add_json(to, name);
            buffer_add_u8(to, ':');
        }
        if (!is_container(element) || is_json_text(element)) {
            add_scalar_json(to, element);
            continue;
        }
        INVARIANT(depth < VALUE_DEPTH_MAX);
        open[depth++] = value_iterate(element);
        buffer_add_u8(to, element.kind == VALUE_MAP ? '{' : '[');
    }
}

// Eight bytes that stand for the payload of a scalar that is no text.
static uint64_t scalar_bits(struct value value)
{
    switch (value.kind) {
    case VALUE_BOOL: return value.as.boolean ? 1 : 0;
    case VALUE_INT: return (uint64_t)value.as.integer;
    case VALUE_UINT: return value.as.unsigned_integer;
    case VALUE_DOUBLE: break;
    case VALUE_ABSENT:
    case VALUE_NULL:
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_MAP: return 0;
    }
    if (value.as.real != value.as.real)
        return UINT64_C(0x7ff8000000000000); // every NaN alike
    uint64_t bits;
    memcpy(&bits, &value.as.real, sizeof(bits));
    return bits;
}

uint64_t value_hash(struct value value, uint64_t seed)
{
    value = canonical(value);
    uint64_t kind_seed = hash_mix(seed + (uint64_t)value.kind);
    if (value.kind == VALUE_TEXT || is_json_text(value))
        return hash_u64(value.as.text, kind_seed);
    if (!is_container(value))
        return hash_mix(kind_seed ^ scalar_bits(value));
    struct buffer json = {0};
    value_add_json(&json, value);
    uint64_t hash = hash_u64(buffer_bytes(&json), kind_seed);
    buffer_free(&json);
    return hash;
}

static bool containers_equal(struct value a, struct value b)
{
    struct buffer json_a = {0};
    struct buffer json_b = {0};
    value_add_json(&json_a, a);
    value_add_json(&json_b, b);
    bool is_equal = bytes_equal(buffer_bytes(&json_a), buffer_bytes(&json_b));
    buffer_free(&json_a);
    buffer_free(&json_b);
    return is_equal;
}

bool value_equal(struct value a, struct value b)
{
    a = canonical(a);
    b = canonical(b);
    if (a.kind != b.kind)
        return false;
    if (a.kind == VALUE_TEXT)
        return bytes_equal(a.as.text, b.as.text);
    if (is_container(a))
        return containers_equal(a, b);
    return scalar_bits(a) == scalar_bits(b);
}

void value_pack(struct buffer *to, struct value value)
{
    value = canonical(value); // so that the same value has the same bytes
    buffer_add_u8(to, (uint8_t)value.kind);
    switch (value.kind) {
    case VALUE_ABSENT:
    case VALUE_NULL: return;
    case VALUE_BOOL: buffer_add_u8(to, value.as.boolean ? 1 : 0); return;
    case VALUE_INT: buffer_add_zigzag(to, value.as.integer); return;
    case VALUE_UINT: buffer_add_varint(to, value.as.unsigned_integer); return;
    case VALUE_DOUBLE: {
        uint64_t bits;
        memcpy(&bits, &value.as.real, sizeof(bits));
        buffer_add_u64(to, bits);
        return;
    }
    case VALUE_TEXT: buffer_add_sized(to, value.as.text); return;
    case VALUE_LIST:
    case VALUE_MAP: break;
    }
    struct buffer json = {0};
    value_add_json(&json, value);
    buffer_add_sized(to, buffer_bytes(&json));
    buffer_free(&json);
}

static struct value unpack_payload(struct cursor *from, enum value_kind kind)
{
    struct value value = {.kind = kind};
    switch (kind) {
    case VALUE_ABSENT:
    case VALUE_NULL: break;
    case VALUE_BOOL: value.as.boolean = cursor_u8(from) != 0; break;
    case VALUE_INT: value.as.integer = cursor_zigzag(from); break;
    case VALUE_UINT: value.as.unsigned_integer = cursor_varint(from); break;
    case VALUE_DOUBLE: {
        uint64_t bits = cursor_u64(from);
        memcpy(&value.as.real, &bits, sizeof(bits));
        break;
    }
    case VALUE_LIST:
    case VALUE_MAP:
        value.pair_count = VALUE_AS_JSON;
        value.as.text = cursor_sized(from);
        break;
    case VALUE_TEXT: value.as.text = cursor_sized(from); break;
    }
    return value;
}

struct value value_unpack(struct cursor *from)
{
    uint8_t tag = cursor_u8(from);
    if (tag > VALUE_MAP)
        from->has_failed = true;
    if (from->has_failed)
        return (struct value){.kind = VALUE_ABSENT};
    struct value value = unpack_payload(from, (enum value_kind)tag);
    return from->has_failed ? (struct value){.kind = VALUE_ABSENT} : value;
}
