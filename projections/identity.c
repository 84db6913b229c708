// Which contact an event belongs to.
#include "projections/identity.h"

#include "engine/base/invariant.h"
#include "projections/state_internal.h"

enum {
    KIND_AND_LENGTH_BYTES_MAX = 10,
    CONTACT_IDENTIFIERS_MAX = 1000,
    IDENTIFIER_BYTES_MAX = 4096,
};

struct identity_key identity_key_of(
    const struct state *state, struct name_id kind, struct bytes value)
{
    uint64_t seed = state->params.seed + kind.value * UINT64_C(0x9e3779b97f4a7c15);
    return (struct identity_key){.kind = kind, .value = value, .hash = hash_u64(value, seed)};
}

void identity_prefetch(const struct state *state, const struct identity_key *key)
{
    __builtin_prefetch(pairs_line(&state->identity.pairs, key->hash));
}

// The first contact in the table with this hash, likely the owner; 0 when there is none.
static uint64_t identity_guess(struct pairs *pairs, uint64_t hash)
{
    const struct pairs_part *part = pairs_part_of(pairs, hash);
    if (part->place_count == 0)
        return 0;
    uint32_t place = pairs_first_place(part, hash);
    while (part->places[place].value != 0) {
        if (part->places[place].key == hash)
            return part->places[place].value;
        place = pairs_next_place(part, place);
    }
    return 0;
}

// Slot, place in the heap and count of edits are asked for now; record and timer of who was asked for some calls ago.
struct contact_number identity_prefetch_record(
    const struct state *state, const struct identity_key *key)
{
    struct identity *identity = (struct identity *)(uintptr_t)&state->identity; // its queue only
    uint64_t contact = identity_guess(&identity->pairs, key->hash);
    uint64_t *queued = &identity->prefetched[identity->prefetch_at++ % PREFETCH_DEPTH];
    if (*queued != 0) {
        record_prefetch(slot_record(slots_at(&state->slots, *queued)));
        __builtin_prefetch(timers_entry_line(&state->timers, *queued), 1);
    }
    *queued = contact;
    if (contact != 0) {
        __builtin_prefetch(slots_at(&state->slots, contact), 1);
        __builtin_prefetch(timers_place_line(&state->timers, contact), 1);
        __builtin_prefetch(&state->edits.lines[contact % EDIT_LINES], 1);
    }
    return (struct contact_number){contact};
}

static size_t varint_len(uint64_t value)
{
    size_t len = 1;
    for (; value >= 0x80; value >>= 7)
        len++;
    return len;
}

static uint8_t *varint_put(uint8_t *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    return to;
}

static bool record_has_identifier(const uint8_t *record, const struct identity_key *key)
{
    struct cursor cursor = cursor_of(record_section(record, SECTION_IDENTIFIERS));
    while (cursor_left(&cursor) > 0 && !cursor.has_failed) {
        uint64_t kind = cursor_varint(&cursor);
        struct bytes value = cursor_sized(&cursor);
        if (kind == key->kind.value && bytes_equal(value, key->value))
            return true;
    }
    return false;
}

struct contact_number identity_find(struct state *state, const struct identity_key *key)
{
    const struct pairs_part *part = pairs_part_of(&state->identity.pairs, key->hash);
    if (part->place_count == 0 || key->kind.value == 0)
        return (struct contact_number){0};
    uint32_t place = pairs_first_place(part, key->hash);
    for (; part->places[place].value != 0; place = pairs_next_place(part, place)) {
        struct pair pair = part->places[place];
        if (pair.key == key->hash && record_has_identifier(state_record(state, pair.value), key))
            return (struct contact_number){pair.value};
    }
    return (struct contact_number){0};
}

static void identity_own(struct state *state, uint64_t contact, const struct identity_key *key)
{
    struct pair pair = {.key = key->hash, .value = contact};
    pairs_add(&state->identity.pairs, pair);
    state->identity.count++;
    if (state->store != NULL)
        pair_list_add(&state->identity.fresh, pair);
}

static size_t identifier_len(const struct identity_key *key)
{
    return varint_len(key->kind.value) + varint_len(key->value.len) + key->value.len;
}

static void identifier_put(uint8_t *to, const struct identity_key *key)
{
    to = varint_put(to, key->kind.value);
    to = varint_put(to, key->value.len);
    memcpy(to, key->value.data, key->value.len);
}

static bool key_is_fit(const struct identity_key *key)
{
    return key->kind.value != 0 && key->value.len > 0 && key->value.len <= IDENTIFIER_BYTES_MAX;
}

bool identity_add(
    struct state *state, struct contact_number contact, const struct identity_key *key)
{
    INVARIANT(state->is_in_frame);
    struct contact_number owner = identity_find(state, key);
    if (owner.value != 0) {
        state->identity.conflicts += owner.value != contact.value;
        return false;
    }
    uint8_t *record = state_record_write(state, contact.value);
    if (!key_is_fit(key) || get_u16(record + RECORD_IDENTIFIER_COUNT) >= CONTACT_IDENTIFIERS_MAX) {
        state->changes_refused++;
        return false;
    }
    size_t len = identifier_len(key);
    size_t at = record_section_at(record, SECTION_PROFILE);
    record = state_resize(state, contact.value, (struct resize){at, 0, len});
    identifier_put(record + at, key);
    (void)record_add_u32(record, RECORD_IDENTIFIER_BYTES, (int64_t)len);
    (void)record_add_u16(record, RECORD_IDENTIFIER_COUNT, 1);
    identity_own(state, contact.value, key);
    return true;
}

static struct contact_number identity_create(
    struct state *state, const struct identity_key *key, int64_t time_ms)
{
    INVARIANT(key_is_fit(key));
    uint8_t record[RECORD_HEADER_BYTES + KIND_AND_LENGTH_BYTES_MAX + IDENTIFIER_BYTES_MAX];
    size_t len = identifier_len(key);
    memset(record, 0, RECORD_HEADER_BYTES);
    put_u64(record + RECORD_CREATED, (uint64_t)time_ms);
    put_u64(record + RECORD_UPDATED, (uint64_t)time_ms);
    put_u32(record + RECORD_IDENTIFIER_BYTES, (uint32_t)len);
    put_u16(record + RECORD_IDENTIFIER_COUNT, 1);
    identifier_put(record + RECORD_HEADER_BYTES, key);
    uint64_t contact = slots_append(&state->slots, bytes_of(record, RECORD_HEADER_BYTES + len));
    identity_own(state, contact, key);
    return (struct contact_number){contact};
}

struct contact_number identity_resolve(
    struct state *state,
    const struct identity_key *keys,
    uint32_t count,
    int64_t time_ms,
    bool *is_new_out)
{
    INVARIANT(state->is_in_frame);
    INVARIANT(count > 0);
    struct contact_number contact = identity_find(state, &keys[0]);
    *is_new_out = contact.value == 0;
    if (contact.value == 0)
        contact = identity_create(state, &keys[0], time_ms);
    for (uint32_t i = 1; i < count; i++)
        (void)identity_add(state, contact, &keys[i]);
    return contact;
}
