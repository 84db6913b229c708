// Runs of workflows that wait: what they do at which millisecond, with the clock of the events, moved on by hand. Whatever
// a test did, the journal folds again to the same, and a restart in the middle changes nothing.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

#define ACTIONS                                                                                   \
    "actions:\n"                                                                                  \
    "  mail: {topic: a, with: {text: string, due: optional timestamp, n: optional int}}\n"        \
    "contact: {fields: {plan: {type: string}, visits: {type: int}}}\n"                            \
    "events: {ping: {data: {n: optional int, who: optional string}}, pong: {data: {of: optional " \
    "string, n: optional int}}}\n"

// --- waits
START_TEST(a_wait_ends_at_its_millisecond)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    steps:\n"
                              "      - {do: mail, with: {text: first}}\n"
                              "      - wait: 3d\n"
                              "      - {do: mail, with: {text: second}}\n");
    clock_feed("01-01T10:00:00.001", "ping", "{}");
    clock_check_actions("01-01T10:00:00.001Z 1/1 first\n");
    clock_advance("01-04T10:00:00");
    clock_check_actions("01-01T10:00:00.001Z 1/1 first\n");
    clock_advance("01-04T10:00:00.001");
    clock_check_actions("01-01T10:00:00.001Z 1/1 first\n01-04T10:00:00.001Z 3/1 second\n");
    clock_feed("01-05T00:00:00", "ping", "{}"); // reenter: never
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-01T10:00:00.001Z 1/1 first\n01-04T10:00:00.001Z 3/1 second\n");
    ck_assert_uint_eq(clock_restarts || world_counts(&clock_world).runs_done == 1, 1);
}
END_TEST

START_TEST(a_window_may_be_the_accounts)
{
    clock_world.params.zone = "+02:00";
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    steps:\n"
                              "      - wait: {window: {hours: \"09:00-17:00\", zone: account}}\n"
                              "      - {do: mail, with: {text: open}}\n");
    clock_feed("01-01T00:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    clock_feed("01-01T03:00:00", "ping", "{}"); // the contact's day has begun
    clock_advance("01-02T00:00:00");
    clock_check_actions("01-01T07:00:00.000Z 2/1 open\n");
}
END_TEST

START_TEST(a_wait_goes_to_the_time_of_day_of_the_contact)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    steps:\n"
                              "      - wait: 1d at \"09:00\"\n"
                              "      - {do: mail, with: {text: morning}}\n");
    clock_feed("01-01T00:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    clock_feed("01-01T10:00:00", "ping", "{}"); // 17:00 there; a day later 17:00, then 09:00
    clock_advance("01-03T01:59:59.999");
    clock_check_actions("");
    clock_advance("01-03T02:00:00");
    clock_check_actions("01-03T02:00:00.000Z 2/1 morning\n");
}
END_TEST

START_TEST(a_wait_until_a_moment_that_has_passed_is_none)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    steps:\n"
                              "      - wait: {until: run.started - duration(\"1h\")}\n"
                              "      - {do: mail, with: {text: at once}}\n"
                              "      - wait: {until: run.started + duration(\"36h\")}\n"
                              "      - {do: mail, with: {text: later}}\n");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_check_actions("01-01T10:00:00.000Z 2/1 at once\n");
    clock_advance("01-05T00:00:00");
    clock_check_actions("01-01T10:00:00.000Z 2/1 at once\n01-02T22:00:00.000Z 4/1 later\n");
}
END_TEST

#define WAIT_FOR                                                                         \
    ACTIONS "workflows:\n"                                                               \
            "  w:\n"                                                                     \
            "    on: ping\n"                                                             \
            "    steps:\n"                                                               \
            "      - {id: first, do: mail, with: {text: \"to {{ run.data.who }}\"}}\n"   \
            "      - wait: {for: pong, if: data.of == run.step.first.id, at_most: 3d}\n" \
            "        then: [{do: mail, with: {text: came}}]\n"                           \
            "        else: [{do: mail, with: {text: nudge}}]\n"                          \
            "      - {do: mail, with: {text: end}}\n"

START_TEST(a_wait_for_an_event_of_a_step_ends_with_it)
{
    world_open(&clock_world, WAIT_FOR);
    clock_feed("01-01T10:00:00", "ping", "{\"who\":\"ann\"}");
    clock_feed("01-01T11:00:00", "pong", "{\"of\":\"another\"}");
    clock_check_actions("01-01T10:00:00.000Z first/1 to ann\n");
    char id[64], data[128];
    world_copy_member(&clock_world, 0, "id", id, sizeof(id));
    (void)snprintf(data, sizeof(data), "{\"of\":\"%s\"}", id);
    clock_feed("01-02T12:00:00", "pong", data);
    clock_feed("01-02T13:00:00", "pong", data);
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-01T10:00:00.000Z first/1 to ann\n"
                        "01-02T12:00:00.000Z 2.then.1/1 came\n"
                        "01-02T12:00:00.000Z 3/1 end\n");
}
END_TEST

START_TEST(a_wait_for_an_event_that_does_not_come_ends_in_time)
{
    world_open(&clock_world, WAIT_FOR);
    clock_feed("01-01T10:00:00", "pong", "{}"); // before it was entered
    clock_feed("01-01T10:00:00", "ping", "{\"who\":\"ann\"}");
    clock_advance("01-04T09:59:59.999");
    clock_check_actions("01-01T10:00:00.000Z first/1 to ann\n");
    clock_feed("01-04T10:00:00.001", "pong", "{}"); // too late: the timer fires before it
    clock_check_actions("01-01T10:00:00.000Z first/1 to ann\n"
                        "01-04T10:00:00.000Z 2.else.1/1 nudge\n"
                        "01-04T10:00:00.000Z 3/1 end\n");
}
END_TEST

START_TEST(actions_wait_for_the_window)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    window: {days: [mon, tue, wed, thu, fri], hours: \"08:00-20:00\"}\n"
                "    steps:\n"
                "      - {do: mail, with: {text: first}}\n"
                "      - wait: 13h\n"
                "      - {do: mail, with: {text: second}}\n");
    clock_feed("01-02T20:00:00", "ping", "{}"); // a Friday, shut at that very moment
    clock_advance("01-05T07:59:59.999");
    clock_check_actions("");
    clock_advance("01-05T08:00:00");
    clock_check_actions("01-05T08:00:00.000Z 1/1 first\n");
    clock_advance("01-07T00:00:00"); // 21:00, so the next morning
    clock_check_actions("01-05T08:00:00.000Z 1/1 first\n01-06T08:00:00.000Z 3/1 second\n");
}
END_TEST

// --- branches, changes
START_TEST(branches_and_changes)
{
    world_open(
        &clock_world,
        ACTIONS "scores: {fit: {bands: {hot: 10}}}\n"
                "segments: {hot: {if: score.fit >= 10}}\n"
                "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    reenter: always\n"
                "    steps:\n"
                "      - points: {score: fit, add: data.n}\n"
                "      - set: {contact.plan: \"n{{ data.n }}\", contact.stage: lead, "
                "contact.visits: data.n + 1}\n"
                "      - if: segment.hot\n"
                "        then: [{do: mail, with: {text: \"hot {{ score.fit }}\"}}]\n"
                "        else: [{tag: {add: cold}}]\n"
                "      - choose:\n"
                "          - {if: data.n == 1, steps: [{do: mail, with: {text: one}}]}\n"
                "          - {if: data.n == 9, steps: [{do: mail, with: {text: nine}}, end]}\n"
                "          - else: [{stop: no reason}]\n"
                "      - {do: mail, with: {text: \"{{ contact.plan }}\"}}\n");
    clock_feed("01-01T10:00:00", "ping", "{\"n\":1}");
    clock_ck_shows("\"plan\":\"n1\"");
    clock_ck_shows("\"visits\":2");
    clock_ck_shows("\"cold\"");
    clock_feed("01-01T11:00:00", "ping", "{\"n\":9}");
    clock_feed("01-01T12:00:00", "ping", "{\"n\":5}");
    clock_ck_shows("\"segments\":[\"hot\"]");
    clock_check_actions("01-01T10:00:00.000Z 4.1.1/1 one\n"
                        "01-01T10:00:00.000Z 5/1 n1\n"
                        "01-01T11:00:00.000Z 3.then.1/1 hot 10\n"
                        "01-01T11:00:00.000Z 4.2.1/1 nine\n"
                        "01-01T12:00:00.000Z 3.then.1/1 hot 15\n");
}
END_TEST

START_TEST(a_loop_counts_how_often_it_came_by)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    stop: [{on: pong, if: data.n == run.data.n}]\n"
                              "    steps:\n"
                              "      - {id: nag, do: mail, with: {text: again}}\n"
                              "      - wait: 1d\n"
                              "      - goto: nag\n");
    clock_feed("01-01T10:00:00", "ping", "{\"n\":7}");
    clock_feed("01-02T12:00:00", "pong", "{\"n\":6}");
    clock_feed("01-03T12:00:00", "pong", "{\"n\":7}");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-01T10:00:00.000Z nag/1 again\n"
                        "01-02T10:00:00.000Z nag/2 again\n"
                        "01-03T10:00:00.000Z nag/3 again\n");
}
END_TEST

START_TEST(a_condition_about_the_contact_stops_it)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    stop: [{if: \"'customer' in contact.tags\"}]\n"
                              "    steps:\n"
                              "      - wait: 1d\n"
                              "      - {do: mail, with: {text: never}}\n");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed("01-01T11:00:00", "contact.tag_added", "{\"tag\":\"customer\"}");
    clock_advance("02-01T00:00:00");
    clock_check_actions("");
    ck_assert(clock_restarts || world_counts(&clock_world).runs_stopped == 1);
}
END_TEST

// --- which runs there are
START_TEST(a_run_for_each_key)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    key: data.n\n"
                              "    steps:\n"
                              "      - wait: 1d\n"
                              "      - {do: mail, with: {text: \"key {{ run.key }}\"}}\n");
    clock_feed("01-01T10:00:00", "ping", "{\"n\":1}");
    clock_feed("01-01T11:00:00", "ping", "{\"n\":2}");
    clock_feed("01-01T12:00:00", "ping", "{\"n\":1}"); // in it
    clock_advance("01-03T00:00:00");
    clock_feed("01-03T12:00:00", "ping", "{\"n\":2}"); // was in it
    clock_feed("01-03T13:00:00", "ping", "{\"n\":3}");
    clock_advance("02-03T00:00:00");
    clock_check_actions("01-02T10:00:00.000Z 2/1 key 1\n"
                        "01-02T11:00:00.000Z 2/1 key 2\n"
                        "01-04T13:00:00.000Z 2/1 key 3\n");
}
END_TEST

START_TEST(a_later_run_may_be_due_earlier)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    key: data.n\n"
                "    steps:\n"
                "      - wait: {until: \"run.started + duration(run.data.n == 2 ? '1h' : "
                "'48h')\"}\n"
                "      - {do: mail, with: {text: \"{{ run.key }}\"}}\n");
    clock_feed("01-01T00:00:00", "ping", "{\"n\":1}");
    clock_feed("01-01T01:00:00", "ping", "{\"n\":2}");
    clock_feed("01-01T01:30:00", "ping", "{\"n\":3}"); // written beside two others
    clock_advance("01-01T02:00:00");
    clock_check_actions("01-01T02:00:00.000Z 2/1 2\n");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-01T02:00:00.000Z 2/1 2\n"
                        "01-03T00:00:00.000Z 2/1 1\n"
                        "01-03T01:30:00.000Z 2/1 3\n");
}
END_TEST

static const struct {
    const char *reenter, *actions;
} reenters[] = {
    {"never", "01-02T00:00:00.000Z 2/1 1\n"},
    {"after_end", "01-02T00:00:00.000Z 2/1 1\n01-04T00:00:00.000Z 2/1 3\n"},
    {"always", "01-02T00:00:00.000Z 2/1 1\n01-02T12:00:00.000Z 2/1 2\n01-04T00:00:00.000Z 2/1 3\n"
               "01-07T00:00:00.000Z 2/1 4\n"},
    {"{after: 3d}", "01-02T00:00:00.000Z 2/1 1\n01-07T00:00:00.000Z 2/1 4\n"},
};

START_TEST(it_is_entered_again_as_it_says)
{
    char rules[2048];
    (void)snprintf(
        rules, sizeof(rules),
        ACTIONS "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    reenter: %s\n"
                "    steps:\n"
                "      - wait: 1d\n"
                "      - {do: mail, with: {text: \"{{ run.data.n }}\"}}\n",
        reenters[_i].reenter);
    world_open(&clock_world, rules);
    clock_feed("01-01T00:00:00", "ping", "{\"n\":1}");
    clock_feed("01-01T12:00:00", "ping", "{\"n\":2}");
    clock_feed("01-03T00:00:00", "ping", "{\"n\":3}");
    if (strcmp(reenters[_i].reenter, "after_end") != 0)
        clock_feed("01-06T00:00:00", "ping", "{\"n\":4}");
    clock_advance("02-03T00:00:00");
    clock_check_actions(reenters[_i].actions);
}
END_TEST

// --- what goes wrong
static const struct {
    const char *on_error, *actions;
} errors[] = {
    {"stop", ""},
    {"continue", "01-02T00:00:00.000Z 3/1 behind\n01-02T00:00:00.000Z last/1 last\n"},
    {"{goto: last}", "01-02T00:00:00.000Z last/1 last\n"},
};

START_TEST(a_step_that_fails_goes_where_it_says)
{
    char rules[2048];
    (void)snprintf(
        rules, sizeof(rules),
        ACTIONS "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    on_error: %s\n"
                "    steps:\n"
                "      - wait: 1d\n"
                "      - {do: mail, with: {text: \"{{ 10 / run.data.n }}\"}}\n"
                "      - {do: mail, with: {text: behind}}\n"
                "      - {id: last, do: mail, with: {text: last}}\n",
        errors[_i].on_error);
    world_open(&clock_world, rules);
    clock_feed("01-01T00:00:00", "ping", "{\"n\":0}");
    clock_advance("02-03T00:00:00");
    clock_check_actions(errors[_i].actions);
    if (clock_restarts)
        return;
    ck_assert_uint_eq(world_counts(&clock_world).steps_failed, 1);
    ck_assert_uint_eq(world_counts(&clock_world).runs_failed, _i == 0);
    ck_assert_uint_eq(world_counts(&clock_world).expressions_failed, 1);
}
END_TEST

START_TEST(new_rules_take_a_run_on_from_its_step)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w: {on: ping, steps: [{id: a, wait: 1d}, {do: mail, with: {text: old}}]}\n"
                "  gone: {on: ping, steps: [{id: b, wait: 1d}, {do: mail, with: {text: no}}]}\n");
    clock_feed("01-01T00:00:00", "ping", "{}");
    world_activate(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    steps:\n"
                "      - {do: mail, with: {text: not again}}\n"
                "      - {id: a, wait: 5d}\n"
                "      - {do: mail, with: {text: new}}\n"
                "  gone: {on: ping, steps: [{id: c, wait: 1d}, {do: mail, with: {text: no}}]}\n");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-02T00:00:00.000Z 3/1 new\n");
    ck_assert(clock_restarts || world_counts(&clock_world).runs_failed == 1);
}
END_TEST

START_TEST(workflows_start_each_other_and_speak)
{
    world_open(
        &clock_world, ACTIONS
        "workflows:\n"
        "  a: {on: ping, steps: [{start: b}, {wait: 1d}, {start: d}, {emit: {type: pong, data: "
        "{n: run.data.n + 1}}}]}\n"
        "  b: {on: run.ended, if: \"false\", steps: [{do: mail, with: {text: \"b "
        "{{ run.data.n }}\"}}, {wait: 2d}]}\n"
        "  c: {on: pong, steps: [{do: mail, with: {text: \"c {{ data.n }}\"}}]}\n"
        "  d: {on: run.ended, if: \"false\", steps: [{do: mail, with: {text: \"d "
        "{{ data.n }} {{ run.data.n }}\"}}]}\n");
    clock_feed("01-01T00:00:00", "ping", "{\"n\":4}");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-01T00:00:00.000Z 1/1 b 4\n01-02T00:00:00.000Z 1/1 d 4 4\n"
                        "01-02T00:00:00.000Z 1/1 c 5\n");
}
END_TEST

START_TEST(several_events_start_it)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w:\n"
                "    on: [ping, pong]\n"
                "    key: data.n\n"
                "    steps:\n"
                "      - wait: 1d\n"
                "      - {do: mail, with: {text: \"{{ run.data.n }} {{ has(run.data.of) ? "
                "run.data.of : run.data.who }}\"}}\n");
    clock_feed("01-01T00:00:00", "ping", "{\"n\":1,\"who\":\"ann\"}");
    clock_feed("01-01T01:00:00", "pong", "{\"n\":2,\"of\":\"bo\"}");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-02T00:00:00.000Z 2/1 1 ann\n01-02T01:00:00.000Z 2/1 2 bo\n");
}
END_TEST

// --- what the twin of the engine found (tests/sim/test_oracle)
START_TEST(what_a_run_starts_waits_for_the_next_event)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  a: {on: ping, steps: [wait: {for: pong}, start: b]}\n"
                              "  b:\n"
                              "    on: ping\n"
                              "    reenter: always\n"
                              "    steps:\n"
                              "      - wait: {for: pong}\n"
                              "      - {do: mail, with: {text: heard}}\n");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed(
        "01-01T11:00:00", "pong", "{}"); // heard by `a`, and by the one run of `b` that there was
    clock_check_actions("01-01T11:00:00.000Z 2/1 heard\n");
    clock_feed("01-01T12:00:00", "pong", "{}");
    clock_check_actions("01-01T11:00:00.000Z 2/1 heard\n01-01T12:00:00.000Z 2/1 heard\n");
}
END_TEST

START_TEST(what_a_run_starts_is_not_stopped_by_the_event_in_hand)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  a: {on: ping, steps: [wait: {for: pong}, start: b]}\n"
                              "  b:\n"
                              "    on: ping\n"
                              "    reenter: always\n"
                              "    stop: [{on: pong}]\n"
                              "    steps:\n"
                              "      - wait: 1d\n"
                              "      - {do: mail, with: {text: b}}\n");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed("01-01T11:00:00", "pong", "{}"); // stops the one of `b` that there was
    clock_advance("01-05T00:00:00");
    clock_check_actions("01-02T11:00:00.000Z 2/1 b\n");
}
END_TEST

START_TEST(a_run_whose_workflow_has_no_wait_any_more_can_be_stopped)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w: {on: ping, reenter: always, steps: [wait: 3d, {tag: {add: x}}]}\n");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_ck_shows("\"runs\":[");
    world_activate(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w: {on: ping, reenter: always, stop: [{on: pong}], steps: [{tag: {add: x}}]}\n");
    clock_feed("01-01T11:00:00", "pong", "{}");
    ck_assert(!clock_shows("\"runs\""));
}
END_TEST

START_TEST(a_run_keeps_its_data_where_its_workflow_has_no_wait_any_more)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w: {on: ping, steps: [wait: 3d, {tag: {add: x}}]}\n");
    clock_feed("01-01T10:00:00", "ping", "{\"who\":\"ann\"}");
    world_activate(
        &clock_world, ACTIONS "workflows:\n"
                              "  other: {on: pong, steps: [wait: 3d]}\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    steps:\n"
                              "      - {tag: {add: x}}\n"
                              "      - {do: mail, with: {text: \"{{ run.data.who }}\"}}\n");
    clock_advance("01-05T10:00:00");
    clock_check_actions("01-04T10:00:00.000Z 2/1 ann\n");
}
END_TEST

START_TEST(an_event_that_the_rules_do_not_know_may_stop_it)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w: {on: ping, stop: [{if: has(contact.email)}], steps: [wait: 3d]}\n");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_ck_shows("\"runs\":[");
    world_feed_line(
        &clock_world,
        "{\"id\":\"u\",\"source\":\"s\",\"type\":\"zoo.opened\",\"time\":\"2026-01-01T11:00:00Z\","
        "\"contact\":{\"contact_id\":\"c\",\"email\":\"ann@example.com\"}}");
    clock_maybe_restart();
    ck_assert(!clock_shows("\"runs\""));
}
END_TEST

START_TEST(a_run_hears_a_band_that_time_alone_crosses)
{
    world_open(
        &clock_world, ACTIONS "scores:\n"
                              "  s:\n"
                              "    bands: {cold: 0, hot: 10}\n"
                              "    forget: {linear: {percent: 50, every: 1d}}\n"
                              "    rules: [{name: r, on: ping, points: 16}]\n"
                              "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    steps:\n"
                              "      - wait: {for: score.band_changed, if: 'data.to == \"cold\"'}\n"
                              "      - {do: mail, with: {text: cold}}\n");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_advance("01-09T00:00:00");
    clock_check_actions("01-02T10:00:00.000Z 2/1 cold\n");
}
END_TEST

START_TEST(points_that_a_run_gave_outlast_rules_that_make_others_of_events)
{
    static const char rest[] = "workflows: {w: {on: pong, steps: [points: {score: s, add: 5}]}}\n";
    char rules[2000];
    (void)snprintf(
        rules, sizeof(rules), "%sscores: {s: {rules: [{name: r, on: ping, points: 1}]}}\n%s",
        ACTIONS, rest);
    world_open(&clock_world, rules);
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_feed("01-01T11:00:00", "pong", "{}");
    clock_ck_shows("\"value\":6");
    (void)snprintf(
        rules, sizeof(rules), "%sscores: {s: {rules: [{name: r, on: ping, points: 2}]}}\n%s",
        ACTIONS, rest);
    world_activate(&clock_world, rules);
    clock_ck_shows("\"value\":7");
}
END_TEST

START_TEST(a_number_that_is_none_is_no_value)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w:\n"
                              "    on: ping\n"
                              "    on_error: continue\n"
                              "    steps:\n"
                              "      - {do: mail, with: {text: \"{{ 1.0 / run.data.n }}\"}}\n"
                              "      - {do: mail, with: {text: next}}\n");
    clock_feed("01-01T10:00:00", "ping", "{\"n\":0}");
    clock_check_actions("01-01T10:00:00.000Z 2/1 next\n");
}
END_TEST

START_TEST(what_is_so_already_is_no_wait)
{
    world_open(
        &clock_world, ACTIONS
        "workflows:\n"
        "  w:\n"
        "    on: ping\n"
        "    key: data.n\n"
        "    steps:\n"
        "      - wait: {for: pong, already: 'has(contact.plan) && run.data.n > 1', at_most: 2d}\n"
        "        then: [{do: mail, with: {text: \"then {{ run.data.n }}\"}}]\n"
        "        else: [{do: mail, with: {text: \"else {{ run.data.n }}\"}}]\n");
    clock_feed("01-01T00:00:00", "ping", "{\"n\":2}");
    clock_feed("01-02T00:00:00", "contact.updated", "{\"fields\":{\"plan\":\"gold\"}}");
    clock_check_actions(""); // it is asked for when the run comes to the wait, and only then
    clock_feed("01-02T01:00:00", "ping", "{\"n\":1}");
    clock_feed("01-02T02:00:00", "ping", "{\"n\":3}");
    clock_check_actions("01-02T02:00:00.000Z 1.then.1/1 then 3\n");
    clock_feed("01-02T03:00:00", "pong", "{}");
    clock_check_actions(
        "01-02T02:00:00.000Z 1.then.1/1 then 3\n01-02T03:00:00.000Z 1.then.1/1 then 2\n"
        "01-02T03:00:00.000Z 1.then.1/1 then 1\n");
}
END_TEST

// Events that a step derived stand in line when the run comes to the wait: they were before it.
START_TEST(a_wait_hears_nothing_that_was_there_before)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  a:\n"
                "    on: ping\n"
                "    steps:\n"
                "      - tag: {add: x}\n"
                "      - wait: {for: tag.added}\n"
                "      - {do: mail, with: {text: \"heard\"}}\n"
                "  b: {on: tag.added, if: data.tag == 'x', steps: [{tag: {add: y}}, {start: "
                "c}]}\n"
                "  c: {on: pong, steps: [{wait: {for: tag.added}}, {do: mail, with: {text: "
                "c}}]}\n");
    clock_feed("01-01T00:00:00", "ping", "{}");
    clock_check_actions("01-01T00:00:00.000Z 3/1 heard\n"); // y, which came behind it
    clock_feed("01-02T00:00:00", "contact.tag_added", "{\"tag\":\"z\"}");
    clock_check_actions("01-01T00:00:00.000Z 3/1 heard\n01-02T00:00:00.000Z 2/1 c\n");
}
END_TEST

// A run that another one's step starts while an event is heard does not hear that event.
START_TEST(a_wait_does_not_hear_the_event_that_led_to_it)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  a: {on: ping, steps: [{wait: {for: pong}}, {start: b}, {wait: {for: "
                "pong}}, {do: mail, with: {text: a}}]}\n"
                "  b: {on: ping, key: \"data.n\", steps: [{wait: {for: pong}}, {do: mail, "
                "with: {text: b}}]}\n");
    clock_feed("01-01T00:00:00", "ping", "{\"n\":1}");
    clock_feed("01-02T00:00:00", "pong", "{}"); // b of 1 is done, b of a's start begins
    clock_check_actions("01-02T00:00:00.000Z 2/1 b\n");
    clock_feed("01-03T00:00:00", "pong", "{}");
    clock_check_actions(
        "01-02T00:00:00.000Z 2/1 b\n01-03T00:00:00.000Z 4/1 a\n01-03T00:00:00.000Z 2/1 b\n");
}
END_TEST

// What it has, in the order of its fields; its key where it has one.
START_TEST(a_run_can_be_walked)
{
#define SAYS \
    "reenter: always, steps: [{do: mail, with: {text: \"{{ run.map(k, k).join('-') }}\"}}]}\n"
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  plain: {on: ping, if: \"data.n == 1\", " SAYS
                              "  with_key: {on: ping, if: \"data.n == 2\", key: data.n, " SAYS);
    clock_feed("01-01T10:00:00", "ping", "{\"n\":1}");
    clock_feed("01-01T11:00:00", "ping", "{\"n\":2}");
    clock_check_actions("01-01T10:00:00.000Z 1/1 id-workflow-started-data-step\n"
                        "01-01T11:00:00.000Z 1/1 id-workflow-key-started-data-step\n");
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_wait_ends_at_its_millisecond);
    tcase_add_test(cases, a_window_may_be_the_accounts);
    tcase_add_test(cases, a_wait_goes_to_the_time_of_day_of_the_contact);
    tcase_add_test(cases, a_wait_until_a_moment_that_has_passed_is_none);
    tcase_add_test(cases, a_wait_for_an_event_of_a_step_ends_with_it);
    tcase_add_test(cases, a_wait_for_an_event_that_does_not_come_ends_in_time);
    tcase_add_test(cases, actions_wait_for_the_window);
    tcase_add_test(cases, branches_and_changes);
    tcase_add_test(cases, a_run_can_be_walked);
    tcase_add_test(cases, a_loop_counts_how_often_it_came_by);
    tcase_add_test(cases, a_condition_about_the_contact_stops_it);
    tcase_add_test(cases, a_run_for_each_key);
    tcase_add_test(cases, a_later_run_may_be_due_earlier);
    tcase_add_loop_test(
        cases, it_is_entered_again_as_it_says, 0, sizeof(reenters) / sizeof(reenters[0]));
    tcase_add_loop_test(
        cases, a_step_that_fails_goes_where_it_says, 0, sizeof(errors) / sizeof(errors[0]));
    tcase_add_test(cases, new_rules_take_a_run_on_from_its_step);
    tcase_add_test(cases, workflows_start_each_other_and_speak);
    tcase_add_test(cases, several_events_start_it);
    tcase_add_test(cases, what_a_run_starts_waits_for_the_next_event);
    tcase_add_test(cases, what_a_run_starts_is_not_stopped_by_the_event_in_hand);
    tcase_add_test(cases, a_run_whose_workflow_has_no_wait_any_more_can_be_stopped);
    tcase_add_test(cases, a_run_keeps_its_data_where_its_workflow_has_no_wait_any_more);
    tcase_add_test(cases, an_event_that_the_rules_do_not_know_may_stop_it);
    tcase_add_test(cases, a_run_hears_a_band_that_time_alone_crosses);
    tcase_add_test(cases, points_that_a_run_gave_outlast_rules_that_make_others_of_events);
    tcase_add_test(cases, a_number_that_is_none_is_no_value);
    tcase_add_test(cases, what_is_so_already_is_no_wait);
    tcase_add_test(cases, a_wait_hears_nothing_that_was_there_before);
    tcase_add_test(cases, a_wait_does_not_hear_the_event_that_led_to_it);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("runs");
    TCase *cases = tcase_create("runs");
    tcase_add_checked_fixture(cases, clock_setup, clock_teardown);
    add_tests(cases);
    suite_add_tcase(suite, cases);
    cases = tcase_create("runs over restarts");
    tcase_add_checked_fixture(cases, clock_setup_restarting, clock_teardown);
    add_tests(cases);
    suite_add_tcase(suite, cases);
    return suite;
}
