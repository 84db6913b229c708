#include "projections/ledger.h"

#include "engine/base/invariant.h"
#include "engine/base/time.h"
#include "projections/scores.h"
#include "projections/state_internal.h"

static int64_t clamp(int64_t value)
{
    if (value > SCORE_SUM_MAX)
        return SCORE_SUM_MAX;
    return value < -SCORE_SUM_MAX ? -SCORE_SUM_MAX : value;
}

int64_t score_sum_add(int64_t a_milli, int64_t b_milli)
{
    return clamp(clamp(a_milli) + clamp(b_milli));
}

static int64_t time_within(int64_t time_ms)
{
    if (time_ms < TIME_MS_MIN)
        return TIME_MS_MIN;
    return time_ms > TIME_MS_MAX ? TIME_MS_MAX : time_ms;
}

static int32_t cut_within(int64_t cut_milli)
{
    if (cut_milli > INT32_MAX)
        return INT32_MAX;
    return cut_milli < INT32_MIN ? INT32_MIN : (int32_t)cut_milli;
}

// --- reading
static struct ledger_entry entry_of(const uint8_t *record, const uint8_t *from)
{
    struct record_line line = record_line_get(from);
    bool is_condensed = (line.ref & RECORD_CONDENSED_FLAG) != 0;
    return (struct ledger_entry){
        .score = {score_name_at(record, line.score_index)},
        .rule = {line.rule},
        .ref = {is_condensed ? 0 : line.ref},
        .count = is_condensed ? (uint32_t)line.ref : 1,
        .time_ms = line.time_ms,
        .points_milli = line.points_milli,
        .cut_milli = line.cut_milli,
        .event_key = line.event_key,
        .limit_key = line.limit_key,
    };
}

uint32_t ledger_count(struct state *state, struct contact_number contact)
{
    return get_u32(state_record(state, contact.value) + RECORD_LEDGER_COUNT);
}

uint32_t ledger_lines(struct state *state, struct contact_number contact)
{
    const uint8_t *record = state_record(state, contact.value);
    return get_u32(record + RECORD_LEDGER_COUNT) + get_u32(record + RECORD_CONDENSED_COUNT);
}

bool ledger_next(
    struct state *state, struct contact_number contact, size_t *at, struct ledger_entry *out)
{
    const uint8_t *record = state_record(state, contact.value);
    size_t begin = record_section_at(record, SECTION_CONDENSED);
    size_t from = begin + *at * RECORD_LINE_BYTES;
    if (from >= record_len(record))
        return false;
    *out = entry_of(record, record + from);
    (*at)++;
    return true;
}

uint32_t ledger_points_of(
    struct state *state,
    struct contact_number contact,
    struct name_id score,
    struct ledger_points *out)
{
    const uint8_t *record = state_record(state, contact.value);
    uint32_t index = score_row_find(record, score);
    const uint8_t *line = record + record_section_at(record, SECTION_CONDENSED);
    const uint8_t *end = record + record_len(record);
    uint32_t count = 0;
    for (; line < end; line += RECORD_LINE_BYTES) {
        struct record_line found = record_line_get(line);
        if (found.score_index == index)
            out[count++] = (struct ledger_points){found.time_ms, found.points_milli, {found.rule}};
    }
    return count;
}

// --- writing
// The entry as a line; false when it is refused. Its score has a row from here on.
static bool line_of(
    struct state *state,
    struct contact_number contact,
    const struct ledger_entry *entry,
    struct record_line *out)
{
    uint32_t index = 0;
    if (entry->rule.value == 0 || !score_row_make(state, contact, entry->score, &index)) {
        state->changes_refused++;
        return false;
    }
    *out = (struct record_line){
        .ref = entry->ref.packed & ~RECORD_CONDENSED_FLAG,
        .time_ms = time_within(entry->time_ms),
        .score_index = index,
        .rule = entry->rule.value,
        .points_milli = clamp(entry->points_milli),
        .event_key = entry->event_key,
        .cut_milli = cut_within(entry->cut_milli),
        .limit_key = entry->limit_key,
    };
    return true;
}

void ledger_add(
    struct state *state, struct contact_number contact, const struct ledger_entry *entry)
{
    struct record_line line;
    INVARIANT(state->is_in_frame);
    INVARIANT(entry->ref.packed != 0);
    if (!line_of(state, contact, entry, &line))
        return;
    score_sum_raise(state, contact, line.score_index, line.points_milli);
    uint8_t *record = state_record_write(state, contact.value);
    size_t at = record_len(record);
    record = state_resize(state, contact.value, (struct resize){at, 0, RECORD_LINE_BYTES});
    record_line_put(record + at, &line);
    (void)record_add_u32(record, RECORD_LEDGER_COUNT, 1);
}

uint32_t ledger_withdraw(
    struct state *state,
    struct contact_number contact,
    uint64_t event_key,
    ledger_withdrawn_fn *each,
    void *context)
{
    uint32_t withdrawn = 0;
    uint32_t index = 0;
    INVARIANT(state->is_in_frame);
    while (event_key != 0 && index < ledger_count(state, contact)) {
        const uint8_t *record = state_record(state, contact.value);
        size_t at = record_section_at(record, SECTION_LEDGER) + (size_t)index * RECORD_LINE_BYTES;
        struct record_line line = record_line_get(record + at);
        if (line.event_key != event_key) {
            index++;
            continue;
        }
        struct ledger_entry entry = entry_of(record, record + at);
        (void)state_record_write(state, contact.value);
        uint8_t *to = state_resize(state, contact.value, (struct resize){at, RECORD_LINE_BYTES, 0});
        (void)record_add_u32(to, RECORD_LEDGER_COUNT, -1);
        score_sum_raise(state, contact, line.score_index, -line.points_milli);
        each(context, &entry);
        withdrawn++;
    }
    return withdrawn;
}

void ledger_replace(
    struct state *state,
    struct contact_number contact,
    const struct ledger_entry *entries,
    uint32_t count)
{
    INVARIANT(state->is_in_frame);
    uint32_t before = ledger_lines(state, contact);
    uint32_t condensed = 0;
    struct buffer *lines = &state->scratch;
    (void)state_record_write(state, contact.value);
    score_sums_clear(state, contact);
    buffer_clear(lines);
    for (uint32_t i = 0; i < count; i++) {
        struct record_line line;
        if (!line_of(state, contact, &entries[i], &line))
            continue;
        if (line.ref == 0) {
            INVARIANT(lines->len == (size_t)condensed * RECORD_LINE_BYTES);
            line.ref = RECORD_CONDENSED_FLAG | entries[i].count;
            condensed++;
        }
        score_sum_raise(state, contact, line.score_index, line.points_milli);
        record_line_put(buffer_reserve(lines, RECORD_LINE_BYTES), &line);
        lines->len += RECORD_LINE_BYTES;
    }
    const uint8_t *old = state_record(state, contact.value);
    size_t at = record_section_at(old, SECTION_CONDENSED);
    size_t old_bytes = record_len(old) - at;
    uint8_t *record =
        state_resize(state, contact.value, (struct resize){at, old_bytes, lines->len});
    if (lines->len > 0)
        memcpy(record + at, lines->data, lines->len);
    uint32_t after = (uint32_t)(lines->len / RECORD_LINE_BYTES);
    put_u32(record + RECORD_CONDENSED_COUNT, condensed);
    put_u32(record + RECORD_LEDGER_COUNT, after - condensed);
    state->ledger_condensed += before > after ? before - after : 0;
}
