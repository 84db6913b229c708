// Which zone's clocks the fold goes by: by its name, or the contact's.
#ifndef ENGINE_FOLD_FOLD_ZONE_H
#define ENGINE_FOLD_FOLD_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/local_time.h"
#include "rules/zone_choice.h"

struct fold;

// "UTC", a fixed offset as "+07:00", or a name of the zone database that is known here or, while a frame is made, that
// can be had. False, and counted, when it is none. Borrowed until the end of the frame.
bool fold_find_zone(struct fold *fold, struct bytes name, struct local_zone *out);

// The offset from UTC of a zone at an instant; false as above.
bool fold_zone_offset(struct fold *fold, struct bytes name, int64_t unix_s, int32_t *offset_s_out);

// The zone of the contact being folded: its own; where it has none, or one that is none (counted), the account's; where
// that is none either, UTC. Borrowed until the end of the frame.
struct local_zone fold_contact_zone(struct fold *fold);

// Whether the zone that a rule goes by is known by now, without asking for it: else what fold_zone says of it stands in for it.
bool fold_knows_zone(const struct fold *fold, const struct zone_choice *choice);

// The zone that a rule goes by, for the contact being folded; UTC, and counted, where it is none. Borrowed likewise.
struct local_zone fold_zone(struct fold *fold, const struct zone_choice *choice);

#endif
