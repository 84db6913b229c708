// `engagectl check` as people and their CI see it.
#include <sys/stat.h>

#include "tests/tools/engagectl/command_fixture.h"

static void set_up(void)
{
    fixture_enter();
    ck_assert_int_eq(mkdir("rules", 0700), 0);
    ck_assert_int_eq(mkdir("rules/deep", 0700), 0);
    ck_assert_int_eq(mkdir("empty", 0700), 0);
    fixture_write(
        "rules/b.yaml", "scores: {s: {rules: [{name: a, on: page.viewed, points: 1}]}}\n");
    fixture_write("rules/deep/c.yml", "lists: {news: }\n");
    fixture_write("rules/notes.txt", "not: [a rule\n");
    fixture_write("bad.yaml", "scores: {z: {mni: 1}}\n");
    fixture_write(
        "warned.yaml", "scores: {t: {rules: [{name: a, on: page.viewed, points: 1, "
                       "limit: {times: 1, per: data.mood}}]}}\n");
    fixture_write("engaged.yaml", "data: data\nrules: rules\nsources: {files: [events.ndjson]}\n");
    fixture_write("wrong.yaml", "data: data\nrules: rules\nshrads: 3\nsources: {files: [x]}\n");
}

static const struct check_case {
    const char *line;
    int code;
    const char *out; // found in it; "" exactly nothing
    const char *err; // the whole of it
} cases[] = {
    {"check rules", 0, "", "engagectl check: 2 files, 1 rule, 0 workflows: ok\n"},
    {"check rules/", 0, "", "engagectl check: 2 files, 1 rule, 0 workflows: ok\n"},
    {"check rules/b.yaml", 0, "", "engagectl check: 1 file, 1 rule, 0 workflows: ok\n"},
    {"check rules rules/b.yaml rules", 0, "",
     "engagectl check: 2 files, 1 rule, 0 workflows: ok\n"},
    {"check rules bad.yaml", 78, "bad.yaml:1:14: error[E0201]:", "engagectl check: 1 error\n"},
    {"check nowhere bad.yaml", 78, "nowhere: error[E0111]: ", "engagectl check: 2 errors\n"},
    {"check warned.yaml", 0, "warned.yaml:1:88: warning[W0505]:",
     "engagectl check: 1 file, 1 rule, 0 workflows: 1 warning\n"},
    {"check --strict warned.yaml", 78,
     "warning[W0505]:", "engagectl check: 1 file, 1 rule, 0 workflows: 1 warning\n"},
    {"check warned.yaml bad.yaml", 78, "warning[W0505]:", "engagectl check: 1 error, 1 warning\n"},
    {"check empty", 0,
     "empty: warning[W0504]:", "engagectl check: 0 files, 0 rules, 0 workflows: 1 warning\n"},
    {"check --format json bad.yaml", 78, "\"code\":\"E0201\"", "engagectl check: 1 error\n"},
    {"check --format github bad.yaml", 78, "::error file=bad.yaml,line=1,col=14",
     "engagectl check: 1 error\n"},
    {"check --config engaged.yaml", 0, "", "engagectl check: 2 files, 1 rule, 0 workflows: ok\n"},
    {"check --config engaged.yaml bad.yaml", 78, "bad.yaml:1:14:", "engagectl check: 1 error\n"},
    {"check --config wrong.yaml", 78,
     "wrong.yaml:3:1: error[E0201]:", "engagectl check: 1 error\n"},
    {"check --config nowhere.yaml", 78,
     "nowhere.yaml: error[E0111]:", "engagectl check: 1 error\n"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(a_check_says_what_it_found)
{
    const struct check_case *it = &cases[_i];
    captured_run(it->line, &captured);
    ck_assert_msg(
        captured.code == it->code, "%s: exit %d: %s", it->line, captured.code, captured.out);
    if (it->out[0] == '\0')
        ck_assert_str_eq(captured.out, "");
    ck_assert_msg(strstr(captured.out, it->out) != NULL, "%s: %s", it->line, captured.out);
    ck_assert_str_eq(captured.err, it->err);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/check");
    TCase *tcase = tcase_create("check");
    tcase_add_checked_fixture(tcase, set_up, fixture_leave);
    tcase_add_loop_test(tcase, a_check_says_what_it_found, 0, CASE_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
