// Folding a batch of decoded inputs: hash them all, fetch what they touch, then fold one by one.
#include "engine/fold/shard_internal.h"
#include "projections/dedup.h"

void batch_prepare(struct shard *shard, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct batch_input *input = &shard->batch[i];
        if (input->kind != FRAME_INPUT_EVENT)
            continue;
        input->has_dedup_key = input->event.id.len > 0;
        if (input->has_dedup_key) {
            input->dedup_key = dedup_key(shard->state, input->event.source, input->event.id);
            dedup_prefetch(shard->state, input->dedup_key);
        }
        input->identity = fold_identity_key(&shard->fold, &input->event.identifiers[0]);
        identity_prefetch(shard->state, &input->identity);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (shard->batch[i].kind == FRAME_INPUT_EVENT)
            identity_prefetch_record(shard->state, &shard->batch[i].identity);
    }
}

// With the event clock the tick follows each event that is folded, and never a duplicate: those are
// not in the journal and a replay cannot see their time.
static void advance_tick(struct fold *fold, const struct event *event)
{
    if (fold->settings.tick_mode == TICK_EVENT && event->time_ms != EVENT_TIME_NONE &&
        event->time_ms > fold->tick_ms)
        fold->tick_ms = event->time_ms;
}

void batch_fold(struct shard *shard, uint32_t count)
{
    struct fold *fold = &shard->fold;
    for (uint32_t i = 0; i < count; i++) {
        struct batch_input *input = &shard->batch[i];
        if (input->kind != FRAME_INPUT_EVENT)
            continue;
        if (!input->has_dedup_key)
            shard->counts.events_without_id++;
        else if (!dedup_add(shard->state, input->dedup_key, fold->tick_ms)) {
            input->kind = FRAME_INPUT_DUPLICATE;
            continue;
        }
        advance_tick(fold, &input->event);
        fold_event(
            fold, &input->event, &input->identity,
            event_ref_of(shard->frame_sequence, input->index));
    }
    state_settle(shard->state);
}
