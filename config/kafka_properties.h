// Which librdkafka properties a configuration may not set.
#ifndef CONFIG_KAFKA_PROPERTIES_H
#define CONFIG_KAFKA_PROPERTIES_H

#include "config/diagnostic_codes.h"
#include "engine/base/bytes.h"

struct kafka_refusal {
    const char *name;
    enum diagnostic_code code; // C0003 loads code or runs commands, C0004 set by the engine
    const char *reason;        // "use `sources.kafka.brokers`"
};

// All refusals by name. Static storage.
const struct kafka_refusal *kafka_refusals(size_t *count_out);

// Why this name is refused, or NULL when it is passed through.
const struct kafka_refusal *kafka_refusal_of(struct bytes name);

// Why this value is refused for this name, or NULL. librdkafka puts the values of some properties into
// the command line of kinit, which a shell runs: those may only hold letters, digits and _ - . / @ :
const char *kafka_value_refusal(struct bytes name, struct bytes value);

#endif
