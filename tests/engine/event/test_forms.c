// The same event in every form, and headers that make none.
#include "tests/engine/event/decoding.h"
#include "tests/support/suite.h"

enum { HEADERS_MAX = 12 };

#define T         "\"type\":\"free\""
#define TS        T ",\"subject\":\"c\""
#define DATA_TEXT "{\"url\":\"https://x/\"}"

// {"url":"https://x/"}
#define DATA_PACKED "\x81\xa3url\xaahttps://x/"

struct form {
    const char *name;
    const char *value;
    size_t value_len; // 0: text
    const char *headers[HEADERS_MAX][2];
};

static const struct form forms[] = {
    {"plain, subject", "{" CLICK ",\"subject\":\"c-17\"}", 0, {{NULL}}},
    {"plain, contact as text", "{" CLICK ",\"contact\":\"c-17\"}", 0, {{NULL}}},
    {"plain, contact as object", "{" CLICK ",\"contact\":{\"contact_id\":\"c-17\"}}", 0, {{NULL}}},
    {"plain, both, the same",
     "{" CLICK ",\"subject\":\"c-17\",\"contact\":{\"contact_id\":\"c-17\"}}",
     0,
     {{NULL}}},
    {"white space around", " \r\n\t{" CLICK ",\"subject\":\"c-17\"}\n", 0, {{NULL}}},
    {"attributes it does not know",
     "{\"x\":[1,{\"id\":2}],\"datas\":1,\"idx\":3,\"specversio\":2," CLICK
     ",\"subject\":\"c-17\",\"\":0}",
     0,
     {{NULL}}},
    {"null attributes are absent",
     "{" CLICK ",\"subject\":\"c-17\",\"contact\":null,\"data_base64\":null}",
     0,
     {{NULL}}},
    {"escaped names and values",
     "{\"\\u0069d\":\"e\\u002d1\",\"source\":\"shop\",\"type\":\"link\\u002eclicked\","
     "\"time\":\"2026-01-02T03:04:05.678Z\",\"traceparent\":\"00-ab-cd-01\",\"data\":" DATA_TEXT
     ",\"subject\":\"c\\u002d17\"}",
     0,
     {{NULL}}},
    {"structured",
     "{\"specversion\":\"1.0\"," CLICK ",\"subject\":\"c-17\"}",
     0,
     {{"content-type", "application/cloudevents+json; charset=utf-8"}}},
    {"structured, with attributes in headers too",
     "{\"specversion\":\"1.0\"," CLICK ",\"subject\":\"c-17\"}",
     0,
     {{"content-type", "application/cloudevents+json"}, {"ce_type", "other"}, {"ce_id", "other"}}},
    {"binary, as Kafka writes it",
     DATA_TEXT,
     0,
     {{"ce_specversion", "1.0"},
      {"ce_id", "e-1"},
      {"ce_source", "shop"},
      {"ce_type", "link.clicked"},
      {"ce_subject", "c-17"},
      {"ce_time", "2026-01-02T03:04:05.678Z"},
      {"traceparent", "00-ab-cd-01"},
      {"content-type", "application/json"},
      {"other", "x"}}},
    {"binary, as HTTP writes it",
     DATA_TEXT,
     0,
     {{"CE-SpecVersion", "1.0"},
      {"Ce-Id", "e%2d1"},
      {"ce-source", "\"sh\\op\""},
      {"ce-TYPE", "link.clicked"},
      {"ce-contact", "{%22contact_id%22:%22c-17%22}"},
      {"ce-time", "1767323045678"},
      {"ce-traceparent", "00-ab-cd-01"},
      {"Content-Type", "Application/JSON"}}},
    {"binary, msgpack",
     DATA_PACKED,
     sizeof(DATA_PACKED) - 1,
     {{"ce_type", "link.clicked"},
      {"ce_id", "e-1"},
      {"ce_source", "shop"},
      {"ce_subject", "c-17"},
      {"ce_time", "2026-01-02T03:04:05.678Z"},
      {"ce_traceparent", "00-ab-cd-01"},
      {"content-type", "application/msgpack"}}},
    {"binary, msgpack by its first byte",
     DATA_PACKED,
     sizeof(DATA_PACKED) - 1,
     {{"ce_type", "link.clicked"},
      {"ce_id", "e-1"},
      {"ce_source", "shop"},
      {"ce_subject", "c-17"},
      {"ce_time", "2026-01-02T03:04:05.678Z"},
      {"traceparent", "00-ab-cd-01"}}},
};

static size_t headers_of(const struct form *form, struct header *headers)
{
    size_t count = 0;
    for (; count < HEADERS_MAX && form->headers[count][0] != NULL; count++)
        headers[count] = (struct header){
            bytes_text(form->headers[count][0]), bytes_text(form->headers[count][1])};
    return count;
}

static struct bytes value_of(const struct form *form)
{
    return form->value_len > 0 ? bytes_of(form->value, form->value_len) : bytes_text(form->value);
}

START_TEST(every_form_gives_the_same_event)
{
    const struct form *form = &forms[_i];
    struct header headers[HEADERS_MAX];
    size_t count = headers_of(form, headers);
    struct event event;
    struct reject reject = {0};
    enum reject_code code = decode_bytes(value_of(form), headers, count, &event, &reject);
    ck_assert_msg(code == REJECT_NONE, "%s: %s", form->name, reject.reason);
    assert_is_the_click(&event);
}
END_TEST

START_TEST(packed_headers_decode_to_the_same_event)
{
    const struct form *form = &forms[_i];
    struct header headers[HEADERS_MAX];
    const struct raw_event raw = {
        .headers = headers, .header_count = headers_of(form, headers), .value = value_of(form)};
    struct buffer packed = {0};
    raw_event_pack_headers(&raw, &packed);
    ck_assert(raw.header_count > 0 || packed.len == 0);

    struct arena arena = {0};
    struct raw_event again = raw;
    ck_assert(raw_event_unpack_headers(buffer_bytes(&packed), &arena, &again));
    struct event event;
    struct reject reject = {0};
    enum reject_code code = decoder_decode(decoder, DECODE_REPLAY, &again, &event, &reject);
    ck_assert_msg(code == REJECT_NONE, "%s: %s", form->name, reject.reason);
    assert_is_the_click(&event);
    for (size_t i = 0; i < again.header_count; i++)
        ck_assert(!bytes_equal_text(again.headers[i].name, "other"));

    // Cut anywhere, the packed headers are refused, not read past.
    for (size_t len = 1; len < packed.len; len++) {
        uint8_t *cut = mem_alloc(len);
        memcpy(cut, packed.data, len);
        ck_assert(!raw_event_unpack_headers(bytes_of(cut, len), &arena, &again));
        free(cut);
    }
    arena_free(&arena);
    buffer_free(&packed);
}
END_TEST

START_TEST(headers_that_do_not_matter_are_not_packed)
{
    const struct header headers[] = {
        {BYTES_LITERAL("x-request-id"), BYTES_LITERAL("1")},
        {BYTES_LITERAL("ce_"), BYTES_LITERAL("1")},
        {BYTES_LITERAL("ce_data"), BYTES_LITERAL("1")},
        {BYTES_LITERAL("ce_a_very_long_extension_attribute_name"), BYTES_LITERAL("1")},
        {BYTES_LITERAL(""), BYTES_LITERAL("1")},
    };
    const struct raw_event raw = {.headers = headers, .header_count = 5};
    struct buffer packed = {0};
    raw_event_pack_headers(&raw, &packed);
    ck_assert_uint_eq(packed.len, 0);
    struct arena arena = {0};
    struct raw_event again = raw;
    ck_assert(raw_event_unpack_headers(buffer_bytes(&packed), &arena, &again));
    ck_assert_uint_eq(again.header_count, 0);
    ck_assert(!raw_event_unpack_headers(bytes_of("\x00", 1), &arena, &again));
    ck_assert(!raw_event_unpack_headers(
        bytes_of("\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9), &arena, &again));
    arena_free(&arena);
    buffer_free(&packed);
}
END_TEST

static const struct bad_headers {
    const char *name;
    struct form form;
    enum reject_code code;
} bad_headers[] = {
    {"structured without a version",
     {"", "{" TS "}", 0, {{"content-type", "application/cloudevents+json"}}},
     REJECT_BAD_ATTRIBUTE},
    {"structured, a list of events",
     {"", "[{" TS "}]", 0, {{"content-type", "application/cloudevents-batch+json"}}},
     REJECT_NOT_OBJECT},
    {"binary with another version",
     {"", "{}", 0, {{"ce_specversion", "0.3"}, {"ce_type", "free"}, {"ce_subject", "c"}}},
     REJECT_BAD_ATTRIBUTE},
    {"binary without a type",
     {"", "{}", 0, {{"ce_specversion", "1.0"}, {"ce_subject", "c"}}},
     REJECT_NO_TYPE},
    {"binary without a contact", {"", "{}", 0, {{"ce_type", "free"}}}, REJECT_NO_CONTACT},
    {"binary, an attribute twice",
     {"", "{}", 0, {{"ce_type", "free"}, {"CE-Type", "free"}, {"ce_subject", "c"}}},
     REJECT_DUPLICATE_ATTRIBUTE},
    {"binary, not UTF-8",
     {"", "{}", 0, {{"ce_type", "free"}, {"ce_subject", "\xff"}}},
     REJECT_INVALID_UTF8},
    {"binary, not UTF-8 when unescaped",
     {"", "{}", 0, {{"ce-type", "free"}, {"ce-subject", "%ff"}}},
     REJECT_INVALID_UTF8},
    {"binary, bad time",
     {"", "{}", 0, {{"ce_type", "free"}, {"ce_subject", "c"}, {"ce_time", "1x"}}},
     REJECT_BAD_TIME},
    {"binary, time of too many digits",
     {"", "{}", 0, {{"ce_type", "free"}, {"ce_subject", "c"}, {"ce_time", "1111111111111111111"}}},
     REJECT_BAD_TIME},
    {"binary, contact that is no object",
     {"", "{}", 0, {{"ce_type", "free"}, {"ce_contact", "{\"email\""}}},
     REJECT_NOT_JSON},
    {"binary, data that is not JSON",
     {"", "hello", 0, {{"ce_type", "free"}, {"ce_subject", "c"}, {"content-type", "text/plain"}}},
     REJECT_NOT_JSON},
    {"binary, data that is not msgpack",
     {"",
      "{}",
      0,
      {{"ce_type", "free"}, {"ce_subject", "c"}, {"content-type", "application/x-msgpack"}}},
     REJECT_NOT_MSGPACK},
    {"binary, data that lacks a field",
     {"", "", 0, {{"ce_type", "link.clicked"}, {"ce_subject", "c"}}},
     REJECT_BAD_DATA},
};

START_TEST(bad_headers_are_named)
{
    const struct bad_headers *bad = &bad_headers[_i];
    struct header headers[HEADERS_MAX];
    size_t count = headers_of(&bad->form, headers);
    struct event event;
    struct reject reject = {0};
    enum reject_code code = decode_bytes(value_of(&bad->form), headers, count, &event, &reject);
    ck_assert_msg(
        code == bad->code, "%s: got %s (%s), want %s", bad->name, reject_name(code), reject.reason,
        reject_name(bad->code));
}
END_TEST

#define COUNT_OF(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *test_suite(void)
{
    Suite *suite = suite_create("forms");
    TCase *cases = tcase_create("messages");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, every_form_gives_the_same_event, 0, COUNT_OF(forms));
    tcase_add_loop_test(cases, packed_headers_decode_to_the_same_event, 0, COUNT_OF(forms));
    tcase_add_test(cases, headers_that_do_not_matter_are_not_packed);
    tcase_add_loop_test(cases, bad_headers_are_named, 0, COUNT_OF(bad_headers));
    suite_add_tcase(suite, cases);
    return suite;
}
