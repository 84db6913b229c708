// The rows of scores: what their entries add up to, and what was last announced.
#include "projections/scores.h"

#include "engine/base/invariant.h"
#include "projections/counters.h"
#include "projections/ledger.h"
#include "projections/state_internal.h"

enum { ROW_SUM = 4, ROW_SHOWN = 12 };

// Which of the record's scores it is; the count of scores when it has none of that name.
uint32_t score_row_find(const uint8_t *record, struct name_id score)
{
    uint32_t count = get_u16(record + RECORD_SCORE_COUNT);
    const uint8_t *scores = record + record_section_at(record, SECTION_SCORES);
    uint32_t i = 0;
    while (i < count && get_u32(scores + (size_t)i * RECORD_SCORE_BYTES) != score.value)
        i++;
    return i;
}

static size_t row_at(const uint8_t *record, uint32_t index)
{
    return record_section_at(record, SECTION_SCORES) + (size_t)index * RECORD_SCORE_BYTES;
}

bool score_row_make(
    struct state *state, struct contact_number contact, struct name_id score, uint32_t *index_out)
{
    const uint8_t *record = state_record(state, contact.value);
    uint32_t index = score_row_find(record, score);
    if (score.value == 0 || index >= RECORD_SCORES_MAX)
        return false;
    *index_out = index;
    if (index < get_u16(record + RECORD_SCORE_COUNT))
        return true;
    uint8_t *to = state_record_write(state, contact.value);
    size_t at = row_at(to, index);
    to = state_resize(state, contact.value, (struct resize){at, 0, RECORD_SCORE_BYTES});
    memset(to + at, 0, RECORD_SCORE_BYTES);
    put_u32(to + at, score.value);
    (void)record_add_u16(to, RECORD_SCORE_COUNT, 1);
    return true;
}

void score_sum_raise(
    struct state *state, struct contact_number contact, uint32_t index, int64_t points_milli)
{
    uint8_t *record = state_record_write(state, contact.value);
    uint8_t *sum = record + row_at(record, index) + ROW_SUM;
    put_u64(sum, (uint64_t)score_sum_add((int64_t)get_u64(sum), points_milli));
}

void score_sums_clear(struct state *state, struct contact_number contact)
{
    uint8_t *record = state_record_write(state, contact.value);
    for (uint32_t i = 0; i < get_u16(record + RECORD_SCORE_COUNT); i++)
        put_u64(record + row_at(record, i) + ROW_SUM, 0);
}

static int64_t row_value(
    struct state *state, struct contact_number contact, struct name_id score, size_t offset)
{
    const uint8_t *record = state_record(state, contact.value);
    uint32_t index = score_row_find(record, score);
    if (index == get_u16(record + RECORD_SCORE_COUNT))
        return 0;
    return (int64_t)get_u64(record + row_at(record, index) + offset);
}

int64_t score_sum(struct state *state, struct contact_number contact, struct name_id score)
{
    return row_value(state, contact, score, ROW_SUM);
}

int64_t score_shown(struct state *state, struct contact_number contact, struct name_id score)
{
    return row_value(state, contact, score, ROW_SHOWN);
}

void score_set_shown(
    struct state *state, struct contact_number contact, struct name_id score, int64_t shown_milli)
{
    uint32_t index = 0;
    INVARIANT(state->is_in_frame);
    if (!score_row_make(state, contact, score, &index)) {
        state->changes_refused++;
        return;
    }
    uint8_t *record = state_record_write(state, contact.value);
    put_u64(record + row_at(record, index) + ROW_SHOWN, (uint64_t)shown_milli);
}

int64_t score_due_ms(struct state *state, struct contact_number contact, struct name_id score)
{
    struct bytes due = counter_read(state, contact, score);
    return due.len == 8 ? (int64_t)get_u64(due.data) : INT64_MAX;
}

void score_set_due(
    struct state *state, struct contact_number contact, struct name_id score, int64_t due_ms)
{
    INVARIANT(state->is_in_frame);
    if (score_due_ms(state, contact, score) == due_ms)
        return;
    uint8_t *due = counter_write(state, contact, score, due_ms == INT64_MAX ? 0 : 8);
    if (due != NULL)
        put_u64(due, (uint64_t)due_ms);
}

// --- a pass over all contacts
// A heap whose first rank is the worst of those kept.
struct top {
    score_value_fn *value_of;
    void *context;
    struct score_rank *ranks;
    size_t count;
    size_t max;
};

static bool rank_is_worse(struct score_rank a, struct score_rank b)
{
    if (a.value_milli != b.value_milli)
        return a.value_milli < b.value_milli;
    return a.contact.value > b.contact.value;
}

// Moves ranks[at] down until neither child is worse.
static void top_sift_down(struct score_rank *ranks, size_t count, size_t at)
{
    for (size_t child; (child = at * 2 + 1) < count; at = child) {
        if (child + 1 < count && rank_is_worse(ranks[child + 1], ranks[child]))
            child++;
        if (!rank_is_worse(ranks[child], ranks[at]))
            return;
        struct score_rank swapped = ranks[at];
        ranks[at] = ranks[child];
        ranks[child] = swapped;
    }
}

static void top_offer(void *context, struct contact_number contact)
{
    struct top *top = context;
    struct score_rank rank = {contact, top->value_of(top->context, contact)};
    if (top->count < top->max) {
        top->ranks[top->count++] = rank;
        if (top->count == top->max)
            for (size_t i = top->count / 2; i-- > 0;)
                top_sift_down(top->ranks, top->count, i);
    } else if (rank_is_worse(top->ranks[0], rank)) {
        top->ranks[0] = rank;
        top_sift_down(top->ranks, top->count, 0);
    }
}

size_t score_top(
    struct state *state,
    score_value_fn *value_of,
    void *context,
    struct score_rank *ranks_out,
    size_t max)
{
    if (max == 0)
        return 0;
    struct top top = {.value_of = value_of, .context = context, .ranks = ranks_out, .max = max};
    contacts_each(state, top_offer, &top);
    for (size_t i = top.count / 2; i-- > 0;)
        top_sift_down(ranks_out, top.count, i);
    for (size_t left = top.count; left > 1; left--) { // the worst goes last
        struct score_rank worst = ranks_out[0];
        ranks_out[0] = ranks_out[left - 1];
        ranks_out[left - 1] = worst;
        top_sift_down(ranks_out, left - 1, 0);
    }
    return top.count;
}
