// A time zone as the zone database has it: which offset from UTC holds when. Pure: reads no file.
#ifndef ENGINE_BASE_ZONE_H
#define ENGINE_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

struct zone;

// Reads a file of the zone database (TZif, RFC 8536; of version 1 its times of 32 bits, of later ones those of 64 bits
// and the footer). Lives in the arena; the bytes may go. *out is not written on an error.
//   ERR_CORRUPT it is no such file, or one that counts leap seconds ("right/…")
NODISCARD enum err zone_parse(struct arena *arena, struct bytes file, const struct zone **out);

// Seconds to add to UTC for local time, at an instant of the years 1 to 9999 (others are taken as their nearest);
// before the first transition of the file its first type of time, from the last one on the rule in its footer.
int32_t zone_offset_s(const struct zone *zone, int64_t unix_s);

// The time around an instant in which one offset holds: [begin_s, end_s), INT64_MIN and INT64_MAX where it goes on for
// ever. The period beside may have the same offset.
struct zone_period {
    int64_t begin_s, end_s;
    int32_t offset_s;
};
struct zone_period zone_period_at(const struct zone *zone, int64_t unix_s);

// No offset is outside these (RFC 8536, 3.2).
enum { ZONE_OFFSET_MIN_S = -89999, ZONE_OFFSET_MAX_S = 93599 };

enum { ZONE_NAME_BYTES_MAX = 64 };

// Whether text may be the name of a zone: parts of letters, digits, '_', '+' and '-', with '/' between. The first is a
// capital letter; what the database's directory has beside is not ("posix/…", "right/…", "localtime").
bool zone_name_is_fit(struct bytes name);

#endif
