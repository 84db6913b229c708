// What matches an event, and the events that follow from that.
#include <string.h>

#include "tests/sim/oracle_internal.h"

enum { DERIVED_MAX = 1024 }; // of one input

// Whether a rule or workflow in force names the type.
static bool is_heard(const struct oracle *oracle, struct text type)
{
    const struct workload_rules *rules = oracle->rules;
    for (uint32_t i = 0; i < rules->workflow_count; i++) {
        if (text_equal(rules->workflows[i].on, type))
            return true;
    }
    for (uint32_t i = 0; i < rules->score_count; i++) {
        for (uint32_t j = 0; j < rules->scores[i].rule_count; j++) {
            if (text_equal(rules->scores[i].rules[j].on, type))
                return true;
        }
    }
    for (uint32_t i = 0; i < rules->counter_count; i++) {
        if (text_equal(rules->counters[i].on, type))
            return true;
    }
    return false;
}

void oracle_derive(
    struct oracle *oracle,
    const char *type,
    uint32_t depth,
    const struct workload_value *items,
    uint32_t count)
{
    if (oracle->is_silent || !is_heard(oracle, text_of(type)))
        return;
    if (depth > oracle->shape->derived_depth_max || oracle->derived.count >= DERIVED_MAX) {
        oracle->counts.derived_too_deep++;
        return;
    }
    struct workload_value *kept = sim_alloc(&oracle->arena, (count + 1) * sizeof(*kept));
    for (uint32_t i = 0; i < count; i++)
        kept[i] = items[i];
    struct derived *derived = list_add(&oracle->derived);
    derived->type = text_of(type);
    derived->depth = depth;
    derived->data = (struct workload_value){.kind = WORKLOAD_MAP, .items = kept, .count = count};
    oracle->counts.derived++;
}

// --- workflows
static uint32_t start_run(struct oracle *oracle, const struct workload_workflow *flow)
{
    struct contact *contact = oracle_contact(oracle);
    for (size_t i = 0; i < contact->runs.count; i++) {
        if (text_equal(contact->runs.at[i].workflow, flow->name))
            return flow->may_reenter ? ++contact->runs.at[i].count : 0;
    }
    *(struct runs *)list_add(&contact->runs) = (struct runs){flow->name, 1};
    return 1;
}

static void change_names(struct oracle *oracle, const struct workload_step *step, uint32_t depth)
{
    bool is_tag = step->kind == WORKLOAD_STEP_TAG;
    for (uint32_t i = 0; i < step->add_count; i++)
        oracle_change_name(oracle, is_tag ? "tag.added" : "list.added", step->add[i], depth);
    for (uint32_t i = 0; i < step->remove_count; i++)
        oracle_change_name(oracle, is_tag ? "tag.removed" : "list.removed", step->remove[i], depth);
}

// run.started, run.ended. The id of the run is the engine's business; what matters is that each has its own.
static void derive_run(
    struct oracle *oracle,
    const char *type,
    const struct workload_workflow *flow,
    uint32_t run,
    uint32_t depth)
{
    struct workload_value items[] = {
        sim_value_of_text("workflow", flow->name),
        sim_value_of_text(
            "run", text_format(
                       &oracle->arena, "the oracle's run %zu %.*s %u", oracle->contact,
                       (int)flow->name.len, flow->name.at, run)),
        sim_value_of_text("outcome", text_of("done"))};
    oracle_derive(oracle, type, depth, items, strcmp(type, "run.ended") == 0 ? 3 : 2);
}

static void run_workflow(
    struct oracle *oracle, const struct workload_workflow *flow, uint32_t depth)
{
    uint32_t run = start_run(oracle, flow);
    if (run == 0)
        return;
    oracle->counts.runs_started++;
    derive_run(oracle, "run.started", flow, run, depth + 1);
    for (uint32_t i = 0; i < flow->step_count; i++) {
        if (flow->steps[i].kind == WORKLOAD_STEP_DO)
            oracle_do_action(oracle, &(struct doing){flow, &flow->steps[i], run, depth + 1});
        else
            change_names(oracle, &flow->steps[i], depth + 1);
    }
    derive_run(oracle, "run.ended", flow, run, depth + 1);
}

void oracle_match(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth)
{
    oracle->data = data;
    oracle_count(oracle, type);
    oracle_settle(oracle, depth + 1);
    oracle_match_rules(oracle, type, data);
    oracle_settle(oracle, depth + 1);
    for (uint32_t i = 0; i < oracle->rules->workflow_count && !oracle->is_history; i++) {
        const struct workload_workflow *flow = oracle->workflows[i];
        if (text_equal(flow->on, type) &&
            (flow->condition == NULL || oracle_is_true(oracle, flow->condition)))
            run_workflow(oracle, flow, depth);
    }
    oracle_settle(oracle, depth + 1);
}
