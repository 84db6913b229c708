// The people and machines around a daemon.
#include "tests/sim/operator.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/exit_code.h"
#include "engine/run/data_dir.h"

#include "tests/sim/kafka_broker.h"
#include "tests/sim/offsets.h"
#include "tests/sim/restore.h"
#include "tests/sim/stores.h"
#include "tests/sim/topics.h"

enum { STOP_US_MAX = 20 * 1000 * 1000, TRY_US_MAX = 180 * 1000 * 1000 };
#define HOUR_US (INT64_C(3600) * 1000 * 1000)

// ---- while it runs

static void fill_disk(struct sim *sim)
{
    // Only what is there fits: each further byte is refused.
    fake_disk_set_room(sim->disk, 0);
    sim->report->events[SIM_EVENT_DISK_FULL]++;
    sim->is_disk_full = true;
    sim->troubles++; // a new directory cannot be made then
    task_sleep_us(sim->scheduler, (int64_t)sim_random_below(&sim->draws, 5 * 1000 * 1000));
    fake_disk_set_room(sim->disk, SIZE_MAX / 2);
    sim->is_disk_full = false;
    sim->report->events[SIM_EVENT_DISK_FREED]++;
}

static void set_clock(struct sim *sim)
{
    int64_t by_us = (int64_t)sim_random_below(&sim->draws, 48) * HOUR_US / 2 + 1;
    bool is_back = sim_random_chance(&sim->draws, 400);
    sim->report->events[is_back ? SIM_EVENT_CLOCK_BACK : SIM_EVENT_CLOCK_FORWARD]++;
    sim->wall_offset_us += is_back ? -by_us : by_us;
    sim_say(sim, "the clock is set by %" PRId64 " s", (is_back ? -by_us : by_us) / 1000000);
}

static void start_second(struct sim *sim, const struct sim_setup *setup)
{
    struct data_dir *dir = NULL;
    struct fault fault = {.err = ERR_OK};
    struct disk disk = sim_disk_port(sim);
    if (sim->process == NULL || sim->process->dir == NULL ||
        sim->process->exit_code != SIM_EXIT_NONE)
        return;
    enum err err = data_dir_open(&disk, setup->plan.config->data, &dir, &fault);
    if (err != ERR_BUSY)
        sim_fail(sim, "I12", "a second daemon was let into the data directory: %s", err_name(err));
    else
        sim->report->events[SIM_EVENT_SECOND_DAEMON]++;
    data_dir_close(dir);
}

static void act(struct operator* operator)
{
    struct sim *sim = operator->sim;
    switch (sim_random_below(&sim->draws, 3)) {
    case 0: fill_disk(sim); break;
    case 1:
        if ((sim->limits.without & SIM_WITHOUT_CLOCK_JUMPS) == 0)
            set_clock(sim);
        break;
    default: start_second(sim, operator->setup); break;
    }
}

static void operator_main(void *argument)
{
    struct operator* operator= argument;
    struct sim *sim = operator->sim;
    int64_t pause_us = (int64_t)1 << sim_random_between(&sim->draws, 17, 26);
    while (!operator->is_resting) {
        task_sleep_us(
            sim->scheduler, (int64_t)sim_random_below(&sim->draws, (uint64_t)pause_us) + 1000);
        if (!operator->is_resting && sim->are_faults_on)
            act(operator);
    }
}

void operator_start(struct operator* operator)
{
    struct sim *sim = operator->sim;
    bool is_busy = sim_random_chance(&sim->draws, 500);
    if (is_busy && (sim->limits.without & SIM_WITHOUT_OPERATORS) == 0)
        (void)task_start(sim->scheduler, 0, "operator", operator_main, operator);
}

void operator_rest(struct operator* operator)
{
    operator->is_resting = true;
}

// ---- its end

static bool is_alive(const struct sim *sim)
{
    return sim->process != NULL && sim->process->exit_code == SIM_EXIT_NONE;
}

static void stop(struct sim *sim, int64_t slice_us)
{
    int64_t now_us = scheduler_now_us(sim->scheduler);
    int64_t kill_us = now_us + STOP_US_MAX;
    bool is_impatient = sim_random_chance(&sim->draws, 300);
    if (is_impatient)
        kill_us = now_us + (int64_t)sim_random_below(&sim->draws, 200000);
    sim->report->events[SIM_EVENT_TERMINATED]++;
    sim_say(sim, "SIGTERM");
    sim_process_stop(sim->process);
    for (; is_alive(sim) && now_us < kill_us; now_us = scheduler_now_us(sim->scheduler))
        scheduler_run(sim->scheduler, now_us + slice_us < kill_us ? now_us + slice_us : kill_us);
    if (!is_alive(sim))
        return;
    if (!is_impatient)
        sim_fail(sim, "C24", "it did not end within 20 s of SIGTERM");
    sim->report->events[SIM_EVENT_KILLED_STOPPING]++;
    sim_process_ended(sim, SIM_EXIT_KILLED, "killed while stopping");
}

void operator_end(struct sim *sim, int64_t slice_us)
{
    if (!is_alive(sim))
        return;
    bool may_cut = (sim->limits.without & SIM_WITHOUT_POWER_CUTS) == 0;
    uint64_t draw = sim_random_below(&sim->draws, 100);
    if (draw < 40) {
        stop(sim, slice_us);
    } else if (draw < 70 || !may_cut) {
        sim->report->events[SIM_EVENT_KILLED]++;
        sim_process_ended(sim, SIM_EXIT_KILLED, "killed");
    } else {
        sim->report->events[SIM_EVENT_POWER_CUT]++;
        sim_process_ended(sim, SIM_EXIT_POWER_CUT, "power cut");
    }
}

// ---- between two processes

static void edit_rules(struct operator* operator)
{
    struct sim *sim = operator->sim;
    struct sim_setup *setup = operator->setup;
    uint64_t variant = sim_random_below(&sim->draws, setup->shape.variants);
    setup->plan.rules = setup->bundles[variant];
    sim->report->events[SIM_EVENT_RULES_EDITED]++;
}

static void remove_store(struct operator* operator)
{
    struct sim *sim = operator->sim;
    uint64_t shard = sim_random_below(&sim->draws, operator->setup->shape.shards);
    if (sim->are_offsets_gone)
        return; // both together are told as not covered
    stores_remove(sim, shard);
    sim->report->events[SIM_EVENT_STORE_REMOVED]++;
}

int operator_try_to_start(struct operator* operator, enum operator_trial trial, int64_t patience_us)
{
    struct sim *sim = operator->sim;
    bool were_on = sim->are_faults_on;
    sim->are_faults_on = false;
    sim->is_trial = trial == OPERATOR_THROWS_AWAY;
    fake_disk_set_room(sim->disk, SIZE_MAX / 2); // else it would wait for room
    sim_process_start(sim, &operator->setup->plan);
    int64_t until_us = scheduler_now_us(sim->scheduler) + patience_us;
    scheduler_run(sim->scheduler, until_us);
    int exit_code = sim->process->exit_code;
    if (exit_code == SIM_EXIT_NONE)
        sim_process_ended(sim, SIM_EXIT_KILLED, "it did not refuse");
    else
        sim_say(sim, "refused: %s", sim->process->exit_text);
    (void)snprintf(operator->refusal, sizeof(operator->refusal), "%s", sim->process->exit_text);
    scheduler_kill_process(sim->scheduler, sim->process->number);
    if (sim->kafka != NULL)
        sim_kafka_process_died(sim->kafka, sim->process->number);
    fake_disk_crash(sim->disk, 0, FAKE_DISK_KEEP_ALL);
    sim->process = NULL;
    sim->is_trial = false;
    sim->are_faults_on = were_on;
    return exit_code;
}

// A bit of a frame that is durable beyond doubt: the process stops, names it, and changes nothing.
static void flip_journal(
    struct operator* operator, const struct known_journal * known, uint32_t shard)
{
    struct sim *sim = operator->sim;
    char directory[128];
    char path[192];
    sim_setup_journal(operator->setup, shard, directory, sizeof(directory));
    (void)snprintf(path, sizeof(path), "%s/%020d.journal", directory, 1);
    struct bytes content = fake_disk_content(sim->disk, path);
    struct history history;
    struct fault fault = {.err = ERR_OK};
    // Only a sealed first file is durable beyond doubt from its first to its last bit.
    if (known->durable < 3 ||
        history_read(sim, directory, HISTORY_FRAMES, &history, &fault) != ERR_OK)
        return;
    history_free(&history);
    if (content.len == 0 ||
        content.len >= operator->setup->plan.shard.journal_file_bytes || !fake_disk_is_synced(
                           sim->disk, path))
        return;
    uint64_t bit = 512 * 8 + sim_random_below(&sim->draws, 40 * 8); // the header of its first frame
    fake_disk_flip(sim->disk, path, bit);
    uint64_t before = fake_disk_digest(sim->disk);
    int exit_code = operator_try_to_start(operator, OPERATOR_THROWS_AWAY, TRY_US_MAX);
    if (exit_code != EXIT_CODE_DAMAGED)
        sim_fail(
            sim, "I12", "bit %" PRIu64 " of %s was flipped, it ended with %d", bit, path,
            exit_code);
    bool is_alone = operator->setup->shape.shards == 1; // other shards go on until it ends
    if (is_alone && fake_disk_digest(sim->disk) != before)
        sim_fail(sim, "I12", "it changed something although %s was damaged", path);
    fake_disk_flip(sim->disk, path, bit);
    sim->report->events[SIM_EVENT_JOURNAL_FLIPPED]++;
}

static void meddle(struct operator* operator, struct known_journal known[SIM_SHARDS_MAX])
{
    struct sim *sim = operator->sim;
    if (sim_random_chance(&sim->draws, 100))
        remove_store(operator);
    uint32_t shard = (uint32_t)sim_random_below(&sim->draws, operator->setup->shape.shards);
    if (sim_random_chance(&sim->draws, 100))
        flip_journal(operator, & known[shard], shard);
}

void operator_between(struct operator* operator, struct known_journal known[SIM_SHARDS_MAX])
{
    struct sim *sim = operator->sim;
    if ((sim->limits.without & SIM_WITHOUT_RULE_EDITS) == 0 && sim_random_chance(&sim->draws, 300))
        edit_rules(operator);
    topics_between(sim, operator->setup, known);
    if ((sim->limits.without & SIM_WITHOUT_OPERATORS) == 0)
        meddle(operator, known);
    stores_flip(sim, operator->setup->shape.shards);
    restore_between(operator, known);
    offsets_expire(operator);
}
