// The schemas are JSON and hold what the compiler accepts.
// with: tests/rules/json_schema.c
#include <yyjson.h>

#include "config/yaml_tree.h"
#include "rules/literal.h"
#include "rules/schema.h"
#include "rules/vocabulary.h"

#include "tests/rules/compile_text.h"
#include "tests/rules/json_schema.h"
#include "tests/support/suite.h"

static yyjson_doc *parse(const struct buffer *json)
{
    yyjson_read_err err = {0};
    yyjson_doc *document =
        yyjson_read_opts((char *)json->data, json->len, YYJSON_READ_NOFLAG, NULL, &err);
    ck_assert_msg(document != NULL, "%s at byte %zu", err.msg, err.pos);
    return document;
}

static void assert_draft(yyjson_doc *document)
{
    yyjson_val *draft = yyjson_obj_get(yyjson_doc_get_root(document), "$schema");
    ck_assert_str_eq(yyjson_get_str(draft), "http://json-schema.org/draft-07/schema#");
}

START_TEST(the_schema_of_rules_has_every_key)
{
    struct buffer json = {0};
    rules_schema_json(&json);
    yyjson_doc *document = parse(&json);
    yyjson_val *definitions = yyjson_obj_get(yyjson_doc_get_root(document), "definitions");
    size_t index;
    size_t count;
    yyjson_val *key;
    yyjson_val *definition;
    assert_draft(document);
    ck_assert_uint_eq(yyjson_obj_size(definitions), SECTION_COUNT);
    yyjson_obj_foreach(definitions, index, count, key, definition)
    {
        const struct section_def *def = section_def_of((enum section)index);
        yyjson_val *properties = yyjson_obj_get(definition, "properties");
        ck_assert_uint_eq(yyjson_obj_size(properties), def->key_count);
        ck_assert(yyjson_is_false(yyjson_obj_get(definition, "additionalProperties")));
        for (size_t i = 0; i < def->key_count; i++)
            ck_assert_ptr_nonnull(yyjson_obj_get(properties, def->keys[i].name));
    }
    yyjson_doc_free(document);
    buffer_free(&json);
}
END_TEST

START_TEST(the_schema_of_events_has_every_type)
{
    struct buffer json = {0};
    struct ruleset *ruleset = compile_good("events: {own.event: {data: {'a\"b': string}}}\n");
    events_schema_json(&json, ruleset_catalog(ruleset));
    yyjson_doc *document = parse(&json);
    assert_draft(document);
    ck_assert_uint_eq(
        yyjson_arr_size(yyjson_obj_get(yyjson_doc_get_root(document), "allOf")),
        catalog_type_count(ruleset_catalog(ruleset)));
    yyjson_doc_free(document);
    buffer_free(&json);
    ruleset_destroy(ruleset);
}
END_TEST

START_TEST(the_schema_of_actions_is_one)
{
    struct buffer json = {0};
    actions_schema_json(&json);
    yyjson_doc *document = parse(&json);
    assert_draft(document);
    yyjson_doc_free(document);
    buffer_free(&json);
}
END_TEST

#define TEST    "tests: [{name: t, expect: [{at: 0s, "
#define END     "}]}]\n"
#define HAPPENS "tests: [{name: t, expect: [{at: 0s, stage: x}], events: [{"
#define RULE    "scores: {s: {rules: [{name: a, on: order.placed, points: 1"
#define STATE   "scores: {s: {rules: [{name: a, while: '\"a\" in contact.tags', points: 1"

#define TEAM \
    "teams: {sales: {members: {ann: }}}\nworkflows: {w: {on: email.opened, steps: [{assign: "
#define FLOW_END "}]}}\n"
#define FLOW     "workflows: {w: {on: email.opened, steps: ["

// A file that the form tells good from bad: schema and compiler agree about it.
static const struct corpus_case {
    const char *text;
    bool is_good;
} corpus[] = {
    {"", true},
    {"counters:\n", true},
    {"events: {a.b: {data: {n: int}, implies: {a.c: {same: data.n}}}, a.c: {data: {n: int}}}\n",
     true},
    {"events: {a.b: {data: {n: int}, implies: {a.c: {same: [data.n]}}}, a.c: {data: {n: int}}}\n",
     true},
    {"events: {a.b: {data: {n: int}, implies: {a.c: {}}}, a.c: {data: {n: int}}}\n", false},
    {"events: {a.b: {data: {n: int}, implies: {a.c: {sam: data.n}}}, a.c: {data: {n: int}}}\n",
     false},
    {"events: {a.b: {data: {n: int}, implies: a.c}, a.c: {data: {n: int}}}\n", false},
    {"workflows: {w: {on: {date: {field: contact.created, after: 3d}}, steps: [end]}}\n", true},
    {"workflows: {w: {on: {date: {field: contact.created, every: year, before: 1d, at: \"09:00\", "
     "zone: account}}, steps: [end]}}\n",
     true},
    {"workflows: {w: {on: {date: {every: year}}, steps: [end]}}\n", false},
    {"workflows: {w: {on: {date: {field: contact.created, every: week}}, steps: [end]}}\n", false},
    {"workflows: {w: {on: {schedule: {cron: \"0 9 * * *\", each: contact}}, steps: [end]}}\n",
     true},
    {"workflows: {w: {on: {schedule: {each: contact}}, steps: [end]}}\n", false},
    {"workflows: {w: {on: {idle: {of: [email.opened, link.*], per: data.message, for: 14d}}, "
     "steps: [end]}}\n",
     true},
    {"workflows: {w: {on: {idle: {of: email.opened}}, steps: [end]}}\n", false},
    {"workflows: {w: {on: {dates: x}, steps: [end]}}\n", false},
    {"teams: {sales: {members: {ann: , binh: {if: contact.stage == 'lead', weight: 2, capacity: "
     "50}}}}\n",
     true},
    {"teams: {sales: {label: Sales}}\n", false},
    {"teams: {sales: [ann, binh]}\n", false},
    {"teams: {sales: {members: {ann: {weight: 0}}}}\n", false},
    {"teams: {sales: {members: {ann: {wieght: 1}}}}\n", false},
    {TEAM "{team: sales}" FLOW_END, true},
    {TEAM "{team: sales, by: load, sticky: false}" FLOW_END, true},
    {TEAM "{team: sales, person: ann}" FLOW_END, true},
    {TEAM "{team: sales, person: ann, by: load}" FLOW_END, false},
    {TEAM "{by: load}" FLOW_END, false},
    {TEAM "{team: sales, by: turn}" FLOW_END, false},
    {TEAM "{team: sales, sticky: maybe}" FLOW_END, false},
    {"objects:\n", true},
    {"objects: {o: {key: data.order, on: order.placed, fields: {a: data.amount}}}\n", true},
    {"objects: {o: {key: data.order, on: [order.placed], fields: {a: data.amount}, label: Order, "
     "history: from_now}}\n",
     true},
    {"objects: {o: {key: data.order, on: order.placed, fields: {a: data.amount}, removed_by: "
     "order.cancelled}}\n",
     true},
    {"objects: {o: {key: data.order, on: order.placed, fields: {a: data.amount}, removed_by: "
     "[order.cancelled, order.refunded]}}\n",
     true},
    {"objects: {o: {key: data.order, on: order.placed, fields: {a: data.amount}, removed_by: "
     "{}}}\n",
     false},
    {"objects: {o: {on: order.placed, fields: {a: data.amount}}}\n", false},
    {"objects: {o: {key: data.order, on: order.placed}}\n", false},
    {"objects: {o: {key: data.order, on: order.placed, fields: {a: {}}}}\n", false},
    {"objects: {o: {key: data.order, on: order.placed, fields: {a: data.amount}, if: x}}\n", false},
    {"counters: {a: {count: email.opened}}\n", true},
    {"counters: {a: {count: email.opened, label: Opens, within: 30d, if: event.id != 'x'}}\n",
     true},
    {"counters: {a: {sum: data.amount, on: order.placed}}\n", true},
    {"counters: {a: {min: data.amount, on: order.placed}}\n", true},
    {"counters: {a: {max: data.amount, on: order.placed}}\n", true},
    {"counters: {a: {avg: data.amount, on: order.placed}}\n", true},
    {"counters: {a: {first: event.time, on: order.placed}}\n", true},
    {"counters: {a: {last: event.time, on: order.placed, within: 12h}}\n", true},
    {"counters: {a: {distinct: data.url, on: page.viewed}}\n", true},
    {"counters: {a: {count: [email.opened, email.clicked]}}\n", true},
    {"counters: {a: {sum: data.n, on: [email.opened]}}\n", true},
    {"counters: {a: {count: []}}\n", false},
    {"counters: {a: {count: [email.opened, email.opened]}}\n", false},
    {"counters: {a: {count: [[email.opened]]}}\n", false},
    {"counters: {a: {}}\n", false},
    {"counters: {a: {sum: data.amount}}\n", false},
    {"counters: {a: {count: email.opened, on: email.opened}}\n", false},
    {"counters: {a: {count: email.opened, sum: data.amount}}\n", false},
    {"counters: {a: {sum: data.amount, max: data.amount, on: order.placed}}\n", false},
    {"counters: {a: {count: email.opened, within: 30}}\n", false},
    {"counters: {a: {count: email.opened, within: month}}\n", false},
    {"counters: {a: {count: email.opened, windw: 30d}}\n", false},
    {"counters: [a]\n", false},

    {"scores: {s: {forget: none}}\n", true},
    {"scores: {s: {forget: {half_life: 30d}}}\n", true},
    {"scores: {s: {forget: {linear: {percent: 12.5, every: 30d}}}}\n", true},
    {"scores: {s: {forget: {expire: 90d}}}\n", true},
    {"scores: {s: {forget: {idle: {after: 14d, points: -5, every: 7d}}}}\n", true},
    {"scores: {s: {forget: never}}\n", false},
    {"scores: {s: {forget: {}}}\n", false},
    {"scores: {s: {forget: {half_life: 30}}}\n", false},
    {"scores: {s: {forget: {half_life: 30d, expire: 90d}}}\n", false},
    {"scores: {s: {forget: {linear: {percent: 50}}}}\n", false},
    {"scores: {s: {forget: {linear: {percent: 101, every: 1d}}}}\n", false},
    {"scores: {s: {forget: {linear: {percent: 0, every: 1d}}}}\n", false},
    {"scores: {s: {forget: {linear: 50}}}\n", false},
    {"scores: {s: {forget: {idle: {after: 14d, every: 7d}}}}\n", false},
    {"scores: {s: {groups: {g: {max: 40}}}}\n", true},
    {"scores: {s: {groups: {g: {min: -40, max: 40.5}}}}\n", true},
    {"scores: {s: {groups: {g: {}}}}\n", false},
    {"scores: {s: {groups: {g: 40}}}\n", false},
    {"scores: {s: {groups: {g: {most: 40}}}}\n", false},
    {"scores: {s: {combine: 1 + 1, min: 0, max: 5, bands: {a: 0}, label: S}}\n", true},
    {"scores: {s: {combine: 1 + 1, rules: []}}\n", false},
    {"scores: {s: {combine: 1 + 1, forget: none}}\n", false},
    {"scores: {s: {combine: 1 + 1, groups: {g: {max: 1}}}}\n", false},

    {RULE "}]}}\n", true},
    {RULE ", limit: {times: 3, every: day}}]}}\n", true},
    {RULE ", limit: {points: 50, every: 30d, per: data.order}}]}}\n", true},
    {RULE ", limit: {times: 3, points: 50.5}}]}}\n", true},
    {RULE ", limit: {}}]}}\n", false},
    {RULE ", limit: {every: day}}]}}\n", false},
    {RULE ", limit: {times: 0}}]}}\n", false},
    {RULE ", limit: {points: 0}}]}}\n", false},
    {RULE ", limit: {points: -1}}]}}\n", false},
    {RULE ", limit: {times: 1, every: hour}}]}}\n", false},
    {RULE ", limit: {times: 1, every: 30}}]}}\n", false},
    {STATE "}]}}\n", true},
    {STATE ", if: 1 > 2}]}}\n", false},
    {STATE ", limit: {times: 1}}]}}\n", false},
    {STATE ", on: order.placed}]}}\n", false},
    {"scores: {s: {rules: [{name: a, points: 1}]}}\n", false},
    {"scores: {s: {rules: [{name: a, while: contact.id == 'x'}]}}\n", false},

    {"segments:\n", true},
    {"segments: {t: {if: contact.id == 'x'}}\n", true},
    {"segments: {t: {if: contact.id == 'x', known_for: 30d, for: 36h, label: T}}\n", true},
    {"segments: {t: {if: contact.id == 'x', history: from_now}}\n", true},
    {"counters: {a: {count: email.opened, history: all}}\n", true},
    {"scores: {s: {history: never}}\n", false},
    {"segments: {t: {}}\n", false},
    {"segments: {t: {if: contact.id == 'x', for: 7}}\n", false},
    {"segments: {t: {if: contact.id == 'x', known_for: week}}\n", false},
    {"segments: {t: {if: contact.id == 'x', know_for: 30d}}\n", false},
    {"segments: {t: contact.id}\n", false},

    {"tests:\n", true},
    {"tests: []\n", true},
    {TEST "stage: x" END, true},
    {TEST "stage: , tags: [], lists: [a, 1], fields: {}, counters: {}" END, true},
    {"tests: {a: {}}\n", false},
    {"tests: [{name: t}]\n", false},
    {"tests: [{expect: [{at: 0s, stage: x}]}]\n", false},
    {"tests: [{name: t, expect: [{stage: x}]}]\n", false},
    {"tests: [{name: t, expect: [{at: 2h30m, stage: x}]}]\n", false},
    {"tests: [{name: t, expect: [{at: 2026-02-05T10:00:00+07:00, stage: x}]}]\n", true},
    {"tests: [{name: t, start: 2025-03-29, expect: [{at: 2026-02-05, stage: x}]}]\n", true},
    {TEST "stage: [x]" END, false},
    {TEST "tags: vip" END, false},
    {TEST "segments: {}, score: {}, bands: {}" END, true},
    {TEST "segments: [a]" END, false},
    {TEST "score: 5" END, false},
    {TEST "actions: [{do: 5, from: w}]" END, false},
    {TEST "actions: {}" END, false},
    {TEST "held: []" END, true},
    {TEST "held: [{because: quiet}]" END, false},
    {TEST "held: [quiet]" END, false},

    {"actions: {a: {limit: {times: 1}}}\n", true},
    {"actions: {a: {limit: {times: 3, every: day, over: delay}}}\n", true},
    {"actions: {a: {with: {x: string}, limit: {times: 3, every: 36h, per: x, over: skip}}}\n",
     true},
    {"actions: {a: {limit: {every: day}}}\n", false},
    {"actions: {a: {limit: {times: 0}}}\n", false},
    {"actions: {a: {limit: {times: 1, over: wait}}}\n", false},
    {"actions: {a: {limit: 1}}\n", false},
    {"actions: {a: {channel: c}}\nchannels: {c: {label: C, limit: {times: 1}}}\n", true},
    {"actions: {a: {channel: c}}\nchannels: {c: {quiet: {hours: '21:00-08:00', zone: contact}}}\n",
     true},
    {"actions: {a: {channel: c}}\nchannels: {c: {quiet: {days: [sat, sun], over: skip}}}\n", true},
    {"actions: {a: {channel: c}}\nchannels: {c: {quiet: {days: [sat], over: later}}}\n", false},
    {"actions: {a: {channel: c}}\nchannels: {c: {limit: {times: 1, per: x}}}\n", false},
    {"actions: {a: {channel: c}}\nchannels: {c: {silent: {days: [sat]}}}\n", false},
    {"actions: {a: {with: {to: string}}}\n" FLOW "{do: a, to: {staff: x}}]}}\n", true},
    {"actions: {a: {with: {to: string}}}\n" FLOW "{do: a, to: {address: x}}]}}\n", true},
    {"actions: {a: {with: {to: optional string}}}\n" FLOW "{do: a, to: contact}]}}\n", true},
    {"actions: {a: {with: {to: string}}}\n" FLOW "{do: a, to: {team: x}}]}}\n", false},
    {"actions: {a: {with: {to: string}}}\n" FLOW "{do: a, to: staff}]}}\n", false},
    {TEST "because: w" END, false},
    {TEST "contact: c-1, stage: x" END, true},
    {TEST "contact: {contact_id: c-1}, stage: x" END, true},
    {TEST "contact: [c-1], stage: x" END, false},
    {HAPPENS "at: 0s, type: email.opened}]}]\n", true},
    {HAPPENS "at: 0s, type: email.opened, time: -3d, id: 5, source: s, data: {}}]}]\n", true},
    {HAPPENS "at: 0s}]}]\n", false},
    {HAPPENS "type: email.opened}]}]\n", false},
    {HAPPENS "at: 0s, type: email.opened, data: [x]}]}]\n", false},
    {HAPPENS "at: 0s, type: email.opened, when: 1h}]}]\n", false},

    {"workflows: {w: {on: email.opened, steps: [{tag: {add: x}}]}}\n", true},
    {"workflows: {w: {on: email.opened, steps: [{id: a}]}}\n", false},
    {FLOW "end]}}\n", true},
    {FLOW "{wait: 3d}, {tag: {add: x}}]}}\n", true},
    {FLOW "{wait: {for: order.placed, at_most: 3d}, then: [end], else: []}]}}\n", true},
    {FLOW "{wait: {until: now, for: order.placed}}]}}\n", false},
    {FLOW "{wait: {at_most: 3d}}]}}\n", false},
    {FLOW "{wait: {for: order.placed, already: '\"a\" in contact.tags'}}]}}\n", true},
    {FLOW "{wait: {already: '\"a\" in contact.tags'}}]}}\n", false},
    {FLOW "{wait: [3d]}]}}\n", false},
    {FLOW "{if: true, tag: {add: x}}]}}\n", false},
    {FLOW "{choose: [{if: contact.id == 'x', steps: [end]}, {else: [end]}]}]}}\n", true},
    {FLOW "{choose: [{if: contact.id == 'x'}]}]}}\n", false},
    {FLOW "{split: [{name: a, share: 1, steps: [end]}]}]}}\n", true},
    {FLOW "{split: [{name: a, share: 0}]}]}}\n", false},
    {FLOW "{wait: {window: {hours: '08:00-20:00'}}}]}}\n", true},
    {FLOW "{wait: {window: {}}}]}}\n", false},
    {FLOW "end], on_error: stop, reenter: {after: 30d}, stop: [{on: order.placed}]}}\n", true},
    {FLOW "end], on_error: ignore}}\n", false},
    {FLOW "{id: a, wait: 1d}], edit: follow, existing: ignore, overdue: run}}\n", true},
    {FLOW "{id: a, wait: 1d}], edit: cancel, existing: include, overdue: skip}}\n", true},
    {FLOW "{id: a, wait: 1d}], edit: {move: {b: a}}, overdue: {spread: 1h}}}\n", true},
    {FLOW "{id: a, wait: 1d}], edit: pin}}\n", true},
    {FLOW "{id: a, wait: 1d}], edit: {move: {}}, overdue: {skip_after: 2d}}}\n", true},
    {FLOW "end], edit: drop}}\n", false},
    {FLOW "end], edit: {}}}\n", false},
    {FLOW "end], edit: {mov: {}}}}\n", false},
    {FLOW "end], edit: {move: a}}}\n", false},
    {FLOW "end], existing: true}}\n", false},
    {FLOW "end], overdue: never}}\n", false},
    {FLOW "end], overdue: {}}}\n", false},
    {FLOW "end], overdue: {spread: 1}}}\n", false},
    {FLOW "end], overdue: {skip_after: 2d, spread: 1h}}}\n", false},
    {FLOW "end], reenter: {until: 30d}}}\n", false},
    {FLOW "end], stop: [{}]}}\n", false},
    {FLOW "{emit: {data: {}}}]}}\n", false},
    {FLOW "{set: [a]}]}}\n", false},
    {"lists: {l: }\n", true},
    {"contact: {fields: {f: {type: int}}}\n", true},
    {"contact: {fields: {f: {type: integer}}}\n", false},
    {"unknown: {}\n", false},
};
enum { CORPUS_COUNT = sizeof(corpus) / sizeof(corpus[0]) };

static yyjson_doc *yaml_as_json(const char *text)
{
    struct arena arena = {0};
    struct diagnostics list = {.count = 0};
    struct buffer json = {0};
    const struct yaml_node *tree = yaml_tree_parse(&arena, "a.yaml", bytes_text(text), &list);
    ck_assert_ptr_nonnull(tree);
    literal_add_json(&json, tree);
    yyjson_doc *document = parse(&json);
    buffer_free(&json);
    diagnostics_free(&list);
    arena_free(&arena);
    return document;
}

START_TEST(schema_and_compiler_agree)
{
    const struct corpus_case *it = &corpus[_i];
    struct buffer json = {0};
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    rules_schema_json(&json);
    yyjson_doc *schema = parse(&json);
    yyjson_doc *file = yaml_as_json(it->text);
    bool is_taken = json_schema_takes(yyjson_doc_get_root(schema), yyjson_doc_get_root(file));
    ck_assert_msg(
        is_taken == it->is_good, "the schema %s: %s", is_taken ? "takes" : "refuses", it->text);
    enum err err = compile_text_into(it->text, &list, &ruleset);
    ck_assert_msg(
        (err == ERR_OK) == it->is_good, "the compiler %s: %s", err == ERR_OK ? "takes" : "refuses",
        it->text);
    ruleset_destroy(ruleset);
    diagnostics_free(&list);
    yyjson_doc_free(file);
    yyjson_doc_free(schema);
    buffer_free(&json);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/schema");
    TCase *tcase = tcase_create("schema");
    tcase_add_test(tcase, the_schema_of_rules_has_every_key);
    tcase_add_loop_test(tcase, schema_and_compiler_agree, 0, CORPUS_COUNT);
    tcase_add_test(tcase, the_schema_of_events_has_every_type);
    tcase_add_test(tcase, the_schema_of_actions_is_one);
    suite_add_tcase(suite, tcase);
    return suite;
}
