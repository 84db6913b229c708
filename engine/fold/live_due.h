// When a live node is to be looked at next, by time alone.
#ifndef ENGINE_FOLD_LIVE_DUE_H
#define ENGINE_FOLD_LIVE_DUE_H

#include <stdint.h>

#include "rules/live.h"
#include "rules/score.h"

struct fold;

// Whether a score itself says when it is to be looked at: it forgets, and something is to see it cross a threshold.
bool live_score_is_planned(const struct score_def *score);
// When the score of the contact in hand next crosses one of its thresholds by forgetting alone; TIMER_NONE: never.
int64_t live_score_due(struct fold *fold, uint32_t score);

// The earliest moment after fold->now_ms at which time alone may change what the node says about the contact in hand, as
// far as the node itself knows it (the windows of counters that it reads are not in it); TIMER_NONE: never. That of a
// score is the one that was planned when it was looked at last.
int64_t live_node_due(struct fold *fold, const struct live_node *node);

#endif
