// `engagectl test`: runs the tests beside the rules.
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/memory.h"
#include "engine/os/os_clock.h"
#include "tools/engagectl/command.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/out_file.h"
#include "tools/engagectl/rule_paths.h"
#include "tools/engagectl/test_coverage.h"
#include "tools/engagectl/test_report.h"
#include "tools/engagectl/test_run.h"

struct testing {
    const struct command_call *call;
    const char *glob;    // NULL: all
    bool is_told;        // each test that passes is listed, too
    bool wants_coverage; // of everything
    struct ruleset *ruleset;
    struct test_runner runner;
    struct test_result *results;
    size_t count, failed;
    struct out_file junit;
};

static bool is_chosen(const struct testing *testing, const struct rule_test *test)
{
    return testing->glob == NULL || fnmatch(testing->glob, (const char *)test->name.data, 0) == 0;
}

// A test that is through: the reader need not wait for the others.
static int tell(const struct testing *testing, const struct test_result *result)
{
    enum command_output output = testing->call->output;
    bool is_text = output == OUTPUT_DEFAULT || output == OUTPUT_TABLE;
    struct buffer text = {0};
    if (is_text && (testing->is_told || result->first != NULL))
        test_report_add_text(&text, result);
    if (output == OUTPUT_NDJSON) {
        test_report_add_json(&text, result);
        buffer_add_u8(&text, '\n');
    }
    int code = text.len > 0 ? command_print(buffer_bytes(&text)) : EXIT_CODE_DONE;
    buffer_free(&text);
    return code;
}

static int run_all(struct testing *testing)
{
    struct clock clock = os_clock();
    size_t count = ruleset_test_count(testing->ruleset);
    testing->results = mem_zero(count + 1, sizeof(*testing->results));
    for (size_t i = 0; i < count; i++) {
        const struct rule_test *test = ruleset_test(testing->ruleset, i);
        struct fault fault = {.err = ERR_OK};
        if (!is_chosen(testing, test))
            continue;
        struct test_result *result = &testing->results[testing->count++];
        int64_t started_us = clock.ops->mono_us(clock.self);
        if (test_run(&testing->runner, test, result, &fault) != ERR_OK) {
            command_talk(
                testing->call->command, "%s: %s", (const char *)test->name.data, fault.text);
            return EXIT_CODE_INTERNAL;
        }
        result->elapsed_us = clock.ops->mono_us(clock.self) - started_us;
        testing->failed += result->first == NULL ? 0 : 1;
        int code = tell(testing, result);
        if (code != EXIT_CODE_DONE)
            return code;
    }
    return EXIT_CODE_DONE;
}

// --- at the end
static void add_json(const struct testing *testing, struct buffer *to)
{
    buffer_add_text(to, "{\"tests\":[");
    for (size_t i = 0; i < testing->count; i++) {
        if (i > 0)
            buffer_add_u8(to, ',');
        test_report_add_json(to, &testing->results[i]);
    }
    buffer_add_format(
        to, "],\"passed\":%zu,\"failed\":%zu,\"coverage\":", testing->count - testing->failed,
        testing->failed);
    test_coverage_add_json(to, testing->ruleset, &testing->runner.hits);
    buffer_add_text(to, "}\n");
}

static void add_text(const struct testing *testing, struct buffer *to)
{
    const struct test_hits *hits = &testing->runner.hits;
    buffer_add_format(
        to, "%zu passed, %zu failed\n", testing->count - testing->failed, testing->failed);
    if (testing->wants_coverage)
        test_coverage_add_table(to, testing->ruleset, hits);
    else if (testing->glob == NULL && testing->count > 0)
        test_coverage_add_unreached(to, testing->ruleset, hits);
}

static int print_summary(const struct testing *testing)
{
    struct buffer text = {0};
    switch (testing->call->output) {
    case OUTPUT_DEFAULT:
    case OUTPUT_TABLE: add_text(testing, &text); break;
    case OUTPUT_JSON: add_json(testing, &text); break;
    case OUTPUT_NDJSON: break; // each test has been told
    }
    int code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}

// Opened before anything is run: a wrong path is told at once.
static int open_junit(struct testing *testing)
{
    const char *path = command_option_value(testing->call, "junit");
    struct fault fault = {.err = ERR_OK};
    if (path == NULL || out_file_open(path, &testing->junit, &fault) == ERR_OK)
        return EXIT_CODE_DONE;
    command_talk(testing->call->command, "%s", fault.text);
    return EXIT_CODE_USAGE;
}

static int write_junit(struct testing *testing)
{
    struct fault fault = {.err = ERR_OK};
    struct buffer text = {0};
    test_report_add_junit(&text, testing->results, testing->count);
    enum err err = out_file_add_line(&testing->junit, bytes_of(text.data, text.len - 1), &fault);
    enum err close_err = out_file_close(&testing->junit, &fault);
    buffer_free(&text);
    if (err == ERR_OK && close_err == ERR_OK)
        return EXIT_CODE_DONE;
    command_talk(testing->call->command, "%s", fault.text);
    return EXIT_CODE_INTERNAL;
}

static int run_tests(struct testing *testing)
{
    if (ruleset_test_count(testing->ruleset) == 0)
        command_talk(testing->call->command, "there are no tests");
    int code = open_junit(testing);
    if (code == EXIT_CODE_DONE)
        code = run_all(testing);
    if (code == EXIT_CODE_DONE && testing->count == 0 && testing->glob != NULL)
        command_talk(testing->call->command, "no test is called '%s'", testing->glob);
    if (code == EXIT_CODE_DONE)
        code = write_junit(testing);
    if (code == EXIT_CODE_DONE)
        code = print_summary(testing);
    return code == EXIT_CODE_DONE && testing->failed > 0 ? EXIT_CODE_FAILED : code;
}

// --- before
static void talk_diagnostics(struct rule_paths *paths, const struct command *command)
{
    struct buffer text = {0};
    const char *no_colour = getenv("NO_COLOR");
    bool is_coloured = isatty(STDERR_FILENO) == 1 && (no_colour == NULL || no_colour[0] == '\0');
    if (paths->list.count == 0)
        return;
    diagnostics_print(
        &paths->list, is_coloured ? DIAGNOSTIC_FORMAT_COLOUR : DIAGNOSTIC_FORMAT_TEXT, &text);
    (void)fwrite(text.data, 1, text.len, stderr);
    buffer_free(&text);
    if (paths->list.error_count > 0)
        command_talk(
            command, "the rules have %zu error%s", paths->list.error_count,
            paths->list.error_count == 1 ? "" : "s");
}

static void read_paths(const struct command_call *call, struct rule_paths *paths)
{
    if (call->config_path != NULL)
        rule_paths_add_config(
            paths, call->config_path,
            call->arg_count == 0 ? RULE_PATHS_ITS_RULES : RULE_PATHS_CONFIG_ALONE);
    for (size_t i = 0; i < call->arg_count; i++)
        rule_paths_add(paths, call->args[i]);
}

static int compile(const struct command_call *call, struct rule_paths *paths, struct ruleset **out)
{
    read_paths(call, paths);
    struct rule_bundle bundle = rule_paths_bundle(paths);
    enum err err = ruleset_compile(&bundle, &paths->list, out);
    talk_diagnostics(paths, call->command);
    return err == ERR_OK && paths->list.error_count == 0 ? EXIT_CODE_DONE : EXIT_CODE_REFUSED;
}

int test_command(const struct command_call *call)
{
    struct rule_paths paths = {.count = 0};
    struct testing testing = {
        .call = call,
        .glob = command_option_value(call, "run"),
        .is_told = command_option_value(call, "verbose") != NULL,
        .wants_coverage = command_option_value(call, "coverage") != NULL,
    };
    if (call->arg_count == 0 && call->config_path == NULL)
        return command_usage_error(call->command, "a PATH or --config FILE is needed");
    int code = compile(call, &paths, &testing.ruleset);
    if (code == EXIT_CODE_DONE) {
        test_runner_init(&testing.runner, testing.ruleset);
        code = run_tests(&testing);
        test_runner_free(&testing.runner);
    }
    for (size_t i = 0; i < testing.count; i++)
        test_result_free(&testing.results[i]);
    free(testing.results);
    ruleset_destroy(testing.ruleset);
    rule_paths_free(&paths);
    return code;
}
