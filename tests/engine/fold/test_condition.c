// What conditions and points see of events, contacts and scores, and what becomes of those that fail.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

// %s: of one rule on order.placed, "if: …, points: …".
static const char RULES[] =
    "contact:\n"
    "  fields:\n"
    "    country: {type: string}\n"
    "    age: {type: int}\n"
    "    birthday: {type: date}\n"
    "    member_since: {type: timestamp}\n"
    "    trial: {type: duration}\n"
    "    spent: {type: double}\n"
    "    hobbies: {type: list}\n"
    "    prefs: {type: map}\n"
    "    plan: {type: string}\n"
    "events:\n"
    "  order.placed:\n"
    "    data: {amount: double, count: int, at: timestamp, day: date, "
    "wait: duration, items: list, more: map, coupon: optional string, shop: optional string}\n"
    "scores:\n"
    "  base: {max: 40, rules: [{name: b, on: email.opened, points: 50.5}]}\n"
    "  s: {rules: [{name: a, on: order.placed, %s}]}\n";

#define EVENT(id, type, contact, data)                        \
    "{\"id\":\"" id "\",\"source\":\"shop\",\"type\":\"" type \
    "\",\"time\":\"2026-01-02T03:04:05.678Z\",\"contact\":" contact ",\"data\":" data "}"

static const char *const LINES[] = {
    EVENT(
        "1",
        "contact.updated",
        "{\"contact_id\":\"c-1\",\"email\":\"ann@example.com\"}",
        "{\"fields\":{\"country\":\"VN\",\"age\":41,\"birthday\":\"1984-06-01\",\"member_since\":"
        "\"2020-01-01T00:00:00Z\",\"trial\":\"36h\",\"spent\":10,\"hobbies\":[\"go\",{\"a\":1}],"
        "\"prefs\":{\"lang\":\"vi\",\"n\":[1,2]}}}"),
    EVENT("2", "contact.tag_added", "\"c-1\"", "{\"tag\":\"vip\"}"),
    EVENT("3", "contact.list_added", "\"c-1\"", "{\"list\":\"newsletter\"}"),
    EVENT("4", "contact.stage_changed", "\"c-1\"", "{\"stage\":\"lead\"}"),
    EVENT("5", "contact.assigned", "\"c-1\"", "{\"team\":\"sales\",\"person\":\"binh\"}"),
    EVENT(
        "6", "contact.consent_changed", "\"c-1\"", "{\"channel\":\"email\",\"state\":\"granted\"}"),
    EVENT("7", "email.opened", "\"c-1\"", "{\"message\":\"m\"}"),
    EVENT(
        "8",
        "order.placed",
        "\"c-1\"",
        "{\"amount\":120,\"count\":3,\"at\":1767323045678,\"day\":\"2026-01-31\",\"wait\":\"90m\","
        "\"items\":[{\"sku\":\"a\",\"n\":2},{\"sku\":\"b\",\"n\":1}],\"more\":{\"gift\":true},"
        "\"coupon\":null,\"shop\":\"web\",\"extra\":7}"),
};
enum { LINE_COUNT = sizeof(LINES) / sizeof(LINES[0]) };

enum outcome { MATCHES, DOES_NOT, FAILS };

static const struct condition_case {
    const char *condition;
    enum outcome outcome;
} condition_cases[] = {
    // data, by the types that the event declares
    {"data.amount == 120.0 && data.amount / 50 == 2.4", MATCHES},
    {"data.count / 2 == 1", MATCHES},
    {"data.shop == 'web'", MATCHES},
    {"has(data.shop) && data.shop == 'web'", MATCHES},
    {"data.shop == 'web' && data.count == 4", DOES_NOT}, // the text is not all that is asked
    {"data.shop == 'web' && has(data.coupon)", DOES_NOT},
    {"data.shop == 'we'", DOES_NOT},
    {"has(data.shop)", MATCHES},
    {"has(data.coupon)", DOES_NOT}, // null is not there
    {"data.at == timestamp('2026-01-02T03:04:05.678Z')", MATCHES},
    {"data.day > data.at && data.day == date('2026-01-31')", MATCHES},
    {"data.wait == duration('1h30m')", MATCHES},
    {"data.items.exists(i, i.sku == 'b' && i.n < 2) && data.items.size() == 2", MATCHES},
    {"data.more.gift && data['more']['gift'] == true", MATCHES},
    {"has(data.more) && !has(data.coupon)", MATCHES}, // null is not there
    {"data.coupon == 'X'", FAILS},
    {"size(data) == 10", MATCHES},
    {"data.map(k, k).exists(k, k == 'wait')", MATCHES},
    {"data.amount > 200.0", DOES_NOT},
    {"data.items[5].sku == 'a'", FAILS},
    // the event
    {"event.id == '8' && event.type == 'order.placed' && event.source == 'shop'", MATCHES},
    {"event.time == data.at && size(event) == 4", MATCHES},
    {"now - event.time < duration('1h')", MATCHES},
    // the contact
    {"contact.id == 'c-1' && contact.email == 'ann@example.com'", MATCHES},
    {"contact.identifiers.email == ['ann@example.com']", MATCHES},
    {"contact.identifiers['contact_id'][0] == contact.id", MATCHES},
    {"contact.country == 'VN' && contact.age >= 41", MATCHES},
    {"contact.birthday == date('1984-06-01') && age(contact.birthday) == 41", MATCHES},
    {"contact.member_since < contact.created", MATCHES},
    {"contact.trial == duration('36h') && contact.spent * 2 == 20.0", MATCHES},
    {"contact.hobbies[0] == 'go' && contact.hobbies[1].a == 1", MATCHES},
    {"contact.prefs.lang == 'vi' && contact.prefs.n.exists(n, n == 2)", MATCHES},
    {"'vip' in contact.tags && !('customer' in contact.tags)", MATCHES},
    {"contact.lists == ['newsletter']", MATCHES},
    {"contact.stage == 'lead' && contact.owner == 'sales/binh'", MATCHES},
    {"contact.consent.email == 'granted' && !has(contact.consent.sms)", MATCHES},
    {"contact.updated >= contact.created && !has(contact.zone)", MATCHES},
    {"has(contact.plan)", DOES_NOT},
    {"contact.plan == 'pro'", FAILS},
    {"has(contact.plan) && contact.plan == 'pro'", DOES_NOT},
    {"contact['country'] == 'VN'", MATCHES},
    {"contact.exists(k, k == 'stage') && !contact.exists(k, k == 'zone')", MATCHES},
    // scores are as they are shown
    {"score.base == 40.0 && score.s == 0.0 && size(score) == 2", MATCHES},
    {"score['base'] > 39", MATCHES},
    // failures that && and || take
    {"data.coupon == 'X' || true", MATCHES},
    {"1 / (data.count - 3) > 0", FAILS},
    {"data.extra + 1 == 8", MATCHES},
    {"data.extra.contains('x')", FAILS},
    {"data.extra", FAILS}, // a number is no condition
};
enum { CONDITION_COUNT = sizeof(condition_cases) / sizeof(condition_cases[0]) };

static void open_with(const char *rule)
{
    char text[4096];
    (void)snprintf(text, sizeof(text), RULES, rule);
    world_open(&world, text);
}

START_TEST(a_condition_sees_event_contact_and_scores)
{
    const struct condition_case *it = &condition_cases[_i];
    char rule[512];
    (void)snprintf(rule, sizeof(rule), "if: \"%s\", points: 7", it->condition);
    open_with(rule);
    world_feed(&world, LINES, LINE_COUNT);
    bool matched = strstr(world_contact(&world, "c-1"), "\"s\":{\"value\":7") != NULL;
    ck_assert_msg(
        matched == (it->outcome == MATCHES), "%s: %s", it->condition, world_contact(&world, "c-1"));
    ck_assert_msg(
        world_counts(&world).expressions_failed == (it->outcome == FAILS), "%s: %llu failed",
        it->condition, (unsigned long long)world_counts(&world).expressions_failed);
}
END_TEST

// Parts that are answered without a program where all of a condition are such, for the events below and others.
static const char *const parts[] = {
    "has(data.shop)",      "has(data.coupon)",   "data.shop == 'web'",  "'we' == data.shop",
    "data.coupon == 'X'",  "data.amount >= 120", "120.0 < data.amount", "data.amount != 120",
    "data.amount <= -1.5", "data.count == 3",    "data.count > 2.5",    "3 <= data.count",
    "score.base < 40",     "score.base >= 40.0", "counter.orders == 1", "counter.spent > 119.5",
    "1 >= counter.shops",  "data.extra == 7",    "data.shop == 'web '", "data.nothing == 1",
};
enum { PART_COUNT = sizeof(parts) / sizeof(parts[0]), POINT_BITS = 19 };

static const char *const OTHER_LINES[] = {
    EVENT("12", "order.placed", "\"c-1\"", "{\"amount\":120,\"count\":1,\"shop\":5}"),
    EVENT("9", "order.placed", "\"c-1\"", "{\"amount\":119.9,\"count\":2,\"coupon\":\"X\"}"),
    EVENT(
        "10", "order.placed", "\"c-1\"", "{\"amount\":-2,\"count\":3,\"shop\":null,\"nothing\":1}"),
    EVENT(
        "11",
        "order.placed",
        "\"c-1\"",
        "{\"amount\":1e300,\"count\":9007199254740993,\"shop\":\"web\"}"),
};

// One score of rules of which each joins the part to another; what is left of it where `behind` makes it no longer simple.
static void feed_conjunctions(const char *part, const char *behind, char *out, size_t out_bytes)
{
    char rules[16384];
    int len = snprintf(
        rules, sizeof(rules),
        "events:\n"
        "  order.placed:\n"
        "    data: {amount: double, count: int, coupon: optional string, shop: optional string}\n"
        "counters:\n"
        "  orders: {count: order.placed}\n"
        "  spent: {sum: data.amount, on: order.placed}\n"
        "  shops: {distinct: data.shop, on: order.placed, if: has(data.shop)}\n"
        "scores:\n"
        "  base: {max: 40, rules: [{name: b, on: email.opened, points: 50.5}]}\n");
    for (int j = 0; j < PART_COUNT; j++) {
        if (j % POINT_BITS == 0)
            len += snprintf(rules + len, sizeof(rules) - (size_t)len, "  s%d:\n    rules:\n", j);
        len += snprintf(
            rules + len, sizeof(rules) - (size_t)len,
            "      - {name: r%d, on: order.placed, points: %d, if: \"(%s && %s)%s\"}\n", j,
            1 << j % POINT_BITS, part, parts[j], behind);
    }
    world_open(&world, rules);
    world_feed(&world, LINES, LINE_COUNT);
    for (size_t i = 0; i < sizeof(OTHER_LINES) / sizeof(OTHER_LINES[0]); i++) {
        world_feed(&world, &OTHER_LINES[i], 1);
        len = snprintf(
            out, out_bytes, "%llu failed, %s\n",
            (unsigned long long)world_counts(&world).expressions_failed,
            strstr(world_contact(&world, "c-1"), "\"scores\""));
        out += len;
        out_bytes -= (size_t)len;
    }
}

START_TEST(simple_parts_are_answered_as_their_program_would)
{
    static char plain[16384], run[16384];
    feed_conjunctions(parts[_i], "", plain, sizeof(plain));
    fold_fixture_again();
    feed_conjunctions(parts[_i], " || false", run, sizeof(run));
    ck_assert_str_eq(plain, run);
    ck_assert(_i != 0 || strstr(plain, "\"s0\":{\"value\":") != NULL);
}
END_TEST

static const struct points_case {
    const char *points, *value; // of the score; NULL: none, it failed
} points_cases[] = {
    {"data.amount / 10", "12"},
    {"min(data.amount / 10, 5)", "5"},
    {"data.count * 2", "6"},
    {"-data.count", "-3"},
    {"0.0005 * 1.0", "0.001"}, // half away from zero
    {"-0.0005 * 1.0", "-0.001"},
    {"0.00049 * 1.0", "0"},
    {"has(data.coupon) ? 1 : data.items.map(i, i.n)[0]", "2"},
    {"score.base / 4", "10"},
    {"data.amount * 10000.0", NULL}, // beyond a million
    {"data.amount / 0.0", NULL},
    {"data.coupon.size()", NULL},
};
enum { POINTS_COUNT = sizeof(points_cases) / sizeof(points_cases[0]) };

START_TEST(points_may_be_an_expression)
{
    const struct points_case *it = &points_cases[_i];
    char rule[512], wanted[64];
    (void)snprintf(rule, sizeof(rule), "points: \"%s\"", it->points);
    open_with(rule);
    world_feed(&world, LINES, LINE_COUNT);
    (void)snprintf(
        wanted, sizeof(wanted), "\"s\":{\"value\":%s}", it->value == NULL ? "" : it->value);
    const char *contact = world_contact(&world, "c-1");
    if (it->value == NULL)
        ck_assert_msg(strstr(contact, "\"s\":") == NULL, "%s: %s", it->points, contact);
    else
        ck_assert_msg(strstr(contact, wanted) != NULL, "%s: %s", it->points, contact);
    ck_assert_uint_eq(world_counts(&world).expressions_failed, it->value == NULL);
}
END_TEST

START_TEST(a_replay_evaluates_as_the_first_time)
{
    open_with("if: \"contact.age > 40 && data.amount > 100.0\", points: \"data.amount / 7\"");
    world_feed(&world, LINES, LINE_COUNT);
    world_check_rebuilt(&world, "c-1");
}
END_TEST

START_TEST(a_workflow_starts_where_its_condition_is_true)
{
    world_open(
        &world, "actions: {mail: {with: {t: string}}}\n"
                "workflows:\n"
                "  w:\n"
                "    on: form.submitted\n"
                "    if: data.form == 'signup' && !('x' in contact.tags)\n"
                "    reenter: always\n"
                "    steps: [{do: mail, with: {t: hello}}]\n");
    const char *lines[] = {
        EVENT("1", "form.submitted", "\"c-1\"", "{\"form\":\"signup\"}"),
        EVENT("2", "form.submitted", "\"c-1\"", "{\"form\":\"survey\"}"),
        EVENT("3", "contact.tag_added", "\"c-1\"", "{\"tag\":\"x\"}"),
        EVENT("4", "form.submitted", "\"c-1\"", "{\"form\":\"signup\"}"),
        EVENT("5", "form.submitted", "\"c-2\"", "{\"form\":\"signup\"}"),
    };
    world_feed(&world, lines, 5);
    ck_assert_uint_eq(world.out.item_count, 2);
    ck_assert(bytes_equal_text(world.out.items[0].outgoing.key, "c-1"));
    ck_assert(bytes_equal_text(world.out.items[1].outgoing.key, "c-2"));
}
END_TEST

START_TEST(a_condition_of_a_derived_event_sees_its_data)
{
    world_open(
        &world,
        "scores:\n"
        "  s: {bands: {cold: 0, hot: 10}, rules: [{name: a, on: email.opened, points: 6}]}\n"
        "  t: {rules: [{name: b, on: score.band_changed, if: data.to == 'hot' && event.type == "
        "'score.band_changed' && score.s >= 10, points: 1}]}\n");
    const char *lines[] = {
        EVENT("1", "email.opened", "\"c-1\"", "{}"),
        EVENT("2", "email.opened", "\"c-1\"", "{}"),
        EVENT("3", "email.opened", "\"c-1\"", "{}"),
    };
    world_feed(&world, lines, 3);
    ck_assert_msg(
        strstr(world_contact(&world, "c-1"), "\"t\":{\"value\":1}") != NULL, "%s",
        world_contact(&world, "c-1"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold/condition");
    TCase *tcase = tcase_create("condition");
    tcase_add_checked_fixture(tcase, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_loop_test(tcase, a_condition_sees_event_contact_and_scores, 0, CONDITION_COUNT);
    tcase_add_loop_test(tcase, simple_parts_are_answered_as_their_program_would, 0, PART_COUNT);
    tcase_add_loop_test(tcase, points_may_be_an_expression, 0, POINTS_COUNT);
    tcase_add_test(tcase, a_replay_evaluates_as_the_first_time);
    tcase_add_test(tcase, a_workflow_starts_where_its_condition_is_true);
    tcase_add_test(tcase, a_condition_of_a_derived_event_sees_its_data);
    suite_add_tcase(suite, tcase);
    return suite;
}
