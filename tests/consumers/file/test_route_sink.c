// The route over several sinks: kinds, combined marks, repetition after half a failure.
#include "consumers/file/file_sink.h"
#include "consumers/file/route_sink.h"
#include "engine/base/hash.h"

#include "tests/fakes/memory_disk.h"
#include "tests/support/suite.h"

#define ACTION "{\"specversion\":\"1.0\",\"id\":\"00000000000000000000000000000001\"}"
#define LETTER "{\"id\":\"00000000000000000000000000000002\"}"

static struct memory_disk actions_memory, letters_memory;
static struct sink legs[ROUTE_LEG_COUNT];
static struct sink route;
static struct fault fault;
static uint64_t mark;

static const struct outgoing items[] = {
    {.kind = OUTGOING_ACTION,
     .sequence = 1,
     .id = {.low = 1},
     .value = {(const uint8_t *)ACTION, sizeof(ACTION) - 1}},
    {.kind = OUTGOING_DEAD_LETTER,
     .sequence = 1,
     .index = 1,
     .id = {.low = 2},
     .value = {(const uint8_t *)LETTER, sizeof(LETTER) - 1}},
};

static void route_open(void)
{
    struct disk actions = memory_disk_port(&actions_memory);
    struct disk letters = memory_disk_port(&letters_memory);
    struct file_sink_params params = {.path = "a.ndjson", .kinds = OUTGOING_KINDS_ACTIONS};
    ck_assert_int_eq(
        file_sink_create(&actions, &params, &legs[ROUTE_ACTIONS_FILE], &fault), ERR_OK);
    params = (struct file_sink_params){.path = "d.ndjson", .kinds = OUTGOING_KINDS_DEAD_LETTERS};
    ck_assert_int_eq(
        file_sink_create(&letters, &params, &legs[ROUTE_DEAD_LETTERS_FILE], &fault), ERR_OK);
    route_sink_create(legs, &route);
}

static void route_close(void)
{
    route.ops->destroy(route.self);
    for (unsigned i = 0; i < ROUTE_LEG_COUNT; i++) {
        if (legs[i].ops != NULL)
            legs[i].ops->destroy(legs[i].self);
    }
}

static enum err publish_all(void)
{
    struct publish_shard shard = {.shard = 0, .sequence_last = 1};
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = items, .item_count = 2};
    return route.ops->publish(route.self, &publication, &mark, &fault);
}

static bool is_published(const struct outgoing *item)
{
    bool out = false;
    struct hash128 chain = {0};
    ck_assert_int_eq(route.ops->is_published(route.self, item, chain, &out, &fault), ERR_OK);
    return out;
}

static void setup(void)
{
    actions_memory = (struct memory_disk){0};
    letters_memory = (struct memory_disk){0};
    memset(legs, 0, sizeof(legs));
    route_open();
}

static void teardown(void)
{
    route_close();
    buffer_free(&actions_memory.data);
    buffer_free(&letters_memory.data);
}

START_TEST(each_kind_goes_its_way)
{
    ck_assert_int_eq(route.ops->recover(route.self, 0, 0, &fault), ERR_OK);
    ck_assert(!is_published(&items[0]));
    ck_assert(!is_published(&items[1]));
    ck_assert_int_eq(publish_all(), ERR_OK);
    ck_assert(memory_disk_is(&actions_memory, ACTION "\n"));
    ck_assert(memory_disk_is(&letters_memory, LETTER "\n"));
    ck_assert(is_published(&items[0]));
    ck_assert(is_published(&items[1]));
}
END_TEST

START_TEST(half_published_is_completed_without_doubling)
{
    ck_assert_int_eq(route.ops->recover(route.self, 0, 0, &fault), ERR_OK);
    memory_disk_fail(&letters_memory, 2, ERR_NOSPACE);
    ck_assert_int_eq(publish_all(), ERR_NOSPACE);
    ck_assert(is_published(&items[0]));
    ck_assert(!is_published(&items[1]));
    if (_i == 1) { // killed and started again
        route_close();
        route_open();
        ck_assert_int_eq(route.ops->recover(route.self, 0, 0, &fault), ERR_OK);
    }
    ck_assert_int_eq(publish_all(), ERR_OK);
    ck_assert(memory_disk_is(&actions_memory, ACTION "\n"));
    ck_assert(memory_disk_is(&letters_memory, LETTER "\n"));
}
END_TEST

START_TEST(mark_holds_both_files_rounded_down)
{
    for (unsigned i = 0; i < 500; i++)
        buffer_add_text(&actions_memory.data, ACTION "\n");
    for (unsigned i = 0; i < 300; i++)
        buffer_add_text(&letters_memory.data, LETTER "\n");
    actions_memory.exists = true;
    letters_memory.exists = true;
    route_close();
    route_open();
    ck_assert_int_eq(route.ops->recover(route.self, 0, 0, &fault), ERR_OK);
    ck_assert_int_eq(publish_all(), ERR_OK); // all is there: the mark stays where it was
    ck_assert_uint_eq(mark, 0);
    struct outgoing more[] = {items[0], items[1]};
    struct publish_shard shard = {.shard = 0, .sequence_last = 2};
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = more, .item_count = 2};
    for (unsigned i = 0; i < 2; i++) {
        more[i].sequence = 2;
        more[i].id.low += 2;
    }
    ck_assert_int_eq(route.ops->publish(route.self, &publication, &mark, &fault), ERR_OK);
    uint64_t actions_units = actions_memory.data.len / ROUTE_MARK_UNIT_BYTES;
    uint64_t letters_units = letters_memory.data.len / ROUTE_MARK_UNIT_BYTES;
    ck_assert_uint_gt(letters_units, 1);
    ck_assert_uint_eq(mark, letters_units << 32 | actions_units);
    route_close();
    route_open();
    ck_assert_int_eq(route.ops->recover(route.self, 0, mark, &fault), ERR_OK);
    ck_assert_int_eq(route.ops->recover(route.self, 1, mark + 1, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "a.ndjson"));
    ck_assert_int_eq(
        route.ops->recover(route.self, 1, mark + (UINT64_C(1) << 32), &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "d.ndjson"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("route sink");
    TCase *tcase = tcase_create("route");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, each_kind_goes_its_way);
    tcase_add_loop_test(tcase, half_published_is_completed_without_doubling, 0, 2);
    tcase_add_test(tcase, mark_holds_both_files_rounded_down);
    suite_add_tcase(suite, tcase);
    return suite;
}
