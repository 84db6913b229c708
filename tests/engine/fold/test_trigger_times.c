// When dates and schedules are due: by hand, and against clocks that are read minute by minute.
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/time.h"
#include "engine/fold/cron_memo.h"
#include "engine/fold/trigger_times.h"

#include "tests/support/suite.h"
#include "tests/support/system_zones.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    INT64_C(86400000)

static struct arena arena;

static void setup(void)
{
    arena = (struct arena){0};
}

static void teardown(void)
{
    arena_free(&arena);
}

static struct cron cron_of(const char *text)
{
    struct cron cron;
    struct cron_problem problem;
    ck_assert_msg(cron_parse(bytes_text(text), &cron, &problem), "%s", text);
    return cron;
}

static void check_next(int64_t got_ms, const char *wanted, const char *what)
{
    char got[TIME_TEXT_CHARS + 1] = "never";
    if (got_ms != TRIGGER_NEVER) {
        time_print(got_ms, got);
        got[TIME_TEXT_CHARS] = '\0';
    }
    ck_assert_msg(strcmp(got, wanted) == 0, "%s: got %s, wanted %s", what, got, wanted);
}

static const struct cron_case {
    const char *cron, *zone, *from, *next;
} cron_cases[] = {
    {"0 9 * * *", "UTC", "2026-01-01T08:59:59.999Z", "2026-01-01T09:00:00.000Z"},
    {"0 9 * * *", "UTC", "2026-01-01T09:00:00Z", "2026-01-02T09:00:00.000Z"},
    {"0 9 * * *", "Europe/Berlin", "2026-03-28T09:00:00Z", "2026-03-29T07:00:00.000Z"},
    {"0 9 * * mon-fri", "UTC", "2026-01-02T10:00:00Z", "2026-01-05T09:00:00.000Z"},
    {"0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00.000Z"},
    {"0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00.000Z"},
    {"0 0 13 * fri", "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00.000Z"}, // a Friday
    {"0 0 31 * *", "UTC", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00.000Z"},
    {"59 23 31 12 *", "+07:00", "2026-01-01T00:00:00Z", "2026-12-31T16:59:00.000Z"},
    // skipped in Berlin: 02:00 to 03:00 on 29 March
    {"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00.000Z"},
    {"30 2 * * *", "Europe/Berlin", "2026-03-29T01:10:00Z", "2026-03-29T01:30:00.000Z"},
    {"30 2 * * *", "Europe/Berlin", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00.000Z"},
    {"0,30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:59:00Z", "2026-03-29T01:00:00.000Z"},
    // shown twice: 02:00 to 03:00 on 25 October
    {"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00.000Z"},
    {"30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00.000Z"},
    {"20,40 2 * * *", "Australia/Lord_Howe", "2026-10-03T15:00:00Z", "2026-10-03T15:40:00.000Z"},
};
enum { CRON_CASES = sizeof(cron_cases) / sizeof(cron_cases[0]) };

START_TEST(a_schedule_is_next_due)
{
    const struct cron_case *it = &cron_cases[_i];
    struct cron cron = cron_of(it->cron);
    check_next(
        trigger_next_cron(system_local_zone(&arena, it->zone), &cron, ms_of(it->from)), it->next,
        it->cron);
}
END_TEST

// --- against a reading of the clocks, minute by minute
static bool is_on(const struct cron *cron, int64_t local_ms)
{
    int64_t day = local_ms / DAY_MS, minute = local_ms % DAY_MS / MINUTE_MS;
    struct civil_date date = time_date_of_days(day);
    bool is_day = (cron->days >> date.day & 1) != 0;
    bool is_weekday = (cron->weekdays >> (day + 3) % 7 & 1) != 0;
    return (cron->minutes >> minute % 60 & 1) != 0 && (cron->hours >> minute / 60 & 1) != 0 &&
           (cron->months >> date.month & 1) != 0 &&
           (cron->is_either_day ? is_day || is_weekday : is_day && is_weekday);
}

// Every minute from from_ms on for three days, and what the clocks show; then each local minute that cron names, at the
// first minute that shows it, or, where none does, as long behind the skip as it lies in it.
static int64_t slow_next(struct local_zone zone, const struct cron *cron, int64_t from_ms)
{
    enum { BEFORE = 26 * 60, MINUTES = 5 * 24 * 60 };
    int64_t best_ms = TRIGGER_NEVER;
    int64_t begin_ms = (from_ms / MINUTE_MS - BEFORE) * MINUTE_MS;
    int64_t shown_ms = local_of_ms(zone, begin_ms); // the latest local minute so far
    for (int64_t t = begin_ms; t < begin_ms + MINUTES * MINUTE_MS; t += MINUTE_MS) {
        int64_t local_ms = local_of_ms(zone, t);
        for (int64_t l = shown_ms + MINUTE_MS; l <= local_ms; l += MINUTE_MS) {
            // where the clocks skip it: by what they showed before
            int64_t at_ms = l == local_ms ? t : l - (shown_ms - (t - MINUTE_MS));
            if (is_on(cron, l) && at_ms > from_ms && at_ms < best_ms)
                best_ms = at_ms;
        }
        if (local_ms > shown_ms)
            shown_ms = local_ms;
    }
    return best_ms;
}

static const char *const odd_zones[] = {
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"};
static const char *const around[] = {
    "2026-03-28T00:00:00Z", "2026-10-24T00:00:00Z", "2026-03-07T12:00:00Z", "2026-10-31T12:00:00Z",
    "2026-04-04T00:00:00Z", "2026-10-03T00:00:00Z", "2026-02-14T00:00:00Z", "2026-03-21T00:00:00Z"};

static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state = hash_mix(*state + 1);
    return *state % below;
}

START_TEST(schedules_are_as_the_clocks_read)
{
    enum { TRIES = 150 };
    uint64_t state = (uint64_t)_i + 1;
    struct local_zone zone = system_local_zone(&arena, odd_zones[_i]);
    for (int i = 0; i < TRIES; i++) {
        struct cron cron = {.days = 0xfffffffe, .months = 0x1ffe, .weekdays = 0x7f};
        uint64_t few = draw(&state, 4) + 1;
        for (uint64_t k = 0; k < few; k++) {
            cron.minutes |= UINT64_C(1) << draw(&state, 60);
            cron.hours |= 1U << draw(&state, 5);
        }
        int64_t from_ms =
            ms_of(around[draw(&state, 8)]) + (int64_t)draw(&state, 2 * 24 * 60 * 60) * 1000;
        int64_t got_ms = trigger_next_cron(zone, &cron, from_ms);
        int64_t wanted_ms = slow_next(zone, &cron, from_ms);
        ck_assert_msg(
            got_ms == wanted_ms, "%s, minutes %llx, hours %x, from %lld: got %lld, wanted %lld",
            odd_zones[_i], (unsigned long long)cron.minutes, cron.hours, (long long)from_ms,
            (long long)got_ms, (long long)wanted_ms);
    }
}
END_TEST

// Asked as timers ask, and here and there, by zones that share a place.
START_TEST(what_is_kept_of_a_schedule_is_what_is_found)
{
    enum { TRIES = 4000, ZONES = 20 };
    static struct cron_memo memo;
    static const char *const crons[] = {"30 2 * * *", "*/7 1-3 * * sun", "0 0 29 2 *"};
    uint64_t state = (uint64_t)_i + 1;
    struct cron cron = cron_of(crons[_i]);
    int64_t from_ms = ms_of("2026-03-27T00:00:00Z");
    memo = (struct cron_memo){.zones = {{.next_out = 0}}};
    for (int i = 0; i < TRIES; i++) {
        uint64_t at = draw(&state, ZONES);
        struct local_zone zone = {.ahead_s = (int32_t)at * 900};
        if (at < sizeof(odd_zones) / sizeof(odd_zones[0]))
            zone = system_local_zone(&arena, odd_zones[at]);
        int64_t wanted_ms = trigger_next_cron(zone, &cron, from_ms);
        ck_assert_int_eq(cron_memo_next(&memo, zone, &cron, from_ms), wanted_ms);
        ck_assert_int_eq(cron_memo_next(&memo, zone, &cron, from_ms), wanted_ms);
        if (wanted_ms == TRIGGER_NEVER || draw(&state, 3) == 0)
            from_ms = ms_of(around[draw(&state, 8)]) + (int64_t)draw(&state, 1U << 28);
        else
            from_ms = wanted_ms - 1 + (int64_t)draw(&state, 3);
    }
}
END_TEST

// --- dates
static const struct date_case {
    const char *date; // "1990-03-29": of a date field; else of a timestamp
    int days;         // after; below 0: before
    const char *at;   // NULL: none
    bool is_yearly;
    const char *zone, *from, *next;
} date_cases[] = {
    {"1990-03-29", 0, NULL, true, "UTC", "2026-01-01T00:00:00Z", "2026-03-29T00:00:00.000Z"},
    {"1990-03-29", 0, NULL, true, "UTC", "2026-03-29T00:00:00Z", "2027-03-29T00:00:00.000Z"},
    {"1990-03-29", -3, "09:00", true, "Europe/Berlin", "2026-01-01T00:00:00Z",
     "2026-03-26T08:00:00.000Z"},
    {"1990-04-01", -3, "09:00", true, "Europe/Berlin", "2026-01-01T00:00:00Z",
     "2026-03-29T07:00:00.000Z"},
    {"1990-01-02", -3, NULL, true, "UTC", "2026-12-01T00:00:00Z", "2026-12-30T00:00:00.000Z"},
    {"1990-12-31", 2, NULL, true, "UTC", "2026-12-01T00:00:00Z", "2027-01-02T00:00:00.000Z"},
    {"1990-12-31", 2, NULL, true, "UTC", "2027-01-01T00:00:00Z", "2027-01-02T00:00:00.000Z"},
    {"1992-02-29", 0, NULL, true, "UTC", "2026-01-01T00:00:00Z", "2026-02-28T00:00:00.000Z"},
    {"1992-02-29", 0, NULL, true, "UTC", "2027-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z"},
    {"2030-05-01", 0, NULL, true, "UTC", "2026-01-01T00:00:00Z", "2030-05-01T00:00:00.000Z"},
    {"2026-05-01", 0, NULL, false, "UTC", "2026-01-01T00:00:00Z", "2026-05-01T00:00:00.000Z"},
    {"2026-05-01", 0, NULL, false, "UTC", "2026-05-01T00:00:00Z", "never"},
    {"2026-05-01", 10, "08:30", false, "+07:00", "2026-01-01T00:00:00Z",
     "2026-05-11T01:30:00.000Z"},
    {"2026-05-01T10:00:00Z", -1, NULL, false, "Europe/Berlin", "2026-01-01T00:00:00Z",
     "2026-04-30T10:00:00.000Z"},
    {"2026-05-01T23:30:00Z", 0, "09:00", false, "Europe/Berlin", "2026-01-01T00:00:00Z",
     "2026-05-02T07:00:00.000Z"}, // there it is the second already
    {"2025-07-01T10:00:00Z", 0, NULL, true, "UTC", "2026-01-01T00:00:00Z",
     "2026-07-01T10:00:00.000Z"},
};
enum { DATE_CASES = sizeof(date_cases) / sizeof(date_cases[0]) };

// "09:00"
static uint32_t minutes_of(const char *text)
{
    uint32_t digits[4] = {0};
    for (int i = 0; i < 4; i++)
        digits[i] = (uint32_t)(text[i < 2 ? i : i + 1] - '0');
    return (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3];
}

START_TEST(a_date_is_next_due)
{
    const struct date_case *it = &date_cases[_i];
    struct time_trigger trigger = {
        .is_yearly = it->is_yearly,
        .is_day = strlen(it->date) == 10,
        .has_at = it->at != NULL,
        .offset_ms = it->days * DAY_MS,
    };
    int64_t date_ms = 0;
    if (trigger.is_day)
        ck_assert(time_parse_date(bytes_text(it->date), &date_ms));
    else
        date_ms = ms_of(it->date);
    if (trigger.has_at)
        trigger.at_minute = minutes_of(it->at);
    check_next(
        trigger_next_date(system_local_zone(&arena, it->zone), &trigger, date_ms, ms_of(it->from)),
        it->next, it->date);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("fold/trigger_times");
    TCase *tcase = tcase_create("trigger_times");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, a_schedule_is_next_due, 0, CRON_CASES);
    tcase_add_loop_test(
        tcase, schedules_are_as_the_clocks_read, 0, sizeof(odd_zones) / sizeof(odd_zones[0]));
    tcase_add_loop_test(tcase, what_is_kept_of_a_schedule_is_what_is_found, 0, 3);
    tcase_add_loop_test(tcase, a_date_is_next_due, 0, DATE_CASES);
    suite_add_tcase(suite, tcase);
    return suite;
}
