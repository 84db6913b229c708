// What a lane notes of the inputs in hand, so that one that ends the process is refused in the end.
#ifndef ENGINE_RUN_LANE_INFLIGHT_H
#define ENGINE_RUN_LANE_INFLIGHT_H

#include "engine/run/lane.h"

// Maps DIRECTORY/inflight, counts the death of the last process and says so. The lane has begun; without
// room for the page it goes on without. Worker thread.
void lane_inflight_open(struct lane *lane, const char *directory);
void lane_inflight_close(struct lane *lane);

// The page for what this inlet gives, or NULL. Only what the next process reads again can end that, too.
struct inflight *lane_inflight_of(struct lane *lane, const struct inlet *inlet);

// Something that this inlet gave is suspected: it is read one by one, each input durable before the next.
bool lane_inflight_is_careful(const struct lane *lane, const struct inlet *inlet);
// Something became durable: what was suspected may have passed.
void lane_inflight_settle(struct lane *lane);

#endif
