// Runs that keep the steps that they began with when their workflow is written differently: `edit: pin`.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

#define ACTIONS                                           \
    "actions: {mail: {topic: a, with: {text: string}}}\n" \
    "contact: {fields: {plan: {type: string}}}\n"         \
    "events: {ping: {data: {n: optional int}}, pong: {data: {}}, quit: {data: {}}}\n"
#define SCORE "scores: {heat: {rules: [{name: p, on: ping, points: 5}]}}\n"
#define WORKFLOW(keys, text)          \
    "workflows: {w: {on: ping, " keys \
    " steps: [{id: a, wait: 5d}, {id: m, do: mail, with: {text: " text "}}]}}\n"
#define V1 ACTIONS WORKFLOW("edit: pin,", "first")
#define V2 ACTIONS WORKFLOW("edit: pin,", "second")
#define V3 ACTIONS WORKFLOW("edit: pin,", "third")

static void edit(const char *rules)
{
    world_activate(&clock_world, rules);
    clock_maybe_restart();
}

#define ck_counted(counter, n) \
    ck_assert(clock_restarts || world_counts(&clock_world).counter == (uint64_t)(n))

// One contact runs through the workflow each time it is written: `key` makes it a run of its own.
#define KEYED(text) ACTIONS WORKFLOW("edit: pin, key: data.n,", text)

START_TEST(each_run_ends_with_the_steps_that_it_began_with)
{
    world_open(&clock_world, KEYED("first"));
    clock_feed("01-01T00:00:00", "ping", "{\"n\":1}");
    edit(KEYED("second"));
    ck_counted(runs_pinned, 1);
    clock_feed("01-02T00:00:00", "ping", "{\"n\":2}");
    edit(KEYED("third"));
    ck_counted(runs_pinned, 2);
    clock_feed("01-03T00:00:00", "ping", "{\"n\":3}");
    clock_ck_shows("\"version\":\"");
    clock_ck_shows("\"file\":\"rules.yaml@");
    clock_ck_shows("\"key\":3,");
    clock_advance("01-06T00:00:00");
    clock_check_actions("01-06T00:00:00.000Z m/1 first\n");
    clock_advance("01-10T00:00:00");
    clock_check_actions("01-06T00:00:00.000Z m/1 first\n01-07T00:00:00.000Z m/1 second\n"
                        "01-08T00:00:00.000Z m/1 third\n");
    ck_assert(!clock_shows("\"runs\""));
    ck_counted(runs_done, 3);
}
END_TEST

#define NO "{do: mail, with: {text: no}}, "
#define LEAPING(nos, text)                                                                   \
    ACTIONS "workflows: {w: {on: ping, edit: pin, key: data.n, steps: [{id: a, wait: 5d},\n" \
            "  {if: run.data.n > 0, then: [{goto: m}]}, " nos                                \
            "{id: m, do: mail, with: {text: " text "}}]}}\n"

// Steps that several versions call the same stand at places of their own in each.
START_TEST(each_version_goes_to_its_own_steps)
{
    world_open(&clock_world, LEAPING(NO, "first"));
    clock_feed("01-01T00:00:00", "ping", "{\"n\":1}");
    edit(LEAPING(NO NO NO, "second"));
    clock_feed("01-02T00:00:00", "ping", "{\"n\":2}");
    edit(LEAPING("", "third"));
    clock_feed("01-03T00:00:00", "ping", "{\"n\":3}");
    ck_assert_uint_eq(ruleset_pinned_count(shard_ruleset(clock_world.shard)), 2);
    clock_advance("01-06T00:00:00");
    clock_advance("01-07T00:00:00");
    clock_advance("01-08T00:00:00");
    clock_check_actions("01-06T00:00:00.000Z m/1 first\n01-07T00:00:00.000Z m/1 second\n"
                        "01-08T00:00:00.000Z m/1 third\n");
}
END_TEST

// The rules that come next say what becomes of those that were pinned, too.
static const struct later {
    const char *rules;
    const char *actions;
} laters[] = {
    {ACTIONS WORKFLOW("", "second"), "01-06T00:00:00.000Z m/1 second\n"},
    {ACTIONS WORKFLOW("edit: {move: {a: m}},", "moved"), "01-01T00:00:00.001Z m/1 moved\n"},
    {ACTIONS WORKFLOW("edit: cancel,", "never"), ""},
    {V1, "01-06T00:00:00.000Z m/1 first\n"}, // as it began: nothing is pinned any more
};
enum { LATER_COUNT = sizeof(laters) / sizeof(laters[0]) };

START_TEST(a_pinned_run_is_edited_by_rules_that_do_not_pin)
{
    const struct later *later = &laters[_i];
    world_open(&clock_world, V1);
    clock_feed("01-01T00:00:00", "ping", "{}");
    edit(V2);
    clock_ck_shows("\"version\":\"");
    edit(later->rules);
    ck_assert(!clock_shows("\"version\":\""));
    clock_advance("01-10T00:00:00");
    clock_check_actions(later->actions);
    ck_assert(!clock_shows("\"runs\""));
}
END_TEST

// Stops, windows and what is waited for are those of the version, too.
START_TEST(a_pinned_run_hears_what_its_own_version_names)
{
    static const char heard[] = ACTIONS
        "workflows: {w: {on: ping, edit: pin, stop: [{on: quit}, {if: contact.plan == \"x\"}],\n"
        "  key: data.n,\n"
        "  steps: [{id: a, wait: {for: pong, if: run.data.n < 3, at_most: 30d}},\n"
        "    {id: m, do: mail, with: {text: \"old {{ run.data.n }}\"}}]}}\n";
    static const char deaf[] = ACTIONS WORKFLOW("edit: pin, key: data.n,", "new");
    world_open(&clock_world, heard);
    clock_feed("01-01T00:00:00", "ping", "{\"n\":1}");
    clock_feed("01-01T00:00:00", "ping", "{\"n\":3}");
    edit(deaf);
    clock_feed("01-01T12:00:00", "ping", "{\"n\":4}");
    clock_feed("01-02T00:00:00", "pong", "{}");
    clock_check_actions("01-02T00:00:00.000Z m/1 old 1\n");
    clock_feed("01-03T00:00:00", "contact.updated", "{\"fields\":{\"plan\":\"x\"}}");
    ck_counted(runs_stopped, 1);
    clock_advance("02-10T00:00:00");
    clock_check_actions("01-02T00:00:00.000Z m/1 old 1\n01-06T12:00:00.000Z m/1 new\n");
}
END_TEST

// What time alone makes true, and a zone that changes, too.
START_TEST(a_pinned_run_is_planned_as_its_own_version_says)
{
    static const char timed[] = ACTIONS
        "counters: {pings: {count: ping, within: 3d}}\n"
        "workflows: {w: {on: ping, edit: pin, key: data.n, stop: [{if: counter.pings == 0}],\n"
        "  steps: [{wait: 30d}, {id: m, do: mail, with: {text: late}}]},\n"
        " z: {on: pong, edit: pin, steps: [{wait: 1d at \"09:00\"}, {id: m, do: mail, with: {text: "
        "nine}}]}}\n";
    static const char untimed[] =
        ACTIONS "counters: {pings: {count: ping, within: 3d}}\n"
                "workflows: {w: {on: ping, edit: pin, key: data.n, steps: [{wait: 1d}]},\n"
                " z: {on: pong, edit: pin, steps: [{wait: 1d}]}}\n";
    world_open(&clock_world, timed);
    clock_feed("01-01T00:00:00", "ping", "{\"n\":1}");
    clock_feed("01-01T00:00:00", "pong", "{}");
    edit(untimed);
    clock_feed("01-01T01:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    clock_advance("01-03T23:59:59.999");
    clock_check_actions("01-02T02:00:00.000Z m/1 nine\n");
    ck_counted(runs_stopped, 0);
    clock_advance("01-04T00:00:00");
    ck_counted(runs_stopped, 1);
    ck_assert(!clock_shows("\"runs\""));
}
END_TEST

// Who may enter again is said by the rules in force.
START_TEST(a_pinned_run_is_in_the_way_as_any_other)
{
    world_open(&clock_world, ACTIONS WORKFLOW("edit: pin, reenter: after_end,", "first"));
    clock_feed("01-01T00:00:00", "ping", "{}");
    edit(ACTIONS WORKFLOW("edit: pin, reenter: {after: 7d},", "second"));
    clock_feed("01-02T00:00:00", "ping", "{}");
    clock_advance("01-06T00:00:00");
    clock_feed("01-06T00:00:01", "ping", "{}"); // not for seven days
    clock_feed("01-08T00:00:00", "ping", "{}");
    clock_advance("01-20T00:00:00");
    clock_check_actions("01-06T00:00:00.000Z m/1 first\n01-13T00:00:00.000Z m/1 second\n");
}
END_TEST

// What a version names has to be there; where it is not, its runs follow, and that is counted.
START_TEST(a_version_that_cannot_be_kept_is_followed_and_counted)
{
    world_open(
        &clock_world,
        ACTIONS SCORE "workflows: {w: {on: ping, edit: pin, steps: [{id: a, wait: 5d},\n"
                      "  {id: m, do: mail, with: {text: \"old {{ score.heat }}\"}}]}}\n");
    clock_feed("01-01T00:00:00", "ping", "{}");
    edit(V2);
    ck_counted(runs_pinned, 0);
    ck_counted(runs_unpinned, 1);
    ck_assert(!clock_shows("\"version\":\""));
    clock_advance("01-10T00:00:00");
    clock_check_actions("01-06T00:00:00.000Z m/1 second\n");
}
END_TEST

// Also a workflow that it starts.
START_TEST(a_version_that_starts_what_is_gone_is_followed_and_counted)
{
    world_open(
        &clock_world, ACTIONS
        "workflows: {w: {on: ping, edit: pin, steps: [{id: a, wait: 5d}, {start: other}]},\n"
        " other: {on: pong, steps: [{id: m, do: mail, with: {text: other}}]}}\n");
    clock_feed("01-01T00:00:00", "ping", "{}");
    edit(V2);
    ck_counted(runs_pinned, 0);
    ck_counted(runs_unpinned, 1);
    clock_advance("01-10T00:00:00");
    clock_check_actions("01-06T00:00:00.000Z m/1 second\n");
}
END_TEST

// The same later on, when what was pinned has no longer what it names and the workflow itself is as before.
START_TEST(a_pinned_version_that_loses_what_it_names_is_followed)
{
    world_open(
        &clock_world,
        ACTIONS SCORE "workflows: {w: {on: ping, edit: pin, steps: [{id: a, wait: 5d},\n"
                      "  {id: m, do: mail, with: {text: \"old {{ score.heat }}\"}}]}}\n");
    clock_feed("01-01T00:00:00", "ping", "{}");
    edit(ACTIONS SCORE WORKFLOW("edit: pin,", "second"));
    ck_counted(runs_pinned, 1);
    edit(V2);
    ck_counted(runs_unpinned, 1);
    ck_assert(!clock_shows("\"version\":\""));
    clock_advance("01-10T00:00:00");
    clock_check_actions("01-06T00:00:00.000Z m/1 second\n");
}
END_TEST

static size_t pinned_now(void)
{
    return ruleset_pinned_count(shard_ruleset(clock_world.shard));
}

START_TEST(a_version_is_kept_as_long_as_it_has_runs)
{
    world_open(&clock_world, V1);
    clock_feed("01-01T00:00:00", "ping", "{}");
    edit(V2);
    ck_assert_uint_eq(pinned_now(), 1);
    edit(V3); // V2 might have begun runs until now
    ck_assert_uint_eq(pinned_now(), 2);
    edit(V3 "lists: {l: {}}\n"); // it has not
    ck_assert_uint_eq(pinned_now(), 1);
    clock_advance("01-10T00:00:00");
    clock_check_actions("01-06T00:00:00.000Z m/1 first\n");
    edit(V3);
    ck_assert_uint_eq(pinned_now(), 0);
}
END_TEST

// A new version may have no wait at all.
START_TEST(a_pinned_run_goes_on_where_nothing_waits_any_more)
{
    world_open(&clock_world, V1);
    clock_feed("01-01T00:00:00", "ping", "{}");
    edit(ACTIONS "workflows: {w: {on: ping, edit: pin, reenter: always, steps: [{id: n, do: mail, "
                 "with: {text: at once}}]}}\n");
    clock_feed("01-02T00:00:00", "ping", "{}");
    clock_advance("01-10T00:00:00");
    clock_check_actions("01-02T00:00:00.000Z n/1 at once\n01-06T00:00:00.000Z m/1 first\n");
    ck_counted(runs_done, 2);
}
END_TEST

// Taken in by one version, a contact that has not come to the first step keeps it as well.
START_TEST(who_has_just_entered_begins_with_the_version_that_took_it_in)
{
    world_open(&clock_world, ACTIONS);
    clock_feed("01-01T00:00:00", "quit", "{}");
    edit(ACTIONS
         "workflows: {w: {on: ping, edit: pin, existing: include, steps: [{id: x, do: mail, "
         "with: {text: first}}]}}\n");
    edit(ACTIONS
         "workflows: {w: {on: ping, edit: pin, existing: include, steps: [{id: y, do: mail, "
         "with: {text: second}}]}}\n");
    ck_counted(runs_pinned, 1);
    clock_advance("01-02T00:00:00");
    clock_check_actions("01-01T00:00:00.001Z x/1 first\n");
}
END_TEST

static const TTest *const *const tests[] = {
    &who_has_just_entered_begins_with_the_version_that_took_it_in,
    &each_run_ends_with_the_steps_that_it_began_with,
    &each_version_goes_to_its_own_steps,
    &a_pinned_run_hears_what_its_own_version_names,
    &a_pinned_run_is_planned_as_its_own_version_says,
    &a_pinned_run_is_in_the_way_as_any_other,
    &a_version_that_cannot_be_kept_is_followed_and_counted,
    &a_version_that_starts_what_is_gone_is_followed_and_counted,
    &a_pinned_version_that_loses_what_it_names_is_followed,
    &a_version_is_kept_as_long_as_it_has_runs,
    &a_pinned_run_goes_on_where_nothing_waits_any_more,
};

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/pins");
    TCase *cases[] = {tcase_create("pins"), tcase_create("restarting")};
    tcase_add_checked_fixture(cases[0], clock_setup, clock_teardown);
    tcase_add_checked_fixture(cases[1], clock_setup_restarting, clock_teardown);
    for (int i = 0; i < 2; i++) {
        tcase_set_timeout(cases[i], 60);
        tcase_add_loop_test(
            cases[i], a_pinned_run_is_edited_by_rules_that_do_not_pin, 0, LATER_COUNT);
        for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++)
            tcase_add_test(cases[i], *tests[t]);
        suite_add_tcase(suite, cases[i]);
    }
    return suite;
}
