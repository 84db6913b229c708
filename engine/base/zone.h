// A time zone as the zone database has it: which offset from UTC holds when. Pure: reads no file.
#ifndef ENGINE_BASE_ZONE_H
#define ENGINE_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

struct zone;

// Reads a file of the zone database (TZif, RFC 8536, version 2 and later). Lives in the arena; the bytes
// may go.
//   ERR_CORRUPT it is no such file
NODISCARD enum err zone_parse(struct arena *arena, struct bytes file, const struct zone **out);

// Seconds to add to UTC for local time, at an instant; before the first transition of the file its first
// standard offset, behind the last one the rule in its footer.
int32_t zone_offset_s(const struct zone *zone, int64_t unix_s);

// Whether text may be the name of a zone: parts of letters, digits, '_', '+' and '-', with '/' between.
bool zone_name_is_fit(struct bytes name);

#endif
