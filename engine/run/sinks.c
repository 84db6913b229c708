// The sinks that the configuration names.
#include "engine/run/sinks.h"

#include <stdlib.h>

#include "consumers/file/file_sink.h"
#include "consumers/file/route_sink.h"
#include "engine/base/buffer.h"
#include "engine/base/memory.h"
#include "engine/run/kafka_settings.h"

struct sinks {
    const struct config *config;
    const struct runtime *runtime;
    struct sink actions;      // ops NULL: none
    struct sink dead_letters; // ops NULL: none
};

static enum err open_file(
    struct sinks *sinks,
    const char *path,
    enum outgoing_kinds kinds,
    struct sink *out,
    struct fault *fault)
{
    struct file_sink_params params = {.path = path, .kinds = kinds};
    return file_sink_create(&sinks->runtime->disk, &params, out, fault);
}

static enum err open_actions(struct sinks *sinks, struct fault *fault)
{
    const struct config *config = sinks->config;
    if (config->sink_file == NULL && config->sink_kafka.brokers != NULL)
        return ERR_OK;
    if (config->sink_file != NULL)
        return open_file(sinks, config->sink_file, OUTGOING_KINDS_ACTIONS, &sinks->actions, fault);
    struct buffer path = {0};
    buffer_add_format(&path, "%s/actions.ndjson", config->data);
    buffer_add_u8(&path, 0);
    enum err err =
        open_file(sinks, (const char *)path.data, OUTGOING_KINDS_ACTIONS, &sinks->actions, fault);
    buffer_free(&path);
    return err;
}

enum err sinks_open(
    const struct config *config,
    const struct runtime *runtime,
    struct sinks **out,
    struct fault *fault)
{
    struct sinks *sinks = mem_zero(1, sizeof(*sinks));
    sinks->config = config;
    sinks->runtime = runtime;
    enum err err = open_actions(sinks, fault);
    if (err == ERR_OK && config->dead_letters_file != NULL)
        err = open_file(
            sinks, config->dead_letters_file, OUTGOING_KINDS_DEAD_LETTERS, &sinks->dead_letters,
            fault);
    if (err != ERR_OK) {
        sinks_close(sinks);
        return err;
    }
    *out = sinks;
    return ERR_OK;
}

// A route with its Kafka leg, which is this worker's alone.
struct worker_sink {
    struct sink route;
    struct sink kafka; // ops NULL: none
};

static enum err worker_sink_recover(void *self, uint32_t shard, uint64_t mark, struct fault *fault)
{
    struct worker_sink *sink = self;
    return sink->route.ops->recover(sink->route.self, shard, mark, fault);
}

static enum err worker_sink_check_frame(
    void *self, const struct sink_frame *frame, struct fault *fault)
{
    struct worker_sink *sink = self;
    return sink->route.ops->check_frame(sink->route.self, frame, fault);
}

static enum err worker_sink_is_published(
    void *self, const struct outgoing *item, struct hash128 chain, bool *out, struct fault *fault)
{
    struct worker_sink *sink = self;
    return sink->route.ops->is_published(sink->route.self, item, chain, out, fault);
}

static enum err worker_sink_publish(
    void *self, const struct publication *publication, uint64_t *mark_out, struct fault *fault)
{
    struct worker_sink *sink = self;
    return sink->route.ops->publish(sink->route.self, publication, mark_out, fault);
}

static void worker_sink_destroy(void *self)
{
    struct worker_sink *sink = self;
    sink->route.ops->destroy(sink->route.self);
    if (sink->kafka.ops != NULL)
        sink->kafka.ops->destroy(sink->kafka.self);
    free(sink);
}

enum err sinks_route(struct sinks *sinks, uint32_t worker, struct sink *out, struct fault *fault)
{
    static const struct sink_ops ops = {
        .recover = worker_sink_recover,
        .check_frame = worker_sink_check_frame,
        .is_published = worker_sink_is_published,
        .publish = worker_sink_publish,
        .destroy = worker_sink_destroy,
    };
    struct worker_sink *sink = mem_zero(1, sizeof(*sink));
    const struct config *config = sinks->config;
    if (config->sink_kafka.brokers != NULL) {
        enum err err = kafka_sink_of(config, sinks->runtime, worker, &sink->kafka, fault);
        if (err != ERR_OK) {
            free(sink);
            return err;
        }
    }
    struct sink legs[ROUTE_LEG_COUNT] = {
        [ROUTE_KAFKA] = sink->kafka,
        [ROUTE_ACTIONS_FILE] = sinks->actions,
        [ROUTE_DEAD_LETTERS_FILE] = sinks->dead_letters,
    };
    route_sink_create(legs, &sink->route);
    *out = (struct sink){.ops = &ops, .self = sink};
    return ERR_OK;
}

void sinks_close(struct sinks *sinks)
{
    if (sinks == NULL)
        return;
    if (sinks->actions.ops != NULL)
        sinks->actions.ops->destroy(sinks->actions.self);
    if (sinks->dead_letters.ops != NULL)
        sinks->dead_letters.ops->destroy(sinks->dead_letters.self);
    free(sinks);
}
