// Days, times of day and windows in a zone. Among the cases are those that Mautic, PostHog and Dittofeed test themselves
// with, in our terms.
#include <string.h>

#include "engine/base/time.h"
#include "engine/fold/calendar.h"

#include "tests/support/suite.h"
#include "tests/support/system_zones.h"
#include "tests/support/zone_file.h"

static struct arena arena;

static void setup(void)
{
    arena = (struct arena){0};
}

static void teardown(void)
{
    arena_free(&arena);
}

static void check_time(int64_t got_ms, const char *expected, const char *what)
{
    char got[TIME_TEXT_CHARS + 1] = {0};
    time_print(got_ms, got);
    ck_assert_msg(got_ms == ms_of(expected), "%s: %s, not %s", what, expected, got);
}

// --- spans
static const struct span_case {
    const char *zone;
    enum limit_span span;
    const char *at, *start, *end;
} span_cases[] = {
    {"UTC", LIMIT_DAY, "2026-01-31T00:00:00Z", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"},
    {"UTC", LIMIT_DAY, "2026-01-30T23:59:59.999Z", "2026-01-30T00:00:00Z", "2026-01-31T00:00:00Z"},
    {"+07:00", LIMIT_DAY, "2026-01-30T17:00:00Z", "2026-01-30T17:00:00Z", "2026-01-31T17:00:00Z"},
    {"UTC", LIMIT_WEEK, "2026-02-01T23:59:59Z", "2026-01-26T00:00:00Z", "2026-02-02T00:00:00Z"},
    {"UTC", LIMIT_WEEK, "2026-02-02T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-09T00:00:00Z"},
    {"UTC", LIMIT_WEEK, "1969-12-31T12:00:00Z", "1969-12-29T00:00:00Z", "1970-01-05T00:00:00Z"},
    {"UTC", LIMIT_MONTH, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"},
    {"UTC", LIMIT_MONTH, "2026-12-31T12:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
    {"UTC", LIMIT_YEAR, "2028-12-31T23:00:00Z", "2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z"},
    {"Asia/Ho_Chi_Minh", LIMIT_YEAR, "2028-12-31T23:00:00Z", "2028-12-31T17:00:00Z",
     "2029-12-31T17:00:00Z"},
    // 23 and 25 hours
    {"America/New_York", LIMIT_DAY, "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z",
     "2026-03-09T04:00:00Z"},
    {"America/New_York", LIMIT_DAY, "2026-11-01T05:30:00Z", "2026-11-01T04:00:00Z",
     "2026-11-02T05:00:00Z"},
    {"America/New_York", LIMIT_WEEK, "2026-03-08T12:00:00Z", "2026-03-02T05:00:00Z",
     "2026-03-09T04:00:00Z"},
    {"America/New_York", LIMIT_MONTH, "2026-03-31T12:00:00Z", "2026-03-01T05:00:00Z",
     "2026-04-01T04:00:00Z"},
    // a day without a midnight
    {"America/Sao_Paulo", LIMIT_DAY, "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z",
     "2018-11-05T02:00:00Z"},
    {"America/Sao_Paulo", LIMIT_DAY, "2018-11-04T02:59:59Z", "2018-11-03T03:00:00Z",
     "2018-11-04T03:00:00Z"},
    // a midnight that comes twice: the first
    {"America/Havana", LIMIT_DAY, "2026-11-01T05:30:00Z", "2026-11-01T04:00:00Z",
     "2026-11-02T05:00:00Z"},
    // the day before is shown again for an hour: the new one has begun
    {"America/St_Johns", LIMIT_DAY, "2006-10-29T03:00:00Z", "2006-10-29T02:30:00Z",
     "2006-10-30T03:30:00Z"},
    // a day that is left out
    {"Pacific/Apia", LIMIT_DAY, "2011-12-30T09:00:00Z", "2011-12-29T10:00:00Z",
     "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", LIMIT_DAY, "2011-12-30T11:00:00Z", "2011-12-30T10:00:00Z",
     "2011-12-31T10:00:00Z"},
    // and one that comes twice
    {"America/Juneau", LIMIT_DAY, "1867-10-19T12:00:00Z", "1867-10-18T08:57:41Z",
     "1867-10-20T08:57:41Z"},
};
enum { SPAN_COUNT = sizeof(span_cases) / sizeof(span_cases[0]) };

START_TEST(a_span_begins_with_its_first_midnight)
{
    const struct span_case *expected = &span_cases[_i];
    struct local_zone zone = system_local_zone(&arena, expected->zone);
    int64_t at_ms = ms_of(expected->at);
    check_time(calendar_span_start(zone, expected->span, at_ms), expected->start, "start");
    check_time(calendar_span_end(zone, expected->span, at_ms), expected->end, "end");
}
END_TEST

// Every instant lies in one span, and spans stand side by side.
static void walk_spans(void *context, const char *name, const struct zone *file, int64_t edge_s)
{
    struct local_zone zone = {.zone = file};
    size_t *walked = context;
    for (int span = LIMIT_DAY; span <= LIMIT_YEAR; span++) {
        for (int64_t at_ms = (edge_s - 90000) * 1000; at_ms < (edge_s + 90000) * 1000;) {
            int64_t start_ms = calendar_span_start(zone, (enum limit_span)span, at_ms);
            int64_t end_ms = calendar_span_end(zone, (enum limit_span)span, at_ms);
            ck_assert_msg(start_ms <= at_ms && at_ms < end_ms, "%s", name);
            ck_assert_int_eq(calendar_span_start(zone, (enum limit_span)span, start_ms), start_ms);
            ck_assert_int_eq(calendar_span_start(zone, (enum limit_span)span, end_ms), end_ms);
            ck_assert_int_eq(
                calendar_span_start(zone, (enum limit_span)span, end_ms - 1), start_ms);
            at_ms = end_ms < at_ms + 7200001 ? end_ms : at_ms + 7200001;
        }
    }
    ++*walked;
}

static void walk_zone(void *context, const char *name, const struct zone *zone)
{
    static size_t count;
    if (count++ % 8 == 0)
        system_zone_transitions(name, zone, walk_spans, context);
}

START_TEST(spans_leave_nothing_between_them)
{
    size_t walked = 0;
    if (system_zones_each(walk_zone, &walked))
        ck_assert_uint_gt(walked, 1000);
}
END_TEST

// --- times of day
static const struct at_case {
    const char *zone, *from;
    uint32_t minute;
    const char *expected;
} at_cases[] = {
    // Mautic, IntervalTest
    {"UTC", "2018-10-18T16:00:00Z", 16 * 60, "2018-10-18T16:00:00Z"},
    {"America/Los_Angeles", "2018-10-18T13:00:00Z", 6 * 60, "2018-10-18T13:00:00Z"},
    {"America/North_Dakota/Center", "2018-10-18T13:00:00Z", 6 * 60, "2018-10-19T11:00:00Z"},
    {"America/New_York", "2018-10-18T13:00:00Z", 6 * 60, "2018-10-19T10:00:00Z"},
    // Dittofeed, dates.test
    {"America/Los_Angeles", "2023-12-19T23:00:12Z", 20 * 60, "2023-12-20T04:00:00Z"},
    {"Asia/Tokyo", "2023-12-19T23:00:12Z", 5 * 60, "2023-12-20T20:00:00Z"},
    {"America/New_York", "2023-12-19T23:00:12Z", 8 * 60, "2023-12-20T13:00:00Z"},
    {"Asia/Tokyo", "2023-12-19T23:00:12Z", 8 * 60, "2023-12-20T23:00:00Z"},
    {"America/Los_Angeles", "2023-12-19T23:00:12Z", 8 * 60, "2023-12-20T16:00:00Z"},
    {"UTC", "2023-12-19T23:00:12Z", 8 * 60, "2023-12-20T08:00:00Z"},
    {"UTC", "2026-01-01T00:00:00.001Z", 0, "2026-01-02T00:00:00Z"},
    {"UTC", "2026-01-01T00:00:00Z", 1439, "2026-01-01T23:59:00Z"},
    // skipped: as much later as is skipped, also seen from behind the jump
    {"America/New_York", "2026-03-08T05:00:00Z", 150, "2026-03-08T07:30:00Z"},
    {"America/New_York", "2026-03-08T07:10:00Z", 150, "2026-03-08T07:30:00Z"},
    {"America/New_York", "2026-03-08T07:30:00.001Z", 150, "2026-03-09T06:30:00Z"},
    // shown twice: the first
    {"America/New_York", "2026-11-01T04:00:00Z", 90, "2026-11-01T05:30:00Z"},
    {"America/New_York", "2026-11-01T06:00:00Z", 90, "2026-11-02T06:30:00Z"},
    // 2011-12-30 is left out: both days' 09:00 are one
    {"Pacific/Apia", "2011-12-29T20:00:00Z", 540, "2011-12-30T19:00:00Z"},
    {"Pacific/Apia", "2011-12-30T19:00:00.001Z", 540, "2011-12-31T19:00:00Z"},
    // moved over midnight
    {"America/Sao_Paulo", "2018-11-04T03:10:00Z", 30, "2018-11-04T03:30:00Z"},
};
enum { AT_COUNT = sizeof(at_cases) / sizeof(at_cases[0]) };

START_TEST(the_next_time_of_day)
{
    const struct at_case *expected = &at_cases[_i];
    check_time(
        calendar_next_at(
            system_local_zone(&arena, expected->zone), ms_of(expected->from), expected->minute),
        expected->expected, expected->from);
}
END_TEST

// --- windows
enum { MON = 1, TUE = 2, WED = 4, THU = 8, FRI = 16, SAT = 32, SUN = 64, ALL = CALENDAR_ALL_DAYS };

#define HOURS(start, stop) (start) * 60, (stop)*60

static const struct window_case {
    const char *zone, *from;
    struct calendar_window window;
    const char *expected;
} window_cases[] = {
    // Mautic, IntervalTest: the stop is exclusive, the start inclusive
    {"UTC", "2018-10-19T10:00:00Z", {ALL, HOURS(8, 10)}, "2018-10-20T08:00:00Z"},
    {"UTC", "2018-10-19T10:00:00Z", {ALL, HOURS(10, 11)}, "2018-10-19T10:00:00Z"},
    {"UTC", "2018-10-19T12:00:00Z", {ALL, HOURS(8, 10)}, "2018-10-20T08:00:00Z"},
    {"UTC", "2018-10-21T08:00:00Z", {SUN, HOURS(0, 24)}, "2018-10-21T08:00:00Z"},
    {"UTC", "2018-10-21T08:00:00Z", {WED | FRI, HOURS(0, 24)}, "2018-10-24T08:00:00Z"},
    {"UTC", "2018-10-20T12:00:00Z", {FRI | SAT, HOURS(8, 10)}, "2018-10-26T08:00:00Z"},
    {"America/New_York", "2018-10-19T09:00:00Z", {ALL, HOURS(8, 10)}, "2018-10-19T12:00:00Z"},
    {"America/New_York", "2018-10-19T13:00:00Z", {ALL, HOURS(8, 10)}, "2018-10-19T13:00:00Z"},
    // Its reversed hours, which it swaps (2018-10-20T08:00:00Z there): over midnight, as PostHog has it
    {"UTC", "2018-10-19T10:00:00Z", {ALL, HOURS(10, 8)}, "2018-10-19T10:00:00Z"},
    {"UTC", "2018-10-19T09:00:00Z", {ALL, HOURS(10, 8)}, "2018-10-19T10:00:00Z"},
    // Fifteen days later are fifteen times 24 hours, whatever the clocks do
    {"America/New_York", "2021-11-08T17:00:00Z", {ALL, HOURS(8, 20)}, "2021-11-08T17:00:00Z"},
    // PostHog, wait_until_time_window.test
    {"UTC", "2025-01-01T12:00:00Z", {ALL, HOURS(14, 16)}, "2025-01-01T14:00:00Z"},
    {"UTC", "2025-01-01T13:30:00Z", {ALL, HOURS(14, 16)}, "2025-01-01T14:00:00Z"},
    {"UTC", "2025-01-01T14:00:00Z", {ALL, HOURS(14, 16)}, "2025-01-01T14:00:00Z"},
    {"UTC", "2025-01-01T15:00:00Z", {ALL, HOURS(14, 16)}, "2025-01-01T15:00:00Z"},
    {"UTC", "2025-01-01T17:00:00Z", {ALL, HOURS(14, 16)}, "2025-01-02T14:00:00Z"},
    {"UTC", "2025-01-01T22:00:00Z", {ALL, HOURS(23, 1)}, "2025-01-01T23:00:00Z"},
    {"UTC", "2025-01-01T23:30:00Z", {ALL, HOURS(23, 1)}, "2025-01-01T23:30:00Z"},
    {"UTC", "2025-01-02T00:59:59.999Z", {ALL, HOURS(23, 1)}, "2025-01-02T00:59:59.999Z"},
    {"UTC", "2025-01-02T01:00:00Z", {ALL, HOURS(23, 1)}, "2025-01-02T23:00:00Z"},
    {"UTC", "2025-01-01T12:00:00Z", {ALL, 870, 945}, "2025-01-01T14:30:00Z"},
    {"UTC", "2025-01-01T15:00:00Z", {ALL, 870, 945}, "2025-01-01T15:00:00Z"},
    {"UTC", "2025-01-04T17:00:00Z", {ALL & ~(SAT | SUN), HOURS(14, 16)}, "2025-01-06T14:00:00Z"},
    {"UTC", "2025-01-01T17:00:00Z", {SAT | SUN, HOURS(14, 16)}, "2025-01-04T14:00:00Z"},
    {"UTC", "2025-01-01T17:00:00Z", {MON | WED | FRI, HOURS(14, 16)}, "2025-01-03T14:00:00Z"},
    {"UTC", "2025-01-01T17:00:00Z", {MON, HOURS(14, 16)}, "2025-01-06T14:00:00Z"},
    {"UTC", "2025-01-01T17:00:00Z", {MON | TUE | WED, HOURS(14, 16)}, "2025-01-06T14:00:00Z"},
    {"America/New_York", "2025-01-01T12:00:00Z", {ALL, HOURS(14, 16)}, "2025-01-01T19:00:00Z"},
    {"America/New_York", "2025-07-01T12:00:00Z", {ALL, HOURS(14, 16)}, "2025-07-01T18:00:00Z"},
    {"Asia/Tokyo", "2025-01-01T12:00:00Z", {ALL, HOURS(14, 16)}, "2025-01-02T05:00:00Z"},
    // Any day and any time is at once; PostHog waits for the next midnight
    {"Asia/Tokyo", "2025-01-01T12:34:56.789Z", {ALL, HOURS(0, 24)}, "2025-01-01T12:34:56.789Z"},
    {"UTC", "2025-01-01T12:34:56Z", {ALL, HOURS(9, 9)}, "2025-01-01T12:34:56Z"},
    // The weekday is the zone's: Dittofeed tests it in UTC and gets 44 hours
    {"Asia/Tokyo", "2023-12-19T23:00:12Z", {THU, HOURS(5, 6)}, "2023-12-20T20:00:00Z"},
    {"Asia/Tokyo", "2025-01-05T15:30:00Z", {MON, HOURS(0, 24)}, "2025-01-05T15:30:00Z"},
    // Over midnight it belongs to the day on which it opens
    {"UTC", "2025-01-04T00:30:00Z", {FRI, HOURS(23, 1)}, "2025-01-04T00:30:00Z"},
    {"UTC", "2025-01-03T00:30:00Z", {FRI, HOURS(23, 1)}, "2025-01-03T23:00:00Z"},
    {"UTC", "2025-01-04T01:00:00Z", {FRI, HOURS(23, 1)}, "2025-01-10T23:00:00Z"},
    // Without hours the time of day stays, and is as later as the clocks skip
    {"America/New_York", "2026-03-07T07:30:00Z", {SUN, HOURS(0, 24)}, "2026-03-08T07:30:00Z"},
    {"America/New_York", "2026-10-30T05:30:00Z", {SUN, HOURS(0, 24)}, "2026-11-01T05:30:00Z"},
    // Edges that the clocks skip, and a window that they skip as a whole
    {"America/New_York", "2026-03-08T05:00:00Z", {ALL, 150, 195}, "2026-03-08T07:00:00Z"},
    {"America/New_York", "2026-03-08T07:14:59Z", {ALL, 150, 195}, "2026-03-08T07:14:59Z"},
    {"America/New_York", "2026-03-08T07:15:00Z", {ALL, 150, 195}, "2026-03-09T06:30:00Z"},
    {"America/New_York", "2026-03-08T05:00:00Z", {ALL, 120, 150}, "2026-03-08T07:00:00Z"},
    {"America/New_York", "2026-03-08T07:00:00.001Z", {ALL, 120, 150}, "2026-03-09T06:00:00Z"},
    // Edges that come twice
    {"America/New_York", "2026-11-01T04:00:00Z", {ALL, 75, 105}, "2026-11-01T05:15:00Z"},
    {"America/New_York", "2026-11-01T05:45:00Z", {ALL, 75, 105}, "2026-11-02T06:15:00Z"},
    {"America/New_York", "2026-11-01T06:30:00Z", {ALL, 75, 150}, "2026-11-01T06:30:00Z"},
};
enum { WINDOW_COUNT = sizeof(window_cases) / sizeof(window_cases[0]) };

START_TEST(the_next_window)
{
    const struct window_case *expected = &window_cases[_i];
    check_time(
        calendar_next_window(
            system_local_zone(&arena, expected->zone), ms_of(expected->from), &expected->window),
        expected->expected, expected->from);
}
END_TEST

// Clocks that are set back by two days, as no real ones are: nothing runs on without an end.
START_TEST(clocks_that_run_wild_do_no_harm)
{
    const int32_t offsets[] = {93599, -89999};
    const struct zone_file_time times[] = {{0, 1}, {1000, 0}, {2000, 1}, {400000, 0}};
    const struct zone_file_made made = {
        .version = '2',
        .times = times,
        .time_count = 4,
        .offsets = offsets,
        .type_count = 2,
        .footer = "AAA24:59:59BBB-25:59:59,0/-167,365/167"};
    struct local_zone zone = {0};
    struct buffer file = {0};
    zone_file_add(&file, &made);
    ck_assert_int_eq(zone_parse(&arena, buffer_bytes(&file), &zone.zone), ERR_OK);
    buffer_free(&file);
    const struct calendar_window window = {MON, HOURS(8, 9)};
    for (int64_t at_ms = -500000000; at_ms < 1000000000; at_ms += 333333) {
        int64_t start_ms = calendar_span_start(zone, LIMIT_DAY, at_ms);
        ck_assert_int_le(start_ms, at_ms);
        ck_assert_int_gt(calendar_span_end(zone, LIMIT_DAY, at_ms), at_ms);
        ck_assert_int_ge(calendar_next_at(zone, at_ms, 540), at_ms);
        ck_assert_int_ge(calendar_next_window(zone, at_ms, &window), at_ms);
    }
}
END_TEST

// --- where a window ends
static const struct window_case end_cases[] = {
    {"UTC", "2026-01-01T20:59:59.999Z", {ALL, HOURS(21, 8)}, "2026-01-01T20:59:59.999Z"},
    {"UTC", "2026-01-01T21:00:00Z", {ALL, HOURS(21, 8)}, "2026-01-02T08:00:00Z"},
    {"UTC", "2026-01-02T07:59:59.999Z", {ALL, HOURS(21, 8)}, "2026-01-02T08:00:00Z"},
    {"UTC", "2026-01-02T08:00:00Z", {ALL, HOURS(21, 8)}, "2026-01-02T08:00:00Z"},
    // from Friday's evening on, that of Saturday's morning is still Friday's
    {"UTC", "2026-01-03T03:00:00Z", {FRI, HOURS(21, 8)}, "2026-01-03T08:00:00Z"},
    {"UTC", "2026-01-03T21:30:00Z", {FRI, HOURS(21, 8)}, "2026-01-03T21:30:00Z"},
    // days that follow each other, over the end of the week too
    {"UTC", "2026-01-03T12:00:00Z", {SAT | SUN | MON, HOURS(0, 24)}, "2026-01-06T00:00:00Z"},
    {"UTC", "2026-01-06T12:00:00Z", {ALL & ~MON, HOURS(0, 24)}, "2026-01-12T00:00:00Z"},
    // the clocks go on and back
    {"America/New_York", "2026-03-08T06:00:00Z", {ALL, HOURS(0, 3)}, "2026-03-08T07:00:00Z"},
    {"America/New_York", "2026-11-01T05:00:00Z", {ALL, HOURS(0, 2)}, "2026-11-01T07:00:00Z"},
};
enum { END_COUNT = sizeof(end_cases) / sizeof(end_cases[0]) };

START_TEST(a_window_ends)
{
    const struct window_case *expected = &end_cases[_i];
    check_time(
        calendar_window_end(
            system_local_zone(&arena, expected->zone), ms_of(expected->from), &expected->window),
        expected->expected, expected->from);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold/calendar");
    TCase *tcase = tcase_create("calendar");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, a_span_begins_with_its_first_midnight, 0, SPAN_COUNT);
    tcase_add_test(tcase, spans_leave_nothing_between_them);
    tcase_add_loop_test(tcase, the_next_time_of_day, 0, AT_COUNT);
    tcase_add_loop_test(tcase, the_next_window, 0, WINDOW_COUNT);
    tcase_add_loop_test(tcase, a_window_ends, 0, END_COUNT);
    tcase_add_test(tcase, clocks_that_run_wild_do_no_harm);
    suite_add_tcase(suite, tcase);
    return suite;
}
