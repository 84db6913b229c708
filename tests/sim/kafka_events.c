// The network: requests on their way, what happens to them there, and the order of everything.
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/sim/kafka_network.h"

enum {
    LATENCY_US = 1000,
    LATE_US = 60000000,
    OUTAGE_US = 20000000,
    CONNECT_US = 10000, // at least, at most twice as long
    BREAK_US = 50000,   // until a client notices that its connection is gone
    CHANCES = 100000,
};

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

void event_add(struct sim_kafka *kafka, struct sim_event event)
{
    if (kafka->event_count == kafka->event_cap) {
        kafka->event_cap = kafka->event_cap == 0 ? 64 : kafka->event_cap * 2;
        kafka->heap = mem_resize(kafka->heap, kafka->event_cap * sizeof(*kafka->heap));
    }
    event.order = kafka->events_made++;
    size_t at = kafka->event_count++;
    for (; at > 0 && is_before(&event, &kafka->heap[(at - 1) / 2]); at = (at - 1) / 2)
        kafka->heap[at] = kafka->heap[(at - 1) / 2];
    kafka->heap[at] = event;
}

static struct sim_event event_take(struct sim_kafka *kafka)
{
    struct sim_event first = kafka->heap[0];
    struct sim_event last = kafka->heap[--kafka->event_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= kafka->event_count)
            break;
        if (child + 1 < kafka->event_count &&
            is_before(&kafka->heap[child + 1], &kafka->heap[child]))
            child++;
        if (!is_before(&kafka->heap[child], &last))
            break;
        kafka->heap[at] = kafka->heap[child];
        at = child;
    }
    kafka->heap[at] = last;
    return first;
}

int64_t sim_kafka_next_event_us(const struct sim_kafka *kafka)
{
    return kafka->event_count == 0 ? INT64_MAX : kafka->heap[0].at_us;
}

struct sim_request *request_create(struct sim_kafka *kafka, enum sim_kafka_call call)
{
    struct sim_request *request = mem_zero(1, sizeof(*request));
    request->call = call;
    request->number = ++kafka->requests_made;
    request->fault = SIM_KAFKA_FAULT_COUNT;
    return request;
}

void request_free(struct sim_request *request)
{
    if (request == NULL)
        return;
    for (size_t i = 0; i < request->blob_count; i++)
        blob_release(request->blobs[i]);
    places_free(request->places, request->place_count);
    free(request->blobs);
    free(request->offsets);
    free(request->id);
    free(request->topic);
    free(request->group);
    free(request);
}

void fault_note(struct sim_kafka *kafka, enum sim_kafka_fault fault, enum sim_kafka_call call)
{
    INVARIANT(sim_kafka_is_possible(fault, call));
    const struct sim_kafka_world *world = &kafka->params.world;
    if (world->fault_happened != NULL)
        world->fault_happened(world->self, fault, call);
}

bool fault_draw(struct sim_kafka *kafka, enum sim_kafka_fault fault, enum sim_kafka_call call)
{
    uint32_t chance = kafka->params.faults.chance[fault];
    if (!kafka->are_faults_on || chance == 0 || kafka_draw(kafka, CHANCES) >= chance)
        return false;
    fault_note(kafka, fault, call);
    return true;
}

// At most one fault meets a request: one draw chooses.
static enum sim_kafka_fault fault_choose(struct sim_kafka *kafka, enum sim_kafka_call call)
{
    if (!kafka->are_faults_on)
        return SIM_KAFKA_FAULT_COUNT;
    uint64_t drawn = kafka_draw(kafka, CHANCES);
    for (unsigned i = 0; i < SIM_KAFKA_FAULT_COUNT; i++) {
        enum sim_kafka_fault fault = (enum sim_kafka_fault)i;
        if (fault == SIM_KAFKA_FAULT_TIMED_OUT || !sim_kafka_is_possible(fault, call))
            continue;
        if (drawn < kafka->params.faults.chance[i])
            return fault;
        drawn -= kafka->params.faults.chance[i];
    }
    return SIM_KAFKA_FAULT_COUNT;
}

static int64_t or_else(int64_t given, int64_t usual)
{
    return given > 0 ? given : usual;
}

static int64_t latency_us(struct sim_kafka *kafka)
{
    int64_t max_us = or_else(kafka->params.faults.latency_us_max, LATENCY_US);
    return 1 + (int64_t)kafka_draw(kafka, (uint64_t)max_us);
}

// Any order of magnitude is as likely as the next.
static int64_t late_us(struct sim_kafka *kafka)
{
    uint64_t max_us = (uint64_t)or_else(kafka->params.faults.late_us_max, LATE_US);
    uint64_t shift = kafka_draw(kafka, 12);
    return 1 + (int64_t)kafka_draw(kafka, (max_us >> shift) + 1);
}

static int64_t outage_us(struct sim_kafka *kafka)
{
    int64_t max_us = or_else(kafka->params.faults.outage_us_max, OUTAGE_US);
    return 1 + (int64_t)kafka_draw(kafka, (uint64_t)max_us);
}

void sim_kafka_go_down(struct sim_kafka *kafka, int64_t us)
{
    int64_t until_us = kafka_now_us(kafka) + us;
    kafka->outages++;
    if (until_us > kafka->down_until_us)
        kafka->down_until_us = until_us;
}

static void event_at(
    struct sim_kafka *kafka, enum sim_event_kind kind, int64_t in_us, struct sim_request *request)
{
    event_add(
        kafka,
        (struct sim_event){.at_us = kafka_now_us(kafka) + in_us, .kind = kind, .request = request});
}

static void connection_break(struct sim_kafka *kafka, struct sim_request *request)
{
    request->code = RD_KAFKA_RESP_ERR__TRANSPORT;
    event_at(kafka, EVENT_ANSWER, 1 + (int64_t)kafka_draw(kafka, BREAK_US), request);
}

void request_send(struct sim_kafka *kafka, struct sim_request *request)
{
    request->outage = kafka->outages;
    if (request->is_nowhere) {
        connection_break(kafka, request);
        return;
    }
    int64_t connect_us =
        request->is_first ? CONNECT_US + (int64_t)kafka_draw(kafka, CONNECT_US) : 0;
    request->fault = fault_choose(kafka, request->call);
    switch ((int)request->fault) {
    case SIM_KAFKA_FAULT_LOST_REQUEST:
        fault_note(kafka, request->fault, request->call);
        connection_break(kafka, request);
        return;
    case SIM_KAFKA_FAULT_UNREACHABLE:
        fault_note(kafka, request->fault, request->call);
        sim_kafka_go_down(kafka, outage_us(kafka));
        connection_break(kafka, request);
        return;
    case SIM_KAFKA_FAULT_LATE_REQUEST:
        fault_note(kafka, request->fault, request->call);
        event_at(kafka, EVENT_ARRIVE, late_us(kafka), request);
        return;
    default: event_at(kafka, EVENT_ARRIVE, connect_us + latency_us(kafka), request); return;
    }
}

// What the broker says instead of doing it; NO_ERROR: nothing.
static rd_kafka_resp_err_t refusal(struct sim_kafka *kafka, const struct sim_request *request)
{
    switch ((int)request->fault) {
    case SIM_KAFKA_FAULT_COORDINATOR_GONE:
        kafka->coordinator_code = RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;
        kafka->coordinator_until_us = kafka_now_us(kafka) + outage_us(kafka);
        return RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;
    case SIM_KAFKA_FAULT_COORDINATOR_LOADING:
        kafka->coordinator_code = RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
        kafka->coordinator_until_us = kafka_now_us(kafka) + outage_us(kafka);
        return RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
    case SIM_KAFKA_FAULT_COORDINATOR_MOVED: return RD_KAFKA_RESP_ERR_NOT_COORDINATOR;
    case SIM_KAFKA_FAULT_STILL_BUSY:
        return request->call == SIM_KAFKA_CALL_FETCH_OFFSETS
                   ? RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT
                   : RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS;
    case SIM_KAFKA_FAULT_LEADER_MOVED: {
        struct sim_log *log = kafka_log(kafka, request->topic, request->partition);
        if (log == NULL)
            return RD_KAFKA_RESP_ERR_NO_ERROR;
        log->leaderless_until_us = kafka_now_us(kafka) + outage_us(kafka);
        return request->call == SIM_KAFKA_CALL_METADATA
                   ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE
                   : RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
    }
    case SIM_KAFKA_FAULT_TOO_LARGE: return RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    case SIM_KAFKA_FAULT_NOT_AUTHORISED:
        return request->call == SIM_KAFKA_CALL_PRODUCE ||
                       request->call == SIM_KAFKA_CALL_ADD_PARTITIONS
                   ? RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
                   : RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    case SIM_KAFKA_FAULT_FALSE_RANGE: return RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
    case SIM_KAFKA_FAULT_ERROR_EVENT: {
        static const rd_kafka_resp_err_t events[] = {
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__TIMED_OUT};
        return events[kafka_draw(kafka, sizeof(events) / sizeof(events[0]))];
    }
    default: return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
}

static void request_answer(struct sim_kafka *kafka, struct sim_request *request)
{
    int64_t in_us = latency_us(kafka);
    if (request->fault == SIM_KAFKA_FAULT_LOST_ANSWER) {
        fault_note(kafka, request->fault, request->call);
        connection_break(kafka, request);
        return;
    }
    if (request->fault == SIM_KAFKA_FAULT_LATE_ANSWER) {
        fault_note(kafka, request->fault, request->call);
        in_us = late_us(kafka);
    }
    event_at(kafka, EVENT_ANSWER, in_us, request);
}

static void request_arrive(struct sim_kafka *kafka, struct sim_request *request)
{
    // What is on an old connection may still be read from it, but not while the broker is gone.
    if (kafka_is_down(kafka)) {
        connection_break(kafka, request);
        return;
    }
    if (!kafka->are_faults_on)
        request->fault = SIM_KAFKA_FAULT_COUNT; // drawn before they ended
    request->code = refusal(kafka, request);
    if (request->code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        fault_note(kafka, request->fault, request->call);
        request_answer(kafka, request);
        return;
    }
    if (request_apply(kafka, request)) {
        request_answer(kafka, request);
        return;
    }
    size_t size = (kafka->parked_count + 1) * sizeof(*kafka->parked);
    kafka->parked = mem_resize(kafka->parked, size);
    kafka->parked[kafka->parked_count++] = request;
    event_add(
        kafka, (struct sim_event){
                   .at_us = kafka_now_us(kafka) + request->timeout_us,
                   .kind = EVENT_UNPARK,
                   .number = request->number});
}

static void parked_answer(struct sim_kafka *kafka, size_t at)
{
    struct sim_request *request = kafka->parked[at];
    kafka->parked_count--;
    memmove(
        kafka->parked + at, kafka->parked + at + 1,
        (kafka->parked_count - at) * sizeof(*kafka->parked));
    request->timeout_us = 0;
    INVARIANT(request_apply(kafka, request));
    request_answer(kafka, request);
}

void log_changed(struct sim_kafka *kafka, const char *topic, int32_t partition)
{
    for (size_t i = kafka->parked_count; i > 0; i--) {
        const struct sim_request *request = kafka->parked[i - 1];
        if (request->partition == partition && strcmp(request->topic, topic) == 0)
            parked_answer(kafka, i - 1);
    }
}

static void unpark(struct sim_kafka *kafka, uint64_t number)
{
    for (size_t i = 0; i < kafka->parked_count; i++) {
        if (kafka->parked[i]->number == number) {
            parked_answer(kafka, i);
            return;
        }
    }
}

static void answer_arrive(struct sim_kafka *kafka, struct sim_request *request)
{
    if (request->outage != kafka->outages) // its connection broke in between
        request->code = RD_KAFKA_RESP_ERR__TRANSPORT;
    client_answer(kafka, request);
    request_free(request);
}

void kafka_advance(struct sim_kafka *kafka)
{
    while (kafka->event_count > 0 && kafka->heap[0].at_us <= kafka_now_us(kafka)) {
        struct sim_event event = event_take(kafka);
        switch (event.kind) {
        case EVENT_ARRIVE: request_arrive(kafka, event.request); break;
        case EVENT_ANSWER: answer_arrive(kafka, event.request); break;
        case EVENT_UNPARK: unpark(kafka, event.number); break;
        case EVENT_MARKER: txn_marker(kafka, event.number, event.index); break;
        case EVENT_DEADLINE: txn_deadline(kafka, event.number); break;
        case EVENT_PUMP: client_pump(kafka, event.number); break;
        }
    }
}

void sim_kafka_tick(struct sim_kafka *kafka)
{
    kafka_advance(kafka);
    for (size_t i = 0; i < kafka->client_count; i++)
        client_wake(kafka->clients[i]);
}

void sim_kafka_settle(struct sim_kafka *kafka)
{
    kafka->are_faults_on = false;
    kafka->down_until_us = 0;
    kafka->coordinator_until_us = 0;
    for (size_t i = 0; i < kafka->topic_count; i++) {
        for (int32_t j = 0; j < kafka->topics[i]->partitions; j++)
            kafka->topics[i]->logs[j].leaderless_until_us = 0;
    }
}
