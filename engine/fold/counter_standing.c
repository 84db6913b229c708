#include "engine/fold/counter_standing.h"

// Times up to this one have left the window.
static int64_t gone_by_ms(const struct counter_def *def, int64_t now_ms)
{
    return now_ms < INT64_MIN + def->within_ms ? INT64_MIN : now_ms - def->within_ms;
}

// Behind the thresholds that 0 reaches.
static const double *first_above_zero(const struct counter_def *def, const double *end)
{
    const double *next = def->thresholds;
    while (next < end && *next <= 0)
        next++;
    return next;
}

// From the newest entry on, until the highest threshold is reached, or the window ends.
struct standing standing_of(const struct counter_def *def, struct bytes entries, int64_t now_ms)
{
    const bool is_count = def->kind == COUNTER_COUNT;
    const size_t stride = is_count ? COUNTER_COUNT_STRIDE : COUNTER_DISTINCT_STRIDE;
    const int64_t gone_ms = gone_by_ms(def, now_ms);
    const double *const end = def->thresholds + def->threshold_count;
    const double *next = first_above_zero(def, end);
    struct standing standing = {.reached_ms = INT64_MAX};
    const uint8_t *entry = entries.data + entries.len / stride * stride;
    while (next < end && entry > entries.data) {
        entry -= stride;
        int64_t time_ms = (int64_t)get_u64(entry);
        if (time_ms <= gone_ms)
            break;
        standing.number += is_count ? get_u32(entry + COUNTER_NUMBER_AT) : 1;
        for (; next < end && *next <= (double)standing.number; next++)
            standing.reached_ms = time_ms;
    }
    standing.side = (uint32_t)(next - def->thresholds);
    return standing;
}

// The walk goes on until the side of one event less is known as well.
struct standing standing_after(
    const struct counter_def *def, struct bytes entries, int64_t now_ms, uint32_t *from_out)
{
    const int64_t gone_ms = gone_by_ms(def, now_ms);
    const double *const end = def->thresholds + def->threshold_count;
    const double *before = first_above_zero(def, end);
    const double *after = before;
    struct standing standing = {.reached_ms = INT64_MAX};
    const uint8_t *entry = entries.data + entries.len;
    while (before < end && entry > entries.data) {
        entry -= COUNTER_COUNT_STRIDE;
        int64_t time_ms = (int64_t)get_u64(entry);
        if (time_ms <= gone_ms)
            break;
        standing.number += get_u32(entry + COUNTER_NUMBER_AT);
        for (; after < end && *after <= (double)standing.number; after++)
            standing.reached_ms = time_ms;
        while (before < end && *before <= (double)(standing.number - 1))
            before++;
    }
    standing.side = (uint32_t)(after - def->thresholds);
    *from_out = (uint32_t)(before - def->thresholds);
    return standing;
}
