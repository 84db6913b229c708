// The ledger section of a record: appending lines, condensing old ones.
#ifndef PROJECTIONS_LEDGER_H
#define PROJECTIONS_LEDGER_H

#include "projections/state_internal.h"

#define SCORE_SUM_MAX INT64_C(9000000000000000)

// Adds two numbers of thousandths, saturating at +-SCORE_SUM_MAX.
int64_t score_sum_add(int64_t a_milli, int64_t b_milli);
// Appends a line; first condenses the oldest half when there are as many as may be. The record has
// been made writable.
void ledger_append(struct state *state, uint64_t contact, const struct record_line *line);

#endif
