// Folding a batch of decoded inputs. What an event touches is fetched some events before it is folded:
// first its lines of the tables, then, through them, its contact's record.
#include "engine/fold/shard_internal.h"
#include "projections/dedup.h"

// How far ahead, in inputs: long enough for memory to answer, short enough to still be near.
enum { AHEAD_TABLES = 24, AHEAD_RECORD = 12 };

static void hash_input(struct shard *shard, struct batch_input *input)
{
    input->has_dedup_key = input->event.id.len > 0;
    if (input->has_dedup_key)
        input->dedup_key = dedup_key(shard->state, input->event.source, input->event.id);
    input->identity = fold_identity_key(&shard->fold, &input->event.identifiers[0]);
}

static void fetch_tables(struct shard *shard, struct batch_input *input)
{
    if (input->kind != FRAME_INPUT_EVENT)
        return;
    hash_input(shard, input);
    if (input->has_dedup_key)
        dedup_prefetch(shard->state, input->dedup_key);
    identity_prefetch(shard->state, &input->identity);
}

static void fetch_record(struct shard *shard, const struct batch_input *input)
{
    if (input->kind == FRAME_INPUT_EVENT)
        identity_prefetch_record(shard->state, &input->identity);
}

static bool moves_tick(const struct fold *fold, const struct event *event)
{
    return fold->settings.tick_mode == TICK_EVENT && event->time_ms != EVENT_TIME_NONE &&
           event->time_ms > fold->tick_ms;
}

// Whether the event was seen within the window; else it is remembered from now on.
//
// With the event clock the tick follows each event that is folded, and never a duplicate: those are not
// in the journal and a replay cannot see their time. So the window ends at the tick before the event
// when it is looked for, and begins at its own when it is remembered.
static bool is_duplicate(struct shard *shard, const struct batch_input *input)
{
    struct fold *fold = &shard->fold;
    bool has_key = input->has_dedup_key;
    shard->counts.events_without_id += has_key ? 0 : 1;
    if (moves_tick(fold, &input->event)) {
        if (has_key && dedup_has(shard->state, input->dedup_key, fold->tick_ms))
            return true;
        fold->tick_ms = input->event.time_ms;
    }
    return has_key && !dedup_add(shard->state, input->dedup_key, fold->tick_ms);
}

static void fold_input(struct shard *shard, struct batch_input *input)
{
    if (input->kind != FRAME_INPUT_EVENT)
        return;
    if (is_duplicate(shard, input)) {
        input->kind = FRAME_INPUT_DUPLICATE;
        return;
    }
    fold_event(
        &shard->fold, &input->event, &input->identity,
        event_ref_of(shard->frame_sequence, input->index));
}

uint32_t batch_fold(struct shard *shard, uint32_t count)
{
    struct batch_input *batch = shard->batch;
    for (uint32_t i = 0; i < count && i < AHEAD_TABLES; i++)
        fetch_tables(shard, &batch[i]);
    for (uint32_t i = 0; i < count && i < AHEAD_RECORD; i++)
        fetch_record(shard, &batch[i]);
    uint32_t i = 0;
    while (i < count) {
        if (i + AHEAD_TABLES < count)
            fetch_tables(shard, &batch[i + AHEAD_TABLES]);
        if (i + AHEAD_RECORD < count)
            fetch_record(shard, &batch[i + AHEAD_RECORD]);
        fold_input(shard, &batch[i++]);
        if (shard->fold.emit != NULL && shard->fold.actions > 0 && shard_frame_is_full(shard))
            break;
    }
    state_settle(shard->state);
    return i;
}
