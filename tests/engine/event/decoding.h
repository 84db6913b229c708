// What the tests of the decoder share: a catalogue with a few types, small limits, one known event.
#ifndef TESTS_ENGINE_EVENT_DECODING_H
#define TESTS_ENGINE_EVENT_DECODING_H

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "engine/base/memory.h"
#include "engine/event/decode.h"

#define TIME_MS INT64_C(1767323045678) // 2026-01-02T03:04:05.678Z

#define CLICK                                                                \
    "\"id\":\"e-1\",\"source\":\"shop\",\"type\":\"link.clicked\","          \
    "\"time\":\"2026-01-02T03:04:05.678Z\",\"traceparent\":\"00-ab-cd-01\"," \
    "\"data\":{\"url\":\"https://x/\"}"

static struct catalog *catalog;
static struct decoder *decoder;
static const struct decode_limits limits = {
    .message_bytes_max = 4096,
    .depth_max = 8,
    .keys_max = 40,
    .values_max = 2000,
    .string_bytes_max = 2048,
    .identifier_bytes_max = 32};

static inline void put_type(const char *name, const struct data_field *fields, size_t count)
{
    const struct event_type_def type = {
        .name = bytes_text(name), .fields = fields, .field_count = count};
    event_type index;
    ck_assert_int_eq(catalog_put_type(catalog, &type, &index), ERR_OK);
}

static inline void setup(void)
{
    const struct data_field clicked[] = {
        {BYTES_LITERAL("url"), DATA_STRING, false},
        {BYTES_LITERAL("message"), DATA_STRING, true},
    };
    const struct data_field typed[] = {
        {BYTES_LITERAL("any"), DATA_ANY, true},
        {BYTES_LITERAL("string"), DATA_STRING, true},
        {BYTES_LITERAL("int"), DATA_INT, true},
        {BYTES_LITERAL("double"), DATA_DOUBLE, true},
        {BYTES_LITERAL("bool"), DATA_BOOL, true},
        {BYTES_LITERAL("timestamp"), DATA_TIMESTAMP, true},
        {BYTES_LITERAL("date"), DATA_DATE, true},
        {BYTES_LITERAL("duration"), DATA_DURATION, true},
        {BYTES_LITERAL("list"), DATA_LIST, true},
        {BYTES_LITERAL("map"), DATA_MAP, true},
    };
    const struct data_field twice[] = {
        {BYTES_LITERAL("first_of_two"), DATA_INT, false},
        {BYTES_LITERAL("second_of_two"), DATA_INT, false},
    };
    catalog = catalog_create();
    put_type("link.clicked", clicked, 2);
    put_type("typed", typed, sizeof(typed) / sizeof(typed[0]));
    put_type("two", twice, 2);
    put_type("free", NULL, 0);
    decoder = decoder_create(&limits, catalog);
}

static inline void teardown(void)
{
    decoder_destroy(decoder);
    catalog_destroy(catalog);
}

// From the heap and of the exact length, so that a sanitizer sees a read behind the end.
static inline enum reject_code decode_bytes(
    struct bytes value,
    const struct header *headers,
    size_t header_count,
    struct event *event,
    struct reject *reject)
{
    uint8_t *copy = mem_alloc(value.len);
    if (value.len > 0)
        memcpy(copy, value.data, value.len);
    const struct raw_event raw = {
        .value = bytes_of(copy, value.len),
        .value_bytes = value.len,
        .headers = headers,
        .header_count = header_count};
    enum reject_code code = decoder_decode(decoder, DECODE_CHECK, &raw, event, reject);
    free(copy);
    return code;
}

static inline enum reject_code decode(const char *json, struct event *event, struct reject *reject)
{
    return decode_bytes(bytes_text(json), NULL, 0, event, reject);
}

static inline void assert_bytes(struct bytes got, const char *want)
{
    ck_assert_msg(
        bytes_equal_text(got, want), "got \"%.*s\", want \"%s\"", (int)got.len,
        (const char *)got.data, want);
}

static inline void assert_is_the_click(const struct event *event)
{
    assert_bytes(event->id, "e-1");
    assert_bytes(event->source, "shop");
    assert_bytes(event->type_name, "link.clicked");
    ck_assert_uint_eq(event->type, catalog_find(catalog, BYTES_LITERAL("link.clicked")));
    ck_assert_int_eq(event->time_ms, TIME_MS);
    ck_assert_uint_eq(event->identifier_count, 1);
    ck_assert_uint_eq(event->identifiers[0].kind, 0);
    assert_bytes(event->identifiers[0].value, "c-17");
    struct value url = value_member(event->data, BYTES_LITERAL("url"));
    ck_assert_int_eq(url.kind, VALUE_TEXT);
    assert_bytes(url.as.text, "https://x/");
    assert_bytes(event->traceparent, "00-ab-cd-01");
}

#endif
