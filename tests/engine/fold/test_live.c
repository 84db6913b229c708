// Counters, scores that forget, limits and segments over events and time, as one would look at a contact: with the clock of
// the events, moved on by hand.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

static struct fold_world world;
static int next_id;

static void setup(void)
{
    world_create(&world);
    world.params.tick_mode = TICK_EVENT;
    next_id = 1;
}

// Whatever a test did, the journal folds again to the same.
static void teardown(void)
{
    if (world.shard != NULL)
        world_check_refolds(&world);
    world_destroy(&world);
}

// An event of contact c at a time of January 2026 ("03T10:00:00").
static void feed(const char *time, const char *type, const char *data)
{
    static char line[1024];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-%sZ\",\"contact\":"
        "\"c\","
        "\"data\":%s}",
        next_id++, type, time, data);
    world_feed_line(&world, line);
}

static void advance(const char *time)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "2026-%sZ", time);
    world_advance(&world, text);
}

static bool shows(const char *text)
{
    return strstr(world_contact(&world, "c"), text) != NULL;
}

#define ck_shows(text) \
    ck_assert_msg(shows(text), "wanted %s in %s", text, world_contact(&world, "c"))
#define ck_shows_not(text) \
    ck_assert_msg(!shows(text), "found %s in %s", text, world_contact(&world, "c"))

// --- counters
START_TEST(three_in_thirty_days_ends_at_the_millisecond)
{
    world_open(
        &world, "counters: {opens: {count: email.opened, within: 30d}}\n"
                "segments: {three: {if: counter.opens >= 3}}\n");
    feed("01T00:00:00", "email.opened", "{\"message\":\"m\"}");
    feed("02T00:00:00", "email.opened", "{\"message\":\"m\"}");
    ck_shows_not("three");
    feed("03T00:00:00", "email.opened", "{\"message\":\"m\"}");
    ck_shows("\"segments\":[\"three\"]");
    advance("01-30T23:59:59.999");
    ck_shows("three");
    advance("01-31T00:00:00");
    ck_shows_not("three");
}
END_TEST

START_TEST(a_late_event_counts_where_it_belongs)
{
    world_open(
        &world, "counters:\n"
                "  week: {count: email.opened, within: 7d}\n"
                "  first: {first: data.message, on: email.opened}\n"
                "  last: {last: data.message, on: email.opened}\n"
                "segments:\n"
                "  two: {if: counter.week >= 2}\n"
                "  old: {if: counter.first == \"old\" && counter.last == \"new\"}\n");
    feed("10T00:00:00", "email.opened", "{\"message\":\"new\"}");
    feed("02T00:00:00", "email.opened", "{\"message\":\"old\"}"); // has left the window already
    ck_shows("\"segments\":[\"old\"]");
    feed("05T00:00:00", "email.opened", "{\"message\":\"between\"}");
    ck_shows("\"segments\":[\"old\",\"two\"]");
    advance("01-12T00:00:00"); // the late one goes first
    ck_shows("\"segments\":[\"old\"]");
}
END_TEST

static const struct {
    const char *counter, *condition;
    bool is_true;
} counter_cases[] = {
    {"sum: data.amount, on: order.placed", "counter.k == 60.06", true}, // not 60.059999999999995
    {"sum: data.amount, on: order.placed, within: 10d", "counter.k == 60.06", true},
    {"sum: data.amount, on: order.placed, if: data.amount > 15.0", "counter.k == 50.03", true},
    {"avg: data.amount, on: order.placed", "counter.k == 20.02", true},
    {"min: data.amount, on: order.placed, within: 10d", "counter.k == 10.03", true},
    {"max: data.amount, on: order.placed, within: 10d", "counter.k == 30.01", true},
    {"max: data.amount, on: order.placed, within: 36h", "counter.k == 20.02", true},
    {"min: data.amount, on: order.placed, within: 36h", "counter.k == 10.03", true},
    {"count: order.placed, within: 36h", "counter.k == 2", true},
    {"distinct: data.coupon, on: order.placed", "counter.k == 2", true},
    {"distinct: data.coupon, on: order.placed, within: 36h", "counter.k == 1", true},
    {"first: data.coupon, on: order.placed, within: 36h", "counter.k == \"b\"", true},
    {"last: event.time, on: order.placed", "counter.k == timestamp(\"2026-01-03T00:00:00Z\")",
     true},
    {"sum: data.amount, on: order.refunded", "counter.k == 0.0", true},
    {"avg: data.amount, on: order.refunded", "has(counter.k)", false},
    {"first: data.amount, on: order.refunded", "has(counter.k)", false},
};

START_TEST(a_counter_says_what_it_counts)
{
    char rules[1024];
    (void)snprintf(
        rules, sizeof(rules),
        "events: {order.placed: {data: {coupon: string}}}\n"
        "counters: {k: {%s}}\nsegments: {yes: {if: '%s'}, no: {if: '!(%s)'}}\n",
        counter_cases[_i].counter, counter_cases[_i].condition, counter_cases[_i].condition);
    world_open(&world, rules);
    feed("01T00:00:00", "order.placed", "{\"order\":\"1\",\"amount\":30.01,\"coupon\":\"a\"}");
    feed("02T00:00:00", "order.placed", "{\"order\":\"2\",\"amount\":20.02,\"coupon\":\"b\"}");
    feed("03T00:00:00", "order.placed", "{\"order\":\"3\",\"amount\":10.03,\"coupon\":\"b\"}");
    ck_shows(counter_cases[_i].is_true ? "[\"yes\"]" : "[\"no\"]");
}
END_TEST

// What is compared with constants is looked at where a counter crosses one of them, either way, and at no other time; what
// reads it otherwise is looked at each time.
START_TEST(segments_follow_a_counter_over_each_threshold)
{
    world_open(
        &world, "counters:\n"
                "  week: {count: email.opened, within: 7d}\n"
                "  kinds: {distinct: data.message, on: email.opened, within: 7d}\n"
                "  all: {count: email.opened}\n"
                "segments:\n"
                "  none: {if: counter.week < 1}\n"
                "  three: {if: counter.week > 2}\n"
                "  exactly: {if: 2 == counter.week}\n"
                "  kinds: {if: 'counter.kinds >= 2 && counter.all != 4'}\n");
    feed("01T00:00:00", "email.opened", "{\"message\":\"a\"}");
    ck_shows_not("segments");
    feed("02T00:00:00", "email.opened", "{\"message\":\"a\"}");
    ck_shows("\"segments\":[\"exactly\"]");
    feed("03T00:00:00", "email.opened", "{\"message\":\"b\"}");
    ck_shows("\"segments\":[\"kinds\",\"three\"]");
    feed("04T00:00:00", "email.opened", "{\"message\":\"b\"}");
    ck_shows("\"segments\":[\"three\"]"); // four in all
    feed("05T00:00:00", "email.opened", "{\"message\":\"b\"}");
    ck_shows("\"segments\":[\"kinds\",\"three\"]");
    advance("01-08T23:59:59.999"); // the first has gone, which nobody sees
    ck_shows("\"segments\":[\"kinds\",\"three\"]");
    advance("01-09T00:00:00"); // b alone is left
    ck_shows("\"segments\":[\"three\"]");
    advance("01-10T00:00:00");
    ck_shows("\"segments\":[\"exactly\"]");
    advance("01-11T00:00:00");
    ck_shows_not("segments");
    advance("01-12T00:00:00");
    ck_shows("\"segments\":[\"none\"]");
}
END_TEST

START_TEST(a_counter_that_is_read_as_a_number_is_followed_each_time)
{
    world_open(
        &world, "counters: {week: {count: email.opened, within: 7d}}\n"
                "scores: {s: {rules: [{name: r, while: counter.week >= 1, points: counter.week * "
                "2}]}}\n"
                "segments: {two: {if: counter.week >= 2}}\n");
    feed("01T00:00:00", "email.opened", "{}");
    feed("02T00:00:00", "email.opened", "{}");
    feed("03T00:00:00", "email.opened", "{}");
    ck_shows("\"value\":6");
    advance("01-08T00:00:00"); // on the same side of 2
    ck_shows("\"value\":4");
    ck_shows("two");
}
END_TEST

// Where there are too many entries one of them stands for several, which leave together.
START_TEST(summarised_entries_cross_together)
{
    static const char *const times[] = {"01T00:00:00", "02T00:00:00", "03T00:00:00", "04T00:00:00"};
    world.params.counter_entries_max = 2;
    world_open(
        &world, "counters: {week: {count: email.opened, within: 7d}}\n"
                "segments: {two: {if: counter.week >= 2}, four: {if: counter.week >= 4}}\n");
    for (int i = 0; i < 4; i++)
        feed(times[i], "email.opened", "{}");
    ck_shows("\"segments\":[\"four\",\"two\"]");
    advance("01-09T23:59:59.999");
    ck_shows("\"segments\":[\"four\",\"two\"]");
    advance("01-10T00:00:00"); // three go with the newest of them
    ck_shows_not("segments");
}
END_TEST

// A score that was only raised comes down later than it would have: at its own moment.
START_TEST(points_put_off_when_a_band_is_left)
{
    world_open(
        &world, "scores:\n"
                "  s:\n"
                "    forget: {half_life: 10d}\n"
                "    bands: {warm: 10}\n"
                "    rules: [{name: r, on: email.opened, points: 16}]\n"
                "segments: {warm: {if: score.s >= 10}}\n");
    feed("01T00:00:00", "email.opened", "{}");
    feed("02T00:00:00", "email.opened", "{}"); // 30.928 there: below 9.9995 after 16.2898 days
    advance("01-08T00:00:00");
    ck_shows("warm");
    advance("01-18T06:57:00");
    ck_shows("warm");
    advance("01-18T06:58:00");
    ck_shows_not("\"segments\"");
}
END_TEST

// … but one that rises back to a threshold comes there sooner.
START_TEST(points_bring_forward_when_a_threshold_is_come_back_to)
{
    world_open(
        &world, "scores:\n"
                "  s:\n"
                "    forget: {half_life: 10d}\n"
                "    rules:\n"
                "      - {name: minus, on: email.bounced, points: -40}\n"
                "      - {name: plus, on: email.opened, points: 8}\n"
                "segments: {low: {if: score.s <= -20}}\n");
    feed("01T00:00:00", "email.bounced", "{}"); // at -20 after 10 days
    feed("01T00:00:00", "email.opened", "{}");  // above it after 6.78
    advance("01-07T00:00:00");
    ck_shows("low");
    advance("01-08T00:00:00");
    ck_shows_not("low");
}
END_TEST

START_TEST(a_counter_stays_within_its_bound)
{
    world.params.counter_entries_max = 10;
    world_open(
        &world, "counters: {n: {count: email.opened, within: 30d}, d: {distinct: data.message, on: "
                "email.opened}}\n"
                "segments: {all: {if: counter.n == 25}, ten: {if: counter.d == 10}}\n");
    for (int i = 0; i < 25; i++) {
        char time[32], data[64];
        (void)snprintf(time, sizeof(time), "01T00:00:%02d", i);
        (void)snprintf(data, sizeof(data), "{\"message\":\"m%d\"}", i);
        feed(time, "email.opened", data);
    }
    ck_shows(
        "\"segments\":[\"all\",\"ten\"]"); // the oldest are merged; values beyond ten are refused
    struct shard_counts counts = world_counts(&world);
    ck_assert_uint_eq(counts.counted_summarised, 15);
    ck_assert_uint_eq(counts.counted_refused, 15);
}
END_TEST

// --- scores
START_TEST(a_band_is_left_when_points_have_faded)
{
    world_open(
        &world, "scores:\n  s:\n    bands: {cold: 0, hot: 8}\n    forget: {half_life: 10d}\n"
                "    rules: [{name: r, on: email.opened, points: 16}]\n"
                "counters: {left: {count: score.band_changed, if: 'data.to == \"cold\"'}}\n"
                "segments: {cooled: {if: counter.left == 1}}\n");
    feed("01T00:00:00", "email.opened", "{}");
    ck_shows("\"value\":16,\"band\":\"hot\"");
    advance("01-11T00:00:00"); // 8: the band begins there
    ck_shows("\"band\":\"hot\"");
    ck_shows_not("cooled");
    advance("01-11T00:01:20"); // 7.9995 rounds to 8 until 78 s later
    ck_shows("cooled");
    ck_shows("\"band\":\"cold\"");
}
END_TEST

START_TEST(groups_and_state_rules_add_up)
{
    world_open(
        &world, "contact: {fields: {country: {type: string}}}\n"
                "scores:\n  s:\n    max: 60\n    groups: {mail: {max: 12}}\n    rules:\n"
                "      - {name: o, on: email.opened, points: 5, group: mail}\n"
                "      - {name: ca, while: 'contact.country == \"CA\"', points: 15}\n"
                "      - {name: vip, while: '\"vip\" in contact.tags', points: 4, group: mail}\n"
                "  twice: {combine: score.s * 2}\n");
    feed("01T00:00:00", "email.opened", "{}");
    feed("01T00:00:01", "email.opened", "{}");
    feed("01T00:00:02", "contact.tag_added", "{\"tag\":\"vip\"}");
    ck_shows("\"s\":{\"value\":12}"); // 14 in the group
    feed("01T00:00:03", "contact.updated", "{\"fields\":{\"country\":\"CA\"}}");
    ck_shows("\"s\":{\"value\":27},\"twice\":{\"value\":54}");
    feed("01T00:00:04", "contact.tag_removed", "{\"tag\":\"vip\"}");
    feed("01T00:00:05", "contact.updated", "{\"fields\":{\"country\":\"VN\"}}");
    ck_shows("\"s\":{\"value\":10}");
}
END_TEST

START_TEST(limits_count_by_key_day_and_time)
{
    world_open(
        &world,
        "scores:\n  s:\n    rules:\n"
        "      - {name: once, on: email.opened, points: 1, limit: {times: 1, per: data.message}}\n"
        "      - {name: day, on: email.opened, points: 10, limit: {times: 2, every: day}}\n"
        "      - {name: roll, on: email.opened, points: 100, limit: {times: 1, every: 36h}}\n"
        "      - {name: cut, on: email.opened, points: 1000, limit: {points: 2500}}\n");
    feed("01T10:00:00", "email.opened", "{\"message\":\"a\"}"); // 1111
    feed("01T11:00:00", "email.opened", "{\"message\":\"a\"}"); // day 10, cut 1000
    ck_shows("\"value\":2121");
    feed("01T12:00:00", "email.opened", "{\"message\":\"b\"}"); // once 1, cut 500
    ck_shows("\"value\":2622");
    feed("02T00:00:00", "email.opened", "{\"message\":\"b\"}"); // day 10
    ck_shows("\"value\":2632");
    feed("02T21:59:59", "email.opened", "{\"message\":\"b\"}"); // day 10; 36 h are not over
    ck_shows("\"value\":2642");
    feed("02T22:00:00", "email.opened", "{\"message\":\"b\"}"); // roll 100
    ck_shows("\"value\":2742");
}
END_TEST

START_TEST(a_day_is_the_contacts)
{
    world_open(
        &world, "scores: {s: {rules: [{name: d, on: email.opened, points: 1, limit: {times: 1, "
                "every: day}}]}}\n");
    feed("01T00:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    feed("01T16:00:00", "email.opened", "{}");
    feed("01T16:59:59", "email.opened", "{}");
    ck_shows("\"value\":1}");
    feed("01T17:00:00", "email.opened", "{}"); // midnight there
    ck_shows("\"value\":2}");
}
END_TEST

START_TEST(a_withdrawn_event_takes_its_points_and_its_limit_back)
{
    world_open(
        &world,
        "scores:\n  s:\n    rules:\n"
        "      - {name: o, on: order.placed, points: 50, limit: {times: 1, per: data.order}}\n"
        "      - {name: b, on: order.placed, points: 3}\n");
    feed("01T00:00:00", "order.placed", "{\"order\":\"1\"}"); // e1
    feed("01T00:00:01", "order.placed", "{\"order\":\"1\"}"); // e2
    ck_shows("\"value\":56");
    feed("01T00:00:02", "event.retracted", "{\"source\":\"s\",\"event\":\"e1\"}");
    ck_shows("\"value\":3}");
    feed("01T00:00:03", "order.placed", "{\"order\":\"1\"}"); // may count again
    ck_shows("\"value\":56");
    feed("01T00:00:04", "event.retracted", "{\"source\":\"other\",\"event\":\"e2\"}");
    ck_shows("\"value\":56");
    ck_assert_uint_eq(world_counts(&world).entries_withdrawn, 2);
    ck_assert_uint_eq(world_counts(&world).withdrawals_unmatched, 1);
}
END_TEST

START_TEST(points_by_hand_add_or_set)
{
    world_open(
        &world, "scores: {s: {min: 0, max: 100, rules: [{name: o, on: email.opened, points: 30}]}, "
                "t: {combine: score.s}}\n");
    feed("01T00:00:00", "email.opened", "{}");
    feed(
        "01T00:00:01", "contact.points_adjusted",
        "{\"score\":\"s\",\"add\":-12.5,\"by\":\"binh\"}");
    ck_shows("\"s\":{\"value\":17.5}");
    feed("01T00:00:02", "contact.points_adjusted", "{\"score\":\"s\",\"set\":80}");
    ck_shows("\"s\":{\"value\":80},\"t\":{\"value\":80}");
    feed("01T00:00:03", "contact.points_adjusted", "{\"score\":\"t\",\"add\":1}"); // has no entries
    feed("01T00:00:04", "contact.points_adjusted", "{\"score\":\"nope\",\"add\":1}");
    ck_shows("\"s\":{\"value\":80}");
    ck_assert_uint_eq(world_counts(&world).fields_refused, 2);
}
END_TEST

static const char *const forgets[] = {
    "none",
    "{half_life: 5d}",
    "{linear: {percent: 25, every: 2d}}",
    "{expire: 9d}",
    "{idle: {after: 3d, points: -2, every: 1d}}",
};

// Sums stay what they were when old entries are summed up; only how they fade later may differ.
START_TEST(old_entries_make_room)
{
    char rules[512];
    (void)snprintf(
        rules, sizeof(rules),
        "scores: {s: {forget: %s, rules: [{name: a, on: email.opened, points: 1}, {name: b, on: "
        "email.opened, points: 0.25}]}}\n",
        forgets[_i]);
    world.params.state.ledger_entries_max = 10;
    world_open(&world, rules);
    for (int i = 0; i < 40; i++) {
        char time[32];
        (void)snprintf(time, sizeof(time), "%02dT%02d:00:00", 1 + i / 8, i % 8);
        feed(time, "email.opened", "{}");
    }
    struct state_counts counts;
    state_counts(shard_state(world.shard), &counts);
    ck_assert_uint_gt(counts.ledger_condensed, 0);
    if (_i == 0 || _i == 3 || _i == 4) // nothing has expired, no gap was long enough
        ck_shows("\"value\":50}");
    world_checkpoint(&world);
}
END_TEST

// --- segments
START_TEST(for_and_known_for_wait)
{
    world_open(
        &world, "segments:\n"
                "  stuck: {if: 'contact.stage == \"trial\"', for: 7d}\n"
                "  known: {if: 'true', known_for: 5d}\n"
                "  fresh: {if: 'now - contact.created < duration(\"60s\")'}\n");
    feed("01T00:00:00", "contact.stage_changed", "{\"stage\":\"trial\"}");
    ck_shows("\"segments\":[\"fresh\"]");
    advance("01-01T00:00:59.999");
    ck_shows("\"segments\":[\"fresh\"]");
    advance("01-01T00:01:00");
    ck_shows_not("segments");
    advance("01-06T00:00:00");
    ck_shows("\"segments\":[\"known\"]");
    feed("07T00:00:00", "contact.stage_changed", "{\"stage\":\"trial\"}"); // does not begin anew
    advance("01-08T00:00:00");
    ck_shows("\"segments\":[\"known\",\"stuck\"]");
    feed("09T00:00:00", "contact.stage_changed", "{\"stage\":\"lead\"}");
    ck_shows("\"segments\":[\"known\"]");
    feed("10T00:00:00", "contact.stage_changed", "{\"stage\":\"trial\"}");
    advance("01-16T23:59:59.999");
    ck_shows("\"segments\":[\"known\"]");
}
END_TEST

START_TEST(segments_follow_each_other)
{
    world_open(
        &world, "segments:\n"
                "  c: {if: 'segment.b && !segment.a'}\n"
                "  b: {if: 'score.s >= 2'}\n"
                "  a: {if: '\"x\" in contact.tags'}\n"
                "scores:\n  s: {rules: [{name: s, while: segment.a, points: 1}, {name: o, on: "
                "email.opened, points: 1}]}\n");
    feed("01T00:00:00", "email.opened", "{}");
    feed("01T00:00:01", "contact.tag_added", "{\"tag\":\"x\"}");
    ck_shows("\"segments\":[\"a\",\"b\"]");
    feed("01T00:00:02", "email.opened", "{}");
    feed("01T00:00:03", "contact.tag_removed", "{\"tag\":\"x\"}");
    ck_shows("\"segments\":[\"b\",\"c\"]");
}
END_TEST

// Eager or lazy: the same contact, however the clock was moved in between.
START_TEST(looking_often_changes_nothing)
{
    static const char rules[] = "counters: {n: {count: email.opened, within: 5d}, d: {distinct: "
                                "data.message, on: email.opened, within: 4d}}\n"
                                "scores:\n  s: {bands: {a: 0, b: 3, c: 7}, forget: {linear: "
                                "{percent: 20, every: 1d}}, rules: [{name: o, on: "
                                "email.opened, points: 4}]}\n"
                                "segments: {g: {if: 'score.s > 3.5 || counter.n >= 2'}, h: {if: "
                                "'!segment.g && counter.d > 0', for: 6h}}\n";
    static char lazy[2048];
    for (int round = 0; round < 2; round++) {
        next_id = 1;
        if (round == 1) {
            world_destroy(&world);
            world_create(&world);
            world.params.tick_mode = TICK_EVENT;
        }
        world_open(&world, rules);
        for (int i = 0; i < 6; i++) {
            char time[32];
            (void)snprintf(time, sizeof(time), "%02dT0%d:00:00", 1 + i * 2, i);
            feed(time, "email.opened", i % 2 == 0 ? "{\"message\":\"m\"}" : "{\"message\":\"n\"}");
            for (int hour = 1; round == 1 && hour < 40; hour += 3) {
                (void)snprintf(
                    time, sizeof(time), "01-%02dT%02d:30:00", 1 + i * 2 + hour / 24, hour % 24);
                if (hour > 6)
                    advance(time);
            }
        }
        advance("01-14T12:00:00");
        if (round == 0)
            (void)snprintf(lazy, sizeof(lazy), "%s", world_contact(&world, "c"));
        else
            ck_assert_str_eq(lazy, world_contact(&world, "c"));
    }
}
END_TEST

START_TEST(points_follow_what_they_read_at_once)
{
    world_open(
        &world, "scores:\n"
                "  a: {rules: [{name: o, on: page.viewed, points: 10}]}\n"
                "  b: {groups: {g: {max: 100}}, rules: [{name: t, while: score.a >= 10, points: "
                "score.a, group: g}]}\n"
                "  c: {rules: [{name: o, on: page.viewed, points: score.b}]}\n");
    feed("01T00:00:00", "page.viewed", "{\"url\":\"u\"}"); // b is 0 while its rule is not looked at
    feed("01T00:00:00", "page.viewed", "{\"url\":\"u\"}"); // and 20 at once, when it holds
    ck_shows("\"b\":{\"value\":20}");
    ck_shows("\"c\":{\"value\":20}");
}
END_TEST

START_TEST(a_score_says_nothing_when_all_is_withdrawn)
{
    world_open(&world, "scores: {s: {rules: [{name: o, on: email.opened, points: 4}]}}\n");
    feed("01T00:00:00", "email.opened", "{}");
    ck_shows("\"s\":{\"value\":4}");
    feed("01T00:00:01", "event.retracted", "{\"event\":\"e1\"}");
    ck_shows_not("scores");
}
END_TEST

// --- new rules over what came before
START_TEST(rules_before_or_after_the_events_are_the_same)
{
    static const char rules[] =
        "counters: {n: {count: email.opened, within: 30d}, sum: {sum: data.amount, on: "
        "order.placed}}\n"
        "scores:\n  s: {bands: {a: 0, b: 3}, forget: {half_life: 20d}, rules: [{name: o, on: "
        "email.opened, points: 4, limit: "
        "{times: 2, every: day}}, {name: t, while: '\"vip\" in contact.tags', points: 7}]}\n"
        "  now_on: {history: from_now, rules: [{name: o, on: email.opened, points: 1}]}\n"
        "segments: {two: {if: counter.n >= 2}, rich: {if: counter.sum > 99.5}}\n";
    world_open(&world, "scores: {old: {rules: [{name: o, on: email.opened, points: 1}]}}\n");
    feed("01T00:00:00", "email.opened", "{}");
    feed("01T00:00:01", "email.opened", "{}");
    feed("01T00:00:02", "email.opened", "{}");
    feed("02T00:00:00", "order.placed", "{\"order\":\"1\",\"amount\":100}");
    feed("03T00:00:00", "contact.tag_added", "{\"tag\":\"vip\"}");
    ck_shows("\"scores\":{\"old\":{\"value\":3}}");
    world_activate(&world, rules);
    ck_shows("\"s\":{\"value\":14.464,\"band\":\"b\"}}"); // 8 * 2^-0.1 + 7, and no now_on
    ck_shows("\"segments\":[\"rich\",\"two\"]");
    feed("04T00:00:00", "email.opened", "{}");
    ck_shows("\"now_on\":{\"value\":1}");
    world_activate(
        &world,
        "scores: {now_on: {history: from_now, rules: [{name: o, on: email.opened, points: 1}]}}\n");
    ck_shows("\"scores\":{\"now_on\":{\"value\":1}}"); // the same definition keeps what it has
    world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
    ck_shows("\"scores\":{\"now_on\":{\"value\":1}}");
}
END_TEST

// What the sweep of rules that come into force has remembered of a score is of the old ledger.
START_TEST(segments_follow_scores_of_new_rules)
{
    world_open(&world, "scores: {}\n");
    feed("01T00:00:00", "email.opened", "{}");
    world_activate(
        &world,
        "scores: {s: {groups: {g: {max: 9}}, rules: [{name: o, on: email.opened, points: 4, "
        "group: g}]}}\nsegments: {in: {if: score.s >= 4}}\n");
    ck_shows("\"segments\":[\"in\"]");
}
END_TEST

#define TAGGED(points, below)                                                         \
    "scores: {s: {rules: [{name: o, on: email.opened, points: " points "}]}}\n"       \
    "segments: {in: {if: \"'x' in contact.tags && score.s < " below "\", for: 3d}}\n" \
    "workflows: {w: {on: email.opened, steps: [{tag: {add: x}}]}}\n"

// What workflows have done is not done again over old events, so nothing but the contact knows since when this holds.
START_TEST(a_segment_that_holds_under_both_rules_holds_since_then)
{
    world_open(&world, TAGGED("4", "10.0"));
    feed("01T00:00:00", "email.opened", "{}");
    feed("02T00:00:00", "email.opened", "{}");
    world_activate(&world, TAGGED("1", "5.0"));
    advance("01-03T23:59:59.999");
    ck_shows_not("segments");
    advance("01-04T00:00:00");
    ck_shows("\"segments\":[\"in\"]");
}
END_TEST

START_TEST(rules_may_stop_forgetting)
{
    world_open(
        &world, "scores: {s: {forget: {half_life: 1d}, rules: [{name: o, on: email.opened, points: "
                "4}]}}\nsegments: {in: {if: score.s >= 1}}\n");
    feed("01T00:00:00", "email.opened", "{}"); // to be looked at when two days have passed
    feed("01T12:00:00", "page.viewed", "{\"url\":\"u\"}");
    world_activate(
        &world,
        "scores:\n  t: {forget: {half_life: 1d}, rules: [{name: o, on: page.viewed, points: "
        "4}]}\n  s: {combine: 0.5 * score.t}\nsegments: {in: {if: score.s >= 1}}\n");
    ck_shows("\"segments\":[\"in\"]");
    advance("01-02T12:00:00");
    ck_shows("\"segments\":[\"in\"]");
    advance("01-02T12:10:00");
    ck_shows_not("segments");
    advance("01-09T00:00:00"); // far behind what was planned for the old s
    ck_shows("\"t\":");
}
END_TEST

START_TEST(rules_come_over_frames_that_are_not_written_yet)
{
    static const char line[] =
        "{\"id\":\"1\",\"source\":\"s\",\"type\":\"email.opened\",\"contact\":\"c\"}";
    const struct message message = {
        .value = bytes_text(line), .position_next = 1, .value_bytes = sizeof(line) - 1};
    struct fault fault = {.err = ERR_OK};
    uint64_t sequence = 0;
    world_open(&world, "scores: {}\n");
    shard_frame_begin(world.shard, world.wall_ms);
    ck_assert_uint_eq(shard_fold(world.shard, "file:/test", &message, 1, NULL), 1);
    ck_assert_int_eq(shard_frame_end(world.shard, &sequence, &fault), ERR_OK);
    world_activate(&world, "scores: {s: {rules: [{name: o, on: email.opened, points: 4}]}}\n");
    ck_shows("\"s\":{\"value\":4}");
}
END_TEST

START_TEST(a_failing_expression_is_counted_and_no_match)
{
    world_open(
        &world, "contact: {fields: {country: {type: string}}}\n"
                "segments: {ca: {if: 'contact.country == \"CA\"'}}\n"
                "counters: {n: {sum: data.amount, on: order.placed}}\n");
    feed("01T00:00:00", "order.placed", "{\"order\":\"1\"}"); // no amount, no country
    ck_shows_not("segments");
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("live");
    TCase *cases = tcase_create("live");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, three_in_thirty_days_ends_at_the_millisecond);
    tcase_add_test(cases, a_late_event_counts_where_it_belongs);
    tcase_add_loop_test(
        cases, a_counter_says_what_it_counts, 0, sizeof(counter_cases) / sizeof(counter_cases[0]));
    tcase_add_test(cases, segments_follow_a_counter_over_each_threshold);
    tcase_add_test(cases, a_counter_that_is_read_as_a_number_is_followed_each_time);
    tcase_add_test(cases, summarised_entries_cross_together);
    tcase_add_test(cases, points_put_off_when_a_band_is_left);
    tcase_add_test(cases, points_bring_forward_when_a_threshold_is_come_back_to);
    tcase_add_test(cases, a_counter_stays_within_its_bound);
    tcase_add_test(cases, a_band_is_left_when_points_have_faded);
    tcase_add_test(cases, groups_and_state_rules_add_up);
    tcase_add_test(cases, limits_count_by_key_day_and_time);
    tcase_add_test(cases, a_day_is_the_contacts);
    tcase_add_test(cases, a_withdrawn_event_takes_its_points_and_its_limit_back);
    tcase_add_test(cases, points_by_hand_add_or_set);
    tcase_add_loop_test(cases, old_entries_make_room, 0, sizeof(forgets) / sizeof(forgets[0]));
    tcase_add_test(cases, for_and_known_for_wait);
    tcase_add_test(cases, segments_follow_each_other);
    tcase_add_test(cases, looking_often_changes_nothing);
    tcase_add_test(cases, points_follow_what_they_read_at_once);
    tcase_add_test(cases, a_score_says_nothing_when_all_is_withdrawn);
    tcase_add_test(cases, rules_before_or_after_the_events_are_the_same);
    tcase_add_test(cases, segments_follow_scores_of_new_rules);
    tcase_add_test(cases, a_segment_that_holds_under_both_rules_holds_since_then);
    tcase_add_test(cases, rules_may_stop_forgetting);
    tcase_add_test(cases, rules_come_over_frames_that_are_not_written_yet);
    tcase_add_test(cases, a_failing_expression_is_counted_and_no_match);
    suite_add_tcase(suite, cases);
    return suite;
}
