// A set of 128-bit ids that only grows.
#ifndef CONSUMERS_FILE_ID_SET_H
#define CONSUMERS_FILE_ID_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/hash.h"

// Zero-initialised is a valid empty set. 16 bytes a slot, at most half of the slots used.
struct id_set {
    struct hash128 *slots;
    size_t slot_count; // 0 or a power of two
    size_t used;
};

void id_set_add(struct id_set *set, struct hash128 id); // again: no effect
bool id_set_has(const struct id_set *set, struct hash128 id);
void id_set_free(struct id_set *set); // leaves a valid empty set

#endif
