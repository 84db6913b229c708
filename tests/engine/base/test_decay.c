// Decay in whole numbers, against its definition and against libm.
#include <math.h>

#include "engine/base/decay.h"

#include "tests/support/suite.h"

#define DAY_MS  INT64_C(86400000)
#define YEAR_MS (365 * DAY_MS)

START_TEST(whole_half_lives_halve_exactly)
{
    for (int64_t n = 0; n < 64; n++)
        ck_assert_uint_eq(decay_factor(n * 30 * DAY_MS, 30 * DAY_MS), DECAY_ONE >> n);
    ck_assert_uint_eq(decay_factor(64 * DAY_MS, DAY_MS), 0);
    ck_assert_uint_eq(decay_factor(INT64_MAX, 1), 0);
    ck_assert_uint_eq(decay_factor(0, 1), DECAY_ONE);
    ck_assert_uint_eq(decay_factor(-5, 1), DECAY_ONE);
    ck_assert_uint_eq(decay_factor(INT64_MIN, 1), DECAY_ONE);
}
END_TEST

// 2^-x * 2^-x = 2^-2x, in 128 bits: what the table was made of.
START_TEST(a_factor_squared_is_that_of_twice_the_age)
{
    __extension__ typedef unsigned __int128 wide;
    const int64_t half_ms = INT64_C(1) << 40;
    for (int k = 1; k < 40; k++) {
        int64_t age_ms = half_ms >> k;
        uint64_t once = decay_factor(age_ms, half_ms);
        uint64_t squared = (uint64_t)((wide)once * once >> 63);
        uint64_t twice = decay_factor(2 * age_ms, half_ms);
        uint64_t apart = squared > twice ? squared - twice : twice - squared;
        ck_assert_msg(apart <= 64, "k=%d: %llu apart", k, (unsigned long long)apart);
    }
}
END_TEST

static const int64_t half_lives_ms[] = {
    1, 7, 1000, DAY_MS, 30 * DAY_MS, 30 * DAY_MS + 1, 100 * YEAR_MS, 1000 * YEAR_MS};

START_TEST(it_is_what_libm_says)
{
    int64_t half_ms = half_lives_ms[_i];
    for (int64_t i = 0; i < 4000; i++) {
        int64_t age_ms = (int64_t)((double)half_ms * (double)i / 100.0);
        long double want = exp2l(-(long double)age_ms / (long double)half_ms);
        long double got = (long double)decay_factor(age_ms, half_ms) / (long double)DECAY_ONE;
        ck_assert_msg(
            fabsl(got - want) <= want * 0x1p-48L + 0x1p-62L, "age %lld: %Lg, want %Lg",
            (long long)age_ms, got, want);
    }
}
END_TEST

START_TEST(it_never_grows_with_age)
{
    int64_t half_ms = half_lives_ms[_i];
    for (int64_t at = 0; at < 50; at++) {
        int64_t begin_ms = (int64_t)((double)half_ms * (double)at / 17.0);
        uint64_t before = decay_factor(begin_ms, half_ms);
        for (int64_t i = 1; i < 2000; i++) {
            uint64_t now = decay_factor(begin_ms + i, half_ms);
            ck_assert_uint_le(now, before);
            before = now;
        }
    }
}
END_TEST

START_TEST(what_is_kept_is_never_that_of_another)
{
    const int64_t ages_ms[] = {0, 1, DAY_MS};
    struct decay_memo memo = {0};
    for (int i = 0; i < 64; i++) { // by turns: the same, another age, another half life
        int64_t age_ms = ages_ms[i / 4 % 3];
        int64_t half_ms = half_lives_ms[i / 2 % 4];
        ck_assert_uint_eq(decay_factor_kept(&memo, age_ms, half_ms), decay_factor(age_ms, half_ms));
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("decay");
    TCase *cases = tcase_create("decay");
    int count = sizeof(half_lives_ms) / sizeof(half_lives_ms[0]);
    tcase_add_test(cases, whole_half_lives_halve_exactly);
    tcase_add_test(cases, a_factor_squared_is_that_of_twice_the_age);
    tcase_add_loop_test(cases, it_is_what_libm_says, 0, count);
    tcase_add_loop_test(cases, it_never_grows_with_age, 0, count);
    tcase_add_test(cases, what_is_kept_is_never_that_of_another);
    suite_add_tcase(suite, cases);
    return suite;
}
