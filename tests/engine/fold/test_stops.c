// Stops about the contact that time alone makes true: at which millisecond.
// links: engine/os
#include <stdio.h>

#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

#define RULES                                                                       \
    "actions: {mail: {topic: a, with: {text: string}}}\n"                           \
    "contact: {fields: {renewal: {type: timestamp}, days: {type: int}}}\n"          \
    "events: {ping: {data: {n: optional int}}, pong: {data: {n: optional int}}}\n"  \
    "counters:\n"                                                                   \
    "  pings: {count: ping, within: 1d}\n"                                          \
    "  pongs: {count: pong, within: 2d}\n"                                          \
    "  last: {last: data.n, on: pong, within: 3d}\n"                                \
    "scores:\n"                                                                     \
    "  heat: {forget: {half_life: 1d}, rules: [{name: p, on: ping, points: 10}]}\n" \
    "  sum: {combine: \"score.heat * 2\"}\n"                                        \
    "segments:\n"                                                                   \
    "  calm: {if: counter.pings < 1, for: 6h}\n"                                    \
    "workflows:\n"                                                                  \
    "  e:\n"                                                                        \
    "    on: run.ended\n"                                                           \
    "    if: data.workflow == \"w\"\n"                                              \
    "    reenter: always\n"                                                         \
    "    steps: [{do: mail, with: {text: \"{{ data.outcome }}\"}}]\n"
#define STOPS(condition)                        \
    RULES "  w:\n"                              \
          "    on: ping\n"                      \
          "    reenter: always\n"               \
          "    stop: [{if: '" condition "'}]\n" \
          "    steps: [{wait: 30d}]\n"

// A contact comes with its fields at midnight of 1 January, a pong at 08:00, the ping at 10:00 that starts the run.
static const struct stop_case {
    const char *name, *rules, *stopped_at;
} stops[] = {
    {"the window of a counter", STOPS("counter.pings < 1"), "01-02T10:00:00.000Z"},
    {"windows of two that are compared", STOPS("counter.pings < counter.pongs"),
     "01-02T10:00:00.000Z"},
    {"what is kept of a last event", STOPS("!has(counter.last)"), "01-04T08:00:00.000Z"},
    {"with something of the run", STOPS("counter.pings + run.data.n < 8"), "01-02T10:00:00.000Z"},
    {"a score that forgets", STOPS("score.heat < 5.0"), "01-02T10:00:12.466Z"},
    {"one that is combined", STOPS("score.sum < 10.0"), "01-02T10:00:12.466Z"},
    {"a segment that holds for so long", STOPS("segment.calm"), "01-02T16:00:00.000Z"},
    {"the clock", STOPS("now - contact.created > duration(\"36h\")"), "01-02T12:00:00.001Z"},
    {"a field", STOPS("now >= contact.renewal"), "01-05T00:00:00.000Z"},
    {"since the run was started", STOPS("now - run.started >= duration(\"90m\")"),
     "01-01T11:30:00.000Z"},
    {"what is looked at by the hour", STOPS("now.getHours() == 15"), "01-01T15:00:00.000Z"},
    {"two of which one comes first",
     STOPS("now - run.started > duration(\"40h\") || counter.pings < 1"), "01-02T10:00:00.000Z"},
};

static void begin(const char *rules)
{
    world_open(&clock_world, rules);
    clock_feed(
        "01-01T00:00:00", "contact.updated",
        "{\"fields\":{\"renewal\":\"2026-01-05T00:00:00Z\",\"days\":2}}");
    clock_feed("01-01T08:00:00", "pong", "{\"n\":1}");
    clock_feed("01-01T10:00:00", "ping", "{\"n\":7}");
}

START_TEST(it_stops_at_the_millisecond)
{
    const struct stop_case *given = &stops[_i];
    char wanted[64];
    begin(given->rules);
    clock_advance("01-20T00:00:00");
    (void)snprintf(wanted, sizeof(wanted), "%s 1/1 stopped\n", given->stopped_at);
    clock_check_actions(wanted);
}
END_TEST

// What a run waits for is planned again as the contact changes.
START_TEST(a_date_that_moves_moves_the_stop)
{
    begin(STOPS("now >= contact.renewal"));
    clock_feed(
        "01-02T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-01-09T00:00:00Z\"}}");
    clock_advance("01-08T23:59:59.999");
    clock_check_actions("");
    clock_advance("01-09T00:00:00");
    clock_check_actions("01-09T00:00:00.000Z 1/1 stopped\n");
}
END_TEST

// Each run by its own beginning.
START_TEST(each_run_has_its_own)
{
    begin(STOPS("now - run.started >= duration(\"90m\")"));
    clock_feed("01-01T11:00:00", "ping", "{}");
    clock_feed("01-01T11:29:59.999", "pong", "{}");
    clock_check_actions("");
    clock_advance("01-02T00:00:00");
    clock_check_actions("01-01T11:30:00.000Z 1/1 stopped\n01-01T12:30:00.000Z 1/1 stopped\n");
}
END_TEST

START_TEST(without_a_run_there_is_nothing_to_stop)
{
    world_open(&clock_world, STOPS("now >= contact.renewal"));
    clock_feed(
        "01-01T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-01-05T00:00:00Z\"}}");
    clock_advance("01-02T00:00:00"); // that the segment holds for so long
    uint64_t before = world_counts(&clock_world).timers_fired;
    clock_advance("02-01T00:00:00");
    ck_assert(clock_restarts || world_counts(&clock_world).timers_fired == before);
}
END_TEST

// Rules that come into force plan for the runs that are there.
START_TEST(a_stop_that_is_new_is_heard_by_runs_in_flight)
{
    begin(RULES "  w: {on: ping, steps: [{wait: 30d}]}\n");
    world_activate(&clock_world, STOPS("now >= contact.renewal"));
    world_publish(&clock_world);
    clock_maybe_restart();
    clock_advance("01-20T00:00:00");
    clock_check_actions("01-05T00:00:00.000Z 1/1 stopped\n");
}
END_TEST

// Nothing changes that would make it true: it is looked at all the same, a millisecond later.
START_TEST(a_new_stop_that_is_true_already_ends_runs_in_flight)
{
    begin(RULES "  w: {on: ping, steps: [{wait: 30d}]}\n");
    world_activate(&clock_world, STOPS("has(contact.renewal)"));
    world_publish(&clock_world);
    clock_maybe_restart();
    clock_check_actions("");
    clock_advance("01-01T10:00:01");
    clock_check_actions("01-01T10:00:00.001Z 1/1 stopped\n");
}
END_TEST

static const TTest *const *const tests[] = {
    &a_date_that_moves_moves_the_stop,
    &each_run_has_its_own,
    &without_a_run_there_is_nothing_to_stop,
    &a_stop_that_is_new_is_heard_by_runs_in_flight,
    &a_new_stop_that_is_true_already_ends_runs_in_flight,
};

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/stops");
    TCase *cases[] = {tcase_create("stops"), tcase_create("restarting")};
    tcase_add_checked_fixture(cases[0], clock_setup, clock_teardown);
    tcase_add_checked_fixture(cases[1], clock_setup_restarting, clock_teardown);
    for (int i = 0; i < 2; i++) {
        tcase_set_timeout(cases[i], 60);
        tcase_add_loop_test(
            cases[i], it_stops_at_the_millisecond, 0, sizeof(stops) / sizeof(stops[0]));
        for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++)
            tcase_add_test(cases[i], *tests[t]);
        suite_add_tcase(suite, cases[i]);
    }
    return suite;
}
