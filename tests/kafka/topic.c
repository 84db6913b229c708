// Topics, records and group offsets of a test broker, made, deleted and asked for; broker.sh compiles it.
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
        "       topic BROKERS truncate NAME PARTITION OFFSET\n"
        "       topic BROKERS delete-group NAME...\n"
        "       topic BROKERS committed GROUP TOPIC PARTITIONS\n",
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

static int group_result(const rd_kafka_group_result_t *const *groups, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_error_t *error = rd_kafka_group_result_error(groups[i]);
        if (error == NULL)
            continue;
        (void)fprintf(
            stderr, "group %s: %s\n", rd_kafka_group_result_name(groups[i]),
            rd_kafka_error_string(error));
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
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DELETEGROUPS_RESULT) {
        const rd_kafka_DeleteGroups_result_t *result = rd_kafka_event_DeleteGroups_result(event);
        const rd_kafka_group_result_t **groups =
            rd_kafka_DeleteGroups_result_groups(result, &count);
        return group_result(groups, count);
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

static void groups_ask(rd_kafka_t *client, rd_kafka_queue_t *queue, int count, char **words)
{
    for (int i = 0; i < count; i++) {
        rd_kafka_DeleteGroup_t *group = rd_kafka_DeleteGroup_new(words[i]);
        rd_kafka_DeleteGroups(client, &group, 1, NULL, queue);
        rd_kafka_DeleteGroup_destroy(group);
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

// Prints partition, committed offset and its metadata text, a line each.
static int committed_show(const char *brokers, char **words)
{
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    const char *settings[][2] = {
        {"bootstrap.servers", brokers},
        {"group.id", words[0]},
        {"isolation.level", "read_committed"}};
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], text, sizeof(text)) !=
            RD_KAFKA_CONF_OK)
            return 2;
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add_range(
        list, words[1], 0, (int32_t)strtol(words[2], NULL, 10) - 1);
    rd_kafka_resp_err_t err = rd_kafka_committed(client, list, WAIT_MS);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
        (void)fprintf(stderr, "group %s: %s\n", words[0], rd_kafka_err2str(err));
    for (int i = 0; err == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *entry = &list->elems[i];
        (void)printf(
            "%d %lld %.*s\n", (int)entry->partition, (long long)entry->offset,
            (int)entry->metadata_size, entry->metadata == NULL ? "" : (char *)entry->metadata);
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(client);
    return err == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return usage();
    if (strcmp(argv[2], "committed") == 0)
        return argc == 6 ? committed_show(argv[1], argv + 3) : usage();
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
    } else if (strcmp(argv[2], "delete-group") == 0) {
        answers = argc - 3;
        groups_ask(client, queue, argc - 3, argv + 3);
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
