// What the files that draw and print workflows share.
#ifndef TESTS_SIM_WORKLOAD_FLOW_H
#define TESTS_SIM_WORKLOAD_FLOW_H

#include "tests/sim/workload_draw.h"

// part_draw for what must be of one type in all variants where workflows may be pinned.
struct draw typed_draw(const struct rules_draw *from, const char *label, uint32_t number);
bool is_membership_type(struct text type);     // a segment, a tag or a list that a contact is in
void draw_live(const struct rules_draw *from); // scores and segments
void draw_actions(const struct rules_draw *from);
void draw_workflows(const struct rules_draw *from);

// What holds actions back: limits, and channels with their quiet hours.
struct workload_sent_limit draw_action_limit(
    const struct rules_draw *from, uint32_t number, const struct workload_action *action);
void draw_channels(const struct rules_draw *from);
void sent_limit_print(const struct workload_sent_limit *limit, struct sim_text *to);
void channels_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to);
void window_print(const struct workload_window *window, struct sim_text *to);
void span_print(int64_t span_ms, struct sim_text *to);

void draw_teams(const struct rules_draw *from);
void draw_assign(struct draw *draw, const struct workload_rules *rules, struct workload_step *step);
void teams_print(const struct workload_rules *rules, struct sim_text *to);
void assign_print(const struct workload_step *step, struct sim_text *to);

// What starts workflows by time.
enum workload_starter draw_starter(const struct rules_draw *from, uint32_t number);
void draw_time_trigger(
    const struct rules_draw *from, uint32_t number, struct workload_workflow *flow);
// What of a workflow about silence says whether it asks for the same silences as another: its name, what of, what per.
void idle_print(const struct workload_workflow *flow, struct sim_text *to);
void time_trigger_print(const struct workload_workflow *flow, struct sim_text *to);

// Of a workflow: what its steps may do, and where they stand.
struct steps_draw {
    struct draw *draw;
    const struct rules_draw *from;
    struct expr_scope scope;      // of what steps evaluate
    const struct text *startable; // workflows that it may start
    uint32_t startable_count;
    bool may_wait, may_emit, may_score;
    bool goes_on; // it may set itself off again, by what follows from its steps: at most once a day
    bool may_leave; // to the last step, "last"
    uint32_t count; // so far, nested ones among them
};

// All that is drawn of a workflow last: its steps, and a loop or a rescue among them.
void draw_flow_steps(struct steps_draw *draw, struct workload_workflow *flow, bool may_loop);
void draw_window(struct draw *draw, struct workload_window *out);
struct workload_wait draw_wait(struct steps_draw *draw);
struct workload_given draw_given(struct steps_draw *draw, enum workload_type type);
struct text draw_plain_text(struct draw *draw);

// Whether the run may have to wait before the action.
bool action_may_delay(const struct workload_rules *rules, struct text action);

void workflow_print(const struct workload_workflow *flow, struct sim_text *to);

#endif
