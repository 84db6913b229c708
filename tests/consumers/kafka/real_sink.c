// The Kafka sink against a real broker: what simulated ones show, too, and over kills and broken brokers.
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "consumers/kafka/transaction.h"
#include "engine/base/memory.h"

#include "tests/consumers/kafka/real_kafka.h"

enum { OUTAGE_MS = 8000 };

START_TEST(another_client_counts_the_same_records)
{
    struct sink sink = sink_open("tx-q");
    sink_publish_until(&sink, 1, 40);
    sink_close(&sink);
    char line[512];
    (void)snprintf(
        line, sizeof(line),
        "test $(kcat -q -C -e -b %s -t %s -X isolation.level=read_committed -f '%%k\\n' | grep -c "
        "'^c-17$') = %d",
        real.brokers, real.topic_out, 40 * FRAME_ITEMS);
    ck_assert_msg(system(line) == 0, "%s", line);
}
END_TEST

// A child does everything but the commit of frame 2, and is killed.
START_TEST(transaction_of_a_killed_process_is_not_seen)
{
    pid_t child = fork();
    if (child == 0) {
        struct sink sink = sink_open("tx-d");
        sink_publish_until(&sink, 1, 1);
        sink_close(&sink);
        struct kafka_connection to = real_connection();
        struct transaction transaction = {.connection = &to, .id = "tx-d", .patience_ms = 10000};
        struct frame_texts frame;
        frame_fill(&frame, 0, 2);
        ck_assert_int_eq(transaction_prepare(&transaction, &real.fault), ERR_OK);
        ck_assert_int_eq(transaction_begin(&transaction, &real.fault), ERR_OK);
        for (unsigned i = 0; i < FRAME_ITEMS; i++) {
            struct kafka_record record = {
                .topic = real.topic_out,
                .key = frame.items[i].key,
                .value = frame.items[i].value,
                .headers = record_action_headers(&frame.items[i])};
            ck_assert_int_eq(transaction_produce(&transaction, &record, &real.fault), ERR_OK);
        }
        rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(offsets, real.topic_in, 0)->offset = 200;
        ck_assert_int_eq(
            transaction_send_offsets(&transaction, offsets, real.topic_in, &real.fault), ERR_OK);
        (void)rd_kafka_flush(kafka_client_handle(transaction.client), 5000);
        ck_assert_uint_eq(transaction.delivered, FRAME_ITEMS); // they are in the topic
        (void)raise(SIGKILL);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGKILL);

    struct sink sink = sink_open("tx-d");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    ck_assert_uint_eq(kafka_sink_confirmed(&sink, 0).sequence, 1);
    sink_publish_until(&sink, 1, 3);
    sink_close(&sink);
    expect_frames(3);
}
END_TEST

// Children publish frame after frame and are killed at any moment.
START_TEST(killed_at_any_moment_nothing_is_lost_or_doubled)
{
    uint64_t seed = test_seed();
    for (unsigned round = 0; round < 6; round++) {
        pid_t child = fork();
        if (child == 0) {
            struct sink sink = sink_open("tx-e");
            sink_publish_until(&sink, 1, 1000000);
            _exit(1);
        }
        real_pause_ms(300 + (int)(hash_mix(seed + round) % 700));
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
    }
    struct sink sink = sink_open("tx-e");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    uint64_t confirmed = kafka_sink_confirmed(&sink, 0).sequence;
    (void)printf("killed 6 times, %" PRIu64 " frames confirmed\n", confirmed);
    ck_assert_uint_gt(confirmed, 0);
    sink_publish_until(&sink, 1, confirmed + 2);
    sink_close(&sink);
    expect_frames(confirmed + 2);
}
END_TEST

// In a child: ends the broker. Its parent then closes the pipe as soon as publishing has failed. When
// that takes far longer than the patience, librdkafka is waiting in send_offsets_to_transaction, whose
// timeout it does not keep (its issue 5456): it goes on when the broker is back. Exit status 1.
_Noreturn static void broker_end_and_watch(const char *how, int said)
{
    real_pause_ms((int)(hash_mix(test_seed()) % 200));
    real_control(how, "");
    struct pollfd watched = {.fd = said, .events = POLLIN};
    if (poll(&watched, 1, OUTAGE_MS) != 0)
        _exit(0);
    real_control("restart", "");
    _exit(1);
}

static void expect_unreachable(struct sink *sink, const struct reader *reader)
{
    ck_assert_int_eq(sink_recover(sink, 0), ERR_UNREACHABLE);
    for (unsigned i = 0; i < TRIES_MAX && kafka_consumer_is_connected(reader->consumer); i++)
        real_pause_ms(PAUSE_MS);
    ck_assert(!kafka_consumer_is_connected(reader->consumer));
}

// i = 0: killed hard; 1: stopped cleanly. It happens at any moment of a publication, and lasts
// longer than the patience, so that some outcomes are unknown.
START_TEST(broker_restarted_while_publishing_loses_and_doubles_nothing)
{
    struct sink sink = sink_open_as("tx-f", real.topic_in, 1500);
    struct reader reader = reader_open(real.topic_in, KAFKA_READ_ON, 0);
    reader_begin(&reader, SOURCE_POSITION_START);
    sink_publish_until(&sink, 1, 30);
    int said[2];
    ck_assert_int_eq(pipe(said), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)close(said[1]);
        broker_end_and_watch(_i == 0 ? "kill" : "stop", said[0]);
    }
    (void)close(said[0]);
    uint64_t sequence = 31;
    enum err err = ERR_OK;
    int status = 0;
    pid_t ended = 0;
    while (err == ERR_OK && ended == 0) { // until the broker is gone, or back
        err = sink_publish_frame(&sink, 0, sequence++);
        ended = err == ERR_OK ? waitpid(child, &status, WNOHANG) : 0;
    }
    (void)close(said[1]);
    ck_assert_msg(
        err == ERR_UNREACHABLE || err == ERR_STATE || ended == child, "%s", real.fault.text);
    if (ended == 0)
        ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    if (WEXITSTATUS(status) == 0)
        expect_unreachable(&sink, &reader);
    else
        (void)printf("publishing waited for the broker, beyond its patience\n");

    real_control("restart", "");
    sink_publish_until(&sink, 1, sequence + 20);
    sink_close(&sink);
    expect_frames(sequence + 20);
    for (unsigned i = 0; i < TRIES_MAX && !kafka_consumer_is_connected(reader.consumer); i++)
        real_pause_ms(PAUSE_MS);
    ck_assert(kafka_consumer_is_connected(reader.consumer));
    reader_close(&reader);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("kafka sink");
    TCase *sink = tcase_create("sink");
    tcase_add_checked_fixture(sink, real_setup, real_teardown);
    tcase_set_timeout(sink, 120);
    tcase_add_test(sink, transaction_of_a_killed_process_is_not_seen);
    tcase_add_test(sink, killed_at_any_moment_nothing_is_lost_or_doubled);
    tcase_add_test(sink, another_client_counts_the_same_records);
    suite_add_tcase(suite, sink);
    suite_add_tcase(suite, sink_scenarios());

    TCase *restart = tcase_create("restart");
    tcase_add_checked_fixture(restart, real_setup, real_teardown);
    tcase_set_timeout(restart, 120);
    tcase_add_loop_test(restart, broker_restarted_while_publishing_loses_and_doubles_nothing, 0, 2);
    suite_add_tcase(suite, restart);

    return suite;
}
