// New rules over a lane that goes on: what is due by then fires by the rules of then, what comes meanwhile waits for a
// moment, and a stop gives them up.
// links: engine/fold
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/fold/query.h"
#include "engine/run/lane_rules.h"

#include "tests/fakes/lane_stage.h"
#include "tests/support/suite.h"

#define T0      INT64_C(1767225600000)
#define ACTIONS "actions: {a: {topic: t, with: {text: string}}}\n"
#define SEGMENT "segments: {known: {if: 'score.s >= 1', known_for: 5s}}\n"
#define WORKFLOW(text) \
    "workflows: {w: {on: segment.entered, steps: [{do: a, with: {text: " text "}}]}}\n"
#define SCORE(points) "scores: {s: {rules: [{name: r, on: page.viewed, points: " points "}]}}\n"
#define RULES         SCORE("1") SEGMENT ACTIONS WORKFLOW("before")
#define OTHER_WORDS   SCORE("1") SEGMENT ACTIONS WORKFLOW("after")
#define OTHER_POINTS  SCORE("2") SEGMENT ACTIONS WORKFLOW("after")

static struct rule_file file;
static struct rules next;
static struct rules_job job;
static unsigned jobs_done;
static struct side_thread *side;
static struct post shutter;
static atomic_bool is_side_shut;

static void wait_shut(struct post *post)
{
    (void)post;
    while (atomic_load(&is_side_shut))
        (void)usleep(500);
}

static void shut_side(void)
{
    atomic_store(&is_side_shut, true);
    shutter.run = wait_shut;
    side_thread_send(side, &shutter);
}

static void setup(void)
{
    stage_prepare();
    side = side_thread_start("rules");
    atomic_store(&stage.wall_ms, T0);
    jobs_done = 0;
    stage_open(RULES);
}

static void teardown(void)
{
    atomic_store(&is_side_shut, false);
    stage_close();
    side_thread_join(side);
    rules_free(&next);
}

static void send_view(unsigned contact)
{
    static char lines[STAGE_MAILS_MAX][200];
    char *line = lines[stage.sent % STAGE_MAILS_MAX];
    (void)snprintf(
        line, sizeof(lines[0]),
        "{\"id\":\"%u\",\"type\":\"page.viewed\",\"contact\":\"c-%u\",\"data\":{\"url\":\"u\"}}",
        stage.sent, contact);
    stage_send(line);
}

static void view(unsigned contact)
{
    send_view(contact);
    STAGE_TURN_UNTIL(stage.answered == stage.sent);
}

static void on_done(struct post *post)
{
    ck_assert_ptr_eq(post, &job.post);
    jobs_done++;
}

static void send_rules(const char *text)
{
    struct diagnostics list = {0};
    file = (struct rule_file){"rules.yaml", bytes_text(text)};
    rules_free(&next);
    next.bundle = (struct rule_bundle){.files = &file, .count = 1};
    ck_assert_int_eq(rules_compile(&next, &list), ERR_OK);
    diagnostics_free(&list);
    job = (struct rules_job){
        .lane = stage.lane,
        .rules = &next,
        .side = side,
        .reply_to = &stage.box,
        .done_run = on_done,
    };
    rules_job_send(&job);
}

static bool is_in_force(void)
{
    return ruleset_hash(shard_ruleset(stage.lane->shard)) == ruleset_hash(next.ruleset);
}

static void check_points(unsigned contact, unsigned points)
{
    char id[16], wanted[40];
    struct buffer text = {0};
    (void)snprintf(id, sizeof(id), "c-%u", contact);
    (void)snprintf(wanted, sizeof(wanted), "\"s\":{\"value\":%u}", points);
    struct contact_number number = query_find(stage.lane->shard, bytes_text(id));
    ck_assert_int_eq(query_contact(stage.lane->shard, number, &text), ERR_OK);
    buffer_add_u8(&text, 0);
    ck_assert_msg(
        strstr((const char *)text.data, wanted) != NULL, "%s: %s", wanted, (const char *)text.data);
    buffer_free(&text);
}

static const char *const others[] = {OTHER_WORDS, OTHER_POINTS};

START_TEST(new_rules_are_in_force_between_two_frames)
{
    view(1);
    uint64_t sequence = shard_sequence(stage.lane->shard);
    send_rules(others[_i]);
    STAGE_TURN_UNTIL(jobs_done == 1);
    ck_assert(is_in_force());
    ck_assert_uint_eq(shard_sequence(stage.lane->shard), sequence + 1);
    ck_assert_uint_eq(shard_ruleset_sequence(stage.lane->shard), sequence + 1);
    ck_assert(lane_rules_are_settled(stage.lane));
    view(1);
    check_points(1, _i == 0 ? 2 : 4);
}
END_TEST

START_TEST(rules_that_are_in_force_make_no_frame)
{
    view(1);
    uint64_t sequence = shard_sequence(stage.lane->shard);
    send_rules(RULES);
    STAGE_TURN_UNTIL(jobs_done == 1);
    ck_assert_uint_eq(shard_sequence(stage.lane->shard), sequence);
}
END_TEST

// Whoever has been known for five seconds enters at the very moment at which new rules come, and is told so.
START_TEST(what_is_due_fires_before_other_rules_look_at_the_contact)
{
    view(1);
    ck_assert_uint_eq(atomic_load(&stage.published), 0);
    atomic_store(&stage.wall_ms, T0 + 5000);
    send_rules(others[_i]);
    stage_pump(); // they are the first to see the clock
    STAGE_TURN_UNTIL(jobs_done == 1);
    ck_assert(is_in_force());
    STAGE_TURN_UNTIL(atomic_load(&stage.published) == 1);
    stage_turn_for_a_while();
    ck_assert_uint_eq(atomic_load(&stage.published), 1);
}
END_TEST

// What becomes due while the lane is held is not passed over: the new rules fire it.
START_TEST(what_becomes_due_while_it_is_held_fires_by_the_new_rules)
{
    view(1);
    gate_set(&stage.syncing, true);
    send_view(2); // not durable, so that the last of the journal cannot be followed
    STAGE_TURN_UNTIL(gate_waiting(&stage.syncing) == 1);
    send_rules(OTHER_POINTS);
    STAGE_TURN_UNTIL(lane_rules_hold(stage.lane));
    atomic_store(&stage.wall_ms, T0 + 5000);
    stage_turn_for_a_while();
    ck_assert(lane_rules_hold(stage.lane));
    gate_set(&stage.syncing, false);
    STAGE_TURN_UNTIL(jobs_done == 1);
    STAGE_TURN_UNTIL(atomic_load(&stage.published) == 2);
}
END_TEST

START_TEST(what_comes_while_it_is_held_is_taken_in_afterwards)
{
    view(1);
    gate_set(&stage.syncing, true);
    send_view(2);
    STAGE_TURN_UNTIL(gate_waiting(&stage.syncing) == 1);
    uint64_t sequence = shard_sequence(stage.lane->shard);
    send_rules(OTHER_POINTS);
    STAGE_TURN_UNTIL(lane_rules_hold(stage.lane));
    send_view(3);
    stage_turn_for_a_while();
    ck_assert_uint_eq(shard_sequence(stage.lane->shard), sequence);
    ck_assert_uint_eq(jobs_done, 0);
    gate_set(&stage.syncing, false);
    STAGE_TURN_UNTIL(jobs_done == 1 && stage.answered == stage.sent);
    ck_assert_uint_eq(shard_ruleset_sequence(stage.lane->shard), sequence + 1);
    for (unsigned contact = 1; contact <= 3; contact++)
        check_points(contact, 2);
}
END_TEST

START_TEST(the_lane_goes_on_while_the_journal_is_followed)
{
    view(1);
    shut_side();
    send_rules(OTHER_POINTS);
    stage_turn_for_a_while();
    ck_assert(!lane_rules_hold(stage.lane));
    ck_assert(!lane_rules_are_settled(stage.lane));
    for (unsigned i = 0; i < 20; i++)
        view(i); // each a frame, by the rules in force
    ck_assert(!is_in_force());
    check_points(1, 2);
    atomic_store(&is_side_shut, false);
    STAGE_TURN_UNTIL(jobs_done == 1);
    check_points(1, 4);
    check_points(19, 2);
}
END_TEST

START_TEST(a_stop_gives_them_up)
{
    bool is_held = _i == 1;
    view(1);
    if (is_held)
        gate_set(&stage.syncing, true);
    else
        shut_side();
    send_view(2);
    stage_turn_for_a_while();
    send_rules(OTHER_POINTS);
    if (is_held)
        STAGE_TURN_UNTIL(lane_rules_hold(stage.lane));
    stage_turn_for_a_while();
    ck_assert_int_eq(lane_rules_hold(stage.lane), is_held);
    atomic_store(&stage.runtime.is_stopping, true);
    stage_turn_for_a_while();
    ck_assert_uint_eq(jobs_done, is_held);
    ck_assert(!lane_is_drained(stage.lane)); // a side thread is at it, or a frame is not durable
    gate_set(&stage.syncing, false);
    atomic_store(&is_side_shut, false);
    STAGE_TURN_UNTIL(lane_is_drained(stage.lane) && jobs_done == 1);
    ck_assert(!is_in_force());
}
END_TEST

START_TEST(a_lane_that_is_broken_does_not_take_them)
{
    view(1);
    atomic_store(&stage.lane->broken, 1);
    send_rules(OTHER_WORDS);
    stage_pump();
    stage_pump();
    ck_assert_uint_eq(jobs_done, 1);
    ck_assert(!is_in_force());
    atomic_store(&stage.lane->broken, 0);
}
END_TEST

// Or a restart would fold the journal again for them.
START_TEST(a_checkpoint_comes_at_once_behind_what_was_folded_again)
{
    bool is_followed = _i == 1;
    stage.settings.checkpoint_age_us = INT64_C(3600) * 1000 * 1000;
    view(1);
    STAGE_TURN_UNTIL(stage.lane->checkpoint.sequence_in_force == shard_sequence(stage.lane->shard));
    send_rules(others[_i]);
    STAGE_TURN_UNTIL(jobs_done == 1);
    uint64_t sequence = shard_sequence(stage.lane->shard);
    stage_turn_for_a_while();
    if (is_followed)
        STAGE_TURN_UNTIL(stage.lane->checkpoint.sequence_in_force == sequence);
    else
        ck_assert_uint_lt(stage.lane->checkpoint.sequence_in_force, sequence);
}
END_TEST

START_TEST(opened_again_it_has_them)
{
    view(1);
    send_rules(others[_i]);
    STAGE_TURN_UNTIL(jobs_done == 1);
    uint64_t sequence = shard_ruleset_sequence(stage.lane->shard);
    view(1);
    stage_close();
    stage_open(others[_i]);
    ck_assert_uint_eq(shard_ruleset_sequence(stage.lane->shard), sequence);
    check_points(1, _i == 0 ? 2 : 4);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lane rules");
    TCase *tcase = tcase_create("rules");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, new_rules_are_in_force_between_two_frames, 0, 2);
    tcase_add_test(tcase, rules_that_are_in_force_make_no_frame);
    tcase_add_loop_test(tcase, what_is_due_fires_before_other_rules_look_at_the_contact, 0, 2);
    tcase_add_test(tcase, what_becomes_due_while_it_is_held_fires_by_the_new_rules);
    tcase_add_test(tcase, what_comes_while_it_is_held_is_taken_in_afterwards);
    tcase_add_test(tcase, the_lane_goes_on_while_the_journal_is_followed);
    tcase_add_loop_test(tcase, a_stop_gives_them_up, 0, 2);
    tcase_add_test(tcase, a_lane_that_is_broken_does_not_take_them);
    tcase_add_loop_test(tcase, a_checkpoint_comes_at_once_behind_what_was_folded_again, 0, 2);
    tcase_add_loop_test(tcase, opened_again_it_has_them, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
