// Runs seeds, each in a child of its own, and makes failing ones smaller.
#include "tests/sim/runner.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/invariant.h"

#include "tests/sim/catalogue.h"
#include "tests/sim/world.h"

enum { SHRINK_TRIES_MAX = 80, PROGRESS_S = 10, JOBS_MAX = 64 };

// What a child leaves for its parent.
struct outcome {
    bool is_done;
    char failure[SIM_TEXT_BYTES];
    struct sim_report report;
};

// One of the processes that run seeds, and what it counts.
struct job {
    struct sim_report report;
    struct outcome outcome;
    uint64_t done, failed;
};

static void *shared(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    INVARIANT(memory != MAP_FAILED);
    return memory;
}

// In the child: the world of one seed.
static void run_seed(
    uint64_t seed,
    const struct sim_limits *limits,
    const struct runner_options *options,
    struct outcome *outcome)
{
    static struct sim sim;
    sim = (struct sim){
        .seed = seed,
        .limits = *limits,
        .report = &outcome->report,
        .is_verbose = options->is_verbose,
    };
    sim_world = &sim;
    (void)alarm(options->seconds_max);
    world_run(&sim);
    (void)snprintf(outcome->failure, sizeof(outcome->failure), "%s", sim.failure);
    outcome->is_done = true;
}

static void explain_end(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        (void)snprintf(text, size, "settle: it did not settle in time");
    else if (WIFSIGNALED(status))
        (void)snprintf(text, size, "signal: the engine crashed by signal %d", WTERMSIG(status));
    else
        (void)snprintf(
            text, size, "invariant: the process ended with status %d", WEXITSTATUS(status));
}

// True: everything held.
static bool try_seed(
    uint64_t seed,
    const struct sim_limits *limits,
    const struct runner_options *options,
    struct outcome *outcome)
{
    memset(outcome, 0, sizeof(*outcome));
    (void)fflush(NULL);
    pid_t child = fork();
    INVARIANT(child >= 0);
    if (child == 0) {
        run_seed(seed, limits, options, outcome);
        _exit(0);
    }
    int status = 0;
    INVARIANT(waitpid(child, &status, 0) == child);
    world_remove_directory(child);
    if (outcome->is_done)
        return outcome->failure[0] == '\0';
    if (outcome->failure[0] == '\0') // else it said so itself before it ended
        explain_end(status, outcome->failure, sizeof(outcome->failure));
    return false;
}

// The invariant's number: what must fail again for a smaller world to count as the same failure.
static bool is_same_failure(const char *a, const char *b)
{
    size_t len = strcspn(a, ":");
    return strncmp(a, b, len + 1) == 0;
}

static bool shrink_step(unsigned step, const struct sim_limits *from, struct sim_limits *to)
{
    *to = *from;
    if (step < SIM_WITHOUT_COUNT) {
        to->without |= 1U << step;
        return to->without != from->without;
    }
    switch (step - SIM_WITHOUT_COUNT) {
    case 0: to->shards_max = 1; return from->shards_max != 1;
    case 1: to->lives_max = from->lives_max / 2; break;
    case 2: to->lives_max = from->lives_max - 1; break;
    case 3: to->inputs_max = from->inputs_max / 2; break;
    case 4: to->inputs_max = from->inputs_max * 3 / 4; break;
    case 5: to->inputs_max = from->inputs_max - 1; break;
    default: return false;
    }
    return to->lives_max >= 1 && to->inputs_max >= 1 &&
           (to->lives_max < from->lives_max || to->inputs_max < from->inputs_max);
}

static void shrink(uint64_t seed, const struct runner_options *options, struct outcome *outcome)
{
    static char wanted[SIM_TEXT_BYTES];
    struct sim_limits limits = options->limits;
    (void)snprintf(wanted, sizeof(wanted), "%s", outcome->failure);
    if (limits.inputs_max == UINT32_MAX)
        limits.inputs_max = 4096;
    if (limits.lives_max == UINT32_MAX)
        limits.lives_max = 64;
    unsigned tries = 0;
    bool is_smaller = true;
    while (is_smaller && tries < SHRINK_TRIES_MAX) {
        is_smaller = false;
        struct sim_limits next;
        for (unsigned step = 0; step < SIM_WITHOUT_COUNT + 6U && tries < SHRINK_TRIES_MAX; step++) {
            if (!shrink_step(step, &limits, &next))
                continue;
            tries++;
            if (try_seed(seed, &next, options, outcome) ||
                !is_same_failure(wanted, outcome->failure))
                continue;
            limits = next;
            is_smaller = true;
            (void)snprintf(wanted, sizeof(wanted), "%s", outcome->failure);
        }
    }
    (void)printf(
        "  smaller: make sim SEED=%" PRIu64 " INPUTS=%" PRIu32 " LIVES=%" PRIu32 " SHARDS=%" PRIu32
        " WITHOUT=%" PRIu32 "\n  %s\n",
        seed, limits.inputs_max, limits.lives_max, limits.shards_max, limits.without, wanted);
}

static void run_job(const struct runner_options *options, unsigned index, struct job *job)
{
    for (uint64_t i = index; i < options->count; i += options->jobs) {
        uint64_t seed = options->first + i;
        bool is_held = try_seed(seed, &options->limits, options, &job->outcome);
        sim_report_add(&job->report, &job->outcome.report);
        job->report.seeds++;
        job->done++;
        if (is_held)
            continue;
        job->failed++;
        (void)printf("FAILED  seed=%" PRIu64 " %s\n", seed, job->outcome.failure);
        if (options->may_shrink)
            shrink(seed, options, &job->outcome);
        (void)fflush(stdout);
    }
}

static volatile sig_atomic_t is_interrupted;

static void on_interrupt(int number)
{
    (void)number;
    is_interrupted = 1;
}

static uint64_t sum_done(const struct job *jobs, unsigned count)
{
    uint64_t done = 0;
    for (unsigned i = 0; i < count; i++)
        done += jobs[i].done;
    return done;
}

static void wait_for_jobs(
    const struct runner_options *options, struct job *jobs, const pid_t *children)
{
    time_t began = time(NULL);
    time_t said = began;
    unsigned left = options->jobs;
    while (left > 0) {
        int status = 0;
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended > 0) {
            left--;
            continue;
        }
        for (unsigned i = 0; is_interrupted && i < options->jobs; i++)
            (void)kill(children[i], SIGKILL); // the seeds that were run count
        (void)usleep(20000);
        time_t now = time(NULL);
        if (!options->shows_progress || now - said < PROGRESS_S)
            continue;
        said = now;
        uint64_t done = sum_done(jobs, options->jobs);
        double rate = (double)done / (double)(now - began);
        (void)fprintf(
            stderr, "sim: %" PRIu64 " of %" PRIu64 " seeds, %.0f a second, %.0f s left\n", done,
            options->count, rate, rate > 0 ? (double)(options->count - done) / rate : 0.0);
    }
}

uint64_t runner_run(const struct runner_options *options, struct sim_report *report)
{
    struct job *jobs = shared(options->jobs * sizeof(*jobs));
    pid_t children[JOBS_MAX];
    INVARIANT(options->jobs <= JOBS_MAX);
    (void)signal(SIGINT, on_interrupt);
    (void)signal(SIGTERM, on_interrupt);
    catalogue_parse();
    (void)fflush(NULL);
    for (unsigned i = 0; i < options->jobs; i++) {
        pid_t child = fork();
        INVARIANT(child >= 0);
        children[i] = child;
        if (child == 0) {
            (void)signal(SIGINT, SIG_IGN);
            (void)signal(SIGTERM, SIG_DFL);
            run_job(options, i, &jobs[i]);
            (void)fflush(NULL);
            _exit(0);
        }
    }
    wait_for_jobs(options, jobs, children);
    uint64_t failed = 0;
    for (unsigned i = 0; i < options->jobs; i++) {
        sim_report_add(report, &jobs[i].report);
        failed += jobs[i].failed;
    }
    if (!is_interrupted && sum_done(jobs, options->jobs) != options->count)
        failed += options->count - sum_done(jobs, options->jobs); // a job itself ended early
    (void)munmap(jobs, options->jobs * sizeof(*jobs));
    return failed;
}
