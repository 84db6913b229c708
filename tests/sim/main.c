// The simulator's command line: which seeds, and what is printed of them.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/runner.h"

static const char help[] =
    "usage: sim [OPTION VALUE]...\n"
    "  --seeds N       how many seeds (100)\n"
    "  --first N       the first of them (1)\n"
    "  --seed N        this one only, with its log\n"
    "  --kept FILE     the seeds of FILE, a line each: SEED [INPUTS LIVES SHARDS WITHOUT]\n"
    "  --jobs N        processes (2)\n"
    "  --inputs N, --lives N, --shards N   at most so many\n"
    "  --without BITS  kinds of trouble left out (tests/sim/sim.h)\n"
    "  --quiet 1       no log with --seed\n"
    "  --shrink 0      failing seeds are left as they are\n"
    "  --report FILE   where the report goes (standard output)\n";

struct arguments {
    struct runner_options options;
    const char *kept;
    const char *report;
};

static bool take_number(const char *name, const char *text, struct arguments *arguments)
{
    struct runner_options *options = &arguments->options;
    char *end = NULL;
    uint64_t number = strtoull(text, &end, 10);
    if (end == text || *end != '\0')
        return false;
    if (strcmp(name, "--seeds") == 0)
        options->count = number;
    else if (strcmp(name, "--first") == 0)
        options->first = number;
    else if (strcmp(name, "--jobs") == 0)
        options->jobs = (unsigned)number;
    else if (strcmp(name, "--inputs") == 0)
        options->limits.inputs_max = (uint32_t)number;
    else if (strcmp(name, "--lives") == 0)
        options->limits.lives_max = (uint32_t)number;
    else if (strcmp(name, "--shards") == 0)
        options->limits.shards_max = (uint32_t)number;
    else if (strcmp(name, "--without") == 0)
        options->limits.without = (uint32_t)number;
    else if (strcmp(name, "--quiet") == 0)
        options->is_verbose = number == 0;
    else if (strcmp(name, "--shrink") == 0)
        options->may_shrink = number != 0;
    else
        return false;
    return true;
}

static bool take(const char *name, const char *value, struct arguments *arguments)
{
    if (strcmp(name, "--kept") == 0) {
        arguments->kept = value;
        return true;
    }
    if (strcmp(name, "--report") == 0) {
        arguments->report = value;
        return true;
    }
    if (strcmp(name, "--seed") == 0) {
        arguments->options.count = 1;
        arguments->options.jobs = 1;
        arguments->options.is_verbose = true;
        arguments->options.may_shrink = false;
        return take_number("--first", value, arguments);
    }
    return take_number(name, value, arguments);
}

// Seeds that once failed, with what they were cut down to.
static uint64_t run_kept(
    struct arguments *arguments, struct sim_report *report, uint64_t *count_out)
{
    FILE *file = fopen(arguments->kept, "r");
    if (file == NULL) {
        (void)fprintf(stderr, "sim: %s cannot be read\n", arguments->kept);
        exit(2);
    }
    char line[256];
    uint64_t failed = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        struct runner_options options = arguments->options;
        struct sim_limits limits = options.limits;
        int found = sscanf(
            line, "%" SCNu64 " %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32, &options.first,
            &limits.inputs_max, &limits.lives_max, &limits.shards_max, &limits.without);
        if (found < 1)
            continue; // a comment
        options.limits = limits;
        options.count = 1;
        options.jobs = 1;
        options.may_shrink = false;
        failed += runner_run(&options, report);
        ++*count_out;
    }
    (void)fclose(file);
    return failed;
}

static void print_report(const struct arguments *arguments, const struct sim_report *report)
{
    if (arguments->report == NULL) {
        sim_report_print(report, stdout);
        return;
    }
    FILE *file = fopen(arguments->report, "w");
    if (file == NULL) {
        (void)fprintf(stderr, "sim: %s cannot be written\n", arguments->report);
        exit(2);
    }
    sim_report_print(report, file);
    (void)fclose(file);
    sim_report_print_verdict(report, stdout);
}

int main(int argc, char **argv)
{
    static struct sim_report report;
    struct arguments arguments = {
        .options = {
            .first = 1,
            .count = 100,
            .jobs = 2,
            .limits = {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0},
            .seconds_max = 60,
            .may_shrink = true,
            .shows_progress = isatty(STDERR_FILENO) == 1,
        }};
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && take(argv[i], argv[i + 1], &arguments))
            continue;
        (void)fputs(help, stderr);
        return 2;
    }
    uint64_t count = 0;
    uint64_t failed = 0;
    if (arguments.kept != NULL) {
        failed = run_kept(&arguments, &report, &count);
    } else {
        (void)printf(
            "sim seeds=%" PRIu64 "..%" PRIu64 "\n", arguments.options.first,
            arguments.options.first + arguments.options.count - 1);
        failed = runner_run(&arguments.options, &report);
        count = report.seeds;
    }
    print_report(&arguments, &report);
    (void)printf("%" PRIu64 " passed, %" PRIu64 " failed, 0 skipped\n", count - failed, failed);
    return failed == 0 ? 0 : 1;
}
