// Whether the wall clock can be believed: a jump forward would fire at once what is due much later.
//
// The wall clock is held against one that goes on evenly, also while the machine sleeps, so that neither sleep
// nor a restart is a jump. A wall clock that is further ahead than before by more than the limit is not
// followed: time goes on evenly from where it was, until the wall clock is back or the process begins anew.
#ifndef ENGINE_RUN_CLOCK_GUARD_H
#define ENGINE_RUN_CLOCK_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// All zeroes: every clock is believed.
struct clock_guard {
    int64_t jump_ms_max;
    atomic_int_fast64_t ahead_ms; // of the even clock, the most that was believed
    atomic_bool is_held;
};

struct clock_reading {
    int64_t wall_ms;
    int64_t even_ms; // origin unspecified
};

// What the wall clock says now is believed.
void clock_guard_begin(struct clock_guard *guard, int64_t jump_ms_max, struct clock_reading now);
// The time to go by. *change_out is set when this reading changed what is believed, for one thread of several. Any
// thread.
enum clock_change { CLOCK_SAME, CLOCK_HELD, CLOCK_BACK };
int64_t clock_guard_ms(
    struct clock_guard *guard, struct clock_reading now, enum clock_change *change_out);
bool clock_guard_is_held(const struct clock_guard *guard);

#endif
