// Views, cursors and buffers: what is written reads back, and reading never goes past the end.
#include <stdlib.h>

#include "engine/base/buffer.h"
#include "engine/base/bytes.h"

#include "tests/support/suite.h"

START_TEST(order_is_that_of_memcmp_and_a_prefix_comes_first)
{
    ck_assert_int_lt(bytes_compare(BYTES_LITERAL("ab"), BYTES_LITERAL("b")), 0);
    ck_assert_int_lt(bytes_compare(BYTES_LITERAL("ab"), BYTES_LITERAL("abc")), 0);
    ck_assert_int_gt(bytes_compare(BYTES_LITERAL("\xff"), BYTES_LITERAL("a")), 0);
    ck_assert_int_eq(bytes_compare(bytes_of(NULL, 0), BYTES_LITERAL("")), 0);
    ck_assert_int_lt(bytes_compare(bytes_of(NULL, 0), BYTES_LITERAL("a")), 0);
    ck_assert(bytes_equal(bytes_of(NULL, 0), BYTES_LITERAL("")));
    ck_assert(!bytes_equal(BYTES_LITERAL("a"), BYTES_LITERAL("b")));
}
END_TEST

START_TEST(everything_written_reads_back)
{
    struct buffer buffer = {0};
    buffer_add_u8(&buffer, 0xfe);
    buffer_add_u16(&buffer, 0xfedc);
    buffer_add_u32(&buffer, 0xfedcba98U);
    buffer_add_u64(&buffer, UINT64_C(0xfedcba9876543210));
    buffer_add_sized(&buffer, BYTES_LITERAL("hello"));
    buffer_add_sized(&buffer, bytes_of(NULL, 0));
    buffer_add_text(&buffer, "x");
    buffer_add_format(&buffer, "%d-%s", 7, "y");

    struct cursor cursor = cursor_of(buffer_bytes(&buffer));
    ck_assert_uint_eq(cursor_u8(&cursor), 0xfe);
    ck_assert_uint_eq(cursor_u16(&cursor), 0xfedc);
    ck_assert_uint_eq(cursor_u32(&cursor), 0xfedcba98U);
    ck_assert_uint_eq(cursor_u64(&cursor), UINT64_C(0xfedcba9876543210));
    ck_assert(bytes_equal_text(cursor_sized(&cursor), "hello"));
    ck_assert_uint_eq(cursor_sized(&cursor).len, 0);
    ck_assert(bytes_equal_text(cursor_bytes(&cursor, 4), "x7-y"));
    ck_assert_uint_eq(cursor_left(&cursor), 0);
    ck_assert(!cursor.has_failed);
    buffer_free(&buffer);
    ck_assert_ptr_null(buffer.data);
}
END_TEST

START_TEST(integers_lie_little_endian)
{
    uint8_t at[8];
    put_u64(at, UINT64_C(0x0807060504030201));
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(at[i], i + 1);
}
END_TEST

static const uint64_t varints[] = {
    0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_C(1) << 63, UINT64_MAX};

START_TEST(varint_reads_back)
{
    struct buffer buffer = {0};
    buffer_add_varint(&buffer, varints[_i]);
    buffer_add_zigzag(&buffer, (int64_t)varints[_i]);
    buffer_add_zigzag(&buffer, -(int64_t)(varints[_i] >> 1) - 1);
    struct cursor cursor = cursor_of(buffer_bytes(&buffer));
    ck_assert_uint_eq(cursor_varint(&cursor), varints[_i]);
    ck_assert_int_eq(cursor_zigzag(&cursor), (int64_t)varints[_i]);
    ck_assert_int_eq(cursor_zigzag(&cursor), -(int64_t)(varints[_i] >> 1) - 1);
    ck_assert(!cursor.has_failed);
    ck_assert_uint_eq(cursor_left(&cursor), 0);
    buffer_free(&buffer);
}
END_TEST

START_TEST(small_numbers_of_either_sign_take_one_byte)
{
    struct buffer buffer = {0};
    buffer_add_zigzag(&buffer, -64);
    buffer_add_zigzag(&buffer, 63);
    ck_assert_uint_eq(buffer.len, 2);
    ck_assert_uint_eq(buffer.data[0], 127);
    ck_assert_uint_eq(buffer.data[1], 126);
    buffer_free(&buffer);
}
END_TEST

static const struct {
    const char *name;
    const char *data;
    size_t len;
} bad_varints[] = {
    {"nothing", "", 0},
    {"cut in the middle", "\x80\x80", 2},
    {"eleven bytes", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11},
    {"a 65th bit", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},
};

START_TEST(malformed_varint_fails)
{
    struct cursor cursor = cursor_of(bytes_of(bad_varints[_i].data, bad_varints[_i].len));
    ck_assert_uint_eq(cursor_varint(&cursor), 0);
    ck_assert_msg(cursor.has_failed, "%s", bad_varints[_i].name);
}
END_TEST

START_TEST(reading_past_the_end_fails_for_good)
{
    struct cursor cursor = cursor_of(BYTES_LITERAL("\x01\x02\x03"));
    ck_assert_uint_eq(cursor_u32(&cursor), 0);
    ck_assert(cursor.has_failed);
    ck_assert_uint_eq(cursor_u8(&cursor), 0); // though bytes are there
    ck_assert_uint_eq(cursor_left(&cursor), 0);
    ck_assert_uint_eq(cursor_bytes(&cursor, 0).len, 0);

    cursor = cursor_of(bytes_of(NULL, 0));
    ck_assert_uint_eq(cursor_u16(&cursor), 0);
    ck_assert(cursor.has_failed);
}
END_TEST

START_TEST(a_size_beyond_what_is_left_fails)
{
    struct cursor cursor = cursor_of(BYTES_LITERAL("\x04"
                                                   "abc"));
    ck_assert_uint_eq(cursor_sized(&cursor).len, 0);
    ck_assert(cursor.has_failed);
    cursor = cursor_of(BYTES_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    ck_assert_uint_eq(cursor_sized(&cursor).len, 0);
    ck_assert(cursor.has_failed);
}
END_TEST

START_TEST(buffer_grows_and_keeps_what_it_has)
{
    struct buffer buffer = {0};
    for (unsigned i = 0; i < 10000; i++)
        buffer_add_u32(&buffer, i);
    for (unsigned i = 0; i < 10000; i++)
        ck_assert_uint_eq(get_u32(buffer.data + (size_t)i * 4), i);
    size_t cap = buffer.cap;
    buffer_clear(&buffer);
    ck_assert_uint_eq(buffer.len, 0);
    ck_assert_uint_eq(buffer.cap, cap);
    (void)buffer_reserve(&buffer, cap);
    ck_assert_uint_eq(buffer.cap, cap);
    buffer_free(&buffer);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("bytes");
    TCase *views = tcase_create("views");
    tcase_add_test(views, order_is_that_of_memcmp_and_a_prefix_comes_first);
    tcase_add_test(views, integers_lie_little_endian);
    suite_add_tcase(suite, views);
    TCase *cursors = tcase_create("cursors and buffers");
    tcase_add_test(cursors, everything_written_reads_back);
    tcase_add_loop_test(cursors, varint_reads_back, 0, sizeof(varints) / sizeof(varints[0]));
    tcase_add_test(cursors, small_numbers_of_either_sign_take_one_byte);
    tcase_add_loop_test(
        cursors, malformed_varint_fails, 0, sizeof(bad_varints) / sizeof(bad_varints[0]));
    tcase_add_test(cursors, reading_past_the_end_fails_for_good);
    tcase_add_test(cursors, a_size_beyond_what_is_left_fails);
    tcase_add_test(cursors, buffer_grows_and_keeps_what_it_has);
    suite_add_tcase(suite, cursors);
    return suite;
}
