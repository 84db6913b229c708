#include "engine/os/os_zone.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/zone.h"
#include "engine/os/os_files.h"

enum { ZONES_MAX = 1024, PATH_BYTES_MAX = 4096 };

struct named_zone {
    struct bytes name;
    const struct zone *zone; // NULL: there is none of that name
};

struct os_zones {
    const char *directory;
    struct arena arena;
    struct named_zone zones[ZONES_MAX]; // in the order they were asked for
    size_t count;
};

struct os_zones *os_zones_new(const char *directory)
{
    struct os_zones *zones = mem_zero(1, sizeof(*zones));
    zones->directory = directory == NULL ? "/usr/share/zoneinfo" : directory;
    return zones;
}

void os_zones_free(struct os_zones *zones)
{
    if (zones == NULL)
        return;
    arena_free(&zones->arena);
    free(zones);
}

static const struct zone *read_zone(struct os_zones *zones, struct bytes name)
{
    char path[PATH_BYTES_MAX];
    struct bytes file;
    struct fault fault = {.err = ERR_OK};
    const struct zone *zone = NULL;
    int len = snprintf(
        path, sizeof(path), "%s/%.*s", zones->directory, (int)name.len, (const char *)name.data);
    if (len < 0 || (size_t)len >= sizeof(path) ||
        os_read_file(path, &zones->arena, &file, &fault) != ERR_OK ||
        zone_parse(&zones->arena, file, &zone) != ERR_OK)
        return NULL;
    return zone;
}

bool os_zones_offset(
    struct os_zones *zones, struct bytes name, int64_t unix_s, int32_t *offset_s_out)
{
    size_t i = 0;
    while (i < zones->count && !bytes_equal(zones->zones[i].name, name))
        i++;
    if (i == zones->count) {
        if (!zone_name_is_fit(name) || zones->count == ZONES_MAX)
            return false;
        zones->zones[zones->count++] =
            (struct named_zone){arena_copy(&zones->arena, name), read_zone(zones, name)};
    }
    if (zones->zones[i].zone == NULL)
        return false;
    *offset_s_out = zone_offset_s(zones->zones[i].zone, unix_s);
    return true;
}
