// msgpack messages become what their JSON twins are; lengths that lie allocate nothing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <msgpack.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/event/decode.h"

#include "tests/support/suite.h"

static struct catalog *catalog;
static struct decoder *decoder;
static const struct decode_limits limits = {
    .message_bytes_max = 1 << 20,
    .depth_max = 32,
    .keys_max = 50,
    .values_max = 2000,
    .string_bytes_max = 300,
    .identifier_bytes_max = 256};

static void setup(void)
{
    catalog = catalog_create();
    decoder = decoder_create(&limits, catalog);
}

static void teardown(void)
{
    decoder_destroy(decoder);
    catalog_destroy(catalog);
}

static enum reject_code decode_as(
    enum decode_mode mode, struct bytes value, struct event *event, struct reject *reject)
{
    static const struct header header = {
        {(const uint8_t *)"content-type", 12}, {(const uint8_t *)"application/msgpack", 19}};
    uint8_t *copy = mem_alloc(value.len);
    memcpy(copy, value.data, value.len);
    const struct raw_event raw = {
        .value = bytes_of(copy, value.len),
        .value_bytes = value.len,
        .headers = &header,
        .header_count = 1};
    enum reject_code code = decoder_decode(decoder, mode, &raw, event, reject);
    free(copy);
    return code;
}

// {"type":"t","subject":"c","data":VALUE} around the bytes of a value.
#define BEGIN                          \
    "\x83\xa4type\xa1t\xa7subject\xa1" \
    "c\xa4"                            \
    "data"

static enum reject_code decode_data(
    const char *packed, size_t len, struct event *event, struct reject *reject)
{
    struct buffer message = {0};
    buffer_add(&message, BEGIN, sizeof(BEGIN) - 1);
    buffer_add(&message, packed, len);
    enum reject_code code = decode_as(DECODE_CHECK, buffer_bytes(&message), event, reject);
    buffer_free(&message);
    return code;
}

#define PACKED(text) (text), sizeof(text) - 1

static const struct twin {
    const char *packed;
    size_t len;
    const char *json; // NULL where data is absent
} twins[] = {
    {PACKED("\xc0"), NULL},
    {PACKED("\xc2"), "false"},
    {PACKED("\xc3"), "true"},
    {PACKED("\x00"), "0"},
    {PACKED("\x7f"), "127"},
    {PACKED("\xff"), "-1"},
    {PACKED("\xe0"), "-32"},
    {PACKED("\xcc\xff"), "255"},
    {PACKED("\xcd\xff\xff"), "65535"},
    {PACKED("\xce\xff\xff\xff\xff"), "4294967295"},
    {PACKED("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615"},
    {PACKED("\xd0\x80"), "-128"},
    {PACKED("\xd1\x80\x00"), "-32768"},
    {PACKED("\xd2\x80\x00\x00\x00"), "-2147483648"},
    {PACKED("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), "-9223372036854775808"},
    {PACKED("\xca\x3f\xc0\x00\x00"), "1.5"},
    {PACKED("\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"), "0.1"},
    {PACKED("\xcb\x40\x14\x00\x00\x00\x00\x00\x00"), "5"},
    {PACKED("\xa0"), "\"\""},
    {PACKED("\xa3\"\\\n"), "\"\\\"\\\\\\n\""},
    {PACKED("\xd9\x02\xc3\xa9"), "\"\xc3\xa9\""},
    {PACKED("\xda\x00\x01x"), "\"x\""},
    {PACKED("\xdb\x00\x00\x00\x01x"), "\"x\""},
    {PACKED("\x90"), "[]"},
    {PACKED("\x80"), "{}"},
    {PACKED("\x93\x01\x90\x92\xc0\x80"), "[1,[],[null,{}]]"},
    {PACKED("\xdc\x00\x01\xdd\x00\x00\x00\x01\x01"), "[[1]]"},
    {PACKED("\x82\xa1"
            "a\x01\xa1"
            "b\x81\xa1"
            "c\x90"),
     "{\"a\":1,\"b\":{\"c\":[]}}"},
    {PACKED("\xde\x00\x01\xa1"
            "a\xdf\x00\x00\x00\x01\xa1"
            "b\xc0"),
     "{\"a\":{\"b\":null}}"},
    {PACKED("\xd6\xff\x00\x00\x00\x01"), "\"1970-01-01T00:00:01.000Z\""},
    {PACKED("\xd7\xff\x77\x35\x94\x00\x00\x00\x00\x01"), "\"1970-01-01T00:00:01.500Z\""},
    {PACKED("\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"),
     "\"1969-12-31T23:59:59.000Z\""},
};

START_TEST(values_are_those_of_their_json_twins)
{
    const struct twin *twin = &twins[_i];
    struct event event;
    struct reject reject = {0};
    enum reject_code code = decode_data(twin->packed, twin->len, &event, &reject);
    ck_assert_msg(code == REJECT_NONE, "%s: %s", twin->json, reject.reason);
    if (twin->json == NULL) {
        ck_assert_int_eq(event.data.kind, VALUE_ABSENT);
        return;
    }
    struct buffer json = {0};
    value_add_json(&json, event.data);
    ck_assert_msg(
        bytes_equal_text(buffer_bytes(&json), twin->json), "%.*s, not %s", (int)json.len,
        (const char *)json.data, twin->json);
    buffer_free(&json);
}
END_TEST

static const struct bomb {
    const char *name;
    const char *packed;
    size_t len;
    enum reject_code code;
} bombs[] = {
    {"list of 2^32 elements", PACKED("\xdd\xff\xff\xff\xff"), REJECT_NOT_MSGPACK},
    {"map of 2^32 pairs", PACKED("\xdf\xff\xff\xff\xff"), REJECT_NOT_MSGPACK},
    {"text of 2^32 bytes", PACKED("\xdb\xff\xff\xff\xff"), REJECT_NOT_MSGPACK},
    {"binary of 2^32 bytes", PACKED("\xc6\xff\xff\xff\xff"), REJECT_NOT_MSGPACK},
    {"extension of 2^32 bytes", PACKED("\xc9\xff\xff\xff\xff\xff"), REJECT_NOT_MSGPACK},
    {"lists in lists that all lie", PACKED("\xdd\x00\x00\x00\x06\xdd\x00\x00\x00\x06\xdd"),
     REJECT_NOT_MSGPACK},
    {"list of 16 with nothing in it", PACKED("\xdc\x00\x10"), REJECT_NOT_MSGPACK},
    {"map of one without a value",
     PACKED("\x81\xa1"
            "a"),
     REJECT_NOT_MSGPACK},
    {"nothing", PACKED(""), REJECT_NOT_MSGPACK},
    {"cut length", PACKED("\xda\x00"), REJECT_NOT_MSGPACK},
    {"cut number", PACKED("\xcf\x00"), REJECT_NOT_MSGPACK},
    {"tag that is never used", PACKED("\xc1"), REJECT_NOT_MSGPACK},
    {"bytes behind it", PACKED("\x01\x01"), REJECT_NOT_MSGPACK},
    {"binary", PACKED("\xc4\x01x"), REJECT_UNSUPPORTED},
    {"other extension", PACKED("\xd4\x05x"), REJECT_UNSUPPORTED},
    {"timestamp of a wrong size", PACKED("\xd5\xffxx"), REJECT_UNSUPPORTED},
    {"timestamp with too many nanoseconds",
     PACKED("\xc7\x0c\xff\x3b\x9a\xca\x00\x00\x00\x00\x00\x00\x00\x00\x00"), REJECT_UNSUPPORTED},
    {"timestamp beyond the year 9999",
     PACKED("\xc7\x0c\xff\x00\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff"), REJECT_NUMBER_RANGE},
    {"number as a key", PACKED("\x81\x01\x01"), REJECT_UNSUPPORTED},
    {"list as a key", PACKED("\x81\x90\x01"), REJECT_UNSUPPORTED},
    {"not a number", PACKED("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"), REJECT_NUMBER_RANGE},
    {"infinity", PACKED("\xca\x7f\x80\x00\x00"), REJECT_NUMBER_RANGE},
    {"minus infinity", PACKED("\xca\xff\x80\x00\x00"), REJECT_NUMBER_RANGE},
    {"text that is not UTF-8", PACKED("\xa1\xff"), REJECT_INVALID_UTF8},
    {"key that is not UTF-8", PACKED("\x81\xa1\xff\x01"), REJECT_INVALID_UTF8},
};

START_TEST(a_lie_is_refused)
{
    const struct bomb *bomb = &bombs[_i];
    struct event event;
    struct reject reject = {0};
    enum reject_code code = decode_data(bomb->packed, bomb->len, &event, &reject);
    ck_assert_msg(
        code == bomb->code, "%s: got %s (%s)", bomb->name, reject_name(code), reject.reason);
    ck_assert_int_eq(reject.code, bomb->code);
    // Alone, without anything around it, it is refused too.
    if (bomb->len > 0)
        ck_assert_int_ne(
            decode_as(DECODE_REPLAY, bytes_of(bomb->packed, bomb->len), &event, &reject),
            REJECT_NONE);
    ck_assert_int_eq(decode_data(PACKED("\x80"), &event, &reject), REJECT_NONE);
}
END_TEST

START_TEST(depth_is_bounded_before_the_library_sees_it)
{
    struct event event;
    struct reject reject;
    for (size_t levels = 1; levels <= 40; levels++) {
        char packed[41];
        memset(packed, '\x91', levels); // lists of one, in each other
        packed[levels - 1] = '\x90';
        ck_assert_int_eq(
            decode_data(packed, levels, &event, &reject),
            levels + 1 <= limits.depth_max ? REJECT_NONE : REJECT_TOO_DEEP);
    }
    char deep[1000];
    memset(deep, '\x91', sizeof(deep));
    ck_assert_int_eq(
        decode_as(DECODE_REPLAY, bytes_of(deep, sizeof(deep)), &event, &reject), REJECT_TOO_DEEP);
}
END_TEST

START_TEST(keys_and_strings_are_bounded)
{
    struct event event;
    struct reject reject;
    for (uint32_t more = 0; more < 2; more++) {
        struct buffer map = {0};
        uint32_t pairs = limits.keys_max - 3 + more;
        buffer_add_u8(&map, 0xde);
        buffer_add_u8(&map, (uint8_t)(pairs >> 8));
        buffer_add_u8(&map, (uint8_t)pairs);
        for (uint32_t i = 0; i < pairs; i++)
            buffer_add(&map, "\xa1k\x01", 3);
        ck_assert_int_eq(
            decode_data((const char *)map.data, map.len, &event, &reject),
            more == 0 ? REJECT_NONE : REJECT_TOO_MANY_KEYS);
        buffer_free(&map);

        struct buffer text = {0};
        uint32_t len = limits.string_bytes_max + more;
        buffer_add_u8(&text, 0xda);
        buffer_add_u8(&text, (uint8_t)(len >> 8));
        buffer_add_u8(&text, (uint8_t)len);
        for (uint32_t i = 0; i < len; i++)
            buffer_add_u8(&text, 'x');
        ck_assert_int_eq(
            decode_data((const char *)text.data, text.len, &event, &reject),
            more == 0 ? REJECT_NONE : REJECT_STRING_TOO_LONG);
        buffer_free(&text);
    }
}
END_TEST

START_TEST(a_root_that_is_no_map_is_no_event)
{
    struct event event;
    struct reject reject;
    ck_assert_int_eq(
        decode_as(DECODE_CHECK, BYTES_LITERAL("\x91\x01"), &event, &reject), REJECT_NOT_OBJECT);
    ck_assert_int_eq(
        decode_as(DECODE_CHECK, BYTES_LITERAL("\x01"), &event, &reject), REJECT_NOT_OBJECT);
}
END_TEST

// ---- random values: packed by the library, compared with their JSON ------------------------

struct maker {
    uint64_t state;
    msgpack_packer *packer;
    struct buffer *json;
};

static uint64_t make_random(struct maker *maker, uint64_t below)
{
    maker->state = hash_mix(maker->state);
    return (maker->state >> 16) % below;
}

static void make_scalar(struct maker *maker)
{
    uint64_t number = hash_mix(maker->state) >> make_random(maker, 64);
    switch (make_random(maker, 5)) {
    case 0:
        (void)msgpack_pack_uint64(maker->packer, number);
        buffer_add_format(maker->json, "%llu", (unsigned long long)number);
        return;
    case 1:
        (void)msgpack_pack_int64(maker->packer, -(int64_t)(number >> 1));
        buffer_add_format(maker->json, "%lld", -(long long)(number >> 1));
        return;
    case 2:
        (void)msgpack_pack_true(maker->packer);
        buffer_add_text(maker->json, "true");
        return;
    case 3:
        (void)msgpack_pack_nil(maker->packer);
        buffer_add_text(maker->json, "null");
        return;
    default: {
        char text[40];
        int len = snprintf(text, sizeof(text), "%0*d", (int)(1 + make_random(maker, 39)), 7);
        (void)msgpack_pack_str_with_body(maker->packer, text, (size_t)len);
        buffer_add_format(maker->json, "\"%s\"", text);
    }
    }
}

static void make_value(struct maker *maker, int depth)
{
    uint64_t kind = depth > 3 ? 0 : make_random(maker, 4);
    if (kind <= 1) {
        make_scalar(maker);
        return;
    }
    uint64_t count = make_random(maker, 4);
    if (kind == 2)
        (void)msgpack_pack_array(maker->packer, (size_t)count);
    else
        (void)msgpack_pack_map(maker->packer, (size_t)count);
    buffer_add_u8(maker->json, kind == 2 ? '[' : '{');
    for (uint64_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_u8(maker->json, ',');
        if (kind == 3) {
            (void)msgpack_pack_str_with_body(maker->packer, "k", 1);
            buffer_add_text(maker->json, "\"k\":");
        }
        make_value(maker, depth + 1);
    }
    buffer_add_u8(maker->json, kind == 2 ? ']' : '}');
}

START_TEST(random_values_come_through_and_cuts_are_refused)
{
    struct maker maker = {.state = test_seed() + (uint64_t)_i};
    struct buffer json = {0};
    msgpack_sbuffer packed;
    msgpack_sbuffer_init(&packed);
    msgpack_packer packer;
    msgpack_packer_init(&packer, &packed, msgpack_sbuffer_write);
    maker.packer = &packer;
    maker.json = &json;
    make_value(&maker, 0);

    struct event event;
    struct reject reject = {0};
    enum reject_code code = decode_data(packed.data, packed.size, &event, &reject);
    if (code != REJECT_TOO_MANY_KEYS) {
        ck_assert_msg(code == REJECT_NONE, "%s", reject.reason);
        struct buffer got = {0};
        value_add_json(&got, event.data);
        if (event.data.kind != VALUE_ABSENT)
            ck_assert(bytes_equal(buffer_bytes(&got), buffer_bytes(&json)));
        buffer_free(&got);
        for (size_t len = 0; len < packed.size; len++)
            ck_assert_int_eq(decode_data(packed.data, len, &event, &reject), REJECT_NOT_MSGPACK);
        // One byte is another: any answer, no crash.
        size_t at = (size_t)make_random(&maker, packed.size);
        packed.data[at] = (char)make_random(&maker, 256);
        (void)decode_data(packed.data, packed.size, &event, &reject);
    }
    msgpack_sbuffer_destroy(&packed);
    buffer_free(&json);
}
END_TEST

#define COUNT_OF(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *test_suite(void)
{
    Suite *suite = suite_create("msgpack");
    TCase *cases = tcase_create("messages");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, values_are_those_of_their_json_twins, 0, COUNT_OF(twins));
    tcase_add_loop_test(cases, a_lie_is_refused, 0, COUNT_OF(bombs));
    tcase_add_test(cases, depth_is_bounded_before_the_library_sees_it);
    tcase_add_test(cases, keys_and_strings_are_bounded);
    tcase_add_test(cases, a_root_that_is_no_map_is_no_event);
    tcase_add_loop_test(cases, random_values_come_through_and_cuts_are_refused, 0, 100);
    suite_add_tcase(suite, cases);
    return suite;
}
