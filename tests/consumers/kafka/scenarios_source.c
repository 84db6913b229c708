// What the Kafka source and the producer of HTTP events do, with a real broker and with the simulated one.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumers/kafka/kafka_producer.h"
#include "engine/base/memory.h"

#include "tests/consumers/kafka/real_kafka.h"

struct outcomes {
    unsigned told;
    unsigned failed;
    uint64_t indexes;
};

static void on_sent(
    void *context, struct message_ticket *ticket, uint32_t ticket_index, enum err err)
{
    struct outcomes *outcomes = context;
    ck_assert_ptr_eq(ticket, context);
    outcomes->told++;
    outcomes->failed += err != ERR_OK;
    outcomes->indexes += ticket_index;
}

static struct kafka_producer *producer_open(struct outcomes *outcomes)
{
    struct kafka_producer_params params = {
        .connection = real_connection(),
        .topic = real.topic_in,
        .sent = on_sent,
        .context = outcomes,
        .wake = {.wake = on_wake}};
    struct kafka_producer *producer = NULL;
    ck_assert_int_eq(kafka_producer_open(&params, &producer, &real.fault), ERR_OK);
    return producer;
}

static void send_events(unsigned count)
{
    struct outcomes outcomes = {0};
    struct kafka_producer *producer = producer_open(&outcomes);
    for (unsigned i = 0; i < count; i++) {
        char value[64];
        char key[16];
        (void)snprintf(value, sizeof(value), "{\"n\":%u}", i);
        (void)snprintf(key, sizeof(key), "c-%u", i);
        struct header headers[] = {
            {.name = BYTES_LITERAL("ce_type"), .value = BYTES_LITERAL("t")},
            {.name = BYTES_LITERAL("empty")}};
        struct kafka_event event = {
            .key = bytes_text(key),
            .value = bytes_text(value),
            .headers = headers,
            .header_count = i % 3, // 0, 1 or 2 of them
            .ticket = (struct message_ticket *)(void *)&outcomes,
            .ticket_index = i};
        ck_assert_int_eq(kafka_producer_send(producer, &event, &real.fault), ERR_OK);
    }
    for (unsigned i = 0; i < TRIES_MAX && outcomes.told < count; i++) {
        kafka_producer_poll(producer);
        real_pause_ms(5);
    }
    ck_assert_uint_eq(outcomes.told, count);
    ck_assert_uint_eq(outcomes.failed, 0);
    ck_assert_uint_eq(outcomes.indexes, (uint64_t)count * (count - 1) / 2);
    kafka_producer_close(producer, 1000);
}

// As Java clients do it.
static uint32_t murmur2(const char *key)
{
    uint32_t len = (uint32_t)strlen(key);
    const uint8_t *at = (const uint8_t *)key;
    uint32_t hash = 0x9747b28cU ^ len;
    for (; len >= 4; len -= 4, at += 4) {
        uint32_t word = get_u32(at) * 0x5bd1e995U;
        hash = (hash * 0x5bd1e995U) ^ ((word ^ (word >> 24)) * 0x5bd1e995U);
    }
    for (uint32_t i = len; i > 0; i--)
        hash ^= (uint32_t)at[i - 1] << (8 * (i - 1));
    if (len > 0)
        hash *= 0x5bd1e995U;
    hash = (hash ^ (hash >> 13)) * 0x5bd1e995U;
    return (hash ^ (hash >> 15)) & 0x7fffffffU;
}

START_TEST(events_sent_come_back_in_the_partition_of_their_key)
{
    enum { EVENTS = 1000 };
    send_events(EVENTS);
    struct kafka_consumer_params params = {
        .connection = real_connection(), .topic = real.topic_in, .reading = KAFKA_READ_TO_END};
    struct reader reader = {0};
    ck_assert_int_eq(kafka_consumer_open(&params, &reader.consumer, &real.fault), ERR_OK);
    uint32_t partitions = 0;
    ck_assert_int_eq(
        kafka_consumer_count_partitions(reader.consumer, &partitions, &real.fault), ERR_OK);
    ck_assert_uint_eq(partitions, 2);
    unsigned seen = 0;
    for (uint32_t partition = 0; partition < partitions; partition++) {
        kafka_source_create(reader.consumer, partition, NULL, &reader.source);
        char name[96];
        (void)snprintf(name, sizeof(name), "kafka:%s/%u", real.topic_in, partition);
        ck_assert_str_eq(reader.source.name, name);
        ck_assert_int_eq(kafka_source_lag(&reader.source), -1);
        reader_begin(&reader, SOURCE_POSITION_START);
        int64_t next = 0;
        for (;;) {
            struct message messages[MESSAGES_MAX];
            size_t count = 0;
            enum err err = reader_poll(&reader, messages, &count);
            if (err == ERR_END)
                break;
            ck_assert_int_eq(err, ERR_OK);
            for (size_t i = 0; i < count; i++, seen++) {
                char *key = mem_text(messages[i].key.data, messages[i].key.len);
                ck_assert_uint_eq(murmur2(key) % partitions, partition);
                ck_assert_uint_eq(messages[i].header_count, strtoul(key + 2, NULL, 10) % 3);
                if (messages[i].header_count > 0)
                    ck_assert(bytes_equal_text(header_of(&messages[i], "ce_type"), "t"));
                free(key);
                ck_assert_int_eq(messages[i].position, next);
                next = messages[i].position_next;
            }
            int64_t left = kafka_source_end_offset(&reader.source) - next;
            ck_assert_int_eq(kafka_source_lag(&reader.source), left);
            reader.source.ops->release(reader.source.self);
        }
        ck_assert_int_eq(next, kafka_source_end_offset(&reader.source));
        reader.source.ops->destroy(reader.source.self);
    }
    kafka_consumer_close(reader.consumer);
    ck_assert_uint_eq(seen, EVENTS);
}
END_TEST

START_TEST(events_that_cannot_be_sent_are_told_so)
{
    (void)snprintf(real.brokers, sizeof(real.brokers), "127.0.0.1:1");
    struct outcomes outcomes = {0};
    struct kafka_producer *producer = producer_open(&outcomes);
    struct kafka_event event = {
        .value = BYTES_LITERAL("{}"), .ticket = (struct message_ticket *)(void *)&outcomes};
    ck_assert_int_eq(kafka_producer_send(producer, &event, &real.fault), ERR_OK);
    ck_assert(!kafka_producer_is_connected(producer));
    kafka_producer_close(producer, 50);
    ck_assert_uint_eq(outcomes.told, 1);
    ck_assert_uint_eq(outcomes.failed, 1);
}
END_TEST

START_TEST(reading_goes_on_where_it_is_told_to)
{
    struct sink sink = sink_open("tx-l");
    sink_publish_until(&sink, 1, 4); // offsets 0-2, marker 3, 4-6, marker 7, …
    sink_close(&sink);
    struct reader reader = reader_open(real.topic_out, KAFKA_READ_TO_END, 10);
    reader_begin(&reader, 6);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert_int_eq(messages[0].position, 6);
    ck_assert_uint_eq(messages[0].value.len, 10); // cut
    ck_assert_uint_gt(messages[0].value_bytes, 100);
    reader.source.ops->release(reader.source.self);
    reader_begin(&reader, 1); // again, from elsewhere
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert_int_eq(messages[0].position, 1);
    reader.source.ops->release(reader.source.self);
    reader_begin(&reader, kafka_source_end_offset(&reader.source));
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_END);
    reader_close(&reader);
}
END_TEST

START_TEST(new_messages_wake_the_reader)
{
    struct reader reader = reader_open(real.topic_out, KAFKA_READ_ON, 0);
    reader_begin(&reader, SOURCE_POSITION_START);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    ck_assert_int_eq(
        reader.source.ops->poll(reader.source.self, messages, MESSAGES_MAX, &count, &real.fault),
        ERR_AGAIN);
    struct sink sink = sink_open("tx-m");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    for (unsigned i = 0; i < 10; i++) { // the end of the partition wakes, too
        (void)reader.source.ops->poll(
            reader.source.self, messages, MESSAGES_MAX, &count, &real.fault);
        real_pause_ms(PAUSE_MS);
    }
    atomic_store(&real.wakes, 0);
    ck_assert_int_eq(sink_publish_frame(&sink, 0, 1), ERR_OK);
    for (unsigned i = 0; i < TRIES_MAX && atomic_load(&real.wakes) == 0; i++)
        real_pause_ms(PAUSE_MS);
    ck_assert_uint_gt(atomic_load(&real.wakes), 0);
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert_uint_eq(count, FRAME_ITEMS);
    reader.source.ops->release(reader.source.self);
    sink_close(&sink);
    reader_close(&reader);
}
END_TEST

START_TEST(position_that_the_broker_does_not_have_is_a_gap)
{
    struct sink sink = sink_open("tx-n");
    sink_publish_until(&sink, 1, 5); // 20 offsets
    sink_close(&sink);
    struct reader reader = reader_open(real.topic_out, KAFKA_READ_ON, 0);
    ck_assert_int_eq(reader_start(&reader, 21), ERR_GAP);
    ck_assert_ptr_nonnull(strstr(real.fault.text, real.topic_out));
    ck_assert_ptr_nonnull(strstr(real.fault.text, "offset 21"));
    ck_assert_ptr_nonnull(strstr(real.fault.text, "0 to 20"));
    reader_begin(&reader, 20);
    char line[128];
    (void)snprintf(line, sizeof(line), "%s 0 9", real.topic_out);
    real_control("topic truncate", line);
    ck_assert_int_eq(reader_start(&reader, 4), ERR_GAP);
    ck_assert_ptr_nonnull(strstr(real.fault.text, "9 to 20"));
    reader_begin(&reader, SOURCE_POSITION_START);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert_int_eq(messages[0].position, 9);
    reader.source.ops->release(reader.source.self);
    reader_close(&reader);
}
END_TEST

START_TEST(topic_created_anew_while_it_is_read_is_a_gap)
{
    struct sink sink = sink_open("tx-o");
    sink_publish_until(&sink, 1, 5);
    sink_close(&sink);
    struct reader reader = reader_open(real.topic_out, KAFKA_READ_ON, 0);
    reader_begin(&reader, SOURCE_POSITION_START);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    for (size_t seen = 0; seen < 15; seen += count) {
        ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
        reader.source.ops->release(reader.source.self);
    }
    real_control("topic delete", real.topic_out);
    char line[128];
    (void)snprintf(line, sizeof(line), "%s 1", real.topic_out);
    real_pause_ms(1500); // the name is free again
    real_control("topic create", line);
    enum err err = ERR_AGAIN;
    for (unsigned i = 0; i < TRIES_MAX && err != ERR_GAP; i++) {
        err = reader_poll(&reader, messages, &count);
        if (err == ERR_MISSING || err == ERR_UNREACHABLE) {
            real_pause_ms(PAUSE_MS);
            err = reader_start(&reader, 19); // as the engine does
        }
    }
    ck_assert_int_eq(err, ERR_GAP);
    ck_assert_ptr_nonnull(strstr(real.fault.text, "created anew"));
    reader_close(&reader);
}
END_TEST

static void remember(struct reader *reader, int64_t position, struct hash128 value)
{
    struct source_memory memory = {.position = position, .value = value};
    reader->source.ops->remember(reader->source.self, &memory);
}

START_TEST(record_that_is_not_the_one_remembered_is_a_gap)
{
    struct sink sink = sink_open("tx-p");
    sink_publish_until(&sink, 1, 5); // offsets 0-2, marker 3, 4-6, marker 7, 8-10, …
    sink_close(&sink);
    struct reader reader = reader_open(real.topic_out, KAFKA_READ_TO_END, 10);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    reader_begin(&reader, SOURCE_POSITION_START);
    int64_t end = kafka_source_end_offset(&reader.source);
    struct frame_texts frame; // the second one: offsets 4 to 6
    frame_fill(&frame, 0, 2);
    struct hash128 value = source_value_hash(frame.items[1].value);

    remember(&reader, 5, value);
    reader_begin(&reader, 8);
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert_int_eq(messages[0].position, 8);
    reader.source.ops->release(reader.source.self);
    remember(&reader, 5, value);
    reader_begin(&reader, end); // nothing but the memory to read
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_END);
    remember(&reader, 7, value); // no record there: nothing is known
    reader_begin(&reader, 8);
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    reader.source.ops->release(reader.source.self);

    remember(&reader, 6, value);
    reader_begin(&reader, 8);
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_GAP);
    ck_assert_ptr_nonnull(strstr(real.fault.text, "at offset 6 is not the one that was read"));
    ck_assert_ptr_nonnull(strstr(real.fault.text, "created anew"));
    reader_begin(&reader, SOURCE_POSITION_START); // told to go on
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert_int_eq(messages[0].position, 0);
    reader.source.ops->release(reader.source.self);
    remember(&reader, 6, value);
    reader_begin(&reader, end);
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_GAP); // not simply the end
    reader_close(&reader);
}
END_TEST

START_TEST(missing_input_topic_is_named)
{
    struct reader reader = reader_open("no-such-topic", KAFKA_READ_ON, 0);
    uint32_t partitions = 0;
    ck_assert_int_eq(
        kafka_consumer_count_partitions(reader.consumer, &partitions, &real.fault), ERR_MISSING);
    ck_assert_ptr_nonnull(strstr(real.fault.text, "no-such-topic"));
    reader_close(&reader);
    (void)snprintf(real.brokers, sizeof(real.brokers), "127.0.0.1:1");
    reader = reader_open("t", KAFKA_READ_ON, 0);
    ck_assert(!kafka_consumer_is_connected(reader.consumer));
    reader_close(&reader);
}
END_TEST

TCase *source_scenarios(void)
{
    TCase *source = tcase_create("source");
    tcase_add_checked_fixture(source, real_setup, real_teardown);
    tcase_set_timeout(source, 120);
    tcase_add_test(source, events_sent_come_back_in_the_partition_of_their_key);
    tcase_add_test(source, events_that_cannot_be_sent_are_told_so);
    tcase_add_test(source, reading_goes_on_where_it_is_told_to);
    tcase_add_test(source, new_messages_wake_the_reader);
    tcase_add_test(source, position_that_the_broker_does_not_have_is_a_gap);
    tcase_add_test(source, topic_created_anew_while_it_is_read_is_a_gap);
    tcase_add_test(source, record_that_is_not_the_one_remembered_is_a_gap);
    tcase_add_test(source, missing_input_topic_is_named);
    return source;
}
