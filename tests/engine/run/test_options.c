// The command line: what is understood, what is refused.
#include <stdio.h>

#include "engine/run/options.h"

#include "tests/support/suite.h"

enum { ARGUMENTS_MAX = 6 };

static const struct line {
    const char *name;
    const char *arguments[ARGUMENTS_MAX];
    enum err err;
    enum options_action action;
    const char *config_path;
    bool is_once;
    const char *complaint;
} lines[] = {
    {"nothing given", {NULL}, ERR_OK, OPTIONS_RUN, "/etc/engaged/engaged.yaml", false, ""},
    {"a configuration", {"--config", "a.yaml"}, ERR_OK, OPTIONS_RUN, "a.yaml", false, ""},
    {"a configuration by =", {"--config=a.yaml"}, ERR_OK, OPTIONS_RUN, "a.yaml", false, ""},
    {"once", {"--once", "--config", "b"}, ERR_OK, OPTIONS_RUN, "b", true, ""},
    {"check", {"--check"}, ERR_OK, OPTIONS_CHECK, "/etc/engaged/engaged.yaml", false, ""},
    {"help", {"-h"}, ERR_OK, OPTIONS_HELP, "/etc/engaged/engaged.yaml", false, ""},
    {"version", {"--version"}, ERR_OK, OPTIONS_VERSION, "/etc/engaged/engaged.yaml", false, ""},
    {"an unknown option", {"--wat"}, ERR_INVALID, 0, NULL, false, "unknown option --wat"},
    {"no value", {"--config"}, ERR_INVALID, 0, NULL, false, "--config needs a value"},
    {"an argument", {"--once", "x"}, ERR_INVALID, 0, NULL, false, "unexpected argument x"},
};

START_TEST(a_line_is_understood_or_refused_with_a_reason)
{
    const struct line *line = &lines[_i];
    char texts[ARGUMENTS_MAX][64];
    char *argv[ARGUMENTS_MAX + 2] = {"engaged"};
    int argc = 1;
    for (size_t i = 0; i < ARGUMENTS_MAX && line->arguments[i] != NULL; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "%s", line->arguments[i]);
        argv[argc++] = texts[i];
    }
    struct options options = {.config_path = "untouched"};
    struct buffer complaint = {0};
    ck_assert_int_eq(options_parse(argc, argv, &options, &complaint), line->err);
    buffer_add_u8(&complaint, 0);
    ck_assert_str_eq((const char *)complaint.data, line->complaint);
    if (line->err == ERR_OK) {
        ck_assert_int_eq(options.action, line->action);
        ck_assert_str_eq(options.config_path, line->config_path);
        ck_assert_int_eq(options.is_once, line->is_once);
    } else {
        ck_assert_str_eq(options.config_path, "untouched");
    }
    buffer_free(&complaint);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *tcase = tcase_create("options");
    tcase_add_loop_test(
        tcase, a_line_is_understood_or_refused_with_a_reason, 0, sizeof(lines) / sizeof(lines[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
