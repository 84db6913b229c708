#include "rules/window.h"

enum { DAYS = 7, DAY_MINUTES = 24 * 60 };

// How long it stays open from a start on.
static uint32_t open_minutes(const struct workflow_window *window)
{
    return window->stop_minute > window->start_minute
               ? window->stop_minute - window->start_minute
               : window->stop_minute + DAY_MINUTES - window->start_minute;
}

// In minutes of the week, from Monday on.
static bool is_open(const struct workflow_window *window, uint32_t minute)
{
    for (uint32_t day = 0; day < DAYS; day++) {
        uint32_t start = day * DAY_MINUTES + window->start_minute;
        uint32_t since = (minute + DAYS * DAY_MINUTES - start) % (DAYS * DAY_MINUTES);
        if ((window->days >> day & 1) != 0 && since < open_minutes(window))
            return true;
    }
    return false;
}

bool window_is_within(const struct workflow_window *inner, const struct workflow_window *outer)
{
    if (inner->zone.of != outer->zone.of || !bytes_equal(inner->zone.name, outer->zone.name))
        return false;
    for (uint32_t minute = 0; minute < DAYS * DAY_MINUTES; minute++) {
        if (is_open(inner, minute) && !is_open(outer, minute))
            return false;
    }
    return true;
}
