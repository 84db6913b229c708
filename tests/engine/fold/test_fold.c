// What events do to contacts, scores, workflows and actions.
// links: engine/os
#include <stdio.h>
#include <stdlib.h>

#include "engine/fold/query.h"

#include "tests/fakes/fold_fixture.h"
#include "tests/support/suite.h"

static const char RULES[] =
    "scores:\n"
    "  engagement:\n"
    "    min: 0\n"
    "    max: 100\n"
    "    bands: {cold: 0, warm: 10, hot: 30}\n"
    "    rules:\n"
    "      - {name: opened, on: email.opened, points: 5, limit: {times: 1, per: data.message}}\n"
    "      - {name: order, on: order.placed, points: 12.5}\n"
    "      - {name: bounced, on: email.bounced, points: -40}\n"
    "lists: {customers: {label: Customers}}\n"
    "actions:\n"
    "  send_email:\n"
    "    topic: actions.email\n"
    "    channel: email\n"
    "    with: {template: string, to: string = contact.email}\n"
    "  create_task: {topic: actions.task, with: {title: string, due: optional timestamp}}\n"
    "workflows:\n"
    "  first-order:\n"
    "    on: order.placed\n"
    "    reenter: never\n"
    "    steps:\n"
    "      - {tag: {add: customer}}\n"
    "      - {list: {add: customers}}\n"
    "      - {id: welcome, do: send_email, with: {template: welcome-1}}\n"
    "  crossed:\n"
    "    on: score.band_changed\n"
    "    reenter: always\n"
    "    steps:\n"
    "      - {do: create_task, with: {title: Look at this contact}}\n";

#define EVENT(id, type, contact, data)                        \
    "{\"id\":\"" id "\",\"source\":\"shop\",\"type\":\"" type \
    "\",\"time\":\"2026-01-02T03:04:05.678Z\",\"contact\":" contact ",\"data\":" data "}"

#define C17 "{\"contact_id\":\"c-17\",\"email\":\"ann@example.com\"}"

static bool has_text(struct bytes where, const char *what)
{
    char *text = strndup((const char *)where.data, where.len);
    bool is_found = strstr(text, what) != NULL;
    free(text);
    return is_found;
}

static const struct outgoing *item(size_t index)
{
    ck_assert_uint_lt(index, world.out.item_count);
    return &world.out.items[index].outgoing;
}

START_TEST(a_contact_prints_what_its_events_said)
{
    world_open(&world, RULES);
    const char *lines[] = {
        EVENT("1", "contact.updated", C17, "{\"fields\":{\"country\":\"VN\",\"age\":41}}"),
        EVENT("2", "contact.tag_added", "\"c-17\"", "{\"tag\":\"vip\"}"),
        EVENT("3", "contact.list_added", "\"c-17\"", "{\"list\":\"newsletter\"}"),
        EVENT("4", "contact.stage_changed", "\"c-17\"", "{\"stage\":\"lead\"}"),
        EVENT("5", "contact.assigned", "\"c-17\"", "{\"team\":\"sales\",\"person\":\"binh\"}"),
        EVENT(
            "6", "contact.consent_changed", "\"c-17\"",
            "{\"channel\":\"email\",\"state\":\"granted\"}"),
        EVENT("7", "contact.note_added", "\"c-17\"", "{\"note\":\"n1\",\"text\":\"called\"}"),
        EVENT("8", "order.placed", "\"c-17\"", "{}"),
        EVENT("9", "contact.dnd_changed", "\"c-17\"", "{\"channel\":\"sms\",\"on\":true}"),
    };
    world_feed(&world, lines, sizeof(lines) / sizeof(lines[0]));
    ck_assert_str_eq(
        world_contact(&world, "c-17"),
        "{\"id\":\"c-17\",\"identifiers\":{\"contact_id\":[\"c-17\"],\"email\":[\"ann@example."
        "com\"]},"
        "\"fields\":{\"age\":41,\"country\":\"VN\"},\"tags\":[\"customer\",\"vip\"],"
        "\"lists\":[\"customers\",\"newsletter\"],\"stage\":\"lead\",\"owner\":\"sales/binh\","
        "\"consent\":{\"email\":\"granted\"},\"created\":\"2026-01-02T03:04:05.678Z\","
        "\"updated\":\"2026-01-02T03:04:05.678Z\","
        "\"scores\":{\"engagement\":{\"value\":12.5,\"band\":\"warm\"}},"
        "\"dnd\":[\"sms\"],\"notes\":1,\"events\":9}");
    static const char *const emails[] = {"email:ann@example.com", "email:Ann@Example.COM"};
    for (size_t i = 0; i < 2; i++)
        ck_assert_ptr_nonnull(strstr(world_contact(&world, emails[i]), "{\"id\":\"c-17\","));
    ck_assert_str_eq(world_contact(&world, "c-18"), "");
}
END_TEST

START_TEST(a_contact_prints_the_segments_it_is_a_member_of)
{
    static const char SEGMENTS[] =
        "segments:\n"
        "  vip: {if: 'true'}\n"
        "  patient: {if: 'true', for: 10d}\n" // true, and not a member yet
        "  asleep: {if: 'contact.id == \"c-17\"'}\n"
        "scores:\n"
        "  fit: {rules: [{name: known, while: 'true', points: 3}]}\n"; // kept as segments are
    world_open(&world, SEGMENTS);
    world_feed_line(&world, EVENT("1", "order.placed", "\"c-17\"", "{}"));
    const char *text = world_contact(&world, "c-17");
    ck_assert_msg(
        strstr(
            text,
            "\"scores\":{\"fit\":{\"value\":3}},\"segments\":[\"asleep\",\"vip\"],\"events\":1}"),
        "%s", text);
    world_feed_line(&world, EVENT("2", "order.placed", "\"c-18\"", "{}"));
    text = world_contact(&world, "c-18");
    ck_assert_msg(strstr(text, "\"segments\":[\"vip\"],"), "%s", text);
}
END_TEST

// What an event gave and counted is there again when it is withdrawn, whether its limit goes by a key or not.
START_TEST(a_withdrawn_event_makes_room_in_its_limit)
{
    static const char LIMITS[] =
        "scores:\n"
        "  s:\n"
        "    rules:\n"
        "      - {name: once, on: order.placed, points: 1, limit: {times: 1}}\n"
        "      - {name: keyed, on: order.placed, points: 10, limit: {times: 1, per: data.order}}\n"
        "      - {name: often, on: order.placed, points: 100, limit: {times: 2, every: 10d}}\n"
        "      - {name: daily, on: order.placed, points: 1000, limit: {points: 1500, every: "
        "day}}\n";
    static const struct {
        const char *line;
        const char *value;
    } steps[] = {
        {EVENT("1", "order.placed", "\"c-17\"", "{\"order\":\"a\"}"), "1111"},
        {EVENT("2", "order.placed", "\"c-17\"", "{\"order\":\"a\"}"), "1711"}, // the day gives 500
        {EVENT("3", "order.placed", "\"c-17\"", "{\"order\":\"a\"}"), "1711"}, // nothing is left
        {EVENT("4", "event.retracted", "\"c-17\"", "{\"source\":\"shop\",\"event\":\"1\"}"), "600"},
        {EVENT("5", "order.placed", "\"c-17\"", "{\"order\":\"a\"}"), "1711"},
        {EVENT("6", "event.retracted", "\"c-17\"", "{\"source\":\"shop\",\"event\":\"1\"}"),
         "1711"},
        {EVENT("7", "order.placed", "\"c-17\"", "{\"order\":\"a\"}"), "1711"},
    };
    world_open(&world, LIMITS);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        char expected[64];
        (void)snprintf(expected, sizeof(expected), "{\"s\":{\"value\":%s}}", steps[i].value);
        world_feed_line(&world, steps[i].line);
        const char *text = world_contact(&world, "c-17");
        ck_assert_msg(strstr(text, expected) != NULL, "step %zu: %s", i + 1, text);
    }
}
END_TEST

// What a limit has forgotten by now takes up none of it.
START_TEST(an_old_event_withdrawn_makes_no_room_for_new_ones)
{
    static const char LIMIT[] =
        "scores: {s: {rules: [{name: often, on: order.placed, points: 100, limit: {times: 2, "
        "every: 10d}}]}}\n";
    world_open(&world, LIMIT);
    world_feed_line(
        &world, "{\"id\":\"1\",\"source\":\"shop\",\"type\":\"order.placed\",\"contact\":\"c-17\","
                "\"time\":\"2025-10-01T00:00:00Z\",\"data\":{}}");
    world_feed_line(&world, EVENT("2", "order.placed", "\"c-17\"", "{}"));
    world_feed_line(&world, EVENT("3", "order.placed", "\"c-17\"", "{}"));
    const char *text = world_contact(&world, "c-17");
    ck_assert_msg(strstr(text, "{\"s\":{\"value\":300}}") != NULL, "%s", text);
    world_feed_line(
        &world, EVENT("4", "event.retracted", "\"c-17\"", "{\"source\":\"shop\",\"event\":\"1\"}"));
    world_feed_line(&world, EVENT("5", "order.placed", "\"c-17\"", "{}"));
    text = world_contact(&world, "c-17");
    ck_assert_msg(strstr(text, "{\"s\":{\"value\":200}}") != NULL, "%s", text);
}
END_TEST

START_TEST(an_action_is_a_cloud_event_with_a_derived_id)
{
    world_open(&world, RULES);
    world_feed_line(&world, EVENT("e-1", "order.placed", C17, "{}"));
    ck_assert_uint_eq(world.out.item_count, 2);
    struct bytes json = item(0)->value;
    char want[1200];
    (void)snprintf(
        want, sizeof(want),
        "\"source\":\"engaged\",\"type\":\"action.send_email\",\"subject\":\"c-17\","
        "\"time\":\"2026-01-01T00:00:00.000Z\",\"datacontenttype\":\"application/json\",\"data\":{"
        "\"action\":\"send_email\",\"contact\":{\"id\":\"c-17\",\"identifiers\":{\"contact_id\":"
        "[\"c-17\"],\"email\":[\"ann@example.com\"]}},\"workflow\":\"first-order\",\"run\":\"");
    ck_assert(has_text(json, want));
    ck_assert(has_text(json, "\"step\":\"welcome\",\"occurrence\":1,\"ruleset\":\""));
    ck_assert(has_text(
        json, "\"cause\":{\"source\":\"shop\",\"id\":\"e-1\",\"type\":\"order.placed\"},"
              "\"with\":{\"template\":\"welcome-1\",\"to\":\"ann@example.com\"}}}"));
    ck_assert(bytes_equal_text(item(0)->topic, "actions.email"));
    ck_assert(bytes_equal_text(item(0)->key, "c-17"));
    // The id is the same for ever: it hangs on contact, workflow, run and step alone.
    char hex[HASH128_HEX_CHARS + 1] = {0};
    hash128_hex(item(0)->id, hex);
    char begin[64];
    (void)snprintf(begin, sizeof(begin), "{\"specversion\":\"1.0\",\"id\":\"%s\",", hex);
    ck_assert(has_text(json, begin));
    ck_assert_str_eq(hex, "e64573eec5f715477c57bf4eef3ff2d7");
}
END_TEST

START_TEST(a_duplicate_changes_nothing_and_a_limit_holds)
{
    world_open(&world, RULES);
    const char *lines[] = {
        EVENT("1", "email.opened", "\"c-17\"", "{\"message\":\"m1\"}"),
        EVENT("1", "email.opened", "\"c-17\"", "{\"message\":\"m2\"}"), // the same id
        EVENT("2", "email.opened", "\"c-17\"", "{\"message\":\"m1\"}"), // the same message
        EVENT("3", "email.opened", "\"c-17\"", "{\"message\":\"m3\"}"),
    };
    world_feed(&world, lines, 4);
    world_feed_line(&world, lines[3]);
    ck_assert(strstr(world_contact(&world, "c-17"), "{\"value\":10,\"band\":\"warm\"}") != NULL);
    ck_assert_uint_eq(world_flow(&world).journalled, 3);
    ck_assert_uint_eq(world_flow(&world).duplicates, 2);
    ck_assert_uint_eq(world_counts(&world).rules_limited, 1);
}
END_TEST

START_TEST(crossing_a_band_is_one_event_and_totals_are_clamped)
{
    world_open(&world, RULES);
    world_feed_line(&world, EVENT("1", "email.bounced", "\"c-1\"", "{\"kind\":\"hard\"}"));
    ck_assert(strstr(world_contact(&world, "c-1"), "{\"value\":0,\"band\":\"cold\"}") != NULL);
    ck_assert_uint_eq(world.out.item_count, 0); // -40 beneath, 0 shown: no band was crossed
    for (int i = 0; i < 7; i++) {
        char line[400];
        (void)snprintf(line, sizeof(line), EVENT("o%d", "order.placed", C17, "{}"), i);
        world_feed_line(&world, line);
    }
    // 12.5 cold to warm, 37.5 warm to hot, 87.5, 100 of 112.5: two crossings and the first order's mail
    ck_assert_uint_eq(world.out.item_count, 3);
    ck_assert(strstr(world_contact(&world, "c-17"), "{\"value\":87.5,\"band\":\"hot\"}") != NULL);
    world_feed_line(&world, EVENT("o9", "order.placed", C17, "{}"));
    world_feed_line(&world, EVENT("o10", "order.placed", C17, "{}"));
    ck_assert(strstr(world_contact(&world, "c-17"), "{\"value\":100,\"band\":\"hot\"}") != NULL);
}
END_TEST

START_TEST(withdrawn_consent_holds_an_action_back)
{
    world_open(&world, RULES);
    const char *lines[] = {
        EVENT("1", "contact.unsubscribed", C17, "{}"),
        EVENT("2", "order.placed", C17, "{}"),
        EVENT(
            "3", "contact.dnd_changed", "{\"contact_id\":\"c-2\",\"email\":\"b@example.com\"}",
            "{\"on\":true}"),
        EVENT("4", "order.placed", "\"c-2\"", "{}"),
        EVENT("5", "order.placed", "\"c-3\"", "{}"), // no address
    };
    world_feed(&world, lines, 5);
    ck_assert_uint_eq(world_counts(&world).actions_held_consent, 1);
    ck_assert_uint_eq(world_counts(&world).actions_held_dnd, 1);
    ck_assert_uint_eq(world_counts(&world).actions_held_missing, 1);
    for (size_t i = 0; i < world.out.item_count; i++)
        ck_assert(bytes_equal_text(item(i)->topic, "actions.task"));
    ck_assert_uint_eq(world.out.item_count, 3);
}
END_TEST

START_TEST(a_refused_input_is_a_dead_letter_and_the_next_is_folded)
{
    world_open(&world, RULES);
    const char *lines[] = {"{\"type\":", EVENT("2", "order.placed", C17, "{}"), "{\"id\":\"3\"}"};
    world_feed(&world, lines, 3);
    ck_assert_uint_eq(world_flow(&world).refused, 2);
    ck_assert_uint_eq(world_flow(&world).journalled, 1);
    size_t letters = 0;
    for (size_t i = 0; i < world.out.item_count; i++) {
        if (item(i)->kind != OUTGOING_DEAD_LETTER)
            continue;
        ck_assert(has_text(
            item(i)->value, letters == 0 ? "\"position\":0,\"code\":\"not_json\""
                                         : "\"position\":2,\"code\":\"no_"));
        ck_assert(has_text(
            item(i)->value,
            letters == 0 ? "\"payload\":\"eyJ0eXBlIjo=\"" : "\"payload\":\"eyJpZCI6IjMifQ==\""));
        letters++;
    }
    ck_assert_uint_eq(letters, 2);
    for (size_t i = 0; i < world.out.item_count; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert(!hash128_equal(item(i)->id, item(j)->id));
}
END_TEST

START_TEST(a_dead_letter_carries_no_more_than_its_sink_takes)
{
    world.params.dead_letter_bytes_max = 6;
    world_open(&world, RULES);
    world_feed_line(&world, "{\"type\":");
    ck_assert_uint_eq(world.out.item_count, 1);
    ck_assert(has_text(item(0)->value, "\"bytes\":8,\"truncated\":true,"));
    ck_assert(has_text(item(0)->value, "\"payload\":\"eyJ0eXBl\"}"));
}
END_TEST

START_TEST(events_that_make_each_other_stop_at_the_stated_depth)
{
    world_open(
        &world, "workflows:\n"
                "  a: {on: tag.added, reenter: always, steps: [{tag: {remove: x}}]}\n"
                "  b: {on: tag.removed, reenter: always, steps: [{tag: {add: x}}]}\n");
    world_feed_line(&world, EVENT("1", "contact.tag_added", "\"c-1\"", "{\"tag\":\"x\"}"));
    ck_assert_uint_eq(world_counts(&world).derived, 16);
    ck_assert_uint_eq(world_counts(&world).derived_too_deep, 1);
    world_feed_line(&world, EVENT("2", "order.placed", "\"c-1\"", "{}"));
    ck_assert_uint_eq(world_flow(&world).journalled, 2);
}
END_TEST

START_TEST(the_event_clock_follows_the_events_and_never_goes_back)
{
    world.params.tick_mode = TICK_EVENT;
    world_open(&world, RULES);
    const char *lines[] = {
        "{\"id\":\"1\",\"type\":\"order.placed\",\"time\":\"2017-05-01T10:00:00Z\",\"contact\":"
        "\"a\"}",
        "{\"id\":\"2\",\"type\":\"order.placed\",\"time\":\"2017-04-01T10:00:00Z\",\"contact\":"
        "\"b\"}",
        "{\"id\":\"3\",\"type\":\"order.placed\",\"contact\":\"c\"}",
    };
    world_feed(&world, lines, 3);
    ck_assert_int_eq(shard_tick_ms(world.shard), 1493632800000);
    for (size_t i = 0; i < world.out.item_count; i++)
        ck_assert(has_text(item(i)->value, "\"time\":\"2017-05-01T10:00:00.000Z\",\"data"));
    ck_assert(strstr(world_contact(&world, "b"), "\"created\":\"2017-04-01T10") != NULL);
    ck_assert(strstr(world_contact(&world, "c"), "\"created\":\"2017-05-01T10") != NULL);
    // The journal does not keep a duplicate: folding again could not follow its time.
    world_feed_line(
        &world, "{\"id\":\"2\",\"type\":\"order.placed\",\"time\":\"2018-05-01T10:00:00Z\","
                "\"contact\":\"a\"}");
    ck_assert_int_eq(shard_tick_ms(world.shard), 1493632800000);
}
END_TEST

START_TEST(the_same_id_of_another_source_is_another_event)
{
    world_open(&world, RULES);
    world_feed_line(&world, EVENT("1", "order.placed", "\"c-17\"", "{}"));
    world_feed_line(
        &world,
        "{\"id\":\"1\",\"source\":\"other\",\"type\":\"order.placed\",\"contact\":\"c-17\"}");
    ck_assert_uint_eq(world_flow(&world).duplicates, 0);
    ck_assert_uint_eq(world_flow(&world).journalled, 2);
}
END_TEST

START_TEST(one_event_makes_no_more_actions_than_it_may)
{
    world.params.actions_per_event_max = 1;
    world_open(&world, RULES);
    world_feed_line(&world, EVENT("1", "order.placed", C17, "{}")); // a mail and a task
    ck_assert_uint_eq(world_flow(&world).decided, 1);
    ck_assert_uint_eq(world_counts(&world).actions_held_limit, 1);
    ck_assert_uint_eq(world.out.item_count, 1);
}
END_TEST

START_TEST(identifiers_in_data_follow_the_rules_of_identifiers)
{
    world_open(&world, RULES);
    world_feed_line(
        &world, EVENT(
                    "1", "contact.updated", "\"c-17\"",
                    "{\"identifiers\":{\"email\":[\"Ann@Example.com\",\"a\\nb@example.com\"],"
                    "\"phone\":\"+84\\u0085\"}}"));
    ck_assert_ptr_nonnull(
        strstr(world_contact(&world, "c-17"), "\"email\":[\"ann@example.com\"]},"));
    world_feed_line(&world, EVENT("2", "email.opened", "{\"email\":\"ANN@example.com\"}", "{}"));
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c-17"), "\"events\":2}"));
}
END_TEST

START_TEST(a_limit_takes_null_for_absent)
{
    world_open(&world, RULES);
    const char *lines[] = {
        EVENT("1", "email.opened", C17, "{}"),
        EVENT("2", "email.opened", C17, "{\"message\":null}"),
    };
    world_feed(&world, lines, 2);
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c-17"), "{\"value\":5,\"band\":\"cold\"}"));
}
END_TEST

static const char FIELD_RULES[] =
    "contact:\n"
    "  fields: {age: {type: int}, seen: {type: timestamp}}\n"
    "scores:\n"
    "  changes: {rules: [{name: changed, on: field.changed, points: 1}]}\n";

START_TEST(a_field_keeps_its_type_and_its_value)
{
    world_open(&world, FIELD_RULES);
    const char *lines[] = {
        EVENT("1", "contact.updated", "\"c-1\"", "{\"fields\":{\"seen\":9223372036854775807}}"),
        EVENT("2", "contact.updated", "\"c-1\"", "{\"fields\":{\"age\":18446744073709551615}}"),
        EVENT("3", "contact.updated", "\"c-1\"", "{\"fields\":{\"size\":41,\"age\":7}}"),
        EVENT("4", "contact.updated", "\"c-1\"", "{\"fields\":{\"size\":41.0}}"),
    };
    world_feed(&world, lines, 4);
    const char *contact = world_contact(&world, "c-1");
    ck_assert_ptr_nonnull(strstr(contact, "\"fields\":{\"age\":7,\"size\":41}"));
    ck_assert_ptr_nonnull(strstr(contact, "{\"changes\":{\"value\":2}}")); // 41.0 is 41
}
END_TEST

// What `from` says is kept in a place of the next change.
START_TEST(each_of_several_fields_tells_the_list_that_it_was)
{
    world_open(
        &world, "scores:\n"
                "  changes:\n"
                "    rules:\n"
                "      - {name: first, on: field.changed, if: has(data.from), points: 1,\n"
                "         limit: {times: 1, per: data.from}}\n");
    const char *lines[] = {
        EVENT("1", "contact.updated", "\"c-1\"", "{\"fields\":{\"a\":[1,2],\"b\":{\"x\":4}}}"),
        EVENT("2", "contact.updated", "\"c-1\"", "{\"fields\":{\"a\":[5,6],\"b\":{\"x\":7}}}"),
        EVENT("3", "contact.updated", "\"c-1\"", "{\"fields\":{\"a\":[1,2],\"b\":[5,6]}}"),
        EVENT("4", "contact.updated", "\"c-1\"", "{\"fields\":{\"a\":0,\"b\":0}}"),
    };
    world_feed(&world, lines, 3);
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c-1"), "{\"changes\":{\"value\":4}}"));
    world_feed_line(&world, lines[3]); // both from what has been there already
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c-1"), "{\"changes\":{\"value\":4}}"));
}
END_TEST

START_TEST(the_event_clock_knows_a_repeat_of_what_moved_it)
{
    world.params.tick_mode = TICK_EVENT;
    world_open(&world, RULES);
    const char *lines[] = {
        EVENT("first", "order.placed", "\"c-1\"", "{}"),
        EVENT("first", "order.placed", "\"c-1\"", "{}"),
        "{\"id\":\"leap\",\"type\":\"order.placed\",\"time\":\"2027-01-02T03:04:05Z\",\"contact\":"
        "\"c-1\"}",
        "{\"id\":\"leap\",\"type\":\"order.placed\",\"time\":\"2029-01-02T03:04:05Z\",\"contact\":"
        "\"c-1\"}",
        EVENT("first", "order.placed", "\"c-1\"", "{}"), // a year later it is another one
    };
    world_feed(&world, lines, 5);
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c-1"), "\"events\":3}"));
    ck_assert_int_eq(shard_tick_ms(world.shard), 1798859045000);
    world_check_rebuilt(&world, "c-1");
}
END_TEST

static const char RUN_RULES[] =
    "actions:\n"
    "  note: {with: {text: string = 'x'}}\n"
    "  mail: {channel: email}\n"
    "scores:\n"
    "  runs:\n"
    "    rules:\n"
    "      - {name: started, on: run.started, points: 1, limit: {times: 1, per: data.run}}\n"
    "      - {name: ended, on: run.ended, points: 10, limit: {times: 2, per: data.outcome}}\n"
    "      - {name: emitted, on: action.emitted, points: 100, limit: {times: 1, per: data.id}}\n"
    "      - {name: once, on: action.emitted, points: 1000, limit: {times: 1, per: data.step}}\n"
    "workflows:\n"
    "  w: {on: order.placed, reenter: always, steps: [{do: note}, {do: mail}, {do: note}]}\n";

START_TEST(runs_and_actions_are_events_as_well)
{
    world_open(&world, RUN_RULES);
    const char *lines[] = {
        EVENT("1", "contact.unsubscribed", "\"c-1\"", "{}"), // holds mail back: no event of it
        EVENT("2", "order.placed", "\"c-1\"", "{}"),
        EVENT("3", "order.placed", "\"c-1\"", "{}"),
        EVENT("4", "order.placed", "\"c-1\"", "{}"),
    };
    world_feed(&world, lines, 4);
    ck_assert_uint_eq(world.out.item_count, 6);
    // three runs, two ends that count, six actions, two steps
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c-1"), "{\"runs\":{\"value\":2623}}"));
    world_check_rebuilt(&world, "c-1");
}
END_TEST

static const char DEFAULT_RULES[] =
    "contact: {fields: {nick: {type: string}, age: {type: int}}}\n"
    "scores: {s: {rules: [{name: p, on: order.placed, points: 2}]}}\n"
    "actions:\n"
    "  note:\n"
    "    with:\n"
    "      who: string = contact.nick + '!'\n"
    "      hi: \"string = 'Hi {{ contact.nick }}, {{ score.s }}'\"\n"
    "      next: optional int = contact.age + 1\n"
    "      rich: bool = score.s >= 4.0\n"
    "      day: date = now + days(1)\n"
    "      left: duration = days(2)\n"
    "      word: string = 'w'\n"
    "workflows:\n"
    "  w: {on: order.placed, reenter: always, steps: [{do: note}, {do: note, with: {who: me, next: "
    "7}}]}\n";

// Found out when the action is, of the contact as it is then; what fails is not there, and counted.
START_TEST(defaults_are_found_out_for_the_contact)
{
    world_open(&world, DEFAULT_RULES);
    const char *lines[] = {
        EVENT("1", "contact.updated", "\"c-1\"", "{\"fields\":{\"nick\":\"Al\",\"age\":41}}"),
        EVENT("2", "order.placed", "\"c-1\"", "{}"),
        EVENT("3", "contact.updated", "\"c-1\"", "{\"fields\":{\"nick\":\"Bo\",\"age\":null}}"),
        EVENT("4", "order.placed", "\"c-1\"", "{}"),
        EVENT("5", "order.placed", "\"c-2\"", "{}"), // without a nick
    };
    world_feed(&world, lines, 5);
    ck_assert_uint_eq(world.out.item_count, 4);
    ck_assert(has_text(
        item(0)->value,
        "\"with\":{\"who\":\"Al!\",\"hi\":\"Hi Al, 2\",\"next\":42,\"rich\":false,"));
    ck_assert(has_text(item(0)->value, "\"left\":\"172800s\",\"word\":\"w\"}"));
    ck_assert(has_text(item(1)->value, "\"who\":\"me\",\"hi\":\"Hi Al, 2\",\"next\":7,"));
    ck_assert(has_text(
        item(2)->value, "\"with\":{\"who\":\"Bo!\",\"hi\":\"Hi Bo, 4\",\"rich\":true,\"day\":\""));
    ck_assert_uint_eq(world_counts(&world).actions_held_missing, 2);
    ck_assert_uint_gt(world_counts(&world).expressions_failed, 0);
    world_check_rebuilt(&world, "c-1");
}
END_TEST

// Also what the steps before in the same run have changed.
START_TEST(defaults_see_what_the_steps_before_have_changed)
{
    world_open(
        &world,
        "scores: {fit: {rules: [{name: r, while: \"'vip' in contact.tags\", points: 20}]}}\n"
        "segments: {vips: {if: \"'vip' in contact.tags\"}}\n"
        "actions:\n"
        "  note: {with: {in: bool = segment.vips, at: \"string = '{{ score.fit }}'\"}}\n"
        "workflows:\n"
        "  w: {on: order.placed, steps: [{tag: {add: vip}}, {do: note}]}\n");
    world_feed_line(&world, EVENT("1", "order.placed", "\"c-1\"", "{}"));
    ck_assert_uint_eq(world.out.item_count, 1);
    ck_assert(has_text(item(0)->value, "\"with\":{\"in\":true,\"at\":\"20\"}"));
}
END_TEST

START_TEST(explain_names_every_entry_and_they_add_up)
{
    world_open(&world, RULES);
    const char *lines[] = {
        EVENT("o-1", "order.placed", C17, "{}"),
        EVENT("m-1", "email.opened", C17, "{\"message\":\"m1\"}"),
        EVENT("b-1", "email.bounced", C17, "{\"kind\":\"soft\"}"),
    };
    world_feed(&world, lines, 3);
    struct buffer text = {0};
    struct fault fault = {ERR_OK, ""};
    struct contact_number contact = query_find(world.shard, BYTES_LITERAL("c-17"));
    enum err err = query_explain(world.shard, contact, BYTES_LITERAL("engagement"), &text, &fault);
    ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
    struct bytes json = buffer_bytes(&text);
    ck_assert(has_text(json, "\"value\":0,\"band\":\"cold\",\"sum\":-22.5,\"cut\":22.5,"));
    ck_assert(has_text(
        json, "{\"points\":12.5,\"time\":\"2026-01-02T03:04:05.678Z\",\"rule\":\"order\","
              "\"file\":\"rules.yaml\",\"line\":8,\"event\":{\"source\":\"shop\",\"id\":\"o-1\","
              "\"type\":\"order.placed\",\"sequence\":2,\"index\":0},\"ruleset\":\""));
    ck_assert(
        has_text(json, "\"id\":\"m-1\",\"type\":\"email.opened\",\"sequence\":2,\"index\":1}"));
    ck_assert(has_text(json, "{\"points\":-40,"));
    ck_assert(
        has_text(json, "\"id\":\"b-1\",\"type\":\"email.bounced\",\"sequence\":2,\"index\":2}"));
    world_feed_line(&world, EVENT("o-2", "order.placed", C17, "{}")); // in a frame of its own
    buffer_clear(&text);
    err = query_explain(world.shard, contact, BYTES_LITERAL("engagement"), &text, &fault);
    ck_assert_msg(err == ERR_OK, "%s: %s", err_name(err), fault.text);
    ck_assert(has_text(
        buffer_bytes(&text),
        "\"id\":\"o-2\",\"type\":\"order.placed\",\"sequence\":3,\"index\":0}"));
    buffer_clear(&text);
    ck_assert_int_eq(
        query_explain(world.shard, contact, BYTES_LITERAL("engagment"), &text, &fault),
        ERR_MISSING);
    buffer_free(&text);
}
END_TEST

START_TEST(bands_and_top_count_every_contact)
{
    world_open(&world, RULES);
    for (int i = 0; i < 20; i++) {
        char line[400];
        (void)snprintf(
            line, sizeof(line), EVENT("o%d", "order.placed", "\"c-%d\"", "{}"), i, i % 6);
        world_feed_line(&world, line);
    }
    // Held at its least, a score stands exactly where the lowest band begins.
    world_feed_line(&world, EVENT("b", "email.bounced", C17, "{\"kind\":\"soft\"}"));
    struct buffer text = {0};
    ck_assert_int_eq(query_bands(world.shard, BYTES_LITERAL("engagement"), &text), ERR_OK);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq(
        (const char *)text.data, "{\"score\":\"engagement\",\"below\":0,\"bands\":[{\"band\":"
                                 "\"cold\",\"from\":0,\"contacts\":1},"
                                 "{\"band\":\"warm\",\"from\":10,\"contacts\":0},{\"band\":\"hot\","
                                 "\"from\":30,\"contacts\":6}]}");
    buffer_clear(&text);
    ck_assert_int_eq(query_top(world.shard, BYTES_LITERAL("engagement"), 3, &text), ERR_OK);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq(
        (const char *)text.data,
        "{\"score\":\"engagement\",\"contacts\":[{\"id\":\"c-0\",\"value\":50,\"band\":\"hot\"},"
        "{\"id\":\"c-1\",\"value\":50,\"band\":\"hot\"},{\"id\":\"c-2\",\"value\":37.5,\"band\":"
        "\"hot\"}]}");
    ck_assert_int_eq(query_top(world.shard, BYTES_LITERAL("nope"), 3, &text), ERR_MISSING);
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold fold");
    TCase *cases = tcase_create("fold");
    tcase_add_checked_fixture(cases, fold_fixture_setup, fold_fixture_teardown);
    tcase_add_test(cases, a_contact_prints_what_its_events_said);
    tcase_add_test(cases, defaults_are_found_out_for_the_contact);
    tcase_add_test(cases, defaults_see_what_the_steps_before_have_changed);
    tcase_add_test(cases, a_contact_prints_the_segments_it_is_a_member_of);
    tcase_add_test(cases, a_withdrawn_event_makes_room_in_its_limit);
    tcase_add_test(cases, an_old_event_withdrawn_makes_no_room_for_new_ones);
    tcase_add_test(cases, an_action_is_a_cloud_event_with_a_derived_id);
    tcase_add_test(cases, a_duplicate_changes_nothing_and_a_limit_holds);
    tcase_add_test(cases, crossing_a_band_is_one_event_and_totals_are_clamped);
    tcase_add_test(cases, withdrawn_consent_holds_an_action_back);
    tcase_add_test(cases, a_refused_input_is_a_dead_letter_and_the_next_is_folded);
    tcase_add_test(cases, a_dead_letter_carries_no_more_than_its_sink_takes);
    tcase_add_test(cases, events_that_make_each_other_stop_at_the_stated_depth);
    tcase_add_test(cases, the_event_clock_follows_the_events_and_never_goes_back);
    tcase_add_test(cases, identifiers_in_data_follow_the_rules_of_identifiers);
    tcase_add_test(cases, a_limit_takes_null_for_absent);
    tcase_add_test(cases, a_field_keeps_its_type_and_its_value);
    tcase_add_test(cases, each_of_several_fields_tells_the_list_that_it_was);
    tcase_add_test(cases, the_event_clock_knows_a_repeat_of_what_moved_it);
    tcase_add_test(cases, runs_and_actions_are_events_as_well);
    tcase_add_test(cases, the_same_id_of_another_source_is_another_event);
    tcase_add_test(cases, one_event_makes_no_more_actions_than_it_may);
    tcase_add_test(cases, explain_names_every_entry_and_they_add_up);
    tcase_add_test(cases, bands_and_top_count_every_contact);
    suite_add_tcase(suite, cases);
    return suite;
}
