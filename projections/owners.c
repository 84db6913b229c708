#include "projections/owners.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "projections/profile.h"

enum { PLACES_LEAST = 64, ENTRY_BYTES = 24 };

static uint64_t key_of(struct owner_id id)
{
    return (uint64_t)id.team.value << 32 | id.person.value;
}

// The place of the owner, or the free place where it belongs.
static uint32_t *place_of(const struct owners *owners, uint64_t key)
{
    uint32_t mask = owners->place_count - 1;
    for (uint32_t i = (uint32_t)hash_mix(key) & mask;; i = (i + 1) & mask) {
        uint32_t at = owners->places[i];
        if (at == 0 || owners->items[at - 1].key == key)
            return &owners->places[i];
    }
}

static const struct owner *find(const struct owners *owners, uint64_t key)
{
    uint32_t at = owners->place_count == 0 ? 0 : *place_of(owners, key);
    return at == 0 ? NULL : &owners->items[at - 1];
}

static void grow(struct owners *owners)
{
    free(owners->places);
    owners->place_count = owners->place_count == 0 ? PLACES_LEAST : owners->place_count * 2;
    owners->places = mem_zero(owners->place_count, sizeof(*owners->places));
    owners->items =
        mem_resize(owners->items, (size_t)owners->place_count / 2 * sizeof(*owners->items));
    for (uint32_t i = 0; i < owners->count; i++)
        *place_of(owners, owners->items[i].key) = i + 1;
}

// NULL, and counted, where there are too many.
static struct owner *find_or_add(struct state *state, uint64_t key)
{
    struct owners *owners = &state->owners;
    if (owners->count * 2 >= owners->place_count)
        grow(owners);
    uint32_t *place = place_of(owners, key);
    if (*place == 0 && owners->count >= OWNERS_MAX) {
        state->changes_refused++;
        return NULL;
    }
    if (*place == 0) {
        owners->items[owners->count++] = (struct owner){.key = key};
        *place = owners->count;
    }
    return &owners->items[*place - 1];
}

// What a turn adds to the digest: nothing where there was none.
static uint64_t turn_sum(const struct owner *owner)
{
    return owner->turn == 0 ? 0 : hash_mix(hash_mix(owner->key) + hash_mix((uint64_t)owner->turn));
}

uint64_t owners_owned(const struct state *state, struct owner_id owner)
{
    const struct owner *found = find(&state->owners, key_of(owner));
    return found == NULL ? 0 : found->owned;
}

int64_t owners_turn(const struct state *state, struct owner_id owner)
{
    const struct owner *found = find(&state->owners, key_of(owner));
    return found == NULL ? 0 : found->turn;
}

void owners_set_turn(struct state *state, struct owner_id owner, int64_t turn)
{
    INVARIANT(state->is_in_frame);
    struct owner *entry = key_of(owner) == 0 ? NULL : find_or_add(state, key_of(owner));
    if (entry == NULL)
        return;
    state->owners.sum -= turn_sum(entry);
    entry->turn = turn;
    state->owners.sum += turn_sum(entry);
}

static struct owner_id id_of(const struct owner *owner)
{
    return (struct owner_id){{(uint32_t)(owner->key >> 32)}, {(uint32_t)owner->key}};
}

void owners_each(const struct state *state, owners_each_fn *each, void *context)
{
    for (uint32_t i = 0; i < state->owners.count; i++)
        each(context, id_of(&state->owners.items[i]));
}

// --- counts
uint64_t owners_handed(const struct state *state, struct owner_id owner)
{
    const struct owner *found = find(&state->owners, key_of(owner));
    return found == NULL ? 0 : found->handed;
}

void owners_note_handed(struct state *state, struct owner_id owner)
{
    INVARIANT(state->is_in_frame);
    struct owner *entry = find_or_add(state, key_of(owner));
    if (entry != NULL)
        entry->handed++;
}

static uint64_t owner_in(const uint8_t *record)
{
    struct profile_entry entry;
    const struct profile_key key = {.kind = PROFILE_OWNER};
    if (!profile_find(record, key, &entry) || entry.payload.len != 8)
        return 0;
    return (uint64_t)get_u32(entry.payload.data) << 32 | get_u32(entry.payload.data + 4);
}

void owners_moved(struct state *state, struct owner_id from, struct owner_id to)
{
    uint64_t before = key_of(from), after = key_of(to);
    if (before != 0) {
        struct owner *entry = find_or_add(state, before);
        if (entry != NULL && entry->owned > 0)
            entry->owned--;
    }
    if (after != 0) {
        struct owner *entry = find_or_add(state, after);
        if (entry != NULL)
            entry->owned++;
    }
}

uint64_t owners_recomputed_add(const struct state *state, const uint8_t *record)
{
    uint64_t key = owner_in(record);
    return key == 0 || find(&state->owners, key) == NULL ? 0 : hash_mix(key);
}

uint64_t owners_recomputed(const struct state *state)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < state->owners.count; i++) {
        const struct owner *owner = &state->owners.items[i];
        sum += turn_sum(owner) - owner->owned * hash_mix(owner->key);
    }
    return sum;
}

static void count_record(void *context, uint64_t contact, struct bytes record)
{
    struct state *state = context;
    uint64_t key = owner_in(record.data);
    (void)contact;
    if (key == 0)
        return;
    struct owner *entry = find_or_add(state, key);
    if (entry != NULL)
        entry->owned++;
}

void owners_recount(struct state *state)
{
    state_each_record(state, count_record, state);
}

// --- in the store
void owners_pack(const struct owners *owners, struct buffer *to)
{
    for (uint32_t i = 0; i < owners->count; i++) {
        buffer_add_u64(to, owners->items[i].key);
        buffer_add_u64(to, owners->items[i].owned);
        buffer_add_u64(to, (uint64_t)owners->items[i].turn);
    }
}

enum err owners_load(struct state *state, struct bytes packed)
{
    struct cursor from = cursor_of(packed);
    if (packed.len % ENTRY_BYTES != 0 || packed.len / ENTRY_BYTES > OWNERS_MAX)
        return ERR_CORRUPT;
    while (cursor_left(&from) > 0) {
        uint64_t key = cursor_u64(&from);
        if (key == 0 || find(&state->owners, key) != NULL)
            return ERR_CORRUPT;
        struct owner *entry = find_or_add(state, key);
        entry->owned = cursor_u64(&from);
        entry->turn = (int64_t)cursor_u64(&from);
        state->owners.sum += turn_sum(entry);
    }
    return ERR_OK;
}

void owners_handed_pack(const struct state *state, struct buffer *to)
{
    const struct owners *owners = &state->owners;
    if (owners->count == 0)
        return;
    buffer_add_varint(to, owners->count);
    for (uint32_t i = 0; i < owners->count; i++) {
        buffer_add_u64(to, owners->items[i].key);
        buffer_add_varint(to, owners->items[i].handed);
    }
}

enum err owners_handed_unpack(struct state *state, struct cursor *from)
{
    if (cursor_left(from) == 0)
        return state->owners.count == 0 ? ERR_OK : ERR_FORMAT;
    uint64_t count = cursor_varint(from);
    for (uint64_t i = 0; i < count && !from->has_failed; i++) {
        uint64_t key = cursor_u64(from);
        uint64_t handed = cursor_varint(from);
        if (from->has_failed || find(&state->owners, key) == NULL)
            return ERR_CORRUPT;
        find_or_add(state, key)->handed = handed;
    }
    return from->has_failed || cursor_left(from) > 0 ? ERR_CORRUPT : ERR_OK;
}

void owners_free(struct owners *owners)
{
    free(owners->items);
    free(owners->places);
    *owners = (struct owners){0};
}
