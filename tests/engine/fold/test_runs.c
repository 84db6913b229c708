// Runs of workflows that wait: what they do at which millisecond, with the clock of the events, moved on by hand. Whatever
// a test did, the journal folds again to the same, and a restart in the middle changes nothing.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/base/time.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/verify.h"

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"

static struct fold_world world;
static int next_id;
static bool is_restarting; // after each event and each move of the clock

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
    struct verify_report report;
    struct fault fault = {.err = ERR_OK};
    if (world.shard != NULL) {
        world_publish(&world);
        enum err err =
            verify_shard(&world.params, (struct shard_progress){NULL, NULL}, &report, &fault);
        ck_assert_msg(err == ERR_OK, "%s", fault.text);
        ck_assert_uint_eq(report.digest, world_digest(&world));
    }
    world_destroy(&world);
}

static void maybe_restart(void)
{
    if (!is_restarting)
        return;
    world_publish(&world);
    if (next_id % 2 == 0)
        world_checkpoint(&world);
    world_close(&world);
    world_open(&world, NULL);
}

#define ACTIONS                                                                                   \
    "actions:\n"                                                                                  \
    "  mail: {topic: a, with: {text: string, due: optional timestamp, n: optional int}}\n"        \
    "contact: {fields: {plan: {type: string}, visits: {type: int}}}\n"                            \
    "events: {ping: {data: {n: optional int, who: optional string}}, pong: {data: {of: optional " \
    "string, n: optional int}}}\n"

// An event of contact c at a time of 2026 ("01-03T10:00:00").
static void feed(const char *time, const char *type, const char *data)
{
    static char line[1024];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-%sZ\",\"contact\":\"c\","
        "\"data\":%s}",
        next_id++, type, time, data);
    world_feed_line(&world, line);
    maybe_restart();
}

static void advance(const char *time)
{
    char text[64];
    int64_t time_ms = 0;
    struct fault fault = {.err = ERR_OK};
    (void)snprintf(text, sizeof(text), "2026-%sZ", time);
    ck_assert(time_parse(bytes_text(text), &time_ms));
    ck_assert_msg(shard_advance(world.shard, time_ms, &fault) == ERR_OK, "%s", fault.text);
    world_publish(&world);
    maybe_restart();
}

static void copy_member(const char *json, const char *name, char *to, size_t size)
{
    char key[32];
    (void)snprintf(key, sizeof(key), "\"%s\":", name);
    const char *at = strstr(json, key);
    ck_assert_msg(at != NULL, "no %s in %s", name, json);
    at += strlen(key);
    at += *at == '"';
    size_t len = strcspn(at, "\",}");
    ck_assert_uint_lt(len, size);
    memcpy(to, at, len);
    to[len] = '\0';
}

// After a restart what may be out already is offered again.
static bool was_there_before(size_t item)
{
    const struct outbox_item *items = world.out.items;
    for (size_t i = 0; i < item; i++) {
        if (items[i].outgoing.id.low == items[item].outgoing.id.low &&
            items[i].outgoing.id.high == items[item].outgoing.id.high)
            return is_restarting;
    }
    return false;
}

// Every action so far as "TIME STEP/OCCURRENCE TEXT", each on its line, and nothing else.
static void ck_actions(const char *wanted)
{
    static char got[8192];
    size_t len = 0;
    got[0] = '\0';
    for (size_t i = 0; i < world.out.item_count; i++) {
        static char json[4096];
        if (was_there_before(i))
            continue;
        char time[40], step[40], occurrence[16], text[200];
        struct bytes payload = world.out.items[i].outgoing.value;
        ck_assert_uint_lt(payload.len, sizeof(json));
        memcpy(json, payload.data, payload.len);
        json[payload.len] = '\0';
        copy_member(json, "time", time, sizeof(time));
        copy_member(json, "step", step, sizeof(step));
        copy_member(json, "occurrence", occurrence, sizeof(occurrence));
        copy_member(json, "text", text, sizeof(text));
        len += (size_t)snprintf(
            got + len, sizeof(got) - len, "%s %s/%s %s\n", time + 5, step, occurrence, text);
    }
    ck_assert_str_eq(got, wanted);
}

static bool shows(const char *text)
{
    return strstr(world_contact(&world, "c"), text) != NULL;
}

#define ck_shows(text) \
    ck_assert_msg(shows(text), "wanted %s in %s", text, world_contact(&world, "c"))

// --- waits
START_TEST(a_wait_ends_at_its_millisecond)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  w:\n"
                        "    on: ping\n"
                        "    steps:\n"
                        "      - {do: mail, with: {text: first}}\n"
                        "      - wait: 3d\n"
                        "      - {do: mail, with: {text: second}}\n");
    feed("01-01T10:00:00.001", "ping", "{}");
    ck_actions("01-01T10:00:00.001Z 1/1 first\n");
    advance("01-04T10:00:00");
    ck_actions("01-01T10:00:00.001Z 1/1 first\n");
    advance("01-04T10:00:00.001");
    ck_actions("01-01T10:00:00.001Z 1/1 first\n01-04T10:00:00.001Z 3/1 second\n");
    feed("01-05T00:00:00", "ping", "{}"); // reenter: never
    advance("02-01T00:00:00");
    ck_actions("01-01T10:00:00.001Z 1/1 first\n01-04T10:00:00.001Z 3/1 second\n");
    ck_assert_uint_eq(is_restarting || world_counts(&world).runs_done == 1, 1);
}
END_TEST

START_TEST(a_wait_goes_to_the_time_of_day_of_the_contact)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  w:\n"
                        "    on: ping\n"
                        "    steps:\n"
                        "      - wait: 1d at \"09:00\"\n"
                        "      - {do: mail, with: {text: morning}}\n");
    feed("01-01T00:00:00", "contact.updated", "{\"zone\":\"+07:00\"}");
    feed("01-01T10:00:00", "ping", "{}"); // 17:00 there; a day later 17:00, then 09:00
    advance("01-03T01:59:59.999");
    ck_actions("");
    advance("01-03T02:00:00");
    ck_actions("01-03T02:00:00.000Z 2/1 morning\n");
}
END_TEST

START_TEST(a_wait_until_a_moment_that_has_passed_is_none)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  w:\n"
                        "    on: ping\n"
                        "    steps:\n"
                        "      - wait: {until: run.started - duration(\"1h\")}\n"
                        "      - {do: mail, with: {text: at once}}\n"
                        "      - wait: {until: run.started + duration(\"36h\")}\n"
                        "      - {do: mail, with: {text: later}}\n");
    feed("01-01T10:00:00", "ping", "{}");
    ck_actions("01-01T10:00:00.000Z 2/1 at once\n");
    advance("01-05T00:00:00");
    ck_actions("01-01T10:00:00.000Z 2/1 at once\n01-02T22:00:00.000Z 4/1 later\n");
}
END_TEST

#define WAIT_FOR                                                                         \
    ACTIONS "workflows:\n"                                                               \
            "  w:\n"                                                                     \
            "    on: ping\n"                                                             \
            "    steps:\n"                                                               \
            "      - {id: first, do: mail, with: {text: \"to {{ run.data.who }}\"}}\n"   \
            "      - wait: {for: pong, if: data.of == run.step.first.id, at_most: 3d}\n" \
            "        then: [{do: mail, with: {text: came}}]\n"                           \
            "        else: [{do: mail, with: {text: nudge}}]\n"                          \
            "      - {do: mail, with: {text: end}}\n"

START_TEST(a_wait_for_an_event_of_a_step_ends_with_it)
{
    world_open(&world, WAIT_FOR);
    feed("01-01T10:00:00", "ping", "{\"who\":\"ann\"}");
    feed("01-01T11:00:00", "pong", "{\"of\":\"another\"}");
    ck_actions("01-01T10:00:00.000Z first/1 to ann\n");
    char id[64], data[128], json[4096];
    struct bytes payload = world.out.items[0].outgoing.value;
    memcpy(json, payload.data, payload.len);
    json[payload.len] = '\0';
    copy_member(json, "id", id, sizeof(id));
    (void)snprintf(data, sizeof(data), "{\"of\":\"%s\"}", id);
    feed("01-02T12:00:00", "pong", data);
    feed("01-02T13:00:00", "pong", data);
    advance("02-01T00:00:00");
    ck_actions("01-01T10:00:00.000Z first/1 to ann\n"
               "01-02T12:00:00.000Z 2.then.1/1 came\n"
               "01-02T12:00:00.000Z 3/1 end\n");
}
END_TEST

START_TEST(a_wait_for_an_event_that_does_not_come_ends_in_time)
{
    world_open(&world, WAIT_FOR);
    feed("01-01T10:00:00", "pong", "{}"); // before it was entered
    feed("01-01T10:00:00", "ping", "{\"who\":\"ann\"}");
    advance("01-04T09:59:59.999");
    ck_actions("01-01T10:00:00.000Z first/1 to ann\n");
    feed("01-04T10:00:00.001", "pong", "{}"); // too late: the timer fires before it
    ck_actions("01-01T10:00:00.000Z first/1 to ann\n"
               "01-04T10:00:00.000Z 2.else.1/1 nudge\n"
               "01-04T10:00:00.000Z 3/1 end\n");
}
END_TEST

START_TEST(actions_wait_for_the_window)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  w:\n"
                        "    on: ping\n"
                        "    window: {days: [mon, tue, wed, thu, fri], hours: \"08:00-20:00\"}\n"
                        "    steps:\n"
                        "      - {do: mail, with: {text: first}}\n"
                        "      - wait: 13h\n"
                        "      - {do: mail, with: {text: second}}\n");
    feed("01-02T20:00:00", "ping", "{}"); // a Friday, shut at that very moment
    advance("01-05T07:59:59.999");
    ck_actions("");
    advance("01-05T08:00:00");
    ck_actions("01-05T08:00:00.000Z 1/1 first\n");
    advance("01-07T00:00:00"); // 21:00, so the next morning
    ck_actions("01-05T08:00:00.000Z 1/1 first\n01-06T08:00:00.000Z 3/1 second\n");
}
END_TEST

// --- branches, changes
START_TEST(branches_and_changes)
{
    world_open(
        &world,
        ACTIONS "scores: {fit: {bands: {hot: 10}}}\n"
                "segments: {hot: {if: score.fit >= 10}}\n"
                "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    reenter: always\n"
                "    steps:\n"
                "      - points: {score: fit, add: data.n}\n"
                "      - set: {contact.plan: \"n{{ data.n }}\", contact.stage: lead, "
                "contact.visits: data.n + 1}\n"
                "      - if: segment.hot\n"
                "        then: [{do: mail, with: {text: \"hot {{ score.fit }}\"}}]\n"
                "        else: [{tag: {add: cold}}]\n"
                "      - choose:\n"
                "          - {if: data.n == 1, steps: [{do: mail, with: {text: one}}]}\n"
                "          - {if: data.n == 9, steps: [{do: mail, with: {text: nine}}, end]}\n"
                "          - else: [{stop: no reason}]\n"
                "      - {do: mail, with: {text: \"{{ contact.plan }}\"}}\n");
    feed("01-01T10:00:00", "ping", "{\"n\":1}");
    ck_shows("\"plan\":\"n1\"");
    ck_shows("\"visits\":2");
    ck_shows("\"cold\"");
    feed("01-01T11:00:00", "ping", "{\"n\":9}");
    feed("01-01T12:00:00", "ping", "{\"n\":5}");
    ck_shows("\"segments\":[\"hot\"]");
    ck_actions("01-01T10:00:00.000Z 4.1.1/1 one\n"
               "01-01T10:00:00.000Z 5/1 n1\n"
               "01-01T11:00:00.000Z 3.then.1/1 hot 10\n"
               "01-01T11:00:00.000Z 4.2.1/1 nine\n"
               "01-01T12:00:00.000Z 3.then.1/1 hot 15\n");
}
END_TEST

START_TEST(a_loop_counts_how_often_it_came_by)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  w:\n"
                        "    on: ping\n"
                        "    stop: [{on: pong, if: data.n == run.data.n}]\n"
                        "    steps:\n"
                        "      - {id: nag, do: mail, with: {text: again}}\n"
                        "      - wait: 1d\n"
                        "      - goto: nag\n");
    feed("01-01T10:00:00", "ping", "{\"n\":7}");
    feed("01-02T12:00:00", "pong", "{\"n\":6}");
    feed("01-03T12:00:00", "pong", "{\"n\":7}");
    advance("02-01T00:00:00");
    ck_actions("01-01T10:00:00.000Z nag/1 again\n"
               "01-02T10:00:00.000Z nag/2 again\n"
               "01-03T10:00:00.000Z nag/3 again\n");
}
END_TEST

START_TEST(a_condition_about_the_contact_stops_it)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  w:\n"
                        "    on: ping\n"
                        "    stop: [{if: \"'customer' in contact.tags\"}]\n"
                        "    steps:\n"
                        "      - wait: 1d\n"
                        "      - {do: mail, with: {text: never}}\n");
    feed("01-01T10:00:00", "ping", "{}");
    feed("01-01T11:00:00", "contact.tag_added", "{\"tag\":\"customer\"}");
    advance("02-01T00:00:00");
    ck_actions("");
    ck_assert(is_restarting || world_counts(&world).runs_stopped == 1);
}
END_TEST

// --- which runs there are
START_TEST(a_run_for_each_key)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  w:\n"
                        "    on: ping\n"
                        "    key: data.n\n"
                        "    steps:\n"
                        "      - wait: 1d\n"
                        "      - {do: mail, with: {text: \"key {{ run.key }}\"}}\n");
    feed("01-01T10:00:00", "ping", "{\"n\":1}");
    feed("01-01T11:00:00", "ping", "{\"n\":2}");
    feed("01-01T12:00:00", "ping", "{\"n\":1}"); // in it
    advance("01-03T00:00:00");
    feed("01-03T12:00:00", "ping", "{\"n\":2}"); // was in it
    feed("01-03T13:00:00", "ping", "{\"n\":3}");
    advance("02-03T00:00:00");
    ck_actions("01-02T10:00:00.000Z 2/1 key 1\n"
               "01-02T11:00:00.000Z 2/1 key 2\n"
               "01-04T13:00:00.000Z 2/1 key 3\n");
}
END_TEST

START_TEST(a_later_run_may_be_due_earlier)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  w:\n"
                        "    on: ping\n"
                        "    key: data.n\n"
                        "    steps:\n"
                        "      - wait: {until: \"run.started + duration(run.data.n == 1 ? '48h' : "
                        "'1h')\"}\n"
                        "      - {do: mail, with: {text: \"{{ run.key }}\"}}\n");
    feed("01-01T00:00:00", "ping", "{\"n\":1}");
    feed("01-01T01:00:00", "ping", "{\"n\":2}");
    advance("01-01T02:00:00");
    ck_actions("01-01T02:00:00.000Z 2/1 2\n");
    advance("02-01T00:00:00");
    ck_actions("01-01T02:00:00.000Z 2/1 2\n01-03T00:00:00.000Z 2/1 1\n");
}
END_TEST

static const struct {
    const char *reenter, *actions;
} reenters[] = {
    {"never", "01-02T00:00:00.000Z 2/1 1\n"},
    {"after_end", "01-02T00:00:00.000Z 2/1 1\n01-04T00:00:00.000Z 2/1 3\n"},
    {"always", "01-02T00:00:00.000Z 2/1 1\n01-02T12:00:00.000Z 2/1 2\n01-04T00:00:00.000Z 2/1 3\n"
               "01-07T00:00:00.000Z 2/1 4\n"},
    {"{after: 3d}", "01-02T00:00:00.000Z 2/1 1\n01-07T00:00:00.000Z 2/1 4\n"},
};

START_TEST(it_is_entered_again_as_it_says)
{
    char rules[2048];
    (void)snprintf(
        rules, sizeof(rules),
        ACTIONS "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    reenter: %s\n"
                "    steps:\n"
                "      - wait: 1d\n"
                "      - {do: mail, with: {text: \"{{ run.data.n }}\"}}\n",
        reenters[_i].reenter);
    world_open(&world, rules);
    feed("01-01T00:00:00", "ping", "{\"n\":1}");
    feed("01-01T12:00:00", "ping", "{\"n\":2}");
    feed("01-03T00:00:00", "ping", "{\"n\":3}");
    if (strcmp(reenters[_i].reenter, "after_end") != 0)
        feed("01-06T00:00:00", "ping", "{\"n\":4}");
    advance("02-03T00:00:00");
    ck_actions(reenters[_i].actions);
}
END_TEST

// --- what goes wrong
static const struct {
    const char *on_error, *actions;
} errors[] = {
    {"stop", ""},
    {"continue", "01-02T00:00:00.000Z 3/1 behind\n01-02T00:00:00.000Z last/1 last\n"},
    {"{goto: last}", "01-02T00:00:00.000Z last/1 last\n"},
};

START_TEST(a_step_that_fails_goes_where_it_says)
{
    char rules[2048];
    (void)snprintf(
        rules, sizeof(rules),
        ACTIONS "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    on_error: %s\n"
                "    steps:\n"
                "      - wait: 1d\n"
                "      - {do: mail, with: {text: \"{{ 10 / run.data.n }}\"}}\n"
                "      - {do: mail, with: {text: behind}}\n"
                "      - {id: last, do: mail, with: {text: last}}\n",
        errors[_i].on_error);
    world_open(&world, rules);
    feed("01-01T00:00:00", "ping", "{\"n\":0}");
    advance("02-03T00:00:00");
    ck_actions(errors[_i].actions);
    if (is_restarting)
        return;
    ck_assert_uint_eq(world_counts(&world).steps_failed, 1);
    ck_assert_uint_eq(world_counts(&world).runs_failed, _i == 0);
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 1);
}
END_TEST

START_TEST(new_rules_take_a_run_on_from_its_step)
{
    world_open(
        &world,
        ACTIONS "workflows:\n"
                "  w: {on: ping, steps: [{id: a, wait: 1d}, {do: mail, with: {text: old}}]}\n"
                "  gone: {on: ping, steps: [{id: b, wait: 1d}, {do: mail, with: {text: no}}]}\n");
    feed("01-01T00:00:00", "ping", "{}");
    world_activate(
        &world,
        ACTIONS "workflows:\n"
                "  w:\n"
                "    on: ping\n"
                "    steps:\n"
                "      - {do: mail, with: {text: not again}}\n"
                "      - {id: a, wait: 5d}\n"
                "      - {do: mail, with: {text: new}}\n"
                "  gone: {on: ping, steps: [{id: c, wait: 1d}, {do: mail, with: {text: no}}]}\n");
    advance("02-01T00:00:00");
    ck_actions("01-02T00:00:00.000Z 3/1 new\n");
    ck_assert(is_restarting || world_counts(&world).runs_failed == 1);
}
END_TEST

START_TEST(workflows_start_each_other_and_speak)
{
    world_open(
        &world, ACTIONS
        "workflows:\n"
        "  a: {on: ping, steps: [{start: b}, {wait: 1d}, {start: d}, {emit: {type: pong, data: "
        "{n: run.data.n + 1}}}]}\n"
        "  b: {on: run.ended, if: \"false\", steps: [{do: mail, with: {text: \"b "
        "{{ run.data.n }}\"}}, {wait: 2d}]}\n"
        "  c: {on: pong, steps: [{do: mail, with: {text: \"c {{ data.n }}\"}}]}\n"
        "  d: {on: run.ended, if: \"false\", steps: [{do: mail, with: {text: \"d "
        "{{ data.n }} {{ run.data.n }}\"}}]}\n");
    feed("01-01T00:00:00", "ping", "{\"n\":4}");
    advance("02-01T00:00:00");
    ck_actions("01-01T00:00:00.000Z 1/1 b 4\n01-02T00:00:00.000Z 1/1 d 4 4\n"
               "01-02T00:00:00.000Z 1/1 c 5\n");
}
END_TEST

START_TEST(several_events_start_it)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  w:\n"
                        "    on: [ping, pong]\n"
                        "    key: data.n\n"
                        "    steps:\n"
                        "      - wait: 1d\n"
                        "      - {do: mail, with: {text: \"{{ run.data.n }} {{ has(run.data.of) ? "
                        "run.data.of : run.data.who }}\"}}\n");
    feed("01-01T00:00:00", "ping", "{\"n\":1,\"who\":\"ann\"}");
    feed("01-01T01:00:00", "pong", "{\"n\":2,\"of\":\"bo\"}");
    advance("02-01T00:00:00");
    ck_actions("01-02T00:00:00.000Z 2/1 1 ann\n01-02T01:00:00.000Z 2/1 2 bo\n");
}
END_TEST

START_TEST(what_is_so_already_is_no_wait)
{
    world_open(
        &world, ACTIONS
        "workflows:\n"
        "  w:\n"
        "    on: ping\n"
        "    key: data.n\n"
        "    steps:\n"
        "      - wait: {for: pong, already: 'has(contact.plan) && run.data.n > 1', at_most: 2d}\n"
        "        then: [{do: mail, with: {text: \"then {{ run.data.n }}\"}}]\n"
        "        else: [{do: mail, with: {text: \"else {{ run.data.n }}\"}}]\n");
    feed("01-01T00:00:00", "ping", "{\"n\":2}");
    feed("01-02T00:00:00", "contact.updated", "{\"fields\":{\"plan\":\"gold\"}}");
    ck_actions(""); // it is asked for when the run comes to the wait, and only then
    feed("01-02T01:00:00", "ping", "{\"n\":1}");
    feed("01-02T02:00:00", "ping", "{\"n\":3}");
    ck_actions("01-02T02:00:00.000Z 1.then.1/1 then 3\n");
    feed("01-02T03:00:00", "pong", "{}");
    ck_actions("01-02T02:00:00.000Z 1.then.1/1 then 3\n01-02T03:00:00.000Z 1.then.1/1 then 2\n"
               "01-02T03:00:00.000Z 1.then.1/1 then 1\n");
}
END_TEST

// Events that a step derived stand in line when the run comes to the wait: they were before it.
START_TEST(a_wait_hears_nothing_that_was_there_before)
{
    world_open(
        &world,
        ACTIONS "workflows:\n"
                "  a:\n"
                "    on: ping\n"
                "    steps:\n"
                "      - tag: {add: x}\n"
                "      - wait: {for: tag.added}\n"
                "      - {do: mail, with: {text: \"heard\"}}\n"
                "  b: {on: tag.added, if: data.tag == 'x', steps: [{tag: {add: y}}, {start: "
                "c}]}\n"
                "  c: {on: pong, steps: [{wait: {for: tag.added}}, {do: mail, with: {text: "
                "c}}]}\n");
    feed("01-01T00:00:00", "ping", "{}");
    ck_actions("01-01T00:00:00.000Z 3/1 heard\n"); // y, which came behind it
    feed("01-02T00:00:00", "contact.tag_added", "{\"tag\":\"z\"}");
    ck_actions("01-01T00:00:00.000Z 3/1 heard\n01-02T00:00:00.000Z 2/1 c\n");
}
END_TEST

// A run that another one's step starts while an event is heard does not hear that event.
START_TEST(a_wait_does_not_hear_the_event_that_led_to_it)
{
    world_open(
        &world, ACTIONS "workflows:\n"
                        "  a: {on: ping, steps: [{wait: {for: pong}}, {start: b}, {wait: {for: "
                        "pong}}, {do: mail, with: {text: a}}]}\n"
                        "  b: {on: ping, key: \"data.n\", steps: [{wait: {for: pong}}, {do: mail, "
                        "with: {text: b}}]}\n");
    feed("01-01T00:00:00", "ping", "{\"n\":1}");
    feed("01-02T00:00:00", "pong", "{}"); // b of 1 is done, b of a's start begins
    ck_actions("01-02T00:00:00.000Z 2/1 b\n");
    feed("01-03T00:00:00", "pong", "{}");
    ck_actions("01-02T00:00:00.000Z 2/1 b\n01-03T00:00:00.000Z 4/1 a\n01-03T00:00:00.000Z 2/1 b\n");
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_wait_ends_at_its_millisecond);
    tcase_add_test(cases, a_wait_goes_to_the_time_of_day_of_the_contact);
    tcase_add_test(cases, a_wait_until_a_moment_that_has_passed_is_none);
    tcase_add_test(cases, a_wait_for_an_event_of_a_step_ends_with_it);
    tcase_add_test(cases, a_wait_for_an_event_that_does_not_come_ends_in_time);
    tcase_add_test(cases, actions_wait_for_the_window);
    tcase_add_test(cases, branches_and_changes);
    tcase_add_test(cases, a_loop_counts_how_often_it_came_by);
    tcase_add_test(cases, a_condition_about_the_contact_stops_it);
    tcase_add_test(cases, a_run_for_each_key);
    tcase_add_test(cases, a_later_run_may_be_due_earlier);
    tcase_add_loop_test(
        cases, it_is_entered_again_as_it_says, 0, sizeof(reenters) / sizeof(reenters[0]));
    tcase_add_loop_test(
        cases, a_step_that_fails_goes_where_it_says, 0, sizeof(errors) / sizeof(errors[0]));
    tcase_add_test(cases, new_rules_take_a_run_on_from_its_step);
    tcase_add_test(cases, workflows_start_each_other_and_speak);
    tcase_add_test(cases, several_events_start_it);
    tcase_add_test(cases, what_is_so_already_is_no_wait);
    tcase_add_test(cases, a_wait_hears_nothing_that_was_there_before);
    tcase_add_test(cases, a_wait_does_not_hear_the_event_that_led_to_it);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("runs");
    TCase *cases = tcase_create("runs");
    tcase_add_checked_fixture(cases, setup, teardown);
    add_tests(cases);
    suite_add_tcase(suite, cases);
    cases = tcase_create("runs over restarts");
    tcase_add_checked_fixture(cases, setup_restarting, teardown);
    add_tests(cases);
    suite_add_tcase(suite, cases);
    return suite;
}
