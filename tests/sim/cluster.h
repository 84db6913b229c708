// The Kafka of a world: its faults, its clock, what feeds its topic of events.
#ifndef TESTS_SIM_CLUSTER_H
#define TESTS_SIM_CLUSTER_H

#include "tests/sim/feed.h"

#define SIM_TOPIC_EVENTS  "events"
#define SIM_TOPIC_LETTERS "letters"

// Makes it where the setup has one (sim->kafka), with trouble as drawn.
void cluster_create(struct sim *sim, const struct sim_setup *setup);
// Trouble begins with a life and ends when the world settles.
void cluster_trouble(struct sim *sim);
void cluster_settle(struct sim *sim);
// Appends an input to its partition of the topic of events; transaction 0: none. Gives its offset.
int64_t cluster_produce(
    struct sim *sim, uint32_t shard, const struct workload_input *input, uint64_t transaction);
// A task that produces the inputs of all shards, now and then inside transactions, of which some are aborted.
void cluster_feed(struct feed *feed);

#endif
