#include "engine/fold/run_story.h"

#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/fold/action.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/event_why.h"
#include "engine/fold/fold.h"
#include "engine/fold/step_text.h"
#include "rules/event_set.h"

static void add_member(struct buffer *to, const char *key, struct bytes text)
{
    buffer_add_format(to, ",\"%s\":", key);
    text_add_json(to, text);
}

static void add_does(struct fold *fold, const struct workflow_step *step, struct buffer *to)
{
    struct buffer does = {0};
    step_text_add(&does, fold->ruleset, step);
    add_member(to, "does", buffer_bytes(&does));
    buffer_free(&does);
}

static void add_why(struct fold *fold, const struct rule_expression *condition, struct buffer *to)
{
    if (condition == NULL)
        return;
    buffer_add_text(to, ",\"why\":");
    why_add_condition(fold, condition, to);
}

static const struct workflow_step *step_at(const struct run *run)
{
    return run->at == STEP_NONE || run->at >= run->workflow->step_count
               ? NULL
               : &run->workflow->steps[run->at];
}

void run_story_add_version(const struct workflow_def *pinned, struct buffer *to)
{
    buffer_add_format(to, ",\"version\":\"%016" PRIx64 "\"", pinned->hash);
    add_member(to, "file", bytes_text(pinned->place.file));
    buffer_add_format(to, ",\"line\":%" PRIu32, pinned->place.line);
}

void run_story_add_run(
    struct fold *fold, const struct workflow_def *workflow, uint32_t number, struct buffer *to)
{
    buffer_add_text(to, "\"workflow\":");
    text_add_json(to, workflow->name);
    add_member(to, "run", action_run_text(fold, workflow, number));
    if (workflow->is_pinned)
        run_story_add_version(workflow, to);
}

// --- states
static void add_waiting(struct fold *fold, const struct run *run, struct buffer *to)
{
    const struct workflow_step *step = step_at(run);
    if (step != NULL)
        add_does(fold, step, to);
    if (run->waits_for_door)
        buffer_add_text(to, ",\"for\":\"window\"");
    if (run->due_ms != TIMER_NONE) {
        buffer_add_text(to, ",\"until\":");
        json_add_time(to, run->due_ms);
    }
}

// Of several it is the one in hand.
static const struct event_type_def *stopped_by(
    const struct fold *fold, const struct workflow_stop *stop)
{
    return stop->on < EVENT_SET_FIRST ? catalog_type(ruleset_catalog(fold->ruleset), stop->on)
                                      : fold->expressions.type;
}

static void add_stop(struct fold *fold, const struct trace_run *of, struct buffer *to)
{
    const struct workflow_step *step = step_at(of->run);
    if (of->stop != NULL && of->stop->on == EVENT_TYPE_UNKNOWN) {
        buffer_add_text(to, ",\"stop\":{\"if\":true}");
    } else if (of->stop != NULL) {
        buffer_add_text(to, ",\"stop\":{\"on\":");
        text_add_json(to, stopped_by(fold, of->stop)->name);
        buffer_add_u8(to, '}');
    } else if (of->outcome == RUN_STOPPED && step != NULL) {
        buffer_add_text(to, ",\"stop\":{\"step\":");
        text_add_json(to, step->id);
        if (step->why.len > 0)
            add_member(to, "why", step->why);
        buffer_add_u8(to, '}');
    }
    add_why(fold, of->expression, to);
}

static const char *state_of(const struct trace_run *of)
{
    static const char *const ends[] = {"done", "stopped", "failed"};
    switch (of->kind) {
    case TRACE_RUN_STAYS: return "stays";
    case TRACE_RUN_GOES_ON: return "goes_on";
    case TRACE_RUN_WAITS: return "waiting";
    case TRACE_RUN_ENDS: break;
    }
    return ends[of->outcome];
}

void run_story_add_state(struct fold *fold, const struct trace_run *of, struct buffer *to)
{
    const struct workflow_step *step = step_at(of->run);
    add_member(to, "state", bytes_text(state_of(of)));
    if (step != NULL)
        add_member(to, "step", step->id);
    switch (of->kind) {
    case TRACE_RUN_STAYS:
        add_member(to, "of", bytes_text(of->stop == NULL ? "wait" : "stop"));
        add_why(fold, of->expression, to);
        return;
    case TRACE_RUN_GOES_ON:
        add_member(to, "by", bytes_text(of->is_timed ? "time" : "event"));
        add_why(fold, of->expression, to);
        return;
    case TRACE_RUN_WAITS: add_waiting(fold, of->run, to); return;
    case TRACE_RUN_ENDS: add_stop(fold, of, to); return;
    }
}

// --- steps
static void add_branch(
    const struct workflow_step *step, const struct step_outcome *done, struct buffer *to)
{
    for (uint32_t i = 0; i < step->branch_count; i++) {
        if (step->branches[i].at == done->next) {
            add_member(to, "branch", step->branches[i].name);
            return;
        }
    }
}

static void add_next(const struct run *run, const struct step_outcome *done, struct buffer *to)
{
    if (done->kind != STEP_GOES_ON)
        return;
    if (done->next == STEP_NONE)
        buffer_add_text(to, ",\"next\":null");
    else
        add_member(to, "next", run->workflow->steps[done->next].id);
}

void run_story_add_step(
    struct fold *fold, const struct run *run, const struct step_outcome *done, struct buffer *to)
{
    const struct workflow_step *step = &run->workflow->steps[run->at];
    add_member(to, "step", step->id);
    add_does(fold, step, to);
    add_member(to, "outcome", bytes_text(done->has_failed ? "failed" : "done"));
    add_next(run, done, to);
    if (step->kind == STEP_SPLIT)
        add_branch(step, done, to);
    if (step->kind == STEP_IF && !done->has_failed)
        add_why(fold, step->condition, to);
    if (done->has_failed && fold->trace.failed != NULL) {
        buffer_add_text(to, ",\"error\":");
        why_add_failure(fold, fold->trace.failed, to);
    }
}

void run_story_add_action(struct fold *fold, const struct trace_point *point, struct buffer *to)
{
    const struct workflow_step *step = point->action->step;
    add_member(to, "step", step->id);
    add_member(to, "action", ruleset_action(fold->ruleset, step->action)->name);
    if (point->held != NULL) {
        add_member(to, "held", bytes_text(point->held));
        return;
    }
    buffer_add_text(to, ",\"id\":");
    json_add_hex128(to, point->id);
}

void run_story_add_dropped(struct buffer *to)
{
    add_member(to, "held", BYTES_LITERAL("dropped by operator"));
}

// --- what may not start
void run_story_add_limited(
    struct fold *fold,
    const struct workflow_def *workflow,
    const struct run *before,
    struct buffer *to)
{
    buffer_add_text(to, ",\"outcome\":\"limited\",\"why\":{\"key\":\"reenter\",\"part\":\"");
    switch (workflow->reenter) {
    case WORKFLOW_REENTER_NEVER: buffer_add_text(to, "never"); break;
    case WORKFLOW_REENTER_ALWAYS: buffer_add_text(to, "always"); break;
    case WORKFLOW_REENTER_AFTER_END: buffer_add_text(to, "after_end"); break;
    case WORKFLOW_REENTER_AFTER: duration_add(to, workflow->reenter_ms); break;
    }
    buffer_add_u8(to, '"');
    if (before != NULL) {
        add_member(to, "run", action_run_text(fold, workflow, before->number));
        add_member(to, "state", bytes_text(before->has_ended ? "ended" : "waiting"));
        buffer_add_text(to, ",\"since\":");
        json_add_time(to, before->started_ms);
    }
    buffer_add_u8(to, '}');
}
