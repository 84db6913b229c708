// A worker wakes for a timer when nothing else wakes it, at its time, and sleeps until then.
// wraps: fold_event fold_timer
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "engine/base/memory.h"
#include "engine/fold/params.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "engine/run/mailbox.h"
#include "engine/run/ticket.h"
#include "engine/run/worker.h"

#include "tests/fakes/planned_timers.h"
#include "tests/support/suite.h"

static const char RULES[] = "scores: {s: {rules: [{name: order, on: order.placed, points: 1}]}}\n";

enum { WAIT_MS = 20000, TIMERS = 15, GAP_MS = 40, FIRST_MS = 400 };

static struct {
    struct runtime runtime;
    struct ev_loop *loop;
    struct postbox box;
    struct worker_plan plan;
    struct mailbox *mailbox;
    char directory[TEST_SCRATCH_BYTES];
    char shard[TEST_SCRATCH_BYTES + 16];
    bool is_drained;
    unsigned answered;
    atomic_uint published;
    atomic_int_fast64_t published_ms[TIMERS];
} world;

static int64_t wall_ms(void)
{
    return runtime_wall_ms(&world.runtime);
}

static void no_line(void *self, struct bytes line)
{
    (void)self;
    (void)line;
}

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

// ---- a sink that notes when

static enum err sink_recover(void *self, uint32_t shard, uint64_t mark, struct fault *fault)
{
    (void)self;
    (void)shard;
    (void)mark;
    (void)fault;
    return ERR_OK;
}

static enum err sink_publish(
    void *self, const struct publication *publication, uint64_t *mark_out, struct fault *fault)
{
    (void)self;
    (void)fault;
    for (size_t i = 0; i < publication->item_count; i++) {
        unsigned at = atomic_fetch_add(&world.published, 1);
        ck_assert_uint_lt(at, TIMERS);
        atomic_store(&world.published_ms[at], wall_ms());
    }
    *mark_out = publication->shards[0].sequence_last;
    return ERR_OK;
}

static void sink_destroy(void *self)
{
    (void)self;
}

// ---- the worker

static void on_ended(struct post *post)
{
    (void)post;
}

static void on_drained(struct post *post)
{
    (void)post;
    world.is_drained = true;
}

static void on_answered(struct post *post)
{
    (void)post;
    world.answered++;
}

static bool has_answered_all(void)
{
    return world.answered == TIMERS;
}

static void wait_for(bool (*is_so)(void))
{
    for (int i = 0; i < WAIT_MS && !is_so(); i++) {
        const struct timespec moment = {.tv_nsec = 1000 * 1000};
        (void)nanosleep(&moment, NULL);
        ev_run(world.loop, EVRUN_NOWAIT);
    }
    ck_assert(is_so());
}

static bool has_drained(void)
{
    return world.is_drained;
}

static bool has_published_all(void)
{
    return atomic_load(&world.published) == TIMERS;
}

static struct worker *start(const struct rules *rules)
{
    static const struct sink_ops sink_ops = {
        .recover = sink_recover, .publish = sink_publish, .destroy = sink_destroy};
    struct shard_params params = shard_params_default(os_disk(), NULL);
    params.identity = 42;
    params.journal_file_bytes = 1 << 16;
    params.state.map_bytes = 64 << 20;
    world.plan = (struct worker_plan){
        .runtime = &world.runtime,
        .lane =
            {.poll_max = 16,
             .waiting_bytes_max = 1 << 20,
             .outbox_max = 1000,
             .outbox_bytes_max = 1 << 20,
             .dirty_bytes_max = 1 << 30,
             .memory_bytes_max = 1 << 30,
             .checkpoint_age_us = 60 * 1000 * 1000,
             .checkpoint_events = 1000000},
        .shard = params,
        .shard_count = 1,
        .data = world.directory,
        .rules = rules,
        .prepare_side = side_thread_start("prepare"),
        .main_box = &world.box,
        .ended_run = on_ended,
        .drained_run = on_drained,
    };
    struct worker *worker = worker_create(&world.plan, (struct sink){.ops = &sink_ops});
    struct lane *lane = worker_add_lane(worker, 0);
    struct inlet *inlet = &lane->inlets[lane->inlet_count++];
    inlet->kind = INLET_HTTP;
    struct source_wake wake = {.wake = inlet_wake, .context = inlet};
    world.mailbox = mailbox_create(16, 1 << 20, wake);
    inlet->source = mailbox_source(world.mailbox);
    worker_start(worker);
    return worker;
}

static int64_t cpu_us(void)
{
    struct rusage usage;
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

START_TEST(timers_fire_at_their_time_while_nothing_comes)
{
    static char lines[TIMERS][200];
    struct rule_file file = {"rules.yaml", bytes_text(RULES)};
    struct rules rules = {.bundle = {&file, 1}};
    struct diagnostics list = {0};
    ck_assert_int_eq(rules_compile(&rules, &list), ERR_OK);
    diagnostics_free(&list);
    planned.action_bytes = 50;
    world.runtime.log = (struct diag){.wall_ms = no_time, .write_line = no_line};
    world.runtime.clock = os_clock();
    world.runtime.disk = os_disk();
    test_scratch_make(world.directory);
    world.loop = ev_loop_new(EVFLAG_NOENV);
    postbox_open(&world.box, world.loop);
    struct worker *worker = start(&rules);

    struct message_ticket *tickets[TIMERS];
    int64_t first_ms = (wall_ms() + FIRST_MS) / 10 * 10;
    for (unsigned i = 0; i < TIMERS; i++) {
        (void)snprintf(
            lines[i], sizeof(lines[i]),
            "{\"id\":\"%u\",\"type\":\"order.placed\",\"contact\":\"c-%u\",\"data\":{\"due\":"
            "%" PRId64 "}}",
            i, i, first_ms + GAP_MS * (int64_t)i);
        tickets[i] = ticket_create(1, &world.box, on_answered);
        struct mail mail = {.value = bytes_text(lines[i]), .ticket = tickets[i]};
        mailbox_put(world.mailbox, &mail);
    }
    wait_for(has_answered_all);
    int64_t spent_us = -cpu_us();
    const struct timespec rest = {.tv_nsec = (FIRST_MS - 200 + TIMERS * GAP_MS) * 1000L * 1000L};
    (void)nanosleep(&rest, NULL);
    spent_us += cpu_us();
    wait_for(has_published_all);
    unsigned on_time = 0;
    for (unsigned i = 0; i < TIMERS; i++) {
        int64_t late_ms = world.published_ms[i] - (first_ms + GAP_MS * (int64_t)i);
        ck_assert_int_ge(late_ms, 0);
        on_time += late_ms < GAP_MS;
    }
    ck_assert_uint_gt(on_time, TIMERS / 2); // every 200 ms it looks around by itself: one in five
    ck_assert_int_lt(spent_us, 200 * 1000); // of 800 ms: it did not turn and turn

    atomic_store(&world.runtime.is_stopping, true);
    worker_nudge(worker);
    wait_for(has_drained);
    worker_join(worker);
    rules_free(&rules);
    side_thread_join(world.plan.prepare_side);
    mailbox_destroy(world.mailbox);
    for (unsigned i = 0; i < TIMERS; i++)
        ticket_destroy(tickets[i]);
    postbox_close(&world.box);
    ev_loop_destroy(world.loop);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/run worker timers");
    TCase *tcase = tcase_create("worker timers");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, timers_fire_at_their_time_while_nothing_comes);
    suite_add_tcase(suite, tcase);
    return suite;
}
