#include "projections/limits.h"

#include "engine/base/invariant.h"
#include "projections/state_internal.h"

enum { ROW_RULE = 8, ROW_COUNT = 12, ROW_TIME = 16, ROW_POINTS = 24 };

static struct limit_row row_of(const uint8_t *from)
{
    return (struct limit_row){
        .key = get_u64(from),
        .rule = {get_u32(from + ROW_RULE)},
        .count = get_u32(from + ROW_COUNT),
        .time_ms = (int64_t)get_u64(from + ROW_TIME),
        .points_milli = (int64_t)get_u64(from + ROW_POINTS),
    };
}

static void row_put(uint8_t *to, const struct limit_row *row)
{
    put_u64(to, row->key);
    put_u32(to + ROW_RULE, row->rule.value);
    put_u32(to + ROW_COUNT, row->count);
    put_u64(to + ROW_TIME, (uint64_t)row->time_ms);
    put_u64(to + ROW_POINTS, (uint64_t)row->points_milli);
}

static size_t row_at(const uint8_t *record, size_t index)
{
    return record_section_at(record, SECTION_LIMITS) + index * RECORD_LIMIT_BYTES;
}

bool limit_next(
    struct state *state, struct contact_number contact, size_t *at, struct limit_row *out)
{
    const uint8_t *record = state_record(state, contact.value);
    size_t count = get_u16(record + RECORD_LIMIT_COUNT);
    while (*at < count) {
        const uint8_t *row = record + row_at(record, (*at)++);
        if (get_u64(row) != out->key || get_u32(row + ROW_RULE) != out->rule.value)
            continue;
        *out = row_of(row);
        return true;
    }
    return false;
}

bool limit_next_any(
    struct state *state, struct contact_number contact, size_t *at, struct limit_row *out)
{
    const uint8_t *record = state_record(state, contact.value);
    if (*at >= get_u16(record + RECORD_LIMIT_COUNT))
        return false;
    *out = row_of(record + row_at(record, (*at)++));
    return true;
}

void limits_clear(struct state *state, struct contact_number contact)
{
    INVARIANT(state->is_in_frame);
    const uint8_t *record = state_record(state, contact.value);
    size_t bytes = (size_t)get_u16(record + RECORD_LIMIT_COUNT) * RECORD_LIMIT_BYTES;
    if (bytes == 0)
        return;
    uint8_t *to = state_record_write(state, contact.value);
    size_t at = row_at(to, 0);
    to = state_resize(state, contact.value, (struct resize){at, bytes, 0});
    put_u16(to + RECORD_LIMIT_COUNT, 0);
}

static void remove_row(struct state *state, struct contact_number contact, size_t index)
{
    uint8_t *record = state_record_write(state, contact.value);
    size_t at = row_at(record, index);
    record = state_resize(state, contact.value, (struct resize){at, RECORD_LIMIT_BYTES, 0});
    (void)record_add_u16(record, RECORD_LIMIT_COUNT, -1);
}

void limit_add(
    struct state *state,
    struct contact_number contact,
    const struct limit_row *row,
    enum limit_mode mode)
{
    INVARIANT(state->is_in_frame);
    struct limit_row merged = *row;
    size_t next = 0;
    if (mode == LIMIT_MERGE && limit_next(state, contact, &next, &merged)) {
        merged.count += row->count;
        merged.points_milli += row->points_milli;
        merged.time_ms = row->time_ms > merged.time_ms ? row->time_ms : merged.time_ms;
        uint8_t *record = state_record_write(state, contact.value);
        row_put(record + row_at(record, next - 1), &merged);
        return;
    }
    if (get_u16(state_record(state, contact.value) + RECORD_LIMIT_COUNT) >=
        state->params.limit_keys_max) {
        remove_row(state, contact, 0);
        state->limit_keys_forgotten++;
    }
    uint8_t *record = state_record_write(state, contact.value);
    size_t at = record_section_at(record, SECTION_SEGMENTS);
    record = state_resize(state, contact.value, (struct resize){at, 0, RECORD_LIMIT_BYTES});
    row_put(record + at, row);
    (void)record_add_u16(record, RECORD_LIMIT_COUNT, 1);
}

void limit_prune(
    struct state *state, struct contact_number contact, struct name_id rule, int64_t before_ms)
{
    size_t index = 0;
    INVARIANT(state->is_in_frame);
    for (;;) {
        const uint8_t *record = state_record(state, contact.value);
        if (index >= get_u16(record + RECORD_LIMIT_COUNT))
            return;
        struct limit_row row = row_of(record + row_at(record, index));
        if (row.rule.value == rule.value && row.time_ms < before_ms)
            remove_row(state, contact, index);
        else
            index++;
    }
}

void limit_give_back(
    struct state *state, struct contact_number contact, const struct ledger_entry *entry)
{
    INVARIANT(state->is_in_frame);
    const uint8_t *record = state_record(state, contact.value);
    size_t count = get_u16(record + RECORD_LIMIT_COUNT);
    size_t found = count;
    for (size_t i = 0; i < count; i++) {
        struct limit_row row = row_of(record + row_at(record, i));
        if (row.rule.value != entry->rule.value || (uint32_t)row.key != entry->limit_key)
            continue;
        if (found == count || row.time_ms == entry->time_ms)
            found = i;
        if (row.time_ms == entry->time_ms)
            break;
    }
    if (found == count)
        return; // forgotten meanwhile
    struct limit_row row = row_of(record + row_at(record, found));
    row.count--;
    row.points_milli -= entry->points_milli;
    if (row.count == 0) {
        remove_row(state, contact, found);
        return;
    }
    uint8_t *to = state_record_write(state, contact.value);
    row_put(to + row_at(to, found), &row);
}
