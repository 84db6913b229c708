// Random expressions come to what a naive evaluator says, however they are written down and run: with and without
// the checker, with constants and with variables in their place, which folds all, some or nothing.
//
// CEL_TREES=N tries so many, CEL_SEED=N begins at another seed than 1; a seed that fails is printed.
// with: tests/rules/cel/naive.c tests/rules/cel/random_tree.c tests/rules/cel/random_walk.c
// with: tests/rules/cel/random_print.c tests/rules/cel/naive_time.c
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/cel/parser.h"
#include "rules/cel/program.h"
#include "rules/cel/value_ops.h"

#include "tests/rules/cel/random_tree.h"
#include "tests/support/suite.h"

enum { TREES = 6000, SHOWN_MAX = 5 };

static bool is_none(uint32_t number)
{
    (void)number;
    return false;
}

static bool is_any(uint32_t number)
{
    (void)number;
    return true;
}

static bool is_third(uint32_t number)
{
    return number * 2654435761U % 3 == 0;
}

// How an expression is written down and run.
static const struct way {
    const char *name;
    bool (*is_variable)(uint32_t number);
    bool is_dyn; // the variables
    bool is_checked;
} ways[] = {
    {"constants, checked", is_none, false, true},
    {"constants, not checked", is_none, false, false},
    {"variables, checked", is_any, false, true},
    {"variables, not checked", is_any, false, false},
    {"variables of type dyn", is_any, true, true},
    {"some variables", is_third, false, true},
};
enum { WAY_COUNT = sizeof(ways) / sizeof(ways[0]) };

struct trial {
    struct cel_library *library;
    struct arena arena, programs;
    struct cel_eval eval;
    struct tree_maker maker;
    struct naive expected;
    struct buffer text;
    uint64_t seed;
    uint64_t refused; // by the checker
    unsigned wrong;
};

// --- values of the one as values of the other
static struct bytes utf8_of(struct arena *arena, struct naive text)
{
    struct buffer bytes = {0};
    for (size_t i = 0; i < text.count; i++)
        tree_add_utf8(&bytes, text.points[i]);
    struct bytes copy = arena_copy(arena, buffer_bytes(&bytes));
    buffer_free(&bytes);
    return copy;
}

static struct cel_value time_of(struct naive literal)
{
    struct cel_value value = cel_null();
    bool is_time = literal.kind == NAIVE_TIME;
    int64_t seconds = is_time ? naive_seconds_of(literal) : (int64_t)(literal.nanos / 1000000000);
    int64_t nanos = (int64_t)(literal.nanos - (naive_wide)seconds * 1000000000);
    ck_assert(
        is_time ? cel_timestamp_of(seconds, nanos, &value)
                : cel_duration_of(seconds, nanos, &value));
    return value;
}

static struct cel_value value_of(struct arena *arena, struct naive literal)
{
    switch (literal.kind) {
    case NAIVE_BOOL: return cel_bool(literal.boolean);
    case NAIVE_INT: return cel_int(literal.integer);
    case NAIVE_UINT: return cel_uint(literal.whole);
    case NAIVE_DOUBLE: return cel_double(literal.real);
    case NAIVE_STRING: return cel_string(utf8_of(arena, literal));
    case NAIVE_TIME:
    case NAIVE_DURATION: return time_of(literal);
    case NAIVE_ERROR:
    case NAIVE_LIST:
    case NAIVE_MAP: break;
    }
    return cel_null(); // no literal is of these kinds
}

static const struct cel_type *type_of(struct naive literal)
{
    switch (literal.kind) {
    case NAIVE_BOOL: return &cel_type_bool;
    case NAIVE_INT: return &cel_type_int;
    case NAIVE_UINT: return &cel_type_uint;
    case NAIVE_DOUBLE: return &cel_type_double;
    case NAIVE_STRING: return &cel_type_string;
    case NAIVE_TIME: return &cel_type_timestamp;
    case NAIVE_DURATION: return &cel_type_duration;
    case NAIVE_ERROR:
    case NAIVE_LIST:
    case NAIVE_MAP: break;
    }
    return &cel_type_dyn;
}

static bool same_double(double a, double b)
{
    return isnan(a) ? isnan(b) : !isnan(b) && a == b && signbit(a) == signbit(b);
}

static bool same(struct trial *trial, struct cel_value value, struct naive expected);

// In the order of the list, or of the map: of the keys as they were written.
static bool same_items(struct trial *trial, struct cel_value value, struct naive expected)
{
    bool is_map = expected.kind == NAIVE_MAP;
    size_t count = is_map ? value.as.map->count : value.as.list->count;
    bool is_same = count == expected.count;
    for (size_t i = 0; is_same && i < count; i++) {
        struct cel_value key, item;
        if (is_map) {
            cel_map_at(&trial->eval, value.as.map, i, &key, &item);
            is_same = same(trial, key, expected.items[2 * i]) &&
                      same(trial, item, expected.items[2 * i + 1]);
        } else {
            item = cel_list_at(&trial->eval, value.as.list, i);
            is_same = same(trial, item, expected.items[i]);
        }
    }
    return is_same;
}

// The same value of the same type.
static bool same(struct trial *trial, struct cel_value value, struct naive expected)
{
    static const enum cel_kind kinds[] = {CEL_ERROR,     CEL_BOOL,    CEL_INT,  CEL_UINT,
                                          CEL_DOUBLE,    CEL_STRING,  CEL_LIST, CEL_MAP,
                                          CEL_TIMESTAMP, CEL_DURATION};
    if (value.kind != kinds[expected.kind])
        return false;
    switch (expected.kind) {
    case NAIVE_ERROR: return value.as.error->code != CEL_ERROR_COST;
    case NAIVE_BOOL: return value.as.boolean == expected.boolean;
    case NAIVE_INT: return value.as.integer == expected.integer;
    case NAIVE_UINT: return value.as.unsigned_integer == expected.whole;
    case NAIVE_DOUBLE: return same_double(value.as.real, expected.real);
    case NAIVE_STRING: return bytes_equal(value.as.text, utf8_of(&trial->arena, expected));
    case NAIVE_TIME:
    case NAIVE_DURATION: {
        struct cel_value wanted = time_of(expected);
        return value.as.seconds == wanted.as.seconds && value.nanos == wanted.nanos;
    }
    case NAIVE_LIST:
    case NAIVE_MAP: return same_items(trial, value, expected);
    }
    return false;
}

// Whether a value is of the type that the checker found.
static bool is_of_type(struct trial *trial, struct cel_value value, const struct cel_type *type)
{
    if (type->kind == CEL_TYPE_DYN)
        return true;
    if (value.kind == CEL_LIST && type->kind == CEL_TYPE_LIST) {
        bool is_good = true;
        for (size_t i = 0; is_good && i < value.as.list->count; i++)
            is_good =
                is_of_type(trial, cel_list_at(&trial->eval, value.as.list, i), type->params[0]);
        return is_good;
    }
    if (value.kind == CEL_MAP && type->kind == CEL_TYPE_MAP) {
        bool is_good = true;
        for (size_t i = 0; is_good && i < value.as.map->count; i++) {
            struct cel_value key, item;
            cel_map_at(&trial->eval, value.as.map, i, &key, &item);
            is_good =
                is_of_type(trial, key, type->params[0]) && is_of_type(trial, item, type->params[1]);
        }
        return is_good;
    }
    return strcmp(cel_kind_name(value.kind), cel_type_name(type)) == 0;
}

// --- running
static bool find_variable(
    void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out)
{
    struct trial *trial = self;
    (void)eval;
    *value_out = value_of(&trial->arena, trial->maker.literals[index]->literal);
    return true;
}

static void show(struct trial *trial, const struct way *way, const char *got)
{
    struct buffer expected = {0};
    tree_print_value(&expected, trial->expected);
    if (trial->wrong++ < SHOWN_MAX)
        (void)printf(
            "CEL_SEED=%" PRIu64 ", %s: %.*s\n    expected %.*s\n    got %s\n", trial->seed,
            way->name, (int)trial->text.len, (const char *)trial->text.data, (int)expected.len,
            (const char *)expected.data, got);
    (void)fflush(stdout);
    buffer_free(&expected);
}

static void show_value(struct trial *trial, const struct way *way, struct cel_value value)
{
    char got[200];
    if (value.kind == CEL_ERROR)
        (void)snprintf(
            got, sizeof(got), "the error '%.*s'", (int)value.as.error->message.len,
            (const char *)value.as.error->message.data);
    else if (value.kind == CEL_INT || value.kind == CEL_UINT || value.kind == CEL_BOOL)
        (void)snprintf(
            got, sizeof(got), "a %s, %" PRId64, cel_kind_name(value.kind),
            value.kind == CEL_BOOL ? (int64_t)value.as.boolean : value.as.integer);
    else if (value.kind == CEL_DOUBLE)
        (void)snprintf(got, sizeof(got), "a double, %.17g", value.as.real);
    else
        (void)snprintf(got, sizeof(got), "another %s", cel_kind_name(value.kind));
    show(trial, way, got);
}

// Where parts are dyn, or of whatever an empty list holds, the checker takes the first overload that fits.
static bool has_unknown_types(const struct trial *trial, const struct way *way)
{
    return way->is_dyn || trial->maker.lies_permille > 0 || trial->maker.has_unknown;
}

static void compare(
    struct trial *trial, const struct way *way, struct cel_value value, const struct cel_type *type)
{
    if (!same(trial, value, trial->expected))
        show_value(trial, way, value);
    else if (
        way->is_checked && !has_unknown_types(trial, way) && value.kind != CEL_ERROR &&
        !is_of_type(trial, value, type))
        show(trial, way, "a type of the checker that the value is not of");
}

static void run_one_way(struct trial *trial, const struct tree *tree, const struct way *way)
{
    struct tree_printer printer = {&trial->text, sim_random_of(trial->seed), way->is_variable};
    struct cel_variable variables[TREE_LITERALS_MAX];
    const struct cel_host host = {.variable = find_variable, .self = trial};
    buffer_clear(&trial->text);
    tree_print(&printer, tree);
    for (uint32_t i = 0; i < trial->maker.literal_count; i++) {
        char name[12];
        (void)snprintf(name, sizeof(name), "v%" PRIu32, i);
        variables[i].name = arena_copy(&trial->arena, bytes_text(name));
        variables[i].type =
            way->is_dyn ? &cel_type_dyn : type_of(trial->maker.literals[i]->literal);
    }
    const struct cel_scope scope = {
        .library = trial->library,
        .container = BYTES_LITERAL(""),
        .variables = variables,
        .variable_count = trial->maker.literal_count,
    };
    struct cel_problems problems = {0};
    struct cel_node *root = cel_parse(&trial->programs, buffer_bytes(&trial->text), &problems);
    if (root != NULL && !way->is_checked)
        cel_resolve(&trial->programs, &scope, root);
    if (root == NULL ||
        (way->is_checked && !cel_check(&trial->programs, &scope, root, &problems))) {
        trial->refused++;
        if (root == NULL || !has_unknown_types(trial, way))
            show(trial, way, problems.items[0].message);
        return;
    }
    struct cel_program *program = cel_compile(&trial->programs, &scope, root);
    trial->eval.host = &host;
    compare(trial, way, cel_run(&trial->eval, program, 0), root->type);
    cel_program_free(program);
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text == NULL || text[0] == '\0' ? otherwise : strtoull(text, NULL, 10);
}

START_TEST(random_expressions_agree)
{
    struct trial trial = {.library = cel_library_new()};
    uint64_t first = number_from("CEL_SEED", 1), count = number_from("CEL_TREES", TREES);
    uint64_t errors = 0;
    for (uint64_t i = 0; i < count; i++) {
        arena_clear(&trial.arena);
        trial.seed = first + i;
        trial.maker.arena = &trial.arena;
        trial.maker.random = sim_random_of(trial.seed);
        trial.maker.lies_permille = trial.seed % 3 == 0 ? 80 : 0;
        struct tree *tree = tree_make(&trial.maker, 1 + (unsigned)(trial.seed % 6));
        trial.expected = tree_walk(&trial.arena, tree);
        errors += trial.expected.kind == NAIVE_ERROR;
        for (size_t way = 0; way < WAY_COUNT; way++) {
            arena_clear(&trial.programs);
            run_one_way(&trial, tree, &ways[way]);
        }
    }
    (void)printf(
        "%" PRIu64 " expressions from seed %" PRIu64 ", %" PRIu64 " of them errors; %" PRIu64
        " ways refused by the checker\n",
        count, first, errors, trial.refused);
    cel_eval_free(&trial.eval);
    cel_library_free(trial.library);
    buffer_free(&trial.text);
    arena_free(&trial.arena);
    arena_free(&trial.programs);
    ck_assert_msg(trial.wrong == 0, "%u of them came to something else", trial.wrong);
    // The generator makes both: what it never made would say nothing.
    ck_assert(count < TREES || (errors > count / 20 && errors < count * 6 / 10));
    ck_assert(trial.refused < count * WAY_COUNT / 20);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("random expressions");
    TCase *cases = tcase_create("against the naive evaluator");
    tcase_set_timeout(cases, 600);
    tcase_add_test(cases, random_expressions_agree);
    suite_add_tcase(suite, cases);
    return suite;
}
