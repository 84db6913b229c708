#include "engine/os/os_zone.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/zone.h"
#include "engine/os/os_files.h"

enum { UNKNOWN_KEPT = 64, PATH_BYTES_MAX = 4096 };

struct named_zone {
    struct bytes name;
    const struct zone *zone;
};

struct unknown_name {
    uint8_t len; // 0: none
    uint8_t text[ZONE_NAME_BYTES_MAX];
};

struct os_zones {
    const char *directory;
    struct arena arena;       // names and zones
    struct arena files;       // of one file while it is read
    struct named_zone *zones; // at most as many as the directory has files
    size_t count, cap;
    struct unknown_name unknown[UNKNOWN_KEPT];
    size_t unknown_next;
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
    arena_free(&zones->files);
    free(zones->zones);
    free(zones);
}

// ERR_MISSING, ERR_INVALID and ERR_CORRUPT: there is no such zone; others: nobody knows.
static enum err read_zone(struct os_zones *zones, struct bytes name, const struct zone **out)
{
    char path[PATH_BYTES_MAX];
    struct bytes file;
    struct fault fault = {.err = ERR_OK};
    int len = snprintf(
        path, sizeof(path), "%s/%.*s", zones->directory, (int)name.len, (const char *)name.data);
    if (len < 0 || (size_t)len >= sizeof(path))
        return ERR_MISSING;
    arena_clear(&zones->files);
    enum err err = os_read_file(path, &zones->files, &file, &fault);
    if (err != ERR_OK)
        return err;
    err =
        zone_parse(&zones->files, file, out); // beside the file first: what is none leaves nothing
    return err == ERR_OK ? zone_parse(&zones->arena, file, out) : err;
}

static const struct zone *find_zone(const struct os_zones *zones, struct bytes name)
{
    for (size_t i = 0; i < zones->count; i++) {
        if (bytes_equal(zones->zones[i].name, name))
            return zones->zones[i].zone;
    }
    return NULL;
}

static void keep_zone(struct os_zones *zones, struct bytes name, const struct zone *zone)
{
    if (zones->count == zones->cap) {
        zones->cap = zones->cap * 2 + 16;
        zones->zones = mem_resize(zones->zones, zones->cap * sizeof(*zones->zones));
    }
    zones->zones[zones->count++] = (struct named_zone){arena_copy(&zones->arena, name), zone};
}

static bool is_unknown(const struct os_zones *zones, struct bytes name)
{
    for (size_t i = 0; i < UNKNOWN_KEPT; i++) {
        const struct unknown_name *unknown = &zones->unknown[i];
        if (bytes_equal(bytes_of(unknown->text, unknown->len), name))
            return true;
    }
    return false;
}

static void keep_unknown(struct os_zones *zones, struct bytes name)
{
    struct unknown_name *unknown = &zones->unknown[zones->unknown_next++ % UNKNOWN_KEPT];
    unknown->len = (uint8_t)name.len;
    memcpy(unknown->text, name.data, name.len);
}

bool os_zones_offset(
    struct os_zones *zones, struct bytes name, int64_t unix_s, int32_t *offset_s_out)
{
    if (!zone_name_is_fit(name))
        return false;
    const struct zone *zone = find_zone(zones, name);
    if (zone == NULL && !is_unknown(zones, name)) {
        enum err err = read_zone(zones, name, &zone);
        if (err == ERR_OK)
            keep_zone(zones, name, zone);
        else if (err == ERR_MISSING || err == ERR_INVALID || err == ERR_CORRUPT)
            keep_unknown(zones, name);
    }
    if (zone == NULL)
        return false;
    *offset_s_out = zone_offset_s(zone, unix_s);
    return true;
}
