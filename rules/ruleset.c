// Asking a ruleset: what an event may match, definitions by index and by name.
#include "rules/ruleset.h"

#include <limits.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "rules/expression.h"
#include "rules/ruleset_data.h"
#include "rules/scope.h"
#include "rules/waits.h"

static int compare_workflows(const void *a, const void *b)
{
    const struct workflow_def *first = a;
    const struct workflow_def *second = b;
    return bytes_compare(first->name, second->name);
}

static void await(struct ruleset *ruleset, const event_type *on)
{
    struct event_types types = ruleset_types_on(ruleset, on);
    for (uint32_t i = 0; i < types.count; i++)
        ruleset->matches[types.items[i]].is_awaited = true;
}

// What runs of a workflow wait for, and are stopped by.
static void link_awaited(struct ruleset *ruleset, const struct workflow_def *workflow)
{
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        const struct workflow_step *step = &workflow->steps[i];
        if (step->kind == STEP_WAIT && step->wait.kind == WAIT_EVENT)
            await(ruleset, &step->wait.on);
    }
    for (uint32_t i = 0; i < workflow->stop_count; i++) {
        await(ruleset, &workflow->stops[i].on);
    }
    ruleset->has_state_stops = ruleset->has_state_stops || workflow->has_state_stop;
}

// How many entries the match lists have together.
struct link_totals {
    size_t rules, counters, workflows;
};

// The types that start a workflow; none for one that time starts.
static struct event_types started_by(
    const struct ruleset *ruleset, const struct workflow_def *workflow)
{
    return workflow->trigger == TRIGGER_EVENT ? ruleset_types_on(ruleset, &workflow->on)
                                              : (struct event_types){NULL, 0};
}

// What is idle without an event of the type, and which workflows time starts at all.
static void link_timed(struct ruleset *ruleset)
{
    uint32_t *timed = arena_alloc(&ruleset->arena, (ruleset->workflow_count + 1) * sizeof(*timed));
    ruleset->timed = timed;
    for (uint32_t i = 0; i < ruleset->workflow_count; i++) {
        const struct workflow_def *workflow = &ruleset->workflows[i];
        if (workflow->trigger == TRIGGER_EVENT)
            continue;
        timed[ruleset->timed_count++] = i;
        if (workflow->trigger != TRIGGER_IDLE)
            continue;
        struct event_types on = ruleset_types_on(ruleset, &workflow->on);
        for (uint32_t k = 0; k < on.count; k++)
            ruleset->matches[on.items[k]].has_idle = true;
    }
}

// One entry for each type that each is about.
static struct link_totals link_counts(struct ruleset *ruleset)
{
    struct link_totals totals = {0, 0, 0};
    ruleset->match_count = catalog_type_count(ruleset->catalog);
    ruleset->matches = mem_zero(ruleset->match_count, sizeof(*ruleset->matches));
    for (size_t i = 0; i < ruleset->rule_count; i++) { // a state rule is about none
        struct event_types on = ruleset_types_on(ruleset, &ruleset->rules[i].on);
        for (uint32_t k = 0; k < on.count; k++)
            ruleset->matches[on.items[k]].rule_count++;
        totals.rules += on.count;
    }
    for (size_t i = 0; i < ruleset->counter_count; i++) {
        struct event_types on = ruleset_types_on(ruleset, &ruleset->counters[i].on);
        for (uint32_t k = 0; k < on.count; k++)
            ruleset->matches[on.items[k]].counter_count++;
        totals.counters += on.count;
    }
    for (size_t i = 0; i < ruleset->workflow_count; i++) {
        struct event_types on = started_by(ruleset, &ruleset->workflows[i]);
        for (uint32_t k = 0; k < on.count; k++)
            ruleset->matches[on.items[k]].workflow_count++;
        totals.workflows += on.count;
    }
    for (size_t i = 0; i < ruleset_version_count(ruleset); i++)
        link_awaited(ruleset, &ruleset->workflows[i]);
    return totals;
}

// Each type's part of one array, then filled in the order written.
static void link_rules(struct ruleset *ruleset, size_t total)
{
    const struct score_rule **rules = arena_alloc(&ruleset->arena, (total + 1) * sizeof(*rules));
    const struct score_rule ***ends = mem_zero(ruleset->match_count, sizeof(*ends));
    for (size_t i = 0; i < ruleset->match_count; i++) {
        ruleset->matches[i].rules = rules;
        ends[i] = rules;
        rules += ruleset->matches[i].rule_count;
    }
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        struct event_types on = ruleset_types_on(ruleset, &ruleset->rules[i].on);
        for (uint32_t k = 0; k < on.count; k++)
            *ends[on.items[k]]++ = &ruleset->rules[i];
    }
    free(ends);
}

static void link_counters(struct ruleset *ruleset, size_t total)
{
    const struct counter_def **counters =
        arena_alloc(&ruleset->arena, (total + 1) * sizeof(*counters));
    const struct counter_def ***ends = mem_zero(ruleset->match_count, sizeof(*ends));
    for (size_t i = 0; i < ruleset->match_count; i++) {
        ruleset->matches[i].counters = counters;
        ends[i] = counters;
        counters += ruleset->matches[i].counter_count;
    }
    for (size_t i = 0; i < ruleset->counter_count; i++) {
        struct event_types on = ruleset_types_on(ruleset, &ruleset->counters[i].on);
        for (uint32_t k = 0; k < on.count; k++)
            *ends[on.items[k]]++ = &ruleset->counters[i];
    }
    free(ends);
}

static void link_workflows(struct ruleset *ruleset, size_t total)
{
    const struct workflow_def **workflows =
        arena_alloc(&ruleset->arena, (total + 1) * sizeof(*workflows));
    const struct workflow_def ***ends = mem_zero(ruleset->match_count, sizeof(*ends));
    for (size_t i = 0; i < ruleset->match_count; i++) {
        ruleset->matches[i].workflows = workflows;
        ends[i] = workflows;
        workflows += ruleset->matches[i].workflow_count;
    }
    for (size_t i = 0; i < ruleset->workflow_count; i++) {
        ruleset->workflows[i].index = (uint32_t)i;
        struct event_types on = started_by(ruleset, &ruleset->workflows[i]);
        for (uint32_t k = 0; k < on.count; k++)
            *ends[on.items[k]]++ = &ruleset->workflows[i];
    }
    free(ends);
}

// Which of a type's rules, workflows and counters need which values.
static void link_sets(struct ruleset *ruleset, struct match_list *match)
{
    const uint32_t data = 1U << GUARD_DATA;
    const uint32_t both = data | 1U << GUARD_CONTACT;
    uint32_t most =
        match->rule_count > match->workflow_count ? match->rule_count : match->workflow_count;
    most = most > match->counter_count ? most : match->counter_count;
    if (most == 0)
        return;
    const struct rule_expression **conditions = mem_alloc(most * sizeof(*conditions));
    for (uint32_t i = 0; i < match->rule_count; i++)
        conditions[i] = match->rules[i]->condition;
    match->rule_set = match_set_of(&ruleset->arena, conditions, match->rule_count, both);
    for (uint32_t i = 0; i < match->counter_count; i++)
        conditions[i] = match->counters[i]->condition;
    match->counter_set = match_set_of(&ruleset->arena, conditions, match->counter_count, both);
    for (uint32_t i = 0; i < match->workflow_count; i++) // the ones before may change the contact
        conditions[i] = match->workflows[i]->condition;
    match->workflow_set = match_set_of(&ruleset->arena, conditions, match->workflow_count, data);
    free(conditions);
}

// The indexes of those that a type implies, or is implied as.
static struct implied_list implied_of(struct ruleset *ruleset, event_type type, bool is_implying)
{
    struct implied_list list = {.count = 0};
    uint32_t *items = arena_alloc(&ruleset->arena, ruleset->implied_count * sizeof(*items) + 1);
    for (uint32_t i = 0; i < ruleset->implied_count; i++) {
        bool is_one = !is_implying && ruleset->implied[i].type == type;
        for (size_t k = 0; k < ruleset->implication_count && is_implying && !is_one; k++)
            is_one =
                ruleset->implications[k].implied == i && ruleset->implications[k].implying == type;
        if (is_one)
            items[list.count++] = i;
    }
    list.items = items;
    return list;
}

static void link_implied(struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->implication_count; i++) {
        const struct implication_pair *pair = &ruleset->implications[i];
        event_type implied = ruleset->implied[pair->implied].type;
        ruleset->matches[pair->implying].implies = implied_of(ruleset, pair->implying, true);
        ruleset->matches[implied].implied_as = implied_of(ruleset, implied, false);
    }
}

// Each workflow with those of its name that are pinned, in the order of the bundle.
static void link_pinned(struct ruleset *ruleset)
{
    for (size_t i = ruleset->pinned_count; i-- > 0;) {
        struct workflow_def *pinned = &ruleset->workflows[ruleset->workflow_count + i];
        pinned->index = (uint32_t)(ruleset->workflow_count + i);
        struct workflow_def *now = bsearch(
            pinned, ruleset->workflows, ruleset->workflow_count, sizeof(*now), compare_workflows);
        INVARIANT(now != NULL); // compile_pins
        pinned->pinned = now->pinned;
        now->pinned = pinned;
    }
}

// The objects that an event of each type makes, changes or removes: each type's part of one array, in the order written.
static void link_objects(struct ruleset *ruleset)
{
    size_t total = 0;
    for (size_t i = 0; i < ruleset->object_count; i++) {
        struct event_types about = ruleset_types_on(ruleset, &ruleset->objects[i].about);
        for (uint32_t k = 0; k < about.count; k++)
            ruleset->matches[about.items[k]].objects.count++;
        total += about.count;
    }
    const struct object_def **objects =
        arena_alloc(&ruleset->arena, (total + 1) * sizeof(*objects));
    const struct object_def ***ends = mem_zero(ruleset->match_count, sizeof(*ends));
    for (size_t i = 0; i < ruleset->match_count; i++) {
        ruleset->matches[i].objects.items = objects;
        ends[i] = objects;
        objects += ruleset->matches[i].objects.count;
    }
    for (size_t i = 0; i < ruleset->object_count; i++) {
        struct event_types about = ruleset_types_on(ruleset, &ruleset->objects[i].about);
        for (uint32_t k = 0; k < about.count; k++)
            *ends[about.items[k]]++ = &ruleset->objects[i];
    }
    free(ends);
}

void ruleset_link(struct ruleset *ruleset)
{
    INVARIANT(ruleset->matches == NULL);
    if (ruleset->workflow_count > 1)
        qsort(
            ruleset->workflows, ruleset->workflow_count, sizeof(*ruleset->workflows),
            compare_workflows);
    const struct link_totals totals = link_counts(ruleset);
    link_rules(ruleset, totals.rules);
    link_workflows(ruleset, totals.workflows);
    link_pinned(ruleset);
    link_counters(ruleset, totals.counters);
    link_objects(ruleset);
    link_implied(ruleset);
    link_timed(ruleset);
    waits_link(ruleset);
    for (size_t i = 0; i < ruleset->match_count; i++)
        link_sets(ruleset, &ruleset->matches[i]);
}

struct ruleset *ruleset_hold(struct ruleset *ruleset)
{
    unsigned before = atomic_fetch_add(&ruleset->further_holders, 1);
    INVARIANT(before < UINT_MAX);
    return ruleset;
}

void ruleset_destroy(struct ruleset *ruleset)
{
    if (ruleset == NULL || atomic_fetch_sub(&ruleset->further_holders, 1) > 0)
        return;
    for (size_t i = 0; i < ruleset->expression_count; i++)
        cel_program_free(ruleset->expressions[i]->program);
    for (size_t i = 0; i < ruleset->moment_count; i++)
        cel_program_free(ruleset->moments[i].program);
    scopes_free(ruleset->scopes);
    catalog_destroy(ruleset->catalog);
    arena_free(&ruleset->arena);
    free(ruleset->expressions);
    free(ruleset->moments);
    free(ruleset->counters);
    free(ruleset->objects);
    free(ruleset->segments);
    free(ruleset->tests);
    free(ruleset->scores);
    free(ruleset->rules);
    free(ruleset->workflows);
    free(ruleset->actions);
    free(ruleset->channels);
    free(ruleset->fields);
    free(ruleset->lists);
    free(ruleset->teams);
    free(ruleset->event_sets);
    free(ruleset->event_set_slots);
    free(ruleset->matches);
    free(ruleset->state_stops);
    free(ruleset->implied);
    free(ruleset->implications);
    free(ruleset);
}

uint64_t ruleset_hash(const struct ruleset *ruleset)
{
    return ruleset->hash;
}

uint64_t ruleset_history_hash(const struct ruleset *ruleset)
{
    return ruleset->history_hash;
}

const struct catalog *ruleset_catalog(const struct ruleset *ruleset)
{
    return ruleset->catalog;
}

const struct match_list *ruleset_match(const struct ruleset *ruleset, event_type type)
{
    static const struct match_list nothing = {0};
    return type < ruleset->match_count ? &ruleset->matches[type] : &nothing;
}

size_t ruleset_score_count(const struct ruleset *ruleset)
{
    return ruleset->score_count;
}

const struct score_def *ruleset_score(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->score_count);
    return &ruleset->scores[index];
}

const struct score_def *ruleset_score_find(const struct ruleset *ruleset, struct bytes name)
{
    for (size_t i = 0; i < ruleset->score_count; i++) {
        if (bytes_equal(ruleset->scores[i].name, name))
            return &ruleset->scores[i];
    }
    return NULL;
}

size_t ruleset_rule_count(const struct ruleset *ruleset)
{
    return ruleset->rule_count;
}

const struct score_rule *ruleset_rule(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->rule_count);
    return &ruleset->rules[index];
}

const struct score_rule *ruleset_rule_find(const struct ruleset *ruleset, struct bytes state_name)
{
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        if (bytes_equal(ruleset->rules[i].state_name, state_name))
            return &ruleset->rules[i];
    }
    return NULL;
}

size_t ruleset_counter_count(const struct ruleset *ruleset)
{
    return ruleset->counter_count;
}

size_t ruleset_object_count(const struct ruleset *ruleset)
{
    return ruleset->object_count;
}

const struct object_def *ruleset_object(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->object_count);
    return &ruleset->objects[index];
}

size_t ruleset_implied_count(const struct ruleset *ruleset)
{
    return ruleset->implied_count;
}

const struct implied_def *ruleset_implied(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->implied_count);
    return &ruleset->implied[index];
}

const struct counter_def *ruleset_counter(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->counter_count);
    return &ruleset->counters[index];
}

size_t ruleset_segment_count(const struct ruleset *ruleset)
{
    return ruleset->segment_count;
}

const struct segment_def *ruleset_segment(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->segment_count);
    return &ruleset->segments[index];
}

const struct segment_def *ruleset_segment_find(const struct ruleset *ruleset, struct bytes name)
{
    for (size_t i = 0; i < ruleset->segment_count; i++) {
        if (bytes_equal(ruleset->segments[i].name, name))
            return &ruleset->segments[i];
    }
    return NULL;
}

size_t ruleset_expression_count(const struct ruleset *ruleset)
{
    return ruleset->expression_count;
}

size_t ruleset_live_count(const struct ruleset *ruleset)
{
    return ruleset->live_count;
}

const struct live_node *ruleset_live(const struct ruleset *ruleset, size_t position)
{
    INVARIANT(position < ruleset->live_count);
    return &ruleset->live[position];
}

size_t ruleset_live_place(const struct ruleset *ruleset, enum live_kind kind, size_t index)
{
    switch (kind) {
    case LIVE_RULE: return index;
    case LIVE_SCORE: return ruleset->rule_count + index;
    case LIVE_SEGMENT: return ruleset->rule_count + ruleset->score_count + index;
    case LIVE_STOP: break;
    }
    return ruleset->rule_count + ruleset->score_count + ruleset->segment_count + index;
}

uint32_t ruleset_live_position(const struct ruleset *ruleset, enum live_kind kind, size_t index)
{
    return ruleset->live_positions[ruleset_live_place(ruleset, kind, index)];
}

struct live_list ruleset_dependents(const struct ruleset *ruleset, dependency of)
{
    INVARIANT(of < ruleset->dependency_count);
    uint32_t at = ruleset->dependents_at[of];
    return (struct live_list){&ruleset->dependents[at], ruleset->dependents_at[of + 1] - at};
}

bool ruleset_has_timers(const struct ruleset *ruleset)
{
    return ruleset->has_timers;
}

size_t ruleset_test_count(const struct ruleset *ruleset)
{
    return ruleset->test_count;
}

const struct rule_test *ruleset_test(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->test_count);
    return &ruleset->tests[index];
}

size_t ruleset_team_count(const struct ruleset *ruleset)
{
    return ruleset->team_count;
}

const struct team_def *ruleset_team(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->team_count);
    return ruleset->teams[index];
}

size_t ruleset_workflow_count(const struct ruleset *ruleset)
{
    return ruleset->workflow_count;
}

const struct workflow_def *ruleset_workflow_find(const struct ruleset *ruleset, struct bytes name)
{
    const struct workflow_def wanted = {.name = name};
    if (ruleset->workflow_count == 0)
        return NULL;
    return bsearch(
        &wanted, ruleset->workflows, ruleset->workflow_count, sizeof(wanted), compare_workflows);
}

struct timed_workflows ruleset_timed(const struct ruleset *ruleset)
{
    return (struct timed_workflows){ruleset->timed, ruleset->timed_count};
}

const struct rule_expression *ruleset_state_stop(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->state_stop_count);
    return ruleset->state_stops[index];
}

bool ruleset_has_state_stops(const struct ruleset *ruleset)
{
    return ruleset->has_state_stops;
}

const struct workflow_def *ruleset_workflow(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset_version_count(ruleset));
    return &ruleset->workflows[index];
}

size_t ruleset_pinned_count(const struct ruleset *ruleset)
{
    return ruleset->pinned_count;
}

size_t ruleset_version_count(const struct ruleset *ruleset)
{
    return ruleset->workflow_count + ruleset->pinned_count;
}

const struct workflow_def *workflow_version(const struct workflow_def *workflow, uint64_t version)
{
    const struct workflow_def *pinned = workflow->pinned;
    while (pinned != NULL && pinned->hash != version)
        pinned = pinned->pinned;
    return pinned;
}

const struct rule_bundle *ruleset_bundle(const struct ruleset *ruleset)
{
    return &ruleset->bundle;
}

size_t ruleset_action_count(const struct ruleset *ruleset)
{
    return ruleset->action_count;
}

const struct action_def *ruleset_action(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->action_count);
    return &ruleset->actions[index];
}

size_t ruleset_channel_count(const struct ruleset *ruleset)
{
    return ruleset->channel_count;
}

const struct channel_def *ruleset_channel(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->channel_count);
    return &ruleset->channels[index];
}

size_t ruleset_field_count(const struct ruleset *ruleset)
{
    return ruleset->field_count;
}

const struct field_def *ruleset_field(const struct ruleset *ruleset, size_t index)
{
    INVARIANT(index < ruleset->field_count);
    return &ruleset->fields[index];
}

const struct field_def *ruleset_field_find(const struct ruleset *ruleset, struct bytes name)
{
    for (size_t i = 0; i < ruleset->field_count; i++) {
        if (bytes_equal(ruleset->fields[i].name, name))
            return &ruleset->fields[i];
    }
    return NULL;
}

int64_t score_group_capped(const struct score_group *group, int64_t sum_milli)
{
    if (group->has_max && sum_milli > group->max_milli)
        return group->max_milli;
    if (group->has_min && sum_milli < group->min_milli)
        return group->min_milli;
    return sum_milli;
}

int64_t score_def_clamp(const struct score_def *score, int64_t sum_milli)
{
    if (score->has_max && sum_milli > score->max_milli)
        return score->max_milli;
    if (score->has_min && sum_milli < score->min_milli)
        return score->min_milli;
    return sum_milli;
}

struct bytes score_def_band(const struct score_def *score, int64_t value_milli)
{
    struct bytes band = BYTES_LITERAL("");
    for (uint32_t i = 0; i < score->band_count && score->bands[i].from_milli <= value_milli; i++)
        band = score->bands[i].name;
    return band;
}
