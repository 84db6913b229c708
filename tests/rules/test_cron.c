// Times as cron writes them: what each text means, and what is wrong with others.
#include <stdio.h>
#include <string.h>

#include "rules/cron.h"

#include "tests/support/suite.h"

// "MINUTES HOURS DAYS MONTHS WEEKDAYS", in hexadecimal, "|" where a day of either kind is one.
static const struct cron_case {
    const char *text, *wanted;
} cases[] = {
    {"* * * * *", "fffffffffffffff ffffff fffffffe 1ffe 7f"},
    {"0 0 1 1 1", "1 1 2 2 1 |"},
    {"59 23 31 12 7", "800000000000000 800000 80000000 1000 40 |"},
    {"0 9 * * mon-fri", "1 200 fffffffe 1ffe 1f"},
    {"0 9 * * 1-5", "1 200 fffffffe 1ffe 1f"},
    {"0 9 * * sun", "1 200 fffffffe 1ffe 40"},
    {"0 9 * * 0", "1 200 fffffffe 1ffe 40"},
    {"0 9 * * 5-7", "1 200 fffffffe 1ffe 70"},
    {"0 9 * * sun-tue", "1 200 fffffffe 1ffe 43"},
    {"*/15 * * * *", "200040008001 ffffff fffffffe 1ffe 7f"},
    {"5/20 * * * *", "200002000020 ffffff fffffffe 1ffe 7f"},
    {"0-10/5 8,20 * jan,JUL *", "421 100100 fffffffe 82 7f"},
    {"0 0 29 feb *", "1 1 20000000 4 7f"},
    {"0 0 */10 * *", "1 1 80200802 1ffe 7f"},
    {"0 0 */10 * mon", "1 1 80200802 1ffe 1"}, // as Vixie cron: it begins with *
    {"  0\t0 1 * *  ", "1 1 2 1ffe 7f"},
    {"0 0 30 feb mon", "1 1 40000000 4 1 |"}, // its Mondays
    {"60 * * * *", "0-2 minutes from 0 to 59"},
    {"0 24 * * *", "2-4 hours from 0 to 23"},
    {"0 0 0 * *", "4-5 days of the month from 1 to 31"},
    {"0 0 32 * *", "4-6 days of the month from 1 to 31"},
    {"0 0 1 13 *", "6-8 months from 1 to 12, or jan to dec"},
    {"0 0 1 foo *", "6-9 months from 1 to 12, or jan to dec"},
    {"0 0 * * 8", "8-9 days of the week from 0 to 7, or sun to sat"},
    {"0 0 * * mond", "8-12 days of the week from 0 to 7, or sun to sat"},
    {"5-1 * * * *", "0-3 minutes from 0 to 59"},
    {"*/0 * * * *", "0-3 minutes from 0 to 59"},
    {"1, * * * *", "0-2 minutes from 0 to 59"},
    {"-1 * * * *", "0-2 minutes from 0 to 59"},
    {"1000 * * * *", "0-4 minutes from 0 to 59"},
    {"0 0 30 feb *", "4-6 days that one of the months has"},
    {"0 0 31 4,6,9,11 *", "4-6 days that one of the months has"},
    {"0 0 * *", "7-7 days of the week from 0 to 7, or sun to sat"},
    {"", "0-0 minutes from 0 to 59"},
    {"@daily", "0-6 minutes from 0 to 59"},
    {"0 0 * * * *", "10-11 nothing behind the five fields"},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

START_TEST(a_text_means_these_times)
{
    char got[200];
    struct cron cron;
    struct cron_problem problem;
    if (cron_parse(bytes_text(cases[_i].text), &cron, &problem))
        (void)snprintf(
            got, sizeof(got), "%llx %x %x %x %x%s", (unsigned long long)cron.minutes, cron.hours,
            cron.days, cron.months, cron.weekdays, cron.is_either_day ? " |" : "");
    else
        (void)snprintf(got, sizeof(got), "%u-%u %s", problem.begin, problem.end, problem.expected);
    ck_assert_msg(
        strcmp(got, cases[_i].wanted) == 0, "%s: got %s, wanted %s", cases[_i].text, got,
        cases[_i].wanted);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cron");
    TCase *tcase = tcase_create("cron");
    tcase_add_loop_test(tcase, a_text_means_these_times, 0, CASES);
    suite_add_tcase(suite, tcase);
    return suite;
}
