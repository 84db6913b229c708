// The timers of a lane.
#include "engine/run/lane_timers.h"

#include "engine/base/invariant.h"
#include "engine/fold/shard_clock.h"
#include "engine/run/lane_failures.h"

enum { DISK_FULL_RETRY_MS = 1000 };

static bool has_event_clock(const struct lane *lane)
{
    return lane->settings->tick_mode == TICK_EVENT;
}

static void say_change(const struct runtime *runtime, enum clock_change change, int64_t ahead_ms)
{
    switch (change) {
    case CLOCK_SAME: return;
    case CLOCK_HELD:
        DIAG(
            &runtime->log, DIAG_ERROR,
            "the clock has jumped forward and is not followed: set it right, or restart to believe "
            "it",
            DIAG_NUM("jump_ms", ahead_ms));
        return;
    case CLOCK_BACK: DIAG_PLAIN(&runtime->log, DIAG_INFO, "the clock is followed again"); return;
    }
}

int64_t lane_clock_ms(const struct lane *lane)
{
    struct runtime *runtime = lane->runtime;
    struct clock_reading now = {runtime_wall_ms(runtime), runtime_mono_us(runtime) / 1000};
    if (has_event_clock(lane))
        return now.wall_ms; // nothing follows it
    enum clock_change change = CLOCK_SAME;
    int64_t time_ms = clock_guard_ms(&runtime->clock_guard, now, &change);
    say_change(runtime, change, now.wall_ms - time_ms);
    return time_ms;
}

bool lane_timers_are_due(const struct lane *lane)
{
    return shard_timer_is_due(lane->shard, lane_clock_ms(lane));
}

bool lane_timers_fire(struct lane *lane, int64_t now_ms)
{
    struct fault fault = {.err = ERR_OK};
    uint64_t sequence = 0;
    if (!shard_timer_is_due(lane->shard, now_ms))
        return false;
    shard_watch(lane->shard, NULL);
    shard_frame_begin(lane->shard, now_ms);
    fault.err = shard_frame_end(lane->shard, &sequence, &fault);
    if (fault.err != ERR_OK)
        runtime_fail(lane->runtime, exit_code_of(fault.err), "timers cannot be fired", &fault);
    INVARIANT(sequence > 0);
    lane_failures_tell(lane);
    return true;
}

static void sync_waiting(struct lane *lane, struct side_thread *side)
{
    struct fault fault = {.err = ERR_OK};
    uint64_t durable = 0;
    do {
        fault.err = journal_sync(shard_journal(lane->shard), &durable, &fault);
    } while (fault.err == ERR_NOSPACE && side_thread_wait_ms(side, DISK_FULL_RETRY_MS));
    if (fault.err != ERR_OK)
        runtime_fail(lane->runtime, EXIT_CODE_INTERNAL, "journal cannot be made durable", &fault);
}

int64_t lane_timers_settle(struct lane *lane, uint64_t ruleset_next, struct side_thread *side)
{
    const struct ruleset *ruleset = shard_ruleset(lane->shard);
    int64_t now_ms = lane_clock_ms(lane);
    if (ruleset == NULL || ruleset_hash(ruleset) == ruleset_next)
        return now_ms;
    bool is_any = false;
    for (; lane_timers_fire(lane, now_ms); is_any = true) {
        if (journal_waiting_bytes(shard_journal(lane->shard)) >= lane->settings->waiting_bytes_max)
            sync_waiting(lane, side);
    }
    if (is_any)
        sync_waiting(lane, side);
    return now_ms;
}

int64_t lane_timers_wait_ms(const struct lane *lane)
{
    int64_t due_ms = shard_timer_due_ms(lane->shard);
    if (has_event_clock(lane) || due_ms == INT64_MAX)
        return -1;
    int64_t now_ms = lane_clock_ms(lane);
    return due_ms > now_ms ? due_ms - now_ms : -1;
}

int64_t lane_timers_delay_ms(const struct lane *lane)
{
    int64_t due_ms = shard_timer_due_ms(lane->shard);
    int64_t now_ms = has_event_clock(lane) ? shard_tick_ms(lane->shard) : lane_clock_ms(lane);
    return due_ms < now_ms ? now_ms - due_ms : 0;
}
