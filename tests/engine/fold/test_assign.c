// Contacts given to the members of teams: by turn, by load, kept, refused. Whatever a test did, the journal folds again to
// the same, the store holds what its records say, and a restart after any event changes nothing.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/fold/shard_clock.h"
#include "engine/fold/team_stats.h"
#include "projections/owners.h"

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

static struct fold_world world;
static int next_id;
static bool is_restarting; // after each event

static void setup_with(bool restarts)
{
    world_create(&world);
    world.params.tick_mode = TICK_EVENT;
    next_id = 1;
    is_restarting = restarts;
}

static void setup(void)
{
    setup_with(false);
}

static void setup_restarting(void)
{
    setup_with(true);
}

static void teardown(void)
{
    if (world.shard != NULL) {
        world_publish(&world);
        world_check_refolds(&world);
        if (!is_restarting) { // then the store itself is counted again
            world_checkpoint(&world);
            world_check_refolds(&world);
        }
    }
    world_destroy(&world);
}

static void feed(const char *contact, const char *type, const char *data)
{
    char line[1024];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-01T10:00:00Z\","
        "\"contact\":\"%s\",\"data\":%s}",
        next_id++, type, contact, data);
    world_feed_line(&world, line);
    if (!is_restarting)
        return;
    world_publish(&world);
    if (next_id % 3 == 0)
        world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
}

static const char *owner_of(const char *contact)
{
    static char owner[200];
    const char *at = strstr(world_contact(&world, contact), "\"owner\":\"");
    owner[0] = '\0';
    if (at != NULL) {
        at += strlen("\"owner\":\"");
        (void)snprintf(owner, sizeof(owner), "%.*s", (int)strcspn(at, "\""), at);
    }
    return owner;
}

#define ck_owner(contact, wanted) ck_assert_str_eq(owner_of(contact), wanted)

// Feeds `ping` of so many new contacts, and gives the owner of each by its first letter behind "sales/", or '-'.
static const char *ping_new(unsigned from, unsigned count)
{
    static char order[2048];
    for (unsigned i = 0; i < count; i++) {
        char contact[20];
        (void)snprintf(contact, sizeof(contact), "c%u", from + i);
        feed(contact, "ping", "{}");
        const char *owner = owner_of(contact);
        order[i] = owner[0] == '\0' ? '-' : owner[strlen("sales/")];
    }
    order[count] = '\0';
    return order;
}

#define EVENTS "events: {ping: {data: {}}}\ncontact: {fields: {country: {type: string}}}\n"
#define TEAM   EVENTS "teams:\n  sales: {members: {ann: , binh: , chi: }}\n"
#define ON_PING(assign)                                                                        \
    "workflows:\n  w:\n    on: ping\n    reenter: always\n    steps:\n      - assign: " assign \
    "\n      - tag: {add: assigned}\n"
#define BY_TURN "{team: sales, by: round_robin}"
#define BY_LOAD "{team: sales, by: load}"

START_TEST(turns_go_round)
{
    world_open(&world, TEAM ON_PING(BY_TURN));
    ck_assert_str_eq(ping_new(0, 7), "abcabca");
    ck_owner("c1", "sales/binh");
}
END_TEST

START_TEST(a_thousand_turns_are_shared_exactly)
{
    world_open(
        &world,
        EVENTS "teams: {sales: {members: {ann: , binh: , chi: , dung: }}}\n" ON_PING(BY_TURN));
    const char *order = ping_new(0, 1000);
    unsigned counts[4] = {0};
    for (unsigned i = 0; i < 1000; i++)
        counts[order[i] - 'a']++;
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(counts[i], 250);
}
END_TEST

START_TEST(weights_are_spread_over_the_turns)
{
    world_open(
        &world,
        EVENTS "teams: {sales: {members: {ann: {weight: 3}, binh: , chi: }}}\n" ON_PING(BY_TURN));
    ck_assert_str_eq(ping_new(0, 10), "abacaabaca");
}
END_TEST

START_TEST(another_shard_begins_with_another)
{
    world.params.shard = 1;
    world_open(&world, TEAM ON_PING(BY_TURN));
    ck_assert_str_eq(ping_new(0, 4), "bcab");
}
END_TEST

START_TEST(an_owner_of_the_team_is_kept)
{
    world_open(&world, TEAM ON_PING(BY_TURN));
    feed("x", "contact.assigned", "{\"team\":\"sales\",\"person\":\"chi\"}");
    feed("x", "ping", "{}");
    ck_owner("x", "sales/chi");
    ck_assert_str_eq(ping_new(0, 1), "a"); // nobody's turn has come
    feed("y", "contact.assigned", "{\"team\":\"support\",\"person\":\"chi\"}");
    feed("y", "ping", "{}");
    ck_owner("y", "sales/binh");
    feed("z", "contact.assigned", "{\"team\":\"sales\",\"person\":\"who-left\"}");
    feed("z", "ping", "{}");
    ck_owner("z", "sales/chi");
}
END_TEST

START_TEST(without_sticky_the_next_has_it)
{
    world_open(&world, TEAM ON_PING("{team: sales, sticky: false}"));
    feed("x", "ping", "{}");
    ck_owner("x", "sales/ann");
    feed("x", "ping", "{}");
    ck_owner("x", "sales/binh");
}
END_TEST

START_TEST(the_least_loaded_has_it)
{
    world_open(&world, TEAM ON_PING(BY_LOAD));
    feed("x", "contact.assigned", "{\"team\":\"sales\",\"person\":\"ann\"}");
    feed("y", "contact.assigned", "{\"team\":\"sales\",\"person\":\"ann\"}");
    ck_assert_str_eq(ping_new(0, 5), "bcbca");
    feed("x", "contact.unassigned", "{}");
    feed("y", "contact.assigned", "{\"team\":\"support\",\"person\":\"ann\"}");
    feed("y", "contact.assigned", "{\"team\":\"support\",\"person\":\"ann\"}");
    ck_assert_str_eq(ping_new(5, 2), "aa");
}
END_TEST

START_TEST(load_counts_by_weight)
{
    world_open(
        &world, EVENTS "teams: {sales: {members: {ann: {weight: 2}, binh: }}}\n" ON_PING(BY_LOAD));
    ck_assert_str_eq(ping_new(0, 6), "abaaba");
}
END_TEST

START_TEST(who_is_full_gets_no_more)
{
    world_open(
        &world, EVENTS
        "teams: {sales: {members: {ann: {capacity: 1}, binh: {capacity: 2}}}}\n" ON_PING(BY_TURN));
    ck_assert_str_eq(ping_new(0, 5), "abb--"); // the step fails
    ck_assert_ptr_null(strstr(world_contact(&world, "c3"), "\"assigned\""));
    feed("c1", "contact.unassigned", "{}");
    ck_assert_str_eq(ping_new(5, 1), "b");
}
END_TEST

START_TEST(conditions_choose_who_may_have_it)
{
    world_open(
        &world,
        EVENTS "teams: {sales: {members: {ann: {if: 'contact.country == \"VN\"'}, binh: {if: "
               "'contact.country != \"VN\"'}}}}\n" ON_PING(BY_TURN));
    feed("x", "contact.updated", "{\"fields\":{\"country\":\"VN\"}}");
    feed("y", "contact.updated", "{\"fields\":{\"country\":\"VN\"}}");
    feed("z", "contact.updated", "{\"fields\":{\"country\":\"CA\"}}");
    feed("x", "ping", "{}");
    feed("y", "ping", "{}");
    feed("z", "ping", "{}");
    ck_owner("x", "sales/ann");
    ck_owner("y", "sales/ann");
    ck_owner("z", "sales/binh");
    ck_assert_str_eq(ping_new(0, 1), "-"); // no country: no condition holds
}
END_TEST

START_TEST(a_person_may_be_named)
{
    world_open(&world, TEAM ON_PING("{team: sales, person: binh}"));
    ck_assert_str_eq(ping_new(0, 2), "bb");
    feed("x", "contact.assigned", "{\"team\":\"sales\",\"person\":\"ann\"}");
    feed("x", "ping", "{}");
    ck_owner("x", "sales/binh");
}
END_TEST

START_TEST(a_team_that_changes_goes_on_fairly)
{
    world_open(&world, TEAM ON_PING(BY_TURN));
    ck_assert_str_eq(ping_new(0, 4), "abca");
    world_activate(
        &world, EVENTS "teams: {sales: {members: {dung: , ann: , chi: }}}\n" ON_PING(BY_TURN));
    const char *order = ping_new(4, 30);
    unsigned counts[4] = {0};
    for (unsigned i = 0; i < 30; i++)
        counts[order[i] - 'a']++;
    ck_assert_uint_eq(counts[1], 0);
    for (unsigned i = 0; i < 4; i++)
        ck_assert(i == 1 || (counts[i] >= 9 && counts[i] <= 11));
}
END_TEST

START_TEST(the_store_keeps_turns_and_loads)
{
    world_open(&world, TEAM ON_PING(BY_TURN));
    ck_assert_str_eq(ping_new(0, 4), "abca");
    uint64_t digest = world_digest(&world);
    world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world.report.replayed_frames, 0);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_str_eq(ping_new(4, 2), "bc");
    world_publish(&world);
    world_check_rebuilt(&world, NULL);
    ck_assert_str_eq(ping_new(6, 1), "a");
}
END_TEST

static const char *stats(void)
{
    static struct buffer text;
    struct buffer packed = {0};
    struct arena arena = {0};
    struct team_stats sums;
    buffer_clear(&text);
    ck_assert_int_eq(team_stats_pack(world.shard, bytes_text("sales"), &packed), ERR_OK);
    const struct bytes view = buffer_bytes(&packed);
    ck_assert_int_eq(team_stats_sum(&view, 1, &arena, &sums), ERR_OK);
    team_stats_add_json(&text, &sums);
    buffer_add_u8(&text, 0);
    buffer_free(&packed);
    arena_free(&arena);
    return (const char *)text.data;
}

#define ck_member(person, contacts, handed, next)                                      \
    ck_assert_msg(                                                                     \
        strstr(                                                                        \
            stats(), "{\"person\":\"" person "\",\"weight\":1,\"contacts\":" #contacts \
                     ",\"handed_over\":" #handed ",\"next_in\":" #next "}") != NULL,   \
        "%s", stats())

START_TEST(what_was_handed_over_is_counted)
{
    world_open(&world, TEAM ON_PING(BY_TURN));
    ck_member("ann", 0, 0, 1);
    ck_assert_str_eq(ping_new(0, 5), "abcab");
    feed("c0", "contact.assigned", "{\"team\":\"sales\",\"person\":\"chi\"}"); // by an event
    feed("c0", "ping", "{}");                                                  // kept
    feed("c1", "contact.unassigned", "{}");
    ck_member("ann", 1, 2, 0);
    ck_member("binh", 1, 2, 0);
    ck_member("chi", 2, 1, 1);
}
END_TEST

START_TEST(the_store_keeps_what_was_handed_over)
{
    world_open(&world, TEAM ON_PING(BY_TURN));
    ck_assert_str_eq(ping_new(0, 4), "abca");
    feed("x", "contact.assigned", "{\"team\":\"help\"}"); // no person
    world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world.report.replayed_frames, 0);
    ck_member("ann", 2, 2, 0);
    ck_member("binh", 1, 1, 1);
    ck_assert_str_eq(ping_new(4, 1), "b");
}
END_TEST

// Such a store is folded again, where there is anything to count.
START_TEST(a_store_of_before_hand_overs_were_counted_is_told)
{
    struct cursor nothing = cursor_of((struct bytes){NULL, 0});
    world_open(&world, TEAM ON_PING(BY_TURN));
    ck_assert_int_eq(owners_handed_unpack(shard_state(world.shard), &nothing), ERR_OK);
    ck_assert_str_eq(ping_new(0, 1), "a");
    ck_assert_int_eq(owners_handed_unpack(shard_state(world.shard), &nothing), ERR_FORMAT);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, turns_go_round);
    tcase_add_test(tcase, weights_are_spread_over_the_turns);
    tcase_add_test(tcase, another_shard_begins_with_another);
    tcase_add_test(tcase, an_owner_of_the_team_is_kept);
    tcase_add_test(tcase, without_sticky_the_next_has_it);
    tcase_add_test(tcase, the_least_loaded_has_it);
    tcase_add_test(tcase, load_counts_by_weight);
    tcase_add_test(tcase, who_is_full_gets_no_more);
    tcase_add_test(tcase, conditions_choose_who_may_have_it);
    tcase_add_test(tcase, a_person_may_be_named);
    tcase_add_test(tcase, what_was_handed_over_is_counted);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/assign");
    TCase *tcase = tcase_create("assign");
    tcase_add_checked_fixture(tcase, setup, teardown);
    add_tests(tcase);
    tcase_add_test(tcase, a_thousand_turns_are_shared_exactly);
    tcase_add_test(tcase, a_team_that_changes_goes_on_fairly);
    tcase_add_test(tcase, the_store_keeps_turns_and_loads);
    tcase_add_test(tcase, the_store_keeps_what_was_handed_over);
    tcase_add_test(tcase, a_store_of_before_hand_overs_were_counted_is_told);
    suite_add_tcase(suite, tcase);
    TCase *restarting = tcase_create("assign, restarted after every event");
    tcase_add_checked_fixture(restarting, setup_restarting, teardown);
    tcase_set_timeout(restarting, 120);
    add_tests(restarting);
    suite_add_tcase(suite, restarting);
    return suite;
}
