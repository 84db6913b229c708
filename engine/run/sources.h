// The sources that the configuration names, put into the lanes they feed.
#ifndef ENGINE_RUN_SOURCES_H
#define ENGINE_RUN_SOURCES_H

#include "config/config.h"
#include "consumers/kafka/kafka_source.h"
#include "engine/run/lane.h"
#include "engine/run/mailbox.h"

// Adds the files to a lane. Before its worker starts. disk is borrowed until the lane ends.
void sources_add_files(const struct config *config, const struct disk *disk, struct lane *lane);
// Adds the lane's partition of the Kafka topic. The consumer is borrowed until the lane ends.
void sources_add_kafka(struct kafka_consumer *consumer, struct lane *lane);
// Adds a mailbox for HTTP events, owned by the caller and destroyed after the lane.
struct mailbox *sources_add_mailbox(const struct config *config, struct lane *lane);
// The size of all files, for the progress of --once; 0 when it is not known.
uint64_t sources_file_bytes(const struct config *config);

#endif
