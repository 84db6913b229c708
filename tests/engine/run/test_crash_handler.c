// A signal that ends the process: which ones are counted against the input in hand.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/exit_code.h"
#include "engine/run/crash.h"

#include "tests/support/suite.h"

static struct inflight *page;

static void set_up(void)
{
    void *memory =
        mmap(NULL, INFLIGHT_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert(memory != MAP_FAILED);
    page = memory;
    inflight_open(page);
}

static void tear_down(void)
{
    ck_assert_int_eq(munmap(page, INFLIGHT_PAGE_BYTES), 0);
}

enum hands { HANDS_EMPTY, HANDS_FULL };
enum sender { SENDER_ITSELF, SENDER_ANOTHER };

// What a process is that has the input 7 in hand, or none, until the signal comes.
static void be_process(enum hands hands, enum sender sender, int ready)
{
    crash_handle();
    crash_watch(page);
    inflight_set(page, 7, 7);
    if (hands == HANDS_EMPTY)
        inflight_clear(page);
    if (write(ready, "r", 1) != 1)
        _exit(EXIT_CODE_USAGE);
    if (sender == SENDER_ITSELF)
        (void)raise(SIGABRT);
    for (;;)
        (void)pause();
}

// One process and its end; the deaths that its successor finds.
static uint32_t deaths_after(enum hands hands, enum sender sender)
{
    int ready[2];
    int status = 0;
    char byte;
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        be_process(hands, sender, ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    if (sender == SENDER_ANOTHER)
        ck_assert_int_eq(kill(child, SIGABRT), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(close(ready[0]), 0);
    ck_assert_int_eq(close(ready[1]), 0);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), EXIT_CODE_INTERNAL);
    inflight_open(page);
    return page->deaths;
}

START_TEST(a_process_that_breaks_counts_against_what_it_had_in_hand)
{
    ck_assert_uint_eq(deaths_after(HANDS_FULL, SENDER_ITSELF), 1);
    ck_assert_int_eq(page->suspect.first, 7);
    ck_assert_uint_eq(deaths_after(HANDS_FULL, SENDER_ITSELF), 2);
    ck_assert(!inflight_refuses(page, 7));
    ck_assert_uint_eq(deaths_after(HANDS_FULL, SENDER_ITSELF), 3);
    ck_assert(inflight_refuses(page, 7));
}
END_TEST

START_TEST(a_signal_from_another_process_counts_against_nothing)
{
    for (uint32_t i = 0; i < INFLIGHT_DEATHS_MAX; i++)
        ck_assert_uint_eq(deaths_after(HANDS_FULL, SENDER_ANOTHER), 0);
    ck_assert(!inflight_refuses(page, 7));
}
END_TEST

START_TEST(with_nothing_in_hand_nothing_is_counted)
{
    ck_assert_uint_eq(deaths_after(HANDS_EMPTY, SENDER_ITSELF), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("crash handler");
    TCase *tcase = tcase_create("crash handler");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_process_that_breaks_counts_against_what_it_had_in_hand);
    tcase_add_test(tcase, a_signal_from_another_process_counts_against_nothing);
    tcase_add_test(tcase, with_nothing_in_hand_nothing_is_counted);
    suite_add_tcase(suite, tcase);
    return suite;
}
