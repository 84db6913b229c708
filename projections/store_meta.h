// The entry of the store that says where the last checkpoint stands and what counts in it.
#ifndef PROJECTIONS_STORE_META_H
#define PROJECTIONS_STORE_META_H

#include "projections/state_internal.h"
#include "projections/store.h"

struct store_counters {
    uint64_t dedup_evicted;
    uint64_t ledger_condensed;
    uint64_t limit_keys_forgotten;
    uint64_t identity_conflicts;
    uint64_t changes_refused;
    uint64_t names_refused;
};

struct store_meta {
    struct checkpoint at; // its views are borrowed
    uint64_t seed;
    uint64_t contacts; // entries beyond these counts are of no checkpoint
    uint64_t identifiers;
    uint64_t names;
    uint64_t contacts_sum;
    uint64_t timers; // contacts with one
    struct store_counters counters;
    uint64_t dedup_oldest, dedup_current;
    struct dedup_part dedup_parts[DEDUP_PARTS_MAX]; // by number % 256
};

void store_meta_pack(struct buffer *to, const struct store_meta *meta);
// The views in out->at point into from.
//   ERR_CORRUPT it is malformed
NODISCARD enum err store_meta_unpack(struct bytes from, struct store_meta *out);

#endif
