// The zones of the system's database, and what libc says of them.
#ifndef TESTS_SUPPORT_SYSTEM_ZONES_H
#define TESTS_SUPPORT_SYSTEM_ZONES_H

#include "engine/base/local_time.h"

// 1850 to 2150: what is looked at.
#define SYSTEM_ZONES_BEGIN_S (-INT64_C(3786912000))
#define SYSTEM_ZONES_END_S   INT64_C(5680281600)

// Reads a zone; fails the test when it cannot. Lives in the arena.
const struct zone *system_zone(struct arena *arena, const char *name);
// The same, or an offset such as +02:00.
struct local_zone system_local_zone(struct arena *arena, const char *name);
// Of a time as events write it; fails the test when it is none.
int64_t ms_of(const char *text);

// The offset of the zone that is in TZ.
int32_t libc_offset_s(int64_t unix_s);

// Calls each for every zone of the system, with its name in TZ. Skips the test and gives false where there is no
// list of them.
typedef void system_zones_fn(void *context, const char *name, const struct zone *zone);
bool system_zones_each(system_zones_fn *each, void *context);

// Calls each for the instants from which on libc has another offset, of the zone that is in TZ.
typedef void system_transition_fn(
    void *context, const char *name, const struct zone *zone, int64_t unix_s);
void system_zone_transitions(
    const char *name, const struct zone *zone, system_transition_fn *each, void *context);

#endif
