// The timers of a lane: what time it is for them, and when there is something to do.
#ifndef ENGINE_RUN_LANE_TIMERS_H
#define ENGINE_RUN_LANE_TIMERS_H

#include "engine/run/lane.h"

// The wall clock, as far as it is believed (engine/run/clock_guard.h): what the ticks of frames follow.
int64_t lane_clock_ms(const struct lane *lane);
// Fires what is due by then in one frame without inputs. True: there was something.
bool lane_timers_fire(struct lane *lane, int64_t now_ms);
// Before other rules than those in force take their place: fires all that is due by now, which is returned, by the rules
// of then, and makes it durable. Before the lane begins; blocks, also while the disk is full. side: to wait on.
int64_t lane_timers_settle(struct lane *lane, uint64_t ruleset_next, struct side_thread *side);
bool lane_timers_are_due(const struct lane *lane);
// Until the earliest is due; -1: no time will make one due, or one is due and waits for something else.
int64_t lane_timers_wait_ms(const struct lane *lane);
// How late the earliest is; 0 while none is due.
int64_t lane_timers_delay_ms(const struct lane *lane);

#endif
