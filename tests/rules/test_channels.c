// Limits, quiet hours and recipients: what they are compiled to, and what is refused at its place.
#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define MAIL  "actions: {mail: {channel: email, with: {text: string, to: optional string}"
#define LIMIT MAIL ", limit: "
#define EMAIL "channels: {email: "
#define FLOW  "\nworkflows: {w: {on: email.opened, steps: ["
#define SEND  "{do: mail, with: {text: a}"

START_TEST(what_is_not_said_has_a_default)
{
    struct ruleset *ruleset =
        compile_good(EMAIL "{limit: {times: 3, every: 36h}, quiet: {hours: '21:00-08:00'}}}\n" LIMIT
                           "{times: 2, every: week, per: text, over: delay}}, note: {with: {}}}\n");
    const struct action_def *mail = ruleset_action(ruleset, 0);
    const struct action_def *note = ruleset_action(ruleset, 1);
    const struct channel_def *email = ruleset_channel(ruleset, 0);
    ck_assert_uint_eq(ruleset_channel_count(ruleset), 1);
    ck_assert_uint_eq(mail->channel_at, 0);
    ck_assert_uint_eq(note->channel_at, ACTION_NO_CHANNEL);
    ck_assert_uint_eq(mail->limit.times, 2);
    ck_assert_int_eq(mail->limit.span, LIMIT_WEEK);
    ck_assert_uint_eq(mail->limit.per, 0);
    ck_assert_int_eq(mail->limit.over, OVER_DELAY);
    ck_assert_uint_eq(note->limit.times, 0);
    ck_assert_int_eq(email->limit.span, LIMIT_ROLLING);
    ck_assert_int_eq(email->limit.span_ms, INT64_C(36) * 3600 * 1000);
    ck_assert_int_eq(email->limit.over, OVER_SKIP);
    ck_assert(email->has_quiet);
    ck_assert_int_eq(email->quiet_over, OVER_DELAY);
    ck_assert_uint_eq(email->quiet.start_minute, 21 * 60);
    ruleset_destroy(ruleset);
}
END_TEST

// A run that may have to wait before an action is kept.
static const struct {
    const char *rules;
    bool has_waits;
} waits[] = {
    {MAIL "}}" FLOW SEND "}]}}\n", false},
    {LIMIT "{times: 1}}}" FLOW SEND "}]}}\n", false},
    {LIMIT "{times: 1, every: day, over: delay}}}" FLOW SEND "}]}}\n", true},
    {EMAIL "{quiet: {days: [sun]}}}\n" MAIL "}}" FLOW SEND "}]}}\n", true},
    {EMAIL "{quiet: {days: [sun], over: skip}}}\n" MAIL "}}" FLOW SEND "}]}}\n", false},
    {EMAIL "{limit: {times: 1, every: 1d, over: delay}}}\n" MAIL "}}" FLOW
           "{if: contact.stage == 'a', then: [" SEND "}]}]}}\n",
     true},
};

START_TEST(what_may_be_delayed_waits)
{
    struct ruleset *ruleset = compile_good(waits[_i].rules);
    ck_assert_msg(
        ruleset_workflow(ruleset, 0)->has_waits == waits[_i].has_waits, "%s", waits[_i].rules);
    ruleset_destroy(ruleset);
}
END_TEST

START_TEST(to_is_a_parameter)
{
    struct ruleset *ruleset = compile_good(
        MAIL "}}" FLOW SEND
             "}, {do: mail, to: contact, with: {text: a}}, {do: mail, to: {staff: '{{ "
             "contact.owner }}'}, with: {text: a}}, {do: mail, to: {address: a@b.c}, with: {text: "
             "a}}]}}\n");
    const struct workflow_step *steps = ruleset_workflow(ruleset, 0)->steps;
    static const enum step_recipient wanted[] = {
        RECIPIENT_CONTACT, RECIPIENT_CONTACT, RECIPIENT_STAFF, RECIPIENT_ADDRESS};
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(steps[i].recipient, wanted[i]);
    ck_assert_uint_eq(steps[1].with_count, 1);
    ck_assert_uint_eq(steps[3].with_count, 2);
    ck_assert_uint_eq(steps[3].with[1].param, 1);
    ck_assert(bytes_equal_text(steps[3].with[1].value.constant.as.text, "a@b.c"));
    ruleset_destroy(ruleset);
}
END_TEST

static const struct {
    const char *name, *text, *wanted;
} cases[] = {
    {"a limit of nothing", LIMIT "{every: day}}}\n", "E0204 1:84"},
    {"a limit of more than is kept", LIMIT "{times: 1001}}}\n", "E0402 1:92"},
    {"a word that is none", LIMIT "{times: 1, over: wait}}}\n", "E0214 1:101"},
    {"a delay for ever", LIMIT "{times: 1, over: delay}}}\n", "E0215 1:101"},
    {"a parameter that is none", LIMIT "{times: 1, per: txt}}}\n", "E0217 1:100"},
    {"per of a channel", EMAIL "{limit: {times: 1, per: text}}}\n" MAIL "}}\n", "E0201 1:38"},
    {"a channel of no action", "channels: {emial: {limit: {times: 1}}}\n" MAIL "}}\n",
     "E0232 1:12"},
    {"quiet all the time", EMAIL "{quiet: {hours: '00:00-24:00'}}}\n" MAIL "}}\n", "E0402 1:27"},
    {"quiet at no time", EMAIL "{quiet: {over: skip}}}\n" MAIL "}}\n", "E0204 1:27"},
    {"quiet hours that are none", EMAIL "{quiet: {hours: '21-08'}}}\n" MAIL "}}\n", "E0213 1:35"},
    {"to beside what does no action", MAIL "}}" FLOW "{tag: {add: a}, to: contact}]}}\n",
     "E0215 2:59"},
    {"to nobody", MAIL "}}" FLOW SEND ", to: {}}]}}\n", "E0204 2:75"},
    {"to two", MAIL "}}" FLOW SEND ", to: {staff: a, address: b}}]}}\n", "E0215 2:75"},
    {"to what is none", MAIL "}}" FLOW SEND ", to: staff}]}}\n", "E0214 2:75"},
    {"to twice", MAIL "}}" FLOW "{do: mail, to: {staff: a}, with: {text: a, to: b}}]}}\n",
     "E0215 2:86"},
    {"to without a parameter", "actions: {note: {with: {}}}" FLOW "{do: note, to: {staff: a}}]}}\n",
     "E0217 2:66"},
    {"data of an event that is gone when it is sent",
     LIMIT "{times: 1, every: day, over: delay}}}" FLOW "{do: mail, with: {text: '{{ data.message "
           "}}'}}]}}\n",
     "E0607 2:71"},
};
enum {
    WAIT_COUNT = sizeof(waits) / sizeof(waits[0]),
    CASE_COUNT = sizeof(cases) / sizeof(cases[0])
};

START_TEST(what_is_wrong_is_refused_at_its_place)
{
    assert_diagnostics(cases[_i].name, cases[_i].text, cases[_i].wanted);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/channels");
    TCase *tcase = tcase_create("channels");
    tcase_add_test(tcase, what_is_not_said_has_a_default);
    tcase_add_loop_test(tcase, what_may_be_delayed_waits, 0, WAIT_COUNT);
    tcase_add_test(tcase, to_is_a_parameter);
    tcase_add_loop_test(tcase, what_is_wrong_is_refused_at_its_place, 0, CASE_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
