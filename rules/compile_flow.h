// What the files share that compile a workflow's steps into one array.
#ifndef RULES_COMPILE_FLOW_H
#define RULES_COMPILE_FLOW_H

#include "rules/compile_expression.h"
#include "rules/compiler.h"

enum {
    FLOW_STEPS_MAX = 1000, // nested ones among them
    FLOW_ID_BYTES = 400,
};

#define FLOW_PARENTS (UINT32_MAX - 1) // where the step around goes on

// A step that is named before it is known.
struct flow_goto {
    uint32_t step; // whose; STEP_NONE: `on_error` of the workflow
    const struct yaml_node *node;
};

// What a workflow's steps are compiled in.
struct flow_room {
    struct workflow_step steps[FLOW_STEPS_MAX];
    const struct yaml_node *nodes[FLOW_STEPS_MAX];
    uint32_t parents[FLOW_STEPS_MAX];
    struct flow_goto gotos[FLOW_STEPS_MAX + 1];
};

struct flow {
    struct compiler *compiler;
    struct workflow_def *workflow;
    event_type step_on; // the event that expressions of steps are about; EVENT_TYPE_UNKNOWN: none
    struct workflow_step *steps;
    const struct yaml_node **nodes; // of the steps
    uint32_t *parents;              // STEP_NONE: of the workflow itself
    uint32_t count;
    struct flow_goto *gotos;
    uint32_t goto_count;
    bool is_full;
    struct symbols ids;
};

// The first step of a nested list (as deep as YAML may be), as `then_at` and the like want it; node NULL: none, FLOW_PARENTS. prefix is what its
// steps' ids begin with.
uint32_t flow_list(
    struct flow *flow, const struct yaml_node *node, uint32_t parent, const char *prefix);
// A step beside those written: its index, STEP_NONE where there is no room.
uint32_t flow_add(struct flow *flow, const struct yaml_node *node, uint32_t parent, const char *id);
void flow_goto(struct flow *flow, uint32_t step, const struct yaml_node *node);

// `with` and `to` of a step that does an action, the mapping. The place is where a missing parameter is reported.
void compile_with(struct flow *flow, const struct yaml_node *step, struct place place, uint32_t at);
// `to` of it; false where it gives no parameter, or after a diagnostic.
bool compile_recipient(
    struct flow *flow, const struct yaml_node *node, uint32_t at, struct step_param *out);

// The kinds of step. entry is the key that says what it does.
void compile_wait(
    struct flow *flow, const struct yaml_node *node, const struct yaml_entry *entry, uint32_t at);
void compile_if(
    struct flow *flow, const struct yaml_node *node, const struct yaml_entry *entry, uint32_t at);
void compile_choose(struct flow *flow, const struct yaml_entry *entry, uint32_t at);
void compile_split(struct flow *flow, const struct yaml_entry *entry, uint32_t at);
void compile_set(struct flow *flow, const struct yaml_entry *entry, uint32_t at);
void compile_step_points(struct flow *flow, const struct yaml_entry *entry, uint32_t at);
void compile_emit(struct flow *flow, const struct yaml_entry *entry, uint32_t at);

// "HH:MM", in minutes from midnight; false after a diagnostic.
bool compile_time_of_day(
    struct compiler *compiler, const struct yaml_node *node, const char *what, uint32_t *out);
// Whose clocks; node NULL leaves it. False after a diagnostic.
bool compile_zone(struct compiler *compiler, const struct yaml_node *node, struct zone_choice *out);
// Days and hours; false after a diagnostic. The section is SECTION_WINDOW, or SECTION_QUIET, which has more keys.
bool compile_window(
    struct compiler *compiler,
    const struct yaml_node *node,
    enum section section,
    struct workflow_window *out);

// A value of a type: a constant, an expression, or a text with expressions in it. False after a diagnostic.
bool compile_step_value(
    struct flow *flow,
    const struct yaml_node *node,
    const char *what,
    enum data_type type,
    struct step_value *out);
// An expression of a step.
const struct rule_expression *flow_expression(
    struct flow *flow, const struct yaml_node *node, const char *what, enum expression_use use);

// Once all steps are there: where each goes on, what `goto` names, loops without a wait, what is never reached.
void flow_link(struct flow *flow);

#endif
