// Holds what a lane's parts counted against each other, and stops the lane when it does not add up.
#ifndef ENGINE_RUN_LANE_BALANCE_H
#define ENGINE_RUN_LANE_BALANCE_H

#include "engine/run/balance.h"
#include "engine/run/lane.h"

// Between frames. Worker thread.
void lane_balance_facts(const struct lane *lane, struct balance_facts *out);

// Between frames: true when all adds up. A lane that does not is named in the log once, reads and
// publishes nothing more, shows it in its metrics and in /readyz, and ends the process with 70 after a
// minute, or at once where nobody would look (--once, stopping). Worker thread.
bool lane_balance_holds(struct lane *lane, int64_t now_us);

#endif
