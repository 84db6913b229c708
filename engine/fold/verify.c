// Folding a journal again from its first frame, and holding the store against it.
#include "engine/fold/verify.h"

#include <inttypes.h>

#include "engine/fold/shard_internal.h"

static enum err open_memory(struct shard *shard, struct fault *fault)
{
    struct journal_stat stat;
    struct checkpoint none;
    enum err err = journal_stat(shard->params.disk, shard->journal_directory, &stat, fault);
    if (err != ERR_OK)
        return err;
    struct state_params params = shard->params.state;
    params.directory = NULL;
    params.access = STATE_WRITE;
    params.seed = stat.identity;
    err = state_open(&params, &shard->state, &none, fault);
    if (err == ERR_OK)
        shard_start_engine(shard, stat.identity);
    return err;
}

// What the store says of itself; a store that cannot be read is an error, a missing one is not.
static enum err read_store(
    struct shard *shard, struct checkpoint *out, uint64_t *recomputed, struct fault *fault)
{
    struct state *store = NULL;
    struct state_params params = shard->params.state;
    params.directory = shard->store_directory;
    params.access = STATE_READ_ONLY;
    params.seed = shard->params.identity;
    enum err err = state_open(&params, &store, out, fault);
    if (err == ERR_MISSING) {
        out->sequence = 0;
        return ERR_OK;
    }
    if (err != ERR_OK)
        return err;
    if (out->sequence > 0) {
        *recomputed = state_digest_recomputed(store);
        err = state_error(store, fault);
    }
    state_close(store);
    return err;
}

static enum err refold(
    struct shard *shard,
    struct shard_progress progress,
    uint64_t store_sequence,
    uint64_t *digest_at_store,
    struct verify_report *report,
    struct fault *fault)
{
    struct journal_reader *reader = NULL;
    struct bytes bytes;
    struct frame_reader frame;
    enum err err =
        journal_reader_open(shard->params.disk, shard->journal_directory, 0, &reader, fault);
    if (err == ERR_MISSING)
        return ERR_OK; // an empty journal
    if (err != ERR_OK)
        return err;
    while ((err = journal_reader_next(reader, &bytes, &frame, fault)) == ERR_OK) {
        struct frame_head head = frame.head;
        err = replay_frame(shard, &frame, fault);
        if (err != ERR_OK) {
            report->mismatch_sequence = head.sequence;
            break;
        }
        outbox_free(&shard->outbox); // nothing is published from here
        if (report->frames++ == 0)
            report->sequence_first = head.sequence;
        report->sequence_last = head.sequence;
        report->events += head.counts.events;
        report->actions += head.counts.outgoing;
        if (head.sequence == store_sequence)
            *digest_at_store = head.digest;
        if (progress.report != NULL && report->frames % 64 == 0)
            progress.report(progress.context, head.sequence, 0, report->events);
    }
    journal_reader_close(reader);
    return err == ERR_END ? ERR_OK : err;
}

enum err verify_shard(
    const struct shard_params *params,
    struct shard_progress progress,
    struct verify_report *out,
    struct fault *fault)
{
    *out = (struct verify_report){.frames = 0};
    struct checkpoint checkpoint = {0};
    uint64_t recomputed = 0;
    uint64_t recorded = 0;
    struct shard *shard = shard_create(params);
    enum err err = open_memory(shard, fault);
    if (err == ERR_OK)
        err = read_store(shard, &checkpoint, &recomputed, fault);
    if (err == ERR_OK)
        err = refold(shard, progress, checkpoint.sequence, &recorded, out, fault);
    if (err == ERR_OK) {
        out->digest = shard->digest;
        out->store_sequence = checkpoint.sequence;
        out->is_store_same = checkpoint.sequence > 0 && recomputed == recorded;
        if (checkpoint.sequence > 0 && recomputed != recorded)
            err = fault_set(
                fault, ERR_CORRUPT,
                "the store at sequence %" PRIu64 " has digest %016" PRIx64
                ", the journal recorded %016" PRIx64,
                checkpoint.sequence, recomputed, recorded);
    }
    shard_close(shard);
    return err == ERR_OK ? ERR_OK : fault_wrap(fault, err, "shard %u", params->shard);
}
