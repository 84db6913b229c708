// What the state rules of a score give to contacts of whom much is true: in memory only, and worth nothing once something
// else is true of them (segment_edits).
#ifndef ENGINE_FOLD_STATE_SUMS_H
#define ENGINE_FOLD_STATE_SUMS_H

#include <stdbool.h>

#include "projections/contacts.h"

struct state_sum {
    struct contact_number contact; // 0: nobody
    uint32_t score;
    uint64_t edits; // segment_edits when it was added up
    int64_t milli;
};

// Zero-initialised is empty, and valid.
struct state_sums {
    struct state_sum *lines; // NULL until the first is kept
};

void state_sums_free(struct state_sums *sums);
// Brings the line near where it is, if it is anywhere.
void state_sums_prefetch(
    const struct state_sums *sums, struct contact_number contact, uint32_t score);
// Whether the sum of the same contact, score and edits is there; then *milli_out is.
bool state_sums_find(const struct state_sums *sums, const struct state_sum *of, int64_t *milli_out);
// Keeps one, in the place of another where there is one.
void state_sums_keep(struct state_sums *sums, const struct state_sum *sum);

#endif
