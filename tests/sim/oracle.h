// What must become of a workload: the engine's documents once more, written down as naively as can be.
//
// One oracle stands for one shard. It is fed the inputs in the order in which the shard's journal has
// them and says of each what it is, which actions it causes, and what each contact looks like then. It
// knows nothing of files, frames, crashes or restarts, and shares no code with the engine; only whether drawn rules compile is asked of its compiler.
#ifndef TESTS_SIM_ORACLE_H
#define TESTS_SIM_ORACLE_H

#include "tests/sim/workload.h"

struct oracle;

// The workload is borrowed and must outlive the oracle. No rules are in force yet.
struct oracle *oracle_create(const struct workload *workload, uint32_t shard);
void oracle_destroy(struct oracle *oracle);

// From now on this variant of the rules is in force; the tick is that of the frame that says so, as below. Needed
// before the first input. Counters, scores and segments become what the events so far make of them under these rules.
void oracle_activate(struct oracle *oracle, uint32_t variant, int64_t tick_ms);

// What clocks have changed: of oracle_zones, those of which the journal had a file that is another one now, as a newer
// database has it, or the older one again; and the account's zone.
enum { ORACLE_ZONES = 3 };
extern const char *const oracle_zones[ORACLE_ZONES];
struct oracle_clocks {
    bool is_renewed, is_known[ORACLE_ZONES];
    bool is_account;
    struct text zone; // the account's
};
// The tick is as above, and nothing is due up to it.
void oracle_change_clocks(
    struct oracle *oracle, const struct oracle_clocks *clocks, int64_t tick_ms);

enum oracle_kind { ORACLE_EVENT, ORACLE_DUPLICATE, ORACLE_REJECTED };

struct oracle_verdict {
    enum oracle_kind kind;
    uint32_t reject_code; // ORACLE_REJECTED: a number of the table in docs/events.md
    uint64_t contact; // ORACLE_EVENT: whose it was; contacts are 1, 2, 3… as they were first met
    size_t action_first, action_count; // of oracle_actions
};

// The shard folds its input number `index` (of workload_make).
// tick_ms: of the frame that holds it, where the shape's clock is the wall; unused with the event clock,
// whose tick the oracle follows itself.
struct oracle_verdict oracle_feed(struct oracle *oracle, uint64_t index, int64_t tick_ms);
// Time passes: a frame without inputs, or the clock of events is moved.
void oracle_advance(struct oracle *oracle, int64_t tick_ms);
// The tick after the last input. With the wall clock the greatest that was given.
int64_t oracle_tick_ms(const struct oracle *oracle);

// --- contacts, 1..count in order of creation, which is the engine's numbering, too
uint64_t oracle_contact_count(const struct oracle *oracle);
// The contact as `engagectl contact get` and query_contact print it, with ORACLE_HEX in the ids of runs; terminated,
// borrowed until the next call with this oracle.
const char *oracle_contact_json(struct oracle *oracle, uint64_t contact, size_t *len_out);
// What its counters say at the tick, as query_counters prints it; borrowed as above.
const char *oracle_counters_json(struct oracle *oracle, uint64_t contact, size_t *len_out);
// Since when a segment's condition is true of it, milliseconds; false where it is not.
bool oracle_segment_since(
    const struct oracle *oracle, uint64_t contact, struct text segment, int64_t *since_ms_out);
// Its id as ID of `engagectl contact get`, "c-17" or "email:ann@example.com"; terminated, borrowed as above.
const char *oracle_contact_id(struct oracle *oracle, uint64_t contact);

// --- actions, in the order decided
struct oracle_action {
    uint64_t contact;
    uint64_t index; // of the input that caused it; UINT64_MAX: by time alone
    int64_t tick_ms;
    uint32_t run;     // which run of the workflow for this contact, from 1
    struct text name; // of the action
    struct text topic, key, workflow, step;
    // As every sink writes it, with ORACLE_HEX wherever a digit of a derived id or of the ruleset's hash
    // stands. Terminated. Valid until the oracle is destroyed.
    const char *json;
    size_t len;
};
enum { ORACLE_HEX = 1 };
// All of them; borrowed until the next feed.
const struct oracle_action *oracle_actions(const struct oracle *oracle, size_t *count_out);
// Whether a text is that one, with hexadecimal digits for ORACLE_HEX. If not, why says where they part.
bool oracle_text_matches(struct text expected, struct text found, char *why, size_t why_size);
// Whether these bytes are that action. If not, why says where they part. The derived ids need only be
// hexadecimal; that they differ from each other is for the caller to see.
bool oracle_action_matches(
    const struct oracle_action *expected, struct text json, char *why, size_t why_size);

// The actions from this one on never leave: limits have not counted them. Nothing else is otherwise.
void oracle_drop(struct oracle *oracle, size_t action);

// The action says that it was decided at that tick: what time alone has brought, when that was seen.
void oracle_retime(struct oracle *oracle, size_t action, int64_t tick_ms);

// --- what the engine counts as well (names as in struct shard_flow and shard_counts)
struct oracle_counts {
    uint64_t events, duplicates, rejected;
    uint64_t actions, held_consent, held_dnd, held_missing, held_limit, held_quiet, held_over,
        delayed;
    uint64_t rules_matched, rules_limited, runs_started, derived, derived_too_deep;
    uint64_t runs_ended[3]; // done, stopped, failed
    uint64_t steps_failed, runs_overdue, runs_moved, runs_cancelled, runs_included, runs_pinned,
        runs_unpinned;
};
struct oracle_counts oracle_counts_of(const struct oracle *oracle);

#endif
