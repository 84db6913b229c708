#include "rules/live_plan.h"

#include <stdlib.h>

#include "rules/expression.h"

struct planner {
    struct live_plan *plan;
    uint32_t *seen_by; // by dependency: the node that read it last, and 1
};

static void add_read(struct planner *planner, struct planned_read read, uint32_t node)
{
    struct live_plan *plan = planner->plan;
    if (planner->seen_by[read.of] == node + 1 || plan->read_count > LIVE_READS_MAX)
        return;
    planner->seen_by[read.of] = node + 1;
    plan->reads =
        compile_grow(plan->reads, &plan->read_cap, plan->read_count, sizeof(*plan->reads));
    plan->reads[plan->read_count++] = read;
    plan->nodes[node].read_count++;
}

static void take_reads(struct planner *planner, uint32_t part, uint32_t node)
{
    struct live_plan *plan = planner->plan;
    const struct rule_expression *expression = plan->nodes[node].parts[part];
    if (expression == NULL || expression->facts == NULL || plan->read_count > LIVE_READS_MAX)
        return;
    for (uint32_t i = 0; i < expression->facts->read_count; i++) {
        const struct read *read = &expression->facts->reads[i];
        for (uint32_t m = 0; m < read->count; m++)
            add_read(
                planner, (struct planned_read){read->first + m, part & 1, i & INT32_MAX}, node);
    }
    if (plan->read_count > LIVE_READS_MAX)
        diagnostic_add(
            plan->compiler->list, DIAGNOSTIC_E0407, yaml_place(expression->node),
            "segments and scores read more than %d members in all", LIVE_READS_MAX);
}

static void add_node(
    struct planner *planner,
    enum live_kind kind,
    uint32_t index,
    const struct rule_expression *first,
    const struct rule_expression *second)
{
    struct live_plan *plan = planner->plan;
    uint32_t node = plan->count++;
    plan->nodes[node] = (struct planned){
        .node = {.kind = kind, .index = index},
        .parts = {first, second},
        .first_read = (uint32_t)plan->read_count,
    };
    for (uint32_t i = 0; i < LIVE_PARTS_MAX; i++)
        take_reads(planner, i, node);
}

// Those of a score follow each other.
static void set_state_rules(struct live_plan *plan)
{
    struct ruleset *ruleset = plan->ruleset;
    uint32_t *rules = arena_alloc(&ruleset->arena, (plan->rule_count + 1) * sizeof(*rules));
    for (uint32_t i = 0; i < plan->rule_count; i++) {
        rules[i] = plan->nodes[i].node.index;
        struct score_def *score = &ruleset->scores[ruleset->rules[rules[i]].score];
        if (score->state_rule_count++ == 0)
            score->state_rules = &rules[i];
        if (ruleset->rules[rules[i]].points != NULL)
            score->has_state_expressions = true;
    }
}

void live_plan_make(struct compiler *compiler, struct live_plan *out)
{
    struct ruleset *ruleset = compiler->ruleset;
    struct arena *scratch = &compiler->scratch;
    size_t most = ruleset->rule_count + ruleset->score_count + ruleset->segment_count +
                  ruleset->state_stop_count + 1;
    size_t dependencies = reads_dependency_count(ruleset);
    *out = (struct live_plan){
        .compiler = compiler,
        .ruleset = ruleset,
        .nodes = arena_alloc(scratch, most * sizeof(*out->nodes)),
        .node_of_rule = arena_alloc(scratch, most * sizeof(*out->node_of_rule)),
        .order = arena_alloc(scratch, most * sizeof(*out->order)),
        .scores_from = ruleset_dependency_score(ruleset, 0),
        .segments_from = ruleset_dependency_segment(ruleset, 0),
        .objects_from = ruleset_dependency_object(ruleset, 0),
    };
    struct planner planner = {
        .plan = out, .seen_by = arena_alloc(scratch, dependencies * sizeof(uint32_t))};
    memset(planner.seen_by, 0, dependencies * sizeof(uint32_t));
    for (uint32_t i = 0; i < ruleset->rule_count; i++) {
        const struct score_rule *rule = &ruleset->rules[i];
        out->node_of_rule[i] = out->count;
        if (rule->kind == SCORE_RULE_STATE)
            add_node(&planner, LIVE_RULE, i, rule->state, rule->points);
    }
    out->rule_count = out->count;
    for (uint32_t i = 0; i < ruleset->score_count; i++)
        add_node(&planner, LIVE_SCORE, i, ruleset->scores[i].combine, NULL);
    for (uint32_t i = 0; i < ruleset->segment_count; i++)
        add_node(&planner, LIVE_SEGMENT, i, ruleset->segments[i].condition, NULL);
    for (uint32_t i = 0; i < ruleset->state_stop_count; i++)
        add_node(&planner, LIVE_STOP, i, ruleset->state_stops[i], NULL);
    set_state_rules(out);
}

void live_plan_free(struct live_plan *plan)
{
    free(plan->reads);
    plan->reads = NULL;
}
