// Making frames: inputs folded and journalled together with what they decided.
#include <stdio.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/shard_internal.h"
#include "projections/dedup.h"

void shard_add_action(struct shard *shard, const struct frame_outgoing *recorded)
{
    struct outgoing outgoing = {
        .kind = (enum outgoing_kind)recorded->kind,
        .id = recorded->id,
        .topic = recorded->topic,
        .key = recorded->key,
        .value = recorded->value,
    };
    outbox_add(&shard->outbox, &outgoing);
}

// The fold decided an action while a frame is being made.
static void emit_action(void *context, const struct fold_action *action)
{
    struct shard *shard = context;
    struct frame_outgoing recorded = {
        .kind = OUTGOING_ACTION,
        .id = action->id,
        .topic = action->topic,
        .key = action->key,
        .value = action->json,
    };
    frame_builder_add_outgoing(shard->builder, &recorded);
    shard_add_action(shard, &recorded);
}

void shard_watch(struct shard *shard, struct inflight *page)
{
    shard->watch = page;
}

void shard_frame_open(struct shard *shard, int64_t wall_ms)
{
    INVARIANT(!shard->is_in_frame);
    INVARIANT(shard->journal != NULL);
    struct fold *fold = &shard->fold;
    shard->is_in_frame = true;
    shard->frame_inputs = 0;
    shard->frame_commands = 0;
    shard->frame_source_name = NULL;
    shard->frame_sequence = journal_sequence_next(shard->journal);
    shard->fold.sequence = shard->frame_sequence;
    shard->frame_start_tick_ms = fold->tick_ms;
    if (fold->settings.tick_mode == TICK_WALL && wall_ms > fold->tick_ms)
        fold->tick_ms = wall_ms;
    shard->letter_tick_ms = fold->tick_ms;
    fold->emit = emit_action;
    fold->emit_context = shard;
    frame_builder_clear(shard->builder);
    shard_timers_begin(shard);
    shard_zones_frame_begin(shard);
    state_frame_begin(shard->state, fold->tick_ms);
}

void shard_frame_begin(struct shard *shard, int64_t wall_ms)
{
    shard_frame_open(shard, wall_ms);
    (void)shard_timers_fire(shard, shard->fold.tick_ms);
}

bool shard_frame_is_full(const struct shard *shard)
{
    return shard->timers.is_closed || shard->frame_inputs >= shard->params.frame_events_max ||
           shard_zones_are_full(shard) ||
           frame_builder_bytes(shard->builder) >= shard->params.frame_bytes_max / FRAME_FILL_PARTS;
}

// With the event clock only an event, a timer or shard_advance moves the tick.
static bool has_timers(const struct shard *shard)
{
    const struct shard_timers *timers = &shard->timers;
    bool is_advance = shard->fold.settings.tick_mode == TICK_EVENT && !timers->has_event &&
                      shard->fold.tick_ms != shard->frame_start_tick_ms;
    return is_advance || timers->since_event > 0 || frame_timers_sum(&timers->fired) > 0;
}

bool shard_frame_is_empty(const struct shard *shard)
{
    return shard->frame_inputs == 0 && shard->frame_commands == 0 && !has_timers(shard);
}

void shard_add_command(struct shard *shard, enum frame_command_kind kind, struct bytes payload)
{
    struct frame_command command = {kind, payload};
    frame_builder_add_command(shard->builder, &command);
    shard->frame_commands++;
}

static void record_timers(struct shard *shard)
{
    struct buffer payload = {0};
    if (!has_timers(shard))
        return;
    struct frame_timers fired = shard_timers_end(shard);
    frame_timers_pack(&fired, &payload);
    shard_add_command(shard, FRAME_COMMAND_TIMERS, buffer_bytes(&payload));
    buffer_free(&payload);
}

static size_t message_bytes(const struct message *message)
{
    size_t bytes = message->value.len + message->key.len;
    for (size_t i = 0; i < message->header_count; i++)
        bytes += message->headers[i].name.len + message->headers[i].value.len;
    return bytes;
}

// How many of the messages go into the next batch: as many as the frame has room for.
static uint32_t batch_size(const struct shard *shard, const struct message *messages, size_t count)
{
    size_t events_left = shard->params.frame_events_max - shard->frame_inputs;
    size_t most = count < events_left ? count : events_left;
    most = most < BATCH_INPUTS_MAX ? most : BATCH_INPUTS_MAX;
    size_t bytes = frame_builder_bytes(shard->builder);
    size_t bytes_max = shard->params.frame_bytes_max / FRAME_FILL_PARTS;
    uint32_t size = 0;
    while (size < most) {
        bytes += message_bytes(&messages[size]);
        if (size > 0 && bytes > bytes_max)
            break;
        size++;
    }
    return size;
}

// An input that ended the process again and again is not decoded any more.
static bool is_refused(const struct shard *shard, const struct message *message)
{
    return shard->watch != NULL && inflight_is_careful(shard->watch) &&
           inflight_refuses(shard->watch, message->position);
}

static enum reject_code refuse_crashed(struct shard *shard, struct reject *reject)
{
    shard->counts.crashed++;
    reject->code = REJECT_CRASHED;
    (void)snprintf(
        reject->reason, sizeof(reject->reason), "the process died %d times while reading this",
        INFLIGHT_DEATHS_MAX);
    return REJECT_CRASHED;
}

static enum reject_code decode(
    struct shard *shard, const struct message *message, struct batch_input *input)
{
    struct raw_event raw = {
        .value = message->value,
        .headers = message->headers,
        .header_count = message->header_count,
        .value_bytes = message->value_bytes,
    };
    if (is_refused(shard, message))
        return refuse_crashed(shard, &input->reject);
    if (shard->watch != NULL)
        inflight_set(shard->watch, message->position, message->position);
    FAILPOINT(DECODE_BEFORE);
    return decoder_decode(shard->decoder, DECODE_CHECK, &raw, &input->event, &input->reject);
}

static void decode_batch(struct shard *shard, const struct message *messages, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct batch_input *input = &shard->batch[i];
        input->index = shard->frame_inputs + i;
        enum reject_code code = decode(shard, &messages[i], input);
        input->kind = code == REJECT_NONE ? FRAME_INPUT_EVENT : FRAME_INPUT_REJECTED;
    }
}

static void hold_refused(const struct shard *shard, struct frame_input *recorded)
{
    size_t value_max = shard->params.frame_bytes_max / FRAME_REFUSED_PARTS;
    size_t origin_max = shard->params.frame_bytes_max / FRAME_ORIGIN_PARTS;
    if (recorded->value.len > value_max)
        recorded->value.len = value_max;
    if (recorded->key.len > origin_max)
        recorded->key.len = origin_max;
    if (recorded->headers.len > origin_max)
        recorded->headers = (struct bytes){NULL, 0}; // a part of them could not be unpacked
}

static void record_input(
    struct shard *shard,
    uint32_t source,
    const char *source_name,
    const struct message *message,
    const struct batch_input *input)
{
    struct frame_input recorded = {
        .kind = input->kind, .source = source, .position = message->position};
    if (input->kind != FRAME_INPUT_DUPLICATE) {
        recorded.value = message->value;
        recorded.value_bytes = message->value_bytes;
        if (message->header_count > 0) {
            struct raw_event raw = {
                .headers = message->headers, .header_count = message->header_count};
            buffer_clear(&shard->headers);
            raw_event_pack_headers(&raw, &shard->headers);
            recorded.headers = buffer_bytes(&shard->headers);
        }
    }
    if (input->kind == FRAME_INPUT_REJECTED) {
        recorded.key = message->key;
        hold_refused(shard, &recorded);
        recorded.reject_code = (uint32_t)input->reject.code;
        recorded.reason = bytes_text(input->reject.reason);
        shard_add_dead_letter(shard, bytes_text(source_name), &recorded);
    }
    enum err err = frame_builder_add_input(shard->builder, &recorded);
    INVARIANT(err == ERR_OK); // batch_size keeps within the frame's bounds
}

static void count_key(
    struct shard *shard, const struct message *message, const struct batch_input *input)
{
    if (input->kind != FRAME_INPUT_REJECTED && message->key.len > 0 &&
        !bytes_equal(message->key, input->event.identifiers[0].value))
        shard->counts.key_mismatch++;
}

// The frame's index of a source; a frame that is filled by several calls names it once.
static uint32_t frame_source_of(struct shard *shard, const char *source_name, int64_t position)
{
    if (shard->frame_source_name != source_name) {
        struct frame_source entry = {bytes_text(source_name), position};
        shard->frame_source = frame_builder_add_source(shard->builder, &entry);
        shard->frame_source_name = source_name;
    }
    return shard->frame_source;
}

size_t shard_fold(
    struct shard *shard,
    const char *source_name,
    const struct message *messages,
    size_t count,
    struct input_result *results)
{
    INVARIANT(shard->is_in_frame);
    INVARIANT(shard->ruleset != NULL);
    size_t done = 0;
    uint32_t source = 0;
    while (done < count && !shard_frame_is_full(shard)) {
        const struct message *batch = messages + done;
        uint32_t size = batch_size(shard, batch, count - done);
        decode_batch(shard, batch, size);
        if (shard->watch != NULL)
            inflight_set(shard->watch, batch[0].position, batch[size - 1].position);
        size = batch_fold(shard, size);
        if (size > 0 && done == 0)
            source = frame_source_of(shard, source_name, batch[0].position);
        for (uint32_t i = 0; i < size; i++) {
            record_input(shard, source, source_name, &batch[i], &shard->batch[i]);
            count_key(shard, &batch[i], &shard->batch[i]);
            if (results != NULL) {
                results[done + i].kind = shard->batch[i].kind;
                if (shard->batch[i].kind == FRAME_INPUT_REJECTED)
                    results[done + i].reject = shard->batch[i].reject;
            }
        }
        decoder_reset(shard->decoder);
        shard->frame_inputs += size;
        done += size;
    }
    if (done > 0) {
        int64_t next = messages[done - 1].position_next;
        frame_builder_set_source_next(shard->builder, source, next);
        positions_set(&shard->positions, bytes_text(source_name), next);
    }
    return done;
}

static enum err append_frame(struct shard *shard, struct fault *fault)
{
    struct frame_head head = {
        .tick_ms = shard->fold.tick_ms,
        .ruleset = ruleset_hash(shard->ruleset),
        .digest = shard->digest,
    };
    enum err err = journal_append(shard->journal, shard->builder, &head);
    if (err != ERR_OK)
        return fault_set(
            fault, err, "shard %u: frame of %zu bytes was not journalled: %s", shard->params.shard,
            frame_builder_bytes(shard->builder), err_text(err));
    INVARIANT(head.sequence == shard->frame_sequence);
    shard->sequence = head.sequence;
    shard->chain = head.chain;
    return ERR_OK;
}

// The store failed under a frame: nothing of it was journalled. A store is derived, so it is removed for
// the next start to fold the journal again.
static enum err drop_store(struct shard *shard, enum err err, struct fault *fault)
{
    // A version other than the one the store was opened with is a damaged byte, too.
    bool is_damaged = err == ERR_CORRUPT || err == ERR_FORMAT;
    if (is_damaged && shard->store_directory != NULL &&
        state_remove(shard->store_directory, NULL) == ERR_OK)
        return fault_wrap(
            fault, err, "shard %u: the store was removed, the next start folds the journal again",
            shard->params.shard);
    return fault_wrap(fault, err, "shard %u", shard->params.shard);
}

enum err shard_frame_end(struct shard *shard, uint64_t *sequence_out, struct fault *fault)
{
    INVARIANT(shard->is_in_frame);
    bool is_empty = shard_frame_is_empty(shard); // it leaves no trace
    shard->is_in_frame = false;
    shard_zones_frame_end(shard);
    if (is_empty)
        shard->fold.tick_ms = shard->frame_start_tick_ms;
    else
        dedup_expire(shard->state, shard->fold.tick_ms);
    shard->digest = state_frame_end(shard->state);
    enum err err = state_error(shard->state, fault);
    if (err != ERR_OK)
        return drop_store(shard, err, fault);
    if (is_empty)
        return ERR_OK;
    record_timers(shard);
    FAILPOINT(FRAME_FOLDED);
    struct hash128 chain_before = shard->chain;
    err = append_frame(shard, fault);
    if (err != ERR_OK)
        return err;
    FAILPOINT(FRAME_APPENDED);
    const struct position *kafka = shard_kafka_position(shard);
    outbox_close_frame(
        &shard->outbox, &(struct outbox_close){
                            .shard = shard->params.shard,
                            .sequence = shard->sequence,
                            .tick_ms = shard->fold.tick_ms,
                            .chain = shard->chain,
                            .chain_before = chain_before,
                            .source_name = kafka == NULL ? NULL : kafka->name,
                            .source_next = kafka == NULL ? 0 : kafka->next,
                            .is_replayed = shard->asks_sink,
                        });
    shard->counts.frames++;
    if (shard->watch != NULL)
        inflight_clear(shard->watch);
    *sequence_out = shard->sequence;
    return ERR_OK;
}
