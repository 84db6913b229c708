#include "tests/support/system_zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/time.h"

#include "tests/support/suite.h"

enum { STEP_S = 3628800 }; // six weeks: what changes and changes back between is not looked at

static const char database[] = "/usr/share/zoneinfo";

const struct zone *system_zone(struct arena *arena, const char *name)
{
    char path[300];
    static uint8_t bytes[1 << 16];
    const struct zone *zone = NULL;
    (void)snprintf(path, sizeof(path), "%s/%s", database, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    (void)fclose(file);
    ck_assert_msg(zone_parse(arena, bytes_of(bytes, len), &zone) == ERR_OK, "%s", path);
    return zone;
}

struct local_zone system_local_zone(struct arena *arena, const char *name)
{
    struct local_zone zone = {0};
    if (!local_zone_parse(bytes_text(name), &zone.ahead_s))
        zone.zone = system_zone(arena, name);
    return zone;
}

int64_t ms_of(const char *text)
{
    int64_t ms = 0;
    ck_assert_msg(time_parse(bytes_text(text), &ms), "%s", text);
    return ms;
}

int32_t libc_offset_s(int64_t unix_s)
{
    struct tm parts;
    time_t time = (time_t)unix_s;
    ck_assert_ptr_nonnull(localtime_r(&time, &parts));
    return (int32_t)parts.tm_gmtoff;
}

bool system_zones_each(system_zones_fn *each, void *context)
{
    char line[512], name[128];
    FILE *table = fopen("/usr/share/zoneinfo/tzdata.zi", "r");
    if (table == NULL) {
        test_skip("there is no /usr/share/zoneinfo/tzdata.zi");
        return false;
    }
    struct arena arena = {0};
    while (fgets(line, sizeof(line), table) != NULL) {
        if (sscanf(line, "Z %127s", name) != 1 || strcmp(name, "Factory") == 0)
            continue;
        ck_assert(zone_name_is_fit(bytes_text(name)));
        ck_assert_int_eq(setenv("TZ", name, 1), 0);
        tzset();
        arena_clear(&arena);
        each(context, name, system_zone(&arena, name));
    }
    (void)fclose(table);
    ck_assert_int_eq(unsetenv("TZ"), 0);
    tzset();
    arena_free(&arena);
    return true;
}

void system_zone_transitions(
    const char *name, const struct zone *zone, system_transition_fn *each, void *context)
{
    int64_t last = SYSTEM_ZONES_BEGIN_S;
    for (int64_t at = last + STEP_S; at < SYSTEM_ZONES_END_S; last = at, at += STEP_S) {
        if (libc_offset_s(last) == libc_offset_s(at))
            continue;
        int64_t low = last, high = at;
        while (high - low > 1) {
            int64_t middle = low + (high - low) / 2;
            if (libc_offset_s(middle) == libc_offset_s(last))
                low = middle;
            else
                high = middle;
        }
        each(context, name, zone, high);
    }
}
