// Cases that other systems test themselves with, as far as scores, counters and segments can say them: events in, expected
// state out. Each names where its expectation comes from; times and numbers are theirs.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

static struct fold_world world;
static int next_id;

static void setup(void)
{
    world_create(&world);
    world.params.tick_mode = TICK_EVENT;
    next_id = 1;
}

// Whatever a case did, the journal folds again to the same.
static void teardown(void)
{
    world_check_refolds(&world);
    world_destroy(&world);
}

static void feed(const char *contact, const char *time, const char *type, const char *data)
{
    static char line[1024];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"%s\",\"contact\":\"%s\","
        "\"data\":"
        "%s}",
        next_id++, type, time, contact, data);
    world_feed_line(&world, line);
}

// What is expected stands in the JSON of the contact.
static void ck_has(const char *contact, const char *text)
{
    const char *json = world_contact(&world, contact);
    ck_assert_msg(strstr(json, text) != NULL, "wanted %s in %s", text, json);
}

static void ck_has_not(const char *contact, const char *text)
{
    const char *json = world_contact(&world, contact);
    ck_assert_msg(strstr(json, text) == NULL, "found %s in %s", text, json);
}

// Who is in the segment `in`: "101" means u1 and u3 are, u2 is not.
static void ck_members(const char *expected)
{
    for (size_t i = 0; expected[i] != '\0'; i++) {
        const char contact[] = {'u', (char)('1' + i), '\0'};
        if (expected[i] == '1')
            ck_has(contact, "\"segments\":[\"in\"]");
        else
            ck_has_not(contact, "segments");
    }
}

// --- a score that is lost when a maximum count is passed: apache/unomi SegmentIT.testScoringRecalculation
#define UNOMI_RULES                                                                              \
    "events: {testEventType: {data: {}}}\n"                                                      \
    "counters:\n"                                                                                \
    "  hits:\n"                                                                                  \
    "    count: testEventType\n"                                                                 \
    "    if: event.time >= timestamp(\"2000-07-15T07:00:00Z\") && event.time < "                 \
    "timestamp(\"2001-01-15T07:00:00Z\")\n"                                                      \
    "scores:\n  plan: {rules: [{name: once-or-twice, while: 'counter.hits >= 1 && counter.hits " \
    "<= "                                                                                        \
    "2', points: 50}]}\n"

START_TEST(a_third_event_takes_the_points_of_two)
{
    world_open(&world, UNOMI_RULES);
    // They arrive decades after their time.
    feed("u1", "2026-01-01T00:00:00Z", "page.viewed", "{\"url\":\"/\"}");
    ck_has_not("u1", "\"plan\":{\"value\":50}");
    feed("u1", "2000-10-30T00:00:00Z", "testEventType", "{}");
    feed("u1", "2000-10-30T00:00:00Z", "testEventType", "{}");
    ck_has("u1", "\"plan\":{\"value\":50}");
    feed(
        "u1", "2000-07-15T06:59:59.999Z", "testEventType",
        "{}"); // before, and at the end: not in it
    feed("u1", "2001-01-15T07:00:00Z", "testEventType", "{}");
    ck_has("u1", "\"plan\":{\"value\":50}");
    world_activate(
        &world, UNOMI_RULES "  other: {rules: [{name: o, on: testEventType, points: 1}]}\n");
    ck_has("u1", "\"plan\":{\"value\":50}"); // counted anew over the journal
    feed("u1", "2000-10-30T00:00:00Z", "testEventType", "{}");
    ck_has_not("u1", "\"plan\":{\"value\":50}");
    // A score that became 0 by its rules is shown as 0, also where it is worked out from scratch; the digest says so.
    ck_has_not("u1", "\"plan\":"); // 0 of no entry is not printed, live or counted anew
    world_checkpoint(&world);
    world_close(&world);
    world_remove_store(&world);
    world_open(&world, NULL);
    ck_has_not("u1", "\"plan\":"); // 0 of no entry is not printed, live or counted anew
}
END_TEST

// --- counts with windows and "has been" state: dittofeed computePropertiesIncremental
static void dittofeed_open(const char *counter, const char *condition)
{
    static char rules[1024];
    (void)snprintf(
        rules, sizeof(rules),
        "events: {test: {data: {age: optional int}}, unrelated: {data: {}}}\n"
        "contact: {fields: {status: {type: string}, createdAt: {type: timestamp}}}\n"
        "counters: {tests: {%s}}\nsegments: {in: {%s}}\n",
        counter, condition);
    world_open(&world, rules);
}

START_TEST(performed_zero_times)
{
    dittofeed_open("count: test", "if: counter.tests == 0"); // (a)
    feed("u1", "2026-01-01T00:00:00Z", "unrelated", "{}");
    feed("u2", "2026-01-01T00:00:00Z", "test", "{}");
    ck_members("10");
    world_advance(&world, "2026-01-01T00:00:01Z");
    ck_members("10");
    world_advance(&world, "2026-01-02T00:00:00Z");
    ck_members("10");
    feed("u1", "2026-01-02T00:00:01Z", "test", "{}");
    ck_members("00");
}
END_TEST

START_TEST(zero_times_within_five_seconds)
{
    dittofeed_open("count: test, within: 5s", "if: counter.tests == 0"); // (b)
    feed("u1", "2025-12-31T23:59:59.900Z", "unrelated", "{}");
    feed("u2", "2025-12-31T23:59:59.900Z", "test", "{}");
    world_advance(&world, "2026-01-01T00:00:00Z");
    ck_members("10");
    world_advance(&world, "2026-01-01T00:00:01Z");
    ck_members("10");
    world_advance(&world, "2026-01-01T00:00:04.899Z");
    ck_members("10");
    world_advance(&world, "2026-01-01T00:00:11Z");
    ck_members("11");
}
END_TEST

START_TEST(less_than_once_within_five_hundred_seconds)
{
    dittofeed_open("count: test, within: 500s", "if: counter.tests < 1"); // (c)
    feed("u1", "2026-01-01T00:00:00Z", "unrelated", "{}");
    feed("u2", "2026-01-01T00:00:00Z", "test", "{}");
    ck_members("10");
    world_advance(&world, "2026-01-01T00:00:00.100Z");
    ck_members("10");
    world_advance(&world, "2026-01-01T00:08:20.100Z");
    ck_members("11");
}
END_TEST

START_TEST(less_than_twice)
{
    dittofeed_open("count: test", "if: counter.tests < 2"); // (d)
    feed("u1", "2026-01-01T00:00:00Z", "unrelated", "{}");
    feed("u2", "2026-01-01T00:00:00Z", "test", "{}");
    feed("u3", "2026-01-01T00:00:00Z", "test", "{}");
    feed("u3", "2026-01-01T00:00:00Z", "test", "{}");
    ck_members("110");
}
END_TEST

static const struct {
    const char *counter, *members;
} age_cases[] = {
    {"count: test, if: data.age >= 20", "01"},
    {"count: test, if: data.age < 20", "10"},
};

START_TEST(a_property_filters_what_is_counted)
{
    dittofeed_open(age_cases[_i].counter, "if: counter.tests >= 1"); // (e)
    feed("u1", "2026-01-01T00:00:00Z", "test", "{\"age\":18}");
    feed("u2", "2026-01-01T00:00:00Z", "test", "{\"age\":22}");
    ck_members(age_cases[_i].members);
}
END_TEST

START_TEST(a_field_of_the_last_sixty_seconds)
{
    dittofeed_open("count: test", "if: 'now - contact.createdAt < duration(\"60s\")'"); // (f)
    feed(
        "u1", "2026-01-01T00:00:00Z", "contact.updated",
        "{\"fields\":{\"createdAt\":\"2026-01-01T00:00:00Z\"}}");
    ck_members("1");
    world_advance(&world, "2026-01-01T00:00:00.050Z");
    ck_members("1");
    world_advance(&world, "2026-01-01T00:20:00Z");
    ck_members("0");
}
END_TEST

START_TEST(a_state_for_seven_days)
{
    dittofeed_open("count: test", "if: 'contact.status == \"onboarding\"', for: 7d"); // (g)
    feed(
        "u1", "2026-01-01T00:00:00Z", "contact.updated",
        "{\"fields\":{\"status\":\"onboarding\"}}");
    ck_members("0");
    world_advance(&world, "2026-01-08T00:01:00Z");
    ck_members("1");
    feed(
        "u1", "2026-01-08T00:01:01Z", "contact.updated",
        "{\"fields\":{\"status\":\"onboarding\"}}");
    ck_members("1"); // the same again does not begin anew
    feed("u1", "2026-01-08T00:01:02Z", "contact.updated", "{\"fields\":{\"status\":\"active\"}}");
    ck_members("0");
    world_advance(&world, "2026-01-15T00:01:02Z");
    ck_members("0");
}
END_TEST

// A field has no time of its own, the change of it does: the event field.changed is counted.
START_TEST(a_state_for_less_than_seven_days)
{
    dittofeed_open( // (h)
        "last: event.time, on: field.changed, if: data.field == \"status\"",
        "if: 'contact.status == \"onboarding\" && now - counter.tests < days(7)'");
    feed(
        "u1", "2026-01-01T00:00:00Z", "contact.updated",
        "{\"fields\":{\"status\":\"onboarding\"}}");
    ck_members("1");
    world_advance(&world, "2026-01-08T00:01:00Z");
    ck_members("0");
    feed(
        "u1", "2026-01-08T00:01:01Z", "contact.updated",
        "{\"fields\":{\"status\":\"onboarding\"}}");
    ck_members("0");
    feed("u1", "2026-01-08T00:01:02Z", "contact.updated", "{\"fields\":{\"status\":\"active\"}}");
    ck_members("0");
    world_advance(&world, "2026-01-15T00:01:02Z");
    ck_members("0");
}
END_TEST

// --- counters: unomi IncrementPropertyIT
START_TEST(counting_up)
{
    world_open(
        &world, "events: {hit: {data: {by: double, of: string}}}\n"
                "counters: {acme: {sum: data.by, on: hit, if: data.of == \"acme\"},\n"
                "  health: {sum: data.by, on: hit, if: data.of == \"health\"}, n: {count: hit}}\n"
                "segments: {one: {if: counter.n == 1}, acme49: {if: counter.acme == 49},\n"
                "  acme68: {if: counter.acme == 68}, acme80: {if: counter.acme == 80},\n"
                "  health88: {if: counter.health == 88}, none: {if: counter.n == 0}}\n");
    feed("u1", "2026-01-01T00:00:00Z", "page.viewed", "{\"url\":\"/\"}");
    ck_has("u1", "\"segments\":[\"none\"]"); // absent is 0
    feed("u1", "2026-01-01T00:00:01Z", "hit", "{\"by\":49,\"of\":\"acme\"}");
    ck_has("u1", "\"segments\":[\"acme49\",\"one\"]");
    feed("u1", "2026-01-01T00:00:02Z", "hit", "{\"by\":19,\"of\":\"acme\"}");
    ck_has("u1", "\"segments\":[\"acme68\"]");
    feed("u2", "2026-01-01T00:00:03Z", "hit", "{\"by\":49,\"of\":\"acme\"}");
    feed("u2", "2026-01-01T00:00:04Z", "hit", "{\"by\":31,\"of\":\"acme\"}");
    feed("u2", "2026-01-01T00:00:05Z", "hit", "{\"by\":88,\"of\":\"health\"}");
    ck_has("u2", "\"segments\":[\"acme80\",\"health88\"]");
}
END_TEST

// --- decay: HubSpot, 10 points, 50 % per month, linear by event
START_TEST(half_after_a_month_nothing_after_two)
{
    world_open(
        &world, "scores:\n  s:\n    forget: {linear: {percent: 50, every: 30d}}\n"
                "    bands: {none: 0, some: 1, all: 10}\n"
                "    rules: [{name: r, on: email.opened, points: 10}]\n"
                "segments: {half: {if: 'score.s >= 5 && score.s < 10'}}\n");
    feed("u1", "2026-01-01T00:00:00Z", "email.opened", "{}");
    ck_has("u1", "\"value\":10,\"band\":\"all\"");
    world_advance(&world, "2026-01-30T23:59:59.999Z");
    ck_has("u1", "\"value\":10,\"band\":\"all\"");
    world_advance(&world, "2026-01-31T00:00:00Z");
    ck_has("u1", "\"value\":5,\"band\":\"some\"");
    ck_has("u1", "\"segments\":[\"half\"]");
    world_advance(&world, "2026-03-01T23:59:59.999Z");
    ck_has("u1", "\"value\":5,\"band\":\"some\"");
    world_advance(&world, "2026-03-02T00:00:00Z");
    ck_has("u1", "\"value\":0,\"band\":\"none\"");
    ck_has_not("u1", "segments");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("scenarios");
    TCase *cases = tcase_create("scenarios");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_third_event_takes_the_points_of_two);
    tcase_add_test(cases, performed_zero_times);
    tcase_add_test(cases, zero_times_within_five_seconds);
    tcase_add_test(cases, less_than_once_within_five_hundred_seconds);
    tcase_add_test(cases, less_than_twice);
    tcase_add_loop_test(
        cases, a_property_filters_what_is_counted, 0, sizeof(age_cases) / sizeof(age_cases[0]));
    tcase_add_test(cases, a_field_of_the_last_sixty_seconds);
    tcase_add_test(cases, a_state_for_seven_days);
    tcase_add_test(cases, a_state_for_less_than_seven_days);
    tcase_add_test(cases, counting_up);
    tcase_add_test(cases, half_after_a_month_nothing_after_two);
    suite_add_tcase(suite, cases);
    return suite;
}
