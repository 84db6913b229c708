// Folds a journal again from its first frame and compares every digest.
#ifndef ENGINE_FOLD_VERIFY_H
#define ENGINE_FOLD_VERIFY_H

#include "engine/fold/shard.h"

struct verify_report {
    uint64_t frames, events, actions;
    uint64_t sequence_first, sequence_last;
    uint64_t digest;         // of the refolded state
    uint64_t store_sequence; // 0: no store
    bool is_store_same;      // the store's records have the digest that the journal recorded there
    uint64_t mismatch_sequence; // first frame whose digest differs; 0: none
};

//   ERR_CORRUPT damage or a difference, named in the fault; *out tells how far it came
NODISCARD enum err verify_shard(
    const struct shard_params *params,
    struct shard_progress progress,
    struct verify_report *out,
    struct fault *fault);

#endif
