// What is known of a contact, and the changes that the fold makes to it.
#ifndef PROJECTIONS_CONTACTS_H
#define PROJECTIONS_CONTACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/event/event.h"
#include "engine/event/value.h"
#include "projections/identity.h"
#include "projections/names.h"
#include "projections/state.h"

uint64_t contacts_count(const struct state *state); // contacts are 1..count
// Calls each for every contact in number order: one pass in the order of the store, which keeps in memory only what
// was there and what is changed. Ends early when the state fails.
typedef void contact_each_fn(void *context, struct contact_number contact);
void contacts_each(struct state *state, contact_each_fn *each, void *context);

// --- changes; inside a frame, contact != 0. Those that return bool say whether anything changed.
void contact_seen(
    struct state *state, struct contact_number contact, int64_t time_ms); // updated = max
// A null value clears. *before_out (borrowed until the next change) is what was there, VALUE_ABSENT if nothing.
bool contact_set_field(
    struct state *state,
    struct contact_number contact,
    struct name_id field,
    struct value value,
    struct value *before_out);
bool contact_add_tag(struct state *state, struct contact_number contact, struct name_id tag);
bool contact_remove_tag(struct state *state, struct contact_number contact, struct name_id tag);
bool contact_add_list(struct state *state, struct contact_number contact, struct name_id list);
bool contact_remove_list(struct state *state, struct contact_number contact, struct name_id list);
bool contact_set_stage(struct state *state, struct contact_number contact, struct name_id stage);
bool contact_set_owner(
    struct state *state,
    struct contact_number contact,
    struct name_id team,
    struct name_id person); // both 0: nobody
enum consent { CONSENT_UNKNOWN = 0, CONSENT_GRANTED = 1, CONSENT_DENIED = 2, CONSENT_REVOKED = 3 };
bool contact_set_consent(
    struct state *state,
    struct contact_number contact,
    struct name_id channel,
    enum consent consent);
enum dnd { DND_OFF = 0, DND_ON = 1 };
bool contact_set_dnd(
    struct state *state,
    struct contact_number contact,
    struct name_id channel,
    enum dnd dnd); // channel "all" is a name like others
bool contact_set_zone(struct state *state, struct contact_number contact, struct bytes zone);
void contact_add_note(struct state *state, struct contact_number contact); // counts notes

// --- quick questions on the hot path
enum consent contact_consent(
    struct state *state, struct contact_number contact, struct name_id channel);
enum dnd contact_dnd(struct state *state, struct contact_number contact, struct name_id channel);

// --- workflow runs started, per workflow
enum reenter { REENTER_NEVER, REENTER_ALWAYS };
// True when a run starts now; *occurrence_out is 1 for the first.
bool contact_start_run(
    struct state *state,
    struct contact_number contact,
    struct name_id workflow,
    enum reenter reenter,
    uint32_t *occurrence_out);

// --- the whole contact, decoded into an arena; for printing and queries, not for the hot path
struct contact_identifier {
    struct bytes kind, value;
};
struct contact_field {
    struct bytes name;
    struct value value;
};
struct contact_consent_entry {
    struct bytes channel;
    enum consent consent;
    enum dnd dnd;
};
struct contact_score {
    struct name_id score;
    int64_t sum_milli;   // of its entries as they were written
    int64_t shown_milli; // as last announced
};
struct contact_run {
    struct name_id workflow;
    uint32_t count;
};
struct contact_counter {
    struct name_id counter;
    struct bytes bytes; // the fold's own
};
// A segment, or a state rule by its name "SCORE/RULE", whose condition holds.
struct contact_segment {
    struct bytes name;
    bool is_member;
    int64_t since_ms; // it holds without a break
};
// One line of a score's ledger. A condensed line stands for `count` earlier entries of one rule.
struct ledger_entry {
    struct name_id score;
    struct name_id rule;
    struct event_ref ref; // of the event; packed == 0 for a condensed line
    uint32_t count;       // 1, or how many were condensed
    int64_t time_ms;      // of the event; of the newest one when condensed
    int64_t points_milli;
    // What a limit kept back: within 32 bits, else the nearest; 0 where the points need more.
    int64_t cut_milli;
    uint64_t event_key; // by which the event is withdrawn; 0: it cannot be
    uint32_t limit_key; // low bits of its limit's key; 0: none
};
struct contact_view {
    struct contact_number number;
    int64_t created_ms, updated_ms;
    uint32_t notes;
    uint32_t events; // folded for this contact
    struct bytes stage, owner_team, owner_person, zone;
    const struct contact_identifier *identifiers; // in order of arrival, the naming one first
    const struct contact_field *fields;           // by name
    const struct bytes *tags;                     // by name
    const struct bytes *lists;                    // by name
    const struct contact_consent_entry *consents; // by channel
    const struct contact_score *scores;           // by score id
    const struct contact_run *runs;
    const struct contact_segment *segments; // by name
    const struct contact_counter *counters; // in order of arrival
    const struct ledger_entry *ledger;      // in order of arrival
    uint32_t identifier_count, field_count, tag_count, list_count, consent_count, score_count,
        run_count, segment_count, counter_count, ledger_count;
};
//   ERR_MISSING no such contact · ERR_CORRUPT, ERR_IO the store cannot be read
NODISCARD enum err contact_read(
    struct state *state,
    struct contact_number contact,
    struct arena *arena,
    struct contact_view *out);
// The same of its identifiers and its profile alone: the lists of the rest are empty.
NODISCARD enum err contact_read_profile(
    struct state *state,
    struct contact_number contact,
    struct arena *arena,
    struct contact_view *out);

#endif
