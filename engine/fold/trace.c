#include "engine/fold/trace.h"

#include "engine/fold/fold.h"
#include "engine/fold/hold.h"
#include "projections/contacts.h"
#include "projections/timers.h"

static void tell(const struct fold *fold, const struct trace_point *point)
{
    fold->trace.tell(fold->trace.context, point);
}

void trace_begin(struct fold *fold)
{
    struct trace *trace = &fold->trace;
    trace->is_on = trace->tell != NULL &&
                   (trace->contact.value != 0 ? trace->contact.value == fold->contact.value
                                              : trace->of.packed == fold->ref.packed);
    if (trace->is_on)
        tell(fold, &(struct trace_point){.step = TRACE_BEGIN});
}

void trace_end(struct fold *fold)
{
    if (fold->trace.is_on)
        tell(fold, &(struct trace_point){.step = TRACE_END});
    fold->trace.is_on = false;
}

void trace_event(const struct fold *fold, event_type type, struct value data, uint32_t depth)
{
    if (fold->trace.is_on)
        tell(
            fold,
            &(struct trace_point){.step = TRACE_EVENT, .type = type, .depth = depth, .data = data});
}

void trace_counted(const struct fold *fold)
{
    if (fold->trace.is_on)
        tell(fold, &(struct trace_point){.step = TRACE_COUNTED});
}

void trace_object(const struct fold *fold, const struct object_told *told)
{
    if (fold->trace.is_on)
        tell(fold, &(struct trace_point){.step = TRACE_OBJECT, .object = told});
}

void trace_counter(
    const struct fold *fold,
    const struct counter_def *counter,
    const struct rule_expression *not_true)
{
    if (fold->trace.is_on)
        tell(
            fold, &(struct trace_point){
                      .step = TRACE_COUNTER,
                      .outcome = not_true == NULL ? TRACE_MATCHED : TRACE_NOT_TRUE,
                      .counter = counter,
                      .expression = not_true,
                  });
}

void trace_rule(
    const struct fold *fold,
    const struct score_rule *rule,
    const struct rule_expression *not_true,
    const struct ledger_entry *entry)
{
    if (!fold->trace.is_on)
        return;
    struct trace_point point = {
        .step = TRACE_RULE,
        .outcome = not_true != NULL ? TRACE_NOT_TRUE : TRACE_LIMITED,
        .rule = rule,
        .expression = not_true,
        .entry = entry,
    };
    if (entry != NULL)
        point.outcome = TRACE_MATCHED;
    tell(fold, &point);
}

void trace_workflow_not_true(
    const struct fold *fold,
    const struct workflow_def *workflow,
    const struct rule_expression *not_true)
{
    if (fold->trace.is_on)
        tell(
            fold, &(struct trace_point){
                      .step = TRACE_WORKFLOW,
                      .outcome = TRACE_NOT_TRUE,
                      .workflow = workflow,
                      .expression = not_true,
                  });
}

void trace_workflow(
    const struct fold *fold,
    const struct workflow_def *workflow,
    uint32_t occurrence,
    const struct run *before)
{
    if (fold->trace.is_on)
        tell(
            fold, &(struct trace_point){
                      .step = TRACE_WORKFLOW,
                      .outcome = occurrence > 0 ? TRACE_MATCHED : TRACE_LIMITED,
                      .workflow = workflow,
                      .occurrence = occurrence,
                      .run = before,
                  });
}

void trace_run(const struct fold *fold, const struct trace_run *of)
{
    if (fold->trace.is_on)
        tell(fold, &(struct trace_point){.step = TRACE_RUN, .of_run = of});
}

void trace_step(const struct fold *fold, const struct run *run, const struct step_outcome *done)
{
    if (fold->trace.is_on)
        tell(fold, &(struct trace_point){.step = TRACE_STEP, .run = run, .done = done});
}

void trace_state(const struct fold *fold, const struct score_rule *rule, enum trace_move move)
{
    if (fold->trace.is_on)
        tell(fold, &(struct trace_point){.step = TRACE_STATE, .rule = rule, .move = move});
}

void trace_entry(const struct fold *fold, const struct ledger_entry *entry)
{
    if (fold->trace.is_on)
        tell(fold, &(struct trace_point){.step = TRACE_ENTRY, .entry = entry});
}

void trace_segment(const struct fold *fold, const struct segment_def *segment, enum trace_move move)
{
    if (fold->trace.is_on)
        tell(fold, &(struct trace_point){.step = TRACE_SEGMENT, .segment = segment, .move = move});
}

void trace_action(
    const struct fold *fold, const struct action_step *action, const char *held, struct hash128 id)
{
    if (fold->trace.is_on)
        tell(
            fold,
            &(struct trace_point){.step = TRACE_ACTION, .action = action, .held = held, .id = id});
}

void trace_action_held(
    const struct fold *fold, const struct action_step *action, const struct hold *hold)
{
    if (fold->trace.is_on)
        tell(
            fold, &(struct trace_point){
                      .step = TRACE_ACTION,
                      .action = action,
                      .held = hold_reason_text(hold->reason),
                      .until_ms = hold->until_ms == TIMER_NONE ? 0 : hold->until_ms,
                  });
}

void trace_rules(struct fold *fold, enum trace_step step)
{
    uint64_t contact = fold->trace.contact.value;
    if (fold->trace.tell == NULL || contact == 0 || contacts_count(fold->state) < contact)
        return;
    fold->contact = fold->trace.contact;
    fold->now_ms = fold->tick_ms;
    tell(fold, &(struct trace_point){.step = step});
}

void trace_dropped(struct fold *fold, uint64_t first, uint64_t last)
{
    if (fold->trace.tell == NULL || fold->trace.contact.value == 0)
        return;
    fold->now_ms = fold->tick_ms;
    tell(fold, &(struct trace_point){.step = TRACE_DROPPED, .first = first, .last = last});
}
