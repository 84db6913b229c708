// Inputs and damage made to break a shard: it goes on, or stops with everything as it was.
// links: engine/os
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/journal/file.h"

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

static const char RULES[] =
    "contact:\n  fields: {bio: {type: string}}\n"
    "actions: {mail: {topic: actions.mail, with: {text: string = contact.bio}}}\n"
    "workflows:\n"
    "  many:\n"
    "    on: order.placed\n"
    "    reenter: always\n"
    "    steps: [{do: mail}, {do: mail}, {do: mail}, {do: mail}]\n";

// Text of the length, all x, with what comes before and behind. Owned by the caller.
static char *text_around(const char *before, size_t len, const char *after)
{
    size_t before_len = strlen(before);
    char *text = mem_alloc(before_len + len + strlen(after) + 1);
    memcpy(text, before, before_len);
    memset(text + before_len, 'x', len);
    memcpy(text + before_len + len, after, strlen(after) + 1);
    return text;
}

static bool has_text(struct bytes where, const char *what)
{
    char *text = strndup((const char *)where.data, where.len);
    bool is_found = strstr(text, what) != NULL;
    free(text);
    return is_found;
}

START_TEST(a_refused_input_as_large_as_a_frame_is_a_dead_letter)
{
    world.params.frame_bytes_max = 65536;
    world_open(&world, RULES);
    static const size_t lens[] = {16000, 32768, 65536, 1000000};
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        char *line = text_around("", lens[i], "");
        const char *lines[] = {"{}", line, "{}"};
        world_feed(&world, lines, 3);
        free(line);
    }
    ck_assert_uint_eq(world_flow(&world).refused, 12);
    ck_assert_uint_eq(world.out.item_count, 12);
    struct bytes last = world.out.items[10].outgoing.value;
    ck_assert(has_text(last, "\"bytes\":1000000,\"truncated\":true"));
    uint64_t digest = world_digest(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

// Folds messages with headers of header_bytes each, in as many frames as it takes.
static void feed_with_headers(const char *line, size_t header_bytes, size_t count)
{
    char *value = text_around("", header_bytes, "");
    struct header header = {BYTES_LITERAL("traceparent"), bytes_text(value)};
    struct message messages[64];
    struct fault fault = {ERR_OK, ""};
    ck_assert_uint_le(count, 64);
    for (size_t i = 0; i < count; i++)
        messages[i] = (struct message){
            .value = bytes_text(line),
            .key = bytes_text(value),
            .headers = &header,
            .header_count = 1,
            .position = (int64_t)i,
            .position_next = (int64_t)i + 1,
            .value_bytes = strlen(line),
        };
    for (size_t done = 0; done < count;) {
        uint64_t sequence = 0;
        shard_frame_begin(world.shard, world.wall_ms);
        done += shard_fold(world.shard, "kafka:t/0", messages + done, count - done, NULL);
        enum err err = shard_frame_end(world.shard, &sequence, &fault);
        ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
    }
    free(value);
}

START_TEST(headers_and_keys_as_large_as_a_frame_are_held_to_it)
{
    static const char line[] = "{\"type\":\"order.placed\",\"contact\":\"c\"}";
    world.params.frame_bytes_max = 2 << 20;
    world.params.decode.message_bytes_max = 1 << 20;
    world_open(&world, RULES);
    feed_with_headers(line, 200000, 64);
    ck_assert_uint_eq(world_flow(&world).journalled, 64);
    feed_with_headers("refused", 200000, 64);
    feed_with_headers(line, 3000000, 2);
    feed_with_headers("refused", 3000000, 2);
    ck_assert_uint_eq(world_flow(&world).journalled, 64);
    ck_assert_uint_eq(world_flow(&world).refused, 68);
    uint64_t digest = world_digest(&world);
    uint64_t durable = 0;
    ck_assert_int_eq(journal_sync(shard_journal(world.shard), &durable, NULL), ERR_OK);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

START_TEST(events_that_decide_more_than_a_frame_holds_go_into_several)
{
    world.params.frame_bytes_max = 4 << 20;
    world_open(&world, RULES);
    char *bio = text_around(
        "{\"id\":\"0\",\"type\":\"contact.updated\",\"contact\":\"c\",\"data\":{\"fields\":{"
        "\"bio\":\"",
        60000, "\"}}}");
    world_feed_line(&world, bio);
    free(bio);
    char texts[100][80];
    const char *lines[100];
    for (unsigned i = 0; i < 100; i++) {
        (void)snprintf(
            texts[i], sizeof(texts[i]),
            "{\"id\":\"e-%u\",\"type\":\"order.placed\",\"contact\":\"c\"}", i);
        lines[i] = texts[i];
    }
    world_feed(&world, lines, 100);
    ck_assert_uint_eq(world_flow(&world).journalled, 101);
    ck_assert_uint_eq(world_flow(&world).decided, 400);
    ck_assert_uint_eq(world_counts(&world).actions_held_limit, 0);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    outbox_batch_clear(&world.out);
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert(shard_take_outbox(world.shard, UINT64_MAX, &world.out));
    ck_assert_uint_eq(world.out.item_count, 400);
}
END_TEST

START_TEST(one_event_that_decides_more_than_a_frame_holds_is_held_to_it)
{
    world.params.frame_bytes_max = 1 << 20;
    world_open(&world, RULES);
    char *bio = text_around(
        "{\"id\":\"0\",\"type\":\"contact.updated\",\"contact\":\"c\",\"data\":{\"fields\":{"
        "\"bio\":\"",
        50000, "\"}}}");
    world_feed_line(&world, bio);
    free(bio);
    world_feed_line(&world, "{\"id\":\"1\",\"type\":\"order.placed\",\"contact\":\"c\"}");
    ck_assert_uint_eq(world_flow(&world).journalled, 2);
    ck_assert_uint_eq(world_flow(&world).decided, 2);
    ck_assert_uint_eq(world_counts(&world).actions_held_limit, 2);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

START_TEST(what_waits_for_the_sink_is_counted_in_bytes_until_it_is_out)
{
    world_open(&world, RULES);
    char *refused = text_around("", 30000, "");
    for (unsigned i = 0; i < 10; i++)
        world_feed_line(&world, refused);
    ck_assert_uint_gt(world_counts(&world).outbox_bytes, 10 * 40000); // taken, and not confirmed
    world_publish(&world);
    ck_assert_uint_eq(world_counts(&world).outbox_bytes, 0);
    world_feed_line(&world, refused);
    free(refused);
    world_close(&world);
    outbox_batch_clear(&world.out);
    world_open(&world, NULL);
    ck_assert_uint_gt(world_counts(&world).outbox_bytes, 11 * 40000);
}
END_TEST

START_TEST(a_damaged_journal_does_not_cost_the_store)
{
    struct fault fault = {ERR_OK, ""};
    char command[TEST_SCRATCH_BYTES * 2 + 100];
    world.params.journal_file_bytes = 65536;
    world_open(&world, RULES);
    char *refused = text_around("", 30000, "");
    for (unsigned i = 0; i < 10; i++) // the rules are in a file that was sealed long ago
        world_feed_line(&world, refused);
    free(refused);
    world_checkpoint(&world);
    world_close(&world);
    (void)snprintf(
        command, sizeof(command), "cp %s/store/data.mdb %s/before", world.directory,
        world.directory);
    ck_assert_int_eq(system(command), 0);
    world_flip(&world, world_journal_file(&world), 700); // the frame with the rules
    ck_assert_int_eq(world_try_open(&world, &fault), ERR_CORRUPT);
    ck_assert(strstr(fault.text, "sequence") != NULL);
    (void)snprintf(
        command, sizeof(command), "cmp %s/store/data.mdb %s/before", world.directory,
        world.directory);
    ck_assert_int_eq(system(command), 0);
    world_flip(&world, world_journal_file(&world), 700); // mended: as it was
    ck_assert_msg(world_try_open(&world, &fault) == ERR_OK, "%s", fault.text);
    ck_assert(!world.report.is_store_rebuilt);
}
END_TEST

// The path of the journal's newest sealed file, below the directory.
static struct journal_path newest_sealed(void)
{
    struct file_list list = {0};
    struct fault fault;
    char directory[TEST_SCRATCH_BYTES + 16];
    (void)snprintf(directory, sizeof(directory), "%s/journal", world.directory);
    ck_assert_int_eq(file_list_read(world.params.disk, directory, &list, &fault), ERR_OK);
    ck_assert_uint_ge(list.count, 4);
    struct journal_path found = journal_file_path("journal", list.first[list.count - 2]);
    file_list_free(&list);
    return found;
}

// Of a long journal the start reads a part: before the store is given up, it reads all of it.
START_TEST(damage_where_no_start_looks_does_not_cost_the_store)
{
    enum { FILE_BYTES = 48 << 20, REFUSED_BYTES = 1 << 20, FRAMES = 160 };
    struct fault fault = {ERR_OK, ""};
    char command[TEST_SCRATCH_BYTES * 2 + 100];
    world.params.journal_file_bytes = FILE_BYTES;
    world_open(&world, RULES);
    char *refused = text_around("", REFUSED_BYTES, "");
    for (unsigned i = 0; i < FRAMES; i++) {
        world_feed_line(&world, refused);
        world_publish(&world);
        outbox_batch_clear(&world.out);
    }
    free(refused);
    world_checkpoint(&world);
    world_close(&world);
    for (long at = 0; at < 2 * 4096; at += 16) // both meta pages of the store
        world_flip(&world, "store/data.mdb", at);
    (void)snprintf(
        command, sizeof(command), "cp %s/store/data.mdb %s/before", world.directory,
        world.directory);
    ck_assert_int_eq(system(command), 0);
    struct journal_path sealed = newest_sealed();
    world_flip(&world, sealed.text, 20 << 20);
    ck_assert_int_eq(world_try_open(&world, &fault), ERR_CORRUPT);
    ck_assert_msg(strstr(fault.text, sealed.text) != NULL, "%s", fault.text);
    (void)snprintf(
        command, sizeof(command), "cmp %s/store/data.mdb %s/before", world.directory,
        world.directory);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(contacts_whose_ids_look_alike_have_actions_of_their_own)
{
    world_open(&world, RULES);
    world_feed_line(
        &world, "{\"id\":\"1\",\"type\":\"contact.updated\",\"contact\":\"email:a@b.c\",\"data\":"
                "{\"fields\":{\"bio\":\"b\"}}}");
    world_feed_line(
        &world,
        "{\"id\":\"2\",\"type\":\"contact.updated\",\"contact\":{\"email\":\"a@b.c\"},\"data\":"
        "{\"fields\":{\"bio\":\"b\"}}}");
    world_feed_line(&world, "{\"id\":\"3\",\"type\":\"order.placed\",\"contact\":\"email:a@b.c\"}");
    world_feed_line(
        &world, "{\"id\":\"4\",\"type\":\"order.placed\",\"contact\":{\"email\":\"a@b.c\"}}");
    world_feed_line(
        &world, "{\"id\":\"5\",\"type\":\"contact.updated\",\"contact\":\"a@b.c\",\"data\":"
                "{\"fields\":{\"bio\":\"b\"}}}");
    world_feed_line(&world, "{\"id\":\"6\",\"type\":\"order.placed\",\"contact\":\"a@b.c\"}");
    ck_assert_uint_eq(world.out.item_count, 12);
    for (size_t i = 0; i < world.out.item_count; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert(
                !hash128_equal(world.out.items[i].outgoing.id, world.out.items[j].outgoing.id));
}
END_TEST

START_TEST(a_clock_that_goes_back_between_starts_does_not_take_the_tick_along)
{
    world_open(&world, RULES);
    world_feed_line(&world, "{\"id\":\"1\",\"type\":\"order.placed\",\"contact\":\"c\"}");
    int64_t tick_ms = shard_tick_ms(world.shard);
    world_close(&world);
    world.wall_ms -= 86400000;
    world_open(&world, RULES);
    world_feed_line(&world, "{\"id\":\"1\",\"type\":\"order.placed\",\"contact\":\"c\"}");
    ck_assert_int_eq(shard_tick_ms(world.shard), tick_ms);
    ck_assert_uint_eq(world_flow(&world).duplicates, 1);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold hostile");
    TCase *cases = tcase_create("hostile");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_test(cases, a_refused_input_as_large_as_a_frame_is_a_dead_letter);
    tcase_add_test(cases, headers_and_keys_as_large_as_a_frame_are_held_to_it);
    tcase_add_test(cases, events_that_decide_more_than_a_frame_holds_go_into_several);
    tcase_add_test(cases, one_event_that_decides_more_than_a_frame_holds_is_held_to_it);
    tcase_add_test(cases, what_waits_for_the_sink_is_counted_in_bytes_until_it_is_out);
    tcase_add_test(cases, a_damaged_journal_does_not_cost_the_store);
    tcase_add_test(cases, damage_where_no_start_looks_does_not_cost_the_store);
    tcase_add_test(cases, contacts_whose_ids_look_alike_have_actions_of_their_own);
    tcase_add_test(cases, a_clock_that_goes_back_between_starts_does_not_take_the_tick_along);
    suite_add_tcase(suite, cases);
    return suite;
}
