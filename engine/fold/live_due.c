#include "engine/fold/live_due.h"

#include "engine/fold/fold.h"
#include "engine/fold/scoring.h"
#include "projections/contact_ask.h"
#include "projections/scores.h"
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

bool live_score_is_planned(const struct score_def *score)
{
    return score->forget.kind != FORGET_NONE && score->threshold_count > 0;
}

int64_t live_score_due(struct fold *fold, uint32_t index)
{
    if (!live_score_is_planned(ruleset_score(fold->ruleset, index)))
        return TIMER_NONE;
    return fold_score_crossing(fold, index);
}

// --- what no moment can be told for
// What the node would say at a moment: true or false, or on which side of its thresholds a score is.
static uint32_t outcome_at(struct fold *fold, const struct live_node *node, int64_t at_ms)
{
    int64_t now_ms = fold->now_ms;
    bool was_tried = fold->is_tried;
    uint32_t outcome = 0;
    fold->now_ms = at_ms;
    fold->is_tried = true;
    switch (node->kind) {
    case LIVE_RULE:
        outcome = fold_condition(fold, ruleset_rule(fold->ruleset, node->index)->state);
        break;
    case LIVE_SEGMENT:
        outcome = fold_condition(fold, ruleset_segment(fold->ruleset, node->index)->condition);
        break;
    case LIVE_STOP:
        outcome = fold_condition(fold, ruleset_state_stop(fold->ruleset, node->index));
        break;
    case LIVE_SCORE:
        outcome = score_side(
            ruleset_score(fold->ruleset, node->index),
            fold_score_value(fold, node->index, at_ms).shown_milli);
        break;
    }
    fold->now_ms = now_ms;
    fold->is_tried = was_tried;
    return outcome;
}

// The first moment up to the next full hour at which the outcome is another; that hour where there is none. A change
// that is undone within the hour may be passed over.
static int64_t hourly_due(struct fold *fold, const struct live_node *node)
{
    int64_t same_ms = fold->now_ms;
    int64_t other_ms = next_full_hour(fold->now_ms);
    uint32_t now = outcome_at(fold, node, same_ms);
    if (outcome_at(fold, node, other_ms) == now)
        return other_ms;
    while (other_ms - same_ms > 1) {
        int64_t middle_ms = same_ms + (other_ms - same_ms) / 2;
        if (outcome_at(fold, node, middle_ms) == now)
            same_ms = middle_ms;
        else
            other_ms = middle_ms;
    }
    return other_ms;
}

// --- moments
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
    else if (
        node->kind == LIVE_SCORE && live_score_is_planned(ruleset_score(
                                        fold->ruleset, node->index))) // else other rules planned it
        due_ms = score_due_ms(fold->state, fold->contact, fold->binding.scores[node->index]);
    for (uint32_t i = 0; i < node->moment_count; i++)
        due_ms = earlier(due_ms, moment_due(fold, &node->moments[i]));
    if (node->is_hourly)
        due_ms = earlier(due_ms, hourly_due(fold, node));
    return due_ms;
}
