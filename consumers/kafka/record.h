// One record to produce: topic, key, value, and the headers beside a CloudEvent.
#ifndef CONSUMERS_KAFKA_RECORD_H
#define CONSUMERS_KAFKA_RECORD_H

#include <librdkafka/rdkafka.h>

#include "engine/base/header.h"
#include "engine/port/sink.h"

struct kafka_record {
    const char *topic;
    struct bytes key;
    struct bytes value;
    rd_kafka_headers_t *headers; // NULL: none; owned by librdkafka once produced
    void *opaque;                // comes back with the delivery report
};

// Puts a copy into the producer's queue. On an error the headers still belong to the caller.
rd_kafka_resp_err_t record_produce(rd_kafka_t *producer, const struct kafka_record *record);

// content-type and ce_* headers of an action, from the beginning of its JSON. Owned by the caller.
rd_kafka_headers_t *record_action_headers(const struct outgoing *item);

// A copy of headers as they came. NULL when there are none. Owned by the caller.
rd_kafka_headers_t *record_headers(const struct header *headers, size_t count);

#endif
