// What the Kafka sink does, with a real broker and with the simulated one.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumers/kafka/transaction.h"
#include "engine/base/memory.h"

#include "tests/consumers/kafka/real_kafka.h"

static enum err is_published(struct sink *sink, uint64_t sequence, struct hash128 chain, bool *out)
{
    struct frame_texts frame;
    frame_fill(&frame, 0, sequence);
    return sink->ops->is_published(sink->self, &frame.items[0], chain, out, &real.fault);
}

START_TEST(committed_frames_are_seen_once_in_order_with_their_headers)
{
    struct sink sink = sink_open("tx-a");
    sink_publish_until(&sink, 1, 40);
    sink_close(&sink);
    expect_frames(40);

    struct reader reader = reader_open(real.topic_out, KAFKA_READ_TO_END, 0);
    reader_begin(&reader, SOURCE_POSITION_START);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert(bytes_equal_text(messages[0].key, "c-17"));
    ck_assert(bytes_equal_text(header_of(messages, "ce_type"), "action.test"));
    ck_assert(bytes_equal_text(header_of(messages, "ce_source"), "engaged"));
    ck_assert(bytes_equal_text(header_of(messages, "ce_specversion"), "1.0"));
    ck_assert(bytes_equal_text(header_of(messages, "ce_subject"), "c-17"));
    ck_assert(bytes_equal_text(header_of(messages, "ce_time"), "2026-01-02T03:04:05.678Z"));
    ck_assert_int_eq(messages[0].position, 0);
    ck_assert_uint_eq(messages[0].value_bytes, messages[0].value.len);
    reader.source.ops->release(reader.source.self);
    reader_close(&reader);
}
END_TEST

START_TEST(restarted_sink_knows_what_is_out)
{
    struct sink sink = sink_open("tx-b");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    ck_assert_uint_eq(kafka_sink_confirmed(&sink, 0).sequence, 0);
    ck_assert_int_eq(kafka_sink_confirmed(&sink, 0).offset, -1);
    ck_assert_int_eq(sink_publish_frame(&sink, 0, 1), ERR_OK);
    ck_assert_int_eq(sink_publish_frame(&sink, 0, 2), ERR_OK);
    sink_close(&sink);

    sink = sink_open("tx-b");
    ck_assert_int_eq(sink_publish_frame(&sink, 0, 3), ERR_STATE);
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    struct kafka_confirmed confirmed = kafka_sink_confirmed(&sink, 0);
    ck_assert_uint_eq(confirmed.sequence, 2);
    ck_assert(hash128_equal(confirmed.chain, chain_of(2)));
    ck_assert_int_eq(confirmed.offset, 200);
    bool out = false;
    ck_assert_int_eq(is_published(&sink, 1, chain_of(1), &out), ERR_OK);
    ck_assert(out);
    ck_assert_int_eq(is_published(&sink, 2, chain_of(2), &out), ERR_OK);
    ck_assert(out);
    ck_assert_int_eq(is_published(&sink, 3, chain_of(3), &out), ERR_OK);
    ck_assert(!out);
    ck_assert_int_eq(is_published(&sink, 2, chain_of(99), &out), ERR_CORRUPT);
    ck_assert_int_eq(sink_publish_frame(&sink, 0, 2), ERR_OK); // repeated: left out
    ck_assert_int_eq(sink_publish_frame(&sink, 0, 3), ERR_OK);
    sink_close(&sink);
    expect_frames(3);
}
END_TEST

START_TEST(second_instance_fences_the_first_for_ever)
{
    struct sink first = sink_open("tx-c");
    ck_assert_int_eq(sink_recover(&first, 0), ERR_OK);
    ck_assert_int_eq(sink_publish_frame(&first, 0, 1), ERR_OK);
    struct sink second = sink_open("tx-c");
    ck_assert_int_eq(sink_recover(&second, 0), ERR_OK);
    ck_assert_int_eq(sink_publish_frame(&first, 0, 2), ERR_FENCED);
    ck_assert_ptr_nonnull(strstr(real.fault.text, "tx-c"));
    ck_assert_int_eq(sink_recover(&first, 0), ERR_FENCED);
    ck_assert_uint_eq(kafka_sink_confirmed(&second, 0).sequence, 1);
    ck_assert_int_eq(sink_publish_frame(&second, 0, 2), ERR_OK);
    sink_close(&first);
    sink_close(&second);
    expect_frames(2);
}
END_TEST

START_TEST(without_a_kafka_source_each_shard_has_a_group_of_its_own)
{
    struct sink sink = sink_open_as("tx-g", NULL, 10000);
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    ck_assert_int_eq(sink_recover(&sink, 5), ERR_OK);
    struct publish_shard shards[] = {
        {.shard = 0, .sequence_last = 8, .chain_last = chain_of(8)},
        {.shard = 5, .sequence_last = 9, .chain_last = chain_of(9)}};
    struct publication publication = {.shards = shards, .shard_count = 2};
    uint64_t mark = 0;
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &real.fault), ERR_OK);
    sink_close(&sink);
    sink = sink_open_as("tx-g", NULL, 10000);
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    ck_assert_int_eq(sink_recover(&sink, 5), ERR_OK);
    ck_assert_uint_eq(kafka_sink_confirmed(&sink, 0).sequence, 8);
    ck_assert_int_eq(kafka_sink_confirmed(&sink, 0).offset, 8);
    ck_assert_uint_eq(kafka_sink_confirmed(&sink, 5).sequence, 9);
    ck_assert(hash128_equal(kafka_sink_confirmed(&sink, 5).chain, chain_of(9)));
    sink_close(&sink);
}
END_TEST

START_TEST(offset_of_another_program_is_not_taken_for_ours)
{
    struct kafka_connection to = real_connection();
    struct transaction transaction = {.connection = &to, .id = "other", .patience_ms = 10000};
    ck_assert_int_eq(transaction_prepare(&transaction, &real.fault), ERR_OK);
    ck_assert_int_eq(transaction_begin(&transaction, &real.fault), ERR_OK);
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(offsets, real.topic_in, 0)->offset = 4;
    ck_assert_int_eq(
        transaction_send_offsets(&transaction, offsets, real.topic_in, &real.fault), ERR_OK);
    rd_kafka_topic_partition_list_destroy(offsets);
    ck_assert_int_eq(transaction_commit(&transaction, &real.fault), ERR_OK);
    transaction_close(&transaction);

    struct sink sink = sink_open("tx-h");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(real.fault.text, real.topic_in));
    sink_close(&sink);
}
END_TEST

START_TEST(missing_topic_is_created_or_named)
{
    struct sink sink = sink_open("tx-i");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    (void)snprintf(real.topic_out, sizeof(real.topic_out), "out-never-made-%u", real.topic_number);
    bool creates = real_creates_topics();
    enum err err = sink_publish_frame(&sink, 0, 1);
    ck_assert_int_eq(err, creates ? ERR_OK : ERR_MISSING);
    if (!creates) {
        ck_assert_ptr_nonnull(strstr(real.fault.text, real.topic_out));
        char line[128];
        (void)snprintf(line, sizeof(line), "%s 1", real.topic_out);
        real_control("topic create", line);
        sink_publish_until(&sink, 1, 1);
    }
    sink_close(&sink);
    if (!creates) // else it has several partitions
        expect_frames(1);
}
END_TEST

START_TEST(record_that_the_broker_refuses_is_named)
{
    enum { HUGE = 3 << 20 };
    struct sink sink = sink_open("tx-j");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    uint8_t *noise = mem_alloc(HUGE);
    for (size_t i = 0; i < HUGE; i++)
        noise[i] = (uint8_t)hash_mix(i);
    struct frame_texts frame;
    frame_fill(&frame, 0, 1);
    frame.items[0].value = bytes_of(noise, HUGE);
    struct publish_shard shard = {.shard = 0, .sequence_last = 1, .chain_last = chain_of(1)};
    struct publication publication = {
        .shards = &shard, .shard_count = 1, .items = frame.items, .item_count = 1};
    uint64_t mark = 0;
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &real.fault), ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(real.fault.text, real.topic_out));
    free(noise);
    sink_publish_until(&sink, 1, 2);
    sink_close(&sink);
    expect_frames(2);
}
END_TEST

START_TEST(no_broker_is_unreachable_and_tried_again)
{
    (void)snprintf(real.brokers, sizeof(real.brokers), "127.0.0.1:1");
    struct sink sink = sink_open_as("tx-k", real.topic_in, 300);
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_UNREACHABLE);
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_UNREACHABLE);
    sink_close(&sink);
    struct kafka_property bad = {"no.such.property", "secret"};
    struct kafka_sink_params params = {
        .connection = {.brokers = real.brokers, .properties = &bad, .property_count = 1},
        .transactional_id = "x",
        .topic_prefix = "",
        .group = "g",
        .position_topic = "p"};
    ck_assert_int_eq(kafka_sink_create(&params, &sink, &real.fault), ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(real.fault.text, "no.such.property"));
    ck_assert_ptr_null(strstr(real.fault.text, "secret"));
}
END_TEST

TCase *sink_scenarios(void)
{
    TCase *sink = tcase_create("scenarios");
    tcase_add_checked_fixture(sink, real_setup, real_teardown);
    tcase_set_timeout(sink, 120);
    tcase_add_test(sink, committed_frames_are_seen_once_in_order_with_their_headers);
    tcase_add_test(sink, restarted_sink_knows_what_is_out);
    tcase_add_test(sink, second_instance_fences_the_first_for_ever);
    tcase_add_test(sink, without_a_kafka_source_each_shard_has_a_group_of_its_own);
    tcase_add_test(sink, offset_of_another_program_is_not_taken_for_ours);
    tcase_add_test(sink, missing_topic_is_created_or_named);
    tcase_add_test(sink, record_that_the_broker_refuses_is_named);
    tcase_add_test(sink, no_broker_is_unreachable_and_tried_again);
    return sink;
}
