// Lends messages of a partition as librdkafka holds them, and checks that none is missed.
#include "consumers/kafka/kafka_source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#include "consumers/kafka/client.h"
#include "engine/base/buffer.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { ASK_MS = 10000, RECALL_OFFSETS_MAX = 10000 };

struct kafka_consumer {
    struct kafka_client *client;
    rd_kafka_topic_t *topic;
    char *topic_name;
    enum kafka_reading reading;
    uint64_t value_bytes_max;
};

struct kafka_source {
    struct kafka_consumer *consumer;
    int32_t partition;
    struct source_wake wake;
    char *name;
    rd_kafka_queue_t *queue;
    bool is_consuming;
    int64_t next;             // offset of the next message
    int64_t truncation_asked; // the last position the broker was asked about
    int64_t low;              // oldest there was at start
    int64_t end;              // where KAFKA_READ_TO_END stops; -1: not known yet
    int64_t read_to;          // librdkafka said that nothing is left before this offset
    struct source_memory memory;
    bool is_recalling; // what is before `next` is only looked at
    struct fault stop; // err ERR_OK, or what poll answers until start

    rd_kafka_message_t **lent; // what the last poll gave
    size_t lent_count;
    size_t lent_cap;
    struct header *headers; // of all of them
    size_t header_count;
    size_t header_cap;
};

// Fetching is tuned for throughput: large answers, a deep but bounded queue (per partition).
static const struct kafka_property consumer_tuning[] = {
    {"fetch.wait.max.ms", "100"},
    {"fetch.min.bytes", "1"},
    {"fetch.error.backoff.ms", "100"},
    {"fetch.message.max.bytes", "4194304"},
    {"fetch.max.bytes", "67108864"},
    {"queued.min.messages", "200000"},
    {"queued.max.messages.kbytes", "32768"},
    {NULL, NULL},
};

static const struct kafka_property consumer_needed[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"isolation.level", "read_committed"},
    {"check.crcs", "true"},
    {"enable.partition.eof", "true"}, // transaction markers have offsets but are no messages
    {"allow.auto.create.topics", "false"},
    {NULL, NULL},
};

enum err kafka_consumer_open(
    const struct kafka_consumer_params *params, struct kafka_consumer **out, struct fault *fault)
{
    struct kafka_client_params client = {
        .connection = &params->connection,
        .type = RD_KAFKA_CONSUMER,
        .tuning = consumer_tuning,
        .needed = consumer_needed,
    };
    struct kafka_consumer *consumer = mem_zero(1, sizeof(*consumer));
    enum err err = kafka_client_open(&client, &consumer->client, fault);
    if (err != ERR_OK)
        goto free_consumer;
    consumer->topic =
        rd_kafka_topic_new(kafka_client_handle(consumer->client), params->topic, NULL);
    if (consumer->topic == NULL) {
        err = fault_set(
            fault, ERR_INVALID, "topic %s: %s", params->topic,
            rd_kafka_err2str(rd_kafka_last_error()));
        goto close_client;
    }
    consumer->topic_name = mem_text(params->topic, strlen(params->topic));
    consumer->reading = params->reading;
    consumer->value_bytes_max = params->value_bytes_max;
    *out = consumer;
    return ERR_OK;

close_client:
    kafka_client_close(consumer->client);
free_consumer:
    free(consumer);
    return err;
}

void kafka_consumer_close(struct kafka_consumer *consumer)
{
    if (consumer == NULL)
        return;
    rd_kafka_topic_destroy(consumer->topic);
    kafka_client_close(consumer->client);
    free(consumer->topic_name);
    free(consumer);
}

bool kafka_consumer_is_connected(struct kafka_consumer *consumer)
{
    (void)rd_kafka_poll(kafka_client_handle(consumer->client), 0); // nothing but statistics here
    return kafka_client_is_connected(consumer->client);
}

enum err kafka_consumer_count_partitions(
    struct kafka_consumer *consumer, uint32_t *out, struct fault *fault)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(
        kafka_client_handle(consumer->client), 0, consumer->topic, &metadata, ASK_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(
            fault, kafka_err(code), "topic %s: %s", consumer->topic_name, rd_kafka_err2str(code));
    INVARIANT(metadata->topic_cnt == 1);
    code = metadata->topics[0].err;
    int count = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(
            fault, kafka_err(code), "topic %s: %s", consumer->topic_name, rd_kafka_err2str(code));
    if (count <= 0)
        return fault_set(
            fault, ERR_UNREACHABLE, "topic %s: has no partitions yet", consumer->topic_name);
    *out = (uint32_t)count;
    return ERR_OK;
}

static struct kafka_source *source_from(void *self)
{
    struct kafka_source *source = self;
    INVARIANT(source != NULL);
    INVARIANT(source->queue != NULL);
    return source;
}

struct offset_range {
    int64_t low;  // oldest there is
    int64_t high; // where the next one will stand
};

static enum err range_ask(
    const struct kafka_source *source, struct offset_range *out, struct fault *fault)
{
    const struct kafka_consumer *consumer = source->consumer;
    struct offset_range range = {0};
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        kafka_client_handle(consumer->client), consumer->topic_name, source->partition, &range.low,
        &range.high, ASK_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(
            fault, kafka_err(code), "topic %s partition %" PRId32 ": %s", consumer->topic_name,
            source->partition, rd_kafka_err2str(code));
    *out = range;
    return ERR_OK;
}

static enum err gap_fault(
    const struct kafka_source *source,
    int64_t asked,
    const struct offset_range *range,
    struct fault *fault)
{
    const char *cause = asked < range->low ? "what is between was deleted before it was read"
                                           : "the topic was truncated or created anew";
    return fault_set(
        fault, ERR_GAP,
        "topic %s partition %" PRId32 ": reading goes on at offset %" PRId64
        ", but the broker has offsets %" PRId64 " to %" PRId64 ": %s",
        source->consumer->topic_name, source->partition, asked, range->low, range->high, cause);
}

static void consuming_stop(struct kafka_source *source)
{
    if (!source->is_consuming)
        return;
    (void)rd_kafka_consume_stop(source->consumer->topic, source->partition);
    source->is_consuming = false;
}

static void source_release(void *self)
{
    struct kafka_source *source = source_from(self);
    for (size_t i = 0; i < source->lent_count; i++)
        rd_kafka_message_destroy(source->lent[i]);
    source->lent_count = 0;
    source->header_count = 0;
}

static void source_remember(void *self, const struct source_memory *memory)
{
    source_from(self)->memory = *memory;
}

// Where fetching begins so that the remembered record is seen; else at from.
static int64_t recall_from(
    struct kafka_source *source, int64_t from, const struct offset_range *range)
{
    int64_t known = source->memory.position;
    source->is_recalling = known != SOURCE_POSITION_START && known >= range->low && known < from &&
                           from - known <= RECALL_OFFSETS_MAX;
    return source->is_recalling ? known : from;
}

static void recall_check(struct kafka_source *source, const rd_kafka_message_t *message)
{
    const struct source_memory *memory = &source->memory;
    if (message->offset < memory->position)
        return;
    source->is_recalling = false;
    if (message->offset != memory->position || // compacted away: nothing is known
        hash128_equal(source_value_hash(bytes_of(message->payload, message->len)), memory->value))
        return;
    (void)fault_set(
        &source->stop, ERR_GAP,
        "topic %s partition %" PRId32 ": reading goes on at offset %" PRId64
        ", but the broker has offsets %" PRId64 " to %" PRId64
        " of other records: the one at offset %" PRId64
        " is not the one that was read: the topic was created anew",
        source->consumer->topic_name, source->partition, source->next, source->low, source->end,
        memory->position);
}

static enum err source_start(void *self, int64_t position, struct fault *fault)
{
    struct kafka_source *source = source_from(self);
    INVARIANT(position >= SOURCE_POSITION_START);
    consuming_stop(source);

    struct offset_range range;
    enum err err = range_ask(source, &range, fault);
    if (err != ERR_OK)
        return err;
    int64_t from = position == SOURCE_POSITION_START ? range.low : position;
    if (from < range.low || from > range.high)
        return gap_fault(source, from, &range, fault);
    if (position == SOURCE_POSITION_START)
        source->memory.position = SOURCE_POSITION_START; // what was read does not count any more
    if (rd_kafka_consume_start_queue(
            source->consumer->topic, source->partition, recall_from(source, from, &range),
            source->queue) != 0) {
        rd_kafka_resp_err_t code = rd_kafka_last_error();
        return fault_set(fault, kafka_err(code), "%s: %s", source->name, rd_kafka_err2str(code));
    }
    source->is_consuming = true;
    source->next = from;
    source->read_to = from;
    source->low = range.low;
    source->end = range.high;
    source->stop.err = ERR_OK;
    return ERR_OK;
}

static bool is_at_end(const struct kafka_source *source)
{
    if (source->is_recalling)
        return false;
    int64_t reached = source->next > source->read_to ? source->next : source->read_to;
    return source->consumer->reading == KAFKA_READ_TO_END && reached >= source->end;
}

// Stops with a gap when the broker agrees that there is one; else with what the error says.
static void stop_at_gap(struct kafka_source *source, rd_kafka_resp_err_t code)
{
    struct offset_range range;
    enum err err = range_ask(source, &range, &source->stop);
    if (err == ERR_OK && (source->next < range.low || source->next > range.high))
        (void)gap_fault(source, source->next, &range, &source->stop);
    else if (err == ERR_OK)
        (void)fault_set(
            &source->stop, ERR_UNREACHABLE, "%s: offset %" PRId64 ": %s", source->name,
            source->next, rd_kafka_err2str(code));
}

static void error_take(struct kafka_source *source, const rd_kafka_message_t *message)
{
    static const rd_kafka_resp_err_t gone[] = {
        RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
        RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION};
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        source->read_to = message->offset;
        source->is_recalling = false;
        return;
    }
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        if (message->err == gone[i]) {
            stop_at_gap(source, message->err);
            return;
        }
    }
    if (kafka_err(message->err) == ERR_UNREACHABLE)
        return; // librdkafka tries again by itself
    (void)fault_set(
        &source->stop, kafka_err(message->err), "%s: at offset %" PRId64 ": %s", source->name,
        source->next, rd_kafka_message_errstr(message));
}

static struct bytes view(const void *data, size_t len)
{
    return len == 0 ? bytes_of(NULL, 0) : bytes_of(data, len);
}

static void headers_take(struct kafka_source *source, rd_kafka_message_t *from)
{
    rd_kafka_headers_t *headers = NULL;
    if (rd_kafka_message_headers(from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    const char *name = NULL;
    const void *value = NULL;
    size_t len = 0;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &len) == RD_KAFKA_RESP_ERR_NO_ERROR;
         i++) {
        if (source->header_count == source->header_cap) {
            source->header_cap = source->header_cap == 0 ? 64 : source->header_cap * 2;
            source->headers =
                mem_resize(source->headers, source->header_cap * sizeof(*source->headers));
        }
        source->headers[source->header_count++] =
            (struct header){.name = bytes_text(name), .value = bytes_of(value, len)}; // NULL: null
    }
}

static void message_take(
    struct kafka_source *source, rd_kafka_message_t *from, struct message *message)
{
    size_t headers_before = source->header_count;
    headers_take(source, from);
    uint64_t max = source->consumer->value_bytes_max;
    size_t len = max > 0 && from->len > max ? (size_t)max : from->len;
    *message = (struct message){
        .value = view(from->payload, len),
        .key = view(from->key, from->key_len),
        .header_count = source->header_count - headers_before,
        .position = from->offset,
        .position_next = from->offset + 1,
        .value_bytes = from->len,
    };
    source->next = from->offset + 1;
}

// Headers moved when their array grew: point at them when all are there.
static void headers_link(const struct kafka_source *source, struct message *messages, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        messages[i].headers = messages[i].header_count > 0 ? &source->headers[at] : NULL;
        at += messages[i].header_count;
    }
}

// Whether a message is given out: not behind an error, not twice, not behind the end.
static bool is_wanted(const struct kafka_source *source, const rd_kafka_message_t *message)
{
    return source->stop.err == ERR_OK && message->offset >= source->next && !is_at_end(source) &&
           (source->consumer->reading == KAFKA_READ_ON || message->offset < source->end);
}

static size_t batch_take(struct kafka_source *source, struct message *messages, size_t got)
{
    size_t count = 0;
    for (size_t i = 0; i < got; i++) {
        rd_kafka_message_t *message = source->lent[i];
        if (source->is_recalling && message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            recall_check(source, message);
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && is_wanted(source, message)) {
            message_take(source, message, &messages[count]);
            source->lent[count++] = message;
            continue;
        }
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset > source->read_to)
            source->read_to = message->offset; // seen beyond the end
        else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && source->stop.err == ERR_OK)
            error_take(source, message);
        rd_kafka_message_destroy(message);
    }
    source->lent_count = count;
    if (count > 0)
        source->memory = (struct source_memory){
            .position = messages[count - 1].position,
            .value = source_value_hash(
                bytes_of(source->lent[count - 1]->payload, source->lent[count - 1]->len))};
    headers_link(source, messages, count);
    return count;
}

// librdkafka 2.0.2 does not notice a topic that became shorter; its last fetch knows the end. What it
// knows may also be older than the records it has just given, so the broker is asked, once a position.
static void truncation_check(struct kafka_source *source)
{
    int64_t low = -1;
    int64_t high = -1;
    struct offset_range range;
    rd_kafka_resp_err_t code = rd_kafka_get_watermark_offsets(
        kafka_client_handle(source->consumer->client), source->consumer->topic_name,
        source->partition, &low, &high);
    bool is_suspect = code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 && high < source->next;
    if (!is_suspect || source->truncation_asked == source->next)
        return;
    if (range_ask(source, &range, NULL) != ERR_OK)
        return; // asked again when there is nothing to read the next time
    source->truncation_asked = source->next;
    if (source->next > range.high)
        (void)gap_fault(source, source->next, &range, &source->stop);
}

static enum err source_poll(
    void *self, struct message *messages, size_t max, size_t *count_out, struct fault *fault)
{
    struct kafka_source *source = source_from(self);
    INVARIANT(max > 0);
    INVARIANT(source->lent_count == 0);
    (void)rd_kafka_poll(kafka_client_handle(source->consumer->client), 0);
    if (source->stop.err != ERR_OK)
        return fault_set(fault, source->stop.err, "%s", source->stop.text);
    INVARIANT(source->is_consuming);
    if (is_at_end(source))
        return ERR_END;

    if (max > source->lent_cap) {
        source->lent = mem_resize(source->lent, max * sizeof(*source->lent));
        source->lent_cap = max;
    }
    // What is no message may hide some behind it, and nothing wakes us for those: the queue was not empty.
    ssize_t got = 0;
    size_t count = 0;
    do {
        got = rd_kafka_consume_batch_queue(source->queue, 0, source->lent, max);
        count = got > 0 ? batch_take(source, messages, (size_t)got) : 0;
    } while (got > 0 && count == 0 && source->stop.err == ERR_OK && !is_at_end(source));
    if (count > 0) {
        *count_out = count;
        return ERR_OK;
    }
    if (source->stop.err == ERR_OK)
        truncation_check(source);
    if (source->stop.err != ERR_OK)
        return fault_set(fault, source->stop.err, "%s", source->stop.text);
    return is_at_end(source) ? ERR_END : ERR_AGAIN;
}

static void source_destroy(void *self)
{
    struct kafka_source *source = self;
    if (source == NULL)
        return;
    rd_kafka_queue_cb_event_enable(source->queue, NULL, NULL);
    consuming_stop(source);
    source_release(source);
    rd_kafka_queue_destroy(source->queue);
    free(source->lent);
    free(source->headers);
    free(source->name);
    free(source);
}

static const struct source_ops kafka_source_ops = {
    .remember = source_remember,
    .start = source_start,
    .poll = source_poll,
    .release = source_release,
    .destroy = source_destroy,
};

static void on_queue(rd_kafka_t *handle, void *opaque)
{
    struct kafka_source *source = opaque;
    (void)handle;
    source->wake.wake(source->wake.context);
}

void kafka_source_create(
    struct kafka_consumer *consumer,
    uint32_t partition,
    const struct source_wake *wake,
    struct source *out)
{
    INVARIANT(partition <= INT32_MAX);
    struct kafka_source *source = mem_zero(1, sizeof(*source));
    struct buffer name = {0};
    buffer_add_format(&name, "kafka:%s/%" PRIu32, consumer->topic_name, partition);
    source->name = mem_text(name.data, name.len);
    buffer_free(&name);
    source->consumer = consumer;
    source->partition = (int32_t)partition;
    source->end = -1;
    source->memory.position = SOURCE_POSITION_START;
    source->queue = rd_kafka_queue_new(kafka_client_handle(consumer->client));
    if (wake != NULL) {
        source->wake = *wake;
        rd_kafka_queue_cb_event_enable(source->queue, on_queue, source);
    }
    *out = (struct source){.ops = &kafka_source_ops, .self = source, .name = source->name};
}

int64_t kafka_source_end_offset(const struct source *source)
{
    INVARIANT(source->ops == &kafka_source_ops);
    const struct kafka_source *self = source->self;
    return self->end;
}

int64_t kafka_source_lag(const struct source *source)
{
    INVARIANT(source->ops == &kafka_source_ops);
    const struct kafka_source *self = source->self;
    const struct kafka_consumer *consumer = self->consumer;
    int64_t low = -1;
    int64_t high = -1;
    rd_kafka_resp_err_t code = rd_kafka_get_watermark_offsets(
        kafka_client_handle(consumer->client), consumer->topic_name, self->partition, &low, &high);
    int64_t reached = self->next > self->read_to ? self->next : self->read_to;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0 || !self->is_consuming)
        return -1;
    return high > reached ? high - reached : 0;
}
