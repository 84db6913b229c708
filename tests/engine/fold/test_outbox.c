// What waits for a sink: given out when durable and once, counted until it is confirmed.
#include "engine/fold/outbox.h"

#include "tests/support/suite.h"

static struct outbox outbox;
static struct outbox_batch batch;

static void setup(void)
{
    outbox = (struct outbox){0};
    batch = (struct outbox_batch){0};
}

static void teardown(void)
{
    outbox_free(&outbox);
    outbox_batch_free(&batch);
}

// A frame with as many actions as its sequence says, each of 12 bytes.
static void add_frame(uint64_t sequence)
{
    for (uint64_t i = 0; i < sequence; i++)
        outbox_add(
            &outbox, &(struct outgoing){
                         .kind = OUTGOING_ACTION,
                         .id = {.low = sequence, .high = i},
                         .topic = BYTES_LITERAL("topic"),
                         .key = BYTES_LITERAL("key"),
                         .value = BYTES_LITERAL("text")});
    outbox_close_frame(
        &outbox,
        &(struct outbox_close){.shard = 1, .sequence = sequence, .chain = {.low = sequence * 10}});
}

START_TEST(only_what_is_durable_is_given_out)
{
    for (uint64_t sequence = 1; sequence <= 3; sequence++)
        add_frame(sequence);
    ck_assert(!outbox_take(&outbox, 0, &batch));
    ck_assert_uint_eq(batch.item_count, 0);
    ck_assert(outbox_take(&outbox, 2, &batch));
    ck_assert_uint_eq(batch.item_count, 3);
    ck_assert_uint_eq(batch.sequence_last, 2);
    ck_assert_uint_eq(batch.chain_last.low, 20);
    for (size_t i = 0; i < batch.item_count; i++)
        ck_assert_uint_le(batch.items[i].outgoing.sequence, 2);
}
END_TEST

START_TEST(what_is_on_its_way_is_not_given_out_again)
{
    add_frame(1);
    add_frame(2);
    ck_assert(outbox_take(&outbox, 2, &batch));
    outbox_batch_clear(&batch);
    ck_assert(!outbox_take(&outbox, 2, &batch));
    add_frame(3);
    ck_assert(outbox_take(&outbox, 3, &batch));
    ck_assert_uint_eq(batch.item_count, 3);
    for (uint32_t i = 0; i < batch.item_count; i++) {
        ck_assert_uint_eq(batch.items[i].outgoing.sequence, 3);
        ck_assert_uint_eq(batch.items[i].outgoing.index, i);
    }
}
END_TEST

START_TEST(what_is_taken_waits_until_it_is_confirmed)
{
    add_frame(1);
    add_frame(2);
    ck_assert(outbox_take(&outbox, 2, &batch));
    ck_assert_uint_eq(outbox.waiting_actions, 3);
    ck_assert_uint_eq(outbox.waiting_bytes, 36);
    outbox_confirm(&outbox, 1);
    ck_assert_uint_eq(outbox.waiting_actions, 2);
    ck_assert_uint_eq(outbox.waiting_bytes, 24);
    outbox_confirm(&outbox, 2);
    ck_assert_uint_eq(outbox.waiting_actions, 0);
    ck_assert_uint_eq(outbox.waiting_bytes, 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/fold outbox");
    TCase *cases = tcase_create("outbox");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, only_what_is_durable_is_given_out);
    tcase_add_test(cases, what_is_on_its_way_is_not_given_out_again);
    tcase_add_test(cases, what_is_taken_waits_until_it_is_confirmed);
    suite_add_tcase(suite, cases);
    return suite;
}
