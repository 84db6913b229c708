// All workers of the daemon and the lanes they drive.
#ifndef ENGINE_RUN_FLEET_H
#define ENGINE_RUN_FLEET_H

#include "engine/run/mailbox.h"
#include "engine/run/sinks.h"
#include "engine/run/worker.h"

// Zero before fleet_start, but for the consumer. Main thread.
struct fleet {
    struct worker **workers;
    size_t worker_count;
    uint32_t shards;                 // 0: not started yet
    struct lane **lanes;             // by shard; borrowed from the workers
    struct kafka_consumer *consumer; // NULL without Kafka; borrowed
    struct mailbox **mailboxes;      // by shard; NULL where HTTP events do not go into the journal
};

// Creates workers and lanes, with their sinks and the sources that files and HTTP are. plan has
// everything and is borrowed; more sources may be added to the lanes before fleet_run.
//   ERR_INVALID a sink refuses its settings
NODISCARD enum err fleet_start(
    struct fleet *fleet,
    const struct config *config,
    const struct worker_plan *plan,
    struct sinks *sinks,
    struct fault *fault);
void fleet_run(struct fleet *fleet);
void fleet_nudge(struct fleet *fleet);
// After all have drained: waits for the threads, closes the shards, frees everything.
void fleet_stop(struct fleet *fleet);

// Every shard is recovered: lanes may be asked and fed.
bool fleet_is_open(const struct fleet *fleet);
bool fleet_is_broken(const struct fleet *fleet);    // what was counted in a shard does not add up
bool fleet_stands_still(const struct fleet *fleet); // actions beyond the ceiling wait
bool fleet_has_gap(const struct fleet *fleet);      // a source's position is gone
bool fleet_is_reading(const struct fleet *fleet);   // every source is started and reachable
void fleet_totals(const struct fleet *fleet, struct shard_flow *out); // after all have drained

#endif
