// The source that HTTP events come in by.
#include "engine/run/mailbox.h"

#include <pthread.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

struct mailbox {
    pthread_mutex_t mutex;
    struct mail *ring;
    size_t cap, first, count;
    size_t bytes, bytes_max;
    struct source_wake wake;
    int64_t position; // worker thread only
};

struct mailbox *mailbox_create(size_t messages_max, size_t bytes_max, struct source_wake wake)
{
    INVARIANT(messages_max > 0);
    struct mailbox *mailbox = mem_zero(1, sizeof(*mailbox));
    INVARIANT(pthread_mutex_init(&mailbox->mutex, NULL) == 0);
    mailbox->ring = mem_zero(messages_max, sizeof(*mailbox->ring));
    mailbox->cap = messages_max;
    mailbox->bytes_max = bytes_max;
    mailbox->wake = wake;
    return mailbox;
}

void mailbox_destroy(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    (void)pthread_mutex_destroy(&mailbox->mutex);
    free(mailbox->ring);
    free(mailbox);
}

bool mailbox_room(struct mailbox *mailbox, size_t messages, size_t bytes)
{
    (void)pthread_mutex_lock(&mailbox->mutex);
    bool is_empty = mailbox->count == 0;
    bool has_room = messages <= mailbox->cap - mailbox->count &&
                    (is_empty || (mailbox->bytes < mailbox->bytes_max &&
                                  bytes <= mailbox->bytes_max - mailbox->bytes));
    (void)pthread_mutex_unlock(&mailbox->mutex);
    return has_room;
}

size_t mailbox_count(struct mailbox *mailbox)
{
    (void)pthread_mutex_lock(&mailbox->mutex);
    size_t count = mailbox->count;
    (void)pthread_mutex_unlock(&mailbox->mutex);
    return count;
}

void mailbox_put(struct mailbox *mailbox, const struct mail *mail)
{
    (void)pthread_mutex_lock(&mailbox->mutex);
    INVARIANT(mailbox->count < mailbox->cap);
    bool was_empty = mailbox->count == 0;
    mailbox->ring[(mailbox->first + mailbox->count) % mailbox->cap] = *mail;
    mailbox->count++;
    mailbox->bytes += mail->value.len;
    (void)pthread_mutex_unlock(&mailbox->mutex);
    if (was_empty && mailbox->wake.wake != NULL)
        mailbox->wake.wake(mailbox->wake.context);
}

static enum err mailbox_start(void *self, int64_t position, struct fault *fault)
{
    (void)fault;
    struct mailbox *mailbox = self;
    mailbox->position = position == SOURCE_POSITION_START ? 0 : position;
    return ERR_OK;
}

static struct message message_of(const struct mail *mail, int64_t position)
{
    return (struct message){
        .value = mail->value,
        .headers = mail->headers,
        .header_count = mail->header_count,
        .position = position,
        .position_next = position + 1,
        .value_bytes = mail->value.len,
        .ticket = mail->ticket,
        .ticket_index = mail->ticket_index,
    };
}

static enum err mailbox_poll(
    void *self, struct message *messages, size_t max, size_t *count_out, struct fault *fault)
{
    (void)fault;
    struct mailbox *mailbox = self;
    size_t count = 0;
    (void)pthread_mutex_lock(&mailbox->mutex);
    while (count < max && mailbox->count > 0) {
        const struct mail *mail = &mailbox->ring[mailbox->first];
        messages[count++] = message_of(mail, mailbox->position++);
        mailbox->bytes -= mail->value.len;
        mailbox->first = (mailbox->first + 1) % mailbox->cap;
        mailbox->count--;
    }
    (void)pthread_mutex_unlock(&mailbox->mutex);
    if (count == 0)
        return ERR_AGAIN;
    *count_out = count;
    return ERR_OK;
}

static void mailbox_release(void *self)
{
    (void)self; // what messages point into belongs to their requests
}

static void mailbox_source_destroy(void *self)
{
    (void)self;
}

struct source mailbox_source(struct mailbox *mailbox)
{
    static const struct source_ops ops = {
        .start = mailbox_start,
        .poll = mailbox_poll,
        .release = mailbox_release,
        .destroy = mailbox_source_destroy,
    };
    return (struct source){.ops = &ops, .self = mailbox, .name = MAILBOX_NAME};
}
