// The data directory: its lock, what it was created with, and every failure on the way.
#include "engine/run/data_dir.h"

#include "tests/fakes/fake_disk.h"
#include "tests/support/suite.h"

static const struct data_meta written = {UINT64_C(0x0123456789abcdef), 4};

START_TEST(a_new_directory_has_no_meta_and_keeps_what_is_written)
{
    struct fake_disk *fake = fake_disk_create();
    struct disk disk = fake_disk_port(fake);
    struct data_dir *dir = NULL;
    struct data_meta meta = {7, 7};
    struct fault fault;
    ck_assert_int_eq(data_dir_open(&disk, "data", &dir, &fault), ERR_OK);
    ck_assert_int_eq(data_dir_read_meta(dir, &meta, &fault), ERR_MISSING);
    ck_assert_uint_eq(meta.shards, 7);
    ck_assert_int_eq(data_dir_write_meta(dir, &written, &fault), ERR_OK);
    data_dir_close(dir);

    fake_disk_crash(fake, 1, FAKE_DISK_LOSE_ALL);
    ck_assert_int_eq(data_dir_open(&disk, "data", &dir, &fault), ERR_OK);
    ck_assert_int_eq(data_dir_read_meta(dir, &meta, &fault), ERR_OK);
    ck_assert_uint_eq(meta.identity, written.identity);
    ck_assert_uint_eq(meta.shards, written.shards);
    data_dir_close(dir);
    ck_assert_uint_eq(fake_disk_files_open(fake), 0);
    fake_disk_destroy(fake);
}
END_TEST

START_TEST(a_second_daemon_is_refused_and_changes_nothing)
{
    struct fake_disk *fake = fake_disk_create();
    struct disk disk = fake_disk_port(fake);
    struct data_dir *first = NULL;
    struct data_dir *second = NULL;
    struct fault fault;
    ck_assert_int_eq(data_dir_open(&disk, "data", &first, &fault), ERR_OK);
    ck_assert_int_eq(data_dir_write_meta(first, &written, &fault), ERR_OK);
    uint64_t before = fake_disk_digest(fake);
    ck_assert_int_eq(data_dir_open(&disk, "data", &second, &fault), ERR_BUSY);
    ck_assert_ptr_null(second);
    ck_assert_uint_eq(fake_disk_digest(fake), before);
    data_dir_close(first);
    ck_assert_int_eq(data_dir_open(&disk, "data", &second, &fault), ERR_OK);
    data_dir_close(second);
    fake_disk_destroy(fake);
}
END_TEST

static const struct text_case {
    const char *text;
    enum err want;
} texts[] = {
    {"engaged-data 1\nidentity 0123456789abcdef\nshards 4\n", ERR_OK},
    {"engaged-data 2\nanything\n", ERR_FORMAT},
    {"engaged-data 1\nidentity 0123456789abcdef\nshards 0\n", ERR_CORRUPT},
    {"engaged-data 1\nidentity 0123456789abcdef\nshards 4\nmore\n", ERR_CORRUPT},
    {"engaged-data 1\nidentity 0123456789abcdef\n", ERR_CORRUPT},
    {"something else", ERR_CORRUPT},
    {"", ERR_CORRUPT},
};

START_TEST(a_meta_file_is_read_or_named_as_damaged)
{
    struct fake_disk *fake = fake_disk_create();
    struct disk disk = fake_disk_port(fake);
    struct data_dir *dir = NULL;
    struct data_meta meta;
    struct fault fault;
    fake_disk_put(fake, "data/meta", bytes_text(texts[_i].text));
    ck_assert_int_eq(data_dir_open(&disk, "data", &dir, &fault), ERR_OK);
    ck_assert_int_eq(data_dir_read_meta(dir, &meta, &fault), texts[_i].want);
    if (texts[_i].want != ERR_OK)
        ck_assert_ptr_nonnull(strstr(fault.text, "data/meta"));
    data_dir_close(dir);
    fake_disk_destroy(fake);
}
END_TEST

// Every call on the way fails once: nothing stays open, and a second attempt succeeds.
START_TEST(any_failure_is_clean_and_can_be_tried_again)
{
    for (uint64_t calls = 0;; calls++) {
        struct fake_disk *fake = fake_disk_create();
        struct disk disk = fake_disk_port(fake);
        struct data_dir *dir = NULL;
        struct data_meta meta;
        struct fault fault = {.err = ERR_OK};
        fake_disk_fail_after(fake, calls, ERR_NOSPACE, FAKE_DISK_ONCE);
        enum err err = data_dir_open(&disk, "data", &dir, &fault);
        if (err == ERR_OK)
            err = data_dir_write_meta(dir, &written, &fault);
        if (err != ERR_OK)
            ck_assert_ptr_nonnull(strstr(fault.text, "data"));
        data_dir_close(dir);
        bool is_reached = fake_disk_failures(fake) > 0;
        ck_assert_uint_eq(fake_disk_files_open(fake), 0);

        fake_disk_heal(fake);
        dir = NULL;
        ck_assert_int_eq(data_dir_open(&disk, "data", &dir, &fault), ERR_OK);
        ck_assert_int_eq(data_dir_write_meta(dir, &written, &fault), ERR_OK);
        ck_assert_int_eq(data_dir_read_meta(dir, &meta, &fault), ERR_OK);
        data_dir_close(dir);
        fake_disk_destroy(fake);
        if (!is_reached)
            break;
        ck_assert_uint_lt(calls, 100);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("data_dir");
    TCase *tcase = tcase_create("data_dir");
    tcase_add_test(tcase, a_new_directory_has_no_meta_and_keeps_what_is_written);
    tcase_add_test(tcase, a_second_daemon_is_refused_and_changes_nothing);
    tcase_add_loop_test(
        tcase, a_meta_file_is_read_or_named_as_damaged, 0, sizeof(texts) / sizeof(texts[0]));
    tcase_add_test(tcase, any_failure_is_clean_and_can_be_tried_again);
    suite_add_tcase(suite, tcase);
    return suite;
}
