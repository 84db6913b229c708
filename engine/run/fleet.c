// All workers of the daemon and the lanes they drive.
#include "engine/run/fleet.h"

#include <stdlib.h>
#include <unistd.h>

#include "engine/base/memory.h"
#include "engine/run/sources.h"

static size_t worker_count_of(const struct config *config, uint32_t shards)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = config->workers > 0 ? config->workers : cores > 0 ? (size_t)cores : 1;
    return wanted < shards ? wanted : shards;
}

static void add_lane(
    struct fleet *fleet,
    const struct config *config,
    const struct worker_plan *plan,
    uint32_t shard)
{
    struct lane *lane = worker_add_lane(fleet->workers[shard % fleet->worker_count], shard);
    fleet->lanes[shard] = lane;
    for (size_t i = 0; i < LANE_INLETS_MAX; i++)
        lane->inlets[i].may_skip_gap = config->on_gap == CONFIG_GAP_CONTINUE;
    if (shard == 0)
        sources_add_files(config, &plan->runtime->disk, lane);
    if (fleet->consumer != NULL)
        sources_add_kafka(fleet->consumer, lane);
    bool has_mailbox = config->source_http && config->source_kafka.brokers == NULL;
    if (has_mailbox && !plan->runtime->is_once)
        fleet->mailboxes[shard] = sources_add_mailbox(config, lane);
}

enum err fleet_start(
    struct fleet *fleet,
    const struct config *config,
    const struct worker_plan *plan,
    struct sinks *sinks,
    struct fault *fault)
{
    uint32_t shards = plan->shard_count;
    size_t count = worker_count_of(config, shards);
    fleet->workers = mem_zero(count, sizeof(struct worker *));
    fleet->lanes = mem_zero(shards, sizeof(struct lane *));
    fleet->mailboxes = mem_zero(shards, sizeof(struct mailbox *));
    for (size_t i = 0; i < count; i++) {
        struct sink sink;
        enum err err = sinks_route(sinks, (uint32_t)i, &sink, fault);
        if (err != ERR_OK)
            return err;
        fleet->workers[i] = worker_create(plan, sink);
        fleet->worker_count++;
    }
    for (uint32_t shard = 0; shard < shards; shard++)
        add_lane(fleet, config, plan, shard);
    fleet->shards = shards;
    return ERR_OK;
}

void fleet_run(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->worker_count; i++)
        worker_start(fleet->workers[i]);
}

void fleet_nudge(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->worker_count; i++)
        worker_nudge(fleet->workers[i]);
}

void fleet_stop(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->worker_count; i++)
        worker_join(fleet->workers[i]);
    for (uint32_t i = 0; i < fleet->shards; i++)
        mailbox_destroy(fleet->mailboxes[i]);
    free(fleet->mailboxes);
    free(fleet->lanes);
    free(fleet->workers);
    *fleet = (struct fleet){.consumer = fleet->consumer};
}

bool fleet_is_open(const struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->worker_count; i++)
        if (!worker_is_open(fleet->workers[i]))
            return false;
    return fleet->shards > 0;
}

bool fleet_has_gap(const struct fleet *fleet)
{
    for (uint32_t i = 0; i < fleet->shards; i++)
        if (atomic_load(&fleet->lanes[i]->is_gone))
            return true;
    return false;
}

bool fleet_is_broken(const struct fleet *fleet)
{
    for (uint32_t i = 0; i < fleet->shards; i++)
        if (atomic_load(&fleet->lanes[i]->broken) != 0)
            return true;
    return false;
}

bool fleet_stands_still(const struct fleet *fleet)
{
    for (uint32_t i = 0; i < fleet->shards; i++)
        if (atomic_load(&fleet->lanes[i]->ceiling.is_shut))
            return true;
    return false;
}

bool fleet_is_reading(const struct fleet *fleet)
{
    for (uint32_t i = 0; i < fleet->shards; i++)
        if (!atomic_load(&fleet->lanes[i]->is_reading))
            return false;
    bool is_connected = fleet->consumer == NULL || kafka_consumer_is_connected(fleet->consumer);
    return fleet->shards > 0 && is_connected;
}

void fleet_totals(const struct fleet *fleet, struct shard_flow *out)
{
    for (size_t i = 0; i < fleet->worker_count; i++)
        worker_add_totals(out, worker_totals(fleet->workers[i]));
}
