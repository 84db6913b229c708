// What a test of rules needs of a shard: to be told what matches, to need no store, and to be asked for counters.
// links: engine/os
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/fold/query.h"
#include "engine/fold/shard_clock.h"

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

static struct fold_world world;
static struct buffer told;
static int next_id;

static void setup(void)
{
    world_create(&world);
    world.params.tick_mode = TICK_EVENT;
    next_id = 1;
    buffer_clear(&told);
}

static void teardown(void)
{
    world_destroy(&world);
    buffer_free(&told);
}

static void feed(const char *contact, const char *time, const char *type, const char *data)
{
    static char line[1024];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-%sZ\","
        "\"contact\":\"%s\",\"data\":%s}",
        next_id++, type, time, contact, data);
    world_feed_line(&world, line);
}

// --- matches
static void take(
    void *context, enum matched_kind kind, uint32_t index, struct contact_number contact)
{
    static const char *const kinds[] = {"rule", "segment", "workflow"};
    struct buffer *to = context;
    buffer_add_format(to, "%s %u of %llu\n", kinds[kind], index, (unsigned long long)contact.value);
}

static void assert_told(const char *wanted)
{
    buffer_add_u8(&told, 0);
    ck_assert_str_eq((const char *)told.data, wanted);
    buffer_clear(&told);
}

#define RULES                                                                                 \
    "contact: {fields: {plan: {type: string}}}\n"                                             \
    "scores: {s: {rules: [\n"                                                                 \
    "  {name: once, on: email.opened, points: 1, limit: {times: 1}},\n"                       \
    "  {name: dear, on: order.placed, if: has(data.amount) && data.amount > 5, points: 1},\n" \
    "  {name: pro, while: has(contact.plan) && contact.plan == \"pro\", points: 1}]}}\n"      \
    "segments: {known: {if: contact.id != \"\", known_for: 7d}}\n"                            \
    "workflows: {w: {on: order.placed, steps: [{tag: {add: buyer}}]}}\n"

START_TEST(what_matches_is_told_as_it_does)
{
    world_open(&world, RULES);
    shard_tell_matched(world.shard, (struct matched){.tell = take, .context = &told});
    feed("a", "01T00:00:00", "email.opened", "{}");
    assert_told("rule 0 of 1\n");
    feed("a", "01T00:00:01", "email.opened", "{}"); // its limit
    assert_told("");
    feed("b", "01T00:00:02", "order.placed", "{\"order\":\"o\",\"amount\":3}");
    assert_told("workflow 0 of 2\n");
    feed("b", "01T00:00:03", "order.placed", "{\"order\":\"o\",\"amount\":7}"); // never again
    assert_told("rule 1 of 2\n");
    feed("a", "01T00:00:04", "contact.updated", "{\"fields\":{\"plan\":\"pro\"}}");
    assert_told("rule 2 of 1\n");
    feed("a", "01T00:00:05", "contact.updated", "{\"fields\":{\"plan\":\"pro\"}}");
    assert_told("");
    feed("c", "08T00:00:01", "email.opened", "{}"); // on the way the timer of a
    assert_told("segment 0 of 1\nrule 0 of 3\n");
    shard_tell_matched(world.shard, (struct matched){.tell = NULL});
    feed("c", "08T00:00:02", "order.placed", "{\"order\":\"o\",\"amount\":7}");
    assert_told("");
}
END_TEST

START_TEST(what_is_true_when_rules_come_is_told)
{
    world_open(&world, "contact: {fields: {plan: {type: string}}}\n");
    feed("a", "01T00:00:00", "contact.created", "{\"fields\":{\"plan\":\"pro\"}}");
    shard_tell_matched(world.shard, (struct matched){.tell = take, .context = &told});
    world_activate(
        &world,
        "contact: {fields: {plan: {type: string}}}\n"
        "scores: {s: {history: from_now, rules: [\n"
        "  {name: pro, while: has(contact.plan) && contact.plan == \"pro\", points: 1}]}}\n");
    assert_told("rule 0 of 1\n");
}
END_TEST

// --- no store
static bool is_there(const char *name)
{
    char path[sizeof(world.directory) + 64];
    struct stat about;
    (void)snprintf(path, sizeof(path), "%s/%s", world.params.directory, name);
    return stat(path, &about) == 0;
}

START_TEST(a_shard_without_a_store_folds_its_journal_again)
{
    world.params.store = SHARD_STORE_NONE;
    world_open(&world, RULES);
    feed("a", "01T00:00:00", "email.opened", "{}");
    uint64_t digest = world_digest(&world);
    ck_assert(is_there("journal"));
    ck_assert(!is_there("store"));
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_uint_eq(world.report.checkpoint_sequence, 0);
    ck_assert(!is_there("store"));
}
END_TEST

START_TEST(a_shard_with_a_store_has_one)
{
    world_open(&world, RULES);
    ck_assert(is_there("store"));
}
END_TEST

// --- counters
static void assert_counters(const char *contact, const char *wanted)
{
    struct buffer json = {0};
    query_counters(world.shard, query_find(world.shard, bytes_text(contact)), &json);
    buffer_add_u8(&json, 0);
    ck_assert_str_eq((const char *)json.data, wanted);
    buffer_free(&json);
}

START_TEST(counters_say_what_they_have)
{
    struct fault fault = {.err = ERR_OK};
    world_open(
        &world, "counters:\n"
                "  n: {count: order.placed, within: 1d}\n"
                "  sum: {sum: data.amount, on: order.placed}\n"
                "  avg: {avg: data.amount, on: order.placed}\n"
                "  kinds: {distinct: data.order, on: order.placed}\n"
                "  first: {first: data.order, on: order.placed}\n"
                "  last: {last: event.time, on: order.placed}\n"
                "  dear: {last: data.amount > 5, on: order.placed}\n"
                "  late: {last: now - event.time + duration(\"90m\"), on: order.placed}\n"
                "  early: {last: event.time - now - duration(\"2h\"), on: order.placed}\n"
                "  unsigned: {last: uint(7), on: order.placed}\n"
                "  never: {min: data.rating, on: chat.rated}\n");
    feed("a", "01T00:00:00", "order.placed", "{\"order\":\"x\\\"y\",\"amount\":3}");
    feed("a", "01T00:00:01", "order.placed", "{\"order\":\"z\",\"amount\":7.5}");
    assert_counters(
        "a", "{\"n\":2,\"sum\":10.5,\"avg\":5.25,\"kinds\":2,\"first\":\"x\\\"y\","
             "\"last\":\"2026-01-01T00:00:01.000Z\",\"dear\":true,\"late\":\"90m\","
             "\"early\":\"-2h\",\"unsigned\":7}");
    ck_assert_int_eq(shard_advance(world.shard, INT64_C(1767312001000), &fault), ERR_OK);
    struct buffer json = {0};
    query_counters(world.shard, query_find(world.shard, BYTES_LITERAL("a")), &json);
    ck_assert_uint_ge(json.len, 7);
    ck_assert(memcmp(json.data, "{\"n\":0,", 7) == 0); // a day later
    buffer_free(&json);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/matched");
    TCase *tcase = tcase_create("matched");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_matches_is_told_as_it_does);
    tcase_add_test(tcase, what_is_true_when_rules_come_is_told);
    tcase_add_test(tcase, a_shard_without_a_store_folds_its_journal_again);
    tcase_add_test(tcase, a_shard_with_a_store_has_one);
    tcase_add_test(tcase, counters_say_what_they_have);
    suite_add_tcase(suite, tcase);
    return suite;
}
