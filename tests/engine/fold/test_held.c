// What holds actions back and for how long: limits, quiet hours, do-not-disturb, consent, and whom an action reaches.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/os/os_zone.h"

#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

#define MAIL  "mail: {channel: email, with: {text: string, to: optional string}"
#define FLOW  "workflows: {w: {on: ping, reenter: always, steps: ["
#define SEND  "{do: mail, with: {text: 'n{{ run.data.n }}'}}"
#define EVENT "events: {ping: {data: {n: optional int}}}\n"

static void open_rules(const char *rules)
{
    static char text[4096];
    clock_world.params.zone_files = os_zone_files(NULL);
    (void)snprintf(text, sizeof(text), EVENT "%s", rules);
    world_open(&clock_world, text);
}

static void ping(const char *time, int n)
{
    char data[32];
    (void)snprintf(data, sizeof(data), "{\"n\":%d}", n);
    clock_feed(time, "ping", data);
}

// What was counted lives as long as a process.
static void ck_counts(uint64_t got, uint64_t wanted)
{
    if (!clock_restarts)
        ck_assert_uint_eq(got, wanted);
}

// --- limits
#define DAILY                                                                                 \
    "actions: {" MAIL ", limit: {times: 2, every: day}}}\n"                                   \
    "workflows: {w: {on: ping, reenter: always, steps: [{do: mail, with: {text: 'n{{ data.n " \
    "}}'}},"                                                                                  \
    "{tag: {add: went-on}}]}}\n"

START_TEST(a_limit_skips_what_is_over_it_and_the_run_goes_on)
{
    open_rules(DAILY);
    ping("01-01T10:00:00", 1);
    ping("01-01T11:00:00", 2);
    clock_feed("01-01T11:30:00", "contact.tag_removed", "{\"tag\":\"went-on\"}");
    ping("01-01T12:00:00", 3);
    clock_ck_shows("\"went-on\"");
    ping("01-01T23:59:59.999", 4);
    ping("01-02T00:00:00", 5);
    clock_check_actions("01-01T10:00:00.000Z 1/1 n1\n"
                        "01-01T11:00:00.000Z 1/1 n2\n"
                        "01-02T00:00:00.000Z 1/1 n5\n");
    ck_counts(world_counts(&clock_world).actions_held_over, 2);
}
END_TEST

START_TEST(the_day_of_a_limit_is_the_contacts)
{
    open_rules(DAILY);
    // The clocks of Berlin go on at 2026-03-29T01:00Z: that day there is from 23:00Z to 22:00Z.
    clock_feed("03-28T10:00:00", "contact.updated", "{\"zone\":\"Europe/Berlin\"}");
    ping("03-28T22:59:59.998", 1);
    ping("03-28T22:59:59.999", 2);
    ping("03-28T23:00:00", 3);
    ping("03-28T23:00:01", 4);
    ping("03-29T21:59:59.999", 5); // over
    ping("03-29T22:00:00", 6);
    clock_check_actions("03-28T22:59:59.998Z 1/1 n1\n"
                        "03-28T22:59:59.999Z 1/1 n2\n"
                        "03-28T23:00:00.000Z 1/1 n3\n"
                        "03-28T23:00:01.000Z 1/1 n4\n"
                        "03-29T22:00:00.000Z 1/1 n6\n");
}
END_TEST

START_TEST(a_limit_may_be_for_ever_and_for_each_value)
{
    open_rules("actions: {" MAIL ", limit: {times: 1, per: text}}}\n"
               "workflows: {w: {on: ping, reenter: always, steps: [{do: mail, with: {text: 'n{{ "
               "data.n }}'}}]}}\n");
    ping("01-01T10:00:00", 1);
    ping("01-01T11:00:00", 2);
    ping("02-01T10:00:00", 1);
    ping("12-01T10:00:00", 2);
    ping("12-01T11:00:00", 3);
    clock_check_actions("01-01T10:00:00.000Z 1/1 n1\n"
                        "01-01T11:00:00.000Z 1/1 n2\n"
                        "12-01T11:00:00.000Z 1/1 n3\n");
}
END_TEST

START_TEST(a_delayed_action_waits_over_midnight)
{
    open_rules("actions: {" MAIL ", limit: {times: 1, every: day, over: delay}}}\n" FLOW SEND
               "]}}\n");
    clock_feed("01-01T00:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    ping("01-01T10:00:00", 1);
    ping("01-01T10:00:01", 2);
    ping("01-01T10:00:02", 3);
    clock_ck_shows("\"state\":\"waiting\"");
    clock_advance("01-01T16:59:59.999");
    clock_check_actions("01-01T10:00:00.000Z 1/1 n1\n");
    clock_advance(
        "01-01T17:00:00"); // midnight there: one at a time, in the order in which they came
    clock_check_actions("01-01T10:00:00.000Z 1/1 n1\n01-01T17:00:00.000Z 1/1 n2\n");
    clock_advance("01-04T00:00:00");
    clock_check_actions("01-01T10:00:00.000Z 1/1 n1\n"
                        "01-01T17:00:00.000Z 1/1 n2\n"
                        "01-02T17:00:00.000Z 1/1 n3\n");
    ck_counts(world_counts(&clock_world).actions_delayed, 3);
    ck_counts(world_counts(&clock_world).actions_held_over, 0);
    ck_counts(world_counts(&clock_world).runs_done, 3);
}
END_TEST

START_TEST(a_rolling_limit_has_room_when_the_oldest_has_left)
{
    open_rules("actions: {" MAIL ", limit: {times: 2, every: 1h, over: delay}}}\n" FLOW SEND
               "]}}\n");
    ping("01-01T10:00:00", 1);
    ping("01-01T10:10:00", 2);
    ping("01-01T10:20:00", 3);
    ping("01-01T10:30:00", 4);
    clock_advance("01-01T10:59:59.999");
    clock_check_actions("01-01T10:00:00.000Z 1/1 n1\n01-01T10:10:00.000Z 1/1 n2\n");
    clock_advance("01-02T00:00:00");
    clock_check_actions("01-01T10:00:00.000Z 1/1 n1\n"
                        "01-01T10:10:00.000Z 1/1 n2\n"
                        "01-01T11:00:00.000Z 1/1 n3\n"
                        "01-01T11:10:00.000Z 1/1 n4\n");
}
END_TEST

START_TEST(two_actions_share_the_limit_of_their_channel)
{
    open_rules("channels: {email: {limit: {times: 2, every: day, over: delay}}}\n"
               "actions:\n  " MAIL "}\n"
               "  offer: {channel: email, limit: {times: 1, every: week}, with: {text: string}}\n"
               "  text: {channel: sms, with: {text: string}}\n" FLOW SEND
               ", {do: offer, with: {text: offer}}, {do: text, with: {text: sms}}]}}\n");
    ping("01-01T10:00:00", 1); // a Thursday
    ping("01-01T11:00:00", 2);
    clock_advance("01-02T00:00:00");
    clock_check_actions("01-01T10:00:00.000Z 1/1 n1\n"
                        "01-01T10:00:00.000Z 2/1 offer\n"
                        "01-01T10:00:00.000Z 3/1 sms\n"
                        "01-02T00:00:00.000Z 1/1 n2\n" // its offer is the second of the week
                        "01-02T00:00:00.000Z 3/1 sms\n");
    ck_counts(world_counts(&clock_world).actions_held_over, 1);
}
END_TEST

START_TEST(a_loop_counts_a_delayed_action_once)
{
    open_rules("actions: {" MAIL ", limit: {times: 1, every: day, over: delay}}}\n"
               "workflows: {w: {on: ping, steps: [{id: a, do: mail, with: {text: again}},"
               "{wait: 1h}, {goto: a}]}}\n");
    ping("01-01T10:00:00", 1);
    clock_advance("01-03T12:00:00");
    clock_check_actions("01-01T10:00:00.000Z a/1 again\n"
                        "01-02T00:00:00.000Z a/2 again\n"
                        "01-03T00:00:00.000Z a/3 again\n");
}
END_TEST

// --- quiet hours
#define QUIET(more)                                                \
    "channels: {email: {quiet: {hours: '21:00-08:00'" more "}}}\n" \
    "actions: {" MAIL "}}\n" FLOW SEND "]}}\n"

START_TEST(quiet_hours_delay_over_midnight)
{
    open_rules(QUIET(""));
    clock_feed("01-01T00:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    ping("01-01T13:59:59.999", 1); // 20:59 there
    ping("01-01T14:00:00", 2);
    ping("01-01T20:00:00", 3); // 03:00 there
    clock_advance("01-02T00:59:59.999");
    clock_check_actions("01-01T13:59:59.999Z 1/1 n1\n");
    clock_advance("01-02T01:00:00");
    ping("01-02T01:00:00", 4);
    clock_check_actions("01-01T13:59:59.999Z 1/1 n1\n"
                        "01-02T01:00:00.000Z 1/1 n2\n"
                        "01-02T01:00:00.000Z 1/1 n3\n"
                        "01-02T01:00:00.000Z 1/1 n4\n");
}
END_TEST

START_TEST(quiet_days_follow_each_other)
{
    open_rules("channels: {email: {quiet: {days: [sat, sun], zone: Europe/Berlin}}}\n"
               "actions: {" MAIL "}}\n" FLOW SEND "]}}\n");
    ping("03-27T22:59:59.999", 1); // Friday in Berlin
    ping("03-27T23:00:00", 2);
    clock_advance("03-29T21:59:59.999"); // the clocks go on that Sunday
    clock_check_actions("03-27T22:59:59.999Z 1/1 n1\n");
    clock_advance("03-29T22:00:00");
    clock_check_actions("03-27T22:59:59.999Z 1/1 n1\n03-29T22:00:00.000Z 1/1 n2\n");
}
END_TEST

START_TEST(quiet_hours_may_skip)
{
    open_rules(QUIET(", zone: '+00:00', over: skip"));
    ping("01-01T21:00:00", 1);
    ping("01-02T08:00:00", 2);
    clock_check_actions("01-02T08:00:00.000Z 1/1 n2\n");
    ck_counts(world_counts(&clock_world).actions_held_quiet, 1);
}
END_TEST

START_TEST(a_limit_is_looked_at_when_quiet_hours_end)
{
    open_rules("channels: {email: {quiet: {hours: '21:00-08:00'}}}\n"
               "actions: {" MAIL ", limit: {times: 1, every: day}}}\n" FLOW SEND "]}}\n");
    ping("01-01T10:00:00", 1);
    ping("01-01T21:00:00", 2); // the day is full, but not the next
    ping("01-01T22:00:00", 3);
    clock_advance("01-03T00:00:00");
    clock_check_actions("01-01T10:00:00.000Z 1/1 n1\n01-02T08:00:00.000Z 1/1 n2\n");
    ck_counts(world_counts(&clock_world).actions_held_over, 1);
}
END_TEST

// Waits are of the zone that the contact is in.
START_TEST(a_contact_that_travels_is_asked_again_in_its_new_zone)
{
    open_rules(QUIET(""));
    ping("01-01T22:00:00", 1);
    clock_feed("01-01T23:00:00", "contact.updated", "{\"zone\":\"-08:00\"}"); // 15:00 there
    clock_advance("01-01T23:00:00");
    clock_check_actions("");
    clock_advance("01-01T23:00:00.001");
    clock_check_actions("01-01T23:00:00.001Z 1/1 n1\n");
    ping("01-02T05:00:00", 2);                                                // 21:00 there
    clock_feed("01-02T06:00:00", "contact.updated", "{\"zone\":\"-10:00\"}"); // 20:00
    clock_feed("01-02T06:30:00", "contact.updated", "{\"zone\":\"-09:00\"}");
    ping("01-02T07:00:00", 3);                                                // 22:00
    clock_feed("01-02T08:00:00", "contact.updated", "{\"zone\":\"-10:00\"}"); // 22:00
    clock_advance("01-02T17:59:59.999");
    clock_check_actions("01-01T23:00:00.001Z 1/1 n1\n01-02T06:00:00.001Z 1/1 n2\n");
    clock_advance("01-02T18:00:00"); // 08:00
    clock_check_actions("01-01T23:00:00.001Z 1/1 n1\n"
                        "01-02T06:00:00.001Z 1/1 n2\n"
                        "01-02T18:00:00.000Z 1/1 n3\n");
}
END_TEST

// --- what the contact wants
START_TEST(consent_withdrawn_while_an_action_is_delayed_holds_it_back)
{
    open_rules(QUIET(""));
    ping("01-01T22:00:00", 1);
    clock_feed("01-02T01:00:00", "contact.unsubscribed", "{}");
    clock_advance("01-02T08:00:00");
    clock_check_actions("");
    ck_counts(world_counts(&clock_world).actions_held_consent, 1);
    ck_counts(world_counts(&clock_world).runs_done, 1);
}
END_TEST

START_TEST(do_not_disturb_counts_when_the_action_would_be_sent)
{
    open_rules(QUIET(""));
    ping("01-01T22:00:00", 1);
    clock_feed("01-02T01:00:00", "contact.dnd_changed", "{\"channel\":\"email\",\"on\":true}");
    clock_feed("01-02T02:00:00", "contact.dnd_changed", "{\"channel\":\"email\",\"on\":false}");
    clock_advance("01-02T08:00:00");
    clock_check_actions("01-02T08:00:00.000Z 1/1 n1\n");
    ping("01-02T22:00:00", 2);
    clock_feed("01-02T23:00:00", "contact.dnd_changed", "{\"on\":true}"); // all channels
    clock_advance("01-03T08:00:00");
    clock_feed("01-03T09:00:00", "contact.dnd_changed", "{\"on\":false}");
    ping("01-03T10:00:00", 3);
    clock_check_actions("01-02T08:00:00.000Z 1/1 n1\n01-03T10:00:00.000Z 1/1 n3\n");
    ck_counts(world_counts(&clock_world).actions_held_dnd, 1);
}
END_TEST

START_TEST(a_stop_ends_a_run_that_waits_before_its_action)
{
    open_rules("channels: {email: {quiet: {hours: '21:00-08:00'}}}\n"
               "actions: {" MAIL "}}\n"
               "workflows: {w: {on: ping, stop: [{on: order.placed}], steps: [" SEND "]}}\n");
    ping("01-01T22:00:00", 1);
    clock_feed("01-01T23:00:00", "order.placed", "{}");
    clock_advance("01-03T00:00:00");
    clock_check_actions("");
    ck_counts(world_counts(&clock_world).runs_stopped, 1);
}
END_TEST

// --- whom it reaches
START_TEST(what_a_contact_wants_is_about_the_contact_alone)
{
    open_rules(
        "channels: {email: {quiet: {hours: '00:00-23:59'}, limit: {times: 1, every: day}}}\n"
        "actions: {" MAIL ", limit: {times: 1}}}\n"
        "workflows: {w: {on: ping, reenter: always, steps: ["
        "{do: mail, to: {staff: '{{ contact.owner }}'}, with: {text: won}},"
        "{do: mail, to: {address: desk@example.com}, with: {text: 'n{{ run.data.n }}'}}]}}\n");
    clock_feed("01-01T09:00:00", "contact.unsubscribed", "{}");
    clock_feed("01-01T09:00:00", "contact.assigned", "{\"team\":\"sales\",\"person\":\"binh\"}");
    ping("01-01T10:00:00", 1);
    ping("01-01T11:00:00", 2);
    clock_check_actions("01-01T10:00:00.000Z 1/1 won\n"
                        "01-01T10:00:00.000Z 2/1 n1\n"
                        "01-01T11:00:00.000Z 1/1 won\n"
                        "01-01T11:00:00.000Z 2/1 n2\n");
    char to[100], recipient[40];
    world_copy_member(&clock_world, 0, "to", to, sizeof(to));
    world_copy_member(&clock_world, 0, "recipient", recipient, sizeof(recipient));
    ck_assert_str_eq(to, "sales/binh");
    ck_assert_str_eq(recipient, "staff");
}
END_TEST

START_TEST(mail_to_staff_leaves_the_contacts_limit_alone)
{
    open_rules("actions: {" MAIL ", limit: {times: 1}}}\n"
               "workflows: {w: {on: ping, reenter: always, steps: ["
               "{do: mail, to: {address: desk@example.com}, with: {text: copy}},"
               "{do: mail, to: contact, with: {text: 'n{{ data.n }}'}}]}}\n");
    ping("01-01T10:00:00", 1);
    ping("01-01T11:00:00", 2);
    clock_check_actions("01-01T10:00:00.000Z 1/1 copy\n"
                        "01-01T10:00:00.000Z 2/1 n1\n"
                        "01-01T11:00:00.000Z 1/1 copy\n");
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, a_limit_skips_what_is_over_it_and_the_run_goes_on);
    tcase_add_test(cases, the_day_of_a_limit_is_the_contacts);
    tcase_add_test(cases, a_limit_may_be_for_ever_and_for_each_value);
    tcase_add_test(cases, a_delayed_action_waits_over_midnight);
    tcase_add_test(cases, a_rolling_limit_has_room_when_the_oldest_has_left);
    tcase_add_test(cases, two_actions_share_the_limit_of_their_channel);
    tcase_add_test(cases, a_loop_counts_a_delayed_action_once);
    tcase_add_test(cases, quiet_hours_delay_over_midnight);
    tcase_add_test(cases, quiet_days_follow_each_other);
    tcase_add_test(cases, quiet_hours_may_skip);
    tcase_add_test(cases, a_limit_is_looked_at_when_quiet_hours_end);
    tcase_add_test(cases, a_contact_that_travels_is_asked_again_in_its_new_zone);
    tcase_add_test(cases, consent_withdrawn_while_an_action_is_delayed_holds_it_back);
    tcase_add_test(cases, do_not_disturb_counts_when_the_action_would_be_sent);
    tcase_add_test(cases, a_stop_ends_a_run_that_waits_before_its_action);
    tcase_add_test(cases, what_a_contact_wants_is_about_the_contact_alone);
    tcase_add_test(cases, mail_to_staff_leaves_the_contacts_limit_alone);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("held");
    TCase *cases = tcase_create("held");
    tcase_add_checked_fixture(cases, clock_setup, clock_teardown);
    add_tests(cases);
    suite_add_tcase(suite, cases);
    cases = tcase_create("held over restarts");
    tcase_add_checked_fixture(cases, clock_setup_restarting, clock_teardown);
    add_tests(cases);
    suite_add_tcase(suite, cases);
    return suite;
}
