// One line of the ledger in a record.
//
// Line, all integers little endian:
//   offset  bytes  field
//        0      8  event, sequence and index; condensed: the highest bit, and how many entries it stands for
//        8      8  highest bit: long; then 49 bits: ms since TIME_MS_MIN; 14 bits: place among the record's
//                  scores
//       16      4  rule; its highest bit: wide
//       20      4  points, thousandths; wide: their low half
//       24      8  hash of the event's source and id; 0: none, and condensed
//                  only where it is long:
//       32      4  points that a limit cut off; wide: the high half of the points, and nothing cut off
//       36      4  low half of the limit's key; 0: none, and condensed
//
// Most lines are short: no limit counted them. Condensed ones are wide, and so are points beyond 32 bits: rules
// give at most 1e9 thousandths, so only what is set by hand is so large, and no limit cuts that. Where both come
// together, the cut is not kept.
#ifndef PROJECTIONS_RECORD_LINE_H
#define PROJECTIONS_RECORD_LINE_H

#include <stdbool.h>

#include "engine/base/invariant.h"
#include "projections/record.h"

enum {
    LINE_SCORE_BITS = 14,
    LINE_BYTES = 32,
    LINE_LONG_BYTES = 40,

    LINE_AT_PLACE = 8,
    LINE_AT_RULE = 16,
    LINE_AT_POINTS = 20,
    LINE_AT_EVENT_KEY = 24,
    LINE_AT_CUT = 32,
    LINE_AT_LIMIT_KEY = 36,
};
_Static_assert(RECORD_SCORES_MAX == 1 << LINE_SCORE_BITS, "a line has room for every score");
#define LINE_CONDENSED (UINT64_C(1) << 63)
#define LINE_IS_LONG   (UINT64_C(1) << 63)
#define LINE_IS_WIDE   (UINT32_C(1) << 31)

struct record_line {
    uint64_t ref; // of a condensed line LINE_CONDENSED | count
    int64_t time_ms;
    int64_t points_milli;
    int32_t cut_milli; // 0 where it is wide
    uint64_t event_key;
    uint32_t score_index; // among the scores of the record
    uint32_t rule;
    uint32_t limit_key;
};

static inline bool line_is_condensed(const struct record_line *line)
{
    return (line->ref & LINE_CONDENSED) != 0;
}

static inline bool line_is_wide(const struct record_line *line)
{
    return line_is_condensed(line) || line->points_milli != (int32_t)line->points_milli;
}

static inline size_t line_bytes(const struct record_line *line)
{
    bool is_long = line_is_wide(line) || line->cut_milli != 0 || line->limit_key != 0;
    return is_long ? LINE_LONG_BYTES : LINE_BYTES;
}

// Writes line_bytes() of it.
static inline void record_line_put(uint8_t *to, const struct record_line *line)
{
    INVARIANT(line->score_index < RECORD_SCORES_MAX);
    INVARIANT(line->rule < LINE_IS_WIDE);
    INVARIANT(line->time_ms == record_time(line->time_ms));
    bool is_wide = line_is_wide(line);
    bool is_long = line_bytes(line) == LINE_LONG_BYTES;
    uint64_t since_ms = (uint64_t)(line->time_ms - TIME_MS_MIN);
    uint64_t place = since_ms << LINE_SCORE_BITS | line->score_index;
    uint64_t points = (uint64_t)line->points_milli;
    put_u64(to, line->ref);
    put_u64(to + LINE_AT_PLACE, is_long ? place | LINE_IS_LONG : place);
    put_u32(to + LINE_AT_RULE, is_wide ? line->rule | LINE_IS_WIDE : line->rule);
    put_u32(to + LINE_AT_POINTS, (uint32_t)points);
    put_u64(to + LINE_AT_EVENT_KEY, line->event_key);
    if (!is_long)
        return;
    put_u32(to + LINE_AT_CUT, is_wide ? (uint32_t)(points >> 32) : (uint32_t)line->cut_milli);
    put_u32(to + LINE_AT_LIMIT_KEY, line->limit_key);
}

static inline size_t line_bytes_at(const uint8_t *from)
{
    return (get_u64(from + LINE_AT_PLACE) & LINE_IS_LONG) != 0 ? LINE_LONG_BYTES : LINE_BYTES;
}

static inline uint32_t line_score_at(const uint8_t *from)
{
    return get_u16(from + LINE_AT_PLACE) & (RECORD_SCORES_MAX - 1);
}

static inline struct record_line record_line_get(const uint8_t *from)
{
    bool is_long = line_bytes_at(from) == LINE_LONG_BYTES;
    uint32_t rule = get_u32(from + LINE_AT_RULE);
    uint32_t low = get_u32(from + LINE_AT_POINTS);
    uint32_t high = is_long ? get_u32(from + LINE_AT_CUT) : 0; // or what was cut
    bool is_wide = (rule & LINE_IS_WIDE) != 0;
    uint64_t since_ms = (get_u64(from + LINE_AT_PLACE) & ~LINE_IS_LONG) >> LINE_SCORE_BITS;
    return (struct record_line){
        .ref = get_u64(from),
        .time_ms = (int64_t)since_ms + TIME_MS_MIN,
        .points_milli = is_wide ? (int64_t)((uint64_t)high << 32 | low) : (int32_t)low,
        .cut_milli = is_wide ? 0 : (int32_t)high,
        .event_key = get_u64(from + LINE_AT_EVENT_KEY),
        .score_index = line_score_at(from),
        .rule = rule & ~LINE_IS_WIDE,
        .limit_key = is_long ? get_u32(from + LINE_AT_LIMIT_KEY) : 0,
    };
}

#endif
