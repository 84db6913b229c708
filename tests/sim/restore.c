// Operators who put an older copy of the data directory in the place of the newer one.
#include "tests/sim/restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/exit_code.h"

#include "tests/sim/cluster.h"
#include "tests/sim/kafka_broker.h"
#include "tests/sim/offsets.h"
#include "tests/sim/topics.h"

enum { TAKE_PERMILLE = 250, PUT_PERMILLE = 300, TRIAL_US = 120 * 1000 * 1000 };

// How many inputs a journal of now has in the frames from..to.
static size_t inputs_between(
    struct sim *sim, const struct sim_setup *setup, uint32_t shard, uint64_t from, uint64_t to)
{
    char directory[128];
    struct history history;
    struct fault fault = {.err = ERR_OK};
    size_t count = 0;
    sim_setup_journal(setup, shard, directory, sizeof(directory));
    if (history_read(sim, directory, HISTORY_WHOLE, &history, &fault) != ERR_OK)
        sim_say(sim, "a journal with a torn tail: %s", fault.text);
    for (size_t i = 0; i < history.input_count; i++)
        count += history.inputs[i].sequence >= from && history.inputs[i].sequence <= to;
    history_free(&history);
    return count;
}

// Only what lacks inputs that Kafka has confirmed, in all its shards, is sure to be refused before it sends anything.
static bool is_behind(struct sim *sim, const struct sim_setup *setup, const struct backup *older)
{
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        uint64_t confirmed = offsets_confirmed(sim, setup, i);
        if (confirmed <= older->last[i] ||
            inputs_between(sim, setup, i, older->last[i] + 1, confirmed) == 0)
            return false;
    }
    return true;
}

// Whether it reads them again, which makes frames to be published.
static bool must_read_again(const struct sim *sim, const struct sim_setup *setup)
{
    for (uint32_t i = 0; setup->source == SIM_SOURCE_KAFKA && i < setup->shape.shards; i++)
        if (sim_kafka_range_of(sim->kafka, SIM_TOPIC_EVENTS, (int32_t)i).low > 0)
            return false;                    // what it would read may be deleted
    return setup->source != SIM_SOURCE_HTTP; // clients do not come again
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
    struct operator* operator,
    const struct backup * newer,
    struct known_journal known[SIM_SHARDS_MAX],
    enum sim_event event)
{
    for (uint32_t i = 0; i < operator->setup->shape.shards; i++) {
        operator->sim->report->events[SIM_EVENT_STORE_GONE] += newer->is_store_flipped[i];
        known[i].durable = operator->backup.durable[i];
        known[i].count = (size_t) operator->backup.durable[i];
    }
    topics_went_back(operator->sim, operator->setup, known);
    operator->sim->report->events[event]++;
}

// Whether it lives by right: where its clock stands (that of the events, or one that was set back) it reads its way to
// the same frames again, and then is not older than what was published.
static bool has_caught_up(struct operator* operator, const struct mark marks[SIM_SHARDS_MAX])
{
    for (uint32_t i = 0; i < operator->setup->shape.shards; i++)
        if (!hash128_equal(
                chain_of(operator->sim, operator->setup, i, marks[i].sequence), marks[i].chain))
            return false;
    return true;
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
    bool must_refuse = must_read_again(sim, setup);
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        marks[i].sequence = offsets_confirmed(sim, setup, i);
        marks[i].chain = chain_of(sim, setup, i, marks[i].sequence);
    }
    backup_take(sim, setup, known, &newer);
    backup_put(sim, setup, &operator->backup, BACKUP_DIRECTORY);
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        sim_say(
            sim,
            "shard %" PRIu32 ": an older directory, of frame %" PRIu64 ", confirmed are %" PRIu64,
            i, operator->backup.last[i], marks[i].sequence);
    int exit_code = operator_try_to_start(operator, OPERATOR_THROWS_AWAY, TRIAL_US);
    bool is_refused =
        exit_code == EXIT_CODE_DAMAGED && strstr(operator->refusal, "Kafka has confirmed") != NULL;
    // What it sent all the same comes out twice, or has no journal: check_outputs.
    if (exit_code == SIM_EXIT_NONE && has_caught_up(operator, marks)) {
        forget_newer(operator, & newer, known, SIM_EVENT_OLDER_CAUGHT_UP);
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
    struct backup newer = {.is_taken = false};
    backup_take(operator->sim, operator->setup, known, &newer);
    backup_put(operator->sim, operator->setup, &operator->backup, BACKUP_WITH_OUTPUTS);
    sim_say(operator->sim, "an older directory is restored, with its files of output");
    forget_newer(operator, & newer, known, SIM_EVENT_OLDER_RESTORED);
    backup_free(&newer);
}

// A copy would forget that an output is garbled, and a flipped byte would end what is started on it.
static bool may_take(const struct sim *sim, const struct sim_setup *setup)
{
    bool may = !fake_disk_is_garbled(sim->disk, setup->actions_path) &&
               !fake_disk_is_garbled(sim->disk, setup->letters_path);
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        may = may && !sim->is_store_flipped[i];
    return may;
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
    else if (takes && may_take(sim, setup))
        backup_take(sim, setup, known, &operator->backup);
}
