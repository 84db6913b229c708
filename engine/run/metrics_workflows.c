#include "engine/run/metrics_workflows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/workflow_stats.h"
#include "engine/run/metrics_label.h"

// What has series of its own: a workflow, or a step of one.
struct series {
    struct bytes workflow, step; // step empty: of the workflow
    struct run_count count;
};

struct family {
    const char *total, *waiting; // names
    const char *total_help, *waiting_help;
};

static const struct family runs_family = {
    "engaged_workflow_runs_total",
    "engaged_workflow_runs_waiting",
    "Runs of a workflow, by what became of them.",
    "Runs of a workflow that wait.",
};
static const struct family steps_family = {
    "engaged_workflow_step_runs_total",
    "engaged_workflow_step_runs_waiting",
    "Runs that came to a step, by what became of them there.",
    "Runs that wait at a step.",
};

static void add_to(struct run_count *to, const struct run_count *from)
{
    to->entered += from->entered;
    to->waiting += from->waiting;
    to->done += from->done;
    to->stopped += from->stopped;
    to->failed += from->failed;
}

static void add_labels(struct buffer *to, const char *name, const struct series *series)
{
    buffer_add_format(to, "%s{", name);
    metrics_add_label(to, "workflow", series->workflow);
    if (series->step.len > 0)
        metrics_add_label(to, ",step", series->step);
}

static void print_totals(
    const struct family *family, const struct series *series, size_t count, struct buffer *to)
{
    static const char *const states[] = {"entered", "done", "stopped", "failed"};
    buffer_add_format(
        to, "# HELP %s %s\n# TYPE %s counter\n", family->total, family->total_help, family->total);
    for (size_t i = 0; i < count; i++) {
        const struct run_count *of = &series[i].count;
        const uint64_t numbers[] = {of->entered, of->done, of->stopped, of->failed};
        for (size_t j = 0; j < sizeof(states) / sizeof(states[0]); j++) {
            add_labels(to, family->total, &series[i]);
            buffer_add_format(to, ",state=\"%s\"} %" PRIu64 "\n", states[j], numbers[j]);
        }
    }
}

static void print_family(
    const struct family *family, const struct series *series, size_t count, struct buffer *to)
{
    print_totals(family, series, count, to);
    buffer_add_format(
        to, "# HELP %s %s\n# TYPE %s gauge\n", family->waiting, family->waiting_help,
        family->waiting);
    for (size_t i = 0; i < count; i++) {
        add_labels(to, family->waiting, &series[i]);
        buffer_add_format(to, "} %" PRIu64 "\n", series[i].count.waiting);
    }
}

// Puts it behind the others; what there is no room for, into the last one.
static void add_series(struct series *list, size_t *count, size_t max, const struct series *series)
{
    if (*count < max) {
        list[(*count)++] = *series;
        return;
    }
    if (*count == max) {
        list[max] = (struct series){.workflow = BYTES_LITERAL("other")};
        if (series->step.len > 0)
            list[max].step = BYTES_LITERAL("other");
        ++*count;
    }
    add_to(&list[max].count, &series->count);
}

void metrics_workflows_print(const struct bytes *packed, size_t count, struct buffer *to)
{
    struct arena arena = {0};
    struct workflow_stats stats;
    enum err err = workflow_stats_sum(packed, count, &arena, &stats);
    INVARIANT(err == ERR_OK); // it was packed a moment ago
    struct series *runs = mem_alloc((METRICS_WORKFLOWS_MAX + 1) * sizeof(*runs));
    struct series *steps = mem_alloc((METRICS_STEPS_MAX + 1) * sizeof(*steps));
    size_t run_count = 0, step_count = 0;
    for (size_t i = 0; i < stats.count; i++) {
        const struct workflow_stat *workflow = &stats.items[i];
        struct series series = {.workflow = workflow->name, .count = workflow->count};
        add_series(runs, &run_count, METRICS_WORKFLOWS_MAX, &series);
        for (size_t j = 0; j < workflow->step_count; j++) {
            series.step = workflow->steps[j].id;
            series.count = workflow->steps[j].count;
            add_series(steps, &step_count, METRICS_STEPS_MAX, &series);
        }
    }
    print_family(&runs_family, runs, run_count, to);
    print_family(&steps_family, steps, step_count, to);
    free(runs);
    free(steps);
    arena_free(&arena);
}
