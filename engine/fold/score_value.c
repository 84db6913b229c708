#include "engine/fold/score_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/score_sums.h"

enum { PERCENT_MILLI_ALL = 100000, SEARCH_STEPS_MAX = 4096 };
#define DAY_MS INT64_C(86400000)

static wide wide_of(int64_t milli)
{
    return (wide)milli * ((wide)1 << WIDE_BITS);
}

static wide wide_of_fraction(int64_t milli, uint64_t factor)
{
    return (wide)milli * (wide)factor;
}

static int64_t part_of(int64_t milli, int64_t parts, int64_t whole)
{
    wide doubled = (wide)milli * parts * 2;
    return (int64_t)((doubled + (milli < 0 ? -whole : whole)) / (2 * (wide)whole));
}

// What forgetting has left of an entry; it only ever comes nearer to 0.
static wide left_of(
    const struct forget_def *forget,
    const struct scored *entry,
    int64_t at_ms,
    struct decay_memo *memo)
{
    int64_t age_ms = at_ms > entry->time_ms ? at_ms - entry->time_ms : 0;
    switch (forget->kind) {
    case FORGET_NONE:
    case FORGET_IDLE: break;
    case FORGET_HALF_LIFE:
        return wide_of_fraction(
            entry->points_milli, decay_factor_kept(memo, age_ms, forget->span_ms));
    case FORGET_LINEAR: {
        int64_t steps = age_ms / forget->span_ms;
        int64_t most = PERCENT_MILLI_ALL / forget->percent_milli + 1;
        int64_t gone = (steps < most ? steps : most) * forget->percent_milli;
        int64_t left = gone < PERCENT_MILLI_ALL ? PERCENT_MILLI_ALL - gone : 0;
        return wide_of(part_of(entry->points_milli, left, PERCENT_MILLI_ALL));
    }
    case FORGET_EXPIRE: return age_ms < forget->span_ms ? wide_of(entry->points_milli) : 0;
    }
    return wide_of(entry->points_milli);
}

int64_t scored_left(
    const struct forget_def *forget,
    const struct scored *entry,
    int64_t at_ms,
    struct decay_memo *memo)
{
    return wide_rounded(left_of(forget, entry, at_ms, memo));
}

// --- idleness
static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

// How often idleness takes in a gap of that length.
static int64_t takings_in(const struct forget_def *forget, int64_t gap_ms)
{
    return gap_ms < forget->after_ms ? 0 : (gap_ms - forget->after_ms) / forget->span_ms + 1;
}

struct idleness {
    int64_t takings; // up to and with the moment asked for
    int64_t last_ms; // the newest entry up to then; INT64_MIN: none yet
};

static struct idleness idleness_at(const struct score_parts *parts, int64_t at_ms)
{
    const struct forget_def *forget = &parts->score->forget;
    struct idleness idleness = {0, INT64_MIN};
    int64_t few[64];
    int64_t *times = parts->count <= 64 ? few : mem_alloc(parts->count * sizeof(*times));
    uint32_t count = 0;
    for (uint32_t i = 0; i < parts->count; i++) {
        if (parts->entries[i].time_ms <= at_ms && parts->entries[i].time_ms != SCORED_NO_EVENT)
            times[count++] = parts->entries[i].time_ms;
    }
    qsort(times, count, sizeof(*times), compare_times);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            idleness.takings += takings_in(forget, times[i] - times[i - 1]);
        idleness.last_ms = times[i];
    }
    if (count > 0)
        idleness.takings += takings_in(forget, at_ms - idleness.last_ms);
    if (times != few)
        free(times);
    return idleness;
}

int64_t score_idle_taken(const struct score_parts *parts, int64_t at_ms)
{
    const struct forget_def *forget = &parts->score->forget;
    if (forget->kind != FORGET_IDLE)
        return 0;
    return forget->points_milli * idleness_at(parts, at_ms).takings;
}

// --- sums
// Of each group (the last is of none) what is above and what is below 0.
struct sums {
    wide above[SCORE_GROUPS_MAX + 1];
    wide below[SCORE_GROUPS_MAX + 1];
};

static void sums_at(const struct score_parts *parts, int64_t at_ms, struct sums *out)
{
    uint32_t last = parts->score->group_count;
    struct decay_memo memo = {0};
    INVARIANT(last <= SCORE_GROUPS_MAX);
    for (uint32_t g = 0; g <= last; g++) {
        out->above[g] = 0;
        out->below[g] = 0;
    }
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t g = parts->entries[i].group;
        wide left = left_of(&parts->score->forget, &parts->entries[i], at_ms, &memo);
        if (left > 0)
            out->above[g < last ? g : last] += left;
        else
            out->below[g < last ? g : last] += left;
    }
}

static int64_t total_of(
    const struct score_parts *parts, const struct sums *above, const struct sums *below)
{
    const struct score_def *score = parts->score;
    uint32_t last = score->group_count;
    int64_t total_milli = 0;
    for (uint32_t g = 0; g <= last; g++) {
        int64_t sum_milli = wide_rounded(above->above[g] + below->below[g]) + parts->state_milli[g];
        total_milli += g < last ? score_group_capped(&score->groups[g], sum_milli) : sum_milli;
    }
    return total_milli;
}

struct score_value score_value_at(const struct score_parts *parts, int64_t at_ms)
{
    struct sums sums;
    sums_at(parts, at_ms, &sums);
    int64_t beneath_milli = total_of(parts, &sums, &sums) + score_idle_taken(parts, at_ms);
    return (struct score_value){beneath_milli, score_def_clamp(parts->score, beneath_milli)};
}

void score_entry_values(const struct score_parts *parts, int64_t at_ms, int64_t *values_milli_out)
{
    uint32_t last = parts->score->group_count;
    wide sums[SCORE_GROUPS_MAX + 1] = {0};
    struct decay_memo memo = {0};
    INVARIANT(last <= SCORE_GROUPS_MAX);
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t g = parts->entries[i].group < last ? parts->entries[i].group : last;
        int64_t before_milli = wide_rounded(sums[g]);
        sums[g] += left_of(&parts->score->forget, &parts->entries[i], at_ms, &memo);
        values_milli_out[i] = wide_rounded(sums[g]) - before_milli;
    }
}

// --- crossing thresholds by time
int64_t score_rests_after(const struct forget_def *forget, int64_t newest_ms)
{
    int64_t longest_ms = 0;
    switch (forget->kind) {
    case FORGET_NONE: return INT64_MIN;
    case FORGET_IDLE: return INT64_MAX;
    case FORGET_HALF_LIFE:
        longest_ms = forget->span_ms * 64;
        break; // decay_factor is 0 from there on
    case FORGET_LINEAR:
        longest_ms = forget->span_ms *
                     ((PERCENT_MILLI_ALL + forget->percent_milli - 1) / forget->percent_milli);
        break;
    case FORGET_EXPIRE: longest_ms = forget->span_ms; break;
    }
    return newest_ms > INT64_MAX - longest_ms ? INT64_MAX : newest_ms + longest_ms;
}

int64_t score_rests_from(const struct score_parts *parts)
{
    int64_t newest_ms = INT64_MIN;
    for (uint32_t i = 0; i < parts->count; i++) {
        if (parts->entries[i].time_ms > newest_ms)
            newest_ms = parts->entries[i].time_ms;
    }
    if (newest_ms == INT64_MIN)
        return INT64_MIN;
    return score_rests_after(&parts->score->forget, newest_ms);
}

uint32_t score_side(const struct score_def *score, int64_t shown_milli)
{
    uint32_t side = 0;
    while (side < score->threshold_count && score->thresholds_milli[side] <= shown_milli)
        side++;
    return side;
}

struct search {
    const struct score_parts *parts;
    uint32_t side;
    uint32_t steps_left;
    bool is_fading; // all entries fade by one factor from where the search begins
    wide off_most;  // of sums that are faded by it, from what their entries add up to
};

static uint32_t side_between(
    const struct search *search, const struct sums *above, const struct sums *below)
{
    const struct score_def *score = search->parts->score;
    return score_side(score, score_def_clamp(score, total_of(search->parts, above, below)));
}

// The first moment in (begin, end] on another side, which begin is not; INT64_MAX when there is none. What is above 0
// only falls and what is below only rises, so the sums at both ends bound all between: intervals that stay on one
// side are passed over, the others halved.
static int64_t first_other_side(
    struct search *search,
    int64_t begin_ms,
    const struct sums *begin,
    int64_t end_ms,
    const struct sums *end)
{
    if (side_between(search, end, begin) == search->side &&
        side_between(search, begin, end) == search->side)
        return INT64_MAX;
    if (end_ms - begin_ms == 1)
        return side_between(search, end, end) == search->side ? INT64_MAX : end_ms;
    if (search->steps_left-- == 0) {
        search->steps_left = 0;
        return begin_ms + 1; // to be looked at again there
    }
    int64_t middle_ms = begin_ms + (end_ms - begin_ms) / 2;
    struct sums middle;
    sums_at(search->parts, middle_ms, &middle);
    int64_t found_ms = first_other_side(search, begin_ms, begin, middle_ms, &middle);
    if (found_ms != INT64_MAX)
        return found_ms;
    return first_other_side(search, middle_ms, &middle, end_ms, end);
}

// The value moves by the same points at known moments: the first one behind the next threshold that way.
static int64_t next_idle_crossing(const struct score_parts *parts, int64_t from_ms)
{
    const struct score_def *score = parts->score;
    const struct forget_def *forget = &score->forget;
    int64_t newest_ms = INT64_MIN;
    int64_t ahead_ms = INT64_MAX; // the first entry that is still to come
    for (uint32_t i = 0; i < parts->count; i++) {
        int64_t time_ms = parts->entries[i].time_ms;
        if (time_ms <= from_ms && time_ms > newest_ms && time_ms != SCORED_NO_EVENT)
            newest_ms = time_ms;
        if (time_ms > from_ms && time_ms < ahead_ms)
            ahead_ms = time_ms;
    }
    if (newest_ms == INT64_MIN || forget->points_milli == 0)
        return ahead_ms;
    int64_t beneath_milli = score_value_at(parts, from_ms).beneath_milli;
    uint32_t side = score_side(score, score_def_clamp(score, beneath_milli));
    bool is_falling = forget->points_milli < 0;
    if (is_falling ? side == 0 : side == score->threshold_count)
        return ahead_ms;
    bool is_held_back =
        is_falling ? score->has_min && score->thresholds_milli[side - 1] <= score->min_milli
                   : score->has_max && score->thresholds_milli[side] > score->max_milli;
    if (is_held_back) // crossed beneath only, which nobody sees
        return ahead_ms;
    int64_t way_milli = is_falling ? beneath_milli - score->thresholds_milli[side - 1] + 1
                                   : score->thresholds_milli[side] - beneath_milli;
    int64_t step_milli = is_falling ? -forget->points_milli : forget->points_milli;
    int64_t takings = way_milli <= 0 ? 1 : (way_milli + step_milli - 1) / step_milli;
    int64_t done = takings_in(forget, from_ms - newest_ms);
    wide at_ms = (wide)newest_ms + forget->after_ms + (wide)(done + takings - 1) * forget->span_ms;
    if (at_ms > TIME_MS_MAX)
        return ahead_ms;
    return (int64_t)at_ms < ahead_ms ? (int64_t)at_ms : ahead_ms;
}

// --- half lives: all sums fade by one factor, so they are added up once
static void sums_fade(const struct sums *from, uint32_t last, uint64_t factor, struct sums *out)
{
    for (uint32_t g = 0; g <= last; g++) {
        out->above[g] = wide_faded(from->above[g], factor);
        out->below[g] = wide_faded(from->below[g], factor);
    }
}

// The sums of all entries are what they were times one factor, when none is still to come. How far off that may be:
// decay_factor is good to 2^-48 of itself, and the product is cut.
static void search_fading(struct search *search, int64_t from_ms)
{
    const int off_bits = 20, cut_bits = 33;
    wide points_milli = 0;
    search->is_fading = search->parts->score->forget.kind == FORGET_HALF_LIFE;
    for (uint32_t i = 0; i < search->parts->count && search->is_fading; i++) {
        int64_t milli = search->parts->entries[i].points_milli;
        points_milli += milli < 0 ? -(wide)milli : (wide)milli;
        search->is_fading = search->parts->entries[i].time_ms <= from_ms;
    }
    search->off_most = (points_milli << off_bits) + ((wide)1 << cut_bits);
}

static void sums_move(const struct sums *from, uint32_t last, wide by, struct sums *out)
{
    for (uint32_t g = 0; g <= last; g++) {
        out->above[g] = from->above[g] + by;
        out->below[g] = from->below[g] + by;
    }
}

enum sureness { SURELY_KEPT, SURELY_LEFT, UNSURE };

static enum sureness sureness_of(const struct search *search, uint32_t lowest, uint32_t highest)
{
    if (lowest > search->side || highest < search->side)
        return SURELY_LEFT;
    return lowest == highest ? SURELY_KEPT : UNSURE;
}

// By the bounds of faded sums, which are soon made; a value is nearly always further from a threshold than they are
// apart.
static enum sureness faded_side(
    const struct search *search, const struct sums *begin, int64_t from_ms, int64_t end_ms)
{
    const struct score_def *score = search->parts->score;
    struct sums end, low, high;
    sums_fade(
        begin, score->group_count, decay_factor(end_ms - from_ms, score->forget.span_ms), &end);
    sums_move(&end, score->group_count, -search->off_most, &low);
    sums_move(&end, score->group_count, search->off_most, &high);
    enum sureness falling =
        sureness_of(search, side_between(search, &low, begin), side_between(search, &high, begin));
    enum sureness rising =
        sureness_of(search, side_between(search, begin, &low), side_between(search, begin, &high));
    if (falling == SURELY_LEFT || rising == SURELY_LEFT)
        return SURELY_LEFT;
    return falling == rising ? falling : UNSURE;
}

// Whether the sums at both ends leave the side to no moment between.
static bool keeps_side(
    const struct search *search, const struct sums *begin, int64_t from_ms, int64_t end_ms)
{
    enum sureness side = search->is_fading ? faded_side(search, begin, from_ms, end_ms) : UNSURE;
    if (side != UNSURE)
        return side == SURELY_KEPT;
    struct sums end;
    sums_at(search->parts, end_ms, &end);
    return side_between(search, &end, begin) == search->side &&
           side_between(search, begin, &end) == search->side;
}

// As first_other_side, for sums that fade together; what it finds may be a little off.
static int64_t fading_other_side(
    struct search *search, const struct sums *from, int64_t from_ms, int64_t end_ms)
{
    const struct score_def *score = search->parts->score;
    uint32_t last = score->group_count;
    int64_t begin_ms = from_ms;
    struct sums begin = *from, end, middle;
    sums_fade(from, last, decay_factor(end_ms - from_ms, score->forget.span_ms), &end);
    // Halves that cannot cross are passed over; where both may, the first is taken.
    while (end_ms - begin_ms > 1) {
        int64_t middle_ms = begin_ms + (end_ms - begin_ms) / 2;
        sums_fade(from, last, decay_factor(middle_ms - from_ms, score->forget.span_ms), &middle);
        bool may_cross = side_between(search, &middle, &begin) != search->side ||
                         side_between(search, &begin, &middle) != search->side;
        if (may_cross) {
            end_ms = middle_ms;
            end = middle;
        } else {
            begin_ms = middle_ms;
            begin = middle;
        }
    }
    return end_ms;
}

static bool is_same_side(const struct search *search, int64_t at_ms)
{
    const struct score_def *score = search->parts->score;
    return score_side(score, score_value_at(search->parts, at_ms).shown_milli) == search->side;
}

// Brings a moment that was found by faded sums to the millisecond.
static int64_t exact_crossing(const struct search *search, int64_t from_ms, int64_t found_ms)
{
    enum { OFF_MAX = 8 };
    for (int i = 0; i < OFF_MAX && found_ms - 1 > from_ms && !is_same_side(search, found_ms - 1);
         i++)
        found_ms--;
    for (int i = 0; i < OFF_MAX && is_same_side(search, found_ms); i++)
        found_ms++;
    return found_ms; // still on the same side: it is looked at again there
}

// As far as it is sure that nothing is crossed, in days that double; 0: not even for one.
static int64_t sure_ms(
    const struct search *search, int64_t from_ms, const struct sums *begin, int64_t end_ms)
{
    int64_t sure = 0;
    for (int64_t span_ms = DAY_MS; from_ms + span_ms < end_ms; span_ms *= 2) {
        if (!keeps_side(search, begin, from_ms, from_ms + span_ms))
            break;
        sure = span_ms;
    }
    return sure;
}

// --- a sum that only falls: entries above 0 that fade together, without groups
static enum sureness fall_at(const struct score_fall *fall, int64_t at_ms)
{
    wide faded = wide_faded(fall->begin, decay_factor(at_ms - fall->from_ms, fall->half_life_ms));
    if (faded - fall->off_most >= fall->at_least)
        return SURELY_KEPT;
    return faded + fall->off_most < fall->at_least ? SURELY_LEFT : UNSURE;
}

// When the logarithm says that the sum is below: to be looked at by whole numbers.
static int64_t fall_guess(const struct score_fall *fall)
{
    double half_lives = log2((double)fall->begin / (double)fall->at_least);
    double after_ms = ceil((double)fall->half_life_ms * half_lives);
    if (!(after_ms < (double)(fall->end_ms - fall->from_ms)))
        return fall->end_ms;
    return after_ms < 1 ? fall->from_ms + 1 : fall->from_ms + (int64_t)after_ms;
}

// What the search would find, where that is sure at the first guess.
bool score_fall_crossing(const struct score_fall *fall, int64_t *at_ms_out)
{
    int64_t below_ms = fall_guess(fall);
    int64_t kept_ms = below_ms - 1;
    if (below_ms - fall->from_ms > DAY_MS) {
        int64_t span_ms = DAY_MS;
        while (span_ms * 2 <= kept_ms - fall->from_ms)
            span_ms *= 2;
        kept_ms = fall->from_ms + span_ms;
        below_ms = fall->end_ms - fall->from_ms > span_ms * 2 ? kept_ms + span_ms : fall->end_ms;
        *at_ms_out = kept_ms;
    } else {
        *at_ms_out = below_ms;
    }
    return fall_at(fall, below_ms) == SURELY_LEFT &&
           (kept_ms == fall->from_ms || fall_at(fall, kept_ms) == SURELY_KEPT);
}

// The next crossing of a score that can only come down to the threshold it is on; false where this is not such a one,
// or where it cannot be told so simply.
static bool only_falls_to(
    const struct search *search,
    const struct sums *begin,
    struct score_fall *fall,
    int64_t *at_ms_out)
{
    const struct score_def *score = search->parts->score;
    if (!search->is_fading || score->group_count > 0 || begin->below[0] != 0)
        return false;
    *at_ms_out = INT64_MAX;
    if (search->side == 0)
        return true;
    int64_t threshold_milli = score->thresholds_milli[search->side - 1];
    fall->at_least = score_fall_at_least(threshold_milli, search->parts->state_milli[0]);
    if (fall->at_least == 0 || (score->has_min && score->min_milli >= threshold_milli))
        return true; // kept by what does not fade
    fall->begin = begin->above[0];
    fall->off_most = search->off_most;
    fall->half_life_ms = score->forget.span_ms;
    return score_fall_crossing(fall, at_ms_out);
}

int64_t score_next_crossing(const struct score_parts *parts, int64_t from_ms)
{
    const struct score_def *score = parts->score;
    if (score->threshold_count == 0 || score->forget.kind == FORGET_NONE || parts->count == 0)
        return INT64_MAX;
    if (score->forget.kind == FORGET_IDLE)
        return next_idle_crossing(parts, from_ms);
    int64_t end_ms = score_rests_from(parts);
    if (end_ms <= from_ms)
        return INT64_MAX;
    if (end_ms > TIME_MS_MAX)
        end_ms = TIME_MS_MAX;
    struct sums begin, end;
    sums_at(parts, from_ms, &begin);
    struct search search = {.parts = parts, .steps_left = SEARCH_STEPS_MAX};
    search.side = side_between(&search, &begin, &begin);
    search_fading(&search, from_ms);
    struct score_fall fall = {.from_ms = from_ms, .end_ms = end_ms};
    int64_t falls_ms = 0;
    if (only_falls_to(&search, &begin, &fall, &falls_ms))
        return falls_ms;
    if (keeps_side(&search, &begin, from_ms, end_ms))
        return INT64_MAX;
    int64_t sure = sure_ms(&search, from_ms, &begin, end_ms);
    if (sure > 0) // far away: to be looked at again there, unless an event comes first
        return from_ms + sure;
    if (end_ms - from_ms > DAY_MS)
        end_ms = from_ms + DAY_MS;
    if (search.is_fading)
        return exact_crossing(
            &search, from_ms, fading_other_side(&search, &begin, from_ms, end_ms));
    sums_at(parts, end_ms, &end);
    int64_t found_ms = first_other_side(&search, from_ms, &begin, end_ms, &end);
    bool is_further = found_ms == INT64_MAX && end_ms - from_ms == DAY_MS;
    return is_further ? end_ms : found_ms; // none within the day: to be looked at again there
}
