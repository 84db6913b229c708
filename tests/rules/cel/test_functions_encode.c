// base64: the vectors of RFC 4648, what is read without padding, and what is not read.
// with: tests/rules/cel/function_cases.c
#include "tests/rules/cel/function_cases.h"
#include "tests/support/suite.h"

static const struct function_case cases[] = {
    {"base64.encode(b'')", "\"\""},
    {"base64.encode(b'f')", "\"Zg==\""},
    {"base64.encode(b'fo')", "\"Zm8=\""},
    {"base64.encode(b'foo')", "\"Zm9v\""},
    {"base64.encode(b'foob')", "\"Zm9vYg==\""},
    {"base64.encode(b'fooba')", "\"Zm9vYmE=\""},
    {"base64.encode(b'foobar')", "\"Zm9vYmFy\""},
    {"base64.encode(b'\\x00\\xff\\xfe\\xfb\\xef\\xbe')", "\"AP/+++++\""},
    {"base64.decode('')", "b''"},
    {"base64.decode('Zg==')", "b'66'"},
    {"base64.decode('Zg')", "b'66'"},
    {"base64.decode('Zm8=')", "b'666f'"},
    {"base64.decode('Zm8')", "b'666f'"},
    {"base64.decode('Zm9vYmFy')", "b'666f6f626172'"},
    {"base64.decode('/+8=')", "b'ffef'"},
    {"base64.decode(base64.encode(b'\\x00\\x01\\xfe\\xff')) == b'\\x00\\x01\\xfe\\xff'", "true"},
    {"base64.decode('Z')", "error: this is not base64"},
    {"base64.decode('Zg=')", "error: this is not base64"},
    {"base64.decode('Zm9=v')", "error: this is not base64"},
    {"base64.decode('Zm9v=')", "error: this is not base64"},
    {"base64.decode('=')", "error: this is not base64"},
    {"base64.decode('==')", "error: this is not base64"},
    {"base64.decode('===')", "error: this is not base64"},
    {"base64.decode('====')", "error: this is not base64"},
    {"base64.decode('Zg===')", "error: this is not base64"},
    {"base64.decode('Z===')", "error: this is not base64"},
    {"base64.decode('Zm 9v')", "error: this is not base64"},
    {"base64.decode('Zm9v\\n')", "error: this is not base64"},
    {"base64.decode('Zm9-')", "error: this is not base64"},
    {"base64.decode('Zm9_')", "error: this is not base64"},
    {"base64.decode('Zm9\\u0000')", "error: this is not base64"},
    {"base64.decode('\303\251')", "error: this is not base64"},
    {"base64.decode('ZZZZZ')", "error: this is not base64"},
    {"base64.encode(dyn('a'))", "error: no such overload: base64.encode(string)"},
    {"base64.decode(dyn(b'a'))", "error: no such overload: base64.decode(bytes)"},
    {"base64.decode(dyn(1))", "error: no such overload: base64.decode(int)"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static const struct function_cost costs[] = {
    {"base64.encode(raw).size()", 125000},
    {"base64.decode(big).size()", 125000},
};
enum { COST_COUNT = sizeof(costs) / sizeof(costs[0]) };

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/functions_encode");
    TCase *tcase = tcase_create("functions_encode");
    function_add_tests(tcase, &(struct function_tables){cases, CASE_COUNT, costs, COST_COUNT});
    suite_add_tcase(suite, tcase);
    return suite;
}
