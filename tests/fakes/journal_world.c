// What the journal's tests share.
#include "tests/fakes/journal_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

void world_create(struct world *world, uint64_t file_bytes_max)
{
    *world = (struct world){
        .fake = fake_disk_create(),
        .builder = frame_builder_create(),
        .file_bytes_max = file_bytes_max};
}

void world_destroy(struct world *world)
{
    world_close(world);
    frame_builder_destroy(world->builder);
    fake_disk_destroy(world->fake);
}

enum err world_open(struct world *world)
{
    struct journal_params params = {
        .disk = fake_disk_port(world->fake),
        .directory = WORLD_DIRECTORY,
        .shard = WORLD_SHARD,
        .identity = WORLD_IDENTITY,
        .file_bytes_max = world->file_bytes_max,
        .frame_bytes_max = 1 << 20,
        .sequence_known = world->sequence_known,
    };
    world_close(world);
    return journal_open(&params, &world->journal, &world->recovery, &world->fault);
}

void world_close(struct world *world)
{
    journal_close(world->journal);
    world->journal = NULL;
}

void world_crash(struct world *world, uint64_t seed, enum fake_disk_loss loss)
{
    world_close(world); // frees memory; writes nothing
    fake_disk_crash(world->fake, seed, loss);
}

enum err world_append(struct world *world, uint32_t inputs)
{
    uint64_t sequence = journal_sequence_next(world->journal);
    struct frame_head head = {
        .tick_ms = (int64_t)sequence * 1000,
        .ruleset = sequence ^ 0xabcdef,
        .digest = sequence * 0x9e3779b97f4a7c15U};
    world_build(world->builder, sequence, inputs);
    return journal_append(world->journal, world->builder, &head);
}

enum err world_sync(struct world *world)
{
    return journal_sync(world->journal, &world->durable, &world->fault);
}

void world_write(struct world *world, uint32_t frames, uint32_t inputs)
{
    for (uint32_t i = 0; i < frames; i++)
        ck_assert_int_eq(world_append(world, inputs), ERR_OK);
    ck_assert_int_eq(world_sync(world), ERR_OK);
    ck_assert_uint_eq(world->durable, journal_sequence_next(world->journal) - 1);
}

static struct bytes world_value(char *to, size_t size, uint64_t sequence, uint32_t i)
{
    int len = snprintf(
        to, size, "{\"sequence\":%" PRIu64 ",\"input\":%" PRIu32 ",\"rest\":\"%0*d\"}", sequence, i,
        (int)((sequence * 7 + i * 13) % 60 + 1), 0);
    return bytes_of(to, (size_t)len);
}

static struct frame_input world_input(struct bytes value, uint64_t sequence, uint32_t i)
{
    struct frame_input input = {
        .kind = (enum frame_input_kind)((sequence + i) % 3),
        .source = i % 2,
        .position = (int64_t)(sequence * 1000 + i)};
    if (input.kind != FRAME_INPUT_DUPLICATE)
        input.value = value;
    if (input.kind == FRAME_INPUT_EVENT && i % 4 == 0)
        input.headers = BYTES_LITERAL("packed headers");
    if (input.kind == FRAME_INPUT_REJECTED) {
        input.key = BYTES_LITERAL("key");
        input.reject_code = 7;
        input.reason = BYTES_LITERAL("data.amount: expected a number");
        input.value_bytes = value.len + 1000;
    }
    return input;
}

void world_build(struct frame_builder *builder, uint64_t sequence, uint32_t inputs)
{
    frame_builder_clear(builder);
    struct frame_source sources[] = {
        {BYTES_LITERAL("kafka:contact.events/3"), (int64_t)inputs}, {BYTES_LITERAL("http"), -1}};
    (void)frame_builder_add_source(builder, &sources[0]);
    (void)frame_builder_add_source(builder, &sources[1]);
    if (sequence % 5 == 1) {
        struct frame_command command = {FRAME_COMMAND_RULESET, BYTES_LITERAL("rules: all of them")};
        frame_builder_add_command(builder, &command);
    }
    for (uint32_t i = 0; i < inputs; i++) {
        char text[256];
        struct frame_input input =
            world_input(world_value(text, sizeof(text), sequence, i), sequence, i);
        ck_assert_int_eq(frame_builder_add_input(builder, &input), ERR_OK);
    }
    struct frame_outgoing outgoing = {
        .kind = 0,
        .id = {.low = sequence, .high = ~sequence},
        .topic = BYTES_LITERAL("actions.email"),
        .key = BYTES_LITERAL("contact"),
        .value = BYTES_LITERAL("{\"id\":\"x\"}")};
    frame_builder_add_outgoing(builder, &outgoing);
}

static void check_bytes(struct bytes is, struct bytes wanted)
{
    ck_assert_msg(
        bytes_equal(is, wanted), "got '%.*s', wanted '%.*s'", (int)is.len,
        is.len > 0 ? (const char *)is.data : "", (int)wanted.len,
        wanted.len > 0 ? (const char *)wanted.data : "");
}

static void check_input(const struct frame_input *is, const struct frame_input *wanted)
{
    ck_assert_int_eq(is->kind, wanted->kind);
    ck_assert_uint_eq(is->source, wanted->source);
    ck_assert_int_eq(is->position, wanted->position);
    check_bytes(is->value, wanted->value);
    check_bytes(is->headers, wanted->headers);
    check_bytes(is->key, wanted->key);
    check_bytes(is->reason, wanted->reason);
    ck_assert_uint_eq(is->reject_code, wanted->reject_code);
    ck_assert_uint_eq(is->value_bytes, wanted->value_bytes);
}

void world_check_frame(struct frame_reader *frame)
{
    uint64_t sequence = frame->head.sequence;
    ck_assert_int_eq(frame->head.tick_ms, (int64_t)sequence * 1000);
    ck_assert_uint_eq(frame->head.ruleset, sequence ^ 0xabcdef);
    ck_assert_uint_eq(frame->head.digest, sequence * 0x9e3779b97f4a7c15U);
    struct frame_source source;
    ck_assert_int_eq(frame_next_source(frame, &source), ERR_OK);
    check_bytes(source.name, BYTES_LITERAL("kafka:contact.events/3"));
    ck_assert_int_eq(source.next, frame->input_count);
    ck_assert_int_eq(frame_next_source(frame, &source), ERR_OK);
    ck_assert_int_eq(source.next, -1);
    ck_assert_int_eq(frame_next_source(frame, &source), ERR_END);
    struct frame_command command;
    if (sequence % 5 == 1) {
        ck_assert_int_eq(frame_next_command(frame, &command), ERR_OK);
        check_bytes(command.payload, BYTES_LITERAL("rules: all of them"));
    }
    ck_assert_int_eq(frame_next_command(frame, &command), ERR_END);
    for (uint32_t i = 0; i < frame->input_count; i++) {
        char text[256];
        struct frame_input is;
        struct frame_input wanted =
            world_input(world_value(text, sizeof(text), sequence, i), sequence, i);
        ck_assert_int_eq(frame_next_input(frame, &is), ERR_OK);
        check_input(&is, &wanted);
    }
    struct frame_input none;
    ck_assert_int_eq(frame_next_input(frame, &none), ERR_END);
    struct frame_outgoing outgoing;
    ck_assert_int_eq(frame_next_outgoing(frame, &outgoing), ERR_OK);
    ck_assert_uint_eq(outgoing.id.low, sequence);
    ck_assert_uint_eq(outgoing.id.high, ~sequence);
    check_bytes(outgoing.topic, BYTES_LITERAL("actions.email"));
    check_bytes(outgoing.key, BYTES_LITERAL("contact"));
    check_bytes(outgoing.value, BYTES_LITERAL("{\"id\":\"x\"}"));
    ck_assert_int_eq(frame_next_outgoing(frame, &outgoing), ERR_END);
}

enum err world_read(struct world *world, uint64_t from, uint64_t *last_out)
{
    struct journal_reader *reader = NULL;
    *last_out = from == 0 ? 0 : from - 1;
    enum err err = journal_reader_open(
        fake_disk_port(world->fake), WORLD_DIRECTORY, from, &reader, &world->fault);
    if (err == ERR_MISSING)
        return ERR_END;
    while (err == ERR_OK) {
        struct bytes bytes;
        struct frame_reader frame;
        err = journal_reader_next(reader, &bytes, &frame, &world->fault);
        if (err != ERR_OK)
            break;
        if (*last_out != 0)
            ck_assert_uint_eq(frame.head.sequence, *last_out + 1);
        *last_out = frame.head.sequence;
        world_check_frame(&frame);
    }
    journal_reader_close(reader);
    return err;
}

struct journal_path_text world_path(uint64_t first)
{
    struct journal_path_text path;
    (void)snprintf(
        path.text, sizeof(path.text), "%s/%020" PRIu64 ".journal", WORLD_DIRECTORY, first);
    return path;
}
