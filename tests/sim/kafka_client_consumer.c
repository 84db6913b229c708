// Fetches partitions into queues, and lends what is in them.
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/sim/kafka_client.h"

enum {
    FETCH_RECORDS = 500,
    QUEUE_ITEMS = 100000,
    FETCH_WAIT_MS = 500,
    FETCH_WAIT_MAX_US = 2000000,
    BACKOFF_MS = 500,
    MISSING_US = 1000000, // until a topic that is gone is told
    STALE_RECORDS = 10,
};

static rd_kafka_resp_err_t last_error;

rd_kafka_resp_err_t rd_kafka_last_error(void)
{
    return last_error;
}

// --- queues

rd_kafka_queue_t *rd_kafka_queue_new(rd_kafka_t *client)
{
    rd_kafka_queue_t *queue = mem_zero(1, sizeof(*queue));
    queue->client = client;
    client->queues =
        mem_resize(client->queues, (client->queue_count + 1) * sizeof(rd_kafka_queue_t *));
    client->queues[client->queue_count++] = queue;
    return queue;
}

rd_kafka_queue_t *rd_kafka_queue_get_main(rd_kafka_t *client)
{
    INVARIANT(client->main_queue == NULL);
    client->main_queue = rd_kafka_queue_new(client);
    return client->main_queue;
}

void rd_kafka_queue_cb_event_enable(
    rd_kafka_queue_t *queue, void (*wake)(rd_kafka_t *client, void *opaque), void *opaque)
{
    queue->wake = wake;
    queue->opaque = opaque;
}

static void queue_free(rd_kafka_queue_t *queue)
{
    for (size_t i = 0; i < queue->count; i++)
        blob_release(queue->items[queue->first + i].blob);
    free(queue->items);
    free(queue);
}

void rd_kafka_queue_destroy(rd_kafka_queue_t *queue)
{
    rd_kafka_t *client = queue->client;
    if (client->main_queue == queue)
        client->main_queue = NULL;
    for (size_t i = 0; i < client->in_count; i++)
        INVARIANT(client->ins[i]->queue != queue);
    size_t at = 0;
    while (client->queues[at] != queue)
        at++;
    client->queue_count--;
    memmove(
        client->queues + at, client->queues + at + 1,
        (client->queue_count - at) * sizeof(rd_kafka_queue_t *));
    queue_free(queue);
}

static void queue_add(rd_kafka_queue_t *queue, const struct queue_item *item)
{
    if (queue->first + queue->count == queue->cap) {
        if (queue->first > 0) {
            memmove(
                queue->items, queue->items + queue->first, queue->count * sizeof(*queue->items));
            queue->first = 0;
        } else {
            queue->cap = queue->cap == 0 ? 64 : queue->cap * 2;
            queue->items = mem_resize(queue->items, queue->cap * sizeof(*queue->items));
        }
    }
    queue->items[queue->first + queue->count++] = *item;
    if (queue->count == 1) // as librdkafka does: only when it was empty
        queue->wants_wake = true;
}

static void queue_drop(rd_kafka_queue_t *queue, const struct in_partition *in)
{
    size_t kept = 0;
    for (size_t i = 0; i < queue->count; i++) {
        struct queue_item *item = &queue->items[queue->first + i];
        if (item->topic == in->topic && item->partition == in->partition)
            blob_release(item->blob);
        else
            queue->items[queue->first + kept++] = *item;
    }
    queue->count = kept;
}

void consumer_free(rd_kafka_t *client)
{
    while (client->lent != NULL)
        rd_kafka_message_destroy(&client->lent->message);
    for (size_t i = 0; i < client->queue_count; i++)
        queue_free(client->queues[i]);
    for (size_t i = 0; i < client->in_count; i++)
        free(client->ins[i]);
    free(client->queues);
    free(client->ins);
}

static struct in_partition *in_of(const rd_kafka_t *client, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < client->in_count; i++) {
        struct in_partition *in = client->ins[i];
        if (in->partition == partition && strcmp(in->topic->name, topic) == 0)
            return in;
    }
    return NULL;
}

int rd_kafka_consume_start_queue(
    rd_kafka_topic_t *topic, int32_t partition, int64_t offset, rd_kafka_queue_t *queue)
{
    rd_kafka_t *client = topic->client;
    struct in_partition *in = in_of(client, topic->name, partition);
    if (offset < 0 || (in != NULL && in->queue != NULL)) {
        last_error = RD_KAFKA_RESP_ERR__INVALID_ARG;
        return -1;
    }
    if (in == NULL) {
        in = mem_zero(1, sizeof(*in));
        client->ins =
            mem_resize(client->ins, (client->in_count + 1) * sizeof(struct in_partition *));
        client->ins[client->in_count++] = in;
    }
    *in = (struct in_partition){
        .topic = topic,
        .partition = partition,
        .queue = queue,
        .next = offset,
        .end_told = -1,
        .low = RD_KAFKA_OFFSET_INVALID,
        .high = RD_KAFKA_OFFSET_INVALID};
    client_plan(client, client_now_us(client) + 1);
    return 0;
}

int rd_kafka_consume_stop(rd_kafka_topic_t *topic, int32_t partition)
{
    struct in_partition *in = in_of(topic->client, topic->name, partition);
    if (in == NULL || in->queue == NULL) {
        last_error = RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
        return -1;
    }
    queue_drop(in->queue, in);
    in->queue = NULL;
    in->asked = 0;
    return 0;
}

// --- fetching

static void fetch_send(rd_kafka_t *client, struct in_partition *in)
{
    struct sim_request *request = client_request(client, SIM_KAFKA_CALL_FETCH, &in->asked);
    request->topic = mem_text(in->topic->name, strlen(in->topic->name));
    request->partition = in->partition;
    request->offset = in->next;
    request->blob_max = FETCH_RECORDS;
    request->timeout_us = in->idle_us > 0
                              ? in->idle_us
                              : client_number(client, "fetch.wait.max.ms", FETCH_WAIT_MS) * 1000;
    request_send(client->kafka, request);
}

void consumer_pump(rd_kafka_t *client)
{
    int64_t now_us = client_now_us(client);
    for (size_t i = 0; i < client->in_count; i++) {
        struct in_partition *in = client->ins[i];
        if (in->queue == NULL || in->is_broken || in->asked != 0 || in->queue->count >= QUEUE_ITEMS)
            continue;
        if (in->retry_us > now_us)
            client_plan(client, in->retry_us);
        else
            fetch_send(client, in);
    }
}

static void in_tell(struct in_partition *in, rd_kafka_resp_err_t code)
{
    struct queue_item item = {
        .topic = in->topic, .partition = in->partition, .code = code, .offset = in->next};
    queue_add(in->queue, &item);
}

static void records_take(rd_kafka_t *client, struct in_partition *in, struct sim_request *request)
{
    for (size_t i = 0; i < request->blob_count; i++) {
        struct queue_item item = {
            .topic = in->topic,
            .partition = in->partition,
            .offset = request->offsets[i],
            .blob = blob_share(request->blobs[i])};
        queue_add(in->queue, &item);
    }
    int64_t wait_us = client_number(client, "fetch.wait.max.ms", FETCH_WAIT_MS) * 1000;
    if (request->next > in->next)
        in->idle_us = wait_us;
    else if (in->idle_us < FETCH_WAIT_MAX_US) // asks less often, which costs the simulation less
        in->idle_us = in->idle_us < wait_us ? wait_us : in->idle_us * 2;
    in->next = request->next;
    in->low = request->low;
    in->high = request->high;
    in->missing_since_us = 0;
    in->is_missing_told = false;
    if (in->next == request->stable && in->end_told != in->next &&
        client_is_set(client, "enable.partition.eof", "true")) {
        in->end_told = in->next;
        in_tell(in, RD_KAFKA_RESP_ERR__PARTITION_EOF);
    }
}

static void in_missing(rd_kafka_t *client, struct in_partition *in)
{
    int64_t now_us = client_now_us(client);
    if (in->missing_since_us == 0)
        in->missing_since_us = now_us;
    if (now_us - in->missing_since_us < MISSING_US || in->is_missing_told)
        return;
    in->is_missing_told = true;
    in_tell(
        in, kafka_draw(client->kafka, 2) == 0 ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
                                              : RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
}

// Whether an offset beyond the end is told, or only what the end is now: seen both, by how the broker came to it.
static void in_out_of_range(
    rd_kafka_t *client, struct in_partition *in, const struct sim_request *request)
{
    bool is_beyond = request->high > 0 && in->next > request->high;
    if (is_beyond && kafka_draw(client->kafka, 2) == 0) {
        in->low = request->low;
        in->high = request->high;
        return;
    }
    in->is_broken = true;
    in_tell(in, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET);
}

void consumer_answer(rd_kafka_t *client, struct sim_request *request)
{
    struct in_partition *in = NULL;
    for (size_t i = 0; i < client->in_count; i++) {
        if (client->ins[i]->asked == request->tag)
            in = client->ins[i];
    }
    if (in == NULL)
        return; // stopped
    in->asked = 0;
    if (request->code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        records_take(client, in, request);
        return;
    }
    in->retry_us =
        client_now_us(client) + client_number(client, "fetch.error.backoff.ms", BACKOFF_MS) * 1000;
    if (request->fault == SIM_KAFKA_FAULT_ERROR_EVENT)
        in_tell(in, request->code);
    else if (request->code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
        in_out_of_range(client, in, request);
    else if (request->code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        in_missing(client, in);
}

// --- lending

static rd_kafka_message_t *message_lend(rd_kafka_t *client, const struct queue_item *item)
{
    struct lent_message *lent = mem_zero(1, sizeof(*lent));
    lent->client = client;
    lent->blob = item->blob;
    lent->message = (rd_kafka_message_t){
        .err = item->code,
        .rkt = item->topic,
        .partition = item->partition,
        .offset = item->offset,
        ._private = lent,
    };
    if (item->blob != NULL) {
        lent->message.payload = item->blob->data + item->blob->key.len;
        lent->message.len = item->blob->value.len;
        lent->message.key = item->blob->data;
        lent->message.key_len = item->blob->key.len;
    }
    lent->next = client->lent;
    if (client->lent != NULL)
        client->lent->previous = lent;
    client->lent = lent;
    return &lent->message;
}

ssize_t rd_kafka_consume_batch_queue(
    rd_kafka_queue_t *queue, int timeout_ms, rd_kafka_message_t **messages, size_t max)
{
    rd_kafka_t *client = queue->client;
    INVARIANT(timeout_ms == 0); // nobody here waits for messages
    kafka_advance(client->kafka);
    if (queue->count > 1 && max > 1 &&
        fault_draw(client->kafka, SIM_KAFKA_FAULT_SMALL_BATCH, SIM_KAFKA_CALL_CONSUME))
        max = 1;
    size_t count = 0;
    for (; count < max && queue->count > 0; count++) {
        messages[count] = message_lend(client, &queue->items[queue->first]);
        queue->first++;
        queue->count--;
    }
    if (queue->count == 0)
        queue->first = 0;
    if (count > 0)
        client_plan(client, client_now_us(client) + 1); // there is room again
    return (ssize_t)count;
}

rd_kafka_resp_err_t rd_kafka_get_watermark_offsets(
    rd_kafka_t *client, const char *topic, int32_t partition, int64_t *low_out, int64_t *high_out)
{
    const struct in_partition *in = in_of(client, topic, partition);
    if (in == NULL)
        return RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
    *low_out = in->low;
    *high_out = in->high;
    if (in->high > in->low &&
        fault_draw(client->kafka, SIM_KAFKA_FAULT_STALE, SIM_KAFKA_CALL_WATERMARKS)) {
        int64_t back = 1 + (int64_t)kafka_draw(client->kafka, STALE_RECORDS);
        *high_out = in->high - back > in->low ? in->high - back : in->low;
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}
