// What is live of a ruleset: state rules, scores, segments and stops in an order in which each comes behind all that it reads,
// who is to be looked at when something changes, and when time alone changes something.
#include "rules/live_plan.h"

// The readers of each dependency, by position.
static void set_dependents(const struct live_plan *plan)
{
    struct ruleset *ruleset = plan->ruleset;
    uint32_t dependencies = reads_dependency_count(ruleset);
    uint32_t *begins = arena_alloc(&ruleset->arena, (dependencies + 1) * sizeof(*begins));
    uint32_t *ends = arena_alloc(&plan->compiler->scratch, (dependencies + 1) * sizeof(*ends));
    uint32_t *readers = arena_alloc(&ruleset->arena, (plan->read_count + 1) * sizeof(*readers));
    memset(begins, 0, (dependencies + 1) * sizeof(*begins));
    for (size_t i = 0; i < plan->read_count; i++)
        begins[plan->reads[i].of + 1]++;
    for (uint32_t i = 0; i < dependencies; i++) {
        begins[i + 1] += begins[i];
        ends[i] = begins[i];
    }
    for (uint32_t i = 0; i < plan->order_count; i++) {
        const struct planned *planned = &plan->nodes[plan->order[i]];
        for (uint32_t r = 0; r < planned->read_count; r++)
            readers[ends[plan->reads[planned->first_read + r].of]++] = i;
    }
    ruleset->dependents = readers;
    ruleset->dependents_at = begins;
    ruleset->dependency_count = dependencies;
}

static void set_live(const struct live_plan *plan)
{
    struct ruleset *ruleset = plan->ruleset;
    size_t places = ruleset->rule_count + ruleset->score_count + ruleset->segment_count +
                    ruleset->state_stop_count;
    ruleset->live = arena_alloc(&ruleset->arena, (plan->count + 1) * sizeof(*ruleset->live));
    ruleset->live_positions = arena_alloc(&ruleset->arena, (places + 1) * sizeof(uint32_t));
    ruleset->live_count = plan->count;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct planned *planned = &plan->nodes[i];
        size_t place = ruleset_live_place(ruleset, planned->node.kind, planned->node.index);
        ruleset->live[planned->position] = planned->node;
        ruleset->live_positions[place] = planned->position;
    }
}

static bool has_timers(const struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->live_count; i++) {
        const struct live_node *node = &ruleset->live[i];
        if (node->moment_count > 0 || node->is_hourly)
            return true;
    }
    for (size_t i = 0; i < ruleset->segment_count; i++) {
        if (ruleset->segments[i].for_ms > 0 || ruleset->segments[i].known_for_ms > 0)
            return true;
    }
    for (size_t i = 0; i < ruleset->score_count; i++) {
        const struct score_def *score = &ruleset->scores[i];
        if (score->forget.kind != FORGET_NONE && score->threshold_count > 0)
            return true;
    }
    for (size_t i = 0; i < ruleset->counter_count; i++) {
        if (ruleset->counters[i].within_ms > 0 &&
            ruleset_dependents(ruleset, ruleset_dependency_counter(ruleset, i)).count > 0)
            return true;
    }
    return false;
}

void compile_live(struct compiler *compiler)
{
    struct ruleset *ruleset = compiler->ruleset;
    struct live_plan plan;
    live_plan_make(compiler, &plan);
    if (plan.read_count <= LIVE_READS_MAX) // else it is refused, and not all of it is there
        live_plan_order(&plan);
    if (compiler->list->error_count == compiler->errors_before) {
        live_plan_times(&plan);
        set_live(&plan);
        set_dependents(&plan);
        ruleset->has_timers = has_timers(ruleset);
    }
    live_plan_free(&plan);
}
