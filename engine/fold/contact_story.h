// The story of one contact as lines of JSON, written down while the journal is folded.
#ifndef ENGINE_FOLD_CONTACT_STORY_H
#define ENGINE_FOLD_CONTACT_STORY_H

#include "engine/base/buffer.h"
#include "engine/fold/rules_story.h"
#include "engine/fold/shard.h"
#include "engine/fold/trace.h"

// Zero-initialised but for what is borrowed.
struct contact_story {
    struct shard *shard;
    struct buffer *to; // gets a line for each thing that happened, in order
    bool is_of_run;    // only what is about this run
    struct hash128 run;
    struct rules_story rules;
    struct buffer
        emitted; // its actions that may still be dropped: of each the frame, and its line behind the time, sized
};

// What a fold is given to tell it of the contact. The story stays where it is.
struct trace contact_story_trace(struct contact_story *story, struct contact_number contact);
void contact_story_free(struct contact_story *story); // what it owns

#endif
