// Tests beside the rules compile into what they say, and what is wrong in them is found at its place.
#include "engine/base/time.h"
#include "rules/rule_test.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define START_MS INT64_C(1767571200000) // 2026-01-05T00:00:00Z
#define HOUR_MS  INT64_C(3600000)

#define RULES                                                                                    \
    "contact: {fields: {country: {type: string, one_of: [VN, CA]}, age: {type: int}}}\n"         \
    "lists: {news: }\n"                                                                          \
    "counters: {opens: {count: email.opened}, last: {last: event.time, on: email.opened}}\n"     \
    "scores: {s: {bands: {cold: 0, hot: 5}, rules: [{name: a, on: email.opened, points: 5}]}}\n" \
    "segments: {seg: {if: score.s > 1}}\n"                                                       \
    "actions: {mail: {with: {n: int, t: optional string}}}\n"                                    \
    "workflows: {w: {on: email.opened, steps: [{id: one, do: mail, with: {n: 1}}, {tag: {add: "  \
    "x}}]}}\n"
#define AT     "tests: [{name: t, expect: [{at: 0s, " // line 8
#define EVENT  "tests: [{name: t, expect: [{at: 0s, stage: x}], events: [{"
#define WHO    "tests: [{name: t, expect: [{at: 0s, stage: x}], contact: "
#define IN_ALL "}]}]\n"

// --- what they come to
static const struct rule_test *only_test(const struct ruleset *ruleset)
{
    ck_assert_uint_eq(ruleset_test_count(ruleset), 1);
    return ruleset_test(ruleset, 0);
}

static void assert_text(struct bytes text, const char *wanted)
{
    ck_assert_msg(
        bytes_equal_text(text, wanted), "found '%.*s', wanted '%s'", (int)text.len,
        (const char *)text.data, wanted);
}

START_TEST(a_test_is_what_it_says)
{
    struct ruleset *ruleset = compile_good(
        RULES "tests:\n"
              "  - name: first\n"
              "    events:\n"
              "      - {at: 1h, type: email.opened, data: {message: 12}}\n"
              "      - {at: 0s, type: email.opened, time: -2h, contact: bo, id: x, source: shop}\n"
              "    expect:\n"
              "      - {at: 2026-01-05T02:00:00Z, score: {s: 5}, bands: {s: hot}}\n"
              "      - {at: 30m, segments: {seg: true}, actions: []}\n");
    const struct rule_test *test = only_test(ruleset);
    assert_text(test->name, "first");
    ck_assert_str_eq(test->place.file, "rules.yaml");
    ck_assert_uint_eq(test->place.line, 9);
    ck_assert_uint_eq(test->place.column, 5);
    ck_assert_int_eq(test->start_ms, START_MS);
    ck_assert(!test->given.is_known);
    ck_assert_uint_eq(test->event_count, 2);
    ck_assert_int_eq(test->events[0].at_ms, START_MS); // by time
    assert_text(
        test->events[0].json,
        "{\"id\":\"x\",\"source\":\"shop\",\"time\":\"2026-01-04T22:00:00.000Z\","
        "\"type\":\"email.opened\",\"contact\":{\"contact_id\":\"bo\"},\"data\":{}}");
    assert_text( // a number where text is declared
        test->events[1].json,
        "{\"id\":\"event-1\",\"source\":\"test\",\"time\":\"2026-01-05T01:00:00.000Z\","
        "\"type\":\"email.opened\",\"contact\":{\"contact_id\":\"c-1\"},"
        "\"data\":{\"message\":\"12\"}}");
    ck_assert_uint_eq(test->expectation_count, 2);
    ck_assert_int_eq(test->expectations[0].at_ms, START_MS + HOUR_MS / 2);
    assert_text(test->expectations[0].at_text, "30m");
    ck_assert(test->expectations[0].has_actions);
    ck_assert_uint_eq(test->expectations[0].action_count, 0);
    ck_assert_uint_eq(test->expectations[0].segment_count, 1);
    ck_assert(!test->expectations[1].has_actions);
    ck_assert_int_eq(test->expectations[1].at_ms, START_MS + 2 * HOUR_MS);
    ck_assert_uint_eq(test->expectations[1].score_count, 2);
    ck_assert_int_eq(test->expectations[1].scores[0].value_milli, 5000);
    assert_text(test->expectations[1].scores[1].band, "hot");
    ruleset_destroy(ruleset);
}
END_TEST

START_TEST(what_is_known_before_is_kept_apart)
{
    struct ruleset *ruleset = compile_good(
        RULES
        "tests:\n"
        "  - name: t\n"
        "    start: 2026-03-29\n"
        "    zone: Asia/Ho_Chi_Minh\n"
        "    contact: {phone: 5, email: a@example.com, country: VN, created: -1h,\n"
        "      tags: [vip, 7], lists: [news], stage: lead, zone: \"+07:00\", owner: sales/bo,\n"
        "      consent: {email: revoked}}\n"
        "    expect: [{at: 0s, stage: lead}]\n");
    const struct rule_test *test = only_test(ruleset);
    const struct test_given *given = &test->given;
    ck_assert(given->is_known);
    ck_assert_int_eq(given->created_ms, test->start_ms - HOUR_MS);
    assert_text(test->zone, "Asia/Ho_Chi_Minh");
    ck_assert_uint_eq(test->contact.count, 2); // strongest first
    assert_text(test->contact.identifiers[0].value, "a@example.com");
    assert_text(test->contact.identifiers[1].value, "5");
    ck_assert_uint_eq(given->fields.count, 1);
    assert_text(given->fields.items[0].name, "country");
    assert_text(given->fields.items[0].value.as.text, "VN");
    ck_assert_uint_eq(given->tags.count, 2);
    assert_text(given->tags.items[1], "7");
    ck_assert_uint_eq(given->lists.count, 1);
    assert_text(given->stage, "lead");
    assert_text(given->zone, "+07:00");
    assert_text(given->owner, "sales/bo");
    ck_assert_uint_eq(given->consents.count, 1);
    assert_text(given->consents.items[0].value.as.text, "revoked");
    ruleset_destroy(ruleset);
}
END_TEST

START_TEST(expectations_name_what_they_mean)
{
    struct ruleset *ruleset = compile_good(
        RULES AT "score: {s: {value: 1.5, band: }}, counters: {opens: 2, last: 1h},\n"
                 "  fields: {country: , age: 7}, tags: [], lists: [news], stage: ,\n"
                 "  actions: [{do: mail, workflow: w, step: one, with: {n: 1, t: }}],\n"
                 "  because: [w, a, s/a]" IN_ALL);
    const struct test_expectation *it = &only_test(ruleset)->expectations[0];
    ck_assert_uint_eq(it->score_count, 1);
    ck_assert_int_eq(it->scores[0].value_milli, 1500);
    ck_assert(it->scores[0].has_band);
    assert_text(it->scores[0].band, "");
    ck_assert_uint_eq(it->counter_count, 2);
    ck_assert_int_eq(it->counters[0].value.as.integer, 2);
    ck_assert_uint_eq(it->fields.count, 2);
    ck_assert_int_eq(it->fields.items[0].value.kind, VALUE_NULL);
    ck_assert(it->tags.is_given);
    ck_assert_uint_eq(it->tags.count, 0);
    ck_assert(it->has_stage);
    assert_text(it->stage, "");
    ck_assert_uint_eq(it->action_count, 1);
    assert_text(it->actions[0].workflow, "w");
    assert_text(it->actions[0].step, "one");
    ck_assert_uint_eq(it->actions[0].with.count, 2);
    ck_assert_int_eq(it->actions[0].with.items[1].value.kind, VALUE_NULL);
    ck_assert_uint_eq(it->cause_count, 3);
    ck_assert_int_eq(it->causes[0].kind, TEST_CAUSE_WORKFLOW);
    assert_text(it->causes[1].name, "s/a");
    assert_text(it->causes[2].name, "s/a");
    ruleset_destroy(ruleset);
}
END_TEST

START_TEST(a_test_of_what_comes_in_other_files)
{
    const struct rule_file files[] = {
        {"a.yaml", BYTES_LITERAL("tests: [{name: t, expect: [{at: 0s, score: {z: 0}}]}]\n")},
        {"b.yaml", BYTES_LITERAL("scores: {z: {rules: []}}\n"
                                 "tests: [{name: u, expect: [{at: 0s, score: {z: 0}}]}]\n")},
    };
    const struct rule_bundle bundle = {.files = files, .count = 2};
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    ck_assert_int_eq(ruleset_compile(&bundle, &list, &ruleset), ERR_OK);
    ck_assert_uint_eq(ruleset_test_count(ruleset), 2);
    ck_assert_str_eq(ruleset_test(ruleset, 1)->place.file, "b.yaml");
    ruleset_destroy(ruleset);
    diagnostics_free(&list);
}
END_TEST

START_TEST(tests_make_another_ruleset_but_no_other_history)
{
    struct ruleset *without = compile_good(RULES);
    struct ruleset *with = compile_good(RULES AT "stage: x" IN_ALL);
    ck_assert_uint_ne(ruleset_hash(without), ruleset_hash(with));
    ck_assert_uint_eq(ruleset_history_hash(without), ruleset_history_hash(with));
    ruleset_destroy(without);
    ruleset_destroy(with);
}
END_TEST

// --- what is wrong in them
static const struct wrong_case {
    const char *name;
    const char *text;   // behind RULES: it begins on line 8
    const char *wanted; // codes and places
} cases[] = {
    {"nothing", "tests:\n", ""},
    {"an empty list", "tests: []\n", ""},
    {"a mapping", "tests: {a: {}}\n", "E0202 8:8"},
    {"a test that is text", "tests: [a]\n", "E0202 8:9"},
    {"neither name nor expectation", "tests: [{}]\n", "E0204 8:9, E0204 8:9"},
    {"an unknown key", "tests: [{name: t, expct: []}]\n", "E0201 8:19"},
    {"nothing expected", "tests: [{name: t, expect: []}]\n", "E0410 8:27"},
    {"a moment alone", "tests: [{name: t, expect: [{at: 0s}]}]\n", "E0410 8:28"},
    {"no moment", "tests: [{name: t, expect: [{stage: x}]}]\n", "E0204 8:28"},
    {"a name twice",
     "tests: [{name: t, expect: [{at: 0s, stage: x}]}, {name: t, expect: [{at: 0s, stage: x}]}]\n",
     "E0205 8:57"},
    {"a start that is none", WHO "bo, start: now}]\n", "E0213 8:69"},
    {"a start too late", WHO "bo, start: 9950-01-01}]\n", "E0402 8:69"},
    {"a zone that is none", WHO "bo, zone: Hanoi time}]\n", "E0213 8:68"},

    {"a moment before the start", "tests: [{name: t, expect: [{at: -1h, stage: x}]}]\n",
     "E0402 8:33"},
    {"a moment too far", "tests: [{name: t, expect: [{at: 40000d, stage: x}]}]\n", "E0402 8:33"},
    {"a moment that is a number", "tests: [{name: t, expect: [{at: 5, stage: x}]}]\n",
     "E0213 8:33"},

    {"an empty contact", WHO "}]\n", "E0202 8:58"},
    {"an unknown field", WHO "{contry: VN}}]\n", "E0203 8:59"},
    {"a field of another type", WHO "{age: old}}]\n", "E0213 8:64"},
    {"a value that the field never has", WHO "{country: DE}}]\n", "E0214 8:68"},
    {"an unknown list", WHO "{lists: [nws]}}]\n", "E0208 8:67"},
    {"tags that are text", WHO "{tags: vip}}]\n", "E0202 8:65"},
    {"an unknown consent", WHO "{consent: {email: yes}}}]\n", "E0214 8:76"},
    {"created after the start", WHO "{created: 1h}}]\n", "E0402 8:68"},
    {"a contact's zone that is none", WHO "{zone: Hanoi time}}]\n", "E0213 8:65"},
    {"an empty identifier", WHO "{email: ''}}]\n", "E0410 8:66"},

    {"an event without anything", EVENT IN_ALL, "E0204 8:58, E0204 8:58"},
    {"an unknown event", EVENT "at: 0s, type: email.opend" IN_ALL, "E0206 8:73"},
    {"several events", EVENT "at: 0s, type: [email.opened]" IN_ALL, "E0202 8:73"},
    {"data of another type", EVENT "at: 0s, type: order.placed, data: {amount: x}" IN_ALL,
     "E0213 8:102"},
    {"data that is text", EVENT "at: 0s, type: email.opened, data: x" IN_ALL, "E0202 8:93"},
    {"data that lacks something", EVENT "at: 0s, type: contact.tag_added, data: {}" IN_ALL,
     "E0204 8:98"},
    {"no data where it is needed", EVENT "at: 0s, type: contact.tag_added" IN_ALL, "E0204 8:67"},
    {"data that nobody declared", EVENT "at: 0s, type: email.opened, data: {mesage: m}" IN_ALL,
     "W0505 8:94"},
    {"null in optional data", EVENT "at: 0s, type: email.opened, data: {message: }" IN_ALL, ""},
    {"an unknown kind of identifier", EVENT "at: 0s, type: email.opened, contact: {mail: x}" IN_ALL,
     "E0203 8:97"},
    {"a contact without identifiers", EVENT "at: 0s, type: email.opened, contact: {}" IN_ALL,
     "E0410 8:96"},
    {"a time that is none", EVENT "at: 0s, type: email.opened, time: later" IN_ALL, "E0213 8:93"},

    {"an unknown contact", AT "contact: bo, stage: x" IN_ALL, "E0226 8:46"},
    {"the test's own contact", AT "contact: c-1, stage: x" IN_ALL, ""},
    {"an unknown score", AT "score: {t: 5}" IN_ALL, "E0222 8:45"},
    {"a value that is none", AT "score: {s: much}" IN_ALL, "E0405 8:48"},
    {"a value with four decimals", AT "score: {s: 1.2345}" IN_ALL, "E0405 8:48"},
    {"neither value nor band", AT "score: {s: {}}" IN_ALL, "E0204 8:48"},
    {"an unknown band", AT "bands: {s: warm}" IN_ALL, "E0214 8:48"},
    {"an unknown band beside a value", AT "score: {s: {band: warm}}" IN_ALL, "E0214 8:55"},
    {"an unknown segment", AT "segments: {sge: true}" IN_ALL, "E0223 8:48"},
    {"a segment that is text", AT "segments: {seg: in}" IN_ALL, "E0404 8:53"},
    {"an unknown counter", AT "counters: {opns: 1}" IN_ALL, "E0221 8:48"},
    {"a number that is none", AT "counters: {opens: 1.5}" IN_ALL, "E0213 8:55"},
    {"a time of a counter that is none", AT "counters: {last: 3}" IN_ALL, "E0213 8:54"},
    {"a time of a counter as a moment", AT "counters: {last: -3h}" IN_ALL, ""},
    {"an unknown field expected", AT "fields: {contry: VN}" IN_ALL, "E0203 8:46"},
    {"an unknown list expected", AT "lists: [nws]" IN_ALL, "E0208 8:45"},
    {"actions that are none", AT "actions: none" IN_ALL, "E0202 8:46"},
    {"an action without do", AT "actions: [{with: {n: 1}}]" IN_ALL, "E0204 8:47"},
    {"an unknown action", AT "actions: [{do: mial}]" IN_ALL, "E0209 8:52"},
    {"an unknown parameter", AT "actions: [{do: mail, with: {m: 1}}]" IN_ALL, "E0217 8:65"},
    {"a parameter of another type", AT "actions: [{do: mail, with: {n: x}}]" IN_ALL, "E0213 8:68"},
    {"an unknown workflow", AT "actions: [{do: mail, workflow: v}]" IN_ALL, "E0224 8:68"},
    {"an unknown step", AT "actions: [{do: mail, step: two}]" IN_ALL, "E0225 8:64"},
    {"a step that does another thing", AT "actions: [{do: mail, workflow: w, step: 2}]" IN_ALL,
     "E0225 8:77"},
    {"an unknown reason", AT "because: [v]" IN_ALL, "E0224 8:47"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(what_is_wrong_is_found_at_its_place)
{
    struct buffer text = {0};
    buffer_add_text(&text, RULES);
    buffer_add_text(&text, cases[_i].text);
    buffer_add_u8(&text, 0);
    assert_diagnostics(cases[_i].name, (const char *)text.data, cases[_i].wanted);
    buffer_free(&text);
}
END_TEST

static const struct said_case {
    const char *text;
    const char *wanted; // a line among those printed
} said[] = {
    {AT "score: {s: 5}, because: [ww]" IN_ALL, "unknown workflow or rule 'ww', did you mean 'w'?"},
    {AT "because: [s/aa]" IN_ALL, "unknown workflow or rule 's/aa', did you mean 's/a'?"},
    {AT "contact: c-2, stage: x" IN_ALL, "unknown contact of the test 'c-2', did you mean 'c-1'?"},
    {AT "actions: [{do: mail, workflow: w, step: two}]" IN_ALL,
     "no step 'two' of workflow w does 'mail'"},
    {WHO "{contry: VN}}]\n", "unknown field of a contact 'contry', did you mean 'country'?"},
    {EVENT "at: 0s, type: email.opened, data: {mesage: m}" IN_ALL,
     "unknown member of the data of 'email.opened': 'mesage', did you mean 'message'?"},
    {"tests: [{name: t, expect: [{at: -1h, stage: x}]}]\n",
     "'at' must be within 2026-01-05T00:00:00.000Z to 2126-01-06T"},
};
enum { SAID_COUNT = sizeof(said) / sizeof(said[0]) };

START_TEST(what_is_wrong_is_told_in_words)
{
    struct buffer text = {0};
    buffer_add_text(&text, RULES);
    buffer_add_text(&text, said[_i].text);
    buffer_add_u8(&text, 0);
    struct buffer printed = compile_printed((const char *)text.data);
    ck_assert_msg(
        strstr((const char *)printed.data, said[_i].wanted) != NULL, "'%s' is not in\n%s",
        said[_i].wanted, (const char *)printed.data);
    buffer_free(&printed);
    buffer_free(&text);
}
END_TEST

START_TEST(contacts_without_a_contact_id_are_named_otherwise)
{
    assert_diagnostics("by text", "contact: {identifiers: [email]}\n" WHO "bo}]\n", "E0202 2:58");
    assert_diagnostics(
        "by a mapping", "contact: {identifiers: [email]}\n" WHO "{email: bo}}]\n", "");
}
END_TEST

// What is wrong elsewhere does not keep tests from being looked at.
START_TEST(rules_that_are_refused_are_no_reasons)
{
    assert_diagnostics(
        "without a name",
        "scores: {s: {rules: [{on: email.opened, points: 1}]}}\n"
        "tests: [{name: t, expect: [{at: 0s, because: [z]}]}]\n",
        "E0204 1:22, E0224 2:47");
    assert_diagnostics(
        "definitions that are none",
        "workflows: {w: x}\nsegments: {g: x}\ncounters: {c: x}\nscores: {s: x}\nactions: {m: x}\n"
        "contact: {fields: {f: x}}\n"
        "tests: [{name: t, contact: {f: 1}, expect: [{at: 0s, because: [w], segments: {g: true},\n"
        "  counters: {c: 1}, score: {s: 1}, bands: {s: b}, fields: {f: 1},\n"
        "  actions: [{do: m, workflow: w, step: a, with: {a: 1}}]}]}]\n",
        "E0202 1:16, E0202 2:15, E0202 3:15, E0202 4:13, E0202 5:14, E0202 6:23");
    assert_diagnostics(
        "of one name in two scores",
        "scores: {s: {rules: [{name: a, on: email.opened, points: 1}]},\n"
        "  t: {rules: [{name: a, on: email.opened, points: 1}]}}\n"
        "tests: [{name: t, expect: [{at: 0s, because: [a]}, {at: 0s, because: [t/a]}]}]\n",
        "E0224 3:47");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/tests");
    TCase *tcase = tcase_create("tests");
    tcase_add_test(tcase, a_test_is_what_it_says);
    tcase_add_test(tcase, what_is_known_before_is_kept_apart);
    tcase_add_test(tcase, expectations_name_what_they_mean);
    tcase_add_test(tcase, a_test_of_what_comes_in_other_files);
    tcase_add_test(tcase, tests_make_another_ruleset_but_no_other_history);
    tcase_add_loop_test(tcase, what_is_wrong_is_found_at_its_place, 0, CASE_COUNT);
    tcase_add_loop_test(tcase, what_is_wrong_is_told_in_words, 0, SAID_COUNT);
    tcase_add_test(tcase, rules_that_are_refused_are_no_reasons);
    tcase_add_test(tcase, contacts_without_a_contact_id_are_named_otherwise);
    suite_add_tcase(suite, tcase);
    return suite;
}
