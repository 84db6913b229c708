// Makes the cluster; its topics, what operators do to them, and what an independent reader sees.
#include "tests/sim/kafka_broker.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/sim/kafka_network.h"

enum { MESSAGE_BYTES_MAX = 1048588 };

struct sim_kafka *sim_kafka_current;

struct sim_kafka *sim_kafka_create(const struct sim_kafka_params *params)
{
    INVARIANT(sim_kafka_current == NULL);
    struct sim_kafka *kafka = mem_zero(1, sizeof(*kafka));
    kafka->params = *params;
    if (kafka->params.message_bytes_max == 0)
        kafka->params.message_bytes_max = MESSAGE_BYTES_MAX;
    kafka->are_faults_on = true;
    sim_kafka_current = kafka;
    return kafka;
}

static void topic_free(struct sim_topic *topic)
{
    for (int32_t i = 0; i < topic->partitions; i++)
        log_free(&topic->logs[i]);
    free(topic->logs);
    free(topic->name);
    free(topic);
}

void sim_kafka_destroy(struct sim_kafka *kafka)
{
    if (kafka == NULL)
        return;
    while (kafka->client_count > 0)
        client_drop(kafka, kafka->clients[kafka->client_count - 1]);
    for (size_t i = 0; i < kafka->event_count; i++)
        request_free(kafka->heap[i].request);
    for (size_t i = 0; i < kafka->parked_count; i++)
        request_free(kafka->parked[i]);
    for (size_t i = 0; i < kafka->topic_count; i++)
        topic_free(kafka->topics[i]);
    for (size_t i = 0; i < kafka->txn_count; i++)
        txn_free(kafka->txns[i]);
    places_free(kafka->committed, kafka->committed_count);
    free(kafka->topics);
    free(kafka->txns);
    free(kafka->heap);
    free(kafka->parked);
    free(kafka->clients);
    free(kafka);
    sim_kafka_current = NULL;
}

void sim_kafka_set_faults(struct sim_kafka *kafka, const struct sim_kafka_faults *faults)
{
    kafka->params.faults = *faults;
    kafka->are_faults_on = true;
}

void sim_kafka_process_died(struct sim_kafka *kafka, uint32_t process)
{
    for (size_t i = kafka->client_count; i > 0; i--) {
        if (client_process(kafka->clients[i - 1]) == process)
            client_drop(kafka, kafka->clients[i - 1]);
    }
}

int64_t kafka_now_us(const struct sim_kafka *kafka)
{
    return kafka->params.world.now_us(kafka->params.world.self);
}

uint64_t kafka_draw(struct sim_kafka *kafka, uint64_t below)
{
    return below < 2 ? 0 : kafka->params.world.random(kafka->params.world.self) % below;
}

bool kafka_is_down(const struct sim_kafka *kafka)
{
    return kafka->down_until_us > kafka_now_us(kafka);
}

struct sim_topic *kafka_topic(const struct sim_kafka *kafka, const char *name)
{
    for (size_t i = 0; i < kafka->topic_count; i++) {
        if (strcmp(kafka->topics[i]->name, name) == 0)
            return kafka->topics[i];
    }
    return NULL;
}

struct sim_log *kafka_log(const struct sim_kafka *kafka, const char *topic, int32_t partition)
{
    struct sim_topic *found = kafka_topic(kafka, topic);
    bool is_there = found != NULL && partition >= 0 && partition < found->partitions;
    return is_there ? &found->logs[partition] : NULL;
}

static struct sim_log *log_wanted(
    const struct sim_kafka *kafka, const char *topic, int32_t partition)
{
    struct sim_log *log = kafka_log(kafka, topic, partition);
    INVARIANT(log != NULL);
    return log;
}

static char *text_or_null(const char *text)
{
    return text == NULL ? NULL : mem_text(text, strlen(text));
}

void places_add(struct sim_place **places, size_t *count, const struct sim_place *place)
{
    *places = mem_resize(*places, (*count + 1) * sizeof(**places));
    (*places)[(*count)++] = (struct sim_place){
        .group = text_or_null(place->group),
        .topic = text_or_null(place->topic),
        .partition = place->partition,
        .offset = place->offset,
        .metadata = text_or_null(place->metadata),
    };
}

static void place_clear(struct sim_place *place)
{
    free(place->group);
    free(place->topic);
    free(place->metadata);
}

void places_free(struct sim_place *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        place_clear(&places[i]);
    free(places);
}

struct sim_place *kafka_offset(
    const struct sim_kafka *kafka, const char *group, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < kafka->committed_count; i++) {
        struct sim_place *place = &kafka->committed[i];
        if (place->partition == partition && strcmp(place->group, group) == 0 &&
            strcmp(place->topic, topic) == 0)
            return place;
    }
    return NULL;
}

void kafka_offset_set(struct sim_kafka *kafka, const struct sim_place *place)
{
    struct sim_place *there = kafka_offset(kafka, place->group, place->topic, place->partition);
    if (there == NULL) {
        places_add(&kafka->committed, &kafka->committed_count, place);
        return;
    }
    there->offset = place->offset;
    free(there->metadata);
    there->metadata = text_or_null(place->metadata);
}

// Forgets what groups committed, of one group or of one topic.
static void offsets_drop(struct sim_kafka *kafka, const char *group, const char *topic)
{
    size_t kept = 0;
    for (size_t i = 0; i < kafka->committed_count; i++) {
        struct sim_place *place = &kafka->committed[i];
        if ((group != NULL && strcmp(place->group, group) == 0) ||
            (topic != NULL && strcmp(place->topic, topic) == 0))
            place_clear(place);
        else
            kafka->committed[kept++] = *place;
    }
    kafka->committed_count = kept;
}

void sim_kafka_topic_create(struct sim_kafka *kafka, const char *name, int32_t partitions)
{
    INVARIANT(partitions > 0);
    INVARIANT(kafka_topic(kafka, name) == NULL);
    struct sim_topic *topic = mem_zero(1, sizeof(*topic));
    topic->name = mem_text(name, strlen(name));
    topic->partitions = partitions;
    topic->logs = mem_zero((size_t)partitions, sizeof(*topic->logs));
    size_t size = (kafka->topic_count + 1) * sizeof(struct sim_topic *);
    kafka->topics = mem_resize(kafka->topics, size);
    kafka->topics[kafka->topic_count++] = topic;
}

void sim_kafka_topic_delete(struct sim_kafka *kafka, const char *name)
{
    for (size_t i = 0; i < kafka->topic_count; i++) {
        struct sim_topic *topic = kafka->topics[i];
        if (strcmp(topic->name, name) != 0)
            continue;
        kafka->topic_count--;
        memmove(
            kafka->topics + i, kafka->topics + i + 1,
            (kafka->topic_count - i) * sizeof(struct sim_topic *));
        for (int32_t j = 0; j < topic->partitions; j++)
            log_changed(kafka, topic->name, j);
        offsets_drop(kafka, NULL, topic->name);
        topic_free(topic);
        return;
    }
}

bool sim_kafka_topic_exists(const struct sim_kafka *kafka, const char *topic)
{
    return kafka_topic(kafka, topic) != NULL;
}

int32_t sim_kafka_partitions(const struct sim_kafka *kafka, const char *topic)
{
    const struct sim_topic *found = kafka_topic(kafka, topic);
    return found == NULL ? 0 : found->partitions;
}

int32_t sim_kafka_partition_of(struct bytes key, int32_t partitions)
{
    const uint32_t factor = 0x5bd1e995U;
    uint32_t hash = 0x9747b28cU ^ (uint32_t)key.len;
    const uint8_t *at = key.data;
    size_t left = key.len;
    for (; left >= 4; left -= 4, at += 4) {
        uint32_t word = get_u32(at) * factor;
        hash = (hash * factor) ^ ((word ^ (word >> 24)) * factor);
    }
    for (size_t i = left; i > 0; i--)
        hash ^= (uint32_t)at[i - 1] << (8 * (i - 1));
    if (left > 0)
        hash *= factor;
    hash = (hash ^ (hash >> 13)) * factor;
    return (int32_t)(((hash ^ (hash >> 15)) & 0x7fffffffU) % (uint32_t)partitions);
}

int64_t sim_kafka_produce(
    struct sim_kafka *kafka,
    const char *topic,
    int32_t partition,
    const struct sim_kafka_record *record)
{
    struct sim_log *log = log_wanted(kafka, topic, partition);
    uint64_t transaction = record->transaction;
    if (transaction != 0 && !txn_join_foreign(kafka, transaction, topic, partition))
        return -1;
    struct rd_kafka_headers_s *headers = NULL;
    if (record->header_count > 0)
        headers = headers_create(record->header_count);
    for (size_t i = 0; i < record->header_count; i++)
        headers_add(headers, record->headers[i].name, record->headers[i].value);
    struct sim_blob *blob = blob_create(record->key, record->value, headers);
    int64_t offset = log_append(log, blob, transaction);
    blob_release(blob);
    log_changed(kafka, topic, partition);
    return offset;
}

void sim_kafka_truncate(
    struct sim_kafka *kafka, const char *topic, int32_t partition, int64_t offset)
{
    log_cut_tail(log_wanted(kafka, topic, partition), offset);
    log_changed(kafka, topic, partition);
}

void sim_kafka_retain(struct sim_kafka *kafka, const char *topic, int32_t partition, int64_t offset)
{
    struct sim_log *log = log_wanted(kafka, topic, partition);
    int64_t stable = log_stable(log);
    log_cut_head(log, offset < stable ? offset : stable);
    log_changed(kafka, topic, partition);
}

void sim_kafka_group_expire(struct sim_kafka *kafka, const char *group)
{
    offsets_drop(kafka, group, NULL);
}

void sim_kafka_group_commit(
    struct sim_kafka *kafka,
    const char *group,
    const char *topic,
    int32_t partition,
    const struct sim_kafka_offset *offset)
{
    struct sim_place place = {
        .group = mem_text(group, strlen(group)),
        .topic = mem_text(topic, strlen(topic)),
        .partition = partition,
        .offset = offset->offset,
        .metadata = mem_text(offset->metadata.data, offset->metadata.len),
    };
    kafka_offset_set(kafka, &place);
    place_clear(&place);
}

struct sim_kafka_range sim_kafka_range_of(
    const struct sim_kafka *kafka, const char *topic, int32_t partition)
{
    const struct sim_log *log = log_wanted(kafka, topic, partition);
    return (struct sim_kafka_range){.low = log->low, .stable = log_stable(log), .high = log->high};
}

void sim_kafka_read_committed(
    const struct sim_kafka *kafka,
    const char *topic,
    int32_t partition,
    sim_kafka_visit_fn *visit,
    void *context)
{
    const struct sim_log *log = log_wanted(kafka, topic, partition);
    int64_t stable = log_stable(log);
    for (int64_t offset = log->low; offset < stable; offset++) {
        const struct sim_entry *entry = log_at(log, offset);
        if (entry->state != ENTRY_PLAIN && entry->state != ENTRY_COMMITTED)
            continue;
        struct sim_kafka_seen seen = {
            .offset = offset, .key = entry->blob->key, .value = entry->blob->value};
        if (entry->blob->headers != NULL) {
            seen.headers = entry->blob->headers->items;
            seen.header_count = entry->blob->headers->count;
        }
        visit(context, &seen);
    }
}

bool sim_kafka_committed(
    const struct sim_kafka *kafka,
    const char *group,
    const char *topic,
    int32_t partition,
    struct sim_kafka_offset *out)
{
    const struct sim_place *place = kafka_offset(kafka, group, topic, partition);
    if (place == NULL)
        return false;
    *out = (struct sim_kafka_offset){
        .offset = place->offset,
        .metadata = bytes_text(place->metadata == NULL ? "" : place->metadata)};
    return true;
}
