// Bombs that an operator could write: rules and configuration.
#include "tests/bombs/bombs.h"

#define TEXT(text)                                \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }
#define NONE    \
    {           \
        NULL, 0 \
    }

const struct bomb bombs_of_files[] = {
    {BOMB_YAML, "flow lists in each other", NONE, TEXT("["), NONE, NONE, NONE, ' ', "E0104"},
    {BOMB_YAML, "flow maps in each other", NONE, TEXT("{a: "), NONE, NONE, NONE, ' ', "E0104"},
    {BOMB_YAML, "block lists in each other", NONE, TEXT("- "), NONE, NONE, NONE, ' ', "E0104"},
    {BOMB_YAML, "keys of keys", NONE, TEXT("? "), NONE, NONE, NONE, ' ', "E0104"},
    {BOMB_YAML, "documents", TEXT("a: 1\n"), TEXT("---\n"), NONE, NONE, NONE, ' ', "E0105"},
    {BOMB_YAML, "tag directives", NONE, TEXT("%TAG !$N! tag:a\n"), NONE, NONE, TEXT("--- a\n"), ' ',
     "E0109"},
    {BOMB_YAML, "tag directives of a second document", TEXT("a: 1\n...\n"),
     TEXT("%TAG !$N! tag:a\n"), NONE, NONE, TEXT("--- a\n"), ' ', "E0109"},
    {BOMB_YAML, "tags of a long prefix", TEXT("%TAG !a! tag:"), TEXT("xxxxxxx"), TEXT("\n--- \n"),
     TEXT("- !a!b\n"), NONE, ' ', "E0109"},
    {BOMB_YAML, "version directives", NONE, TEXT("%YAML 1.1\n"), NONE, NONE, TEXT("--- a\n"), ' ',
     "E0101"},
    {BOMB_YAML, "directives that nobody knows", NONE, TEXT("%A\n"), NONE, NONE, TEXT("--- a\n"),
     ' ', "E0101"},
    {BOMB_YAML, "aliases", TEXT("a: &a 1\nb: ["), TEXT("*a,"), NONE, NONE, TEXT("]"), ' ', "E0107"},
    {BOMB_YAML, "anchors", NONE, TEXT("- &a x\n"), NONE, NONE, NONE, ' ', "E0107"},
    {BOMB_YAML, "anchors, each another", NONE, TEXT("- &$N x\n"), NONE, NONE, NONE, ' ', "E0107"},
    {BOMB_YAML, "tags", NONE, TEXT("- !!str x\n"), NONE, NONE, NONE, ' ', "E0109"},
    {BOMB_YAML, "merge keys", NONE, TEXT("- <<: 1\n"), NONE, NONE, NONE, ' ', "E0108"},
    {BOMB_YAML, "one key many times", NONE, TEXT("a:\n"), NONE, NONE, NONE, ' ', "E0103"},
    {BOMB_YAML, "keys", NONE, TEXT("$N: 1\n"), NONE, NONE, NONE, ' ', "E0103"},
    {BOMB_YAML, "items", NONE, TEXT("- a\n"), NONE, NONE, NONE, ' ', "E0103"},
    {BOMB_YAML, "empty items", NONE, TEXT("-\n"), NONE, NONE, NONE, '\n', "E0103"},
    {BOMB_YAML, "flow items", TEXT("a: ["), TEXT("1,"), NONE, NONE, TEXT("]"), ' ', "E0103"},
    {BOMB_YAML, "quoted flow items", TEXT("a: ["), TEXT("\"x\","), NONE, NONE, TEXT("]"), ' ',
     "E0103"},
    {BOMB_YAML, "empty flow lists", TEXT("a: ["), TEXT("[],"), NONE, NONE, TEXT("]"), ' ', "E0103"},
    {BOMB_YAML, "empty flow maps", TEXT("a: ["), TEXT("{},"), NONE, NONE, TEXT("]"), ' ', "E0103"},
    {BOMB_YAML, "items that are escaped", TEXT("a: ["), TEXT("\"\\t\","), NONE, NONE, TEXT("]"),
     ' ', "E0103"},
    {BOMB_YAML, "items, then one long text", TEXT("a: ["), TEXT("1,"), TEXT("]\nb: "),
     TEXT("xxxxxxxxx"), NONE, 'x', "taken"},
    {BOMB_YAML, "items, then one long text with an escape", TEXT("a: ["), TEXT("1,"),
     TEXT("]\nb: \"\\t"), TEXT("xxxxxxxxx"), TEXT("\""), 'x', "taken"},
    {BOMB_YAML, "escaped items, then one long text with an escape", TEXT("a: ["), TEXT("\"\\t\","),
     TEXT("]\nb: \"\\t"), TEXT("xxxxxx"), TEXT("\""), 'x', "taken"},
    {BOMB_YAML, "items, then escapes that grow", TEXT("a: ["), TEXT("1,"), TEXT("]\nb: \""),
     TEXT("\\L\\L\\P\\L\\L"), TEXT("\""), 'x', "E0103"},
    {BOMB_YAML, "keys up to the limit", NONE, TEXT("$N: 1 # xxxxxxxxxxx\n"), NONE, NONE, NONE, ' ',
     "taken"},
    {BOMB_YAML, "keys up to the limit, then one long text", TEXT("a: {"), TEXT("$N: 1,"),
     TEXT("}\nb: "), TEXT("xxxxxxxxxxxxx"), NONE, 'x', "taken"},
    {BOMB_YAML, "nothing between commas", TEXT("a: ["), TEXT(","), NONE, NONE, TEXT("]"), ' ',
     "E0101"},
    {BOMB_YAML, "one plain text", TEXT("a: "), TEXT("x"), NONE, NONE, NONE, ' ', "taken"},
    {BOMB_YAML, "one plain text of words", TEXT("a: "), TEXT("x "), NONE, NONE, NONE, ' ', "taken"},
    {BOMB_YAML, "one plain text of lines", TEXT("a:\n "), TEXT("x\n "), NONE, NONE, NONE, ' ',
     "taken"},
    {BOMB_YAML, "one quoted text", TEXT("a: \""), TEXT("x"), NONE, NONE, TEXT("\""), 'x', "taken"},
    {BOMB_YAML, "escapes of NUL", TEXT("a: \""), TEXT("\\u0000"), NONE, NONE, TEXT("\""), 'x',
     "taken"},
    {BOMB_YAML, "single quotes", TEXT("a: '"), TEXT("''"), NONE, NONE, TEXT("'"), 'x', "taken"},
    {BOMB_YAML, "a quoted text that is not closed", TEXT("a: \""), TEXT("x\n "), NONE, NONE, NONE,
     'x', "E0101"},
    {BOMB_YAML, "lines of a block", TEXT("a: |\n"), TEXT(" xxxxx\n"), NONE, NONE, NONE, ' ',
     "taken"},
    {BOMB_YAML, "empty lines of a block", TEXT("a: |\n"), TEXT("\n"), NONE, NONE, NONE, ' ',
     "taken"},
    {BOMB_YAML, "folded lines", TEXT("a: >\n"), TEXT(" x\n"), NONE, NONE, NONE, ' ', "taken"},
    {BOMB_YAML, "empty lines", NONE, TEXT("\n"), NONE, NONE, NONE, ' ', "taken"},
    {BOMB_YAML, "carriage returns", NONE, TEXT("\r"), NONE, NONE, NONE, ' ', "taken"},
    {BOMB_YAML, "line separators", TEXT("a: \""), TEXT("\xe2\x80\xa8"), NONE, NONE, TEXT("\""), 'x',
     "taken"},
    {BOMB_YAML, "comments", NONE, TEXT("# x\n"), NONE, NONE, NONE, '\n', "taken"},
    {BOMB_YAML, "one comment", TEXT("#"), TEXT("x"), NONE, NONE, NONE, 'x', "taken"},
    {BOMB_YAML, "tabs", TEXT("a:"), TEXT("\t"), NONE, NONE, NONE, ' ', "taken"},
    {BOMB_YAML, "one key of a great length", NONE, TEXT("a"), NONE, NONE, TEXT(": 1\n"), 'a',
     "E0101"},
    {BOMB_YAML, "colons", TEXT("a:"), TEXT(":"), NONE, NONE, TEXT(": 1\n"), ':', "E0101"},
    {BOMB_YAML, "byte order marks", NONE, TEXT("\xef\xbb\xbf"), NONE, NONE, NONE, 'x', "taken"},
    {BOMB_YAML, "no UTF-8", NONE, TEXT("\xff"), NONE, NONE, NONE, 'x', "E0102"},
    {BOMB_YAML, "no UTF-8 at the very end", TEXT("a: \""), TEXT("\xe2\x82\xac"), NONE, NONE,
     TEXT("\xff\""), 'x', "E0102"},
    {BOMB_YAML, "control characters", TEXT("a: \""), TEXT("\x02"), NONE, NONE, TEXT("\""), 'x',
     "E0101"},
    {BOMB_RULES, "rules of little", TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: page.viewed, points: 1}\n"), NONE, NONE, NONE, ' ', "E0103"},
    {BOMB_RULES, "rules with long names", TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: page.viewed, points: 1} # xxxxxxxxxxxxxxxxxxxx\n"), NONE, NONE,
     NONE, ' ', "taken"},
    {BOMB_RULES, "rules up to the limit", TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: page.viewed, points: 1} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "rules of one name", TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r, on: page.viewed, points: 1} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "E0205"},
    {BOMB_RULES, "scores", TEXT("scores:\n"),
     TEXT("  s$N: {rules: [{name: r, on: page.viewed, points: 1}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "lists", TEXT("lists:\n"),
     TEXT("  l$N: {label: L} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"), NONE, NONE,
     NONE, ' ', "taken"},
    {BOMB_RULES, "types of events", TEXT("events:\n"),
     TEXT("  b.t$N: {label: T, data: {c: string}} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "fields of a type", TEXT("events:\n  b.t:\n    label: T\n    data:\n"),
     TEXT("      f$N: string # xxxxxxxxxx\n"), NONE, NONE, NONE, ' ', "E0407"},
    {BOMB_RULES, "words of a declaration that mean nothing", NONE, TEXT("$N: 1 # xxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "E0201"},
    {BOMB_RULES, "actions", TEXT("actions:\n"),
     TEXT("  a$N: {topic: t, with: {t: string}} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "actions with labels", TEXT("actions:\n"),
     TEXT("  a$N: {label: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, topic: t, "
          "with: {t: string}}\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "types with labels", TEXT("events:\n"),
     TEXT("  b.t$N: {label: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, "
          "data: {c: string}}\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "parameters of an action", TEXT("actions:\n  a:\n    topic: t\n    with:\n"),
     TEXT("      p$N: string # xxxxxxxxxx\n"), NONE, NONE, NONE, ' ', "E0407"},
    {BOMB_RULES, "workflows", TEXT("workflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{tag: {add: x}}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "steps of a workflow", TEXT("workflows:\n  w:\n    on: page.viewed\n    steps:\n"),
     TEXT("      - {tag: {add: x}} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"), NONE, NONE, NONE, ' ',
     "E0407"},
    {BOMB_RULES, "tags of a step",
     TEXT("workflows:\n  w:\n    on: page.viewed\n    steps:\n      - tag:\n          add: ["),
     TEXT("t$N,          "), NONE, NONE, TEXT("t]\n"), ' ', "E0407"},
    {BOMB_RULES, "bands",
     TEXT("scores:\n  s:\n    rules: [{name: r, on: page.viewed, points: 1}]\n    bands:\n"),
     TEXT("      b$N: 1 # xxxxxxxxxxx\n"), NONE, NONE, NONE, ' ', "E0407"},
    {BOMB_RULES, "identifiers of contacts", TEXT("contact:\n  identifiers: ["),
     TEXT("i$N,             "), NONE, NONE, TEXT("i]\n"), ' ', "E0407"},
    {BOMB_RULES, "fields of contacts", TEXT("contact:\n  fields:\n"),
     TEXT("    f$N: {type: string} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"), NONE, NONE, NONE, ' ',
     "taken"},
    {BOMB_RULES, "rules for types that nobody declared", TEXT("events:\n"),
     TEXT("  b.t$N: {label: T, data: {c: string}} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r, on: b.u, points: 1} # xxxxxxxxxxxxxxxxxxx\n"), NONE, ' ', "E0206"},
    {BOMB_RULES, "steps that do what nobody declared", TEXT("actions:\n"),
     TEXT("  a$N: {topic: t, with: {t: string}} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     TEXT("workflows:\n  w:\n    on: page.viewed\n    steps:\n"),
     TEXT("      - {do: b00} # xxxxxxxxxxxxxxxxxxxxxxxxxx\n"), NONE, ' ', "E0407"},
    {BOMB_RULES, "limits by fields that nobody declared",
     TEXT("events:\n  b.t:\n    label: T\n    data:\n"),
     TEXT("      f$N: string # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r, on: b.t, points: 1, limit: {times: 1, per: data.g00}}\n"), NONE, ' ',
     "E0407"},
    {BOMB_RULES, "lists that nobody declared", TEXT("lists:\n"),
     TEXT("  l$N: {label: L} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     TEXT("workflows:\n  w:\n    on: page.viewed\n    steps:\n"),
     TEXT("      - {list: {add: m00}} # xxxxxxxxxxxxxxxx\n"), NONE, ' ', "E0407"},
    {BOMB_RULES, "conditions", TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: page.viewed, points: 1, if: data.url == 'x' && has(data.title)} "
          "# "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "counters", TEXT("counters:\n"),
     TEXT("  c$N: {distinct: data.url, on: page.viewed, if: has(data.title), within: 1d} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "objects", TEXT("objects:\n"),
     TEXT("  o$N: {key: data.url, on: page.viewed, fields: {t: data.title, at: event.time}} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "fields of an object",
     TEXT("objects:\n  o:\n    key: data.url\n    on: page.viewed\n    fields:\n"),
     TEXT("      f$N: data.title # xxxxxxxxxxxxxxxxxxxxxxxxx\n"), NONE, NONE, NONE, ' ', "E0407"},
    {BOMB_RULES, "segments of time", TEXT("segments:\n"),
     TEXT("  t$N: {if: now - contact.created > days(1)} # xxxxxxxxxxxxx\n"), NONE, NONE, NONE, ' ',
     "taken"},
    {BOMB_RULES, "segments of each hour", TEXT("segments:\n"),
     TEXT("  t$N: {if: age(contact.created) > 1} # xxxxxxxxxxxxx\n"), NONE, NONE, NONE, ' ',
     "taken"},
    {BOMB_RULES, "segments that read themselves", TEXT("segments:\n"),
     TEXT("  t$N: {if: segment.t$N} # xxxxxxxxxxxxxxxxxxxxxxxxx\n"), NONE, NONE, NONE, ' ',
     "E0220"},
    {BOMB_RULES, "segments that read one", TEXT("segments:\n  a: {if: contact.id == 'x'}\n"),
     TEXT("  t$N: {if: segment.a} # xxxxxxxxxxxxxxxxxxxxxxxxx\n"), NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "state rules", TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, while: '\"x\" in contact.tags', points: size(contact.tags)} # "
          "xxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "constants that are large", TEXT("segments:\n"),
     TEXT("  t$N: {if: lists.range(19000).size() > size(contact.tags)}\n"), NONE, NONE, NONE, ' ',
     "E0602"},
    {BOMB_RULES, "constants that cost much", TEXT("segments:\n"),
     TEXT("  t$N: {if: lists.range(999999).size() > size(contact.tags)}\n"), NONE, NONE, NONE, ' ',
     "E0602"},
    {BOMB_RULES, "constants that cost much and are far between", TEXT("segments:\n"),
     TEXT("  t$N: {if: lists.range(19000).size() > size(contact.tags)} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "conditions of constants", TEXT("segments:\n"),
     TEXT("  t$N: {if: '1 in [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]'}\n"), NONE,
     NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "one long condition", TEXT("segments:\n  t: {if: '1 in ["), TEXT("1,"), NONE, NONE,
     TEXT("1]'}\n"), ' ', "E0602"},
    {BOMB_RULES, "groups", TEXT("scores:\n  s:\n    groups:\n"),
     TEXT("      g$N: {max: 1} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"), NONE, NONE, NONE, ' ',
     "E0407"},
    {BOMB_RULES, "tests", TEXT("tests:\n"),
     TEXT("- {name: t$N, expect: [{at: 0s, stage: x}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "events of a test",
     TEXT("tests:\n- name: t\n  expect: [{at: 0s, stage: x}]\n  events:\n"),
     TEXT("  - {at: 0s, type: email.opened, contact: c$N} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "expectations of contacts that there are none of",
     TEXT("tests:\n- name: t\n  events:\n"),
     TEXT("  - {at: 0s, type: email.opened, contact: c$N} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxx\n"),
     TEXT("  expect:\n"),
     TEXT("  - {at: 0s, contact: d$N, stage: x} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxx\n"),
     NONE, ' ', "E0226"},
    {BOMB_RULES, "reasons that there are none of", TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: page.viewed, points: 1} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxx\n"),
     TEXT("tests:\n- name: t\n  expect:\n"),
     TEXT("  - {at: 0s, because: [q$N]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxx\n"),
     NONE, ' ', "E0224"},
    {BOMB_RULES, "data that nobody declared",
     TEXT("tests:\n- name: t\n  expect: [{at: 0s, stage: x}]\n  events:\n  - at: 0s\n    type: "
          "email.opened\n    data:\n"),
     TEXT("      u$N: 1 # xxxxxxxxxxxxxxxx\n"), NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "patterns", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'contact.id.matches(\"a$N\")'} # xxxxx\n"), NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "patterns that are large", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'contact.id.matches(\"((a{1,30}){1,30})\")'}\n"), NONE, NONE, NONE, ' ',
     "E0602"},
    {BOMB_RULES, "patterns that are too large", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'contact.id.matches(\"(\\\\pL{1,100}){1,9}\")'}\n"), NONE, NONE, NONE, ' ',
     "E0605"},
    {BOMB_RULES, "patterns that are none", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'contact.id.matches(\"(((((\")'} # xxxxxxx\n"), NONE, NONE, NONE, ' ',
     "E0605"},
    {BOMB_RULES, "constants that match large patterns", TEXT("segments:\n"),
     TEXT("  t$N: {if: '\"a\".matches(\"((a{1,30}){1,30})\")'}\n"), NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "constants that match patterns put together", TEXT("segments:\n"),
     TEXT("  t$N: {if: '\"a\".matches(\"((a{1,30}){1,30}$N\" + \")\") && contact.id == \"\"'}\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "signs of negation", TEXT("segments:\n"),
     TEXT("  t$N: {if: '!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!true'}\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "sums of constants", TEXT("segments:\n"),
     TEXT("  t$N: {if: "
          "'1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+"
          "1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1 > size(contact.tags)'}\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "macros in each other", TEXT("segments:\n"),
     TEXT(
         "  t$N: {if: '[1,2].all(x, [1,2].exists(y, [1,2].all(z, x+y+z > contact.id.size())))'}\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "fields that nobody declared", TEXT("contact:\n  fields:\n"),
     TEXT("    f$N: {type: string}\n"), TEXT("segments:\n"),
     TEXT("  s$N: {if: contact.g$N == 'x'} # xxxxxxxxxxxxxxxxx\n"), NONE, ' ', "E0203"},
    {BOMB_RULES, "fields that nobody declared and steps set", TEXT("contact:\n  fields:\n"),
     TEXT("    f$N: {type: string}\n"), TEXT("workflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{set: {contact.g$N: x}}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, ' ', "E0203"},
    {BOMB_RULES, "values that a field never has",
     TEXT("contact:\n  fields:\n    f:\n      type: string\n      one_of:\n"),
     TEXT("      - v$N\n"), TEXT("segments:\n"),
     TEXT("  s$N: {if: contact.f == 'w$N'} # xxxxxxxxxxxx\n"), NONE, ' ', "taken"},
    {BOMB_RULES, "values that tests give and a field never has",
     TEXT("contact:\n  fields:\n    f:\n      type: string\n      one_of:\n"),
     TEXT("      - v$N\n"), TEXT("tests:\n"),
     TEXT("- {name: t$N, contact: {f: w$N}, expect: [{at: 0s, stage: x}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, ' ', "E0214"},
    {BOMB_RULES, "dates of fields", TEXT("contact:\n  fields:\n"), TEXT("    f$N: {type: date}\n"),
     TEXT("workflows:\n"),
     TEXT("  w$N: {on: {date: {field: contact.f$N}}, steps: [end]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, ' ', "taken"},
    {BOMB_RULES, "dates of fields that nobody declared", TEXT("contact:\n  fields:\n"),
     TEXT("    f$N: {type: date}\n"), TEXT("workflows:\n"),
     TEXT("  w$N: {on: {date: {field: contact.g$N}}, steps: [end]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, ' ', "E0203"},
    {BOMB_RULES, "schedules of segments that nobody declared", TEXT("segments:\n"),
     TEXT("  s$N: {if: contact.id == 'x'}\n"), TEXT("workflows:\n"),
     TEXT("  w$N: {on: {schedule: {cron: '0 0 * * *', each: segment.t$N}}, steps: [end]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, ' ', "E0203"},
    {BOMB_RULES, "schedules of every minute", TEXT("workflows:\n"),
     TEXT("  w$N: {on: {schedule: {cron: '* * * * *'}}, steps: [end]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "schedules of no day", TEXT("workflows:\n"),
     TEXT("  w$N: {on: {schedule: {cron: '0 0 31 2 *'}}, steps: [end]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "E0241"},
    {BOMB_RULES, "channels that no action has", TEXT("channels:\n"),
     TEXT("  c$N: {limit: {times: 1}}\n"), TEXT("actions:\n"),
     TEXT("  a$N: {channel: d$N} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"), NONE,
     ' ', "E0232"},
    {BOMB_RULES, "events that imply by what there is none of", TEXT("events:\n"),
     TEXT("  e$N: {data: {x: string}, implies: {page.viewed: {same: [data.x, data.url]}}} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "E0203"},
    {BOMB_RULES, "steps that are moved to where there is none",
     TEXT("workflows:\n  w:\n    on: page.viewed\n    steps:\n"),
     TEXT("      - {tag: {add: x}} # xxxxxxxxxxxxxxxxxxxx\n"), TEXT("    edit:\n      move:\n"),
     TEXT("        m$N: t$N # xxxxxxxx\n"), NONE, ' ', "E0407"},
    {BOMB_RULES, "steps moved to where there is none",
     TEXT("workflows:\n  w:\n    on: page.viewed\n    steps: [{id: a, tag: {add: x}}]\n    edit:\n "
          "     move:\n"),
     TEXT("        m$N: t$N\n"), NONE, NONE, NONE, ' ', "E0225"},
    {BOMB_RULES, "workflows of steps that go on where there is none", TEXT("workflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{id: a, tag: {add: x}}, {goto: b}, {goto: b}, {goto: "
          "b}, {goto: b}, {goto: b}, {goto: b}, {goto: b}, {goto: b}, {goto: b}, {goto: b}, {goto: "
          "b}, {goto: b}, {goto: b}, {goto: b}, {goto: b}, {goto: b}, {goto: b}, {goto: b}, {goto: "
          "b}, {goto: b}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxx\n"),
     NONE, NONE, NONE, ' ', "E0225"},
    {BOMB_RULES, "steps that are expected of no workflow", TEXT("actions: {b: {}}\nworkflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{id: s$N, do: b}]} # xxxxxxxxxxxxx\n"),
     TEXT("tests:\n- name: t\n  expect:\n"),
     TEXT("  - {at: 0s, actions: [{do: b, step: t$N}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, ' ', "E0225"},
    {BOMB_RULES, "waits for events", TEXT("workflows:\n"),
     TEXT(
         "  w$N: {on: page.viewed, steps: [{wait: {for: email.opened, if: data.message == run.key, "
         "at_most: 1d}}]} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "windows of a zone", TEXT("workflows:\n"),
     TEXT("  w$N: {on: page.viewed, window: {hours: '08:00-20:00', zone: Asia/Tokyo}, steps: "
          "[end]} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "windows of zones that there are none of", TEXT("workflows:\n"),
     TEXT("  w$N: {on: page.viewed, window: {hours: '08:00-20:00', zone: Asia/$N}, steps: [end]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "teams", TEXT("teams:\n"),
     TEXT("  t$N: {members: {m: {if: contact.id == 'x', weight: 3}}} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "members of teams that there are none of", TEXT("teams:\n"),
     TEXT("  t$N: {members: {m$N: {}}}\n"), TEXT("workflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{assign: {team: t$N, person: n}}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxx\n"),
     NONE, ' ', "E0235"},
    {BOMB_RULES, "splits", TEXT("workflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{split: [{name: b0, share: 1}, {name: b1, share: 1}, "
          "{name: b2, share: 1}, {name: b3, share: 1}, {name: b4, share: 1}, {name: b5, share: 1}, "
          "{name: b6, share: 1}, {name: b7, share: 1}, {name: b8, share: 1}, {name: b9, share: 1}, "
          "{name: b10, share: 1}, {name: b11, share: 1}, {name: b12, share: 1}, {name: b13, share: "
          "1}, {name: b14, share: 1}, {name: b15, share: 1}, {name: b16, share: 1}, {name: b17, "
          "share: 1}, {name: b18, share: 1}, {name: b19, share: 1}, {name: b20, share: 1}, {name: "
          "b21, share: 1}, {name: b22, share: 1}, {name: b23, share: 1}, {name: b24, share: 1}, "
          "{name: b25, share: 1}, {name: b26, share: 1}, {name: b27, share: 1}, {name: b28, share: "
          "1}, {name: b29, share: 1}]}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "workflows that start one another", TEXT("workflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{start: w00000}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "errors of one long line", TEXT("segments: {"),
     TEXT("s$N: {if: x},                            "), NONE, NONE, TEXT("}"), ' ', "E0203"},
    {BOMB_RULES, "rings of one long line", TEXT("segments: {"),
     TEXT("s$N: {if: segment.s$N},                     "), NONE, NONE, TEXT("}"), ' ', "E0220"},
    {BOMB_RULES, "errors behind a long line", TEXT("#"), TEXT("x"), NONE, NONE,
     TEXT(
         "\nsegments: {s0: {if: x}, s1: {if: x}, s2: {if: x}, s3: {if: x}, s4: {if: x}, s5: {if: "
         "x}, s6: {if: x}, s7: {if: x}, s8: {if: x}, s9: {if: x}, s10: {if: x}, s11: {if: x}, s12: "
         "{if: x}, s13: {if: x}, s14: {if: x}, s15: {if: x}, s16: {if: x}, s17: {if: x}, s18: {if: "
         "x}, s19: {if: x}, s20: {if: x}, s21: {if: x}, s22: {if: x}, s23: {if: x}, s24: {if: x}, "
         "s25: {if: x}, s26: {if: x}, s27: {if: x}, s28: {if: x}, s29: {if: x}, s30: {if: x}, s31: "
         "{if: x}, s32: {if: x}, s33: {if: x}, s34: {if: x}, s35: {if: x}, s36: {if: x}, s37: {if: "
         "x}, s38: {if: x}, s39: {if: x}, s40: {if: x}, s41: {if: x}, s42: {if: x}, s43: {if: x}, "
         "s44: {if: x}, s45: {if: x}, s46: {if: x}, s47: {if: x}, s48: {if: x}, s49: {if: x}, s50: "
         "{if: x}, s51: {if: x}, s52: {if: x}, s53: {if: x}, s54: {if: x}, s55: {if: x}, s56: {if: "
         "x}, s57: {if: x}, s58: {if: x}, s59: {if: x}, s60: {if: x}, s61: {if: x}, s62: {if: x}, "
         "s63: {if: x}, s64: {if: x}, s65: {if: x}, s66: {if: x}, s67: {if: x}, s68: {if: x}, s69: "
         "{if: x}, s70: {if: x}, s71: {if: x}, s72: {if: x}, s73: {if: x}, s74: {if: x}, s75: {if: "
         "x}, s76: {if: x}, s77: {if: x}, s78: {if: x}, s79: {if: x}, s80: {if: x}, s81: {if: x}, "
         "s82: {if: x}, s83: {if: x}, s84: {if: x}, s85: {if: x}, s86: {if: x}, s87: {if: x}, s88: "
         "{if: x}, s89: {if: x}, s90: {if: x}, s91: {if: x}, s92: {if: x}, s93: {if: x}, s94: {if: "
         "x}, s95: {if: x}, s96: {if: x}, s97: {if: x}, s98: {if: x}, s99: {if: x}, s100: {if: x}, "
         "s101: {if: x}, s102: {if: x}, s103: {if: x}, s104: {if: x}, s105: {if: x}, s106: {if: "
         "x}, s107: {if: x}, s108: {if: x}, s109: {if: x}, s110: {if: x}, s111: {if: x}, s112: "
         "{if: x}, s113: {if: x}, s114: {if: x}, s115: {if: x}, s116: {if: x}, s117: {if: x}, "
         "s118: {if: x}, s119: {if: x}, s120: {if: x}, s121: {if: x}, s122: {if: x}, s123: {if: "
         "x}, s124: {if: x}, s125: {if: x}, s126: {if: x}, s127: {if: x}, s128: {if: x}, s129: "
         "{if: x}, s130: {if: x}, s131: {if: x}, s132: {if: x}, s133: {if: x}, s134: {if: x}, "
         "s135: {if: x}, s136: {if: x}, s137: {if: x}, s138: {if: x}, s139: {if: x}, s140: {if: "
         "x}, s141: {if: x}, s142: {if: x}, s143: {if: x}, s144: {if: x}, s145: {if: x}, s146: "
         "{if: x}, s147: {if: x}, s148: {if: x}, s149: {if: x}}\n"),
     'x', "E0203"},
    {BOMB_RULES, "comparisons in each other of a large constant", TEXT("segments:\n"),
     TEXT("  t$N: {if: "
          "'((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("
          "((((((((((((([1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
          "1,1,1,1].size() > "
          "1==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)'}\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "comparisons in each other of the time", TEXT("segments:\n"),
     TEXT("  t$N: {if: "
          "'((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("
          "(((((((((((((now > "
          "contact.created==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)==true)=="
          "true)==true)==true)==true)==true)==true)'}\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "terms of a time", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'now + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) "
          "+ days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + "
          "days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) "
          "+ days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + "
          "days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) "
          "+ days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + "
          "days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) "
          "+ days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + "
          "days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) "
          "+ days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + "
          "days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) "
          "+ days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1) + days(1)  > "
          "contact.created'}\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "families of all types", TEXT("events:\n"),
     TEXT("  e.$N: {} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"), TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: 'e.*', points: 1}\n"), NONE, ' ', "E0407"},
    {BOMB_RULES, "families of all types and one more", TEXT("events:\n"),
     TEXT("  e.$N: {} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: [page.viewed, 'e.*'], points: 1}\n"), NONE, ' ', "E0407"},
    {BOMB_RULES, "lists of two types", TEXT("events:\n"),
     TEXT("  e$N: {} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: [page.viewed, e$N], if: data.x=='y', points: 1}\n"), NONE, ' ',
     "taken"},
    {BOMB_RULES, "lists of a type that declares much",
     TEXT("events:\n  big: {data: {f0: string, f1: string, f2: string, f3: string, f4: string, f5: "
          "string, f6: string, f7: string, f8: string, f9: string, f10: string, f11: string, f12: "
          "string, f13: string, f14: string, f15: string, f16: string, f17: string, f18: string, "
          "f19: string, f20: string, f21: string, f22: string, f23: string, f24: string, f25: "
          "string, f26: string, f27: string, f28: string, f29: string, f30: string, f31: string, "
          "f32: string, f33: string, f34: string, f35: string, f36: string, f37: string, f38: "
          "string, f39: string, f40: string, f41: string, f42: string, f43: string, f44: string, "
          "f45: string, f46: string, f47: string, f48: string, f49: string, f50: string, f51: "
          "string, f52: string, f53: string, f54: string, f55: string, f56: string, f57: string, "
          "f58: string, f59: string, f60: string, f61: string, f62: string, f63: string, f64: "
          "string, f65: string, f66: string, f67: string, f68: string, f69: string, f70: string, "
          "f71: string, f72: string, f73: string, f74: string, f75: string, f76: string, f77: "
          "string, f78: string, f79: string, f80: string, f81: string, f82: string, f83: string, "
          "f84: string, f85: string, f86: string, f87: string, f88: string, f89: string, f90: "
          "string, f91: string, f92: string, f93: string, f94: string, f95: string, f96: string, "
          "f97: string, f98: string, f99: string, f100: string, f101: string, f102: string, f103: "
          "string, f104: string, f105: string, f106: string, f107: string, f108: string, f109: "
          "string, f110: string, f111: string, f112: string, f113: string, f114: string, f115: "
          "string, f116: string, f117: string, f118: string, f119: string, f120: string, f121: "
          "string, f122: string, f123: string, f124: string, f125: string, f126: string, f127: "
          "string, f128: string, f129: string, f130: string, f131: string, f132: string, f133: "
          "string, f134: string, f135: string, f136: string, f137: string, f138: string, f139: "
          "string, f140: string, f141: string, f142: string, f143: string, f144: string, f145: "
          "string, f146: string, f147: string, f148: string, f149: string, f150: string, f151: "
          "string, f152: string, f153: string, f154: string, f155: string, f156: string, f157: "
          "string, f158: string, f159: string, f160: string, f161: string, f162: string, f163: "
          "string, f164: string, f165: string, f166: string, f167: string, f168: string, f169: "
          "string, f170: string, f171: string, f172: string, f173: string, f174: string, f175: "
          "string, f176: string, f177: string, f178: string, f179: string, f180: string, f181: "
          "string, f182: string, f183: string, f184: string, f185: string, f186: string, f187: "
          "string, f188: string, f189: string, f190: string, f191: string, f192: string, f193: "
          "string, f194: string, f195: string, f196: string, f197: string, f198: string, f199: "
          "string}}\n"),
     TEXT("  e$N: {} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: [big, e$N], if: data.f1=='y', points: 1}\n"), NONE, ' ',
     "E0407"},
    {BOMB_RULES, "texts with expressions", TEXT("actions: {a: {with: {t: string}}}\nworkflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{do: a, with: {t: '{{ contact.id }}{{ contact.id }}{{ "
          "contact.id }}{{ contact.id }}{{ contact.id }}'}}]}\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "texts of short expressions",
     TEXT("actions: {a: {with: {t: string}}}\nworkflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{do: a, with: {t: "
          "'{{now}}{{now}}{{now}}{{now}}{{now}}{{now}}{{now}}{{now}}{{now}}{{now}}{{now}}{{now}}'}}"
          "]}\n"),
     NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "names with dashes", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'segment.a-b-c-d-e-f-g-h-i-j-k'}\n"), NONE, NONE, NONE, ' ', "E0223"},
    {BOMB_RULES, "names with many dashes", TEXT("segments:\n"),
     TEXT("  t$N: {if: "
          "'segment.a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-"
          "a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-"
          "a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-"
          "a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-"
          "a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a'}\n"),
     NONE, NONE, NONE, ' ', "E0223"},
    {BOMB_RULES, "comparisons of a counter",
     TEXT("counters: {s: {count: page.viewed, within: 1d}}\nsegments:\n"),
     TEXT("  t$N: {if: 'counter.s>1&&counter.s<9'}\n"), NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "scores made of one",
     TEXT("scores:\n  a: {rules: [{name: r, on: page.viewed, points: 1}]}\n"),
     TEXT("  s$N: {combine: score.a*2} # xxxxxxxxx\n"), NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "scores that read all", TEXT("scores:\n"),
     TEXT("  s$N: {combine: score.size()} # xxxxxx\n"), NONE, NONE, NONE, ' ', "E0407"},
    {BOMB_RULES, "conditions about all objects",
     TEXT("objects: {o: {key: data.url, on: page.viewed, fields: {t: data.title}}}\nsegments:\n"),
     TEXT("  t$N: {if: 'objects.o.exists(k, objects.o[k].t==\"x\")'}\n"), NONE, NONE, NONE, ' ',
     "E0602"},
    {BOMB_RULES, "values in several families", TEXT("scores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: [contact.*, email.*, order.*], if: 'data.url==\"$N\"', points: "
          "1} # xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "conditions that exclude themselves", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'contact.stage==\"a$N\"&&contact.stage==\"b\"'} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "segments that there are none of",
     TEXT("segments: {abc: {if: contact.id == 'x'}}\nscores:\n  s:\n    rules:\n"),
     TEXT("      - {name: r$N, on: segment.entered, if: 'data.segment==\"ab$N\"', points: 1} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "emitted members that there are none of", TEXT("workflows:\n"),
     TEXT("  w$N: {on: page.viewed, steps: [{emit: {type: order.placed, data: {x$N: 1}}}]} # "
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
     NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "divisions by zero", TEXT("segments:\n"),
     TEXT("  t$N: {if: '1/0==contact.tags.size()'}\n"), NONE, NONE, NONE, ' ', "E0605"},
    {BOMB_RULES, "dates that are none", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'contact.created>date(\"2026-02-31\")'}\n"), NONE, NONE, NONE, ' ', "E0605"},
    {BOMB_RULES, "dates in comparisons", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'contact.created>date(\"2026-01-01\")'}\n"), NONE, NONE, NONE, ' ', "taken"},
    {BOMB_RULES, "hours of a zone", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'local(now,\"Asia/Tokyo\").getHours()>9'}\n"), NONE, NONE, NONE, ' ',
     "E0602"},
    {BOMB_RULES, "patterns of one letter", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'contact.id.matches(\"a\")'} # x\n"), NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "types that do not fit", TEXT("segments:\n"),
     TEXT("  t$N: {if: '1+\"a\"&&2+\"b\"&&3+\"c\"'} # xx\n"), NONE, NONE, NONE, ' ', "E0604"},
    {BOMB_RULES, "functions that there are none of", TEXT("segments:\n"),
     TEXT("  t$N: {if: 'contact.id.startWith(\"x\")'}\n"), NONE, NONE, NONE, ' ', "E0603"},
    {BOMB_RULES, "lines that end as on Windows", TEXT("segments:\n"),
     TEXT("  t$N: {if: contact.id=='x'} # xxxxxxx\r\n"), NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_RULES, "quotes everywhere", TEXT("segments:\n"),
     TEXT("  \"t$N\": {\"if\": \"contact.id==\\\"x\\\"\"} # x\n"), NONE, NONE, NONE, ' ', "E0602"},
    {BOMB_CONFIG, "keys that mean nothing", NONE, TEXT("$N: 1 # xxxxxxxxxx\n"), NONE, NONE, NONE,
     ' ', "E0201"},
    {BOMB_CONFIG, "files", TEXT("data: d\nrules: r\nsources: {files: ["), TEXT("f$N,            "),
     NONE, NONE, TEXT("f]}\n"), ' ', "E0407"},
    {BOMB_CONFIG, "variables", TEXT("data: \""), TEXT("${A}"), NONE, NONE, TEXT("\"\n"), 'x',
     "C0001"},
    {BOMB_CONFIG, "properties of Kafka",
     TEXT("data: d\nrules: r\nsources:\n  kafka:\n    brokers: b\n    topic: t\n    properties:\n"),
     TEXT("      p$N: v # xxxxxxxxxx\n"), NONE, NONE, NONE, ' ', "E0407"},
    {BOMB_CONFIG, "references in each other", TEXT("data: \""), TEXT("${A:-"), NONE, NONE,
     TEXT("\"\n"), 'x', "C0002"},
};
const size_t bombs_of_files_count = sizeof(bombs_of_files) / sizeof(bombs_of_files[0]);
