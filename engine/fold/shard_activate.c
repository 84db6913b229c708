// Putting rules and settings in force, by a frame of their own.
#include <stdlib.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/activation.h"
#include "engine/fold/history.h"
#include "engine/fold/query_workflows.h"
#include "engine/fold/shard_internal.h"
#include "engine/fold/zone_change.h"
#include "projections/contacts.h"

static struct fold_settings settings_wanted(const struct shard *shard)
{
    const struct shard_params *params = &shard->params;
    struct fold_settings settings = {
        .tick_mode = params->tick_mode,
        .state =
            {.dedup_window_ms = params->state.dedup_window_ms,
             .dedup_events_max = params->state.dedup_events_max,
             .ledger_entries_max = params->state.ledger_entries_max,
             .limit_keys_max = params->state.limit_keys_max},
        .actions_per_event_max = params->actions_per_event_max,
        .derived_depth_max = params->derived_depth_max,
        .counter_entries_max = params->counter_entries_max == 0 ? COUNTER_ENTRIES_DEFAULT
                                                                : params->counter_entries_max,
    };
    if (params->zone != NULL)
        fold_settings_set_zone(&settings, bytes_text(params->zone));
    return settings;
}

bool activation_needs_history(const struct shard *shard, const struct ruleset *ruleset)
{
    return shard->ruleset != NULL && contacts_count(shard->state) > 0 &&
           ruleset_history_hash(shard->ruleset) != ruleset_history_hash(ruleset);
}

struct activation {
    struct ruleset *ruleset; // NULL: that in force stays
    struct pinning pinning;  // the refusals
    struct history *history; // NULL: none is needed
    uint64_t followed;
};

// ---- what runs in flight go on with

static bool is_live(void *context, struct bytes workflow, uint64_t version)
{
    const struct run_places *places = context;
    for (size_t i = 0; i < places->count; i++) {
        if (places->items[i].version == version && bytes_equal(places->items[i].workflow, workflow))
            return true;
    }
    return false;
}

static bool pins_any(const struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset_workflow_count(ruleset); i++) {
        if (ruleset_workflow(ruleset, i)->edit == EDIT_PIN)
            return true;
    }
    return false;
}

// In place of the new rules come the same with what they pin. Runs that begin until then are of the version that is in
// force, which is pinned in any case.
static void pin_versions(struct activation *activation, struct shard *shard)
{
    struct run_places places = {.count = 0};
    if (shard->ruleset == NULL || !pins_any(activation->ruleset))
        return;
    run_places_find(shard, &places);
    const struct pin_question question = {
        .next = activation->ruleset,
        .before = shard->ruleset,
        .bytes_max = shard->params.frame_bytes_max - shard->params.frame_bytes_max / 4,
        .is_live = is_live,
        .context = &places,
    };
    pins_find(&question, &activation->pinning);
    if (activation->pinning.ruleset != NULL) {
        ruleset_destroy(activation->ruleset);
        activation->ruleset = activation->pinning.ruleset;
    }
    run_places_free(&places);
}

// ---- beside the shard

static enum err begin_history(
    struct activation *activation, const struct shard *shard, struct fault *fault)
{
    activation->followed = 0;
    enum err err = history_begin(shard, activation->ruleset, &activation->history, fault);
    if (err == ERR_OK)
        history_ask_system(activation->history, shard);
    return err;
}

enum err activation_begin(
    struct shard *shard, struct ruleset *ruleset, struct activation **out, struct fault *fault)
{
    struct fold_settings wanted = settings_wanted(shard);
    bool is_same_settings =
        shard->has_settings && fold_settings_equal(&wanted, &shard->fold.settings);
    bool is_same_ruleset =
        shard->ruleset != NULL && ruleset_hash(shard->ruleset) == ruleset_hash(ruleset);
    if (is_same_ruleset) {
        ruleset_destroy(ruleset);
        ruleset = NULL;
    }
    *out = NULL;
    if (is_same_settings && is_same_ruleset)
        return ERR_OK;
    FAILPOINT(ACTIVATE_BEFORE);
    struct activation *activation = mem_zero(1, sizeof(*activation));
    activation->ruleset = ruleset;
    enum err err = ERR_OK;
    if (!is_same_ruleset)
        pin_versions(activation, shard);
    if (!is_same_ruleset && activation_needs_history(shard, activation->ruleset))
        err = begin_history(activation, shard, fault);
    if (err != ERR_OK) {
        activation_abandon(activation);
        return err;
    }
    *out = activation;
    return ERR_OK;
}

bool activation_has_history(const struct activation *activation)
{
    return activation->history != NULL;
}

const struct pin_refusal *activation_refusals(
    const struct activation *activation, size_t *count_out)
{
    *count_out = activation->pinning.refusal_count;
    return activation->pinning.refusals;
}

uint64_t activation_sequence(const struct activation *activation)
{
    return activation->followed;
}

enum err activation_follow(struct activation *activation, uint64_t sequence, struct fault *fault)
{
    enum err err = history_follow(activation->history, sequence, fault);
    if (err == ERR_OK)
        activation->followed = sequence;
    return err;
}

void activation_abandon(struct activation *activation)
{
    if (activation == NULL)
        return;
    history_end(activation->history);
    ruleset_destroy(activation->ruleset);
    pinning_free(&activation->pinning);
    free(activation);
}

// ---- in the shard's frame

static void put_settings(struct shard *shard, const struct fold_settings *wanted)
{
    struct buffer payload = {0};
    fold_settings_pack(wanted, &payload);
    shard_add_command(shard, FRAME_COMMAND_SETTINGS, buffer_bytes(&payload));
    state_set_limits(shard->state, &wanted->state);
    shard->has_settings = true;
    buffer_free(&payload);
}

static void put_ruleset(struct shard *shard, struct activation *activation)
{
    struct buffer payload = {0};
    rule_bundle_pack(ruleset_bundle(activation->ruleset), &payload);
    shard_add_command(shard, FRAME_COMMAND_RULESET, buffer_bytes(&payload));
    buffer_free(&payload);
    shard_take_ruleset(shard, activation->ruleset, shard->frame_sequence);
    activation->ruleset = NULL;
    if (activation->history != NULL) {
        shard_add_command(shard, FRAME_COMMAND_HISTORY, (struct bytes){NULL, 0});
        history_apply(activation->history, shard, shard->ruleset_before);
    }
    shard_sweep(shard);
}

static enum err begin_again(
    struct activation *activation, const struct shard *shard, struct fault *fault)
{
    history_end(activation->history);
    activation->history = NULL;
    enum err err = begin_history(activation, shard, fault);
    return err == ERR_OK
               ? fault_set(fault, ERR_AGAIN, "other time zones have come to be known meanwhile")
               : err;
}

enum err activation_end(
    struct activation *activation, struct shard *shard, int64_t wall_ms, struct fault *fault)
{
    struct fold_settings wanted = settings_wanted(shard);
    bool is_same_settings =
        shard->has_settings && fold_settings_equal(&wanted, &shard->fold.settings);
    uint64_t sequence = 0;
    if (activation->history != NULL) {
        INVARIANT(activation->followed == shard->sequence);
        if (!history_agrees(activation->history, shard))
            return begin_again(activation, shard, fault);
    }
    bool is_same_zone = fold_settings_same_zone(&wanted, &shard->fold.settings);
    if (!is_same_settings)
        shard->fold.settings = wanted; // the clock of this frame is already the new one
    shard_frame_open(shard, wall_ms);  // fires nothing
    if (activation->history != NULL)
        history_take_zones(activation->history, shard);
    if (!is_same_settings)
        put_settings(shard, &wanted);
    if (!is_same_zone)
        zone_change_account(&shard->fold);
    if (activation->ruleset != NULL)
        put_ruleset(shard, activation);
    activation_abandon(activation); // nothing of it is left to be done
    shard_forget_ruleset_before(shard);
    FAILPOINT(ACTIVATE_FOLDED);
    enum err err = shard_frame_end(shard, &sequence, fault);
    FAILPOINT(ACTIVATE_APPENDED);
    // Zones that have changed come afterwards: what is folded again for new rules is read from the journal, where frames
    // made here cannot be read yet.
    return err == ERR_OK ? shard_zones_renew(shard, wall_ms, fault) : err;
}

enum err activation_renew_zones(struct shard *shard, int64_t wall_ms, struct fault *fault)
{
    return shard_zones_renew(shard, wall_ms, fault);
}

// ---- all at once

// The last frames may be in the journal's memory only: they are written before it is read, which finds nothing to do
// where they are durable already.
static enum err write_all(struct shard *shard, struct fault *fault)
{
    uint64_t durable = journal_sequence_durable(shard->journal);
    return durable < shard->sequence ? journal_sync(shard->journal, &durable, fault) : ERR_OK;
}

enum err shard_activate(
    struct shard *shard, struct ruleset *ruleset, int64_t wall_ms, struct fault *fault)
{
    struct activation *activation = NULL;
    enum err err = activation_needs_history(shard, ruleset) ? write_all(shard, fault) : ERR_OK;
    if (err != ERR_OK) {
        ruleset_destroy(ruleset);
        return err;
    }
    err = activation_begin(shard, ruleset, &activation, fault);
    if (err == ERR_OK && activation == NULL)
        return shard_zones_renew(shard, wall_ms, fault);
    if (err == ERR_OK && activation_has_history(activation))
        err = activation_follow(activation, shard->sequence, fault);
    if (err != ERR_OK) {
        activation_abandon(activation);
        return err;
    }
    return activation_end(activation, shard, wall_ms, fault);
}
