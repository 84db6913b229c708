// What is kept of ids that were seen, for the files of projections only. (dedup.c)
#ifndef PROJECTIONS_DEDUP_INTERNAL_H
#define PROJECTIONS_DEDUP_INTERNAL_H

#include <stdint.h>

#include "projections/pair_list.h"
#include "projections/pairs.h"

enum { DEDUP_PARTS_MAX = 256, DEDUP_PARTS_PER_WINDOW = 128 };
struct dedup_part {
    int64_t start_ms;
    uint64_t count;
    uint64_t sum;
};
struct dedup {
    struct pairs pairs; // key: 64 bits; value: 55 bits, a set bit, in the top 8 bits the part
    struct dedup_part parts[DEDUP_PARTS_MAX]; // by number % 256
    uint64_t oldest;                          // part numbers; alive are oldest..current
    uint64_t current;                         // 0: none yet
    uint64_t total;
    uint64_t sum;
    uint64_t evicted;
    uint32_t sweep;
    struct pair_list fresh; // with a store only; a pair of value 0 marks the part that follows
};
// What an entry adds to its part's sum.
uint64_t dedup_entry_hash(struct pair pair, int64_t start_ms);
uint64_t dedup_recomputed(const struct dedup *dedup);

#endif
