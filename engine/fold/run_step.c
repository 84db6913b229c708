#include "engine/fold/run_step.h"

#include <math.h>

#include "engine/base/time.h"
#include "engine/fold/action.h"
#include "engine/fold/assign.h"
#include "engine/fold/calendar.h"
#include "engine/fold/contact_change.h"
#include "engine/fold/expression_run.h"
#include "engine/fold/fold.h"
#include "engine/fold/fold_zone.h"
#include "engine/fold/run_flow.h"
#include "engine/fold/scoring.h"
#include "engine/fold/step_value.h"
#include "projections/contact_ask.h"
#include "rules/event_set.h"
#include "rules/waits.h"

#define SPLIT_SEED UINT64_C(0x73706c6974) // "split"
#define POINTS_MAX 1e6

// --- waits
static int64_t window_opens_ms(struct fold *fold, const struct workflow_window *window)
{
    const struct calendar_window open = {window->days, window->start_minute, window->stop_minute};
    return calendar_next_window(fold_zone(fold, &window->zone), fold->now_ms, &open);
}

static void wait_until(struct fold *fold, struct run *run, int64_t due_ms, struct step_outcome *out)
{
    if (due_ms <= fold->now_ms)
        return; // it goes on at once
    run->due_ms = due_ms;
    out->kind = STEP_WAITS;
}

// `now` in it is when the run came to the step.
static bool wait_moment(
    struct fold *fold, const struct step_wait *wait, int64_t entered_ms, int64_t *due_ms_out)
{
    fold->expressions.clock_ms = &entered_ms;
    struct cel_value value = fold_value(fold, wait->until);
    fold->expressions.clock_ms = NULL;
    if (value.kind != CEL_TIMESTAMP)
        return false;
    int64_t ms = value.as.seconds * 1000 + (value.nanos + 999999) / 1000000; // not before it
    *due_ms_out = ms > TIME_MS_MAX ? TIMER_NONE : ms;
    return true;
}

// For an event, from when the run came to the step.
static void wait_for(struct fold *fold, struct run *run, struct step_outcome *out)
{
    const struct workflow_step *step = &run->workflow->steps[run->at];
    const struct step_wait *wait = &step->wait;
    int64_t due_ms = wait->ms > 0 ? run->entered_ms + wait->ms : TIMER_NONE;
    if (wait->already != NULL && fold_condition(fold, wait->already)) {
        out->next = step->then_at;
        return;
    }
    out->next = step->else_at;
    wait_until(fold, run, due_ms, out);
}

// Other rules may have put any wait where the run asks anew: it is in it since it came to the step.
static bool do_wait(
    struct fold *fold, struct run *run, const struct step_wait *wait, struct step_outcome *out)
{
    run->entered_ms = run->is_planned ? run->entered_ms : fold->now_ms;
    run->is_planned = wait_is_planned(wait);
    int64_t due_ms = run->entered_ms;
    switch (wait->kind) {
    case WAIT_TIME:
        due_ms += wait->ms;
        if (wait->has_at) // a time of day that has passed by the new clocks is the next day's
            due_ms = calendar_next_at(
                fold_contact_zone(fold), due_ms > fold->now_ms ? due_ms : fold->now_ms,
                wait->at_minute);
        break;
    case WAIT_UNTIL:
        if (!wait_moment(fold, wait, run->entered_ms, &due_ms))
            return false;
        break;
    case WAIT_WINDOW: due_ms = window_opens_ms(fold, &wait->window); break;
    case WAIT_EVENT: wait_for(fold, run, out); return true;
    }
    wait_until(fold, run, due_ms, out);
    return true;
}

// --- branches
// A contact goes the same way as long as the shares before its own stay: a changed share moves those alone that it
// gains or loses.
static uint32_t split_at(struct fold *fold, const struct run *run, const struct workflow_step *step)
{
    struct bytes kind, first = {NULL, 0};
    size_t at = 0;
    uint64_t total = 0;
    (void)contact_next_identifier(fold->state, fold->contact, &at, &kind, &first);
    uint64_t where = hash_u64(first, hash_u64(run->workflow->name, SPLIT_SEED));
    where = hash_mix(where + hash_u64(step->id, SPLIT_SEED)) >> 32;
    for (uint32_t i = 0; i < step->branch_count; i++)
        total += step->branches[i].share;
    where = where * total >> 32;
    for (uint32_t i = 0; i < step->branch_count; i++) {
        if (where < step->branches[i].share)
            return step->branches[i].at;
        where -= step->branches[i].share;
    }
    return step->next;
}

// --- changes
static void change_tags(struct fold *fold, const struct workflow_step *step, uint32_t depth)
{
    for (uint32_t i = 0; i < step->add_count; i++)
        fold_change_tag(fold, step->add[i], BUILTIN_TAG_ADDED, depth);
    for (uint32_t i = 0; i < step->remove_count; i++)
        fold_change_tag(fold, step->remove[i], BUILTIN_TAG_REMOVED, depth);
}

static void change_lists(struct fold *fold, const struct workflow_step *step, uint32_t depth)
{
    for (uint32_t i = 0; i < step->add_count; i++)
        fold_change_list(fold, step->add[i], BUILTIN_LIST_ADDED, depth);
    for (uint32_t i = 0; i < step->remove_count; i++)
        fold_change_list(fold, step->remove[i], BUILTIN_LIST_REMOVED, depth);
}

// All values are found before the first change is made.
static bool find_values(
    struct fold *fold, const struct workflow_step *step, struct value_pair **pairs_out)
{
    struct value_pair *pairs =
        arena_alloc(&fold->arena, step->assignment_count * sizeof(*pairs) + 1);
    for (uint32_t i = 0; i < step->assignment_count; i++) {
        pairs[i].name = step->assignments[i].name;
        if (!step_value_find(fold, &step->assignments[i].value, &pairs[i].value))
            return false;
    }
    *pairs_out = pairs;
    return true;
}

static bool do_set(struct fold *fold, const struct workflow_step *step, uint32_t depth)
{
    struct value_pair *pairs = NULL;
    if (!find_values(fold, step, &pairs))
        return false;
    for (uint32_t i = 0; i < step->assignment_count; i++) {
        if (bytes_equal_text(pairs[i].name, "stage") && pairs[i].value.kind == VALUE_TEXT)
            fold_set_stage(fold, pairs[i].value.as.text);
        else if (bytes_equal_text(pairs[i].name, "stage"))
            fold_set_stage(fold, (struct bytes){NULL, 0});
        else
            fold_set_field(fold, pairs[i].name, pairs[i].value, depth);
    }
    return true;
}

static bool do_emit(struct fold *fold, const struct workflow_step *step, uint32_t depth)
{
    struct value_pair *pairs = NULL;
    if (!find_values(fold, step, &pairs))
        return false;
    fold_derive_type(fold, step->emits, depth, pairs, step->assignment_count);
    return true;
}

static bool do_points(struct fold *fold, const struct workflow_step *step)
{
    struct value value;
    if (!step_value_find(fold, &step->points, &value))
        return false;
    double points = NAN;
    if (value.kind == VALUE_INT)
        points = (double)value.as.integer;
    else if (value.kind == VALUE_DOUBLE)
        points = value.as.real;
    if (!(points >= -POINTS_MAX && points <= POINTS_MAX)) // a NaN neither
        return false;
    const struct score_def *score = ruleset_score(fold->ruleset, step->score);
    const struct ledger_entry entry = {
        .score = fold->binding.scores[step->score],
        .rule = fold_rule_name(fold, score->name, WORKFLOW_RULE),
        .ref = fold->ref,
        .event_key = fold_input_key(fold),
        .count = 1,
        .time_ms = fold->now_ms,
        .points_milli = (int64_t)round(points * 1000), // half away from zero
    };
    fold_add_entry(fold, &entry);
    return true;
}

// As which type the workflow that is started knows the event: its own, or of several the one that it was.
static const struct event_type_def *type_for(
    struct fold *fold, const struct workflow_def *workflow, const struct run *run)
{
    return workflow->on < EVENT_SET_FIRST
               ? catalog_type(ruleset_catalog(fold->ruleset), workflow->on)
               : run_type(fold, run);
}

static void do_start(
    struct fold *fold, const struct run *run, const struct workflow_step *step, uint32_t depth)
{
    if (depth > fold->settings.derived_depth_max) {
        fold->counts.derived_too_deep++;
        return;
    }
    const struct workflow_def *workflow = ruleset_workflow_find(fold->ruleset, step->workflow);
    if (workflow == NULL) // the checker has seen to it that there is one
        return;
    const struct run_start start = {
        .workflow = workflow,
        .key = run->key,
        .key_value = run->key_value,
        .data = run_data(fold, run, &fold->arena),
        .type = type_for(fold, workflow, run),
        .depth = depth,
    };
    const struct event_type_def *type = fold->expressions.type;
    struct value values = fold->expressions.values;
    expressions_set_event(&fold->expressions, start.type, start.data);
    run_start(fold, &start);
    expressions_set_event(&fold->expressions, type, values);
    fold->expressions.run = run;
}

// --- one step
static bool is_shut(struct fold *fold, struct run *run, struct step_outcome *out)
{
    const struct workflow_def *workflow = run->workflow;
    if (!workflow->has_window)
        return false;
    wait_until(fold, run, window_opens_ms(fold, &workflow->window), out);
    run->waits_for_door = out->kind == STEP_WAITS;
    return run->waits_for_door;
}

// The run waits before an action that is delayed, as if it had not come to it yet.
static bool do_action(struct fold *fold, struct run *run, uint32_t depth, struct step_outcome *out)
{
    const struct workflow_step *step = &run->workflow->steps[run->at];
    int64_t until_ms = TIMER_NONE;
    run_count_step(fold, run, run->at_hash);
    struct action_step action = {
        .workflow = run->workflow,
        .step = step,
        .run = run->number,
        .occurrence = run_step_times(run, run->at_hash),
    };
    struct value *values = arena_alloc(&fold->arena, step->with_count * sizeof(*values) + 1);
    for (uint32_t i = 0; i < step->with_count; i++) {
        if (!step_value_find(fold, &step->with[i].value, &values[i]))
            return false;
    }
    action.values = values;
    if (fold_emit_action(fold, &action, depth, &until_ms))
        return true;
    run_uncount_step(run, run->at_hash);
    wait_until(fold, run, until_ms, out);
    run->waits_for_door = true;
    return true;
}

// False when an expression of it failed, or nobody is there to assign to.
static bool do_step(struct fold *fold, struct run *run, uint32_t depth, struct step_outcome *out)
{
    const struct workflow_step *step = &run->workflow->steps[run->at];
    switch (step->kind) {
    case STEP_DO: return is_shut(fold, run, out) || do_action(fold, run, depth, out);
    case STEP_TAG: change_tags(fold, step, depth); return true;
    case STEP_LIST: change_lists(fold, step, depth); return true;
    case STEP_WAIT: return do_wait(fold, run, &step->wait, out);
    case STEP_IF:
        out->next = fold_condition(fold, step->condition) ? step->then_at : step->else_at;
        return true;
    case STEP_CHOOSE: return true; // no ruleset has one
    case STEP_SPLIT: out->next = split_at(fold, run, step); return true;
    case STEP_SET: return do_set(fold, step, depth);
    case STEP_POINTS: return do_points(fold, step);
    case STEP_EMIT: return do_emit(fold, step, depth);
    case STEP_START: do_start(fold, run, step, depth); return true;
    case STEP_GOTO: out->next = step->goto_at; return true;
    case STEP_STOP: out->kind = STEP_STOPS; return true;
    case STEP_END: out->next = STEP_NONE; return true;
    case STEP_ASSIGN: return fold_assign(fold, &step->assign);
    }
    return true;
}

void run_do_step(struct fold *fold, struct run *run, uint32_t depth, struct step_outcome *out)
{
    const struct workflow_def *workflow = run->workflow;
    *out = (struct step_outcome){.kind = STEP_GOES_ON, .next = workflow->steps[run->at].next};
    fold->trace.failed = NULL;
    if (do_step(fold, run, depth, out))
        return;
    fold->counts.steps_failed++;
    out->has_failed = true;
    switch (workflow->on_error) {
    case ON_ERROR_STOP: out->kind = STEP_FAILS; break;
    case ON_ERROR_CONTINUE: out->next = workflow->steps[run->at].next; break;
    case ON_ERROR_GOTO: out->next = workflow->on_error_at; break;
    }
}
