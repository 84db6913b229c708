// The simulated broker of tests that have one task: its time, its draws, and which faults happened.
#ifndef TESTS_CONSUMERS_KAFKA_SIM_BROKER_H
#define TESTS_CONSUMERS_KAFKA_SIM_BROKER_H

#include "tests/consumers/kafka/real_kafka.h"
#include "tests/sim/kafka_broker.h"

struct sim_broker {
    struct sim_kafka *kafka;
    enum sim_kafka_creating creating;
    int64_t now_us;
    uint64_t random;
    uint32_t process;                      // of clients that are made now
    void (*crash_here)(const char *where); // or NULL
    uint64_t happened[SIM_KAFKA_FAULT_COUNT][SIM_KAFKA_CALL_COUNT];
};
extern struct sim_broker sim;

// A new one with the topics of `real`, instead of the last.
void sim_broker_make(uint64_t seed, enum sim_kafka_creating creating);

#endif
