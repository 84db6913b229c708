// Packing the settings that the fold depends on.
#include "engine/fold/settings.h"

#include "engine/base/local_time.h"

static struct bytes zone_of(const struct fold_settings *settings)
{
    return bytes_of(settings->zone, settings->zone_bytes);
}

bool fold_settings_same_zone(const struct fold_settings *a, const struct fold_settings *b)
{
    return bytes_equal(zone_of(a), zone_of(b));
}

bool fold_settings_equal(const struct fold_settings *a, const struct fold_settings *b)
{
    return a->tick_mode == b->tick_mode && a->state.dedup_window_ms == b->state.dedup_window_ms &&
           a->state.dedup_events_max == b->state.dedup_events_max &&
           a->state.ledger_entries_max == b->state.ledger_entries_max &&
           a->state.limit_keys_max == b->state.limit_keys_max &&
           a->actions_per_event_max == b->actions_per_event_max &&
           a->derived_depth_max == b->derived_depth_max &&
           a->counter_entries_max == b->counter_entries_max && fold_settings_same_zone(a, b);
}

void fold_settings_set_zone(struct fold_settings *settings, struct bytes name)
{
    int32_t ahead_s = 0;
    bool is_fixed = local_zone_parse(name, &ahead_s);
    bool is_utc = is_fixed ? ahead_s == 0 : !zone_name_is_fit(name);
    settings->zone_bytes = is_utc ? 0 : (uint8_t)name.len;
    memset(settings->zone, 0, sizeof(settings->zone));
    if (!is_utc)
        memcpy(settings->zone, name.data, name.len);
}

// Varints in this order, for ever: clock (0 wall, 1 event), dedup window in ms, dedup events, ledger
// entries, limit keys, actions an event, depth of derived events, entries of a counter (1000 where it is not there). Then
// the account's zone, sized, empty for UTC, and so where it is not there. New ones are added at the end.
void fold_settings_pack(const struct fold_settings *settings, struct buffer *to)
{
    buffer_add_varint(to, settings->tick_mode == TICK_EVENT ? 1 : 0);
    buffer_add_varint(to, (uint64_t)settings->state.dedup_window_ms);
    buffer_add_varint(to, settings->state.dedup_events_max);
    buffer_add_varint(to, settings->state.ledger_entries_max);
    buffer_add_varint(to, settings->state.limit_keys_max);
    buffer_add_varint(to, settings->actions_per_event_max);
    buffer_add_varint(to, settings->derived_depth_max);
    buffer_add_varint(to, settings->counter_entries_max);
    buffer_add_sized(to, zone_of(settings));
}

enum err fold_settings_unpack(struct cursor *from, struct fold_settings *out)
{
    uint64_t clock = cursor_varint(from);
    struct fold_settings settings = {
        .tick_mode = clock == 1 ? TICK_EVENT : TICK_WALL,
        .state =
            {.dedup_window_ms = (int64_t)cursor_varint(from),
             .dedup_events_max = cursor_varint(from),
             .ledger_entries_max = (uint32_t)cursor_varint(from),
             .limit_keys_max = (uint32_t)cursor_varint(from)},
    };
    settings.actions_per_event_max = (uint32_t)cursor_varint(from);
    settings.derived_depth_max = (uint32_t)cursor_varint(from);
    settings.counter_entries_max =
        cursor_left(from) > 0 ? (uint32_t)cursor_varint(from) : COUNTER_ENTRIES_DEFAULT;
    if (cursor_left(from) > 0) {
        struct bytes zone = cursor_sized(from);
        fold_settings_set_zone(&settings, zone);
        if (zone.len != settings.zone_bytes)
            return ERR_CORRUPT; // none is written that is none
    }
    if (from->has_failed || clock > 1 || settings.state.dedup_window_ms < 0)
        return ERR_CORRUPT;
    *out = settings;
    return ERR_OK;
}
