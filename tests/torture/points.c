// Killed at every failpoint, and stopped there; steps that fail.
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/torture/phases.h"

enum { EPOCH_STARTS = 14, POINT_EVENTS = 2600, WAIT_US = 20 * 1000000, TORN_TRIES = 24 };
// A reload waits for its files to be at rest.
enum { RELOADS_MAX = 5, RELOAD_US = 400 * 1000 };

// Beyond these a pass may be rare, and is asked for only when the run is long.
static const unsigned passes[] = {1, 2, 3, 5, 8, 13, 21, 34, 55};

struct point_counts {
    unsigned kills[2];   // by feed
    unsigned deepest[2]; // the pass that was reached
    unsigned stops;
};

void points_list(const struct settings *settings, struct points *out)
{
    struct text said = {0};
    (void)setenv("ENGAGED_FAILPOINTS", "list", 1);
    const char *const words[] = {settings->engaged, NULL};
    int code = command_run(words, &said);
    (void)unsetenv("ENGAGED_FAILPOINTS");
    out->count = 0;
    char *rest = NULL;
    char *line = code == 0 && said.data != NULL ? strtok_r(said.data, "\n", &rest) : NULL;
    for (; line != NULL && out->count < POINTS_MAX; line = strtok_r(NULL, "\n", &rest))
        if (sscanf(line, "%63s %7s", out->names[out->count], out->marks[out->count]) == 2)
            out->count++;
    text_free(&said);
    if (out->count == 0)
        give_up("%s has no failpoints: build it with VARIANT=faults", settings->engaged);
}

bool point_is_elsewhere(const char *name)
{
    return strncmp(name, "kafka.", 6) == 0;
}

enum recipe point_recipe(const char *name)
{
    static const struct {
        const char *start;
        enum recipe recipe;
    } table[] = {
        {"meta.", RECIPE_FRESH},          {"activate.", RECIPE_FRESH},
        {"recover.tail", RECIPE_TORN},    {"recover.sealed", RECIPE_UNSEALED},
        {"replay.", RECIPE_REPLAY},       {"store.given-up", RECIPE_NO_STORE},
        {"store.empty", RECIPE_NO_STORE}, {"sink.tail-cut", RECIPE_TORN_LINES},
        {"reload.", RECIPE_RELOAD},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strncmp(name, table[i].start, strlen(table[i].start)) == 0)
            return table[i].recipe;
    return RECIPE_NONE;
}

// ---- recipes

// Feeds, and lets the daemon die at a point, if it passes there.
static void die_at(struct world *world, const char *order)
{
    world_feed(world, POINT_EVENTS / 4);
    world_start(world, order);
    (void)world_drive(world, WAIT_US);
    world_kill(world);
    world->verdict.crashes++;
    world_check(world);
}

static bool is_torn(const struct world *world)
{
    struct journal_view view = {.frames = NULL};
    char directory[PATH_BYTES];
    world_path(world, "data/shard-0000/journal", directory);
    journal_view_read(directory, &view, NULL, NULL);
    bool is_so = view.is_torn;
    journal_view_free(&view);
    return is_so;
}

static void add_half_line(const struct world *world)
{
    char path[PATH_BYTES];
    world_path(world, "actions.ndjson", path);
    FILE *file = fopen(path, "a");
    if (file == NULL || fputs("{\"specversion\":\"1.0\",\"id\":\"0123", file) < 0 ||
        fclose(file) != 0)
        give_up("half a line cannot be written");
}

static void damage_store(const struct world *world)
{
    char path[PATH_BYTES];
    static const char rubbish[8192] = {1, 2, 3};
    world_path(world, "data/shard-0000/store/data.mdb", path);
    FILE *file = fopen(path, "r+");
    if (file == NULL)
        return; // no store yet: it is empty anyway
    (void)fwrite(rubbish, 1, sizeof(rubbish), file);
    (void)fclose(file);
}

void recipe_prepare(struct world *world, enum recipe recipe)
{
    char order[64];
    switch (recipe) {
    case RECIPE_NONE:
    case RECIPE_RELOAD: break;
    case RECIPE_FRESH:
        if (!world->is_new) {
            (void)world_settle(world);
            world_begin(world, world->feed);
        }
        break;
    case RECIPE_TORN:
        for (unsigned i = 0; i < TORN_TRIES && !is_torn(world); i++) {
            (void)snprintf(order, sizeof(order), "disk.write-half=kill@%u", i % 6 + 1);
            die_at(world, order);
        }
        break;
    case RECIPE_UNSEALED:
        for (unsigned i = 0; i < TORN_TRIES && !child_died_of(&world->child, SIGKILL); i++)
            die_at(world, "roll.directory-synced=kill");
        break;
    case RECIPE_REPLAY: die_at(world, "published.marked=kill@3"); break;
    case RECIPE_NO_STORE:
        if (world->is_new)
            die_at(world, "store.committed=kill@3");
        damage_store(world);
        break;
    case RECIPE_TORN_LINES:
        if (world->is_new)
            die_at(world, "store.committed=kill@3");
        add_half_line(world);
        text_clear(&world->out_before);
        break;
    }
}

enum happened recipe_drive(struct world *world, enum recipe recipe, int64_t for_us)
{
    int64_t until = now_us() + for_us;
    if (recipe != RECIPE_RELOAD)
        return world_drive(world, for_us);
    enum happened happened = world_drive_open(world, for_us);
    for (unsigned i = 0; i < RELOADS_MAX && now_us() < until; i++) {
        if (happened == HAPPENED_GONE || happened == HAPPENED_STOPPED)
            return happened;
        int64_t slice = now_us() + RELOAD_US;
        world_reload(world);
        happened = HAPPENED_SETTLED; // that it has nothing to do says nothing about the reload
        while (happened == HAPPENED_SETTLED && now_us() < slice) {
            happened = world_drive(world, slice - now_us());
            sleep_us(5000);
        }
    }
    return happened == HAPPENED_NOTHING ? world_drive(world, for_us) : happened;
}

// ---- killing

static void begin_when_full(struct world *world, enum ledger_feed feed)
{
    if (world->epoch_cycles > 0 && world->epoch_cycles < EPOCH_STARTS && world->feed == feed)
        return;
    if (world->epoch_cycles > 0)
        (void)world_settle(world);
    world_begin(world, feed);
}

// Runs to a point, and through all there is to do when it is not passed so often. Whether it was.
static bool run_to_point(struct world *world, const char *order, enum recipe recipe)
{
    world_feed(world, POINT_EVENTS);
    world_start(world, order);
    enum happened happened = recipe_drive(world, recipe, WAIT_US);
    if (happened == HAPPENED_SETTLED)
        happened = world_stop(world, WAIT_US);
    bool is_reached = happened == HAPPENED_STOPPED || child_died_of(&world->child, SIGKILL);
    if (happened == HAPPENED_NOTHING)
        findings_add(&world->found, FOUND_OTHER, "%s: it hangs", order);
    return is_reached;
}

static bool kill_at(struct world *world, const char *name, unsigned pass)
{
    char order[128];
    char status[TEXT_BYTES];
    (void)snprintf(order, sizeof(order), "%s=kill@%u", name, pass);
    begin_when_full(world, world->feed);
    recipe_prepare(world, point_recipe(name));
    bool is_reached = run_to_point(world, order, point_recipe(name));
    if (!is_reached && !child_exited_with(&world->child, 0))
        findings_add(
            &world->found, FOUND_OTHER, "%s: it ended with %s", order,
            child_status_text(&world->child, status));
    world_kill(world);
    world->verdict.crashes += is_reached;
    world_check(world);
    (void)world_report(world, order);
    return is_reached;
}

// Frozen at a point, for a while or for ever.
static bool stop_at(struct world *world, const char *name)
{
    char order[128];
    (void)snprintf(
        order, sizeof(order), "%s=stop@%" PRIu64, name, dice_between(&world->dice, 1, 2));
    begin_when_full(world, world->feed);
    recipe_prepare(world, point_recipe(name));
    bool is_reached = run_to_point(world, order, point_recipe(name));
    world->verdict.faults += is_reached;
    if (is_reached) {
        sleep_us(30000);
        child_signal(&world->child, SIGCONT);
        (void)world_drive(world, (int64_t)dice_between(&world->dice, 0, 40000));
    }
    world_kill(world);
    world->verdict.crashes++;
    world_check(world);
    (void)world_report(world, order);
    return is_reached;
}

static void torture_point(
    struct world *world, const char *name, enum ledger_feed feed, struct point_counts *counts)
{
    world->feed = feed;
    for (size_t i = 0; i < world->settings->passes; i++) {
        if (i >= sizeof(passes) / sizeof(passes[0]) || world->failures >= FAILURES_MAX ||
            !kill_at(world, name, passes[i]))
            break;
        counts->kills[feed]++;
        counts->deepest[feed] = passes[i];
    }
    if (counts->kills[feed] > 0 && !world->settings->is_short)
        counts->stops += stop_at(world, name);
}

static void print_table(
    struct tally *tally, const struct points *points, const struct point_counts *counts)
{
    (void)printf("%-24s %-4s %12s %12s %6s\n", "failpoint", "", "file", "http", "stops");
    (void)printf("%-24s %-4s %12s %12s\n", "", "", "kills/pass", "kills/pass");
    for (size_t i = 0; i < points->count; i++) {
        const struct point_counts *at = &counts[i];
        char name[128];
        if (point_is_elsewhere(points->names[i])) {
            (void)printf("%-24s %-4s elsewhere: real Kafka\n", points->names[i], points->marks[i]);
            continue;
        }
        (void)printf(
            "%-24s %-4s %5u/%-6u %5u/%-6u %6u\n", points->names[i], points->marks[i],
            at->kills[FEED_FILE], at->deepest[FEED_FILE], at->kills[FEED_HTTP],
            at->deepest[FEED_HTTP], at->stops);
        (void)snprintf(name, sizeof(name), "%s is passed somewhere", points->names[i]);
        tally_check(tally, at->kills[FEED_FILE] + at->kills[FEED_HTTP] > 0, name);
    }
}

void phase_points(const struct settings *settings, struct tally *tally)
{
    static struct points points;
    static struct point_counts counts[POINTS_MAX];
    struct world world;
    int64_t began = now_us();
    points_list(settings, &points);
    world_open(&world, settings, "killed at failpoints");
    for (enum ledger_feed feed = FEED_FILE; feed <= FEED_HTTP; feed++) {
        world_begin(&world, feed);
        for (size_t i = 0; i < points.count && world.failures < FAILURES_MAX; i++)
            if (!point_is_elsewhere(points.names[i]))
                torture_point(&world, points.names[i], feed, &counts[i]);
        (void)world_settle(&world);
    }
    print_table(tally, &points, counts);
    tally_verdict(tally, &world, began);
    world_close(&world);
}
