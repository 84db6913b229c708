// Who answers: the live daemon where there is one, its data directory where there is none.
#include "tests/tools/engagectl/fake_daemon.h"
#include "tests/tools/engagectl/shop_data.h"

#define OK(body)  "HTTP/1.0 200 OK\r\n\r\n" body
#define NOT_FOUND "HTTP/1.0 404 Not Found\r\n\r\n{\"title\":\"no such thing\"}"
#define NOT_READY "HTTP/1.0 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n{}"
#define SCORE_OF(value) \
    "{\"score\":\"engagement\",\"contacts\":[{\"id\":\"x\",\"value\":" value "}]}"

static const struct live_case {
    const char *line;
    const char *answer;
    int code;
    const char *request; // its beginning
    const char *out;     // found in it
    const char *err;     // found in it
} cases[] = {
    {"contact get email:a/b --config live.yaml", OK("{\"id\":\"live\"}\n"), 0,
     "GET /v1/contacts/email%3Aa%2Fb HTTP/1.1\r\n", "{\"id\":\"live\"}\n", ""},
    {"contact get c-2 --config live.yaml", NOT_FOUND, 1, "GET /v1/contacts/c-2 HTTP/1.1\r\n", "",
     "there is no contact 'c-2'"},
    {"contact get c-2 --config live.yaml", NOT_READY, 0, "GET /v1/contacts/c-2 HTTP/1.1\r\n",
     "{\"id\":\"c-2\",", "status 503; reading its data directory"},
    {"contact get c-2 --config live.yaml", "SSH-2.0\r\n", 0, "GET ", "{\"id\":\"c-2\",", ""},
    {"contact get c-2 --config live.yaml -o table", OK("nonsense"), 70, "GET ", "",
     "expected a contact in JSON"},
    {"contact explain c-2 --score a&b --config live.yaml", OK("{\"id\":\"c-2\",\"scores\":[]}"), 0,
     "GET /v1/contacts/c-2/explain?score=a%26b HTTP/1.1\r\n", "{\"id\":\"c-2\",\"scores\":[]}\n",
     ""},
    {"contact explain c-2 --config live.yaml", NOT_FOUND, 1,
     "GET /v1/contacts/c-2/explain HTTP/1.1\r\n", "",
     "there is no contact 'c-2', or no such score"},
    {"contact explain c-2 --config live.yaml", OK("[}"), 70, "GET ", "",
     "expected an answer in JSON"},
    {"score top engagement -n 3 --config live.yaml", OK(SCORE_OF("99")), 0,
     "GET /v1/scores/engagement/top?n=3 HTTP/1.1\r\n", SCORE_OF("99") "\n", ""},
    {"score top engagement --config live.yaml", NOT_FOUND, 1,
     "GET /v1/scores/engagement/top?n=10 HTTP/1.1\r\n", "", "no score 'engagement'"},
    {"score bands engagement --config live.yaml",
     OK("{\"score\":\"engagement\",\"below\":0,\"bands\":[]}"), 0,
     "GET /v1/scores/engagement/bands HTTP/1.1\r\n", "\"bands\":[]}\n", ""},
    {"score top engagement --config live.yaml", OK("<html>"), 70, "GET ", "",
     "expected an answer in JSON"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(the_live_daemon_is_asked_first)
{
    const struct live_case *it = &cases[_i];
    struct fake_daemon daemon;
    fake_daemon_start(&daemon, it->answer);
    fake_daemon_config(&daemon, "live.yaml");
    captured_run(it->line, &captured);
    fake_daemon_stop(&daemon);
    ck_assert_msg(
        captured.code == it->code, "%s: exit %d: %s", it->line, captured.code, captured.err);
    ck_assert_msg(
        strncmp(daemon.request, it->request, strlen(it->request)) == 0, "%s", daemon.request);
    ck_assert_ptr_nonnull(strstr(daemon.request, "\r\nAuthorization: Bearer secret\r\n"));
    ck_assert_msg(strstr(captured.out, it->out) != NULL, "%s: %s", it->line, captured.out);
    ck_assert_msg(strstr(captured.err, it->err) != NULL, "%s: %s", it->line, captured.err);
}
END_TEST

START_TEST(a_daemon_that_is_gone_leaves_its_data_to_answer)
{
    struct fake_daemon daemon;
    fake_daemon_start(&daemon, OK("{}"));
    fake_daemon_config(&daemon, "live.yaml");
    fake_daemon_stop(&daemon);
    captured_run("contact get c-2 --config live.yaml", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_ptr_nonnull(strstr(captured.out, "{\"id\":\"c-2\","));
    ck_assert_str_eq(captured.err, "");

    ck_assert_int_eq(rename("d", "elsewhere"), 0);
    captured_run("contact get c-2 --config live.yaml", &captured);
    ck_assert_int_eq(captured.code, 69);
    ck_assert_ptr_nonnull(strstr(captured.err, "no daemon answers: 127.0.0.1 port "));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/ask");
    TCase *tcase = tcase_create("ask");
    tcase_add_checked_fixture(tcase, shop_enter, fixture_leave);
    tcase_add_loop_test(tcase, the_live_daemon_is_asked_first, 0, CASE_COUNT);
    tcase_add_test(tcase, a_daemon_that_is_gone_leaves_its_data_to_answer);
    suite_add_tcase(suite, tcase);
    return suite;
}
