// What an event did when it was folded: the journal is folded again in memory, up to its frame, and the event is watched.
#ifndef ENGINE_FOLD_EXPLAIN_EVENT_H
#define ENGINE_FOLD_EXPLAIN_EVENT_H

#include "engine/base/buffer.h"
#include "engine/fold/event_find.h"

// Appends one JSON object without a newline: the event, its contact, each counter, rule and workflow that named its type in
// the rules of then and what became of it, the same for the events that the engine made of it, and the scores and segments
// that it changed. docs/explain.md has its form.
// Of actions that were thrown away later it says so, too.
//   ERR_MISSING there is no such event · ERR_CORRUPT damage, or a fold that differs from what was recorded · ERR_FORMAT
//   rules of then that this version does not know · ERR_IO
NODISCARD enum err explain_event(
    const struct shard_params *params,
    struct shard_progress progress,
    const struct event_found *found,
    struct buffer *to,
    struct fault *fault);

#endif
