// Which of what an event's type may match can match this event.
#ifndef ENGINE_FOLD_MATCHING_H
#define ENGINE_FOLD_MATCHING_H

#include "engine/event/value.h"
#include "rules/match.h"

struct fold;

// Zero-initialised is valid.
struct candidates {
    const uint32_t *places; // in the list that the set is of, ascending
    uint32_t count;
    uint32_t *merged; // memory of its own
    uint32_t merged_cap;
    uint32_t *found;
    uint32_t found_cap;
};

// Beside those that need no value, those whose value the event or the contact has.
void candidates_add_guarded(
    struct candidates *candidates,
    struct fold *fold,
    const struct match_set *set,
    struct value data);
// Those that the set leaves for the event with this data and the contact in hand: all whose condition may be true, and all that
// may fail. Valid until the next call.
static inline void candidates_find(
    struct candidates *candidates,
    struct fold *fold,
    const struct match_set *set,
    struct value data)
{
    candidates->places = set->open;
    candidates->count = set->open_count;
    if (set->guard_count > 0)
        candidates_add_guarded(candidates, fold, set, data);
}
// All of a list of `count`, for who wants to know why some of it cannot match.
void candidates_all(struct candidates *candidates, uint32_t count);
void candidates_free(struct candidates *candidates);

// The hash by which guards know the value of a declared field of the contact in hand; false when it has none.
bool field_hash(struct fold *fold, uint32_t field, uint64_t *hash_out);

#endif
