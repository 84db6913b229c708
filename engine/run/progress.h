// What --once shows on the way and at its end, on standard error.
#ifndef ENGINE_RUN_PROGRESS_H
#define ENGINE_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/fold/shard.h"

struct progress {
    uint64_t bytes_total; // 0: not known
    int64_t began_us;
    int64_t before_us;
    uint64_t before_events;
};

void progress_begin(struct progress *progress, uint64_t bytes_total, int64_t now_us);
// One line without a newline: rate since the last call, and per cent of the bytes when known.
void progress_print(
    struct progress *progress, int64_t now_us, uint64_t events, uint64_t bytes, struct buffer *to);
// The closing line, with its newline.
void progress_summary(
    const struct progress *progress,
    int64_t now_us,
    const struct shard_flow *totals,
    struct buffer *to);

#endif
