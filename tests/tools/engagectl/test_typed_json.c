// Typed values as JSON, read and written: what is read is written again the same, and what is no typed value is
// refused.
#include <stdlib.h>

#include "tools/engagectl/typed_json.h"

#include "tests/support/suite.h"

static struct arena arena;
static struct cel_eval eval;
static struct buffer written;

static void set_up(void)
{
    arena = (struct arena){0};
    eval = (struct cel_eval){.cost_left = CEL_COST_MAX};
    written = (struct buffer){0};
}

static void tear_down(void)
{
    arena_free(&arena);
    cel_eval_free(&eval);
    buffer_free(&written);
}

static struct json *read_json(const char *text)
{
    struct json *json;
    ck_assert_int_eq(json_read(bytes_text(text), &arena, &json), ERR_OK);
    return json;
}

static void expect_written(const char *wanted)
{
    buffer_add_u8(&written, 0);
    ck_assert_str_eq((const char *)written.data, wanted);
}

#define T(type, value) "{\"type\":\"" type "\",\"value\":" value "}"

// What is written where it differs from what was read; NULL: the same.
static const struct {
    const char *read, *wanted;
} values[] = {
    {T("null", "null"), NULL},
    {T("bool", "false"), NULL},
    {T("int", "\"-9223372036854775808\""), NULL},
    {T("uint", "\"18446744073709551615\""), NULL},
    {T("double", "\"0.1\""), NULL},
    {T("double", "\"-0\""), NULL},
    {T("double", "\"NaN\""), NULL},
    {T("double", "\"-Infinity\""), NULL},
    {T("double", "\"1.5e+300\""), NULL},
    {T("double", "\"5e-324\""), NULL},
    {T("double", "\"1.50\""), T("double", "\"1.5\"")},
    {T("string", "\"\""), NULL},
    {T("string", "\"caf\xC3\xA9 \\\"\\n\\u0000\""), NULL},
    {T("string", "\"\\u00e9\\ud83d\\ude00\""), T("string", "\"\xC3\xA9\xF0\x9F\x98\x80\"")},
    {T("bytes", "\"\""), NULL},
    {T("bytes", "\"/wA=\""), NULL},
    {T("timestamp", "\"2009-02-13T23:31:30Z\""), NULL},
    {T("timestamp", "\"0001-01-01T00:00:00Z\""), NULL},
    {T("timestamp", "\"9999-12-31T23:59:59.999999999Z\""), NULL},
    {T("timestamp", "\"2009-02-14T06:31:30+07:00\""), T("timestamp", "\"2009-02-13T23:31:30Z\"")},
    {T("duration", "\"0s\""), NULL},
    {T("duration", "\"-1.500000001s\""), NULL},
    {T("duration", "\"-0.5s\""), NULL},
    {T("type", "\"int\""), NULL},
    {T("type", "\"list\""), NULL},
    {T("type", "\"map\""), NULL},
    {T("type", "\"null_type\""), NULL},
    {T("type", "\"google.protobuf.Timestamp\""), NULL},
    {T("type", "\"google.protobuf.Duration\""), NULL},
    {T("list", "[]"), NULL},
    {T("list", "[" T("int", "\"1\"") "," T("list", "[" T("null", "null") "]") "]"), NULL},
    {T("map", "[]"), NULL},
    {T("map",
       "[[" T("string", "\"k\"") "," T("map", "[]") "],[" T("bool", "true") "," T(
           "int", "\"1\"") "]]"),
     NULL},
};

START_TEST(what_is_read_is_written_again)
{
    struct cel_value value;
    ck_assert(typed_json_read(&arena, read_json(values[_i].read), &value));
    ck_assert(typed_json_add(&written, &eval, value));
    expect_written(values[_i].wanted == NULL ? values[_i].read : values[_i].wanted);
}
END_TEST

static const char *const refused[] = {
    "1",
    "{}",
    "{\"type\":\"int\"}",
    "{\"value\":\"1\"}",
    T("int", "1"),
    T("int", "\"\""),
    T("int", "\"1.0\""),
    T("int", "\"9223372036854775808\""),
    T("uint", "\"-1\""),
    T("uint", "\"18446744073709551616\""),
    T("double", "\"one\""),
    T("double", "\"\""),
    T("double", "1.5"),
    T("bool", "\"true\""),
    T("bool", "null"),
    T("null", "0"),
    T("string", "null"),
    T("bytes", "\"*\""),
    T("timestamp", "\"2009-02-30T00:00:00Z\""),
    T("timestamp", "\"10000-01-01T00:00:00Z\""),
    T("duration", "\"1\""),
    T("type", "\"interval\""),
    T("list", "{}"),
    T("list", "[1]"),
    T("map", "[1]"),
    T("map", "[[" T("int", "\"1\"") "]]"),
    T("map", "[[" T("double", "\"1\"") "," T("null", "null") "]]"),
    T("map",
      "[[" T("int", "\"1\"") "," T("null", "null") "],[" T("uint", "\"1\"") "," T(
          "null", "null") "]]"),
    T("optional", "null"),
};

START_TEST(what_is_no_typed_value_is_refused)
{
    struct cel_value value;
    ck_assert(!typed_json_read(&arena, read_json(refused[_i]), &value));
}
END_TEST

static const struct {
    const char *read;
    enum cel_kind kind;
    const char *wanted; // NULL: the same
} plain[] = {
    {"1", CEL_INT, NULL},
    {"-9223372036854775808", CEL_INT, NULL},
    {"9223372036854775808", CEL_UINT, NULL},
    {"1.5", CEL_DOUBLE, NULL},
    {"1.0", CEL_DOUBLE, "1"},
    {"1e3", CEL_DOUBLE, "1000"},
    {"1E-7", CEL_DOUBLE, "1e-07"},
    {"null", CEL_NULL, NULL},
    {"\"a\\tb\"", CEL_STRING, NULL},
    {"[1, [], {}]", CEL_LIST, NULL},
    {"{\"b\": 1, \"a\": {\"c\": true}}", CEL_MAP, NULL},
};

START_TEST(plain_values_have_the_kind_that_their_text_says)
{
    struct cel_value value;
    ck_assert(plain_json_read(&arena, read_json(plain[_i].read), &value));
    ck_assert_int_eq(value.kind, plain[_i].kind);
    ck_assert(plain_json_add(&written, &eval, value));
    expect_written(plain[_i].wanted == NULL ? plain[_i].read : plain[_i].wanted);
}
END_TEST

START_TEST(plain_values_that_no_number_or_map_can_hold_are_refused)
{
    static const char *const texts[] = {
        "18446744073709551616", "-9223372036854775809", "1e999", "[1e999]", "{\"a\":1,\"a\":2}"};
    struct cel_value value;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_msg(!plain_json_read(&arena, read_json(texts[i]), &value), "%s", texts[i]);
}
END_TEST

START_TEST(a_value_that_holds_itself_many_times_is_cut)
{
    struct cel_value value = cel_null();
    for (int depth = 0; depth < 64; depth++) {
        struct cel_value *items = arena_alloc(&arena, 2 * sizeof(*items));
        items[0] = value;
        items[1] = value;
        value = cel_list_of(&arena, items, 2);
    }
    ck_assert(!plain_json_add(&written, &eval, value));
    ck_assert_uint_lt(written.len, VALUE_JSON_BYTES_MAX + 1000);
    buffer_clear(&written);
    ck_assert(!typed_json_add(&written, &eval, value));
    ck_assert_uint_lt(written.len, VALUE_JSON_BYTES_MAX + 3000);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("typed JSON");
    TCase *cases = tcase_create("values");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(
        cases, what_is_read_is_written_again, 0, sizeof(values) / sizeof(values[0]));
    tcase_add_loop_test(
        cases, what_is_no_typed_value_is_refused, 0, sizeof(refused) / sizeof(refused[0]));
    tcase_add_loop_test(
        cases, plain_values_have_the_kind_that_their_text_says, 0,
        sizeof(plain) / sizeof(plain[0]));
    tcase_add_test(cases, plain_values_that_no_number_or_map_can_hold_are_refused);
    tcase_add_test(cases, a_value_that_holds_itself_many_times_is_cut);
    suite_add_tcase(suite, cases);
    return suite;
}
