// What becomes of an event, or of a contact, told step by step to who explains it (explain_event.h, contact_story.h).
#ifndef ENGINE_FOLD_TRACE_H
#define ENGINE_FOLD_TRACE_H

#include <stdbool.h>

#include "engine/base/hash.h"
#include "engine/event/catalog.h"
#include "engine/event/event.h"
#include "engine/fold/run_step.h"
#include "projections/identity.h"

struct action_step;
struct counter_def;
struct ledger_entry;
struct object_told;
struct rule_expression;
struct score_rule;
struct segment_def;
struct workflow_def;
struct workflow_stop;

enum trace_step {
    TRACE_BEGIN,    // the contact is known; nothing about it has changed yet
    TRACE_EVENT,    // the event, or one that the engine made of it, is about to be matched
    TRACE_COUNTED,  // it was counted before, when another one implied it: nothing names it
    TRACE_OBJECT,   // what it did to an object, before the counters
    TRACE_COUNTER,  // what names its type, each in turn
    TRACE_RULE,     // behind the counters
    TRACE_WORKFLOW, // behind the rules
    TRACE_RUN,      // what becomes of a run
    TRACE_STEP,     // a run has done a step
    TRACE_ACTION,   // one that a step of a run emits, or that is held back; before its TRACE_STEP
    TRACE_SEGMENT,  // was entered or left
    TRACE_STATE,    // a rule with `while` has become true, or false
    TRACE_ENTRY,    // points went into the ledger, before the TRACE_RULE of the rule that gave them
    TRACE_END,
    TRACE_RULES, // other rules are about to come into force: the contact is as those before have it
    TRACE_RULES_TAKEN, // they have, and all contacts are in line with them
    TRACE_DROPPED,     // actions of frames never leave: an operator said so
};

enum trace_outcome {
    TRACE_MATCHED,
    TRACE_NOT_TRUE, // the expression was false, or failed
    TRACE_LIMITED,  // a limit, or `reenter`, was in the way
};

// What becomes of a run; while the expression that decided can still be looked at.
enum trace_run_kind {
    TRACE_RUN_STAYS, // it hears an event, and is neither taken on nor stopped: an expression was not true
    TRACE_RUN_GOES_ON, // by an event, or by time
    TRACE_RUN_WAITS,
    TRACE_RUN_ENDS,
};
struct trace_run {
    enum trace_run_kind kind;
    const struct run *run;
    const struct workflow_stop
        *stop; // the one that ends it; where it stays, the one that did not; NULL: none
    const struct rule_expression *expression; // of the stop or the wait; NULL: none decided
    enum run_outcome outcome;                 // TRACE_RUN_ENDS
    bool is_timed;                            // TRACE_RUN_GOES_ON: by time
};

enum trace_move { TRACE_ENTERED, TRACE_LEFT };

// Those of its step are set.
struct trace_point {
    enum trace_step step;
    enum trace_outcome outcome;
    event_type type; // TRACE_EVENT
    uint32_t depth;  // 0: the event itself
    struct value data;
    const struct object_told *object;
    const struct counter_def *counter;
    const struct score_rule *rule;
    const struct workflow_def *workflow;
    const struct rule_expression *expression; // TRACE_NOT_TRUE
    const struct ledger_entry *entry;         // of a rule that matched
    uint32_t occurrence;                      // of a workflow that started
    const struct run *run;             // TRACE_STEP; TRACE_WORKFLOW: what is in the way, or NULL
    const struct step_outcome *done;   // TRACE_STEP
    const struct trace_run *of_run;    // TRACE_RUN
    const struct action_step *action;  // TRACE_ACTION
    const char *held;                  // why it was held back; NULL: it was not
    int64_t until_ms;                  // it is delayed until then; 0: it is not emitted
    struct hash128 id;                 // of the action
    const struct segment_def *segment; // TRACE_SEGMENT
    enum trace_move move;
    uint64_t first, last; // TRACE_DROPPED: frames
};
typedef void trace_fn(void *context, const struct trace_point *point);

// Zero-initialised: nobody looks.
struct trace {
    trace_fn *tell;
    void *context;
    struct event_ref of;                  // the event, or
    struct contact_number contact;        // the contact, with all of its events and timers
    const struct rule_expression *failed; // the last expression that failed
    bool is_on;                           // it is being folded
};

// --- for the files of the fold. What guards would pass over is tried, too, where somebody looks; it changes nothing.
struct fold;
void trace_begin(struct fold *fold);
void trace_event(const struct fold *fold, event_type type, struct value data, uint32_t depth);
void trace_counted(const struct fold *fold);
void trace_object(const struct fold *fold, const struct object_told *told);
// not_true: the expression that stopped it; NULL: it matched.
void trace_counter(
    const struct fold *fold,
    const struct counter_def *counter,
    const struct rule_expression *not_true);
// entry: what it gave; NULL with not_true NULL: it was limited.
void trace_rule(
    const struct fold *fold,
    const struct score_rule *rule,
    const struct rule_expression *not_true,
    const struct ledger_entry *entry);
// A workflow whose condition is not true.
void trace_workflow_not_true(
    const struct fold *fold,
    const struct workflow_def *workflow,
    const struct rule_expression *not_true);
// One of which a run starts, or, with occurrence 0, may not start: before may be the run that is in the way.
void trace_workflow(
    const struct fold *fold,
    const struct workflow_def *workflow,
    uint32_t occurrence,
    const struct run *before);
void trace_run(const struct fold *fold, const struct trace_run *of);
void trace_step(const struct fold *fold, const struct run *run, const struct step_outcome *done);
void trace_state(const struct fold *fold, const struct score_rule *rule, enum trace_move move);
void trace_entry(const struct fold *fold, const struct ledger_entry *entry);
void trace_segment(
    const struct fold *fold, const struct segment_def *segment, enum trace_move move);
// held NULL: it was emitted.
void trace_action(
    const struct fold *fold, const struct action_step *action, const char *held, struct hash128 id);
struct hold;
void trace_action_held(
    const struct fold *fold, const struct action_step *action, const struct hold *hold);
void trace_end(struct fold *fold);
// Behind TRACE_RULES and TRACE_RULES_TAKEN nothing else is set; told of a contact that is there, which is in hand then.
void trace_rules(struct fold *fold, enum trace_step step);
void trace_dropped(struct fold *fold, uint64_t first, uint64_t last); // of a contact, there or not

#endif
