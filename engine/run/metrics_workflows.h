// engaged_workflow_…: what became of the runs of each workflow and of each of its steps, over all shards.
#ifndef ENGINE_RUN_METRICS_WORKFLOWS_H
#define ENGINE_RUN_METRICS_WORKFLOWS_H

#include <stddef.h>

#include "engine/base/buffer.h"

// Workflows, and steps, with series of their own; the rest is summed up in workflow="other".
enum { METRICS_WORKFLOWS_MAX = 1000, METRICS_STEPS_MAX = 2000 };

// packed: as workflow_stats_pack gave it, one a shard.
void metrics_workflows_print(const struct bytes *packed, size_t count, struct buffer *to);

#endif
