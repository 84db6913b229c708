// The story of one event as JSON, written down while it is folded.
#ifndef ENGINE_FOLD_EVENT_STORY_H
#define ENGINE_FOLD_EVENT_STORY_H

#include "engine/base/buffer.h"
#include "engine/fold/shard.h"
#include "engine/fold/trace.h"

// What one event, or one that the engine made of it, met.
struct event_matches {
    struct buffer event;
    struct buffer objects, counters, rules, workflows;
    struct buffer runs;    // lines about runs that wait, or that began and now do
    bool is_workflow_open; // actions may follow
    uint32_t actions;      // of that workflow
    const struct workflow_def *open_workflow;
    uint32_t open_run; // its number
};

// Zero-initialised but for the shard, which is borrowed, and is_dropped.
struct event_story {
    struct shard *shard;
    struct buffer head, tail;     // of the whole: the event and its contact; what has changed
    struct event_matches own;     // of the event itself
    struct event_matches derived; // of the one in hand that was made of it
    struct buffer all_derived;    // those before
    uint32_t depth;               // of the one in hand
    int64_t *shown_before;        // by score, thousandths
    bool *was_member;             // by segment
    bool is_dropped;              // its actions were thrown away later
    bool is_told;
};

// What a fold is given to tell it of that event. The story stays where it is.
struct trace event_story_trace(struct event_story *story, struct event_ref of);
bool event_story_is_told(const struct event_story *story);
void event_story_add(const struct event_story *story, struct buffer *to);
void event_story_free(struct event_story *story);

#endif
