// What fails of the rules is counted by the name of the expression, and nothing of the contact is kept with it.
// links: engine/os
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fold/failures.h"

#include "tests/fakes/fold_fixture.h"

static const struct failures *failures(void)
{
    return shard_failures(world.shard);
}

// How often the expression failed; 0: never. *why_out is why.
static uint64_t count_of(const char *rule, const char **why_out)
{
    for (uint32_t i = 0; i < failures()->count; i++) {
        if (strcmp(failures()->items[i].rule, rule) != 0)
            continue;
        *why_out = failures()->items[i].why;
        return failures()->items[i].count;
    }
    return 0;
}

#define ORDER(id, data)                                                          \
    "{\"id\":\"" id "\",\"source\":\"shop\",\"type\":\"order.placed\",\"time\":" \
    "\"2026-01-02T03:04:05.678Z\",\"contact\":\"c-1\",\"data\":" data "}"

static const struct failure_case {
    const char *rules, *name, *why;
} cases[] = {
    {"scores: {s: {rules: [{name: r, on: order.placed, if: data.extra.a == 1, points: 1}]}}",
     "scores.s/r if", "no such key"},
    {"scores: {s: {rules: [{name: r, on: order.placed, points: 1 / data.zero}]}}",
     "scores.s/r points", "division by zero"},
    {"scores: {s: {rules: [{name: r, on: order.placed, points: 1000001 + data.zero}]}}",
     "scores.s/r points", "no number of at most a million"},
    {"scores: {s: {rules: [{name: r, on: order.placed, if: data.zero, points: 1}]}}",
     "scores.s/r if", "neither true nor false"},
    {"scores: {s: {rules: [{name: r, while: contact.stage == 'x', points: 1}]}}",
     "scores.s/r while", "no such key"},
    {"scores: {s: {rules: [{name: r, while: true || contact.id == '', "
     "points: int(contact.stage)}]}}",
     "scores.s/r points", "no such key"},
    {"scores: {s: {combine: 1 / int(contact.id.size() - 3)}}", "scores.s combine",
     "division by zero"},
    {"counters: {c: {count: order.placed, if: data.extra.a == 1}}", "counters.c if", "no such key"},
    {"counters: {c: {sum: int(data.text), on: order.placed}}", "counters.c sum",
     "a value that a function refuses"},
    {"counters: {c: {last: dyn(data.text).size() + data.text, on: order.placed}}",
     "counters.c last", "values of types that do not go together"},
    {"segments: {g: {if: contact.stage == 'x'}}", "segments.g if", "no such key"},
    {"workflows: {w: {on: order.placed, if: data.extra.a == 1, steps: [{tag: {add: t}}]}}",
     "workflows.w if", "no such key"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(an_expression_that_fails_is_counted_by_its_name)
{
    const struct failure_case *it = &cases[_i];
    const char *why = "nothing";
    world_open(&world, it->rules);
    world_feed_line(&world, ORDER("1", "{\"zero\":0,\"text\":\"secret\"}"));
    ck_assert_msg(count_of(it->name, &why) > 0, "%s: not counted", it->name);
    ck_assert_str_eq(why, it->why);
    ck_assert_uint_eq(failures()->count, 1);
    ck_assert_uint_eq(world_counts(&world).expressions_failed, failures_total(failures()));
}
END_TEST

#define TWO_RULES                                                                \
    "scores: {s: {rules: [{name: a, on: order.placed, if: data.x.y, points: 1}," \
    "{name: b, on: order.placed, if: data.z.y, points: 1}]}}"

START_TEST(counts_outlive_a_change_of_the_rules)
{
    const char *why = NULL;
    world_open(&world, TWO_RULES);
    world_feed_line(&world, ORDER("1", "{}"));
    world_activate(
        &world, "scores: {t: {rules: [{name: n, on: order.placed, points: 1}]},"
                "s: {rules: [{name: b, on: order.placed, if: data.z.y, points: 2}]}}");
    world_feed_line(&world, ORDER("2", "{}"));
    ck_assert_uint_eq(count_of("scores.s/a if", &why), 1);
    ck_assert_uint_eq(count_of("scores.s/b if", &why), 2);
    ck_assert_uint_eq(event_ref_sequence(failures()->items[1].ref), shard_sequence(world.shard));
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 3);
}
END_TEST

START_TEST(what_was_folded_before_is_not_counted_again)
{
    world_open(&world, TWO_RULES);
    world_feed_line(&world, ORDER("1", "{}"));
    ck_assert_uint_eq(failures()->count, 2);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(failures()->count, 0);
    world_feed_line(&world, ORDER("2", "{}"));
    ck_assert_uint_eq(failures_total(failures()), 2);
}
END_TEST

START_TEST(asking_for_a_contact_counts_nothing)
{
    world_open(&world, "scores: {s: {combine: 1 / int(contact.id.size() - 3)}}");
    world_feed_line(&world, ORDER("1", "{}"));
    uint64_t before = failures_total(failures());
    ck_assert_uint_gt(before, 0);
    (void)world_contact(&world, "c-1");
    ck_assert_uint_eq(failures_total(failures()), before);
    world_feed_line(&world, ORDER("2", "{}"));
    (void)world_contact(&world, "c-1");
}
END_TEST

START_TEST(a_thousand_expressions_are_counted_each_by_itself)
{
    enum { RULES = FAILURES_MAX + 5 };
    struct buffer rules = {0};
    const char *why = NULL;
    buffer_add_text(&rules, "scores:\n  s:\n    rules:\n");
    for (int i = 0; i < RULES; i++)
        buffer_add_format(
            &rules, "      - {name: r%d, on: order.placed, if: data.x.y, points: 1}\n", i);
    buffer_add_u8(&rules, 0);
    world_open(&world, (const char *)rules.data);
    world_feed_line(&world, ORDER("1", "{}"));
    world_feed_line(&world, ORDER("2", "{}"));
    ck_assert_uint_eq(failures()->count, FAILURES_MAX);
    ck_assert_uint_eq(count_of("scores.s/r999 if", &why), 2);
    ck_assert_uint_eq(failures()->others, 2 * (RULES - FAILURES_MAX));
    ck_assert_uint_eq(failures_total(failures()), 2 * RULES);
    buffer_free(&rules);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold/failures");
    TCase *tcase = tcase_create("failures");
    tcase_add_checked_fixture(tcase, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_loop_test(tcase, an_expression_that_fails_is_counted_by_its_name, 0, CASE_COUNT);
    tcase_add_test(tcase, counts_outlive_a_change_of_the_rules);
    tcase_add_test(tcase, what_was_folded_before_is_not_counted_again);
    tcase_add_test(tcase, asking_for_a_contact_counts_nothing);
    tcase_add_test(tcase, a_thousand_expressions_are_counted_each_by_itself);
    suite_add_tcase(suite, tcase);
    return suite;
}
