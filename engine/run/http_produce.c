// HTTP events on their way into the Kafka topic that the shards read.
#include "engine/run/http_produce.h"

#include <stdlib.h>

#include "consumers/kafka/kafka_producer.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/run/kafka_settings.h"

enum { CLOSE_WAIT_MS = 2000 };

struct http_produce {
    struct kafka_producer *producer;
    struct ev_loop *loop;
    struct ev_async answered;
};

static void on_sent(
    void *context, struct message_ticket *ticket, uint32_t ticket_index, enum err err)
{
    (void)context;
    ticket_set(ticket, ticket_index, err == ERR_OK ? TICKET_ACCEPTED : TICKET_FAILED, NULL);
    ticket_settle(ticket, 1);
}

static void on_answered(struct ev_loop *loop, struct ev_async *watcher, int events)
{
    (void)loop;
    (void)events;
    struct http_produce *produce = watcher->data;
    INVARIANT(produce != NULL);
    kafka_producer_poll(produce->producer);
}

static void wake(void *context)
{
    struct http_produce *produce = context;
    ev_async_send(produce->loop, &produce->answered);
}

enum err http_produce_open(
    const struct config *config,
    const struct runtime *runtime,
    struct ev_loop *loop,
    struct http_produce **out,
    struct fault *fault)
{
    struct http_produce *produce = mem_zero(1, sizeof(*produce));
    produce->loop = loop;
    ev_async_init(&produce->answered, on_answered);
    produce->answered.data = produce;
    ev_async_start(loop, &produce->answered);
    struct arena arena = {0};
    struct kafka_producer_params params = {
        .connection = kafka_connection_of(
            config->source_kafka.brokers, &config->source_kafka.properties, runtime, &arena),
        .topic = config->source_kafka.topic,
        .sent = on_sent,
        .context = produce,
        .wake = {.wake = wake, .context = produce},
    };
    enum err err = kafka_producer_open(&params, &produce->producer, fault);
    arena_free(&arena);
    if (err != ERR_OK) {
        ev_async_stop(loop, &produce->answered);
        free(produce);
        return err;
    }
    // What came before the wake was set up wakes nobody, and nothing behind it would.
    kafka_producer_poll(produce->producer);
    *out = produce;
    return ERR_OK;
}

void http_produce_send(
    struct http_produce *produce,
    struct decoder *decoder,
    const struct raw_event *raw,
    struct message_ticket *ticket,
    uint32_t index)
{
    struct event event;
    struct reject reject;
    if (decoder_decode(decoder, DECODE_CHECK, raw, &event, &reject) != REJECT_NONE) {
        ticket_set(ticket, index, TICKET_REJECTED, &reject);
        ticket_settle(ticket, 1);
        decoder_reset(decoder);
        return;
    }
    struct kafka_event sent = {
        .key = event.identifiers[0].value,
        .value = raw->value,
        .headers = raw->headers,
        .header_count = raw->header_count,
        .ticket = ticket,
        .ticket_index = index,
    };
    struct fault fault = {.err = ERR_OK};
    enum err err = kafka_producer_send(produce->producer, &sent, &fault);
    decoder_reset(decoder);
    if (err != ERR_OK)
        on_sent(produce, ticket, index, err);
}

void http_produce_close(struct http_produce *produce)
{
    if (produce == NULL)
        return;
    kafka_producer_close(produce->producer, CLOSE_WAIT_MS);
    ev_async_stop(produce->loop, &produce->answered);
    free(produce);
}
