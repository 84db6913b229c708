// Silences that run already when rules come into force that ask for them.
// links: engine/os
#include <stdio.h>

#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

#define EVENTS                                                                        \
    "actions: {mail: {topic: a, with: {text: string}}}\n"                             \
    "events: {ping: {}, deal.new: {data: {deal: string}}, deal.moved: {data: {deal: " \
    "string}}}\n"
#define IDLE(idle)                                                                          \
    EVENTS "workflows:\n"                                                                   \
           "  w:\n"                                                                         \
           "    on: {idle: {" idle "}}\n"                                                   \
           "    steps: [{do: mail, with: {text: \"{{ has(run.data.deal) ? run.data.deal : " \
           "'idle' }}\"}}]\n"
#define DEALS IDLE("of: deal.*, per: data.deal, for: 7d")

static void activate(const char *rules)
{
    world_activate(&clock_world, rules);
    world_publish(&clock_world);
    clock_maybe_restart();
}

static void feed_deal(const char *time, const char *type, const char *deal)
{
    char data[64];
    (void)snprintf(data, sizeof(data), "{\"deal\":\"%s\"}", deal);
    clock_feed(time, type, data);
}

// A ping on 1 January at 10:00 and one at noon; the rules come on the fourth.
static const struct silence_case {
    const char *name, *before, *after, *actions;
} silences[] = {
    {"one that runs", EVENTS, IDLE("of: ping, for: 7d"), "01-08T12:00:00.000Z 1/1 idle\n"},
    {"one that is over by then", EVENTS, IDLE("of: ping, for: 2d"), ""},
    {"one that is over at that moment", EVENTS, IDLE("of: ping, for: 60h"), ""},
    {"a moment behind it", EVENTS, IDLE("of: ping, for: 216000001ms"),
     "01-04T00:00:00.001Z 1/1 idle\n"},
    {"one that is not asked for", EVENTS, IDLE("of: ping, for: 7d, history: from_now"), ""},
    {"one that is asked for otherwise", IDLE("of: deal.new, for: 7d"), IDLE("of: ping, for: 7d"),
     "01-08T12:00:00.000Z 1/1 idle\n"},
    {"a longer one", IDLE("of: ping, for: 5d"), IDLE("of: ping, for: 7d"),
     "01-08T12:00:00.000Z 1/1 idle\n"},
    {"one that has been", IDLE("of: ping, for: 1d"), IDLE("of: ping, for: 1d") "lists: {a: {}}\n",
     "01-02T12:00:00.000Z 1/1 idle\n"},
    {"one that has been, and other numbers", IDLE("of: ping, for: 1d"),
     IDLE("of: ping, for: 1d") "counters: {n: {count: ping}}\n", "01-02T12:00:00.000Z 1/1 idle\n"},
    {"one that runs, and other numbers", IDLE("of: ping, for: 7d"),
     IDLE("of: ping, for: 7d") "counters: {n: {count: ping}}\n", "01-08T12:00:00.000Z 1/1 idle\n"},
};

START_TEST(rules_see_silences_that_run)
{
    const struct silence_case *given = &silences[_i];
    world_open(&clock_world, given->before);
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed("01-01T12:00:00", "ping", "{}");
    clock_advance("01-04T00:00:00");
    activate(given->after);
    clock_advance("02-01T00:00:00");
    clock_check_actions(given->actions);
}
END_TEST

START_TEST(each_deal_by_itself)
{
    world_open(&clock_world, EVENTS);
    feed_deal("01-01T00:00:00", "deal.new", "a");
    feed_deal("01-02T00:00:00", "deal.new", "b");
    feed_deal("01-03T00:00:00", "deal.new", "c");
    feed_deal("01-04T00:00:00", "deal.moved", "a");
    clock_advance("01-09T12:00:00"); // that of b is over
    activate(DEALS);
    feed_deal("01-09T18:00:00", "deal.moved", "c");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-11T00:00:00.000Z 1/1 a\n01-16T18:00:00.000Z 1/1 c\n");
}
END_TEST

// Who comes to be known by an event of before lasts; a contact without one is not waited for.
START_TEST(who_was_never_heard_of_is_not_silent)
{
    world_open(&clock_world, EVENTS);
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_advance("01-02T00:00:00");
    activate(DEALS);
    clock_advance("02-01T00:00:00");
    clock_check_actions("");
}
END_TEST

static const TTest *const *const tests[] = {
    &each_deal_by_itself,
    &who_was_never_heard_of_is_not_silent,
};

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/silences");
    TCase *cases[] = {tcase_create("silences"), tcase_create("restarting")};
    tcase_add_checked_fixture(cases[0], clock_setup, clock_teardown);
    tcase_add_checked_fixture(cases[1], clock_setup_restarting, clock_teardown);
    for (int i = 0; i < 2; i++) {
        tcase_set_timeout(cases[i], 60);
        tcase_add_loop_test(
            cases[i], rules_see_silences_that_run, 0, sizeof(silences) / sizeof(silences[0]));
        for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++)
            tcase_add_test(cases[i], *tests[t]);
        suite_add_tcase(suite, cases[i]);
    }
    return suite;
}
