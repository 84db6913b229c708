// Folding one event: who it belongs to, what it changes, what matches it, what follows from that.
#include "engine/fold/fold.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "projections/contacts.h"
#include "projections/scores.h"
#include "projections/timers.h"

// An event that the engine itself made from the input; at most derived_depth_max deep.
struct derived_event {
    struct derived_event *next;
    enum builtin type;
    uint32_t depth;
    struct value data;
};

void fold_init(struct fold *fold, struct state *state, uint64_t seed)
{
    *fold = (struct fold){.state = state, .seed = seed, .action_bytes_max = UINT64_MAX};
    expressions_init(&fold->expressions, fold);
}

static void fold_unbind(struct fold *fold)
{
    free(fold->binding.scores);
    free(fold->binding.rules);
    free(fold->binding.workflows);
    free(fold->binding.channels);
    fold->binding = (struct fold_binding){0};
}

void fold_free(struct fold *fold)
{
    fold_unbind(fold);
    arena_free(&fold->arena);
    buffer_free(&fold->json);
    expressions_free(&fold->expressions);
}

typedef struct name_id name_number_fn(struct state *state, enum name_kind kind, struct bytes text);

static struct name_id name_find(struct state *state, enum name_kind kind, struct bytes text)
{
    return names_find(state, kind, text);
}

// The order of numbering is part of the state: never change it.
static void bind_names(struct fold *fold, const struct ruleset *ruleset, name_number_fn *number)
{
    fold_unbind(fold);
    fold->ruleset = ruleset;
    struct fold_binding *binding = &fold->binding;
    const struct catalog *catalog = ruleset_catalog(ruleset);
    for (size_t kind = 0; kind < catalog_identifier_count(catalog); kind++)
        binding->identifiers[kind] =
            number(fold->state, NAME_IDENTIFIER, catalog_identifier(catalog, kind));

    binding->scores = mem_zero(ruleset_score_count(ruleset), sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_score_count(ruleset); i++)
        binding->scores[i] = number(fold->state, NAME_SCORE, ruleset_score(ruleset, i)->name);

    binding->rules = mem_zero(ruleset_rule_count(ruleset), sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_rule_count(ruleset); i++)
        binding->rules[i] = number(fold->state, NAME_RULE, ruleset_rule(ruleset, i)->state_name);

    binding->workflows = mem_zero(ruleset_workflow_count(ruleset), sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_workflow_count(ruleset); i++)
        binding->workflows[i] =
            number(fold->state, NAME_WORKFLOW, ruleset_workflow(ruleset, i)->name);

    binding->channels = mem_zero(ruleset_action_count(ruleset), sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_action_count(ruleset); i++) {
        struct bytes channel = ruleset_action(ruleset, i)->channel;
        if (channel.len > 0)
            binding->channels[i] = number(fold->state, NAME_CHANNEL, channel);
    }
    binding->channel_all = number(fold->state, NAME_CHANNEL, BYTES_LITERAL("all"));
    for (int type = BUILTIN_NONE + 1; type < BUILTIN_COUNT; type++) {
        const struct match_list *match =
            ruleset_match(ruleset, catalog_builtin(catalog, (enum builtin)type));
        binding->is_heard[type] = match->rule_count > 0 || match->workflow_count > 0;
    }
}

void fold_bind(struct fold *fold, const struct ruleset *ruleset)
{
    bind_names(fold, ruleset, names_intern);
}

void fold_rebind(struct fold *fold, const struct ruleset *ruleset)
{
    bind_names(fold, ruleset, name_find);
}

struct identity_key fold_identity_key(const struct fold *fold, const struct identifier *identifier)
{
    return identity_key_of(
        fold->state, fold->binding.identifiers[identifier->kind], identifier->value);
}

void fold_derive(
    struct fold *fold,
    enum builtin type,
    uint32_t depth,
    const struct value_pair *data,
    uint32_t count)
{
    if (!fold->binding.is_heard[type])
        return;
    if (depth > fold->settings.derived_depth_max || fold->queue_length >= FOLD_DERIVED_MAX) {
        fold->counts.derived_too_deep++;
        return;
    }
    struct value_pair *pairs = arena_alloc(&fold->arena, count * sizeof(*pairs) + 1);
    for (uint32_t i = 0; i < count; i++)
        pairs[i] = data[i];
    struct derived_event *derived = arena_alloc(&fold->arena, sizeof(*derived));
    *derived =
        (struct derived_event){.type = type, .depth = depth, .data = value_map_of(pairs, count)};
    if (fold->queue_last == NULL)
        fold->queue_first = derived;
    else
        fold->queue_last->next = derived;
    fold->queue_last = derived;
    fold->queue_length++;
    fold->counts.derived++;
}

// A score that rules of this event moved, with the sum it had before the first of them.
struct moved_score {
    uint32_t score;
    int64_t before_milli, after_milli;
};

static uint64_t limit_key(const struct fold *fold, const struct score_rule *rule, struct value data)
{
    if (rule->limit_per.len == 0)
        return 0;
    struct value value = value_path(data, rule->limit_per);
    if (value.kind == VALUE_NULL) // counts as absent
        value.kind = VALUE_ABSENT;
    return value_hash(value, fold->seed);
}

static void apply_rule(
    struct fold *fold,
    const struct score_rule *rule,
    struct value data,
    struct moved_score *moved,
    uint32_t *moved_count)
{
    struct ledger_entry entry = {
        .score = fold->binding.scores[rule->score],
        .rule = fold->binding.rules[rule->index],
        .ref = fold->ref,
        .count = 1,
        .time_ms = fold->time_ms,
        .points_milli = rule->points_milli,
    };
    if (rule->condition != NULL && !fold_condition(fold, rule->condition))
        return;
    if (rule->points != NULL && !fold_points(fold, rule->points, &entry.points_milli))
        return;
    struct score_limit limit = {.times = rule->limit_times};
    if (rule->limit_times > 0)
        limit.key_hash = limit_key(fold, rule, data);
    struct score_change change;
    score_add(fold->state, fold->contact, &entry, &limit, &change);
    if (!change.is_applied) {
        fold->counts.rules_limited++;
        return;
    }
    fold->counts.rules_matched++;
    for (uint32_t i = 0; i < *moved_count; i++) {
        if (moved[i].score == rule->score) {
            moved[i].after_milli = change.after_milli;
            return;
        }
    }
    if (*moved_count == FOLD_SCORES_CHANGED_MAX)
        return; // the compiler admits no more scores
    moved[(*moved_count)++] =
        (struct moved_score){rule->score, change.before_milli, change.after_milli};
}

static struct value value_milli(int64_t milli)
{
    return milli % 1000 == 0 ? value_int(milli / 1000) : value_double((double)milli / 1000.0);
}

// One event moves a score once, however many of its rules matched: crossing is judged at the end.
static void derive_score_events(struct fold *fold, const struct moved_score *moved, uint32_t depth)
{
    if (!fold->binding.is_heard[BUILTIN_SCORE_CHANGED] &&
        !fold->binding.is_heard[BUILTIN_SCORE_BAND_CHANGED])
        return;
    const struct score_def *score = ruleset_score(fold->ruleset, moved->score);
    int64_t before_milli = score_def_clamp(score, moved->before_milli);
    int64_t after_milli = score_def_clamp(score, moved->after_milli);
    if (before_milli == after_milli)
        return;
    const struct value_pair changed[] = {
        {BYTES_LITERAL("score"), value_text(score->name)},
        {BYTES_LITERAL("from"), value_milli(before_milli)},
        {BYTES_LITERAL("to"), value_milli(after_milli)},
    };
    fold_derive(fold, BUILTIN_SCORE_CHANGED, depth, changed, 3);

    struct bytes before_band = score_def_band(score, before_milli);
    struct bytes after_band = score_def_band(score, after_milli);
    if (bytes_equal(before_band, after_band))
        return;
    const struct value_pair crossed[] = {
        {BYTES_LITERAL("score"), value_text(score->name)},
        {BYTES_LITERAL("from"), value_text(before_band)},
        {BYTES_LITERAL("to"), value_text(after_band)},
        {BYTES_LITERAL("value"), value_milli(after_milli)},
    };
    fold_derive(fold, BUILTIN_SCORE_BAND_CHANGED, depth, crossed, 4);
}

static void match_event(struct fold *fold, event_type type, struct value data, uint32_t depth)
{
    const struct match_list *match = ruleset_match(fold->ruleset, type);
    if (match->rule_count == 0 && match->workflow_count == 0)
        return;
    expressions_set_event(
        &fold->expressions, catalog_type(ruleset_catalog(fold->ruleset), type), data);
    struct moved_score moved[FOLD_SCORES_CHANGED_MAX];
    uint32_t moved_count = 0;
    for (uint32_t i = 0; i < match->rule_count; i++)
        apply_rule(fold, match->rules[i], data, moved, &moved_count);
    for (uint32_t i = 0; i < moved_count; i++)
        derive_score_events(fold, &moved[i], depth + 1);
    for (uint32_t i = 0; i < match->workflow_count; i++) {
        const struct workflow_def *workflow = match->workflows[i];
        if (workflow->condition == NULL || fold_condition(fold, workflow->condition))
            fold_run_workflow(fold, workflow, depth);
    }
}

static struct contact_number resolve(
    struct fold *fold, const struct event *event, const struct identity_key *first, bool *is_new)
{
    struct identity_key keys[EVENT_IDENTIFIERS_MAX];
    keys[0] = *first;
    for (uint32_t i = 1; i < event->identifier_count; i++)
        keys[i] = fold_identity_key(fold, &event->identifiers[i]);
    return identity_resolve(fold->state, keys, event->identifier_count, fold->time_ms, is_new);
}

void fold_event(
    struct fold *fold,
    const struct event *event,
    const struct identity_key *first,
    struct event_ref ref)
{
    INVARIANT(fold->ruleset != NULL);
    INVARIANT(event->identifier_count > 0);
    fold->counts.events++;
    fold->input = event;
    fold->ref = ref;
    fold->time_ms = event->time_ms == EVENT_TIME_NONE ? fold->tick_ms : event->time_ms;
    fold->actions = 0;
    fold->action_bytes = 0;
    bool is_new = false;
    fold->contact = resolve(fold, event, first, &is_new);
    contact_seen(fold->state, fold->contact, fold->time_ms);

    enum builtin builtin = BUILTIN_NONE;
    if (event->type == EVENT_TYPE_UNKNOWN)
        fold->counts.unknown_types++;
    else
        builtin = catalog_type(ruleset_catalog(fold->ruleset), event->type)->builtin;
    if (is_new && builtin != BUILTIN_CONTACT_CREATED)
        fold_derive(fold, BUILTIN_CONTACT_CREATED, 1, NULL, 0);
    if (builtin != BUILTIN_NONE)
        fold_apply_builtin(fold, builtin, event);
    if (event->type != EVENT_TYPE_UNKNOWN)
        match_event(fold, event->type, event->data, 0);

    for (struct derived_event *at = fold->queue_first; at != NULL; at = at->next)
        match_event(
            fold, catalog_builtin(ruleset_catalog(fold->ruleset), at->type), at->data, at->depth);
    if (fold->queue_first != NULL || fold->arena.used_bytes > 0) {
        fold->queue_first = NULL;
        fold->queue_last = NULL;
        fold->queue_length = 0;
        arena_clear(&fold->arena);
    }
}

void fold_timer(struct fold *fold, struct contact_number contact, int64_t due_ms)
{
    INVARIANT(fold->ruleset != NULL);
    fold->input = NULL;
    fold->ref = (struct event_ref){.packed = 0};
    fold->contact = contact;
    fold->time_ms = due_ms;
    fold->actions = 0;
    fold->action_bytes = 0;
    contact_set_due(fold->state, contact, TIMER_NONE);
}
