// Times and durations as text, checked against known instants.
#include <inttypes.h>

#include "engine/base/hash.h"
#include "engine/base/time.h"

#include "tests/support/suite.h"

static const struct {
    const char *text;
    int64_t want_ms;
} times[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00.001Z", 1},
    {"1969-12-31T23:59:59.999Z", -1},
    {"2026-11-22T10:20:30.678Z", 1795342830678},
    {"2026-11-22t10:20:30.678z", 1795342830678},
    {"2026-11-22 10:20:30.678Z", 1795342830678},
    {"2026-11-22T17:20:30.678+07:00", 1795342830678},
    {"2026-11-22T05:50:30.678-04:30", 1795342830678},
    {"2026-11-22T10:20:30.678999999Z", 1795342830678},
    {"2026-11-22T10:20:30.6Z", 1795342830600},
    {"2000-02-29T00:00:00Z", 951782400000},
    {"2016-12-31T23:59:60Z", 1483228799999},
    {"2016-12-31T23:59:60.5Z", 1483228799999},
    {"0000-01-01T00:00:00Z", TIME_MS_MIN},
    {"9999-12-31T23:59:59.999Z", TIME_MS_MAX},
};

START_TEST(a_time_is_its_milliseconds)
{
    int64_t got_ms = 0;
    ck_assert_msg(time_parse(bytes_text(times[_i].text), &got_ms), "%s", times[_i].text);
    ck_assert_int_eq(got_ms, times[_i].want_ms);
}
END_TEST

static const char *const bad_times[] = {
    "",
    "2026-11-22",
    "2026-11-22T10:20Z",
    "2026-11-22T10:20:30",
    "2026-11-22T10:20:30.Z",
    "2026-11-22T10:20:30,5Z",
    "2026-11-22T10:20:30+7:00",
    "2026-11-22T10:20:30+0700",
    "2026-11-22T10:20:30+24:00",
    "2026-11-22T10:20:30+07:60",
    "2026-11-22T10:20:30Z ",
    " 2026-11-22T10:20:30Z",
    "2026-11-22_10:20:30Z",
    "2026-13-22T10:20:30Z",
    "2026-00-22T10:20:30Z",
    "2026-02-29T10:20:30Z",
    "1900-02-29T10:20:30Z",
    "2026-11-31T10:20:30Z",
    "2026-11-00T10:20:30Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T10:60:30Z",
    "2026-11-22T10:20:61Z",
    "20a6-11-22T10:20:30Z",
    "2026/11/22T10:20:30Z",
    "2026-11-22T10-20-30Z",
    "-026-11-22T10:20:30Z",
    "12026-11-22T10:20:30Z",
    "0000-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
};

START_TEST(a_malformed_time_is_refused)
{
    int64_t got_ms = 42;
    ck_assert_msg(!time_parse(bytes_text(bad_times[_i]), &got_ms), "%s", bad_times[_i]);
    ck_assert_int_eq(got_ms, 42);
}
END_TEST

START_TEST(a_date_is_its_midnight)
{
    int64_t got_ms = 42;
    ck_assert(time_parse_date(BYTES_LITERAL("2026-11-22"), &got_ms));
    ck_assert_int_eq(got_ms, 1795305600000);
    ck_assert(!time_parse_date(BYTES_LITERAL("2026-11-31"), &got_ms));
    ck_assert(!time_parse_date(BYTES_LITERAL("2026-11-2"), &got_ms));
    ck_assert(!time_parse_date(BYTES_LITERAL("2026-11-22T00:00:00Z"), &got_ms));
    ck_assert_int_eq(got_ms, 1795305600000);
}
END_TEST

static void check_reads_back(int64_t time_ms)
{
    char text[TIME_TEXT_CHARS];
    time_print(time_ms, text);
    int64_t back_ms = 0;
    // Each assertion that holds is a write to a file; millions of them take longer than the work.
    if (!time_parse(bytes_of(text, sizeof(text)), &back_ms) || back_ms != time_ms)
        ck_abort_msg("%.24s reads back as %" PRId64 ", not %" PRId64, text, back_ms, time_ms);
}

START_TEST(every_day_of_ten_thousand_years_reads_back)
{
    for (int64_t time_ms = TIME_MS_MIN; time_ms <= TIME_MS_MAX; time_ms += 86400000)
        check_reads_back(time_ms);
    check_reads_back(TIME_MS_MAX);
}
END_TEST

START_TEST(any_millisecond_reads_back)
{
    uint64_t range = (uint64_t)(TIME_MS_MAX - TIME_MS_MIN);
    for (uint64_t i = 0; i < 20000; i++)
        check_reads_back(TIME_MS_MIN + (int64_t)(hash_mix(test_seed() + i) % range));
}
END_TEST

START_TEST(a_time_prints_as_promised)
{
    char text[TIME_TEXT_CHARS + 1] = {0};
    time_print(1795342830678, text);
    ck_assert_str_eq(text, "2026-11-22T10:20:30.678Z");
    time_print(TIME_MS_MIN, text);
    ck_assert_str_eq(text, "0000-01-01T00:00:00.000Z");
    time_print(951782400000, text);
    ck_assert_str_eq(text, "2000-02-29T00:00:00.000Z");
}
END_TEST

static const struct {
    const char *text;
    int64_t want_ms; // -1: refused
} durations[] = {
    {"250ms", 250},
    {"10s", 10000},
    {"5m", 300000},
    {"36h", 129600000},
    {"30d", 2592000000},
    {"2w", 1209600000},
    {"0s", 0},
    {"365250d", 31557600000000},
    {"365251d", -1},
    {"99999999999999999999s", -1},
    {"", -1},
    {"5", -1},
    {"d", -1},
    {"-5d", -1},
    {"1.5h", -1},
    {"5 d", -1},
    {"5D", -1},
    {"5y", -1},
    {"1h30m", -1},
};

START_TEST(a_duration_is_its_milliseconds_or_refused)
{
    int64_t got_ms = -1;
    bool is_valid = duration_parse(bytes_text(durations[_i].text), &got_ms);
    ck_assert_msg(is_valid == (durations[_i].want_ms >= 0), "%s", durations[_i].text);
    ck_assert_int_eq(got_ms, durations[_i].want_ms);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("time");
    TCase *tcase = tcase_create("time");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, a_time_is_its_milliseconds, 0, sizeof(times) / sizeof(times[0]));
    tcase_add_loop_test(
        tcase, a_malformed_time_is_refused, 0, sizeof(bad_times) / sizeof(bad_times[0]));
    tcase_add_test(tcase, a_date_is_its_midnight);
    tcase_add_test(tcase, every_day_of_ten_thousand_years_reads_back);
    tcase_add_test(tcase, any_millisecond_reads_back);
    tcase_add_test(tcase, a_time_prints_as_promised);
    tcase_add_loop_test(
        tcase, a_duration_is_its_milliseconds_or_refused, 0,
        sizeof(durations) / sizeof(durations[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
