// The parameters of a shard, from the daemon's configuration or from the defaults alone.
#ifndef ENGINE_FOLD_PARAMS_H
#define ENGINE_FOLD_PARAMS_H

#include "config/config.h"
#include "engine/fold/shard.h"

// DATA/shard-0003, NUL-terminated, owned by the caller (free).
char *shard_directory(const char *data, uint32_t shard);

// What an empty configuration file gives: for simulations and tests. directory is borrowed.
struct shard_params shard_params_default(struct disk disk, const char *directory);
// directory is borrowed; identity counts only where the journal is new.
struct shard_params shard_params_from_config(
    const struct config *config, struct disk disk, const char *directory, uint32_t shard);

#endif
