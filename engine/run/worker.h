// A worker: one thread with its own event loop that drives the lanes it owns.
#ifndef ENGINE_RUN_WORKER_H
#define ENGINE_RUN_WORKER_H

#include "engine/run/lane.h"
#include "engine/run/rules.h"

struct worker;

// What all workers are started with. Borrowed until they are joined.
struct worker_plan {
    struct runtime *runtime;
    struct lane_settings lane;
    struct shard_params shard; // directory, shard and identity are filled in for each
    uint32_t shard_count;      // of the whole daemon
    const char *data;          // the data directory
    const struct rules *rules; // that its shards begin with
    struct side_thread *prepare_side;
    struct postbox *main_box;
    post_run_fn
        *ended_run; // on main_box's thread: no lane of this worker will read any more (--once)
    post_run_fn *drained_run; // on main_box's thread: stopping, and everything of it is done
};

// One worker, not yet running. The sink is taken over.
struct worker *worker_create(const struct worker_plan *plan, struct sink sink);
// Adds a lane before the start; its inlets are filled in by the caller. Its address does not change.
struct lane *worker_add_lane(struct worker *worker, uint32_t shard);
void worker_start(struct worker *worker);
// Its shards are recovered: lanes may be asked and fed. Any thread.
bool worker_is_open(const struct worker *worker);
// After runtime->is_stopping was set: makes it look.
void worker_nudge(struct worker *worker);
// After drained_run: waits for its threads and frees it, lanes included.
void worker_join(struct worker *worker);

// The worker that sent ended_run's and drained_run's post.
struct worker *worker_of_ended(struct post *post);
struct worker *worker_of_drained(struct post *post);
const struct worker_plan *worker_get_plan(const struct worker *worker);
// What its shards took in and decided, after drained_run.
const struct shard_flow *worker_totals(const struct worker *worker);
void worker_add_totals(struct shard_flow *to, const struct shard_flow *from);

#endif
