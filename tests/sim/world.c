// The life of one simulated world, from its seed to the checks at its end.
#define _XOPEN_SOURCE 700 // nftw
#include "tests/sim/world.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/exit_code.h"
#include "engine/base/invariant.h"

#include "tests/sim/check.h"
#include "tests/sim/cluster.h"
#include "tests/sim/kafka_broker.h"
#include "tests/sim/offsets.h"
#include "tests/sim/operator.h"
#include "tests/sim/stores.h"
#include "tests/sim/topics.h"

struct sim *sim_world;

enum { SETTLE_US_MAX = 600 * 1000 * 1000, SLICE_US = 100 * 1000 };

// ---- what is noted and said

void sim_fail(struct sim *sim, const char *label, const char *format, ...)
{
    if (sim->failure[0] != '\0')
        return;
    va_list arguments;
    int len = snprintf(sim->failure, sizeof(sim->failure), "%s: ", label);
    va_start(arguments, format);
    (void)vsnprintf(sim->failure + len, sizeof(sim->failure) - (size_t)len, format, arguments);
    va_end(arguments);
    sim_say(sim, "FAILED %s", sim->failure);
}

void sim_say(const struct sim *sim, const char *format, ...)
{
    if (!sim->is_verbose)
        return;
    va_list arguments;
    (void)fprintf(stderr, "%12.6f ", (double)scheduler_now_us(sim->scheduler) / 1e6);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

bool sim_chance(struct sim *sim, uint32_t of_100000)
{
    if (sim->stage != SIM_STAGE_RUN)
        of_100000 *= sim->faults.outside_run_factor;
    return of_100000 > 0 && sim_random_below(&sim->faults_random, 100000) < of_100000;
}

void sim_note_fault(struct sim *sim, enum sim_disk_fault fault, enum sim_disk_call call)
{
    sim->report->hits[fault][call][sim->stage]++;
    sim->report->faults++;
    sim->troubles++;
}

// ---- clocks

static int64_t sim_wall_ms(void *self)
{
    const struct sim *sim = self;
    return (scheduler_now_us(sim->scheduler) + sim->wall_offset_us) / 1000;
}

static int64_t sim_mono_us(void *self)
{
    const struct sim *sim = self;
    return scheduler_now_us(sim->scheduler);
}

// ---- the directory of the stores

static void directory_of(pid_t process, char *path, size_t size)
{
    (void)snprintf(path, size, "/dev/shm/engaged-sim-%ld", (long)process);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about;
    (void)type;
    (void)walk;
    return remove(path);
}

void world_remove_directory(pid_t process)
{
    char path[64];
    directory_of(process, path, sizeof(path));
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_directory(struct sim *sim)
{
    char path[128];
    world_remove_directory(getpid()); // left by a process of this number that was killed
    directory_of(getpid(), sim->directory, sizeof(sim->directory));
    INVARIANT(mkdir(sim->directory, 0700) == 0);
    (void)snprintf(path, sizeof(path), "%s/data", sim->directory);
    INVARIANT(mkdir(path, 0700) == 0);
}

// ---- lives

// What the disk keeps of what was not synced.
static void crash_disk(struct sim *sim, int exit_code)
{
    enum fake_disk_loss loss = FAKE_DISK_KEEP_ALL;
    if (exit_code == SIM_EXIT_POWER_CUT)
        loss = sim_random_chance(&sim->draws, 300) ? FAKE_DISK_LOSE_ALL : FAKE_DISK_LOSE_MIXED;
    else if (exit_code == EXIT_CODE_INTERNAL && sim_random_chance(&sim->draws, 500))
        loss = FAKE_DISK_LOSE_MIXED; // after a failed sync the kernel may have dropped the pages
    fake_disk_crash(sim->disk, sim_random_next(&sim->draws), loss);
    sim->report->crashes += exit_code != EXIT_CODE_DONE;
}

// A power cut may garble the first sector of a new file of output, which then does not look as if it were ours;
// the daemon asks for a person, who moves it away. Nothing in it was durable.
static bool is_moved_away(struct sim *sim, const struct sim_setup *setup, const char *text)
{
    const char *const paths[] = {setup->actions_path, setup->letters_path};
    for (size_t i = 0; strstr(text, "the line at byte 0 is not") != NULL && i < 2; i++) {
        if (strstr(text, paths[i]) == NULL || !fake_disk_is_garbled(sim->disk, paths[i]))
            continue;
        fake_disk_delete(sim->disk, paths[i]);
        sim->report->events[SIM_EVENT_OUTPUT_MOVED]++;
        return true;
    }
    return false;
}

// The exit codes that the troubles of this life excuse.
static void check_exit(
    struct sim *sim, const struct sim_setup *setup, const struct sim_process *process)
{
    switch (process->exit_code) {
    case SIM_EXIT_KILLED:
    case SIM_EXIT_POWER_CUT: return;
    case EXIT_CODE_DONE:
        if (process->stop_us == 0)
            sim_fail(sim, "I12", "it ended by itself as if all were done");
        return;
    case EXIT_CODE_INTERNAL:
        sim->report->events
            [strstr(process->exit_text, err_name(ERR_SYNC)) != NULL ? SIM_EVENT_FAILED_SYNC
                                                                    : SIM_EVENT_FAILED_IO]++;
        if (sim->troubles == 0)
            sim_fail(sim, "I12", "it ended with 70 without a reason: %s", process->exit_text);
        return;
    case EXIT_CODE_IN_USE: // a request of a dead one that came late
        sim->report->events[SIM_EVENT_FENCED]++;
        if (sim->kafka == NULL)
            sim_fail(sim, "I12", "it was fenced by nobody: %s", process->exit_text);
        return;
    case EXIT_CODE_DAMAGED:
        if (is_moved_away(sim, setup, process->exit_text) ||
            stores_explain(sim, process->exit_text) || offsets_explain(sim, process->exit_text))
            return;
        sim_fail(sim, "I12", "it ended with 74: %s", process->exit_text);
        return;
    default: sim_fail(sim, "I12", "it ended with %d: %s", process->exit_code, process->exit_text);
    }
}

// Lets the process run until it has ended, or until the time is over.
static void run_until(struct sim *sim, int64_t until_us)
{
    while (sim->process->exit_code == SIM_EXIT_NONE && scheduler_now_us(sim->scheduler) < until_us)
        scheduler_run(
            sim->scheduler, scheduler_now_us(sim->scheduler) + SLICE_US < until_us
                                ? scheduler_now_us(sim->scheduler) + SLICE_US
                                : until_us);
}

static void end_life(struct sim *sim, struct sim_setup *setup, struct known_journal *known)
{
    struct sim_process *process = sim->process;
    check_learn(sim, setup, known);
    scheduler_kill_process(sim->scheduler, process->number);
    if (sim->kafka != NULL)
        sim_kafka_process_died(sim->kafka, process->number);
    check_exit(sim, setup, process);
    crash_disk(sim, process->exit_code);
    check_prefix(sim, setup, known);
    sim->process = NULL;
}

static void draw_aim(struct sim *sim)
{
    uint32_t without = sim->limits.without;
    bool may_crash = (without & SIM_WITHOUT_DISK_CRASHES) == 0;
    bool may_cut = may_crash && (without & SIM_WITHOUT_POWER_CUTS) == 0;
    bool may_fail = (without & SIM_WITHOUT_DISK_ERRORS) == 0;
    struct sim_aim aim = {
        .fault = (enum sim_disk_fault)sim_random_below(&sim->draws, SIM_FAULT_COUNT),
        .call = (enum sim_disk_call)sim_random_below(&sim->draws, SIM_CALL_COUNT),
        .stage = (enum sim_stage)sim_random_below(&sim->draws, SIM_STAGE_COUNT),
        .calls_left = (uint32_t)sim_random_below(&sim->draws, 4),
    };
    bool is_cut = aim.fault == SIM_FAULT_POWER_BEFORE || aim.fault == SIM_FAULT_POWER_AFTER;
    bool is_crash = is_cut || aim.fault <= SIM_FAULT_KILL_AFTER || aim.fault == SIM_FAULT_TORN;
    bool may = is_cut ? may_cut : is_crash ? may_crash : may_fail;
    aim.is_set = may && sim->faults.is_aiming && sim_fault_is_possible(aim.fault, aim.call);
    sim->aim = aim;
}

// One process under trouble, ended by it, by a signal or by the power.
static void live(struct sim *sim, struct sim_setup *setup, struct known_journal *known)
{
    static const int64_t times_us[] = {20000, 300000, 3000000, 30000000};
    sim->are_faults_on = true;
    cluster_trouble(sim);
    sim->troubles = sim->is_disk_full;
    draw_aim(sim);
    sim_process_start(sim, &setup->plan);
    int64_t time_us = times_us[sim_random_below(&sim->draws, 4)];
    run_until(
        sim, scheduler_now_us(sim->scheduler) +
                 (int64_t)sim_random_below(&sim->draws, (uint64_t)time_us) + 1);
    operator_end(sim, SLICE_US);
    end_life(sim, setup, known);
}

// Starts a process that stays: what a dead one still had on its way may fence the first ones.
static void settle_start(struct operator* operator, struct known_journal * known)
{
    struct sim *sim = operator->sim;
    for (int i = 0; i < 6; i++) {
        offsets_put_right(operator);
        sim_process_start(sim, &operator->setup->plan);
        run_until(sim, scheduler_now_us(sim->scheduler) + 120 * 1000 * 1000);
        bool is_fenced = sim->process->exit_code == EXIT_CODE_IN_USE;
        bool is_refused = sim->process->exit_code == EXIT_CODE_DAMAGED; // see check_exit
        if (!is_fenced && !is_refused)
            return;
        end_life(sim, operator->setup, known);
    }
    offsets_put_right(operator);
    sim_process_start(sim, &operator->setup->plan);
}

// Every input that is in a Kafka topic has been read.
static bool is_all_read(
    const struct sim *sim, const struct sim_setup *setup, const struct feed *feed)
{
    for (uint32_t i = 0; setup->source == SIM_SOURCE_KAFKA && i < setup->shape.shards; i++) {
        const struct lane *lane = sim->process->lanes[i];
        int64_t last = topics_last(sim, feed, i);
        if (last >= 0 && shard_position(lane->shard, lane->inlets[0].source.name) <= last)
            return false;
    }
    return true;
}

// Lets it work until all is done, or it has ended.
static void settle_run(struct operator* operator, struct feed * feed, struct known_journal *known)
{
    struct sim *sim = operator->sim;
    int64_t until_us = scheduler_now_us(sim->scheduler) + SETTLE_US_MAX;
    settle_start(operator, known);
    while (sim->process->exit_code == SIM_EXIT_NONE &&
           scheduler_now_us(sim->scheduler) < until_us &&
           !(feed_is_done(feed) && sim_process_is_idle(sim->process) &&
             is_all_read(sim, operator->setup, feed)))
        run_until(sim, scheduler_now_us(sim->scheduler) + SLICE_US);
}

// No trouble any more: everything must come out.
static void settle(struct operator* operator, struct feed * feed, struct known_journal *known)
{
    struct sim *sim = operator->sim;
    struct sim_setup *setup = operator->setup;
    sim->are_faults_on = false;
    sim->aim.is_set = false;
    cluster_settle(sim);
    topics_settle(setup);
    sim->troubles = 0;
    fake_disk_set_room(sim->disk, SIZE_MAX / 2);
    if (setup->source == SIM_SOURCE_FILE)
        while (!feed_is_done(feed))
            feed_more_lines(feed);
    settle_run(operator, feed, known);
    // What a flipped byte of a store, or a doubt about what is out, has ended.
    while (sim->process->exit_code == EXIT_CODE_DAMAGED && sim->failure[0] == '\0') {
        end_life(sim, setup, known);
        settle_run(operator, feed, known);
    }
    if (sim->process->exit_code == SIM_EXIT_NONE) {
        if (!feed_is_done(feed) || !sim_process_is_idle(sim->process))
            sim_fail(sim, "settle", "it does not come to an end of its work");
        else if (!is_all_read(sim, setup, feed))
            sim_fail(sim, "settle", "a source has more than was read of it");
        sim_process_stop(sim->process);
        run_until(sim, scheduler_now_us(sim->scheduler) + 20 * 1000 * 1000);
    }
    if (sim->process->exit_code != EXIT_CODE_DONE)
        sim_fail(
            sim, "settle", "without trouble it ended with %d: %s", sim->process->exit_code,
            sim->process->exit_text);
    end_life(sim, setup, known);
}

static void open_world(struct sim *sim)
{
    static const struct clock_ops clock_ops = {.wall_ms = sim_wall_ms, .mono_us = sim_mono_us};
    struct sim_random root = sim_random_of(sim->seed);
    sim->draws = sim_random_fork(&root, "draws");
    sim->turns = sim_random_fork(&root, "turns");
    sim->faults_random = sim_random_fork(&root, "faults");
    sim->mishaps = sim_random_fork(&root, "mishaps");
    sim->scheduler = scheduler_create(&sim->turns);
    sim->disk = fake_disk_create();
    fake_disk_set_appended(sim->disk, ".ndjson");
    sim->clock = (struct clock){.ops = &clock_ops, .self = sim};
    make_directory(sim);
    failpoint_install(sim_failpoint, sim);
}

void world_run(struct sim *sim)
{
    struct sim_setup setup;
    struct feed feed;
    struct known_journal known[SIM_SHARDS_MAX] = {{0}};
    open_world(sim);
    sim_setup_draw(sim, &setup);
    sim->setup = &setup;
    sim->wall_offset_us = setup.shape.base_ms * 1000;
    cluster_create(sim, &setup);
    feed_create(sim, &setup, &feed);
    struct operator operator= {.sim = sim, .setup = &setup};
    operator_start(&operator);
    topics_start(sim, &setup);
    for (uint32_t i = 0; i < setup.lives && sim->failure[0] == '\0'; i++) {
        if (setup.source == SIM_SOURCE_FILE)
            feed_more_lines(&feed);
        live(sim, &setup, known);
        operator_between(&operator, known);
        topics_cut(&operator, & feed);
    }
    operator_rest(&operator);
    if (sim->failure[0] == '\0')
        settle(&operator, & feed, known);
    if (sim->failure[0] == '\0' && stores_look(sim, &setup))
        settle(&operator, & feed, known);
    if (sim->failure[0] == '\0')
        check_settled(sim, &setup, &feed);
    backup_free(&operator.backup);
    world_remove_directory(getpid());
}
