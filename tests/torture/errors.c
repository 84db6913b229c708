// Steps that fail at failpoints: the daemon ends as documented, or goes on, and nothing is lost.
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/torture/phases.h"

enum { ERROR_EVENTS = 2600, ERROR_WAIT_US = 20 * 1000000, EPOCH_STARTS = 14 };

// Exit code, or that it goes on by itself.
enum { GOES_ON = 0, ENDS = 70, PASSES_MAX = 12 };

static const struct error_case {
    const char *point, *error;
    int want;
} cases[] = {
    {"disk.write-half", "IO", ENDS},
    {"disk.write-half", "NOSPACE", GOES_ON},
    {"disk.sync", "SYNC", ENDS},
    {"disk.sync", "IO", ENDS},
    {"journal.written", "IO", ENDS},
    {"journal.written", "SYNC", ENDS},
    {"journal.written", "NOSPACE", GOES_ON},
    {"journal.synced", "SYNC", ENDS},
    {"journal.synced", "IO", ENDS},
    {"prepare.allocated", "IO", ENDS},
    {"prepare.allocated", "NOSPACE", GOES_ON},
    {"prepare.synced", "SYNC", ENDS},
    {"prepare.synced", "IO", ENDS},
    {"store.commit-before", "IO", ENDS},
};

static bool is_known(const struct points *points, const char *name)
{
    for (size_t i = 0; i < points->count; i++)
        if (strcmp(points->names[i], name) == 0)
            return true;
    return false;
}

// The pass that fails is drawn, so that it hits the journal, the sink, the start, the roll-over.
static void fail_once(struct world *world, const struct error_case *one, uint64_t pass_max)
{
    char order[128];
    char status[TEXT_BYTES];
    (void)snprintf(
        order, sizeof(order), "%s=error:%s@%" PRIu64, one->point, one->error,
        dice_between(&world->dice, 1, pass_max));
    if (world->epoch_cycles >= EPOCH_STARTS) {
        (void)world_settle(world);
        world_begin(world, world->feed == FEED_FILE ? FEED_HTTP : FEED_FILE);
    }
    world_feed(world, ERROR_EVENTS);
    world_start(world, order);
    enum happened happened = world_drive(world, ERROR_WAIT_US);
    if (happened == HAPPENED_SETTLED)
        happened = world_stop(world, ERROR_WAIT_US);
    // Passed less often than that: it ended undisturbed.
    bool is_right =
        child_exited_with(&world->child, one->want) || child_exited_with(&world->child, 0);
    if (!is_right)
        findings_add(
            &world->found, FOUND_OTHER, "wanted exit %d, got %s", one->want,
            child_status_text(&world->child, status));
    world->verdict.faults++;
    world_kill(world);
    world_check(world);
    (void)world_report(world, order);
}

// Somewhere the error must have had its effect, or the case shows nothing.
static void torture_case(struct world *world, const struct error_case *one, struct tally *tally)
{
    unsigned rounds = world->settings->is_short ? 2 : 8;
    unsigned ended = 0;
    char name[128];
    unsigned failures = world->failures;
    for (unsigned i = 0; i < rounds || (ended == 0 && one->want == ENDS && i < 4 * rounds); i++) {
        fail_once(world, one, i < rounds ? PASSES_MAX : 1); // later ones may never come
        ended += child_exited_with(&world->child, ENDS);
        if (world->failures > failures)
            break;
    }
    (void)snprintf(
        name, sizeof(name), "%s fails with %s: %s", one->point, one->error,
        one->want == ENDS ? "exit 70, and the restart is clean" : "it goes on by itself");
    bool is_shown = one->want == GOES_ON ? ended == 0 : ended > 0;
    tally_check(tally, world->failures == failures && is_shown, name);
}

void phase_errors(const struct settings *settings, struct tally *tally)
{
    static struct points points;
    struct world world;
    int64_t began = now_us();
    points_list(settings, &points);
    world_open(&world, settings, "errors at failpoints");
    world_begin(&world, FEED_FILE);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (!is_known(&points, cases[i].point))
            give_up("there is no failpoint %s any more", cases[i].point);
        torture_case(&world, &cases[i], tally);
    }
    (void)world_settle(&world);
    tally_verdict(tally, &world, began);
    world_close(&world);
}
