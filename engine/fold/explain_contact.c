#include "engine/fold/explain_contact.h"

#include "engine/fold/query.h"
#include "engine/fold/shard_internal.h"

enum { PROGRESS_FRAMES = 64 };

enum err contact_known_read(
    struct shard *shard,
    struct contact_number number,
    struct arena *arena,
    struct buffer *json,
    struct contact_known *out)
{
    struct contact_view view;
    enum err err = contact_read(shard->state, number, arena, &view);
    if (err != ERR_OK)
        return err;
    shard->fold.asked_ms = 0; // as of the tick
    err = query_contact(shard, number, json);
    *out = (struct contact_known){
        .number = number,
        .identifiers = view.identifiers,
        .identifier_count = view.identifier_count,
        .json = buffer_bytes(json),
        .sequence = shard->sequence,
        .params = shard->params,
    };
    out->params.access = STATE_READ_ONLY;
    return err;
}

static enum err fold_frames(
    const struct contact_refold *refold, struct shard *shard, struct fault *fault)
{
    const struct shard_progress *progress = &refold->progress;
    struct journal_reader *reader = NULL;
    struct frame_reader frame;
    struct bytes bytes;
    uint64_t frames = 0, events = 0, last = refold->asked->known.sequence;
    enum err err =
        journal_reader_open(shard->params.disk, shard->journal_directory, 0, &reader, fault);
    while (err == ERR_OK && shard->sequence < last) {
        err = journal_reader_next(reader, &bytes, &frame, fault);
        if (err != ERR_OK)
            break;
        if (refold->is_stopping != NULL && atomic_load(refold->is_stopping)) {
            err = ERR_STATE;
            break;
        }
        events += frame.head.counts.events;
        err = shard->only == NULL ? replay_frame(shard, &frame, fault)
                                  : replay_frame_of(shard, &frame, fault);
        outbox_free(&shard->outbox); // nothing is published from here
        if (err == ERR_OK && progress->report != NULL && ++frames % PROGRESS_FRAMES == 0)
            progress->report(progress->context, shard->sequence, last, events);
    }
    journal_reader_close(reader);
    return err == ERR_END ? ERR_OK : err;
}

static bool is_as_known(struct shard *shard, const struct contact_known *known)
{
    struct buffer json = {0};
    const struct contact_number first = {1};
    bool is_same = contacts_count(shard->state) == 1 &&
                   query_contact(shard, first, &json) == ERR_OK &&
                   bytes_equal(buffer_bytes(&json), known->json);
    buffer_free(&json);
    return is_same;
}

enum err contact_refold(struct contact_refold *refold, struct fault *fault)
{
    const struct contact_asked *asked = refold->asked;
    const struct contact_known *known = &asked->known;
    const struct input_filter only = {known->identifiers, known->identifier_count};
    bool is_alone = refold->how == CONTACT_ALONE;
    struct shard *shard = shard_create(refold->params);
    struct contact_story story = {
        .shard = shard, .to = refold->to, .is_of_run = asked->is_of_run, .run = asked->run};
    struct contact_number number = is_alone ? (struct contact_number){1} : known->number;
    enum err err = shard_open_memory(shard, fault);
    if (err == ERR_OK) {
        shard->only = is_alone ? &only : NULL;
        shard->fold.trace = contact_story_trace(&story, number);
        err = fold_frames(refold, shard, fault);
    }
    contact_story_free(&story);
    refold->is_right = err == ERR_OK && (!is_alone || is_as_known(shard, known));
    shard_close(shard);
    return err;
}

enum err explain_contact(
    const struct shard_params *params,
    struct shard_progress progress,
    const struct contact_asked *asked,
    struct buffer *to,
    struct fault *fault)
{
    struct contact_refold refold = {
        .params = params, .progress = progress, .asked = asked, .how = CONTACT_ALONE, .to = to};
    struct fault reason = {.err = ERR_OK}; // of no interest: it is tried in the other way
    size_t begin = to->len;
    enum err err = contact_refold(&refold, &reason);
    if (!refold.is_right) {
        to->len = begin;
        refold.how = CONTACT_WITH_OTHERS;
        err = contact_refold(&refold, fault);
    }
    return err == ERR_OK ? ERR_OK : fault_wrap(fault, err, "shard %u", params->shard);
}
