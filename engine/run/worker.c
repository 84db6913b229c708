// A worker: one thread with its own event loop that drives the lanes it owns.
#include "engine/run/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/run/crash.h"
#include "engine/run/lane_open.h"
#include "engine/run/lane_timers.h"

#define TICK_S 0.2 // retries and ages are looked at this often

enum { PATH_BYTES = 4200 };

struct worker {
    const struct worker_plan *plan;
    pthread_t thread;
    struct ev_loop *loop;
    struct postbox box;
    struct ev_prepare turn;
    struct ev_idle busy; // keeps the loop from waiting while there is work
    struct ev_timer tick;
    struct ev_timer due; // the earliest timer of its lanes
    struct ev_io stdin_ready;
    struct side_thread *sync_side;
    struct side_thread *checkpoint_side;
    struct publisher *publisher;
    struct lane **lanes;
    size_t lane_count;
    atomic_bool is_open;
    bool has_ended;
    struct post ended;
    struct post drained;
    struct shard_flow totals;
};

static bool all_lanes(const struct worker *worker, bool (*is_so)(const struct lane *lane))
{
    for (size_t i = 0; i < worker->lane_count; i++)
        if (!is_so(worker->lanes[i]))
            return false;
    return true;
}

static void watch_stdin(struct worker *worker)
{
    bool is_wanted = false;
    for (size_t i = 0; i < worker->lane_count; i++)
        is_wanted = is_wanted || lane_waits_for_stdin(worker->lanes[i]);
    if (is_wanted)
        ev_io_start(worker->loop, &worker->stdin_ready);
}

static void on_stdin(struct ev_loop *loop, struct ev_io *watcher, int events)
{
    (void)events;
    struct worker *worker = watcher->data;
    INVARIANT(worker != NULL);
    ev_io_stop(loop, watcher); // it stays readable until it is read
    for (size_t i = 0; i < worker->lane_count; i++)
        lane_wake_stdin(worker->lanes[i]);
}

// Later than the next tick it is looked at again anyway, which also notices a wall clock that was set.
static void watch_timers(struct worker *worker)
{
    int64_t earliest_ms = (int64_t)(TICK_S * 1000);
    ev_timer_stop(worker->loop, &worker->due);
    for (size_t i = 0; i < worker->lane_count; i++) {
        int64_t wait_ms = lane_timers_wait_ms(worker->lanes[i]);
        if (wait_ms >= 0 && wait_ms < earliest_ms)
            earliest_ms = wait_ms;
    }
    if (earliest_ms >= (int64_t)(TICK_S * 1000))
        return;
    ev_timer_set(&worker->due, (ev_tstamp)earliest_ms / 1000.0, 0.0);
    ev_timer_start(worker->loop, &worker->due);
}

static void take_turn(struct worker *worker)
{
    struct runtime *runtime = worker->plan->runtime;
    bool is_busy = false;
    for (size_t i = 0; i < worker->lane_count; i++)
        is_busy = lane_turn(worker->lanes[i], runtime_mono_us(runtime)) || is_busy;
    watch_stdin(worker);
    if (is_busy) {
        ev_idle_start(worker->loop, &worker->busy);
    } else {
        ev_idle_stop(worker->loop, &worker->busy);
        watch_timers(worker);
    }

    if (runtime->is_once && !worker->has_ended && all_lanes(worker, lane_has_ended)) {
        worker->has_ended = true;
        postbox_send(worker->plan->main_box, &worker->ended);
    }
    if (!is_busy && atomic_load(&runtime->is_stopping) && all_lanes(worker, lane_is_drained))
        ev_break(worker->loop, EVBREAK_ALL);
}

static void on_turn(struct ev_loop *loop, struct ev_prepare *watcher, int events)
{
    (void)loop;
    (void)events;
    struct worker *worker = watcher->data;
    INVARIANT(worker != NULL);
    take_turn(worker);
}

static void on_idle(struct ev_loop *loop, struct ev_idle *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events;
}

static void on_tick(struct ev_loop *loop, struct ev_timer *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events;
}

static void open_lanes(struct worker *worker)
{
    for (size_t i = 0; i < worker->lane_count; i++) {
        struct lane *lane = worker->lanes[i];
        char directory[PATH_BYTES];
        int len = snprintf(
            directory, sizeof(directory), "%s/shard-%04u", worker->plan->data, lane->number);
        INVARIANT(len > 0 && (size_t)len < sizeof(directory));
        struct shard_params params = worker->plan->shard;
        params.directory = directory;
        params.shard = lane->number;
        lane_open(lane, &params, worker->plan->rules, worker->sync_side);
    }
    atomic_store(&worker->is_open, true);
}

void worker_add_totals(struct shard_flow *to, const struct shard_flow *from)
{
    to->journalled += from->journalled;
    to->duplicates += from->duplicates;
    to->refused += from->refused;
    to->decided += from->decided;
}

static void close_lanes(struct worker *worker)
{
    for (size_t i = 0; i < worker->lane_count; i++) {
        struct shard_flow flow;
        shard_flow(worker->lanes[i]->shard, &flow);
        worker_add_totals(&worker->totals, &flow);
        lane_end(worker->lanes[i]);
    }
}

static void *worker_main(void *argument)
{
    struct worker *worker = argument;
    thread_prepare("worker");
    void *stack = crash_stack_open();
    open_lanes(worker);
    ev_run(worker->loop, 0);
    close_lanes(worker);
    crash_stack_close(stack);
    postbox_send(worker->plan->main_box, &worker->drained);
    return NULL;
}

struct worker *worker_create(const struct worker_plan *plan, struct sink sink)
{
    struct worker *worker = mem_zero(1, sizeof(*worker));
    worker->plan = plan;
    worker->ended.run = plan->ended_run;
    worker->drained.run = plan->drained_run;
    worker->lanes = mem_zero(plan->shard_count, sizeof(struct lane *));
    worker->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    INVARIANT(worker->loop != NULL);
    postbox_open(&worker->box, worker->loop);
    ev_prepare_init(&worker->turn, on_turn);
    worker->turn.data = worker;
    ev_prepare_start(worker->loop, &worker->turn);
    ev_idle_init(&worker->busy, on_idle);
    ev_timer_init(&worker->tick, on_tick, TICK_S, TICK_S);
    ev_timer_start(worker->loop, &worker->tick);
    ev_timer_init(&worker->due, on_tick, 0.0, 0.0);
    ev_io_init(&worker->stdin_ready, on_stdin, STDIN_FILENO, EV_READ);
    worker->stdin_ready.data = worker;
    worker->sync_side = side_thread_start("sync");
    worker->checkpoint_side = side_thread_start("checkpoint");
    worker->publisher = publisher_start(plan->runtime, sink, plan->shard_count);
    return worker;
}

struct lane *worker_add_lane(struct worker *worker, uint32_t shard)
{
    struct lane *lane = mem_zero(1, sizeof(*lane));
    lane->runtime = worker->plan->runtime;
    lane->settings = &worker->plan->lane;
    lane->box = &worker->box;
    lane->number = shard;
    lane->checkpoint_side = worker->checkpoint_side;
    lane->publisher = worker->publisher;
    lane->sync.side = worker->sync_side;
    lane->prepare.side = worker->plan->prepare_side;
    for (size_t i = 0; i < LANE_INLETS_MAX; i++)
        lane->inlets[i].box = &worker->box;
    worker->lanes[worker->lane_count++] = lane;
    return lane;
}

void worker_start(struct worker *worker)
{
    INVARIANT(pthread_create(&worker->thread, NULL, worker_main, worker) == 0);
}

bool worker_is_open(const struct worker *worker)
{
    return atomic_load(&worker->is_open);
}

void worker_nudge(struct worker *worker)
{
    postbox_nudge(&worker->box);
}

void worker_join(struct worker *worker)
{
    (void)pthread_join(worker->thread, NULL);
    side_thread_join(worker->sync_side);
    side_thread_join(worker->checkpoint_side);
    publisher_join(worker->publisher);
    for (size_t i = 0; i < worker->lane_count; i++) {
        shard_close(worker->lanes[i]->shard);
        free(worker->lanes[i]);
    }
    postbox_close(&worker->box);
    ev_loop_destroy(worker->loop);
    free(worker->lanes);
    free(worker);
}

const struct shard_flow *worker_totals(const struct worker *worker)
{
    return &worker->totals;
}

struct worker *worker_of_ended(struct post *post)
{
    return (struct worker *)(void *)((char *)post - offsetof(struct worker, ended));
}

struct worker *worker_of_drained(struct post *post)
{
    return (struct worker *)(void *)((char *)post - offsetof(struct worker, drained));
}

const struct worker_plan *worker_get_plan(const struct worker *worker)
{
    return worker->plan;
}
