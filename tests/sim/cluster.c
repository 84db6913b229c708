// The Kafka of a world.
#include "tests/sim/cluster.h"

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/sim/kafka_broker.h"

// ---- hooks

static struct sim *sim_from(void *self)
{
    return self;
}

static int64_t hook_now_us(void *self)
{
    return scheduler_now_us(sim_from(self)->scheduler);
}

static void hook_sleep_us(void *self, int64_t us)
{
    task_sleep_us(sim_from(self)->scheduler, us);
}

static void hook_crash_here(void *self, const char *where)
{
    struct sim *sim = sim_from(self);
    if (!sim_is_in_process(sim) || !sim->are_faults_on)
        return;
    if (sim_chance(sim, sim->faults.kafka_kill)) {
        sim_say(sim, "killed in %s", where);
        sim->report->killed_in_kafka++;
        sim_end_process(sim, SIM_END_KILL);
    }
}

static uint64_t hook_random(void *self)
{
    return sim_random_next(&sim_from(self)->faults_random);
}

static uint32_t hook_process(void *self)
{
    const struct task *task = task_current(sim_from(self)->scheduler);
    return task == NULL ? 0 : task_process(task);
}

static void hook_fault(void *self, enum sim_kafka_fault fault, enum sim_kafka_call call)
{
    struct sim *sim = sim_from(self);
    sim->report->kafka[fault][call]++;
    sim->report->faults++;
}

// What is due at the cluster comes before the tasks; the time must not run past what comes next.
static int64_t step(void *context)
{
    struct sim *sim = context;
    if (sim_kafka_next_event_us(sim->kafka) <= scheduler_now_us(sim->scheduler))
        sim_kafka_tick(sim->kafka);
    return sim_kafka_next_event_us(sim->kafka);
}

// ---- making it

static struct sim_kafka_faults draw_faults(struct sim *sim)
{
    static const uint32_t often[] = {0, 20, 100, 400};
    struct sim_kafka_faults faults = {
        .latency_us_max = (int64_t)1 << sim_random_between(&sim->draws, 4, 16),
        .late_us_max = (int64_t)1 << sim_random_between(&sim->draws, 16, 26),
        .outage_us_max = (int64_t)1 << sim_random_between(&sim->draws, 16, 24),
    };
    uint32_t scale = often[sim_random_below(&sim->draws, 4)];
    for (unsigned i = 0; i < SIM_KAFKA_FAULT_COUNT; i++)
        faults.chance[i] = scale * (uint32_t)sim_random_below(&sim->draws, 4);
    // One in so many of these would hold a world up for longer than it lives.
    faults.chance[SIM_KAFKA_FAULT_UNREACHABLE] /= 10;
    faults.chance[SIM_KAFKA_FAULT_SMALL_BATCH] *= 20;
    if ((sim->limits.without & SIM_WITHOUT_KAFKA_FAULTS) != 0)
        faults = (struct sim_kafka_faults){.latency_us_max = 100};
    return faults;
}

void cluster_create(struct sim *sim, const struct sim_setup *setup)
{
    if (setup->source != SIM_SOURCE_KAFKA && setup->sink != SIM_SINK_KAFKA)
        return;
    struct sim_kafka_params params = {
        .world =
            {.now_us = hook_now_us,
             .sleep_us = hook_sleep_us,
             .crash_here = hook_crash_here,
             .random = hook_random,
             .process = hook_process,
             .fault_happened = hook_fault,
             .self = sim},
        .creating = SIM_KAFKA_CREATES_TOPICS,
        .partitions = (int32_t)sim_random_between(&sim->draws, 1, 3),
    };
    sim->kafka_faults = draw_faults(sim);
    sim->kafka = sim_kafka_create(&params);
    if (setup->source == SIM_SOURCE_KAFKA)
        sim_kafka_topic_create(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)setup->shape.shards);
    scheduler_set_step(sim->scheduler, step, sim);
}

void cluster_trouble(struct sim *sim)
{
    if (sim->kafka != NULL)
        sim_kafka_set_faults(sim->kafka, &sim->kafka_faults);
}

void cluster_settle(struct sim *sim)
{
    if (sim->kafka != NULL)
        sim_kafka_settle(sim->kafka);
}

// ---- feeding it

enum { HEADERS_MAX = 32, BURST_MAX = 40 };

int64_t cluster_produce(
    struct sim *sim, uint32_t shard, const struct workload_input *input, uint64_t transaction)
{
    struct header headers[HEADERS_MAX];
    INVARIANT(input->header_count <= HEADERS_MAX);
    for (uint32_t i = 0; i < input->header_count; i++)
        headers[i] = (struct header){
            .name = bytes_text(input->headers[i].name),
            .value = bytes_of(input->headers[i].value.at, input->headers[i].value.len)};
    struct sim_kafka_record record = {
        .key = bytes_of(input->key.at, input->key.len),
        .value = bytes_of(input->value.at, input->value.len),
        .headers = headers,
        .header_count = input->header_count,
        .transaction = transaction,
    };
    return sim_kafka_produce(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)shard, &record);
}

// A few inputs of one shard, alone or as one transaction.
static void burst(struct feed *feed, uint32_t shard)
{
    struct sim *sim = feed->sim;
    struct feed_shard *fed = &feed->shards[shard];
    bool is_transaction = sim_random_chance(&sim->draws, 200);
    bool is_kept = !is_transaction || sim_random_chance(&sim->draws, 600);
    uint64_t transaction = is_transaction ? sim_kafka_foreign_begin(sim->kafka) : 0;
    uint64_t count = 1 + sim_random_below(&sim->draws, BURST_MAX);
    for (uint64_t i = 0; i < count && fed->next < fed->end; i++) {
        workload_make(feed->setup->workload, shard, fed->next++, feed->input);
        int64_t offset = cluster_produce(sim, shard, feed->input, transaction);
        if (is_kept)
            feed_note(fed, feed->input, offset)->is_acknowledged = true;
    }
    if (is_transaction) {
        task_sleep_us(sim->scheduler, (int64_t)sim_random_below(&sim->draws, 100000));
        sim_kafka_foreign_end(
            sim->kafka, transaction, is_kept ? SIM_KAFKA_COMMIT : SIM_KAFKA_ABORT);
    }
}

static void feed_main(void *argument)
{
    struct feed *feed = argument;
    struct sim *sim = feed->sim;
    int64_t pause_us = (int64_t)1 << sim_random_between(&sim->draws, 10, 20);
    while (!feed_is_done(feed)) {
        uint32_t shard = (uint32_t)sim_random_below(&sim->draws, feed->setup->shape.shards);
        if (feed->shards[shard].next < feed->shards[shard].end && !sim->is_topic_short)
            burst(feed, shard);
        task_sleep_us(
            sim->scheduler, (int64_t)sim_random_below(&sim->draws, (uint64_t)pause_us) + 1);
    }
    feed->clients_left--;
}

void cluster_feed(struct feed *feed)
{
    feed->clients_left++;
    (void)task_start(feed->sim->scheduler, 0, "producer", feed_main, feed);
}
