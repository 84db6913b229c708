// The HTTP client: requests as bytes, answers in every form and cut anywhere, and a real socket.
#include "tools/engagectl/http_client.h"

#include "tests/support/suite.h"
#include "tests/tools/engagectl/fake_daemon.h"

static const struct answer_case {
    const char *name;
    const char *text;
    enum http_stream stream;
    enum err want;
    int status;
    const char *body;
} answer_cases[] = {
    {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", HTTP_OPEN, ERR_OK, 200,
     "hello"},
    {"a length in any case", "HTTP/1.1 404 Not Found\r\ncontent-LENGTH:2\r\n\r\nno", HTTP_OPEN,
     ERR_OK, 404, "no"},
    {"no body at all", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", HTTP_OPEN, ERR_OK, 202,
     ""},
    {"up to the end", "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nall of it", HTTP_CLOSED, ERR_OK, 200,
     "all of it"},
    {"chunks",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
     "chunked\r\n\r\n4\r\nwiki\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n",
     HTTP_OPEN, ERR_OK, 200, "wiki0123456789"},
    {"no HTTP", "220 mail.example ESMTP\r\n\r\n", HTTP_OPEN, ERR_INVALID, 0, ""},
    {"no status", "HTTP/1.1 abc OK\r\n\r\n", HTTP_OPEN, ERR_INVALID, 0, ""},
    {"a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", HTTP_OPEN, ERR_INVALID, 0,
     ""},
    {"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", HTTP_OPEN,
     ERR_INVALID, 0, ""},
    {"a length beyond all bounds",
     "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", HTTP_OPEN, ERR_INVALID, 0,
     ""},
    {"a chunk that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
     HTTP_OPEN, ERR_INVALID, 0, ""},
    {"a chunk longer than it says",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n", HTTP_OPEN,
     ERR_INVALID, 0, ""},
    {"closed in the middle", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", HTTP_CLOSED,
     ERR_INVALID, 0, ""},
    {"closed at once", "", HTTP_CLOSED, ERR_INVALID, 0, ""},
};
enum { ANSWER_COUNT = sizeof(answer_cases) / sizeof(answer_cases[0]) };

START_TEST(an_answer_is_taken_apart)
{
    const struct answer_case *it = &answer_cases[_i];
    struct buffer received = {0};
    struct http_answer answer = {0, {NULL, 0}};
    buffer_add_text(&received, it->text);
    ck_assert_msg(http_parse(&received, it->stream, &answer) == it->want, "%s", it->name);
    ck_assert_int_eq(answer.status, it->status);
    ck_assert_msg(bytes_equal_text(answer.body, it->body), "%s", it->name);
    buffer_free(&received);
}
END_TEST

START_TEST(an_answer_cut_anywhere_is_not_whole_yet)
{
    const struct answer_case *it = &answer_cases[_i];
    struct http_answer answer;
    if (it->want != ERR_OK || it->stream != HTTP_OPEN)
        return;
    for (size_t len = 0; len < strlen(it->text); len++) {
        struct buffer received = {0};
        buffer_add(&received, it->text, len);
        ck_assert_msg(
            http_parse(&received, HTTP_OPEN, &answer) == ERR_AGAIN, "%s: %zu", it->name, len);
        ck_assert_int_eq(http_parse(&received, HTTP_CLOSED, &answer), ERR_INVALID);
        buffer_free(&received);
    }
}
END_TEST

START_TEST(a_request_says_all_it_must)
{
    const struct header header = {BYTES_LITERAL("ce-type"), BYTES_LITERAL("x.y")};
    const struct http_place place = {"::1", 8480, "secret"};
    const struct http_request request = {
        .method = "POST",
        .target = "/v1/events",
        .headers = &header,
        .header_count = 1,
        .body = BYTES_LITERAL("{}"),
    };
    struct buffer text = {0};
    http_add_request(&text, &place, &request);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq(
        (const char *)text.data,
        "POST /v1/events HTTP/1.1\r\nHost: [::1]:8480\r\nConnection: close\r\n"
        "Authorization: Bearer secret\r\nce-type: x.y\r\nContent-Length: 2\r\n\r\n{}");
    buffer_free(&text);
}
END_TEST

START_TEST(names_in_targets_are_escaped)
{
    struct buffer text = {0};
    http_add_escaped(&text, bytes_text("email:a+b/é ?~-._Z9"));
    buffer_add_u8(&text, 0);
    ck_assert_str_eq((const char *)text.data, "email%3Aa%2Bb%2F%C3%A9%20%3F~-._Z9");
    buffer_free(&text);
}
END_TEST

START_TEST(a_daemon_that_answers_in_pieces_is_understood)
{
    struct fake_daemon daemon;
    struct buffer to = {0};
    struct http_answer answer;
    struct fault fault;
    const struct http_request request = {.method = "GET", .target = "/healthz"};
    fake_daemon_start(&daemon, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
    const struct http_place place = {"0.0.0.0", daemon.port, NULL}; // which means this machine
    ck_assert_int_eq(http_ask(&place, &request, &to, &answer, &fault), ERR_OK);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(bytes_equal_text(answer.body, "0123456789"));
    fake_daemon_stop(&daemon);
    ck_assert_ptr_nonnull(strstr(daemon.request, "GET /healthz HTTP/1.1\r\n"));

    ck_assert_int_eq(http_ask(&place, &request, &to, &answer, &fault), ERR_UNREACHABLE); // gone
    ck_assert_ptr_nonnull(strstr(fault.text, "0.0.0.0 port "));
    buffer_free(&to);
}
END_TEST

START_TEST(something_that_speaks_no_http_is_said)
{
    struct fake_daemon daemon;
    struct buffer to = {0};
    struct http_answer answer;
    struct fault fault;
    const struct http_request request = {.method = "GET", .target = "/"};
    fake_daemon_start(&daemon, "SSH-2.0-OpenSSH_9.2\r\n");
    const struct http_place place = {"127.0.0.1", daemon.port, NULL};
    ck_assert_int_eq(http_ask(&place, &request, &to, &answer, &fault), ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(fault.text, "expected an answer in HTTP"));
    fake_daemon_stop(&daemon);
    buffer_free(&to);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/http_client");
    TCase *tcase = tcase_create("http");
    tcase_add_loop_test(tcase, an_answer_is_taken_apart, 0, ANSWER_COUNT);
    tcase_add_loop_test(tcase, an_answer_cut_anywhere_is_not_whole_yet, 0, ANSWER_COUNT);
    tcase_add_test(tcase, a_request_says_all_it_must);
    tcase_add_test(tcase, names_in_targets_are_escaped);
    tcase_add_test(tcase, a_daemon_that_answers_in_pieces_is_understood);
    tcase_add_test(tcase, something_that_speaks_no_http_is_said);
    suite_add_tcase(suite, tcase);
    return suite;
}
