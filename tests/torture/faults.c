// Full disk, read-only, memory limits, frozen, a second daemon.
#define _GNU_SOURCE // prlimit
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/torture/phases.h"
#include "tests/torture/volume.h"

enum {
    DISK_MIB = 24,
    IMAGE_MIB = 320,
    SAY_US = 20 * 1000000,
    GO_ON_US = 40 * 1000000,
    PIECE_BYTES = 4096,
    LINES_BYTES_MAX = 2 << 20,
    EXIT_IN_USE = 73,
    EXIT_INTERNAL = 70,
};

// What a scenario needs beside its world.
struct scene {
    struct world *world;
    struct tally *tally;
    unsigned failures_before;
};

static struct scene scene_begin(struct world *world, struct tally *tally, enum ledger_feed feed)
{
    world_begin(world, feed);
    return (struct scene){world, tally, world->failures};
}

// What a scenario demands; only the first that fails is told.
static void demand(const struct scene *scene, bool is_so, const char *what)
{
    char status[TEXT_BYTES];
    if (!is_so)
        findings_add(
            &scene->world->found, FOUND_OTHER, "not seen: %s (%s)", what,
            child_status_text(&scene->world->child, status));
}

static void scene_end(const struct scene *scene, const char *name)
{
    struct world *world = scene->world;
    world->verdict.faults++;
    if (!world->child.is_gone)
        world_kill(world);
    world_check(world);
    (void)world_report(world, name);
    if (world->failures == scene->failures_before)
        (void)world_settle(world);
    tally_check(scene->tally, world->failures == scene->failures_before, name);
}

// ---- full disk

// Takes all room but so much.
static void fill_disk(const char *directory, uint64_t left_bytes)
{
    char path[PATH_BYTES];
    struct text name = {0};
    unsigned pieces = 0;
    for (uint64_t bytes = 1 << 24; bytes >= PIECE_BYTES; bytes /= 2)
        for (bool has_room = true; has_room && pieces < 4096; pieces++) {
            text_clear(&name);
            text_add(&name, "ballast-%u", pieces);
            path_of(path, directory, name.data);
            has_room = file_fill(path, bytes);
            if (!has_room)
                (void)unlink(path);
        }
    for (uint64_t freed = 0; freed < left_bytes && pieces > 0; pieces--) {
        struct stat about;
        text_clear(&name);
        text_add(&name, "ballast-%u", pieces - 1);
        path_of(path, directory, name.data);
        if (stat(path, &about) == 0 && unlink(path) == 0)
            freed += (uint64_t)about.st_size;
    }
    text_free(&name);
}

static void free_disk(const char *directory)
{
    char path[PATH_BYTES];
    struct text name = {0};
    for (unsigned piece = 0; piece < 4096; piece++) {
        text_clear(&name);
        text_add(&name, "ballast-%u", piece);
        path_of(path, directory, name.data);
        (void)unlink(path);
    }
    text_free(&name);
}

static bool drive_until_full(struct world *world)
{
    int64_t until = now_us() + SAY_US;
    enum happened happened = HAPPENED_NOTHING;
    while (!world->child.has_said_full && happened != HAPPENED_GONE && now_us() < until) {
        if (happened == HAPPENED_SETTLED) // all is read, and may still be published
            sleep_us(10000);
        happened = world_drive(world, 10000);
    }
    return world->child.has_said_full;
}

// Full while it runs, with some room left or none: it says so, waits, and goes on by itself.
static void full_while_running(struct world *world, struct tally *tally, enum ledger_feed feed)
{
    struct scene scene = scene_begin(world, tally, feed);
    uint64_t left = dice_between(&world->dice, 0, 1600) * 1024;
    world_feed(world, 500);
    if (feed == FEED_FILE)
        world_feed(world, 12000);
    world_start(world, NULL);
    (void)world_drive_open(world, SAY_US);
    fill_disk(world->place, left);
    if (feed == FEED_HTTP)
        world_feed(world, 12000);
    demand(&scene, drive_until_full(world), "it says that the disk is full");
    (void)world_drive(world, 300000);
    if (feed == FEED_HTTP && world->client.unanswered > 0)
        demand(&scene, world->client.refused_full > 0, "HTTP 503 while the disk is full");
    free_disk(world->place);
    enum happened happened = world_drive(world, GO_ON_US);
    demand(&scene, happened == HAPPENED_SETTLED, "it goes on by itself");
    happened = world_stop(world, GO_ON_US);
    demand(&scene, child_exited_with(&world->child, 0), "it stops with 0");
    scene_end(
        &scene, feed == FEED_FILE ? "disk full while it reads a file, freed later"
                                  : "disk full while it takes HTTP, freed later");
}

// Killed while the disk is full, started on a full disk, then freed.
static void full_at_start(struct world *world, struct tally *tally)
{
    struct scene scene = scene_begin(world, tally, FEED_FILE);
    world_feed(world, 9000);
    world_start(world, NULL);
    (void)world_drive_open(world, SAY_US);
    fill_disk(world->place, 0);
    demand(&scene, drive_until_full(world), "it says that the disk is full");
    world_kill(world);
    world->verdict.crashes++;
    world_check(world);
    fill_disk(world->place, 0);
    world_start(world, NULL);
    (void)world_drive(world, 1000000);
    demand(
        &scene, !world->child.is_gone || child_exited_with(&world->child, EXIT_INTERNAL),
        "on a full disk it waits, or ends with 70");
    free_disk(world->place);
    if (!world->child.is_gone)
        demand(&scene, world_drive(world, GO_ON_US) == HAPPENED_SETTLED, "it goes on by itself");
    scene_end(&scene, "disk full at the start");
}

static void new_on_full(struct world *world, struct tally *tally)
{
    struct scene scene = scene_begin(world, tally, FEED_FILE);
    world_feed(world, 3000);
    fill_disk(world->place, 0);
    world_start(world, NULL);
    (void)world_drive(world, 1000000);
    demand(
        &scene, !world->child.is_gone || child_exited_with(&world->child, EXIT_INTERNAL),
        "on a full disk it waits, or ends with 70");
    free_disk(world->place);
    scene_end(&scene, "a new data directory on a full disk");
}

static void full_disks(struct world *world, struct tally *tally)
{
    char why[TEXT_BYTES];
    char before[PATH_BYTES];
    unsigned rounds = world->settings->is_short ? 1 : 8;
    memcpy(before, world->place, sizeof(before));
    path_of(world->place, world->settings->root, "small");
    if (!tmpfs_open(world->place, (uint64_t)DISK_MIB << 20, why)) {
        tally_skip(tally, "full disks: %s", why);
        memcpy(world->place, before, sizeof(before));
        return;
    }
    for (unsigned i = 0; i < rounds; i++) {
        full_while_running(world, tally, FEED_HTTP);
        full_while_running(world, tally, FEED_FILE);
        full_at_start(world, tally);
        new_on_full(world, tally);
    }
    world_kill(world);
    tmpfs_close(world->place);
    memcpy(world->place, before, sizeof(before));
}

// A file that may not grow further (EFBIG), until it may.
static void limited_file(struct world *world, struct tally *tally)
{
    struct scene scene = scene_begin(world, tally, FEED_FILE);
    struct rlimit none;
    struct child_plan plan = {
        .program = world->settings->engaged,
        .config = world->config,
        .file_bytes_max = LINES_BYTES_MAX,
    };
    world_feed(world, 9000);
    child_start(&world->child, &plan);
    demand(&scene, drive_until_full(world), "it says that the file of actions is full");
    (void)getrlimit(RLIMIT_FSIZE, &none);
    (void)prlimit(world->child.pid, RLIMIT_FSIZE, &none, NULL);
    (void)world_drive(world, GO_ON_US);
    (void)world_stop(world, GO_ON_US);
    demand(&scene, child_exited_with(&world->child, 0), "it goes on by itself, and stops with 0");
    scene_end(&scene, "a file that may not grow (ulimit -f), until it may");
}

// ---- read-only

static void readonly_disk(struct world *world, struct tally *tally)
{
    static struct volume volume;
    char why[TEXT_BYTES];
    char before[PATH_BYTES];
    if (!volume_open(&volume, world->settings, "ext4", (uint64_t)IMAGE_MIB << 20, why)) {
        tally_skip(tally, "read-only file system: %s", why);
        return;
    }
    memcpy(before, world->place, sizeof(before));
    memcpy(world->place, volume.mount, sizeof(before));
    for (unsigned i = 0; i < (world->settings->is_short ? 1U : 8U); i++) {
        struct scene scene = scene_begin(world, tally, i % 2 == 0 ? FEED_HTTP : FEED_FILE);
        world_feed(world, 12000);
        world_start(world, NULL);
        (void)world_drive_open(world, SAY_US);
        (void)world_drive(world, (int64_t)dice_between(&world->dice, 0, 40000));
        demand(&scene, volume_make_readonly(&volume, why), why);
        if (world_drive(world, SAY_US) == HAPPENED_SETTLED)
            (void)world_stop(world, SAY_US); // it has read all, and must still write
        demand(&scene, child_exited_with(&world->child, EXIT_INTERNAL), "it ends with 70");
        demand(&scene, volume_mount_again(&volume, why), "it can be mounted again");
        scene_end(&scene, "the file system becomes read-only under load");
    }
    world_kill(world);
    memcpy(world->place, before, sizeof(before));
    volume_close(&volume);
}

// ---- memory

static uint64_t address_bytes(pid_t pid)
{
    char path[64];
    struct text text = {0};
    (void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    uint64_t pages = file_read(path, &text) ? strtoull(text.data, NULL, 10) : 0;
    text_free(&text);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

// No more memory than it has now: it ends with 70 where it needs some, and a restart goes on.
static void no_memory(struct world *world, struct tally *tally)
{
    unsigned rounds = world->settings->is_short ? 6 : 30;
    unsigned ended = 0;
    struct scene scene = scene_begin(world, tally, FEED_HTTP);
    for (unsigned i = 0; i < rounds || (ended == 0 && i < 40); i++) {
        world_feed(world, 3000);
        world_start(world, NULL);
        (void)world_drive_open(world, SAY_US);
        (void)world_drive(world, (int64_t)dice_between(&world->dice, 0, 5000));
        uint64_t most = address_bytes(world->child.pid) + dice_between(&world->dice, 0, 1 << 20);
        struct rlimit limit = {most, most};
        (void)prlimit(world->child.pid, RLIMIT_AS, &limit, NULL);
        enum happened happened = world_drive(world, 500000);
        if (happened == HAPPENED_GONE)
            demand(&scene, child_exited_with(&world->child, EXIT_INTERNAL), "it ends with 70");
        ended += happened == HAPPENED_GONE;
        world->verdict.crashes++;
        world_kill(world);
        world_check(world);
        if (!world_report(world, "after the end of memory"))
            break;
    }
    demand(&scene, ended > 0, "it ends for want of memory");
    scene_end(&scene, "no more memory (RLIMIT_AS): exit 70, and the restart is clean");
}

// ---- time

static void frozen(struct world *world, struct tally *tally)
{
    unsigned rounds = world->settings->is_short ? 1 : 4;
    int64_t freeze_us = world->settings->is_short ? 1500000 : 5000000;
    for (unsigned i = 0; i < 2 * rounds; i++) {
        struct scene scene = scene_begin(world, tally, i % 2 == 0 ? FEED_HTTP : FEED_FILE);
        world_feed(world, 6000);
        world_start(world, NULL);
        (void)world_drive_open(world, SAY_US);
        (void)world_drive(world, (int64_t)dice_between(&world->dice, 0, 30000));
        child_signal(&world->child, SIGSTOP);
        sleep_us(freeze_us);
        child_signal(&world->child, SIGCONT);
        int64_t until = now_us() + GO_ON_US;
        enum happened happened = HAPPENED_NOTHING;
        while (happened != HAPPENED_SETTLED && happened != HAPPENED_GONE && now_us() < until)
            happened = world_drive(world, 100000); // the stop is told, too
        demand(&scene, happened == HAPPENED_SETTLED, "it goes on after seconds of SIGSTOP");
        (void)world_stop(world, GO_ON_US);
        demand(&scene, child_exited_with(&world->child, 0), "it stops with 0");
        scene_end(&scene, "frozen for seconds under load");
    }
}

// ---- two of them

static void second_daemon(struct world *world, struct tally *tally)
{
    struct scene scene = scene_begin(world, tally, FEED_HTTP);
    static struct child second;
    struct child_plan plan = {.program = world->settings->engaged, .config = world->config};
    world_feed(world, 4000);
    world_start(world, NULL);
    (void)world_drive_open(world, SAY_US);
    child_start(&second, &plan);
    int64_t until = now_us() + SAY_US;
    while (!second.is_gone && now_us() < until) {
        (void)world_drive(world, 2000);
        child_look(&second);
    }
    demand(&scene, child_exited_with(&second, EXIT_IN_USE), "the second daemon ends with 73");
    child_kill(&second);
    demand(&scene, world_drive(world, GO_ON_US) == HAPPENED_SETTLED, "the first goes on");
    scene_end(&scene, "a second daemon on the same directory");
}

void phase_faults(const struct settings *settings, struct tally *tally)
{
    struct world world;
    int64_t began = now_us();
    world_open(&world, settings, "full disk, read-only, no memory, frozen");
    full_disks(&world, tally);
    limited_file(&world, tally);
    readonly_disk(&world, tally);
    no_memory(&world, tally);
    frozen(&world, tally);
    second_daemon(&world, tally);
    tally_verdict(tally, &world, began);
    world_close(&world);
}
