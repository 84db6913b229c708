// Runs tests of the rules, each in a shard of its own that is gone afterwards.
#include "tools/engagectl/test_run.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/time.h"
#include "engine/fold/held.h"
#include "engine/fold/params.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_clock.h"
#include "engine/os/os_zone.h"
#include "tools/engagectl/no_disk.h"
#include "tools/engagectl/test_compare.h"
#include "tools/engagectl/test_contact.h"
#include "tools/engagectl/test_notes.h"

// The same in every run, so that the ids of actions are.
enum { TEST_IDENTITY = 1, TEST_JOURNAL_BYTES = 1 << 20 };
static const char source_name[] = "test";

struct run {
    struct test_runner *runner;
    const struct rule_test *test;
    struct test_result *result;
    struct shard *shard;
    struct test_log log;
    struct outbox_batch outbox;
    uint64_t published; // marks given
};

void test_runner_init(struct test_runner *runner, struct ruleset *ruleset)
{
    struct shard_params params = shard_params_default(no_disk(), "none");
    params.identity = TEST_IDENTITY;
    params.tick_mode = TICK_WALL;
    params.store = SHARD_STORE_NONE;
    params.journal_file_bytes = TEST_JOURNAL_BYTES;
    params.zone_files = os_zone_files(NULL);
    *runner = (struct test_runner){.ruleset = ruleset, .params = params};
    test_hits_init(&runner->hits, ruleset);
}

void test_runner_free(struct test_runner *runner)
{
    test_hits_free(&runner->hits);
    *runner = (struct test_runner){.ruleset = NULL};
}

// --- what the rules do
static void take_matched(
    void *context, enum matched_kind kind, uint32_t index, struct contact_number contact)
{
    struct run *run = context;
    const struct ruleset *ruleset = run->runner->ruleset;
    struct test_deed deed = {.contact = contact};
    switch (kind) {
    case MATCHED_SEGMENT: run->runner->hits.segments[index]++; return;
    case MATCHED_RULE:
        run->runner->hits.rules[index]++;
        deed.kind = TEST_DEED_RULE;
        deed.name = ruleset_rule(ruleset, index)->state_name;
        break;
    case MATCHED_WORKFLOW:
        run->runner->hits.workflows[index]++;
        deed.kind = TEST_DEED_WORKFLOW;
        deed.name = ruleset_workflow(ruleset, index)->name;
        break;
    }
    test_log_add(&run->log, &deed);
}

static void take_way(void *context, uint32_t workflow, uint32_t from, uint32_t to)
{
    struct run *run = context;
    const struct workflow_def *def = ruleset_workflow(run->runner->ruleset, workflow);
    test_hits_went(&run->runner->hits, def, from, to);
}

static void take_held(void *context, const struct held_told *told)
{
    struct run *run = context;
    const struct test_deed deed = {
        .kind = TEST_DEED_HELD,
        .contact = told->contact,
        .name = ruleset_action(run->runner->ruleset, told->action)->name,
        .hold = told->hold,
    };
    test_log_add(&run->log, &deed);
}

static enum err take_action(struct run *run, const struct outgoing *outgoing, struct fault *fault)
{
    struct json *root = NULL;
    struct bytes text = arena_copy(&run->log.arena, outgoing->value);
    enum err err = json_read(text, &run->log.arena, &root);
    if (err != ERR_OK)
        return fault_set(fault, err, "an action that is no JSON");
    const struct json *data = json_member(root, "data");
    const struct test_deed deed = {
        .kind = TEST_DEED_ACTION,
        .contact = query_find(run->shard, outgoing->key),
        .name = json_text(data, "action"),
        .action = data,
    };
    test_log_add(&run->log, &deed);
    return ERR_OK;
}

// Nothing here is ever durable, and nothing has to be.
static enum err take_actions(struct run *run, struct fault *fault)
{
    enum err err = ERR_OK;
    outbox_batch_clear(&run->outbox);
    if (!shard_take_outbox(run->shard, shard_sequence(run->shard), &run->outbox))
        return ERR_OK;
    for (size_t i = 0; i < run->outbox.item_count && err == ERR_OK; i++) {
        if (run->outbox.items[i].outgoing.kind == OUTGOING_ACTION)
            err = take_action(run, &run->outbox.items[i].outgoing, fault);
    }
    shard_published(run->shard, run->outbox.sequence_last, ++run->published);
    return err;
}

// --- what happens
// Wakes for each timer when it is due, as a daemon does whose clock is the wall's.
static enum err go_on(struct run *run, int64_t until_ms, struct fault *fault)
{
    struct shard *shard = run->shard;
    uint64_t sequence = 0;
    for (;;) {
        int64_t due_ms = shard_timer_due_ms(shard);
        if (due_ms > until_ms)
            break;
        shard_frame_begin(shard, due_ms);
        enum err err = shard_frame_end(shard, &sequence, fault);
        if (err == ERR_OK)
            err = take_actions(run, fault);
        if (err != ERR_OK)
            return err;
    }
    shard_look_at(shard, until_ms);
    return ERR_OK;
}

static void refused(
    struct run *run, const struct test_event *event, const struct input_result *result)
{
    struct buffer got = {0};
    char at[TIME_TEXT_CHARS];
    time_print(event->at_ms, at);
    buffer_add_format(
        &got, "refused, %s: %s", reject_name(result->reject.code), result->reject.reason);
    const struct test_difference difference = {
        .place = event->place,
        .at = bytes_of(at, sizeof(at)),
        .what = BYTES_LITERAL("event"),
        .expected = BYTES_LITERAL("taken"),
        .got = buffer_bytes(&got),
    };
    test_result_add(run->result, &difference);
    buffer_free(&got);
}

static enum err happen(struct run *run, const struct test_event *event, struct fault *fault)
{
    const struct message message = {
        .value = event->json, .value_bytes = event->json.len, .position_next = 1};
    struct input_result result = {.kind = FRAME_INPUT_EVENT};
    size_t folded = 0;
    uint64_t sequence = 0;
    enum err err = go_on(run, event->at_ms, fault);
    while (err == ERR_OK && folded == 0) {
        shard_frame_begin(run->shard, event->at_ms);
        folded = shard_fold(run->shard, source_name, &message, 1, &result);
        err = shard_frame_end(run->shard, &sequence, fault);
    }
    if (err == ERR_OK && result.kind == FRAME_INPUT_REJECTED)
        refused(run, event, &result);
    return err == ERR_OK ? take_actions(run, fault) : err;
}

static enum err expect(
    struct run *run, const struct test_expectation *expectation, struct fault *fault)
{
    const struct test_view view = {run->shard, run->test, &run->log, run->result};
    enum err err = go_on(run, expectation->at_ms, fault);
    return err == ERR_OK ? test_compare(&view, expectation, fault) : err;
}

// Events and expectations by time; of one moment the events come first.
static enum err run_through(struct run *run, struct fault *fault)
{
    const struct rule_test *test = run->test;
    uint32_t event = 0;
    uint32_t expectation = 0;
    enum err err = ERR_OK;
    while (err == ERR_OK && expectation < test->expectation_count) {
        bool is_event = event < test->event_count &&
                        test->events[event].at_ms <= test->expectations[expectation].at_ms;
        err = is_event ? happen(run, &test->events[event++], fault)
                       : expect(run, &test->expectations[expectation++], fault);
    }
    return err;
}

// --- a test
// False: the account's zone is none.
static bool set_zone(struct run *run, struct shard_params *params, struct arena *arena)
{
    struct bytes zone = run->test->zone;
    if (zone.len == 0)
        return true;
    params->zone = arena_text(arena, zone);
    if (os_zone_is_known(zone))
        return true;
    const struct test_difference difference = {
        .place = run->test->place,
        .what = BYTES_LITERAL("zone"),
        .expected = BYTES_LITERAL("a time zone that is known here"),
        .got = zone,
    };
    test_result_add(run->result, &difference);
    return false;
}

static enum err run_in(struct run *run, const struct shard_params *params, struct fault *fault)
{
    const struct rule_test *test = run->test;
    struct shard_report report;
    enum err err = shard_open(params, (struct shard_progress){0}, &run->shard, &report, fault);
    if (err != ERR_OK)
        return err;
    shard_tell_matched(run->shard, (struct matched){take_matched, take_way, run});
    shard_tell_held(run->shard, take_held, run);
    if (test->given.is_known)
        test_contact_place(shard_state(run->shard), ruleset_catalog(run->runner->ruleset), test);
    err = shard_activate(run->shard, ruleset_hold(run->runner->ruleset), test->start_ms, fault);
    if (err == ERR_OK)
        err = run_through(run, fault);
    if (err == ERR_OK && run->result->first != NULL)
        test_notes_add(run->result, run->shard);
    shard_close(run->shard);
    return err;
}

enum err test_run(
    struct test_runner *runner,
    const struct rule_test *test,
    struct test_result *result,
    struct fault *fault)
{
    struct run run = {.runner = runner, .test = test, .result = result};
    struct shard_params params = runner->params;
    struct arena arena = {0};
    enum err err = ERR_OK;
    result->test = test;
    if (set_zone(&run, &params, &arena))
        err = run_in(&run, &params, fault);
    test_log_free(&run.log);
    outbox_batch_free(&run.outbox);
    arena_free(&arena);
    return err;
}
