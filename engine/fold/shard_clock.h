// A shard as time goes by without events: timers, and questions that are asked later than the last event.
#ifndef ENGINE_FOLD_SHARD_CLOCK_H
#define ENGINE_FOLD_SHARD_CLOCK_H

#include "engine/fold/shard.h"

// Due timers are fired when a frame's tick has reached them: with the wall clock before the
// frame's inputs, with the event clock before the event whose time moves the tick to or past them.
// When the earliest is due; INT64_MAX when there is none. The first time this may read all of the store.
int64_t shard_timer_due_ms(struct shard *shard);
// Whether a frame begun now would fire any.
bool shard_timer_is_due(struct shard *shard, int64_t wall_ms);
// TICK_EVENT only, between frames: moves the clock to tick_ms, firing what is due up to and with it, in frames of
// their own. Nothing happens when the clock is there already.
NODISCARD enum err shard_advance(struct shard *shard, int64_t tick_ms, struct fault *fault);
// The same by one frame, for callers that publish between them. *is_there_out: there was nothing left to do after it.
NODISCARD enum err shard_advance_frame(
    struct shard *shard, int64_t tick_ms, bool *is_there_out, struct fault *fault);

// Questions about contacts (engine/fold/query.h) are answered as of the last tick, or of now_ms where that is later and
// the clock is the wall's: points fade between events, too. Holds until the next call.
void shard_look_at(struct shard *shard, int64_t now_ms);

#endif
