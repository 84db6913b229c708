// The zone database as the engine reads it, against the C library's own reading.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/zone.h"
#include "engine/os/os_zone.h"

#include "tests/support/suite.h"

static const char *const names[] = {
    "UTC",
    "Asia/Ho_Chi_Minh",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "Europe/Dublin", // summer is its standard time
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Nuuk",        // its rule begins at a negative hour
    "Australia/Lord_Howe", // half an hour of summer
    "Africa/Casablanca",   // back in Ramadan
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "Etc/GMT+12",
};
enum { NAME_COUNT = sizeof(names) / sizeof(names[0]) };

// From the zones' first transitions to far behind the last one of their files.
enum { STEP_S = 3 * 3600 + 1800 };
#define FROM_S INT64_C(-2600000000)
#define TO_S   INT64_C(6000000000)

START_TEST(offsets_are_those_of_the_c_library)
{
    struct os_zones *zones = os_zones_new(NULL);
    ck_assert_int_eq(setenv("TZ", names[_i], 1), 0);
    tzset();
    for (int64_t at = FROM_S; at < TO_S; at += at < 0 || at > 2200000000 ? STEP_S * 24 : STEP_S) {
        struct tm local;
        time_t time = (time_t)at;
        int32_t offset_s = -1;
        ck_assert_ptr_nonnull(localtime_r(&time, &local));
        ck_assert(os_zones_offset(zones, bytes_text(names[_i]), at, &offset_s));
        ck_assert_msg(
            offset_s == (int32_t)local.tm_gmtoff, "%s at %lld: %d, expected %ld", names[_i],
            (long long)at, offset_s, local.tm_gmtoff);
    }
    os_zones_free(zones);
}
END_TEST

static const char *const refused[] = {
    "",       "Nowhere/Land", "../../etc/passwd", "/etc/localtime", "Europe/",
    "Europe", "a\nb",         "Europe//Berlin",   ".hidden",        "zone.tab",
};
enum { REFUSED_COUNT = sizeof(refused) / sizeof(refused[0]) };

START_TEST(what_is_no_zone_is_refused)
{
    struct os_zones *zones = os_zones_new(NULL);
    int32_t offset_s = 77;
    for (int i = 0; i < 2; i++) // the second time from what is remembered
        ck_assert(!os_zones_offset(zones, bytes_text(refused[_i]), 0, &offset_s));
    ck_assert_int_eq(offset_s, 77);
    os_zones_free(zones);
}
END_TEST

// Every byte of a zone's file changed, and every length of it: an answer, and no crash.
START_TEST(a_damaged_file_is_refused_or_read)
{
    uint8_t file[8192], damaged[8192];
    FILE *from = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    ck_assert_ptr_nonnull(from);
    size_t len = fread(file, 1, sizeof(file), from);
    (void)fclose(from);
    ck_assert_uint_gt(len, 100);
    size_t refusals = 0;
    for (size_t i = 0; i < len * 2; i++) {
        struct arena arena = {0};
        const struct zone *zone = NULL;
        memcpy(damaged, file, len);
        size_t damaged_len = i < len ? len : i - len;
        if (i < len)
            damaged[i] ^= 0xA5;
        if (zone_parse(&arena, bytes_of(damaged, damaged_len), &zone) == ERR_OK) {
            for (int64_t at = FROM_S; at < TO_S; at += 400000000)
                ck_assert_int_lt(abs(zone_offset_s(zone, at)), 7 * 86400);
        } else {
            refusals++;
        }
        arena_free(&arena);
    }
    ck_assert_uint_ge(refusals, len); // all that are cut, and more
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/os/os_zone");
    TCase *tcase = tcase_create("zone");
    tcase_add_loop_test(tcase, offsets_are_those_of_the_c_library, 0, NAME_COUNT);
    tcase_add_loop_test(tcase, what_is_no_zone_is_refused, 0, REFUSED_COUNT);
    tcase_add_test(tcase, a_damaged_file_is_refused_or_read);
    suite_add_tcase(suite, tcase);
    return suite;
}
