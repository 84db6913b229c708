// What the simulated cluster is made of: topics, groups, transactions, and requests on their way.
#ifndef TESTS_SIM_KAFKA_INTERNAL_H
#define TESTS_SIM_KAFKA_INTERNAL_H

#include <librdkafka/rdkafka.h>

#include "tests/sim/kafka_broker.h"
#include "tests/sim/kafka_log.h"

struct sim_topic {
    char *name;
    int32_t partitions;
    int64_t ready_us; // no leaders before
    struct sim_log *logs;
};

struct sim_place {
    char *group; // NULL: a partition; else an offset that the group commits
    char *topic;
    int32_t partition;
    int64_t offset;
    char *metadata; // or NULL
};

enum sim_txn_state {
    TXN_EMPTY,
    TXN_ONGOING,
    TXN_PREPARE_COMMIT,
    TXN_PREPARE_ABORT,
    TXN_COMPLETE_COMMIT,
    TXN_COMPLETE_ABORT,
};

// A transactional.id at its coordinator.
struct sim_txn {
    char *id; // NULL: another producer's, see sim_kafka_foreign_begin
    int64_t pid;
    int16_t epoch;
    enum sim_txn_state state;
    int64_t timeout_us;
    uint64_t number;          // of the transaction
    struct sim_place *places; // partitions and offsets in it
    size_t place_count;
    char **groups; // whose offsets it may commit
    size_t group_count;
    size_t markers_left;
};

struct sim_request;
struct sim_event;

struct sim_kafka {
    struct sim_kafka_params params;
    bool are_faults_on;
    struct sim_topic **topics;
    size_t topic_count;
    struct sim_txn **txns;
    size_t txn_count;
    struct sim_place *committed; // what groups committed
    size_t committed_count;
    struct sim_event *heap;
    size_t event_count, event_cap;
    struct sim_request **parked; // fetches that wait for something
    size_t parked_count;
    struct rd_kafka_s **clients; // ascending numbers
    size_t client_count;
    uint64_t events_made, requests_made, clients_made, txns_made;
    int64_t pids_made;
    uint64_t outages;
    int64_t down_until_us, coordinator_until_us;
    rd_kafka_resp_err_t coordinator_code;
};

extern struct sim_kafka *sim_kafka_current;

// --- kafka_broker.c
int64_t kafka_now_us(const struct sim_kafka *kafka);
uint64_t kafka_draw(struct sim_kafka *kafka, uint64_t below); // 0: 0
bool kafka_is_down(const struct sim_kafka *kafka);
struct sim_topic *kafka_topic(const struct sim_kafka *kafka, const char *name); // or NULL
struct sim_log *kafka_log(const struct sim_kafka *kafka, const char *topic, int32_t partition);
struct sim_place *kafka_offset(
    const struct sim_kafka *kafka, const char *group, const char *topic, int32_t partition);
void kafka_offset_set(struct sim_kafka *kafka, const struct sim_place *place);            // copied
void places_add(struct sim_place **places, size_t *count, const struct sim_place *place); // copied
void places_free(struct sim_place *places, size_t count);

// --- kafka_coordinator.c
rd_kafka_resp_err_t txn_init(struct sim_kafka *kafka, struct sim_request *request);
rd_kafka_resp_err_t txn_add(struct sim_kafka *kafka, const struct sim_request *request);
rd_kafka_resp_err_t txn_commit_offsets(struct sim_kafka *kafka, const struct sim_request *request);
rd_kafka_resp_err_t txn_end(
    struct sim_kafka *kafka, const struct sim_request *request, enum sim_kafka_ending ending);
void txn_marker(struct sim_kafka *kafka, uint64_t number, size_t index);
void txn_deadline(struct sim_kafka *kafka, uint64_t number);
struct sim_txn *txn_of(const struct sim_kafka *kafka, const char *id);
bool txn_has_partition(const struct sim_txn *txn, const char *topic, int32_t partition);
bool txn_holds_offset(const struct sim_kafka *kafka, const struct sim_place *place);
// Lets a foreign transaction write to a partition; false when it has ended.
bool txn_join_foreign(
    struct sim_kafka *kafka, uint64_t number, const char *topic, int32_t partition);
void txn_free(struct sim_txn *txn);

// --- kafka_client.c
void client_pump(struct sim_kafka *kafka, uint64_t client);
void client_answer(struct sim_kafka *kafka, struct sim_request *request); // borrowed
void client_drop(struct sim_kafka *kafka, struct rd_kafka_s *client);
uint32_t client_process(const struct rd_kafka_s *client);
void client_wake(struct rd_kafka_s *client); // calls what its queues are to call

#endif
