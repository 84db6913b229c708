// The state of one shard: every projection, the overlay they live in, the store behind it.
//
// One thread (the shard's worker) calls everything here but the snapshot_* functions, which the
// checkpoint thread calls. Changes are made between state_frame_begin and state_frame_end, are pure
// functions of their arguments and of earlier changes, and read no clock.
#ifndef PROJECTIONS_STATE_H
#define PROJECTIONS_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/base/hash.h"

struct state;
struct snapshot;

enum state_access { STATE_WRITE, STATE_READ_ONLY };

struct state_params {
    const char *directory; // of the store, created when missing; NULL: memory only, no checkpoints
    enum state_access access;
    uint64_t seed; // of all table hashes and digests: the journal's identity
    uint64_t map_bytes;
    int64_t dedup_window_ms;
    uint64_t dedup_events_max;
    uint32_t ledger_entries_max; // per contact; older entries are condensed, sums stay exact
    uint32_t limit_keys_max;     // per contact; the oldest are forgotten and counted
    uint64_t overlay_bytes_max;  // clean records above this are dropped after a checkpoint
};

// What a checkpoint stands at. Views are owned by the state.
struct checkpoint {
    uint64_t sequence; // 0: nothing folded yet
    struct hash128 chain;
    int64_t tick_ms;
    uint64_t ruleset;
    uint64_t digest;
    uint64_t sink_mark;
    struct bytes positions; // packed by engine/fold: source names and next positions
    struct bytes
        ruleset_bundle_at; // packed by engine/fold: where the ruleset in force was journalled
};

// Opens the store and reads the newest complete checkpoint.
//   ERR_CORRUPT, ERR_FORMAT the store cannot be trusted: the caller removes it (state_remove) and
//                           folds the journal again · ERR_NOSPACE, ERR_IO
NODISCARD enum err state_open(
    const struct state_params *params,
    struct state **out,
    struct checkpoint *checkpoint_out,
    struct fault *fault);
void state_close(struct state *state);
// Reads all records in the order of the store, as far as overlay_bytes_max goes: before many events are
// folded that costs a fraction of reading them one by one when they are touched. Between frames.
void state_load_all(struct state *state);
// The sequence of the newest checkpoint of a store that nobody has open; 0 where there is none that can
// be read. Tells the journal's recovery what was durable.
uint64_t state_peek(const char *directory, uint64_t map_bytes);
NODISCARD enum err state_remove(const char *directory, struct fault *fault); // deletes a store

// A record that cannot be read from the store (checksum, I/O) makes the state unusable: reads give
// empty answers and this tells why. Checked after each frame; the daemon stops with exit code 74.
enum err state_error(const struct state *state, struct fault *fault);

// The parameters that change what the fold computes. A journal records them, so that a replay uses
// those in force at each frame.
struct state_limits {
    int64_t dedup_window_ms;
    uint64_t dedup_events_max;
    uint32_t ledger_entries_max;
    uint32_t limit_keys_max;
};
// Inside a frame. A change of the dedup window forgets the keys seen so far.
void state_set_limits(struct state *state, const struct state_limits *limits);
// After opening a store: the limits that were in force at its checkpoint. Forgets nothing.
void state_restore_limits(struct state *state, const struct state_limits *limits);

void state_frame_begin(struct state *state, int64_t tick_ms);
// Brings the digest up to date with the records touched so far, while they are still near: called after
// each batch it costs less than once at the end. Long ones wait for the end: the next batch may touch them again.
void state_settle(struct state *state);
// Brings the digest up to date with the records touched in this frame and returns it.
uint64_t state_frame_end(struct state *state);
uint64_t state_digest(const struct state *state);
// The digest computed afresh from every record, in store and overlay (slow; for verify).
uint64_t state_digest_recomputed(struct state *state);

struct state_counts {
    uint64_t contacts;
    uint64_t dedup_events;
    uint64_t dedup_evicted; // dropped by the bound before their window ended
    uint64_t names;
    uint64_t overlay_records;
    uint64_t overlay_bytes; // all memory of the state, tables included
    uint64_t dirty_records;
    uint64_t dirty_bytes;
    uint64_t ledger_condensed; // entries condensed
    uint64_t limit_keys_forgotten;
    uint64_t identity_conflicts; // identifiers that belong to another contact already
    uint64_t changes_refused;    // beyond a bound: names, identifiers, profile bytes of one contact
    uint64_t timers;             // contacts with a timer
};
void state_counts(const struct state *state, struct state_counts *out);

// --- checkpoints. At most one snapshot at a time.
// Freezes all that changed since the last checkpoint; O(1) copies per record touched afterwards.
// The checkpoint's views are copied. Worker thread, between frames.
struct snapshot *state_snapshot_begin(struct state *state, const struct checkpoint *checkpoint);
// Writes the bulk in bounded transactions; nothing of it is in force yet. Checkpoint thread.
NODISCARD enum err snapshot_write(struct snapshot *snapshot, struct fault *fault);
// Puts it in force, in one transaction. Call only when every frame up to the checkpoint's sequence is
// durable and published. Checkpoint thread. Any error: the process must end (exit 70), except
// ERR_NOSPACE, after which the last checkpoint stays in force.
NODISCARD enum err snapshot_commit(
    struct snapshot *snapshot, uint64_t sink_mark, struct fault *fault);
enum snapshot_outcome { SNAPSHOT_COMMITTED, SNAPSHOT_ABANDONED };
// Worker thread, between frames; frees the snapshot. Abandoned: all stays dirty.
void state_snapshot_end(
    struct state *state, struct snapshot *snapshot, enum snapshot_outcome outcome);

#endif
