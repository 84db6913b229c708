// Which input ended the process: counted over processes, forgotten when inputs move on.
#include <signal.h>
#include <string.h>

#include "engine/fold/inflight.h"

#include "tests/support/suite.h"

static struct inflight page;

static void setup(void)
{
    memset(&page, 0, sizeof(page));
    inflight_open(&page);
}

// A process that had these in hand, and how it ended: by itself, or 0 for a kill.
static void process(uint64_t source, int64_t first, int64_t last, int number)
{
    inflight_set_source(&page, source);
    inflight_set(&page, first, last);
    if (number != 0)
        inflight_died(&page, number);
    inflight_open(&page);
    inflight_set_source(&page, source);
}

START_TEST(the_third_death_at_one_place_refuses_it)
{
    for (uint32_t deaths = 1; deaths <= INFLIGHT_DEATHS_MAX; deaths++) {
        ck_assert(!inflight_refuses(&page, 70));
        process(5, 70, 70, SIGSEGV);
        ck_assert_uint_eq(page.deaths, deaths);
        ck_assert(inflight_is_careful(&page));
    }
    ck_assert(inflight_refuses(&page, 70));
    ck_assert(!inflight_refuses(&page, 69));
    ck_assert(!inflight_refuses(&page, 71));
    inflight_set_source(&page, 6);
    ck_assert(!inflight_refuses(&page, 70)); // the same place in another source
}
END_TEST

START_TEST(a_batch_is_narrowed_to_what_is_in_all_of_them)
{
    process(5, 0, 127, SIGABRT);
    process(5, 40, 40, SIGABRT);
    process(5, 40, 40, SIGABRT);
    ck_assert(inflight_refuses(&page, 40));
    ck_assert(!inflight_refuses(&page, 0));
    ck_assert(!inflight_refuses(&page, 41));
}
END_TEST

START_TEST(a_kill_counts_for_nothing_however_often)
{
    for (int i = 0; i < 10; i++)
        process(5, 70, 70, 0);
    ck_assert(!inflight_is_careful(&page));
    ck_assert(!inflight_refuses(&page, 70));
    // ... and between two deaths it neither adds one nor takes one away.
    process(5, 70, 70, SIGSEGV);
    process(5, 70, 70, 0);
    process(5, 70, 70, SIGSEGV);
    ck_assert_uint_eq(page.deaths, 2);
}
END_TEST

START_TEST(a_death_elsewhere_starts_anew)
{
    process(5, 70, 70, SIGSEGV);
    process(5, 70, 70, SIGSEGV);
    process(5, 71, 71, SIGSEGV);
    ck_assert_uint_eq(page.deaths, 1);
    process(6, 71, 71, SIGSEGV);
    ck_assert_uint_eq(page.deaths, 1);
    ck_assert(!inflight_refuses(&page, 71));
}
END_TEST

START_TEST(a_death_with_nothing_in_hand_is_nobodys)
{
    process(5, 70, 70, SIGSEGV);
    inflight_set(&page, 70, 70);
    inflight_clear(&page);
    inflight_died(&page, SIGSEGV);
    inflight_open(&page);
    ck_assert_uint_eq(page.deaths, 1);
}
END_TEST

START_TEST(what_has_passed_is_not_suspected_any_more)
{
    process(5, 70, 75, SIGSEGV);
    inflight_passed(&page, 5, 75);
    ck_assert(inflight_is_careful(&page)); // the last of them has not
    inflight_passed(&page, 6, 1000);
    ck_assert(inflight_is_careful(&page));
    inflight_passed(&page, 5, 76);
    ck_assert(!inflight_is_careful(&page));
    process(5, 75, 75, SIGSEGV);
    ck_assert_uint_eq(page.deaths, 1);
}
END_TEST

START_TEST(a_page_of_something_else_is_a_new_one)
{
    memset(&page, 0xff, sizeof(page));
    inflight_open(&page);
    ck_assert(!inflight_is_careful(&page));
    ck_assert(!inflight_refuses(&page, -1));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("inflight");
    TCase *tcase = tcase_create("inflight");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, the_third_death_at_one_place_refuses_it);
    tcase_add_test(tcase, a_batch_is_narrowed_to_what_is_in_all_of_them);
    tcase_add_test(tcase, a_kill_counts_for_nothing_however_often);
    tcase_add_test(tcase, a_death_elsewhere_starts_anew);
    tcase_add_test(tcase, a_death_with_nothing_in_hand_is_nobodys);
    tcase_add_test(tcase, what_has_passed_is_not_suspected_any_more);
    tcase_add_test(tcase, a_page_of_something_else_is_a_new_one);
    suite_add_tcase(suite, tcase);
    return suite;
}
