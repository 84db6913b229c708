// What the configuration says of Kafka, as the Kafka layer takes it.
#ifndef ENGINE_RUN_KAFKA_SETTINGS_H
#define ENGINE_RUN_KAFKA_SETTINGS_H

#include "config/config.h"
#include "consumers/kafka/connection.h"
#include "consumers/kafka/kafka_source.h"
#include "engine/port/sink.h"
#include "engine/run/runtime.h"

// The properties live in the arena, the rest is borrowed.
struct kafka_connection kafka_connection_of(
    const char *brokers,
    const struct config_properties *properties,
    const struct runtime *runtime,
    struct arena *arena);

//   ERR_INVALID a property is refused
NODISCARD enum err kafka_consumer_of(
    const struct config *config,
    const struct runtime *runtime,
    struct kafka_consumer **out,
    struct fault *fault);
// The transactional producer of one worker.
NODISCARD enum err kafka_sink_of(
    const struct config *config,
    const struct runtime *runtime,
    uint32_t worker,
    struct sink *out,
    struct fault *fault);

// Lets librdkafka judge all properties; nothing is kept, and nothing waits for a broker.
//   ERR_INVALID a property is refused; named
NODISCARD enum err kafka_settings_check(const struct config *config, struct fault *fault);

#endif
