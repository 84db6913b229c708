// Private to the journal: a builder's content as the bytes of one frame, and views into such bytes.
#ifndef ENGINE_JOURNAL_ENCODE_H
#define ENGINE_JOURNAL_ENCODE_H

#include "engine/journal/frame.h"

// What the journal knows about the next frame.
struct frame_stamp {
    uint64_t identity;
    uint64_t sequence;
    uint64_t durable;        // durable mark
    struct hash128 previous; // chain hash of the frame before
};

// Appends the frame; head gives tick, ruleset and digest, its sequence, chain and counts are written.
void frame_encode(
    const struct frame_builder *builder,
    const struct frame_stamp *stamp,
    struct frame_head *head,
    struct buffer *to);

// Views into a whole frame whose checksums were verified.
//   ERR_CORRUPT sections and counts contradict each other; *reason_out says which (static storage)
NODISCARD enum err frame_views(
    struct bytes frame, struct arena *arena, struct frame_reader *out, const char **reason_out);

#endif
