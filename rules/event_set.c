#include "rules/event_set.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "rules/compiler.h"

enum { SLOTS_MIN = 32 };

struct event_types ruleset_types_on(const struct ruleset *ruleset, const event_type *on)
{
    if (*on < EVENT_SET_FIRST)
        return (struct event_types){on, 1};
    if (*on - EVENT_SET_FIRST >= ruleset->event_set_count)
        return (struct event_types){NULL, 0};
    const struct event_set *set = &ruleset->event_sets[*on - EVENT_SET_FIRST];
    return (struct event_types){set->types, set->count};
}

bool ruleset_is_on(const struct ruleset *ruleset, event_type on, event_type type)
{
    struct event_types types = ruleset_types_on(ruleset, &on);
    for (uint32_t i = 0; i < types.count; i++) {
        if (types.items[i] == type)
            return true;
    }
    return false;
}

// The slot of the same set, or the empty one where it belongs.
static uint32_t *slot_of(const struct ruleset *ruleset, const struct event_set *wanted)
{
    size_t at = (size_t)wanted->hash & (ruleset->event_set_slot_count - 1);
    for (;; at = (at + 1) & (ruleset->event_set_slot_count - 1)) {
        uint32_t *slot = &ruleset->event_set_slots[at];
        if (*slot == 0)
            return slot;
        const struct event_set *set = &ruleset->event_sets[*slot - 1];
        if (set->hash == wanted->hash && set->count == wanted->count &&
            memcmp(set->types, wanted->types, set->count * sizeof(event_type)) == 0)
            return slot;
    }
}

static void grow_slots(struct ruleset *ruleset)
{
    free(ruleset->event_set_slots);
    ruleset->event_set_slot_count =
        ruleset->event_set_slot_count == 0 ? SLOTS_MIN : ruleset->event_set_slot_count * 2;
    ruleset->event_set_slots =
        mem_zero(ruleset->event_set_slot_count, sizeof(*ruleset->event_set_slots));
    for (size_t i = 0; i < ruleset->event_set_count; i++)
        *slot_of(ruleset, &ruleset->event_sets[i]) = (uint32_t)i + 1;
}

event_type event_set_of(struct ruleset *ruleset, const event_type *types, uint32_t count)
{
    INVARIANT(count > 1);
    size_t bytes = count * sizeof(*types);
    uint64_t hash = hash_u64(bytes_of(types, bytes), 0);
    if (ruleset->event_set_count * 2 >= ruleset->event_set_slot_count)
        grow_slots(ruleset);
    uint32_t *slot = slot_of(ruleset, &(struct event_set){types, count, hash});
    if (*slot != 0)
        return EVENT_SET_FIRST + (event_type)(*slot - 1);
    event_type *copy = arena_alloc(&ruleset->arena, bytes);
    memcpy(copy, types, bytes);
    ruleset->event_sets = compile_grow(
        ruleset->event_sets, &ruleset->event_set_cap, ruleset->event_set_count,
        sizeof(*ruleset->event_sets));
    ruleset->event_sets[ruleset->event_set_count++] = (struct event_set){copy, count, hash};
    *slot = (uint32_t)ruleset->event_set_count;
    return EVENT_SET_FIRST + (event_type)(ruleset->event_set_count - 1);
}
