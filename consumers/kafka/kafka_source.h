// Sources that read the partitions of a Kafka topic: one client a daemon, one source a partition.
//
// Offsets come from the journal, never from a consumer group; nothing is committed here. Only
// committed transactions are seen. Names are "kafka:TOPIC/PARTITION".
#ifndef CONSUMERS_KAFKA_KAFKA_SOURCE_H
#define CONSUMERS_KAFKA_KAFKA_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "consumers/kafka/connection.h"
#include "engine/base/err.h"
#include "engine/port/source.h"

enum kafka_reading {
    KAFKA_READ_ON,     // for ever
    KAFKA_READ_TO_END, // to the end offset seen at start, then ERR_END
};

struct kafka_consumer_params {
    struct kafka_connection connection;
    const char *topic;
    enum kafka_reading reading;
    uint64_t value_bytes_max; // a longer value is delivered cut; 0: never
};

struct kafka_consumer;

// Makes the client; connecting goes on in the background. Texts are copied.
//   ERR_INVALID a property is refused by librdkafka; named
NODISCARD enum err kafka_consumer_open(
    const struct kafka_consumer_params *params, struct kafka_consumer **out, struct fault *fault);

// How many partitions the topic has now. Blocks for up to 10 s.
//   ERR_UNREACHABLE no broker answers · ERR_MISSING no such topic
NODISCARD enum err kafka_consumer_count_partitions(
    struct kafka_consumer *consumer, uint32_t *out, struct fault *fault);

// Whether a broker answers, as of the last second. Any thread.
bool kafka_consumer_is_connected(struct kafka_consumer *consumer);

// After all its sources are destroyed. NULL is fine.
void kafka_consumer_close(struct kafka_consumer *consumer);

// The source of one partition; consumer is borrowed until destroy(). wake is called from
// librdkafka's threads. Sources of one consumer may be driven by different threads.
//
// remember(): the record at that offset is read again, when it is still there, before the first new one;
//          in the course of reading the last record of each poll takes its place.
// start(): blocks for up to 10 s. ERR_GAP the offset is before the oldest or after the newest that
//          the broker has; names topic, partition, the offset asked for and both ends
// poll():  ERR_GAP the same on the way (retention, records deleted, topic truncated or recreated); or the
//          record that is remembered is another one: the topic was created anew and has grown;
//          ERR_MISSING the topic was deleted · ERR_IO the broker sent a damaged message; from then
//          on poll() repeats the error until start(). While no broker answers it says ERR_AGAIN:
//          librdkafka retries.
void kafka_source_create(
    struct kafka_consumer *consumer,
    uint32_t partition,
    const struct source_wake *wake,
    struct source *out);

// The offset that KAFKA_READ_TO_END stops at; -1 before start().
int64_t kafka_source_end_offset(const struct source *source);
// How many offsets lie between where reading goes on and the end that the last fetch told; transactions
// take some that hold no event. -1: no fetch has told yet. Local, from the thread that drives the source.
int64_t kafka_source_lag(const struct source *source);

#endif
