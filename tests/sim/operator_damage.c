// What happens to files and topics while no daemon runs, and must be seen by the next one.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run/lane.h"

#include "tests/sim/cluster.h"
#include "tests/sim/kafka_broker.h"
#include "tests/sim/operator.h"

// ---- the store

// A bit anywhere in the store. The next process reads it as it is, or folds the journal again: what contacts
// look like in the end tells.
static void flip_store(struct operator* operator)
{
    struct sim *sim = operator->sim;
    uint64_t shard = sim_random_below(&sim->damages, operator->setup->shape.shards);
    char path[160];
    (void)snprintf(
        path, sizeof(path), "%s/data/shard-%04" PRIu64 "/store/data.mdb", sim->directory, shard);
    FILE *file = fopen(path, "r+b");
    if (file == NULL)
        return; // no process came so far
    (void)fseek(file, 0, SEEK_END);
    long size = ftell(file);
    if (size > 0) {
        long at = (long)sim_random_below(&sim->damages, (uint64_t)size);
        (void)fseek(file, at, SEEK_SET);
        int byte = fgetc(file);
        (void)fseek(file, at, SEEK_SET);
        (void)fputc(byte ^ 1 << sim_random_below(&sim->damages, 8), file);
        sim_say(sim, "byte %ld of %s is damaged", at, path);
        sim->is_store_flipped[shard] = true;
        sim->report->events[SIM_EVENT_STORE_FLIPPED]++;
    }
    (void)fclose(file);
}

// ---- the topic of events

// The position behind the last input of the topic that the journal holds; below 0: unknown, or nothing was
// read so far, and whoever begins begins where the topic does.
static int64_t position_read(struct operator* operator, uint32_t shard)
{
    char directory[128];
    struct history history;
    struct fault fault = {.err = ERR_OK};
    int64_t position = -1;
    sim_setup_journal(operator->setup, shard, directory, sizeof(directory));
    if (history_read(operator->sim, directory, HISTORY_WHOLE, &history, &fault) != ERR_OK)
        return -1; // a tail that recovery has to look at first
    if (history.input_count > 0)
        position = history.inputs[history.input_count - 1].position + 1;
    history_free(&history);
    return position;
}

// While the process runs: the shard whose position is gone does not read.
static void expect_stopped(struct sim *sim, uint32_t shard)
{
    const struct inlet *inlet = &sim->process->lanes[shard]->inlets[0];
    if (inlet->state != INLET_STOPPED || inlet->gaps == 0)
        sim_fail(
            sim, "I12", "shard %" PRIu32 ": the topic begins behind its position, and it reads on",
            shard);
}

// Takes the inputs off what was sent that stood before the position: nobody can read them any more.
static void forget_sent(struct feed_shard *fed, int64_t from, int64_t to)
{
    size_t kept = 0;
    for (size_t i = 0; i < fed->count; i++) {
        if (fed->sent[i].position < from || fed->sent[i].position >= to)
            fed->sent[kept++] = fed->sent[i];
    }
    fed->count = kept;
}

// Retention came: what the journal has is safe, what it has not is a gap, which stops the shard until an
// operator chooses to go on behind it.
static void retain(struct operator* operator, struct feed * feed)
{
    struct sim *sim = operator->sim;
    uint32_t shard = (uint32_t)sim_random_below(&sim->damages, operator->setup->shape.shards);
    int64_t position = position_read(operator, shard);
    if (position < 0)
        return;
    bool is_gap = sim_random_chance(&sim->damages, 500);
    int64_t beyond = is_gap ? (int64_t)sim_random_between(&sim->damages, 1, 30) : 0;
    sim_kafka_retain(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)shard, position + beyond);
    int64_t oldest = sim_kafka_oldest(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)shard);
    if (oldest <= position) {
        sim->report->events[SIM_EVENT_TOPIC_RETAINED]++;
        return;
    }
    sim_say(
        sim, "shard %" PRIu32 ": the topic begins at %" PRId64 ", %" PRId64 " was read", shard,
        oldest, position);
    struct config *config = operator->setup->plan.config;
    if (config->on_gap == CONFIG_GAP_STOP) {
        cluster_settle(sim);
        (void)operator_try(operator, expect_stopped, shard);
        config->on_gap = CONFIG_GAP_CONTINUE;
        sim->report->events[SIM_EVENT_TOPIC_GAP]++;
    }
    forget_sent(&feed->shards[shard], position, oldest);
    sim->report->events[SIM_EVENT_TOPIC_GAP_LEFT]++;
}

void operator_damage(struct operator* operator, struct feed * feed)
{
    struct sim *sim = operator->sim;
    bool may_flip = (sim->limits.without & SIM_WITHOUT_STORE_FLIPS) == 0;
    bool may_lose =
        (sim->limits.without & SIM_WITHOUT_TOPIC_GAPS) == 0 && operator->setup->source ==
                                                               SIM_SOURCE_KAFKA;
    if (sim->failure[0] == '\0' && may_flip && sim_random_chance(&sim->damages, 60))
        flip_store(operator);
    if (sim->failure[0] == '\0' && may_lose && sim_random_chance(&sim->damages, 60))
        retain(operator, feed);
}
