// Collects the parts of a frame and encodes them.
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/event/event.h"
#include "engine/journal/encode.h"
#include "engine/journal/frame.h"
#include "engine/journal/layout.h"
#include "engine/journal/record.h"

enum { VARINT_BYTES_MAX = 10, INPUT_VARINTS_MAX = 8, FRAME_BODY_BYTES_MAX = 0x7fffffff };

struct builder_source {
    size_t name_at; // in the builder's names
    size_t name_len;
    int64_t next;
    int64_t position; // of the last input added from it
};

struct frame_builder {
    struct buffer names;
    struct builder_source *sources;
    uint32_t source_count;
    uint32_t source_cap;
    struct buffer commands;
    struct buffer inputs;
    struct buffer outgoing;
    uint32_t command_count;
    struct frame_counts counts;
};

struct frame_builder *frame_builder_create(void)
{
    return mem_zero(1, sizeof(struct frame_builder));
}

void frame_builder_destroy(struct frame_builder *builder)
{
    if (builder == NULL)
        return;
    buffer_free(&builder->names);
    buffer_free(&builder->commands);
    buffer_free(&builder->inputs);
    buffer_free(&builder->outgoing);
    free(builder->sources);
    free(builder);
}

void frame_builder_clear(struct frame_builder *builder)
{
    buffer_clear(&builder->names);
    buffer_clear(&builder->commands);
    buffer_clear(&builder->inputs);
    buffer_clear(&builder->outgoing);
    builder->source_count = 0;
    builder->command_count = 0;
    builder->counts = (struct frame_counts){0};
}

uint32_t frame_builder_add_source(struct frame_builder *builder, const struct frame_source *source)
{
    if (builder->source_count == builder->source_cap) {
        builder->source_cap = builder->source_cap == 0 ? 4 : builder->source_cap * 2;
        builder->sources =
            mem_resize(builder->sources, builder->source_cap * sizeof(*builder->sources));
    }
    builder->sources[builder->source_count] = (struct builder_source){
        .name_at = builder->names.len,
        .name_len = source->name.len,
        .next = source->next,
    };
    buffer_add_bytes(&builder->names, source->name);
    return builder->source_count++;
}

void frame_builder_set_source_next(struct frame_builder *builder, uint32_t source, int64_t next)
{
    INVARIANT(source < builder->source_count);
    builder->sources[source].next = next;
}

void frame_builder_add_command(struct frame_builder *builder, const struct frame_command *command)
{
    buffer_add_varint(&builder->commands, (uint64_t)command->kind);
    buffer_add_sized(&builder->commands, command->payload);
    builder->command_count++;
}

static uint8_t *varint_put(uint8_t *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

static uint64_t zigzag_of(uint64_t difference)
{
    return (difference << 1) ^ (0 - (difference >> 63));
}

static uint8_t *bytes_put(uint8_t *to, struct bytes bytes)
{
    if (bytes.len > 0)
        memcpy(to, bytes.data, bytes.len);
    return to + bytes.len;
}

static uint8_t *sized_put(uint8_t *to, struct bytes bytes)
{
    return bytes_put(varint_put(to, bytes.len), bytes);
}

// First byte, source index when it does not fit there, position.
static uint8_t *input_put_head(
    uint8_t *to, struct builder_source *source, const struct frame_input *input, unsigned flags)
{
    unsigned small = input->source < INPUT_SOURCE_LATER ? input->source : INPUT_SOURCE_LATER;
    *to++ = (uint8_t)((unsigned)input->kind | flags | small << INPUT_SOURCE_SHIFT);
    if (small == INPUT_SOURCE_LATER)
        to = varint_put(to, input->source);
    uint64_t difference = (uint64_t)input->position - (uint64_t)source->position;
    source->position = input->position;
    return varint_put(to, zigzag_of(difference));
}

enum err frame_builder_add_input(struct frame_builder *builder, const struct frame_input *input)
{
    INVARIANT(input->source < builder->source_count);
    struct frame_counts *counts = &builder->counts;
    if (counts->events + counts->duplicates + counts->rejected >= FRAME_INPUTS_MAX)
        return ERR_LIMIT;

    size_t bytes_max = 1 + (size_t)INPUT_VARINTS_MAX * VARINT_BYTES_MAX + input->value.len +
                       input->headers.len + input->key.len + input->reason.len;
    uint8_t *from = buffer_reserve(&builder->inputs, bytes_max);
    struct builder_source *source = &builder->sources[input->source];
    unsigned flags = input->headers.len > 0 ? INPUT_HAS_HEADERS : 0;
    uint8_t *to = from;
    switch (input->kind) {
    case FRAME_INPUT_EVENT:
        to = sized_put(input_put_head(to, source, input, flags), input->value);
        if (flags != 0)
            to = sized_put(to, input->headers);
        counts->events++;
        break;
    case FRAME_INPUT_DUPLICATE:
        to = input_put_head(to, source, input, 0);
        counts->duplicates++;
        break;
    case FRAME_INPUT_REJECTED:
        to = sized_put(input_put_head(to, source, input, flags), input->value);
        if (flags != 0)
            to = sized_put(to, input->headers);
        to = varint_put(varint_put(to, input->reject_code), input->value_bytes);
        to = sized_put(sized_put(to, input->key), input->reason);
        counts->rejected++;
        break;
    }
    builder->inputs.len += (size_t)(to - from);
    return ERR_OK;
}

void frame_builder_add_outgoing(
    struct frame_builder *builder, const struct frame_outgoing *outgoing)
{
    struct buffer *to = &builder->outgoing;
    buffer_add_varint(to, outgoing->kind);
    hash128_put(buffer_reserve(to, CHAIN_BYTES), outgoing->id);
    to->len += CHAIN_BYTES;
    buffer_add_sized(to, outgoing->topic);
    buffer_add_sized(to, outgoing->key);
    buffer_add_sized(to, outgoing->value);
    builder->counts.outgoing++;
}

size_t frame_builder_bytes(const struct frame_builder *builder)
{
    size_t sources_max = builder->names.len + (size_t)builder->source_count * 2 * VARINT_BYTES_MAX;
    return FRAME_HEADER_BYTES + sources_max + builder->commands.len + builder->inputs.len +
           builder->outgoing.len + RECORD_ALIGN;
}

struct frame_counts frame_builder_counts(const struct frame_builder *builder)
{
    return builder->counts;
}

static void encode_sources(const struct frame_builder *builder, struct buffer *to)
{
    for (uint32_t i = 0; i < builder->source_count; i++) {
        const struct builder_source *source = &builder->sources[i];
        buffer_add_sized(to, bytes_of(builder->names.data + source->name_at, source->name_len));
        buffer_add_zigzag(to, source->next);
    }
}

static void encode_header(
    const struct frame_builder *builder,
    const struct frame_stamp *stamp,
    const struct frame_head *head,
    uint8_t *frame)
{
    put_u64(frame + RECORD_AT_DURABLE, stamp->durable);
    put_u32(frame + RECORD_AT_KIND, RECORD_FRAME);
    put_u64(frame + RECORD_AT_SEQUENCE, stamp->sequence);
    put_u64(frame + RECORD_AT_IDENTITY, stamp->identity);
    put_u64(frame + FRAME_AT_TICK, (uint64_t)head->tick_ms);
    put_u64(frame + FRAME_AT_RULESET, head->ruleset);
    put_u64(frame + FRAME_AT_DIGEST, head->digest);
    put_u32(frame + FRAME_AT_COUNTS, builder->counts.events);
    put_u32(frame + FRAME_AT_COUNTS + 4, builder->counts.duplicates);
    put_u32(frame + FRAME_AT_COUNTS + 8, builder->counts.rejected);
    put_u32(frame + FRAME_AT_COUNTS + 12, builder->counts.outgoing);
    put_u32(frame + FRAME_AT_SECTIONS + 4, (uint32_t)builder->commands.len);
    put_u32(frame + FRAME_AT_SECTIONS + 8, (uint32_t)builder->inputs.len);
    put_u32(frame + FRAME_AT_SECTIONS + 12, (uint32_t)builder->outgoing.len);
    put_u32(frame + FRAME_AT_SOURCES, builder->source_count);
    put_u32(frame + FRAME_AT_COMMANDS, builder->command_count);
    put_u64(frame + FRAME_AT_ZERO, 0);
}

void frame_encode(
    const struct frame_builder *builder,
    const struct frame_stamp *stamp,
    struct frame_head *head,
    struct buffer *to)
{
    INVARIANT(frame_builder_bytes(builder) <= FRAME_BODY_BYTES_MAX);
    size_t start = to->len;
    (void)buffer_reserve(to, frame_builder_bytes(builder));
    to->len += FRAME_HEADER_BYTES;
    encode_sources(builder, to);
    uint32_t sources_bytes = (uint32_t)(to->len - start - FRAME_HEADER_BYTES);
    buffer_add_bytes(to, buffer_bytes(&builder->commands));
    buffer_add_bytes(to, buffer_bytes(&builder->inputs));
    buffer_add_bytes(to, buffer_bytes(&builder->outgoing));
    while ((to->len - start) % RECORD_ALIGN != 0)
        buffer_add_u8(to, 0);

    uint8_t *frame = to->data + start;
    uint32_t length = (uint32_t)(to->len - start);
    put_u32(frame, length);
    encode_header(builder, stamp, head, frame);
    put_u32(frame + FRAME_AT_SECTIONS, sources_bytes);
    struct bytes body = bytes_of(frame + FRAME_HEADER_BYTES, length - FRAME_HEADER_BYTES);
    put_u32(frame + RECORD_AT_BODY_CRC, crc32c(0, body));
    head->sequence = stamp->sequence;
    head->counts = builder->counts;
    head->chain = record_chain(frame, length, stamp->previous, stamp->identity);
    hash128_put(frame + FRAME_AT_CHAIN, head->chain);
    record_finish_header(frame);
}
