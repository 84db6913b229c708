// How many timers a frame fired, and where among its events; journalled, so that a replay fires them there.
#ifndef ENGINE_FOLD_FRAME_TIMERS_H
#define ENGINE_FOLD_FRAME_TIMERS_H

#include "engine/base/buffer.h"
#include "engine/base/err.h"

// Events are what the frame folded: duplicates and refused inputs are not among them.
struct frame_timers {
    uint64_t before;  // before the first event, or in a frame without events
    uint64_t between; // each before the event that was the first not to come before it
    uint64_t after;   // after the last event
};

static inline uint64_t frame_timers_sum(const struct frame_timers *timers)
{
    return timers->before + timers->between + timers->after;
}

// The payload of FRAME_COMMAND_TIMERS.
void frame_timers_pack(const struct frame_timers *timers, struct buffer *to);
//   ERR_CORRUPT malformed
NODISCARD enum err frame_timers_unpack(struct bytes payload, struct frame_timers *out);

#endif
