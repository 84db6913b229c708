// Actions beyond the ceiling wait in the journal until they are released: none is lost, none goes out twice, and a restart knows.
#include <stdio.h>
#include <stdlib.h>
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

static unsigned drops_settled;

static void on_dropped(struct post *post)
{
    (void)post;
    drops_settled++;
}

// Drops what waits; in force when this returns, unless `is_held` keeps the disk from taking it.
static uint64_t drop(bool is_held)
{
    struct fault fault = {.err = ERR_OK};
    uint64_t dropped = 0;
    struct message_ticket *ticket = ticket_create(1, &stage.box, on_dropped);
    unsigned before = drops_settled;
    ceiling_gate_open(&stage.runtime.ceiling);
    gate_set(&stage.syncing, is_held);
    ck_assert_int_eq(lane_ceiling_drop(stage.lane, ticket, &dropped, &fault), ERR_OK);
    if (is_held)
        stage_turn_for_a_while();
    else
        STAGE_TURN_UNTIL(drops_settled == before + 1);
    ck_assert_uint_eq(drops_settled, before + (is_held ? 0 : 1));
    stage.tickets[stage.sent++] = ticket; // destroyed with the others
    return dropped;
}

START_TEST(what_is_dropped_never_goes_out)
{
    for (int i = 0; i < 5; i++)
        order();
    ck_published(2);
    ck_assert_uint_eq(drop(false), 3);
    ck_assert(!stands_still());
    ck_published(2);
    ck_assert_uint_eq(stage.lane->published, shard_sequence(stage.lane->shard)); // nothing waits
    order(); // counted anew from here on
    order();
    ck_published(4);
    order();
    ck_published(4);
    ck_assert(stands_still());
    ck_assert_uint_eq(drop(false), 1);
    ck_assert_uint_eq(drop(false), 0);
    for (int life = 0; life < 2; life++) {
        stage_kill();
        open_again();
        stage_turn_for_a_while();
        ck_assert(!stands_still());
        ck_assert_uint_eq(atomic_load(&stage.published), 4);
        ck_assert_uint_eq(atomic_load(&stage.lane->broken), 0);
    }
    pass_time(MINUTE_MS);
    order();
    ck_published(5);
}
END_TEST

// Nothing leaves before the frame that drops it is on the disk, and it is not in force before.
START_TEST(a_drop_is_in_force_once_it_is_durable)
{
    for (int i = 0; i < 4; i++)
        order();
    ck_published(2);
    uint64_t published = stage.lane->published;
    ck_assert_uint_eq(drop(true), 2);
    ck_assert(stands_still());
    ck_assert_uint_eq(stage.lane->published, published);
    gate_set(&stage.syncing, false);
    STAGE_TURN_UNTIL(!stands_still());
    ck_published(2);
    ck_assert_uint_eq(stage.lane->published, shard_sequence(stage.lane->shard));
}
END_TEST

// An earlier frame becomes durable first: the drop is no part of that sync.
START_TEST(another_frames_sync_does_not_put_a_drop_in_force)
{
    for (int i = 0; i < 4; i++)
        order();
    ck_published(2);
    uint64_t published = stage.lane->published;
    gate_set(&stage.syncing, true);
    stage_send("{\"id\":\"late\",\"type\":\"order.placed\",\"contact\":\"c\"}");
    STAGE_TURN_UNTIL(gate_waiting(&stage.syncing) == 1);
    ck_assert_uint_eq(drop(true), 3); // held: its frame waits for the next sync
    unsigned settled = drops_settled;
    gate_let_through(&stage.syncing); // the sync on its way; the next one is sent by a turn
    uint64_t durable = stage.lane->sync.durable;
    STAGE_TURN_UNTIL(stage.lane->sync.durable > durable);
    stage_turn_for_a_while();
    ck_assert_uint_lt(stage.lane->sync.durable, shard_sequence(stage.lane->shard));
    ck_assert(stands_still());
    ck_assert_uint_eq(stage.lane->published, published);
    ck_assert_uint_eq(drops_settled, settled);
    gate_set(&stage.syncing, false);
    STAGE_TURN_UNTIL(drops_settled == settled + 1);
    ck_published(2);
}
END_TEST

// It stands still with another shard, and nobody noted what its last process had published.
START_TEST(what_may_be_out_already_is_not_dropped)
{
    order();
    order();
    ck_published(2);
    stage_kill(); // no checkpoint has them
    ceiling_gate_shut(&stage.runtime.ceiling);
    stage_open(RULES);
    stage.lane->checkpoint.due_us = INT64_MAX;
    stage_turn_for_a_while();
    ck_assert(stands_still());
    order();
    ck_assert_uint_eq(drop(false), 1);
    ck_published(2);
    ck_assert_uint_eq(stage.lane->published, shard_sequence(stage.lane->shard));
}
END_TEST

// The file that says that it stands still is from before the drop.
START_TEST(a_crash_behind_a_drop_drops_it_all_the_same)
{
    char path[CEILING_PATH_BYTES + 8], kept[CEILING_PATH_BYTES + 16],
        command[3 * CEILING_PATH_BYTES];
    for (int i = 0; i < 4; i++)
        order();
    ck_published(2);
    (void)snprintf(path, sizeof(path), "%s", stage.lane->ceiling.path);
    (void)snprintf(kept, sizeof(kept), "%s.kept", path);
    (void)snprintf(command, sizeof(command), "cp %s %s", path, kept);
    ck_assert_int_eq(system(command), 0);
    ck_assert_uint_eq(drop(false), 2);
    stage_kill();
    ck_assert_int_eq(rename(kept, path), 0);
    open_again();
    ck_assert(stands_still());
    release();
    ck_published(2);
    ck_assert(!stands_still());
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
    tcase_add_test(tcase, what_is_dropped_never_goes_out);
    tcase_add_test(tcase, a_drop_is_in_force_once_it_is_durable);
    tcase_add_test(tcase, another_frames_sync_does_not_put_a_drop_in_force);
    tcase_add_test(tcase, what_may_be_out_already_is_not_dropped);
    tcase_add_test(tcase, a_crash_behind_a_drop_drops_it_all_the_same);
    tcase_add_test(tcase, without_a_ceiling_nothing_stands_still);
    suite_add_tcase(suite, tcase);
    return suite;
}
