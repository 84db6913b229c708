// Which events (source, id) were seen within the window.
#ifndef PROJECTIONS_DEDUP_H
#define PROJECTIONS_DEDUP_H

#include <stdbool.h>
#include <stdint.h>

#include "projections/state.h"

// The key of an event: hash of (source, id) under the state's seed.
struct hash128 dedup_key(const struct state *state, struct bytes source, struct bytes id);
void dedup_prefetch(const struct state *state, struct hash128 key);
// True when the key was not seen within the window before tick_ms; it is from now on. Inside a frame;
// tick_ms never goes back. The window is kept in 128ths: a key is remembered for the window at least
// and 1/128 longer at most, unless the bound on events drops its part first.
bool dedup_add(struct state *state, struct hash128 key, int64_t tick_ms);
// Whether dedup_add would say false; remembers nothing. Inside a frame; tick_ms never goes back.
bool dedup_has(struct state *state, struct hash128 key, int64_t tick_ms);
// Forgets what has left the window at tick_ms. The fold calls it at the end of each frame, so that the
// state after a frame depends on its last tick alone. Inside a frame.
void dedup_expire(struct state *state, int64_t tick_ms);

#endif
