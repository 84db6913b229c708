// Emitting actions, and what holds them back.
#include "engine/base/time.h"
#include "engine/fold/action.h"
#include "engine/fold/fold.h"
#include "projections/contacts.h"

// Consent is opt-out: an action is held back where consent for its channel was denied or revoked, or
// where the contact must not be disturbed there. Why, or NULL.
static const char *held_back(struct fold *fold, uint32_t action)
{
    struct name_id channel = fold->binding.channels[action];
    if (channel.value == 0)
        return NULL;
    enum consent consent = contact_consent(fold->state, fold->contact, channel);
    if (consent == CONSENT_DENIED || consent == CONSENT_REVOKED) {
        fold->counts.actions_held_consent++;
        return "consent";
    }
    if (contact_dnd(fold->state, fold->contact, channel) == DND_ON ||
        contact_dnd(fold->state, fold->contact, fold->binding.channel_all) == DND_ON) {
        fold->counts.actions_held_dnd++;
        return "dnd";
    }
    return NULL;
}

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

// NULL, and the action's id, or why it is held back.
static const char *emit_action(
    struct fold *fold, const struct action_step *step, uint32_t depth, struct hash128 *id_out)
{
    const char *held = held_back(fold, step->step->action);
    if (held != NULL)
        return held;
    if (fold->actions >= fold->settings.actions_per_event_max) {
        fold->counts.actions_held_limit++;
        return "limit";
    }
    struct fold_action action;
    if (!action_render(fold, step, &action)) {
        fold->counts.actions_held_missing++;
        return "missing";
    }
    uint64_t bytes = fold->action_bytes + action.topic.len + action.key.len + action.json.len;
    if (bytes > fold->action_bytes_max) {
        fold->counts.actions_held_limit++;
        return "limit";
    }
    fold->action_bytes = bytes;
    fold->actions++;
    fold->counts.actions_decided++;
    if (fold->emit != NULL)
        fold->emit(fold->emit_context, &action);
    derive_emitted(fold, step, action.id, depth);
    *id_out = action.id;
    return NULL;
}

void fold_emit_action(struct fold *fold, const struct action_step *step, uint32_t depth)
{
    struct hash128 id = {0};
    const char *held = emit_action(fold, step, depth, &id);
    trace_action(fold, step, held, id);
}
