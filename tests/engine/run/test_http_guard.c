// Who may ask over HTTP, and what a path asks for.
#include "engine/run/http_guard.h"
#include "engine/run/http_route.h"

#include "tests/support/suite.h"

static const struct claim_case {
    const char *name;
    const char *token;
    struct http_claim claim;
    unsigned want;
    unsigned want_open; // for what needs no token
} claims[] = {
    {"nothing said", "", {NULL, NULL, NULL}, 0, 0},
    {"by name", "", {NULL, "localhost:8480", NULL}, 0, 0},
    {"by name in capitals", "", {NULL, "LocalHost", NULL}, 0, 0},
    {"by address", "", {NULL, "127.0.0.1:1", NULL}, 0, 0},
    {"by IPv6 address", "", {NULL, "[::1]:8480", NULL}, 0, 0},
    {"by the address listened on", "", {NULL, "10.0.0.7:8480", NULL}, 0, 0},
    {"by a name of the web", "", {NULL, "example.com", NULL}, 403, 403},
    {"by a name that begins alike", "", {NULL, "localhost.example.com", NULL}, 403, 403},
    {"by a name that ends alike", "", {NULL, "notlocalhost", NULL}, 403, 403},
    {"by an address never closed", "", {NULL, "[::1", NULL}, 403, 403},
    {"by an empty name", "", {NULL, "", NULL}, 403, 403},
    {"from a page of ours", "", {NULL, "localhost", "http://localhost:3000"}, 0, 0},
    {"from a page of elsewhere", "", {NULL, "localhost", "https://example.com"}, 403, 403},
    {"from a page of nowhere", "", {NULL, "localhost", "null"}, 403, 403},
    {"no token given", "secret", {NULL, "localhost", NULL}, 401, 0},
    {"the token", "secret", {"Bearer secret", "example.com", NULL}, 0, 0},
    {"the token from a page", "secret", {"bearer secret", "a.b", "https://a.b"}, 0, 0},
    {"another token", "secret", {"Bearer secreT", "localhost", NULL}, 401, 0},
    {"a shorter token", "secret", {"Bearer secre", "localhost", NULL}, 401, 0},
    {"a longer token", "secret", {"Bearer secretsecret", "localhost", NULL}, 401, 0},
    {"an empty token", "secret", {"Bearer ", "localhost", NULL}, 401, 0},
    {"another scheme", "secret", {"Basic secret", "localhost", NULL}, 401, 0},
};

START_TEST(a_claim_is_checked)
{
    const struct claim_case *row = &claims[_i];
    struct http_guard guard = {.token = row->token, .host = "10.0.0.7"};
    const char *reason = NULL;
    ck_assert_uint_eq(http_guard_check(&guard, &row->claim, &reason), row->want);
    ck_assert_int_eq(reason == NULL, row->want == 0);
    reason = NULL;
    ck_assert_uint_eq(http_guard_check_open(&guard, &row->claim, &reason), row->want_open);
    ck_assert_int_eq(reason == NULL, row->want_open == 0);
}
END_TEST

static const struct route_case {
    const char *path;
    enum http_route route;
    const char *name;
} routes[] = {
    {"/v1/events", HTTP_ROUTE_EVENTS, ""},
    {"/v1/rules", HTTP_ROUTE_RULES, ""},
    {"/healthz", HTTP_ROUTE_HEALTH, ""},
    {"/readyz", HTTP_ROUTE_READY, ""},
    {"/metrics", HTTP_ROUTE_METRICS, ""},
    {"/v1/contacts/c-1", HTTP_ROUTE_CONTACT, "c-1"},
    {"/v1/contacts/email:ann@example.com", HTTP_ROUTE_CONTACT, "email:ann@example.com"},
    {"/v1/contacts/a/b", HTTP_ROUTE_CONTACT, "a/b"},
    {"/v1/contacts/a/b/explain", HTTP_ROUTE_EXPLAIN, "a/b"},
    {"/v1/contacts/explain", HTTP_ROUTE_CONTACT, "explain"},
    {"/v1/contacts/a/b/timeline", HTTP_ROUTE_TIMELINE, "a/b"},
    {"/v1/runs/00ff", HTTP_ROUTE_RUN, "00ff"},
    {"/v1/workflows", HTTP_ROUTE_WORKFLOWS, ""},
    {"/v1/workflows/welcome", HTTP_ROUTE_WORKFLOWS, "welcome"},
    {"/v1/actions/drop", HTTP_ROUTE_DROP, ""},
    {"/v1/teams", HTTP_ROUTE_TEAMS, ""},
    {"/v1/teams/sales", HTTP_ROUTE_TEAMS, "sales"},
    {"/v1/scores/engagement/top", HTTP_ROUTE_TOP, "engagement"},
    {"/v1/scores/engagement/bands", HTTP_ROUTE_BANDS, "engagement"},
    {"/v1/scores/engagement", HTTP_ROUTE_NONE, ""},
    {"/v1/scores//top", HTTP_ROUTE_NONE, ""},
    {"/v1/contacts/", HTTP_ROUTE_NONE, ""},
    {"/v1/events/", HTTP_ROUTE_NONE, ""},
    {"/", HTTP_ROUTE_NONE, ""},
    {"", HTTP_ROUTE_NONE, ""},
};

START_TEST(a_path_asks_for_one_thing)
{
    const struct route_case *row = &routes[_i];
    struct http_target target = http_route_find(row->path);
    ck_assert_int_eq(target.route, row->route);
    ck_assert(bytes_equal_text(target.name, row->name));
    ck_assert_int_eq(http_route_method(target.route) == NULL, row->route == HTTP_ROUTE_NONE);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("http_guard");
    TCase *tcase = tcase_create("http_guard");
    tcase_add_loop_test(tcase, a_claim_is_checked, 0, sizeof(claims) / sizeof(claims[0]));
    tcase_add_loop_test(tcase, a_path_asks_for_one_thing, 0, sizeof(routes) / sizeof(routes[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
