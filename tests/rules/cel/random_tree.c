#include "tests/rules/cel/random_tree.h"

#include <math.h>
#include <string.h>

#include "engine/base/invariant.h"

enum { SCOPE_MAX = 64, LEVEL_CONDITION = 1, LEVEL_OR = 2, LEVEL_AND = 3, LEVEL_RELATION = 4 };

#define OPERATOR(text, level, result, params, function, weight)                \
    {                                                                          \
        FORM_BINARY, text, level, result, params, NULL, NULL, function, weight \
    }
#define PREFIX(text, types, function, weight)                            \
    {                                                                    \
        FORM_PREFIX, text, 7, types, types, NULL, NULL, function, weight \
    }
#define CALL(text, result, params, function, weight)                     \
    {                                                                    \
        FORM_CALL, text, 9, result, params, NULL, NULL, function, weight \
    }
#define METHOD(text, result, params, function, weight)                     \
    {                                                                      \
        FORM_METHOD, text, 8, result, params, NULL, NULL, function, weight \
    }
#define MACRO(form, text, result, params, names, bodies, weight)   \
    {                                                              \
        form, text, 8, result, params, names, bodies, NULL, weight \
    }
#define MIXED(text, level, function)                                                              \
    OPERATOR(text, level, "i", "ii", function, 6), OPERATOR(text, level, "u", "uu", function, 6), \
        OPERATOR(text, level, "d", "dd", function, 6),                                            \
        OPERATOR(text, level, "d", "id", function, 1),                                            \
        OPERATOR(text, level, "d", "di", function, 1),                                            \
        OPERATOR(text, level, "d", "ud", function, 1),                                            \
        OPERATOR(text, level, "d", "du", function, 1)
#define ORDERED(text, function)                                 \
    OPERATOR(text, LEVEL_RELATION, "b", "CC", function, 2),     \
        OPERATOR(text, LEVEL_RELATION, "b", "id", function, 1), \
        OPERATOR(text, LEVEL_RELATION, "b", "du", function, 1), \
        OPERATOR(text, LEVEL_RELATION, "b", "ui", function, 1)

static const struct tree_row rows[] = {
    MIXED("+", 5, naive_add),
    OPERATOR("+", 5, "s", "ss", naive_add, 6),
    OPERATOR("+", 5, "lA", "lAlA", naive_add, 4),
    MIXED("-", 5, naive_subtract),
    MIXED("*", 6, naive_multiply),
    MIXED("/", 6, naive_divide),
    OPERATOR("%", 6, "i", "ii", naive_modulo, 4),
    OPERATOR("%", 6, "u", "uu", naive_modulo, 4),
    OPERATOR("==", LEVEL_RELATION, "b", "AA", naive_equal, 4),
    OPERATOR("==", LEVEL_RELATION, "b", "id", naive_equal, 1),
    OPERATOR("!=", LEVEL_RELATION, "b", "AA", naive_differ, 3),
    OPERATOR("!=", LEVEL_RELATION, "b", "du", naive_differ, 1),
    ORDERED("<", naive_less),
    ORDERED("<=", naive_less_equal),
    ORDERED(">", naive_greater),
    ORDERED(">=", naive_greater_equal),
    OPERATOR("in", LEVEL_RELATION, "b", "AlA", naive_in, 3),
    OPERATOR("in", LEVEL_RELATION, "b", "KmKA", naive_in, 3),
    PREFIX("!", "b", naive_not, 3),
    PREFIX("-", "i", naive_negate, 2),
    PREFIX("-", "d", naive_negate, 2),
    {FORM_AND, "&&", LEVEL_AND, "b", "bb", NULL, NULL, NULL, 6},
    {FORM_OR, "||", LEVEL_OR, "b", "bb", NULL, NULL, NULL, 6},
    {FORM_CONDITION, "?", LEVEL_CONDITION, "A", "bAA", NULL, NULL, NULL, 3},
    {FORM_INDEX, "[]", 8, "A", "lAi", NULL, NULL, naive_at, 1},
    {FORM_INDEX, "[]", 8, "A", "mKAK", NULL, NULL, naive_at, 1},
    {FORM_SELECT, ".", 8, "A", "msA", NULL, NULL, NULL, 1},
    {FORM_HAS, "has", 9, "b", "msA", NULL, NULL, NULL, 2},
    CALL("size", "i", "lA", naive_size, 2),
    METHOD("size", "i", "s", naive_size, 2),
    METHOD("size", "i", "mKA", naive_size, 1),
    CALL("int", "i", "d", naive_to_int, 1),
    CALL("int", "i", "u", naive_to_int, 1),
    CALL("int", "i", "s", naive_to_int, 1),
    CALL("uint", "u", "s", naive_to_uint, 1),
    CALL("double", "d", "s", naive_to_double, 1),
    CALL("uint", "u", "i", naive_to_uint, 1),
    CALL("uint", "u", "d", naive_to_uint, 1),
    CALL("double", "d", "i", naive_to_double, 1),
    CALL("double", "d", "u", naive_to_double, 1),
    CALL("string", "s", "i", naive_to_string, 1),
    CALL("string", "s", "b", naive_to_string, 1),
    CALL("string", "s", "d", naive_to_string, 1),
    CALL("dyn", "A", "A", naive_same, 1),
    OPERATOR("+", 5, "t", "th", naive_add, 4),
    OPERATOR("+", 5, "t", "ht", naive_add, 2),
    OPERATOR("+", 5, "h", "hh", naive_add, 3),
    OPERATOR("-", 5, "h", "tt", naive_subtract, 4),
    OPERATOR("-", 5, "t", "th", naive_subtract, 4),
    OPERATOR("-", 5, "h", "hh", naive_subtract, 3),
    CALL("int", "i", "t", naive_to_int, 1),
    CALL("timestamp", "t", "i", naive_to_time, 2),
    CALL("string", "s", "t", naive_to_string, 1),
    CALL("string", "s", "h", naive_to_string, 1),
    METHOD("getFullYear", "i", "t", naive_year, 1),
    METHOD("getMonth", "i", "t", naive_month, 1),
    METHOD("getDayOfMonth", "i", "t", naive_day_of_month, 1),
    METHOD("getDate", "i", "t", naive_date, 1),
    METHOD("getDayOfWeek", "i", "t", naive_day_of_week, 1),
    METHOD("getDayOfYear", "i", "t", naive_day_of_year, 1),
    METHOD("getHours", "i", "t", naive_hours, 1),
    METHOD("getMinutes", "i", "t", naive_minutes, 1),
    METHOD("getMilliseconds", "i", "t", naive_milliseconds, 1),
    METHOD("getHours", "i", "h", naive_hours, 1),
    METHOD("getSeconds", "i", "h", naive_seconds, 1),
    METHOD("getMilliseconds", "i", "h", naive_milliseconds, 1),
    METHOD("contains", "b", "ss", naive_contains, 1),
    METHOD("startsWith", "b", "ss", naive_starts, 1),
    METHOD("endsWith", "b", "ss", naive_ends, 1),
    METHOD("indexOf", "i", "ss", naive_index_of, 1),
    METHOD("charAt", "s", "si", naive_char_at, 1),
    METHOD("substring", "s", "sii", naive_substring, 1),
    METHOD("upperAscii", "s", "s", naive_upper, 1),
    METHOD("reverse", "s", "s", naive_reverse, 1),
    METHOD("reverse", "lA", "lA", naive_reverse, 1),
    METHOD("slice", "lA", "lAii", naive_slice, 1),
    METHOD("distinct", "lA", "lA", naive_distinct, 1),
    METHOD("sort", "lC", "lC", naive_sort, 1),
    METHOD("first", "A", "lA", naive_first, 1),
    METHOD("last", "A", "lA", naive_last, 1),
    METHOD("hasAny", "b", "lAlA", naive_has_any, 1),
    METHOD("hasAll", "b", "lAlA", naive_has_all, 1),
    MACRO(FORM_BIND, "bind", "B", "A", "A", "B", 2),
    MACRO(FORM_ALL, "all", "b", "lA", "A", "b", 2),
    MACRO(FORM_ALL, "all", "b", "mKA", "K", "b", 1),
    MACRO(FORM_ALL, "all", "b", "lA", "iA", "b", 1),
    MACRO(FORM_EXISTS, "exists", "b", "lA", "A", "b", 2),
    MACRO(FORM_EXISTS, "exists", "b", "mKA", "KA", "b", 1),
    MACRO(FORM_EXISTS_ONE, "exists_one", "b", "lA", "A", "b", 2),
    MACRO(FORM_EXISTS_ONE, "existsOne", "b", "lA", "iA", "b", 1),
    MACRO(FORM_FILTER, "filter", "lA", "lA", "A", "b", 4),
    MACRO(FORM_FILTER, "filter", "lK", "mKA", "K", "b", 2),
    MACRO(FORM_TRANSFORM, "map", "lB", "lA", "A", "B", 4),
    MACRO(FORM_TRANSFORM, "map", "lB", "lA", "A", "bB", 2),
    MACRO(FORM_TRANSFORM, "map", "lB", "mKA", "K", "B", 1),
    MACRO(FORM_TRANSFORM, "transformList", "lB", "lA", "iA", "B", 2),
    MACRO(FORM_TRANSFORM, "transformList", "lB", "mKA", "KA", "bB", 2),
    MACRO(FORM_TRANSFORM_MAP, "transformMap", "miB", "lA", "iA", "B", 4),
    MACRO(FORM_TRANSFORM_MAP, "transformMap", "mKB", "mKA", "KA", "bB", 4),
    MACRO(FORM_SORT_BY, "sortBy", "lA", "lA", "A", "C", 2),
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

struct local {
    const char *name;
    const char *type;
};

struct scope {
    struct local locals[SCOPE_MAX];
    size_t count;
};

// What the capital letters of a row stand for; empty: nothing yet.
struct bound {
    char types[26][TREE_TYPE_BYTES];
};

// --- types
static size_t type_len(const char *type)
{
    if (type[0] == 'l')
        return 1 + type_len(type + 1);
    if (type[0] == 'm') {
        size_t key = type_len(type + 1);
        return 1 + key + type_len(type + 1 + key);
    }
    return 1;
}

static char *random_type(struct sim_random *random, unsigned depth, char *to)
{
    static const char scalars[] = "bbbiiiiuuddddssssth";
    static const char keys[] = "iussb";
    uint64_t what = sim_random_below(random, depth == 0 ? 7 : 10);
    if (what >= 9) {
        *to++ = 'm';
        *to++ = keys[sim_random_below(random, sizeof(keys) - 1)];
        return random_type(random, depth - 1, to);
    }
    if (what >= 7) {
        *to++ = 'l';
        return random_type(random, depth - 1, to);
    }
    *to++ = scalars[sim_random_below(random, sizeof(scalars) - 1)];
    return to;
}

static bool fits(char letter, char type)
{
    if (letter == 'K')
        return strchr("iusb", type) != NULL;
    return letter != 'C' || strchr("iudsbth", type) != NULL;
}

// Whether the type is of the pattern; binds its letters.
static bool match(const char *pattern, const char *type, struct bound *bound)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern >= 'a') {
            if (*pattern != *type++)
                return false;
            continue;
        }
        size_t len = type_len(type);
        char *to = bound->types[*pattern - 'A'];
        if (!fits(*pattern, *type) ||
            (to[0] != '\0' && (strncmp(to, type, len) != 0 || to[len] != '\0')))
            return false;
        memcpy(to, type, len);
        to[len] = '\0';
        type += len;
    }
    return *type == '\0';
}

// The first type of a pattern with its letters filled in; *pattern moves behind it.
static const char *take_type(struct tree_maker *maker, const char **pattern, struct bound *bound)
{
    char text[4 * TREE_TYPE_BYTES];
    size_t len = 0;
    for (size_t left = type_len(*pattern); left > 0; left--, (*pattern)++) {
        if (**pattern >= 'a') {
            text[len++] = **pattern;
            continue;
        }
        char *type = bound->types[**pattern - 'A'];
        if (type[0] == '\0') {
            unsigned depth = **pattern == 'K' || **pattern == 'C' ? 0 : 1;
            do {
                *random_type(&maker->random, depth, type) = '\0';
            } while (!fits(**pattern, type[0]));
        }
        memcpy(text + len, type, strlen(type));
        len += strlen(type);
    }
    return arena_text(maker->arena, bytes_of(text, len));
}

// --- parts
static struct tree *make(
    struct tree_maker *maker, const struct scope *scope, const char *type, unsigned depth);

static struct tree *tree_of(struct tree_maker *maker, enum tree_form form)
{
    struct tree *tree = arena_alloc(maker->arena, sizeof(*tree));
    *tree = (struct tree){.form = form};
    return tree;
}

static struct naive random_text(struct tree_maker *maker)
{
    static const uint32_t alphabet[] = {'a', 'b',  'c',  'A',  '1',    ' ',    '\'',
                                        '"', '\\', '\n', 0xE9, 0x270C, 0x1F600};
    struct sim_random *random = &maker->random;
    size_t len = sim_random_chance(random, 700) ? 1 : sim_random_below(random, 5);
    size_t letters = sim_random_chance(random, 700) ? 3 : sizeof(alphabet) / sizeof(alphabet[0]);
    uint32_t *points = arena_alloc(maker->arena, len * sizeof(*points) + 1);
    for (size_t i = 0; i < len; i++)
        points[i] = alphabet[sim_random_below(random, letters)];
    return (struct naive){.kind = NAIVE_STRING, .points = points, .count = len};
}

// Near an end of the range, near now, or anywhere.
static struct naive random_time(struct tree_maker *maker, enum naive_kind kind)
{
    static const naive_wide second = 1000000000;
    struct sim_random *random = &maker->random;
    bool is_time = kind == NAIVE_TIME;
    int64_t most = is_time ? INT64_C(253402300799) : INT64_MAX / 1000000000;
    int64_t least = is_time ? -INT64_C(62135596800) : -most;
    int64_t seconds = 0;
    switch (sim_random_below(random, 5)) {
    case 0: seconds = sim_random_between(random, least, most); break;
    case 1: seconds = sim_random_chance(random, 500) ? least : most; break;
    default: seconds = sim_random_between(random, -100000, 100000); break;
    }
    if (is_time && sim_random_chance(random, 300))
        seconds = INT64_C(1767225600) + 86400 * sim_random_between(random, -400, 400);
    int64_t nanos = sim_random_chance(random, 500) ? 0 : sim_random_between(random, 0, 999999999);
    if (sim_random_chance(random, 500))
        nanos = nanos / 1000000 * 1000000;
    return (struct naive){.kind = kind, .nanos = seconds * second + (seconds == most ? 0 : nanos)};
}

static struct naive random_scalar(struct tree_maker *maker, char type)
{
    static const int64_t ints[] = {
        0, 1, -1, 2, 3, 10, -7, INT64_MAX, INT64_MIN, 63, 64, 1, INT32_MAX, (1LL << 53) + 1, 0, 2};
    static const double doubles[] = {
        0.0,
        -0.0,
        1.0,
        0.5,
        -1.5,
        2.0,
        1e300,
        9007199254740993.0,
        18446744073709551616.0,
        9223372036854775807.0,
        1e-320,
        3.0,
        1.0};
    struct sim_random *random = &maker->random;
    uint64_t pick = sim_random_next(random);
    int64_t integer = ints[pick % (sizeof(ints) / sizeof(ints[0]))];
    if (sim_random_chance(random, 800))
        integer = sim_random_between(random, type == 'u' ? 0 : -1, 3);
    switch (type) {
    case 'b': return naive_bool(pick % 2 == 0);
    case 'i': return naive_int(integer);
    case 'u': return (struct naive){.kind = NAIVE_UINT, .whole = (uint64_t)integer};
    case 'd':
        return (struct naive){
            .kind = NAIVE_DOUBLE, .real = doubles[pick % (sizeof(doubles) / sizeof(doubles[0]))]};
    case 't': return random_time(maker, NAIVE_TIME);
    case 'h': return random_time(maker, NAIVE_DURATION);
    default: return random_text(maker);
    }
}

static struct tree *make_literal(struct tree_maker *maker, char type)
{
    struct tree *tree = tree_of(maker, FORM_LITERAL);
    tree->literal = random_scalar(maker, type);
    INVARIANT(maker->literal_count < TREE_LITERALS_MAX);
    tree->number = maker->literal_count;
    maker->literals[maker->literal_count++] = tree;
    return tree;
}

static struct tree *make_collection(
    struct tree_maker *maker, const struct scope *scope, const char *type, unsigned depth)
{
    struct tree *tree = tree_of(maker, type[0] == 'l' ? FORM_LIST : FORM_MAP);
    size_t len =
        depth == 0 ? sim_random_below(&maker->random, 3) : sim_random_below(&maker->random, 4);
    maker->has_unknown = maker->has_unknown || len == 0;
    const char *key = arena_text(maker->arena, bytes_of(type + 1, 1)); // of a map: one letter
    for (size_t i = 0; i < len; i++) {
        unsigned inner = depth > 0 ? depth - 1 : 0;
        if (type[0] == 'm')
            tree->children[tree->child_count++] = make(maker, scope, key, inner / 2);
        tree->children[tree->child_count++] =
            make(maker, scope, type[0] == 'm' ? type + 2 : type + 1, inner);
    }
    return tree;
}

// A name of the scope that is of the type and that no inner one hides; NULL when there is none.
static const char *find_local(struct tree_maker *maker, const struct scope *scope, const char *type)
{
    const char *found = NULL;
    uint64_t seen = 0;
    for (size_t i = 0; i < scope->count; i++) {
        bool is_hidden = false;
        for (size_t j = i + 1; j < scope->count; j++)
            is_hidden = is_hidden || strcmp(scope->locals[i].name, scope->locals[j].name) == 0;
        if (!is_hidden && strcmp(scope->locals[i].type, type) == 0 &&
            sim_random_below(&maker->random, ++seen) == 0)
            found = scope->locals[i].name;
    }
    return found;
}

static struct tree *make_leaf(
    struct tree_maker *maker, const struct scope *scope, const char *type, unsigned depth)
{
    const char *name = find_local(maker, scope, type);
    if (name != NULL && sim_random_chance(&maker->random, 600)) {
        struct tree *tree = tree_of(maker, FORM_LOCAL);
        tree->name[0] = name;
        return tree;
    }
    return type[1] == '\0' ? make_literal(maker, type[0])
                           : make_collection(maker, scope, type, depth);
}

static void add_bodies(
    struct tree_maker *maker,
    const struct scope *scope,
    struct tree *tree,
    struct bound *bound,
    unsigned depth)
{
    static const char *const names[] = {"x", "y", "z", "size", "v"};
    struct scope inner = *scope;
    const char *name_types = tree->row->names, *bodies = tree->row->bodies;
    size_t first = sim_random_below(&maker->random, 5);
    for (; *name_types != '\0' && inner.count < SCOPE_MAX; tree->name_count++) {
        const char *name = names[(first + tree->name_count) % 5];
        tree->name[tree->name_count] = name;
        inner.locals[inner.count++] = (struct local){name, take_type(maker, &name_types, bound)};
    }
    while (*bodies != '\0')
        tree->children[tree->child_count++] =
            make(maker, &inner, take_type(maker, &bodies, bound), depth - 1);
}

static const struct tree_row *choose_row(
    struct tree_maker *maker, const char *type, struct bound *bound_out)
{
    uint32_t weights[ROW_COUNT] = {0};
    for (size_t i = 0; i < ROW_COUNT; i++) {
        struct bound bound = {{{0}}};
        weights[i] = match(rows[i].result, type, &bound) ? rows[i].weight : 0;
    }
    const struct tree_row *row = &rows[sim_random_pick(&maker->random, weights, ROW_COUNT)];
    *bound_out = (struct bound){{{0}}};
    (void)match(row->result, type, bound_out);
    return row;
}

// dyn() around something of another type; for a number often another number.
static struct tree *make_lie(
    struct tree_maker *maker, const struct scope *scope, const char *wanted, unsigned depth)
{
    static const struct tree_row lie = CALL("dyn", "A", "A", naive_same, 1);
    char type[TREE_TYPE_BYTES] = {0};
    struct tree *tree = tree_of(maker, FORM_CALL);
    if (strchr("iud", wanted[0]) != NULL && sim_random_chance(&maker->random, 600))
        type[0] = "iud"[sim_random_below(&maker->random, 3)];
    else
        *random_type(&maker->random, 1, type) = '\0';
    tree->row = &lie;
    tree->children[tree->child_count++] =
        make(maker, scope, arena_text(maker->arena, bytes_text(type)), depth - 1);
    return tree;
}

static struct tree *make(
    struct tree_maker *maker, const struct scope *scope, const char *type, unsigned depth)
{
    static const char *const fields[] = {"a", "b", "c", "size"};
    if (depth == 0 || scope->count + 2 > SCOPE_MAX || sim_random_chance(&maker->random, 120))
        return make_leaf(maker, scope, type, depth);
    if (sim_random_chance(&maker->random, maker->lies_permille))
        return make_lie(maker, scope, type, depth);
    struct bound bound;
    const struct tree_row *row = choose_row(maker, type, &bound);
    struct tree *tree = tree_of(maker, row->form);
    tree->row = row;
    maker->has_unknown = maker->has_unknown || row->function == naive_same;
    const char *params = row->params;
    while (*params != '\0') {
        const char *param = take_type(maker, &params, &bound);
        bool is_index = row->form == FORM_INDEX && tree->child_count == 1;
        bool is_lie = is_index && sim_random_chance(&maker->random, 5 * maker->lies_permille);
        tree->children[tree->child_count++] =
            is_lie ? make_lie(maker, scope, param, depth) : make(maker, scope, param, depth - 1);
    }
    if (row->form == FORM_SELECT || row->form == FORM_HAS)
        tree->name[0] = fields[sim_random_below(&maker->random, 4)];
    if (row->names != NULL)
        add_bodies(maker, scope, tree, &bound, depth);
    return tree;
}

struct tree *tree_make(struct tree_maker *maker, unsigned depth)
{
    char type[TREE_TYPE_BYTES];
    struct scope scope = {.count = 0};
    maker->literal_count = 0;
    maker->has_unknown = false;
    *random_type(&maker->random, 2, type) = '\0';
    return make(maker, &scope, arena_text(maker->arena, bytes_text(type)), depth);
}
