// Packing how many timers a frame fired.
#include "engine/fold/frame_timers.h"

// Varints in this order, for ever. New ones are added at the end.
void frame_timers_pack(const struct frame_timers *timers, struct buffer *to)
{
    buffer_add_varint(to, timers->before);
    buffer_add_varint(to, timers->between);
    buffer_add_varint(to, timers->after);
}

enum err frame_timers_unpack(struct bytes payload, struct frame_timers *out)
{
    struct cursor from = cursor_of(payload);
    struct frame_timers timers = {.before = cursor_varint(&from)};
    timers.between = cursor_varint(&from);
    timers.after = cursor_varint(&from);
    if (from.has_failed)
        return ERR_CORRUPT;
    *out = timers;
    return ERR_OK;
}
