// The file source: lines, positions, limits, replaced files, standard input, failing disks.
#include <stdlib.h>

#include "consumers/file/file_source.h"
#include "engine/base/hash.h"

#include "tests/fakes/memory_disk.h"
#include "tests/support/suite.h"

enum { LINE_BYTES_MAX = 100, MESSAGES_MAX = 8 };

static struct memory_disk memory;
static struct source source;
static struct fault fault;
static struct message messages[MESSAGES_MAX];
static size_t count;

static void open_as(const char *path, const char *text)
{
    struct disk disk = memory_disk_port(&memory);
    struct file_source_params params = {
        .path = path, .name = "file:/in/events", .line_bytes_max = LINE_BYTES_MAX};
    memory_disk_set(&memory, text);
    file_source_create(&disk, &params, &source);
}

static void open_text(const char *text)
{
    open_as("/in/events", text);
}

static enum err poll_some(size_t max)
{
    count = 0;
    return source.ops->poll(source.self, messages, max, &count, &fault);
}

static enum err start_at(int64_t position)
{
    return source.ops->start(source.self, position, &fault);
}

static void setup(void)
{
    memory = (struct memory_disk){0};
    source = (struct source){0};
    fault = (struct fault){0};
}

static void teardown(void)
{
    if (source.ops != NULL)
        source.ops->destroy(source.self);
    ck_assert_uint_eq(memory.opened, memory.closed);
    buffer_free(&memory.data);
}

START_TEST(lines_come_with_the_offsets_where_they_stand)
{
    open_text("{\"a\":1}\n{}\n[]\n");
    ck_assert_str_eq(source.name, "file:/in/events");
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);
    ck_assert_int_eq(poll_some(2), ERR_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert(bytes_equal_text(messages[0].value, "{\"a\":1}"));
    ck_assert_int_eq(messages[0].position, 0);
    ck_assert_int_eq(messages[0].position_next, 8);
    ck_assert_uint_eq(messages[0].value_bytes, 7);
    ck_assert_int_eq(messages[1].position, 8);
    source.ops->release(source.self);
    ck_assert_int_eq(poll_some(2), ERR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert(bytes_equal_text(messages[0].value, "[]"));
    ck_assert_int_eq(messages[0].position, 11);
    ck_assert_int_eq(messages[0].position_next, 14);
    ck_assert_int_eq(poll_some(2), ERR_END);
    ck_assert_int_eq(poll_some(2), ERR_END);
}
END_TEST

START_TEST(blank_lines_are_skipped)
{
    open_text("\n \t\r\n{}\r\n\n\n  ");
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert(bytes_equal_text(messages[0].value, "{}\r"));
    ck_assert_int_eq(messages[0].position, 5);
    ck_assert_int_eq(messages[0].position_next, 9);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_END);
}
END_TEST

START_TEST(last_line_without_newline_counts)
{
    open_text("{}\n{\"last\":1}");
    ck_assert_int_eq(start_at(3), ERR_OK);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert(bytes_equal_text(messages[0].value, "{\"last\":1}"));
    ck_assert_int_eq(messages[0].position_next, 13);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_END);
}
END_TEST

START_TEST(reading_goes_on_behind_an_unfinished_last_line_when_the_file_grew)
{
    open_text("{}\n[]\n{\"new\":1}\n");
    ck_assert_int_eq(start_at(5), ERR_OK); // "[]" was read when it had no newline
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(messages[0].position, 6);
}
END_TEST

START_TEST(empty_file_ends_at_once)
{
    open_text("");
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_END);
}
END_TEST

START_TEST(position_beyond_the_end_is_a_gap_that_names_both)
{
    open_text("{}\n");
    ck_assert_int_eq(start_at(70), ERR_GAP);
    ck_assert_ptr_nonnull(strstr(fault.text, "/in/events"));
    ck_assert_ptr_nonnull(strstr(fault.text, "byte 70"));
    ck_assert_ptr_nonnull(strstr(fault.text, "3 bytes"));
}
END_TEST

START_TEST(position_in_a_file_that_was_emptied_is_a_gap)
{
    open_text("");
    ck_assert_int_eq(start_at(3), ERR_GAP);
    ck_assert_ptr_nonnull(strstr(fault.text, "0 bytes"));
}
END_TEST

START_TEST(position_inside_a_line_is_a_gap)
{
    open_text("{\"a\":1}\n{}\n");
    ck_assert_int_eq(start_at(3), ERR_GAP);
    ck_assert_ptr_nonnull(strstr(fault.text, "byte 3"));
}
END_TEST

START_TEST(file_cut_while_it_is_read_is_a_gap)
{
    open_text("{}\n{}\n");
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_OK);
    memory_disk_set(&memory, "{}");
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_GAP);
}
END_TEST

// Lengths around the limit; pieces of every size, so that lines are split at every place.
START_TEST(overlong_line_is_cut_with_its_true_length)
{
    size_t len = (size_t)_i;
    char text[400];
    memset(text, 'x', sizeof(text));
    memcpy(text + len, "\n{}\n", 5);
    for (size_t piece = 1; piece < 70; piece++) {
        open_text(text);
        memory.read_bytes_max = piece;
        ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);
        ck_assert_int_eq(poll_some(1), ERR_OK);
        ck_assert_uint_eq(messages[0].value_bytes, len);
        ck_assert_uint_eq(messages[0].value.len, len < LINE_BYTES_MAX ? len : LINE_BYTES_MAX);
        ck_assert_int_eq(messages[0].position_next, (int64_t)len + 1);
        ck_assert_int_eq(poll_some(1), ERR_OK);
        ck_assert(bytes_equal_text(messages[0].value, "{}"));
        ck_assert_int_eq(messages[0].position, (int64_t)len + 1);
        ck_assert_int_eq(messages[0].position_next, (int64_t)len + 4);
        ck_assert_int_eq(poll_some(1), ERR_END);
        source.ops->destroy(source.self);
    }
    source = (struct source){0};
}
END_TEST

START_TEST(overlong_last_line_without_newline_is_cut)
{
    char text[300];
    memset(text, 'x', sizeof(text));
    text[250] = '\0';
    open_text(text);
    memory.read_bytes_max = 7;
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);
    ck_assert_int_eq(poll_some(1), ERR_OK);
    ck_assert_uint_eq(messages[0].value_bytes, 250);
    ck_assert_uint_eq(messages[0].value.len, LINE_BYTES_MAX);
    ck_assert_int_eq(messages[0].position_next, 250);
    ck_assert_int_eq(poll_some(1), ERR_END);
}
END_TEST

START_TEST(standard_input_counts_on_from_the_last_run)
{
    open_as("-", "{}\n{}\n");
    ck_assert_int_eq(start_at(1000), ERR_OK);
    memory.read_bytes_max = 0;
    // The fake reads by offset; a stream would not: begin its text where the count stands.
    struct buffer moved = {0};
    for (unsigned i = 0; i < 1000; i++)
        buffer_add_u8(&moved, 'x');
    buffer_add_text(&moved, "{}\n{}\n");
    buffer_free(&memory.data);
    memory.data = moved;
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(messages[0].position, 1000);
    ck_assert_int_eq(messages[1].position_next, 1006);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_END);
}
END_TEST

START_TEST(standard_input_with_nothing_yet_is_not_its_end)
{
    open_as("-", "{}\n");
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);
    memory_disk_fail(&memory, 1, ERR_AGAIN);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_AGAIN);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_OK);
    ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(missing_file_is_named)
{
    open_text("");
    memory.exists = false;
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_MISSING);
    ck_assert_ptr_nonnull(strstr(fault.text, "/in/events"));
}
END_TEST

// Walks a failure through every call of a whole reading; each can be tried again.
START_TEST(failing_call_is_reported_and_reading_goes_on)
{
    open_text("{}\n{}\n");
    unsigned failures = 0;
    size_t seen = 0;
    memory_disk_fail(&memory, (unsigned)_i, ERR_IO);
    while (start_at(3) == ERR_IO)
        ck_assert_uint_lt(failures++, 10);
    for (;;) {
        enum err err = poll_some(1);
        if (err == ERR_END)
            break;
        seen += count;
        if (err != ERR_OK) {
            ck_assert_int_eq(err, ERR_IO);
            ck_assert_ptr_nonnull(strstr(fault.text, "/in/events"));
            ck_assert_uint_lt(failures++, 10);
        }
    }
    ck_assert_uint_eq(seen, 1);
    ck_assert_uint_eq(failures, 1); // so each of these calls is made
}
END_TEST

START_TEST(starting_again_reads_again)
{
    open_text("{}\n[]\n");
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(start_at(3), ERR_OK);
    ck_assert_int_eq(poll_some(MESSAGES_MAX), ERR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(messages[0].position, 3);
}
END_TEST

// Random texts against a naive splitter.
START_TEST(any_text_splits_as_a_naive_reader_splits_it)
{
    uint64_t seed = test_seed() + (uint64_t)_i;
    char text[600];
    size_t len = (size_t)(hash_mix(seed) % (sizeof(text) - 1));
    for (size_t i = 0; i < len; i++)
        text[i] = "ab \n\n\r{}"[hash_mix(seed + i + 1) % 8];
    text[len] = '\0';
    open_text(text);
    memory.read_bytes_max = 1 + (size_t)(hash_mix(seed ^ 77) % 50);
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);

    size_t at = 0;
    while (at < len) {
        size_t end = at + strcspn(text + at, "\n");
        size_t next = end < len ? end + 1 : end;
        if (at + strspn(text + at, " \t\r") < end) {
            ck_assert_int_eq(poll_some(1), ERR_OK);
            ck_assert_uint_eq(count, 1);
            ck_assert_int_eq(messages[0].position, (int64_t)at);
            ck_assert_int_eq(messages[0].position_next, (int64_t)next);
            ck_assert_uint_eq(messages[0].value_bytes, end - at);
            ck_assert_int_eq(memcmp(messages[0].value.data, text + at, messages[0].value.len), 0);
        }
        at = next;
    }
    ck_assert_int_eq(poll_some(1), ERR_END);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("file source");
    TCase *tcase = tcase_create("lines");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, lines_come_with_the_offsets_where_they_stand);
    tcase_add_test(tcase, blank_lines_are_skipped);
    tcase_add_test(tcase, last_line_without_newline_counts);
    tcase_add_test(tcase, reading_goes_on_behind_an_unfinished_last_line_when_the_file_grew);
    tcase_add_test(tcase, empty_file_ends_at_once);
    tcase_add_test(tcase, position_beyond_the_end_is_a_gap_that_names_both);
    tcase_add_test(tcase, position_in_a_file_that_was_emptied_is_a_gap);
    tcase_add_test(tcase, position_inside_a_line_is_a_gap);
    tcase_add_test(tcase, file_cut_while_it_is_read_is_a_gap);
    tcase_add_loop_test(tcase, overlong_line_is_cut_with_its_true_length, 98, 105);
    tcase_add_loop_test(tcase, overlong_line_is_cut_with_its_true_length, 230, 232);
    tcase_add_test(tcase, overlong_last_line_without_newline_is_cut);
    tcase_add_test(tcase, standard_input_counts_on_from_the_last_run);
    tcase_add_test(tcase, standard_input_with_nothing_yet_is_not_its_end);
    tcase_add_test(tcase, missing_file_is_named);
    tcase_add_loop_test(tcase, failing_call_is_reported_and_reading_goes_on, 1, 7);
    tcase_add_test(tcase, starting_again_reads_again);
    tcase_add_loop_test(tcase, any_text_splits_as_a_naive_reader_splits_it, 0, 100);
    suite_add_tcase(suite, tcase);
    return suite;
}
