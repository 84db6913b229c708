// What an event of a type may match, and which of it need not be looked at because of what the event says.
#ifndef RULES_MATCH_H
#define RULES_MATCH_H

#include "engine/base/arena.h"
#include "rules/guard.h"

struct rule_expression;

// One of a list, by the hash of the value that its condition needs.
struct guarded {
    uint64_t hash;
    uint32_t at; // in the list
};

// Those of a list that need some value of one member.
struct match_guard {
    struct rule_guard member;    // which member; its hash means nothing here
    const struct guarded *items; // by hash, then as listed
    uint32_t count;
    // Where items of a hash begin at the earliest, by its highest bits: as many lists as there are items, or more.
    const uint32_t *begins;
    uint32_t begin_bits;
    const uint32_t
        *unasked; // those that fail, and so have to be evaluated, where the member is not there
    uint32_t unasked_count;
};

// Places in a list, ascending.
struct match_set {
    const uint32_t *open; // those that need no value
    uint32_t open_count;
    const struct match_guard *guards;
    uint32_t guard_count;
};

static inline size_t match_guard_prefix(const struct match_guard *guard, uint64_t hash)
{
    return (size_t)(hash >> 1 >> (63 - guard->begin_bits)); // of no bits: 0
}

// The conditions of a list, NULL where there is none, in its order. The set lives in the arena. `kinds`: the guards that may
// be used, as bits of 1 << enum guard_kind.
struct match_set match_set_of(
    struct arena *arena,
    const struct rule_expression *const *conditions,
    uint32_t count,
    uint32_t kinds);

#endif
