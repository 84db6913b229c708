// How far each source was read by a shard.
#include "engine/fold/positions.h"

#include <stdlib.h>

#include "engine/base/memory.h"

void positions_free(struct positions *positions)
{
    for (size_t i = 0; i < positions->count; i++)
        free(positions->items[i].name);
    free(positions->items);
    *positions = (struct positions){0};
}

struct position *positions_find(const struct positions *positions, struct bytes name)
{
    for (size_t i = 0; i < positions->count; i++) {
        if (bytes_equal_text(name, positions->items[i].name))
            return &positions->items[i];
    }
    return NULL;
}

void positions_set(struct positions *positions, struct bytes name, int64_t next)
{
    struct position *position = positions_find(positions, name);
    struct position *last = positions->count == 0 ? NULL : &positions->items[positions->count - 1];
    if (position != NULL) {
        struct position moved = {position->name, next};
        memmove(position, position + 1, (size_t)(last - position) * sizeof(*position));
        *last = moved;
        return;
    }
    if (positions->count == positions->cap) {
        positions->cap = positions->cap == 0 ? 4 : positions->cap * 2;
        positions->items = mem_resize(positions->items, positions->cap * sizeof(*positions->items));
    }
    positions->items[positions->count++] =
        (struct position){.name = mem_text(name.data, name.len), .next = next};
}

void positions_pack(const struct positions *positions, struct buffer *to)
{
    buffer_add_varint(to, positions->count);
    for (size_t i = 0; i < positions->count; i++) {
        buffer_add_sized(to, bytes_text(positions->items[i].name));
        buffer_add_zigzag(to, positions->items[i].next);
    }
}

enum err positions_unpack(struct cursor *from, struct positions *into)
{
    uint64_t count = cursor_varint(from);
    for (uint64_t i = 0; i < count && !from->has_failed; i++) {
        struct bytes name = cursor_sized(from);
        int64_t next = cursor_zigzag(from);
        if (!from->has_failed)
            positions_set(into, name, next);
    }
    return from->has_failed ? ERR_CORRUPT : ERR_OK;
}
