#include "engine/fold/scoring.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/calendar.h"
#include "engine/fold/fold.h"
#include "engine/fold/fold_zone.h"
#include "engine/fold/live.h"
#include "projections/ledger.h"
#include "projections/limits.h"
#include "projections/scores.h"
#include "projections/segments.h"

#define LIMIT_KEPT_MS \
    INT64_C(3024000000) // 35 days: rows of a span are kept so long, or for two spans

enum {
    FADED_LEDGER_BYTES = 512, // all entries of less are soon added up
    KEPT_SEGMENT_BYTES = 16 * RECORD_SEGMENT_BYTES,
};

// --- what a score is worth
static uint32_t group_of(const struct fold *fold, uint32_t score, struct name_id rule)
{
    if (ruleset_score(fold->ruleset, score)->group_count == 0)
        return SCORE_NO_GROUP;
    uint32_t index = name_index_find(&fold->binding.rule_of_name, rule);
    return index == NAME_INDEX_NONE ? SCORE_NO_GROUP : ruleset_rule(fold->ruleset, index)->group;
}

static bool is_sum(const struct score_def *def)
{
    return def->forget.kind == FORGET_NONE && def->group_count == 0;
}

static struct scored *scored_room(struct fold *fold, uint32_t count)
{
    if (count > fold->scored_cap) {
        uint32_t cap = fold->scored_cap < 64 ? 64 : fold->scored_cap * 2;
        fold->scored_cap = cap > count ? cap : count;
        free(fold->scored);
        fold->scored = mem_alloc(fold->scored_cap * sizeof(*fold->scored));
    }
    return fold->scored;
}

bool fold_state_rule(struct fold *fold, const struct score_rule *rule, int64_t *milli_out)
{
    *milli_out = rule->points_milli;
    return segment_read(fold->state, fold->contact, fold->binding.rules[rule->index]).is_true &&
           (rule->points == NULL || fold_points(fold, rule->points, milli_out));
}

// Goes by what is true of the contact, which is little, not by the rules, which may be many.
static void walk_state_rules(
    struct fold *fold, uint32_t score, struct segment_walk walk, int64_t *sums_milli)
{
    const struct score_def *def = ruleset_score(fold->ruleset, score);
    struct name_id name;
    while (segment_walk_next(&walk, &name)) {
        uint32_t index = name_index_find(&fold->binding.state_rule_of_name, name);
        if (index == NAME_INDEX_NONE)
            continue; // a segment
        const struct score_rule *rule = ruleset_rule(fold->ruleset, index);
        int64_t milli = rule->points_milli;
        if (rule->score == score &&
            (rule->points == NULL || fold_points(fold, rule->points, &milli)))
            sums_milli[rule->group < def->group_count ? rule->group : def->group_count] += milli;
    }
}

// Where much is true their sum is kept; not by groups, and not where points are an expression.
static void add_state_rules(struct fold *fold, uint32_t score, int64_t *sums_milli)
{
    const struct score_def *def = ruleset_score(fold->ruleset, score);
    if (def->state_rule_count == 0)
        return;
    struct segment_walk walk = segment_walk_all(fold->state, fold->contact);
    if (def->group_count > 0 || def->has_state_expressions ||
        walk.end - walk.at < KEPT_SEGMENT_BYTES) {
        walk_state_rules(fold, score, walk, sums_milli);
        return;
    }
    struct state_sum sum = {fold->contact, score, segment_edits(fold->state, fold->contact), 0};
    if (!state_sums_find(&fold->state_sums, &sum, &sum.milli)) {
        sum.milli = 0;
        walk_state_rules(fold, score, walk, &sum.milli);
        state_sums_keep(&fold->state_sums, &sum);
    }
    sums_milli[0] += sum.milli;
}

// May ask for other scores, so before the entries are gathered.
static void gather_state(struct fold *fold, uint32_t score)
{
    int64_t state_milli[SCORE_GROUPS_MAX + 1];
    const size_t state_bytes =
        (ruleset_score(fold->ruleset, score)->group_count + 1) * sizeof(state_milli[0]);
    memset(state_milli, 0, state_bytes);
    add_state_rules(fold, score, state_milli);
    memcpy(fold->state_milli, state_milli, state_bytes);
    fold->gathered = (struct gathered){.contact = fold->contact, .score = score};
}

static struct scored scored_of(
    const struct fold *fold, uint32_t score, const struct ledger_entry *entry)
{
    return (struct scored){entry->time_ms, entry->points_milli, group_of(fold, score, entry->rule)};
}

// Behind gather_state of the same score.
static void gather_entries(struct fold *fold, uint32_t score, struct score_parts *parts_out)
{
    uint32_t count = 0;
    struct name_id name = fold->binding.scores[score];
    struct scored *scored = scored_room(fold, ledger_entries_most(fold->state, fold->contact));
    struct ledger_walk walk = ledger_walk_score(fold->state, fold->contact, name);
    struct ledger_entry entry;
    while (ledger_walk_next(&walk, &entry))
        scored[count++] = scored_of(fold, score, &entry);
    *parts_out =
        (struct score_parts){ruleset_score(fold->ruleset, score), scored, count, fold->state_milli};
    fold->gathered.count = count;
    fold->gathered.has_entries = true;
}

void fold_score_parts(struct fold *fold, uint32_t score, struct score_parts *parts_out)
{
    INVARIANT(ruleset_score(fold->ruleset, score)->combine == NULL);
    gather_state(fold, score);
    gather_entries(fold, score, parts_out);
}

// Adds up the state rules, unless they were when the score was just evaluated.
static void gather_state_again(struct fold *fold, uint32_t score)
{
    const struct score_def *def = ruleset_score(fold->ruleset, score);
    const struct score_memo *memo = &fold->memos[score];
    bool is_kept = memo->is_valid && memo->contact.value == fold->contact.value &&
                   fold->gathered.contact.value == fold->contact.value &&
                   fold->gathered.score == score && !def->has_state_expressions && !is_sum(def);
    if (!is_kept)
        gather_state(fold, score);
}

// The same as fold_score_parts, with what was gathered when the score was just evaluated.
static void parts_again(struct fold *fold, uint32_t score, struct score_parts *parts_out)
{
    const struct score_def *def = ruleset_score(fold->ruleset, score);
    gather_state_again(fold, score);
    if (fold->gathered.has_entries)
        *parts_out =
            (struct score_parts){def, fold->scored, fold->gathered.count, fold->state_milli};
    else
        gather_entries(fold, score, parts_out);
}

// --- faded sums, which serve as long as nothing but new entries has come to the ledger
// Takes in the entries that are new; false where the fade serves no more.
static bool fade_follow(struct fold *fold, struct kept_fade *kept)
{
    const uint32_t score = kept->key.score;
    const uint32_t bytes = ledger_bytes(fold->state, fold->contact);
    if (kept->ledger_edits != ledger_edits(fold->state, fold->contact) ||
        kept->ledger_bytes > bytes)
        return false;
    if (kept->ledger_bytes == bytes)
        return true;
    struct ledger_walk walk = ledger_walk_score_behind(
        fold->state, fold->contact, fold->binding.scores[score], kept->ledger_bytes);
    struct ledger_entry entry;
    while (ledger_walk_next(&walk, &entry)) {
        const struct scored scored = scored_of(fold, score, &entry);
        if (!score_fade_add(
                &kept->fade, ruleset_score(fold->ruleset, score), &scored, fold->now_ms))
            return false;
    }
    kept->ledger_bytes = bytes;
    return true;
}

static bool is_faded(struct fold *fold, uint32_t score)
{
    return ledger_bytes(fold->state, fold->contact) >= FADED_LEDGER_BYTES &&
           score_fade_serves(ruleset_score(fold->ruleset, score));
}

// That of the contact in hand with all of its entries; NULL where none is kept.
static struct kept_fade *fade_of(struct fold *fold, uint32_t score)
{
    if (!is_faded(fold, score))
        return NULL;
    struct kept_fade *kept = fades_find(&fold->fades, (struct fade_key){fold->contact, score});
    if (kept == NULL || fade_follow(fold, kept))
        return kept;
    fades_drop(&fold->fades, kept);
    return NULL;
}

// Makes one of all entries, in the place of the one that is kept. Who only asks, perhaps of all contacts, makes none:
// NULL then, and where there is no room or none serves.
static struct kept_fade *fade_make(
    struct fold *fold, struct kept_fade *kept, const struct score_parts *parts)
{
    const struct fade_key key = {fold->contact, fold->gathered.score};
    if (fold->is_tried || !is_faded(fold, key.score))
        return NULL;
    if (kept == NULL)
        kept = fades_place(&fold->fades, key);
    if (kept == NULL)
        return NULL;
    kept->ledger_bytes = ledger_bytes(fold->state, fold->contact);
    kept->ledger_edits = ledger_edits(fold->state, fold->contact);
    if (score_fade_gather(&kept->fade, parts, kept->fade.sums, fold->now_ms))
        return kept;
    fades_drop(&fold->fades, kept);
    return NULL;
}

bool fold_score_never_below(struct fold *fold, uint32_t score)
{
    const struct kept_fade *kept = fade_of(fold, score);
    if (kept != NULL)
        return !kept->fade.has_below;
    struct score_parts parts;
    parts_again(fold, score, &parts);
    for (uint32_t i = 0; i < parts.count; i++) {
        if (parts.entries[i].points_milli < 0)
            return false;
    }
    return true;
}

int64_t fold_score_crossing(struct fold *fold, uint32_t score)
{
    int64_t at_ms = INT64_MAX;
    struct score_parts parts;
    gather_state_again(fold, score);
    const struct kept_fade *kept = fade_of(fold, score);
    if (kept != NULL && score_fade_crossing(
                            &kept->fade, ruleset_score(fold->ruleset, score), fold->state_milli,
                            fold->now_ms, &at_ms))
        return at_ms;
    parts_again(fold, score, &parts);
    return score_next_crossing(&parts, fold->now_ms);
}

// --- values
// Where neither time nor groups change what entries are worth their sum is kept.
static struct score_value value_of_sum(struct fold *fold, uint32_t score)
{
    const struct score_def *def = ruleset_score(fold->ruleset, score);
    int64_t milli = score_sum(fold->state, fold->contact, fold->binding.scores[score]);
    add_state_rules(fold, score, &milli);
    return (struct score_value){milli, score_def_clamp(def, milli)};
}

// What a fade says of a moment; false where it leaves a thousandth in doubt.
static bool is_told(
    const struct fold *fold,
    const struct kept_fade *kept,
    uint32_t score,
    int64_t at_ms,
    struct score_value *value_out)
{
    const struct score_def *def = ruleset_score(fold->ruleset, score);
    return kept != NULL && score_fade_value(&kept->fade, def, fold->state_milli, at_ms, value_out);
}

static struct score_value value_of_parts(struct fold *fold, uint32_t score, int64_t at_ms)
{
    struct score_value value;
    struct score_parts parts;
    gather_state(fold, score);
    struct kept_fade *kept = fade_of(fold, score);
    if (is_told(fold, kept, score, at_ms, &value))
        return value;
    gather_entries(fold, score, &parts);
    if (is_told(fold, fade_make(fold, kept, &parts), score, at_ms, &value))
        return value;
    return score_value_at(&parts, at_ms);
}

struct score_value fold_score_value(struct fold *fold, uint32_t score, int64_t at_ms)
{
    const struct score_def *def = ruleset_score(fold->ruleset, score);
    if (def->combine != NULL) {
        int64_t milli = 0;
        if (!fold_points(fold, def->combine, &milli))
            milli = 0;
        return (struct score_value){milli, score_def_clamp(def, milli)};
    }
    // Points of a state rule that are an expression follow what it reads at once, before its rule is looked at again.
    struct score_memo *memo = &fold->memos[score];
    if (!memo->is_valid || def->has_state_expressions ||
        memo->contact.value != fold->contact.value || memo->at_ms != at_ms) {
        struct score_value value =
            is_sum(def) ? value_of_sum(fold, score) : value_of_parts(fold, score, at_ms);
        *memo = (struct score_memo){true, fold->contact, at_ms, value};
    }
    return memo->value;
}

void fold_look_at(struct fold *fold, struct contact_number contact)
{
    for (uint32_t i = 0; i < ruleset_score_count(fold->ruleset); i++)
        fold->memos[i].is_valid = false;
    fold->contact = contact;
    fold->is_tried = true;
    bool is_later = fold->settings.tick_mode == TICK_WALL && fold->asked_ms > fold->tick_ms;
    fold->now_ms = is_later ? fold->asked_ms : fold->tick_ms;
}

bool fold_has_score(struct fold *fold, uint32_t score)
{
    struct name_id name = fold->binding.scores[score];
    struct ledger_walk walk = ledger_walk_score(fold->state, fold->contact, name);
    struct ledger_entry entry;
    return ledger_walk_next(&walk, &entry) ||
           fold_score_value(fold, score, fold->now_ms).shown_milli != 0;
}

// --- limits
// What one key of a limit is about: where its span begins, and from when on earlier entries count.
struct limit_window {
    uint64_t key;
    int64_t from_ms;
};

enum limit_mode fold_limit_mode(const struct limit_def *limit)
{
    return limit->span == LIMIT_ROLLING ? LIMIT_APPEND : LIMIT_MERGE;
}

static struct limit_window window_of(struct fold *fold, const struct limit_def *limit)
{
    struct limit_window window = {0, INT64_MIN};
    if (limit->per != NULL)
        window.key = fold_key(fold, limit->per);
    switch (limit->span) {
    case LIMIT_EVER: break;
    case LIMIT_ROLLING: window.from_ms = fold->time_ms - limit->span_ms; break;
    case LIMIT_DAY:
    case LIMIT_WEEK:
    case LIMIT_MONTH:
    case LIMIT_YEAR: {
        int64_t start_ms = calendar_span_start(fold_contact_zone(fold), limit->span, fold->time_ms);
        window.key = hash_mix(window.key + hash_mix((uint64_t)start_ms));
        break;
    }
    }
    if ((uint32_t)window.key == 0) // would say of an entry that no limit counted it
        window.key++;
    return window;
}

// What is left of the limit: false when nothing is.
static bool limit_leaves(
    struct fold *fold,
    const struct score_rule *rule,
    const struct limit_window *window,
    struct ledger_entry *entry)
{
    const struct limit_def *limit = &rule->limit;
    const enum limit_mode mode = fold_limit_mode(limit);
    struct limit_row row = {.rule = entry->rule, .key = window->key};
    uint64_t times = 0;
    int64_t used_milli = 0;
    for (size_t at = 0; limit_next(fold->state, fold->contact, &at, &row);) {
        bool is_inside =
            mode == LIMIT_MERGE || (row.time_ms > window->from_ms && row.time_ms <= fold->time_ms);
        if (!is_inside)
            continue;
        times += row.count;
        used_milli += row.points_milli;
    }
    if (limit->times > 0 && times >= limit->times)
        return false;
    if (limit->points_milli == 0)
        return true;
    int64_t left_milli = limit->points_milli - used_milli;
    if (left_milli <= 0)
        return false;
    int64_t most_milli = entry->points_milli < 0 ? -entry->points_milli : entry->points_milli;
    if (most_milli > left_milli) {
        int64_t given_milli = entry->points_milli < 0 ? -left_milli : left_milli;
        entry->cut_milli = entry->points_milli - given_milli;
        entry->points_milli = given_milli;
    }
    return true;
}

static int64_t span_ms_of(const struct limit_def *limit)
{
    const int64_t day_ms = 86400000;
    switch (limit->span) {
    case LIMIT_EVER: return 0;
    case LIMIT_ROLLING: return limit->span_ms;
    case LIMIT_DAY: return day_ms;
    case LIMIT_WEEK: return 7 * day_ms;
    case LIMIT_MONTH: return 31 * day_ms;
    case LIMIT_YEAR: return 366 * day_ms;
    }
    return 0;
}

static void limit_note(
    struct fold *fold,
    const struct limit_def *limit,
    const struct limit_window *window,
    const struct ledger_entry *entry)
{
    if (limit->span != LIMIT_EVER) {
        int64_t kept_ms = 2 * span_ms_of(limit);
        if (kept_ms < LIMIT_KEPT_MS)
            kept_ms = LIMIT_KEPT_MS;
        limit_prune(fold->state, fold->contact, entry->rule, fold->now_ms - kept_ms);
    }
    bool is_counted_only = limit->span == LIMIT_EVER && limit->points_milli == 0;
    const struct limit_row row = {
        .rule = entry->rule,
        .count = 1,
        .key = window->key,
        .time_ms = is_counted_only ? 0 : entry->time_ms,
        .points_milli = is_counted_only           ? 0
                        : entry->points_milli < 0 ? -entry->points_milli
                                                  : entry->points_milli,
    };
    limit_add(fold->state, fold->contact, &row, fold_limit_mode(limit));
}

// --- entries
uint64_t fold_event_key(const struct fold *fold, struct bytes source, struct bytes id)
{
    if (id.len == 0)
        return 0; // cannot be named, so not be withdrawn
    uint64_t key = hash_u128_pair(source, id, fold->seed).low;
    return key == 0 ? 1 : key;
}

uint64_t fold_input_key(struct fold *fold)
{
    if (!fold->has_input_key)
        fold->input_key = fold_event_key(fold, fold->input->source, fold->input->id);
    fold->has_input_key = true;
    return fold->input_key;
}

struct name_id fold_rule_name(struct fold *fold, struct bytes score, const char *rule)
{
    struct buffer name = {0};
    buffer_add_bytes(&name, score);
    buffer_add_u8(&name, '/');
    buffer_add_text(&name, rule);
    struct name_id id = names_intern(fold->state, NAME_RULE, buffer_bytes(&name));
    buffer_free(&name);
    return id;
}

void fold_add_entry(struct fold *fold, const struct ledger_entry *entry)
{
    trace_entry(fold, entry);
    bool is_full =
        ledger_count(fold->state, fold->contact) >= fold->settings.state.ledger_entries_max;
    if (is_full)
        fold_condense(fold);
    ledger_add(fold->state, fold->contact, entry);
    if (is_full || entry->points_milli < 0)
        live_mark_score(fold, entry->score);
    else
        live_mark_raised(fold, entry->score);
}

void fold_apply_rule(struct fold *fold, const struct score_rule *rule)
{
    struct ledger_entry entry = {
        .score = fold->binding.scores[rule->score],
        .rule = fold->binding.rules[rule->index],
        .ref = fold->ref,
        .count = 1,
        .time_ms = fold->time_ms,
        .points_milli = rule->points_milli,
    };
    if (rule->condition != NULL && !fold_condition(fold, rule->condition)) {
        trace_rule(fold, rule, rule->condition, NULL);
        return;
    }
    if (rule->points != NULL && !fold_points(fold, rule->points, &entry.points_milli)) {
        trace_rule(fold, rule, rule->points, NULL);
        return;
    }
    bool is_limited = rule->limit.times > 0 || rule->limit.points_milli > 0;
    struct limit_window window = {0};
    if (is_limited) {
        window = window_of(fold, &rule->limit);
        if (!limit_leaves(fold, rule, &window, &entry)) {
            fold->counts.rules_limited++;
            trace_rule(fold, rule, NULL, NULL);
            return;
        }
        entry.limit_key = (uint32_t)window.key;
    }
    entry.event_key = fold_input_key(fold);
    fold_add_entry(fold, &entry);
    if (is_limited)
        limit_note(fold, &rule->limit, &window, &entry);
    fold->counts.rules_matched++;
    fold_tell_matched(fold, MATCHED_RULE, rule->index);
    trace_rule(fold, rule, NULL, &entry);
}
