// What a shard counts: what passed through it, which balances hold against each other, and what else is told.
#ifndef ENGINE_FOLD_SHARD_COUNTS_H
#define ENGINE_FOLD_SHARD_COUNTS_H

#include <stdint.h>

struct failures;
struct held;
struct shard;

struct shard_counts {
    uint64_t actions_held_consent, actions_held_dnd, actions_held_missing, actions_held_limit;
    uint64_t actions_dropped; // by an operator (engine/fold/shard_drop.h)
    uint64_t actions_held_quiet, actions_held_over, actions_delayed; // over: limits of the rules
    uint64_t outbox_bytes; // texts of actions and dead letters that wait
    uint64_t derived, derived_too_deep;
    uint64_t rules_matched, rules_limited;
    uint64_t runs_started, runs_done, runs_stopped, runs_failed, run_data_refused, steps_failed;
    uint64_t runs_pinned, runs_unpinned; // to the version they began with; that could not be
    uint64_t runs_stranded, runs_asleep, runs_moved, runs_cancelled, runs_included, runs_overdue;
    uint64_t expressions_failed;
    uint64_t entries_withdrawn, withdrawals_unmatched;
    uint64_t counted_summarised, counted_refused;
    uint64_t objects_dropped, objects_refused, object_removals_forgotten;
    uint64_t zones_known, zones_unknown,
        zones_renewed; // names in the journal; asked for in vain; changed files
    uint64_t key_mismatch, events_without_id, fields_refused, unknown_types;
    uint64_t timers_fired;
    uint64_t frames, crashed; // crashed: of those refused, inputs that ended the process
    uint64_t sequence, sequence_durable, sequence_published, sequence_checkpoint;
};
void shard_counts(const struct shard *shard, struct shard_counts *out);
// Which expressions failed since the opening (engine/fold/failures.h). Worker thread; borrowed until the next frame.
const struct failures *shard_failures(const struct shard *shard);
// Which actions were held back since the opening (engine/fold/held.h). Likewise.
const struct held *shard_held(const struct shard *shard);

// What passed through since the opening, each counted by the part that saw it. Recalled is what an earlier
// process decided and this one read from the journal. Worker thread.
struct shard_flow {
    uint64_t journalled, duplicates, refused, folded;
    uint64_t decided, actions_recalled, actions_waiting, actions_dropped;
    uint64_t dead_letters_recalled, dead_letters_waiting;
};
void shard_flow(const struct shard *shard, struct shard_flow *out);

static inline uint64_t shard_flow_read(const struct shard_flow *flow)
{
    return flow->journalled + flow->duplicates + flow->refused;
}

#endif
