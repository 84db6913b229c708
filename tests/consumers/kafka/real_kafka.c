// Frames for the sink, and reading back.
#include "tests/consumers/kafka/real_kafka.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct real_kafka real;

struct hash128 chain_of(uint64_t sequence)
{
    return (struct hash128){.low = hash_mix(sequence), .high = hash_mix(sequence + 7)};
}

struct sink sink_open_as(const char *id, const char *source_topic, int64_t patience_ms)
{
    struct kafka_sink_params params = {
        .connection = real_connection(),
        .transactional_id = id,
        .topic_prefix = "out-",
        .group = real.topic_in,
        .source_topic = source_topic,
        .position_topic = real.topic_out,
        .kinds = OUTGOING_KINDS_ACTIONS,
        .patience_ms = patience_ms,
    };
    struct sink sink;
    ck_assert_int_eq(kafka_sink_create(&params, &sink, &real.fault), ERR_OK);
    return sink;
}

struct sink sink_open(const char *id)
{
    return sink_open_as(id, real.topic_in, 10000);
}

enum err sink_recover(struct sink *sink, uint32_t shard)
{
    return sink->ops->recover(sink->self, shard, 0, &real.fault);
}

void sink_close(struct sink *sink)
{
    sink->ops->destroy(sink->self);
}

static struct hash128 id_of(uint32_t shard, uint64_t sequence, uint32_t index)
{
    return (struct hash128){.low = sequence * 10 + index, .high = shard};
}

void frame_fill(struct frame_texts *frame, uint32_t shard, uint64_t sequence)
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
            .topic = bytes_text(real.topic_out + strlen("out-")), // the prefix puts it back
            .key = BYTES_LITERAL("c-17"),
            .value = bytes_text(frame->values[i]),
        };
    }
}

enum err sink_publish_frame(struct sink *sink, uint32_t shard, uint64_t sequence)
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
    return sink->ops->publish(sink->self, &publication, &mark, &real.fault);
}

// Publishes frames first..last as the engine does: recovers after every error, leaves out what is
// confirmed, goes on until all is out.
void sink_publish_until(struct sink *sink, uint64_t first, uint64_t last)
{
    bool is_recovered = false;
    unsigned tries = 0;
    for (uint64_t sequence = first; sequence <= last;) {
        ck_assert_msg(tries < TRIES_MAX, "%s", real.fault.text);
        if (!is_recovered) {
            is_recovered = sink_recover(sink, 0) == ERR_OK;
            if (!is_recovered) {
                tries++;
                real_pause_ms(PAUSE_MS);
                continue;
            }
            uint64_t confirmed = kafka_sink_confirmed(sink, 0).sequence;
            sequence = confirmed >= first ? confirmed + 1 : first;
            continue;
        }
        enum err err = sink_publish_frame(sink, 0, sequence);
        if (err == ERR_OK)
            sequence++;
        else
            is_recovered = false;
        ck_assert_int_ne(err, ERR_FENCED);
        tries += err != ERR_OK;
    }
}

void on_wake(void *context)
{
    (void)context;
    atomic_fetch_add(&real.wakes, 1);
}

struct reader reader_open(const char *topic, enum kafka_reading reading, uint64_t value_bytes_max)
{
    struct kafka_consumer_params params = {
        .connection = real_connection(),
        .topic = topic,
        .reading = reading,
        .value_bytes_max = value_bytes_max};
    struct source_wake wake = {.wake = on_wake};
    struct reader reader;
    ck_assert_int_eq(kafka_consumer_open(&params, &reader.consumer, &real.fault), ERR_OK);
    kafka_source_create(reader.consumer, 0, &wake, &reader.source);
    return reader;
}

void reader_close(struct reader *reader)
{
    reader->source.ops->destroy(reader->source.self);
    kafka_consumer_close(reader->consumer);
}

enum err reader_start(struct reader *reader, int64_t position)
{
    return reader->source.ops->start(reader->source.self, position, &real.fault);
}

void reader_begin(struct reader *reader, int64_t position)
{
    enum err err = reader_start(reader, position);
    for (unsigned i = 0; i < TRIES_MAX && err == ERR_UNREACHABLE; i++) {
        real_pause_ms(PAUSE_MS);
        err = reader_start(reader, position);
    }
    ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), err == ERR_OK ? "" : real.fault.text);
}

// Polls until there is something else to say than ERR_AGAIN.
enum err reader_poll(struct reader *reader, struct message *messages, size_t *count)
{
    for (unsigned i = 0; i < TRIES_MAX; i++) {
        enum err err = reader->source.ops->poll(
            reader->source.self, messages, MESSAGES_MAX, count, &real.fault);
        if (err != ERR_AGAIN)
            return err;
        real_pause_ms(PAUSE_MS);
    }
    return ERR_AGAIN;
}

struct bytes header_of(const struct message *message, const char *name)
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

// Reads the topic to its end: frames from the first one of shard 0 on, in order, each once. How many things
// there were.
static uint64_t read_frames(void)
{
    struct reader reader = reader_open(real.topic_out, KAFKA_READ_TO_END, 0);
    reader_begin(&reader, SOURCE_POSITION_START);
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
    reader_close(&reader);
    return seen;
}

// A commit is answered before its marker stands in the topic: until then the end is before the last frame.
void expect_frames(uint64_t last)
{
    uint64_t seen = read_frames();
    for (unsigned i = 0; i < TRIES_MAX && seen < last * FRAME_ITEMS; i++) {
        real_pause_ms(PAUSE_MS);
        seen = read_frames();
    }
    ck_assert_uint_eq(seen, last * FRAME_ITEMS);
}
