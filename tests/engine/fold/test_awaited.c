// Waits for one of several events, and stops by one of several: each read by what its own type declares.
// links: engine/os
#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

#define RULES                                                                                    \
    "actions: {mail: {topic: a, with: {text: string}}}\n"                                        \
    "events:\n"                                                                                  \
    "  ping: {data: {who: optional string}}\n"                                                   \
    "  a.one: {data: {n: optional int, who: optional string}}\n"                                 \
    "  a.two: {data: {who: optional string, more: optional string, n: optional int}}\n"          \
    "  b.one: {data: {n: optional int}}\n"                                                       \
    "scores: {heat: {bands: {cold: 0, hot: 20}, forget: {half_life: 1d}, rules: [{name: p, on: " \
    "ping, points: 30}]}}\n"                                                                     \
    "workflows:\n"                                                                               \
    "  w:\n"                                                                                     \
    "    on: ping\n"                                                                             \
    "    reenter: always\n"
#define WAIT(of)                                             \
    RULES "    steps:\n"                                     \
          "      - wait: " of "\n"                           \
          "        then: [{do: mail, with: {text: came}}]\n" \
          "        else: [{do: mail, with: {text: late}}]\n"
#define STOP(of)                 \
    RULES "    stop: [" of "]\n" \
          "    steps:\n"         \
          "      - wait: 5d\n"   \
          "      - {do: mail, with: {text: went on}}\n"

// A ping of ann at 10:00, then one event at noon, and a week.
static const struct heard_case {
    const char *name, *rules, *type, *data, *actions;
} heard[] = {
    {"the first of a list", WAIT("{for: [a.one, b.one], at_most: 3d}"), "a.one", "{}",
     "01-01T12:00:00.000Z 1.then.1/1 came\n"},
    {"the last of a list", WAIT("{for: [a.one, b.one], at_most: 3d}"), "b.one", "{}",
     "01-01T12:00:00.000Z 1.then.1/1 came\n"},
    {"one of a family", WAIT("{for: a.*, at_most: 3d}"), "a.two", "{}",
     "01-01T12:00:00.000Z 1.then.1/1 came\n"},
    {"none of a family", WAIT("{for: a.*, at_most: 3d}"), "b.one", "{}",
     "01-04T10:00:00.000Z 1.else.1/1 late\n"},
    {"data of the first", WAIT("{for: a.*, if: data.who == run.data.who, at_most: 3d}"), "a.one",
     "{\"who\":\"ann\"}", "01-01T12:00:00.000Z 1.then.1/1 came\n"},
    {"data of the second", WAIT("{for: a.*, if: data.who == run.data.who, at_most: 3d}"), "a.two",
     "{\"who\":\"ann\"}", "01-01T12:00:00.000Z 1.then.1/1 came\n"},
    {"data of another", WAIT("{for: a.*, if: data.who == run.data.who, at_most: 3d}"), "a.two",
     "{\"who\":\"bob\"}", "01-04T10:00:00.000Z 1.else.1/1 late\n"},
    {"which type it is", WAIT("{for: [a.*, b.one], if: event.type == \"b.one\", at_most: 3d}"),
     "a.one", "{}", "01-04T10:00:00.000Z 1.else.1/1 late\n"},
    {"a list stops", STOP("{on: [b.one, a.one]}"), "a.one", "{}", ""},
    {"a family stops", STOP("{on: a.*, if: data.n == 7}"), "a.two", "{\"n\":7}", ""},
    {"not if that is not true", STOP("{on: a.*, if: data.n == 7}"), "a.two", "{\"n\":6}",
     "01-06T10:00:00.000Z 2/1 went on\n"},
    {"not another one", STOP("{on: a.*}"), "b.one", "{}", "01-06T10:00:00.000Z 2/1 went on\n"},
    // 30 points fall below 20 by themselves
    {"what time alone derives", WAIT("{for: score.*, at_most: 3d}"), "b.one", "{}",
     "01-02T00:02:23.877Z 1.then.1/1 came\n"},
};

START_TEST(one_of_several_is_heard)
{
    world_open(&clock_world, heard[_i].rules);
    clock_feed("01-01T10:00:00", "ping", "{\"who\":\"ann\"}");
    clock_feed("01-01T12:00:00", heard[_i].type, heard[_i].data);
    clock_advance("01-08T00:00:00");
    clock_check_actions(heard[_i].actions);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/awaited");
    TCase *cases[] = {tcase_create("awaited"), tcase_create("restarting")};
    tcase_add_checked_fixture(cases[0], clock_setup, clock_teardown);
    tcase_add_checked_fixture(cases[1], clock_setup_restarting, clock_teardown);
    for (int i = 0; i < 2; i++) {
        tcase_set_timeout(cases[i], 60);
        tcase_add_loop_test(cases[i], one_of_several_is_heard, 0, sizeof(heard) / sizeof(heard[0]));
        suite_add_tcase(suite, cases[i]);
    }
    return suite;
}
