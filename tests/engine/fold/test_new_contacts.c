// What is live of a contact of whom nothing is known yet: what cannot be is not looked at, and what is so at once shows at
// once.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

static int next_id;

static void setup(void)
{
    fold_fixture_setup();
    world.params.tick_mode = TICK_EVENT;
    next_id = 1;
}

static void teardown(void)
{
    world_check_refolds(&world);
    fold_fixture_teardown();
}

// An event of contact c at a time of January 2026 ("03T10:00:00").
static void feed(const char *time, const char *type, const char *data)
{
    char line[512];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-%sZ\",\"contact\":"
        "\"c\",\"data\":%s}",
        next_id++, type, time, data);
    world_feed_line(&world, line);
}

static bool shows(const char *text)
{
    return strstr(world_contact(&world, "c"), text) != NULL;
}

#define ck_shows(text) \
    ck_assert_msg(shows(text), "wanted %s in %s", text, world_contact(&world, "c"))
#define ck_shows_not(text) \
    ck_assert_msg(!shows(text), "found %s in %s", text, world_contact(&world, "c"))

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
    world_open(&world, rules);
    feed("01T00:00:00", "contact.created", "{}");
    for (int i = 0; i < 3 && new_cases[_i].shown[i] != NULL; i++)
        ck_shows(new_cases[_i].shown[i]);
}
END_TEST

// Nothing is taken from it before it has points.
START_TEST(a_new_contact_is_idle_from_its_first_points_on)
{
    world_open(
        &world, "scores: {s: {forget: {idle: {after: 2d, points: -3, every: 1d}}, rules: [\n"
                "  {name: o, on: email.opened, points: 1}]}}\n"
                "segments: {low: {if: score.s < 0}}\n");
    feed("01T00:00:00", "contact.created", "{}");
    ck_shows_not("low");
    feed("02T00:00:00", "email.opened", "{}");
    world_advance(&world, "2026-01-03T23:59:59.999Z");
    ck_shows_not("low");
    world_advance(&world, "2026-01-04T00:00:00Z");
    ck_shows("\"segments\":[\"low\"]");
}
END_TEST

// It is not looked at when the contact is new: what gives it points marks it.
START_TEST(scores_that_are_zero_of_a_new_contact_follow_what_comes)
{
    world_open(
        &world, "scores:\n"
                "  s: {forget: {expire: 3d}, rules: [{name: o, on: email.opened, points: 5}]}\n"
                "  lead: {rules: [{name: l, while: contact.stage == \"lead\", points: 2}]}\n"
                "  twice: {combine: score.s * 2 + score.lead}\n"
                "segments:\n"
                "  opened: {if: score.s >= 5}\n"
                "  not_opened: {if: score.s < 5}\n"
                "  leads: {if: score.lead > 1}\n"
                "  all: {if: score.twice >= 12}\n");
    feed("01T00:00:00", "contact.created", "{}");
    ck_shows("\"segments\":[\"not_opened\"]");
    feed("01T00:00:01", "contact.stage_changed", "{\"stage\":\"lead\"}");
    ck_shows("\"leads\"");
    feed("01T00:00:02", "email.opened", "{}");
    ck_shows("\"twice\":{\"value\":12}");
    ck_shows("\"opened\"");
    ck_shows_not("\"not_opened\"");
    ck_shows("\"all\"");
    world_advance(&world, "2026-01-04T00:00:02Z");
    ck_shows("\"not_opened\"");
    ck_shows_not("\"all\"");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("new contacts");
    TCase *cases = tcase_create("scores");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(
        cases, scores_that_are_not_zero_of_a_new_contact_show_at_once, 0, NEW_CASES);
    tcase_add_test(cases, a_new_contact_is_idle_from_its_first_points_on);
    tcase_add_test(cases, scores_that_are_zero_of_a_new_contact_follow_what_comes);
    suite_add_tcase(suite, cases);
    return suite;
}
