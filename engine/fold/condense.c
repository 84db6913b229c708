// Making room in a ledger: what an older half of it is worth stays, what it was made of is summed up.
#include <string.h>

#include "engine/base/hash.h"
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

// The lines that entries are summed up to, and where each is found.
struct lines {
    struct ledger_entry *entries;
    uint32_t count;
    uint32_t *places;    // by score and rule: 1 and the index of a line; 0: none
    uint32_t place_mask; // of a power of two, above twice the lines
    struct decay_memo decay;
};

// Whether forgetting has taken all of it: it stays nothing.
static bool is_spent(
    const struct fold *fold, const struct ledger_entry *entry, struct decay_memo *decay)
{
    const struct forget_def *forget = forget_of(fold, entry->score);
    const struct scored scored = scored_of(entry);
    bool can_be = forget->kind != FORGET_NONE && forget->kind != FORGET_IDLE;
    return can_be && scored_left(forget, &scored, fold->now_ms, decay) == 0;
}

// That of the score and rule of an entry, or the place for one.
static uint32_t *place_of(const struct lines *lines, const struct ledger_entry *entry)
{
    uint64_t hash = hash_mix((uint64_t)entry->score.value << 32 | entry->rule.value);
    for (uint32_t at = (uint32_t)hash & lines->place_mask;; at = (at + 1) & lines->place_mask) {
        uint32_t *place = &lines->places[at];
        if (*place == 0)
            return place;
        const struct ledger_entry *line = &lines->entries[*place - 1];
        if (line->score.value == entry->score.value && line->rule.value == entry->rule.value)
            return place;
    }
}

// Adds an entry to the line of its score and rule; makes one where there is none.
static void sum_up(const struct fold *fold, struct lines *lines, const struct ledger_entry *entry)
{
    const struct forget_def *forget = forget_of(fold, entry->score);
    struct ledger_entry plain = *entry;
    plain.ref.packed = 0;
    plain.event_key = 0;
    plain.limit_key = 0;
    plain.cut_milli = 0;
    if (forget->kind == FORGET_HALF_LIFE) { // from here on it fades like one entry of now
        const struct scored scored = scored_of(entry);
        plain.points_milli = scored_left(forget, &scored, fold->now_ms, &lines->decay);
        plain.time_ms = fold->now_ms;
    }
    uint32_t *place = place_of(lines, &plain);
    if (*place == 0) {
        lines->entries[lines->count++] = plain;
        *place = lines->count;
        return;
    }
    struct ledger_entry *line = &lines->entries[*place - 1];
    line->points_milli += plain.points_milli;
    line->count += plain.count;
    if (plain.time_ms > line->time_ms)
        line->time_ms = plain.time_ms;
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
    struct decay_memo decay = {0};
    struct ledger_walk walk = ledger_walk_all(fold->state, fold->contact);
    while (ledger_walk_next(&walk, &copy.entries[copy.count]))
        copy.count += !is_spent(fold, &copy.entries[copy.count], &decay);
    return copy;
}

// Sums up the first of what a ledger had. Room is left for its other entries, and for a line of each score.
static struct lines lines_of(struct fold *fold, const struct ledger_copy *before, uint32_t summed)
{
    const uint32_t most = before->count + (uint32_t)ruleset_score_count(fold->ruleset) + 1;
    uint32_t places = 16;
    while (places <= 2 * summed)
        places *= 2;
    struct lines lines = {
        .entries = arena_alloc(&fold->arena, most * sizeof(struct ledger_entry)),
        .places = arena_alloc(&fold->arena, places * sizeof(uint32_t)),
        .place_mask = places - 1,
    };
    memset(lines.places, 0, places * sizeof(uint32_t));
    for (uint32_t i = 0; i < summed; i++)
        sum_up(fold, &lines, &before->entries[i]);
    return lines;
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

    const struct lines lines = lines_of(fold, &before, summed);
    struct ledger_copy after = {lines.entries, lines.count};
    for (uint32_t i = summed; i < before.count; i++)
        after.entries[after.count++] = before.entries[i];
    keep_idle_takings(fold, &before, &after);
    ledger_replace(fold->state, fold->contact, after.entries, after.count);
}
