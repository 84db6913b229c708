// What is dropped uses up no limit: neither for who drops, nor over a restart, a refold, or a look at one contact; and what
// went out before goes on counting.
// links: engine/os
#include <stdio.h>
#include <string.h>

#include "engine/fold/explain_contact.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_drop.h"
#include "engine/fold/shard_internal.h"
#include "engine/fold/verify.h"

#include "tests/fakes/event_clock.h"
#include "tests/support/suite.h"

#define RULES(action, channel)                                                                \
    "events: {ping: {data: {n: optional int}}}\n"                                             \
    "channels: {email: {label: Email" channel "}}\n"                                          \
    "actions: {mail: {channel: email, with: {text: string}" action "}}\n"                     \
    "workflows: {w: {on: ping, reenter: always, steps: [{do: mail, with: {text: 'n{{ data.n " \
    "}}'}}]}}\n"

#define OF_ACTION  RULES(", limit: {times: 1, every: week}", "")
#define OF_CHANNEL RULES("", ", limit: {times: 1, every: week}")
#define OF_BOTH    RULES(", limit: {times: 1, every: week}", ", limit: {times: 1, every: week}")
#define PER_TEXT   RULES(", limit: {times: 1, every: week, per: text}", "")
#define TWO        RULES(", limit: {times: 2, every: week}", "")

static struct fold_world *const world = &clock_world;

// An event of a contact, whose actions wait: nothing is taken.
static void feed(const char *contact, const char *time, int n)
{
    static char line[512];
    static int next_id = 1;
    (void)snprintf(
        line, sizeof(line),
        "{\"id\":\"u%d\",\"source\":\"s\",\"type\":\"ping\",\"time\":\"2026-%sZ\",\"contact\":\"%"
        "s\","
        "\"data\":{\"n\":%d}}",
        next_id++, time, contact, n);
    const struct message message = {
        .value = bytes_text(line),
        .position = world->position,
        .position_next = world->position + 1,
        .value_bytes = strlen(line),
    };
    struct fault fault = {.err = ERR_OK};
    uint64_t sequence = 0;
    world->position++;
    shard_frame_begin(world->shard, 0);
    ck_assert_uint_eq(shard_fold(world->shard, "file:/test", &message, 1, NULL), 1);
    ck_assert_int_eq(shard_frame_end(world->shard, &sequence, &fault), ERR_OK);
}

static uint64_t waiting(void)
{
    return shard_sequence_published(world->shard) + 1;
}

static uint64_t drop_from(uint64_t first)
{
    struct fault fault = {.err = ERR_OK};
    uint64_t dropped = 0;
    ck_assert_int_eq(
        shard_drop_actions(world->shard, first, shard_tick_ms(world->shard), &dropped, &fault),
        ERR_OK);
    return dropped;
}

// As a kill behind the last sync.
static void restart(void)
{
    struct fault fault = {.err = ERR_OK};
    uint64_t durable = 0;
    ck_assert_int_eq(journal_sync(shard_journal(world->shard), &durable, &fault), ERR_OK);
    world_close(world);
    world_open(world, NULL);
}

static const char *const limited[] = {OF_ACTION, OF_CHANNEL, OF_BOTH, PER_TEXT};
enum { LIMITED_COUNT = sizeof(limited) / sizeof(limited[0]) };

START_TEST(what_is_dropped_leaves_its_room)
{
    world_open(world, limited[_i]);
    feed("c", "01-05T10:00:00", 1);
    feed("d", "01-05T10:00:01", 1);
    ck_assert_uint_eq(drop_from(waiting()), 2);
    feed("c", "01-06T10:00:00", 1);
    feed("c", "01-06T11:00:00", 1); // over it
    clock_feed("01-06T12:00:00", "ping", "{\"n\":1}");
    clock_check_actions("01-06T10:00:00.000Z 1/1 n1\n");
}
END_TEST

START_TEST(what_went_out_counts)
{
    world_open(world, TWO);
    feed("c", "01-05T10:00:00", 1);
    world_publish(world);
    feed("c", "01-05T10:00:00", 2); // the very same moment, and the limit does not tell them apart
    ck_assert_uint_eq(drop_from(waiting()), 1);
    feed("c", "01-06T10:00:00", 3);
    feed("c", "01-06T11:00:00", 4);
    world_publish(world);
    clock_check_actions("01-05T10:00:00.000Z 1/1 n1\n01-06T10:00:00.000Z 1/1 n3\n");
}
END_TEST

// A sink has it, and has not confirmed it yet.
START_TEST(what_is_on_its_way_counts)
{
    world_open(world, TWO);
    feed("c", "01-05T10:00:00", 1);
    uint64_t last = shard_sequence(world->shard);
    ck_assert(shard_take_outbox(world->shard, last, &world->out));
    feed("c", "01-05T11:00:00", 2);
    ck_assert_uint_eq(drop_from(last + 1), 1);
    feed("c", "01-06T10:00:00", 3);
    feed("c", "01-06T11:00:00", 4);
    world_publish(world);
    clock_check_actions("01-05T10:00:00.000Z 1/1 n1\n01-06T10:00:00.000Z 1/1 n3\n");
}
END_TEST

START_TEST(a_restart_before_it_knows_what_has_counted)
{
    world_open(world, TWO);
    feed("c", "01-05T10:00:00", 1);
    world_checkpoint(world);
    feed("c", "01-05T11:00:00", 2);
    restart();
    ck_assert_uint_eq(drop_from(waiting()), 1);
    restart();
    feed("c", "01-06T10:00:00", 3);
    feed("c", "01-06T11:00:00", 4);
    world_publish(world);
    clock_check_actions("01-05T10:00:00.000Z 1/1 n1\n01-06T10:00:00.000Z 1/1 n3\n");
}
END_TEST

// Killed before the ceiling's file said so, the same frames are dropped once more.
START_TEST(dropped_twice_is_forgotten_once)
{
    world_open(world, TWO);
    feed("c", "01-05T10:00:00", 1);
    world_checkpoint(world);
    uint64_t first = waiting();
    feed("c", "01-05T10:00:00", 2);
    ck_assert_uint_eq(drop_from(first), 1);
    if (_i == 1)
        restart();
    ck_assert_uint_eq(drop_from(first), 0);
    feed("c", "01-06T10:00:00", 3);
    feed("c", "01-06T11:00:00", 4);
    world_publish(world);
    clock_check_actions("01-05T10:00:00.000Z 1/1 n1\n01-06T10:00:00.000Z 1/1 n3\n");
}
END_TEST

START_TEST(a_store_that_is_built_anew_is_the_same)
{
    world_open(world, OF_BOTH);
    feed("c", "01-05T10:00:00", 1);
    (void)drop_from(waiting());
    feed("d", "01-05T10:00:01", 1);
    world_checkpoint(world);
    world_close(world);
    world_remove_store(world);
    world_open(world, NULL);
    world_publish(world); // which also looks that nothing dropped is offered again
    feed("c", "01-06T10:00:00", 3);
    feed("d", "01-06T11:00:00", 4);
    world_publish(world);
    ck_assert_ptr_nonnull(strstr(world_contact(world, "c"), "\"id\":\"c\""));
    const struct outbox_batch *out = &world->out;
    ck_assert_uint_eq(out->item_count, 3); // d's, offered again as it may be out already, and c's
    ck_assert(bytes_equal_text(out->items[2].outgoing.key, "c"));
}
END_TEST

START_TEST(more_than_a_frame_holds_goes_into_several)
{
    enum { CONTACTS = 200 };
    char name[16];
    world->params.frame_bytes_max = 16384;
    world_open(world, OF_BOTH);
    for (int i = 0; i < CONTACTS; i++) {
        (void)snprintf(name, sizeof(name), "c%d", i);
        feed(name, "01-05T10:00:00", 1);
    }
    uint64_t before = shard_sequence(world->shard);
    ck_assert_uint_eq(drop_from(waiting()), CONTACTS);
    ck_assert_uint_gt(shard_sequence(world->shard), before + 1);
    for (int i = 0; i < CONTACTS; i++) {
        (void)snprintf(name, sizeof(name), "c%d", i);
        feed(name, "01-06T10:00:00", 2);
        feed(name, "01-06T10:00:00", 3);
    }
    world_publish(world);
    ck_assert_uint_eq(world->out.item_count, CONTACTS);
}
END_TEST

// The story of one contact is folded from its own events: its limits have forgotten, too, and the others' do not matter.
START_TEST(one_contact_alone_is_told_the_same)
{
    static struct buffer text;
    struct arena arena = {0};
    struct buffer json = {0};
    struct fault fault = {.err = ERR_OK};
    struct contact_asked asked = {.known = {.number = {0}}};
    world_open(world, OF_BOTH);
    feed("d", "01-05T10:00:00", 1);
    feed("c", "01-05T10:00:00", 1);
    (void)drop_from(waiting());
    feed("d", "01-06T10:00:00", 2);
    feed("c", "01-06T10:00:00", 2);
    world_publish(world);
    asked.known.number = query_find(world->shard, BYTES_LITERAL("c"));
    ck_assert_int_eq(
        contact_known_read(world->shard, asked.known.number, &arena, &json, &asked.known), ERR_OK);
    enum err err =
        explain_contact(&world->params, (struct shard_progress){NULL, NULL}, &asked, &text, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    buffer_add_u8(&text, 0);
    ck_assert_ptr_null(strstr((const char *)text.data, "limit"));
    ck_assert_ptr_nonnull(strstr((const char *)text.data, "dropped by operator"));
    arena_free(&arena);
    buffer_free(&json);
    buffer_free(&text);
}
END_TEST

// Only what waits takes memory.
START_TEST(what_is_confirmed_is_not_kept)
{
    world_open(world, TWO);
    for (int i = 0; i < 300; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "c%d", i);
        feed(name, "01-05T10:00:00", 1);
        if (i % 3 == 2) {
            uint64_t last = shard_sequence(world->shard) - 1;
            (void)shard_take_outbox(world->shard, last, &world->out);
            shard_published(world->shard, last, 0);
        }
    }
    ck_assert_uint_le(world->shard->unsent.cap, 64);
    world_publish(world);
    ck_assert_uint_eq(world->shard->unsent.cap, 0);
    ck_assert_ptr_null(world->shard->unsent.items);
}
END_TEST

START_TEST(a_malformed_payload_is_refused)
{
    struct buffer payload = {0};
    world_open(world, TWO);
    feed("c", "01-05T10:00:00", 1);
    buffer_add_sized(&payload, BYTES_LITERAL("contact_id"));
    buffer_add_sized(&payload, BYTES_LITERAL("c"));
    size_t kind_at = payload.len;
    buffer_add_varint(&payload, NAME_ACTION);
    buffer_add_sized(&payload, BYTES_LITERAL("mail"));
    buffer_add_varint(&payload, 0);
    buffer_add_varint(&payload, 1); // a time at which nothing was sent: nothing is forgotten
    struct fold *fold = &world->shard->fold;
    ck_assert_int_eq(unsent_apply(fold, buffer_bytes(&payload)), ERR_OK);
    for (size_t len = 1; len < payload.len; len++)
        ck_assert_int_eq(unsent_apply(fold, bytes_of(payload.data, len)), ERR_CORRUPT);
    payload.data[kind_at] = NAME_TAG;
    ck_assert_int_eq(unsent_apply(fold, buffer_bytes(&payload)), ERR_CORRUPT);
    buffer_free(&payload);
    feed("c", "01-05T11:00:00", 2);
    feed("c", "01-05T12:00:00", 3);
    world_publish(world);
    clock_check_actions("01-05T10:00:00.000Z 1/1 n1\n01-05T11:00:00.000Z 1/1 n2\n");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("unsent");
    TCase *cases = tcase_create("unsent");
    tcase_add_checked_fixture(cases, clock_setup, clock_teardown); // the journal folds to the same
    tcase_add_loop_test(cases, what_is_dropped_leaves_its_room, 0, LIMITED_COUNT);
    tcase_add_test(cases, what_went_out_counts);
    tcase_add_test(cases, what_is_on_its_way_counts);
    tcase_add_test(cases, a_restart_before_it_knows_what_has_counted);
    tcase_add_loop_test(cases, dropped_twice_is_forgotten_once, 0, 2);
    tcase_add_test(cases, a_store_that_is_built_anew_is_the_same);
    tcase_add_test(cases, more_than_a_frame_holds_goes_into_several);
    tcase_add_test(cases, one_contact_alone_is_told_the_same);
    tcase_add_test(cases, what_is_confirmed_is_not_kept);
    tcase_add_test(cases, a_malformed_payload_is_refused);
    suite_add_tcase(suite, cases);
    return suite;
}
