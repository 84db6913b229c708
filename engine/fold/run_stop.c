#include "engine/fold/run_stop.h"

#include "engine/fold/fold.h"
#include "engine/fold/live_due.h"
#include "engine/fold/run.h"

// What new rules, or new clocks, find true already has no moment at which it comes to be so.
static bool is_true_already(struct fold *fold, const struct workflow_stop *stop)
{
    bool was_tried = fold->is_tried;
    fold->is_tried = true; // it is asked once more when it is due
    bool is_it = fold->is_silent && fold_condition(fold, stop->condition);
    fold->is_tried = was_tried;
    return is_it;
}

static int64_t run_due_ms(struct fold *fold, const struct run *run)
{
    const struct workflow_def *workflow = run->workflow;
    int64_t due_ms = TIMER_NONE;
    fold->expressions.run = run;
    for (uint32_t i = 0; i < workflow->stop_count; i++) {
        const struct workflow_stop *stop = &workflow->stops[i];
        if (stop->on != EVENT_TYPE_UNKNOWN)
            continue;
        uint32_t at = ruleset_live_position(fold->ruleset, LIVE_STOP, stop->state);
        int64_t next_ms = is_true_already(fold, stop)
                              ? fold->now_ms + 1
                              : live_node_due(fold, ruleset_live(fold->ruleset, at));
        due_ms = next_ms < due_ms ? next_ms : due_ms;
    }
    fold->expressions.run = NULL;
    return due_ms;
}

static bool has_timed(const struct fold *fold, const struct workflow_def *workflow)
{
    for (uint32_t i = 0; i < workflow->stop_count; i++) {
        const struct workflow_stop *stop = &workflow->stops[i];
        if (stop->on != EVENT_TYPE_UNKNOWN)
            continue;
        uint32_t at = ruleset_live_position(fold->ruleset, LIVE_STOP, stop->state);
        const struct live_node *node = ruleset_live(fold->ruleset, at);
        if (node->moment_count > 0 || node->is_hourly)
            return true;
    }
    return false;
}

// Whether the clock, or that rules have just come into force, has a say in one of its stops, as it is written now or was
// in a version that runs go on with.
static bool is_timed(const struct fold *fold, const struct workflow_def *workflow)
{
    while (workflow != NULL &&
           !(workflow->has_state_stop && (fold->is_silent || has_timed(fold, workflow))))
        workflow = workflow->pinned;
    return workflow != NULL;
}

int64_t runs_stop_due_ms(struct fold *fold)
{
    const struct workflow_def *workflow = NULL;
    int64_t due_ms = TIMER_NONE;
    int64_t unused_ms = TIMER_NONE;
    for (size_t at = 0; (workflow = runs_next_workflow(fold, &at, &unused_ms)) != NULL;) {
        uint32_t count = 0;
        if (!is_timed(fold, workflow))
            continue;
        const struct run *runs = runs_read(fold, workflow, &count);
        for (uint32_t i = 0; i < count; i++) {
            int64_t next_ms = runs[i].has_ended ? TIMER_NONE : run_due_ms(fold, &runs[i]);
            due_ms = next_ms < due_ms ? next_ms : due_ms;
        }
    }
    return due_ms;
}
