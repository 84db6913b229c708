// How far each source was read by a shard.
#ifndef ENGINE_FOLD_POSITIONS_H
#define ENGINE_FOLD_POSITIONS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/err.h"

struct position {
    char *name; // owned; stays where it is as long as the positions
    int64_t next;
};

// Zero-initialised is empty. A handful of sources, the one that was read last at the end.
struct positions {
    struct position *items;
    size_t count, cap;
};

void positions_free(struct positions *positions);
struct position *positions_find(const struct positions *positions, struct bytes name); // or NULL
void positions_set(struct positions *positions, struct bytes name, int64_t next);
void positions_pack(const struct positions *positions, struct buffer *to);
//   ERR_CORRUPT malformed; what was read so far stays
NODISCARD enum err positions_unpack(struct cursor *from, struct positions *into);

#endif
