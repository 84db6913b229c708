// One process of the daemon in the simulation.
#include "tests/sim/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "consumers/file/file_source.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/run/data_dir.h"
#include "engine/run/kafka_settings.h"
#include "engine/run/lane_open.h"
#include "engine/run/sinks.h"
#include "engine/run/sources.h"

#include "tests/sim/stores.h"
#include "tests/sim/topics.h"

#define STOP_DEADLINE_US (8 * 1000 * 1000)
#define TICK_US          200000

// What the world has to know of the log.
static void take_line(struct sim *sim, struct bytes line)
{
    static const char rebuilt[] = "store built anew from the journal shard=";
    char text[SIM_TEXT_BYTES];
    (void)snprintf(text, sizeof(text), "%.*s", (int)line.len, (const char *)line.data);
    const char *at = strstr(text, rebuilt);
    if (at != NULL)
        stores_were_rebuilt(sim, (uint32_t)strtoul(at + sizeof(rebuilt) - 1, NULL, 10));
    topics_take_line(sim, sim->setup, text);
}

static void log_line(void *self, struct bytes line)
{
    struct sim *sim = self;
    take_line(sim, line);
    if (sim->is_verbose)
        (void)fprintf(
            stderr, "  [%u] %.*s", sim->process_count, (int)line.len, (const char *)line.data);
}

static int64_t log_wall_ms(void *self)
{
    const struct sim *sim = self;
    return sim->clock.ops->wall_ms(sim->clock.self);
}

void sim_process_ended(struct sim *sim, int code, const char *text)
{
    struct sim_process *process = sim->process;
    if (process == NULL || process->exit_code != SIM_EXIT_NONE)
        return;
    process->exit_code = code;
    (void)snprintf(process->exit_text, sizeof(process->exit_text), "%s", text);
    sim_say(sim, "process %u ends with %d %s", process->number, code, text);
}

_Noreturn static void refuse(struct sim_process *process, enum err err, const struct fault *fault)
{
    runtime_fail(&process->runtime, exit_code_of(err), "cannot start", fault);
}

// ---- lanes

static struct inlet *add_file(struct sim_process *process, struct lane *lane, const char *path)
{
    struct inlet *inlet = &lane->inlets[lane->inlet_count++];
    char name[128];
    (void)snprintf(name, sizeof(name), "file:%s", path);
    struct file_source_params params = {
        .path = path,
        .name = name,
        .line_bytes_max = (size_t)process->plan->shard.decode.message_bytes_max * 4,
    };
    inlet->kind = INLET_FILE;
    inlet->state = INLET_STARTING;
    file_source_create(&process->runtime.disk, &params, &inlet->source);
    return inlet;
}

static struct lane *make_lane(
    struct sim_process *process, struct sim_worker *worker, uint32_t shard)
{
    struct lane *lane = mem_zero(1, sizeof(*lane));
    lane->runtime = &process->runtime;
    lane->settings = &process->plan->lane;
    lane->box = &worker->box;
    lane->number = shard;
    lane->checkpoint_side = worker->checkpoint_side;
    lane->publisher = worker->publisher;
    lane->sync.side = worker->sync_side;
    lane->prepare.side = process->prepare_side;
    for (size_t i = 0; i < LANE_INLETS_MAX; i++)
        lane->inlets[i].box = &worker->box;
    for (size_t i = 0; i < LANE_INLETS_MAX; i++)
        lane->inlets[i].may_skip_gap = process->plan->config->on_gap == CONFIG_GAP_CONTINUE;
    const struct config *config = process->plan->config;
    if (process->plan->source_files != NULL)
        (void)add_file(process, lane, process->plan->source_files[shard]);
    if (process->consumer != NULL)
        sources_add_kafka(process->consumer, lane);
    if (config->source_http)
        process->mailboxes[shard] = sources_add_mailbox(config, lane);
    return lane;
}

static void open_lane(struct sim_process *process, struct lane *lane, struct sim_worker *worker)
{
    char directory[128];
    struct shard_params params = process->plan->shard;
    (void)snprintf(
        directory, sizeof(directory), "%s/shard-%04u", process->plan->config->data, lane->number);
    (void)mkdir(directory, 0700); // the real one, for the store
    params.directory = directory;
    params.shard = lane->number;
    params.identity = process->plan->identity;
    struct rules rules = {.bundle = process->plan->rules};
    struct diagnostics list = {0};
    enum err err = rules_compile(&rules, &list);
    INVARIANT(err == ERR_OK);
    diagnostics_free(&list);
    lane_open(lane, &params, &rules, worker->sync_side);
    rules_free(&rules);
}

static bool take_turns(struct sim_process *process, struct sim_worker *worker)
{
    bool is_busy = false;
    bool are_drained = true;
    postbox_run(&worker->box);
    for (size_t i = 0; i < worker->lane_count; i++) {
        struct lane *lane = worker->lanes[i];
        is_busy = lane_turn(lane, runtime_mono_us(&process->runtime)) || is_busy;
        are_drained = are_drained && lane_is_drained(lane);
    }
    if (!is_busy && are_drained && atomic_load(&process->runtime.is_stopping))
        worker->has_drained = true;
    return is_busy;
}

static void worker_main(void *argument)
{
    struct sim_worker *worker = argument;
    struct sim_process *process = worker->process;
    struct scheduler *scheduler = process->sim->scheduler;
    for (size_t i = 0; i < worker->lane_count; i++)
        open_lane(process, worker->lanes[i], worker);
    bool is_open = true;
    for (uint32_t i = 0; i < process->plan->shards; i++)
        is_open = is_open && process->lanes[i]->messages != NULL;
    process->is_open = is_open;
    if (is_open && process->sim->stage == SIM_STAGE_START)
        process->sim->stage = SIM_STAGE_RUN;
    while (!worker->has_drained) {
        if (take_turns(process, worker))
            task_yield(scheduler);
        else if (!worker->has_drained)
            task_wait_us(scheduler, TICK_US);
    }
}

static void start_worker(struct sim_process *process, uint32_t index)
{
    struct sim_worker *worker = &process->workers[index];
    struct fault fault = {.err = ERR_OK};
    struct sink sink;
    fault.err = sinks_route(process->sinks, index, &sink, &fault);
    if (fault.err != ERR_OK)
        refuse(process, fault.err, &fault);
    worker->process = process;
    postbox_open(&worker->box, NULL);
    worker->sync_side = side_thread_start("sync");
    worker->checkpoint_side = side_thread_start("checkpoint");
    worker->publisher = publisher_start(&process->runtime, sink, process->plan->shards);
    for (uint32_t shard = index; shard < process->plan->shards; shard += process->plan->workers) {
        struct lane *lane = make_lane(process, worker, shard);
        process->lanes[shard] = lane;
        worker->lanes[worker->lane_count++] = lane;
    }
}

// ---- the main task

static void open_data(struct sim_process *process)
{
    const struct sim_plan *plan = process->plan;
    struct data_meta meta = {0};
    struct fault fault = {.err = ERR_OK};
    fault.err = data_dir_open(&process->runtime.disk, plan->config->data, &process->dir, &fault);
    if (fault.err == ERR_BUSY)
        runtime_fail(&process->runtime, EXIT_CODE_IN_USE, "cannot start", &fault);
    if (fault.err == ERR_OK)
        fault.err = data_dir_read_meta(process->dir, &meta, &fault);
    if (fault.err == ERR_MISSING) {
        meta = (struct data_meta){.identity = plan->identity, .shards = plan->shards};
        fault.err = data_dir_write_meta(process->dir, &meta, &fault);
    }
    if (fault.err != ERR_OK)
        refuse(process, fault.err, &fault);
    INVARIANT(meta.identity == plan->identity && meta.shards == plan->shards);
    fault.err = sinks_open(plan->config, &process->runtime, &process->sinks, &fault);
    if (fault.err != ERR_OK)
        refuse(process, fault.err, &fault);
}

static void close_process(struct sim_process *process)
{
    const struct sim_plan *plan = process->plan;
    for (uint32_t i = 0; i < plan->shards; i++) {
        process->durable[i] = process->lanes[i]->sync.durable;
        process->lanes[i] = NULL;
    }
    side_thread_join(process->prepare_side);
    for (uint32_t i = 0; i < plan->workers; i++) {
        struct sim_worker *worker = &process->workers[i];
        for (size_t at = 0; at < worker->lane_count; at++)
            lane_end(worker->lanes[at]);
        side_thread_join(worker->sync_side);
        side_thread_join(worker->checkpoint_side);
        publisher_join(worker->publisher);
        for (size_t at = 0; at < worker->lane_count; at++) {
            shard_close(worker->lanes[at]->shard);
            free(worker->lanes[at]);
        }
    }
    for (uint32_t i = 0; i < plan->shards; i++)
        mailbox_destroy(process->mailboxes[i]);
    kafka_consumer_close(process->consumer);
    sinks_close(process->sinks);
    data_dir_close(process->dir);
}

static bool have_all_drained(const struct sim_process *process)
{
    for (uint32_t i = 0; i < process->plan->workers; i++)
        if (!process->workers[i].has_drained)
            return false;
    return true;
}

static void process_main(void *argument)
{
    struct sim_process *process = argument;
    struct sim *sim = process->sim;
    const struct sim_plan *plan = process->plan;
    struct fault fault = {.err = ERR_OK};
    open_data(process);
    if (plan->config->source_kafka.brokers != NULL)
        fault.err = kafka_consumer_of(plan->config, &process->runtime, &process->consumer, &fault);
    if (fault.err != ERR_OK)
        refuse(process, fault.err, &fault);
    process->prepare_side = side_thread_start("prepare");
    for (uint32_t i = 0; i < plan->workers; i++)
        start_worker(process, i);
    for (uint32_t i = 0; i < plan->workers; i++) {
        struct sim_worker *worker = &process->workers[i];
        worker->box.arrived.data =
            task_start(sim->scheduler, process->number, "worker", worker_main, worker);
    }
    while (!have_all_drained(process)) {
        task_sleep_us(sim->scheduler, 10000);
        bool is_late = process->stop_us > 0 &&
                       scheduler_now_us(sim->scheduler) - process->stop_us > STOP_DEADLINE_US;
        if (is_late) { // as it is; the journal has all of it
            sim->report->events[SIM_EVENT_STOP_TIMED_OUT]++;
            sim_process_ended(sim, EXIT_CODE_DONE, "stopped before everything was published");
            task_kill_process(sim->scheduler);
        }
    }
    close_process(process);
    sim_process_ended(sim, EXIT_CODE_DONE, "");
    task_kill_process(sim->scheduler);
}

void sim_process_start(struct sim *sim, const struct sim_plan *plan)
{
    struct sim_process *process = mem_zero(1, sizeof(*process));
    process->sim = sim;
    process->plan = plan;
    process->number = ++sim->process_count;
    process->exit_code = SIM_EXIT_NONE;
    process->runtime.log = (struct diag){
        .level_min = sim->is_verbose ? DIAG_DEBUG : DIAG_WARN,
        .wall_ms = log_wall_ms,
        .write_line = log_line,
        .self = sim,
    };
    process->runtime.clock = sim->clock;
    process->runtime.disk = sim_disk_port(sim);
    process->runtime.dead_letter_topic = plan->config->dead_letters_kafka;
    sim->process = process;
    sim->stage = SIM_STAGE_START;
    sim->report->lives++;
    (void)task_start(sim->scheduler, process->number, "main", process_main, process);
}

void sim_process_stop(struct sim_process *process)
{
    if (atomic_exchange(&process->runtime.is_stopping, true))
        return;
    process->sim->stage = SIM_STAGE_STOP;
    process->stop_us = scheduler_now_us(process->sim->scheduler);
    for (uint32_t i = 0; i < process->plan->workers; i++)
        postbox_nudge(&process->workers[i].box);
}

uint64_t sim_process_durable(const struct sim_process *process, uint32_t shard)
{
    const struct lane *lane = process->lanes[shard];
    return lane == NULL ? process->durable[shard] : lane->sync.durable;
}

bool sim_process_is_idle(const struct sim_process *process)
{
    if (!process->is_open)
        return false;
    for (uint32_t i = 0; i < process->plan->shards; i++) {
        const struct lane *lane = process->lanes[i];
        for (size_t at = 0; at < lane->inlet_count; at++) {
            enum inlet_state state = lane->inlets[at].state;
            bool has_nothing =
                state == INLET_IDLE || state == INLET_ENDED || state == INLET_STOPPED;
            if (!has_nothing || (state == INLET_IDLE && atomic_load(&lane->inlets[at].is_woken)))
                return false;
        }
        uint64_t sequence = shard_sequence(lane->shard);
        if (lane->sync.durable != sequence || lane->published != sequence)
            return false;
    }
    return true;
}
