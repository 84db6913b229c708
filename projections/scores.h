// The rows of scores in a contact's record: what their entries add up to, and what was last announced.
#ifndef PROJECTIONS_SCORES_H
#define PROJECTIONS_SCORES_H

#include <stdbool.h>
#include <stdint.h>

#include "projections/contacts.h"

// The sum of the points of a score's entries as they were written; 0 where it has none.
int64_t score_sum(struct state *state, struct contact_number contact, struct name_id score);
// What was last announced of it; 0 where nothing was.
int64_t score_shown(struct state *state, struct contact_number contact, struct name_id score);
// Inside a frame.
void score_set_shown(
    struct state *state, struct contact_number contact, struct name_id score, int64_t shown_milli);

// When it is to be looked at by time alone, as was planned last; INT64_MAX: never. It is kept for whoever plans
// (engine/fold/live.h), among the counters, by the score's name: most scores have none.
int64_t score_due_ms(struct state *state, struct contact_number contact, struct name_id score);
// Inside a frame.
void score_set_due(
    struct state *state, struct contact_number contact, struct name_id score, int64_t due_ms);

// The contacts with the highest values, best first; equal ones by number. One pass over all contacts (contacts_each),
// of each of which value_of is asked. Returns how many were written.
struct score_rank {
    struct contact_number contact;
    int64_t value_milli;
};
typedef int64_t score_value_fn(void *context, struct contact_number contact);
size_t score_top(
    struct state *state,
    score_value_fn *value_of,
    void *context,
    struct score_rank *ranks_out,
    size_t max);

// --- for the ledger
// The row of a score, made where there is none; false when there is no room, or no score.
bool score_row_make(
    struct state *state, struct contact_number contact, struct name_id score, uint32_t *index_out);
uint32_t score_row_find(
    const uint8_t *record, struct name_id score); // the count of rows where there is none
// Sums saturate at +-9e15 thousandths.
void score_sum_raise(
    struct state *state, struct contact_number contact, uint32_t index, int64_t points_milli);
void score_sums_clear(struct state *state, struct contact_number contact);

#endif
