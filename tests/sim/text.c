// Memory, growing text and values for the workload and the oracle.
#include "tests/sim/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 16 * 1024, ALIGN_BYTES = 16 };

struct sim_chunk {
    struct sim_chunk *next;
    size_t used, cap;
    _Alignas(16) unsigned char bytes[];
};

static struct sim_chunk *chunk_create(size_t bytes)
{
    size_t cap = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
    struct sim_chunk *chunk = malloc(sizeof(*chunk) + cap);
    assert(chunk != NULL);
    chunk->next = NULL;
    chunk->used = 0;
    chunk->cap = cap;
    return chunk;
}

void *sim_alloc(struct sim_arena *arena, size_t bytes)
{
    bytes = (bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    if (arena->current == NULL)
        arena->first = arena->current = chunk_create(bytes);
    while (arena->current->cap - arena->current->used < bytes) {
        struct sim_chunk *next = arena->current->next;
        if (next == NULL || next->cap < bytes) {
            struct sim_chunk *made = chunk_create(bytes);
            made->next = next;
            arena->current->next = made;
            next = made;
        }
        next->used = 0;
        arena->current = next;
    }
    void *memory = arena->current->bytes + arena->current->used;
    arena->current->used += bytes;
    return memset(memory, 0, bytes);
}

void sim_arena_reset(struct sim_arena *arena)
{
    arena->current = arena->first;
    if (arena->current != NULL)
        arena->current->used = 0;
}

void sim_arena_free(struct sim_arena *arena)
{
    for (struct sim_chunk *chunk = arena->first; chunk != NULL;) {
        struct sim_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *arena = (struct sim_arena){NULL, NULL};
}

struct text text_of(const char *terminated)
{
    return (struct text){terminated, strlen(terminated)};
}

bool text_equal(struct text a, struct text b)
{
    return a.len == b.len && (a.len == 0 || a.at == b.at || memcmp(a.at, b.at, a.len) == 0);
}

bool text_is(struct text a, const char *terminated)
{
    return text_equal(a, text_of(terminated));
}

int text_compare(struct text a, struct text b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    int order = least == 0 ? 0 : memcmp(a.at, b.at, least);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

struct text text_copy(struct sim_arena *arena, struct text text)
{
    char *copy = sim_alloc(arena, text.len + 1);
    if (text.len > 0)
        memcpy(copy, text.at, text.len);
    return (struct text){copy, text.len};
}

struct text text_format(struct sim_arena *arena, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < sizeof(small));
    return text_copy(arena, (struct text){small, (size_t)len});
}

static void reserve(struct sim_text *to, size_t more)
{
    if (to->cap - to->len > more)
        return;
    to->cap = (to->len + more + 1) * 2 + 64;
    to->at = realloc(to->at, to->cap);
    assert(to->at != NULL);
}

void sim_add(struct sim_text *to, struct text text)
{
    reserve(to, text.len);
    if (text.len > 0)
        memcpy(to->at + to->len, text.at, text.len);
    to->len += text.len;
    to->at[to->len] = '\0';
}

void sim_add_byte(struct sim_text *to, char byte)
{
    sim_add(to, (struct text){&byte, 1});
}

void sim_add_chars(struct sim_text *to, const char *terminated)
{
    sim_add(to, text_of(terminated));
}

void sim_add_format(struct sim_text *to, const char *format, ...)
{
    char small[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < sizeof(small));
    sim_add(to, (struct text){small, (size_t)len});
}

void sim_text_clear(struct sim_text *to)
{
    to->len = 0;
    if (to->at != NULL)
        to->at[0] = '\0';
}

void sim_text_free(struct sim_text *to)
{
    free(to->at);
    *to = (struct sim_text){NULL, 0, 0};
}

struct text sim_text_view(const struct sim_text *text)
{
    return (struct text){text->at == NULL ? "" : text->at, text->len};
}

struct workload_value sim_value_of_text(const char *name, struct text text)
{
    return (struct workload_value){.kind = WORKLOAD_TEXT, .name = text_of(name), .text = text};
}

struct workload_value sim_value_of_int(const char *name, int64_t integer)
{
    return (struct workload_value){.kind = WORKLOAD_INT, .name = text_of(name), .integer = integer};
}

const struct workload_value *sim_value_member(const struct workload_value *map, struct text name)
{
    static const struct workload_value absent = {.kind = WORKLOAD_ABSENT};
    for (uint32_t i = 0; map->kind == WORKLOAD_MAP && i < map->count; i++) {
        if (text_equal(map->items[i].name, name))
            return &map->items[i];
    }
    return &absent;
}

// Drawn values are a few levels deep, so recursion is bounded by who draws them.
struct workload_value sim_value_copy(struct sim_arena *arena, const struct workload_value *value)
{
    struct workload_value copy = *value;
    copy.name = text_copy(arena, value->name);
    copy.text = text_copy(arena, value->text);
    struct workload_value *items = sim_alloc(arena, value->count * sizeof(*items));
    for (uint32_t i = 0; i < value->count; i++)
        items[i] = sim_value_copy(arena, &value->items[i]);
    copy.items = items;
    return copy;
}
