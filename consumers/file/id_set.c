// Open addressing with linear probing; the all-zero id stands for an empty slot.
#include "consumers/file/id_set.h"

#include <stdlib.h>

#include "engine/base/memory.h"

enum { SLOTS_MIN = 64 };

// An id of zeros would look like an empty slot: it takes the place of another one, which nothing
// derives (the chance is that of any two ids being the same).
static struct hash128 slot_value(struct hash128 id)
{
    if (id.low == 0 && id.high == 0)
        return (struct hash128){.low = 1, .high = 0};
    return id;
}

static bool is_empty(struct hash128 slot)
{
    return slot.low == 0 && slot.high == 0;
}

// Where the id is, or the empty slot where it belongs.
static size_t slot_find(const struct id_set *set, struct hash128 id)
{
    size_t mask = set->slot_count - 1;
    size_t at = (size_t)hash_mix(id.low) & mask;
    while (!is_empty(set->slots[at]) && !hash128_equal(set->slots[at], id))
        at = (at + 1) & mask;
    return at;
}

static void set_grow(struct id_set *set)
{
    struct id_set grown = {0};
    grown.slot_count = set->slot_count == 0 ? SLOTS_MIN : set->slot_count * 2;
    grown.slots = mem_zero(grown.slot_count, sizeof(*grown.slots));
    grown.used = set->used;
    for (size_t i = 0; i < set->slot_count; i++) {
        if (!is_empty(set->slots[i]))
            grown.slots[slot_find(&grown, set->slots[i])] = set->slots[i];
    }
    free(set->slots);
    *set = grown;
}

void id_set_add(struct id_set *set, struct hash128 id)
{
    if (set->used * 2 >= set->slot_count)
        set_grow(set);
    struct hash128 value = slot_value(id);
    size_t at = slot_find(set, value);
    if (is_empty(set->slots[at])) {
        set->slots[at] = value;
        set->used++;
    }
}

bool id_set_has(const struct id_set *set, struct hash128 id)
{
    if (set->used == 0)
        return false;
    return !is_empty(set->slots[slot_find(set, slot_value(id))]);
}

void id_set_free(struct id_set *set)
{
    free(set->slots);
    *set = (struct id_set){0};
}
