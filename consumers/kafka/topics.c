// Remembers topics and asks the broker for them once.
#include "consumers/kafka/topics.h"

#include <stdlib.h>
#include <string.h>

#include "consumers/kafka/client.h"
#include "engine/base/buffer.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { CREATION_WAIT_MS = 3000, RETRY_MS = 100 };

const char *topics_name(struct topics *topics, struct bytes topic, enum topic_naming naming)
{
    bool has_prefix = naming == TOPIC_WITH_PREFIX;
    for (size_t i = 0; i < topics->count; i++) {
        struct topic_entry *entry = &topics->entries[i];
        if (entry->has_prefix == has_prefix && bytes_equal(entry->topic, topic))
            return entry->name;
    }
    struct bytes prefix = bytes_text(has_prefix ? topics->prefix : "");
    struct buffer name = {0};
    buffer_add_bytes(&name, prefix);
    buffer_add_bytes(&name, topic);
    char *text = mem_text(name.data, name.len);
    buffer_free(&name);

    topics->entries = mem_resize(topics->entries, (topics->count + 1) * sizeof(*topics->entries));
    topics->entries[topics->count++] = (struct topic_entry){
        .name = text,
        .topic = bytes_of(text + prefix.len, topic.len),
        .has_prefix = has_prefix,
    };
    return text;
}

static rd_kafka_resp_err_t topic_ask(rd_kafka_t *producer, const char *name, int timeout_ms)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, NULL);
    if (topic == NULL)
        return RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(producer, 0, topic, &metadata, timeout_ms);
    rd_kafka_topic_destroy(topic);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return code;
    INVARIANT(metadata->topic_cnt == 1);
    code = metadata->topics[0].err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topics[0].partition_cnt == 0)
        code = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < metadata->topics[0].partition_cnt;
         i++)
        code = metadata->topics[0].partitions[i].err;
    rd_kafka_metadata_destroy(metadata);
    return code;
}

static enum err topic_check(
    const struct topics *topics,
    struct topic_entry *entry,
    rd_kafka_t *producer,
    int64_t patience_ms,
    struct fault *fault)
{
    int64_t start_ms = kafka_mono_ms(&topics->clock);
    for (;;) {
        rd_kafka_resp_err_t code = topic_ask(producer, entry->name, (int)patience_ms);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            entry->is_there = true;
            return ERR_OK;
        }
        enum err err = kafka_err(code);
        // A topic that is being created is not there at first, then has no leader.
        int64_t wait_ms = err == ERR_MISSING ? CREATION_WAIT_MS : patience_ms;
        bool may_come = err == ERR_MISSING || err == ERR_UNREACHABLE;
        if (!may_come || kafka_mono_ms(&topics->clock) - start_ms >= wait_ms)
            return fault_set(
                fault, err == ERR_IO ? ERR_UNREACHABLE : err, "topic %s: %s", entry->name,
                rd_kafka_err2str(code));
        (void)rd_kafka_poll(producer, RETRY_MS);
    }
}

enum err topics_check(
    struct topics *topics, rd_kafka_t *producer, int64_t patience_ms, struct fault *fault)
{
    for (size_t i = 0; i < topics->count; i++) {
        if (topics->entries[i].is_there)
            continue;
        enum err err = topic_check(topics, &topics->entries[i], producer, patience_ms, fault);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

void topics_forget(struct topics *topics)
{
    for (size_t i = 0; i < topics->count; i++)
        topics->entries[i].is_there = false;
}

void topics_free(struct topics *topics)
{
    for (size_t i = 0; i < topics->count; i++)
        free(topics->entries[i].name);
    free(topics->entries);
    topics->entries = NULL;
    topics->count = 0;
}
