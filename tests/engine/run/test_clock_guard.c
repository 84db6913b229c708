// Which wall clocks are believed.
#include "engine/run/clock_guard.h"

#include "tests/support/suite.h"

enum { MAX_STEPS = 6, LIMIT_MS = 1000 };

static const struct guard_case {
    const char *name;
    struct {
        int64_t wall_ms, even_ms, expected_ms;
        enum clock_change change;
    } steps[MAX_STEPS]; // the first is what it begins with; wall_ms 0: no more
} cases[] = {
    {"time goes on", {{5000, 10, 0, 0}, {6000, 1010, 6000, 0}, {99000, 94010, 99000, 0}}},
    {"a small step is followed", {{5000, 10, 0, 0}, {6100, 110, 6100, 0}, {7200, 210, 7200, 0}}},
    {"a jump is not",
     {{5000, 10, 0, 0}, {7000, 110, 5100, CLOCK_HELD}, {8000, 1110, 6100, CLOCK_SAME}}},
    {"a jump that is taken back",
     {{5000, 10, 0, 0},
      {9000, 110, 5100, CLOCK_HELD},
      {5200, 210, 5200, CLOCK_BACK},
      {5300, 310, 5300, 0}}},
    {"what is caught up with is believed again",
     {{5000, 10, 0, 0}, {7000, 110, 5100, CLOCK_HELD}, {7000, 2010, 7000, CLOCK_BACK}}},
    {"back and forth again",
     {{50000, 10, 0, 0}, {10000, 110, 10000, 0}, {50200, 210, 50200, 0}, {53000, 310, 50300, 1}}},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(a_clock_is_followed_or_not)
{
    const struct guard_case *it = &cases[_i];
    struct clock_guard guard = {.jump_ms_max = 0};
    clock_guard_begin(
        &guard, LIMIT_MS, (struct clock_reading){it->steps[0].wall_ms, it->steps[0].even_ms});
    bool is_held = false;
    for (size_t i = 1; i < MAX_STEPS && it->steps[i].wall_ms != 0; i++) {
        enum clock_change change;
        struct clock_reading now = {it->steps[i].wall_ms, it->steps[i].even_ms};
        int64_t found_ms = clock_guard_ms(&guard, now, &change);
        ck_assert_msg(
            found_ms == it->steps[i].expected_ms && change == it->steps[i].change,
            "%s: step %zu gives %lld", it->name, i, (long long)found_ms);
        is_held = change == CLOCK_SAME ? is_held : change == CLOCK_HELD;
        ck_assert_int_eq(clock_guard_is_held(&guard), is_held);
    }
}
END_TEST

START_TEST(without_a_limit_every_clock_is_believed)
{
    struct clock_guard guard = {.jump_ms_max = 0};
    enum clock_change change;
    struct clock_reading now = {INT64_MAX / 2, 0};
    ck_assert_int_eq(clock_guard_ms(&guard, now, &change), INT64_MAX / 2);
    ck_assert_int_eq(change, CLOCK_SAME);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/run clock guard");
    TCase *tcase = tcase_create("clock guard");
    tcase_add_loop_test(tcase, a_clock_is_followed_or_not, 0, CASE_COUNT);
    tcase_add_test(tcase, without_a_limit_every_clock_is_believed);
    suite_add_tcase(suite, tcase);
    return suite;
}
