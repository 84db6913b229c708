// What a killed process asked for reaches the broker after the living one has begun.
// links: engine/base engine/event consumers/kafka
// without: rdkafka
// with: tests/consumers/kafka/real_kafka.c tests/consumers/kafka/sim_broker.c
#include <string.h>

#include "tests/consumers/kafka/sim_broker.h"

enum { DEAD = 1, LIVING = 2, LATE_S = 1000, EVERY = 100000, SEEDS = 40 };
static struct sink dead[SEEDS]; // nobody closes what was killed

static void on_step(const char *step)
{
    if (sim.process == DEAD && strcmp(step, "init") == 0)
        sim_kafka_set_faults(
            sim.kafka, &(struct sim_kafka_faults){
                           .chance[SIM_KAFKA_FAULT_LATE_REQUEST] = EVERY,
                           .late_us_max = (int64_t)LATE_S * 1000 * 1000});
}

// Its producer asks for its epoch, and dies before the request is there, or before it knows that it was.
static void begin_and_die(struct sink *sink)
{
    sim.process = DEAD;
    sim.crash_here = on_step;
    *sink = sink_open("tx");
    enum err err = sink_recover(sink, 0);
    ck_assert(err == ERR_OK || err == ERR_UNREACHABLE);
    sim_kafka_process_died(sim.kafka, DEAD);
    sim_kafka_set_faults(sim.kafka, &(struct sim_kafka_faults){0});
    sim.process = LIVING;
}

// Frame 1, and frame 2 when all that was under way has arrived: ERR_OK, or ERR_FENCED, which is for good.
static enum err live(void)
{
    struct sink sink = sink_open("tx");
    enum err err = sink_recover(&sink, 0);
    if (err == ERR_OK)
        err = sink_publish_frame(&sink, 0, 1);
    real_pause_ms(LATE_S * 1000);
    if (err == ERR_OK)
        err = sink_publish_frame(&sink, 0, 2);
    ck_assert(err == ERR_OK || err == ERR_FENCED);
    if (err == ERR_FENCED)
        ck_assert_int_eq(sink_recover(&sink, 0), ERR_FENCED);
    sink_close(&sink);
    return err;
}

// The broker cannot tell it from another instance that takes over: nothing more is published, and what was
// is known to whoever starts next (docs/operations.md).
START_TEST(a_living_one_that_is_fenced_by_a_dead_one_leaves_all_to_the_next)
{
    unsigned fenced = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        sim_broker_make(seed, SIM_KAFKA_CREATES_NO_TOPICS);
        begin_and_die(&dead[seed]);
        if (live() == ERR_FENCED) {
            fenced++;
            struct sink next = sink_open("tx");
            sink_publish_until(&next, 1, 2);
            sink_close(&next);
        }
        real_pause_ms(1000); // markers are written
        expect_frames(2);
    }
    ck_assert_uint_gt(fenced, 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("late init");
    TCase *tcase = tcase_create("late init");
    tcase_add_checked_fixture(tcase, real_setup, real_teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, a_living_one_that_is_fenced_by_a_dead_one_leaves_all_to_the_next);
    suite_add_tcase(suite, tcase);
    return suite;
}
