// POST /v1/events: events into mailboxes, answered when they are durable.
#ifndef ENGINE_RUN_HTTP_EVENTS_H
#define ENGINE_RUN_HTTP_EVENTS_H

#include "engine/event/decode.h"
#include "engine/run/fleet.h"

struct http_request;
struct http_events;

enum { HTTP_EVENTS_MAX = 10000 }; // of one request

// limits and catalogue are those of the shards; the catalogue is borrowed.
struct http_events *http_events_create(
    struct fleet *fleet, const struct decode_limits *limits, const struct catalog *catalog);
void http_events_destroy(struct http_events *events); // NULL is fine

void http_events_handle(struct http_request *request);

#endif
