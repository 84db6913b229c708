// The explanation of a score adds up: in thousandths, of every contact, in JSON and in the table that people read.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_clock.h"
#include "projections/contacts.h"
#include "tools/engagectl/explain_table.h"
#include "tools/engagectl/json.h"
#include "tools/engagectl/load_rules.h"

#include "tests/fakes/fold_fixture.h"
#include "tests/sim/random.h"

// All that a score may be made of.
static const char FEATURES[] =
    "events:\n"
    "  order.placed: {data: {order: optional string, amount: double, items: int}}\n"
    "  coupon.redeemed: {data: {coupon: optional string, campaign: string}}\n"
    "  campaign.sent: {data: {campaign: string, kind: optional string}}\n"
    "counters:\n"
    "  orders_90d: {count: order.placed, within: 90d}\n"
    "  spent: {sum: data.amount, on: order.placed}\n"
    "  last_order: {last: event.time, on: order.placed}\n"
    "scores:\n"
    "  half:\n"
    "    forget: {half_life: 30d}\n"
    "    min: 0\n"
    "    max: 60\n"
    "    bands: {cold: 0, warm: 10, hot: 40}\n"
    "    groups: {shop: {max: 40}, mail: {min: -3, max: 12}}\n"
    "    rules:\n"
    "      - {name: order, on: order.placed, points: \"min(data.amount / 7, 12)\", group: shop,\n"
    "         limit: {points: 30, every: 30d}}\n"
    "      - {name: coupon, on: coupon.redeemed, points: 7.5, group: mail,\n"
    "         limit: {times: 1, per: data.campaign}}\n"
    "      - {name: sent, on: campaign.sent, points: -2.5, group: mail, limit: {times: 2, every: "
    "week}}\n"
    "      - {name: often, while: counter.orders_90d >= 3, points: 5, group: shop}\n"
    "      - {name: spends, while: counter.spent > 100.0, points: counter.spent / 97}\n"
    "  linear:\n"
    "    forget: {linear: {percent: 7, every: 9d}}\n"
    "    rules:\n"
    "      - {name: order, on: order.placed, points: 10.333}\n"
    "      - {name: coupon, on: coupon.redeemed, points: -4.1}\n"
    "  expiring:\n"
    "    forget: {expire: 60d}\n"
    "    max: 50\n"
    "    groups: {all: {max: 80}}\n"
    "    rules: [{name: order, on: order.placed, points: 9, group: all}]\n"
    "  idle:\n"
    "    forget: {idle: {after: 14d, points: -5, every: 7d}}\n"
    "    min: -20\n"
    "    groups: {some: {max: 15}}\n"
    "    rules:\n"
    "      - {name: order, on: order.placed, points: 5, group: some}\n"
    "      - {name: recent, while: now - counter.last_order < days(20), points: 2}\n"
    "  plain:\n"
    "    rules:\n"
    "      - {name: order, on: order.placed, points: 0.001}\n"
    "      - {name: items, on: order.placed, if: data.items > 2, points: data.items}\n"
    "  whole:\n"
    "    max: 70\n"
    "    combine: 0.5 * score.half + score.linear / 3 + score[\"idle\"] + counter.orders_90d * "
    "0.25\n";

static void setup(void)
{
    fold_fixture_setup();
    world.params.tick_mode = TICK_EVENT;
    world.params.frame_events_max = 64; // an explanation reads the frame of each entry
}

// --- adding up
static int64_t milli_of(const struct json *object, const char *name)
{
    int64_t milli = 0;
    struct bytes text = json_text(object, name);
    ck_assert_msg(text.len == 0 || milli_parse(text, &milli), "%s is no number", name);
    return milli;
}

static int64_t sum_of(const struct json *list, const char *name)
{
    int64_t sum = 0;
    for (const struct json *at = list == NULL ? NULL : list->first; at != NULL; at = at->next)
        sum += milli_of(at, name);
    return sum;
}

static void check_groups(const struct json *score)
{
    const struct json *groups = json_member(score, "groups");
    for (const struct json *group = groups == NULL ? NULL : groups->first; group != NULL;
         group = group->next) {
        int64_t sum = 0;
        for (const struct json *entry = json_member(score, "entries")->first; entry != NULL;
             entry = entry->next) {
            if (bytes_equal(json_text(entry, "group"), json_text(group, "group")))
                sum += milli_of(entry, "points") + milli_of(entry, "forgotten");
        }
        ck_assert_int_eq(sum, milli_of(group, "sum"));
    }
}

static void check_score(const struct json *score, const struct json *contact)
{
    struct bytes name = json_text(score, "score");
    int64_t sum = milli_of(score, "sum"), value = milli_of(score, "value");
    const struct json *shown = json_member(contact, "scores")->first;
    while (shown != NULL && !bytes_equal(shown->name, name))
        shown = shown->next;
    ck_assert_ptr_nonnull(shown);
    ck_assert_int_eq(value, milli_of(shown, "value"));
    ck_assert(bytes_equal(json_text(score, "band"), json_text(shown, "band")));
    ck_assert_int_eq(sum + milli_of(score, "cut"), value);
    if (json_member(score, "combine") != NULL)
        return;
    const struct json *entries = json_member(score, "entries");
    ck_assert_msg(
        sum_of(entries, "points") + sum_of(entries, "forgotten") +
                sum_of(json_member(score, "groups"), "cut") + milli_of(score, "idle") ==
            sum,
        "%.*s", (int)score->raw.len, (const char *)score->raw.data);
    check_groups(score);
}

// The number that ends at the column.
static int64_t number_at(const char *line, size_t end)
{
    int64_t milli = 0;
    size_t begin = end;
    while (begin > 0 && line[begin - 1] != ' ')
        begin--;
    ck_assert_msg(
        end == begin || milli_parse(bytes_of(line + begin, end - begin), &milli), "%s", line);
    return milli;
}

// Where a column of numbers ends; 0: there is none.
static size_t column_end(const char *titles, const char *title)
{
    const char *at = strstr(titles, title);
    return at == NULL ? 0 : (size_t)(at - titles) + strlen(title);
}

// As people do: what stands in the last column of numbers is added up, down to the sum and to the value.
static void check_sheet(char *text)
{
    char *rest = NULL;
    const char *titles = strtok_r(text, "\n", &rest);
    size_t points = column_end(titles, "POINTS"), limited = column_end(titles, "LIMITED");
    size_t forgotten = column_end(titles, "FORGOTTEN"), now = column_end(titles, "NOW");
    size_t last = now > 0 ? now : points;
    int64_t running = 0;
    bool has_value = false;
    for (const char *line = strtok_r(NULL, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        ck_assert_uint_gt(strlen(line), last + 2);
        int64_t number = number_at(line, last);
        const char *what = line + last + 2;
        has_value = strncmp(what, "value", 5) == 0;
        if (has_value || strncmp(what, "sum", 3) == 0) {
            ck_assert_msg(number == running, "%s: %" PRId64, line, running);
            continue;
        }
        running += number;
        bool is_entry = now > 0 && number_at(line, points) != 0;
        if (is_entry)
            ck_assert_int_eq(
                number, number_at(line, points) + (limited > 0 ? number_at(line, limited) : 0) +
                            (forgotten > 0 ? number_at(line, forgotten) : 0));
    }
    ck_assert(has_value);
}

static void check_table(struct bytes json)
{
    struct buffer text = {0};
    ck_assert_int_eq(explain_add_answer(&text, json, OUTPUT_TABLE), ERR_OK);
    buffer_add_text(&text, "\n");
    buffer_add_u8(&text, 0);
    char *at = (char *)text.data;
    while (*at != '\0') { // NAME, then its sheet, then an empty line
        char *sheet = strchr(at, '\n') + 1;
        char *end = strstr(sheet, "\n\n");
        end = end == NULL ? strchr(sheet, '\0') - 1 : end;
        end[0] = '\0';
        if (strstr(sheet, "  WRITTEN AT") != NULL) // what is combined has no sum
            check_sheet(sheet);
        at = end[1] == '\0' ? end + 1 : end + 2;
    }
    buffer_free(&text);
}

// What explanations may have, so that none is missed.
static const char *const features[] = {
    "\"limited\":",
    "\"forgotten\":",
    "\"idle\":",
    "\"group\":",
    "\"while\":",
    "\"since\":",
    "\"condensed\":",
    "\"reads\":",
    "\"reason\":",
    "\"by\":",
    "\"set\":",
    ",\"cut\":-",
    "},{\"group\":\"mail\",\"sum\":"};
enum { FEATURE_COUNT = sizeof(features) / sizeof(features[0]) };
static bool is_seen[FEATURE_COUNT];

static void note_features(struct buffer *json)
{
    buffer_add_u8(json, 0);
    for (int i = 0; i < FEATURE_COUNT; i++)
        is_seen[i] = is_seen[i] || strstr((const char *)json->data, features[i]) != NULL;
    json->len--;
}

// Gives how many scores there were.
static size_t check_contact(struct contact_number contact)
{
    struct arena arena = {0};
    struct buffer explained = {0}, printed = {0};
    struct json *explanation = NULL, *shown = NULL;
    struct fault fault = {ERR_OK, ""};
    size_t count = 0;
    ck_assert_msg(
        query_explain(world.shard, contact, bytes_of(NULL, 0), &explained, &fault) == ERR_OK, "%s",
        fault.text);
    ck_assert_int_eq(query_contact(world.shard, contact, &printed), ERR_OK);
    ck_assert_int_eq(json_read(buffer_bytes(&explained), &arena, &explanation), ERR_OK);
    ck_assert_int_eq(json_read(buffer_bytes(&printed), &arena, &shown), ERR_OK);
    const struct json *score = json_member(explanation, "scores")->first;
    for (; score != NULL; score = score->next, count++)
        check_score(score, shown);
    check_table(buffer_bytes(&explained));
    note_features(&explained);
    buffer_free(&explained);
    buffer_free(&printed);
    arena_free(&arena);
    return count;
}

// Gives how many scores of how many contacts.
static size_t check_all(uint64_t *contacts_out)
{
    size_t scores = 0;
    *contacts_out = contacts_count(shard_state(world.shard));
    for (uint64_t i = 1; i <= *contacts_out; i++)
        scores += check_contact((struct contact_number){i});
    return scores;
}

// --- situations
enum { ROUND_LINES = 256, ROUNDS = 12, CONTACTS = 9, LINE_BYTES = 256 };

static void write_line(struct sim_random *random, char line[LINE_BYTES], unsigned number)
{
    static const char *const types[] = {"order.placed",   "order.placed",
                                        "order.placed",   "coupon.redeemed",
                                        "campaign.sent",  "contact.points_adjusted",
                                        "event.retracted"};
    static const char *const scores[] = {"half", "linear", "expiring", "idle", "plain"};
    unsigned type = (unsigned)sim_random_below(random, 7);
    char data[128];
    if (type < 3)
        (void)snprintf(
            data, sizeof(data), "{\"amount\":%u.%02u,\"items\":%u}",
            (unsigned)sim_random_below(random, 90), (unsigned)sim_random_below(random, 100),
            (unsigned)sim_random_below(random, 5));
    else if (type < 5)
        (void)snprintf(
            data, sizeof(data), "{\"campaign\":\"m%u\"}", (unsigned)sim_random_below(random, 9));
    else if (type == 5)
        (void)snprintf(
            data, sizeof(data), "{\"score\":\"%s\",\"%s\":%d.%03u,\"reason\":\"r\",\"by\":\"ann\"}",
            scores[sim_random_below(random, 5)], sim_random_below(random, 2) == 0 ? "add" : "set",
            (int)sim_random_below(random, 40) - 20, (unsigned)sim_random_below(random, 1000));
    else
        (void)snprintf(
            data, sizeof(data), "{\"event\":\"%u\"}",
            (unsigned)sim_random_below(random, number + 1));
    // Now and then an event comes late.
    int64_t time_ms =
        1767225600000 + (int64_t)number * 3000000 -
        (sim_random_below(random, 9) == 0 ? (int64_t)sim_random_below(random, 1U << 31) : 0);
    (void)snprintf(
        line, LINE_BYTES,
        "{\"id\":\"%u\",\"source\":\"s\",\"type\":\"%s\",\"time\":%" PRId64
        ",\"contact\":\"c-%u\",\"data\":%s}",
        number, types[type], time_ms, (unsigned)sim_random_below(random, CONTACTS), data);
}

static void feed_round(struct sim_random *random, unsigned first)
{
    static char lines[ROUND_LINES][LINE_BYTES];
    const char *texts[ROUND_LINES];
    for (unsigned i = 0; i < ROUND_LINES; i++) {
        write_line(random, lines[i], first + i);
        texts[i] = lines[i];
    }
    world_feed(&world, texts, ROUND_LINES);
    ck_assert_uint_eq(world_flow(&world).refused, 0);
}

START_TEST(what_every_feature_gives_and_takes_adds_up)
{
    struct sim_random random = sim_random_of(test_seed());
    uint64_t contacts = 0;
    world.params.state.ledger_entries_max = 150; // so that old entries are summed up
    world_open(&world, FEATURES);
    for (unsigned round = 0; round < ROUNDS; round++) {
        feed_round(&random, round * ROUND_LINES);
        size_t scores = check_all(&contacts);
        ck_assert_uint_eq(contacts, CONTACTS);
        ck_assert_uint_gt(scores, CONTACTS);
    }
    for (int i = 0; i < FEATURE_COUNT; i++)
        ck_assert_msg(is_seen[i], "never seen: %s", features[i]);
}
END_TEST

#define AT(day, hour) "\"time\":\"2026-01-" day "T" hour ":00:00Z\",\"contact\":\"c-1\""

static const char SHEET_RULES[] =
    "counters: {orders: {count: order.placed}}\n"
    "scores:\n"
    "  heat:\n"
    "    forget: {linear: {percent: 10, every: 1d}}\n"
    "    max: 25\n"
    "    bands: {cold: 0, hot: 20}\n"
    "    groups: {shop: {max: 20}}\n"
    "    rules:\n"
    "      - {name: order, on: order.placed, points: 30, group: shop,\n"
    "         limit: {points: 45, every: month}}\n"
    "      - {name: regular, while: counter.orders >= 2, points: 4}\n"
    "  trust:\n"
    "    forget: {idle: {after: 1d, points: -1.5, every: 1d}}\n"
    "    rules: [{name: order, on: order.placed, points: 10}]\n"
    "  plain: {rules: [{name: order, on: order.placed, points: 2}]}\n"
    "  whole: {max: 9, bands: {high: 5}, combine: score.heat / 2 + counter.orders}\n";
static const char *const sheet_lines[] = {
    "{\"id\":\"1\",\"source\":\"shop\",\"type\":\"order.placed\"," AT("01", "09") "}",
    "{\"id\":\"2\",\"source\":\"shop\",\"type\":\"order.placed\"," AT("02", "09") "}",
    "{\"id\":\"3\",\"source\":\"crm\",\"type\":\"contact.points_adjusted\"," AT(
        "03", "09") ",\"data\":{\"score\":\"heat\",\"add\":7.5,\"reason\":\"met at a fair\","
                    "\"by\":\"ann\"}}",
    "{\"id\":\"4\",\"source\":\"crm\",\"type\":\"contact.points_adjusted\"," AT(
        "05", "09") ",\"data\":{\"score\":\"plain\",\"set\":1}}",
};
static const char SHEET[] =
    "heat\n"
    "POINTS  LIMITED  FORGOTTEN   NOW  TIME                                  RULE              "
    "       GROUP  EVENT                    SOURCE  ID  NOTE                   WRITTEN AT\n"
    "    30                 -12    18  2026-01-01T09:00:00.000Z              order             "
    "       shop   order.placed             shop    1                          rules.yaml:9\n"
    "    30      -15       -4.5  10.5  2026-01-02T09:00:00.000Z              order             "
    "       shop   order.placed             shop    2                          rules.yaml:9\n"
    "   7.5                -1.5     6  2026-01-03T09:00:00.000Z              "
    "contact.points_adjusted         contact.points_adjusted  crm     3   by ann, met at a "
    "fair\n"
    "     4                         4  2026-01-02T09:00:00.000Z              regular           "
    "              true since then                                             rules.yaml:11\n"
    "                            -8.5  group shop: from 28.5 to its max, 20\n"
    "                              30  sum\n"
    "                              -5  cut by min or max\n"
    "                              25  value, band hot\n"
    "\n"
    "trust\n"
    "POINTS  TIME                      RULE   EVENT         SOURCE  ID  WRITTEN AT\n"
    "    10  2026-01-01T09:00:00.000Z  order  order.placed  shop    1   rules.yaml:14\n"
    "    10  2026-01-02T09:00:00.000Z  order  order.placed  shop    2   rules.yaml:14\n"
    "    -6  for being idle\n"
    "    14  sum\n"
    "    14  value\n"
    "\n"
    "plain\n"
    "POINTS  TIME                      RULE                     EVENT                    "
    "SOURCE  ID  NOTE      WRITTEN AT\n"
    "     2  2026-01-01T09:00:00.000Z  order                    order.placed             shop  "
    "  1             rules.yaml:15\n"
    "     2  2026-01-02T09:00:00.000Z  order                    order.placed             shop  "
    "  2             rules.yaml:15\n"
    "    -3  2026-01-05T09:00:00.000Z  contact.points_adjusted  contact.points_adjusted  crm   "
    "  4   set to 1\n"
    "     1  value\n"
    "\n"
    "whole\n"
    "POINTS\n"
    "    25  score.heat\n"
    "     2  counter.orders\n"
    "  14.5  = score.heat / 2 + counter.orders\n"
    "  -5.5  cut by min or max\n"
    "     9  value, band high\n";

START_TEST(a_sheet_shows_what_was_given_and_what_was_taken)
{
    struct buffer json = {0}, text = {0};
    struct fault fault = {ERR_OK, ""};
    world_open(&world, SHEET_RULES);
    world_feed(&world, sheet_lines, 4);
    const struct contact_number contact = query_find(world.shard, BYTES_LITERAL("c-1"));
    ck_assert_int_eq(query_explain(world.shard, contact, bytes_of(NULL, 0), &json, &fault), ERR_OK);
    ck_assert_int_eq(explain_add_answer(&text, buffer_bytes(&json), OUTPUT_TABLE), ERR_OK);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq((const char *)text.data, SHEET);
    buffer_free(&json);
    buffer_free(&text);
}
END_TEST

// With the clock of the world, a question is about now, when more has been forgotten.
START_TEST(what_is_asked_later_adds_up_too)
{
    struct sim_random random = sim_random_of(test_seed());
    uint64_t contacts = 0;
    world.params.tick_mode = TICK_WALL;
    world.wall_ms += ROUND_LINES * INT64_C(3000000);
    world_open(&world, FEATURES);
    feed_round(&random, 0);
    for (int64_t days = 0; days < 200; days += 13) {
        shard_look_at(world.shard, world.wall_ms + days * 86400000 + days);
        (void)check_all(&contacts);
    }
}
END_TEST

// --- the year of a retailer
static char *read_demo(void)
{
    FILE *events = popen("tools/demo/events", "r");
    struct buffer text = {0};
    char part[65536];
    size_t len = 0;
    ck_assert_ptr_nonnull(events);
    while ((len = fread(part, 1, sizeof(part), events)) > 0)
        buffer_add(&text, part, len);
    ck_assert_int_eq(pclose(events), 0);
    buffer_add_u8(&text, 0);
    return (char *)text.data;
}

static void feed_demo(char *text)
{
    static const char *lines[WORLD_LINES_MAX];
    size_t count = 0;
    char *rest = NULL;
    for (const char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        lines[count++] = line;
        if (count == WORLD_LINES_MAX) {
            world_feed(&world, lines, count);
            count = 0;
        }
    }
    world_feed(&world, lines, count);
}

// By its own rules, and by those of every feature beside them.
START_TEST(every_household_of_the_demo_adds_up)
{
    static const struct command command = {.name = "test"};
    struct loaded_rules rules = {.ruleset = NULL};
    struct rule_file files[16] = {{"features.yaml", bytes_text(FEATURES)}};
    struct rule_bundle bundle = {.files = files, .count = 1};
    struct diagnostics diagnostics = {0};
    struct ruleset *ruleset = NULL;
    struct fault fault = {ERR_OK, ""};
    uint64_t contacts = 0;
    ck_assert_int_eq(load_rules(&command, "rules/examples/retail", &rules), 0);
    for (size_t i = 0; i < rules.bundle.count; i++)
        files[bundle.count++] = rules.bundle.files[i];
    ck_assert_int_eq(ruleset_compile(&bundle, &diagnostics, &ruleset), ERR_OK);
    diagnostics_free(&diagnostics);
    world_open(&world, NULL);
    ck_assert_int_eq(shard_activate(world.shard, ruleset, world.wall_ms, &fault), ERR_OK);
    char *text = read_demo();
    feed_demo(text);
    free(text);
    ck_assert_uint_ge(check_all(&contacts), contacts);
    ck_assert_uint_gt(contacts, 2000);
    loaded_rules_free(&rules);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/explain");
    TCase *tcase = tcase_create("explain");
    tcase_set_timeout(tcase, 600);
    tcase_add_checked_fixture(tcase, setup, fold_fixture_teardown);
    tcase_add_test(tcase, what_every_feature_gives_and_takes_adds_up);
    tcase_add_test(tcase, a_sheet_shows_what_was_given_and_what_was_taken);
    tcase_add_test(tcase, what_is_asked_later_adds_up_too);
    tcase_add_test(tcase, every_household_of_the_demo_adds_up);
    suite_add_tcase(suite, tcase);
    return suite;
}
