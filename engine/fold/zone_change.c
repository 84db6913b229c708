#include "engine/fold/zone_change.h"

#include "engine/base/local_time.h"
#include "engine/fold/fold.h"
#include "engine/fold/run_replan.h"
#include "projections/contact_ask.h"
#include "projections/contacts.h"
#include "projections/timers.h"
#include "rules/waits.h"

struct zone_change {
    struct fold *fold;
    bool is_account; // its zone is another one
    bool is_all;     // whatever zone a contact is in
};

static bool has_changed(const struct fold *fold, struct bytes name)
{
    const struct known_zone *known = zones_find(&fold->zones, name);
    return known != NULL && known->sequence == fold->sequence;
}

static bool account_has_changed(const struct zone_change *change)
{
    const struct fold_settings *settings = &change->fold->settings;
    return change->is_account ||
           has_changed(change->fold, bytes_of(settings->zone, settings->zone_bytes));
}

// A zone that rules name, or the account's.
static bool choice_has_changed(const struct zone_change *change, const struct zone_choice *choice)
{
    switch (choice->of) {
    case ZONE_OF_CONTACT: return false;
    case ZONE_OF_ACCOUNT: return account_has_changed(change);
    case ZONE_NAMED: break;
    }
    return has_changed(change->fold, choice->name);
}

static bool workflow_has_changed(
    const struct zone_change *change, const struct workflow_def *workflow)
{
    if ((workflow->has_window && choice_has_changed(change, &workflow->window.zone)) ||
        (workflow->trigger != TRIGGER_EVENT && choice_has_changed(change, &workflow->time.zone)))
        return true;
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        const struct workflow_step *step = &workflow->steps[i];
        if (step->kind == STEP_WAIT && step->wait.kind == WAIT_WINDOW &&
            choice_has_changed(change, &step->wait.window.zone))
            return true;
    }
    return false;
}

// Whether the rules go by one of the zones for every contact. Which zones expressions name is not known: any of them.
static bool is_for_all(const struct zone_change *change)
{
    const struct ruleset *ruleset = change->fold->ruleset;
    if (!change->is_account && ruleset_is_by_zones(ruleset))
        return true;
    size_t workflows = ruleset_version_count(ruleset);
    for (size_t i = 0; i < workflows; i++) {
        if (workflow_has_changed(change, ruleset_workflow(ruleset, i)))
            return true;
    }
    for (size_t i = 0; i < ruleset_channel_count(ruleset); i++) {
        const struct channel_def *channel = ruleset_channel(ruleset, i);
        if (channel->has_quiet && choice_has_changed(change, &channel->quiet.zone))
            return true;
    }
    return false;
}

// One whose own zone is none goes by the account's.
static bool contact_has_changed(const struct zone_change *change)
{
    struct fold *fold = change->fold;
    struct bytes own = contact_zone(fold->state, fold->contact);
    int32_t ahead_s = 0;
    if (own.len == 0)
        return account_has_changed(change);
    if (has_changed(fold, own))
        return true;
    bool is_one = local_zone_parse(own, &ahead_s) || zones_find(&fold->zones, own) != NULL;
    return !is_one && account_has_changed(change);
}

static void mark_contact(void *context, struct contact_number contact)
{
    const struct zone_change *change = context;
    struct fold *fold = change->fold;
    fold->contact = contact;
    if (!change->is_all && !contact_has_changed(change))
        return;
    runs_plan_again(fold, &(struct replan){.why = REPLAN_ZONES});
    if (contact_due_ms(fold->state, contact) > fold->now_ms + 1)
        contact_set_due(fold->state, contact, fold->now_ms + 1);
    arena_clear(&fold->arena);
}

static void mark(struct zone_change *change)
{
    struct fold *fold = change->fold;
    bool is_timed =
        fold->ruleset != NULL && (ruleset_timed(fold->ruleset).count > 0 ||
                                  fold->binding.has_waits || ruleset_is_by_zones(fold->ruleset));
    if (fold->is_history || !is_timed)
        return;
    change->is_all = is_for_all(change);
    fold->now_ms = fold->tick_ms;
    contacts_each(fold->state, mark_contact, change);
    fold->live.is_plan_due = false; // its timer does that
}

void zone_change_files(struct fold *fold)
{
    mark(&(struct zone_change){.fold = fold});
}

void zone_change_account(struct fold *fold)
{
    mark(&(struct zone_change){.fold = fold, .is_account = true});
}
