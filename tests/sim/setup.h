// What a world is made of, drawn from its seed: sizes, sources and sinks, kinds of trouble.
#ifndef TESTS_SIM_SETUP_H
#define TESTS_SIM_SETUP_H

#include "tests/sim/process.h"
#include "tests/sim/workload.h"

enum { SIM_VARIANTS_MAX = 4, SIM_FILES_MAX = 8, SIM_FRAME_BYTES = 1024 * 1024 };

struct sim_setup {
    enum sim_source source;
    enum sim_sink sink;
    bool has_letter_topic; // dead letters go to Kafka, too
    struct workload_shape shape;
    struct workload *workload;
    struct sim_plan plan;
    struct rule_file files[SIM_VARIANTS_MAX][SIM_FILES_MAX];
    struct rule_bundle bundles[SIM_VARIANTS_MAX];
    uint32_t lives;
    char input_path[96]; // of the file source
    char actions_path[96], letters_path[96];
    const char *input_paths[SIM_SHARDS_MAX];
};

// Draws it all; sim->faults, too. The caller frees it.
void sim_setup_draw(struct sim *sim, struct sim_setup *setup);
void sim_setup_free(struct sim_setup *setup);
// The configuration of its sources and sinks; the caller destroys it.
struct config *sim_setup_config(struct sim *sim, const struct sim_setup *setup);
// The directory of a shard's journal on the simulated disk.
void sim_setup_journal(const struct sim_setup *setup, uint32_t shard, char *path, size_t size);

#endif
