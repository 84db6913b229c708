// Conversions: what each takes, its ranges, and how it refuses the rest.
// with: tests/rules/cel/function_cases.c
#include "tests/rules/cel/function_cases.h"
#include "tests/support/suite.h"

static const struct function_case cases[] = {
    // int
    {"int(5)", "5"},
    {"int(42u)", "42"},
    {"int(9223372036854775807u)", "9223372036854775807"},
    {"int(9223372036854775808u)", "error: out of the range of int"},
    {"int(11.9)", "11"},
    {"int(-3.9)", "-3"},
    {"int(-0.0)", "0"},
    {"int(9223372036854774784.0)", "9223372036854774784"},
    {"int(9223372036854775807.0)", "error: out of the range of int"},
    {"int(-9223372036854775808.0)", "error: out of the range of int"},
    {"int(0.0 / 0.0)", "error: out of the range of int"},
    {"int(1e99)", "error: out of the range of int"},
    {"int(-1.0 / 0.0)", "error: out of the range of int"},
    {"int('-9223372036854775808')", "-9223372036854775808"},
    {"int('9223372036854775807')", "9223372036854775807"},
    {"int('+7')", "7"},
    {"int('007')", "7"},
    {"int('-0')", "0"},
    {"int('9223372036854775808')", "error: out of the range of int"},
    {"int('-9223372036854775809')", "error: out of the range of int"},
    {"int('99999999999999999999999')", "error: out of the range of int"},
    {"int('18446744073709551617')", "error: out of the range of int"},
    {"int('')", "error: '' is not an int"},
    {"int('-')", "error: '-' is not an int"},
    {"int(' 1')", "error: ' 1' is not an int"},
    {"int('1 ')", "error: '1 ' is not an int"},
    {"int('1.0')", "error: '1.0' is not an int"},
    {"int('0x10')", "error: '0x10' is not an int"},
    {"int('1e3')", "error: '1e3' is not an int"},
    {"int('--1')", "error: '--1' is not an int"},
    {"int('\\u0661')", "error: '\331\241' is not an int"},
    {"int('1\\u0000')", "error: '1' is not an int"},
    {"int(timestamp('2009-02-13T23:31:30Z'))", "1234567890"},
    {"int(timestamp('1969-12-31T23:59:59.5Z'))", "-1"},
    {"int(dyn(true))", "error: no such overload: int(bool)"},
    {"int(dyn(null))", "error: no such overload: int(null_type)"},
    {"int(dyn([1]))", "error: no such overload: int(list)"},
    {"int(dyn({}))", "error: no such overload: int(map)"},
    {"int(dyn(b'1'))", "error: no such overload: int(bytes)"},
    {"int(dyn(duration('1s')))", "error: no such overload: int(google.protobuf.Duration)"},
    {"int(dyn(int))", "error: no such overload: int(type)"},
    // uint
    {"uint(5u)", "5u"},
    {"uint(0)", "0u"},
    {"uint(9223372036854775807)", "9223372036854775807u"},
    {"uint(-1)", "error: out of the range of uint"},
    {"uint(25.9)", "25u"},
    {"uint(-0.5)", "error: out of the range of uint"},
    {"uint(18446744073709549568.0)", "18446744073709549568u"},
    {"uint(18446744073709551616.0)", "error: out of the range of uint"},
    {"uint(0.0 / 0.0)", "error: out of the range of uint"},
    {"uint('18446744073709551615')", "18446744073709551615u"},
    {"uint('18446744073709551616')", "error: out of the range of uint"},
    {"uint('-1')", "error: '-1' is not a uint"},
    {"uint('')", "error: '' is not a uint"},
    {"uint('1u')", "error: '1u' is not a uint"},
    {"uint(dyn(true))", "error: no such overload: uint(bool)"},
    {"uint(dyn(timestamp(0)))", "error: no such overload: uint(google.protobuf.Timestamp)"},
    // double
    {"double(1.5)", "1.5"},
    {"double(-3)", "-3.0"},
    {"double(123u)", "123.0"},
    {"double(9007199254740993)", "9007199254740992.0"},
    {"double('1.5')", "1.5"},
    {"double('-0.0')", "-0.0"},
    {"double('.5')", "0.5"},
    {"double('5.')", "5.0"},
    {"double('6.02214e23')", "6.02214e+23"},
    {"double('1E-2')", "0.01"},
    {"double('NaN')", "NaN"},
    {"double('Infinity')", "Infinity"},
    {"double('-inf')", "-Infinity"},
    {"double('+Inf')", "Infinity"},
    {"double('1e-999')", "0.0"},
    {"double('5e-324')", "4.94065645841247e-324"},
    {"double('1e999')", "error: out of the range of double"},
    {"double('-1e999')", "error: out of the range of double"},
    {"double('')", "error: '' is not a double"},
    {"double('-')", "error: '-' is not a double"},
    {"double(' 1')", "error: ' 1' is not a double"},
    {"double('1 ')", "error: '1 ' is not a double"},
    {"double('0x1p3')", "error: '0x1p3' is not a double"},
    {"double('1,5')", "error: '1,5' is not a double"},
    {"double('1e')", "error: '1e' is not a double"},
    {"double('infinit')", "error: 'infinit' is not a double"},
    {"double('nan(1)')", "error: 'nan(1)' is not a double"},
    {"double('.')", "error: '.' is not a double"},
    {"double(dyn(true))", "error: no such overload: double(bool)"},
    // bool
    {"bool(true)", "true"},
    {"bool('1')", "true"},
    {"bool('t')", "true"},
    {"bool('T')", "true"},
    {"bool('true')", "true"},
    {"bool('TRUE')", "true"},
    {"bool('True')", "true"},
    {"bool('0')", "false"},
    {"bool('f')", "false"},
    {"bool('F')", "false"},
    {"bool('false')", "false"},
    {"bool('FALSE')", "false"},
    {"bool('False')", "false"},
    {"bool('FaLsE')", "error: 'FaLsE' is not a bool"},
    {"bool('yes')", "error: 'yes' is not a bool"},
    {"bool('')", "error: '' is not a bool"},
    {"bool(dyn(1))", "error: no such overload: bool(int)"},
    // string: doubles in the shortest digits that read back, without exponent from 1e-6 to below 1e21
    {"string('a')", "\"a\""},
    {"string(true)", "\"true\""},
    {"string(false)", "\"false\""},
    {"string(-9223372036854775807 - 1)", "\"-9223372036854775808\""},
    {"string(18446744073709551615u)", "\"18446744073709551615\""},
    {"string(1.0)", "\"1\""},
    {"string(0.1)", "\"0.1\""},
    {"string(0.1 + 0.2)", "\"0.30000000000000004\""},
    {"string(1234567.0)", "\"1234567\""},
    {"string(-123.456)", "\"-123.456\""},
    {"string(0.000001)", "\"0.000001\""},
    {"string(0.0000001)", "\"1e-07\""},
    {"string(0.0000123)", "\"0.0000123\""},
    {"string(100000000000000000000.0)", "\"100000000000000000000\""},
    {"string(999999999999999900000.0)", "\"999999999999999900000\""},
    {"string(1e21)", "\"1e+21\""},
    {"string(1.5e300)", "\"1.5e+300\""},
    {"string(5e-324)", "\"5e-324\""},
    {"string(1.7976931348623157e308)", "\"1.7976931348623157e+308\""},
    {"string(9007199254740993.0)", "\"9007199254740992\""},
    {"string(123456789.125)", "\"123456789.125\""},
    {"string(0.0)", "\"0\""},
    {"string(-0.0)", "\"-0\""},
    {"string(0.0 / 0.0)", "\"NaN\""},
    {"string(1.0 / 0.0)", "\"Infinity\""},
    {"string(-1.0 / 0.0)", "\"-Infinity\""},
    {"string(b'\\303\\277')", "\"\303\277\""},
    {"string(b'')", "\"\""},
    {"string(b'\\xff')", "error: these bytes are no UTF-8 text"},
    {"string(b'\\xc3')", "error: these bytes are no UTF-8 text"},
    {"string(b'\\xed\\xa0\\x80')", "error: these bytes are no UTF-8 text"},
    {"string(b'\\xc0\\x80')", "error: these bytes are no UTF-8 text"},
    {"string(timestamp('2009-02-13T23:31:30.5Z'))", "\"2009-02-13T23:31:30.5Z\""},
    {"string(duration('1h2m3.5s'))", "\"3723.5s\""},
    {"string(int)", "\"int\""},
    {"string(type(null))", "\"null_type\""},
    {"string(type([1]))", "\"list\""},
    {"string(type(timestamp(0)))", "\"google.protobuf.Timestamp\""},
    {"string(dyn(null))", "error: no such overload: string(null_type)"},
    {"string(dyn([1]))", "error: no such overload: string(list)"},
    {"string(dyn({}))", "error: no such overload: string(map)"},
    // bytes
    {"bytes('\303\277')", "b'c3bf'"},
    {"bytes('')", "b''"},
    {"bytes(b'\\xff')", "b'ff'"},
    {"bytes(dyn(1))", "error: no such overload: bytes(int)"},
    // dyn, type
    {"dyn(1)", "1"},
    {"type(1)", "type int"},
    {"type(1u)", "type uint"},
    {"type(1.0)", "type double"},
    {"type('a')", "type string"},
    {"type(b'a')", "type bytes"},
    {"type(true)", "type bool"},
    {"type([])", "type list"},
    {"type({})", "type map"},
    {"type(duration('1s'))", "type google.protobuf.Duration"},
    {"type(type(1))", "type type"},
    {"type(type(1)) == type(type('a'))", "true"},
    {"type(1) == int", "true"},
    {"type(1) == uint", "false"},
    // timestamp
    {"timestamp(timestamp(5))", "@5"},
    {"timestamp(1234567890)", "@1234567890"},
    {"timestamp(-1)", "@-1"},
    {"timestamp(253402300799)", "@253402300799"},
    {"timestamp(253402300800)", "error: out of the range of timestamp"},
    {"timestamp(-62135596800)", "@-62135596800"},
    {"timestamp(-62135596801)", "error: out of the range of timestamp"},
    {"timestamp(9223372036854775807)", "error: out of the range of timestamp"},
    {"timestamp('nonsense')",
     "error: 'nonsense' is not a timestamp such as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp(dyn(1.5))", "error: no such overload: timestamp(double)"},
    {"timestamp(dyn(1u))", "error: no such overload: timestamp(uint)"},
    // duration
    {"duration(duration('5s'))", "5s"},
    {"duration(90)", "90s"},
    {"duration(9223372036)", "9223372036s"},
    {"duration(9223372037)", "error: out of the range of duration"},
    {"duration(-9223372037)", "error: out of the range of duration"},
    {"duration('nonsense')",
     "error: 'nonsense' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration(dyn(1.5))", "error: no such overload: duration(double)"},
    // a long argument is shown in part, no character cut
    {"int('"
     "\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303"
     "\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251"
     "\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303"
     "\251\303\251\303\251\303\251\303\251\303\251')",
     "error: "
     "'\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303"
     "\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251"
     "\303\251\303\251\303\251\303\251\303\251\303\251\303\251' is not an int"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(a_call_comes_to_what_is_expected)
{
    function_case_check(&cases[_i]);
}
END_TEST

static const struct cost_case {
    const char *expression;
    uint64_t cost_min;
} cost_cases[] = {
    {"string(bytes(big)) == ''", 62500},
    {"int('1' + big) == 0 || true", 125000},
    {"big == '' || double(big.substring(0, 1)) == 0.0 || true", 62500},
    {"timestamp(big) == timestamp(0) || true", 62500},
    {"duration(big) == duration(0) || true", 62500},
    {"uint(big) == 0u || true", 62500},
};
enum { COST_COUNT = sizeof(cost_cases) / sizeof(cost_cases[0]) };

START_TEST(what_a_call_goes_through_is_paid_for)
{
    function_cost_check(cost_cases[_i].expression, cost_cases[_i].cost_min);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/functions_convert");
    TCase *tcase = tcase_create("functions_convert");
    tcase_add_loop_test(tcase, a_call_comes_to_what_is_expected, 0, CASE_COUNT);
    tcase_add_loop_test(tcase, what_a_call_goes_through_is_paid_for, 0, COST_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
