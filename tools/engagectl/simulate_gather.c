// Groups of messages whose borders depend on the messages alone.
#include "tools/engagectl/simulate_gather.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "tools/engagectl/interrupt.h"

void gather_init(struct gather *gather, struct source source)
{
    *gather = (struct gather){.source = source};
    gather->messages = mem_zero(GATHER_MESSAGES, sizeof(*gather->messages));
    gather->lent = mem_zero(GATHER_MESSAGES, sizeof(*gather->lent));
}

void gather_free(struct gather *gather)
{
    if (gather->is_lent)
        gather->source.ops->release(gather->source.self);
    free(gather->messages);
    free(gather->lent);
    buffer_free(&gather->bytes);
}

static enum err borrow(struct gather *gather, struct fault *fault)
{
    const struct source *source = &gather->source;
    if (gather->is_lent)
        source->ops->release(source->self);
    gather->is_lent = false;
    gather->lent_count = 0;
    gather->lent_used = 0;
    while (!gather->has_ended && gather->lent_count == 0) {
        if (interrupt_is_waiting())
            return fault_set(fault, ERR_AGAIN, "stopped by a signal");
        enum err err = source->ops->poll(
            source->self, gather->lent, GATHER_MESSAGES, &gather->lent_count, fault);
        gather->is_lent = err == ERR_OK;
        if (err == ERR_END)
            gather->has_ended = true;
        else if (err != ERR_OK && err != ERR_AGAIN) // ERR_AGAIN: standard input has waited already
            return err;
    }
    return ERR_OK;
}

static void take(struct gather *gather, const struct message *message)
{
    gather->messages[gather->count++] = *message;
    buffer_add_bytes(&gather->bytes, message->value);
}

// The buffer has moved while it grew; messages follow each other in it.
static void point_into_bytes(struct gather *gather)
{
    const uint8_t *at = gather->bytes.data;
    for (size_t i = 0; i < gather->count; i++) {
        gather->messages[i].value.data = at;
        at += gather->messages[i].value.len;
    }
}

enum err gather_next(struct gather *gather, struct fault *fault)
{
    gather->count = 0;
    buffer_clear(&gather->bytes);
    while (gather->count < GATHER_MESSAGES && gather->bytes.len < GATHER_BYTES) {
        if (gather->lent_used == gather->lent_count) {
            enum err err = borrow(gather, fault);
            if (err != ERR_OK)
                return err;
            if (gather->lent_count == 0)
                break;
        }
        const struct message *message = &gather->lent[gather->lent_used++];
        if (gather->wants == NULL || gather->wants(gather->context, message))
            take(gather, message);
    }
    point_into_bytes(gather);
    return ERR_OK;
}
