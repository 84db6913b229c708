// UTF-8, JSON strings and numbers, points, near words.
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/text.h"

#include "tests/support/suite.h"

static const struct {
    const char *name;
    const char *text;
    bool is_valid;
} utf8s[] = {
    {"empty", "", true},
    {"long ASCII", "the quick brown fox jumps over the lazy dog", true},
    {"two, three and four bytes", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", true},
    {"last code point", "\xf4\x8f\xbf\xbf", true},
    {"just outside the surrogates", "\xed\x9f\xbf\xee\x80\x80", true},
    {"beyond the last code point", "\xf4\x90\x80\x80", false},
    {"surrogate", "\xed\xa0\x80", false},
    {"overlong two", "\xc0\x80", false},
    {"overlong three", "\xe0\x9f\xbf", false},
    {"overlong four", "\xf0\x8f\xbf\xbf", false},
    {"continuation first", "\x80", false},
    {"cut at the end", "abcdefgh\xe2\x82", false},
    {"ASCII where a continuation should be", "\xe2\x28\xa1", false},
    {"invalid after eight ASCII bytes", "abcdefgh\xff", false},
    {"f5", "\xf5\x80\x80\x80", false},
};

START_TEST(utf8_is_strict)
{
    ck_assert_msg(
        text_is_utf8(bytes_text(utf8s[_i].text)) == utf8s[_i].is_valid, "%s", utf8s[_i].name);
}
END_TEST

static const struct {
    const char *text;
    size_t len;
    const char *want;
} strings[] = {
    {"", 0, "\"\""},
    {"plain", 5, "\"plain\""},
    {"a\"b\\c", 5, "\"a\\\"b\\\\c\""},
    {"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
    {"\0\x1f", 2, "\"\\u0000\\u001f\""},
    {"\x7f/", 2, "\"\x7f/\""},
    {"\xc3\xa9", 2, "\"\xc3\xa9\""},
    {"a\xff"
     "b",
     3,
     "\"a\xef\xbf\xbd"
     "b\""},
    {"\xe2\x82", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
};

START_TEST(json_strings_are_escaped)
{
    struct buffer buffer = {0};
    text_add_json(&buffer, bytes_of(strings[_i].text, strings[_i].len));
    ck_assert(bytes_equal_text(buffer_bytes(&buffer), strings[_i].want));
    buffer_free(&buffer);
}
END_TEST

// Plain text is copied by eights: what is not plain counts wherever it stands in them.
START_TEST(json_strings_are_escaped_wherever_it_is)
{
    static const struct {
        const char *text, *want;
    } specials[] = {{"\"", "\\\""}, {"\\", "\\\\"}, {"\x1f", "\\u001f"}, {"\x80", "\xef\xbf\xbd"}};
    enum { LONGEST = 27 };
    for (size_t len = 1; len <= LONGEST; len++) {
        for (size_t at = 0; at < len; at++) {
            char text[LONGEST + 1], want[LONGEST + 16];
            memset(text, '~', len);
            memset(text, '!', at);
            text[at] = specials[_i].text[0];
            text[len] = '\0';
            int want_len = snprintf(
                want, sizeof(want), "\"%.*s%s%s\"", (int)at, text, specials[_i].want,
                text + at + 1);
            struct buffer buffer = {0};
            text_add_json(&buffer, bytes_of(text, len));
            ck_assert_uint_eq(buffer.len, (size_t)want_len);
            ck_assert_mem_eq(buffer.data, want, buffer.len);
            buffer_free(&buffer);
        }
    }
}
END_TEST

START_TEST(decimals_print)
{
    static const uint64_t numbers[] = {0, 9, 10, UINT64_C(4294967296), UINT64_MAX};
    char want[32];
    struct buffer buffer = {0};
    buffer_add_decimal(&buffer, numbers[_i]);
    (void)snprintf(want, sizeof(want), "%" PRIu64, numbers[_i]);
    ck_assert_uint_eq(buffer.len, strlen(want));
    ck_assert_mem_eq(buffer.data, want, buffer.len);
    buffer_free(&buffer);
}
END_TEST

static const struct {
    const char *text;
    int64_t want_milli;
    const char *back;
} points[] = {
    {"0", 0, "0"},
    {"7", 7000, "7"},
    {"42.5", 42500, "42.5"},
    {"-0.125", -125, "-0.125"},
    {"0.001", 1, "0.001"},
    {"0.010", 10, "0.01"},
    {"1.100", 1100, "1.1"},
    {"007", 7000, "7"},
    {"-0", 0, "0"},
    {"9000000000000", 9000000000000000, "9000000000000"},
    {"-9000000000000.000", -9000000000000000, "-9000000000000"},
};

START_TEST(points_are_thousandths)
{
    int64_t got_milli = 1;
    ck_assert_msg(milli_parse(bytes_text(points[_i].text), &got_milli), "%s", points[_i].text);
    ck_assert_int_eq(got_milli, points[_i].want_milli);
    struct buffer buffer = {0};
    milli_add(&buffer, got_milli);
    ck_assert(bytes_equal_text(buffer_bytes(&buffer), points[_i].back));
    buffer_free(&buffer);
}
END_TEST

static const char *const bad_points[] = {
    "",
    "-",
    ".",
    "1.",
    ".5",
    "-.5",
    "1.2345",
    "1e3",
    "+1",
    " 1",
    "1 ",
    "0x10",
    "9000000000000.001",
    "1,5",
    "1.2.3",
    "--1",
    "nan",
    "99999999999999999999999"};

START_TEST(what_is_no_number_of_points_is_refused)
{
    int64_t got_milli = 42;
    ck_assert_msg(!milli_parse(bytes_text(bad_points[_i]), &got_milli), "%s", bad_points[_i]);
    ck_assert_int_eq(got_milli, 42);
}
END_TEST

START_TEST(the_extremes_of_points_print)
{
    struct buffer buffer = {0};
    milli_add(&buffer, INT64_MIN);
    ck_assert(bytes_equal_text(buffer_bytes(&buffer), "-9223372036854775.808"));
    buffer_free(&buffer);
}
END_TEST

static const struct {
    double value;
    const char *want;
} doubles[] = {
    {0.0, "0"},
    {-0.0, "0"},
    {1.0, "1"},
    {-17.0, "-17"},
    {0.1, "0.1"},
    {42.5, "42.5"},
    {1e14, "100000000000000"},
    {1e15, "1e+15"},
    {1.0 / 3, "0.3333333333333333"},
    {5e-324, "5e-324"},
    {DBL_MAX, "1.7976931348623157e+308"},
    {(double)INFINITY, "null"},
    {(double)NAN, "null"},
};

START_TEST(doubles_print_as_the_shortest_that_reads_back)
{
    struct buffer buffer = {0};
    text_add_double(&buffer, doubles[_i].value);
    buffer_add_u8(&buffer, 0);
    ck_assert_str_eq((const char *)buffer.data, doubles[_i].want);
    buffer_free(&buffer);
}
END_TEST

START_TEST(any_double_reads_back)
{
    struct buffer buffer = {0};
    for (uint64_t i = 0; i < 5000; i++) {
        uint64_t bits = hash_mix(test_seed() + i);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        buffer_clear(&buffer);
        text_add_double(&buffer, value);
        buffer_add_u8(&buffer, 0);
        double back = strtod((const char *)buffer.data, NULL);
        ck_assert_mem_eq(&back, &value, sizeof(value));
    }
    buffer_free(&buffer);
}
END_TEST

START_TEST(a_near_word_is_found_and_a_far_one_is_not)
{
    static const char *const words[] = {"score", "scores", "segment", "on", "listen"};
    ck_assert_str_eq(text_nearest(BYTES_LITERAL("scroe"), words, 5), "score"); // swapped
    ck_assert_str_eq(text_nearest(BYTES_LITERAL("scorse"), words, 5), "score");
    ck_assert_str_eq(text_nearest(BYTES_LITERAL("scoress"), words, 5), "scores");
    ck_assert_str_eq(text_nearest(BYTES_LITERAL("segmnet"), words, 5), "segment");
    ck_assert_str_eq(text_nearest(BYTES_LITERAL("o"), words, 5), "on");
    ck_assert_str_eq(text_nearest(BYTES_LITERAL("listn"), words, 5), "listen");
    ck_assert_ptr_null(text_nearest(BYTES_LITERAL("zzzzz"), words, 5));
    ck_assert_ptr_null(text_nearest(BYTES_LITERAL("xy"), words, 5));
    ck_assert_ptr_null(text_nearest(BYTES_LITERAL(""), words, 5));
    ck_assert_ptr_null(text_nearest(BYTES_LITERAL("score"), words, 0));

    static const char *const nothing[] = {""}; // a name that is hidden here
    ck_assert_ptr_null(text_nearest(BYTES_LITERAL("y"), nothing, 1));
}
END_TEST

START_TEST(looking_for_near_words_ends_after_so_many_steps)
{
    static const char *const words[] = {"scores", "segment"};
    size_t steps = 0, found = 0;
    while (text_nearest_bounded(BYTES_LITERAL("score"), words, 2, &steps) != NULL)
        found++;
    ck_assert_uint_ge(steps, TEXT_NEAREST_STEPS_MAX);
    ck_assert_uint_le(steps, TEXT_NEAREST_STEPS_MAX + 100);
    ck_assert_uint_ge(
        found, TEXT_NEAREST_STEPS_MAX / 80); // 30 for the near one, and 5 for looking at each
    ck_assert_str_eq(text_nearest(BYTES_LITERAL("score"), words, 2), "scores");
}
END_TEST

START_TEST(words_too_long_to_compare_are_left_alone)
{
    char text[200];
    memset(text, 'a', sizeof(text));
    text[100] = '\0';
    const char *const words[] = {text};
    ck_assert_ptr_null(text_nearest(bytes_of(text, 60), words, 1));
    ck_assert_ptr_null(text_nearest(bytes_of(text, 100), words, 1));
}
END_TEST

static const struct {
    int64_t duration_ms;
    const char *want;
} durations[] = {
    {0, "0s"},      {1, "1ms"},         {1500, "1500ms"},  {10000, "10s"},    {90000, "90s"},
    {300000, "5m"}, {129600000, "36h"}, {172800000, "2d"}, {604800000, "7d"},
};

START_TEST(a_duration_prints_in_its_largest_whole_unit)
{
    struct buffer buffer = {0};
    duration_add(&buffer, durations[_i].duration_ms);
    ck_assert(bytes_equal_text(buffer_bytes(&buffer), durations[_i].want));
    buffer_free(&buffer);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *test_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = tcase_create("text");
    tcase_add_loop_test(tcase, utf8_is_strict, 0, COUNT(utf8s));
    tcase_add_loop_test(tcase, json_strings_are_escaped, 0, COUNT(strings));
    tcase_add_loop_test(tcase, json_strings_are_escaped_wherever_it_is, 0, 4);
    tcase_add_loop_test(tcase, decimals_print, 0, 5);
    tcase_add_loop_test(tcase, points_are_thousandths, 0, COUNT(points));
    tcase_add_loop_test(tcase, what_is_no_number_of_points_is_refused, 0, COUNT(bad_points));
    tcase_add_test(tcase, the_extremes_of_points_print);
    tcase_add_loop_test(tcase, doubles_print_as_the_shortest_that_reads_back, 0, COUNT(doubles));
    tcase_add_test(tcase, any_double_reads_back);
    tcase_add_loop_test(tcase, a_duration_prints_in_its_largest_whole_unit, 0, COUNT(durations));
    tcase_add_test(tcase, a_near_word_is_found_and_a_far_one_is_not);
    tcase_add_test(tcase, looking_for_near_words_ends_after_so_many_steps);
    tcase_add_test(tcase, words_too_long_to_compare_are_left_alone);
    suite_add_tcase(suite, tcase);
    return suite;
}
