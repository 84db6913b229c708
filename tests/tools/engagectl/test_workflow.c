// `engagectl workflow …` over a data directory of two shards that no daemon works on.
#include "tests/tools/engagectl/shop_data.h"

// Bo orders, too, so that both shards have a run.
static void set_up(void)
{
    static const char *const more[] = {
        "{\"id\":\"7\",\"source\":\"shop\",\"type\":\"order.placed\",\"time\":\"2026-01-05T09:00:"
        "00Z\",\"contact\":\"c-2\",\"data\":{}}",
        NULL};
    shop_enter();
    shop_fold_more("d", 0, more);
}

#define FIRST                                                                                    \
    "{\"workflow\":\"first\",\"entered\":2,\"waiting\":0,\"done\":2,\"stopped\":0,\"failed\":0," \
    "\"steps\":[{\"step\":\"1\",\"does\":\"do greet\",\"entered\":2,\"waiting\":0,\"done\":2,"   \
    "\"stopped\":0,\"failed\":0}]}"

#define RUN "e1464e1e64475d6255eac04c87300c11"
#define RUN_TABLE                                                                         \
    "TIME                      WHAT    NAME     DETAIL\n"                                 \
    "2026-01-05T09:00:00.000Z  run     first    started, run 1, by order.placed 7\n"      \
    "2026-01-05T09:00:00.000Z  action  first 1  greet 1bc8faaaa16d583699f20bade3845319\n" \
    "2026-01-05T09:00:00.000Z  step    first 1  do greet\n"                               \
    "2026-01-05T09:00:00.000Z  run     first 1  done\n"
#define RUN_LINES                                                                                \
    "{\"what\":\"run\",\"time\":\"2026-01-05T09:00:00.000Z\",\"workflow\":\"first\",\"run\":"    \
    "\"" RUN "\",\"state\":\"started\",\"number\":1,\"cause\":{\"type\":\"order.placed\","       \
    "\"source\":\"shop\",\"id\":\"7\"},\"file\":\"rules.yaml\",\"line\":12}\n"                   \
    "{\"what\":\"action\",\"time\":\"2026-01-05T09:00:00.000Z\",\"workflow\":\"first\",\"run\":" \
    "\"" RUN                                                                                     \
    "\",\"step\":\"1\",\"action\":\"greet\",\"id\":\"1bc8faaaa16d583699f20bade3845319\"}\n"      \
    "{\"what\":\"step\",\"time\":\"2026-01-05T09:00:00.000Z\",\"workflow\":\"first\",\"run\":"   \
    "\"" RUN "\",\"step\":\"1\",\"does\":\"do greet\",\"outcome\":\"done\",\"next\":null}\n"     \
    "{\"what\":\"run\",\"time\":\"2026-01-05T09:00:00.000Z\",\"workflow\":\"first\",\"run\":"    \
    "\"" RUN "\",\"state\":\"done\",\"step\":\"1\"}\n"

static const struct captured_case cases[] = {
    {"workflow stat --config c.yaml", 0, "{\"workflows\":[" FIRST "]}\n", ""},
    {"workflow stat first --config c.yaml -o ndjson", 0, FIRST "\n", ""},
    {"workflow stat first --config c.yaml -o table", 0,
     "first\n"
     "STEP    DOES      ENTERED  WAITING  DONE  STOPPED  FAILED   SHARE\n"
     "(runs)                  2        0     2        0       0  100.0%\n"
     "1       do greet        2        0     2        0       0  100.0%\n",
     ""},
    {"workflow stat none --config c.yaml", 1, "", "the rules in force have no workflow 'none'"},
    {"workflow stat a b --config c.yaml", 2, "", "usage"},
    {"explain run " RUN " --config c.yaml -o table", 0, RUN_TABLE, ""},
    {"explain run " RUN " --contact email:bo@example.com --config c.yaml -o table", 0, RUN_TABLE,
     ""},
    {"explain run " RUN " --config c.yaml", 0, RUN_LINES, ""},
    {"explain run " RUN " --contact c-10 --config c.yaml", 1, "", "there is no run"},
    {"explain run " RUN " --contact c-3 --config c.yaml", 1, "", "there is no contact 'c-3'"},
    {"explain run 00000000000000000000000000000000 --config c.yaml", 1, "", "there is no run"},
    {"explain run r-1 --config c.yaml", 2, "", "expected 32 hexadecimal digits"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(a_workflow_is_told_of_as_asked)
{
    captured_check(&cases[_i], &captured);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/workflow");
    TCase *tcase = tcase_create("workflow");
    tcase_add_checked_fixture(tcase, set_up, fixture_leave);
    tcase_add_loop_test(tcase, a_workflow_is_told_of_as_asked, 0, CASE_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
