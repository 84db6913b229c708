// Where in a shard's journal an event is.
#ifndef ENGINE_FOLD_EVENT_FIND_H
#define ENGINE_FOLD_EVENT_FIND_H

#include "engine/fold/shard.h"

struct event_wanted {
    struct bytes id;
    struct bytes source; // empty: of any source
};

struct event_found {
    struct event_ref ref; // the newest one
    int64_t tick_ms;      // of its frame
    uint64_t count;       // how many events of the journal have the id
    bool is_dropped;      // the actions of its frame were thrown away later, by an operator
};

// Reads the whole journal, every event decoded with the catalogue of its time. Refused inputs are no events.
//   ERR_MISSING there is no such event · ERR_CORRUPT · ERR_FORMAT · ERR_IO
NODISCARD enum err event_find(
    const struct shard_params *params,
    struct shard_progress progress,
    const struct event_wanted *wanted,
    struct event_found *out,
    struct fault *fault);

#endif
