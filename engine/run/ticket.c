// What became of the events of one HTTP request.
#include "engine/run/ticket.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

struct message_ticket *ticket_create(
    uint32_t count, struct postbox *reply_to, post_run_fn *done_run)
{
    INVARIANT(count > 0);
    struct message_ticket *ticket = mem_zero(1, sizeof(*ticket));
    ticket->done.run = done_run;
    ticket->reply_to = reply_to;
    atomic_init(&ticket->left, count);
    ticket->count = count;
    ticket->results = mem_zero(count, sizeof(*ticket->results));
    return ticket;
}

void ticket_destroy(struct message_ticket *ticket)
{
    if (ticket == NULL)
        return;
    for (uint32_t i = 0; i < ticket->count; i++)
        free(ticket->results[i].reject);
    free(ticket->results);
    free(ticket);
}

void ticket_set(
    struct message_ticket *ticket,
    uint32_t index,
    enum ticket_result_kind kind,
    const struct reject *reject)
{
    INVARIANT(index < ticket->count);
    struct ticket_result *result = &ticket->results[index];
    INVARIANT(result->kind == TICKET_OPEN);
    result->kind = kind;
    if (reject == NULL)
        return;
    result->reject = mem_alloc(sizeof(*reject));
    *result->reject = *reject;
}

void ticket_settle(struct message_ticket *ticket, uint32_t count)
{
    struct postbox *reply_to = ticket->reply_to;
    uint_fast32_t left = atomic_fetch_sub(&ticket->left, count);
    INVARIANT(left >= count);
    if (left == count)
        postbox_send(reply_to, &ticket->done);
}
