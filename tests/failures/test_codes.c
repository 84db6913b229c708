// Every code of the tables of refusals comes out of the real decoder, compiler, loader or command for an input
// that stands here; a code without one fails.
// links: tools engine/base engine/port engine/event engine/journal config rules projections consumers/file engine/fold engine/os
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/config.h"
#include "config/yaml_tree.h"
#include "engine/event/decode.h"
#include "engine/fold/inflight.h"
#include "rules/ruleset.h"

#include "tests/fakes/fold_world.h"
#include "tests/support/suite.h"
#include "tests/tools/engagectl/captured.h"

// --- the tables of the engine, and what came out
static const struct reject_row {
    enum reject_code code;
    const char *name;
} reject_rows[] = {
#define X(name, number, text) {name, #name},
    REJECT_TABLE(X)
#undef X
};
enum { REJECT_ROWS = sizeof(reject_rows) / sizeof(reject_rows[0]), REJECT_COUNT = REJECT_ROWS - 1 };

static bool has_reject[REJECT_ROWS];
static bool has_diagnostic[DIAGNOSTIC_CODE_COUNT];

static void note_reject(enum reject_code code)
{
    for (size_t i = 0; i < REJECT_ROWS; i++) {
        if (reject_rows[i].code == code)
            has_reject[i] = true;
    }
}

// --- messages
#define M      "{\"type\":\"open\",\"subject\":\"c\""
#define PACKED "content-type", "application/msgpack"
#define ELEVEN "\x9b\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"

static const struct decode_limits limits = {
    .message_bytes_max = 150,
    .depth_max = 4,
    .keys_max = 6,
    .values_max = 30,
    .string_bytes_max = 60,
    .identifier_bytes_max = 16};

static const struct message_case {
    enum reject_code code;
    const char *value;
    const char *header, *header_value; // NULL: none
    const char *reason;                // a part of it
    size_t value_bytes;                // 0: those of value, which then holds no NUL
} message_cases[] = {
    {REJECT_TOO_LARGE, M "}", NULL, NULL, "above 150 bytes", 151},
    {REJECT_NOT_JSON, M ",}", NULL, NULL, "byte", 0},
    {REJECT_NOT_MSGPACK, "\x82\xa4type", PACKED, "cut off", 0},
    {REJECT_NOT_MSGPACK, "\x01\x01", PACKED, "1 bytes behind", 0},
    {REJECT_NOT_OBJECT, "[1]", NULL, NULL, "object", 0},
    {REJECT_NOT_OBJECT, "\x01", PACKED, "object", 0},
    {REJECT_INVALID_UTF8, M ",\"x\":\"\xff\"}", NULL, NULL, "UTF-8", 0},
    {REJECT_INVALID_UTF8, "\xa1\xff", PACKED, "UTF-8", 0},
    {REJECT_INVALID_UTF8, "{}", "ce_id", "\xff", "UTF-8", 0},
    {REJECT_TOO_DEEP, M ",\"data\":[[[[]]]]}", NULL, NULL, "more than 4 levels", 0},
    {REJECT_TOO_DEEP, "\x91\x91\x91\x91\x91\x01", PACKED, "more than 4 levels", 0},
    {REJECT_TOO_MANY_KEYS, M ",\"data\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1}}", NULL, NULL,
     "more than 6 keys", 0},
    {REJECT_TOO_MANY_KEYS,
     "\x87\xa1"
     "a1\xa1"
     "b1\xa1"
     "c1\xa1"
     "d1\xa1"
     "e1\xa1"
     "f1\xa1"
     "g1",
     PACKED, "more than 6 keys", 0},
    {REJECT_STRING_TOO_LONG,
     M ",\"x\":\"1234567890123456789012345678901234567890123456789012345678901\"}", NULL, NULL,
     "60 bytes", 0},
    {REJECT_STRING_TOO_LONG,
     "\xd9\x3d"
     "1234567890123456789012345678901234567890123456789012345678901",
     PACKED, "60 bytes", 0},
    {REJECT_NUMBER_RANGE, M ",\"x\":1e999}", NULL, NULL, "range", 0},
    {REJECT_NUMBER_RANGE, "\xca\x7f\xc0\x01\x01", PACKED, "not finite", 0},
    {REJECT_NO_TYPE, "{\"subject\":\"c\"}", NULL, NULL, "type", 0},
    {REJECT_NO_TYPE, "{}", "ce_type", "", "type", 0},
    {REJECT_NO_CONTACT, "{\"type\":\"open\"}", NULL, NULL, "subject", 0},
    {REJECT_BAD_CONTACT, "{\"type\":\"open\",\"subject\":\"12345678901234567\"}", NULL, NULL,
     "too long", 0},
    {REJECT_BAD_TIME, M ",\"time\":\"yesterday\"}", NULL, NULL, "time", 0},
    {REJECT_BAD_ATTRIBUTE, M ",\"specversion\":\"0.3\"}", NULL, NULL, "specversion", 0},
    {REJECT_DUPLICATE_ATTRIBUTE, M ",\"subject\":\"c\"}", NULL, NULL, "subject is there twice", 0},
    {REJECT_UNKNOWN_TYPE, "{\"type\":\"never.heard.of\",\"subject\":\"c\"}", NULL, NULL, "type", 0},
    {REJECT_BAD_DATA, "{\"type\":\"typed\",\"subject\":\"c\",\"data\":{\"n\":\"1\"}}", NULL, NULL,
     "data.n: expected a whole number", 0},
    {REJECT_UNSUPPORTED, M ",\"data_base64\":\"AA==\"}", NULL, NULL, "data_base64", 0},
    {REJECT_UNSUPPORTED, "\xc4\x01x", PACKED, "binary", 0},
    {REJECT_TOO_MANY_VALUES, M ",\"data\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}",
     NULL, NULL, "more than 30 values", 0},
    {REJECT_TOO_MANY_VALUES, "\x93" ELEVEN ELEVEN ELEVEN, PACKED, "more than 30 values", 0},
};
enum { MESSAGE_CASES = sizeof(message_cases) / sizeof(message_cases[0]) };

static struct catalog *make_catalog(void)
{
    const struct data_field number = {BYTES_LITERAL("n"), DATA_INT, false};
    const struct event_type_def types[] = {
        {.name = BYTES_LITERAL("open")},
        {.name = BYTES_LITERAL("typed"), .fields = &number, .field_count = 1}};
    struct catalog *catalog = catalog_create();
    for (size_t i = 0; i < 2; i++) {
        event_type index;
        ck_assert_int_eq(catalog_put_type(catalog, &types[i], &index), ERR_OK);
    }
    return catalog;
}

static void refuse_message(struct decoder *decoder, const struct message_case *it)
{
    struct header header = {{NULL, 0}, {NULL, 0}};
    struct raw_event raw = {.value = bytes_text(it->value), .headers = &header};
    raw.value_bytes = it->value_bytes == 0 ? raw.value.len : it->value_bytes;
    if (it->header != NULL) {
        header = (struct header){bytes_text(it->header), bytes_text(it->header_value)};
        raw.header_count = 1;
    }
    struct event event;
    struct reject reject = {.code = REJECT_NONE};
    enum reject_code code = decoder_decode(decoder, DECODE_CHECK, &raw, &event, &reject);
    decoder_reset(decoder);
    ck_assert_msg(
        code == it->code && reject.code == it->code, "%s: %s (%s), not %s", it->value,
        reject_name(code), reject.reason, reject_name(it->code));
    ck_assert_msg(
        strstr(reject.reason, it->reason) != NULL, "%s: \"%s\" without \"%s\"", it->value,
        reject.reason, it->reason);
    note_reject(code);
}

static void refuse_messages(void)
{
    struct catalog *catalog = make_catalog();
    struct decoder *decoder = decoder_create(&limits, catalog);
    decoder_set_unknown(decoder, UNKNOWN_EVENTS_REJECT);
    for (size_t i = 0; i < MESSAGE_CASES; i++)
        refuse_message(decoder, &message_cases[i]);
    decoder_destroy(decoder);
    catalog_destroy(catalog);
}

// What three processes died of is refused by the shard, before the decoder; its dead letter names the code.
static void refuse_what_crashed(void)
{
    struct fold_world world;
    struct inflight page = {.magic = 0};
    inflight_open(&page);
    for (int i = 0; i < INFLIGHT_DEATHS_MAX; i++) {
        inflight_set(&page, 0, 0);
        inflight_died(&page, SIGSEGV);
        inflight_open(&page);
    }
    world_create(&world);
    world_open(&world, "");
    shard_watch(world.shard, &page);
    world_feed_line(&world, M "}");
    ck_assert_uint_eq(world.out.item_count, 1);
    ck_assert_int_eq(world.out.items[0].outgoing.kind, OUTGOING_DEAD_LETTER);
    struct buffer letter = {0};
    buffer_add_bytes(&letter, world.out.items[0].outgoing.value);
    buffer_add_u8(&letter, 0);
    for (size_t i = 0; i < REJECT_ROWS; i++) {
        char code[64];
        (void)snprintf(code, sizeof(code), "\"code\":\"%s\"", reject_name(reject_rows[i].code));
        if (strstr((const char *)letter.data, code) != NULL)
            note_reject(reject_rows[i].code);
    }
    buffer_free(&letter);
    world_destroy(&world);
}

// --- files
#define RULE "scores: {s: {rules: [{name: a, on: order.placed, points: "
#define TEST "tests: [{name: t, expect: [{at: 0s, "
#define FLOW "actions: {mail: {with: {n: int}}}\nworkflows: {w: {on: email.opened, steps: ["

enum file_kind { FILE_RULES, FILE_CONFIG };

static const struct file_case {
    enum diagnostic_code code;
    uint32_t line, column; // 0: the file as a whole
    enum file_kind kind;
    const char *text;
    size_t repeat; // how often its last character stands there; 0: once
    const char *after;
} file_cases[] = {
    {DIAGNOSTIC_E0101, 2, 1, FILE_RULES, "scores: {\n", 0, ""},
    {DIAGNOSTIC_E0102, 2, 4, FILE_RULES, "a: 1\nb: \xff\n", 0, ""},
    {DIAGNOSTIC_E0103, 0, 0, FILE_RULES, "#", YAML_FILE_BYTES_MAX + 1, ""},
    {DIAGNOSTIC_E0104, 1, YAML_DEPTH_MAX + 1, FILE_RULES, "[", YAML_DEPTH_MAX + 1, ""},
    {DIAGNOSTIC_E0105, 2, 1, FILE_RULES, "scores: {}\n---\nscores: {}\n", 0, ""},
    {DIAGNOSTIC_E0106, 2, 1, FILE_RULES, "scores: {}\nscores: {}\n", 0, ""},
    {DIAGNOSTIC_E0107, 1, 9, FILE_RULES, "scores: &x {}\n", 0, ""},
    {DIAGNOSTIC_E0108, 1, 1, FILE_RULES, "<<: {}\n", 0, ""},
    {DIAGNOSTIC_E0109, 1, 9, FILE_RULES, "scores: !x {}\n", 0, ""},
    {DIAGNOSTIC_E0110, 1, 1, FILE_RULES, "[a]: 1\n", 0, ""},
    {DIAGNOSTIC_E0201, 1, 1, FILE_RULES, "score: {}\n", 0, ""},
    {DIAGNOSTIC_E0202, 1, 9, FILE_RULES, "scores: [a]\n", 0, ""},
    {DIAGNOSTIC_E0203, 1, 48, FILE_RULES,
     "events: {a.b: {data: {x: int}, example: {x: 1, y: 2}}}\n", 0, ""},
    {DIAGNOSTIC_E0204, 1, 20, FILE_RULES, "contact: {fields: {plan: {label: Plan}}}\n", 0, ""},
    {DIAGNOSTIC_E0205, 1, 32, FILE_RULES, "contact: {identifiers: [email, email]}\n", 0, ""},
    {DIAGNOSTIC_E0206, 1, 36, FILE_RULES, "scores: {s: {rules: [{name: a, on: b.c, points: 1}]}}\n",
     0, ""},
    {DIAGNOSTIC_E0208, 3, 56, FILE_RULES, "lists: {news: }\n" FLOW "{list: {add: nws}}]}}\n", 0,
     ""},
    {DIAGNOSTIC_E0209, 2, 48, FILE_RULES, FLOW "{do: mial}]}}\n", 0, ""},
    {DIAGNOSTIC_E0211, 1, 10, FILE_RULES, "events: {a b: {}}\n", 0, ""},
    {DIAGNOSTIC_E0212, 1, 26, FILE_RULES, "events: {a.b: {data: {x: strin}}}\n", 0, ""},
    {DIAGNOSTIC_E0213, 2, 64, FILE_RULES, FLOW "{do: mail, with: {n: y}}]}}\n", 0, ""},
    {DIAGNOSTIC_E0214, 2, 8, FILE_CONFIG, "sources: {}\nclock: wal\n", 0, ""},
    {DIAGNOSTIC_E0215, 1, 43, FILE_RULES, "contact: {fields: {n: {type: int, one_of: [1]}}}\n", 0,
     ""},
    {DIAGNOSTIC_E0216, 1, 20, FILE_RULES, "contact: {fields: {tags: {type: list}}}\n", 0, ""},
    {DIAGNOSTIC_E0217, 2, 67, FILE_RULES, FLOW "{do: mail, with: {n: 1, m: 1}}]}}\n", 0, ""},
    {DIAGNOSTIC_E0219, 1, 68, FILE_RULES, RULE "1, group: g}]}}\n", 0, ""},
    {DIAGNOSTIC_E0220, 1, 20, FILE_RULES, "segments: {t: {if: segment.t}}\n", 0, ""},
    {DIAGNOSTIC_E0221, 1, 28, FILE_RULES, "segments: {t: {if: counter.c > 1}}\n", 0, ""},
    {DIAGNOSTIC_E0222, 1, 26, FILE_RULES, "segments: {t: {if: score.s > 1}}\n", 0, ""},
    {DIAGNOSTIC_E0223, 1, 28, FILE_RULES, "segments: {t: {if: segment.u}}\n", 0, ""},
    {DIAGNOSTIC_E0224, 1, 47, FILE_RULES, TEST "because: [w]}]}]\n", 0, ""},
    {DIAGNOSTIC_E0225, 3, 64, FILE_RULES,
     FLOW "{id: a, do: mail, with: {n: 1}}]}}\n" TEST "actions: [{do: mail, step: b}]}]}]\n", 0,
     ""},
    {DIAGNOSTIC_E0226, 1, 46, FILE_RULES, TEST "contact: b, stage: x}]}]\n", 0, ""},
    {DIAGNOSTIC_E0227, 2, 67, FILE_RULES, FLOW "{id: a, tag: {add: x}}, {goto: a}]}}\n", 0, ""},
    {DIAGNOSTIC_E0241, 1, 39, FILE_RULES,
     "workflows: {w: {on: {schedule: {cron: every day}}, steps: [end]}}\n", 0, ""},
    {DIAGNOSTIC_E0240, 1, 26, FILE_RULES,
     "events: {a.b: {implies: {a.b: {same: data.x}}, data: {x: string}}}\n", 0, ""},
    {DIAGNOSTIC_E0228, 2, 57, FILE_RULES, FLOW "{emit: {type: contact.updated}}]}}\n", 0, ""},
    {DIAGNOSTIC_E0232, 1, 12, FILE_RULES, "channels: {sms: {limit: {times: 1}}}\n", 0, ""},
    {DIAGNOSTIC_E0233, 1, 33, FILE_RULES, "segments: {t: {if: size(objects.deal) > 1}}\n", 0, ""},
    {DIAGNOSTIC_E0234, 1, 62, FILE_RULES,
     "objects: {o: {on: [email.opened, email.clicked], removed_by: email.opened, key: "
     "data.message, "
     "fields: {at: event.time}}}\n",
     0, ""},
    {DIAGNOSTIC_E0235, 2, 59, FILE_RULES, FLOW "{assign: {team: sales}}]}}\n", 0, ""},
    {DIAGNOSTIC_E0301, 1, 21, FILE_RULES, "workflows: {w: {on: '*.opened', steps: [end]}}\n", 0,
     ""},
    {DIAGNOSTIC_E0302, 1, 25, FILE_RULES,
     "actions: {a: {with: {x: list = concat(contact.tags)}}}\n", 0, ""},
    {DIAGNOSTIC_E0303, 2, 55, FILE_RULES, FLOW "{tag: {add: 'x {{ data.y }}'}}]}}\n", 0, ""},
    {DIAGNOSTIC_E0401, 2, 9, FILE_CONFIG, "sources: {}\nshards: many\n", 0, ""},
    {DIAGNOSTIC_E0402, 1, 58, FILE_RULES, RULE "1000001}]}}\n", 0, ""},
    {DIAGNOSTIC_E0403, 2, 17, FILE_CONFIG, "sources: {}\ndedup: {window: 7}\n", 0, ""},
    {DIAGNOSTIC_E0404, 1, 17, FILE_CONFIG, "sources: {http: yes}\n", 0, ""},
    {DIAGNOSTIC_E0405, 1, 58, FILE_RULES, RULE "1.2345}]}}\n", 0, ""},
    {DIAGNOSTIC_E0406, 2, 7, FILE_CONFIG, "sources: {}\nzone: x", 65537, "\n"},
    {DIAGNOSTIC_E0407, 1, 24, FILE_RULES,
     "contact: {identifiers: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q]}\n", 0, ""},
    {DIAGNOSTIC_E0408, 1, 38, FILE_RULES, "scores: {s: {bands: {a: 0, b: 10, c: 10}}}\n", 0, ""},
    {DIAGNOSTIC_E0409, 1, 19, FILE_RULES, "scores: {s: {min: 5, max: 1}}\n", 0, ""},
    {DIAGNOSTIC_E0410, 1, 24, FILE_RULES, "contact: {identifiers: []}\n", 0, ""},
    {DIAGNOSTIC_E0412, 1, 40, FILE_RULES, "scores: {s: {max: 10, bands: {a: 0, b: 11}}}\n", 0, ""},
    {DIAGNOSTIC_E0601, 1, 69, FILE_RULES, RULE "1, if: 'x +'}]}}\n", 0, ""},
    {DIAGNOSTIC_E0602, 1, 316, FILE_RULES, RULE "1, if: '(", 251, "true'}]}}\n"},
    {DIAGNOSTIC_E0603, 1, 74, FILE_RULES, RULE "1, if: event.id.has()}]}}\n", 0, ""},
    {DIAGNOSTIC_E0604, 1, 65, FILE_RULES, RULE "1, if: data.order}]}}\n", 0, ""},
    {DIAGNOSTIC_E0605, 1, 85, FILE_RULES, RULE "1, if: 'data.order.matches(\"(\")'}]}}\n", 0, ""},
    {DIAGNOSTIC_E0607, 1, 20, FILE_RULES, "segments: {t: {if: event.id == 'x'}}\n", 0, ""},
    {DIAGNOSTIC_W0505, 1, 89, FILE_RULES, RULE "1, limit: {times: 1, per: data.mood}}]}}\n", 0, ""},
    {DIAGNOSTIC_W0506, 1, 20, FILE_RULES, "segments: {t: {if: age(contact.created) > 1}}\n", 0, ""},
    {DIAGNOSTIC_W0507, 1, 93, FILE_RULES, RULE "1, limit: {times: 1}}], bands: {b: 2}}}\n", 0, ""},
    {DIAGNOSTIC_W0508, 1, 65, FILE_RULES, RULE "1, if: false}]}}\n", 0, ""},
    {DIAGNOSTIC_W0509, 2, 37, FILE_RULES,
     "contact: {fields: {plan: {type: string, one_of: [free]}}}\n"
     "segments: {t: {if: 'contact.plan == \"fre\"'}}\n",
     0, ""},
    {DIAGNOSTIC_W0510, 1, 77, FILE_RULES, RULE "5, limit: {points: 3}}]}}\n", 0, ""},
    {DIAGNOSTIC_W0511, 2, 48, FILE_RULES, FLOW "end, {tag: {add: x}}]}}\n", 0, ""},
    {DIAGNOSTIC_W0513, 2, 57, FILE_RULES, FLOW "{emit: {type: page.viewed}}]}}\n", 0, ""},
    {DIAGNOSTIC_W0512, 3, 43, FILE_RULES,
     "channels: {sms: {quiet: {hours: 21:00-09:00}}}\n"
     "actions: {a: {channel: sms}}\n"
     "workflows: {w: {on: order.placed, window: {hours: 22:00-23:00}, steps: [{do: a}]}}\n",
     0, ""},
    {DIAGNOSTIC_C0001, 2, 7, FILE_CONFIG, "sources: {}\nzone: ${NONE}\n", 0, ""},
    {DIAGNOSTIC_C0002, 2, 7, FILE_CONFIG, "sources: {}\nzone: ${1X}\n", 0, ""},
    {DIAGNOSTIC_C0003, 1, 54, FILE_CONFIG,
     "sources: {kafka: {brokers: a, topic: t, properties: {plugin.library.paths: x}}}\n", 0, ""},
    {DIAGNOSTIC_C0004, 1, 54, FILE_CONFIG,
     "sources: {kafka: {brokers: a, topic: t, properties: {group.id: x}}}\n", 0, ""},
    {DIAGNOSTIC_C0005, 2, 16, FILE_CONFIG, "sources: {}\nhttp: {listen: '0.0.0.0:1'}\n", 0, ""},
    {DIAGNOSTIC_C0006, 2, 16, FILE_CONFIG, "sources: {}\nhttp: {listen: '8480'}\n", 0, ""},
    {DIAGNOSTIC_C0007, 1, 17, FILE_CONFIG, "sources: {http: true}\n", 0, ""},
    {DIAGNOSTIC_C0008, 1, 19, FILE_CONFIG, "sources: {files: ['']}\n", 0, ""},
};
enum { FILE_CASES = sizeof(file_cases) / sizeof(file_cases[0]) };

static const char *no_variable(void *self, const char *name)
{
    (void)self;
    (void)name;
    return NULL;
}

static void make_text(const struct file_case *it, struct buffer *out)
{
    buffer_add_text(out, it->text);
    for (size_t i = 1; i < it->repeat; i++)
        buffer_add_u8(out, out->data[out->len - 1]);
    buffer_add_text(out, it->after);
}

static void read_file(enum file_kind kind, struct bytes text, struct diagnostics *list)
{
    if (kind == FILE_RULES) {
        struct rule_file file = {"a.yaml", text};
        struct rule_bundle bundle = {.files = &file, .count = 1};
        struct ruleset *ruleset = NULL;
        enum err err = ruleset_compile(&bundle, list, &ruleset);
        ck_assert_int_eq(err, list->error_count > 0 ? ERR_INVALID : ERR_OK);
        ruleset_destroy(ruleset);
    } else {
        struct config_environment environment = {no_variable, NULL};
        struct config *config = NULL;
        enum err err = config_load("a.yaml", text, &environment, list, &config);
        ck_assert_int_eq(err, list->error_count > 0 ? ERR_INVALID : ERR_OK);
        config_destroy(config);
    }
}

// "a.yaml:1:9: error[E0202]: ", as it is documented; printed is looked at from its beginning.
static void assert_printed(const struct file_case *it, const struct buffer *printed)
{
    const char *code = diagnostic_code_text(it->code);
    char place[32] = "";
    char wanted[64];
    if (it->line > 0)
        (void)snprintf(place, sizeof(place), ":%u:%u", it->line, it->column);
    (void)snprintf(
        wanted, sizeof(wanted), "a.yaml%s: %s[%s]: ", place, code[0] == 'W' ? "warning" : "error",
        code);
    ck_assert_msg(
        strncmp((const char *)printed->data, wanted, strlen(wanted)) == 0,
        "%.40s: wanted %s, printed %.100s", it->text, wanted, (const char *)printed->data);
}

static void refuse_file(const struct file_case *it)
{
    struct buffer text = {0};
    struct buffer printed = {0};
    struct diagnostics list = {.count = 0};
    make_text(it, &text);
    read_file(it->kind, buffer_bytes(&text), &list);
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_TEXT, &printed);
    buffer_add_u8(&printed, 0);
    ck_assert_msg(
        list.error_count + list.warning_count == 1, "%.40s: %s", it->text,
        (const char *)printed.data);
    assert_printed(it, &printed);
    has_diagnostic[list.items[0]->code] = true;
    diagnostics_free(&list);
    buffer_free(&printed);
    buffer_free(&text);
}

// --- what only engagectl says: it reads the files
static void refuse_paths(void)
{
    static const struct {
        enum diagnostic_code code;
        const char *line;
        int exit;
        const char *printed;
    } cases[] = {
        {DIAGNOSTIC_E0111, "check nowhere", 78, "nowhere: error[E0111]: "},
        {DIAGNOSTIC_W0504, "check empty", 0, "empty: warning[W0504]: "},
        {DIAGNOSTIC_E0606, "eval 1/0", 1, ""}, // on the other stream
    };
    static struct captured captured;
    char directory[TEST_SCRATCH_BYTES];
    test_scratch_make(directory);
    ck_assert_int_eq(chdir(directory), 0);
    ck_assert_int_eq(mkdir("empty", 0700), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        captured_run(cases[i].line, &captured);
        ck_assert_int_eq(captured.code, cases[i].exit);
        ck_assert_msg(
            strncmp(captured.out, cases[i].printed, strlen(cases[i].printed)) == 0, "%s: %s",
            cases[i].line, captured.out);
        has_diagnostic[cases[i].code] = true;
    }
    ck_assert_int_eq(chdir("/"), 0);
}

START_TEST(every_code_comes_out_for_some_input)
{
    refuse_messages();
    refuse_what_crashed();
    for (size_t i = 0; i < FILE_CASES; i++)
        refuse_file(&file_cases[i]);
    refuse_paths();

    struct buffer missing = {0};
    unsigned rejects = 0, diagnostics = 0;
    for (size_t i = 0; i < REJECT_ROWS; i++) {
        rejects += has_reject[i] ? 1 : 0;
        if (!has_reject[i] && reject_rows[i].code != REJECT_NONE)
            buffer_add_format(&missing, " %s", reject_rows[i].name);
    }
    for (int i = 0; i < DIAGNOSTIC_CODE_COUNT; i++) {
        diagnostics += has_diagnostic[i] ? 1 : 0;
        if (!has_diagnostic[i])
            buffer_add_format(&missing, " %s", diagnostic_code_text((enum diagnostic_code)i));
    }
    (void)printf(
        "codes: %u of %d reject codes, %u of %d diagnostic codes\n", rejects, REJECT_COUNT,
        diagnostics, DIAGNOSTIC_CODE_COUNT);
    (void)fflush(stdout); // a failure below ends the process
    ck_assert_msg(missing.len == 0, "no input for%.*s", (int)missing.len, (char *)missing.data);
    buffer_free(&missing);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("codes of refusals");
    TCase *tcase = tcase_create("codes");
    tcase_add_test(tcase, every_code_comes_out_for_some_input);
    suite_add_tcase(suite, tcase);
    return suite;
}
