// The Kafka sink against librdkafka's mock cluster, which fails on demand. That it publishes
// exactly once is shown with real brokers (tests/e2e/test_kafka_port.sh), not here.
// links: engine/os
#include <stdio.h>
#include <string.h>

// The second wants the first before it.
// clang-format off
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// clang-format on

#include "consumers/kafka/kafka_sink.h"
#include "engine/base/hash.h"
#include "engine/os/os_clock.h"

#include "tests/support/suite.h"

// Kafka's request numbers.
enum { PRODUCE = 0, OFFSET_FETCH = 9, INIT_PRODUCER = 22, ADD_PARTITIONS = 24, ADD_OFFSETS = 25 };
enum { END_TRANSACTION = 26, OFFSET_COMMIT = 28 };
enum { TRIES_MAX = 100 };
// Of the one: so that a machine that stands still for a while is no broker that does. Of the other: it is waited for.
enum { PATIENCE_MS = 30000, SHORT_PATIENCE_MS = 400 };

static rd_kafka_t *host; // the mock cluster runs in some client
static rd_kafka_mock_cluster_t *cluster;
static struct sink sink;
static struct fault fault;

static void sink_open(int64_t patience_ms)
{
    struct kafka_sink_params params = {
        .connection = {.brokers = rd_kafka_mock_cluster_bootstraps(cluster), .clock = os_clock()},
        .transactional_id = "tx",
        .topic_prefix = "pre.",
        .group = "g",
        .source_topic = "in",
        .kinds = OUTGOING_KINDS_ACTIONS,
        .patience_ms = patience_ms,
    };
    ck_assert_int_eq(kafka_sink_create(&params, &sink, &fault), ERR_OK);
}

static void sink_close(void)
{
    if (sink.ops != NULL)
        sink.ops->destroy(sink.self);
    sink.ops = NULL;
}

static void setup(void)
{
    char text[256];
    host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof(text));
    cluster = rd_kafka_mock_cluster_new(host, 1);
    ck_assert_ptr_nonnull(cluster);
    ck_assert_int_eq(rd_kafka_mock_topic_create(cluster, "in", 2, 1), 0);
    ck_assert_int_eq(rd_kafka_mock_topic_create(cluster, "pre.out", 1, 1), 0);
    fault = (struct fault){0};
    sink_open(PATIENCE_MS);
}

static void teardown(void)
{
    sink_close();
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(host);
}

static enum err recover_shard(uint32_t number)
{
    return sink.ops->recover(sink.self, number, 0, &fault);
}

static enum err recover(void)
{
    return recover_shard(0);
}

static enum err publish_shard(uint32_t number, uint64_t sequence)
{
    struct publish_shard shard = {
        .shard = number,
        .sequence_last = sequence,
        .chain_last = {.low = sequence, .high = 1},
        .source_next = (int64_t)sequence * 10};
    struct outgoing items[] = {
        {.kind = OUTGOING_ACTION,
         .shard = number,
         .sequence = sequence,
         .topic = BYTES_LITERAL("out"),
         .key = BYTES_LITERAL("c-1"),
         .value = BYTES_LITERAL("{\"specversion\":\"1.0\"}")},
        {.kind = OUTGOING_DEAD_LETTER,
         .shard = number,
         .sequence = sequence,
         .topic = BYTES_LITERAL("none")},
    };
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = items, .item_count = 2};
    uint64_t mark = 0;
    return sink.ops->publish(sink.self, &publication, &mark, &fault);
}

static enum err publish(uint64_t sequence)
{
    return publish_shard(0, sequence);
}

static const struct failure_case {
    const char *name;
    int16_t request;
    rd_kafka_resp_err_t code;
    enum err want; // of the publication during which the request fails once
} failure_cases[] = {
    {"coordinator loading at the commit", END_TRANSACTION,
     RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ERR_OK},
    {"coordinator moved at the commit", END_TRANSACTION, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, ERR_OK},
    {"fenced at the commit", END_TRANSACTION, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ERR_FENCED},
    {"fenced at the offsets", ADD_OFFSETS, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ERR_FENCED},
    {"last transaction's markers at the offsets", OFFSET_COMMIT,
     RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ERR_OK},
    {"offsets not authorised", ADD_OFFSETS, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
     ERR_STATE},
    {"topic not authorised", ADD_PARTITIONS, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
     ERR_STATE},
    {"last transaction's markers at the first record", ADD_PARTITIONS,
     RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, ERR_OK},
    {"leader moved", PRODUCE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, ERR_OK},
    {"a fatal error that is no fencing", END_TRANSACTION, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE,
     ERR_STATE},
    {"record too large for the broker", PRODUCE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ERR_LIMIT},
};

// And after it the sink goes on, but when it was fenced.
START_TEST(failing_request_ends_as_it_should)
{
    const struct failure_case *given = &failure_cases[_i];
    ck_assert_int_eq(recover(), ERR_OK);
    ck_assert_int_eq(publish(1), ERR_OK);
    rd_kafka_mock_push_request_errors(cluster, given->request, 1, given->code);
    enum err err = publish(2);
    ck_assert_msg(
        err == given->want, "%s: %s: %s", given->name, err_name(err),
        err == ERR_OK ? "" : fault.text);
    if (err == ERR_FENCED) {
        ck_assert_int_eq(recover(), ERR_FENCED);
        ck_assert_int_eq(publish(3), ERR_STATE);
        return;
    }
    if (err != ERR_OK) {
        ck_assert_int_eq(publish(3), ERR_STATE); // not before recover
        ck_assert_int_eq(recover(), ERR_OK);
        ck_assert_msg(publish(2) == ERR_OK, "%s: %s", given->name, fault.text);
    }
    ck_assert_int_eq(publish(3), ERR_OK);
}
END_TEST

START_TEST(unreachable_coordinator_is_tried_again)
{
    rd_kafka_mock_push_request_errors(
        cluster, INIT_PRODUCER, 2, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
    enum err err = ERR_UNREACHABLE;
    for (unsigned i = 0; i < TRIES_MAX && err == ERR_UNREACHABLE; i++)
        err = recover();
    ck_assert_int_eq(err, ERR_OK);
    ck_assert_int_eq(publish(1), ERR_OK);
}
END_TEST

START_TEST(transaction_under_way_delays_reading_the_position)
{
    ck_assert_int_eq(recover(), ERR_OK);
    ck_assert_int_eq(publish(1), ERR_OK);
    rd_kafka_mock_push_request_errors(
        cluster, OFFSET_FETCH, 2, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
        RD_KAFKA_RESP_ERR_NOT_COORDINATOR);
    enum err err = ERR_UNREACHABLE;
    for (unsigned i = 0; i < TRIES_MAX && err == ERR_UNREACHABLE; i++)
        err = recover();
    ck_assert_int_eq(err, ERR_OK);
}
END_TEST

// As the engine does: again until it is out.
static void publish_in_the_end(uint64_t sequence)
{
    enum err err = ERR_UNREACHABLE;
    for (unsigned i = 0; i < TRIES_MAX && err != ERR_OK; i++) {
        err = recover();
        if (err == ERR_OK)
            err = publish(sequence);
        ck_assert_msg(
            err == ERR_OK || err == ERR_UNREACHABLE || err == ERR_STATE, "%s", err_name(err));
    }
    ck_assert_int_eq(err, ERR_OK);
}

START_TEST(silent_broker_is_unreachable_then_goes_on)
{
    sink_close();
    sink_open(SHORT_PATIENCE_MS);
    publish_in_the_end(1);
    ck_assert_int_eq(rd_kafka_mock_broker_set_down(cluster, 1), 0);
    enum err err = publish(2);
    ck_assert_msg(err == ERR_UNREACHABLE || err == ERR_STATE, "%s", err_name(err));
    ck_assert_int_eq(recover(), ERR_UNREACHABLE);
    ck_assert_int_eq(rd_kafka_mock_broker_set_up(cluster, 1), 0);
    publish_in_the_end(2);
}
END_TEST

// A transaction is of all shards: when it fails, what is out is not known of any of them.
START_TEST(every_shard_is_read_back_after_a_failure)
{
    for (uint32_t shard = 0; shard < 2; shard++) {
        ck_assert_int_eq(recover_shard(shard), ERR_OK);
        ck_assert_int_eq(publish_shard(shard, 1), ERR_OK);
    }
    rd_kafka_mock_push_request_errors(
        cluster, ADD_OFFSETS, 1, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
    ck_assert_int_eq(publish_shard(0, 2), ERR_STATE);
    ck_assert_int_eq(recover_shard(0), ERR_OK);
    ck_assert_int_eq(publish_shard(1, 2), ERR_STATE);
    ck_assert_int_eq(recover_shard(1), ERR_OK);
    ck_assert_int_eq(publish_shard(1, 2), ERR_OK);
}
END_TEST

// Records in the topic of the actions.
static int64_t records(void)
{
    char text[256];
    int64_t low = 0;
    int64_t high = -1;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    ck_assert_int_eq(
        rd_kafka_conf_set(
            conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster), text,
            sizeof(text)),
        RD_KAFKA_CONF_OK);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
    ck_assert_ptr_nonnull(client);
    ck_assert_int_eq(
        rd_kafka_query_watermark_offsets(client, "pre.out", 0, &low, &high, 5000),
        RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(client);
    return high - low;
}

START_TEST(what_was_confirmed_is_left_out_of_a_later_publication)
{
    ck_assert_int_eq(recover(), ERR_OK);
    ck_assert_int_eq(publish(1), ERR_OK);
    int64_t before = records();
    struct publish_shard shard = {.sequence_last = 2, .chain_last = {.low = 2, .high = 1}};
    struct outgoing items[2];
    for (size_t i = 0; i < 2; i++)
        items[i] = (struct outgoing){
            .kind = OUTGOING_ACTION,
            .sequence = i + 1,
            .topic = BYTES_LITERAL("out"),
            .key = BYTES_LITERAL("c-1"),
            .value = BYTES_LITERAL("{\"specversion\":\"1.0\"}")};
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = items, .item_count = 2};
    uint64_t mark = 0;
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &fault), ERR_OK);
    ck_assert_int_eq(records() - before, 1);
}
END_TEST

START_TEST(frame_of_another_history_is_refused)
{
    ck_assert_int_eq(recover(), ERR_OK);
    ck_assert_int_eq(publish(5), ERR_OK);
    struct publish_shard shard = {.shard = 0, .sequence_last = 5, .chain_last = {.low = 99}};
    struct publication publication = {.shards = &shard, .shard_count = 1};
    uint64_t mark = 0;
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "frame 5"));
    struct outgoing letter = {.kind = OUTGOING_DEAD_LETTER, .sequence = 9};
    bool out = false;
    ck_assert_int_eq(
        sink.ops->is_published(sink.self, &letter, shard.chain_last, &out, &fault), ERR_OK);
    ck_assert(out); // another sink's
}
END_TEST

START_TEST(journal_that_begins_anew_under_the_same_group_is_refused)
{
    ck_assert_int_eq(recover(), ERR_OK);
    ck_assert_int_eq(publish(5), ERR_OK);
    ck_assert_int_eq(publish(3), ERR_CORRUPT); // not silently left out
    ck_assert_ptr_nonnull(strstr(fault.text, "confirmed frame 5, but this journal is at frame 3"));
    ck_assert_int_eq(publish(6), ERR_OK);
}
END_TEST

static enum err show(uint64_t sequence, uint64_t chain_low, enum sink_frame_standing standing)
{
    struct sink_frame frame = {
        .sequence = sequence, .chain = {.low = chain_low, .high = 1}, .standing = standing};
    return sink.ops->check_frame(sink.self, &frame, &fault);
}

// A publication that begins before what Kafka has confirmed and ends behind it.
START_TEST(frame_in_the_midst_of_another_history_is_refused)
{
    ck_assert_int_eq(recover(), ERR_OK);
    ck_assert_int_eq(publish(5), ERR_OK);
    ck_assert_int_eq(show(4, 99, SINK_FRAME_TO_COME), ERR_OK); // its chain is not known
    ck_assert_int_eq(show(5, 5, SINK_FRAME_TO_COME), ERR_OK);
    ck_assert_int_eq(show(6, 6, SINK_FRAME_TO_COME), ERR_OK);
    ck_assert_int_eq(show(5, 99, SINK_FRAME_TO_COME), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "frame 5 with another chain hash"));
    ck_assert_int_eq(show(5, 99, SINK_FRAME_PUBLISHED), ERR_CORRUPT);
}
END_TEST

// The group's offsets are gone: what was decided by an earlier process may be out, or not.
START_TEST(what_is_behind_the_checkpoint_is_in_doubt_when_kafka_forgot)
{
    struct outgoing action = {.kind = OUTGOING_ACTION, .sequence = 8};
    struct outgoing letter = {.kind = OUTGOING_DEAD_LETTER, .sequence = 8};
    struct hash128 chain = {.low = 8, .high = 1};
    bool out = false;
    ck_assert_int_eq(recover(), ERR_OK);
    ck_assert_int_eq(show(0, 0, SINK_FRAME_PUBLISHED), ERR_OK); // a directory that begins
    ck_assert_int_eq(sink.ops->is_published(sink.self, &action, chain, &out, &fault), ERR_OK);
    ck_assert(!out);
    ck_assert_int_eq(show(7, 7, SINK_FRAME_PUBLISHED), ERR_OK);
    ck_assert_int_eq(sink.ops->is_published(sink.self, &action, chain, &out, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "whether frame 8 is out cannot be known"));
    ck_assert_int_eq(sink.ops->is_published(sink.self, &letter, chain, &out, &fault), ERR_OK);
    ck_assert(out);                       // another sink's
    ck_assert_int_eq(publish(8), ERR_OK); // decided now: it is not out for certain
    ck_assert_int_eq(sink.ops->is_published(sink.self, &action, chain, &out, &fault), ERR_OK);
    ck_assert(out);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("kafka sink");
    TCase *tcase = tcase_create("failures");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(
        tcase, failing_request_ends_as_it_should, 0,
        (int)(sizeof(failure_cases) / sizeof(failure_cases[0])));
    tcase_add_test(tcase, unreachable_coordinator_is_tried_again);
    tcase_add_test(tcase, transaction_under_way_delays_reading_the_position);
    tcase_add_test(tcase, silent_broker_is_unreachable_then_goes_on);
    tcase_add_test(tcase, every_shard_is_read_back_after_a_failure);
    tcase_add_test(tcase, what_was_confirmed_is_left_out_of_a_later_publication);
    tcase_add_test(tcase, frame_of_another_history_is_refused);
    tcase_add_test(tcase, journal_that_begins_anew_under_the_same_group_is_refused);
    tcase_add_test(tcase, frame_in_the_midst_of_another_history_is_refused);
    tcase_add_test(tcase, what_is_behind_the_checkpoint_is_in_doubt_when_kafka_forgot);
    suite_add_tcase(suite, tcase);
    return suite;
}
