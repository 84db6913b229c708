#include "rules/match.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "rules/expression.h"

static int compare_guarded(const void *a, const void *b)
{
    const struct guarded *left = a;
    const struct guarded *right = b;
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return (left->at > right->at) - (left->at < right->at);
}

// The list on the way.
struct matched {
    struct arena *arena;
    const struct rule_expression *const *conditions;
    uint32_t count;
    uint32_t kinds;
    bool *is_taken;
};

static const struct rule_guard *guard_at(const struct matched *list, uint32_t at)
{
    const struct rule_expression *condition = list->conditions[at];
    if (condition == NULL || condition->guard.kind == GUARD_NONE ||
        (list->kinds >> condition->guard.kind & 1) == 0)
        return NULL;
    return &condition->guard;
}

// Takes all of the list from `first` on that need a value of the same member; marks them.
static void take_member(const struct matched *list, struct match_guard *out)
{
    uint32_t first = 0;
    while (list->is_taken[first] || guard_at(list, first) == NULL)
        first++;
    const struct rule_guard *member = guard_at(list, first);
    struct guarded *items = arena_alloc(list->arena, (list->count - first) * sizeof(*items));
    uint32_t *unasked = arena_alloc(list->arena, (list->count - first) * sizeof(*unasked));
    *out = (struct match_guard){.member = *member, .items = items, .unasked = unasked};
    for (uint32_t i = first; i < list->count; i++) {
        const struct rule_guard *guard = guard_at(list, i);
        if (guard == NULL || list->is_taken[i] || !guard_is_same_member(guard, member))
            continue;
        list->is_taken[i] = true;
        items[out->count++] = (struct guarded){guard->hash, i};
        if (!guard->is_asked_for)
            unasked[out->unasked_count++] = i;
    }
    qsort(items, out->count, sizeof(*items), compare_guarded);
}

struct match_set match_set_of(
    struct arena *arena,
    const struct rule_expression *const *conditions,
    uint32_t count,
    uint32_t kinds)
{
    struct match_set set = {.guard_count = 0};
    bool *is_taken = mem_zero(count + 1, sizeof(*is_taken));
    const struct matched list = {arena, conditions, count, kinds, is_taken};
    uint32_t *open = arena_alloc(arena, (count + 1) * sizeof(*open));
    uint32_t left = 0;
    struct match_guard *guards = NULL;
    size_t cap = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (guard_at(&list, i) == NULL)
            open[set.open_count++] = i;
        else
            left++;
    }
    while (left > 0) {
        if (set.guard_count == cap)
            guards = mem_resize(guards, (cap = cap == 0 ? 4 : cap * 2) * sizeof(*guards));
        struct match_guard *guard = &guards[set.guard_count++];
        take_member(&list, guard);
        left -= guard->count;
    }
    struct match_guard *kept = arena_alloc(arena, (set.guard_count + 1) * sizeof(*kept));
    if (set.guard_count > 0)
        memcpy(kept, guards, set.guard_count * sizeof(*kept));
    set.open = open;
    set.guards = kept;
    free(guards);
    free(is_taken);
    return set;
}
