// Sends records in batches, partition by partition, again where that is safe, and tells their fate.
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/sim/kafka_client.h"

enum {
    BATCH_RECORDS = 10000,
    BATCH_BYTES = 1000000,
    QUEUE_MAX = 100000,
    MESSAGE_BYTES_MAX = 1000000,
    LINGER_MS = 5,
    BACKOFF_MS = 100,
    PROPAGATION_MS = 30000,
    DELIVERY_MS = 300000,
    ADD_BACKOFF_US = 500000,
    ADD_BUSY_US = 20000, // the last transaction's markers are still being written
    ASK_US = 100000,
};

static int64_t setting_us(const rd_kafka_t *client, const char *name, int64_t usual_ms)
{
    return client_number(client, name, usual_ms) * 1000;
}

static struct out_partition *out_of(rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition)
{
    for (size_t i = 0; i < client->out_count; i++) {
        if (client->outs[i].topic == topic && client->outs[i].partition == partition)
            return &client->outs[i];
    }
    client->outs = mem_resize(client->outs, (client->out_count + 1) * sizeof(*client->outs));
    client->outs[client->out_count] =
        (struct out_partition){.topic = topic, .partition = partition};
    return &client->outs[client->out_count++];
}

// --- reports

static void report_add(rd_kafka_t *client, const struct report *report)
{
    if (report->code != RD_KAFKA_RESP_ERR_NO_ERROR)
        client->failed_reports++;
    if (client->conf->report_cb == NULL) {
        blob_release(report->blob);
        client->queued--;
        return;
    }
    if (client->report_first + client->report_count == client->report_cap) {
        if (client->report_first > 0) {
            memmove(
                client->reports, client->reports + client->report_first,
                client->report_count * sizeof(*client->reports));
            client->report_first = 0;
        } else {
            client->report_cap = client->report_cap == 0 ? 64 : client->report_cap * 2;
            client->reports =
                mem_resize(client->reports, client->report_cap * sizeof(*client->reports));
        }
    }
    client->reports[client->report_first + client->report_count++] = *report;
    if (client->report_count == 1 && client->main_queue != NULL)
        client->main_queue->wants_wake = true;
}

void producer_serve(rd_kafka_t *client)
{
    for (size_t left = client->report_count; left > 0 && client->report_count > 0; left--) {
        struct report report = client->reports[client->report_first++];
        client->report_count--;
        if (client->report_count == 0)
            client->report_first = 0;
        client->queued--;
        rd_kafka_message_t message = {
            .err = report.code,
            .rkt = report.topic,
            .partition = report.partition,
            .payload = report.blob->data + report.blob->key.len,
            .len = report.blob->value.len,
            .key = report.blob->data,
            .key_len = report.blob->key.len,
            .offset = report.offset,
            ._private = report.opaque,
        };
        client->conf->report_cb(client, &message, client->conf->opaque);
        blob_release(report.blob);
    }
}

// Tells the fate of the messages from..to - 1 of a partition and takes them out of it.
static void messages_report(
    rd_kafka_t *client, struct out_partition *out, size_t from, size_t to, struct report told)
{
    for (size_t i = from; i < to; i++) {
        told.blob = out->messages[i].blob;
        told.opaque = out->messages[i].opaque;
        told.topic = out->topic;
        told.partition = out->partition;
        report_add(client, &told);
        told.offset++;
    }
    memmove(out->messages + from, out->messages + to, (out->count - to) * sizeof(*out->messages));
    out->count -= to - from;
}

static void messages_fail(
    rd_kafka_t *client, struct out_partition *out, size_t from, rd_kafka_resp_err_t code)
{
    struct report told = {.code = code, .offset = RD_KAFKA_OFFSET_INVALID};
    messages_report(client, out, from, out->count, told);
    if (from == 0) {
        out->sent = 0;
        out->tag = 0;
    }
}

void producer_fail_queued(rd_kafka_t *client, rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < client->out_count; i++)
        messages_fail(client, &client->outs[i], client->outs[i].sent, code);
}

rd_kafka_resp_err_t rd_kafka_purge(rd_kafka_t *client, int flags)
{
    if ((flags & RD_KAFKA_PURGE_F_QUEUE) != 0)
        producer_fail_queued(client, RD_KAFKA_RESP_ERR__PURGE_QUEUE);
    for (size_t i = 0; (flags & RD_KAFKA_PURGE_F_INFLIGHT) != 0 && i < client->out_count; i++)
        messages_fail(client, &client->outs[i], 0, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void producer_free(rd_kafka_t *client)
{
    for (size_t i = 0; i < client->out_count; i++) {
        for (size_t j = 0; j < client->outs[i].count; j++)
            blob_release(client->outs[i].messages[j].blob);
        free(client->outs[i].messages);
    }
    for (size_t i = 0; i < client->report_count; i++)
        blob_release(client->reports[client->report_first + i].blob);
    free(client->outs);
    free(client->reports);
}

// --- taking records

struct given {
    const char *topic;
    struct bytes key, value;
    rd_kafka_headers_t *headers;
    void *opaque;
};

static struct given given_parse(const rd_kafka_vu_t *values, size_t count)
{
    struct given given = {0};
    for (size_t i = 0; i < count; i++) {
        switch ((int)values[i].vtype) {
        case RD_KAFKA_VTYPE_TOPIC: given.topic = values[i].u.cstr; break;
        case RD_KAFKA_VTYPE_KEY:
            given.key = bytes_of(values[i].u.mem.ptr, values[i].u.mem.size);
            break;
        case RD_KAFKA_VTYPE_VALUE:
            given.value = bytes_of(values[i].u.mem.ptr, values[i].u.mem.size);
            break;
        case RD_KAFKA_VTYPE_HEADERS: given.headers = values[i].u.headers; break;
        case RD_KAFKA_VTYPE_OPAQUE: given.opaque = values[i].u.ptr; break;
        case RD_KAFKA_VTYPE_MSGFLAGS: INVARIANT(values[i].u.i == RD_KAFKA_MSG_F_COPY); break;
        default: INVARIANT(values[i].vtype == RD_KAFKA_VTYPE_TOPIC); // not known here
        }
    }
    INVARIANT(given.topic != NULL);
    return given;
}

static rd_kafka_resp_err_t given_check(rd_kafka_t *client, const struct given *given)
{
    if (client->fatal_code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return RD_KAFKA_RESP_ERR__FATAL;
    if (client->transactional_id != NULL && client->txn != CLIENT_TXN_OPEN)
        return RD_KAFKA_RESP_ERR__STATE;
    size_t max = (size_t)client_number(client, "message.max.bytes", MESSAGE_BYTES_MAX);
    if (given->key.len + given->value.len > max)
        return RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    size_t queue_max = (size_t)client_number(client, "queue.buffering.max.messages", QUEUE_MAX);
    if (client->queued >= queue_max ||
        fault_draw(client->kafka, SIM_KAFKA_FAULT_QUEUE_FULL, SIM_KAFKA_CALL_ENQUEUE))
        return RD_KAFKA_RESP_ERR__QUEUE_FULL;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static int32_t partition_choose(rd_kafka_t *client, const char *topic, struct bytes key)
{
    int32_t partitions = sim_kafka_partitions(client->kafka, topic);
    if (partitions == 0)
        return RD_KAFKA_PARTITION_UA;
    if (key.len == 0)
        return (int32_t)kafka_draw(client->kafka, (uint64_t)partitions);
    return sim_kafka_partition_of(key, partitions);
}

static void message_add(struct out_partition *out, const struct out_message *message)
{
    if (out->count == out->cap) {
        out->cap = out->cap == 0 ? 64 : out->cap * 2;
        out->messages = mem_resize(out->messages, out->cap * sizeof(*out->messages));
    }
    out->messages[out->count++] = *message;
}

rd_kafka_error_t *rd_kafka_produceva(rd_kafka_t *client, const rd_kafka_vu_t *values, size_t count)
{
    struct given given = given_parse(values, count);
    rd_kafka_resp_err_t code = given_check(client, &given);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_create(code, rd_kafka_err2str(code));
    int64_t now_us = client_now_us(client);
    struct out_message message = {
        .blob = blob_create(given.key, given.value, given.headers),
        .opaque = given.opaque,
        .queued_us = now_us};
    rd_kafka_topic_t *topic = client_topic(client, given.topic);
    message_add(out_of(client, topic, partition_choose(client, given.topic, given.key)), &message);
    client->queued++;
    client_plan(client, now_us + 1);
    return NULL;
}

// --- sending them

// Puts what waited for its topic where it belongs, or gives it up.
static void out_resolve(rd_kafka_t *client, size_t at)
{
    struct out_partition *out = &client->outs[at];
    int64_t now_us = client_now_us(client);
    if (kafka_topic(client->kafka, out->topic->name) != NULL) {
        size_t count = out->count;
        struct out_message *messages = out->messages;
        rd_kafka_topic_t *topic = out->topic;
        out->messages = NULL;
        out->count = out->cap = 0;
        for (size_t i = 0; i < count; i++) { // may move the partitions
            int32_t partition = partition_choose(client, topic->name, messages[i].blob->key);
            message_add(out_of(client, topic, partition), &messages[i]);
        }
        free(messages);
        return;
    }
    int64_t patience_us = setting_us(client, "topic.metadata.propagation.max.ms", PROPAGATION_MS);
    if (out->missing_since_us == 0)
        out->missing_since_us = now_us;
    if (now_us - out->missing_since_us >= patience_us) {
        out->missing_since_us = 0;
        messages_fail(client, out, 0, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC);
        return;
    }
    if (out->retry_us > now_us)
        return;
    out->retry_us = now_us + ASK_US;
    uint64_t tag = 0;
    struct sim_request *request = client_request(client, SIM_KAFKA_CALL_METADATA, &tag);
    request->topic = mem_text(out->topic->name, strlen(out->topic->name));
    request->may_create = !client_is_set(client, "allow.auto.create.topics", "false");
    request_send(client->kafka, request); // nobody waits for the answer
}

static void partitions_add(rd_kafka_t *client)
{
    struct sim_request *request = NULL;
    if (client->add_tag != 0 || client->add_retry_us > client_now_us(client))
        return;
    for (size_t i = 0; i < client->out_count; i++) {
        struct out_partition *out = &client->outs[i];
        if (out->count == 0 || out->adding != ADD_NOT || out->partition < 0)
            continue;
        if (request == NULL)
            request = client_request(client, SIM_KAFKA_CALL_ADD_PARTITIONS, &client->add_tag);
        struct sim_place place = {.topic = out->topic->name, .partition = out->partition};
        places_add(&request->places, &request->place_count, &place);
        out->adding = ADD_ASKED;
    }
    if (request == NULL)
        return;
    request->id = mem_text(client->transactional_id, strlen(client->transactional_id));
    request->pid = client->pid;
    request->epoch = client->epoch;
    client->has_asked_coordinator = true;
    request_send(client->kafka, request);
}

static void batch_send(rd_kafka_t *client, struct out_partition *out)
{
    struct sim_request *request = client_request(client, SIM_KAFKA_CALL_PRODUCE, &out->tag);
    size_t bytes = 0;
    size_t count = 0;
    for (; count < out->count && count < BATCH_RECORDS; count++) {
        bytes += blob_bytes(out->messages[count].blob);
        if (count > 0 && bytes > BATCH_BYTES)
            break;
    }
    request->blobs = mem_alloc(count * sizeof(struct sim_blob *));
    for (size_t i = 0; i < count; i++)
        request->blobs[i] = blob_share(out->messages[i].blob);
    request->blob_count = count;
    request->topic = mem_text(out->topic->name, strlen(out->topic->name));
    request->partition = out->partition;
    request->pid = client->pid;
    request->epoch = client->epoch;
    request->first_sequence = out->next_sequence;
    if (client->transactional_id != NULL)
        request->id = mem_text(client->transactional_id, strlen(client->transactional_id));
    out->sent = count;
    request_send(client->kafka, request);
}

// A new epoch, after records that may or may not be there: numbers begin anew.
static void numbers_renew(rd_kafka_t *client)
{
    client->has_pid = false;
    client->pid_retry_us = 0;
    for (size_t i = 0; i < client->out_count; i++) {
        client->outs[i].next_sequence = 0;
        client->outs[i].sent = 0;
        client->outs[i].tag = 0;
    }
}

static void message_failed(rd_kafka_t *client, rd_kafka_resp_err_t code)
{
    if (client->transactional_id != NULL)
        txn_fail(client, code, "produce");
    else
        numbers_renew(client);
}

// Gives up what is too old. Returns whether anything is left.
static bool out_expire(rd_kafka_t *client, struct out_partition *out)
{
    const char *name =
        client->transactional_id != NULL ? "transaction.timeout.ms" : "delivery.timeout.ms";
    int64_t timeout_us = setting_us(client, name, DELIVERY_MS);
    if (out->count > 0 && client_now_us(client) - out->messages[0].queued_us >= timeout_us) {
        messages_fail(client, out, 0, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT);
        message_failed(client, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT);
    }
    if (out->count > 0)
        client_plan(client, out->messages[0].queued_us + timeout_us);
    return out->count > 0;
}

static void out_pump(rd_kafka_t *client, struct out_partition *out)
{
    int64_t now_us = client_now_us(client);
    if (out->sent > 0 || (client->transactional_id != NULL && out->adding != ADD_DONE))
        return;
    int64_t at_us = out->messages[0].queued_us + setting_us(client, "linger.ms", LINGER_MS);
    if (client->is_flushing)
        at_us = now_us;
    if (out->retry_us > at_us)
        at_us = out->retry_us;
    if (at_us <= now_us)
        batch_send(client, out);
    else
        client_plan(client, at_us);
}

void producer_pump(rd_kafka_t *client)
{
    if (client->queued == 0 || client->fatal_code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    for (size_t i = 0; i < client->out_count; i++) {
        if (!out_expire(client, &client->outs[i]))
            continue;
        if (client->outs[i].partition < 0) {
            out_resolve(client, i);
            client_plan(client, client_now_us(client) + ASK_US);
        }
    }
    if (!client->has_pid)
        return;
    if (client->txn == CLIENT_TXN_OPEN || client->txn == CLIENT_TXN_COMMITTING)
        partitions_add(client);
    if (client->add_retry_us > client_now_us(client))
        client_plan(client, client->add_retry_us);
    for (size_t i = 0; i < client->out_count; i++) {
        if (client->outs[i].count > 0 && client->outs[i].partition >= 0)
            out_pump(client, &client->outs[i]);
    }
}

// --- answers

static void add_answer(rd_kafka_t *client, const struct sim_request *request)
{
    if (request->tag != client->add_tag)
        return;
    client->add_tag = 0;
    rd_kafka_resp_err_t code = request->code;
    for (size_t i = 0; i < client->out_count; i++) {
        if (client->outs[i].adding == ADD_ASKED)
            client->outs[i].adding = code == RD_KAFKA_RESP_ERR_NO_ERROR ? ADD_DONE : ADD_NOT;
    }
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return;
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_INVALID_TXN_STATE: txn_fail_for_good(client, code, "add"); return;
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: txn_fail(client, code, "add"); return;
    case RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS:
        client->add_retry_us = client_now_us(client) + ADD_BUSY_US;
        return;
    default: client->add_retry_us = client_now_us(client) + ADD_BACKOFF_US; return;
    }
}

static void batch_retry(rd_kafka_t *client, struct out_partition *out)
{
    out->sent = 0;
    out->retry_us = client_now_us(client) + setting_us(client, "retry.backoff.ms", BACKOFF_MS);
    if (client->txn == CLIENT_TXN_ABORTING || client->txn == CLIENT_TXN_ABORTABLE)
        messages_fail(client, out, 0, RD_KAFKA_RESP_ERR__PURGE_QUEUE);
}

// A topic that is gone is waited for, for a while.
static void batch_missing(rd_kafka_t *client, struct out_partition *out)
{
    int64_t now_us = client_now_us(client);
    int64_t patience_us = setting_us(client, "topic.metadata.propagation.max.ms", PROPAGATION_MS);
    if (out->missing_since_us == 0)
        out->missing_since_us = now_us;
    if (now_us - out->missing_since_us < patience_us) {
        batch_retry(client, out);
        out->retry_us = now_us + ASK_US;
        return;
    }
    out->missing_since_us = 0;
    messages_fail(client, out, 0, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC);
}

static void batch_done(
    rd_kafka_t *client, struct out_partition *out, const struct sim_request *request)
{
    size_t count = out->sent;
    out->next_sequence += (int32_t)count;
    out->sent = 0;
    out->missing_since_us = 0;
    struct report told = {.offset = request->offset};
    messages_report(client, out, 0, count, told);
}

static void batch_refused(rd_kafka_t *client, struct out_partition *out, rd_kafka_resp_err_t code)
{
    size_t count = out->sent;
    struct report told = {.code = code, .offset = RD_KAFKA_OFFSET_INVALID};
    out->sent = 0;
    messages_report(client, out, 0, count, told);
    if (client->transactional_id != NULL && code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
        txn_fail_for_good(client, code, "produce");
    else if (code == RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER)
        txn_fail_for_good(client, code, "produce");
    else
        message_failed(client, code);
}

void producer_answer(rd_kafka_t *client, struct sim_request *request)
{
    if (request->call == SIM_KAFKA_CALL_ADD_PARTITIONS) {
        add_answer(client, request);
        return;
    }
    struct out_partition *out = NULL;
    for (size_t i = 0; i < client->out_count; i++) {
        if (client->outs[i].tag == request->tag)
            out = &client->outs[i];
    }
    if (out == NULL)
        return; // given up
    out->tag = 0;
    switch ((int)request->code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: batch_done(client, out, request); return;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION: batch_retry(client, out); return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: batch_missing(client, out); return;
    default: batch_refused(client, out, request->code); return;
    }
}

rd_kafka_resp_err_t rd_kafka_flush(rd_kafka_t *client, int timeout_ms)
{
    int64_t until_us = client_deadline_us(client, timeout_ms);
    client->is_flushing = true;
    client_plan(client, client_now_us(client));
    for (;;) {
        kafka_advance(client->kafka);
        producer_serve(client);
        if (client->queued == 0 || !client_step(client, until_us))
            break;
    }
    client->is_flushing = false;
    return client->queued == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : RD_KAFKA_RESP_ERR__TIMED_OUT;
}
