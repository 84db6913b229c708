// A journal is written, closed, opened again and read.
#include <check.h>

#include "tests/fakes/journal_world.h"
#include "tests/support/suite.h"

enum { FILE_BYTES = 64 * 1024 };

START_TEST(new_journal_is_empty)
{
    struct journal_world world;
    uint64_t last;
    journal_world_create(&world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    ck_assert_uint_eq(world.recovery.sequence_last, 0);
    ck_assert_uint_eq(journal_sequence_next(world.journal), 1);
    ck_assert_int_eq(journal_world_read(&world, 0, &last), ERR_END);
    ck_assert_uint_eq(last, 0);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(what_was_synced_is_read_after_a_restart)
{
    struct journal_world world;
    uint64_t last;
    journal_world_create(&world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    journal_world_write(&world, 3, 5);
    journal_world_write(&world, 1, 0);
    journal_world_write(&world, 7, 20);
    journal_world_crash(&world, 0, FAKE_DISK_LOSE_ALL);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    ck_assert_uint_eq(world.recovery.sequence_last, 11);
    ck_assert_uint_eq(world.recovery.tail_cut_bytes, 0);
    ck_assert_int_eq(journal_world_read(&world, 0, &last), ERR_END);
    ck_assert_uint_eq(last, 11);
    journal_world_write(&world, 2, 3);
    ck_assert_int_eq(journal_world_read(&world, 0, &last), ERR_END);
    ck_assert_uint_eq(last, 13);
    journal_world_destroy(&world);
}
END_TEST

static struct journal_world busy; // appends a frame while it syncs
static const struct disk_ops *busy_ops;
static unsigned busy_left;

static enum err busy_sync_data(void *self, struct disk_file *file)
{
    if (busy_left > 0 && --busy_left == 0)
        ck_assert_int_eq(journal_world_append(&busy, 3), ERR_OK);
    return busy_ops->sync_data(self, file);
}

START_TEST(frame_appended_during_a_sync_is_announced_by_the_next)
{
    journal_world_create(&busy, FILE_BYTES);
    struct disk disk = fake_disk_port(busy.fake);
    struct disk_ops ops = *disk.ops;
    busy_ops = disk.ops;
    ops.sync_data = busy_sync_data;
    disk.ops = &ops;
    struct journal_params params = {
        .disk = disk,
        .directory = WORLD_DIRECTORY,
        .shard = WORLD_SHARD,
        .identity = WORLD_IDENTITY,
        .file_bytes_max = FILE_BYTES,
        .frame_bytes_max = 1 << 20};
    ck_assert_int_eq(journal_open(&params, &busy.journal, &busy.recovery, &busy.fault), ERR_OK);
    journal_world_write(&busy, 1, 3);
    ck_assert_int_eq(journal_world_append(&busy, 3), ERR_OK);
    uint64_t durable = 0;
    busy_left = 1;
    ck_assert_int_eq(journal_sync(busy.journal, &durable, &busy.fault), ERR_OK);
    ck_assert_uint_eq(journal_sequence_next(busy.journal), 4);
    ck_assert_uint_eq(durable, 2);
    ck_assert_int_eq(journal_sync(busy.journal, &durable, &busy.fault), ERR_OK);
    ck_assert_uint_eq(durable, 3);
    journal_world_destroy(&busy);
}
END_TEST

START_TEST(many_files_are_read_as_one_journal)
{
    struct journal_world world;
    uint64_t last;
    struct journal_stat stat;
    journal_world_create(&world, 8192);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    for (unsigned i = 0; i < 30; i++)
        journal_world_write(&world, 1 + i % 3, i % 20);
    uint64_t written = world.durable;
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    ck_assert_uint_eq(world.recovery.sequence_last, written);
    ck_assert_uint_gt(world.recovery.files, 3);
    for (uint64_t from = 0; from <= written; from++) {
        ck_assert_int_eq(journal_world_read(&world, from, &last), ERR_END);
        ck_assert_uint_eq(last, written);
    }
    ck_assert_int_eq(
        journal_stat(fake_disk_port(world.fake), WORLD_DIRECTORY, &stat, &world.fault), ERR_OK);
    ck_assert_uint_eq(stat.frames_first, 1);
    ck_assert_uint_eq(stat.frames_last, written);
    ck_assert_uint_eq(stat.shard, WORLD_SHARD);
    ck_assert_uint_eq(stat.files, world.recovery.files);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(a_reader_goes_on_anywhere)
{
    static const uint64_t sequences[] = {1, 2, 3, 40, 41, 399, 400, 7, 8, 200, 200, 1, 400};
    struct journal_world world;
    struct journal_reader *reader = NULL;
    struct frame_reader frame;
    struct bytes bytes;
    journal_world_create(&world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    journal_world_write(&world, 400, 20);
    const struct disk disk = fake_disk_port(world.fake);
    ck_assert_int_eq(journal_reader_open(disk, WORLD_DIRECTORY, 5, &reader, &world.fault), ERR_OK);
    for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
        ck_assert_int_eq(journal_reader_seek(reader, sequences[i], &world.fault), ERR_OK);
        ck_assert_int_eq(journal_reader_next(reader, &bytes, &frame, &world.fault), ERR_OK);
        ck_assert_uint_eq(frame.head.sequence, sequences[i]);
        journal_world_check_frame(&frame);
    }
    // A frame that is not there yet, and then one that is.
    ck_assert_int_eq(journal_reader_seek(reader, 401, &world.fault), ERR_MISSING);
    ck_assert_int_eq(journal_reader_next(reader, &bytes, &frame, &world.fault), ERR_STATE);
    journal_world_write(&world, 1, 20);
    ck_assert_int_eq(journal_reader_seek(reader, 401, &world.fault), ERR_OK);
    ck_assert_int_eq(journal_reader_next(reader, &bytes, &frame, &world.fault), ERR_OK);
    ck_assert_uint_eq(frame.head.sequence, 401);
    journal_reader_close(reader);
    journal_world_destroy(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("journal");
    TCase *tcase = tcase_create("write and read");
    tcase_add_test(tcase, new_journal_is_empty);
    tcase_add_test(tcase, what_was_synced_is_read_after_a_restart);
    tcase_add_test(tcase, frame_appended_during_a_sync_is_announced_by_the_next);
    tcase_add_test(tcase, many_files_are_read_as_one_journal);
    tcase_add_test(tcase, a_reader_goes_on_anywhere);
    suite_add_tcase(suite, tcase);
    return suite;
}
