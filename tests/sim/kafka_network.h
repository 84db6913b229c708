// Requests to the simulated cluster, on their way there and back.
#ifndef TESTS_SIM_KAFKA_NETWORK_H
#define TESTS_SIM_KAFKA_NETWORK_H

#include "tests/sim/kafka_internal.h"

// One request and its answer.
struct sim_request {
    enum sim_kafka_call call;
    uint64_t number;
    uint64_t client;            // its number
    uint64_t tag;               // the client's
    uint64_t outage;            // how many there were when it was sent
    enum sim_kafka_fault fault; // SIM_KAFKA_FAULT_COUNT: none
    rd_kafka_resp_err_t code;   // of the answer

    char *id; // transactional.id, or NULL
    int64_t pid;
    int16_t epoch;
    int64_t timeout_us; // of the transaction, or of a fetch that finds nothing
    char *topic;
    int32_t partition;
    bool may_create;
    bool is_first;   // of its client: the connection is made for it
    bool is_nowhere; // nobody listens there
    int64_t offset;
    int32_t first_sequence;
    char *group;
    struct sim_place *places;
    size_t place_count;
    struct sim_blob **blobs; // to produce, or fetched
    int64_t *offsets;        // of those fetched
    size_t blob_count;
    size_t blob_max;
    int64_t low, stable, high; // answered
    int64_t next;              // where a fetch goes on
    int32_t partitions;        // of a topic
    bool is_unstable;          // a fetched offset
};

enum sim_event_kind {
    EVENT_ARRIVE,
    EVENT_ANSWER,
    EVENT_UNPARK,
    EVENT_MARKER,
    EVENT_DEADLINE,
    EVENT_PUMP
};

struct sim_event {
    int64_t at_us;
    uint64_t order;
    enum sim_event_kind kind;
    struct sim_request *request; // ARRIVE, ANSWER
    uint64_t
        number; // UNPARK: of the request; MARKER, DEADLINE: of the transaction; PUMP: of the client
    size_t index; // MARKER: which place
};

// --- kafka_events.c
void event_add(struct sim_kafka *kafka, struct sim_event event);
// Lets everything happen whose time has come; callbacks of queues are left to tick.
void kafka_advance(struct sim_kafka *kafka);
struct sim_request *request_create(struct sim_kafka *kafka, enum sim_kafka_call call);
void request_send(struct sim_kafka *kafka, struct sim_request *request); // taken
void request_free(struct sim_request *request);
bool fault_draw(struct sim_kafka *kafka, enum sim_kafka_fault fault, enum sim_kafka_call call);
void fault_note(struct sim_kafka *kafka, enum sim_kafka_fault fault, enum sim_kafka_call call);
void log_changed(struct sim_kafka *kafka, const char *topic, int32_t partition); // wakes fetches

// --- kafka_requests.c: what the brokers do with one. False: a fetch that waits.
bool request_apply(struct sim_kafka *kafka, struct sim_request *request);

#endif
