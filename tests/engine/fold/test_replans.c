// Waits that are planned again when what they were planned from changes: a zone, a field, being in a segment.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/base/time.h"

#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

#define ACTIONS                                                                                  \
    "actions: {mail: {topic: a, with: {text: string}}}\n"                                        \
    "contact: {fields: {renewal: {type: timestamp}, days: {type: int}, plan: {type: string}}}\n" \
    "events: {ping: {data: {at: optional timestamp}}}\n"                                         \
    "segments: {vip: {if: contact.plan == \"vip\"}}\n"
// A workflow of one wait, and a mail behind it.
#define WAITS(wait)                    \
    ACTIONS "workflows:\n"             \
            "  w:\n"                   \
            "    on: ping\n"           \
            "    steps:\n"             \
            "      - wait: " wait "\n" \
            "      - {do: mail, with: {text: sent}}\n"
#define MORNING WAITS("1d at \"09:00\"")

// Contact c begins in UTC; a run enters its wait at 10:00 on 1 January. What changes, when, and when the mail is sent.
static const struct replan_case {
    const char *name, *rules, *before, *changed_at, *change, *sent_at;
} replans[] = {
    {"nothing changes", MORNING, "{}", "01-01T12:00:00", "{}", "01-03T09:00:00.000Z"},
    {"east of it the morning is sooner", MORNING, "{}", "01-01T12:00:00", "{\"zone\":\"+07:00\"}",
     "01-03T02:00:00.000Z"},
    {"west of it later", MORNING, "{}", "01-01T12:00:00", "{\"zone\":\"-05:00\"}",
     "01-02T14:00:00.000Z"},
    {"not before the span has passed", MORNING, "{}", "01-01T12:00:00", "{\"zone\":\"-00:30\"}",
     "01-03T09:30:00.000Z"},
    {"a morning that has passed there is the next one", MORNING, "{}", "01-03T03:00:00",
     "{\"zone\":\"+07:00\"}", "01-04T02:00:00.000Z"},
    {"the very moment", MORNING, "{}", "01-03T01:59:59.999", "{\"zone\":\"+07:00\"}",
     "01-03T02:00:00.000Z"},
    {"a window of the contact's zone", WAITS("{window: {hours: \"08:00-10:00\"}}"), "{}",
     "01-01T12:00:00", "{\"zone\":\"-05:00\"}", "01-01T13:00:00.000Z"},
    {"a window that is open there", WAITS("{window: {hours: \"08:00-10:00\"}}"), "{}",
     "01-01T15:00:00", "{\"zone\":\"-06:00\"}", "01-01T15:00:00.001Z"},
    {"a window of another zone stays", WAITS("{window: {hours: \"08:00-10:00\", zone: UTC}}"), "{}",
     "01-01T12:00:00", "{\"zone\":\"-05:00\"}", "01-02T08:00:00.000Z"},
    {"a field that moves away", WAITS("{until: contact.renewal - days(1)}"),
     "{\"fields\":{\"renewal\":\"2026-01-05T00:00:00Z\"}}", "01-02T00:00:00",
     "{\"fields\":{\"renewal\":\"2026-01-09T00:00:00Z\"}}", "01-08T00:00:00.000Z"},
    {"a field that comes nearer", WAITS("{until: contact.renewal - days(1)}"),
     "{\"fields\":{\"renewal\":\"2026-01-05T00:00:00Z\"}}", "01-02T00:00:00",
     "{\"fields\":{\"renewal\":\"2026-01-04T00:00:00Z\"}}", "01-03T00:00:00.000Z"},
    {"a field that has passed", WAITS("{until: contact.renewal - days(1)}"),
     "{\"fields\":{\"renewal\":\"2026-01-05T00:00:00Z\"}}", "01-02T00:00:00",
     "{\"fields\":{\"renewal\":\"2025-12-04T00:00:00Z\"}}", "01-02T00:00:00.001Z"},
    {"another field changes nothing", WAITS("{until: contact.renewal - days(1)}"),
     "{\"fields\":{\"renewal\":\"2026-01-05T00:00:00Z\"}}", "01-02T00:00:00",
     "{\"fields\":{\"days\":1}}", "01-04T00:00:00.000Z"},
    {"now is when the step was entered", WAITS("{until: now + days(contact.days)}"),
     "{\"fields\":{\"days\":3}}", "01-02T00:00:00", "{\"fields\":{\"days\":5}}",
     "01-06T10:00:00.000Z"},
    {"a segment that is left", WAITS("{until: \"run.started + days(segment.vip ? 1 : 4)\"}"),
     "{\"fields\":{\"plan\":\"vip\"}}", "01-02T00:00:00", "{\"fields\":{\"plan\":\"free\"}}",
     "01-05T10:00:00.000Z"},
    {"the clocks of the contact's zone",
     WAITS("{until: \"run.started + days(1) - duration(string(run.started.getHours(has("
           "contact.zone) ? contact.zone : 'UTC')) + 'h')\"}"),
     "{}", "01-01T12:00:00", "{\"zone\":\"+02:00\"}", "01-01T22:00:00.000Z"},
};

START_TEST(what_it_was_planned_from_changes)
{
    const struct replan_case *given = &replans[_i];
    char sent[64];
    world_open(&clock_world, given->rules);
    clock_feed("01-01T00:00:00", "contact.updated", given->before);
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed(given->changed_at, "contact.updated", given->change);
    (void)snprintf(sent, sizeof(sent), "%s 2/1 sent\n", given->sent_at);
    int64_t sent_ms = 0;
    char text[64];
    (void)snprintf(text, sizeof(text), "2026-%s", given->sent_at);
    ck_assert(time_parse(bytes_text(text), &sent_ms));
    time_print(sent_ms - 1, text);
    text[TIME_TEXT_CHARS - 1] = '\0'; // the Z
    if (strncmp(text + 5, given->changed_at, strlen(given->changed_at)) > 0)
        clock_advance(text);
    clock_check_actions("");
    clock_advance("02-01T00:00:00");
    clock_check_actions(sent);
}
END_TEST

START_TEST(a_field_that_is_gone_makes_the_wait_fail)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    on_error: continue\n"
                              "    steps:\n"
                              "      - wait: {until: contact.renewal}\n"
                              "      - {do: mail, with: {text: sent}}\n");
    clock_feed(
        "01-01T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-01-05T00:00:00Z\"}}");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed("01-02T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":null}}");
    clock_advance("01-02T00:00:00.001");
    clock_check_actions("01-02T00:00:00.001Z 2/1 sent\n");
    ck_assert(clock_restarts || world_counts(&clock_world).steps_failed == 1);
}
END_TEST

// Its steps are entered once, however often one of them is planned again.
START_TEST(it_is_planned_again_each_time)
{
    world_open(&clock_world, MORNING);
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed("01-01T11:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    clock_feed("01-01T12:00:00", "contact.updated", "{\"zone\":\"-05:00\"}");
    clock_feed("01-01T12:00:00", "contact.updated", "{\"zone\":\"+01:00\"}");
    clock_feed("01-01T12:00:00", "ping", "{}");               // no second run: the first goes on
    clock_ck_shows("\"until\":\"2026-01-01T12:00:00.000Z\""); // it asks a millisecond later
    clock_advance("01-03T07:59:59.999");
    clock_ck_shows("\"until\":\"2026-01-03T08:00:00.000Z\"");
    clock_advance("01-03T08:00:00");
    clock_check_actions("01-03T08:00:00.000Z 2/1 sent\n");
}
END_TEST

START_TEST(what_reads_the_run_alone_is_planned_once)
{
    world_open(&clock_world, WAITS("{until: run.data.at}"));
    clock_feed("01-01T10:00:00", "ping", "{\"at\":\"2026-01-09T00:00:00Z\"}");
    clock_feed(
        "01-02T00:00:00", "contact.updated",
        "{\"zone\":\"+07:00\",\"fields\":{\"days\":1,\"renewal\":\"2026-01-03T00:00:00Z\"}}");
    clock_advance("01-08T23:59:59.999");
    ck_assert_uint_eq(world_counts(&clock_world).timers_fired, 0);
    clock_advance("01-09T00:00:00");
    clock_check_actions("01-09T00:00:00.000Z 2/1 sent\n");
}
END_TEST

START_TEST(a_stop_is_heard_while_it_asks_again)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    stop: [{if: \"'done' in contact.tags\"}]\n"
                              "    steps:\n"
                              "      - wait: 1d at \"09:00\"\n"
                              "      - {do: mail, with: {text: sent}}\n");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed("01-01T12:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    clock_feed("01-01T12:00:00", "contact.tag_added", "{\"tag\":\"done\"}");
    clock_advance("02-01T00:00:00");
    clock_check_actions("");
}
END_TEST

// A step of another run changes what a wait was planned from, and a step of its own does.
START_TEST(steps_change_what_waits_are_planned_from)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  a:\n"
                              "    on: ping\n"
                              "    steps:\n"
                              "      - wait: {until: contact.renewal}\n"
                              "      - {do: mail, with: {text: first}}\n"
                              "      - set: {contact.renewal: contact.renewal + days(2)}\n"
                              "      - wait: {until: contact.renewal}\n"
                              "      - {do: mail, with: {text: second}}\n"
                              "  b:\n"
                              "    on: ping\n"
                              "    steps:\n"
                              "      - wait: {until: contact.renewal + days(1)}\n"
                              "      - {do: mail, with: {text: beside}}\n");
    clock_feed(
        "01-01T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-01-05T00:00:00Z\"}}");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-05T00:00:00.000Z 2/1 first\n"
                        "01-07T00:00:00.000Z 5/1 second\n"
                        "01-08T00:00:00.000Z 2/1 beside\n");
}
END_TEST

// Who hears of the change hears of what was before it, though runs are written in between.
START_TEST(what_a_field_was_is_told)
{
    world_open(
        &clock_world, ACTIONS
        "workflows:\n"
        "  a:\n"
        "    on: ping\n"
        "    steps: [{wait: {until: \"run.started + days(contact.plan == 'vip' ? 1 : 2)\"}}]\n"
        "  b:\n"
        "    on: field.changed\n"
        "    reenter: always\n"
        "    if: has(data.from)\n"
        "    steps: [{do: mail, with: {text: \"{{ data.from }} {{ data.to }}\"}}]\n");
    clock_feed("01-01T00:00:00", "contact.updated", "{\"fields\":{\"plan\":\"vip\"}}");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed("01-01T11:00:00", "contact.updated", "{\"fields\":{\"plan\":\"other\"}}");
    clock_check_actions("01-01T11:00:00.000Z 1/1 vip other\n");
}
END_TEST

START_TEST(an_object_that_changes_moves_the_wait)
{
    static const char rules[] =
        "actions: {mail: {topic: a, with: {text: string}}}\n"
        "events: {visit.set: {data: {visit: string, at: timestamp}}}\n"
        "objects: {visit: {key: data.visit, on: [visit.set], fields: {at: data.at}}}\n"
        "workflows:\n"
        "  w:\n"
        "    on: visit.set\n"
        "    steps:\n"
        "      - wait: {until: 'objects.visit[run.data.visit].at - duration(\"1h\")'}\n"
        "      - {do: mail, with: {text: soon}}\n";
    world_open(&clock_world, rules);
    clock_feed("01-01T00:00:00", "visit.set", "{\"visit\":\"v\",\"at\":\"2026-01-05T10:00:00Z\"}");
    clock_feed("01-02T00:00:00", "visit.set", "{\"visit\":\"v\",\"at\":\"2026-01-07T10:00:00Z\"}");
    clock_advance("01-07T08:59:59.999");
    clock_check_actions("");
    clock_advance("01-07T09:00:00");
    clock_check_actions("01-07T09:00:00.000Z 2/1 soon\n");
}
END_TEST

// What a run was begun to wait for stays, where rules have put another wait in its place.
START_TEST(a_wait_of_other_rules_stays_as_it_was_begun)
{
    static const char *const rules[] = {
        ACTIONS "workflows: {w: {on: ping, steps: [{id: x, wait: 3d}, {do: mail, with: {text: "
                "sent}}]}}\n",
        ACTIONS "workflows: {w: {on: ping, steps: [{id: x, wait: '1d at \"09:00\"'}, {do: mail, "
                "with: {text: sent}}]}}\n"};
    world_open(&clock_world, rules[0]);
    clock_feed("01-01T10:00:00", "ping", "{}");
    world_activate(&clock_world, rules[1]);
    clock_feed("01-01T12:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-04T10:00:00.000Z 2/1 sent\n");
}
END_TEST

// Rules that come into force while a run is about to plan its wait again put another in its place: it is in that one
// since 10:00 on 1 January, and goes on at once where it has been in it long enough.
#define IN_PLACE(steps) ACTIONS "workflows: {w: {on: ping, steps: [" steps "]}}\n"
#define OTHER_MORNING                                     \
    IN_PLACE("{id: x, wait: '1d at \"09:00\"'}, {id: m, " \
             "do: mail, with: {text: sent}}")
static const struct in_place_case {
    const char *rules, *sent;
} in_place_cases[] = {
    {IN_PLACE("{id: x, wait: 5d}, {id: m, do: mail, with: {text: sent}}"),
     "01-06T10:00:00.000Z m/1 sent\n"},
    {IN_PLACE("{id: x, wait: 1h}, {id: m, do: mail, with: {text: sent}}"),
     "01-01T12:00:00.001Z m/1 sent\n"},
    {IN_PLACE("{id: x, wait: {for: ping, at_most: 5d}, else: [{id: m, do: mail, with: {text: "
              "sent}}]}"),
     "01-06T10:00:00.000Z m/1 sent\n"},
    {IN_PLACE("{id: x, wait: {for: ping, at_most: 1h}, else: [{id: m, do: mail, with: {text: "
              "sent}}]}"),
     "01-01T12:00:00.001Z m/1 sent\n"},
    {IN_PLACE("{id: x, wait: {for: ping}, else: [{id: m, do: mail, with: {text: sent}}]}"), ""},
};

static void put_in_place(const char *rules)
{
    world_open(&clock_world, OTHER_MORNING);
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed("01-01T12:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    world_activate(&clock_world, rules);
    clock_maybe_restart();
}

START_TEST(a_wait_that_is_asked_for_anew_has_begun_when_the_run_came_to_it)
{
    put_in_place(in_place_cases[_i].rules);
    clock_advance("01-01T12:00:00.001");
    clock_advance("02-01T00:00:00");
    clock_check_actions(in_place_cases[_i].sent);
}
END_TEST

START_TEST(a_wait_for_an_event_is_not_planned_again_where_rules_put_another_in_its_place)
{
    put_in_place(in_place_cases[2].rules);
    clock_advance("01-01T12:00:00.001");
    world_activate(&clock_world, OTHER_MORNING);
    clock_feed("01-01T13:00:00", "contact.updated", "{\"zone\":\"+01:00\"}");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-06T10:00:00.000Z m/1 sent\n");
}
END_TEST

static const TTest *const *const tests[] = {
    &a_field_that_is_gone_makes_the_wait_fail,
    &it_is_planned_again_each_time,
    &what_reads_the_run_alone_is_planned_once,
    &a_stop_is_heard_while_it_asks_again,
    &steps_change_what_waits_are_planned_from,
    &a_wait_of_other_rules_stays_as_it_was_begun,
    &a_wait_for_an_event_is_not_planned_again_where_rules_put_another_in_its_place,
    &what_a_field_was_is_told,
    &an_object_that_changes_moves_the_wait,
};

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/replans");
    TCase *cases[] = {tcase_create("replans"), tcase_create("restarting")};
    tcase_add_checked_fixture(cases[0], clock_setup, clock_teardown);
    tcase_add_checked_fixture(cases[1], clock_setup_restarting, clock_teardown);
    for (int i = 0; i < 2; i++) {
        tcase_set_timeout(cases[i], 60);
        tcase_add_loop_test(
            cases[i], what_it_was_planned_from_changes, 0, sizeof(replans) / sizeof(replans[0]));
        tcase_add_loop_test(
            cases[i], a_wait_that_is_asked_for_anew_has_begun_when_the_run_came_to_it, 0,
            sizeof(in_place_cases) / sizeof(in_place_cases[0]));
        for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++)
            tcase_add_test(cases[i], *tests[t]);
        suite_add_tcase(suite, cases[i]);
    }
    return suite;
}
