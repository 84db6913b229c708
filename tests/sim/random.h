// Random numbers of the simulator: everything that a run draws comes from one 64-bit seed.
#ifndef TESTS_SIM_RANDOM_H
#define TESTS_SIM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// xoshiro256**. Plain data: copied to fork a stream in place, compared to see whether two are alike.
struct sim_random {
    uint64_t state[4];
};

// The same numbers for the same seed, on every machine and for ever.
struct sim_random sim_random_of(uint64_t seed);
// A stream of its own, a pure function of where *random stands and the label; *random does not move.
struct sim_random sim_random_fork(const struct sim_random *random, const char *label);
// The same for numbered things: input 17 of shard 3.
struct sim_random sim_random_fork_number(const struct sim_random *random, uint64_t number);

uint64_t sim_random_next(struct sim_random *random);                  // all 64 bits
uint64_t sim_random_below(struct sim_random *random, uint64_t bound); // 0..bound-1; bound > 0
int64_t sim_random_between(struct sim_random *random, int64_t low, int64_t high); // both included
bool sim_random_chance(struct sim_random *random, uint32_t permille); // 0: never, 1000: always
// The index of one of the weights, as likely as its share of their sum, which is > 0.
size_t sim_random_pick(struct sim_random *random, const uint32_t *weights, size_t count);

#endif
