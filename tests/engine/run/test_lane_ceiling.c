// Actions beyond the ceiling wait in the journal until they are released: none is lost, none goes out twice, and a restart knows.
#include <stdio.h>
#include <string.h>

#include "tests/fakes/lane_stage.h"
#include "tests/support/suite.h"

#define MINUTE_MS INT64_C(60000)

static const char RULES[] =
    "actions: {task: {topic: actions.task, with: {title: string}}}\n"
    "workflows:\n"
    "  bought: {on: order.placed, reenter: always, steps: [{do: task, with: {title: Call}}]}\n";
static unsigned orders;

static void open_again(void)
{
    ceiling_gate_open(&stage.runtime.ceiling); // of a new process
    stage_open(RULES);
    stage.lane->checkpoint.due_us = INT64_MAX; // none may be under way when the lane is killed
}

static void open_with(uint32_t actions_per_minute)
{
    orders = 0;
    stage_prepare();
    stage.settings.actions_per_minute = actions_per_minute;
    atomic_store(&stage.wall_ms, INT64_C(1767225600000));
    open_again();
}

static void setup(void)
{
    open_with(2);
}

static void teardown(void)
{
    struct fault fault = {.err = ERR_OK};
    ceiling_gate_open(&stage.runtime.ceiling);
    ck_assert_int_eq(lane_ceiling_release(stage.lane, &fault), ERR_OK);
    stage_close();
}

// An order in a frame of its own, durable when this returns.
static void order(void)
{
    static char lines[STAGE_MAILS_MAX][100];
    unsigned answered = stage.answered;
    ck_assert_uint_lt(orders, STAGE_MAILS_MAX);
    (void)snprintf(
        lines[orders], sizeof(lines[orders]),
        "{\"id\":\"%u\",\"type\":\"order.placed\",\"contact\":\"c\"}", orders);
    stage_send(lines[orders++]);
    STAGE_TURN_UNTIL(stage.answered == answered + 1);
}

static void pass_time(int64_t ms)
{
    atomic_fetch_add(&stage.wall_ms, ms);
}

static void ck_published(unsigned wanted)
{
    STAGE_TURN_UNTIL(atomic_load(&stage.published) >= wanted);
    stage_turn_for_a_while();
    ck_assert_uint_eq(atomic_load(&stage.published), wanted);
}

static bool stands_still(void)
{
    return atomic_load(&stage.lane->ceiling.is_shut);
}

static void release(void)
{
    struct fault fault = {.err = ERR_OK};
    ceiling_gate_open(&stage.runtime.ceiling);
    ck_assert_msg(lane_ceiling_release(stage.lane, &fault) == ERR_OK, "%s", fault.text);
}

START_TEST(what_goes_beyond_the_ceiling_waits_until_it_is_released)
{
    for (int i = 0; i < 4; i++)
        order();
    ck_published(2);
    ck_assert(stands_still());
    ck_assert_ptr_nonnull(strstr(stage.log, "they wait to be released"));
    pass_time(10 * MINUTE_MS); // time alone lets nothing out
    order();
    ck_published(2);
    release();
    ck_assert(!stands_still());
    ck_published(5);
    order(); // counted anew from here on
    order();
    ck_published(7);
    ck_assert(!stands_still());
    order();
    ck_published(7);
    ck_assert(stands_still());
}
END_TEST

START_TEST(each_minute_has_its_own)
{
    for (unsigned minute = 1; minute <= 3; minute++) {
        order();
        order();
        ck_published(2 * minute);
        pass_time(MINUTE_MS);
    }
    ck_assert(!stands_still());
}
END_TEST

// The next process meets all of them at once.
START_TEST(actions_are_counted_in_the_minute_in_which_they_were_decided)
{
    for (int i = 0; i < 6; i++) {
        order();
        pass_time(MINUTE_MS / 2);
    }
    ck_published(6);
    stage_kill();
    open_again();
    stage_turn_for_a_while();
    ck_assert(!stands_still());
    order();
    ck_published(7);
}
END_TEST

// What was published before is in a checkpoint, and not met again.
START_TEST(a_restart_stands_still_where_the_process_before_did)
{
    order();
    order();
    ck_published(2);
    stage.lane->checkpoint.due_us = 0;
    STAGE_TURN_UNTIL(stage.lane->checkpoint.sequence_in_force == shard_sequence(stage.lane->shard));
    stage.lane->checkpoint.due_us = INT64_MAX;
    order();
    order();
    stage_turn_for_a_while();
    ck_assert(stands_still());
    for (int life = 0; life < 3; life++) {
        stage_kill();
        pass_time(2 * MINUTE_MS);
        open_again();
        ck_assert(stands_still());
        order();
        stage_turn_for_a_while();
        ck_assert_uint_eq(atomic_load(&stage.published), 2);
    }
    release();
    ck_published(7);
}
END_TEST

START_TEST(what_was_released_is_free_after_a_restart_too)
{
    for (int i = 0; i < 6; i++)
        order();
    ck_published(2);
    gate_set(&stage.publishing, true);
    release();
    stage_kill(); // within the publication
    open_again();
    ck_published(6);
    ck_assert(!stands_still());
}
END_TEST

START_TEST(a_file_that_cannot_be_read_stands_still)
{
    char path[CEILING_PATH_BYTES];
    for (int i = 0; i < 3; i++)
        order();
    ck_published(2);
    (void)snprintf(path, sizeof(path), "%s", stage.lane->ceiling.path);
    stage_kill();
    FILE *file = fopen(path, "r+");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fputc('X', file), 'X');
    ck_assert_int_eq(fclose(file), 0);
    open_again();
    ck_assert(stands_still());
    ck_assert_uint_eq(atomic_load(&stage.published), 2);
    release();
    ck_published(3);
}
END_TEST

START_TEST(without_a_ceiling_nothing_stands_still)
{
    for (int i = 0; i < 3; i++)
        order();
    ck_published(2);
    stage_kill();
    stage.settings.actions_per_minute = 0;
    open_again();
    ck_published(3);
    ck_assert(!stands_still());
}
END_TEST

static bool other_lane_publishes(uint32_t actions)
{
    int64_t minute = atomic_load(&stage.wall_ms) / MINUTE_MS;
    return ceiling_gate_count(
        &stage.runtime.ceiling, minute, actions, stage.settings.actions_per_minute);
}

START_TEST(the_lanes_of_a_daemon_share_it)
{
    ck_assert(other_lane_publishes(1));
    order();
    ck_published(1);
    ck_assert(!stands_still());
    order();
    ck_published(1);
    ck_assert(stands_still());
    ck_assert(!other_lane_publishes(1));
    pass_time(MINUTE_MS);
    ck_assert(ceiling_gate_is_shut(&stage.runtime.ceiling)); // for all of them
    release();
    ck_published(2);
    ck_assert(!ceiling_gate_is_shut(&stage.runtime.ceiling));
}
END_TEST

START_TEST(a_lane_stands_still_with_another_one_and_so_does_its_restart)
{
    order();
    ck_published(1);
    ceiling_gate_shut(&stage.runtime.ceiling);
    pass_time(MINUTE_MS);
    order();
    ck_published(1);
    ck_assert(stands_still());
    ck_assert_ptr_nonnull(strstr(stage.log, "of another shard wait"));
    stage_kill();
    open_again();
    ck_assert(stands_still());
    ck_assert(ceiling_gate_is_shut(&stage.runtime.ceiling));
    release();
    ck_published(2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/run/lane_ceiling");
    TCase *tcase = tcase_create("lane_ceiling");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, what_goes_beyond_the_ceiling_waits_until_it_is_released);
    tcase_add_test(tcase, each_minute_has_its_own);
    tcase_add_test(tcase, actions_are_counted_in_the_minute_in_which_they_were_decided);
    tcase_add_test(tcase, a_restart_stands_still_where_the_process_before_did);
    tcase_add_test(tcase, what_was_released_is_free_after_a_restart_too);
    tcase_add_test(tcase, a_file_that_cannot_be_read_stands_still);
    tcase_add_test(tcase, the_lanes_of_a_daemon_share_it);
    tcase_add_test(tcase, a_lane_stands_still_with_another_one_and_so_does_its_restart);
    tcase_add_test(tcase, without_a_ceiling_nothing_stands_still);
    suite_add_tcase(suite, tcase);
    return suite;
}
