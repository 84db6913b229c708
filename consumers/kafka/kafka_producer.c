// Sends events by an idempotent producer and brings their outcomes back to their tickets.
#include "consumers/kafka/kafka_producer.h"

#include <stdlib.h>
#include <string.h>

#include "consumers/kafka/client.h"
#include "consumers/kafka/record.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { CLOSE_MS = 1000 };

// One event on its way.
struct sent {
    struct message_ticket *ticket;
    uint32_t ticket_index;
    struct sent *next_free;
};

struct kafka_producer {
    struct kafka_client *client;
    rd_kafka_queue_t *queue;
    char *topic;
    kafka_sent_fn *sent;
    void *context;
    struct source_wake wake;
    struct sent *free_first; // those not on their way
};

static const struct kafka_property producer_tuning[] = {
    {"linger.ms", "2"},
    {"delivery.timeout.ms", "10000"}, // a client that waits for its 202 gives up, too
    {"queue.buffering.max.messages", "100000"},
    {"queue.buffering.max.kbytes", "262144"},
    {"compression.type", "lz4"},
    {"partitioner", "murmur2_random"},
    {NULL, NULL},
};

static const struct kafka_property producer_needed[] = {
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {NULL, NULL},
};

static struct sent *sent_take(struct kafka_producer *producer)
{
    struct sent *sent = producer->free_first;
    if (sent == NULL)
        return mem_zero(1, sizeof(*sent));
    producer->free_first = sent->next_free;
    return sent;
}

static void sent_give_back(struct kafka_producer *producer, struct sent *sent)
{
    sent->next_free = producer->free_first;
    producer->free_first = sent;
}

static void on_report(void *owner, const rd_kafka_message_t *message)
{
    struct kafka_producer *producer = owner;
    struct sent *sent = message->_private;
    INVARIANT(sent != NULL);
    enum err err = ERR_OK;
    if (message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        err = ERR_UNREACHABLE;
    else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        err = kafka_err(message->err);
    producer->sent(producer->context, sent->ticket, sent->ticket_index, err);
    sent_give_back(producer, sent);
}

static void on_queue(rd_kafka_t *handle, void *opaque)
{
    struct kafka_producer *producer = opaque;
    (void)handle;
    producer->wake.wake(producer->wake.context);
}

enum err kafka_producer_open(
    const struct kafka_producer_params *params, struct kafka_producer **out, struct fault *fault)
{
    struct kafka_producer *producer = mem_zero(1, sizeof(*producer));
    producer->sent = params->sent;
    producer->context = params->context;
    producer->wake = params->wake;
    struct kafka_client_params client = {
        .connection = &params->connection,
        .type = RD_KAFKA_PRODUCER,
        .tuning = producer_tuning,
        .needed = producer_needed,
        .report = on_report,
        .owner = producer,
    };
    enum err err = kafka_client_open(&client, &producer->client, fault);
    if (err != ERR_OK) {
        free(producer);
        return err;
    }
    producer->topic = mem_text(params->topic, strlen(params->topic));
    producer->queue = rd_kafka_queue_get_main(kafka_client_handle(producer->client));
    if (params->wake.wake != NULL)
        rd_kafka_queue_cb_event_enable(producer->queue, on_queue, producer);
    *out = producer;
    return ERR_OK;
}

enum err kafka_producer_send(
    struct kafka_producer *producer, const struct kafka_event *event, struct fault *fault)
{
    struct sent *sent = sent_take(producer);
    sent->ticket = event->ticket;
    sent->ticket_index = event->ticket_index;
    struct kafka_record record = {
        .topic = producer->topic,
        .key = event->key,
        .value = event->value,
        .headers = record_headers(event->headers, event->header_count),
        .opaque = sent,
    };
    rd_kafka_resp_err_t code = record_produce(kafka_client_handle(producer->client), &record);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return ERR_OK;
    if (record.headers != NULL)
        rd_kafka_headers_destroy(record.headers);
    sent_give_back(producer, sent);
    enum err err = code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? ERR_AGAIN : kafka_err(code);
    return fault_set(fault, err, "topic %s: %s", producer->topic, rd_kafka_err2str(code));
}

void kafka_producer_poll(struct kafka_producer *producer)
{
    (void)rd_kafka_poll(kafka_client_handle(producer->client), 0);
}

bool kafka_producer_is_connected(struct kafka_producer *producer)
{
    return kafka_client_is_connected(producer->client);
}

void kafka_producer_close(struct kafka_producer *producer, int wait_ms)
{
    if (producer == NULL)
        return;
    rd_kafka_t *handle = kafka_client_handle(producer->client);
    rd_kafka_queue_cb_event_enable(producer->queue, NULL, NULL);
    if (rd_kafka_flush(handle, wait_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        (void)rd_kafka_flush(handle, CLOSE_MS); // serves the reports of what was purged
    }
    rd_kafka_queue_destroy(producer->queue);
    kafka_client_close(producer->client);
    while (producer->free_first != NULL) {
        struct sent *sent = producer->free_first;
        producer->free_first = sent->next_free;
        free(sent);
    }
    free(producer->topic);
    free(producer);
}
