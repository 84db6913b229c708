// Local times and their instants: the zones of the system's database against libc, and the hours that are known to
// be trouble.
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/local_time.h"
#include "engine/base/time.h"

#include "tests/support/suite.h"
#include "tests/support/system_zones.h"

// --- zones without a database
static const struct name_case {
    const char *name;
    bool is_known;
    int32_t ahead_s;
} name_cases[] = {
    {"UTC", true, 0},         {"Z", true, 0},           {"+07:00", true, 25200},
    {"-05:30", true, -19800}, {"02:00", true, 7200},    {"+23:59", true, 86340},
    {"utc", false, 0},        {"+24:00", false, 0},     {"+07:60", false, 0},
    {"+7:00", false, 0},      {"+0700", false, 0},      {"07:0x", false, 0},
    {"", false, 0},           {"+", false, 0},          {"+07:000", false, 0},
    {"GMT", false, 0},        {"Asia/Tokyo", false, 0}, {"+07-00", false, 0},
};
enum { NAME_COUNT = sizeof(name_cases) / sizeof(name_cases[0]) };

START_TEST(utc_and_fixed_offsets_need_no_file)
{
    const struct name_case *expected = &name_cases[_i];
    int32_t ahead_s = 77;
    ck_assert_msg(
        local_zone_parse(bytes_text(expected->name), &ahead_s) == expected->is_known, "%s",
        expected->name);
    ck_assert_int_eq(ahead_s, expected->is_known ? expected->ahead_s : 77);
}
END_TEST

START_TEST(clocks_of_a_fixed_offset_have_no_trouble)
{
    const struct local_zone utc = {0}, ahead = {.ahead_s = 25200};
    ck_assert_int_eq(local_of_ms(utc, -1), -1);
    ck_assert_int_eq(local_of_ms(ahead, 5), 25200005);
    ck_assert_int_eq(local_to_utc_ms(ahead, 25200005), 5);
    ck_assert_int_eq(local_reached_ms(ahead, 25199999), -1);
}
END_TEST

// --- hours that are known to be trouble, worked out by hand
static const struct hour_case {
    const char *zone;
    const char *local;
    const char *utc;     // of local_to_utc_ms
    const char *reached; // of local_reached_ms; NULL: the same
} hour_cases[] = {
    {"America/New_York", "2026-01-15T12:00:00.250Z", "2026-01-15T17:00:00.250Z", NULL},
    {"America/New_York", "2026-03-08T01:59:59.999Z", "2026-03-08T06:59:59.999Z", NULL},
    // 02:00 to 03:00 is skipped
    {"America/New_York", "2026-03-08T02:00:00Z", "2026-03-08T07:00:00Z", NULL},
    {"America/New_York", "2026-03-08T02:30:00.500Z", "2026-03-08T07:30:00.500Z",
     "2026-03-08T07:00:00Z"},
    {"America/New_York", "2026-03-08T03:00:00Z", "2026-03-08T07:00:00Z", NULL},
    // 01:00 to 02:00 is shown twice
    {"America/New_York", "2026-11-01T01:30:00.500Z", "2026-11-01T05:30:00.500Z", NULL},
    {"America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T07:00:00Z", NULL},
    // midnight is skipped
    {"America/Sao_Paulo", "2018-11-04T00:00:00Z", "2018-11-04T03:00:00Z", NULL},
    {"America/Sao_Paulo", "2018-11-04T00:30:00Z", "2018-11-04T03:30:00Z", "2018-11-04T03:00:00Z"},
    // half an hour
    {"Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:45:00Z", "2026-10-03T15:30:00Z"},
    {"Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z", NULL},
    // a whole day is skipped
    {"Pacific/Apia", "2011-12-30T00:00:00Z", "2011-12-30T10:00:00Z", NULL},
    {"Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T22:00:00Z", "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", "2011-12-31T00:00:00Z", "2011-12-30T10:00:00Z", NULL},
    // by the rule of the footer, and beyond the last year
    {"Europe/Berlin", "2100-03-28T02:30:00Z", "2100-03-28T01:30:00Z", "2100-03-28T01:00:00Z"},
    {"Europe/Berlin", "2100-10-31T02:30:00Z", "2100-10-31T00:30:00Z", NULL},
    {"Europe/Berlin", "9999-12-31T23:59:59Z", "9999-12-31T22:59:59Z", NULL},
    {"Europe/Berlin", "0000-01-01T00:53:28Z", "0000-01-01T00:00:00Z", NULL},
};
enum { HOUR_COUNT = sizeof(hour_cases) / sizeof(hour_cases[0]) };

START_TEST(a_skipped_hour_moves_forward_and_a_repeated_one_is_the_first)
{
    struct arena arena = {0};
    const struct hour_case *expected = &hour_cases[_i];
    struct local_zone zone = {.zone = system_zone(&arena, expected->zone)};
    int64_t local_ms = ms_of(expected->local);
    const char *reached = expected->reached == NULL ? expected->utc : expected->reached;
    ck_assert_int_eq(local_to_utc_ms(zone, local_ms), ms_of(expected->utc));
    ck_assert_int_eq(local_reached_ms(zone, local_ms), ms_of(reached));
    arena_free(&arena);
}
END_TEST

// --- beside libc: around each transition, by trying all offsets that libc has in the days around
struct tried {
    size_t skipped, repeated;
};

static int64_t libc_first(int64_t local_s, size_t *count_out)
{
    int64_t first = INT64_MAX, last = INT64_MAX;
    *count_out = 0;
    for (int64_t at = local_s - 27 * 3600; at <= local_s + 27 * 3600; at += 6 * 3600) {
        int64_t unix_s = local_s - libc_offset_s(at);
        if (unix_s == last || unix_s + libc_offset_s(unix_s) != local_s)
            continue;
        last = unix_s;
        ++*count_out;
        first = unix_s < first ? unix_s : first;
    }
    return first;
}

static void try_local(
    struct tried *tried, const char *name, struct local_zone zone, int64_t local_s, int64_t edge_s)
{
    size_t count;
    int64_t expected = libc_first(local_s, &count);
    int64_t reached = expected;
    tried->skipped += count == 0;
    tried->repeated += count > 1;
    if (count == 0) {
        expected = local_s - libc_offset_s(edge_s - 1);
        reached = edge_s;
    }
    ck_assert_msg(
        local_to_utc_ms(zone, local_s * 1000) == expected * 1000, "%s, local %lld", name,
        (long long)local_s);
    ck_assert_msg(
        local_reached_ms(zone, local_s * 1000) == reached * 1000, "%s, local %lld", name,
        (long long)local_s);
}

static void try_transition(void *context, const char *name, const struct zone *file, int64_t edge_s)
{
    struct local_zone zone = {.zone = file};
    int64_t before_s = edge_s + libc_offset_s(edge_s - 1), after_s = edge_s + libc_offset_s(edge_s);
    const int64_t locals[] = {before_s, (before_s + after_s) / 2, after_s - 1, after_s};
    for (size_t i = 0; i < sizeof(locals) / sizeof(locals[0]); i++)
        try_local(context, name, zone, locals[i], edge_s);
    for (int64_t at = edge_s - 7200; at < edge_s + 7200; at += 3601) { // there and back
        int64_t local_ms = local_of_ms(zone, at * 1000 + 1);
        int64_t back_ms = local_to_utc_ms(zone, local_ms);
        ck_assert_int_eq(local_of_ms(zone, back_ms), local_ms);
        ck_assert_int_le(back_ms, at * 1000 + 1);
    }
}

static void try_zone(void *context, const char *name, const struct zone *zone)
{
    system_zone_transitions(name, zone, try_transition, context);
}

START_TEST(around_all_transitions_of_the_system_it_is_as_libc_has_it)
{
    struct tried tried = {0, 0};
    if (!system_zones_each(try_zone, &tried))
        return;
    ck_assert_uint_gt(tried.skipped, 5000);
    ck_assert_uint_gt(tried.repeated, 5000);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/base/local_time");
    TCase *tcase = tcase_create("local_time");
    tcase_set_timeout(tcase, 240);
    tcase_add_loop_test(tcase, utc_and_fixed_offsets_need_no_file, 0, NAME_COUNT);
    tcase_add_test(tcase, clocks_of_a_fixed_offset_have_no_trouble);
    tcase_add_loop_test(
        tcase, a_skipped_hour_moves_forward_and_a_repeated_one_is_the_first, 0, HOUR_COUNT);
    tcase_add_test(tcase, around_all_transitions_of_the_system_it_is_as_libc_has_it);
    suite_add_tcase(suite, tcase);
    return suite;
}
