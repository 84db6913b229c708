// Faded sums against all entries: random ledgers, moments and groups, entries that come late or early, values at the
// very edge of a thousandth; and when thresholds are crossed.
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/fold/score_fade.h"

#include "tests/support/suite.h"

#define DAY_MS  INT64_C(86400000)
#define YEAR_MS (365 * DAY_MS)

static uint64_t random_state;
static int64_t draw(int64_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((random_state >> 33) % (uint64_t)below);
}

// 0 to 2^bits, each length as often as the other.
static int64_t draw_bits(int bits)
{
    return (int64_t)((uint64_t)draw(INT64_C(1) << 30) << 30 | (uint64_t)draw(INT64_C(1) << 30)) >>
           (60 - draw(bits + 1));
}

enum { ENTRIES_MAX = 200, GROUPS_MAX = 3, THRESHOLDS_MAX = 4 };
struct random_score {
    struct score_def def;
    struct score_group groups[GROUPS_MAX];
    int64_t thresholds[THRESHOLDS_MAX];
    int64_t state[GROUPS_MAX + 1];
    struct scored entries[ENTRIES_MAX];
    uint32_t count;
    int64_t now_ms;  // the ledger's
    int points_bits; // of one entry
    int below_in;    // one of so many entries is below 0; 0: none is
};

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void draw_score(struct random_score *out)
{
    *out = (struct random_score){0};
    out->def.forget.kind = draw(10) == 0 ? FORGET_NONE : FORGET_HALF_LIFE;
    out->def.forget.span_ms = 1 + draw_bits(50);
    out->def.has_min = draw(3) == 0;
    out->def.min_milli = -draw_bits(20);
    out->def.has_max = draw(3) == 0;
    out->def.max_milli = draw_bits(30);
    out->def.groups = out->groups;
    out->def.group_count =
        out->def.forget.kind == FORGET_NONE ? 1 : (uint32_t)(draw(2) * draw(GROUPS_MAX + 1));
    out->points_bits = 8 + (int)draw(32);
    out->below_in = draw(2) == 0 ? 0 : 2 + (int)draw(20);
    for (uint32_t i = 0; i < out->def.group_count; i++)
        out->groups[i] = (struct score_group){
            .has_max = draw(3) == 0,
            .max_milli = draw_bits(out->points_bits + 4),
            .has_min = draw(3) == 0,
            .min_milli = -draw_bits(out->points_bits)};
    for (uint32_t i = 0; i < THRESHOLDS_MAX; i++)
        out->thresholds[i] = draw_bits(out->points_bits + 5) - draw(2) * draw(4000);
    for (uint32_t i = 0; i <= GROUPS_MAX; i++)
        out->state[i] = draw(3) == 0 ? draw(4000) - 2000 : 0;
    qsort(out->thresholds, THRESHOLDS_MAX, sizeof(int64_t), compare);
    out->def.thresholds_milli = out->thresholds;
    out->def.threshold_count = 1 + (uint32_t)draw(THRESHOLDS_MAX);
}

static struct score_parts parts_of(const struct random_score *of)
{
    return (struct score_parts){&of->def, of->entries, of->count, of->state};
}

// The next entry of the ledger, as time goes by: most are of now, some late, few of the future.
static const struct scored *draw_entry(struct random_score *of)
{
    const int64_t half_life_ms = of->def.forget.span_ms;
    if (draw(4) > 0)
        of->now_ms += draw_bits(50) % (half_life_ms / (1 + draw(60)) + 1);
    struct scored entry = {of->now_ms, draw_bits(of->points_bits), (uint32_t)draw(GROUPS_MAX + 1)};
    if (entry.group == GROUPS_MAX)
        entry.group = SCORE_NO_GROUP;
    if (draw(5) == 0)
        entry.time_ms -= draw_bits(50) % (half_life_ms * 3 + 1);
    else if (draw(30) == 0)
        entry.time_ms += draw_bits(50) % (half_life_ms + 1);
    else if (draw(50) == 0)
        entry.time_ms = SCORED_NO_EVENT;
    if (of->below_in > 0 && draw(of->below_in) == 0)
        entry.points_milli = -entry.points_milli;
    of->entries[of->count] = entry;
    return &of->entries[of->count++];
}

struct seen {
    uint64_t values, doubts, edges, crossings, crossing_doubts;
};

// Whether the fade is not in doubt about the moment, if it serves for it; what it says is the value of all entries.
static bool compare_value(
    const struct score_fade *fade, const struct random_score *of, int64_t at_ms, struct seen *seen)
{
    struct score_value got, want;
    const struct score_parts parts = parts_of(of);
    seen->values++;
    if (!score_fade_value(fade, &of->def, of->state, at_ms, &got)) {
        seen->doubts += at_ms >= fade->at_ms;
        return at_ms < fade->at_ms;
    }
    want = score_value_at(&parts, at_ms);
    ck_assert_int_eq(got.beneath_milli, want.beneath_milli);
    ck_assert_int_eq(got.shown_milli, want.shown_milli);
    return true;
}

// Some moment after from_ms at which the value has just become another one: there the sum is next to a half thousandth.
static int64_t edge_behind(const struct random_score *of, int64_t from_ms)
{
    const struct score_parts parts = parts_of(of);
    int64_t same_ms = from_ms;
    int64_t other_ms = from_ms + 1 + draw_bits(50) % (of->def.forget.span_ms * 2);
    int64_t same_milli = score_value_at(&parts, same_ms).beneath_milli;
    while (other_ms - same_ms > 1) {
        int64_t middle_ms = same_ms + (other_ms - same_ms) / 2;
        if (score_value_at(&parts, middle_ms).beneath_milli == same_milli)
            same_ms = middle_ms;
        else
            other_ms = middle_ms;
    }
    return other_ms;
}

static void compare_crossing(
    const struct score_fade *fade,
    const struct random_score *of,
    int64_t from_ms,
    struct seen *seen)
{
    const struct score_parts parts = parts_of(of);
    int64_t got_ms = 0;
    if (score_fade_crossing(fade, &of->def, of->state, from_ms, &got_ms)) {
        ck_assert_int_eq(got_ms, score_next_crossing(&parts, from_ms));
        seen->crossings++;
    } else {
        seen->crossing_doubts += fade->newest_ms <= from_ms; // else it does not fade by one factor
    }
}

static void compare_all(struct random_score *of, struct seen *seen)
{
    struct score_fade fade;
    struct score_fade_sum sums[GROUPS_MAX + 1];
    score_fade_begin(&fade, &of->def, sums, of->now_ms);
    for (uint32_t i = 0; i < ENTRIES_MAX; i++) {
        struct score_parts parts;
        if (!score_fade_add(&fade, &of->def, draw_entry(of), of->now_ms)) {
            parts = parts_of(of);
            if (!score_fade_gather(&fade, &parts, sums, of->now_ms))
                return; // too many of the future
        }
        if (!compare_value(&fade, of, of->now_ms, seen)) {
            parts = parts_of(of);
            if (!score_fade_gather(&fade, &parts, sums, of->now_ms))
                return;
        }
        (void)compare_value(&fade, of, of->now_ms + draw_bits(50), seen);
        (void)compare_value(&fade, of, of->now_ms - draw_bits(50), seen);
        if (draw(4) == 0)
            compare_crossing(&fade, of, of->now_ms, seen);
        for (int edges = 0; edges < 2 && draw(3) == 0; edges++) {
            int64_t edge_ms = edge_behind(of, of->now_ms);
            seen->edges++;
            for (int64_t by_ms = -3; by_ms <= 3; by_ms++)
                (void)compare_value(&fade, of, edge_ms + by_ms, seen);
        }
    }
}

START_TEST(a_fade_is_worth_what_its_entries_are)
{
    random_state = test_seed();
    struct seen seen = {0};
    for (int round = 0; round < 300; round++) {
        struct random_score random;
        draw_score(&random);
        compare_all(&random, &seen);
    }
    ck_assert_uint_gt(seen.edges, 10000);
    ck_assert_uint_lt(seen.doubts * 5, seen.values);
    ck_assert_uint_gt(seen.crossings, 5000);
    ck_assert_uint_lt(seen.crossing_doubts * 10, seen.crossings);
}
END_TEST

// --- the bound itself
static wide apart(wide a, wide b)
{
    return a > b ? a - b : b - a;
}

static void sums_are_within(const struct score_fade *fade, const struct random_score *of)
{
    struct score_fade_sum exact[GROUPS_MAX + 1] = {{0, 0}};
    for (uint32_t i = 0; i < of->count; i++) {
        const struct scored *entry = &of->entries[i];
        if (entry->time_ms > fade->at_ms)
            continue; // ahead
        uint32_t group = entry->group < of->def.group_count ? entry->group : of->def.group_count;
        uint64_t factor = of->def.forget.kind == FORGET_NONE
                              ? DECAY_ONE
                              : decay_factor(fade->at_ms - entry->time_ms, of->def.forget.span_ms);
        wide left = (wide)entry->points_milli * (wide)factor;
        *(left > 0 ? &exact[group].above : &exact[group].below) += left;
    }
    for (uint32_t g = 0; g <= of->def.group_count; g++) {
        ck_assert(apart(exact[g].above, fade->sums[g].above) <= fade->off_most);
        ck_assert(apart(exact[g].below, fade->sums[g].below) <= fade->off_most);
    }
}

START_TEST(sums_are_no_further_off_than_they_say)
{
    random_state = test_seed();
    for (int round = 0; round < 300; round++) {
        struct random_score random;
        struct score_fade fade;
        struct score_fade_sum sums[GROUPS_MAX + 1];
        draw_score(&random);
        score_fade_begin(&fade, &random.def, sums, random.now_ms);
        while (random.count < ENTRIES_MAX &&
               score_fade_add(&fade, &random.def, draw_entry(&random), random.now_ms))
            sums_are_within(&fade, &random);
    }
}
END_TEST

// Each move adds to what sums are off by, and what was off before stays so in part.
START_TEST(what_moves_often_knows_how_far_off_it_is)
{
    const struct score_def score = {
        .forget = {.kind = FORGET_HALF_LIFE, .span_ms = 7 * YEAR_MS + 1}};
    struct score_fade fade;
    struct score_fade_sum sum;
    enum { MOVES = 400 };
    struct scored *entries = mem_alloc(MOVES * (SCORE_FADE_AHEAD_MAX + 1) * sizeof(*entries));
    uint32_t count = 0;
    random_state = test_seed();
    score_fade_begin(&fade, &score, &sum, 0);
    for (int64_t now_ms = 0; count < MOVES * (SCORE_FADE_AHEAD_MAX + 1); count++) {
        now_ms += 1 + draw(DAY_MS / 4);
        entries[count] = (struct scored){now_ms, draw(1000), SCORE_NO_GROUP};
        ck_assert(score_fade_add(&fade, &score, &entries[count], now_ms));
    }
    wide exact = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (entries[i].time_ms <= fade.at_ms)
            exact += (wide)entries[i].points_milli *
                     (wide)decay_factor(fade.at_ms - entries[i].time_ms, score.forget.span_ms);
    }
    ck_assert(apart(exact, sum.above) <= fade.off_most);
    ck_assert(fade.off_most < (wide)1 << (WIDE_BITS - 4)); // and still tells thousandths apart
    free(entries);
}
END_TEST

// Sums of this size have no room in 64 bits times a factor.
START_TEST(large_points_cross_where_they_should)
{
    const int64_t thresholds[] = {INT64_C(25000000000)};
    const struct score_def score = {
        .forget = {.kind = FORGET_HALF_LIFE, .span_ms = 30 * DAY_MS},
        .thresholds_milli = thresholds,
        .threshold_count = 1};
    const int64_t state = 0;
    const struct scored entry = {0, INT64_C(50000000001), SCORE_NO_GROUP};
    const struct score_parts parts = {&score, &entry, 1, &state};
    struct score_fade fade;
    struct score_fade_sum sum;
    int64_t at_ms = 29 * DAY_MS + DAY_MS / 2, faded_ms = 0;
    const int64_t crosses_ms = 30 * DAY_MS + 1;
    ck_assert_int_eq(score_next_crossing(&parts, at_ms), crosses_ms);
    ck_assert_int_eq(score_next_crossing(&parts, 0), 16 * DAY_MS);
    ck_assert(score_fade_gather(&fade, &parts, &sum, 0));
    ck_assert(score_fade_crossing(&fade, &score, &state, at_ms, &faded_ms));
    ck_assert_int_eq(faded_ms, crosses_ms);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("score_fade");
    TCase *cases = tcase_create("score_fade");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_fade_is_worth_what_its_entries_are);
    tcase_add_test(cases, sums_are_no_further_off_than_they_say);
    tcase_add_test(cases, what_moves_often_knows_how_far_off_it_is);
    tcase_add_test(cases, large_points_cross_where_they_should);
    suite_add_tcase(suite, cases);
    return suite;
}
