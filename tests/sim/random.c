// xoshiro256**, seeded by splitmix64.
#include "tests/sim/random.h"

#include <assert.h>

static uint64_t rotate(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

struct sim_random sim_random_of(uint64_t seed)
{
    struct sim_random random;
    for (size_t i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        random.state[i] = mix(seed);
    }
    return random;
}

struct sim_random sim_random_fork_number(const struct sim_random *random, uint64_t number)
{
    uint64_t seed = mix(number + UINT64_C(0x9e3779b97f4a7c15));
    for (size_t i = 0; i < 4; i++)
        seed = mix(seed + random->state[i]);
    return sim_random_of(seed);
}

struct sim_random sim_random_fork(const struct sim_random *random, const char *label)
{
    uint64_t number = UINT64_C(0xcbf29ce484222325); // FNV-1a
    for (; *label != '\0'; label++)
        number = (number ^ (uint8_t)*label) * UINT64_C(0x100000001b3);
    return sim_random_fork_number(random, number);
}

uint64_t sim_random_next(struct sim_random *random)
{
    uint64_t *state = random->state;
    uint64_t result = rotate(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return result;
}

// The remainder favours small numbers by bound / 2^64, which no run can tell.
uint64_t sim_random_below(struct sim_random *random, uint64_t bound)
{
    assert(bound > 0);
    return sim_random_next(random) % bound;
}

int64_t sim_random_between(struct sim_random *random, int64_t low, int64_t high)
{
    assert(low <= high);
    uint64_t span = (uint64_t)high - (uint64_t)low;
    uint64_t offset =
        span == UINT64_MAX ? sim_random_next(random) : sim_random_below(random, span + 1);
    return (int64_t)((uint64_t)low + offset);
}

bool sim_random_chance(struct sim_random *random, uint32_t permille)
{
    return sim_random_below(random, 1000) < permille;
}

size_t sim_random_pick(struct sim_random *random, const uint32_t *weights, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    uint64_t at = sim_random_below(random, sum);
    size_t i = 0;
    for (; at >= weights[i]; i++)
        at -= weights[i];
    return i;
}
