// The counts of runs of workflows and their steps, over all shards.
#ifndef ENGINE_FOLD_WORKFLOW_STATS_H
#define ENGINE_FOLD_WORKFLOW_STATS_H

#include <stdbool.h>

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/fold/run_counts.h"

struct shard;

struct step_stat {
    struct bytes id;
    struct bytes does; // in words; empty: the rules in force have no such step any more
    struct run_count count;
};

struct workflow_stat {
    struct bytes name;
    struct run_count count; // of the runs
    struct step_stat *
        steps; // in the order of the rules, those of lists within others behind the step they belong to
    size_t step_count, step_cap;
};

struct workflow_stats {
    struct workflow_stat *items; // by name
    size_t count, cap;
};

// Appends what one shard counted of the workflows of the rules in force; name: of this one alone, empty: of all.
// Worker thread of the shard.
//   ERR_MISSING the rules have no such workflow
NODISCARD enum err workflow_stats_pack(
    const struct shard *shard, struct bytes name, struct buffer *to);
// The sums over what was packed. Texts are views of it, lists are the arena's.
//   ERR_CORRUPT malformed
NODISCARD enum err workflow_stats_sum(
    const struct bytes *packed, size_t count, struct arena *arena, struct workflow_stats *out);
// {"workflows":[{"workflow":…,"entered":…,"waiting":…,"done":…,"stopped":…,"failed":…,"steps":[{"step":…,"does":…,
// "entered":…,…},…]},…]}; "gone":true in place of "does".
void workflow_stats_add_json(struct buffer *to, const struct workflow_stats *stats);

#endif
