// A worker appends, a thread syncs, a thread prepares, and a reader follows: all at the same time.
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include <check.h>

#include "tests/fakes/journal_world.h"
#include "tests/support/suite.h"

enum { FILE_BYTES = 64 * 1024, FRAMES = 3000 };

struct crew {
    struct journal_world world;
    atomic_bool is_appended; // the worker is done
    atomic_uint failures;
};

static void *sync_thread(void *argument)
{
    struct crew *crew = argument;
    struct fault fault;
    uint64_t durable = 0;
    while (durable < FRAMES) {
        uint64_t before = durable;
        enum err err = journal_sync(crew->world.journal, &durable, &fault);
        // What is announced is durable now, whatever was appended meanwhile.
        if (err != ERR_OK || durable < before ||
            durable > journal_sequence_durable(crew->world.journal)) {
            atomic_fetch_add(&crew->failures, 1);
            return NULL;
        }
        (void)sched_yield();
    }
    return NULL;
}

static void *prepare_thread(void *argument)
{
    struct crew *crew = argument;
    struct fault fault;
    while (!atomic_load(&crew->is_appended)) {
        if (journal_prepare(crew->world.journal, &fault) != ERR_OK)
            atomic_fetch_add(&crew->failures, 1);
        (void)sched_yield();
    }
    return NULL;
}

// Follows the writer: never sees damage, a gap or a frame twice.
static void *reader_thread(void *argument)
{
    struct crew *crew = argument;
    struct journal_reader *reader = NULL;
    struct disk disk = fake_disk_port(crew->world.fake);
    struct fault fault;
    enum err err = ERR_MISSING;
    while (err == ERR_MISSING) {
        err = journal_reader_open(disk, WORLD_DIRECTORY, 1, &reader, &fault);
        (void)sched_yield();
    }
    uint64_t last = 0;
    while (err == ERR_OK && last < FRAMES) {
        struct bytes bytes;
        struct frame_reader frame;
        err = journal_reader_next(reader, &bytes, &frame, &fault);
        if (err == ERR_OK && frame.head.sequence != ++last)
            err = ERR_CORRUPT;
        if (err == ERR_END) {
            (void)sched_yield();
            err = ERR_OK;
        }
    }
    if (err != ERR_OK)
        atomic_fetch_add(&crew->failures, 1);
    journal_reader_close(reader);
    return NULL;
}

START_TEST(all_at_the_same_time)
{
    static struct crew crew;
    static void *(*const duties[])(void *) = {sync_thread, prepare_thread, reader_thread};
    enum { DUTIES = sizeof(duties) / sizeof(duties[0]) };
    pthread_t threads[DUTIES];
    uint64_t last;
    journal_world_create(&crew.world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&crew.world), ERR_OK);
    for (size_t i = 0; i < DUTIES; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, duties[i], &crew), 0);
    for (uint32_t i = 0; i < FRAMES; i++)
        if (journal_world_append(&crew.world, i % 12) != ERR_OK)
            atomic_fetch_add(&crew.failures, 1);
    atomic_store(&crew.is_appended, true);
    for (size_t i = 0; i < DUTIES; i++)
        (void)pthread_join(threads[i], NULL);
    ck_assert_uint_eq(atomic_load(&crew.failures), 0);
    ck_assert_uint_eq(journal_sequence_durable(crew.world.journal), FRAMES);
    ck_assert_int_eq(journal_world_open(&crew.world), ERR_OK);
    ck_assert_uint_gt(crew.world.recovery.files, 2);
    ck_assert_int_eq(journal_world_read(&crew.world, 1, &last), ERR_END);
    ck_assert_uint_eq(last, FRAMES);
    journal_world_destroy(&crew.world);
}
END_TEST

START_TEST(reader_goes_on_where_the_writer_goes_on)
{
    struct journal_world world;
    struct journal_reader *reader = NULL;
    struct bytes bytes;
    struct frame_reader frame;
    journal_world_create(&world, 8192);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    journal_world_write(&world, 1, 1);
    ck_assert_int_eq(
        journal_reader_open(fake_disk_port(world.fake), WORLD_DIRECTORY, 2, &reader, &world.fault),
        ERR_MISSING);
    ck_assert_int_eq(
        journal_reader_open(fake_disk_port(world.fake), WORLD_DIRECTORY, 1, &reader, &world.fault),
        ERR_OK);
    for (uint64_t sequence = 1; sequence <= 40; sequence++) {
        ck_assert_int_eq(journal_reader_next(reader, &bytes, &frame, &world.fault), ERR_OK);
        ck_assert_uint_eq(frame.head.sequence, sequence);
        journal_world_check_frame(&frame);
        for (unsigned i = 0; i < 2; i++)
            ck_assert_int_eq(journal_reader_next(reader, &bytes, &frame, &world.fault), ERR_END);
        journal_world_write(&world, 1, (uint32_t)sequence % 30);
    }
    ck_assert_uint_gt(journal_sequence_durable(world.journal), 40);
    journal_reader_close(reader);
    journal_world_destroy(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("journal threads");
    TCase *tcase = tcase_create("threads");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, all_at_the_same_time);
    tcase_add_test(tcase, reader_goes_on_where_the_writer_goes_on);
    suite_add_tcase(suite, tcase);
    return suite;
}
