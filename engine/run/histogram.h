// How long things took, in fixed buckets, for /metrics.
#ifndef ENGINE_RUN_HISTOGRAM_H
#define ENGINE_RUN_HISTOGRAM_H

#include <stdint.h>

#include "engine/base/buffer.h"

enum { HISTOGRAM_BUCKETS = 14 }; // and one above all

// Zero-initialised is a valid empty one.
struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS + 1]; // each bucket on its own
    uint64_t sum_us;
};

void histogram_add(struct histogram *histogram, int64_t duration_us, uint64_t times);
void histogram_merge(struct histogram *to, const struct histogram *from);
// Prometheus lines: name_bucket{le="seconds"}…, name_sum, name_count.
void histogram_print(const struct histogram *histogram, const char *name, struct buffer *to);

#endif
