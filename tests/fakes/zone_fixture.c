#include "tests/fakes/zone_fixture.h"

#include <inttypes.h>
#include <stdio.h>

#include "engine/fold/fold_zone.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_internal.h"
#include "engine/fold/verify.h"

const char ZONE_RULES[] =
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

struct fake_zones zone_fake;

void zone_fixture_setup(void)
{
    fold_fixture_setup();
    zone_fake = (struct fake_zones){
        .zones = {
            {.name = "Near/By", .rule = "<+01>-1"},
            {.name = "Far/Away", .rule = "<+05>-5<+06>,M3.5.0,M10.5.0"},
        }};
    world.params.zone_files = fake_zone_files(&zone_fake);
}

void zone_noon(const char *id, const char *contact, const char *data)
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

void zone_live_in(const char *id, const char *contact, const char *zone)
{
    char line[400];
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"%s\",\"source\":\"s\",\"type\":\"contact.updated\",\"contact\":\"%s\","
        "\"data\":{\"zone\":\"%s\"}}",
        id, contact, zone);
    world_feed_line(&world, line);
}

void zone_check_score(const char *contact, const char *score, unsigned points)
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

const char *zone_journalled(void)
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

void zone_check_again(void)
{
    struct verify_report report;
    struct fault fault = {ERR_OK, ""};
    const struct shard_progress none = {NULL, NULL};
    uint64_t digest = world_digest(&world);
    unsigned reads = zone_fake.reads;
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
    ck_assert_uint_eq(zone_fake.reads, reads);
}

const char *zone_list(const char *first, unsigned from, unsigned count, const char *last)
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

int zone_contact_ahead(const char *contact)
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
