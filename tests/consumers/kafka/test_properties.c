// What a configuration may give to librdkafka, held against what this librdkafka knows.
// links: config engine/os
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#include "config/kafka_properties.h"
#include "consumers/kafka/client.h"
#include "engine/os/os_clock.h"

#include "tests/support/suite.h"

static bool contains(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

// Names of what runs code, writes files or takes a pointer, also in versions yet to come.
static bool sounds_dangerous(const char *name, const char *row)
{
    static const char *const parts[] = {"plugin",    "library", ".cmd",       "engine",
                                        "providers", "_cb",     "store.path", "interceptor",
                                        "opaque",    "mock"};
    bool is = contains(row, "see dedicated API") || contains(row, "Type: pointer");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        is = is || contains(name, parts[i]);
    return is;
}

START_TEST(whatever_takes_code_or_pointers_is_refused_by_name)
{
    char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);
    ck_assert_ptr_nonnull(stream);
    rd_kafka_conf_properties_show(stream);
    (void)fclose(stream);
    unsigned known = 0;
    unsigned dangerous = 0;
    char *rest = text;
    for (char *row = strsep(&rest, "\n"); row != NULL; row = strsep(&rest, "\n")) {
        size_t name_len = strcspn(row, " |");
        if (!contains(row, "|") || name_len == 0 || row[0] == '-' ||
            strncmp(row, "Property", 8) == 0)
            continue;
        char name[128];
        (void)snprintf(name, sizeof(name), "%.*s", (int)name_len, row);
        known++;
        if (!sounds_dangerous(name, row))
            continue;
        dangerous++;
        ck_assert_msg(kafka_refusal_of(bytes_text(name)) != NULL, "%s passes", name);
    }
    free(text);
    ck_assert_uint_gt(known, 100);
    ck_assert_uint_gt(dangerous, 25);
}
END_TEST

static const char *const refused[] = {
    "plugin.library.paths",
    "ssl.engine.location",
    "ssl.engine.id",
    "ssl.providers",
    "sasl.kerberos.kinit.cmd",
    "offset.store.path",
    "sasl.oauthbearer.assertion.file",
    "sasl.oauthbearer.assertion.jwt.template.file",
    "enable.sasl.oauthbearer.unsecure.jwt",
    "debug",
    "check.crcs",
    "isolation.level",
    "auto.offset.reset",
    "enable.auto.commit",
    "enable.idempotence",
    "statistics.interval.ms",
};

START_TEST(what_would_undo_a_promise_is_refused_by_name)
{
    const struct kafka_refusal *refusal = kafka_refusal_of(bytes_text(refused[_i]));
    ck_assert_ptr_nonnull(refusal);
    ck_assert_str_eq(refusal->name, refused[_i]);
    ck_assert_uint_gt(strlen(refusal->reason), 10);
}
END_TEST

static void write_nothing(void *self, struct bytes line)
{
    (void)self;
    (void)line;
}

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

// Were one of them to come through all the same, what the engine needs is set behind it.
START_TEST(what_the_engine_needs_comes_last)
{
    static const struct kafka_property tuning[] = {{"check.crcs", "false"}, {NULL, NULL}};
    static const struct kafka_property needed[] = {{"check.crcs", "true"}, {NULL, NULL}};
    static const struct kafka_property given[] = {{"check.crcs", "false"}};
    struct diag log = {.wall_ms = no_time, .write_line = write_nothing};
    struct kafka_connection connection = {
        .brokers = "127.0.0.1:1",
        .properties = given,
        .property_count = 1,
        .log = &log,
        .clock = os_clock()};
    struct kafka_client_params params = {
        .connection = &connection, .type = RD_KAFKA_CONSUMER, .tuning = tuning, .needed = needed};
    struct kafka_client *client = NULL;
    struct fault fault = {.err = ERR_OK};
    ck_assert_int_eq(kafka_client_open(&params, &client, &fault), ERR_OK);
    char value[16];
    size_t size = sizeof(value);
    ck_assert_int_eq(
        rd_kafka_conf_get(rd_kafka_conf(kafka_client_handle(client)), "check.crcs", value, &size),
        RD_KAFKA_CONF_OK);
    ck_assert_str_eq(value, "true");
    kafka_client_close(client);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("kafka_properties");
    TCase *tcase = tcase_create("properties");
    tcase_add_test(tcase, whatever_takes_code_or_pointers_is_refused_by_name);
    tcase_add_loop_test(
        tcase, what_would_undo_a_promise_is_refused_by_name, 0,
        sizeof(refused) / sizeof(refused[0]));
    tcase_add_test(tcase, what_the_engine_needs_comes_last);
    suite_add_tcase(suite, tcase);
    return suite;
}
