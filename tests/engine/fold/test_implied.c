// Events that others imply are counted once, whichever comes first.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

#define EVENTS                                                                            \
    "events:\n"                                                                           \
    "  m.opened: {data: {m: optional string, to: optional string}}\n"                     \
    "  m.clicked: {data: {m: optional string, to: optional string}, implies: {m.opened: " \
    "{same: data.m}}}\n"                                                                  \
    "  m.replied: {data: {m: optional string, to: optional string}, implies: {m.opened: " \
    "{same: [data.m]}, m.clicked: {same: [data.m, data.to]}}}\n"
#define RULES                                                                                 \
    EVENTS "counters: {opens: {count: m.opened}}\n"                                           \
           "scores: {s: {rules: [{name: o, on: m.opened, points: 1}, {name: c, on: "          \
           "m.clicked, points: 10}, {name: r, on: m.replied, points: 100}]}}\n"               \
           "workflows: {w: {on: m.opened, reenter: always, key: data.m, steps: [{tag: {add: " \
           "opened}}]}}\n"

// What comes, a letter and a message each: o(pened) c(licked) r(eplied); + restarts; and what it is worth.
static const struct implied_case {
    const char *events;
    int points;
} cases[] = {
    {"oa", 1},
    {"ca", 11},
    {"oa ca", 11},
    {"ca oa", 11},
    {"ca + oa", 11},
    {"ca oa oa", 12}, // opened again
    {"oa oa ca", 12},
    {"ca ca", 21}, // one open, two clicks
    {"ca cb oa ob", 22},
    {"ca ob", 12},
    {"ra", 111}, // and in turn
    {"ra oa", 111},
    {"ra ca oa", 111},
    {"oa ra ca ca", 121},
    {"c- o-", 11}, // without a message nothing says which it is
    {"ca + ca + oa + oa", 22},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void feed(char kind, char message, int id)
{
    char line[512], data[64] = "{}";
    const char *type = kind == 'o' ? "m.opened" : kind == 'c' ? "m.clicked" : "m.replied";
    if (message != '-')
        (void)snprintf(data, sizeof(data), "{\"m\":\"%c\",\"to\":\"x\"}", message);
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-02T03:04:05Z\","
        "\"contact\":\"c\",\"data\":%s}",
        id, type, data);
    world_feed_line(&world, line);
}

static void feed_all(const char *events)
{
    int id = 1;
    for (const char *at = events; *at != '\0';) {
        if (*at == '+') {
            world_close(&world);
            world_open(&world, NULL);
            at++;
        } else if (*at == ' ') {
            at++;
        } else {
            feed(at[0], at[1], id++);
            at += 2;
        }
    }
}

static void assert_points(const char *events, int points)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof(wanted), "\"s\":{\"value\":%d}", points);
    const char *contact = world_contact(&world, "c");
    ck_assert_msg(strstr(contact, wanted) != NULL, "%s: %s not in %s", events, wanted, contact);
}

START_TEST(each_counts_once)
{
    world_open(&world, RULES);
    feed_all(cases[_i].events);
    assert_points(cases[_i].events, cases[_i].points);
    world_check_rebuilt(&world, NULL);
}
END_TEST

// Rules that come later: as if they had come first, and what comes behind them is counted once, too.
START_TEST(history_knows_what_was_implied)
{
    const char *events = cases[_i].events;
    world_open(&world, "lists: {x: {}}\n");
    feed_all(events);
    world_activate(&world, RULES);
    assert_points(events, cases[_i].points);
    feed('o', 'a', 1000);
    bool is_awaited = strchr(events, 'a') != NULL && strstr(events, "oa") == NULL;
    assert_points(events, cases[_i].points + (is_awaited ? 0 : 1));
}
END_TEST

START_TEST(workflows_hear_what_is_implied)
{
    world_open(&world, RULES);
    feed('c', 'a', 1);
    ck_assert_msg(strstr(world_contact(&world, "c"), "\"tags\":[\"opened\"]") != NULL, "no tag");
}
END_TEST

START_TEST(the_oldest_is_forgotten_and_counted)
{
    world.params.counter_entries_max = 2;
    world_open(&world, RULES);
    feed_all("oa ob oc");
    ck_assert_uint_eq(world_counts(&world).counted_summarised, 1);
    feed('c', 'b', 10); // known: 3 opens, a click
    assert_points("oa ob oc cb", 13);
    feed('c', 'a', 11); // forgotten, so implied
    assert_points("oa ob oc cb ca", 24);
}
END_TEST

// A withdrawn event takes with it what came of what it implied.
START_TEST(points_of_what_was_implied_are_withdrawn_with_it)
{
    world_open(
        &world, EVENTS "scores: {s: {rules: [{name: o, on: m.opened, points: 1}, {name: c, on: "
                       "m.clicked, points: 10}]}}\n");
    feed('c', 'a', 1);
    assert_points("ca", 11);
    world_feed_line(
        &world,
        "{\"id\":\"2\",\"source\":\"s\",\"type\":\"event.retracted\",\"time\":"
        "\"2026-01-02T03:04:06Z\",\"contact\":\"c\",\"data\":{\"source\":\"s\",\"event\":\"1\"}}");
    ck_assert_msg(
        strstr(world_contact(&world, "c"), "\"scores\"") == NULL, "%s", world_contact(&world, "c"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/implied");
    TCase *tcase = tcase_create("implied");
    tcase_add_checked_fixture(tcase, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_loop_test(tcase, each_counts_once, 0, CASES);
    tcase_add_loop_test(tcase, history_knows_what_was_implied, 0, CASES);
    tcase_add_test(tcase, workflows_hear_what_is_implied);
    tcase_add_test(tcase, the_oldest_is_forgotten_and_counted);
    tcase_add_test(tcase, points_of_what_was_implied_are_withdrawn_with_it);
    suite_add_tcase(suite, tcase);
    return suite;
}
