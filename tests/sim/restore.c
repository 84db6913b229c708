// Operators who put an older copy of the data directory in the place of the newer one.
#include "tests/sim/restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/exit_code.h"

#include "tests/sim/cluster.h"
#include "tests/sim/kafka_broker.h"
#include "tests/sim/topics.h"

enum { TAKE_PERMILLE = 250, PUT_PERMILLE = 300, TRIAL_US = 120 * 1000 * 1000 };

// The frame up to which Kafka has confirmed, from the metadata of the group's offset; 0: none.
static uint64_t confirmed_of(const struct sim *sim, const struct sim_setup *setup, uint32_t shard)
{
    const char *group = setup->plan.config->source_kafka.group;
    char own[128];
    struct sim_kafka_offset offset;
    uint64_t sequence = 0;
    char text[64];
    bool is_there;
    if (setup->source == SIM_SOURCE_KAFKA) {
        is_there =
            sim_kafka_committed(sim->kafka, group, SIM_TOPIC_EVENTS, (int32_t)shard, &offset);
    } else {
        (void)snprintf(own, sizeof(own), "%s-shard-%" PRIu32, group, shard);
        is_there = sim_kafka_committed(sim->kafka, own, "engaged.positions", 0, &offset);
    }
    if (!is_there)
        return 0;
    (void)snprintf(
        text, sizeof(text), "%.*s", (int)offset.metadata.len, (const char *)offset.metadata.data);
    return sscanf(text, "engaged1 %" SCNu64, &sequence) == 1 ? sequence : 0;
}

// Only what is behind Kafka in all its shards is sure to be refused before it sends anything.
static bool is_behind(
    const struct sim *sim, const struct sim_setup *setup, const struct backup *older)
{
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        if (confirmed_of(sim, setup, i) <= older->last[i])
            return false;
    return true;
}

// Whether it has to read again what the newer one has read, which makes frames to be published.
static bool has_inputs_behind(
    struct sim *sim, const struct sim_setup *setup, const struct backup *older)
{
    bool has = false;
    for (uint32_t i = 0; i < setup->shape.shards && !has; i++) {
        char directory[128];
        struct history history;
        struct fault fault = {.err = ERR_OK};
        sim_setup_journal(setup, i, directory, sizeof(directory));
        if (history_read(sim, directory, HISTORY_WHOLE, &history, &fault) != ERR_OK)
            sim_say(sim, "a journal with a torn tail: %s", fault.text);
        has = history.input_count > 0 &&
              history.inputs[history.input_count - 1].sequence > older->last[i];
        history_free(&history);
    }
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        has = has && sim->losses[i].count == 0;     // it may stop at a gap
    return has && setup->source != SIM_SOURCE_HTTP; // clients do not come again
}

// A frame that Kafka has confirmed.
struct mark {
    uint64_t sequence;
    struct hash128 chain; // in the journal that was published from
};

static struct hash128 chain_of(
    struct sim *sim, const struct sim_setup *setup, uint32_t shard, uint64_t sequence)
{
    char directory[128];
    struct history history;
    struct fault fault = {.err = ERR_OK};
    struct hash128 chain = {0};
    sim_setup_journal(setup, shard, directory, sizeof(directory));
    if (history_read(sim, directory, HISTORY_FRAMES, &history, &fault) != ERR_OK)
        sim_say(sim, "a journal with a torn tail: %s", fault.text);
    if (sequence > 0 && sequence <= history.frame_count)
        chain = history.frames[sequence - 1].chain;
    history_free(&history);
    return chain;
}

static void forget_newer(
    struct operator* operator, struct known_journal known[SIM_SHARDS_MAX], enum sim_event event)
{
    for (uint32_t i = 0; i < operator->setup->shape.shards; i++) {
        known[i].durable = operator->backup.durable[i];
        known[i].count = (size_t) operator->backup.durable[i];
    }
    topics_went_back(operator->sim, operator->setup);
    operator->sim->report->events[event]++;
}

// Whether it lives by right: with the clock of the events it reads its way to the same frames again, and then is
// not older than what was published.
static bool has_caught_up(struct operator* operator, const struct mark marks[SIM_SHARDS_MAX])
{
    const struct sim_setup *setup = operator->setup;
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        if (!hash128_equal(chain_of(operator->sim, setup, i, marks[i].sequence), marks[i].chain))
            return false;
    return setup->shape.clock == WORKLOAD_CLOCK_EVENT;
}

static void try_older(struct operator* operator, struct known_journal known[SIM_SHARDS_MAX])
{
    struct sim *sim = operator->sim;
    const struct sim_setup *setup = operator->setup;
    struct backup newer = {.is_taken = false};
    struct mark marks[SIM_SHARDS_MAX];
    sim_kafka_settle(sim->kafka); // else it may wait for brokers until we give up
    if (!is_behind(sim, setup, &operator->backup))
        return;
    bool must_refuse = has_inputs_behind(sim, setup, &operator->backup);
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        marks[i].sequence = confirmed_of(sim, setup, i);
        marks[i].chain = chain_of(sim, setup, i, marks[i].sequence);
    }
    backup_take(sim, setup, known, &newer);
    backup_put(sim, setup, &operator->backup, BACKUP_DIRECTORY);
    sim_say(sim, "an older directory is put in its place");
    int exit_code = operator_try_to_start(operator, TRIAL_US);
    bool is_refused =
        exit_code == EXIT_CODE_DAMAGED && strstr(operator->refusal, "Kafka has confirmed") != NULL;
    // What it sent all the same comes out twice, or has no journal: check_outputs.
    if (exit_code == SIM_EXIT_NONE && must_refuse && has_caught_up(operator, marks)) {
        forget_newer(operator, known, SIM_EVENT_OLDER_CAUGHT_UP);
    } else if (is_refused || (exit_code == SIM_EXIT_NONE && !must_refuse)) {
        sim->report->events[is_refused ? SIM_EVENT_OLDER_REFUSED : SIM_EVENT_OLDER_IDLE]++;
        backup_put(sim, setup, &newer, BACKUP_DIRECTORY);
    } else {
        sim_fail(sim, "I12", "an older directory ended with %d: %s", exit_code, operator->refusal);
    }
    backup_free(&newer);
}

static void go_back(struct operator* operator, struct known_journal known[SIM_SHARDS_MAX])
{
    backup_put(operator->sim, operator->setup, &operator->backup, BACKUP_WITH_OUTPUTS);
    sim_say(operator->sim, "an older directory is restored, with its files of output");
    forget_newer(operator, known, SIM_EVENT_OLDER_RESTORED);
}

static bool is_garbled(const struct sim *sim, const struct sim_setup *setup)
{
    return fake_disk_is_garbled(sim->disk, setup->actions_path) ||
           fake_disk_is_garbled(sim->disk, setup->letters_path);
}

void restore_between(struct operator* operator, struct known_journal known[SIM_SHARDS_MAX])
{
    struct sim *sim = operator->sim;
    const struct sim_setup *setup = operator->setup;
    bool takes = sim_random_chance(&sim->mishaps, TAKE_PERMILLE);
    bool puts = sim_random_chance(&sim->mishaps, PUT_PERMILLE);
    if ((sim->limits.without & SIM_WITHOUT_OLDER_DIRECTORIES) != 0 || sim->failure[0] != '\0')
        return;
    if (puts && operator->backup.is_taken && setup->sink == SIM_SINK_KAFKA)
        try_older(operator, known);
    else if (puts && operator->backup.is_taken && setup->source != SIM_SOURCE_HTTP)
        go_back(operator, known);
    else if (takes && !is_garbled(sim, setup)) // whose flag a copy would not have
        backup_take(sim, setup, known, &operator->backup);
}
