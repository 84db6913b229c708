// `engagectl check` as people and their CI see it.
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/suite.h"
#include "tests/tools/engagectl/captured.h"

static struct captured captured;
static char directory[TEST_SCRATCH_BYTES];
enum { LINE_BYTES = 300 };

static void write_file(const char *name, const char *text)
{
    char path[LINE_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void make_directory(const char *name)
{
    char path[LINE_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void set_up(void)
{
    test_scratch_make(directory);
    ck_assert_int_eq(chdir(directory), 0); // so that the shown paths are short
    make_directory("rules");
    make_directory("rules/deep");
    make_directory("empty");
    write_file("rules/b.yaml", "scores: {s: {rules: [{name: a, on: page.viewed, points: 1}]}}\n");
    write_file("rules/deep/c.yml", "lists: {news: }\n");
    write_file("rules/notes.txt", "not: [a rule\n");
    write_file("bad.yaml", "scores: {z: {mni: 1}}\n");
    write_file(
        "warned.yaml", "scores: {t: {rules: [{name: a, on: page.viewed, points: 1, "
                       "limit: {times: 1, per: data.mood}}]}}\n");
    write_file("engaged.yaml", "data: data\nrules: rules\nsources: {files: [events.ndjson]}\n");
    write_file("wrong.yaml", "data: data\nrules: rules\nshrads: 3\nsources: {files: [x]}\n");
}

static void tear_down(void)
{
    char command[LINE_BYTES];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", directory);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(system(command), 0);
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
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, a_check_says_what_it_found, 0, CASE_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
