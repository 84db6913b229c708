// What a start takes from the checkpoint, what from the journal, and what it does not believe.
// links: engine/os
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/arena.h"
#include "engine/fold/verify.h"

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

static const char RULES[] =
    "scores: {s: {rules: [{name: order, on: order.placed, points: 1}]}}\n"
    "actions: {task: {topic: actions.task, with: {title: string}}}\n"
    "workflows:\n"
    "  bought: {on: order.placed, reenter: always, steps: [{do: task, with: {title: Call}}]}\n";
static const char LATER_RULES[] =
    "scores: {s: {rules: [{name: order, on: order.placed, points: 2}]}}\n";

static void feed_orders(unsigned from, unsigned count)
{
    for (unsigned i = from; i < from + count; i++) {
        char line[200];
        (void)snprintf(
            line, sizeof(line), "{\"id\":\"%u\",\"type\":\"order.placed\",\"contact\":\"c-%u\"}", i,
            i % 3);
        world_feed_line(&world, line);
    }
}

static void run_command(const char *what, const char *first, const char *second)
{
    char command[4 * TEST_SCRATCH_BYTES];
    (void)snprintf(command, sizeof(command), "%s %s %s", what, first, second);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(positions_come_back_from_a_checkpoint_alone)
{
    world_open(&world, RULES);
    feed_orders(0, 5);
    world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world.report.replayed_frames, 0);
    ck_assert_int_eq(shard_position(world.shard, "file:/test"), 5);
}
END_TEST

START_TEST(a_checkpoint_stands_at_what_it_holds_whatever_is_published)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    world_open(&world, RULES);
    feed_orders(0, 5);
    world_publish(&world);
    feed_orders(5, 5);
    struct snapshot *snapshot = shard_checkpoint_begin(world.shard, &sequence);
    ck_assert_int_eq(snapshot_write(snapshot, &fault), ERR_OK);
    world_publish(&world);
    ck_assert_int_eq(snapshot_commit(snapshot, 0, &fault), ERR_OK);
    shard_checkpoint_end(world.shard, snapshot, SNAPSHOT_COMMITTED);
    uint64_t digest = world_digest(&world);
    ck_assert_uint_eq(sequence, shard_sequence(world.shard));
    world_close(&world);
    world_open(&world, NULL);
    ck_assert(!world.report.is_store_rebuilt);
    ck_assert_uint_eq(world.report.checkpoint_sequence, sequence);
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

START_TEST(what_an_abandoned_checkpoint_held_is_in_the_next_one)
{
    uint64_t sequence = 0;
    world_open(&world, RULES);
    feed_orders(0, 5);
    world_publish(&world);
    struct snapshot *snapshot = shard_checkpoint_begin(world.shard, &sequence);
    shard_checkpoint_end(world.shard, snapshot, SNAPSHOT_ABANDONED);
    feed_orders(5, 5);
    world_checkpoint(&world);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert(!world.report.is_store_rebuilt);
    ck_assert_uint_eq(world.report.replayed_frames, 0);
    ck_assert_uint_eq(world_digest(&world), digest);
    feed_orders(0, 10);
    ck_assert_uint_eq(world_flow(&world).duplicates, 10);
}
END_TEST

START_TEST(rules_that_came_later_are_found_again)
{
    world_open(&world, RULES);
    feed_orders(0, 5);
    world_activate(&world, LATER_RULES);
    feed_orders(5, 5);
    world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_msg(!world.report.is_store_rebuilt, "%s", world.report.store_reason);
    ck_assert_uint_eq(world.report.replayed_frames, 0);
    feed_orders(10, 1);
    ck_assert_uint_eq(world.out.item_count, 5); // the later ones know no workflow
}
END_TEST

START_TEST(limits_of_the_journal_hold_for_what_is_folded_again)
{
    world.params.state.dedup_events_max = 4;
    world.params.state.ledger_entries_max = 2;
    world_open(&world, RULES);
    feed_orders(0, 5);
    world_checkpoint(&world);
    feed_orders(5, 20);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    world.params.state.dedup_events_max = 1000;
    world.params.state.ledger_entries_max = 100;
    world_open(&world, NULL);
    ck_assert(!world.report.is_store_rebuilt);
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

// ---- a journal that says something else than would be folded

typedef void change_fn(struct frame_head *head, struct frame_outgoing *outgoing);

static void copy_frame(struct frame_reader *frame, struct frame_builder *builder, change_fn *change)
{
    struct frame_source source;
    struct frame_command command;
    struct frame_input input;
    struct frame_outgoing outgoing;
    frame_builder_clear(builder);
    while (frame_next_source(frame, &source) == ERR_OK)
        (void)frame_builder_add_source(builder, &source);
    while (frame_next_command(frame, &command) == ERR_OK)
        frame_builder_add_command(builder, &command);
    while (frame_next_input(frame, &input) == ERR_OK)
        ck_assert_int_eq(frame_builder_add_input(builder, &input), ERR_OK);
    while (frame_next_outgoing(frame, &outgoing) == ERR_OK) {
        change(&frame->head, &outgoing);
        frame_builder_add_outgoing(builder, &outgoing);
    }
}

// Writes the journal of the closed world again, frame by frame, with something changed; drops the store.
static void rewrite_journal(change_fn *change)
{
    struct fault fault = {ERR_OK, ""};
    char from[TEST_SCRATCH_BYTES + 16];
    char to[TEST_SCRATCH_BYTES + 16];
    (void)snprintf(from, sizeof(from), "%s/journal", world.directory);
    (void)snprintf(to, sizeof(to), "%s/again", world.directory);
    struct journal_params params = {
        .disk = world.params.disk,
        .directory = to,
        .identity = world.params.identity,
        .file_bytes_max = world.params.journal_file_bytes,
        .frame_bytes_max = (uint32_t)world.params.frame_bytes_max};
    struct journal *journal = NULL;
    struct journal_recovery recovery;
    struct journal_reader *reader = NULL;
    struct frame_builder *builder = frame_builder_create();
    ck_assert_int_eq(params.disk.ops->make_directory(params.disk.self, to), ERR_OK);
    ck_assert_int_eq(journal_open(&params, &journal, &recovery, &fault), ERR_OK);
    ck_assert_int_eq(journal_reader_open(params.disk, from, 0, &reader, &fault), ERR_OK);
    struct bytes bytes;
    struct frame_reader frame;
    while (journal_reader_next(reader, &bytes, &frame, &fault) == ERR_OK) {
        copy_frame(&frame, builder, change);
        ck_assert_int_eq(journal_append(journal, builder, &frame.head), ERR_OK);
    }
    uint64_t durable = 0;
    ck_assert_int_eq(journal_sync(journal, &durable, &fault), ERR_OK);
    journal_reader_close(reader);
    journal_close(journal);
    frame_builder_destroy(builder);
    run_command("rm -r", from, "");
    run_command("mv", to, from);
    world_remove_store(&world);
}

static void change_value(struct frame_head *head, struct frame_outgoing *outgoing)
{
    (void)head;
    outgoing->value = BYTES_LITERAL("{\"as\":\"it was decided then\"}");
}

START_TEST(what_was_decided_then_is_published_not_what_would_be_decided_now)
{
    world_open(&world, RULES);
    feed_orders(0, 3);
    world_close(&world);
    rewrite_journal(change_value);
    outbox_batch_clear(&world.out);
    world_open(&world, NULL);
    ck_assert(shard_take_outbox(world.shard, UINT64_MAX, &world.out));
    ck_assert_uint_eq(world.out.item_count, 3);
    for (size_t i = 0; i < world.out.item_count; i++)
        ck_assert(bytes_equal_text(
            world.out.items[i].outgoing.value, "{\"as\":\"it was decided then\"}"));
}
END_TEST

static void change_digest(struct frame_head *head, struct frame_outgoing *outgoing)
{
    (void)outgoing;
    head->digest += head->sequence == 3;
}

START_TEST(a_frame_that_folds_to_another_digest_stops_the_start)
{
    struct fault fault = {ERR_OK, ""};
    world_open(&world, RULES);
    feed_orders(0, 3);
    world_close(&world);
    rewrite_journal(change_digest);
    ck_assert_int_eq(world_try_open(&world, &fault), ERR_CORRUPT);
    ck_assert_msg(strstr(fault.text, "sequence 3: folding it again") != NULL, "%s", fault.text);
}
END_TEST

START_TEST(a_store_that_holds_something_else_is_told_by_verify)
{
    struct verify_report report;
    struct fault fault = {ERR_OK, ""};
    const struct shard_progress none = {NULL, NULL};
    struct fold_world mine;
    world_open(&world, RULES);
    feed_orders(0, 5);
    world_checkpoint(&world);
    world_close(&world);
    mine = world;
    mine.params.directory = mine.directory;
    world_create(&world);
    world_open(&world, RULES);
    feed_orders(100, 5); // as many frames, of the same identity
    world_checkpoint(&world);
    world_close(&world);
    char theirs[TEST_SCRATCH_BYTES + 32];
    char ours[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(theirs, sizeof(theirs), "%s/store/data.mdb", world.directory);
    (void)snprintf(ours, sizeof(ours), "%s/store/data.mdb", mine.directory);
    run_command("cp", theirs, ours);
    ck_assert_int_eq(verify_shard(&mine.params, none, &report, &fault), ERR_CORRUPT);
    ck_assert_msg(
        strstr(fault.text, "the store at sequence 6 has digest") != NULL, "%s", fault.text);
    ck_assert(!report.is_store_same);
    world_destroy(&mine);
}
END_TEST

// The end of the last frame is cut off although the checkpoint knows the frame: what is read again may
// have been published before.
START_TEST(after_a_loss_of_durable_frames_the_sink_is_asked)
{
    char file[TEST_SCRATCH_BYTES + 64];
    world_open(&world, RULES);
    feed_orders(0, 5);
    world_checkpoint(&world);
    world_close(&world);
    (void)snprintf(file, sizeof(file), "%s/%s", world.directory, world_journal_file(&world));
    FILE *journal = fopen(file, "rb");
    ck_assert_ptr_nonnull(journal);
    static char content[1 << 20];
    size_t len = fread(content, 1, sizeof(content), journal);
    (void)fclose(journal);
    while (len > 0 && content[len - 1] == 0)
        len--;
    ck_assert_int_eq(truncate(file, (off_t)len - 40), 0);
    outbox_batch_clear(&world.out);
    world_open(&world, NULL);
    ck_assert_uint_eq(world.report.journal.durable_lost, 6);
    feed_orders(4, 1); // read again
    (void)shard_take_outbox(world.shard, UINT64_MAX, &world.out);
    ck_assert_uint_eq(world.out.item_count, 5);
    for (size_t i = 0; i < world.out.item_count; i++)
        ck_assert(world.out.items[i].is_replayed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold replay");
    TCase *cases = tcase_create("replay");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_test(cases, positions_come_back_from_a_checkpoint_alone);
    tcase_add_test(cases, a_checkpoint_stands_at_what_it_holds_whatever_is_published);
    tcase_add_test(cases, what_an_abandoned_checkpoint_held_is_in_the_next_one);
    tcase_add_test(cases, rules_that_came_later_are_found_again);
    tcase_add_test(cases, limits_of_the_journal_hold_for_what_is_folded_again);
    tcase_add_test(cases, what_was_decided_then_is_published_not_what_would_be_decided_now);
    tcase_add_test(cases, a_frame_that_folds_to_another_digest_stops_the_start);
    tcase_add_test(cases, a_store_that_holds_something_else_is_told_by_verify);
    tcase_add_test(cases, after_a_loss_of_durable_frames_the_sink_is_asked);
    suite_add_tcase(suite, cases);
    return suite;
}
