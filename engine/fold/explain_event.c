#include "engine/fold/explain_event.h"

#include <inttypes.h>

#include "engine/fold/event_story.h"
#include "engine/fold/shard_internal.h"

enum { PROGRESS_FRAMES = 64 };

static enum err fold_frame(
    struct shard *shard,
    struct frame_reader *frame,
    struct event_ref ref,
    struct event_story *story,
    struct fault *fault)
{
    if (frame->head.sequence == event_ref_sequence(ref))
        shard->fold.trace = event_story_trace(story, ref);
    enum err err = replay_frame(shard, frame, fault);
    outbox_free(&shard->outbox); // nothing is published from here
    return err;
}

static enum err fold_up_to(
    struct shard *shard,
    struct shard_progress progress,
    struct event_ref ref,
    struct event_story *story,
    struct fault *fault)
{
    struct journal_reader *reader = NULL;
    struct frame_reader frame;
    struct bytes bytes;
    uint64_t frames = 0, events = 0, last = event_ref_sequence(ref);
    enum err err =
        journal_reader_open(shard->params.disk, shard->journal_directory, 0, &reader, fault);
    while (err == ERR_OK && shard->sequence < last) {
        err = journal_reader_next(reader, &bytes, &frame, fault);
        if (err != ERR_OK)
            break;
        events += frame.head.counts.events;
        err = fold_frame(shard, &frame, ref, story, fault);
        if (err == ERR_OK && progress.report != NULL && ++frames % PROGRESS_FRAMES == 0)
            progress.report(progress.context, shard->sequence, last, events);
    }
    journal_reader_close(reader);
    return err;
}

enum err explain_event(
    const struct shard_params *params,
    struct shard_progress progress,
    const struct event_found *found,
    struct buffer *to,
    struct fault *fault)
{
    struct shard *shard = shard_create(params);
    struct event_story story = {.shard = shard, .is_dropped = found->is_dropped};
    enum err err = shard_open_memory(shard, fault);
    if (err == ERR_OK)
        err = fold_up_to(shard, progress, found->ref, &story, fault);
    if (err == ERR_END || (err == ERR_OK && !event_story_is_told(&story)))
        err = fault_set(
            fault, ERR_MISSING, "there is no event %" PRIu32 " in the frame %" PRIu64,
            event_ref_index(found->ref), event_ref_sequence(found->ref));
    if (err == ERR_OK)
        event_story_add(&story, to);
    event_story_free(&story);
    shard_close(shard);
    return err == ERR_OK ? ERR_OK : fault_wrap(fault, err, "shard %u", params->shard);
}
