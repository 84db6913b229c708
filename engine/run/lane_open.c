// Opens a lane's shard.
#include "engine/run/lane_open.h"

#include "engine/run/lane_inflight.h"
#include "engine/run/lane_rules.h"
enum { DISK_FULL_RETRY_MS = 1000 };
enum { PROGRESS_US = 5 * 1000 * 1000 };

struct open_progress {
    struct lane *lane;
    int64_t said_us;
};

static void on_progress(void *context, uint64_t sequence, uint64_t sequence_last, uint64_t events)
{
    struct open_progress *progress = context;
    int64_t now_us = runtime_mono_us(progress->lane->runtime);
    if (now_us - progress->said_us < PROGRESS_US)
        return;
    progress->said_us = now_us;
    DIAG(
        &progress->lane->runtime->log, DIAG_INFO, "folding the journal again",
        DIAG_NUM("shard", progress->lane->number), DIAG_NUM("sequence", sequence),
        DIAG_NUM("sequence_last", sequence_last), DIAG_NUM("events", events));
}

static void say_report(const struct lane *lane, const struct shard_report *report, int64_t took_us)
{
    const struct diag *log = &lane->runtime->log;
    if (report->journal.tail_cut_bytes > 0)
        DIAG(
            log, DIAG_WARN, "torn last frame cut off the journal", DIAG_NUM("shard", lane->number),
            DIAG_NUM("bytes", report->journal.tail_cut_bytes),
            DIAG_NUM("file", report->journal.tail_cut_file));
    if (report->journal.durable_lost > 0)
        DIAG(
            log, DIAG_ERROR,
            "the frame cut off was durable: what it held is read again where its source still has "
            "it",
            DIAG_NUM("shard", lane->number), DIAG_NUM("sequence", report->journal.durable_lost));
    if (report->is_store_rebuilt)
        DIAG(
            log, DIAG_WARN, "store built anew from the journal", DIAG_NUM("shard", lane->number),
            DIAG_TEXT("reason", report->store_reason));
    DIAG(
        log, DIAG_INFO, "shard opened", DIAG_NUM("shard", lane->number),
        DIAG_NUM("sequence", report->journal.sequence_last),
        DIAG_NUM("checkpoint", report->checkpoint_sequence),
        DIAG_NUM("replayed_frames", report->replayed_frames),
        DIAG_NUM("replayed_events", report->replayed_events), DIAG_NUM("took_ms", took_us / 1000));
}

static void open_shard(
    struct lane *lane, const struct shard_params *params, struct side_thread *side)
{
    struct open_progress progress = {.lane = lane, .said_us = runtime_mono_us(lane->runtime)};
    struct shard_progress report_to = {.report = on_progress, .context = &progress};
    int64_t began_us = progress.said_us;
    struct shard_report report = {.checkpoint_sequence = 0};
    struct fault fault = {.err = ERR_OK};
    bool is_full = false;
    enum err err = shard_open(params, report_to, &lane->shard, &report, &fault);
    while (err == ERR_NOSPACE) {
        if (!is_full)
            DIAG(
                &lane->runtime->log, DIAG_ERROR, "disk full, waiting until there is room",
                DIAG_NUM("shard", lane->number), DIAG_TEXT("reason", fault.text));
        is_full = true;
        (void)side_thread_wait_ms(side, DISK_FULL_RETRY_MS);
        err = shard_open(params, report_to, &lane->shard, &report, &fault);
    }
    fault.err = err;
    if (err != ERR_OK)
        runtime_fail(lane->runtime, exit_code_of(err), "shard cannot be opened", &fault);
    lane->checkpoint.has_replayed = report.replayed_frames > 0;
    say_report(lane, &report, runtime_mono_us(lane->runtime) - began_us);
}

void lane_open(
    struct lane *lane,
    const struct shard_params *params,
    const struct rules *rules,
    struct side_thread *side)
{
    open_shard(lane, params, side);
    lane_rules_open(lane, rules, side);
    lane_ceiling_open(lane, params->directory);
    lane_begin(lane);
    lane_inflight_open(lane, params->directory);
}
