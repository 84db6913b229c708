// Standings of counters within a window, against what is counted at each moment by itself.
#include "engine/base/hash.h"
#include "engine/fold/counter_standing.h"

#include "tests/support/suite.h"

enum { ENTRIES_MAX = 12, THRESHOLDS_MAX = 4, WINDOW_MS = 100, ROUNDS = 50000 };

struct drawn {
    struct counter_def def;
    double thresholds[THRESHOLDS_MAX];
    int64_t times[ENTRIES_MAX];
    uint32_t numbers[ENTRIES_MAX];
    uint32_t count;
    uint32_t added; // which of them was added last: of one event
    int64_t now_ms;
    uint8_t bytes[ENTRIES_MAX * COUNTER_DISTINCT_STRIDE];
};

static uint64_t draws;

static uint32_t draw(uint32_t below)
{
    draws = hash_mix(draws);
    return (uint32_t)(draws % below);
}

static struct bytes entries_of(struct drawn *drawn)
{
    bool is_count = drawn->def.kind == COUNTER_COUNT;
    size_t stride = is_count ? COUNTER_COUNT_STRIDE : COUNTER_DISTINCT_STRIDE;
    for (uint32_t i = 0; i < drawn->count; i++) {
        uint8_t *to = drawn->bytes + i * stride;
        put_u64(to, (uint64_t)drawn->times[i]);
        if (is_count)
            put_u32(to + COUNTER_NUMBER_AT, drawn->numbers[i]);
        else
            put_u64(to + COUNTER_NUMBER_AT, draws + i);
    }
    return bytes_of(drawn->bytes, drawn->count * stride);
}

// Times before and after now, some in the future, some that have left.
static void draw_one(struct drawn *drawn, enum counter_kind kind)
{
    *drawn = (struct drawn){.count = draw(ENTRIES_MAX) + 1, .now_ms = 1000};
    uint32_t threshold_count = draw(THRESHOLDS_MAX + 1);
    double least = (double)draw(5) - 2;
    for (uint32_t i = 0; i < threshold_count; i++) {
        least += draw(4) == 0 ? 0.5 : 1 + draw(3);
        drawn->thresholds[i] = least;
    }
    drawn->def = (struct counter_def){
        .kind = kind,
        .within_ms = WINDOW_MS,
        .thresholds = drawn->thresholds,
        .threshold_count = threshold_count};
    int64_t time_ms = drawn->now_ms - 2 * WINDOW_MS;
    for (uint32_t i = 0; i < drawn->count; i++) {
        time_ms += draw(3) == 0 ? 0 : draw(40);
        drawn->times[i] = time_ms;
        drawn->numbers[i] = draw(6) == 0 ? 1 + draw(3) : 1;
    }
    drawn->added = draw(drawn->count);
    drawn->numbers[drawn->added] = 1;
}

static uint32_t side_at(const struct drawn *drawn, int64_t now_ms, int64_t without)
{
    int64_t number = -without;
    for (uint32_t i = 0; i < drawn->count; i++) {
        if (drawn->times[i] > now_ms - WINDOW_MS)
            number += drawn->def.kind == COUNTER_COUNT ? drawn->numbers[i] : 1;
    }
    uint32_t side = 0;
    while (side < drawn->def.threshold_count && drawn->thresholds[side] <= (double)number)
        side++;
    return side;
}

// The entry with whose leaving the side becomes lower, found by looking at each millisecond.
static int64_t reached_at(const struct drawn *drawn)
{
    uint32_t side = side_at(drawn, drawn->now_ms, 0);
    int64_t end_ms = drawn->times[drawn->count - 1] + WINDOW_MS;
    for (int64_t at_ms = drawn->now_ms + 1; at_ms <= end_ms; at_ms++) {
        if (side_at(drawn, at_ms, 0) < side)
            return at_ms - WINDOW_MS;
    }
    return INT64_MAX;
}

START_TEST(it_stands_where_counting_puts_it)
{
    draws = 1;
    for (int i = 0; i < ROUNDS; i++) {
        struct drawn drawn;
        draw_one(&drawn, i % 3 == 0 ? COUNTER_DISTINCT : COUNTER_COUNT);
        struct standing got = standing_of(&drawn.def, entries_of(&drawn), drawn.now_ms);
        ck_assert_uint_eq(got.side, side_at(&drawn, drawn.now_ms, 0));
        ck_assert_int_eq(got.reached_ms, reached_at(&drawn));
    }
}
END_TEST

START_TEST(one_more_tells_both_sides)
{
    uint32_t crossed = 0;
    draws = 2;
    for (int i = 0; i < ROUNDS; i++) {
        struct drawn drawn;
        draw_one(&drawn, COUNTER_COUNT);
        if (drawn.times[drawn.added] <= drawn.now_ms - WINDOW_MS)
            continue; // such are not counted
        uint32_t from = UINT32_MAX;
        struct standing got = standing_after(&drawn.def, entries_of(&drawn), drawn.now_ms, &from);
        ck_assert_uint_eq(got.side, side_at(&drawn, drawn.now_ms, 0));
        ck_assert_uint_eq(from, side_at(&drawn, drawn.now_ms, 1));
        ck_assert_int_eq(got.reached_ms, reached_at(&drawn));
        crossed += from != got.side;
    }
    ck_assert_uint_gt(crossed, 1000);
}
END_TEST

START_TEST(without_entries_it_stands_at_nothing)
{
    const double thresholds[] = {-1, 0, 1};
    const struct counter_def def = {
        .kind = COUNTER_COUNT, .within_ms = 1, .thresholds = thresholds, .threshold_count = 3};
    struct standing got = standing_of(&def, (struct bytes){NULL, 0}, INT64_MIN);
    ck_assert_uint_eq(got.side, 2);
    ck_assert_int_eq(got.reached_ms, INT64_MAX);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("counter_standing");
    TCase *cases = tcase_create("counter_standing");
    tcase_add_test(cases, it_stands_where_counting_puts_it);
    tcase_add_test(cases, one_more_tells_both_sides);
    tcase_add_test(cases, without_entries_it_stands_at_nothing);
    suite_add_tcase(suite, cases);
    return suite;
}
