// What is counted of runs: of each workflow and each step, entered = waiting + done + stopped + failed, and as many runs
// wait as are counted; whatever happens, across restarts, and the same when the journal is folded again.
// links: engine/os
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/time.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/shard_internal.h"
#include "engine/fold/verify.h"
#include "engine/fold/workflow_stats.h"

#include "tests/fakes/fold_world.h"
#include "tests/fakes/run_counts_check.h"
#include "tests/support/suite.h"

static struct fold_world world;
static int next_id;

static void setup(void)
{
    world_create(&world);
    world.params.tick_mode = TICK_EVENT;
    next_id = 1;
}

static void teardown(void)
{
    world_destroy(&world);
}

static void feed_at(int64_t time_ms, const char *contact, const char *type, const char *data)
{
    static char line[1024];
    char time[TIME_TEXT_CHARS];
    time_print(time_ms, time);
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"%.*s\",\"contact\":\"%s\","
        "\"data\":%s}",
        next_id++, type, (int)sizeof(time), time, contact, data);
    world_feed_line(&world, line);
}

static int64_t at(const char *text)
{
    int64_t time_ms = 0;
    ck_assert(time_parse(bytes_text(text), &time_ms));
    return time_ms;
}

static void advance(int64_t time_ms)
{
    struct fault fault = {.err = ERR_OK};
    ck_assert_msg(shard_advance(world.shard, time_ms, &fault) == ERR_OK, "%s", fault.text);
    world_publish(&world);
}

// "(runs) 3 = 1 + 2 + 0 + 0\n1 …": of one workflow.
static void ck_stat(const char *workflow, const char *wanted)
{
    static char got[2048];
    struct buffer packed = {0};
    struct arena arena = {0};
    struct workflow_stats stats;
    ck_assert_int_eq(workflow_stats_pack(world.shard, bytes_text(workflow), &packed), ERR_OK);
    struct bytes view = buffer_bytes(&packed);
    ck_assert_int_eq(workflow_stats_sum(&view, 1, &arena, &stats), ERR_OK);
    ck_assert_uint_eq(stats.count, 1);
    const struct workflow_stat *stat = &stats.items[0];
    size_t len = 0;
    for (size_t i = 0; i <= stat->step_count; i++) {
        const struct run_count *count = i == 0 ? &stat->count : &stat->steps[i - 1].count;
        struct bytes id = i == 0 ? BYTES_LITERAL("(runs)") : stat->steps[i - 1].id;
        const char *gone = i > 0 && stat->steps[i - 1].does.len == 0 ? " gone" : "";
        len += (size_t)snprintf(
            got + len, sizeof(got) - len,
            "%.*s %" PRIu64 " = %" PRIu64 " + %" PRIu64 " + %" PRIu64 " + %" PRIu64 "%s\n",
            (int)id.len, (const char *)id.data, count->entered, count->waiting, count->done,
            count->stopped, count->failed, gone);
    }
    buffer_free(&packed);
    arena_free(&arena);
    ck_assert_str_eq(got, wanted);
}

#define RULES                                                                          \
    "events: {ping: {data: {n: optional int}}, pong: {data: {n: optional int}},"       \
    " halt: {data: {n: optional int}}}\n"                                              \
    "actions: {mail: {topic: a, with: {text: string, n: optional int}}}\n"             \
    "scores: {heat: {rules: [{name: p, on: pong, points: 1}]}}\n"                      \
    "workflows:\n"                                                                     \
    "  w:\n"                                                                           \
    "    on: ping\n"                                                                   \
    "    reenter: after_end\n"                                                         \
    "    stop: [{on: halt}]\n"                                                         \
    "    steps:\n"                                                                     \
    "      - {id: hello, do: mail, with: {text: hello}}\n"                             \
    "      - {id: answer, wait: {for: pong, at_most: 2d}, then: [{stop: answered}]}\n" \
    "      - {id: half, do: mail, with: {text: half, n: 10 / run.data.n}}\n"

START_TEST(each_step_of_a_funnel_is_counted)
{
    world_open(&world, RULES);
    int64_t now_ms = at("2026-01-01T00:00:00Z");
    feed_at(now_ms, "a", "ping", "{\"n\":1}"); // answers: stopped by a step
    feed_at(now_ms, "b", "ping", "{\"n\":0}"); // fails to divide
    feed_at(now_ms, "c", "ping", "{\"n\":1}"); // is halted
    feed_at(now_ms, "d", "ping", "{\"n\":2}"); // comes to the end
    feed_at(now_ms, "d", "ping", "{\"n\":2}"); // is in it
    ck_stat(
        "w", "(runs) 4 = 4 + 0 + 0 + 0\nhello 4 = 0 + 4 + 0 + 0\nanswer 4 = 4 + 0 + 0 + 0\n"
             "answer.then.1 0 = 0 + 0 + 0 + 0\nhalf 0 = 0 + 0 + 0 + 0\n");
    feed_at(now_ms + 1000, "a", "pong", "{}");
    feed_at(now_ms + 1000, "c", "halt", "{}");
    advance(now_ms + INT64_C(3) * 86400000);
    feed_at(now_ms + INT64_C(4) * 86400000, "a", "ping", "{\"n\":1}"); // again
    const char *wanted =
        "(runs) 5 = 1 + 1 + 2 + 1\nhello 5 = 0 + 5 + 0 + 0\nanswer 5 = 1 + 3 + 1 + 0\n"
        "answer.then.1 1 = 0 + 0 + 1 + 0\nhalf 2 = 0 + 1 + 0 + 1\n";
    ck_stat("w", wanted);
    world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world.report.replayed_frames, 0); // from the store alone
    ck_stat("w", wanted);
    world_close(&world);
    world_remove_store(&world);
    world_open(&world, NULL);
    ck_stat("w", wanted); // from the journal alone
}
END_TEST

START_TEST(a_step_that_the_rules_lose_keeps_its_counts)
{
    world_open(&world, RULES);
    int64_t now_ms = at("2026-01-01T00:00:00Z");
    feed_at(now_ms, "a", "ping", "{\"n\":1}");
    world_activate(
        &world, "events: {ping: {data: {n: optional int}}}\n"
                "actions: {mail: {topic: a, with: {text: string, n: optional int}}}\n"
                "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    steps:\n"
                "      - {id: new, wait: 1d}\n");
    ck_stat(
        "w", "(runs) 1 = 1 + 0 + 0 + 0\nnew 0 = 0 + 0 + 0 + 0\nhello 1 = 0 + 1 + 0 + 0 gone\n"
             "answer 1 = 1 + 0 + 0 + 0 gone\n");
    advance(now_ms + INT64_C(3) * 86400000); // it would go on, and cannot
    ck_stat(
        "w", "(runs) 1 = 0 + 0 + 0 + 1\nnew 0 = 0 + 0 + 0 + 0\nhello 1 = 0 + 1 + 0 + 0 gone\n"
             "answer 1 = 0 + 0 + 0 + 1 gone\n");
}
END_TEST

START_TEST(a_store_that_counts_other_runs_is_found)
{
    struct verify_report report;
    struct fault fault = {.err = ERR_OK};
    world_open(&world, RULES);
    feed_at(at("2026-01-01T00:00:00Z"), "a", "ping", "{\"n\":1}");
    world.shard->fold.run_counts.items[0].runs.entered++;
    world_checkpoint(&world);
    ck_assert_int_eq(
        verify_shard(&world.params, (struct shard_progress){NULL, NULL}, &report, &fault),
        ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "counts other runs"));
}
END_TEST

// --- at random
static uint64_t random_state, checkpointed;

static unsigned random_below(unsigned bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % bound;
}

#define OTHER_RULES                                                                            \
    "events: {ping: {data: {n: optional int}}, pong: {data: {n: optional int}},"               \
    " halt: {data: {n: optional int}}}\n"                                                      \
    "actions: {mail: {topic: a, with: {text: string, n: optional int}}}\n"                     \
    "scores: {heat: {rules: [{name: p, on: pong, points: 1}]}}\n"                              \
    "workflows:\n"                                                                             \
    "  w:\n"                                                                                   \
    "    on: ping\n"                                                                           \
    "    reenter: always\n"                                                                    \
    "    stop: [{if: score.heat > 5}]\n"                                                       \
    "    window: {days: [mon, tue, wed], hours: \"08:00-12:00\"}\n"                            \
    "    on_error: continue\n"                                                                 \
    "    steps:\n"                                                                             \
    "      - {id: half, do: mail, with: {text: half, n: 10 / run.data.n}}\n"                   \
    "      - {id: way, split: [{name: a, share: 1, steps: [{wait: 1d}]}, {name: b, share: 1, " \
    "steps: [{start: {workflow: v}}]}]}\n"                                                     \
    "      - {id: answer, wait: {for: pong, if: data.n > 1, at_most: 1d}}\n"                   \
    "      - {if: score.heat > 3, then: [end], else: [{goto: half}]}\n"                        \
    "  v:\n"                                                                                   \
    "    on: halt\n"                                                                           \
    "    key: data.n\n"                                                                        \
    "    reenter: {after: 1d}\n"                                                               \
    "    steps:\n"                                                                             \
    "      - {id: long, wait: 5d}\n"                                                           \
    "      - {id: note, do: mail, with: {text: late}}\n"

static void checkpoint(void)
{
    if (shard_sequence(world.shard) > checkpointed)
        world_checkpoint(&world);
    checkpointed = shard_sequence(world.shard);
}

static void happen(int64_t *now_ms)
{
    static const char *const contacts[] = {"a", "b", "c", "d", "e"};
    static const char *const types[] = {"ping", "ping", "pong", "halt"};
    static const char *const data[] = {"{}", "{\"n\":0}", "{\"n\":1}", "{\"n\":2}"};
    *now_ms += random_below(36 * 3600) * INT64_C(1000);
    switch (random_below(12)) {
    case 0: world_activate(&world, random_below(2) == 0 ? RULES : OTHER_RULES); return;
    case 1: advance(*now_ms); return;
    case 2: checkpoint(); return;
    case 3:
        world_publish(&world);
        world_close(&world);
        if (random_below(3) == 0) {
            world_remove_store(&world);
            checkpointed = 0;
        }
        world_open(&world, NULL);
        return;
    default: break;
    }
    feed_at(*now_ms, contacts[random_below(5)], types[random_below(4)], data[random_below(4)]);
}

START_TEST(counts_add_up_whatever_happens)
{
    struct verify_report report;
    struct fault fault = {.err = ERR_OK};
    int64_t now_ms = at("2026-01-01T00:00:00Z");
    checkpointed = 0;
    random_state = test_seed() + (uint64_t)_i;
    world_open(&world, _i % 2 == 0 ? RULES : OTHER_RULES);
    for (int i = 0; i < 150; i++) {
        happen(&now_ms);
        ck_run_counts(world.shard);
    }
    checkpoint();
    enum err err =
        verify_shard(&world.params, (struct shard_progress){NULL, NULL}, &report, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text); // the counts of the store among it
    ck_assert(report.is_store_same);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("run_counts");
    TCase *tcase = tcase_create("run_counts");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, each_step_of_a_funnel_is_counted);
    tcase_add_test(tcase, a_step_that_the_rules_lose_keeps_its_counts);
    tcase_add_test(tcase, a_store_that_counts_other_runs_is_found);
    tcase_add_loop_test(tcase, counts_add_up_whatever_happens, 0, 10);
    suite_add_tcase(suite, tcase);
    return suite;
}
