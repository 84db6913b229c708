// The Kafka source and the producer of HTTP events against librdkafka's mock cluster: positions, gaps,
// outcomes. Transactions and real logs need real brokers (tests/e2e/test_kafka_port.sh).
// links: engine/os
#include <stdio.h>
#include <string.h>
#include <time.h>

// The second wants the first before it.
// clang-format off
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// clang-format on

#include "consumers/kafka/kafka_producer.h"
#include "consumers/kafka/kafka_source.h"
#include "engine/base/hash.h"
#include "engine/os/os_clock.h"

#include "tests/support/suite.h"

enum { PRODUCE = 0, TRIES_MAX = 20000, LARGE_BYTES = 900000, LARGE_COUNT = 12 };

static rd_kafka_t *host; // the mock cluster runs in some client
static rd_kafka_mock_cluster_t *cluster;
static struct kafka_connection connection;
static struct kafka_consumer *consumer;
static struct source source;
static struct fault fault;
static unsigned told, failed; // outcomes of the producer
static enum err last_outcome;

static void pause_ms(void)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    (void)nanosleep(&moment, NULL);
}

static void setup(void)
{
    char text[256];
    host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
    cluster = rd_kafka_mock_cluster_new(host, 1);
    ck_assert_ptr_nonnull(cluster);
    ck_assert_int_eq(rd_kafka_mock_topic_create(cluster, "in", 1, 1), 0);
    fault = (struct fault){0};
    told = failed = 0;
    connection = (struct kafka_connection){
        .brokers = rd_kafka_mock_cluster_bootstraps(cluster), .clock = os_clock()};
    struct kafka_consumer_params params = {.connection = connection, .topic = "in"};
    ck_assert_int_eq(kafka_consumer_open(&params, &consumer, &fault), ERR_OK);
    kafka_source_create(consumer, 0, NULL, &source);
}

static void teardown(void)
{
    source.ops->destroy(source.self);
    kafka_consumer_close(consumer);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(host);
}

static void on_sent(
    void *context, struct message_ticket *ticket, uint32_t ticket_index, enum err err)
{
    (void)context;
    (void)ticket;
    (void)ticket_index;
    told++;
    failed += err != ERR_OK;
    last_outcome = err;
}

static void send_all(unsigned count, size_t bytes)
{
    static uint8_t value[LARGE_BYTES];
    struct kafka_producer_params params = {
        .connection = connection, .topic = "in", .sent = on_sent};
    struct kafka_producer *producer = NULL;
    ck_assert_int_eq(kafka_producer_open(&params, &producer, &fault), ERR_OK);
    for (size_t i = 0; i < sizeof(value); i++)
        value[i] = (uint8_t)hash_mix(i); // nothing that compresses
    for (unsigned i = 0; i < count; i++) {
        struct kafka_event event = {.value = bytes_of(value, bytes), .ticket_index = i};
        ck_assert_int_eq(kafka_producer_send(producer, &event, &fault), ERR_OK);
        for (unsigned tries = 0; tries < TRIES_MAX && told <= i; tries++) {
            kafka_producer_poll(producer);
            pause_ms();
        }
    }
    ck_assert_uint_eq(told, count);
    kafka_producer_close(producer, 1000);
}

static enum err start_at(int64_t position)
{
    enum err err = ERR_UNREACHABLE;
    for (unsigned i = 0; i < 20 && err == ERR_UNREACHABLE; i++)
        err = source.ops->start(source.self, position, &fault);
    return err;
}

// Reads `count` messages; gives the position to go on at and fails the test when one is not in its place.
static int64_t read_from(int64_t position, unsigned count)
{
    struct message messages[16];
    unsigned got = 0;
    for (unsigned tries = 0; tries < TRIES_MAX && got < count; tries++) {
        size_t here = 0;
        enum err err = source.ops->poll(source.self, messages, 16, &here, &fault);
        if (err == ERR_OK) {
            for (size_t i = 0; i < here; i++)
                ck_assert_int_eq(messages[i].position, position + (int64_t)(got + i));
            got += (unsigned)here;
            position = got == count ? messages[here - 1].position_next : position;
            source.ops->release(source.self);
        } else {
            ck_assert_msg(err == ERR_AGAIN, "%s: %s", err_name(err), fault.text);
            pause_ms();
        }
    }
    ck_assert_uint_eq(got, count);
    return position;
}

START_TEST(reading_goes_on_at_the_message_after_the_last)
{
    send_all(5, 10);
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK);
    ck_assert_int_eq(read_from(0, 5), 5);
    told = 0;
    send_all(3, 10);
    ck_assert_int_eq(start_at(5), ERR_OK); // as after a restart
    ck_assert_int_eq(read_from(5, 3), 8);
}
END_TEST

START_TEST(position_behind_the_end_is_a_gap_that_names_both)
{
    send_all(5, 10);
    ck_assert_int_eq(start_at(9), ERR_GAP);
    ck_assert_msg(strstr(fault.text, "offset 9") != NULL, "%s", fault.text);
    ck_assert_msg(strstr(fault.text, "0 to 5") != NULL, "%s", fault.text);
    ck_assert_int_eq(start_at(5), ERR_OK); // the end itself is none
}
END_TEST

// The mock keeps 5 MiB of a partition.
START_TEST(position_that_retention_has_passed_is_a_gap)
{
    send_all(LARGE_COUNT, LARGE_BYTES);
    ck_assert_uint_eq(failed, 0);
    ck_assert_int_eq(start_at(0), ERR_GAP);
    ck_assert_msg(strstr(fault.text, "deleted before it was read") != NULL, "%s", fault.text);
    ck_assert_int_eq(start_at(SOURCE_POSITION_START), ERR_OK); // an operator's decision
}
END_TEST

START_TEST(event_that_the_broker_refuses_is_told_so)
{
    rd_kafka_mock_push_request_errors(cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    send_all(1, 10);
    ck_assert_uint_eq(failed, 1);
    ck_assert_int_eq(last_outcome, ERR_LIMIT);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("kafka source");
    TCase *tcase = tcase_create("positions");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, reading_goes_on_at_the_message_after_the_last);
    tcase_add_test(tcase, position_behind_the_end_is_a_gap_that_names_both);
    tcase_add_test(tcase, position_that_retention_has_passed_is_a_gap);
    tcase_add_test(tcase, event_that_the_broker_refuses_is_told_so);
    suite_add_tcase(suite, tcase);
    return suite;
}
