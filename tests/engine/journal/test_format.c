// The bytes of a journal are what they were: golden files are read, and written the same again.
// GOLDEN_WRITE=1 in the environment writes them anew (after a change of format, never otherwise).
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <check.h>

#include "tests/fakes/journal_world.h"
#include "tests/support/suite.h"

enum { FILE_BYTES = 4096, GOLDEN_FILES = 2, GOLDEN_LAST = 5 };
#define GOLDEN_DIRECTORY "tests/format/journal"

// First sequences of the golden files: one sealed, one not full.
static const uint64_t golden_first[GOLDEN_FILES] = {1, 4};

static struct journal_path_text golden_path(uint64_t first)
{
    struct journal_path_text path;
    (void)snprintf(
        path.text, sizeof(path.text), "%s/%020" PRIu64 ".journal", GOLDEN_DIRECTORY, first);
    return path;
}

// Sequences 1, 2+3 in the first file, 4 and 5 in the second.
static void golden_write(struct journal_world *world)
{
    journal_world_create(world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(world), ERR_OK);
    journal_world_write(world, 1, 3);
    journal_world_write(world, 2, 9);
    journal_world_write(world, 1, 24);
    journal_world_write(world, 1, 0);
    ck_assert_uint_eq(world->durable, GOLDEN_LAST);
}

static size_t golden_read(uint64_t first, uint8_t *to)
{
    FILE *file = fopen(golden_path(first).text, "rb");
    ck_assert_msg(file != NULL, "%s: run from the top of the tree", golden_path(first).text);
    size_t len = fread(to, 1, FILE_BYTES, file);
    (void)fclose(file);
    return len;
}

static void golden_replace(struct journal_world *world)
{
    for (size_t i = 0; i < GOLDEN_FILES; i++) {
        FILE *file = fopen(golden_path(golden_first[i]).text, "wb");
        ck_assert_ptr_nonnull(file);
        struct bytes content =
            fake_disk_content(world->fake, journal_world_path(golden_first[i]).text);
        ck_assert_uint_eq(fwrite(content.data, 1, content.len, file), content.len);
        (void)fclose(file);
    }
}

START_TEST(todays_encoder_writes_the_golden_files)
{
    struct journal_world world;
    golden_write(&world);
    if (getenv("GOLDEN_WRITE") != NULL)
        golden_replace(&world);
    for (size_t i = 0; i < GOLDEN_FILES; i++) {
        uint8_t golden[FILE_BYTES];
        size_t len = golden_read(golden_first[i], golden);
        struct bytes today =
            fake_disk_content(world.fake, journal_world_path(golden_first[i]).text);
        ck_assert_uint_eq(today.len, len);
        for (size_t at = 0; at < len; at++)
            if (today.data[at] != golden[at])
                ck_abort_msg("file %zu differs at offset %zu", i, at);
    }
    journal_world_destroy(&world);
}
END_TEST

START_TEST(golden_files_are_read)
{
    struct journal_world world;
    struct journal_recovery found;
    uint64_t last;
    journal_world_create(&world, FILE_BYTES);
    for (size_t i = 0; i < GOLDEN_FILES; i++) {
        uint8_t golden[FILE_BYTES];
        size_t len = golden_read(golden_first[i], golden);
        fake_disk_put(world.fake, journal_world_path(golden_first[i]).text, bytes_of(golden, len));
    }
    ck_assert_int_eq(
        journal_verify(fake_disk_port(world.fake), WORLD_DIRECTORY, 0, &found, &world.fault),
        ERR_OK);
    ck_assert_uint_eq(found.files, GOLDEN_FILES);
    ck_assert_uint_eq(found.frames, GOLDEN_LAST);
    ck_assert_uint_eq(found.tail_cut_bytes, 0);
    ck_assert_int_eq(journal_world_read(&world, 0, &last), ERR_END);
    ck_assert_uint_eq(last, GOLDEN_LAST);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    journal_world_write(&world, 1, 2);
    journal_world_destroy(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("journal format");
    TCase *tcase = tcase_create("golden");
    tcase_add_test(tcase, todays_encoder_writes_the_golden_files);
    tcase_add_test(tcase, golden_files_are_read);
    suite_add_tcase(suite, tcase);
    return suite;
}
