// What the daemon is started with: configuration and rules, read and checked.
#include "engine/run/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/fold/params.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "engine/os/os_files.h"
#include "engine/os/os_zone.h"
#include "engine/run/kafka_settings.h"
#include "engine/run/output_files.h"

enum { MIB = 1024 * 1024 };

// Appended and not yet durable bytes of one lane: enough to keep folding through a slow sync.
#define WAITING_BYTES_MAX (32ULL * MIB)
// Decided and not yet published by one lane, as text: dead letters may be large.
#define OUTBOX_BYTES_MAX (256ULL * MIB)

static void print_diagnostics(struct diagnostics *list)
{
    if (list->count == 0)
        return;
    const char *no_colour = getenv("NO_COLOR");
    bool is_plain = isatty(STDERR_FILENO) == 0 || (no_colour != NULL && no_colour[0] != '\0');
    struct buffer text = {0};
    diagnostics_print(list, is_plain ? DIAGNOSTIC_FORMAT_TEXT : DIAGNOSTIC_FORMAT_COLOUR, &text);
    (void)fwrite(text.data, 1, text.len, stderr);
    buffer_free(&text);
}

static enum err refuse(const struct fault *fault)
{
    (void)fprintf(stderr, "engaged: %s\n", fault->text);
    return ERR_INVALID;
}

static const char *environment_get(void *self, const char *name)
{
    (void)self;
    return getenv(name);
}

static enum err load_config(const char *path, struct setup *setup)
{
    struct fault fault = {.err = ERR_OK};
    struct bytes text = {NULL, 0};
    if (os_read_file(path, &setup->arena, &text, &fault) != ERR_OK)
        return refuse(&fault);
    struct config_environment environment = {.get = environment_get};
    struct diagnostics list = {0};
    enum err err = config_load(path, text, &environment, &list, &setup->config);
    print_diagnostics(&list);
    diagnostics_free(&list);
    return err;
}

static bool wait_ms(void *context, uint32_t wait_ms)
{
    (void)context;
    struct timespec pause = {wait_ms / 1000, wait_ms % 1000 * 1000000L};
    return nanosleep(&pause, NULL) == 0;
}

static enum err load_rules(struct setup *setup)
{
    struct fault fault = {.err = ERR_OK};
    struct rules_pause pause = {.wait_ms = wait_ms, .clock = os_clock()};
    if (rules_read(setup->config, &pause, &setup->rules, &fault) != ERR_OK)
        return refuse(&fault);
    struct diagnostics list = {0};
    enum err err = rules_compile(&setup->rules, &list);
    print_diagnostics(&list);
    diagnostics_free(&list);
    return err;
}

// What the configuration's own table cannot know.
static enum err check_together(const struct config *config)
{
    struct fault fault = {.err = ERR_INVALID, .text = ""};
    bool has_kafka = config->source_kafka.brokers != NULL;
    if (config->source_files.count + 2 > LANE_INLETS_MAX)
        (void)fault_set(
            &fault, ERR_INVALID, "sources.files: at most %d files", LANE_INLETS_MAX - 2);
    else if (config->source_files.count > 0 && (config->shards > 1 || has_kafka))
        (void)fault_set(
            &fault, ERR_INVALID,
            "sources.files: files are read into one shard only: no Kafka source beside them, and "
            "shards: 1");
    else if (config->dead_letters_kafka != NULL && config->sink_kafka.brokers == NULL)
        (void)fault_set(
            &fault, ERR_INVALID, "dead_letters.kafka: needs sinks.kafka, which says where");
    return fault.text[0] == '\0' ? ERR_OK : refuse(&fault);
}

static enum err check_zone(const struct config *config)
{
    struct fault fault = {.err = ERR_INVALID};
    if (os_zone_is_known(bytes_text(config->zone)))
        return ERR_OK;
    (void)fault_set(
        &fault, ERR_INVALID, "zone: '%s' is not a time zone that is known here", config->zone);
    return refuse(&fault);
}

static enum err check_files(const struct config *config)
{
    for (size_t i = 0; i < config->source_files.count; i++) {
        const char *path = config->source_files.items[i];
        if (strcmp(path, "-") == 0 || access(path, R_OK) == 0)
            continue;
        struct fault fault = {.err = ERR_INVALID};
        (void)fault_set(&fault, ERR_INVALID, "sources.files: %s cannot be read", path);
        return refuse(&fault);
    }
    struct fault fault = {.err = ERR_OK};
    return output_files_check(config, &fault) == ERR_OK ? ERR_OK : refuse(&fault);
}

static enum err check_kafka(const struct config *config)
{
    struct fault fault = {.err = ERR_OK};
    return kafka_settings_check(config, &fault) == ERR_OK ? ERR_OK : refuse(&fault);
}

enum err setup_load(const char *config_path, struct setup *out)
{
    struct setup setup = {.config = NULL};
    enum err err = load_config(config_path, &setup);
    if (err == ERR_OK) {
        // Both are looked at, so that all that is wrong is said at once.
        enum err rules_err = load_rules(&setup);
        err = check_together(setup.config);
        if (err == ERR_OK)
            err = check_zone(setup.config);
        if (err == ERR_OK)
            err = check_files(setup.config);
        if (err == ERR_OK)
            err = check_kafka(setup.config);
        if (err == ERR_OK)
            err = rules_err;
    }
    if (err != ERR_OK) {
        setup_free(&setup);
        return ERR_INVALID;
    }
    *out = setup;
    return ERR_OK;
}

void setup_free(struct setup *setup)
{
    rules_free(&setup->rules);
    config_destroy(setup->config);
    arena_free(&setup->arena);
}

static struct lane_settings lane_settings_of(const struct config *config)
{
    uint32_t frame_events = config->limits.frame_events;
    uint64_t memory_bytes = (uint64_t)config->memory_overlay_mib * MIB;
    uint64_t dirty_bytes = (uint64_t)config->checkpoint_overlay_mib * MIB;
    return (struct lane_settings){
        .tick_mode = config->clock == CONFIG_CLOCK_EVENT ? TICK_EVENT : TICK_WALL,
        .poll_max = frame_events < LANE_MESSAGES_MAX ? frame_events : LANE_MESSAGES_MAX,
        .waiting_bytes_max = WAITING_BYTES_MAX,
        .actions_per_minute = config->limits.actions_per_minute,
        .outbox_max = config->limits.outbox_actions,
        .outbox_bytes_max = OUTBOX_BYTES_MAX,
        .dirty_bytes_max = dirty_bytes < memory_bytes ? dirty_bytes : memory_bytes,
        .memory_bytes_max = memory_bytes,
        .checkpoint_age_us = (int64_t)config->checkpoint_age_s * 1000 * 1000,
        .checkpoint_events = config->checkpoint_events,
    };
}

void setup_fill_plan(const struct config *config, uint32_t shards, struct worker_plan *plan)
{
    plan->lane = lane_settings_of(config);
    plan->data = config->data;
    plan->shard_count = shards;
    plan->shard = shard_params_from_config(config, os_disk(), NULL, 0); // the lane fills these in
    plan->shard.zone_files = os_zone_files(NULL);
    plan->shard.state.overlay_bytes_max /= shards;
}
