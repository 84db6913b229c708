// Opening a shard: recover the journal, trust the store or drop it, fold what it does not hold yet.
#include <inttypes.h>
#include <stdio.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/fold/shard_internal.h"
#include "projections/contacts.h"
#include "projections/owners.h"

enum { PROGRESS_FRAMES = 64 };

static enum err make_directory(struct shard *shard, const char *path, struct fault *fault)
{
    const struct disk *disk = &shard->params.disk;
    enum err err = disk->ops->make_directory(disk->self, path);
    return err == ERR_OK ? ERR_OK
                         : fault_set(fault, err, "%s: cannot be created: %s", path, err_text(err));
}

static enum err open_journal(struct shard *shard, struct shard_report *report, struct fault *fault)
{
    const struct shard_params *params = &shard->params;
    if (params->access == STATE_READ_ONLY) {
        struct journal_stat stat;
        enum err err = journal_stat(params->disk, shard->journal_directory, &stat, fault);
        if (err != ERR_OK)
            return err;
        shard->params.identity = stat.identity;
        shard->params.shard = stat.shard;
        return ERR_OK;
    }
    enum err err = make_directory(shard, params->directory, fault);
    if (err == ERR_OK)
        err = make_directory(shard, shard->journal_directory, fault);
    if (err != ERR_OK)
        return err;
    struct journal_params journal = {
        .disk = params->disk,
        .directory = shard->journal_directory,
        .shard = params->shard,
        .identity = params->identity,
        .file_bytes_max = params->journal_file_bytes,
        .frame_bytes_max = params->frame_bytes_max,
        .sequence_known = shard->store_directory == NULL
                              ? 0
                              : state_peek(shard->store_directory, params->state.map_bytes),
    };
    err = journal_open(&journal, &shard->journal, &report->journal, fault);
    if (err != ERR_OK)
        return err;
    shard->params.identity = journal_identity(shard->journal);
    shard->asks_sink = report->journal.durable_lost > 0;
    return ERR_OK;
}

static enum err open_state(
    struct shard *shard, const char *directory, struct checkpoint *checkpoint, struct fault *fault)
{
    struct state_params params = shard->params.state;
    params.directory = directory;
    params.access = shard->params.access;
    params.seed = shard->params.identity;
    return state_open(&params, &shard->state, checkpoint, fault);
}

// The chain hash of the frame the checkpoint stands at tells whether the store belongs to this journal.
static enum err check_chain(
    struct shard *shard, const struct checkpoint *checkpoint, struct fault *fault)
{
    struct journal_reader *reader = NULL;
    struct bytes bytes;
    struct frame_reader frame;
    enum err err = journal_reader_open(
        shard->params.disk, shard->journal_directory, checkpoint->sequence, &reader, fault);
    if (err != ERR_OK)
        return err;
    err = journal_reader_next(reader, &bytes, &frame, fault);
    if (err == ERR_OK && !hash128_equal(frame.head.chain, checkpoint->chain))
        err = fault_set(
            fault, ERR_INVALID, "the store stands at sequence %" PRIu64 " of another journal",
            checkpoint->sequence);
    journal_reader_close(reader);
    return err;
}

static enum err take_checkpoint(
    struct shard *shard, const struct checkpoint *checkpoint, struct fault *fault)
{
    struct cursor opaque = cursor_of(checkpoint->positions);
    struct cursor at = cursor_of(checkpoint->ruleset_bundle_at);
    enum err err = fold_settings_unpack(&opaque, &shard->fold.settings);
    if (err == ERR_OK)
        err = positions_unpack(&opaque, &shard->positions);
    if (err == ERR_OK && cursor_left(&opaque) == 0)
        return fault_set(fault, ERR_FORMAT, "the checkpoint was made before runs were counted");
    if (err == ERR_OK)
        err = run_counts_unpack(&opaque, &shard->fold.run_counts);
    if (err == ERR_OK)
        err = owners_handed_unpack(shard->state, &opaque);
    if (err == ERR_FORMAT)
        return fault_set(fault, err, "the checkpoint was made before hand-overs were counted");
    uint64_t ruleset_at = cursor_varint(&at);
    if (err != ERR_OK || at.has_failed)
        return fault_set(fault, ERR_CORRUPT, "the checkpoint's positions are malformed");
    err = shard_zones_unpack(shard, &at, fault);
    if (err != ERR_OK)
        return err;
    struct ruleset *ruleset = NULL;
    err = replay_ruleset_at(shard, ruleset_at, &ruleset, fault);
    if (err != ERR_OK)
        return err;
    shard_use_ruleset(shard, ruleset, ruleset_at);
    fold_rebind(&shard->fold, ruleset);
    shard->has_settings = true;
    state_restore_limits(shard->state, &shard->fold.settings.state);
    shard->fold.tick_ms = checkpoint->tick_ms;
    shard->sequence = checkpoint->sequence;
    shard->chain = checkpoint->chain;
    shard->digest = checkpoint->digest;
    shard->sink_mark = checkpoint->sink_mark;
    shard->sequence_published = checkpoint->sequence;
    shard->sequence_checkpoint = checkpoint->sequence;
    return ERR_OK;
}

// A reason to fold everything again rather than to stop: the store is derived.
static bool is_rebuildable(enum err err)
{
    return err == ERR_CORRUPT || err == ERR_FORMAT || err == ERR_INVALID || err == ERR_MISSING ||
           err == ERR_END;
}

static enum err start_empty(struct shard *shard, struct fault *fault)
{
    const char *directory = shard->store_directory;
    if (shard->state != NULL)
        state_close(shard->state);
    shard->state = NULL;
    if (shard->params.access == STATE_READ_ONLY) {
        directory = NULL; // folded in memory; the store is left as it is
    } else if (directory != NULL) {
        enum err err = state_remove(directory, fault);
        if (err != ERR_OK)
            return err;
    }
    struct checkpoint none;
    struct state_params params = shard->params.state;
    params.directory = directory;
    params.access = STATE_WRITE;
    params.seed = shard->params.identity;
    return state_open(&params, &shard->state, &none, fault);
}

// Back to a shard that has folded nothing.
static void forget(struct shard *shard)
{
    fold_free(&shard->fold);
    outbox_free(&shard->outbox);
    unsent_free(&shard->unsent);
    positions_free(&shard->positions);
    decoder_destroy(shard->decoder);
    ruleset_destroy(shard->ruleset);
    shard->decoder = NULL;
    shard->ruleset = NULL;
    shard->ruleset_at = 0;
    shard->has_settings = false;
    shard->sequence = 0;
    shard->sequence_published = 0;
    shard->sequence_checkpoint = 0;
    shard->digest = 0;
    shard->chain = (struct hash128){0};
    shard->sink_mark = 0;
    shard->counts = (struct shard_counts){0};
    shard->recalled = (struct outbox_confirmed){0, 0};
}

// Gives the store up for the reason and begins with an empty one.
static enum err give_up_store(
    struct shard *shard,
    struct shard_report *report,
    const struct fault *reason,
    struct fault *fault)
{
    if (shard->params.access == STATE_WRITE) {
        // What the store is to be folded from has to be whole before it is given up.
        struct journal_recovery found;
        enum err err =
            journal_verify(shard->params.disk, shard->journal_directory, 0, &found, fault);
        if (err != ERR_OK)
            return err;
    }
    report->is_store_rebuilt = true;
    report->checkpoint_sequence = 0;
    report->replayed_frames = 0;
    report->replayed_events = 0;
    (void)snprintf(report->store_reason, sizeof(report->store_reason), "%s", reason->text);
    forget(shard);
    FAILPOINT(STORE_GIVEN_UP);
    enum err err = start_empty(shard, fault);
    FAILPOINT(STORE_EMPTY);
    if (err == ERR_OK)
        shard_start_engine(shard, shard->params.identity);
    return err;
}

static enum err open_store(struct shard *shard, struct shard_report *report, struct fault *fault)
{
    struct checkpoint checkpoint = {0};
    struct fault reason = {ERR_OK, ""};
    enum err err = open_state(shard, shard->store_directory, &checkpoint, &reason);
    if (err == ERR_OK && checkpoint.sequence > 0) {
        err = check_chain(shard, &checkpoint, &reason);
        shard_start_engine(shard, shard->params.identity);
        if (err == ERR_OK)
            err = take_checkpoint(shard, &checkpoint, &reason);
        report->checkpoint_sequence = checkpoint.sequence;
    } else if (err == ERR_OK) {
        shard_start_engine(shard, shard->params.identity);
    }
    if (is_rebuildable(err))
        return give_up_store(shard, report, &reason, fault);
    if (err != ERR_OK && fault != NULL)
        *fault = reason;
    return err;
}

// Whether what is left to fold touches so many contacts that they are better read all at once.
static bool is_long(const struct shard *shard, uint64_t sequence_last)
{
    uint64_t frames = sequence_last > shard->sequence ? sequence_last - shard->sequence : 0;
    return frames * shard->params.frame_events_max > contacts_count(shard->state) / 4;
}

static enum err replay_all(
    struct shard *shard,
    struct shard_progress progress,
    struct shard_report *report,
    struct fault *fault)
{
    struct journal_reader *reader = NULL;
    struct bytes bytes;
    struct frame_reader frame;
    if (shard->params.access == STATE_WRITE)
        shard->fold.unsent = &shard->unsent;
    enum err err = journal_reader_open(
        shard->params.disk, shard->journal_directory, shard->sequence + 1, &reader, fault);
    if (err == ERR_MISSING)
        return ERR_OK; // nothing behind the checkpoint
    if (err != ERR_OK)
        return err;
    if (is_long(shard, report->journal.sequence_last))
        state_load_all(shard->state);
    while ((err = journal_reader_next(reader, &bytes, &frame, fault)) == ERR_OK) {
        uint64_t events = frame.head.counts.events;
        FAILPOINT(REPLAY_FRAME);
        err = replay_frame(shard, &frame, fault);
        if (err != ERR_OK)
            break;
        report->replayed_frames++;
        report->replayed_events += events;
        if (progress.report != NULL && report->replayed_frames % PROGRESS_FRAMES == 0)
            progress.report(
                progress.context, shard->sequence, report->journal.sequence_last,
                report->replayed_events);
    }
    journal_reader_close(reader);
    return err == ERR_END ? ERR_OK : err;
}

enum err shard_open(
    const struct shard_params *params,
    struct shard_progress progress,
    struct shard **out,
    struct shard_report *report_out,
    struct fault *fault)
{
    struct shard_report report = {.checkpoint_sequence = 0};
    struct shard *shard = shard_create(params);
    enum err err = open_journal(shard, &report, fault);
    if (err == ERR_OK)
        err = open_store(shard, &report, fault);
    if (err == ERR_OK)
        err = replay_all(shard, progress, &report, fault);
    struct fault reason = {ERR_OK, ""};
    if (err != ERR_OK && shard->state != NULL && state_error(shard->state, &reason) != ERR_OK &&
        is_rebuildable(reason.err) && !report.is_store_rebuilt) {
        err = give_up_store(shard, &report, &reason, fault); // a record that was read on the way
        if (err == ERR_OK)
            err = replay_all(shard, progress, &report, fault);
    }
    if (err != ERR_OK) {
        (void)fault_wrap(fault, err, "shard %u", params->shard);
        shard_close(shard);
        return err;
    }
    shard->fold.counts = (struct fold_counts){0}; // what was folded again is not counted twice
    failures_forget(&shard->fold.failures);
    held_forget(&shard->fold.held);
    shard->counts.events_without_id = 0;
    shard->counts.timers_fired = 0;
    *out = shard;
    *report_out = report;
    return ERR_OK;
}
