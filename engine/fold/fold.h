// The fold: what one event does to state, and what it decides. Pure: no clock, no I/O.
#ifndef ENGINE_FOLD_FOLD_H
#define ENGINE_FOLD_FOLD_H

#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/event/event.h"
#include "engine/fold/derive.h"
#include "engine/fold/entered.h"
#include "engine/fold/evaluate.h"
#include "engine/fold/expression.h"
#include "engine/fold/fades.h"
#include "engine/fold/failures.h"
#include "engine/fold/fold_counts.h"
#include "engine/fold/fold_outlets.h"
#include "engine/fold/live.h"
#include "engine/fold/matching.h"
#include "engine/fold/name_index.h"
#include "engine/fold/run_counts.h"
#include "engine/fold/score_value.h"
#include "engine/fold/settings.h"
#include "engine/fold/state_sums.h"
#include "engine/fold/unsent.h"
#include "engine/fold/zones.h"
#include "projections/identity.h"
#include "projections/state.h"
#include "rules/ruleset.h"

// A ruleset's names as numbers of one shard's state, by index.
struct fold_binding {
    struct name_id *scores, *rules, *workflows, *counters, *segments, *implied, *objects, *fields;
    struct name_id *idle; // by workflow; 0 where it is not about idleness
    struct name_index rule_of_name, workflow_of_name;
    struct name_index state_rule_of_name; // of those that have a `while`, by the rule's name too
    bool has_waits;                       // some workflow has runs that wait
    struct name_id *channels, *actions;   // by action; 0 without a channel, without a limit
    struct name_id identifiers[IDENTIFIER_KINDS_MAX];
    struct name_id channel_all;
    bool is_heard[BUILTIN_COUNT]; // derived events of this type match something
};

struct derived_event;

// What a score was last found to be worth; not valid once an entry or a state rule of it has changed.
struct score_memo {
    bool is_valid;
    struct contact_number contact;
    int64_t at_ms;
    struct score_value value;
};

// Whose state rules, and of which score, were added up last, and its entries.
struct gathered {
    struct contact_number contact; // 0: none
    uint32_t score, count;
    bool has_entries; // else they were not asked
};

// Everything that folding needs. One shard's worker thread.
struct fold {
    struct state *state;
    const struct ruleset *ruleset; // NULL before the first activation
    struct fold_binding binding;
    struct fold_settings settings;
    struct zones zones;
    fold_want_zone_fn *want_zone; // NULL unless a frame is being made: the journal has them all
    void *want_zone_context;
    uint64_t seed;
    uint32_t shard; // its number: turns begin elsewhere in each
    int64_t tick_ms;
    uint64_t sequence;  // of the frame that is made or folded again
    int64_t now_ms;     // at which everything is evaluated: the tick, or when a timer is due
    int64_t asked_ms;   // when questions are asked, where that is later than the tick; 0: not known
    fold_emit_fn *emit; // NULL while replaying: decisions are in the journal already
    void *emit_context;
    struct matched matched;
    struct trace trace;
    uint64_t action_bytes_max; // of the actions of one event, so that a frame holds them
    struct fold_counts counts;
    struct failures failures;     // of expressions: they did not match
    struct run_counts run_counts; // of workflows and their steps
    struct held held;             // actions that were held back
    struct unsent
        *unsent;   // what limits count is noted there; NULL: nothing is ever dropped from here
    bool is_tried; // what is evaluated is asked for only: what fails is not counted
    // of the event being folded
    const struct event *input;
    uint64_t input_key; // fold_input_key, once it was asked for
    bool has_input_key;
    struct event_ref ref;
    struct contact_number contact;
    int64_t time_ms;
    uint64_t action_bytes;
    struct derived_event *queue_first, *queue_last;
    uint32_t queue_length, actions;
    uint32_t hearing; // the how-many-eth derived event is in hand; 0: the input itself
    struct entered entered;
    struct arena arena;
    struct buffer json;
    struct expressions expressions;
    // of the contact in hand
    struct live live;
    uint32_t settle_depth; // at which live nodes derive
    bool is_silent;        // nothing is derived: rules are brought in force
    bool is_history;       // workflows do not run (history.h)
    struct candidates candidates;
    struct candidates rule_candidates; // of the event in hand, found before its counters are
    struct score_memo *memos;          // by score
    struct scored *scored;             // entries of one score
    struct gathered gathered;          // which they are, and what is in state_milli
    uint32_t scored_cap;
    int64_t state_milli[SCORE_GROUPS_MAX + 1];
    struct fades fades;
    struct state_sums state_sums;
};

// The fold stays where it is until fold_free.
void fold_init(struct fold *fold, struct state *state, uint64_t seed);
void fold_free(struct fold *fold);
// Puts a ruleset in force: gives its names numbers; live_sweep follows. Inside a frame of the state. Borrowed.
void fold_bind(struct fold *fold, const struct ruleset *ruleset);
// The same without giving numbers, after a checkpoint was read: names are there already.
void fold_rebind(struct fold *fold, const struct ruleset *ruleset);

struct identity_key fold_identity_key(const struct fold *fold, const struct identifier *identifier);
// Folds one event that is no duplicate, with all that follows from it. Inside a frame of the state.
// first is fold_identity_key of event->identifiers[0].
void fold_event(
    struct fold *fold,
    const struct event *event,
    const struct identity_key *first,
    struct event_ref ref);

// Fires the timer of a contact: brings it up to date with the passing of time as of due_ms, with all that follows,
// and plans its next timer, which is later. Inside a frame of the state; due_ms is the contact's due.
void fold_timer(struct fold *fold, struct contact_number contact, int64_t due_ms);

// --- between the files of the fold
void fold_apply_builtin(struct fold *fold, enum builtin builtin, const struct event *event);
void fold_change_tag(struct fold *fold, struct bytes tag, enum builtin change, uint32_t depth);
void fold_change_list(struct fold *fold, struct bytes list, enum builtin change, uint32_t depth);
enum { FOLD_DERIVED_MAX = 1024 };

#endif
