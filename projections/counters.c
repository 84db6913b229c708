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

// --- the index
static void index_reset(struct counter_index *index, uint64_t contact)
{
    index->contact = contact;
    index->count = 0;
    index->end = 0;
    memset(index->places, 0, sizeof(index->places));
}

static void index_add(struct counter_index *index, uint32_t name, size_t at)
{
    if (index->count == COUNTERS_INDEXED_MAX)
        return;
    index->names[index->count] = name;
    index->offsets[index->count] = (uint32_t)at;
    index->count++;
    uint8_t *place = &index->places[name % COUNTER_PLACES];
    if (*place == 0)
        *place = (uint8_t)index->count;
}

// Which of the indexed has the name; COUNTERS_INDEXED_MAX where none has.
static uint32_t index_find(const struct counter_index *index, uint32_t name)
{
    uint32_t place = index->places[name % COUNTER_PLACES];
    if (place == 0)
        return COUNTERS_INDEXED_MAX;
    if (index->names[place - 1] == name)
        return place - 1;
    for (uint32_t i = place; i < index->count; i++) {
        if (index->names[i] == name)
            return i;
    }
    return COUNTERS_INDEXED_MAX;
}

// After the entry at an offset has become longer or shorter.
static void index_move(struct counter_index *index, size_t at, size_t old_bytes, size_t new_bytes)
{
    uint32_t by = (uint32_t)(new_bytes - old_bytes); // may be negative: modulo 2^32
    for (uint32_t i = 0; i < index->count; i++)
        index->offsets[i] += index->offsets[i] > at ? by : 0;
    if (index->end > at)
        index->end += by;
}

// Where the index has it behind another one, or not yet.
static __attribute__((noinline)) struct place place_searched(
    struct counter_index *index, uint64_t contact, struct bytes section, struct name_id counter)
{
    struct counter_entry entry;
    if (index->contact != contact)
        index_reset(index, contact);
    uint32_t found = index_find(index, counter.value);
    if (found < COUNTERS_INDEXED_MAX) {
        size_t at = index->offsets[found];
        if (counter_entry_get(section, at, &entry) && entry.name == counter.value)
            return (struct place){at, entry};
        index_reset(index, contact); // the record is another one
    }
    size_t at = index->end;
    while (counter_entry_get(section, at, &entry)) {
        size_t next = at + entry.bytes;
        index_add(index, entry.name, at);
        if (index->count < COUNTERS_INDEXED_MAX)
            index->end = (uint32_t)next;
        if (entry.name == counter.value)
            return (struct place){at, entry};
        at = next;
    }
    return (struct place){at, {.name = counter.value}};
}

static inline struct place place_of(
    struct counter_index *index, uint64_t contact, struct bytes section, struct name_id counter)
{
    uint32_t at = index->places[counter.value % COUNTER_PLACES];
    if (index->contact == contact && at != 0 && index->names[at - 1] == counter.value) {
        struct place place = {.at = index->offsets[at - 1]};
        if (counter_entry_get(section, place.at, &place.entry) && place.entry.name == counter.value)
            return place;
    }
    return place_searched(index, contact, section, counter);
}

static void find(
    struct state *state,
    struct contact_number contact,
    struct name_id counter,
    const uint8_t *record,
    struct counter_spot *out)
{
    const size_t section_at = record_section_at(record, SECTION_COUNTERS);
    const struct bytes section =
        bytes_of(record + section_at, get_u32(record + RECORD_COUNTER_BYTES));
    const struct place place = place_of(&state->counter_index, contact.value, section, counter);
    *out = (struct counter_spot){
        .contact = contact,
        .counter = counter,
        .at = section_at + place.at,
        .head_bytes = (uint32_t)place.entry.head_bytes,
        .len = place.entry.len,
        .bytes = (uint32_t)place.entry.bytes,
        .section_at = (uint32_t)section_at,
        .section_bytes = (uint32_t)section.len,
    };
}

struct bytes counter_read_spot(
    struct state *state,
    struct contact_number contact,
    struct name_id counter,
    struct counter_spot *out)
{
    const uint8_t *record = state_record(state, contact.value);
    find(state, contact, counter, record, out);
    if (out->len == 0)
        return (struct bytes){NULL, 0};
    return bytes_of(record + out->at + out->head_bytes, out->len);
}

struct bytes counter_read(
    struct state *state, struct contact_number contact, struct name_id counter)
{
    struct counter_spot spot;
    return counter_read_spot(state, contact, counter, &spot);
}

// Makes bytes of the section longer or shorter; gives the record, whose counts agree again.
static uint8_t *section_resize(struct state *state, uint64_t contact, struct resize resize)
{
    uint8_t *record = state_resize(state, contact, resize);
    (void)record_add_u32(
        record, RECORD_COUNTER_BYTES, (int64_t)resize.new_bytes - (int64_t)resize.old_bytes);
    return record;
}

// Gives the entry at `at` of a writable record the size of another; its head and what is new are not written yet.
static uint8_t *entry_resize(
    struct state *state,
    uint64_t contact,
    size_t at,
    const struct counter_entry *old,
    const struct counter_entry *now)
{
    size_t old_behind = old->bytes - old->head_bytes;
    size_t now_behind = now->bytes - now->head_bytes;
    uint8_t *record = NULL;
    if (old->bytes == 0)
        return section_resize(state, contact, (struct resize){at, 0, now->bytes});
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

static struct counter_entry entry_of(const struct counter_spot *spot)
{
    return (struct counter_entry){spot->counter.value, spot->len, spot->head_bytes, spot->bytes};
}

static void counter_remove(struct state *state, const struct counter_spot *spot)
{
    const struct counter_entry old = entry_of(spot);
    const uint64_t contact = spot->contact.value;
    if (old.len > 0) {
        (void)state_record_write(state, contact);
        (void)entry_resize(state, contact, spot->at, &old, &(struct counter_entry){0});
    }
    index_reset(&state->counter_index, contact);
}

// Gives the entry of a writable record its new size.
static uint8_t *entry_fit(
    struct state *state, struct counter_spot *spot, const struct counter_entry *now)
{
    const struct counter_entry old = entry_of(spot);
    const uint64_t contact = spot->contact.value;
    if (old.bytes > 0)
        index_move(&state->counter_index, spot->at - spot->section_at, old.bytes, now->bytes);
    spot->section_bytes += (uint32_t)(now->bytes - old.bytes);
    return entry_resize(state, contact, spot->at, &old, now);
}

uint8_t *counter_write_at(struct state *state, struct counter_spot *spot, size_t len)
{
    INVARIANT(state->is_in_frame);
    INVARIANT(len > 0);
    struct counter_entry now = {.bytes = COUNTERS_BYTES_MAX + 1};
    if (len <= COUNTERS_BYTES_MAX)
        now = counter_entry_of(spot->counter.value, (uint32_t)len);
    bool is_too_much = len > SMALL_BYTES && now.bytes > spot->bytes &&
                       now.bytes + spot->section_bytes - spot->bytes > COUNTERS_BYTES_MAX;
    if (spot->counter.value == 0 || is_too_much) {
        state->changes_refused++;
        return NULL;
    }
    uint8_t *record = state_record_write(state, spot->contact.value);
    if (now.bytes != spot->bytes)
        record = entry_fit(state, spot, &now);
    uint8_t *bytes = record + spot->at;
    const size_t kept = spot->len < len ? spot->len : len;
    counter_entry_put(bytes, &now);
    bytes += now.head_bytes;
    memset(bytes + kept, 0, now.bytes - now.head_bytes - kept);
    spot->head_bytes = (uint32_t)now.head_bytes;
    spot->len = now.len;
    spot->bytes = (uint32_t)now.bytes;
    return bytes;
}

uint8_t *counter_write(
    struct state *state, struct contact_number contact, struct name_id counter, size_t len)
{
    INVARIANT(state->is_in_frame);
    struct counter_spot spot;
    find(state, contact, counter, state_record(state, contact.value), &spot);
    if (len > 0)
        return counter_write_at(state, &spot, len);
    counter_remove(state, &spot);
    return NULL;
}

uint8_t *counter_rewrite_at(struct state *state, const struct counter_spot *spot)
{
    INVARIANT(spot->len > 0);
    return state_record_write(state, spot->contact.value) + spot->at + spot->head_bytes;
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
