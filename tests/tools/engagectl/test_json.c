// Reading JSON: what is in it, and everything that is none.
#include <inttypes.h>

#include "engine/base/text.h"
#include "tools/engagectl/json.h"

#include "tests/support/suite.h"

static const struct text_case {
    const char *json;
    const char *want;
} text_cases[] = {
    {"\"\"", ""},
    {"\"plain\"", "plain"},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
    {"\"\\u00e9\\u20AC\"", "é€"},
    {"\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80"},
    {"\"Zoë\"", "Zoë"},
    {"  -12.5e3 ", "-12.5e3"},
    {"true", "true"},
};
enum { TEXT_COUNT = sizeof(text_cases) / sizeof(text_cases[0]) };

START_TEST(a_value_is_read_as_its_text)
{
    struct arena arena = {0};
    struct json *json = NULL;
    ck_assert_int_eq(json_read(bytes_text(text_cases[_i].json), &arena, &json), ERR_OK);
    ck_assert_msg(bytes_equal_text(json->text, text_cases[_i].want), "%s", text_cases[_i].json);
    arena_free(&arena);
}
END_TEST

static const char *const bad_cases[] = {
    "",
    " ",
    "{",
    "}",
    "[1",
    "[1,]",
    "{\"a\"}",
    "{\"a\":}",
    "{a:1}",
    "{\"a\":1,}",
    "\"open",
    "\"\\\"",
    "\"\\",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\ud800\"",
    "\"\\ud800\\u0041\"",
    "\"\\udc00\"",
    "\"a\nb\"",
    "nul",
    "truely",
    "1 2",
    "[1] x",
    "+1",
    "<html>",
    "{\"a\":1]",
};
enum { BAD_COUNT = sizeof(bad_cases) / sizeof(bad_cases[0]) };

START_TEST(what_is_no_json_is_refused)
{
    struct arena arena = {0};
    struct json *json = NULL;
    ck_assert_msg(
        json_read(bytes_text(bad_cases[_i]), &arena, &json) == ERR_INVALID, "%s", bad_cases[_i]);
    ck_assert_ptr_null(json);
    arena_free(&arena);
}
END_TEST

START_TEST(members_are_found_by_name)
{
    static const char text[] =
        "{ \"a\" : [1, {\"b\": null}], \"n\":-7, \"big\":1234567890123456789012, \"s\":\"x\" }";
    struct arena arena = {0};
    struct json *json = NULL;
    ck_assert_int_eq(json_read(bytes_text(text), &arena, &json), ERR_OK);
    const struct json *list = json_member(json, "a");
    ck_assert_int_eq(list->kind, JSON_LIST);
    ck_assert(bytes_equal_text(list->raw, "[1, {\"b\": null}]"));
    ck_assert_int_eq(list->first->next->first->kind, JSON_NULL);
    ck_assert_ptr_null(list->first->next->next);
    ck_assert_int_eq(json_integer(json, "n", 0), -7);
    ck_assert_int_eq(json_integer(json, "big", 3), 3);
    ck_assert_int_eq(json_integer(json, "s", 4), 4);
    ck_assert_int_eq(json_integer(json, "none", 5), 5);
    ck_assert(bytes_equal_text(json_text(json, "s"), "x"));
    ck_assert_uint_eq(json_text(json, "none").len, 0);
    ck_assert_ptr_null(json_member(list, "a"));
    ck_assert_ptr_null(json_member(NULL, "a"));
    arena_free(&arena);
}
END_TEST

START_TEST(nesting_has_a_bound)
{
    for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        struct arena arena = {0};
        struct buffer text = {0};
        struct json *json = NULL;
        for (size_t i = 0; i < depth; i++)
            buffer_add_u8(&text, '[');
        buffer_add_u8(&text, '1');
        for (size_t i = 0; i < depth; i++)
            buffer_add_u8(&text, ']');
        enum err want = depth > JSON_DEPTH_MAX ? ERR_INVALID : ERR_OK;
        ck_assert_int_eq(json_read(buffer_bytes(&text), &arena, &json), want);
        buffer_free(&text);
        arena_free(&arena);
    }
}
END_TEST

// Whatever bytes a text has, what the engine writes of it is read back.
START_TEST(texts_that_the_engine_writes_are_read_back)
{
    uint64_t seed = test_seed() + (uint64_t)_i;
    struct arena arena = {0};
    struct buffer text = {0};
    struct buffer json_text_of_it = {0};
    struct json *json = NULL;
    for (size_t i = 0; i < 64; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        buffer_add_u8(&text, (uint8_t)(seed >> 57)); // ASCII, controls too
    }
    text_add_json(&json_text_of_it, buffer_bytes(&text));
    ck_assert_int_eq(json_read(buffer_bytes(&json_text_of_it), &arena, &json), ERR_OK);
    ck_assert(bytes_equal(json->text, buffer_bytes(&text)));
    buffer_free(&text);
    buffer_free(&json_text_of_it);
    arena_free(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/json");
    TCase *tcase = tcase_create("json");
    tcase_add_loop_test(tcase, a_value_is_read_as_its_text, 0, TEXT_COUNT);
    tcase_add_loop_test(tcase, what_is_no_json_is_refused, 0, BAD_COUNT);
    tcase_add_test(tcase, members_are_found_by_name);
    tcase_add_test(tcase, nesting_has_a_bound);
    tcase_add_loop_test(tcase, texts_that_the_engine_writes_are_read_back, 0, 20);
    suite_add_tcase(suite, tcase);
    return suite;
}
