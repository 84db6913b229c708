// What a world is made of, drawn from its seed.
#include "tests/sim/setup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buffer.h"
#include "engine/base/invariant.h"
#include "engine/fold/params.h"

#include "tests/sim/cluster.h"

enum { KIB = 1024 };

static uint32_t draw_between(struct sim *sim, uint32_t low, uint32_t high)
{
    return low + (uint32_t)sim_random_below(&sim->draws, high - low + 1);
}

// One of a few sizes; small ones make many files, frames and checkpoints.
static uint32_t draw_of(struct sim *sim, const uint32_t *sizes, size_t count)
{
    return sizes[sim_random_below(&sim->draws, count)];
}
#define DRAW_OF(sim, ...)                       \
    draw_of(                                    \
        (sim), (const uint32_t[]){__VA_ARGS__}, \
        sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void draw_faults(struct sim *sim)
{
    struct sim_faults *faults = &sim->faults;
    uint32_t without = sim->limits.without;
    *faults = (struct sim_faults){.disk_latency_us = DRAW_OF(sim, 0, 100, 3000, 50000)};
    uint32_t often = DRAW_OF(sim, 0, 1, 4, 16); // some worlds have no trouble at all
    faults->disk_kill = often * DRAW_OF(sim, 0, 10, 40);
    faults->disk_power = often * DRAW_OF(sim, 0, 10, 40);
    faults->disk_torn = often * DRAW_OF(sim, 0, 50, 200);
    faults->failpoint_kill = often * DRAW_OF(sim, 0, 10, 60);
    faults->failpoint_power = often * DRAW_OF(sim, 0, 10, 60);
    faults->failpoint_error = often * DRAW_OF(sim, 0, 0, 100);
    faults->disk_nospace = often * DRAW_OF(sim, 0, 0, 200);
    faults->disk_io = often * DRAW_OF(sim, 0, 0, 40);
    faults->disk_sync = often * DRAW_OF(sim, 0, 0, 100);
    faults->disk_slow = DRAW_OF(sim, 0, 0, 100, 1000);
    faults->kafka_kill = often * DRAW_OF(sim, 0, 20, 100);
    faults->is_aiming = often > 0 && sim_random_chance(&sim->draws, 700);
    faults->outside_run_factor = DRAW_OF(sim, 1, 4, 20);
    if ((without & SIM_WITHOUT_DISK_ERRORS) != 0)
        faults->disk_nospace = faults->disk_io = faults->disk_sync = faults->disk_slow =
            faults->failpoint_error = 0;
    if ((without & SIM_WITHOUT_DISK_CRASHES) != 0)
        faults->disk_kill = faults->disk_power = faults->disk_torn = 0;
    if ((without & SIM_WITHOUT_FAILPOINTS) != 0)
        faults->failpoint_kill = faults->failpoint_power = faults->kafka_kill = 0;
    if ((without & SIM_WITHOUT_POWER_CUTS) != 0)
        faults->disk_power = faults->failpoint_power = 0;
}

static void draw_shape(struct sim *sim, struct sim_setup *setup)
{
    struct workload_shape *shape = &setup->shape;
    workload_shape_draw(&sim->draws, shape);
    setup->source = (enum sim_source)sim_random_below(&sim->draws, SIM_SOURCE_KAFKA + 1);
    setup->sink = (enum sim_sink)sim_random_below(&sim->draws, SIM_SINK_KAFKA + 1);
    setup->has_letter_topic = setup->sink == SIM_SINK_KAFKA && sim_random_chance(&sim->draws, 500);
    shape->shards = setup->source == SIM_SOURCE_FILE ? 1 : draw_between(sim, 1, SIM_SHARDS_MAX);
    if (shape->shards > sim->limits.shards_max)
        shape->shards = sim->limits.shards_max;
    shape->inputs = DRAW_OF(sim, 5, 30, 100, 300);
    if (shape->inputs > sim->limits.inputs_max)
        shape->inputs = sim->limits.inputs_max;
    shape->variants = DRAW_OF(sim, 1, 1, 2, 3);
    if (sim_random_chance(&sim->draws, 700)) // so that waits end within the minutes of a world
        shape->step_ms = DRAW_OF(sim, 1, 50, 1000);
    shape->message_bytes_max = 4 * KIB;
    if (setup->source == SIM_SOURCE_FILE) {
        shape->headers_permille = 0;
        shape->msgpack_permille = 0;
    } else {
        // Of msgpack the JSON that it stands for is bounded, too, which the oracle does not measure.
        if (shape->msgpack_permille > 0)
            shape->big_permille = 0;
        shape->clock = WORKLOAD_CLOCK_WALL; // the event clock is for files
        shape->no_id_permille = 0;          // what has no id and is sent again counts twice
    }
    setup->lives = DRAW_OF(sim, 1, 3, 8, 20);
    if (setup->lives > sim->limits.lives_max)
        setup->lives = sim->limits.lives_max;
}

struct config *sim_setup_config(struct sim *sim, const struct sim_setup *setup)
{
    struct buffer text = {0};
    struct diagnostics diagnostics = {0};
    struct config *config = NULL;
    const struct config_environment none = {NULL, NULL};
    buffer_add_format(&text, "data: %s/data\nrules: /rules\n", sim->directory);
    buffer_add_format(&text, "shards: %" PRIu32 "\n", setup->shape.shards);
    buffer_add_format(
        &text, "clock: %s\n", setup->shape.clock == WORKLOAD_CLOCK_EVENT ? "event" : "wall");
    buffer_add_format(
        &text, "unknown_events: %s\n", setup->shape.refuses_unknown ? "reject" : "accept");
    if (setup->source == SIM_SOURCE_FILE)
        buffer_add_format(&text, "sources: {files: [%s]}\n", setup->input_path);
    else if (setup->source == SIM_SOURCE_KAFKA)
        buffer_add_text(&text, "sources: {kafka: {brokers: sim, topic: " SIM_TOPIC_EVENTS "}}\n");
    else
        buffer_add_text(&text, "sources: {http: true}\nhttp: {listen: \"127.0.0.1:0\"}\n");
    if (setup->sink == SIM_SINK_KAFKA)
        buffer_add_text(&text, "sinks: {kafka: {brokers: sim}}\n");
    else
        buffer_add_format(&text, "sinks: {file: %s}\n", setup->actions_path);
    if (setup->has_letter_topic)
        buffer_add_text(&text, "dead_letters: {kafka: " SIM_TOPIC_LETTERS "}\n");
    else
        buffer_add_format(&text, "dead_letters: {file: %s}\n", setup->letters_path);
    enum err err = config_load("/engaged.yaml", buffer_bytes(&text), &none, &diagnostics, &config);
    if (err != ERR_OK)
        (void)fprintf(stderr, "%s\n", diagnostics.items[0]->message);
    INVARIANT(err == ERR_OK);
    diagnostics_free(&diagnostics);
    buffer_free(&text);
    return config;
}

static void make_plan(struct sim *sim, struct sim_setup *setup)
{
    const struct workload_shape *shape = &setup->shape;
    struct sim_plan *plan = &setup->plan;
    plan->config = sim_setup_config(sim, setup);
    plan->shards = shape->shards;
    plan->workers = shape->shards == 1 ? 1 : draw_between(sim, 1, SIM_WORKERS_MAX);
    plan->identity = sim_random_next(&sim->draws) | 1;
    plan->rules = setup->bundles[0];
    plan->source_files = setup->source == SIM_SOURCE_FILE ? setup->input_paths : NULL;
    plan->shard = shard_params_from_config(plan->config, sim_disk_port(sim), NULL, 0);
    struct shard_params *shard = &plan->shard;
    shard->journal_file_bytes = DRAW_OF(sim, 16, 32, 128) * KIB;
    shard->frame_bytes_max = SIM_FRAME_BYTES;
    shard->frame_events_max = DRAW_OF(sim, 1, 3, 16, 64);
    shard->state.map_bytes = DRAW_OF(sim, 256, 1024) * KIB;
    shard->state.dedup_window_ms = shape->dedup_window_ms;
    shard->state.limit_keys_max = shape->limit_keys_max;
    shard->state.ledger_entries_max = shape->ledger_entries_max;
    shard->decode.message_bytes_max = shape->message_bytes_max;
    shard->decode.depth_max = shape->depth_max;
    shard->decode.keys_max = shape->keys_max;
    shard->decode.string_bytes_max = shape->string_bytes_max;
    shard->decode.identifier_bytes_max = shape->identifier_bytes_max;
    shard->actions_per_event_max = shape->actions_per_event_max;
    shard->derived_depth_max = shape->derived_depth_max;
    plan->lane = (struct lane_settings){
        .tick_mode = shard->tick_mode,
        .poll_max = shard->frame_events_max,
        .waiting_bytes_max = DRAW_OF(sim, 1, 64, 4096) * KIB,
        .outbox_max = DRAW_OF(sim, 1, 10, 1000),
        .outbox_bytes_max = 1024 * KIB,
        .dirty_bytes_max = DRAW_OF(sim, 1, 64, 4096) * KIB,
        .memory_bytes_max = DRAW_OF(sim, 64, 4096) * KIB,
        .checkpoint_age_us = DRAW_OF(sim, 100000, 2000000, 60000000),
        .checkpoint_events = DRAW_OF(sim, 10, 100, 1000000),
    };
}

static void make_rules(struct sim_setup *setup)
{
    for (uint32_t v = 0; v < setup->shape.variants; v++) {
        const struct workload_rules *rules = workload_rules_of(setup->workload, v);
        INVARIANT(rules->file_count <= SIM_FILES_MAX);
        for (uint32_t i = 0; i < rules->file_count; i++)
            setup->files[v][i] = (struct rule_file){
                .path = rules->files[i].path,
                .text = bytes_of(rules->files[i].text.at, rules->files[i].text.len)};
        setup->bundles[v] =
            (struct rule_bundle){.files = setup->files[v], .count = rules->file_count};
    }
}

void sim_setup_draw(struct sim *sim, struct sim_setup *setup)
{
    *setup = (struct sim_setup){.lives = 1};
    (void)snprintf(setup->input_path, sizeof(setup->input_path), "/in/events.ndjson");
    (void)snprintf(setup->actions_path, sizeof(setup->actions_path), "/out/actions.ndjson");
    (void)snprintf(setup->letters_path, sizeof(setup->letters_path), "/out/letters.ndjson");
    for (size_t i = 0; i < SIM_SHARDS_MAX; i++)
        setup->input_paths[i] = setup->input_path;
    draw_faults(sim);
    draw_shape(sim, setup);
    setup->workload = workload_create(sim->seed, &setup->shape);
    make_rules(setup);
    make_plan(sim, setup);
}

void sim_setup_free(struct sim_setup *setup)
{
    config_destroy(setup->plan.config);
    workload_destroy(setup->workload);
}

void sim_setup_journal(const struct sim_setup *setup, uint32_t shard, char *path, size_t size)
{
    (void)snprintf(path, size, "%s/shard-%04" PRIu32 "/journal", setup->plan.config->data, shard);
}
