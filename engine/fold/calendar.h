// The calendar of a zone: days, weeks, months and years, times of day, and windows of weekdays and hours. Pure.
#ifndef ENGINE_FOLD_CALENDAR_H
#define ENGINE_FOLD_CALENDAR_H

#include "engine/base/local_time.h"
#include "rules/score.h"

enum { CALENDAR_DAY_MINUTES = 24 * 60, CALENDAR_ALL_DAYS = 0x7f };

// Where the span of the calendar begins and ends that an instant lies in: [start, end). LIMIT_DAY, LIMIT_WEEK (from
// Monday), LIMIT_MONTH or LIMIT_YEAR. It begins at the first instant at which the clocks show its first midnight or
// later, so spans have no gaps between them: a day may have 23 or 25 hours, and one that the clocks skip has none.
int64_t calendar_span_start(struct local_zone zone, enum limit_span span, int64_t time_ms);
int64_t calendar_span_end(struct local_zone zone, enum limit_span span, int64_t time_ms);

// The first time of day `minute` (0 to 1,439) at or after from_ms. On a day on which the clocks skip it, it is as much
// later as they skip; where they show it twice, only the first counts.
int64_t calendar_next_at(struct local_zone zone, int64_t from_ms, uint32_t minute);

// Open on each of its days from the start (inclusive) to the stop (exclusive). A stop that is not after the start is one
// of the next day: 23:00 to 01:00 is open over midnight, and belongs to the day on which it opens.
struct calendar_window {
    uint32_t days;         // bits: 1 is Monday, 64 is Sunday; at least one
    uint32_t start_minute; // 0 to 1,439
    uint32_t stop_minute;  // 0 to 1,440
};

// The first instant at or after from_ms at which the window is open. An edge that the clocks skip is the instant at which
// they do; one that they show twice is the first. A window that they skip as a whole is open at that instant. One that
// is open from 0 to 1,440 has no hours: what is on another day waits for the same time of day on the next of its days.
int64_t calendar_next_window(
    struct local_zone zone, int64_t from_ms, const struct calendar_window *window);

// The first instant at or after from_ms at which the window is shut; from_ms itself where it is shut then. It must be
// open for less than all the time.
int64_t calendar_window_end(
    struct local_zone zone, int64_t from_ms, const struct calendar_window *window);

#endif
