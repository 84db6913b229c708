// Trees made at random: evaluation never crashes, ends within its cost, and constants folded while compiling,
// right operands in the instruction and short cuts give what the same tree gives with variables in their place.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/hash.h"

#include "tests/rules/cel/evaluate.h"

enum { TREES = 10000, DEPTH_MAX = 6, LIFTED_MAX = 1024, HOSTS = 3, NAMES_MAX = 12 };

enum literals { LITERALS_KEPT, LITERALS_LIFTED };

struct maker {
    struct arena *arena;
    uint64_t seed;
    enum literals literals;
    struct cel_variable variables[HOSTS + LIFTED_MAX];
    struct cel_value values[HOSTS + LIFTED_MAX];
    uint32_t variable_count;
    struct bytes names[NAMES_MAX]; // that macros around have brought
    uint32_t name_count;
    uint32_t made; // nodes: each stands at its own place
};

static uint64_t below(struct maker *maker, uint64_t limit)
{
    maker->seed = hash_mix(maker->seed + 1);
    return maker->seed % limit;
}

static struct cel_node *node_of(
    struct maker *maker, enum cel_node_kind kind, const char *text, uint32_t children)
{
    struct cel_node *node = arena_alloc(maker->arena, sizeof(*node));
    *node = (struct cel_node){
        .kind = kind,
        .begin = maker->made,
        .end = maker->made + 1,
        .text_begin = maker->made,
        .text = bytes_text(text),
        .children = arena_alloc(maker->arena, (children + 1) * sizeof(struct cel_node *)),
        .child_count = children,
        .variable = CEL_NOT_A_VARIABLE,
        .field = CEL_NO_FIELD};
    maker->made++;
    return node;
}

// What a part should be; one in so many is something else.
enum want { WANT_NUMBER, WANT_BOOL, WANT_TEXT, WANT_LIST, WANT_MAP, WANTS };
enum { ONE_IS_OTHER = 60 };

// --- leaves
static struct cel_value number(struct maker *maker)
{
    static const int64_t ints[] = {0, 1, 2, -1, 3, 7, INT64_MAX, INT64_MIN, INT64_MAX - 1, 100};
    static const uint64_t uints[] = {0, 1, 2, 3, UINT64_MAX, UINT64_C(1) << 63, 7, 9, 10, 11};
    static const double reals[] = {0.0,   -0.0,     1.0,       1.5, 2.0,
                                   1e300, INFINITY, -INFINITY, NAN, 9223372036854775808.0};
    size_t at = below(maker, 4) == 0 ? below(maker, 10) : 1 + below(maker, 2);
    switch (below(maker, 8)) {
    case 0: return cel_uint(uints[at]);
    case 1:
    case 2: return cel_double(reals[at]);
    default: return cel_int(ints[at]);
    }
}

static struct cel_value other(struct maker *maker)
{
    struct cel_value time = cel_null();
    switch (below(maker, 5)) {
    case 0: return cel_bytes(BYTES_LITERAL("a\xFF"));
    case 1: return cel_null();
    case 2:
        ck_assert(cel_timestamp_of(below(maker, 2) == 0 ? CEL_TIME_MAX_S : 1000, 5, &time));
        return time;
    case 3:
        ck_assert(cel_duration_of(below(maker, 2) == 0 ? 9000000000 : -1000, 0, &time));
        return time;
    default: return cel_type_value(below(maker, 2) == 0 ? &cel_type_int : &cel_type_string);
    }
}

static struct cel_node *literal(struct maker *maker, struct cel_value value)
{
    struct cel_node *node = node_of(maker, CEL_NODE_LITERAL, "", 0);
    node->literal = value;
    if (maker->literals == LITERALS_KEPT || maker->variable_count == HOSTS + LIFTED_MAX)
        return node;
    char name[16];
    (void)snprintf(name, sizeof(name), "v%u", maker->variable_count);
    node->kind = CEL_NODE_IDENT;
    node->text = bytes_text(arena_text(maker->arena, bytes_text(name)));
    maker->variables[maker->variable_count] = (struct cel_variable){node->text, &cel_type_dyn};
    maker->values[maker->variable_count++] = value;
    return node;
}

static struct cel_node *name_of(struct maker *maker, struct bytes name)
{
    struct cel_node *node = node_of(maker, CEL_NODE_IDENT, "", 0);
    node->text = name;
    return node;
}

static struct cel_node *leaf(struct maker *maker, enum want want)
{
    static const char *const texts[] = {"",  "a",     "b", "ab",  "\xC3\xA9",
                                        "(", "[ab]+", "1", "2.5", "1h"};
    if (below(maker, 5) == 0 && maker->name_count > 0)
        return name_of(maker, maker->names[below(maker, maker->name_count)]);
    switch (want) {
    case WANT_NUMBER: return literal(maker, number(maker));
    case WANT_BOOL: return literal(maker, cel_bool(below(maker, 2) == 0));
    case WANT_TEXT: return literal(maker, cel_string(bytes_text(texts[below(maker, 10)])));
    case WANT_LIST: return name_of(maker, maker->variables[1].name);
    case WANT_MAP: return name_of(maker, maker->variables[below(maker, 40) == 0 ? 2 : 0].name);
    case WANTS: break;
    }
    return literal(maker, other(maker));
}

// --- what has parts
static struct cel_node *tree(struct maker *maker, uint32_t depth, enum want want);

static struct cel_node *literal_of_parts(struct maker *maker, uint32_t depth, enum want want)
{
    uint32_t count = (uint32_t)below(maker, want == WANT_LIST ? 6 : 12);
    enum want part = (enum want)below(maker, WANTS);
    if (want == WANT_LIST) {
        struct cel_node *list = node_of(maker, CEL_NODE_LIST, "", count);
        for (uint32_t i = 0; i < count; i++)
            list->children[i] = tree(maker, depth - 1, part);
        return list;
    }
    struct cel_node *map = node_of(maker, CEL_NODE_MAP, "", count * 2);
    for (uint32_t i = 0; i < count; i++) {
        char key[2] = {(char)('a' + (int)i), '\0'};
        map->children[2 * i] =
            below(maker, 40) == 0
                ? tree(maker, depth - 1, WANT_TEXT)
                : literal(maker, cel_string(bytes_text(arena_text(maker->arena, bytes_text(key)))));
        map->children[2 * i + 1] = tree(maker, depth - 1, part);
    }
    return map;
}

static struct cel_node *junction(struct maker *maker, uint32_t depth)
{
    struct cel_node *node = node_of(
        maker, below(maker, 2) == 0 ? CEL_NODE_AND : CEL_NODE_OR, "",
        2 + (uint32_t)below(maker, 3));
    for (uint32_t i = 0; i < node->child_count; i++)
        node->children[i] = tree(maker, depth - 1, WANT_BOOL);
    return node;
}

static struct cel_node *choice(struct maker *maker, uint32_t depth, enum want want)
{
    struct cel_node *node = node_of(maker, CEL_NODE_CONDITIONAL, "", 3);
    node->children[0] = tree(maker, depth - 1, WANT_BOOL);
    node->children[1] = tree(maker, depth - 1, want);
    node->children[2] = tree(maker, depth - 1, want);
    return node;
}

static struct cel_node *member(struct maker *maker, uint32_t depth, enum cel_node_kind kind)
{
    static const char *const fields[] = {"a", "a", "a", "a", "b"};
    struct cel_node *node = node_of(maker, kind, fields[below(maker, 5)], 1);
    node->children[0] = tree(maker, depth - 1, WANT_MAP);
    return node;
}

static const struct function {
    const char *name;
    enum want result, args[3]; // WANTS: as the result, for a comparison the same by chance
    uint32_t count;
    bool is_member;
} functions[] = {
    {"_+_", WANT_NUMBER, {WANT_NUMBER, WANT_NUMBER}, 2, false},
    {"_-_", WANT_NUMBER, {WANT_NUMBER, WANT_NUMBER}, 2, false},
    {"_*_", WANT_NUMBER, {WANT_NUMBER, WANT_NUMBER}, 2, false},
    {"_/_", WANT_NUMBER, {WANT_NUMBER, WANT_NUMBER}, 2, false},
    {"_%_", WANT_NUMBER, {WANT_NUMBER, WANT_NUMBER}, 2, false},
    {"-_", WANT_NUMBER, {WANT_NUMBER}, 1, false},
    {"size", WANT_NUMBER, {WANT_LIST}, 1, false},
    {"size", WANT_NUMBER, {WANT_TEXT}, 1, true},
    {"int", WANT_NUMBER, {WANT_NUMBER}, 1, false},
    {"double", WANT_NUMBER, {WANT_NUMBER}, 1, false},
    {"_[_]", WANT_NUMBER, {WANT_LIST, WANT_NUMBER}, 2, false},
    {"_==_", WANT_BOOL, {WANTS, WANTS}, 2, false},
    {"_!=_", WANT_BOOL, {WANTS, WANTS}, 2, false},
    {"_<_", WANT_BOOL, {WANT_NUMBER, WANT_NUMBER}, 2, false},
    {"_<=_", WANT_BOOL, {WANT_NUMBER, WANT_NUMBER}, 2, false},
    {"_>_", WANT_BOOL, {WANT_TEXT, WANT_TEXT}, 2, false},
    {"_>=_", WANT_BOOL, {WANT_NUMBER, WANT_NUMBER}, 2, false},
    {"@in", WANT_BOOL, {WANT_NUMBER, WANT_LIST}, 2, false},
    {"@in", WANT_BOOL, {WANT_TEXT, WANT_MAP}, 2, false},
    {"!_", WANT_BOOL, {WANT_BOOL}, 1, false},
    {"matches", WANT_BOOL, {WANT_TEXT, WANT_TEXT}, 2, true},
    {"contains", WANT_BOOL, {WANT_TEXT, WANT_TEXT}, 2, true},
    {"_+_", WANT_TEXT, {WANT_TEXT, WANT_TEXT}, 2, false},
    {"string", WANT_TEXT, {WANT_NUMBER}, 1, false},
    {"_[_]", WANT_TEXT, {WANT_MAP, WANT_TEXT}, 2, false},
    {"_+_", WANT_LIST, {WANT_LIST, WANT_LIST}, 2, false},
    {"distinct", WANT_LIST, {WANT_LIST}, 1, true},
    {"flatten", WANT_LIST, {WANT_LIST}, 1, true},
    {"reverse", WANT_LIST, {WANT_LIST}, 1, true},
    {"dyn", WANT_MAP, {WANT_MAP}, 1, false},
    {"nothing", WANT_MAP, {WANT_MAP}, 1, false},
};

static struct cel_node *call(struct maker *maker, uint32_t depth, enum want want)
{
    const struct function *function;
    do
        function = &functions[below(maker, sizeof(functions) / sizeof(functions[0]))];
    while (function->result != want);
    struct cel_node *node = node_of(maker, CEL_NODE_CALL, function->name, function->count);
    node->is_member = function->is_member;
    enum want any = (enum want)below(maker, WANTS);
    for (uint32_t i = 0; i < function->count; i++)
        node->children[i] =
            tree(maker, depth - 1, function->args[i] == WANTS ? any : function->args[i]);
    return node;
}

static void bring_names(struct maker *maker, struct cel_node *node, uint32_t count)
{
    static const char *const names[] = {"x", "y", "z"};
    uint64_t first = below(maker, 3);
    for (uint32_t i = 0; i < count; i++) {
        node->names[i] = bytes_text(names[(first + i) % 3]);
        if (maker->name_count < NAMES_MAX)
            maker->names[maker->name_count++] = node->names[i];
    }
}

static struct cel_node *binding(struct maker *maker, uint32_t depth, enum want want)
{
    struct cel_node *node = node_of(maker, CEL_NODE_BIND, "bind", 2);
    uint32_t before = maker->name_count;
    node->children[0] = tree(maker, depth - 1, (enum want)below(maker, WANTS));
    bring_names(maker, node, 1);
    node->children[1] = tree(maker, depth - 1, want);
    maker->name_count = before;
    return node;
}

static struct cel_node *macro(struct maker *maker, uint32_t depth, enum want want)
{
    static const enum cel_macro of_list[] = {CEL_MACRO_FILTER, CEL_MACRO_MAP, CEL_MACRO_SORT_BY};
    static const enum cel_macro of_map[] = {CEL_MACRO_TRANSFORM_MAP, CEL_MACRO_TRANSFORM_MAP_ENTRY};
    enum cel_macro kind = want == WANT_BOOL   ? (enum cel_macro)below(maker, 3)
                          : want == WANT_LIST ? of_list[below(maker, 3)]
                                              : of_map[below(maker, 2)];
    bool is_plain = kind == CEL_MACRO_FILTER || kind == CEL_MACRO_SORT_BY;
    bool has_predicate = kind >= CEL_MACRO_MAP && !is_plain && below(maker, 3) == 0;
    struct cel_node *node = node_of(maker, CEL_NODE_MACRO, "macro", has_predicate ? 3 : 2);
    node->macro = kind;
    node->children[0] = tree(maker, depth - 1, below(maker, 3) == 0 ? WANT_MAP : WANT_LIST);
    uint32_t before = maker->name_count;
    bring_names(maker, node, want == WANT_MAP || (!is_plain && below(maker, 3) == 0) ? 2 : 1);
    for (uint32_t i = 1; i + 1 < node->child_count; i++)
        node->children[i] = tree(maker, depth - 1, WANT_BOOL);
    bool is_predicate = kind <= CEL_MACRO_FILTER;
    node->children[node->child_count - 1] = tree(
        maker, depth - 1,
        is_predicate                            ? WANT_BOOL
        : kind == CEL_MACRO_TRANSFORM_MAP_ENTRY ? WANT_MAP
                                                : WANT_NUMBER);
    maker->name_count = before;
    return node;
}

static struct cel_node *tree(struct maker *maker, uint32_t depth, enum want want)
{
    if (below(maker, ONE_IS_OTHER) == 0)
        want = (enum want)below(maker, WANTS + 1);
    if (depth == 0 || want == WANTS || below(maker, 8) == 0)
        return leaf(maker, want);
    switch (below(maker, 8)) {
    case 0: return choice(maker, depth, want);
    case 1: return binding(maker, depth, want);
    case 2: return member(maker, depth, want == WANT_BOOL ? CEL_NODE_HAS : CEL_NODE_SELECT);
    case 3:
    case 4:
        if (want == WANT_BOOL)
            return junction(maker, depth);
        return want >= WANT_LIST ? literal_of_parts(maker, depth, want) : call(maker, depth, want);
    case 5:
    case 6:
        if (want != WANT_NUMBER && want != WANT_TEXT)
            return macro(maker, depth, want);
        return call(maker, depth, want);
    default: return call(maker, depth, want);
    }
}

// --- comparing
static bool same(struct cel_eval *eval, struct cel_value a, struct cel_value b);

static bool same_parts(struct cel_eval *eval, struct cel_value a, struct cel_value b)
{
    size_t count = a.kind == CEL_LIST ? a.as.list->count : a.as.map->count;
    if (count != (b.kind == CEL_LIST ? b.as.list->count : b.as.map->count))
        return false;
    for (size_t i = 0; i < count; i++) { // maps too keep their order
        struct cel_value parts[4];
        if (a.kind == CEL_MAP) {
            cel_map_at(eval, a.as.map, i, &parts[0], &parts[1]);
            cel_map_at(eval, b.as.map, i, &parts[2], &parts[3]);
        } else {
            parts[0] = parts[1] = cel_list_at(eval, a.as.list, i);
            parts[2] = parts[3] = cel_list_at(eval, b.as.list, i);
        }
        if (!same(eval, parts[0], parts[2]) || !same(eval, parts[1], parts[3]))
            return false;
    }
    return true;
}

// Of one kind and equal, a NaN being a NaN and -0.0 not 0.0; errors of one reason at one place.
static bool same(struct cel_eval *eval, struct cel_value a, struct cel_value b)
{
    if (a.kind != b.kind)
        return false;
    if (a.kind == CEL_ERROR)
        return a.as.error->code == b.as.error->code && a.as.error->at == b.as.error->at &&
               bytes_equal(a.as.error->message, b.as.error->message);
    if (a.kind == CEL_DOUBLE)
        return (isnan(a.as.real) && isnan(b.as.real)) ||
               memcmp(&a.as.real, &b.as.real, sizeof(double)) == 0;
    if (a.kind == CEL_LIST || a.kind == CEL_MAP)
        return same_parts(eval, a, b);
    eval->cost_left = CEL_COST_MAX;
    return cel_equal(eval, a, b);
}

static struct cel_value list_at(const struct cel_list *list, struct cel_eval *eval, size_t index)
{
    (void)list;
    (void)eval;
    return index % 3 == 2 ? cel_string(BYTES_LITERAL("a")) : cel_int((int64_t)index - 1);
}

static bool map_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    (void)map;
    (void)eval;
    ck_assert_uint_eq(field, CEL_NO_FIELD);
    *value_out = cel_double(1.5);
    return bytes_equal_text(name, "a");
}

static void map_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    (void)map;
    (void)eval;
    ck_assert_uint_eq(index, 0);
    *key_out = cel_string(BYTES_LITERAL("a"));
    *value_out = cel_double(1.5);
}

static const struct cel_list host_list = {.count = 4, .at = list_at};
static const struct cel_map host_map = {.count = 1, .find = map_find, .at = map_at};

// Makes the tree of a seed and what it needs. Both live in the arena, until the next one.
static struct cel_program *make_program(
    struct evaluate *evaluate, uint64_t seed, enum literals literals)
{
    struct maker *maker = arena_alloc(&evaluate->arena, sizeof(*maker));
    *maker = (struct maker){.arena = &evaluate->arena, .seed = seed, .literals = literals};
    const char *const names[HOSTS] = {"map", "items", "none"};
    const struct cel_value values[HOSTS] = {
        {.kind = CEL_MAP, .as.map = &host_map},
        {.kind = CEL_LIST, .as.list = &host_list},
        {.kind = CEL_ERROR}};
    for (size_t i = 0; i < HOSTS; i++) {
        maker->variables[i] = (struct cel_variable){bytes_text(names[i]), &cel_type_dyn};
        maker->values[i] = values[i];
    }
    maker->variable_count = HOSTS;
    struct cel_node *root =
        tree(maker, 2 + (uint32_t)(seed % (DEPTH_MAX - 1)), (enum want)(seed / 8 % WANTS));
    evaluate->variables = maker->variables;
    evaluate->values = maker->values;
    evaluate->variable_count = maker->variable_count;
    const struct cel_scope scope = evaluate_scope(evaluate);
    cel_resolve(&evaluate->arena, &scope, root);
    return cel_compile(&evaluate->arena, &scope, root);
}

static bool is_cost(struct cel_value value)
{
    return value.kind == CEL_ERROR && value.as.error->code == CEL_ERROR_COST;
}

static const char *shown(struct arena *arena, struct cel_value value)
{
    return value.kind == CEL_ERROR ? arena_text(arena, value.as.error->message)
                                   : cel_kind_name(value.kind);
}

START_TEST(constants_come_to_what_variables_come_to)
{
    struct evaluate kept, lifted;
    size_t errors = 0;
    evaluate_begin(&kept);
    evaluate_begin(&lifted);
    for (uint64_t i = 0; i < TREES; i++) {
        uint64_t seed = hash_mix(test_seed() + i);
        arena_clear(&kept.arena);
        arena_clear(&lifted.arena);
        struct cel_program *with_literals = make_program(&kept, seed, LITERALS_KEPT);
        struct cel_program *with_variables = make_program(&lifted, seed, LITERALS_LIFTED);
        struct cel_value a = cel_run(&kept.eval, with_literals, 0);
        struct cel_value b = cel_run(&lifted.eval, with_variables, 0);
        errors += a.kind == CEL_ERROR;
        ck_assert_msg(
            is_cost(a) || is_cost(b) || same(&kept.eval, a, b), "tree %llu: %s, but %s",
            (unsigned long long)i, shown(&kept.arena, a), shown(&kept.arena, b));
        cel_program_free(with_literals);
        cel_program_free(with_variables);
    }
    ck_assert_uint_lt(errors, TREES * 2 / 3); // else they say little
    evaluate_end(&kept);
    evaluate_end(&lifted);
}
END_TEST

START_TEST(less_cost_changes_nothing_or_is_said)
{
    struct evaluate evaluate;
    struct cel_eval limited = {.host = &evaluate.host};
    size_t cut = 0;
    evaluate_begin(&evaluate);
    for (uint64_t i = 0; i < TREES; i++) {
        uint64_t seed = hash_mix(test_seed() + TREES + i);
        arena_clear(&evaluate.arena);
        struct cel_program *program = make_program(&evaluate, seed, LITERALS_LIFTED);
        struct cel_value all = cel_run(&evaluate.eval, program, 0);
        struct cel_value some = cel_run(&limited, program, 1 + seed % 64);
        cut += is_cost(some);
        ck_assert_msg(
            is_cost(some) || same(&evaluate.eval, all, some), "tree %llu: %s, but %s",
            (unsigned long long)i, shown(&evaluate.arena, all), shown(&evaluate.arena, some));
        cel_program_free(program);
    }
    ck_assert_uint_gt(cut, TREES / 20);
    ck_assert_uint_lt(cut, TREES * 9 / 10);
    cel_eval_free(&limited);
    evaluate_end(&evaluate);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/folding");
    TCase *tcase = tcase_create("folding");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, constants_come_to_what_variables_come_to);
    tcase_add_test(tcase, less_cost_changes_nothing_or_is_said);
    suite_add_tcase(suite, tcase);
    return suite;
}
