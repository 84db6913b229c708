// The zones that a shard knows: those that its journal has, as the journal has them.
#ifndef ENGINE_FOLD_ZONES_H
#define ENGINE_FOLD_ZONES_H

#include <stddef.h>

#include "engine/base/arena.h"
#include "engine/base/zone.h"

// The largest file of the database has about 4 kB.
enum { ZONE_FILE_BYTES_MAX = 16 * 1024 };

struct known_zone {
    struct bytes name;
    const struct zone *zone;
    uint64_t file_hash; // tells whether another file of the zone is the same
    uint64_t sequence;  // of the frame that has it
};

// Ordered by name. Zero-initialised there are none.
struct zones {
    struct known_zone *items;
    size_t count, cap;
    struct arena arena;  // names and zones
    struct arena parsed; // of one file while it is tried
};

void zones_free(struct zones *zones);

// NULL: it is not known. Borrowed until the next put.
const struct known_zone *zones_find(const struct zones *zones, struct bytes name);

// What the database's file of a zone says holds from here on. What it said before stays in memory until zones_free, as
// views of it may be about: files change a few times a year. Everything is copied.
//   ERR_CORRUPT the name is unfit, or the file larger than ZONE_FILE_BYTES_MAX or none of a zone; nothing has changed
NODISCARD enum err zones_put(
    struct zones *zones, struct bytes name, struct bytes file, uint64_t sequence);

// Adds to none all zones of `from`, as views of them.
void zones_borrow(struct zones *to, const struct zones *from);

uint64_t zones_file_hash(struct bytes file);

#endif
