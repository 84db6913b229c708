// The math extension: every function, its edges, and how it refuses the rest.
// with: tests/rules/cel/function_cases.c
#include "tests/rules/cel/function_cases.h"
#include "tests/support/suite.h"

static const struct function_case cases[] = {
    // greatest, least
    {"math.greatest(5)", "5"},
    {"math.greatest(1, 3, 2)", "3"},
    {"math.least(1, 3, -2)", "-2"},
    {"math.greatest(1u, 3u)", "3u"},
    {"math.least(1.5, -2.5)", "-2.5"},
    {"math.greatest([1, 3, 2])", "3"},
    {"math.least([1.5, 0.5])", "0.5"},
    {"math.greatest([4u])", "4u"},
    {"math.greatest(1, 1.5)", "1.5"},
    {"math.greatest(2, 1.5)", "2"},
    {"math.greatest(dyn(1), 2u, 0.5)", "2u"},
    {"math.least(dyn(1), 2u, 0.5)", "0.5"},
    {"math.greatest(1, 1.0)", "1"},
    {"math.greatest(1.0, 1)", "1.0"},
    {"math.greatest(9007199254740993, 9007199254740992.0)", "9007199254740993"},
    {"math.least(-1, dyn(18446744073709551615u))", "-1"},
    {"math.greatest(dyn([]))", "error: an empty list has no greatest or least"},
    {"math.least(dyn([]))", "error: an empty list has no greatest or least"},
    {"math.greatest(dyn('a'))", "error: no such overload: math.greatest(string)"},
    {"math.least(dyn([1, 'a']))", "error: no such overload: math.least(string)"},
    {"math.greatest(1, dyn(true))", "error: no such overload: math.greatest(bool)"},
    {"math.least(dyn({}))", "error: no such overload: math.least(map)"},
    // rounding
    {"math.ceil(1.2)", "2.0"},
    {"math.ceil(-1.8)", "-1.0"},
    {"math.floor(1.8)", "1.0"},
    {"math.floor(-1.2)", "-2.0"},
    {"math.round(1.5)", "2.0"},
    {"math.round(-1.5)", "-2.0"},
    {"math.round(2.5)", "3.0"},
    {"math.round(-0.4)", "-0.0"},
    {"math.round(0.49999999999999994)", "0.0"},
    {"math.trunc(1.9)", "1.0"},
    {"math.trunc(-1.9)", "-1.0"},
    {"math.ceil(0.0 / 0.0)", "NaN"},
    {"math.floor(-1.0 / 0.0)", "-Infinity"},
    {"math.round(1.0 / 0.0)", "Infinity"},
    {"math.trunc(1e300)", "1e+300"},
    {"math.ceil(dyn(1))", "error: no such overload: math.ceil(int)"},
    {"math.floor(dyn(1u))", "error: no such overload: math.floor(uint)"},
    {"math.round(dyn('a'))", "error: no such overload: math.round(string)"},
    {"math.trunc(dyn(true))", "error: no such overload: math.trunc(bool)"},
    {"math.isNaN(dyn(1))", "error: no such overload: math.isNaN(int)"},
    {"math.isInf(dyn(1))", "error: no such overload: math.isInf(int)"},
    {"math.isFinite(dyn(1u))", "error: no such overload: math.isFinite(uint)"},
    // abs, sign
    {"math.abs(-5)", "5"},
    {"math.abs(5)", "5"},
    {"math.abs(5u)", "5u"},
    {"math.abs(-5.5)", "5.5"},
    {"math.abs(-0.0)", "0.0"},
    {"math.abs(-1.0 / 0.0)", "Infinity"},
    {"math.abs(-9223372036854775807)", "9223372036854775807"},
    {"math.abs(-9223372036854775808)", "error: int overflow"},
    {"math.abs(dyn('a'))", "error: no such overload: math.abs(string)"},
    {"math.sign(-5)", "-1"},
    {"math.sign(0)", "0"},
    {"math.sign(5)", "1"},
    {"math.sign(0u)", "0u"},
    {"math.sign(7u)", "1u"},
    {"math.sign(-0.5)", "-1.0"},
    {"math.sign(0.0)", "0.0"},
    {"math.sign(3.5)", "1.0"},
    {"math.sign(0.0 / 0.0)", "NaN"},
    {"math.sign(-9223372036854775808)", "-1"},
    {"math.sign(dyn(true))", "error: no such overload: math.sign(bool)"},
    // isNaN, isInf, isFinite
    {"math.isNaN(0.0 / 0.0)", "true"},
    {"math.isNaN(1.0)", "false"},
    {"math.isInf(-1.0 / 0.0)", "true"},
    {"math.isInf(1e308)", "false"},
    {"math.isInf(0.0 / 0.0)", "false"},
    {"math.isFinite(1.0)", "true"},
    {"math.isFinite(1.0 / 0.0)", "false"},
    {"math.isFinite(0.0 / 0.0)", "false"},
    // sqrt
    {"math.sqrt(81)", "9.0"},
    {"math.sqrt(4u)", "2.0"},
    {"math.sqrt(2.0)", "1.4142135623730951"},
    {"math.sqrt(-1)", "NaN"},
    {"math.sqrt(-0.0)", "-0.0"},
    {"math.sqrt(1.0 / 0.0)", "Infinity"},
    {"math.sqrt(dyn('a'))", "error: no such overload: math.sqrt(string)"},
    // bits
    {"math.bitAnd(5, 3)", "1"},
    {"math.bitAnd(-1, 255)", "255"},
    {"math.bitAnd(5u, 3u)", "1u"},
    {"math.bitOr(5, 3)", "7"},
    {"math.bitOr(-8, 1)", "-7"},
    {"math.bitOr(1u, 18446744073709551614u)", "18446744073709551615u"},
    {"math.bitXor(5, 3)", "6"},
    {"math.bitXor(-1, 1)", "-2"},
    {"math.bitXor(5u, 3u)", "6u"},
    {"math.bitNot(0)", "-1"},
    {"math.bitNot(-1)", "0"},
    {"math.bitNot(0u)", "18446744073709551615u"},
    {"math.bitNot(9223372036854775807)", "-9223372036854775808"},
    {"math.bitAnd(dyn(1), dyn(1u))", "error: no such overload: math.bitAnd(int, uint)"},
    {"math.bitOr(dyn(1.0), dyn(1.0))", "error: no such overload: math.bitOr(double, double)"},
    {"math.bitXor(dyn(1), dyn('a'))", "error: no such overload: math.bitXor(int, string)"},
    {"math.bitNot(dyn(1.0))", "error: no such overload: math.bitNot(double)"},
    // shifts: logical, by 64 and more to nothing
    {"math.bitShiftLeft(1, 2)", "4"},
    {"math.bitShiftLeft(1, 63)", "-9223372036854775808"},
    {"math.bitShiftLeft(1, 64)", "0"},
    {"math.bitShiftLeft(-1, 1)", "-2"},
    {"math.bitShiftLeft(1u, 63)", "9223372036854775808u"},
    {"math.bitShiftLeft(1u, 200)", "0u"},
    {"math.bitShiftRight(1024, 2)", "256"},
    {"math.bitShiftRight(-1, 1)", "9223372036854775807"},
    {"math.bitShiftRight(-1, 63)", "1"},
    {"math.bitShiftRight(-1, 64)", "0"},
    {"math.bitShiftRight(18446744073709551615u, 60)", "15u"},
    {"math.bitShiftLeft(5, 0)", "5"},
    {"math.bitShiftLeft(1, -1)", "error: math.bitShiftLeft() by -1: not below 0"},
    {"math.bitShiftRight(1u, -9223372036854775808)",
     "error: math.bitShiftRight() by -9223372036854775808: not below 0"},
    {"math.bitShiftLeft(dyn(1.0), 1)", "error: no such overload: math.bitShiftLeft(double, int)"},
    {"math.bitShiftRight(1, dyn(1u))", "error: no such overload: math.bitShiftRight(int, uint)"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static const struct function_cost costs[] = {
    {"math.greatest(big.split('').map(x, 1))", 1000000},
};
enum { COST_COUNT = sizeof(costs) / sizeof(costs[0]) };

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/functions_math");
    TCase *tcase = tcase_create("functions_math");
    function_add_tests(tcase, &(struct function_tables){cases, CASE_COUNT, costs, COST_COUNT});
    suite_add_tcase(suite, tcase);
    return suite;
}
