// One HTTP request on its way through a handler. Main thread only.
#ifndef ENGINE_RUN_HTTP_REQUEST_H
#define ENGINE_RUN_HTTP_REQUEST_H

#include <microhttpd.h>

#include "engine/run/http_memory.h"
#include "engine/run/http_pace.h"
#include "engine/run/http_reply.h"
#include "engine/run/http_route.h"
#include "engine/run/http_server.h"

struct http_request {
    struct http_server *server;
    const struct http_context *context;
    struct MHD_Connection *connection;
    char *path;
    struct http_target target; // its name is a view into path
    struct http_peer *peer;    // its connection
    struct buffer body;
    struct http_charge charge; // for the body and what is made of it
    size_t discarded_bytes;    // of a body that is refused
    struct http_reply reply;

    // While suspended: what works on it, told when nobody waits any more.
    void *work;
    void (*abandon)(struct http_request *request);
    int64_t suspended_us;
    struct http_request *next, *previous;
};

// A handler sets request->reply, or suspends the request and answers it later.
void http_request_suspend(
    struct http_request *request, void *work, void (*abandon)(struct http_request *request));
// Sends request->reply, which is set by now. The request may be gone afterwards.
void http_request_answer(struct http_request *request);
// A query parameter or header; NULL when there is none.
const char *http_request_argument(const struct http_request *request, const char *name);
const char *http_request_header(const struct http_request *request, const char *name);

#endif
