// When live nodes are to be looked at by time alone: moments, full hours, and the thresholds of scores.
#include "rules/event_set.h"
#include "rules/expression.h"
#include "rules/live_plan.h"

#define READER_NONE UINT32_MAX // of a band's threshold

struct timing {
    struct live_plan *plan;
    struct thresholds thresholds;
    bool *forgets; // by score: changes by time alone, or one that it is combined from does
    bool *watched; // by score: something would see it change
};

// Whether a run of the workflow may wait for such an event, or be stopped by it.
static bool is_awaited(
    const struct ruleset *ruleset, const struct workflow_def *workflow, event_type type)
{
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        const struct workflow_step *step = &workflow->steps[i];
        if (step->kind == STEP_WAIT && step->wait.kind == WAIT_EVENT &&
            ruleset_is_on(ruleset, step->wait.on, type))
            return true;
    }
    for (uint32_t i = 0; i < workflow->stop_count; i++) {
        if (ruleset_is_on(ruleset, workflow->stops[i].on, type))
            return true;
    }
    return false;
}

static bool is_heard(const struct ruleset *ruleset, enum builtin builtin)
{
    event_type type = catalog_builtin(ruleset->catalog, builtin);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        if (ruleset_is_on(ruleset, ruleset->rules[i].on, type))
            return true;
    }
    for (size_t i = 0; i < ruleset_version_count(ruleset); i++) {
        const struct workflow_def *workflow = &ruleset->workflows[i];
        if (ruleset_is_on(ruleset, workflow->on, type) || is_awaited(ruleset, workflow, type))
            return true;
    }
    for (size_t i = 0; i < ruleset->counter_count; i++) {
        if (ruleset_is_on(ruleset, ruleset->counters[i].on, type))
            return true;
    }
    for (size_t i = 0; i < ruleset->object_count; i++) {
        if (ruleset_is_on(ruleset, ruleset->objects[i].about, type))
            return true;
    }
    return false;
}

// Scores come behind those that they are combined from.
static void find_forgetting(struct timing *timing)
{
    const struct live_plan *plan = timing->plan;
    for (uint32_t i = 0; i < plan->order_count; i++) {
        const struct planned *planned = &plan->nodes[plan->order[i]];
        uint32_t score = planned->node.index, read = 0;
        if (planned->node.kind != LIVE_SCORE)
            continue;
        bool forgets = plan->ruleset->scores[score].forget.kind != FORGET_NONE;
        for (uint32_t r = 0; r < planned->read_count; r++) {
            dependency of = plan->reads[planned->first_read + r].of;
            forgets = forgets ||
                      (reads_kind(plan->ruleset, of, &read) == READ_SCORE && timing->forgets[read]);
        }
        timing->forgets[score] = forgets;
        plan->ruleset->scores[score].changes_by_time = forgets;
    }
}

static void add_threshold(struct timing *timing, struct threshold threshold)
{
    struct thresholds *to = &timing->thresholds;
    to->items = compile_grow(to->items, &to->cap, to->count, sizeof(*to->items));
    to->items[to->count++] = threshold;
    timing->watched[threshold.score] = true;
}

static void add_bands(struct timing *timing)
{
    const struct ruleset *ruleset = timing->plan->ruleset;
    if (!is_heard(ruleset, BUILTIN_SCORE_BAND_CHANGED) && !is_heard(ruleset, BUILTIN_SCORE_CHANGED))
        return;
    for (uint32_t i = 0; i < ruleset->score_count; i++) {
        const struct score_def *score = &ruleset->scores[i];
        for (uint32_t b = 0; b < score->band_count; b++)
            add_threshold(timing, (struct threshold){i, score->bands[b].from_milli, READER_NONE});
    }
}

// The scores that a node reads: compared with constants, or freely.
static void time_scores(
    struct timing *timing, struct planned *planned, const struct live_facts *facts)
{
    for (uint32_t i = 0; i < facts->threshold_count; i++) {
        struct threshold threshold = facts->thresholds[i];
        threshold.reader = planned->position;
        add_threshold(timing, threshold);
    }
    for (uint32_t i = 0; i < facts->free_score_count; i++) {
        const struct member_span *span = &facts->free_scores[i];
        for (uint32_t score = span->first; score < span->first + span->count; score++) {
            timing->watched[score] = true;
            planned->node.is_hourly = planned->node.is_hourly || timing->forgets[score];
        }
    }
}

static void warn_hourly(
    struct timing *timing, struct planned *planned, const struct rule_expression *part)
{
    for (uint32_t i = 0; i < part->facts->hourly_count; i++) {
        const struct tree_span *at = &part->facts->hourly[i];
        planned->node.is_hourly = true;
        diagnostic_add(
            timing->plan->compiler->list, DIAGNOSTIC_W0506,
            yaml_place_shown(timing->plan->compiler->list, part->node, at->begin, at->end),
            "this is looked at again at each full hour: expected a comparison like "
            "now - TIME < DURATION");
    }
}

static bool changes_by_time(const struct timing *timing, const struct live_node *node)
{
    if (node->moment_count > 0 || node->is_hourly)
        return true;
    if (node->kind != LIVE_SEGMENT)
        return false;
    const struct segment_def *segment = &timing->plan->ruleset->segments[node->index];
    return segment->for_ms > 0 || segment->known_for_ms > 0;
}

static bool has_counters_without_sides(const struct live_plan *plan, const struct planned *planned)
{
    for (uint32_t i = 0; i < planned->read_count; i++) {
        uint32_t counter = 0;
        dependency of = plan->reads[planned->first_read + i].of;
        if (reads_kind(plan->ruleset, of, &counter) == READ_COUNTER &&
            !counter_def_has_sides(&plan->ruleset->counters[counter]))
            return true;
    }
    return false;
}

static void set_sides(const struct timing *timing, struct planned *planned)
{
    struct live_node *node = &planned->node;
    if (node->kind == LIVE_SCORE || changes_by_time(timing, node))
        return;
    node->is_by_sides = true;
    node->is_by_counter_sides = !has_counters_without_sides(timing->plan, planned);
    for (int i = 0; i < LIVE_PARTS_MAX && planned->parts[i] != NULL; i++) {
        const struct live_facts *facts = planned->parts[i]->facts;
        node->is_by_sides = node->is_by_sides && facts->free_score_count == 0;
        node->is_by_counter_sides = node->is_by_counter_sides && facts->free_counter_count == 0;
    }
}

static void time_node(struct timing *timing, struct planned *planned)
{
    uint32_t count = 0;
    for (int i = 0; i < LIVE_PARTS_MAX && planned->parts[i] != NULL; i++) {
        time_scores(timing, planned, planned->parts[i]->facts);
        warn_hourly(timing, planned, planned->parts[i]);
        count += planned->parts[i]->facts->moment_count;
    }
    struct rule_moment *kept =
        arena_alloc(&timing->plan->ruleset->arena, count * sizeof(*kept) + 1);
    planned->node.moments = kept;
    planned->node.moment_count = count;
    for (int i = 0; i < LIVE_PARTS_MAX && planned->parts[i] != NULL; i++) {
        const struct live_facts *facts = planned->parts[i]->facts;
        if (facts->moment_count > 0) // else there may be no list
            memcpy(kept, facts->moments, facts->moment_count * sizeof(*kept));
        kept += facts->moment_count;
    }
    set_sides(timing, planned);
}

// What the node compares counters with; and those that it reads otherwise.
static void time_counters(struct timing *timing, const struct planned *planned)
{
    const struct live_plan *plan = timing->plan;
    struct thresholds *to = &timing->thresholds;
    for (int i = 0; i < LIVE_PARTS_MAX && planned->parts[i] != NULL; i++) {
        const struct live_facts *facts = planned->parts[i]->facts;
        for (uint32_t t = 0; t < facts->counter_threshold_count; t++) {
            to->counters = compile_grow(
                to->counters, &to->counter_cap, to->counter_count, sizeof(*to->counters));
            to->counters[to->counter_count] = facts->counter_thresholds[t];
            to->counters[to->counter_count++].reader = planned->position;
        }
    }
    for (uint32_t i = 0; i < planned->read_count && !planned->node.is_by_counter_sides; i++) {
        uint32_t counter = 0;
        dependency of = plan->reads[planned->first_read + i].of;
        if (reads_kind(plan->ruleset, of, &counter) == READ_COUNTER)
            plan->ruleset->counters[counter].has_free_readers = true;
    }
}

// Whether the score is 0, and stays so, as long as no entry and no state rule gives it anything.
static bool is_zero_of_new(const struct score_def *score)
{
    if (score->combine != NULL || score->forget.kind == FORGET_IDLE)
        return false;
    for (uint32_t g = 0; g < score->group_count; g++) {
        if (score_group_capped(&score->groups[g], 0) != 0)
            return false;
    }
    return score_def_clamp(score, 0) == 0;
}

static void take_guard(const struct live_plan *plan, struct planned *planned)
{
    if (planned->node.kind == LIVE_SCORE) {
        planned->node.is_false_of_new = is_zero_of_new(&plan->ruleset->scores[planned->node.index]);
        return;
    }
    if (planned->node.kind == LIVE_STOP) { // a new contact has no runs
        planned->node.is_false_of_new = true;
        return;
    }
    planned->node.is_false_of_new =
        planned->parts[0]->facts->is_false_of_new && !has_counters_without_sides(plan, planned);
    const struct rule_guard *guard = &planned->parts[0]->guard;
    planned->node.is_guarded = guard->kind == GUARD_CONTACT && guard->is_asked_for;
    planned->node.guard_field = guard->field;
    planned->node.guard_hash = guard->hash;
}

static void set_thresholds(struct timing *timing)
{
    struct ruleset *ruleset = timing->plan->ruleset;
    const struct thresholds *found = &timing->thresholds;
    size_t most = 2 * found->count + 1;
    int64_t *to = arena_alloc(&ruleset->arena, most * sizeof(*to));
    uint32_t *begins = arena_alloc(&ruleset->arena, most * sizeof(*begins));
    uint32_t *readers = arena_alloc(&ruleset->arena, most * sizeof(*readers));
    thresholds_sort(&timing->thresholds);
    for (size_t i = 0; i < found->count;) {
        uint32_t index = found->items[i].score;
        struct score_def *score = &ruleset->scores[index];
        uint32_t reader_count = 0;
        score->thresholds_milli = to;
        score->reader_begins = begins;
        score->readers = readers;
        for (; i < found->count && found->items[i].score == index; i++) {
            if (score->threshold_count == 0 || to[-1] != found->items[i].milli) {
                *to++ = found->items[i].milli;
                *begins++ = reader_count;
                score->threshold_count++;
            }
            if (found->items[i].reader != READER_NONE)
                readers[reader_count++] = found->items[i].reader;
        }
        *begins++ = reader_count;
        readers += reader_count;
    }
}

static void set_counter_thresholds(struct timing *timing)
{
    struct ruleset *ruleset = timing->plan->ruleset;
    const struct thresholds *found = &timing->thresholds;
    size_t most = 2 * found->counter_count + 1;
    double *to = arena_alloc(&ruleset->arena, most * sizeof(*to));
    uint32_t *begins = arena_alloc(&ruleset->arena, most * sizeof(*begins));
    uint32_t *readers = arena_alloc(&ruleset->arena, most * sizeof(*readers));
    for (size_t i = 0; i < found->counter_count;) {
        struct counter_def *counter = &ruleset->counters[found->counters[i].counter];
        uint32_t reader_count = 0;
        counter->thresholds = to;
        counter->reader_begins = begins;
        counter->readers = readers;
        for (; i < found->counter_count && found->counters[i].counter == counter->index; i++) {
            if (counter->threshold_count == 0 || to[-1] != found->counters[i].from) {
                *to++ = found->counters[i].from;
                *begins++ = reader_count;
                counter->threshold_count++;
            }
            readers[reader_count++] = found->counters[i].reader;
        }
        *begins++ = reader_count;
        readers += reader_count;
    }
}

void live_plan_times(struct live_plan *plan)
{
    size_t bytes = plan->ruleset->score_count * sizeof(bool) + 1;
    bool *flags[2];
    for (int i = 0; i < 2; i++) {
        flags[i] = arena_alloc(&plan->compiler->scratch, bytes);
        memset(flags[i], 0, bytes);
    }
    struct timing timing = {
        .plan = plan,
        .forgets = flags[0],
        .watched = flags[1],
    };
    find_forgetting(&timing);
    add_bands(&timing);
    for (uint32_t i = plan->order_count; i-- > 0;) { // readers before what they read
        struct planned *planned = &plan->nodes[plan->order[i]];
        bool is_idle = planned->node.kind == LIVE_SCORE && !timing.watched[planned->node.index];
        // A score that is combined from others, and that nobody watches, is worked out when it is asked for.
        if (!is_idle)
            time_node(&timing, planned);
        take_guard(plan, planned);
        time_counters(&timing, planned);
    }
    set_thresholds(&timing);
    set_counter_thresholds(&timing);
    thresholds_free(&timing.thresholds);
}
