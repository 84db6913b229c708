// Produces single events to a topic and tells when the broker has them: what HTTP events become
// when Kafka is the source.
//
// Idempotent, acknowledged by all replicas, placed by murmur2 of the key as Java clients do. An
// event that failed may still be there (its answer was lost): sent again with the same id it is a
// duplicate to the engine. One thread calls everything here but where said otherwise.
#ifndef CONSUMERS_KAFKA_KAFKA_PRODUCER_H
#define CONSUMERS_KAFKA_KAFKA_PRODUCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "consumers/kafka/connection.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/base/header.h"
#include "engine/port/source.h"

struct kafka_producer;

// Copied when sent.
struct kafka_event {
    struct bytes key; // contact id; may be empty
    struct bytes value;
    const struct header *headers;
    size_t header_count;
    struct message_ticket *ticket; // both come back with the outcome
    uint32_t ticket_index;
};

// ERR_OK: the broker has it. ERR_UNREACHABLE, ERR_MISSING, ERR_LIMIT, ERR_IO: it may not have it.
// Called from within kafka_producer_poll() and kafka_producer_close().
typedef void kafka_sent_fn(
    void *context, struct message_ticket *ticket, uint32_t ticket_index, enum err err);

struct kafka_producer_params {
    struct kafka_connection connection;
    const char *topic;
    kafka_sent_fn *sent;
    void *context;
    struct source_wake wake; // called from any thread when poll has outcomes; wake may be NULL
};

//   ERR_INVALID a property is refused by librdkafka; named
NODISCARD enum err kafka_producer_open(
    const struct kafka_producer_params *params, struct kafka_producer **out, struct fault *fault);

// Puts one event on its way, without waiting. Its outcome is told exactly once, by sent.
//   ERR_AGAIN the queue is full: try again later (HTTP 429) · ERR_LIMIT too large · ERR_IO
// On an error sent is not called for it.
NODISCARD enum err kafka_producer_send(
    struct kafka_producer *producer, const struct kafka_event *event, struct fault *fault);

// Tells the outcomes that are known, without waiting.
void kafka_producer_poll(struct kafka_producer *producer);

bool kafka_producer_is_connected(struct kafka_producer *producer); // any thread

// Waits for up to wait_ms for what is on its way, then tells the rest ERR_UNREACHABLE. NULL is fine.
void kafka_producer_close(struct kafka_producer *producer, int wait_ms);

#endif
