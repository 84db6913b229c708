// The oracle beside the real engine: drawn rules and inputs, every verdict, action and contact compared.
// links: engine/base engine/port engine/event engine/journal config rules projections engine/fold engine/os
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_drop.h"
#include "engine/fold/shard_internal.h"

#include "tests/fakes/fold_world.h"
#include "tests/fakes/zone_files.h"
#include "tests/sim/oracle.h"
#include "tests/sim/text.h"
#include "tests/support/suite.h"

enum {
    FRAME_MAX = 40,
    HEADERS_MAX = 16,
    FILES_MAX = 8,
    FIRST_SEED =
        1, // the same each time, unless TEST_SEED is given: to look for more is work of its own
    LOOPS = 10,
    LOOP_SEEDS = 50,
    RULE_LOOPS = 5,
    LOOP_RULE_SEEDS = 200, // of one to four rulesets
    WHY_BYTES = 400,
    TIMERS_MAX = 20000,
    DERIVED_MAX = 30000,
};

// One seed: a workload, its oracle, and the engine on a directory.
struct trial {
    uint64_t seed;
    struct workload_shape shape;
    struct workload *workload;
    struct oracle *oracle;
    struct sim_random random;
    struct fold_world world;
    struct fake_zones zones;
    uint32_t variant;
    uint64_t next; // input
    bool has_restarted, has_new_zones;
    size_t actions; // compared so far
    struct workload_input *inputs[FRAME_MAX];
    struct owned *owners; // by input
};

// Whose an input was, and when it was folded.
struct owned {
    uint64_t contact;
    int64_t tick_ms;
};

static struct bytes bytes_from(struct text text)
{
    return bytes_of(text.at, text.len);
}

static enum err compile(const struct workload_rules *rules, struct ruleset **out)
{
    struct rule_file files[FILES_MAX];
    struct diagnostics diagnostics = {0};
    for (uint32_t i = 0; i < rules->file_count; i++)
        files[i] = (struct rule_file){rules->files[i].path, bytes_from(rules->files[i].text)};
    const struct rule_bundle bundle = {.files = files, .count = rules->file_count};
    enum err err = ruleset_compile(&bundle, &diagnostics, out);
    for (size_t i = 0; i < diagnostics.count && err != ERR_OK; i++)
        (void)fprintf(
            stderr, "%s:%u: %s\n", diagnostics.items[i]->file, diagnostics.items[i]->line,
            diagnostics.items[i]->message);
    diagnostics_free(&diagnostics);
    return err;
}

static void activate(struct trial *trial)
{
    const struct workload_rules *rules = workload_rules_of(trial->workload, trial->variant);
    struct ruleset *ruleset = NULL;
    struct fault fault = {ERR_OK, ""};
    enum err err = compile(rules, &ruleset);
    ck_assert_msg(err == ERR_OK, "seed %" PRIu64 " variant %u", trial->seed, trial->variant);
    err = shard_activate(trial->world.shard, ruleset, trial->world.wall_ms, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    oracle_activate(trial->oracle, trial->variant, trial->world.wall_ms);
}

static void set_params(struct trial *trial)
{
    const struct workload_shape *shape = &trial->shape;
    struct shard_params *params = &trial->world.params;
    params->zone = shape->zone.at; // a literal
    params->tick_mode = shape->clock == WORKLOAD_CLOCK_EVENT ? TICK_EVENT : TICK_WALL;
    if (shape->knows_zones)
        params->zone_files = fake_zone_files(&trial->zones);
    params->unknown_events = shape->refuses_unknown ? UNKNOWN_EVENTS_REJECT : UNKNOWN_EVENTS_ACCEPT;
    params->state.dedup_window_ms = shape->dedup_window_ms;
    params->state.limit_keys_max = shape->limit_keys_max;
    params->state.ledger_entries_max = shape->ledger_entries_max;
    params->actions_per_event_max = shape->actions_per_event_max;
    params->derived_depth_max = shape->derived_depth_max;
    params->decode = (struct decode_limits){
        .message_bytes_max = shape->message_bytes_max,
        .depth_max = shape->depth_max,
        .keys_max = shape->keys_max,
        .string_bytes_max = shape->string_bytes_max,
        .identifier_bytes_max = shape->identifier_bytes_max,
        .values_max = params->decode.values_max,
    };
}

static struct text draw_account_zone(struct sim_random *random)
{
    static const char *const names[] = {
        "UTC", "Europe/Berlin", "America/New_York", "Asia/Ho_Chi_Minh", "-05:30", "No/Where"};
    return text_of(names[sim_random_chance(random, 400) ? 0 : sim_random_below(random, 6)]);
}

enum { OLD_ZONES, NEW_ZONES };
static const struct fake_zones databases[] = {
    {.zones =
         {
             {.name = "Europe/Berlin", .rule = "CET-1CEST,M3.5.0,M10.5.0/3"},
             {.name = "America/New_York", .rule = "EST5EDT,M3.2.0,M11.1.0"},
             {.name = "Asia/Ho_Chi_Minh", .rule = "<+07>-7"},
         }},
    {.zones =
         {
             {.name = "Europe/Berlin", .rule = "<+03>-3<+04>,M3.5.0/4,M10.5.0/5"},
             {.name = "America/New_York", .rule = "EST5"},
             {.name = "Asia/Ho_Chi_Minh", .rule = "<+08>-8"},
         }},
};

// In one of three, over a year with both changes of the clocks in which February has 29 days.
static void set_zones(struct trial *trial)
{
    static const int64_t first_year_ms = INT64_C(1767225600000); // 2026
    static const int64_t leap_year_ms = INT64_C(1830297600000);  // 2028
    struct sim_random random = sim_random_fork(&trial->random, "account");
    trial->shape.zone = draw_account_zone(&random);
    trial->shape.knows_zones = trial->seed % 3 == 0;
    if (!trial->shape.knows_zones)
        return;
    trial->shape.base_ms += leap_year_ms - first_year_ms;
    trial->zones = databases[OLD_ZONES];
}

static void trial_begin(struct trial *trial, uint64_t seed)
{
    *trial = (struct trial){.seed = seed, .random = sim_random_of(seed)};
    struct sim_random shape = sim_random_fork(&trial->random, "shape");
    workload_shape_draw(&shape, &trial->shape);
    set_zones(trial);
    trial->workload = workload_create(seed, &trial->shape);
    trial->oracle = oracle_create(trial->workload, 0);
    trial->owners = mem_zero(trial->shape.inputs + FRAME_MAX, sizeof(*trial->owners));
    for (size_t i = 0; i < FRAME_MAX; i++)
        trial->inputs[i] = workload_input_create();
    world_create(&trial->world);
    trial->world.wall_ms = trial->shape.base_ms;
    set_params(trial);
    world_open(&trial->world, NULL);
    activate(trial);
}

static void trial_end(struct trial *trial)
{
    world_destroy(&trial->world);
    for (size_t i = 0; i < FRAME_MAX; i++)
        workload_input_destroy(trial->inputs[i]);
    oracle_destroy(trial->oracle);
    workload_destroy(trial->workload);
    free(trial->owners);
}

// All that may explain what differs about a contact.
static void show_contact(const struct trial *trial, uint64_t contact)
{
    const struct workload_rules *rules = workload_rules_of(trial->workload, trial->variant);
    for (uint32_t i = 0; i < rules->file_count; i++)
        (void)fprintf(stderr, "# %s\n%s", rules->files[i].path, rules->files[i].text.at);
    (void)fprintf(
        stderr, "clock %s, tick %" PRId64 "\n",
        trial->shape.clock == WORKLOAD_CLOCK_EVENT ? "event" : "wall",
        shard_tick_ms(trial->world.shard));
    for (uint64_t i = 0; i < trial->next; i++) {
        struct workload_input *input = trial->inputs[0];
        if (trial->owners[i].contact != contact)
            continue;
        workload_make(trial->workload, 0, i, input);
        (void)fprintf(
            stderr, "  input %" PRIu64 " tick %" PRId64 " time %" PRId64 " %.*s\n", i,
            trial->owners[i].tick_ms, input->event.has_time ? input->event.time_ms : 0,
            (int)input->value.len, input->value.at);
    }
}

static void show_input(const struct trial *trial, const struct workload_input *input)
{
    (void)fprintf(
        stderr, "clock %s, window %" PRId64 " ms, tick %" PRId64 "\n",
        trial->shape.clock == WORKLOAD_CLOCK_EVENT ? "event" : "wall", trial->shape.dedup_window_ms,
        shard_tick_ms(trial->world.shard));
    (void)fprintf(
        stderr, "seed %" PRIu64 " input %" PRIu64 " (%s, origin %" PRIu64 ", variant %u):\n",
        trial->seed, trial->next, input->what, input->origin, trial->variant);
    for (uint32_t i = 0; i < input->header_count; i++)
        (void)fprintf(
            stderr, "  %s: %.*s\n", input->headers[i].name, (int)input->headers[i].value.len,
            input->headers[i].value.at);
    (void)fprintf(stderr, "  %.*s\n", (int)input->value.len, input->value.at);
}

static void compare_verdict(
    struct trial *trial, const struct workload_input *input, const struct input_result *result)
{
    static const enum frame_input_kind kinds[] = {
        FRAME_INPUT_EVENT, FRAME_INPUT_DUPLICATE, FRAME_INPUT_REJECTED};
    struct oracle_verdict verdict =
        oracle_feed(trial->oracle, trial->next, shard_tick_ms(trial->world.shard));
    if (verdict.kind == ORACLE_EVENT)
        trial->owners[trial->next] =
            (struct owned){verdict.contact, shard_tick_ms(trial->world.shard)};
    unsigned code = result->kind == FRAME_INPUT_REJECTED ? (unsigned)result->reject.code : 0;
    if (kinds[verdict.kind] != result->kind || verdict.reject_code != code)
        show_input(trial, input);
    ck_assert_msg(
        kinds[verdict.kind] == result->kind && verdict.reject_code == code,
        "expected %d %u, found %d %u %s", (int)kinds[verdict.kind], verdict.reject_code,
        (int)result->kind, code, code != 0 ? result->reject.reason : "");
}

static uint64_t contact_of(const struct trial *trial, struct bytes key)
{
    return query_find(trial->world.shard, key).value;
}

static void compare_actions(struct trial *trial)
{
    size_t count = 0;
    const struct oracle_action *expected = oracle_actions(trial->oracle, &count);
    const struct outbox_batch *out = &trial->world.out;
    for (size_t i = 0; i < out->item_count; i++) {
        const struct outgoing *found = &out->items[i].outgoing;
        if (found->kind != OUTGOING_ACTION)
            continue;
        char why[WHY_BYTES] = "more than expected";
        struct text json = {(const char *)found->value.data, found->value.len};
        bool is_right = trial->actions < count &&
                        oracle_action_matches(&expected[trial->actions], json, why, sizeof(why)) &&
                        bytes_equal(found->topic, bytes_from(expected[trial->actions].topic)) &&
                        bytes_equal(found->key, bytes_from(expected[trial->actions].key));
        if (!is_right) {
            (void)fprintf(
                stderr, "action %zu of input %" PRIu64 "\n  expected %.*s\n  found    %.*s\n",
                trial->actions, trial->actions < count ? expected[trial->actions].index : 0,
                trial->actions < count ? (int)expected[trial->actions].len : 0,
                trial->actions < count ? expected[trial->actions].json : "", (int)json.len,
                json.at);
            show_contact(trial, contact_of(trial, found->key));
        }
        ck_assert_msg(is_right, "seed %" PRIu64 ": %s", trial->seed, why);
        trial->actions++;
    }
    ck_assert_msg(
        trial->actions == count,
        "seed %" PRIu64 ": expected %zu actions, found %zu; first missing: %s", trial->seed, count,
        trial->actions, trial->actions < count ? expected[trial->actions].json : "");
    outbox_batch_clear(&trial->world.out);
}

static void compare_contact(struct trial *trial, uint64_t number)
{
    struct buffer found = {0};
    size_t len = 0;
    struct contact_number contact = {number};
    enum err err = query_contact(trial->world.shard, contact, &found);
    ck_assert_int_eq(err, ERR_OK);
    const char *expected = oracle_contact_json(trial->oracle, number, &len);
    char why[WHY_BYTES] = "";
    bool is_right = oracle_text_matches(
        (struct text){expected, len}, (struct text){(const char *)found.data, found.len}, why,
        sizeof(why));
    if (!is_right)
        (void)fprintf(
            stderr,
            "seed %" PRIu64 " before input %" PRIu64 " contact %" PRIu64
            "\n  expected %s\n  found    %.*s\n",
            trial->seed, trial->next, number, expected, (int)found.len, (const char *)found.data);
    if (!is_right)
        show_contact(trial, number);
    ck_assert_msg(
        is_right, "seed %" PRIu64 ": contact %" PRIu64 " differs: %s", trial->seed, number, why);
    const char *id = oracle_contact_id(trial->oracle, number);
    ck_assert_uint_eq(query_find(trial->world.shard, bytes_text(id)).value, number);
    buffer_free(&found);
}

static void compare_counters(struct trial *trial, uint64_t number)
{
    struct buffer found = {0};
    size_t len = 0;
    query_counters(trial->world.shard, (struct contact_number){number}, &found);
    const char *expected = oracle_counters_json(trial->oracle, number, &len);
    bool is_right = found.len == len && memcmp(found.data, expected, len) == 0;
    // Ids of runs and actions are hashes; the oracle has names of its own for them, which a counter may have kept.
    is_right = is_right || strstr(expected, "the oracle's ") != NULL;
    if (!is_right) {
        (void)fprintf(
            stderr, "counters\n  expected %s\n  found    %.*s\n", expected, (int)found.len,
            (const char *)found.data);
        show_contact(trial, number);
    }
    ck_assert_msg(
        is_right, "seed %" PRIu64 ": counters of contact %" PRIu64 " differ", trial->seed, number);
    buffer_free(&found);
}

// Since when conditions hold, which decides when `for` is over.
static void compare_segments(struct trial *trial, uint64_t number)
{
    const struct ruleset *ruleset = shard_ruleset(trial->world.shard);
    struct arena arena = {0};
    struct contact_view view;
    enum err err = contact_read(
        shard_state(trial->world.shard), (struct contact_number){number}, &arena, &view);
    ck_assert_int_eq(err, ERR_OK);
    for (size_t i = 0; i < ruleset_segment_count(ruleset); i++) {
        struct bytes name = ruleset_segment(ruleset, i)->name;
        int64_t expected_ms = INT64_MAX;
        int64_t found_ms = INT64_MAX;
        (void)oracle_segment_since(
            trial->oracle, number, (struct text){(const char *)name.data, name.len}, &expected_ms);
        for (uint32_t j = 0; j < view.segment_count; j++) {
            if (bytes_equal(view.segments[j].name, name))
                found_ms = view.segments[j].since_ms;
        }
        if (found_ms != expected_ms)
            show_contact(trial, number);
        ck_assert_msg(
            found_ms == expected_ms,
            "seed %" PRIu64 " before input %" PRIu64 ": contact %" PRIu64
            " is in %.*s since %" PRId64 ", expected %" PRId64,
            trial->seed, trial->next, number, (int)name.len, (const char *)name.data, found_ms,
            expected_ms);
    }
    arena_free(&arena);
}

static void compare_contacts(struct trial *trial)
{
    uint64_t count = oracle_contact_count(trial->oracle);
    ck_assert_uint_eq(contacts_count(shard_state(trial->world.shard)), count);
    for (uint64_t number = 1; number <= count; number++) {
        compare_contact(trial, number);
        compare_counters(trial, number);
        compare_segments(trial, number);
    }
}

static void settle(struct trial *trial);

// What was counted otherwise shows in an action or in a contact, mostly.
static void compare_count(struct trial *trial, const char *name, uint64_t found, uint64_t expected)
{
    if (found != expected) {
        settle(trial);
        compare_contacts(trial);
        show_contact(trial, 1);
    }
    ck_assert_msg(
        found == expected,
        "seed %" PRIu64 " before input %" PRIu64 ": expected %" PRIu64 " %s, found %" PRIu64,
        trial->seed, trial->next, expected, name, found);
}

static void compare_counts(struct trial *trial)
{
    struct shard_counts found;
    struct oracle_counts expected = oracle_counts_of(trial->oracle);
    struct shard_flow flow;
    shard_counts(trial->world.shard, &found);
    shard_flow(trial->world.shard, &flow);
    compare_count(trial, "events", flow.journalled, expected.events);
    compare_count(trial, "duplicates", flow.duplicates, expected.duplicates);
    compare_count(trial, "dead letters", flow.refused, expected.rejected);
    compare_count(trial, "actions", flow.decided, expected.actions);
    compare_count(trial, "held (consent)", found.actions_held_consent, expected.held_consent);
    compare_count(trial, "held (dnd)", found.actions_held_dnd, expected.held_dnd);
    compare_count(trial, "held (missing)", found.actions_held_missing, expected.held_missing);
    compare_count(trial, "held (limit)", found.actions_held_limit, expected.held_limit);
    compare_count(trial, "held (quiet)", found.actions_held_quiet, expected.held_quiet);
    compare_count(trial, "held (over)", found.actions_held_over, expected.held_over);
    compare_count(trial, "delayed", found.actions_delayed, expected.delayed);
    compare_count(trial, "moved", found.runs_moved, expected.runs_moved);
    compare_count(trial, "cancelled", found.runs_cancelled, expected.runs_cancelled);
    compare_count(trial, "pinned", found.runs_pinned, expected.runs_pinned);
    compare_count(trial, "unpinned", found.runs_unpinned, expected.runs_unpinned);
    compare_count(trial, "included", found.runs_included, expected.runs_included);
    compare_count(trial, "overdue", found.runs_overdue, expected.runs_overdue);
    compare_count(trial, "rules matched", found.rules_matched, expected.rules_matched);
    compare_count(trial, "rules limited", found.rules_limited, expected.rules_limited);
    compare_count(trial, "runs", found.runs_started, expected.runs_started);
    compare_count(trial, "runs done", found.runs_done, expected.runs_ended[0]);
    compare_count(trial, "runs stopped", found.runs_stopped, expected.runs_ended[1]);
    compare_count(trial, "runs failed", found.runs_failed, expected.runs_ended[2]);
    compare_count(trial, "steps failed", found.steps_failed, expected.steps_failed);
    compare_count(trial, "derived", found.derived, expected.derived);
    compare_count(trial, "too deep", found.derived_too_deep, expected.derived_too_deep);
}

// The next inputs as messages; header arrays come from the arena.
static void make_messages(
    struct trial *trial, struct message *messages, struct header *headers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct workload_input *input = trial->inputs[i];
        workload_make(trial->workload, 0, trial->next + i, input);
        for (uint32_t j = 0; j < input->header_count; j++)
            headers[i * HEADERS_MAX + j] = (struct header){
                bytes_text(input->headers[j].name), bytes_from(input->headers[j].value)};
        messages[i] = (struct message){
            .value = bytes_from(input->value),
            .key = bytes_from(input->key),
            .headers = &headers[i * HEADERS_MAX],
            .header_count = input->header_count,
            .position = trial->world.position,
            .position_next = trial->world.position + 1,
            .value_bytes = input->value.len,
        };
        trial->world.position++;
    }
}

// Rules may set themselves off again and again by time alone; to follow that for long says nothing more.
static bool is_too_lively(const struct trial *trial)
{
    struct shard_counts counts;
    shard_counts(trial->world.shard, &counts);
    return counts.timers_fired > TIMERS_MAX || counts.derived > DERIVED_MAX;
}

static void feed_frame(struct trial *trial, size_t count)
{
    struct message messages[FRAME_MAX];
    struct header headers[FRAME_MAX * HEADERS_MAX];
    struct input_result results[FRAME_MAX];
    struct fault fault = {ERR_OK, ""};
    make_messages(trial, messages, headers, count);
    for (size_t done = 0; done < count;) {
        uint64_t sequence = 0;
        shard_frame_begin(trial->world.shard, trial->world.wall_ms);
        size_t folded = shard_fold(
            trial->world.shard, "file:/test", messages + done, count - done, results + done);
        enum err err = shard_frame_end(trial->world.shard, &sequence, &fault);
        ck_assert_msg(err == ERR_OK, "%s", fault.text);
        if (is_too_lively(trial))
            return;
        for (size_t i = done; i < done + folded; i++, trial->next++)
            compare_verdict(trial, trial->inputs[i], &results[i]);
        done += folded;
    }
    if (!trial->has_restarted) // counts begin anew with each process
        compare_counts(trial);
}

// Makes all durable, which takes most of the time of a trial, and compares what is published.
static void settle(struct trial *trial)
{
    world_publish(&trial->world);
    compare_actions(trial);
}

// What was not published yet is thrown away by an operator.
static void drop_waiting(struct trial *trial)
{
    struct shard *shard = trial->world.shard;
    struct fault fault = {ERR_OK, ""};
    uint64_t first = shard_sequence_published(shard) + 1;
    uint64_t dropped = 0;
    size_t count = 0;
    if (first > shard_sequence(shard))
        return;
    (void)oracle_actions(trial->oracle, &count);
    enum err err = shard_drop_actions(shard, first, shard_tick_ms(shard), &dropped, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    ck_assert_msg(
        dropped == count - trial->actions, "seed %" PRIu64 ": dropped %" PRIu64 " of %zu",
        trial->seed, dropped, count - trial->actions);
    oracle_drop(trial->oracle, trial->actions);
    trial->actions = count;
    compare_contacts(trial);
}

static void start_again(struct trial *trial)
{
    settle(trial);
    trial->has_restarted = true;
    world_close(&trial->world);
    world_open(&trial->world, NULL);
    outbox_batch_clear(&trial->world.out);
    world_publish(&trial->world); // what the last process had published already
    outbox_batch_clear(&trial->world.out);
}

// The operator edits the rules and starts again; or the daemon was killed.
static void restart(struct trial *trial)
{
    start_again(trial);
    trial->variant = (uint32_t)sim_random_below(&trial->random, trial->shape.variants);
    activate(trial);
    compare_contacts(trial);
}

// What new rules fold again goes by the zones of its time, which matters to limits by the calendar only.
static bool may_renew_zones(const struct trial *trial)
{
    bool is_by_calendar = false;
    for (uint32_t v = 0; v < trial->shape.variants; v++) {
        const struct workload_rules *rules = workload_rules_of(trial->workload, v);
        for (uint32_t i = 0; i < rules->score_count; i++) {
            for (uint32_t j = 0; j < rules->scores[i].rule_count; j++)
                is_by_calendar =
                    is_by_calendar || rules->scores[i].rules[j].limit.span >= WORKLOAD_DAY;
        }
    }
    return trial->shape.knows_zones && (trial->shape.variants == 1 || !is_by_calendar);
}

static struct oracle_clocks clocks_of(const struct trial *trial)
{
    struct oracle_clocks clocks = {.zone = trial->shape.zone};
    for (int i = 0; i < ORACLE_ZONES; i++)
        clocks.is_known[i] =
            zones_find(&trial->world.shard->fold.zones, bytes_text(oracle_zones[i])) != NULL;
    return clocks;
}

static void activate_again(struct trial *trial)
{
    struct ruleset *ruleset = NULL;
    struct fault fault = {ERR_OK, ""};
    ck_assert_int_eq(compile(workload_rules_of(trial->workload, trial->variant), &ruleset), ERR_OK);
    enum err err = shard_activate(trial->world.shard, ruleset, trial->world.wall_ms, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
}

// The system's zones are renewed; those that the journal has are looked for when rules are put in force, here the same.
static void renew_zones(struct trial *trial)
{
    struct oracle_clocks clocks = clocks_of(trial);
    clocks.is_renewed = true;
    trial->has_new_zones = !trial->has_new_zones;
    trial->zones = databases[trial->has_new_zones ? NEW_ZONES : OLD_ZONES];
    activate_again(trial);
    oracle_change_clocks(trial->oracle, &clocks, shard_tick_ms(trial->world.shard));
}

// The operator gives the account another zone, and starts again.
static void change_account(struct trial *trial, struct sim_random *random)
{
    struct oracle_clocks clocks = clocks_of(trial);
    struct text before = trial->shape.zone;
    trial->shape.zone = draw_account_zone(random);
    trial->world.params.zone = trial->shape.zone.at;
    clocks.is_account = !text_equal(before, trial->shape.zone);
    clocks.zone = trial->shape.zone;
    start_again(trial);
    activate_again(trial);
    if (clocks.is_account)
        oracle_change_clocks(trial->oracle, &clocks, shard_tick_ms(trial->world.shard));
}

static void run_trial(uint64_t seed)
{
    struct trial trial;
    trial_begin(&trial, seed);
    bool may_restart = sim_random_chance(&trial.random, 300);
    uint32_t edits_permille = workload_may_pin(trial.workload) ? 250 : 100;
    bool compares_always = getenv("SIM_ORACLE_EACH") != NULL;
    struct sim_random renewals = sim_random_fork(&trial.random, "zones");
    struct sim_random drops = sim_random_fork(&trial.random, "drops");
    uint32_t drops_permille = sim_random_chance(&drops, 400) ? 120 : 0;
    uint32_t renewals_permille = may_renew_zones(&trial) ? 80 : 0;
    while (trial.next < trial.shape.inputs) {
        feed_frame(&trial, 1 + sim_random_below(&trial.random, FRAME_MAX));
        if (is_too_lively(&trial))
            break;
        if (sim_random_chance(&drops, drops_permille))
            drop_waiting(&trial);
        if (sim_random_chance(&renewals, renewals_permille))
            renew_zones(&trial);
        if (may_restart && sim_random_chance(&renewals, renewals_permille))
            change_account(&trial, &renewals);
        trial.world.wall_ms += sim_random_chance(&trial.random, 100)
                                   ? trial.shape.dedup_window_ms
                                   : sim_random_between(&trial.random, -1000, 60000);
        if (sim_random_chance(&trial.random, 100) || compares_always)
            compare_contacts(&trial);
        if (sim_random_chance(&trial.random, 50))
            settle(&trial);
        if (may_restart && sim_random_chance(&trial.random, 100)) {
            restart(&trial);
        } else if (sim_random_chance(&trial.random, edits_permille)) {
            trial.variant = (uint32_t)sim_random_below(&trial.random, trial.shape.variants);
            activate(&trial);
            compare_contacts(&trial);
        }
    }
    if (!is_too_lively(&trial)) {
        settle(&trial);
        compare_contacts(&trial);
    }
    trial_end(&trial);
}

// SIM_ORACLE_EACH compares all contacts after each frame, to find where a difference begins. SIM_ORACLE_SEEDS=N runs N seeds for each of the LOOPS.
START_TEST(the_oracle_and_the_engine_say_the_same)
{
    const char *given = getenv("SIM_ORACLE_SEEDS");
    uint64_t count = given == NULL ? LOOP_SEEDS : strtoull(given, NULL, 0);
    uint64_t base = getenv("TEST_SEED") == NULL ? FIRST_SEED : test_seed();
    uint64_t first = base + (uint64_t)_i * count;
    for (uint64_t seed = first; seed < first + count; seed++)
        run_trial(seed);
}
END_TEST

START_TEST(drawn_rules_compile)
{
    uint64_t first = test_seed() + (uint64_t)_i * LOOP_RULE_SEEDS;
    for (uint64_t seed = first; seed < first + LOOP_RULE_SEEDS; seed++) {
        struct workload_shape shape;
        struct sim_random random = sim_random_of(seed);
        workload_shape_draw(&random, &shape);
        struct workload *workload = workload_create(seed, &shape);
        for (uint32_t i = 0; i < shape.variants; i++) {
            struct ruleset *ruleset = NULL;
            const struct workload_rules *rules = workload_rules_of(workload, i);
            enum err err = compile(rules, &ruleset);
            for (uint32_t j = 0; j < rules->file_count && err != ERR_OK; j++)
                (void)fprintf(stderr, "# %s\n%s", rules->files[j].path, rules->files[j].text.at);
            ck_assert_msg(err == ERR_OK, "seed %" PRIu64 " variant %u", seed, i);
            ruleset_destroy(ruleset);
        }
        workload_destroy(workload);
    }
}
END_TEST

START_TEST(an_input_is_the_same_each_time)
{
    struct sim_random random = sim_random_of(test_seed());
    struct workload_shape shape;
    workload_shape_draw(&random, &shape);
    struct workload *first = workload_create(test_seed(), &shape);
    struct workload *second = workload_create(test_seed(), &shape);
    struct workload_input *a = workload_input_create();
    struct workload_input *b = workload_input_create();
    for (uint64_t i = 0; i < 500; i++) {
        workload_make(first, 0, 499 - i, b); // in another order, over other remains
        workload_make(first, 0, i, a);
        workload_make(second, 0, i, b);
        ck_assert(text_equal(a->value, b->value));
        ck_assert(text_equal(a->event.id, b->event.id));
        ck_assert_uint_eq(a->refused, b->refused);
        ck_assert_uint_eq(a->header_count, b->header_count);
        ck_assert_uint_le(a->origin, i);
    }
    workload_input_destroy(a);
    workload_input_destroy(b);
    workload_destroy(first);
    workload_destroy(second);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("oracle");
    TCase *rules = tcase_create("rules");
    TCase *twin = tcase_create("twin");
    tcase_set_timeout(twin, 600); // each looks at every contact again and again
    tcase_set_timeout(rules, 600);
    tcase_add_loop_test(rules, drawn_rules_compile, 0, RULE_LOOPS);
    tcase_add_test(rules, an_input_is_the_same_each_time);
    tcase_add_loop_test(twin, the_oracle_and_the_engine_say_the_same, 0, LOOPS);
    suite_add_tcase(suite, rules);
    suite_add_tcase(suite, twin);
    return suite;
}
