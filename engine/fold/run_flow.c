#include "engine/fold/run_flow.h"

#include "engine/base/invariant.h"
#include "engine/base/time.h"
#include "engine/fold/action.h"
#include "engine/fold/fold.h"
#include "engine/fold/run_step.h"
#include "projections/contacts.h"
#include "rules/event_set.h"

#define OVERDUE_SEED UINT64_C(0x6f766572647565) // "overdue"

enum { STEPS_AT_ONCE_MAX = 10000 }; // no rules come near: loops have a wait

// --- ends
static const char *const outcomes[] = {"done", "stopped", "failed"};

struct run_end {
    const char *outcome;
    const char *why; // empty: it is not told
};

static void derive_run(
    struct fold *fold,
    enum builtin type,
    const struct run *run,
    const struct run_end *end,
    uint32_t depth)
{
    if (!fold->binding.is_heard[type])
        return;
    const struct value_pair data[] = {
        {BYTES_LITERAL("workflow"), value_text(run->workflow->name)},
        {BYTES_LITERAL("run"), value_text(action_run_text(fold, run->workflow, run->number))},
        {BYTES_LITERAL("outcome"), value_text(bytes_text(end == NULL ? "" : end->outcome))},
        {BYTES_LITERAL("why"), value_text(bytes_text(end == NULL ? "" : end->why))},
    };
    uint32_t count = 2;
    if (end != NULL)
        count = end->why[0] == '\0' ? 3 : 4;
    fold_derive(fold, type, depth, data, count);
}

// Whether it must be known later that a run of the workflow, as it is written now, has been.
static bool is_remembered(const struct workflow_def *workflow)
{
    return workflow->reenter == WORKFLOW_REENTER_AFTER ||
           (workflow->reenter == WORKFLOW_REENTER_NEVER && workflow->key != NULL);
}

// How and why a run ends.
struct run_ending {
    enum run_outcome outcome;
    const struct workflow_stop *stop; // NULL: none of the workflow's
    const char *why;                  // empty: it is not told
};

static void end_run(
    struct fold *fold, struct run *run, const struct run_ending *ending, uint32_t depth)
{
    enum run_outcome outcome = ending->outcome;
    const struct workflow_stop *stop = ending->stop;
    const struct run_end end = {outcomes[outcome], ending->why};
    trace_run(
        fold, &(struct trace_run){
                  .kind = TRACE_RUN_ENDS,
                  .run = run,
                  .stop = stop,
                  .expression = stop == NULL ? NULL : stop->condition,
                  .outcome = outcome,
              });
    switch (outcome) {
    case RUN_DONE: fold->counts.runs_done++; break;
    case RUN_STOPPED: fold->counts.runs_stopped++; break;
    case RUN_FAILED: fold->counts.runs_failed++; break;
    }
    run_counts_end(&fold->run_counts, run, outcome);
    const struct workflow_def *now = run->workflow;
    if (now->is_pinned)
        now = ruleset_workflow_find(fold->ruleset, now->name);
    if (is_remembered(now)) {
        struct run ended = {
            .workflow = now,
            .number = run->number,
            .has_ended = true,
            .key = run->key,
            .started_ms = run->started_ms,
            .due_ms = TIMER_NONE,
        };
        (void)run_write(fold, &ended);
    } else if (run->is_kept) { // also where the rules in force have no wait any more
        run_remove(fold, run);
    }
    derive_run(fold, BUILTIN_RUN_ENDED, run, &end, depth);
}

// --- on
static bool is_found_out(const struct step_value *value)
{
    return value->expression != NULL || value->piece_count > 0;
}

// Whether values that it gives, or those that the action has for what it does not give, are to be found out.
static bool action_reads_contact(const struct fold *fold, const struct workflow_step *step)
{
    const struct action_def *action = ruleset_action(fold->ruleset, step->action);
    bool reads = false;
    for (uint32_t i = 0; i < step->with_count; i++)
        reads = reads || is_found_out(&step->with[i].value);
    for (uint32_t i = 0; i < action->param_count; i++)
        reads = reads || is_found_out(&action->params[i].default_found);
    return reads;
}

// Whether the step evaluates anything.
static bool reads_contact(const struct fold *fold, const struct workflow_step *step)
{
    switch (step->kind) {
    case STEP_TAG:
    case STEP_LIST:
    case STEP_GOTO:
    case STEP_STOP:
    case STEP_END: return false;
    case STEP_DO: return action_reads_contact(fold, step);
    case STEP_WAIT:
    case STEP_IF:
    case STEP_CHOOSE:
    case STEP_SPLIT:
    case STEP_SET:
    case STEP_POINTS:
    case STEP_EMIT:
    case STEP_START:
    case STEP_ASSIGN: break;
    }
    return true;
}

// How the run leaves the step. One that waits and cannot be kept has failed.
static enum run_outcome left_by(const struct step_outcome *outcome)
{
    if (outcome->kind == STEP_STOPS)
        return RUN_STOPPED;
    return outcome->kind == STEP_GOES_ON && !outcome->has_failed ? RUN_DONE : RUN_FAILED;
}

static void note_entered(struct fold *fold, const struct run *run)
{
    const struct workflow_step *step = &run->workflow->steps[run->at];
    if (step->kind == STEP_WAIT && step->wait.kind == WAIT_EVENT && !run->waits_for_door)
        entered_note(&fold->entered, &fold->arena, run, fold->queue_length);
}

// Whether the event in hand was there before the run came to its wait.
static bool is_too_early(const struct fold *fold, const struct run *run)
{
    uint32_t derived = 0;
    return entered_find(&fold->entered, run, &derived) && fold->hearing <= derived;
}

// Takes the run on from a step until it waits or ends.
static void go_on(struct fold *fold, struct run *run, uint32_t at, uint32_t depth)
{
    bool has_come = run->waits_for_door; // to the step, before
    fold->expressions.run = run;
    run->due_ms = TIMER_NONE;
    run->waits_for_door = false;
    run->is_planned = run->is_planned && has_come; // then it is planned again
    for (uint32_t i = 0; at != STEP_NONE && i < STEPS_AT_ONCE_MAX; i++) {
        struct step_outcome outcome = {0};
        if (reads_contact(fold, &run->workflow->steps[at]))
            live_settle(fold, depth + 1); // it sees what the steps before have changed
        run->at = at;
        run->at_hash = run_step_hash(run->workflow->steps[at].id);
        if (!has_come)
            run_counts_enter(&fold->run_counts, run);
        has_come = false;
        run_do_step(fold, run, depth, &outcome);
        trace_step(fold, run, &outcome);
        if (outcome.kind == STEP_WAITS && run_write(fold, run)) {
            run->is_kept = true;
            note_entered(fold, run);
            run_counts_wait(&fold->run_counts, run);
            trace_run(fold, &(struct trace_run){.kind = TRACE_RUN_WAITS, .run = run});
            fold->expressions.run = NULL;
            return;
        }
        run_counts_leave(&fold->run_counts, run, left_by(&outcome));
        if (outcome.kind != STEP_GOES_ON) {
            end_run(fold, run, &(struct run_ending){left_by(&outcome), NULL, ""}, depth);
            fold->expressions.run = NULL;
            return;
        }
        at = outcome.next;
        run->is_planned = false;
        fold_tell_went(fold, run->workflow->index, run->at, at);
    }
    enum run_outcome outcome = at == STEP_NONE ? RUN_DONE : RUN_FAILED;
    end_run(fold, run, &(struct run_ending){outcome, NULL, ""}, depth);
    fold->expressions.run = NULL;
}

// --- starts
static bool may_enter(struct fold *fold, const struct run_start *start)
{
    const struct workflow_def *workflow = start->workflow;
    if (workflow->reenter == WORKFLOW_REENTER_ALWAYS ||
        (workflow->key == NULL && workflow->reenter == WORKFLOW_REENTER_NEVER))
        return true; // the count of runs tells
    uint32_t count = 0;
    const struct run *runs = runs_read(fold, workflow, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (runs[i].key != start->key)
            continue;
        if (!runs[i].has_ended || workflow->reenter == WORKFLOW_REENTER_NEVER)
            return false;
        if (workflow->reenter == WORKFLOW_REENTER_AFTER &&
            fold->now_ms - runs[i].started_ms < workflow->reenter_ms)
            return false;
        if (workflow->reenter == WORKFLOW_REENTER_AFTER)
            run_remove(fold, &runs[i]); // the one that starts is known instead
    }
    return true;
}

// For explanations: the run that `reenter` speaks of, where it is still known; else NULL.
static const struct run *in_the_way(struct fold *fold, const struct run_start *start)
{
    uint32_t count = 0;
    if (!fold->trace.is_on)
        return NULL;
    const struct run *found = NULL;
    const struct run *runs = runs_read(fold, start->workflow, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (runs[i].key == start->key)
            found = &runs[i];
    }
    return found;
}

static enum reenter reenter_of(const struct workflow_def *workflow)
{
    bool is_once = workflow->reenter == WORKFLOW_REENTER_NEVER && workflow->key == NULL;
    return is_once ? REENTER_NEVER : REENTER_ALWAYS;
}

void run_start_key(struct fold *fold, struct run_start *start)
{
    const struct rule_expression *key = start->workflow->key;
    if (key == NULL)
        return;
    run_key_of(fold, key, &start->key, &start->key_value);
}

void run_start(struct fold *fold, const struct run_start *start)
{
    const struct workflow_def *workflow = start->workflow;
    uint32_t number = 0;
    struct name_id name = fold->binding.workflows[workflow->index];
    if (!may_enter(fold, start) ||
        !contact_start_run(fold->state, fold->contact, name, reenter_of(workflow), &number)) {
        trace_workflow(fold, workflow, 0, in_the_way(fold, start));
        return;
    }
    fold->counts.runs_started++;
    run_counts_start(&fold->run_counts, &(struct run){.workflow = workflow});
    fold_tell_matched(fold, MATCHED_WORKFLOW, workflow->index);
    trace_workflow(fold, workflow, number, NULL);
    struct run run = {
        .workflow = workflow,
        .number = number,
        .key = start->key,
        .key_value = start->key_value,
        .started_ms = fold->now_ms,
        .due_ms = TIMER_NONE,
        .data = workflow->has_waits ? run_pack_data(fold, start->data) : (struct bytes){NULL, 0},
        .type_name = workflow->on < EVENT_SET_FIRST ? (struct bytes){NULL, 0} : start->type->name,
    };
    if (start->is_deferred) { // it is at its first step, and does it soon
        run.mark = RUN_BEGINS;
        run.waits_for_door = true;
        run.due_ms = fold->now_ms;
        run.at_hash = run_step_hash(workflow->steps[0].id);
        run_counts_enter(&fold->run_counts, &run);
        run_counts_wait(&fold->run_counts, &run);
        if (!run_write(fold, &run)) // there is no room for it
            run_end_untold(fold, &run, RUN_FAILED);
        return;
    }
    derive_run(fold, BUILTIN_RUN_STARTED, &run, NULL, start->depth + 1);
    uint32_t at = workflow->step_count > 0 ? 0 : STEP_NONE;
    fold_tell_went(fold, workflow->index, STEP_NONE, at);
    go_on(fold, &run, at, start->depth + 1);
}

// --- what happens to runs that wait
const struct workflow_def **runs_kept_workflows(
    struct fold *fold, int64_t due_ms, uint32_t *count_out)
{
    uint32_t count = 0;
    int64_t next_ms = TIMER_NONE;
    for (size_t at = 0; runs_next_workflow(fold, &at, &next_ms) != NULL;)
        count += next_ms <= due_ms;
    *count_out = count;
    if (count == 0)
        return NULL;
    const struct workflow_def **workflows =
        arena_alloc(&fold->arena, count * sizeof(struct workflow_def *));
    const struct workflow_def *workflow = NULL;
    count = 0;
    for (size_t at = 0; (workflow = runs_next_workflow(fold, &at, &next_ms)) != NULL;) {
        if (next_ms <= due_ms)
            workflows[count++] = workflow;
    }
    return workflows;
}

// A run that waits goes on at a step: behind the one it waited at, or at it, where it waited for the window.
static void resume(struct fold *fold, struct run *run, uint32_t at, uint32_t depth)
{
    run_counts_wake(&fold->run_counts, run);
    if (!run->waits_for_door) {
        run_counts_leave(&fold->run_counts, run, RUN_DONE);
        fold_tell_went(fold, run->workflow->index, run->at, at);
    }
    go_on(fold, run, at, depth);
}

// A run that waits goes on no more.
static void end_waiting(
    struct fold *fold, struct run *run, const struct run_ending *ending, uint32_t depth)
{
    run_counts_wake(&fold->run_counts, run);
    run_counts_leave(&fold->run_counts, run, ending->outcome);
    fold->expressions.run = run;
    end_run(fold, run, ending, depth);
    fold->expressions.run = NULL;
}

static void stop_waiting(
    struct fold *fold, struct run *run, const struct workflow_stop *stop, uint32_t depth)
{
    end_waiting(fold, run, &(struct run_ending){RUN_STOPPED, stop, ""}, depth);
}

void run_end_untold(struct fold *fold, struct run *run, enum run_outcome outcome)
{
    INVARIANT(fold->is_silent);
    end_waiting(fold, run, &(struct run_ending){outcome, NULL, ""}, 1);
}

void run_put_at(struct fold *fold, struct run *run, uint32_t to)
{
    const struct workflow_step *step = &run->workflow->steps[to];
    run_counts_wake(&fold->run_counts, run);
    run_counts_leave(&fold->run_counts, run, RUN_DONE);
    run->at = to;
    run->at_hash = run_step_hash(step->id);
    run->is_planned = false; // it waits on as it was planned
    run_counts_enter(&fold->run_counts, run);
    run_counts_wait(&fold->run_counts, run);
    (void)run_write(fold, run);
}

// The stop that ends the run, or NULL. type: EVENT_TYPE_UNKNOWN for those about the contact.
static const struct workflow_stop *stopped_by(struct fold *fold, struct run *run, event_type type)
{
    const struct workflow_def *workflow = run->workflow;
    fold->expressions.run = run;
    const struct workflow_stop *found = NULL;
    for (uint32_t i = 0; i < workflow->stop_count && found == NULL; i++) {
        const struct workflow_stop *stop = &workflow->stops[i];
        if (type == EVENT_TYPE_UNKNOWN ? stop->on != type
                                       : !ruleset_is_on(fold->ruleset, stop->on, type))
            continue;
        if (stop->condition == NULL || fold_condition(fold, stop->condition))
            found = stop;
        else if (type != EVENT_TYPE_UNKNOWN)
            trace_run(
                fold, &(struct trace_run){
                          .kind = TRACE_RUN_STAYS,
                          .run = run,
                          .stop = stop,
                          .expression = stop->condition,
                      });
    }
    fold->expressions.run = NULL;
    return found;
}

static bool is_waiting_for(struct fold *fold, struct run *run, event_type type)
{
    if (run->at == STEP_NONE || run->waits_for_door || run->mark != RUN_UNMARKED)
        return false;
    const struct workflow_step *step = &run->workflow->steps[run->at];
    if (step->kind != STEP_WAIT || step->wait.kind != WAIT_EVENT ||
        !ruleset_is_on(fold->ruleset, step->wait.on, type) || is_too_early(fold, run))
        return false;
    fold->expressions.run = run;
    bool is_it = step->wait.condition == NULL || fold_condition(fold, step->wait.condition);
    trace_run(
        fold, &(struct trace_run){
                  .kind = is_it ? TRACE_RUN_GOES_ON : TRACE_RUN_STAYS,
                  .run = run,
                  .expression = step->wait.condition,
              });
    fold->expressions.run = NULL;
    return is_it;
}

static void hear(struct fold *fold, struct run *run, event_type type, uint32_t depth)
{
    if (run->has_ended)
        return;
    const struct workflow_stop *stop = stopped_by(fold, run, type);
    if (stop != NULL)
        stop_waiting(fold, run, stop, depth + 1);
    else if (is_waiting_for(fold, run, type))
        resume(fold, run, run->workflow->steps[run->at].then_at, depth + 1);
}

struct kept_runs {
    struct run *runs;
    uint32_t count;
};

// All are read before the first one hears it: what one of them starts waits for events to come.
void runs_hear(struct fold *fold, event_type type, uint32_t depth)
{
    uint32_t workflow_count = 0;
    const struct workflow_def **workflows = runs_kept_workflows(fold, TIMER_NONE, &workflow_count);
    if (workflow_count == 0)
        return;
    struct kept_runs *kept = arena_alloc(&fold->arena, workflow_count * sizeof(*kept));
    for (uint32_t i = 0; i < workflow_count; i++)
        kept[i].runs = runs_read(fold, workflows[i], &kept[i].count);
    for (uint32_t i = 0; i < workflow_count; i++) {
        for (uint32_t j = 0; j < kept[i].count; j++)
            hear(fold, &kept[i].runs[j], type, depth);
    }
}

static bool has_state_stop(const struct workflow_def *workflow)
{
    while (workflow != NULL && !workflow->has_state_stop)
        workflow = workflow->pinned;
    return workflow != NULL;
}

void runs_check(struct fold *fold, uint32_t depth)
{
    uint32_t workflow_count = 0;
    const struct workflow_def **workflows = runs_kept_workflows(fold, TIMER_NONE, &workflow_count);
    for (uint32_t i = 0; i < workflow_count; i++) {
        uint32_t count = 0;
        if (!has_state_stop(workflows[i]))
            continue;
        struct run *runs = runs_read(fold, workflows[i], &count);
        for (uint32_t j = 0; j < count; j++) {
            if (runs[j].has_ended)
                continue;
            const struct workflow_stop *stop = stopped_by(fold, &runs[j], EVENT_TYPE_UNKNOWN);
            if (stop != NULL)
                stop_waiting(fold, &runs[j], stop, depth + 1);
        }
    }
}

// A run that is woken late is not always taken on; true where something else has become of it.
static bool is_overdue(struct fold *fold, struct run *run)
{
    const struct workflow_def *workflow = run->workflow;
    int64_t late_ms = fold->tick_ms - run->due_ms;
    if (late_ms <= OVERDUE_LEAST_MS || workflow->overdue == OVERDUE_RUN)
        return false;
    if (workflow->overdue == OVERDUE_SKIP && late_ms <= workflow->overdue_ms)
        return false;
    fold->counts.runs_overdue++;
    if (workflow->overdue == OVERDUE_SKIP) {
        end_waiting(fold, run, &(struct run_ending){RUN_STOPPED, NULL, "overdue"}, 1);
        return true;
    }
    struct bytes id = action_run_text(fold, workflow, run->number); // of the contact, too
    uint64_t where = hash_mix(hash_u64(id, OVERDUE_SEED)) >> 32;
    run->due_ms = fold->tick_ms + 1 + (int64_t)(where % (uint64_t)workflow->overdue_ms);
    (void)run_write(fold, run);
    return true;
}

static void wake(struct fold *fold, struct run *run)
{
    if (run->mark == RUN_CANCELLED) {
        end_waiting(fold, run, &(struct run_ending){RUN_STOPPED, NULL, "edited"}, 1);
        return;
    }
    if (run->mark == RUN_BEGINS) {
        run->mark = RUN_UNMARKED;
        derive_run(fold, BUILTIN_RUN_STARTED, run, NULL, 1);
    } else if (
        run->mark == RUN_ASKS) { // whether it is late is another question, once it is planned
        run->mark = RUN_UNMARKED;
        run->waits_for_door = true;
    } else if (run->at != STEP_NONE && is_overdue(fold, run)) {
        return;
    }
    if (run->at == STEP_NONE) { // the rules have no such step any more
        end_waiting(fold, run, &(struct run_ending){RUN_FAILED, NULL, ""}, 1);
        return;
    }
    const struct workflow_step *step = &run->workflow->steps[run->at];
    uint32_t at = step->next;
    if (run->waits_for_door)
        at = run->at; // which may be a wait, where it was moved to one
    else if (step->kind == STEP_WAIT && step->wait.kind == WAIT_EVENT)
        at = step->else_at;
    trace_run(fold, &(struct trace_run){.kind = TRACE_RUN_GOES_ON, .run = run, .is_timed = true});
    resume(fold, run, at, 1);
}

void runs_wake(struct fold *fold)
{
    uint32_t workflow_count = 0;
    const struct workflow_def **workflows =
        runs_kept_workflows(fold, fold->now_ms, &workflow_count);
    for (uint32_t i = 0; i < workflow_count; i++) {
        uint32_t count = 0;
        struct run *runs = runs_read(fold, workflows[i], &count);
        for (uint32_t j = 0; j < count; j++) {
            if (!runs[j].has_ended && runs[j].due_ms <= fold->now_ms)
                wake(fold, &runs[j]);
        }
    }
}
