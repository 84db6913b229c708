// A typed view of a value inside an event: what rules and projections read data through.
#ifndef ENGINE_EVENT_VALUE_H
#define ENGINE_EVENT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
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

enum {
    VALUE_DEPTH_MAX = 128,      // of lists and maps in each other, at most
    VALUE_AS_JSON = UINT32_MAX, // pair_count of a list or map that is kept as its JSON text
};

// Borrowed from its event; copied freely. Lists and maps point either into a parsed document, or at
// an array of pairs that the engine made itself (derived events), or are JSON text (value_unpack).
struct value {
    enum value_kind kind;
    uint32_t pair_count; // maps made of pairs; VALUE_AS_JSON
    union {
        bool boolean;
        int64_t integer;
        uint64_t unsigned_integer;
        double real;
        struct bytes text;              // also the JSON text where pair_count is VALUE_AS_JSON
        const void *node;               // node of a parsed list or map; NULL: an empty one
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
// Anything else, and what value_unpack gave, has no elements. Names of a list's elements are empty.
struct value_iterator {
    struct value of;
    size_t index;
    size_t count;
    const void *at;
};
struct value_iterator value_iterate(struct value value);
bool value_next(struct value_iterator *iterator, struct bytes *name_out, struct value *value_out);

// The hash is the same for values that rules hold equal: text as it is, 1 and 1.0 alike, lists and
// maps by their compact JSON (so the order of members counts). For limit keys ("per: data.message").
// The result is kept in stores: it never changes. Lists and maps allocate; nothing else does.
uint64_t value_hash(struct value value, uint64_t seed);
bool value_equal(struct value a, struct value b);
// Appends compact JSON; whole numbers are written without a point, VALUE_ABSENT and what JSON cannot
// say (infinities) as null.
void value_add_json(struct buffer *to, struct value value);

// What JSON text says, in the arena: what value_unpack gave of a list or map, to be walked. False when it is
// none.
bool value_of_json(struct arena *arena, struct bytes json, struct value *out);

// Compact binary form for the store, made to last: a tag byte (the number of the kind; VALUE_BOOL is
// followed by 0 or 1), then
//   VALUE_INT zigzag varint; VALUE_UINT varint; VALUE_DOUBLE 8 bytes IEEE 754, little endian;
//   VALUE_TEXT length varint and bytes; VALUE_LIST, VALUE_MAP length varint and compact JSON.
// Values that are equal have the same bytes: 1.0 is kept as the whole number it is.
void value_pack(struct buffer *to, struct value value);
// Text is borrowed from the packed bytes. Lists and maps come back as JSON text: they can be printed,
// compared, hashed and packed again, not walked. A malformed value sets from->has_failed.
struct value value_unpack(struct cursor *from);

#endif
