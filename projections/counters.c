#include "projections/counters.h"

#include "engine/base/invariant.h"
#include "projections/state_internal.h"

enum { HEAD_BYTES = 8, COUNTER_BYTES_MAX = 4 << 20 };

// Where the counter's entry is; the end of the section when it has none.
static size_t entry_at(const uint8_t *record, struct name_id counter)
{
    size_t at = record_section_at(record, SECTION_COUNTERS);
    size_t end = at + get_u32(record + RECORD_COUNTER_BYTES);
    while (at < end && get_u32(record + at) != counter.value)
        at += HEAD_BYTES + get_u32(record + at + 4);
    return at < end ? at : end;
}

struct bytes counter_read(
    struct state *state, struct contact_number contact, struct name_id counter)
{
    const uint8_t *record = state_record(state, contact.value);
    size_t at = entry_at(record, counter);
    if (at == record_section_at(record, SECTION_CONDENSED))
        return (struct bytes){NULL, 0};
    return bytes_of(record + at + HEAD_BYTES, get_u32(record + at + 4));
}

uint8_t *counter_write(
    struct state *state, struct contact_number contact, struct name_id counter, size_t len)
{
    INVARIANT(state->is_in_frame);
    uint8_t *record = state_record_write(state, contact.value);
    size_t at = entry_at(record, counter);
    size_t end = record_section_at(record, SECTION_CONDENSED);
    size_t old_len = at == end ? 0 : get_u32(record + at + 4);
    size_t old_bytes = at == end ? 0 : HEAD_BYTES + old_len;
    size_t new_bytes = len == 0 ? 0 : HEAD_BYTES + len;
    if (old_bytes == new_bytes)
        return len == 0 ? NULL : record + at + HEAD_BYTES;
    size_t total = get_u32(record + RECORD_COUNTER_BYTES) + new_bytes - old_bytes;
    if (counter.value == 0 || (new_bytes > old_bytes && total > COUNTER_BYTES_MAX)) {
        state->changes_refused++;
        return NULL;
    }
    // What is kept stays where it is: the bytes behind it are added or taken away.
    size_t kept = old_bytes < new_bytes ? old_bytes : new_bytes;
    record = state_resize(
        state, contact.value, (struct resize){at + kept, old_bytes - kept, new_bytes - kept});
    put_u32(record + RECORD_COUNTER_BYTES, (uint32_t)total);
    if (len == 0)
        return NULL;
    memset(record + at + kept, 0, new_bytes - kept);
    put_u32(record + at, counter.value);
    put_u32(record + at + 4, (uint32_t)len);
    return record + at + HEAD_BYTES;
}

bool counter_next(
    struct state *state,
    struct contact_number contact,
    size_t *at,
    struct name_id *counter_out,
    struct bytes *bytes_out)
{
    const uint8_t *record = state_record(state, contact.value);
    struct bytes section = record_section(record, SECTION_COUNTERS);
    if (section.len - *at < HEAD_BYTES)
        return false;
    const uint8_t *entry = section.data + *at;
    counter_out->value = get_u32(entry);
    *bytes_out = bytes_of(entry + HEAD_BYTES, get_u32(entry + 4));
    *at += HEAD_BYTES + bytes_out->len;
    return true;
}
