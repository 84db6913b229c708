// A lane keeps its order: durable, then answered and published, then in a checkpoint.
#include "tests/fakes/lane_stage.h"
#include "tests/support/suite.h"

static const char RULES[] =
    "actions: {task: {topic: actions.task, with: {title: string}}}\n"
    "workflows:\n"
    "  bought: {on: order.placed, reenter: always, steps: [{do: task, with: {title: Call}}]}\n";

static void send_order(void)
{
    static const char *const lines[] = {
        "{\"id\":\"1\",\"type\":\"order.placed\",\"contact\":\"c\"}",
        "{\"id\":\"2\",\"type\":\"order.placed\",\"contact\":\"c\"}",
        "{\"id\":\"3\",\"type\":\"order.placed\",\"contact\":\"c\"}",
    };
    ck_assert_uint_lt(stage.sent, sizeof(lines) / sizeof(lines[0]));
    stage_send(lines[stage.sent]);
}

static void setup(void)
{
    stage_prepare();
    stage_open(RULES);
}

// ---- situations

START_TEST(nothing_is_answered_or_published_before_it_is_durable)
{
    gate_set(&stage.syncing, true);
    send_order();
    STAGE_TURN_UNTIL(shard_sequence(stage.lane->shard) == 2);
    stage_turn_for_a_while();
    ck_assert_uint_eq(stage.answered, 0);
    ck_assert_uint_eq(atomic_load(&stage.published), 0);
    gate_set(&stage.syncing, false);
    STAGE_TURN_UNTIL(stage.answered == 1 && atomic_load(&stage.published) == 1);
}
END_TEST

// What was appended while an earlier frame was on its way to the disk waits for its own sync.
START_TEST(a_sync_lets_out_what_it_made_durable_and_no_more)
{
    gate_set(&stage.syncing, true);
    send_order();
    STAGE_TURN_UNTIL(shard_sequence(stage.lane->shard) == 2 && gate_waiting(&stage.syncing) > 0);
    send_order();
    STAGE_TURN_UNTIL(shard_sequence(stage.lane->shard) == 3);
    gate_set(&stage.writing, true);
    gate_set(&stage.syncing, false);
    STAGE_TURN_UNTIL(stage.answered > 0 && atomic_load(&stage.published) > 0);
    stage_turn_for_a_while();
    ck_assert_uint_eq(stage.answered, 1);
    ck_assert_uint_eq(atomic_load(&stage.published), 1);
    gate_set(&stage.writing, false);
    STAGE_TURN_UNTIL(stage.answered == 2 && atomic_load(&stage.published) == 2);
}
END_TEST

// Only what is suspected is read one by one, each durable before the next.
START_TEST(a_suspect_of_another_source_holds_nothing_up)
{
    struct inflight *page = stage.lane->inflight;
    ck_assert_ptr_nonnull(page);
    page->suspect = (struct inflight_range){stage.lane->inlets[0].name_hash + 1, 0, 100};
    page->deaths = 1;
    gate_set(&stage.syncing, true);
    send_order();
    STAGE_TURN_UNTIL(shard_sequence(stage.lane->shard) == 2 && gate_waiting(&stage.syncing) > 0);
    send_order();
    STAGE_TURN_UNTIL(shard_sequence(stage.lane->shard) == 3);
    page->suspect.source = stage.lane->inlets[0].name_hash;
    send_order();
    stage_turn_for_a_while();
    ck_assert_uint_eq(shard_sequence(stage.lane->shard), 3);
    gate_set(&stage.syncing, false);
    STAGE_TURN_UNTIL(stage.answered == 3);
}
END_TEST

START_TEST(a_full_disk_answers_nothing_until_there_is_room)
{
    atomic_store(&stage.is_full, true);
    send_order();
    STAGE_TURN_UNTIL(atomic_load(&stage.runtime.disks_full) == 1);
    stage_turn_for_a_while();
    ck_assert_uint_eq(stage.answered, 0);
    ck_assert_uint_eq(atomic_load(&stage.published), 0);
    atomic_store(&stage.is_full, false);
    STAGE_TURN_UNTIL(stage.answered == 1 && atomic_load(&stage.published) == 1);
    ck_assert_uint_eq(atomic_load(&stage.runtime.disks_full), 0);
}
END_TEST

START_TEST(a_checkpoint_waits_until_its_actions_are_out_and_so_does_a_stop)
{
    const struct lane_checkpoint *checkpoint = &stage.lane->checkpoint;
    gate_set(&stage.publishing, true);
    send_order();
    STAGE_TURN_UNTIL(checkpoint->phase == CHECKPOINT_WRITTEN && stage.lane->sync.durable == 2);
    atomic_store(&stage.runtime.is_stopping, true);
    stage_turn_for_a_while();
    ck_assert_int_eq(checkpoint->phase, CHECKPOINT_WRITTEN);
    ck_assert_uint_eq(checkpoint->sequence_in_force, 1);
    ck_assert(!lane_is_drained(stage.lane));
    gate_set(&stage.publishing, false);
    STAGE_TURN_UNTIL(checkpoint->sequence_in_force == 2);
}
END_TEST

START_TEST(a_checkpoint_has_the_mark_of_the_publication_that_it_ends_with)
{
    const struct lane_checkpoint *checkpoint = &stage.lane->checkpoint;
    gate_set(&stage.publishing, true);
    send_order();
    STAGE_TURN_UNTIL(checkpoint->phase == CHECKPOINT_WRITTEN && stage.lane->sync.durable == 2);
    ck_assert_uint_eq(checkpoint->sequence, 2);
    STAGE_TURN_UNTIL(gate_waiting(&stage.publishing) == 1); // with this alone
    send_order();
    STAGE_TURN_UNTIL(stage.lane->taken == 3);
    gate_set(&stage.publishing, false);
    // Both are confirmed before the checkpoint gets its turn.
    STAGE_PUMP_UNTIL(stage.lane->published >= 3);
    ck_assert_uint_eq(stage.lane->published, 3);
    ck_assert_uint_eq(stage.lane->mark, 3 * STAGE_MARK_UNIT);
    ck_assert_uint_eq(checkpoint->mark, 2 * STAGE_MARK_UNIT);
}
END_TEST

// It is to spare the next opening what this one folded again; the frame of the first rules is none of that.
START_TEST(the_first_checkpoint_is_hastened_only_where_frames_were_folded_again)
{
    const int64_t age_us = INT64_C(3600) * 1000 * 1000, hastened_us = INT64_C(1000) * 1000;
    stage_close();
    stage_prepare();
    stage.settings.checkpoint_age_us = age_us;
    int64_t before_us = runtime_mono_us(&stage.runtime);
    stage_open_only(RULES);
    const struct lane_checkpoint *checkpoint = &stage.lane->checkpoint;
    ck_assert_uint_gt(shard_sequence(stage.lane->shard), checkpoint->sequence_in_force);
    ck_assert_int_ge(checkpoint->due_us, before_us + age_us);
    send_order();
    STAGE_TURN_UNTIL(stage.answered == 1);
    stage_kill();
    stage_open_only(RULES);
    checkpoint = &stage.lane->checkpoint;
    ck_assert_uint_eq(checkpoint->sequence_in_force, 0);
    ck_assert_int_le(checkpoint->due_us, runtime_mono_us(&stage.runtime) + hastened_us);
    stage_close();
    before_us = runtime_mono_us(&stage.runtime);
    stage_open_only(RULES);
    checkpoint = &stage.lane->checkpoint;
    ck_assert_uint_eq(checkpoint->sequence_in_force, shard_sequence(stage.lane->shard));
    ck_assert_int_ge(checkpoint->due_us, before_us + age_us);
}
END_TEST

// The log names each expression that fails once, and where the event is, but nothing of what it says.
START_TEST(an_expression_that_fails_is_told_once)
{
    static const char rules[] =
        "scores: {s: {rules: [{name: r, on: order.placed, if: data.secret.x == 1, points: 1}]}}\n";
    stage_close();
    stage_open(rules);
    send_order();
    STAGE_TURN_UNTIL(stage.answered == 1);
    send_order();
    STAGE_TURN_UNTIL(stage.answered == 2);
    const char *told = strstr(stage.log, "an expression of the rules failed");
    ck_assert_msg(told != NULL, "%s", stage.log);
    ck_assert_ptr_nonnull(strstr(told, "rule=\"scores.s/r if\""));
    ck_assert_ptr_nonnull(strstr(told, "reason=\"no such key\""));
    ck_assert_ptr_nonnull(strstr(told, "index=0"));
    ck_assert_ptr_null(strstr(told + 1, "an expression of the rules failed"));
    ck_assert_ptr_null(strstr(stage.log, "secret"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lane");
    TCase *tcase = tcase_create("lane");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, stage_close);
    tcase_add_test(tcase, nothing_is_answered_or_published_before_it_is_durable);
    tcase_add_test(tcase, a_sync_lets_out_what_it_made_durable_and_no_more);
    tcase_add_test(tcase, a_suspect_of_another_source_holds_nothing_up);
    tcase_add_test(tcase, a_full_disk_answers_nothing_until_there_is_room);
    tcase_add_test(tcase, a_checkpoint_waits_until_its_actions_are_out_and_so_does_a_stop);
    tcase_add_test(tcase, a_checkpoint_has_the_mark_of_the_publication_that_it_ends_with);
    tcase_add_test(tcase, the_first_checkpoint_is_hastened_only_where_frames_were_folded_again);
    tcase_add_test(tcase, an_expression_that_fails_is_told_once);
    suite_add_tcase(suite, tcase);
    return suite;
}
