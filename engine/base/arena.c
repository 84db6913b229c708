// Batch memory: a chain of blocks that is filled, cleared and filled again.
#include "engine/base/arena.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum {
    ARENA_ALIGN = 16,
    ARENA_BLOCK_BYTES_MIN = 16 * 1024,
    ARENA_BLOCK_BYTES_MAX = 256 * 1024,
    // An arena that has grown so large goes on in tables, which stand on huge pages: each small one costs a fault.
    ARENA_HUGE_FROM = 5 * 1024 * 1024,
    ARENA_HUGE_BYTES = 2 * 1024 * 1024,
};

struct arena_block {
    struct arena_block *next;
    size_t cap;
    size_t used;
    size_t
        table_bytes; // of a block that is a table; 0: it is none. Also keeps the data behind it aligned
};

_Static_assert(sizeof(struct arena_block) % ARENA_ALIGN == 0, "data behind the block is aligned");

static struct arena_block *arena_block_create(size_t size_bytes, size_t previous_bytes)
{
    size_t cap = previous_bytes * 2;
    if (cap < ARENA_BLOCK_BYTES_MIN)
        cap = ARENA_BLOCK_BYTES_MIN;
    if (cap > ARENA_BLOCK_BYTES_MAX)
        cap = ARENA_BLOCK_BYTES_MAX;
    if (cap < size_bytes)
        cap = size_bytes;
    struct arena_block *block = mem_alloc(sizeof(*block) + cap);
    *block = (struct arena_block){.cap = cap};
    return block;
}

static struct arena_block *arena_block_huge(void)
{
    struct arena_block *block = mem_table(ARENA_HUGE_BYTES);
    *block = (struct arena_block){
        .cap = ARENA_HUGE_BYTES - sizeof(*block), .table_bytes = ARENA_HUGE_BYTES};
    return block;
}

static void arena_block_free(struct arena_block *block)
{
    if (block->table_bytes > 0)
        mem_table_free(block, block->table_bytes);
    else
        free(block);
}

// Makes a block with room for size_bytes the current one.
static void arena_advance(struct arena *arena, size_t size_bytes)
{
    struct arena_block *current = arena->current;
    while (current != NULL && current->next != NULL) {
        current = current->next;
        arena->current = current;
        current->used = 0;
        if (current->cap >= size_bytes)
            return;
    }
    bool is_huge = arena->used_bytes >= ARENA_HUGE_FROM && size_bytes <= ARENA_BLOCK_BYTES_MAX / 4;
    struct arena_block *block =
        is_huge ? arena_block_huge()
                : arena_block_create(size_bytes, current == NULL ? 0 : current->cap);
    if (current == NULL)
        arena->first = block;
    else
        current->next = block;
    arena->current = block;
}

void *arena_alloc(struct arena *arena, size_t size_bytes)
{
    INVARIANT(size_bytes <= SIZE_MAX / 2);
    size_t size = (size_bytes + (size_bytes == 0) + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    struct arena_block *block = arena->current;
    if (block == NULL || block->cap - block->used < size) {
        arena_advance(arena, size);
        block = arena->current;
    }
    uint8_t *memory = (uint8_t *)(block + 1) + block->used;
    block->used += size;
    arena->used_bytes += size;
    return memory;
}

struct bytes arena_copy(struct arena *arena, struct bytes bytes)
{
    uint8_t *copy = arena_alloc(arena, bytes.len);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return bytes_of(copy, bytes.len);
}

char *arena_text(struct arena *arena, struct bytes bytes)
{
    char *text = arena_alloc(arena, bytes.len + 1);
    if (bytes.len > 0)
        memcpy(text, bytes.data, bytes.len);
    text[bytes.len] = '\0';
    return text;
}

void arena_clear(struct arena *arena)
{
    arena->current = arena->first;
    if (arena->first != NULL)
        arena->first->used = 0;
    arena->used_bytes = 0;
}

void arena_free(struct arena *arena)
{
    struct arena_block *block = arena->first;
    while (block != NULL) {
        struct arena_block *next = block->next;
        arena_block_free(block);
        block = next;
    }
    *arena = (struct arena){0};
}
