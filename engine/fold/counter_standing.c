#include "engine/fold/counter_standing.h"

#include <math.h>

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

// How many events a threshold takes: numbers of events are held against it faster than against the threshold itself.
// INT64_MAX behind the last, and for what no number of events reaches.
static int64_t needed(const double *threshold, const double *end)
{
    const double most = (double)((int64_t)1 << 53);
    return threshold < end && *threshold <= most ? (int64_t)ceil(*threshold) : INT64_MAX;
}

// From the newest entry on, until the highest threshold is reached, or the window ends.
struct standing standing_of(const struct counter_def *def, struct bytes entries, int64_t now_ms)
{
    const bool is_count = def->kind == COUNTER_COUNT;
    const size_t stride = is_count ? COUNTER_COUNT_STRIDE : COUNTER_DISTINCT_STRIDE;
    const int64_t gone_ms = gone_by_ms(def, now_ms);
    const double *const end = def->thresholds + def->threshold_count;
    const double *next = first_above_zero(def, end);
    int64_t needs = needed(next, end);
    struct standing standing = {.reached_ms = INT64_MAX};
    const uint8_t *entry = entries.data + entries.len / stride * stride;
    while (next < end && entry > entries.data) {
        entry -= stride;
        int64_t time_ms = (int64_t)get_u64(entry);
        if (time_ms <= gone_ms)
            break;
        standing.number += is_count ? get_u32(entry + COUNTER_NUMBER_AT) : 1;
        for (; needs <= standing.number; needs = needed(++next, end))
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
    int64_t before_needs = needed(before, end), after_needs = before_needs;
    struct standing standing = {.reached_ms = INT64_MAX};
    const uint8_t *entry = entries.data + entries.len;
    while (before < end && entry > entries.data) {
        entry -= COUNTER_COUNT_STRIDE;
        int64_t time_ms = (int64_t)get_u64(entry);
        if (time_ms <= gone_ms)
            break;
        standing.number += get_u32(entry + COUNTER_NUMBER_AT);
        for (; after_needs <= standing.number; after_needs = needed(++after, end))
            standing.reached_ms = time_ms;
        while (before_needs < standing.number)
            before_needs = needed(++before, end);
    }
    standing.side = (uint32_t)(after - def->thresholds);
    *from_out = (uint32_t)(before - def->thresholds);
    return standing;
}
