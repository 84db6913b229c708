// Score totals and the ledger entries that they are the sum of.
#include "projections/scores.h"

#include "engine/base/invariant.h"
#include "engine/base/time.h"
#include "projections/ledger.h"

// --- sums
// Which of the record's scores it is; the count of scores when it has none of that name.
static uint32_t score_index_of(const uint8_t *record, struct name_id score)
{
    uint32_t count = get_u16(record + RECORD_SCORE_COUNT);
    const uint8_t *scores = record + record_section_at(record, SECTION_SCORES);
    uint32_t i = 0;
    while (i < count && get_u32(scores + (size_t)i * RECORD_SCORE_BYTES) != score.value)
        i++;
    return i;
}

static size_t score_sum_at(const uint8_t *record, uint32_t index)
{
    return record_section_at(record, SECTION_SCORES) + (size_t)index * RECORD_SCORE_BYTES + 4;
}

static int64_t record_score_sum(const uint8_t *record, struct name_id score)
{
    uint32_t index = score_index_of(record, score);
    if (index == get_u16(record + RECORD_SCORE_COUNT))
        return 0;
    return (int64_t)get_u64(record + score_sum_at(record, index));
}

// Adds to a sum, which begins at 0; returns the sum.
static int64_t score_sum_raise(
    struct state *state, uint64_t contact, struct name_id score, int64_t points_milli)
{
    uint8_t *record = state_record_write(state, contact);
    uint32_t index = score_index_of(record, score);
    size_t at = score_sum_at(record, index);
    if (index == get_u16(record + RECORD_SCORE_COUNT)) {
        record = state_resize(state, contact, (struct resize){at - 4, 0, RECORD_SCORE_BYTES});
        put_u32(record + at - 4, score.value);
        put_u64(record + at, 0);
        (void)record_add_u16(record, RECORD_SCORE_COUNT, 1);
    }
    int64_t sum_milli = score_sum_add((int64_t)get_u64(record + at), points_milli);
    put_u64(record + at, (uint64_t)sum_milli);
    return sum_milli;
}

int64_t score_sum(struct state *state, struct contact_number contact, struct name_id score)
{
    return record_score_sum(state_record(state, contact.value), score);
}

// --- limits
// Where the limit's entry is in the record; 0 when it has none.
static size_t limit_at(const uint8_t *record, struct name_id rule, uint64_t key_hash)
{
    size_t count = get_u16(record + RECORD_LIMIT_COUNT);
    size_t at = record_section_at(record, SECTION_LIMITS);
    for (size_t i = 0; i < count; i++, at += RECORD_LIMIT_BYTES) {
        if (get_u64(record + at) == key_hash && get_u32(record + at + 8) == rule.value)
            return at;
    }
    return 0;
}

static void limit_count(
    struct state *state, uint64_t contact, struct name_id rule, uint64_t key_hash)
{
    uint8_t *record = state_record_write(state, contact);
    size_t at = limit_at(record, rule, key_hash);
    if (at != 0) {
        (void)record_add_u32(record, at + 12, 1);
        return;
    }
    size_t begin = record_section_at(record, SECTION_LIMITS);
    at = record_section_at(record, SECTION_SEGMENTS);
    if (get_u16(record + RECORD_LIMIT_COUNT) >= state->params.limit_keys_max) {
        memmove(
            record + begin, record + begin + RECORD_LIMIT_BYTES, at - begin - RECORD_LIMIT_BYTES);
        at -= RECORD_LIMIT_BYTES;
        state->limit_keys_forgotten++;
    } else {
        record = state_resize(state, contact, (struct resize){at, 0, RECORD_LIMIT_BYTES});
        (void)record_add_u16(record, RECORD_LIMIT_COUNT, 1);
    }
    put_u64(record + at, key_hash);
    put_u32(record + at + 8, rule.value);
    put_u32(record + at + 12, 1);
}

static bool limit_is_reached(
    const uint8_t *record, struct name_id rule, const struct score_limit *limit)
{
    if (limit->times == 0)
        return false;
    size_t at = limit_at(record, rule, limit->key_hash);
    return at != 0 && get_u32(record + at + 12) >= limit->times;
}

// --- adding
static int64_t time_within(int64_t time_ms)
{
    if (time_ms < TIME_MS_MIN)
        return TIME_MS_MIN;
    return time_ms > TIME_MS_MAX ? TIME_MS_MAX : time_ms;
}

void score_add(
    struct state *state,
    struct contact_number contact,
    const struct ledger_entry *entry,
    const struct score_limit *limit,
    struct score_change *out)
{
    INVARIANT(state->is_in_frame);
    INVARIANT(entry->count == 1);
    const uint8_t *record = state_record(state, contact.value);
    int64_t before_milli = record_score_sum(record, entry->score);
    *out = (struct score_change){false, before_milli, before_milli};
    uint32_t index = score_index_of(record, entry->score);
    if (entry->score.value == 0 || entry->rule.value == 0 || index >= RECORD_SCORES_MAX) {
        state->changes_refused++;
        return;
    }
    if (limit_is_reached(record, entry->rule, limit))
        return;

    int64_t points_milli = score_sum_add(entry->points_milli, 0);
    out->after_milli = score_sum_raise(state, contact.value, entry->score, points_milli);
    out->is_applied = true;
    if (limit->times > 0)
        limit_count(state, contact.value, entry->rule, limit->key_hash);
    struct record_line line = {
        .ref = entry->ref.packed & ~RECORD_CONDENSED_FLAG,
        .time_ms = time_within(entry->time_ms),
        .score_index = index,
        .rule = entry->rule.value,
        .points_milli = points_milli,
    };
    ledger_append(state, contact.value, &line);
}

// --- passes over all contacts
struct each_context {
    struct name_id score;
    score_each_fn *each;
    void *context;
};

static void each_record(void *context, uint64_t contact, struct bytes record)
{
    const struct each_context *given = context;
    given->each(
        given->context, (struct contact_number){contact},
        record_score_sum(record.data, given->score));
}

void score_each(struct state *state, struct name_id score, score_each_fn *each, void *context)
{
    struct each_context given = {score, each, context};
    state_each_record(state, each_record, &given);
}

// A heap whose first rank is the worst of those kept.
struct top {
    struct score_clamp clamp;
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

static void top_offer(void *context, struct contact_number contact, int64_t sum_milli)
{
    struct top *top = context;
    struct score_rank rank = {contact, sum_milli};
    if (rank.value_milli < top->clamp.min_milli)
        rank.value_milli = top->clamp.min_milli;
    if (rank.value_milli > top->clamp.max_milli)
        rank.value_milli = top->clamp.max_milli;
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
    struct name_id score,
    struct score_clamp clamp,
    struct score_rank *ranks_out,
    size_t max)
{
    if (max == 0)
        return 0;
    struct top top = {.clamp = clamp, .ranks = ranks_out, .max = max};
    score_each(state, score, top_offer, &top);
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
