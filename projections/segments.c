// The segments section of a record.
#include "projections/segments.h"

#include "engine/base/invariant.h"
#include "projections/state_internal.h"

#define MEMBER_FLAG (UINT64_C(1) << 63)

static struct segment_state state_of(const uint8_t *row)
{
    uint64_t packed = get_u64(row + 4);
    return (struct segment_state){
        .is_true = true,
        .is_member = (packed & MEMBER_FLAG) != 0,
        .since_ms = (int64_t)(packed & ~MEMBER_FLAG) + TIME_MS_MIN,
    };
}

// Where the segment's row is; the end of the section when it has none.
static size_t row_at(const uint8_t *record, struct name_id segment)
{
    size_t at = record_section_at(record, SECTION_SEGMENTS);
    size_t end = record_section_at(record, SECTION_COUNTERS);
    while (at < end && get_u32(record + at) != segment.value)
        at += RECORD_SEGMENT_BYTES;
    return at;
}

static struct segment_state read_record(const uint8_t *record, struct name_id segment)
{
    size_t at = row_at(record, segment);
    if (at == record_section_at(record, SECTION_COUNTERS))
        return (struct segment_state){0};
    return state_of(record + at);
}

struct segment_state segment_read(
    struct state *state, struct contact_number contact, struct name_id segment)
{
    return read_record(state_record(state, contact.value), segment);
}

void segment_write(
    struct state *state,
    struct contact_number contact,
    struct name_id segment,
    const struct segment_state *to)
{
    INVARIANT(state->is_in_frame);
    const uint8_t *found_in = state_record(state, contact.value);
    size_t at = row_at(found_in, segment);
    bool is_there = at < record_section_at(found_in, SECTION_COUNTERS);
    bool has_room = get_u16(found_in + RECORD_SEGMENT_COUNT) < UINT16_MAX;
    if (!is_there && !to->is_true)
        return;
    if (!is_there && (segment.value == 0 || !has_room)) {
        state->changes_refused++;
        return;
    }
    uint8_t *record = state_record_write(state, contact.value);
    size_t old_bytes = is_there ? RECORD_SEGMENT_BYTES : 0;
    size_t new_bytes = to->is_true ? RECORD_SEGMENT_BYTES : 0;
    if (old_bytes != new_bytes) {
        edits_of(&state->edits, contact.value)->segments++;
        record = state_resize(state, contact.value, (struct resize){at, old_bytes, new_bytes});
        (void)record_add_u16(record, RECORD_SEGMENT_COUNT, to->is_true ? 1 : -1);
    }
    if (!to->is_true)
        return;
    uint64_t packed = (uint64_t)(record_time(to->since_ms) - TIME_MS_MIN);
    put_u32(record + at, segment.value);
    put_u64(record + at + 4, packed | (to->is_member ? MEMBER_FLAG : 0));
}

uint64_t segment_edits(struct state *state, struct contact_number contact)
{
    return edits_of(&state->edits, contact.value)->segments;
}

bool segment_next(
    struct state *state,
    struct contact_number contact,
    size_t *at,
    struct name_id *segment_out,
    struct segment_state *out)
{
    const uint8_t *record = state_record(state, contact.value);
    size_t from = record_section_at(record, SECTION_SEGMENTS) + *at * RECORD_SEGMENT_BYTES;
    if (from >= record_section_at(record, SECTION_COUNTERS))
        return false;
    segment_out->value = get_u32(record + from);
    *out = state_of(record + from);
    (*at)++;
    return true;
}

struct segment_walk segment_walk_all(struct state *state, struct contact_number contact)
{
    const uint8_t *record = state_record(state, contact.value);
    size_t at = record_section_at(record, SECTION_SEGMENTS);
    size_t bytes = (size_t)get_u16(record + RECORD_SEGMENT_COUNT) * RECORD_SEGMENT_BYTES;
    return (struct segment_walk){record + at, record + at + bytes};
}

struct members {
    struct name_id segment;
    segment_each_fn *each;
    void *context;
};

static void each_record(void *context, uint64_t contact, struct bytes record)
{
    const struct members *members = context;
    struct segment_state state = read_record(record.data, members->segment);
    if (state.is_member)
        members->each(members->context, (struct contact_number){contact}, state.since_ms);
}

void segment_members(
    struct state *state, struct name_id segment, segment_each_fn *each, void *context)
{
    struct members members = {segment, each, context};
    state_each_record(state, each_record, &members);
}
