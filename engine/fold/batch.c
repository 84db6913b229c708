// Folding a batch of decoded inputs. What an event touches is fetched some events before it is folded:
// first its lines of the tables, then, through them, its contact's record.
#include "engine/fold/prefetch.h"
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
        fold_prefetch(&shard->fold, identity_prefetch_record(shard->state, &input->identity));
}

// The tick that an event is folded at, when it is no duplicate.
static int64_t tick_of(const struct fold *fold, const struct event *event)
{
    bool moves_tick = fold->settings.tick_mode == TICK_EVENT && event->time_ms != EVENT_TIME_NONE &&
                      event->time_ms > fold->tick_ms;
    return moves_tick ? event->time_ms : fold->tick_ms;
}

enum admission { ADMISSION_EVENT, ADMISSION_DUPLICATE, ADMISSION_LATER };

// Whether the event was seen within the window; else it is remembered from now on, after the timers that come
// before it have fired. Later: they have left the frame no room for it.
//
// With the event clock the tick, and with it the timers, follow each event that is folded, and never a duplicate:
// those are not in the journal and a replay cannot see their time. So the window ends at the tick before the
// event when it is looked for, and begins at its own when it is remembered.
static enum admission admit(struct shard *shard, const struct batch_input *input)
{
    struct fold *fold = &shard->fold;
    bool has_key = input->has_dedup_key;
    int64_t tick_ms = tick_of(fold, &input->event);
    if (has_key && tick_ms > fold->tick_ms &&
        dedup_has(shard->state, input->dedup_key, fold->tick_ms))
        return ADMISSION_DUPLICATE;
    if (shard_timers_are_due(shard, tick_ms) && !shard_timers_fire(shard, tick_ms))
        return ADMISSION_LATER;
    fold->tick_ms = tick_ms;
    shard->counts.events_without_id += has_key ? 0 : 1;
    if (has_key && !dedup_add(shard->state, input->dedup_key, tick_ms))
        return ADMISSION_DUPLICATE;
    return ADMISSION_EVENT;
}

// False: there is no room for it.
static bool fold_input(struct shard *shard, struct batch_input *input)
{
    if (input->kind != FRAME_INPUT_EVENT)
        return true;
    switch (admit(shard, input)) {
    case ADMISSION_EVENT: break;
    case ADMISSION_DUPLICATE: input->kind = FRAME_INPUT_DUPLICATE; return true;
    case ADMISSION_LATER: return false;
    }
    shard_timers_note_event(shard);
    fold_event(
        &shard->fold, &input->event, &input->identity,
        event_ref_of(shard->frame_sequence, input->index));
    return true;
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
        if (!fold_input(shard, &batch[i]))
            break;
        i++;
        if (shard->fold.emit != NULL && shard_frame_is_full(shard))
            break;
    }
    state_settle(shard->state);
    return i;
}
