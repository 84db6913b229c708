// Times and durations of the naive evaluator: nanoseconds, and a calendar that is counted day by day.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rules/cel/naive.h"

#define NANOS ((naive_wide)1000000000)

enum { DAY_S = 86400, EPOCH_YEAR = 1970 };

struct date {
    int64_t year;
    int month, day; // from 0
    int day_of_year;
};

struct naive naive_of_nanos(enum naive_kind kind, naive_wide nanos)
{
    bool is_time = kind == NAIVE_TIME;
    naive_wide least = is_time ? -62135596800 * NANOS : (naive_wide)INT64_MIN;
    naive_wide most = is_time ? 253402300800 * NANOS - 1 : (naive_wide)INT64_MAX;
    if (nanos < least || nanos > most)
        return naive_error();
    return (struct naive){.kind = kind, .nanos = nanos};
}

struct naive naive_add_times(struct naive a, struct naive b)
{
    if (a.kind == NAIVE_DURATION && b.kind == NAIVE_DURATION)
        return naive_of_nanos(NAIVE_DURATION, a.nanos + b.nanos);
    if ((a.kind == NAIVE_TIME && b.kind == NAIVE_DURATION) ||
        (a.kind == NAIVE_DURATION && b.kind == NAIVE_TIME))
        return naive_of_nanos(NAIVE_TIME, a.nanos + b.nanos);
    return naive_error();
}

struct naive naive_subtract_times(struct naive a, struct naive b)
{
    bool are_alike = a.kind == b.kind && (a.kind == NAIVE_TIME || a.kind == NAIVE_DURATION);
    if (are_alike)
        return naive_of_nanos(NAIVE_DURATION, a.nanos - b.nanos);
    return a.kind == NAIVE_TIME && b.kind == NAIVE_DURATION
               ? naive_of_nanos(NAIVE_TIME, a.nanos - b.nanos)
               : naive_error();
}

int64_t naive_seconds_of(struct naive time)
{
    naive_wide seconds = time.nanos / NANOS;
    return (int64_t)(time.nanos % NANOS < 0 ? seconds - 1 : seconds);
}

// --- the calendar
static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t days_of_year(int64_t year)
{
    return is_leap(year) ? 366 : 365;
}

static int64_t day_number(struct naive time)
{
    int64_t seconds = naive_seconds_of(time);
    return seconds / DAY_S - (seconds % DAY_S < 0);
}

static struct date date_of(struct naive time)
{
    static const int months[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t left = day_number(time);
    struct date date = {.year = EPOCH_YEAR};
    while (left < 0)
        left += days_of_year(--date.year);
    while (left >= days_of_year(date.year))
        left -= days_of_year(date.year++);
    date.day_of_year = (int)left;
    for (;;) {
        int days = months[date.month] + (date.month == 1 && is_leap(date.year));
        if (left < days)
            break;
        left -= days;
        date.month++;
    }
    date.day = (int)left;
    return date;
}

#define PART(name, value)                                                          \
    struct naive name(struct arena *arena, const struct naive *args, size_t count) \
    {                                                                              \
        (void)arena, (void)count;                                                  \
        return args[0].kind == NAIVE_TIME ? naive_int(value) : naive_error();      \
    }
PART(naive_year, date_of(args[0]).year)
PART(naive_month, date_of(args[0]).month)
PART(naive_day_of_month, date_of(args[0]).day)
PART(naive_date, date_of(args[0]).day + 1)
PART(naive_day_of_year, date_of(args[0]).day_of_year)
PART(naive_day_of_week, ((day_number(args[0]) + 4) % 7 + 7) % 7) // 1970 began on a Thursday

// Of a time the part of its day, of a duration the whole number of them.
static struct naive clock_part(const struct naive *args, int64_t unit_s, int64_t in_next)
{
    if (args[0].kind == NAIVE_DURATION)
        return naive_int((int64_t)(args[0].nanos / (unit_s * NANOS)));
    if (args[0].kind != NAIVE_TIME)
        return naive_error();
    int64_t of_day = naive_seconds_of(args[0]) - day_number(args[0]) * DAY_S;
    return naive_int(of_day / unit_s % in_next);
}

struct naive naive_hours(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return clock_part(args, 3600, 24);
}

struct naive naive_minutes(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return clock_part(args, 60, 60);
}

struct naive naive_seconds(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return clock_part(args, 1, 60);
}

struct naive naive_milliseconds(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    naive_wide rest = args[0].nanos % NANOS;
    if (args[0].kind == NAIVE_TIME)
        return naive_int((int64_t)((rest < 0 ? rest + NANOS : rest) / 1000000));
    return args[0].kind == NAIVE_DURATION ? naive_int((int64_t)(rest / 1000000)) : naive_error();
}

struct naive naive_to_time(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (args[0].kind == NAIVE_TIME)
        return args[0];
    return args[0].kind == NAIVE_INT ? naive_of_nanos(NAIVE_TIME, args[0].integer * NANOS)
                                     : naive_error();
}

// The part of a second, without what ends it in zeros: ".5", or nothing.
static void print_fraction(int64_t nanos, char to[16])
{
    (void)snprintf(to, 16, ".%09lld", (long long)nanos);
    for (size_t len = strlen(to); len > 0 && strchr("0.", to[len - 1]) != NULL; len--) {
        bool is_point = to[len - 1] == '.';
        to[len - 1] = '\0';
        if (is_point)
            return;
    }
}

void naive_print_time(struct naive time, char *to, size_t size)
{
    char fraction[16];
    if (time.kind == NAIVE_DURATION) {
        naive_wide nanos = time.nanos < 0 ? -time.nanos : time.nanos;
        print_fraction((int64_t)(nanos % NANOS), fraction);
        (void)snprintf(
            to, size, "%s%lld%ss", time.nanos < 0 ? "-" : "", (long long)(nanos / NANOS), fraction);
        return;
    }
    struct date date = date_of(time);
    int64_t seconds = naive_seconds_of(time);
    int of_day = (int)(seconds - day_number(time) * DAY_S);
    print_fraction((int64_t)(time.nanos - seconds * NANOS), fraction);
    (void)snprintf(
        to, size, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", (int)date.year, date.month + 1, date.day + 1,
        of_day / 3600, of_day / 60 % 60, of_day % 60, fraction);
}
