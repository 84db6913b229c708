// Exponential decay in whole numbers: the same on every machine.
#ifndef ENGINE_BASE_DECAY_H
#define ENGINE_BASE_DECAY_H

#include <stdint.h>

// What DECAY_ONE stands for: nothing lost yet.
#define DECAY_ONE (UINT64_C(1) << 63)

// 2^(-age/half_life) as a fraction of DECAY_ONE: exactly DECAY_ONE/2^n at n half lives, elsewhere off by less than
// 2^-58 of itself; never more for a greater age. An age below 0 counts as 0. half_life_ms is above 0 and at most 2^62.
uint64_t decay_factor(int64_t age_ms, int64_t half_life_ms);

#endif
