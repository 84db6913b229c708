// Arguments, help and completion of engagectl.
#include "config/diagnostic_codes.h"
#include "tools/engagectl/commands.h"

#include "tests/support/suite.h"
#include "tests/tools/engagectl/captured.h"

static struct captured captured;

static const struct usage_case {
    const char *line;
    int code;
    const char *out; // what standard output begins with
    const char *err; // what standard error holds
} cases[] = {
    {"", 2, "", "usage: engagectl COMMAND"},
    {"version", 0, "engagectl ", ""},
    {"--config x version", 0, "engagectl ", ""},
    {"version -o json", 0, "engagectl ", ""},
    {"--help", 0, "usage: engagectl COMMAND", ""},
    {"-h", 0, "usage: engagectl COMMAND", ""},
    {"help", 0, "usage: engagectl COMMAND", ""},
    {"help check", 0, "usage: engagectl check", ""},
    {"check --help", 0, "usage: engagectl check", ""},
    {"help E0206", 0, "E0206: unknown event\n\n", ""},
    {"help e0206", 0, "E0206: unknown event\n\n", ""},
    {"help E9999", 1, "", "there is no code 'E9999'\n"},
    {"help E0505", 1, "", "there is no code 'E0505', did you mean 'W0505'?"},
    {"help nothing", 2, "", "there is no command 'nothing'\n"},
    {"help chek", 2, "", "there is no command 'chek', did you mean 'check'?"},
    {"help check it", 2, "", "'check' has no command 'it'"},
    {"chek", 2, "", "unknown command 'chek', did you mean 'check'?"},
    {"zzzzzz", 2, "", "unknown command 'zzzzzz'\n"},
    {"check --strct x", 2, "", "unknown option '--strct', did you mean '--strict'?"},
    {"check x --strct", 2, "", "unknown option '--strct', did you mean '--strict'?"},
    {"check -z", 2, "", "unknown option '-z'"},
    {"--nothing check", 2, "", "unknown option '--nothing'"},
    {"check --format", 2, "", "--format needs a value"},
    {"check --format xml x", 2, "", "takes text, json or github, not 'xml'"},
    {"check", 2, "", "a PATH or --config FILE is needed"},
    {"-o xml check x", 2, "", "-o takes table, json or ndjson, not 'xml'"},
    {"schema", 2, "", "an argument is missing"},
    {"schema rules config", 2, "", "one too many: 'config'"},
    {"schema things", 2, "", "'things' is none of rules, config, event, action"},
    {"completion csh", 2, "", "'csh' is none of bash, zsh, fish"},
    {"completion bash", 0, "_engagectl() {", ""},
    {"completion zsh", 0, "#compdef engagectl", ""},
    {"completion fish", 0, "complete -c engagectl", ""},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(arguments_are_read_as_written)
{
    const struct usage_case *it = &cases[_i];
    captured_run(it->line, &captured);
    ck_assert_msg(
        captured.code == it->code, "%s: exit %d: %s", it->line, captured.code, captured.err);
    ck_assert_msg(
        strncmp(captured.out, it->out, strlen(it->out)) == 0, "%s: %s", it->line, captured.out);
    ck_assert_msg(strstr(captured.err, it->err) != NULL, "%s: %s", it->line, captured.err);
    if (it->code == 0)
        ck_assert_msg(captured.err[0] == '\0', "%s: %s", it->line, captured.err);
    else
        ck_assert_msg(captured.out[0] == '\0', "%s: %s", it->line, captured.out);
}
END_TEST

START_TEST(every_command_has_help_and_is_completed)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    size_t count = 0;
    const struct command *table = commands_table(&count);
    for (size_t i = 0; i < count; i++) {
        char line[200];
        const char *space = strchr(table[i].name, ' ');
        size_t first_len = strcspn(table[i].name, " ");
        char first[100];
        (void)snprintf(first, sizeof(first), "%.*s", (int)first_len, table[i].name);
        // Also says that no name stands twice in the table.
        ck_assert_ptr_eq(commands_find(first, space == NULL ? NULL : space + 1), &table[i]);
        ck_assert_uint_le(table[i].option_count, COMMAND_OPTIONS_MAX);
        ck_assert_uint_le(table[i].arg_count_min, table[i].arg_count_max);
        (void)snprintf(line, sizeof(line), "help %s", table[i].name);
        captured_run(line, &captured);
        ck_assert_int_eq(captured.code, 0);
        ck_assert_ptr_nonnull(strstr(captured.out, table[i].help));
        for (size_t j = 0; j < table[i].option_count; j++)
            ck_assert_ptr_nonnull(strstr(captured.out, table[i].options[j].help));
    }
    for (size_t shell = 0; shell < sizeof(shells) / sizeof(shells[0]); shell++) {
        char line[40];
        (void)snprintf(line, sizeof(line), "completion %s", shells[shell]);
        captured_run(line, &captured);
        for (size_t i = 0; i < count; i++) {
            const char *space = strrchr(table[i].name, ' ');
            const char *last = space == NULL ? table[i].name : space + 1;
            ck_assert_msg(strstr(captured.out, last) != NULL, "%s: %s", shells[shell], last);
        }
    }
}
END_TEST

START_TEST(every_code_is_explained)
{
    for (int i = 0; i < DIAGNOSTIC_CODE_COUNT; i++) {
        char line[40];
        const char *code = diagnostic_code_text((enum diagnostic_code)i);
        (void)snprintf(line, sizeof(line), "help %s", code);
        captured_run(line, &captured);
        ck_assert_int_eq(captured.code, 0);
        ck_assert_uint_gt(strlen(captured.out), strlen(code) + 20);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/command");
    TCase *tcase = tcase_create("command");
    tcase_add_loop_test(tcase, arguments_are_read_as_written, 0, CASE_COUNT);
    tcase_add_test(tcase, every_command_has_help_and_is_completed);
    tcase_add_test(tcase, every_code_is_explained);
    suite_add_tcase(suite, tcase);
    return suite;
}
