// The profile section of a record: fields, tags, lists, stage, owner, zone, consents.
#include "projections/profile.h"

enum { ENTRY_HEAD_BYTES_MAX = 24 };

// Packs what stands before the payload; returns its length.
static size_t head_pack(uint8_t *to, struct profile_key key, size_t payload_bytes)
{
    uint64_t numbers[2] = {key.name.value, payload_bytes};
    size_t len = 0;
    to[len++] = (uint8_t)key.kind;
    for (size_t i = 0; i < 2; i++) {
        uint64_t value = numbers[i];
        for (; value >= 0x80; value >>= 7)
            to[len++] = (uint8_t)(value | 0x80);
        to[len++] = (uint8_t)value;
    }
    return len;
}

bool profile_next(const uint8_t *record, size_t *at, struct profile_entry *out)
{
    size_t begin = *at == 0 ? record_section_at(record, SECTION_PROFILE) : *at;
    size_t end = record_section_at(record, SECTION_SCORES);
    if (begin >= end)
        return false;
    struct cursor cursor = cursor_of(bytes_of(record + begin, end - begin));
    struct profile_entry entry = {.at = begin};
    entry.key.kind = (enum profile_kind)cursor_u8(&cursor);
    entry.key.name.value = (uint32_t)cursor_varint(&cursor);
    entry.payload = cursor_sized(&cursor);
    if (cursor.has_failed)
        return false;
    entry.len = (size_t)(cursor.at - (record + begin));
    *at = begin + entry.len;
    *out = entry;
    return true;
}

bool profile_find(const uint8_t *record, struct profile_key key, struct profile_entry *out)
{
    size_t at = 0;
    while (profile_next(record, &at, out)) {
        if (out->key.kind == key.kind && out->key.name.value == key.name.value)
            return true;
    }
    return false;
}

bool profile_put(
    struct state *state, uint64_t contact, struct profile_key key, struct bytes payload)
{
    const uint8_t *found_in = state_record(state, contact);
    struct profile_entry old = {0};
    bool is_there = profile_find(found_in, key, &old);
    if (is_there && bytes_equal(old.payload, payload))
        return false;
    if (!is_there)
        old = (struct profile_entry){.at = record_section_at(found_in, SECTION_SCORES)};

    uint8_t head[ENTRY_HEAD_BYTES_MAX];
    size_t head_len = head_pack(head, key, payload.len);
    size_t len = head_len + payload.len;
    if (get_u32(found_in + RECORD_PROFILE_BYTES) - old.len + len > PROFILE_BYTES_MAX) {
        state->changes_refused++;
        return false;
    }
    (void)state_record_write(state, contact);
    uint8_t *record = state_resize(state, contact, (struct resize){old.at, old.len, len});
    memcpy(record + old.at, head, head_len);
    if (payload.len > 0)
        memcpy(record + old.at + head_len, payload.data, payload.len);
    (void)record_add_u32(record, RECORD_PROFILE_BYTES, (int64_t)len - (int64_t)old.len);
    return true;
}

bool profile_remove(struct state *state, uint64_t contact, struct profile_key key)
{
    struct profile_entry old;
    if (!profile_find(state_record(state, contact), key, &old))
        return false;
    (void)state_record_write(state, contact);
    uint8_t *record = state_resize(state, contact, (struct resize){old.at, old.len, 0});
    (void)record_add_u32(record, RECORD_PROFILE_BYTES, -(int64_t)old.len);
    return true;
}
