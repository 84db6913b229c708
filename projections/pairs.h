// Hash sets of pairs of 64-bit numbers, in 16 parts so that no growth stalls for long.
#ifndef PROJECTIONS_PAIRS_H
#define PROJECTIONS_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// key: well mixed bits, several pairs may share one. value: never 0, that marks a free place.
struct pair {
    uint64_t key;
    uint64_t value;
};

// Few parts, so that each soon fills huge pages. A line is one of the processor's cache.
enum { PAIRS_PART_BITS = 4, PAIRS_PARTS = 1 << PAIRS_PART_BITS, PAIRS_PER_LINE = 4 };

struct pairs_part {
    struct pair *places; // a table of its own, begins at a line
    uint32_t place_count;
    uint32_t used;
};

// Zero-initialised is a valid empty set.
struct pairs {
    struct pairs_part parts[PAIRS_PARTS];
    uint64_t bytes; // of all places
};

// The line of a key, searched from its beginning: most searches touch one line only. Lines stand in
// the order of their keys, so growing runs through memory in order.
static inline uint32_t pairs_first_place(const struct pairs_part *part, uint64_t key)
{
    uint64_t lines = part->place_count / PAIRS_PER_LINE;
    return (uint32_t)(((key >> 24 & UINT32_MAX) * lines) >> 32) * PAIRS_PER_LINE;
}

static inline uint32_t pairs_next_place(const struct pairs_part *part, uint32_t place)
{
    return place + 1 == part->place_count ? 0 : place + 1;
}

static inline struct pairs_part *pairs_part_of(struct pairs *pairs, uint64_t key)
{
    return &pairs->parts[key >> (64 - PAIRS_PART_BITS)];
}

// The line of a key, to prefetch; NULL when there is none. (A function that only prefetches would be
// taken for one without effect, and its calls left out.)
static inline const void *pairs_line(const struct pairs *pairs, uint64_t key)
{
    const struct pairs_part *part = &pairs->parts[key >> (64 - PAIRS_PART_BITS)];
    return part->place_count > 0 ? &part->places[pairs_first_place(part, key)] : NULL;
}

// Adds a pair without looking for equal ones.
void pairs_add(struct pairs *pairs, struct pair pair);
// Room for so many pairs without growing, spread evenly.
void pairs_reserve(struct pairs *pairs, uint64_t count);
// Keeps the pairs of one part that `keep` holds for.
typedef bool pairs_keep_fn(const void *context, struct pair pair);
void pairs_prune(struct pairs *pairs, uint32_t part, pairs_keep_fn *keep, const void *context);
void pairs_free(struct pairs *pairs);

#endif
