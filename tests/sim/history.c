// What a shard's journal holds, read frame by frame.
#include "tests/sim/history.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/journal/journal.h"

// Makes room for one more of a growing array.
static void *grow(void *items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return items;
    *cap = *cap * 2 + 64;
    return mem_resize(items, *cap * size);
}

static struct bytes keep(struct history *history, struct bytes bytes)
{
    if (bytes.len == 0)
        return (struct bytes){NULL, 0};
    uint8_t *copy = arena_alloc(&history->arena, bytes.len);
    memcpy(copy, bytes.data, bytes.len);
    return bytes_of(copy, bytes.len);
}

static void take_inputs(struct history *history, struct frame_reader *frame)
{
    struct bytes names[64] = {{NULL, 0}};
    struct frame_source source;
    for (size_t i = 0; frame_next_source(frame, &source) == ERR_OK; i++)
        names[i % 64] = keep(history, source.name);
    struct frame_input input;
    while (frame_next_input(frame, &input) == ERR_OK) {
        history->inputs = grow(
            history->inputs, history->input_count, &history->input_cap, sizeof(*history->inputs));
        history->inputs[history->input_count++] = (struct history_input){
            .kind = input.kind,
            .sequence = frame->head.sequence,
            .source = names[input.source % 64],
            .position = input.position,
            .tick_ms = frame->head.tick_ms,
            .value = keep(history, input.value),
            .headers = keep(history, input.headers),
            .reject_code = input.reject_code,
            .reason = keep(history, input.reason),
        };
    }
}

static void take_commands(struct history *history, struct frame_reader *frame)
{
    struct frame_command command;
    while (frame_next_command(frame, &command) == ERR_OK) {
        history->commands = grow(
            history->commands, history->command_count, &history->command_cap,
            sizeof(*history->commands));
        history->commands[history->command_count++] = (struct history_command){
            .sequence = frame->head.sequence,
            .input = history->input_count,
            .kind = command.kind,
            .payload = keep(history, command.payload),
        };
    }
}

static void take_outgoing(struct history *history, struct frame_reader *frame)
{
    struct frame_outgoing outgoing;
    while (frame_next_outgoing(frame, &outgoing) == ERR_OK) {
        history->outgoing = grow(
            history->outgoing, history->outgoing_count, &history->outgoing_cap,
            sizeof(*history->outgoing));
        history->outgoing[history->outgoing_count++] = (struct history_outgoing){
            .kind = outgoing.kind,
            .sequence = frame->head.sequence,
            .id = outgoing.id,
            .topic = keep(history, outgoing.topic),
            .key = keep(history, outgoing.key),
            .value = keep(history, outgoing.value),
        };
    }
}

static void take_frame(
    struct history *history, struct frame_reader *frame, enum history_depth depth)
{
    history->frames =
        grow(history->frames, history->frame_count, &history->frame_cap, sizeof(*history->frames));
    history->frames[history->frame_count++] = (struct history_frame){
        .sequence = frame->head.sequence,
        .chain = frame->head.chain,
        .tick_ms = frame->head.tick_ms,
    };
    if (depth == HISTORY_FRAMES)
        return;
    take_commands(history, frame);
    take_inputs(history, frame);
    take_outgoing(history, frame);
}

enum err history_read(
    struct sim *sim,
    const char *directory,
    enum history_depth depth,
    struct history *out,
    struct fault *fault)
{
    struct journal_reader *reader = NULL;
    *out = (struct history){.frame_count = 0};
    enum err err = journal_reader_open(fake_disk_port(sim->disk), directory, 0, &reader, fault);
    if (err == ERR_MISSING)
        return ERR_OK; // nothing was ever written
    while (err == ERR_OK) {
        struct bytes bytes;
        struct frame_reader frame;
        err = journal_reader_next(reader, &bytes, &frame, fault);
        if (err == ERR_OK)
            take_frame(out, &frame, depth);
    }
    journal_reader_close(reader);
    return err == ERR_END ? ERR_OK : err;
}

void history_free(struct history *history)
{
    arena_free(&history->arena);
    free(history->frames);
    free(history->inputs);
    free(history->outgoing);
    free(history->commands);
    *history = (struct history){.frame_count = 0};
}
