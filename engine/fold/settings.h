// What the fold depends on besides events and rules; journalled, so that a replay uses what was in force.
#ifndef ENGINE_FOLD_SETTINGS_H
#define ENGINE_FOLD_SETTINGS_H

#include <stdbool.h>

#include "engine/base/buffer.h"
#include "engine/base/zone.h"
#include "engine/fold/shard.h"
#include "projections/state.h"

enum { COUNTER_ENTRIES_DEFAULT = 1000 };

struct fold_settings {
    enum tick_mode tick_mode;
    struct state_limits state;
    uint32_t actions_per_event_max;
    uint32_t derived_depth_max;
    uint32_t counter_entries_max; // of one counter of a contact
    uint8_t zone_bytes;           // of the account's zone; 0: UTC
    uint8_t zone[ZONE_NAME_BYTES_MAX];
};

// Takes the account's zone from its text; what cannot be one (it is neither "UTC", a fixed offset nor a fit name) is UTC.
void fold_settings_set_zone(struct fold_settings *settings, struct bytes name);

bool fold_settings_equal(const struct fold_settings *a, const struct fold_settings *b);
bool fold_settings_same_zone(const struct fold_settings *a, const struct fold_settings *b);
void fold_settings_pack(const struct fold_settings *settings, struct buffer *to);
//   ERR_CORRUPT malformed
NODISCARD enum err fold_settings_unpack(struct cursor *from, struct fold_settings *out);

#endif
