// The parts of a shard's state, for the files of projections only.
#ifndef PROJECTIONS_STATE_INTERNAL_H
#define PROJECTIONS_STATE_INTERNAL_H

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/base/invariant.h"
#include "projections/contacts.h"
#include "projections/counter_index.h"
#include "projections/dedup_internal.h"
#include "projections/edits.h"
#include "projections/owners_internal.h"
#include "projections/pair_list.h"
#include "projections/slots.h"
#include "projections/state.h"
#include "projections/timers.h"

struct store;
struct store_meta;
struct checkpoint_limits;

// --- names (names.c)
struct name {
    enum name_kind kind;
    uint64_t hash;
    struct bytes text;
};
struct names {
    struct name *names; // names[id]; the first is unused
    uint32_t count;
    uint32_t cap;
    uint32_t *places; // open addressing, 0: free
    uint32_t place_count;
    uint64_t sum;
    uint64_t refused;
    struct arena texts;
};
enum { NAMES_MAX = 4 << 20, NAME_BYTES_MAX = 64 << 10 };
struct name_id names_add(struct state *state, enum name_kind kind, struct bytes text);
uint64_t names_recomputed(const struct state *state);
void names_free(struct names *names);

// --- identity (identity.c)
enum { PREFETCH_DEPTH = 8, PREFETCH_RECORD_BYTES = 1024 };
struct identity {
    struct pairs pairs; // hash, contact
    uint64_t count;
    uint64_t conflicts;
    struct pair_list fresh; // with a store only
    uint64_t
        prefetched[PREFETCH_DEPTH]; // contacts whose records are to be prefetched next; 0: none
    uint32_t prefetch_at;
};

// --- timers (timers.c). All zeroes: no contact has one.
struct timers {
    struct timer *heap; // the earliest first
    uint64_t heap_count;
    uint64_t heap_room;
    uint32_t *places;    // of contact 1.. in the heap, from 1; 0: not there
    uint64_t place_room; // beyond it: not there
    uint64_t count;      // as the records say
    bool is_gathered;    // the heap holds all of them
};
void timers_restore(struct timers *timers, uint64_t count); // into an empty state
// To prefetch: where the contact's place in the heap is kept, and, some work later, its entry. NULL where there is none.
const void *timers_place_line(const struct timers *timers, uint64_t contact);
const void *timers_entry_line(const struct timers *timers, uint64_t contact);
void timers_free(struct timers *timers);
uint64_t timers_bytes(const struct timers *timers);

// The contact that contacts_each is at, and its record, which need not be resident.
struct visit {
    uint64_t contact; // 0: none
    const uint8_t *record;
};

struct state {
    struct state_params params;
    struct slots slots;
    struct identity identity;
    struct dedup dedup;
    struct names names;
    struct timers timers;
    struct owners owners;
    struct counter_index counter_index;
    uint64_t contacts_sum;
    uint64_t ledger_condensed, limit_keys_forgotten, changes_refused;
    int64_t tick_ms;
    bool is_in_frame;
    struct buffer scratch;     // a packed value
    struct buffer before;      // what contact_set_field found
    struct fault fault;        // sticky; ERR_OK while the state can be trusted
    struct store *store;       // NULL: memory only
    struct store_meta *stored; // what its last checkpoint holds
    struct checkpoint_limits *limits;
    struct snapshot *snapshot;
    struct buffer checkpoint_text; // what the views of the last checkpoint point into
    struct visit visit;
    struct edits edits;
};

// Forgets every key; the digest no longer holds them. Inside a frame. (dedup.c)
void dedup_forget(struct state *state);

// --- records (state_records.c)
const uint8_t *state_record_absent(struct state *state, uint64_t contact); // of one not resident
// The record of a contact, read from the store where it is not resident. Valid until the next change
// or read. Never NULL: when it cannot be read the state has failed and an empty record is returned.
static inline const uint8_t *state_record(struct state *state, uint64_t contact)
{
    INVARIANT(contact != 0);
    INVARIANT(contact <= state->slots.count);
    const uint8_t *record = slot_record(slots_at(&state->slots, contact));
    return record != NULL ? record : state_record_absent(state, contact);
}
// Asks for the first lines of a record that will be written soon; NULL is fine.
static inline void record_prefetch(const uint8_t *record)
{
    for (size_t at = 0; record != NULL && at < PREFETCH_RECORD_BYTES; at += 64)
        __builtin_prefetch(record + at, 1);
}
uint8_t *state_record_touch(
    struct state *state, uint64_t contact); // of one not touched in this frame
// The record, writable until the frame ends or a resize moves it.
static inline uint8_t *state_record_write(struct state *state, uint64_t contact)
{
    INVARIANT(contact != 0);
    INVARIANT(contact <= state->slots.count);
    const struct slot *slot = slots_at(&state->slots, contact);
    if ((slot->tagged & SLOT_TOUCHED) != 0)
        return slot_record(slot);
    return state_record_touch(state, contact);
}
// Drops clean records where the overlay is above its bound.
void state_drop_clean(struct state *state);
void state_fail(struct state *state, const struct fault *fault);
static inline uint8_t *state_resize(struct state *state, uint64_t contact, struct resize resize)
{
    return slots_resize(&state->slots, contact, resize);
}

// Calls each with every contact's record in number order, from memory or store, without making
// anything resident. Stops when the state fails.
typedef void record_each_fn(void *context, uint64_t contact, struct bytes record);
void state_each_record(struct state *state, record_each_fn *each, void *context);

#endif
