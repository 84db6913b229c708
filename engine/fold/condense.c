// Making room in a ledger: what an older half of it is worth stays, what it was made of is summed up.
#include <string.h>

#include "engine/fold/fold.h"
#include "engine/fold/scoring.h"
#include "projections/ledger.h"

// The score of an entry in the rules in force, or NULL.
static const struct score_def *score_of(const struct fold *fold, struct name_id name)
{
    for (size_t i = 0; i < ruleset_score_count(fold->ruleset); i++) {
        if (fold->binding.scores[i].value == name.value)
            return ruleset_score(fold->ruleset, i);
    }
    return NULL;
}

static const struct forget_def *forget_of(const struct fold *fold, struct name_id name)
{
    static const struct forget_def never = {.kind = FORGET_NONE};
    const struct score_def *score = score_of(fold, name);
    return score == NULL ? &never : &score->forget;
}

static struct scored scored_of(const struct ledger_entry *entry)
{
    return (struct scored){entry->time_ms, entry->points_milli, SCORE_NO_GROUP};
}

// Whether forgetting has taken all of it: it stays nothing.
static bool is_spent(const struct fold *fold, const struct ledger_entry *entry)
{
    const struct forget_def *forget = forget_of(fold, entry->score);
    const struct scored scored = scored_of(entry);
    bool can_be = forget->kind != FORGET_NONE && forget->kind != FORGET_IDLE;
    return can_be && scored_left(forget, &scored, fold->now_ms) == 0;
}

// Adds an entry to the line of its score and rule among the first *count; makes one where there is none.
static void sum_up(
    const struct fold *fold,
    struct ledger_entry *lines,
    uint32_t *count,
    const struct ledger_entry *entry)
{
    const struct forget_def *forget = forget_of(fold, entry->score);
    struct ledger_entry plain = *entry;
    plain.ref.packed = 0;
    plain.event_key = 0;
    plain.limit_key = 0;
    plain.cut_milli = 0;
    if (forget->kind == FORGET_HALF_LIFE) { // from here on it fades like one entry of now
        const struct scored scored = scored_of(entry);
        plain.points_milli = scored_left(forget, &scored, fold->now_ms);
        plain.time_ms = fold->now_ms;
    }
    for (uint32_t i = 0; i < *count; i++) {
        struct ledger_entry *line = &lines[i];
        if (line->score.value != plain.score.value || line->rule.value != plain.rule.value)
            continue;
        line->points_milli += plain.points_milli;
        line->count += plain.count;
        if (plain.time_ms > line->time_ms)
            line->time_ms = plain.time_ms;
        return;
    }
    lines[(*count)++] = plain;
}

struct ledger_copy {
    struct ledger_entry *entries;
    uint32_t count;
};

static struct ledger_copy read_unspent(struct fold *fold)
{
    uint32_t most = ledger_entries_most(fold->state, fold->contact);
    struct ledger_copy copy = {
        arena_alloc(&fold->arena, (most + 1) * sizeof(struct ledger_entry)), 0};
    struct ledger_entry entry;
    for (size_t at = 0; ledger_next(fold->state, fold->contact, &at, &entry);) {
        if (!is_spent(fold, &entry))
            copy.entries[copy.count++] = entry;
    }
    return copy;
}

static int64_t taken_by_idleness(
    struct fold *fold, uint32_t score, const struct ledger_copy *copy, struct scored *scored)
{
    struct score_parts parts = {
        .score = ruleset_score(fold->ruleset, score), .entries = scored, .count = 0};
    for (uint32_t i = 0; i < copy->count; i++) {
        if (copy->entries[i].score.value == fold->binding.scores[score].value)
            scored[parts.count++] = scored_of(&copy->entries[i]);
    }
    return score_idle_taken(&parts, fold->now_ms);
}

// Idleness is told from the times of entries, which are lost: what it took between them becomes a line of its own, in
// front of all others.
static void keep_idle_takings(
    struct fold *fold, const struct ledger_copy *before, struct ledger_copy *after)
{
    struct scored *scored = arena_alloc(&fold->arena, (before->count + 1) * sizeof(*scored));
    for (uint32_t s = 0; s < ruleset_score_count(fold->ruleset); s++) {
        const struct score_def *score = ruleset_score(fold->ruleset, s);
        if (score->forget.kind != FORGET_IDLE)
            continue;
        int64_t lost_milli =
            taken_by_idleness(fold, s, before, scored) - taken_by_idleness(fold, s, after, scored);
        if (lost_milli == 0)
            continue;
        memmove(after->entries + 1, after->entries, after->count * sizeof(*after->entries));
        after->count++;
        after->entries[0] = (struct ledger_entry){
            .score = fold->binding.scores[s],
            .rule = fold_rule_name(fold, score->name, FORGOTTEN_RULE),
            .count = 1,
            .time_ms = SCORED_NO_EVENT,
            .points_milli = lost_milli,
        };
    }
}

void fold_condense(struct fold *fold)
{
    struct ledger_copy before = read_unspent(fold);
    uint32_t condensed = 0;
    while (condensed < before.count && before.entries[condensed].ref.packed == 0)
        condensed++;
    uint32_t plain = before.count - condensed;
    bool is_enough = plain <= fold->settings.state.ledger_entries_max / 4 * 3;
    uint32_t summed = condensed + (is_enough ? 0 : (plain + 1) / 2);

    uint32_t line_count = 0;
    struct ledger_entry *lines = arena_alloc(
        &fold->arena,
        (before.count + ruleset_score_count(fold->ruleset) + 1) * sizeof(struct ledger_entry));
    for (uint32_t i = 0; i < summed; i++)
        sum_up(fold, lines, &line_count, &before.entries[i]);
    struct ledger_copy after = {lines, line_count};
    for (uint32_t i = summed; i < before.count; i++)
        lines[after.count++] = before.entries[i];
    keep_idle_takings(fold, &before, &after);
    ledger_replace(fold->state, fold->contact, after.entries, after.count);
}
