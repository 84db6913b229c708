// Memory of decoded events: allocations in a row that can give back their tail.
#ifndef ENGINE_EVENT_POOL_H
#define ENGINE_EVENT_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"

struct pool_block;

// Zero-initialised is a valid empty pool.
struct pool {
    struct pool_block *first;
    struct pool_block *current;
    uint8_t *at; // where the next allocation goes, within current
    uint8_t *end;
};

// A moment of a pool, to go back to.
struct pool_mark {
    struct pool_block *block;
    uint8_t *at;
};

// Aligned to 16 bytes, contents undefined, valid until the pool is reset or rewound before it.
void *pool_alloc(struct pool *pool, size_t size_bytes);
struct bytes pool_copy(struct pool *pool, struct bytes bytes);
// As realloc; in place where old was the last allocation and the block has room.
void *pool_resize(struct pool *pool, void *old, size_t old_bytes, size_t size_bytes);
// Gives back what lies behind end within the last allocation.
void pool_trim(struct pool *pool, const void *end);
struct pool_mark pool_mark(const struct pool *pool);
void pool_rewind(struct pool *pool, struct pool_mark mark);
// Keeps a bounded number of blocks of the usual size for the next batch.
void pool_reset(struct pool *pool);
void pool_free(struct pool *pool);

#endif
