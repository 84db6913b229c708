// POST /v1/events: events into mailboxes or Kafka, answered when they are durable there.
#ifndef ENGINE_RUN_HTTP_EVENTS_H
#define ENGINE_RUN_HTTP_EVENTS_H

#include "engine/event/decode.h"
#include "engine/run/fleet.h"
#include "engine/run/http_produce.h"

struct http_request;
struct http_events;

// limits, policy and catalogue are those of the shards; catalogue and fleet are borrowed. produce, which
// is taken over, is where events go; NULL: into the mailboxes of the fleet.
struct http_events *http_events_create(
    struct fleet *fleet,
    const struct shard_params *params,
    const struct catalog *catalog,
    struct http_produce *produce);
// Other rules are in force: what it refuses and where events belong follows their catalogue, which is borrowed.
void http_events_set_catalog(struct http_events *events, const struct catalog *catalog);
void http_events_destroy(struct http_events *events); // NULL is fine

void http_events_handle(struct http_request *request);

#endif
