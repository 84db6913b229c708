// A lane: one shard with what feeds it, makes it durable, publishes and checkpoints it.
#include "engine/run/lane.h"

#include <stdlib.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/shard_clock.h"
#include "engine/run/crash.h"
#include "engine/run/lane_balance.h"
#include "engine/run/lane_checkpoint.h"
#include "engine/run/lane_failures.h"
#include "engine/run/lane_inflight.h"
#include "engine/run/lane_rules.h"
#include "engine/run/lane_timers.h"
#include "engine/run/ticket.h"

enum { REPLAYED_AGE_US = 1000 * 1000 };

// ---- what is waiting for the disk

static void push_waiting(struct lane *lane, const struct lane_waiting *entry)
{
    if (lane->waiting_count == lane->waiting_cap) {
        size_t cap = lane->waiting_cap * 2 + 64;
        struct lane_waiting *grown = mem_zero(cap, sizeof(*grown));
        for (size_t i = 0; i < lane->waiting_count; i++)
            grown[i] = lane->waiting[(lane->waiting_first + i) % lane->waiting_cap];
        free(lane->waiting);
        lane->waiting = grown;
        lane->waiting_cap = cap;
        lane->waiting_first = 0;
    }
    lane->waiting[(lane->waiting_first + lane->waiting_count++) % lane->waiting_cap] = *entry;
}

static void settle_durable(struct lane *lane)
{
    int64_t now_us = runtime_mono_us(lane->runtime);
    while (lane->waiting_count > 0) {
        struct lane_waiting *entry = &lane->waiting[lane->waiting_first];
        if (entry->sequence > lane->sync.durable)
            return;
        if (entry->ticket != NULL)
            ticket_settle(entry->ticket, entry->count);
        else
            histogram_add(&lane->latency, now_us - entry->polled_us, entry->count);
        lane->waiting_first = (lane->waiting_first + 1) % lane->waiting_cap;
        lane->waiting_count--;
    }
}

// ---- publishing

static void on_published(struct post *post)
{
    struct publish_job *job = (struct publish_job *)post;
    struct lane *lane = job->owner;
    INVARIANT(job->batch.sequence_last > lane->published);
    FAILPOINT(PUBLISHED_BEFORE_MARK);
    lane->published = job->batch.sequence_last;
    lane->mark = job->mark;
    lane->confirmed.actions += job->confirmed.actions;
    lane->confirmed.dead_letters += job->confirmed.dead_letters;
    lane_checkpoint_published(lane, job->mark_sequence, job->mark);
    shard_published(lane->shard, job->batch.sequence_last, job->mark);
    FAILPOINT(PUBLISHED_MARKED);
    outbox_batch_clear(&job->batch);
    job->next = lane->free_jobs;
    lane->free_jobs = job;
}

static struct publish_job *job_take(struct lane *lane)
{
    struct publish_job *job = lane->free_jobs;
    if (job == NULL) {
        job = mem_zero(1, sizeof(*job));
        job->owner = lane;
        job->reply_to = lane->box;
        job->done_run = on_published;
    } else {
        lane->free_jobs = job->next;
    }
    return job;
}

void lane_publish(struct lane *lane)
{
    if (atomic_load_explicit(&lane->broken, memory_order_relaxed) != 0)
        return;
    uint64_t durable = lane_ceiling_pass(lane, lane->sync.durable);
    struct publish_job *job = job_take(lane);
    if (!shard_take_outbox(lane->shard, durable, &job->batch)) {
        job->next = lane->free_jobs;
        lane->free_jobs = job;
        return;
    }
    lane->taken = job->batch.sequence_last;
    publisher_send(lane->publisher, job);
}

// ---- durability

static void on_synced(struct post *post)
{
    struct sync_job *job = (struct sync_job *)post;
    struct lane *lane = (struct lane *)(void *)((char *)job - offsetof(struct lane, sync));
    job->is_sent = false;
    job->durable = job->result;
    FAILPOINT(JOURNAL_ANNOUNCED);
    settle_durable(lane);
    lane_inflight_settle(lane);
    lane_publish(lane);
    lane_sync(lane);
    prepare_job_send(&lane->prepare);
}

void lane_sync(struct lane *lane)
{
    if (journal_sequence_next(lane->sync.journal) > lane->sync.durable + 1)
        sync_job_send(&lane->sync);
}

// ---- folding

// Whether what was decided and appended so far leaves room for more.
static bool has_room(const struct lane *lane)
{
    const struct lane_settings *settings = lane->settings;
    if (journal_waiting_bytes(lane->sync.journal) >= settings->waiting_bytes_max)
        return false; // on_synced comes
    struct shard_counts counts;
    struct shard_flow flow;
    shard_counts(lane->shard, &counts);
    shard_flow(lane->shard, &flow);
    if (flow.actions_waiting + flow.dead_letters_waiting >= settings->outbox_max ||
        counts.outbox_bytes >= settings->outbox_bytes_max)
        return false; // on_published comes
    if (lane->checkpoint.phase == CHECKPOINT_NONE)
        return true;
    struct state_counts state;
    state_counts(shard_state(lane->shard), &state);
    return state.dirty_bytes < settings->memory_bytes_max; // else the checkpoint's end comes
}

static bool may_read(const struct lane *lane, const struct inlet *inlet)
{
    if (lane_inflight_is_careful(lane, inlet) && lane->sync.durable < shard_sequence(lane->shard))
        return false; // one by one
    return has_room(lane);
}

static void note_ticket(struct lane *lane, const struct message *message, size_t index)
{
    const struct input_result *result = &lane->results[index];
    switch (result->kind) {
    case FRAME_INPUT_EVENT:
        ticket_set(message->ticket, message->ticket_index, TICKET_ACCEPTED, NULL);
        return;
    case FRAME_INPUT_DUPLICATE:
        ticket_set(message->ticket, message->ticket_index, TICKET_DUPLICATE, NULL);
        return;
    case FRAME_INPUT_REJECTED:
        ticket_set(message->ticket, message->ticket_index, TICKET_REJECTED, &result->reject);
        return;
    }
}

// The messages from `first` to `end` are in frame `sequence`.
static void note_frame(
    struct lane *lane, size_t first, size_t end, uint64_t sequence, int64_t polled_us)
{
    struct lane_waiting entry = {.sequence = sequence, .polled_us = polled_us};
    for (size_t i = first; i < end; i++) {
        const struct message *message = &lane->messages[i];
        if (message->ticket == NULL)
            continue;
        note_ticket(lane, message, i);
        if (entry.ticket != NULL && entry.ticket != message->ticket) {
            push_waiting(lane, &entry);
            entry.count = 0;
        }
        entry.ticket = message->ticket;
        entry.count++;
    }
    if (entry.ticket != NULL)
        push_waiting(lane, &entry);
    entry.ticket = NULL;
    entry.count = (uint32_t)(end - first);
    push_waiting(lane, &entry);
}

// Folds some of what is in hand into a frame. False: timers that come before it have filled the frame.
static bool fold_frame(struct lane *lane)
{
    struct lane_hand *hand = &lane->hand;
    bool wants_results = hand->inlet->kind == INLET_HTTP;
    struct fault fault = {.err = ERR_OK};
    uint64_t sequence = 0;
    size_t left = hand->count - hand->next;
    shard_frame_begin(lane->shard, lane_clock_ms(lane));
    size_t folded = shard_fold(
        lane->shard, hand->inlet->source.name, &lane->messages[hand->next], left,
        wants_results ? &lane->results[hand->next] : NULL);
    fault.err = shard_frame_end(lane->shard, &sequence, &fault);
    if (fault.err != ERR_OK)
        runtime_fail(lane->runtime, exit_code_of(fault.err), "events cannot be folded", &fault);
    INVARIANT(sequence > 0 && folded <= left);
    lane_failures_tell(lane);
    if (folded == 0)
        return false;
    note_frame(lane, hand->next, hand->next + folded, sequence, hand->polled_us);
    hand->next += folded;
    atomic_fetch_add_explicit(&lane->events_read, folded, memory_order_relaxed);
    return true;
}

static void release_hand(struct lane *lane)
{
    struct inlet *inlet = lane->hand.inlet;
    lane->hand = (struct lane_hand){.inlet = NULL};
    inlet->source.ops->release(inlet->source.self);
}

// Folds what is in hand, up to a frame that timers have filled: of those there may be any number.
static void fold_hand(struct lane *lane)
{
    struct lane_hand *hand = &lane->hand;
    struct inflight *watch = lane_inflight_of(lane, hand->inlet);
    shard_watch(lane->shard, watch);
    crash_watch(watch);
    while (hand->next < hand->count && fold_frame(lane)) {
    }
    crash_watch(NULL);
    if (hand->next == hand->count)
        release_hand(lane);
}

static bool read_inlet(struct lane *lane, struct inlet *inlet)
{
    size_t count = 0;
    int64_t polled_us = runtime_mono_us(lane->runtime);
    size_t max = lane_inflight_is_careful(lane, inlet) ? 1 : lane->settings->poll_max;
    bool has_loan = inlet_poll(inlet, lane->runtime, lane->messages, max, &count);
    if (!has_loan)
        return false;
    if (count > 0 && FAILPOINT_ERR(SOURCE_LOST) != ERR_OK)
        count--; // lost on the way, which the balances are there to see
    FAILPOINT(SOURCE_POLLED);
    if (inlet->kind == INLET_FILE && count > 0) {
        const struct message *first = &lane->messages[0];
        const struct message *last = &lane->messages[count - 1];
        uint64_t bytes = (uint64_t)(last->position_next - first->position);
        atomic_fetch_add_explicit(&lane->bytes_read, bytes, memory_order_relaxed);
    }
    lane->hand = (struct lane_hand){.inlet = inlet, .count = count, .polled_us = polled_us};
    fold_hand(lane);
    return true;
}

// ---- the turn

// Files are read one after the other, so that their order does not depend on speed.
static bool is_its_turn(const struct lane *lane, size_t index)
{
    if (lane->inlets[index].kind != INLET_FILE)
        return true;
    for (size_t i = 0; i < index; i++)
        if (lane->inlets[i].kind == INLET_FILE && lane->inlets[i].state != INLET_ENDED)
            return false;
    return true;
}

// What cannot be read back is not remembered: the shard has just been opened from the same journal.
static void remember_inlet(struct lane *lane, struct inlet *inlet)
{
    struct source_memory memory;
    inlet->is_remembered = true;
    if (inlet->source.ops->remember != NULL &&
        shard_last_read(lane->shard, inlet->source.name, &memory, NULL) == ERR_OK)
        inlet->source.ops->remember(inlet->source.self, &memory);
}

static void start_inlet(struct lane *lane, struct inlet *inlet)
{
    if (!inlet->is_remembered)
        remember_inlet(lane, inlet);
    inlet_start(inlet, lane->runtime, shard_position(lane->shard, inlet->source.name));
}

static void show_state(struct lane *lane)
{
    bool is_reading = true;
    bool is_gone = false;
    for (size_t i = 0; i < lane->inlet_count; i++) {
        enum inlet_state state = lane->inlets[i].state;
        is_reading = is_reading && !(state == INLET_STARTING && is_its_turn(lane, i));
        is_gone = is_gone || state == INLET_STOPPED;
    }
    atomic_store_explicit(&lane->is_reading, is_reading, memory_order_relaxed);
    atomic_store_explicit(&lane->is_gone, is_gone, memory_order_relaxed);
}

// What is in hand comes before anything else. At a stop it is left to the source, which gives it again.
static bool go_on(struct lane *lane, bool is_stopping)
{
    struct lane_hand *hand = &lane->hand;
    if (is_stopping && hand->inlet->kind != INLET_HTTP) {
        hand->inlet->polled -= hand->count - hand->next;
        release_hand(lane);
        return true;
    }
    if (!has_room(lane))
        return false;
    fold_hand(lane);
    return true;
}

// True: there may be more at once.
static bool read_all(struct lane *lane, int64_t now_us)
{
    bool is_stopping = atomic_load(&lane->runtime->is_stopping);
    bool did_work = false;
    if (lane->hand.inlet != NULL)
        return go_on(lane, is_stopping);
    for (size_t i = 0; i < lane->inlet_count; i++) {
        struct inlet *inlet = &lane->inlets[i];
        // What HTTP handed over before the stop is still taken in.
        if (is_stopping && (inlet->kind != INLET_HTTP || inlet->state == INLET_STARTING))
            continue;
        if (!is_its_turn(lane, i) || !inlet_is_due(inlet, now_us))
            continue;
        if (inlet->state == INLET_STARTING)
            start_inlet(lane, inlet);
        if (inlet->state != INLET_READING || !may_read(lane, inlet))
            continue;
        did_work = read_inlet(lane, inlet) || inlet->state == INLET_ENDED || did_work;
        if (lane->hand.inlet != NULL)
            break;
    }
    return did_work;
}

static bool fire_due(struct lane *lane)
{
    bool is_free = lane->hand.inlet == NULL && !atomic_load(&lane->runtime->is_stopping);
    return is_free && lane_timers_are_due(lane) && has_room(lane) &&
           lane_timers_fire(lane, lane_clock_ms(lane));
}

bool lane_turn(struct lane *lane, int64_t now_us)
{
    if (!lane_balance_holds(lane, now_us))
        return false; // nothing more is taken in, sent or made the state of a checkpoint
    // What is read fires what is due before it.
    bool is_busy = false;
    if (!lane_rules_hold(lane))
        is_busy = read_all(lane, now_us) || fire_due(lane);
    else if (has_room(lane) || atomic_load(&lane->runtime->is_stopping))
        is_busy = lane_rules_turn(lane);
    lane_sync(lane);
    lane_checkpoint_turn(lane, now_us);
    show_state(lane);
    return is_busy;
}

bool lane_waits_for_stdin(const struct lane *lane)
{
    for (size_t i = 0; i < lane->inlet_count; i++)
        if (lane->inlets[i].is_stdin && lane->inlets[i].state == INLET_IDLE)
            return true;
    return false;
}

void lane_wake_stdin(struct lane *lane)
{
    for (size_t i = 0; i < lane->inlet_count; i++)
        if (lane->inlets[i].is_stdin)
            inlet_wake(&lane->inlets[i]);
}

bool lane_has_ended(const struct lane *lane)
{
    for (size_t i = 0; i < lane->inlet_count; i++) {
        enum inlet_state state = lane->inlets[i].state;
        if (state != INLET_ENDED && state != INLET_STOPPED)
            return false;
    }
    return lane->hand.inlet == NULL && !lane_timers_are_due(lane);
}

bool lane_is_drained(const struct lane *lane)
{
    if (lane->hand.inlet != NULL)
        return false;
    for (size_t i = 0; i < lane->inlet_count; i++) {
        const struct inlet *inlet = &lane->inlets[i];
        bool has_mail = inlet->state == INLET_READING || atomic_load(&inlet->is_woken);
        if (inlet->kind == INLET_HTTP && has_mail)
            return false;
    }
    uint64_t sequence = shard_sequence(lane->shard);
    return lane->sync.durable == sequence && lane->published == sequence &&
           lane_checkpoint_is_done(lane) && lane_rules_are_settled(lane);
}

void lane_begin(struct lane *lane)
{
    INVARIANT(lane->settings->poll_max > 0 && lane->settings->poll_max <= LANE_MESSAGES_MAX);
    lane->messages = mem_zero(lane->settings->poll_max, sizeof(*lane->messages));
    lane->results = mem_zero(lane->settings->poll_max, sizeof(*lane->results));
    lane->sync.runtime = lane->runtime;
    lane->sync.journal = shard_journal(lane->shard);
    lane->sync.reply_to = lane->box;
    lane->sync.done_run = on_synced;
    lane->sync.durable = journal_sequence_durable(lane->sync.journal);
    lane->prepare.runtime = lane->runtime;
    lane->prepare.journal = lane->sync.journal;
    struct shard_counts counts;
    shard_counts(lane->shard, &counts);
    lane->published = shard_sequence_published(lane->shard);
    lane->mark = shard_sink_mark(lane->shard);
    lane->checkpoint.sequence_in_force = counts.sequence_checkpoint;
    // After a recovery the next one shall be shorter, so that crashes in a row get on.
    lane->checkpoint.due_us =
        runtime_mono_us(lane->runtime) +
        (lane->checkpoint.has_replayed ? REPLAYED_AGE_US : lane->settings->checkpoint_age_us);
    (void)shard_timer_due_ms(lane->shard); // gathers them now, while nothing waits for an answer
    publisher_set_mark(lane->publisher, lane->number, lane->mark);
    lane_publish(lane);
    lane_sync(lane);
    prepare_job_send(&lane->prepare);
}

void lane_end(struct lane *lane)
{
    for (size_t i = 0; i < lane->inlet_count; i++)
        if (lane->inlets[i].source.ops != NULL)
            lane->inlets[i].source.ops->destroy(lane->inlets[i].source.self);
    while (lane->free_jobs != NULL) {
        struct publish_job *job = lane->free_jobs;
        lane->free_jobs = job->next;
        outbox_batch_free(&job->batch);
        free(job);
    }
    lane_inflight_close(lane);
    free(lane->waiting);
    free(lane->messages);
    free(lane->results);
}
