// kill -9 at random: running, stopping, frozen, recovering.
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "tests/torture/phases.h"

enum { EPOCH_CYCLES = 16, OPEN_WAIT_US = 10 * 1000000, STORM_MIN = 3, STORM_MAX = 6 };
enum { RELOAD_WAIT_US = 150 * 1000 };

struct kill_counts {
    unsigned in_midwork, publishing, stopping, second_term, frozen, storms, recovering, reloading;
};

static void crash(struct world *world, struct kill_counts *counts)
{
    counts->recovering += !world->child.is_open && !world->child.is_gone;
    world_kill(world);
    world->verdict.crashes++;
    world_check(world);
}

// Several in a row, each soon after the start.
static void storm(struct world *world, struct kill_counts *counts)
{
    static const char *const points[] = {
        "replay.frame",        "recover.planned", "recover.removed", "recover.tail-zeroed",
        "recover.tail-synced", "recover.sealed",  "recover.done",    "sink.recovered"};
    uint64_t count = dice_between(&world->dice, STORM_MIN, STORM_MAX);
    counts->storms++;
    for (uint64_t i = 0; i < count; i++) {
        char order[96];
        const char *point = points[dice_next(&world->dice) % (sizeof(points) / sizeof(points[0]))];
        (void)snprintf(
            order, sizeof(order), "%s=kill@%" PRIu64, point, dice_between(&world->dice, 1, 4));
        world_start(world, dice_percent(&world->dice, 50) ? order : NULL);
        (void)world_drive(world, (int64_t)dice_between(&world->dice, 1000, 12000));
        crash(world, counts);
    }
}

static void stop_and_kill(struct world *world, struct kill_counts *counts)
{
    if (dice_percent(&world->dice, 33)) {
        counts->second_term++;
        (void)world_stop(world, (int64_t)dice_between(&world->dice, 0, 3000));
        (void)world_stop(world, 100000);
        return;
    }
    counts->stopping++;
    (void)world_stop(world, (int64_t)dice_between(&world->dice, 0, 15000));
}

static void freeze(struct world *world, struct kill_counts *counts)
{
    counts->frozen++;
    child_signal(&world->child, SIGSTOP);
    sleep_us((int64_t)dice_between(&world->dice, 5000, 60000));
    child_signal(&world->child, SIGCONT);
    world->child.is_stopped = false;
    (void)world_drive(world, (int64_t)dice_between(&world->dice, 0, 5000));
}

// Lets it live for a while: some of it recovering, most of it working, some of it when all is read.
static enum happened live(struct world *world, struct kill_counts *counts)
{
    if (dice_percent(&world->dice, 15))
        return world_drive(world, (int64_t)dice_between(&world->dice, 0, 10000));
    enum happened happened = world_drive_open(world, OPEN_WAIT_US);
    int64_t began = now_us();
    if (happened == HAPPENED_NOTHING && dice_percent(&world->dice, 20)) {
        counts->reloading++;
        world_reload(world); // dies before, in, or behind it
        sleep_us((int64_t)dice_between(&world->dice, 0, RELOAD_WAIT_US));
    }
    if (happened == HAPPENED_NOTHING)
        happened =
            world_drive(world, (int64_t)dice_between(&world->dice, 0, (uint64_t)world->work_us));
    counts->in_midwork += happened == HAPPENED_NOTHING;
    if (happened == HAPPENED_SETTLED) {
        world->work_us = (world->work_us * 3 + (now_us() - began) * 3 / 2) / 4 + 100;
        sleep_us((int64_t)dice_between(&world->dice, 0, 15000));
        child_look(&world->child);
        counts->publishing++;
    } else {
        world->work_us += world->work_us / 16;
    }
    return happened;
}

static void cycle(struct world *world, struct kill_counts *counts)
{
    char status[TEXT_BYTES];
    world_feed(world, dice_between(&world->dice, 100, 2500));
    if (dice_percent(&world->dice, 8))
        storm(world, counts);
    world_start(world, NULL);
    enum happened happened = live(world, counts);
    if (happened == HAPPENED_GONE)
        findings_add(
            &world->found, FOUND_OTHER, "it ended by itself with %s",
            child_status_text(&world->child, status));
    else if (dice_percent(&world->dice, 12))
        stop_and_kill(world, counts);
    else if (dice_percent(&world->dice, 5))
        freeze(world, counts);
    crash(world, counts);
}

void phase_kills(const struct settings *settings, struct tally *tally)
{
    struct world world;
    struct kill_counts counts = {0};
    int64_t began = now_us();
    unsigned epochs = 0;
    world_open(&world, settings, "kill -9 at random");
    while (world.verdict.crashes < settings->cycles && world.failures < FAILURES_MAX) {
        bool is_good = true;
        world_begin(&world, epochs++ % 2 == 0 ? FEED_FILE : FEED_HTTP);
        for (unsigned i = 0; i < EPOCH_CYCLES && is_good; i++) {
            cycle(&world, &counts);
            is_good = world_report(&world, "after a kill");
            if (world.verdict.crashes >= settings->cycles)
                break;
        }
        if (is_good)
            (void)world_settle(&world);
    }
    (void)printf(
        "kills: %u in mid-work, %u when all was read, %u while recovering, %u while stopping, %u "
        "with a second SIGTERM, "
        "%u after SIGSTOP, %u around a reload, %u storms of recoveries\n",
        counts.in_midwork, counts.publishing, counts.recovering, counts.stopping,
        counts.second_term, counts.frozen, counts.reloading, counts.storms);
    tally_check(
        tally, counts.in_midwork * 10 >= settings->cycles, "a tenth of the kills is in mid-work");
    tally_verdict(tally, &world, began);
    world_close(&world);
}
