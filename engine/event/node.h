// Reading of parsed JSON nodes without casting const away; engine/event only.
#ifndef ENGINE_EVENT_NODE_H
#define ENGINE_EVENT_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "engine/base/bytes.h"
#include "engine/event/value.h"

static inline uint8_t node_type(const yyjson_val *node)
{
    return (uint8_t)(node->tag & YYJSON_TYPE_MASK);
}

static inline uint8_t node_subtype(const yyjson_val *node)
{
    return (uint8_t)(node->tag & YYJSON_SUBTYPE_MASK);
}

// Bytes of a text, elements of a list, members of a map.
static inline size_t node_len(const yyjson_val *node)
{
    return (size_t)(node->tag >> YYJSON_TAG_BIT);
}

static inline bool node_is_text(const yyjson_val *node)
{
    return node_type(node) == YYJSON_TYPE_STR;
}

static inline bool node_is_null(const yyjson_val *node)
{
    return node_type(node) == YYJSON_TYPE_NULL;
}

static inline bool node_is_map(const yyjson_val *node)
{
    return node_type(node) == YYJSON_TYPE_OBJ;
}

static inline bool node_is_container(const yyjson_val *node)
{
    return node_type(node) >= YYJSON_TYPE_ARR;
}

static inline struct bytes node_text(const yyjson_val *node)
{
    return bytes_of(node->uni.str, node_len(node));
}

// As bytes_equal, without a call where both are short.
static inline bool name_equal(struct bytes a, struct bytes b)
{
    size_t len = a.len;
    if (len != b.len)
        return false;
    if (len > 16)
        return memcmp(a.data, b.data, len) == 0;
    if (len >= 8)
        return get_u64(a.data) == get_u64(b.data) &&
               get_u64(a.data + len - 8) == get_u64(b.data + len - 8);
    if (len >= 4)
        return get_u32(a.data) == get_u32(b.data) &&
               get_u32(a.data + len - 4) == get_u32(b.data + len - 4);
    for (size_t i = 0; i < len; i++) {
        if (a.data[i] != b.data[i])
            return false;
    }
    return true;
}

// The first eight bytes of a name, zeros behind a shorter one. Eight bytes must be readable from
// where it begins: names in the decoder's pool are (NODE_PADDING_BYTES), and copies with padding.
enum { NODE_PADDING_BYTES = 16 };
static inline uint64_t name_word(struct bytes name)
{
    if (name.len == 0)
        return 0;
    uint64_t word = get_u64(name.data);
    return name.len >= 8 ? word : word & (~UINT64_C(0) >> (64 - 8 * name.len));
}

// What follows a node and everything in it.
static inline const yyjson_val *node_next(const yyjson_val *node)
{
    size_t step = node_is_container(node) ? node->uni.ofs : sizeof(*node);
    return (const yyjson_val *)(const void *)((const uint8_t *)node + step);
}

static inline struct value node_value(const yyjson_val *node)
{
    switch (node_type(node)) {
    case YYJSON_TYPE_STR: return (struct value){.kind = VALUE_TEXT, .as.text = node_text(node)};
    case YYJSON_TYPE_NUM:
        if (node_subtype(node) == YYJSON_SUBTYPE_REAL)
            return (struct value){.kind = VALUE_DOUBLE, .as.real = node->uni.f64};
        if (node_subtype(node) == YYJSON_SUBTYPE_UINT && node->uni.u64 > INT64_MAX)
            return (struct value){.kind = VALUE_UINT, .as.unsigned_integer = node->uni.u64};
        return (struct value){.kind = VALUE_INT, .as.integer = node->uni.i64};
    case YYJSON_TYPE_BOOL:
        return (struct value){
            .kind = VALUE_BOOL, .as.boolean = node_subtype(node) == YYJSON_SUBTYPE_TRUE};
    case YYJSON_TYPE_ARR: return (struct value){.kind = VALUE_LIST, .as.node = node};
    case YYJSON_TYPE_OBJ: return (struct value){.kind = VALUE_MAP, .as.node = node};
    default: // a number of the library's, not an enum of ours
        return (struct value){.kind = VALUE_NULL};
    }
}

#endif
