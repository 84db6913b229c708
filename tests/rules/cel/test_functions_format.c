// format(): every clause, what it takes, and how it refuses the rest.
// with: tests/rules/cel/function_cases.c
#include "tests/rules/cel/function_cases.h"
#include "tests/support/suite.h"

static const struct function_case cases[] = {
    // text alone
    {"''.format([])", "\"\""},
    {"'abc'.format([])", "\"abc\""},
    {"'100%%'.format([])", "\"100%\""},
    {"'%%%s%%'.format(['a'])", "\"%a%\""},
    {"'a %s'.format(['b', 'c'])", "\"a b\""},
    {"empty.format([])", "\"\""},
    // %s
    {"'%s'.format(['a\\u00e9'])", "\"a\303\251\""},
    {"'%s'.format([b'\\303\\251'])", "\"\303\251\""},
    {"'%s'.format([null])", "\"null\""},
    {"'%s %s'.format([true, false])", "\"true false\""},
    {"'%s'.format([-5])", "\"-5\""},
    {"'%s'.format([5u])", "\"5\""},
    {"'%s'.format([1.0])", "\"1\""},
    {"'%s'.format([1e21])", "\"1e+21\""},
    {"'%s'.format([0.0 / 0.0])", "\"NaN\""},
    {"'%s'.format([-1.0 / 0.0])", "\"-Infinity\""},
    {"'%s'.format([timestamp(0)])", "\"1970-01-01T00:00:00Z\""},
    {"'%s'.format([duration('1h')])", "\"3600s\""},
    {"'%s'.format([type(1)])", "\"int\""},
    {"'%s'.format([[]])", "\"[]\""},
    {"'%s'.format([[1, 'a', [null]]])", "\"[1, a, [null]]\""},
    {"'%s'.format([{}])", "\"{}\""},
    {"'%s'.format([{'b': 1, 'a': {2: true}}])", "\"{a: {2: true}, b: 1}\""},
    {"'%s'.format([{'1': 'x', 1: 'y'}])", "\"{1: x, 1: y}\""},
    {"'%s'.format([{1: 'y', '1': 'x'}])", "\"{1: y, 1: x}\""},
    {"'%s'.format([{10: 1, 9: 2, true: 3, 2u: 4}])", "\"{10: 1, 2: 4, 9: 2, true: 3}\""},
    {"'%s'.format([b'\\xff'])", "error: format: %s takes bytes that are UTF-8 text, not others"},
    {"'%s'.format([[b'\\xff']])", "error: format: %s takes bytes that are UTF-8 text, not others"},
    {"'%s'.format([{1: b'\\xff', 2: 3}])",
     "error: format: %s takes bytes that are UTF-8 text, not others"},
    // %d
    {"'%d %d'.format([-5, 5u])", "\"-5 5\""},
    {"'%d'.format([18446744073709551615u])", "\"18446744073709551615\""},
    {"'%d'.format([-9223372036854775807 - 1])", "\"-9223372036854775808\""},
    {"'%d'.format([0.0 / 0.0])", "\"NaN\""},
    {"'%d'.format([1.0 / 0.0])", "\"Infinity\""},
    {"'%d'.format([1.5])", "error: format: %d takes an int or a uint, not double"},
    {"'%d'.format(['a'])", "error: format: %d takes an int or a uint, not string"},
    {"'%d'.format([true])", "error: format: %d takes an int or a uint, not bool"},
    {"'%d'.format([null])", "error: format: %d takes an int or a uint, not null_type"},
    // %f
    {"'%f'.format([1.5])", "\"1.500000\""},
    {"'%f'.format([3])", "\"3.000000\""},
    {"'%f'.format([3u])", "\"3.000000\""},
    {"'%.0f'.format([2.5])", "\"2\""},
    {"'%.0f'.format([3.5])", "\"4\""},
    {"'%.3f'.format([-1.2345])", "\"-1.234\""},
    {"'%.1f'.format([-0.04])", "\"-0.0\""},
    {"'%.f'.format([1.5])", "\"2\""},
    {"'%.010f'.format([1.0])", "\"1.0000000000\""},
    {"'%.2f'.format([1e21])", "\"1000000000000000000000.00\""},
    {"'%.100f'.format([1.7976931348623157e308]).size()", "410"},
    {"'%f'.format([0.0 / 0.0])", "\"NaN\""},
    {"'%f'.format([-1.0 / 0.0])", "\"-Infinity\""},
    {"'%.101f'.format([1.0])", "error: format: at most 100 digits behind the point"},
    {"'%.99999999999999999999f'.format([1.0])",
     "error: format: at most 100 digits behind the point"},
    {"'%f'.format(['1'])", "error: format: %f takes a number, not string"},
    {"'%f'.format([null])", "error: format: %f takes a number, not null_type"},
    // %e
    {"'%e'.format([1052.032911275])", "\"1.052033e+03\""},
    {"'%.2e'.format([0.00012345])", "\"1.23e-04\""},
    {"'%.0e'.format([15.0])", "\"2e+01\""},
    {"'%e'.format([0])", "\"0.000000e+00\""},
    {"'%e'.format([1e100])", "\"1.000000e+100\""},
    {"'%e'.format([-1.0 / 0.0])", "\"-Infinity\""},
    {"'%e'.format([true])", "error: format: %e takes a number, not bool"},
    // %b %o
    {"'%b'.format([5])", "\"101\""},
    {"'%b'.format([-5])", "\"-101\""},
    {"'%b'.format([0])", "\"0\""},
    {"'%b'.format([18446744073709551615u])",
     "\"1111111111111111111111111111111111111111111111111111111111111111\""},
    {"'%b'.format([-9223372036854775807 - 1])",
     "\"-1000000000000000000000000000000000000000000000000000000000000000\""},
    {"'%b%b'.format([true, false])", "\"10\""},
    {"'%b'.format([1.0])", "error: format: %b takes an int, a uint or a bool, not double"},
    {"'%b'.format(['a'])", "error: format: %b takes an int, a uint or a bool, not string"},
    {"'%b'.format([null])", "error: format: %b takes an int, a uint or a bool, not null_type"},
    {"'%o'.format([8])", "\"10\""},
    {"'%o'.format([-9])", "\"-11\""},
    {"'%o'.format([18446744073709551615u])", "\"1777777777777777777777\""},
    {"'%o'.format([true])", "error: format: %o takes an int or a uint, not bool"},
    {"'%o'.format(['a'])", "error: format: %o takes an int or a uint, not string"},
    // %x %X
    {"'%x'.format([30])", "\"1e\""},
    {"'%X'.format([30])", "\"1E\""},
    {"'%x'.format([-30])", "\"-1e\""},
    {"'%x'.format([18446744073709551615u])", "\"ffffffffffffffff\""},
    {"'%x'.format(['Hi\\u00e9'])", "\"4869c3a9\""},
    {"'%X'.format([b'\\xff\\x00'])", "\"FF00\""},
    {"'%x'.format([''])", "\"\""},
    {"'%x'.format([true])", "error: format: %x takes an int, a uint, a string or bytes, not bool"},
    {"'%X'.format([1.0])", "error: format: %x takes an int, a uint, a string or bytes, not double"},
    {"'%x'.format([null])",
     "error: format: %x takes an int, a uint, a string or bytes, not null_type"},
    {"'%x'.format([[1]])", "error: format: %x takes an int, a uint, a string or bytes, not list"},
    // clauses that are none
    {"'%'.format([1])", "error: format: the text ends in the middle of a '%'"},
    {"'%.'.format([1])", "error: format: the text ends in the middle of a '%'"},
    {"'%.3'.format([1])", "error: format: the text ends in the middle of a '%'"},
    {"'%q'.format([1])", "error: format: after % comes one of % s d f e b o x X, not 'q'"},
    {"'%S'.format([1])", "error: format: after % comes one of % s d f e b o x X, not 'S'"},
    {"'%5d'.format([1])", "error: format: after % comes one of % s d f e b o x X, not '5'"},
    {"'%-d'.format([1])", "error: format: after % comes one of % s d f e b o x X, not '-'"},
    {"'%\\u00e9'.format([1])", "error: format: after % comes one of % s d f e b o x X, not '?'"},
    {"'%.2%'.format([1])", "error: format: after % comes one of % s d f e b o x X, not '%'"},
    {"'%s'.format([])", "error: format: 0 values are given, the text takes more"},
    {"'%s %s'.format([1])", "error: format: 1 values are given, the text takes more"},
    {"dyn(1).format(dyn([]))", "error: no such overload: format(int, list)"},
    {"dyn('a').format(dyn('b'))", "error: no such overload: format(string, string)"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static const struct function_cost costs[] = {
    {"'%s'.format([big]).size()", 62500},
    {"'%x'.format([big]).size()", 125000},
    {"'%s'.format([lists.range(100000)]).size()", 200000},
    {"(big + '%s').format([big]).size()", 125000},
    {"'%s'.format([lists.range(1000).map(i, bits)]).size()", 6250000},
    {"'%s'.format([bytes(big)]).size()", 125000},
    {"'%s'.format([raw]) == '' || true", 62500},
    {"'%s'.format([cel.bind(a, [bits, bits, bits, bits], cel.bind(b, [a, a, a, a], cel.bind(c, [b, "
     "b, b, b], [c, c, c, c])))]).size()",
     1600000},
    {"'%s'.format([lists.range(10000).transformMap(i, v, v)]).size()", 40000},
};
enum { COST_COUNT = sizeof(costs) / sizeof(costs[0]) };

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/functions_format");
    TCase *tcase = tcase_create("functions_format");
    function_add_tests(tcase, &(struct function_tables){cases, CASE_COUNT, costs, COST_COUNT});
    suite_add_tcase(suite, tcase);
    return suite;
}
