// What the configuration says of Kafka, as the Kafka layer takes it.
#include "engine/run/kafka_settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "consumers/kafka/kafka_sink.h"
#include "engine/os/os_clock.h"

// Where positions are committed when no Kafka source has a topic for them.
#define POSITION_TOPIC "engaged.positions"

enum { ID_BYTES_MAX = 300, VALUE_FACTOR = 4 };

struct kafka_connection kafka_connection_of(
    const char *brokers,
    const struct config_properties *properties,
    const struct runtime *runtime,
    struct arena *arena)
{
    struct kafka_property *items = arena_alloc(arena, (properties->count + 1) * sizeof(*items));
    for (size_t i = 0; i < properties->count; i++)
        items[i] = (struct kafka_property){
            .name = properties->items[i].name, .value = properties->items[i].value};
    return (struct kafka_connection){
        .brokers = brokers,
        .properties = items,
        .property_count = properties->count,
        .log = &runtime->log,
        .clock = runtime->clock,
    };
}

enum err kafka_consumer_of(
    const struct config *config,
    const struct runtime *runtime,
    struct kafka_consumer **out,
    struct fault *fault)
{
    struct arena arena = {0};
    struct kafka_consumer_params params = {
        .connection = kafka_connection_of(
            config->source_kafka.brokers, &config->source_kafka.properties, runtime, &arena),
        .topic = config->source_kafka.topic,
        .reading = runtime->is_once ? KAFKA_READ_TO_END : KAFKA_READ_ON,
        .value_bytes_max = (uint64_t)config->limits.message_bytes * VALUE_FACTOR,
    };
    enum err err = kafka_consumer_open(&params, out, fault);
    arena_free(&arena);
    return err;
}

// Offsets are committed beside the actions where one broker has both.
static bool is_same_cluster(const struct config *config)
{
    const char *source = config->source_kafka.brokers;
    return source != NULL && strcmp(source, config->sink_kafka.brokers) == 0;
}

enum err kafka_sink_of(
    const struct config *config,
    const struct runtime *runtime,
    uint32_t worker,
    struct sink *out,
    struct fault *fault)
{
    struct arena arena = {0};
    char id[ID_BYTES_MAX];
    int len = snprintf(id, sizeof(id), "%s-%" PRIu32, config->sink_kafka.transactional_id, worker);
    if (len < 0 || (size_t)len >= sizeof(id))
        return fault_set(fault, ERR_INVALID, "sinks.kafka.transactional_id is too long");
    bool has_dead_letters = config->dead_letters_kafka != NULL;
    struct kafka_sink_params params = {
        .connection = kafka_connection_of(
            config->sink_kafka.brokers, &config->sink_kafka.properties, runtime, &arena),
        .transactional_id = id,
        .topic_prefix = config->sink_kafka.topic_prefix,
        .group = config->source_kafka.group,
        .source_topic = is_same_cluster(config) ? config->source_kafka.topic : NULL,
        .position_topic = POSITION_TOPIC,
        .kinds = has_dead_letters ? OUTGOING_KINDS_ALL : OUTGOING_KINDS_ACTIONS,
    };
    enum err err = kafka_sink_create(&params, out, fault);
    arena_free(&arena);
    return err;
}

static int64_t quiet_wall_ms(void *self)
{
    (void)self;
    return 0;
}

static void quiet_write(void *self, struct bytes line)
{
    (void)self;
    (void)line; // what a client says that is thrown away helps nobody
}

enum err kafka_settings_check(const struct config *config, struct fault *fault)
{
    struct runtime quiet = {
        .clock = os_clock(),
        .log = {.level_min = DIAG_ERROR, .wall_ms = quiet_wall_ms, .write_line = quiet_write}};
    enum err err = ERR_OK;
    if (config->source_kafka.brokers != NULL) {
        struct kafka_consumer *consumer = NULL;
        err = kafka_consumer_of(config, &quiet, &consumer, fault);
        if (err == ERR_OK)
            kafka_consumer_close(consumer);
    }
    if (err == ERR_OK && config->sink_kafka.brokers != NULL) {
        struct sink sink;
        err = kafka_sink_of(config, &quiet, 0, &sink, fault);
        if (err == ERR_OK)
            sink.ops->destroy(sink.self);
    }
    return err;
}
