// A refused input as the dead letters carry it: original bytes, place of origin, reason.
#ifndef ENGINE_FOLD_DEAD_LETTER_H
#define ENGINE_FOLD_DEAD_LETTER_H

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/journal/frame.h"

// Where and when an input was refused.
struct dead_letter {
    uint64_t identity; // of the data directory
    uint32_t shard;
    int64_t tick_ms;
    struct bytes source;             // name
    uint64_t bytes_max;              // of the input, in the payload
    const struct frame_input *input; // kind FRAME_INPUT_REJECTED
};

// Derived from data directory, shard, source and position: the same refusal has the same id for ever.
struct hash128 dead_letter_id(const struct dead_letter *letter);
// Appends {"id":…,"time":…,"shard":…,"source":…,"position":…,"code":…,"reason":…,"bytes":n,
// "truncated":bool,"key":…,"headers":{…},"payload":"<base64>"} without a newline.
void dead_letter_add_json(struct buffer *to, const struct dead_letter *letter);

#endif
