// The journal of one shard: append on the worker thread, make durable on the sync thread, read anywhere.
#ifndef ENGINE_JOURNAL_JOURNAL_H
#define ENGINE_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/journal/frame.h"
#include "engine/port/disk.h"

struct journal_params {
    struct disk disk;
    const char *directory; // exists; copied
    uint32_t shard;
    uint64_t
        identity; // random number of the data directory, in every file's header and frame; also the
                  // hash seed. 0: whatever the journal there has (ERR_INVALID when it is empty)
    uint64_t file_bytes_max;  // 1 MiB..1 GiB; may differ from file to file
    uint64_t frame_bytes_max; // a frame above this is refused
    // Known from elsewhere (the store's checkpoint) to have been durable; 0: nothing is known.
    // Frames up to it are never cut as a torn tail, but for the very last one where its bytes stop
    // early: that one is cut, and named in journal_recovery.durable_lost.
    uint64_t sequence_known;
};

// What recovery found and did.
struct journal_recovery {
    uint64_t files;
    uint64_t frames;
    uint64_t sequence_first; // 0 when empty
    uint64_t sequence_last;  // 0 when empty
    struct hash128 chain_last;
    uint64_t tail_cut_bytes; // torn last frame, cut off
    uint64_t tail_cut_file;  // name of that file (first sequence)
    uint64_t durable_lost; // sequence of the frame cut off when it was known to be durable; else 0
};

struct journal;

// Opens or creates the journal, verifies the last file and up to 128 MiB of sealed ones whole (others
// by header, length and seal, and fully by journal_verify), cuts a torn last frame.
//   ERR_CORRUPT damage that is not the tail: nothing was changed; the fault names file and sequence range
//   ERR_FORMAT  written by a newer version · ERR_INVALID another shard's or data directory's
//   ERR_NOSPACE, ERR_IO, ERR_SYNC
NODISCARD enum err journal_open(
    const struct journal_params *params,
    struct journal **out,
    struct journal_recovery *recovery_out,
    struct fault *fault);
void journal_close(struct journal *journal); // does not sync

uint64_t journal_identity(const struct journal *journal);
uint64_t journal_sequence_next(const struct journal *journal); // of the next append

// Appends what the builder holds as one frame with the next sequence; head gives tick, ruleset and digest;
// sequence and chain are written into it. Ordered when this returns, durable only after journal_sync.
//   ERR_LIMIT above frame_bytes_max; the journal is unchanged
// Worker thread. Never blocks on the disk; copies into the waiting group.
NODISCARD enum err journal_append(
    struct journal *journal, const struct frame_builder *builder, struct frame_head *head);
// What the frames appended since the opening hold, as it was encoded. Worker thread.
struct journal_totals {
    uint64_t events, duplicates, rejected;
};
const struct journal_totals *journal_appended(const struct journal *journal);
// Bytes appended and not yet durable. Any thread.
uint64_t journal_waiting_bytes(struct journal *journal);

// Writes and fdatasyncs all that was appended before the call (group commit), rolling files over.
// Sync thread only; blocks. *durable_out: last durable sequence.
//   ERR_NOSPACE nothing of the group is lost: call again when there is room
//   ERR_SYNC, ERR_IO the journal accepts nothing more; the process must end (exit 70)
NODISCARD enum err journal_sync(
    struct journal *journal, uint64_t *durable_out, struct fault *fault);
// Prepares (allocates, prewrites, syncs) the next file ahead of need. A helper thread, may be called while others append and sync.
NODISCARD enum err journal_prepare(struct journal *journal, struct fault *fault);
uint64_t journal_sequence_durable(struct journal *journal); // any thread

// --- reading: sees whole frames, also those that a live writer has written but not yet synced (the
// writer's process knows journal_sequence_durable). Independent of a writer, also in another process.
struct journal_reader;
// Begins at the frame `sequence` (1 or the first there is: 0).
//   ERR_MISSING no such frame (yet) · ERR_CORRUPT · ERR_FORMAT · ERR_IO
NODISCARD enum err journal_reader_open(
    struct disk disk,
    const char *directory,
    uint64_t sequence,
    struct journal_reader **out,
    struct fault *fault);
void journal_reader_close(struct journal_reader *reader);
// Goes on at the frame `sequence`, at least 1, before or behind; forwards within a file without reading from its beginning.
// After an error only another seek, or the end.
//   as journal_reader_open
NODISCARD enum err journal_reader_seek(
    struct journal_reader *reader, uint64_t sequence, struct fault *fault);
// The next frame, verified (CRC, sequence, chain). Views are valid until the next call.
//   ERR_END no further whole frame (may be asked again later); what a torn tail holds is not told here,
//           but by journal_verify · ERR_CORRUPT names file and range
NODISCARD enum err journal_reader_next(
    struct journal_reader *reader,
    struct bytes *frame_out,
    struct frame_reader *out,
    struct fault *fault);

// Reads every byte of a journal that nobody writes to, and changes nothing. found_out is what an open
// would find: a torn tail is not an error. sequence_known as in journal_params.
//   ERR_CORRUPT names file and sequence range · ERR_FORMAT · ERR_MISSING no such directory · ERR_IO
NODISCARD enum err journal_verify(
    struct disk disk,
    const char *directory,
    uint64_t sequence_known,
    struct journal_recovery *found_out,
    struct fault *fault);

// Facts for `engagectl journal stat`.
struct journal_stat {
    uint64_t files, bytes, frames_first, frames_last;
    uint64_t identity;
    uint32_t shard;
    uint32_t format;
};
NODISCARD enum err journal_stat(
    struct disk disk, const char *directory, struct journal_stat *out, struct fault *fault);

#endif
