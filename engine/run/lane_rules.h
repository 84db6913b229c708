// Puts rules in force on a lane's shard.
#ifndef ENGINE_RUN_LANE_RULES_H
#define ENGINE_RUN_LANE_RULES_H

#include "engine/run/lane.h"
#include "engine/run/rules.h"

// By a frame of their own; nothing happens when they are in force already, under the same settings. The shard holds the
// ruleset from then on. The frame waits for lane_sync. What fails ends the process. Worker thread, between two frames.
void lane_put_in_force(struct lane *lane, const struct rules *rules);

#endif
