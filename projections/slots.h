// Where each contact's record is in memory, what changed since the last checkpoint, what a running
// snapshot has frozen.
#ifndef PROJECTIONS_SLOTS_H
#define PROJECTIONS_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "projections/record.h"
#include "projections/slab.h"

enum {
    SLOT_CHUNK_BITS = 17, // its slots fill a huge page
    SLOT_CHUNK = 1 << SLOT_CHUNK_BITS,
    SLOT_TOUCHED = 1, // changed in this frame: listed, dirty, not frozen
    SLOT_USED = 2,    // touched since the sweep that drops clean records came by
    SLOT_DIRTY = 4,   // as its bit in the chunk says, nearer
    SLOT_TAGS = 7,
};

struct slot {
    uintptr_t tagged; // record | tags; no record: it is in the store only
    uint64_t hash;    // of the record as counted in the digest; 0 when not counted yet
};

struct slot_chunk {
    struct slot *slots; // SLOT_CHUNK of them
    uint64_t dirty[SLOT_CHUNK / 64];
    uint64_t frozen[SLOT_CHUNK / 64]; // dirty when the running snapshot began, not copied since
    uint32_t dirty_count;
    uint32_t frozen_count;
};

// Records that grow do so here until a batch is folded: a contact about whom much becomes known at once would pass from
// size to size of the slab.
enum { DESK_PLACES = 64, DESK_RECORD_BYTES = 2048 };
struct desk {
    uint8_t *places; // NULL until the first is taken
    // By place: for which contact it was taken, whose record may have left; how long the record is; what it took in the
    // slab before.
    uint64_t owners[DESK_PLACES];
    uint32_t lens[DESK_PLACES], capacities[DESK_PLACES];
    uint32_t taken;
};

// A record that a snapshot reads while the contact has gone on with a copy.
struct replaced {
    uint8_t *record;
    size_t bytes;
};

struct slots {
    struct slot_chunk **chunks;
    size_t chunk_count;
    uint64_t count; // contacts are 1..count
    uint64_t resident;
    uint64_t dirty;
    uint64_t dirty_bytes; // without what records on the desk have grown by
    struct slab slab;
    struct desk desk;
    uint64_t *touched; // contacts touched in this frame
    size_t touched_count, touched_cap;
    size_t touched_long;       // the first of them are left to the end of the frame
    struct replaced *replaced; // freed when the snapshot ends
    size_t replaced_count, replaced_cap;
    bool is_frozen;     // a snapshot reads records, so they stay where they are
    size_t sweep_chunk; // where dropping clean records goes on
};

static inline struct slot *slots_at(const struct slots *slots, uint64_t contact)
{
    uint64_t index = contact - 1;
    return &slots->chunks[index >> SLOT_CHUNK_BITS]->slots[index & (SLOT_CHUNK - 1)];
}

static inline uint8_t *slot_record(const struct slot *slot)
{
    return (uint8_t *)(slot->tagged & ~(uintptr_t)SLOT_TAGS);
}

// Makes room for contacts up to count, none of them resident.
void slots_grow(struct slots *slots, uint64_t count);
// Gives the next number a copy of the record, dirty and touched.
uint64_t slots_append(struct slots *slots, struct bytes record);
// Puts a copy of a record read from the store into its empty slot, clean.
void slots_load(struct slots *slots, uint64_t contact, struct bytes record, uint64_t hash);
// Makes a resident record writable: lists it as touched, dirty, and copies it when it is frozen.
void slots_touch(struct slots *slots, uint64_t contact);
// Makes bytes [at, at + old_bytes) of a touched record new_bytes long; later ones move along. Returns
// the record, which may have moved. The caller brings the header's counts in line before anything else.
struct resize {
    size_t at;
    size_t old_bytes;
    size_t new_bytes;
};
uint8_t *slots_resize(struct slots *slots, uint64_t contact, struct resize resize);

// Records have their lengths for now: those on the desk leave it. Inside a frame, and before its end.
void slots_clear_desk(struct slots *slots);

// Freezes the dirty records. Nothing may be frozen before.
void slots_freeze(struct slots *slots);
// Forgets what was frozen; where is_kept_dirty it becomes dirty again.
enum thaw { THAW_CLEAN, THAW_DIRTY };
void slots_thaw(struct slots *slots, enum thaw thaw);
// Drops clean records not lately used, until objects take at most so many bytes or a round is done.
void slots_drop_clean(struct slots *slots, uint64_t object_bytes_max);
// Moves some records together where memory lies idle. Between frames.
void slots_compact(struct slots *slots);
uint64_t slots_bytes(const struct slots *slots);
void slots_free(struct slots *slots);

#endif
