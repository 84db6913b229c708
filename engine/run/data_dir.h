// The data directory: one daemon a directory, and what it was created with.
#ifndef ENGINE_RUN_DATA_DIR_H
#define ENGINE_RUN_DATA_DIR_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/err.h"
#include "engine/port/disk.h"

// What is fixed at creation.
struct data_meta {
    uint64_t identity; // random; the seed of all hashes kept in the directory
    uint32_t shards;
};

struct data_dir;

// Whether a file or directory of this name, anywhere in a data directory, is the engine's.
bool data_dir_has(const char *name);

// Creates the directory when it is missing (its parent must exist) and takes its lock, for as long as
// the process lives. Borrows path.
//   ERR_BUSY another daemon runs there: nothing was changed · ERR_MISSING no parent · ERR_IO, ERR_NOSPACE
NODISCARD enum err data_dir_open(
    const struct disk *disk, const char *path, struct data_dir **out, struct fault *fault);
void data_dir_close(struct data_dir *dir); // gives the lock up; NULL is fine

//   ERR_MISSING it was never written: the directory is new · ERR_CORRUPT · ERR_FORMAT newer · ERR_IO
NODISCARD enum err data_dir_read_meta(
    struct data_dir *dir, struct data_meta *out, struct fault *fault);
// Written aside and moved into place, durable when this returns.
NODISCARD enum err data_dir_write_meta(
    struct data_dir *dir, const struct data_meta *meta, struct fault *fault);

#endif
