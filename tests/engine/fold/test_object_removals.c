// Objects that events remove: what is there, in whatever order words and removals come, and who hears of it.
// links: engine/os
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/fold/objects.h"
#include "engine/fold/scoring.h"
#include "engine/fold/shard_internal.h"

#include "tests/fakes/object_world.h"
#include "tests/support/suite.h"

#define EVENTS                                                                      \
    "events:\n"                                                                     \
    "  d.told: {data: {d: optional any, s: optional string, v: optional double}}\n" \
    "  d.moved: {data: {d: optional any, s: optional string}}\n"                    \
    "  gone.lost: {data: {d: optional any}}\n"                                      \
    "  gone.away: {data: {d: optional any}}\n"
#define DEAL    "deal: {key: data.d, on: [d.told, d.moved], fields: {s: data.s, v: data.v}"
#define KEPT    EVENTS "objects: {" DEAL "}}\n"
#define OBJECTS EVENTS "objects: {" DEAL ", removed_by: gone.*}}\n"

#define TIME(minute) "\"2026-01-02T00:" #minute ":00.000Z\""

// --- whatever the order of arrival
static const struct object_said said[] = {
    {"d.told", 11, "\"d\":\"a\",\"s\":\"new\",\"v\":12"},
    {"d.moved", 12, "\"d\":\"a\",\"s\":\"offer\""},
    {"gone.lost", 13, "\"d\":\"a\""},
    {"d.told", 14, "\"d\":\"a\",\"v\":3"},
    {"d.moved", 15, "\"d\":\"b\",\"s\":\"won\""},
    {"gone.away", 16, "\"d\":\"b\""},
};
enum { SAID = sizeof(said) / sizeof(said[0]), ORDERS = 720, AT_ONCE = 24 };

#define DEAL_AGAIN "{\"deal\":{\"a\":{\"v\":3,\"created\":" TIME(14) ",\"updated\":" TIME(14) "}}}"

START_TEST(the_order_of_arrival_does_not_matter)
{
    for (int order = _i * AT_ONCE; order < (_i + 1) * AT_ONCE; order++) {
        fold_fixture_again();
        world_open(&world, OBJECTS);
        object_feed_in_order(said, SAID, order);
        ck_assert_msg(
            strcmp(object_shown(), DEAL_AGAIN) == 0, "order %d: %s", order, object_shown());
    }
}
END_TEST

// Many at random, equal times among them, against what all that was said comes to: an object is what was said of it behind
// its newest removal.
struct word {
    bool is_removal;
    char key;
    int minute, s, v; // s, v 0: not said
};

static bool is_behind(const struct word *words, int a, int b)
{
    return words[a].minute > words[b].minute || (words[a].minute == words[b].minute && a > b);
}

static void expect_key(const struct word *words, int count, char key, struct buffer *to)
{
    int removal = -1, first = -1, last = -1, s = -1, v = -1;
    for (int i = 0; i < count; i++) {
        if (words[i].key == key && words[i].is_removal &&
            (removal < 0 || is_behind(words, i, removal)))
            removal = i;
    }
    for (int i = 0; i < count; i++) {
        if (words[i].key != key || words[i].is_removal ||
            (removal >= 0 && !is_behind(words, i, removal)))
            continue;
        first = first < 0 || is_behind(words, first, i) ? i : first;
        last = last < 0 || is_behind(words, i, last) ? i : last;
        s = words[i].s > 0 && (s < 0 || is_behind(words, i, s)) ? i : s;
        v = words[i].v > 0 && (v < 0 || is_behind(words, i, v)) ? i : v;
    }
    if (first < 0)
        return;
    buffer_add_format(to, "\"%c\":{", key);
    if (s >= 0)
        buffer_add_format(to, "\"s\":\"s%d\",", words[s].s);
    if (v >= 0)
        buffer_add_format(to, "\"v\":%d,", words[v].v);
    buffer_add_format(
        to, "\"created\":\"2026-01-02T00:%d:00.000Z\",\"updated\":\"2026-01-02T00:%d:00.000Z\"}",
        words[first].minute, words[last].minute);
}

static void feed_word(const struct word *word)
{
    char data[64], s[16] = "", v[16] = "";
    if (word->s > 0)
        (void)snprintf(s, sizeof(s), ",\"s\":\"s%d\"", word->s);
    if (word->v > 0)
        (void)snprintf(v, sizeof(v), ",\"v\":%d", word->v);
    (void)snprintf(data, sizeof(data), "\"d\":\"%c\"%s%s", word->key, s, v);
    object_feed(word->is_removal ? "gone.lost" : "d.told", word->minute, data);
}

static uint64_t below(uint64_t *state, uint64_t bound)
{
    *state = hash_mix(*state + 1);
    return *state % bound;
}

enum { WORDS_MAX = 16, SEEDS = 480 };

static void assert_as_said(const struct word *words, int count, int seed)
{
    for (char key = 'a'; key <= 'b'; key++) {
        struct buffer wanted = {0};
        char begin[] = "\"a\":{";
        begin[1] = key;
        expect_key(words, count, key, &wanted);
        buffer_add_u8(&wanted, 0);
        bool is_there = strstr(object_shown(), begin) != NULL;
        bool is_good = is_there == (wanted.len > 1) &&
                       (!is_there || strstr(object_shown(), (const char *)wanted.data) != NULL);
        ck_assert_msg(
            is_good, "seed %d, word %d: %s, wanted %s", seed, count, object_shown(),
            (const char *)wanted.data);
        buffer_free(&wanted);
    }
}

START_TEST(an_object_is_what_was_said_behind_its_newest_removal)
{
    for (int seed = _i * AT_ONCE; seed < (_i + 1) * AT_ONCE; seed++) {
        struct word words[WORDS_MAX];
        uint64_t state = (uint64_t)seed;
        int count = 2 + (int)below(&state, WORDS_MAX - 2);
        fold_fixture_again();
        world_open(&world, OBJECTS);
        for (int i = 0; i < count; i++) {
            words[i] = (struct word){
                .is_removal = below(&state, 4) == 0,
                .key = below(&state, 3) == 0 ? 'b' : 'a',
                .minute = 10 + (int)below(&state, 8),
                .s = (int)below(&state, 3),
                .v = (int)below(&state, 3),
            };
            feed_word(&words[i]);
            assert_as_said(words, i + 1, seed);
        }
    }
}
END_TEST

START_TEST(of_equal_times_the_later_in_the_journal_counts)
{
    world_open(&world, OBJECTS);
    object_feed("d.told", 11, "\"d\":\"a\",\"s\":\"one\"");
    object_feed("gone.lost", 11, "\"d\":\"a\"");
    ck_assert_str_eq(object_shown(), "");
    object_feed("d.told", 11, "\"d\":\"a\",\"v\":2");
    ck_assert_str_eq(
        object_shown(),
        "{\"deal\":{\"a\":{\"v\":2,\"created\":" TIME(11) ",\"updated\":" TIME(11) "}}}");
    object_feed("gone.lost", 11, "\"d\":\"a\"");
    ck_assert_str_eq(object_shown(), "");
}
END_TEST

START_TEST(a_removal_of_what_is_not_there_is_remembered)
{
    world_open(&world, OBJECTS);
    object_feed("gone.away", 20, "\"d\":17");
    object_feed("d.told", 15, "\"d\":\"17\",\"s\":\"late\"");
    ck_assert_str_eq(object_shown(), "");
    object_feed("gone.away", 10, "\"d\":17"); // an older one changes nothing
    object_feed("d.told", 16, "\"d\":17,\"s\":\"late\"");
    ck_assert_str_eq(object_shown(), "");
    object_feed("d.told", 21, "\"d\":17");
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"17\""));
}
END_TEST

// What is older than the removal is not even looked at: it could fail.
START_TEST(what_is_older_is_passed_over)
{
    world_open(
        &world, EVENTS "objects: {deal: {key: data.d, on: d.told, fields: {q: 1 / int(data.v)}, "
                       "removed_by: [gone.lost, gone.away]}}\n");
    object_feed("gone.lost", 20, "\"d\":\"a\"");
    object_feed("d.told", 15, "\"d\":\"a\",\"v\":0");
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 0);
    object_feed("d.told", 20, "\"d\":\"a\",\"v\":0");
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 1);
    object_feed("gone.away", 21, "\"d\":1.5");
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 2);
    object_feed("gone.away", 21, "");
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 2);
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"a\""));
}
END_TEST

// --- kept
START_TEST(a_restart_and_a_rebuilt_store_give_the_same)
{
    world_open(&world, OBJECTS "segments: {any: {if: size(objects.deal) > 0}}\n");
    object_feed_restarting(said, SAID);
    ck_assert_str_eq(object_shown(), DEAL_AGAIN);
    world_check_rebuilt(&world, "c");
    ck_assert_str_eq(object_shown(), DEAL_AGAIN);
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"segments\":[\"any\"]"));
}
END_TEST

// Removals that came before they meant anything are in the journal.
START_TEST(rules_that_remove_are_filled_from_the_journal)
{
    world_open(&world, KEPT);
    object_feed_in_order(said, SAID, _i * 71);
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"s\":\"offer\""));
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"b\""));
    world_activate(&world, OBJECTS);
    ck_assert_str_eq(object_shown(), DEAL_AGAIN);
    object_feed("d.told", 13, "\"d\":\"a\",\"s\":\"no\""); // behind the removal, by the journal
    object_feed("d.told", 12, "\"d\":\"a\",\"v\":1");      // before it
    ck_assert_str_eq(
        object_shown(), "{\"deal\":{\"a\":{\"s\":\"no\",\"v\":3,\"created\":" TIME(
                            13) ",\"updated\":" TIME(14) "}}}");
    world_activate(&world, EVENTS "objects: {" DEAL ", removed_by: gone.away}}\n");
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"created\":" TIME(11)));
    ck_assert_ptr_null(strstr(object_shown(), "\"b\""));
    world_activate(&world, KEPT);
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"b\""));
}
END_TEST

static struct bytes kept_bytes(void)
{
    struct fold *fold = &world.shard->fold;
    fold_look_at(fold, (struct contact_number){1});
    return counter_read(fold->state, fold->contact, fold->binding.objects[0]);
}

static void assert_kept(const char *hex)
{
    struct bytes kept = kept_bytes();
    struct buffer found = {0};
    for (size_t i = 0; i < kept.len; i++)
        buffer_add_format(&found, "%02x", kept.data[i]);
    buffer_add_u8(&found, 0);
    ck_assert_str_eq((const char *)found.data, hex);
    buffer_free(&found);
}

// The bytes of kinds that nothing removes are as they were before anything could; those of others are pinned as well.
START_TEST(what_is_kept_has_these_bytes)
{
    world_open(&world, _i == 0 ? KEPT : OBJECTS);
    object_feed("d.told", 1, "\"d\":\"a\",\"s\":\"x\"");
    object_feed("d.told", 2, "\"d\":\"a\"");
    object_feed("d.told", 3, "\"d\":\"b\"");
    object_feed("gone.lost", 0, "\"d\":\"b\"");
    object_feed("gone.lost", 0, "\"d\":\"c\"");
    assert_kept(
        _i == 0 ? "018f3535d82d00000060ee017c9b010000c0d8027c9b01000001006160ee017c9b01000002000578"
                  "000000000000000000002b00000020c3037c9b01000020c3037c9b01000001006200000000000000"
                  "00000000000000000000000000"
                : "028f3535d8160000000004017c9b0100000100620004017c9b0100000100633e00000060ee017c9b"
                  "010000c0d8027c9b01000001006160ee017c9b01000002000578000000000000000000000260ee01"
                  "7c9b010000c0d8027c9b0100003400000020c3037c9b01000020c3037c9b01000001006200000000"
                  "000000000000000000000000000000000120c3037c9b010000");
}
END_TEST

// --- room
static void feed_removals(int from, int count)
{
    for (int i = from; i < from + count; i++) {
        char data[64];
        (void)snprintf(data, sizeof(data), "\"d\":\"k%d\"", i);
        object_feed("gone.lost", 100 + i, data);
    }
}

START_TEST(the_oldest_removal_is_forgotten_and_counted)
{
    world_open(&world, OBJECTS);
    feed_removals(0, OBJECT_REMOVALS_MAX);
    object_feed("gone.lost", 600, "\"d\":\"k0\""); // no longer the oldest, and no new one
    ck_assert_uint_eq(world_counts(&world).object_removals_forgotten, 0);
    feed_removals(300, 1);
    ck_assert_uint_eq(world_counts(&world).object_removals_forgotten, 1);
    object_feed("d.told", 90, "\"d\":\"k0\"");
    object_feed("d.told", 90, "\"d\":\"k2\"");
    ck_assert_str_eq(object_shown(), "");
    object_feed("d.told", 90, "\"d\":\"k1\""); // whose removal is forgotten
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"k1\""));
    object_feed(
        "gone.lost", 91, "\"d\":\"k1\""); // older than all others, it removes and is forgotten
    ck_assert_uint_eq(world_counts(&world).object_removals_forgotten, 2);
    ck_assert_str_eq(object_shown(), "");
    object_feed("d.told", 90, "\"d\":\"k1\"");
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"k1\""));
}
END_TEST

// As many objects as there may be, and none dropped for what is older than its removal.
START_TEST(what_is_removed_makes_room)
{
    world_open(&world, OBJECTS);
    for (int i = 0; i <= OBJECTS_MAX; i++) {
        char data[64];
        (void)snprintf(data, sizeof(data), "\"d\":\"k%d\"", i);
        if (i == OBJECTS_MAX)
            object_feed("gone.lost", 500, "\"d\":\"k7\"");
        object_feed("d.told", 100 + i, data);
    }
    object_feed("d.told", 450, "\"d\":\"k7\"");
    ck_assert_uint_eq(world_counts(&world).objects_dropped, 0);
    ck_assert_ptr_null(strstr(object_shown(), "\"k7\""));
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"k256\""));
    ck_assert_ptr_nonnull(strstr(object_shown(), "\"k0\""));
}
END_TEST

// Where a removal comes behind more later events than are known by their times, `created` is the oldest of these.
START_TEST(an_object_knows_its_latest_times)
{
    char wanted[128];
    for (int more = 0; more < 2; more++) {
        int first = 20 - more;
        fold_fixture_again();
        world_open(&world, OBJECTS);
        object_feed("d.told", 10, "\"d\":\"a\"");
        for (int i = OBJECT_TIMES_MAX + more - 1; i >= 0; i--)
            object_feed("d.told", first + i, "\"d\":\"a\"");
        object_feed("gone.lost", 10, "\"d\":\"a\"");
        (void)snprintf(wanted, sizeof(wanted), "\"created\":\"2026-01-02T00:%d:00.000Z\"", 20);
        ck_assert_msg(strstr(object_shown(), wanted) != NULL, "%s", object_shown());
    }
}
END_TEST

// --- who hears of it
#define HEARD                                                                                 \
    OBJECTS OBJECT_TELLING(                                                                   \
        "{{ data.key }} {{ string(size(data.fields)) }} {{ 's' in data.from ? data.from.s : " \
        "'-' }} {{ 's' in data.to ? data.to.s : '-' }} {{ data.is_new }} {{ data.removed }}")

START_TEST(removals_are_told_with_what_was)
{
    world_open(&world, HEARD);
    object_feed("gone.lost", 10, "\"d\":\"a\""); // it is not there
    object_check_told("");
    object_feed("d.told", 20, "\"d\":\"a\",\"s\":\"new\",\"v\":1");
    object_check_told("a 2 - new true false\n");
    object_feed("gone.lost", 30, "\"d\":\"a\"");
    object_check_told("a 2 new - false true\n");
    object_feed("gone.lost", 31, "\"d\":\"a\"");             // it is gone already
    object_feed("d.told", 25, "\"d\":\"a\",\"s\":\"late\""); // older than that
    object_check_told("");
    object_feed("d.told", 40, "\"d\":\"a\",\"s\":\"again\"");
    object_feed("d.told", 50, "\"d\":\"a\",\"v\":2");
    object_check_told("a 1 - again true false\na 1 - - false false\n");
    object_feed(
        "gone.lost", 45, "\"d\":\"a\""); // late: what was said before it goes, the object stays
    object_check_told("a 1 again - false false\n");
    object_feed("gone.lost", 46, "\"d\":\"a\""); // nothing goes
    object_check_told("");
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 0);
}
END_TEST

// Kinds that nothing removes say no more than before.
START_TEST(what_nothing_removes_has_no_removed)
{
    world_open(
        &world, KEPT "segments: {s: {if: counter.n == 1}}\ncounters: {n: {count: object.changed, "
                     "if: '!has(data.removed)'}}\n");
    object_feed("d.told", 10, "\"d\":\"a\"");
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"segments\":[\"s\"]"));
}
END_TEST

// What reads objects sees at once that one is gone, and is not looked at where nothing has changed: each look fails here.
START_TEST(what_is_live_sees_a_removal)
{
    world_open(
        &world, OBJECTS "segments: {none: {if: size(objects.deal) == 0}, fails: {if: "
                        "'objects.deal[\"x\"].s == \"won\"'}}\n");
    object_feed("d.told", 10, "\"d\":\"a\",\"s\":\"new\"");
    ck_assert_ptr_null(strstr(world_contact(&world, "c"), "none"));
    object_feed("gone.lost", 11, "\"d\":\"a\"");
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c"), "\"segments\":[\"none\"]"));
    uint64_t failed = world_counts(&world).expressions_failed;
    object_feed("gone.lost", 12, "\"d\":\"a\"");
    object_feed("gone.lost", 12, "\"d\":\"b\"");
    object_feed("d.told", 11, "\"d\":\"a\"");
    ck_assert_uint_eq(world_counts(&world).expressions_failed, failed);
    object_feed("d.told", 13, "\"d\":\"a\"");
    ck_assert_ptr_null(strstr(world_contact(&world, "c"), "none"));
}
END_TEST

// A run that waits is stopped where its object is removed.
START_TEST(runs_hear_removals)
{
    world_open(
        &world,
        OBJECTS "workflows:\n"
                "  chase:\n"
                "    on: object.changed\n"
                "    if: data.object == 'deal' && data.is_new\n"
                "    key: data.key\n"
                "    stop: [{on: object.changed, if: data.key == run.key && data.removed}]\n"
                "    steps: [{wait: 1d}, {tag: {add: late}}]\n");
    object_feed("d.told", 10, "\"d\":\"a\"");
    object_feed("d.told", 11, "\"d\":\"b\"");
    object_feed("gone.lost", 12, "\"d\":\"a\"");
    ck_assert_uint_eq(world_counts(&world).runs_started, 2);
    ck_assert_uint_eq(world_counts(&world).runs_stopped, 1);
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/object_removals");
    TCase *tcase = tcase_create("object_removals");
    tcase_add_checked_fixture(tcase, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_loop_test(tcase, the_order_of_arrival_does_not_matter, 0, ORDERS / AT_ONCE);
    tcase_add_loop_test(
        tcase, an_object_is_what_was_said_behind_its_newest_removal, 0, SEEDS / AT_ONCE);
    tcase_add_test(tcase, of_equal_times_the_later_in_the_journal_counts);
    tcase_add_test(tcase, a_removal_of_what_is_not_there_is_remembered);
    tcase_add_test(tcase, what_is_older_is_passed_over);
    tcase_add_test(tcase, a_restart_and_a_rebuilt_store_give_the_same);
    tcase_add_loop_test(tcase, rules_that_remove_are_filled_from_the_journal, 0, 10);
    tcase_add_loop_test(tcase, what_is_kept_has_these_bytes, 0, 2);
    tcase_add_test(tcase, the_oldest_removal_is_forgotten_and_counted);
    tcase_add_test(tcase, what_is_removed_makes_room);
    tcase_add_test(tcase, an_object_knows_its_latest_times);
    tcase_add_test(tcase, removals_are_told_with_what_was);
    tcase_add_test(tcase, what_nothing_removes_has_no_removed);
    tcase_add_test(tcase, what_is_live_sees_a_removal);
    tcase_add_test(tcase, runs_hear_removals);
    suite_add_tcase(suite, tcase);
    return suite;
}
