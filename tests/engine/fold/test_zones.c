// Time zones in the fold: had from the system once, journalled, and the same for ever after, whatever the system says
// by then.
// links: engine/os
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/time.h"
#include "engine/fold/fold_zone.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_internal.h"
#include "engine/fold/verify.h"

#include "tests/fakes/fold_fixture.h"
#include "tests/fakes/zone_files.h"
#include "tests/support/suite.h"

// Points for what the clocks of a zone show at noon in UTC: the hour.
static const char RULES[] =
    "events: {noon: {data: {zone: optional string, zones: optional list}}}\n"
    "scores:\n"
    "  hour:\n"
    "    rules:\n"
    "      - {name: part, on: noon, if: has(data.zone), points: event.time.getHours(data.zone)}\n"
    "  local:\n"
    "    rules:\n"
    "      - {name: own, on: noon, if: has(contact.zone),"
    " points: 'local(event.time, contact.zone).getHours()'}\n"
    "  east:\n"
    "    rules:\n"
    "      - {name: any, on: noon, if: 'has(data.zones) && "
    "data.zones.exists(z, event.time.getHours(string(z)) > 12)', points: 1}\n";

static struct fake_zones fake;

static void setup(void)
{
    fold_fixture_setup();
    fake = (struct fake_zones){
        .zones = {
            {.name = "Near/By", .rule = "<+01>-1"},
            {.name = "Far/Away", .rule = "<+05>-5<+06>,M3.5.0,M10.5.0"},
        }};
    world.params.zone_files = fake_zone_files(&fake);
}

static void noon(const char *id, const char *contact, const char *data)
{
    char line[16384];
    int len = snprintf(
        line, sizeof(line),
        "{\"id\":\"%s\",\"source\":\"s\",\"type\":\"noon\",\"time\":\"2026-07-01T12:00:00Z\","
        "\"contact\":\"%s\",\"data\":%s}",
        id, contact, data);
    ck_assert_int_lt(len, (int)sizeof(line));
    world_feed_line(&world, line);
}

static void live_in(const char *id, const char *contact, const char *zone)
{
    char line[400];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"%s\",\"source\":\"s\",\"type\":\"contact.updated\",\"contact\":\"%s\","
        "\"data\":{\"zone\":\"%s\"}}",
        id, contact, zone);
    world_feed_line(&world, line);
}

static void check_score(const char *contact, const char *score, unsigned points)
{
    char wanted[64];
    const char *text = world_contact(&world, contact);
    (void)snprintf(wanted, sizeof(wanted), "\"%s\":{\"value\":%u}", score, points);
    bool is_there = strstr(text, wanted) != NULL;
    if (points == 0) {
        (void)snprintf(wanted, sizeof(wanted), "\"%s\":", score);
        is_there = strstr(text, wanted) == NULL;
    }
    ck_assert_msg(is_there, "%s %u: %s", score, points, text);
}

// The zones of the journal's commands, "NAME@SEQUENCE …", in order.
static const char *journalled(void)
{
    static struct buffer text;
    char directory[TEST_SCRATCH_BYTES + 16];
    struct journal_reader *reader = NULL;
    struct bytes bytes;
    struct frame_reader frame;
    struct frame_command command;
    struct fault fault = {ERR_OK, ""};
    buffer_clear(&text);
    (void)snprintf(directory, sizeof(directory), "%s/journal", world.directory);
    ck_assert_int_eq(journal_reader_open(world.params.disk, directory, 0, &reader, &fault), ERR_OK);
    while (journal_reader_next(reader, &bytes, &frame, &fault) == ERR_OK) {
        while (frame_next_command(&frame, &command) == ERR_OK) {
            struct zone_command zone;
            if (command.kind != FRAME_COMMAND_ZONE)
                continue;
            ck_assert_int_eq(zone_command_unpack(command.payload, &zone), ERR_OK);
            ck_assert(bytes_equal_text(zone.version, "2026a"));
            if (text.len > 0)
                buffer_add_u8(&text, ' ');
            buffer_add_bytes(&text, zone.name);
            buffer_add_format(&text, "@%" PRIu64, frame.head.sequence);
        }
    }
    journal_reader_close(reader);
    buffer_add_u8(&text, 0);
    return (const char *)text.data;
}

// Opened again, by checkpoint or without one, and verified: all without the system.
static void check_again(void)
{
    struct verify_report report;
    struct fault fault = {ERR_OK, ""};
    const struct shard_progress none = {NULL, NULL};
    uint64_t digest = world_digest(&world);
    unsigned reads = fake.reads;
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_msg(!world.report.is_store_rebuilt, "%s", world.report.store_reason);
    ck_assert_uint_eq(world_digest(&world), digest);
    world_close(&world);
    enum err err = verify_shard(&world.params, none, &report, &fault);
    ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
    ck_assert_uint_eq(report.digest, digest);
    world_remove_store(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_uint_eq(fake.reads, reads);
}

START_TEST(rules_see_the_clocks_of_a_zone)
{
    world_open(&world, RULES);
    live_in("1", "c-1", "Far/Away");
    live_in("2", "c-2", "-03:00");
    noon("3", "c-1", "{\"zone\":\"Near/By\"}");
    noon("4", "c-2", "{\"zone\":\"Far/Away\"}");
    noon("5", "c-3", "{\"zone\":\"UTC\"}");
    check_score("c-1", "hour", 13);
    check_score("c-1", "local", 18); // summer
    check_score("c-2", "hour", 18);
    check_score("c-2", "local", 9);
    check_score("c-3", "hour", 12);
    ck_assert_str_eq(journalled(), "Near/By@4 Far/Away@4"); // as the rules ask, each once
    ck_assert_uint_eq(fake.reads, 2);
    ck_assert_uint_eq(world_counts(&world).zones_known, 2);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 0);
    check_again();
}
END_TEST

START_TEST(a_checkpoint_knows_where_the_zones_are)
{
    world_open(&world, RULES);
    noon("1", "c", "{\"zone\":\"Near/By\"}");
    noon("2", "c", "{\"zone\":\"Far/Away\"}");
    world_checkpoint(&world);
    world_close(&world);
    fake.zones[0].name = NULL; // the system has none any more
    world_open(&world, NULL);
    ck_assert_msg(!world.report.is_store_rebuilt, "%s", world.report.store_reason);
    ck_assert_uint_eq(world.report.replayed_frames, 0);
    noon("3", "c", "{\"zone\":\"Near/By\"}");
    noon("4", "c", "{\"zone\":\"Far/Away\"}");
    check_score("c", "hour", 2 * (13 + 18));
    ck_assert_uint_eq(fake.reads, 2);
    check_again();
}
END_TEST

START_TEST(a_database_that_changes_changes_nothing_before_it_is_journalled)
{
    world_open(&world, RULES);
    noon("1", "c", "{\"zone\":\"Near/By\"}");
    noon("2", "c", "{\"zone\":\"Far/Away\"}");
    fake.zones[0].rule = "<+02>-2";
    noon("3", "c", "{\"zone\":\"Near/By\"}");
    check_score("c", "hour", 13 + 18 + 13);
    check_again();
    noon("4", "c", "{\"zone\":\"Near/By\"}");
    check_score("c", "hour", 13 + 18 + 13 + 13);
    world_activate(&world, RULES); // a start of the daemon
    ck_assert_uint_eq(world_counts(&world).zones_renewed, 1);
    noon("5", "c", "{\"zone\":\"Near/By\"}");
    check_score("c", "hour", 13 + 18 + 13 + 13 + 14);
    ck_assert_str_eq(journalled(), "Near/By@2 Far/Away@3 Near/By@6");
    check_again();
    world_checkpoint(&world);
    check_again();
    world_activate(&world, RULES); // nothing has changed since
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
    world_open(&world, RULES);
    noon("1", "c", "{\"zone\":\"Near/By\"}");
    for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
        fake.zones[0] = lost[i];
        world_activate(&world, RULES);
    }
    noon("2", "c", "{\"zone\":\"Near/By\"}");
    check_score("c", "hour", 26);
    ck_assert_str_eq(journalled(), "Near/By@2");
    check_again();
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
    ck_assert_uint_eq(fake.reads, 0);
    world.wall_ms += 7200000;
    shard_frame_begin(world.shard, world.wall_ms);
    ck_assert_int_eq(shard_frame_end(world.shard, &sequence, &fault), ERR_OK);
    ck_assert_uint_eq(sequence, 3);
    ck_assert_uint_eq(fake.reads, 1);
    check_score("c", "s", 1);
    world_publish(&world);
    ck_assert_str_eq(journalled(), "Far/Away@3");
    check_again();
}
END_TEST

// --- what is no zone
START_TEST(names_that_are_of_no_zone_leave_no_trace)
{
    static const char *const unfit[] = {"near/by", "../etc/passwd", "Near//By", "",
                                        "+7",      "N\xC3\xA4h/e"};
    char data[100];
    world_open(&world, RULES);
    for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++) {
        (void)snprintf(data, sizeof(data), "{\"zone\":\"%s\"}", unfit[i]);
        noon(unfit[i], "c", data);
    }
    ck_assert_uint_eq(fake.reads, 0);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 6);
    fake.zones[2] = (struct fake_zone){.name = "Not/One", .rule = NULL};
    noon("1", "c", "{\"zone\":\"Not/One\"}");
    noon("2", "c", "{\"zone\":\"Not/One\"}");
    noon("3", "c", "{\"zone\":\"Not/There\"}");
    noon("4", "c", "{\"zone\":\"Not/There\"}");
    ck_assert_uint_eq(fake.reads, 2); // remembered
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 10);
    ck_assert_uint_eq(world_counts(&world).expressions_failed, 10);
    ck_assert_str_eq(journalled(), "");
    check_score("c", "hour", 0);
    check_again();
    fake.zones[2].rule = "<+02>-2";
    noon("5", "c", "{\"zone\":\"Not/One\"}");
    check_score("c", "hour", 14); // another process asks again
    check_again();
}
END_TEST

// A list of names: "first", count that are of no zone, "last".
static const char *zones_of(const char *first, unsigned from, unsigned count, const char *last)
{
    static struct buffer text;
    buffer_clear(&text);
    buffer_add_format(&text, "{\"zones\":[\"%s\"", first);
    for (unsigned i = from; i < from + count; i++)
        buffer_add_format(&text, ",\"No/%u\"", i);
    buffer_add_format(&text, ",\"%s\"]}", last);
    buffer_add_u8(&text, 0);
    return (const char *)text.data;
}

// A replay knows the zones of a frame from its beginning: what was none in it must stay none in it.
START_TEST(a_zone_that_appears_is_none_until_the_frame_ends)
{
    fake.zones[2] = (struct fake_zone){.name = "Late/One", .rule = "<+02>-2", .reads_before = 1};
    world_open(&world, RULES);
    noon("1", "c", zones_of("Late/One", 0, 100, "Late/One"));
    check_score("c", "east", 0);
    ck_assert_uint_eq(fake.reads, 101);
    check_again();
    noon("2", "c", zones_of("Late/One", 0, 0, "UTC"));
    check_score("c", "east", 1);
    check_again();
}
END_TEST

START_TEST(one_event_does_not_have_what_was_none_forgotten)
{
    fake.zones[2] = (struct fake_zone){.name = "Late/One", .rule = "<+02>-2", .reads_before = 1};
    world_open(&world, RULES);
    noon("1", "c", zones_of("Late/One", 0, 400, "Late/One"));
    check_score("c", "east", 0);
    ck_assert_uint_eq(fake.reads, ZONES_UNKNOWN_KEPT + 1);
    // what is of a zone, but behind so many, is not asked for either
    noon("2", "c", zones_of("No/0", 500, 400, "Near/By"));
    check_score("c", "east", 0);
    noon("3", "c", zones_of("No/0", 0, 0, "Near/By"));
    check_score("c", "east", 1);
    check_again();
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
    fake.zones[2] = (struct fake_zone){.name = "Many/", .rule = "<+02>-2"};
    world_open(&world, RULES);
    world_feed(&world, each, 3000);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 2997);
    ck_assert_uint_eq(world_counts(&world).zones_known, 3);
    // A frame ends where it has met so many names that the next event might not find the zones that there are.
    ck_assert_uint_gt(shard_sequence(world.shard), 3000 / ZONES_UNKNOWN_KEPT);
    check_again();
}
END_TEST

START_TEST(what_cannot_be_read_is_read_again_in_the_next_frame)
{
    fake.zones[0].failure = ERR_IO;
    world_open(&world, RULES);
    noon("1", "c", zones_of("Near/By", 0, 0, "Near/By"));
    ck_assert_uint_eq(fake.reads, 1);
    fake.zones[0].failure = ERR_OK;
    noon("2", "c", zones_of("Near/By", 0, 0, "Near/By"));
    ck_assert_uint_eq(fake.reads, 2);
    check_score("c", "east", 1);
    check_again();
}
END_TEST

START_TEST(without_a_database_there_is_utc)
{
    world.params.zone_files = (struct zone_files){NULL, NULL};
    world_open(&world, RULES);
    noon("1", "c", "{\"zone\":\"Near/By\"}");
    noon("2", "c", "{\"zone\":\"+02:00\"}");
    check_score("c", "hour", 14);
    check_again();
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
    fake.zones[2] = (struct fake_zone){.name = "Many/", .rule = "<+02>-2", .padding = PADDING};
    world.params.frame_bytes_max = 65536;
    world_open(&world, RULES);
    world_feed(&world, each, ZONE_COUNT);
}

START_TEST(zones_fit_into_the_smallest_frames)
{
    feed_zones();
    check_score("c", "hour", ZONE_COUNT * 14);
    ck_assert_uint_eq(world_counts(&world).zones_known, ZONE_COUNT);
    check_again();
    world_checkpoint(&world);
    check_again();
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
    fake.zones[2] = (struct fake_zone){.name = "Many/", .rule = "<-02>2", .padding = PADDING};
    world.params.frame_bytes_max = 65536;
    world_open(&world, RULES);
    noon("1", "c", (const char *)data.data);
    buffer_free(&data);
    ck_assert_uint_eq(world_counts(&world).zones_known, 1);
    ck_assert_uint_gt(world_counts(&world).zones_unknown, 40);
    check_again();
}
END_TEST

START_TEST(all_zones_may_change_at_once)
{
    feed_zones();
    uint64_t sequence = shard_sequence(world.shard);
    fake.zones[2].rule = "<+03>-3";
    world_activate(&world, RULES);
    ck_assert_uint_eq(world_counts(&world).zones_renewed, ZONE_COUNT);
    ck_assert_uint_ge(shard_sequence(world.shard), sequence + 5);
    noon("x", "c", "{\"zone\":\"Many/59\"}");
    check_score("c", "hour", ZONE_COUNT * 14 + 15);
    check_again();
    world_checkpoint(&world);
    check_again();
}
END_TEST

START_TEST(a_file_that_is_too_large_is_none_of_a_zone)
{
    fake.zones[0].padding = 2000; // 18 kB
    world_open(&world, RULES);
    noon("1", "c", "{\"zone\":\"Near/By\"}");
    ck_assert_str_eq(journalled(), "");
    ck_assert_uint_eq(world_counts(&world).zones_unknown, 1);
    check_again();
}
END_TEST

// --- the contact's zone
// Offset of the zone that the contact lives by, in hours, as a frame that is being made sees it.
static int contact_ahead(const char *contact)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    struct fold *fold = &world.shard->fold;
    shard_frame_begin(world.shard, world.wall_ms);
    fold->contact = query_find(world.shard, bytes_text(contact));
    ck_assert_uint_ne(fold->contact.value, 0);
    struct local_zone zone = fold_contact_zone(fold);
    int64_t local_ms = local_of_ms(zone, world.wall_ms);
    ck_assert_int_eq(shard_frame_end(world.shard, &sequence, &fault), ERR_OK);
    return (int)((local_ms - world.wall_ms) / 3600000);
}

START_TEST(a_contact_lives_by_its_own_zone_else_by_the_accounts)
{
    world.params.zone = "Far/Away";
    world_open(&world, RULES);
    live_in("1", "own", "Near/By");
    live_in("2", "fixed", "-02:00");
    live_in("3", "utc", "UTC");
    live_in("4", "wrong", "UTC2");
    live_in("5", "unfit", "somewhere");
    noon("6", "none", "{}");
    uint64_t before = world_counts(&world).zones_unknown;
    ck_assert_int_eq(contact_ahead("own"), 1);
    ck_assert_int_eq(contact_ahead("fixed"), -2);
    ck_assert_int_eq(contact_ahead("utc"), 0);
    ck_assert_int_eq(contact_ahead("none"), 5);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, before);
    ck_assert_int_eq(contact_ahead("wrong"), 5);
    ck_assert_int_eq(contact_ahead("unfit"), 5);
    ck_assert_uint_eq(world_counts(&world).zones_unknown, before + 2);
    check_again();
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
            live_in(contacts[i].zone, contacts[i].contact, contacts[i].zone);
        for (unsigned hour = 22; hour < 24; hour++) {
            (void)snprintf(
                line, sizeof(line),
                "{\"type\":\"email.opened\",\"time\":\"2025-12-30T%u:30:00Z\",\"contact\":\"%s\","
                "\"data\":{}}",
                hour, contacts[i].contact);
            world_feed_line(&world, line);
        }
        check_score(contacts[i].contact, "s", contacts[i].points);
    }
    check_again();
}
END_TEST

START_TEST(between_frames_nothing_is_asked_of_the_system)
{
    world_open(&world, RULES);
    live_in("1", "c", "Near/By");
    struct fold *fold = &world.shard->fold;
    fold->contact = query_find(world.shard, BYTES_LITERAL("c"));
    ck_assert_ptr_null(fold_contact_zone(fold).zone);
    ck_assert_uint_eq(fake.reads, 0);
    ck_assert_int_eq(contact_ahead("c"), 1);
    ck_assert_ptr_nonnull(fold_contact_zone(fold).zone);
    ck_assert_uint_eq(fake.reads, 1);
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
    world_open(&world, RULES);
    noon("1", "c", "{}");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        world_close(&world);
        world.params.zone = cases[i].zone;
        world_open(&world, NULL);
        ck_assert_int_eq(contact_ahead("c"), before);
        world_activate(&world, RULES);
        before = cases[i].ahead;
        ck_assert_int_eq(contact_ahead("c"), before);
        world_publish(&world);
        if (i % 2 == 0 && shard_sequence(world.shard) > 2)
            world_checkpoint(&world);
    }
    check_again();
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
    world_open(&world, RULES);
    noon("1", "c", "{}");
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
    world_open(&world, RULES);
    noon("1", "c", "{\"zone\":\"Near/By\"}");
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
    Suite *suite = suite_create("engine/fold/zones");
    TCase *tcase = tcase_create("zones");
    tcase_add_checked_fixture(tcase, setup, fold_fixture_teardown);
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
    tcase_add_test(tcase, a_contact_lives_by_its_own_zone_else_by_the_accounts);
    tcase_add_test(tcase, a_limit_of_a_day_goes_by_the_contacts_days);
    tcase_add_test(tcase, between_frames_nothing_is_asked_of_the_system);
    tcase_add_test(tcase, the_accounts_zone_is_the_journals_until_it_is_put_in_force);
    tcase_add_test(tcase, settings_of_before_there_was_a_zone_mean_utc);
    tcase_add_test(tcase, bytes_on_disk_stay_as_they_are);
    tcase_add_loop_test(tcase, a_command_that_is_malformed_is_named, 0, 5);
    tcase_add_test(tcase, a_checkpoint_that_names_a_frame_without_the_zone_is_not_believed);
    suite_add_tcase(suite, tcase);
    return suite;
}
