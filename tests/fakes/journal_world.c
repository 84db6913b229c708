// What the journal's tests share.
#include "tests/fakes/journal_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

void journal_world_create(struct journal_world *world, uint64_t file_bytes_max)
{
    *world = (struct journal_world){
        .fake = fake_disk_create(),
        .builder = frame_builder_create(),
        .file_bytes_max = file_bytes_max};
}

void journal_world_destroy(struct journal_world *world)
{
    journal_world_close(world);
    frame_builder_destroy(world->builder);
    fake_disk_destroy(world->fake);
}

enum err journal_world_open(struct journal_world *world)
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
    journal_world_close(world);
    return journal_open(&params, &world->journal, &world->recovery, &world->fault);
}

void journal_world_close(struct journal_world *world)
{
    journal_close(world->journal);
    world->journal = NULL;
}

void journal_world_crash(struct journal_world *world, uint64_t seed, enum fake_disk_loss loss)
{
    journal_world_close(world); // frees memory; writes nothing
    fake_disk_crash(world->fake, seed, loss);
}

enum err journal_world_append(struct journal_world *world, uint32_t inputs)
{
    uint64_t sequence = journal_sequence_next(world->journal);
    struct frame_head head = {
        .tick_ms = (int64_t)sequence * 1000,
        .ruleset = sequence ^ 0xabcdef,
        .digest = sequence * 0x9e3779b97f4a7c15U};
    journal_world_build(world->builder, sequence, inputs);
    enum err err = journal_append(world->journal, world->builder, &head);
    if (err == ERR_OK)
        world->chain = head.chain;
    return err;
}

enum err journal_world_sync(struct journal_world *world)
{
    return journal_sync(world->journal, &world->durable, &world->fault);
}

void journal_world_write(struct journal_world *world, uint32_t frames, uint32_t inputs)
{
    for (uint32_t i = 0; i < frames; i++)
        ck_assert_int_eq(journal_world_append(world, inputs), ERR_OK);
    ck_assert_int_eq(journal_world_sync(world), ERR_OK);
    ck_assert_uint_eq(world->durable, journal_sequence_next(world->journal) - 1);
}

static struct bytes journal_world_value(char *to, size_t size, uint64_t sequence, uint32_t i)
{
    int len = snprintf(
        to, size, "{\"sequence\":%" PRIu64 ",\"input\":%" PRIu32 ",\"rest\":\"%0*d\"}", sequence, i,
        (int)((sequence * 7 + i * 13) % 60 + 1), 0);
    return bytes_of(to, (size_t)len);
}

static struct frame_input journal_world_input(struct bytes value, uint64_t sequence, uint32_t i)
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

void journal_world_build(struct frame_builder *builder, uint64_t sequence, uint32_t inputs)
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
            journal_world_input(journal_world_value(text, sizeof(text), sequence, i), sequence, i);
        if (frame_builder_add_input(builder, &input) != ERR_OK)
            ck_abort_msg("input %" PRIu32 " was refused", i);
    }
    struct frame_outgoing outgoing = {
        .kind = 0,
        .id = {.low = sequence, .high = ~sequence},
        .topic = BYTES_LITERAL("actions.email"),
        .key = BYTES_LITERAL("contact"),
        .value = BYTES_LITERAL("{\"id\":\"x\"}")};
    frame_builder_add_outgoing(builder, &outgoing);
}

// Check notes every assertion in a file, which takes its time: only what fails is told.
#define WANT(condition)                                                                      \
    do {                                                                                     \
        if (!(condition))                                                                    \
            ck_abort_msg("frame %" PRIu64 ": not so: %s", frame->head.sequence, #condition); \
    } while (0)

static void check_input(struct frame_reader *frame, const struct frame_input *wanted)
{
    struct frame_input is;
    WANT(frame_next_input(frame, &is) == ERR_OK);
    WANT(is.kind == wanted->kind);
    WANT(is.source == wanted->source);
    WANT(is.position == wanted->position);
    WANT(bytes_equal(is.value, wanted->value));
    WANT(bytes_equal(is.headers, wanted->headers));
    WANT(bytes_equal(is.key, wanted->key));
    WANT(bytes_equal(is.reason, wanted->reason));
    WANT(is.reject_code == wanted->reject_code);
    WANT(is.value_bytes == wanted->value_bytes);
}

static void check_sources(struct frame_reader *frame)
{
    struct frame_source source;
    WANT(frame_next_source(frame, &source) == ERR_OK);
    WANT(bytes_equal_text(source.name, "kafka:contact.events/3"));
    WANT(source.next == frame->input_count);
    WANT(frame_next_source(frame, &source) == ERR_OK);
    WANT(bytes_equal_text(source.name, "http"));
    WANT(source.next == -1);
    WANT(frame_next_source(frame, &source) == ERR_END);
}

static void check_outgoing(struct frame_reader *frame)
{
    struct frame_outgoing outgoing;
    WANT(frame_next_outgoing(frame, &outgoing) == ERR_OK);
    WANT(outgoing.kind == 0);
    WANT(outgoing.id.low == frame->head.sequence);
    WANT(outgoing.id.high == ~frame->head.sequence);
    WANT(bytes_equal_text(outgoing.topic, "actions.email"));
    WANT(bytes_equal_text(outgoing.key, "contact"));
    WANT(bytes_equal_text(outgoing.value, "{\"id\":\"x\"}"));
    WANT(frame_next_outgoing(frame, &outgoing) == ERR_END);
}

void journal_world_check_frame(struct frame_reader *frame)
{
    uint64_t sequence = frame->head.sequence;
    WANT(frame->head.tick_ms == (int64_t)sequence * 1000);
    WANT(frame->head.ruleset == (sequence ^ 0xabcdef));
    WANT(frame->head.digest == sequence * 0x9e3779b97f4a7c15U);
    check_sources(frame);
    struct frame_command command;
    if (sequence % 5 == 1) {
        WANT(frame_next_command(frame, &command) == ERR_OK);
        WANT(bytes_equal_text(command.payload, "rules: all of them"));
    }
    WANT(frame_next_command(frame, &command) == ERR_END);
    for (uint32_t i = 0; i < frame->input_count; i++) {
        char text[256];
        struct frame_input wanted =
            journal_world_input(journal_world_value(text, sizeof(text), sequence, i), sequence, i);
        check_input(frame, &wanted);
    }
    struct frame_input none;
    WANT(frame_next_input(frame, &none) == ERR_END);
    check_outgoing(frame);
}

enum err journal_world_read(struct journal_world *world, uint64_t from, uint64_t *last_out)
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
        if (*last_out != 0 && frame.head.sequence != *last_out + 1)
            ck_abort_msg("frame %" PRIu64 " after %" PRIu64, frame.head.sequence, *last_out);
        *last_out = frame.head.sequence;
        journal_world_check_frame(&frame);
    }
    journal_reader_close(reader);
    return err;
}

struct journal_path_text journal_world_path(uint64_t first)
{
    struct journal_path_text path;
    (void)snprintf(
        path.text, sizeof(path.text), "%s/%020" PRIu64 ".journal", WORLD_DIRECTORY, first);
    return path;
}
