// Transactions at their coordinator: who may write, what ends how, and the markers that say so.
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/sim/kafka_network.h"

enum {
    MARKER_LATE_US = 3000000,
    MARKER_US = 4000,    // at most, until one is written
    SWEEP_US = 10000000, // transactions that took too long are looked for so often
    TIMEOUT_USUAL_US = 60000000,
};

struct sim_txn *txn_of(const struct sim_kafka *kafka, const char *id)
{
    for (size_t i = 0; i < kafka->txn_count; i++) {
        if (kafka->txns[i]->id != NULL && strcmp(kafka->txns[i]->id, id) == 0)
            return kafka->txns[i];
    }
    return NULL;
}

static struct sim_txn *txn_numbered(const struct sim_kafka *kafka, uint64_t number)
{
    for (size_t i = 0; i < kafka->txn_count; i++) {
        if (kafka->txns[i]->number == number)
            return kafka->txns[i];
    }
    return NULL;
}

void txn_free(struct sim_txn *txn)
{
    places_free(txn->places, txn->place_count);
    for (size_t i = 0; i < txn->group_count; i++)
        free(txn->groups[i]);
    free(txn->groups);
    free(txn->id);
    free(txn);
}

static void txn_clear(struct sim_txn *txn)
{
    places_free(txn->places, txn->place_count);
    for (size_t i = 0; i < txn->group_count; i++)
        free(txn->groups[i]);
    txn->places = NULL;
    txn->place_count = 0;
    txn->group_count = 0;
}

static struct sim_txn *txn_create(struct sim_kafka *kafka, const char *id)
{
    struct sim_txn *txn = mem_zero(1, sizeof(*txn));
    txn->id = id == NULL ? NULL : mem_text(id, strlen(id));
    txn->pid = ++kafka->pids_made;
    size_t size = (kafka->txn_count + 1) * sizeof(struct sim_txn *);
    kafka->txns = mem_resize(kafka->txns, size);
    kafka->txns[kafka->txn_count++] = txn;
    return txn;
}

bool txn_has_partition(const struct sim_txn *txn, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < txn->place_count; i++) {
        const struct sim_place *place = &txn->places[i];
        if (place->group == NULL && place->partition == partition &&
            strcmp(place->topic, topic) == 0)
            return true;
    }
    return false;
}

static bool is_same_offset(const struct sim_place *a, const struct sim_place *b)
{
    return a->group != NULL && b->group != NULL && a->partition == b->partition &&
           strcmp(a->group, b->group) == 0 && strcmp(a->topic, b->topic) == 0;
}

bool txn_holds_offset(const struct sim_kafka *kafka, const struct sim_place *place)
{
    for (size_t i = 0; i < kafka->txn_count; i++) {
        const struct sim_txn *txn = kafka->txns[i];
        for (size_t j = 0; j < txn->place_count; j++) {
            if (is_same_offset(&txn->places[j], place))
                return true;
        }
    }
    return false;
}

static bool is_ending(const struct sim_txn *txn)
{
    return txn->state == TXN_PREPARE_COMMIT || txn->state == TXN_PREPARE_ABORT;
}

static void txn_complete(struct sim_txn *txn)
{
    txn_clear(txn);
    txn->state = txn->state == TXN_PREPARE_COMMIT ? TXN_COMPLETE_COMMIT : TXN_COMPLETE_ABORT;
    txn->number = 0;
}

// From here on it is decided; the partitions hear of it one by one.
static void txn_decide(struct sim_kafka *kafka, struct sim_txn *txn, enum sim_kafka_ending ending)
{
    txn->state = ending == SIM_KAFKA_COMMIT ? TXN_PREPARE_COMMIT : TXN_PREPARE_ABORT;
    txn->markers_left = txn->place_count;
    enum sim_kafka_call call =
        ending == SIM_KAFKA_COMMIT ? SIM_KAFKA_CALL_COMMIT : SIM_KAFKA_CALL_ABORT;
    bool is_slow = fault_draw(kafka, SIM_KAFKA_FAULT_STILL_BUSY, call);
    uint64_t most_us = is_slow ? MARKER_LATE_US : MARKER_US;
    for (size_t i = 0; i < txn->place_count; i++)
        event_add(
            kafka, (struct sim_event){
                       .at_us = kafka_now_us(kafka) + 1 + (int64_t)kafka_draw(kafka, most_us),
                       .kind = EVENT_MARKER,
                       .number = txn->number,
                       .index = i});
    if (txn->place_count == 0)
        txn_complete(txn);
}

void txn_marker(struct sim_kafka *kafka, uint64_t number, size_t index)
{
    struct sim_txn *txn = txn_numbered(kafka, number);
    INVARIANT(txn != NULL);
    INVARIANT(is_ending(txn));
    INVARIANT(index < txn->place_count);
    bool is_commit = txn->state == TXN_PREPARE_COMMIT;
    struct sim_place *place = &txn->places[index];
    if (place->group != NULL) {
        if (is_commit)
            kafka_offset_set(kafka, place);
        place->partition = -1; // it is no longer pending
    } else {
        struct sim_log *log = kafka_log(kafka, place->topic, place->partition);
        if (log != NULL) { // else the topic was deleted
            log_decide(log, number, is_commit ? ENTRY_COMMITTED : ENTRY_ABORTED);
            log_changed(kafka, place->topic, place->partition);
        }
    }
    if (--txn->markers_left == 0)
        txn_complete(txn);
}

void txn_deadline(struct sim_kafka *kafka, uint64_t number)
{
    struct sim_txn *txn = txn_numbered(kafka, number);
    if (txn == NULL || txn->state != TXN_ONGOING)
        return;
    if (txn->id != NULL)
        fault_note(kafka, SIM_KAFKA_FAULT_TIMED_OUT, SIM_KAFKA_CALL_ABORT);
    txn->epoch++; // who comes back is fenced
    txn_decide(kafka, txn, SIM_KAFKA_ABORT);
}

static void txn_start(struct sim_kafka *kafka, struct sim_txn *txn)
{
    if (txn->state == TXN_ONGOING)
        return;
    INVARIANT(txn->place_count == 0);
    txn->state = TXN_ONGOING;
    txn->number = ++kafka->txns_made;
    event_add(
        kafka,
        (struct sim_event){
            .at_us = kafka_now_us(kafka) + txn->timeout_us + (int64_t)kafka_draw(kafka, SWEEP_US),
            .kind = EVENT_DEADLINE,
            .number = txn->number});
}

rd_kafka_resp_err_t txn_init(struct sim_kafka *kafka, struct sim_request *request)
{
    if (request->id == NULL) { // idempotent only
        request->pid = ++kafka->pids_made;
        request->epoch = 0;
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    struct sim_txn *txn = txn_of(kafka, request->id);
    if (txn != NULL && is_ending(txn))
        return RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS;
    if (txn != NULL && txn->state == TXN_ONGOING) {
        txn->epoch++; // fences the one that left it open, then ends it
        txn_decide(kafka, txn, SIM_KAFKA_ABORT);
        return RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS;
    }
    if (txn == NULL)
        txn = txn_create(kafka, request->id);
    else
        txn->epoch++;
    txn->state = TXN_EMPTY;
    txn->timeout_us = request->timeout_us > 0 ? request->timeout_us : TIMEOUT_USUAL_US;
    request->pid = txn->pid;
    request->epoch = txn->epoch;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// Whether a request's producer is the one of now.
static rd_kafka_resp_err_t txn_check(const struct sim_txn *txn, const struct sim_request *request)
{
    if (txn == NULL || txn->pid != request->pid)
        return RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING;
    return request->epoch == txn->epoch ? RD_KAFKA_RESP_ERR_NO_ERROR
                                        : RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

static void group_add(struct sim_txn *txn, const char *group)
{
    for (size_t i = 0; i < txn->group_count; i++) {
        if (strcmp(txn->groups[i], group) == 0)
            return;
    }
    txn->groups = mem_resize(txn->groups, (txn->group_count + 1) * sizeof(*txn->groups));
    txn->groups[txn->group_count++] = mem_text(group, strlen(group));
}

// Adds partitions, or a group's offsets.
rd_kafka_resp_err_t txn_add(struct sim_kafka *kafka, const struct sim_request *request)
{
    struct sim_txn *txn = txn_of(kafka, request->id);
    rd_kafka_resp_err_t code = txn_check(txn, request);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return code;
    if (is_ending(txn))
        return RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS;
    for (size_t i = 0; i < request->place_count; i++) {
        if (kafka_log(kafka, request->places[i].topic, request->places[i].partition) == NULL)
            return RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    }
    txn_start(kafka, txn);
    if (request->call == SIM_KAFKA_CALL_ADD_OFFSETS)
        group_add(txn, request->group);
    for (size_t i = 0; i < request->place_count; i++) {
        const struct sim_place *place = &request->places[i];
        if (!txn_has_partition(txn, place->topic, place->partition))
            places_add(&txn->places, &txn->place_count, place);
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool has_group(const struct sim_txn *txn, const char *group)
{
    for (size_t i = 0; i < txn->group_count; i++) {
        if (strcmp(txn->groups[i], group) == 0)
            return true;
    }
    return false;
}

rd_kafka_resp_err_t txn_commit_offsets(struct sim_kafka *kafka, const struct sim_request *request)
{
    struct sim_txn *txn = txn_of(kafka, request->id);
    rd_kafka_resp_err_t code = txn_check(txn, request);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return code;
    if (txn->state != TXN_ONGOING || !has_group(txn, request->group))
        return RD_KAFKA_RESP_ERR_INVALID_TXN_STATE;
    for (size_t i = 0; i < request->place_count; i++) {
        if (kafka_log(kafka, request->places[i].topic, request->places[i].partition) == NULL)
            return RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    }
    for (size_t i = 0; i < request->place_count; i++) {
        struct sim_place place = request->places[i];
        place.group = request->group;
        size_t at = 0;
        while (at < txn->place_count && !is_same_offset(&txn->places[at], &place))
            at++;
        if (at < txn->place_count) { // sent again
            free(txn->places[at].metadata);
            txn->places[at].metadata =
                place.metadata == NULL ? NULL : mem_text(place.metadata, strlen(place.metadata));
            txn->places[at].offset = place.offset;
        } else {
            places_add(&txn->places, &txn->place_count, &place);
        }
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t txn_end(
    struct sim_kafka *kafka, const struct sim_request *request, enum sim_kafka_ending ending)
{
    struct sim_txn *txn = txn_of(kafka, request->id);
    rd_kafka_resp_err_t code = txn_check(txn, request);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return code;
    bool is_commit = ending == SIM_KAFKA_COMMIT;
    switch (txn->state) {
    case TXN_ONGOING: txn_decide(kafka, txn, ending); return RD_KAFKA_RESP_ERR_NO_ERROR;
    case TXN_PREPARE_COMMIT:
        return is_commit ? RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS
                         : RD_KAFKA_RESP_ERR_INVALID_TXN_STATE;
    case TXN_PREPARE_ABORT:
        return is_commit ? RD_KAFKA_RESP_ERR_INVALID_TXN_STATE
                         : RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS;
    case TXN_COMPLETE_COMMIT:
        return is_commit ? RD_KAFKA_RESP_ERR_NO_ERROR : RD_KAFKA_RESP_ERR_INVALID_TXN_STATE;
    case TXN_COMPLETE_ABORT:
        return is_commit ? RD_KAFKA_RESP_ERR_INVALID_TXN_STATE : RD_KAFKA_RESP_ERR_NO_ERROR;
    case TXN_EMPTY: break;
    }
    return RD_KAFKA_RESP_ERR_INVALID_TXN_STATE;
}

uint64_t sim_kafka_foreign_begin(struct sim_kafka *kafka)
{
    struct sim_txn *txn = txn_create(kafka, NULL);
    txn->timeout_us = TIMEOUT_USUAL_US;
    txn_start(kafka, txn);
    return txn->number;
}

bool txn_join_foreign(
    struct sim_kafka *kafka, uint64_t number, const char *topic, int32_t partition)
{
    struct sim_txn *txn = txn_numbered(kafka, number);
    if (txn == NULL || txn->state != TXN_ONGOING)
        return false;
    struct sim_place place = {.topic = mem_text(topic, strlen(topic)), .partition = partition};
    if (!txn_has_partition(txn, topic, partition))
        places_add(&txn->places, &txn->place_count, &place);
    free(place.topic);
    return true;
}

void sim_kafka_foreign_end(
    struct sim_kafka *kafka, uint64_t transaction, enum sim_kafka_ending ending)
{
    struct sim_txn *txn = txn_numbered(kafka, transaction);
    if (txn != NULL && txn->state == TXN_ONGOING) // else it took too long
        txn_decide(kafka, txn, ending);
}
