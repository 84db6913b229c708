#include "engine/fold/live_due.h"

#include "engine/fold/fold.h"
#include "engine/fold/scoring.h"
#include "projections/contact_ask.h"
#include "projections/segments.h"
#include "projections/timers.h"
#include "rules/expression.h"

#define HOUR_MS INT64_C(3600000)

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

static int64_t next_full_hour(int64_t now_ms)
{
    int64_t hours = now_ms / HOUR_MS - (now_ms % HOUR_MS < 0);
    return (hours + 1) * HOUR_MS;
}

static int64_t segment_due(struct fold *fold, uint32_t index)
{
    const struct segment_def *segment = ruleset_segment(fold->ruleset, index);
    int64_t due_ms = TIMER_NONE;
    if (segment->known_for_ms > 0) {
        int64_t known_ms = contact_created_ms(fold->state, fold->contact) + segment->known_for_ms;
        if (known_ms > fold->now_ms)
            due_ms = known_ms;
    }
    struct segment_state state =
        segment_read(fold->state, fold->contact, fold->binding.segments[index]);
    if (state.is_true && !state.is_member)
        due_ms = earlier(due_ms, state.since_ms + segment->for_ms);
    return due_ms;
}

static int64_t score_due(struct fold *fold, uint32_t index)
{
    const struct score_def *score = ruleset_score(fold->ruleset, index);
    bool is_crossed = score->threshold_count > 0;
    if (score->combine != NULL || score->forget.kind == FORGET_NONE ||
        (!is_crossed && !score->is_read_freely))
        return TIMER_NONE;
    struct score_parts parts;
    fold_score_parts(fold, index, &parts);
    int64_t due_ms = is_crossed ? score_next_crossing(&parts, fold->now_ms) : TIMER_NONE;
    if (score->is_read_freely && score_rests_from(&parts) > fold->now_ms)
        due_ms = earlier(due_ms, next_full_hour(fold->now_ms));
    return due_ms;
}

// A comparison with `now` changes at the moment that its program gives, or a millisecond behind it.
static int64_t moment_due(struct fold *fold, const struct rule_moment *moment)
{
    int64_t at_ms = 0;
    if (!fold_moment(fold, moment, &at_ms))
        return TIMER_NONE; // what it compares with is not there
    if (at_ms > fold->now_ms)
        return at_ms;
    return at_ms + 1 > fold->now_ms ? at_ms + 1 : TIMER_NONE;
}

int64_t live_node_due(struct fold *fold, const struct live_node *node)
{
    int64_t due_ms = TIMER_NONE;
    if (node->kind == LIVE_SEGMENT)
        due_ms = segment_due(fold, node->index);
    else if (node->kind == LIVE_SCORE)
        due_ms = score_due(fold, node->index);
    for (uint32_t i = 0; i < node->moment_count; i++)
        due_ms = earlier(due_ms, moment_due(fold, &node->moments[i]));
    if (node->is_hourly)
        due_ms = earlier(due_ms, next_full_hour(fold->now_ms));
    return due_ms;
}
