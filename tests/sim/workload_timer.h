// What drawn workflows ask of clocks, as plain data: windows, and what starts them by time.
#ifndef TESTS_SIM_WORKLOAD_TIMER_H
#define TESTS_SIM_WORKLOAD_TIMER_H

#include "tests/sim/workload_expr.h"

// Days and hours.
struct workload_window {
    uint32_t days;                      // bits, 1 is Monday; 0: not written, all of them
    uint32_t start_minute, stop_minute; // both 0: not written, all day
    struct text zone;                   // empty: the contact's
};

enum workload_starter {
    WORKLOAD_ON_EVENT,
    WORKLOAD_ON_DATE,
    WORKLOAD_ON_SCHEDULE,
    WORKLOAD_ON_IDLE
};

struct workload_cron {
    struct text text;
    uint64_t minutes;
    uint32_t hours, days, months,
        weekdays;       // bits; of days and months from 1 on, of weekdays 1 is Monday
    bool is_either_day; // days of both kinds are given
};

struct workload_time {
    // WORKLOAD_ON_DATE
    struct text field; // empty: contact.created
    bool is_day;       // it is a date; else a timestamp
    bool is_yearly, has_at;
    uint32_t minute;   // has_at
    int64_t offset_ms; // after; below 0: before
    // WORKLOAD_ON_DATE, WORKLOAD_ON_SCHEDULE
    struct text zone; // empty: not written
    // WORKLOAD_ON_SCHEDULE
    struct workload_cron cron;
    struct text segment; // empty: each contact
    // WORKLOAD_ON_IDLE
    const struct workload_expr *per; // NULL: of the contact
    int64_t for_ms;
};

#endif
