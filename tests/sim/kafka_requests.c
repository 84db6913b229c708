// What the brokers do with a request that reached them.
#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"

#include "tests/sim/kafka_network.h"

enum { CREATION_US = 300000, RECORD_EXTRA_BYTES = 100 };

static rd_kafka_resp_err_t metadata_apply(struct sim_kafka *kafka, struct sim_request *request)
{
    struct sim_topic *topic = kafka_topic(kafka, request->topic);
    if (topic == NULL) {
        if (request->may_create && kafka->params.creating == SIM_KAFKA_CREATES_TOPICS) {
            int32_t partitions = kafka->params.partitions;
            sim_kafka_topic_create(kafka, request->topic, partitions > 0 ? partitions : 1);
            topic = kafka_topic(kafka, request->topic);
            topic->ready_us = kafka_now_us(kafka) + (int64_t)kafka_draw(kafka, CREATION_US);
        }
        return RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    }
    request->partitions = topic->partitions;
    if (topic->ready_us > kafka_now_us(kafka))
        return RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// The partition, or why it does not answer.
static rd_kafka_resp_err_t leader_find(
    const struct sim_kafka *kafka, const struct sim_request *request, struct sim_log **out)
{
    const struct sim_topic *topic = kafka_topic(kafka, request->topic);
    struct sim_log *log = kafka_log(kafka, request->topic, request->partition);
    if (log == NULL)
        return RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    int64_t now_us = kafka_now_us(kafka);
    if (topic->ready_us > now_us || log->leaderless_until_us > now_us)
        return RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
    *out = log;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void range_tell(const struct sim_log *log, struct sim_request *request)
{
    request->low = log->low;
    request->stable = log_stable(log);
    request->high = log->high;
}

static rd_kafka_resp_err_t produce_check(
    const struct sim_kafka *kafka, const struct sim_request *request, uint64_t *transaction_out)
{
    for (size_t i = 0; i < request->blob_count; i++) {
        if (blob_bytes(request->blobs[i]) + RECORD_EXTRA_BYTES > kafka->params.message_bytes_max)
            return RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    }
    *transaction_out = 0;
    if (request->id == NULL)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    const struct sim_txn *txn = txn_of(kafka, request->id);
    if (txn == NULL || txn->pid != request->pid || txn->epoch != request->epoch)
        return RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
    // Brokers since 3.6 ask the coordinator, so that nothing is written behind a transaction's end.
    if (txn->state != TXN_ONGOING || !txn_has_partition(txn, request->topic, request->partition))
        return RD_KAFKA_RESP_ERR_INVALID_TXN_STATE;
    *transaction_out = txn->number;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t produce_apply(struct sim_kafka *kafka, struct sim_request *request)
{
    struct sim_log *log = NULL;
    uint64_t transaction = 0;
    rd_kafka_resp_err_t code = leader_find(kafka, request, &log);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = produce_check(kafka, request, &transaction);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return code;
    struct sim_sequence sequence = {
        .pid = request->pid,
        .epoch = request->epoch,
        .first = request->first_sequence,
        .last = request->first_sequence + (int32_t)request->blob_count - 1};
    int64_t offset = log_find_batch(log, &sequence);
    if (offset == LOG_BATCH_GAP)
        return RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
    if (offset == LOG_BATCH_NEW) {
        offset = log->high;
        for (size_t i = 0; i < request->blob_count; i++)
            (void)log_append(log, request->blobs[i], transaction);
        log_note_batch(log, &sequence, offset);
        log_changed(kafka, request->topic, request->partition);
    }
    request->offset = offset;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// Whether a fetch has its answer; it waits while there is nothing to tell.
static bool fetch_apply(struct sim_kafka *kafka, struct sim_request *request)
{
    struct sim_log *log = NULL;
    request->code = leader_find(kafka, request, &log);
    if (request->code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    range_tell(log, request);
    request->next = request->offset;
    if (request->offset < log->low || request->offset > log->high) {
        request->code = RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
        return true;
    }
    if (request->offset >= request->stable)
        return request->timeout_us == 0;
    size_t max = request->blob_max;
    if (request->fault == SIM_KAFKA_FAULT_SMALL_BATCH) {
        fault_note(kafka, request->fault, request->call);
        max = 1;
    }
    int64_t there = request->stable - request->offset;
    size_t cap = (uint64_t)there < max ? (size_t)there : max;
    request->blobs = mem_resize(request->blobs, cap * sizeof(struct sim_blob *));
    request->offsets = mem_resize(request->offsets, cap * sizeof(*request->offsets));
    for (; request->next < request->stable && request->blob_count < cap; request->next++) {
        const struct sim_entry *entry = log_at(log, request->next);
        if (entry->state != ENTRY_PLAIN && entry->state != ENTRY_COMMITTED)
            continue;
        request->offsets[request->blob_count] = request->next;
        request->blobs[request->blob_count++] = blob_share(entry->blob);
    }
    return true;
}

static rd_kafka_resp_err_t offsets_fetch(struct sim_kafka *kafka, struct sim_request *request)
{
    struct sim_place *place = &request->places[0];
    request->is_unstable = txn_holds_offset(kafka, place);
    const struct sim_place *there =
        kafka_offset(kafka, place->group, place->topic, place->partition);
    request->offset = there == NULL ? -1 : there->offset;
    free(place->metadata);
    place->metadata = there == NULL || there->metadata == NULL
                          ? NULL
                          : mem_text(there->metadata, strlen(there->metadata));
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool is_for_coordinator(enum sim_kafka_call call)
{
    return sim_kafka_is_possible(SIM_KAFKA_FAULT_COORDINATOR_GONE, call);
}

static rd_kafka_resp_err_t list_apply(struct sim_kafka *kafka, struct sim_request *request)
{
    struct sim_log *log = NULL;
    rd_kafka_resp_err_t code = leader_find(kafka, request, &log);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        range_tell(log, request);
    return code;
}

bool request_apply(struct sim_kafka *kafka, struct sim_request *request)
{
    if (is_for_coordinator(request->call) && kafka->coordinator_until_us > kafka_now_us(kafka)) {
        request->code = kafka->coordinator_code;
        return true;
    }
    switch (request->call) {
    case SIM_KAFKA_CALL_METADATA: request->code = metadata_apply(kafka, request); break;
    case SIM_KAFKA_CALL_LIST_OFFSETS: request->code = list_apply(kafka, request); break;
    case SIM_KAFKA_CALL_FETCH: return fetch_apply(kafka, request);
    case SIM_KAFKA_CALL_INIT_PRODUCER: request->code = txn_init(kafka, request); break;
    case SIM_KAFKA_CALL_ADD_PARTITIONS:
    case SIM_KAFKA_CALL_ADD_OFFSETS: request->code = txn_add(kafka, request); break;
    case SIM_KAFKA_CALL_PRODUCE: request->code = produce_apply(kafka, request); break;
    case SIM_KAFKA_CALL_COMMIT_OFFSETS: request->code = txn_commit_offsets(kafka, request); break;
    case SIM_KAFKA_CALL_COMMIT: request->code = txn_end(kafka, request, SIM_KAFKA_COMMIT); break;
    case SIM_KAFKA_CALL_ABORT: request->code = txn_end(kafka, request, SIM_KAFKA_ABORT); break;
    case SIM_KAFKA_CALL_FETCH_OFFSETS: request->code = offsets_fetch(kafka, request); break;
    case SIM_KAFKA_CALL_ENQUEUE:
    case SIM_KAFKA_CALL_CONSUME:
    case SIM_KAFKA_CALL_WATERMARKS:
    case SIM_KAFKA_CALL_COUNT: break; // no requests
    }
    return true;
}
