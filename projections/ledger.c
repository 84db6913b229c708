// The ledger section of a record.
#include "projections/ledger.h"

#include "engine/base/invariant.h"
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

static int32_t cut_within(int64_t cut_milli)
{
    if (cut_milli > INT32_MAX)
        return INT32_MAX;
    return cut_milli < INT32_MIN ? INT32_MIN : (int32_t)cut_milli;
}

// --- reading
uint32_t ledger_count(struct state *state, struct contact_number contact)
{
    return get_u32(state_record(state, contact.value) + RECORD_LEDGER_COUNT);
}

uint32_t ledger_entries_most(struct state *state, struct contact_number contact)
{
    return get_u32(state_record(state, contact.value) + RECORD_LEDGER_BYTES) / LINE_BYTES;
}

uint32_t ledger_bytes(struct state *state, struct contact_number contact)
{
    return get_u32(state_record(state, contact.value) + RECORD_LEDGER_BYTES);
}

uint64_t ledger_edits(struct state *state, struct contact_number contact)
{
    return edits_of(&state->edits, contact.value)->ledger;
}

struct ledger_walk ledger_walk_all(struct state *state, struct contact_number contact)
{
    const uint8_t *record = state_record(state, contact.value);
    return (struct ledger_walk){
        .at = record + record_section_at(record, SECTION_LEDGER),
        .end = record + record_len(record),
        .scores = record + record_section_at(record, SECTION_SCORES),
        .score_count = get_u16(record + RECORD_SCORE_COUNT),
        .score_index = LEDGER_ALL_SCORES,
    };
}

struct ledger_walk ledger_walk_score(
    struct state *state, struct contact_number contact, struct name_id score)
{
    struct ledger_walk walk = ledger_walk_all(state, contact);
    walk.score_index = score_row_find(state_record(state, contact.value), score);
    if (walk.score_index == walk.score_count)
        walk.at = walk.end;
    return walk;
}

struct ledger_walk ledger_walk_score_behind(
    struct state *state, struct contact_number contact, struct name_id score, uint32_t bytes)
{
    struct ledger_walk walk = ledger_walk_score(state, contact, score);
    INVARIANT(bytes <= ledger_bytes(state, contact));
    if (walk.at < walk.end)
        walk.at += bytes;
    return walk;
}

bool ledger_next(
    struct state *state, struct contact_number contact, size_t *at, struct ledger_entry *out)
{
    struct ledger_walk walk = ledger_walk_all(state, contact);
    const uint8_t *begin = walk.at;
    walk.at += *at;
    if (!ledger_walk_next(&walk, out))
        return false;
    *at = (size_t)(walk.at - begin);
    return true;
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
    bool is_condensed = entry->ref.packed == 0;
    *out = (struct record_line){
        .ref = is_condensed ? LINE_CONDENSED | entry->count : entry->ref.packed & ~LINE_CONDENSED,
        .time_ms = record_time(entry->time_ms),
        .score_index = index,
        .rule = entry->rule.value,
        .points_milli = clamp(entry->points_milli),
        .event_key = is_condensed ? 0 : entry->event_key,
        .limit_key = is_condensed ? 0 : entry->limit_key,
    };
    if (!line_is_wide(out))
        out->cut_milli = cut_within(entry->cut_milli);
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
    record = state_resize(state, contact.value, (struct resize){at, 0, line_bytes(&line)});
    record_line_put(record + at, &line);
    (void)record_add_u32(record, RECORD_LEDGER_COUNT, 1);
    (void)record_add_u32(record, RECORD_LEDGER_BYTES, (int64_t)line_bytes(&line));
}

// Takes out a plain line at an offset of the section.
static void line_remove(
    struct state *state, struct contact_number contact, size_t at, const struct record_line *line)
{
    uint8_t *record = state_record_write(state, contact.value);
    size_t begin = record_section_at(record, SECTION_LEDGER);
    struct resize resize = {begin + at, line_bytes(line), 0};
    edits_of(&state->edits, contact.value)->ledger++;
    record = state_resize(state, contact.value, resize);
    (void)record_add_u32(record, RECORD_LEDGER_COUNT, -1);
    (void)record_add_u32(record, RECORD_LEDGER_BYTES, -(int64_t)line_bytes(line));
    score_sum_raise(state, contact, line->score_index, -line->points_milli);
}

uint32_t ledger_withdraw(
    struct state *state,
    struct contact_number contact,
    uint64_t event_key,
    ledger_withdrawn_fn *each,
    void *context)
{
    uint32_t withdrawn = 0;
    size_t at = 0;
    INVARIANT(state->is_in_frame);
    while (event_key != 0) {
        struct ledger_walk walk = ledger_walk_all(state, contact);
        walk.at += at;
        if (walk.at >= walk.end)
            break;
        struct record_line line = record_line_get(walk.at);
        if (line.event_key != event_key) {
            at += line_bytes(&line);
            continue;
        }
        struct ledger_entry entry = ledger_entry_of(&walk, &line);
        line_remove(state, contact, at, &line);
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
    uint32_t plain_before = ledger_count(state, contact);
    uint32_t plain = 0;
    struct buffer *lines = &state->scratch;
    (void)state_record_write(state, contact.value);
    edits_of(&state->edits, contact.value)->ledger++;
    score_sums_clear(state, contact);
    buffer_clear(lines);
    for (uint32_t i = 0; i < count; i++) {
        struct record_line line;
        INVARIANT(entries[i].ref.packed != 0 || plain == 0);
        if (!line_of(state, contact, &entries[i], &line))
            continue;
        plain += !line_is_condensed(&line);
        score_sum_raise(state, contact, line.score_index, line.points_milli);
        record_line_put(buffer_reserve(lines, LINE_LONG_BYTES), &line);
        lines->len += line_bytes(&line);
    }
    const uint8_t *old = state_record(state, contact.value);
    size_t at = record_section_at(old, SECTION_LEDGER);
    size_t old_bytes = record_len(old) - at;
    uint8_t *record =
        state_resize(state, contact.value, (struct resize){at, old_bytes, lines->len});
    if (lines->len > 0)
        memcpy(record + at, lines->data, lines->len);
    put_u32(record + RECORD_LEDGER_COUNT, plain);
    put_u32(record + RECORD_LEDGER_BYTES, (uint32_t)lines->len);
    state->ledger_condensed += plain_before > plain ? plain_before - plain : 0;
}
