#include "engine/fold/run_replan.h"

#include "engine/fold/fold.h"
#include "engine/fold/run_flow.h"
#include "rules/waits.h"

static bool is_wait_by(const struct step_wait *wait, const struct replan *replan)
{
    switch (replan->why) {
    case REPLAN_MEMBER: return wait_is_by(wait, replan->member);
    case REPLAN_CONTACT_ZONE: return wait_is_by_contact_zone(wait);
    case REPLAN_ZONES: return wait_is_by_zones(wait);
    }
    return false;
}

// Rules may have put another step in the place of the one that it was planned for: then it waits on as it was planned.
static bool is_by(const struct run *run, const struct replan *replan)
{
    if (run->has_ended || run->mark != RUN_UNMARKED || run->at == STEP_NONE)
        return false;
    if (run->waits_for_door)
        return replan->why != REPLAN_MEMBER;
    const struct workflow_step *step = &run->workflow->steps[run->at];
    return run->is_planned && step->kind == STEP_WAIT && is_wait_by(&step->wait, replan);
}

void runs_plan_again(struct fold *fold, const struct replan *replan)
{
    uint32_t workflow_count = 0;
    if (fold->is_history) // else also where no workflow waits any more: rules to come may wait
        return;
    const struct workflow_def **workflows = runs_kept_workflows(fold, TIMER_NONE, &workflow_count);
    for (uint32_t i = 0; i < workflow_count; i++) {
        uint32_t count = 0;
        struct run *runs = runs_read(fold, workflows[i], &count);
        for (uint32_t j = 0; j < count; j++) {
            if (!is_by(&runs[j], replan))
                continue;
            runs[j].mark = RUN_ASKS;
            runs[j].due_ms = fold->now_ms;
            (void)run_write(fold, &runs[j]);
        }
    }
}
