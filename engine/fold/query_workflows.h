// Where runs are, and how what keeps something of contacts is written: what `engagectl plan` compares with other rules.
#ifndef ENGINE_FOLD_QUERY_WORKFLOWS_H
#define ENGINE_FOLD_QUERY_WORKFLOWS_H

#include "engine/base/buffer.h"
#include "engine/fold/shard.h"

// Runs that are at a step.
struct run_place {
    struct bytes workflow;
    uint64_t version; // that they are pinned to; 0: none
    uint32_t at_hash; // run_step_hash
    uint64_t runs;
};

// Zero-initialised is empty.
struct run_places {
    struct run_place *items; // owned; the names are borrowed from the shard's state
    size_t count, cap;
};

// Goes through all contacts. Between frames, on the shard's worker.
void run_places_find(struct shard *shard, struct run_places *out);
void run_places_free(struct run_places *places);

// {"ruleset":"…","workflows":[{"workflow":"w","hash":"…","steps":[{"step":"a","at":"…","runs":2},…]},…],
//  "scores":[{"name":"s","hash":"…"},…],"counters":[…],"segments":[…],"objects":[…]}
// Steps: those at which runs may be or are; step null: the rules have no such one; "version": of runs that are pinned to one,
// whose hash it is. A workflow without hash is one that the
// rules do not have. The ruleset may be NULL: there are no rules.
void workflows_add_json(
    struct buffer *to, const struct ruleset *ruleset, const struct run_places *places);
// The same of a shard.
void query_workflows(struct shard *shard, struct buffer *to);

#endif
