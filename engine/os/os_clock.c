// Wall and monotonic clock by clock_gettime. The latter goes on while the machine sleeps.
#include "engine/os/os_clock.h"

#include <stddef.h>
#include <time.h>

#include "engine/base/invariant.h"

static int64_t clock_us(clockid_t id)
{
    struct timespec now;
    INVARIANT(clock_gettime(id, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t wall_ms(void *self)
{
    (void)self;
    return clock_us(CLOCK_REALTIME) / 1000;
}

static int64_t mono_us(void *self)
{
    (void)self;
    return clock_us(CLOCK_BOOTTIME);
}

struct clock os_clock(void)
{
    static const struct clock_ops ops = {.wall_ms = wall_ms, .mono_us = mono_us};
    return (struct clock){.ops = &ops, .self = NULL};
}
