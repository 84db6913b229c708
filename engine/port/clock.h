// The port through which the program learns the time. Only engine/run calls it.
#ifndef ENGINE_PORT_CLOCK_H
#define ENGINE_PORT_CLOCK_H

#include <stdint.h>

struct clock_ops {
    int64_t (*wall_ms)(void *self); // milliseconds since 1970-01-01 UTC; may step back
    // microseconds, never steps back, goes on while the machine sleeps; origin unspecified
    int64_t (*mono_us)(void *self);
};

// Both functions may be called from any thread.
struct clock {
    const struct clock_ops *ops;
    void *self;
};

#endif
