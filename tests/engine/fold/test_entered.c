// Which waits for events runs have come to while an input is folded.
#include "engine/fold/entered.h"

#include "tests/support/suite.h"

static struct arena arena;
static struct entered entered;
static const struct workflow_def workflows[] = {{.index = 0}, {.index = 1}};

static void setup(void)
{
    arena = (struct arena){0};
    entered = (struct entered){.slots = NULL};
}

static void teardown(void)
{
    arena_free(&arena);
}

static struct run run_of(uint32_t workflow, uint32_t number)
{
    return (struct run){.workflow = &workflows[workflow], .number = number};
}

static void note(uint32_t workflow, uint32_t number, uint32_t derived)
{
    struct run run = run_of(workflow, number);
    entered_note(&entered, &arena, &run, derived);
}

static void ck_noted(uint32_t workflow, uint32_t number, uint32_t wanted)
{
    struct run run = run_of(workflow, number);
    uint32_t derived = UINT32_MAX;
    ck_assert(entered_find(&entered, &run, &derived));
    ck_assert_uint_eq(derived, wanted);
}

static void ck_not_noted(uint32_t workflow, uint32_t number)
{
    struct run run = run_of(workflow, number);
    uint32_t derived = 7;
    ck_assert(!entered_find(&entered, &run, &derived));
    ck_assert_uint_eq(derived, 7);
}

START_TEST(nothing_is_there_at_first)
{
    ck_not_noted(0, 1);
}
END_TEST

START_TEST(a_run_is_told_by_its_workflow_and_its_number)
{
    note(0, 1, 5);
    note(1, 2, 6);
    ck_noted(0, 1, 5);
    ck_noted(1, 2, 6);
    ck_not_noted(1, 1);
    ck_not_noted(0, 2);
}
END_TEST

START_TEST(the_last_wait_of_a_run_counts)
{
    for (uint32_t derived = 0; derived < 1000; derived++)
        note(0, 1, derived);
    ck_noted(0, 1, 999);
    ck_assert_uint_eq(entered.count, 1);
}
END_TEST

START_TEST(many_runs_are_all_known)
{
    enum { RUNS = 1000 };
    for (uint32_t i = 1; i <= RUNS; i++) {
        note(0, i, i);
        note(1, i, 2 * i);
    }
    for (uint32_t i = 1; i <= RUNS; i++) {
        ck_noted(0, i, i);
        ck_noted(1, i, 2 * i);
    }
    ck_not_noted(0, RUNS + 1);
    ck_assert_uint_eq(entered.count, 2 * RUNS);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold/entered");
    TCase *tcase = tcase_create("entered");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nothing_is_there_at_first);
    tcase_add_test(tcase, a_run_is_told_by_its_workflow_and_its_number);
    tcase_add_test(tcase, the_last_wait_of_a_run_counts);
    tcase_add_test(tcase, many_runs_are_all_known);
    suite_add_tcase(suite, tcase);
    return suite;
}
