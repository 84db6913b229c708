// Whether the wall clock can be believed.
#include "engine/run/clock_guard.h"

void clock_guard_begin(struct clock_guard *guard, int64_t jump_ms_max, struct clock_reading now)
{
    guard->jump_ms_max = jump_ms_max;
    atomic_store(&guard->ahead_ms, now.wall_ms - now.even_ms);
}

static enum clock_change hold(struct clock_guard *guard, bool is_held)
{
    if (is_held == atomic_load_explicit(&guard->is_held, memory_order_relaxed) ||
        is_held == atomic_exchange(&guard->is_held, is_held))
        return CLOCK_SAME;
    return is_held ? CLOCK_HELD : CLOCK_BACK;
}

// A clock that was set back may come back: the most that it was ever ahead is kept.
int64_t clock_guard_ms(
    struct clock_guard *guard, struct clock_reading now, enum clock_change *change_out)
{
    *change_out = CLOCK_SAME;
    if (guard->jump_ms_max == 0)
        return now.wall_ms;
    int64_t ahead_ms = now.wall_ms - now.even_ms;
    int_fast64_t believed_ms = atomic_load_explicit(&guard->ahead_ms, memory_order_relaxed);
    bool is_held = ahead_ms - believed_ms > guard->jump_ms_max;
    *change_out = hold(guard, is_held);
    if (is_held)
        return now.even_ms + believed_ms;
    while (ahead_ms > believed_ms && !atomic_compare_exchange_weak_explicit(
                                         &guard->ahead_ms, &believed_ms, ahead_ms,
                                         memory_order_relaxed, memory_order_relaxed)) {
    }
    return now.wall_ms;
}

bool clock_guard_is_held(const struct clock_guard *guard)
{
    return atomic_load(&guard->is_held);
}
