// Power cuts of a file system: at random, at failpoints, while recovering; and the control.
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/torture/phases.h"
#include "tests/torture/volume.h"

enum {
    EPOCH_CUTS = 10,
    IMAGE_MIB = 320,
    POINT_EVENTS = 2600,
    WAIT_US = 20 * 1000000,
    CONTROL_CUTS = 60,
    CONTROL_CUTS_SHORT = 8,
    CONTROL_EPOCH_CUTS = 6,
};

struct cut_run {
    struct world world;
    struct volume volume;
    unsigned cuts, kills, in_midwork, recovering, at_points;
    bool is_broken; // the file system could not be mounted again
};

static enum shutdown_way way_of(struct dice *dice)
{
    if (dice_percent(dice, 80))
        return SHUTDOWN_FLUSH_NOTHING;
    return dice_percent(dice, 60) ? SHUTDOWN_FLUSH_LOG : SHUTDOWN_FLUSH;
}

// Power off, and on again. Whatever the daemon says after the cut still counts: a client has heard it.
static void cut(struct cut_run *run, enum shutdown_way way)
{
    struct world *world = &run->world;
    char why[TEXT_BYTES] = "";
    if (!volume_cut(&run->volume, way))
        findings_add(&world->found, FOUND_OTHER, "the file system does not shut down");
    run->recovering += !world->child.is_open && !world->child.is_gone;
    (void)world_drive(world, (int64_t)dice_between(&world->dice, 0, 2000));
    world_kill(world);
    run->cuts++;
    world->verdict.crashes++;
    run->is_broken = !volume_mount_again(&run->volume, why);
    world->may_lose_power = false; // what is there now was on the image
    if (run->is_broken)
        findings_add(&world->found, FOUND_OTHER, "not mounted again: %s", why);
    else
        world_check(world);
    world->may_lose_power = true;
}

// What was there before is gone for good before the next one begins.
static void begin(struct cut_run *run, enum ledger_feed feed)
{
    const char *const words[] = {"mkdir", "-p", run->world.place, NULL};
    (void)command_run(words, NULL); // in a control a cut may have taken it
    world_begin(&run->world, feed);
    run->world.may_lose_power = true;
    volume_sync(&run->volume);
}

static enum happened live(struct cut_run *run)
{
    struct world *world = &run->world;
    if (dice_percent(&world->dice, 20)) // while recovering
        return world_drive(world, (int64_t)dice_between(&world->dice, 0, 10000));
    enum happened happened = world_drive_open(world, WAIT_US);
    int64_t began = now_us();
    if (happened == HAPPENED_NOTHING)
        happened =
            world_drive(world, (int64_t)dice_between(&world->dice, 0, (uint64_t)world->work_us));
    run->in_midwork += happened == HAPPENED_NOTHING;
    if (happened == HAPPENED_SETTLED)
        world->work_us = (world->work_us * 3 + (now_us() - began) * 3 / 2) / 4 + 100;
    else
        world->work_us += world->work_us / 16;
    return happened;
}

// What a killed daemon wrote and did not sync is found by the next one, which must not build on it unsynced:
// the power goes when its actions are out.
static void cut_behind_kill(struct cut_run *run)
{
    struct world *world = &run->world;
    char order[64];
    (void)snprintf(
        order, sizeof(order), "journal.written=kill@%" PRIu64, dice_between(&world->dice, 1, 6));
    world_feed(world, dice_between(&world->dice, 100, 2000));
    world_start(world, order);
    (void)world_drive(world, WAIT_US / 10);
    world_kill(world);
    run->kills++;
    world->verdict.crashes++;
    world_check(world);
    world_start(world, "published.marked=stop");
    enum happened happened = world_drive(world, WAIT_US / 10);
    if (happened == HAPPENED_SETTLED)
        (void)world_drive(world, 1000);
    world_look(world);
    cut(run, SHUTDOWN_FLUSH_NOTHING);
}

static void cut_at_random(struct cut_run *run)
{
    struct world *world = &run->world;
    char status[TEXT_BYTES];
    if (dice_percent(&world->dice, 20)) {
        cut_behind_kill(run);
        return;
    }
    world_feed(world, dice_between(&world->dice, 100, 2000));
    world_start(world, NULL);
    enum happened happened = live(run);
    if (happened == HAPPENED_GONE)
        findings_add(
            &world->found, FOUND_OTHER, "it ended by itself with %s",
            child_status_text(&world->child, status));
    else if (dice_percent(&world->dice, 50))
        world_look(world);
    cut(run, way_of(&world->dice));
}

static void preload(struct world *world, const char *drop, const char *cached)
{
    bool is_wanted = drop != NULL || cached != NULL;
    world->preload = is_wanted ? world->settings->nosync : NULL;
    (void)setenv("NOSYNC_DROP", drop == NULL ? "" : drop, 1);
    if (cached == NULL)
        (void)unsetenv("NOSYNC_CACHED");
    else
        (void)setenv("NOSYNC_CACHED", cached, 1);
}

static void run_random(struct cut_run *run, unsigned cuts)
{
    struct world *world = &run->world;
    unsigned epochs = 0;
    while (run->cuts < cuts && world->failures < FAILURES_MAX && !run->is_broken) {
        bool is_good = true;
        begin(run, epochs % 2 == 0 ? FEED_HTTP : FEED_FILE);
        preload(world, NULL, epochs++ / 2 % 2 == 0 ? "1" : NULL);
        for (unsigned i = 0; i < EPOCH_CUTS && is_good && run->cuts < cuts; i++) {
            cut_at_random(run);
            is_good = world_report(world, "after a power cut");
        }
        if (is_good)
            (void)world_settle(world);
    }
}

// Frozen exactly there, then the power goes.
static bool cut_at_point(struct cut_run *run, const char *name, unsigned pass)
{
    struct world *world = &run->world;
    char order[128];
    (void)snprintf(order, sizeof(order), "%s=stop@%u", name, pass);
    bool is_over = world->epoch_cycles >= EPOCH_CUTS;
    if (is_over || (point_recipe(name) == RECIPE_FRESH && !world->is_new)) {
        (void)world_settle(world);
        begin(run, world->feed == FEED_FILE ? FEED_HTTP : FEED_FILE);
    }
    recipe_prepare(world, point_recipe(name));
    world_feed(world, POINT_EVENTS);
    world_start(world, order);
    enum happened happened = recipe_drive(world, point_recipe(name), WAIT_US);
    if (happened == HAPPENED_SETTLED)
        happened = world_stop(world, WAIT_US);
    bool is_reached = happened == HAPPENED_STOPPED;
    if (is_reached) {
        run->at_points++;
        world_look(world);
        cut(run, SHUTDOWN_FLUSH_NOTHING);
    } else {
        world_kill(world);
        world_check(world);
    }
    (void)world_report(world, order);
    return is_reached;
}

static void run_points(struct cut_run *run, unsigned passes)
{
    preload(&run->world, NULL, "1");
    static struct points points;
    unsigned reached = 0;
    points_list(run->world.settings, &points);
    begin(run, FEED_FILE);
    for (size_t i = 0; i < points.count && run->world.failures < FAILURES_MAX; i++) {
        bool was_reached = false;
        for (unsigned pass = 1; pass <= passes && !run->is_broken; pass++)
            if (!point_is_elsewhere(points.names[i]))
                was_reached |= cut_at_point(run, points.names[i], pass);
        reached += was_reached;
    }
    if (!run->is_broken)
        (void)world_settle(&run->world);
    (void)printf("%s: power cut at %u failpoints\n", run->volume.type, reached);
}

// What syncs are for: the same run without them. Which calls are dropped, whether O_DIRECT is, and whether
// that must be seen to do harm: what went past the page cache is on the image anyway, and a file system
// may commit what was not asked for.
static const struct control {
    const char *drop, *cached, *name;
    bool must_lose;
} controls[] = {
    {"all", "1", "without any sync", true},
    {"fdatasync", "1", "without fdatasync", true},
    {"all", NULL, "without any sync, with O_DIRECT", false},
    {"fdatasync", NULL, "without fdatasync, with O_DIRECT", false},
    {"fsync", "1", "without fsync (directories)", false},
};

static void control_cut(struct cut_run *run)
{
    struct world *world = &run->world;
    world_feed(world, 900);
    world_start(world, NULL);
    (void)world_drive_open(world, WAIT_US);
    (void)world_drive(world, (int64_t)dice_between(&world->dice, 10000, 60000));
    world_look(world);
    cut(run, SHUTDOWN_FLUSH_NOTHING);
}

static void run_control(
    struct cut_run *run, const struct control *control, struct tally *tally, unsigned cuts)
{
    struct world *world = &run->world;
    char title[96];
    unsigned bad = 0;
    bool is_good = false;
    world->verdict = (struct verdict){.in = 0};
    preload(world, control->drop, control->cached);
    for (unsigned i = 0; i < cuts && !run->is_broken; i++) {
        if (!is_good || i % CONTROL_EPOCH_CUTS == 0)
            begin(run, i % 2 == 0 ? FEED_HTTP : FEED_FILE);
        control_cut(run);
        is_good = world_report(world, "control");
        bad += !is_good;
    }
    preload(world, NULL, NULL);
    (void)printf(
        "%s, %s: %u of %u cuts were seen to do harm: lost=%" PRIu64 " doubled=%" PRIu64
        " misordered=%" PRIu64 " wrong=%" PRIu64 "\n",
        run->volume.type, control->name, bad, cuts, world->verdict.lost, world->verdict.doubled,
        world->verdict.misordered, world->verdict.other);
    (void)snprintf(
        title, sizeof(title), "%s %s: the harm is seen", run->volume.type, control->name);
    if (control->must_lose)
        tally_check(tally, bad > 0 && world->verdict.lost > 0, title);
}

static void run_controls(const struct settings *settings, const char *type, struct tally *tally)
{
    static struct cut_run run;
    char why[TEXT_BYTES];
    unsigned cuts = settings->is_short ? CONTROL_CUTS_SHORT : CONTROL_CUTS;
    run = (struct cut_run){.cuts = 0};
    world_open(&run.world, settings, type);
    run.world.is_quiet = true;
    if (volume_open(&run.volume, settings, type, (uint64_t)IMAGE_MIB << 20, why)) {
        path_of(run.world.place, run.volume.mount, "place");
        for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
            if (i == 0 || !settings->is_short) // the surest alone
                run_control(&run, &controls[i], tally, cuts);
    }
    world_close(&run.world);
    volume_close(&run.volume);
}

void phase_cuts(const struct settings *settings, const char *type, struct tally *tally)
{
    struct cut_run run = {.cuts = 0};
    char why[TEXT_BYTES] = "";
    char title[64];
    int64_t began = now_us();
    (void)snprintf(title, sizeof(title), "power cuts of %s", type);
    world_open(&run.world, settings, title);
    if (!volume_open(&run.volume, settings, type, (uint64_t)IMAGE_MIB << 20, why)) {
        tally_skip(tally, "power cuts of %s: %s", type, why);
        world_close(&run.world);
        return;
    }
    path_of(run.world.place, run.volume.mount, "place");
    run_random(&run, settings->cuts);
    if (!settings->is_short)
        run_points(&run, 2);
    (void)printf(
        "%s: %u power cuts (%u soon after a kill), %u in mid-work, %u while recovering, %u at a "
        "failpoint\n",
        type, run.cuts, run.kills, run.in_midwork, run.recovering, run.at_points);
    tally_verdict(tally, &run.world, began);
    world_close(&run.world);
    volume_close(&run.volume);
    run_controls(settings, type, tally);
}
