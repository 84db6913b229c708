// Taking a score apart: every ledger entry with the event and the rule it came from.
#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/explain_events.h"
#include "engine/fold/query.h"
#include "engine/fold/scoring.h"
#include "engine/fold/seen.h"
#include "engine/fold/shard_internal.h"
#include "projections/segments.h"
#include "rules/expression_tree.h"

// One explanation.
struct explain {
    struct shard *shard;
    struct bytes score; // empty: all
    struct buffer *to;
    struct explain_events events;
};

static void add_rule(struct explain *explain, struct name_id rule)
{
    struct bytes name = names_text(explain->shard->state, rule);
    const struct score_rule *found = ruleset_rule_find(explain->shard->ruleset, name);
    const uint8_t *slash = name.len == 0 ? NULL : memchr(name.data, '/', name.len);
    struct bytes shown = name;
    if (slash != NULL)
        shown = bytes_of(slash + 1, name.len - (size_t)(slash - name.data) - 1);
    buffer_add_text(explain->to, ",\"rule\":");
    text_add_json(explain->to, found != NULL ? found->name : shown);
    if (found == NULL)
        return; // no longer in the ruleset in force
    buffer_add_text(explain->to, ",\"file\":");
    text_add_json(explain->to, bytes_text(found->place.file));
    buffer_add_format(explain->to, ",\"line\":%" PRIu32, found->place.line);
}

// One of the numbers that a score is the sum of; 0 is left out.
static void add_milli(struct buffer *to, const char *key, int64_t milli)
{
    if (milli == 0)
        return;
    buffer_add_format(to, ",\"%s\":", key);
    milli_add(to, milli);
}

static void add_group(struct explain *explain, const struct score_parts *parts, uint32_t group)
{
    if (group >= parts->score->group_count)
        return;
    buffer_add_text(explain->to, ",\"group\":");
    text_add_json(explain->to, parts->score->groups[group].name);
}

// Not of what was summed up, or of a timer.
static bool is_of_event(const struct ledger_entry *entry)
{
    return entry->ref.packed != 0 && event_ref_index(entry->ref) != FRAME_INPUTS_MAX;
}

// points: what the rule gave; forgotten: what time has taken of it since; cut: what a limit kept back from the start.
static void add_entry(
    struct explain *explain,
    const struct score_parts *parts,
    const struct ledger_entry *entry,
    uint32_t index,
    int64_t value_milli)
{
    struct buffer *to = explain->to;
    buffer_add_text(to, "{\"points\":");
    milli_add(to, entry->points_milli);
    add_milli(to, "forgotten", value_milli - entry->points_milli);
    add_milli(to, "limited", -entry->cut_milli);
    if (entry->time_ms != SCORED_NO_EVENT) {
        buffer_add_text(to, ",\"time\":");
        json_add_time(to, entry->time_ms);
    }
    add_rule(explain, entry->rule);
    add_group(explain, parts, parts->entries[index].group);
    if (entry->ref.packed == 0) {
        buffer_add_format(to, ",\"condensed\":%" PRIu32, entry->count);
    } else if (!is_of_event(entry)) {
        buffer_add_text(to, ",\"timer\":true");
    } else {
        buffer_add_u8(to, ',');
        buffer_add_bytes(to, explain_events_text(&explain->events, entry->ref));
    }
    buffer_add_u8(to, '}');
}

// State rules that are true now.
static void add_state_rules(
    struct explain *explain, const struct score_parts *parts, const char *separator)
{
    struct fold *fold = &explain->shard->fold;
    const struct score_def *score = parts->score;
    for (uint32_t i = 0; i < score->state_rule_count; i++) {
        const struct score_rule *rule = ruleset_rule(fold->ruleset, score->state_rules[i]);
        int64_t milli = 0;
        if (!fold_state_rule(fold, rule, &milli))
            continue;
        buffer_add_format(explain->to, "%s{\"points\":", separator);
        separator = ",";
        milli_add(explain->to, milli);
        buffer_add_text(explain->to, ",\"while\":true,\"since\":");
        json_add_time(
            explain->to,
            segment_read(fold->state, fold->contact, fold->binding.rules[rule->index]).since_ms);
        add_rule(explain, fold->binding.rules[rule->index]);
        add_group(explain, parts, rule->group);
        buffer_add_u8(explain->to, '}');
    }
}

// What each group comes to, and what its cap takes or gives.
static void add_groups(
    struct explain *explain, const struct score_parts *parts, const int64_t *values_milli)
{
    const struct score_def *score = parts->score;
    for (uint32_t g = 0; g < score->group_count; g++) {
        const struct score_group *group = &score->groups[g];
        int64_t sum_milli = parts->state_milli[g];
        for (uint32_t i = 0; i < parts->count; i++)
            sum_milli += parts->entries[i].group == g ? values_milli[i] : 0;
        buffer_add_text(explain->to, g == 0 ? ",\"groups\":[{\"group\":" : ",{\"group\":");
        text_add_json(explain->to, group->name);
        buffer_add_text(explain->to, ",\"sum\":");
        milli_add(explain->to, sum_milli);
        add_milli(explain->to, "cut", score_group_capped(group, sum_milli) - sum_milli);
        buffer_add_u8(explain->to, '}');
    }
    if (score->group_count > 0)
        buffer_add_u8(explain->to, ']');
}

static void add_parts(struct explain *explain, const struct contact_view *view, uint32_t index)
{
    struct fold *fold = &explain->shard->fold;
    struct buffer *to = explain->to;
    struct score_parts parts;
    struct arena arena = {0};
    fold_score_parts(fold, index, &parts);
    struct scored *entries = arena_alloc(&arena, (parts.count + 1) * sizeof(*entries));
    int64_t *values = arena_alloc(&arena, (parts.count + 1) * sizeof(*values));
    if (parts.count > 0)
        memcpy(entries, parts.entries, parts.count * sizeof(*entries));
    parts.entries = entries; // the fold's own are used again for state rules
    score_entry_values(&parts, fold->now_ms, values);
    add_groups(explain, &parts, values);
    add_milli(to, "idle", score_idle_taken(&parts, fold->now_ms));
    buffer_add_text(to, ",\"entries\":[");
    uint32_t at = 0;
    for (uint32_t i = 0; i < view->ledger_count; i++) {
        if (view->ledger[i].score.value != fold->binding.scores[index].value)
            continue;
        if (at > 0)
            buffer_add_u8(to, ',');
        add_entry(explain, &parts, &view->ledger[i], at, values[at]);
        at++;
    }
    add_state_rules(explain, &parts, at > 0 ? "," : "");
    buffer_add_u8(to, ']');
    arena_free(&arena);
}

// --- a score that is made of others
struct reads {
    struct buffer *to;
    uint32_t count;
};

static void add_read(
    void *context, struct cel_eval *eval, struct bytes text, struct cel_value value)
{
    struct reads *reads = context;
    buffer_add_text(reads->to, reads->count++ == 0 ? "" : ",");
    text_add_json(reads->to, text);
    buffer_add_u8(reads->to, ':');
    seen_add(reads->to, eval, value);
}

// What it read, and why it failed where it did: then it is 0.
static void add_combine(struct explain *explain, const struct rule_expression *combine)
{
    struct buffer *to = explain->to;
    struct fold *fold = &explain->shard->fold;
    struct cel_eval eval = {.host = NULL};
    struct arena arena = {0};
    struct cel_inspection inspection = seen_inspect(fold, combine, &eval);
    struct reads reads = {.to = to};
    buffer_add_text(to, ",\"combine\":");
    text_add_json(to, combine->text);
    buffer_add_text(to, ",\"reads\":{");
    const struct cel_node *tree = expression_tree(fold->ruleset, combine, &arena);
    cel_part_each_value(&inspection, tree, CEL_VALUES_NAMES, add_read, &reads);
    buffer_add_u8(to, '}');
    int64_t milli = 0;
    if (!fold_points(fold, combine, &milli)) {
        struct bytes error = seen_error(cel_run(&eval, combine->program, 0));
        buffer_add_text(to, ",\"error\":");
        text_add_json(to, error.len > 0 ? error : bytes_text(NO_POINTS));
    }
    cel_eval_free(&eval);
    arena_free(&arena);
}

static void add_score(struct explain *explain, const struct contact_view *view, uint32_t index)
{
    struct buffer *to = explain->to;
    struct fold *fold = &explain->shard->fold;
    const struct score_def *score = ruleset_score(fold->ruleset, index);
    struct score_value value = fold_score_value(fold, index, fold->now_ms);
    struct bytes band = score_def_band(score, value.shown_milli);
    buffer_add_text(to, "{\"score\":");
    text_add_json(to, score->name);
    buffer_add_text(to, ",\"value\":");
    milli_add(to, value.shown_milli);
    if (band.len > 0) {
        buffer_add_text(to, ",\"band\":");
        text_add_json(to, band);
    }
    buffer_add_text(to, ",\"sum\":");
    milli_add(to, value.beneath_milli);
    buffer_add_text(to, ",\"cut\":"); // what min and max took or gave
    milli_add(to, value.shown_milli - value.beneath_milli);
    if (score->combine != NULL)
        add_combine(explain, score->combine);
    else
        add_parts(explain, view, index);
    buffer_add_u8(to, '}');
}

// --- the scores that are asked for
static bool is_wanted(const struct explain *explain, uint32_t index)
{
    struct fold *fold = &explain->shard->fold;
    return (explain->score.len == 0 ||
            bytes_equal(explain->score, ruleset_score(fold->ruleset, index)->name)) &&
           fold_has_score(fold, index);
}

static enum err read_events(
    struct explain *explain, const struct contact_view *view, struct fault *fault)
{
    const struct fold *fold = &explain->shard->fold;
    for (uint32_t s = 0; s < ruleset_score_count(fold->ruleset); s++) {
        if (!is_wanted(explain, s))
            continue;
        for (uint32_t i = 0; i < view->ledger_count; i++) {
            if (view->ledger[i].score.value == fold->binding.scores[s].value &&
                is_of_event(&view->ledger[i]))
                explain_events_ask(&explain->events, view->ledger[i].ref);
        }
    }
    return explain_events_read(&explain->events, explain->shard, fault);
}

static void add_all(struct explain *explain, const struct contact_view *view)
{
    struct buffer *to = explain->to;
    bool is_first = true;
    buffer_add_text(to, "{\"id\":");
    struct buffer id = {0};
    contact_add_id(&id, view);
    text_add_json(to, buffer_bytes(&id));
    buffer_free(&id);
    buffer_add_text(to, ",\"scores\":[");
    for (uint32_t i = 0; i < ruleset_score_count(explain->shard->ruleset); i++) {
        if (!is_wanted(explain, i))
            continue;
        buffer_add_text(to, is_first ? "" : ",");
        is_first = false;
        add_score(explain, view, i);
    }
    buffer_add_text(to, "]}");
}

enum err query_explain(
    struct shard *shard,
    struct contact_number contact,
    struct bytes score,
    struct buffer *to,
    struct fault *fault)
{
    struct arena arena = {0};
    struct contact_view view;
    if (shard->ruleset == NULL ||
        (score.len > 0 && ruleset_score_find(shard->ruleset, score) == NULL))
        return fault_set(fault, ERR_MISSING, "no such score in the rules in force");
    enum err err = contact_read(shard->state, contact, &arena, &view);
    if (err != ERR_OK) {
        arena_free(&arena);
        return fault_set(fault, err, "the contact cannot be read: %s", err_text(err));
    }
    struct explain explain = {.shard = shard, .score = score, .to = to};
    fold_look_at(&shard->fold, contact);
    err = read_events(&explain, &view, fault);
    if (err == ERR_OK)
        add_all(&explain, &view);
    explain_events_free(&explain.events);
    arena_free(&arena);
    return err;
}
