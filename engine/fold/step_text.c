#include "engine/fold/step_text.h"

#include <inttypes.h>

#include "engine/base/text.h"
#include "rules/event_set.h"
#include "rules/expression.h"

static void add_named(struct buffer *to, const char *before, struct bytes name)
{
    buffer_add_text(to, before);
    buffer_add_bytes(to, name);
}

static void add_type(
    struct buffer *to, const char *before, const struct ruleset *ruleset, event_type type)
{
    if (type < EVENT_SET_FIRST)
        add_named(to, before, catalog_type(ruleset_catalog(ruleset), type)->name);
    else
        add_named(to, before, BYTES_LITERAL("one of several events"));
}

static void add_wait(struct buffer *to, const struct ruleset *ruleset, const struct step_wait *wait)
{
    switch (wait->kind) {
    case WAIT_TIME:
        buffer_add_text(to, "wait ");
        duration_add(to, wait->ms);
        if (wait->has_at)
            buffer_add_format(
                to, " at %02" PRIu32 ":%02" PRIu32, wait->at_minute / 60, wait->at_minute % 60);
        return;
    case WAIT_UNTIL: add_named(to, "wait until ", wait->until->text); return;
    case WAIT_WINDOW: buffer_add_text(to, "wait for the window"); return;
    case WAIT_EVENT: add_type(to, "wait for ", ruleset, wait->on); return;
    }
}

void step_text_add(
    struct buffer *to, const struct ruleset *ruleset, const struct workflow_step *step)
{
    switch (step->kind) {
    case STEP_DO: add_named(to, "do ", ruleset_action(ruleset, step->action)->name); return;
    case STEP_TAG: buffer_add_text(to, "tag"); return;
    case STEP_LIST: buffer_add_text(to, "list"); return;
    case STEP_WAIT: add_wait(to, ruleset, &step->wait); return;
    case STEP_IF: add_named(to, "if ", step->condition->text); return;
    case STEP_CHOOSE: buffer_add_text(to, "choose"); return;
    case STEP_SPLIT: buffer_add_text(to, "split"); return;
    case STEP_SET: buffer_add_text(to, "set"); return;
    case STEP_POINTS: add_named(to, "points ", ruleset_score(ruleset, step->score)->name); return;
    case STEP_EMIT: add_type(to, "emit ", ruleset, step->emits); return;
    case STEP_START: add_named(to, "start ", step->workflow); return;
    case STEP_GOTO: buffer_add_text(to, "goto"); return;
    case STEP_STOP: add_named(to, step->why.len > 0 ? "stop: " : "stop", step->why); return;
    case STEP_END: buffer_add_text(to, "end"); return;
    case STEP_ASSIGN: add_named(to, "assign to ", step->assign.team->name); return;
    }
}
