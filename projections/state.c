// The state of one shard: opening, frames, digest, counts.
#include "projections/state.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "projections/checkpoint.h"

enum { LEDGER_ENTRIES_LEAST = 2, LIMIT_KEYS_LEAST = 1 };

// What a record can count to.
static void params_bound(struct state_params *params)
{
    if (params->ledger_entries_max < LEDGER_ENTRIES_LEAST)
        params->ledger_entries_max = LEDGER_ENTRIES_LEAST;
    if (params->limit_keys_max < LIMIT_KEYS_LEAST)
        params->limit_keys_max = LIMIT_KEYS_LEAST;
    if (params->limit_keys_max > UINT16_MAX)
        params->limit_keys_max = UINT16_MAX;
}

static struct state *state_create(const struct state_params *params)
{
    struct state *state = mem_zero(1, sizeof(*state));
    state->params = *params;
    state->params.directory = NULL; // the caller's
    params_bound(&state->params);
    state->stored = mem_zero(1, sizeof(*state->stored));
    state->limits = mem_zero(1, sizeof(*state->limits));
    *state->limits = CHECKPOINT_LIMITS_DEFAULT;
    timers_restore(&state->timers, 0);
    return state;
}

// Opens the store of a state and loads its last checkpoint.
static enum err open_store(
    struct state *state,
    const struct state_params *params,
    struct checkpoint *checkpoint_out,
    struct fault *fault)
{
    enum err err = store_open(params, STORE_SCOPE_ALL, &state->store, fault);
    struct store_place place;
    if (err == ERR_OK && params->access == STATE_WRITE)
        err = checkpoint_tidy(state->store, state->limits, &place, fault);
    return err == ERR_OK ? checkpoint_load(state, checkpoint_out, fault) : err;
}

enum err state_open(
    const struct state_params *params,
    struct state **out,
    struct checkpoint *checkpoint_out,
    struct fault *fault)
{
    struct state *state = state_create(params);
    struct checkpoint checkpoint = {0};
    if (params->directory != NULL) {
        enum err err = open_store(state, params, &checkpoint, fault);
        if (err != ERR_OK) {
            state_close(state);
            return err;
        }
    }
    *out = state;
    *checkpoint_out = checkpoint;
    return ERR_OK;
}

enum err state_remove(const char *directory, struct fault *fault)
{
    return store_remove(directory, fault);
}

void state_close(struct state *state)
{
    if (state == NULL)
        return;
    INVARIANT(state->snapshot == NULL);
    store_close(state->store);
    free(state->stored);
    free(state->limits);
    slots_free(&state->slots);
    pairs_free(&state->identity.pairs);
    pair_list_free(&state->identity.fresh);
    pairs_free(&state->dedup.pairs);
    pair_list_free(&state->dedup.fresh);
    names_free(&state->names);
    timers_free(&state->timers);
    owners_free(&state->owners);
    buffer_free(&state->scratch);
    buffer_free(&state->before);
    buffer_free(&state->checkpoint_text);
    free(state);
}

enum err state_error(const struct state *state, struct fault *fault)
{
    if (state->fault.err != ERR_OK && fault != NULL)
        *fault = state->fault;
    return state->fault.err;
}

void state_frame_begin(struct state *state, int64_t tick_ms)
{
    INVARIANT(!state->is_in_frame);
    state->is_in_frame = true;
    state->tick_ms = tick_ms;
}

// Records from here on are hashed once a frame: a batch later they are not dearer to reach than to hash.
enum { RECORD_LONG_BYTES = 4096, SETTLE_AHEAD = 2 };

static void settle_one(struct state *state, uint64_t contact, const uint8_t *record)
{
    struct slot *slot = slots_at(&state->slots, contact);
    uint64_t hash = record_hash(bytes_of(record, record_len(record)), contact, state->params.seed);
    state->contacts_sum += hash - slot->hash;
    slot->hash = hash;
    slot->tagged &= ~(uintptr_t)SLOT_TOUCHED;
}

// Brings the record near that is hashed some records later; of the slot of one still later.
static void touched_prefetch(const struct slots *slots, size_t at)
{
    if (at < slots->touched_count)
        record_prefetch(slot_record(slots_at(slots, slots->touched[at])));
    if (at + SETTLE_AHEAD < slots->touched_count)
        __builtin_prefetch(slots_at(slots, slots->touched[at + SETTLE_AHEAD]), 1);
}

void state_settle(struct state *state)
{
    INVARIANT(state->is_in_frame);
    struct slots *slots = &state->slots;
    for (size_t i = slots->touched_long; i < slots->touched_count; i++) {
        uint64_t contact = slots->touched[i];
        const uint8_t *record = slot_record(slots_at(slots, contact));
        touched_prefetch(slots, i + SETTLE_AHEAD);
        if (record_len(record) < RECORD_LONG_BYTES)
            settle_one(state, contact, record);
        else
            slots->touched[slots->touched_long++] = contact;
    }
    slots->touched_count = slots->touched_long;
    slots_clear_desk(slots);
}

uint64_t state_frame_end(struct state *state)
{
    struct slots *slots = &state->slots;
    state_settle(state);
    for (size_t i = 0; i < slots->touched_count; i++) {
        touched_prefetch(slots, i + SETTLE_AHEAD);
        settle_one(state, slots->touched[i], slot_record(slots_at(slots, slots->touched[i])));
    }
    slots->touched_count = slots->touched_long = 0;
    slots_compact(&state->slots);
    state->is_in_frame = false;
    if (state->store != NULL)
        store_release(state->store);
    return state_digest(state);
}

uint64_t state_digest(const struct state *state)
{
    return state->contacts_sum + state->dedup.sum + state->names.sum + state->owners.sum;
}

struct recomputed {
    const struct state *state;
    uint64_t sum;
};

static void add_record(void *context, uint64_t contact, struct bytes record)
{
    struct recomputed *recomputed = context;
    recomputed->sum += record_hash(record, contact, recomputed->state->params.seed) +
                       owners_recomputed_add(recomputed->state, record.data);
}

uint64_t state_digest_recomputed(struct state *state)
{
    struct recomputed recomputed = {.state = state};
    state_each_record(state, add_record, &recomputed);
    return recomputed.sum + dedup_recomputed(&state->dedup) + names_recomputed(state) +
           owners_recomputed(state);
}

static uint64_t tables_bytes(const struct state *state)
{
    return sizeof(*state) + state->identity.pairs.bytes + state->identity.fresh.bytes +
           state->dedup.pairs.bytes + state->dedup.fresh.bytes + state->names.texts.used_bytes +
           state->names.cap * sizeof(*state->names.names) +
           state->names.place_count * sizeof(*state->names.places) + state->scratch.cap +
           state->before.cap + timers_bytes(&state->timers) +
           state->owners.place_count * (sizeof(uint32_t) + sizeof(struct owner) / 2);
}

void state_counts(const struct state *state, struct state_counts *out)
{
    *out = (struct state_counts){
        .contacts = state->slots.count,
        .dedup_events = state->dedup.total,
        .dedup_evicted = state->dedup.evicted,
        .names = state->names.count,
        .overlay_records = state->slots.resident,
        .overlay_bytes = slots_bytes(&state->slots) + tables_bytes(state),
        .dirty_records = state->slots.dirty,
        .dirty_bytes = state->slots.dirty_bytes,
        .ledger_condensed = state->ledger_condensed,
        .limit_keys_forgotten = state->limit_keys_forgotten,
        .identity_conflicts = state->identity.conflicts,
        .changes_refused = state->changes_refused + state->names.refused,
        .timers = state->timers.count,
    };
}

void state_drop_clean(struct state *state)
{
    uint64_t tables = tables_bytes(state);
    uint64_t max = state->params.overlay_bytes_max;
    slots_drop_clean(&state->slots, max > tables ? max - tables : 0);
}

void state_set_limits(struct state *state, const struct state_limits *limits)
{
    INVARIANT(state->is_in_frame);
    if (limits->dedup_window_ms != state->params.dedup_window_ms)
        dedup_forget(state); // its parts had another width
    state_restore_limits(state, limits);
}

void state_restore_limits(struct state *state, const struct state_limits *limits)
{
    state->params.dedup_window_ms = limits->dedup_window_ms;
    state->params.dedup_events_max = limits->dedup_events_max;
    state->params.ledger_entries_max = limits->ledger_entries_max;
    state->params.limit_keys_max = limits->limit_keys_max;
    params_bound(&state->params);
}
