// What is wrong in rules is found, at its place, under its code.
#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define ACTIONS "actions: {mail: {with: {a: string, n: optional int, at: optional timestamp}}}\n"
#define FLOW    ACTIONS "workflows:\n  w:\n    on: email.opened\n    steps:\n"
#define SCORE   "scores:\n  s:\n    rules:\n"

static const struct error_case {
    const char *name;
    const char *text;
    const char *wanted; // codes and places, in order
} cases[] = {
    {"an empty file", "", ""},
    {"sections with nothing under them", "events:\nscores:\nworkflows:\n", ""},
    {"a file that is a list", "- a\n", "E0202 1:1"},
    {"an unknown section", "score: {}\n", "E0201 1:1"},
    {"a section of the wrong form", "scores: [a]\n", "E0202 1:9"},
    {"broken YAML", "scores: {\n", "E0101 2:1"},
    {"a duplicate key", "scores: {}\nscores: {}\n", "E0106 2:1"},

    {"events that are text", "events: x\n", "E0202 1:9"},
    {"lists that are a list", "lists: [news]\n", "E0202 1:8"},
    {"actions that are a list", "actions: [mail]\n", "E0202 1:10"},
    {"workflows that are a list", "workflows: [w]\n", "E0202 1:12"},
    {"an event that is text", "events: {a.b: x}\n", "E0202 1:15"},
    {"a field that is text", "contact: {fields: {plan: string}}\n", "E0202 1:26"},
    {"a score that is text", "scores: {s: x}\n", "E0202 1:13"},
    {"a workflow that is text", "workflows: {w: x}\n", "E0202 1:16"},
    {"data that is a list", "events: {a.b: {data: [x]}}\n", "E0202 1:22"},
    {"data whose type is a list", "events: {a.b: {data: {x: [int]}}}\n", "E0202 1:26"},
    {"an example that is text", "events: {a.b: {example: x}}\n", "E0202 1:25"},
    {"a limit that is a number", SCORE "      - {name: a, on: email.opened, points: 1, limit: 1}\n",
     "E0202 4:55"},
    {"a limit per a list",
     SCORE "      - {name: a, on: email.opened, points: 1, limit: {times: 1, per: [data.x]}}\n",
     "E0202 4:71"},
    {"an event that is a list of none", SCORE "      - {name: a, on: {}, points: 1}\n",
     "E0202 4:23"},
    {"parameters that are a list", "actions: {a: {with: [x]}}\n", "E0202 1:21"},
    {"with that is text", FLOW "      - {do: mail, with: x}\n", "E0202 6:26"},
    {"do that is a mapping", FLOW "      - {do: {a: b}}\n", "E0202 6:14"},
    {"a tag step that is text", FLOW "      - tag: x\n", "E0202 6:14"},
    {"a list step with a bad name", FLOW "      - list: {add: a b}\n", "E0211 6:21"},
    {"only the label of a built-in event", "events: {email.opened: {label: Opened}}\n", ""},
    {"a field of a built-in event again", "events: {page.viewed: {data: {url: optional any}}}\n",
     ""},
    {"a default that is almost a field",
     "contact: {fields: {nick: {type: string}}}\n"
     "actions: {a: {with: {x: string = contact.nik}}}\n",
     "E0203 2:25"},

    {"an event without anything", "events: {a.b: {}}\n", ""},
    {"an unknown key of an event", "events: {a.b: {dta: {}}}\n", "E0201 1:16"},
    {"an unknown type of data", "events: {a.b: {data: {x: strin}}}\n", "E0212 1:26"},
    {"a default in the data of an event", "events: {a.b: {data: {x: string = 'a'}}}\n",
     "E0202 1:26"},
    {"an event type with a space", "events: {a b: {}}\n", "E0211 1:10"},
    {"an event defined twice", "events: {a.b: {}, 'a.b': {}}\n", "E0106 1:19"},
    {"an example of the wrong type", "events: {a.b: {data: {x: int}, example: {x: y}}}\n",
     "E0213 1:45"},
    {"an example that lacks a required field", "events: {a.b: {data: {x: int}, example: {}}}\n",
     "E0204 1:41"},
    {"an example with a field nobody declared",
     "events: {a.b: {data: {x: int}, example: {x: 1, y: 2}}}\n", "E0203 1:48"},
    {"a built-in event with one more field", "events: {email.opened: {data: {mood: string}}}\n",
     ""},
    {"a built-in event whose data the engine reads",
     "events: {contact.tag_added: {data: {tag: int}}}\n", "E0216 1:37"},

    {"a contact section of the wrong form", "contact: 5\n", "E0202 1:10"},
    {"fields that are declared", "contact: {fields: {plan: {type: string, one_of: [a, b]}}}\n", ""},
    {"a field without type", "contact: {fields: {plan: {label: Plan}}}\n", "E0204 1:20"},
    {"a field of an unknown type", "contact: {fields: {plan: {type: text}}}\n", "E0212 1:33"},
    {"a field with a dash", "contact: {fields: {my-plan: {type: int}}}\n", "E0211 1:20"},
    {"a field that every contact has", "contact: {fields: {tags: {type: list}}}\n", "E0216 1:20"},
    {"a field that is an identifier", "contact: {fields: {email: {type: string}}}\n", "E0216 1:20"},
    {"a field that is an identifier no more",
     "contact: {identifiers: [contact_id], fields: {email: {type: string}}}\n", ""},
    {"one_of a number", "contact: {fields: {n: {type: int, one_of: [1]}}}\n", "E0215 1:43"},
    {"one_of nothing", "contact: {fields: {n: {type: string, one_of: []}}}\n", "E0410 1:46"},
    {"no identifiers", "contact: {identifiers: []}\n", "E0410 1:24"},
    {"an identifier twice", "contact: {identifiers: [email, email]}\n", "E0205 1:32"},
    {"identifiers that are no names", "contact: {identifiers: [e mail, '']}\n",
     "E0211 1:25, E0211 1:33"},
    {"too many identifiers",
     "contact: {identifiers: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q]}\n", "E0407 1:24"},

    {"a list without label", "lists: {news: }\n", ""},
    {"a list with something unknown", "lists: {news: {lable: x}}\n", "E0201 1:16"},
    {"a list with capitals", "lists: {News: {}}\n", "E0211 1:9"},

    {"a minimum above the maximum", "scores: {s: {min: 5, max: 1}}\n", "E0409 1:19"},
    {"bands out of order", "scores: {s: {bands: {a: 0, b: 10, c: 10}}}\n", "E0408 1:38"},
    {"a band beyond the maximum", "scores: {s: {max: 10, bands: {a: 0, b: 11}}}\n", "E0412 1:40"},
    {"a band that is no number", "scores: {s: {bands: {a: low}}}\n", "E0405 1:25"},
    {"rules that are no list", "scores: {s: {rules: {}}}\n", "E0202 1:21"},
    {"a rule that is text", SCORE "      - open\n", "E0202 4:9"},
    {"an empty rule", SCORE "      - {}\n", "E0204 4:9, E0204 4:9, E0204 4:9"},
    {"a rule on an unknown event", SCORE "      - {name: a, on: email.opend, points: 1}\n",
     "E0206 4:23"},
    {"rules of one name",
     SCORE "      - {name: a, on: email.opened, points: 1}\n"
           "      - {name: a, on: email.opened, points: 1}\n",
     "E0205 5:16"},
    {"a rule with a bad name", SCORE "      - {name: a/b, on: email.opened, points: 1}\n",
     "E0211 4:16"},
    {"points with four decimals", SCORE "      - {name: a, on: email.opened, points: 1.2345}\n",
     "E0405 4:45"},
    {"points in quotes", SCORE "      - {name: a, on: email.opened, points: '5'}\n", "E0405 4:45"},
    {"a million points", SCORE "      - {name: a, on: email.opened, points: -1000000}\n", ""},
    {"more than a million points", SCORE "      - {name: a, on: email.opened, points: 1000001}\n",
     "E0402 4:45"},
    {"points by an expression",
     SCORE "      - {name: a, on: order.placed, points: data.amount / 10}\n", ""},
    {"points by an expression that begins with a digit",
     SCORE "      - {name: a, on: order.placed, points: 2*data.amount}\n", ""},
    {"an unknown field in a condition",
     SCORE "      - {name: a, on: email.opened, points: 1, if: 'contact.contry == \"VN\"'}\n",
     "E0203 4:61"},
    {"a mistake in the third line of a condition",
     SCORE "      - name: a\n        on: email.opened\n        points: 1\n        if: >-\n"
           "          event.id != \"\" &&\n          event.source +\n          1 == \"x\"\n",
     "E0604 9:11"},
    {"a condition that is none",
     SCORE "      - {name: a, on: email.opened, points: 1, if: event.id}\n", "E0604 4:52"},
    {"a condition on data that is not declared",
     SCORE "      - {name: a, on: email.opened, points: 1, if: has(data.mood)}\n", "W0505 4:61"},
    {"points that are no number", SCORE "      - {name: a, on: email.opened, points: event.id}\n",
     "E0604 4:45"},
    {"a condition that can only fail",
     SCORE "      - {name: a, on: email.opened, points: 1, if: now > date('2026-02-30')}\n",
     "E0605 4:58"},
    {"a limit of nothing",
     SCORE "      - {name: a, on: email.opened, points: 1, limit: {times: 0}}\n", "E0402 4:63"},
    {"a limit without times",
     SCORE "      - {name: a, on: email.opened, points: 1, limit: {per: data.message}}\n",
     "E0204 4:48"},
    {"a limit per something else than data",
     SCORE "      - {name: a, on: email.opened, points: 1, limit: {times: 1, per: contact.id}}\n",
     ""},
    {"a limit per what is not declared",
     SCORE "      - {name: a, on: email.opened, points: 1, limit: {times: 1, per: data.mood}}\n",
     "W0505 4:76"},
    {"a limit per a part of text",
     SCORE
     "      - {name: a, on: email.opened, points: 1, limit: {times: 1, per: data.message.x}}\n",
     "E0604 4:71"},

    {"an action with nothing", "actions: {a: {}}\n", ""},
    {"a topic with a space", "actions: {a: {topic: my topic}}\n", "E0211 1:22"},
    {"a channel with a space", "actions: {a: {channel: e mail}}\n", "E0211 1:24"},
    {"a parameter of an unknown type", "actions: {a: {with: {x: text}}}\n", "E0212 1:25"},
    {"a default that no contact has", "actions: {a: {with: {x: string = contact.emial}}}\n",
     "E0203 1:25"},
    {"a default of an unquoted text", "actions: {a: {with: {x: string = hello}}}\n", "E0213 1:25"},
    {"a default of an unquoted text with a dot", "actions: {a: {with: {x: string = a.b.c}}}\n",
     "E0213 1:25"},
    {"defaults of every type that are found out",
     "contact: {fields: {nick: {type: string}, age: {type: int}}}\n"
     "scores: {s: {rules: []}}\n"
     "actions: {a: {with: {x: string = contact.nick + '!', y: int = contact.age + 1, z: double = "
     "score.s / 2.0,\n"
     "  b: bool = contact.nick == 'a', t: timestamp = now + days(1), d: duration = now - "
     "contact.created,\n"
     "  h: \"string = 'Hi {{ contact.nick }}, {{ score.s }}'\", q: \"string = 'it''s'\",\n"
     "  o: \"optional string = contact.nick == 'b' ? contact.nick : 'c'\"}}}\n",
     ""},
    {"a default of another type than it says",
     "contact: {fields: {age: {type: int}}}\n"
     "actions: {a: {with: {x: string = contact.age + 1}}}\n",
     "E0604 2:34"},
    {"a default about an event", "actions: {a: {with: {x: string = data.message + '!'}}}\n",
     "E0607 1:34"},
    {"a default of a field that is not there",
     "actions: {a: {with: {x: string = contact.nick + '!'}}}\n", "E0203 1:42"},
    {"a default text with an expression about an event",
     "actions: {a: {with: {x: \"string = 'Hi {{ event.id }}'\"}}}\n", "E0607 1:42"},
    {"a default of a list", "actions: {a: {with: {x: list = concat(contact.tags)}}}\n",
     "E0302 1:25"},
    {"a default of the wrong type", "actions: {a: {with: {x: int = 'a'}}}\n", "E0213 1:25"},
    {"a default of a declared field",
     "contact: {fields: {nick: {type: string}}}\n"
     "actions: {a: {with: {x: string = contact.nick, y: string = 'hi', z: int = 3}}}\n",
     ""},

    {"a workflow with nothing", "workflows: {w: {}}\n", "E0204 1:13, E0204 1:13"},
    {"a workflow without steps", "workflows: {w: {on: email.opened, steps: []}}\n", "E0410 1:42"},
    {"a workflow on an unknown event", "workflows: {w: {on: a.b, steps: [{tag: {add: x}}]}}\n",
     "E0206 1:21"},
    {"reenter with a mistake",
     "workflows: {w: {on: email.opened, reenter: alway, steps: [{tag: {add: x}}]}}\n",
     "E0214 1:44"},
    {"a step of an unknown kind", FLOW "      - doo: mail\n", "E0201 6:9"},
    {"a step that is text", FLOW "      - mail\n", "E0202 6:9"},
    {"a step that says nothing", FLOW "      - {id: a}\n", "E0204 6:9"},
    {"a step that does two things", FLOW "      - {tag: {add: a}, list: {add: b}}\n", "E0215 6:25"},
    {"steps of one id", FLOW "      - {id: a, tag: {add: x}}\n      - {id: a, tag: {add: x}}\n",
     "E0205 7:14"},
    {"an id that is a number", FLOW "      - {id: 1, tag: {add: x}}\n", "E0211 6:14"},
    {"an unknown action", FLOW "      - do: mial\n", "E0209 6:13"},
    {"a parameter is missing", FLOW "      - do: mail\n", "E0204 6:13"},
    {"a parameter is mistyped", FLOW "      - {do: mail, with: {aa: x}}\n", "E0217 6:27"},
    {"a number that is none", FLOW "      - {do: mail, with: {a: x, n: y}}\n", "E0213 6:36"},
    {"a number in quotes", FLOW "      - {do: mail, with: {a: x, n: '1'}}\n", "E0213 6:36"},
    {"nothing where text is needed", FLOW "      - {do: mail, with: {a: }}\n", "E0213 6:30"},
    {"a list where text is needed", FLOW "      - {do: mail, with: {a: [x]}}\n", "E0213 6:30"},
    {"a time that is none", FLOW "      - {do: mail, with: {a: x, at: yesterday}}\n", "E0213 6:37"},
    {"a time by an expression", FLOW "      - {do: mail, with: {a: x, at: now + 1}}\n",
     "E0604 6:37"},
    {"a template", FLOW "      - {do: mail, with: {a: 'Hi {{ contact.name }}'}}\n", "E0203 6:45"},
    {"with beside a tag", FLOW "      - {tag: {add: x}, with: {a: b}}\n", "E0215 6:25"},
    {"a tag step that does nothing", FLOW "      - tag: {}\n", "E0204 6:9"},
    {"a tag step with an empty list", FLOW "      - tag: {add: []}\n", "E0410 6:20"},
    {"a tag that is a mapping", FLOW "      - tag: {add: {a: b}}\n", "E0202 6:20"},
    {"a tag with a line break", FLOW "      - tag: {add: \"a\\nb\"}\n", "E0211 6:20"},
    {"a tag in Vietnamese", FLOW "      - tag: {add: khách hàng}\n", ""},
    {"a tag by a template", FLOW "      - tag: {add: 'x {{ data.y }}'}\n", "E0303 6:20"},
    {"any list where none is declared", FLOW "      - list: {add: news}\n", ""},
    {"an unknown list where some are declared",
     "lists: {news: }\n" FLOW "      - list: {add: [news, nws]}\n", "E0208 7:28"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(errors_have_code_and_place)
{
    assert_diagnostics(cases[_i].name, cases[_i].text, cases[_i].wanted);
}
END_TEST

START_TEST(an_error_is_printed_with_line_caret_and_suggestion)
{
    struct buffer shown = compile_printed("scores:\n"
                                          "  engagement:\n"
                                          "    rules:\n"
                                          "      - name: opened\n"
                                          "        on: email.opend\n"
                                          "        points: 5\n");
    ck_assert_str_eq(
        (const char *)shown.data,
        "rules.yaml:5:13: error[E0206]: unknown event 'email.opend', did you mean 'email.opened'?\n"
        "     5 |         on: email.opend\n"
        "       |             ^~~~~~~~~~~\n");
    buffer_free(&shown);
}
END_TEST

START_TEST(a_second_definition_notes_the_first)
{
    struct buffer shown = compile_printed("actions: {mail: {with: {a: string}}}\n"
                                          "workflows:\n"
                                          "  w:\n"
                                          "    on: email.opened\n"
                                          "    steps:\n"
                                          "      - {id: one, do: mail}\n"
                                          "      - {id: one, tag: {add: x}}\n");
    ck_assert_str_eq(
        (const char *)shown.data, "rules.yaml:6:23: error[E0204]: 'mail' needs 'a' in 'with'\n"
                                  "     6 |       - {id: one, do: mail}\n"
                                  "       |                       ^~~~\n"
                                  "  note: rules.yaml:1:11: it is declared here\n"
                                  "rules.yaml:7:14: error[E0205]: step 'one' is defined twice\n"
                                  "     7 |       - {id: one, tag: {add: x}}\n"
                                  "       |              ^~~\n"
                                  "  note: rules.yaml:6:14: it is defined here first\n");
    buffer_free(&shown);
}
END_TEST

START_TEST(an_unknown_key_is_printed_with_its_owner)
{
    struct buffer shown = compile_printed("scores: {fit: {bnads: {a: 1}}}\n");
    ck_assert_str_eq(
        (const char *)shown.data,
        "rules.yaml:1:16: error[E0201]: unknown key of a score 'bnads', did you mean 'bands'?\n"
        "     1 | scores: {fit: {bnads: {a: 1}}}\n"
        "       |                ^~~~~\n");
    buffer_free(&shown);
}
END_TEST

// Every kind of name, defined in two files.
static const struct twice_case {
    const char *first, *second, *message;
} twice_cases[] = {
    {"events: {a.b: {}}\n", "events: {a.b: {}}\n", "event 'a.b' is defined twice"},
    {"contact: {fields: {f: {type: int}}}\n", "contact: {fields: {f: {type: int}}}\n",
     "field 'f' is defined twice"},
    {"contact: {identifiers: [email]}\n", "contact: {identifiers: [email]}\n",
     "'identifiers' is given twice"},
    {"lists: {l: }\n", "lists: {l: }\n", "list 'l' is defined twice"},
    {"counters: {c: {count: email.opened}}\n", "counters: {c: {count: email.opened}}\n",
     "counter 'c' is defined twice"},
    {"segments: {t: {if: contact.id == 'x'}}\n", "segments: {t: {if: contact.id == 'x'}}\n",
     "segment 't' is defined twice"},
    {"scores: {s: {}}\n", "scores: {s: {}}\n", "score 's' is defined twice"},
    {"actions: {a: {}}\n", "actions: {a: {}}\n", "action 'a' is defined twice"},
    {"workflows: {w: {on: email.opened, steps: [{tag: {add: x}}]}}\n",
     "workflows: {w: {on: email.opened, steps: [{tag: {add: x}}]}}\n",
     "workflow 'w' is defined twice"},
};
enum { TWICE_COUNT = sizeof(twice_cases) / sizeof(twice_cases[0]) };

START_TEST(names_are_unique_over_all_files)
{
    const struct twice_case *it = &twice_cases[_i];
    struct rule_file files[] = {
        {"a.yaml", bytes_text(it->first)}, {"b.yaml", bytes_text(it->second)}};
    struct rule_bundle bundle = {.files = files, .count = 2};
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    ck_assert_int_eq(ruleset_compile(&bundle, &list, &ruleset), ERR_INVALID);
    ck_assert_ptr_null(ruleset);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0205);
    ck_assert_str_eq(list.items[0]->file, "b.yaml");
    ck_assert_str_eq(list.items[0]->message, it->message);
    ck_assert_ptr_nonnull(list.items[0]->notes);
    ck_assert_str_eq(list.items[0]->notes->file, "a.yaml");
    diagnostics_free(&list);
}
END_TEST

// Lists that are too long are refused once, at their beginning.
static const struct many_case {
    const char *name;
    const char *before;
    const char *each; // with the number of it
    const char *after;
    int most;
    const char *wanted;
} many_cases[] = {
    {"bands", "scores: {s: {bands: {", "b%d: %d, ", "}}}\n", 100, "E0407 1:21"},
    {"parameters", "actions: {a: {with: {", "p%d: int, ", "}}}\n", 255, "E0407 1:21"},
    {"fields of data", "events: {a.b: {data: {", "f%d: int, ", "}}}\n", 255, "E0407 1:22"},
    {"steps", "workflows: {w: {on: page.viewed, steps: [", "{tag: {add: t%d}}, ", "]}}\n", 1000,
     "E0407 1:41"},
    {"tags", "workflows: {w: {on: page.viewed, steps: [{tag: {add: [", "t%d, ", "]}}]}}\n", 100,
     "E0407 1:54"},
};
enum { MANY_COUNT = sizeof(many_cases) / sizeof(many_cases[0]) };

START_TEST(lists_end_where_they_must)
{
    const struct many_case *it = &many_cases[_i];
    for (int more = 0; more < 2; more++) {
        struct buffer text = {0};
        buffer_add_text(&text, it->before);
        for (int i = 0; i < it->most + more; i++) {
            for (const char *at = it->each; *at != '\0'; at++) {
                if (at[0] == '%' && at[1] == 'd') {
                    buffer_add_format(&text, "%d", i);
                    at++;
                } else {
                    buffer_add_u8(&text, (uint8_t)*at);
                }
            }
        }
        buffer_add_text(&text, it->after);
        buffer_add_u8(&text, 0);
        assert_diagnostics(it->name, (const char *)text.data, more == 0 ? "" : it->wanted);
        buffer_free(&text);
    }
}
END_TEST

START_TEST(errors_of_all_files_are_collected_and_sorted)
{
    struct rule_file files[] = {
        {"a.yaml", BYTES_LITERAL("workflows: {w: {on: x, steps: [{do: y}]}}\n")},
        {"b.yaml", BYTES_LITERAL("scores: {\n")},
        {"c.yaml", BYTES_LITERAL("scores: {s: {min: a}}\nfoo: 1\n")},
    };
    struct rule_bundle bundle = {.files = files, .count = 3};
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    ck_assert_int_eq(ruleset_compile(&bundle, &list, &ruleset), ERR_INVALID);
    ck_assert_uint_eq(list.count, 5);
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0206);
    ck_assert_int_eq(list.items[1]->code, DIAGNOSTIC_E0209);
    ck_assert_int_eq(list.items[2]->code, DIAGNOSTIC_E0101);
    ck_assert_int_eq(list.items[3]->code, DIAGNOSTIC_E0405);
    ck_assert_int_eq(list.items[4]->code, DIAGNOSTIC_E0201);
    diagnostics_free(&list);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/errors");
    TCase *tcase = tcase_create("errors");
    tcase_add_loop_test(tcase, errors_have_code_and_place, 0, CASE_COUNT);
    tcase_add_test(tcase, an_error_is_printed_with_line_caret_and_suggestion);
    tcase_add_test(tcase, a_second_definition_notes_the_first);
    tcase_add_test(tcase, an_unknown_key_is_printed_with_its_owner);
    tcase_add_loop_test(tcase, names_are_unique_over_all_files, 0, TWICE_COUNT);
    tcase_add_loop_test(tcase, lists_end_where_they_must, 0, MANY_COUNT);
    tcase_add_test(tcase, errors_of_all_files_are_collected_and_sorted);
    suite_add_tcase(suite, tcase);
    return suite;
}
