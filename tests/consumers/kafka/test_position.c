// The text beside a committed offset: printed, read back, refused; errors of librdkafka sorted.
#include "consumers/kafka/client.h"
#include "consumers/kafka/position.h"
#include "consumers/kafka/record.h"
#include "engine/base/hash.h"

#include "tests/support/suite.h"

START_TEST(text_names_sequence_and_chain)
{
    struct kafka_confirmed confirmed = {.sequence = 42, .chain = {.low = 0xab, .high = 0xcd}};
    char text[POSITION_TEXT_BYTES];
    position_print(&confirmed, text);
    ck_assert_str_eq(text, "engaged1 42 00000000000000cd00000000000000ab");
}
END_TEST

START_TEST(any_position_reads_back)
{
    uint64_t seed = test_seed() + (uint64_t)_i;
    struct kafka_confirmed confirmed = {
        .sequence = _i == 0 ? UINT64_MAX : hash_mix(seed) >> (_i % 64),
        .chain = {.low = hash_mix(seed + 1), .high = hash_mix(seed + 2)}};
    char text[POSITION_TEXT_BYTES];
    position_print(&confirmed, text);
    struct kafka_confirmed back = {.offset = 7};
    ck_assert_int_eq(position_parse(bytes_text(text), &back), ERR_OK);
    ck_assert_uint_eq(back.sequence, confirmed.sequence);
    ck_assert(hash128_equal(back.chain, confirmed.chain));
    ck_assert_int_eq(back.offset, 7);
}
END_TEST

#define CHAIN "00000000000000cd00000000000000ab"
static const char *const foreign[] = {
    "",
    "engaged1 ",
    "engaged1 42",
    "engaged1 42 ",
    "engaged1  " CHAIN,
    "engaged1 42 " CHAIN "0",
    "engaged1 42 " CHAIN " ",
    "engaged1 42 0000000000000000000000000000000",
    "engaged2 42 " CHAIN,
    "engaged1 -42 " CHAIN,
    "engaged1 18446744073709551616 " CHAIN,
    "somebody's",
};

START_TEST(other_texts_are_refused)
{
    struct kafka_confirmed out = {.sequence = 5};
    ck_assert_int_eq(position_parse(bytes_text(foreign[_i]), &out), ERR_CORRUPT);
    ck_assert_uint_eq(out.sequence, 5);
}
END_TEST

START_TEST(errors_are_sorted_by_what_the_caller_can_do)
{
    ck_assert_int_eq(kafka_err(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN), ERR_UNREACHABLE);
    ck_assert_int_eq(kafka_err(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC), ERR_MISSING);
    ck_assert_int_eq(kafka_err(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH), ERR_FENCED);
    ck_assert_int_eq(kafka_err(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE), ERR_LIMIT);
    ck_assert_int_eq(kafka_err(RD_KAFKA_RESP_ERR__BAD_MSG), ERR_IO);
}
END_TEST

static const struct header_case {
    const char *name;
    const char *json;
    size_t headers; // beside content-type and ce_id
} header_cases[] = {
    {"all of them",
     "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"e\",\"type\":\"t\","
     "\"subject\":\"a\\\"b\\\\\",\"time\":\"2026\",\"data\":{}}",
     4},
    {"up to the first that is no text", "{\"type\":\"t\",\"n\":1,\"time\":\"2026\"}", 1},
    {"none", "{}", 0},
    {"nothing", "", 0},
    {"not an object", "[\"type\",\"t\"]", 0},
    {"ends in the middle", "{\"type\":\"t", 0},
    {"ends in an escape", "{\"type\":\"t\\", 0},
    {"ends behind a name", "{\"type\":", 0},
};

START_TEST(headers_come_from_the_beginning_of_the_action)
{
    const struct header_case *given = &header_cases[_i];
    struct outgoing item = {.id = {.low = 1}, .value = bytes_text(given->json)};
    rd_kafka_headers_t *headers = record_action_headers(&item);
    ck_assert_msg(rd_kafka_header_cnt(headers) == given->headers + 2, "%s", given->name);
    const void *id = NULL;
    size_t len = 0;
    ck_assert_int_eq(rd_kafka_header_get_last(headers, "ce_id", &id, &len), 0);
    ck_assert_uint_eq(len, HASH128_HEX_CHARS);
    rd_kafka_headers_destroy(headers);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("kafka position");
    TCase *tcase = tcase_create("texts");
    tcase_add_test(tcase, text_names_sequence_and_chain);
    tcase_add_loop_test(tcase, any_position_reads_back, 0, 100);
    tcase_add_loop_test(
        tcase, other_texts_are_refused, 0, (int)(sizeof(foreign) / sizeof(foreign[0])));
    tcase_add_test(tcase, errors_are_sorted_by_what_the_caller_can_do);
    tcase_add_loop_test(
        tcase, headers_come_from_the_beginning_of_the_action, 0,
        (int)(sizeof(header_cases) / sizeof(header_cases[0])));
    suite_add_tcase(suite, tcase);
    return suite;
}
