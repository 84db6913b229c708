// Checkpoints: the worker freezes what changed, the checkpoint thread writes it and puts it in force.
#include "projections/checkpoint.h"

#include <stdlib.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum checkpoint_mode snapshot_mode(const struct snapshot *snapshot)
{
    return snapshot->mode;
}

void state_set_checkpoint_limits(struct state *state, struct checkpoint_limits limits)
{
    *state->limits = limits;
}

// --- beginning, worker thread
static void collect_chunk(struct snapshot *snapshot, const struct slots *slots, size_t chunk_index)
{
    const struct slot_chunk *chunk = slots->chunks[chunk_index];
    for (size_t word = 0; word < SLOT_CHUNK / 64; word++) {
        for (uint64_t bits = chunk->frozen[word]; bits != 0; bits &= bits - 1) {
            size_t index = word * 64 + (size_t)__builtin_ctzll(bits);
            const struct slot *slot = &chunk->slots[index];
            snapshot->items[snapshot->item_count++] = (struct snapshot_item){
                .contact = ((uint64_t)chunk_index << SLOT_CHUNK_BITS) + index + 1,
                .record = slot_record(slot),
                .hash = slot->hash,
            };
        }
    }
}

static void collect_records(struct snapshot *snapshot, struct slots *slots)
{
    snapshot->items = mem_alloc(slots->dirty * sizeof(*snapshot->items));
    size_t dirty = slots->dirty;
    slots_freeze(slots);
    for (size_t i = 0; i < slots->chunk_count; i++) {
        if (slots->chunks[i]->frozen_count > 0)
            collect_chunk(snapshot, slots, i);
    }
    INVARIANT(snapshot->item_count == dirty);
}

static void collect_lists(struct snapshot *snapshot, struct state *state)
{
    pair_list_append(&snapshot->identifiers, &state->identity.fresh);
    pair_list_append(&snapshot->dedup, &state->dedup.fresh);
    if (state->dedup.current > 0)
        pair_list_add(&state->dedup.fresh, (struct pair){.key = state->dedup.current});
    for (uint64_t id = state->stored->names + 1; id <= state->names.count; id++) {
        const struct name *name = &state->names.names[id];
        buffer_add_u8(&snapshot->names, (uint8_t)name->kind);
        buffer_add_sized(&snapshot->names, name->text);
    }
}

static void copy_meta(
    struct snapshot *snapshot, const struct state *state, const struct checkpoint *checkpoint)
{
    struct store_meta *meta = &snapshot->meta;
    meta->at = *checkpoint;
    buffer_add_bytes(&snapshot->views, checkpoint->positions);
    buffer_add_bytes(&snapshot->views, checkpoint->ruleset_bundle_at);
    meta->at.positions = bytes_of(snapshot->views.data, checkpoint->positions.len);
    if (checkpoint->ruleset_bundle_at.len > 0)
        meta->at.ruleset_bundle_at = bytes_of(
            snapshot->views.data + checkpoint->positions.len, checkpoint->ruleset_bundle_at.len);
    owners_pack(&state->owners, &snapshot->owners);
    meta->seed = state->params.seed;
    meta->contacts = state->slots.count;
    meta->identifiers = state->identity.count;
    meta->names = state->names.count;
    meta->contacts_sum = state->contacts_sum;
    meta->timers = state->timers.count;
    meta->counters = (struct store_counters){
        .dedup_evicted = state->dedup.evicted,
        .ledger_condensed = state->ledger_condensed,
        .limit_keys_forgotten = state->limit_keys_forgotten,
        .identity_conflicts = state->identity.conflicts,
        .changes_refused = state->changes_refused,
        .names_refused = state->names.refused,
    };
    meta->dedup_oldest = state->dedup.oldest;
    meta->dedup_current = state->dedup.current;
    memcpy(meta->dedup_parts, state->dedup.parts, sizeof(meta->dedup_parts));
}

struct snapshot *state_snapshot_begin(struct state *state, const struct checkpoint *checkpoint)
{
    INVARIANT(state->store != NULL);
    INVARIANT(state->params.access == STATE_WRITE);
    INVARIANT(state->snapshot == NULL);
    INVARIANT(!state->is_in_frame);
    struct snapshot *snapshot = mem_zero(1, sizeof(*snapshot));
    snapshot->store = state->store;
    snapshot->limits = *state->limits;
    snapshot->fault = state->fault;
    snapshot->before = *state->stored;
    snapshot->before.at.positions = snapshot->before.at.ruleset_bundle_at = (struct bytes){0};
    copy_meta(snapshot, state, checkpoint);
    collect_lists(snapshot, state);
    collect_records(snapshot, &state->slots);
    state->snapshot = snapshot;
    return snapshot;
}

// --- writing, checkpoint thread
static enum checkpoint_mode choose_mode(const struct snapshot *snapshot)
{
    if (snapshot->item_count <= snapshot->limits.direct_max)
        return CHECKPOINT_DIRECT;
    uint64_t rewrite_from = snapshot->meta.contacts * snapshot->limits.rewrite_permille / 1000;
    return snapshot->item_count > rewrite_from ? CHECKPOINT_REWRITE : CHECKPOINT_REDO;
}

enum err snapshot_write(struct snapshot *snapshot, struct fault *fault)
{
    INVARIANT(!snapshot->is_written);
    if (snapshot->fault.err != ERR_OK)
        return fault_set(fault, snapshot->fault.err, "%s", snapshot->fault.text);
    enum err err = checkpoint_tidy(snapshot->store, &snapshot->limits, &snapshot->place, fault);
    if (err != ERR_OK)
        return err;
    snapshot->mode = choose_mode(snapshot);
    err = checkpoint_write_lists(snapshot, fault);
    FAILPOINT(CHECKPOINT_LISTS);
    if (err == ERR_OK && snapshot->mode != CHECKPOINT_DIRECT)
        err = checkpoint_write_contacts(snapshot, fault);
    FAILPOINT(CHECKPOINT_CONTACTS);
    snapshot->is_written = err == ERR_OK;
    return err;
}

static enum store_db other_contacts(enum store_db contacts)
{
    return contacts == STORE_CONTACTS_A ? STORE_CONTACTS_B : STORE_CONTACTS_A;
}

static void put_entry(struct store_txn *txn, uint64_t number, const struct buffer *packed)
{
    struct store_key key = {.low = number};
    struct bytes payload = buffer_bytes(packed);
    struct store_value value = {payload, store_checksum(STORE_META, key, payload)};
    store_put(txn, STORE_META, key, value, STORE_PUT_ANYWHERE);
}

static void put_meta(struct store_txn *txn, const struct store_meta *meta)
{
    struct buffer packed = {0};
    store_meta_pack(&packed, meta);
    put_entry(txn, STORE_META_KEY, &packed);
    buffer_free(&packed);
}

static void flip(void *context, struct store_txn *txn)
{
    const struct snapshot *snapshot = context;
    struct store_place place = snapshot->place;
    if (snapshot->mode == CHECKPOINT_DIRECT) {
        for (size_t i = 0; i < snapshot->item_count; i++) {
            const struct snapshot_item *item = &snapshot->items[i];
            struct bytes record = bytes_of(item->record, record_len(item->record));
            store_put(
                txn, place.contacts, (struct store_key){.low = item->contact},
                (struct store_value){record, item->hash}, STORE_PUT_ANYWHERE);
        }
    }
    place.has_redo = snapshot->mode == CHECKPOINT_REDO;
    if (snapshot->mode == CHECKPOINT_REWRITE)
        place.contacts = other_contacts(place.contacts);
    put_meta(txn, &snapshot->meta);
    put_entry(txn, STORE_OWNERS_KEY, &snapshot->owners);
    store_put_place(txn, place);
}

static void remove_dead_parts(void *context, struct store_txn *txn)
{
    enum { CHUNKS_PER_TRANSACTION = 1000 };
    struct snapshot *snapshot = context;
    struct store_key below = {.high = snapshot->meta.dedup_oldest};
    (void)store_remove_below(txn, STORE_DEDUP, below, CHUNKS_PER_TRANSACTION);
}

enum err snapshot_commit(struct snapshot *snapshot, uint64_t sink_mark, struct fault *fault)
{
    INVARIANT(snapshot->is_written);
    INVARIANT(!snapshot->is_committed);
    snapshot->meta.at.sink_mark = sink_mark;
    enum err err = store_write(snapshot->store, flip, snapshot, fault);
    if (err != ERR_OK)
        return err;
    snapshot->is_committed = true;
    FAILPOINT(CHECKPOINT_IN_FORCE);
    // From here on a full disk only puts the tidying off until the next checkpoint.
    struct fault late = {0};
    err = checkpoint_tidy(snapshot->store, &snapshot->limits, &snapshot->place, &late);
    FAILPOINT(CHECKPOINT_TIDIED);
    if (err == ERR_OK)
        err = store_write(snapshot->store, remove_dead_parts, snapshot, &late);
    if (err == ERR_OK || err == ERR_NOSPACE)
        return ERR_OK;
    return fault_set(fault, err, "%s", late.text);
}

// --- ending, worker thread
static void keep_dirty(struct state *state, struct snapshot *snapshot)
{
    pair_list_append(&snapshot->identifiers, &state->identity.fresh);
    state->identity.fresh = snapshot->identifiers;
    pair_list_append(&snapshot->dedup, &state->dedup.fresh);
    state->dedup.fresh = snapshot->dedup;
    snapshot->identifiers = snapshot->dedup = (struct pair_list){0};
}

void state_snapshot_end(
    struct state *state, struct snapshot *snapshot, enum snapshot_outcome outcome)
{
    INVARIANT(state->snapshot == snapshot);
    INVARIANT(!state->is_in_frame);
    INVARIANT((outcome == SNAPSHOT_COMMITTED) == snapshot->is_committed);
    slots_thaw(&state->slots, outcome == SNAPSHOT_COMMITTED ? THAW_CLEAN : THAW_DIRTY);
    if (outcome == SNAPSHOT_COMMITTED) {
        *state->stored = snapshot->meta;
        state->stored->at.positions = state->stored->at.ruleset_bundle_at = (struct bytes){0};
        state_drop_clean(state);
    } else {
        keep_dirty(state, snapshot);
    }
    pair_list_free(&snapshot->identifiers);
    pair_list_free(&snapshot->dedup);
    buffer_free(&snapshot->names);
    buffer_free(&snapshot->views);
    buffer_free(&snapshot->owners);
    free(snapshot->items);
    free(snapshot);
    state->snapshot = NULL;
}
