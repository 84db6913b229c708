// Copies of a data directory, as backups are: taken while no process runs, put in the place of what is there.
#ifndef TESTS_SIM_BACKUP_H
#define TESTS_SIM_BACKUP_H

#include "engine/base/buffer.h"

#include "tests/sim/check.h"

struct backup_file {
    char path[192];
    bool is_real; // of a store; else on the simulated disk
    struct buffer content;
};

// Zero-initialised: there is none.
struct backup {
    struct backup_file *files;
    size_t count, cap;
    uint64_t last[SIM_SHARDS_MAX];    // frames of each journal
    uint64_t durable[SIM_SHARDS_MAX]; // of them, those that were called durable
    bool is_store_flipped[SIM_SHARDS_MAX];
    bool is_taken;
};

// Copies the data directory and the files of output, in place of what *backup holds.
void backup_take(
    struct sim *sim,
    const struct sim_setup *setup,
    const struct known_journal known[SIM_SHARDS_MAX],
    struct backup *backup);
enum backup_extent { BACKUP_DIRECTORY, BACKUP_WITH_OUTPUTS };
// Makes the data directory what it was, all of it durable; with the files of output, where they are its own.
void backup_put(
    struct sim *sim,
    const struct sim_setup *setup,
    const struct backup *backup,
    enum backup_extent extent);
void backup_free(struct backup *backup);

#endif
