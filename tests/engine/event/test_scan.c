// Depth and number of values: the same whether a message is looked through first or only parsed.
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/event/decode.h"

#include "tests/support/suite.h"

enum { SCANNED_BYTES = 20000 }; // above what is only parsed

static struct catalog *catalog;

static void setup(void)
{
    const struct data_field fields[] = {{BYTES_LITERAL("n"), DATA_INT, false}};
    const struct event_type_def type = {
        .name = BYTES_LITERAL("t"), .fields = fields, .field_count = 1};
    event_type index;
    catalog = catalog_create();
    ck_assert_int_eq(catalog_put_type(catalog, &type, &index), ERR_OK);
}

static void teardown(void)
{
    catalog_destroy(catalog);
}

static struct decode_limits limits_of(uint32_t depth_max, uint32_t values_max)
{
    return (struct decode_limits){1 << 20, depth_max, 1000, 65536, 256, values_max};
}

static enum reject_code decode_as(
    const struct decode_limits *limits, enum decode_mode mode, struct bytes message)
{
    struct decoder *decoder = decoder_create(limits, catalog);
    const struct raw_event raw = {.value = message, .value_bytes = message.len};
    struct event event;
    struct reject reject;
    decoder_set_unknown(decoder, UNKNOWN_EVENTS_REJECT);
    enum reject_code code = decoder_decode(decoder, mode, &raw, &event, &reject);
    decoder_destroy(decoder);
    return code;
}

#define OPEN "{\"type\":\"u\",\"subject\":\"c\",\"data\":"

static const struct count_case {
    const char *json;
    uint32_t values; // and keys
    uint32_t depth;
} count_cases[] = {
    {OPEN "{}}", 7, 2},
    {OPEN "[]}", 7, 2},
    {OPEN "1}", 7, 1},
    {OPEN "[ {} ]}", 8, 3},
    {OPEN "[1 , 2]}", 9, 2},
    {OPEN "[[],[ ],{},{ }]}", 11, 3},
    {OPEN "\"[[[{,:\"}", 7, 1},
    {OPEN "\"\\\"[,\\\\\"}", 7, 1},
    {OPEN "{\"a,:[\":[null,{\"b\":true}],\"c\":{\"d\":[{}]}}}", 18, 5},
};

START_TEST(values_and_depth_are_counted_as_the_parser_does)
{
    const struct count_case *at = &count_cases[_i];
    for (int is_long = 0; is_long < 2; is_long++) {
        struct buffer json = {0};
        buffer_add_text(&json, at->json);
        while (is_long == 1 && json.len < SCANNED_BYTES)
            buffer_add_u8(&json, ' ');
        struct bytes message = buffer_bytes(&json);
        struct decode_limits limits = limits_of(at->depth, at->values);
        enum reject_code taken = decode_as(&limits, DECODE_ROUTE, message);
        ck_assert_int_ne(taken, REJECT_TOO_DEEP);
        ck_assert_int_ne(taken, REJECT_TOO_MANY_VALUES);
        if (at->values > VALUE_DEPTH_MAX || is_long == 1) { // few values are not counted
            limits = limits_of(at->depth, at->values - 1);
            ck_assert_int_eq(decode_as(&limits, DECODE_ROUTE, message), REJECT_TOO_MANY_VALUES);
        }
        if (at->depth > 1) {
            limits = limits_of(at->depth - 1, 1000);
            ck_assert_int_eq(decode_as(&limits, DECODE_ROUTE, message), REJECT_TOO_DEEP);
        }
        buffer_free(&json);
    }
}
END_TEST

// OPEN, then so many numbers in a list.
static void add_list(struct buffer *json, uint32_t count)
{
    buffer_add_text(json, OPEN "[0");
    for (uint32_t i = 1; i < count; i++)
        buffer_add_text(json, ",0");
    buffer_add_text(json, "]}");
}

START_TEST(one_value_too_many_is_refused_at_any_length)
{
    static const uint32_t counts[] = {1000, 40000};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct buffer json = {0};
        struct decode_limits limits = limits_of(8, counts[i] + 7);
        add_list(&json, counts[i]);
        ck_assert_int_eq(decode_as(&limits, DECODE_ROUTE, buffer_bytes(&json)), REJECT_NONE);
        buffer_clear(&json);
        add_list(&json, counts[i] + 1);
        struct bytes message = buffer_bytes(&json);
        ck_assert_int_eq(decode_as(&limits, DECODE_ROUTE, message), REJECT_TOO_MANY_VALUES);
        ck_assert_int_eq(decode_as(&limits, DECODE_CHECK, message), REJECT_TOO_MANY_VALUES);
        ck_assert_int_eq(decode_as(&limits, DECODE_REPLAY, message), REJECT_NONE);
        buffer_free(&json);
    }
}
END_TEST

START_TEST(values_of_msgpack_are_counted_before_it_is_unpacked)
{
    for (uint32_t more = 0; more < 2; more++) {
        const struct decode_limits limits = limits_of(8, 20007);
        uint32_t count = 20000 + more;
        struct buffer packed = {0};
        buffer_add_text(
            &packed, "\x83\xa4type\xa1u\xa7subject\xa1"
                     "c\xa4"
                     "data\xdc");
        buffer_add_u8(&packed, (uint8_t)(count >> 8));
        buffer_add_u8(&packed, (uint8_t)count);
        for (uint32_t i = 0; i < count; i++)
            buffer_add_u8(&packed, 0xc0);
        ck_assert_int_eq(
            decode_as(&limits, DECODE_ROUTE, buffer_bytes(&packed)),
            more == 0 ? REJECT_NONE : REJECT_TOO_MANY_VALUES);
        buffer_free(&packed);
    }
}
END_TEST

START_TEST(msgpack_that_is_too_large_as_json_is_refused)
{
    struct decode_limits limits = limits_of(8, 1000);
    struct buffer packed = {0};
    buffer_add_text(
        &packed, "\x83\xa4type\xa1u\xa7subject\xa1"
                 "c\xa4"
                 "data\xda\x10");
    buffer_add_u8(&packed, 0); // 4096 bytes, each \u0001 in JSON
    for (uint32_t i = 0; i < 4096; i++)
        buffer_add_u8(&packed, 1);
    struct bytes message = buffer_bytes(&packed);
    ck_assert_int_eq(decode_as(&limits, DECODE_ROUTE, message), REJECT_NONE);
    limits.message_bytes_max = 5000;
    ck_assert_int_eq(decode_as(&limits, DECODE_ROUTE, message), REJECT_TOO_LARGE);
    ck_assert_int_eq(decode_as(&limits, DECODE_REPLAY, message), REJECT_NONE);
    buffer_free(&packed);
}
END_TEST

START_TEST(where_a_message_belongs_does_not_depend_on_the_catalogue)
{
    static const char *const messages[] = {
        "{\"type\":\"unknown\",\"subject\":\"c\"}",
        "{\"type\":\"t\",\"subject\":\"c\",\"data\":{\"n\":\"no number\"}}",
    };
    const struct decode_limits limits = limits_of(8, 1000);
    for (size_t i = 0; i < 2; i++) {
        struct bytes message = bytes_text(messages[i]);
        ck_assert_int_ne(decode_as(&limits, DECODE_CHECK, message), REJECT_NONE);
        ck_assert_int_eq(decode_as(&limits, DECODE_ROUTE, message), REJECT_NONE);
    }
}
END_TEST

START_TEST(more_headers_than_are_read_are_refused_and_not_packed)
{
    const struct decode_limits limits = limits_of(8, 1000);
    static struct header headers[HEADERS_READ_MAX + 2];
    for (int more = 0; more < 2; more++) {
        size_t count = HEADERS_READ_MAX + (size_t)more;
        headers[0] = (struct header){BYTES_LITERAL("x"), BYTES_LITERAL("not read")};
        for (size_t i = 1; i <= count; i++)
            headers[i] = (struct header){BYTES_LITERAL("content-type"), BYTES_LITERAL("json")};
        struct raw_event raw = {
            .value = BYTES_LITERAL(OPEN "1}"), .headers = headers, .header_count = count + 1};
        struct decoder *decoder = decoder_create(&limits, catalog);
        struct event event;
        struct reject reject;
        ck_assert_int_eq(
            decoder_decode(decoder, DECODE_ROUTE, &raw, &event, &reject),
            more == 0 ? REJECT_NONE : REJECT_DUPLICATE_ATTRIBUTE);
        decoder_destroy(decoder);
        struct buffer packed = {0};
        struct arena arena = {0};
        raw_event_pack_headers(&raw, &packed);
        ck_assert(raw_event_unpack_headers(buffer_bytes(&packed), &arena, &raw));
        ck_assert_uint_eq(raw.header_count, HEADERS_READ_MAX);
        arena_free(&arena);
        buffer_free(&packed);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("scan");
    TCase *tcase = tcase_create("scan");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(
        tcase, values_and_depth_are_counted_as_the_parser_does, 0,
        (int)(sizeof(count_cases) / sizeof(count_cases[0])));
    tcase_add_test(tcase, one_value_too_many_is_refused_at_any_length);
    tcase_add_test(tcase, values_of_msgpack_are_counted_before_it_is_unpacked);
    tcase_add_test(tcase, msgpack_that_is_too_large_as_json_is_refused);
    tcase_add_test(tcase, where_a_message_belongs_does_not_depend_on_the_catalogue);
    tcase_add_test(tcase, more_headers_than_are_read_are_refused_and_not_packed);
    suite_add_tcase(suite, tcase);
    return suite;
}
