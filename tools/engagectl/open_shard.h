// The shards of a data directory, opened read only, beside a daemon or without one.
#ifndef TOOLS_ENGAGECTL_OPEN_SHARD_H
#define TOOLS_ENGAGECTL_OPEN_SHARD_H

#include <stddef.h>

#include "config/config.h"
#include "engine/fold/shard.h"
#include "projections/identity.h"
#include "tools/engagectl/command.h"

enum { SHARDS_MAX = 4096 };

// How many shards a data directory has: those that are there, whatever the configuration says.
//   ERR_MISSING no such directory, or none in it · ERR_CORRUPT one is missing between them · ERR_IO
NODISCARD enum err shards_count(const char *data, size_t *count_out, struct fault *fault);

// Zero-initialised is empty.
struct shard_set {
    struct shard **shards; // count of them, in order
    char **directories;
    size_t count;
};

// Opens all of them; what their journals hold behind the stores is folded in memory, with progress on a
// terminal.
//   as shards_count and shard_open
NODISCARD enum err shard_set_open(
    const struct config *config, struct shard_set *out, struct fault *fault);
void shard_set_close(struct shard_set *set);

// The first shard that has the contact, and its number there; NULL when none has.
struct shard *shard_set_find(
    const struct shard_set *set, const char *id, struct contact_number *number_out);

#endif
