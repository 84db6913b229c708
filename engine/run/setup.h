// What the daemon is started with: configuration and rules, read and checked, or refused with all reasons.
#ifndef ENGINE_RUN_SETUP_H
#define ENGINE_RUN_SETUP_H

#include "config/config.h"
#include "engine/base/arena.h"
#include "engine/run/rules.h"
#include "engine/run/worker.h"

// Owns everything in it.
struct setup {
    struct arena arena;
    struct config *config;
    struct rules rules;
};

// Reads everything and prints every error and warning to standard error. Creates nothing.
//   ERR_INVALID refused (exit 78)
NODISCARD enum err setup_load(const char *config_path, struct setup *out);
void setup_free(struct setup *setup);

// The part of a plan that the configuration decides; shards: of the whole daemon.
void setup_fill_plan(const struct config *config, uint32_t shards, struct worker_plan *plan);

#endif
