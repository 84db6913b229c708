// Exponential decay in whole numbers: the same on every machine.
#ifndef ENGINE_BASE_DECAY_H
#define ENGINE_BASE_DECAY_H

#include <stdint.h>

// What DECAY_ONE stands for: nothing lost yet.
#define DECAY_ONE (UINT64_C(1) << 63)

// 2^(-age/half_life) as a fraction of DECAY_ONE: exactly DECAY_ONE/2^n at n half lives, elsewhere off by less than
// 2^-58 of itself; never more for a greater age. An age below 0 counts as 0. half_life_ms is above 0 and at most 2^62.
uint64_t decay_factor(int64_t age_ms, int64_t half_life_ms);

// What was asked for last; zero-initialised is nothing. Entries that were summed up share one time.
struct decay_memo {
    int64_t age_ms, half_life_ms;
    uint64_t factor;
};

// The same as decay_factor.
static inline uint64_t decay_factor_kept(
    struct decay_memo *memo, int64_t age_ms, int64_t half_life_ms)
{
    if (memo->age_ms != age_ms || memo->half_life_ms != half_life_ms)
        *memo = (struct decay_memo){age_ms, half_life_ms, decay_factor(age_ms, half_life_ms)};
    return memo->factor;
}

#endif
