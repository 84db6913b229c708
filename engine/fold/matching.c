#include "engine/fold/matching.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/fold/fold.h"
#include "projections/contact_ask.h"

void candidates_free(struct candidates *candidates)
{
    free(candidates->merged);
    free(candidates->found);
    *candidates = (struct candidates){.count = 0};
}

bool field_hash(struct fold *fold, uint32_t field, uint64_t *hash_out)
{
    struct value value;
    if (!contact_field(fold->state, fold->contact, fold->binding.fields[field], &value))
        return false;
    *hash_out = value_hash(value, 0);
    return true;
}

static bool member_hash(
    struct fold *fold, const struct rule_guard *member, struct value data, uint64_t *hash_out)
{
    if (member->kind == GUARD_CONTACT)
        return field_hash(fold, member->field, hash_out);
    struct value value = value_member(data, member->member);
    if (value.kind == VALUE_ABSENT || value.kind == VALUE_NULL)
        return false;
    *hash_out = value_hash(value, 0);
    return true;
}

static uint32_t first_of_hash(const struct match_guard *guard, uint64_t hash)
{
    uint32_t at = guard->begins[match_guard_prefix(guard, hash)];
    while (at < guard->count && guard->items[at].hash < hash)
        at++;
    return at;
}

// Keeps what is found in order.
static void add_found(struct candidates *candidates, uint32_t count, uint32_t at)
{
    if (count == candidates->found_cap) {
        candidates->found_cap = candidates->found_cap == 0 ? 16 : candidates->found_cap * 2;
        candidates->found =
            mem_resize(candidates->found, candidates->found_cap * sizeof(*candidates->found));
    }
    uint32_t to = count;
    while (to > 0 && candidates->found[to - 1] > at) {
        candidates->found[to] = candidates->found[to - 1];
        to--;
    }
    candidates->found[to] = at;
}

static uint32_t find_guarded(
    struct candidates *candidates,
    struct fold *fold,
    const struct match_guard *guard,
    struct value data,
    uint32_t count)
{
    uint64_t hash = 0;
    if (!member_hash(fold, &guard->member, data, &hash)) {
        for (uint32_t i = 0; i < guard->unasked_count; i++)
            add_found(candidates, count++, guard->unasked[i]);
        return count;
    }
    for (uint32_t i = first_of_hash(guard, hash); i < guard->count && guard->items[i].hash == hash;
         i++)
        add_found(candidates, count++, guard->items[i].at);
    return count;
}

static void merged_room(struct candidates *candidates, uint32_t count)
{
    if (count <= candidates->merged_cap)
        return;
    free(candidates->merged);
    candidates->merged_cap = count * 2;
    candidates->merged = mem_alloc(candidates->merged_cap * sizeof(*candidates->merged));
}

static void merge(struct candidates *candidates, const struct match_set *set, uint32_t found)
{
    uint32_t total = set->open_count + found;
    merged_room(candidates, total);
    uint32_t open = 0, guarded = 0;
    for (uint32_t i = 0; i < total; i++) {
        bool is_open = guarded == found ||
                       (open < set->open_count && set->open[open] < candidates->found[guarded]);
        candidates->merged[i] = is_open ? set->open[open++] : candidates->found[guarded++];
    }
    candidates->places = candidates->merged;
    candidates->count = total;
}

void candidates_add_guarded(
    struct candidates *candidates,
    struct fold *fold,
    const struct match_set *set,
    struct value data)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < set->guard_count; i++)
        found = find_guarded(candidates, fold, &set->guards[i], data, found);
    if (found > 0)
        merge(candidates, set, found);
}

void candidates_all(struct candidates *candidates, uint32_t count)
{
    merged_room(candidates, count);
    for (uint32_t i = 0; i < count; i++)
        candidates->merged[i] = i;
    candidates->places = candidates->merged;
    candidates->count = count;
}
