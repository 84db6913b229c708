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
// A task that produces the inputs of all shards, now and then inside transactions, of which some are aborted.
void cluster_feed(struct feed *feed);

#endif
