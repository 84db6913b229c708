// Folding one event: who it belongs to, what it changes, what matches it, what follows from that.
#include "engine/fold/fold.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/time.h"
#include "engine/fold/counter.h"
#include "engine/fold/idle.h"
#include "engine/fold/implied.h"
#include "engine/fold/objects.h"
#include "engine/fold/prefetch.h"
#include "engine/fold/run_flow.h"
#include "engine/fold/scoring.h"
#include "engine/fold/trigger.h"
#include "projections/contacts.h"
#include "rules/event_set.h"
#include "rules/scope.h"

// An event that the engine itself made from the input; at most derived_depth_max deep.
struct derived_event {
    struct derived_event *next;
    event_type type;
    uint32_t depth;
    bool is_implied;
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
    free(fold->memos);
    fold->memos = NULL;
    fold->gathered = (struct gathered){0};
    fades_free(&fold->fades);
    state_sums_free(&fold->state_sums);
    free(fold->binding.workflows);
    free(fold->binding.counters);
    free(fold->binding.segments);
    free(fold->binding.implied);
    free(fold->binding.objects);
    free(fold->binding.idle);
    free(fold->binding.fields);
    name_index_free(&fold->binding.rule_of_name);
    name_index_free(&fold->binding.state_rule_of_name);
    name_index_free(&fold->binding.workflow_of_name);
    free(fold->binding.channels);
    free(fold->binding.actions);
    fold->binding = (struct fold_binding){0};
}

void fold_free(struct fold *fold)
{
    fold_unbind(fold);
    live_free(&fold->live);
    free(fold->scored);
    candidates_free(&fold->candidates);
    candidates_free(&fold->rule_candidates);
    arena_free(&fold->arena);
    buffer_free(&fold->json);
    expressions_free(&fold->expressions);
    zones_free(&fold->zones);
    failures_free(&fold->failures);
    run_counts_free(&fold->run_counts);
    held_free(&fold->held);
}

static bool match_list_is_heard(const struct match_list *match)
{
    return match->rule_count > 0 || match->workflow_count > 0 || match->counter_count > 0 ||
           match->is_awaited || match->has_idle || match->implies.count > 0 ||
           match->objects.count > 0;
}

typedef struct name_id name_number_fn(struct state *state, enum name_kind kind, struct bytes text);

static struct name_id name_find(struct state *state, enum name_kind kind, struct bytes text)
{
    return names_find(state, kind, text);
}

// The order of numbering is part of the state: never change it.
static void bind_state_rules(struct fold_binding *binding, const struct ruleset *ruleset)
{
    uint32_t count = 0;
    uint32_t *found = mem_alloc((ruleset_rule_count(ruleset) + 1) * sizeof(*found));
    for (uint32_t i = 0; i < ruleset_rule_count(ruleset); i++) {
        if (ruleset_rule(ruleset, i)->kind == SCORE_RULE_STATE)
            found[count++] = i;
    }
    name_index_set_some(&binding->state_rule_of_name, binding->rules, found, count);
    free(found);
}

static void bind_idle(struct fold *fold, const struct ruleset *ruleset, name_number_fn *number)
{
    const struct timed_workflows timed = ruleset_timed(ruleset);
    struct buffer name = {0};
    fold->binding.idle = mem_zero(ruleset_workflow_count(ruleset) + 1, sizeof(struct name_id));
    for (uint32_t i = 0; i < timed.count; i++) {
        const struct workflow_def *workflow = ruleset_workflow(ruleset, timed.items[i]);
        if (workflow->trigger != TRIGGER_IDLE)
            continue;
        buffer_clear(&name);
        idle_add_name(&name, workflow->name);
        fold->binding.idle[timed.items[i]] = number(fold->state, NAME_COUNTER, buffer_bytes(&name));
    }
    buffer_free(&name);
}

// Actions that have a limit keep what of them was emitted under their name.
static void bind_limits(
    struct fold_binding *binding,
    struct state *state,
    const struct ruleset *ruleset,
    name_number_fn *number)
{
    binding->actions = mem_zero(ruleset_action_count(ruleset), sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_action_count(ruleset); i++) {
        if (ruleset_action(ruleset, i)->limit.times > 0)
            binding->actions[i] = number(state, NAME_ACTION, ruleset_action(ruleset, i)->name);
    }
}

// What is kept of the values of scores.
static void bind_values(struct fold *fold, const struct ruleset *ruleset)
{
    fold->memos = mem_zero(ruleset_score_count(ruleset) + 1, sizeof(*fold->memos));
    fades_bind(&fold->fades, ruleset);
}

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

    size_t workflows = ruleset_version_count(ruleset);
    binding->workflows = mem_zero(workflows, sizeof(struct name_id));
    for (size_t i = 0; i < workflows; i++)
        binding->workflows[i] =
            number(fold->state, NAME_WORKFLOW, ruleset_workflow(ruleset, i)->name);

    binding->counters = mem_zero(ruleset_counter_count(ruleset), sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_counter_count(ruleset); i++)
        binding->counters[i] = number(fold->state, NAME_COUNTER, ruleset_counter(ruleset, i)->name);

    binding->segments = mem_zero(ruleset_segment_count(ruleset), sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_segment_count(ruleset); i++)
        binding->segments[i] = number(fold->state, NAME_SEGMENT, ruleset_segment(ruleset, i)->name);

    bind_idle(fold, ruleset, number);
    binding->implied = mem_zero(ruleset_implied_count(ruleset) + 1, sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_implied_count(ruleset); i++)
        binding->implied[i] = number(fold->state, NAME_COUNTER, ruleset_implied(ruleset, i)->name);

    binding->objects = mem_zero(ruleset_object_count(ruleset) + 1, sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_object_count(ruleset); i++)
        binding->objects[i] =
            number(fold->state, NAME_COUNTER, ruleset_object(ruleset, i)->kept_as);

    binding->fields = mem_zero(ruleset_field_count(ruleset), sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_field_count(ruleset); i++)
        binding->fields[i] = number(fold->state, NAME_FIELD, ruleset_field(ruleset, i)->name);

    binding->channels = mem_zero(ruleset_action_count(ruleset), sizeof(struct name_id));
    for (size_t i = 0; i < ruleset_action_count(ruleset); i++) {
        struct bytes channel = ruleset_action(ruleset, i)->channel;
        if (channel.len > 0)
            binding->channels[i] = number(fold->state, NAME_CHANNEL, channel);
    }
    binding->channel_all = number(fold->state, NAME_CHANNEL, BYTES_LITERAL("all"));
    bind_limits(binding, fold->state, ruleset, number);
    for (int type = BUILTIN_NONE + 1; type < BUILTIN_COUNT; type++) {
        const struct match_list *match =
            ruleset_match(ruleset, catalog_builtin(catalog, (enum builtin)type));
        binding->is_heard[type] = match_list_is_heard(match);
    }
    for (size_t i = 0; i < workflows; i++)
        binding->has_waits = binding->has_waits || ruleset_workflow(ruleset, i)->has_waits;
    bind_values(fold, ruleset);
    name_index_set(&binding->rule_of_name, binding->rules, ruleset_rule_count(ruleset));
    bind_state_rules(binding, ruleset);
    name_index_set(&binding->workflow_of_name, binding->workflows, ruleset_workflow_count(ruleset));
    failures_bind(&fold->failures, ruleset);
    run_counts_bind(&fold->run_counts, ruleset, binding->workflows);
    held_bind(&fold->held, ruleset);
    live_bind(fold);
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
    if (fold->binding.is_heard[type])
        fold_derive_type(
            fold, catalog_builtin(ruleset_catalog(fold->ruleset), type), depth, data, count);
}

// NULL where nothing is to be derived, or no more.
static struct derived_event *derive(
    struct fold *fold,
    event_type type,
    uint32_t depth,
    const struct value_pair *data,
    uint32_t count)
{
    if (fold->is_silent)
        return NULL;
    if (depth > fold->settings.derived_depth_max || fold->queue_length >= FOLD_DERIVED_MAX) {
        fold->counts.derived_too_deep++;
        return NULL;
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
    return derived;
}

void fold_derive_type(
    struct fold *fold,
    event_type type,
    uint32_t depth,
    const struct value_pair *data,
    uint32_t count)
{
    (void)derive(fold, type, depth, data, count);
}

void fold_derive_implied(
    struct fold *fold,
    event_type type,
    uint32_t depth,
    const struct value_pair *data,
    uint32_t count)
{
    struct derived_event *derived = derive(fold, type, depth, data, count);
    if (derived != NULL)
        derived->is_implied = true;
}

void fold_tell_matched(const struct fold *fold, enum matched_kind kind, uint32_t index)
{
    if (fold->matched.tell != NULL)
        fold->matched.tell(fold->matched.context, kind, index, fold->contact);
}

void fold_tell_went(const struct fold *fold, uint32_t workflow, uint32_t from, uint32_t to)
{
    if (fold->matched.went != NULL)
        fold->matched.went(fold->matched.context, workflow, from, to);
}

static void count_event(struct fold *fold, const struct counter_def *counter)
{
    struct counted counted = {.time_ms = fold->time_ms};
    if (counter->condition != NULL && !fold_condition(fold, counter->condition)) {
        trace_counter(fold, counter, counter->condition);
        return;
    }
    if (counter->value != NULL && !fold_counted(fold, counter, &counted)) {
        trace_counter(fold, counter, counter->value);
        return;
    }
    const struct counter_place place = fold_counter_place(fold, counter->index);
    struct counter_outcome outcome =
        counter_add(&place, &counted, fold->now_ms, fold->settings.counter_entries_max);
    fold->counts.counted_summarised += outcome.summarised;
    fold->counts.counted_refused += outcome.refused;
    if (outcome.has_changed)
        live_mark_counted(fold, counter, &outcome);
    trace_counter(fold, counter, NULL);
}

static void find_candidates(
    struct fold *fold,
    struct candidates *candidates,
    const struct match_set *set,
    uint32_t count,
    struct value data)
{
    if (fold->trace.is_on)
        candidates_all(candidates, count);
    else
        candidates_find(candidates, fold, set, data);
}

static void start_workflow(
    struct fold *fold, const struct workflow_def *workflow, struct value data, uint32_t depth)
{
    struct run_start start = {
        .workflow = workflow, .data = data, .type = fold->expressions.type, .depth = depth};
    run_start_key(fold, &start);
    run_start(fold, &start);
}

static void start_workflows(
    struct fold *fold, const struct match_list *match, struct value data, uint32_t depth)
{
    const struct candidates *candidates = &fold->candidates;
    find_candidates(fold, &fold->candidates, &match->workflow_set, match->workflow_count, data);
    for (uint32_t i = 0; i < candidates->count; i++) {
        const struct workflow_def *workflow = match->workflows[candidates->places[i]];
        if (workflow->condition == NULL || fold_condition(fold, workflow->condition))
            start_workflow(fold, workflow, data, depth);
        else
            trace_workflow_not_true(fold, workflow, workflow->condition);
    }
}

// In the history of new rules silences begin as they did, and end when the rules are in force.
static void note_idle(struct fold *fold, event_type type, struct value data)
{
    const struct timed_workflows timed = ruleset_timed(fold->ruleset);
    for (uint32_t i = 0; i < timed.count; i++) {
        const struct workflow_def *workflow = ruleset_workflow(fold->ruleset, timed.items[i]);
        bool is_meant =
            workflow->trigger == TRIGGER_IDLE && !(fold->is_history && workflow->time.is_from_now);
        if (is_meant && ruleset_is_on(fold->ruleset, workflow->on, type))
            idle_note(fold, workflow, data);
    }
}

static void check_runs(struct fold *fold, uint32_t depth)
{
    if (ruleset_has_state_stops(fold->ruleset) && !fold->is_history)
        runs_check(fold, depth);
}

static void count_events(struct fold *fold, const struct match_list *match, struct value data)
{
    const struct candidates *candidates = &fold->candidates;
    find_candidates(fold, &fold->candidates, &match->counter_set, match->counter_count, data);
    for (uint32_t i = 0; i < candidates->count; i++) {
        count_event(fold, match->counters[candidates->places[i]]);
        if (i == 0)
            rules_prefetch_conditions(&fold->rule_candidates, match);
        else if (i == 1)
            rules_prefetch_conjuncts(&fold->rule_candidates, match);
    }
}

static void match_event(struct fold *fold, event_type type, struct value data, uint32_t depth)
{
    const struct match_list *match = ruleset_match(fold->ruleset, type);
    if (match_list_is_heard(match))
        expressions_set_event(
            &fold->expressions, catalog_type(ruleset_catalog(fold->ruleset), type), data);
    trace_event(fold, type, data, depth);
    for (uint32_t i = 0; i < match->objects.count; i++)
        object_apply(fold, match->objects.items[i], type, depth + 1);
    // Neither counters nor what is live change what the event or the contact's fields say: which rules may match is known
    // before.
    const struct candidates *rules = &fold->rule_candidates;
    find_candidates(fold, &fold->rule_candidates, &match->rule_set, match->rule_count, data);
    rules_prefetch(rules, match);
    count_events(fold, match, data);
    live_settle(fold, depth + 1); // rules see the contact as it is now
    for (uint32_t i = 0; i < rules->count; i++)
        fold_apply_rule(fold, match->rules[rules->places[i]]);
    live_settle(fold, depth + 1);
    if (match->is_awaited && !fold->is_history)
        runs_hear(fold, type, depth);
    if (match->has_idle)
        note_idle(fold, type, data);
    if (!fold->is_history)
        start_workflows(fold, match, data, depth);
    live_settle(fold, depth + 1);
    check_runs(fold, depth);
    if (match->implies.count > 0)
        implied_derive(fold, match, data, depth + 1);
}

// An event that has come, or that a workflow emits: not what another one implied.
static void match_one_that_came(
    struct fold *fold, event_type type, struct value data, uint32_t depth)
{
    const struct match_list *match = ruleset_match(fold->ruleset, type);
    if (match->implied_as.count > 0 && implied_has_counted(fold, match, data)) {
        trace_event(fold, type, data, depth);
        trace_counted(fold);
    } else {
        match_event(fold, type, data, depth);
    }
}

// What was derived while the input was folded, and from that in turn; then nothing is left in hand.
static void fold_queue(struct fold *fold)
{
    for (struct derived_event *at = fold->queue_first; at != NULL; at = at->next) {
        fold->hearing++;
        if (at->is_implied)
            match_event(fold, at->type, at->data, at->depth);
        else
            match_one_that_came(fold, at->type, at->data, at->depth);
    }
    fold->hearing = 0;
    fold->entered = (struct entered){.slots = NULL};
    if (fold->queue_first != NULL || fold->arena.used_bytes > 0) {
        fold->queue_first = NULL;
        fold->queue_last = NULL;
        fold->queue_length = 0;
        arena_clear(&fold->arena);
    }
    live_plan(fold);
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

// An event by itself changes when its contact was seen, and may bring identifiers.
static void mark_seen(struct fold *fold, const struct event *event, bool is_new)
{
    if (is_new) {
        live_mark_new(fold);
        return;
    }
    live_mark(fold, ruleset_dependency_contact(fold->ruleset, SCOPE_CONTACT_UPDATED));
    if (event->identifier_count == 1)
        return;
    live_mark(fold, ruleset_dependency_contact(fold->ruleset, SCOPE_CONTACT_IDENTIFIERS));
    for (uint32_t i = 0; i < event->identifier_count; i++) {
        uint32_t at = SCOPE_CONTACT_FIELD_COUNT + event->identifiers[i].kind;
        live_mark(fold, ruleset_dependency_contact(fold->ruleset, at));
    }
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
    fold->is_tried = false;
    fold->input = event;
    fold->has_input_key = false;
    fold->ref = ref;
    fold->time_ms = event->time_ms == EVENT_TIME_NONE ? fold->tick_ms : event->time_ms;
    fold->actions = 0;
    fold->action_bytes = 0;
    bool is_new = false;
    fold->now_ms = fold->tick_ms;
    fold->contact = resolve(fold, event, first, &is_new);
    trace_begin(fold);
    contact_seen(fold->state, fold->contact, fold->time_ms);
    mark_seen(fold, event, is_new);

    enum builtin builtin = BUILTIN_NONE;
    if (event->type == EVENT_TYPE_UNKNOWN)
        fold->counts.unknown_types++;
    else
        builtin = catalog_type(ruleset_catalog(fold->ruleset), event->type)->builtin;
    if (is_new && builtin != BUILTIN_CONTACT_CREATED)
        fold_derive(fold, BUILTIN_CONTACT_CREATED, 1, NULL, 0);
    if (builtin != BUILTIN_NONE)
        fold_apply_builtin(fold, builtin, event);
    if (event->type != EVENT_TYPE_UNKNOWN) {
        match_one_that_came(fold, event->type, event->data, 0);
    } else {
        live_settle(fold, 1);
        check_runs(fold, 0);
    }
    fold_queue(fold);
    trace_end(fold);
}

void fold_timer(struct fold *fold, struct contact_number contact, int64_t due_ms)
{
    static const struct event timer = {
        .source = {(const uint8_t *)"engaged", 7},
        .type = EVENT_TYPE_UNKNOWN,
        .type_name = {(const uint8_t *)"timer", 5}};
    INVARIANT(fold->ruleset != NULL);
    char id[TIME_TEXT_CHARS];
    time_print(due_ms, id);
    struct event input = timer;
    input.id = bytes_of(id, sizeof(id));
    input.time_ms = due_ms;
    fold->counts.timers_fired++;
    fold->is_tried = false;
    fold->input = &input;
    fold->has_input_key = false;
    fold->ref = event_ref_of(fold->sequence, FRAME_INPUTS_MAX); // no input of the frame
    fold->time_ms = due_ms;
    fold->now_ms = due_ms;
    fold->actions = 0;
    fold->action_bytes = 0;
    fold->contact = contact;
    trace_begin(fold);
    expressions_set_event(
        &fold->expressions, NULL, (struct value){.kind = VALUE_ABSENT}); // there is none
    live_mark_timed(fold);
    fold->live.is_plan_due = true;
    live_settle(fold, 1);
    if (fold->binding.has_waits && !fold->is_history)
        runs_wake(fold);
    if (ruleset_timed(fold->ruleset).count > 0 && !fold->is_history)
        triggers_fire(fold);
    live_settle(fold, 1);
    check_runs(fold, 0);
    fold_queue(fold);
    trace_end(fold);
    fold->input = NULL;
}
