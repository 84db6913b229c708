// Stopping and starting again: the same state, the same decisions, whatever was lost of the store.
// links: engine/os
#define _GNU_SOURCE // memmem
#include <stdio.h>
#include <stdlib.h>

#include "engine/fold/verify.h"

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

static const char RULES[] =
    "scores:\n"
    "  engagement:\n"
    "    bands: {warm: 20}\n"
    "    rules:\n"
    "      - {name: opened, on: email.opened, points: 5, limit: {times: 2, per: data.message}}\n"
    "      - {name: order, on: order.placed, points: 12.5}\n"
    "actions: {task: {topic: actions.task, with: {title: string}}}\n"
    "workflows:\n"
    "  warm: {on: score.band_changed, steps: [{do: task, with: {title: Call}}]}\n"
    "  bought: {on: order.placed, reenter: always, steps: [{tag: {add: customer}}]}\n";

static const char OTHER_RULES[] = "scores:\n"
                                  "  engagement:\n"
                                  "    rules: [{name: order, on: order.placed, points: 1}]\n"
                                  "  other:\n"
                                  "    rules: [{name: opened, on: email.opened, points: 100}]\n";

static void feed_some(unsigned from, unsigned count)
{
    for (unsigned i = from; i < from + count; i++) {
        char line[300];
        const char *type = i % 3 == 0 ? "order.placed" : "email.opened";
        (void)snprintf(
            line, sizeof(line),
            "{\"id\":\"%u\",\"source\":\"s\",\"type\":\"%s\",\"time\":%u,\"contact\":\"c-%u\","
            "\"data\":{\"message\":\"m%u\"}}",
            i - i % 17 / 16, // some are duplicates
            type, 1000 * i, i * 7 % 50, i % 5);
        world_feed_line(&world, line);
    }
    world_feed_line(&world, "broken");
}

START_TEST(no_window_for_duplicates_survives_a_restart)
{
    world.params.state.dedup_window_ms = 0; // dedup: {window: 0s}
    world_open(&world, RULES);
    world_feed_line(&world, "{\"id\":\"1\",\"type\":\"order.placed\",\"contact\":\"c-1\"}");
    world_feed_line(&world, "{\"id\":\"1\",\"type\":\"order.placed\",\"contact\":\"c-1\"}");
    uint64_t digest = world_digest(&world);
    world_close(&world);
    world_open(&world, NULL); // folds the journal again
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c-1"), "\"events\":2}"));
    world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL); // reads the settings of the checkpoint
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

START_TEST(a_kill_without_a_checkpoint_loses_nothing)
{
    world_open(&world, RULES);
    feed_some(0, 400);
    uint64_t digest = world_digest(&world);
    size_t items = world.out.item_count;
    ck_assert_uint_gt(items, 10);
    struct outbox_item first = world.out.items[0];
    world_close(&world);

    outbox_batch_clear(&world.out);
    world_open(&world, RULES);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_uint_eq(world.report.checkpoint_sequence, 0);
    ck_assert_uint_eq(world.report.replayed_frames, 402);
    ck_assert_int_eq(shard_position(world.shard, "file:/test"), 401);
    ck_assert_int_eq(shard_position(world.shard, "file:/other"), SOURCE_POSITION_START);
    // Nothing was published: everything decided is waiting again, word for word.
    ck_assert(shard_take_outbox(world.shard, UINT64_MAX, &world.out));
    ck_assert_uint_eq(world.out.item_count, items);
    ck_assert(world.out.items[0].is_replayed);
    ck_assert(hash128_equal(world.out.items[0].outgoing.id, first.outgoing.id));
    ck_assert(hash128_equal(world.out.items[0].chain, first.chain));
}
END_TEST

START_TEST(a_checkpoint_is_where_folding_goes_on)
{
    world_open(&world, RULES);
    feed_some(0, 200);
    world_checkpoint(&world);
    feed_some(200, 100);
    uint64_t digest = world_digest(&world);
    world_close(&world);

    outbox_batch_clear(&world.out);
    world_open(&world, RULES);
    ck_assert_uint_eq(world.report.checkpoint_sequence, 202);
    ck_assert_uint_eq(world.report.replayed_frames, 101);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_int_eq(shard_position(world.shard, "file:/test"), 302);
    (void)shard_take_outbox(world.shard, UINT64_MAX, &world.out);
    for (size_t i = 0; i < world.out.item_count; i++)
        ck_assert_uint_gt(world.out.items[i].outgoing.sequence, 202);

    // What came before is still known: a duplicate of long ago, a limit that was reached.
    world_feed_line(
        &world, "{\"id\":\"3\",\"source\":\"s\",\"type\":\"order.placed\",\"contact\":\"c-21\"}");
    ck_assert_uint_eq(world_flow(&world).duplicates, 1);
}
END_TEST

START_TEST(a_store_that_is_gone_is_folded_again_to_the_same_digest)
{
    world_open(&world, RULES);
    feed_some(0, 300);
    world_checkpoint(&world);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    world_remove_store(&world);
    world_open(&world, RULES);
    ck_assert_uint_eq(world.report.replayed_frames, 302);
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

START_TEST(a_store_that_is_damaged_is_folded_again_and_said_so)
{
    world_open(&world, RULES);
    feed_some(0, 300);
    world_checkpoint(&world);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    for (long at = 0; at < 2 * 4096; at += 16) // both meta pages of the store
        world_flip(&world, "store/data.mdb", at);
    world_open(&world, RULES);
    ck_assert(world.report.is_store_rebuilt);
    ck_assert_str_ne(world.report.store_reason, "");
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

// Where a text stands in the store's file; 0 when it does not.
static long find_in_store(const char *text)
{
    char path[512];
    static char bytes[4 << 20];
    (void)snprintf(path, sizeof(path), "%s/store/data.mdb", world.directory);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    (void)fclose(file);
    char *found = memmem(bytes, len, text, strlen(text));
    return found == NULL ? 0 : (long)(found - bytes);
}

static void damage_contact(const char *text)
{
    for (long at; (at = find_in_store(text)) != 0;) // in every copy that LMDB has kept
        world_flip(&world, "store/data.mdb", at);
}

START_TEST(a_damaged_record_found_while_folding_again_gives_the_store_up)
{
    world_open(&world, RULES);
    feed_some(0, 300);
    world_checkpoint(&world);
    world_feed_line(&world, "{\"id\":\"x\",\"type\":\"order.placed\",\"contact\":\"c-21\"}");
    uint64_t digest = world_digest(&world);
    world_close(&world);
    damage_contact("c-21");
    world_open(&world, RULES);
    ck_assert(world.report.is_store_rebuilt);
    ck_assert(strstr(world.report.store_reason, "checksum") != NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

START_TEST(a_damaged_record_found_under_way_stops_and_the_next_start_mends_it)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    world_open(&world, RULES);
    feed_some(0, 300);
    world_checkpoint(&world);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    damage_contact("c-21");
    world_open(&world, RULES);
    const char line[] = "{\"id\":\"x\",\"type\":\"order.placed\",\"contact\":\"c-21\"}";
    struct message message = {
        .value = bytes_text(line),
        .position = 1000,
        .position_next = 1001,
        .value_bytes = sizeof(line) - 1};
    shard_frame_begin(world.shard, world.wall_ms);
    ck_assert_uint_eq(shard_fold(world.shard, "file:/test", &message, 1, NULL), 1);
    ck_assert_int_eq(shard_frame_end(world.shard, &sequence, &fault), ERR_CORRUPT);
    ck_assert(strstr(fault.text, "the store was removed") != NULL);
    ck_assert_uint_eq(sequence, 0); // nothing was journalled
    world_close(&world);
    world_open(&world, RULES);
    ck_assert_uint_eq(world_digest(&world), digest);
}
END_TEST

START_TEST(a_store_of_another_journal_is_not_believed)
{
    struct fold_world other;
    world_open(&world, RULES);
    feed_some(0, 50);
    world_checkpoint(&world);
    world_close(&world);
    world_create(&other);
    other.params.identity = 42;
    world_open(&other, OTHER_RULES);
    struct fold_world mine = world;
    world = other;
    feed_some(100, 80);
    uint64_t digest = world_digest(&world);
    world_checkpoint(&world);
    world_close(&world);
    char command[4 * TEST_SCRATCH_BYTES];
    (void)snprintf(
        command, sizeof(command), "rm -r %s/store && cp -r %s/store %s/", world.directory,
        mine.directory, world.directory);
    ck_assert_int_eq(system(command), 0);
    world_open(&world, NULL);
    ck_assert(world.report.is_store_rebuilt);
    ck_assert_uint_eq(world_digest(&world), digest);
    world_destroy(&mine);
}
END_TEST

static void feed_from(const char *source, const char *id)
{
    static char line[200];
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    (void)snprintf(
        line, sizeof(line), "{\"id\":\"%s\",\"type\":\"order.placed\",\"contact\":\"c\"}", id);
    struct message message = {
        .value = bytes_text(line), .position = 6, .position_next = 7, .value_bytes = strlen(line)};
    shard_frame_begin(world.shard, world.wall_ms);
    (void)shard_fold(world.shard, source, &message, 1, NULL);
    ck_assert_int_eq(shard_frame_end(world.shard, &sequence, &fault), ERR_OK);
}

START_TEST(the_last_event_of_a_source_is_found_in_the_journal)
{
    struct source_memory memory = {.position = 7};
    static const char event[] =
        "{\"id\":\"x\",\"source\":\"s\",\"type\":\"email.opened\",\"contact\":\"c\"}";
    world_open(&world, RULES);
    ck_assert_int_eq(shard_last_read(world.shard, "file:/test", &memory, NULL), ERR_OK);
    ck_assert_int_eq(memory.position, SOURCE_POSITION_START); // nothing but rules there
    feed_some(0, 10);
    int64_t position = world.position;
    world_feed_line(&world, event);
    world_feed_line(&world, event); // a duplicate, of which the journal has no bytes
    world_feed_line(&world, "broken");
    for (unsigned i = 0; i < 2; i++) { // also by another process
        ck_assert_int_eq(shard_last_read(world.shard, "file:/test", &memory, NULL), ERR_OK);
        ck_assert_int_eq(memory.position, position);
        ck_assert(hash128_equal(memory.value, source_value_hash(bytes_text(event))));
        ck_assert_int_eq(shard_last_read(world.shard, "file:/other", &memory, NULL), ERR_OK);
        ck_assert_int_eq(memory.position, SOURCE_POSITION_START);
        world_close(&world);
        world_open(&world, NULL);
    }
    for (unsigned i = 0; i < 20; i++)
        world_feed_line(&world, "broken"); // it looks no further than this
    ck_assert_int_eq(shard_last_read(world.shard, "file:/test", &memory, NULL), ERR_OK);
    ck_assert_int_eq(memory.position, SOURCE_POSITION_START);
}
END_TEST

// A source that was made anew begins at its beginning again: what was read of the old one says nothing of it.
START_TEST(an_event_of_a_source_before_it_was_made_anew_is_not_the_last)
{
    struct source_memory memory = {.position = 7};
    world_open(&world, RULES);
    feed_some(0, 2); // positions 0 to 2
    ck_assert_int_eq(shard_last_read(world.shard, "file:/test", &memory, NULL), ERR_OK);
    ck_assert_int_eq(memory.position, 1);
    world.position = 0;
    for (unsigned i = 0; i < 4; i++)
        world_feed_line(&world, "broken");
    ck_assert_int_eq(shard_last_read(world.shard, "file:/test", &memory, NULL), ERR_OK);
    ck_assert_int_eq(memory.position, SOURCE_POSITION_START);
}
END_TEST

START_TEST(the_topic_read_last_is_the_one_that_is_committed)
{
    for (int round = 0; round < 2; round++) { // as it happens, and folded again
        world_open(&world, RULES);
        if (round == 0) {
            feed_from("kafka:old/0", "1");
            feed_from("kafka:new/0", "2");
            feed_from("file:/x", "3");
        }
        uint64_t durable = 0;
        outbox_batch_clear(&world.out);
        ck_assert_int_eq(journal_sync(shard_journal(world.shard), &durable, NULL), ERR_OK);
        ck_assert(shard_take_outbox(world.shard, UINT64_MAX, &world.out));
        ck_assert_str_eq(world.out.source_name, "kafka:new/0");
        ck_assert_int_eq(shard_position(world.shard, "kafka:old/0"), 7);
        world_close(&world);
    }
}
END_TEST

START_TEST(a_topic_that_is_read_again_is_the_last_one_read)
{
    for (int round = 0; round < 2; round++) { // as it happens, and folded again
        world_open(&world, RULES);
        if (round == 0) {
            feed_from("kafka:old/0", "1");
            feed_from("kafka:new/0", "2");
            feed_from("kafka:old/0", "3");
        }
        uint64_t durable = 0;
        outbox_batch_clear(&world.out);
        ck_assert_int_eq(journal_sync(shard_journal(world.shard), &durable, NULL), ERR_OK);
        ck_assert(shard_take_outbox(world.shard, UINT64_MAX, &world.out));
        ck_assert_str_eq(world.out.source_name, "kafka:old/0");
        world_close(&world);
    }
}
END_TEST

START_TEST(every_frame_is_folded_again_by_the_rules_in_force_then)
{
    world_open(&world, RULES);
    feed_some(0, 60);
    world_activate(&world, OTHER_RULES);
    feed_some(60, 60);
    world_close(&world);
    world_open(&world, OTHER_RULES); // the same: no new frame
    feed_some(120, 30);
    uint64_t digest = world_digest(&world);
    uint64_t sequence = shard_sequence(world.shard);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_uint_eq(shard_sequence(world.shard), sequence);
    ck_assert_ptr_nonnull(ruleset_score_find(shard_ruleset(world.shard), BYTES_LITERAL("other")));
}
END_TEST

START_TEST(changed_limits_are_journalled_and_hold_from_there_on)
{
    world_open(&world, RULES);
    feed_some(0, 60);
    world_close(&world);
    world.params.state.ledger_entries_max = 2;
    world.params.state.dedup_window_ms = 3600000;
    world.params.tick_mode = TICK_EVENT;
    world_open(&world, RULES);
    feed_some(60, 200);
    world_check_rebuilt(&world, NULL);
}
END_TEST

START_TEST(verify_folds_again_and_finds_no_difference)
{
    struct verify_report report;
    struct fault fault = {ERR_OK, ""};
    const struct shard_progress none = {NULL, NULL};
    world_open(&world, RULES);
    feed_some(0, 100);
    world_checkpoint(&world);
    feed_some(100, 20);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    enum err err = verify_shard(&world.params, none, &report, &fault);
    ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
    ck_assert_uint_eq(report.digest, digest);
    ck_assert_uint_eq(report.frames, 123);
    ck_assert(report.is_store_same);
    ck_assert_uint_eq(report.store_sequence, 102);
}
END_TEST

START_TEST(one_flipped_byte_of_the_journal_stops_everything_and_changes_nothing)
{
    struct verify_report report;
    struct fault fault = {ERR_OK, ""};
    const struct shard_progress none = {NULL, NULL};
    world_open(&world, RULES);
    feed_some(0, 100);
    world_close(&world);
    world_flip(&world, world_journal_file(&world), 3000);
    ck_assert_int_eq(world_try_open(&world, &fault), ERR_CORRUPT);
    ck_assert(strstr(fault.text, "sequence") != NULL);
    ck_assert_int_eq(verify_shard(&world.params, none, &report, &fault), ERR_CORRUPT);
    world_flip(&world, world_journal_file(&world), 3000); // mended: as it was
    ck_assert_msg(world_try_open(&world, &fault) == ERR_OK, "%s", fault.text);
}
END_TEST

START_TEST(a_journal_that_lost_durable_frames_is_refused)
{
    struct fault fault = {ERR_OK, ""};
    char command[4 * TEST_SCRATCH_BYTES];
    world_open(&world, RULES);
    feed_some(0, 20);
    world_close(&world);
    (void)snprintf(
        command, sizeof(command), "cp -r %s/journal %s/older", world.directory, world.directory);
    ck_assert_int_eq(system(command), 0);
    world_open(&world, RULES);
    feed_some(20, 20);
    world_checkpoint(&world);
    world_close(&world);
    (void)snprintf(
        command, sizeof(command), "cd %s && rm -r journal && mv older journal", world.directory);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(world_try_open(&world, &fault), ERR_CORRUPT);
    ck_assert_msg(
        strstr(fault.text, "sequence 23..43: the checkpoint stands at frames") != NULL, "%s",
        fault.text);
    world_remove_store(&world); // an operator's decision
    ck_assert_msg(world_try_open(&world, &fault) == ERR_OK, "%s", fault.text);
}
END_TEST

static void add_letters(struct buffer *to)
{
    for (size_t i = 0; i < world.out.item_count; i++) {
        if (world.out.items[i].outgoing.kind == OUTGOING_DEAD_LETTER)
            buffer_add_bytes(to, world.out.items[i].outgoing.value);
    }
}

START_TEST(a_dead_letter_is_the_same_when_it_is_folded_again)
{
    world.params.tick_mode = TICK_EVENT;
    world_open(&world, RULES);
    const char *lines[] = {
        "{\"id\":\"1\",\"type\":\"order.placed\",\"time\":1000,\"contact\":\"c\"}", "broken",
        "{\"id\":\"2\",\"type\":\"order.placed\",\"time\":2000,\"contact\":\"c\"}", "broken too",
        "{\"id\":\"3\",\"type\":\"order.placed\",\"time\":3000,\"contact\":\"c\"}"};
    world_feed(&world, lines, 3);
    world_feed(&world, lines + 2, 3);
    ck_assert_uint_eq(world.out.item_count, 3); // two letters and a task
    struct buffer before = {0};
    add_letters(&before);
    world_close(&world);
    outbox_batch_clear(&world.out);
    world_open(&world, NULL);
    ck_assert(shard_take_outbox(world.shard, UINT64_MAX, &world.out));
    struct buffer after = {0};
    add_letters(&after);
    ck_assert_uint_gt(before.len, 200);
    ck_assert(bytes_equal(buffer_bytes(&before), buffer_bytes(&after)));
    buffer_free(&before);
    buffer_free(&after);
}
END_TEST

START_TEST(a_reader_beside_the_writer_sees_the_same)
{
    world_open(&world, RULES);
    feed_some(0, 100);
    world_checkpoint(&world);
    feed_some(100, 50);
    struct shard_params params = world.params;
    struct shard_report report;
    struct shard *reader = NULL;
    struct fault fault = {ERR_OK, ""};
    const struct shard_progress none = {NULL, NULL};
    params.access = STATE_READ_ONLY;
    enum err err = shard_open(&params, none, &reader, &report, &fault);
    ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
    ck_assert_uint_eq(state_digest(shard_state(reader)), world_digest(&world));
    ck_assert_uint_eq(report.checkpoint_sequence, 102);
    shard_close(reader);
    feed_some(150, 10); // the writer was not disturbed
}
END_TEST

static enum err read_every_contact(void)
{
    (void)state_digest_recomputed(shard_state(world.shard));
    return state_error(shard_state(world.shard), NULL);
}

// Found in a question or by a checkpoint, the store cannot be removed at once: a note beside it says so.
START_TEST(a_record_that_is_found_damaged_is_not_found_at_each_start)
{
    world_open(&world, RULES);
    feed_some(0, 100);
    world_checkpoint(&world);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    bool is_found = false;
    for (long offset = 2 * 4096; offset < 20 * 4096 && !is_found; offset += 61) {
        struct fault fault = {ERR_OK, ""};
        world_flip(&world, "store/data.mdb", offset);
        ck_assert_int_eq(world_try_open(&world, &fault), ERR_OK);
        is_found = !world.report.is_store_rebuilt && read_every_contact() == ERR_CORRUPT;
        if (!is_found && world.report.is_store_rebuilt)
            world_checkpoint(&world);
        world_close(&world);
        if (!is_found && !world.report.is_store_rebuilt)
            world_flip(&world, "store/data.mdb", offset); // harmless
    }
    ck_assert(is_found);
    world_open(&world, NULL);
    ck_assert(world.report.is_store_rebuilt);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_int_eq(read_every_contact(), ERR_OK);
    world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert(!world.report.is_store_rebuilt); // the note went with the store
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold recovery");
    TCase *cases = tcase_create("recovery");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_test(cases, no_window_for_duplicates_survives_a_restart);
    tcase_add_test(cases, a_kill_without_a_checkpoint_loses_nothing);
    tcase_add_test(cases, a_checkpoint_is_where_folding_goes_on);
    tcase_add_test(cases, a_store_that_is_gone_is_folded_again_to_the_same_digest);
    tcase_add_test(cases, a_store_that_is_damaged_is_folded_again_and_said_so);
    tcase_add_test(cases, a_damaged_record_found_while_folding_again_gives_the_store_up);
    tcase_add_test(cases, a_damaged_record_found_under_way_stops_and_the_next_start_mends_it);
    tcase_add_test(cases, a_store_of_another_journal_is_not_believed);
    tcase_add_test(cases, the_last_event_of_a_source_is_found_in_the_journal);
    tcase_add_test(cases, an_event_of_a_source_before_it_was_made_anew_is_not_the_last);
    tcase_add_test(cases, the_topic_read_last_is_the_one_that_is_committed);
    tcase_add_test(cases, a_topic_that_is_read_again_is_the_last_one_read);
    tcase_add_test(cases, every_frame_is_folded_again_by_the_rules_in_force_then);
    tcase_add_test(cases, changed_limits_are_journalled_and_hold_from_there_on);
    tcase_add_test(cases, verify_folds_again_and_finds_no_difference);
    tcase_add_test(cases, one_flipped_byte_of_the_journal_stops_everything_and_changes_nothing);
    tcase_add_test(cases, a_journal_that_lost_durable_frames_is_refused);
    tcase_add_test(cases, a_dead_letter_is_the_same_when_it_is_folded_again);
    tcase_add_test(cases, a_reader_beside_the_writer_sees_the_same);
    tcase_add_test(cases, a_record_that_is_found_damaged_is_not_found_at_each_start);
    suite_add_tcase(suite, cases);
    return suite;
}
