// On which side of its thresholds a counter of events within a window stands, and until when.
#ifndef ENGINE_FOLD_COUNTER_STANDING_H
#define ENGINE_FOLD_COUNTER_STANDING_H

#include "engine/base/bytes.h"
#include "rules/counter.h"

// Entries within a window of COUNT and DISTINCT: time (8), and number (4) or hash (8).
enum { COUNTER_COUNT_STRIDE = 12, COUNTER_DISTINCT_STRIDE = 16, COUNTER_NUMBER_AT = 8 };

// COUNT or DISTINCT within a window: what it says goes down entry by entry as time goes by.
static inline bool counter_is_stepped(const struct counter_def *def)
{
    return def->within_ms > 0 && (def->kind == COUNTER_COUNT || def->kind == COUNTER_DISTINCT);
}

struct standing {
    uint32_t side;
    int64_t number; // what it says; on the highest side no more than is needed to know that
    // The entry that brings it to this side, from the newest on: when it leaves, the counter is on a lower one.
    // INT64_MAX where none has to.
    int64_t reached_ms;
};

// Of a stepped counter with these entries, by time.
struct standing standing_of(const struct counter_def *def, struct bytes entries, int64_t now_ms);

// The same of a COUNT to whose entries an event was just added; from_out: the side without it.
struct standing standing_after(
    const struct counter_def *def, struct bytes entries, int64_t now_ms, uint32_t *from_out);

#endif
