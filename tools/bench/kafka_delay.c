// How long from producing an event until a read_committed consumer has the action that it causes.
//   kafka_delay BROKERS TOPIC ACTIONS RATE SECONDS     prints: actions p50_us p99_us p999_us max_us
// The first hundred come before the clock starts: clients connect, topics and transactions settle.
// Every event is a form.submitted of its own id; the rules must make one action of each, whose cause
// that id is. Exit status 1 when an action is missing after a while, or comes twice.
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <librdkafka/rdkafka.h>

#include "engine/base/memory.h"

enum {
    TEXT_BYTES = 512,
    PARTITIONS = 4,
    CONTACTS = 10000,
    WARM = 100,
    PATIENCE_MS = 20000,
    POLL_MAX = 1000
};

static const char id_mark[] = "\"id\":\"delay-";

struct delay {
    rd_kafka_t *producer;
    rd_kafka_t *consumer;
    rd_kafka_topic_t *topic;
    int64_t *sent_us; // by number of the event
    int64_t *took_us; // 0: no action yet
    uint64_t total;
    uint64_t sent;
    uint64_t seen;
};

static void fail(const char *what, const char *reason)
{
    (void)fprintf(stderr, "kafka_delay: %s: %s\n", what, reason);
    exit(1);
}

static int64_t mono_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static rd_kafka_t *client_open(rd_kafka_type_t type, const char *const *settings)
{
    char text[TEXT_BYTES];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; settings[i] != NULL; i += 2)
        if (rd_kafka_conf_set(conf, settings[i], settings[i + 1], text, sizeof(text)) !=
            RD_KAFKA_CONF_OK)
            fail(settings[i], text);
    rd_kafka_t *client = rd_kafka_new(type, conf, text, sizeof(text));
    if (client == NULL)
        fail("client", text);
    return client;
}

static void delay_open(struct delay *delay, char **arguments)
{
    const char *const produce[] = {
        "bootstrap.servers", arguments[0], "partitioner", "murmur2_random", "linger.ms", "0", NULL};
    const char *const consume[] = {
        "bootstrap.servers",
        arguments[0],
        "group.id",
        "kafka-delay",
        "isolation.level",
        "read_committed",
        "fetch.wait.max.ms",
        "10",
        "enable.auto.commit",
        "false",
        NULL};
    delay->producer = client_open(RD_KAFKA_PRODUCER, produce);
    delay->topic = rd_kafka_topic_new(delay->producer, arguments[1], NULL);
    delay->consumer = client_open(RD_KAFKA_CONSUMER, consume);
    (void)rd_kafka_poll_set_consumer(delay->consumer);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
    for (int32_t i = 0; i < PARTITIONS; i++)
        rd_kafka_topic_partition_list_add(list, arguments[2], i)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    if (rd_kafka_assign(delay->consumer, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        fail("assign", arguments[2]);
    rd_kafka_topic_partition_list_destroy(list);
}

static void event_send(struct delay *delay)
{
    char key[TEXT_BYTES];
    char value[TEXT_BYTES];
    uint64_t number = delay->sent;
    int key_len = snprintf(key, sizeof(key), "contact-%07" PRIu64, number % CONTACTS);
    int len = snprintf(
        value, sizeof(value),
        "{\"specversion\":\"1.0\",%s%010" PRIu64
        "\",\"source\":\"bench\",\"type\":\"form.submitted\","
        "\"subject\":\"%s\",\"data\":{\"form\":\"demo\"}}",
        id_mark, number, key);
    delay->sent_us[number] = mono_us();
    if (rd_kafka_produce(
            delay->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, (size_t)len, key,
            (size_t)key_len, NULL) != 0)
        fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
    delay->sent++;
}

static void action_take(struct delay *delay, const rd_kafka_message_t *message)
{
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        fail("read", rd_kafka_message_errstr(message));
    char text[4096];
    size_t len = message->len < sizeof(text) - 1 ? message->len : sizeof(text) - 1;
    memcpy(text, message->payload, len);
    text[len] = 0;
    const char *id = strstr(text, id_mark);
    uint64_t number = id == NULL ? UINT64_MAX : strtoull(id + strlen(id_mark), NULL, 10);
    if (number >= delay->sent)
        fail("an action", "its cause was not sent");
    if (delay->took_us[number] != 0)
        fail("an action", "it came twice");
    delay->took_us[number] = mono_us() - delay->sent_us[number];
    delay->seen++;
}

static void actions_take(struct delay *delay, int wait_ms)
{
    for (int i = 0; i < POLL_MAX; i++) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(delay->consumer, wait_ms);
        if (message == NULL)
            return;
        action_take(delay, message);
        rd_kafka_message_destroy(message);
        wait_ms = 0;
    }
}

// Until all that were sent have their actions.
static void drain(struct delay *delay)
{
    int64_t begin_us = mono_us();
    while (delay->seen < delay->sent) {
        (void)rd_kafka_poll(delay->producer, 0);
        actions_take(delay, 1);
        if (mono_us() - begin_us > (int64_t)PATIENCE_MS * 1000)
            fail("actions", "some are missing");
    }
}

static void run(struct delay *delay, double rate)
{
    while (delay->sent < WARM)
        event_send(delay);
    drain(delay);
    int64_t begin_us = mono_us();
    while (delay->sent < delay->total) {
        double due = WARM + (double)(mono_us() - begin_us) * rate / 1e6;
        while (delay->sent < delay->total && (double)delay->sent < due)
            event_send(delay);
        (void)rd_kafka_poll(delay->producer, 0);
        actions_take(delay, 1);
    }
    drain(delay);
}

static int compare(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a;
    int64_t second = *(const int64_t *)b;
    return (first > second) - (first < second);
}

int main(int argc, char **argv)
{
    double rate = argc == 6 ? strtod(argv[4], NULL) : 0;
    double seconds = argc == 6 ? strtod(argv[5], NULL) : 0;
    if (rate <= 0 || seconds <= 0) {
        (void)fputs("usage: kafka_delay BROKERS TOPIC ACTIONS RATE SECONDS\n", stderr);
        return 2;
    }
    uint64_t count = (uint64_t)(rate * seconds) + 1;
    struct delay delay = {.total = WARM + count};
    delay.sent_us = mem_zero(delay.total, sizeof(*delay.sent_us));
    delay.took_us = mem_zero(delay.total, sizeof(*delay.took_us));
    delay_open(&delay, argv + 1);
    run(&delay, rate);
    int64_t *took_us = delay.took_us + WARM;
    qsort(took_us, count, sizeof(*took_us), compare);
    (void)printf(
        "%" PRIu64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", delay.total,
        took_us[count / 2], took_us[count * 99 / 100], took_us[count * 999 / 1000],
        took_us[count - 1]);
    (void)rd_kafka_consumer_close(delay.consumer);
    rd_kafka_destroy(delay.consumer);
    (void)rd_kafka_flush(delay.producer, PATIENCE_MS);
    rd_kafka_topic_destroy(delay.topic);
    rd_kafka_destroy(delay.producer);
    free(delay.sent_us);
    free(delay.took_us);
    return 0;
}
