// `engagectl dead-letters …`: listing, showing and sending again what was refused.
#include <stdlib.h>

#include "tools/engagectl/letter_file.h"

#include "tests/tools/engagectl/fake_daemon.h"
#include "tests/tools/engagectl/shop_data.h"

#define FIRST                                                                             \
    "{\"id\":\"00000000000000000000000000000001\",\"time\":\"2026-01-01T00:00:00.000Z\"," \
    "\"shard\":0,\"source\":\"file:shop\",\"position\":7,\"code\":\"not_json\","          \
    "\"reason\":\"expected JSON\",\"bytes\":8,\"truncated\":false,\"headers\":{},"        \
    "\"payload\":\"bm90IGpzb24=\"}\n"
#define SECOND                                                                            \
    "{\"id\":\"00000000000000000000000000000002\",\"time\":\"2026-01-02T00:00:00.000Z\"," \
    "\"shard\":1,\"source\":\"http\",\"position\":12,\"code\":\"no_contact\","            \
    "\"reason\":\"expected a contact\",\"bytes\":2,\"truncated\":false,\"key\":\"k\","    \
    "\"headers\":{\"ce_type\":\"order.placed\",\"Content-Type\":\"application/json\"},"   \
    "\"payload\":\"e30=\"}\n"
#define CUT                                                                               \
    "{\"id\":\"00000000000000000000000000000003\",\"time\":\"2026-01-03T00:00:00.000Z\"," \
    "\"shard\":0,\"source\":\"http\",\"position\":13,\"code\":\"too_large\","             \
    "\"reason\":\"too large\",\"bytes\":9000000,\"truncated\":true,\"headers\":{},"       \
    "\"payload\":\"AAAA\"}\n"
#define BROKEN  "{\"payload\":\"!!!\"}\n"
#define NOTHING "{\"payload\":\"\"}\n"

static void set_up(void)
{
    fixture_enter();
    ck_assert_int_eq(mkdir("d", 0700), 0);
    fixture_write("d/dead-letters.ndjson", FIRST SECOND CUT BROKEN NOTHING "{\"id\":\"torn");
    fixture_write("c.yaml", "data: d\nrules: r\nsources: {files: [e.ndjson]}\n");
    fixture_write("none.yaml", "data: x\nrules: r\nsources: {files: [e.ndjson]}\n");
    fixture_write(
        "other.yaml",
        "data: d\nrules: r\nsources: {files: [e.ndjson]}\ndead_letters: {file: letters}\n");
    fixture_write("letters", FIRST "nonsense\n");
}

static const struct letter_case {
    const char *line;
    int code;
    const char *out; // its beginning; "" exactly nothing
    const char *err; // found in it
} cases[] = {
    {"dead-letters list --config c.yaml", 0,
     "{\"number\":1,\"time\":\"2026-01-01T00:00:00.000Z\",\"shard\":0,\"source\":\"file:shop\","
     "\"position\":7,\"code\":\"not_json\",\"reason\":\"expected JSON\",\"bytes\":8,"
     "\"truncated\":false,\"id\":\"00000000000000000000000000000001\"}\n{\"number\":2,",
     ""},
    {"dead-letters list --config c.yaml -o json", 0, "[{\"number\":1,", ""},
    {"dead-letters list --config c.yaml -o table", 0,
     "N  TIME                      SOURCE     POSITION  CODE          BYTES  REASON\n"
     "1  2026-01-01T00:00:00.000Z  file:shop         7  not_json          8  expected JSON\n"
     "2  2026-01-02T00:00:00.000Z  http             12  no_contact        2  expected a contact\n"
     "3  2026-01-03T00:00:00.000Z  http             13  too_large   9000000  too large\n",
     ""},
    {"dead-letters list --config none.yaml", 0, "", ""},
    {"dead-letters list --config none.yaml -o json", 0, "[]\n", ""},
    {"dead-letters list --config other.yaml", 74, "",
     "letters: line 2: expected a dead letter in JSON"},
    {"dead-letters show 1 --config c.yaml", 0, FIRST, ""},
    {"dead-letters show 2 --config c.yaml -o table", 0,
     "id         00000000000000000000000000000002\n"
     "time       2026-01-02T00:00:00.000Z\n"
     "shard      1\n"
     "source     http\n"
     "position   12\n"
     "code       no_contact\n"
     "reason     expected a contact\n"
     "bytes      2\n"
     "truncated  false\n"
     "key        k\n"
     "headers    {\"ce_type\":\"order.placed\",\"Content-Type\":\"application/json\"}\n"
     "\n"
     "{}\n",
     ""},
    {"dead-letters show 4 --config c.yaml -o table", 74, "", "its payload is no base64"},
    {"dead-letters show 6 --config c.yaml", 1, "", "there is no dead letter 6"}, // torn
    {"dead-letters show 0 --config c.yaml", 2, "", "expected the number of a dead letter"},
    {"dead-letters show x --config c.yaml", 2, "", "not 'x'"},
    {"dead-letters show 1x --config c.yaml", 2, "", "not '1x'"},
    {"dead-letters requeue 1 --config c.yaml", 69, "", "the configuration names no port"},
    {"dead-letters requeue 3 --config c.yaml", 1, "", "not all of it was kept"},
    {"dead-letters requeue 4 --config c.yaml", 74, "", "its payload is no base64"},
    {"dead-letters requeue 5 --config c.yaml", 1, "", "there is nothing to send"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(dead_letters_are_shown_as_asked)
{
    const struct letter_case *it = &cases[_i];
    captured_run(it->line, &captured);
    ck_assert_msg(
        captured.code == it->code, "%s: exit %d: %s", it->line, captured.code, captured.err);
    if (it->out[0] == '\0')
        ck_assert_str_eq(captured.out, "");
    ck_assert_msg(
        strncmp(captured.out, it->out, strlen(it->out)) == 0, "%s: %s", it->line, captured.out);
    ck_assert_msg(strstr(captured.err, it->err) != NULL, "%s: %s", it->line, captured.err);
}
END_TEST

START_TEST(letters_in_a_topic_are_not_read)
{
    fixture_write(
        "k.yaml", "data: d\nrules: r\nsources: {kafka: {brokers: b, topic: t}}\n"
                  "sinks: {kafka: {brokers: b}}\ndead_letters: {kafka: refused}\n");
    captured_run("dead-letters list --config k.yaml", &captured);
    ck_assert_msg(captured.code == 1, "%d: %s", captured.code, captured.err);
    ck_assert_ptr_nonnull(strstr(captured.err, "the Kafka topic 'refused'"));
}
END_TEST

static const struct requeue_case {
    const char *name;
    const char *answer;
    int code;
    const char *err;
} requeue_cases[] = {
    {"accepted", "HTTP/1.0 202 Accepted\r\n\r\n{\"accepted\":1,\"duplicates\":0,\"rejected\":[]}",
     0, "accepted\n"},
    {"there already",
     "HTTP/1.0 202 Accepted\r\n\r\n{\"accepted\":0,\"duplicates\":1,\"rejected\":[]}", 0,
     "a duplicate"},
    {"refused again",
     "HTTP/1.0 400 Bad Request\r\n\r\n{\"accepted\":0,\"duplicates\":0,\"rejected\":"
     "[{\"index\":0,\"code\":\"no_contact\",\"reason\":\"expected a contact\"}]}",
     1, "refused again: no_contact: expected a contact"},
    {"busy", "HTTP/1.0 503 Service Unavailable\r\n\r\n{\"detail\":\"the disk is full\"}", 69,
     "status 503: the disk is full"},
    {"no right to", "HTTP/1.0 401 Unauthorized\r\n\r\n", 1, "status 401\n"},
};
enum { REQUEUE_COUNT = sizeof(requeue_cases) / sizeof(requeue_cases[0]) };

START_TEST(a_letter_is_sent_to_the_daemon_again)
{
    const struct requeue_case *it = &requeue_cases[_i];
    struct fake_daemon daemon;
    fake_daemon_start(&daemon, it->answer);
    fake_daemon_config(&daemon, "live.yaml");
    captured_run("dead-letters requeue 2 --config live.yaml", &captured);
    fake_daemon_stop(&daemon);
    ck_assert_msg(
        captured.code == it->code, "%s: exit %d: %s", it->name, captured.code, captured.err);
    ck_assert_msg(strstr(captured.err, it->err) != NULL, "%s: %s", it->name, captured.err);
    ck_assert_str_eq(captured.out, "");
    ck_assert_msg(
        strncmp(daemon.request, "POST /v1/events HTTP/1.1\r\n", 26) == 0, "%s", daemon.request);
    ck_assert_ptr_nonnull(strstr(daemon.request, "\r\nce-type: order.placed\r\n"));
    ck_assert_ptr_nonnull(strstr(daemon.request, "\r\nContent-Type: application/json\r\n"));
    ck_assert_ptr_nonnull(strstr(daemon.request, "\r\n\r\n{}"));
}
END_TEST

START_TEST(a_letter_without_a_content_type_gets_that_of_its_form)
{
    struct fake_daemon daemon;
    fake_daemon_start(&daemon, "HTTP/1.0 202 Accepted\r\n\r\n{\"accepted\":1}");
    fake_daemon_config(&daemon, "live.yaml");
    captured_run("dead-letters requeue 1 --config live.yaml", &captured);
    ck_assert_int_eq(captured.code, 0);
    fixture_write(
        "d/dead-letters.ndjson", "{\"headers\":{\"x\":\"a\\r\\nb: c\"},\"payload\":\"gA==\"}\n");
    ck_assert_ptr_nonnull(strstr(daemon.request, "\r\nContent-Type: application/json\r\n"));
    captured_run("dead-letters requeue 1 --config live.yaml", &captured);
    ck_assert_int_eq(captured.code, 0);
    fake_daemon_stop(&daemon);
    ck_assert_ptr_nonnull(strstr(daemon.request, "\r\nContent-Type: application/msgpack\r\n"));
    ck_assert_ptr_null(strstr(daemon.request, "b: c")); // no header of its own making
}
END_TEST

static const struct base64_case {
    const char *text;
    const char *want; // NULL: refused
} base64_cases[] = {
    {"", ""},           {"Zg==", "f"},        {"Zm8=", "fo"},
    {"Zm9v", "foo"},    {"Zm9vYg==", "foob"}, {"/+/+", "\xff\xef\xfe"},
    {"Zg=", NULL},      {"Zg", NULL},         {"Z===", NULL},
    {"Zg==Zm9v", NULL}, {"Zm=v", NULL},       {"Zm9 ", NULL},
    {"====", NULL},
};
enum { BASE64_COUNT = sizeof(base64_cases) / sizeof(base64_cases[0]) };

START_TEST(base64_is_decoded_or_refused)
{
    const struct base64_case *it = &base64_cases[_i];
    struct buffer to = {0};
    enum err err = base64_decode(bytes_text(it->text), &to);
    ck_assert_msg(err == (it->want == NULL ? ERR_INVALID : ERR_OK), "%s", it->text);
    ck_assert_msg(
        bytes_equal_text(buffer_bytes(&to), it->want == NULL ? "" : it->want), "%s", it->text);
    buffer_free(&to);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/dead_letters");
    TCase *tcase = tcase_create("dead letters");
    tcase_add_checked_fixture(tcase, set_up, fixture_leave);
    tcase_add_loop_test(tcase, dead_letters_are_shown_as_asked, 0, CASE_COUNT);
    tcase_add_test(tcase, letters_in_a_topic_are_not_read);
    tcase_add_loop_test(tcase, a_letter_is_sent_to_the_daemon_again, 0, REQUEUE_COUNT);
    tcase_add_test(tcase, a_letter_without_a_content_type_gets_that_of_its_form);
    suite_add_tcase(suite, tcase);
    TCase *base64 = tcase_create("base64");
    tcase_add_loop_test(base64, base64_is_decoded_or_refused, 0, BASE64_COUNT);
    suite_add_tcase(suite, base64);
    return suite;
}
