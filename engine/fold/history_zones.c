#include "engine/fold/history_zones.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/fold/shard_zones.h"

// Any number of names in 128 KiB: each sets some bits, and one whose bits are all set may have been there. A zone that is
// taken for such a name is none in this history; with 10,000 names that happens to one in 500,000.
enum { NONE_BITS = 1 << 20, NONE_BITS_EACH = 4 };

static bool is_none(const struct history_zones *zones, struct bytes name)
{
    struct hash128 hash = hash_u128(name, 0);
    for (uint64_t i = 0; i < NONE_BITS_EACH; i++) {
        uint64_t bit = (hash.low + i * hash.high) % NONE_BITS;
        if ((zones->none[bit / 8] >> bit % 8 & 1) == 0)
            return false;
    }
    return true;
}

static void add_none(struct history_zones *zones, struct bytes name)
{
    struct hash128 hash = hash_u128(name, 0);
    for (uint64_t i = 0; i < NONE_BITS_EACH; i++) {
        uint64_t bit = (hash.low + i * hash.high) % NONE_BITS;
        zones->none[bit / 8] |= (uint8_t)(1U << bit % 8);
    }
}

static bool find(struct history_zones *zones, struct bytes name, struct arena *arena)
{
    struct zone_file file;
    struct buffer payload = {0};
    if (zones->files.ops->read(zones->files.self, name, arena, &file) != ERR_OK)
        return false;
    zone_command_pack(&(struct zone_command){name, file.version, file.bytes}, &payload);
    bool is_found = zones->found.len + payload.len <= zones->found_bytes_max &&
                    zones_put(&zones->fold->zones, name, file.bytes, 0) == ERR_OK;
    if (is_found)
        buffer_add_sized(&zones->found, buffer_bytes(&payload));
    buffer_free(&payload);
    return is_found;
}

// The fold's want_zone.
static void want_zone(void *context, struct bytes name)
{
    struct history_zones *zones = context;
    struct arena arena = {0};
    if (!is_none(zones, name) && !find(zones, name, &arena))
        add_none(zones, name);
    arena_free(&arena);
}

void history_zones_ask(
    struct history_zones *zones,
    struct fold *fold,
    struct zone_files files,
    uint64_t found_bytes_max)
{
    *zones = (struct history_zones){
        .fold = fold,
        .files = files,
        .found_bytes_max = found_bytes_max,
        .none = mem_zero(NONE_BITS / 8, 1),
    };
    if (files.ops == NULL)
        return;
    fold->want_zone = want_zone;
    fold->want_zone_context = zones;
}

bool history_zones_was_none(const struct history_zones *zones, struct bytes name)
{
    return zones->none != NULL && is_none(zones, name);
}

void history_zones_free(struct history_zones *zones)
{
    buffer_free(&zones->found);
    free(zones->none);
}
