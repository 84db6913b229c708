// `engagectl workflow …` over a data directory of two shards that no daemon works on.
#include "tests/support/suite.h"
#include "tests/tools/engagectl/captured.h"
#include "tests/tools/engagectl/shop_data.h"

static struct captured captured;
static char directory[TEST_SCRATCH_BYTES];

// Bo orders, too, so that both shards have a run.
static void set_up(void)
{
    static const char *const more[] = {
        "{\"id\":\"7\",\"source\":\"shop\",\"type\":\"order.placed\",\"time\":\"2026-01-05T09:00:"
        "00Z\",\"contact\":\"c-2\",\"data\":{}}",
        NULL};
    shop_enter(directory);
    struct shard *shard = shop_open_shard("d", 0);
    shop_fold(shard, more);
    shard_close(shard);
}

static void tear_down(void)
{
    shop_leave(directory);
}

#define FIRST                                                                                    \
    "{\"workflow\":\"first\",\"entered\":2,\"waiting\":0,\"done\":2,\"stopped\":0,\"failed\":0," \
    "\"steps\":[{\"step\":\"1\",\"does\":\"do greet\",\"entered\":2,\"waiting\":0,\"done\":2,"   \
    "\"stopped\":0,\"failed\":0}]}"

static const struct workflow_case {
    const char *line;
    int code;
    const char *out; // the whole of it
    const char *err; // found in it
} cases[] = {
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
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(a_workflow_is_told_of_as_asked)
{
    const struct workflow_case *it = &cases[_i];
    captured_run(it->line, &captured);
    ck_assert_msg(
        captured.code == it->code, "%s: exit %d: %s", it->line, captured.code, captured.err);
    ck_assert_str_eq(captured.out, it->out);
    ck_assert_msg(strstr(captured.err, it->err) != NULL, "%s: %s", it->line, captured.err);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/workflow");
    TCase *tcase = tcase_create("workflow");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, a_workflow_is_told_of_as_asked, 0, CASE_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
