// Names the faults and the calls, and says which can meet which.
#include "tests/sim/kafka_faults.h"

#include "engine/base/invariant.h"

static const char *const fault_names[SIM_KAFKA_FAULT_COUNT] = {
#define X(name, text) [SIM_KAFKA_FAULT_##name] = (text),
    SIM_KAFKA_FAULT_TABLE(X)
#undef X
};

static const char *const call_names[SIM_KAFKA_CALL_COUNT] = {
#define X(name, text) [SIM_KAFKA_CALL_##name] = (text),
    SIM_KAFKA_CALL_TABLE(X)
#undef X
};

#define ON(call)        (1U << SIM_KAFKA_CALL_##call)
#define PARTITION_CALLS (ON(LIST_OFFSETS) | ON(FETCH) | ON(PRODUCE))
#define TRANSACTION_CALLS \
    (ON(INIT_PRODUCER) | ON(ADD_PARTITIONS) | ON(ADD_OFFSETS) | ON(COMMIT) | ON(ABORT))
#define COORDINATOR_CALLS (TRANSACTION_CALLS | ON(COMMIT_OFFSETS) | ON(FETCH_OFFSETS))
#define REQUESTS          (ON(METADATA) | PARTITION_CALLS | COORDINATOR_CALLS)

static const uint32_t possible[SIM_KAFKA_FAULT_COUNT] = {
    [SIM_KAFKA_FAULT_LOST_REQUEST] = REQUESTS,
    [SIM_KAFKA_FAULT_LOST_ANSWER] = REQUESTS,
    [SIM_KAFKA_FAULT_LATE_REQUEST] = REQUESTS,
    [SIM_KAFKA_FAULT_LATE_ANSWER] = REQUESTS,
    [SIM_KAFKA_FAULT_UNREACHABLE] = REQUESTS,
    [SIM_KAFKA_FAULT_COORDINATOR_GONE] = COORDINATOR_CALLS,
    [SIM_KAFKA_FAULT_COORDINATOR_MOVED] = COORDINATOR_CALLS,
    [SIM_KAFKA_FAULT_COORDINATOR_LOADING] = COORDINATOR_CALLS,
    [SIM_KAFKA_FAULT_LEADER_MOVED] = PARTITION_CALLS | ON(METADATA),
    [SIM_KAFKA_FAULT_STILL_BUSY] = TRANSACTION_CALLS | ON(FETCH_OFFSETS),
    [SIM_KAFKA_FAULT_TIMED_OUT] = ON(ABORT), // by the coordinator
    [SIM_KAFKA_FAULT_TOO_LARGE] = ON(PRODUCE),
    [SIM_KAFKA_FAULT_NOT_AUTHORISED] =
        ON(ADD_PARTITIONS) | ON(ADD_OFFSETS) | ON(COMMIT_OFFSETS) | ON(PRODUCE),
    [SIM_KAFKA_FAULT_QUEUE_FULL] = ON(ENQUEUE),
    [SIM_KAFKA_FAULT_SMALL_BATCH] = ON(FETCH) | ON(CONSUME),
    [SIM_KAFKA_FAULT_ERROR_EVENT] = ON(FETCH),
    [SIM_KAFKA_FAULT_FALSE_RANGE] = ON(FETCH),
    [SIM_KAFKA_FAULT_STALE] = ON(WATERMARKS),
};

const char *sim_kafka_fault_name(enum sim_kafka_fault fault)
{
    INVARIANT(fault < SIM_KAFKA_FAULT_COUNT);
    return fault_names[fault];
}

const char *sim_kafka_call_name(enum sim_kafka_call call)
{
    INVARIANT(call < SIM_KAFKA_CALL_COUNT);
    return call_names[call];
}

bool sim_kafka_is_possible(enum sim_kafka_fault fault, enum sim_kafka_call call)
{
    INVARIANT(fault < SIM_KAFKA_FAULT_COUNT);
    return (possible[fault] & 1U << call) != 0;
}
