// The changes that the fold makes to a contact, and quick questions about it.
#include "projections/contacts.h"

#include "engine/base/invariant.h"
#include "projections/contact_ask.h"
#include "projections/profile.h"

enum { ZONE_BYTES_MAX = 64 };

uint64_t contacts_count(const struct state *state)
{
    return state->slots.count;
}

static uint8_t *contact_write(struct state *state, struct contact_number contact)
{
    INVARIANT(state->is_in_frame);
    return state_record_write(state, contact.value);
}

static struct profile_key key_of(enum profile_kind kind, struct name_id name)
{
    return (struct profile_key){.kind = kind, .name = name};
}

// A name that could not be interned (0) is not set on anything.
static bool name_is_fit(struct state *state, struct name_id name)
{
    INVARIANT(state->is_in_frame);
    state->changes_refused += name.value == 0;
    return name.value != 0;
}

static bool put_name(
    struct state *state, struct contact_number contact, enum profile_kind kind, struct name_id name)
{
    return name_is_fit(state, name) &&
           profile_put(state, contact.value, key_of(kind, name), (struct bytes){0});
}

static bool remove_name(
    struct state *state, struct contact_number contact, enum profile_kind kind, struct name_id name)
{
    return name.value != 0 && profile_remove(state, contact.value, key_of(kind, name));
}

void contact_seen(struct state *state, struct contact_number contact, int64_t time_ms)
{
    uint8_t *record = contact_write(state, contact);
    if (time_ms > (int64_t)get_u64(record + RECORD_UPDATED))
        put_u64(record + RECORD_UPDATED, (uint64_t)time_ms);
    (void)record_add_u32(record, RECORD_EVENTS, 1);
}

bool contact_set_field(
    struct state *state,
    struct contact_number contact,
    struct name_id field,
    struct value value,
    struct value *before_out)
{
    *before_out = (struct value){.kind = VALUE_ABSENT};
    if (!name_is_fit(state, field))
        return false;
    struct profile_key key = key_of(PROFILE_FIELD, field);
    struct profile_entry old;
    if (profile_find(state_record(state, contact.value), key, &old)) {
        buffer_clear(&state->before);
        buffer_add_bytes(&state->before, old.payload);
        struct cursor cursor = cursor_of(buffer_bytes(&state->before));
        *before_out = value_unpack(&cursor);
    }
    if (value.kind == VALUE_NULL || value.kind == VALUE_ABSENT)
        return profile_remove(state, contact.value, key);
    buffer_clear(&state->scratch);
    value_pack(&state->scratch, value);
    return profile_put(state, contact.value, key, buffer_bytes(&state->scratch));
}

bool contact_add_tag(struct state *state, struct contact_number contact, struct name_id tag)
{
    return put_name(state, contact, PROFILE_TAG, tag);
}

bool contact_remove_tag(struct state *state, struct contact_number contact, struct name_id tag)
{
    return remove_name(state, contact, PROFILE_TAG, tag);
}

bool contact_add_list(struct state *state, struct contact_number contact, struct name_id list)
{
    return put_name(state, contact, PROFILE_LIST, list);
}

bool contact_remove_list(struct state *state, struct contact_number contact, struct name_id list)
{
    return remove_name(state, contact, PROFILE_LIST, list);
}

bool contact_set_stage(struct state *state, struct contact_number contact, struct name_id stage)
{
    INVARIANT(state->is_in_frame);
    struct profile_key key = key_of(PROFILE_STAGE, (struct name_id){0});
    if (stage.value == 0)
        return profile_remove(state, contact.value, key);
    uint8_t payload[4];
    put_u32(payload, stage.value);
    return profile_put(state, contact.value, key, bytes_of(payload, sizeof(payload)));
}

bool contact_set_owner(
    struct state *state, struct contact_number contact, struct name_id team, struct name_id person)
{
    INVARIANT(state->is_in_frame);
    struct profile_key key = key_of(PROFILE_OWNER, (struct name_id){0});
    struct owner_id before = contact_owner_id(state, contact);
    uint8_t payload[8];
    put_u32(payload, team.value);
    put_u32(payload + 4, person.value);
    bool is_none = team.value == 0 && person.value == 0;
    bool is_changed =
        is_none ? profile_remove(state, contact.value, key)
                : profile_put(state, contact.value, key, bytes_of(payload, sizeof(payload)));
    if (is_changed)
        owners_moved(state, before, (struct owner_id){team, person});
    return is_changed;
}

bool contact_set_zone(struct state *state, struct contact_number contact, struct bytes zone)
{
    INVARIANT(state->is_in_frame);
    struct profile_key key = key_of(PROFILE_ZONE, (struct name_id){0});
    if (zone.len == 0)
        return profile_remove(state, contact.value, key);
    if (zone.len > ZONE_BYTES_MAX) {
        state->changes_refused++;
        return false;
    }
    return profile_put(state, contact.value, key, zone);
}

void contact_add_note(struct state *state, struct contact_number contact)
{
    (void)record_add_u32(contact_write(state, contact), RECORD_NOTES, 1);
}

// --- consent and do not disturb share one entry a channel
struct channel_state {
    uint8_t consent;
    uint8_t dnd;
};

static struct channel_state channel_state_of(
    struct state *state, struct contact_number contact, struct name_id channel)
{
    struct profile_entry entry;
    const uint8_t *record = state_record(state, contact.value);
    if (channel.value == 0 || !profile_find(record, key_of(PROFILE_CONSENT, channel), &entry) ||
        entry.payload.len != PROFILE_CONSENT_BYTES)
        return (struct channel_state){0};
    return (struct channel_state){entry.payload.data[0], entry.payload.data[1]};
}

static bool set_channel_state(
    struct state *state,
    struct contact_number contact,
    struct name_id channel,
    struct channel_state now)
{
    struct profile_key key = key_of(PROFILE_CONSENT, channel);
    if (now.consent == 0 && now.dnd == 0)
        return profile_remove(state, contact.value, key);
    uint8_t payload[PROFILE_CONSENT_BYTES] = {now.consent, now.dnd};
    return profile_put(state, contact.value, key, bytes_of(payload, sizeof(payload)));
}

bool contact_set_consent(
    struct state *state,
    struct contact_number contact,
    struct name_id channel,
    enum consent consent)
{
    if (!name_is_fit(state, channel))
        return false;
    struct channel_state now = channel_state_of(state, contact, channel);
    now.consent = (uint8_t)consent;
    return set_channel_state(state, contact, channel, now);
}

bool contact_set_dnd(
    struct state *state, struct contact_number contact, struct name_id channel, enum dnd dnd)
{
    if (!name_is_fit(state, channel))
        return false;
    struct channel_state now = channel_state_of(state, contact, channel);
    now.dnd = (uint8_t)dnd;
    return set_channel_state(state, contact, channel, now);
}

enum consent contact_consent(
    struct state *state, struct contact_number contact, struct name_id channel)
{
    return (enum consent)channel_state_of(state, contact, channel).consent;
}

enum dnd contact_dnd(struct state *state, struct contact_number contact, struct name_id channel)
{
    return (enum dnd)channel_state_of(state, contact, channel).dnd;
}

bool contact_start_run(
    struct state *state,
    struct contact_number contact,
    struct name_id workflow,
    enum reenter reenter,
    uint32_t *occurrence_out)
{
    if (!name_is_fit(state, workflow))
        return false;
    const uint8_t *found_in = state_record(state, contact.value);
    size_t count = get_u16(found_in + RECORD_RUN_COUNT);
    size_t at = record_section_at(found_in, SECTION_RUNS);
    size_t i = 0;
    while (i < count && get_u32(found_in + at + i * RECORD_RUN_BYTES) != workflow.value)
        i++;
    at += i * RECORD_RUN_BYTES;
    if ((i < count && reenter == REENTER_NEVER) || i == UINT16_MAX)
        return false;

    uint8_t *record = contact_write(state, contact);
    if (i == count) {
        record = state_resize(state, contact.value, (struct resize){at, 0, RECORD_RUN_BYTES});
        put_u32(record + at, workflow.value);
        put_u32(record + at + 4, 0);
        (void)record_add_u16(record, RECORD_RUN_COUNT, 1);
    }
    *occurrence_out = record_add_u32(record, at + 4, 1);
    return true;
}
