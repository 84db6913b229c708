// Score totals and the ledger entries that they are the sum of.
#ifndef PROJECTIONS_SCORES_H
#define PROJECTIONS_SCORES_H

#include <stdbool.h>
#include <stdint.h>

#include "projections/contacts.h"

// At most so many entries of a rule per key (limit: {times, per}). times == 0: no limit.
struct score_limit {
    uint32_t times;
    uint64_t key_hash; // of the value of `per`; one constant where a rule has no `per`
};

struct score_change {
    bool is_applied;      // false: the limit was reached, nothing changed
    int64_t before_milli; // sums before the ruleset's min and max
    int64_t after_milli;
};

// Appends an entry to the ledger and adds it to its score's sum. entry->count is 1. Inside a frame.
// Sums saturate at +-9e15 thousandths.
void score_add(
    struct state *state,
    struct contact_number contact,
    const struct ledger_entry *entry,
    const struct score_limit *limit,
    struct score_change *out);
int64_t score_sum(struct state *state, struct contact_number contact, struct name_id score);

// The n contacts with the highest clamped sum of a score, best first; equal ones by number. One pass
// over all contacts (store order, sequential). Returns how many were written.
struct score_rank {
    struct contact_number contact;
    int64_t value_milli;
};
struct score_clamp {
    int64_t min_milli, max_milli; // INT64_MIN / INT64_MAX when there is none
};
size_t score_top(
    struct state *state,
    struct name_id score,
    struct score_clamp clamp,
    struct score_rank *ranks_out,
    size_t max);
// Calls each for every contact in number order with its sum (0 where it has no entry): for bands and exports.
typedef void score_each_fn(void *context, struct contact_number contact, int64_t sum_milli);
void score_each(struct state *state, struct name_id score, score_each_fn *each, void *context);

#endif
