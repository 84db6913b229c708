// A frame of a journal as lines of JSON, one for each command, input and outgoing thing.
#ifndef TOOLS_ENGAGECTL_JOURNAL_LINE_H
#define TOOLS_ENGAGECTL_JOURNAL_LINE_H

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/event/decode.h"
#include "engine/journal/frame.h"

struct journal_lines {
    uint32_t shard;
    struct bytes contact;    // only what concerns this contact; empty: everything
    struct decoder *decoder; // needed with a contact
    struct arena *arena;     // cleared for each frame
};

// Appends the lines of one frame; uses the reader up.
//   ERR_CORRUPT a section is malformed
NODISCARD enum err journal_lines_add(
    const struct journal_lines *lines, struct frame_reader *frame, struct buffer *to);

#endif
