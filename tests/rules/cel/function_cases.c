#include "tests/rules/cel/function_cases.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "engine/base/buffer.h"
#include "engine/base/text.h"
#include "rules/cel/functions_internal.h"
#include "rules/cel/parser.h"
#include "rules/cel/program.h"

enum { BIG = 1000000, BITS = 100000 };

// --- the world around an expression
enum { VARIABLE_BIG, VARIABLE_BITS, VARIABLE_EMPTY, VARIABLE_RAW, VARIABLE_COUNT };

static const struct cel_variable variables[VARIABLE_COUNT] = {
    {{(const uint8_t *)"big", 3}, &cel_type_string},
    {{(const uint8_t *)"bits", 4}, &cel_type_string},
    {{(const uint8_t *)"empty", 5}, &cel_type_string},
    {{(const uint8_t *)"raw", 3}, &cel_type_bytes},
};

static bool find_variable(
    void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out)
{
    const struct cel_value *values = self;
    (void)eval;
    *value_out = values[index];
    return true;
}

static bool zone_offset(void *self, struct bytes name, int64_t unix_s, int32_t *offset_s_out)
{
    (void)self;
    if (bytes_equal_text(name, "Test/East"))
        *offset_s_out = 7 * 3600;
    else if (bytes_equal_text(name, "Test/Newfoundland"))
        *offset_s_out = -(3 * 3600 + 1800);
    else if (bytes_equal_text(name, "Test/Summer"))
        *offset_s_out = unix_s >= 1000000000 ? 3600 : 0;
    else
        return false;
    return true;
}

struct world {
    uint8_t *letters; // BIG times a, BITS of a and b, BIG times 0xFF
    struct cel_value values[VARIABLE_COUNT];
    struct cel_host host;
};

static void world_make(struct world *world)
{
    world->letters = malloc(BIG + BITS + BIG);
    ck_assert_ptr_nonnull(world->letters);
    memset(world->letters, 'a', BIG);
    uint32_t random = 1;
    for (size_t i = 0; i < BITS; i++) {
        random = random * 1664525 + 1013904223;
        world->letters[BIG + i] = random >> 31 ? 'b' : 'a';
    }
    memset(world->letters + BIG + BITS, 0xFF, BIG);
    world->values[VARIABLE_BIG] = cel_string(bytes_of(world->letters, BIG));
    world->values[VARIABLE_BITS] = cel_string(bytes_of(world->letters + BIG, BITS));
    world->values[VARIABLE_EMPTY] = cel_string(bytes_of(NULL, 0));
    world->values[VARIABLE_RAW] = cel_bytes(bytes_of(world->letters + BIG + BITS, BIG));
    world->host = (struct cel_host){
        .variable = find_variable,
        .zone_offset = zone_offset,
        .now_s = 1795694400, // 2026-11-26T12:00:00Z
        .self = world->values,
    };
}

// --- values as text
static void add_value(struct buffer *to, struct cel_eval *eval, struct cel_value value);

static void add_double(struct buffer *to, double real)
{
    char text[64];
    if (isnan(real) || isinf(real)) {
        buffer_add_text(to, isnan(real) ? "NaN" : real < 0 ? "-Infinity" : "Infinity");
        return;
    }
    int precision = 15;
    do
        (void)snprintf(text, sizeof(text), "%.*g", precision, real);
    while (strtod(text, NULL) != real && precision++ < 17);
    buffer_add_text(to, text);
    if (strpbrk(text, ".e") == NULL)
        buffer_add_text(to, ".0");
}

static void add_hex(struct buffer *to, struct bytes bytes)
{
    buffer_add_text(to, "b'");
    for (size_t i = 0; i < bytes.len; i++)
        buffer_add_format(to, "%02x", bytes.data[i]);
    buffer_add_text(to, "'");
}

static void add_list(struct buffer *to, struct cel_eval *eval, const struct cel_list *list)
{
    buffer_add_text(to, "[");
    for (size_t i = 0; i < list->count; i++) {
        buffer_add_text(to, i > 0 ? ", " : "");
        add_value(to, eval, cel_list_at(eval, list, i));
    }
    buffer_add_text(to, "]");
}

static void add_map(struct buffer *to, struct cel_eval *eval, const struct cel_map *map)
{
    buffer_add_text(to, "{");
    for (size_t i = 0; i < map->count; i++) {
        struct cel_value key, value;
        cel_map_at(eval, map, i, &key, &value);
        buffer_add_text(to, i > 0 ? ", " : "");
        add_value(to, eval, key);
        buffer_add_text(to, ": ");
        add_value(to, eval, value);
    }
    buffer_add_text(to, "}");
}

static void add_time(struct buffer *to, struct cel_value value)
{
    bool is_time = value.kind == CEL_TIMESTAMP;
    bool is_negative = !is_time && (value.as.seconds < 0 || value.nanos < 0);
    buffer_add_format(
        to, "%s%s%" PRId64, is_time ? "@" : "", is_negative ? "-" : "",
        is_negative ? -value.as.seconds : value.as.seconds);
    if (value.nanos != 0)
        buffer_add_format(to, ".%09d", abs(value.nanos));
    buffer_add_text(to, is_time ? "" : "s");
}

static void add_value(struct buffer *to, struct cel_eval *eval, struct cel_value value)
{
    switch (value.kind) {
    case CEL_ERROR:
        buffer_add_text(to, "error: ");
        buffer_add(to, value.as.error->message.data, value.as.error->message.len);
        return;
    case CEL_NULL: buffer_add_text(to, "null"); return;
    case CEL_BOOL: buffer_add_text(to, value.as.boolean ? "true" : "false"); return;
    case CEL_INT: buffer_add_format(to, "%" PRId64, value.as.integer); return;
    case CEL_UINT: buffer_add_format(to, "%" PRIu64 "u", value.as.unsigned_integer); return;
    case CEL_DOUBLE: add_double(to, value.as.real); return;
    case CEL_STRING:
        ck_assert_msg(text_is_utf8(value.as.text), "a string that is not UTF-8");
        buffer_add_text(to, "\"");
        buffer_add(to, value.as.text.data, value.as.text.len);
        buffer_add_text(to, "\"");
        return;
    case CEL_BYTES: add_hex(to, value.as.text); return;
    case CEL_LIST: add_list(to, eval, value.as.list); return;
    case CEL_MAP: add_map(to, eval, value.as.map); return;
    case CEL_TIMESTAMP:
    case CEL_DURATION: add_time(to, value); return;
    case CEL_TYPE: buffer_add_format(to, "type %s", cel_type_name(value.as.type)); return;
    }
}

// --- running
// What the expression comes to when it may cost that much, and what it took.
enum { TEXT_MAX = 8192 };
struct function_run {
    char text[TEXT_MAX]; // cut when longer
    uint64_t cost;
    size_t arena_bytes;
};

static struct function_run run_function(const char *expression, uint64_t cost_max)
{
    struct world world;
    struct arena arena = {0};
    struct cel_problems problems = {0};
    struct cel_library *library = cel_library_new();
    world_make(&world);
    const struct cel_scope scope = {
        .library = library,
        .container = BYTES_LITERAL(""),
        .variables = variables,
        .variable_count = VARIABLE_COUNT};
    struct function_run run = {0};
    struct buffer text = {0};
    struct cel_node *root = cel_parse(&arena, bytes_text(expression), &problems);
    ck_assert_msg(root != NULL, "%s: %s", expression, problems.items[0].message);
    if (!cel_check(&arena, &scope, root, &problems)) {
        buffer_add_format(&text, "check: %s", problems.items[0].message);
    } else {
        struct cel_eval eval = {.host = &world.host};
        struct cel_program *program = cel_compile(&arena, &scope, root);
        struct cel_value value = cel_run(&eval, program, cost_max);
        run.cost = cost_max - eval.cost_left;
        run.arena_bytes = eval.arena.used_bytes;
        add_value(&text, &eval, value);
        cel_eval_free(&eval);
        cel_program_free(program);
    }
    (void)snprintf(run.text, sizeof(run.text), "%.*s", (int)text.len, (const char *)text.data);
    buffer_free(&text);
    cel_library_free(library);
    arena_free(&arena);
    free(world.letters);
    return run;
}

static void check_case(const struct function_case *expected)
{
    struct function_run run = run_function(expected->expression, CEL_COST_MAX);
    ck_assert_msg(
        strcmp(run.text, expected->expected) == 0, "%s\n  is       %s\n  expected %s",
        expected->expression, run.text, expected->expected);
}

static const char spent[] = "error: this takes more steps than an expression may";

static void check_cost(const char *expression, uint64_t cost_min)
{
    struct function_run run = run_function(expression, CEL_COST_MAX * 1000);
    ck_assert_msg(strcmp(run.text, spent) != 0, "%s costs more than any may", expression);
    ck_assert_msg(
        run.cost > cost_min, "%s costs %" PRIu64 ", not more than %" PRIu64, expression, run.cost,
        cost_min);
    ck_assert_msg(
        run.arena_bytes <= (run.cost + 100) * CEL_FUNCTION_STEP_BYTES,
        "%s takes %zu bytes for a cost of %" PRIu64, expression, run.arena_bytes, run.cost);
    run = run_function(expression, cost_min);
    ck_assert_msg(
        strcmp(run.text, spent) == 0, "%s with too little to spend: %.200s", expression, run.text);
    ck_assert_msg(
        run.arena_bytes <= (cost_min + 100) * CEL_FUNCTION_STEP_BYTES,
        "%s takes %zu bytes before it fails", expression, run.arena_bytes);
}

// --- the tests of a program
static struct function_tables added;

START_TEST(a_call_comes_to_what_is_expected)
{
    check_case(&added.cases[_i]);
}
END_TEST

START_TEST(what_a_call_goes_through_is_paid_for)
{
    check_cost(added.costs[_i].expression, added.costs[_i].cost_min);
}
END_TEST

void function_add_tests(TCase *tcase, const struct function_tables *tables)
{
    added = *tables;
    tcase_add_loop_test(tcase, a_call_comes_to_what_is_expected, 0, (int)added.case_count);
    tcase_add_loop_test(tcase, what_a_call_goes_through_is_paid_for, 0, (int)added.cost_count);
}
