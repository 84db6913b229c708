// The file sink: exactly once over restarts, torn tails, full disks and failing calls.
#include <stdio.h>
#include <stdlib.h>

#include "consumers/file/file_sink.h"
#include "engine/base/hash.h"

#include "tests/fakes/memory_disk.h"
#include "tests/support/suite.h"

#define ID(digit)  "0000000000000000000000000000000" #digit
#define ACTION(n)  "{\"specversion\":\"1.0\",\"id\":\"" ID(n) "\",\"type\":\"action.x\"}"
#define LETTER(n)  "{\"id\":\"" ID(n) "\",\"code\":\"not_json\"}"
#define LINE_BYTES (sizeof(ACTION(1)))

static struct memory_disk memory;
static struct sink sink;
static struct fault fault;
static uint64_t mark;

static enum err sink_open_kinds(enum outgoing_kinds kinds)
{
    struct disk disk = memory_disk_port(&memory);
    struct file_sink_params params = {.path = "/out/actions.ndjson", .kinds = kinds};
    return file_sink_create(&disk, &params, &sink, &fault);
}

static void sink_open(void)
{
    ck_assert_int_eq(sink_open_kinds(OUTGOING_KINDS_ACTIONS), ERR_OK);
}

static void sink_close(void)
{
    if (sink.ops != NULL)
        sink.ops->destroy(sink.self);
    sink = (struct sink){0};
}

static struct outgoing action(unsigned n, uint32_t shard, uint64_t sequence)
{
    static const char *const values[] = {ACTION(0), ACTION(1), ACTION(2), ACTION(3), ACTION(4)};
    return (struct outgoing){
        .kind = OUTGOING_ACTION,
        .shard = shard,
        .sequence = sequence,
        .id = {.low = n, .high = 0},
        .value = bytes_text(values[n]),
    };
}

static enum err recover(uint32_t shard, uint64_t from)
{
    return sink.ops->recover(sink.self, shard, from, &fault);
}

static bool is_published(const struct outgoing *item)
{
    bool out = false;
    struct hash128 chain = {0};
    ck_assert_int_eq(sink.ops->is_published(sink.self, item, chain, &out, &fault), ERR_OK);
    return out;
}

static enum err publish_one(const struct outgoing *item)
{
    struct publish_shard shard = {.shard = item->shard, .sequence_last = item->sequence};
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = item, .item_count = 1};
    return sink.ops->publish(sink.self, &publication, &mark, &fault);
}

static void setup(void)
{
    memory = (struct memory_disk){0};
    sink = (struct sink){0};
    fault = (struct fault){0};
    mark = 0;
}

static void teardown(void)
{
    sink_close();
    ck_assert_uint_eq(memory.opened, memory.closed);
    buffer_free(&memory.data);
}

START_TEST(new_file_is_made_durable_with_its_directory)
{
    sink_open();
    ck_assert(memory.exists);
    ck_assert_uint_eq(memory.directory_syncs, 1);
}
END_TEST

START_TEST(published_lines_are_durable_and_the_mark_is_the_size)
{
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    struct outgoing items[] = {action(1, 0, 5), action(2, 0, 5)};
    struct publish_shard shard = {.shard = 0, .sequence_last = 6};
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = items, .item_count = 2};
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &fault), ERR_OK);
    ck_assert(memory_disk_is(&memory, ACTION(1) "\n" ACTION(2) "\n"));
    ck_assert_uint_eq(memory.synced_bytes, memory.data.len);
    ck_assert_uint_eq(mark, memory.data.len);
}
END_TEST

START_TEST(frames_without_things_do_not_touch_the_disk)
{
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    unsigned calls = memory.calls;
    struct publish_shard shard = {.shard = 0, .sequence_last = 9};
    struct publication publication = {.shards = &shard, .shard_count = 1};
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &fault), ERR_OK);
    ck_assert_uint_eq(memory.calls, calls);
}
END_TEST

START_TEST(after_a_restart_what_is_in_the_file_is_published)
{
    memory_disk_set(&memory, ACTION(1) "\n" ACTION(2) "\n");
    sink_open();
    ck_assert_int_eq(recover(0, LINE_BYTES), ERR_OK);
    struct outgoing first = action(1, 0, 4);
    struct outgoing second = action(2, 0, 5);
    struct outgoing third = action(3, 0, 5);
    ck_assert(!is_published(&first)); // before the mark: nobody asks
    ck_assert(is_published(&second));
    ck_assert(!is_published(&third));
    ck_assert_int_eq(recover(1, 0), ERR_OK); // another shard's mark is older
    ck_assert(is_published(&first));
    ck_assert_int_eq(publish_one(&second), ERR_OK); // left out
    ck_assert_int_eq(publish_one(&third), ERR_OK);  // a frame is published whole, or not at all
    ck_assert(memory_disk_is(&memory, ACTION(1) "\n" ACTION(2) "\n"));
}
END_TEST

START_TEST(publication_may_be_repeated)
{
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    struct outgoing item = action(1, 0, 5);
    ck_assert_int_eq(publish_one(&item), ERR_OK);
    ck_assert(is_published(&item));
    ck_assert_int_eq(publish_one(&item), ERR_OK);
    ck_assert(memory_disk_is(&memory, ACTION(1) "\n"));
}
END_TEST

START_TEST(half_published_frame_is_completed)
{
    memory_disk_set(&memory, ACTION(1) "\n");
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    struct outgoing items[] = {action(1, 0, 5), action(2, 0, 5)};
    struct publish_shard shard = {.shard = 0, .sequence_last = 5};
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = items, .item_count = 2};
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &fault), ERR_OK);
    ck_assert(memory_disk_is(&memory, ACTION(1) "\n" ACTION(2) "\n"));
}
END_TEST

// Every length of the last line: what is torn is cut, and then published again.
START_TEST(torn_last_line_is_cut_off)
{
    memory_disk_set(&memory, ACTION(1) "\n" ACTION(2) "\n");
    memory.data.len = LINE_BYTES + (size_t)_i;
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    ck_assert_uint_eq(memory.data.len, LINE_BYTES);
    struct outgoing torn = action(2, 0, 5);
    ck_assert(!is_published(&torn));
    ck_assert_int_eq(publish_one(&torn), ERR_OK);
    ck_assert(memory_disk_is(&memory, ACTION(1) "\n" ACTION(2) "\n"));
}
END_TEST

// A killed process may have left them to the page cache; a power cut after this start would take them.
START_TEST(lines_found_are_durable_before_they_count_as_published)
{
    memory_disk_set(&memory, ACTION(1) "\n");
    memory.synced_bytes = 0;
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    struct outgoing found = action(1, 0, 5);
    ck_assert(is_published(&found));
    ck_assert_uint_eq(memory.synced_bytes, LINE_BYTES);
}
END_TEST

START_TEST(zeros_left_by_a_power_cut_are_cut_off)
{
    memory_disk_set(&memory, ACTION(1) "\n");
    for (unsigned i = 0; i < 600; i++)
        buffer_add_u8(&memory.data, 0);
    sink_open();
    ck_assert_int_eq(recover(0, LINE_BYTES), ERR_OK);
    ck_assert_uint_eq(memory.data.len, LINE_BYTES);
}
END_TEST

static const struct foreign_case {
    const char *name;
    const char *text;
} foreign_cases[] = {
    {"somebody's text", "hello\n"},
    {"somebody's text without newline", "hello"},
    {"other JSON", "{\"type\":\"order.placed\"}\n"},
    {"empty line", ACTION(1) "\n\n" ACTION(2) "\n"},
    {"damaged id", "{\"id\":\"0000000000000000000000000000000g\"}\n"},
    {"short id", "{\"id\":\"00000\"}\n"},
    {"torn line in the middle", "{\"specversion\":\"1.0\",\"i\n" ACTION(2) "\n"},
    {"binary file", "\x7f"
                    "ELF\x01\n\xff\n"},
    {"binary file that goes on as ours do", "\x7f"
                                            "ELF\x01\n" ACTION(1) "\n"},
    {"no closing brace", ACTION(1) "\n{\"id\":\"" ID(2) "\",\n"},
};

START_TEST(file_that_is_not_ours_is_refused_and_kept)
{
    memory_disk_set(&memory, foreign_cases[_i].text);
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "/out/actions.ndjson"));
    ck_assert_ptr_nonnull(strstr(fault.text, "at byte"));
    ck_assert(memory_disk_is(&memory, foreign_cases[_i].text));
    struct outgoing item = action(1, 0, 5);
    ck_assert_int_eq(publish_one(&item), ERR_STATE);
}
END_TEST

static const struct damage_case {
    const char *name;
    const char *text; // behind two whole lines
} damage_cases[] = {
    {"control bytes before a whole line", "\x01\x01\n" ACTION(3) "\n"},
    {"invalid UTF-8 inside a line", "{\"id\":\"" ID(3) "\",\xc0\xaf}\n" ACTION(4) "\n"},
    {"clean rest before garbage", "xyz\n\xff\xfe\n" ACTION(3) "\n"},
    {"garbage to the end", "\x02\x03\x04\x05"},
};

START_TEST(garbled_end_is_cut_off_where_it_begins)
{
    memory_disk_set(&memory, ACTION(1) "\n" ACTION(2) "\n");
    buffer_add_text(&memory.data, damage_cases[_i].text);
    sink_open();
    ck_assert_msg(recover(0, LINE_BYTES) == ERR_OK, "%s: %s", damage_cases[_i].name, fault.text);
    ck_assert(memory_disk_is(&memory, ACTION(1) "\n" ACTION(2) "\n"));
    struct outgoing third = action(3, 0, 5);
    ck_assert(!is_published(&third));
}
END_TEST

START_TEST(damage_before_another_shards_mark_is_refused)
{
    memory_disk_set(&memory, ACTION(1) "\n\x01\x02\n" ACTION(2) "\n");
    sink_open();
    ck_assert_int_eq(recover(0, LINE_BYTES + 3), ERR_OK);
    ck_assert_int_eq(recover(1, 0), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "durable"));
    ck_assert_uint_eq(memory.data.len, 2 * LINE_BYTES + 3);
}
END_TEST

START_TEST(file_shorter_than_the_mark_is_named)
{
    memory_disk_set(&memory, ACTION(1) "\n");
    sink_open();
    ck_assert_int_eq(recover(0, LINE_BYTES + 1), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "/out/actions.ndjson"));
}
END_TEST

START_TEST(empty_file_is_a_new_one_whatever_the_mark)
{
    sink_open();
    ck_assert_int_eq(recover(0, 123456), ERR_OK);
    struct outgoing item = action(1, 0, 5);
    ck_assert_int_eq(publish_one(&item), ERR_OK);
    ck_assert_int_eq(recover(1, 123456), ERR_CORRUPT);
}
END_TEST

START_TEST(mark_inside_a_line_begins_with_the_next_one)
{
    memory_disk_set(&memory, ACTION(1) "\n" ACTION(2) "\n");
    sink_open();
    ck_assert_int_eq(recover(0, 7), ERR_OK);
    struct outgoing first = action(1, 0, 5);
    struct outgoing second = action(2, 0, 5);
    ck_assert(!is_published(&first));
    ck_assert(is_published(&second));
}
END_TEST

// A route rounds marks down, so that they stand anywhere in a line.
START_TEST(marks_of_several_shards_may_each_be_inside_a_line)
{
    static const size_t first_marks[] = {
        LINE_BYTES + 5, LINE_BYTES * 2 + 5, LINE_BYTES * 3 - 1, LINE_BYTES * 2};
    static const size_t other_marks[] = {
        LINE_BYTES * 2 - 1, LINE_BYTES + 6, LINE_BYTES + 5, LINE_BYTES + 4, 3, 0};
    for (size_t i = 0; i < sizeof(first_marks) / sizeof(first_marks[0]); i++) {
        memory_disk_set(&memory, ACTION(1) "\n" ACTION(2) "\n" ACTION(3) "\n");
        sink_open();
        ck_assert_int_eq(recover(0, first_marks[i]), ERR_OK);
        for (uint32_t k = 0; k < sizeof(other_marks) / sizeof(other_marks[0]); k++) {
            enum err err = recover(k + 1, other_marks[k]);
            ck_assert_msg(err == ERR_OK, "%zu, %zu: %s", i, (size_t)k, fault.text);
        }
        struct outgoing item = action(1, 1, 5);
        ck_assert(is_published(&item));
        item = action(2, 1, 5);
        ck_assert(is_published(&item));
        item = action(4, 1, 5);
        ck_assert(!is_published(&item));
        sink_close();
    }
}
END_TEST

START_TEST(mark_with_no_line_behind_it_is_damage)
{
    memory_disk_set(&memory, ACTION(1) "\n" ACTION(2));
    sink_open();
    ck_assert_int_eq(recover(0, LINE_BYTES + 3), ERR_CORRUPT);
    ck_assert(memory_disk_is(&memory, ACTION(1) "\n" ACTION(2)));
}
END_TEST

START_TEST(full_disk_takes_the_partial_write_back_and_goes_on_later)
{
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    struct outgoing item = action(1, 0, 5);
    memory.write_bytes_kept = 11;
    memory_disk_fail(&memory, 2, ERR_NOSPACE); // size, write
    ck_assert_int_eq(publish_one(&item), ERR_NOSPACE);
    ck_assert_uint_eq(memory.data.len, 0);
    ck_assert(!is_published(&item));
    ck_assert_int_eq(publish_one(&item), ERR_OK);
    ck_assert(memory_disk_is(&memory, ACTION(1) "\n"));
}
END_TEST

START_TEST(partial_write_that_stays_stops_the_sink)
{
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    struct outgoing item = action(1, 0, 5);
    memory.write_bytes_kept = 11;
    memory_disk_fail(&memory, 2, ERR_NOSPACE);
    memory.fail_to = 3; // the truncate too
    ck_assert_int_eq(publish_one(&item), ERR_IO);
    ck_assert_int_eq(publish_one(&item), ERR_IO);
    ck_assert_int_eq(recover(0, 0), ERR_IO);
    sink_close();
    sink_open(); // a restart finds a torn line
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    ck_assert_uint_eq(memory.data.len, 0);
}
END_TEST

START_TEST(failed_sync_is_never_retried)
{
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    struct outgoing item = action(1, 0, 5);
    memory_disk_fail(&memory, 3, ERR_IO);
    ck_assert_int_eq(publish_one(&item), ERR_SYNC);
    unsigned calls = memory.calls;
    ck_assert_int_eq(publish_one(&item), ERR_SYNC);
    ck_assert_int_eq(recover(0, 0), ERR_SYNC);
    ck_assert_uint_eq(memory.calls, calls);
}
END_TEST

START_TEST(another_writer_is_noticed)
{
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    buffer_add_text(&memory.data, "somebody else\n");
    struct outgoing item = action(1, 0, 5);
    ck_assert_int_eq(publish_one(&item), ERR_CORRUPT);
    ck_assert(memory_disk_is(&memory, "somebody else\n"));
}
END_TEST

START_TEST(other_kinds_are_left_out_and_count_as_published)
{
    ck_assert_int_eq(sink_open_kinds(OUTGOING_KINDS_DEAD_LETTERS), ERR_OK);
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    struct outgoing items[] = {action(1, 0, 5), action(2, 0, 5)};
    items[1].kind = OUTGOING_DEAD_LETTER;
    items[1].value = bytes_text(LETTER(2));
    ck_assert(is_published(&items[0]));
    ck_assert(!is_published(&items[1]));
    struct publish_shard shard = {.shard = 0, .sequence_last = 5};
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = items, .item_count = 2};
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &fault), ERR_OK);
    ck_assert(memory_disk_is(&memory, LETTER(2) "\n"));
    sink_close();
    ck_assert_int_eq(sink_open_kinds(OUTGOING_KINDS_DEAD_LETTERS), ERR_OK);
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    ck_assert(is_published(&items[1]));
}
END_TEST

START_TEST(failed_opening_leaves_nothing)
{
    memory_disk_fail(&memory, (unsigned)_i, ERR_IO);
    ck_assert_int_ne(sink_open_kinds(OUTGOING_KINDS_ALL), ERR_OK);
    ck_assert_ptr_null(sink.ops);
    ck_assert_ptr_nonnull(strstr(fault.text, "/out/actions.ndjson"));
}
END_TEST

// Walks a failure through every call of open, recover (with a torn line) and publish; restarts
// after each, as the daemon does: in the end every action is there once.
START_TEST(failure_at_any_call_loses_and_doubles_nothing)
{
    struct outgoing items[] = {action(1, 0, 1), action(2, 0, 2), action(3, 0, 3)};
    memory_disk_set(&memory, ACTION(1) "\n{\"specv");
    memory.write_bytes_kept = (size_t)_i * 7;
    memory_disk_fail(&memory, (unsigned)_i, _i % 2 == 0 ? ERR_IO : ERR_NOSPACE);
    unsigned next = 0;
    for (unsigned round = 0; next < 3; round++) {
        ck_assert_uint_lt(round, 10);
        sink_close();
        if (sink_open_kinds(OUTGOING_KINDS_ACTIONS) != ERR_OK || recover(0, 0) != ERR_OK)
            continue;
        for (next = 0; next < 3; next++) {
            if (!is_published(&items[next]) && publish_one(&items[next]) != ERR_OK)
                break;
        }
    }
    ck_assert(memory_disk_is(&memory, ACTION(1) "\n" ACTION(2) "\n" ACTION(3) "\n"));
}
END_TEST

START_TEST(long_tail_is_read_in_pieces)
{
    enum { LINES = 30000 };
    memory.exists = true;
    for (unsigned i = 0; i < LINES; i++)
        buffer_add_format(
            &memory.data, "{\"specversion\":\"1.0\",\"id\":\"%032x\",\"pad\":\"%0*u\"}\n", i,
            i % 90 + 1, i);
    sink_open();
    ck_assert_int_eq(recover(0, 0), ERR_OK);
    struct outgoing item = action(1, 0, 5);
    for (unsigned i = 0; i < LINES; i++) {
        item.id.low = i;
        ck_assert(is_published(&item));
    }
    item.id.low = LINES;
    ck_assert(!is_published(&item));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("file sink");
    TCase *tcase = tcase_create("exactly once");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, new_file_is_made_durable_with_its_directory);
    tcase_add_test(tcase, published_lines_are_durable_and_the_mark_is_the_size);
    tcase_add_test(tcase, frames_without_things_do_not_touch_the_disk);
    tcase_add_test(tcase, after_a_restart_what_is_in_the_file_is_published);
    tcase_add_test(tcase, publication_may_be_repeated);
    tcase_add_test(tcase, half_published_frame_is_completed);
    tcase_add_loop_test(tcase, torn_last_line_is_cut_off, 1, (int)LINE_BYTES);
    tcase_add_test(tcase, zeros_left_by_a_power_cut_are_cut_off);
    tcase_add_test(tcase, lines_found_are_durable_before_they_count_as_published);
    tcase_add_loop_test(
        tcase, file_that_is_not_ours_is_refused_and_kept, 0,
        (int)(sizeof(foreign_cases) / sizeof(foreign_cases[0])));
    tcase_add_loop_test(
        tcase, garbled_end_is_cut_off_where_it_begins, 0,
        (int)(sizeof(damage_cases) / sizeof(damage_cases[0])));
    tcase_add_test(tcase, damage_before_another_shards_mark_is_refused);
    tcase_add_test(tcase, file_shorter_than_the_mark_is_named);
    tcase_add_test(tcase, empty_file_is_a_new_one_whatever_the_mark);
    tcase_add_test(tcase, mark_inside_a_line_begins_with_the_next_one);
    tcase_add_test(tcase, marks_of_several_shards_may_each_be_inside_a_line);
    tcase_add_test(tcase, mark_with_no_line_behind_it_is_damage);
    tcase_add_test(tcase, full_disk_takes_the_partial_write_back_and_goes_on_later);
    tcase_add_test(tcase, partial_write_that_stays_stops_the_sink);
    tcase_add_test(tcase, failed_sync_is_never_retried);
    tcase_add_test(tcase, another_writer_is_noticed);
    tcase_add_test(tcase, other_kinds_are_left_out_and_count_as_published);
    tcase_add_loop_test(tcase, failed_opening_leaves_nothing, 1, 5);
    tcase_add_loop_test(tcase, failure_at_any_call_loses_and_doubles_nothing, 1, 16);
    tcase_add_test(tcase, long_tail_is_read_in_pieces);
    suite_add_tcase(suite, tcase);
    return suite;
}
