// 2^-x by its binary digits: x = n + sum of 2^-k, so 2^-x = 2^-n times the product of 2^(-2^-k).
#include "engine/base/decay.h"

#include "engine/base/invariant.h"

__extension__ typedef unsigned __int128 wide;

enum { FRACTION_BITS = 48, TABLE_BITS = 24 };

// round(2^63 * 2^(-2^-k)) for k = 1..24; tests/engine/base/test_decay.c checks each by squaring it.
static const uint64_t powers[TABLE_BITS] = {
    UINT64_C(0x5a827999fcef3242), UINT64_C(0x6ba27e656b4eb57a), UINT64_C(0x75606373ee921c97),
    UINT64_C(0x7a92be8a92436616), UINT64_C(0x7d41d96db915019d), UINT64_C(0x7e9f06067a4360ba),
    UINT64_C(0x7f4f08ae3dc7c426), UINT64_C(0x7fa765aca88f6453), UINT64_C(0x7fd3ab290e46d769),
    UINT64_C(0x7fe9d3a8e07bf086), UINT64_C(0x7ff4e9597bed93ab), UINT64_C(0x7ffa748dff8dc61f),
    UINT64_C(0x7ffd3a3f50020332), UINT64_C(0x7ffe9d1dbc0a75aa), UINT64_C(0x7fff4e8e6306ed59),
    UINT64_C(0x7fffa74712c3cdfd), UINT64_C(0x7fffd3a381b1fa29), UINT64_C(0x7fffe9d1beed018a),
    UINT64_C(0x7ffff4e8defb81d7), UINT64_C(0x7ffffa746f5f012f), UINT64_C(0x7ffffd3a37a7d0a8),
    UINT64_C(0x7ffffe9d1bd1fc58), UINT64_C(0x7fffff4e8de8832d), UINT64_C(0x7fffffa746f422d7),
};
#define LN_2 UINT64_C(0x58b90bfbe8e7bcd6) // times 2^63

static uint64_t times(uint64_t a, uint64_t b)
{
    return (uint64_t)((wide)a * b >> 63);
}

uint64_t decay_factor(int64_t age_ms, int64_t half_life_ms)
{
    INVARIANT(half_life_ms > 0);
    if (age_ms <= 0)
        return DECAY_ONE;
    uint64_t halvings = (uint64_t)age_ms / (uint64_t)half_life_ms;
    uint64_t rest_ms = (uint64_t)age_ms % (uint64_t)half_life_ms;
    if (halvings > 63)
        return 0;
    uint64_t fraction = (uint64_t)(((wide)rest_ms << FRACTION_BITS) / (uint64_t)half_life_ms);
    uint64_t factor = DECAY_ONE;
    uint64_t bits = fraction >> (FRACTION_BITS - TABLE_BITS);
    while (bits != 0) { // those that are set, from the highest: no branch to guess for each
        unsigned top = 63 - (unsigned)__builtin_clzll(bits);
        factor = times(factor, powers[TABLE_BITS - 1 - top]);
        bits ^= UINT64_C(1) << top;
    }
    // What is left is y < 2^-24: 2^-y = 1 - y ln 2 + (y ln 2)^2 / 2, to 2^-76.
    uint64_t left = fraction & ((UINT64_C(1) << (FRACTION_BITS - TABLE_BITS)) - 1);
    uint64_t y = (uint64_t)((wide)left * LN_2 >> FRACTION_BITS);
    factor = factor - times(factor, y) + times(factor, times(y, y)) / 2;
    return factor >> halvings;
}
