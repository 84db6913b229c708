// Timers as engagectl shows them: in the journal, and at the end of a simulation.
// wraps: fold_event fold_timer
#include "tests/fakes/planned_timers.h"
#include "tests/tools/engagectl/shop_data.h"

// The first plans a timer for 2026-01-02T00:00:00.002Z: three in all, about a second apart.
static const char *const events[] = {
    "{\"id\":\"21\",\"type\":\"email.opened\",\"time\":\"2026-01-01T00:00:00Z\",\"contact\":\"c-"
    "1\","
    "\"data\":{\"due\":1767312000002}}",
    "{\"id\":\"22\",\"type\":\"email.opened\",\"time\":\"2026-01-01T12:00:00Z\",\"contact\":\"c-"
    "2\"}",
    "{\"id\":\"23\",\"type\":\"email.opened\",\"time\":\"2026-01-05T00:00:00Z\",\"contact\":\"c-"
    "3\"}",
    NULL,
};

static void set_up(void)
{
    planned.count = 0;
    planned.action_bytes = 0;
    shop_enter();
    ck_assert_int_eq(mkdir("rules", 0700), 0);
    fixture_write("rules/r.yaml", SHOP_RULES);
    FILE *file = fopen("events.ndjson", "w");
    for (size_t i = 0; events[i] != NULL; i++)
        ck_assert_int_gt(fprintf(file, "%s\n", events[i]), 0);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_frame_that_fired_timers_says_so)
{
    ck_assert_int_eq(mkdir("t", 0700), 0);
    struct shard *shard = shop_open_shard("t", 0);
    shop_activate(shard);
    shop_fold(shard, events);
    shard_close(shard);
    fixture_write("t.yaml", "data: t\nrules: rules\nsources: {files: [e.ndjson]}\n");
    captured_run("journal cat --config t.yaml", &captured);
    ck_assert_msg(captured.code == 0, "%s", captured.err);
    ck_assert_ptr_nonnull(strstr(
        captured.out, "{\"shard\":0,\"sequence\":2,\"tick\":\"2026-01-05T00:00:00.000Z\","
                      "\"kind\":\"command\",\"command\":\"timers\",\"fired_timers\":3,"
                      "\"before\":0,\"between\":3,\"after\":0,\"payload_bytes\":3}\n"));
    captured_run("journal verify --config t.yaml", &captured);
    ck_assert_msg(captured.code == 0, "%s", captured.err);
}
END_TEST

static const struct until_case {
    const char *until;
    size_t fired;
    const char *told;
} untils[] = {
    {"", 3, "timers        3\n"},
    {" --until 2026-01-02", 0, "after --until 1\n"},
    {" --until 2026-01-02T00:00:00.001Z", 0, "after --until 1\n"},
    {" --until 2026-01-02T00:00:00.002Z", 1, "timers        1\n"},
    {" --until 2026-01-03", 3, "timers        3\n"},
    {" --until 2026-01-01T18:00:00Z", 0, "events        2"},
    {" --until 2027-01-01", 3, "events        3"},
};
enum { UNTIL_COUNT = sizeof(untils) / sizeof(untils[0]) };

START_TEST(a_simulation_fires_what_is_due_by_its_end)
{
    char line[200];
    (void)snprintf(
        line, sizeof(line), "simulate --rules rules --events events.ndjson%s --contacts -",
        untils[_i].until);
    captured_run(line, &captured);
    ck_assert_msg(captured.code == 0, "%s", captured.err);
    ck_assert_msg(strstr(captured.err, untils[_i].told) != NULL, "%s: %s", line, captured.err);
    ck_assert_uint_eq(planned.count, untils[_i].fired);
    for (size_t i = 0; i < planned.count; i++)
        ck_assert_int_eq(planned.fired[i].tick_ms, planned.fired[i].due_ms);
    char notes[24];
    (void)snprintf(notes, sizeof(notes), "\"notes\":%zu", untils[_i].fired);
    const char *found = strstr(captured.out, untils[_i].fired > 0 ? notes : "notes");
    ck_assert_msg((found != NULL) == (untils[_i].fired > 0), "%s: %s", line, captured.out);
}
END_TEST

START_TEST(what_timers_decide_is_among_the_actions)
{
    planned.action_bytes = 100;
    captured_run(
        "simulate --rules rules --events events.ndjson --until 2026-01-03 --actions -", &captured);
    ck_assert_msg(captured.code == 0, "%s", captured.err);
    size_t lines = 0;
    for (const char *at = captured.out; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    ck_assert_uint_eq(lines, 3);
    ck_assert_ptr_nonnull(strstr(captured.err, "actions       3\n"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/timers");
    TCase *tcase = tcase_create("timers");
    tcase_add_checked_fixture(tcase, set_up, fixture_leave);
    tcase_add_test(tcase, a_frame_that_fired_timers_says_so);
    tcase_add_loop_test(tcase, a_simulation_fires_what_is_due_by_its_end, 0, UNTIL_COUNT);
    tcase_add_test(tcase, what_timers_decide_is_among_the_actions);
    suite_add_tcase(suite, tcase);
    return suite;
}
