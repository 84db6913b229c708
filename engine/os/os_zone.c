#include "engine/os/os_zone.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/base/local_time.h"
#include "engine/base/memory.h"
#include "engine/base/zone.h"
#include "engine/os/os_files.h"

enum { UNKNOWN_KEPT = 64, PATH_BYTES_MAX = 4096, VERSION_BYTES_MAX = 32 };

static const char system_database[] = "/usr/share/zoneinfo";

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

// --- files
static enum err read_below(
    const char *directory, struct bytes name, struct arena *arena, struct bytes *out)
{
    char path[PATH_BYTES_MAX];
    struct fault fault = {.err = ERR_OK};
    int len =
        snprintf(path, sizeof(path), "%s/%.*s", directory, (int)name.len, (const char *)name.data);
    if (len < 0 || (size_t)len >= sizeof(path))
        return ERR_MISSING;
    enum err err = os_read_file(path, arena, out, &fault);
    return err == ERR_INVALID ? ERR_MISSING : err; // a directory is no zone
}

// "# version 2026a", the first line of the database's source.
static struct bytes read_version(const char *directory, struct arena *arena)
{
    const struct bytes begin = BYTES_LITERAL("# version ");
    struct bytes text;
    if (read_below(directory, BYTES_LITERAL("tzdata.zi"), arena, &text) != ERR_OK ||
        text.len <= begin.len || memcmp(text.data, begin.data, begin.len) != 0)
        return (struct bytes){NULL, 0};
    struct bytes version = bytes_of(text.data + begin.len, 0);
    size_t len_max =
        text.len - begin.len < VERSION_BYTES_MAX ? text.len - begin.len : VERSION_BYTES_MAX;
    while (version.len < len_max && version.data[version.len] > ' ' &&
           version.data[version.len] < 0x7f)
        version.len++;
    return version;
}

static enum err read_zone_file(
    void *self, struct bytes name, struct arena *arena, struct zone_file *out)
{
    struct zone_file file;
    enum err err = read_below(self, name, arena, &file.bytes);
    if (err != ERR_OK)
        return err;
    file.version = read_version(self, arena);
    *out = file;
    return ERR_OK;
}

struct zone_files os_zone_files(const char *directory)
{
    static const struct zone_files_ops ops = {.read = read_zone_file};
    const char *at = directory == NULL ? system_database : directory;
    return (struct zone_files){&ops, (void *)(uintptr_t)at}; // it is only read
}

// --- zones
struct os_zones *os_zones_new(const char *directory)
{
    struct os_zones *zones = mem_zero(1, sizeof(*zones));
    zones->directory = directory == NULL ? system_database : directory;
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

// ERR_MISSING and ERR_CORRUPT: there is no such zone; others: nobody knows.
static enum err read_zone(struct os_zones *zones, struct bytes name, const struct zone **out)
{
    struct bytes file;
    arena_clear(&zones->files);
    enum err err = read_below(zones->directory, name, &zones->files, &file);
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
        else if (err == ERR_MISSING || err == ERR_CORRUPT)
            keep_unknown(zones, name);
    }
    if (zone == NULL)
        return false;
    *offset_s_out = zone_offset_s(zone, unix_s);
    return true;
}

bool os_zone_is_known(struct bytes name)
{
    int32_t offset_s;
    if (local_zone_parse(name, &offset_s))
        return true;
    struct os_zones *zones = os_zones_new(NULL);
    bool is_known = os_zones_offset(zones, name, 0, &offset_s);
    os_zones_free(zones);
    return is_known;
}
