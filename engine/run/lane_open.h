// Opens a lane's shard: recovery, with its report in the log, and the rules in force.
#ifndef ENGINE_RUN_LANE_OPEN_H
#define ENGINE_RUN_LANE_OPEN_H

#include "engine/run/lane.h"
#include "engine/run/rules.h"

// Blocks as long as recovery takes, and while the disk is full. What cannot be opened ends the process:
// damage with 74, anything else with 70. Sets lane->shard and begins the lane. Worker thread.
void lane_open(
    struct lane *lane,
    const struct shard_params *params,
    const struct rules *rules,
    struct side_thread *side);

#endif
