// `engagectl journal verify`: sound journals, damaged ones, and one a daemon writes to.
#include <fcntl.h>
#include <sys/file.h>

#include "tests/tools/engagectl/shop_data.h"

#define JOURNAL "d/shard-0001/journal/00000000000000000001.journal"

static void flip_byte(const char *path, long offset)
{
    FILE *file = fopen(path, "r+");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, offset, SEEK_SET), 0);
    int byte = fgetc(file);
    ck_assert_int_ne(byte, EOF);
    ck_assert_int_eq(fseek(file, offset, SEEK_SET), 0);
    ck_assert_int_ne(fputc(byte ^ 0x10, file), EOF);
    ck_assert_int_eq(fclose(file), 0);
}

// Where the text stands in the file for the first time.
static long offset_of(const char *path, const char *text)
{
    static char content[1 << 16];
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t len = fread(content, 1, sizeof(content), file);
    ck_assert_int_eq(fclose(file), 0);
    for (size_t i = 0; i + strlen(text) <= len; i++) {
        if (memcmp(content + i, text, strlen(text)) == 0)
            return (long)i;
    }
    ck_abort_msg("no '%s' in %s", text, path);
    return 0;
}

START_TEST(sound_shards_are_reported)
{
    captured_run("journal verify --config c.yaml", &captured);
    ck_assert_msg(captured.code == 0, "%s", captured.err);
    ck_assert_ptr_nonnull(strstr(
        captured.out, "SHARD  FRAMES  EVENTS  ACTIONS  SEQUENCES  DIGEST            STORE      "));
    ck_assert_ptr_nonnull(strstr(captured.out, "    0       2       2        0  1-2        "));
    ck_assert_ptr_nonnull(strstr(captured.out, "  same at 2  ok\n"));
    ck_assert_ptr_nonnull(strstr(captured.out, "    1       2       4        1  1-2        "));
    ck_assert_ptr_nonnull(strstr(captured.out, "  none       ok\n"));
    ck_assert_str_eq(captured.err, "");
}
END_TEST

START_TEST(a_report_in_json_names_what_was_found)
{
    captured_run("journal verify --config c.yaml -o ndjson", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_ptr_nonnull(strstr(
        captured.out, "{\"shard\":0,\"frames\":2,\"events\":2,\"actions\":0,\"first\":1,\"last\":2,"
                      "\"digest\":\""));
    ck_assert_ptr_nonnull(strstr(captured.out, "\"store\":2,\"torn_bytes\":0,\"ok\":true}\n"));
    captured_run("journal verify --config c.yaml -o json", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_int_eq(captured.out[0], '[');
    ck_assert_ptr_nonnull(strstr(captured.out, "\"ok\":true},{\"shard\":1,"));
    ck_assert_ptr_nonnull(strstr(captured.out, "}]\n"));
}
END_TEST

START_TEST(a_flipped_byte_is_damage_with_file_and_sequence)
{
    flip_byte(JOURNAL, offset_of(JOURNAL, "scores:"));
    captured_run("journal verify --config c.yaml", &captured);
    ck_assert_int_eq(captured.code, 74);
    ck_assert_ptr_nonnull(strstr(captured.out, "DAMAGED"));
    ck_assert_ptr_nonnull(strstr(captured.out, "  same at 2  ok\n")); // the other one is sound
    ck_assert_ptr_nonnull(strstr(captured.err, "00000000000000000001.journal"));
    ck_assert_ptr_nonnull(strstr(captured.err, "sequence 1"));
    captured_run("journal verify --config c.yaml -o json", &captured);
    ck_assert_int_eq(captured.code, 74);
    ck_assert_ptr_nonnull(strstr(captured.out, "\"ok\":false,\"reason\":\""));
}
END_TEST

START_TEST(a_frame_torn_at_the_end_is_told_and_no_damage)
{
    // The store of shard 1 knows nothing of the last frame, so nothing proves that it was durable.
    flip_byte(JOURNAL, offset_of(JOURNAL, "c-10"));
    captured_run("journal verify --config c.yaml", &captured);
    ck_assert_msg(captured.code == 0, "%s%s", captured.out, captured.err);
    ck_assert_ptr_nonnull(strstr(captured.err, "shard 1: the last "));
    ck_assert_ptr_nonnull(strstr(captured.err, "a frame that was never finished"));
}
END_TEST

START_TEST(a_store_with_a_flipped_byte_is_damage)
{
    const char *path = "d/shard-0000/store/data.mdb";
    flip_byte(path, offset_of(path, "bo@example.com"));
    captured_run("journal verify --config c.yaml", &captured);
    ck_assert_int_eq(captured.code, 74);
    ck_assert_ptr_nonnull(strstr(captured.err, "shard 0"));
}
END_TEST

START_TEST(beside_a_daemon_the_frames_alone_are_folded_again)
{
    int lock = open("d/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(lock, 0);
    ck_assert_int_eq(flock(lock, LOCK_EX), 0);
    captured_run("journal verify --config c.yaml", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_ptr_nonnull(strstr(captured.err, "a daemon is at work there"));
    ck_assert_int_eq(close(lock), 0);
    captured_run("journal verify --config c.yaml", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_str_eq(captured.err, "");
}
END_TEST

START_TEST(a_directory_without_a_journal_is_unreachable)
{
    fixture_write("x.yaml", "data: nowhere\nrules: r\nsources: {files: [e.ndjson]}\n");
    captured_run("journal verify --config x.yaml", &captured);
    ck_assert_int_eq(captured.code, 69);
    ck_assert_int_eq(mkdir("nowhere", 0700), 0);
    captured_run("journal verify --config x.yaml", &captured);
    ck_assert_int_eq(captured.code, 69);
    ck_assert_ptr_nonnull(strstr(captured.err, "no daemon has worked there yet"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/journal_verify");
    TCase *tcase = tcase_create("verify");
    tcase_add_checked_fixture(tcase, shop_enter, fixture_leave);
    tcase_add_test(tcase, sound_shards_are_reported);
    tcase_add_test(tcase, a_report_in_json_names_what_was_found);
    tcase_add_test(tcase, a_flipped_byte_is_damage_with_file_and_sequence);
    tcase_add_test(tcase, a_frame_torn_at_the_end_is_told_and_no_damage);
    tcase_add_test(tcase, a_store_with_a_flipped_byte_is_damage);
    tcase_add_test(tcase, beside_a_daemon_the_frames_alone_are_folded_again);
    tcase_add_test(tcase, a_directory_without_a_journal_is_unreachable);
    suite_add_tcase(suite, tcase);
    return suite;
}
