// The ledger of a contact: the entries that its scores are made of, in order of arrival, condensed ones first.
#ifndef PROJECTIONS_LEDGER_H
#define PROJECTIONS_LEDGER_H

#include "projections/contacts.h"

#define SCORE_SUM_MAX INT64_C(9000000000000000)

// Adds two numbers of thousandths, saturating at +-SCORE_SUM_MAX.
int64_t score_sum_add(int64_t a_milli, int64_t b_milli);

// Appends an entry and adds its points to its score's sum. Inside a frame. An entry without a score or a rule, or of one score
// more than a record has room for, is refused and counted.
void ledger_add(
    struct state *state, struct contact_number contact, const struct ledger_entry *entry);
uint32_t ledger_count(struct state *state, struct contact_number contact); // without condensed ones
uint32_t ledger_lines(struct state *state, struct contact_number contact); // all
// Walks all entries: *at is 0 to start; false at the end.
bool ledger_next(
    struct state *state, struct contact_number contact, size_t *at, struct ledger_entry *out);

// The entries of one score, without what only printing needs: out has room for ledger_lines. Gives how many.
struct ledger_points {
    int64_t time_ms;
    int64_t points_milli;
    struct name_id rule;
};
uint32_t ledger_points_of(
    struct state *state,
    struct contact_number contact,
    struct name_id score,
    struct ledger_points *out);

// Removes the entries of an event, and their points from the sums; calls each with every one of them, behind the
// removal. Gives how many there were. Inside a frame.
typedef void ledger_withdrawn_fn(void *context, const struct ledger_entry *entry);
uint32_t ledger_withdraw(
    struct state *state,
    struct contact_number contact,
    uint64_t event_key,
    ledger_withdrawn_fn *each,
    void *context);

// Writes the ledger anew; entries whose ref is 0 are condensed ones and come first. Sums are made anew from them. The
// difference in lines is counted as condensed. Inside a frame.
void ledger_replace(
    struct state *state,
    struct contact_number contact,
    const struct ledger_entry *entries,
    uint32_t count);

#endif
