#include "engine/fold/score_fade.h"

#include "engine/base/invariant.h"

// Beyond these sums the arithmetic has no room for bounds; nobody's score is there.
#define POINTS_MILLI_MAX (INT64_C(1) << 50)

bool score_fade_serves(const struct score_def *score)
{
    if (score->combine != NULL)
        return false;
    switch (score->forget.kind) {
    case FORGET_NONE: return score->group_count > 0; // else its sum is kept anyway
    case FORGET_HALF_LIFE: return true;
    case FORGET_LINEAR:
    case FORGET_EXPIRE:
    case FORGET_IDLE: return false;
    }
    return false;
}

static uint64_t factor_of(const struct score_def *score, int64_t age_ms, struct decay_memo *memo)
{
    return score->forget.kind == FORGET_NONE
               ? DECAY_ONE
               : decay_factor_kept(memo, age_ms, score->forget.span_ms);
}

void score_fade_begin(
    struct score_fade *fade,
    const struct score_def *score,
    struct score_fade_sum *sums,
    int64_t at_ms)
{
    INVARIANT(score_fade_serves(score));
    *fade = (struct score_fade){.at_ms = at_ms, .newest_ms = INT64_MIN, .sums = sums};
    for (uint32_t g = 0; g <= score->group_count; g++)
        sums[g] = (struct score_fade_sum){0, 0};
}

// Exactly what the entry is worth at the moment.
static void sum_add(
    struct score_fade_sum *sums,
    const struct score_def *score,
    const struct scored *entry,
    int64_t at_ms,
    struct decay_memo *memo)
{
    uint32_t group = entry->group < score->group_count ? entry->group : score->group_count;
    wide left = (wide)entry->points_milli * (wide)factor_of(score, at_ms - entry->time_ms, memo);
    if (left > 0)
        sums[group].above += left;
    else
        sums[group].below += left;
}

// --- how far off
// A sum that is exact for its moment, times one factor, is not what its entries add up to later: the factor of each is
// decay_factor's own, good to 2^-48 of itself and 2^-62. Three such factors are in each difference; the bound has room
// for eight, and for the cut of the product. Of how far off the sum was already the same part is left.
static wide off_after(const struct score_fade *fade, uint64_t factor, wide faded)
{
    enum { EXACT_BITS = 45, CUTS = 8, PRODUCT_CUTS = 64 };
    return wide_faded(fade->off_most, factor) + (faded >> EXACT_BITS) +
           (wide)fade->points_milli * CUTS + PRODUCT_CUTS;
}

// Fades all sums to a moment that is not before theirs; they may be in their own place. Gives how far off each is then.
static wide sums_fade(
    const struct score_fade *fade,
    const struct score_def *score,
    int64_t to_ms,
    struct score_fade_sum *out)
{
    struct decay_memo memo = {0};
    const uint64_t factor = factor_of(score, to_ms - fade->at_ms, &memo);
    wide faded = 0;
    for (uint32_t g = 0; g <= score->group_count; g++) {
        out[g].above = wide_faded(fade->sums[g].above, factor);
        out[g].below = wide_faded(fade->sums[g].below, factor);
        faded += out[g].above - out[g].below;
    }
    bool is_exact = score->forget.kind == FORGET_NONE || to_ms == fade->at_ms;
    return is_exact ? fade->off_most : off_after(fade, factor, faded);
}

// --- taking entries in
// Moves the sums on to the newest of the entries ahead that is not later than now_ms; all up to there go into them.
static void fade_move(struct score_fade *fade, const struct score_def *score, int64_t now_ms)
{
    int64_t to_ms = fade->at_ms;
    for (uint32_t i = 0; i < fade->ahead_count; i++) {
        int64_t time_ms = fade->ahead[i].time_ms;
        if (time_ms <= now_ms && time_ms > to_ms)
            to_ms = time_ms;
    }
    if (to_ms == fade->at_ms)
        return;
    fade->off_most = sums_fade(fade, score, to_ms, fade->sums);
    fade->at_ms = to_ms;
    uint32_t kept = 0;
    struct decay_memo memo = {0};
    for (uint32_t i = 0; i < fade->ahead_count; i++) {
        if (fade->ahead[i].time_ms <= to_ms)
            sum_add(fade->sums, score, &fade->ahead[i], to_ms, &memo);
        else
            fade->ahead[kept++] = fade->ahead[i];
    }
    fade->ahead_count = kept;
}

static bool add(
    struct score_fade *fade,
    const struct score_def *score,
    const struct scored *entry,
    int64_t now_ms,
    struct decay_memo *memo)
{
    int64_t points_milli = entry->points_milli < 0 ? -entry->points_milli : entry->points_milli;
    if (points_milli > POINTS_MILLI_MAX - fade->points_milli)
        return false;
    fade->points_milli += points_milli;
    fade->has_below = fade->has_below || entry->points_milli < 0;
    if (entry->time_ms > fade->newest_ms)
        fade->newest_ms = entry->time_ms;
    if (entry->time_ms > fade->at_ms && fade->ahead_count == SCORE_FADE_AHEAD_MAX)
        fade_move(fade, score, now_ms);
    if (entry->time_ms <= fade->at_ms)
        sum_add(fade->sums, score, entry, fade->at_ms, memo);
    else if (fade->ahead_count < SCORE_FADE_AHEAD_MAX)
        fade->ahead[fade->ahead_count++] = *entry;
    else
        return false;
    return true;
}

bool score_fade_add(
    struct score_fade *fade,
    const struct score_def *score,
    const struct scored *entry,
    int64_t now_ms)
{
    struct decay_memo memo = {0};
    return add(fade, score, entry, now_ms, &memo);
}

bool score_fade_gather(
    struct score_fade *fade,
    const struct score_parts *parts,
    struct score_fade_sum *sums,
    int64_t now_ms)
{
    int64_t at_ms = INT64_MIN;
    uint32_t ahead = 0;
    for (uint32_t i = 0; i < parts->count; i++) {
        int64_t time_ms = parts->entries[i].time_ms;
        ahead += time_ms > now_ms;
        if (time_ms <= now_ms && time_ms > at_ms)
            at_ms = time_ms;
    }
    if (ahead > SCORE_FADE_AHEAD_MAX)
        return false;
    struct decay_memo memo = {0};
    score_fade_begin(fade, parts->score, sums, at_ms == INT64_MIN ? now_ms : at_ms);
    for (uint32_t i = 0; i < parts->count; i++) {
        if (!add(fade, parts->score, &parts->entries[i], now_ms, &memo))
            return false;
    }
    return true;
}

// --- what they are worth
wide score_fade_sums(
    const struct score_fade *fade,
    const struct score_def *score,
    int64_t at_ms,
    struct score_fade_sum *out)
{
    INVARIANT(score->group_count <= SCORE_GROUPS_MAX);
    struct decay_memo memo = {0};
    wide off = sums_fade(fade, score, at_ms, out);
    for (uint32_t i = 0; i < fade->ahead_count; i++)
        sum_add(out, score, &fade->ahead[i], at_ms, &memo);
    return off;
}

bool score_fade_value(
    const struct score_fade *fade,
    const struct score_def *score,
    const int64_t *state_milli,
    int64_t at_ms,
    struct score_value *value_out)
{
    if (at_ms < fade->at_ms)
        return false;
    struct score_fade_sum sums[SCORE_GROUPS_MAX + 1];
    wide off = 2 * score_fade_sums(fade, score, at_ms, sums); // of above and of below
    int64_t beneath_milli = 0;
    for (uint32_t g = 0; g <= score->group_count; g++) {
        wide sum = sums[g].above + sums[g].below;
        int64_t low_milli = wide_rounded(sum - off) + state_milli[g];
        int64_t high_milli = wide_rounded(sum + off) + state_milli[g];
        if (g < score->group_count) {
            low_milli = score_group_capped(&score->groups[g], low_milli);
            high_milli = score_group_capped(&score->groups[g], high_milli);
        }
        if (low_milli != high_milli)
            return false;
        beneath_milli += low_milli;
    }
    *value_out = (struct score_value){beneath_milli, score_def_clamp(score, beneath_milli)};
    return true;
}
