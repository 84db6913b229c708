// Makes and drops clients, keeps their settings, and hands them what comes back from the network.
#include "tests/sim/kafka_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

// The properties that are known here, all of librdkafka's that this project names or documents.
static const char *const settings[] = {
    "acks",
    "allow.auto.create.topics",
    "auto.offset.reset",
    "bootstrap.servers",
    "check.crcs",
    "client.id",
    "compression.type",
    "delivery.timeout.ms",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "fetch.error.backoff.ms",
    "fetch.max.bytes",
    "fetch.message.max.bytes",
    "fetch.min.bytes",
    "fetch.wait.max.ms",
    "group.id",
    "isolation.level",
    "linger.ms",
    "log.connection.close",
    "message.max.bytes",
    "message.timeout.ms",
    "partitioner",
    "queue.buffering.max.kbytes",
    "queue.buffering.max.messages",
    "queued.max.messages.kbytes",
    "queued.min.messages",
    "reconnect.backoff.max.ms",
    "reconnect.backoff.ms",
    "retry.backoff.ms",
    "security.protocol",
    "socket.keepalive.enable",
    "statistics.interval.ms",
    "topic.metadata.propagation.max.ms",
    "transaction.timeout.ms",
    "transactional.id"};

rd_kafka_conf_t *rd_kafka_conf_new(void)
{
    return mem_zero(1, sizeof(rd_kafka_conf_t));
}

void rd_kafka_conf_destroy(rd_kafka_conf_t *conf)
{
    for (size_t i = 0; i < conf->count; i++) {
        free(conf->entries[i].name);
        free(conf->entries[i].value);
    }
    free(conf->entries);
    free(conf);
}

static struct conf_entry *conf_find(const rd_kafka_conf_t *conf, const char *name)
{
    for (size_t i = 0; i < conf->count; i++) {
        if (strcmp(conf->entries[i].name, name) == 0)
            return &conf->entries[i];
    }
    return NULL;
}

rd_kafka_conf_res_t rd_kafka_conf_set(
    rd_kafka_conf_t *conf, const char *name, const char *value, char *text, size_t text_bytes)
{
    bool is_known = false;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        is_known = is_known || strcmp(settings[i], name) == 0;
    if (!is_known) {
        (void)snprintf(text, text_bytes, "No such configuration property: \"%s\"", name);
        return RD_KAFKA_CONF_UNKNOWN;
    }
    struct conf_entry *entry = conf_find(conf, name);
    if (entry == NULL) {
        conf->entries = mem_resize(conf->entries, (conf->count + 1) * sizeof(*conf->entries));
        entry = &conf->entries[conf->count++];
        *entry = (struct conf_entry){.name = mem_text(name, strlen(name))};
    }
    free(entry->value);
    entry->value = mem_text(value, strlen(value));
    return RD_KAFKA_CONF_OK;
}

rd_kafka_conf_res_t rd_kafka_conf_get(
    const rd_kafka_conf_t *conf, const char *name, char *value, size_t *value_bytes)
{
    const struct conf_entry *entry = conf_find(conf, name);
    if (entry == NULL)
        return RD_KAFKA_CONF_UNKNOWN;
    (void)snprintf(value, *value_bytes, "%s", entry->value);
    return RD_KAFKA_CONF_OK;
}

void rd_kafka_conf_set_opaque(rd_kafka_conf_t *conf, void *opaque)
{
    conf->opaque = opaque;
}

void rd_kafka_conf_set_log_cb(
    rd_kafka_conf_t *conf,
    void (*log)(const rd_kafka_t *client, int level, const char *facility, const char *text))
{
    (void)conf; // nothing is logged here
    (void)log;
}

void rd_kafka_conf_set_error_cb(
    rd_kafka_conf_t *conf,
    void (*error)(rd_kafka_t *client, int code, const char *reason, void *opaque))
{
    conf->error_cb = error;
}

void rd_kafka_conf_set_stats_cb(
    rd_kafka_conf_t *conf,
    int (*stats)(rd_kafka_t *client, char *json, size_t json_len, void *opaque))
{
    conf->stats_cb = stats;
}

void rd_kafka_conf_set_dr_msg_cb(
    rd_kafka_conf_t *conf,
    void (*report)(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque))
{
    conf->report_cb = report;
}

int64_t client_now_us(const rd_kafka_t *client)
{
    return kafka_now_us(client->kafka);
}

int64_t client_deadline_us(const rd_kafka_t *client, int timeout_ms)
{
    return timeout_ms < 0 ? INT64_MAX : client_now_us(client) + (int64_t)timeout_ms * 1000;
}

int64_t client_number(const rd_kafka_t *client, const char *setting, int64_t otherwise)
{
    const struct conf_entry *entry = conf_find(client->conf, setting);
    return entry == NULL ? otherwise : strtoll(entry->value, NULL, 10);
}

bool client_is_set(const rd_kafka_t *client, const char *setting, const char *value)
{
    const struct conf_entry *entry = conf_find(client->conf, setting);
    return entry != NULL && strcmp(entry->value, value) == 0;
}

void client_crash_here(const rd_kafka_t *client, const char *where)
{
    const struct sim_kafka_world *world = &client->kafka->params.world;
    if (world->crash_here != NULL)
        world->crash_here(world->self, where);
}

rd_kafka_t *rd_kafka_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, char *text, size_t text_bytes)
{
    struct sim_kafka *kafka = sim_kafka_current;
    INVARIANT(kafka != NULL);
    (void)text;
    (void)text_bytes;
    rd_kafka_t *client = mem_zero(1, sizeof(*client));
    client->kafka = kafka;
    client->number = ++kafka->clients_made;
    client->process = kafka->params.world.process(kafka->params.world.self);
    client->type = type;
    client->conf = conf;
    const struct conf_entry *entry = conf_find(conf, "transactional.id");
    client->transactional_id = entry == NULL ? NULL : entry->value;
    entry = conf_find(conf, "group.id");
    client->group = entry == NULL ? NULL : entry->value;
    entry = conf_find(conf, "bootstrap.servers");
    size_t len = entry == NULL ? 0 : strlen(entry->value);
    client->is_nowhere = len > 2 && strcmp(entry->value + len - 2, ":1") == 0;
    client->wants_pid = type == RD_KAFKA_PRODUCER && client->transactional_id == NULL;
    client->outages_told = kafka->outages;
    client->pump_us = INT64_MAX;
    client->stats_next_us = kafka_now_us(kafka);
    kafka->clients =
        mem_resize(kafka->clients, (kafka->client_count + 1) * sizeof(struct rd_kafka_s *));
    kafka->clients[kafka->client_count++] = client;
    return client;
}

void client_drop(struct sim_kafka *kafka, rd_kafka_t *client)
{
    size_t at = 0;
    while (kafka->clients[at] != client)
        at++;
    kafka->client_count--;
    memmove(
        kafka->clients + at, kafka->clients + at + 1,
        (kafka->client_count - at) * sizeof(struct rd_kafka_s *));
    producer_free(client);
    consumer_free(client);
    ask_free(client);
    op_clear(client);
    for (size_t i = 0; i < client->topic_count; i++) {
        free(client->topics[i]->name);
        free(client->topics[i]);
    }
    free(client->topics);
    rd_kafka_conf_destroy(client->conf);
    free(client);
}

void rd_kafka_destroy_flags(rd_kafka_t *client, int flags)
{
    (void)flags;
    client_drop(client->kafka, client);
}

uint32_t client_process(const rd_kafka_t *client)
{
    return client->process;
}

rd_kafka_type_t rd_kafka_type(const rd_kafka_t *client)
{
    return client->type;
}

const rd_kafka_conf_t *rd_kafka_conf(rd_kafka_t *client)
{
    return client->conf;
}

void *rd_kafka_opaque(const rd_kafka_t *client)
{
    return client->conf->opaque;
}

rd_kafka_topic_t *client_topic(rd_kafka_t *client, const char *name)
{
    for (size_t i = 0; i < client->topic_count; i++) {
        if (strcmp(client->topics[i]->name, name) == 0)
            return client->topics[i];
    }
    rd_kafka_topic_t *topic = mem_zero(1, sizeof(*topic));
    topic->client = client;
    topic->name = mem_text(name, strlen(name));
    client->topics =
        mem_resize(client->topics, (client->topic_count + 1) * sizeof(rd_kafka_topic_t *));
    client->topics[client->topic_count++] = topic;
    return topic;
}

rd_kafka_topic_t *rd_kafka_topic_new(
    rd_kafka_t *client, const char *name, rd_kafka_topic_conf_t *conf)
{
    (void)conf;
    return client_topic(client, name);
}

void rd_kafka_topic_destroy(rd_kafka_topic_t *topic)
{
    (void)topic; // the client's
}

const char *rd_kafka_topic_name(const rd_kafka_topic_t *topic)
{
    return topic->name;
}

void client_plan(rd_kafka_t *client, int64_t at_us)
{
    if (at_us >= client->pump_us)
        return;
    client->pump_us = at_us;
    event_add(
        client->kafka,
        (struct sim_event){.at_us = at_us, .kind = EVENT_PUMP, .number = client->number});
}

static rd_kafka_t *client_find(const struct sim_kafka *kafka, uint64_t number)
{
    for (size_t i = 0; i < kafka->client_count; i++) {
        if (kafka->clients[i]->number == number)
            return kafka->clients[i];
    }
    return NULL;
}

static void pump(rd_kafka_t *client)
{
    if (client->type == RD_KAFKA_CONSUMER) {
        consumer_pump(client);
        return;
    }
    txn_pump(client);
    producer_pump(client);
}

void client_pump(struct sim_kafka *kafka, uint64_t number)
{
    rd_kafka_t *client = client_find(kafka, number);
    if (client == NULL || client->pump_us > kafka_now_us(kafka))
        return; // gone, or planned anew
    client->pump_us = INT64_MAX;
    pump(client);
}

void client_answer(struct sim_kafka *kafka, struct sim_request *request)
{
    rd_kafka_t *client = client_find(kafka, request->client);
    if (client == NULL)
        return;
    switch (request->call) {
    case SIM_KAFKA_CALL_METADATA:
    case SIM_KAFKA_CALL_LIST_OFFSETS:
    case SIM_KAFKA_CALL_FETCH_OFFSETS: ask_answer(client, request); break;
    case SIM_KAFKA_CALL_FETCH: consumer_answer(client, request); break;
    case SIM_KAFKA_CALL_PRODUCE:
    case SIM_KAFKA_CALL_ADD_PARTITIONS: producer_answer(client, request); break;
    case SIM_KAFKA_CALL_INIT_PRODUCER:
    case SIM_KAFKA_CALL_ADD_OFFSETS:
    case SIM_KAFKA_CALL_COMMIT_OFFSETS:
    case SIM_KAFKA_CALL_COMMIT:
    case SIM_KAFKA_CALL_ABORT: txn_answer(client, request); break;
    case SIM_KAFKA_CALL_ENQUEUE:
    case SIM_KAFKA_CALL_CONSUME:
    case SIM_KAFKA_CALL_WATERMARKS:
    case SIM_KAFKA_CALL_COUNT: break;
    }
    pump(client);
}

bool client_step(rd_kafka_t *client, int64_t until_us)
{
    struct sim_kafka *kafka = client->kafka;
    kafka_advance(kafka);
    int64_t now_us = kafka_now_us(kafka);
    if (now_us >= until_us)
        return false;
    int64_t next_us = sim_kafka_next_event_us(kafka);
    if (next_us > until_us)
        next_us = until_us;
    INVARIANT(next_us < INT64_MAX);
    kafka->params.world.sleep_us(kafka->params.world.self, next_us > now_us ? next_us - now_us : 1);
    kafka_advance(kafka);
    return true;
}

struct sim_request *client_request(rd_kafka_t *client, enum sim_kafka_call call, uint64_t *tag_out)
{
    struct sim_request *request = request_create(client->kafka, call);
    request->client = client->number;
    request->is_first = client->tags_made == 0;
    request->is_nowhere = client->is_nowhere;
    request->tag = ++client->tags_made;
    *tag_out = request->tag;
    return request;
}

void client_wake(rd_kafka_t *client)
{
    for (size_t i = 0; i < client->queue_count; i++) {
        rd_kafka_queue_t *queue = client->queues[i];
        if (!queue->wants_wake || queue->wake == NULL)
            continue;
        queue->wants_wake = false;
        queue->wake(client, queue->opaque);
    }
}

static void stats_tell(rd_kafka_t *client)
{
    static const char up[] = "{\"brokers\":{\"b\":{\"state\":\"UP\"}}}";
    static const char down[] = "{\"brokers\":{\"b\":{\"state\":\"DOWN\"}}}";
    int64_t interval_ms = client_number(client, "statistics.interval.ms", 0);
    if (interval_ms == 0 || client->conf->stats_cb == NULL ||
        client_now_us(client) < client->stats_next_us)
        return;
    client->stats_next_us = client_now_us(client) + interval_ms * 1000;
    const char *text = kafka_is_down(client->kafka) || client->is_nowhere ? down : up;
    char *json = mem_text(text, strlen(text));
    if (client->conf->stats_cb(client, json, strlen(json), client->conf->opaque) == 0)
        free(json);
}

int rd_kafka_poll(rd_kafka_t *client, int timeout_ms)
{
    int64_t until_us = client_deadline_us(client, timeout_ms);
    kafka_advance(client->kafka);
    for (;;) {
        size_t told = client->report_count;
        producer_serve(client);
        stats_tell(client);
        if (client->outages_told != client->kafka->outages && client->conf->error_cb != NULL) {
            client->outages_told = client->kafka->outages;
            client->conf->error_cb(
                client, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "all brokers are down",
                client->conf->opaque);
        }
        if (told > 0 || timeout_ms == 0 || !client_step(client, until_us))
            return (int)told;
    }
}
