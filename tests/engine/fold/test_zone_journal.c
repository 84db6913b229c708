// What the journal keeps of time zones: for new rules over what came before, to the byte, and where it lies.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/fold/shard_internal.h"

#include "tests/fakes/zone_fixture.h"
#include "tests/support/suite.h"

// --- new rules over what came before
START_TEST(new_rules_know_the_zones_of_events_before_them)
{
    world_open(&world, "events: {noon: {data: {zone: optional string, zones: optional list}}}\n");
    zone_live_in("1", "c-1", "Far/Away");
    zone_noon("2", "c-1", "{\"zone\":\"Near/By\"}");
    zone_noon("3", "c-2", "{\"zone\":\"No/One\"}");
    zone_noon("4", "c-2", zone_list("No/0", 1, 300, "Near/By"));
    ck_assert_uint_eq(zone_fake.reads, 0);
    world_activate(&world, ZONE_RULES);
    world_publish(&world);
    zone_check_score("c-1", "hour", 13);
    zone_check_score("c-1", "local", 18);
    zone_check_score("c-2", "hour", 0);
    zone_check_score("c-2", "east", 1);
    ck_assert_str_eq(zone_journalled(), "Near/By@6 Far/Away@6");
    zone_check_again();
    world_checkpoint(&world);
    zone_check_again();
}
END_TEST

// What was none while the journal was folded again is none to the end of the frame that puts the rules in force.
START_TEST(a_zone_that_appears_during_a_history_is_not_in_it)
{
    zone_fake.zones[2] =
        (struct fake_zone){.name = "Late/One", .rule = "<+02>-2", .reads_before = 1};
    world_open(&world, "events: {noon: {data: {zone: optional string, zones: optional list}}}\n");
    zone_live_in("1", "c-1", "Late/One");
    zone_noon("2", "c-1", "{\"zone\":\"Near/By\"}");
    zone_noon("3", "c-1", "{\"zone\":\"Late/One\"}");
    world_activate(
        &world, "events: {noon: {data: {zone: optional string, zones: optional list}}}\n"
                "segments: {own: {if: 'local(contact.created, contact.zone) > contact.created'}}\n"
                "scores: {hour: {rules: [{name: a, on: noon, points: "
                "event.time.getHours(data.zone)}]}}\n");
    world_publish(&world);
    ck_assert_str_eq(zone_journalled(), "Near/By@5");
    zone_check_score("c-1", "hour", 13);
    zone_check_again();
}
END_TEST

START_TEST(rules_and_zones_may_change_at_once)
{
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", "{\"zone\":\"Near/By\"}");
    zone_fake.zones[0].rule = "<+02>-2";
    world_activate(
        &world, "events: {noon: {data: {zone: optional string}}}\n"
                "scores: {hour: {rules: [{name: a, on: noon, points: "
                "event.time.getHours(data.zone) + 100}]}}\n");
    world_publish(&world);
    zone_check_score("c", "hour", 113);
    zone_noon("2", "c", "{\"zone\":\"Near/By\"}");
    zone_check_score("c", "hour", 113 + 114);
    ck_assert_str_eq(zone_journalled(), "Near/By@2 Near/By@4");
    zone_check_again();
}
END_TEST

// --- bytes
START_TEST(bytes_on_disk_stay_as_they_are)
{
    struct buffer packed = {0};
    struct fold_settings settings = {
        .tick_mode = TICK_EVENT,
        .state = {300, 2, 3, 4},
        .actions_per_event_max = 5,
        .derived_depth_max = 6,
        .counter_entries_max = 7};
    fold_settings_set_zone(&settings, BYTES_LITERAL("Near/By"));
    fold_settings_pack(&settings, &packed);
    ck_assert(bytes_equal(buffer_bytes(&packed), BYTES_LITERAL("\1\xac\2\2\3\4\5\6\7\7Near/By")));
    buffer_clear(&packed);
    zone_command_pack(
        &(struct zone_command){
            BYTES_LITERAL("Near/By"), BYTES_LITERAL("2026a"), BYTES_LITERAL("TZif2")},
        &packed);
    ck_assert(bytes_equal(buffer_bytes(&packed), BYTES_LITERAL("\7Near/By\0052026a\5TZif2")));
    ck_assert_int_eq(FRAME_COMMAND_ZONE, 4);
    buffer_free(&packed);
}
END_TEST

// --- a journal that lies
static void append_zone(struct bytes payload)
{
    char directory[TEST_SCRATCH_BYTES + 16];
    struct fault fault = {ERR_OK, ""};
    struct journal *journal = NULL;
    struct journal_recovery recovery;
    uint64_t durable = 0;
    (void)snprintf(directory, sizeof(directory), "%s/journal", world.directory);
    struct journal_params params = {
        .disk = world.params.disk,
        .directory = directory,
        .identity = world.params.identity,
        .file_bytes_max = world.params.journal_file_bytes,
        .frame_bytes_max = world.params.frame_bytes_max};
    struct frame_builder *builder = frame_builder_create();
    struct frame_head head = {0};
    const struct frame_command command = {FRAME_COMMAND_ZONE, payload};
    frame_builder_add_command(builder, &command);
    ck_assert_int_eq(journal_open(&params, &journal, &recovery, &fault), ERR_OK);
    ck_assert_int_eq(journal_append(journal, builder, &head), ERR_OK);
    ck_assert_int_eq(journal_sync(journal, &durable, &fault), ERR_OK);
    journal_close(journal);
    frame_builder_destroy(builder);
}

static const struct {
    const char *name, *file;
} wrong_zones[] = {{"Near/By", "no zone at all"}, {"near/by", ""}, {"", ""}};

START_TEST(a_command_that_is_malformed_is_named)
{
    struct fault fault = {ERR_OK, ""};
    struct buffer payload = {0};
    if (_i < 3)
        zone_command_pack(
            &(struct zone_command){
                .name = bytes_text(wrong_zones[_i].name), .file = bytes_text(wrong_zones[_i].file)},
            &payload);
    else
        buffer_add_text(&payload, _i == 3 ? "\x07Near/B" : "\1A\0\0\0");
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", "{}");
    world_close(&world);
    append_zone(buffer_bytes(&payload));
    buffer_free(&payload);
    ck_assert_int_eq(world_try_open(&world, &fault), ERR_CORRUPT);
    ck_assert_msg(strstr(fault.text, "sequence 3: malformed time zone") != NULL, "%s", fault.text);
}
END_TEST

START_TEST(a_checkpoint_that_names_a_frame_without_the_zone_is_not_believed)
{
    struct fault fault = {ERR_OK, ""};
    struct buffer packed = {0};
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", "{\"zone\":\"Near/By\"}");
    buffer_add_varint(&packed, 1);
    buffer_add_sized(&packed, BYTES_LITERAL("Far/Away"));
    buffer_add_varint(&packed, 2);
    struct cursor from = cursor_of(buffer_bytes(&packed));
    ck_assert_int_eq(shard_zones_unpack(world.shard, &from, &fault), ERR_CORRUPT);
    ck_assert_msg(strstr(fault.text, "sequence 2: expected a time zone") != NULL, "%s", fault.text);
    for (size_t len = 0; len < packed.len; len++) {
        from = cursor_of(bytes_of(packed.data, len));
        ck_assert_int_eq(shard_zones_unpack(world.shard, &from, &fault), ERR_CORRUPT);
    }
    packed.data[packed.len - 1] = 99;
    from = cursor_of(buffer_bytes(&packed));
    ck_assert_int_eq(shard_zones_unpack(world.shard, &from, &fault), ERR_MISSING);
    buffer_free(&packed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold/zone_journal");
    TCase *tcase = tcase_create("zone_journal");
    tcase_add_checked_fixture(tcase, zone_fixture_setup, fold_fixture_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, new_rules_know_the_zones_of_events_before_them);
    tcase_add_test(tcase, a_zone_that_appears_during_a_history_is_not_in_it);
    tcase_add_test(tcase, rules_and_zones_may_change_at_once);
    tcase_add_test(tcase, bytes_on_disk_stay_as_they_are);
    tcase_add_loop_test(tcase, a_command_that_is_malformed_is_named, 0, 5);
    tcase_add_test(tcase, a_checkpoint_that_names_a_frame_without_the_zone_is_not_believed);
    suite_add_tcase(suite, tcase);
    return suite;
}
