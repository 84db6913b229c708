// Reads back the ids at the end of a file of actions or dead letters.
#ifndef CONSUMERS_FILE_TAIL_H
#define CONSUMERS_FILE_TAIL_H

#include <stdint.h>

#include "consumers/file/id_set.h"
#include "engine/base/err.h"
#include "engine/port/disk.h"

// A line of ours begins with one of these and goes on with 32 hex digits and a quote.
#define TAIL_ACTION_PREFIX      "{\"specversion\":\"1.0\",\"id\":\""
#define TAIL_DEAD_LETTER_PREFIX "{\"id\":\""

struct tail_range {
    uint64_t from;       // may be in the middle of a line, which is then left out
    uint64_t to;         // the end of a line, or of the file
    uint64_t first_line; // out: where the first line that begins at `from` or behind it begins
    uint64_t whole_end;  // out: where the last whole line before any damage ends; at most `to`
};

// Adds the ids of the lines of the range up to the first damage to the set.
//
// A power cut may leave the lines of the last write torn, zeroed or garbled, in any part of it:
// bytes that JSON lines do not have. All from there on counts as damaged. Clean text that is not
// ours is another program's, and refused; so is a file whose very first byte was garbled, as nothing
// shows that it is ours. The fault does not name the file.
//
//   ERR_CORRUPT a line is not what this engine writes; named by its offset
//   ERR_IO      the file cannot be read
NODISCARD enum err tail_read(
    const struct disk *disk,
    struct disk_file *file,
    struct tail_range *range,
    struct id_set *ids,
    struct fault *fault);

#endif
