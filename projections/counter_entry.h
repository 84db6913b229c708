// One counter in a record.
//
// Counter, all integers little endian:
//   bytes  field
//       4  name above 9 bits of length; these all set: the length follows
//       4  length, where it is 511 or more
//       …  bytes of the counter, then zeros up to its room
//
// The room is the length rounded up by at most an eighth, and depends on nothing else: a counter that grows
// by a few bytes finds room most of the time, and nothing behind it is moved.
#ifndef PROJECTIONS_COUNTER_ENTRY_H
#define PROJECTIONS_COUNTER_ENTRY_H

#include <stdbool.h>

#include "projections/record.h"

enum { COUNTER_LEN_BITS = 9, COUNTER_LEN_FOLLOWS = (1 << COUNTER_LEN_BITS) - 1 };

struct counter_entry {
    uint32_t name;
    uint32_t len;
    size_t head_bytes;
    size_t bytes; // of all of it
};

static inline size_t counter_room(uint32_t len)
{
    if (len < 16)
        return len;
    size_t step = (size_t)1 << (28 - __builtin_clz(len)); // an eighth of the power of two below
    return (len + step - 1) & ~(step - 1);
}

static inline struct counter_entry counter_entry_of(uint32_t name, uint32_t len)
{
    size_t head_bytes = len < COUNTER_LEN_FOLLOWS ? 4 : 8;
    return (struct counter_entry){name, len, head_bytes, head_bytes + counter_room(len)};
}

// Reads an entry at an offset of the section; false at its end, or where it holds no whole entry.
static inline bool counter_entry_get(struct bytes section, size_t at, struct counter_entry *out)
{
    if (section.len < 4 || at > section.len - 4)
        return false;
    uint32_t head = get_u32(section.data + at);
    uint32_t len = head & COUNTER_LEN_FOLLOWS;
    if (len == COUNTER_LEN_FOLLOWS) {
        if (section.len - at < 8)
            return false;
        len = get_u32(section.data + at + 4);
        if (len < COUNTER_LEN_FOLLOWS)
            return false;
    }
    *out = counter_entry_of(head >> COUNTER_LEN_BITS, len);
    return out->bytes <= section.len - at;
}

static inline void counter_entry_put(uint8_t *to, const struct counter_entry *entry)
{
    uint32_t len = entry->len < COUNTER_LEN_FOLLOWS ? entry->len : COUNTER_LEN_FOLLOWS;
    put_u32(to, entry->name << COUNTER_LEN_BITS | len);
    if (len == COUNTER_LEN_FOLLOWS)
        put_u32(to + 4, entry->len);
}

#endif
