#include "engine/fold/live.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/counter.h"
#include "engine/fold/cron_memo.h"
#include "engine/fold/fold.h"
#include "engine/fold/live_due.h"
#include "engine/fold/run.h"
#include "engine/fold/run_replan.h"
#include "engine/fold/run_stop.h"
#include "engine/fold/scoring.h"
#include "engine/fold/trigger.h"
#include "projections/contact_ask.h"
#include "projections/ledger.h"
#include "projections/scores.h"
#include "projections/segments.h"
#include "projections/timers.h"
#include "rules/expression.h"
#include "rules/scope.h"
#include "rules/waits.h"

enum { WORD_BITS = 64 };

// --- binding
static void set_bit(uint64_t *bits, uint32_t position)
{
    bits[position / WORD_BITS] |= UINT64_C(1) << position % WORD_BITS;
}

// Whether the node itself, not what it reads, says when it is to be looked at.
static bool is_timed(const struct fold *fold, const struct live_node *node)
{
    if (node->kind == LIVE_STOP)
        return false; // its runs do
    if (node->moment_count > 0 || node->is_hourly)
        return true;
    if (node->kind == LIVE_SEGMENT) {
        const struct segment_def *segment = ruleset_segment(fold->ruleset, node->index);
        return segment->known_for_ms > 0 || segment->for_ms > 0;
    }
    if (node->kind == LIVE_RULE)
        return false;
    return live_score_is_planned(ruleset_score(fold->ruleset, node->index));
}

static void bind_windows(struct fold *fold, struct live *live)
{
    const struct ruleset *ruleset = fold->ruleset;
    live->windows = mem_zero(ruleset_counter_count(ruleset) + 1, sizeof(*live->windows));
    live->memos = mem_zero(ruleset_counter_count(ruleset) + 1, sizeof(*live->memos));
    live->plan = 1; // 0 is of none
    for (uint32_t i = 0; i < ruleset_counter_count(ruleset); i++) {
        struct live_list readers =
            ruleset_dependents(ruleset, ruleset_dependency_counter(ruleset, i));
        if (ruleset_counter(ruleset, i)->within_ms == 0 || readers.count == 0)
            continue;
        live->windows[live->window_count++] = i;
    }
}

static struct live_list readers_of_score(const struct fold *fold, uint32_t score)
{
    return ruleset_dependents(fold->ruleset, ruleset_dependency_score(fold->ruleset, score));
}

// Of the readers of each score those that know more of it than its sides.
static void bind_free_readers(const struct fold *fold, struct live *live)
{
    const struct ruleset *ruleset = fold->ruleset;
    size_t most = 0;
    for (uint32_t i = 0; i < ruleset_score_count(ruleset); i++)
        most += readers_of_score(fold, i).count;
    live->free_readers = mem_zero(ruleset_score_count(ruleset) + 1, sizeof(*live->free_readers));
    live->free_positions = mem_zero(most + 1, sizeof(*live->free_positions));
    uint32_t *to = live->free_positions;
    for (uint32_t i = 0; i < ruleset_score_count(ruleset); i++) {
        struct live_list readers = readers_of_score(fold, i);
        struct live_list *free_readers = &live->free_readers[i];
        free_readers->positions = to;
        for (uint32_t r = 0; r < readers.count; r++) {
            if (!ruleset_live(ruleset, readers.positions[r])->is_by_sides)
                to[free_readers->count++] = readers.positions[r];
        }
        to += free_readers->count;
    }
}

// What others make of a score may change between looks; then its side may have been seen before it is told.
static void bind_crossing(const struct fold *fold, struct live *live)
{
    const struct ruleset *ruleset = fold->ruleset;
    live->is_crossing = mem_zero(ruleset_score_count(ruleset) + 1, sizeof(*live->is_crossing));
    live->changes = mem_zero(ruleset_score_count(ruleset) + 1, sizeof(*live->changes));
    for (uint32_t i = 0; i < ruleset_score_count(ruleset); i++) {
        const struct score_def *score = ruleset_score(ruleset, i);
        live->is_crossing[i] = score->combine == NULL && !score->has_state_expressions;
    }
}

void live_bind(struct fold *fold)
{
    struct live *live = &fold->live;
    const struct ruleset *ruleset = fold->ruleset;
    uint32_t count = (uint32_t)ruleset_live_count(ruleset);
    live_free(live);
    live->words = (count + WORD_BITS - 1) / WORD_BITS;
    live->dirty = mem_zero(live->words + 1, sizeof(*live->dirty));
    live->unguarded = mem_zero(count + 1, sizeof(*live->unguarded));
    live->first_field = ruleset_dependency_contact(
        ruleset,
        SCOPE_CONTACT_FIELD_COUNT + (uint32_t)catalog_identifier_count(ruleset_catalog(ruleset)));
    live->timed_nodes = mem_zero(count + 1, sizeof(*live->timed_nodes));
    live->score_positions =
        mem_zero(ruleset_score_count(ruleset) + 1, sizeof(*live->score_positions));
    for (uint32_t i = 0; i < ruleset_score_count(ruleset); i++)
        live->score_positions[i] = ruleset_live_position(ruleset, LIVE_SCORE, i);
    for (uint32_t i = 0; i < count; i++) {
        const struct live_node *node = ruleset_live(ruleset, i);
        if (!node->is_guarded && !node->is_false_of_new)
            live->unguarded[live->unguarded_count++] = i;
        if (is_timed(fold, node))
            live->timed_nodes[live->timed_count++] = i;
    }
    live->has_dates = ruleset_timed(ruleset).count > 0;
    if (live->has_dates)
        live->crons = mem_zero(ruleset_workflow_count(ruleset), sizeof(*live->crons));
    bind_windows(fold, live);
    if (live->window_count > 0)
        live->dues = mem_zero(WINDOW_DUES, sizeof(*live->dues));
    bind_crossing(fold, live);
    bind_free_readers(fold, live);
}

void live_free(struct live *live)
{
    free(live->dirty);
    free(live->unguarded);
    free(live->timed_nodes);
    free(live->score_positions);
    free(live->windows);
    free(live->memos);
    free(live->dues);
    free(live->is_crossing);
    free(live->free_readers);
    free(live->free_positions);
    free(live->changes);
    free(live->crons);
    *live = (struct live){0};
}

// --- marking
static void mark(struct live *live, uint32_t position)
{
    set_bit(live->dirty, position);
    live->is_dirty = true;
}

// Whether what the node says is kept as true of the contact.
static bool is_held(struct fold *fold, const struct live_node *node)
{
    struct name_id name = node->kind == LIVE_RULE ? fold->binding.rules[node->index]
                                                  : fold->binding.segments[node->index];
    return segment_read(fold->state, fold->contact, name).is_true;
}

// Nodes that need another value of the field than it has are false, as they were: they need not be looked at.
void live_mark(struct fold *fold, dependency changed)
{
    struct live_list readers = ruleset_dependents(fold->ruleset, changed);
    if (fold->live.has_dates && changed != SCOPE_CONTACT_UPDATED)
        fold->live.is_plan_due = true; // a date, or the zone
    if (ruleset_waits_by(fold->ruleset, changed))
        runs_plan_again(fold, &(struct replan){REPLAN_MEMBER, changed});
    uint64_t hash = 0;
    enum { UNKNOWN, ABSENT, PRESENT } is_field = UNKNOWN;
    for (uint32_t i = 0; i < readers.count; i++) {
        const struct live_node *node = ruleset_live(fold->ruleset, readers.positions[i]);
        bool is_guarded = node->is_guarded && changed == fold->live.first_field + node->guard_field;
        if (is_guarded && is_field == UNKNOWN)
            is_field = field_hash(fold, node->guard_field, &hash) ? PRESENT : ABSENT;
        if (is_guarded && (is_field == ABSENT || hash != node->guard_hash) && !is_held(fold, node))
            continue;
        mark(&fold->live, readers.positions[i]);
    }
}

void live_mark_new(struct fold *fold)
{
    for (uint32_t i = 0; i < fold->live.unguarded_count; i++)
        mark(&fold->live, fold->live.unguarded[i]);
    fold->live.is_plan_due = fold->live.is_plan_due || fold->live.has_dates;
}

static void mark_score(struct fold *fold, uint32_t score, enum live_change change)
{
    struct live *live = &fold->live;
    fold->memos[score].is_valid = false;
    mark(live, live->score_positions[score]);
    if (change > live->changes[score])
        live->changes[score] = change;
}

static void mark_score_named(struct fold *fold, struct name_id score, enum live_change change)
{
    for (uint32_t i = 0; i < ruleset_score_count(fold->ruleset); i++) {
        if (fold->binding.scores[i].value == score.value)
            mark_score(fold, i, change);
    }
}

void live_mark_score(struct fold *fold, struct name_id score)
{
    mark_score_named(fold, score, LIVE_CHANGED);
}

void live_mark_raised(struct fold *fold, struct name_id score)
{
    mark_score_named(fold, score, LIVE_RAISED);
}

void live_mark_all(struct fold *fold)
{
    uint32_t count = (uint32_t)ruleset_live_count(fold->ruleset);
    fold->live.are_windows_new = true;
    for (uint32_t i = 0; i < count; i++)
        mark(&fold->live, i);
    for (uint32_t i = 0; i < ruleset_score_count(fold->ruleset); i++) {
        fold->memos[i].is_valid = false;
        fold->live.changes[i] = LIVE_CHANGED;
    }
}

// Which was on one side of its thresholds and is on the other; the same, where it is not known by sides.
static void mark_counter(
    struct fold *fold, const struct counter_def *counter, uint32_t from, uint32_t to)
{
    if (!counter_is_by_sides(counter)) {
        live_mark(fold, ruleset_dependency_counter(fold->ruleset, counter->index));
        return;
    }
    uint32_t low = from < to ? from : to;
    uint32_t high = from < to ? to : from;
    if (low == high)
        return;
    for (uint32_t i = counter->reader_begins[low]; i < counter->reader_begins[high]; i++)
        mark(&fold->live, counter->readers[i]);
}

static void memo_next(struct fold *fold, uint32_t counter, int64_t next_ms)
{
    fold->live.memos[counter] = (struct window_memo){fold->live.plan, next_ms};
}

void live_mark_counted(
    struct fold *fold, const struct counter_def *counter, const struct counter_outcome *outcome)
{
    if (counter->within_ms > 0) {
        fold->live.are_windows_new = true;
        fold->live.memos[counter->index].plan = 0;
    }
    if (outcome->is_next_known)
        memo_next(fold, counter->index, outcome->next_ms);
    mark_counter(fold, counter, outcome->from, outcome->to);
}

// Nodes that read a counter from whose window an entry has just gone. What goes from the others, goes when it would
// have a moment ago.
static void mark_windows(struct fold *fold)
{
    const struct live *live = &fold->live;
    for (uint32_t i = 0; i < live->window_count; i++) {
        uint32_t index = live->windows[i];
        const struct counter_place place = fold_counter_place(fold, index);
        int64_t next_ms = counter_next_change(&place, fold->now_ms - 1);
        if (next_ms != fold->now_ms) {
            memo_next(fold, index, next_ms);
            continue;
        }
        uint32_t from = 0, to = 0;
        if (counter_is_by_sides(place.def)) {
            from = counter_side(&place, fold->now_ms - 1);
            to = counter_side(&place, fold->now_ms);
        }
        mark_counter(fold, place.def, from, to);
    }
}

void live_mark_timed(struct fold *fold)
{
    struct live *live = &fold->live;
    live->are_windows_new = true;
    mark_windows(fold);
    for (uint32_t i = 0; i < live->timed_count; i++) {
        const struct live_node *node = ruleset_live(fold->ruleset, live->timed_nodes[i]);
        bool is_due = node->moment_count > 0 || node->is_hourly || node->kind != LIVE_SCORE ||
                      score_due_ms(fold->state, fold->contact, fold->binding.scores[node->index]) <=
                          fold->now_ms;
        if (is_due)
            mark(live, live->timed_nodes[i]);
    }
    live->is_plan_due = true;
}

// --- scores
static struct value value_milli(int64_t milli)
{
    return milli % 1000 == 0 ? value_int(milli / 1000) : value_double((double)milli / 1000.0);
}

static void derive_score(
    struct fold *fold, const struct score_def *score, int64_t from_milli, int64_t to_milli)
{
    if (fold->binding.is_heard[BUILTIN_SCORE_CHANGED]) {
        const struct value_pair changed[] = {
            {BYTES_LITERAL("score"), value_text(score->name)},
            {BYTES_LITERAL("from"), value_milli(from_milli)},
            {BYTES_LITERAL("to"), value_milli(to_milli)},
        };
        fold_derive(fold, BUILTIN_SCORE_CHANGED, fold->settle_depth, changed, 3);
    }
    if (!fold->binding.is_heard[BUILTIN_SCORE_BAND_CHANGED])
        return;
    struct bytes from_band = score_def_band(score, from_milli);
    struct bytes to_band = score_def_band(score, to_milli);
    if (bytes_equal(from_band, to_band))
        return;
    const struct value_pair crossed[] = {
        {BYTES_LITERAL("score"), value_text(score->name)},
        {BYTES_LITERAL("from"), value_text(from_band)},
        {BYTES_LITERAL("to"), value_text(to_band)},
        {BYTES_LITERAL("value"), value_milli(to_milli)},
    };
    fold_derive(fold, BUILTIN_SCORE_BAND_CHANGED, fold->settle_depth, crossed, 4);
}

// Readers that only know on which side of constants the score is are left alone where it has crossed none of theirs.
static void mark_readers(struct fold *fold, uint32_t index, int64_t from_milli, int64_t to_milli)
{
    struct live *live = &fold->live;
    const struct score_def *score = ruleset_score(fold->ruleset, index);
    const struct live_list readers =
        live->is_crossing[index] ? live->free_readers[index] : readers_of_score(fold, index);
    for (uint32_t i = 0; i < readers.count; i++)
        mark(live, readers.positions[i]);
    if (!live->is_crossing[index] || score->threshold_count == 0)
        return;
    uint32_t from = score_side(score, from_milli), to = score_side(score, to_milli);
    uint32_t low = from < to ? from : to;
    uint32_t high = from < to ? to : from;
    for (uint32_t i = score->reader_begins[low]; i < score->reader_begins[high]; i++)
        mark(live, score->readers[i]);
}

// Sets when the score is to be looked at by time. Entries above 0 make it come down to a threshold later than it would
// have without them, and to no other one: the moment that was set before serves, and is never too late.
static void plan_score(struct fold *fold, uint32_t index, int64_t from_milli, int64_t to_milli)
{
    const struct score_def *score = ruleset_score(fold->ruleset, index);
    struct name_id name = fold->binding.scores[index];
    bool is_raised = fold->live.changes[index] == LIVE_RAISED;
    bool is_planned = is_raised && score->forget.kind != FORGET_IDLE &&
                      score_side(score, from_milli) == score_side(score, to_milli) &&
                      score_due_ms(fold->state, fold->contact, name) > fold->now_ms &&
                      fold_score_never_below(fold, index);
    if (!is_planned)
        score_set_due(fold->state, fold->contact, name, live_score_due(fold, index));
}

static void settle_score(struct fold *fold, uint32_t index)
{
    const struct score_def *score = ruleset_score(fold->ruleset, index);
    struct name_id name = fold->binding.scores[index];
    int64_t to_milli = fold_score_value(fold, index, fold->now_ms).shown_milli;
    int64_t from_milli = score_shown(fold->state, fold->contact, name);
    if (live_score_is_planned(score))
        plan_score(fold, index, from_milli, to_milli);
    fold->live.changes[index] = LIVE_UNCHANGED;
    if (to_milli == from_milli) {
        // Between looks it may have been another, which those saw that read it at moments of their own.
        if (score->changes_by_time)
            mark_readers(fold, index, from_milli, to_milli);
        return;
    }
    score_set_shown(fold->state, fold->contact, name, to_milli);
    derive_score(fold, score, from_milli, to_milli);
    mark_readers(fold, index, from_milli, to_milli);
}

// --- state rules: what is true of one is kept as that of a segment is, by the rule's name
static void settle_rule(struct fold *fold, uint32_t index)
{
    const struct score_rule *rule = ruleset_rule(fold->ruleset, index);
    struct name_id name = fold->binding.rules[index];
    bool was_true = segment_read(fold->state, fold->contact, name).is_true;
    bool is_true = fold_condition(fold, rule->state);
    if (is_true != was_true) {
        const struct segment_state after = {
            .is_true = is_true, .is_member = true, .since_ms = fold->now_ms};
        segment_write(fold->state, fold->contact, name, &after);
        if (is_true)
            fold_tell_matched(fold, MATCHED_RULE, index);
        trace_state(fold, rule, is_true ? TRACE_ENTERED : TRACE_LEFT);
    }
    if (is_true != was_true || (is_true && rule->points != NULL))
        mark_score(fold, rule->score, LIVE_CHANGED);
}

// --- segments
static bool is_known_long_enough(struct fold *fold, const struct segment_def *segment)
{
    if (segment->known_for_ms == 0)
        return true;
    int64_t created_ms = contact_created_ms(fold->state, fold->contact);
    return fold->now_ms - created_ms >= segment->known_for_ms;
}

static void settle_segment(struct fold *fold, uint32_t index)
{
    const struct segment_def *segment = ruleset_segment(fold->ruleset, index);
    struct name_id name = fold->binding.segments[index];
    struct segment_state before = segment_read(fold->state, fold->contact, name);
    struct segment_state after = before;
    after.is_true = is_known_long_enough(fold, segment) && fold_condition(fold, segment->condition);
    if (after.is_true && !before.is_true)
        after.since_ms = fold->now_ms;
    after.is_member = after.is_true && fold->now_ms - after.since_ms >= segment->for_ms;
    if (after.is_true == before.is_true && after.is_member == before.is_member)
        return;
    segment_write(fold->state, fold->contact, name, &after);
    if (after.is_member == before.is_member)
        return;
    if (after.is_member)
        fold_tell_matched(fold, MATCHED_SEGMENT, index);
    trace_segment(fold, segment, after.is_member ? TRACE_ENTERED : TRACE_LEFT);
    const struct value_pair data[] = {{BYTES_LITERAL("segment"), value_text(segment->name)}};
    fold_derive(
        fold, after.is_member ? BUILTIN_SEGMENT_ENTERED : BUILTIN_SEGMENT_LEFT, fold->settle_depth,
        data, 1);
    live_mark(fold, ruleset_dependency_segment(fold->ruleset, index));
}

static void settle(struct fold *fold, uint32_t position)
{
    const struct live_node *node = ruleset_live(fold->ruleset, position);
    switch (node->kind) {
    case LIVE_RULE: settle_rule(fold, node->index); break;
    case LIVE_SCORE: settle_score(fold, node->index); break;
    case LIVE_SEGMENT: settle_segment(fold, node->index); break;
    case LIVE_STOP: break; // they are asked when all is settled
    }
}

void live_settle(struct fold *fold, uint32_t depth)
{
    struct live *live = &fold->live;
    if (!live->is_dirty)
        return;
    fold->settle_depth = depth;
    for (uint32_t word = 0; word < live->words; word++) {
        while (live->dirty[word] != 0) { // a node marks only those behind it
            uint32_t bit = (uint32_t)__builtin_ctzll(live->dirty[word]);
            live->dirty[word] &= live->dirty[word] - 1;
            settle(fold, word * WORD_BITS + bit);
        }
    }
    live->is_dirty = false;
    live->is_plan_due = true;
}

// --- timers
static int64_t windows_find_due(struct fold *fold)
{
    const struct live *live = &fold->live;
    int64_t due_ms = TIMER_NONE;
    for (uint32_t i = 0; i < live->window_count; i++) {
        const struct window_memo *memo = &live->memos[live->windows[i]];
        const struct counter_place place = fold_counter_place(fold, live->windows[i]);
        int64_t next_ms =
            memo->plan == live->plan ? memo->next_ms : counter_next_change(&place, fold->now_ms);
        due_ms = next_ms < due_ms ? next_ms : due_ms;
    }
    return due_ms;
}

// Windows into which nothing has come since do not change before the moment that was found then.
static int64_t windows_due(struct fold *fold)
{
    const struct live *live = &fold->live;
    if (live->window_count == 0)
        return TIMER_NONE;
    struct window_due *kept = &live->dues[fold->contact.value % WINDOW_DUES];
    if (!live->are_windows_new && kept->contact == fold->contact.value &&
        kept->due_ms > fold->now_ms)
        return kept->due_ms;
    *kept = (struct window_due){fold->contact.value, windows_find_due(fold)};
    return kept->due_ms;
}

static int64_t others_due(struct fold *fold)
{
    const struct live *live = &fold->live;
    int64_t due_ms = TIMER_NONE;
    for (uint32_t i = 0; i < live->timed_count; i++) {
        int64_t next_ms = live_node_due(fold, ruleset_live(fold->ruleset, live->timed_nodes[i]));
        due_ms = next_ms < due_ms ? next_ms : due_ms;
    }
    if (ruleset_timed(fold->ruleset).count > 0 && !fold->is_history) {
        int64_t next_ms = triggers_due_ms(fold); // idleness that was told of late is past
        next_ms = next_ms > fold->now_ms ? next_ms : fold->now_ms + 1;
        due_ms = next_ms < due_ms ? next_ms : due_ms;
    }
    if (fold->binding.has_waits && ruleset_has_state_stops(fold->ruleset) && !fold->is_history) {
        int64_t next_ms = runs_stop_due_ms(fold);
        due_ms = next_ms < due_ms ? next_ms : due_ms;
    }
    if (fold->binding.has_waits) {
        int64_t next_ms = runs_due_ms(fold); // of one that was forgotten for a while it is past
        next_ms = next_ms > fold->now_ms ? next_ms : fold->now_ms + 1;
        due_ms = next_ms < due_ms ? next_ms : due_ms;
    }
    return due_ms;
}

// Windows into which nothing has come since do not change before the timer that was planned for them.
static void plan(struct fold *fold)
{
    struct live *live = &fold->live;
    int64_t due_ms = others_due(fold);
    int64_t before_ms = contact_due_ms(fold->state, fold->contact);
    bool is_sooner = !live->are_windows_new && before_ms > fold->now_ms && due_ms <= before_ms;
    if (!is_sooner) {
        int64_t next_ms = windows_due(fold);
        due_ms = next_ms < due_ms ? next_ms : due_ms;
    }
    live->are_windows_new = false;
    INVARIANT(due_ms > fold->now_ms);
    if (due_ms != before_ms)
        contact_set_due(fold->state, fold->contact, due_ms);
}

void live_plan(struct fold *fold)
{
    if (fold->live.is_plan_due)
        plan(fold);
    fold->live.is_plan_due = false;
    fold->live.plan++;
}

static void sweep_contact(void *context, struct contact_number contact)
{
    struct fold *fold = context;
    fold->contact = contact;
    live_mark_all(fold);
    live_settle(fold, 1);
    fold->live.is_plan_due = true;
    live_plan(fold);
    arena_clear(&fold->arena);
}

void live_sweep(struct fold *fold)
{
    if (ruleset_live_count(fold->ruleset) == 0 && !fold->binding.has_waits &&
        ruleset_timed(fold->ruleset).count == 0)
        return;
    fold->is_silent = true;
    fold->is_tried = false;
    fold->now_ms = fold->tick_ms;
    contacts_each(fold->state, sweep_contact, fold);
    fold->is_silent = false;
}
