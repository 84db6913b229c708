#include "rules/event_set.h"

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "rules/compiler.h"

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

event_type event_set_of(struct ruleset *ruleset, const event_type *types, uint32_t count)
{
    INVARIANT(count > 1);
    size_t bytes = count * sizeof(*types);
    uint64_t hash = hash_u64(bytes_of(types, bytes), 0);
    for (size_t i = 0; i < ruleset->event_set_count; i++) {
        const struct event_set *set = &ruleset->event_sets[i];
        if (set->hash == hash && set->count == count && memcmp(set->types, types, bytes) == 0)
            return EVENT_SET_FIRST + (event_type)i;
    }
    event_type *copy = arena_alloc(&ruleset->arena, bytes);
    memcpy(copy, types, bytes);
    ruleset->event_sets = compile_grow(
        ruleset->event_sets, &ruleset->event_set_cap, ruleset->event_set_count,
        sizeof(*ruleset->event_sets));
    ruleset->event_sets[ruleset->event_set_count++] = (struct event_set){copy, count, hash};
    return EVENT_SET_FIRST + (event_type)(ruleset->event_set_count - 1);
}
