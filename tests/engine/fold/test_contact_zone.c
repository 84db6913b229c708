// Whose clocks a contact lives by, and the account's zone in the settings.
// links: engine/os
#include <stdio.h>

#include "engine/fold/fold_zone.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_internal.h"

#include "tests/fakes/zone_fixture.h"
#include "tests/support/suite.h"

START_TEST(a_contact_lives_by_its_own_zone_else_by_the_accounts)
{
    world.params.zone = "Far/Away";
    world_open(&world, ZONE_RULES);
    zone_live_in("1", "own", "Near/By");
    zone_live_in("2", "fixed", "-02:00");
    zone_live_in("3", "utc", "UTC");
    zone_live_in("4", "wrong", "UTC2");
    zone_live_in("5", "unfit", "somewhere");
    zone_noon("6", "none", "{}");
    uint64_t before = world_counts(&world).zones_unknown;
    ck_assert_int_eq(zone_contact_ahead("own"), 1);
    ck_assert_int_eq(zone_contact_ahead("fixed"), -2);
    ck_assert_int_eq(zone_contact_ahead("utc"), 0);
    ck_assert_int_eq(zone_contact_ahead("none"), 5);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, before);
    ck_assert_int_eq(zone_contact_ahead("wrong"), 5);
    ck_assert_int_eq(zone_contact_ahead("unfit"), 5);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, before + 2);
    zone_check_again();
}
END_TEST

// Two events an hour apart, with midnight between them in one zone only.
START_TEST(a_limit_of_a_day_goes_by_the_contacts_days)
{
    static const struct {
        const char *contact, *zone;
        unsigned points;
    } contacts[] = {
        {"near", "Near/By", 2}, {"utc", "UTC", 1}, {"fixed", "+00:45", 2}, {"none", "", 2}};
    char line[300];
    world.params.zone = "Near/By";
    world_open(
        &world, "scores: {s: {rules: [{name: a, on: email.opened, points: 1,"
                " limit: {times: 1, every: day}}]}}\n");
    for (unsigned i = 0; i < 4; i++) {
        if (contacts[i].zone[0] != '\0')
            zone_live_in(contacts[i].zone, contacts[i].contact, contacts[i].zone);
        for (unsigned hour = 22; hour < 24; hour++) {
            (void)snprintf(
                line, sizeof(line),
                "{\"type\":\"email.opened\",\"time\":\"2025-12-30T%u:30:00Z\",\"contact\":\"%s\","
                "\"data\":{}}",
                hour, contacts[i].contact);
            world_feed_line(&world, line);
        }
        zone_check_score(contacts[i].contact, "s", contacts[i].points);
    }
    zone_check_again();
}
END_TEST

START_TEST(between_frames_nothing_is_asked_of_the_system)
{
    world_open(&world, ZONE_RULES);
    zone_live_in("1", "c", "Near/By");
    struct fold *fold = &world.shard->fold;
    fold->contact = query_find(world.shard, BYTES_LITERAL("c"));
    ck_assert_ptr_null(fold_contact_zone(fold).zone);
    ck_assert_uint_eq(zone_fake.reads, 0);
    ck_assert_int_eq(zone_contact_ahead("c"), 1);
    ck_assert_ptr_nonnull(fold_contact_zone(fold).zone);
    ck_assert_uint_eq(zone_fake.reads, 1);
}
END_TEST

START_TEST(the_accounts_zone_is_the_journals_until_it_is_put_in_force)
{
    static const struct {
        const char *zone;
        int ahead;
    } cases[] = {{NULL, 0},      {"UTC", 0},       {"Near/By", 1}, {"+03:00", 3},
                 {"Not/One", 0}, {"somewhere", 0}, {"Near/By", 1}};
    int before = 0;
    world_open(&world, ZONE_RULES);
    zone_noon("1", "c", "{}");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_close(&world);
        world.params.zone = cases[i].zone;
        world_open(&world, NULL);
        ck_assert_int_eq(zone_contact_ahead("c"), before);
        world_activate(&world, ZONE_RULES);
        before = cases[i].ahead;
        ck_assert_int_eq(zone_contact_ahead("c"), before);
        world_publish(&world);
        if (i % 2 == 0 && shard_sequence(world.shard) > 2)
            world_checkpoint(&world);
    }
    zone_check_again();
}
END_TEST

START_TEST(settings_of_before_there_was_a_zone_mean_utc)
{
    struct fold_settings settings = {.actions_per_event_max = 7, .zone_bytes = 1, .zone = "X"};
    struct fold_settings read = settings;
    struct buffer packed = {0};
    fold_settings_pack(&settings, &packed);
    struct cursor from = cursor_of(bytes_of(packed.data, packed.len - 2));
    ck_assert_int_eq(fold_settings_unpack(&from, &read), ERR_OK);
    ck_assert_uint_eq(read.zone_bytes, 0);
    ck_assert_uint_eq(read.actions_per_event_max, 7);
    ck_assert(!fold_settings_equal(&settings, &read));
    from = cursor_of(buffer_bytes(&packed));
    ck_assert_int_eq(fold_settings_unpack(&from, &read), ERR_OK);
    ck_assert(fold_settings_equal(&settings, &read));
    packed.data[packed.len - 1] = '/'; // no name
    from = cursor_of(buffer_bytes(&packed));
    ck_assert_int_eq(fold_settings_unpack(&from, &read), ERR_CORRUPT);
    buffer_free(&packed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold/contact_zone");
    TCase *tcase = tcase_create("contact_zone");
    tcase_add_checked_fixture(tcase, zone_fixture_setup, fold_fixture_teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_contact_lives_by_its_own_zone_else_by_the_accounts);
    tcase_add_test(tcase, a_limit_of_a_day_goes_by_the_contacts_days);
    tcase_add_test(tcase, between_frames_nothing_is_asked_of_the_system);
    tcase_add_test(tcase, the_accounts_zone_is_the_journals_until_it_is_put_in_force);
    tcase_add_test(tcase, settings_of_before_there_was_a_zone_mean_utc);
    suite_add_tcase(suite, tcase);
    return suite;
}
