// `engagectl contact …` over a data directory of two shards that no daemon works on.
#include "engine/base/text.h"
#include "tools/engagectl/contact_table.h"
#include "tools/engagectl/json.h"

#include "tests/tools/engagectl/shop_data.h"

#define BO                                                                                         \
    "{\"id\":\"c-2\",\"identifiers\":{\"contact_id\":[\"c-2\"],\"email\":[\"bo@example.com\"]},"   \
    "\"fields\":{\"name\":\"Bo\"},\"created\":\"2026-01-01T08:00:00.000Z\",\"updated\":\"2026-01-" \
    "02T08:00:00.000Z\","                                                                          \
    "\"scores\":{\"engagement\":{\"value\":2.5}},\"events\":2}\n"
#define TEN                                                                              \
    "{\"id\":\"c-10\",\"identifiers\":{\"contact_id\":[\"c-10\"]},"                      \
    "\"created\":\"2026-01-01T09:00:00.000Z\",\"updated\":\"2026-01-03T09:00:00.000Z\"," \
    "\"scores\":{\"engagement\":{\"value\":30,\"band\":\"hot\"}},\"events\":3}\n"
#define ANN                                                                                \
    "{\"id\":\"email:ann@example.com\",\"identifiers\":{\"email\":[\"ann@example.com\"]}," \
    "\"created\":\"2026-01-04T09:00:00.000Z\",\"updated\":\"2026-01-04T09:00:00.000Z\","   \
    "\"scores\":{\"engagement\":{\"value\":2.5}},\"events\":1}\n"

static const struct captured_case cases[] = {
    {"contact get c-2 --config c.yaml", 0, BO, ""},
    {"contact get email:bo@example.com --config c.yaml -o ndjson", 0, BO, ""},
    {"contact get c-10 --config c.yaml", 0, TEN, ""},
    {"contact get c-3 --config c.yaml", 1, "", "there is no contact 'c-3'"},
    {"contact get email: --config c.yaml", 1, "", "there is no contact 'email:'"},
    {"contact get c-2 --config none.yaml", 78, "", "none.yaml"},
    {"contact get", 2, "", "an argument is missing"},
    {"contact get c-2 --config c.yaml -o table", 0,
     "id                       c-2\n"
     "identifiers  contact_id  c-2\n"
     "             email       bo@example.com\n"
     "fields       name        Bo\n"
     "created                  2026-01-01T08:00:00.000Z\n"
     "updated                  2026-01-02T08:00:00.000Z\n"
     "scores       engagement  2.5\n"
     "events                   2\n",
     ""},
    {"contact export --config c.yaml", 0, TEN BO ANN, ""},
    {"contact export --config c.yaml -o json", 0, "[" TEN "," BO "," ANN "]\n", ""},
    {"contact export --config c.yaml -o table", 0,
     "ID                     EVENTS  UPDATED                   SCORES             TAGS  LISTS\n"
     "c-10                        3  2026-01-03T09:00:00.000Z  engagement 30 hot\n"
     "c-2                         2  2026-01-02T08:00:00.000Z  engagement 2.5\n"
     "email:ann@example.com       1  2026-01-04T09:00:00.000Z  engagement 2.5\n",
     ""},
    {"contact timeline c-2 --config c.yaml", 0,
     "{\"what\":\"event\",\"time\":\"2026-01-01T08:00:00.000Z\",\"type\":\"contact.created\","
     "\"source\":\"shop\",\"id\":\"1\",\"sequence\":2,\"index\":0,\"data\":{\"fields\":{\"name\":"
     "\"Bo\"}}}\n"
     "{\"what\":\"event\",\"time\":\"2026-01-02T08:00:00.000Z\",\"type\":\"email.opened\","
     "\"source\":\"mail\",\"id\":\"2\",\"sequence\":2,\"index\":1,\"data\":{}}\n"
     "{\"what\":\"points\",\"time\":\"2026-01-02T08:00:00.000Z\",\"score\":\"engagement\",\"rule\":"
     "\"opened\",\"points\":2.5,\"file\":\"rules.yaml\",\"line\":7}\n",
     ""},
    {"contact timeline email:ann@example.com --config c.yaml -o json", 0,
     "[{\"what\":\"event\",\"time\":\"2026-01-04T09:00:00.000Z\",\"type\":\"email.opened\","
     "\"source\":\"mail\",\"id\":\"6\",\"sequence\":2,\"index\":3,\"data\":{}},"
     "{\"what\":\"points\",\"time\":\"2026-01-04T09:00:00.000Z\",\"score\":\"engagement\",\"rule\":"
     "\"opened\",\"points\":2.5,\"file\":\"rules.yaml\",\"line\":7}]\n",
     ""},
    {"contact timeline c-2 --config c.yaml -o table", 0,
     "TIME                      WHAT    NAME               DETAIL\n"
     "2026-01-01T08:00:00.000Z  event   contact.created    shop 1, 2/0 "
     "{\"fields\":{\"name\":\"Bo\"}}\n"
     "2026-01-02T08:00:00.000Z  event   email.opened       mail 2, 2/1\n"
     "2026-01-02T08:00:00.000Z  points  engagement/opened  2.5 points\n",
     ""},
    {"contact timeline c-3 --config c.yaml", 1, "", "there is no contact 'c-3'"},
    {"contact explain c-10 --config c.yaml -o table", 0,
     "engagement\n"
     "POINTS  TIME                      RULE     EVENT         SOURCE  ID  WRITTEN AT\n"
     "    15  2026-01-01T09:00:00.000Z  ordered  order.placed  shop    3   rules.yaml:8\n"
     "    15  2026-01-02T09:00:00.000Z  ordered  order.placed  shop    4   rules.yaml:8\n"
     "    15  2026-01-03T09:00:00.000Z  ordered  order.placed  shop    5   rules.yaml:8\n"
     "    45  sum\n"
     "   -15  cut by min or max\n"
     "    30  value, band hot\n",
     ""},
    {"contact explain c-10 --score nope --config c.yaml", 1, "", "no such score"},
    {"contact explain c-3 --config c.yaml", 1, "", "there is no contact 'c-3'"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(objects_are_lines_of_the_table)
{
    struct buffer table = {0};
    const char *json = "{\"id\":\"c\",\"objects\":{\"deal\":{\"a\":{\"stage\":\"won\",\"value\":5},"
                       "\"b\":{\"value\":1}},\"order\":{\"7\":{\"paid\":true}}},\"events\":2}";
    ck_assert_int_eq(contact_add_table(NULL, bytes_text(json), &table), 0);
    buffer_add_u8(&table, 0);
    ck_assert_str_eq(
        (const char *)table.data, "id                c\n"
                                  "objects  deal a   stage won, value 5\n"
                                  "         deal b   value 1\n"
                                  "         order 7  paid true\n"
                                  "events            2\n");
    buffer_free(&table);
}
END_TEST

START_TEST(a_contact_is_printed_as_asked)
{
    captured_check(&cases[_i], &captured);
}
END_TEST

static int64_t milli_of(const struct json *object, const char *name)
{
    int64_t milli = 0;
    ck_assert(milli_parse(json_text(object, name), &milli));
    return milli;
}

START_TEST(the_parts_of_a_score_add_up_to_its_value)
{
    static const char *const contacts[] = {"c-2", "c-10", "email:ann@example.com"};
    struct arena arena = {0};
    struct json *root = NULL;
    char line[512];
    (void)snprintf(line, sizeof(line), "contact explain %s --config c.yaml", contacts[_i]);
    captured_run(line, &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_int_eq(json_read(bytes_text(captured.out), &arena, &root), ERR_OK);
    const struct json *score = json_member(root, "scores")->first;
    ck_assert_ptr_nonnull(score);
    int64_t sum_milli = 0;
    const struct json *entry = json_member(score, "entries")->first;
    ck_assert_ptr_nonnull(entry);
    for (; entry != NULL; entry = entry->next)
        sum_milli += milli_of(entry, "points");
    ck_assert_int_eq(sum_milli, milli_of(score, "sum"));
    ck_assert_int_eq(sum_milli + milli_of(score, "cut"), milli_of(score, "value"));
    arena_free(&arena);
}
END_TEST

// What was refused has its place in the frame too; an event without a time happened when it was folded.
START_TEST(a_timeline_has_the_places_and_times_that_the_journal_has)
{
    static const char *const more[] = {
        "not json",
        "{\"id\":\"7\",\"source\":\"shop\",\"type\":\"order.placed\",\"contact\":\"c-10\"}", NULL};
    shop_fold_more("d", 1, more);
    captured_run("contact timeline c-10 --config c.yaml", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_ptr_nonnull(strstr(
        captured.out,
        "{\"what\":\"event\",\"time\":\"2026-01-04T09:00:00.000Z\",\"type\":\"order.placed\","
        "\"source\":\"shop\",\"id\":\"7\",\"sequence\":3,\"index\":1,"));
    captured_run("contact explain c-10 --config c.yaml -o json", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_ptr_nonnull(
        strstr(captured.out, "\"id\":\"7\",\"type\":\"order.placed\",\"sequence\":3,\"index\":1}"));
}
END_TEST

START_TEST(a_timeline_tells_what_new_rules_made)
{
    struct shard *shard = shop_open_shard("d", 1);
    shop_activate_rules(
        shard, "scores: {orders: {rules: [{name: one, on: order.placed, points: 1}]}}\n"
               "segments: {buyers: {if: score.orders > 2.0}}\n");
    shard_close(shard);
    captured_run("contact timeline c-10 --config c.yaml -o table", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_ptr_nonnull(strstr(
        captured.out, "score    orders              from 0 to 3, by new rules\n"
                      "2026-01-04T09:00:00.000Z  score    engagement          from 30 to nothing: "
                      "it is gone, by new rules\n"
                      "2026-01-04T09:00:00.000Z  segment  buyers              entered, by new "
                      "rules\n"));
}
END_TEST

START_TEST(a_data_directory_that_is_not_there_is_unreachable)
{
    static const char *const lines[] = {
        "contact get c-2 --config x.yaml", "contact export --config x.yaml",
        "contact timeline c-2 --config x.yaml", "contact explain c-2 --config x.yaml"};
    fixture_write("x.yaml", "data: nowhere\nrules: r\nsources: {files: [e.ndjson]}\n");
    captured_run(lines[_i], &captured);
    ck_assert_int_eq(captured.code, 69);
    ck_assert_ptr_nonnull(strstr(captured.err, "nowhere"));
    ck_assert_str_eq(captured.out, "");
}
END_TEST

START_TEST(a_shard_that_is_missing_is_damage)
{
    ck_assert_int_eq(rename("d/shard-0000", "d/shard-0002"), 0);
    captured_run("contact get c-2 --config c.yaml", &captured);
    ck_assert_int_eq(captured.code, 74);
    ck_assert_ptr_nonnull(strstr(captured.err, "expected shards 0 to 2, found 2 of them"));
}
END_TEST

START_TEST(reading_changes_nothing_in_the_journal)
{
    struct stat before;
    struct stat after;
    const char *path = "d/shard-0001/journal/00000000000000000001.journal";
    ck_assert_int_eq(stat(path, &before), 0);
    captured_run("contact export --config c.yaml", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_int_eq(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
    ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    ck_assert_int_ne(access("d/shard-0001/journal/next.prepared", F_OK), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/contact");
    TCase *tcase = tcase_create("contact");
    tcase_add_checked_fixture(tcase, shop_enter, fixture_leave);
    tcase_add_test(tcase, objects_are_lines_of_the_table);
    tcase_add_loop_test(tcase, a_contact_is_printed_as_asked, 0, CASE_COUNT);
    tcase_add_loop_test(tcase, the_parts_of_a_score_add_up_to_its_value, 0, 3);
    tcase_add_test(tcase, a_timeline_has_the_places_and_times_that_the_journal_has);
    tcase_add_test(tcase, a_timeline_tells_what_new_rules_made);
    tcase_add_loop_test(tcase, a_data_directory_that_is_not_there_is_unreachable, 0, 4);
    tcase_add_test(tcase, a_shard_that_is_missing_is_damage);
    tcase_add_test(tcase, reading_changes_nothing_in_the_journal);
    suite_add_tcase(suite, tcase);
    return suite;
}
