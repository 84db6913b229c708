// Objects of contacts: what events say of them, in whatever order they come, and who hears of it.
// links: engine/os
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fold/failures.h"
#include "engine/fold/objects.h"

#include "tests/fakes/object_world.h"
#include "tests/support/suite.h"

#define EVENTS                                                                                \
    "events:\n"                                                                               \
    "  d.told: {data: {d: optional any, s: optional string, v: optional double, w: optional " \
    "timestamp, x: optional any}}\n"                                                          \
    "  d.moved: {data: {d: optional any, s: optional string}}\n"
#define OBJECTS                                                                           \
    EVENTS "objects: {deal: {key: data.d, on: [d.told, d.moved], fields: {s: data.s, v: " \
           "data.v, w: data.w, x: data.x}}}\n"

static uint64_t failures_of(const char *rule)
{
    const struct failures *failures = shard_failures(world.shard);
    for (uint32_t i = 0; i < failures->count; i++) {
        if (strcmp(failures->items[i].rule, rule) == 0)
            return failures->items[i].count;
    }
    return 0;
}

// --- what is kept, whatever the order of arrival
static const struct object_said said[] = {
    {"d.told", 1, "\"d\":\"a\",\"s\":\"new\",\"v\":12"},
    {"d.moved", 3, "\"d\":\"a\",\"s\":\"offer\""},
    {"d.told", 2, "\"d\":\"a\",\"s\":\"seen\",\"v\":15,\"w\":\"2026-02-01T00:00:00Z\",\"x\":true"},
    {"d.moved", 5, "\"d\":\"b\",\"s\":\"won\""},
    {"d.told", 4, "\"d\":\"b\",\"s\":null,\"v\":1"},
};
enum { SAID = sizeof(said) / sizeof(said[0]), ORDERS = 120 };

#define TIME(minute) "\"2026-01-02T00:0" #minute ":00.000Z\""
#define DEAL_A                                                                       \
    "\"a\":{\"s\":\"offer\",\"v\":15,\"w\":\"2026-02-01T00:00:00.000Z\",\"x\":true," \
    "\"created\":" TIME(1) ",\"updated\":" TIME(3) "}"
#define DEAL_B "\"b\":{\"s\":\"won\",\"v\":1,\"created\":" TIME(4) ",\"updated\":" TIME(5) "}"

static void assert_both(int order)
{
    bool is_good = strcmp(object_shown(), "{\"deal\":{" DEAL_A "," DEAL_B "}}") == 0 ||
                   strcmp(object_shown(), "{\"deal\":{" DEAL_B "," DEAL_A "}}") == 0;
    ck_assert_msg(is_good, "order %d: %s", order, object_shown());
}

START_TEST(the_order_of_arrival_does_not_matter)
{
    world_open(&world, OBJECTS);
    object_feed_in_order(said, SAID, _i);
    assert_both(_i);
}
END_TEST

// Of two at the same time the later in the journal.
START_TEST(of_equal_times_the_later_in_the_journal_stays)
{
    world_open(&world, OBJECTS);
    object_feed("d.told", 1, "\"d\":\"a\",\"s\":\"one\"");
    object_feed("d.told", 1, "\"d\":\"a\",\"s\":\"two\"");
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"s\":\"two\""));
}
END_TEST

START_TEST(a_restart_and_a_rebuilt_store_give_the_same)
{
    world_open(
        &world,
        OBJECTS "segments: {won: {if: 'objects.deal.exists(k, objects.deal[k].s == \"won\")'}}\n");
    object_feed_restarting(said, SAID);
    assert_both(0);
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"segments\":[\"won\"]"));
    world_check_rebuilt(&world, "c");
    assert_both(0);
}
END_TEST

// --- rules that come later
START_TEST(new_objects_are_filled_from_the_journal)
{
    world_open(&world, EVENTS);
    object_feed_in_order(said, SAID, 17);
    ck_assert_str_eq(object_shown(), "");
    world_activate(&world, OBJECTS);
    assert_both(17);
}
END_TEST

START_TEST(objects_written_differently_are_filled_again)
{
    world_open(&world, EVENTS "objects: {deal: {key: data.d, on: d.moved, fields: {t: data.s}}}\n");
    object_feed_in_order(said, SAID, 0);
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"t\":\"offer\""));
    world_activate(&world, OBJECTS);
    assert_both(0);
}
END_TEST

START_TEST(objects_from_now_on_start_empty_and_are_kept)
{
    static const char rules[] = EVENTS
        "objects: {deal: {key: data.d, on: d.told, fields: {v: data.v}, history: from_now}}\n";
    char with_more[sizeof(rules) + 64];
    world_open(&world, EVENTS);
    object_feed("d.told", 1, "\"d\":\"a\",\"v\":1");
    world_activate(&world, rules);
    ck_assert_str_eq(object_shown(), "");
    object_feed("d.told", 2, "\"d\":\"b\",\"v\":2");
    (void)snprintf(with_more, sizeof(with_more), "%scounters: {n: {count: d.told}}\n", rules);
    world_activate(&world, with_more);
    ck_assert_str_eq(
        object_shown(),
        "{\"deal\":{\"b\":{\"v\":2,\"created\":" TIME(2) ",\"updated\":" TIME(2) "}}}");
}
END_TEST

// --- keys
static const struct key_case {
    const char *key, *wanted;
    uint64_t failures;
} keys[] = {
    {"\"d\":\"17\"", "\"17\"", 0},
    {"\"d\":17", "\"17\"", 0},
    {"\"d\":17.0", "\"17\"", 0},
    {"\"d\":-3", "\"-3\"", 0},
    {"\"d\":18446744073709551615", "\"18446744073709551615\"", 0},
    {"\"d\":\"\"", NULL, 0},
    {"\"d\":null", NULL, 0},
    {"\"s\":\"x\"", NULL, 0}, // it does not say which
    {"\"d\":1.5", NULL, 1},
    {"\"d\":true", NULL, 1},
    {"\"d\":[1]", NULL, 1},
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

START_TEST(a_key_is_a_text_or_a_whole_number)
{
    world_open(&world, OBJECTS);
    object_feed("d.told", 1, keys[_i].key);
    if (keys[_i].wanted == NULL)
        ck_assert_str_eq(object_shown(), "");
    else
        ck_assert_msg(strstr(object_shown(), keys[_i].wanted) != NULL, "%s", object_shown());
    ck_assert_uint_eq(failures_of("objects.deal key"), keys[_i].failures);
}
END_TEST

START_TEST(a_key_may_not_be_too_long)
{
    char data[OBJECT_KEY_BYTES_MAX + 64];
    world_open(&world, OBJECTS);
    for (int more = 0; more < 2; more++) {
        int len = OBJECT_KEY_BYTES_MAX + more;
        (void)snprintf(data, sizeof(data), "\"d\":\"%0*d\"", len, 7);
        object_feed("d.told", 1, data);
        ck_assert_uint_eq(failures_of("objects.deal key"), (uint64_t)more);
    }
}
END_TEST

// --- fields
START_TEST(what_is_missing_is_no_failure_and_what_cannot_be_kept_is_one)
{
    char data[OBJECT_TEXT_BYTES_MAX + 64];
    world_open(
        &world, EVENTS "objects: {deal: {key: data.d, on: d.told, fields: {s: data.s, x: data.x, "
                       "q: 1 / int(data.v)}}}\n");
    object_feed("d.told", 1, "\"d\":\"a\",\"s\":\"kept\",\"x\":1,\"v\":1");
    object_feed("d.told", 2, "\"d\":\"a\""); // nothing is said of any
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 0);
    object_feed("d.told", 3, "\"d\":\"a\",\"x\":[1,2],\"v\":0");
    ck_assert_uint_eq(failures_of("objects.deal x"), 1);
    ck_assert_uint_eq(failures_of("objects.deal q"), 1);
    (void)snprintf(data, sizeof(data), "\"d\":\"a\",\"s\":\"%0*d\"", OBJECT_TEXT_BYTES_MAX + 1, 7);
    object_feed("d.told", 4, data);
    ck_assert_uint_eq(failures_of("objects.deal s"), 1);
    ck_assert_str_eq(
        object_shown(), "{\"deal\":{\"a\":{\"s\":\"kept\",\"x\":1,\"q\":1,\"created\":" TIME(
                            1) ",\"updated\":" TIME(4) "}}}");
    (void)snprintf(data, sizeof(data), "\"d\":\"a\",\"s\":\"%0*d\"", OBJECT_TEXT_BYTES_MAX, 7);
    object_feed("d.told", 5, data);
    ck_assert_uint_eq(failures_of("objects.deal s"), 1);
    ck_assert_ptr_null(strstr(object_shown(), "kept"));
}
END_TEST

// --- room
static void feed_many(int count)
{
    for (int i = 0; i < count; i++) {
        char data[64];
        (void)snprintf(data, sizeof(data), "\"d\":\"k%d\",\"v\":%d", i, i);
        object_feed("d.told", 100 + i, data);
    }
}

START_TEST(the_one_changed_longest_ago_is_dropped_and_counted)
{
    world_open(
        &world, OBJECTS "segments: {all: {if: size(objects.deal) == 256}, more: {if: "
                        "size(objects.deal) > 256}}\n");
    feed_many(OBJECTS_MAX);
    ck_assert_uint_eq(world_counts(&world).objects_dropped, 0);
    object_feed("d.told", 1000, "\"d\":\"k0\",\"v\":7"); // no longer the oldest
    object_feed("d.told", 1001, "\"d\":\"new\"");
    ck_assert_uint_eq(world_counts(&world).objects_dropped, 1);
    ck_assert_ptr_null(strstr(object_shown(), "\"k1\""));
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"k0\""));
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"new\""));
    object_feed("d.told", 1, "\"d\":\"late\""); // all others were changed later
    ck_assert_uint_eq(world_counts(&world).objects_dropped, 2);
    ck_assert_ptr_null(strstr(object_shown(), "\"late\""));
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"segments\":[\"all\"]"));
}
END_TEST

// --- object.changed
#define HEARD                                                                                     \
    OBJECTS OBJECT_TELLING("{{ data.object }} {{ data.key }} {{ string(size(data.fields)) }} "    \
                           "{{ 's' in data.fields }} {{ 's' in data.from ? data.from.s : '-' }} " \
                           "{{ 's' in data.to ? data.to.s : '-' }} {{ data.is_new }}")

START_TEST(changes_are_told_with_what_was_and_what_is)
{
    world_open(&world, HEARD);
    object_feed("d.told", 10, "\"d\":\"a\",\"s\":\"new\",\"v\":1");
    object_check_told("deal a 2 true - new true\n");
    object_feed("d.moved", 20, "\"d\":\"a\",\"s\":\"offer\"");
    object_check_told("deal a 1 true new offer false\n");
    object_feed("d.moved", 30, "\"d\":\"a\",\"s\":\"offer\""); // nothing is another
    object_feed("d.moved", 15, "\"d\":\"a\",\"s\":\"late\"");  // what was said later stays
    object_check_told("");
    object_feed(
        "d.told", 5,
        "\"d\":\"a\",\"s\":\"first\",\"x\":\"y\""); // late, and the only one that says x
    object_check_told("deal a 1 false - - false\n");
    object_feed("d.told", 40, "\"d\":5"); // new, though nothing is known of it
    object_check_told("deal 5 0 false - - true\n");
}
END_TEST

START_TEST(rules_and_counters_hear_changes)
{
    world_open(
        &world,
        OBJECTS "counters: {changes: {count: object.changed}}\n"
                "scores: {s: {rules: [{name: won, on: object.changed, points: 5, if: '\"s\" in "
                "data.fields && data.to.s == \"won\"'}]}}\n"
                "segments: {thrice: {if: counter.changes == 3}}\n");
    object_feed("d.moved", 1, "\"d\":\"a\",\"s\":\"new\"");
    object_feed("d.moved", 2, "\"d\":\"a\",\"s\":\"won\"");
    object_feed("d.moved", 3, "\"d\":\"a\",\"s\":\"won\"");
    object_feed("d.moved", 3, "\"d\":\"b\",\"s\":\"won\"");
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"s\":{\"value\":10}"));
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"segments\":[\"thrice\"]"));
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 0);
}
END_TEST

// --- expressions
static const char *const truths[] = {
    "size(objects.deal) == 2",
    "'a' in objects.deal && !('c' in objects.deal)",
    "objects.deal['a'].s == 'offer'",
    "objects.deal['a'].v > 14.5",
    "objects.deal['a'].w == timestamp('2026-02-01T00:00:00Z')",
    "objects.deal['a'].x == true",
    "objects.deal['a'].key == 'a'",
    "objects.deal['a'].created == timestamp('2026-01-02T00:01:00Z')",
    "objects.deal['a'].updated == timestamp('2026-01-02T00:03:00Z')",
    "objects['deal']['a']['s'] == 'offer'",
    "!has(objects.deal['b'].w) && has(objects.deal['b'].s)",
    "has(objects.deal.a) && !has(objects.deal.c) && objects.deal.a.s == 'offer'",
    "objects.deal.exists(k, objects.deal[k].s == 'won')",
    "objects.deal.exists(k, o, k == 'b' && o.s == 'won')",
    "objects.deal.transformList(k, o, o.v).exists(v, v == 15.0)",
    "objects.deal.exists_one(k, objects.deal[k].v == 1)",
    "objects.deal.all(k, objects.deal[k].v >= 1)",
    "objects.deal.map(k, objects.deal[k].v).size() == 2",
    "objects.deal.filter(k, objects.deal[k].s == 'won') == ['b']",
    "dyn(objects.deal['b']).s == 'won'",
    "size(objects.deal['a']) == 7 && size(objects.deal['b']) == 5",
    "objects.deal['b'].all(m, m in ['s', 'v', 'key', 'created', 'updated'])",
    "size(objects) == 1 && 'deal' in objects",
    "objects.deal == objects.deal",
};
enum { TRUTHS = sizeof(truths) / sizeof(truths[0]) };

START_TEST(expressions_read_objects)
{
    struct buffer rules = {0};
    buffer_add_text(&rules, OBJECTS "segments: {it: {if: \"");
    buffer_add_text(&rules, truths[_i]);
    buffer_add_text(&rules, "\"}}\n");
    buffer_add_u8(&rules, 0);
    world_open(&world, (const char *)rules.data);
    object_feed_in_order(said, SAID, _i);
    ck_assert_msg(
        strstr(world_contact(&world, "c"), "\"segments\":[\"it\"]") != NULL, "%s", truths[_i]);
    buffer_free(&rules);
}
END_TEST

// A declared field stands for what every object has.
START_TEST(a_field_may_be_called_as_what_every_object_has)
{
    world_open(
        &world,
        EVENTS "objects: {deal: {key: data.d, on: d.told, fields: {updated: data.v, key: "
               "data.s}}}\n"
               "segments: {it: {if: 'objects.deal.exists(k, objects.deal[k].updated == 3.0 && "
               "objects.deal[k].key == \"x\")'}}\n");
    object_feed("d.told", 1, "\"d\":\"a\",\"v\":3,\"s\":\"x\"");
    ck_assert_str_eq(
        object_shown(), "{\"deal\":{\"a\":{\"updated\":3,\"key\":\"x\",\"created\":" TIME(1) "}}}");
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"segments\":[\"it\"]"));
}
END_TEST

// What reads objects is looked at where one of that kind has changed, and nowhere else: each look fails, and is counted.
START_TEST(only_changes_of_a_kind_have_its_readers_looked_at)
{
    world_open(
        &world,
        OBJECTS "segments: {fails: {if: 'objects.deal[\"none\"].s == \"won\"'}}\n"
                "scores: {s: {rules: [{name: r, points: 1, while: 'objects.deal[\"none\"].s == "
                "\"won\"'}]}}\n"
                "counters: {n: {count: email.opened}}\n");
    object_feed("d.told", 1, "\"d\":\"a\"");
    uint64_t after_one = failures_of("segments.fails if");
    ck_assert_uint_gt(after_one, 0);
    object_feed("email.opened", 2, "");
    object_feed("d.told", 3, "\"s\":\"no key\"");
    ck_assert_uint_eq(failures_of("segments.fails if"), after_one);
    uint64_t rule_after_one = failures_of("scores.s/r while");
    object_feed("d.told", 4, "\"d\":\"a\",\"s\":\"x\"");
    ck_assert_uint_eq(failures_of("segments.fails if"), after_one + 1);
    ck_assert_uint_eq(failures_of("scores.s/r while"), rule_after_one + 1);
}
END_TEST

// State rules, conditions of workflows, choices and values see the object as the event has made it.
START_TEST(what_follows_sees_the_object_as_it_has_become)
{
    world_open(
        &world,
        OBJECTS "scores: {s: {rules: [{name: r, points: 4, while: 'objects.deal.exists(k, "
                "objects.deal[k].s == \"won\")'}]}}\n"
                "actions: {tell: {with: {what: string, v: double}}}\n"
                "workflows:\n"
                "  w:\n"
                "    on: d.moved\n"
                "    if: objects.deal[string(data.d)].s == 'won'\n"
                "    reenter: always\n"
                "    steps:\n"
                "      - choose:\n"
                "          - if: score.s == 4.0 && objects.deal[string(run.data.d)].v > 1.0\n"
                "            steps:\n"
                "              - do: tell\n"
                "                with:\n"
                "                  what: \"{{ objects.deal[string(run.data.d)].s }}\"\n"
                "                  v: objects.deal[string(run.data.d)].v\n");
    object_feed("d.told", 1, "\"d\":\"a\",\"s\":\"new\",\"v\":2");
    object_feed("d.moved", 2, "\"d\":\"a\",\"s\":\"offer\"");
    object_check_told("");
    object_feed("d.moved", 3, "\"d\":\"a\",\"s\":\"won\"");
    object_check_told("won\n");
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"s\":{\"value\":4}"));
    object_feed("d.moved", 4, "\"d\":\"a\",\"s\":\"lost\"");
    ck_assert_ptr_null(strstr(world_contact(&world, "c"), "\"s\":{\"value\":4}"));
}
END_TEST

// A run that waits is stopped as soon as an object says so, and goes on where it waits for a change of one.
START_TEST(runs_are_stopped_and_taken_on_by_objects)
{
    world_open(
        &world,
        OBJECTS "workflows:\n"
                "  stopped:\n"
                "    on: email.opened\n"
                "    stop: [{if: 'objects.deal.exists(k, o, o.s == \"won\")'}]\n"
                "    steps: [{wait: 1d}, {tag: {add: late}}]\n"
                "  waits:\n"
                "    on: email.opened\n"
                "    steps:\n"
                "      - wait: {for: object.changed, if: 'data.key == \"a\"', at_most: 1d}\n"
                "        then: [{tag: {add: \"heard\"}}]\n"
                "        else: [{tag: {add: missed}}]\n");
    object_feed("email.opened", 1, "");
    object_feed("d.moved", 2, "\"d\":\"b\",\"s\":\"new\"");
    ck_assert_uint_eq(world_counts(&world).runs_stopped, 0);
    ck_assert_uint_eq(world_counts(&world).runs_done, 0);
    object_feed("d.moved", 3, "\"d\":\"a\",\"s\":\"won\"");
    ck_assert_uint_eq(world_counts(&world).runs_stopped, 1);
    ck_assert_uint_eq(world_counts(&world).runs_done, 1);
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"tags\":[\"heard\"]"));
}
END_TEST

// A time of an object is a moment that something waits for.
START_TEST(time_makes_what_reads_an_object_true)
{
    world_open(
        &world, OBJECTS "segments: {quiet: {if: 'now - objects.deal[\"a\"].updated >= "
                        "duration(\"90m\")'}}\n");
    object_feed("d.told", 1, "\"d\":\"a\"");
    for (int minute = 90; minute < 93; minute++) {
        world.wall_ms = INT64_C(1767312000000) + minute * 60000; // 2026-01-02
        object_feed("email.opened", minute, "");
        bool is_quiet = strstr(world_contact(&world, "c"), "\"segments\":[\"quiet\"]") != NULL;
        ck_assert_int_eq(is_quiet, minute >= 91);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/objects");
    TCase *tcase = tcase_create("objects");
    tcase_add_checked_fixture(tcase, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_loop_test(tcase, the_order_of_arrival_does_not_matter, 0, ORDERS);
    tcase_add_test(tcase, of_equal_times_the_later_in_the_journal_stays);
    tcase_add_test(tcase, a_restart_and_a_rebuilt_store_give_the_same);
    tcase_add_test(tcase, new_objects_are_filled_from_the_journal);
    tcase_add_test(tcase, objects_written_differently_are_filled_again);
    tcase_add_test(tcase, objects_from_now_on_start_empty_and_are_kept);
    tcase_add_loop_test(tcase, a_key_is_a_text_or_a_whole_number, 0, KEYS);
    tcase_add_test(tcase, a_key_may_not_be_too_long);
    tcase_add_test(tcase, what_is_missing_is_no_failure_and_what_cannot_be_kept_is_one);
    tcase_add_test(tcase, the_one_changed_longest_ago_is_dropped_and_counted);
    tcase_add_test(tcase, changes_are_told_with_what_was_and_what_is);
    tcase_add_test(tcase, rules_and_counters_hear_changes);
    tcase_add_loop_test(tcase, expressions_read_objects, 0, TRUTHS);
    tcase_add_test(tcase, a_field_may_be_called_as_what_every_object_has);
    tcase_add_test(tcase, only_changes_of_a_kind_have_its_readers_looked_at);
    tcase_add_test(tcase, what_follows_sees_the_object_as_it_has_become);
    tcase_add_test(tcase, runs_are_stopped_and_taken_on_by_objects);
    tcase_add_test(tcase, time_makes_what_reads_an_object_true);
    suite_add_tcase(suite, tcase);
    return suite;
}
