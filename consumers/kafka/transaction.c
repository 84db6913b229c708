// Drives librdkafka's transactional producer and sorts its errors.
#include "consumers/kafka/transaction.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/invariant.h"

enum { FATAL_TEXT_BYTES = 256, NUMBER_TEXT_BYTES = 32, QUEUE_WAIT_MS = 50 };

// The broker answers CONCURRENT_TRANSACTIONS until the last transaction's markers are written;
// the client waits retry.backoff.ms between two tries: 11 ms a transaction instead of 65-100.
static const struct kafka_property producer_tuning[] = {
    {"retry.backoff.ms", "5"},
    {"linger.ms", "1"},
    {"transaction.timeout.ms", "60000"},
    {"topic.metadata.propagation.max.ms", "5000"},
    {"message.max.bytes", "8388608"},
    {"queue.buffering.max.messages", "1000000"},
    {"compression.type", "lz4"},
    {"partitioner", "murmur2_random"},
    {NULL, NULL},
};

static void on_report(void *owner, const rd_kafka_message_t *message)
{
    struct transaction *transaction = owner;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        transaction->delivered++;
    } else if (transaction->failure == RD_KAFKA_RESP_ERR_NO_ERROR) {
        transaction->failure = message->err;
        (void)snprintf(
            transaction->failure_topic, sizeof(transaction->failure_topic), "%s",
            rd_kafka_topic_name(message->rkt));
    }
}

static rd_kafka_t *handle_of(const struct transaction *transaction)
{
    return kafka_client_handle(transaction->client);
}

// Without a producer there is no transaction: the next one aborts what this one left open.
static void producer_drop(struct transaction *transaction)
{
    kafka_client_close(transaction->client);
    transaction->client = NULL;
    transaction->is_ready = false;
    transaction->is_open = false;
}

// A fatal error. The coordinator fences a producer whose transaction timed out, too: that is this
// instance's own slowness, not another instance.
static enum err fatal_take(struct transaction *transaction, const char *step, struct fault *fault)
{
    char text[FATAL_TEXT_BYTES] = "";
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(handle_of(transaction), text, sizeof(text));
    bool is_late = transaction->is_open &&
                   kafka_mono_ms(&transaction->connection->clock) - transaction->begun_ms >=
                       transaction->timeout_ms;
    enum err err = ERR_STATE;
    if (kafka_err(code) == ERR_FENCED && !is_late) {
        transaction->is_fenced = true;
        err = ERR_FENCED;
    }
    producer_drop(transaction);
    return fault_set(
        fault, err, "transactional.id %s: %s: %s%s", transaction->id, step,
        err == ERR_FENCED ? "another instance has taken over: " : "", text);
}

// What an aborted transaction means: a record that could not be delivered says more than the
// transaction's own error.
static enum err aborted_fault(
    const struct transaction *transaction,
    const char *step,
    const char *reason,
    struct fault *fault)
{
    enum err err = kafka_err(transaction->failure);
    if (transaction->failure != RD_KAFKA_RESP_ERR_NO_ERROR &&
        (err == ERR_MISSING || err == ERR_LIMIT || err == ERR_INVALID))
        return fault_set(
            fault, err, "topic %s: a record was not delivered: %s", transaction->failure_topic,
            rd_kafka_err2str(transaction->failure));
    return fault_set(
        fault, ERR_STATE, "transactional.id %s: %s: aborted: %s", transaction->id, step, reason);
}

// Takes back the open transaction; ERR_OK when that is certain. The producer goes with it: one
// whose record was refused has a gap in its numbers, which would abort the next transaction, too.
static enum err abort_open(struct transaction *transaction, struct fault *fault)
{
    int64_t until_ms = kafka_mono_ms(&transaction->connection->clock) + transaction->patience_ms;
    for (;;) {
        int64_t left_ms = until_ms - kafka_mono_ms(&transaction->connection->clock);
        rd_kafka_error_t *error =
            rd_kafka_abort_transaction(handle_of(transaction), left_ms > 1 ? (int)left_ms : 1);
        if (error == NULL) {
            producer_drop(transaction);
            return ERR_OK;
        }
        bool is_fatal = rd_kafka_error_is_fatal(error) != 0;
        bool is_retriable = rd_kafka_error_is_retriable(error) != 0;
        char text[FATAL_TEXT_BYTES];
        (void)snprintf(text, sizeof(text), "%s", rd_kafka_error_string(error));
        rd_kafka_error_destroy(error);
        if (is_fatal)
            return fatal_take(transaction, "abort", fault);
        if (!is_retriable || kafka_mono_ms(&transaction->connection->clock) >= until_ms) {
            producer_drop(transaction);
            return fault_set(
                fault, ERR_UNREACHABLE, "transactional.id %s: abort: %s", transaction->id, text);
        }
    }
}

// Ends a step that failed for good. Destroys error.
static enum err step_failed(
    struct transaction *transaction, rd_kafka_error_t *error, const char *step, struct fault *fault)
{
    bool is_fatal = rd_kafka_error_is_fatal(error) != 0;
    bool wants_abort = rd_kafka_error_txn_requires_abort(error) != 0;
    char reason[FATAL_TEXT_BYTES];
    (void)snprintf(reason, sizeof(reason), "%s", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    if (is_fatal)
        return fatal_take(transaction, step, fault);
    if (wants_abort) {
        enum err err = abort_open(transaction, fault);
        return err == ERR_OK ? aborted_fault(transaction, step, reason, fault) : err;
    }
    producer_drop(transaction);
    return fault_set(
        fault, ERR_UNREACHABLE, "transactional.id %s: %s: %s", transaction->id, step, reason);
}

typedef rd_kafka_error_t *step_fn(rd_kafka_t *producer, const void *context, int timeout_ms);

// Repeats a step for as long as it may be repeated and there is patience.
static enum err step_run(
    struct transaction *transaction,
    const char *name,
    step_fn *step,
    const void *context,
    struct fault *fault)
{
    int64_t until_ms = kafka_mono_ms(&transaction->connection->clock) + transaction->patience_ms;
    for (;;) {
        int64_t left_ms = until_ms - kafka_mono_ms(&transaction->connection->clock);
        rd_kafka_error_t *error =
            step(handle_of(transaction), context, left_ms > 1 ? (int)left_ms : 1);
        if (error == NULL)
            return ERR_OK;
        bool may_repeat = rd_kafka_error_is_retriable(error) != 0 &&
                          rd_kafka_error_is_fatal(error) == 0 &&
                          rd_kafka_error_txn_requires_abort(error) == 0;
        if (!may_repeat || kafka_mono_ms(&transaction->connection->clock) >= until_ms)
            return step_failed(transaction, error, name, fault);
        rd_kafka_error_destroy(error);
    }
}

static rd_kafka_error_t *step_init(rd_kafka_t *producer, const void *context, int timeout_ms)
{
    (void)context;
    return rd_kafka_init_transactions(producer, timeout_ms);
}

static enum err producer_make(struct transaction *transaction, struct fault *fault)
{
    const struct kafka_property needed[] = {
        {"transactional.id", transaction->id},
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {NULL, NULL},
    };
    struct kafka_client_params params = {
        .connection = transaction->connection,
        .type = RD_KAFKA_PRODUCER,
        .tuning = producer_tuning,
        .needed = needed,
        .report = on_report, // without one librdkafka waits 10 ms a commit
        .owner = transaction,
    };
    enum err err = kafka_client_open(&params, &transaction->client, fault);
    if (err != ERR_OK)
        return err;
    char text[NUMBER_TEXT_BYTES] = "";
    size_t len = sizeof(text);
    rd_kafka_conf_res_t result = rd_kafka_conf_get(
        rd_kafka_conf(handle_of(transaction)), "transaction.timeout.ms", text, &len);
    INVARIANT(result == RD_KAFKA_CONF_OK);
    transaction->timeout_ms = strtoll(text, NULL, 10);
    return ERR_OK;
}

static enum err fenced_fault(const struct transaction *transaction, struct fault *fault)
{
    return fault_set(
        fault, ERR_FENCED, "transactional.id %s: another instance has taken over", transaction->id);
}

enum err transaction_prepare(struct transaction *transaction, struct fault *fault)
{
    if (transaction->is_fenced)
        return fenced_fault(transaction, fault);
    if (transaction->is_open) {
        enum err err = abort_open(transaction, fault);
        if (err != ERR_OK)
            return err;
    }
    if (transaction->client == NULL) {
        enum err err = producer_make(transaction, fault);
        if (err != ERR_OK)
            return err;
    }
    if (!transaction->is_ready) {
        enum err err = step_run(transaction, "init", step_init, NULL, fault);
        if (err != ERR_OK)
            return err;
        transaction->is_ready = true;
    }
    return ERR_OK;
}

enum err transaction_begin(struct transaction *transaction, struct fault *fault)
{
    if (transaction->is_fenced)
        return fenced_fault(transaction, fault);
    if (!transaction->is_ready || transaction->is_open)
        return fault_set(fault, ERR_STATE, "transactional.id %s: not recovered", transaction->id);
    transaction->produced = 0;
    transaction->delivered = 0;
    transaction->failure = RD_KAFKA_RESP_ERR_NO_ERROR;
    transaction->begun_ms = kafka_mono_ms(&transaction->connection->clock);
    rd_kafka_error_t *error = rd_kafka_begin_transaction(handle_of(transaction));
    if (error != NULL)
        return step_failed(transaction, error, "begin", fault);
    transaction->is_open = true;
    return ERR_OK;
}

static enum err produce_failed(
    struct transaction *transaction,
    const struct kafka_record *record,
    rd_kafka_resp_err_t code,
    struct fault *fault)
{
    if (record->headers != NULL)
        rd_kafka_headers_destroy(record->headers);
    if (rd_kafka_fatal_error(handle_of(transaction), NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fatal_take(transaction, "produce", fault);
    enum err err = abort_open(transaction, fault);
    if (err != ERR_OK)
        return err;
    enum err meaning = kafka_err(code);
    bool is_named = meaning == ERR_LIMIT || meaning == ERR_MISSING || meaning == ERR_INVALID;
    return fault_set(
        fault, is_named ? meaning : ERR_STATE, "topic %s: a record of %zu bytes: %s", record->topic,
        record->value.len, rd_kafka_err2str(code));
}

enum err transaction_produce(
    struct transaction *transaction, const struct kafka_record *record, struct fault *fault)
{
    INVARIANT(transaction->is_open);
    int64_t until_ms = kafka_mono_ms(&transaction->connection->clock) + transaction->patience_ms;
    for (;;) {
        rd_kafka_resp_err_t code = record_produce(handle_of(transaction), record);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            transaction->produced++;
            return ERR_OK;
        }
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL ||
            kafka_mono_ms(&transaction->connection->clock) >= until_ms)
            return produce_failed(transaction, record, code, fault);
        (void)rd_kafka_poll(handle_of(transaction), QUEUE_WAIT_MS);
    }
}

struct offsets_context {
    const rd_kafka_topic_partition_list_t *offsets;
    const rd_kafka_consumer_group_metadata_t *group;
};

static rd_kafka_error_t *step_offsets(rd_kafka_t *producer, const void *context, int timeout_ms)
{
    const struct offsets_context *offsets = context;
    return rd_kafka_send_offsets_to_transaction(
        producer, offsets->offsets, offsets->group, timeout_ms);
}

enum err transaction_send_offsets(
    struct transaction *transaction,
    const rd_kafka_topic_partition_list_t *offsets,
    const char *group,
    struct fault *fault)
{
    INVARIANT(transaction->is_open);
    rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata_new(group);
    struct offsets_context context = {.offsets = offsets, .group = metadata};
    enum err err = step_run(transaction, "send offsets", step_offsets, &context, fault);
    rd_kafka_consumer_group_metadata_destroy(metadata);
    return err;
}

static rd_kafka_error_t *step_commit(rd_kafka_t *producer, const void *context, int timeout_ms)
{
    (void)context;
    return rd_kafka_commit_transaction(producer, timeout_ms);
}

enum err transaction_commit(struct transaction *transaction, struct fault *fault)
{
    INVARIANT(transaction->is_open);
    enum err err = step_run(transaction, "commit", step_commit, NULL, fault);
    if (err != ERR_OK)
        return err;
    transaction->is_open = false;
    (void)rd_kafka_poll(handle_of(transaction), 0);
    if (transaction->delivered != transaction->produced) {
        producer_drop(transaction);
        return fault_set(
            fault, ERR_STATE,
            "transactional.id %s: %" PRIu64 " records produced, %" PRIu64 " reported as delivered",
            transaction->id, transaction->produced, transaction->delivered);
    }
    return ERR_OK;
}

void transaction_close(struct transaction *transaction)
{
    if (transaction->client == NULL)
        return;
    if (transaction->is_open)
        (void)abort_open(transaction, NULL);
    producer_drop(transaction);
}
