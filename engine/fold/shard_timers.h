// Firing timers within a frame: when each is due among the frame's events. Not for others than the shard.
#ifndef ENGINE_FOLD_SHARD_TIMERS_H
#define ENGINE_FOLD_SHARD_TIMERS_H

#include "engine/fold/frame_timers.h"
#include "engine/fold/shard.h"

// What was fired in the frame being made or replayed.
struct shard_timers {
    struct frame_timers fired;
    uint64_t
        since_event; // fired after the last event so far, or before the first; not in `fired` yet
    bool has_event;
    bool is_closed; // some are left that are due: nothing goes in any more
};

// At the start of a frame.
void shard_timers_begin(struct shard *shard);
bool shard_timers_are_due(struct shard *shard, int64_t until_ms);
// Fires what is due up to and with until_ms, as far as the frame has room. With the event clock the tick follows.
// False: it has none for what comes next, be it a timer or an event.
bool shard_timers_fire(struct shard *shard, int64_t until_ms);
// Replaying: fires so many.
//   ERR_CORRUPT there are not as many that are due up to until_ms
NODISCARD enum err shard_timers_fire_again(struct shard *shard, uint64_t count, int64_t until_ms);
// An event is folded next.
void shard_timers_note_event(struct shard *shard);
// What the frame fired, at its end.
struct frame_timers shard_timers_end(struct shard *shard);

#endif
