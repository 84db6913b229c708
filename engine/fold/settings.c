// Packing the settings that the fold depends on.
#include "engine/fold/settings.h"

bool fold_settings_equal(const struct fold_settings *a, const struct fold_settings *b)
{
    return a->tick_mode == b->tick_mode && a->state.dedup_window_ms == b->state.dedup_window_ms &&
           a->state.dedup_events_max == b->state.dedup_events_max &&
           a->state.ledger_entries_max == b->state.ledger_entries_max &&
           a->state.limit_keys_max == b->state.limit_keys_max &&
           a->actions_per_event_max == b->actions_per_event_max &&
           a->derived_depth_max == b->derived_depth_max &&
           a->counter_entries_max == b->counter_entries_max;
}

// Varints in this order, for ever: clock (0 wall, 1 event), dedup window in ms, dedup events, ledger
// entries, limit keys, actions an event, depth of derived events, entries of a counter (1000 where it is not there). New
// ones are added at the end.
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
    if (from->has_failed || clock > 1 || settings.state.dedup_window_ms < 0)
        return ERR_CORRUPT;
    *out = settings;
    return ERR_OK;
}
