// Emitting actions, or recording what holds them back.
#include "engine/base/time.h"
#include "engine/fold/action.h"
#include "engine/fold/fold.h"
#include "engine/fold/hold.h"
#include "projections/timers.h"

static void derive_emitted(
    struct fold *fold, const struct action_step *step, struct hash128 id, uint32_t depth)
{
    if (!fold->binding.is_heard[BUILTIN_ACTION_EMITTED])
        return;
    const struct value_pair data[] = {
        {BYTES_LITERAL("action"),
         value_text(ruleset_action(fold->ruleset, step->step->action)->name)},
        {BYTES_LITERAL("id"), value_text(action_id_text(fold, id))},
        {BYTES_LITERAL("workflow"), value_text(step->workflow->name)},
        {BYTES_LITERAL("step"), value_text(step->step->id)},
    };
    fold_derive(fold, BUILTIN_ACTION_EMITTED, depth, data, 4);
}

// HOLD_NONE, and the action's id, or why it is held back.
static enum hold_reason emit_action(
    struct fold *fold, const struct action_step *step, uint32_t depth, struct hash128 *id_out)
{
    if (fold->actions >= fold->settings.actions_per_event_max)
        return HOLD_EVENT_LIMIT;
    struct fold_action action;
    if (!action_render(fold, step, &action))
        return HOLD_MISSING;
    uint64_t bytes = fold->action_bytes + action.topic.len + action.key.len + action.json.len;
    if (bytes > fold->action_bytes_max)
        return HOLD_EVENT_LIMIT;
    fold->action_bytes = bytes;
    fold->actions++;
    fold->counts.actions_decided++;
    if (fold->emit != NULL)
        fold->emit(fold->emit_context, &action);
    derive_emitted(fold, step, action.id, depth);
    hold_note_emitted(fold, step);
    *id_out = action.id;
    return HOLD_NONE;
}

static void count_held(struct fold_counts *counts, const struct hold *hold)
{
    if (hold->until_ms != TIMER_NONE) {
        counts->actions_delayed++;
        return;
    }
    switch (hold->reason) {
    case HOLD_NONE: break;
    case HOLD_CONSENT: counts->actions_held_consent++; break;
    case HOLD_DND: counts->actions_held_dnd++; break;
    case HOLD_QUIET: counts->actions_held_quiet++; break;
    case HOLD_LIMIT:
    case HOLD_CHANNEL_LIMIT: counts->actions_held_over++; break;
    case HOLD_MISSING: counts->actions_held_missing++; break;
    case HOLD_EVENT_LIMIT: counts->actions_held_limit++; break;
    case HOLD_REASON_COUNT: break;
    }
}

bool fold_emit_action(
    struct fold *fold, const struct action_step *step, uint32_t depth, int64_t *until_ms_out)
{
    struct hash128 id = {0};
    struct hold hold = hold_find(fold, step);
    if (hold.reason == HOLD_NONE)
        hold.reason = emit_action(fold, step, depth, &id);
    if (hold.reason == HOLD_NONE) {
        trace_action(fold, step, NULL, id);
        return true;
    }
    count_held(&fold->counts, &hold);
    held_count(
        &fold->held, ruleset_action(fold->ruleset, step->step->action),
        &(struct held_told){step->step->action, hold, fold->contact});
    trace_action_held(fold, step, &hold);
    *until_ms_out = hold.until_ms;
    return hold.until_ms == TIMER_NONE;
}
