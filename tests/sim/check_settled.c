// What must hold when everything has come out: each input once, each action once and in order, the state as told.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"
#include "engine/fold/query.h"
#include "engine/fold/verify.h"
#include "engine/port/sink.h"

#include "tests/sim/check.h"
#include "tests/sim/oracle.h"
#include "tests/sim/outputs.h"
#include "tests/sim/topics.h"

// ---- I1, I2: inputs

// By content, for sources whose positions say nothing.
static int by_content(const void *a, const void *b)
{
    const struct sent *left = a;
    const struct sent *right = b;
    if (left->content != right->content)
        return left->content < right->content ? -1 : 1;
    return (left->index > right->index) - (left->index < right->index);
}

static const struct sent *find_content(const struct sent *sorted, size_t count, uint64_t content)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle].content < content)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && sorted[low].content == content ? &sorted[low] : NULL;
}

// The index that workload_make knows each input of the journal by; UINT64_MAX: a duplicate, whatever it was.
static uint64_t *match_by_position(
    struct sim *sim, const struct feed_shard *fed, uint32_t shard, const struct history *history)
{
    uint64_t *indices = mem_alloc((history->input_count + 1) * sizeof(*indices));
    size_t at = 0; // of what was sent
    for (size_t i = 0; i < history->input_count; i++) {
        const struct history_input *input = &history->inputs[i];
        for (; at < fed->count && fed->sent[at].position < input->position &&
               topics_excuse(sim, shard, fed->sent[at].position);
             at++)
            sim->report->events[SIM_EVENT_INPUT_DELETED]++;
        const struct sent *sent = at < fed->count ? &fed->sent[at++] : NULL;
        if (sent == NULL || input->position != sent->position)
            sim_fail(
                sim, "I1", "input %zu of the journal was at %" PRId64 ", expected %" PRId64, i,
                input->position, sent == NULL ? -1 : sent->position);
        indices[i] = sent == NULL ? UINT64_MAX : sent->index;
    }
    for (; at < fed->count && topics_excuse(sim, shard, fed->sent[at].position); at++)
        sim->report->events[SIM_EVENT_INPUT_DELETED]++;
    if (at < fed->count)
        sim_fail(
            sim, "I1",
            "%zu inputs were sent, %zu are in the journal, the one at %" PRId64 " is missing",
            fed->count, history->input_count, fed->sent[at].position);
    return indices;
}

static uint64_t *match_by_content(
    struct sim *sim, const struct feed_shard *shard, const struct history *history)
{
    uint64_t *indices = mem_alloc((history->input_count + 1) * sizeof(*indices));
    struct sent *sorted = mem_alloc((shard->count + 1) * sizeof(*sorted));
    uint8_t *is_there = mem_zero(shard->next + 1, 1); // by the origin's index
    memcpy(sorted, shard->sent, shard->count * sizeof(*sorted));
    qsort(sorted, shard->count, sizeof(*sorted), by_content);
    for (size_t i = 0; i < history->input_count; i++) {
        const struct history_input *input = &history->inputs[i];
        indices[i] = UINT64_MAX;
        if (input->kind == FRAME_INPUT_DUPLICATE)
            continue;
        const struct sent *sent =
            find_content(sorted, shard->count, feed_content(input->value, input->headers));
        if (sent == NULL) {
            sim_fail(
                sim, "I3", "input %zu of the journal was never sent: %.*s", i,
                (int)input->value.len, (const char *)input->value.data);
            continue;
        }
        indices[i] = sent->index;
        is_there[sent->origin] = 1;
        is_there[sent->index] = 1;
    }
    // What was acknowledged is there, or the like of it, or what it repeats.
    for (size_t i = 0; i < shard->count; i++) {
        const struct sent *like = find_content(sorted, shard->count, sorted[i].content);
        if (sorted[i].is_acknowledged && !is_there[sorted[i].origin] && !is_there[like->index])
            sim_fail(
                sim, "I2", "input %" PRIu64 " was acknowledged and is not there", sorted[i].index);
    }
    free(is_there);
    free(sorted);
    return indices;
}

// ---- the oracle

struct shard_check {
    struct sim *sim;
    struct sim_setup *setup;
    uint32_t shard;
    const struct history *history;
    struct oracle *oracle;
    size_t command, input, outgoing; // compared so far
};

static int64_t tick_of(const struct shard_check *check, uint64_t sequence)
{
    const struct history *history = check->history;
    return history->frames[sequence - history->frames[0].sequence].tick_ms;
}

static void activate(struct shard_check *check, const struct history_command *command)
{
    struct arena arena = {0};
    struct rule_bundle bundle = {
        .count = 0}; // behind the files of a variant stand those of versions that are pinned
    if (rule_bundle_unpack(command->payload, &arena, &bundle) != ERR_OK)
        sim_fail(
            check->sim, "I6", "the rules of frame %" PRIu64 " cannot be read", command->sequence);
    for (uint32_t v = 0; bundle.count > 0 && v < check->setup->shape.variants; v++) {
        if (rule_bundle_hash(&check->setup->bundles[v]) != rule_bundle_hash(&bundle))
            continue;
        oracle_activate(check->oracle, v, tick_of(check, command->sequence));
        break;
    }
    arena_free(&arena);
}

static void check_verdict(
    struct shard_check *check,
    const struct history_input *input,
    uint64_t index,
    const struct oracle_verdict *verdict)
{
    static const char *const kinds[] = {"an event", "a duplicate", "refused"};
    bool is_same_kind = (unsigned)verdict->kind == (unsigned)input->kind;
    if (is_same_kind &&
        (verdict->kind != ORACLE_REJECTED || verdict->reject_code == input->reject_code))
        return;
    struct workload_input *made = workload_input_create();
    workload_make(check->setup->workload, check->shard, index, made);
    sim_fail(
        check->sim, "oracle",
        "shard %" PRIu32 " sequence %" PRIu64 " input %" PRIu64 " (%s): journalled as %s (%" PRIu32
        ", %.*s), expected %s (%" PRIu32 ")",
        check->shard, input->sequence, index, made->what, kinds[input->kind], input->reject_code,
        (int)input->reason.len, (const char *)input->reason.data, kinds[verdict->kind],
        verdict->reject_code);
    workload_input_destroy(made);
}

// What a timer of the wall clock did says when that was. Of many that are due, some may have had to wait for the next frame.
static void check_action(
    struct shard_check *check, size_t number, const struct history_outgoing *is)
{
    size_t count = 0;
    const struct oracle_action *expected = &oracle_actions(check->oracle, &count)[number];
    struct text json = {(const char *)is->value.data, is->value.len};
    char why[512];
    check->sim->report->by_time += expected->index == UINT64_MAX;
    if (expected->index == UINT64_MAX && check->setup->shape.clock == WORKLOAD_CLOCK_WALL)
        oracle_retime(check->oracle, number, tick_of(check, is->sequence));
    if (!oracle_action_matches(expected, json, why, sizeof(why)))
        sim_fail(
            check->sim, "oracle", "shard %" PRIu32 " sequence %" PRIu64 ": another action: %s",
            check->shard, is->sequence, why);
}

// Those that the oracle has decided since it was looked at last.
static void check_actions(struct shard_check *check)
{
    size_t count = 0;
    const struct oracle_action *actions = oracle_actions(check->oracle, &count);
    for (; check->outgoing < count && check->sim->failure[0] == '\0'; check->outgoing++) {
        if (check->outgoing < check->history->outgoing_count)
            check_action(check, check->outgoing, &check->history->outgoing[check->outgoing]);
        else
            sim_fail(
                check->sim, "oracle", "shard %" PRIu32 ": an action is missing: %s", check->shard,
                actions[check->outgoing].json);
    }
}

// Puts in force what a frame says; false where it says nothing of that.
static bool check_commands(struct shard_check *check, uint64_t sequence)
{
    const struct history *history = check->history;
    bool are_rules = false;
    for (; check->command < history->command_count &&
           history->commands[check->command].sequence <= sequence;
         check->command++) {
        const struct history_command *command = &history->commands[check->command];
        bool is_ruleset = command->kind == FRAME_COMMAND_RULESET;
        if (is_ruleset)
            activate(check, command);
        are_rules = are_rules || is_ruleset || command->kind == FRAME_COMMAND_SETTINGS;
    }
    return are_rules;
}

static void check_inputs(struct shard_check *check, const uint64_t *indices, uint64_t sequence)
{
    const struct history *history = check->history;
    for (; check->input < history->input_count && check->sim->failure[0] == '\0' &&
           history->inputs[check->input].sequence <= sequence;
         check->input++) {
        const struct history_input *input = &history->inputs[check->input];
        uint64_t index = indices[check->input];
        if (index == UINT64_MAX)
            continue; // a duplicate of a source that does not say what it was
        struct oracle_verdict verdict = oracle_feed(check->oracle, index, input->tick_ms);
        check_verdict(check, input, index, &verdict);
        check_actions(check);
    }
}

// With the clock of events a frame's tick is where its last event has moved it. Rules are put in force without
// looking at what is due.
static void check_oracle(struct shard_check *check, const uint64_t *indices)
{
    const struct history *history = check->history;
    bool is_wall = check->setup->shape.clock == WORKLOAD_CLOCK_WALL;
    for (size_t i = 0; i < history->frame_count && check->sim->failure[0] == '\0'; i++) {
        const struct history_frame *frame = &history->frames[i];
        size_t inputs = check->input;
        bool are_rules = check_commands(check, frame->sequence);
        if (is_wall && !are_rules)
            oracle_advance(check->oracle, frame->tick_ms);
        check_inputs(check, indices, frame->sequence);
        if (check->input == inputs && !are_rules)
            oracle_advance(check->oracle, frame->tick_ms);
        check_actions(check);
    }
    if (check->outgoing != history->outgoing_count && check->sim->failure[0] == '\0')
        sim_fail(
            check->sim, "oracle", "shard %" PRIu32 ": %zu actions were decided, expected %zu",
            check->shard, history->outgoing_count, check->outgoing);
}

// ---- state

static void check_contact(
    struct shard_check *check, struct shard *shard, uint64_t contact, struct buffer *text)
{
    size_t len = 0;
    const char *id = oracle_contact_id(check->oracle, contact);
    struct contact_number number = query_find(shard, bytes_text(id));
    if (number.value == 0) {
        sim_fail(
            check->sim, "oracle", "shard %" PRIu32 ": there is no contact %s", check->shard, id);
        return;
    }
    buffer_clear(text);
    if (query_contact(shard, number, text) != ERR_OK) {
        sim_fail(
            check->sim, "I5", "shard %" PRIu32 ": contact %s cannot be read", check->shard, id);
        return;
    }
    const char *expected = oracle_contact_json(check->oracle, contact, &len);
    char why[512];
    for (const char *at = expected; (at = strstr(at, "\"state\":\"waiting\"")) != NULL; at++)
        check->sim->report->waiting++;
    if (!oracle_text_matches(
            (struct text){expected, len}, (struct text){(const char *)text->data, text->len}, why,
            sizeof(why)))
        sim_fail(
            check->sim, "oracle",
            "shard %" PRIu32 ": contact is\n    %.*s\n  expected\n    %s\n  %s", check->shard,
            (int)text->len, (const char *)text->data, expected, why);
}

static void check_state(struct shard_check *check)
{
    const struct shard_progress none = {NULL, NULL};
    char directory[128];
    struct fault fault = {.err = ERR_OK};
    struct shard_report report;
    struct shard *shard = NULL;
    struct shard_params params = check->setup->plan.shard;
    (void)snprintf(
        directory, sizeof(directory), "%s/data/shard-%04" PRIu32, check->sim->directory,
        check->shard);
    params.directory = directory;
    params.shard = check->shard;
    params.access = STATE_READ_ONLY;
    struct verify_report verified = {.frames = 0};
    if (verify_shard(&params, none, &verified, &fault) != ERR_OK)
        sim_fail(check->sim, "I5", "shard %" PRIu32 ": %s", check->shard, fault.text);
    else if (!verified.is_store_same || verified.mismatch_sequence != 0)
        sim_fail(
            check->sim, "I5", "shard %" PRIu32 ": the store is not what the journal folds to",
            check->shard);
    if (shard_open(&params, none, &shard, &report, &fault) != ERR_OK) {
        sim_fail(check->sim, "I5", "shard %" PRIu32 ": %s", check->shard, fault.text);
        return;
    }
    struct buffer text = {0};
    uint64_t contacts = oracle_contact_count(check->oracle);
    for (uint64_t i = 1; i <= contacts && check->sim->failure[0] == '\0'; i++)
        check_contact(check, shard, i, &text);
    struct state_counts counts;
    state_counts(shard_state(shard), &counts);
    if (counts.contacts != contacts)
        sim_fail(
            check->sim, "oracle", "shard %" PRIu32 ": %" PRIu64 " contacts, expected %" PRIu64,
            check->shard, counts.contacts, contacts);
    check->sim->report->contacts += contacts;
    buffer_free(&text);
    shard_close(shard);
}

// ---- the whole

static void count(struct sim *sim, const struct history *history)
{
    for (size_t i = 0; i < history->input_count; i++) {
        switch (history->inputs[i].kind) {
        case FRAME_INPUT_EVENT: sim->report->journalled++; break;
        case FRAME_INPUT_DUPLICATE: sim->report->duplicates++; break;
        case FRAME_INPUT_REJECTED: sim->report->refused++; break;
        }
    }
    sim->report->frames += history->frame_count;
    sim->report->expected += history->outgoing_count;
}

static void check_shard(
    struct sim *sim,
    struct sim_setup *setup,
    const struct feed *feed,
    uint32_t shard,
    struct history *history)
{
    const struct feed_shard *fed = &feed->shards[shard];
    uint64_t *indices = setup->source == SIM_SOURCE_HTTP
                            ? match_by_content(sim, fed, history)
                            : match_by_position(sim, fed, shard, history);
    struct shard_check check = {
        .sim = sim,
        .setup = setup,
        .shard = shard,
        .history = history,
        .oracle = oracle_create(setup->workload, shard),
    };
    sim->report->inputs += fed->count;
    count(sim, history);
    if (sim->failure[0] == '\0')
        check_oracle(&check, indices);
    if (sim->failure[0] == '\0')
        check_state(&check);
    oracle_destroy(check.oracle);
    free(indices);
}

void check_settled(struct sim *sim, struct sim_setup *setup, const struct feed *feed)
{
    struct history histories[SIM_SHARDS_MAX] = {{.frame_count = 0}};
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        char directory[128];
        struct fault fault = {.err = ERR_OK};
        sim_setup_journal(setup, i, directory, sizeof(directory));
        if (history_read(sim, directory, HISTORY_WHOLE, &histories[i], &fault) != ERR_OK)
            sim_fail(sim, "I3", "shard %" PRIu32 ": the journal cannot be read: %s", i, fault.text);
        else
            check_shard(sim, setup, feed, i, &histories[i]);
    }
    if (sim->failure[0] == '\0')
        check_outputs(sim, setup, histories);
    for (uint32_t i = 0; i < setup->shape.shards; i++)
        history_free(&histories[i]);
    sim->report->checks++;
}
