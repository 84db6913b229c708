// However many of what a counter has counted leave its window at once, the others stay.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

enum { ENTRIES = 21, CONTACTS = ENTRIES + 1, LINE_BYTES = 224 };

static unsigned next_id;

static void setup(void)
{
    fold_fixture_setup();
    world.params.tick_mode = TICK_EVENT;
    next_id = 1;
}

static void line_print(char *out, const char *type, const char *time, unsigned contact)
{
    (void)snprintf(
        out, LINE_BYTES,
        "{\"id\":\"e%u\",\"source\":\"s\",\"type\":\"%s\",\"time\":\"2026-01-%sZ\",\"contact\":"
        "\"c%u\",\"data\":{\"order\":\"o\",\"url\":\"u\",\"message\":\"m\",\"amount\":3}}",
        next_id++, type, time, contact);
}

// The points of an event are what the counters say as it comes; nothing asks them meanwhile.
#define RULES                                                             \
    "counters:\n"                                                         \
    "  n: {count: order.placed, within: 10d}\n"                           \
    "  sum: {sum: data.amount, on: order.placed, within: 10d}\n"          \
    "scores:\n"                                                           \
    "  n: {rules: [{name: n, on: page.viewed, points: counter.n}]}\n"     \
    "  sum: {rules: [{name: s, on: page.viewed, points: counter.sum}]}\n" \
    "  both: {rules: [{name: b, on: email.opened, points: counter.n + counter.sum}]}\n"

// An entry a minute of each contact; of the n-th contact n have left when it is asked.
static void feed_entries(void)
{
    static char texts[CONTACTS][LINE_BYTES];
    const char *lines[CONTACTS];
    for (unsigned entry = 0; entry < ENTRIES; entry++) {
        for (unsigned contact = 0; contact < CONTACTS; contact++) {
            char time[32];
            (void)snprintf(time, sizeof(time), "01T00:%02u:00", entry);
            line_print(texts[contact], "order.placed", time, contact);
            lines[contact] = texts[contact];
        }
        world_feed(&world, lines, CONTACTS);
    }
}

static void feed_at(const char *type, const char *time, unsigned contact)
{
    char line[LINE_BYTES];
    line_print(line, type, time, contact);
    world_feed_line(&world, line);
}

static void expect_score(const char *score, unsigned contact, unsigned value)
{
    char id[16], wanted[64];
    (void)snprintf(id, sizeof(id), "c%u", contact);
    (void)snprintf(wanted, sizeof(wanted), "\"%s\":{\"value\":%u}", score, value);
    const char *shown = world_contact(&world, id);
    ck_assert_msg(strstr(shown, wanted) != NULL, "wanted %s in %s", wanted, shown);
}

START_TEST(however_many_leave_the_others_stay)
{
    world_open(&world, RULES);
    feed_entries();
    for (unsigned left = 0; left < CONTACTS; left++) {
        char time[32];
        (void)snprintf(
            time, sizeof(time), "%sT00:%02u:00", left > 0 ? "11" : "10", left > 0 ? left - 1 : 0);
        feed_at("page.viewed", time, left);
        expect_score("n", left, ENTRIES - left);
        expect_score("sum", left, 3 * (ENTRIES - left));
    }
    world_check_refolds(&world);
}
END_TEST

// What has left is dropped by the next that is counted.
START_TEST(the_next_one_is_counted_beside_those_that_stay)
{
    world_open(&world, RULES);
    feed_entries();
    for (unsigned left = 1; left < CONTACTS; left++) {
        char time[32];
        (void)snprintf(time, sizeof(time), "11T00:%02u:00", left - 1);
        feed_at("order.placed", time, left);
        feed_at("email.opened", time, left);
        expect_score("both", left, 4 * (ENTRIES - left + 1));
    }
    world_check_refolds(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("counter windows");
    TCase *cases = tcase_create("windows");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, fold_fixture_teardown);
    tcase_add_test(cases, however_many_leave_the_others_stay);
    tcase_add_test(cases, the_next_one_is_counted_beside_those_that_stay);
    suite_add_tcase(suite, cases);
    return suite;
}
