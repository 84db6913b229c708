// When timers fire among events, in frames of bounded size, and that a replay fires the same ones at the same places.
// links: engine/os
// wraps: fold_event fold_timer
#define _GNU_SOURCE // memmem
#include <inttypes.h>
#include <stdio.h>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/base/time.h"
#include "engine/fold/frame_timers.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/verify.h"

#include "tests/fakes/fold_fixture.h"
#include "tests/fakes/planned_timers.h"
#include "tests/support/suite.h"

static const char RULES[] = "scores: {s: {rules: [{name: order, on: order.placed, points: 1}]}}\n";
static const char LATER_RULES[] = "lists: {customers: {label: Customers}}\n"; // plan nothing

#define T0 INT64_C(1767225600000) // world.wall_ms
enum { NO_DUE = -2, ID_BYTES = 400 };

static void setup(void)
{
    fold_fixture_setup();
    planned.count = 0;
    planned.action_bytes = 0;
    planned.page = NULL;
}

// ---- what is sent

static unsigned next_id;

// An event of the contact at T0 + time_ms that plans its timer for T0 + due_ms.
static const char *event_text(unsigned id, int64_t time_ms, unsigned contact, int64_t due_ms)
{
    static char texts[64][ID_BYTES];
    static unsigned at;
    char *text = texts[at++ % 64];
    char data[64] = "{}";
    if (due_ms != NO_DUE)
        (void)snprintf(data, sizeof(data), "{\"due\":%" PRId64 "}", due_ms < 0 ? -1 : T0 + due_ms);
    (void)snprintf(
        text, ID_BYTES,
        "{\"id\":\"%u\",\"type\":\"order.placed\",\"time\":%" PRId64
        ",\"contact\":\"c-%u\",\"data\":%s}",
        id, T0 + time_ms, contact, data);
    return text;
}

static void send(int64_t time_ms, unsigned contact, int64_t due_ms)
{
    world_feed_line(&world, event_text(next_id++, time_ms, contact, due_ms));
}

// Begins a frame and ends it, with nothing in it. Whether there was one.
static bool make_frame(void)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    shard_frame_begin(world.shard, world.wall_ms);
    ck_assert_msg(shard_frame_end(world.shard, &sequence, &fault) == ERR_OK, "%s", fault.text);
    return sequence > 0;
}

static void advance(int64_t to_ms)
{
    struct fault fault = {ERR_OK, ""};
    ck_assert_msg(shard_advance(world.shard, T0 + to_ms, &fault) == ERR_OK, "%s", fault.text);
}

// ---- what is expected

static void expect_fired(const struct planned_firing *expected, size_t count)
{
    ck_assert_uint_eq(planned.count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(planned.fired[i].due_ms, T0 + expected[i].due_ms);
        ck_assert_uint_eq(planned.fired[i].contact, expected[i].contact);
        ck_assert_int_eq(planned.fired[i].tick_ms, T0 + expected[i].tick_ms);
        ck_assert_uint_eq(planned.fired[i].events_before, expected[i].events_before);
    }
}

static int64_t due_ms(void)
{
    int64_t due = shard_timer_due_ms(world.shard);
    return due == INT64_MAX ? NO_DUE : due - T0;
}

// The timers that the frame says it fired, as "before/between/after"; "" where it says nothing of any.
static const char *frame_fired(uint64_t sequence)
{
    static char text[64];
    char directory[TEST_SCRATCH_BYTES + 16];
    struct journal_reader *reader = NULL;
    struct bytes bytes;
    struct frame_reader frame;
    struct frame_command command;
    text[0] = 0;
    (void)snprintf(directory, sizeof(directory), "%s/journal", world.directory);
    ck_assert_int_eq(journal_sync(shard_journal(world.shard), &(uint64_t){0}, NULL), ERR_OK);
    ck_assert_int_eq(
        journal_reader_open(world.params.disk, directory, sequence, &reader, NULL), ERR_OK);
    ck_assert_int_eq(journal_reader_next(reader, &bytes, &frame, NULL), ERR_OK);
    while (frame_next_command(&frame, &command) == ERR_OK) {
        struct frame_timers fired;
        if (command.kind != FRAME_COMMAND_TIMERS)
            continue;
        ck_assert_int_eq(frame_timers_unpack(command.payload, &fired), ERR_OK);
        (void)snprintf(
            text, sizeof(text), "%d/%d/%d", (int)fired.before, (int)fired.between,
            (int)fired.after);
    }
    journal_reader_close(reader);
    return text;
}

// What is folded again from the journal is the same, timer by timer.
static void expect_same_again(void)
{
    static struct planned_firing before[PLANNED_FIRED_MAX];
    struct verify_report report;
    struct fault fault = {ERR_OK, ""};
    uint64_t digest = world_digest(&world);
    int64_t tick_ms = shard_tick_ms(world.shard);
    uint64_t sequence = shard_sequence(world.shard);
    int64_t due = due_ms();
    size_t count = planned.count;
    memcpy(before, planned.fired, count * sizeof(*before));
    world_publish(&world);
    world_close(&world);
    world_remove_store(&world);
    planned.count = 0;
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_int_eq(shard_tick_ms(world.shard), tick_ms);
    ck_assert_uint_eq(shard_sequence(world.shard), sequence);
    ck_assert_int_eq(due_ms(), due);
    ck_assert_uint_eq(planned.count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_mem_eq(&planned.fired[i], &before[i], sizeof(before[i]));
    const struct shard_progress none = {NULL, NULL};
    world_close(&world);
    enum err err = verify_shard(&world.params, none, &report, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    world_open(&world, NULL);
    planned.count = count;
}

// ---- the wall clock

START_TEST(the_wall_clock_fires_before_the_inputs_of_a_frame)
{
    world_open(&world, RULES);
    send(0, 1, 5000);
    send(0, 2, 3000);
    send(0, 3, 5000);
    send(0, 4, 9000);
    ck_assert_int_eq(due_ms(), 3000);
    world.wall_ms = T0 + 6000;
    send(0, 5, NO_DUE);
    const struct planned_firing expected[] = {
        {3000, 2, 6000, 4}, {5000, 1, 6000, 4}, {5000, 3, 6000, 4}};
    expect_fired(expected, 3);
    ck_assert_int_eq(due_ms(), 9000);
    ck_assert_str_eq(frame_fired(shard_sequence(world.shard)), "3/0/0");
    ck_assert_uint_eq(world_counts(&world).timers_fired, 3);
    expect_same_again();
    ck_assert_uint_eq(world_counts(&world).timers_fired, 0); // by this process
}
END_TEST

START_TEST(timers_alone_make_a_frame_and_nothing_makes_none)
{
    world_open(&world, RULES);
    send(0, 1, 5000);
    uint64_t sequence = shard_sequence(world.shard);
    uint64_t digest = world_digest(&world);
    world.wall_ms = T0 + 4999;
    ck_assert(!shard_timer_is_due(world.shard, world.wall_ms));
    ck_assert(!make_frame());
    ck_assert_int_eq(shard_tick_ms(world.shard), T0);
    ck_assert_uint_eq(world_digest(&world), digest);
    world.wall_ms = T0 + 5000;
    ck_assert(shard_timer_is_due(world.shard, world.wall_ms));
    ck_assert(make_frame());
    ck_assert_uint_eq(shard_sequence(world.shard), sequence + 1);
    ck_assert_str_eq(frame_fired(sequence + 1), "1/0/0");
    ck_assert_ptr_nonnull(strstr(world_contact(&world, "c-1"), "\"notes\":1"));
    ck_assert(!shard_timer_is_due(world.shard, INT64_MAX));
    expect_same_again();
}
END_TEST

START_TEST(a_timer_that_is_planned_again_and_due_fires_in_its_turn)
{
    world_open(&world, RULES);
    send(0, 1, 1002); // again at 2001 and 3000
    send(0, 2, 2500);
    world.wall_ms = T0 + 10000;
    ck_assert(make_frame());
    const struct planned_firing expected[] = {
        {1002, 1, 10000, 2}, {2001, 1, 10000, 2}, {2500, 2, 10000, 2}, {3000, 1, 10000, 2}};
    expect_fired(expected, 4);
    expect_same_again();
}
END_TEST

START_TEST(what_an_event_plans_for_the_past_fires_before_the_next_event)
{
    world_open(&world, RULES);
    world.wall_ms = T0 + 10000;
    const char *lines[] = {
        event_text(900, 0, 1, 4000),
        event_text(901, 0, 2, NO_DUE),
        event_text(902, 0, 3, 5000),
    };
    world_feed(&world, lines, 3);
    const struct planned_firing expected[] = {{4000, 1, 10000, 1}, {5000, 3, 10000, 3}};
    expect_fired(expected, 1);
    ck_assert_str_eq(frame_fired(shard_sequence(world.shard)), "0/1/0");
    ck_assert(make_frame());
    expect_fired(expected, 2);
    expect_same_again();
}
END_TEST

// ---- the event clock

static void open_event_clock(void)
{
    world.params.tick_mode = TICK_EVENT;
    world_open(&world, RULES);
}

START_TEST(the_event_clock_fires_each_before_the_event_that_reaches_it)
{
    open_event_clock();
    const char *lines[] = {
        event_text(1, 0, 1, 5000),      event_text(2, 1000, 2, 3000),
        event_text(3, 2999, 3, NO_DUE), event_text(4, 3000, 4, 4001), // fires the second first
        event_text(5, 9000, 5, 9500),   event_text(6, 100, 6, 9001),
    };
    world_feed(&world, lines, 6);
    const struct planned_firing expected[] = {
        {3000, 2, 3000, 3}, {4001, 4, 4001, 4}, {5000, 1, 5000, 4}, {5000, 4, 5000, 4}};
    expect_fired(expected, 4);
    ck_assert_str_eq(frame_fired(shard_sequence(world.shard)), "0/4/0");
    ck_assert_int_eq(shard_tick_ms(world.shard), T0 + 9000);
    ck_assert_int_eq(due_ms(), 9001);
    ck_assert(!shard_timer_is_due(world.shard, INT64_MAX)); // the wall clock counts for nothing
    ck_assert(!make_frame());
    expect_same_again();
}
END_TEST

START_TEST(what_was_fired_before_the_first_event_is_counted_there)
{
    open_event_clock();
    send(0, 1, 5000);
    send(6000, 2, NO_DUE);
    ck_assert_str_eq(frame_fired(shard_sequence(world.shard)), "1/0/0");
    ck_assert_str_eq(frame_fired(shard_sequence(world.shard) - 1), "");
    expect_same_again();
}
END_TEST

START_TEST(a_duplicate_and_a_refused_event_fire_nothing)
{
    open_event_clock();
    send(0, 1, 5000);
    world_feed_line(&world, event_text(next_id - 1, 6000, 1, NO_DUE));
    world_feed_line(&world, "broken");
    ck_assert_uint_eq(planned.count, 0);
    ck_assert_int_eq(shard_tick_ms(world.shard), T0);
    expect_same_again();
}
END_TEST

START_TEST(a_refused_event_before_timers_in_a_frame_is_the_same_letter_again)
{
    open_event_clock();
    send(0, 1, 5000);
    const char *lines[] = {"broken", event_text(500, 6000, 2, NO_DUE)};
    world_feed(&world, lines, 2);
    struct hash128 id = world.out.items[world.out.item_count - 1].outgoing.id;
    char value[1000];
    struct bytes json = world.out.items[world.out.item_count - 1].outgoing.value;
    ck_assert_uint_lt(json.len, sizeof(value));
    memcpy(value, json.data, json.len);
    size_t len = json.len;
    world_close(&world);
    world_remove_store(&world);
    outbox_batch_clear(&world.out);
    world_open(&world, NULL);
    ck_assert(shard_take_outbox(world.shard, UINT64_MAX, &world.out));
    const struct outgoing *again = &world.out.items[world.out.item_count - 1].outgoing;
    ck_assert(hash128_equal(again->id, id));
    ck_assert(bytes_equal(again->value, bytes_of(value, len)));
}
END_TEST

START_TEST(the_clock_is_moved_on_without_an_event)
{
    open_event_clock();
    send(0, 1, 5000);
    send(0, 2, 1001);
    uint64_t sequence = shard_sequence(world.shard);
    advance(4000);
    const struct planned_firing expected[] = {
        {1001, 2, 1001, 2}, {2000, 2, 2000, 2}, {5000, 1, 5000, 2}};
    expect_fired(expected, 2);
    ck_assert_int_eq(shard_tick_ms(world.shard), T0 + 4000);
    ck_assert_uint_eq(shard_sequence(world.shard), sequence + 1);
    advance(4000);
    advance(3000);
    ck_assert_int_eq(shard_tick_ms(world.shard), T0 + 4000);
    ck_assert_uint_eq(shard_sequence(world.shard), sequence + 1);
    advance(4500); // nothing is due, the clock goes on all the same
    ck_assert_int_eq(shard_tick_ms(world.shard), T0 + 4500);
    ck_assert_str_eq(frame_fired(sequence + 2), "0/0/0");
    advance(5000);
    expect_fired(expected, 3);
    expect_same_again();
}
END_TEST

// ---- frames of bounded size

// So many timers due at once, then an event. How many timers its frame and those before it fired.
static void fire_many(unsigned timers, int64_t due)
{
    for (unsigned i = 1; i <= timers; i++)
        send(0, i, due);
    world.wall_ms = T0 + due;
    send(due, timers + 1, NO_DUE);
}

static void expect_bounded(const char *const *frames, size_t count)
{
    uint64_t sequence = shard_sequence(world.shard) - count;
    for (size_t i = 0; i < count; i++)
        ck_assert_str_eq(frame_fired(sequence + 1 + i), frames[i]);
    for (size_t i = 0; i < planned.count; i++)
        ck_assert_uint_eq(planned.fired[i].contact, i + 1);
}

START_TEST(no_frame_fires_more_than_it_may_and_no_event_passes_one_that_is_due)
{
    static const char *const wall[] = {"8/0/0", "8/0/0", "4/0/0"};
    world.params.frame_events_max = 8;
    world.params.tick_mode = _i == 0 ? TICK_WALL : TICK_EVENT;
    world_open(&world, RULES);
    fire_many(20, 5000);
    ck_assert_uint_eq(planned.count, 20);
    ck_assert_uint_eq(planned.fired[19].events_before, 20);
    expect_bounded(wall, 3);
    expect_same_again();
}
END_TEST

START_TEST(timers_that_fill_a_frame_behind_an_event_are_counted_there)
{
    world.params.frame_events_max = 8;
    open_event_clock();
    for (unsigned i = 1; i <= 20; i++)
        send(0, i, 5000);
    const char *lines[] = {event_text(900, 1000, 21, NO_DUE), event_text(901, 6000, 22, NO_DUE)};
    world_feed(&world, lines, 2);
    static const char *const frames[] = {"0/0/8", "8/0/0", "4/0/0"};
    expect_bounded(frames, 3);
    expect_same_again();
}
END_TEST

START_TEST(what_timers_decide_fills_a_frame)
{
    world.params.frame_bytes_max = 64 << 10;
    world.params.tick_mode = _i == 0 ? TICK_WALL : TICK_EVENT;
    world_open(&world, RULES);
    planned.action_bytes = 6000; // three of them are more than a quarter
    fire_many(8, 5000);
    static const char *const frames[] = {"3/0/0", "3/0/0", "2/0/0"};
    expect_bounded(frames, 3);
    ck_assert_uint_eq(world_flow(&world).decided, 8);
    expect_same_again();
    ck_assert_uint_eq(world_flow(&world).decided, 0); // it is read, and not decided again
    ck_assert_uint_eq(world_flow(&world).actions_recalled, 8);
}
END_TEST

START_TEST(the_last_of_many_leaves_no_room_for_an_event)
{
    world.params.frame_events_max = 8;
    world_open(&world, RULES);
    fire_many(8, 5000);
    static const char *const frames[] = {"8/0/0", ""};
    expect_bounded(frames, 2);
    expect_same_again();
}
END_TEST

START_TEST(moving_the_clock_on_makes_frames_of_bounded_size)
{
    world.params.frame_events_max = 8;
    open_event_clock();
    for (unsigned i = 1; i <= 20; i++)
        send(0, i, 1000 * (int64_t)i);
    advance(30000);
    static const char *const frames[] = {"8/0/0", "8/0/0", "4/0/0"};
    expect_bounded(frames, 3);
    ck_assert_int_eq(shard_tick_ms(world.shard), T0 + 30000);
    expect_same_again();
}
END_TEST

// ---- rules, clocks, blame

START_TEST(new_rules_are_in_force_before_what_is_due_fires)
{
    world_open(&world, RULES);
    send(0, 1, 5000);
    world.wall_ms = T0 + 6000;
    world_activate(&world, LATER_RULES);
    ck_assert_uint_eq(planned.count, 0);
    ck_assert(make_frame());
    ck_assert_uint_eq(planned.count, 1);
    expect_same_again();
}
END_TEST

START_TEST(timers_outlive_a_change_of_the_clock)
{
    world_open(&world, RULES);
    send(0, 1, 5000);
    send(0, 2, 50000);
    world.wall_ms = T0 + 5000;
    world_publish(&world);
    world_close(&world);
    open_event_clock();
    ck_assert(!make_frame()); // its tick has not reached it
    send(7000, 3, 8000);
    world_publish(&world);
    world_close(&world);
    world.wall_ms = T0 + 60000;
    world.params.tick_mode = TICK_WALL;
    world_open(&world, RULES);
    ck_assert(make_frame());
    const struct planned_firing last[] = {
        {5000, 1, 5000, 2}, {8000, 3, 60000, 0}, {50000, 2, 60000, 0}};
    ck_assert_uint_ge(planned.count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(planned.fired[planned.count - 3 + i].due_ms, T0 + last[i].due_ms);
        ck_assert_int_eq(planned.fired[planned.count - 3 + i].tick_ms, T0 + last[i].tick_ms);
    }
}
END_TEST

START_TEST(no_event_is_to_blame_for_what_a_timer_does)
{
    static struct inflight page;
    open_event_clock();
    inflight_open(&page);
    planned.page = &page;
    shard_watch(world.shard, &page);
    send(0, 1, 5000);
    send(6000, 2, NO_DUE);
    ck_assert_uint_eq(planned.count, 1);
    // After the timers it is watched again: the second position.
    ck_assert_int_eq(page.first, 1);
    ck_assert_int_eq(page.last, 1);
}
END_TEST

// ---- kills and stores

START_TEST(what_was_fired_and_not_durable_is_fired_again)
{
    world_open(&world, RULES);
    planned.action_bytes = 100;
    send(0, 1, 5000);
    world_checkpoint(&world);
    world.wall_ms = T0 + 5000;
    ck_assert(make_frame()); // in memory
    uint64_t digest = world_digest(&world);
    uint64_t sequence = shard_sequence(world.shard);
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(shard_sequence(world.shard), sequence - 1);
    ck_assert_int_eq(due_ms(), 5000);
    ck_assert(make_frame());
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_uint_eq(planned.count, 2);
}
END_TEST

// Flips a byte of every copy of the text in the store's file, which is mapped.
static void damage_store(const char *text)
{
    static char bytes[1 << 20];
    char path[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(path, sizeof(path), "%s/store/data.mdb", world.directory);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    (void)fclose(file);
    char *at = bytes;
    while ((at = memmem(at, (size_t)(bytes + len - at), text, strlen(text))) != NULL)
        world_flip(&world, "store/data.mdb", at++ - bytes);
}

START_TEST(a_record_that_cannot_be_read_stops_and_the_next_start_mends_it)
{
    struct fault fault = {ERR_OK, ""};
    uint64_t sequence = 0;
    world_open(&world, RULES);
    for (unsigned i = 1; i <= 50; i++)
        send(0, i, 5000);
    world_checkpoint(&world);
    uint64_t digest = world_digest(&world);
    world_close(&world);
    world_open(&world, NULL);
    if (_i == 0)
        ck_assert_int_eq(due_ms(), 5000); // gathered before
    damage_store("c-21");
    world.wall_ms = T0 + 5000;
    shard_frame_begin(world.shard, world.wall_ms);
    ck_assert_int_eq(shard_frame_end(world.shard, &sequence, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "the store was removed"));
    world_close(&world);
    planned.count = 0;
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert(make_frame());
    ck_assert_uint_eq(planned.count, 50);
}
END_TEST

// ---- a journal that says something else than would be fired

static void expect_refused_with(struct frame_timers recorded)
{
    struct frame_builder *builder = frame_builder_create();
    struct buffer payload = {0};
    struct fault fault = {ERR_OK, ""};
    frame_timers_pack(&recorded, &payload);
    struct frame_command command = {FRAME_COMMAND_TIMERS, buffer_bytes(&payload)};
    frame_builder_add_command(builder, &command);
    struct frame_head head = {
        .tick_ms = shard_tick_ms(world.shard),
        .ruleset = ruleset_hash(shard_ruleset(world.shard)),
        .digest = world_digest(&world),
    };
    ck_assert_int_eq(journal_append(shard_journal(world.shard), builder, &head), ERR_OK);
    ck_assert_int_eq(journal_sync(shard_journal(world.shard), &(uint64_t){0}, NULL), ERR_OK);
    world_close(&world);
    ck_assert_int_eq(world_try_open(&world, &fault), ERR_CORRUPT);
    ck_assert_msg(strstr(fault.text, "cannot be folded again") != NULL, "%s", fault.text);
    frame_builder_destroy(builder);
    buffer_free(&payload);
}

static const struct frame_timers wrong[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

START_TEST(a_frame_that_fired_what_is_not_due_stops_the_start)
{
    world_open(&world, RULES);
    send(0, 1, 5000);
    expect_refused_with(wrong[_i]);
}
END_TEST

// ---- everything at once

static struct {
    uint64_t random;
    int64_t now_ms;
} luck;

static uint64_t draw(uint64_t bound)
{
    luck.random += UINT64_C(0x9e3779b97f4a7c15);
    return hash_mix(luck.random) % bound;
}

static void feed_at_random(void)
{
    const char *lines[32];
    size_t count = 1 + draw(32);
    for (size_t i = 0; i < count; i++) {
        int64_t time_ms = luck.now_ms + (int64_t)draw(400) - 200;
        int64_t due = luck.now_ms + (int64_t)draw(6000) - 500;
        luck.now_ms += draw(10) == 0 ? (int64_t)draw(3000) : (int64_t)draw(20);
        unsigned id = draw(8) == 0 && next_id > 0 ? (unsigned)draw(next_id) : next_id++;
        lines[i] = event_text(
            id, time_ms, (unsigned)draw(40),
            draw(4) == 0   ? NO_DUE
            : draw(9) == 0 ? -1
                           : due);
        if (draw(20) == 0)
            lines[i] = "broken";
    }
    world.wall_ms = T0 + luck.now_ms;
    world_feed(&world, lines, count);
}

static void checkpoint(void)
{
    struct shard_counts counts = world_counts(&world);
    if (counts.sequence > counts.sequence_checkpoint)
        world_checkpoint(&world);
}

static void restart(void)
{
    uint64_t digest = world_digest(&world);
    int64_t due = due_ms();
    world_publish(&world); // a kill right after it
    world_close(&world);
    world_open(&world, NULL);
    ck_assert_uint_eq(world_digest(&world), digest);
    ck_assert_int_eq(due_ms(), due);
}

START_TEST(a_history_of_everything_is_the_same_again)
{
    luck.random = test_seed() + (uint64_t)_i;
    luck.now_ms = 0;
    world.params.frame_events_max = 1 + (uint32_t)draw(12);
    world.params.frame_bytes_max = 64 << 10;
    world.params.tick_mode = _i % 2 == 0 ? TICK_WALL : TICK_EVENT;
    world.params.state.dedup_window_ms = 20000;
    planned.action_bytes = draw(3) == 0 ? 5000 : 50;
    world_open(&world, RULES);
    for (unsigned i = 0; i < 150; i++) {
        switch (draw(8)) {
        case 0:
            world.wall_ms += 500;
            (void)make_frame();
            break;
        case 1: checkpoint(); break;
        case 2: restart(); break;
        case 3:
            if (world.params.tick_mode == TICK_EVENT)
                advance(luck.now_ms += (int64_t)draw(2000));
            break;
        default: feed_at_random(); break;
        }
    }
    planned.count = 0;
    world_close(&world);
    world_open(&world, NULL); // fires what is behind the last checkpoint
    restart();
    world_check_rebuilt(&world, NULL);
    ck_assert_uint_gt(planned.count, 100);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold timers");
    TCase *cases = tcase_create("timers");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, fold_fixture_teardown);
    tcase_add_test(cases, the_wall_clock_fires_before_the_inputs_of_a_frame);
    tcase_add_test(cases, timers_alone_make_a_frame_and_nothing_makes_none);
    tcase_add_test(cases, a_timer_that_is_planned_again_and_due_fires_in_its_turn);
    tcase_add_test(cases, what_an_event_plans_for_the_past_fires_before_the_next_event);
    tcase_add_test(cases, the_event_clock_fires_each_before_the_event_that_reaches_it);
    tcase_add_test(cases, what_was_fired_before_the_first_event_is_counted_there);
    tcase_add_test(cases, a_duplicate_and_a_refused_event_fire_nothing);
    tcase_add_test(cases, a_refused_event_before_timers_in_a_frame_is_the_same_letter_again);
    tcase_add_test(cases, the_clock_is_moved_on_without_an_event);
    tcase_add_loop_test(
        cases, no_frame_fires_more_than_it_may_and_no_event_passes_one_that_is_due, 0, 2);
    tcase_add_test(cases, timers_that_fill_a_frame_behind_an_event_are_counted_there);
    tcase_add_loop_test(cases, what_timers_decide_fills_a_frame, 0, 2);
    tcase_add_test(cases, the_last_of_many_leaves_no_room_for_an_event);
    tcase_add_test(cases, moving_the_clock_on_makes_frames_of_bounded_size);
    tcase_add_test(cases, new_rules_are_in_force_before_what_is_due_fires);
    tcase_add_test(cases, timers_outlive_a_change_of_the_clock);
    tcase_add_test(cases, no_event_is_to_blame_for_what_a_timer_does);
    tcase_add_test(cases, what_was_fired_and_not_durable_is_fired_again);
    tcase_add_loop_test(
        cases, a_record_that_cannot_be_read_stops_and_the_next_start_mends_it, 0, 2);
    tcase_add_loop_test(cases, a_frame_that_fired_what_is_not_due_stops_the_start, 0, 3);
    tcase_add_loop_test(cases, a_history_of_everything_is_the_same_again, 0, 16);
    suite_add_tcase(suite, cases);
    return suite;
}
