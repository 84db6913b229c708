// `engagectl explain event` over a data directory of two shards that no daemon works on.
#include "tools/engagectl/event_table.h"

#include "tests/tools/engagectl/shop_data.h"

// The id of Bo's first event comes again in the other shard, later and from elsewhere.
static void set_up(void)
{
    static const char *const more[] = {
        "{\"id\":\"1\",\"source\":\"till\",\"type\":\"order.placed\",\"time\":\"2026-01-05T09:00:"
        "00Z\",\"contact\":\"c-10\",\"data\":{}}",
        NULL};
    shop_enter();
    shop_fold_more("d", 1, more);
}

static const struct captured_case cases[] = {
    {"explain event 3 --config c.yaml -o table", 0,
     "type      order.placed\n"
     "source    shop\n"
     "id        3\n"
     "time      2026-01-01T09:00:00.000Z\n"
     "data      {}\n"
     "position  shard 1, 2/0\n"
     "contact   c-10, new\n"
     "rules     b382f030d3ed94b0\n"
     "\n"
     "WHAT      NAME                OUTCOME  WHY           WRITTEN AT\n"
     "rule      engagement/ordered  matched  15 points     rules.yaml:8\n"
     "workflow  first               matched  run 1: greet  rules.yaml:12\n"
     "\n"
     "score engagement: 0 to 15, band none to warm\n",
     ""},
    {"explain event 4 --config c.yaml -o table", 0,
     "type      order.placed\n"
     "source    shop\n"
     "id        4\n"
     "time      2026-01-02T09:00:00.000Z\n"
     "data      {}\n"
     "position  shard 1, 2/1\n"
     "contact   c-10\n"
     "rules     b382f030d3ed94b0\n"
     "\n"
     "WHAT      NAME                OUTCOME  WHY             WRITTEN AT\n"
     "rule      engagement/ordered  matched  15 points       rules.yaml:8\n"
     "workflow  first               limited  reenter: never  rules.yaml:12\n"
     "\n"
     "score engagement: 15 to 30, band warm to hot\n",
     ""},
    {"explain event 6 --source mail --config c.yaml", 0,
     "{\"event\":{\"source\":\"mail\",\"id\":\"6\",\"type\":\"email.opened\",\"time\":\"2026-01-"
     "04T09:00:00.000Z\",\"shard\":1,\"sequence\":2,\"index\":3,\"data\":{}},\"tick\":\"2026-01-"
     "04T09:00:00.000Z\",\"ruleset\":\"b382f030d3ed94b0\",\"contact\":\"email:ann@example.com\","
     "\"new\":true,\"counters\":[],\"rules\":[{\"score\":\"engagement\",\"rule\":\"opened\","
     "\"outcome\":\"matched\",\"points\":2.5,\"file\":\"rules.yaml\",\"line\":7}],\"workflows\":[],"
     "\"derived\":[],\"scores\":[{\"score\":\"engagement\",\"from\":0,\"to\":2.5}],\"segments\":[]}"
     "\n",
     ""},
    {"explain event 1 --config c.yaml -o table", 0,
     "type      order.placed\n"
     "source    till\n"
     "id        1\n"
     "time      2026-01-05T09:00:00.000Z\n"
     "data      {}\n"
     "position  shard 1, 3/0\n"
     "contact   c-10\n"
     "rules     b382f030d3ed94b0\n"
     "\n"
     "WHAT      NAME                OUTCOME  WHY             WRITTEN AT\n"
     "rule      engagement/ordered  matched  15 points       rules.yaml:8\n"
     "workflow  first               limited  reenter: never  rules.yaml:12\n"
     "\n"
     "no score or segment changed\n",
     "2 events are called so; this is the newest, --source chooses among them"},
    {"explain event 1 --source shop --config c.yaml -o table", 0,
     "type      contact.created\n"
     "source    shop\n"
     "id        1\n"
     "time      2026-01-01T08:00:00.000Z\n"
     "data      {\"fields\":{\"name\":\"Bo\"}}\n"
     "position  shard 0, 2/0\n"
     "contact   c-2, new\n"
     "rules     b382f030d3ed94b0\n"
     "\n"
     "no counter, rule or workflow named this type\n"
     "\n"
     "no score or segment changed\n",
     ""},
    {"explain event 7 --config c.yaml", 1, "", "the journal has no event '7'; what was refused"},
    {"explain event 1 --source mail --config c.yaml", 1, "",
     "the journal has no event '1' of the source mail"},
    {"explain event --config c.yaml", 2, "", "an argument is missing"},
    {"explain rule 1 --config c.yaml", 2, "", "'explain' has no command 'rule'"},
    {"explain event 1 --config none.yaml", 78, "", "none.yaml"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(an_event_is_explained_as_asked)
{
    captured_check(&cases[_i], &captured);
}
END_TEST

// Every outcome, as explain_event tells it.
static const char TOLD[] =
    "{\"event\":{\"source\":\"s\",\"id\":\"2\",\"type\":\"order.placed\",\"time\":\"2026-01-02T00:"
    "00:0"
    "0.000Z\",\"shard\":0,\"sequence\":2,\"index\":1,\"data\":{\"order\":\"o\",\"amount\":20.05,"
    "\"ite"
    "ms\":2,\"url\":\"https://x/pricing\"}},\"tick\":\"2026-01-02T00:00:00.000Z\",\"ruleset\":\"2"
    "5a3179ad2f7cc8a\",\"contact\":\"c-1\",\"counters\":[{\"counter\":\"orders\",\"outcome\":\"matc"
    "hed\",\"value\":2,\"file\":\"r.yaml\",\"line\":2},{\"counter\":\"spent\",\"outcome\":"
    "\"matched\","
    "\"value\":40.1,\"file\":\"r.yaml\",\"line\":3}],\"rules\":[{\"score\":\"engagement\",\"rule\":"
    "\"o"
    "rder\",\"outcome\":\"matched\",\"points\":10,\"file\":\"r.yaml\",\"line\":8},{\"score\":"
    "\"engage"
    "ment\",\"rule\":\"once\",\"outcome\":\"limited\",\"why\":{\"key\":\"limit\",\"times\":1,"
    "\"per\":\"da"
    "ta.order\",\"values\":[{\"of\":\"data.order\",\"value\":\"o\"}]},\"file\":\"r.yaml\",\"line\":"
    "9},"
    "{\"score\":\"engagement\",\"rule\":\"capped\",\"outcome\":\"matched\",\"points\":9.95,"
    "\"limited"
    "\":-10.1,\"file\":\"r.yaml\",\"line\":10},{\"score\":\"engagement\",\"rule\":\"promo\","
    "\"outcome"
    "\":\"not_true\",\"why\":{\"key\":\"if\",\"part\":\"data.url.contains(\\\"/"
    "promo\\\")\",\"values\":["
    "{\"of\":\"data.url\",\"value\":\"https://x/"
    "pricing\"}]},\"file\":\"r.yaml\",\"line\":11},{\"sco"
    "re\":\"engagement\",\"rule\":\"vip\",\"outcome\":\"not_true\",\"why\":{\"key\":\"if\","
    "\"part\":\"dat"
    "a.amount > 100.0 || counter.orders > 5\",\"values\":[{\"of\":\"data.amount\",\"value\":20"
    ".05},{\"of\":\"counter.orders\",\"value\":2}]},\"file\":\"r.yaml\",\"line\":15},{\"score\":"
    "\"en"
    "gagement\",\"rule\":\"coupon\",\"outcome\":\"failed\",\"why\":{\"key\":\"if\",\"part\":\"data."
    "coup"
    "on == \\\"X\\\"\",\"values\":[{\"of\":\"data.coupon\",\"error\":\"no such key: "
    "'coupon'\"}],\"er"
    "ror\":\"no such key: 'coupon'\"},\"file\":\"r.yaml\",\"line\":16}],\"workflows\":[{\"workflo"
    "w\":\"welcome\",\"outcome\":\"limited\",\"why\":{\"key\":\"reenter\",\"part\":\"never\"},"
    "\"file\":\""
    "r.yaml\",\"line\":22}],\"derived\":[],\"scores\":[{\"score\":\"engagement\",\"from\":35.05,\"t"
    "o\":55}],\"segments\":[{\"segment\":\"buyers\",\"change\":\"entered\"}]}";
static const char SHOWN[] =
    "type      order.placed\n"
    "source    s\n"
    "id        2\n"
    "time      2026-01-02T00:00:00.000Z\n"
    "data      {\"order\":\"o\",\"amount\":20.05,\"items\":2,\"url\":\"https://x/pricing\"}\n"
    "position  shard 0, 2/1\n"
    "contact   c-1\n"
    "rules     25a3179ad2f7cc8a\n"
    "\n"
    "WHAT      NAME               OUTCOME   WHY                                                    "
    "                                  WRITTEN AT\n"
    "counter   orders             matched   now 2                                                  "
    "                                  r.yaml:2\n"
    "counter   spent              matched   now 40.1                                               "
    "                                  r.yaml:3\n"
    "rule      engagement/order   matched   10 points                                              "
    "                                  r.yaml:8\n"
    "rule      engagement/once    limited   1 time for each data.order (data.order = \"o\")        "
    "                                    r.yaml:9\n"
    "rule      engagement/capped  matched   9.95 points, its limit took -10.1                      "
    "                                  r.yaml:10\n"
    "rule      engagement/promo   not true  if: data.url.contains(\"/promo\") (data.url = "
    "\"https://x/pricing\")                         r.yaml:11\n"
    "rule      engagement/vip     not true  if: data.amount > 100.0 || counter.orders > 5 "
    "(data.amount = 20.05, counter.orders = 2)  r.yaml:15\n"
    "rule      engagement/coupon  failed    if: data.coupon == \"X\": no such key: 'coupon'        "
    "                                    r.yaml:16\n"
    "workflow  welcome            limited   reenter: never                                         "
    "                                  r.yaml:22\n"
    "\n"
    "score engagement: 35.05 to 55\n"
    "segment buyers: entered\n";

START_TEST(a_table_says_why)
{
    struct buffer text = {0};
    ck_assert_int_eq(event_add_tables(&text, BYTES_LITERAL(TOLD)), ERR_OK);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq((const char *)text.data, SHOWN);
    ck_assert_int_eq(event_add_tables(&text, BYTES_LITERAL("{")), ERR_INVALID);
    buffer_free(&text);
}
END_TEST

START_TEST(a_data_directory_that_is_not_there_is_unreachable)
{
    fixture_write("x.yaml", "data: nowhere\nrules: r\nsources: {files: [e.ndjson]}\n");
    captured_run("explain event 1 --config x.yaml", &captured);
    ck_assert_int_eq(captured.code, 69);
    ck_assert_ptr_nonnull(strstr(captured.err, "nowhere"));
}
END_TEST

START_TEST(damage_before_the_event_is_named)
{
    const char *path = "d/shard-0001/journal/00000000000000000001.journal";
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, 700, SEEK_SET), 0);
    ck_assert_int_ne(fputc(0xff, file), EOF);
    ck_assert_int_eq(fclose(file), 0);
    captured_run("explain event 5 --config c.yaml", &captured);
    ck_assert_int_eq(captured.code, 74);
    ck_assert_ptr_nonnull(strstr(captured.err, "shard 1"));
    ck_assert_str_eq(captured.out, "");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/explain_event");
    TCase *tcase = tcase_create("explain_event");
    tcase_add_checked_fixture(tcase, set_up, fixture_leave);
    tcase_add_loop_test(tcase, an_event_is_explained_as_asked, 0, CASE_COUNT);
    tcase_add_test(tcase, a_table_says_why);
    tcase_add_test(tcase, a_data_directory_that_is_not_there_is_unreachable);
    tcase_add_test(tcase, damage_before_the_event_is_named);
    suite_add_tcase(suite, tcase);
    return suite;
}
