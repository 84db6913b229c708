// What the limits of scoring rules remember of a contact: entries that were let in, by rule and key.
#ifndef PROJECTIONS_LIMITS_H
#define PROJECTIONS_LIMITS_H

#include "projections/contacts.h"

struct limit_row {
    struct name_id rule;
    uint32_t count; // entries that it stands for
    uint64_t key;   // hash of the value of `per` and of the calendar span
    // What a limit does not ask for is 0: a row without both takes half the memory, and is not pruned.
    int64_t time_ms;      // of the entry, or of the newest of them; kept within the years 0 to 9999
    int64_t points_milli; // without their sign
};

// Walks the rows of a rule and key (those of out), oldest first: *at is 0 to start; false at the end, and out is as
// it was.
bool limit_next(
    struct state *state, struct contact_number contact, size_t *at, struct limit_row *out);
// Walks all rows.
bool limit_next_any(
    struct state *state, struct contact_number contact, size_t *at, struct limit_row *out);
void limits_clear(struct state *state, struct contact_number contact); // inside a frame
// MERGE adds to the row of the same rule and key, where there is one (newest time, sum of count and
// points); APPEND adds a row. Beyond limits.limit_keys rows the oldest one is forgotten, and counted. Inside a
// frame.
enum limit_mode { LIMIT_MERGE, LIMIT_APPEND };
void limit_add(
    struct state *state,
    struct contact_number contact,
    const struct limit_row *row,
    enum limit_mode mode);
// Forgets the rows of a rule (any key) whose time is before before_ms. Inside a frame.
void limit_prune(
    struct state *state, struct contact_number contact, struct name_id rule, int64_t before_ms);
// Takes one entry of the ledger back: of the rows of its rule whose key has the low 32 bits of its limit_key, the one
// that it was added to loses one of its count and the entry's points; a row of count 0 is removed. Added by MERGE, that
// is the one of its time, else the first; by APPEND the one of its time and points, and none once that is forgotten.
// Inside a frame.
void limit_give_back(
    struct state *state,
    struct contact_number contact,
    const struct ledger_entry *entry,
    enum limit_mode mode);

#endif
