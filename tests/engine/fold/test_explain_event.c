// What an event did, and why not more: told from the journal, in the rules of its time.
// links: engine/os
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/fold/event_find.h"
#include "engine/fold/explain_event.h"
#include "engine/fold/shard_drop.h"

#include "tests/fakes/fold_fixture.h"

static const struct shard_progress no_progress = {NULL, NULL};

#define EVENT(id, type, day, data)                                                         \
    "{\"id\":\"" id "\",\"source\":\"shop\",\"type\":\"" type "\",\"time\":\"2026-01-" day \
    "T00:00:00Z\",\"contact\":\"c-1\",\"data\":" data "}"

static void setup(void)
{
    fold_fixture_setup();
    world.params.tick_mode = TICK_EVENT;
}

static enum err find(const char *id, const char *source, struct event_found *out)
{
    const struct event_wanted wanted = {bytes_text(id), bytes_text(source)};
    struct fault fault = {ERR_OK, ""};
    return event_find(&world.params, no_progress, &wanted, out, &fault);
}

// Borrowed until the next one.
static const char *explain(const struct event_found *found)
{
    static struct buffer text;
    struct fault fault = {ERR_OK, ""};
    buffer_clear(&text);
    ck_assert_msg(
        explain_event(&world.params, no_progress, found, &text, &fault) == ERR_OK, "%s",
        fault.text);
    buffer_add_u8(&text, 0);
    return (const char *)text.data;
}

static const char *explain_id(const char *id)
{
    struct event_found found;
    ck_assert_int_eq(find(id, "", &found), ERR_OK);
    return explain(&found);
}

static void check_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "%s\nis not in\n%s", part, text);
}

// --- one rule, one outcome
#define OTHER "\"file\":\"rules.yaml\",\"line\""

static const struct outcome_case {
    const char *rules; // with one of what is tried
    const char *wanted;
} outcome_cases[] = {
    {"scores: {s: {rules: [{name: r, on: order.placed, points: 2.5}]}}",
     "\"rules\":[{\"score\":\"s\",\"rule\":\"r\",\"outcome\":\"matched\",\"points\":2.5," OTHER},
    {"scores: {s: {rules: [{name: r, on: order.placed, points: 10, limit: {points: 15}}]}}",
     "\"outcome\":\"matched\",\"points\":5,\"limited\":-5," OTHER},
    {"scores: {s: {rules: [{name: r, on: order.placed, points: 1, limit: {times: 1, per: "
     "data.order}}]}}",
     "\"outcome\":\"limited\",\"why\":{\"key\":\"limit\",\"times\":1,\"per\":\"data.order\","
     "\"values\":[{\"of\":\"data.order\",\"value\":\"o-1\"}]}," OTHER},
    {"scores: {s: {rules: [{name: r, on: order.placed, points: 1, limit: {points: 1, every: "
     "36h}}]}}",
     "\"outcome\":\"limited\",\"why\":{\"key\":\"limit\",\"points\":1,\"every\":\"36h\"}," OTHER},
    {"scores: {s: {rules: [{name: r, on: order.placed, points: 1, limit: {times: 1, every: "
     "month}}]}}",
     "\"outcome\":\"limited\",\"why\":{\"key\":\"limit\",\"times\":1,\"every\":\"month\"}," OTHER},
    // An equality, by which the rule is passed over when nobody looks.
    {"scores: {s: {rules: [{name: r, on: order.placed, if: data.order == 'x', points: 1}]}}",
     "\"outcome\":\"not_true\",\"why\":{\"key\":\"if\",\"part\":\"data.order == 'x'\","
     "\"values\":[{\"of\":\"data.order\",\"value\":\"o-1\"}]}," OTHER},
    // On several events, of which one declares what is read.
    {"scores: {s: {rules: [{name: r, on: [email.opened, order.placed], if: data.order == 'x', "
     "points: 1}]}}",
     "\"outcome\":\"not_true\",\"why\":{\"key\":\"if\",\"part\":\"data.order == 'x'\","
     "\"values\":[{\"of\":\"data.order\",\"value\":\"o-1\"}]}," OTHER},
    {"scores: {s: {rules: [{name: r, on: order.placed, if: has(data.order) && data.amount > 99, "
     "points: 1}]}}",
     "\"outcome\":\"not_true\",\"why\":{\"key\":\"if\",\"part\":\"data.amount > 99\","
     "\"values\":[{\"of\":\"data.amount\",\"value\":20}]}," OTHER},
    // What stands in a condition is as the event has made it.
    {"counters: {n: {count: order.placed}}\n"
     "scores: {s: {rules: [{name: r, on: order.placed, if: counter.n > 2, points: 1}]}}",
     "\"why\":{\"key\":\"if\",\"part\":\"counter.n > 2\","
     "\"values\":[{\"of\":\"counter.n\",\"value\":2}]}," OTHER},
    {"scores: {s: {rules: [{name: a, on: order.placed, points: 1}, {name: r, on: order.placed, "
     "if: score.s == 3.0, points: 1}]}}",
     "\"rule\":\"r\",\"outcome\":\"not_true\",\"why\":{\"key\":\"if\",\"part\":\"score.s == "
     "3.0\",\"values\":[{\"of\":\"score.s\",\"value\":2}]}," OTHER},
    {"scores: {s: {rules: [{name: r, on: order.placed, if: data.no.x == 1, points: 1}]}}",
     "\"outcome\":\"failed\",\"why\":{\"key\":\"if\",\"part\":\"data.no.x == 1\",\"values\":[{"
     "\"of\":\"data.no.x\",\"error\":\"no such key: 'no'\"}],\"error\":\"no such key: "
     "'no'\"}," OTHER},
    {"scores: {s: {rules: [{name: r, on: order.placed, if: data.extra, points: 1}]}}",
     "\"outcome\":\"failed\",\"why\":{\"key\":\"if\",\"part\":\"data.extra\",\"values\":[{\"of\":"
     "\"data.extra\",\"value\":7}],\"error\":\"neither true nor false\"}," OTHER},
    {"scores: {s: {rules: [{name: r, on: order.placed, points: data.amount / 0.0}]}}",
     "\"outcome\":\"failed\",\"why\":{\"key\":\"points\",\"part\":\"data.amount / 0.0\","
     "\"values\":[{\"of\":\"data.amount\",\"value\":20}],\"error\":\"no number of at most a "
     "million\"}," OTHER},
    // counters
    {"counters: {n: {sum: data.amount, on: order.placed}}",
     "\"counters\":[{\"counter\":\"n\",\"outcome\":\"matched\",\"value\":40," OTHER},
    {"counters: {n: {last: data.order, on: order.placed}}",
     "\"outcome\":\"matched\",\"value\":\"o-1\"," OTHER},
    {"counters: {n: {count: order.placed, if: data.amount > 99}}",
     "\"outcome\":\"not_true\",\"why\":{\"key\":\"if\",\"part\":\"data.amount > 99\","},
    {"counters: {n: {sum: int(data.order), on: order.placed}}",
     "\"outcome\":\"failed\",\"why\":{\"key\":\"sum\",\"part\":\"int(data.order)\",\"values\":[{"
     "\"of\":\"data.order\",\"value\":\"o-1\"}],\"error\":\"'o-1' is not an int\"}," OTHER},
    // workflows
    {"actions: {mail: {with: {t: string}}}\n"
     "workflows: {w: {on: order.placed, reenter: always, steps: [{id: hi, do: mail, with: {t: "
     "x}}]}}",
     "\"workflows\":[{\"workflow\":\"w\",\"outcome\":\"matched\",\"run\":2,"
     "\"run_id\":\"80fb679033fb4558a6c74344826cae6d\"," OTHER
     ":2,\"actions\":[{\"action\":\"mail\",\"step\":\"hi\",\"id\":\""},
    {"actions: {mail: {with: {t: string = contact.email}}}\n"
     "workflows: {w: {on: order.placed, reenter: always, steps: [{do: mail}, {tag: {add: t}}]}}",
     "\"actions\":[{\"action\":\"mail\",\"step\":\"1\",\"held\":\"missing\"}]}]"},
    {"actions: {mail: {channel: email, with: {t: string}}}\n"
     "workflows: {w: {on: order.placed, reenter: always, steps: [{do: mail, with: {t: x}}, {do: "
     "mail, with: {t: y}}]}}",
     "\"actions\":[{\"action\":\"mail\",\"step\":\"1\",\"held\":\"consent\"},{\"action\":\"mail\","
     "\"step\":\"2\",\"held\":\"consent\"}]}]"},
    {"actions: {mail: {with: {t: string}, limit: {times: 1, every: 36h, over: delay}}}\n"
     "workflows: {w: {on: order.placed, reenter: always, steps: [{do: mail, with: {t: x}}]}}",
     "\"actions\":[{\"action\":\"mail\",\"step\":\"1\",\"held\":\"limit\",\"until\":\"2026-01-"
     "03T12:00:00.000Z\"}]}]"},
    {"workflows: {w: {on: order.placed, steps: [{tag: {add: t}}]}}",
     "\"outcome\":\"limited\",\"why\":{\"key\":\"reenter\",\"part\":\"never\"}," OTHER},
    {"workflows: {w: {on: order.placed, if: '!(\"vip\" in contact.tags)', steps: [{tag: {add: "
     "t}}]}}",
     "\"outcome\":\"not_true\",\"why\":{\"key\":\"if\",\"part\":\"!(\\\"vip\\\" in contact.tags)\","
     "\"values\":[{\"of\":\"contact.tags\",\"value\":[\"vip\"]}]}," OTHER},
};
enum { OUTCOME_COUNT = sizeof(outcome_cases) / sizeof(outcome_cases[0]) };

START_TEST(each_outcome_has_its_reason)
{
    static const char *const lines[] = {
        EVENT("1", "contact.tag_added", "01", "{\"tag\":\"vip\"}"),
        EVENT("2", "contact.consent_changed", "01", "{\"channel\":\"email\",\"state\":\"denied\"}"),
        EVENT("3", "order.placed", "02", "{\"order\":\"o-1\",\"amount\":20,\"extra\":7}"),
        EVENT("4", "order.placed", "03", "{\"order\":\"o-1\",\"amount\":20,\"extra\":7}"),
        EVENT("5", "order.placed", "04", "{\"order\":\"o-2\",\"amount\":500,\"extra\":7}"),
    };
    world_open(&world, outcome_cases[_i].rules);
    world_feed(&world, lines, 5); // one frame: the event is in its middle
    const char *text = explain_id("4");
    check_has(text, outcome_cases[_i].wanted);
    check_has(text, "\"shard\":0,\"sequence\":2,\"index\":3,\"data\":{\"order\":\"o-1\",");
    check_has(text, "\"contact\":\"c-1\",\"counters\":[");
}
END_TEST

// --- what it did to objects
static const struct object_case {
    const char *type, *day, *data, *wanted;
} object_cases[] = {
    {"d.told", "05", "{\"k\":\"b\",\"s\":\"x\"}",
     "\"key\":\"b\",\"outcome\":\"made\",\"from\":{},\"to\":{\"s\":\"x\"}," OTHER},
    {"d.told", "05", "{\"k\":\"a\",\"s\":\"x\"}",
     "\"key\":\"a\",\"outcome\":\"changed\",\"from\":{\"s\":\"new\"},\"to\":{\"s\":\"x\"}," OTHER},
    {"d.told", "05", "{\"k\":\"a\",\"s\":\"new\"}", "\"key\":\"a\",\"outcome\":\"same\"," OTHER},
    {"d.told", "02", "{\"k\":\"z\",\"s\":\"x\"}", "\"key\":\"z\",\"outcome\":\"older\"," OTHER},
    {"d.told", "05", "{\"k\":null}", "\"object\":\"deal\",\"outcome\":\"no_key\"," OTHER},
    {"d.gone", "05", "{\"k\":\"a\"}",
     "\"key\":\"a\",\"outcome\":\"removed\",\"from\":{\"s\":\"new\"},\"to\":{}," OTHER},
    {"d.gone", "05", "{\"k\":\"b\"}", "\"key\":\"b\",\"outcome\":\"absent\"," OTHER},
    {"d.gone", "01", "{\"k\":\"a\"}", "\"key\":\"a\",\"outcome\":\"same\"," OTHER},
    {"d.gone", "02", "{\"k\":\"z\"}", "\"key\":\"z\",\"outcome\":\"older\"," OTHER},
};
enum { OBJECT_COUNT = sizeof(object_cases) / sizeof(object_cases[0]) };

START_TEST(what_it_did_to_an_object_is_told)
{
    static char line[512];
    const char *lines[] = {
        EVENT("1", "d.gone", "03", "{\"k\":\"z\"}"),
        EVENT("2", "d.told", "04", "{\"k\":\"a\",\"s\":\"new\"}"),
        line,
        EVENT("4", "d.told", "06", "{\"k\":\"a\",\"s\":\"later\"}"),
    };
    const struct object_case *of = &object_cases[_i];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"3\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-%sT00:00:00Z\","
        "\"contact\":\"c-1\",\"data\":%s}",
        of->type, of->day, of->data);
    world_open(
        &world, "events: {d.told: {data: {k: optional any, s: optional string}}, d.gone: {data: "
                "{k: any}}}\n"
                "objects: {deal: {key: data.k, on: d.told, removed_by: d.gone, fields: {s: "
                "data.s}}}\n"
                "counters: {n: {count: object.changed}}\n");
    world_feed(&world, lines, 4);
    const char *text = explain_id("3");
    check_has(text, "\"contact\":\"c-1\",\"objects\":[{\"object\":\"deal\",");
    check_has(text, of->wanted);
    bool is_told = strstr(of->wanted, "\"to\"") != NULL;
    ck_assert_int_eq(strstr(text, "{\"type\":\"object.changed\"") != NULL, is_told);
}
END_TEST

// --- what follows
START_TEST(what_follows_is_told_and_what_has_changed)
{
    static const char *const lines[] = {
        EVENT("1", "order.placed", "01", "{}"),
        EVENT("2", "order.placed", "02", "{}"),
    };
    world_open(
        &world,
        "counters: {n: {count: order.placed}}\n"
        "scores:\n"
        "  s: {bands: {warm: 15}, rules: [{name: r, on: order.placed, points: 10}]}\n"
        "  t: {rules: [{name: r, on: score.band_changed, if: data.to == 'cold', points: 1}]}\n"
        "segments: {regular: {if: counter.n > 1}, new: {if: counter.n == 1}}\n"
        "workflows: {w: {on: segment.entered, if: data.segment == 'regular', steps: [{tag: "
        "{add: x}}]}}\n");
    world_feed(&world, lines, 2);
    const char *text = explain_id("1");
    check_has(text, "\"contact\":\"c-1\",\"new\":true,");
    check_has(text, "\"scores\":[{\"score\":\"s\",\"from\":0,\"to\":10}],");
    check_has(text, "\"segments\":[{\"segment\":\"new\",\"change\":\"entered\"}]}");
    text = explain_id("2");
    check_has(text, "\"contact\":\"c-1\",\"counters\":[");
    check_has(
        text,
        "{\"event\":{\"type\":\"score.band_changed\",\"depth\":1,\"data\":{\"score\":"
        "\"s\",\"from\":\"\",\"to\":\"warm\",\"value\":20}},\"counters\":[],\"rules\":[{\"score\":"
        "\"t\",\"rule\":\"r\",\"outcome\":\"not_true\",\"why\":{\"key\":\"if\",\"part\":\"data.to "
        "== "
        "'cold'\",\"values\":[{\"of\":\"data.to\",\"value\":\"warm\"}]}");
    check_has(
        text, "{\"event\":{\"type\":\"segment.entered\",\"depth\":1,\"data\":{\"segment\":"
              "\"regular\"}},\"counters\":[],\"rules\":[],\"workflows\":[{\"workflow\":\"w\","
              "\"outcome\":\"matched\",\"run\":1,");
    check_has(
        text, "],\"scores\":[{\"score\":\"s\",\"from\":10,\"to\":20,\"from_band\":\"\",\"to_band\":"
              "\"warm\"}],\"segments\":[{\"segment\":\"regular\",\"change\":\"entered\"},{"
              "\"segment\":\"new\",\"change\":\"left\"}]}");
}
END_TEST

START_TEST(the_rules_of_its_time_count)
{
    world_open(&world, "scores: {s: {rules: [{name: old, on: order.placed, points: 1}]}}");
    world_feed_line(&world, EVENT("1", "order.placed", "01", "{}"));
    world_activate(&world, "scores: {s: {rules: [{name: new, on: order.placed, points: 3}]}}");
    world_feed_line(&world, EVENT("2", "order.placed", "02", "{}"));
    check_has(explain_id("1"), "\"rule\":\"old\",\"outcome\":\"matched\",\"points\":1,");
    check_has(explain_id("2"), "\"rule\":\"new\",\"outcome\":\"matched\",\"points\":3,");
}
END_TEST

START_TEST(what_time_did_before_is_no_doing_of_the_event)
{
    world_open(
        &world, "counters: {n: {count: order.placed, within: 2d}}\n"
                "segments: {active: {if: counter.n > 0}}\n");
    world_feed_line(&world, EVENT("1", "order.placed", "01", "{}"));
    world_feed_line(&world, EVENT("2", "email.opened", "20", "{}"));
    check_has(explain_id("1"), "\"segments\":[{\"segment\":\"active\",\"change\":\"entered\"}]}");
    check_has(
        explain_id("2"), "\"counters\":[],\"rules\":[],\"workflows\":[],\"derived\":[],\"scores\":["
                         "],\"segments\":[]}");
}
END_TEST

START_TEST(an_event_of_an_unknown_type_meets_nothing)
{
    world_open(&world, "scores: {s: {rules: [{name: r, on: order.placed, points: 1}]}}");
    world_feed_line(&world, EVENT("1", "never.heard_of", "01", "{\"a\":[1]}"));
    check_has(explain_id("1"), "\"type\":\"never.heard_of\",");
    check_has(explain_id("1"), "\"data\":{\"a\":[1]}}");
    check_has(explain_id("1"), "\"new\":true,\"counters\":[],\"rules\":[],\"workflows\":[],");
}
END_TEST

START_TEST(a_long_value_is_cut)
{
    char line[1024], text[400];
    memset(text, 'x', sizeof(text));
    memcpy(text + 254, "ééé", 6);
    text[sizeof(text) - 1] = '\0';
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"1\",\"source\":\"s\",\"type\":\"order.placed\",\"contact\":\"c-1\",\"data\":{"
        "\"order\":\"%s\"}}",
        text);
    world_open(
        &world,
        "scores: {s: {rules: [{name: r, on: order.placed, if: data.order == '', points: 1}]}}");
    world_feed_line(&world, line);
    const char *value = strstr(explain_id("1"), "\"value\":\"\\\"xxx");
    ck_assert_ptr_nonnull(value);
    const char *end = strstr(value, "…\"}]}");
    ck_assert_ptr_nonnull(end);
    ck_assert_int_lt(end - value, 280);
    ck_assert_int_gt(end - value, 240);
}
END_TEST

// --- finding it
START_TEST(the_newest_event_of_an_id_is_found)
{
    static const char *const lines[] = {
        "{\"id\":\"1\",\"source\":\"a\",\"type\":\"order.placed\",\"contact\":\"c-"
        "1\"}",
        "{\"id\":\"2\",\"source\":\"a\",\"type\":\"order.placed\",\"contact\":\"c-"
        "1\"}",
        "not json",
        "{\"id\":\"1\",\"source\":\"b\",\"type\":\"order.placed\",\"contact\":\"c-"
        "1\"}",
        "{\"id\":\"3\",\"source\":\"a\",\"contact\":\"c-1\"}", // refused: no type
        "{\"id\":\"1\",\"source\":\"b\",\"type\":\"order.placed\",\"contact\":\"c-"
        "2\"}", // seen before
    };
    struct event_found found;
    world_open(&world, "scores: {s: {rules: [{name: r, on: order.placed, points: 1}]}}");
    ck_assert_int_eq(find("1", "", &found), ERR_MISSING);
    world_feed(&world, lines, 6);
    ck_assert_int_eq(find("1", "", &found), ERR_OK);
    ck_assert_uint_eq(event_ref_sequence(found.ref), 2);
    ck_assert_uint_eq(event_ref_index(found.ref), 3);
    ck_assert_uint_eq(found.count, 2);
    ck_assert_int_eq(find("1", "a", &found), ERR_OK);
    ck_assert_uint_eq(event_ref_index(found.ref), 0);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_int_eq(find("2", "", &found), ERR_OK);
    ck_assert_int_eq(find("2", "b", &found), ERR_MISSING);
    ck_assert_int_eq(find("3", "", &found), ERR_MISSING);
    ck_assert_int_eq(find("", "", &found), ERR_MISSING);
}
END_TEST

START_TEST(an_event_is_found_by_the_kinds_of_identifier_of_its_time)
{
    struct event_found found;
    world_open(&world, "contact: {identifiers: [contact_id, member]}");
    world_feed_line(
        &world, "{\"id\":\"1\",\"source\":\"a\",\"type\":\"order.placed\",\"contact\":{\"member\":"
                "\"m-1\"}}");
    world_activate(&world, "contact: {identifiers: [contact_id, email]}");
    ck_assert_int_eq(find("1", "", &found), ERR_OK);
    check_has(explain(&found), "\"contact\":\"member:m-1\"");
}
END_TEST

START_TEST(a_place_without_an_event_is_missing)
{
    struct buffer text = {0};
    struct fault fault = {ERR_OK, ""};
    world_open(&world, "scores: {s: {rules: [{name: r, on: order.placed, points: 1}]}}");
    world_feed_line(&world, EVENT("1", "order.placed", "01", "{}"));
    const struct event_found places[] = {{.ref = event_ref_of(2, 1)}, {.ref = event_ref_of(3, 0)}};
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(
            explain_event(&world.params, no_progress, &places[i], &text, &fault), ERR_MISSING);
    ck_assert_uint_eq(text.len, 0);
    buffer_free(&text);
}
END_TEST

// Of the frames that an operator said, and of no other: what a run that began emits, and what one that waited does.
START_TEST(actions_that_were_dropped_are_told_as_such)
{
    static const char HELD[] = "\",\"held\":\"dropped by operator\"}";
    struct fault fault = {ERR_OK, ""};
    uint64_t dropped = 0;
    world_open(
        &world, "actions: {mail: {topic: t}}\n"
                "workflows:\n"
                "  w: {on: order.placed, reenter: always, steps: [{do: mail}, {wait: {for: "
                "email.opened}}, {do: mail}]}\n");
    world_feed_line(&world, EVENT("1", "order.placed", "01", "{}"));
    uint64_t first = shard_sequence(world.shard) + 1;
    world_feed_line(&world, EVENT("2", "order.placed", "02", "{}"));
    world_feed_line(&world, EVENT("3", "email.opened", "03", "{}"));
    ck_assert_int_eq(shard_drop_actions(world.shard, first, 0, &dropped, &fault), ERR_OK);
    world_feed_line(&world, EVENT("4", "order.placed", "04", "{}"));
    ck_assert_ptr_null(strstr(explain_id("1"), "\"held\""));
    check_has(explain_id("2"), "\"actions\":[{\"action\":\"mail\",\"step\":\"1\",\"id\":\"");
    check_has(explain_id("2"), HELD);
    check_has(explain_id("3"), "\"step\":\"3\",\"action\":\"mail\",\"id\":\"");
    check_has(explain_id("3"), HELD);
    ck_assert_ptr_null(strstr(explain_id("4"), "\"held\""));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold/explain_event");
    TCase *tcase = tcase_create("explain_event");
    tcase_add_checked_fixture(tcase, setup, fold_fixture_teardown);
    tcase_add_loop_test(tcase, each_outcome_has_its_reason, 0, OUTCOME_COUNT);
    tcase_add_loop_test(tcase, what_it_did_to_an_object_is_told, 0, OBJECT_COUNT);
    tcase_add_test(tcase, what_follows_is_told_and_what_has_changed);
    tcase_add_test(tcase, the_rules_of_its_time_count);
    tcase_add_test(tcase, what_time_did_before_is_no_doing_of_the_event);
    tcase_add_test(tcase, an_event_of_an_unknown_type_meets_nothing);
    tcase_add_test(tcase, a_long_value_is_cut);
    tcase_add_test(tcase, the_newest_event_of_an_id_is_found);
    tcase_add_test(tcase, an_event_is_found_by_the_kinds_of_identifier_of_its_time);
    tcase_add_test(tcase, a_place_without_an_event_is_missing);
    tcase_add_test(tcase, actions_that_were_dropped_are_told_as_such);
    suite_add_tcase(suite, tcase);
    return suite;
}
