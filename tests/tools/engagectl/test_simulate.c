// `engagectl simulate`: what it refuses, and that it leaves nothing behind.
#include <dirent.h>

#include "tests/tools/engagectl/shop_data.h"

static void set_up(void)
{
    fixture_enter();
    ck_assert_int_eq(mkdir("rules", 0700), 0);
    ck_assert_int_eq(mkdir("tmp", 0700), 0);
    ck_assert_int_eq(setenv("TMPDIR", "tmp", 1), 0);
    fixture_write("rules/r.yaml", SHOP_RULES);
    fixture_write("bad.yaml", "scores: {z: {mni: 1}}\n");
    fixture_write(
        "events.ndjson", "{\"id\":\"1\",\"type\":\"order.placed\",\"time\":\"2026-01-01T00:00:"
                         "00Z\",\"contact\":\"a\"}\n"
                         "{\"id\":\"2\",\"type\":\"order.placed\",\"time\":\"2026-01-02T00:00:"
                         "00Z\",\"contact\":\"a\"}\n"
                         "{\"id\":\"2\",\"type\":\"order.placed\",\"time\":\"2026-01-02T00:00:"
                         "00Z\",\"contact\":\"a\"}\n"
                         "{\"id\":\"3\",\"type\":\"order.placed\",\"contact\":\"b\"}\n"
                         "{\"type\":\"secret@example.com\"}\n");
    fixture_write("kept", "as it was\n");
}

static const struct simulate_case {
    const char *line;
    int code;
    const char *out; // found in it; "" exactly nothing
    const char *err; // found in it
} cases[] = {
    {"simulate", 2, "", "--rules is missing"},
    {"simulate --rules rules", 2, "", "--events is missing"},
    {"simulate --rules rules --events events.ndjson x", 2, "", "'x'"},
    {"simulate --rules rules --events events.ndjson --until soon", 2, "", "--until takes a time"},
    {"simulate --rules rules --events events.ndjson --zone Asia/Tokio", 2, "",
     "--zone: 'Asia/Tokio' is not a time zone that is known here"},
    {"simulate --rules rules --events events.ndjson --zone +25:00", 2, "", "--zone: '+25:00'"},
    {"simulate --rules rules --events events.ndjson --zone Asia/Tokyo", 0, "", "contacts      2\n"},
    {"simulate --rules rules --events none --actions kept", 2, "", "none: "},
    {"simulate --rules rules --events events.ndjson --actions no/where", 2, "", "no/where: "},
    {"simulate --rules none --events events.ndjson --actions kept", 78, "", "none: "},
    {"simulate --rules bad.yaml --events events.ndjson --actions kept", 78, "",
     "bad.yaml:1:14: error[E0201]"},
    {"simulate --rules rules --events events.ndjson --actions /dev/full", 70, "", "/dev/full: "},
    {"simulate --rules rules --events events.ndjson --contacts /dev/full", 70, "", "/dev/full: "},
    {"simulate --rules rules --events rules", 70, "", "rules: "},
    {"simulate --rules rules --events events.ndjson", 0, "",
     "contacts      2\nactions       2\ndead letters  1\nduplicates    1\n"},
    {"simulate --rules rules --events events.ndjson", 0, "",
     "dead letter: events.ndjson at byte 278: no_contact: "},
    {"simulate --rules rules --events events.ndjson --until 2026-01-01 --contacts -", 0,
     "\"engagement\":{\"value\":15,\"band\":\"warm\"}", "after --until 2\n"},
    {"simulate --rules rules --events events.ndjson --until 2026-01-02T00:00:00Z --contacts -", 0,
     "\"engagement\":{\"value\":30,\"band\":\"hot\"}", "duplicates    1\n"},
    {"simulate --rules rules --events events.ndjson --zone UTC --actions -", 0,
     "\"type\":\"action.greet\"", ""},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

static size_t entries_in(const char *path)
{
    DIR *listing = opendir(path);
    ck_assert_ptr_nonnull(listing);
    size_t count = 0;
    for (const struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing))
        count += entry->d_name[0] != '.';
    ck_assert_int_eq(closedir(listing), 0);
    return count;
}

START_TEST(a_simulation_ends_as_it_should_and_leaves_nothing)
{
    const struct simulate_case *it = &cases[_i];
    struct stat kept;
    captured_run(it->line, &captured);
    ck_assert_msg(
        captured.code == it->code, "%s: exit %d: %s", it->line, captured.code, captured.err);
    if (it->out[0] == '\0')
        ck_assert_str_eq(captured.out, "");
    ck_assert_msg(strstr(captured.out, it->out) != NULL, "%s: %s", it->line, captured.out);
    ck_assert_msg(strstr(captured.err, it->err) != NULL, "%s: %s", it->line, captured.err);
    ck_assert_ptr_null(strstr(captured.err, "secret")); // what was refused is not shown
    ck_assert_uint_eq(entries_in("tmp"), 0);
    ck_assert_int_eq(stat("kept", &kept), 0);
    ck_assert_int_eq(kept.st_size, 10);
}
END_TEST

START_TEST(without_a_temporary_directory_nothing_is_folded)
{
    ck_assert_int_eq(setenv("TMPDIR", "missing", 1), 0);
    captured_run("simulate --rules rules --events events.ndjson", &captured);
    ck_assert_int_eq(captured.code, 2);
    ck_assert_ptr_nonnull(strstr(captured.err, "missing: no temporary directory"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tools/engagectl/simulate");
    TCase *tcase = tcase_create("simulate");
    tcase_add_checked_fixture(tcase, set_up, fixture_leave);
    tcase_add_loop_test(tcase, a_simulation_ends_as_it_should_and_leaves_nothing, 0, CASE_COUNT);
    tcase_add_test(tcase, without_a_temporary_directory_nothing_is_folded);
    suite_add_tcase(suite, tcase);
    return suite;
}
