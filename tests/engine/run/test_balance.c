// The balances: each counter on its own, when it is off by one, is seen by those that it is part of.
#include <string.h>

#include "engine/run/balance.h"

#include "tests/support/suite.h"

enum { BIT_READ = 1 << BALANCE_READ, BIT_FOLDED = 1 << BALANCE_FOLDED };
enum { BIT_ACTIONS = 1 << BALANCE_ACTIONS, BIT_LETTERS = 1 << BALANCE_DEAD_LETTERS };

static const struct balance_facts whole = {
    .polled = 100,
    .flow =
        {.journalled = 80,
         .duplicates = 13,
         .refused = 7,
         .folded = 80,
         .decided = 30,
         .actions_recalled = 11,
         .actions_waiting = 15,
         .actions_dropped = 5,
         .dead_letters_recalled = 2,
         .dead_letters_waiting = 3},
    .confirmed = {.actions = 21, .dead_letters = 6},
};

static const struct broken_case {
    const char *name;
    size_t offset; // of a uint64_t
    unsigned broken;
} cases[] = {
    {"polled", offsetof(struct balance_facts, polled), BIT_READ},
    {"journalled", offsetof(struct balance_facts, flow.journalled), BIT_READ | BIT_FOLDED},
    {"duplicates", offsetof(struct balance_facts, flow.duplicates), BIT_READ},
    {"refused", offsetof(struct balance_facts, flow.refused), BIT_READ | BIT_LETTERS},
    {"folded", offsetof(struct balance_facts, flow.folded), BIT_FOLDED},
    {"decided", offsetof(struct balance_facts, flow.decided), BIT_ACTIONS},
    {"actions recalled", offsetof(struct balance_facts, flow.actions_recalled), BIT_ACTIONS},
    {"actions waiting", offsetof(struct balance_facts, flow.actions_waiting), BIT_ACTIONS},
    {"actions dropped", offsetof(struct balance_facts, flow.actions_dropped), BIT_ACTIONS},
    {"actions confirmed", offsetof(struct balance_facts, confirmed.actions), BIT_ACTIONS},
    {"letters recalled", offsetof(struct balance_facts, flow.dead_letters_recalled), BIT_LETTERS},
    {"letters waiting", offsetof(struct balance_facts, flow.dead_letters_waiting), BIT_LETTERS},
    {"letters confirmed", offsetof(struct balance_facts, confirmed.dead_letters), BIT_LETTERS},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };
_Static_assert(
    CASE_COUNT * sizeof(uint64_t) == sizeof(struct balance_facts), "every counter has its case");

START_TEST(what_adds_up_is_whole)
{
    struct balance_facts none = {.polled = 0};
    ck_assert_uint_eq(balance_check(&whole), 0);
    ck_assert_uint_eq(balance_check(&none), 0);
}
END_TEST

START_TEST(a_counter_off_by_one_is_seen)
{
    static const uint64_t errors[] = {1, UINT64_MAX}; // one too many, one too few
    for (size_t i = 0; i < 2; i++) {
        struct balance_facts facts = whole;
        uint64_t value = 0;
        char *at = (char *)&facts + cases[_i].offset;
        memcpy(&value, at, sizeof(value));
        value += errors[i];
        memcpy(at, &value, sizeof(value));
        ck_assert_msg(
            balance_check(&facts) == cases[_i].broken, "%s: %x", cases[_i].name,
            balance_check(&facts));
    }
}
END_TEST

START_TEST(both_sides_can_be_told)
{
    struct balance_facts facts = whole;
    facts.flow.folded = 79;
    struct balance_sides sides = balance_sides(&facts, BALANCE_FOLDED);
    ck_assert_uint_eq(sides.came, 80);
    ck_assert_uint_eq(sides.found, 79);
    ck_assert_str_eq(balance_name(BALANCE_FOLDED), "folded");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("balance");
    TCase *tcase = tcase_create("balance");
    tcase_add_test(tcase, what_adds_up_is_whole);
    tcase_add_loop_test(tcase, a_counter_off_by_one_is_seen, 0, CASE_COUNT);
    tcase_add_test(tcase, both_sides_can_be_told);
    suite_add_tcase(suite, tcase);
    return suite;
}
