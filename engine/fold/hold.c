#include "engine/fold/hold.h"

#include "engine/base/invariant.h"
#include "engine/fold/action.h"
#include "engine/fold/calendar.h"
#include "engine/fold/fold.h"
#include "engine/fold/fold_zone.h"
#include "engine/fold/sent.h"
#include "projections/contacts.h"
#include "projections/timers.h"

const char *hold_reason_text(enum hold_reason reason)
{
    static const char *const texts[HOLD_REASON_COUNT] = {
        [HOLD_NONE] = "",           [HOLD_CONSENT] = "consent",
        [HOLD_DND] = "dnd",         [HOLD_QUIET] = "quiet",
        [HOLD_LIMIT] = "limit",     [HOLD_CHANNEL_LIMIT] = "channel_limit",
        [HOLD_MISSING] = "missing", [HOLD_EVENT_LIMIT] = "event_limit",
    };
    INVARIANT(reason < HOLD_REASON_COUNT);
    return texts[reason];
}

static const struct channel_def *channel_of(struct fold *fold, const struct action_def *action)
{
    return action->channel_at == ACTION_NO_CHANNEL
               ? NULL
               : ruleset_channel(fold->ruleset, action->channel_at);
}

// --- what the contact wants: consent is opt-out
static enum hold_reason refused(struct fold *fold, struct name_id channel)
{
    if (channel.value == 0)
        return HOLD_NONE;
    enum consent consent = contact_consent(fold->state, fold->contact, channel);
    if (consent == CONSENT_DENIED || consent == CONSENT_REVOKED)
        return HOLD_CONSENT;
    bool is_dnd = contact_dnd(fold->state, fold->contact, channel) == DND_ON ||
                  contact_dnd(fold->state, fold->contact, fold->binding.channel_all) == DND_ON;
    return is_dnd ? HOLD_DND : HOLD_NONE;
}

// --- quiet hours
static int64_t quiet_end_ms(struct fold *fold, const struct workflow_window *quiet)
{
    const struct calendar_window window = {quiet->days, quiet->start_minute, quiet->stop_minute};
    return calendar_window_end(fold_zone(fold, &quiet->zone), fold->now_ms, &window);
}

// --- limits
// Of the value of `per`; 0 without one.
static uint64_t key_of(
    struct fold *fold, const struct action_step *step, const struct action_limit *limit)
{
    if (limit->per == LIMIT_PER_NONE)
        return 0;
    const struct action_def *action = ruleset_action(fold->ruleset, step->step->action);
    struct buffer *text = &fold->json;
    buffer_clear(text);
    buffer_add_sized(text, action->params[limit->per].name);
    action_add_param(fold, step, limit->per, text);
    return hash_u64(buffer_bytes(text), 0) | 1; // never 0
}

static struct hold limited(enum hold_reason reason, enum action_over over, int64_t until_ms)
{
    return (struct hold){reason, over == OVER_DELAY ? until_ms : TIMER_NONE};
}

struct hold hold_find(struct fold *fold, const struct action_step *step)
{
    const struct hold none = {HOLD_NONE, TIMER_NONE};
    uint32_t index = step->step->action;
    const struct action_def *action = ruleset_action(fold->ruleset, index);
    const struct channel_def *channel = channel_of(fold, action);
    if (step->step->recipient != RECIPIENT_CONTACT)
        return none;
    enum hold_reason reason = refused(fold, fold->binding.channels[index]);
    if (reason != HOLD_NONE)
        return (struct hold){reason, TIMER_NONE};
    if (channel != NULL && channel->has_quiet) {
        int64_t end_ms = quiet_end_ms(fold, &channel->quiet);
        if (end_ms > fold->now_ms)
            return limited(HOLD_QUIET, channel->quiet_over, end_ms);
    }
    if (channel != NULL && channel->limit.times > 0) {
        const struct sent_limit under = {
            fold->binding.channels[index], &channel->limit, 0, NAME_CHANNEL};
        int64_t room_ms = sent_room_ms(fold, &under);
        if (room_ms > fold->now_ms)
            return limited(HOLD_CHANNEL_LIMIT, channel->limit.over, room_ms);
    }
    if (action->limit.times > 0) {
        const struct sent_limit under = {
            fold->binding.actions[index], &action->limit, key_of(fold, step, &action->limit),
            NAME_ACTION};
        int64_t room_ms = sent_room_ms(fold, &under);
        if (room_ms > fold->now_ms)
            return limited(HOLD_LIMIT, action->limit.over, room_ms);
    }
    return none;
}

void hold_note_emitted(struct fold *fold, const struct action_step *step)
{
    uint32_t index = step->step->action;
    const struct action_def *action = ruleset_action(fold->ruleset, index);
    const struct channel_def *channel = channel_of(fold, action);
    if (step->step->recipient != RECIPIENT_CONTACT)
        return;
    if (channel != NULL && channel->limit.times > 0)
        sent_note(
            fold,
            &(struct sent_limit){fold->binding.channels[index], &channel->limit, 0, NAME_CHANNEL});
    if (action->limit.times > 0)
        sent_note(
            fold, &(struct sent_limit){
                      fold->binding.actions[index], &action->limit,
                      key_of(fold, step, &action->limit), NAME_ACTION});
}
