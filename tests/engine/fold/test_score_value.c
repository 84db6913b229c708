// What a score is worth at a moment, and when it crosses a threshold: known cases, then random ones against looking at
// every millisecond.
#include <stdlib.h>

#include "engine/fold/score_value.h"

#include "tests/support/suite.h"

#define DAY_MS  INT64_C(86400000)
#define WEEK_MS (7 * DAY_MS)

static const int64_t no_state[SCORE_GROUPS_MAX + 1];

static struct score_parts parts_of(
    const struct score_def *score, const struct scored *entries, uint32_t count)
{
    return (struct score_parts){score, entries, count, no_state};
}

static int64_t shown(const struct score_parts *parts, int64_t at_ms)
{
    return score_value_at(parts, at_ms).shown_milli;
}

START_TEST(a_half_life_halves)
{
    struct score_def score = {.forget = {.kind = FORGET_HALF_LIFE, .span_ms = 30 * DAY_MS}};
    struct scored entries[] = {{0, 10000, SCORE_NO_GROUP}, {30 * DAY_MS, 1, SCORE_NO_GROUP}};
    struct score_parts parts = parts_of(&score, entries, 1);
    ck_assert_int_eq(shown(&parts, -DAY_MS), 10000); // of the future: whole
    ck_assert_int_eq(shown(&parts, 0), 10000);
    ck_assert_int_eq(shown(&parts, 30 * DAY_MS), 5000);
    ck_assert_int_eq(shown(&parts, 90 * DAY_MS), 1250);
    ck_assert_int_eq(shown(&parts, 15 * DAY_MS), 7071); // 10 / sqrt 2
    parts.count = 2;
    ck_assert_int_eq(
        shown(&parts, 60 * DAY_MS), 2501); // 2500.5: half away from zero, once for the sum
}
END_TEST

// HubSpot's "50 % a month": 5 after a month, nothing after two.
START_TEST(linear_takes_of_the_original_points)
{
    struct score_def score = {
        .forget = {.kind = FORGET_LINEAR, .span_ms = 30 * DAY_MS, .percent_milli = 50000}};
    struct scored entry = {0, 10000, SCORE_NO_GROUP};
    struct score_parts parts = parts_of(&score, &entry, 1);
    ck_assert_int_eq(shown(&parts, 30 * DAY_MS - 1), 10000);
    ck_assert_int_eq(shown(&parts, 30 * DAY_MS), 5000);
    ck_assert_int_eq(shown(&parts, 60 * DAY_MS - 1), 5000);
    ck_assert_int_eq(shown(&parts, 60 * DAY_MS), 0);
    ck_assert_int_eq(shown(&parts, 900 * DAY_MS), 0);
    score.forget.percent_milli = 33333;
    entry.points_milli = -1000;
    ck_assert_int_eq(shown(&parts, 30 * DAY_MS), -667);
    ck_assert_int_eq(shown(&parts, 90 * DAY_MS), 0); // 0.01 of a thousandth is left
    ck_assert_int_eq(score_rests_from(&parts), 120 * DAY_MS);
}
END_TEST

START_TEST(an_entry_expires_at_its_age)
{
    struct score_def score = {.forget = {.kind = FORGET_EXPIRE, .span_ms = 90 * DAY_MS}};
    struct scored entry = {DAY_MS, -3000, SCORE_NO_GROUP};
    struct score_parts parts = parts_of(&score, &entry, 1);
    ck_assert_int_eq(shown(&parts, 91 * DAY_MS - 1), -3000);
    ck_assert_int_eq(shown(&parts, 91 * DAY_MS), 0);
    ck_assert_int_eq(score_rests_from(&parts), 91 * DAY_MS);
}
END_TEST

START_TEST(idleness_takes_after_and_every)
{
    struct score_def score = {
        .has_min = true,
        .forget = {
            .kind = FORGET_IDLE,
            .after_ms = 2 * WEEK_MS,
            .span_ms = WEEK_MS,
            .points_milli = -5000}};
    struct scored entries[] = {{0, 20000, SCORE_NO_GROUP}, {16 * DAY_MS, 1000, SCORE_NO_GROUP}};
    struct score_parts parts = parts_of(&score, entries, 1);
    ck_assert_int_eq(shown(&parts, 2 * WEEK_MS - 1), 20000);
    ck_assert_int_eq(shown(&parts, 2 * WEEK_MS), 15000);
    ck_assert_int_eq(shown(&parts, 3 * WEEK_MS), 10000);
    ck_assert_int_eq(score_value_at(&parts, 10 * WEEK_MS).beneath_milli, 20000 - 9 * 5000);
    ck_assert_int_eq(shown(&parts, 10 * WEEK_MS), 0);
    parts.count = 2; // an event that scores begins the wait anew; what was taken stays taken
    ck_assert_int_eq(shown(&parts, 16 * DAY_MS), 16000);
    ck_assert_int_eq(shown(&parts, 30 * DAY_MS - 1), 16000);
    ck_assert_int_eq(shown(&parts, 30 * DAY_MS), 11000);
    struct scored late[] = {entries[1], entries[0]}; // the order of arrival does not matter
    parts.entries = late;
    ck_assert_int_eq(shown(&parts, 30 * DAY_MS), 11000);
    ck_assert_int_eq(score_idle_taken(&parts, 30 * DAY_MS), -10000);
}
END_TEST

START_TEST(caps_cut_what_is_shown_only)
{
    struct score_group groups[] = {{.has_max = true, .max_milli = 40000}};
    struct score_def score = {
        .has_min = true, .has_max = true, .max_milli = 50000, .groups = groups, .group_count = 1};
    struct scored entries[] = {
        {0, 30000, 0}, {0, 30000, 0}, {0, 20000, SCORE_NO_GROUP}, {0, -5000, 0}, {0, -20000, 0}};
    const int64_t state[] = {1000, 500};
    struct score_parts parts = {&score, entries, 3, state};
    struct score_value value = score_value_at(&parts, 0);
    ck_assert_int_eq(value.beneath_milli, 40000 + 20500);
    ck_assert_int_eq(value.shown_milli, 50000);
    parts.count = 5; // 61 - 25 is below the cap again: what was cut is not lost
    ck_assert_int_eq(score_value_at(&parts, 0).beneath_milli, 36000 + 20500);
}
END_TEST

// --- random ones
static uint64_t random_state;
static int64_t draw(int64_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((random_state >> 33) % (uint64_t)below);
}

struct random_score {
    struct score_def def;
    struct score_group groups[3];
    int64_t thresholds[4];
    int64_t state[4];
    struct scored entries[12];
    uint32_t count;
};

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void draw_score(struct random_score *out)
{
    *out = (struct random_score){0};
    out->def.forget = (struct forget_def){
        .kind = (enum forget_kind)(1 + draw(4)),
        .span_ms = 1 + draw(60),
        .after_ms = draw(90),
        .points_milli = draw(2) ? -draw(4000) : draw(300),
        .percent_milli = (int32_t)(20000 + draw(80001))};
    out->def.has_min = draw(2) == 0;
    out->def.min_milli = -draw(3000);
    out->def.has_max = draw(2) == 0;
    out->def.max_milli = draw(20000);
    out->def.groups = out->groups;
    out->def.group_count = (uint32_t)draw(4);
    for (uint32_t i = 0; i < out->def.group_count; i++)
        out->groups[i] = (struct score_group){
            .has_max = draw(3) > 0,
            .max_milli = draw(8000),
            .has_min = draw(3) == 0,
            .min_milli = -draw(5000)};
    for (int i = 0; i < 4; i++) {
        out->thresholds[i] = draw(16000) - 8000;
        out->state[i] = draw(3) == 0 ? draw(4000) - 2000 : 0;
    }
    qsort(out->thresholds, 4, sizeof(int64_t), compare);
    out->def.thresholds_milli = out->thresholds;
    out->def.threshold_count = 1 + (uint32_t)draw(4);
    out->count = (uint32_t)draw(12);
    for (uint32_t i = 0; i < out->count; i++)
        out->entries[i] = (struct scored){
            draw(400), draw(9000) - 3000, draw(3) > 0 ? (uint32_t)draw(4) : SCORE_NO_GROUP};
}

static uint32_t side_at(const struct score_parts *parts, int64_t at_ms)
{
    int64_t value = shown(parts, at_ms);
    uint32_t side = 0;
    while (side < parts->score->threshold_count && parts->score->thresholds_milli[side] <= value)
        side++;
    return side;
}

START_TEST(idleness_waits_for_nothing_that_is_held_back)
{
    const int64_t low[] = {0, 3000};
    const int64_t high[] = {12000, 20000};
    struct score_def score = {
        .has_min = true,
        .thresholds_milli = low,
        .threshold_count = 2,
        .forget = {
            .kind = FORGET_IDLE,
            .after_ms = 2 * WEEK_MS,
            .span_ms = WEEK_MS,
            .points_milli = -5000}};
    struct scored entry = {0, 10000, SCORE_NO_GROUP};
    struct score_parts parts = parts_of(&score, &entry, 1);
    ck_assert_int_eq(score_next_crossing(&parts, 0), 3 * WEEK_MS);
    ck_assert_int_eq(score_next_crossing(&parts, 3 * WEEK_MS), INT64_MAX); // never below min
    score.has_min = false;
    ck_assert_int_eq(score_next_crossing(&parts, 3 * WEEK_MS), 4 * WEEK_MS);
    score.has_max = true;
    score.max_milli = 12000;
    score.thresholds_milli = high;
    score.forget.points_milli = 5000;
    ck_assert_int_eq(score_next_crossing(&parts, 0), 2 * WEEK_MS);
    ck_assert_int_eq(score_next_crossing(&parts, 2 * WEEK_MS), INT64_MAX); // never above max
}
END_TEST

START_TEST(a_crossing_is_found_at_its_millisecond)
{
    enum { HORIZON_MS = 5000 };
    random_state = test_seed();
    uint32_t crossings = 0;
    for (int round = 0; round < 400; round++) {
        struct random_score random;
        draw_score(&random);
        struct score_parts parts = {&random.def, random.entries, random.count, random.state};
        int64_t from_ms = draw(300);
        int64_t at_ms = from_ms;
        uint32_t side = side_at(&parts, from_ms);
        // It may give moments at which nothing crosses yet, but must not pass one at which something does.
        int64_t want_ms = from_ms + 1;
        while (want_ms < HORIZON_MS && side_at(&parts, want_ms) == side)
            want_ms++;
        while (at_ms < want_ms) {
            int64_t next_ms = score_next_crossing(&parts, at_ms);
            ck_assert_int_gt(next_ms, at_ms);
            at_ms = next_ms;
        }
        if (want_ms < HORIZON_MS) {
            ck_assert_int_eq(at_ms, want_ms);
            crossings++;
        }
    }
    ck_assert_uint_gt(crossings, 80);
}
END_TEST

// Points of both signs and of days to come: what may cross within the day does not, and what does comes days later.
START_TEST(a_crossing_behind_a_day_without_one_is_looked_for)
{
    static const int64_t threshold_milli = 28000;
    const struct score_def score = {
        .forget = {.kind = FORGET_HALF_LIFE, .span_ms = 1020000},
        .thresholds_milli = &threshold_milli,
        .threshold_count = 1,
    };
    const struct scored entries[] = {
        {0, -91000, SCORE_NO_GROUP},
        {0, 25000, SCORE_NO_GROUP},
        {3 * DAY_MS, 102000, SCORE_NO_GROUP},
    };
    const struct score_parts parts = parts_of(&score, entries, 3);
    int64_t at_ms = 0;
    for (int looks = 0; looks < 10 && side_at(&parts, at_ms) == 1; looks++)
        at_ms = score_next_crossing(&parts, at_ms);
    ck_assert_int_gt(at_ms, 3 * DAY_MS);
    ck_assert_int_lt(at_ms, 4 * DAY_MS);
    ck_assert_uint_eq(side_at(&parts, at_ms - 1), 1);
    ck_assert_uint_eq(side_at(&parts, at_ms), 0);
}
END_TEST

static void draw_far(struct score_def *def, struct scored *entries, uint32_t count)
{
    static const int32_t percents_milli[] = {50000, 33333, 100000};
    def->forget = (struct forget_def){
        .kind = (enum forget_kind[]){FORGET_HALF_LIFE, FORGET_LINEAR, FORGET_EXPIRE}[draw(3)],
        .span_ms = (1 + draw(40)) * (draw(2) == 0 ? DAY_MS : DAY_MS / 48),
        .percent_milli = percents_milli[draw(3)],
    };
    for (uint32_t i = 0; i < count; i++)
        entries[i] = (struct scored){
            draw(2) == 0 ? 0 : draw(4 * WEEK_MS), (draw(11) - 5) * 10000, SCORE_NO_GROUP};
}

// Of all kinds, with points of both signs, some of times to come: no moment is on another side before the next one that
// is given.
START_TEST(no_crossing_is_passed_over_days)
{
    enum { ENTRIES = 6, LOOKS_MAX = 60, SAMPLES = 30 };
    random_state = test_seed();
    uint32_t crossings = 0;
    for (int round = 0; round < 1500; round++) {
        const int64_t threshold_milli = (1 + draw(6)) * 10000;
        struct score_def def = {.thresholds_milli = &threshold_milli, .threshold_count = 1};
        struct scored entries[ENTRIES];
        draw_far(&def, entries, ENTRIES);
        const struct score_parts parts = parts_of(&def, entries, ENTRIES);
        const int64_t rests_ms = score_rests_from(&parts);
        int64_t at_ms = draw(2) == 0 ? 0 : draw(WEEK_MS);
        for (int looks = 0; looks < LOOKS_MAX && at_ms != INT64_MAX; looks++) {
            const uint32_t side = side_at(&parts, at_ms);
            const int64_t next_ms = score_next_crossing(&parts, at_ms);
            const int64_t end_ms = next_ms < rests_ms ? next_ms : rests_ms + 1;
            ck_assert_int_gt(next_ms, at_ms);
            for (int i = 0; i < SAMPLES && end_ms > at_ms + 1; i++)
                ck_assert_uint_eq(side_at(&parts, at_ms + 1 + draw(end_ms - at_ms - 1)), side);
            crossings += next_ms != INT64_MAX && side_at(&parts, next_ms) != side;
            at_ms = next_ms;
        }
    }
    ck_assert_uint_gt(crossings, 400);
}
END_TEST

// Moments at which nothing crosses yet come between: no more of them than days that double.
START_TEST(a_crossing_far_ahead_is_found_at_its_millisecond)
{
    enum { LOOKS_MAX = 200 };
    random_state = test_seed();
    uint32_t crossings = 0;
    for (int round = 0; round < 2000; round++) {
        const int64_t threshold_milli = 1 + draw(8000), state_milli = draw(2000) - 1000;
        const struct score_def def = {
            .forget = {.kind = FORGET_HALF_LIFE, .span_ms = DAY_MS * (1 + draw(90))},
            .thresholds_milli = &threshold_milli,
            .threshold_count = 1,
        };
        struct scored entries[6];
        for (uint32_t i = 0; i < 6; i++)
            entries[i] = (struct scored){draw(WEEK_MS), draw(5) * 1000, SCORE_NO_GROUP};
        const struct score_parts parts = {&def, entries, 1 + (uint32_t)draw(6), &state_milli};
        int64_t at_ms = WEEK_MS + draw(WEEK_MS);
        const uint32_t side = side_at(&parts, at_ms);
        uint32_t looks = 0;
        while (at_ms != INT64_MAX && side_at(&parts, at_ms) == side) {
            ck_assert_uint_lt(looks++, LOOKS_MAX);
            int64_t next_ms = score_next_crossing(&parts, at_ms);
            ck_assert_int_gt(next_ms, at_ms);
            at_ms = next_ms;
        }
        if (at_ms == INT64_MAX) {
            ck_assert_uint_eq(side_at(&parts, score_rests_from(&parts)), side);
            continue;
        }
        ck_assert_uint_eq(side_at(&parts, at_ms - 1), side);
        crossings++;
    }
    ck_assert_uint_gt(crossings, 400);
}
END_TEST

START_TEST(the_parts_add_up)
{
    random_state = test_seed();
    for (int round = 0; round < 3000; round++) {
        struct random_score random;
        draw_score(&random);
        struct score_parts parts = {&random.def, random.entries, random.count, random.state};
        int64_t at_ms = draw(2000), values[12], sums[4] = {0};
        score_entry_values(&parts, at_ms, values);
        uint32_t last = random.def.group_count;
        for (uint32_t i = 0; i < random.count; i++)
            sums[random.entries[i].group < last ? random.entries[i].group : last] += values[i];
        int64_t total = score_idle_taken(&parts, at_ms) + sums[last] + random.state[last];
        for (uint32_t g = 0; g < last; g++) {
            int64_t sum = sums[g] + random.state[g];
            if (random.groups[g].has_max && sum > random.groups[g].max_milli)
                sum = random.groups[g].max_milli;
            else if (random.groups[g].has_min && sum < random.groups[g].min_milli)
                sum = random.groups[g].min_milli;
            total += sum;
        }
        ck_assert_int_eq(total, score_value_at(&parts, at_ms).beneath_milli);
    }
}
END_TEST

START_TEST(it_rests_when_it_says_so)
{
    random_state = test_seed();
    for (int round = 0; round < 1000; round++) {
        struct random_score random;
        draw_score(&random);
        struct score_parts parts = {&random.def, random.entries, random.count, random.state};
        int64_t rests_ms = score_rests_from(&parts);
        if (rests_ms == INT64_MAX || rests_ms == INT64_MIN)
            continue;
        ck_assert_int_eq(shown(&parts, rests_ms), shown(&parts, rests_ms + 1 + draw(100000)));
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("score_value");
    TCase *cases = tcase_create("score_value");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_half_life_halves);
    tcase_add_test(cases, linear_takes_of_the_original_points);
    tcase_add_test(cases, an_entry_expires_at_its_age);
    tcase_add_test(cases, idleness_takes_after_and_every);
    tcase_add_test(cases, caps_cut_what_is_shown_only);
    tcase_add_test(cases, idleness_waits_for_nothing_that_is_held_back);
    tcase_add_test(cases, a_crossing_is_found_at_its_millisecond);
    tcase_add_test(cases, a_crossing_far_ahead_is_found_at_its_millisecond);
    tcase_add_test(cases, a_crossing_behind_a_day_without_one_is_looked_for);
    tcase_add_test(cases, no_crossing_is_passed_over_days);
    tcase_add_test(cases, the_parts_add_up);
    tcase_add_test(cases, it_rests_when_it_says_so);
    suite_add_tcase(suite, cases);
    return suite;
}
