#include "projections/contact_ask.h"

#include "projections/profile.h"

static bool find(
    struct state *state,
    struct contact_number contact,
    enum profile_kind kind,
    struct name_id name,
    struct profile_entry *out)
{
    const struct profile_key key = {.kind = kind, .name = name};
    return profile_find(state_record(state, contact.value), key, out);
}

bool contact_field(
    struct state *state, struct contact_number contact, struct name_id field, struct value *out)
{
    struct profile_entry entry;
    if (field.value == 0 || !find(state, contact, PROFILE_FIELD, field, &entry))
        return false;
    struct cursor cursor = cursor_of(entry.payload);
    *out = value_unpack(&cursor);
    return !cursor.has_failed;
}

// One identifier at *at of their section; false at the end.
static bool next_identifier(
    const uint8_t *record, size_t *at, struct name_id *kind_out, struct bytes *value_out)
{
    struct bytes section = record_section(record, SECTION_IDENTIFIERS);
    if (*at >= section.len)
        return false;
    struct cursor cursor = cursor_of(bytes_of(section.data + *at, section.len - *at));
    kind_out->value = (uint32_t)cursor_varint(&cursor);
    *value_out = cursor_sized(&cursor);
    *at = (size_t)(cursor.at - section.data);
    return !cursor.has_failed;
}

bool contact_identifier_of(
    struct state *state,
    struct contact_number contact,
    struct name_id kind,
    struct name_id *kind_out,
    struct bytes *value_out)
{
    const uint8_t *record = state_record(state, contact.value);
    size_t at = 0;
    while (next_identifier(record, &at, kind_out, value_out)) {
        if (kind.value == 0 || kind_out->value == kind.value)
            return true;
    }
    return false;
}

bool contact_next_identifier(
    struct state *state,
    struct contact_number contact,
    size_t *at,
    struct bytes *kind_out,
    struct bytes *value_out)
{
    struct name_id kind;
    if (!next_identifier(state_record(state, contact.value), at, &kind, value_out))
        return false;
    *kind_out = names_text(state, kind);
    return true;
}

bool contact_next_name(
    struct state *state,
    struct contact_number contact,
    enum contact_names which,
    size_t *at,
    struct bytes *name_out)
{
    enum profile_kind kind = which == CONTACT_TAGS ? PROFILE_TAG : PROFILE_LIST;
    struct profile_entry entry;
    while (profile_next(state_record(state, contact.value), at, &entry)) {
        if (entry.key.kind != kind)
            continue;
        *name_out = names_text(state, entry.key.name);
        return true;
    }
    return false;
}

bool contact_next_consent(
    struct state *state,
    struct contact_number contact,
    size_t *at,
    struct bytes *channel_out,
    enum consent *consent_out)
{
    struct profile_entry entry;
    while (profile_next(state_record(state, contact.value), at, &entry)) {
        if (entry.key.kind != PROFILE_CONSENT || entry.payload.len != PROFILE_CONSENT_BYTES)
            continue;
        *channel_out = names_text(state, entry.key.name);
        *consent_out = (enum consent)entry.payload.data[0];
        return true;
    }
    return false;
}

struct bytes contact_stage(struct state *state, struct contact_number contact)
{
    struct profile_entry entry;
    if (!find(state, contact, PROFILE_STAGE, (struct name_id){0}, &entry) || entry.payload.len != 4)
        return (struct bytes){NULL, 0};
    return names_text(state, (struct name_id){get_u32(entry.payload.data)});
}

struct bytes contact_zone(struct state *state, struct contact_number contact)
{
    struct profile_entry entry;
    return find(state, contact, PROFILE_ZONE, (struct name_id){0}, &entry)
               ? entry.payload
               : (struct bytes){NULL, 0};
}

struct owner_id contact_owner_id(struct state *state, struct contact_number contact)
{
    struct profile_entry entry;
    if (!find(state, contact, PROFILE_OWNER, (struct name_id){0}, &entry) || entry.payload.len != 8)
        return (struct owner_id){0};
    return (struct owner_id){{get_u32(entry.payload.data)}, {get_u32(entry.payload.data + 4)}};
}

void contact_owner(
    struct state *state,
    struct contact_number contact,
    struct bytes *team_out,
    struct bytes *person_out)
{
    struct owner_id owner = contact_owner_id(state, contact);
    *team_out = names_text(state, owner.team); // empty where there is none
    *person_out = names_text(state, owner.person);
}

int64_t contact_created_ms(struct state *state, struct contact_number contact)
{
    return (int64_t)get_u64(state_record(state, contact.value) + RECORD_CREATED);
}

int64_t contact_updated_ms(struct state *state, struct contact_number contact)
{
    return (int64_t)get_u64(state_record(state, contact.value) + RECORD_UPDATED);
}
