// The parameters of a shard, from the daemon's configuration or from the defaults alone.
#include "engine/fold/params.h"

#include <stdio.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

// In base64 and with the rest of a dead letter it stays below the 1 MiB that brokers take unless told otherwise.
enum { DEAD_LETTER_KAFKA_BYTES = 700000 };

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

char *shard_directory(const char *data, uint32_t shard)
{
    size_t len = strlen(data) + sizeof("/shard-4294967295");
    char *path = mem_alloc(len);
    (void)snprintf(path, len, "%s/shard-%04u", data, shard);
    return path;
}

struct shard_params shard_params_from_config(
    const struct config *config, struct disk disk, const char *directory, uint32_t shard)
{
    return (struct shard_params){
        .disk = disk,
        .directory = directory,
        .shard = shard,
        .journal_file_bytes = config->journal_file_mib * MIB,
        .frame_bytes_max = config->limits.frame_bytes,
        .frame_events_max = config->limits.frame_events,
        .state =
            {.map_bytes = config->store_map_gib * GIB,
             .dedup_window_ms = config->dedup_window_ms,
             .dedup_events_max = config->dedup_events_max,
             .ledger_entries_max = config->limits.ledger_entries,
             .limit_keys_max = config->limits.limit_keys,
             .overlay_bytes_max = config->memory_overlay_mib * MIB},
        .decode =
            {.message_bytes_max = config->limits.message_bytes,
             .depth_max = config->limits.depth,
             .keys_max = config->limits.keys,
             .values_max = config->limits.values,
             .string_bytes_max = config->limits.string_bytes,
             .identifier_bytes_max = config->limits.identifier_bytes},
        .unknown_events = config->unknown_events == CONFIG_UNKNOWN_REJECT ? UNKNOWN_EVENTS_REJECT
                                                                          : UNKNOWN_EVENTS_ACCEPT,
        .tick_mode = config->clock == CONFIG_CLOCK_EVENT ? TICK_EVENT : TICK_WALL,
        .actions_per_event_max = config->limits.actions_per_event,
        .derived_depth_max = config->limits.derived_depth,
        .counter_entries_max = config->limits.counter_entries,
        .dead_letter_bytes_max =
            config->dead_letters_kafka != NULL ? DEAD_LETTER_KAFKA_BYTES : UINT64_MAX,
        .zone = config->zone,
        .access = STATE_WRITE,
    };
}

static const char *no_environment(void *self, const char *name)
{
    (void)self;
    (void)name;
    return NULL;
}

struct shard_params shard_params_default(struct disk disk, const char *directory)
{
    const struct config_environment environment = {no_environment, NULL};
    struct diagnostics diagnostics = {0};
    struct config *config = NULL;
    enum err err = config_load(
        "defaults", BYTES_LITERAL("data: .\nrules: .\nsources: {files: [-]}\n"), &environment,
        &diagnostics, &config);
    INVARIANT(err == ERR_OK); // an almost empty configuration is a valid one
    struct shard_params params = shard_params_from_config(config, disk, directory, 0);
    params.zone = NULL; // the configuration's text goes
    config_destroy(config);
    diagnostics_free(&diagnostics);
    return params;
}
