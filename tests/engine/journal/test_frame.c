// A frame is encoded and decoded; what is malformed is refused, never believed.
#include <inttypes.h>
#include <string.h>

#include <check.h>

#include "engine/event/event.h"
#include "engine/journal/encode.h"
#include "engine/journal/layout.h"
#include "engine/journal/record.h"

#include "tests/fakes/journal_world.h"
#include "tests/support/suite.h"

static void encode(struct frame_builder *builder, struct buffer *to)
{
    struct frame_stamp stamp = {.identity = WORLD_IDENTITY, .sequence = 6, .durable = 5};
    struct frame_head head = {
        .tick_ms = 6000, .ruleset = 6 ^ 0xabcdef, .digest = 6 * 0x9e3779b97f4a7c15U};
    frame_encode(builder, &stamp, &head, to);
    ck_assert_uint_eq(head.sequence, 6);
    ck_assert_uint_le(to->len, frame_builder_bytes(builder));
    ck_assert_uint_eq(to->len % RECORD_ALIGN, 0);
}

START_TEST(what_is_encoded_is_decoded)
{
    struct frame_builder *builder = frame_builder_create();
    struct arena arena = {0};
    for (uint32_t inputs = 0; inputs < 70; inputs++) {
        struct buffer bytes = {0};
        struct frame_reader frame;
        struct fault fault;
        journal_world_build(builder, 6, inputs);
        encode(builder, &bytes);
        ck_assert_int_eq(frame_open(buffer_bytes(&bytes), &arena, &frame, &fault), ERR_OK);
        journal_world_check_frame(&frame);
        buffer_free(&bytes);
        arena_clear(&arena);
    }
    arena_free(&arena);
    frame_builder_destroy(builder);
}
END_TEST

enum { SOURCES = 40 };
static const int64_t far_positions[] = {0, INT64_MAX, INT64_MIN, -1, 1, INT64_MAX - 1, 7};
enum { FAR_COUNT = sizeof(far_positions) / sizeof(far_positions[0]) };

START_TEST(many_sources_and_far_positions)
{
    struct frame_builder *builder = frame_builder_create();
    struct arena arena = {0};
    struct buffer bytes = {0};
    struct frame_reader frame;
    struct fault fault;
    for (uint32_t i = 0; i < SOURCES; i++) {
        struct frame_source source = {BYTES_LITERAL("s"), -1};
        ck_assert_uint_eq(frame_builder_add_source(builder, &source), i);
        frame_builder_set_source_next(builder, i, INT64_MIN + (int64_t)i);
    }
    for (uint32_t i = 0; i < SOURCES * FAR_COUNT; i++) {
        struct frame_input input = {
            .kind = FRAME_INPUT_EVENT,
            .source = i % SOURCES,
            .position = far_positions[i / SOURCES],
            .value = BYTES_LITERAL("{}")};
        ck_assert_int_eq(frame_builder_add_input(builder, &input), ERR_OK);
    }
    encode(builder, &bytes);
    ck_assert_int_eq(frame_open(buffer_bytes(&bytes), &arena, &frame, &fault), ERR_OK);
    for (uint32_t i = 0; i < SOURCES; i++) {
        struct frame_source source;
        ck_assert_int_eq(frame_next_source(&frame, &source), ERR_OK);
        ck_assert_int_eq(source.next, INT64_MIN + (int64_t)i);
    }
    for (uint32_t i = 0; i < SOURCES * FAR_COUNT; i++) {
        struct frame_input input;
        ck_assert_int_eq(frame_next_input(&frame, &input), ERR_OK);
        ck_assert_uint_eq(input.source, i % SOURCES);
        ck_assert_int_eq(input.position, far_positions[i / SOURCES]);
    }
    buffer_free(&bytes);
    arena_free(&arena);
    frame_builder_destroy(builder);
}
END_TEST

START_TEST(one_input_too_many_is_refused)
{
    struct frame_builder *builder = frame_builder_create();
    struct frame_source source = {BYTES_LITERAL("http"), 0};
    struct frame_input input = {.kind = FRAME_INPUT_DUPLICATE};
    (void)frame_builder_add_source(builder, &source);
    for (uint32_t i = 0; i < FRAME_INPUTS_MAX; i++)
        if (frame_builder_add_input(builder, &input) != ERR_OK)
            ck_abort_msg("input %" PRIu32, i);
    size_t before = frame_builder_bytes(builder);
    ck_assert_int_eq(frame_builder_add_input(builder, &input), ERR_LIMIT);
    ck_assert_uint_eq(frame_builder_bytes(builder), before);
    ck_assert_uint_eq(frame_builder_counts(builder).duplicates, FRAME_INPUTS_MAX);
    frame_builder_destroy(builder);
}
END_TEST

// Reads all sections to their ends or first errors.
static void read_all(struct frame_reader *frame)
{
    struct frame_source source;
    struct frame_command command;
    struct frame_input input;
    struct frame_outgoing outgoing;
    while (frame_next_source(frame, &source) == ERR_OK)
        continue;
    while (frame_next_command(frame, &command) == ERR_OK)
        continue;
    while (frame_next_input(frame, &input) == ERR_OK)
        continue;
    while (frame_next_outgoing(frame, &outgoing) == ERR_OK)
        continue;
}

START_TEST(every_flipped_bit_and_every_length_is_refused)
{
    struct frame_builder *builder = frame_builder_create();
    struct arena arena = {0};
    struct buffer bytes = {0};
    struct frame_reader frame;
    struct fault fault;
    journal_world_build(builder, 6, 9);
    encode(builder, &bytes);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        bytes.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (frame_open(buffer_bytes(&bytes), &arena, &frame, &fault) == ERR_OK)
            ck_abort_msg("bit %zu", bit);
        bytes.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        arena_clear(&arena);
    }
    for (size_t len = 0; len < bytes.len; len++)
        if (frame_open(bytes_of(bytes.data, len), &arena, &frame, &fault) != ERR_TORN)
            ck_abort_msg("length %zu", len);
    buffer_free(&bytes);
    arena_free(&arena);
    frame_builder_destroy(builder);
}
END_TEST

// Bytes that lie under right checksums: what a bug, or an attacker with the disk, could write.
START_TEST(malformed_body_under_right_checksums_is_survived)
{
    struct frame_builder *builder = frame_builder_create();
    struct arena arena = {0};
    struct buffer bytes = {0};
    journal_world_build(builder, 6, 9);
    encode(builder, &bytes);
    uint64_t random = test_seed();
    unsigned opened = 0;
    for (unsigned i = 0; i < 20000; i++) {
        struct buffer copy = {0};
        struct frame_reader frame;
        buffer_add_bytes(&copy, buffer_bytes(&bytes));
        random = hash_mix(random);
        size_t at = FRAME_AT_COUNTS + random % (copy.len - FRAME_AT_COUNTS);
        copy.data[at] = (uint8_t)(random >> 32);
        copy.data[FRAME_AT_COUNTS + (random >> 40) % 48] ^= (uint8_t)((random >> 50 & 3) == 0);
        struct bytes body = bytes_of(copy.data + FRAME_HEADER_BYTES, copy.len - FRAME_HEADER_BYTES);
        put_u32(copy.data + RECORD_AT_BODY_CRC, crc32c(0, body));
        record_finish_header(copy.data);
        if (frame_open(buffer_bytes(&copy), &arena, &frame, NULL) == ERR_OK) {
            read_all(&frame);
            opened++;
        }
        arena_clear(&arena);
        buffer_free(&copy);
    }
    ck_assert_uint_gt(opened, 0); // not all was refused before it was read
    ck_assert_uint_lt(opened, 20000);
    buffer_free(&bytes);
    arena_free(&arena);
    frame_builder_destroy(builder);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("frame");
    TCase *tcase = tcase_create("frame");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, what_is_encoded_is_decoded);
    tcase_add_test(tcase, many_sources_and_far_positions);
    tcase_add_test(tcase, one_input_too_many_is_refused);
    tcase_add_test(tcase, every_flipped_bit_and_every_length_is_refused);
    tcase_add_test(tcase, malformed_body_under_right_checksums_is_survived);
    suite_add_tcase(suite, tcase);
    return suite;
}
