// Hands a bomb to the parser that it was made for.
#include <stdio.h>
#include <stdlib.h>

#include "config/config.h"
#include "config/yaml_tree.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/params.h"
#include "engine/run/http_body.h"
#include "engine/run/http_route.h"
#include "engine/run/http_text.h"
#include "rules/ruleset.h"

#include "tests/bombs/bombs.h"
#include "tests/fuzz/decode_check.h"

#define MIB ((size_t)1 << 20)

static const struct {
    const char *name;
    size_t memory_max;
} parsers[BOMB_PARSERS] = {
    [BOMB_JSON] = {"json", 4 * MIB},       [BOMB_ROUTE] = {"route", 4 * MIB},
    [BOMB_MSGPACK] = {"msgpack", 4 * MIB}, [BOMB_HEADERS] = {"headers", 4 * MIB},
    [BOMB_PACKED] = {"packed", 4 * MIB},   [BOMB_HTTP] = {"http", 4 * MIB},
    [BOMB_PATH] = {"path", 4 * MIB},       [BOMB_YAML] = {"yaml", 5 * MIB},
    [BOMB_RULES] = {"rules", 40 * MIB},    [BOMB_CONFIG] = {"config", 5 * MIB},
};

const char *bomb_parser_name(enum bomb_parser parser)
{
    return parsers[parser].name;
}

size_t bomb_memory_max(enum bomb_parser parser)
{
    return parsers[parser].memory_max;
}

static void say(char outcome[BOMB_OUTCOME_BYTES], const char *text)
{
    (void)snprintf(outcome, BOMB_OUTCOME_BYTES, "%s", text);
}

static void say_code(char outcome[BOMB_OUTCOME_BYTES], enum reject_code code)
{
    say(outcome, code == REJECT_NONE ? "taken" : reject_name(code));
}

// The catalogue is the shard's, not the message's: it is made once.
static const struct catalog *catalog_kept(void)
{
    static const struct catalog *kept;
    if (kept == NULL)
        kept = fuzz_catalog_create();
    return kept;
}

static struct decoder *decoder_fresh(void)
{
    const struct decode_limits limits = shard_params_default((struct disk){NULL, NULL}, "").decode;
    return decoder_create(&limits, catalog_kept());
}

static void parse_message(
    const struct raw_event *raw, enum decode_mode mode, char outcome[BOMB_OUTCOME_BYTES])
{
    struct decoder *decoder = decoder_fresh();
    struct event event;
    struct reject reject;
    say_code(outcome, decoder_decode(decoder, mode, raw, &event, &reject));
    decoder_destroy(decoder);
}

static void parse_msgpack(struct bytes input, char outcome[BOMB_OUTCOME_BYTES])
{
    const struct header header = {
        BYTES_LITERAL("content-type"), BYTES_LITERAL("application/msgpack")};
    const struct raw_event raw = {
        .value = input, .value_bytes = input.len, .headers = &header, .header_count = 1};
    parse_message(&raw, DECODE_CHECK, outcome);
}

// The list of headers is the caller's; it is not counted.
static void parse_headers(struct bytes input, char outcome[BOMB_OUTCOME_BYTES])
{
    static struct header headers[BOMB_BYTES / 2];
    struct raw_event raw = {.value = BYTES_LITERAL("{}"), .value_bytes = 2, .headers = headers};
    const uint8_t *at = input.data;
    const uint8_t *end = input.data + input.len;
    while (at < end) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        const uint8_t *line_end = newline == NULL ? end : newline;
        const uint8_t *colon = memchr(at, ':', (size_t)(line_end - at));
        if (colon != NULL)
            headers[raw.header_count++] = (struct header){
                bytes_of(at, (size_t)(colon - at)),
                bytes_of(colon + 1, (size_t)(line_end - colon - 1))};
        at = line_end + 1;
    }
    parse_message(&raw, DECODE_CHECK, outcome);
}

static void parse_packed(struct bytes input, char outcome[BOMB_OUTCOME_BYTES])
{
    struct arena arena = {0};
    struct raw_event raw = {.value = BYTES_LITERAL("{}"), .value_bytes = 2};
    if (raw_event_unpack_headers(input, &arena, &raw))
        parse_message(&raw, DECODE_REPLAY, outcome);
    else
        say(outcome, "malformed");
    arena_free(&arena);
}

static void parse_body(struct bytes input, char outcome[BOMB_OUTCOME_BYTES])
{
    struct http_body body = {.count = 0};
    const char *reason = "";
    body.bytes = (struct buffer){.data = mem_alloc(input.len), .len = input.len, .cap = input.len};
    memcpy(body.bytes.data, input.data, input.len);
    unsigned status = http_body_split(&body, "application/json", &reason);
    if (status == 0) {
        struct decoder *decoder = decoder_fresh();
        size_t taken = 0;
        for (size_t i = 0; i < body.count; i++) {
            struct raw_event raw = http_body_message(&body, i);
            struct event event;
            struct reject reject;
            enum reject_code code = decoder_decode(decoder, DECODE_ROUTE, &raw, &event, &reject);
            decoder_reset(decoder);
            taken += code == REJECT_NONE ? 1 : 0;
        }
        decoder_destroy(decoder);
        (void)snprintf(outcome, BOMB_OUTCOME_BYTES, "taken %zu of %zu", taken, body.count);
    } else {
        (void)snprintf(outcome, BOMB_OUTCOME_BYTES, "%u", status);
    }
    http_body_free(&body);
}

static void parse_path(struct bytes input, char outcome[BOMB_OUTCOME_BYTES])
{
    char *path = mem_text(input.data, input.len);
    struct http_target target = http_route_find(path);
    char *name = mem_text(target.name.data, target.name.len);
    bool is_name = http_text_unescape(name);
    say(outcome, target.route == HTTP_ROUTE_NONE ? "404" : is_name ? "taken" : "no name");
    free(name);
    free(path);
}

static void say_first(char outcome[BOMB_OUTCOME_BYTES], const struct diagnostics *list)
{
    if (list->error_count == 0)
        say(outcome, "taken");
    else
        say(outcome, diagnostic_code_text(list->items[0]->code));
}

static const char *no_variable(void *self, const char *name)
{
    (void)self;
    (void)name;
    return NULL;
}

static void parse_file(
    enum bomb_parser parser, struct bytes input, char outcome[BOMB_OUTCOME_BYTES])
{
    struct diagnostics list = {0};
    if (parser == BOMB_YAML) {
        struct arena arena = {0};
        (void)yaml_tree_parse(&arena, "bomb.yaml", input, &list);
        arena_free(&arena);
    } else if (parser == BOMB_RULES) {
        struct rule_file file = {"bomb.yaml", input};
        struct rule_bundle bundle = {.files = &file, .count = 1};
        struct ruleset *ruleset = NULL;
        enum err err = ruleset_compile(&bundle, &list, &ruleset);
        INVARIANT((err == ERR_OK) == (list.error_count == 0));
        ruleset_destroy(ruleset);
    } else {
        struct config_environment environment = {no_variable, NULL};
        struct config *config = NULL;
        enum err err = config_load("/etc/bomb.yaml", input, &environment, &list, &config);
        INVARIANT((err == ERR_OK) == (list.error_count == 0));
        config_destroy(config);
    }
    say_first(outcome, &list);
    diagnostics_free(&list);
}

void bomb_parse(enum bomb_parser parser, struct bytes input, char outcome[BOMB_OUTCOME_BYTES])
{
    const struct raw_event raw = {.value = input, .value_bytes = input.len};
    switch (parser) {
    case BOMB_JSON: parse_message(&raw, DECODE_CHECK, outcome); return;
    case BOMB_ROUTE: parse_message(&raw, DECODE_ROUTE, outcome); return;
    case BOMB_MSGPACK: parse_msgpack(input, outcome); return;
    case BOMB_HEADERS: parse_headers(input, outcome); return;
    case BOMB_PACKED: parse_packed(input, outcome); return;
    case BOMB_HTTP: parse_body(input, outcome); return;
    case BOMB_PATH: parse_path(input, outcome); return;
    case BOMB_YAML:
    case BOMB_RULES:
    case BOMB_CONFIG: parse_file(parser, input, outcome); return;
    case BOMB_PARSERS: break;
    }
    INVARIANT(!"a parser");
}
