// Workflows of waits and branches: the array that their steps become, and what is refused where.
#include "rules/expression.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define RULES                                                            \
    "actions: {mail: {with: {text: string, due: optional timestamp}}}\n" \
    "contact: {fields: {plan: {type: string}, seats: {type: int}}}\n"    \
    "scores: {fit: {}, sum: {combine: score.fit}}\n"
#define QUIET(window, steps)                                                   \
    "channels: {sms: {quiet: {hours: \"21:00-09:00\"}}}\n"                     \
    "actions: {text: {channel: sms, with: {to: optional string}}, task: {}}\n" \
    "workflows: {w: {on: order.placed, window: {" window "}, steps: [" steps "]}}\n"
#define WEEKEND(days)                                                                \
    "channels: {sms: {quiet: {days: [sat, sun]}}}\n"                                 \
    "actions: {text: {channel: sms}}\n"                                              \
    "workflows: {w: {on: order.placed, window: {hours: \"10:00-12:00\", days: " days \
    "}, steps: [{do: text}]}}\n"
#define FLOW RULES "workflows:\n  w:\n    on: form.submitted\n    steps:\n"

// --- the array
START_TEST(steps_stand_in_one_array)
{
    struct ruleset *ruleset = compile_good(
        FLOW "      - id: first\n"
             "        if: contact.plan == 'a'\n"
             "        then: [{tag: {add: x}}, {tag: {add: y}}]\n"
             "        else: [{wait: 1d}]\n"
             "      - choose:\n"
             "          - {if: contact.plan == 'b', steps: [{tag: {add: b}}]}\n"
             "          - {if: contact.plan == 'c', steps: [end]}\n"
             "          - else: [{goto: last}]\n"
             "      - split: [{name: a, share: 1, steps: [{tag: {add: a}}]}, {name: b, share: 3}]\n"
             "      - {wait: {for: email.opened, at_most: 3d}, then: [{tag: {add: o}}]}\n"
             "      - {id: last, tag: {add: z}}\n");
    static const struct {
        const char *id;
        enum step_kind kind;
        uint32_t next, then_at, else_at;
    } wanted[] = {
        {"first", STEP_IF, 4, 1, 3},
        {"first.then.1", STEP_TAG, 2, 2, 2},
        {"first.then.2", STEP_TAG, 4, 4, 4},
        {"first.else.1", STEP_WAIT, 4, 4, 4},
        {"2", STEP_IF, 9, 5, 6},
        {"2.1.1", STEP_TAG, 9, 9, 9},
        {"2.2", STEP_IF, 9, 7, 8},
        {"2.2.1", STEP_END, 9, 9, 9},
        {"2.else.1", STEP_GOTO, 9, 9, 9},
        {"3", STEP_SPLIT, 11, 11, 11},
        {"3.a.1", STEP_TAG, 11, 11, 11},
        {"4", STEP_WAIT, 13, 12, 13},
        {"4.then.1", STEP_TAG, 13, 13, 13},
        {"last", STEP_TAG, STEP_NONE, STEP_NONE, STEP_NONE},
    };
    const struct workflow_def *workflow = ruleset_workflow(ruleset, 0);
    ck_assert_uint_eq(workflow->step_count, sizeof(wanted) / sizeof(wanted[0]));
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        const struct workflow_step *step = &workflow->steps[i];
        ck_assert_msg(
            bytes_equal_text(step->id, wanted[i].id), "%u: %.*s", i, (int)step->id.len,
            (const char *)step->id.data);
        ck_assert_int_eq(step->kind, wanted[i].kind);
        ck_assert_msg(step->next == wanted[i].next, "%s: next %u", wanted[i].id, step->next);
        ck_assert_msg(
            step->then_at == wanted[i].then_at, "%s: then %u", wanted[i].id, step->then_at);
        ck_assert_msg(
            step->else_at == wanted[i].else_at, "%s: else %u", wanted[i].id, step->else_at);
    }
    ck_assert_uint_eq(workflow->steps[8].goto_at, 13);
    ck_assert_uint_eq(workflow->steps[9].branches[0].at, 10);
    ck_assert_uint_eq(workflow->steps[9].branches[1].at, 11);
    ck_assert(workflow->has_waits);
    const struct catalog *catalog = ruleset_catalog(ruleset);
    event_type opened = catalog_find(catalog, BYTES_LITERAL("email.opened"));
    event_type clicked = catalog_find(catalog, BYTES_LITERAL("email.clicked"));
    ck_assert(ruleset_match(ruleset, opened)->is_awaited);
    ck_assert(!ruleset_match(ruleset, clicked)->is_awaited);
    ruleset_destroy(ruleset);
}
END_TEST

START_TEST(texts_and_values_are_taken_apart)
{
    struct ruleset *ruleset = compile_good(
        FLOW
        "      - do: mail\n"
        "        with: {text: \"a {{ contact.plan }} and {{ {'}}': 1}['}}'] }}\", due: now}\n");
    const struct workflow_step *step = &ruleset_workflow(ruleset, 0)->steps[0];
    const struct step_value *text = &step->with[0].value;
    ck_assert_uint_eq(text->piece_count, 4);
    ck_assert(bytes_equal_text(text->pieces[0].text, "a "));
    ck_assert(bytes_equal_text(text->pieces[1].expression->text, " contact.plan "));
    ck_assert(bytes_equal_text(text->pieces[2].text, " and "));
    ck_assert(bytes_equal_text(text->pieces[3].expression->text, " {'}}': 1}['}}'] "));
    ck_assert(bytes_equal_text(step->with[1].value.expression->text, "now"));
    ruleset_destroy(ruleset);
}
END_TEST

// --- what is refused
static const struct {
    const char *name, *text, *wanted;
} cases[] = {
    {"a wait that is no duration", FLOW "      - wait: soon\n", "E0403 8:15"},
    {"a wait of nothing", FLOW "      - wait: 0s\n", "E0402 8:15"},
    {"a wait beyond ten years", FLOW "      - wait: 4000d\n", "E0402 8:15"},
    {"a time of day that is none", FLOW "      - wait: 1d at \"24:00\"\n", "E0403 8:15"},
    {"a wait until what is no time", FLOW "      - wait: {until: contact.seats}\n", "E0604 8:23"},
    {"a wait for two things", FLOW "      - wait: {until: now, for: email.opened}\n", "E0215 8:15"},
    {"a wait for an unknown event", FLOW "      - wait: {for: email.opend}\n", "E0206 8:21"},
    {"then of a wait by time", FLOW "      - {wait: 1d, then: [end]}\n", "E0215 8:20"},
    {"a window without a day", FLOW "      - wait: {window: {days: []}}\n", "E0410 8:31"},
    {"a window that is never open", FLOW "      - wait: {window: {hours: '08:00-08:00'}}\n",
     "E0213 8:32"},
    {"a day that is none", FLOW "      - wait: {window: {days: [monday]}}\n", "E0214 8:32"},
    {"a zone that is none", FLOW "      - wait: {window: {days: [mon], zone: 'a b'}}\n",
     "E0213 8:44"},
    {"an if of nothing", FLOW "      - if: contact.plan == 'a'\n", "E0204 8:9"},
    {"else first", FLOW "      - choose: [{else: [end]}]\n", "E0410 8:17"},
    {"a choice without steps", FLOW "      - choose: [{if: contact.plan == 'a'}]\n", "E0204 8:18"},
    {"a share of nothing", FLOW "      - split: [{name: a, share: 0}]\n", "E0402 8:34"},
    {"a branch twice", FLOW "      - split: [{name: a, share: 1}, {name: a, share: 1}]\n",
     "E0205 8:45"},
    {"an unknown field", FLOW "      - set: {contact.paln: x}\n", "E0203 8:15"},
    {"set of what is no contact's", FLOW "      - set: {plan: x}\n", "E0203 8:15"},
    {"set of another type", FLOW "      - set: {contact.seats: many}\n", "E0213 8:30"},
    {"points of an unknown score", FLOW "      - points: {score: fid, add: 1}\n", "E0222 8:25"},
    {"points of a combined score", FLOW "      - points: {score: sum, add: 1}\n", "E0215 8:25"},
    {"an event that the engine makes", FLOW "      - emit: {type: score.changed}\n", "E0228 8:22"},
    {"an unknown workflow", FLOW "      - start: v\n", "E0224 8:16"},
    {"an unknown step", FLOW "      - {id: a, wait: 1d}\n      - goto: b\n", "E0225 9:15"},
    {"a loop without a wait", FLOW "      - {id: a, tag: {add: x}}\n      - goto: a\n",
     "E0227 9:9"},
    {"a loop of waits that may be none",
     FLOW "      - {id: a, wait: {until: now}}\n      - goto: a\n", "E0227 9:9"},
    {"a loop through a wait that may be none",
     FLOW "      - {id: a, wait: {for: email.opened, already: 'contact.plan == \"x\"'}}\n      - "
          "goto: a\n",
     "E0227 9:9"},
    {"data where nothing has come",
     FLOW "      - wait: {for: email.opened, already: data.form == 'x'}\n", "E0607 8:44"},
    {"a window within quiet hours",
     QUIET("hours: \"22:00-02:00\"", "{do: text}, {wait: 1d}, {do: text}"), "W0512 3:43"},
    {"a window that begins before the quiet hours", QUIET("hours: \"20:59-22:00\"", "{do: text}"),
     ""},
    {"a window that ends behind them", QUIET("hours: \"22:00-09:01\"", "{do: text}"), ""},
    {"a window as long as they are", QUIET("hours: \"21:00-09:00\"", "{do: text}"), "W0512 3:43"},
    {"a window on days without hours", QUIET("days: [mon]", "{do: text}"), ""},
    {"a window within quiet hours, of other clocks",
     QUIET("hours: \"22:00-23:00\", zone: account", "{do: text}"), ""},
    {"a window within quiet hours, with an action on no channel",
     QUIET("hours: \"22:00-23:00\"", "{do: text}, {do: task}"), ""},
    {"a window within quiet hours, for staff",
     QUIET("hours: \"22:00-23:00\"", "{do: text, to: {staff: ann}}"), ""},
    {"a window on one of the quiet days", WEEKEND("[sat]"), "W0512 3:43"},
    {"a window on a quiet day and another", WEEKEND("[fri, sat]"), ""},
    {"a window within quiet hours, without an action",
     QUIET("hours: \"22:00-23:00\"", "{tag: {add: x}}"), ""},
    {"a step that nobody reaches", FLOW "      - end\n      - tag: {add: x}\n", "W0511 9:9"},
    {"data behind a wait",
     FLOW "      - wait: 1d\n      - {do: mail, with: {text: '{{ data.form }}'}}\n", "E0607 9:37"},
    {"run outside of steps",
     RULES "workflows: {w: {on: form.submitted, if: run.id == 'x', steps: [end]}}\n", "E0203 4:41"},
    {"a text without its end", FLOW "      - {do: mail, with: {text: 'a {{ b'}}\n", "E0601 8:36"},
    {"a text of nothing", FLOW "      - {do: mail, with: {text: '{{}}'}}\n", "E0601 8:34"},
    {"a text of a list", FLOW "      - {do: mail, with: {text: '{{ [1] }}'}}\n", "E0604 8:36"},
    {"an unknown name in a text", FLOW "      - {do: mail, with: {text: 'x {{ contact.paln }}'}}\n",
     "E0203 8:47"},
    {"what goes on error where nothing is",
     RULES "workflows: {w: {on: form.submitted, on_error: {goto: x}, steps: [{wait: 1d}]}}\n",
     "E0225 4:54"},
    {"a move to a step that is not there",
     RULES "workflows: {w: {on: form.submitted, edit: {move: {x: y}}, steps: [{wait: 1d}]}}\n",
     "E0225 4:54"},
    {"data behind a move",
     RULES "workflows: {w: {on: form.submitted, edit: {move: {x: a}}, steps: [{id: a, if: "
           "data.form == 'x', then: [end]}]}}\n",
     "E0607 4:79"},
    {"data of contacts that are there",
     RULES "workflows: {w: {on: form.submitted, existing: include, if: data.form == 'x', steps: "
           "[end]}}\n",
     "E0607 4:60"},
    {"a key of contacts that are there",
     RULES
     "workflows: {w: {on: form.submitted, existing: include, key: data.form, steps: [end]}}\n",
     "E0607 4:61"},
    {"several events and contacts that are there",
     RULES "workflows: {w: {on: [form.submitted, email.opened], existing: include, steps: "
           "[end]}}\n",
     "E0215 4:63"},
    {"a schedule and contacts that are there",
     RULES "workflows: {w: {on: {schedule: {cron: '0 9 * * *'}}, existing: include, steps: "
           "[end]}}\n",
     "E0215 4:64"},
    {"late by less than a minute",
     RULES "workflows: {w: {on: form.submitted, overdue: {skip_after: 5s}, steps: [{wait: 1d}]}}\n",
     "E0402 4:59"},
    {"a stop of nothing",
     RULES "workflows: {w: {on: form.submitted, stop: [{}], steps: [{wait: 1d}]}}\n", "E0204 4:44"},
    {"data where a stop has no event",
     RULES
     "workflows: {w: {on: form.submitted, stop: [{if: data.form == 'x'}], steps: [{wait: 1d}]}}\n",
     "E0607 4:49"},
    {"a word of reenter",
     RULES "workflows: {w: {on: form.submitted, reenter: after, steps: [end]}}\n", "E0214 4:46"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(what_is_wrong_is_refused_at_its_place)
{
    assert_diagnostics(cases[_i].name, cases[_i].text, cases[_i].wanted);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/workflows");
    TCase *tcase = tcase_create("workflows");
    tcase_add_test(tcase, steps_stand_in_one_array);
    tcase_add_test(tcase, texts_and_values_are_taken_apart);
    tcase_add_loop_test(tcase, what_is_wrong_is_refused_at_its_place, 0, CASE_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
