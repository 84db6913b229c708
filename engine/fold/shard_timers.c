// Firing timers within a frame: when each is due among the frame's events.
//
// A timer fires as of its due, before the first event whose tick is not before it, the earliest first. The
// rule needs nothing but state and ticks, so a replay finds by itself what was fired between two events. What
// was fired before the first event and after the last one is counted in the frame: there it ended where the
// frame was full.
#include "engine/fold/shard_timers.h"

#include "engine/base/invariant.h"
#include "engine/base/time.h"
#include "engine/fold/prefetch.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/shard_internal.h"
#include "projections/timers.h"

void shard_timers_begin(struct shard *shard)
{
    shard->timers = (struct shard_timers){.has_event = false};
}

// A state that has failed has no due ones: it cannot tell that one was fired.
static bool next_is_due(struct shard *shard, int64_t until_ms, struct timer *out)
{
    return timers_next(shard->state, out) && out->due_ms <= until_ms &&
           state_error(shard->state, NULL) == ERR_OK;
}

bool shard_timers_are_due(struct shard *shard, int64_t until_ms)
{
    struct timer timer;
    return next_is_due(shard, until_ms, &timer);
}

static uint64_t fired_so_far(const struct shard_timers *timers)
{
    return frame_timers_sum(&timers->fired) + timers->since_event;
}

static bool has_room(const struct shard *shard)
{
    bool is_replay = shard->fold.emit == NULL; // which fires what was fired
    return is_replay || (fired_so_far(&shard->timers) < shard->params.frame_events_max &&
                         !shard_frame_is_full(shard));
}

static void fire(struct shard *shard, const struct timer *timer)
{
    struct fold *fold = &shard->fold;
    int64_t due_ms = contact_due_ms(shard->state, timer->contact);
    if (state_error(shard->state, NULL) != ERR_OK)
        return; // its record cannot be read
    INVARIANT(due_ms == timer->due_ms);
    if (fold->settings.tick_mode == TICK_EVENT && timer->due_ms > fold->tick_ms)
        fold->tick_ms = timer->due_ms;
    struct contact_number soon[TIMERS_SOON];
    for (uint32_t i = timers_prefetch(shard->state, soon); i > 0; i--)
        fold_prefetch(fold, soon[i - 1]);
    fold_timer(fold, timer->contact, timer->due_ms);
    shard->timers.since_event++;
    shard->counts.timers_fired++;
    INVARIANT(contact_due_ms(shard->state, timer->contact) > due_ms);
}

// No input is to blame for what a timer does.
static bool take_watch_off(const struct shard *shard)
{
    bool is_set = shard->watch != NULL && shard->watch->is_set != 0;
    if (is_set)
        inflight_clear(shard->watch);
    return is_set;
}

bool shard_timers_fire(struct shard *shard, int64_t until_ms)
{
    struct timer timer;
    bool was_watched = take_watch_off(shard);
    while (has_room(shard) && next_is_due(shard, until_ms, &timer))
        fire(shard, &timer);
    state_settle(shard->state);
    if (was_watched)
        inflight_set(shard->watch, shard->watch->first, shard->watch->last);
    shard->timers.is_closed = !has_room(shard);
    return !shard->timers.is_closed;
}

enum err shard_timers_fire_again(struct shard *shard, uint64_t count, int64_t until_ms)
{
    struct timer timer;
    for (uint64_t i = 0; i < count; i++) {
        if (!next_is_due(shard, until_ms, &timer))
            return ERR_CORRUPT;
        fire(shard, &timer);
    }
    return ERR_OK;
}

void shard_timers_note_event(struct shard *shard)
{
    struct shard_timers *timers = &shard->timers;
    if (timers->has_event)
        timers->fired.between += timers->since_event;
    else
        timers->fired.before += timers->since_event;
    timers->since_event = 0;
    timers->has_event = true;
}

struct frame_timers shard_timers_end(struct shard *shard)
{
    struct shard_timers *timers = &shard->timers;
    if (timers->has_event)
        timers->fired.after += timers->since_event;
    else
        timers->fired.before += timers->since_event;
    timers->since_event = 0;
    return timers->fired;
}

int64_t shard_timer_due_ms(struct shard *shard)
{
    struct timer timer;
    return timers_next(shard->state, &timer) ? timer.due_ms : TIMER_NONE;
}

bool shard_timer_is_due(struct shard *shard, int64_t wall_ms)
{
    const struct fold *fold = &shard->fold;
    bool is_later = fold->settings.tick_mode == TICK_WALL && wall_ms > fold->tick_ms;
    return shard_timers_are_due(shard, is_later ? wall_ms : fold->tick_ms);
}

enum err shard_advance_frame(
    struct shard *shard, int64_t tick_ms, bool *is_there_out, struct fault *fault)
{
    struct fold *fold = &shard->fold;
    uint64_t sequence = 0;
    INVARIANT(fold->settings.tick_mode == TICK_EVENT);
    INVARIANT(tick_ms <= TIME_MS_MAX);
    shard_frame_begin(shard, TIME_MS_MIN);
    bool is_there = !shard->timers.is_closed && shard_timers_fire(shard, tick_ms);
    if (is_there && tick_ms > fold->tick_ms)
        fold->tick_ms = tick_ms;
    enum err err = shard_frame_end(shard, &sequence, fault);
    if (err == ERR_OK)
        *is_there_out = is_there;
    return err;
}

enum err shard_advance(struct shard *shard, int64_t tick_ms, struct fault *fault)
{
    bool is_there = false;
    enum err err = ERR_OK;
    while (err == ERR_OK && !is_there)
        err = shard_advance_frame(shard, tick_ms, &is_there, fault);
    return err;
}
