// HTTP events on their way into the Kafka topic that the shards read: checked here, acknowledged there.
#ifndef ENGINE_RUN_HTTP_PRODUCE_H
#define ENGINE_RUN_HTTP_PRODUCE_H

#include "config/config.h"
#include "engine/event/decode.h"
#include "engine/run/runtime.h"
#include "engine/run/ticket.h"

struct http_produce;

// Main thread for everything here. The loop is borrowed.
//   ERR_INVALID a property is refused
NODISCARD enum err http_produce_open(
    const struct config *config,
    const struct runtime *runtime,
    struct ev_loop *loop,
    struct http_produce **out,
    struct fault *fault);
// Decodes with decoder (reset afterwards) and sends: the ticket's result `index` is set and settled now
// or when the broker has answered. The bytes may go away once this returns.
void http_produce_send(
    struct http_produce *produce,
    struct decoder *decoder,
    const struct raw_event *raw,
    struct message_ticket *ticket,
    uint32_t index);
// Waits a little for what is on its way. NULL is fine.
void http_produce_close(struct http_produce *produce);

#endif
