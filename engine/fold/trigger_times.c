#include "engine/fold/trigger_times.h"

#include "engine/base/time.h"

#define DAY_MS    INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

enum { HOUR_MINUTES = 60, DAY_MINUTES = 24 * 60, CRON_DAYS_MAX = 9 * 366, YEARS_MAX = 9 };

static int64_t day_of(int64_t local_ms)
{
    return local_ms / DAY_MS - (local_ms % DAY_MS < 0);
}

// --- cron
static bool is_day_of(const struct cron *cron, int64_t day)
{
    struct civil_date date = time_date_of_days(day);
    int64_t weekday = (day + 3) % 7; // 1970-01-01 was a Thursday
    if (weekday < 0)
        weekday += 7;
    bool is_day = (cron->days >> date.day & 1) != 0;
    bool is_weekday = (cron->weekdays >> weekday & 1) != 0;
    return (cron->months >> date.month & 1) != 0 &&
           (cron->is_either_day ? is_day || is_weekday : is_day && is_weekday);
}

// Where to begin, on the clocks: times that they have skipped within a day may still be ahead.
static int64_t first_local(struct local_zone zone, int64_t from_ms)
{
    int64_t local_ms = local_of_ms(zone, from_ms);
    int64_t day_before_ms = from_ms - DAY_MS;
    int64_t ahead_ms = local_ms - from_ms;
    int64_t was_ahead_ms = local_of_ms(zone, day_before_ms) - day_before_ms;
    return ahead_ms > was_ahead_ms ? local_ms - (ahead_ms - was_ahead_ms) : local_ms;
}

struct cron_search {
    struct local_zone zone;
    const struct cron *cron;
    int64_t from_ms;
    int64_t best_ms; // the first time behind from_ms so far
};

// Whether a local time comes behind the best; one that the clocks skip may be due behind one that they show later.
static bool is_behind(const struct cron_search *search, int64_t local_ms)
{
    return search->best_ms != TRIGGER_NEVER &&
           local_ms > local_of_ms(search->zone, search->best_ms);
}

// Looks through a day, from a minute of it on.
static void search_day(struct cron_search *search, int64_t day, int64_t minute)
{
    const struct cron *cron = search->cron;
    for (; minute < DAY_MINUTES; minute++) {
        int64_t hour = minute / HOUR_MINUTES;
        if ((cron->hours >> hour & 1) == 0) {
            minute = hour * HOUR_MINUTES + HOUR_MINUTES - 1;
            continue;
        }
        if ((cron->minutes >> minute % HOUR_MINUTES & 1) == 0)
            continue;
        int64_t local_ms = day * DAY_MS + minute * MINUTE_MS;
        if (is_behind(search, local_ms))
            break;
        int64_t time_ms = local_to_utc_ms(search->zone, local_ms);
        if (time_ms > search->from_ms && time_ms < search->best_ms)
            search->best_ms = time_ms;
    }
}

int64_t trigger_next_cron(struct local_zone zone, const struct cron *cron, int64_t from_ms)
{
    int64_t local_ms = first_local(zone, from_ms);
    int64_t day = day_of(local_ms);
    int64_t minute = (local_ms - day * DAY_MS) / MINUTE_MS;
    struct cron_search search = {zone, cron, from_ms, TRIGGER_NEVER};
    for (int i = 0; i < CRON_DAYS_MAX && !is_behind(&search, day * DAY_MS); i++) {
        if (is_day_of(cron, day))
            search_day(&search, day, minute);
        day++;
        minute = 0;
    }
    return search.best_ms <= TIME_MS_MAX ? search.best_ms : TRIGGER_NEVER;
}

// --- dates
static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t day_in_year(struct civil_date date, int64_t year)
{
    bool is_leap_day = date.month == 2 && date.day == 29;
    return time_days_of_date(year, date.month, is_leap_day && !is_leap(year) ? 28 : date.day);
}

// The day, moved, at the time of day.
static int64_t time_on(
    struct local_zone zone, const struct time_trigger *trigger, int64_t day, int64_t of_day_ms)
{
    return local_to_utc_ms(zone, day * DAY_MS + trigger->offset_ms + of_day_ms);
}

int64_t trigger_next_date(
    struct local_zone zone, const struct time_trigger *trigger, int64_t date_ms, int64_t from_ms)
{
    int64_t local_ms = trigger->is_day ? date_ms : local_of_ms(zone, date_ms);
    int64_t day = day_of(local_ms);
    int64_t of_day_ms = trigger->has_at ? trigger->at_minute * MINUTE_MS : local_ms - day * DAY_MS;
    int64_t next_ms = TRIGGER_NEVER;
    if (!trigger->is_yearly) {
        bool is_elapsed = !trigger->is_day && !trigger->has_at;
        next_ms =
            is_elapsed ? date_ms + trigger->offset_ms : time_on(zone, trigger, day, of_day_ms);
    } else {
        struct civil_date date = time_date_of_days(day);
        struct civil_date from = time_date_of_days(day_of(from_ms - trigger->offset_ms));
        int64_t year = from.year - 1 > date.year ? from.year - 1 : date.year;
        for (int i = 0; i < YEARS_MAX; i++, year++) {
            next_ms = time_on(zone, trigger, day_in_year(date, year), of_day_ms);
            if (next_ms > from_ms)
                break;
        }
    }
    return next_ms > from_ms && next_ms <= TIME_MS_MAX ? next_ms : TRIGGER_NEVER;
}
