// The questions that block: a topic's partitions, a partition's ends, a group's committed offset.
#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"

#include "tests/sim/kafka_client.h"

enum { BACKOFF_MS = 100, UNSTABLE_TRIES = 5 };

static struct client_ask *ask_create(rd_kafka_t *client)
{
    struct client_ask *ask = mem_zero(1, sizeof(*ask));
    client->asks = mem_resize(client->asks, (client->ask_count + 1) * sizeof(struct client_ask *));
    client->asks[client->ask_count++] = ask;
    return ask;
}

static void ask_drop(rd_kafka_t *client, struct client_ask *ask)
{
    size_t at = 0;
    while (client->asks[at] != ask)
        at++;
    client->asks[at] = client->asks[--client->ask_count];
    free(ask->metadata);
    free(ask);
}

void ask_free(rd_kafka_t *client)
{
    while (client->ask_count > 0)
        ask_drop(client, client->asks[0]);
    free(client->asks);
}

void ask_answer(rd_kafka_t *client, struct sim_request *request)
{
    for (size_t i = 0; i < client->ask_count; i++) {
        struct client_ask *ask = client->asks[i];
        if (ask->tag != request->tag)
            continue;
        ask->is_done = true;
        ask->code = request->code;
        ask->low = request->low;
        ask->stable = request->stable;
        ask->offset = request->offset;
        ask->partitions = request->partitions;
        ask->is_unstable = request->is_unstable;
        free(ask->metadata);
        ask->metadata = NULL;
        if (request->call == SIM_KAFKA_CALL_FETCH_OFFSETS && request->places[0].metadata != NULL) {
            ask->metadata = request->places[0].metadata;
            request->places[0].metadata = NULL;
        }
    }
}

struct question {
    enum sim_kafka_call call;
    const char *topic;
    int32_t partition;
};

static void question_send(
    rd_kafka_t *client, struct client_ask *ask, const struct question *question)
{
    ask->is_done = false;
    struct sim_request *request = client_request(client, question->call, &ask->tag);
    request->topic = mem_text(question->topic, strlen(question->topic));
    request->partition = question->partition;
    request->may_create = client->type == RD_KAFKA_PRODUCER &&
                          !client_is_set(client, "allow.auto.create.topics", "false");
    if (question->call == SIM_KAFKA_CALL_FETCH_OFFSETS) {
        char *group = mem_text(client->group, strlen(client->group));
        char *topic = mem_text(question->topic, strlen(question->topic));
        struct sim_place place = {.group = group, .topic = topic, .partition = question->partition};
        places_add(&request->places, &request->place_count, &place);
        free(group);
        free(topic);
    }
    request_send(client->kafka, request);
}

static bool is_asked_again(const rd_kafka_t *client, const struct client_ask *ask)
{
    switch ((int)ask->code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE: return true;
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
        return kafka_draw(client->kafka, 4) > 0; // its tries come to an end
    default: return false;
    }
}

// Asks until there is an answer or no time left; false in that case.
static bool question_ask(
    rd_kafka_t *client, struct client_ask *ask, const struct question *question, int64_t until_us)
{
    client_crash_here(client, sim_kafka_call_name(question->call));
    for (;;) {
        question_send(client, ask, question);
        while (!ask->is_done) {
            if (!client_step(client, until_us))
                return false;
        }
        if (!is_asked_again(client, ask))
            return true;
        int64_t backoff_us = client_number(client, "retry.backoff.ms", BACKOFF_MS) * 1000;
        int64_t again_us = client_now_us(client) + backoff_us;
        if (again_us > until_us)
            again_us = until_us;
        client_plan(client, again_us);
        while (client_step(client, again_us))
            continue;
        if (client_now_us(client) >= until_us)
            return false;
    }
}

static struct rd_kafka_metadata *metadata_create(const struct client_ask *ask, const char *name)
{
    struct rd_kafka_metadata *metadata = mem_zero(1, sizeof(*metadata));
    metadata->topic_cnt = 1;
    metadata->topics = mem_zero(1, sizeof(*metadata->topics));
    metadata->topics[0].topic = mem_text(name, strlen(name));
    bool is_leaderless = ask->code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    if (!is_leaderless)
        metadata->topics[0].err = ask->code;
    if (ask->code != RD_KAFKA_RESP_ERR_NO_ERROR && !is_leaderless)
        return metadata;
    metadata->topics[0].partition_cnt = ask->partitions;
    metadata->topics[0].partitions =
        mem_zero((size_t)ask->partitions, sizeof(*metadata->topics[0].partitions));
    for (int32_t i = 0; i < ask->partitions; i++) {
        metadata->topics[0].partitions[i].id = i;
        metadata->topics[0].partitions[i].err = ask->code;
    }
    return metadata;
}

rd_kafka_resp_err_t rd_kafka_metadata(
    rd_kafka_t *client,
    int all_topics,
    rd_kafka_topic_t *topic,
    const struct rd_kafka_metadata **out,
    int timeout_ms)
{
    (void)all_topics; // one topic is always named here
    struct question question = {.call = SIM_KAFKA_CALL_METADATA, .topic = topic->name};
    struct client_ask *ask = ask_create(client);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (question_ask(client, ask, &question, client_deadline_us(client, timeout_ms)))
        *out = metadata_create(ask, topic->name);
    else
        code = kafka_is_down(client->kafka) ? RD_KAFKA_RESP_ERR__TRANSPORT
                                            : RD_KAFKA_RESP_ERR__TIMED_OUT;
    ask_drop(client, ask);
    return code;
}

void rd_kafka_metadata_destroy(const struct rd_kafka_metadata *metadata)
{
    union {
        const struct rd_kafka_metadata *from;
        struct rd_kafka_metadata *to;
    } owned = {.from = metadata};
    free(owned.to->topics[0].partitions);
    free(owned.to->topics[0].topic);
    free(owned.to->topics);
    free(owned.to);
}

rd_kafka_resp_err_t rd_kafka_query_watermark_offsets(
    rd_kafka_t *client,
    const char *topic,
    int32_t partition,
    int64_t *low_out,
    int64_t *high_out,
    int timeout_ms)
{
    struct question question = {
        .call = SIM_KAFKA_CALL_LIST_OFFSETS, .topic = topic, .partition = partition};
    struct client_ask *ask = ask_create(client);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (question_ask(client, ask, &question, client_deadline_us(client, timeout_ms)))
        code = ask->code;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        *low_out = ask->low;
        *high_out = ask->stable; // as a read_committed consumer is told
    }
    ask_drop(client, ask);
    return code;
}

// With read_committed it waits for a transaction on its way, until its tries or its time come to an end.
static rd_kafka_resp_err_t committed_ask(
    rd_kafka_t *client, rd_kafka_topic_partition_t *entry, struct client_ask *ask, int64_t until_us)
{
    struct question question = {
        .call = SIM_KAFKA_CALL_FETCH_OFFSETS, .topic = entry->topic, .partition = entry->partition};
    bool is_strict = client_is_set(client, "isolation.level", "read_committed");
    for (unsigned i = 0;; i++) {
        if (!question_ask(client, ask, &question, until_us))
            return RD_KAFKA_RESP_ERR__TIMED_OUT;
        bool is_unstable = (ask->code == RD_KAFKA_RESP_ERR_NO_ERROR && ask->is_unstable) ||
                           ask->code == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT;
        if (!is_strict || !is_unstable)
            return ask->code;
        if (i >= UNSTABLE_TRIES && kafka_draw(client->kafka, 8) == 0) {
            entry->err = RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT;
            return RD_KAFKA_RESP_ERR_NO_ERROR;
        }
        int64_t again_us = client_now_us(client) + BACKOFF_MS * 1000;
        while (client_step(client, again_us < until_us ? again_us : until_us))
            continue;
    }
}

rd_kafka_resp_err_t rd_kafka_committed(
    rd_kafka_t *client, rd_kafka_topic_partition_list_t *list, int timeout_ms)
{
    int64_t until_us = client_deadline_us(client, timeout_ms);
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++) {
        rd_kafka_topic_partition_t *entry = &list->elems[i];
        entry->offset = RD_KAFKA_OFFSET_INVALID;
        entry->err = RD_KAFKA_RESP_ERR_NO_ERROR;
        struct client_ask *ask = ask_create(client);
        code = committed_ask(client, entry, ask, until_us);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR && entry->err == RD_KAFKA_RESP_ERR_NO_ERROR &&
            ask->offset >= 0) {
            entry->offset = ask->offset;
            entry->metadata = ask->metadata;
            entry->metadata_size = ask->metadata == NULL ? 0 : strlen(ask->metadata);
            ask->metadata = NULL;
        }
        ask_drop(client, ask);
    }
    return code;
}
