// One shard: journal, state and ruleset driven together. The whole engine but for threads and doors.
//
// The worker thread that owns a shard calls everything here. Other threads only sync the journal
// (shard_journal), publish what shard_take_outbox gave, and write snapshots.
#ifndef ENGINE_FOLD_SHARD_H
#define ENGINE_FOLD_SHARD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/event/decode.h"
#include "engine/fold/inflight.h"
#include "engine/fold/matched.h"
#include "engine/fold/outbox.h"
#include "engine/fold/shard_counts.h"
#include "engine/journal/journal.h"
#include "engine/port/source.h"
#include "engine/port/zone_files.h"
#include "projections/state.h"
#include "rules/ruleset.h"

enum tick_mode { TICK_WALL, TICK_EVENT };
enum shard_store { SHARD_STORE_KEPT, SHARD_STORE_NONE };

struct shard_params {
    struct disk disk;
    const char *directory; // of this shard: holds "journal/" and "store/"; created when missing
    uint32_t shard;
    uint64_t identity; // used when the journal is created; else the journal's own counts
    uint64_t journal_file_bytes, frame_bytes_max;
    uint32_t frame_events_max; // 1..FRAME_INPUTS_MAX
    struct state_params state; // directory and seed are filled in by the shard
    struct decode_limits decode;
    enum unknown_events unknown_events;
    enum tick_mode tick_mode;
    uint32_t actions_per_event_max;
    uint32_t derived_depth_max;
    uint32_t
        counter_entries_max; // that a counter with a window, or of different values, keeps of a contact
    uint64_t
        dead_letter_bytes_max; // of an input that a dead letter carries; the journal has all of it
    // The account's time zone: "UTC", a fixed offset, or a name; NULL: UTC. Borrowed, as directory is.
    const char *zone;
    struct zone_files zone_files; // asked while frames are made, for zones that the journal has not
    enum state_access access;     // STATE_READ_ONLY: nothing is written, no frame can be begun
    enum shard_store store;       // SHARD_STORE_NONE: the state is in memory only, no checkpoints
};

// What opening found and did, for the operator's log.
struct shard_report {
    struct journal_recovery journal;
    uint64_t checkpoint_sequence; // 0: the store was empty or gone
    uint64_t replayed_frames, replayed_events;
    bool is_store_rebuilt; // it was damaged or of another format
    char store_reason[FAULT_TEXT_BYTES];
};

struct shard;

// Called now and then while frames are replayed; may be NULL.
typedef void shard_progress_fn(
    void *context, uint64_t sequence, uint64_t sequence_last, uint64_t events);
struct shard_progress {
    shard_progress_fn *report;
    void *context;
};

// Recovers journal and store, folds what the store does not hold yet, and compares digests.
//   ERR_CORRUPT damage named in the fault (exit 74), or a refold that differs from what was recorded
//   ERR_FORMAT  written by a newer version · ERR_NOSPACE, ERR_IO, ERR_SYNC
NODISCARD enum err shard_open(
    const struct shard_params *params,
    struct shard_progress progress,
    struct shard **out,
    struct shard_report *report_out,
    struct fault *fault);
void shard_close(struct shard *shard); // no checkpoint, no sync

// Puts a ruleset in force from the next frame on, by a frame of its own; nothing happens when it is in
// force already. Its bundle is journalled. Takes the ruleset over (also when it does nothing).
NODISCARD enum err shard_activate(
    struct shard *shard, struct ruleset *ruleset, int64_t wall_ms, struct fault *fault);
const struct ruleset *shard_ruleset(const struct shard *shard); // NULL before the first activation
uint64_t shard_ruleset_sequence(const struct shard *shard);     // of the frame that put it in force
struct state *shard_state(struct shard *shard);
struct journal *shard_journal(struct shard *shard); // NULL when read only
uint64_t shard_sequence(const struct shard *shard); // last frame folded
// From now on it is told what of the rules matches; what is there when rules are put in force is told, too.
void shard_tell_matched(struct shard *shard, struct matched to);
int64_t shard_tick_ms(const struct shard *shard);

// Where a source goes on; SOURCE_POSITION_START when this shard never read it.
int64_t shard_position(const struct shard *shard, const char *source_name);

// The last event of a source that the journal holds, for source->remember; looks into the last few frames.
// position is SOURCE_POSITION_START where there is none. Reads from the disk.
//   ERR_CORRUPT, ERR_IO
NODISCARD enum err shard_last_read(
    const struct shard *shard,
    const char *source_name,
    struct source_memory *out,
    struct fault *fault);

// --- frames. begin, fold any number of batches, end.
struct input_result {
    enum frame_input_kind kind;
    struct reject reject; // where kind is FRAME_INPUT_REJECTED
};
// What is in hand while folding is noted in this page from now on; NULL: nowhere. Borrowed.
void shard_watch(struct shard *shard, struct inflight *page);
// Moves the clock (TICK_WALL) and fires what is due; of many the rest in the next frames, before any message.
void shard_frame_begin(struct shard *shard, int64_t wall_ms);
// Folds messages of one source until the frame is full; gives how many. 0 of some: timers that come before them have
// filled it, the next frame is for them. results may be NULL or has room for count. The messages must stay
// valid until shard_frame_end.
size_t shard_fold(
    struct shard *shard,
    const char *source_name,
    const struct message *messages,
    size_t count,
    struct input_result *results);
bool shard_frame_is_full(const struct shard *shard);
bool shard_frame_is_empty(const struct shard *shard);
// Appends the frame to the journal (not durable yet). *sequence_out is unchanged when it was empty.
//   ERR_CORRUPT a record of the store could not be read (exit 74; the journal is unharmed)
NODISCARD enum err shard_frame_end(
    struct shard *shard, uint64_t *sequence_out, struct fault *fault);

// --- publishing. Frames become takeable when durable; taken in order; marked published in order.
// Moves what can be published up to durable into *batch (appending); false when there was nothing.
bool shard_take_outbox(struct shard *shard, uint64_t durable, struct outbox_batch *batch);
void shard_published(struct shard *shard, uint64_t sequence, uint64_t mark);
uint64_t shard_sequence_published(const struct shard *shard);
// After opening: the sink's mark of the checkpoint, for sink->recover. Then every thing of the replayed
// frames is in the outbox; the publisher asks the sink for each whether it was published.
uint64_t shard_sink_mark(const struct shard *shard);

// --- checkpoints. The caller decides when; shard_checkpoint_* keep position and state together.
struct snapshot *shard_checkpoint_begin(struct shard *shard, uint64_t *sequence_out);
void shard_checkpoint_end(
    struct shard *shard, struct snapshot *snapshot, enum snapshot_outcome outcome);

#endif
