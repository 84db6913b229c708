// The transactional calls as librdkafka 2.0.2 makes them: which errors end what, and what goes on in the background.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/sim/kafka_client.h"

enum {
    INIT_BACKOFF_US = 500000,
    OFFSETS_BACKOFF_US = 500000,
    BACKOFF_MS = 100,
    TIMEOUT_MS = 60000,
};

static rd_kafka_resp_err_t normalized(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH ? RD_KAFKA_RESP_ERR__FENCED : code;
}

static struct rd_kafka_error_s error_of(rd_kafka_resp_err_t code, const char *step)
{
    struct rd_kafka_error_s error = {.code = normalized(code)};
    (void)snprintf(error.text, sizeof(error.text), "%s: %s", step, rd_kafka_err2str(error.code));
    return error;
}

void op_clear(rd_kafka_t *client)
{
    places_free(client->op.places, client->op.place_count);
    free(client->op.group);
    client->op = (struct client_call){0};
}

static void op_end(rd_kafka_t *client, struct rd_kafka_error_s error)
{
    client->op.is_done = true;
    client->op.error = error;
}

void txn_fail_for_good(rd_kafka_t *client, rd_kafka_resp_err_t code, const char *step)
{
    struct rd_kafka_error_s error = error_of(code, step);
    if (client->fatal_code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        client->fatal_code = error.code;
        (void)snprintf(client->fatal_text, sizeof(client->fatal_text), "%s", error.text);
    }
    client->txn = CLIENT_TXN_FATAL;
    client->txn_code = error.code;
    (void)snprintf(client->txn_text, sizeof(client->txn_text), "%s", error.text);
    (void)rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void txn_fail(rd_kafka_t *client, rd_kafka_resp_err_t code, const char *step)
{
    if (client->txn != CLIENT_TXN_OPEN && client->txn != CLIENT_TXN_COMMITTING)
        return;
    struct rd_kafka_error_s error = error_of(code, step);
    client->txn = CLIENT_TXN_ABORTABLE;
    client->txn_code = error.code;
    (void)snprintf(client->txn_text, sizeof(client->txn_text), "%s", error.text);
    producer_fail_queued(client, RD_KAFKA_RESP_ERR__PURGE_QUEUE);
}

rd_kafka_resp_err_t rd_kafka_fatal_error(rd_kafka_t *client, char *text, size_t text_bytes)
{
    if (client->fatal_code != RD_KAFKA_RESP_ERR_NO_ERROR && text != NULL)
        (void)snprintf(text, text_bytes, "%s", client->fatal_text);
    return client->fatal_code;
}

// Why a call is not valid now.
static rd_kafka_error_t *state_error(const rd_kafka_t *client)
{
    rd_kafka_error_t *error = NULL;
    if (client->txn == CLIENT_TXN_FATAL) {
        error = error_create(client->txn_code, client->txn_text);
        error->is_fatal = true;
    } else if (client->txn == CLIENT_TXN_ABORTABLE) {
        error = error_create(client->txn_code, client->txn_text);
        error->wants_abort = true;
    } else {
        error = error_create(RD_KAFKA_RESP_ERR__STATE, "Operation not valid in this state");
    }
    return error;
}

static rd_kafka_error_t *retriable_error(rd_kafka_resp_err_t code, const char *text)
{
    rd_kafka_error_t *error = error_create(code, text);
    error->is_retriable = true;
    return error;
}

// --- requests of the call under way

static void op_send(rd_kafka_t *client)
{
    struct client_call *op = &client->op;
    op->retry_us = 0;
    struct sim_request *request = client_request(client, op->call, &op->tag);
    request->id = mem_text(client->transactional_id, strlen(client->transactional_id));
    request->pid = client->pid;
    request->epoch = client->epoch;
    if (op->group != NULL)
        request->group = mem_text(op->group, strlen(op->group));
    for (size_t i = 0; op->call == SIM_KAFKA_CALL_COMMIT_OFFSETS && i < op->place_count; i++)
        places_add(&request->places, &request->place_count, &op->places[i]);
    client->has_asked_coordinator = true;
    request_send(client->kafka, request);
}

static void op_retry(rd_kafka_t *client, int64_t in_us)
{
    client->op.retry_us = client_now_us(client) + in_us;
    client_plan(client, client->op.retry_us);
}

static int64_t backoff_us(const rd_kafka_t *client)
{
    return client_number(client, "retry.backoff.ms", BACKOFF_MS) * 1000;
}

static void pid_ask(rd_kafka_t *client)
{
    struct sim_request *request =
        client_request(client, SIM_KAFKA_CALL_INIT_PRODUCER, &client->pid_tag);
    if (client->transactional_id != NULL)
        request->id = mem_text(client->transactional_id, strlen(client->transactional_id));
    request->timeout_us = client_number(client, "transaction.timeout.ms", TIMEOUT_MS) * 1000;
    request_send(client->kafka, request);
}

void txn_pump(rd_kafka_t *client)
{
    int64_t now_us = client_now_us(client);
    bool is_needed = client->transactional_id != NULL || client->queued > 0;
    if (client->wants_pid && is_needed && !client->has_pid && client->pid_tag == 0 &&
        client->fatal_code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (client->pid_retry_us <= now_us)
            pid_ask(client);
        else
            client_plan(client, client->pid_retry_us);
    }
    if (client->op.retry_us == 0)
        return;
    if (client->op.retry_us <= now_us)
        op_send(client);
    else
        client_plan(client, client->op.retry_us);
}

static void pid_answer(rd_kafka_t *client, const struct sim_request *request)
{
    if (request->tag != client->pid_tag)
        return;
    client->pid_tag = 0;
    if (request->code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        client->pid = request->pid;
        client->epoch = request->epoch;
        client->has_pid = true;
        return;
    }
    client->pid_code = request->code;
    client->pid_retry_us = client_now_us(client) + INIT_BACKOFF_US;
}

// --- what the answers mean

enum meaning { MEANS_OK, MEANS_RETRY, MEANS_ABORT, MEANS_FATAL };

static enum meaning meaning_of(enum sim_kafka_call call, rd_kafka_resp_err_t code)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return MEANS_OK;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS: return MEANS_RETRY;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        return call == SIM_KAFKA_CALL_ADD_OFFSETS || call == SIM_KAFKA_CALL_COMMIT_OFFSETS
                   ? MEANS_RETRY
                   : MEANS_ABORT;
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_INVALID_TXN_STATE: return MEANS_FATAL;
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
        return call == SIM_KAFKA_CALL_COMMIT_OFFSETS ? MEANS_FATAL : MEANS_ABORT;
    default: return MEANS_ABORT;
    }
}

static void op_failed(rd_kafka_t *client, rd_kafka_resp_err_t code, enum meaning meaning)
{
    struct rd_kafka_error_s error = error_of(code, client->op.name);
    if (meaning == MEANS_FATAL) {
        txn_fail_for_good(client, code, client->op.name);
        error.is_fatal = true;
    } else {
        txn_fail(client, code, client->op.name);
        error.wants_abort = true;
    }
    op_end(client, error);
}

// In 2.0.2 the time is looked at only when an answer comes; without a coordinator there is none (its issue 5456).
static void offsets_retry(rd_kafka_t *client, rd_kafka_resp_err_t code)
{
    struct client_call *op = &client->op;
    int64_t now_us = client_now_us(client);
    if (kafka_is_down(client->kafka) && op->call == SIM_KAFKA_CALL_COMMIT_OFFSETS) {
        op_retry(client, client->kafka->down_until_us - now_us);
        return;
    }
    if (now_us < op->until_us) {
        op_retry(
            client,
            op->call == SIM_KAFKA_CALL_COMMIT_OFFSETS ? OFFSETS_BACKOFF_US : backoff_us(client));
        return;
    }
    if (op->call == SIM_KAFKA_CALL_COMMIT_OFFSETS) {
        op_failed(client, code, MEANS_ABORT);
        return;
    }
    struct rd_kafka_error_s error = error_of(code, op->name);
    error.is_retriable = true;
    op_end(client, error);
}

static void offsets_answer(rd_kafka_t *client, rd_kafka_resp_err_t code)
{
    struct client_call *op = &client->op;
    bool is_late = client_now_us(client) >= op->until_us;
    if (op->call == SIM_KAFKA_CALL_ADD_OFFSETS && code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        struct rd_kafka_error_s error = error_of(RD_KAFKA_RESP_ERR__TIMED_OUT, op->name);
        error.is_retriable = true;
        op->call = SIM_KAFKA_CALL_COMMIT_OFFSETS;
        if (is_late)
            op_end(client, error);
        else if (client->txn != CLIENT_TXN_OPEN) // a record failed in between
            op_failed(client, RD_KAFKA_RESP_ERR__STATE, MEANS_ABORT);
        else
            op_send(client);
        return;
    }
    enum meaning meaning = meaning_of(op->call, code);
    if (meaning == MEANS_OK)
        op_end(client, (struct rd_kafka_error_s){0});
    else if (meaning == MEANS_RETRY)
        offsets_retry(client, code);
    else
        op_failed(client, code, meaning);
}

void txn_answer(rd_kafka_t *client, struct sim_request *request)
{
    if (request->call == SIM_KAFKA_CALL_INIT_PRODUCER) {
        pid_answer(client, request);
        return;
    }
    struct client_call *op = &client->op;
    if (op->tag == 0 || request->tag != op->tag)
        return;
    op->tag = 0;
    if (request->call == SIM_KAFKA_CALL_ADD_OFFSETS ||
        request->call == SIM_KAFKA_CALL_COMMIT_OFFSETS) {
        offsets_answer(client, request->code);
        return;
    }
    enum meaning meaning = meaning_of(op->call, request->code);
    if (meaning == MEANS_OK)
        op_end(client, (struct rd_kafka_error_s){0});
    else if (meaning == MEANS_RETRY)
        op_retry(client, backoff_us(client));
    else
        op_failed(client, request->code, meaning);
}

// --- the calls

// NULL: it may go on.
static rd_kafka_error_t *op_begin(rd_kafka_t *client, const char *name)
{
    INVARIANT(client->transactional_id != NULL);
    if (client->op.name != NULL && strcmp(client->op.name, name) != 0)
        return retriable_error(RD_KAFKA_RESP_ERR__CONFLICT, "another call is under way");
    client->op.name = name;
    return NULL;
}

// Ends the call with an error, or NULL.
static rd_kafka_error_t *op_return(rd_kafka_t *client, rd_kafka_error_t *error)
{
    op_clear(client);
    return error;
}

// Waits until the call is done. An error that may be repeated leaves it going on.
static rd_kafka_error_t *op_wait(rd_kafka_t *client, int64_t until_us)
{
    while (!client->op.is_done && client->txn != CLIENT_TXN_FATAL) {
        if (!client_step(client, until_us))
            return retriable_error(RD_KAFKA_RESP_ERR__TIMED_OUT, "timed out");
    }
    client_crash_here(client, client->op.name);
    if (!client->op.is_done)
        return op_return(client, state_error(client));
    if (client->op.error.code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return op_return(client, NULL);
    rd_kafka_error_t *error = error_create(client->op.error.code, "");
    *error = client->op.error;
    return op_return(client, error);
}

rd_kafka_error_t *rd_kafka_init_transactions(rd_kafka_t *client, int timeout_ms)
{
    int64_t until_us = client_deadline_us(client, timeout_ms);
    rd_kafka_error_t *error = op_begin(client, "init");
    if (error != NULL)
        return error;
    if (client->txn != CLIENT_TXN_INIT)
        return op_return(client, state_error(client));
    client_crash_here(client, "init");
    client->wants_pid = true;
    client_plan(client, client_now_us(client));
    while (!client->has_pid && client->txn != CLIENT_TXN_FATAL) {
        if (client_step(client, until_us))
            continue;
        rd_kafka_resp_err_t code = normalized(client->pid_code);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            code = RD_KAFKA_RESP_ERR__TIMED_OUT;
        return retriable_error(code, rd_kafka_err2str(code));
    }
    if (client->txn == CLIENT_TXN_FATAL)
        return op_return(client, state_error(client));
    client->txn = CLIENT_TXN_READY;
    client_crash_here(client, "init done");
    return op_return(client, NULL);
}

rd_kafka_error_t *rd_kafka_begin_transaction(rd_kafka_t *client)
{
    if (client->txn != CLIENT_TXN_READY)
        return state_error(client);
    INVARIANT(!client->has_asked_coordinator);
    client->txn = CLIENT_TXN_OPEN;
    client->failed_reports = 0;
    return NULL;
}

rd_kafka_error_t *rd_kafka_send_offsets_to_transaction(
    rd_kafka_t *client,
    const rd_kafka_topic_partition_list_t *offsets,
    const rd_kafka_consumer_group_metadata_t *group,
    int timeout_ms)
{
    rd_kafka_error_t *error = op_begin(client, "send offsets");
    if (error != NULL)
        return error;
    if (client->txn != CLIENT_TXN_OPEN)
        return op_return(client, state_error(client));
    client_crash_here(client, "send offsets");
    struct client_call *op = &client->op;
    op->until_us = client_deadline_us(client, timeout_ms);
    op->group = mem_text(group->group, strlen(group->group));
    for (int i = 0; i < offsets->cnt; i++) {
        const rd_kafka_topic_partition_t *entry = &offsets->elems[i];
        if (entry->offset < 0)
            continue;
        struct sim_place place = {
            .topic = entry->topic, .partition = entry->partition, .offset = entry->offset};
        char *text = mem_text(entry->metadata, entry->metadata_size);
        place.metadata = text;
        places_add(&op->places, &op->place_count, &place);
        free(text);
    }
    if (op->place_count == 0)
        return op_return(client, NULL);
    op->call = SIM_KAFKA_CALL_ADD_OFFSETS;
    op_send(client);
    return op_wait(client, INT64_MAX);
}

static void txn_complete(rd_kafka_t *client)
{
    client->txn = CLIENT_TXN_READY;
    client->has_asked_coordinator = false;
    for (size_t i = 0; i < client->out_count; i++)
        client->outs[i].adding = ADD_NOT;
}

// The second half of commit and abort: asks the coordinator, unless it never heard of this transaction.
static rd_kafka_error_t *txn_end_at_coordinator(
    rd_kafka_t *client, enum sim_kafka_call call, int64_t until_us)
{
    struct client_call *op = &client->op;
    if (!client->has_asked_coordinator && !op->is_done) {
        txn_complete(client);
        return op_return(client, NULL);
    }
    if (op->tag == 0 && op->retry_us == 0 && !op->is_done) {
        op->call = call;
        op_send(client);
    }
    rd_kafka_error_t *error = op_wait(client, until_us);
    if (error == NULL)
        txn_complete(client);
    return error;
}

rd_kafka_error_t *rd_kafka_commit_transaction(rd_kafka_t *client, int timeout_ms)
{
    int64_t until_us = client_deadline_us(client, timeout_ms);
    rd_kafka_error_t *error = op_begin(client, "commit");
    if (error != NULL)
        return error;
    if (client->txn != CLIENT_TXN_OPEN && client->txn != CLIENT_TXN_COMMITTING)
        return op_return(client, state_error(client));
    client_crash_here(client, "commit");
    client->txn = CLIENT_TXN_COMMITTING;
    int64_t left_us = until_us - client_now_us(client);
    if (rd_kafka_flush(client, left_us > 0 ? (int)(left_us / 1000) : 0) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        return retriable_error(RD_KAFKA_RESP_ERR__TIMED_OUT, "records are not delivered yet");
    if (client->txn != CLIENT_TXN_COMMITTING)
        return op_return(client, state_error(client));
    if (client->failed_reports > 0) {
        txn_fail(client, RD_KAFKA_RESP_ERR__INCONSISTENT, "records failed");
        return op_return(client, state_error(client));
    }
    client_crash_here(client, "commit flushed");
    return txn_end_at_coordinator(client, SIM_KAFKA_CALL_COMMIT, until_us);
}

rd_kafka_error_t *rd_kafka_abort_transaction(rd_kafka_t *client, int timeout_ms)
{
    int64_t until_us = client_deadline_us(client, timeout_ms);
    rd_kafka_error_t *error = op_begin(client, "abort");
    if (error != NULL)
        return error;
    if (client->txn != CLIENT_TXN_OPEN && client->txn != CLIENT_TXN_ABORTABLE &&
        client->txn != CLIENT_TXN_ABORTING)
        return op_return(client, state_error(client));
    client_crash_here(client, "abort");
    client->txn = CLIENT_TXN_ABORTING;
    producer_fail_queued(client, RD_KAFKA_RESP_ERR__PURGE_QUEUE);
    int64_t left_us = until_us - client_now_us(client);
    if (rd_kafka_flush(client, left_us > 0 ? (int)(left_us / 1000) : 0) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        return retriable_error(RD_KAFKA_RESP_ERR__TIMED_OUT, "records are under way yet");
    return txn_end_at_coordinator(client, SIM_KAFKA_CALL_ABORT, until_us);
}
