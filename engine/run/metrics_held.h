// engaged_actions_held_total and engaged_actions_delayed_total: which actions were held back, and why, over all shards.
#ifndef ENGINE_RUN_METRICS_HELD_H
#define ENGINE_RUN_METRICS_HELD_H

#include <stddef.h>

#include "engine/base/buffer.h"
#include "engine/fold/held.h"

// Appends what one shard counted, for metrics_held_print. Worker thread.
void metrics_held_pack(const struct held *held, struct buffer *to);
// Prints the sums over what was packed, a series for each action and reason that there was, at most HELD_ACTIONS_MAX
// actions. What has no series of its own is in that of action="other".
void metrics_held_print(const struct bytes *packed, size_t count, struct buffer *to);

#endif
