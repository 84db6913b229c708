// Lists: every function, its edges, and how it refuses the rest.
// with: tests/rules/cel/function_cases.c
#include "tests/rules/cel/function_cases.h"
#include "tests/support/suite.h"

static const struct function_case cases[] = {
    // slice
    {"[1, 2, 3, 4].slice(1, 3)", "[2, 3]"},
    {"[1, 2].slice(0, 2)", "[1, 2]"},
    {"[1, 2].slice(2, 2)", "[]"},
    {"[].slice(0, 0)", "[]"},
    {"[1, 2].slice(0, 3)", "error: slice(0, 3) of a list of 2"},
    {"[1, 2].slice(2, 1)", "error: slice(2, 1) of a list of 2"},
    {"[1, 2].slice(-1, 1)", "error: slice(-1, 1) of a list of 2"},
    {"[1, 2].slice(-2, -1)", "error: slice(-2, -1) of a list of 2"},
    {"[1].slice(0, 9223372036854775807)", "error: slice(0, 9223372036854775807) of a list of 1"},
    {"dyn('ab').slice(0, 1)", "error: no such overload: slice(string, int, int)"},
    {"[1].slice(dyn(0u), 1)", "error: no such overload: slice(list, uint, int)"},
    // flatten
    {"[1, [2, [3]], []].flatten()", "[1, 2, [3]]"},
    {"[1, [2, [3, [4]]]].flatten(2)", "[1, 2, 3, [4]]"},
    {"[1, [2, [3, [4]]]].flatten(0)", "[1, [2, [3, [4]]]]"},
    {"[1, [2, [3, [4]]]].flatten(9223372036854775807)", "[1, 2, 3, 4]"},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[7]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
     "]]]]]]]]]]]]]]].flatten(98)",
     "[[7]]"},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[7]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
     "]]]]]]]]]]]]]]].flatten(100)",
     "[7]"},
    {"[].flatten()", "[]"},
    {"[[], []].flatten()", "[]"},
    {"[{1: [2]}].flatten(5)", "[{1: [2]}]"},
    {"[[1]].flatten(-1)", "error: flatten() to a depth below 0"},
    {"dyn('a').flatten()", "error: no such overload: flatten(string)"},
    {"[[1]].flatten(dyn(1.0))", "error: no such overload: flatten(list, double)"},
    // range
    {"lists.range(4)", "[0, 1, 2, 3]"},
    {"lists.range(0)", "[]"},
    {"lists.range(-5)", "[]"},
    {"lists.range(9223372036854775807)", "error: this takes more steps than an expression may"},
    {"lists.range(dyn(1u))", "error: no such overload: lists.range(uint)"},
    // reverse
    {"[3, 1, 2].reverse()", "[2, 1, 3]"},
    {"[].reverse()", "[]"},
    {"[[1, 2], [3]].reverse()", "[[3], [1, 2]]"},
    // sort: stable, a NaN first
    {"[3, 1, 2].sort()", "[1, 2, 3]"},
    {"[].sort()", "[]"},
    {"[1].sort()", "[1]"},
    {"['b', 'a', '', 'B', '\303\251'].sort()", "[\"\", \"B\", \"a\", \"b\", \"\303\251\"]"},
    {"[true, false].sort()", "[false, true]"},
    {"[b'\\x02', b'\\x01\\xff'].sort()", "[b'01ff', b'02']"},
    {"[timestamp(5), timestamp(-5)].sort()", "[@-5, @5]"},
    {"[duration('2s'), duration('-1ns')].sort()", "[-0.000000001s, 2s]"},
    {"[3u, 1u].sort()", "[1u, 3u]"},
    {"[2, dyn(1.5), 1u, dyn(1), 1.0].sort()", "[1u, 1, 1.0, 1.5, 2]"},
    {"[2.0, 0.0 / 0.0, 1.0, 0.0 / 0.0].sort()", "[NaN, NaN, 1.0, 2.0]"},
    {"[dyn(2), 0.0 / 0.0, 1u].sort()", "[NaN, 1u, 2]"},
    {"[9007199254740993, dyn(9007199254740992.0)].sort()",
     "[9007199254740992.0, 9007199254740993]"},
    {"[5, 4, 3, 2, 1, 9, 8, 7, 6, 0, 11, 10].sort()", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]"},
    {"['dd', 'b', 'ccc', 'a', 'ee'].sortBy(x, x.size())",
     "[\"b\", \"a\", \"dd\", \"ee\", \"ccc\"]"},
    {"[1, 2, 3].sortBy(x, x == 2 ? 0.0 / 0.0 : double(-x))", "[2, 3, 1]"},
    {"[dyn('a'), dyn(1)].sort()", "error: string and int have no order"},
    {"[dyn(0.0 / 0.0), dyn('a')].sort()", "error: double and string have no order"},
    {"[[1], [2]].sort()", "error: list and list have no order"},
    {"[null, null].sort()", "error: null_type and null_type have no order"},
    {"[dyn(timestamp(0)), dyn(duration('1s'))].sort()",
     "error: google.protobuf.Timestamp and google.protobuf.Duration have no order"},
    {"dyn('ba').sort()", "error: no such overload: sort(string)"},
    // distinct
    {"[3, 1, 3, 2, 1].distinct()", "[3, 1, 2]"},
    {"[].distinct()", "[]"},
    {"[dyn(1), 1.0, 1u, '1'].distinct()", "[1, \"1\"]"},
    {"[[1], [1], [2]].distinct()", "[[1], [2]]"},
    {"[{'a': 1}, {'a': 1.0}].distinct()", "[{\"a\": 1}]"},
    {"[0.0 / 0.0, 0.0 / 0.0].distinct()", "[NaN, NaN]"},
    {"dyn('aa').distinct()", "error: no such overload: distinct(string)"},
    // first, last
    {"[1, 2, 3].first()", "1"},
    {"[1, 2, 3].last()", "3"},
    {"['a'].last()", "\"a\""},
    {"[].first()", "error: first() of an empty list"},
    {"[].last()", "error: last() of an empty list"},
    {"dyn('a').first()", "error: no such overload: first(string)"},
    {"dyn({}).last()", "error: no such overload: last(map)"},
    // lists as sets
    {"[1, 2, 3].hasAny([3, 4])", "true"},
    {"[1, 2].hasAny([3, 4])", "false"},
    {"[1].hasAny([])", "false"},
    {"[].hasAny([])", "false"},
    {"[1, 2, 3].hasAll([2, 2])", "true"},
    {"[1, 2].hasAll([2, 3])", "false"},
    {"[].hasAll([])", "true"},
    {"[1, 1].hasOnly([1, 2])", "true"},
    {"[1, 3].hasOnly([1, 2])", "false"},
    {"[].hasOnly([1])", "true"},
    {"[1].hasExactly([1, 1])", "true"},
    {"[1, 2].hasExactly([2, 1])", "true"},
    {"[1, 2].hasExactly([1])", "false"},
    {"[1].hasExactly([1, 2])", "false"},
    {"[dyn(1)].hasAll([1.0, 1u])", "true"},
    {"dyn(1).hasAny([1])", "error: no such overload: hasAny(int, list)"},
    {"dyn(1).hasAll([1])", "error: no such overload: hasAll(int, list)"},
    {"dyn(1).hasOnly([1])", "error: no such overload: hasOnly(int, list)"},
    {"dyn(1).hasExactly([1])", "error: no such overload: hasExactly(int, list)"},
    {"[1].hasAny(dyn({}))", "error: no such overload: hasAny(list, map)"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static const struct function_cost costs[] = {
    {"lists.range(100000).slice(0, 100000).size()", 200000},
    {"lists.range(1000).map(i, lists.range(100)).flatten().size()", 100000},
    {"lists.range(100000).reverse().size()", 200000},
    {"lists.range(100000).sort().size()", 1700000},
    {"lists.range(100).map(i, big).sort().size()", 18750000},
    {"lists.range(100).map(i, bytes(big)).sort().size()", 18750000},
    {"lists.range(2000).distinct().size()", 2000000},
    {"lists.range(100).map(i, big + 'x').distinct().size()", 12437500},
    {"lists.range(1000).hasAll(lists.range(1000))", 500000},
    {"cel.bind(a, lists.range(bits.size() / 10000), cel.bind(b, a.map(x, a), cel.bind(c, a.map(x, "
     "b), cel.bind(d, a.map(x, c), d.flatten(9).size()))))",
     10000},
};
enum { COST_COUNT = sizeof(costs) / sizeof(costs[0]) };

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/functions_list");
    TCase *tcase = tcase_create("functions_list");
    function_add_tests(tcase, &(struct function_tables){cases, CASE_COUNT, costs, COST_COUNT});
    suite_add_tcase(suite, tcase);
    return suite;
}
