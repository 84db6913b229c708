// What the lanes of a daemon share of the ceiling on actions: how many passed in each minute, and whether they all stand still.
#ifndef ENGINE_RUN_CEILING_GATE_H
#define ENGINE_RUN_CEILING_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { CEILING_MINUTES = 64 };

// Zero-initialised is open, and nothing has passed. Any thread.
struct ceiling_gate {
    atomic_bool is_shut;
    // A minute (since 1970, high 32 bits) and the actions that passed in it. Each place has the newest minute that came to it.
    atomic_uint_fast64_t minutes[CEILING_MINUTES];
};

// Counts so many actions in the minute of a tick. False, and counts nothing: there would be more than `max`. A minute that is
// CEILING_MINUTES or more behind what another lane publishes is not counted here: the lane's own count holds alone.
bool ceiling_gate_count(struct ceiling_gate *gate, int64_t minute, uint32_t actions, uint32_t max);
void ceiling_gate_shut(struct ceiling_gate *gate);
bool ceiling_gate_is_shut(const struct ceiling_gate *gate);
// Everything is counted anew.
void ceiling_gate_open(struct ceiling_gate *gate);

#endif
