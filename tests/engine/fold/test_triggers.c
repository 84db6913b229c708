// Workflows that time starts: at which millisecond, for whom, and how often.
// links: engine/os
#include <stdio.h>

#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

#define ACTIONS                                                                                  \
    "actions: {mail: {topic: a, with: {text: string}}}\n"                                        \
    "contact: {fields: {birthday: {type: date}, renewal: {type: timestamp}}}\n"                  \
    "events: {ping: {data: {n: optional int}}, deal.new: {data: {deal: string, state: optional " \
    "string}}, deal.moved: {data: {deal: string, state: optional string}}}\n"
#define MAIL(text) "[{do: mail, with: {text: " text "}}]}\n"

// --- dates
START_TEST(a_birthday_comes_each_year)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w: {on: {date: {field: contact.birthday, every: year, before: 3d, "
                              "at: \"09:00\"}}, steps: " MAIL("soon"));
    clock_feed(
        "01-01T00:00:00", "contact.updated",
        "{\"fields\":{\"birthday\":\"1992-03-01\"},\"zone\":\"+07:00\"}");
    clock_advance("02-26T01:59:59.999");
    clock_check_actions("");
    clock_advance("02-26T02:00:00");
    clock_check_actions("02-26T02:00:00.000Z 1/1 soon\n");
    clock_feed("03-01T00:00:00", "ping", "{}");
    clock_advance("2028-12-31T00:00:00"); // 27 February is three days before in a leap year
    clock_check_actions("02-26T02:00:00.000Z 1/1 soon\n"
                        "02-26T02:00:00.000Z 1/1 soon\n"
                        "02-27T02:00:00.000Z 1/1 soon\n");
}
END_TEST

START_TEST(a_date_is_planned_again_when_it_changes)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w: {on: {date: {field: contact.renewal, before: 1d}}, steps: " MAIL("renew"));
    clock_feed(
        "01-01T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-02-01T10:00:00Z\"}}");
    clock_feed(
        "01-05T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-02-05T10:00:00Z\"}}");
    clock_advance("02-04T09:59:59.999");
    clock_check_actions("");
    clock_advance("02-04T10:00:00");
    clock_check_actions("02-04T10:00:00.000Z 1/1 renew\n");
    clock_feed( // the same again: it has been
        "02-04T12:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-02-05T10:00:00Z\"}}");
    clock_feed(
        "02-06T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-03-05T10:00:00Z\"}}");
    clock_feed("02-07T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":null}}");
    clock_advance("12-31T00:00:00");
    clock_check_actions("02-04T10:00:00.000Z 1/1 renew\n");
}
END_TEST

START_TEST(a_date_may_come_sooner)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w: {on: {date: {field: contact.renewal}}, steps: " MAIL("renew"));
    clock_feed("01-01T00:00:00", "ping", "{}");
    clock_feed(
        "01-02T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-03-01T10:00:00Z\"}}");
    clock_feed(
        "01-05T00:00:00", "contact.updated", "{\"fields\":{\"renewal\":\"2026-02-01T10:00:00Z\"}}");
    clock_advance("12-31T00:00:00");
    clock_check_actions("02-01T10:00:00.000Z 1/1 renew\n");
}
END_TEST

START_TEST(a_date_moves_with_the_zone)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w: {on: {date: {field: contact.birthday, every: year, at: "
                              "\"09:00\"}}, steps: " MAIL("day"));
    clock_feed(
        "01-01T00:00:00", "contact.updated",
        "{\"fields\":{\"birthday\":\"1990-06-01\"},\"zone\":\"+07:00\"}");
    clock_feed("06-01T01:00:00", "contact.updated", "{\"zone\":\"-05:00\"}");
    clock_advance("06-01T13:59:59.999");
    clock_check_actions("");
    clock_advance("06-02T00:00:00");
    clock_check_actions("06-01T14:00:00.000Z 1/1 day\n");
}
END_TEST

START_TEST(a_date_that_has_passed_does_not_come)
{
    world_open(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w: {on: {date: {field: contact.birthday, at: \"09:00\"}}, steps: " MAIL("once"));
    clock_feed("05-01T10:00:00", "contact.updated", "{\"fields\":{\"birthday\":\"2026-05-01\"}}");
    clock_advance("12-31T00:00:00");
    clock_check_actions("");
}
END_TEST

START_TEST(days_after_a_contact_came)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w: {on: {date: {field: contact.created, after: 30d}}, if: "
                              "'\"vip\" in contact.tags', steps: " MAIL("month"));
    clock_feed("01-01T10:00:00.007", "ping", "{}");
    clock_feed("01-02T00:00:00", "contact.tag_added", "{\"tag\":\"vip\"}");
    clock_advance("12-31T00:00:00");
    clock_check_actions("01-31T10:00:00.007Z 1/1 month\n");
}
END_TEST

// Rules that come later plan what is still to come, for contacts that are there.
START_TEST(new_rules_plan_for_those_who_are_there)
{
    world_open(&clock_world, ACTIONS);
    clock_feed("01-01T00:00:00", "contact.updated", "{\"fields\":{\"birthday\":\"1990-06-01\"}}");
    world_activate(
        &clock_world,
        ACTIONS "workflows:\n"
                "  w: {on: {date: {field: contact.birthday, every: year}}, steps: " MAIL("day"));
    clock_advance("06-01T00:00:00");
    clock_check_actions("06-01T00:00:00.000Z 1/1 day\n");
}
END_TEST

// --- schedules
START_TEST(a_schedule_is_for_the_members_of_its_segment)
{
    world_open(
        &clock_world, ACTIONS "segments: {open: {if: 'contact.stage == \"lead\"'}}\n"
                              "workflows:\n"
                              "  w: {on: {schedule: {cron: \"0 9 * * mon-fri\", each: "
                              "segment.open, zone: \"+01:00\"}}, steps: " MAIL("sweep"));
    clock_feed("01-02T10:00:00", "ping", "{}"); // a Friday
    clock_feed("01-03T10:00:00", "contact.stage_changed", "{\"stage\":\"lead\"}");
    clock_advance("01-05T07:59:59.999");
    clock_check_actions("");
    clock_advance("01-06T08:00:00");
    clock_check_actions("01-05T08:00:00.000Z 1/1 sweep\n01-06T08:00:00.000Z 1/1 sweep\n");
    clock_feed("01-06T09:00:00", "contact.stage_changed", "{\"stage\":\"customer\"}");
    clock_advance("02-01T00:00:00");
    clock_check_actions("01-05T08:00:00.000Z 1/1 sweep\n01-06T08:00:00.000Z 1/1 sweep\n");
}
END_TEST

START_TEST(a_schedule_asks_its_condition_when_it_is_due)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w: {on: {schedule: {cron: \"0 0 1 * *\", zone: contact}}, if: "
                              "'contact.stage == \"lead\"', steps: " MAIL("month"));
    clock_feed("01-15T10:00:00", "contact.updated", "{\"zone\":\"-05:00\"}");
    clock_feed("02-15T10:00:00", "contact.stage_changed", "{\"stage\":\"lead\"}");
    clock_advance("04-15T00:00:00");
    clock_check_actions("03-01T05:00:00.000Z 1/1 month\n04-01T05:00:00.000Z 1/1 month\n");
}
END_TEST

START_TEST(a_schedule_starts_no_run_beside_one_that_goes_on)
{
    world_open(
        &clock_world, ACTIONS "workflows:\n"
                              "  w: {on: {schedule: {cron: \"0 0 * * *\"}}, steps: [{wait: 36h}, "
                              "{do: mail, with: {text: x}}]}\n");
    clock_feed("01-01T10:00:00", "ping", "{}");
    clock_advance("01-06T23:00:00");
    clock_check_actions("01-03T12:00:00.000Z 2/1 x\n01-05T12:00:00.000Z 2/1 x\n");
}
END_TEST

// --- idleness
#define IDLE(more)                                                            \
    ACTIONS "workflows:\n"                                                    \
            "  w: {on: {idle: {of: deal.*, per: data.deal, for: 14d}}, " more \
            "steps: [{do: mail, with: {text: '{{ run.key }} {{ run.data.state }}'}}]}\n"

START_TEST(each_deal_is_idle_by_itself)
{
    world_open(&clock_world, IDLE(""));
    clock_feed("01-01T00:00:00", "deal.new", "{\"deal\":\"a\",\"state\":\"new\"}");
    clock_feed("01-03T00:00:00", "deal.new", "{\"deal\":\"b\",\"state\":\"new\"}");
    clock_feed("01-10T00:00:00.005", "deal.moved", "{\"deal\":\"a\",\"state\":\"won\"}");
    clock_feed("01-12T00:00:00", "ping", "{}");
    clock_advance("01-16T23:59:59.999");
    clock_check_actions("");
    clock_advance("01-24T00:00:00.004");
    clock_check_actions("01-17T00:00:00.000Z 1/1 b new\n");
    clock_advance("01-24T00:00:00.005");
    clock_check_actions("01-17T00:00:00.000Z 1/1 b new\n01-24T00:00:00.005Z 1/1 a won\n");
    clock_advance("06-01T00:00:00"); // once for a silence
    clock_feed("06-02T00:00:00", "deal.moved", "{\"deal\":\"b\",\"state\":\"lost\"}");
    clock_advance("12-01T00:00:00");
    clock_check_actions("01-17T00:00:00.000Z 1/1 b new\n01-24T00:00:00.005Z 1/1 a won\n"
                        "06-16T00:00:00.000Z 1/1 b lost\n");
}
END_TEST

START_TEST(the_last_event_says_whether_it_matters)
{
    world_open(&clock_world, IDLE("if: data.state != \"won\", "));
    clock_feed("01-01T00:00:00", "deal.new", "{\"deal\":\"a\",\"state\":\"new\"}");
    clock_feed("01-01T00:00:00", "deal.new", "{\"deal\":\"b\",\"state\":\"new\"}");
    clock_feed("01-02T00:00:00", "deal.moved", "{\"deal\":\"a\",\"state\":\"won\"}");
    clock_advance("12-01T00:00:00");
    clock_check_actions("01-15T00:00:00.000Z 1/1 b new\n");
}
END_TEST

START_TEST(a_late_event_does_not_shorten_a_silence)
{
    world_open(&clock_world, IDLE(""));
    clock_feed("01-05T00:00:00", "deal.new", "{\"deal\":\"a\",\"state\":\"new\"}");
    clock_feed("01-01T00:00:00", "deal.moved", "{\"deal\":\"a\",\"state\":\"old\"}");
    clock_advance("12-01T00:00:00");
    clock_check_actions("01-19T00:00:00.000Z 1/1 a new\n");
}
END_TEST

// It was told of when the silence was over: at once, which is a millisecond later.
START_TEST(a_silence_told_of_too_late)
{
    world_open(&clock_world, IDLE(""));
    clock_feed("03-01T00:00:00", "ping", "{}");
    clock_feed("01-01T00:00:00", "deal.new", "{\"deal\":\"a\",\"state\":\"new\"}");
    clock_advance("12-01T00:00:00");
    clock_check_actions("03-01T00:00:00.001Z 1/1 a new\n");
}
END_TEST

START_TEST(the_longest_idle_is_forgotten_and_counted)
{
    world_open(&clock_world, IDLE(""));
    for (int i = 0; i <= 1000; i++) {
        char line[256];
        (void)snprintf(
            line, sizeof(line),
            "{\"id\":\"d%d\",\"source\":\"s\",\"type\":\"deal.new\",\"time\":\"2026-01-01T00:%02d:%"
            "02dZ\",\"contact\":\"c\",\"data\":{\"deal\":\"d%d\",\"state\":\"x\"}}",
            i, i / 60, i % 60, i);
        world_feed_line(&clock_world, line);
    }
    ck_assert_uint_eq(world_counts(&clock_world).counted_refused, 1);
    clock_advance("02-01T00:00:00");
    ck_assert_uint_eq(world_counts(&clock_world).runs_done, 1000);
}
END_TEST

static const TTest *const *const tests[] = {
    &a_birthday_comes_each_year,
    &a_date_is_planned_again_when_it_changes,
    &a_date_may_come_sooner,
    &a_date_moves_with_the_zone,
    &a_date_that_has_passed_does_not_come,
    &days_after_a_contact_came,
    &a_schedule_is_for_the_members_of_its_segment,
    &a_schedule_asks_its_condition_when_it_is_due,
    &a_schedule_starts_no_run_beside_one_that_goes_on,
    &each_deal_is_idle_by_itself,
    &the_last_event_says_whether_it_matters,
    &a_late_event_does_not_shorten_a_silence,
    &a_silence_told_of_too_late,
};

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/triggers");
    TCase *cases[] = {tcase_create("triggers"), tcase_create("restarting")};
    tcase_add_checked_fixture(cases[0], clock_setup, clock_teardown);
    tcase_add_checked_fixture(cases[1], clock_setup_restarting, clock_teardown);
    tcase_add_test(cases[0], new_rules_plan_for_those_who_are_there);
    tcase_add_test(cases[0], the_longest_idle_is_forgotten_and_counted);
    for (int i = 0; i < 2; i++) {
        tcase_set_timeout(cases[i], 60);
        for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++)
            tcase_add_test(cases[i], *tests[t]);
        suite_add_tcase(suite, cases[i]);
    }
    return suite;
}
