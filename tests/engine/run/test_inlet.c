// A source that comes and goes: started, retried, woken, ended, given up.
#include "engine/run/inlet.h"

#include "tests/support/suite.h"

// A source that answers as it is told, and a clock that stands where it is put.
struct world {
    struct runtime runtime;
    struct ev_loop *loop;
    struct postbox box;
    struct inlet inlet;
    int64_t now_us;
    enum err start, poll;
    int64_t started_at;
    unsigned starts;
    bool wakes_in_poll;
};

static int64_t world_wall_ms(void *self)
{
    (void)self;
    return 0;
}

static int64_t world_mono_us(void *self)
{
    return ((struct world *)self)->now_us;
}

static enum err world_start(void *self, int64_t position, struct fault *fault)
{
    struct world *world = self;
    world->starts++;
    world->started_at = position;
    if (position == SOURCE_POSITION_START)
        return ERR_OK; // the oldest there is
    return world->start == ERR_OK ? ERR_OK : fault_set(fault, world->start, "told to");
}

static enum err world_poll(
    void *self, struct message *messages, size_t max, size_t *count_out, struct fault *fault)
{
    struct world *world = self;
    if (world->wakes_in_poll)
        inlet_wake(&world->inlet);
    if (world->poll != ERR_OK)
        return fault_set(fault, world->poll, "told to");
    ck_assert_uint_ge(max, 1);
    messages[0] = (struct message){.position = 5};
    *count_out = 1;
    return ERR_OK;
}

static void world_nothing(void *self)
{
    (void)self;
}

static const struct source_ops world_source = {
    .start = world_start, .poll = world_poll, .release = world_nothing, .destroy = world_nothing};
static const struct clock_ops world_clock = {.wall_ms = world_wall_ms, .mono_us = world_mono_us};

static void no_line(void *self, struct bytes line)
{
    (void)self;
    (void)line;
}

static void world_open(struct world *world)
{
    *world = (struct world){.start = ERR_OK};
    world->runtime.clock = (struct clock){&world_clock, world};
    world->runtime.log = (struct diag){.wall_ms = world_wall_ms, .write_line = no_line};
    world->loop = ev_loop_new(EVFLAG_NOENV);
    postbox_open(&world->box, world->loop);
    world->inlet.source = (struct source){&world_source, world, "fake:1"};
    world->inlet.box = &world->box;
}

static void world_close(struct world *world)
{
    postbox_close(&world->box);
    ev_loop_destroy(world->loop);
}

static bool poll_once(struct world *world)
{
    struct message message;
    size_t count = 7;
    bool has_loan = inlet_poll(&world->inlet, &world->runtime, &message, 1, &count);
    ck_assert_uint_eq(count, has_loan ? 1 : 0);
    return has_loan;
}

START_TEST(an_unreachable_source_is_tried_again_ever_more_rarely)
{
    struct world world;
    world_open(&world);
    world.start = ERR_UNREACHABLE;
    ck_assert(inlet_is_due(&world.inlet, 0));
    int64_t before_us = 0;
    for (unsigned i = 0; i < 12; i++) {
        inlet_start(&world.inlet, &world.runtime, 3);
        ck_assert_int_eq(world.inlet.state, INLET_STARTING);
        int64_t wait_us = world.inlet.retry_at_us - world.now_us;
        ck_assert_int_ge(wait_us, before_us);
        ck_assert_int_le(wait_us, 5000000);
        ck_assert(!inlet_is_due(&world.inlet, world.now_us + wait_us - 1));
        world.now_us += wait_us;
        ck_assert(inlet_is_due(&world.inlet, world.now_us));
        before_us = wait_us;
    }
    world.start = ERR_OK;
    inlet_start(&world.inlet, &world.runtime, 3);
    ck_assert_int_eq(world.inlet.state, INLET_READING);
    ck_assert_int_eq(world.started_at, 3);
    ck_assert(poll_once(&world));
    world_close(&world);
}
END_TEST

START_TEST(a_wake_during_the_poll_is_not_lost)
{
    struct world world;
    world_open(&world);
    inlet_start(&world.inlet, &world.runtime, 0);
    world.poll = ERR_AGAIN;
    ck_assert(!poll_once(&world));
    ck_assert_int_eq(world.inlet.state, INLET_IDLE);
    ck_assert(!inlet_is_due(&world.inlet, INT64_MAX));
    inlet_wake(&world.inlet);
    ck_assert(inlet_is_due(&world.inlet, 0));
    world.wakes_in_poll = true;
    ck_assert(!poll_once(&world));
    ck_assert_int_eq(world.inlet.state, INLET_IDLE);
    ck_assert(inlet_is_due(&world.inlet, 0));
    ck_assert_int_eq(world.inlet.state, INLET_READING);
    world_close(&world);
}
END_TEST

static const struct outcome {
    const char *name;
    enum err poll;
    enum inlet_state want;
    bool is_due_later;
} outcomes[] = {
    {"the end", ERR_END, INLET_ENDED, false},
    {"a gap", ERR_GAP, INLET_STOPPED, false},
    {"no connection", ERR_UNREACHABLE, INLET_STARTING, true},
    {"damaged input", ERR_IO, INLET_STARTING, true},
};

START_TEST(a_poll_that_fails_leaves_the_right_state)
{
    struct world world;
    world_open(&world);
    inlet_start(&world.inlet, &world.runtime, 0);
    world.poll = outcomes[_i].poll;
    ck_assert(!poll_once(&world));
    ck_assert_int_eq(world.inlet.state, outcomes[_i].want);
    ck_assert(!inlet_is_due(&world.inlet, world.now_us));
    ck_assert_int_eq(
        inlet_is_due(&world.inlet, world.now_us + 10000000), outcomes[_i].is_due_later);
    ck_assert_uint_eq(world.inlet.gaps, outcomes[_i].poll == ERR_GAP ? 1 : 0);
    world_close(&world);
}
END_TEST

START_TEST(a_gap_stops_it_unless_told_to_go_on)
{
    struct world world;
    world_open(&world);
    world.start = ERR_GAP;
    inlet_start(&world.inlet, &world.runtime, 9);
    ck_assert_int_eq(world.inlet.state, INLET_STOPPED);
    ck_assert_uint_eq(world.starts, 1);

    world.inlet.state = INLET_STARTING;
    world.inlet.may_skip_gap = true;
    inlet_start(&world.inlet, &world.runtime, 9);
    ck_assert_int_eq(world.inlet.state, INLET_READING);
    ck_assert_int_eq(world.started_at, SOURCE_POSITION_START);
    world.poll = ERR_GAP; // and on the way
    ck_assert(!poll_once(&world));
    ck_assert_int_eq(world.inlet.state, INLET_READING);
    ck_assert_uint_eq(world.inlet.gaps, 3);
    world_close(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("inlet");
    TCase *tcase = tcase_create("inlet");
    tcase_add_test(tcase, an_unreachable_source_is_tried_again_ever_more_rarely);
    tcase_add_test(tcase, a_wake_during_the_poll_is_not_lost);
    tcase_add_loop_test(
        tcase, a_poll_that_fails_leaves_the_right_state, 0, sizeof(outcomes) / sizeof(outcomes[0]));
    tcase_add_test(tcase, a_gap_stops_it_unless_told_to_go_on);
    suite_add_tcase(suite, tcase);
    return suite;
}
