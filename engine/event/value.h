// A typed view of a value inside an event: what rules and projections read data through.
#ifndef ENGINE_EVENT_VALUE_H
#define ENGINE_EVENT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/bytes.h"

enum value_kind {
    VALUE_ABSENT, // no such member
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_UINT, // only above INT64_MAX
    VALUE_DOUBLE,
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_MAP,
};

struct value_pair;

// Borrowed from its event; copied freely. Lists and maps point either into a parsed document or at
// an array of pairs that the engine made itself (derived events).
struct value {
    enum value_kind kind;
    uint32_t pair_count; // maps made of pairs
    union {
        bool boolean;
        int64_t integer;
        uint64_t unsigned_integer;
        double real;
        struct bytes text;
        const void *node;               // yyjson_val of a list or map
        const struct value_pair *pairs; // where pair_count > 0
    } as;
};

struct value_pair {
    struct bytes name;
    struct value value;
};

struct value value_text(struct bytes text);
struct value value_int(int64_t integer);
struct value value_double(double real);
struct value value_map_of(const struct value_pair *pairs, uint32_t count);

// The member of a map; VALUE_ABSENT where value is no map or has no such member.
struct value value_member(struct value map, struct bytes name);
// Follows "a.b.c" from value; VALUE_ABSENT when any part is missing.
struct value value_path(struct value value, struct bytes path);

// Walks a list or a map in its own order. Set up by value_iterate; each next gives false at the end.
struct value_iterator {
    struct value of;
    size_t index;
    size_t count;
    const void *at;
};
struct value_iterator value_iterate(struct value value);
bool value_next(struct value_iterator *iterator, struct bytes *name_out, struct value *value_out);

// The same bytes for values that rules hold equal: text as it is, 1 and 1.0 alike, lists and maps as
// compact JSON. For hashing limit keys ("per: data.message").
uint64_t value_hash(struct value value, uint64_t seed);
bool value_equal(struct value a, struct value b);
void value_add_json(struct buffer *to, struct value value);

// Compact binary form for the store: value_pack appends, value_unpack reads (scalars only, text
// borrowed from the packed bytes). Lists and maps are packed as their JSON text. Format: tag byte, then payload.
void value_pack(struct buffer *to, struct value value);
struct value value_unpack(struct cursor *from);

#endif
