#include "rules/live_plan.h"

#include <stdlib.h>

#include "rules/expression.h"

struct planner {
    struct live_plan *plan;
    struct reads reads; // of the node in hand
    uint32_t *seen_by;  // by dependency: the node that read it last, and 1
};

static void take_reads(struct planner *planner, const struct rule_expression *part, uint32_t node)
{
    struct live_plan *plan = planner->plan;
    if (part == NULL)
        return;
    planner->reads.count = 0;
    reads_add(&planner->reads, plan->ruleset, part->root);
    for (size_t i = 0; i < planner->reads.count; i++) {
        const struct read *read = &planner->reads.items[i];
        if (planner->seen_by[read->of] == node + 1)
            continue;
        planner->seen_by[read->of] = node + 1;
        plan->reads =
            compile_grow(plan->reads, &plan->read_cap, plan->read_count, sizeof(*plan->reads));
        plan->reads[plan->read_count++] = (struct planned_read){read->of, part, read->at};
        plan->nodes[node].read_count++;
    }
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
    for (int i = 0; i < LIVE_PARTS_MAX; i++)
        take_reads(planner, plan->nodes[node].parts[i], node);
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
    }
}

void live_plan_make(struct compiler *compiler, struct live_plan *out)
{
    struct ruleset *ruleset = compiler->ruleset;
    struct arena *scratch = &compiler->scratch;
    size_t most = ruleset->rule_count + ruleset->score_count + ruleset->segment_count + 1;
    size_t dependencies = reads_dependency_count(ruleset);
    *out = (struct live_plan){
        .compiler = compiler,
        .ruleset = ruleset,
        .nodes = arena_alloc(scratch, most * sizeof(*out->nodes)),
        .node_of_rule = arena_alloc(scratch, most * sizeof(*out->node_of_rule)),
        .order = arena_alloc(scratch, most * sizeof(*out->order)),
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
    reads_free(&planner.reads);
    set_state_rules(out);
}

void live_plan_free(struct live_plan *plan)
{
    free(plan->reads);
    plan->reads = NULL;
}
