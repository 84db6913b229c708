// One process of the daemon in the simulation: what daemon.c, fleet.c and worker.c do, without loops and threads.
#ifndef TESTS_SIM_PROCESS_H
#define TESTS_SIM_PROCESS_H

#include "config/config.h"
#include "engine/run/lane.h"
#include "engine/run/mailbox.h"
#include "engine/run/worker.h"

#include "tests/sim/sim.h"

enum { SIM_EXIT_NONE = -1, SIM_EXIT_KILLED = -9, SIM_EXIT_POWER_CUT = -10 };

// What a process is started with. Borrowed as long as it lives.
struct sim_plan {
    struct config *config;
    struct shard_params shard; // directory, shard, identity and disk are filled in
    struct lane_settings lane;
    uint32_t shards;
    uint32_t workers;
    uint64_t identity; // of a new data directory
    struct rule_bundle rules;
    const char *const *source_files; // by shard; NULL: none
};

struct sim_process;

struct sim_worker {
    struct sim_process *process;
    struct postbox box;
    struct side_thread *sync_side, *checkpoint_side;
    struct publisher *publisher;
    struct lane *lanes[SIM_SHARDS_MAX];
    size_t lane_count;
    bool has_drained;
};

struct sim_process {
    struct sim *sim;
    const struct sim_plan *plan;
    uint32_t number;
    struct runtime runtime;
    struct data_dir *dir;
    struct sinks *sinks;
    struct kafka_consumer *consumer;
    struct side_thread *prepare_side;
    struct sim_worker workers[SIM_WORKERS_MAX];
    struct lane *lanes[SIM_SHARDS_MAX]; // NULL before they are made and after they are closed
    uint64_t durable[SIM_SHARDS_MAX];   // when they were closed
    struct mailbox *mailboxes[SIM_SHARDS_MAX];
    bool is_open; // shards are recovered
    int64_t stop_us;
    int exit_code; // SIM_EXIT_NONE while it lives
    char exit_text[FAULT_TEXT_BYTES + 128];
};

// Starts it as a task of its own; sim->process is set. What a killed process leaves in memory stays there.
void sim_process_start(struct sim *sim, const struct sim_plan *plan);
// SIGTERM.
void sim_process_stop(struct sim_process *process);
// All that was read is durable, published and in a checkpoint, and there is nothing more to read.
bool sim_process_is_idle(const struct sim_process *process);
// The last frame of a shard that it calls durable.
uint64_t sim_process_durable(const struct sim_process *process, uint32_t shard);
// Called where it ends; the first reason counts.
void sim_process_ended(struct sim *sim, int code, const char *text);

#endif
