// The ledger section of a record: appending lines, condensing old ones.
#include "projections/ledger.h"

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

// Merges a plain line into the condensed ones in `lines`: one a rule and score.
static void condense_line(struct buffer *lines, const struct record_line *line)
{
    for (size_t at = 0; at < lines->len; at += RECORD_LINE_BYTES) {
        struct record_line sum = record_line_get(lines->data + at);
        if (sum.rule != line->rule || sum.score_index != line->score_index)
            continue;
        sum.ref += (sum.ref & UINT32_MAX) < UINT32_MAX;
        sum.points_milli = score_sum_add(sum.points_milli, line->points_milli);
        sum.time_ms = line->time_ms > sum.time_ms ? line->time_ms : sum.time_ms;
        record_line_put(lines->data + at, &sum);
        return;
    }
    struct record_line first = *line;
    first.ref = RECORD_CONDENSED_FLAG | 1;
    record_line_put(buffer_reserve(lines, RECORD_LINE_BYTES), &first);
    lines->len += RECORD_LINE_BYTES;
}

static void ledger_condense(struct state *state, uint64_t contact, uint32_t line_count)
{
    const uint8_t *old = state_record_write(state, contact);
    struct bytes condensed = record_section(old, SECTION_CONDENSED);
    size_t at = record_section_at(old, SECTION_CONDENSED);
    size_t ledger_at = record_section_at(old, SECTION_LEDGER);
    struct buffer *lines = &state->scratch;
    buffer_clear(lines);
    buffer_add_bytes(lines, condensed);
    for (uint32_t i = 0; i < line_count; i++) {
        struct record_line line = record_line_get(old + ledger_at + (size_t)i * RECORD_LINE_BYTES);
        condense_line(lines, &line);
    }

    size_t old_bytes = condensed.len + (size_t)line_count * RECORD_LINE_BYTES;
    uint8_t *record = state_resize(state, contact, (struct resize){at, old_bytes, lines->len});
    memcpy(record + at, lines->data, lines->len);
    put_u32(record + RECORD_CONDENSED_COUNT, (uint32_t)(lines->len / RECORD_LINE_BYTES));
    (void)record_add_u32(record, RECORD_LEDGER_COUNT, -(int64_t)line_count);
    state->ledger_condensed += line_count;
}

void ledger_append(struct state *state, uint64_t contact, const struct record_line *line)
{
    uint8_t *record = state_record_write(state, contact);
    uint32_t count = get_u32(record + RECORD_LEDGER_COUNT);
    if (count >= state->params.ledger_entries_max) {
        ledger_condense(state, contact, (count + 1) / 2);
        record = state_record_write(state, contact);
    }
    size_t at = record_len(record);
    record = state_resize(state, contact, (struct resize){at, 0, RECORD_LINE_BYTES});
    record_line_put(record + at, line);
    (void)record_add_u32(record, RECORD_LEDGER_COUNT, 1);
}
