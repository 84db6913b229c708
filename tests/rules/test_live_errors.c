// What is wrong in counters, whole scores and segments, or only looks it, is found at its place, under its code.
#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define COUNTER   "counters:\n  c: "
#define SCORE     "scores:\n  s: "
#define RULES     "scores:\n  s:\n    groups: {mail: {max: 9}}\n    rules:\n      - "
#define EVENT     RULES "{name: a, on: order.placed, points: 5, "
#define SEGMENT   "segments:\n  t: "
#define ON(event) "workflows: {w: {on: " event ", if: '"
#define FIELDS \
    "contact: {fields: {plan: {type: string, one_of: [free, pro]}, note: {type: string}}}\n"

static const struct error_case {
    const char *name;
    const char *text;
    const char *wanted; // codes and places, in order
} cases[] = {
    // --- counters
    {"counters that are a list", "counters: [a]\n", "E0202 1:11"},
    {"a counter that is text", COUNTER "email.opened\n", "E0202 2:6"},
    {"an empty counter", COUNTER "{}\n", "E0204 2:3"},
    {"an unknown key of a counter", COUNTER "{cout: email.opened}\n", "E0201 2:7"},
    {"a counter of two kinds", COUNTER "{count: email.opened, sum: '1'}\n", "E0215 2:28"},
    {"a count of what is on", COUNTER "{count: email.opened, on: email.opened}\n", "E0215 2:28"},
    {"a count of an unknown event", COUNTER "{count: email.opend}\n", "E0206 2:14"},
    {"a count of several events", COUNTER "{count: [email.opened, email.clicked]}\n", ""},
    {"a sum of nothing in particular", COUNTER "{sum: data.amount}\n", "E0204 2:3"},
    {"a sum of text", COUNTER "{sum: data.order, on: order.placed}\n", "E0604 2:12"},
    {"a sum of a condition", COUNTER "{avg: data.amount > 5, on: order.placed}\n", "E0604 2:12"},
    {"a list that is kept", COUNTER "{last: data.lines, on: order.placed}\n", "E0604 2:13"},
    {"all of the data kept", COUNTER "{first: data, on: order.placed}\n", "E0604 2:14"},
    {"different lists", COUNTER "{distinct: data.lines, on: order.placed}\n", ""},
    {"a condition that is a number", COUNTER "{count: order.placed, if: data.amount}\n",
     "E0604 2:32"},
    {"a window without a unit", COUNTER "{count: order.placed, within: 30}\n", "E0403 2:36"},
    {"a window of nothing", COUNTER "{count: order.placed, within: 0d}\n", "E0402 2:36"},
    {"a counter that reads a score",
     "scores: {s: {}}\n" COUNTER "{count: order.placed, if: score.s > 5}\n", "E0607 3:32"},
    {"a counter that reads a counter", COUNTER "{sum: counter.c, on: order.placed}\n",
     "E0607 2:12"},
    {"a counter that reads a segment",
     SEGMENT "{if: '\"a\" in contact.tags'}\n" COUNTER "{count: order.placed, if: segment.t}\n",
     "E0607 4:32"},
    {"a counter that reads the contact",
     COUNTER "{count: order.placed, if: '\"a\" in contact.tags && now > contact.created'}\n", ""},
    {"a member that the event does not declare",
     COUNTER "{count: order.placed, if: has(data.mood)}\n", "W0505 2:41"},

    // --- scores
    {"forgetting that is a word", SCORE "{forget: never}\n", "E0202 2:15"},
    {"no forgetting", SCORE "{forget: none}\n", ""},
    {"forgetting in no way", SCORE "{forget: {}}\n", "E0215 2:15"},
    {"forgetting in two ways", SCORE "{forget: {half_life: 1d, expire: 2d}}\n", "E0215 2:15"},
    {"forgetting in an unknown way", SCORE "{forget: {halflife: 1d}}\n", "E0201 2:16"},
    {"a half life without a unit", SCORE "{forget: {half_life: 30}}\n", "E0403 2:27"},
    {"a half life of nothing", SCORE "{forget: {half_life: 0s}}\n", "E0402 2:27"},
    {"linear without its parts", SCORE "{forget: {linear: {}}}\n", "E0204 2:16, E0204 2:16"},
    {"linear of more than all", SCORE "{forget: {linear: {percent: 101, every: 1d}}}\n",
     "E0402 2:34"},
    {"linear of nothing", SCORE "{forget: {linear: {percent: 0, every: 1d}}}\n", "E0402 2:34"},
    {"idle without points", SCORE "{forget: {idle: {after: 1d, every: 1d}}}\n", "E0204 2:16"},
    {"idle of no points", SCORE "{forget: {idle: {after: 1d, every: 1d, points: 0}}}\n",
     "E0402 2:53"},
    {"a group without a cap", SCORE "{groups: {mail: {}}}\n", "E0204 2:16"},
    {"a group that is a number", SCORE "{groups: {mail: 40}}\n", "E0202 2:22"},
    {"a group whose least is the most", SCORE "{groups: {mail: {min: 5, max: 1}}}\n", "E0409 2:28"},
    {"a group with capitals", SCORE "{groups: {Mail: {max: 5}}}\n", "E0211 2:16"},
    {"an unknown group", EVENT "group: mial}\n", "E0219 5:55"},
    {"a known group", EVENT "group: mail}\n", ""},
    {"a rule with on and while",
     RULES "{name: a, on: order.placed, while: contact.id == \"x\", points: 1}\n", "E0215 5:19"},
    {"a state rule with if", RULES "{name: a, while: contact.id == \"x\", if: true, points: 1}\n",
     "E0215 5:45"},
    {"a state rule with a limit",
     RULES "{name: a, while: contact.id == \"x\", limit: {times: 1}, points: 1}\n", "E0215 5:45"},
    {"a state rule without points", RULES "{name: a, while: contact.id == \"x\"}\n", "E0204 5:9"},
    {"a state rule in a group",
     RULES "{name: a, while: contact.id == \"x\", points: 1, group: mail}\n", ""},
    {"a rule with neither", RULES "{name: a, points: 1}\n", "E0204 5:9"},
    {"a state that is a number", RULES "{name: a, while: 5 + 5, points: 1}\n", "E0604 5:26"},
    {"a state that reads an event", RULES "{name: a, while: data.amount > 5, points: 1}\n",
     "E0607 5:26"},
    {"points of a state that read an event",
     RULES "{name: a, while: contact.id == \"x\", points: event.time}\n", "E0607 5:53"},
    {"a limit of nothing", EVENT "limit: {}}\n", "E0204 5:48"},
    {"a limit of no points", EVENT "limit: {points: 0}}\n", "E0402 5:64"},
    {"a limit of points below zero", EVENT "limit: {points: -5}}\n", "E0402 5:64"},
    {"a limit of points alone", EVENT "limit: {points: 50}}\n", ""},
    {"a limit of an unknown span", EVENT "limit: {times: 1, every: hour}}\n", "E0214 5:73"},
    {"a limit of a day", EVENT "limit: {times: 1, every: day}}\n", ""},
    {"a limit of 36 hours", EVENT "limit: {times: 1, every: 36h}}\n", ""},
    {"a limit per what is computed", EVENT "limit: {times: 1, per: 'data.order + contact.id'}}\n",
     ""},
    {"a limit per a type", EVENT "limit: {times: 1, per: type(data.order)}}\n", "E0604 5:71"},
    {"a combined score with rules", SCORE "{combine: '1', rules: []}\n", "E0215 2:21"},
    {"a combined score that forgets and has groups",
     SCORE "{combine: '1', forget: none, groups: {g: {max: 1}}}\n", "E0215 2:21, E0215 2:35"},
    {"a combined score that is text", SCORE "{combine: contact.id}\n", "E0604 2:16"},
    {"a combined score of one that is not there", SCORE "{combine: score.t + 1}\n", "E0222 2:22"},
    {"a combined score that reads an event", SCORE "{combine: data.amount}\n", "E0607 2:16"},

    // --- segments
    {"segments that are a list", "segments: [a]\n", "E0202 1:11"},
    {"a segment that is text", SEGMENT "contact.id == \"x\"\n", "E0202 2:6"},
    {"an empty segment", SEGMENT "{}\n", "E0204 2:3"},
    {"a segment that reads an event", SEGMENT "{if: event.id == \"x\"}\n", "E0607 2:11"},
    {"a segment of something else", SEGMENT "{if: contact.id}\n", "E0604 2:11"},
    {"a segment of an unknown counter",
     COUNTER "{count: email.opened}\n" SEGMENT "{if: counter.d > 5}\n", "E0221 4:19"},
    {"a segment of an unknown segment", SEGMENT "{if: segment.u}\n", "E0223 2:19"},
    {"a segment of an unknown score", SEGMENT "{if: 'score[\"u\"] > 5'}\n", "E0222 2:18"},
    {"a wait that is no duration", SEGMENT "{if: contact.id == \"x\", for: week}\n", "E0403 2:35"},
    {"known for a number", SEGMENT "{if: contact.id == \"x\", known_for: 5}\n", "E0403 2:41"},
    {"a dash that reads as a minus",
     "segments: {hot-leads: {if: contact.id == \"x\"}}\nscores: {s: {combine: 'segment.hot-leads ? "
     "1 : 0'}}\n",
     "E0223 2:32"},
    {"a counter whose name has a dash",
     COUNTER "{count: email.opened}\n  c-7d: {count: email.opened}\n" SEGMENT
             "{if: counter.c-7d == 0}\n",
     "E0601 5:21"},
    {"names with a dash in brackets and backticks",
     COUNTER "{count: email.opened}\n  c-7d: {count: email.opened}\n" SEGMENT
             "{if: 'counter[\"c-7d\"] == 0 && counter.`c-7d` == 0'}\n",
     ""},
    {"a segment that is looked at each hour", SEGMENT "{if: age(contact.created) > 1}\n",
     "W0506 2:11"},

    // --- bands that no rules reach
    {"a band above what limited rules give",
     SCORE
     "{bands: {a: 0, b: 11}, rules: [{name: r, on: page.viewed, points: 5, limit: {times: 2}}]}\n",
     "W0507 2:24"},
    {"a band at what limited rules give",
     SCORE
     "{bands: {a: 0, b: 10}, rules: [{name: r, on: page.viewed, points: 5, limit: {times: 2}}]}\n",
     ""},
    {"a limit of a span is none for ever",
     SCORE "{bands: {b: 11}, rules: [{name: r, on: page.viewed, points: 5, limit: {times: 2, "
           "every: day}}]}\n",
     ""},
    {"a limit per key is none for all",
     SCORE "{bands: {b: 11}, rules: [{name: r, on: page.viewed, points: 5, limit: {times: 2, per: "
           "data.url}}]}\n",
     ""},
    {"a band above a limit of points",
     SCORE "{bands: {b: 11}, rules: [{name: r, on: order.placed, points: data.amount, limit: "
           "{points: 10}}]}\n",
     "W0507 2:18"},
    {"a band above the caps of groups",
     SCORE "{bands: {b: 11}, groups: {g: {max: 6}, h: {max: 4}}, rules: [{name: r, on: "
           "page.viewed, points: 5, group: g},"
           " {name: q, on: page.viewed, points: 5, group: h}]}\n",
     "W0507 2:18"},
    {"a group that is lifted",
     SCORE "{bands: {b: 11}, groups: {g: {min: 11}}, rules: [{name: r, on: page.viewed, points: 5, "
           "group: g, limit: {times: 1}}]}\n",
     ""},
    {"a band above all states",
     SCORE "{bands: {b: 11}, rules: [{name: r, while: contact.id == \"x\", points: 10}]}\n",
     "W0507 2:18"},
    {"a state of any points",
     SCORE "{bands: {b: 11}, rules: [{name: r, while: contact.id == \"x\", points: "
           "size(contact.tags)}]}\n",
     ""},
    {"rules that only take away",
     SCORE "{bands: {a: -10, b: 1}, rules: [{name: r, on: page.viewed, points: -5}]}\n",
     "W0507 2:26"},
    {"a lower limit lifts",
     SCORE "{min: 1, bands: {b: 1}, rules: [{name: r, on: page.viewed, points: -5}]}\n", ""},
    {"idleness that gives",
     SCORE "{forget: {idle: {after: 1d, points: 1, every: 1d}}, bands: {b: 11},"
           " rules: [{name: r, on: page.viewed, points: -5}]}\n",
     ""},
    {"points by hand only", SCORE "{bands: {b: 11}}\n", ""},
    {"an error is enough",
     SCORE "{bands: {b: 11}, rules: [{name: r, on: page.viewed, points: x y}]}\n", "E0601 2:68"},
    {"rules that give more than can be counted",
     SCORE "{bands: {b: 8000000000000}, rules: [{name: r, on: page.viewed, points: 1000000,"
           " limit: {times: 2000000000}}]}\n",
     ""},

    // --- conditions that are always the same
    {"a condition that is true", EVENT "if: true}\n", "W0508 5:52"},
    {"a condition that is false", EVENT "if: false}\n", "W0508 5:52"},
    {"a condition of constants", EVENT "if: 1 + 1 == 3}\n", "W0508 5:52"},
    {"one part decides", EVENT "if: 'data.amount > 5 && !true'}\n", "W0508 5:53"},
    {"one part decides the other way", EVENT "if: 'data.amount > 5 || 1 < 2'}\n", "W0508 5:53"},
    {"a part that decides nothing", EVENT "if: 'data.amount > 5 && true'}\n", ""},
    {"a state for everybody", RULES "{name: a, while: true, points: 5}\n", ""},
    {"a state for nobody", RULES "{name: a, while: false, points: 5}\n", "W0508 5:26"},
    {"a segment of everybody", SEGMENT "{if: true, known_for: 30d}\n", ""},
    {"a segment of nobody", SEGMENT "{if: '\"a\" in []'}\n", "W0508 2:12"},
    {"a counter of everything", COUNTER "{count: email.opened, if: 'true'}\n", "W0508 2:33"},
    {"a workflow that never starts",
     "workflows: {w: {on: email.opened, if: 'false', steps: [{tag: {add: x}}]}}\n", "W0508 1:40"},
    {"what depends on the clock is no constant", EVENT "if: age(date(\"2000-01-01\")) > 18}\n", ""},

    {"two values at once", EVENT "if: 'data.order == \"a\" && data.order == \"b\"'}\n",
     "W0508 5:74"},
    {"a value that is another", EVENT "if: 'data.order == \"a\" && data.order != \"a\"'}\n",
     "W0508 5:74"},
    {"a number between nothing", EVENT "if: data.amount > 10 && 5 > data.amount}\n", "W0508 5:72"},
    {"a number beside a bound", EVENT "if: data.amount >= 10 && data.amount < 10}\n", "W0508 5:73"},
    {"a number between two", EVENT "if: data.amount >= 10 && data.amount <= 10}\n", ""},
    {"a number out of bounds", EVENT "if: data.amount == 3 && data.amount > 3}\n", "W0508 5:72"},
    {"numbers that no double tells apart",
     EVENT "if: data.amount > 9007199254740992 && data.amount <= 9007199254740993}\n", ""},
    {"both yes and no",
     EVENT "if: has(data.coupon) && \"a\" in contact.tags && !has(data.coupon)}\n", "W0508 5:95"},
    {"two members of one text", EVENT "if: 'data.order == \"a\" && data.coupon == \"b\"'}\n", ""},
    {"one value or another", EVENT "if: 'data.order == \"a\" || data.order == \"b\"'}\n", ""},
    {"a segment that excludes itself",
     SEGMENT "{if: score.s > 5.0 && score.s < 5.0}\nscores: {s: {}}\n", "W0508 2:28"},

    // --- names that the engine's own events never say
    {"a segment that there is none of",
     SEGMENT
     "{if: contact.id == \"x\"}\n" ON("segment.entered") "data.segment == \"u\"', steps: [end]}}\n",
     "W0509 3:59"},
    {"a segment that there is",
     SEGMENT
     "{if: contact.id == \"x\"}\n" ON("segment.entered") "data.segment == \"t\"', steps: [end]}}\n",
     ""},
    {"a band of no score",
     SCORE "{bands: {low: 0, hot: 5}}\n" ON(
         "score.band_changed") "data.score == \"s\" && data.to == \"hott\"', steps: [end]}}\n",
     "W0509 3:78"},
    {"bands, and none",
     SCORE "{bands: {low: 0, hot: 5}}\n" ON(
         "score.band_changed") "data.to == \"hot\" || data.from == \"\"', steps: [end]}}\n",
     ""},
    {"a score that there is none of",
     SCORE "{bands: {low: 0, hot: 5}}\n" ON(
         "score.changed") "data.score in [\"s\", \"t\"]', steps: [end]}}\n",
     "W0509 3:61"},
    {"an outcome that runs do not have",
     ON("run.ended") "data.workflow == \"w\" && data.outcome == \"success\"', steps: [end]}}\n",
     "W0509 1:77"},
    {"a workflow that there is none of",
     ON("run.ended") "data.workflow == \"v\"', steps: [end]}}\n", "W0509 1:54"},
    {"a member that others say, too",
     ON("[run.ended, email.opened]") "data.workflow == \"v\"', steps: [end]}}\n", ""},
    {"a type that is not among those",
     ON("[page.viewed, email.opened]") "event.type == \"email.clicked\"', steps: [end]}}\n",
     "W0509 1:69"},
    {"a type that is",
     ON("[page.viewed, email.opened]") "event.type == \"email.opened\"', steps: [end]}}\n", ""},
    {"a value within a text",
     FIELDS "actions: {a: {with: {t: string}}}\n"
            "workflows: {w: {on: email.opened, steps: [{do: a, with: {t: 'is {{ contact.plan == "
            "\"fre\" }}'}}]}}"
            "\n",
     "W0509 3:84"},

    {"a member that the emitted event does not have",
     "workflows: {w: {on: email.opened, steps: [{emit: {type: page.viewed, data: {ur: x}}}]}}\n",
     "W0513 1:76, W0505 1:77"},
    {"an emitted event without data",
     "workflows: {w: {on: email.opened, steps: [{emit: {type: page.viewed}}]}}\n", "W0513 1:57"},
    {"an emitted event with what it needs",
     "workflows: {w: {on: email.opened, steps: [{emit: {type: page.viewed, data: {url: /a}}}]}}\n",
     ""},
    {"members of an event that declares none",
     "events: {a.b: {}}\nworkflows: {w: {on: email.opened, steps: [{emit: {type: a.b, data: {ur: "
     "x}}}]}}\n",
     ""},

    // --- values that a field never has
    {"a value that is none", FIELDS EVENT "if: contact.plan == \"fre\"}\n", "W0509 6:68"},
    {"a value on the left", FIELDS EVENT "if: '\"fre\" != contact.plan'}\n", "W0509 6:53"},
    {"a value in brackets", FIELDS EVENT "if: 'contact[\"plan\"] == \"fre\"'}\n", "W0509 6:72"},
    {"one of several values", FIELDS EVENT "if: 'contact.plan in [\"free\", \"por\"]'}\n",
     "W0509 6:78"},
    {"values that may be", FIELDS EVENT "if: 'contact.plan in [\"free\", \"pro\"]'}\n", ""},
    {"a field of any value", FIELDS EVENT "if: contact.note == \"fre\"}\n", ""},
    {"a value that is not written out", FIELDS EVENT "if: contact.plan == contact.note}\n", ""},
    {"a value in a segment", FIELDS SEGMENT "{if: contact.plan == \"fre\"}\n", "W0509 3:27"},
    {"a name of its own",
     FIELDS EVENT "if: '[{\"plan\": \"x\"}].exists(contact, contact.plan == \"x\")'}\n", ""},

    // --- limits below one entry
    {"a limit below the points", EVENT "limit: {points: 3}}\n", "W0510 5:64"},
    {"a limit at the points", EVENT "limit: {points: 5, every: day}}\n", ""},
    {"a limit below what is taken",
     RULES "{name: a, on: order.placed, points: -5, limit: {points: 3, every: day}}\n",
     "W0510 5:65"},
    {"a limit below any points",
     RULES "{name: a, on: order.placed, points: data.amount, limit: {points: 3}}\n", ""},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(errors_have_code_and_place)
{
    assert_diagnostics(cases[_i].name, cases[_i].text, cases[_i].wanted);
}
END_TEST

// The first line of what is printed.
static const struct message_case {
    const char *text, *message;
} message_cases[] = {
    {COUNTER "{count: email.opened}\n" SEGMENT "{if: counter.d > 5}\n",
     "rules.yaml:4:19: error[E0221]: unknown counter 'd', did you mean 'c'?"},
    {"counters: {opens_30d: {count: email.opened}}\n" SEGMENT "{if: counter.opens > 5}\n",
     "rules.yaml:3:19: error[E0221]: unknown counter 'opens'"},
    {"segments: {lapsed: {if: contact.id == \"x\"}, t: {if: segment.lapsd}}\n",
     "rules.yaml:1:61: error[E0223]: unknown segment 'lapsd', did you mean 'lapsed'?"},
    {EVENT "group: mial}\n",
     "rules.yaml:5:55: error[E0219]: unknown group 'mial', did you mean 'mail'?"},
    {SEGMENT "{if: data.x > 5}\n",
     "rules.yaml:2:11: error[E0607]: this is about a contact, without an event: no 'data'"},
    {COUNTER "{sum: counter.c, on: order.placed}\n",
     "rules.yaml:2:12: error[E0607]: a counter reads the event and the contact only, not "
     "'counter'"},
    {SCORE
     "{bands: {b: 11.5}, rules: [{name: r, on: page.viewed, points: 5.25, limit: {times: 2}}]}\n",
     "rules.yaml:2:18: warning[W0507]: no rules reach band 'b': together they give at most 10.5"},
    {EVENT "if: 1 > 2}\n", "rules.yaml:5:52: warning[W0508]: this is never true"},
    {EVENT "if: data.amount > 10 && data.amount < 5}\n",
     "rules.yaml:5:72: warning[W0508]: this is never true where 'data.amount > 10' is"},
    {SEGMENT "{if: contact.id == \"x\"}\n" ON("segment.left") "data.segment == \"u\"', steps: "
                                                              "[end]}}\n",
     "rules.yaml:3:56: warning[W0509]: data.segment is never 'u', did you mean 't'?"},
    {EVENT "if: 1 < 2}\n", "rules.yaml:5:52: warning[W0508]: this is always true, leave it out"},
    {FIELDS EVENT "if: contact.plan == \"fre\"}\n",
     "rules.yaml:6:68: warning[W0509]: contact.plan is never 'fre', did you mean 'free'?"},
    {EVENT "limit: {points: 3.5}}\n", "rules.yaml:5:64: warning[W0510]: the rule gives 5 points at "
                                      "once, and the limit leaves 3.5 of them"},
    {EVENT "limit: {times: 1, every: dy}}\n",
     "rules.yaml:5:73: error[E0214]: unknown value of 'every': 'dy', did you mean 'day'?"},
    {EVENT "limit: {times: 1, every: 3x}}\n",
     "rules.yaml:5:73: error[E0403]: 'every' must be a duration like 30d, 36h or 10s, found '3x'"},
    {COUNTER "{count: email.opened, within: 99999999d}\n",
     "rules.yaml:2:36: error[E0402]: 'within' must be between 1ms and 365250d, found '99999999d'"},
    {EVENT "limit: {times: 99999999999999999999}}\n",
     "rules.yaml:5:63: error[E0402]: 'times' must be between 1 and 2147483647, found "
     "'99999999999999999999'"},
    {EVENT "limit: {times: 12x}}\n",
     "rules.yaml:5:63: error[E0401]: 'times' must be a whole number, found '12x'"},
    {EVENT "limit: {times: }}\n",
     "rules.yaml:5:63: error[E0202]: 'times' must be a whole number, found nothing"},
    {FIELDS "workflows: {w: {on: email.opened, steps: [{set: {plan: free}}]}}\n",
     "rules.yaml:2:50: error[E0203]: unknown member 'plan': 'set' changes contact.FIELD and "
     "contact.stage, did you mean 'contact.plan'?"},
    {FIELDS "workflows: {w: {on: email.opened, steps: [{set: {plam: free}}]}}\n",
     "rules.yaml:2:50: error[E0203]: unknown member 'plam': 'set' changes contact.FIELD and "
     "contact.stage"},
    {"segments: {one: {if: 'contact.tags.exists(x, y)'}}\n",
     "rules.yaml:1:46: error[E0203]: unknown name 'y'"},
    {"tests: [{name: t, start: 36h, expect: [{at: 0s, stage: ~}]}]\n",
     "rules.yaml:1:26: error[E0213]: 'start' must be a time such as 2026-01-31T09:00:00Z, or a "
     "date"},
    {"actions: {a: {}}\n"
     "tests: [{name: t, expect: [{at: 0s, held: [{do: a, until: never}]}]}]\n",
     "rules.yaml:2:59: error[E0213]: 'until' must be a duration from the start such as 36h, or a "
     "time such as 2026-01-31T09:00:00Z"},
    {"segments: {hot-leads: {if: contact.id == \"x\"}, t: {if: '!segment.hot-leads'}}\n",
     "rules.yaml:1:66: error[E0223]: unknown field 'hot'; a name with a dash is written "
     "[\"hot-leads\"] or "
     ".`hot-leads`"},
};
enum { MESSAGE_COUNT = sizeof(message_cases) / sizeof(message_cases[0]) };

START_TEST(messages_say_what_helps)
{
    struct buffer shown = compile_printed(message_cases[_i].text);
    const char *printed = (const char *)shown.data;
    size_t len = strcspn(printed, "\n");
    ck_assert_msg(
        len == strlen(message_cases[_i].message) &&
            strncmp(printed, message_cases[_i].message, len) == 0,
        "%s", printed);
    buffer_free(&shown);
}
END_TEST

START_TEST(a_value_that_is_none_notes_where_the_values_are)
{
    struct buffer shown = compile_printed(FIELDS SEGMENT "{if: contact.plan == \"gold\"}\n");
    ck_assert_str_eq(
        (const char *)shown.data, "rules.yaml:3:27: warning[W0509]: contact.plan is never 'gold'\n"
                                  "     3 |   t: {if: contact.plan == \"gold\"}\n"
                                  "       |                           ^~~~~~\n"
                                  "  note: rules.yaml:1:20: its values are declared here\n");
    buffer_free(&shown);
}
END_TEST

START_TEST(a_score_has_at_most_64_groups)
{
    for (int more = 0; more < 2; more++) {
        struct buffer text = {0};
        buffer_add_text(&text, "scores: {s: {groups: {");
        for (int i = 0; i < 64 + more; i++)
            buffer_add_format(&text, "g%d: {max: 1}, ", i);
        buffer_add_text(&text, "}}}\n");
        buffer_add_u8(&text, 0);
        assert_diagnostics("groups", (const char *)text.data, more == 0 ? "" : "E0407 1:22");
        buffer_free(&text);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/live_errors");
    TCase *tcase = tcase_create("live_errors");
    tcase_add_loop_test(tcase, errors_have_code_and_place, 0, CASE_COUNT);
    tcase_add_loop_test(tcase, messages_say_what_helps, 0, MESSAGE_COUNT);
    tcase_add_test(tcase, a_value_that_is_none_notes_where_the_values_are);
    tcase_add_test(tcase, a_score_has_at_most_64_groups);
    suite_add_tcase(suite, tcase);
    return suite;
}
