#include "engine/fold/explain_contact.h"

#include "engine/fold/shard_internal.h"

enum { PROGRESS_FRAMES = 64 };

static enum err fold_all(
    struct shard *shard,
    struct shard_progress progress,
    struct contact_story *story,
    struct contact_number contact,
    struct fault *fault)
{
    struct journal_reader *reader = NULL;
    struct frame_reader frame;
    struct bytes bytes;
    uint64_t frames = 0, events = 0;
    enum err err =
        journal_reader_open(shard->params.disk, shard->journal_directory, 0, &reader, fault);
    if (err != ERR_OK)
        return err;
    shard->fold.trace = contact_story_trace(story, contact);
    while ((err = journal_reader_next(reader, &bytes, &frame, fault)) == ERR_OK) {
        events += frame.head.counts.events;
        err = replay_frame(shard, &frame, fault);
        outbox_free(&shard->outbox); // nothing is published from here
        if (err != ERR_OK)
            break;
        if (progress.report != NULL && ++frames % PROGRESS_FRAMES == 0)
            progress.report(progress.context, shard->sequence, 0, events);
    }
    journal_reader_close(reader);
    return err == ERR_END ? ERR_OK : err;
}

enum err explain_contact(
    const struct shard_params *params,
    struct shard_progress progress,
    const struct contact_asked *asked,
    struct buffer *to,
    struct fault *fault)
{
    struct shard *shard = shard_create(params);
    struct contact_story story = {
        .shard = shard, .to = to, .is_of_run = asked->is_of_run, .run = asked->run};
    enum err err = shard_open_memory(shard, fault);
    if (err == ERR_OK)
        err = fold_all(shard, progress, &story, asked->contact, fault);
    shard_close(shard);
    return err == ERR_OK ? ERR_OK : fault_wrap(fault, err, "shard %u", params->shard);
}
