#include "engine/fold/event_find.h"

#include <inttypes.h>

#include "engine/fold/shard_drop.h"
#include "engine/fold/shard_internal.h"

enum { PROGRESS_FRAMES = 64 };

struct finding {
    const struct event_wanted *wanted;
    struct decoder *decoder; // NULL before the first rules
    struct ruleset *ruleset; // whose catalogue it has
    const struct shard_params *params;
    struct arena arena;
    struct event_found *out;
    uint64_t events;
};

// The rules that a frame puts in force: kinds of identifier may be declared.
static enum err take_rules(
    struct finding *finding, struct bytes payload, uint64_t sequence, struct fault *fault)
{
    struct ruleset *ruleset = NULL;
    enum err err = replay_compile(payload, sequence, &ruleset, fault);
    if (err != ERR_OK)
        return err;
    if (finding->decoder == NULL)
        finding->decoder = decoder_create(&finding->params->decode, ruleset_catalog(ruleset));
    else
        decoder_set_catalog(finding->decoder, ruleset_catalog(ruleset));
    ruleset_destroy(finding->ruleset);
    finding->ruleset = ruleset;
    return ERR_OK;
}

static enum err take_dropped(
    struct finding *finding, struct bytes payload, uint64_t sequence, struct fault *fault)
{
    struct dropped_frames dropped;
    struct event_found *out = finding->out;
    if (dropped_frames_unpack(payload, &dropped) != ERR_OK)
        return fault_set(fault, ERR_CORRUPT, "sequence %" PRIu64 ": malformed", sequence);
    uint64_t found = event_ref_sequence(out->ref);
    if (out->count > 0 && found >= dropped.first && found <= dropped.last)
        out->is_dropped = true;
    return ERR_OK;
}

static enum err take_commands(
    struct finding *finding, struct frame_reader *frame, struct fault *fault)
{
    struct frame_command command;
    uint64_t sequence = frame->head.sequence;
    enum err err = ERR_OK;
    while (err == ERR_OK && (err = frame_next_command(frame, &command)) == ERR_OK) {
        if (command.kind == FRAME_COMMAND_RULESET)
            err = take_rules(finding, command.payload, sequence, fault);
        else if (command.kind == FRAME_COMMAND_DROP)
            err = take_dropped(finding, command.payload, sequence, fault);
    }
    return err == ERR_END ? ERR_OK : err;
}

static enum err take_input(
    struct finding *finding, const struct frame_input *input, struct event_ref ref, int64_t tick_ms)
{
    struct event event;
    struct reject reject;
    const struct event_wanted *wanted = finding->wanted;
    struct raw_event raw = {.value = input->value, .value_bytes = input->value.len};
    if (input->kind != FRAME_INPUT_EVENT)
        return ERR_OK;
    if (finding->decoder == NULL)
        return ERR_CORRUPT; // events before any rules
    finding->events++;
    arena_clear(&finding->arena);
    decoder_reset(finding->decoder);
    if (input->headers.len > 0 && !raw_event_unpack_headers(input->headers, &finding->arena, &raw))
        return ERR_CORRUPT;
    if (decoder_decode(finding->decoder, DECODE_REPLAY, &raw, &event, &reject) != REJECT_NONE)
        return ERR_CORRUPT;
    if (bytes_equal(event.id, wanted->id) &&
        (wanted->source.len == 0 || bytes_equal(event.source, wanted->source)))
        *finding->out =
            (struct event_found){.ref = ref, .tick_ms = tick_ms, .count = finding->out->count + 1};
    return ERR_OK;
}

static enum err take_frame(struct finding *finding, struct frame_reader *frame, struct fault *fault)
{
    struct frame_head head = frame->head;
    struct frame_input input;
    enum err err = take_commands(finding, frame, fault);
    if (err != ERR_OK)
        return err;
    for (uint32_t index = 0; (err = frame_next_input(frame, &input)) == ERR_OK; index++) {
        err = take_input(finding, &input, event_ref_of(head.sequence, index), head.tick_ms);
        if (err != ERR_OK)
            return fault_set(fault, err, "sequence %" PRIu64 ": malformed", head.sequence);
    }
    return err == ERR_END ? ERR_OK : err;
}

static enum err walk(
    struct finding *finding,
    const char *directory,
    struct shard_progress progress,
    struct fault *fault)
{
    struct journal_reader *reader = NULL;
    struct frame_reader frame;
    struct bytes bytes;
    uint64_t frames = 0;
    enum err err = journal_reader_open(finding->params->disk, directory, 0, &reader, fault);
    if (err != ERR_OK)
        return err;
    while ((err = journal_reader_next(reader, &bytes, &frame, fault)) == ERR_OK) {
        uint64_t sequence = frame.head.sequence;
        err = take_frame(finding, &frame, fault);
        if (err != ERR_OK)
            break;
        if (progress.report != NULL && ++frames % PROGRESS_FRAMES == 0)
            progress.report(progress.context, sequence, 0, finding->events);
    }
    journal_reader_close(reader);
    return err == ERR_END ? ERR_OK : err;
}

enum err event_find(
    const struct shard_params *params,
    struct shard_progress progress,
    const struct event_wanted *wanted,
    struct event_found *out,
    struct fault *fault)
{
    struct shard *shard = shard_create(params);
    *out = (struct event_found){.count = 0};
    struct finding finding = {.wanted = wanted, .params = params, .out = out};
    enum err err = walk(&finding, shard->journal_directory, progress, fault);
    if (err == ERR_OK && out->count == 0)
        err = fault_set(fault, ERR_MISSING, "no such event");
    decoder_destroy(finding.decoder);
    ruleset_destroy(finding.ruleset);
    arena_free(&finding.arena);
    shard_close(shard);
    return err;
}
