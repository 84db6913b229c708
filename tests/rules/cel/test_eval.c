// Expressions have the value, or fail for the reason, that the specification says.
#include <stdio.h>
#include <stdlib.h>

#include "tests/rules/cel/evaluate.h"

static struct evaluate world;

// --- what is true
static const char *const true_cases[] = {
    // numbers
    "1 + 2 * 3 - 4 / 2 == 5",
    "-7 / 2 == -3 && -7 % 2 == -1 && 7 % -2 == 1",
    "7u / 2u == 3u && 7u % 4u == 3u && 2u * 3u == 6u && 3u - 2u == 1u",
    "0.1 + 0.2 != 0.3 && 1.0 / 0.0 > 1e308 && -1.0 / 0.0 < -1e308",
    "0.0 / 0.0 != 0.0 / 0.0 && !(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 >= 1.0)",
    "-0.0 == 0.0 && 1.0 / -0.0 == -1.0 / 0.0",
    "9223372036854775807 + -1 == 9223372036854775806",
    "- -9223372036854775807 == 9223372036854775807",
    // an int or uint and a double
    "1 + 1.5 == 2.5 && 1.5 - 1u == 0.5 && 3 * 0.5 == 1.5 && 1 / 2.0 == 0.5",
    "type(1 + 1.0) == double && type(2u * 1.0) == double",
    "1 == 1.0 && 1u == 1.0 && 1 != 1.5 && 1 < 1.5 && 2u > 1.5 && 1.0 <= 1 && 1.0 >= 1u",
    "9007199254740993 > 9007199254740992.0 && 9007199254740993 != 9007199254740992.0",
    "dyn(1) == 1u && dyn(-1) < 1u && dyn(18446744073709551615u) > -1",
    // text
    "'a' + 'b' == 'ab' && '' + '' == '' && b'a' + b'b' == b'ab'",
    "'a' < 'b' && 'a' < 'ab' && 'Z' < 'a' && '\\u00e9' > 'z' && b'\\x80' > b'\\x7f'",
    "'abc'.matches('^a.c$') && !'abc'.matches('b$') && 'abc'.matches('')",
    // && || ?: !
    "true && !false && (false || true) && (true ? true : false)",
    "(1 / 0 > 0 || true) && (true || 1 / 0 > 0)",
    "!(1 / 0 > 0 && false) && !(false && 1 / 0 > 0)",
    "(1 / 0 > 0 || 2 / 0 > 0 || true) && !(1 / 0 > 0 && true && false)",
    "dyn('text') || true",
    "!(dyn(1) && false)",
    "true ? true : 1 / 0 > 0",
    "false ? 1 / 0 > 0 : true",
    // lists
    "[1, 2] + [3] == [1, 2, 3] && [] + [] == [] && size([1] + []) == 1",
    "[1, 2, 3][1] == 2 && [1, 2, 3][dyn(2u)] == 3 && [1, 2, 3][dyn(0.0)] == 1",
    "2 in [1, 2] && !(3 in [1, 2]) && dyn(2.0) in [1, 2] && !(dyn('2') in [1, 2])",
    "dyn([1, 2]) == [1.0, 2.0] && [[1], [2]] != [[1], [3]] && dyn([1]) != 1",
    "!(0.0 / 0.0 in [0.0 / 0.0])",
    // maps
    "{'a': 1, 'b': 2} == {'b': 2, 'a': 1} && {'a': 1} != {'a': 2} && {} == {}",
    "{'a': 1}.a == 1 && {'a': 1}['a'] == 1 && {1: 'x'}[dyn(1u)] == 'x' && {1: 2}[dyn(1.0)] == 2",
    "'a' in {'a': 1} && !('b' in {'a': 1}) && dyn(1.0) in {1: 2} && !(dyn(1.5) in {1: 2})",
    "has({'a': 1}.a) && !has({'a': 1}.b) && has({'a': {'b': null}}.a.b)",
    "{'z': 1, 'a': 2, 'm': 3}.map(k, k) == ['z', 'a', 'm']",
    "{true: 1, false: 2}[false] == 2",
    // times
    "timestamp('2024-02-28T00:00:00Z') + duration('24h') == timestamp('2024-02-29T00:00:00Z')",
    "timestamp('2024-03-01T00:00:00Z') - timestamp('2024-02-29T00:00:00Z') == duration('24h')",
    "timestamp('2024-03-01T00:00:00Z') - duration('1ns') < timestamp('2024-03-01T00:00:00Z')",
    "duration('1h') + duration('-30m') == duration('1800s') && duration('1s') > duration('999ms')",
    "duration('1s') - duration('1.5s') == duration('-500ms')",
    // types
    "type(1) == int && type(1u) == uint && type(1.0) == double && type('') == string",
    "type([]) == list && type({}) == map && type(null) == null_type && type(int) == type",
    "type([1]) == type(['']) && type(b'') == bytes && type(1) != uint",
    // macros
    "[1, 2, 3].all(x, x > 0) && ![1, 2, 3].all(x, x > 1) && [].all(x, false)",
    "[1, 2, 3].exists(x, x == 2) && ![].exists(x, true)",
    "[2, 1].exists(x, 1 / (x - 2) < 0)", // an error before
    "[1, 2].exists(x, 1 / (x - 2) < 0)", // an error behind, never met
    "![2, 3].all(x, 1 / (x - 2) > 5)",
    "[1, 2, 2].exists_one(x, x == 1) && ![1, 2, 2].exists_one(x, x == 2)",
    "[1, 2, 3, 4].filter(x, x % 2 == 0) == [2, 4] && {'a': 1, 'b': 2}.filter(k, k > 'a') == ['b']",
    "[1, 2].map(x, x * x) == [1, 4] && [1, 2, 3].map(x, x > 1, x * 10) == [20, 30]",
    "[1, 2].map(x, [10, 20].map(y, x + y)) == [[11, 21], [12, 22]]",
    "[1, 2].map(x, [x].map(x, x + 1)[0]) == [2, 3]",
    "[3, 4, 5, 6, 7, 8, 9] != [] && [1, 2].map(x, [10].map(y, x + y)) == [[11], [12]]",
    "[3, 4, 5, 6, 7, 8, 9] != [] && [1, 2].map(x, cel.bind(y, 10, x + y)) == [11, 12]",
    "[3, 1, 2].sortBy(x, x) == [1, 2, 3] && [3, 1, 2].sortBy(x, -x) == [3, 2, 1]",
    "['bb', 'a', 'cc', 'd'].sortBy(s, s.size()) == ['a', 'd', 'bb', 'cc']",
    "[2.0, 0.0 / 0.0, 1.0].sortBy(x, x)[1] == 1.0",
    // macros of two names, binding
    "[5, 6].all(i, v, v == i + 5) && {'a': 1}.exists(k, v, k == 'a' && v == 1)",
    "[5, 6].existsOne(i, v, i == 1 && v == 6)",
    "[5, 6].transformList(i, v, i * v) == [0, 6] && [5, 6].transformList(i, v, i > 0, v) == [6]",
    "{'a': 1, 'b': 2}.transformMap(k, v, v * 2) == {'a': 2, 'b': 4}",
    "{'a': 1, 'b': 2}.transformMap(k, v, v > 1, k) == {'b': 'b'}",
    "['a', 'b'].transformMap(i, v, v) == {0: 'a', 1: 'b'}",
    "{'a': 'x'}.transformMapEntry(k, v, {v: k}) == {'x': 'a'}",
    "cel.bind(x, 3, x * x) == 9 && cel.bind(x, 1, cel.bind(x, x + 1, x + 1)) == 3",
    "cel.bind(x, [1, 2], x.map(y, cel.bind(z, y + 1, z * x[0]))) == [2, 3]",
    // variables
    "a + b == 7 && numbers.map(x, x + a) == [4, 5, 6] && words.k == 'v' && words['k'] == 'v'",
    "numbers.exists(x, numbers.all(y, y <= x)) && !has(words.other) && 'k' in words",
    "a > 2 ? text == 'text' : 1 / (a - 3) == 0",
};

enum { TRUE_COUNT = sizeof(true_cases) / sizeof(true_cases[0]) };

// --- what fails
static const struct error_case {
    const char *text;
    enum cel_error_code code;
    uint32_t at;
} error_cases[] = {
    {"9223372036854775807 + 1", CEL_ERROR_OVERFLOW, 20},
    {"-9223372036854775808 - 1", CEL_ERROR_OVERFLOW, 21},
    {"9223372036854775807 * 2", CEL_ERROR_OVERFLOW, 20},
    {"-9223372036854775808 / -1", CEL_ERROR_OVERFLOW, 21},
    {"-9223372036854775808 % -1", CEL_ERROR_OVERFLOW, 21},
    {"-(-9223372036854775808)", CEL_ERROR_OVERFLOW, 0},
    {"18446744073709551615u + 1u", CEL_ERROR_OVERFLOW, 22},
    {"1u - 2u", CEL_ERROR_OVERFLOW, 3},
    {"18446744073709551615u * 2u", CEL_ERROR_OVERFLOW, 22},
    {"1 / 0", CEL_ERROR_DIVISION, 2},
    {"1 % 0", CEL_ERROR_DIVISION, 2},
    {"1u / 0u", CEL_ERROR_DIVISION, 3},
    {"1u % 0u", CEL_ERROR_DIVISION, 3},
    {"a / (b - 4)", CEL_ERROR_DIVISION, 2},
    {"dyn(1) + 'a'", CEL_ERROR_NO_OVERLOAD, 7},
    {"dyn(1) + 1u", CEL_ERROR_NO_OVERLOAD, 7},
    {"dyn(1.5) % dyn(2.0)", CEL_ERROR_NO_OVERLOAD, 9},
    {"-dyn('a')", CEL_ERROR_NO_OVERLOAD, 0},
    {"-dyn(1u)", CEL_ERROR_NO_OVERLOAD, 0},
    {"!dyn(1)", CEL_ERROR_NO_OVERLOAD, 0},
    {"dyn(1) < 'a'", CEL_ERROR_NO_OVERLOAD, 7},
    {"dyn([1]) < dyn([2])", CEL_ERROR_NO_OVERLOAD, 9},
    {"1 in dyn(1)", CEL_ERROR_NO_OVERLOAD, 2},
    {"dyn('a').b", CEL_ERROR_NO_OVERLOAD, 9},
    {"has(dyn(1).b)", CEL_ERROR_NO_OVERLOAD, 11},
    {"dyn(1).map(x, x)", CEL_ERROR_NO_OVERLOAD, 7},
    {"dyn('a') ? 1 : 2", CEL_ERROR_NO_OVERLOAD, 0},
    {"dyn('a') && true", CEL_ERROR_NO_OVERLOAD, 0},
    {"false || dyn('a')", CEL_ERROR_NO_OVERLOAD, 9},
    {"true && 1 / 0 > 0", CEL_ERROR_DIVISION, 10},
    {"1 / 0 > 0 || false", CEL_ERROR_DIVISION, 2},
    {"1 / 0 > 0 ? 1 : 2", CEL_ERROR_DIVISION, 2},
    {"[1, 2][2]", CEL_ERROR_NO_KEY, 6},
    {"[1, 2][-1]", CEL_ERROR_NO_KEY, 6},
    {"[1, 2][dyn(18446744073709551615u)]", CEL_ERROR_NO_KEY, 6},
    {"[1, 2][dyn(0.5)]", CEL_ERROR_ARGUMENT, 6},
    {"[1, 2][dyn('0')]", CEL_ERROR_ARGUMENT, 6},
    {"{'a': 1}.b", CEL_ERROR_NO_KEY, 9},
    {"{'a': 1}['b']", CEL_ERROR_NO_KEY, 8},
    {"{1: 1}[dyn(1.5)]", CEL_ERROR_NO_KEY, 6},
    {"words.other.more", CEL_ERROR_NO_KEY, 6},
    {"{'a': 1, 'b': 2, 'a': 3}", CEL_ERROR_ARGUMENT, 0},
    {"{1: 1, dyn(1u): 2}", CEL_ERROR_ARGUMENT, 0},
    {"{dyn(1.5): 1}", CEL_ERROR_ARGUMENT, 0},
    {"{dyn(null): 1}", CEL_ERROR_ARGUMENT, 0},
    {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", CEL_ERROR_OVERFLOW, 34},
    {"timestamp('0001-01-01T00:00:00Z') - duration('1ns')", CEL_ERROR_OVERFLOW, 34},
    {"timestamp('9999-01-01T00:00:00Z') - timestamp('0001-01-01T00:00:00Z')", CEL_ERROR_OVERFLOW,
     34},
    {"duration('9223372036s') + duration('1s')", CEL_ERROR_OVERFLOW, 24},
    {"[1, 0].exists_one(x, 1 / x == 1)", CEL_ERROR_DIVISION, 23},
    {"[1, 0].all(x, 1 / x == 1)", CEL_ERROR_DIVISION, 16},
    {"[0, 1].exists(x, 1 / x == 2)", CEL_ERROR_DIVISION, 19},
    {"[1].all(x, dyn('a'))", CEL_ERROR_NO_OVERLOAD, 11},
    {"[1, 0].map(x, 1 / x)", CEL_ERROR_DIVISION, 16},
    {"[1, 0].filter(x, 1 / x > 0)", CEL_ERROR_DIVISION, 19},
    {"[1, 0].map(x, 1 / x > 0, x)", CEL_ERROR_DIVISION, 16},
    {"['a', 'a'].transformMapEntry(i, v, {v: i})", CEL_ERROR_ARGUMENT, 11},
    {"[1].transformMapEntry(i, v, dyn(v))", CEL_ERROR_ARGUMENT, 28},
    {"'a'.matches('(' + text)", CEL_ERROR_ARGUMENT, 4},
    {"unbound", CEL_ERROR_UNBOUND, 0},
    {"1 + unbound", CEL_ERROR_UNBOUND, 4},
    {"a == 3 && unbound.x.y", CEL_ERROR_UNBOUND, 10},
};

enum { ERROR_COUNT = sizeof(error_cases) / sizeof(error_cases[0]) };

static void world_begin(void)
{
    static struct cel_variable variables[6];
    static struct cel_value values[6], items[3];
    static struct cel_pair pairs[1];
    size_t wrong;
    evaluate_begin(&world);
    const struct cel_type *const dyn = &cel_type_dyn;
    for (int i = 0; i < 3; i++)
        items[i] = cel_int(i + 1);
    pairs[0] = (struct cel_pair){cel_string(BYTES_LITERAL("k")), cel_string(BYTES_LITERAL("v"))};
    variables[0] = (struct cel_variable){BYTES_LITERAL("a"), &cel_type_int};
    values[0] = cel_int(3);
    variables[1] = (struct cel_variable){BYTES_LITERAL("b"), &cel_type_int};
    values[1] = cel_int(4);
    variables[2] =
        (struct cel_variable){BYTES_LITERAL("numbers"), cel_type_list(&world.arena, &cel_type_int)};
    values[2] = cel_list_of(&world.arena, items, 3);
    variables[3] = (struct cel_variable){
        BYTES_LITERAL("words"), cel_type_map(&world.arena, &cel_type_string, dyn)};
    ck_assert(cel_map_of(&world.arena, pairs, 1, &values[3], &wrong));
    variables[4] = (struct cel_variable){BYTES_LITERAL("text"), &cel_type_string};
    values[4] = cel_string(BYTES_LITERAL("text"));
    variables[5] = (struct cel_variable){BYTES_LITERAL("unbound"), dyn};
    values[5] = (struct cel_value){.kind = CEL_ERROR};
    world.variables = variables;
    world.values = values;
    world.variable_count = 6;
}

static const char *message_of(struct cel_value value)
{
    return value.kind == CEL_ERROR ? arena_text(&world.arena, value.as.error->message)
                                   : cel_kind_name(value.kind);
}

START_TEST(an_expression_is_true)
{
    world_begin();
    for (int check = EVALUATE_CHECKED; check <= EVALUATE_UNCHECKED; check++) {
        struct cel_value value = evaluate_text(&world, true_cases[_i], (enum evaluate_check)check);
        ck_assert_msg(
            value.kind == CEL_BOOL && value.as.boolean, "%s: %s", true_cases[_i],
            message_of(value));
    }
    evaluate_end(&world);
}
END_TEST

START_TEST(an_expression_fails_where_its_fault_is)
{
    const struct error_case *test = &error_cases[_i];
    world_begin();
    for (int check = EVALUATE_CHECKED; check <= EVALUATE_UNCHECKED; check++) {
        struct cel_value value = evaluate_text(&world, test->text, (enum evaluate_check)check);
        ck_assert_msg(value.kind == CEL_ERROR, "%s: %s", test->text, message_of(value));
        const struct cel_error *error = value.as.error;
        ck_assert_msg(error->code == test->code, "%s: %s", test->text, message_of(value));
        ck_assert_msg(error->at == test->at, "%s: at %u", test->text, error->at);
        ck_assert_uint_gt(error->message.len, 0);
    }
    evaluate_end(&world);
}
END_TEST

// --- without the checker
START_TEST(the_operator_that_fails_is_named)
{
    static const char *const cases[][2] = {
        {"dyn(1) >= 'a'", "no such overload: _>=_(int, string)"},
        {"dyn(true) + 1", "no such overload: _+_(bool, int)"},
        {"dyn(1) && true", "no such overload: _&&_(int)"},
        {"{'a': 1}['b']", "no such key: 'b'"},
        {"[1][3]", "index 3 out of range, the list has 1"},
        {"{'a': 1, 'a': 2}", "the map has the key 'a' twice"},
        {"{dyn(1.5): 1}", "a key of a map is a string, a bool, an int or a uint, not double"},
        {"unbound.x", "'unbound' has no value"},
    };
    world_begin();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(
            message_of(evaluate_text(&world, cases[i][0], EVALUATE_UNCHECKED)), cases[i][1]);
    evaluate_end(&world);
}
END_TEST

START_TEST(names_that_nobody_declared_fail_when_they_are_met)
{
    world_begin();
    struct cel_value value = evaluate_text(&world, "true || nobody", EVALUATE_UNCHECKED);
    ck_assert(value.kind == CEL_BOOL && value.as.boolean);
    value = evaluate_text(&world, "a > 0 && nobody.b", EVALUATE_UNCHECKED);
    ck_assert(value.kind == CEL_ERROR && value.as.error->code == CEL_ERROR_UNBOUND);
    ck_assert_uint_eq(value.as.error->at, 9);
    value = evaluate_text(&world, "nothing(1)", EVALUATE_UNCHECKED);
    ck_assert(value.kind == CEL_ERROR && value.as.error->code == CEL_ERROR_NO_OVERLOAD);
    value = evaluate_text(&world, "size(1, 2, 3)", EVALUATE_UNCHECKED);
    ck_assert(value.kind == CEL_ERROR && value.as.error->code == CEL_ERROR_NO_OVERLOAD);
    value = evaluate_text(&world, "[1].map(x, x) == [1] && x == 1", EVALUATE_UNCHECKED);
    ck_assert(value.kind == CEL_ERROR && value.as.error->code == CEL_ERROR_UNBOUND);
    evaluate_end(&world);
}
END_TEST

// --- cost
START_TEST(each_instruction_costs_one)
{
    world_begin();
    world.cost_max = 4; // a, b, +; one must be left
    ck_assert_int_eq(evaluate_text(&world, "a + b", EVALUATE_CHECKED).as.integer, 7);
    world.cost_max = 2;
    struct cel_value value = evaluate_text(&world, "a + b", EVALUATE_CHECKED);
    ck_assert(value.kind == CEL_ERROR && value.as.error->code == CEL_ERROR_COST);
    evaluate_end(&world);
}
END_TEST

START_TEST(what_costs_too_much_is_absorbed_by_nothing)
{
    static const char *const texts[] = {
        "numbers.all(x, numbers.all(y, numbers.all(z, x + y + z > 0))) || true",
        "!(numbers.exists(x, numbers.exists(y, numbers.exists(z, x + y + z < 0))) && false)",
        "[numbers.map(x, numbers.map(y, numbers.map(z, x)))].all(l, l == l) || true",
        "[1, 2].exists(n, n == 2 || numbers.all(x, numbers.all(y, numbers.all(z, x + y + z > 0))))",
        "numbers.all(x, numbers.all(y, numbers.all(z, x + y + z > 0))) ? true : true",
        "numbers.sortBy(x, numbers.map(y, numbers.map(z, numbers.map(w, x)))[0][0][0])[0] == 1 || "
        "true",
    };
    world_begin();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        world.cost_max = 0;
        struct cel_value value = evaluate_text(&world, texts[i], EVALUATE_CHECKED);
        ck_assert_msg(value.kind == CEL_BOOL, "%s: %s", texts[i], message_of(value));
        world.cost_max = 60;
        value = evaluate_text(&world, texts[i], EVALUATE_CHECKED);
        ck_assert_msg(
            value.kind == CEL_ERROR && value.as.error->code == CEL_ERROR_COST, "%s: %s", texts[i],
            message_of(value));
    }
    evaluate_end(&world);
}
END_TEST

START_TEST(values_that_nest_too_deep_are_refused)
{
    enum { LAYERS = 3, NESTING = 110 };
    char text[LAYERS * 2 * NESTING + 200], open[NESTING + 1], shut[NESTING + 1];
    size_t len = 0;
    memset(open, '[', NESTING);
    memset(shut, ']', NESTING);
    open[NESTING] = shut[NESTING] = '\0';
    world_begin();
    for (int i = 0; i < LAYERS; i++)
        len += (size_t)snprintf(
            text + len, sizeof(text) - len, "cel.bind(a%d, %sa%s%s, ", i + 1, open,
            i == 0   ? ""
            : i == 1 ? "1"
                     : "2",
            shut);
    (void)snprintf(text + len, sizeof(text) - len, "a3 == a3)))");
    struct cel_value value = evaluate_text(&world, text, EVALUATE_CHECKED);
    ck_assert(value.kind == CEL_ERROR && value.as.error->code == CEL_ERROR_ARGUMENT);
    evaluate_end(&world);
}
END_TEST

// --- the host's lists and maps
static uint32_t field_asked;

static bool find_field(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    (void)map;
    (void)eval;
    field_asked = field;
    if (!bytes_equal_text(name, "amount") && !bytes_equal_text(name, "country"))
        return false;
    *value_out =
        bytes_equal_text(name, "amount") ? cel_double(12.5) : cel_string(BYTES_LITERAL("VN"));
    return true;
}

static void field_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    *key_out = cel_string(index == 0 ? BYTES_LITERAL("amount") : BYTES_LITERAL("country"));
    ck_assert(find_field(map, eval, key_out->as.text, CEL_NO_FIELD, value_out));
}

static struct cel_value square_at(const struct cel_list *list, struct cel_eval *eval, size_t index)
{
    (void)list;
    (void)eval;
    return cel_int((int64_t)(index * index));
}

static const struct host_case {
    const char *text;
    uint32_t field; // asked for last
} host_cases[] = {
    {"data.amount > 12.0", 1},
    {"data.country == 'VN'", 0},
    {"data['country'] == 'VN'", 0},
    {"has(data.amount)", 1},
    {"!has(data.stage)", 2},
    {"data[text] == 'VN'", CEL_NO_FIELD},
    {"'amount' in data && !('stage' in data) && !(dyn(1) in data)", CEL_NO_FIELD},
    {"data == {'amount': 12.5, 'country': 'VN'}", CEL_NO_FIELD},
    {"{'amount': 12.5, 'country': 'VN'} == data", CEL_NO_FIELD},
    {"data != {'amount': 12.5, 'country': 'DE'}", CEL_NO_FIELD},
    {"data.all(k, k in ['amount', 'country'])", CEL_NO_FIELD},
    {"data.transformList(k, v, k + string(v)) == ['amount12.5', 'countryVN']", CEL_NO_FIELD},
    {"squares == [0, 1, 4, 9] && squares[3] == 9 && 4 in squares && size(squares) == 4", 7},
    {"squares.map(x, x + 1) + squares == [1, 2, 5, 10, 0, 1, 4, 9]", 7},
    {"squares.sortBy(x, -x)[0] == 9 && squares.filter(x, x > 1) == [4, 9]", 7},
};

enum { HOST_COUNT = sizeof(host_cases) / sizeof(host_cases[0]) };

START_TEST(what_the_host_keeps_is_asked_for_when_it_is_needed)
{
    const struct host_case *test = &host_cases[_i];
    const struct cel_field fields[] = {
        {BYTES_LITERAL("country"), &cel_type_string},
        {BYTES_LITERAL("amount"), &cel_type_double},
        {BYTES_LITERAL("stage"), &cel_type_string}};
    const struct cel_object object = {BYTES_LITERAL("data"), fields, 3, false, false, NULL};
    const struct cel_map map = {.count = 2, .find = find_field, .at = field_at};
    const struct cel_list list = {.count = 4, .at = square_at};
    evaluate_begin(&world);
    const struct cel_variable variables[] = {
        {BYTES_LITERAL("data"), cel_type_object(&world.arena, &object)},
        {BYTES_LITERAL("squares"), cel_type_list(&world.arena, &cel_type_int)},
        {BYTES_LITERAL("text"), &cel_type_dyn}};
    const struct cel_value values[] = {
        {.kind = CEL_MAP, .as.map = &map},
        {.kind = CEL_LIST, .as.list = &list},
        cel_string(BYTES_LITERAL("country"))};
    world.variables = variables;
    world.values = values;
    world.variable_count = 3;
    field_asked = 7;
    struct cel_value value = evaluate_text(&world, test->text, EVALUATE_CHECKED);
    ck_assert_msg(
        value.kind == CEL_BOOL && value.as.boolean, "%s: %s", test->text, message_of(value));
    ck_assert_uint_eq(field_asked, test->field);
    evaluate_end(&world);
}
END_TEST

// --- patterns
START_TEST(patterns_that_are_no_constants_are_compiled_and_forgotten)
{
    struct cel_value values[2];
    const struct cel_variable variables[] = {
        {BYTES_LITERAL("pattern"), &cel_type_string}, {BYTES_LITERAL("word"), &cel_type_string}};
    evaluate_begin(&world);
    world.variables = variables;
    world.values = values;
    world.variable_count = 2;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3 * CEL_REGEXES_KEPT; i++) {
            char pattern[32], word[32];
            (void)snprintf(pattern, sizeof(pattern), "^w%d(x|y)$", i);
            (void)snprintf(word, sizeof(word), "w%dy", i + i % 2); // every other one matches
            values[0] = cel_string(bytes_text(pattern));
            values[1] = cel_string(bytes_text(word));
            struct cel_value value =
                evaluate_text(&world, "word.matches(pattern)", EVALUATE_CHECKED);
            ck_assert_int_eq(value.kind, CEL_BOOL);
            ck_assert_int_eq(value.as.boolean, i % 2 == 0);
        }
    }
    evaluate_end(&world);
}
END_TEST

START_TEST(a_condition_allocates_nothing)
{
    world_begin();
    struct cel_value value = evaluate_text(
        &world, "a * 2 > b && text == 'text' && words.k != 'w' && numbers.all(x, x + a > 0)",
        EVALUATE_CHECKED);
    ck_assert(value.kind == CEL_BOOL && value.as.boolean);
    ck_assert_uint_eq(world.eval.arena.used_bytes, 0);
    evaluate_end(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/eval");
    TCase *tcase = tcase_create("eval");
    tcase_add_loop_test(tcase, an_expression_is_true, 0, TRUE_COUNT);
    tcase_add_loop_test(tcase, an_expression_fails_where_its_fault_is, 0, ERROR_COUNT);
    tcase_add_test(tcase, the_operator_that_fails_is_named);
    tcase_add_test(tcase, names_that_nobody_declared_fail_when_they_are_met);
    tcase_add_test(tcase, each_instruction_costs_one);
    tcase_add_test(tcase, what_costs_too_much_is_absorbed_by_nothing);
    tcase_add_test(tcase, values_that_nest_too_deep_are_refused);
    tcase_add_loop_test(tcase, what_the_host_keeps_is_asked_for_when_it_is_needed, 0, HOST_COUNT);
    tcase_add_test(tcase, patterns_that_are_no_constants_are_compiled_and_forgotten);
    tcase_add_test(tcase, a_condition_allocates_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
