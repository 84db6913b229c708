// Creates and deletes topics and records of a test broker; broker.sh compiles it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

enum { WAIT_MS = 20000 };

static int usage(void)
{
    (void)fputs(
        "usage: topic BROKERS create NAME PARTITIONS [NAME PARTITIONS]...\n"
        "       topic BROKERS delete NAME...\n"
        "       topic BROKERS truncate NAME PARTITION OFFSET\n",
        stderr);
    return 2;
}

static int topic_result(const rd_kafka_topic_result_t *const *topics, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t err = rd_kafka_topic_result_error(topics[i]);
        if (err == RD_KAFKA_RESP_ERR_NO_ERROR || err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            continue;
        (void)fprintf(
            stderr, "topic %s: %s\n", rd_kafka_topic_result_name(topics[i]), rd_kafka_err2str(err));
        failed = 1;
    }
    return failed;
}

static int event_result(rd_kafka_event_t *event)
{
    if (event == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)fprintf(
            stderr, "topic: %s\n",
            event == NULL ? "no answer" : rd_kafka_event_error_string(event));
        return 1;
    }
    size_t count = 0;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_CREATETOPICS_RESULT) {
        const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
        const rd_kafka_topic_result_t **topics =
            rd_kafka_CreateTopics_result_topics(result, &count);
        return topic_result(topics, count);
    }
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DELETETOPICS_RESULT) {
        const rd_kafka_DeleteTopics_result_t *result = rd_kafka_event_DeleteTopics_result(event);
        const rd_kafka_topic_result_t **topics =
            rd_kafka_DeleteTopics_result_topics(result, &count);
        return topic_result(topics, count);
    }
    return 0;
}

static void create_ask(rd_kafka_t *client, rd_kafka_queue_t *queue, int count, char **words)
{
    char text[256];
    for (int i = 0; i + 1 < count; i += 2) {
        rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(
            words[i], (int)strtol(words[i + 1], NULL, 10), 1, text, sizeof(text));
        rd_kafka_CreateTopics(client, &topic, 1, NULL, queue);
        rd_kafka_NewTopic_destroy(topic);
    }
}

static void delete_ask(rd_kafka_t *client, rd_kafka_queue_t *queue, int count, char **words)
{
    for (int i = 0; i < count; i++) {
        rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(words[i]);
        rd_kafka_DeleteTopics(client, &topic, 1, NULL, queue);
        rd_kafka_DeleteTopic_destroy(topic);
    }
}

static void truncate_ask(rd_kafka_t *client, rd_kafka_queue_t *queue, char **words)
{
    rd_kafka_topic_partition_list_t *before = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(before, words[0], (int32_t)strtol(words[1], NULL, 10))
        ->offset = strtoll(words[2], NULL, 10);
    rd_kafka_DeleteRecords_t *records = rd_kafka_DeleteRecords_new(before);
    rd_kafka_DeleteRecords(client, &records, 1, NULL, queue);
    rd_kafka_DeleteRecords_destroy(records);
    rd_kafka_topic_partition_list_destroy(before);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return usage();
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], text, sizeof(text)) !=
        RD_KAFKA_CONF_OK)
        return 2;
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);

    int answers = 1;
    if (strcmp(argv[2], "create") == 0 && argc % 2 == 1) {
        answers = (argc - 3) / 2;
        create_ask(client, queue, argc - 3, argv + 3);
    } else if (strcmp(argv[2], "delete") == 0) {
        answers = argc - 3;
        delete_ask(client, queue, argc - 3, argv + 3);
    } else if (strcmp(argv[2], "truncate") == 0 && argc == 6) {
        truncate_ask(client, queue, argv + 3);
    } else {
        return usage();
    }
    int failed = 0;
    for (int i = 0; i < answers; i++) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, WAIT_MS);
        failed |= event_result(event);
        if (event != NULL)
            rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
    return failed;
}
