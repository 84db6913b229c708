// Publishes whole frames in transactions whose committed offsets say what is out.
#include "consumers/kafka/kafka_sink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "consumers/kafka/client.h"
#include "consumers/kafka/position.h"
#include "consumers/kafka/record.h"
#include "consumers/kafka/topics.h"
#include "consumers/kafka/transaction.h"
#include "engine/base/buffer.h"
#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { PATIENCE_MS = 10000 };

struct shard_state {
    bool is_recovered;
    uint64_t known; // published by what the journal's checkpoint says; 0: not told
    struct kafka_confirmed confirmed;
};

struct kafka_sink {
    struct kafka_connection connection;
    char *transactional_id;
    char *topic_prefix;
    char *group;
    char *source_topic;   // or NULL
    char *position_topic; // or NULL
    enum outgoing_kinds kinds;
    struct transaction transaction;
    struct topics topics;
    struct shard_state *shards; // by shard number
    size_t shard_count;
    struct buffer group_name; // of one shard
};

static struct kafka_sink *sink_from(void *self)
{
    struct kafka_sink *sink = self;
    INVARIANT(sink != NULL);
    INVARIANT(sink->group != NULL);
    return sink;
}

static struct shard_state *shard_of(struct kafka_sink *sink, uint32_t shard)
{
    if (shard >= sink->shard_count) {
        size_t count = (size_t)shard + 1;
        sink->shards = mem_resize(sink->shards, count * sizeof(*sink->shards));
        for (size_t i = sink->shard_count; i < count; i++)
            sink->shards[i] = (struct shard_state){.confirmed = {.offset = -1}};
        sink->shard_count = count;
    }
    return &sink->shards[shard];
}

// Where a shard's offset is committed. The group's text is valid until the next call.
static struct position_place place_of(struct kafka_sink *sink, uint32_t shard)
{
    if (sink->source_topic != NULL)
        return (struct position_place){
            .group = sink->group, .topic = sink->source_topic, .partition = (int32_t)shard};
    buffer_clear(&sink->group_name);
    buffer_add_format(&sink->group_name, "%s-shard-%" PRIu32, sink->group, shard);
    buffer_add_u8(&sink->group_name, 0);
    return (struct position_place){
        .group = (const char *)sink->group_name.data,
        .topic = sink->position_topic,
        .partition = 0};
}

static enum err sink_recover(void *self, uint32_t shard, uint64_t mark, struct fault *fault)
{
    struct kafka_sink *sink = sink_from(self);
    struct transaction *transaction = &sink->transaction;
    (void)mark; // the committed offset says more
    shard_of(sink, shard)->is_recovered = false;

    enum err err = transaction_prepare(transaction, fault);
    if (err != ERR_OK)
        return err;
    if (sink->position_topic != NULL) {
        (void)topics_name(&sink->topics, bytes_text(sink->position_topic), TOPIC_AS_IT_IS);
        err = topics_check(
            &sink->topics, kafka_client_handle(transaction->client), transaction->patience_ms,
            fault);
        if (err != ERR_OK)
            return err;
    }
    struct position_place place = place_of(sink, shard);
    struct kafka_confirmed confirmed;
    err =
        position_read(&sink->connection, &place, (int)transaction->patience_ms, &confirmed, fault);
    if (err != ERR_OK)
        return err;
    *shard_of(sink, shard) = (struct shard_state){.is_recovered = true, .confirmed = confirmed};
    return ERR_OK;
}

static bool sink_takes(const struct kafka_sink *sink, enum outgoing_kind kind)
{
    return ((unsigned)sink->kinds & 1U << kind) != 0;
}

static enum err chain_check(
    const struct kafka_confirmed *confirmed,
    uint32_t shard,
    uint64_t sequence,
    struct hash128 chain,
    struct fault *fault)
{
    if (confirmed->sequence == 0 || sequence != confirmed->sequence ||
        hash128_equal(chain, confirmed->chain))
        return ERR_OK;
    return fault_set(
        fault, ERR_CORRUPT,
        "shard %" PRIu32 ": Kafka has confirmed frame %" PRIu64
        " with another chain hash: this journal is not the one that was published from",
        shard, sequence);
}

// A frame of another journal that happens to have the confirmed number would hide all before it.
static enum err sink_check_frame(void *self, const struct sink_frame *frame, struct fault *fault)
{
    struct shard_state *state = shard_of(sink_from(self), frame->shard);
    if (frame->standing == SINK_FRAME_PUBLISHED)
        state->known = frame->sequence;
    return chain_check(&state->confirmed, frame->shard, frame->sequence, frame->chain, fault);
}

// Kafka has confirmed less than what is known to be published: it tells nothing of what comes after.
static enum err memory_check(
    const struct kafka_sink *sink,
    const struct shard_state *state,
    const struct outgoing *item,
    struct fault *fault)
{
    if (state->confirmed.sequence >= state->known)
        return ERR_OK;
    return fault_set(
        fault, ERR_CORRUPT,
        "shard %" PRIu32 ": frames up to %" PRIu64 " were published, but for group %s Kafka has "
        "confirmed %" PRIu64 ": its offsets expired or were deleted, or the group is another one; "
        "whether frame %" PRIu64 " is out cannot be known",
        item->shard, state->known, sink->group, state->confirmed.sequence, item->sequence);
}

static enum err sink_is_published(
    void *self, const struct outgoing *item, struct hash128 chain, bool *out, struct fault *fault)
{
    struct kafka_sink *sink = sink_from(self);
    if (!sink_takes(sink, item->kind)) {
        *out = true;
        return ERR_OK;
    }
    const struct shard_state *state = shard_of(sink, item->shard);
    const struct kafka_confirmed *confirmed = &state->confirmed;
    enum err err = chain_check(confirmed, item->shard, item->sequence, chain, fault);
    if (err == ERR_OK)
        err = memory_check(sink, state, item, fault);
    if (err == ERR_OK)
        *out = item->sequence <= confirmed->sequence;
    return err;
}

// The first publication after a start has every frame that was not confirmed for certain, and all
// later ones are newer: what Kafka confirmed is never ahead of one, unless from another journal.
static enum err history_check(
    const struct kafka_confirmed *confirmed, const struct publish_shard *shard, struct fault *fault)
{
    if (shard->sequence_last < confirmed->sequence)
        return fault_set(
            fault, ERR_CORRUPT,
            "shard %" PRIu32 ": Kafka has confirmed frame %" PRIu64
            ", but this journal is at frame %" PRIu64
            ": the data directory is an older copy or a new one under the same group",
            shard->shard, confirmed->sequence, shard->sequence_last);
    return chain_check(confirmed, shard->shard, shard->sequence_last, shard->chain_last, fault);
}

// Whether any shard of it moves on; checks that all may.
static enum err publication_check(
    struct kafka_sink *sink,
    const struct publication *publication,
    bool *is_new_out,
    struct fault *fault)
{
    bool is_new = false;
    for (size_t i = 0; i < publication->shard_count; i++) {
        const struct publish_shard *shard = &publication->shards[i];
        const struct shard_state *state = shard_of(sink, shard->shard);
        if (!state->is_recovered)
            return fault_set(
                fault, ERR_STATE, "shard %" PRIu32 ": not recovered from Kafka", shard->shard);
        enum err err = history_check(&state->confirmed, shard, fault);
        if (err != ERR_OK)
            return err;
        is_new = is_new || shard->sequence_last > state->confirmed.sequence;
    }
    *is_new_out = is_new;
    return ERR_OK;
}

static bool is_wanted(struct kafka_sink *sink, const struct outgoing *item)
{
    return sink_takes(sink, item->kind) &&
           item->sequence > shard_of(sink, item->shard)->confirmed.sequence;
}

static const char *topic_of(struct kafka_sink *sink, const struct outgoing *item)
{
    enum topic_naming naming = item->kind == OUTGOING_ACTION ? TOPIC_WITH_PREFIX : TOPIC_AS_IT_IS;
    return topics_name(&sink->topics, item->topic, naming);
}

static enum err topics_prepare(
    struct kafka_sink *sink, const struct publication *publication, struct fault *fault)
{
    for (size_t i = 0; i < publication->item_count; i++) {
        const struct outgoing *item = &publication->items[i];
        if (is_wanted(sink, item))
            (void)topic_of(sink, item);
    }
    if (sink->transaction.client == NULL)
        return fault_set(fault, ERR_STATE, "not recovered from Kafka");
    return topics_check(
        &sink->topics, kafka_client_handle(sink->transaction.client), sink->transaction.patience_ms,
        fault);
}

static enum err items_produce(
    struct kafka_sink *sink, const struct publication *publication, struct fault *fault)
{
    for (size_t i = 0; i < publication->item_count; i++) {
        const struct outgoing *item = &publication->items[i];
        if (!is_wanted(sink, item))
            continue;
        struct kafka_record record = {
            .topic = topic_of(sink, item),
            .key = item->key,
            .value = item->value,
            .headers = item->kind == OUTGOING_ACTION ? record_action_headers(item) : NULL,
        };
        enum err err = transaction_produce(&sink->transaction, &record, fault);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

static int64_t offset_of(const struct kafka_sink *sink, const struct publish_shard *shard)
{
    if (sink->source_topic == NULL)
        return (int64_t)shard->sequence_last;
    return shard->source_next > 0 ? shard->source_next : 0;
}

static void offset_add(
    struct kafka_sink *sink,
    rd_kafka_topic_partition_list_t *offsets,
    const struct position_place *place,
    const struct publish_shard *shard)
{
    struct kafka_confirmed confirmed = {
        .sequence = shard->sequence_last, .chain = shard->chain_last};
    char text[POSITION_TEXT_BYTES];
    position_print(&confirmed, text);
    rd_kafka_topic_partition_t *entry =
        rd_kafka_topic_partition_list_add(offsets, place->topic, place->partition);
    entry->offset = offset_of(sink, shard);
    entry->metadata_size = strlen(text);
    entry->metadata = mem_text(text, entry->metadata_size); // freed with the list
}

// With a Kafka source all shards are in one group; else each has its own.
static enum err offsets_send(
    struct kafka_sink *sink, const struct publication *publication, struct fault *fault)
{
    rd_kafka_topic_partition_list_t *offsets =
        rd_kafka_topic_partition_list_new((int)publication->shard_count);
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < publication->shard_count; i++) {
        const struct publish_shard *shard = &publication->shards[i];
        if (shard->sequence_last <= shard_of(sink, shard->shard)->confirmed.sequence)
            continue;
        struct position_place place = place_of(sink, shard->shard);
        offset_add(sink, offsets, &place, shard);
        if (sink->source_topic != NULL)
            continue;
        err = transaction_send_offsets(&sink->transaction, offsets, place.group, fault);
        (void)rd_kafka_topic_partition_list_del(offsets, place.topic, place.partition);
    }
    if (sink->source_topic != NULL && err == ERR_OK)
        err = transaction_send_offsets(&sink->transaction, offsets, sink->group, fault);
    rd_kafka_topic_partition_list_destroy(offsets);
    return err;
}

static enum err transaction_run(
    struct kafka_sink *sink, const struct publication *publication, struct fault *fault)
{
    enum err err = transaction_begin(&sink->transaction, fault);
    FAILPOINT(KAFKA_BEGUN);
    if (err == ERR_OK)
        err = items_produce(sink, publication, fault);
    FAILPOINT(KAFKA_PRODUCED);
    FAILPOINT(KAFKA_OFFSETS_BEFORE);
    if (err == ERR_OK)
        err = offsets_send(sink, publication, fault);
    FAILPOINT(KAFKA_OFFSETS_SENT);
    FAILPOINT(KAFKA_COMMIT_BEFORE);
    if (err == ERR_OK)
        err = transaction_commit(&sink->transaction, fault);
    FAILPOINT(KAFKA_COMMITTED);
    return err;
}

static enum err sink_publish(
    void *self, const struct publication *publication, uint64_t *mark_out, struct fault *fault)
{
    struct kafka_sink *sink = sink_from(self);
    bool is_new = false;
    enum err err = publication_check(sink, publication, &is_new, fault);
    if (err != ERR_OK)
        return err;
    if (!is_new) {
        *mark_out = 0;
        return ERR_OK;
    }
    err = topics_prepare(sink, publication, fault);
    if (err != ERR_OK)
        return err;
    err = transaction_run(sink, publication, fault);
    if (err != ERR_OK) {
        topics_forget(&sink->topics);
        // What is out is not known before it is read back.
        for (size_t i = 0; i < sink->shard_count; i++)
            sink->shards[i].is_recovered = false;
        return err;
    }
    for (size_t i = 0; i < publication->shard_count; i++) {
        const struct publish_shard *shard = &publication->shards[i];
        struct kafka_confirmed *confirmed = &shard_of(sink, shard->shard)->confirmed;
        if (shard->sequence_last <= confirmed->sequence)
            continue;
        *confirmed = (struct kafka_confirmed){
            .sequence = shard->sequence_last,
            .chain = shard->chain_last,
            .offset = offset_of(sink, shard),
        };
    }
    *mark_out = 0;
    return ERR_OK;
}

static void sink_destroy(void *self)
{
    struct kafka_sink *sink = self;
    if (sink == NULL)
        return;
    transaction_close(&sink->transaction);
    topics_free(&sink->topics);
    buffer_free(&sink->group_name);
    kafka_connection_free(&sink->connection);
    free(sink->shards);
    free(sink->transactional_id);
    free(sink->topic_prefix);
    free(sink->group);
    free(sink->source_topic);
    free(sink->position_topic);
    free(sink);
}

static const struct sink_ops kafka_sink_ops = {
    .recover = sink_recover,
    .check_frame = sink_check_frame,
    .is_published = sink_is_published,
    .publish = sink_publish,
    .destroy = sink_destroy,
};

static char *text_or_null(const char *text)
{
    return text == NULL ? NULL : mem_text(text, strlen(text));
}

// Lets librdkafka judge the properties without connecting anywhere.
static enum err properties_check(const struct kafka_sink_params *params, struct fault *fault)
{
    const struct kafka_property none[] = {{NULL, NULL}};
    struct kafka_connection quiet = params->connection;
    quiet.log = NULL;
    struct kafka_client_params client_params = {
        .connection = &quiet,
        .type = RD_KAFKA_PRODUCER,
        .tuning = none,
        .needed = none,
    };
    struct kafka_client *client = NULL;
    enum err err = kafka_client_open(&client_params, &client, fault);
    if (err == ERR_OK)
        kafka_client_close(client);
    return err;
}

enum err kafka_sink_create(
    const struct kafka_sink_params *params, struct sink *out, struct fault *fault)
{
    INVARIANT(params->source_topic != NULL || params->position_topic != NULL);
    enum err err = properties_check(params, fault);
    if (err != ERR_OK)
        return err;
    struct kafka_sink *sink = mem_zero(1, sizeof(*sink));
    sink->connection = kafka_connection_copy(&params->connection);
    sink->transactional_id = text_or_null(params->transactional_id);
    sink->topic_prefix = text_or_null(params->topic_prefix);
    sink->group = text_or_null(params->group);
    sink->source_topic = text_or_null(params->source_topic);
    if (params->source_topic == NULL)
        sink->position_topic = text_or_null(params->position_topic);
    sink->kinds = params->kinds;
    sink->topics.prefix = sink->topic_prefix;
    sink->topics.clock = params->connection.clock;
    sink->transaction.connection = &sink->connection;
    sink->transaction.id = sink->transactional_id;
    sink->transaction.patience_ms = params->patience_ms > 0 ? params->patience_ms : PATIENCE_MS;
    *out = (struct sink){.ops = &kafka_sink_ops, .self = sink};
    return ERR_OK;
}

struct kafka_confirmed kafka_sink_confirmed(const struct sink *sink, uint32_t shard)
{
    INVARIANT(sink->ops == &kafka_sink_ops);
    return shard_of(sink_from(sink->self), shard)->confirmed;
}
