// I6, I7: what the sinks have is what the journals decided, each once, in order per contact.
#define _GNU_SOURCE // memmem
#include "tests/sim/outputs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"
#include "engine/port/sink.h"

#include "tests/sim/cluster.h"
#include "tests/sim/kafka_broker.h"

// One thing that was decided, and what became of it.
struct decided {
    char id[HASH128_HEX_CHARS + 1];
    uint32_t shard;
    size_t rank; // in its journal
    struct bytes topic, key, value;
    unsigned times; // seen in the output
};

struct outputs {
    struct sim *sim;
    struct decided *decided; // by id
    size_t count;
};

static int by_id(const void *a, const void *b)
{
    return memcmp(
        ((const struct decided *)a)->id, ((const struct decided *)b)->id, HASH128_HEX_CHARS);
}

static struct outputs collect(
    struct sim *sim, const struct sim_setup *setup, const struct history histories[SIM_SHARDS_MAX])
{
    struct outputs outputs = {.sim = sim};
    size_t count = 0;
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        count += histories[i].outgoing_count;
    outputs.decided = mem_zero(count + 1, sizeof(*outputs.decided));
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        for (size_t at = 0; at < histories[i].outgoing_count; at++) {
            const struct history_outgoing *outgoing = &histories[i].outgoing[at];
            struct decided *decided = &outputs.decided[outputs.count++];
            *decided = (struct decided){
                .shard = i,
                .rank = at,
                .topic = setup->sink == SIM_SINK_KAFKA ? outgoing->topic : bytes_of(NULL, 0),
                .key = outgoing->key,
                .value = outgoing->value};
            hash128_hex(outgoing->id, decided->id);
        }
    }
    qsort(outputs.decided, outputs.count, sizeof(*outputs.decided), by_id);
    for (size_t i = 1; i < outputs.count; i++)
        if (by_id(&outputs.decided[i - 1], &outputs.decided[i]) == 0)
            sim_fail(
                sim, "I6", "actions of shards %" PRIu32 " and %" PRIu32 " have the id %s",
                outputs.decided[i - 1].shard, outputs.decided[i].shard, outputs.decided[i].id);
    return outputs;
}

static struct decided *find(struct outputs *outputs, const char *id)
{
    struct decided wanted;
    memcpy(wanted.id, id, HASH128_HEX_CHARS);
    return bsearch(&wanted, outputs->decided, outputs->count, sizeof(wanted), by_id);
}

// The id of an action or dead letter: 32 hex digits behind the first "id":".
static const char *id_of(struct bytes line)
{
    static const char mark[] = "\"id\":\"";
    const char *at = memmem(line.data, line.len, mark, sizeof(mark) - 1);
    if (at == NULL ||
        (size_t)(at - (const char *)line.data) + sizeof(mark) + HASH128_HEX_CHARS > line.len)
        return NULL;
    return at + sizeof(mark) - 1;
}

// Calls for each line of a file.
typedef void line_fn(void *context, struct bytes line);
static void each_line(struct bytes content, line_fn *run, void *context)
{
    while (content.len > 0) {
        const uint8_t *end = memchr(content.data, '\n', content.len);
        size_t len = end == NULL ? content.len : (size_t)(end - content.data);
        run(context, bytes_of(content.data, len));
        size_t step = end == NULL ? len : len + 1;
        content = bytes_of(content.data + step, content.len - step);
    }
}

// Calls for what an independent read_committed reader gets of a topic.
struct topic_visit {
    line_fn *run;
    void *context;
};

static void visit_record(void *context, const struct sim_kafka_seen *record)
{
    const struct topic_visit *visit = context;
    visit->run(visit->context, record->value);
}

static void each_record(struct sim *sim, const char *topic, line_fn *run, void *context)
{
    struct topic_visit visit = {run, context};
    int32_t partitions = sim_kafka_partitions(sim->kafka, topic);
    for (int32_t i = 0; i < partitions; i++)
        sim_kafka_read_committed(sim->kafka, topic, i, visit_record, &visit);
}

// ---- actions

// The rank of the last action of a contact that was seen.
struct last_seen {
    uint32_t shard;
    struct bytes topic;
    struct bytes key;
    size_t rank;
};

struct action_check {
    struct outputs *outputs;
    struct last_seen *seen;
    size_t seen_count;
};

static void check_order(struct action_check *check, const struct decided *decided)
{
    size_t i = 0;
    while (i < check->seen_count && !(check->seen[i].shard == decided->shard &&
                                      bytes_equal(check->seen[i].topic, decided->topic) &&
                                      bytes_equal(check->seen[i].key, decided->key)))
        i++;
    if (i == check->seen_count) {
        check->seen[check->seen_count++] =
            (struct last_seen){decided->shard, decided->topic, decided->key, decided->rank};
        return;
    }
    if (decided->rank < check->seen[i].rank) {
        check->outputs->sim->report->misordered++;
        sim_fail(
            check->outputs->sim, "I7", "action %s of contact %.*s came after a later one",
            decided->id, (int)decided->key.len, (const char *)decided->key.data);
    }
    check->seen[i].rank = decided->rank;
}

static void check_action(void *context, struct bytes line)
{
    struct action_check *check = context;
    struct sim *sim = check->outputs->sim;
    const char *id = id_of(line);
    struct decided *decided = id == NULL ? NULL : find(check->outputs, id);
    sim->report->out++;
    if (decided == NULL) {
        sim_fail(
            sim, "I6", "an action came out that no journal has: %.*s", (int)line.len,
            (const char *)line.data);
        return;
    }
    if (decided->times++ > 0) {
        sim->report->doubled++;
        sim_fail(sim, "I6", "action %s came out twice", decided->id);
    }
    if (!bytes_equal(line, decided->value))
        sim_fail(sim, "I6", "action %s came out changed", decided->id);
    check_order(check, decided);
}

enum { TOPICS_MAX = 64, TOPIC_BYTES = 256 };

// All topics that any variant of the rules sends actions to, each once.
static size_t topics_of(const struct sim_setup *setup, char topics[TOPICS_MAX][TOPIC_BYTES])
{
    size_t count = 0;
    for (uint32_t v = 0; v < setup->shape.variants; v++) {
        const struct workload_rules *rules = workload_rules_of(setup->workload, v);
        for (uint32_t i = 0; i < rules->action_count && count < TOPICS_MAX; i++) {
            const struct text *topic = &rules->actions[i].topic;
            (void)snprintf(topics[count], TOPIC_BYTES, "%.*s", (int)topic->len, topic->at);
            size_t at = 0;
            while (strcmp(topics[at], topics[count]) != 0)
                at++;
            count += at == count;
        }
    }
    return count;
}

static void each_action(struct sim *sim, const struct sim_setup *setup, line_fn *run, void *context)
{
    static char topics[TOPICS_MAX][TOPIC_BYTES];
    if (setup->sink == SIM_SINK_FILE) {
        each_line(fake_disk_content(sim->disk, setup->actions_path), run, context);
        return;
    }
    size_t count = topics_of(setup, topics);
    for (size_t i = 0; i < count; i++)
        each_record(sim, topics[i], run, context);
}

static void check_actions_all(struct outputs *outputs, const struct sim_setup *setup)
{
    struct action_check check = {
        .outputs = outputs,
        .seen = mem_zero(outputs->count + 1, sizeof(struct last_seen)),
    };
    each_action(outputs->sim, setup, check_action, &check);
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->decided[i].times > 0)
            continue;
        outputs->sim->report->lost++;
        sim_fail(
            outputs->sim, "I6", "action %s of shard %" PRIu32 " never came out",
            outputs->decided[i].id, outputs->decided[i].shard);
    }
    free(check.seen);
}

// ---- dead letters: one for each refused input, known by shard and position

struct letter {
    uint32_t shard;
    int64_t position;
    unsigned times;
};

struct letter_check {
    struct sim *sim;
    struct letter *letters;
    size_t count;
};

static int64_t number_behind(struct bytes line, const char *mark)
{
    const char *at = memmem(line.data, line.len, mark, strlen(mark));
    return at == NULL ? -1 : strtoll(at + strlen(mark), NULL, 10);
}

static void check_letter(void *context, struct bytes line)
{
    struct letter_check *check = context;
    int64_t shard = number_behind(line, "\"shard\":");
    int64_t position = number_behind(line, "\"position\":");
    check->sim->report->dead_letters++;
    for (size_t i = 0; i < check->count; i++) {
        struct letter *letter = &check->letters[i];
        if ((int64_t)letter->shard != shard || letter->position != position)
            continue;
        if (letter->times++ > 0) {
            check->sim->report->doubled++;
            sim_fail(
                check->sim, "I6",
                "the dead letter of shard %" PRId64 ", %" PRId64 " came out twice", shard,
                position);
        }
        return;
    }
    sim_fail(
        check->sim, "I6", "a dead letter of nothing that was refused: shard %" PRId64 ", %" PRId64,
        shard, position);
}

static void check_letters(
    struct sim *sim, const struct sim_setup *setup, const struct history histories[SIM_SHARDS_MAX])
{
    struct letter_check check = {.sim = sim};
    size_t cap = 1;
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        cap += histories[i].input_count;
    check.letters = mem_zero(cap, sizeof(*check.letters));
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        for (size_t at = 0; at < histories[i].input_count; at++)
            if (histories[i].inputs[at].kind == FRAME_INPUT_REJECTED)
                check.letters[check.count++] =
                    (struct letter){.shard = i, .position = histories[i].inputs[at].position};
    if (setup->has_letter_topic)
        each_record(sim, SIM_TOPIC_LETTERS, check_letter, &check);
    else
        each_line(fake_disk_content(sim->disk, setup->letters_path), check_letter, &check);
    for (size_t i = 0; i < check.count; i++) {
        if (check.letters[i].times > 0)
            continue;
        sim->report->lost++;
        sim_fail(
            sim, "I6", "the dead letter of shard %" PRIu32 ", %" PRId64 " never came out",
            check.letters[i].shard, check.letters[i].position);
    }
    free(check.letters);
}

void check_outputs(
    struct sim *sim, const struct sim_setup *setup, const struct history histories[SIM_SHARDS_MAX])
{
    struct outputs outputs = collect(sim, setup, histories);
    check_actions_all(&outputs, setup);
    check_letters(sim, setup, histories);
    free(outputs.decided);
}

// ---- what an operator does by hand

struct completion {
    struct sim *sim;
    enum outputs_kind kind;
    struct outputs outputs; // what was decided
    const char **seen;      // ids that a topic has
    size_t seen_count, seen_cap;
};

static void note_seen(void *context, struct bytes line)
{
    struct completion *completion = context;
    const char *id = id_of(line);
    if (id == NULL)
        return;
    if (completion->seen_count == completion->seen_cap) {
        completion->seen_cap = completion->seen_cap * 2 + 64;
        completion->seen =
            mem_resize(completion->seen, completion->seen_cap * sizeof(*completion->seen));
    }
    completion->seen[completion->seen_count++] = id; // stands in the log of the topic
}

static bool is_seen(const struct completion *completion, const char *id)
{
    for (size_t i = 0; i < completion->seen_count; i++)
        if (memcmp(completion->seen[i], id, HASH128_HEX_CHARS) == 0)
            return true;
    return false;
}

static void complete_line(void *context, struct bytes line)
{
    struct completion *completion = context;
    struct sim_kafka *kafka = completion->sim->kafka;
    const char *id = id_of(line);
    const struct decided *decided =
        id == NULL || completion->kind == OUTPUTS_LETTERS ? NULL : find(&completion->outputs, id);
    char topic[TOPIC_BYTES] = SIM_TOPIC_LETTERS;
    if (id == NULL || is_seen(completion, id))
        return;
    if (decided != NULL)
        (void)snprintf(
            topic, sizeof(topic), "%.*s", (int)decided->topic.len,
            (const char *)decided->topic.data);
    else if (completion->kind == OUTPUTS_ACTIONS)
        return; // check_outputs says that no journal has it
    if (!sim_kafka_topic_exists(kafka, topic))
        sim_kafka_topic_create(kafka, topic, 1);
    struct sim_kafka_record record = {.value = line};
    if (decided != NULL)
        record.key = decided->key;
    int32_t partition = sim_kafka_partition_of(record.key, sim_kafka_partitions(kafka, topic));
    (void)sim_kafka_produce(kafka, topic, partition, &record);
    completion->sim->report->events[SIM_EVENT_OFFSETS_REPLACED]++;
}

void outputs_complete(
    struct sim *sim, const struct sim_setup *setup, const char *path, enum outputs_kind kind)
{
    struct completion completion = {.sim = sim, .kind = kind};
    struct history histories[SIM_SHARDS_MAX] = {{.frame_count = 0}};
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        char directory[128];
        struct fault fault = {.err = ERR_OK};
        sim_setup_journal(setup, i, directory, sizeof(directory));
        if (history_read(sim, directory, HISTORY_WHOLE, &histories[i], &fault) != ERR_OK)
            sim_fail(sim, "I3", "shard %" PRIu32 ": the journal cannot be read: %s", i, fault.text);
    }
    completion.outputs = collect(sim, setup, histories);
    if (kind == OUTPUTS_ACTIONS)
        each_action(sim, setup, note_seen, &completion);
    else
        each_record(sim, SIM_TOPIC_LETTERS, note_seen, &completion);
    each_line(fake_disk_content(sim->disk, path), complete_line, &completion);
    free(completion.outputs.decided);
    free(completion.seen);
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        history_free(&histories[i]);
}
