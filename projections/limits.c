// The limits section of a record.
#include "projections/limits.h"

#include "engine/base/invariant.h"
#include "projections/ledger.h"
#include "projections/limit_row.h"
#include "projections/state_internal.h"

enum { ROW_COUNT = 12, ROW_TIME = 16, ROW_POINTS = 24 };

static bool row_is_long(const struct limit_row *row)
{
    return row->time_ms != 0 || row->points_milli != 0;
}

static size_t row_bytes(const struct limit_row *row)
{
    return row_is_long(row) ? LIMIT_ROW_LONG_BYTES : RECORD_LIMIT_BYTES;
}

static uint32_t rule_at(const uint8_t *from)
{
    return get_u32(from + LIMIT_ROW_RULE) & ~LIMIT_RULE_IS_LONG;
}

static void row_put(uint8_t *to, const struct limit_row *row)
{
    INVARIANT(row->rule.value < LIMIT_RULE_IS_LONG);
    put_u64(to, row->key);
    put_u32(
        to + LIMIT_ROW_RULE,
        row_is_long(row) ? row->rule.value | LIMIT_RULE_IS_LONG : row->rule.value);
    put_u32(to + ROW_COUNT, row->count);
    if (row_is_long(row)) {
        put_u64(to + ROW_TIME, (uint64_t)row->time_ms);
        put_u64(to + ROW_POINTS, (uint64_t)row->points_milli);
    }
}

static struct limit_row row_get(const uint8_t *from)
{
    bool is_long = limit_row_bytes_at(from) == LIMIT_ROW_LONG_BYTES;
    return (struct limit_row){
        .rule = {rule_at(from)},
        .count = get_u32(from + ROW_COUNT),
        .key = get_u64(from),
        .time_ms = is_long ? (int64_t)get_u64(from + ROW_TIME) : 0,
        .points_milli = is_long ? (int64_t)get_u64(from + ROW_POINTS) : 0,
    };
}

// The first row of a key in a section, from an offset on; the length of the section when there is none.
static size_t row_find(struct bytes section, const struct limit_row *of, size_t at)
{
    while (at < section.len) {
        const uint8_t *row = section.data + at;
        if (get_u64(row) == of->key && rule_at(row) == of->rule.value)
            return at;
        at += limit_row_bytes_at(row);
    }
    return section.len;
}

bool limit_next(
    struct state *state, struct contact_number contact, size_t *at, struct limit_row *out)
{
    struct bytes section = record_section(state_record(state, contact.value), SECTION_LIMITS);
    size_t found = row_find(section, out, *at);
    if (found == section.len)
        return false;
    *out = row_get(section.data + found);
    *at = found + limit_row_bytes_at(section.data + found);
    return true;
}

bool limit_next_any(
    struct state *state, struct contact_number contact, size_t *at, struct limit_row *out)
{
    struct bytes section = record_section(state_record(state, contact.value), SECTION_LIMITS);
    if (*at >= section.len)
        return false;
    *out = row_get(section.data + *at);
    *at += limit_row_bytes_at(section.data + *at);
    return true;
}

void limits_clear(struct state *state, struct contact_number contact)
{
    INVARIANT(state->is_in_frame);
    const uint8_t *found_in = state_record(state, contact.value);
    size_t at = record_section_at(found_in, SECTION_LIMITS);
    size_t bytes = record_section(found_in, SECTION_LIMITS).len;
    if (bytes == 0)
        return;
    (void)state_record_write(state, contact.value);
    uint8_t *record = state_resize(state, contact.value, (struct resize){at, bytes, 0});
    put_u16(record + RECORD_LIMIT_COUNT, 0);
    put_u16(record + RECORD_LIMIT_LONG_COUNT, 0);
}

// Puts a row at an offset of the section where one of old_bytes is; 0: between two.
static void row_write(
    struct state *state, uint64_t contact, size_t at, size_t old_bytes, const struct limit_row *row)
{
    uint8_t *record = state_record_write(state, contact);
    size_t begin = record_section_at(record, SECTION_LIMITS);
    size_t new_bytes = row == NULL ? 0 : row_bytes(row);
    if (old_bytes != new_bytes) {
        record = state_resize(state, contact, (struct resize){begin + at, old_bytes, new_bytes});
        (void)record_add_u16(record, RECORD_LIMIT_COUNT, (new_bytes > 0) - (old_bytes > 0));
        (void)record_add_u16(
            record, RECORD_LIMIT_LONG_COUNT,
            (new_bytes == LIMIT_ROW_LONG_BYTES) - (old_bytes == LIMIT_ROW_LONG_BYTES));
    }
    if (row != NULL)
        row_put(record + begin + at, row);
}

static void forget_oldest(struct state *state, uint64_t contact)
{
    for (;;) {
        const uint8_t *record = state_record(state, contact);
        if (get_u16(record + RECORD_LIMIT_COUNT) < state->params.limit_keys_max)
            return;
        row_write(
            state, contact, 0, limit_row_bytes_at(record_section(record, SECTION_LIMITS).data),
            NULL);
        state->limit_keys_forgotten++;
    }
}

void limit_add(
    struct state *state,
    struct contact_number contact,
    const struct limit_row *row,
    enum limit_mode mode)
{
    INVARIANT(state->is_in_frame);
    INVARIANT(row->count > 0);
    struct limit_row now = *row;
    now.time_ms = record_time(row->time_ms);
    struct bytes section = record_section(state_record(state, contact.value), SECTION_LIMITS);
    size_t at = section.len;
    if (mode == LIMIT_MERGE)
        at = row_find(section, row, 0);
    if (at == section.len) {
        forget_oldest(state, contact.value);
        section = record_section(state_record(state, contact.value), SECTION_LIMITS);
        row_write(state, contact.value, section.len, 0, &now);
        return;
    }
    struct limit_row old = row_get(section.data + at);
    now.count = old.count > UINT32_MAX - now.count ? UINT32_MAX : old.count + now.count;
    now.time_ms = old.time_ms > now.time_ms ? old.time_ms : now.time_ms;
    now.points_milli = score_sum_add(old.points_milli, now.points_milli);
    row_write(state, contact.value, at, row_bytes(&old), &now);
}

static bool row_is_old(const uint8_t *from, struct name_id rule, int64_t before_ms)
{
    return limit_row_bytes_at(from) == LIMIT_ROW_LONG_BYTES && rule_at(from) == rule.value &&
           (int64_t)get_u64(from + ROW_TIME) < before_ms;
}

void limit_prune(
    struct state *state, struct contact_number contact, struct name_id rule, int64_t before_ms)
{
    INVARIANT(state->is_in_frame);
    struct bytes section = record_section(state_record(state, contact.value), SECTION_LIMITS);
    size_t kept = 0;
    while (kept < section.len && !row_is_old(section.data + kept, rule, before_ms))
        kept += limit_row_bytes_at(section.data + kept);
    if (kept == section.len)
        return;
    uint8_t *record = state_record_write(state, contact.value);
    size_t begin = record_section_at(record, SECTION_LIMITS);
    int removed = 0;
    for (size_t at = kept, bytes = 0; at < section.len; at += bytes) {
        const uint8_t *row = record + begin + at;
        bytes = limit_row_bytes_at(row);
        if (row_is_old(row, rule, before_ms)) {
            removed++;
        } else {
            memmove(record + begin + kept, row, bytes);
            kept += bytes;
        }
    }
    struct resize resize = {begin + kept, section.len - kept, 0};
    record = state_resize(state, contact.value, resize);
    (void)record_add_u16(record, RECORD_LIMIT_COUNT, -removed);
    (void)record_add_u16(record, RECORD_LIMIT_LONG_COUNT, -removed);
}

// The row that an entry was counted in; the length of the section when it is not there any more.
static size_t row_of_entry(
    struct bytes section,
    const struct ledger_entry *entry,
    int64_t points_milli,
    enum limit_mode mode)
{
    size_t first = section.len;
    for (size_t at = 0; at < section.len; at += limit_row_bytes_at(section.data + at)) {
        struct limit_row row = row_get(section.data + at);
        if (row.rule.value != entry->rule.value || (uint32_t)row.key != entry->limit_key)
            continue;
        if (row.time_ms == entry->time_ms &&
            (mode == LIMIT_MERGE || row.points_milli == points_milli))
            return at;
        if (first == section.len && mode == LIMIT_MERGE)
            first = at;
    }
    return first;
}

void limit_give_back(
    struct state *state,
    struct contact_number contact,
    const struct ledger_entry *entry,
    enum limit_mode mode)
{
    INVARIANT(state->is_in_frame);
    struct bytes section = record_section(state_record(state, contact.value), SECTION_LIMITS);
    int64_t points_milli = entry->points_milli < 0 ? -entry->points_milli : entry->points_milli;
    size_t at = row_of_entry(section, entry, points_milli, mode);
    if (at == section.len)
        return;
    struct limit_row row = row_get(section.data + at);
    size_t old_bytes = row_bytes(&row);
    row.count--;
    if (row_is_long(&row))
        row.points_milli = score_sum_add(row.points_milli, -points_milli);
    row_write(state, contact.value, at, old_bytes, row.count > 0 ? &row : NULL);
}
