// Opens librdkafka clients, and turns their settings, logs and errors into ours.
#include "consumers/kafka/client.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum {
    CONF_TEXT_BYTES = 512,
    VALUE_BYTES_HIDDEN = 4,
    LOG_QUIET_MS = 10000, // librdkafka repeats itself at every attempt to connect
    LOG_LEVEL_ERROR = 3,  // as syslog counts
    LOG_LEVEL_WARNING = 4,
};

struct kafka_client {
    rd_kafka_t *handle;
    const struct diag *log;
    struct clock clock;
    kafka_report_fn *report;
    void *owner;
    atomic_bool is_connected;
    atomic_llong log_quiet_until_ms;
};

static const struct kafka_property common_tuning[] = {
    {"client.id", "engaged"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "1000"},
    {"statistics.interval.ms", "1000"}, // tells whether a broker is up
    {"log.connection.close", "false"},
    {"socket.keepalive.enable", "true"},
    {NULL, NULL},
};

int64_t kafka_mono_ms(const struct clock *clock)
{
    return clock->ops->mono_us(clock->self) / 1000;
}

static char *text_copy(const char *text)
{
    return mem_text(text, strlen(text));
}

struct kafka_connection kafka_connection_copy(const struct kafka_connection *from)
{
    struct kafka_property *properties = mem_alloc(from->property_count * sizeof(*properties));
    for (size_t i = 0; i < from->property_count; i++) {
        properties[i].name = text_copy(from->properties[i].name);
        properties[i].value = text_copy(from->properties[i].value);
    }
    struct kafka_connection copy = *from;
    copy.brokers = text_copy(from->brokers);
    copy.properties = properties;
    return copy;
}

// The texts are const for those who read them; only their owner frees them.
static void text_free(const char *text)
{
    union {
        const char *from;
        void *to;
    } owned = {.from = text};
    free(owned.to);
}

void kafka_connection_free(struct kafka_connection *connection)
{
    for (size_t i = 0; i < connection->property_count; i++) {
        text_free(connection->properties[i].name);
        text_free(connection->properties[i].value);
    }
    text_free((const char *)connection->properties);
    text_free(connection->brokers);
    *connection = (struct kafka_connection){0};
}

static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    struct kafka_client *client = rd_kafka_opaque(handle);
    if (client == NULL || level > LOG_LEVEL_WARNING)
        return;
    int64_t now_ms = kafka_mono_ms(&client->clock);
    if (now_ms < atomic_load(&client->log_quiet_until_ms))
        return;
    atomic_store(&client->log_quiet_until_ms, now_ms + LOG_QUIET_MS);
    DIAG(
        client->log, level > LOG_LEVEL_ERROR ? DIAG_INFO : DIAG_WARN, "kafka client says",
        DIAG_TEXT("facility", facility), DIAG_TEXT("text", text));
}

static void on_error(rd_kafka_t *handle, int code, const char *reason, void *opaque)
{
    struct kafka_client *client = opaque;
    (void)handle;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        atomic_store(&client->is_connected, false);
    // Fatal errors come back from the call that meets them; the rest librdkafka retries.
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL)
        DIAG(client->log, DIAG_WARN, "kafka refuses the connection", DIAG_TEXT("reason", reason));
}

static int on_stats(rd_kafka_t *handle, char *json, size_t json_len, void *opaque)
{
    struct kafka_client *client = opaque;
    (void)handle;
    (void)json_len;
    atomic_store(&client->is_connected, strstr(json, "\"state\":\"UP\"") != NULL);
    return 0; // librdkafka frees json
}

static void on_report(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    struct kafka_client *client = opaque;
    (void)handle;
    client->report(client->owner, message);
}

static enum err conf_set(
    rd_kafka_conf_t *conf, const struct kafka_property *property, struct fault *fault)
{
    char text[CONF_TEXT_BYTES];
    rd_kafka_conf_res_t result =
        rd_kafka_conf_set(conf, property->name, property->value, text, sizeof(text));
    if (result == RD_KAFKA_CONF_OK)
        return ERR_OK;
    // The text may repeat the value, which may be a password: name the property alone.
    return fault_set(
        fault, ERR_INVALID, "kafka property %s %s", property->name,
        result == RD_KAFKA_CONF_UNKNOWN ? "is not known to this librdkafka"
                                        : "has a value that librdkafka refuses");
}

static enum err conf_set_all(
    rd_kafka_conf_t *conf, const struct kafka_property *properties, struct fault *fault)
{
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && properties[i].name != NULL; i++)
        err = conf_set(conf, &properties[i], fault);
    return err;
}

static enum err conf_fill(
    rd_kafka_conf_t *conf, const struct kafka_client_params *params, struct fault *fault)
{
    const struct kafka_connection *connection = params->connection;
    enum err err = conf_set_all(conf, common_tuning, fault);
    if (err == ERR_OK)
        err = conf_set_all(conf, params->tuning, fault);
    for (size_t i = 0; err == ERR_OK && i < connection->property_count; i++)
        err = conf_set(conf, &connection->properties[i], fault);
    if (err == ERR_OK)
        err = conf_set_all(conf, params->needed, fault);
    struct kafka_property brokers = {"bootstrap.servers", connection->brokers};
    if (err == ERR_OK)
        err = conf_set(conf, &brokers, fault);
    return err;
}

// librdkafka's reason for making no client. It may repeat a value, which may be a password: the name of its
// property stands for it.
static enum err refused_fault(
    const struct kafka_connection *connection, const char *text, struct fault *fault)
{
    const struct kafka_property *named = NULL;
    const char *first = text + strlen(text);
    for (size_t i = 0; i < connection->property_count; i++) {
        const struct kafka_property *property = &connection->properties[i];
        const char *at = strstr(text, property->value);
        if (strlen(property->value) < VALUE_BYTES_HIDDEN || at == NULL || at >= first)
            continue;
        first = at;
        named = property;
    }
    if (named != NULL)
        return fault_set(
            fault, ERR_INVALID, "kafka client cannot be made: %.*s(the value of %s)",
            (int)(first - text), text, named->name);
    return fault_set(fault, ERR_INVALID, "kafka client cannot be made: %s", text);
}

enum err kafka_client_open(
    const struct kafka_client_params *params, struct kafka_client **out, struct fault *fault)
{
    struct kafka_client *client = mem_zero(1, sizeof(*client));
    client->log = params->connection->log;
    client->clock = params->connection->clock;
    client->report = params->report;
    client->owner = params->owner;

    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    enum err err = conf_fill(conf, params, fault);
    if (err != ERR_OK)
        goto free_conf;
    rd_kafka_conf_set_opaque(conf, client);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_stats_cb(conf, on_stats);
    if (params->report != NULL)
        rd_kafka_conf_set_dr_msg_cb(conf, on_report);

    char text[CONF_TEXT_BYTES];
    client->handle = rd_kafka_new(params->type, conf, text, sizeof(text));
    if (client->handle == NULL) {
        err = refused_fault(params->connection, text, fault);
        goto free_conf;
    }
    *out = client;
    return ERR_OK;

free_conf:
    rd_kafka_conf_destroy(conf);
    free(client);
    return err;
}

void kafka_client_close(struct kafka_client *client)
{
    if (client == NULL)
        return;
    if (rd_kafka_type(client->handle) == RD_KAFKA_PRODUCER)
        (void)rd_kafka_purge(client->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    // Nothing here is member of a group, so there is none to leave.
    rd_kafka_destroy_flags(client->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    free(client);
}

rd_kafka_t *kafka_client_handle(const struct kafka_client *client)
{
    INVARIANT(client != NULL);
    return client->handle;
}

bool kafka_client_is_connected(struct kafka_client *client)
{
    return atomic_load(&client->is_connected);
}

enum err kafka_err(rd_kafka_resp_err_t code)
{
    static const struct {
        rd_kafka_resp_err_t code;
        enum err err;
    } known[] = {
        {RD_KAFKA_RESP_ERR__TIMED_OUT, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR__TRANSPORT, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR__RESOLVE, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR__AUTHENTICATION, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR__SSL, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR__WAIT_COORD, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR__WAIT_CACHE, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, ERR_UNREACHABLE},
        {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ERR_MISSING},
        {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ERR_MISSING},
        {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, ERR_MISSING},
        {RD_KAFKA_RESP_ERR__FENCED, ERR_FENCED},
        {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, ERR_FENCED},
        {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ERR_FENCED},
        {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ERR_LIMIT},
        {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, ERR_LIMIT},
        {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].code == code)
            return known[i].err;
    }
    return ERR_IO;
}
