// HTTP events on their way to a shard: bounded, in order, and settled once each.
#include <stdlib.h>

#include "engine/run/mailbox.h"
#include "engine/run/ticket.h"

#include "tests/support/suite.h"

static void count_wake(void *context)
{
    (*(unsigned *)context)++;
}

static void put(struct mailbox *mailbox, const char *text, uint32_t index)
{
    struct mail mail = {.value = bytes_text(text), .ticket_index = index};
    mailbox_put(mailbox, &mail);
}

START_TEST(messages_come_in_order_with_growing_positions)
{
    unsigned wakes = 0;
    struct source_wake wake = {.wake = count_wake, .context = &wakes};
    struct mailbox *mailbox = mailbox_create(3, 100, wake);
    struct source source = mailbox_source(mailbox);
    struct message messages[4];
    size_t count = 0;
    struct fault fault;
    ck_assert_str_eq(source.name, "http");
    ck_assert_int_eq(source.ops->start(source.self, 41, &fault), ERR_OK);
    ck_assert_int_eq(source.ops->poll(source.self, messages, 4, &count, &fault), ERR_AGAIN);

    put(mailbox, "one", 1);
    put(mailbox, "two", 2);
    put(mailbox, "three", 3);
    ck_assert_uint_eq(wakes, 1); // woken when there is something again, not for each
    ck_assert_int_eq(source.ops->poll(source.self, messages, 2, &count, &fault), ERR_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert(bytes_equal_text(messages[0].value, "one"));
    ck_assert_int_eq(messages[0].position, 41);
    ck_assert_int_eq(messages[1].position_next, 43);
    ck_assert_uint_eq(messages[1].ticket_index, 2);
    ck_assert_uint_eq(messages[1].value_bytes, 3);
    source.ops->release(source.self);

    put(mailbox, "four", 4); // round the ring
    put(mailbox, "five", 5);
    ck_assert_uint_eq(wakes, 1); // it was not empty
    ck_assert_int_eq(source.ops->poll(source.self, messages, 4, &count, &fault), ERR_OK);
    ck_assert_uint_eq(count, 3);
    ck_assert(bytes_equal_text(messages[2].value, "five"));
    ck_assert_int_eq(messages[2].position, 45);
    source.ops->release(source.self);
    ck_assert_uint_eq(mailbox_count(mailbox), 0);
    source.ops->destroy(source.self);
    mailbox_destroy(mailbox);
}
END_TEST

START_TEST(a_shard_that_never_read_it_begins_at_zero)
{
    struct mailbox *mailbox = mailbox_create(1, 100, (struct source_wake){NULL, NULL});
    struct source source = mailbox_source(mailbox);
    struct message message;
    size_t count = 0;
    struct fault fault;
    ck_assert_int_eq(source.ops->start(source.self, SOURCE_POSITION_START, &fault), ERR_OK);
    put(mailbox, "x", 0);
    ck_assert_int_eq(source.ops->poll(source.self, &message, 1, &count, &fault), ERR_OK);
    ck_assert_int_eq(message.position, 0);
    mailbox_destroy(mailbox);
}
END_TEST

START_TEST(it_is_bounded_by_messages_and_by_bytes)
{
    struct mailbox *mailbox = mailbox_create(3, 10, (struct source_wake){NULL, NULL});
    ck_assert(mailbox_room(mailbox, 1, 1000)); // alone, whatever its size
    ck_assert(!mailbox_room(mailbox, 4, 4));
    put(mailbox, "123456", 0);
    ck_assert(mailbox_room(mailbox, 1, 4));
    ck_assert(!mailbox_room(mailbox, 1, 5));
    ck_assert(mailbox_room(mailbox, 2, 4));
    ck_assert(!mailbox_room(mailbox, 3, 3));
    mailbox_destroy(mailbox);
}
END_TEST

static void on_done(struct post *post)
{
    struct message_ticket *ticket = (struct message_ticket *)post;
    (*(unsigned *)ticket->owner)++;
}

START_TEST(a_ticket_is_done_once_with_its_last_event)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_NOENV);
    struct postbox box;
    postbox_open(&box, loop);
    unsigned done = 0;
    struct message_ticket *ticket = ticket_create(3, &box, on_done);
    ticket->owner = &done;
    struct reject reject = {.code = REJECT_NO_TYPE, .reason = "expected type"};
    ticket_set(ticket, 2, TICKET_REJECTED, &reject);
    ticket_settle(ticket, 1);
    ticket_set(ticket, 0, TICKET_ACCEPTED, NULL);
    ev_run(loop, EVRUN_NOWAIT);
    ck_assert_uint_eq(done, 0);
    ticket_set(ticket, 1, TICKET_DUPLICATE, NULL);
    ticket_settle(ticket, 2);
    ev_run(loop, EVRUN_NOWAIT);
    ck_assert_uint_eq(done, 1);
    ck_assert_int_eq(ticket->results[0].kind, TICKET_ACCEPTED);
    ck_assert_int_eq(ticket->results[1].kind, TICKET_DUPLICATE);
    ck_assert_int_eq(ticket->results[2].reject->code, REJECT_NO_TYPE);
    ticket_destroy(ticket);
    ticket_destroy(NULL);
    postbox_close(&box);
    ev_loop_destroy(loop);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("mailbox");
    TCase *tcase = tcase_create("mailbox");
    tcase_add_test(tcase, messages_come_in_order_with_growing_positions);
    tcase_add_test(tcase, a_shard_that_never_read_it_begins_at_zero);
    tcase_add_test(tcase, it_is_bounded_by_messages_and_by_bytes);
    tcase_add_test(tcase, a_ticket_is_done_once_with_its_last_event);
    suite_add_tcase(suite, tcase);
    return suite;
}
