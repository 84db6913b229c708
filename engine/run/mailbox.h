// The source of one shard that HTTP events come in by: a bounded queue between two threads.
//
// What is in it was not acknowledged to anyone: it is gone after a crash, and its sender asks again.
// Its position is the count of messages ever taken.
#ifndef ENGINE_RUN_MAILBOX_H
#define ENGINE_RUN_MAILBOX_H

#include <stddef.h>

#include "engine/port/source.h"

#define MAILBOX_NAME "http"

// Borrowed until its ticket is done.
struct mail {
    struct bytes value;
    const struct header *headers;
    size_t header_count;
    struct message_ticket *ticket;
    uint32_t ticket_index;
};

struct mailbox;

// wake is called by the thread that puts.
struct mailbox *mailbox_create(size_t messages_max, size_t bytes_max, struct source_wake wake);
void mailbox_destroy(struct mailbox *mailbox);
// Copies the entry. Not beyond the bounds: ask mailbox_room first, on the same one thread.
void mailbox_put(struct mailbox *mailbox, const struct mail *mail);
// Whether that much fits. A single message fits into an empty mailbox whatever its size.
bool mailbox_room(struct mailbox *mailbox, size_t messages, size_t bytes);
size_t mailbox_count(struct mailbox *mailbox); // any thread

// destroy of the source does nothing: the mailbox is destroyed by who created it.
struct source mailbox_source(struct mailbox *mailbox);

#endif
