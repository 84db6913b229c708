// Kills the daemon, cuts its power, fills its disk, and counts what is lost, doubled or misordered.
//
//   torture [--short] [--phase NAME]...; CYCLES, CUTS, PASSES, SEED from the environment
#define _GNU_SOURCE // unshare
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/torture/phases.h"
#include "tests/torture/volume.h"

void tally_skip(struct tally *tally, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("skipped: ", stdout);
    (void)vprintf(format, args);
    (void)putchar('\n');
    va_end(args);
    (void)fflush(stdout);
    tally->skipped++;
}

void tally_check(struct tally *tally, bool is_good, const char *name)
{
    (void)printf("%s - %s\n", is_good ? "ok" : "not ok", name);
    (void)fflush(stdout);
    tally->passed += is_good;
    tally->failed += !is_good;
}

void tally_verdict(struct tally *tally, struct world *world, int64_t began_us)
{
    verdict_print(world->phase, &world->verdict, now_us() - began_us);
    (void)printf("%s: %u crashes left a torn tail\n", world->phase, world->torn);
    verdict_add(&tally->total, &world->verdict);
    tally_check(tally, world->failures == 0, world->phase);
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *given = getenv(name);
    return given == NULL || given[0] == '\0' ? otherwise : strtoull(given, NULL, 10);
}

static const char *path_given(const char *name, const char *otherwise)
{
    const char *given = getenv(name);
    char *whole = realpath(given == NULL || given[0] == '\0' ? otherwise : given, NULL);
    if (whole == NULL)
        give_up("%s: %s", given == NULL ? otherwise : given, strerror(errno));
    return whole;
}

static void settle_settings(struct settings *settings, bool is_short)
{
    settings->is_short = is_short;
    settings->cycles = (unsigned)number_of("CYCLES", is_short ? 150 : 2000);
    settings->cuts = (unsigned)number_of("CUTS", is_short ? 20 : 1000);
    settings->passes = (unsigned)number_of("PASSES", is_short ? 1 : 6);
    settings->seed = number_of("SEED", (uint64_t)now_us() % 1000000007U);
    settings->engaged = path_given("ENGAGED", "build/faults/engaged");
    settings->engagectl = path_given("ENGAGECTL", "build/faults/engagectl");
    settings->nosync = path_given("NOSYNC", "build/tests/torture/nosync.so");
    (void)printf(
        "torture: SEED=%" PRIu64 " CYCLES=%u CUTS=%u PASSES=%u%s\n", settings->seed,
        settings->cycles, settings->cuts, settings->passes, is_short ? " (short)" : "");
    (void)fflush(stdout);
}

static bool is_wanted(int count, char *const *words, const char *phase)
{
    bool is_any = false;
    for (int i = 1; i + 1 < count; i++) {
        if (strcmp(words[i], "--phase") != 0)
            continue;
        is_any = true;
        if (strcmp(words[i + 1], phase) == 0)
            return true;
    }
    return !is_any;
}

static int work(const struct settings *settings, int count, char *const *words)
{
    struct tally tally = {0};
    int64_t began = now_us();
    volume_prepare(settings);
    if (is_wanted(count, words, "kills"))
        phase_kills(settings, &tally);
    if (is_wanted(count, words, "points"))
        phase_points(settings, &tally);
    if (is_wanted(count, words, "errors"))
        phase_errors(settings, &tally);
    if (is_wanted(count, words, "ext4"))
        phase_cuts(settings, "ext4", &tally);
    if (is_wanted(count, words, "xfs"))
        phase_cuts(settings, "xfs", &tally);
    if (is_wanted(count, words, "faults"))
        phase_faults(settings, &tally);
    verdict_print("in all", &tally.total, now_us() - began);
    (void)printf("%u passed, %u failed, %u skipped\n", tally.passed, tally.failed, tally.skipped);
    (void)fflush(stdout);
    return tally.failed > 0;
}

static volatile pid_t worker;

// The parent goes on to tidy up.
static void on_end_signal(int number)
{
    (void)number;
    if (worker > 0)
        (void)kill(worker, SIGKILL);
}

// The work is done by a child in a mount namespace of its own: whatever ends it, its mounts and loop
// devices go with it, and what it started is killed. The parent removes the rest.
int main(int count, char **words)
{
    struct settings settings = {.seed = 0};
    bool is_short = count > 1 && strcmp(words[1], "--short") == 0;
    settle_settings(&settings, is_short);
    const char *temporary = getenv("TMPDIR");
    path_of(
        settings.root, temporary == NULL || temporary[0] == '\0' ? "/tmp" : temporary,
        "torture-XXXXXX");
    if (mkdtemp(settings.root) == NULL)
        give_up("%s: %s", settings.root, strerror(errno));
    (void)signal(SIGPIPE, SIG_IGN);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        exit(work(&settings, count, words));
    }
    worker = pid;
    (void)signal(SIGINT, on_end_signal);
    (void)signal(SIGTERM, on_end_signal);
    (void)signal(SIGHUP, on_end_signal);
    int status = 1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (getenv("KEEP") == NULL)
        tree_remove(settings.root);
    if (pid < 0 || !WIFEXITED(status)) {
        (void)printf("torture: the work was ended\n0 passed, 1 failed, 0 skipped\n");
        return EXIT_FAILURE;
    }
    return WEXITSTATUS(status);
}
