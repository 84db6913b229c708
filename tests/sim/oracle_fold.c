// What matches an event, and the events that follow from that.
#include <string.h>

#include "tests/sim/oracle_internal.h"

enum { DERIVED_MAX = 1024 }; // of one input

static bool is_awaited(const struct workload_step *steps, uint32_t count, struct text type)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct workload_wait *wait = &steps[i].wait;
        if (steps[i].kind == WORKLOAD_STEP_WAIT && wait->kind == WORKLOAD_WAIT_EVENT &&
            on_is(wait->on, type))
            return true;
        for (uint32_t j = 0; j < steps[i].way_count; j++) {
            if (is_awaited(steps[i].ways[j].steps, steps[i].ways[j].step_count, type))
                return true;
        }
    }
    return false;
}

// By its runs.
static bool is_heard_by(const struct workload_workflow *flow, struct text type)
{
    for (uint32_t i = 0; i < flow->stop_count; i++) {
        if (on_is(flow->stops[i].on, type))
            return true;
    }
    return is_awaited(flow->steps, flow->step_count, type);
}

// Whether a rule or workflow in force names the type.
static bool is_heard(const struct oracle *oracle, struct text type)
{
    const struct workload_rules *rules = oracle->rules;
    for (uint32_t i = 0; i < rules->workflow_count; i++) {
        if (on_is(rules->workflows[i].on, type) || is_heard_by(&rules->workflows[i], type))
            return true;
    }
    for (size_t i = 0; i < oracle->pins.count; i++) {
        if (is_heard_by(oracle->pins.at[i].flow, type))
            return true;
    }
    for (uint32_t i = 0; i < rules->score_count; i++) {
        for (uint32_t j = 0; j < rules->scores[i].rule_count; j++) {
            if (on_is(rules->scores[i].rules[j].on, type))
                return true;
        }
    }
    for (uint32_t i = 0; i < rules->counter_count; i++) {
        if (on_is(rules->counters[i].on, type))
            return true;
    }
    for (uint32_t i = 0; i < rules->object_count; i++) {
        if (oracle_object_hears(&rules->objects[i], type))
            return true;
    }
    return false;
}

void oracle_emit(
    struct oracle *oracle,
    struct text type,
    uint32_t depth,
    const struct workload_value *items,
    uint32_t count)
{
    if (oracle->is_silent)
        return;
    if (depth > oracle->shape->derived_depth_max || oracle->derived.count >= DERIVED_MAX) {
        oracle->counts.derived_too_deep++;
        return;
    }
    struct workload_value *kept = sim_alloc(&oracle->arena, (count + 1) * sizeof(*kept));
    for (uint32_t i = 0; i < count; i++)
        kept[i] = items[i];
    struct derived *derived = list_add(&oracle->derived);
    derived->type = type;
    derived->depth = depth;
    derived->data = (struct workload_value){.kind = WORKLOAD_MAP, .items = kept, .count = count};
    oracle->counts.derived++;
}

void oracle_derive(
    struct oracle *oracle,
    const char *type,
    uint32_t depth,
    const struct workload_value *items,
    uint32_t count)
{
    if (is_heard(oracle, text_of(type)))
        oracle_emit(oracle, text_of(type), depth, items, count);
}

void oracle_match(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth)
{
    oracle->data = data;
    oracle->type = type;
    oracle_tell_objects(oracle, type, depth);
    oracle_count(oracle, type);
    oracle_settle(oracle, depth + 1);
    oracle_match_rules(oracle, type, data);
    oracle_settle(oracle, depth + 1);
    if (!oracle->is_history)
        oracle_hear(oracle, type, depth);
    oracle_note_silences(oracle, type, data);
    if (!oracle->is_history)
        oracle_start_runs(oracle, type, data, depth);
    oracle_settle(oracle, depth + 1);
    if (!oracle->is_history)
        oracle_check_stops(oracle, depth);
    oracle_imply(oracle, type, data, depth + 1);
}
