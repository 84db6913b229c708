// What becomes of runs in flight, and of contacts that are there, when other rules come into force; and of runs that are
// woken late. With the clock of the wall. Whatever a test did, the journal folds again to the same, and a restart in the
// middle changes nothing.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/base/time.h"
#include "engine/fold/shard_clock.h"

#include "tests/fakes/fold_world.h"
#include "tests/fakes/run_counts_check.h"
#include "tests/support/suite.h"

static struct fold_world world;
static int next_id;
static bool is_restarting; // after each event, each move of the clock and each change of rules

static int64_t ms_of(const char *time)
{
    char text[64];
    int64_t time_ms = 0;
    (void)snprintf(text, sizeof(text), "2026-%s:00Z", time);
    ck_assert(time_parse(bytes_text(text), &time_ms));
    return time_ms;
}

static void setup_with(bool restarts)
{
    world_create(&world);
    world.params.tick_mode = TICK_WALL;
    world.wall_ms = ms_of("01-01T00:00");
    next_id = 1;
    is_restarting = restarts;
}

static void setup(void)
{
    setup_with(false);
}

static void setup_restarting(void)
{
    setup_with(true);
}

static void teardown(void)
{
    if (world.shard != NULL) {
        ck_run_counts(world.shard);
        world_publish(&world);
        world_check_refolds(&world);
    }
    world_destroy(&world);
}

static void maybe_restart(bool has_changed)
{
    if (!is_restarting)
        return;
    world_publish(&world);
    if (has_changed && next_id % 2 == 0)
        world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
}

// The clock comes there ("01-03T10:00", of 2026), and what is due by then is done.
static void at(const char *time)
{
    world.wall_ms = ms_of(time);
    do {
        world_tick(&world);
    } while (shard_timer_is_due(world.shard, world.wall_ms));
    next_id++;
    world_publish(&world);
    maybe_restart(false);
}

static void feed(const char *contact, const char *type, const char *data)
{
    char line[512];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"contact\":\"%s\",\"data\":%s}",
        next_id++, type, contact, data);
    world_feed_line(&world, line);
    maybe_restart(true);
}

// Other rules, and a moment in which what they have said of runs is done.
static void edit(const char *rules, const char *time)
{
    world.wall_ms = ms_of(time);
    world_activate(&world, rules);
    maybe_restart(false);
    world.wall_ms += 1;
    world_tick(&world);
    world_publish(&world);
    maybe_restart(false);
}

// Every action so far as "TIME CONTACT TEXT", each on its line, and nothing else; the time to the minute.
static void ck_actions(const char *wanted)
{
    static char got[8192];
    size_t len = 0;
    got[0] = '\0';
    for (size_t i = 0; i < world.out.item_count; i++) {
        if (is_restarting && world_is_offered_again(&world, i))
            continue;
        char time[40], subject[40], text[200];
        world_copy_member(&world, i, "time", time, sizeof(time));
        world_copy_member(&world, i, "subject", subject, sizeof(subject));
        world_copy_member(&world, i, "text", text, sizeof(text));
        len += (size_t)snprintf(
            got + len, sizeof(got) - len, "%.11s %s %s\n", time + 5, subject, text);
    }
    ck_assert_str_eq(got, wanted);
}

static bool shows(const char *contact, const char *text)
{
    return strstr(world_contact(&world, contact), text) != NULL;
}

#define ck_counted(counter, n) \
    ck_assert(is_restarting || world_counts(&world).counter == (uint64_t)(n))

#define ACTIONS                                                                    \
    "actions: {mail: {topic: a, with: {text: string}}}\n"                          \
    "contact: {fields: {plan: {type: string}}}\n"                                  \
    "events: {ping: {data: {n: optional int}}, pong: {data: {}}}\n"                \
    "segments: {gold: {if: has(contact.plan) && contact.plan == \"gold\"}}\n"      \
    "workflows:\n"                                                                 \
    "  ends:\n"                                                                    \
    "    on: run.ended\n"                                                          \
    "    reenter: always\n"                                                        \
    "    if: data.workflow == \"w\"\n"                                             \
    "    steps: [{do: mail, with: {text: \"{{ data.outcome }} {{ has(data.why) ? " \
    "data.why : '' }}\"}}]\n"

#define OLD                               \
    ACTIONS "  w:\n"                      \
            "    on: ping\n"              \
            "    steps:\n"                \
            "      - {id: a, wait: 5d}\n" \
            "      - {do: mail, with: {text: old}}\n"

// --- edit
START_TEST(a_run_whose_step_is_gone_is_counted_and_fails_when_it_is_due)
{
    world_open(&world, OLD);
    feed("c", "ping", "{}");
    edit(
        ACTIONS "  w: {on: ping, steps: [{id: b, wait: 1d}, {do: mail, with: {text: no}}]}\n",
        "01-02T00:00");
    ck_counted(runs_stranded, 1);
    at("01-05T23:59");
    ck_actions("");
    ck_assert(shows("c", "\"step\":null"));
    at("01-06T00:01");
    ck_actions("01-06T00:01 c failed \n");
    ck_assert(!shows("c", "\"runs\""));
}
END_TEST

#define CANCELLING                        \
    ACTIONS "  w:\n"                      \
            "    on: ping\n"              \
            "    edit: cancel\n"          \
            "    steps:\n"                \
            "      - {id: a, wait: 5d}\n" \
            "      - {do: mail, with: {text: new}}\n"

START_TEST(cancel_ends_what_was_in_flight_and_nothing_that_comes_later)
{
    world_open(&world, OLD);
    feed("c", "ping", "{}");
    edit(CANCELLING, "01-02T00:00");
    ck_actions("01-02T00:00 c stopped edited\n");
    ck_counted(runs_cancelled, 1);
    ck_counted(runs_stopped, 1);
    ck_assert(!shows("c", "\"runs\""));
    feed("d", "ping", "{}");
    edit(CANCELLING "  another: {on: pong, steps: [{tag: {add: x}}]}\n", "01-03T00:00");
    ck_counted(runs_cancelled, 1);
    at("02-01T00:00");
    ck_actions("01-02T00:00 c stopped edited\n02-01T00:00 d new\n02-01T00:00 d done \n");
}
END_TEST

START_TEST(a_cancelled_run_hears_nothing_any_more)
{
    world_open(
        &world, ACTIONS "  w: {on: ping, steps: [{wait: {for: pong}}, {do: mail, with: {text: "
                        "heard}}]}\n");
    feed("c", "ping", "{}");
    world.wall_ms = ms_of("01-02T00:00");
    world_activate(
        &world, ACTIONS "  w: {on: ping, edit: cancel, steps: [{wait: {for: pong}}, {do: mail, "
                        "with: {text: heard}}]}\n");
    feed("c", "pong", "{}"); // in the same millisecond
    at("01-03T00:00");
    ck_actions("01-03T00:00 c stopped edited\n");
}
END_TEST

START_TEST(runs_that_nothing_wakes_any_more_end_at_once)
{
    static const char *const steps[] = {
        "edit: cancel, steps: [{do: mail, with: {text: new}}]",
        "steps: [{do: mail, with: {text: new}}]",
    };
    char rules[2048];
    world_open(&world, OLD);
    feed("c", "ping", "{}");
    (void)snprintf(rules, sizeof(rules), ACTIONS "  w: {on: ping, %s}\n", steps[_i]);
    edit(rules, "01-02T00:00");
    ck_assert(!shows("c", "\"runs\""));
    ck_counted(runs_stopped, _i == 0);
    ck_counted(runs_failed, _i == 1);
    edit(OLD, "01-03T00:00");
    at("02-01T00:00");
    ck_actions("");
}
END_TEST

START_TEST(moved_runs_wait_on_or_do_their_step_at_once)
{
    world_open(
        &world, ACTIONS "  w:\n"
                        "    on: ping\n"
                        "    steps:\n"
                        "      - {if: run.data.n == 1, then: [{id: a, wait: 5d}]}\n"
                        "      - {if: run.data.n == 2, then: [{id: b, wait: 5d}]}\n"
                        "      - {if: run.data.n == 3, then: [{id: c, wait: 5d}]}\n"
                        "      - {if: run.data.n == 4, then: [{id: d, wait: {for: pong}}]}\n"
                        "      - {do: mail, with: {text: old}}\n");
    feed("one", "ping", "{\"n\":1}");
    feed("two", "ping", "{\"n\":2}");
    feed("three", "ping", "{\"n\":3}");
    feed("four", "ping", "{\"n\":4}");
    edit(
        ACTIONS "  w:\n"
                "    on: ping\n"
                "    edit: {move: {a: z, b: say, d: z}}\n"
                "    steps:\n"
                "      - {id: say, do: mail, with: {text: \"say {{ run.data.n }}\"}}\n"
                "      - {id: z, wait: 1d}\n"
                "      - {do: mail, with: {text: \"new {{ run.data.n }}\"}}\n"
                "      - {id: c, wait: 1d}\n"
                "      - {do: mail, with: {text: \"last {{ run.data.n }}\"}}\n",
        "01-02T00:00");
    ck_actions("01-02T00:00 two say 2\n"); // and what waited for ever begins to wait
    ck_counted(runs_moved, 3);
    at("01-02T23:59");
    at("01-03T00:01");
    at("01-05T23:59");
    at("01-06T00:01");
    at("01-08T00:00");
    ck_actions("01-02T00:00 two say 2\n"
               "01-03T00:01 two new 2\n"
               "01-03T00:01 four new 4\n"
               "01-05T23:59 two last 2\n"
               "01-05T23:59 two done \n"
               "01-05T23:59 four last 4\n"
               "01-05T23:59 four done \n"
               "01-06T00:01 one new 1\n"
               "01-06T00:01 three last 3\n"
               "01-06T00:01 three done \n"
               "01-08T00:00 one last 1\n"
               "01-08T00:00 one done \n");
}
END_TEST

START_TEST(runs_of_a_workflow_that_is_gone_sleep_until_it_is_back)
{
    world_open(&world, OLD);
    feed("c", "ping", "{}");
    edit(ACTIONS, "01-02T00:00");
    ck_counted(runs_asleep, 1);
    at("01-20T00:00");
    ck_actions("");
    edit(OLD, "01-21T00:00");
    at("01-22T00:00");
    ck_assert(strstr(world_contact(&world, "c"), "\"runs\"") == NULL);
    ck_assert_uint_ge(world.out.item_count, 2);
}
END_TEST

// --- existing
START_TEST(contacts_that_are_there_enter_a_new_workflow_once)
{
    static const char new_rules[] = ACTIONS
        "  n:\n"
        "    on: pong\n"
        "    if: has(contact.plan)\n"
        "    key: contact.plan\n"
        "    existing: include\n"
        "    steps: [{do: mail, with: {text: \"in {{ run.key }}\"}}, {wait: 1d}, {do: mail, "
        "with: {text: later}}]\n"
        "  s: {on: run.started, if: data.workflow == \"n\", reenter: always, steps: [{do: "
        "mail, with: {text: started}}]}\n";
    world_open(&world, ACTIONS);
    feed("a", "contact.updated", "{\"fields\":{\"plan\":\"gold\"}}");
    feed("b", "ping", "{}");
    feed("c", "contact.updated", "{\"fields\":{\"plan\":\"free\"}}");
    edit(new_rules, "01-02T00:00");
    const char *first = "01-02T00:00 a in gold\n01-02T00:00 a started\n01-02T00:00 c in free\n"
                        "01-02T00:00 c started\n";
    ck_actions(first);
    ck_counted(runs_included, 2);
    edit(ACTIONS, "01-02T01:00");
    edit(new_rules, "01-02T02:00"); // they have been in it
    ck_actions(first);
    feed("d", "pong", "{}");
    at("01-04T00:00");
    ck_actions("01-02T00:00 a in gold\n01-02T00:00 a started\n01-02T00:00 c in free\n"
               "01-02T00:00 c started\n01-04T00:00 a later\n01-04T00:00 c later\n");
}
END_TEST

START_TEST(who_has_just_entered_begins_with_the_newest_rules)
{
    world_open(&world, ACTIONS);
    feed("a", "ping", "{}");
    world_activate(
        &world, ACTIONS "  n: {on: pong, existing: include, steps: [{id: a, do: mail, with: {text: "
                        "old}}]}\n");
    edit(
        ACTIONS "  n: {on: pong, existing: include, steps: [{id: b, do: mail, with: {text: "
                "new}}]}\n",
        "01-02T00:00");
    ck_actions("01-02T00:00 a new\n");
    ck_counted(runs_stranded, 0);
}
END_TEST

// A condition that cannot be evaluated is none that is true; it is counted, and named.
START_TEST(who_cannot_be_asked_does_not_enter)
{
    world_open(&world, ACTIONS);
    feed("a", "contact.updated", "{\"fields\":{\"plan\":\"gold\"}}");
    feed("b", "ping", "{}");
    edit(
        ACTIONS "  n: {on: pong, if: contact.plan == 'gold', existing: include, steps: [{do: mail, "
                "with: {text: in}}]}\n",
        "01-02T00:00");
    ck_actions("01-02T00:00 a in\n");
    ck_counted(runs_included, 1);
    ck_counted(expressions_failed, 1);
}
END_TEST

static const struct membership {
    const char *on, *condition, *mail;
    const char *actions;
} memberships[] = {
    {"segment.entered", "data.segment == 'gold'", "run.data.segment", "01-02T00:00 a gold\n"},
    {"tag.added", "data.tag != 'x'", "run.data.tag", "01-02T00:00 b y\n"},
    {"list.added", "data.list == 'news'", "run.data.list", "01-02T00:00 b news\n"},
};

START_TEST(memberships_of_contacts_that_are_there_are_asked_for)
{
    char rules[2048];
    world_open(&world, ACTIONS);
    feed("a", "contact.updated", "{\"fields\":{\"plan\":\"gold\"}}");
    feed("b", "contact.tag_added", "{\"tag\":\"x\"}");
    feed("b", "contact.tag_added", "{\"tag\":\"y\"}");
    feed("b", "contact.list_added", "{\"list\":\"news\"}");
    const struct membership *of = &memberships[_i];
    (void)snprintf(
        rules, sizeof(rules),
        ACTIONS "  n: {on: %s, if: \"%s\", existing: include, steps: [{do: mail, with: {text: \"{{ "
                "%s }}\"}}]}\n",
        of->on, of->condition, of->mail);
    edit(rules, "01-02T00:00");
    ck_actions(of->actions);
    ck_counted(runs_included, 1);
    edit(OLD, "01-03T00:00");
}
END_TEST

// A contact keeps 1,000 runs of a workflow. One that comes when the workflow is new again is no run that waits for ever.
START_TEST(who_has_no_room_for_a_run_fails_to_enter)
{
    enum { RUNS = 1000 };
    static const char flow[] =
        ACTIONS "  w: {on: ping, reenter: always, existing: include, steps: [{wait: 30d}]}\n";
    bool restarts = is_restarting;
    world_open(&world, flow);
    is_restarting = false;
    for (int i = 0; i < RUNS; i++)
        feed("c", "ping", "{}");
    ck_counted(runs_failed, 0);
    is_restarting = restarts;
    edit(ACTIONS, "01-02T00:00");
    edit(flow, "01-03T00:00");
    ck_counted(runs_included, 1);
    ck_counted(runs_failed, 1); // and the counts add up
}
END_TEST

// --- overdue
#define LATE(overdue)                    \
    ACTIONS "  w:\n"                     \
            "    on: ping\n"             \
            "    overdue: " overdue "\n" \
            "    steps:\n"               \
            "      - wait: 1d\n"         \
            "      - {do: mail, with: {text: sent}}\n"

static const struct late {
    const char *rules, *time, *actions;
} lates[] = {
    {LATE("run"), "01-05T00:00", "01-05T00:00 c sent\n01-05T00:00 c done \n"},
    {LATE("skip"), "01-02T00:01", "01-02T00:01 c sent\n01-02T00:01 c done \n"},
    {LATE("skip"), "01-02T00:02", "01-02T00:02 c stopped overdue\n"},
    {LATE("{skip_after: 2d}"), "01-04T00:00", "01-04T00:00 c sent\n01-04T00:00 c done \n"},
    {LATE("{skip_after: 2d}"), "01-04T00:01", "01-04T00:01 c stopped overdue\n"},
};

START_TEST(late_runs_do_as_it_says)
{
    world_open(&world, lates[_i].rules);
    feed("c", "ping", "{}");
    at(lates[_i].time);
    ck_actions(lates[_i].actions);
    ck_counted(runs_overdue, strstr(lates[_i].actions, "overdue") != NULL);
}
END_TEST

START_TEST(late_runs_are_spread)
{
    enum { CONTACTS = 60 };
    world_open(&world, LATE("{spread: 1h}"));
    for (int i = 0; i < CONTACTS; i++) {
        char contact[16];
        (void)snprintf(contact, sizeof(contact), "c%d", i);
        feed(contact, "ping", "{}");
    }
    at("01-03T00:00");
    ck_actions("");
    ck_counted(runs_overdue, CONTACTS);
    size_t half = 0;
    for (int minute = 1; minute < 60; minute++) { // what is late once more is spread once more
        char time[16];
        (void)snprintf(time, sizeof(time), "01-03T00:%02d", minute);
        at(time);
        half = minute == 30 ? world.out.item_count : half;
    }
    ck_assert(is_restarting || (half > CONTACTS / 2 && half < 2 * CONTACTS - CONTACTS / 2));
    at("01-03T01:00");
    ck_assert(is_restarting || world.out.item_count == 2 * (size_t)CONTACTS);
    ck_assert(!shows("c7", "\"runs\""));
}
END_TEST

// That it asks again so late is no lateness of the run.
START_TEST(a_run_that_asks_again_is_not_late)
{
    world_open(
        &world, ACTIONS "  w:\n"
                        "    on: ping\n"
                        "    overdue: skip\n"
                        "    steps:\n"
                        "      - wait: 1d at \"09:00\"\n"
                        "      - {do: mail, with: {text: sent}}\n");
    feed("c", "ping", "{}");
    feed("c", "contact.updated", "{\"zone\":\"+07:00\"}");
    at("01-01T12:00");
    ck_counted(runs_overdue, 0);
    at("01-02T01:59");
    ck_actions("");
    at("01-02T02:00");
    ck_actions("01-02T02:00 c sent\n01-02T02:00 c done \n");
}
END_TEST

#define ASKING(window) \
    ACTIONS "  w: {on: ping, " window "steps: [{id: a, do: mail, with: {text: new}}]}\n"

// What is asked anew in the new zone is asked when rules come that let the run wait on.
START_TEST(a_zone_that_changes_while_no_workflow_waits_is_asked_for_later)
{
    world_open(&world, ASKING("window: {hours: '09:00-17:00'}, "));
    feed("c", "ping", "{}");
    ck_assert(shows("c", "\"until\":\"2026-01-01T09:00:00.000Z\""));
    edit(ASKING(""), "01-01T00:10");
    feed("c", "contact.updated", "{\"zone\":\"+08:00\"}");
    edit(ASKING("window: {hours: '09:00-17:00'}, "), "01-01T00:20");
    ck_assert(shows("c", "\"until\":\"2026-01-01T01:00:00.000Z\""));
    at("01-01T01:00");
    ck_actions("01-01T01:00 c new\n01-01T01:00 c done \n");
}
END_TEST

// It has not come to the action: whether it may be sent is asked anew, and not when the window of before opens.
START_TEST(a_run_that_is_moved_from_before_an_action_asks_anew)
{
    world_open(&world, ASKING("window: {hours: '09:00-17:00'}, "));
    feed("c", "ping", "{}");
    edit(
        ACTIONS "  w: {on: ping, window: {hours: '06:00-17:00'}, edit: {move: {a: b}},\n"
                "      steps: [{id: b, do: mail, with: {text: moved}}]}\n",
        "01-01T00:10");
    ck_assert(shows("c", "\"step\":\"b\""));
    ck_assert(shows("c", "\"until\":\"2026-01-01T06:00:00.000Z\""));
    at("01-01T06:00");
    ck_actions("01-01T06:00 c moved\n01-01T06:00 c done \n");
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_run_whose_step_is_gone_is_counted_and_fails_when_it_is_due);
    tcase_add_test(cases, cancel_ends_what_was_in_flight_and_nothing_that_comes_later);
    tcase_add_test(cases, a_cancelled_run_hears_nothing_any_more);
    tcase_add_loop_test(cases, runs_that_nothing_wakes_any_more_end_at_once, 0, 2);
    tcase_add_test(cases, moved_runs_wait_on_or_do_their_step_at_once);
    tcase_add_test(cases, runs_of_a_workflow_that_is_gone_sleep_until_it_is_back);
    tcase_add_test(cases, contacts_that_are_there_enter_a_new_workflow_once);
    tcase_add_test(cases, who_has_just_entered_begins_with_the_newest_rules);
    tcase_add_test(cases, who_cannot_be_asked_does_not_enter);
    tcase_add_test(cases, who_has_no_room_for_a_run_fails_to_enter);
    tcase_add_loop_test(
        cases, memberships_of_contacts_that_are_there_are_asked_for, 0,
        sizeof(memberships) / sizeof(memberships[0]));
    tcase_add_loop_test(cases, late_runs_do_as_it_says, 0, sizeof(lates) / sizeof(lates[0]));
    tcase_add_test(cases, late_runs_are_spread);
    tcase_add_test(cases, a_run_that_asks_again_is_not_late);
    tcase_add_test(cases, a_run_that_is_moved_from_before_an_action_asks_anew);
    tcase_add_test(cases, a_zone_that_changes_while_no_workflow_waits_is_asked_for_later);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("edits");
    TCase *cases = tcase_create("edits");
    tcase_add_checked_fixture(cases, setup, teardown);
    add_tests(cases);
    suite_add_tcase(suite, cases);
    cases = tcase_create("edits over restarts");
    tcase_add_checked_fixture(cases, setup_restarting, teardown);
    add_tests(cases);
    suite_add_tcase(suite, cases);
    return suite;
}
