// engaged_expressions_failed_total: how often which expression of the rules failed, over all shards.
#ifndef ENGINE_RUN_METRICS_FAILURES_H
#define ENGINE_RUN_METRICS_FAILURES_H

#include <stddef.h>

#include "engine/base/buffer.h"
#include "engine/fold/failures.h"

// Appends what one shard counted, for metrics_failures_print. Worker thread.
void metrics_failures_pack(const struct failures *failures, struct buffer *to);
// Prints the sums over what was packed, a series for each rule by name, at most FAILURES_MAX of them. What has no
// series of its own is in that of rule="other", which is always there.
void metrics_failures_print(const struct bytes *packed, size_t count, struct buffer *to);

#endif
