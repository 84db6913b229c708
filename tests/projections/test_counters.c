// Counters: bytes that are kept as they were written, whatever their length.
#include "projections/counter_entry.h"
#include "projections/counters.h"
#include "projections/state_internal.h"

#include "tests/projections/one_contact.h"
#include "tests/support/suite.h"

// Writes a counter whose bytes, those that are kept apart, are all `fill`; 0 bytes remove it.
static void write_filled(
    struct state *state, uint32_t counter, size_t len, size_t kept, uint8_t fill)
{
    uint8_t *bytes = counter_write(state, one, (struct name_id){counter}, len);
    ck_assert((bytes == NULL) == (len == 0));
    size_t i = kept;
    while (i < len && bytes[i] == 0)
        bytes[i++] = fill;
    ck_assert(i >= len);
}

START_TEST(a_counter_is_what_was_written)
{
    struct state *state = one_contact_open();
    uint64_t empty = state_frame_end(state);
    state_frame_begin(state, 0);
    ck_assert_uint_eq(counter_read(state, one, (struct name_id){4}).len, 0);
    ck_assert_ptr_null(counter_write(state, one, (struct name_id){4}, 0));
    ck_assert_uint_eq(state_frame_end(state), empty); // nothing to remove
    state_frame_begin(state, 0);
    write_filled(state, 4, 3, 0, 'a');
    write_filled(state, 1u << 22, 600, 0, 'b');
    write_filled(state, 5, 1, 0, 'c');
    ck_assert(bytes_equal_text(counter_read(state, one, (struct name_id){4}), "aaa"));
    ck_assert_uint_eq(counter_read(state, one, (struct name_id){1u << 22}).len, 600);
    ck_assert(bytes_equal_text(counter_read(state, one, (struct name_id){5}), "c"));
    write_filled(state, 4, 5, 3, 'd');
    ck_assert(bytes_equal_text(counter_read(state, one, (struct name_id){4}), "aaadd"));
    write_filled(state, 4, 2, 2, 0);
    ck_assert(bytes_equal_text(counter_read(state, one, (struct name_id){4}), "aa"));
    write_filled(state, 1u << 22, 0, 0, 0);
    ck_assert_uint_eq(counter_read(state, one, (struct name_id){1u << 22}).len, 0);
    ck_assert(bytes_equal_text(counter_read(state, one, (struct name_id){5}), "c"));
    write_filled(state, 4, 0, 0, 0);
    write_filled(state, 5, 0, 0, 0);
    ck_assert_uint_eq(state_frame_end(state), empty);
    state_close(state);
}
END_TEST

// Every length is reached from every other: what was there before is kept, what is new is zero.
START_TEST(a_counter_of_any_length_becomes_any_other)
{
    static const size_t lengths[] = {1,   7,   15,  16,  17,  31,  33,   64,   65,   500,
                                     509, 510, 511, 512, 513, 600, 1023, 1025, 5000, 70000};
    enum { COUNT = sizeof(lengths) / sizeof(lengths[0]) };
    struct state *state = one_contact_open();
    write_filled(state, 1, 20, 0, 'x');
    for (size_t from = 0; from < COUNT; from++) {
        for (size_t to = 0; to < COUNT; to++) {
            size_t kept = lengths[from] < lengths[to] ? lengths[from] : lengths[to];
            write_filled(state, 2, lengths[from], 0, 'f');
            write_filled(state, 3, 9, 0, 'z');
            write_filled(state, 2, lengths[to], kept, 't');
            struct bytes found = counter_read(state, one, (struct name_id){2});
            ck_assert_uint_eq(found.len, lengths[to]);
            size_t i = 0;
            while (i < found.len && found.data[i] == (i < kept ? 'f' : 't'))
                i++;
            ck_assert_uint_eq(i, found.len);
            ck_assert_uint_eq(counter_read(state, one, (struct name_id){1}).len, 20);
            ck_assert(bytes_equal_text(counter_read(state, one, (struct name_id){3}), "zzzzzzzzz"));
            write_filled(state, 2, 0, 0, 0);
            write_filled(state, 3, 0, 0, 0);
        }
    }
    one_contact_close(state);
}
END_TEST

// The record depends on what a counter is, not on how it came to that.
START_TEST(the_way_to_a_length_leaves_no_trace)
{
    struct state *grown = one_contact_open(), *written = one_contact_open();
    for (size_t len = 1; len <= 2000; len += 3)
        write_filled(grown, 2, len, len == 1 ? 0 : len - 3, 'g');
    write_filled(grown, 2, 700, 700, 0);
    write_filled(written, 2, 700, 0, 'g');
    ck_assert_uint_eq(state_frame_end(grown), state_frame_end(written));
    state_close(grown);
    state_close(written);
}
END_TEST

START_TEST(growing_by_little_mostly_finds_room)
{
    enum { STEP = 4, FROM = 256, TO = 8192 };
    struct state *state = one_contact_open();
    unsigned moves = 0;
    write_filled(state, 2, FROM, 0, 'g');
    for (size_t len = FROM + STEP; len <= TO; len += STEP) {
        size_t before = record_len(state_record(state, 1));
        write_filled(state, 2, len, len - STEP, 'g');
        moves += record_len(state_record(state, 1)) != before;
    }
    ck_assert_uint_le(moves, 5 * 8 + 1); // eight in each doubling
    size_t room = record_section(state_record(state, 1), SECTION_COUNTERS).len;
    ck_assert_uint_le(room, TO + TO / 8 + 8);
    one_contact_close(state);
}
END_TEST

START_TEST(counters_are_walked_in_order_of_arrival)
{
    struct state *state = one_contact_open();
    static const uint32_t names[] = {9, 2, 700, 4};
    struct name_id counter;
    struct bytes bytes;
    struct arena arena = {0};
    struct contact_view view;
    size_t at = 0;
    ck_assert(!counter_next(state, one, &at, &counter, &bytes));
    for (uint32_t i = 0; i < 4; i++)
        write_filled(state, names[i], (size_t)i * 300 + 1, 0, (uint8_t)names[i]);
    ck_assert_int_eq(contact_read(state, one, &arena, &view), ERR_OK);
    ck_assert_uint_eq(view.counter_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert(counter_next(state, one, &at, &counter, &bytes));
        ck_assert_uint_eq(counter.value, names[i]);
        ck_assert_uint_eq(bytes.len, i * 300 + 1);
        ck_assert_uint_eq(bytes.data[bytes.len - 1], (uint8_t)names[i]);
        ck_assert_uint_eq(view.counters[i].counter.value, names[i]);
        ck_assert(bytes_equal(view.counters[i].bytes, bytes));
    }
    ck_assert(!counter_next(state, one, &at, &counter, &bytes));
    arena_free(&arena);
    one_contact_close(state);
}
END_TEST

START_TEST(counters_beyond_their_bound_are_refused_and_counted)
{
    struct state *state = one_contact_open();
    struct state_counts counts;
    const struct name_id large = {2}, small = {3};
    write_filled(state, 3, 40, 0, 's');
    ck_assert_ptr_null(counter_write(state, one, large, COUNTERS_BYTES_MAX));
    ck_assert_ptr_null(counter_write(state, one, large, SIZE_MAX));
    ck_assert_ptr_null(counter_write(state, one, (struct name_id){0}, 1));
    ck_assert_uint_eq(counter_read(state, one, large).len, 0);
    write_filled(state, 2, COUNTERS_BYTES_MAX / 2, 0, 'l');
    ck_assert_ptr_null(counter_write(state, one, small, COUNTERS_BYTES_MAX / 2));
    ck_assert_uint_eq(counter_read(state, one, small).len, 40); // as before
    ck_assert_uint_eq(counter_read(state, one, large).len, COUNTERS_BYTES_MAX / 2);
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.changes_refused, 4);
    uint32_t name = 10;
    for (size_t len = COUNTERS_BYTES_MAX; len > 8; len /= 2) {
        while (counter_write(state, one, (struct name_id){name}, len) != NULL)
            name++;
    }
    size_t bytes = record_section(state_record(state, 1), SECTION_COUNTERS).len;
    ck_assert_uint_gt(bytes, COUNTERS_BYTES_MAX - 32);
    ck_assert_uint_le(bytes, COUNTERS_BYTES_MAX);
    write_filled(state, name, 8, 0, 't'); // finds room always
    write_filled(state, name + 1, 8, 0, 't');
    write_filled(state, name + 2, 8, 0, 't');
    ck_assert_ptr_null(counter_write(state, one, small, 100));
    write_filled(state, 3, 30, 30, 0); // as short as that is no more than before
    one_contact_close(state);
}
END_TEST

START_TEST(a_record_whose_counters_do_not_fit_is_damaged)
{
    struct state *state = one_contact_open();
    write_filled(state, 2, 10, 0, 'a');
    write_filled(state, 3, 600, 0, 'b');
    const uint8_t *record = state_record(state, 1);
    size_t len = record_len(record);
    size_t at = record_section_at(record, SECTION_COUNTERS);
    uint8_t copy[4096];
    memcpy(copy, record, len);
    ck_assert_int_eq(record_check(bytes_of(copy, len)), ERR_OK);
    copy[at]++; // the first is longer by one
    ck_assert_int_eq(record_check(bytes_of(copy, len)), ERR_CORRUPT);
    copy[at]--;
    put_u32(copy + at + 4 + 10 + 4, 510); // the long form of a short length
    ck_assert_int_eq(record_check(bytes_of(copy, len)), ERR_CORRUPT);
    put_u32(copy + at + 4 + 10 + 4, UINT32_MAX);
    ck_assert_int_eq(record_check(bytes_of(copy, len)), ERR_CORRUPT);
    one_contact_close(state);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("counters");
    TCase *counters = tcase_create("counters");
    tcase_set_timeout(counters, 60);
    tcase_add_test(counters, a_counter_is_what_was_written);
    tcase_add_test(counters, a_counter_of_any_length_becomes_any_other);
    tcase_add_test(counters, the_way_to_a_length_leaves_no_trace);
    tcase_add_test(counters, growing_by_little_mostly_finds_room);
    tcase_add_test(counters, counters_are_walked_in_order_of_arrival);
    tcase_add_test(counters, counters_beyond_their_bound_are_refused_and_counted);
    tcase_add_test(counters, a_record_whose_counters_do_not_fit_is_damaged);
    suite_add_tcase(suite, counters);
    return suite;
}
