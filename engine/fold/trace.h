// What becomes of one event while it is folded, told step by step to whoever explains it (explain_event.h).
#ifndef ENGINE_FOLD_TRACE_H
#define ENGINE_FOLD_TRACE_H

#include <stdbool.h>

#include "engine/base/hash.h"
#include "engine/event/catalog.h"
#include "engine/event/event.h"

struct counter_def;
struct ledger_entry;
struct rule_expression;
struct score_rule;
struct workflow_def;
struct workflow_step;

enum trace_step {
    TRACE_BEGIN,    // the contact is known; nothing about it has changed yet
    TRACE_EVENT,    // the event, or one that the engine made of it, is about to be matched
    TRACE_COUNTED,  // it was counted before, when another one implied it: nothing names it
    TRACE_COUNTER,  // what names its type, each in turn
    TRACE_RULE,     // behind the counters
    TRACE_WORKFLOW, // behind the rules
    TRACE_ACTION,   // of the workflow told last: one that a step emits, or that is held back
    TRACE_END,
};

enum trace_outcome {
    TRACE_MATCHED,
    TRACE_NOT_TRUE, // the expression was false, or failed
    TRACE_LIMITED,  // a limit, or `reenter`, was in the way
};

// Those of its step are set.
struct trace_point {
    enum trace_step step;
    enum trace_outcome outcome;
    event_type type; // TRACE_EVENT
    uint32_t depth;  // 0: the event itself
    struct value data;
    const struct counter_def *counter;
    const struct score_rule *rule;
    const struct workflow_def *workflow;
    const struct rule_expression *expression; // TRACE_NOT_TRUE
    const struct ledger_entry *entry;         // of a rule that matched
    uint32_t occurrence;                      // of a workflow that started
    const struct workflow_step *action;       // TRACE_ACTION
    const char *held;                         // why it was held back; NULL: it was not
    int64_t until_ms;                         // it is delayed until then; 0: it is not emitted
    struct hash128 id;                        // of the action
};
typedef void trace_fn(void *context, const struct trace_point *point);

// Zero-initialised: nobody looks.
struct trace {
    trace_fn *tell;
    void *context;
    struct event_ref of; // the event
    bool is_on;          // it is being folded
};

// --- for the files of the fold: told where somebody looks. What guards would pass over is tried then, too, which changes
// nothing.
struct fold;
void trace_begin(struct fold *fold);
void trace_event(const struct fold *fold, event_type type, struct value data, uint32_t depth);
void trace_counted(const struct fold *fold);
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
// occurrence 0 with not_true NULL: it may not be entered again.
void trace_workflow(
    const struct fold *fold,
    const struct workflow_def *workflow,
    const struct rule_expression *not_true,
    uint32_t occurrence);
// held NULL: it was emitted.
void trace_action(
    const struct fold *fold,
    const struct workflow_step *action,
    const char *held,
    struct hash128 id);
struct hold;
void trace_action_held(
    const struct fold *fold, const struct workflow_step *action, const struct hold *hold);
void trace_end(struct fold *fold);

#endif
