// What every Kafka client here is given: brokers, the operator's properties, the log, the clock.
#ifndef CONSUMERS_KAFKA_CONNECTION_H
#define CONSUMERS_KAFKA_CONNECTION_H

#include <stddef.h>

#include "engine/base/diag.h"
#include "engine/port/clock.h"

// A librdkafka property.
struct kafka_property {
    const char *name;
    const char *value;
};

// Borrowed during the call that takes it, except log, which must outlive the client.
struct kafka_connection {
    const char *brokers; // "host:port,host:port"
    // Win over our tuning, but not over what correctness needs; unsafe ones never get here.
    const struct kafka_property *properties;
    size_t property_count;
    const struct diag *log; // may be NULL
    struct clock clock;     // for how long a broker is waited for
};

#endif
