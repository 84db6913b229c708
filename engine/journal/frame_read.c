// Views into the bytes of one frame.
#include "engine/event/event.h"
#include "engine/journal/encode.h"
#include "engine/journal/frame.h"
#include "engine/journal/layout.h"
#include "engine/journal/record.h"

enum { SOURCE_BYTES_MIN = 2 };

static void views_head(const uint8_t *frame, struct frame_reader *out)
{
    out->head = (struct frame_head){
        .sequence = get_u64(frame + RECORD_AT_SEQUENCE),
        .tick_ms = (int64_t)get_u64(frame + FRAME_AT_TICK),
        .ruleset = get_u64(frame + FRAME_AT_RULESET),
        .digest = get_u64(frame + FRAME_AT_DIGEST),
        .chain = hash128_get(frame + FRAME_AT_CHAIN),
        .counts =
            {.events = get_u32(frame + FRAME_AT_COUNTS),
             .duplicates = get_u32(frame + FRAME_AT_COUNTS + 4),
             .rejected = get_u32(frame + FRAME_AT_COUNTS + 8),
             .outgoing = get_u32(frame + FRAME_AT_COUNTS + 12)},
    };
}

// Cuts the body into its four sections. False when they do not fill it.
static bool views_sections(struct bytes frame, struct frame_reader *out)
{
    struct cursor body =
        cursor_of(bytes_of(frame.data + FRAME_HEADER_BYTES, frame.len - FRAME_HEADER_BYTES));
    struct cursor *sections[] = {&out->sources, &out->commands, &out->inputs, &out->outgoing};
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        uint32_t len = get_u32(frame.data + FRAME_AT_SECTIONS + 4 * i);
        *sections[i] = cursor_of(cursor_bytes(&body, len));
    }
    if (body.has_failed || cursor_left(&body) >= RECORD_ALIGN)
        return false;
    while (cursor_left(&body) > 0)
        if (cursor_u8(&body) != 0)
            return false;
    return true;
}

enum err frame_views(
    struct bytes frame, struct arena *arena, struct frame_reader *out, const char **reason_out)
{
    struct frame_reader reader = {0};
    views_head(frame.data, &reader);
    const struct frame_counts *counts = &reader.head.counts;
    uint64_t inputs = (uint64_t)counts->events + counts->duplicates + counts->rejected;
    reader.source_count = get_u32(frame.data + FRAME_AT_SOURCES);
    reader.command_count = get_u32(frame.data + FRAME_AT_COMMANDS);
    reader.outgoing_count = counts->outgoing;
    if (inputs > FRAME_INPUTS_MAX || get_u64(frame.data + FRAME_AT_ZERO) != 0) {
        *reason_out = "the frame's counts are out of range";
        return ERR_CORRUPT;
    }
    reader.input_count = (uint32_t)inputs;
    if (!views_sections(frame, &reader) ||
        cursor_left(&reader.sources) / SOURCE_BYTES_MIN < reader.source_count) {
        *reason_out = "the frame's sections do not fill it";
        return ERR_CORRUPT;
    }
    reader.sources_left = reader.source_count;
    reader.commands_left = reader.command_count;
    reader.inputs_left = reader.input_count;
    reader.outgoing_left = reader.outgoing_count;
    reader.positions = arena_alloc(arena, reader.source_count * sizeof(*reader.positions));
    for (uint32_t i = 0; i < reader.source_count; i++)
        reader.positions[i] = 0;
    *out = reader;
    return ERR_OK;
}

enum err frame_open(
    struct bytes frame, struct arena *arena, struct frame_reader *out, struct fault *fault)
{
    struct record record;
    enum err err = record_read(frame, &record);
    if (err == ERR_END)
        err = ERR_CORRUPT;
    if (err == ERR_OK && record.kind != RECORD_FRAME)
        err = ERR_CORRUPT;
    if (err == ERR_OK)
        err = record_check_body(frame, &record);
    if (err != ERR_OK)
        return fault_set(fault, err, "frame of %zu bytes: %s", frame.len, err_text(err));

    const char *reason = "";
    err = frame_views(bytes_of(frame.data, record.length), arena, out, &reason);
    if (err != ERR_OK)
        return fault_set(fault, err, "frame of %zu bytes: %s", frame.len, reason);
    return ERR_OK;
}

// Counts one item down. ERR_END when there was none left and the section is used up.
static enum err section_take(const struct cursor *section, uint32_t *left)
{
    if (*left == 0)
        return cursor_left(section) == 0 && !section->has_failed ? ERR_END : ERR_CORRUPT;
    (*left)--;
    return ERR_OK;
}

enum err frame_next_source(struct frame_reader *reader, struct frame_source *out)
{
    enum err err = section_take(&reader->sources, &reader->sources_left);
    if (err != ERR_OK)
        return err;
    struct frame_source source = {.name = cursor_sized(&reader->sources)};
    source.next = cursor_zigzag(&reader->sources);
    if (reader->sources.has_failed)
        return ERR_CORRUPT;
    *out = source;
    return ERR_OK;
}

enum err frame_next_command(struct frame_reader *reader, struct frame_command *out)
{
    enum err err = section_take(&reader->commands, &reader->commands_left);
    if (err != ERR_OK)
        return err;
    uint64_t kind = cursor_varint(&reader->commands);
    struct bytes payload = cursor_sized(&reader->commands);
    if (reader->commands.has_failed || kind > UINT32_MAX)
        return ERR_CORRUPT;
    *out = (struct frame_command){.kind = (enum frame_command_kind)kind, .payload = payload};
    return ERR_OK;
}

static void input_read_rejected(struct cursor *inputs, struct frame_input *input)
{
    uint64_t code = cursor_varint(inputs);
    if (code > UINT32_MAX)
        inputs->has_failed = true;
    input->reject_code = (uint32_t)code;
    input->value_bytes = cursor_varint(inputs);
    input->key = cursor_sized(inputs);
    input->reason = cursor_sized(inputs);
}

enum err frame_next_input(struct frame_reader *reader, struct frame_input *out)
{
    struct cursor *inputs = &reader->inputs;
    enum err err = section_take(inputs, &reader->inputs_left);
    if (err != ERR_OK)
        return err;

    unsigned first = cursor_u8(inputs);
    uint64_t source = first >> INPUT_SOURCE_SHIFT;
    if (source == INPUT_SOURCE_LATER)
        source = cursor_varint(inputs);
    uint64_t difference = (uint64_t)cursor_zigzag(inputs);
    unsigned kind = first & INPUT_KIND_MASK;
    if (inputs->has_failed || source >= reader->source_count || kind > FRAME_INPUT_REJECTED)
        return ERR_CORRUPT;

    int64_t *position = &reader->positions[source];
    *position = (int64_t)((uint64_t)*position + difference);
    struct frame_input input = {
        .kind = (enum frame_input_kind)kind,
        .source = (uint32_t)source,
        .position = *position,
    };
    if (kind != FRAME_INPUT_DUPLICATE)
        input.value = cursor_sized(inputs);
    if ((first & INPUT_HAS_HEADERS) != 0)
        input.headers = cursor_sized(inputs);
    if (kind == FRAME_INPUT_REJECTED)
        input_read_rejected(inputs, &input);
    if (inputs->has_failed)
        return ERR_CORRUPT;
    *out = input;
    return ERR_OK;
}

enum err frame_next_outgoing(struct frame_reader *reader, struct frame_outgoing *out)
{
    struct cursor *outgoing = &reader->outgoing;
    enum err err = section_take(outgoing, &reader->outgoing_left);
    if (err != ERR_OK)
        return err;
    uint64_t kind = cursor_varint(outgoing);
    struct bytes id = cursor_bytes(outgoing, CHAIN_BYTES);
    struct frame_outgoing found = {.kind = (uint32_t)kind};
    found.topic = cursor_sized(outgoing);
    found.key = cursor_sized(outgoing);
    found.value = cursor_sized(outgoing);
    if (outgoing->has_failed || kind > UINT32_MAX)
        return ERR_CORRUPT;
    found.id = hash128_get(id.data);
    *out = found;
    return ERR_OK;
}
