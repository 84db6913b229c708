// 2^-x by its binary digits: x = n + sum of 2^-k, so 2^-x = 2^-n times the product of 2^(-2^-k).
#include "engine/base/decay.h"

#include "engine/base/invariant.h"

__extension__ typedef unsigned __int128 wide;

enum { FRACTION_BITS = 48, TABLE_BITS = 24, ROW_BITS = 6, ROW_COUNT = 1 << ROW_BITS };

#define TIMES(a, b) ((uint64_t)((wide)(a) * (b) >> 63))

// A row of ROW_COUNT products: of those of its six factors whose bit is set in the place, the last for the lowest.
#define FROM_1(x, a)                x, TIMES(x, a)
#define FROM_2(x, a, b)             FROM_1(x, b), FROM_1(TIMES(x, a), b)
#define FROM_3(x, a, b, c)          FROM_2(x, b, c), FROM_2(TIMES(x, a), b, c)
#define FROM_4(x, a, b, c, d)       FROM_3(x, b, c, d), FROM_3(TIMES(x, a), b, c, d)
#define FROM_5(x, a, b, c, d, e)    FROM_4(x, b, c, d, e), FROM_4(TIMES(x, a), b, c, d, e)
#define FROM_6(x, a, b, c, d, e, f) FROM_5(x, b, c, d, e, f), FROM_5(TIMES(x, a), b, c, d, e, f)
#define ROW(...)                       \
    {                                  \
        FROM_6(DECAY_ONE, __VA_ARGS__) \
    }

// Of round(2^63 * 2^(-2^-k)) for k = 1..24; tests/engine/base/test_decay.c checks each by squaring it.
static const uint64_t powers[TABLE_BITS / ROW_BITS][ROW_COUNT] = {
    ROW(UINT64_C(0x5a827999fcef3242),
        UINT64_C(0x6ba27e656b4eb57a),
        UINT64_C(0x75606373ee921c97),
        UINT64_C(0x7a92be8a92436616),
        UINT64_C(0x7d41d96db915019d),
        UINT64_C(0x7e9f06067a4360ba)),
    ROW(UINT64_C(0x7f4f08ae3dc7c426),
        UINT64_C(0x7fa765aca88f6453),
        UINT64_C(0x7fd3ab290e46d769),
        UINT64_C(0x7fe9d3a8e07bf086),
        UINT64_C(0x7ff4e9597bed93ab),
        UINT64_C(0x7ffa748dff8dc61f)),
    ROW(UINT64_C(0x7ffd3a3f50020332),
        UINT64_C(0x7ffe9d1dbc0a75aa),
        UINT64_C(0x7fff4e8e6306ed59),
        UINT64_C(0x7fffa74712c3cdfd),
        UINT64_C(0x7fffd3a381b1fa29),
        UINT64_C(0x7fffe9d1beed018a)),
    ROW(UINT64_C(0x7ffff4e8defb81d7),
        UINT64_C(0x7ffffa746f5f012f),
        UINT64_C(0x7ffffd3a37a7d0a8),
        UINT64_C(0x7ffffe9d1bd1fc58),
        UINT64_C(0x7fffff4e8de8832d),
        UINT64_C(0x7fffffa746f422d7)),
};
#define LN_2 UINT64_C(0x58b90bfbe8e7bcd6) // times 2^63

// The product for a row's bits of the first TABLE_BITS binary digits.
static uint64_t power_of(unsigned row, uint64_t bits)
{
    return powers[row][bits >> (TABLE_BITS - ROW_BITS * (row + 1)) & (ROW_COUNT - 1)];
}

// rest/whole, which is below 1, in FRACTION_BITS binary digits, cut. Two divisions of 64 bits take half of what one of 128
// takes.
static uint64_t fraction_of(uint64_t rest, uint64_t whole)
{
    enum { HALF_BITS = FRACTION_BITS / 2 };
    if (whole >> (64 - HALF_BITS) != 0)
        return (uint64_t)(((wide)rest << FRACTION_BITS) / whole);
    uint64_t high = (rest << HALF_BITS) / whole;
    uint64_t left = (rest << HALF_BITS) % whole;
    return high << HALF_BITS | (left << HALF_BITS) / whole;
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
    uint64_t fraction = fraction_of(rest_ms, (uint64_t)half_life_ms);
    uint64_t bits = fraction >> (FRACTION_BITS - TABLE_BITS);
    uint64_t high = TIMES(power_of(0, bits), power_of(1, bits));
    uint64_t low = TIMES(power_of(2, bits), power_of(3, bits));
    uint64_t factor = TIMES(high, low);
    // What is left is y < 2^-24: 2^-y = 1 - y ln 2 + (y ln 2)^2 / 2, to 2^-76.
    uint64_t left = fraction & ((UINT64_C(1) << (FRACTION_BITS - TABLE_BITS)) - 1);
    uint64_t y = (uint64_t)((wide)left * LN_2 >> FRACTION_BITS);
    factor = factor - TIMES(factor, y) + TIMES(factor, TIMES(y, y)) / 2;
    return factor >> halvings;
}
