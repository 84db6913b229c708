// What is wrong in `objects`, and in expressions that read them, is found at its place, under its code.
#include "rules/expression.h"
#include "rules/ruleset.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define OBJECT "objects:\n  o: "
#define GOOD                                                                                \
    "objects: {o: {key: data.opportunity, on: [opportunity.created, opportunity.changed], " \
    "fields: {stage: data.stage, value: data.value, at: event.time}}}\n"
#define SEGMENT GOOD "segments:\n  t: "
#define EXPECT  GOOD "tests: [{name: t, expect: [{at: 0s, objects: "
#define ON      "on: opportunity.created, "
#define REMOVED "{" ON "key: data.opportunity, fields: {s: data.stage}, removed_by: "

static const struct error_case {
    const char *name;
    const char *text;
    const char *wanted; // codes and places, in order
} cases[] = {
    {"objects that are a list", "objects: [a]\n", "E0202 1:10"},
    {"nothing", "objects:\n", ""},
    {"an object that is text", OBJECT "opportunity.created\n", "E0202 2:6"},
    {"an empty object", OBJECT "{}\n", "E0204 2:3, E0204 2:3, E0204 2:3"},
    {"an object without a key", OBJECT "{" ON "fields: {s: data.stage}}\n", "E0204 2:3"},
    {"an object of no event", OBJECT "{key: data.x, fields: {s: data.stage}}\n", "E0204 2:3"},
    {"an object without fields", OBJECT "{" ON "key: data.opportunity}\n", "E0204 2:3"},
    {"an object of no field", OBJECT "{" ON "key: data.opportunity, fields: {}}\n", "E0410 2:63"},
    {"an unknown key", OBJECT "{" ON "key: data.opportunity, feilds: {s: data.stage}}\n",
     "E0201 2:55"},
    {"an unknown event", OBJECT "{on: oportunity.created, key: data.x, fields: {s: data.s}}\n",
     "E0206 2:11"},
    {"an unknown event of several",
     OBJECT "{on: [opportunity.created, opportunity.chnged], key: data.x, fields: {s: data.s}}\n",
     "E0206 2:33"},
    {"an event given twice",
     OBJECT "{on: [opportunity.created, opportunity.created], key: data.x, fields: {s: data.s}}\n",
     "E0205 2:33"},
    {"a family of events",
     OBJECT "{on: opportunity.*, key: data.opportunity, fields: {s: data.stage}}\n", ""},
    {"a member that the event does not declare",
     OBJECT "{" ON "key: data.oportunity, fields: {s: data.stage}}\n", "W0505 2:42"},
    {"a key that is a number with decimals",
     OBJECT "{" ON "key: data.value, fields: {s: data.stage}}\n", "E0604 2:37"},
    {"a key that is true or false",
     OBJECT "{" ON "key: has(data.stage), fields: {s: data.stage}}\n", "E0604 2:37"},
    {"a key that is a whole number",
     OBJECT "{" ON "key: size(data.stage), fields: {s: data.stage}}\n", ""},
    {"a key of several members",
     OBJECT "{" ON "key: 'data.pipeline + \"/\" + data.opportunity', fields: {s: data.stage}}\n",
     ""},
    {"a field that is a list",
     OBJECT "{" ON "key: data.opportunity, fields: {s: '[data.stage]'}}\n", "E0604 2:68"},
    {"a field that is no expression",
     OBJECT "{" ON "key: data.opportunity, fields: {s: data.stage +}}\n", "E0601 2:79"},
    {"a field with an unfit name",
     OBJECT "{" ON "key: data.opportunity, fields: {1-s: data.stage}}\n", "E0211 2:64"},
    {"an object with an unfit name",
     "objects: {Deal: {" ON "key: data.opportunity, fields: {s: data.stage}}}\n", "E0211 1:11"},
    {"a field that reads the contact",
     OBJECT "{" ON "key: data.opportunity, fields: {s: contact.stage}}\n", "E0607 2:67"},
    {"a key that reads a score",
     "scores: {s: {}}\n" OBJECT "{" ON "key: string(score.s), fields: {s: data.stage}}\n",
     "E0607 3:44"},
    {"a field that reads objects",
     OBJECT "{" ON "key: data.opportunity, fields: {s: size(objects.o)}}\n", "E0607 2:72"},
    {"a field that reads the clock", OBJECT "{" ON "key: data.opportunity, fields: {s: now}}\n",
     "E0607 2:67"},
    {"a field that is text with a value in it",
     OBJECT "{" ON "key: data.opportunity, fields: {s: 'data.stage + \"!\"'}}\n", ""},
    {"two objects of one name",
     "objects: {o: {" ON "key: data.opportunity, fields: {s: data.stage}}, o: {" ON
     "key: data.opportunity, fields: {s: data.stage}}}\n",
     "E0106 1:89"},
    {"a history that is none",
     OBJECT "{" ON "key: data.opportunity, fields: {s: data.stage}, history: now}\n", "E0214 2:89"},

    // --- removing them
    {"an event that removes", OBJECT REMOVED "opportunity.stale}\n", ""},
    {"several events that remove", OBJECT REMOVED "[opportunity.stale, opportunity.changed]}\n",
     ""},
    {"a family of events that remove", OBJECT REMOVED "ticket.*}\n", ""},
    {"an unknown event that removes", OBJECT REMOVED "oportunity.stale}\n", "E0206 2:92"},
    {"no event that removes", OBJECT REMOVED "[]}\n", "E0410 2:92"},
    {"what removes given twice", OBJECT REMOVED "[opportunity.stale, opportunity.stale]}\n",
     "E0205 2:112"},
    {"one that makes and removes", OBJECT REMOVED "opportunity.created}\n", "E0234 2:92"},
    {"one of several that makes and removes",
     OBJECT REMOVED "[opportunity.stale, opportunity.created]}\n", "E0234 2:112"},
    {"one of a family that makes and removes", OBJECT REMOVED "[ticket.created, opportunity.*]}\n",
     "E0234 2:109"},
    {"a family that makes and one that removes",
     OBJECT "{on: opportunity.*, key: data.opportunity, fields: {s: data.stage}, removed_by: "
            "opportunity.stale}\n",
     "E0234 2:86"},

    // --- reading them
    {"what reads them", SEGMENT "{if: 'objects.o[\"a\"].stage == \"won\"'}\n", ""},
    {"an unknown object", SEGMENT "{if: 'size(objects.p) > 1'}\n", "E0233 3:25"},
    {"an unknown field", SEGMENT "{if: 'objects.o[\"a\"].stge == \"won\"'}\n", "E0203 3:27"},
    {"a field compared to another type", SEGMENT "{if: 'objects.o[\"a\"].stage == 5'}\n",
     "E0604 3:12"},
    {"a number compared to a text", SEGMENT "{if: 'objects.o[\"a\"].value == \"5\"'}\n",
     "E0604 3:12"},
    {"a time compared to a text", SEGMENT "{if: 'objects.o[\"a\"].at == \"5\"'}\n", "E0604 3:12"},
    {"what every object has", SEGMENT "{if: 'objects.o[\"a\"].created < objects.o[\"a\"].at'}\n",
     ""},
    {"a key that is a number", SEGMENT "{if: 'objects.o[5].stage == \"won\"'}\n", "E0604 3:12"},
    {"an unknown field in a macro",
     SEGMENT "{if: 'objects.o.exists(k, objects.o[k].stge == \"won\")'}\n", "E0203 3:45"},
    {"an unknown field of a value in a macro",
     SEGMENT "{if: 'objects.o.exists(k, v, v.stge == \"won\")'}\n", "E0203 3:37"},
    {"a moment that can be told", SEGMENT "{if: 'now - objects.o[\"a\"].updated > days(3)'}\n", ""},
    {"a moment in a macro", SEGMENT "{if: 'objects.o.exists(k, v, now - v.updated > days(3))'}\n",
     "W0506 3:35"},
    {"a counter that reads them",
     GOOD "counters: {c: {count: opportunity.created, if: size(objects.o) > 1}}\n", "E0607 2:53"},
    {"a workflow that hears of them",
     GOOD
     "workflows: {w: {on: object.changed, if: 'data.key == \"a\" && data.is_new && \"stage\" in "
     "data.fields', steps: [{tag: {add: x}}]}}\n",
     ""},
    {"a workflow that emits a change",
     GOOD "workflows: {w: {on: email.opened, steps: [{emit: {type: object.changed}}]}}\n",
     "E0228 2:57"},

    // --- expecting them
    {"what is expected of them",
     EXPECT "{o: {a: {stage: won, value: null, updated: 1d}, b: null}}}]}]\n", ""},
    {"an unknown object is expected", EXPECT "{p: {a: null}}}]}]\n", "E0233 2:47"},
    {"an unknown field is expected", EXPECT "{o: {a: {stge: won}}}}]}]\n", "E0203 2:55"},
    {"objects that are a list are expected", EXPECT "[o]}]}]\n", "E0202 2:46"},
    {"objects without keys are expected", EXPECT "{o: won}}]}]\n", "E0202 2:50"},
    {"an object that is text is expected", EXPECT "{o: {a: won}}}]}]\n", "E0202 2:54"},
    {"a template is expected", EXPECT "{o: {a: {stage: 'x {{ now }}'}}}}]}]\n", "E0303 2:62"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(each_is_found_at_its_place)
{
    assert_diagnostics(cases[_i].name, cases[_i].text, cases[_i].wanted);
}
END_TEST

// What was most likely meant is said.
static const struct meant_case {
    const char *text, *wanted;
} meant[] = {
    {SEGMENT "{if: 'size(objects.oo) > 1'}\n", "unknown object 'oo', did you mean 'o'?"},
    {SEGMENT "{if: 'objects.o[\"a\"].stge == \"won\"'}\n",
     "unknown field 'stge', did you mean 'stage'?"},
    {OBJECT "{on: opportunity.createt, key: data.x, fields: {s: data.s}}\n",
     "unknown event 'opportunity.createt', did you mean 'opportunity.created'?"},
    {"object: {}\n", "did you mean 'objects'?"},
    {EXPECT "{o: {a: {stge: won}}}}]}]\n", "unknown field 'stge', did you mean 'stage'?"},
    {OBJECT "{" ON "key: data.opportunity, fields: {s: contact.stage}}\n",
     "an object reads the event only, not 'contact'"},
    {OBJECT "{" ON "key: data.value, fields: {s: data.stage}}\n",
     "the key of an object is a text (string) or a whole number (int), this is double"},
};
enum { MEANT_COUNT = sizeof(meant) / sizeof(meant[0]) };

START_TEST(the_message_says_what_was_meant)
{
    struct buffer shown = compile_printed(meant[_i].text);
    ck_assert_msg(
        strstr((const char *)shown.data, meant[_i].wanted) != NULL, "%s", (const char *)shown.data);
    buffer_free(&shown);
}
END_TEST

// A field that its event types declare alike has that type, one of which they differ is dyn.
START_TEST(fields_have_the_type_that_all_events_give)
{
    assert_diagnostics(
        "alike, not alike",
        "events: {a.a: {data: {k: string, x: string, y: string}}, a.b: {data: {k: string, x: "
        "string, "
        "y: int}}}\n"
        "objects: {o: {key: data.k, on: [a.a, a.b], fields: {x: data.x, y: data.y}}}\n"
        "segments:\n"
        "  t: {if: 'objects.o[\"1\"].x == 5'}\n"
        "  u: {if: 'objects.o[\"1\"].y == 5'}\n",
        "E0604 4:12");
}
END_TEST

START_TEST(a_ruleset_knows_its_objects)
{
    struct ruleset *ruleset = compile_good(GOOD);
    const struct object_def *object = ruleset_object(ruleset, 0);
    event_type created =
        catalog_find(ruleset_catalog(ruleset), BYTES_LITERAL("opportunity.created"));
    event_type stale = catalog_find(ruleset_catalog(ruleset), BYTES_LITERAL("opportunity.stale"));
    ck_assert_uint_eq(ruleset_object_count(ruleset), 1);
    ck_assert(bytes_equal_text(object->name, "o"));
    ck_assert_uint_eq(object->field_count, 3);
    ck_assert(bytes_equal_text(object->fields[2].name, "at"));
    ck_assert(bytes_equal_text(object->fields[2].value->name, "objects.o at"));
    ck_assert_uint_eq(ruleset_match(ruleset, created)->objects.count, 1);
    ck_assert_ptr_eq(ruleset_match(ruleset, created)->objects.items[0], object);
    ck_assert_uint_eq(ruleset_match(ruleset, stale)->objects.count, 0);
    ruleset_destroy(ruleset);
}
END_TEST

// What removes an object is about it as well, and makes rules of another history.
START_TEST(what_removes_is_heard)
{
    struct ruleset *ruleset = compile_good(OBJECT REMOVED "[opportunity.stale]}\n");
    struct ruleset *without =
        compile_good(OBJECT "{" ON "key: data.opportunity, fields: {s: data.stage}}\n");
    event_type stale = catalog_find(ruleset_catalog(ruleset), BYTES_LITERAL("opportunity.stale"));
    ck_assert_uint_eq(ruleset_match(ruleset, stale)->objects.count, 1);
    ck_assert_uint_eq(ruleset_object(ruleset, 0)->removed_by, stale);
    ck_assert_uint_eq(ruleset_object(without, 0)->removed_by, EVENT_TYPE_UNKNOWN);
    ck_assert_uint_ne(ruleset_history_hash(without), ruleset_history_hash(ruleset));
    ruleset_destroy(ruleset);
    ruleset_destroy(without);
}
END_TEST

// Rules with other objects need the journal once more; those with other labels of nothing do not.
START_TEST(other_objects_are_another_history)
{
    struct ruleset *without = compile_good("");
    struct ruleset *with = compile_good(GOOD);
    struct ruleset *beside = compile_good(GOOD "lists: {l: {}}\n");
    ck_assert_uint_ne(ruleset_history_hash(without), ruleset_history_hash(with));
    ck_assert_uint_eq(ruleset_history_hash(beside), ruleset_history_hash(with));
    ruleset_destroy(without);
    ruleset_destroy(with);
    ruleset_destroy(beside);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/objects");
    TCase *tcase = tcase_create("objects");
    tcase_add_loop_test(tcase, each_is_found_at_its_place, 0, CASE_COUNT);
    tcase_add_loop_test(tcase, the_message_says_what_was_meant, 0, MEANT_COUNT);
    tcase_add_test(tcase, fields_have_the_type_that_all_events_give);
    tcase_add_test(tcase, a_ruleset_knows_its_objects);
    tcase_add_test(tcase, what_removes_is_heard);
    tcase_add_test(tcase, other_objects_are_another_history);
    suite_add_tcase(suite, tcase);
    return suite;
}
