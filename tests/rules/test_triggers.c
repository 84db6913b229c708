// Several events in `on` and `count`: what they match, what their expressions may name, what is refused.
#include "rules/event_set.h"
#include "rules/expression.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

// `n` and `when` are declared by both, alike and not; `left` and `right` by one.
#define EVENTS                                                                        \
    "events:\n"                                                                       \
    "  a.one: {data: {n: int, when: timestamp, day: date, left: optional string}}\n"  \
    "  a.two: {data: {n: int, when: string, day: timestamp, right: optional bool}}\n" \
    "  a.three: {data: {n: int}}\n"
#define IMPLIES "events: {b.two: {data: {n: int, k: string}}, b.one: {data: {n: int}, implies: {"
#define RULE    EVENTS "scores: {s: {rules: [{name: r, points: 1, on: "
#define END     "}]}}\n"
#define COUNTER EVENTS "counters: {c: {"
#define FLOW    EVENTS "workflows: {w: {steps: [{tag: {add: x}}], on: "

static struct ruleset *ruleset;

static void tear_down(void)
{
    ruleset_destroy(ruleset);
    ruleset = NULL;
}

static event_type type_of(const char *name)
{
    return catalog_find(ruleset_catalog(ruleset), bytes_text(name));
}

static const struct match_list *match_of(const char *name)
{
    return ruleset_match(ruleset, type_of(name));
}

START_TEST(each_event_of_the_list_finds_its_rules_as_written)
{
    ruleset =
        compile_good(EVENTS "scores:\n  s:\n    rules:\n"
                            "      - {name: first, on: [a.two, a.one], points: 1}\n"
                            "      - {name: second, on: a.one, points: 1}\n"
                            "      - {name: third, on: [a.one, a.three, a.two], points: 1}\n");
    const struct score_rule *rules[] = {
        ruleset_rule(ruleset, 0), ruleset_rule(ruleset, 1), ruleset_rule(ruleset, 2)};
    const struct match_list *one = match_of("a.one");
    ck_assert_uint_eq(one->rule_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_ptr_eq(one->rules[i], rules[i]);
    const struct match_list *two = match_of("a.two");
    ck_assert_uint_eq(two->rule_count, 2);
    ck_assert_ptr_eq(two->rules[0], rules[0]);
    ck_assert_ptr_eq(two->rules[1], rules[2]);
    ck_assert_uint_eq(match_of("a.three")->rule_count, 1);
    ck_assert_uint_eq(match_of("email.opened")->rule_count, 0);
}
END_TEST

START_TEST(each_event_of_the_list_finds_counters_and_workflows)
{
    ruleset = compile_good(EVENTS "counters:\n"
                                  "  c: {count: [a.one, a.two]}\n"
                                  "  d: {sum: data.n, on: [a.two, a.three]}\n"
                                  "workflows:\n"
                                  "  zebra: {on: [a.one, a.two], steps: [{tag: {add: x}}]}\n"
                                  "  apple: {on: [a.two], steps: [{tag: {add: x}}]}\n");
    ck_assert_uint_eq(match_of("a.one")->counter_count, 1);
    ck_assert_uint_eq(match_of("a.two")->counter_count, 2);
    ck_assert_uint_eq(match_of("a.three")->counter_count, 1);
    ck_assert_ptr_eq(match_of("a.three")->counters[0], ruleset_counter(ruleset, 1));
    ck_assert_uint_eq(match_of("a.one")->workflow_count, 1);
    const struct match_list *two = match_of("a.two");
    ck_assert_uint_eq(two->workflow_count, 2);
    ck_assert(bytes_equal_text(two->workflows[0]->name, "apple"));
    ck_assert(bytes_equal_text(two->workflows[1]->name, "zebra"));
}
END_TEST

START_TEST(equal_lists_are_one_set_and_a_list_of_one_is_none)
{
    ruleset = compile_good(EVENTS "counters:\n"
                                  "  a: {count: [a.one, a.two]}\n"
                                  "  b: {count: [a.one, a.two]}\n"
                                  "  c: {count: [a.two, a.one]}\n"
                                  "  d: {count: [a.two]}\n");
    event_type on = ruleset_counter(ruleset, 0)->on;
    ck_assert_uint_eq(on, EVENT_SET_FIRST);
    ck_assert_uint_eq(ruleset_counter(ruleset, 1)->on, on);
    ck_assert_uint_eq(ruleset_counter(ruleset, 2)->on, on + 1);
    ck_assert_uint_eq(ruleset_counter(ruleset, 3)->on, type_of("a.two"));
    struct event_types types = ruleset_types_on(ruleset, &on);
    ck_assert_uint_eq(types.count, 2);
    ck_assert_uint_eq(types.items[0], type_of("a.one"));
    ck_assert_uint_eq(types.items[1], type_of("a.two"));
    ck_assert(ruleset_is_on(ruleset, on, type_of("a.two")));
    ck_assert(!ruleset_is_on(ruleset, on, type_of("a.three")));
    on = EVENT_TYPE_UNKNOWN;
    ck_assert_uint_eq(ruleset_types_on(ruleset, &on).count, 0);
}
END_TEST

// By time alone a score crosses its bands only where something listens to that.
START_TEST(what_is_listened_to_in_a_list_is_listened_to)
{
    ruleset = compile_good(
        "scores: {s: {forget: {half_life: 1d}, bands: {low: 0, high: 9}, rules: "
        "[{name: r, on: email.opened, points: 10}]}}\n"
        "workflows: {w: {on: [email.opened, score.band_changed], steps: [{tag: {add: x}}]}}\n");
    ck_assert_uint_eq(ruleset_score(ruleset, 0)->threshold_count, 2);
}
END_TEST

static const struct trigger_case {
    const char *name;
    const char *text;
    const char *wanted; // codes and places, in order
} cases[] = {
    {"an implied event", IMPLIES "b.two: {same: data.n}}}}\n", ""},
    {"the same by a list", IMPLIES "b.two: {same: [data.n]}}}}\n", ""},
    {"implied by what only it has", IMPLIES "b.two: {same: data.k}}}}\n", "E0203 1:94"},
    {"implied by no member", IMPLIES "b.two: {same: n}}}}\n", "E0240 1:94"},
    {"implied by nothing", IMPLIES "b.two: {same: []}}}}\n", "E0240 1:94"},
    {"implied without same", IMPLIES "b.two: {}}}}\n", "E0204 1:80"},
    {"implied by another key", IMPLIES "b.two: {sam: data.n}}}}\n", "E0201 1:88"},
    {"an unknown event implied", IMPLIES "b.tow: {same: data.n}}}}\n", "E0206 1:80"},
    {"an event that implies itself", IMPLIES "b.one: {same: data.n}}}}\n", "E0240 1:80"},
    {"an event of the engine implied", IMPLIES "contact.updated: {same: data.n}}}}\n",
     "E0240 1:80"},
    {"implied in no mapping", IMPLIES "b.two}}}\n", "E0202 1:85"},
    {"two events", RULE "[a.one, a.two]" END, ""},
    {"one event in a list", RULE "[a.one]" END, ""},
    {"no event", RULE "[]" END, "E0410 5:47"},
    {"no event to count", COUNTER "count: []}}\n", "E0410 5:23"},
    {"no event to start with", FLOW "[]}}\n", "E0410 5:47"},
    {"an event twice", RULE "[a.one, a.two, a.one]" END, "E0205 5:62"},
    {"a counted event twice", COUNTER "count: [a.one, a.one]}}\n", "E0205 5:31"},
    {"an event that starts twice", FLOW "[a.one, a.one]}}\n", "E0205 5:55"},
    {"an unknown event", RULE "[a.one, a.tow]" END, "E0206 5:55"},
    {"two unknown events", RULE "[a.oen, a.one, a.tow]" END, "E0206 5:48, E0206 5:62"},
    {"a family", RULE "a.*" END, ""},
    {"a family that there is none of", RULE "c.*" END, "E0206 5:47"},
    {"a family of which some are named", RULE "[a.two, a.*]" END, ""},
    {"a star elsewhere", RULE "a*" END, "E0301 5:47"},
    {"a field of one of a family", RULE "a.*, if: has(data.left)" END, ""},
    {"a family in a list that there is none of", RULE "[a.one, c.*]" END, "E0206 5:55"},
    {"a list in a list", RULE "[[a.one]]" END, "E0202 5:48"},
    {"a mapping in a list", RULE "[{date: x}]" END, "E0202 5:48"},
    {"nothing in a list", RULE "[a.one, ]" END, ""},
    {"null in a list", RULE "[a.one, null]" END, "E0202 5:55"},

    // --- names
    {"a field of both", RULE "[a.one, a.two], if: data.n > 1" END, ""},
    {"a field of one", RULE "[a.one, a.two], if: has(data.left) && data.left == 'x'" END, ""},
    {"a field of the other", RULE "[a.one, a.two], if: 'data[\"right\"]'" END, ""},
    {"a field of none", RULE "[a.one, a.two], if: has(data.lift)" END, "W0505 5:76"},
    {"a field of one alone", RULE "a.two, if: has(data.left)" END, "W0505 5:67"},
    {"an unknown name", RULE "[a.one, a.two], if: dota.n > 1" END, "E0203 5:67"},

    // --- types: alike, else dyn
    {"a type of both", RULE "[a.one, a.two], if: data.n == 'x'" END, "E0604 5:67"},
    {"a date and a timestamp", RULE "[a.one, a.two], if: data.day == 5" END, "E0604 5:67"},
    {"a type of each", RULE "[a.one, a.two], if: data.when == 5 || data.when == 'x'" END, ""},
    {"a type of one alone", RULE "a.two, if: data.when == 5" END, "E0604 5:58"},
    {"a type that only one declares", RULE "[a.one, a.two], if: data.left == 5" END, ""},
    {"a type that two of three declare", RULE "[a.one, a.two, a.three], if: data.day == 5" END, ""},
    {"points that are no number", RULE "[a.one, a.two], if: data.n" END, "E0604 5:67"},
    {"a value of a counter that is no number", COUNTER "sum: data.day, on: [a.one, a.two]}}\n",
     "E0604 5:21"},
    {"count and on", COUNTER "count: [a.one, a.two], on: [a.one]}}\n", "E0215 5:39"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(lists_of_events_are_checked)
{
    assert_diagnostics(cases[_i].name, cases[_i].text, cases[_i].wanted);
}
END_TEST

static const struct message_case {
    const char *text;
    const char *message;
} messages[] = {
    {RULE "[a.one, a.tow]" END, "unknown event 'a.tow', did you mean 'a.two'?"},
    {RULE "[a.one, a.one]" END, "event 'a.one' is given twice"},
    {RULE "[]" END, "'on' names no event"},
    {RULE "[a.one, c.*]" END, "no event is called 'c.*'"},
    {RULE "[a.one, a.two], if: has(data.lift)" END,
     "a.one or a.two does not declare data.lift, did you mean 'left'?"},
    {RULE "[a.one, a.two, a.three], if: has(data.lift)" END,
     "a.one or 2 more does not declare data.lift"},
};
enum { MESSAGE_COUNT = sizeof(messages) / sizeof(messages[0]) };

START_TEST(messages_say_what_is_wrong)
{
    struct buffer shown = compile_printed(messages[_i].text);
    ck_assert_msg(
        strstr((const char *)shown.data, messages[_i].message) != NULL, "%s\nis not in\n%s",
        messages[_i].message, (const char *)shown.data);
    buffer_free(&shown);
}
END_TEST

// --- what many of them may cost
// A family of a thousand types in each of 500 rules: as many as may be.
START_TEST(families_stand_for_so_many_types_in_all)
{
    for (int more = 0; more < 2; more++) {
        struct buffer text = {0};
        buffer_add_text(&text, "events:\n");
        for (int i = 0; i < 1000; i++)
            buffer_add_format(&text, "  x.t%d: {data: {}}\n", i);
        buffer_add_text(&text, "scores:\n  s:\n    rules:\n");
        for (int i = 0; i < 500 + more; i++)
            buffer_add_format(&text, "      - {name: r%d, on: x.*, points: 1}\n", i);
        // It is said once, and nothing follows from it.
        for (int i = 0; i < 2 * more; i++)
            buffer_add_format(&text, "      - {name: q%d, on: [x.*, email.*], points: 1}\n", i);
        buffer_add_u8(&text, 0);
        assert_diagnostics("families", (const char *)text.data, more == 0 ? "" : "E0407 1505:26");
        buffer_free(&text);
    }
}
END_TEST

// A type of a hundred members in 2,000 different lists: as many as may be. The same list again is none of them.
START_TEST(lists_declare_so_many_members_in_all)
{
    for (int more = 0; more < 2; more++) {
        struct buffer text = {0};
        buffer_add_text(&text, "events:\n  big:\n    data:\n");
        for (int i = 0; i < 100; i++)
            buffer_add_format(&text, "      f%d: string\n", i);
        for (int i = 0; i < 2000 + more; i++)
            buffer_add_format(&text, "  t%d: {data: {}}\n", i);
        buffer_add_text(
            &text, "scores:\n  s:\n    rules:\n"
                   "      - {name: first, on: [big, t0], points: 1}\n");
        for (int i = 0; i < 2000 + more; i++)
            buffer_add_format(&text, "      - {name: r%d, on: [big, t%d], points: 1}\n", i, i);
        buffer_add_u8(&text, 0);
        assert_diagnostics("lists", (const char *)text.data, more == 0 ? "" : "E0407 4109:27");
        buffer_free(&text);
    }
}
END_TEST

START_TEST(types_of_a_family_are_in_the_order_of_the_catalogue)
{
    ruleset = compile_good("events: {f.b: {}, f.a: {}, fa: {}, f.c.d: {}, f-x: {}}\n"
                           "scores: {s: {rules: [{name: r, on: [f.c.d, f.*], points: 1},\n"
                           "  {name: q, on: f.c.*, points: 1}]}}\n");
    const event_type *on = &ruleset_rule(ruleset, 0)->on;
    struct event_types types = ruleset_types_on(ruleset, on);
    ck_assert_uint_eq(types.count, 3);
    ck_assert_uint_eq(types.items[0], type_of("f.c.d"));
    ck_assert_uint_eq(types.items[1], type_of("f.b"));
    ck_assert_uint_eq(types.items[2], type_of("f.a"));
    ck_assert_uint_eq(ruleset_rule(ruleset, 1)->on, type_of("f.c.d"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/triggers");
    TCase *tcase = tcase_create("triggers");
    tcase_add_checked_fixture(tcase, NULL, tear_down);
    tcase_add_test(tcase, each_event_of_the_list_finds_its_rules_as_written);
    tcase_add_test(tcase, each_event_of_the_list_finds_counters_and_workflows);
    tcase_add_test(tcase, equal_lists_are_one_set_and_a_list_of_one_is_none);
    tcase_add_test(tcase, what_is_listened_to_in_a_list_is_listened_to);
    tcase_add_loop_test(tcase, lists_of_events_are_checked, 0, CASE_COUNT);
    tcase_add_loop_test(tcase, messages_say_what_is_wrong, 0, MESSAGE_COUNT);
    tcase_add_test(tcase, families_stand_for_so_many_types_in_all);
    tcase_add_test(tcase, lists_declare_so_many_members_in_all);
    tcase_add_test(tcase, types_of_a_family_are_in_the_order_of_the_catalogue);
    suite_add_tcase(suite, tcase);
    return suite;
}
