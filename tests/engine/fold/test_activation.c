// New rules made ready beside a shard that goes on: what comes of it is what the journal gives when it is folded again.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/fold/activation.h"

#include "tests/fakes/zone_fixture.h"
#include "tests/support/suite.h"

#define EVENTS_ONLY "events: {noon: {data: {zone: optional string, zones: optional list}}}\n"
#define ONE_POINT   EVENTS_ONLY "scores: {s: {rules: [{name: r, on: noon, points: 1}]}}\n"
#define TWO_POINTS  EVENTS_ONLY "scores: {s: {rules: [{name: r, on: noon, points: 2}]}}\n"
#define FROM_NOW \
    EVENTS_ONLY "scores: {s: {history: from_now, rules: [{name: r, on: noon, points: 2}]}}\n"
#define WITH_WORKFLOW \
    ONE_POINT "workflows: {w: {on: noon, reenter: always, steps: [{tag: {add: seen}}]}}\n"

static struct activation *begin(const char *rules)
{
    const struct rule_file file = {"rules.yaml", bytes_text(rules)};
    const struct rule_bundle bundle = {.files = &file, .count = 1};
    struct diagnostics diagnostics = {0};
    struct ruleset *ruleset = NULL;
    struct activation *activation = NULL;
    struct fault fault = {ERR_OK, ""};
    ck_assert_int_eq(ruleset_compile(&bundle, &diagnostics, &ruleset), ERR_OK);
    diagnostics_free(&diagnostics);
    enum err err = activation_begin(world.shard, ruleset, &activation, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    return activation;
}

static void follow(struct activation *activation, uint64_t sequence)
{
    struct fault fault = {ERR_OK, ""};
    enum err err = activation_follow(activation, sequence, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    ck_assert_uint_eq(activation_sequence(activation), sequence);
}

static enum err end(struct activation *activation)
{
    struct fault fault = {ERR_OK, ""};
    return activation_end(activation, world.shard, world.wall_ms, &fault);
}

static void feed_some(unsigned from, unsigned count)
{
    char id[16], contact[16];
    for (unsigned i = from; i < from + count; i++) {
        (void)snprintf(id, sizeof(id), "%u", i);
        (void)snprintf(contact, sizeof(contact), "c-%u", i % 3);
        zone_noon(id, contact, "{}");
    }
}

START_TEST(what_comes_while_it_is_followed_is_in_it)
{
    world_open(&world, ONE_POINT);
    feed_some(1, 6);
    struct activation *activation = begin(TWO_POINTS);
    ck_assert(activation_has_history(activation));
    ck_assert_uint_eq(activation_sequence(activation), 0);
    follow(activation, 3);
    feed_some(7, 3); // by the rules in force
    zone_check_score("c-0", "s", 3);
    follow(activation, shard_sequence(world.shard) - 1);
    feed_some(10, 3);
    follow(activation, shard_sequence(world.shard));
    ck_assert_int_eq(end(activation), ERR_OK);
    ck_assert_uint_eq(shard_ruleset_sequence(world.shard), shard_sequence(world.shard));
    world_publish(&world);
    zone_check_score("c-0", "s", 8);
    feed_some(13, 3);
    zone_check_score("c-0", "s", 10);
    zone_check_again();
}
END_TEST

START_TEST(it_is_what_it_would_be_at_once)
{
    uint64_t digests[2];
    for (int i = 0; i < 2; i++) {
        world_open(&world, ONE_POINT);
        feed_some(1, 9);
        if (i == 0) {
            world_activate(&world, TWO_POINTS);
        } else {
            struct activation *activation = begin(TWO_POINTS);
            for (uint64_t at = 1; at <= shard_sequence(world.shard); at++)
                follow(activation, at);
            ck_assert_int_eq(end(activation), ERR_OK);
        }
        world_publish(&world);
        digests[i] = world_digest(&world);
        zone_check_again();
        fold_fixture_teardown();
        zone_fixture_setup();
    }
    ck_assert_uint_eq(digests[0], digests[1]);
}
END_TEST

START_TEST(given_up_it_leaves_nothing)
{
    world_open(&world, ONE_POINT);
    feed_some(1, 6);
    uint64_t digest = world_digest(&world);
    uint64_t sequence = shard_sequence(world.shard);
    struct activation *activation = begin(TWO_POINTS);
    follow(activation, 2);
    activation_abandon(activation);
    activation_abandon(NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_uint_eq(shard_sequence(world.shard), sequence);
    feed_some(7, 3);
    zone_check_score("c-0", "s", 3);
    zone_check_again();
}
END_TEST

START_TEST(nothing_is_followed_where_events_of_before_would_be_the_same)
{
    world_open(&world, ONE_POINT);
    ck_assert_ptr_null(begin(ONE_POINT)); // in force
    struct activation *activation = begin(TWO_POINTS);
    ck_assert(!activation_has_history(activation)); // nobody is known
    activation_abandon(activation);
    feed_some(1, 6);
    activation = begin(WITH_WORKFLOW);
    ck_assert(!activation_has_history(activation));
    ck_assert_int_eq(end(activation), ERR_OK);
    world_publish(&world);
    feed_some(7, 1);
    zone_check_score("c-1", "s", 3);
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c-1"), "\"tags\":[\"seen\"]"));
    zone_check_again();
}
END_TEST

START_TEST(a_score_from_now_on_starts_empty)
{
    world_open(&world, ONE_POINT);
    feed_some(1, 6);
    struct activation *activation = begin(FROM_NOW);
    follow(activation, shard_sequence(world.shard));
    ck_assert_int_eq(end(activation), ERR_OK);
    world_publish(&world);
    ck_assert_ptr_null(
        strstr(world_contact(&world, "c-0"), "\"s\":")); // without an entry it is not there
    feed_some(7, 3);
    zone_check_score("c-0", "s", 2);
    zone_check_again();
}
END_TEST

START_TEST(a_frame_that_is_not_there_yet_is_asked_for_again)
{
    struct fault fault = {ERR_OK, ""};
    world_open(&world, ONE_POINT);
    feed_some(1, 3);
    struct activation *activation = begin(TWO_POINTS);
    uint64_t next = shard_sequence(world.shard) + 1;
    ck_assert_int_eq(activation_follow(activation, next, &fault), ERR_STATE);
    feed_some(4, 1);
    follow(activation, next);
    ck_assert_int_eq(end(activation), ERR_OK);
    world_publish(&world);
    zone_check_score("c-1", "s", 4);
    zone_check_again();
}
END_TEST

// ---- zones that the shard comes to know meanwhile

#define HOURS_OF_ZONES                                             \
    EVENTS_ONLY                                                    \
    "scores:\n"                                                    \
    "  own: {rules: [{name: own, on: noon, if: has(contact.zone)," \
    " points: 'local(event.time, contact.zone).getHours()'}]}\n"
#define HOURS_OF_ZONES_TWICE                                       \
    EVENTS_ONLY                                                    \
    "scores:\n"                                                    \
    "  own: {rules: [{name: own, on: noon, if: has(contact.zone)," \
    " points: '2 * local(event.time, contact.zone).getHours()'}]}\n"

START_TEST(a_zone_that_both_come_to_know_is_the_same)
{
    world_open(&world, HOURS_OF_ZONES);
    zone_live_in("1", "c-1", "Near/By");
    struct activation *activation = begin(HOURS_OF_ZONES_TWICE);
    zone_noon("2", "c-1", "{}");
    zone_check_score("c-1", "own", 13);
    follow(activation, shard_sequence(world.shard));
    ck_assert_int_eq(end(activation), ERR_OK);
    world_publish(&world);
    zone_check_score("c-1", "own", 26);
    zone_check_again();
}
END_TEST

// The history asked for it when there was none yet, or another: a replay would see what the shard knows now.
START_TEST(a_zone_that_is_another_meanwhile_begins_it_anew)
{
    bool is_new = _i == 0;
    world_open(&world, EVENTS_ONLY);
    zone_live_in("1", "c-1", "Late/One");
    zone_noon("2", "c-1", "{}");
    zone_fake.zones[2] = (struct fake_zone){.name = "Late/One", .rule = is_new ? NULL : "<+03>-3"};
    struct activation *activation = begin(HOURS_OF_ZONES_TWICE);
    follow(activation, shard_sequence(world.shard));
    zone_fake.zones[2].rule = "<+02>-2";
    world_activate(&world, HOURS_OF_ZONES); // asks for it over the same events
    world_publish(&world);
    zone_check_score("c-1", "own", 14);
    follow(activation, shard_sequence(world.shard));
    ck_assert_int_eq(end(activation), ERR_AGAIN);
    ck_assert_uint_eq(activation_sequence(activation), 0);
    zone_check_score("c-1", "own", 14);
    follow(activation, shard_sequence(world.shard));
    ck_assert_int_eq(end(activation), ERR_OK);
    world_publish(&world);
    zone_check_score("c-1", "own", 28);
    zone_check_again();
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("activation");
    TCase *tcase = tcase_create("activation");
    tcase_add_checked_fixture(tcase, zone_fixture_setup, fold_fixture_teardown);
    tcase_add_test(tcase, what_comes_while_it_is_followed_is_in_it);
    tcase_add_test(tcase, it_is_what_it_would_be_at_once);
    tcase_add_test(tcase, given_up_it_leaves_nothing);
    tcase_add_test(tcase, nothing_is_followed_where_events_of_before_would_be_the_same);
    tcase_add_test(tcase, a_score_from_now_on_starts_empty);
    tcase_add_test(tcase, a_frame_that_is_not_there_yet_is_asked_for_again);
    tcase_add_test(tcase, a_zone_that_both_come_to_know_is_the_same);
    tcase_add_loop_test(tcase, a_zone_that_is_another_meanwhile_begins_it_anew, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
