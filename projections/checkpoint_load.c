// Loads the last checkpoint of a store into an empty state. Contacts stay in the store.
#include "projections/checkpoint.h"

enum { PAIR_BYTES = 16, PREFETCH_AHEAD = 16 };

static enum err damaged(struct fault *fault, const char *what)
{
    return fault_set(fault, ERR_CORRUPT, "store: %s", what);
}

static enum err load_names(struct state *state, struct fault *fault)
{
    for (uint64_t id = 1; id <= state->stored->names; id++) {
        struct store_value value;
        enum err err =
            store_get(state->store, STORE_NAMES, (struct store_key){.low = id}, &value, fault);
        if (err != ERR_OK)
            return err == ERR_MISSING ? damaged(fault, "a name is missing") : err;
        struct cursor cursor = cursor_of(value.payload);
        enum name_kind kind = (enum name_kind)cursor_u8(&cursor);
        struct bytes text = cursor_sized(&cursor);
        if (cursor.has_failed || names_add(state, kind, text).value != id)
            return damaged(fault, "a name is malformed");
    }
    return ERR_OK;
}

struct pair_source {
    enum store_db db;
    uint64_t part;
    uint64_t count; // entries beyond it are of no checkpoint
};

static enum err add_chunk(struct pairs *to, const uint8_t *from, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *at = from + i * PAIR_BYTES;
        if (i + PREFETCH_AHEAD < count)
            __builtin_prefetch(pairs_line(to, get_u64(at + PREFETCH_AHEAD * PAIR_BYTES)), 1);
        struct pair pair = {get_u64(at), get_u64(at + 8)};
        if (pair.value == 0)
            return ERR_CORRUPT;
        pairs_add(to, pair);
    }
    return ERR_OK;
}

// Adds the pairs of a list to a table.
static enum err load_pairs(
    struct store *store, struct pair_source from, struct pairs *to, struct fault *fault)
{
    for (uint64_t done = 0; done < from.count;) {
        struct store_key key = {.high = from.part, .low = done / PAIR_BLOCK_PAIRS};
        struct store_value value;
        enum err err = store_get(store, from.db, key, &value, fault);
        if (err != ERR_OK)
            return err == ERR_MISSING ? damaged(fault, "a chunk is missing") : err;
        uint64_t left = from.count - done;
        uint64_t here = left < PAIR_BLOCK_PAIRS ? left : PAIR_BLOCK_PAIRS;
        if (value.payload.len < here * PAIR_BYTES)
            return damaged(fault, "a chunk is too short");
        if (add_chunk(to, value.payload.data, here) != ERR_OK)
            return damaged(fault, "a chunk is malformed");
        done += here;
    }
    return ERR_OK;
}

static enum err load_dedup(struct state *state, struct fault *fault)
{
    const struct store_meta *meta = state->stored;
    struct dedup *dedup = &state->dedup;
    dedup->oldest = meta->dedup_oldest;
    dedup->current = meta->dedup_current;
    memcpy(dedup->parts, meta->dedup_parts, sizeof(dedup->parts));
    if (dedup->current == 0)
        return ERR_OK;
    for (uint64_t part = dedup->oldest; part <= dedup->current; part++) {
        dedup->total += dedup->parts[part % DEDUP_PARTS_MAX].count;
        dedup->sum += dedup->parts[part % DEDUP_PARTS_MAX].sum;
    }
    if (state->params.access == STATE_WRITE)
        pair_list_add(&dedup->fresh, (struct pair){.key = dedup->current});
    pairs_reserve(&dedup->pairs, dedup->total);
    enum err err = ERR_OK;
    for (uint64_t part = dedup->oldest; part <= dedup->current && err == ERR_OK; part++) {
        uint64_t count = dedup->parts[part % DEDUP_PARTS_MAX].count;
        err = load_pairs(
            state->store, (struct pair_source){STORE_DEDUP, part, count}, &dedup->pairs, fault);
    }
    return err;
}

static enum err load_all(struct state *state, struct fault *fault)
{
    const struct store_meta *meta = state->stored;
    slots_grow(&state->slots, meta->contacts);
    state->contacts_sum = meta->contacts_sum;
    timers_restore(&state->timers, meta->timers);
    state->identity.count = meta->identifiers;
    state->identity.conflicts = meta->counters.identity_conflicts;
    state->dedup.evicted = meta->counters.dedup_evicted;
    state->ledger_condensed = meta->counters.ledger_condensed;
    state->limit_keys_forgotten = meta->counters.limit_keys_forgotten;
    state->changes_refused = meta->counters.changes_refused;
    state->names.refused = meta->counters.names_refused;
    pairs_reserve(&state->identity.pairs, meta->identifiers);
    enum err err = load_names(state, fault);
    if (err == ERR_OK)
        err = load_pairs(
            state->store, (struct pair_source){STORE_IDENTIFIERS, 0, meta->identifiers},
            &state->identity.pairs, fault);
    return err == ERR_OK ? load_dedup(state, fault) : err;
}

static enum err load_owners(struct state *state, struct fault *fault)
{
    struct store_value value;
    struct store_key key = {.low = STORE_OWNERS_KEY};
    enum err err = store_get(state->store, STORE_META, key, &value, fault);
    if (err == ERR_MISSING) { // of a version that did not count them
        owners_recount(state);
        return state_error(state, fault);
    }
    if (err != ERR_OK)
        return err;
    return owners_load(state, value.payload) == ERR_OK ? ERR_OK
                                                       : damaged(fault, "its owners are malformed");
}

enum err checkpoint_load(
    struct state *state, struct checkpoint *checkpoint_out, struct fault *fault)
{
    struct store_value value;
    struct store_key key = {.low = STORE_META_KEY};
    enum err err = store_get(state->store, STORE_META, key, &value, fault);
    *checkpoint_out = (struct checkpoint){0};
    if (err == ERR_MISSING) { // no checkpoint was ever made
        store_release(state->store);
        return ERR_OK;
    }
    if (err != ERR_OK)
        return err;
    buffer_add_bytes(&state->checkpoint_text, value.payload);
    struct store_meta *meta = state->stored;
    if (store_meta_unpack(buffer_bytes(&state->checkpoint_text), meta) != ERR_OK)
        return damaged(fault, "its meta entry is malformed");
    if (state->params.access == STATE_READ_ONLY && state->params.seed == 0)
        state->params.seed = meta->seed;
    if (meta->seed != state->params.seed)
        return damaged(fault, "it belongs to another journal");
    *checkpoint_out = meta->at;
    err = load_all(state, fault);
    if (err == ERR_OK)
        err = load_owners(state, fault);
    store_release(state->store);
    return err;
}

uint64_t state_peek(const char *directory, uint64_t map_bytes)
{
    struct state_params params = {
        .directory = directory, .access = STATE_READ_ONLY, .map_bytes = map_bytes};
    struct store *store = NULL;
    struct store_value value;
    struct store_meta meta;
    uint64_t sequence = 0;
    if (store_open(&params, STORE_SCOPE_META, &store, NULL) != ERR_OK)
        return 0;
    struct store_key key = {.low = STORE_META_KEY};
    if (store_get(store, STORE_META, key, &value, NULL) == ERR_OK &&
        store_meta_unpack(value.payload, &meta) == ERR_OK)
        sequence = meta.at.sequence;
    store_close(store);
    return sequence;
}
