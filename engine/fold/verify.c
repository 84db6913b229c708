// Folding a journal again from its first frame, and holding the store against it.
#include "engine/fold/verify.h"

#include <inttypes.h>

#include "engine/fold/shard_internal.h"
#include "projections/owners.h"

enum { PROGRESS_FRAMES = 64 };

enum err shard_open_memory(struct shard *shard, struct fault *fault)
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
    shard->params.shard = stat.shard;
    if (err == ERR_OK)
        shard_start_engine(shard, stat.identity);
    return err;
}

// What the store holds.
struct kept_store {
    uint64_t sequence;        // 0: nothing
    uint64_t digest;          // of its records
    struct buffer run_counts; // and what was handed over behind them
};

static enum err read_run_counts(
    const struct checkpoint *checkpoint, struct buffer *out, struct fault *fault)
{
    struct fold_settings settings;
    struct positions positions = {0};
    struct cursor opaque = cursor_of(checkpoint->positions);
    enum err err = fold_settings_unpack(&opaque, &settings);
    if (err == ERR_OK)
        err = positions_unpack(&opaque, &positions);
    if (err == ERR_OK)
        buffer_add_bytes(out, cursor_bytes(&opaque, cursor_left(&opaque)));
    positions_free(&positions);
    return err == ERR_OK ? ERR_OK : fault_set(fault, err, "the checkpoint is malformed");
}

// What the store says of itself; a store that cannot be read is an error, a missing one is not.
static enum err read_store(struct shard *shard, struct kept_store *out, struct fault *fault)
{
    struct checkpoint checkpoint = {0};
    struct state *store = NULL;
    struct state_params params = shard->params.state;
    params.directory = shard->store_directory;
    params.access = STATE_READ_ONLY;
    params.seed = shard->params.identity;
    enum err err = state_open(&params, &store, &checkpoint, fault);
    if (err == ERR_MISSING)
        return ERR_OK;
    if (err != ERR_OK)
        return err;
    out->sequence = checkpoint.sequence;
    if (out->sequence > 0) {
        out->digest = state_digest_recomputed(store);
        err = state_error(store, fault);
        if (err == ERR_OK)
            err = read_run_counts(&checkpoint, &out->run_counts, fault);
    }
    state_close(store);
    return err;
}

// One refold: where the store stands, and what the journal recorded and the fold counted there.
struct refold {
    struct shard_progress progress;
    uint64_t store_sequence;
    uint64_t digest_at_store;
    struct buffer run_counts_at_store;
    size_t run_counts_len; // without what was handed over, which older stores do not have
};

static enum err refold_frame(
    struct shard *shard,
    struct frame_reader *frame,
    struct refold *refold,
    struct verify_report *report,
    struct fault *fault)
{
    struct frame_head head = frame->head;
    enum err err = replay_frame(shard, frame, fault);
    if (err != ERR_OK) {
        report->mismatch_sequence = head.sequence;
        return err;
    }
    outbox_free(&shard->outbox); // nothing is published from here
    if (report->frames++ == 0)
        report->sequence_first = head.sequence;
    report->sequence_last = head.sequence;
    report->events += head.counts.events;
    report->actions += head.counts.outgoing;
    if (head.sequence == refold->store_sequence) {
        refold->digest_at_store = head.digest;
        run_counts_pack(&shard->fold.run_counts, &refold->run_counts_at_store);
        refold->run_counts_len = refold->run_counts_at_store.len;
        owners_handed_pack(shard->state, &refold->run_counts_at_store);
    }
    if (refold->progress.report != NULL && report->frames % PROGRESS_FRAMES == 0)
        refold->progress.report(refold->progress.context, head.sequence, 0, report->events);
    return ERR_OK;
}

static enum err refold_all(
    struct shard *shard, struct refold *refold, struct verify_report *report, struct fault *fault)
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
        err = refold_frame(shard, &frame, refold, report, fault);
        if (err != ERR_OK)
            break;
    }
    journal_reader_close(reader);
    return err == ERR_END ? ERR_OK : err;
}

static enum err compare_store(
    const struct kept_store *store, const struct refold *refold, struct fault *fault)
{
    if (store->sequence == 0)
        return ERR_OK;
    if (store->digest == refold->digest_at_store) {
        struct bytes counts = buffer_bytes(&refold->run_counts_at_store);
        if (store->run_counts.len == refold->run_counts_len)
            counts.len = refold->run_counts_len;
        bool is_same = bytes_equal(buffer_bytes(&store->run_counts), counts);
        return is_same ? ERR_OK
                       : fault_set(
                             fault, ERR_CORRUPT,
                             "the store at sequence %" PRIu64
                             " counts other runs of workflows, or hand-overs, than folding the "
                             "journal does",
                             store->sequence);
    }
    return fault_set(
        fault, ERR_CORRUPT,
        "the store at sequence %" PRIu64 " has digest %016" PRIx64
        ", the journal recorded %016" PRIx64,
        store->sequence, store->digest, refold->digest_at_store);
}

enum err verify_shard(
    const struct shard_params *params,
    struct shard_progress progress,
    struct verify_report *out,
    struct fault *fault)
{
    *out = (struct verify_report){.frames = 0};
    struct kept_store store = {.sequence = 0};
    struct shard *shard = shard_create(params);
    enum err err = shard_open_memory(shard, fault);
    if (err == ERR_OK)
        err = read_store(shard, &store, fault);
    struct refold refold = {.progress = progress, .store_sequence = store.sequence};
    if (err == ERR_OK)
        err = refold_all(shard, &refold, out, fault);
    if (err == ERR_OK) {
        out->digest = shard->digest;
        out->store_sequence = store.sequence;
        err = compare_store(&store, &refold, fault);
        out->is_store_same = err == ERR_OK && store.sequence > 0;
    }
    buffer_free(&store.run_counts);
    buffer_free(&refold.run_counts_at_store);
    shard_close(shard);
    return err == ERR_OK ? ERR_OK : fault_wrap(fault, err, "shard %u", params->shard);
}
