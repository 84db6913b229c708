// What is wrong with a message is named; what is allowed is taken; limits are exact.
#include <stdio.h>

#include "tests/engine/event/decoding.h"
#include "tests/support/suite.h"

#define T     "\"type\":\"free\""
#define TS    T ",\"subject\":\"c\""
#define TYPED "{\"type\":\"typed\",\"subject\":\"c\",\"data\":"

static const struct bad {
    const char *json;
    enum reject_code code;
    const char *reason; // part of it
} bads[] = {
    {"", REJECT_NOT_JSON, "empty"},
    {"hello", REJECT_NOT_JSON, "byte 0"},
    {"{", REJECT_NOT_JSON, "byte 1"},
    {"{" TS "} x", REJECT_NOT_JSON, "byte"},
    {"{" TS ",}", REJECT_NOT_JSON, "byte"},
    {"{" TS ",\"x\":\"\\ud800\"}", REJECT_NOT_JSON, "byte"},
    {"{" TS ",\"x\":NaN}", REJECT_NOT_JSON, "byte"},
    {"{" TS ",\"x\":01}", REJECT_NOT_JSON, "byte"},
    {"\xef\xbb\xbf{" TS "}", REJECT_NOT_JSON, "byte"},
    {"[{" TS "}]", REJECT_NOT_OBJECT, "object"},
    {"\"text\"", REJECT_NOT_OBJECT, "object"},
    {"7", REJECT_NOT_OBJECT, "object"},
    {"{" TS ",\"x\":\"\xff\"}", REJECT_INVALID_UTF8, "UTF-8"},
    {"{" TS ",\"x\":\"\xc0\xaf\"}", REJECT_INVALID_UTF8, "UTF-8"},
    {"{" TS ",\"x\":\"\xed\xa0\x80\"}", REJECT_INVALID_UTF8, "UTF-8"},
    {"{" TS ",\xff}", REJECT_INVALID_UTF8, "UTF-8"},
    {"{" TS ",\"data\":[[[[[[[[]]]]]]]]}", REJECT_TOO_DEEP, "8 levels"},
    {"{" TS ",\"data\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
     REJECT_TOO_DEEP, "8"},
    {"{" TS ",\"x\":1e400}", REJECT_NUMBER_RANGE, "range"},
    {"{" TS ",\"x\":-1e999}", REJECT_NUMBER_RANGE, "range"},
    {"{\"subject\":\"c\"}", REJECT_NO_TYPE, "type"},
    {"{\"type\":null,\"subject\":\"c\"}", REJECT_NO_TYPE, "type"},
    {"{\"type\":\"\",\"subject\":\"c\"}", REJECT_NO_TYPE, "empty"},
    {"{\"type\":7,\"subject\":\"c\"}", REJECT_BAD_ATTRIBUTE, "type"},
    {"{" T "}", REJECT_NO_CONTACT, "subject"},
    {"{" T ",\"subject\":null,\"contact\":{}}", REJECT_NO_CONTACT, "subject"},
    {"{" T ",\"contact\":{\"email\":null}}", REJECT_NO_CONTACT, "subject"},
    {"{" T ",\"subject\":\"\"}", REJECT_BAD_CONTACT, "empty"},
    {"{" T ",\"subject\":true}", REJECT_BAD_CONTACT, "subject"},
    {"{" T ",\"subject\":1.5}", REJECT_BAD_CONTACT, "subject"},
    {"{" T ",\"contact\":[\"c\"]}", REJECT_BAD_CONTACT, "contact"},
    {"{" T ",\"contact\":{\"email\":[\"a@b\"]}}", REJECT_BAD_CONTACT, "contact.email"},
    {"{" T ",\"contact\":{\"e-mail\":\"a@b\"}}", REJECT_BAD_CONTACT,
     "contact.e-mail: no such kind"},
    {"{" T ",\"contact\":{\"a\\u0000\xc3\xa9\":\"a@b\"}}", REJECT_BAD_CONTACT, "contact.a???: no"},
    {"{" T ",\"contact\":{\"email\":\"a@b\",\"email\":\"c@d\"}}", REJECT_BAD_CONTACT, "twice"},
    {"{" TS ",\"contact\":\"d\"}", REJECT_BAD_CONTACT, "twice"},
    {"{" TS ",\"contact\":{\"contact_id\":\"d\"}}", REJECT_BAD_CONTACT, "contact.contact_id"},
    {"{" T ",\"subject\":\"123456789012345678901234567890123\"}", REJECT_BAD_CONTACT, "too long"},
    {"{" T ",\"subject\":\"a\\nb\"}", REJECT_BAD_CONTACT, "control"},
    {"{" T ",\"subject\":\"0123456789\\u007f\"}", REJECT_BAD_CONTACT, "control"},
    {"{" T ",\"subject\":\"01234\\u0000678901234567\"}", REJECT_BAD_CONTACT, "control"},
    {"{" T ",\"subject\":\"0123456\\u0085\"}", REJECT_BAD_CONTACT, "control"},
    {"{" TS ",\"time\":\"yesterday\"}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":\"2026-02-30T00:00:00Z\"}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":\"2026-02-01T24:00:00Z\"}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":\"2026-02-01T00:60:00Z\"}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":\"2026-02-01T0a:00:00Z\"}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":\"2026-02-01T00-00:00Z\"}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":\"2026-02-01T00:00:00,123Z\"}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":\"2026-02-01T00:00:00.1x3Z\"}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":1767323045678.5}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":18446744073709551615}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":253402300800000}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":-62167219200001}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":-1e300}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"time\":true}", REJECT_BAD_TIME, "time"},
    {"{" TS ",\"specversion\":\"0.3\"}", REJECT_BAD_ATTRIBUTE, "specversion"},
    {"{" TS ",\"specversion\":1.0}", REJECT_BAD_ATTRIBUTE, "specversion"},
    {"{" TS ",\"id\":{}}", REJECT_BAD_ATTRIBUTE, "id"},
    {"{" TS ",\"id\":1.5}", REJECT_BAD_ATTRIBUTE, "id"},
    {"{" TS ",\"source\":5}", REJECT_BAD_ATTRIBUTE, "source"},
    {"{" TS ",\"id\":\"1\",\"id\":\"1\"}", REJECT_DUPLICATE_ATTRIBUTE, "id is there twice"},
    {"{" TS ",\"subject\":null}", REJECT_DUPLICATE_ATTRIBUTE, "subject"},
    {"{" TS ",\"data\":{},\"data\":{}}", REJECT_DUPLICATE_ATTRIBUTE, "data"},
    {"{" TS ",\"data_base64\":\"AA==\"}", REJECT_UNSUPPORTED, "data_base64"},
    {"{\"type\":\"link.clicked\",\"subject\":\"c\"}", REJECT_BAD_DATA, "data.url: required"},
    {"{\"type\":\"link.clicked\",\"subject\":\"c\",\"data\":{}}", REJECT_BAD_DATA,
     "data.url: required"},
    {"{\"type\":\"link.clicked\",\"subject\":\"c\",\"data\":{\"url\":null}}", REJECT_BAD_DATA,
     "data.url"},
    {"{\"type\":\"link.clicked\",\"subject\":\"c\",\"data\":{\"urls\":\"x\"}}", REJECT_BAD_DATA,
     "data.url"},
    {"{\"type\":\"link.clicked\",\"subject\":\"c\",\"data\":{\"url\":7}}", REJECT_BAD_DATA,
     "data.url: expected a string"},
    {"{\"type\":\"link.clicked\",\"subject\":\"c\",\"data\":\"url\"}", REJECT_BAD_DATA,
     "data: expected an object"},
    {"{\"type\":\"two\",\"subject\":\"c\",\"data\":{\"first_of_two\":1,\"first_of_two\":1}}",
     REJECT_BAD_DATA, "data.second_of_two: required"},
    {TYPED "{\"string\":1}}", REJECT_BAD_DATA, "a string"},
    {TYPED "{\"int\":1.5}}", REJECT_BAD_DATA, "a whole number"},
    {TYPED "{\"int\":\"1\"}}", REJECT_BAD_DATA, "a whole number"},
    {TYPED "{\"int\":9223372036854775808}}", REJECT_NUMBER_RANGE, "data.int"},
    {TYPED "{\"int\":1e30}}", REJECT_NUMBER_RANGE, "data.int"},
    {TYPED "{\"int\":-9223372036854777856}}", REJECT_NUMBER_RANGE, "data.int"},
    {TYPED "{\"double\":\"1\"}}", REJECT_BAD_DATA, "a number"},
    {TYPED "{\"bool\":1}}", REJECT_BAD_DATA, "true or false"},
    {TYPED "{\"timestamp\":\"2026-01-31\"}}", REJECT_BAD_DATA, "RFC 3339"},
    {TYPED "{\"timestamp\":1.5}}", REJECT_BAD_DATA, "RFC 3339"},
    {TYPED "{\"timestamp\":9223372036854775807}}", REJECT_BAD_DATA, "RFC 3339"},
    {TYPED "{\"date\":\"2026-02-30\"}}", REJECT_BAD_DATA, "a date"},
    {TYPED "{\"date\":20260131}}", REJECT_BAD_DATA, "a date"},
    {TYPED "{\"duration\":\"36\"}}", REJECT_BAD_DATA, "a duration"},
    {TYPED "{\"list\":{}}}", REJECT_BAD_DATA, "a list"},
    {TYPED "{\"map\":[]}}", REJECT_BAD_DATA, "an object"},
};

START_TEST(a_bad_message_is_named)
{
    const struct bad *bad = &bads[_i];
    struct event event;
    struct reject reject = {0};
    enum reject_code code = decode(bad->json, &event, &reject);
    ck_assert_msg(
        code == bad->code, "%s: got %s (%s), want %s", bad->json, reject_name(code), reject.reason,
        reject_name(bad->code));
    ck_assert_int_eq(reject.code, bad->code);
    ck_assert_msg(
        strstr(reject.reason, bad->reason) != NULL, "%s: reason \"%s\" without \"%s\"", bad->json,
        reject.reason, bad->reason);
    // The next one is decoded as if nothing had been.
    ck_assert_int_eq(decode("{" CLICK ",\"subject\":\"c-17\"}", &event, &reject), REJECT_NONE);
    assert_is_the_click(&event);
}
END_TEST

static const char *const goods[] = {
    "{" TS "}",
    "{" TS ",\"data\":null}",
    "{" TS ",\"data\":{}}",
    "{\"type\":\"never.heard.of\",\"subject\":\"c\",\"data\":[[[[[[[]]]]]]],\"type \":1}",
    "{" TS ",\"traceparent\":5}",
    "{\"type\":\"never.heard.of\",\"subject\":\"c\",\"data\":7}",
    "{\"type\":\"link.clicked\",\"subject\":\"c\",\"data\":{\"url\":\"x\",\"more\":{\"a\":[]}}}",
    "{\"type\":\"two\",\"subject\":\"c\",\"data\":{\"second_of_two\":1,\"first_of_two\":2}}",
    TYPED "{\"any\":[],\"string\":\"\",\"int\":-9223372036854775808,\"double\":1,\"bool\":false}}",
    TYPED "{\"double\":18446744073709551616,\"timestamp\":0,\"date\":\"2024-02-29\"}}",
    TYPED
    "{\"timestamp\":\"2026-01-31T00:00:00+07:00\",\"duration\":\"36h\",\"list\":[],\"map\":{}}}",
    TYPED "{\"string\":null,\"int\":null,\"map\":null}}",
    TYPED "null}",
    "{" T ",\"subject\":\"12345678901234567890123456789012\"}",
    "{" T ",\"subject\":\"\xc3\xa9\xc2\xa0\xe2\x82\xac plus space\"}",
};

START_TEST(what_is_allowed_is_taken)
{
    struct event event;
    struct reject reject = {0};
    enum reject_code code = decode(goods[_i], &event, &reject);
    ck_assert_msg(code == REJECT_NONE, "%s: %s", goods[_i], reject.reason);
}
END_TEST

static const struct time_case {
    const char *time;
    int64_t want_ms;
} time_cases[] = {
    {"\"2026-01-02T03:04:05.678Z\"", TIME_MS},
    {"\"2026-01-02T03:04:05Z\"", TIME_MS - 678},
    {"\"2026-01-02T03:04:05.6Z\"", TIME_MS - 78},
    {"\"2026-01-02T03:04:05.678999Z\"", TIME_MS},
    {"\"2026-01-02t03:04:05.678z\"", TIME_MS},
    {"\"2026-01-02T10:04:05.678+07:00\"", TIME_MS},
    {"\"2026-01-01T23:04:05.678-04:00\"", TIME_MS},
    {"\"1970-01-01T00:00:00.000Z\"", 0},
    {"\"1969-12-31T23:59:59.999Z\"", -1},
    {"\"2016-12-31T23:59:60Z\"", INT64_C(1483228799999)},
    {"\"9999-12-31T23:59:59.999Z\"", INT64_C(253402300799999)},
    {"1767323045678", TIME_MS},
    {"1767323045678.0", TIME_MS},
    {"1.767323045678e12", TIME_MS},
    {"-1", -1},
    {"null", EVENT_TIME_NONE},
};

START_TEST(times_are_read)
{
    char json[256];
    (void)snprintf(json, sizeof(json), "{" TS ",\"time\":%s}", time_cases[_i].time);
    struct event event;
    struct reject reject = {0};
    // Twice: the second time the day is known from the first.
    for (int turn = 0; turn < 2; turn++) {
        ck_assert_msg(decode(json, &event, &reject) == REJECT_NONE, "%s: %s", json, reject.reason);
        ck_assert_msg(
            event.time_ms == time_cases[_i].want_ms, "%s: %lld", json, (long long)event.time_ms);
    }
}
END_TEST

START_TEST(identifiers_come_strongest_first)
{
    struct event event;
    struct reject reject;
    ck_assert_int_eq(
        decode(
            "{" T
            ",\"contact\":{\"anonymous_id\":\"v\",\"phone\":84901,\"email\":\"Ann@Example.COM\"},"
            "\"subject\":18446744073709551615}",
            &event, &reject),
        REJECT_NONE);
    static const char *const want[] = {"18446744073709551615", "ann@example.com", "84901", "v"};
    ck_assert_uint_eq(event.identifier_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(event.identifiers[i].kind, i);
        assert_bytes(event.identifiers[i].value, want[i]);
    }
}
END_TEST

START_TEST(numbers_are_taken_as_ids)
{
    struct event event;
    struct reject reject;
    ck_assert_int_eq(decode("{" T ",\"id\":-17,\"contact\":-5}", &event, &reject), REJECT_NONE);
    assert_bytes(event.id, "-17");
    assert_bytes(event.identifiers[0].value, "-5");
    assert_bytes(event.source, "");
}
END_TEST

START_TEST(a_catalogue_without_contact_id_takes_no_subject)
{
    const struct bytes kinds[] = {BYTES_LITERAL("email"), BYTES_LITERAL("card")};
    struct catalog *other = catalog_create();
    ck_assert_int_eq(catalog_set_identifiers(other, kinds, 2), ERR_OK);
    decoder_set_catalog(decoder, other);
    struct event event;
    struct reject reject;
    ck_assert_int_eq(decode("{" TS "}", &event, &reject), REJECT_BAD_CONTACT);
    ck_assert_int_eq(
        decode("{" T ",\"contact\":{\"card\":\"C\",\"email\":\"E\"}}", &event, &reject),
        REJECT_NONE);
    assert_bytes(event.identifiers[0].value, "e");
    assert_bytes(event.identifiers[1].value, "C");
    decoder_set_catalog(decoder, catalog);
    catalog_destroy(other);
}
END_TEST

START_TEST(unknown_types_are_refused_where_asked)
{
    const char *json = "{\"type\":\"never.heard.of\",\"subject\":\"c\"}";
    struct event event;
    struct reject reject;
    decoder_set_unknown(decoder, UNKNOWN_EVENTS_REJECT);
    ck_assert_int_eq(decode(json, &event, &reject), REJECT_UNKNOWN_TYPE);
    ck_assert_int_eq(decode("{" TS "}", &event, &reject), REJECT_NONE);
    decoder_set_unknown(decoder, UNKNOWN_EVENTS_ACCEPT);
    ck_assert_int_eq(decode(json, &event, &reject), REJECT_NONE);
    ck_assert_uint_eq(event.type, EVENT_TYPE_UNKNOWN);
    assert_bytes(event.type_name, "never.heard.of");
}
END_TEST

// {"type":"free","subject":"c","x":"…"} of exactly len bytes.
static struct bytes message_of(size_t len)
{
    static const char begin[] = "{" TS ",\"x\":\"";
    uint8_t *message = mem_alloc(len);
    memset(message, 'x', len);
    memcpy(message, begin, sizeof(begin) - 1);
    memcpy(message + len - 2, "\"}", 2);
    return bytes_of(message, len);
}

START_TEST(limits_are_exact)
{
    struct event event;
    struct reject reject;
    size_t around = sizeof("{" TS ",\"x\":\"\"}") - 1;

    struct bytes message = message_of(around + limits.string_bytes_max);
    ck_assert_int_eq(decode_bytes(message, NULL, 0, &event, &reject), REJECT_NONE);
    free((void *)(uintptr_t)message.data);
    message = message_of(around + limits.string_bytes_max + 1);
    ck_assert_int_eq(decode_bytes(message, NULL, 0, &event, &reject), REJECT_STRING_TOO_LONG);
    free((void *)(uintptr_t)message.data);
    message = message_of(limits.message_bytes_max);
    ck_assert_int_eq(decode_bytes(message, NULL, 0, &event, &reject), REJECT_STRING_TOO_LONG);
    free((void *)(uintptr_t)message.data);
    message = message_of(limits.message_bytes_max + 1);
    ck_assert_int_eq(decode_bytes(message, NULL, 0, &event, &reject), REJECT_TOO_LARGE);
    free((void *)(uintptr_t)message.data);
}
END_TEST

START_TEST(headers_and_value_have_the_limit_of_a_message_together)
{
    struct event event;
    struct reject reject;
    const struct bytes body = BYTES_LITERAL("{" TS "}");
    const struct bytes name = BYTES_LITERAL("ce_source");
    for (size_t more = 0; more < 2; more++) {
        struct bytes value = message_of(limits.message_bytes_max - body.len - name.len + more);
        const struct header header = {name, value};
        ck_assert_int_eq(
            decode_bytes(body, &header, 1, &event, &reject),
            more == 0 ? REJECT_NONE : REJECT_TOO_LARGE);
        free((void *)(uintptr_t)value.data);
    }
}
END_TEST

START_TEST(a_message_that_was_cut_is_too_large)
{
    const struct raw_event raw = {.value = BYTES_LITERAL("{" TS "}"), .value_bytes = 1000};
    struct event event;
    struct reject reject;
    ck_assert_int_eq(
        decoder_decode(decoder, DECODE_CHECK, &raw, &event, &reject), REJECT_TOO_LARGE);
    ck_assert_int_eq(
        decoder_decode(decoder, DECODE_REPLAY, &raw, &event, &reject), REJECT_TOO_LARGE);
}
END_TEST

START_TEST(keys_are_counted_over_the_whole_message)
{
    struct event event;
    struct reject reject;
    for (uint32_t more = 0; more < 2; more++) {
        struct buffer json = {0};
        buffer_add_text(&json, "{" TS ",\"data\":{\"k\":[{}");
        for (uint32_t i = 4; i < limits.keys_max + more; i++)
            buffer_add_text(&json, ",{\"k\":1}");
        buffer_add_text(&json, "]}}");
        ck_assert_int_eq(
            decode_bytes(buffer_bytes(&json), NULL, 0, &event, &reject),
            more == 0 ? REJECT_NONE : REJECT_TOO_MANY_KEYS);
        buffer_free(&json);
    }
}
END_TEST

START_TEST(long_attributes_are_refused)
{
    static const struct {
        const char *name;
        enum reject_code code;
    } cases[] = {
        {"id", REJECT_BAD_ATTRIBUTE},
        {"source", REJECT_BAD_ATTRIBUTE},
        {"type", REJECT_BAD_ATTRIBUTE},
        {"traceparent", REJECT_NONE}};
    struct event event;
    struct reject reject;
    char text[1100];
    char json[1300];
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < 4; i++) {
        const char *type = i == 2 ? "" : T ",";
        (void)snprintf(
            json, sizeof(json), "{%s\"subject\":\"c\",\"%s\":\"%.1025s\"}", type, cases[i].name,
            text);
        ck_assert_int_eq(decode(json, &event, &reject), cases[i].code);
        (void)snprintf(
            json, sizeof(json), "{%s\"subject\":\"c\",\"%s\":\"%.1024s\"}", type, cases[i].name,
            text);
        ck_assert_int_eq(decode(json, &event, &reject), REJECT_NONE);
    }
    ck_assert_uint_eq(event.traceparent.len, 0);
}
END_TEST

START_TEST(replay_trusts_what_was_accepted)
{
    const struct raw_event raw = {
        .value = BYTES_LITERAL("{\"type\":\"link.clicked\",\"subject\":\"\",\"data\":{\"url\":7,"
                               "\"x\":[[[[[[[[[[[[]]]]]]]]]]]]}}")};
    struct raw_event whole = raw;
    whole.value_bytes = raw.value.len;
    struct event event;
    struct reject reject;
    ck_assert_int_ne(decoder_decode(decoder, DECODE_CHECK, &whole, &event, &reject), REJECT_NONE);
    ck_assert_int_eq(decoder_decode(decoder, DECODE_REPLAY, &whole, &event, &reject), REJECT_NONE);
}
END_TEST

START_TEST(replay_takes_what_was_accepted_under_larger_limits)
{
    const struct decode_limits small = {
        .message_bytes_max = 10,
        .depth_max = 1,
        .keys_max = 1,
        .string_bytes_max = 1,
        .identifier_bytes_max = 1};
    const struct raw_event raw = {
        .value =
            BYTES_LITERAL("{\"type\":\"link.clicked\",\"contact\":\"c-1\",\"data\":{\"a\":{}}}"),
        .value_bytes =
            sizeof("{\"type\":\"link.clicked\",\"contact\":\"c-1\",\"data\":{\"a\":{}}}") - 1};
    struct decoder *strict = decoder_create(&small, catalog);
    struct event event;
    struct reject reject;
    ck_assert_int_eq(decoder_decode(strict, DECODE_CHECK, &raw, &event, &reject), REJECT_TOO_LARGE);
    ck_assert_int_eq(decoder_decode(strict, DECODE_REPLAY, &raw, &event, &reject), REJECT_NONE);
    decoder_destroy(strict);
}
END_TEST

START_TEST(replay_still_bounds_the_depth)
{
    struct buffer json = {0};
    buffer_add_text(&json, "{" TS ",\"data\":");
    for (int i = 0; i < VALUE_DEPTH_MAX; i++)
        buffer_add_u8(&json, '[');
    for (int i = 0; i < VALUE_DEPTH_MAX; i++)
        buffer_add_u8(&json, ']');
    buffer_add_u8(&json, '}');
    const struct raw_event raw = {.value = buffer_bytes(&json), .value_bytes = json.len};
    struct event event;
    struct reject reject;
    ck_assert_int_eq(
        decoder_decode(decoder, DECODE_REPLAY, &raw, &event, &reject), REJECT_TOO_DEEP);
    buffer_free(&json);
}
END_TEST

START_TEST(events_stay_valid_until_the_reset)
{
    enum { COUNT = 3000 };
    struct event *events = mem_zero(COUNT, sizeof(*events));
    struct reject reject;
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < COUNT; i++) {
            char json[800];
            (void)snprintf(
                json, sizeof(json),
                "{" T ",\"id\":\"e-%d\",\"subject\":%d,\"data\":{\"n\":%d,\"fill\":\"%0*d\"}}", i,
                i, i, 1 + i % 600, 0);
            ck_assert_int_eq(decode(json, &events[i], &reject), REJECT_NONE);
            if (i % 7 == 0) {
                struct event lost;
                ck_assert_int_eq(decode("{\"type\":\"free\"}", &lost, &reject), REJECT_NO_CONTACT);
            }
        }
        for (int i = 0; i < COUNT; i++) {
            char want[16];
            (void)snprintf(want, sizeof(want), "e-%d", i);
            assert_bytes(events[i].id, want);
            assert_bytes(events[i].identifiers[0].value, want + 2);
            ck_assert_int_eq(value_member(events[i].data, BYTES_LITERAL("n")).as.integer, i);
        }
        decoder_reset(decoder);
    }
    free(events);
}
END_TEST

START_TEST(names_of_codes_are_stable)
{
    ck_assert_str_eq(reject_name(REJECT_NONE), "none");
    ck_assert_str_eq(reject_name(REJECT_TOO_LARGE), "too_large");
    ck_assert_str_eq(reject_name(REJECT_UNSUPPORTED), "unsupported");
    ck_assert_int_eq(REJECT_UNSUPPORTED, 18);
    ck_assert_str_eq(reject_name((enum reject_code)200), "unknown");
}
END_TEST

#define COUNT_OF(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *test_suite(void)
{
    Suite *suite = suite_create("decode");
    TCase *cases = tcase_create("messages");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, a_bad_message_is_named, 0, COUNT_OF(bads));
    tcase_add_loop_test(cases, what_is_allowed_is_taken, 0, COUNT_OF(goods));
    tcase_add_loop_test(cases, times_are_read, 0, COUNT_OF(time_cases));
    tcase_add_test(cases, identifiers_come_strongest_first);
    tcase_add_test(cases, numbers_are_taken_as_ids);
    tcase_add_test(cases, a_catalogue_without_contact_id_takes_no_subject);
    tcase_add_test(cases, unknown_types_are_refused_where_asked);
    tcase_add_test(cases, limits_are_exact);
    tcase_add_test(cases, headers_and_value_have_the_limit_of_a_message_together);
    tcase_add_test(cases, a_message_that_was_cut_is_too_large);
    tcase_add_test(cases, keys_are_counted_over_the_whole_message);
    tcase_add_test(cases, long_attributes_are_refused);
    tcase_add_test(cases, replay_trusts_what_was_accepted);
    tcase_add_test(cases, replay_takes_what_was_accepted_under_larger_limits);
    tcase_add_test(cases, replay_still_bounds_the_depth);
    tcase_add_test(cases, events_stay_valid_until_the_reset);
    tcase_add_test(cases, names_of_codes_are_stable);
    suite_add_tcase(suite, cases);
    return suite;
}
