// The count of actions that lanes share.
#include <pthread.h>

#include "engine/run/ceiling_gate.h"

#include "tests/support/suite.h"

enum { THREADS = 4, EACH = 20000, MAX = 30000 };

static struct ceiling_gate gate;

static void setup(void)
{
    ceiling_gate_open(&gate);
}

START_TEST(a_minute_takes_up_to_its_number)
{
    ck_assert(ceiling_gate_count(&gate, 100, 3, 5));
    ck_assert(!ceiling_gate_count(&gate, 100, 3, 5)); // and counts nothing
    ck_assert(ceiling_gate_count(&gate, 100, 2, 5));
    ck_assert(!ceiling_gate_count(&gate, 100, 1, 5));
    ck_assert(ceiling_gate_count(&gate, 101, 5, 5));
    ck_assert(!ceiling_gate_count(&gate, 102, 6, 5));
    ck_assert(!ceiling_gate_count(&gate, 103, UINT32_MAX, 5));
}
END_TEST

START_TEST(an_older_minute_does_not_take_the_place_of_a_newer_one)
{
    ck_assert(ceiling_gate_count(&gate, 100 + CEILING_MINUTES, 5, 5));
    ck_assert(ceiling_gate_count(&gate, 100, 5, 5)); // not counted here
    ck_assert(ceiling_gate_count(&gate, 100, 5, 5));
    ck_assert(!ceiling_gate_count(&gate, 100 + CEILING_MINUTES, 1, 5));
    ck_assert(ceiling_gate_count(&gate, 100 + 2 * CEILING_MINUTES, 5, 5)); // a newer one does
}
END_TEST

START_TEST(opened_it_counts_anew)
{
    ck_assert(ceiling_gate_count(&gate, 100, 5, 5));
    ceiling_gate_shut(&gate);
    ck_assert(ceiling_gate_is_shut(&gate));
    ceiling_gate_open(&gate);
    ck_assert(!ceiling_gate_is_shut(&gate));
    ck_assert(ceiling_gate_count(&gate, 100, 5, 5));
}
END_TEST

static void *count_many(void *passed_out)
{
    uint32_t *passed = passed_out;
    for (unsigned i = 0; i < EACH; i++)
        *passed += ceiling_gate_count(&gate, 100, 1, MAX) ? 1 : 0;
    return NULL;
}

START_TEST(lanes_that_count_at_once_pass_exactly_so_many)
{
    pthread_t threads[THREADS];
    uint32_t passed[THREADS] = {0};
    uint32_t sum = 0;
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_many, &passed[i]), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        sum += passed[i];
    }
    ck_assert_uint_eq(sum, MAX);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/run/ceiling_gate");
    TCase *tcase = tcase_create("ceiling_gate");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, a_minute_takes_up_to_its_number);
    tcase_add_test(tcase, an_older_minute_does_not_take_the_place_of_a_newer_one);
    tcase_add_test(tcase, opened_it_counts_anew);
    tcase_add_test(tcase, lanes_that_count_at_once_pass_exactly_so_many);
    suite_add_tcase(suite, tcase);
    return suite;
}
