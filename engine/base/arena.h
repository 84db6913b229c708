// Memory of one batch: many small allocations, freed all at once.
#ifndef ENGINE_BASE_ARENA_H
#define ENGINE_BASE_ARENA_H

#include <stddef.h>

#include "engine/base/bytes.h"

struct arena_block;

// Zero-initialised is a valid empty arena.
struct arena {
    struct arena_block *first;
    struct arena_block *current;
    size_t used_bytes;
};

// Aligned to 16 bytes, contents undefined, valid until the next clear.
void *arena_alloc(struct arena *arena, size_t size_bytes);
struct bytes arena_copy(struct arena *arena, struct bytes bytes);
char *arena_text(struct arena *arena, struct bytes bytes); // NUL-terminated copy
void arena_clear(struct arena *arena);                     // keeps its blocks for the next batch
void arena_free(struct arena *arena);

#endif
