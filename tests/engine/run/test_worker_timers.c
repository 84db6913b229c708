// A worker has itself woken for a timer when nothing else wakes it, at its time, and sleeps until then. The wall clock
// is the test's: what is due when does not depend on how fast it runs.
// wraps: fold_event fold_timer ev_timer_start
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
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

#define T0 INT64_C(1767225600000)
enum { WAIT_MS = 20000, TIMERS = 15, GAP_MS = 40, FIRST_MS = 150, REST_MS = 500 };

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
    unsigned published_before;
    atomic_int_fast64_t published_ms[TIMERS];
    atomic_int_fast64_t wall_ms;
    atomic_int_fast64_t asked_ms; // after which the worker wants to be woken; 0: it does not
    atomic_uint looks;            // of the worker at the even clock: several a turn
} world;

static int64_t stood_wall_ms(void *self)
{
    (void)self;
    return atomic_load(&world.wall_ms);
}

static int64_t counted_mono_us(void *self)
{
    (void)self;
    atomic_fetch_add(&world.looks, 1);
    return os_clock().ops->mono_us(os_clock().self);
}

// The linker gives calls of the one to the other (--wrap).
void __real_ev_timer_start(struct ev_loop *loop, struct ev_timer *watcher);
void __wrap_ev_timer_start(struct ev_loop *loop, struct ev_timer *watcher);

void __wrap_ev_timer_start(struct ev_loop *loop, struct ev_timer *watcher)
{
    if (watcher->repeat <= 0.0) // not the tick by which it looks around by itself
        atomic_store(&world.asked_ms, (int64_t)(watcher->at * 1000 + 0.5));
    __real_ev_timer_start(loop, watcher);
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
        unsigned at = atomic_load(&world.published);
        ck_assert_uint_lt(at, TIMERS);
        atomic_store(&world.published_ms[at], runtime_wall_ms(&world.runtime));
        atomic_store(&world.published, at + 1); // from here on it is looked at
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

static bool has_asked_for_the_first(void)
{
    return atomic_load(&world.asked_ms) == FIRST_MS;
}

static bool has_asked_for_the_next(void)
{
    return atomic_load(&world.asked_ms) == GAP_MS;
}

static bool has_published_more(void)
{
    return atomic_load(&world.published) > world.published_before;
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

static void open_world(void)
{
    static const struct clock_ops clock = {.wall_ms = stood_wall_ms, .mono_us = counted_mono_us};
    planned.action_bytes = 50;
    atomic_store(&world.wall_ms, T0);
    world.runtime.log = (struct diag){.wall_ms = no_time, .write_line = no_line};
    world.runtime.clock = (struct clock){.ops = &clock};
    world.runtime.disk = os_disk();
    test_scratch_make(world.directory);
    world.loop = ev_loop_new(EVFLAG_NOENV);
    postbox_open(&world.box, world.loop);
}

static int64_t due_ms(unsigned timer)
{
    return T0 + FIRST_MS + GAP_MS * (int64_t)timer;
}

static void plan_all(struct message_ticket *tickets[TIMERS])
{
    static char lines[TIMERS][200];
    for (unsigned i = 0; i < TIMERS; i++) {
        (void)snprintf(
            lines[i], sizeof(lines[i]),
            "{\"id\":\"%u\",\"type\":\"order.placed\",\"contact\":\"c-%u\",\"data\":{\"due\":"
            "%" PRId64 "}}",
            i, i, due_ms(i));
        tickets[i] = ticket_create(1, &world.box, on_answered);
        struct mail mail = {.value = bytes_text(lines[i]), .ticket = tickets[i]};
        mailbox_put(world.mailbox, &mail);
    }
    wait_for(has_answered_all);
}

// It turns when it is woken, and no faster: less than once a millisecond, however long the rest gets.
static void check_sleeps(void)
{
    const struct timespec rest = {.tv_nsec = REST_MS * 1000L * 1000L};
    struct clock clock = os_clock();
    int64_t began_us = clock.ops->mono_us(clock.self);
    unsigned looks = atomic_load(&world.looks);
    (void)nanosleep(&rest, NULL);
    looks = atomic_load(&world.looks) - looks;
    ck_assert_int_lt(looks, (clock.ops->mono_us(clock.self) - began_us) / 1000);
    ck_assert_uint_eq(atomic_load(&world.published), 0);
}

START_TEST(timers_fire_at_their_time_while_nothing_comes)
{
    struct rule_file file = {"rules.yaml", bytes_text(RULES)};
    struct rules rules = {.bundle = {&file, 1}};
    struct diagnostics list = {0};
    struct message_ticket *tickets[TIMERS];
    ck_assert_int_eq(rules_compile(&rules, &list), ERR_OK);
    diagnostics_free(&list);
    open_world();
    struct worker *worker = start(&rules);
    plan_all(tickets);
    wait_for(has_asked_for_the_first);
    check_sleeps();
    for (unsigned i = 0; i < TIMERS; i++) {
        world.published_before = i;
        atomic_store(&world.wall_ms, due_ms(i));
        wait_for(has_published_more);
        ck_assert_uint_eq(atomic_load(&world.published), i + 1);
        ck_assert_int_eq(atomic_load(&world.published_ms[i]), due_ms(i));
        atomic_store(&world.asked_ms, 0);
        if (i + 1 < TIMERS)
            wait_for(has_asked_for_the_next);
    }

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
