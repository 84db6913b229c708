// Sums of thousandths with 63 binary digits behind the point: rounded once, so that they do not depend on how they were
// taken apart. For the files of score values only.
#ifndef ENGINE_FOLD_SCORE_SUMS_H
#define ENGINE_FOLD_SCORE_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/decay.h"

__extension__ typedef __int128 wide;
enum { WIDE_BITS = 63 };

// Half away from zero.
static inline int64_t wide_rounded(wide value)
{
    const wide half = (wide)1 << (WIDE_BITS - 1);
    return value < 0 ? -(int64_t)((half - value) >> WIDE_BITS)
                     : (int64_t)((value + half) >> WIDE_BITS);
}

// What a factor leaves of a sum, cut towards 0.
static inline wide wide_faded(wide sum, uint64_t factor)
{
    __extension__ typedef unsigned __int128 unsigned_wide;
    unsigned_wide whole = (unsigned_wide)(sum < 0 ? -sum : sum);
    unsigned_wide high = (unsigned_wide)(uint64_t)(whole >> 64) * factor << (64 - WIDE_BITS);
    unsigned_wide low = (unsigned_wide)(uint64_t)whole * factor >> WIDE_BITS;
    return sum < 0 ? -(wide)(high + low) : (wide)(high + low);
}

// A sum that only falls, of entries above 0 that fade by one half life, and when it leaves the side of a threshold.
struct score_fall {
    wide begin;    // the sum at from_ms
    wide at_least; // what keeps it on its side
    wide off_most; // how far the sum, faded, may be from what its entries add up to then
    int64_t from_ms, end_ms;
    int64_t half_life_ms;
};
// The moment itself within a day, before that the last of the doubling days that keeps the side; false where that is
// not sure.
bool score_fall_crossing(const struct score_fall *fall, int64_t *at_ms_out);

// What keeps a sum of entries at or above a threshold, beside the state rules' points; 0 or less: it always is.
static inline wide score_fall_at_least(int64_t threshold_milli, int64_t state_milli)
{
    wide sum_milli = (wide)threshold_milli - state_milli;
    return sum_milli <= 0 ? 0 : sum_milli * ((wide)1 << WIDE_BITS) - ((wide)1 << (WIDE_BITS - 1));
}

#endif
