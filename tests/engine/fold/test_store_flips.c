// A shard whose store has a flipped byte comes to the same state: from the store, or from the journal again.
// links: engine/os
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

enum { FLIPS = 240, EVENTS = 300, STORE_BYTES_MAX = 4 << 20 };

static const char RULES[] =
    "scores:\n"
    "  engagement:\n"
    "    bands: {warm: 20}\n"
    "    rules:\n"
    "      - {name: opened, on: email.opened, points: 5, limit: {times: 2, per: data.message}}\n"
    "      - {name: order, on: order.placed, points: 12.5}\n";

static struct fold_world world;
static uint8_t pristine[STORE_BYTES_MAX];

static void feed(unsigned from, unsigned count)
{
    for (unsigned i = from; i < from + count; i++) {
        char line[300];
        (void)snprintf(
            line, sizeof(line),
            "{\"id\":\"%u\",\"source\":\"s\",\"type\":\"%s\",\"time\":%u,\"contact\":\"c-%u\","
            "\"data\":{\"message\":\"m%u\"}}",
            i, i % 3 == 0 ? "order.placed" : "email.opened", 1000 * i, i * 7 % 50, i % 5);
        world_feed_line(&world, line);
    }
}

static int open_store(void)
{
    char path[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(path, sizeof(path), "%s/store/data.mdb", world.directory);
    int fd = open(path, O_RDWR);
    ck_assert_int_ge(fd, 0);
    return fd;
}

// Writes the store as it was, but for one byte. Rebuilding made another file of it.
static void put_store(size_t bytes, size_t at)
{
    int fd = open_store();
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    pristine[at] ^= 0xff;
    ck_assert_int_eq(pwrite(fd, pristine, bytes, 0), (ssize_t)bytes);
    pristine[at] ^= 0xff;
    ck_assert_int_eq(close(fd), 0);
}

static size_t take_store(void)
{
    int fd = open_store();
    ssize_t bytes = pread(fd, pristine, sizeof(pristine), 0);
    ck_assert_int_gt(bytes, 0);
    ck_assert_int_lt(bytes, STORE_BYTES_MAX);
    ck_assert_int_eq(close(fd), 0);
    return (size_t)bytes;
}

static uint64_t state_anew(struct fault *fault)
{
    uint64_t digest = state_digest_recomputed(shard_state(world.shard));
    (void)state_error(shard_state(world.shard), fault);
    return digest;
}

START_TEST(flipped_byte_of_the_store_changes_nothing)
{
    unsigned rebuilt = 0, later = 0, kept = 0;
    world_create(&world);
    world_open(&world, RULES);
    feed(0, EVENTS);
    world_checkpoint(&world);
    feed(EVENTS, 40);
    world_checkpoint(&world);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    size_t bytes = take_store();
    for (size_t i = 0; i < FLIPS; i++) {
        size_t at = (i * bytes + test_seed() % bytes) / FLIPS % bytes;
        struct fault fault = {ERR_OK, ""};
        put_store(bytes, at);
        world_open(&world, NULL);
        ck_assert_msg(world_digest(&world) == digest, "byte %zu", at);
        uint64_t anew = state_anew(&fault);
        bool is_rebuilt = world.report.is_store_rebuilt;
        world_close(&world);
        rebuilt += is_rebuilt;
        later += fault.err != ERR_OK;
        kept += !is_rebuilt && fault.err == ERR_OK;
        if (fault.err == ERR_OK) {
            ck_assert_msg(anew == digest, "byte %zu", at);
            continue;
        }
        // Found when read: an operator's or the daemon's next step is to have it folded again.
        ck_assert_msg(!is_rebuilt && fault.err == ERR_CORRUPT, "byte %zu: %s", at, fault.text);
        world_remove_store(&world);
        world_open(&world, NULL);
        ck_assert_msg(state_anew(&fault) == digest, "byte %zu", at);
        world_close(&world);
    }
    (void)printf(
        "store of %zu bytes, %d flipped one at a time: %u rebuilt at opening, %u found when read, "
        "%u "
        "harmless\n",
        bytes, FLIPS, rebuilt, later, kept);
    ck_assert_uint_gt(rebuilt, 0);
    ck_assert_uint_gt(later, 0);
    ck_assert_uint_gt(kept, 0);
    world_destroy(&world);
}
END_TEST

// A file that ends before its newest checkpoint does is not read beyond its end.
START_TEST(store_cut_at_any_page_is_folded_again)
{
    world_create(&world);
    world_open(&world, RULES);
    feed(0, EVENTS);
    world_checkpoint(&world);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    size_t bytes = take_store();
    for (size_t len = 0; len < bytes; len += 2048) {
        struct fault fault = {ERR_OK, ""};
        put_store(bytes, bytes);
        int fd = open_store();
        ck_assert_int_eq(ftruncate(fd, (off_t)len), 0);
        ck_assert_int_eq(close(fd), 0);
        world_open(&world, NULL);
        ck_assert_msg(state_anew(&fault) == digest, "cut to %zu", len);
        ck_assert_int_eq(fault.err, ERR_OK);
        world_close(&world);
    }
    world_destroy(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold flipped store");
    TCase *tcase = tcase_create("flips");
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, flipped_byte_of_the_store_changes_nothing);
    tcase_add_test(tcase, store_cut_at_any_page_is_folded_again);
    suite_add_tcase(suite, tcase);
    return suite;
}
