// The functions that CEL does not have.
// with: tests/rules/cel/function_cases.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/cel/function.h"

#include "tests/rules/cel/function_cases.h"
#include "tests/support/suite.h"

static const struct function_case cases[] = {
    // days
    {"days(30)", "2592000s"},
    {"days(0.5)", "43200s"},
    {"days(-1)", "-86400s"},
    {"days(0.1)", "8640s"},
    {"days(1e-14)", "0.000000001s"},
    {"days(106751)", "9223286400s"},
    {"days(106752)", "error: duration overflow"},
    {"days(-106752)", "error: duration overflow"},
    {"days(9223372036854775807)", "error: duration overflow"},
    {"days(1e300)", "error: duration overflow"},
    {"days(0.0 / 0.0)", "error: duration overflow"},
    {"days(-1.0 / 0.0)", "error: duration overflow"},
    {"days(dyn('a'))", "error: no such overload: days(string)"},
    {"days(dyn(1u))", "error: no such overload: days(uint)"},
    {"timestamp('2026-01-31T00:00:00Z') + days(30) == date('2026-03-02')", "true"},
    // date
    {"date('1970-01-02')", "@86400"},
    {"date('2024-02-29')", "@1709164800"},
    {"date('0001-01-01')", "@-62135596800"},
    {"date('9999-12-31')", "@253402214400"},
    {"date('')", "error: '' is not a date such as 2026-01-31"},
    {"date('2026-1-31')", "error: '2026-1-31' is not a date such as 2026-01-31"},
    {"date('2026-02-29')", "error: '2026-02-29' is not a date such as 2026-01-31"},
    {"date('2026-13-01')", "error: '2026-13-01' is not a date such as 2026-01-31"},
    {"date('2026-00-10')", "error: '2026-00-10' is not a date such as 2026-01-31"},
    {"date('2026-01-32')", "error: '2026-01-32' is not a date such as 2026-01-31"},
    {"date('2026/01/31')", "error: '2026/01/31' is not a date such as 2026-01-31"},
    {"date('31.01.2026')", "error: '31.01.2026' is not a date such as 2026-01-31"},
    {"date('2026-01-31T00:00:00Z')",
     "error: '2026-01-31T00:00:00Z' is not a date such as 2026-01-31"},
    {"date('0000-01-01')", "error: '0000-01-01' is not a date such as 2026-01-31"},
    {"date(' 2026-01-3')", "error: ' 2026-01-3' is not a date such as 2026-01-31"},
    {"date('26-01-31')", "error: '26-01-31' is not a date such as 2026-01-31"},
    {"date(dyn(1))", "error: no such overload: date(int)"},
    // local: what the clocks of a zone show
    {"local(timestamp('2009-02-13T23:31:30.5Z'), 'Test/East')", "@1234593090.500000000"},
    {"local(timestamp('2009-02-13T23:31:30Z'), 'Test/East').getHours()", "6"},
    {"local(timestamp('2009-02-13T23:31:30Z'), 'Test/East').getDate()", "14"},
    {"local(timestamp('2009-02-13T23:31:30Z'), '-05:30').getHours()", "18"},
    {"local(timestamp(0), 'UTC')", "@0"},
    {"local(timestamp(0), 'Test/Newfoundland')", "@-12600"},
    {"local(timestamp('2009-02-13T23:31:30Z'), 'Test/East') >= date('2009-02-14')", "true"},
    {"local(timestamp(999999999), 'Test/Summer')", "@999999999"},
    {"local(timestamp(1000000000), 'Test/Summer')", "@1000003600"},
    {"local(timestamp('9999-12-31T23:59:59Z'), '+00:01')", "error: timestamp overflow"},
    {"local(timestamp('0001-01-01T00:00:00Z'), '-00:01')", "error: timestamp overflow"},
    {"local(timestamp(0), 'Mars/Olympus')", "error: 'Mars/Olympus' is not a time zone"},
    {"local(timestamp(0), '')", "error: '' is not a time zone"},
    {"local(timestamp(0), dyn(7))",
     "error: no such overload: local(google.protobuf.Timestamp, int)"},
    {"local(dyn('a'), 'UTC')", "error: no such overload: local(string, string)"},
    // age: it is 2026-11-26
    {"age(date('2000-11-26'))", "26"},
    {"age(date('2000-11-27'))", "25"},
    {"age(date('2000-12-01'))", "25"},
    {"age(date('2000-10-31'))", "26"},
    {"age(date('2026-11-26'))", "0"},
    {"age(timestamp('2000-11-26T23:59:59Z'))", "26"},
    {"age(date('2026-11-27'))", "-1"},
    {"age(date('2027-11-26'))", "-1"},
    {"age(date('0001-01-01'))", "2025"},
    {"age(date('2000-02-29'))", "26"},
    {"age(dyn('2000-01-01'))", "error: no such overload: age(string)"},
    // bucket: pinned; contacts change sides when one of these changes
    {"bucket('', '', 1000)", "119"},
    {"bucket('a', 'test-1', 100)", "56"},
    {"bucket('contact-1', 'test-1', 100)", "60"},
    {"bucket('contact-2', 'test-1', 100)", "84"},
    {"bucket('contact-1', 'test-2', 100)", "14"},
    {"bucket('contact-1', 'test-1', 2)", "0"},
    {"bucket('contact-1', 'test-1', 9223372036854775807)", "889258389632999960"},
    {"bucket('\\u00e9', '\\u20ac', 1000000)", "811486"},
    {"bucket('a', 'b', 0)", "error: bucket() of fewer than one"},
    {"bucket('a', 'b', -5)", "error: bucket() of fewer than one"},
    {"bucket('a', 'b', 1)", "0"},
    {"bucket('ab', 'c', 1000000) == bucket('a', 'bc', 1000000)", "false"},
    {"bucket('a', 'b', 1000000) == bucket('b', 'a', 1000000)", "false"},
    {"bucket(dyn(1), 'a', 2)", "error: no such overload: bucket(int, string, int)"},
    {"bucket('a', dyn(1), 2)", "error: no such overload: bucket(string, int, int)"},
    {"bucket('a', 'b', dyn(2u))", "error: no such overload: bucket(string, string, uint)"},
    // min, max: in one type, or numbers among each other; among a double and others a double
    {"min(3, 1, 2)", "1"},
    {"max(3, 1, 2)", "3"},
    {"max(5)", "check: there is no max(int)"},
    {"min(1u, 2u)", "1u"},
    {"max(1.5, 2.5)", "2.5"},
    {"min('b', 'a', 'ab')", "\"a\""},
    {"max('b', 'a', 'ab')", "\"b\""},
    {"max(timestamp(1), timestamp(2))", "@2"},
    {"min(duration('1s'), duration('-1s'))", "-1s"},
    {"min(7 / 2.0, 100)", "3.5"},
    {"min(100, 250.5)", "100.0"},
    {"max(1, 2.5)", "2.5"},
    {"max(3, 2.5)", "3.0"},
    {"max(2.5, 1u)", "2.5"},
    {"max(dyn(1), 2u)", "2u"},
    {"max(dyn(1), dyn(2), dyn(1.5))", "2.0"},
    {"max(9007199254740993, dyn(9007199254740992))", "9007199254740993"},
    {"max(1.0, 0.0 / 0.0)", "1.0"},
    {"max(0.0 / 0.0, 1.0)", "1.0"},
    {"min(0.0 / 0.0, 1.0)", "1.0"},
    {"min(0.0 / 0.0, 0.0 / 0.0)", "NaN"},
    {"max(dyn(0.0 / 0.0), dyn(3))", "3.0"},
    {"max(dyn(1), dyn('a'))", "error: no such overload: max(int, string)"},
    {"min(dyn('a'), dyn(1))", "error: no such overload: min(string, int)"},
    {"max(dyn(0.0 / 0.0), dyn('a'))", "error: no such overload: max(double, string)"},
    {"max(dyn(timestamp(0)), dyn(duration('1s')))",
     "error: no such overload: max(google.protobuf.Timestamp, google.protobuf.Duration)"},
    {"max(dyn(true), dyn(false))", "error: no such overload: max(bool, bool)"},
    {"min(dyn(null), 1)", "error: no such overload: min(null_type, int)"},
    {"min(dyn([1]), dyn([2]))", "error: no such overload: min(list, list)"},
    {"max(1, 'a')", "check: there is no max(int, string)"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static const struct function_cost costs[] = {
    {"bucket(big, 'a', 10)", 62500},
    {"bucket('a', big, 10)", 62500},
    {"max(big, big, big) == big", 250000},
};
enum { COST_COUNT = sizeof(costs) / sizeof(costs[0]) };

// Of 100,000 contacts every bucket gets its share, and another salt sends them elsewhere.
START_TEST(buckets_are_even_and_salts_independent)
{
    enum { CONTACTS = 100000, SIDES = 10 };
    const struct cel_function_row *row = cel_functions_own;
    while (strncmp(row->signature, "bucket(", 7) != 0)
        row++;
    struct cel_eval eval = {.cost_left = CEL_COST_MAX * 10};
    uint32_t both[SIDES][SIDES] = {{0}};
    for (int i = 0; i < CONTACTS; i++) {
        char id[32];
        int len = snprintf(id, sizeof(id), "contact-%d", i);
        struct cel_value args[] = {
            cel_string(bytes_of(id, (size_t)len)), cel_string(BYTES_LITERAL("first")),
            cel_int(SIDES)};
        struct cel_value first = row->function(&eval, args, 3);
        args[1] = cel_string(BYTES_LITERAL("second"));
        struct cel_value second = row->function(&eval, args, 3);
        ck_assert(first.kind == CEL_INT && second.kind == CEL_INT);
        ck_assert(first.as.integer >= 0 && first.as.integer < SIDES);
        both[first.as.integer][second.as.integer]++;
    }
    for (int i = 0; i < SIDES * SIDES; i++) // 1,000 each; 32 is the standard deviation
        ck_assert_int_le(abs((int)both[i / SIDES][i % SIDES] - CONTACTS / SIDES / SIDES), 160);
    cel_eval_free(&eval);
}
END_TEST

// The years of who was born on 29 February, on the days around the birthday.
START_TEST(a_birthday_on_29_february_is_on_1_march_in_other_years)
{
    static const struct {
        int64_t now_s;
        int64_t years;
    } days[] = {
        {1709078400, 3}, // 2024-02-28
        {1709164800, 4}, // 2024-02-29
        {1740700799, 4}, // 2025-02-27T23:59:59
        {1740700800, 4}, // 2025-02-28
        {1740787200, 5}, // 2025-03-01
        {1709164799, 3}, // 2024-02-28T23:59:59
    };
    const struct cel_function_row *row = cel_functions_own;
    while (strncmp(row->signature, "age(", 4) != 0)
        row++;
    struct cel_value born;
    ck_assert(cel_timestamp_of(1582934400, 0, &born)); // 2020-02-29
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        const struct cel_host host = {.now_s = days[i].now_s};
        struct cel_eval eval = {.host = &host, .cost_left = 100};
        struct cel_value years = row->function(&eval, &born, 1);
        ck_assert_int_eq(years.kind, CEL_INT);
        ck_assert_int_eq(years.as.integer, days[i].years);
        cel_eval_free(&eval);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/functions_own");
    TCase *tcase = tcase_create("functions_own");
    function_add_tests(tcase, &(struct function_tables){cases, CASE_COUNT, costs, COST_COUNT});
    tcase_add_test(tcase, buckets_are_even_and_salts_independent);
    tcase_add_test(tcase, a_birthday_on_29_february_is_on_1_march_in_other_years);
    suite_add_tcase(suite, tcase);
    return suite;
}
