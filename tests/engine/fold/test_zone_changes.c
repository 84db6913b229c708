// What was planned by the clocks of a zone is planned again when a newer zone database says otherwise of it, or when the
// account has another zone.
// links: engine/os
#include <stdio.h>

#include "engine/base/time.h"
#include "engine/fold/shard_clock.h"

#include "tests/fakes/event_clock.h"
#include "tests/fakes/zone_files.h"
#include "tests/support/suite.h"

#define RULES                                                    \
    "actions:\n"                                                 \
    "  mail: {topic: a, with: {text: string}}\n"                 \
    "  push: {topic: a, channel: quiet, with: {text: string}}\n" \
    "contact: {fields: {day: {type: date}}}\n"                   \
    "events: {ping: {data: {n: optional int}}}\n"                \
    "channels: {quiet: {quiet: {hours: \"10:00-09:00\"}}}\n"     \
    "workflows:\n"
#define SENT             "{do: mail, with: {text: sent}}"
#define MORNING(trigger) RULES "  w: {on: {" trigger "}, steps: [" SENT "]}\n"
#define STEPS(steps)     RULES "  w: {on: ping, steps: [" steps "]}\n"

static struct fake_zones zones;

static void setup_zones(void)
{
    zones = (struct fake_zones){
        .zones = {
            {.name = "Near/By", .rule = "<+01>-1"},
            {.name = "Far/Away", .rule = "<+05>-5"},
        }};
    clock_world.params.zone_files = fake_zone_files(&zones);
}

static void setup(void)
{
    clock_setup();
    setup_zones();
}

static void setup_restarting(void)
{
    clock_setup_restarting();
    setup_zones();
}

// The contact lives in a zone; a newer database puts Near/By three hours ahead.
static void begin(const char *rules, const char *zone)
{
    char data[200];
    world_open(&clock_world, rules);
    (void)snprintf(
        data, sizeof(data), "{\"zone\":\"%s\",\"fields\":{\"day\":\"2026-01-03\"}}", zone);
    clock_feed("01-01T00:00:00", "contact.updated", data);
    clock_feed("01-01T20:00:00", "ping", "{}");
}

static void renew(const char *rules)
{
    world_activate(&clock_world, rules);
    world_publish(&clock_world);
    clock_maybe_restart();
}

// Nine in the morning of the third there is 08:00 in UTC before, 06:00 behind it.
static const struct change_case {
    const char *name, *rules, *zone, *account, *sent;
} changes[] = {
    {"a time of day", STEPS("{wait: '1d at \"09:00\"'}, " SENT), "Near/By", NULL,
     "01-03T06:00:00.000Z 2/1 sent\n"},
    {"a time of day in the account's zone", STEPS("{wait: '1d at \"09:00\"'}, " SENT), "No/Where",
     "Near/By", "01-03T06:00:00.000Z 2/1 sent\n"},
    {"a window", STEPS("{wait: {window: {days: [sat], hours: \"09:00-10:00\"}}}, " SENT), "Near/By",
     NULL, "01-03T06:00:00.000Z 2/1 sent\n"},
    {"a window of a zone that the rules name",
     STEPS("{wait: {window: {days: [sat], hours: \"09:00-10:00\", zone: Near/By}}}, " SENT),
     "Far/Away", NULL, "01-03T06:00:00.000Z 2/1 sent\n"},
    {"a moment that an expression finds",
     STEPS("{wait: {until: \"run.started + days(1) + duration(string(15 - "
           "run.started.getHours('Near/By') + 16) + 'h')\"}}, " SENT),
     "UTC", NULL, "01-03T04:00:00.000Z 2/1 sent\n"},
    {"quiet hours", STEPS("{wait: 24h}, {do: push, with: {text: sent}}"), "Near/By", NULL,
     "01-03T06:00:00.000Z 2/1 sent\n"},
    {"a date", MORNING("date: {field: contact.day, at: \"09:00\"}"), "Near/By", NULL,
     "01-03T06:00:00.000Z 1/1 sent\n"},
    {"a date of a zone that the rules name",
     MORNING("date: {field: contact.day, at: \"09:00\", zone: Near/By}"), "Far/Away", NULL,
     "01-03T06:00:00.000Z 1/1 sent\n"},
    {"a schedule of the contact's zone", MORNING("schedule: {cron: \"0 9 3 * *\", zone: contact}"),
     "Near/By", NULL, "01-03T06:00:00.000Z 1/1 sent\n"},
    {"a schedule of the account's zone", MORNING("schedule: {cron: \"0 9 3 * *\"}"), "Far/Away",
     "Near/By", "01-03T06:00:00.000Z 1/1 sent\n"},
    {"another zone stays", STEPS("{wait: '1d at \"09:00\"'}, " SENT), "Far/Away", NULL,
     "01-03T04:00:00.000Z 2/1 sent\n"},
};

enum {
    FIRST_PLANNED = 6,
    PLANNED = 4
}; // dates and schedules: planned as soon as rules are in force

START_TEST(a_newer_database_plans_again)
{
    const struct change_case *given = &changes[_i];
    clock_world.params.zone = given->account;
    begin(given->rules, given->zone);
    clock_advance("01-02T22:00:00");
    clock_check_actions("");
    zones.zones[0].rule = "<+03>-3";
    renew(given->rules);
    clock_advance("01-03T03:59:59.999");
    clock_check_actions("");
    clock_advance("01-04T00:00:00");
    clock_check_actions(given->sent);
}
END_TEST

START_TEST(a_segment_goes_by_the_new_clocks)
{
    static const char rules[] =
        RULES "  w: {on: segment.entered, steps: [" SENT "]}\n"
              "segments: {day: {if: \"local(now, 'Near/By').getHours() >= 9\"}}\n";
    begin(rules, "UTC");
    clock_advance("01-02T07:30:00"); // it is left at midnight there, 23:00 in UTC
    clock_check_actions("01-01T08:00:00.000Z 1/1 sent\n");
    zones.zones[0].rule = "<+03>-3";
    renew(rules);
    clock_ck_shows("\"created\"");
    ck_assert(!clock_shows("\"segments\""));
    clock_advance("01-02T07:30:00.001");
    clock_ck_shows("\"segments\":[\"day\"]");
}
END_TEST

START_TEST(another_zone_of_the_account_plans_again)
{
    static const char rules[] =
        MORNING("schedule: {cron: \"0 9 3 * *\"}") "  v: {on: ping, steps: [{wait: '1d at "
                                                   "\"09:00\"'}, " SENT "]}\n";
    clock_world.params.zone = "+07:00";
    begin(rules, "No/Where");
    clock_advance("01-02T00:00:00");
    world_close(&clock_world);
    clock_world.params.zone = "Near/By";
    world_open(&clock_world, NULL);
    renew(rules);
    clock_advance("01-03T07:59:59.999");
    clock_check_actions("");
    clock_advance("01-04T00:00:00");
    clock_check_actions("01-03T08:00:00.000Z 2/1 sent\n01-03T08:00:00.000Z 1/1 sent\n");
}
END_TEST

static void live_in(int contact, const char *zone)
{
    char line[256];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"z%d\",\"source\":\"s\",\"type\":\"contact.updated\",\"time\":\"2026-01-01T00:00:"
        "00Z\",\"contact\":\"c%d\",\"data\":{\"zone\":\"%s\"}}",
        contact, contact, zone);
    world_feed_line(&clock_world, line);
}

// The frame of the database marks, the ones behind it do as much as each holds; who lives elsewhere is left alone.
START_TEST(as_many_in_a_frame_as_it_holds)
{
    enum { CONTACTS = 100, IN_FRAME = 8 };
    static const char rules[] = MORNING("schedule: {cron: \"0 9 * * *\", zone: contact}");
    struct fault fault = {.err = ERR_OK};
    clock_world.params.frame_events_max = IN_FRAME;
    begin(rules, "UTC");
    for (int i = 0; i < CONTACTS; i++)
        live_in(i, i % 2 == 0 ? "Near/By" : "Far/Away");
    clock_advance("01-01T20:00:00");
    uint64_t fired = world_counts(&clock_world).timers_fired;
    uint64_t sequence = shard_sequence(clock_world.shard);
    zones.zones[0].rule = "<+03>-3";
    world_activate(&clock_world, rules);
    ck_assert_uint_eq(shard_sequence(clock_world.shard), sequence + 1);
    ck_assert_uint_eq(world_counts(&clock_world).timers_fired, fired);
    int64_t later_ms = 0;
    ck_assert(time_parse(BYTES_LITERAL("2026-01-01T20:00:00.001Z"), &later_ms));
    for (bool is_there = false; !is_there;) {
        uint64_t before = world_counts(&clock_world).timers_fired;
        ck_assert(shard_advance_frame(clock_world.shard, later_ms, &is_there, &fault) == ERR_OK);
        ck_assert_uint_le(world_counts(&clock_world).timers_fired, before + IN_FRAME);
    }
    ck_assert_uint_eq(world_counts(&clock_world).timers_fired, fired + CONTACTS / 2);
    world_publish(&clock_world);
}
END_TEST

// Rules that count what has come already take only the zones that this needs into their frame: others are asked for behind it.
START_TEST(zones_of_rules_that_fold_again_are_had_a_moment_later)
{
    const struct change_case *given = &changes[FIRST_PLANNED + _i];
    char rules[2000];
    (void)snprintf(rules, sizeof(rules), "counters: {pings: {count: ping}}\n%s", given->rules);
    clock_world.params.zone = given->account;
    begin(RULES "  v: {on: form.submitted, steps: [" SENT "]}\n", given->zone);
    renew(rules);
    clock_advance("01-04T00:00:00");
    clock_check_actions("01-03T08:00:00.000Z 1/1 sent\n");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/zone changes");
    TCase *cases[] = {tcase_create("changes"), tcase_create("restarting")};
    tcase_add_checked_fixture(cases[0], setup, clock_teardown);
    tcase_add_checked_fixture(cases[1], setup_restarting, clock_teardown);
    tcase_add_test(cases[0], as_many_in_a_frame_as_it_holds);
    for (int i = 0; i < 2; i++) {
        tcase_set_timeout(cases[i], 60);
        tcase_add_loop_test(
            cases[i], a_newer_database_plans_again, 0, sizeof(changes) / sizeof(changes[0]));
        tcase_add_loop_test(
            cases[i], zones_of_rules_that_fold_again_are_had_a_moment_later, 0, PLANNED);
        tcase_add_test(cases[i], a_segment_goes_by_the_new_clocks);
        tcase_add_test(cases[i], another_zone_of_the_account_plans_again);
        suite_add_tcase(suite, cases[i]);
    }
    return suite;
}
