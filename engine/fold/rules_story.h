// What rules that come into force make of one contact, by holding it before against it afterwards.
#ifndef ENGINE_FOLD_RULES_STORY_H
#define ENGINE_FOLD_RULES_STORY_H

#include "engine/base/arena.h"
#include "engine/base/buffer.h"

struct fold;
struct rules_known;

// Zero-initialised: nothing was looked at.
struct rules_story {
    struct arena arena;
    struct rules_known *segments, *scores; // in the arena
    size_t segment_count, score_count;
};

// Notes the contact in hand as the rules in force have it.
void rules_story_look(struct rules_story *story, struct fold *fold);
// Appends a line for each segment that it has come into or out of since, and each score that is another one:
// {"what":"segment","time":…,"segment":…,"state":"entered","by":"rules"}
// {"what":"score","time":…,"score":…,"from":…,"to":…,"by":"rules"}; to null: the rules have no such score any more.
void rules_story_tell(struct rules_story *story, struct fold *fold, struct buffer *to);
void rules_story_free(struct rules_story *story);

#endif
