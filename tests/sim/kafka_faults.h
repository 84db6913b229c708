// The ways in which the simulated Kafka fails, the calls that they meet, and how often.
#ifndef TESTS_SIM_KAFKA_FAULTS_H
#define TESTS_SIM_KAFKA_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"

// Kafka's requests, and the places in the client where there is none.
#define SIM_KAFKA_CALL_TABLE(X)         \
    X(METADATA, "metadata")             \
    X(LIST_OFFSETS, "list offsets")     \
    X(FETCH, "fetch")                   \
    X(INIT_PRODUCER, "init producer")   \
    X(ADD_PARTITIONS, "add partitions") \
    X(PRODUCE, "produce")               \
    X(ADD_OFFSETS, "add offsets")       \
    X(COMMIT_OFFSETS, "commit offsets") \
    X(COMMIT, "commit")                 \
    X(ABORT, "abort")                   \
    X(FETCH_OFFSETS, "fetch offsets")   \
    X(ENQUEUE, "enqueue")               \
    X(CONSUME, "consume")               \
    X(WATERMARKS, "watermarks")

enum sim_kafka_call {
#define X(name, text) SIM_KAFKA_CALL_##name,
    SIM_KAFKA_CALL_TABLE(X)
#undef X
        SIM_KAFKA_CALL_COUNT,
};

#define SIM_KAFKA_FAULT_TABLE(X)                                                                 \
    X(LOST_REQUEST, "lost request") /* never applied; the connection breaks */                   \
    X(LOST_ANSWER, "lost answer")   /* applied; the connection breaks */                         \
    X(LATE_REQUEST, "late request") /* applied when the caller may have given up or died */      \
    X(LATE_ANSWER, "late answer")   /* applied in time, told late: throttled */                  \
    X(UNREACHABLE, "unreachable")   /* no broker answers for a while */                          \
    X(COORDINATOR_GONE, "coordinator gone")       /* COORDINATOR_NOT_AVAILABLE for a while */    \
    X(COORDINATOR_MOVED, "coordinator moved")     /* NOT_COORDINATOR once */                     \
    X(COORDINATOR_LOADING, "coordinator loading") /* COORDINATOR_LOAD_IN_PROGRESS for a while */ \
    X(LEADER_MOVED, "leader moved")               /* NOT_LEADER_OR_FOLLOWER for a while */       \
    X(STILL_BUSY, "still busy")           /* CONCURRENT_TRANSACTIONS, UNSTABLE_OFFSET_COMMIT */  \
    X(TIMED_OUT, "transaction timed out") /* the coordinator aborts it by itself */              \
    X(TOO_LARGE, "too large")             /* MSG_SIZE_TOO_LARGE */                               \
    X(NOT_AUTHORISED, "not authorised")   /* by topic or group */                                \
    X(QUEUE_FULL, "queue full")           /* _QUEUE_FULL once */                                 \
    X(SMALL_BATCH, "small batch")         /* one message at a time */                            \
    X(ERROR_EVENT, "error event")         /* _TRANSPORT, _ALL_BROKERS_DOWN, _TIMED_OUT */        \
    X(FALSE_RANGE, "false range error")   /* OFFSET_OUT_OF_RANGE that is not so */               \
    X(STALE, "stale watermark")           /* the end as of an earlier fetch */

enum sim_kafka_fault {
#define X(name, text) SIM_KAFKA_FAULT_##name,
    SIM_KAFKA_FAULT_TABLE(X)
#undef X
        SIM_KAFKA_FAULT_COUNT,
};

struct sim_kafka_faults {
    uint32_t chance[SIM_KAFKA_FAULT_COUNT]; // in 100,000 calls where it is possible
    int64_t latency_us_max;                 // of a request and of its answer; 0: 1,000
    int64_t late_us_max;                    // of what is late; 0: 60 s
    int64_t outage_us_max;                  // of what lasts a while; 0: 20 s
};

const char *sim_kafka_fault_name(enum sim_kafka_fault fault);
const char *sim_kafka_call_name(enum sim_kafka_call call);
// Whether that fault can meet that call at all: the cells of the fault grid.
bool sim_kafka_is_possible(enum sim_kafka_fault fault, enum sim_kafka_call call);

// An offset that a group committed.
struct sim_kafka_offset {
    int64_t offset;
    struct bytes metadata;
};

#endif
