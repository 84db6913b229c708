// What the topic of events loses before it is read.
#include "tests/sim/topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/exit_code.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/sim/cluster.h"
#include "tests/sim/history.h"
#include "tests/sim/kafka_broker.h"

enum { BETWEEN_PERMILLE = 150, DECIDES_PERMILLE = 400, STARTS_ON_PERMILLE = 250 };
enum { JUST_AHEAD_MAX = 12, CUT_PERMILLE = 200, TRIAL_US = 60 * 1000 * 1000 };

static bool is_without(const struct sim *sim, const struct sim_setup *setup)
{
    return setup->source != SIM_SOURCE_KAFKA ||
           (sim->limits.without & SIM_WITHOUT_TOPIC_LOSSES) != 0;
}

// Where reading goes on if the power went now, at the least; -1: nothing is journalled for sure.
static int64_t journalled_to(
    struct sim *sim, const struct sim_setup *setup, uint32_t shard, uint64_t durable)
{
    char directory[128];
    struct history history;
    struct fault fault = {.err = ERR_OK};
    int64_t position = -1;
    sim_setup_journal(setup, shard, directory, sizeof(directory));
    if (history_read(sim, directory, HISTORY_WHOLE, &history, &fault) != ERR_OK)
        sim_say(sim, "a journal with a torn tail: %s", fault.text);
    for (size_t i = 0; i < history.input_count && history.inputs[i].sequence <= durable; i++)
        position = history.inputs[i].position + 1;
    history_free(&history);
    return position;
}

static void note_gap(struct sim *sim, uint32_t shard, const struct sim_gap *gap)
{
    struct sim_loss *loss = &sim->losses[shard];
    loss->gaps[loss->count++] = *gap;
    sim_say(
        sim, "shard %" PRIu32 ": offsets %" PRId64 " to %" PRId64 " are gone before they were read",
        shard, gap->from, gap->to - 1);
}

// Retention, or DeleteRecords, up to somewhere.
static void delete_records(
    struct sim *sim, const struct sim_setup *setup, uint32_t shard, uint64_t durable)
{
    struct sim_kafka_range range = sim_kafka_range_of(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)shard);
    if (range.stable <= range.low || sim->losses[shard].count == SIM_GAPS_MAX)
        return;
    int64_t read_to = journalled_to(sim, setup, shard, durable);
    bool is_just_ahead = sim_random_chance(&sim->mishaps, 500);
    int64_t from = is_just_ahead && read_to > range.low ? read_to : range.low;
    if (from >= range.stable)
        return;
    uint64_t most = (uint64_t)(range.stable - from);
    if (is_just_ahead && most > JUST_AHEAD_MAX)
        most = JUST_AHEAD_MAX;
    int64_t to = from + 1 + (int64_t)sim_random_below(&sim->mishaps, most);
    sim_kafka_retain(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)shard, to);
    if (read_to >= to) {
        sim->report->events[SIM_EVENT_DELETED_READ]++;
        return;
    }
    struct sim_gap gap = {
        .from = read_to > range.low ? read_to : range.low, .to = to, .is_unread = read_to < 0};
    note_gap(sim, shard, &gap);
    sim->report->events
        [gap.is_unread          ? SIM_EVENT_DELETED_UNREAD
         : sim->process != NULL ? SIM_EVENT_DELETED_RUNNING
                                : SIM_EVENT_DELETED_AHEAD]++;
}

// ---- while processes live

struct retention {
    struct sim *sim;
    const struct sim_setup *setup;
};

static void retention_main(void *argument)
{
    struct retention *retention = argument;
    struct sim *sim = retention->sim;
    int64_t pause_us = (int64_t)1 << sim_random_between(&sim->mishaps, 14, 24);
    for (;;) {
        task_sleep_us(
            sim->scheduler, (int64_t)sim_random_below(&sim->mishaps, (uint64_t)pause_us) + 1000);
        uint32_t shard = (uint32_t)sim_random_below(&sim->mishaps, retention->setup->shape.shards);
        // Before its shards are open it calls nothing durable.
        if (sim->are_faults_on && sim->process != NULL && sim->process->is_open)
            delete_records(sim, retention->setup, shard, sim_process_durable(sim->process, shard));
    }
}

void topics_start(struct sim *sim, struct sim_setup *setup)
{
    bool is_hasty = sim_random_chance(&sim->mishaps, 500);
    bool goes_on = sim_random_chance(&sim->mishaps, STARTS_ON_PERMILLE);
    if (is_without(sim, setup))
        return;
    setup->plan.config->on_gap = goes_on ? CONFIG_GAP_CONTINUE : CONFIG_GAP_STOP;
    if (!is_hasty)
        return;
    struct retention *retention = mem_zero(1, sizeof(*retention)); // lives as long as the world
    *retention = (struct retention){.sim = sim, .setup = setup};
    (void)task_start(sim->scheduler, 0, "retention", retention_main, retention);
}

// ---- between two

void topics_between(
    struct sim *sim, struct sim_setup *setup, const struct known_journal known[SIM_SHARDS_MAX])
{
    uint32_t shard = (uint32_t)sim_random_below(&sim->mishaps, setup->shape.shards);
    bool deletes = sim_random_chance(&sim->mishaps, BETWEEN_PERMILLE);
    bool decides = sim_random_chance(&sim->mishaps, DECIDES_PERMILLE);
    bool goes_on = sim_random_chance(&sim->mishaps, 700);
    if (is_without(sim, setup))
        return;
    if (deletes)
        delete_records(sim, setup, shard, known[shard].durable);
    if (decides)
        setup->plan.config->on_gap = goes_on ? CONFIG_GAP_CONTINUE : CONFIG_GAP_STOP;
}

void topics_settle(struct sim_setup *setup)
{
    setup->plan.config->on_gap = CONFIG_GAP_CONTINUE;
}

void topics_went_back(
    struct sim *sim,
    const struct sim_setup *setup,
    const struct known_journal known[SIM_SHARDS_MAX])
{
    for (uint32_t i = 0; setup->source == SIM_SOURCE_KAFKA && i < setup->shape.shards; i++) {
        int64_t low = sim_kafka_range_of(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)i).low;
        int64_t read_to = journalled_to(sim, setup, i, known[i].durable);
        struct sim_gap gap = {
            .from = read_to < 0 ? 0 : read_to, .to = low, .is_unread = read_to < 0};
        if (gap.from < low && sim->losses[i].count < SIM_GAPS_MAX)
            note_gap(sim, i, &gap);
    }
}

// ---- an end that is lost

// The lowest offset from which on there is nothing but inputs, one an offset: they can be produced again as they were.
static int64_t plain_from(const struct feed_shard *fed, const struct sim_kafka_range *range)
{
    int64_t from = range->high;
    for (size_t i = fed->count; i > 0 && fed->sent[i - 1].position == from - 1; i--)
        from--;
    return from > range->low ? from : range->low;
}

static void put_back(struct sim *sim, struct feed *feed, uint32_t shard, int64_t from)
{
    const struct feed_shard *fed = &feed->shards[shard];
    for (size_t i = 0; i < fed->count; i++) {
        const struct sent *sent = &fed->sent[i];
        if (sent->position < from)
            continue;
        workload_make(feed->setup->workload, shard, sent->index, feed->input);
        INVARIANT(cluster_produce(sim, shard, feed->input, 0) == sent->position);
    }
}

// Started, it says that the end is gone and reads nothing. What a dead one still had on its way may fence the first ones
// before they come to say it (docs/operations.md, "Sinks").
static int try_shortened(struct operator* operator)
{
    enum { TRIES = 6 };
    struct sim *sim = operator->sim;
    int exit_code = EXIT_CODE_IN_USE;
    for (int i = 0; i < TRIES && exit_code == EXIT_CODE_IN_USE; i++) {
        sim->short_named = 0;
        exit_code = operator_try_to_start(operator, OPERATOR_KEEPS, TRIAL_US);
        bool is_fenced = exit_code == EXIT_CODE_IN_USE;
        sim->report->events[SIM_EVENT_FENCED] += is_fenced ? 1 : 0;
    }
    return exit_code;
}

static void cut(struct operator* operator, struct feed * feed, uint32_t shard, int64_t from)
{
    struct sim *sim = operator->sim;
    struct config *config = operator->setup->plan.config;
    enum config_on_gap on_gap = config->on_gap;
    // Made anew it forgets what groups committed, which is a trouble of its own.
    bool is_remade =
        from == 0 && operator->setup->sink == SIM_SINK_FILE && operator->setup->shape.shards == 1;
    if (is_remade) {
        sim_kafka_topic_delete(sim->kafka, SIM_TOPIC_EVENTS);
        sim_kafka_topic_create(sim->kafka, SIM_TOPIC_EVENTS, 1);
    } else {
        sim_kafka_truncate(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)shard, from);
    }
    sim_say(sim, "shard %" PRIu32 ": offsets from %" PRId64 " on are gone", shard, from);
    sim->is_topic_short = true;
    config->on_gap = CONFIG_GAP_STOP;
    int exit_code = try_shortened(operator);
    if (exit_code != SIM_EXIT_NONE)
        sim_fail(
            sim, "I12", "the topic has lost its end, it ended with %d: %s",
            exit_code, operator->refusal);
    else if (sim->short_named == 0)
        sim_fail(
            sim, "I12",
            "shard %" PRIu32 " says nothing of offsets from %" PRId64 " on that are gone", shard,
            from);
    sim->report->events[is_remade ? SIM_EVENT_TOPIC_REMADE : SIM_EVENT_TOPIC_SHORTER]++;
    config->on_gap = on_gap;
    put_back(sim, feed, shard, from);
    sim->is_topic_short = false;
}

void topics_cut(struct operator* operator, struct feed * feed)
{
    struct sim *sim = operator->sim;
    const struct sim_setup *setup = operator->setup;
    uint32_t shard = (uint32_t)sim_random_below(&sim->mishaps, setup->shape.shards);
    if (!sim_random_chance(&sim->mishaps, CUT_PERMILLE) || is_without(sim, setup) ||
        sim->failure[0] != '\0' || sim->are_offsets_gone)
        return;
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        if (sim->is_store_flipped[i])
            return; // it may end by that
    sim_kafka_settle(sim->kafka);
    struct sim_kafka_range range = sim_kafka_range_of(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)shard);
    int64_t read_to = journalled_to(sim, setup, shard, UINT64_MAX);
    int64_t from = plain_from(&feed->shards[shard], &range);
    if (range.stable < range.high || from >= read_to || read_to > range.high)
        return;
    if (!sim_random_chance(&sim->mishaps, 500)) // else all that can be
        from += (int64_t)sim_random_below(&sim->mishaps, (uint64_t)(read_to - from));
    cut(operator, feed, shard, from);
}

// ---- what is said of it

static bool is_gone(const struct sim_loss *loss, int64_t position)
{
    for (size_t i = 0; i < loss->count; i++)
        if (loss->gaps[i].from <= position && position < loss->gaps[i].to)
            return true;
    return false;
}

void topics_take_line(struct sim *sim, const struct sim_setup *setup, const char *line)
{
    static const char source[] = "source=kafka:" SIM_TOPIC_EVENTS "/";
    static const char place[] = "reading goes on at offset ";
    if (strstr(line, "position is gone from the source") == NULL || sim->is_trial ||
        setup->source != SIM_SOURCE_KAFKA)
        return;
    const char *shard_at = strstr(line, source);
    const char *place_at = strstr(line, place);
    int64_t asked = 0;
    int64_t low = 0;
    int64_t high = 0;
    if (shard_at == NULL || place_at == NULL ||
        sscanf(
            place_at + sizeof(place) - 1,
            "%" SCNd64 ", but the broker has offsets %" SCNd64 " to %" SCNd64, &asked, &low,
            &high) != 3) {
        sim_fail(sim, "I12", "a gap is said without both positions: %s", line);
        return;
    }
    uint32_t shard = (uint32_t)strtoul(shard_at + sizeof(source) - 1, NULL, 10);
    bool goes_on = strstr(line, "going on at the oldest there is") != NULL;
    if (goes_on != (setup->plan.config->on_gap == CONFIG_GAP_CONTINUE))
        sim_fail(sim, "I12", "what is done at a gap is not what is configured: %s", line);
    if (sim->is_topic_short && asked > high) {
        sim->short_named++;
        return;
    }
    if (!is_gone(&sim->losses[shard], asked) || asked >= low)
        sim_fail(sim, "I1", "a gap is said where nothing was deleted: %s", line);
    sim->losses[shard].named++;
    sim->report->events[goes_on ? SIM_EVENT_GAP_CROSSED : SIM_EVENT_GAP_STOPPED]++;
}

bool topics_excuse(const struct sim *sim, uint32_t shard, int64_t position)
{
    const struct sim_loss *loss = &sim->losses[shard];
    for (size_t i = 0; i < loss->count; i++)
        if (loss->gaps[i].from <= position && position < loss->gaps[i].to &&
            (loss->gaps[i].is_unread || loss->named > 0))
            return true;
    return false;
}

int64_t topics_last(const struct sim *sim, const struct feed *feed, uint32_t shard)
{
    const struct feed_shard *fed = &feed->shards[shard];
    int64_t low = sim_kafka_range_of(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)shard).low;
    int64_t last = fed->count == 0 ? -1 : fed->sent[fed->count - 1].position;
    return last >= low ? last : -1;
}
