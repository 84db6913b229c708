// The search of score_next_crossing (score_value.c), by faded sums instead of entries: step by step the same, and given up
// at the first step that is in doubt.
#include "engine/fold/score_fade.h"

#define DAY_MS INT64_C(86400000)

// Sums at a moment, and how far off each may be.
struct point {
    int64_t at_ms;
    wide off;
    struct score_fade_sum sums[SCORE_GROUPS_MAX + 1];
};

struct search {
    const struct score_fade *fade;
    const struct score_def *score;
    const int64_t *state_milli;
    struct point from; // where it begins; all later sums are these, faded
    wide off_most;     // of those
    int64_t end_ms;
    uint32_t side;
};

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_DOUBT };

// --- sides
// On which side the value is with what is above 0 of one point and what is below of another, each by so much more.
static uint32_t side_between(
    const struct search *search, const struct point *above, const struct point *below, int sign)
{
    const struct score_def *score = search->score;
    const wide by = sign * (above->off + below->off);
    int64_t total_milli = 0;
    for (uint32_t g = 0; g <= score->group_count; g++) {
        wide sum = above->sums[g].above + below->sums[g].below + by;
        int64_t milli = wide_rounded(sum) + search->state_milli[g];
        total_milli +=
            g < score->group_count ? score_group_capped(&score->groups[g], milli) : milli;
    }
    return score_side(score, score_def_clamp(score, total_milli));
}

static enum answer is_side_between(
    const struct search *search, const struct point *above, const struct point *below)
{
    uint32_t low = side_between(search, above, below, -1);
    uint32_t high = side_between(search, above, below, 1);
    if (low > search->side || high < search->side)
        return ANSWER_NO;
    return low == high ? ANSWER_YES : ANSWER_DOUBT;
}

// Whether the sums at both ends leave the side to no moment between: what is above 0 only falls, what is below rises.
static enum answer keeps_side(
    const struct search *search, const struct point *begin, const struct point *end)
{
    enum answer falling = is_side_between(search, end, begin);
    enum answer rising = is_side_between(search, begin, end);
    if (falling == ANSWER_NO || rising == ANSWER_NO)
        return ANSWER_NO;
    return falling == rising ? falling : ANSWER_DOUBT;
}

static void point_at(const struct search *search, int64_t at_ms, struct point *out)
{
    uint64_t factor = decay_factor(at_ms - search->from.at_ms, search->score->forget.span_ms);
    out->at_ms = at_ms;
    out->off = search->off_most;
    for (uint32_t g = 0; g <= search->score->group_count; g++) {
        out->sums[g].above = wide_faded(search->from.sums[g].above, factor);
        out->sums[g].below = wide_faded(search->from.sums[g].below, factor);
    }
}

static enum answer keeps_side_until(const struct search *search, int64_t end_ms)
{
    struct point end;
    point_at(search, end_ms, &end);
    return keeps_side(search, &search->from, &end);
}

// --- a sum that only falls
static bool fall_crossing(const struct search *search, int64_t *at_ms_out)
{
    const struct score_def *score = search->score;
    *at_ms_out = INT64_MAX;
    if (search->side == 0)
        return true;
    int64_t threshold_milli = score->thresholds_milli[search->side - 1];
    const struct score_fall fall = {
        .begin = search->from.sums[0].above,
        .at_least = score_fall_at_least(threshold_milli, search->state_milli[0]),
        .off_most = search->off_most,
        .from_ms = search->from.at_ms,
        .end_ms = search->end_ms,
        .half_life_ms = score->forget.span_ms,
    };
    if (fall.at_least == 0 || (score->has_min && score->min_milli >= threshold_milli))
        return true; // kept by what does not fade
    return score_fall_crossing(&fall, at_ms_out);
}

// --- sums that fall and rise
// As far as it is sure that nothing is crossed, in days that double; 0: not even for one. False: in doubt.
static bool sure_span(const struct search *search, int64_t *span_ms_out)
{
    const int64_t from_ms = search->from.at_ms;
    enum answer kept = ANSWER_YES;
    *span_ms_out = 0;
    for (int64_t span_ms = DAY_MS; kept == ANSWER_YES && from_ms + span_ms < search->end_ms;
         span_ms *= 2) {
        kept = keeps_side_until(search, from_ms + span_ms);
        if (kept == ANSWER_YES)
            *span_ms_out = span_ms;
    }
    return kept != ANSWER_DOUBT;
}

// Halves that cannot cross are passed over; where both may, the first is taken.
static bool other_side(const struct search *search, int64_t end_ms, int64_t *at_ms_out)
{
    struct point points[2];
    const struct point *begin = &search->from;
    struct point *middle = &points[0];
    while (end_ms - begin->at_ms > 1) {
        point_at(search, begin->at_ms + (end_ms - begin->at_ms) / 2, middle);
        enum answer kept = keeps_side(search, begin, middle);
        if (kept == ANSWER_DOUBT)
            return false;
        if (kept == ANSWER_NO) {
            end_ms = middle->at_ms;
        } else {
            begin = middle;
            middle = middle == &points[0] ? &points[1] : &points[0];
        }
    }
    *at_ms_out = end_ms;
    return true;
}

static enum answer is_same_side(const struct search *search, int64_t at_ms)
{
    struct score_value value;
    if (!score_fade_value(search->fade, search->score, search->state_milli, at_ms, &value))
        return ANSWER_DOUBT;
    return score_side(search->score, value.shown_milli) == search->side ? ANSWER_YES : ANSWER_NO;
}

// Brings a moment that was found so to the millisecond.
static bool exact_crossing(const struct search *search, int64_t *at_ms)
{
    enum { OFF_MAX = 8 };
    enum answer same = ANSWER_NO;
    for (int i = 0; i<OFF_MAX && * at_ms - 1> search->from.at_ms && same == ANSWER_NO; i++) {
        same = is_same_side(search, *at_ms - 1);
        *at_ms -= same == ANSWER_NO;
    }
    if (same == ANSWER_DOUBT)
        return false;
    same = ANSWER_YES;
    for (int i = 0; i < OFF_MAX && same == ANSWER_YES; i++) {
        same = is_same_side(search, *at_ms);
        *at_ms += same == ANSWER_YES;
    }
    return same != ANSWER_DOUBT;
}

static bool search_crossing(const struct search *search, int64_t *at_ms_out)
{
    const int64_t from_ms = search->from.at_ms;
    int64_t end_ms = search->end_ms, span_ms = 0;
    enum answer kept = keeps_side_until(search, end_ms);
    *at_ms_out = INT64_MAX;
    if (kept != ANSWER_NO)
        return kept == ANSWER_YES;
    if (!sure_span(search, &span_ms))
        return false;
    if (span_ms > 0) { // far away: to be looked at again there
        *at_ms_out = from_ms + span_ms;
        return true;
    }
    if (end_ms - from_ms > DAY_MS)
        end_ms = from_ms + DAY_MS;
    return other_side(search, end_ms, at_ms_out) && exact_crossing(search, at_ms_out);
}

// All that fades by one factor, from a moment on; false where entries are still to come, or where the value is in doubt.
static bool search_begin(struct search *search, int64_t from_ms)
{
    const int off_bits = 21, cut_bits = 34; // twice what the search over all entries allows for
    const struct score_fade *fade = search->fade;
    struct score_value value;
    if (fade->newest_ms > from_ms ||
        !score_fade_value(fade, search->score, search->state_milli, from_ms, &value))
        return false;
    search->side = score_side(search->score, value.shown_milli);
    search->from.at_ms = from_ms;
    search->from.off = score_fade_sums(fade, search->score, from_ms, search->from.sums);
    search->off_most =
        search->from.off + ((wide)fade->points_milli << off_bits) + ((wide)1 << cut_bits);
    return true;
}

bool score_fade_crossing(
    const struct score_fade *fade,
    const struct score_def *score,
    const int64_t *state_milli,
    int64_t from_ms,
    int64_t *at_ms_out)
{
    if (from_ms < fade->at_ms)
        return false;
    *at_ms_out = INT64_MAX;
    if (score->threshold_count == 0 || score->forget.kind == FORGET_NONE ||
        fade->newest_ms == INT64_MIN)
        return true;
    struct search search;
    search.fade = fade;
    search.score = score;
    search.state_milli = state_milli;
    search.end_ms = score_rests_after(&score->forget, fade->newest_ms);
    if (search.end_ms <= from_ms)
        return true;
    if (search.end_ms > TIME_MS_MAX)
        search.end_ms = TIME_MS_MAX;
    if (!search_begin(&search, from_ms))
        return false;
    bool only_falls = !fade->has_below && score->group_count == 0;
    return (only_falls && fall_crossing(&search, at_ms_out)) || search_crossing(&search, at_ms_out);
}
