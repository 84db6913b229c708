// Private to the journal: the state that append, sync and prepare share.
#ifndef ENGINE_JOURNAL_STATE_H
#define ENGINE_JOURNAL_STATE_H

#include <pthread.h>
#include <stdbool.h>

#include "engine/base/buffer.h"
#include "engine/journal/file.h"
#include "engine/journal/journal.h"

// A file that is written to. Sync thread only.
struct journal_head {
    struct disk_file *file; // NULL: the next frame goes into a new file
    uint64_t first;
    uint64_t end;        // where the next group goes: the start of a sector
    uint64_t size_bytes; // frames and seal stay below it, but for a frame that no file could hold
    uint64_t frames;
};

struct journal {
    struct disk disk;
    char *directory;
    uint32_t shard;
    uint64_t identity;
    uint64_t file_bytes_max;
    uint64_t frame_bytes_max;

    struct journal_totals appended; // the appending thread's alone
    pthread_mutex_t mutex;          // guards all up to `head`
    pthread_cond_t prepare_done;
    struct buffer waiting; // frames appended and not yet taken by a sync
    uint64_t sequence_next;
    struct hash128 chain;       // of the last frame appended
    uint64_t durable;           // last durable sequence
    size_t writing_left;        // bytes taken by a sync and not yet durable
    enum err failed;            // sticky: ERR_SYNC or ERR_IO
    bool is_preparing;          // a thread is making `prepared`
    struct disk_file *prepared; // the next file, zeroes only; NULL: none

    struct journal_head head;
    struct journal_head sealing;  // the file before, as long as it lacks its seal
    uint64_t previous_first;      // of the file before the head's; for the next header
    struct hash128 durable_chain; // of the last durable frame
    struct buffer writing;        // the group being written
    size_t written;               // of it, durable
};

// Remembers the first error after which nothing can be trusted any more, and returns it.
enum err journal_fail(struct journal *journal, enum err err);

// Gives the next file, prepared by journal_prepare or right here; the caller owns the handle.
NODISCARD enum err journal_take_prepared(
    struct journal *journal, struct disk_file **out, struct fault *fault);
// Hands a file back that was not used after all.
void journal_return_prepared(struct journal *journal, struct disk_file *file);

// Makes the next file the head, its first sequence `first`, following the head of now (which
// becomes `sealing`).
NODISCARD enum err journal_roll(struct journal *journal, uint64_t first, struct fault *fault);
// Seals `sealing`.
NODISCARD enum err journal_seal(struct journal *journal, struct fault *fault);

#endif
