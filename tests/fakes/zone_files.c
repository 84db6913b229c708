#include "tests/fakes/zone_files.h"

#include <string.h>

#include "engine/base/buffer.h"

#include "tests/support/zone_file.h"

enum { PADDING_MAX = 2000 };

static const struct fake_zone *find(const struct fake_zones *zones, struct bytes name)
{
    for (size_t i = 0; i < FAKE_ZONES_MAX && zones->zones[i].name != NULL; i++) {
        const struct fake_zone *zone = &zones->zones[i];
        size_t len = strlen(zone->name);
        bool is_many = len > 0 && zone->name[len - 1] == '/';
        if (zones->reads <= zone->reads_before)
            continue;
        if (is_many ? name.len > len && memcmp(name.data, zone->name, len) == 0
                    : bytes_equal_text(name, zone->name))
            return zone;
    }
    return NULL;
}

static void add_file(struct buffer *to, const struct fake_zone *zone)
{
    static const int32_t offsets[] = {0};
    struct zone_file_time times[PADDING_MAX];
    for (unsigned i = 0; i < zone->padding; i++)
        times[i] = (struct zone_file_time){-INT64_C(10000000000) + i, 0};
    const struct zone_file_made made = {
        .version = '2',
        .times = times,
        .time_count = zone->padding,
        .offsets = offsets,
        .type_count = 1,
        .footer = zone->rule};
    zone_file_add(to, &made);
}

static enum err fake_read(void *self, struct bytes name, struct arena *arena, struct zone_file *out)
{
    struct fake_zones *zones = self;
    zones->reads++;
    const struct fake_zone *zone = find(zones, name);
    if (zone == NULL)
        return ERR_MISSING;
    if (zone->failure != ERR_OK)
        return zone->failure;
    struct buffer file = {0};
    if (zone->rule == NULL)
        buffer_add_text(&file, "no zone at all");
    else
        add_file(&file, zone);
    *out = (struct zone_file){arena_copy(arena, buffer_bytes(&file)), BYTES_LITERAL("2026a")};
    buffer_free(&file);
    return ERR_OK;
}

struct zone_files fake_zone_files(struct fake_zones *zones)
{
    static const struct zone_files_ops ops = {.read = fake_read};
    return (struct zone_files){&ops, zones};
}
