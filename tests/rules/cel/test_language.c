// What expressions come to, and how they fail.
// with: tests/rules/cel/language.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rules/cel/language.h"
#include "tests/support/suite.h"

static const struct value_case {
    const char *expression, *value, *type;
} value_cases[] = {
    // arithmetic
    {"1 + 2 * 3", "7", "int"},
    {"x - 7", "-2", "int"},
    {"u * 2u", "14u", "uint"},
    {"-x", "-5", "int"},
    {"7 / -2", "-3", "int"},
    {"-7 % 3", "-1", "int"},
    {"r / 0.0", "Infinityd", "double"},
    {"x + r", "7.5d", "double"}, // numbers mix
    {"u - r", "4.5d", "double"},
    {"x / 2.0", "2.5d", "double"},
    {"9223372036854775807 + x", "error: int overflow", "int"},
    {"-9223372036854775808 - x", "error: int overflow", "int"},
    {"x * 9223372036854775807", "error: int overflow", "int"},
    {"-(-9223372036854775808 + (x - x))", "error: int overflow", "int"},
    {"(-9223372036854775808 + (x - 5)) / (x - 6)", "error: int overflow", "int"},
    {"u - 8u", "error: uint overflow", "uint"},
    {"x / (x - 5)", "error: division by zero", "int"},
    {"x % (x - 5)", "error: modulus by zero", "int"},
    {"s + '!'",
     "\"Kh\xC3\xA1"
     "ch!\"",
     "string"},
    {"b + b'z'", "b'00ff7a'", "bytes"},
    {"list + [4]", "[3, 1, 2, 4]", "list(int)"},
    {"t + d", "2026-01-31T09:31:45.25Z", "timestamp"},
    {"t - t", "0s", "duration"},
    {"d - duration('2m')", "-30s", "duration"},
    {"timestamp('9999-12-31T23:59:59Z') + d", "error: timestamp overflow", "timestamp"},
    {"duration('200000h') + duration('2500000h') + d", "error: duration overflow", "duration"},
    // comparisons
    {"x == 5 && x != 6", "true", "bool"},
    {"x < 5.5 && u > 6", "true", "bool"},
    {"any == 'text'", "true", "bool"},
    {"dyn(1) == 1.0 && dyn(1u) == 1", "true", "bool"},
    {"dyn(1) == 'a'", "false", "bool"},
    {"[1, 2] == [1, 2] && [1] != [1, 2]", "true", "bool"},
    {"map == {'b': 2, 'a': 1}", "true", "bool"},
    {"0.0 / (r - r) == 0.0 / (r - r)", "false", "bool"},
    {"'a' < 'b' && b'a' <= b'a'", "true", "bool"},
    {"type(x) == int && type(s) != int", "true", "bool"},
    {"3 in list && !(4 in list)", "true", "bool"},
    {"'a' in map && !('z' in map)", "true", "bool"},
    {"dyn(x) < 'a'", "error: no such overload: _<_(int, string)", "bool"},
    // && || ?: take errors as the specification has it
    {"false && absent", "false", "bool"},
    {"absent && false", "false", "bool"},
    {"true && absent", "error: 'absent' has no value", "bool"},
    {"absent || true", "true", "bool"},
    {"absent || false", "error: 'absent' has no value", "bool"},
    {"1 / (x - 5) > 0 || yes", "true", "bool"},
    {"yes ? 1 : x / (x - 5)", "1", "int"},
    {"absent ? 1 : 2", "error: 'absent' has no value", "int"},
    {"any && true", "error: no such overload: _&&_(string)", "bool"},
    {"yes && x > 1 && r < 3.0 && s != '' && list.size() == 3", "true", "bool"},
    // members
    {"map.a + map['b']", "3", "int"},
    {"map.z", "error: no such key: 'z'", "int"},
    {"has(map.a) && !has(map.z)", "true", "bool"},
    {"contact.country + string(contact.age)", "\"VN30\"", "string"},
    {"contact['age']", "30", "int"},
    {"has(contact.birthday)", "false", "bool"},
    {"contact.birthday < t", "error: no such key: 'birthday'", "bool"},
    {"size(contact)", "2", "int"},
    {"list[0] + list[2u == 2u ? 1 : 0]", "4", "int"},
    {"list[3]", "error: index 3 out of range, the list has 3", "int"},
    {"list[-1]", "error: index -1 out of range, the list has 3", "int"},
    {"{1: 'a', 2u: 'b'}[dyn(2.0)]", "\"b\"", "string"},
    {"{x: 1, 5: 2}", "error: the map has the same int twice as a key", "map(int, int)"},
    {"[1, x, u].size()", "3", "int"},
    {"{'a': [1, {'b': null}]}", "{\"a\": [1, {\"b\": null}]}", "map(string, list(dyn))"},
    // macros
    {"list.all(i, i > 0)", "true", "bool"},
    {"list.exists(i, i > 2)", "true", "bool"},
    {"list.exists_one(i, i > 1)", "false", "bool"},
    {"list.filter(i, i > 1)", "[3, 2]", "list(int)"},
    {"list.map(i, i * i)", "[9, 1, 4]", "list(int)"},
    {"list.map(i, i > 1, string(i))", "[\"3\", \"2\"]", "list(string)"},
    {"list.sortBy(i, -i)", "[3, 2, 1]", "list(int)"},
    {"map.all(k, k != 'z')", "true", "bool"},
    {"map.map(k, map[k])", "[1, 2]", "list(int)"},
    {"list.exists(i, 1 / (i - 1) > 100 || i == 2)", "true", "bool"},
    {"list.all(i, 1 / (i - 1) > -100)", "error: division by zero", "bool"},
    {"list.exists_one(i, 1 / (i - 1) > 0)", "error: division by zero", "bool"},
    {"list.map(i, list.filter(j, j < i).size())", "[2, 0, 1]", "list(int)"},
    {"list.exists(i, v, i == 0 && v == 3)", "true", "bool"},
    {"map.transformMap(k, v, v * 10)", "{\"a\": 10, \"b\": 20}", "map(string, int)"},
    {"map.transformMapEntry(k, v, {v: k})", "{1: \"a\", 2: \"b\"}", "map(int, string)"},
    {"map.transformMapEntry(k, v, {k: v, k + k: v})", "{\"a\": 1, \"aa\": 1, \"b\": 2, \"bb\": 2}",
     "map(string, int)"},
    {"map.transformMapEntry(k, v, {})", "{}", "map(dyn, dyn)"},
    {"'a' + (any[0] + any[1])", "error: no such overload: _[_](string, int)", "string"},
    {"[0.0 / 0.0, dyn('a')].sort()", "error: double and string have no order", "list(dyn)"},
    {"list.transformMapEntry(i, v, {'k': v})", "error: the map has the key 'k' twice",
     "map(string, int)"},
    {"cel.bind(y, x + 1, y * y)", "36", "int"},
    {"dyn(x).all(i, true)", "error: a macro walks a list or a map, not a int", "bool"},
    // strings
    {"size(s) + size(b)", "7", "int"},
    {"s.contains('\xC3\xA1') && s.startsWith('Kh') && s.endsWith('ch')", "true", "bool"},
    {"s.matches('^K.+h$') && matches(s, any + '|K')", "true", "bool"},
    {"s.matches('(' + any)", "error: not a regular expression: missing ): (text", "bool"},
    {"s.charAt(2)", "\"\xC3\xA1\"", "string"},
    {"s.charAt(5)", "\"\"", "string"},
    {"s.charAt(6)", "error: position 6 out of range, the text has 5 characters", "string"},
    {"s.indexOf('c') * 10 + s.indexOf('z')", "29", "int"},
    {"'abcabc'.indexOf('b', 2) * 10 + 'abcabc'.lastIndexOf('b')", "44", "int"},
    {"'abcabc'.lastIndexOf('b', 3)", "1", "int"},
    {"s.substring(2) + s.substring(0, 2)",
     "\"\xC3\xA1"
     "chKh\"",
     "string"},
    {"s.substring(3, 2)", "error: a substring cannot end at 2 before it begins at 3", "string"},
    {"'a,b,,c'.split(',')", "[\"a\", \"b\", \"\", \"c\"]", "list(string)"},
    {"'a,b,c'.split(',', 2)", "[\"a\", \"b,c\"]", "list(string)"},
    {"s.split('')", "[\"K\", \"h\", \"\xC3\xA1\", \"c\", \"h\"]", "list(string)"},
    {"['a', 'b'].join('-') + ['c'].join()", "\"a-bc\"", "string"},
    {"'hello'.replace('l', 'L') + 'aaa'.replace('a', 'b', 2)", "\"heLLobba\"", "string"},
    {"'ab'.replace('', '-')", "\"-a-b-\"", "string"},
    {"'Ab\xC3\x81'.lowerAscii() + 'aB'.upperAscii()",
     "\"ab\xC3\x81"
     "AB\"",
     "string"},
    {"s.reverse()", "\"hc\xC3\xA1hK\"", "string"},
    {"'\\u2003 a b \\n'.trim()", "\"a b\"", "string"},
    {"strings.quote('a\"\\n')", "\"\\\"a\\\\\\\"\\\\n\\\"\"", "string"},
    {"'%s is %d of %.2f, %x%%'.format([s, x, r, 255])",
     "\"Kh\xC3\xA1"
     "ch is 5 of 2.50, ff%\"",
     "string"},
    {"'%d'.format([s])", "error: format: %d takes an int or a uint, not string", "string"},
    {"'%s %s'.format([1])", "error: format: 1 values are given, the text takes more", "string"},
    {"'%'.format([])", "error: format: the text ends in the middle of a '%'", "string"},
    // conversions
    {"int('-12') + int(3.9) + int(u)", "-2", "int"},
    {"int('12a')", "error: '12a' is not an int", "int"},
    {"int(r * 1e30)", "error: out of the range of int", "int"},
    {"uint(x) + uint('3')", "8u", "uint"},
    {"uint(-x)", "error: out of the range of uint", "uint"},
    {"double('1e3') + double(x)", "1005d", "double"},
    {"double('0x10')", "error: '0x10' is not a double", "double"},
    {"string(1234567.0) + string(r) + string(yes) + string(1e21)", "\"12345672.5true1e+21\"",
     "string"},
    {"string(b)", "error: these bytes are no UTF-8 text", "string"},
    {"bytes(s).size()", "6", "int"},
    {"bool('True') && !bool('0')", "true", "bool"},
    {"bool('yes')", "error: 'yes' is not a bool", "bool"},
    {"string(type(t))", "\"google.protobuf.Timestamp\"", "string"},
    // math
    {"math.greatest(x, 7, 2) + math.least([3, x])", "10", "int"},
    {"math.ceil(r) + math.floor(r) + math.round(r) + math.trunc(-r)", "6d", "double"},
    {"math.abs(-x) + math.sign(-x)", "4", "int"},
    {"math.abs(-9223372036854775808)", "error: int overflow", "int"},
    {"math.bitAnd(x, 4) + math.bitOr(x, 2) + math.bitXor(x, 1)", "15", "int"},
    {"math.bitShiftLeft(1, x) + math.bitShiftRight(-1, 63)", "33", "int"},
    {"math.bitShiftLeft(1, -x)", "error: math.bitShiftLeft() by -5: not below 0", "int"},
    {"math.isNaN(0.0 / 0.0) && math.isInf(r / 0.0) && math.isFinite(r)", "true", "bool"},
    {"math.sqrt(16)", "4d", "double"},
    // lists
    {"list.slice(1, 3) + list.reverse()", "[1, 2, 2, 1, 3]", "list(int)"},
    {"list.slice(2, 9)", "error: slice(2, 9) of a list of 3", "list(int)"},
    {"list.sort()", "[1, 2, 3]", "list(int)"},
    {"[dyn(2), 'a'].sort()", "error: int and string have no order", "list(dyn)"},
    {"[0.0 / 0.0, 2.0, 1.0].sort()", "[NaNd, 1d, 2d]", "list(double)"},
    {"[1, 2, 1, 3, 2].distinct()", "[1, 2, 3]", "list(int)"},
    {"[[1, [2]], [3]].flatten()", "[1, [2], 3]", "list(dyn)"},
    {"[[[1]], [[2]]].flatten(2)", "[1, 2]", "list(dyn)"},
    {"lists.range(3)", "[0, 1, 2]", "list(int)"},
    {"list.first() * 10 + list.last()", "32", "int"},
    {"[].first()", "error: first() of an empty list", "dyn"},
    {"['a', 'b'].hasAny(['b', 'c']) && list.hasAll([1, 2])", "true", "bool"},
    {"list.hasOnly([1, 2, 3, 4]) && !list.hasExactly([1])", "true", "bool"},
    // times
    {"t.getFullYear() * 100 + t.getMonth()", "202600", "int"},
    {"t.getDate() * 100 + t.getDayOfMonth()", "3130", "int"},
    {"t.getDayOfYear() * 10 + t.getDayOfWeek()", "306", "int"},
    {"t.getHours() * 10000 + t.getMinutes() * 100 + t.getSeconds()", "93015", "int"},
    {"t.getMilliseconds()", "250", "int"},
    {"t.getHours('Test/Plus7') * 100 + t.getHours('-10:00')", "1623", "int"},
    {"t.getHours('Nowhere/Land')", "error: 'Nowhere/Land' is not a time zone", "int"},
    {"d.getMinutes() * 100 + d.getSeconds()", "190", "int"},
    {"timestamp('2026-02-29T00:00:00Z')",
     "error: '2026-02-29T00:00:00Z' is not a timestamp such as 2026-01-31T09:00:00Z, of the years "
     "1 to 9999",
     "timestamp"},
    {"timestamp('2024-02-29T12:00:00.5+07:00')", "2024-02-29T05:00:00.5Z", "timestamp"},
    {"timestamp(0)", "1970-01-01T00:00:00Z", "timestamp"},
    {"duration('1h2m3.5s')", "3723.5s", "duration"},
    {"duration('-1.5ms')", "-0.0015s", "duration"},
    {"duration('1x')", "error: '1x' is not a duration such as 36h or 1.5s, of at most 292 years",
     "duration"},
    {"string(duration('90m'))", "\"5400s\"", "string"},
    // base64
    {"base64.encode(b'hello') + base64.encode(b'')", "\"aGVsbG8=\"", "string"},
    {"base64.decode('aGVsbG8') == b'hello' && base64.decode('aGVsbG8=') == b'hello'", "true",
     "bool"},
    {"base64.decode('a')", "error: this is not base64", "bytes"},
    // our own
    {"days(2) + days(0.5)", "216000s", "duration"},
    {"date('2026-01-31')", "2026-01-31T00:00:00Z", "timestamp"},
    {"date('2026-02-30')", "error: '2026-02-30' is not a date such as 2026-01-31", "timestamp"},
    {"local(t, 'Test/Plus7').getHours()", "16", "int"},
    {"age(date('1990-11-26')) * 100 + age(date('1990-11-27'))", "3635", "int"},
    {"age(date('2024-02-29'))", "2", "int"},
    {"min(x, 3) + max(x, 9)", "12", "int"},
    {"min(x, r)", "2.5d", "double"},
    {"max(x / 2.0, 1)", "2.5d", "double"},
    {"min('b', 'a') + max('b', 'a')", "\"ab\"", "string"},
    {"bucket('c-1', 'test-1', 100)", "55", "int"}, // for ever
    {"bucket('c-2', 'test-1', 100)", "86", "int"},
    {"bucket('c-1', 'test-2', 100)", "21", "int"},
    {"bucket('c-1', 's', 0)", "error: bucket() of fewer than one", "int"},
};
enum { VALUE_COUNT = sizeof(value_cases) / sizeof(value_cases[0]) };

START_TEST(an_expression_has_its_value_and_type)
{
    struct evaluated got = evaluate_language(value_cases[_i].expression, LANGUAGE_CHECKED, 0);
    ck_assert_msg(
        strcmp(got.text, value_cases[_i].value) == 0, "%s is %s, expected %s",
        value_cases[_i].expression, got.text, value_cases[_i].value);
    ck_assert_str_eq(got.type, value_cases[_i].type);
}
END_TEST

START_TEST(without_the_checker_the_value_is_the_same)
{
    struct evaluated got = evaluate_language(value_cases[_i].expression, LANGUAGE_UNCHECKED, 0);
    ck_assert_msg(
        strcmp(got.text, value_cases[_i].value) == 0, "%s is %s, expected %s",
        value_cases[_i].expression, got.text, value_cases[_i].value);
}
END_TEST

static const struct problem_case {
    const char *expression, *problem;
} problem_cases[] = {
    {"scroe > 3", "problem: 0-5 unknown name 'scroe'"},
    {"contact.contry == 'VN'", "problem: 8-14 unknown field 'contry'"},
    {"contact['contry']", "problem: 8-16 unknown field 'contry'"},
    {"has(contact.contry)", "problem: 12-18 unknown field 'contry'"},
    {"s.beginsWith('a')", "problem: 2-12 unknown function 'beginsWith'"},
    {"lowerAscii(s)", "problem: 0-13 there is no lowerAscii(string)"},
    {"1 + 'a'", "problem: 0-7 '+' does not take int and string"},
    {"x && yes", "problem: 0-1 what '&&' joins is true or false (bool), this is int"},
    {"x ? 1 : 2", "problem: 0-1 what stands before '?' is true or false (bool), this is int"},
    {"yes ? 1 : 'a'", "problem: 0-13 '?:' gives int on one side and string on the other"},
    {"!x", "problem: 0-2 '!' does not take int"},
    {"s.startsWith(1)", "problem: 0-15 there is no string.startsWith(int)"},
    {"size(1, 2)", "problem: 0-10 there is no size(int, int)"},
    {"x.y", "problem: 0-3 int has no members, so none that is called 'y'"},
    {"list['a']", "problem: 0-9 '[]' does not take list(int) and string"},
    {"list.all(i, i + 1)",
     "problem: 12-17 what is asked of each element is true or false (bool), this is int"},
    {"x.all(i, true)", "problem: 0-1 all() walks a list or a map, this is int"},
    {"{r: 1}", "problem: 1-2 a key of a map is a string, a bool, an int or a uint, not double"},
    {"list.sortBy(i, [i])",
     "problem: 15-18 sortBy() needs a key that has an order, this is list(int)"},
    {"x == s", "problem: 0-6 '==' does not take int and string"},
    {"i + list.map(i, i)[0]", "problem: 0-1 unknown name 'i'"},
};
enum { PROBLEM_COUNT = sizeof(problem_cases) / sizeof(problem_cases[0]) };

START_TEST(the_checker_finds_what_cannot_work)
{
    struct evaluated got = evaluate_language(problem_cases[_i].expression, LANGUAGE_CHECKED, 0);
    ck_assert_str_eq(got.text, problem_cases[_i].problem);
}
END_TEST

// What could take long or much is ended by its cost.
static const char *const endless[] = {
    "lists.range(1000000000).size() > 0",
    "lists.range(2000).all(i, lists.range(2000).all(j, lists.range(2000).all(k, k + x >= 0)))",
    "lists.range(3000).map(i, lists.range(3000 + x)).size() > 0",
    "lists.range(100000).map(i, s + s + s + s).join('----------------').size() > 0",
    "cel.bind(a, s + s + s + s, cel.bind(b, a + a + a + a + a + a + a + a, "
    "lists.range(10000).map(i, b "
    "+ b + b + b + b + b + b + b).size() > 0))",
    "lists.range(60000).distinct().size() > 0",
    "yes || lists.range(100000000).size() > 0 || absent || lists.range(100000000).size() > 0",
};
enum { ENDLESS_COUNT = sizeof(endless) / sizeof(endless[0]) };

START_TEST(the_cost_of_an_evaluation_is_bounded)
{
    struct evaluated got = evaluate_language(endless[_i], LANGUAGE_CHECKED, 100000);
    if (_i + 1 == ENDLESS_COUNT) // nothing behind the answer is looked at
        ck_assert_str_eq(got.text, "true");
    else
        ck_assert_str_eq(got.text, "error: this takes more steps than an expression may");
}
END_TEST

START_TEST(no_operator_takes_back_that_the_cost_is_spent)
{
    struct evaluated got =
        evaluate_language("lists.range(x * 100000000).size() > 0 || yes", LANGUAGE_CHECKED, 1000);
    ck_assert_str_eq(got.text, "error: this takes more steps than an expression may");
}
END_TEST

START_TEST(what_is_constant_costs_one_step)
{
    struct evaluated got = evaluate_language(
        "[1, 2, 3].map(i, i) == [1 + 0, 2, 3] && 'a' + 'b' == 'ab'", LANGUAGE_CHECKED, 0);
    ck_assert_str_eq(got.text, "true");
    struct evaluated folded =
        evaluate_language("2 * 3 + 4 == 10 && 'a' + 'b' == 'ab'", LANGUAGE_CHECKED, 0);
    ck_assert_str_eq(folded.text, "true");
    ck_assert_uint_eq(folded.cost, 1);
}
END_TEST

START_TEST(a_map_finds_its_keys_however_many_there_are)
{
    char expression[4096];
    size_t len = 0;
    len += (size_t)snprintf(expression, sizeof(expression), "lists.range(x - 5 + 100).all(i, {");
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(
            expression + len, sizeof(expression) - len, "%s%d: %d", i == 0 ? "" : ", ", i, i * 3);
    (void)snprintf(expression + len, sizeof(expression) - len, "}[i] == i * 3)");
    struct evaluated got = evaluate_language(expression, LANGUAGE_CHECKED, 0);
    ck_assert_str_eq(got.text, "true");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/language");
    TCase *tcase = tcase_create("eval");
    tcase_add_loop_test(tcase, an_expression_has_its_value_and_type, 0, VALUE_COUNT);
    tcase_add_loop_test(tcase, without_the_checker_the_value_is_the_same, 0, VALUE_COUNT);
    tcase_add_loop_test(tcase, the_checker_finds_what_cannot_work, 0, PROBLEM_COUNT);
    tcase_add_loop_test(tcase, the_cost_of_an_evaluation_is_bounded, 0, ENDLESS_COUNT);
    tcase_add_test(tcase, no_operator_takes_back_that_the_cost_is_spent);
    tcase_add_test(tcase, what_is_constant_costs_one_step);
    tcase_add_test(tcase, a_map_finds_its_keys_however_many_there_are);
    suite_add_tcase(suite, tcase);
    return suite;
}
