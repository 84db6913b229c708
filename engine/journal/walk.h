// A way through one journal file, record by record, everything verified.
#ifndef ENGINE_JOURNAL_WALK_H
#define ENGINE_JOURNAL_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/err.h"
#include "engine/journal/file.h"
#include "engine/journal/record.h"

// What stands at the next place.
enum walk_found {
    WALK_FRAME, // the frame expected
    WALK_SEAL,  // a seal that agrees with the frames before it
    WALK_ZERO,  // nothing written here: a sector boundary and a zero length, or the end of the file
    WALK_BAD,   // something else; walk.reason says what
};

enum walk_depth {
    WALK_PEEK, // header only, does not move on
    WALK_SKIP, // header only
    WALK_WHOLE // body checksum and chain hash too
};

struct walk {
    struct disk disk;
    struct disk_file *file; // NULL: no file is open
    struct journal_path path;
    struct file_header header;
    uint64_t size_bytes;   // of the file when it was last looked at
    uint64_t at;           // offset behind the last record taken
    uint64_t record_at;    // offset of the record last looked at: at, or the next sector
    uint64_t sequence;     // expected next
    struct hash128 chain;  // after the last frame
    enum walk_found found; // by the last look
    struct bytes frame;    // of WALK_FRAME with WALK_WHOLE: a view until the next look
    const char *reason;    // of WALK_BAD
    uint64_t bad_end;      // of WALK_BAD: where a frame with a whole header should end; else 0
    bool is_contradiction; // the bad record is whole and of this journal, so it was not torn
    struct buffer window;
    uint64_t window_at; // offset of the window's first byte
};

// Opens a file and checks its header against its name. walk is zero-initialised or closed.
//   ERR_MISSING · ERR_TORN no header (short, or zeroes) · ERR_CORRUPT · ERR_FORMAT · ERR_IO
NODISCARD enum err walk_open(
    struct walk *walk,
    struct disk disk,
    const char *directory,
    uint64_t first,
    struct fault *fault);
void walk_close(struct walk *walk); // keeps the window's memory
void walk_free(struct walk *walk);

// Looks at the next record, and moves behind a frame or a seal. ERR_IO is the only error; all else is
// told in walk->found.
NODISCARD enum err walk_next(struct walk *walk, enum walk_depth depth, struct fault *fault);

// Forgets what was read, so that the next look is at the disk; looks at the file's size again.
NODISCARD enum err walk_refresh(struct walk *walk, struct fault *fault);

// Up to len bytes at an offset, fewer at the end of the file; valid until the next call.
NODISCARD enum err walk_bytes(
    struct walk *walk, uint64_t offset, size_t len, struct bytes *out, struct fault *fault);

#endif
