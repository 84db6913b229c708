// Blocks of one usual size in a chain, and larger ones for what does not fit.
#include "engine/event/pool.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { POOL_ALIGN = 16, POOL_BLOCK_BYTES = 512 * 1024, POOL_BLOCKS_KEPT = 64 };

struct pool_block {
    struct pool_block *next;
    size_t cap;
};

_Static_assert(sizeof(struct pool_block) % POOL_ALIGN == 0, "what follows a block is aligned");

static uint8_t *block_data(struct pool_block *block)
{
    return (uint8_t *)(block + 1);
}

static void pool_enter(struct pool *pool, struct pool_block *block, uint8_t *at)
{
    pool->current = block;
    pool->at = at;
    pool->end = block_data(block) + block->cap;
}

// Goes on in the next block that has room, or in a new one.
static void pool_advance(struct pool *pool, size_t size_bytes)
{
    struct pool_block *next = pool->current == NULL ? pool->first : pool->current->next;
    if (next == NULL || next->cap < size_bytes) {
        size_t cap = size_bytes > POOL_BLOCK_BYTES ? size_bytes : POOL_BLOCK_BYTES;
        struct pool_block *block = mem_alloc(sizeof(*block) + cap);
        *block = (struct pool_block){.next = next, .cap = cap};
        if (pool->current == NULL)
            pool->first = block;
        else
            pool->current->next = block;
        next = block;
    }
    pool_enter(pool, next, block_data(next));
}

void *pool_alloc(struct pool *pool, size_t size_bytes)
{
    INVARIANT(size_bytes <= SIZE_MAX / 2);
    size_t size = (size_bytes + POOL_ALIGN - 1) / POOL_ALIGN * POOL_ALIGN;
    if ((size_t)(pool->end - pool->at) < size)
        pool_advance(pool, size);
    uint8_t *memory = pool->at;
    pool->at += size;
    return memory;
}

struct bytes pool_copy(struct pool *pool, struct bytes bytes)
{
    if (bytes.len == 0)
        return (struct bytes){0};
    void *copy = pool_alloc(pool, bytes.len);
    memcpy(copy, bytes.data, bytes.len);
    return bytes_of(copy, bytes.len);
}

void *pool_resize(struct pool *pool, void *old, size_t old_bytes, size_t size_bytes)
{
    size_t old_size = (old_bytes + POOL_ALIGN - 1) / POOL_ALIGN * POOL_ALIGN;
    if ((uint8_t *)old + old_size == pool->at) { // the last one: try again from its beginning
        pool->at = old;
        void *same = pool_alloc(pool, size_bytes);
        if (same != old)
            memcpy(same, old, old_bytes < size_bytes ? old_bytes : size_bytes);
        return same;
    }
    void *moved = pool_alloc(pool, size_bytes);
    memcpy(moved, old, old_bytes < size_bytes ? old_bytes : size_bytes);
    return moved;
}

void pool_trim(struct pool *pool, const void *end)
{
    size_t unused = (size_t)(pool->at - (const uint8_t *)end);
    INVARIANT((const uint8_t *)end <= pool->at);
    pool->at -= unused / POOL_ALIGN * POOL_ALIGN;
}

struct pool_mark pool_mark(const struct pool *pool)
{
    return (struct pool_mark){.block = pool->current, .at = pool->at};
}

// Frees what lies behind block, but for at most kept_max blocks of the usual size.
static void pool_free_behind(struct pool_block *block, size_t kept_max)
{
    struct pool_block **link = &block->next;
    size_t kept = 0;
    while (*link != NULL) {
        struct pool_block *next = *link;
        if (next->cap == POOL_BLOCK_BYTES && kept < kept_max) {
            kept++;
            link = &next->next;
        } else {
            *link = next->next;
            free(next);
        }
    }
}

void pool_rewind(struct pool *pool, struct pool_mark mark)
{
    if (mark.block == NULL) { // it was empty
        pool_reset(pool);
        return;
    }
    if (pool->current != mark.block)
        pool_free_behind(mark.block, POOL_BLOCKS_KEPT);
    pool_enter(pool, mark.block, mark.at);
}

void pool_reset(struct pool *pool)
{
    if (pool->first == NULL)
        return;
    if (pool->current != pool->first)
        pool_free_behind(pool->first, POOL_BLOCKS_KEPT);
    if (pool->first->cap != POOL_BLOCK_BYTES) {
        struct pool_block *large = pool->first;
        pool->first = large->next;
        free(large);
    }
    pool->current = NULL;
    pool->at = NULL;
    pool->end = NULL;
}

void pool_free(struct pool *pool)
{
    struct pool_block *block = pool->first;
    while (block != NULL) {
        struct pool_block *next = block->next;
        free(block);
        block = next;
    }
    *pool = (struct pool){0};
}
