#include "engine/fold/calendar.h"

#include "engine/base/invariant.h"
#include "engine/base/time.h"

#define DAY_MS    INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

// Days behind a day in which every weekday, and more than the clocks may be off, has passed.
enum { DAYS_AHEAD = 9 };

static int64_t day_of(int64_t local_ms)
{
    return local_ms / DAY_MS - (local_ms % DAY_MS < 0);
}

// 0 is Monday; 1970-01-01 was a Thursday.
static int64_t weekday_of(int64_t day)
{
    int64_t weekday = (day + 3) % 7;
    return weekday < 0 ? weekday + 7 : weekday;
}

// --- spans
static int64_t first_day(enum limit_span span, int64_t day)
{
    struct civil_date date = time_date_of_days(day);
    switch (span) {
    case LIMIT_DAY: return day;
    case LIMIT_WEEK: return day - weekday_of(day);
    case LIMIT_MONTH: return time_days_of_date(date.year, date.month, 1);
    case LIMIT_YEAR: return time_days_of_date(date.year, 1, 1);
    case LIMIT_EVER:
    case LIMIT_ROLLING: break;
    }
    INVARIANT(span == LIMIT_DAY); // the others are no spans of the calendar
    return day;
}

// The first day of the span behind the one that begins with a day.
static int64_t next_first_day(enum limit_span span, int64_t first)
{
    enum { MONTH_DAYS_MAX = 31, YEAR_DAYS_MAX = 366 };
    if (span == LIMIT_MONTH)
        return first_day(span, first + MONTH_DAYS_MAX);
    if (span == LIMIT_YEAR)
        return first_day(span, first + YEAR_DAYS_MAX);
    return first + (span == LIMIT_WEEK ? 7 : 1);
}

// The first day of the span that an instant lies in: of the last one that has begun. The clocks may show days before it
// again, but are never set back by more than three.
static int64_t span_day(struct local_zone zone, enum limit_span span, int64_t time_ms)
{
    int64_t first = first_day(span, day_of(local_of_ms(zone, time_ms)));
    int64_t next = next_first_day(span, first);
    while (local_reached_ms(zone, next * DAY_MS) <= time_ms) {
        first = next;
        next = next_first_day(span, first);
    }
    return first;
}

int64_t calendar_span_start(struct local_zone zone, enum limit_span span, int64_t time_ms)
{
    return local_reached_ms(zone, span_day(zone, span, time_ms) * DAY_MS);
}

int64_t calendar_span_end(struct local_zone zone, enum limit_span span, int64_t time_ms)
{
    return local_reached_ms(zone, next_first_day(span, span_day(zone, span, time_ms)) * DAY_MS);
}

// --- times of day
int64_t calendar_next_at(struct local_zone zone, int64_t from_ms, uint32_t minute)
{
    INVARIANT(minute < CALENDAR_DAY_MINUTES);
    int64_t today = day_of(local_of_ms(zone, from_ms));
    int64_t at_ms = from_ms;
    for (int64_t day = today - 1; day < today + DAYS_AHEAD; day++) {
        at_ms = local_to_utc_ms(zone, day * DAY_MS + minute * MINUTE_MS);
        if (at_ms >= from_ms)
            break;
    }
    return at_ms;
}

// --- windows
static bool is_on(const struct calendar_window *window, int64_t day)
{
    return (window->days >> weekday_of(day) & 1) != 0;
}

// The instant itself, or the same time of day on the next of the days.
static int64_t next_day(
    struct local_zone zone, int64_t from_ms, const struct calendar_window *window)
{
    int64_t local_ms = local_of_ms(zone, from_ms);
    if (is_on(window, day_of(local_ms)))
        return from_ms;
    do
        local_ms += DAY_MS;
    while (!is_on(window, day_of(local_ms)));
    return local_to_utc_ms(zone, local_ms);
}

static int64_t next_hours(
    struct local_zone zone, int64_t from_ms, const struct calendar_window *window)
{
    bool is_overnight = window->stop_minute <= window->start_minute;
    int64_t start_ms = window->start_minute * MINUTE_MS;
    int64_t stop_ms = window->stop_minute * MINUTE_MS + (is_overnight ? DAY_MS : 0);
    int64_t today = day_of(local_of_ms(zone, from_ms));
    for (int64_t day = today - 1; day < today + DAYS_AHEAD; day++) {
        if (!is_on(window, day))
            continue;
        int64_t open_ms = local_reached_ms(zone, day * DAY_MS + start_ms);
        if (open_ms >= from_ms)
            return open_ms;
        if (from_ms < local_reached_ms(zone, day * DAY_MS + stop_ms))
            return from_ms;
    }
    return from_ms; // not reached: each weekday has come
}

int64_t calendar_next_window(
    struct local_zone zone, int64_t from_ms, const struct calendar_window *window)
{
    INVARIANT((window->days & CALENDAR_ALL_DAYS) != 0);
    INVARIANT(window->start_minute < CALENDAR_DAY_MINUTES);
    INVARIANT(window->stop_minute <= CALENDAR_DAY_MINUTES);
    bool has_hours = window->start_minute > 0 || window->stop_minute < CALENDAR_DAY_MINUTES;
    return has_hours ? next_hours(zone, from_ms, window) : next_day(zone, from_ms, window);
}

// Windows of days that follow each other are one.
int64_t calendar_window_end(
    struct local_zone zone, int64_t from_ms, const struct calendar_window *window)
{
    INVARIANT(window->start_minute < CALENDAR_DAY_MINUTES);
    INVARIANT(window->stop_minute <= CALENDAR_DAY_MINUTES);
    bool is_overnight = window->stop_minute <= window->start_minute;
    int64_t start_ms = window->start_minute * MINUTE_MS;
    int64_t stop_ms = window->stop_minute * MINUTE_MS + (is_overnight ? DAY_MS : 0);
    int64_t today = day_of(local_of_ms(zone, from_ms));
    int64_t end_ms = from_ms;
    for (int64_t day = today - 1; day < today + DAYS_AHEAD; day++) {
        if (is_on(window, day) && local_reached_ms(zone, day * DAY_MS + start_ms) <= end_ms &&
            end_ms < local_reached_ms(zone, day * DAY_MS + stop_ms))
            end_ms = local_reached_ms(zone, day * DAY_MS + stop_ms);
    }
    return end_ms;
}
