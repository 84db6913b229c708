// Clocks of zones, and what workflows ask of the calendar: by the rules that people know, one year at a time.
#include "tests/sim/oracle_run.h"

#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

enum { MARCH = 3, OCTOBER = 10, NOVEMBER = 11, DAYS_AHEAD = 9 };

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t year_begins(int64_t year)
{
    int64_t days = 0;
    for (int64_t y = 1970; y < year; y++)
        days += is_leap(y) ? 366 : 365;
    for (int64_t y = year; y < 1970; y++)
        days -= is_leap(y) ? 366 : 365;
    return days * DAY_MS;
}

static int64_t year_of(int64_t time_ms)
{
    int64_t year = 1970 + time_ms / (366 * DAY_MS) - 1;
    while (year_begins(year + 1) <= time_ms)
        year++;
    while (year_begins(year) > time_ms)
        year--;
    return year;
}

static int64_t month_begins(int64_t year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t at_ms = year_begins(year);
    for (int m = 1; m < month; m++)
        at_ms += (lengths[m - 1] + (m == 2 && is_leap(year))) * DAY_MS;
    return at_ms;
}

static int64_t day_of(int64_t local_ms)
{
    return local_ms / DAY_MS - (local_ms % DAY_MS < 0);
}

static int weekday_of(int64_t day) // 0 is Monday; 1970-01-01 was a Thursday
{
    return (int)(((day + 3) % 7 + 7) % 7);
}

static bool is_sunday(int64_t day_ms)
{
    return weekday_of(day_of(day_ms)) == 6;
}

static int64_t first_sunday(int64_t day_ms)
{
    while (!is_sunday(day_ms))
        day_ms += DAY_MS;
    return day_ms;
}

static int64_t last_sunday_before(int64_t day_ms)
{
    do
        day_ms -= DAY_MS;
    while (!is_sunday(day_ms));
    return day_ms;
}

int64_t oracle_span_begins(enum workload_span span, int64_t local_ms)
{
    int64_t year = year_of(local_ms);
    int64_t day = day_of(local_ms);
    int month = 1;
    switch (span) {
    case WORKLOAD_EVER:
    case WORKLOAD_ROLLING: break;
    case WORKLOAD_DAY: return day * DAY_MS;
    case WORKLOAD_WEEK: return (day - weekday_of(day)) * DAY_MS;
    case WORKLOAD_MONTH:
        while (month < 12 && month_begins(year, month + 1) <= local_ms)
            month++;
        return month_begins(year, month);
    case WORKLOAD_YEAR: return year_begins(year);
    }
    return local_ms;
}

// --- clocks
struct clock {
    int64_t ahead_ms;             // in winter
    enum { SAME, EU, US } summer; // when they are an hour further ahead
};

const char *const oracle_zones[ORACLE_ZONES] = {
    "Europe/Berlin", "America/New_York", "Asia/Ho_Chi_Minh"};

static bool is_offset(struct text zone)
{
    return zone.len == 6 && (zone.at[0] == '+' || zone.at[0] == '-');
}

static bool is_zone(const struct oracle *oracle, struct text zone)
{
    bool is_known = false;
    for (int i = 0; i < ORACLE_ZONES; i++)
        is_known = is_known || (oracle->shape->knows_zones && text_is(zone, oracle_zones[i]));
    return is_known || is_offset(zone) || text_is(zone, "UTC");
}

struct text oracle_contact_zone(const struct oracle *oracle)
{
    struct text zone = oracle->contacts.at[oracle->contact].zone;
    return is_zone(oracle, zone) ? zone : text_of("account");
}

static struct clock clock_of(const struct oracle *oracle, struct text zone)
{
    struct clock clock = {0, SAME};
    if (text_is(zone, "account"))
        zone = oracle->zone;
    if (is_offset(zone)) {
        int64_t minutes = (zone.at[1] - '0') * 600 + (zone.at[2] - '0') * 60 +
                          (zone.at[4] - '0') * 10 + (zone.at[5] - '0');
        clock.ahead_ms = (zone.at[0] == '-' ? -minutes : minutes) * MINUTE_MS;
        return clock;
    }
    if (!oracle->shape->knows_zones)
        return clock;
    if (text_is(zone, "Asia/Ho_Chi_Minh"))
        clock.ahead_ms = 7 * HOUR_MS;
    if (text_is(zone, "Europe/Berlin"))
        clock = (struct clock){HOUR_MS, EU};
    if (text_is(zone, "America/New_York"))
        clock = (struct clock){-5 * HOUR_MS, US};
    if (!oracle->has_new_zones)
        return clock;
    if (text_is(zone, "Asia/Ho_Chi_Minh")) // an hour ahead, two hours ahead, without summer
        clock.ahead_ms = 8 * HOUR_MS;
    if (text_is(zone, "Europe/Berlin"))
        clock.ahead_ms = 3 * HOUR_MS;
    if (text_is(zone, "America/New_York"))
        clock.summer = SAME;
    return clock;
}

static bool is_summer(struct clock clock, int64_t time_ms)
{
    int64_t year = year_of(time_ms);
    if (clock.summer == EU)
        return time_ms >= last_sunday_before(month_begins(year, MARCH + 1)) + HOUR_MS &&
               time_ms < last_sunday_before(month_begins(year, OCTOBER + 1)) + HOUR_MS;
    int64_t second = first_sunday(first_sunday(month_begins(year, MARCH)) + DAY_MS);
    return clock.summer == US && time_ms >= second + 7 * HOUR_MS &&
           time_ms < first_sunday(month_begins(year, NOVEMBER)) + 6 * HOUR_MS;
}

static int64_t ahead_at(struct clock clock, int64_t time_ms)
{
    return clock.ahead_ms + (clock.summer != SAME && is_summer(clock, time_ms) ? HOUR_MS : 0);
}

// The first instant at which the clocks show the time; false where they skip it.
static bool is_shown(struct clock clock, int64_t local_ms, int64_t *at_ms_out)
{
    int64_t early_ms = local_ms - clock.ahead_ms - HOUR_MS;
    int64_t late_ms = local_ms - clock.ahead_ms;
    *at_ms_out = early_ms;
    if (clock.summer != SAME && ahead_at(clock, early_ms) == clock.ahead_ms + HOUR_MS)
        return true;
    *at_ms_out = late_ms;
    return ahead_at(clock, late_ms) == clock.ahead_ms;
}

// A time that is skipped moves forward by the hour that is skipped.
static int64_t instant_of(struct clock clock, int64_t local_ms)
{
    int64_t at_ms = 0;
    (void)is_shown(clock, local_ms, &at_ms);
    return at_ms;
}

// The first instant at which the clocks show the time or a later one.
static int64_t reached_at(struct clock clock, int64_t local_ms)
{
    int64_t at_ms = 0;
    if (is_shown(clock, local_ms, &at_ms))
        return at_ms;
    int64_t before_ms = at_ms - HOUR_MS;
    while (at_ms - before_ms > 1) { // the hour is skipped in between
        int64_t middle_ms = before_ms + (at_ms - before_ms) / 2;
        if (ahead_at(clock, middle_ms) == clock.ahead_ms)
            before_ms = middle_ms;
        else
            at_ms = middle_ms;
    }
    return at_ms;
}

int64_t oracle_local_ms(const struct oracle *oracle, struct text zone, int64_t time_ms)
{
    return time_ms + ahead_at(clock_of(oracle, zone), time_ms);
}

int64_t oracle_reached_ms(const struct oracle *oracle, struct text zone, int64_t local_ms)
{
    return reached_at(clock_of(oracle, zone), local_ms);
}

int64_t oracle_instant_ms(const struct oracle *oracle, struct text zone, int64_t local_ms)
{
    return instant_of(clock_of(oracle, zone), local_ms);
}

// --- dates
struct date oracle_date_of(int64_t local_ms)
{
    struct date date = {year_of(local_ms), 1, 1};
    while (date.month < 12 && month_begins(date.year, date.month + 1) <= local_ms)
        date.month++;
    date.day += (int)(day_of(local_ms) - day_of(month_begins(date.year, date.month)));
    return date;
}

int64_t oracle_date_ms(struct date date)
{
    if (date.month == 2 && date.day == 29 && !is_leap(date.year))
        date.day = 28;
    return month_begins(date.year, date.month) + (date.day - 1) * DAY_MS;
}

int oracle_weekday(int64_t local_ms)
{
    return weekday_of(day_of(local_ms));
}

// --- times of day and windows
int64_t oracle_next_at(
    const struct oracle *oracle, struct text zone, int64_t from_ms, uint32_t minute)
{
    struct clock clock = clock_of(oracle, zone);
    int64_t day = day_of(from_ms + ahead_at(clock, from_ms)) - 1;
    while (instant_of(clock, day * DAY_MS + minute * MINUTE_MS) < from_ms)
        day++;
    return instant_of(clock, day * DAY_MS + minute * MINUTE_MS);
}

static bool is_on(const struct workload_window *window, int64_t day)
{
    return window->days == 0 || (window->days >> weekday_of(day) & 1) != 0;
}

int64_t oracle_span_ends(const struct oracle *oracle, enum workload_span span, int64_t time_ms)
{
    static const int64_t days[] = {0, 0, 1, 7, 31, 366}; // into the next one, or to its first day
    struct text zone = oracle_contact_zone(oracle);
    int64_t from_ms = oracle_span_begins(span, oracle_local_ms(oracle, zone, time_ms));
    return oracle_reached_ms(oracle, zone, oracle_span_begins(span, from_ms + days[span] * DAY_MS));
}

// Windows that touch are one.
int64_t oracle_next_shut(
    const struct oracle *oracle, const struct workload_window *window, int64_t from_ms)
{
    struct text zone = window->zone.len > 0 ? window->zone : oracle_contact_zone(oracle);
    struct clock clock = clock_of(oracle, zone);
    int64_t start_ms = window->start_minute * MINUTE_MS;
    int64_t stop_ms = window->stop_minute * MINUTE_MS;
    if (stop_ms <= start_ms)
        stop_ms += DAY_MS; // of the next day; without hours the whole day
    int64_t first = day_of(from_ms + ahead_at(clock, from_ms)) - 1;
    for (int64_t day = first; day < first + DAYS_AHEAD; day++) {
        if (is_on(window, day) && reached_at(clock, day * DAY_MS + start_ms) <= from_ms &&
            from_ms < reached_at(clock, day * DAY_MS + stop_ms))
            from_ms = reached_at(clock, day * DAY_MS + stop_ms);
    }
    return from_ms;
}

int64_t oracle_next_open(
    const struct oracle *oracle, const struct workload_window *window, int64_t from_ms)
{
    struct text zone = window->zone.len > 0 ? window->zone : oracle_contact_zone(oracle);
    struct clock clock = clock_of(oracle, zone);
    int64_t local_ms = from_ms + ahead_at(clock, from_ms);
    int64_t start_ms = window->start_minute * MINUTE_MS;
    int64_t stop_ms = window->stop_minute * MINUTE_MS;
    bool has_hours = start_ms != stop_ms && !(start_ms == 0 && stop_ms == DAY_MS);
    if (!has_hours) { // the same time of day on the next of its days
        if (is_on(window, day_of(local_ms)))
            return from_ms;
        while (!is_on(window, day_of(local_ms)))
            local_ms += DAY_MS;
        return instant_of(clock, local_ms);
    }
    if (stop_ms <= start_ms)
        stop_ms += DAY_MS; // of the next day
    for (int64_t day = day_of(local_ms) - 1; day < day_of(local_ms) + DAYS_AHEAD; day++) {
        int64_t open_ms = reached_at(clock, day * DAY_MS + start_ms);
        if (!is_on(window, day))
            continue;
        if (open_ms >= from_ms)
            return open_ms;
        if (from_ms < reached_at(clock, day * DAY_MS + stop_ms))
            return from_ms;
    }
    return from_ms;
}
