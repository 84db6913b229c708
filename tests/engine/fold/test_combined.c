// Scores that are combined of one that forgets, with the clock of the events, moved on by hand.
// links: engine/os
#include <string.h>

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

static bool is_in(void)
{
    return strstr(world_contact(&world, "c"), "\"segments\":[\"in\"]") != NULL;
}

// The score that is read comes to be what it was at the last event; meanwhile what is combined has seen less.
START_TEST(a_score_that_is_again_what_it_was_is_told_to_what_is_combined)
{
    world.params.tick_mode = TICK_EVENT;
    world_open(
        &world, "scores:\n"
                "  fit:\n    forget: {linear: {percent: 50, every: 1d}}\n    rules:\n"
                "      - {name: o, on: email.opened, points: 16}\n"
                "      - {name: v, on: page.viewed, points: 8}\n"
                "  total: {combine: 2.0 * score.fit}\n"
                "segments: {in: {if: score.total >= 20}}\n");
    world_feed_line(
        &world, "{\"id\":\"1\",\"source\":\"s\",\"type\":\"email.opened\",\"contact\":\"c\","
                "\"time\":\"2026-01-01T00:00:00Z\"}");
    ck_assert(is_in());
    world_advance(&world, "2026-01-02T00:00:00Z");
    ck_assert(!is_in());
    world_feed_line( // 8 are left, and 8 come
        &world, "{\"id\":\"2\",\"source\":\"s\",\"type\":\"page.viewed\",\"contact\":\"c\","
                "\"time\":\"2026-01-02T02:00:00Z\",\"data\":{\"url\":\"u\"}}");
    ck_assert(is_in());
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("combined");
    TCase *cases = tcase_create("combined");
    tcase_add_checked_fixture(cases, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_test(cases, a_score_that_is_again_what_it_was_is_told_to_what_is_combined);
    suite_add_tcase(suite, cases);
    return suite;
}
