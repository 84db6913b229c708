// Kafka source, sink and producer against a real broker. tests/e2e/test_kafka_port.sh builds and
// runs it: KAFKA_CONTROL is the broker script, KAFKA_DIR the broker's directory, KAFKA_CREATES
// says whether the broker creates topics by itself.
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "consumers/kafka/kafka_producer.h"
#include "consumers/kafka/kafka_sink.h"
#include "consumers/kafka/kafka_source.h"
#include "consumers/kafka/transaction.h"
#include "engine/base/buffer.h"
#include "engine/base/memory.h"

#include "tests/support/suite.h"

enum { MESSAGES_MAX = 500, TRIES_MAX = 400, PAUSE_MS = 50, FRAME_ITEMS = 3 };

static char brokers[64];
static char topic_in[64], topic_out[64];
static unsigned topic_number;
static struct fault fault;

// ---- the broker --------------------------------------------------------------------------

static void pause_ms(int ms)
{
    (void)poll(NULL, 0, ms);
}

static void control(const char *command, const char *arguments)
{
    char line[512];
    (void)snprintf(
        line, sizeof(line), "%s %s %s %s >/dev/null", getenv("KAFKA_CONTROL"), command,
        getenv("KAFKA_DIR"), arguments);
    ck_assert_msg(system(line) == 0, "%s", line);
}

static void setup(void)
{
    char line[512];
    (void)snprintf(
        line, sizeof(line), "%s address %s", getenv("KAFKA_CONTROL"), getenv("KAFKA_DIR"));
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(fgets(brokers, sizeof(brokers), pipe));
    ck_assert_int_eq(pclose(pipe), 0);
    brokers[strcspn(brokers, "\n")] = '\0';

    topic_number++;
    (void)snprintf(topic_in, sizeof(topic_in), "in-%d-%u", (int)getpid(), topic_number);
    (void)snprintf(topic_out, sizeof(topic_out), "out-%d-%u", (int)getpid(), topic_number);
    (void)snprintf(line, sizeof(line), "%s 2 %s 1", topic_in, topic_out);
    control("topic create", line);
    fault = (struct fault){0};
}

static void teardown(void)
{
}

static struct kafka_connection connection(void)
{
    return (struct kafka_connection){.brokers = brokers};
}

// ---- frames and the sink -------------------------------------------------------------------

static struct hash128 chain_of(uint64_t sequence)
{
    return (struct hash128){.low = hash_mix(sequence), .high = hash_mix(sequence + 7)};
}

static struct sink sink_open_as(const char *id, const char *source_topic, int64_t patience_ms)
{
    struct kafka_sink_params params = {
        .connection = connection(),
        .transactional_id = id,
        .topic_prefix = "out-",
        .group = topic_in,
        .source_topic = source_topic,
        .position_topic = topic_out,
        .kinds = OUTGOING_KINDS_ACTIONS,
        .patience_ms = patience_ms,
    };
    struct sink sink;
    ck_assert_int_eq(kafka_sink_create(&params, &sink, &fault), ERR_OK);
    return sink;
}

static struct sink sink_open(const char *id)
{
    return sink_open_as(id, topic_in, 10000);
}

static enum err sink_recover(struct sink *sink, uint32_t shard)
{
    return sink->ops->recover(sink->self, shard, 0, &fault);
}

static void sink_close(struct sink *sink)
{
    sink->ops->destroy(sink->self);
}

// Frame n of a shard holds FRAME_ITEMS actions; their ids are n * 10 + index.
struct frame_texts {
    char values[FRAME_ITEMS][200];
    struct outgoing items[FRAME_ITEMS];
};

static struct hash128 id_of(uint32_t shard, uint64_t sequence, uint32_t index)
{
    return (struct hash128){.low = sequence * 10 + index, .high = shard};
}

static void frame_fill(struct frame_texts *frame, uint32_t shard, uint64_t sequence)
{
    for (uint32_t i = 0; i < FRAME_ITEMS; i++) {
        char hex[HASH128_HEX_CHARS + 1] = "";
        hash128_hex(id_of(shard, sequence, i), hex);
        (void)snprintf(
            frame->values[i], sizeof(frame->values[i]),
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"engaged\",\"type\":\"action."
            "test\","
            "\"subject\":\"c\\\"17\",\"time\":\"2026-01-02T03:04:05.678Z\",\"data\":{}}",
            hex);
        frame->items[i] = (struct outgoing){
            .kind = OUTGOING_ACTION,
            .shard = shard,
            .sequence = sequence,
            .index = i,
            .id = id_of(shard, sequence, i),
            .topic = bytes_text(topic_out + strlen("out-")), // the prefix puts it back
            .key = BYTES_LITERAL("c-17"),
            .value = bytes_text(frame->values[i]),
        };
    }
}

static enum err publish_frame(struct sink *sink, uint32_t shard, uint64_t sequence)
{
    struct frame_texts frame;
    frame_fill(&frame, shard, sequence);
    struct publish_shard published = {
        .shard = shard,
        .sequence_last = sequence,
        .chain_last = chain_of(sequence),
        .source_next = (int64_t)sequence * 100,
    };
    struct publication publication = {
        .shards = &published,
        .shard_count = 1,
        .items = frame.items,
        .item_count = FRAME_ITEMS,
    };
    uint64_t mark = 0;
    return sink->ops->publish(sink->self, &publication, &mark, &fault);
}

static enum err is_published(struct sink *sink, uint64_t sequence, struct hash128 chain, bool *out)
{
    struct frame_texts frame;
    frame_fill(&frame, 0, sequence);
    return sink->ops->is_published(sink->self, &frame.items[0], chain, out, &fault);
}

// Publishes frames first..last as the engine does: recovers after every error, leaves out what is
// confirmed, goes on until all is out.
static void publish_until(struct sink *sink, uint64_t first, uint64_t last)
{
    bool is_recovered = false;
    unsigned tries = 0;
    for (uint64_t sequence = first; sequence <= last;) {
        ck_assert_msg(tries < TRIES_MAX, "%s", fault.text);
        if (!is_recovered) {
            is_recovered = sink_recover(sink, 0) == ERR_OK;
            if (!is_recovered) {
                tries++;
                pause_ms(PAUSE_MS);
                continue;
            }
            uint64_t confirmed = kafka_sink_confirmed(sink, 0).sequence;
            sequence = confirmed >= first ? confirmed + 1 : first;
            continue;
        }
        enum err err = publish_frame(sink, 0, sequence);
        if (err == ERR_OK)
            sequence++;
        else
            is_recovered = false;
        ck_assert_int_ne(err, ERR_FENCED);
        tries += err != ERR_OK;
    }
}

// ---- reading back ----------------------------------------------------------------------------

static atomic_uint wakes;

static void on_wake(void *context)
{
    (void)context;
    atomic_fetch_add(&wakes, 1);
}

struct reader {
    struct kafka_consumer *consumer;
    struct source source;
};

static struct reader reader_open_limited(
    const char *topic, enum kafka_reading reading, uint64_t value_bytes_max)
{
    struct kafka_consumer_params params = {
        .connection = connection(),
        .topic = topic,
        .reading = reading,
        .value_bytes_max = value_bytes_max};
    struct source_wake wake = {.wake = on_wake};
    struct reader reader;
    ck_assert_int_eq(kafka_consumer_open(&params, &reader.consumer, &fault), ERR_OK);
    kafka_source_create(reader.consumer, 0, &wake, &reader.source);
    return reader;
}

static struct reader reader_open(const char *topic, enum kafka_reading reading)
{
    return reader_open_limited(topic, reading, 0);
}

static void reader_close(struct reader *reader)
{
    reader->source.ops->destroy(reader->source.self);
    kafka_consumer_close(reader->consumer);
}

static enum err reader_start(struct reader *reader, int64_t position)
{
    return reader->source.ops->start(reader->source.self, position, &fault);
}

// Polls until there is something else to say than ERR_AGAIN.
static enum err reader_poll(struct reader *reader, struct message *messages, size_t *count)
{
    for (unsigned i = 0; i < TRIES_MAX; i++) {
        enum err err =
            reader->source.ops->poll(reader->source.self, messages, MESSAGES_MAX, count, &fault);
        if (err != ERR_AGAIN)
            return err;
        pause_ms(PAUSE_MS);
    }
    return ERR_AGAIN;
}

static struct bytes header_of(const struct message *message, const char *name)
{
    for (size_t i = 0; i < message->header_count; i++) {
        if (bytes_equal_text(message->headers[i].name, name))
            return message->headers[i].value;
    }
    return bytes_text("");
}

static struct hash128 message_id(const struct message *message)
{
    struct hash128 id = {0};
    (void)hash128_parse(header_of(message, "ce_id"), &id);
    return id;
}

// Reads the topic to its end: exactly the frames 1..last of shard 0, in order, each once.
static void expect_frames(uint64_t last)
{
    struct reader reader = reader_open(topic_out, KAFKA_READ_TO_END);
    ck_assert_int_eq(reader_start(&reader, SOURCE_POSITION_START), ERR_OK);
    uint64_t seen = 0;
    for (;;) {
        struct message messages[MESSAGES_MAX];
        size_t count = 0;
        enum err err = reader_poll(&reader, messages, &count);
        if (err == ERR_END)
            break;
        ck_assert_int_eq(err, ERR_OK);
        for (size_t i = 0; i < count; i++, seen++) {
            struct hash128 want = id_of(0, seen / FRAME_ITEMS + 1, (uint32_t)(seen % FRAME_ITEMS));
            struct hash128 got = message_id(&messages[i]);
            ck_assert_msg(
                hash128_equal(got, want), "message %" PRIu64 ": id %" PRIu64, seen, got.low);
        }
        reader.source.ops->release(reader.source.self);
    }
    ck_assert_uint_eq(seen, last * FRAME_ITEMS);
    reader_close(&reader);
}

// ---- tests -----------------------------------------------------------------------------------

START_TEST(committed_frames_are_seen_once_in_order_with_their_headers)
{
    struct sink sink = sink_open("tx-a");
    publish_until(&sink, 1, 40);
    sink_close(&sink);
    expect_frames(40);

    struct reader reader = reader_open(topic_out, KAFKA_READ_TO_END);
    ck_assert_int_eq(reader_start(&reader, SOURCE_POSITION_START), ERR_OK);
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

    // Another client counts them too.
    char line[512];
    (void)snprintf(
        line, sizeof(line),
        "test $(kcat -q -C -e -b %s -t %s -X isolation.level=read_committed -f '%%k\\n' | grep -c "
        "'^c-17$') = %d",
        brokers, topic_out, 40 * FRAME_ITEMS);
    ck_assert_msg(system(line) == 0, "%s", line);
}
END_TEST

START_TEST(restarted_sink_knows_what_is_out)
{
    struct sink sink = sink_open("tx-b");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    ck_assert_uint_eq(kafka_sink_confirmed(&sink, 0).sequence, 0);
    ck_assert_int_eq(kafka_sink_confirmed(&sink, 0).offset, -1);
    ck_assert_int_eq(publish_frame(&sink, 0, 1), ERR_OK);
    ck_assert_int_eq(publish_frame(&sink, 0, 2), ERR_OK);
    sink_close(&sink);

    sink = sink_open("tx-b");
    ck_assert_int_eq(publish_frame(&sink, 0, 3), ERR_STATE);
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
    ck_assert_int_eq(publish_frame(&sink, 0, 2), ERR_OK); // repeated: left out
    ck_assert_int_eq(publish_frame(&sink, 0, 3), ERR_OK);
    sink_close(&sink);
    expect_frames(3);
}
END_TEST

START_TEST(second_instance_fences_the_first_for_ever)
{
    struct sink first = sink_open("tx-c");
    ck_assert_int_eq(sink_recover(&first, 0), ERR_OK);
    ck_assert_int_eq(publish_frame(&first, 0, 1), ERR_OK);
    struct sink second = sink_open("tx-c");
    ck_assert_int_eq(sink_recover(&second, 0), ERR_OK);
    ck_assert_int_eq(publish_frame(&first, 0, 2), ERR_FENCED);
    ck_assert_ptr_nonnull(strstr(fault.text, "tx-c"));
    ck_assert_int_eq(sink_recover(&first, 0), ERR_FENCED);
    ck_assert_uint_eq(kafka_sink_confirmed(&second, 0).sequence, 1);
    ck_assert_int_eq(publish_frame(&second, 0, 2), ERR_OK);
    sink_close(&first);
    sink_close(&second);
    expect_frames(2);
}
END_TEST

// A child does everything but the commit of frame 2, and is killed.
START_TEST(transaction_of_a_killed_process_is_not_seen)
{
    pid_t child = fork();
    if (child == 0) {
        struct sink sink = sink_open("tx-d");
        publish_until(&sink, 1, 1);
        sink_close(&sink);
        struct kafka_connection to = connection();
        struct transaction transaction = {.connection = &to, .id = "tx-d", .patience_ms = 10000};
        struct frame_texts frame;
        frame_fill(&frame, 0, 2);
        ck_assert_int_eq(transaction_prepare(&transaction, &fault), ERR_OK);
        ck_assert_int_eq(transaction_begin(&transaction, &fault), ERR_OK);
        for (unsigned i = 0; i < FRAME_ITEMS; i++) {
            struct kafka_record record = {
                .topic = topic_out,
                .key = frame.items[i].key,
                .value = frame.items[i].value,
                .headers = record_action_headers(&frame.items[i])};
            ck_assert_int_eq(transaction_produce(&transaction, &record, &fault), ERR_OK);
        }
        rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(offsets, topic_in, 0)->offset = 200;
        ck_assert_int_eq(transaction_send_offsets(&transaction, offsets, topic_in, &fault), ERR_OK);
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
    publish_until(&sink, 1, 3);
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
            publish_until(&sink, 1, 1000000);
            _exit(1);
        }
        pause_ms(300 + (int)(hash_mix(seed + round) % 700));
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
    }
    struct sink sink = sink_open("tx-e");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    uint64_t confirmed = kafka_sink_confirmed(&sink, 0).sequence;
    (void)printf("killed 6 times, %" PRIu64 " frames confirmed\n", confirmed);
    ck_assert_uint_gt(confirmed, 0);
    publish_until(&sink, 1, confirmed + 2);
    sink_close(&sink);
    expect_frames(confirmed + 2);
}
END_TEST

// i = 0: killed hard; 1: stopped cleanly.
START_TEST(broker_restarted_while_publishing_loses_and_doubles_nothing)
{
    struct sink sink = sink_open_as("tx-f", topic_in, 2000);
    struct reader reader = reader_open(topic_in, KAFKA_READ_ON);
    ck_assert_int_eq(reader_start(&reader, SOURCE_POSITION_START), ERR_OK);
    publish_until(&sink, 1, 30);
    pid_t child = fork();
    if (child == 0) {
        control(_i == 0 ? "kill" : "stop", "");
        pause_ms(2500); // longer than the patience: some outcomes are unknown
        control("restart", "");
        _exit(0);
    }
    unsigned unreachable = 0;
    uint64_t sequence = 30;
    int status = 0;
    bool was_disconnected = false;
    while (waitpid(child, &status, WNOHANG) == 0) {
        ck_assert_uint_lt(unreachable, TRIES_MAX);
        if (sink_recover(&sink, 0) == ERR_OK)
            sequence = kafka_sink_confirmed(&sink, 0).sequence + 1;
        else
            unreachable++;
        if (publish_frame(&sink, 0, sequence) != ERR_OK)
            unreachable++;
        was_disconnected = was_disconnected || !kafka_consumer_is_connected(reader.consumer);
        pause_ms(PAUSE_MS);
    }
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_uint_gt(unreachable, 0);
    ck_assert(was_disconnected);
    publish_until(&sink, 1, sequence + 20);
    sink_close(&sink);
    expect_frames(sequence + 20);
    for (unsigned i = 0; i < TRIES_MAX && !kafka_consumer_is_connected(reader.consumer); i++)
        pause_ms(PAUSE_MS);
    ck_assert(kafka_consumer_is_connected(reader.consumer));
    reader_close(&reader);
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
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &fault), ERR_OK);
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
    struct kafka_connection to = connection();
    struct transaction transaction = {.connection = &to, .id = "other", .patience_ms = 10000};
    ck_assert_int_eq(transaction_prepare(&transaction, &fault), ERR_OK);
    ck_assert_int_eq(transaction_begin(&transaction, &fault), ERR_OK);
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(offsets, topic_in, 0)->offset = 4;
    ck_assert_int_eq(transaction_send_offsets(&transaction, offsets, topic_in, &fault), ERR_OK);
    rd_kafka_topic_partition_list_destroy(offsets);
    ck_assert_int_eq(transaction_commit(&transaction, &fault), ERR_OK);
    transaction_close(&transaction);

    struct sink sink = sink_open("tx-h");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, topic_in));
    sink_close(&sink);
}
END_TEST

START_TEST(missing_topic_is_created_or_named)
{
    struct sink sink = sink_open("tx-i");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    (void)snprintf(topic_out, sizeof(topic_out), "out-never-made-%d", (int)getpid());
    bool creates = strcmp(getenv("KAFKA_CREATES"), "yes") == 0;
    enum err err = publish_frame(&sink, 0, 1);
    ck_assert_int_eq(err, creates ? ERR_OK : ERR_MISSING);
    if (!creates) {
        ck_assert_ptr_nonnull(strstr(fault.text, topic_out));
        char line[128];
        (void)snprintf(line, sizeof(line), "%s 1", topic_out);
        control("topic create", line);
        publish_until(&sink, 1, 1);
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
    ck_assert_int_eq(sink.ops->publish(sink.self, &publication, &mark, &fault), ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(fault.text, topic_out));
    free(noise);
    publish_until(&sink, 1, 2);
    sink_close(&sink);
    expect_frames(2);
}
END_TEST

START_TEST(no_broker_is_unreachable_and_tried_again)
{
    (void)snprintf(brokers, sizeof(brokers), "127.0.0.1:1");
    struct sink sink = sink_open_as("tx-k", topic_in, 300);
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_UNREACHABLE);
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_UNREACHABLE);
    sink_close(&sink);
    struct kafka_property bad = {"no.such.property", "secret"};
    struct kafka_sink_params params = {
        .connection = {.brokers = brokers, .properties = &bad, .property_count = 1},
        .transactional_id = "x",
        .topic_prefix = "",
        .group = "g",
        .position_topic = "p"};
    ck_assert_int_eq(kafka_sink_create(&params, &sink, &fault), ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(fault.text, "no.such.property"));
    ck_assert_ptr_null(strstr(fault.text, "secret"));
}
END_TEST

// ---- producer and source -----------------------------------------------------------------------

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
        .connection = connection(),
        .topic = topic_in,
        .sent = on_sent,
        .context = outcomes,
        .wake = {.wake = on_wake}};
    struct kafka_producer *producer = NULL;
    ck_assert_int_eq(kafka_producer_open(&params, &producer, &fault), ERR_OK);
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
        ck_assert_int_eq(kafka_producer_send(producer, &event, &fault), ERR_OK);
    }
    for (unsigned i = 0; i < TRIES_MAX && outcomes.told < count; i++) {
        kafka_producer_poll(producer);
        pause_ms(5);
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
        .connection = connection(), .topic = topic_in, .reading = KAFKA_READ_TO_END};
    struct reader reader = {0};
    ck_assert_int_eq(kafka_consumer_open(&params, &reader.consumer, &fault), ERR_OK);
    uint32_t partitions = 0;
    ck_assert_int_eq(kafka_consumer_count_partitions(reader.consumer, &partitions, &fault), ERR_OK);
    ck_assert_uint_eq(partitions, 2);
    unsigned seen = 0;
    for (uint32_t partition = 0; partition < partitions; partition++) {
        kafka_source_create(reader.consumer, partition, NULL, &reader.source);
        char name[96];
        (void)snprintf(name, sizeof(name), "kafka:%s/%u", topic_in, partition);
        ck_assert_str_eq(reader.source.name, name);
        ck_assert_int_eq(reader_start(&reader, SOURCE_POSITION_START), ERR_OK);
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
    (void)snprintf(brokers, sizeof(brokers), "127.0.0.1:1");
    struct outcomes outcomes = {0};
    struct kafka_producer *producer = producer_open(&outcomes);
    struct kafka_event event = {
        .value = BYTES_LITERAL("{}"), .ticket = (struct message_ticket *)(void *)&outcomes};
    ck_assert_int_eq(kafka_producer_send(producer, &event, &fault), ERR_OK);
    ck_assert(!kafka_producer_is_connected(producer));
    kafka_producer_close(producer, 50);
    ck_assert_uint_eq(outcomes.told, 1);
    ck_assert_uint_eq(outcomes.failed, 1);
}
END_TEST

START_TEST(reading_goes_on_where_it_is_told_to)
{
    struct sink sink = sink_open("tx-l");
    publish_until(&sink, 1, 4); // offsets 0-2, marker 3, 4-6, marker 7, …
    sink_close(&sink);
    struct reader reader = reader_open_limited(topic_out, KAFKA_READ_TO_END, 10);
    ck_assert_int_eq(reader_start(&reader, 6), ERR_OK);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert_int_eq(messages[0].position, 6);
    ck_assert_uint_eq(messages[0].value.len, 10); // cut
    ck_assert_uint_gt(messages[0].value_bytes, 100);
    reader.source.ops->release(reader.source.self);
    ck_assert_int_eq(reader_start(&reader, 1), ERR_OK); // again, from elsewhere
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
    ck_assert_int_eq(messages[0].position, 1);
    reader.source.ops->release(reader.source.self);
    ck_assert_int_eq(reader_start(&reader, kafka_source_end_offset(&reader.source)), ERR_OK);
    ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_END);
    reader_close(&reader);
}
END_TEST

START_TEST(new_messages_wake_the_reader)
{
    struct reader reader = reader_open(topic_out, KAFKA_READ_ON);
    ck_assert_int_eq(reader_start(&reader, SOURCE_POSITION_START), ERR_OK);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    ck_assert_int_eq(
        reader.source.ops->poll(reader.source.self, messages, MESSAGES_MAX, &count, &fault),
        ERR_AGAIN);
    struct sink sink = sink_open("tx-m");
    ck_assert_int_eq(sink_recover(&sink, 0), ERR_OK);
    for (unsigned i = 0; i < 10; i++) { // the end of the partition wakes, too
        (void)reader.source.ops->poll(reader.source.self, messages, MESSAGES_MAX, &count, &fault);
        pause_ms(PAUSE_MS);
    }
    atomic_store(&wakes, 0);
    ck_assert_int_eq(publish_frame(&sink, 0, 1), ERR_OK);
    for (unsigned i = 0; i < TRIES_MAX && atomic_load(&wakes) == 0; i++)
        pause_ms(PAUSE_MS);
    ck_assert_uint_gt(atomic_load(&wakes), 0);
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
    publish_until(&sink, 1, 5); // 20 offsets
    sink_close(&sink);
    struct reader reader = reader_open(topic_out, KAFKA_READ_ON);
    ck_assert_int_eq(reader_start(&reader, 21), ERR_GAP);
    ck_assert_ptr_nonnull(strstr(fault.text, topic_out));
    ck_assert_ptr_nonnull(strstr(fault.text, "offset 21"));
    ck_assert_ptr_nonnull(strstr(fault.text, "0 to 20"));
    ck_assert_int_eq(reader_start(&reader, 20), ERR_OK);
    char line[128];
    (void)snprintf(line, sizeof(line), "%s 0 9", topic_out);
    control("topic truncate", line);
    ck_assert_int_eq(reader_start(&reader, 4), ERR_GAP);
    ck_assert_ptr_nonnull(strstr(fault.text, "9 to 20"));
    ck_assert_int_eq(reader_start(&reader, SOURCE_POSITION_START), ERR_OK);
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
    publish_until(&sink, 1, 5);
    sink_close(&sink);
    struct reader reader = reader_open(topic_out, KAFKA_READ_ON);
    ck_assert_int_eq(reader_start(&reader, SOURCE_POSITION_START), ERR_OK);
    struct message messages[MESSAGES_MAX];
    size_t count = 0;
    for (size_t seen = 0; seen < 15; seen += count) {
        ck_assert_int_eq(reader_poll(&reader, messages, &count), ERR_OK);
        reader.source.ops->release(reader.source.self);
    }
    control("topic delete", topic_out);
    char line[128];
    (void)snprintf(line, sizeof(line), "%s 1", topic_out);
    pause_ms(1500); // the name is free again
    control("topic create", line);
    enum err err = ERR_AGAIN;
    for (unsigned i = 0; i < TRIES_MAX && err != ERR_GAP; i++) {
        err = reader_poll(&reader, messages, &count);
        if (err == ERR_MISSING || err == ERR_UNREACHABLE) {
            pause_ms(PAUSE_MS);
            err = reader_start(&reader, 19); // as the engine does
        }
    }
    ck_assert_int_eq(err, ERR_GAP);
    ck_assert_ptr_nonnull(strstr(fault.text, "created anew"));
    reader_close(&reader);
}
END_TEST

START_TEST(missing_input_topic_is_named)
{
    struct reader reader = reader_open("no-such-topic", KAFKA_READ_ON);
    uint32_t partitions = 0;
    ck_assert_int_eq(
        kafka_consumer_count_partitions(reader.consumer, &partitions, &fault), ERR_MISSING);
    ck_assert_ptr_nonnull(strstr(fault.text, "no-such-topic"));
    reader_close(&reader);
    (void)snprintf(brokers, sizeof(brokers), "127.0.0.1:1");
    reader = reader_open("t", KAFKA_READ_ON);
    ck_assert(!kafka_consumer_is_connected(reader.consumer));
    reader_close(&reader);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("kafka");
    TCase *sink = tcase_create("sink");
    tcase_add_checked_fixture(sink, setup, teardown);
    tcase_set_timeout(sink, 120);
    tcase_add_test(sink, committed_frames_are_seen_once_in_order_with_their_headers);
    tcase_add_test(sink, restarted_sink_knows_what_is_out);
    tcase_add_test(sink, second_instance_fences_the_first_for_ever);
    tcase_add_test(sink, transaction_of_a_killed_process_is_not_seen);
    tcase_add_test(sink, killed_at_any_moment_nothing_is_lost_or_doubled);
    tcase_add_test(sink, without_a_kafka_source_each_shard_has_a_group_of_its_own);
    tcase_add_test(sink, offset_of_another_program_is_not_taken_for_ours);
    tcase_add_test(sink, missing_topic_is_created_or_named);
    tcase_add_test(sink, record_that_the_broker_refuses_is_named);
    tcase_add_test(sink, no_broker_is_unreachable_and_tried_again);
    suite_add_tcase(suite, sink);

    TCase *restart = tcase_create("restart");
    tcase_add_checked_fixture(restart, setup, teardown);
    tcase_set_timeout(restart, 120);
    tcase_add_loop_test(restart, broker_restarted_while_publishing_loses_and_doubles_nothing, 0, 2);
    suite_add_tcase(suite, restart);

    TCase *source = tcase_create("source");
    tcase_add_checked_fixture(source, setup, teardown);
    tcase_set_timeout(source, 120);
    tcase_add_test(source, events_sent_come_back_in_the_partition_of_their_key);
    tcase_add_test(source, events_that_cannot_be_sent_are_told_so);
    tcase_add_test(source, reading_goes_on_where_it_is_told_to);
    tcase_add_test(source, new_messages_wake_the_reader);
    tcase_add_test(source, position_that_the_broker_does_not_have_is_a_gap);
    tcase_add_test(source, topic_created_anew_while_it_is_read_is_a_gap);
    tcase_add_test(source, missing_input_topic_is_named);
    suite_add_tcase(suite, source);
    return suite;
}
