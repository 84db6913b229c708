// What a score is worth at a moment: its entries as forgetting leaves them, under the caps of its groups, between its
// min and max. Pure arithmetic on thousandths; the same for a moment however often it was looked at before.
#ifndef ENGINE_FOLD_SCORE_VALUE_H
#define ENGINE_FOLD_SCORE_VALUE_H

#include "engine/base/decay.h"
#include "engine/base/time.h"
#include "rules/score.h"

// The time of an entry that is no event, so that idleness does not wait from it.
#define SCORED_NO_EVENT TIME_MS_MIN

// An entry of the ledger.
struct scored {
    int64_t time_ms;
    int64_t points_milli;
    uint32_t group; // index into the score's groups, or SCORE_NO_GROUP
};

// All that the value of a score follows from. What it points at is borrowed.
struct score_parts {
    const struct score_def *score; // one with rules, not `combine`
    const struct scored *entries;  // in order of arrival
    uint32_t count;
    const int64_t
        *state_milli; // group_count + 1: what state rules give to each group, last to none
};

struct score_value {
    int64_t beneath_milli; // under the caps of groups, before min and max
    int64_t shown_milli;
};
struct score_value score_value_at(const struct score_parts *parts, int64_t at_ms);

// The first moment after from_ms at which the value is on another side of one of the score's thresholds than at from_ms,
// or an earlier one at which it is to be looked at again; INT64_MAX when it never will be.
int64_t score_next_crossing(const struct score_parts *parts, int64_t from_ms);
// From when on the entries do not change any more by time alone; INT64_MAX for idleness, which goes on.
int64_t score_rests_from(const struct score_parts *parts);
// The same of a score's entries of which the newest is of that time.
int64_t score_rests_after(const struct forget_def *forget, int64_t newest_ms);

// What forgetting has left of one entry at the moment. The memo is of those that were asked before.
int64_t scored_left(
    const struct forget_def *forget,
    const struct scored *entry,
    int64_t at_ms,
    struct decay_memo *memo);

// How many of a score's thresholds are at or below a value.
uint32_t score_side(const struct score_def *score, int64_t shown_milli);

// --- taking it apart, for explain
// What each entry gives at the moment: `count` numbers. Those of a group add up to the group's sum before its cap.
void score_entry_values(const struct score_parts *parts, int64_t at_ms, int64_t *values_milli_out);
// What idleness has taken by then: mostly negative, 0 for other kinds of forgetting. It belongs to no group.
int64_t score_idle_taken(const struct score_parts *parts, int64_t at_ms);

#endif
