// The simulated broker that the tests of real ones run against: one task, whose waiting moves the time.
#include "tests/consumers/kafka/sim_broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"

struct sim_broker sim;

static int64_t world_now_us(void *self)
{
    (void)self;
    return sim.now_us;
}

// What a scheduler does: goes from event to event.
static void world_sleep_us(void *self, int64_t us)
{
    int64_t until_us = sim.now_us + us;
    (void)self;
    while (sim.now_us < until_us) {
        int64_t next_us = sim_kafka_next_event_us(sim.kafka);
        if (next_us > until_us)
            next_us = until_us;
        if (next_us > sim.now_us)
            sim.now_us = next_us;
        sim_kafka_tick(sim.kafka);
    }
}

static uint64_t world_random(void *self)
{
    (void)self;
    return hash_mix(sim.random += 0x9e3779b97f4a7c15U);
}

static void world_crash_here(void *self, const char *where)
{
    (void)self;
    if (sim.crash_here != NULL)
        sim.crash_here(where);
}

static uint32_t world_process(void *self)
{
    (void)self;
    return sim.process;
}

static void world_fault(void *self, enum sim_kafka_fault fault, enum sim_kafka_call call)
{
    (void)self;
    sim.happened[fault][call]++;
}

void sim_broker_make(uint64_t seed, enum sim_kafka_creating creating)
{
    sim_kafka_destroy(sim.kafka);
    sim = (struct sim_broker){.random = seed, .now_us = 1, .process = 1};
    struct sim_kafka_params params = {
        .world =
            {.now_us = world_now_us,
             .sleep_us = world_sleep_us,
             .crash_here = world_crash_here,
             .random = world_random,
             .process = world_process,
             .fault_happened = world_fault},
        .creating = creating,
    };
    sim.creating = creating;
    sim.kafka = sim_kafka_create(&params);
    real.topic_number++;
    (void)snprintf(real.brokers, sizeof(real.brokers), "simulated:9092");
    (void)snprintf(real.topic_in, sizeof(real.topic_in), "in-%u", real.topic_number);
    (void)snprintf(real.topic_out, sizeof(real.topic_out), "out-%u", real.topic_number);
    sim_kafka_topic_create(sim.kafka, real.topic_in, 2);
    sim_kafka_topic_create(sim.kafka, real.topic_out, 1);
    real.fault = (struct fault){0};
}

void real_setup(void)
{
    sim_broker_make(test_seed(), SIM_KAFKA_CREATES_NO_TOPICS);
}

void real_teardown(void)
{
    sim_kafka_destroy(sim.kafka);
    sim.kafka = NULL;
}

void real_pause_ms(int ms)
{
    world_sleep_us(NULL, (int64_t)ms * 1000);
}

static int64_t clock_us(void *self)
{
    (void)self;
    return sim.now_us;
}

static int64_t clock_ms(void *self)
{
    return clock_us(self) / 1000;
}

struct kafka_connection real_connection(void)
{
    static const struct clock_ops ops = {.wall_ms = clock_ms, .mono_us = clock_us};
    return (struct kafka_connection){.brokers = real.brokers, .clock = {.ops = &ops}};
}

bool real_creates_topics(void)
{
    return sim.creating == SIM_KAFKA_CREATES_TOPICS;
}

// The commands of tests/kafka/broker.sh that scenarios give.
void real_control(const char *command, const char *arguments)
{
    char name[TOPIC_BYTES];
    int first = 0;
    long long second = 0;
    int words = sscanf(arguments, "%63s %d %lld", name, &first, &second);
    if (strcmp(command, "topic create") == 0 && words >= 2)
        sim_kafka_topic_create(sim.kafka, name, first);
    else if (strcmp(command, "topic delete") == 0 && words >= 1)
        sim_kafka_topic_delete(sim.kafka, name);
    else if (strcmp(command, "topic truncate") == 0 && words == 3)
        sim_kafka_retain(sim.kafka, name, first, second);
    else
        ck_abort_msg("not a command: %s %s", command, arguments);
}
