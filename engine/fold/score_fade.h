// The sums of a score's entries, faded to one moment, so that its value later on is found without its old entries. They
// are kept in memory only, may be dropped at any time, and change no value: each says how far off it may be, and where
// that leaves a thousandth in doubt it says nothing, and the entries are asked. Pure arithmetic.
#ifndef ENGINE_FOLD_SCORE_FADE_H
#define ENGINE_FOLD_SCORE_FADE_H

#include <stdbool.h>

#include "engine/fold/score_sums.h"
#include "engine/fold/score_value.h"

struct score_fade_sum {
    wide above, below; // 0
};

enum { SCORE_FADE_AHEAD_MAX = 4 };
struct score_fade {
    int64_t at_ms;        // to which the sums are faded; no entry in them is of later
    int64_t newest_ms;    // of all entries; INT64_MIN: there is none
    int64_t points_milli; // of all entries, without their signs
    bool has_below;       // an entry below 0
    uint32_t ahead_count;
    struct scored ahead[SCORE_FADE_AHEAD_MAX]; // entries of later, each by itself
    wide off_most;                             // of each sum, from what its entries add up to
    struct score_fade_sum *sums;               // of each group, then of none. Borrowed
};

// Whether the values of such a score can be found from sums.
bool score_fade_serves(const struct score_def *score);
// Without entries, as of a moment; sums has room for one more than the score has groups.
void score_fade_begin(
    struct score_fade *fade,
    const struct score_def *score,
    struct score_fade_sum *sums,
    int64_t at_ms);
// Takes one more entry in, wherever its time is. Where there are many that are later than the sums, these move on, but not
// beyond now_ms. False: the entries cannot be kept so, and what the fade says is worth nothing any more.
bool score_fade_add(
    struct score_fade *fade,
    const struct score_def *score,
    const struct scored *entry,
    int64_t now_ms);
// The same of all entries, for moments from now_ms on.
bool score_fade_gather(
    struct score_fade *fade,
    const struct score_parts *parts,
    struct score_fade_sum *sums,
    int64_t now_ms);

// The sums of all entries at a moment, not before that of the fade. Gives how far off each of them is.
wide score_fade_sums(
    const struct score_fade *fade,
    const struct score_def *score,
    int64_t at_ms,
    struct score_fade_sum *out);
// What score_value_at gives for the same entries; false where that is in doubt.
bool score_fade_value(
    const struct score_fade *fade,
    const struct score_def *score,
    const int64_t *state_milli,
    int64_t at_ms,
    struct score_value *value_out);
// What score_next_crossing gives for the same entries; false where that is in doubt. (score_fade_crossing.c)
bool score_fade_crossing(
    const struct score_fade *fade,
    const struct score_def *score,
    const int64_t *state_milli,
    int64_t from_ms,
    int64_t *at_ms_out);

#endif
