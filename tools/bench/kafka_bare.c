// The yardstick of reading from Kafka: librdkafka alone, from a topic's start to its end.
//
//   kafka_bare BROKERS TOPIC             prints events/s and CPU microseconds an event
//   kafka_bare BROKERS TOPIC fill COUNT BYTES   fills the topic with that many events first
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <librdkafka/rdkafka.h>

enum { BATCH_MAX = 1000, ASK_MS = 10000, POLL_MS = 100, TEXT_BYTES = 512, PARTITIONS_MAX = 1024 };

struct reading {
    rd_kafka_t *client;
    rd_kafka_topic_t *topic;
    const char *name;
    int32_t partitions;
    int64_t end[PARTITIONS_MAX];
    int64_t next[PARTITIONS_MAX];
};

static void fail(const char *what, const char *reason)
{
    (void)fprintf(stderr, "kafka_bare: %s: %s\n", what, reason);
    exit(69);
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static rd_kafka_t *client_open(rd_kafka_type_t type, const char *const *settings)
{
    char text[TEXT_BYTES];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; settings[i] != NULL; i += 2) {
        if (rd_kafka_conf_set(conf, settings[i], settings[i + 1], text, sizeof(text)) !=
            RD_KAFKA_CONF_OK)
            fail(settings[i], text);
    }
    rd_kafka_t *client = rd_kafka_new(type, conf, text, sizeof(text));
    if (client == NULL)
        fail("client", text);
    return client;
}

static void topic_fill(const char *brokers, const char *name, int64_t count, size_t event_bytes)
{
    const char *const settings[] = {"bootstrap.servers", brokers,     "partitioner",
                                    "murmur2_random",    "linger.ms", "50",
                                    "batch.size",        "1000000",   NULL};
    rd_kafka_t *client = client_open(RD_KAFKA_PRODUCER, settings);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    char *value = calloc(1, event_bytes + 1);
    if (value == NULL)
        abort();
    memset(value, 'x', event_bytes);
    for (int64_t i = 0; i < count;) {
        char key[TEXT_BYTES];
        int key_len = snprintf(key, sizeof(key), "c-%" PRId64, i % 100000);
        if (rd_kafka_produce(
                topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, event_bytes, key,
                (size_t)key_len, NULL) == 0)
            i++;
        else
            (void)rd_kafka_poll(client, POLL_MS);
    }
    free(value);
    (void)rd_kafka_flush(client, 60000);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(client);
}

static void reading_start(struct reading *reading, rd_kafka_queue_t *queue)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(reading->client, 0, reading->topic, &metadata, ASK_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        fail("metadata", rd_kafka_err2str(code));
    reading->partitions = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    if (reading->partitions == 0 || reading->partitions > PARTITIONS_MAX)
        fail(reading->name, "no such topic, or too many partitions");
    for (int32_t i = 0; i < reading->partitions; i++) {
        code = rd_kafka_query_watermark_offsets(
            reading->client, reading->name, i, &reading->next[i], &reading->end[i], ASK_MS);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            fail("offsets", rd_kafka_err2str(code));
    }
    for (int32_t i = 0; i < reading->partitions; i++) {
        if (rd_kafka_consume_start_queue(reading->topic, i, reading->next[i], queue) != 0)
            fail("start", rd_kafka_err2str(rd_kafka_last_error()));
    }
}

static int is_done(const struct reading *reading)
{
    for (int32_t i = 0; i < reading->partitions; i++) {
        if (reading->next[i] < reading->end[i])
            return 0;
    }
    return 1;
}

static void topic_read(const char *brokers, const char *name)
{
    // As consumers/kafka sets them, so that the difference is the engine's.
    const char *const settings[] = {
        "bootstrap.servers",
        brokers,
        "isolation.level",
        "read_committed",
        "check.crcs",
        "true",
        "enable.auto.commit",
        "false",
        "auto.offset.reset",
        "error",
        "enable.partition.eof",
        "true",
        "fetch.wait.max.ms",
        "100",
        "fetch.message.max.bytes",
        "4194304",
        "fetch.max.bytes",
        "67108864",
        "queued.min.messages",
        "200000",
        "queued.max.messages.kbytes",
        "32768",
        NULL};
    static struct reading reading;
    reading.name = name;
    reading.client = client_open(RD_KAFKA_CONSUMER, settings);
    reading.topic = rd_kafka_topic_new(reading.client, name, NULL);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(reading.client);
    double started = seconds_now();
    reading_start(&reading, queue);

    uint64_t events = 0;
    uint64_t bytes = 0;
    while (!is_done(&reading)) {
        static rd_kafka_message_t *messages[BATCH_MAX];
        ssize_t count = rd_kafka_consume_batch_queue(queue, POLL_MS, messages, BATCH_MAX);
        for (ssize_t i = 0; i < count; i++) {
            rd_kafka_message_t *message = messages[i];
            if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                events++;
                bytes += message->len;
                reading.next[message->partition] = message->offset + 1;
            } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                reading.next[message->partition] = message->offset;
            } else {
                fail("read", rd_kafka_message_errstr(message));
            }
            rd_kafka_message_destroy(message);
        }
    }
    double took = seconds_now() - started;
    double cpu = cpu_seconds();
    (void)printf(
        "kafka_bare events=%" PRIu64 " bytes=%" PRIu64 " seconds=%.3f events_per_s=%.0f "
        "cpu_us_per_event=%.3f\n",
        events, bytes, took, (double)events / took, cpu * 1e6 / (double)(events > 0 ? events : 1));
    for (int32_t i = 0; i < reading.partitions; i++)
        (void)rd_kafka_consume_stop(reading.topic, i);
    rd_kafka_queue_destroy(queue);
    rd_kafka_topic_destroy(reading.topic);
    rd_kafka_destroy(reading.client);
}

int main(int argc, char **argv)
{
    if (argc != 3 && (argc != 6 || strcmp(argv[3], "fill") != 0)) {
        (void)fprintf(stderr, "usage: kafka_bare BROKERS TOPIC [fill COUNT BYTES]\n");
        return 2;
    }
    if (argc == 6)
        topic_fill(argv[1], argv[2], strtoll(argv[4], NULL, 10), strtoul(argv[5], NULL, 10));
    else
        topic_read(argv[1], argv[2]);
    return 0;
}
