// What happened to a contact and to each of its runs, told from the journal: what decided, with its values; and why a run
// that waits did not hear an event.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/base/time.h"
#include "engine/fold/event_find.h"
#include "engine/fold/explain_contact.h"
#include "engine/fold/explain_event.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_drop.h"

#include "tests/fakes/fold_fixture.h"

static const struct shard_progress no_progress = {NULL, NULL};
static int next_id;

static void setup(void)
{
    fold_fixture_setup();
    world.params.tick_mode = TICK_EVENT;
    next_id = 1;
}

static void feed(const char *day, const char *contact, const char *type, const char *data)
{
    static char line[1024];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-%sT00:00:00Z\","
        "\"contact\":\"%s\",\"data\":%s}",
        next_id++, type, day, contact, data);
    world_feed_line(&world, line);
}

static void advance(const char *day)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "2026-01-%sT00:00:00Z", day);
    world_advance(&world, text);
    world_publish(&world);
}

// Borrowed until the next one.
static const char *tell(struct contact_asked *asked)
{
    static struct buffer text;
    struct arena arena = {0};
    struct buffer json = {0};
    struct fault fault = {.err = ERR_OK};
    buffer_clear(&text);
    ck_assert_int_eq(
        contact_known_read(world.shard, asked->known.number, &arena, &json, &asked->known), ERR_OK);
    enum err err = explain_contact(&world.params, no_progress, asked, &text, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    buffer_add_u8(&text, 0);
    arena_free(&arena);
    buffer_free(&json);
    return (const char *)text.data;
}

static const char *story_of(const char *contact)
{
    struct contact_asked asked = {
        .known = {.number = query_find(world.shard, bytes_text(contact))}};
    ck_assert_uint_ne(asked.known.number.value, 0);
    return tell(&asked);
}

// Each part is in the text, behind the one before; NULL ends them.
static void ck_in_order(const char *text, const char *const *parts)
{
    const char *at = text;
    for (; *parts != NULL; parts++) {
        const char *found = strstr(at, *parts);
        ck_assert_msg(
            found != NULL, "%s\nis not there, or not behind what is before it, in\n%s", *parts,
            text);
        at = found + strlen(*parts);
    }
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

#define RULES                                                                                  \
    "events: {ping: {data: {n: optional int}}, pong: {data: {n: optional int}},"               \
    " halt: {data: {n: optional int}}}\n"                                                      \
    "actions: {mail: {topic: a, channel: email, with: {text: string, n: optional int}}}\n"     \
    "scores: {heat: {rules: [{name: p, on: pong, points: 3}]}}\n"                              \
    "segments: {warm: {if: score.heat >= 3}}\n"                                                \
    "workflows:\n"                                                                             \
    "  w:\n"                                                                                   \
    "    on: ping\n"                                                                           \
    "    reenter: after_end\n"                                                                 \
    "    stop: [{on: halt, if: data.n > 5}]\n"                                                 \
    "    on_error: continue\n"                                                                 \
    "    steps:\n"                                                                             \
    "      - {id: hello, do: mail, with: {text: hello}}\n"                                     \
    "      - {id: answer, wait: {for: pong, if: data.n == run.data.n, at_most: 5d}}\n"         \
    "      - {id: heat, if: score.heat > 4, then: [{id: hot, tag: {add: hot}}]}\n"             \
    "      - {id: way, split: [{name: all, share: 1, steps: [{id: note, list: {add: l}}]}]}\n" \
    "      - {id: half, do: mail, with: {text: half, n: 10 / run.data.n}}\n"                   \
    "      - {id: rest, wait: 2d}\n"                                                           \
    "      - {id: over, stop: over}\n"

#define RUN "\"workflow\":\"w\",\"run\":\""

START_TEST(all_that_happened_is_told_in_order)
{
    static const char *const parts[] = {
        "{\"what\":\"event\",\"time\":\"2026-01-01T00:00:00.000Z\",\"type\":\"ping\"",
        "{\"what\":\"run\",\"time\":\"2026-01-01T00:00:00.000Z\"," RUN,
        "\"state\":\"started\",\"number\":1,\"cause\":{\"type\":\"ping\",\"source\":\"s\",\"id\":"
        "\"e1\"},\"file\":\"rules.yaml\",\"line\":6}\n",
        "{\"what\":\"action\",\"time\":\"2026-01-01T00:00:00.000Z\"," RUN,
        "\"step\":\"hello\",\"action\":\"mail\",\"id\":\"",
        "\"step\":\"hello\",\"does\":\"do mail\",\"outcome\":\"done\",\"next\":\"answer\"}\n",
        "\"state\":\"waiting\",\"step\":\"answer\",\"does\":\"wait for pong\",\"until\":\"2026-01-"
        "06T00:00:00.000Z\"}\n",
        // another's number, and a halt that is not enough
        "\"time\":\"2026-01-02T00:00:00.000Z\",\"type\":\"pong\"",
        "{\"what\":\"points\",\"time\":\"2026-01-02T00:00:00.000Z\",\"score\":\"heat\",\"rule\":"
        "\"p\",\"points\":3,\"file\":\"rules.yaml\",\"line\":3}\n",
        "{\"what\":\"segment\",\"time\":\"2026-01-02T00:00:00.000Z\",\"segment\":\"warm\","
        "\"state\":\"entered\"}\n",
        "\"state\":\"stays\",\"step\":\"answer\",\"of\":\"wait\",\"why\":{\"if\":\"data.n == "
        "run.data.n\",\"is\":false,\"values\":[{\"of\":\"data.n\",\"value\":1},{\"of\":\"run.data."
        "n\",\"value\":0}]}}\n",
        "\"type\":\"halt\"",
        "\"state\":\"stays\",\"step\":\"answer\",\"of\":\"stop\",\"why\":{\"if\":\"data.n > "
        "5\",\"is\":false,\"values\":[{\"of\":\"data.n\",\"value\":1}]}}\n",
        // the right one
        "\"type\":\"pong\"",
        "\"state\":\"goes_on\",\"step\":\"answer\",\"by\":\"event\",\"why\":{\"if\":\"data.n == "
        "run.data.n\",\"is\":true,",
        "\"step\":\"heat\",\"does\":\"if score.heat > 4\",\"outcome\":\"done\",\"next\":\"hot\","
        "\"why\":{\"if\":\"score.heat > 4\",\"is\":true,\"values\":[{\"of\":\"score.heat\","
        "\"value\":6}]}}\n",
        "\"step\":\"hot\",\"does\":\"tag\",\"outcome\":\"done\",\"next\":\"way\"}\n",
        "\"step\":\"way\",\"does\":\"split\",\"outcome\":\"done\",\"next\":\"note\",\"branch\":"
        "\"all\"}\n",
        "\"step\":\"half\",\"does\":\"do mail\",\"outcome\":\"failed\",\"next\":\"rest\",\"error\":"
        "{\"of\":\"10 / run.data.n\",\"error\":\"division by zero\"",
        "\"state\":\"waiting\",\"step\":\"rest\",\"does\":\"wait 2d\",\"until\":\"2026-01-06T00:"
        "00:00.000Z\"}\n",
        "\"time\":\"2026-01-06T00:00:00.000Z\"," RUN,
        "\"state\":\"goes_on\",\"step\":\"rest\",\"by\":\"time\"}\n",
        "\"state\":\"stopped\",\"step\":\"over\",\"stop\":{\"step\":\"over\",\"why\":\"over\"}}\n",
        NULL,
    };
    world_open(&world, RULES);
    feed("01", "c", "ping", "{\"n\":0}");
    feed("01", "d", "ping", "{\"n\":0}"); // of another contact: not told
    feed("02", "c", "pong", "{\"n\":1}");
    feed("03", "c", "halt", "{\"n\":1}");
    feed("04", "c", "pong", "{\"n\":0}");
    advance("10");
    const char *story = story_of("c");
    ck_in_order(story, parts);
    ck_assert_uint_eq(count_of(story, "\"what\":\"event\""), 4);
    ck_assert_uint_eq(count_of(story, "\"state\":\"started\""), 1);
    ck_assert_ptr_null(strstr(story, "\"e2\""));
}
END_TEST

START_TEST(what_holds_an_action_back_and_what_stops_a_run_is_told)
{
    static const char *const parts[] = {
        "\"type\":\"contact.unsubscribed\"",
        "\"type\":\"ping\"",
        "\"step\":\"hello\",\"action\":\"mail\",\"held\":\"consent\"}\n",
        "\"type\":\"halt\"",
        "\"state\":\"stopped\",\"step\":\"answer\",\"stop\":{\"on\":\"halt\"},\"why\":{\"if\":"
        "\"data.n > 5\",\"is\":true,\"values\":[{\"of\":\"data.n\",\"value\":6}]}}\n",
        NULL,
    };
    world_open(&world, RULES);
    feed("01", "c", "contact.unsubscribed", "{}");
    feed("01", "c", "ping", "{\"n\":0}");
    feed("02", "c", "halt", "{\"n\":6}");
    ck_in_order(story_of("c"), parts);
}
END_TEST

// Which one of several it was.
START_TEST(the_event_of_several_that_stops_a_run_is_told)
{
    static const char *const parts[] = {
        "\"step\":\"1\",\"does\":\"wait for one of several events\"}\n",
        "\"state\":\"stays\",\"step\":\"1\",\"of\":\"stop\",\"why\":{\"if\":\"data.n > 5\"",
        "\"state\":\"stopped\",\"step\":\"1\",\"stop\":{\"on\":\"a.two\"},\"why\":{\"if\":",
        NULL,
    };
    world_open(
        &world, "events: {ping: {}, a.one: {data: {n: int}}, a.two: {data: {n: int}}, b.one: {}, "
                "b.two: {}}\n"
                "workflows: {w: {on: ping, stop: [{on: a.*, if: data.n > 5}], steps: [{wait: {for: "
                "[b.one, b.two]}}]}}\n");
    feed("01", "c", "ping", "{}");
    feed("02", "c", "a.one", "{\"n\":1}");
    feed("03", "c", "a.two", "{\"n\":6}");
    ck_in_order(story_of("c"), parts);
}
END_TEST

START_TEST(points_of_every_origin_are_told)
{
    static const char *const parts[] = {
        "\"score\":\"heat\",\"rule\":\"new\",\"while\":true,\"file\":",
        "\"score\":\"heat\",\"rule\":\"r\",\"points\":2,\"limited\":-1,\"file\":",
        "\"score\":\"heat\",\"rule\":\"workflow\",\"points\":7}\n",
        "\"step\":\"give\",\"does\":\"points heat\",\"outcome\":\"done\"",
        "\"score\":\"heat\",\"rule\":\"contact.points_adjusted\",\"points\":-4}\n",
        "\"time\":\"2026-01-11T00:00:00.000Z\",\"score\":\"heat\",\"rule\":\"new\",\"while\":"
        "false,",
        NULL,
    };
    world_open(
        &world, "events: {ping: {data: {n: optional int}}}\n"
                "scores: {heat: {rules: [{name: r, on: ping, points: 3, limit: {points: 2}},\n"
                " {name: new, while: now - contact.created < days(10), points: 1}]}}\n"
                "workflows: {w: {on: ping, steps: [{id: give, points: {score: heat, add: 7}}]}}\n");
    feed("01", "c", "ping", "{}");
    feed("02", "c", "contact.points_adjusted", "{\"score\":\"heat\",\"add\":-4}");
    advance("20");
    ck_in_order(story_of("c"), parts);
}
END_TEST

START_TEST(what_became_of_objects_is_told)
{
    static const char *const parts[] = {
        "{\"what\":\"event\",\"time\":\"2026-01-02T00:00:00.000Z\",\"type\":\"d.told\"",
        "{\"what\":\"object\",\"time\":\"2026-01-02T00:00:00.000Z\",\"object\":\"deal\",\"key\":"
        "\"a\","
        "\"state\":\"made\",\"from\":{},\"to\":{\"s\":\"new\",\"v\":3}}\n",
        "\"state\":\"changed\",\"from\":{\"s\":\"new\"},\"to\":{\"s\":\"won\"}}\n",
        "\"id\":\"e6\"",
        "{\"what\":\"object\",\"time\":\"2026-01-06T00:00:00.000Z\",\"object\":\"deal\",\"key\":"
        "\"a\","
        "\"state\":\"removed\",\"from\":{\"s\":\"won\",\"v\":3},\"to\":{}}\n",
        NULL,
    };
    world_open(
        &world,
        "events: {d.told: {data: {k: optional any, s: optional string, v: optional int}}, d.gone: "
        "{data: {k: any}}}\n"
        "objects: {deal: {key: data.k, on: d.told, removed_by: d.gone, fields: {s: data.s, "
        "v: data.v}}}\n");
    feed("01", "c", "d.gone", "{\"k\":\"a\"}"); // nothing to be told: it is not there
    feed("02", "c", "d.told", "{\"k\":\"a\",\"s\":\"new\",\"v\":3}");
    feed("03", "c", "d.told", "{\"k\":\"a\",\"s\":\"won\"}");
    feed("04", "c", "d.told", "{\"k\":\"a\"}"); // no field is another
    feed("05", "c", "d.told", "{\"k\":null,\"s\":\"new\"}");
    feed("06", "c", "d.gone", "{\"k\":\"a\"}");
    feed("03", "c", "d.told", "{\"k\":\"a\",\"s\":\"late\"}"); // older than that
    ck_in_order(story_of("c"), parts);
    ck_assert_uint_eq(count_of(story_of("c"), "\"what\":\"object\""), 3);
}
END_TEST

START_TEST(what_was_dropped_is_told)
{
    static const char *const parts[] = {
        "\"action\":\"mail\",\"id\":\"",
        "\"type\":\"halt\"",
        "{\"what\":\"action\",\"time\":\"2026-01-03T00:00:00.000Z\"," RUN,
        "\"step\":\"hello\",\"action\":\"mail\",\"id\":\"",
        "\",\"held\":\"dropped by operator\"}\n",
        "\"type\":\"pong\"",
        NULL,
    };
    struct fault fault = {.err = ERR_OK};
    uint64_t dropped = 0;
    world_open(&world, RULES);
    feed("01", "other", "ping", "{\"n\":0}");
    uint64_t first = shard_sequence(world.shard) + 1;
    feed("01", "c", "ping", "{\"n\":0}");
    feed("03", "c", "halt", "{}");
    ck_assert_int_eq(shard_drop_actions(world.shard, first, 0, &dropped, &fault), ERR_OK);
    ck_assert_uint_eq(dropped, 0); // this world has taken them
    feed("04", "c", "pong", "{\"n\":0}");
    const char *story = story_of("c");
    ck_in_order(story, parts);
    ck_assert_uint_eq(count_of(story, "dropped by operator"), 1);
    ck_assert_uint_eq(count_of(story_of("other"), "dropped by operator"), 0);
}
END_TEST

#define PINGED "events: {ping: {data: {n: optional int}}}\n"

// New definitions over old events, other points for the same events, what is gone; and again, without a change.
START_TEST(what_new_rules_make_of_the_contact_is_told)
{
    static const char *const parts[] = {
        "\"what\":\"event\"",
        "\"score\":\"heat\",\"rule\":\"r\",\"points\":3",
        "{\"what\":\"segment\",\"time\":\"2026-01-02T00:00:00.000Z\",\"segment\":\"cold\","
        "\"state\":"
        "\"entered\"}\n",
        "{\"what\":\"score\",\"time\":\"2026-01-02T00:00:00.000Z\",\"score\":\"heat\",\"from\":6,"
        "\"to\":10.5,\"by\":\"rules\"}\n",
        "{\"what\":\"score\",\"time\":\"2026-01-02T00:00:00.000Z\",\"score\":\"fit\",\"from\":0,"
        "\"to\":"
        "2,\"by\":\"rules\"}\n",
        "{\"what\":\"segment\",\"time\":\"2026-01-02T00:00:00.000Z\",\"segment\":\"hot\",\"state\":"
        "\"entered\",\"by\":\"rules\"}\n",
        "{\"what\":\"segment\",\"time\":\"2026-01-02T00:00:00.000Z\",\"segment\":\"cold\","
        "\"state\":"
        "\"left\",\"by\":\"rules\"}\n",
        "{\"what\":\"score\",\"time\":\"2026-01-02T00:00:00.000Z\",\"score\":\"fit\",\"from\":2,"
        "\"to\":"
        "null,\"by\":\"rules\"}\n",
        "{\"what\":\"event\",\"time\":\"2026-01-03T00:00:00.000Z\"",
        NULL,
    };
    world_open(
        &world, PINGED "scores: {heat: {rules: [{name: r, on: ping, points: 3}]}}\n"
                       "segments: {cold: {if: score.heat > 5}, all: {if: 'true'}}\n");
    feed("01", "other", "ping", "{}");
    feed("01", "c", "ping", "{}");
    feed("02", "c", "ping", "{}");
    world_activate(
        &world, PINGED "scores: {heat: {rules: [{name: r, on: ping, points: 5.25}]},\n"
                       " fit: {rules: [{name: f, on: ping, points: 1}]}}\n"
                       "segments: {hot: {if: score.heat > 10}, all: {if: 'true'}}\n");
    world_activate(
        &world, PINGED "scores: {heat: {rules: [{name: r, on: ping, points: 5.25}]}}\n"
                       "segments: {hot: {if: score.heat > 10}, all: {if: 'true'}}\n");
    feed("03", "c", "ping", "{}");
    const char *story = story_of("c");
    ck_in_order(story, parts);
    ck_assert_uint_eq(count_of(story, "\"by\":\"rules\""), 5);
    ck_assert_uint_eq(
        count_of(story_of("other"), "\"by\":\"rules\""), 3); // heat, fit, and fit again
}
END_TEST

// The id of the how-many-eth run that a story names as started.
static struct hash128 run_in(const char *story, int which)
{
    struct hash128 run = {0};
    const char *at = story;
    for (int i = 0; i < which; i++) {
        at = strstr(at, "\"state\":\"started\"");
        ck_assert_ptr_nonnull(at);
        at++;
    }
    while (strncmp(at, "\"run\":\"", 7) != 0)
        at--;
    ck_assert(hash128_parse(bytes_of(at + 7, HASH128_HEX_CHARS), &run));
    return run;
}

START_TEST(a_run_is_found_by_its_id_alone_and_told_alone)
{
    struct fault fault = {.err = ERR_OK};
    world_open(&world, RULES);
    feed("01", "d", "ping", "{\"n\":0}");
    feed("01", "c", "ping", "{\"n\":1}");
    feed("02", "c", "halt", "{\"n\":6}");
    feed("03", "c", "ping", "{\"n\":2}");
    struct contact_asked asked = {.is_of_run = true};
    struct contact_number wanted = query_find(world.shard, BYTES_LITERAL("c"));
    for (int which = 1; which <= 2; which++) { // one that has ended, one that waits
        asked.run = run_in(story_of("c"), which);
        asked.known.number.value = 0;
        ck_assert_int_eq(
            query_find_run(world.shard, asked.run, &asked.known.number, &fault), ERR_OK);
        ck_assert_uint_eq(asked.known.number.value, wanted.value);
        const char *story = tell(&asked);
        ck_assert_uint_eq(count_of(story, "\"state\":\"started\""), 1);
        ck_assert_uint_eq(count_of(story, "\"state\":\"stopped\""), which == 1 ? 1 : 0);
        ck_assert_uint_eq(count_of(story, "\"what\":\"event\""), 0);
        ck_assert_uint_eq(count_of(story, "\"step\":\"hello\",\"does\""), 1);
    }
    asked.run.low++;
    asked.known.number.value = 0;
    ck_assert_int_eq(
        query_find_run(world.shard, asked.run, &asked.known.number, &fault), ERR_MISSING);
}
END_TEST

// --- folded alone
static void tell_by(
    enum contact_refold_how how, const char *contact, struct buffer *to, bool *is_right_out)
{
    struct arena arena = {0};
    struct buffer json = {0};
    struct fault fault = {.err = ERR_OK};
    struct contact_asked asked;
    memset(&asked, 0, sizeof(asked));
    struct contact_number number = query_find(world.shard, bytes_text(contact));
    ck_assert_int_eq(contact_known_read(world.shard, number, &arena, &json, &asked.known), ERR_OK);
    struct contact_refold refold = {.params = &world.params, .asked = &asked, .how = how, .to = to};
    ck_assert_msg(contact_refold(&refold, &fault) == ERR_OK, "%s", fault.text);
    *is_right_out = refold.is_right;
    arena_free(&arena);
    buffer_free(&json);
}

static void ck_told_alike(const char *contact)
{
    struct buffer alone = {0}, whole = {0};
    bool is_right = false;
    tell_by(CONTACT_WITH_OTHERS, contact, &whole, &is_right);
    ck_assert(is_right);
    tell_by(CONTACT_ALONE, contact, &alone, &is_right);
    ck_assert_msg(is_right, "%s comes out differently", contact);
    buffer_add_u8(&alone, 0);
    buffer_add_u8(&whole, 0);
    ck_assert_str_eq((const char *)alone.data, (const char *)whole.data);
    buffer_free(&alone);
    buffer_free(&whole);
}

static uint64_t random_state;

static unsigned random_below(unsigned bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % bound;
}

#define MORE_RULES                                                                        \
    RULES "  v: {on: pong, reenter: always, steps: [{wait: 3d}, {do: mail, with: {text: " \
          "'{{ string(now) }}'}}]}\n"                                                     \
          "counters: {pings: {count: ping, within: 5d}}\n"

// Events of several contacts in frames of several, some late, some without a time; timers; rules that change.
START_TEST(a_contact_folded_alone_is_told_as_with_all_others)
{
    static const char *const contacts[] = {"c-1", "c-2", "c-12", "a\\\"b"};
    static const char *const types[] = {"ping", "ping", "pong", "halt"};
    int64_t now_ms = INT64_C(1767225600000); // 2026-01-01
    world.params.tick_mode = _i % 2 == 0 ? TICK_EVENT : TICK_WALL;
    world.wall_ms = now_ms;
    random_state = test_seed() + (uint64_t)_i;
    world_open(&world, RULES);
    for (int i = 0; i < 60; i++) {
        static char lines[3][512];
        const char *views[3] = {lines[0], lines[1], lines[2]};
        for (int j = 0; j < 3; j++) {
            char time[TIME_TEXT_CHARS];
            char member[64] = "";
            now_ms += random_below(12 * 3600) * INT64_C(1000);
            time_print(now_ms - (random_below(4) == 0 ? 86400000 : 0), time);
            if (random_below(5) > 0)
                (void)snprintf(
                    member, sizeof(member), "\"time\":\"%.*s\",", (int)sizeof(time), time);
            (void)snprintf(
                lines[j], sizeof(lines[j]),
                "{\"id\":\"e%d\",\"source\":\"s\",\"type\":\"%s\",%s\"contact\":\"%s\",\"data\":{"
                "\"n\":%u}}",
                next_id++, types[random_below(4)], member, contacts[random_below(4)],
                random_below(3));
        }
        world.wall_ms = now_ms;
        world_feed(&world, views, 3);
        if (i == 20 || i == 40)
            world_activate(&world, i == 20 ? MORE_RULES : RULES);
    }
    ck_told_alike("c-1");
    ck_told_alike("c-2");
    ck_told_alike("c-12");
    ck_told_alike("a\"b");
}
END_TEST

// An email that another contact had first does not become this one's, which the contact alone cannot know.
START_TEST(what_depends_on_others_is_folded_with_them)
{
    struct buffer text = {0};
    bool is_right = true;
    world_open(&world, RULES);
    world_feed_line(
        &world,
        "{\"id\":\"1\",\"source\":\"s\",\"type\":\"ping\",\"contact\":{\"contact_id\":\"d\","
        "\"email\":\"x@y.zz\"},\"data\":{\"n\":1}}");
    world_feed_line(
        &world,
        "{\"id\":\"2\",\"source\":\"s\",\"type\":\"ping\",\"contact\":{\"contact_id\":\"c\","
        "\"email\":\"x@y.zz\"},\"data\":{\"n\":1}}");
    tell_by(CONTACT_ALONE, "c", &text, &is_right);
    ck_assert(!is_right);
    ck_assert_uint_eq(count_of(story_of("c"), "\"what\":\"event\""), 1);
    buffer_free(&text);
}
END_TEST

// --- one event
static const char *explain(const char *id)
{
    static struct buffer text;
    struct event_found found;
    struct fault fault = {.err = ERR_OK};
    const struct event_wanted wanted = {.id = bytes_text(id)};
    ck_assert_int_eq(event_find(&world.params, no_progress, &wanted, &found, &fault), ERR_OK);
    buffer_clear(&text);
    enum err err = explain_event(&world.params, no_progress, &found, &text, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    buffer_add_u8(&text, 0);
    return (const char *)text.data;
}

#define ck_explains(id, part)                       \
    do {                                            \
        const char *const parts[] = {(part), NULL}; \
        ck_in_order(explain(id), parts);            \
    } while (0)

START_TEST(an_event_tells_of_the_runs_that_waited_for_it)
{
    world_open(&world, RULES);
    feed("01", "c", "ping", "{\"n\":2}");
    feed("02", "c", "pong", "{\"n\":1}");
    feed("03", "c", "ping", "{\"n\":2}");
    feed("04", "c", "pong", "{\"n\":2}");
    ck_explains("e1", "\"runs\":[{" RUN);
    ck_explains(
        "e1", "\"state\":\"waiting\",\"step\":\"answer\",\"does\":\"wait for pong\",\"until\":"
              "\"2026-01-06T00:00:00.000Z\"}]");
    ck_explains(
        "e2", "\"state\":\"stays\",\"step\":\"answer\",\"of\":\"wait\",\"why\":{\"if\":\"data.n == "
              "run.data.n\",\"is\":false,\"values\":[{\"of\":\"data.n\",\"value\":1},{\"of\":\"run."
              "data.n\",\"value\":2}]}}]");
    ck_explains(
        "e3",
        "\"outcome\":\"limited\",\"why\":{\"key\":\"reenter\",\"part\":\"after_end\",\"run\":\"");
    ck_explains("e3", "\"state\":\"waiting\",\"since\":\"2026-01-01T00:00:00.000Z\"}");
    ck_explains("e4", "\"state\":\"goes_on\",\"step\":\"answer\",\"by\":\"event\"");
    ck_explains("e4", "\"step\":\"half\",\"action\":\"mail\",\"id\":\"");
}
END_TEST

START_TEST(a_run_that_has_been_is_in_the_way_since_it_began)
{
    world_open(
        &world,
        "events: {ping: {data: {n: optional int}}}\n"
        "workflows: {w: {on: ping, key: data.n, reenter: {after: 3d}, steps: [{wait: 1h}]}}");
    feed("01", "c", "ping", "{\"n\":1}");
    feed("02", "c", "ping", "{\"n\":2}"); // another key
    feed("03", "c", "ping", "{\"n\":1}");
    ck_explains("e2", "\"outcome\":\"matched\",\"run\":2,\"run_id\":\"");
    ck_explains("e3", "\"why\":{\"key\":\"reenter\",\"part\":\"3d\",\"run\":\"");
    ck_explains("e3", "\"state\":\"ended\",\"since\":\"2026-01-01T00:00:00.000Z\"}");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold/contact_story");
    TCase *tcase = tcase_create("contact_story");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, fold_fixture_teardown);
    tcase_add_test(tcase, all_that_happened_is_told_in_order);
    tcase_add_test(tcase, what_holds_an_action_back_and_what_stops_a_run_is_told);
    tcase_add_test(tcase, the_event_of_several_that_stops_a_run_is_told);
    tcase_add_test(tcase, points_of_every_origin_are_told);
    tcase_add_test(tcase, what_new_rules_make_of_the_contact_is_told);
    tcase_add_test(tcase, what_became_of_objects_is_told);
    tcase_add_test(tcase, what_was_dropped_is_told);
    tcase_add_test(tcase, a_run_is_found_by_its_id_alone_and_told_alone);
    tcase_add_loop_test(tcase, a_contact_folded_alone_is_told_as_with_all_others, 0, 6);
    tcase_add_test(tcase, what_depends_on_others_is_folded_with_them);
    tcase_add_test(tcase, an_event_tells_of_the_runs_that_waited_for_it);
    tcase_add_test(tcase, a_run_that_has_been_is_in_the_way_since_it_began);
    suite_add_tcase(suite, tcase);
    return suite;
}
