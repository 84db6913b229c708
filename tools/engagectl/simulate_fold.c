// Folding a source of events to its end in a shard of its own.
#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/time.h"
#include "engine/event/decode.h"
#include "engine/fold/shard_clock.h"
#include "tools/engagectl/interrupt.h"
#include "tools/engagectl/simulate.h"
#include "tools/engagectl/simulate_gather.h"

// One run.
struct run {
    struct simulation *simulation;
    struct gather gather;
    struct decoder *decoder; // NULL: nothing is left out for its time
    struct input_result *results;
    struct outbox_batch outbox;
    uint64_t letters;
    uint64_t mark; // of the last publication
};

// An event later than what is simulated. What cannot be decoded stays: it is a dead letter.
static bool is_wanted(void *context, const struct message *message)
{
    struct run *run = context;
    struct event event;
    struct reject reject;
    struct raw_event raw = {.value = message->value, .value_bytes = message->value_bytes};
    decoder_reset(run->decoder);
    if (decoder_decode(run->decoder, DECODE_REPLAY, &raw, &event, &reject) != REJECT_NONE ||
        event.time_ms == EVENT_TIME_NONE || event.time_ms <= run->simulation->until_ms)
        return true;
    run->simulation->later++;
    return false;
}

static void talk_letters(struct run *run, const struct message *messages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct input_result *result = &run->results[i];
        if (result->kind != FRAME_INPUT_REJECTED || run->letters++ >= SIMULATION_LETTERS_SHOWN)
            continue;
        (void)progress_end(run->simulation->progress);
        (void)fprintf(
            stderr, "dead letter: %s at byte %" PRId64 ": %s: %s\n", run->simulation->shown_name,
            messages[i].position, reject_name(result->reject.code), result->reject.reason);
    }
}

static enum err publish(struct run *run, struct fault *fault)
{
    struct shard *shard = run->simulation->shard;
    uint64_t durable = 0;
    enum err err = journal_sync(shard_journal(shard), &durable, fault);
    if (err != ERR_OK)
        return err;
    outbox_batch_clear(&run->outbox);
    if (!shard_take_outbox(shard, durable, &run->outbox))
        return ERR_OK;
    for (size_t i = 0; i < run->outbox.item_count && err == ERR_OK; i++) {
        const struct outgoing *outgoing = &run->outbox.items[i].outgoing;
        if (outgoing->kind == OUTGOING_ACTION)
            err = out_file_add_line(run->simulation->actions, outgoing->value, fault);
    }
    if (err == ERR_OK)
        shard_published(shard, run->outbox.sequence_last, ++run->mark);
    return err;
}

// Between frames of timers, of which one event may bring about any number.
static enum err publish_or_stop(struct run *run, struct fault *fault)
{
    if (interrupt_is_waiting())
        return fault_set(fault, ERR_AGAIN, "stopped by a signal");
    return publish(run, fault);
}

static enum err fold_group(struct run *run, struct fault *fault)
{
    struct shard *shard = run->simulation->shard;
    const struct message *messages = run->gather.messages;
    size_t count = run->gather.count;
    for (size_t done = 0; done < count;) {
        uint64_t sequence = 0;
        shard_frame_begin(shard, TIME_MS_MIN); // the event clock
        size_t folded = shard_fold(
            shard, run->simulation->source.name, messages + done, count - done, run->results);
        enum err err = shard_frame_end(shard, &sequence, fault);
        if (err == ERR_OK && folded == 0)
            err = publish_or_stop(run, fault);
        if (err != ERR_OK)
            return err;
        talk_letters(run, messages + done, folded);
        done += folded;
    }
    return publish(run, fault);
}

static enum err run_groups(struct run *run, struct fault *fault)
{
    struct simulation *simulation = run->simulation;
    uint64_t events = 0;
    for (;;) {
        enum err err = gather_next(&run->gather, fault);
        if (err != ERR_OK)
            return err;
        size_t count = run->gather.count;
        if (count == 0)
            return ERR_OK;
        err = fold_group(run, fault);
        if (err != ERR_OK)
            return err;
        events += count;
        progress_update(
            simulation->progress, (uint64_t)run->gather.messages[count - 1].position_next, events);
    }
}

static enum err advance(struct run *run, struct fault *fault)
{
    struct simulation *simulation = run->simulation;
    bool is_there = false;
    enum err err = ERR_OK;
    while (err == ERR_OK && !is_there) {
        err = shard_advance_frame(simulation->shard, simulation->until_ms, &is_there, fault);
        if (err == ERR_OK)
            err = publish_or_stop(run, fault);
    }
    return err;
}

enum err simulation_run(struct simulation *simulation, struct fault *fault)
{
    struct run run = {.simulation = simulation};
    enum err err =
        simulation->source.ops->start(simulation->source.self, SOURCE_POSITION_START, fault);
    if (err != ERR_OK)
        return err;
    gather_init(&run.gather, simulation->source);
    run.results = mem_zero(GATHER_MESSAGES, sizeof(*run.results));
    if (simulation->until_ms < TIME_MS_MAX) {
        run.decoder = decoder_create(
            &simulation->params->decode, ruleset_catalog(shard_ruleset(simulation->shard)));
        run.gather.wants = is_wanted;
        run.gather.context = &run;
    }
    err = run_groups(&run, fault);
    if (err == ERR_OK && simulation->until_ms < TIME_MS_MAX)
        err = advance(&run, fault);
    gather_free(&run.gather);
    decoder_destroy(run.decoder);
    outbox_batch_free(&run.outbox);
    free(run.results);
    return err;
}
