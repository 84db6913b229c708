#include "engine/fold/cron_memo.h"

#include "engine/base/hash.h"
#include "engine/fold/trigger_times.h"

#define DAY_MS INT64_C(86400000)

static uint32_t place_of(struct local_zone zone)
{
    uint64_t key = (uint64_t)(uintptr_t)zone.zone + (uint64_t)(int64_t)zone.ahead_s;
    return (uint32_t)(hash_mix(key) % CRON_MEMO_ZONES);
}

int64_t cron_memo_next(
    struct cron_memo *memo, struct local_zone zone, const struct cron *cron, int64_t from_ms)
{
    uint32_t place = place_of(zone);
    struct cron_span *spans = memo->zones[place].spans;
    const struct local_zone kept = memo->zones[place].zone;
    if (kept.zone != zone.zone || kept.ahead_s != zone.ahead_s) {
        memo->zones[place].zone = zone;
        for (uint32_t i = 0; i < CRON_MEMO_SPANS; i++)
            spans[i] = (struct cron_span){0, 0, 0};
    }
    for (uint32_t i = 0; i < CRON_MEMO_SPANS; i++) {
        if (from_ms >= spans[i].from_ms && from_ms < spans[i].until_ms)
            return spans[i].next_ms;
    }
    int64_t next_ms = trigger_next_cron(zone, cron, from_ms);
    // None is looked for a few years ahead only.
    int64_t until_ms = next_ms == TRIGGER_NEVER ? from_ms + DAY_MS : next_ms;
    spans[memo->zones[place].next_out] = (struct cron_span){from_ms, until_ms, next_ms};
    memo->zones[place].next_out = (memo->zones[place].next_out + 1) % CRON_MEMO_SPANS;
    return next_ms;
}
