// Time zones in the fold: had from the system once, journalled, and the same for ever after, whatever the system says
// by then.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/fold/shard_zones.h"

#include "tests/fakes/zone_fixture.h"
#include "tests/support/suite.h"

START_TEST(rules_see_the_clocks_of_a_zone)
{
    world_open(&world, ZONE_RULES);
    zone_live_in("1", "c-1", "Far/Away");
    zone_live_in("2", "c-2", "-03:00");
    zone_noon("3", "c-1", "{\"zone\":\"Near/By\"}");
    zone_noon("4", "c-2", "{\"zone\":\"Far/Away\"}");
    zone_noon("5", "c-3", "{\"zone\":\"UTC\"}");
    zone_check_score("c-1", "hour", 13);
    zone_check_score("c-1", "local", 18); // summer
    zone_check_score("c-2", "hour", 18);
    zone_check_score("c-2", "local", 9);
    zone_check_score("c-3", "hour", 12);
    ck_assert_str_eq(zone_journalled(), "Near/By@4 Far/Away@4"); // as the rules ask, each once
    ck_assert_uint_eq(zone_fake.reads, 2);
    ck_assert_uint_eq(world_counts(&world).zones_known, 2);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 0);
    zone_check_again();
}
END_TEST

START_TEST(a_checkpoint_knows_where_the_zones_are)
{
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", "{\"zone\":\"Near/By\"}");
    zone_noon("2", "c", "{\"zone\":\"Far/Away\"}");
    world_checkpoint(&world);
    world_close(&world);
    zone_fake.zones[0].name = NULL; // the system has none any more
    world_open(&world, NULL);
    ck_assert_msg(!world.report.is_store_rebuilt, "%s", world.report.store_reason);
    ck_assert_uint_eq(world.report.replayed_frames, 0);
    zone_noon("3", "c", "{\"zone\":\"Near/By\"}");
    zone_noon("4", "c", "{\"zone\":\"Far/Away\"}");
    zone_check_score("c", "hour", 2 * (13 + 18));
    ck_assert_uint_eq(zone_fake.reads, 2);
    zone_check_again();
}
END_TEST

START_TEST(a_database_that_changes_changes_nothing_before_it_is_journalled)
{
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", "{\"zone\":\"Near/By\"}");
    zone_noon("2", "c", "{\"zone\":\"Far/Away\"}");
    zone_fake.zones[0].rule = "<+02>-2";
    zone_noon("3", "c", "{\"zone\":\"Near/By\"}");
    zone_check_score("c", "hour", 13 + 18 + 13);
    zone_check_again();
    zone_noon("4", "c", "{\"zone\":\"Near/By\"}");
    zone_check_score("c", "hour", 13 + 18 + 13 + 13);
    world_activate(&world, ZONE_RULES); // a start of the daemon
    ck_assert_uint_eq(world_counts(&world).zones_renewed, 1);
    zone_noon("5", "c", "{\"zone\":\"Near/By\"}");
    zone_check_score("c", "hour", 13 + 18 + 13 + 13 + 14);
    ck_assert_str_eq(zone_journalled(), "Near/By@2 Far/Away@3 Near/By@6");
    zone_check_again();
    world_checkpoint(&world);
    zone_check_again();
    world_activate(&world, ZONE_RULES); // nothing has changed since
    ck_assert_uint_eq(shard_sequence(world.shard), 7);
}
END_TEST

START_TEST(a_zone_that_the_system_loses_stays)
{
    static const struct fake_zone lost[] = {
        {.name = "Near/By", .rule = NULL},
        {.name = "Near/By", .rule = "<+09>-9", .failure = ERR_IO},
        {.name = "Other/One", .rule = "<+09>-9"},
    };
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", "{\"zone\":\"Near/By\"}");
    for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
        zone_fake.zones[0] = lost[i];
        world_activate(&world, ZONE_RULES);
    }
    zone_noon("2", "c", "{\"zone\":\"Near/By\"}");
    zone_check_score("c", "hour", 26);
    ck_assert_str_eq(zone_journalled(), "Near/By@2");
    zone_check_again();
}
END_TEST

// A window is left while a timer fires, before any event of the frame: then the zone is needed first.
START_TEST(a_timer_may_need_a_zone)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    world_open(
        &world, "events: {noon: {data: {zone: optional string}}}\n"
                "counters: {c: {count: noon, within: 1h}}\n"
                "segments:\n"
                "  quiet: {if: 'counter.c == 0 && contact.created.getHours(\"Far/Away\") < 24'}\n"
                "scores: {s: {rules: [{name: q, on: segment.entered, points: 1}]}}\n");
    world_feed_line(&world, "{\"id\":\"1\",\"source\":\"s\",\"type\":\"noon\",\"contact\":\"c\"}");
    ck_assert_uint_eq(zone_fake.reads, 0);
    world.wall_ms += 7200000;
    shard_frame_begin(world.shard, world.wall_ms);
    ck_assert_int_eq(shard_frame_end(world.shard, &sequence, &fault), ERR_OK);
    ck_assert_uint_eq(sequence, 3);
    ck_assert_uint_eq(zone_fake.reads, 1);
    zone_check_score("c", "s", 1);
    world_publish(&world);
    ck_assert_str_eq(zone_journalled(), "Far/Away@3");
    zone_check_again();
}
END_TEST

// --- what is no zone
START_TEST(names_that_are_of_no_zone_leave_no_trace)
{
    static const char *const unfit[] = {"near/by", "../etc/passwd", "Near//By", "",
                                        "+7",      "N\xC3\xA4h/e"};
    char data[100];
    world_open(&world, ZONE_RULES);
    for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++) {
        (void)snprintf(data, sizeof(data), "{\"zone\":\"%s\"}", unfit[i]);
        zone_noon(unfit[i], "c", data);
    }
    ck_assert_uint_eq(zone_fake.reads, 0);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 6);
    zone_fake.zones[2] = (struct fake_zone){.name = "Not/One", .rule = NULL};
    zone_noon("1", "c", "{\"zone\":\"Not/One\"}");
    zone_noon("2", "c", "{\"zone\":\"Not/One\"}");
    zone_noon("3", "c", "{\"zone\":\"Not/There\"}");
    zone_noon("4", "c", "{\"zone\":\"Not/There\"}");
    ck_assert_uint_eq(zone_fake.reads, 2); // remembered
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 10);
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 10);
    ck_assert_str_eq(zone_journalled(), "");
    zone_check_score("c", "hour", 0);
    zone_check_again();
    zone_fake.zones[2].rule = "<+02>-2";
    zone_noon("5", "c", "{\"zone\":\"Not/One\"}");
    zone_check_score("c", "hour", 14); // another process asks again
    zone_check_again();
}
END_TEST

// A replay knows the zones of a frame from its beginning: what was none in it must stay none in it.
START_TEST(a_zone_that_appears_is_none_until_the_frame_ends)
{
    zone_fake.zones[2] =
        (struct fake_zone){.name = "Late/One", .rule = "<+02>-2", .reads_before = 1};
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", zone_list("Late/One", 0, 100, "Late/One"));
    zone_check_score("c", "east", 0);
    ck_assert_uint_eq(zone_fake.reads, 101);
    zone_check_again();
    zone_noon("2", "c", zone_list("Late/One", 0, 0, "UTC"));
    zone_check_score("c", "east", 1);
    zone_check_again();
}
END_TEST

START_TEST(one_event_does_not_have_what_was_none_forgotten)
{
    zone_fake.zones[2] =
        (struct fake_zone){.name = "Late/One", .rule = "<+02>-2", .reads_before = 1};
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", zone_list("Late/One", 0, 400, "Late/One"));
    zone_check_score("c", "east", 0);
    ck_assert_uint_eq(zone_fake.reads, ZONES_UNKNOWN_KEPT + 1);
    // what is of a zone, but behind so many, is not asked for either
    zone_noon("2", "c", zone_list("No/0", 500, 400, "Near/By"));
    zone_check_score("c", "east", 0);
    zone_noon("3", "c", zone_list("No/0", 0, 0, "Near/By"));
    zone_check_score("c", "east", 1);
    zone_check_again();
}
END_TEST

START_TEST(any_number_of_names_takes_no_more_memory_and_no_journal)
{
    static char lines[3000][200];
    const char *each[3000];
    for (unsigned i = 0; i < 3000; i++) {
        (void)snprintf(
            lines[i], sizeof(lines[i]),
            "{\"id\":\"%u\",\"type\":\"noon\",\"contact\":\"c\",\"data\":{\"zone\":\"%s%u\"}}", i,
            i % 1000 == 999 ? "Many/" : "No/", i);
        each[i] = lines[i];
    }
    zone_fake.zones[2] = (struct fake_zone){.name = "Many/", .rule = "<+02>-2"};
    world_open(&world, ZONE_RULES);
    world_feed(&world, each, 3000);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 2997);
    ck_assert_uint_eq(world_counts(&world).zones_known, 3);
    // A frame ends where it has met so many names that the next event might not find the zones that there are.
    ck_assert_uint_gt(shard_sequence(world.shard), 3000 / ZONES_UNKNOWN_KEPT);
    zone_check_again();
}
END_TEST

START_TEST(what_cannot_be_read_is_read_again_in_the_next_frame)
{
    zone_fake.zones[0].failure = ERR_IO;
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", zone_list("Near/By", 0, 0, "Near/By"));
    ck_assert_uint_eq(zone_fake.reads, 1);
    zone_fake.zones[0].failure = ERR_OK;
    zone_noon("2", "c", zone_list("Near/By", 0, 0, "Near/By"));
    ck_assert_uint_eq(zone_fake.reads, 2);
    zone_check_score("c", "east", 1);
    zone_check_again();
}
END_TEST

START_TEST(without_a_database_there_is_utc)
{
    world.params.zone_files = (struct zone_files){NULL, NULL};
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", "{\"zone\":\"Near/By\"}");
    zone_noon("2", "c", "{\"zone\":\"+02:00\"}");
    zone_check_score("c", "hour", 14);
    zone_check_again();
}
END_TEST

// --- frames
enum { ZONE_COUNT = 60, PADDING = 300 }; // 60 files of 2.8 kB

static void feed_zones(void)
{
    static char lines[ZONE_COUNT][200];
    const char *each[ZONE_COUNT];
    for (unsigned i = 0; i < ZONE_COUNT; i++) {
        (void)snprintf(
            lines[i], sizeof(lines[i]),
            "{\"id\":\"%u\",\"type\":\"noon\",\"time\":\"2026-07-01T12:00:00Z\",\"contact\":\"c\","
            "\"data\":{\"zone\":\"Many/%u\"}}",
            i, i);
        each[i] = lines[i];
    }
    zone_fake.zones[2] = (struct fake_zone){.name = "Many/", .rule = "<+02>-2", .padding = PADDING};
    world.params.frame_bytes_max = 65536;
    world_open(&world, ZONE_RULES);
    world_feed(&world, each, ZONE_COUNT);
}

START_TEST(zones_fit_into_the_smallest_frames)
{
    feed_zones();
    zone_check_score("c", "hour", ZONE_COUNT * 14);
    ck_assert_uint_eq(world_counts(&world).zones_known, ZONE_COUNT);
    zone_check_again();
    world_checkpoint(&world);
    zone_check_again();
}
END_TEST

START_TEST(an_event_that_asks_for_more_zones_than_a_frame_holds_gets_some)
{
    struct buffer data = {0};
    buffer_add_text(&data, "{\"zones\":[\"Many/0\"");
    for (unsigned i = 1; i < 50; i++)
        buffer_add_format(&data, ",\"Many/%u\"", i);
    buffer_add_text(&data, "]}");
    buffer_add_u8(&data, 0);
    zone_fake.zones[2] = (struct fake_zone){.name = "Many/", .rule = "<-02>2", .padding = PADDING};
    world.params.frame_bytes_max = 65536;
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", (const char *)data.data);
    buffer_free(&data);
    ck_assert_uint_eq(world_counts(&world).zones_known, 1);
    ck_assert_uint_gt(world_counts(&world).zones_unknown, 40);
    zone_check_again();
}
END_TEST

START_TEST(all_zones_may_change_at_once)
{
    feed_zones();
    uint64_t sequence = shard_sequence(world.shard);
    zone_fake.zones[2].rule = "<+03>-3";
    world_activate(&world, ZONE_RULES);
    ck_assert_uint_eq(world_counts(&world).zones_renewed, ZONE_COUNT);
    ck_assert_uint_ge(shard_sequence(world.shard), sequence + 5);
    zone_noon("x", "c", "{\"zone\":\"Many/59\"}");
    zone_check_score("c", "hour", ZONE_COUNT * 14 + 15);
    zone_check_again();
    world_checkpoint(&world);
    zone_check_again();
}
END_TEST

START_TEST(a_file_that_is_too_large_is_none_of_a_zone)
{
    zone_fake.zones[0].padding = 2000; // 18 kB
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", "{\"zone\":\"Near/By\"}");
    ck_assert_str_eq(zone_journalled(), "");
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 1);
    zone_check_again();
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold/zones");
    TCase *tcase = tcase_create("zones");
    tcase_add_checked_fixture(tcase, zone_fixture_setup, fold_fixture_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, rules_see_the_clocks_of_a_zone);
    tcase_add_test(tcase, a_checkpoint_knows_where_the_zones_are);
    tcase_add_test(tcase, a_database_that_changes_changes_nothing_before_it_is_journalled);
    tcase_add_test(tcase, a_zone_that_the_system_loses_stays);
    tcase_add_test(tcase, a_timer_may_need_a_zone);
    tcase_add_test(tcase, names_that_are_of_no_zone_leave_no_trace);
    tcase_add_test(tcase, a_zone_that_appears_is_none_until_the_frame_ends);
    tcase_add_test(tcase, one_event_does_not_have_what_was_none_forgotten);
    tcase_add_test(tcase, any_number_of_names_takes_no_more_memory_and_no_journal);
    tcase_add_test(tcase, what_cannot_be_read_is_read_again_in_the_next_frame);
    tcase_add_test(tcase, without_a_database_there_is_utc);
    tcase_add_test(tcase, zones_fit_into_the_smallest_frames);
    tcase_add_test(tcase, an_event_that_asks_for_more_zones_than_a_frame_holds_gets_some);
    tcase_add_test(tcase, all_zones_may_change_at_once);
    tcase_add_test(tcase, a_file_that_is_too_large_is_none_of_a_zone);
    suite_add_tcase(suite, tcase);
    return suite;
}
