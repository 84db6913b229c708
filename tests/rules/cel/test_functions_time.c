// Parts of times and durations, and both as text.
// with: tests/rules/cel/function_cases.c
#include "tests/rules/cel/function_cases.h"
#include "tests/support/suite.h"

static const struct function_case cases[] = {
    // parts of a timestamp, in UTC
    {"timestamp('2009-02-13T23:31:30.123456789Z').getFullYear()", "2009"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getMonth()", "1"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getDayOfYear()", "43"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getDayOfMonth()", "12"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getDate()", "13"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getDayOfWeek()", "5"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours()", "23"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getMinutes()", "31"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getSeconds()", "30"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getMilliseconds()", "123"},
    // and in a zone: by name, by a fixed offset
    {"timestamp('2009-02-13T23:31:30.123456789Z').getFullYear('Test/East')", "2009"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getMonth('Test/East')", "1"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getDayOfYear('Test/East')", "44"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getDayOfMonth('Test/East')", "13"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getDate('Test/East')", "14"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getDayOfWeek('Test/East')", "6"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('Test/East')", "6"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getMinutes('Test/East')", "31"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getSeconds('Test/East')", "30"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getMilliseconds('Test/East')", "123"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('+07:00')", "6"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('07:00')", "6"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getDate('+07:00')", "14"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('-05:30')", "18"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getMinutes('-05:30')", "1"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('UTC')", "23"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('Z')", "23"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getSeconds('-00:00')", "30"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getMinutes('Test/Newfoundland')", "1"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('Test/Newfoundland')", "20"},
    {"timestamp(999999999).getHours('Test/Summer')", "1"},
    {"timestamp(1000000000).getHours('Test/Summer')", "2"},
    {"timestamp('2000-01-01T00:00:00Z').getFullYear('-00:01')", "1999"},
    {"timestamp('2000-01-01T00:00:00Z').getDayOfYear('-00:01')", "364"},
    {"timestamp('2000-01-01T00:00:00Z').getMonth('-00:01')", "11"},
    // the ends, and before 1970
    {"timestamp('0001-01-01T00:00:00Z').getFullYear()", "1"},
    {"timestamp('0001-01-01T00:00:00Z').getDayOfWeek()", "1"},
    {"timestamp('0001-01-01T00:00:00Z').getFullYear('-01:00')", "0"},
    {"timestamp('9999-12-31T23:59:59.999999999Z').getFullYear('+01:00')", "10000"},
    {"timestamp('9999-12-31T23:59:59.999999999Z').getDayOfWeek()", "5"},
    {"timestamp('9999-12-31T23:59:59.999999999Z').getMilliseconds()", "999"},
    {"timestamp('1969-12-31T23:59:59.25Z').getSeconds()", "59"},
    {"timestamp('1969-12-31T23:59:59.25Z').getMilliseconds()", "250"},
    {"timestamp('1969-12-31T23:59:59.25Z').getDayOfWeek()", "3"},
    {"timestamp('1900-02-28T00:00:00Z').getDayOfYear()", "58"},
    {"timestamp('1900-03-01T00:00:00Z').getDayOfYear()", "59"},
    {"timestamp('2000-03-01T00:00:00Z').getDayOfYear()", "60"},
    {"timestamp('2024-12-31T00:00:00Z').getDayOfYear()", "365"},
    // what is no zone
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('Mars/Olympus')",
     "error: 'Mars/Olympus' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('')", "error: '' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('+7')",
     "error: '+7' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('+24:00')",
     "error: '+24:00' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('+07:60')",
     "error: '+07:60' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('07:0')",
     "error: '07:0' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('+0700')",
     "error: '+0700' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('+07:00 ')",
     "error: '+07:00 ' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('++7:00')",
     "error: '++7:00' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('../../etc/passwd')",
     "error: '../../etc/passwd' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('/etc/passwd')",
     "error: '/etc/passwd' is not a time zone"},
    {"timestamp('2009-02-13T23:31:30.123456789Z').getHours('utc')",
     "error: 'utc' is not a time zone"},
    {"dyn(timestamp('2009-02-13T23:31:30.123456789Z')).getHours(dyn(7))",
     "error: no such overload: part of a timestamp(google.protobuf.Timestamp, int)"},
    {"dyn('2009').getFullYear()", "error: no such overload: part of a timestamp(string)"},
    {"dyn(duration('1s')).getHours(dyn('UTC'))",
     "error: no such overload: part of a timestamp(google.protobuf.Duration, string)"},
    {"dyn(duration('1s')).getFullYear()",
     "error: no such overload: part of a timestamp(google.protobuf.Duration)"},
    // durations: the whole in hours, minutes, seconds; the milliseconds behind the seconds
    {"duration('3h59m59.9s').getHours()", "3"},
    {"duration('-3h59m').getHours()", "-3"},
    {"duration('3730s').getMinutes()", "62"},
    {"duration('-90s').getMinutes()", "-1"},
    {"duration('3730.9s').getSeconds()", "3730"},
    {"duration('123.321456789s').getMilliseconds()", "321"},
    {"duration('-1.5s').getMilliseconds()", "-500"},
    // reading RFC 3339
    {"timestamp('1970-01-01T00:00:00Z')", "@0"},
    {"timestamp('1970-01-01t00:00:00z')", "@0"},
    {"timestamp('1970-01-01T07:00:00+07:00')", "@0"},
    {"timestamp('1969-12-31T20:30:00-03:30')", "@0"},
    {"timestamp('1970-01-01T00:00:00-00:00')", "@0"},
    {"timestamp('1969-12-31T23:59:59.5Z')", "@-1.500000000"},
    {"timestamp('2000-02-29T00:00:00Z')", "@951782400"},
    {"timestamp('1970-01-01T00:00:00.000000001Z')", "@0.000000001"},
    {"timestamp('1970-01-01T00:00:00.1234567899Z')", "@0.123456789"},
    {"timestamp('9999-12-31T23:59:59.999999999Z')", "@253402300799.999999999"},
    {"timestamp('0001-01-01T00:00:00Z')", "@-62135596800"},
    {"timestamp('0000-12-31T23:30:00-00:30')", "@-62135596800"},
    {"timestamp('')",
     "error: '' is not a timestamp such as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01')",
     "error: '1970-01-01' is not a timestamp such as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01T00:00:00')", "error: '1970-01-01T00:00:00' is not a timestamp such as "
                                         "2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01 00:00:00Z')", "error: '1970-01-01 00:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-1-01T00:00:00Z')", "error: '1970-1-01T00:00:00Z' is not a timestamp such as "
                                         "2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01T0:00:00Z')", "error: '1970-01-01T0:00:00Z' is not a timestamp such as "
                                         "2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-13-01T00:00:00Z')", "error: '1970-13-01T00:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-00-01T00:00:00Z')", "error: '1970-00-01T00:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-32T00:00:00Z')", "error: '1970-01-32T00:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-00T00:00:00Z')", "error: '1970-01-00T00:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1900-02-29T00:00:00Z')", "error: '1900-02-29T00:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('2023-02-29T00:00:00Z')", "error: '2023-02-29T00:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-04-31T00:00:00Z')", "error: '1970-04-31T00:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01T24:00:00Z')", "error: '1970-01-01T24:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01T00:60:00Z')", "error: '1970-01-01T00:60:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01T00:00:60Z')", "error: '1970-01-01T00:00:60Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01T00:00:00.Z')", "error: '1970-01-01T00:00:00.Z' is not a timestamp such "
                                           "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01T00:00:00,5Z')", "error: '1970-01-01T00:00:00,5Z' is not a timestamp "
                                            "such as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01T00:00:00+7:00')",
     "error: '1970-01-01T00:00:00+7:00' is not a timestamp such as 2026-01-31T09:00:00Z, of the "
     "years 1 to 9999"},
    {"timestamp('1970-01-01T00:00:00+24:00')",
     "error: '1970-01-01T00:00:00+24:00' is not a timestamp such as 2026-01-31T09:00:00Z, of the "
     "years 1 to 9999"},
    {"timestamp('1970-01-01T00:00:00+07:60')",
     "error: '1970-01-01T00:00:00+07:60' is not a timestamp such as 2026-01-31T09:00:00Z, of the "
     "years 1 to 9999"},
    {"timestamp('1970-01-01T00:00:00ZZ')", "error: '1970-01-01T00:00:00ZZ' is not a timestamp such "
                                           "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('1970-01-01T00:00:00Z ')", "error: '1970-01-01T00:00:00Z ' is not a timestamp such "
                                           "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('+1970-01-01T00:00:00Z')", "error: '+1970-01-01T00:00:00Z' is not a timestamp such "
                                           "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('10000-01-01T00:00:00Z')", "error: '10000-01-01T00:00:00Z' is not a timestamp such "
                                           "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('0000-01-01T00:00:00Z')", "error: '0000-01-01T00:00:00Z' is not a timestamp such "
                                          "as 2026-01-31T09:00:00Z, of the years 1 to 9999"},
    {"timestamp('0001-01-01T00:00:00+00:01')",
     "error: '0001-01-01T00:00:00+00:01' is not a timestamp such as 2026-01-31T09:00:00Z, of the "
     "years 1 to 9999"},
    {"timestamp('9999-12-31T23:59:59-00:01')",
     "error: '9999-12-31T23:59:59-00:01' is not a timestamp such as 2026-01-31T09:00:00Z, of the "
     "years 1 to 9999"},
    // printing it
    {"string(timestamp(0))", "\"1970-01-01T00:00:00Z\""},
    {"string(timestamp('1969-12-31T23:59:59.5Z'))", "\"1969-12-31T23:59:59.5Z\""},
    {"string(timestamp('0001-01-01T00:00:00.000000001Z'))", "\"0001-01-01T00:00:00.000000001Z\""},
    {"string(timestamp('9999-12-31T23:59:59.99Z'))", "\"9999-12-31T23:59:59.99Z\""},
    {"string(timestamp('2009-02-14T06:31:30+07:00'))", "\"2009-02-13T23:31:30Z\""},
    // reading durations
    {"duration('1h2m3.5s')", "3723.500000000s"},
    {"duration('-1h')", "-3600s"},
    {"duration('+1h')", "3600s"},
    {"duration('1.5h')", "5400s"},
    {"duration('-1.5h')", "-5400s"},
    {"duration('.5s')", "0.500000000s"},
    {"duration('100ms')", "0.100000000s"},
    {"duration('1us')", "0.000001000s"},
    {"duration('1\\u00b5s')", "0.000001000s"},
    {"duration('1\\u03bcs')", "0.000001000s"},
    {"duration('7ns')", "0.000000007s"},
    {"duration('1.9ns')", "0.000000001s"},
    {"duration('0')", "0s"},
    {"duration('-0')", "0s"},
    {"duration('1m1ms1us1ns')", "60.001001001s"},
    {"duration('1s1h')", "3601s"},
    {"duration('0.000000001h')", "0.000003600s"},
    {"duration('9223372036.854775807s')", "9223372036.854775807s"},
    {"duration('-9223372036.854775808s')", "-9223372036.854775808s"},
    {"duration('-9223372036854775808ns')", "-9223372036.854775808s"},
    {"duration('')", "error: '' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('-')", "error: '-' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('+')", "error: '+' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('1')", "error: '1' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('s')", "error: 's' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('1 s')", "error: '1 s' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('1s ')", "error: '1s ' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('1d')", "error: '1d' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('1sec')",
     "error: '1sec' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('1h2')", "error: '1h2' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('--1s')",
     "error: '--1s' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('1h-2m')",
     "error: '1h-2m' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('.s')", "error: '.s' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('1.s')", "error: '1.s' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('1e3s')",
     "error: '1e3s' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('9223372036.854775808s')",
     "error: '9223372036.854775808s' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('-9223372036.854775809s')",
     "error: '-9223372036.854775809s' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('320000000000s')",
     "error: '320000000000s' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('2562048h')",
     "error: '2562048h' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('99999999999999999999s')",
     "error: '99999999999999999999s' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('18446744073709551616ns')",
     "error: '18446744073709551616ns' is not a duration such as 36h or 1.5s, of at most 292 years"},
    {"duration('5124095h34m33.709551616s')", "error: '5124095h34m33.709551616s' is not a duration "
                                             "such as 36h or 1.5s, of at most 292 years"},
    // printing them
    {"string(duration('1000000s'))", "\"1000000s\""},
    {"string(duration('-1.5s'))", "\"-1.5s\""},
    {"string(duration('-1ms'))", "\"-0.001s\""},
    {"string(duration('0'))", "\"0s\""},
    {"string(duration('1ns'))", "\"0.000000001s\""},
    {"string(duration('-9223372036854775808ns'))", "\"-9223372036.854775808s\""},
    {"duration(string(duration('-9223372036854775808ns')))", "-9223372036.854775808s"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/functions_time");
    TCase *tcase = tcase_create("functions_time");
    function_add_tests(tcase, &(struct function_tables){cases, CASE_COUNT, NULL, 0});
    suite_add_tcase(suite, tcase);
    return suite;
}
