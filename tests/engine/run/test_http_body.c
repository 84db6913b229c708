// Bodies as messages, and what stands in a path or query.
#include <stdio.h>
#include <string.h>

#include "engine/run/http_body.h"
#include "engine/run/http_text.h"

#include "tests/support/suite.h"

static const struct body_case {
    const char *content_type; // NULL: not said
    const char *body;
    unsigned status;
    size_t elements;
    size_t headers; // that each of them has, of the two sent
} body_cases[] = {
    {NULL, "{\"a\":1}", 0, 1, 2},
    {NULL, " [1,2]", 0, 2, 0},
    {"application/json", "[{},\"],\",[3]]\n", 0, 3, 0},
    {"application/cloudevents-batch+json", "[{},{}]", 0, 2, 2},
    {"application/msgpack", "[1,2]", 0, 1, 2},
    {NULL, "no JSON at all", 0, 1, 2},
    {NULL, "[]", 400, 0, 0},
    {NULL, "[1,2", 400, 1, 0},
    {NULL, "[1] 2", 400, 1, 0},
};

START_TEST(a_body_is_one_message_or_an_array_of_them)
{
    const struct body_case *at = &body_cases[_i];
    struct http_body body = {.count = 0};
    const char *reason = "";
    buffer_add_text(&body.bytes, at->body);
    http_body_add_header(&body, "CE-Type", "t");
    http_body_add_header(&body, "Accept", "*/*");
    http_body_add_header(&body, "ce-id", NULL);
    http_body_add_header(&body, "traceparent", "00-ab");
    ck_assert_uint_eq(http_body_split(&body, at->content_type, &reason), at->status);
    ck_assert_int_eq(reason[0] != '\0', at->status != 0);
    ck_assert_uint_eq(body.count, at->elements);
    ck_assert_uint_eq(body.header_count, at->headers);
    http_body_free(&body);
}
END_TEST

START_TEST(an_array_has_at_most_ten_thousand_elements)
{
    for (int more = 0; more < 2; more++) {
        struct http_body body = {.count = 0};
        const char *reason = "";
        buffer_add_text(&body.bytes, "[0");
        for (int i = 1; i < HTTP_EVENTS_MAX + more; i++)
            buffer_add_text(&body.bytes, ",0");
        buffer_add_text(&body.bytes, "]");
        ck_assert_uint_eq(http_body_split(&body, NULL, &reason), more == 0 ? 0 : 413);
        ck_assert_uint_eq(body.count, HTTP_EVENTS_MAX);
        http_body_free(&body);
    }
}
END_TEST

START_TEST(headers_that_do_not_fit_are_not_dropped_in_silence)
{
    for (int more = 0; more < 2; more++) {
        struct http_body body = {.count = 0};
        const char *reason = "";
        buffer_add_text(&body.bytes, "{}");
        for (int i = 0; i < HTTP_HEADERS_MAX + more; i++)
            http_body_add_header(&body, "ce-x", "1");
        ck_assert_uint_eq(http_body_split(&body, NULL, &reason), more == 0 ? 0 : 400);
        http_body_free(&body);
    }
}
END_TEST

START_TEST(escapes_of_a_name_are_put_in_place)
{
    static const struct {
        const char *text;
        const char *want; // NULL: refused
    } cases[] = {
        {"c-17", "c-17"}, {"a%2Fb", "a/b"}, {"%41%", "A%"}, {"%zz", "%zz"}, {"a%00b", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[16];
        (void)snprintf(text, sizeof(text), "%s", cases[i].text);
        ck_assert_int_eq(http_text_unescape(text), cases[i].want != NULL);
        if (cases[i].want != NULL)
            ck_assert_str_eq(text, cases[i].want);
    }
}
END_TEST

START_TEST(a_number_is_digits_within_its_range)
{
    static const struct {
        const char *text;
        size_t want; // 0: refused
    } cases[] = {
        {"1", 1},
        {"1000", 1000},
        {"0010", 10},
        {"0", 0},
        {"1001", 0},
        {"", 0},
        {" 1", 0},
        {"+1", 0},
        {"-1", 0},
        {"1 ", 0},
        {"18446744073709551617", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t number = 77;
        bool is_taken = http_text_number(cases[i].text, 1000, &number);
        ck_assert_int_eq(is_taken, cases[i].want != 0);
        ck_assert_uint_eq(number, is_taken ? cases[i].want : 77);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("http_body");
    TCase *tcase = tcase_create("http_body");
    tcase_add_loop_test(
        tcase, a_body_is_one_message_or_an_array_of_them, 0,
        (int)(sizeof(body_cases) / sizeof(body_cases[0])));
    tcase_add_test(tcase, an_array_has_at_most_ten_thousand_elements);
    tcase_add_test(tcase, headers_that_do_not_fit_are_not_dropped_in_silence);
    tcase_add_test(tcase, escapes_of_a_name_are_put_in_place);
    tcase_add_test(tcase, a_number_is_digits_within_its_range);
    suite_add_tcase(suite, tcase);
    return suite;
}
