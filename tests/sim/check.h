// What must hold of a world: the invariants of docs/failures.md, looked at from outside the engine.
#ifndef TESTS_SIM_CHECK_H
#define TESTS_SIM_CHECK_H

#include "tests/sim/feed.h"
#include "tests/sim/history.h"

// What is known of a shard's journal from before: frames that were said to be durable.
struct known_journal {
    struct hash128 *chains; // of frame i + 1
    size_t count, cap;
    uint64_t durable;
};

// Before the world changes by a crash: learns the frames that the process calls durable.
void check_learn(
    struct sim *sim, const struct sim_setup *setup, struct known_journal known[SIM_SHARDS_MAX]);
// After it: I3, what was durable is still there, and what is there follows from it.
void check_prefix(
    struct sim *sim,
    const struct sim_setup *setup,
    const struct known_journal known[SIM_SHARDS_MAX]);
// When everything has settled: I1, I2, I5, I6, I7, the oracle's state and actions.
void check_settled(struct sim *sim, struct sim_setup *setup, const struct feed *feed);

#endif
