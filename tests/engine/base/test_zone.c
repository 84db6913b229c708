// Time zones: files made by hand say what is read of them and what is refused; those of the system's database must
// give the offsets that libc gives.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/buffer.h"
#include "engine/base/zone.h"

#include "tests/support/suite.h"
#include "tests/support/system_zones.h"
#include "tests/support/zone_file.h"

// --- files made by hand
static enum err parse_made(
    struct arena *arena, const struct zone_file_made *made, const struct zone **out)
{
    struct buffer file = {0};
    zone_file_add(&file, made);
    enum err err = zone_parse(arena, buffer_bytes(&file), out);
    buffer_free(&file);
    return err;
}

static const struct zone_file_time two_times[] = {{-1000, 1}, {5000, 2}};
static const int32_t three_offsets[] = {-100, 3600, 7200};

START_TEST(offsets_change_at_the_second_of_the_transition)
{
    static const uint8_t versions[] = {0, '2', '3', '4'};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(versions); i++) {
        const struct zone *zone;
        const struct zone_file_made made = {versions[i], two_times, 2, three_offsets, 3, 0, ""};
        ck_assert_int_eq(parse_made(&arena, &made, &zone), ERR_OK);
        ck_assert_int_eq(zone_offset_s(zone, INT64_MIN), -100);
        ck_assert_int_eq(zone_offset_s(zone, -1001), -100);
        ck_assert_int_eq(zone_offset_s(zone, -1000), 3600);
        ck_assert_int_eq(zone_offset_s(zone, 4999), 3600);
        ck_assert_int_eq(zone_offset_s(zone, 5000), 7200);
        ck_assert_int_eq(zone_offset_s(zone, INT64_MAX), 7200); // no footer: it stays
    }
    arena_free(&arena);
}
END_TEST

START_TEST(the_times_of_64_bits_are_read_where_there_are_such)
{
    struct arena arena = {0};
    const struct zone *zone;
    const struct zone_file_time times[] = {{-INT64_C(10000000000), 1}, {INT64_C(10000000000), 2}};
    const struct zone_file_made made = {'2', times, 2, three_offsets, 3, 0, ""};
    ck_assert_int_eq(parse_made(&arena, &made, &zone), ERR_OK);
    ck_assert_int_eq(zone_offset_s(zone, -INT64_C(10000000001)), -100);
    ck_assert_int_eq(zone_offset_s(zone, -INT64_C(10000000000)), 3600);
    ck_assert_int_eq(zone_offset_s(zone, INT64_C(10000000000)), 7200);
    arena_free(&arena);
}
END_TEST

START_TEST(without_transitions_the_footer_holds_always)
{
    struct arena arena = {0};
    const struct zone *zone;
    const struct zone_file_made made = {
        '2', NULL, 0, three_offsets, 1, 0, "EST5EDT,M3.2.0,M11.1.0"};
    ck_assert_int_eq(parse_made(&arena, &made, &zone), ERR_OK);
    ck_assert_int_eq(zone_offset_s(zone, -31622400), -18000); // 1968-12-31
    ck_assert_int_eq(zone_offset_s(zone, -47304000), -14400); // 1968-07-02
    const struct zone_file_made plain = {0, NULL, 0, three_offsets, 1, 0, ""};
    ck_assert_int_eq(parse_made(&arena, &plain, &zone), ERR_OK);
    ck_assert_int_eq(zone_offset_s(zone, 0), -100);
    arena_free(&arena);
}
END_TEST

// --- footers
static const struct footer_case {
    const char *footer;
    int64_t unix_s;
    int32_t offset_s; // of that second; the one before has before_s
    int32_t before_s;
} footer_cases[] = {
    {"UTC0", 0, 0, 0},
    {"<+0545>-5:45", 1000000000, 20700, 20700},
    {"<-0330>3:30:15", 1000000000, -12615, -12615},
    // 2026-03-29T01:00:00Z and 2026-10-25T01:00:00Z
    {"CET-1CEST,M3.5.0,M10.5.0/3", 1774746000, 7200, 3600},
    {"CET-1CEST,M3.5.0,M10.5.0/3", 1792890000, 3600, 7200},
    // 2026-03-08T07:00:00Z and 2026-11-01T06:00:00Z
    {"EST5EDT,M3.2.0,M11.1.0", 1772953200, -14400, -18000},
    {"EST5EDT,M3.2.0,M11.1.0", 1793512800, -18000, -14400},
    // south of the equator: 2026-04-04T16:00:00Z and 2026-10-03T16:00:00Z; still summer at new year
    {"AEST-10AEDT,M10.1.0,M4.1.0/3", 1775318400, 36000, 39600},
    {"AEST-10AEDT,M10.1.0,M4.1.0/3", 1791043200, 39600, 36000},
    {"AEST-10AEDT,M10.1.0,M4.1.0/3", 1798722000, 39600, 39600},
    // half an hour of summer time
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1775314800, 37800, 39600},
    // summer time is standard time, and winter is behind it
    {"IST-1GMT0,M10.5.0,M3.5.0/1", 1774746000, 3600, 0},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", 1792890000, 0, 3600},
    // a time before midnight: 2026-03-29T01:00:00Z is 23:00 of the day before
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1774746000, -3600, -7200},
    // a time of the day after: 2026-03-27T00:00:00Z is 26:00 of the last Thursday
    {"IST-2IDT,M3.4.4/26,M10.5.0", 1774569600, 10800, 7200},
    // the 60th day without and with 29 February: 2023-03-01 and 2024-03-01; of RULE n, 2024-02-29
    {"A0B,J60/0,J300/0", 1677628800, 3600, 0},
    {"A0B,J60/0,J300/0", 1709251200, 3600, 0},
    {"A0B,59/0,300/0", 1709164800, 3600, 0},
    {"A0B,59/0,300/0", 1677628800, 3600, 0},
    // summer time all the year
    {"EST5EDT4,0/0,J365/25", 1798779600, -14400, -14400},
    {"EST5EDT4,0/0,J365/25", 1767243600, -14400, -14400},
    // far away
    {"CET-1CEST,M3.5.0,M10.5.0/3", 253402300799, 3600, 3600},
};
enum { FOOTER_COUNT = sizeof(footer_cases) / sizeof(footer_cases[0]) };

START_TEST(the_rule_of_a_footer_is_kept)
{
    struct arena arena = {0};
    const struct zone *zone;
    const struct footer_case *expected = &footer_cases[_i];
    const struct zone_file_time first[] = {{-1, 1}};
    const struct zone_file_made made = {'3', first, 1, three_offsets, 2, 0, expected->footer};
    ck_assert_int_eq(parse_made(&arena, &made, &zone), ERR_OK);
    ck_assert_msg(
        zone_offset_s(zone, expected->unix_s) == expected->offset_s &&
            (expected->unix_s == 0 ||
             zone_offset_s(zone, expected->unix_s - 1) == expected->before_s),
        "%s at %lld: %d and %d", expected->footer, (long long)expected->unix_s,
        zone_offset_s(zone, expected->unix_s), zone_offset_s(zone, expected->unix_s - 1));
    arena_free(&arena);
}
END_TEST

static const char *const wrong_footers[] = {
    "CET",
    "CET-1CEST",
    "CET-1CEST,",
    "CET-1CEST,M3.5.0",
    "CET-1CEST,M3.5.0,",
    "-1",
    "<+07-7",
    "CET-1CEST,M13.5.0,M10.5.0",
    "CET-1CEST,M3.6.0,M10.5.0",
    "CET-1CEST,M3.5.7,M10.5.0",
    "CET-1CEST,M3.5,M10.5.0",
    "CET-1CEST,J366,M10.5.0",
    "CET-168",
    "CET-26",
    "CET25",
    "CET-1CEST-26,M3.5.0,M10.5.0",
    "CET-1:60",
    "UTC0 ",
    "CET-1CEST,M3.5.0,M10.5.0/3x",
    "CET-1CEST,M0.5.0,M10.5.0",
    "CET-1CEST,J0,J300",
    "CET-1CEST,M3.0.0,M10.5.0",
    "CET-1CEST,M3.5.0/168,M10.5.0",
};
enum { WRONG_FOOTER_COUNT = sizeof(wrong_footers) / sizeof(wrong_footers[0]) };

START_TEST(a_footer_that_is_no_rule_is_refused)
{
    struct arena arena = {0};
    const struct zone *zone = NULL;
    const struct zone_file_made made = {'2', two_times, 2, three_offsets, 3, 0, wrong_footers[_i]};
    ck_assert_int_eq(parse_made(&arena, &made, &zone), ERR_CORRUPT);
    ck_assert_ptr_null(zone);
    arena_free(&arena);
}
END_TEST

// --- what is refused
static void check_corrupt(const struct zone_file_made *made)
{
    struct arena arena = {0};
    const struct zone *zone = NULL;
    ck_assert_int_eq(parse_made(&arena, made, &zone), ERR_CORRUPT);
    ck_assert_ptr_null(zone);
    arena_free(&arena);
}

START_TEST(files_that_contradict_themselves_are_refused)
{
    const struct zone_file_time backwards[] = {{5, 0}, {5, 1}}, beyond[] = {{5, 3}};
    const int32_t far[] = {93600}, low[] = {-90000};
    check_corrupt(&(struct zone_file_made){'2', backwards, 2, three_offsets, 3, 0, ""});
    check_corrupt(&(struct zone_file_made){'2', beyond, 1, three_offsets, 3, 0, ""});
    check_corrupt(&(struct zone_file_made){'2', NULL, 0, far, 1, 0, ""});
    check_corrupt(&(struct zone_file_made){'2', NULL, 0, low, 1, 0, ""});
    check_corrupt(&(struct zone_file_made){'2', NULL, 0, three_offsets, 0, 0, ""});
    check_corrupt(&(struct zone_file_made){'1', two_times, 2, three_offsets, 3, 0, ""});
    check_corrupt(
        &(struct zone_file_made){0, two_times, 2, three_offsets, 3, 1, ""}); // leap seconds
    check_corrupt(&(struct zone_file_made){'2', two_times, 2, three_offsets, 3, 1, ""});
}
END_TEST

// Each byte of the file in a block of its own size, so that a sanitizer sees what is read behind it.
static enum err parse_exactly(struct arena *arena, const uint8_t *data, size_t len)
{
    const struct zone *zone = NULL;
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, len);
    arena_clear(arena);
    enum err err = zone_parse(arena, bytes_of(copy, len), &zone);
    free(copy);
    for (int64_t at = -6000; err == ERR_OK && at < 253402300800; at += 25340230679)
        ck_assert_int_le(abs(zone_offset_s(zone, at)), 168 * 3600);
    return err;
}

START_TEST(a_file_that_is_cut_is_refused_and_one_that_is_damaged_read_safely)
{
    struct arena arena = {0};
    struct buffer file = {0};
    const struct zone_file_made made = {
        '2', two_times, 2, three_offsets, 3, 0, "CET-1CEST,M3.5.0,M10.5.0/3"};
    zone_file_add(&file, &made);
    ck_assert_int_eq(parse_exactly(&arena, file.data, file.len), ERR_OK);
    for (size_t len = 0; len < file.len; len++)
        ck_assert_int_eq(parse_exactly(&arena, file.data, len), ERR_CORRUPT);
    for (size_t bit = 0; bit < file.len * 8; bit++) {
        file.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum err err = parse_exactly(&arena, file.data, file.len);
        ck_assert(err == ERR_OK || err == ERR_CORRUPT);
        file.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    buffer_free(&file);
    arena_free(&arena);
}
END_TEST

// --- names
static const struct name_case {
    const char *name;
    bool is_fit;
} name_cases[] = {
    {"UTC", true},
    {"Asia/Ho_Chi_Minh", true},
    {"America/Argentina/Buenos_Aires", true},
    {"Etc/GMT+12", true},
    {"America/Port-au-Prince", true},
    {"W-SU", true},
    {"", false},
    {"/etc/passwd", false},
    {"../UTC", false},
    {"Asia/../../etc/passwd", false},
    {"Asia/./Tokyo", false},
    {"Asia//Tokyo", false},
    {"Asia/", false},
    {"Asia/Tokyo ", false},
    {"Asia/T\xC3\xB6kyo", false},
    {"zone1970.tab", false},
    {"posix/Asia/Tokyo", false},
    {"right/Asia/Tokyo", false},
    {"localtime", false},
    {"+07:00", false},
    {"A234567890123456789012345678901234567890123456789012345678901234", true},
    {"A2345678901234567890123456789012345678901234567890123456789012345", false},
};
enum { NAME_COUNT = sizeof(name_cases) / sizeof(name_cases[0]) };

START_TEST(a_name_leads_nowhere_else)
{
    ck_assert_msg(
        zone_name_is_fit(bytes_text(name_cases[_i].name)) == name_cases[_i].is_fit, "%s",
        name_cases[_i].name);
    ck_assert(!zone_name_is_fit(BYTES_LITERAL("UTC\0")));
}
END_TEST

// --- the system's database, beside libc
static void compare_at(const char *name, const struct zone *zone, int64_t unix_s)
{
    ck_assert_msg(
        zone_offset_s(zone, unix_s) == libc_offset_s(unix_s), "%s at %lld: %d, libc says %d", name,
        (long long)unix_s, zone_offset_s(zone, unix_s), libc_offset_s(unix_s));
}

static void compare_transition(
    void *context, const char *name, const struct zone *zone, int64_t unix_s)
{
    size_t *transitions = context;
    compare_at(name, zone, unix_s - 1);
    compare_at(name, zone, unix_s);
    struct zone_period before = zone_period_at(zone, unix_s - 1);
    struct zone_period after = zone_period_at(zone, unix_s);
    ck_assert_msg(
        before.end_s == unix_s && after.begin_s == unix_s, "%s at %lld", name, (long long)unix_s);
    ++*transitions;
}

struct compared {
    size_t zones, transitions;
    uint64_t random;
};

// From 1850 to 2150: every six weeks or so, and both sides of each transition that lies between.
static void compare_zone(void *context, const char *name, const struct zone *zone)
{
    struct compared *compared = context;
    for (int64_t at = SYSTEM_ZONES_BEGIN_S; at < SYSTEM_ZONES_END_S;
         at += 3600000 + (int64_t)(compared->random % 86400)) {
        compared->random = compared->random * 6364136223846793005 + 1442695040888963407;
        compare_at(name, zone, at);
    }
    compare_at(name, zone, -INT64_C(62135596800));
    compare_at(name, zone, INT64_C(253402300799));
    system_zone_transitions(name, zone, compare_transition, &compared->transitions);
    compared->zones++;
}

START_TEST(all_zones_of_the_system_are_as_libc_has_them)
{
    struct compared compared = {.random = test_seed()};
    if (!system_zones_each(compare_zone, &compared))
        return;
    ck_assert_uint_gt(compared.zones, 300);
    ck_assert_uint_gt(compared.transitions, 20000);
}
END_TEST

// Periods stand side by side from the beginning of time to its end, and each has one offset.
static void walk_periods(void *context, const char *name, const struct zone *zone)
{
    size_t *periods = context;
    int64_t at = INT64_MIN;
    for (;;) {
        struct zone_period period = zone_period_at(zone, at);
        ck_assert_msg(period.begin_s == at, "%s at %lld", name, (long long)at);
        ck_assert_msg(period.end_s > at, "%s at %lld", name, (long long)at);
        ck_assert_int_eq(period.offset_s, zone_offset_s(zone, at));
        ck_assert_int_eq(period.offset_s, zone_offset_s(zone, period.end_s - 1));
        ++*periods;
        if (period.end_s == INT64_MAX)
            return;
        if (period.end_s > SYSTEM_ZONES_END_S && period.end_s < INT64_C(253300000000))
            at = zone_period_at(zone, INT64_C(253300000000)).begin_s;
        else
            at = period.end_s;
    }
}

START_TEST(periods_have_one_offset_and_no_gap_between)
{
    size_t periods = 0;
    if (system_zones_each(walk_periods, &periods))
        ck_assert_uint_gt(periods, 20000);
}
END_TEST

// And so that libc is not all there is to believe: from tzdata's own comments and laws.
static const struct known_case {
    const char *name;
    int64_t unix_s;
    int32_t offset_s;
} known_cases[] = {
    {"Asia/Ho_Chi_Minh", 0, 8 * 3600},           // until 1975-06-13
    {"Asia/Ho_Chi_Minh", 1767225600, 7 * 3600},  // 2026
    {"Asia/Kathmandu", 1767225600, 20700},       // +05:45
    {"America/St_Johns", 1767225600, -12600},    // -03:30
    {"America/New_York", -62135596800, -17762},  // local mean time, -4:56:02
    {"America/New_York", 1793512799, -4 * 3600}, // 2026-11-01T05:59:59Z
    {"America/New_York", 1793512800, -5 * 3600},
    {"Europe/Dublin", 1782864000, 3600}, // 2026-07-01
    {"Europe/Dublin", 1767225600, 0},
    {"Australia/Lord_Howe", 1767225600, 39600}, // +11, half an hour of summer time
    {"Australia/Lord_Howe", 1782864000, 37800},
    {"Pacific/Apia", 1325239199, -10 * 3600}, // 2011-12-30 was left out
    {"Pacific/Apia", 1325239200, 14 * 3600},
    {"Europe/Berlin", 4102444800, 3600}, // 2100-01-01, by the footer
    {"Europe/Berlin", 4118083200, 7200}, // 2100-07-01
};
enum { KNOWN_COUNT = sizeof(known_cases) / sizeof(known_cases[0]) };

START_TEST(known_offsets)
{
    struct arena arena = {0};
    const struct known_case *known = &known_cases[_i];
    const struct zone *zone = system_zone(&arena, known->name);
    ck_assert_msg(
        zone_offset_s(zone, known->unix_s) == known->offset_s, "%s at %lld: %d", known->name,
        (long long)known->unix_s, zone_offset_s(zone, known->unix_s));
    arena_free(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/base/zone");
    TCase *tcase = tcase_create("zone");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, offsets_change_at_the_second_of_the_transition);
    tcase_add_test(tcase, the_times_of_64_bits_are_read_where_there_are_such);
    tcase_add_test(tcase, without_transitions_the_footer_holds_always);
    tcase_add_loop_test(tcase, the_rule_of_a_footer_is_kept, 0, FOOTER_COUNT);
    tcase_add_loop_test(tcase, a_footer_that_is_no_rule_is_refused, 0, WRONG_FOOTER_COUNT);
    tcase_add_test(tcase, files_that_contradict_themselves_are_refused);
    tcase_add_test(tcase, a_file_that_is_cut_is_refused_and_one_that_is_damaged_read_safely);
    tcase_add_loop_test(tcase, a_name_leads_nowhere_else, 0, NAME_COUNT);
    tcase_add_test(tcase, all_zones_of_the_system_are_as_libc_has_them);
    tcase_add_test(tcase, periods_have_one_offset_and_no_gap_between);
    tcase_add_loop_test(tcase, known_offsets, 0, KNOWN_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
