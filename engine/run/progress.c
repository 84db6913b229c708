// What --once shows on the way and at its end.
#include "engine/run/progress.h"

#include <inttypes.h>

void progress_begin(struct progress *progress, uint64_t bytes_total, int64_t now_us)
{
    *progress =
        (struct progress){.bytes_total = bytes_total, .began_us = now_us, .before_us = now_us};
}

static uint64_t rate(uint64_t events, int64_t took_us)
{
    return took_us <= 0 ? 0 : (uint64_t)((double)events * 1e6 / (double)took_us);
}

void progress_print(
    struct progress *progress, int64_t now_us, uint64_t events, uint64_t bytes, struct buffer *to)
{
    uint64_t recent = rate(events - progress->before_events, now_us - progress->before_us);
    progress->before_events = events;
    progress->before_us = now_us;
    buffer_add_format(to, "%" PRIu64 " events, %" PRIu64 " events/s", events, recent);
    if (progress->bytes_total == 0)
        return;
    uint64_t percent = bytes >= progress->bytes_total
                           ? 100
                           : (uint64_t)((double)bytes * 100 / (double)progress->bytes_total);
    buffer_add_format(to, ", %" PRIu64 " %%", percent);
}

void progress_summary(
    const struct progress *progress,
    int64_t now_us,
    const struct shard_flow *totals,
    struct buffer *to)
{
    int64_t took_us = now_us - progress->began_us;
    uint64_t read = shard_flow_read(totals);
    buffer_add_format(
        to,
        "engaged: %" PRIu64 " events in %.1f s (%" PRIu64 " events/s), %" PRIu64
        " actions, %" PRIu64 " dead letters, %" PRIu64 " duplicates\n",
        read, (double)took_us / 1e6, rate(read, took_us), totals->decided, totals->refused,
        totals->duplicates);
}
