// The counters section of a record.
#include "projections/counters.h"

#include "engine/base/invariant.h"
#include "projections/counter_entry.h"
#include "projections/state_internal.h"

enum { SMALL_BYTES = 8 }; // what finds room always

// Where a counter is in its section, or, with a length of 0, where it would be added.
struct place {
    size_t at;
    struct counter_entry entry;
};

static struct place place_of(struct bytes section, struct name_id counter)
{
    struct counter_entry entry;
    size_t at = 0;
    while (counter_entry_get(section, at, &entry)) {
        if (entry.name == counter.value)
            return (struct place){at, entry};
        at += entry.bytes;
    }
    return (struct place){at, {.name = counter.value}};
}

struct bytes counter_read(
    struct state *state, struct contact_number contact, struct name_id counter)
{
    struct bytes section = record_section(state_record(state, contact.value), SECTION_COUNTERS);
    struct place place = place_of(section, counter);
    if (place.entry.len == 0)
        return (struct bytes){NULL, 0};
    return bytes_of(section.data + place.at + place.entry.head_bytes, place.entry.len);
}

// Makes bytes of the section longer or shorter; gives the record, whose counts agree again.
static uint8_t *section_resize(struct state *state, uint64_t contact, struct resize resize)
{
    uint8_t *record = state_resize(state, contact, resize);
    (void)record_add_u32(
        record, RECORD_COUNTER_BYTES, (int64_t)resize.new_bytes - (int64_t)resize.old_bytes);
    return record;
}

// Gives the entry at `at` of the record the size of another; its head and what is new are not written yet.
static uint8_t *entry_resize(
    struct state *state,
    uint64_t contact,
    size_t at,
    const struct counter_entry *old,
    const struct counter_entry *now)
{
    uint8_t *record = state_record_write(state, contact);
    size_t old_behind = old->bytes - old->head_bytes;
    size_t now_behind = now->bytes - now->head_bytes;
    if (old->head_bytes != now->head_bytes)
        record =
            section_resize(state, contact, (struct resize){at, old->head_bytes, now->head_bytes});
    size_t kept = old_behind < now_behind ? old_behind : now_behind;
    if (old_behind != now_behind)
        record = section_resize(
            state, contact,
            (struct resize){at + now->head_bytes + kept, old_behind - kept, now_behind - kept});
    return record;
}

uint8_t *counter_write(
    struct state *state, struct contact_number contact, struct name_id counter, size_t len)
{
    INVARIANT(state->is_in_frame);
    const uint8_t *found_in = state_record(state, contact.value);
    struct place place = place_of(record_section(found_in, SECTION_COUNTERS), counter);
    const struct counter_entry old = place.entry;
    size_t at = record_section_at(found_in, SECTION_COUNTERS) + place.at;
    if (len == 0) {
        if (old.len > 0)
            (void)entry_resize(state, contact.value, at, &old, &(struct counter_entry){0});
        return NULL;
    }
    size_t others_bytes = get_u32(found_in + RECORD_COUNTER_BYTES) - old.bytes;
    struct counter_entry now = {.bytes = COUNTERS_BYTES_MAX + 1};
    if (len <= COUNTERS_BYTES_MAX)
        now = counter_entry_of(counter.value, (uint32_t)len);
    bool is_too_much =
        len > SMALL_BYTES && now.bytes > old.bytes && now.bytes + others_bytes > COUNTERS_BYTES_MAX;
    if (counter.value == 0 || is_too_much) {
        state->changes_refused++;
        return NULL;
    }
    uint8_t *bytes = entry_resize(state, contact.value, at, &old, &now) + at;
    counter_entry_put(bytes, &now);
    bytes += now.head_bytes;
    size_t kept = old.len < len ? old.len : len;
    memset(bytes + kept, 0, now.bytes - now.head_bytes - kept);
    return bytes;
}

bool counter_next(
    struct state *state,
    struct contact_number contact,
    size_t *at,
    struct name_id *counter_out,
    struct bytes *bytes_out)
{
    struct bytes section = record_section(state_record(state, contact.value), SECTION_COUNTERS);
    struct counter_entry entry;
    if (!counter_entry_get(section, *at, &entry))
        return false;
    counter_out->value = entry.name;
    *bytes_out = bytes_of(section.data + *at + entry.head_bytes, entry.len);
    *at += entry.bytes;
    return true;
}
