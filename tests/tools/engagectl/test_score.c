// `engagectl score …` over two shards: what they say is one answer.
#include "tools/engagectl/score_merge.h"
#include "tools/engagectl/score_table.h"

#include "tests/tools/engagectl/shop_data.h"

static const struct captured_case cases[] = {
    {"score top engagement --config c.yaml", 0,
     "{\"score\":\"engagement\",\"contacts\":[{\"id\":\"c-10\",\"value\":30,\"band\":\"hot\"},"
     "{\"id\":\"c-2\",\"value\":2.5},{\"id\":\"email:ann@example.com\",\"value\":2.5}]}\n",
     ""},
    {"score top engagement -n 1 --config c.yaml -o ndjson", 0,
     "{\"id\":\"c-10\",\"value\":30,\"band\":\"hot\"}\n", ""},
    {"score top engagement --number 2 --config c.yaml -o table", 0,
     "#  ID    VALUE  BAND\n"
     "1  c-10     30  hot\n"
     "2  c-2     2.5\n",
     ""},
    {"score top nope --config c.yaml", 1, "", "the rules in force have no score 'nope'"},
    {"score top engagement -n 0 --config c.yaml", 2, "", "--number takes a whole number of 1 to"},
    {"score bands engagement --config c.yaml", 0,
     "{\"score\":\"engagement\",\"below\":2,\"bands\":["
     "{\"band\":\"warm\",\"from\":10,\"contacts\":0},{\"band\":\"hot\",\"from\":25,\"contacts\":1}]"
     "}"
     "\n",
     ""},
    {"score bands engagement --config c.yaml -o ndjson", 0,
     "{\"band\":\"warm\",\"from\":10,\"contacts\":0}\n"
     "{\"band\":\"hot\",\"from\":25,\"contacts\":1}\n",
     ""},
    {"score bands engagement --config c.yaml -o table", 0,
     "BAND     FROM  CONTACTS  SHARE\n"
     "(below)               2  66.7%  ████████████████████████████████████████\n"
     "warm       10         0   0.0%\n"
     "hot        25         1  33.3%  ████████████████████\n",
     ""},
    {"score bands nope --config c.yaml", 1, "", "no score 'nope'"},
    {"score bands", 2, "", "usage: engagectl score bands NAME"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(a_score_is_printed_as_asked)
{
    captured_check(&cases[_i], &captured);
}
END_TEST

static const struct merge_case {
    const char *name;
    const char *answers[3];
    size_t top; // 0: bands
    const char *want;
} merge_cases[] = {
    {"by value, not by text",
     {"{\"score\":\"s\",\"contacts\":[{\"id\":\"a\",\"value\":100},{\"id\":\"b\",\"value\":-3}]}",
      "{\"score\":\"s\",\"contacts\":[{\"id\":\"c\",\"value\":20.5},{\"id\":\"d\",\"value\":-2.5}]"
      "}"},
     10,
     "{\"score\":\"s\",\"contacts\":[{\"id\":\"a\",\"value\":100},{\"id\":\"c\",\"value\":20.5},"
     "{\"id\":\"d\",\"value\":-2.5},{\"id\":\"b\",\"value\":-3}]}"},
    {"equal values in the order of the shards",
     {"{\"score\":\"s\",\"contacts\":[{\"id\":\"z\",\"value\":1}]}",
      "{\"score\":\"s\",\"contacts\":[{\"id\":\"a\",\"value\":1}]}"},
     1,
     "{\"score\":\"s\",\"contacts\":[{\"id\":\"z\",\"value\":1}]}"},
    {"nobody anywhere",
     {"{\"score\":\"s\",\"contacts\":[]}", "{\"score\":\"s\",\"contacts\":[]}"},
     3,
     "{\"score\":\"s\",\"contacts\":[]}"},
    {"bands by name, also where shards know different ones",
     {"{\"score\":\"s\",\"below\":1,\"bands\":[{\"band\":\"x\",\"from\":0,\"contacts\":2}]}",
      "{\"score\":\"s\",\"below\":0,\"bands\":[{\"band\":\"x\",\"from\":0,\"contacts\":3},"
      "{\"band\":\"y\",\"from\":9.5,\"contacts\":4}]}",
      "{\"score\":\"s\",\"below\":5,\"bands\":[{\"band\":\"y\",\"from\":9.5,\"contacts\":1}]}"},
     0,
     "{\"score\":\"s\",\"below\":6,\"bands\":[{\"band\":\"x\",\"from\":0,\"contacts\":5},"
     "{\"band\":\"y\",\"from\":9.5,\"contacts\":5}]}"},
};
enum { MERGE_COUNT = sizeof(merge_cases) / sizeof(merge_cases[0]) };

START_TEST(answers_of_shards_become_one)
{
    const struct merge_case *it = &merge_cases[_i];
    struct score_answers answers = {.count = 0};
    struct buffer text = {0};
    for (size_t i = 0; i < 3 && it->answers[i] != NULL; i++)
        ck_assert_int_eq(score_answers_add(&answers, bytes_text(it->answers[i])), ERR_OK);
    if (it->top > 0)
        score_add_merged_top(&answers, it->top, &text);
    else
        score_add_merged_bands(&answers, &text);
    buffer_add_u8(&text, 0);
    ck_assert_msg(strcmp((const char *)text.data, it->want) == 0, "%s: %s", it->name, text.data);
    buffer_free(&text);
    score_answers_free(&answers);
}
END_TEST

START_TEST(an_answer_that_is_no_json_is_refused)
{
    struct score_answers answers = {.count = 0};
    struct buffer text = {0};
    ck_assert_int_eq(score_answers_add(&answers, bytes_text("{\"score\":")), ERR_INVALID);
    ck_assert_uint_eq(answers.count, 0);
    ck_assert_int_eq(
        score_add_answer(&text, bytes_text("<html>"), SCORE_TOP, OUTPUT_TABLE), ERR_INVALID);
    ck_assert_uint_eq(text.len, 0);
    score_answers_free(&answers);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/score");
    TCase *tcase = tcase_create("score");
    tcase_add_checked_fixture(tcase, shop_enter, fixture_leave);
    tcase_add_loop_test(tcase, a_score_is_printed_as_asked, 0, CASE_COUNT);
    suite_add_tcase(suite, tcase);
    TCase *merge = tcase_create("merge");
    tcase_add_loop_test(merge, answers_of_shards_become_one, 0, MERGE_COUNT);
    tcase_add_test(merge, an_answer_that_is_no_json_is_refused);
    suite_add_tcase(suite, merge);
    return suite;
}
