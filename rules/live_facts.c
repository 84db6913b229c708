#include "rules/live_facts.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "rules/comparison.h"
#include "rules/scope.h"

// What is found in one tree; the lists are used again for the next.
struct live_room {
    struct reads reads;
    struct thresholds thresholds;
    struct moments moments;
};

void live_room_free(struct live_room *room)
{
    if (room == NULL)
        return;
    reads_free(&room->reads);
    thresholds_free(&room->thresholds);
    moments_free(&room->moments);
    free(room);
}

static struct live_room *room_cleared(struct compiler *compiler)
{
    if (compiler->live_room == NULL)
        compiler->live_room = mem_zero(1, sizeof(*compiler->live_room));
    struct live_room *room = compiler->live_room;
    room->reads.count = 0;
    room->thresholds.count = room->thresholds.free_count = 0;
    room->thresholds.counter_count = room->thresholds.free_counter_count = 0;
    room->moments.count = room->moments.hourly_count = 0;
    return room;
}

// A copy of an array in the scratch.
static const void *keep(struct compiler *compiler, const void *items, size_t count, size_t bytes)
{
    return count == 0 ? NULL : arena_copy(&compiler->scratch, bytes_of(items, count * bytes)).data;
}

// Programs of moments belong to the ruleset, whether or not anything will look at them.
static void own_moments(struct ruleset *ruleset, const struct moments *moments)
{
    for (size_t i = 0; i < moments->count; i++) {
        ruleset->moments = compile_grow(
            ruleset->moments, &ruleset->moment_cap, ruleset->moment_count,
            sizeof(*ruleset->moments));
        ruleset->moments[ruleset->moment_count++] = moments->items[i];
    }
}

const struct live_facts *live_facts_of(
    struct compiler *compiler, const struct cel_scope *scope, const struct cel_node *root)
{
    struct ruleset *ruleset = compiler->ruleset;
    const struct tree_survey *survey = &compiler->survey;
    struct live_room *room = room_cleared(compiler);
    struct reads *reads = &room->reads;
    struct thresholds *thresholds = &room->thresholds;
    struct moments *moments = &room->moments;
    struct live_facts *facts = arena_alloc(&compiler->scratch, sizeof(*facts));
    bool has_numbers = survey_names(survey, SCOPE_SCORE) || survey_names(survey, SCOPE_COUNTER);
    reads_add(reads, ruleset, root);
    if (has_numbers)
        thresholds_add(thresholds, scope, root);
    moments_add(moments, &(struct moment_room){&compiler->cel, &ruleset->arena, scope}, root);
    own_moments(ruleset, moments);
    *facts = (struct live_facts){
        .reads = keep(compiler, reads->items, reads->count, sizeof(*reads->items)),
        .read_count = (uint32_t)reads->count,
        .thresholds =
            keep(compiler, thresholds->items, thresholds->count, sizeof(*thresholds->items)),
        .threshold_count = (uint32_t)thresholds->count,
        .free_scores =
            keep(compiler, thresholds->free, thresholds->free_count, sizeof(*thresholds->free)),
        .free_score_count = (uint32_t)thresholds->free_count,
        .counter_thresholds = keep(
            compiler, thresholds->counters, thresholds->counter_count,
            sizeof(*thresholds->counters)),
        .counter_threshold_count = (uint32_t)thresholds->counter_count,
        .free_counters = keep(
            compiler, thresholds->free_counters, thresholds->free_counter_count,
            sizeof(*thresholds->free_counters)),
        .free_counter_count = (uint32_t)thresholds->free_counter_count,
        .moments = keep(compiler, moments->items, moments->count, sizeof(*moments->items)),
        .moment_count = (uint32_t)moments->count,
        .hourly = keep(compiler, moments->hourly, moments->hourly_count, sizeof(*moments->hourly)),
        .hourly_count = (uint32_t)moments->hourly_count,
        .is_false_of_new =
            (has_numbers || survey_names(survey, SCOPE_SEGMENT)) && condition_is_false_of_new(root),
    };
    return facts;
}
