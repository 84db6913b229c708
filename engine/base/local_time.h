// What the clocks of a time zone show, and which instant a time on them is. All in milliseconds, a local time as if it
// were UTC.
#ifndef ENGINE_BASE_LOCAL_TIME_H
#define ENGINE_BASE_LOCAL_TIME_H

#include "engine/base/zone.h"

// Whose clocks: those of a zone of the database, or where there is none those that are always so far ahead of UTC.
// Zero-initialised is UTC. Passed by value; the zone is borrowed.
struct local_zone {
    const struct zone *zone;
    int32_t ahead_s;
};

// The zones that need no database: "UTC", "Z", "+07:00", "-05:30", "02:00". False when it is none of them; *ahead_s_out
// is then untouched.
bool local_zone_parse(struct bytes name, int32_t *ahead_s_out);

// What the clocks show at an instant.
int64_t local_of_ms(struct local_zone zone, int64_t time_ms);

// The instant of a local time. One that the clocks skip moves forward by as much as they skip: 02:30 in an hour that is
// left out is 03:30. One that they show twice is the first.
int64_t local_to_utc_ms(struct local_zone zone, int64_t local_ms);

// The first instant at which the clocks show local_ms or later. Differs from local_to_utc_ms where they skip it: then it
// is the instant at which they do. Never descends while local_ms ascends.
int64_t local_reached_ms(struct local_zone zone, int64_t local_ms);

#endif
