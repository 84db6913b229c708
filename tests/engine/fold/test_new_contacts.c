// What is live of a contact of whom nothing is known yet: what cannot be is not looked at, and what is so at once shows at
// once.
// links: engine/os
#include <stdio.h>

#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

static void ck_shows_not(const char *part)
{
    ck_assert_msg(!clock_shows(part), "found %s in %s", part, world_contact(&clock_world, "c"));
}

// Of a contact of whom nothing is known but that it is there.
#define SCORE_OPENED "rules: [{name: o, on: email.opened, points: 1, group: g}]"
static const struct new_case {
    const char *score; // s
    const char *shown[3];
} new_cases[] = {
    {"bands: {cold: 0, warm: 5}, min: 5, groups: {g: {max: 9}}, " SCORE_OPENED,
     {"\"s\":{\"value\":5,\"band\":\"warm\"}", "\"segments\":[\"high\"]", "\"tags\":[\"heard\"]"}},
    {"bands: {cold: 0, warm: 5}, groups: {g: {min: 6}}, " SCORE_OPENED,
     {"\"s\":{\"value\":6,\"band\":\"warm\"}", "\"segments\":[\"high\"]", "\"tags\":[\"heard\"]"}},
    {"bands: {cold: -9}, max: -1, groups: {g: {max: 9}}, " SCORE_OPENED,
     {"\"s\":{\"value\":-1,\"band\":\"cold\"}", "\"segments\":[\"low\"]"}},
    {"bands: {cold: -9}, groups: {g: {max: -2}}, " SCORE_OPENED,
     {"\"s\":{\"value\":-2,\"band\":\"cold\"}", "\"segments\":[\"low\"]"}},
    {"bands: {cold: 0, warm: 5}, combine: score.base + 7.0",
     {"\"s\":{\"value\":7,\"band\":\"warm\"}", "\"segments\":[\"high\"]", "\"tags\":[\"heard\"]"}},
};
enum { NEW_CASES = sizeof(new_cases) / sizeof(new_cases[0]) };

START_TEST(scores_that_are_not_zero_of_a_new_contact_show_at_once)
{
    char rules[1024];
    (void)snprintf(
        rules, sizeof(rules),
        "scores:\n"
        "  base: {rules: [{name: o, on: order.placed, points: 1}]}\n"
        "  s: {%s}\n"
        "segments: {low: {if: score.s < 0}, high: {if: score.s >= 5}}\n"
        "workflows: {w: {on: score.band_changed, steps: [{tag: {add: heard}}]}}\n",
        new_cases[_i].score);
    world_open(&clock_world, rules);
    clock_feed("01-01T00:00:00", "contact.created", "{}");
    for (int i = 0; i < 3 && new_cases[_i].shown[i] != NULL; i++)
        clock_ck_shows(new_cases[_i].shown[i]);
}
END_TEST

// Nothing is taken from it before it has points.
START_TEST(a_new_contact_is_idle_from_its_first_points_on)
{
    world_open(
        &clock_world, "scores: {s: {forget: {idle: {after: 2d, points: -3, every: 1d}}, rules: [\n"
                      "  {name: o, on: email.opened, points: 1}]}}\n"
                      "segments: {low: {if: score.s < 0}}\n");
    clock_feed("01-01T00:00:00", "contact.created", "{}");
    ck_shows_not("low");
    clock_feed("01-02T00:00:00", "email.opened", "{}");
    clock_advance("01-03T23:59:59.999");
    ck_shows_not("low");
    clock_advance("01-04T00:00:00");
    clock_ck_shows("\"segments\":[\"low\"]");
}
END_TEST

// It is not looked at when the contact is new: what gives it points marks it.
START_TEST(scores_that_are_zero_of_a_new_contact_follow_what_comes)
{
    world_open(
        &clock_world,
        "scores:\n"
        "  s: {forget: {expire: 3d}, rules: [{name: o, on: email.opened, points: 5}]}\n"
        "  lead: {rules: [{name: l, while: contact.stage == \"lead\", points: 2}]}\n"
        "  twice: {combine: score.s * 2 + score.lead}\n"
        "segments:\n"
        "  opened: {if: score.s >= 5}\n"
        "  not_opened: {if: score.s < 5}\n"
        "  leads: {if: score.lead > 1}\n"
        "  all: {if: score.twice >= 12}\n");
    clock_feed("01-01T00:00:00", "contact.created", "{}");
    clock_ck_shows("\"segments\":[\"not_opened\"]");
    clock_feed("01-01T00:00:01", "contact.stage_changed", "{\"stage\":\"lead\"}");
    clock_ck_shows("\"leads\"");
    clock_feed("01-01T00:00:02", "email.opened", "{}");
    clock_ck_shows("\"twice\":{\"value\":12}");
    clock_ck_shows("\"opened\"");
    ck_shows_not("\"not_opened\"");
    clock_ck_shows("\"all\"");
    clock_advance("01-04T00:00:02");
    clock_ck_shows("\"not_opened\"");
    ck_shows_not("\"all\"");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("new contacts");
    TCase *cases = tcase_create("scores");
    tcase_add_checked_fixture(cases, clock_setup, clock_teardown);
    tcase_add_loop_test(
        cases, scores_that_are_not_zero_of_a_new_contact_show_at_once, 0, NEW_CASES);
    tcase_add_test(cases, a_new_contact_is_idle_from_its_first_points_on);
    tcase_add_test(cases, scores_that_are_zero_of_a_new_contact_follow_what_comes);
    suite_add_tcase(suite, cases);
    return suite;
}
