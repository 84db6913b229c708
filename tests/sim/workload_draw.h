// What draws expressions, for all that draws rules.
#ifndef TESTS_SIM_WORKLOAD_DRAW_H
#define TESTS_SIM_WORKLOAD_DRAW_H

#include "tests/sim/workload_internal.h"

// One event type or several.
struct text draw_triggers(struct draw *draw, const struct rules_draw *from, bool may_follow);
// The type, or what several declare together; valid as long as the arena.
const struct workload_event_type *on_event(const struct rules_draw *from, struct text on);

// What an expression may read: of the rules what is drawn already.
struct expr_scope {
    const struct rules_draw *from;
    const struct workload_event_type *event;     // NULL: there is none
    const struct workload_event_type *run_event; // whose data is run.data; NULL: there is no run
    bool is_step;                    // of a step: it is looked at once, whatever changes by time
    bool is_of_counter;              // no counters, scores and segments
    bool is_of_stop;                 // about the contact and a run that waits
    uint32_t score_end, segment_end; // those before are read
    bool has_combined; // reads a score that is combined from one that forgets: once is enough
};
const struct workload_expr *draw_condition(struct draw *draw, struct expr_scope *scope);
// What ends a run that waits: with is_of_stop.
const struct workload_expr *draw_ending(struct draw *draw, struct expr_scope *scope);
const struct workload_expr *draw_number(struct draw *draw, struct expr_scope *scope);
const struct workload_expr *draw_combination(struct draw *draw, struct expr_scope *scope);
// What a counter says, and of which type it is.
const struct workload_expr *draw_kept(
    struct draw *draw, struct expr_scope *scope, enum workload_type *type_out);
const struct workload_expr *draw_summed(struct draw *draw, struct expr_scope *scope);
// What is of one of the scalar types; NULL where there is none.
const struct workload_expr *draw_of_type(
    struct draw *draw, struct expr_scope *scope, enum workload_type type);
// A time that is there; mostly.
const struct workload_expr *draw_moment(struct draw *draw, struct expr_scope *scope);
// About the contact, and nothing that changes by time alone but segments.
const struct workload_expr *draw_state(struct draw *draw, struct expr_scope *scope);
void expr_print(const struct workload_expr *expr, struct sim_text *to);
void expression_print(const struct workload_expr *expr, struct sim_text *to); // as a text of YAML
// How a score changes by time alone.
enum fading { FADES_NOT, FADES_ALONE, FADES_IN_PARTS, FADES_COMBINED };
enum fading score_fading(const struct workload_rules *rules, uint32_t score);
bool counter_is_number(const struct workload_counter *counter);

#endif
