// librdkafka's plain values: errors, headers, messages, lists of partitions.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"

#include "tests/sim/kafka_client.h"

const char *rd_kafka_err2str(rd_kafka_resp_err_t code)
{
    static const struct {
        rd_kafka_resp_err_t code;
        const char *text;
    } known[] = {
        {RD_KAFKA_RESP_ERR_NO_ERROR, "Success"},
        {RD_KAFKA_RESP_ERR__TRANSPORT, "Local: Broker transport failure"},
        {RD_KAFKA_RESP_ERR__TIMED_OUT, "Local: Timed out"},
        {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, "Local: Message timed out"},
        {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "Local: All broker connections are down"},
        {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, "Local: Unknown topic"},
        {RD_KAFKA_RESP_ERR__QUEUE_FULL, "Local: Queue full"},
        {RD_KAFKA_RESP_ERR__STATE, "Local: Erroneous state"},
        {RD_KAFKA_RESP_ERR__FATAL, "Local: Fatal error"},
        {RD_KAFKA_RESP_ERR__FENCED, "Local: This instance has been fenced by a newer instance"},
        {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, "Local: No offset to automatically reset to"},
        {RD_KAFKA_RESP_ERR__PARTITION_EOF, "Broker: No more messages"},
        {RD_KAFKA_RESP_ERR__PURGE_QUEUE, "Local: Purged in queue"},
        {RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, "Local: Purged in flight"},
        {RD_KAFKA_RESP_ERR__INCONSISTENT, "Local: Inconsistent state"},
        {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, "Broker: Offset out of range"},
        {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "Broker: Unknown topic or partition"},
        {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, "Broker: Leader not available"},
        {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, "Broker: Not leader for partition"},
        {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "Broker: Message size too large"},
        {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, "Broker: Coordinator load in progress"},
        {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, "Broker: Coordinator not available"},
        {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, "Broker: Not coordinator"},
        {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "Broker: Topic authorization failed"},
        {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "Broker: Group authorization failed"},
        {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, "Broker: Producer attempted a transactional "
                                              "operation in an invalid state"},
        {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "Broker: Out of order sequence number"},
        {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, "Broker: Concurrent transactions"},
        {RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, "Broker: Offsets are not stable yet"},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].code == code)
            return known[i].text;
    }
    return "an error without a text in the simulation";
}

rd_kafka_error_t *error_create(rd_kafka_resp_err_t code, const char *text)
{
    rd_kafka_error_t *error = mem_zero(1, sizeof(*error));
    error->code = code;
    (void)snprintf(error->text, sizeof(error->text), "%s", text);
    return error;
}

rd_kafka_resp_err_t rd_kafka_error_code(const rd_kafka_error_t *error)
{
    return error == NULL ? RD_KAFKA_RESP_ERR_NO_ERROR : error->code;
}

const char *rd_kafka_error_string(const rd_kafka_error_t *error)
{
    return error == NULL ? "" : error->text;
}

int rd_kafka_error_is_fatal(const rd_kafka_error_t *error)
{
    return error != NULL && error->is_fatal;
}

int rd_kafka_error_is_retriable(const rd_kafka_error_t *error)
{
    return error != NULL && error->is_retriable;
}

int rd_kafka_error_txn_requires_abort(const rd_kafka_error_t *error)
{
    return error != NULL && error->wants_abort;
}

void rd_kafka_error_destroy(rd_kafka_error_t *error)
{
    free(error);
}

rd_kafka_headers_t *rd_kafka_headers_new(size_t expected)
{
    return headers_create(expected);
}

void rd_kafka_headers_destroy(rd_kafka_headers_t *headers)
{
    headers_free(headers);
}

rd_kafka_resp_err_t rd_kafka_header_add(
    rd_kafka_headers_t *headers,
    const char *name,
    ssize_t name_len,
    const void *value,
    ssize_t value_len)
{
    size_t len = name_len < 0 ? strlen(name) : (size_t)name_len;
    headers_add(
        headers, bytes_of(name, len), bytes_of(value, value == NULL ? 0 : (size_t)value_len));
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_header_get_all(
    const rd_kafka_headers_t *headers,
    size_t index,
    const char **name_out,
    const void **value_out,
    size_t *len_out)
{
    if (index >= headers->count)
        return RD_KAFKA_RESP_ERR__NOENT;
    *name_out = (const char *)headers->items[index].name.data;
    *value_out = headers->items[index].value.data;
    *len_out = headers->items[index].value.len;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_message_headers(
    const rd_kafka_message_t *message, rd_kafka_headers_t **out)
{
    const struct lent_message *lent = message->_private;
    if (lent == NULL || lent->blob == NULL || lent->blob->headers == NULL)
        return RD_KAFKA_RESP_ERR__NOENT;
    *out = lent->blob->headers;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

const char *rd_kafka_message_errstr(const rd_kafka_message_t *message)
{
    return rd_kafka_err2str(message->err);
}

void rd_kafka_message_destroy(rd_kafka_message_t *message)
{
    struct lent_message *lent = message->_private;
    if (lent->previous != NULL)
        lent->previous->next = lent->next;
    else
        lent->client->lent = lent->next;
    if (lent->next != NULL)
        lent->next->previous = lent->previous;
    blob_release(lent->blob);
    free(lent);
}

rd_kafka_topic_partition_list_t *rd_kafka_topic_partition_list_new(int size)
{
    rd_kafka_topic_partition_list_t *list = mem_zero(1, sizeof(*list));
    list->size = size;
    list->elems = mem_zero((size_t)size, sizeof(*list->elems));
    return list;
}

rd_kafka_topic_partition_t *rd_kafka_topic_partition_list_add(
    rd_kafka_topic_partition_list_t *list, const char *topic, int32_t partition)
{
    if (list->cnt == list->size) {
        list->size = list->size * 2 + 4;
        list->elems = mem_resize(list->elems, (size_t)list->size * sizeof(*list->elems));
    }
    rd_kafka_topic_partition_t *entry = &list->elems[list->cnt++];
    *entry = (rd_kafka_topic_partition_t){
        .topic = mem_text(topic, strlen(topic)),
        .partition = partition,
        .offset = RD_KAFKA_OFFSET_INVALID};
    return entry;
}

static void entry_clear(rd_kafka_topic_partition_t *entry)
{
    free(entry->topic);
    free(entry->metadata);
}

int rd_kafka_topic_partition_list_del(
    rd_kafka_topic_partition_list_t *list, const char *topic, int32_t partition)
{
    for (int i = 0; i < list->cnt; i++) {
        rd_kafka_topic_partition_t *entry = &list->elems[i];
        if (entry->partition != partition || strcmp(entry->topic, topic) != 0)
            continue;
        entry_clear(entry);
        list->cnt--;
        memmove(entry, entry + 1, (size_t)(list->cnt - i) * sizeof(*entry));
        return 1;
    }
    return 0;
}

void rd_kafka_topic_partition_list_destroy(rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++)
        entry_clear(&list->elems[i]);
    free(list->elems);
    free(list);
}

rd_kafka_consumer_group_metadata_t *rd_kafka_consumer_group_metadata_new(const char *group)
{
    rd_kafka_consumer_group_metadata_t *metadata = mem_zero(1, sizeof(*metadata));
    metadata->group = mem_text(group, strlen(group));
    return metadata;
}

void rd_kafka_consumer_group_metadata_destroy(rd_kafka_consumer_group_metadata_t *metadata)
{
    free(metadata->group);
    free(metadata);
}
