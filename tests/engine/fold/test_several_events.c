// Rules, counters and workflows on several events: each event counts once, read by what its own type declares.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

// The order of the fields differs between the types, and with it their indexes.
#define EVENTS                                                                                    \
    "events:\n"                                                                                   \
    "  a.one: {data: {extra: optional string, at: timestamp, wait: optional duration, n: int}}\n" \
    "  a.two: {data: {n: int, key: optional string, wait: optional string, at: timestamp}}\n"

#define EVENT(id, type, data)                                   \
    "{\"id\":\"" id "\",\"source\":\"shop\",\"type\":\"" type   \
    "\",\"time\":\"2026-01-02T03:04:05Z\",\"contact\":\"c-1\"," \
    "\"data\":" data "}"

static const char *const LINES[] = {
    EVENT("1", "a.one", "{\"n\":3,\"at\":\"2026-01-02T00:00:00Z\",\"wait\":\"36h\"}"),
    EVENT("2", "a.two", "{\"n\":4,\"at\":\"2026-01-03T00:00:00Z\",\"wait\":\"36h\",\"key\":\"k\"}"),
    EVENT("3", "a.two", "{\"n\":5,\"at\":1767312000000}"), // 2026-01-02
};
enum { LINE_COUNT = sizeof(LINES) / sizeof(LINES[0]) };

static void assert_has(const char *part)
{
    const char *contact = world_contact(&world, "c-1");
    ck_assert_msg(strstr(contact, part) != NULL, "%s\nis not in\n%s", part, contact);
}

// A condition of a rule of one point on both types: how often it is true, how often it fails.
static const struct condition_case {
    const char *condition;
    int points;
    uint64_t failed;
} condition_cases[] = {
    {"data.n > 2", 3, 0},
    {"data.n == 4", 1, 0},
    {"event.type == 'a.two'", 2, 0},
    // of one type where both declare it
    {"data.at == timestamp('2026-01-02T00:00:00Z')", 2, 0},
    {"data['at'] < timestamp('2026-01-03T00:00:00Z')", 2, 0},
    // of each its own
    {"has(data.wait) && data.wait == duration('36h')", 1, 0},
    {"has(data.wait) && data.wait == '36h'", 1, 0},
    {"data.wait == '36h'", 1, 1},
    // of one type only
    {"has(data.key) && data.key == 'k'", 1, 0},
    {"data.key == 'k'", 1, 2},
    {"has(data.extra)", 0, 0},
};
enum { CONDITION_COUNT = sizeof(condition_cases) / sizeof(condition_cases[0]) };

START_TEST(a_condition_reads_each_event_by_its_own_type)
{
    const struct condition_case *it = &condition_cases[_i];
    char text[1024], wanted[64];
    (void)snprintf(
        text, sizeof(text),
        EVENTS "scores: {s: {rules: [{name: r, on: [a.one, a.two], points: 1, if: \"%s\"}]}}\n",
        it->condition);
    world_open(&world, text);
    world_feed(&world, LINES, LINE_COUNT);
    (void)snprintf(wanted, sizeof(wanted), "\"s\":{\"value\":%d", it->points);
    const char *contact = world_contact(&world, "c-1");
    bool is_good =
        it->points == 0 ? strstr(contact, "\"s\":{") == NULL : strstr(contact, wanted) != NULL;
    ck_assert_msg(is_good, "%s: %s", it->condition, contact);
    ck_assert_msg(
        world_counts(&world).expressions_failed == it->failed, "%s: %llu failed", it->condition,
        (unsigned long long)world_counts(&world).expressions_failed);
}
END_TEST

static const char RULES[] =
    EVENTS "counters:\n"
           "  seen: {count: [a.one, a.two]}\n"
           "  total: {sum: data.n, on: [a.one, a.two]}\n"
           "  latest: {last: data.wait, on: [a.two, a.one], if: has(data.wait)}\n"
           "scores:\n"
           "  seen: {rules: [{name: r, on: [a.one, a.two], points: counter.seen}]}\n"
           "  total: {rules: [{name: r, on: [a.two, a.one], points: data.n * 10, limit: "
           "{times: 2}}]}\n"
           "  keys: {rules: [{name: r, on: [a.one, a.two], points: 1, limit: {times: 1, per: "
           "data.at}}]}\n"
           "workflows:\n"
           "  always: {on: [a.one, a.two, score.changed], reenter: always, if: 'event.type != "
           "\"a.two\" || data.n == 5', steps: [{tag: {add: started}}]}\n";

static void assert_what_came_of_it(void)
{
    assert_has("\"seen\":{\"value\":6");   // 1 + 2 + 3: each event once
    assert_has("\"total\":{\"value\":70"); // of the first two
    assert_has("\"keys\":{\"value\":2");   // 2 January, twice, and 3 January
    assert_has("\"started\"");
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 0);
}

START_TEST(each_event_counts_once)
{
    world_open(&world, RULES);
    world_feed(&world, LINES, LINE_COUNT);
    assert_what_came_of_it();
}
END_TEST

START_TEST(a_replay_gives_the_same)
{
    world_open(&world, RULES);
    world_feed(&world, LINES, LINE_COUNT);
    world_check_rebuilt(&world, "c-1");
}
END_TEST

// Rules that come later count what the journal has of each of the types.
START_TEST(history_counts_all_of_the_types)
{
    world_open(&world, EVENTS);
    world_feed(&world, LINES, LINE_COUNT);
    world_activate(
        &world, EVENTS "counters: {c: {count: [a.one, a.two]}}\n"
                       "scores: {s: {rules: [{name: r, on: [a.one, a.two], points: data.n}]}}\n"
                       "segments: {three: {if: counter.c == 3}}\n");
    assert_has("\"s\":{\"value\":12");
    assert_has("\"three\"");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/several_events");
    TCase *tcase = tcase_create("several_events");
    tcase_add_checked_fixture(tcase, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_loop_test(tcase, a_condition_reads_each_event_by_its_own_type, 0, CONDITION_COUNT);
    tcase_add_test(tcase, each_event_counts_once);
    tcase_add_test(tcase, a_replay_gives_the_same);
    tcase_add_test(tcase, history_counts_all_of_the_types);
    suite_add_tcase(suite, tcase);
    return suite;
}
