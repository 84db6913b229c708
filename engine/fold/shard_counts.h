// What a shard counts, for metrics and for the balances that are held against each other.
#ifndef ENGINE_FOLD_SHARD_COUNTS_H
#define ENGINE_FOLD_SHARD_COUNTS_H

#include <stdint.h>

struct shard;

struct shard_counts {
    // read = journalled + duplicates + dead_letters; decided = published + waiting (actions)
    uint64_t read, journalled, duplicates, dead_letters;
    uint64_t actions_decided, actions_published, actions_waiting;
    uint64_t actions_recalled; // of those decided: by an earlier process, read from the journal
    uint64_t actions_held_consent, actions_held_dnd, actions_held_missing, actions_held_limit;
    uint64_t dead_letters_waiting;
    uint64_t outbox_bytes; // texts of both that wait
    uint64_t derived, derived_too_deep;
    uint64_t rules_matched, rules_limited, runs_started;
    uint64_t expressions_failed;
    uint64_t key_mismatch, events_without_id, fields_refused, unknown_types;
    uint64_t frames, crashed; // crashed: of dead_letters, inputs that ended the process
    uint64_t sequence, sequence_durable, sequence_published, sequence_checkpoint;
};
void shard_counts(const struct shard *shard, struct shard_counts *out);

// What passed through since the opening, each counted by the part that saw it. Worker thread.
struct shard_flow {
    uint64_t journalled, duplicates, refused, folded;
    uint64_t decided, actions_recalled, actions_waiting;
    uint64_t dead_letters_recalled, dead_letters_waiting;
};
void shard_flow(const struct shard *shard, struct shard_flow *out);

#endif
