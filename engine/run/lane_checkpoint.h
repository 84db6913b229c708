// When a lane's checkpoint is due, and its way: written at once, in force when its frames are published.
#ifndef ENGINE_RUN_LANE_CHECKPOINT_H
#define ENGINE_RUN_LANE_CHECKPOINT_H

#include "engine/run/lane.h"

// Between frames, on the lane's thread: moves the checkpoint on as far as it can go.
void lane_checkpoint_turn(struct lane *lane, int64_t now_us);
// Called with every publication that is confirmed; sequence: its last frame.
void lane_checkpoint_published(struct lane *lane, uint64_t sequence, uint64_t mark);
// The next one is due at once.
void lane_checkpoint_hasten(struct lane *lane);
// Nothing has changed since the last one, and none is under way.
bool lane_checkpoint_is_done(const struct lane *lane);

#endif
