#include "engine/fold/try_rules.h"

#include "engine/base/invariant.h"
#include "engine/fold/activation.h"
#include "engine/fold/history.h"
#include "engine/fold/shard_internal.h"

enum err shard_try_ruleset(
    struct shard *shard, struct ruleset *ruleset, int64_t wall_ms, struct fault *fault)
{
    struct history *history = NULL;
    enum err err = ERR_OK;
    INVARIANT(shard->journal == NULL); // what is made here must not be made durable
    if (activation_needs_history(shard, ruleset)) {
        err = history_begin(shard, ruleset, &history, fault);
        if (err == ERR_OK)
            err = history_follow(history, shard->sequence, fault);
    }
    if (err != ERR_OK) {
        history_end(history);
        ruleset_destroy(ruleset);
        return err;
    }
    struct fold *fold = &shard->fold;
    shard->frame_sequence = shard->sequence + 1;
    fold->sequence = shard->frame_sequence;
    fold->emit = NULL;
    if (fold->settings.tick_mode == TICK_WALL && wall_ms > fold->tick_ms)
        fold->tick_ms = wall_ms;
    shard_timers_begin(shard);
    state_frame_begin(shard->state, fold->tick_ms);
    shard_take_ruleset(shard, ruleset, shard->frame_sequence);
    if (history != NULL)
        history_apply(history, shard, shard->ruleset_before);
    shard_sweep(shard);
    (void)state_frame_end(shard->state);
    shard_forget_ruleset_before(shard);
    history_end(history);
    return state_error(shard->state, fault);
}
