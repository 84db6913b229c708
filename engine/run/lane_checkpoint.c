// When a lane's checkpoint is due, and its way.
#include "engine/run/lane_checkpoint.h"

#include "engine/base/invariant.h"

enum { CHECKPOINT_RETRY_US = 30 * 1000 * 1000 };

static struct lane *lane_of(struct post *post)
{
    return (struct lane *)(void *)((char *)post - offsetof(struct lane, checkpoint.post));
}

static void on_end(struct post *post)
{
    struct lane *lane = lane_of(post);
    struct lane_checkpoint *checkpoint = &lane->checkpoint;
    enum snapshot_outcome outcome =
        checkpoint->err == ERR_OK ? SNAPSHOT_COMMITTED : SNAPSHOT_ABANDONED;
    shard_checkpoint_end(lane->shard, checkpoint->snapshot, outcome);
    checkpoint->snapshot = NULL;
    checkpoint->phase = CHECKPOINT_NONE;
    int64_t now_us = runtime_mono_us(lane->runtime);
    if (checkpoint->err == ERR_OK) {
        checkpoint->sequence_in_force = checkpoint->sequence;
        checkpoint->due_us =
            checkpoint->is_hastened ? now_us : now_us + lane->settings->checkpoint_age_us;
        DIAG(
            &lane->runtime->log, DIAG_DEBUG, "checkpoint", DIAG_NUM("shard", lane->number),
            DIAG_NUM("sequence", checkpoint->sequence));
        return;
    }
    checkpoint->due_us = now_us + CHECKPOINT_RETRY_US;
    DIAG(
        &lane->runtime->log, DIAG_WARN, "disk full, checkpoint put off",
        DIAG_NUM("shard", lane->number), DIAG_TEXT("reason", checkpoint->fault.text));
}

static void on_written(struct post *post)
{
    struct lane *lane = lane_of(post);
    if (lane->checkpoint.err != ERR_OK)
        on_end(post);
    else
        lane->checkpoint.phase = CHECKPOINT_WRITTEN;
}

// Checkpoint thread: anything but a full disk ends the process, because LMDB cannot be trusted then.
static void reply(struct lane *lane, enum err err, post_run_fn *run)
{
    struct lane_checkpoint *checkpoint = &lane->checkpoint;
    checkpoint->fault.err = err;
    if (err != ERR_OK && err != ERR_NOSPACE)
        runtime_fail(
            lane->runtime, EXIT_CODE_INTERNAL, "checkpoint cannot be written", &checkpoint->fault);
    checkpoint->err = err;
    checkpoint->post.run = run;
    postbox_send(lane->box, &checkpoint->post);
}

static void run_write(struct post *post)
{
    struct lane *lane = lane_of(post);
    enum err err = snapshot_write(lane->checkpoint.snapshot, &lane->checkpoint.fault);
    reply(lane, err, on_written);
}

static void run_commit(struct post *post)
{
    struct lane *lane = lane_of(post);
    struct lane_checkpoint *checkpoint = &lane->checkpoint;
    enum err err = snapshot_commit(checkpoint->snapshot, checkpoint->mark, &checkpoint->fault);
    reply(lane, err, on_end);
}

static void send_to_thread(struct lane *lane, enum checkpoint_phase phase, post_run_fn *run)
{
    lane->checkpoint.phase = phase;
    lane->checkpoint.post.run = run;
    side_thread_send(lane->checkpoint_side, &lane->checkpoint.post);
}

// What a restart would have to do again.
static uint64_t work_done(const struct lane *lane)
{
    struct shard_counts counts;
    shard_counts(lane->shard, &counts);
    return atomic_load_explicit(&lane->events_read, memory_order_relaxed) + counts.timers_fired;
}

static bool is_due(const struct lane *lane, int64_t now_us)
{
    const struct lane_checkpoint *checkpoint = &lane->checkpoint;
    if (shard_sequence(lane->shard) == checkpoint->sequence_in_force)
        return false;
    if (atomic_load(&lane->runtime->is_stopping))
        return lane->published == shard_sequence(lane->shard) && checkpoint->err != ERR_NOSPACE;
    if (now_us >= checkpoint->due_us)
        return true;
    if (checkpoint->err == ERR_NOSPACE)
        return false;
    struct state_counts counts;
    state_counts(shard_state(lane->shard), &counts);
    uint64_t events_max = lane->settings->checkpoint_events;
    if (events_max < counts.contacts)
        events_max = counts.contacts;
    uint64_t events = work_done(lane);
    return counts.dirty_bytes >= lane->settings->dirty_bytes_max ||
           events - checkpoint->events_before >= events_max;
}

void lane_checkpoint_turn(struct lane *lane, int64_t now_us)
{
    struct lane_checkpoint *checkpoint = &lane->checkpoint;
    if (checkpoint->phase == CHECKPOINT_NONE && is_due(lane, now_us)) {
        checkpoint->snapshot = shard_checkpoint_begin(lane->shard, &checkpoint->sequence);
        INVARIANT(checkpoint->snapshot != NULL); // something is new: is_due saw it
        checkpoint->mark = lane->mark;
        checkpoint->err = ERR_OK;
        checkpoint->is_hastened = false;
        checkpoint->events_before = work_done(lane);
        send_to_thread(lane, CHECKPOINT_WRITING, run_write);
    }
    if (checkpoint->phase == CHECKPOINT_WRITTEN && lane->sync.durable >= checkpoint->sequence &&
        lane->published >= checkpoint->sequence)
        send_to_thread(lane, CHECKPOINT_COMMITTING, run_commit);
}

void lane_checkpoint_published(struct lane *lane, uint64_t sequence, uint64_t mark)
{
    struct lane_checkpoint *checkpoint = &lane->checkpoint;
    // A later mark would hide frames behind the checkpoint from the recovery that looks for them.
    bool is_before_commit =
        checkpoint->phase == CHECKPOINT_WRITING || checkpoint->phase == CHECKPOINT_WRITTEN;
    if (is_before_commit && sequence <= checkpoint->sequence)
        checkpoint->mark = mark;
}

void lane_checkpoint_hasten(struct lane *lane)
{
    lane->checkpoint.due_us = 0;
    lane->checkpoint.is_hastened = true; // also when one of before ends
}

bool lane_checkpoint_is_done(const struct lane *lane)
{
    const struct lane_checkpoint *checkpoint = &lane->checkpoint;
    return checkpoint->phase == CHECKPOINT_NONE &&
           (shard_sequence(lane->shard) == checkpoint->sequence_in_force ||
            checkpoint->err == ERR_NOSPACE);
}
