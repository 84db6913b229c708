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

// A condition that needs a value, and its place in the list.
struct telling {
    const struct rule_guard *guard;
    uint32_t at;
};

// By member, then as listed.
static int compare_members(const void *a, const void *b)
{
    const struct telling *left = a;
    const struct telling *right = b;
    int order = (int)left->guard->kind - (int)right->guard->kind;
    if (order == 0 && left->guard->kind == GUARD_DATA)
        order = bytes_compare(left->guard->member, right->guard->member);
    else if (order == 0)
        order =
            (left->guard->field > right->guard->field) - (left->guard->field < right->guard->field);
    return order != 0 ? order : (left->at > right->at) - (left->at < right->at);
}

static const struct rule_guard *guard_at(const struct rule_expression *condition, uint32_t kinds)
{
    bool is_telling = condition != NULL && condition->guard.kind != GUARD_NONE &&
                      (kinds >> condition->guard.kind & 1) != 0;
    return is_telling ? &condition->guard : NULL;
}

// Sorts those of one prefix. They stand as listed, so those of one value are in order already.
static void sort_few(struct guarded *items, uint32_t count)
{
    enum { FEW = 16 };
    if (count > FEW) {
        bool is_sorted = true;
        for (uint32_t i = 1; i < count && is_sorted; i++)
            is_sorted = items[i - 1].hash <= items[i].hash;
        if (!is_sorted)
            qsort(items, count, sizeof(*items), compare_guarded);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        const struct guarded item = items[i];
        uint32_t to = i;
        for (; to > 0 && items[to - 1].hash > item.hash; to--)
            items[to] = items[to - 1];
        items[to] = item;
    }
}

// Puts the items by hash, those of one hash as listed: by prefix first, so that few are to be compared.
static void set_items(
    struct arena *arena, struct match_guard *guard, const struct telling *tellings)
{
    while (UINT32_C(1) << guard->begin_bits < guard->count)
        guard->begin_bits++;
    const size_t lists = (size_t)1 << guard->begin_bits;
    uint32_t *begins = arena_alloc(arena, lists * sizeof(*begins));
    uint32_t *ends = mem_zero(lists, sizeof(*ends));
    struct guarded *items = arena_alloc(arena, guard->count * sizeof(*items));
    for (uint32_t i = 0; i < guard->count; i++)
        ends[match_guard_prefix(guard, tellings[i].guard->hash)]++;
    uint32_t begin = 0;
    for (size_t prefix = 0; prefix < lists; prefix++) {
        begins[prefix] = begin;
        begin += ends[prefix];
        ends[prefix] = begins[prefix];
    }
    for (uint32_t i = 0; i < guard->count; i++) {
        const uint64_t hash = tellings[i].guard->hash;
        items[ends[match_guard_prefix(guard, hash)]++] = (struct guarded){hash, tellings[i].at};
    }
    for (size_t prefix = 0; prefix < lists; prefix++)
        sort_few(items + begins[prefix], ends[prefix] - begins[prefix]);
    free(ends);
    guard->items = items;
    guard->begins = begins;
}

// The guard of those that need a value of one member.
static struct match_guard guard_of_member(
    struct arena *arena, const struct telling *tellings, uint32_t count)
{
    uint32_t *unasked = arena_alloc(arena, count * sizeof(*unasked));
    struct match_guard guard = {.member = *tellings[0].guard, .count = count, .unasked = unasked};
    for (uint32_t i = 0; i < count; i++) {
        if (!tellings[i].guard->is_asked_for)
            unasked[guard.unasked_count++] = tellings[i].at;
    }
    set_items(arena, &guard, tellings);
    return guard;
}

static uint32_t same_member(const struct telling *tellings, uint32_t count)
{
    uint32_t same = 1;
    while (same < count && guard_is_same_member(tellings[same].guard, tellings[0].guard))
        same++;
    return same;
}

// By member. Mostly they are: the conditions of a ruleset ask for few members.
static void sort_members(struct telling *tellings, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (compare_members(&tellings[i - 1], &tellings[i]) <= 0)
            continue;
        qsort(tellings, count, sizeof(*tellings), compare_members);
        return;
    }
}

struct match_set match_set_of(
    struct arena *arena,
    const struct rule_expression *const *conditions,
    uint32_t count,
    uint32_t kinds)
{
    struct match_set set = {.guard_count = 0};
    struct telling *tellings = mem_alloc((count + 1) * sizeof(*tellings));
    uint32_t *open = arena_alloc(arena, (count + 1) * sizeof(*open));
    uint32_t telling_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct rule_guard *guard = guard_at(conditions[i], kinds);
        if (guard == NULL)
            open[set.open_count++] = i;
        else
            tellings[telling_count++] = (struct telling){guard, i};
    }
    sort_members(tellings, telling_count);
    uint32_t members = 0;
    for (uint32_t i = 0; i < telling_count; members++)
        i += same_member(&tellings[i], telling_count - i);
    struct match_guard *guards = arena_alloc(arena, (members + 1) * sizeof(*guards));
    for (uint32_t i = 0; i < telling_count;) {
        uint32_t same = same_member(&tellings[i], telling_count - i);
        guards[set.guard_count++] = guard_of_member(arena, &tellings[i], same);
        i += same;
    }
    set.open = open;
    set.guards = guards;
    free(tellings);
    return set;
}
