// The port to the system's zone database: the files of its zones, as they are now.
#ifndef ENGINE_PORT_ZONE_FILES_H
#define ENGINE_PORT_ZONE_FILES_H

#include "engine/base/arena.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

struct zone_file {
    struct bytes bytes;
    struct bytes version; // of the database ("2026a"); empty where it does not tell
};

struct zone_files_ops {
    // Reads the file of a zone; the name is fit (zone_name_is_fit). Both parts of *out live in the arena. Any thread;
    // reads from the disk.
    //   ERR_MISSING there is no such zone · others: it cannot be told now
    enum err (*read)(void *self, struct bytes name, struct arena *arena, struct zone_file *out);
};

// Zero-initialised there are no zones.
struct zone_files {
    const struct zone_files_ops *ops;
    void *self;
};

#endif
