// The kept inputs of tests/format/events mean the same event as ever.
#include <stdio.h>
#include <stdlib.h>

#include <check.h>

#include "engine/event/decode.h"

#include "tests/support/suite.h"

#define KEPT "tests/format/events/"

static const struct golden {
    const char *value;
    const char *headers; // NULL: none
} goldens[] = {
    {KEPT "plain.json", NULL},
    {KEPT "plain.msgpack", NULL},
    {KEPT "structured.json", NULL},
    {KEPT "structured.json", KEPT "structured.headers"},
    {KEPT "binary.json", KEPT "binary.headers"},
    {KEPT "binary.msgpack", KEPT "binary_msgpack.headers"},
};

static void read_file(const char *path, struct buffer *out)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "no %s: run from the top of the repository", path);
    int byte;
    while ((byte = fgetc(file)) != EOF)
        buffer_add_u8(out, (uint8_t)byte);
    (void)fclose(file);
}

static void describe(struct buffer *to, const struct event *event)
{
    buffer_add_text(to, "id ");
    buffer_add_bytes(to, event->id);
    buffer_add_text(to, "\nsource ");
    buffer_add_bytes(to, event->source);
    buffer_add_text(to, "\ntype ");
    buffer_add_bytes(to, event->type_name);
    buffer_add_format(to, "\ntime_ms %lld\n", (long long)event->time_ms);
    for (uint32_t i = 0; i < event->identifier_count; i++) {
        buffer_add_format(to, "identifier %u ", (unsigned)event->identifiers[i].kind);
        buffer_add_bytes(to, event->identifiers[i].value);
        buffer_add_u8(to, '\n');
    }
    buffer_add_text(to, "traceparent ");
    buffer_add_bytes(to, event->traceparent);
    buffer_add_text(to, "\ndata ");
    value_add_json(to, event->data);
    buffer_add_u8(to, '\n');
}

START_TEST(kept_inputs_mean_what_they_meant)
{
    const struct golden *golden = &goldens[_i];
    static const struct decode_limits limits = {1 << 20, 32, 1000, 65536, 256, 50000};
    struct catalog *catalog = catalog_create();
    struct decoder *decoder = decoder_create(&limits, catalog);
    struct buffer value = {0};
    struct buffer headers = {0};
    struct buffer expected = {0};
    struct arena arena = {0};
    read_file(golden->value, &value);
    read_file(KEPT "expected.txt", &expected);
    if (golden->headers != NULL)
        read_file(golden->headers, &headers);
    struct raw_event raw = {.value = buffer_bytes(&value), .value_bytes = value.len};
    ck_assert(raw_event_unpack_headers(buffer_bytes(&headers), &arena, &raw));

    struct event event;
    struct reject reject = {0};
    enum reject_code code = decoder_decode(decoder, DECODE_CHECK, &raw, &event, &reject);
    ck_assert_msg(code == REJECT_NONE, "%s: %s", golden->value, reject.reason);
    struct buffer got = {0};
    describe(&got, &event);
    ck_assert_msg(
        bytes_equal(buffer_bytes(&got), buffer_bytes(&expected)), "%s is now\n%.*s", golden->value,
        (int)got.len, (const char *)got.data);

    struct buffer packed = {0};
    raw_event_pack_headers(&raw, &packed);
    ck_assert(bytes_equal(buffer_bytes(&packed), buffer_bytes(&headers)));

    buffer_free(&packed);
    buffer_free(&got);
    arena_free(&arena);
    buffer_free(&expected);
    buffer_free(&headers);
    buffer_free(&value);
    decoder_destroy(decoder);
    catalog_destroy(catalog);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("golden");
    TCase *cases = tcase_create("events");
    tcase_add_loop_test(
        cases, kept_inputs_mean_what_they_meant, 0, (int)(sizeof(goldens) / sizeof(goldens[0])));
    suite_add_tcase(suite, cases);
    return suite;
}
