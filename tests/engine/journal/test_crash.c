// A journal is killed, unplugged and failed at every step, and must come back as a prefix of what was written.
#include <inttypes.h>
#include <stdio.h>

#include <check.h>

#include "engine/base/hash.h"

#include "tests/fakes/journal_world.h"
#include "tests/support/suite.h"

enum { FILE_BYTES = 8192, SEQUENCES_MAX = 4096, STEPS = 24 };

// What the tests know about the frames that were ever appended.
struct ledger {
    struct hash128 chains[SEQUENCES_MAX];
    uint64_t appended;     // last sequence appended
    uint64_t acknowledged; // last sequence that a sync confirmed
};

static uint64_t draw(uint64_t *random, uint64_t below)
{
    *random = hash_mix(*random);
    return *random % below;
}

static enum err ledger_append(struct ledger *ledger, struct journal_world *world, uint32_t inputs)
{
    uint64_t sequence = journal_sequence_next(world->journal);
    ck_assert_uint_lt(sequence, SEQUENCES_MAX);
    enum err err = journal_world_append(world, inputs);
    if (err == ERR_OK) {
        ledger->chains[sequence] = world->chain;
        ledger->appended = sequence;
    }
    return err;
}

static enum err ledger_sync(struct ledger *ledger, struct journal_world *world)
{
    enum err err = journal_world_sync(world);
    if (world->journal != NULL)
        ledger->acknowledged = journal_sequence_durable(world->journal);
    return err;
}

// Nothing acknowledged is missing, nothing foreign is there, and it reads to the end.
static void check_recovered(struct ledger *ledger, struct journal_world *world)
{
    uint64_t last = world->recovery.sequence_last;
    ck_assert_uint_ge(last, ledger->acknowledged);
    ck_assert_uint_le(last, ledger->appended);
    if (last > 0)
        ck_assert(hash128_equal(world->recovery.chain_last, ledger->chains[last]));
    ck_assert_uint_eq(journal_sequence_next(world->journal), last + 1);

    struct journal_recovery found;
    ck_assert_msg(
        journal_verify(fake_disk_port(world->fake), WORLD_DIRECTORY, last, &found, &world->fault) ==
            ERR_OK,
        "%s", world->fault.text);
    ck_assert_uint_eq(found.sequence_last, last);
    ck_assert_uint_eq(found.tail_cut_bytes, 0);
    uint64_t read;
    ck_assert_int_eq(journal_world_read(world, 0, &read), ERR_END);
    ck_assert_uint_eq(read, last);
    ledger->acknowledged = last; // recovery made it durable
    ledger->appended = last;
}

// One step of a life: what a worker, a sync thread and a helper do.
static enum err live_step(struct ledger *ledger, struct journal_world *world, uint64_t *random)
{
    switch (draw(random, 8)) {
    case 0: return journal_prepare(world->journal, &world->fault);
    case 1:
    case 2:
    case 3: return ledger_sync(ledger, world);
    default: return ledger_append(ledger, world, (uint32_t)draw(random, 30));
    }
}

static void live(
    struct ledger *ledger, struct journal_world *world, uint64_t *random, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++)
        (void)live_step(ledger, world, random);
}

static enum fake_disk_loss draw_loss(uint64_t *random)
{
    static const enum fake_disk_loss losses[] = {
        FAKE_DISK_KEEP_ALL, FAKE_DISK_LOSE_ALL, FAKE_DISK_LOSE_MIXED, FAKE_DISK_LOSE_MIXED};
    return losses[draw(random, 4)];
}

// Opens with failures and crashes on the way; in the end without.
static void recover_interrupted(struct journal_world *world, uint64_t *random)
{
    for (unsigned i = 0; i < 3; i++) {
        fake_disk_fail_after(world->fake, draw(random, 60), ERR_IO, FAKE_DISK_FOR_EVER);
        enum err err = journal_world_open(world);
        ck_assert_msg(err != ERR_CORRUPT && err != ERR_INVALID, "%s", world->fault.text);
        journal_world_crash(world, draw(random, UINT64_MAX), draw_loss(random));
    }
    ck_assert_msg(journal_world_open(world) == ERR_OK, "%s", world->fault.text);
}

// What happened in some worlds: without it nothing was there to be lost.
struct crashes {
    uint64_t confirmed; // frames that a sync confirmed before the crash
    uint64_t gone;      // frames that no sync had confirmed, and that the crash took
    uint64_t kept;      // and those that outlasted it
};

static void live_and_crash(
    struct crashes *crashes, struct ledger *ledger, struct journal_world *world, uint64_t *random)
{
    uint64_t before = ledger->acknowledged;
    live(ledger, world, random, STEPS);
    uint64_t acknowledged = ledger->acknowledged;
    uint64_t appended = ledger->appended;
    journal_world_crash(world, draw(random, UINT64_MAX), draw_loss(random));
    recover_interrupted(world, random);
    check_recovered(ledger, world);
    uint64_t last = world->recovery.sequence_last;
    ck_assert_uint_ge(last, acknowledged);
    crashes->confirmed += acknowledged - before;
    crashes->gone += appended - last;
    crashes->kept += last - acknowledged;
}

static void run_seed(struct crashes *crashes, uint64_t seed)
{
    static struct ledger ledger;
    ledger = (struct ledger){0};
    struct journal_world world;
    uint64_t random = seed;
    journal_world_create(&world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    for (unsigned lives = 0; lives < 8; lives++) {
        uint64_t calls = draw(&random, 60);
        fake_disk_fail_after(
            world.fake, calls, draw(&random, 2) == 0 ? ERR_IO : ERR_SYNC, FAKE_DISK_FOR_EVER);
        live_and_crash(crashes, &ledger, &world, &random);
    }
    journal_world_destroy(&world);
}

START_TEST(crashes_by_seed_lose_nothing_acknowledged)
{
    struct crashes crashes = {0};
    for (uint64_t i = 0; i < 60; i++) {
        uint64_t seed = hash_mix(test_seed()) + (uint64_t)_i * 1000 + i;
        (void)printf("crash seed=%" PRIu64 "\n", seed);
        run_seed(&crashes, seed);
    }
    (void)printf(
        "confirmed=%" PRIu64 " gone=%" PRIu64 " kept=%" PRIu64 "\n", crashes.confirmed,
        crashes.gone, crashes.kept);
    ck_assert_uint_gt(crashes.confirmed, 60);
    ck_assert_uint_gt(crashes.gone, 60);
    ck_assert_uint_gt(crashes.kept, 0);
}
END_TEST

// A fixed life with two roll-overs and a full sync after each frame.
static enum err fixed_life(struct ledger *ledger, struct journal_world *world)
{
    enum err err = journal_world_open(world);
    for (uint32_t i = 0; err == ERR_OK && i < 10; i++) {
        err = ledger_append(ledger, world, 20);
        if (err == ERR_OK)
            err = ledger_sync(ledger, world);
        if (err == ERR_OK && i % 3 == 0)
            err = journal_prepare(world->journal, &world->fault);
    }
    return err;
}

static uint64_t fixed_life_calls(void)
{
    static struct ledger ledger;
    struct journal_world world;
    journal_world_create(&world, FILE_BYTES);
    ck_assert_int_eq(fixed_life(&ledger, &world), ERR_OK);
    uint64_t calls = fake_disk_calls(world.fake);
    journal_world_destroy(&world);
    return calls;
}

static const enum fake_disk_loss losses[] = {
    FAKE_DISK_KEEP_ALL, FAKE_DISK_LOSE_ALL, FAKE_DISK_LOSE_MIXED};

START_TEST(every_call_may_be_the_last)
{
    static struct ledger ledger;
    uint64_t calls = fixed_life_calls();
    for (uint64_t n = 0; n < calls; n++) {
        struct journal_world world;
        ledger = (struct ledger){0};
        journal_world_create(&world, FILE_BYTES);
        fake_disk_fail_after(world.fake, n, ERR_IO, FAKE_DISK_FOR_EVER);
        ck_assert_int_ne(fixed_life(&ledger, &world), ERR_OK);
        journal_world_crash(&world, n, losses[_i]);
        ck_assert_uint_eq(fake_disk_files_open(world.fake), 0);
        ck_assert_msg(
            journal_world_open(&world) == ERR_OK, "call %" PRIu64 ": %s", n, world.fault.text);
        check_recovered(&ledger, &world);
        journal_world_write(&world, 5, 20);
        journal_world_destroy(&world);
    }
}
END_TEST

// The process is killed at any call; what it left to the page cache is gone on from, and goes with a power
// cut unless recovery made it durable: frames, or the seal of the file before.
START_TEST(power_cut_after_a_kill_at_every_call_loses_nothing_gone_on_from)
{
    static struct ledger ledger;
    uint64_t calls = fixed_life_calls();
    for (uint64_t n = 0; n < calls; n++) {
        struct journal_world world;
        ledger = (struct ledger){0};
        journal_world_create(&world, FILE_BYTES);
        fake_disk_fail_after(world.fake, n, ERR_IO, FAKE_DISK_FOR_EVER);
        ck_assert_int_ne(fixed_life(&ledger, &world), ERR_OK);
        journal_world_crash(&world, n, FAKE_DISK_KEEP_ALL);
        ck_assert_int_eq(journal_world_open(&world), ERR_OK);
        journal_world_write(&world, 1, 3);
        uint64_t written = world.durable;
        journal_world_crash(&world, n, FAKE_DISK_LOSE_ALL);
        ck_assert_msg(
            journal_world_open(&world) == ERR_OK, "call %" PRIu64 ": %s", n, world.fault.text);
        ck_assert_uint_eq(world.recovery.sequence_last, written);
        journal_world_destroy(&world);
    }
}
END_TEST

START_TEST(recovery_may_end_at_every_call)
{
    static struct ledger ledger;
    uint64_t calls = fixed_life_calls();
    for (uint64_t n = 20; n < calls; n += 3) {
        for (uint64_t m = 0; m < 40; m++) {
            struct journal_world world;
            ledger = (struct ledger){0};
            journal_world_create(&world, FILE_BYTES);
            fake_disk_fail_after(world.fake, n, ERR_IO, FAKE_DISK_FOR_EVER);
            (void)fixed_life(&ledger, &world);
            journal_world_crash(&world, n, FAKE_DISK_LOSE_MIXED);
            fake_disk_fail_after(world.fake, m, ERR_IO, FAKE_DISK_FOR_EVER);
            enum err err = journal_world_open(&world);
            ck_assert_msg(err == ERR_OK || err == ERR_IO, "%s", world.fault.text);
            journal_world_crash(&world, m, losses[_i]);
            ck_assert_msg(journal_world_open(&world) == ERR_OK, "%s", world.fault.text);
            check_recovered(&ledger, &world);
            journal_world_destroy(&world);
        }
    }
}
END_TEST

// A sync that finds no space has lost pages like any other that fails.
static const enum err sync_errors[] = {ERR_SYNC, ERR_NOSPACE};

START_TEST(failed_sync_is_for_ever)
{
    struct journal_world world;
    journal_world_create(&world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    journal_world_write(&world, 1, 3);
    ck_assert_int_eq(journal_world_append(&world, 3), ERR_OK);
    fake_disk_fail_after(world.fake, 1, sync_errors[_i], FAKE_DISK_ONCE); // after the write
    ck_assert_int_eq(journal_world_sync(&world), ERR_SYNC);
    uint64_t calls = fake_disk_calls(world.fake);
    ck_assert_int_eq(journal_world_sync(&world), ERR_SYNC);
    ck_assert_int_eq(journal_world_append(&world, 3), ERR_SYNC);
    ck_assert_int_eq(journal_prepare(world.journal, &world.fault), ERR_SYNC);
    ck_assert_uint_eq(fake_disk_calls(world.fake), calls); // the disk is not asked again
    ck_assert_uint_eq(journal_sequence_durable(world.journal), 1);
    journal_world_destroy(&world);
}
END_TEST

// A killed writer left a whole frame to the page cache. Whoever finds it there acts on it, so it must
// outlast a power cut that comes next.
START_TEST(what_recovery_keeps_is_durable)
{
    struct journal_world world;
    journal_world_create(&world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    journal_world_write(&world, 1, 3);
    ck_assert_int_eq(journal_world_append(&world, 3), ERR_OK);
    fake_disk_fail_after(world.fake, 1, ERR_IO, FAKE_DISK_FOR_EVER); // after the write
    ck_assert_int_ne(journal_world_sync(&world), ERR_OK);
    journal_world_crash(&world, 0, FAKE_DISK_KEEP_ALL);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    ck_assert_uint_eq(world.recovery.sequence_last, 2);
    journal_world_crash(&world, 0, FAKE_DISK_LOSE_ALL);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    ck_assert_uint_eq(world.recovery.sequence_last, 2);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(full_disk_waits_and_goes_on)
{
    static struct ledger ledger;
    struct journal_world world;
    uint64_t last;
    unsigned refused = 0;
    ledger = (struct ledger){0};
    journal_world_create(&world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    fake_disk_set_room(world.fake, FILE_BYTES);
    for (unsigned i = 0; i < 40; i++) {
        ck_assert_int_eq(ledger_append(&ledger, &world, 20), ERR_OK);
        enum err err = ledger_sync(&ledger, &world);
        refused += err == ERR_NOSPACE;
        if (err == ERR_NOSPACE && i % 4 == 3)
            fake_disk_set_room(world.fake, (size_t)(i + 3) * FILE_BYTES);
        ck_assert_msg(err == ERR_OK || err == ERR_NOSPACE, "%s", world.fault.text);
    }
    ck_assert_uint_gt(refused, 3);
    fake_disk_set_room(world.fake, SIZE_MAX / 2);
    ck_assert_int_eq(journal_world_sync(&world), ERR_OK);
    ck_assert_uint_eq(world.durable, 40);
    ck_assert_uint_eq(journal_waiting_bytes(world.journal), 0);
    ck_assert_int_eq(journal_world_read(&world, 0, &last), ERR_END);
    ck_assert_uint_eq(last, 40);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(every_call_may_find_no_space)
{
    static struct ledger ledger;
    uint64_t calls = fixed_life_calls();
    for (uint64_t n = 0; n < calls; n++) {
        struct journal_world world;
        ledger = (struct ledger){0};
        journal_world_create(&world, FILE_BYTES);
        fake_disk_fail_after(world.fake, n, ERR_NOSPACE, FAKE_DISK_ONCE);
        enum err err = fixed_life(&ledger, &world);
        if (world.journal != NULL && err == ERR_NOSPACE) {
            ck_assert_msg(
                ledger_sync(&ledger, &world) == ERR_OK, "call %" PRIu64 ": %s", n,
                world.fault.text);
            ck_assert_uint_eq(ledger.acknowledged, ledger.appended);
        }
        journal_world_close(&world);
        ck_assert_uint_eq(fake_disk_files_open(world.fake), 0);
        journal_world_crash(&world, n, FAKE_DISK_LOSE_ALL);
        ck_assert_msg(
            journal_world_open(&world) == ERR_OK, "call %" PRIu64 ": %s", n, world.fault.text);
        check_recovered(&ledger, &world);
        journal_world_destroy(&world);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("journal crash");
    TCase *tcase = tcase_create("crash");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, crashes_by_seed_lose_nothing_acknowledged, 0, 5);
    tcase_add_loop_test(tcase, every_call_may_be_the_last, 0, 3);
    tcase_add_test(tcase, power_cut_after_a_kill_at_every_call_loses_nothing_gone_on_from);
    tcase_add_loop_test(tcase, recovery_may_end_at_every_call, 0, 3);
    tcase_add_loop_test(tcase, failed_sync_is_for_ever, 0, 2);
    tcase_add_test(tcase, what_recovery_keeps_is_durable);
    tcase_add_test(tcase, full_disk_waits_and_goes_on);
    tcase_add_test(tcase, every_call_may_find_no_space);
    suite_add_tcase(suite, tcase);
    return suite;
}
