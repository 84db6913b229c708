// Putting rules and settings in force, by a frame of their own.
#include "engine/base/failpoint.h"
#include "engine/fold/history.h"
#include "engine/fold/shard_internal.h"
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

// What the new rules make of all frames so far. The last of them may be in the journal's memory only: they are written
// first, which finds nothing to do where the shard's frames are durable already.
static enum err fold_history(
    struct shard *shard, const struct ruleset *ruleset, struct history **out, struct fault *fault)
{
    struct history *history = NULL;
    uint64_t durable = journal_sequence_durable(shard->journal);
    enum err err = ERR_OK;
    if (durable < shard->sequence)
        err = journal_sync(shard->journal, &durable, fault);
    if (err == ERR_OK)
        err = history_begin(shard, ruleset, &history, fault);
    if (err == ERR_OK) {
        history_ask_system(history, shard);
        err = history_follow(history, shard->sequence, fault);
    }
    if (err == ERR_OK)
        *out = history;
    else
        history_end(history);
    return err;
}

// Whether events that came before would have made other numbers of the contacts under the new rules.
static bool needs_history(const struct shard *shard, const struct ruleset *ruleset)
{
    return shard->ruleset != NULL && contacts_count(shard->state) > 0 &&
           ruleset_history_hash(shard->ruleset) != ruleset_history_hash(ruleset);
}

static enum err put_in_force(
    struct shard *shard,
    struct ruleset *ruleset,
    const struct rule_bundle *bundle,
    int64_t wall_ms,
    struct fault *fault)
{
    enum err err = ERR_OK;
    struct fold_settings wanted = settings_wanted(shard);
    bool is_same_settings =
        shard->has_settings && fold_settings_equal(&wanted, &shard->fold.settings);
    bool is_same_ruleset =
        shard->ruleset != NULL && ruleset_hash(shard->ruleset) == ruleset_hash(ruleset);
    if (is_same_settings && is_same_ruleset) {
        ruleset_destroy(ruleset);
        return ERR_OK;
    }
    FAILPOINT(ACTIVATE_BEFORE);
    struct history *history = NULL;
    if (!is_same_ruleset && needs_history(shard, ruleset)) {
        err = fold_history(shard, ruleset, &history, fault);
        if (err != ERR_OK) {
            ruleset_destroy(ruleset);
            return err;
        }
    }
    struct buffer payload = {0};
    uint64_t sequence = 0;
    if (!is_same_settings)
        shard->fold.settings = wanted; // the clock of this frame is already the new one
    shard_frame_open(shard, wall_ms);  // fires nothing
    if (history != NULL)
        history_take_zones(history, shard);
    if (!is_same_settings) {
        fold_settings_pack(&wanted, &payload);
        shard_add_command(shard, FRAME_COMMAND_SETTINGS, buffer_bytes(&payload));
        state_set_limits(shard->state, &wanted.state);
        shard->has_settings = true;
    }
    if (is_same_ruleset) {
        ruleset_destroy(ruleset);
    } else {
        buffer_clear(&payload);
        rule_bundle_pack(bundle, &payload);
        shard_add_command(shard, FRAME_COMMAND_RULESET, buffer_bytes(&payload));
        shard_take_ruleset(shard, ruleset, shard->frame_sequence);
        if (history != NULL) {
            shard_add_command(shard, FRAME_COMMAND_HISTORY, (struct bytes){NULL, 0});
            history_apply(history, shard, shard->ruleset_before);
        }
    }
    buffer_free(&payload);
    history_end(history);
    shard_forget_ruleset_before(shard);
    FAILPOINT(ACTIVATE_FOLDED);
    err = shard_frame_end(shard, &sequence, fault);
    FAILPOINT(ACTIVATE_APPENDED);
    return err;
}

// Zones that have changed come afterwards: what is folded again for new rules is read from the journal, where frames made
// here cannot be read yet.
enum err shard_activate(
    struct shard *shard,
    struct ruleset *ruleset,
    const struct rule_bundle *bundle,
    int64_t wall_ms,
    struct fault *fault)
{
    enum err err = put_in_force(shard, ruleset, bundle, wall_ms, fault);
    return err == ERR_OK ? shard_zones_renew(shard, wall_ms, fault) : err;
}
