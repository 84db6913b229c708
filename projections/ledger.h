// The ledger of a contact: the entries that its scores are made of, in order of arrival, condensed ones first.
#ifndef PROJECTIONS_LEDGER_H
#define PROJECTIONS_LEDGER_H

#include "projections/contacts.h"
#include "projections/record_line.h"

#define SCORE_SUM_MAX INT64_C(9000000000000000)

// Adds two numbers of thousandths, saturating at +-SCORE_SUM_MAX.
int64_t score_sum_add(int64_t a_milli, int64_t b_milli);

// Appends an entry of an event (ref is not 0, count is 1) and adds its points to its score's sum. Points saturate
// at +-SCORE_SUM_MAX, the time is kept within the years 0 to 9999. Inside a frame. An entry without a score or a
// rule, or of one score more than a record has room for, is refused and counted.
void ledger_add(
    struct state *state, struct contact_number contact, const struct ledger_entry *entry);
uint32_t ledger_count(struct state *state, struct contact_number contact); // without condensed ones
// At least as many as there are of both kinds: for who makes room for them.
uint32_t ledger_entries_most(struct state *state, struct contact_number contact);
// Of both kinds; and a number that is another one after each change of a contact's ledger other than an entry more at its
// end. Where neither has become less or another, what was read of the first so many bytes still holds. For who keeps
// what it made of them, in memory and for this state only.
uint32_t ledger_bytes(struct state *state, struct contact_number contact);
uint64_t ledger_edits(struct state *state, struct contact_number contact);
// Walks all entries: *at is 0 to start; false at the end.
bool ledger_next(
    struct state *state, struct contact_number contact, size_t *at, struct ledger_entry *out);

// The same without asking for the record each time. Valid until the next change of the contact, or call for
// another one.
struct ledger_walk {
    const uint8_t *at;
    const uint8_t *end;
    const uint8_t *scores; // their rows
    uint32_t score_count;
    uint32_t score_index; // the only one whose entries are given, or LEDGER_ALL_SCORES
};
#define LEDGER_ALL_SCORES UINT32_MAX
struct ledger_walk ledger_walk_all(struct state *state, struct contact_number contact);
struct ledger_walk ledger_walk_score(
    struct state *state, struct contact_number contact, struct name_id score);
// The same without those of the first bytes, which ledger_bytes once gave.
struct ledger_walk ledger_walk_score_behind(
    struct state *state, struct contact_number contact, struct name_id score, uint32_t bytes);
static inline bool ledger_walk_next(struct ledger_walk *walk, struct ledger_entry *out);

// Removes the plain entries of an event, and their points from the sums; calls each with every one of them, behind
// the removal. The function may change the contact, but not its ledger. Gives how many there were; of the key 0
// there are none. Inside a frame.
typedef void ledger_withdrawn_fn(void *context, const struct ledger_entry *entry);
uint32_t ledger_withdraw(
    struct state *state,
    struct contact_number contact,
    uint64_t event_key,
    ledger_withdrawn_fn *each,
    void *context);

// Writes the ledger anew; entries whose ref is 0 are condensed ones and come first. Sums are made anew from them.
// Plain entries that were there and are no more are counted as condensed. Inside a frame.
void ledger_replace(
    struct state *state,
    struct contact_number contact,
    const struct ledger_entry *entries,
    uint32_t count);

// --- how a walk reads a line
static inline struct ledger_entry ledger_entry_of(
    const struct ledger_walk *walk, const struct record_line *line)
{
    bool is_condensed = line_is_condensed(line);
    uint32_t score = 0;
    if (line->score_index < walk->score_count)
        score = get_u32(walk->scores + (size_t)line->score_index * RECORD_SCORE_BYTES);
    return (struct ledger_entry){
        .score = {score},
        .rule = {line->rule},
        .ref = {is_condensed ? 0 : line->ref},
        .count = is_condensed ? (uint32_t)line->ref : 1,
        .time_ms = line->time_ms,
        .points_milli = line->points_milli,
        .cut_milli = line->cut_milli,
        .event_key = line->event_key,
        .limit_key = line->limit_key,
    };
}

static inline bool ledger_walk_next(struct ledger_walk *walk, struct ledger_entry *out)
{
    while (walk->at < walk->end) {
        const uint8_t *from = walk->at;
        walk->at += line_bytes_at(from);
        if (walk->score_index != LEDGER_ALL_SCORES && line_score_at(from) != walk->score_index)
            continue;
        struct record_line line = record_line_get(from);
        *out = ledger_entry_of(walk, &line);
        return true;
    }
    return false;
}

#endif
