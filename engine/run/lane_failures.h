// Says which expressions of the rules fail, each once, so that an operator knows which event to look at.
#ifndef ENGINE_RUN_LANE_FAILURES_H
#define ENGINE_RUN_LANE_FAILURES_H

#include "engine/run/lane.h"

// After a frame. Worker thread.
void lane_failures_tell(struct lane *lane);

#endif
