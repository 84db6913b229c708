// Files of a journal cut to every length, exchanged, doubled, taken from elsewhere: a prefix or named damage.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "engine/journal/layout.h"

#include "tests/fakes/journal_world.h"
#include "tests/support/suite.h"

#ifdef __SANITIZE_THREAD__
enum { STRIDE = 61 }; // there is one thread here, and it is slow
#else
enum { STRIDE = 1 };
#endif
enum { FILE_BYTES = 6144, FILES_MAX = 32, GROUPS = 12 };

static struct journal_world world;
static uint64_t firsts[FILES_MAX];
static size_t file_count;

static void setup(void)
{
    file_count = 0;
    journal_world_create(&world, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    for (unsigned i = 0; i < GROUPS; i++)
        journal_world_write(&world, i % 3 + 1, 5);
    journal_world_close(&world);
    for (uint64_t first = 1; first <= world.durable; first++) {
        if (!fake_disk_has(world.fake, journal_world_path(first).text))
            continue;
        ck_assert_uint_lt(file_count, FILES_MAX);
        firsts[file_count++] = first;
    }
    ck_assert_uint_ge(file_count, 4);
}

static void teardown(void)
{
    journal_world_destroy(&world);
}

// The same journal on a disk of its own.
static struct journal_world twin(void)
{
    struct journal_world copy = world;
    copy.fake = fake_disk_copy(world.fake);
    copy.builder = frame_builder_create();
    return copy;
}

// Opens a meddled journal. Refused: nothing was changed and the fault says where. Opened: what is there is the
// first so many of the frames written, and opening again finds the same. Returns the last sequence, or
// UINT64_MAX when it was refused.
static uint64_t open_meddled(struct journal_world *meddled, const char *what, uint64_t n)
{
    uint64_t before = fake_disk_digest(meddled->fake);
    enum err err = journal_world_open(meddled);
    if (err != ERR_OK) {
        if (err != ERR_CORRUPT && err != ERR_INVALID)
            ck_abort_msg("%s %" PRIu64 ": %s: %s", what, n, err_name(err), meddled->fault.text);
        if (fake_disk_digest(meddled->fake) != before)
            ck_abort_msg("%s %" PRIu64 ": refused, but changed", what, n);
        if (strstr(meddled->fault.text, WORLD_DIRECTORY) == NULL)
            ck_abort_msg("%s %" PRIu64 ": no file named: %s", what, n, meddled->fault.text);
        return UINT64_MAX;
    }
    uint64_t last = meddled->recovery.sequence_last;
    journal_world_close(meddled);
    uint64_t after = fake_disk_digest(meddled->fake);
    uint64_t read = 0;
    if (journal_world_read(meddled, 0, &read) != ERR_END || read != last) // checks each frame
        ck_abort_msg("%s %" PRIu64 ": %" PRIu64 " of %" PRIu64 " are read", what, n, read, last);
    if (journal_world_open(meddled) != ERR_OK || meddled->recovery.sequence_last != last)
        ck_abort_msg("%s %" PRIu64 ": opened again it is another", what, n);
    journal_world_close(meddled);
    if (fake_disk_digest(meddled->fake) != after)
        ck_abort_msg("%s %" PRIu64 ": opened again it is changed again", what, n);
    return last;
}

START_TEST(every_length_of_every_file)
{
    uint64_t opened = 0, refused = 0;
    for (size_t i = 0; i < file_count; i++) {
        struct journal_path_text path = journal_world_path(firsts[i]);
        size_t size = fake_disk_content(world.fake, path.text).len;
        bool is_last = i + 1 == file_count;
        for (size_t len = 0; len < size; len += STRIDE) {
            struct journal_world cut = twin();
            fake_disk_cut(cut.fake, path.text, len);
            uint64_t last = open_meddled(&cut, path.text, len);
            opened += last != UINT64_MAX;
            refused += last == UINT64_MAX;
            if (!is_last && last != UINT64_MAX) // frames of a file before the last were durable
                ck_abort_msg("%s cut to %zu is taken for whole", path.text, len);
            if (is_last && last == UINT64_MAX)
                ck_abort_msg("%s cut to %zu: %s", path.text, len, cut.fault.text);
            if (is_last && (last + 1 < firsts[i] || last > world.durable))
                ck_abort_msg("%s cut to %zu: %" PRIu64 " frames", path.text, len, last);
            journal_world_destroy(&cut);
        }
    }
    (void)printf(
        "%zu files cut to every length: %" PRIu64 " times a prefix, %" PRIu64
        " times named damage\n",
        file_count, opened, refused);
    ck_assert_uint_gt(opened, 1000);
    ck_assert_uint_gt(refused, 1000);
}
END_TEST

// A checkpoint that stands at the end: what was durable is missed, but for a last frame that stops early.
START_TEST(every_length_of_the_last_file_below_a_checkpoint)
{
    struct journal_path_text path = journal_world_path(firsts[file_count - 1]);
    size_t size = fake_disk_content(world.fake, path.text).len;
    unsigned whole = 0, lost = 0, refused = 0;
    for (size_t len = 0; len <= size; len += STRIDE) {
        struct journal_world cut = twin();
        cut.sequence_known = world.durable;
        fake_disk_cut(cut.fake, path.text, len);
        uint64_t before = fake_disk_digest(cut.fake);
        enum err err = journal_world_open(&cut);
        if (err != ERR_OK) {
            ck_assert_int_eq(err, ERR_CORRUPT);
            ck_assert_uint_eq(fake_disk_digest(cut.fake), before);
            refused++;
        } else if (cut.recovery.sequence_last == world.durable) {
            whole++;
        } else {
            ck_assert_uint_eq(cut.recovery.durable_lost, world.durable);
            ck_assert_uint_eq(cut.recovery.sequence_last, world.durable - 1);
            lost++;
        }
        journal_world_destroy(&cut);
    }
    (void)printf(
        "last file, known to be durable: %u whole, %u cut and said, %u refused\n", whole, lost,
        refused);
    ck_assert_uint_gt(whole, 0);
    ck_assert_uint_gt(lost, 0);
    ck_assert_uint_gt(refused, 0);
}
END_TEST

// --- files as a whole
static void put_file(struct journal_world *to, uint64_t as, struct fake_disk *from, uint64_t first)
{
    static uint8_t bytes[2 * FILE_BYTES];
    struct bytes content = fake_disk_content(from, journal_world_path(first).text);
    ck_assert_uint_le(content.len, sizeof(bytes));
    memcpy(bytes, content.data, content.len);
    fake_disk_put(to->fake, journal_world_path(as).text, bytes_of(bytes, content.len));
}

START_TEST(missing_file_is_named)
{
    for (size_t i = 0; i < file_count; i++) {
        struct journal_world meddled = twin();
        fake_disk_delete(meddled.fake, journal_world_path(firsts[i]).text);
        uint64_t first = i == 0 ? firsts[1] : 0;
        enum err err = journal_world_open(&meddled);
        bool is_middle = i > 0 && i + 1 < file_count;
        ck_assert_msg(err == (is_middle ? ERR_CORRUPT : ERR_OK), "%zu: %s", i, meddled.fault.text);
        if (i == 0) // the oldest may be gone
            ck_assert_uint_eq(meddled.recovery.sequence_first, first);
        if (i + 1 == file_count) // only a checkpoint knows of it
            ck_assert_uint_eq(meddled.recovery.sequence_last, firsts[i] - 1);
        journal_world_destroy(&meddled);
    }
}
END_TEST

START_TEST(exchanged_files_are_refused)
{
    for (size_t i = 0; i < file_count; i++) {
        for (size_t j = i + 1; j < file_count; j++) {
            struct journal_world meddled = twin();
            put_file(&meddled, firsts[i], world.fake, firsts[j]);
            put_file(&meddled, firsts[j], world.fake, firsts[i]);
            ck_assert_uint_eq(open_meddled(&meddled, "exchanged", i * 100 + j), UINT64_MAX);
            journal_world_destroy(&meddled);
        }
    }
}
END_TEST

START_TEST(file_under_another_name_is_refused)
{
    for (size_t i = 0; i < file_count; i++) {
        for (uint64_t as = 1; as <= world.durable + 2; as++) {
            if (as == firsts[i])
                continue;
            struct journal_world meddled = twin();
            put_file(&meddled, as, world.fake, firsts[i]);
            ck_assert_uint_eq(open_meddled(&meddled, "doubled as", as), UINT64_MAX);
            journal_world_destroy(&meddled);
        }
    }
}
END_TEST

// Of the same names and sequences, but another data directory's; and of the same directory, but another past.
START_TEST(foreign_files_are_refused)
{
    struct journal_world foreign = world;
    for (size_t i = 0; i < file_count; i++) {
        struct journal_world meddled = twin();
        uint8_t bytes[2 * FILE_BYTES];
        struct bytes content = fake_disk_content(world.fake, journal_world_path(firsts[i]).text);
        memcpy(bytes, content.data, content.len);
        put_u64(bytes + FILE_AT_IDENTITY, WORLD_IDENTITY + 1);
        put_u32(
            bytes + FILE_AT_CRC,
            crc32c(0, bytes_of(bytes + FILE_AT_FORMAT, FILE_HEADER_BYTES - FILE_AT_FORMAT)));
        fake_disk_put(
            meddled.fake, journal_world_path(firsts[i]).text, bytes_of(bytes, content.len));
        ck_assert_uint_eq(open_meddled(&meddled, "foreign", i), UINT64_MAX);
        journal_world_destroy(&meddled);
    }
    journal_world_create(&foreign, FILE_BYTES);
    ck_assert_int_eq(journal_world_open(&foreign), ERR_OK);
    for (unsigned i = 0; i < GROUPS; i++)
        journal_world_write(&foreign, i % 3 + 1, i == 0 ? 4 : 5); // other inputs in the first group
    journal_world_close(&foreign);
    unsigned same = 0;
    for (size_t i = 0; i < file_count; i++) {
        struct journal_world meddled = twin();
        if (fake_disk_has(foreign.fake, journal_world_path(firsts[i]).text)) {
            same++;
            put_file(&meddled, firsts[i], foreign.fake, firsts[i]);
            ck_assert_uint_eq(open_meddled(&meddled, "of another past", i), UINT64_MAX);
        }
        journal_world_destroy(&meddled);
    }
    ck_assert_uint_ge(same, 1);
    journal_world_destroy(&foreign);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("journal files cut and exchanged");
    TCase *tcase = tcase_create("cuts");
    tcase_set_timeout(tcase, 300);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, every_length_of_every_file);
    tcase_add_test(tcase, every_length_of_the_last_file_below_a_checkpoint);
    tcase_add_test(tcase, missing_file_is_named);
    tcase_add_test(tcase, exchanged_files_are_refused);
    tcase_add_test(tcase, file_under_another_name_is_refused);
    tcase_add_test(tcase, foreign_files_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
