// The events that the entries of a ledger came from, read in one way through the journal, as explanations print them.
#ifndef ENGINE_FOLD_EXPLAIN_EVENTS_H
#define ENGINE_FOLD_EXPLAIN_EVENTS_H

#include "engine/base/buffer.h"
#include "engine/event/event.h"
#include "engine/fold/shard.h"

// One event: where its text is.
struct explained_event {
    struct event_ref ref;
    size_t begin, len; // in texts
};

// Zero-initialised is empty.
struct explain_events {
    struct explained_event *items; // owned; in the order of the journal, each once
    size_t count, cap;
    struct buffer texts;
};

// Asks for an event of a frame. Events may be asked for in any order, several times; then they are read.
void explain_events_ask(struct explain_events *events, struct event_ref ref);
// Reads from the shard's journal all that was asked for.
//   ERR_CORRUPT, ERR_IO, ERR_MISSING: one of them cannot be read
NODISCARD enum err explain_events_read(
    struct explain_events *events, const struct shard *shard, struct fault *fault);
// Of an event that was read: `"event":{source, id, type, sequence, index},"ruleset":…`, and of points that were given by
// hand what is said of them, `"set":…,"reason":…,"by":…`. Borrowed.
struct bytes explain_events_text(const struct explain_events *events, struct event_ref ref);
void explain_events_free(struct explain_events *events);

#endif
