// The HTTP interface: libmicrohttpd under the main thread's event loop.
#ifndef ENGINE_RUN_HTTP_SERVER_H
#define ENGINE_RUN_HTTP_SERVER_H

#include "config/config.h"
#include "engine/run/fleet.h"
#include "engine/run/http_events.h"
#include "engine/run/reload.h"
#include "engine/run/runtime.h"

// What the handlers see. Borrowed for as long as the server lives.
struct http_context {
    struct runtime *runtime;
    const struct config *config;
    struct fleet *fleet;
    struct postbox *box;        // of the main thread
    struct http_events *events; // NULL: POST /v1/events is not configured
    const struct reload *reload;
    struct side_thread *history_side; // tells what happened to contacts
    int64_t began_us;
};

struct http_server;
struct http_pace;
struct http_memory;

// Binds and serves from the loop's thread, which calls everything here.
//   ERR_BUSY the address is in use · ERR_INVALID it is none of this machine's · ERR_IO
NODISCARD enum err http_server_open(
    const struct http_context *context,
    struct ev_loop *loop,
    struct http_server **out,
    struct fault *fault);
// For /metrics.
const struct http_pace *http_server_pace(const struct http_server *server);
const struct http_memory *http_server_memory(const struct http_server *server);
uint16_t http_server_port(const struct http_server *server); // the one that was bound
// Answers what still waits with 503 and closes. NULL is fine.
void http_server_close(struct http_server *server);

#endif
