// What became of the events of one HTTP request, gathered until the last of them is durable.
#ifndef ENGINE_RUN_TICKET_H
#define ENGINE_RUN_TICKET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/event/decode.h"
#include "engine/journal/frame.h"
#include "engine/port/source.h"
#include "engine/run/post.h"

enum ticket_result_kind {
    TICKET_OPEN, // not decided yet
    TICKET_ACCEPTED,
    TICKET_DUPLICATE,
    TICKET_REJECTED,
    TICKET_FAILED, // it may or may not have been taken: the sender has to ask again
};

struct ticket_result {
    enum ticket_result_kind kind;
    struct reject *reject; // TICKET_REJECTED; owned by the ticket
};

// Each result is written by the one worker that folds the event; the receiver of `done` reads them.
struct message_ticket {
    struct post done;          // sent when nothing is left
    struct postbox *reply_to;  // borrowed
    atomic_uint_fast32_t left; // events that are not settled
    uint32_t count;
    struct ticket_result *results;
    void *owner; // the creator's
};

// done_run runs on reply_to's thread. Owned by the caller; destroyed after done_run at the earliest.
struct message_ticket *ticket_create(
    uint32_t count, struct postbox *reply_to, post_run_fn *done_run);
void ticket_destroy(struct message_ticket *ticket); // NULL is fine

void ticket_set(
    struct message_ticket *ticket,
    uint32_t index,
    enum ticket_result_kind kind,
    const struct reject *reject);
// count more events of it are durable (or refused for good): sends `done` with the last. Any thread.
// The caller must not touch the ticket afterwards.
void ticket_settle(struct message_ticket *ticket, uint32_t count);

#endif
