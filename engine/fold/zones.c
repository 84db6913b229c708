#include "engine/fold/zones.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

void zones_free(struct zones *zones)
{
    free(zones->items);
    arena_free(&zones->arena);
    arena_free(&zones->parsed);
    *zones = (struct zones){0};
}

// Where a name stands, or would.
static size_t place_of(const struct zones *zones, struct bytes name)
{
    size_t low = 0, high = zones->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bytes_compare(zones->items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct zones *zones, size_t at, struct bytes name)
{
    return at < zones->count && bytes_equal(zones->items[at].name, name);
}

const struct known_zone *zones_find(const struct zones *zones, struct bytes name)
{
    size_t at = place_of(zones, name);
    return is_at(zones, at, name) ? &zones->items[at] : NULL;
}

static struct known_zone *add(struct zones *zones, size_t at, struct bytes name)
{
    if (zones->count == zones->cap) {
        zones->cap = zones->cap * 2 + 8;
        zones->items = mem_resize(zones->items, zones->cap * sizeof(*zones->items));
    }
    struct known_zone *item = &zones->items[at];
    memmove(item + 1, item, (zones->count - at) * sizeof(*item));
    zones->count++;
    *item = (struct known_zone){.name = arena_copy(&zones->arena, name)};
    return item;
}

enum err zones_put(struct zones *zones, struct bytes name, struct bytes file, uint64_t sequence)
{
    const struct zone *zone = NULL;
    if (!zone_name_is_fit(name) || file.len > ZONE_FILE_BYTES_MAX)
        return ERR_CORRUPT;
    arena_clear(&zones->parsed);
    if (zone_parse(&zones->parsed, file, &zone) !=
        ERR_OK) // aside first: what is none leaves nothing
        return ERR_CORRUPT;
    enum err err = zone_parse(&zones->arena, file, &zone);
    if (err != ERR_OK)
        return err;
    size_t at = place_of(zones, name);
    struct known_zone *item = is_at(zones, at, name) ? &zones->items[at] : add(zones, at, name);
    item->zone = zone;
    item->file_hash = zones_file_hash(file);
    item->sequence = sequence;
    return ERR_OK;
}

uint64_t zones_file_hash(struct bytes file)
{
    return hash_u64(file, 0);
}

void zones_borrow(struct zones *to, const struct zones *from)
{
    INVARIANT(to->count == 0);
    to->cap = from->count + 8;
    to->items = mem_resize(to->items, to->cap * sizeof(*to->items));
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++)
        to->items[i] = from->items[i];
}
