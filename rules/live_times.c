// When live nodes are to be looked at by time alone: moments, full hours, and the thresholds of scores.
#include "rules/expression.h"
#include "rules/live_plan.h"
#include "rules/moments.h"
#include "rules/scope.h"
#include "rules/thresholds.h"

struct timing {
    struct live_plan *plan;
    const struct cel_scope *scope;
    struct thresholds thresholds;
    bool *forgets; // by score: changes by time alone, or one that it is combined from does
    bool *watched; // by score: something would see it change
};

static bool is_heard(const struct ruleset *ruleset, enum builtin builtin)
{
    event_type type = catalog_builtin(ruleset->catalog, builtin);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        if (ruleset->rules[i].on == type)
            return true;
    }
    for (size_t i = 0; i < ruleset->workflow_count; i++) {
        if (ruleset->workflows[i].on == type)
            return true;
    }
    for (size_t i = 0; i < ruleset->counter_count; i++) {
        if (ruleset->counters[i].on == type)
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
    }
}

static void add_bands(struct timing *timing)
{
    const struct ruleset *ruleset = timing->plan->ruleset;
    struct thresholds *to = &timing->thresholds;
    if (!is_heard(ruleset, BUILTIN_SCORE_BAND_CHANGED) && !is_heard(ruleset, BUILTIN_SCORE_CHANGED))
        return;
    for (uint32_t i = 0; i < ruleset->score_count; i++) {
        const struct score_def *score = &ruleset->scores[i];
        timing->watched[i] = score->band_count > 0;
        for (uint32_t b = 0; b < score->band_count; b++) {
            to->items = compile_grow(to->items, &to->cap, to->count, sizeof(*to->items));
            to->items[to->count++] = (struct threshold){i, score->bands[b].from_milli};
        }
    }
}

// The scores that a node reads: compared with constants, or freely.
static void time_scores(struct timing *timing, struct planned *planned)
{
    struct live_plan *plan = timing->plan;
    struct thresholds *thresholds = &timing->thresholds;
    size_t before = thresholds->count;
    for (int i = 0; i < LIVE_PARTS_MAX; i++) {
        if (planned->parts[i] != NULL)
            thresholds_add(
                thresholds, &plan->compiler->scratch, timing->scope, planned->parts[i]->root);
    }
    for (size_t i = before; i < thresholds->count; i++)
        timing->watched[thresholds->items[i].score] = true;
    for (uint32_t i = 0; i < planned->read_count; i++) {
        uint32_t score = 0;
        if (reads_kind(plan->ruleset, plan->reads[planned->first_read + i].of, &score) !=
                READ_SCORE ||
            !thresholds->read_freely[score])
            continue;
        thresholds->read_freely[score] = false; // of this node only
        timing->watched[score] = true;
        planned->node.is_hourly = planned->node.is_hourly || timing->forgets[score];
    }
}

static void time_now(struct timing *timing, struct planned *planned)
{
    struct live_plan *plan = timing->plan;
    struct moments moments = {.count = 0};
    for (int i = 0; i < LIVE_PARTS_MAX; i++) {
        const struct rule_expression *part = planned->parts[i];
        if (part == NULL)
            continue;
        moments.hourly_count = 0;
        moments_add(&moments, plan->ruleset, timing->scope, part->root);
        for (size_t h = 0; h < moments.hourly_count; h++) {
            planned->node.is_hourly = true;
            diagnostic_add(
                plan->compiler->list, DIAGNOSTIC_W0506,
                yaml_place_within(part->node, moments.hourly[h]->begin, moments.hourly[h]->end),
                "this is looked at again at each full hour: expected a comparison like "
                "now - TIME < DURATION");
        }
    }
    size_t bytes = moments.count * sizeof(*moments.items);
    struct rule_moment *kept = arena_alloc(&plan->ruleset->arena, bytes + 1);
    if (moments.count > 0)
        memcpy(kept, moments.items, bytes);
    planned->node.moments = kept;
    planned->node.moment_count = (uint32_t)moments.count;
    moments_free(&moments);
}

static void take_guard(struct planned *planned)
{
    if (planned->node.kind == LIVE_SCORE)
        return;
    const struct rule_guard *guard = &planned->parts[0]->guard;
    if (guard->kind == GUARD_CONTACT && guard->is_asked_for)
        planned->node.guard = *guard;
}

static void set_thresholds(struct timing *timing)
{
    struct ruleset *ruleset = timing->plan->ruleset;
    const struct thresholds *found = &timing->thresholds;
    int64_t *to = arena_alloc(&ruleset->arena, (found->count + 1) * sizeof(*to));
    thresholds_sort(&timing->thresholds);
    for (size_t i = 0; i < found->count; i++) {
        struct score_def *score = &ruleset->scores[found->items[i].score];
        bool is_first = score->threshold_count == 0;
        if (is_first)
            score->thresholds_milli = to;
        if (is_first || to[-1] != found->items[i].milli) {
            *to++ = found->items[i].milli;
            score->threshold_count++;
        }
    }
}

void live_plan_times(struct live_plan *plan)
{
    size_t bytes = plan->ruleset->score_count * sizeof(bool) + 1;
    bool *flags[3];
    for (int i = 0; i < 3; i++) {
        flags[i] = arena_alloc(&plan->compiler->scratch, bytes);
        memset(flags[i], 0, bytes);
    }
    struct timing timing = {
        .plan = plan,
        .scope = scopes_of(plan->ruleset->scopes, EVENT_TYPE_UNKNOWN),
        .thresholds = {.read_freely = flags[0]},
        .forgets = flags[1],
        .watched = flags[2],
    };
    find_forgetting(&timing);
    add_bands(&timing);
    for (uint32_t i = plan->order_count; i-- > 0;) { // readers before what they read
        struct planned *planned = &plan->nodes[plan->order[i]];
        // A score that is combined from others, and that nobody watches, is worked out when it is asked for.
        if (planned->node.kind == LIVE_SCORE && !timing.watched[planned->node.index])
            continue;
        time_now(&timing, planned);
        time_scores(&timing, planned);
        take_guard(planned);
    }
    set_thresholds(&timing);
    thresholds_free(&timing.thresholds);
}
