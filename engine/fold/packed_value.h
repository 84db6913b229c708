// Scalar values of expressions as bytes, for counters that keep one.
//
// Kind (1): 1 bool, 2 int, 3 uint, 4 double, 5 string, 6 timestamp, 7 duration; never renumber. Then the value: 1 byte of
// a bool, the text of a string, else 8 bytes little endian; of times seconds, then nanoseconds (4).
#ifndef ENGINE_FOLD_PACKED_VALUE_H
#define ENGINE_FOLD_PACKED_VALUE_H

#include "engine/base/arena.h"
#include "rules/cel/value.h"

// How long the bytes are; 0 for a kind that is not packed (null, bytes, list, map, type, error).
size_t packed_value_bytes(struct cel_value value);
// Writes that many bytes.
void packed_value_put(uint8_t *to, struct cel_value value);
// The value; a text is copied into the arena. null for bytes that are none.
struct cel_value packed_value_get(struct bytes from, struct arena *arena);

#endif
