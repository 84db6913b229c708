// `engagectl test` as people and their CI see it: what holds, what differs and how that is told.
#include <ctype.h>
#include <stdlib.h>

#include "engine/base/buffer.h"

#include "tests/tools/engagectl/command_fixture.h"

#define RULES                                                                                 \
    "contact: {fields: {plan: {type: string}, seen: {type: timestamp}}}\n"                    \
    "counters:\n"                                                                             \
    "  opens_30d: {count: email.opened, within: 30d}\n"                                       \
    "  last_open: {last: event.time, on: email.opened}\n"                                     \
    "  spent: {sum: data.amount, on: order.placed}\n"                                         \
    "  dearest: {max: data.amount, on: order.placed}\n"                                       \
    "scores:\n"                                                                               \
    "  heat:\n"                                                                               \
    "    bands: {cold: 0, warm: 8}\n"                                                         \
    "    forget: {half_life: 30d}\n"                                                          \
    "    rules:\n"                                                                            \
    "      - {name: opened, on: email.opened, points: 10}\n"                                  \
    "      - {name: daily, on: page.viewed, points: 1, limit: {times: 1, every: day}}\n"      \
    "      - {name: dear, on: order.placed, if: data.amount > 5, points: 4}\n"                \
    "  fit: {rules: [{name: pro, while: 'contact.plan == \"pro\"', points: 3}]}\n"            \
    "segments:\n"                                                                             \
    "  lapsed: {if: counter.opens_30d == 0, known_for: 30d}\n"                                \
    "  stuck: {if: contact.stage == \"trial\", for: 7d}\n"                                    \
    "actions:\n"                                                                              \
    "  mail: {channel: email, with: {template: string, n: optional int, to: string = "        \
    "contact.email}}\n"                                                                       \
    "  note: {with: {text: string}}\n"                                                        \
    "workflows:\n"                                                                            \
    "  cooled:\n"                                                                             \
    "    on: score.band_changed\n"                                                            \
    "    if: data.to == \"cold\"\n"                                                           \
    "    reenter: always\n"                                                                   \
    "    steps: [{id: ask, do: mail, with: {template: back, n: 2}}, {do: note, with: {text: " \
    "cooled}}]\n"                                                                             \
    "  tagged: {on: tag.added, steps: [{do: note, with: {text: tagged}}]}\n"                  \
    "  met: {on: contact.created, steps: [{do: note, with: {text: met}}]}\n"                  \
    "tests:\n"

static void write_file(const char *name, const char *first, const char *second)
{
    FILE *file = fopen(name, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(first, file), 0);
    ck_assert_int_ge(fputs(second, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void read_file(const char *name, struct buffer *to)
{
    FILE *file = fopen(name, "r");
    ck_assert_ptr_nonnull(file);
    size_t got = fread(buffer_reserve(to, CAPTURED_BYTES), 1, CAPTURED_BYTES - 1, file);
    to->len = got;
    buffer_add_u8(to, 0);
    (void)fclose(file);
}

// --- what holds
#define OPENED(at) "      - {at: " at ", type: email.opened}\n"

static const struct holds_case {
    const char *name;
    const char *text; // of the test, behind its name
} holds[] = {
    {"points fade between events",
     "    events:\n" OPENED(
         "0s") "    expect:\n"
               "      - {at: 0s, score: {heat: 10}, bands: {heat: warm}, because: [heat/opened]}\n"
               "      - {at: 30d, score: {heat: 5}, bands: {heat: cold}}\n"
               "      - {at: 60d, score: {heat: {value: 2.5, band: cold}}}\n"},
    {"a crossing by time alone acts at its moment",
     "    contact: {email: ann@example.com}\n"
     "    events:\n" OPENED(
         "0s") "    expect:\n"
               "      - {at: 9d, actions: []}\n"
               "      - {at: 10d, actions: [{do: mail, workflow: cooled, step: ask,\n"
               "          with: {template: back, n: 2, to: ann@example.com}}, {do: note, step: "
               "2}],\n"
               "          because: [cooled]}\n"
               "      - {at: 100d, actions: []}\n"},
    {"a window ends at its very moment",
     "    events:\n" OPENED("0s")
         OPENED("1d") "    expect:\n"
                      "      - {at: 1d, counters: {opens_30d: 2, last_open: 1d}}\n"
                      "      - {at: 30d, counters: {opens_30d: 1}, segments: {lapsed: false}}\n"
                      "      - {at: 2678399999ms, segments: {lapsed: false}}\n"
                      "      - {at: 31d, counters: {opens_30d: 0}, segments: {lapsed: true}}\n"},
    {"counters of numbers, and those with nothing to say",
     "    events:\n"
     "      - {at: 1h, type: order.placed, data: {order: o1, amount: 7.5}}\n"
     "      - {at: 2h, type: order.placed, data: {order: o2, amount: 2}}\n"
     "    expect:\n"
     "      - {at: 0s, counters: {spent: 0, dearest: , last_open: }}\n"
     "      - {at: 2h, counters: {spent: 9.5, dearest: 7.5}, because: [dear]}\n"},
    {"a late event counts at its own time",
     "    events:\n" OPENED("40d, time: 10d") "    expect:\n"
                                              "      - {at: 40d, score: {heat: 5}, counters: "
                                              "{opens_30d: 0, last_open: 10d}}\n"},
    {"an event of before the start",
     "    events:\n" OPENED("0s, time: -30d") "    expect:\n"
                                              "      - {at: 0s, score: {heat: 5}, counters: "
                                              "{last_open: 2025-12-06T00:00:00Z}}\n"},
    {"an event of the future moves no clock",
     "    events:\n" OPENED(
         "0s, time: 30d") "    expect:\n"
                          "      - {at: 0s, score: {heat: 10}, segments: {lapsed: false}}\n"
                          "      - {at: 29d, score: {heat: 10}}\n"},
    {"the same event again, and one that is withdrawn",
     "    events:\n" OPENED("0s, id: a") OPENED("1m, id: a") OPENED(
         "2m") "      - {at: 3m, type: event.retracted, data: {source: test, event: a}}\n"
               "      - {at: 4m, type: event.retracted, data: {source: test, event: event-3}}\n"
               "    expect:\n"
               "      - {at: 0s, counters: {opens_30d: 1}}\n"
               "      - {at: 1m, counters: {opens_30d: 1}}\n"
               "      - {at: 2m, counters: {opens_30d: 2}}\n"
               "      - {at: 4m, score: {heat: 0}}\n"},
    {"events and expectations in any order", "    expect:\n"
                                             "      - {at: 2h, counters: {opens_30d: 2}}\n"
                                             "      - {at: 1h, counters: {opens_30d: 1}}\n"
                                             "    events:\n" OPENED("2h") OPENED("1h")},
    {"what is known before no rule has seen",
     "    contact: {plan: pro, tags: [vip], lists: [news], stage: trial}\n"
     "    expect:\n"
     "      - {at: 0s, score: {fit: 3, heat: 0}, tags: [vip], lists: [news], stage: trial,\n"
     "          fields: {plan: pro, seen: }, segments: {stuck: false}, actions: [],\n"
     "          because: [fit/pro]}\n"
     "      - {at: 7d, segments: {stuck: true}, actions: []}\n"},
    {"what an event brings rules do see",
     "    events:\n"
     "      - {at: 0s, type: contact.tag_added, data: {tag: vip}}\n"
     "    expect:\n"
     "      - {at: 0s, actions: [{do: note, with: {text: met}}, {do: note, with: {text: "
     "tagged}}]}\n"},
    {"known for so long", "    contact: {created: -29d}\n"
                          "    expect:\n"
                          "      - {at: 23h, segments: {lapsed: false}}\n"
                          "      - {at: 1d, segments: {lapsed: true}}\n"},
    {"several contacts, each by itself",
     "    contact: {email: Ann@Example.com}\n"
     "    events:\n"
     "      - {at: 0s, type: email.opened}\n"
     "      - {at: 1h, type: email.opened, contact: {contact_id: bo, email: bo@example.com}}\n"
     "      - {at: 1h, type: contact.tag_added, data: {tag: x}, contact: bo}\n"
     "    expect:\n"
     "      - {at: 0s, contact: bo, score: {heat: 0}, tags: [], actions: []}\n"
     "      - {at: 2h, score: {heat: 9.981}, actions: [], tags: []}\n"
     "      - {at: 2h, contact: {email: bo@example.com}, tags: [x], because: [met, tagged, "
     "opened],\n"
     "          actions: [{do: note}, {do: note, workflow: tagged}]}\n"
     "      - {at: 20d, actions: [{do: mail}, {do: note}]}\n"
     "      - {at: 20d, contact: bo, actions: [{do: mail}, {do: note}]}\n"},
    {"days end at midnight of the account's zone",
     "    zone: Asia/Ho_Chi_Minh\n"
     "    start: 2026-01-05T16:59:59Z\n"
     "    events:\n"
     "      - {at: 0s, type: page.viewed, data: {url: /}}\n"
     "      - {at: 1s, type: page.viewed, data: {url: /}}\n"
     "      - {at: 2s, type: page.viewed, data: {url: /}}\n"
     "    expect: [{at: 2s, score: {heat: 2}}]\n"},
    {"days end at midnight of the contact's zone",
     "    contact: {zone: \"-05:00\"}\n"
     "    start: 2026-01-05T04:59:59Z\n"
     "    events:\n"
     "      - {at: 0s, type: page.viewed, data: {url: /}}\n"
     "      - {at: 1s, type: page.viewed, data: {url: /}}\n"
     "    expect: [{at: 1s, score: {heat: 2}}]\n"},
    {"consent that was revoked holds actions back",
     "    contact: {email: a@example.com, consent: {email: revoked}}\n"
     "    events:\n" OPENED("0s") "    expect:\n"
                                  "      - {at: 20d, actions: [{do: note}]}\n"},
    {"two times that are one instant",
     "    contact: {seen: 2026-01-05T07:00:00+07:00}\n"
     "    expect: [{at: 0s, fields: {seen: 2026-01-05T00:00:00Z}}]\n"},
};
enum { HOLDS_COUNT = sizeof(holds) / sizeof(holds[0]) };

static void assert_holds(const struct holds_case *it)
{
    struct buffer text = {0};
    buffer_add_format(&text, "  - name: %s\n%s", it->name, it->text);
    buffer_add_u8(&text, 0);
    write_file("rules.yaml", RULES, (const char *)text.data);
    captured_run("test --run * rules.yaml", &captured);
    ck_assert_msg(captured.code == 0, "%s%s", captured.out, captured.err);
    ck_assert_str_eq(captured.out, "1 passed, 0 failed\n");
    buffer_free(&text);
}

START_TEST(what_comes_of_the_rules_is_what_is_expected)
{
    assert_holds(&holds[_i]);
}
END_TEST

START_TEST(tests_know_nothing_of_each_other)
{
    struct buffer text = {0};
    for (size_t i = 0; i < HOLDS_COUNT; i++)
        buffer_add_format(&text, "  - name: %s\n%s", holds[i].name, holds[i].text);
    buffer_add_u8(&text, 0);
    write_file("rules.yaml", RULES, (const char *)text.data);
    captured_run("test --run * rules.yaml", &captured);
    char wanted[300];
    (void)snprintf(wanted, sizeof(wanted), "%d passed, 0 failed\n", HOLDS_COUNT);
    ck_assert_msg(captured.code == 0, "%s%s", captured.out, captured.err);
    ck_assert_str_eq(captured.out, wanted);
    buffer_free(&text);
}
END_TEST

// --- what differs
static const struct differs_case {
    const char *text; // of a test called t
    const char *out;  // all that is printed
} differs[] = {
    {"    events:\n" OPENED("0s") "    expect:\n"
                                  "      - {at: 1h, score: {heat: 10}, bands: {heat: cold}, "
                                  "segments: {stuck: true}}\n",
     "FAIL t (rules.yaml:31:5)\n"
     "  at 1h (rules.yaml:35:9)\n"
     "    score heat\n"
     "      exp: 10\n"
     "      got: 9.99\n"
     "    band of heat\n"
     "      exp: cold\n"
     "      got: warm\n"
     "    segment stuck\n"
     "      exp: true\n"
     "      got: false\n"
     "  note: segments.stuck if failed: no such key\n"
     "0 passed, 1 failed\n"},
    {"    contact: {tags: [b, a], plan: pro}\n"
     "    expect:\n"
     "      - {at: 0s, tags: [c, c, a], lists: [x], stage: lead, fields: {plan: free, seen: "
     "2026-01-01T00:00:00Z}}\n"
     "      - {at: 1h, fields: {plan: }, counters: {opens_30d: 1, dearest: 2}}\n",
     "FAIL t (rules.yaml:31:5)\n"
     "  at 0s (rules.yaml:34:9)\n"
     "    field plan\n"
     "      exp: \"free\"\n"
     "      got: \"pro\"\n"
     "    field seen\n"
     "      exp: \"2026-01-01T00:00:00Z\"\n"
     "      got: none\n"
     "    tags\n"
     "      exp: [a, c]\n"
     "      got: [a, b]\n"
     "    lists\n"
     "      exp: [x]\n"
     "      got: []\n"
     "    stage\n"
     "      exp: lead\n"
     "      got: none\n"
     "  at 1h (rules.yaml:35:9)\n"
     "    field plan\n"
     "      exp: none\n"
     "      got: \"pro\"\n"
     "    counter opens_30d\n"
     "      exp: 1\n"
     "      got: 0\n"
     "    counter dearest\n"
     "      exp: 2\n"
     "      got: none\n"
     "0 passed, 1 failed\n"},
    {"    contact: {email: a@example.com}\n"
     "    events:\n" OPENED("0s") "    expect:\n"
                                  "      - {at: 20d, actions: [{do: note}, {do: mail, step: ask, "
                                  "with: {n: , template: x}}], because: [met, dear]}\n",
     "FAIL t (rules.yaml:31:5)\n"
     "  at 20d (rules.yaml:36:9)\n"
     "    actions\n"
     "      exp:\n"
     "        0: note\n"
     "        1: mail by */ask with n none, template \"x\"\n"
     "      got:\n"
     "        0: mail by cooled/ask with template \"back\", n 2, to \"a@example.com\"\n"
     "        1: note by cooled/2 with text \"cooled\"\n"
     "    because\n"
     "      exp: met, heat/dear\n"
     "      got: heat/opened, cooled\n"
     "  note: scores.fit/pro while failed: no such key\n"
     "  note: segments.stuck if failed 4 times, the last time: no such key\n"
     "0 passed, 1 failed\n"},
    {"    contact: {email: a@example.com, consent: {email: denied}}\n"
     "    events:\n" OPENED("0s") "      - {at: 0s, type: order.placed, contact: bo}\n"
                                  "    expect:\n"
                                  "      - {at: 0s, contact: bo, actions: []}\n"
                                  "      - {at: 20d, actions: []}\n",
     "FAIL t (rules.yaml:31:5)\n"
     "  at 0s, contact bo (rules.yaml:37:9)\n"
     "    actions\n"
     "      exp: none\n"
     "      got:\n"
     "        0: note by met/1 with text \"met\"\n"
     "  at 20d (rules.yaml:38:9)\n"
     "    actions\n"
     "      exp: none\n"
     "      got:\n"
     "        0: note by cooled/2 with text \"cooled\"\n"
     "  note: scores.fit/pro while failed 2 times, the last time: no such key\n"
     "  note: segments.stuck if failed 5 times, the last time: no such key\n"
     "  note: counters.spent sum failed: no such key\n"
     "  note: counters.dearest max failed: no such key\n"
     "  note: scores.heat/dear if failed: no such key\n"
     "  note: an action was held back: no consent\n"
     "0 passed, 1 failed\n"},
    {"    contact: {email: a@example.com, consent: {email: denied}}\n"
     "    events:\n" OPENED(
         "0s") "    expect:\n"
               "      - {at: 1s, held: [{do: mail}]}\n"
               "      - {at: 20d, held: [{do: mail, because: consent}]}\n"
               "      - {at: 21d, held: [{do: mail, because: quiet, until: 22d}]}\n",
     "FAIL t (rules.yaml:31:5)\n"
     "  at 1s (rules.yaml:36:9)\n"
     "    held\n"
     "      exp:\n"
     "        0: mail\n"
     "      got: none\n"
     "  at 21d (rules.yaml:38:9)\n"
     "    held\n"
     "      exp:\n"
     "        0: mail because of quiet until 2026-01-27T00:00:00.000Z\n"
     "      got: none\n"
     "  note: an action was held back: no consent\n"
     "0 passed, 1 failed\n"},
    {"    events:\n"
     "      - {at: 1h, type: email.opened, contact: {email: \"a\\u0007\"}}\n"
     "    expect: [{at: 2h, stage: }]\n",
     "FAIL t (rules.yaml:31:5)\n"
     "  at 2026-01-05T01:00:00.000Z (rules.yaml:33:9)\n"
     "    event\n"
     "      exp: taken\n"
     "      got: refused, bad_contact: contact.email has control characters\n"
     "0 passed, 1 failed\n"},
    {"    zone: Nowhere/City\n"
     "    expect: [{at: 2h, stage: }]\n",
     "FAIL t (rules.yaml:31:5)\n"
     "  (rules.yaml:31:5)\n"
     "    zone\n"
     "      exp: a time zone that is known here\n"
     "      got: Nowhere/City\n"
     "0 passed, 1 failed\n"},
    {"    events:\n"
     "      - {at: 0s, type: contact.tag_added, data: {tag: \"a\\e[2Jb\"}}\n"
     "    expect: [{at: 0s, tags: []}]\n",
     "FAIL t (rules.yaml:31:5)\n"
     "  at 0s (rules.yaml:34:14)\n"
     "    tags\n"
     "      exp: []\n"
     "      got: [a?[2Jb]\n"
     "0 passed, 1 failed\n"},
};
enum { DIFFERS_COUNT = sizeof(differs) / sizeof(differs[0]) };

START_TEST(what_differs_is_told_with_its_place)
{
    struct buffer text = {0};
    buffer_add_format(&text, "  - name: t\n%s", differs[_i].text);
    buffer_add_u8(&text, 0);
    write_file("rules.yaml", RULES, (const char *)text.data);
    captured_run("test --run t rules.yaml", &captured);
    ck_assert_str_eq(captured.err, "");
    ck_assert_str_eq(captured.out, differs[_i].out);
    ck_assert_int_eq(captured.code, 1);
    buffer_free(&text);
}
END_TEST

// --- objects
#define OBJECTS                                                                                  \
    "objects: {order: {key: data.order, on: order.placed, fields: {amount: data.amount, moved: " \
    "event.time}}}\n"                                                                            \
    "tests:\n"                                                                                   \
    "  - name: t\n"                                                                              \
    "    events: [{at: 1h, type: order.placed, data: {order: o1, amount: 7.5}}]\n"

START_TEST(objects_are_compared_by_key_and_field)
{
    write_file(
        "rules.yaml", OBJECTS,
        "    expect:\n"
        "      - {at: 0s, objects: {order: {o1: null}}}\n"
        "      - {at: 1h, objects: {order: {o1: {amount: 7.5, moved: 1h, updated: 1h}, o2: "
        "null}}}\n");
    captured_run("test rules.yaml", &captured);
    ck_assert_str_eq(captured.out, "1 passed, 0 failed\n");
    write_file(
        "rules.yaml", OBJECTS,
        "    expect:\n"
        "      - {at: 0s, objects: {order: {o1: {amount: 7.5}}}}\n"
        "      - {at: 1h, objects: {order: {o1: {amount: 8, moved: , updated: 2h}}}}\n"
        "      - {at: 2h, objects: {order: {o1: null, o2: {}}}}\n");
    captured_run("test rules.yaml", &captured);
    ck_assert_str_eq(
        captured.out, "FAIL t (rules.yaml:3:5)\n"
                      "  at 0s (rules.yaml:6:9)\n"
                      "    object order.o1\n"
                      "      exp: there\n"
                      "      got: none\n"
                      "  at 1h (rules.yaml:7:9)\n"
                      "    object order.o1.amount\n"
                      "      exp: 8\n"
                      "      got: 7.5\n"
                      "    object order.o1.moved\n"
                      "      exp: none\n"
                      "      got: \"2026-01-05T01:00:00.000Z\"\n"
                      "    object order.o1.updated\n"
                      "      exp: \"2h\"\n"
                      "      got: \"2026-01-05T01:00:00.000Z\"\n"
                      "  at 2h (rules.yaml:8:9)\n"
                      "    object order.o1\n"
                      "      exp: none\n"
                      "      got: there\n"
                      "    object order.o2\n"
                      "      exp: there\n"
                      "      got: none\n"
                      "0 passed, 1 failed\n");
}
END_TEST

// --- the command
#define SMALL                                                                                      \
    "scores: {s: {rules: [{name: a, on: email.opened, points: 1}, {name: b, on: page.viewed, "     \
    "points: 1}]}}\n"                                                                              \
    "segments: {some: {if: score.s > 0}, many: {if: score.s > 9}}\n"                               \
    "workflows: {w: {on: email.opened, steps: [{tag: {add: x}}]}}\n"                               \
    "tests:\n"                                                                                     \
    "  - {name: one & only, events: [{at: 0s, type: email.opened}], expect: [{at: 0s, score: {s: " \
    "1}}]}\n"                                                                                      \
    "  - {name: two, expect: [{at: 0s, score: {s: 2}}]}\n"                                         \
    "  - {name: 'two <more>', expect: [{at: 0s, score: {s: 0}}]}\n"

START_TEST(what_is_kept_is_expected_by_its_declared_type)
{
    static const char rules[] =
        "contact: {fields: {vip: {type: bool}}}\n"
        "counters: {code: {last: data.order, on: order.placed}, at: {first: event.time, on: "
        "order.placed}, late_by: {last: now - event.time, on: order.placed}}\n"
        "objects: {order: {key: data.order, on: order.placed, fields: {code: data.order}}}\n"
        "actions: {note: {with: {b: bool, again: bool}}}\n"
        "workflows: {w: {on: order.placed, steps: [{do: note, with: {b: '!contact.vip', again: "
        "'\"a\" in contact.tags'}}]}}\n"
        "tests:\n"
        "  - name: t\n"
        "    contact: {vip: true, tags: [a]}\n"
        "    events: [{at: 25h, time: -1h, type: order.placed, data: {order: 1.0, amount: 2}}]\n";
    write_file(
        "rules.yaml", rules,
        "    expect: [{at: 25h, counters: {code: 1.0, late_by: 26h, at: -1h}, objects: {order: "
        "{1.0: "
        "{code: 1.0, created: -1h}}}, actions: [{do: note, with: {b: false, again: true}}]}]\n");
    captured_run("test rules.yaml", &captured);
    ck_assert_str_eq(captured.out, "1 passed, 0 failed\n");
    write_file("rules.yaml", rules, "    expect: [{at: 25h, counters: {code: 1, late_by: 25h}}]\n");
    captured_run("test rules.yaml", &captured);
    ck_assert_ptr_nonnull(strstr(captured.out, "exp: \"1\"\n      got: \"1.0\"\n"));
    ck_assert_ptr_nonnull(strstr(captured.out, "exp: \"25h\"\n      got: \"26h\"\n"));
}
END_TEST

static const struct command_case {
    const char *line;
    int code;
    const char *out, *err; // parts of it; "" nothing at all
} commands[] = {
    {"test", 2, "", "a PATH or --config FILE is needed"},
    {"test --rn x small.yaml", 2, "", "did you mean '--run'?"},
    {"test bad.yaml", 78, "", "bad.yaml:1:45: error[E0222]: unknown score 'z'"},
    {"test bad.yaml", 78, "", "engagectl test: the rules have 1 error\n"},
    {"test nowhere.yaml", 78, "", "nowhere.yaml: error[E0111]"},
    {"test none.yaml", 0, "0 passed, 0 failed\n", "engagectl test: there are no tests\n"},
    {"test --run three small.yaml", 0, "0 passed, 0 failed\n",
     "engagectl test: no test is called 'three'\n"},
    {"test --run two small.yaml", 1, "0 passed, 1 failed\n", ""},
    {"test --run two* small.yaml", 1, "1 passed, 1 failed\n", ""},
    {"test --run one* small.yaml", 0, "1 passed, 0 failed\n", ""},
    {"test --run one* -v small.yaml", 0, "ok   one & only (small.yaml:5:5) ", ""},
    {"test small.yaml none.yaml", 1,
     "2 passed, 1 failed\n"
     "not reached by any test: scores.s/b (small.yaml:1)\n"
     "not reached by any test: segments.many (small.yaml:2)\n",
     ""},
    {"test --coverage --run one* small.yaml", 0,
     "1 passed, 0 failed\n"
     "KIND      NAME  HITS  PLACE\n"
     "rule      s/a      1  small.yaml:1\n"
     "rule      s/b      0  small.yaml:1\n"
     "segment   some     1  small.yaml:2\n"
     "segment   many     0  small.yaml:2\n"
     "workflow  w        1  small.yaml:3\n"
     "step      w/1      1  small.yaml:3\n",
     ""},
    {"test --config engaged.yaml", 1, "2 passed, 1 failed\n", ""},
    {"test --config engaged.yaml none.yaml", 0, "0 passed", "there are no tests"},
    {"test -o ndjson small.yaml", 1,
     "{\"name\":\"two\",\"file\":\"small.yaml\",\"line\":6,\"column\":5,\"outcome\":\"failed\",",
     ""},
    {"test -o json small.yaml", 1,
     "\"differences\":[{\"what\":\"score s\",\"at\":\"0s\",\"file\":\"small.yaml\",\"line\":6,"
     "\"column\":26,\"expected\":\"2\",\"got\":\"0\"}],\"notes\":[]}",
     ""},
    {"test -o json small.yaml", 1,
     "\"passed\":2,\"failed\":1,\"coverage\":[{\"kind\":\"rule\",\"name\":\"s/a\","
     "\"file\":\"small.yaml\",\"line\":1,\"hits\":1},",
     ""},
    {"test --junit nowhere/results.xml small.yaml", 2, "",
     "nowhere/results.xml: cannot be written"},
};
enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static void write_small(void)
{
    write_file("small.yaml", SMALL, "");
    write_file("none.yaml", "lists: {news: }\n", "");
    write_file("bad.yaml", "tests: [{name: t, expect: [{at: 0s, score: {z: 1}}]}]\n", "");
    write_file("engaged.yaml", "data: data\nrules: small.yaml\nsources: {files: [x]}\n", "");
}

START_TEST(the_command_does_as_it_is_told)
{
    const struct command_case *it = &commands[_i];
    write_small();
    captured_run(it->line, &captured);
    ck_assert_msg(
        captured.code == it->code, "%s: exit %d: %s%s", it->line, captured.code, captured.out,
        captured.err);
    ck_assert_msg(strstr(captured.out, it->out) != NULL, "%s: %s", it->line, captured.out);
    ck_assert_msg(strstr(captured.err, it->err) != NULL, "%s: %s", it->line, captured.err);
    ck_assert_msg(it->err[0] != '\0' || captured.err[0] == '\0', "%s: %s", it->line, captured.err);
    ck_assert_msg(it->out[0] != '\0' || captured.out[0] == '\0', "%s: %s", it->line, captured.out);
}
END_TEST

START_TEST(of_many_that_no_test_reaches_some_are_listed)
{
    struct buffer text = {0};
    buffer_add_text(&text, "scores:\n  s:\n    rules:\n");
    for (int i = 0; i < 23; i++)
        buffer_add_format(&text, "      - {name: r%d, on: email.opened, points: 1}\n", i);
    buffer_add_u8(&text, 0);
    write_file(
        "rules.yaml", (const char *)text.data,
        "tests: [{name: t, expect: [{at: 0s, score: {s: 0}}]}]\n");
    captured_run("test rules.yaml", &captured);
    ck_assert_int_eq(captured.code, 0);
    ck_assert_ptr_nonnull(strstr(captured.out, "scores.s/r19 (rules.yaml:23)\n"));
    ck_assert_ptr_null(strstr(captured.out, "scores.s/r20"));
    ck_assert_ptr_nonnull(strstr(captured.out, "any test: 3 more, --coverage lists all\n"));
    buffer_free(&text);
}
END_TEST

#define WAYS                                                                                  \
    "scores: {s: {rules: [{name: a, on: page.viewed, points: 1}]}}\n"                         \
    "workflows:\n"                                                                            \
    "  asleep: {on: file.downloaded, steps: [{tag: {add: x}}]}\n"                             \
    "  w:\n"                                                                                  \
    "    on: email.opened\n"                                                                  \
    "    steps:\n"                                                                            \
    "      - {id: answer, wait: {for: page.viewed, at_most: 1d}}\n"                           \
    "      - {id: fork, if: score.s > 0, then: [{id: yes, tag: {add: y}}]}\n"                 \
    "      - {id: deal, split: [{name: all, share: 1, steps: [{id: got, tag: {add: z}}]}, "   \
    "{name: none, share: 1}]}\n"                                                              \
    "      - {id: later, wait: {for: page.viewed}, then: [{id: late, tag: {add: l}}]}\n"      \
    "tests:\n"                                                                                \
    "  - {name: t, events: [{at: 0s, type: email.opened}, {at: 1h, type: page.viewed, data: " \
    "{url: u}}], expect: [{at: 2h, tags: [y, z]}]}\n"

// What is behind a workflow or a step that nobody came to is not told by itself.
START_TEST(steps_and_ways_that_no_test_took_are_listed)
{
    write_file("rules.yaml", WAYS, "");
    captured_run("test rules.yaml", &captured);
    ck_assert_msg(captured.code == 0, "%s%s", captured.out, captured.err);
    ck_assert_str_eq(
        captured.out, "1 passed, 0 failed\n"
                      "not reached by any test: workflows.asleep (rules.yaml:3)\n"
                      "not reached by any test: workflows.w/fork else (rules.yaml:8)\n"
                      "not reached by any test: workflows.w/deal none (rules.yaml:9)\n"
                      "not reached by any test: workflows.w/later else (rules.yaml:10)\n"
                      "not reached by any test: workflows.w/late (rules.yaml:10)\n");
    captured_run("test --coverage rules.yaml", &captured);
    ck_assert_ptr_nonnull(strstr(captured.out, "step      w/answer "));
    ck_assert_ptr_nonnull(strstr(captured.out, "branch    w/answer then "));
    ck_assert_ptr_nonnull(strstr(captured.out, "branch    w/fork else "));
    captured_run("test -o json rules.yaml", &captured);
    ck_assert_ptr_nonnull(strstr(
        captured.out, "{\"kind\":\"step\",\"name\":\"w/fork\",\"file\":\"rules.yaml\",\"line\":8,"
                      "\"hits\":1},{\"kind\":\"branch\",\"name\":\"w/fork then\",\"file\":\"rules."
                      "yaml\",\"line\":8,\"hits\":1},{\"kind\":\"branch\",\"name\":\"w/fork else\","
                      "\"file\":\"rules.yaml\",\"line\":8,\"hits\":0}"));
}
END_TEST

// --- JUnit: well formed, as far as our own writer goes
// Elements open and close in turn; '<' and '&' stand only where they begin something.
static void assert_well_formed(const char *xml)
{
    enum { DEPTH_MAX = 8, NAME_BYTES = 32 };
    char open[DEPTH_MAX][NAME_BYTES];
    int depth = 0;
    ck_assert(strncmp(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", 39) == 0);
    for (const char *at = xml + 39; *at != '\0'; at++) {
        if (*at == '&') {
            size_t len = strcspn(at, ";");
            ck_assert_msg(at[len] == ';' && len < 7, "an entity at %.20s", at);
        }
        if (*at != '<')
            continue;
        const char *end = strchr(at, '>');
        ck_assert_ptr_nonnull(end);
        ck_assert_msg(memchr(at + 1, '<', (size_t)(end - at) - 1) == NULL, "at %.40s", at);
        bool is_end = at[1] == '/';
        const char *name = at + (is_end ? 2 : 1);
        size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz");
        if (is_end) {
            depth--;
            ck_assert_int_ge(depth, 0);
            ck_assert_msg(
                strlen(open[depth]) == len && memcmp(open[depth], name, len) == 0, "at %.40s", at);
        } else if (end[-1] != '/') {
            ck_assert_int_lt(depth, DEPTH_MAX);
            ck_assert_uint_lt(len, NAME_BYTES);
            memcpy(open[depth], name, len);
            open[depth++][len] = '\0';
        }
        at = end;
    }
    ck_assert_int_eq(depth, 0);
}

START_TEST(junit_has_every_test_of_every_file)
{
    struct buffer xml = {0};
    write_small();
    write_file(
        "other.yaml",
        "tests:\n"
        "  - name: 'a \"b\"'\n"
        "    events: [{at: 0s, type: contact.tag_added, data: {tag: \"x\\ty\"}}]\n",
        "    expect: [{at: 0s, tags: ['<&>']}]\n");
    captured_run("test --junit results.xml small.yaml other.yaml", &captured);
    ck_assert_int_eq(captured.code, 1);
    read_file("results.xml", &xml);
    const char *text = (const char *)xml.data;
    assert_well_formed(text);
    static const char *const wanted[] = {
        "<testsuites name=\"engagectl test\" tests=\"4\" failures=\"2\" errors=\"0\" time=\"",
        "  <testsuite name=\"small.yaml\" tests=\"3\" failures=\"1\" errors=\"0\" time=\"",
        "  <testsuite name=\"other.yaml\" tests=\"1\" failures=\"1\" errors=\"0\" time=\"",
        "    <testcase name=\"one &amp; only\" classname=\"small.yaml\" file=\"small.yaml\" "
        "line=\"5\" time=\"",
        "    <testcase name=\"two &lt;more&gt;\" classname=\"small.yaml\"",
        "    <testcase name=\"a &quot;b&quot;\" classname=\"other.yaml\"",
        "      <failure type=\"difference\" message=\"score s: expected 2, got 0\">at 0s "
        "(small.yaml:6:26)\n",
        "message=\"tags: expected [&lt;&amp;&gt;], got [x?y]\">",
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        ck_assert_msg(strstr(text, wanted[i]) != NULL, "'%s' is not in\n%s", wanted[i], text);
    buffer_free(&xml);
}
END_TEST

START_TEST(junit_of_no_tests_is_junit)
{
    write_small();
    captured_run("test --junit - none.yaml", &captured);
    ck_assert_int_eq(captured.code, 0);
    char *end = strstr(captured.out, "0 passed");
    ck_assert_ptr_nonnull(end);
    *end = '\0';
    assert_well_formed(captured.out);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/tests");
    TCase *tcase = tcase_create("tests");
    tcase_add_checked_fixture(tcase, fixture_enter, fixture_leave);
    tcase_add_loop_test(tcase, what_comes_of_the_rules_is_what_is_expected, 0, HOLDS_COUNT);
    tcase_add_test(tcase, tests_know_nothing_of_each_other);
    tcase_add_test(tcase, objects_are_compared_by_key_and_field);
    tcase_add_test(tcase, what_is_kept_is_expected_by_its_declared_type);
    tcase_add_loop_test(tcase, what_differs_is_told_with_its_place, 0, DIFFERS_COUNT);
    tcase_add_loop_test(tcase, the_command_does_as_it_is_told, 0, COMMAND_COUNT);
    tcase_add_test(tcase, of_many_that_no_test_reaches_some_are_listed);
    tcase_add_test(tcase, steps_and_ways_that_no_test_took_are_listed);
    tcase_add_test(tcase, junit_has_every_test_of_every_file);
    tcase_add_test(tcase, junit_of_no_tests_is_junit);
    suite_add_tcase(suite, tcase);
    return suite;
}
