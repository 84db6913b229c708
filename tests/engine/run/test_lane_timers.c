// A lane fires timers: without input, no faster than what they decide gets away, and by no clock that jumps.
// wraps: fold_event fold_timer
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/run/lane_timers.h"

#include "tests/fakes/lane_stage.h"
#include "tests/fakes/planned_timers.h"
#include "tests/support/suite.h"

static const char RULES[] = "scores: {s: {rules: [{name: order, on: order.placed, points: 1}]}}\n";

static const char OTHER_RULES[] =
    "scores: {s: {rules: [{name: order, on: order.placed, points: 1}]}}\n"
    "lists: {customers: {label: Customers}}\n";

#define T0 INT64_C(1767225600000)
enum { TIMERS = 40, FRAME_MAX = 4, OUTBOX_MAX = 10, HOUR_MS = 3600 * 1000 };

static void prepare(void)
{
    planned.count = 0;
    planned.action_bytes = 50;
    planned.page = NULL;
    stage_prepare();
    stage.params.frame_events_max = FRAME_MAX;
    stage.settings.outbox_max = OUTBOX_MAX;
    stage.settings.poll_max = FRAME_MAX;
    atomic_store(&stage.wall_ms, T0);
}

static void set_clock(enum tick_mode mode)
{
    stage.params.tick_mode = mode;
    stage.settings.tick_mode = mode;
}

// An event of T0 + time_ms that plans its contact's timer for T0 + due_ms.
static void send(unsigned contact, int64_t time_ms, int64_t due_ms)
{
    static char lines[STAGE_MAILS_MAX][200];
    char *line = lines[stage.sent % STAGE_MAILS_MAX];
    (void)snprintf(
        line, sizeof(lines[0]),
        "{\"id\":\"%u\",\"type\":\"order.placed\",\"time\":%" PRId64
        ",\"contact\":\"c-%u\",\"data\":{\"due\":%" PRId64 "}}",
        stage.sent, T0 + time_ms, contact, T0 + due_ms);
    stage_send(line);
}

static void plan_many(void)
{
    for (unsigned i = 1; i <= TIMERS; i++)
        send(i, 0, 5000);
    STAGE_TURN_UNTIL(stage.answered == TIMERS);
}

START_TEST(a_timer_fires_with_no_input)
{
    stage_open(RULES);
    send(1, 0, 5000);
    STAGE_TURN_UNTIL(stage.answered == 1);
    stage_turn_for_a_while();
    ck_assert_uint_eq(planned.count, 0);
    ck_assert_int_eq(lane_timers_wait_ms(stage.lane), 5000);
    ck_assert_int_eq(lane_timers_delay_ms(stage.lane), 0);
    atomic_store(&stage.wall_ms, T0 + 4990);
    ck_assert_int_eq(lane_timers_wait_ms(stage.lane), 10);
    ck_assert(!lane_turn(stage.lane, runtime_mono_us(&stage.runtime)));
    ck_assert_uint_eq(planned.count, 0);
    atomic_store(&stage.wall_ms, T0 + 5100);
    ck_assert_int_eq(lane_timers_delay_ms(stage.lane), 100);
    STAGE_TURN_UNTIL(atomic_load(&stage.published) == 1);
    ck_assert_uint_eq(planned.count, 1);
    ck_assert_int_eq(lane_timers_wait_ms(stage.lane), -1);
    // What it changed gets into a checkpoint, too.
    STAGE_TURN_UNTIL(stage.lane->checkpoint.sequence_in_force == shard_sequence(stage.lane->shard));
    stage_close();
}
END_TEST

// With either clock no more is decided than may wait, and no event passes what is due before it.
START_TEST(many_timers_wait_for_what_they_decided_to_leave)
{
    enum tick_mode mode = _i == 0 ? TICK_WALL : TICK_EVENT;
    struct shard_flow flow;
    set_clock(mode);
    stage_open(RULES);
    plan_many();
    gate_set(&stage.publishing, true);
    atomic_store(&stage.wall_ms, T0 + 5000);
    if (mode == TICK_EVENT)
        send(TIMERS + 1, 6000, 999999);
    STAGE_TURN_UNTIL(planned.count >= OUTBOX_MAX);
    stage_turn_for_a_while();
    if (mode == TICK_WALL) // those waited by themselves
        send(TIMERS + 1, 6000, 999999);
    stage_turn_for_a_while();
    shard_flow(stage.lane->shard, &flow);
    ck_assert_uint_lt(flow.actions_waiting, OUTBOX_MAX + FRAME_MAX);
    ck_assert_uint_lt(planned.count, OUTBOX_MAX + FRAME_MAX);
    ck_assert(!lane_turn(stage.lane, runtime_mono_us(&stage.runtime))); // it waits, without turning
    ck_assert_int_eq(lane_timers_wait_ms(stage.lane), -1);
    ck_assert_uint_eq(stage.answered, TIMERS);
    ck_assert(mode == TICK_WALL || stage.lane->hand.inlet != NULL);
    gate_set(&stage.publishing, false);
    STAGE_TURN_UNTIL(stage.answered == TIMERS + 1);
    STAGE_TURN_UNTIL(atomic_load(&stage.published) == TIMERS);
    ck_assert_uint_eq(planned.count, TIMERS);
    ck_assert_ptr_null(stage.lane->hand.inlet);
    stage_close();
}
END_TEST

START_TEST(at_a_stop_what_came_by_http_is_still_folded)
{
    set_clock(TICK_EVENT);
    stage_open(RULES);
    plan_many();
    gate_set(&stage.publishing, true);
    send(TIMERS + 1, 6000, 999999);
    STAGE_TURN_UNTIL(stage.lane->hand.inlet != NULL);
    atomic_store(&stage.runtime.is_stopping, true);
    stage_turn_for_a_while();
    ck_assert(!lane_is_drained(stage.lane));
    gate_set(&stage.publishing, false);
    STAGE_TURN_UNTIL(lane_is_drained(stage.lane));
    stage_pump();
    ck_assert_uint_eq(stage.answered, TIMERS + 1);
    ck_assert_uint_eq(planned.count, TIMERS);
    stage_close();
}
END_TEST

START_TEST(at_a_stop_what_a_source_gives_again_is_left_to_it)
{
    set_clock(TICK_EVENT);
    stage_open(RULES);
    plan_many();
    gate_set(&stage.publishing, true);
    stage.lane->inlets[0].kind = INLET_KAFKA; // as far as the lane can tell
    int64_t position = shard_position(stage.lane->shard, stage.lane->inlets[0].source.name);
    send(TIMERS + 1, 6000, 999999);
    STAGE_TURN_UNTIL(stage.lane->hand.inlet != NULL);
    atomic_store(&stage.runtime.is_stopping, true);
    gate_set(&stage.publishing, false);
    STAGE_TURN_UNTIL(lane_is_drained(stage.lane)); // and what was counted adds up
    ck_assert_int_eq(
        shard_position(stage.lane->shard, stage.lane->inlets[0].source.name), position);
    ck_assert_uint_lt(planned.count, TIMERS);
    ck_assert_uint_eq(stage.answered, TIMERS);
    stage_close();
}
END_TEST

START_TEST(a_stop_does_not_wait_for_timers)
{
    stage_open(RULES);
    plan_many();
    atomic_store(&stage.runtime.is_stopping, true);
    atomic_store(&stage.wall_ms, T0 + 5000);
    STAGE_TURN_UNTIL(lane_is_drained(stage.lane));
    ck_assert_uint_eq(planned.count, 0);
    stage_close();
}
END_TEST

// What is due is decided by the rules in force when it became due; the new ones only see what comes after.
START_TEST(what_became_due_in_between_fires_before_other_rules_are_put_in_force)
{
    bool is_other = _i == 1;
    stage_open(RULES);
    uint64_t ruleset = ruleset_hash(shard_ruleset(stage.lane->shard));
    plan_many();
    stage_close();
    ck_assert_uint_eq(planned.count, 0);
    atomic_store(&stage.wall_ms, T0 + 5000);
    stage_open(is_other ? OTHER_RULES : RULES);
    STAGE_TURN_UNTIL(planned.count == TIMERS);
    ck_assert_uint_eq(planned.ruleset, ruleset);
    ck_assert_int_eq(ruleset_hash(shard_ruleset(stage.lane->shard)) != ruleset, is_other);
    STAGE_TURN_UNTIL(atomic_load(&stage.published) == TIMERS);
    stage_close();
}
END_TEST

START_TEST(all_that_is_due_fires_before_the_end)
{
    stage.runtime.is_once = true;
    stage_open(RULES);
    plan_many();
    atomic_store(&stage.wall_ms, T0 + 5000);
    stage.lane->inlets[0].state = INLET_ENDED;
    ck_assert(!lane_has_ended(stage.lane));
    STAGE_TURN_UNTIL(lane_has_ended(stage.lane));
    ck_assert_uint_eq(planned.count, TIMERS);
    stage_close();
}
END_TEST

START_TEST(a_clock_that_jumps_fires_nothing)
{
    int64_t even_ms = runtime_mono_us(&stage.runtime) / 1000;
    clock_guard_begin(&stage.runtime.clock_guard, HOUR_MS, (struct clock_reading){T0, even_ms});
    stage_open(RULES);
    send(1, 0, 3 * HOUR_MS);
    STAGE_TURN_UNTIL(stage.answered == 1);
    atomic_store(&stage.wall_ms, T0 + 100 * (int64_t)HOUR_MS);
    send(2, 0, 999 * (int64_t)HOUR_MS);
    STAGE_TURN_UNTIL(stage.answered == 2);
    stage_turn_for_a_while();
    ck_assert_uint_eq(planned.count, 0);
    ck_assert(clock_guard_is_held(&stage.runtime.clock_guard));
    ck_assert_int_lt(shard_tick_ms(stage.lane->shard), T0 + HOUR_MS);
    const char *said = strstr(stage.log, "jumped forward");
    ck_assert_ptr_nonnull(said);
    ck_assert_ptr_null(strstr(said + 1, "jumped forward")); // once
    atomic_store(&stage.wall_ms, T0 + HOUR_MS / 2);
    STAGE_TURN_UNTIL(!clock_guard_is_held(&stage.runtime.clock_guard));
    ck_assert_ptr_nonnull(strstr(stage.log, "followed again"));
    for (int64_t now_ms = T0; now_ms <= T0 + 3 * HOUR_MS; now_ms += HOUR_MS / 2) {
        atomic_store(&stage.wall_ms, now_ms); // in steps that may be
        stage_turn();
    }
    STAGE_TURN_UNTIL(planned.count == 1);
    stage_close();
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/run lane timers");
    TCase *tcase = tcase_create("lane timers");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, prepare, NULL);
    tcase_add_test(tcase, a_timer_fires_with_no_input);
    tcase_add_loop_test(tcase, many_timers_wait_for_what_they_decided_to_leave, 0, 2);
    tcase_add_test(tcase, at_a_stop_what_came_by_http_is_still_folded);
    tcase_add_test(tcase, at_a_stop_what_a_source_gives_again_is_left_to_it);
    tcase_add_test(tcase, a_stop_does_not_wait_for_timers);
    tcase_add_loop_test(
        tcase, what_became_due_in_between_fires_before_other_rules_are_put_in_force, 0, 2);
    tcase_add_test(tcase, all_that_is_due_fires_before_the_end);
    tcase_add_test(tcase, a_clock_that_jumps_fires_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
