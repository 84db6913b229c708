// Offsets that the group of a world committed, and that are gone.
#include "tests/sim/offsets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/exit_code.h"
#include "projections/state.h"

#include "tests/sim/cluster.h"
#include "tests/sim/kafka_broker.h"
#include "tests/sim/outputs.h"

#define SECOND_US (INT64_C(1000) * 1000)
enum { EXPIRE_PERMILLE = 200, LINGER_S = 200, TRIAL_S = 120, DOUBT_S = 600 };

static const char doubtful_actions[] = "/out/doubtful.ndjson";
static const char doubtful_letters[] = "/out/doubtful-letters.ndjson";

// The group of a shard's offset.
static void group_of(const struct sim_setup *setup, uint32_t shard, char *group, size_t size)
{
    const char *name = setup->plan.config->source_kafka.group;
    if (setup->source == SIM_SOURCE_KAFKA)
        (void)snprintf(group, size, "%s", name);
    else
        (void)snprintf(group, size, "%s-shard-%" PRIu32, name, shard);
}

uint64_t offsets_confirmed(const struct sim *sim, const struct sim_setup *setup, uint32_t shard)
{
    bool is_source = setup->source == SIM_SOURCE_KAFKA;
    char group[128];
    char text[64];
    struct sim_kafka_offset offset;
    uint64_t sequence = 0;
    group_of(setup, shard, group, sizeof(group));
    if (!sim_kafka_committed(
            sim->kafka, group, is_source ? SIM_TOPIC_EVENTS : "engaged.positions",
            is_source ? (int32_t)shard : 0, &offset))
        return 0;
    (void)snprintf(
        text, sizeof(text), "%.*s", (int)offset.metadata.len, (const char *)offset.metadata.data);
    return sscanf(text, "engaged1 %" SCNu64, &sequence) == 1 ? sequence : 0;
}

static uint64_t checkpoint_of(const struct sim *sim, const struct sim_setup *setup, uint32_t shard)
{
    char directory[128];
    (void)snprintf(
        directory, sizeof(directory), "%s/data/shard-%04" PRIu32 "/store", sim->directory, shard);
    return state_peek(directory, setup->plan.shard.state.map_bytes);
}

// Without a checkpoint nothing at all says what was published: that is told as not covered.
static bool is_known_without(const struct sim *sim, const struct sim_setup *setup)
{
    bool is_any_confirmed = false;
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        uint64_t confirmed = offsets_confirmed(sim, setup, i);
        is_any_confirmed = is_any_confirmed || confirmed > 0;
        if (sim->is_store_flipped[i] || (confirmed > 0 && checkpoint_of(sim, setup, i) == 0))
            return false;
    }
    return is_any_confirmed;
}

// Whether frames behind the checkpoint are left, and hold actions.
struct doubt {
    bool has_frames, has_actions;
};

static struct doubt doubt_of(struct sim *sim, const struct sim_setup *setup)
{
    struct doubt doubt = {false, false};
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        char directory[128];
        struct history history;
        struct fault fault = {.err = ERR_OK};
        uint64_t checkpoint = checkpoint_of(sim, setup, i);
        sim_setup_journal(setup, i, directory, sizeof(directory));
        if (history_read(sim, directory, HISTORY_WHOLE, &history, &fault) != ERR_OK)
            sim_say(sim, "a journal with a torn tail: %s", fault.text);
        bool counts = checkpoint > 0; // else nothing of it was ever confirmed
        doubt.has_frames = doubt.has_frames || (counts && history.frame_count > checkpoint);
        doubt.has_actions = doubt.has_actions ||
                            (counts && history.outgoing_count > 0 &&
                             history.outgoing[history.outgoing_count - 1].sequence > checkpoint);
        history_free(&history);
    }
    return doubt;
}

// What is in doubt goes to a file.
static void run_into_file(struct operator* operator)
{
    struct sim *sim = operator->sim;
    struct sim_setup doubtful = *operator->setup;
    struct sim_plan plan = operator->setup->plan;
    doubtful.sink = SIM_SINK_FILE;
    (void)snprintf(doubtful.actions_path, sizeof(doubtful.actions_path), "%s", doubtful_actions);
    if (doubtful.has_letter_topic)
        (void)snprintf(
            doubtful.letters_path, sizeof(doubtful.letters_path), "%s", doubtful_letters);
    doubtful.has_letter_topic = false;
    plan.config = sim_setup_config(sim, &doubtful);
    plan.config->on_gap = operator->setup->plan.config->on_gap;
    sim->are_faults_on = false;
    sim_process_start(sim, &plan);
    int64_t until_us = scheduler_now_us(sim->scheduler) + DOUBT_S * SECOND_US;
    while (sim->process->exit_code == SIM_EXIT_NONE && !sim_process_is_idle(sim->process) &&
           scheduler_now_us(sim->scheduler) < until_us)
        scheduler_run(sim->scheduler, scheduler_now_us(sim->scheduler) + SECOND_US / 10);
    if (sim->process->exit_code == SIM_EXIT_NONE)
        sim_process_stop(sim->process);
    scheduler_run(sim->scheduler, scheduler_now_us(sim->scheduler) + 20 * SECOND_US);
    if (sim->process->exit_code != EXIT_CODE_DONE)
        sim_fail(
            sim, "settle", "what is in doubt does not go to a file: %d: %s",
            sim->process->exit_code, sim->process->exit_text);
    scheduler_kill_process(sim->scheduler, sim->process->number);
    sim_kafka_process_died(sim->kafka, sim->process->number);
    fake_disk_crash(sim->disk, 0, FAKE_DISK_KEEP_ALL);
    sim->process = NULL;
    config_destroy(plan.config);
}

// What a dead one had on its way arrives, or times out.
static void linger(struct sim *sim)
{
    bool were_on = sim->are_faults_on;
    sim->are_faults_on = false; // machines rest as well
    sim_kafka_settle(sim->kafka);
    scheduler_run(sim->scheduler, scheduler_now_us(sim->scheduler) + LINGER_S * SECOND_US);
    sim->are_faults_on = were_on;
}

void offsets_put_right(struct operator* operator)
{
    struct sim *sim = operator->sim;
    bool were_on = sim->are_faults_on;
    if (!sim->is_in_doubt)
        return;
    sim->is_in_doubt = false;
    sim->report->events[SIM_EVENT_OFFSETS_REFUSED]++;
    linger(sim);
    run_into_file(operator);
    outputs_complete(sim, operator->setup, doubtful_actions, OUTPUTS_ACTIONS);
    outputs_complete(sim, operator->setup, doubtful_letters, OUTPUTS_LETTERS);
    const char *const paths[] = {doubtful_actions, doubtful_letters};
    for (size_t i = 0; i < 2; i++)
        if (fake_disk_has(sim->disk, paths[i]))
            fake_disk_delete(sim->disk, paths[i]);
    sim->are_faults_on = were_on;
}

bool offsets_explain(struct sim *sim, const char *exit_text)
{
    if (!sim->are_offsets_gone || strstr(exit_text, "is out cannot be known") == NULL)
        return false;
    sim->is_in_doubt = true;
    return true;
}

static void expire(struct operator* operator)
{
    struct sim *sim = operator->sim;
    const struct sim_setup *setup = operator->setup;
    struct doubt doubt = doubt_of(sim, setup);
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        char group[128];
        group_of(setup, i, group, sizeof(group));
        sim_kafka_group_expire(sim->kafka, group);
    }
    sim_say(sim, "the offsets of the group are gone");
    int exit_code = operator_try_to_start(operator, OPERATOR_KEEPS, TRIAL_S * SECOND_US);
    bool is_refused = exit_code == EXIT_CODE_DAMAGED && offsets_explain(sim, operator->refusal);
    if (exit_code == SIM_EXIT_NONE && !doubt.has_actions) {
        sim->report->events[SIM_EVENT_OFFSETS_WENT_ON]++;
    } else if (is_refused && doubt.has_frames) {
        offsets_put_right(operator);
    } else {
        sim_fail(
            sim, "I12", "its offsets are gone, %s; it ended with %d: %s",
            doubt.has_actions ? "actions are in doubt" : "no action is in doubt",
            exit_code, operator->refusal);
    }
}

void offsets_expire(struct operator* operator)
{
    struct sim *sim = operator->sim;
    const struct sim_setup *setup = operator->setup;
    bool expires = sim_random_chance(&sim->mishaps, EXPIRE_PERMILLE);
    if ((sim->limits.without & SIM_WITHOUT_TOPIC_LOSSES) != 0 || sim->failure[0] != '\0' ||
        setup->sink != SIM_SINK_KAFKA)
        return;
    offsets_put_right(operator);
    bool is_confirmed = true;
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        is_confirmed = is_confirmed && offsets_confirmed(sim, setup, i) > 0;
    sim->are_offsets_gone = sim->are_offsets_gone && !is_confirmed;
    if (!expires || sim->are_offsets_gone)
        return;
    linger(sim);
    if (!is_known_without(sim, setup))
        return;
    sim->are_offsets_gone = true;
    expire(operator);
}
