// Puts the lines of standard input into a Kafka topic, keyed by their "subject" as a producer
// of contact events would.
//   kafka_load BROKERS TOPIC < events.ndjson
// Exit status: 0 when the broker has all of them.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

enum { LINE_BYTES = 65536, WAIT_MS = 60000, TEXT_BYTES = 512 };

struct load {
    rd_kafka_t *client;
    rd_kafka_topic_t *topic;
    uint64_t lines;
    uint64_t delivered;
};

static void fail(const char *what, const char *reason)
{
    (void)fprintf(stderr, "kafka_load: %s: %s\n", what, reason);
    exit(69);
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
    (void)client;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        fail("not delivered", rd_kafka_err2str(message->err));
    struct load *load = context;
    load->delivered++;
}

static void load_open(struct load *load, const char *brokers, const char *topic)
{
    const char *const settings[] = {
        "bootstrap.servers",
        brokers,
        "partitioner",
        "murmur2_random",
        "linger.ms",
        "20",
        "batch.size",
        "262144",
        "acks",
        "1",
        NULL};
    char text[TEXT_BYTES];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; settings[i] != NULL; i += 2)
        if (rd_kafka_conf_set(conf, settings[i], settings[i + 1], text, sizeof(text)) !=
            RD_KAFKA_CONF_OK)
            fail(settings[i], text);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_opaque(conf, load);
    load->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    if (load->client == NULL)
        fail("client", text);
    load->topic = rd_kafka_topic_new(load->client, topic, NULL);
}

static void send_line(struct load *load, const char *line, size_t len)
{
    static const char mark[] = "\"subject\":\"";
    const char *subject = strstr(line, mark);
    if (subject == NULL)
        fail("a line", "no subject");
    subject += strlen(mark);
    size_t subject_len = strcspn(subject, "\"");
    while (rd_kafka_produce(
               load->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
               (void *)(uintptr_t)line, // copied; the signature knows no const
               len, subject, subject_len, NULL) != 0) {
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
        (void)rd_kafka_poll(load->client, 10);
    }
    load->lines++;
    (void)rd_kafka_poll(load->client, 0);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fputs("usage: kafka_load BROKERS TOPIC < events.ndjson\n", stderr);
        return 2;
    }
    static char line[LINE_BYTES];
    struct load load = {0};
    load_open(&load, argv[1], argv[2]);
    while (fgets(line, sizeof(line), stdin) != NULL)
        send_line(&load, line, strcspn(line, "\n"));
    (void)rd_kafka_flush(load.client, WAIT_MS);
    if (load.delivered != load.lines)
        fail("flush", "not everything was delivered");
    (void)printf("%" PRIu64 "\n", load.delivered);
    rd_kafka_topic_destroy(load.topic);
    rd_kafka_destroy(load.client);
    return 0;
}
