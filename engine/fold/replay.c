// Folding journalled frames again: the same state, bit for bit, and the decisions as they were recorded.
#include <inttypes.h>

#include "engine/base/invariant.h"
#include "engine/fold/history.h"
#include "engine/fold/shard_drop.h"
#include "engine/fold/shard_internal.h"
#include "engine/fold/zone_change.h"
#include "projections/dedup.h"

enum err replay_compile(
    struct bytes payload, uint64_t sequence, struct ruleset **out, struct fault *fault)
{
    struct arena arena = {0};
    struct diagnostics diagnostics = {0};
    struct rule_bundle bundle;
    enum err err = rule_bundle_unpack(payload, &arena, &bundle);
    if (err != ERR_OK) {
        (void)fault_set(
            fault, err, "sequence %" PRIu64 ": the journalled rules are malformed", sequence);
    } else if (ruleset_compile(&bundle, &diagnostics, out) != ERR_OK) {
        err = fault_set(
            fault, ERR_FORMAT,
            "sequence %" PRIu64 ": the rules journalled there do not compile with this version: %s",
            sequence,
            diagnostics.count > 0 ? diagnostics.items[0]->message : "no reason was given");
    }
    diagnostics_free(&diagnostics);
    arena_free(&arena);
    return err;
}

enum err replay_ruleset_at(
    struct shard *shard, uint64_t sequence, struct ruleset **out, struct fault *fault)
{
    struct journal_reader *reader = NULL;
    enum err err =
        journal_reader_open(shard->params.disk, shard->journal_directory, sequence, &reader, fault);
    if (err != ERR_OK)
        return err;
    struct bytes bytes;
    struct frame_reader frame;
    err = journal_reader_next(reader, &bytes, &frame, fault);
    struct frame_command command;
    while (err == ERR_OK) {
        err = frame_next_command(&frame, &command);
        if (err == ERR_OK && command.kind == FRAME_COMMAND_RULESET) {
            err = replay_compile(command.payload, sequence, out, fault);
            goto close_reader;
        }
    }
    err = fault_set(
        fault, ERR_CORRUPT, "sequence %" PRIu64 ": expected the rules to be journalled there",
        sequence);
close_reader:
    journal_reader_close(reader);
    return err;
}

// The rules of this frame over all frames before it.
static enum err apply_history(struct shard *shard, struct fault *fault)
{
    struct history *history = NULL;
    enum err err = history_begin(shard, shard->ruleset, &history, fault);
    if (err == ERR_OK)
        err = history_follow(history, shard->frame_sequence - 1, fault);
    if (err == ERR_OK)
        history_apply(history, shard, shard->ruleset_before);
    history_end(history);
    return err;
}

static enum err take_settings(struct shard *shard, struct bytes payload, struct fault *fault)
{
    struct fold *fold = &shard->fold;
    struct fold_settings before = fold->settings;
    struct cursor cursor = cursor_of(payload);
    if (fold_settings_unpack(&cursor, &fold->settings) != ERR_OK)
        return fault_set(
            fault, ERR_CORRUPT, "sequence %" PRIu64 ": malformed settings", shard->frame_sequence);
    state_set_limits(shard->state, &fold->settings.state);
    shard->has_settings = true;
    if (!fold_settings_same_zone(&before, &fold->settings))
        zone_change_account(fold);
    return ERR_OK;
}

enum err replay_command(
    struct shard *shard, const struct frame_command *command, struct fault *fault)
{
    uint64_t sequence = shard->frame_sequence;
    switch (command->kind) {
    case FRAME_COMMAND_RULESET: {
        struct ruleset *ruleset = NULL;
        enum err err = replay_compile(command->payload, sequence, &ruleset, fault);
        if (err != ERR_OK)
            return err;
        trace_rules(&shard->fold, TRACE_RULES);
        shard_take_ruleset(shard, ruleset, sequence);
        return ERR_OK;
    }
    case FRAME_COMMAND_SETTINGS: return take_settings(shard, command->payload, fault);
    case FRAME_COMMAND_HISTORY: return apply_history(shard, fault);
    case FRAME_COMMAND_DROP:
        return shard_drop_again(shard, command->payload) == ERR_OK
                   ? ERR_OK
                   : fault_set(
                         fault, ERR_CORRUPT, "sequence %" PRIu64 ": malformed command", sequence);
    case FRAME_COMMAND_UNSENT:
        return unsent_apply(&shard->fold, command->payload) == ERR_OK
                   ? ERR_OK
                   : fault_set(
                         fault, ERR_CORRUPT, "sequence %" PRIu64 ": malformed command", sequence);
    case FRAME_COMMAND_TIMERS: return ERR_OK; // fired_of has read it
    case FRAME_COMMAND_ZONE: return ERR_OK;   // they came first
    }
    return fault_set(
        fault, ERR_FORMAT, "sequence %" PRIu64 ": command %u was written by a newer version",
        sequence, (unsigned)command->kind);
}

// What the frame fired; *has_any_out is whether it says so. The reader stays where it is.
static enum err fired_of(
    const struct frame_reader *frame, struct frame_timers *out, bool *has_any_out)
{
    struct frame_reader reader = *frame;
    struct frame_command command;
    enum err err = ERR_OK;
    *out = (struct frame_timers){.before = 0};
    *has_any_out = false;
    while ((err = frame_next_command(&reader, &command)) == ERR_OK) {
        if (command.kind != FRAME_COMMAND_TIMERS)
            continue;
        *has_any_out = true;
        err = frame_timers_unpack(command.payload, out);
        if (err != ERR_OK)
            return err;
    }
    return err == ERR_END ? ERR_OK : err;
}

static enum err apply_commands(
    struct shard *shard, struct frame_reader *reader, struct fault *fault)
{
    struct frame_command command;
    enum err err = shard_zones_replay(shard, reader, fault);
    if (err != ERR_OK)
        return err;
    while ((err = frame_next_command(reader, &command)) == ERR_OK) {
        err = replay_command(shard, &command, fault);
        if (err != ERR_OK)
            return err;
    }
    bool are_taken = shard->is_sweep_due;
    shard_sweep(shard);
    if (are_taken)
        trace_rules(&shard->fold, TRACE_RULES_TAKEN);
    return err == ERR_END ? ERR_OK : err;
}

// Sources of the frame: their names are needed for dead letters, their positions at its end.
enum err replay_sources(
    struct shard *shard, struct frame_reader *reader, struct bytes names[REPLAY_SOURCES_MAX])
{
    struct frame_source source;
    enum err err = ERR_OK;
    uint32_t count = 0;
    while ((err = frame_next_source(reader, &source)) == ERR_OK) {
        if (count < REPLAY_SOURCES_MAX)
            names[count++] = source.name;
        positions_set(&shard->positions, source.name, source.next);
    }
    return err == ERR_END ? ERR_OK : err;
}

static enum err decode_again(struct shard *shard, const struct frame_input *input, uint32_t at)
{
    struct batch_input *entry = &shard->batch[at];
    struct raw_event raw = {.value = input->value, .value_bytes = input->value.len};
    if (input->headers.len > 0 && !raw_event_unpack_headers(input->headers, &shard->arena, &raw))
        return ERR_CORRUPT;
    entry->kind = input->kind;
    enum reject_code code =
        decoder_decode(shard->decoder, DECODE_REPLAY, &raw, &entry->event, &entry->reject);
    if (code != REJECT_NONE && shard->fold.is_history) {
        entry->kind = FRAME_INPUT_REJECTED; // other rules would have refused it
        return ERR_OK;
    }
    return code == REJECT_NONE ? ERR_OK : ERR_CORRUPT;
}

static enum err fold_batch_again(struct shard *shard, uint32_t count)
{
    uint64_t duplicates = 0;
    (void)batch_fold(shard, count); // nothing is decided here that could fill a frame
    for (uint32_t i = 0; i < count; i++)
        duplicates += shard->batch[i].kind == FRAME_INPUT_DUPLICATE;
    decoder_reset(shard->decoder);
    // They were no duplicates when first folded; under other rules what they were told from may have been refused.
    return duplicates == 0 || shard->fold.is_history ? ERR_OK : ERR_CORRUPT;
}

// --- of one contact
// With the event clock the others' events move it on, so those before the contact's own are looked at.
static enum err fold_input_of(struct shard *shard, const struct frame_input *input)
{
    struct fold *fold = &shard->fold;
    struct batch_input *entry = &shard->batch[0];
    enum err err = decode_again(shard, input, 0);
    if (err != ERR_OK || entry->kind != FRAME_INPUT_EVENT)
        return err;
    if (input_filter_takes(shard->only, ruleset_catalog(fold->ruleset), &entry->event))
        return fold_batch_again(shard, 1);
    if (fold->settings.tick_mode == TICK_EVENT && entry->event.time_ms != EVENT_TIME_NONE &&
        entry->event.time_ms > fold->tick_ms)
        fold->tick_ms = entry->event.time_ms;
    decoder_reset(shard->decoder);
    return ERR_OK;
}

static bool has_any_of(const struct shard *shard, const struct frame_reader *frame)
{
    struct frame_reader reader = *frame;
    struct frame_input input;
    while (frame_next_input(&reader, &input) == ERR_OK) {
        if (input.kind == FRAME_INPUT_EVENT && input_filter_may_take(shard->only, &input))
            return true;
    }
    return false;
}

static enum err replay_inputs_of(struct shard *shard, struct frame_reader *reader)
{
    struct frame_input input;
    enum err err = ERR_OK;
    if (!has_any_of(shard, reader))
        return ERR_OK;
    if (shard->decoder == NULL)
        return ERR_CORRUPT; // events before any rules
    for (uint32_t index = 0; (err = frame_next_input(reader, &input)) == ERR_OK; index++) {
        bool is_wall = shard->fold.settings.tick_mode == TICK_WALL;
        if (input.kind != FRAME_INPUT_EVENT ||
            (is_wall && !input_filter_may_take(shard->only, &input)))
            continue;
        shard->batch[0].index = index;
        err = fold_input_of(shard, &input);
        if (err != ERR_OK)
            return err;
    }
    return err == ERR_END ? ERR_OK : err;
}

enum err replay_inputs(
    struct shard *shard, struct frame_reader *reader, const struct bytes names[REPLAY_SOURCES_MAX])
{
    struct frame_input input;
    uint32_t batch = 0;
    uint32_t index = 0;
    enum err err = ERR_OK;
    if (shard->only != NULL)
        return replay_inputs_of(shard, reader);
    for (; (err = frame_next_input(reader, &input)) == ERR_OK; index++) {
        if (input.kind == FRAME_INPUT_REJECTED)
            shard_add_dead_letter(shard, names[input.source % REPLAY_SOURCES_MAX], &input);
        if (input.kind != FRAME_INPUT_EVENT)
            continue;
        if (shard->decoder == NULL)
            return ERR_CORRUPT; // events before any rules
        shard->batch[batch].index = index;
        err = decode_again(shard, &input, batch);
        if (err != ERR_OK)
            return err;
        if (++batch == BATCH_INPUTS_MAX) {
            err = fold_batch_again(shard, batch);
            batch = 0;
            if (err != ERR_OK)
                return err;
        }
    }
    if (err != ERR_END)
        return err;
    return batch > 0 ? fold_batch_again(shard, batch) : ERR_OK;
}

static enum err recall_outgoing(struct shard *shard, struct frame_reader *reader)
{
    struct frame_outgoing recorded;
    enum err err = ERR_OK;
    while ((err = frame_next_outgoing(reader, &recorded)) == ERR_OK)
        shard_add_action(shard, &recorded);
    return err == ERR_END ? ERR_OK : err;
}

static void settle(struct shard *shard, const struct frame_head *head)
{
    const struct position *kafka = shard_kafka_position(shard);
    struct hash128 chain_before = shard->chain;
    shard->sequence = head->sequence;
    shard->chain = head->chain;
    shard->digest = head->digest;
    shard->recalled.actions += head->counts.outgoing;
    shard->recalled.dead_letters += head->counts.rejected;
    outbox_close_frame(
        &shard->outbox, &(struct outbox_close){
                            .shard = shard->params.shard,
                            .sequence = head->sequence,
                            .tick_ms = head->tick_ms,
                            .chain = head->chain,
                            .chain_before = chain_before,
                            .source_name = kafka == NULL ? NULL : kafka->name,
                            .source_next = kafka == NULL ? 0 : kafka->next,
                            .is_replayed = true,
                        });
}

// The tick that the frame began with. With the wall clock all of it has the frame's tick; with the event clock
// events and timers bring it there, so that a frame without any has it from the beginning.
static int64_t tick_begun(const struct shard *shard, const struct frame_head *head, bool has_timers)
{
    bool is_wall = !shard->has_settings || shard->fold.settings.tick_mode == TICK_WALL;
    bool is_still = head->counts.events == 0 && !has_timers;
    return is_wall || is_still ? head->tick_ms : shard->fold.tick_ms;
}

// Events and timers, as they were mixed.
static enum err fold_contents(
    struct shard *shard,
    struct frame_reader *reader,
    const struct frame_timers *recorded,
    const struct bytes names[REPLAY_SOURCES_MAX])
{
    const struct frame_head *head = &reader->head;
    if (shard->ruleset == NULL && frame_timers_sum(recorded) > 0)
        return ERR_CORRUPT; // timers before any rules
    enum err err = shard_timers_fire_again(shard, recorded->before, head->tick_ms);
    if (err == ERR_OK)
        err = replay_inputs(shard, reader, names);
    if (err == ERR_OK)
        err = shard_timers_fire_again(shard, recorded->after, head->tick_ms);
    struct frame_timers fired = shard_timers_end(shard);
    if (err == ERR_OK && (fired.before != recorded->before || fired.between != recorded->between ||
                          fired.after != recorded->after))
        err = ERR_CORRUPT;
    return err;
}

static enum err fold_frame(
    struct shard *shard,
    struct frame_reader *reader,
    const struct frame_timers *recorded,
    struct fault *fault)
{
    const struct frame_head *head = &reader->head;
    struct bytes names[REPLAY_SOURCES_MAX] = {{NULL, 0}};
    enum err err = apply_commands(shard, reader, fault);
    if (err != ERR_OK)
        return fault_wrap(fault, err, "sequence %" PRIu64, head->sequence);
    err = replay_sources(shard, reader, names);
    if (err == ERR_OK)
        err = fold_contents(shard, reader, recorded, names);
    if (err == ERR_OK)
        err = recall_outgoing(shard, reader);
    if (err != ERR_OK)
        return fault_set(
            fault, err, "sequence %" PRIu64 ": cannot be folded again", head->sequence);
    if (head->counts.events == 0 && head->tick_ms > shard->fold.tick_ms)
        shard->fold.tick_ms = head->tick_ms; // it was moved on to there
    dedup_expire(shard->state, shard->fold.tick_ms);
    return ERR_OK;
}

enum err replay_frame(struct shard *shard, struct frame_reader *reader, struct fault *fault)
{
    const struct frame_head *head = &reader->head;
    struct fold *fold = &shard->fold;
    struct frame_timers recorded;
    bool has_timers = false;
    if (fired_of(reader, &recorded, &has_timers) != ERR_OK)
        return fault_set(
            fault, ERR_CORRUPT, "sequence %" PRIu64 ": malformed commands", head->sequence);
    arena_clear(&shard->arena);
    shard->frame_sequence = head->sequence;
    shard->fold.sequence = head->sequence;
    fold->emit = NULL;
    fold->tick_ms = tick_begun(shard, head, has_timers);
    shard->letter_tick_ms = fold->tick_ms;
    shard_timers_begin(shard);
    state_frame_begin(shard->state, fold->tick_ms);
    enum err err = fold_frame(shard, reader, &recorded, fault);
    if (err != ERR_OK)
        return err;
    uint64_t digest = state_frame_end(shard->state);
    err = state_error(shard->state, fault);
    if (err != ERR_OK)
        return err;
    if (digest != head->digest || fold->tick_ms != head->tick_ms)
        return fault_set(
            fault, ERR_CORRUPT,
            "sequence %" PRIu64 ": folding it again gives digest %016" PRIx64
            ", the journal recorded %016" PRIx64,
            head->sequence, digest, head->digest);
    shard_forget_ruleset_before(shard);
    settle(shard, head);
    return ERR_OK;
}

enum err replay_frame_of(struct shard *shard, struct frame_reader *reader, struct fault *fault)
{
    const struct frame_head *head = &reader->head;
    struct fold *fold = &shard->fold;
    struct bytes names[REPLAY_SOURCES_MAX] = {{NULL, 0}};
    struct frame_timers recorded;
    bool has_timers = false;
    enum err err = fired_of(reader, &recorded, &has_timers);
    INVARIANT(shard->only != NULL);
    arena_clear(&shard->arena);
    shard->frame_sequence = head->sequence;
    fold->sequence = head->sequence;
    fold->emit = NULL;
    fold->tick_ms = tick_begun(shard, head, has_timers);
    shard_timers_begin(shard);
    state_frame_begin(shard->state, fold->tick_ms);
    if (err == ERR_OK)
        err = apply_commands(shard, reader, fault);
    if (err == ERR_OK)
        err = replay_sources(shard, reader, names);
    bool is_wall = fold->settings.tick_mode == TICK_WALL;
    if (err == ERR_OK && fold->ruleset != NULL && (is_wall || head->counts.events == 0))
        (void)shard_timers_fire(shard, head->tick_ms);
    if (err == ERR_OK)
        err = replay_inputs(shard, reader, names);
    if (err == ERR_OK && fold->ruleset != NULL)
        (void)shard_timers_fire(shard, head->tick_ms);
    if (head->tick_ms > fold->tick_ms)
        fold->tick_ms = head->tick_ms;
    dedup_expire(shard->state, fold->tick_ms);
    (void)state_frame_end(shard->state);
    shard_forget_ruleset_before(shard);
    shard->sequence = head->sequence;
    return err == ERR_OK ? state_error(shard->state, fault) : err;
}
