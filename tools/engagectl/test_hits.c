#include "tools/engagectl/test_hits.h"

#include <stdlib.h>

#include "engine/base/memory.h"

uint32_t test_branch_count(const struct workflow_step *step)
{
    if (step->kind == STEP_SPLIT)
        return step->branch_count;
    bool is_fork =
        step->kind == STEP_IF || (step->kind == STEP_WAIT && step->wait.kind == WAIT_EVENT);
    return is_fork ? 2 : 0;
}

struct bytes test_branch(const struct workflow_step *step, uint32_t branch, uint32_t *to_out)
{
    if (step->kind == STEP_SPLIT) {
        *to_out = step->branches[branch].at;
        return step->branches[branch].name;
    }
    *to_out = branch == 0 ? step->then_at : step->else_at;
    return bytes_text(branch == 0 ? "then" : "else");
}

void test_hits_init(struct test_hits *hits, const struct ruleset *ruleset)
{
    size_t workflows = ruleset_workflow_count(ruleset);
    uint32_t steps = 0, branches = 0;
    *hits = (struct test_hits){
        .rules = mem_zero(ruleset_rule_count(ruleset) + 1, sizeof(uint64_t)),
        .workflows = mem_zero(workflows + 1, sizeof(uint64_t)),
        .segments = mem_zero(ruleset_segment_count(ruleset) + 1, sizeof(uint64_t)),
        .step_base = mem_zero(workflows + 1, sizeof(uint32_t)),
    };
    for (size_t i = 0; i < workflows; i++) {
        hits->step_base[i] = steps;
        steps += ruleset_workflow(ruleset, i)->step_count;
    }
    hits->branch_base = mem_zero(steps + 1, sizeof(uint32_t));
    for (size_t i = 0; i < workflows; i++) {
        const struct workflow_def *workflow = ruleset_workflow(ruleset, i);
        for (uint32_t j = 0; j < workflow->step_count; j++) {
            hits->branch_base[hits->step_base[i] + j] = branches;
            branches += test_branch_count(&workflow->steps[j]);
        }
    }
    hits->steps = mem_zero(steps + 1, sizeof(uint64_t));
    hits->branches = mem_zero(branches + 1, sizeof(uint64_t));
}

void test_hits_free(struct test_hits *hits)
{
    free(hits->rules);
    free(hits->workflows);
    free(hits->segments);
    free(hits->steps);
    free(hits->branches);
    free(hits->step_base);
    free(hits->branch_base);
    *hits = (struct test_hits){.rules = NULL};
}

void test_hits_went(
    struct test_hits *hits, const struct workflow_def *workflow, uint32_t from, uint32_t to)
{
    uint32_t base = hits->step_base[workflow->index];
    if (to != STEP_NONE)
        hits->steps[base + to]++;
    if (from == STEP_NONE)
        return;
    const struct workflow_step *step = &workflow->steps[from];
    for (uint32_t i = 0; i < test_branch_count(step); i++) {
        uint32_t leads_to = 0;
        (void)test_branch(step, i, &leads_to);
        if (leads_to == to)
            hits->branches[hits->branch_base[base + from] + i]++;
    }
}
