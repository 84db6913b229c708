// Scores with long ledgers, by the sums that were kept while events were folded, against all of their entries: late and
// early events, withdrawn ones, points set by hand, ledgers that are condensed, rules that change, contacts in turn.
// links: engine/os
#include <stdio.h>

#include "engine/base/time.h"
#include "engine/fold/query.h"
#include "engine/fold/scoring.h"
#include "engine/fold/shard_internal.h"

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

static struct fold_world world;
static int next_id;
static int64_t now_ms;
static uint32_t crossings; // that were found
static uint64_t random_state;

static int64_t draw(int64_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((random_state >> 33) % (uint64_t)below);
}

static void setup(void)
{
    world_create(&world);
    random_state = test_seed();
    next_id = 1;
    crossings = 0;
    now_ms = world.wall_ms;
}

static void teardown(void)
{
    world_check_refolds(&world);
    world_destroy(&world);
}

// The scores that only rise, that have groups, and that fall as well; the events say how many points.
#define SCORES(half_life, name)                                                         \
    "scores:\n"                                                                         \
    "  rising:\n"                                                                       \
    "    forget: {half_life: " half_life "}\n"                                          \
    "    bands: {warm: 20, hot: 90}\n"                                                  \
    "    rules:\n"                                                                      \
    "      - {name: " name ", on: order.placed, points: data.amount}\n"                 \
    "      - {name: seen, on: page.viewed, points: 3, limit: {times: 3, every: day}}\n" \
    "  grouped:\n"                                                                      \
    "    forget: {half_life: 3d}\n"                                                     \
    "    bands: {warm: 20}\n"                                                           \
    "    groups: {orders: {max: 60}, pages: {max: 9}}\n"                                \
    "    rules:\n"                                                                      \
    "      - {name: order, on: order.placed, points: data.amount, group: orders}\n"     \
    "      - {name: seen, on: page.viewed, points: 2, group: pages}\n"                  \
    "      - {name: click, on: link.clicked, points: 1}\n"                              \
    "  lasting:\n"                                                                      \
    "    groups: {orders: {max: 500}}\n"                                                \
    "    rules:\n"                                                                      \
    "      - {name: order, on: order.placed, points: data.amount, group: orders}\n"     \
    "  both:\n"                                                                         \
    "    forget: {half_life: 7d}\n"                                                     \
    "    min: -50\n"                                                                    \
    "    bands: {warm: 10}\n"                                                           \
    "    rules:\n"                                                                      \
    "      - {name: order, on: order.placed, points: data.amount}\n"                    \
    "      - {name: click, on: link.clicked, points: -9}\n"                             \
    "segments:\n"                                                                       \
    "  r: {if: score.rising >= 100}\n"                                                  \
    "  g: {if: score.grouped >= 40 || score.lasting >= 300}\n"                          \
    "  b: {if: score.both >= 60}\n"

static void feed(const char *contact, int64_t time_ms, const char *type, const char *data)
{
    static char line[1024];
    char time[TIME_TEXT_CHARS + 1] = {0};
    time_print(time_ms, time);
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"%s\",\"contact\":\"%s\","
        "\"data\":%s}",
        next_id++, type, time, contact, data);
    world.wall_ms = now_ms;
    world_feed_line(&world, line);
}

static void check_score(struct fold *fold, uint32_t score)
{
    const int64_t later_ms = fold->now_ms + draw(9 * DAY_MS);
    const struct score_value later = fold_score_value(fold, score, later_ms);
    const struct score_value now = fold_score_value(fold, score, fold->now_ms);
    const int64_t crosses_ms = fold_score_crossing(fold, score);
    const bool is_never_below = fold_score_never_below(fold, score);
    struct score_parts parts;
    fold_score_parts(fold, score, &parts);
    ck_assert_int_eq(now.beneath_milli, score_value_at(&parts, fold->now_ms).beneath_milli);
    ck_assert_int_eq(now.shown_milli, score_value_at(&parts, fold->now_ms).shown_milli);
    ck_assert_int_eq(later.beneath_milli, score_value_at(&parts, later_ms).beneath_milli);
    ck_assert_int_eq(crosses_ms, score_next_crossing(&parts, fold->now_ms));
    crossings += crosses_ms != INT64_MAX;
    bool has_below = false;
    for (uint32_t i = 0; i < parts.count; i++)
        has_below = has_below || parts.entries[i].points_milli < 0;
    ck_assert_int_eq(is_never_below, !has_below);
}

// What is kept now, and what is found by it, against all entries.
static void check(const char *contact)
{
    struct fold *fold = &world.shard->fold;
    fold_look_at(fold, query_find(world.shard, bytes_text(contact)));
    for (uint32_t i = 0; i < ruleset_score_count(fold->ruleset); i++)
        check_score(fold, i);
}

static void feed_any(const char *contact)
{
    char data[200];
    int64_t time_ms = now_ms;
    if (draw(6) == 0)
        time_ms -= draw(9 * DAY_MS);
    else if (draw(12) == 0)
        time_ms += draw(DAY_MS);
    switch (draw(9)) {
    case 0: feed(contact, time_ms, "page.viewed", "{\"url\":\"u\"}"); break;
    case 1: feed(contact, time_ms, "link.clicked", "{\"url\":\"u\"}"); break;
    case 2:
        (void)snprintf(
            data, sizeof(data), "{\"source\":\"s\",\"event\":\"e%d\"}", 1 + (int)draw(next_id));
        feed(contact, time_ms, "event.retracted", data);
        break;
    case 3:
        (void)snprintf(
            data, sizeof(data), "{\"score\":\"%s\",\"%s\":%d}", draw(2) ? "rising" : "both",
            draw(2) ? "set" : "add", (int)draw(100) - (draw(4) == 0 ? 50 : 0));
        feed(contact, time_ms, "contact.points_adjusted", data);
        break;
    default:
        (void)snprintf(
            data, sizeof(data), "{\"order\":\"o\",\"amount\":%d.%03d}", (int)draw(20),
            (int)draw(1000));
        feed(contact, time_ms, "order.placed", data);
        break;
    }
}

// _i: how many entries a ledger may have.
START_TEST(values_are_those_of_all_entries)
{
    static const uint32_t most[] = {1000, 60};
    static const char *const contacts[] = {"a", "b", "c"};
    world.params.state.ledger_entries_max = most[_i];
    world_open(&world, SCORES("30d", "order"));
    for (int i = 0; i < 600; i++) {
        const char *contact = contacts[draw(3)];
        now_ms += draw(4) == 0 ? draw(12 * HOUR_MS) : draw(1000);
        feed_any(contact);
        check(contact);
        if (i == 400)
            world_activate(&world, SCORES("5d", "other"));
        if (draw(100) == 0)
            world_checkpoint(&world);
    }
    ck_assert_uint_gt(world.shard->fold.fades.used, 9);
    ck_assert_uint_gt(crossings, 500);
}
END_TEST

// One score of one contact: nothing else is gathered between its events. While an entry is still to come its crossings
// are searched for among all entries, and its value is not.
START_TEST(crossings_are_searched_for_among_all_entries)
{
    world_open(
        &world, "scores: {s: {forget: {half_life: 7d}, bands: {warm: 10}, rules: [\n"
                "  {name: order, on: order.placed, points: data.amount},\n"
                "  {name: click, on: link.clicked, points: -2}]}}\n"
                "segments: {s40: {if: score.s >= 40}, s200: {if: score.s >= 200}}\n");
    for (int i = 0; i < 200; i++) {
        now_ms += draw(12 * HOUR_MS);
        feed_any("a");
        if (i % 20 == 10)
            feed("a", now_ms + 3 * DAY_MS, "order.placed", "{\"order\":\"o\",\"amount\":1}");
        check("a");
    }
    ck_assert_uint_eq(world.shard->fold.fades.used, 1);
    ck_assert_uint_gt(crossings, 100);
}
END_TEST

// Rules that are true while a counter is where it is, twenty and more at once, against asking each of them.
START_TEST(state_rules_give_what_is_true_now)
{
    static char rules[8192];
    size_t at = (size_t)snprintf(
        rules, sizeof(rules),
        "counters: {k: {count: link.clicked, within: 2d}}\n"
        "scores: {s: {bands: {warm: 10}, rules: [\n");
    for (int i = 0; i < 30; i++)
        at += (size_t)snprintf(
            rules + at, sizeof(rules) - at, "  {name: r%d, while: counter.k >= %d, points: %d},\n",
            i, i, 1 + i * i);
    (void)snprintf(rules + at, sizeof(rules) - at, "]}}\n");
    world_open(&world, rules);
    const struct fold *fold = &world.shard->fold;
    uint32_t most = 0;
    for (int i = 0; i < 300; i++) {
        now_ms += draw(4) == 0 ? draw(12 * HOUR_MS) : draw(1000);
        feed("a", now_ms, "link.clicked", "{\"url\":\"u\"}");
        fold_look_at(&world.shard->fold, query_find(world.shard, bytes_text("a")));
        int64_t want_milli = 0, milli = 0;
        uint32_t true_count = 0;
        for (uint32_t r = 0; r < ruleset_rule_count(fold->ruleset); r++) {
            if (fold_state_rule(&world.shard->fold, ruleset_rule(fold->ruleset, r), &milli)) {
                want_milli += milli;
                true_count++;
            }
        }
        most = true_count > most ? true_count : most;
        ck_assert_int_eq(
            fold_score_value(&world.shard->fold, 0, fold->now_ms).beneath_milli, want_milli);
    }
    ck_assert_uint_gt(most, 20);
    ck_assert_ptr_nonnull(fold->state_sums.lines);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fades");
    TCase *cases = tcase_create("fades");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, values_are_those_of_all_entries, 0, 2);
    tcase_add_test(cases, crossings_are_searched_for_among_all_entries);
    tcase_add_test(cases, state_rules_give_what_is_true_now);
    suite_add_tcase(suite, cases);
    return suite;
}
