// The HTTP interface: libmicrohttpd under the main thread's event loop.
#include "engine/run/http_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/run/http_guard.h"
#include "engine/run/http_history.h"
#include "engine/run/http_listen.h"
#include "engine/run/http_query.h"
#include "engine/run/http_release.h"
#include "engine/run/http_request.h"
#include "engine/run/http_status.h"
#include "engine/run/metrics.h"

enum {
    HEADER_BYTES_MAX = 32 * 1024,   // memory of a connection: request line and headers fit
    DISCARD_BYTES_MAX = 256 * 1024, // of a body that is refused, so that its sender reads why
    IDLE_S_MAX = 30,
    ANSWER_S_MAX = 30, // then a waiting request is told to ask again
    CLOSE_ROUNDS = 8,
};

struct http_server {
    struct http_context context;
    struct http_guard guard;
    struct http_pace pace;
    struct http_memory memory;
    struct ev_loop *loop;
    struct MHD_Daemon *daemon;
    struct ev_io ready;
    struct ev_timer timeout;
    struct ev_timer scan;
    struct http_request *suspended;
    uint16_t port;
};

// ---- requests

const char *http_request_argument(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

void http_request_suspend(
    struct http_request *request, void *work, void (*abandon)(struct http_request *request))
{
    struct http_server *server = request->server;
    request->work = work;
    request->abandon = abandon;
    request->suspended_us = runtime_mono_us(server->context.runtime);
    request->previous = NULL;
    request->next = server->suspended;
    if (server->suspended != NULL)
        server->suspended->previous = request;
    server->suspended = request;
    http_peer_enter(request->peer, HTTP_PHASE_WORK, 0, request->suspended_us);
    MHD_suspend_connection(request->connection);
}

void http_request_answer(struct http_request *request)
{
    INVARIANT(request->reply.status != 0);
    struct http_server *server = request->server;
    if (request->previous != NULL)
        request->previous->next = request->next;
    else
        server->suspended = request->next;
    if (request->next != NULL)
        request->next->previous = request->previous;
    request->work = NULL;
    MHD_resume_connection(request->connection);
    ev_feed_event(server->loop, &server->ready, EV_READ); // a resume does not make its epoll ready
}

static void abandon(struct http_request *request, const char *detail)
{
    request->abandon(request);
    http_reply_problem(&request->reply, MHD_HTTP_SERVICE_UNAVAILABLE, detail);
    request->reply.retry_after_s = 1;
    http_request_answer(request);
}

// ---- answering

static int64_t now_us(const struct http_server *server)
{
    return runtime_mono_us(server->context.runtime);
}

static enum MHD_Result send_reply(struct http_request *request)
{
    struct http_reply *reply = &request->reply;
    http_peer_enter(request->peer, HTTP_PHASE_ANSWER, reply->body.len, now_us(request->server));
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.len, reply->body.data, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (reply->retry_after_s > 0) {
        char seconds[16];
        (void)snprintf(seconds, sizeof(seconds), "%u", (unsigned)reply->retry_after_s);
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (reply->status == MHD_HTTP_UNAUTHORIZED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(
            response, MHD_HTTP_HEADER_ALLOW, http_route_method(request->target.route));
    enum MHD_Result result = MHD_queue_response(request->connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static void dispatch(struct http_request *request)
{
    switch (request->target.route) {
    case HTTP_ROUTE_NONE: break;
    case HTTP_ROUTE_EVENTS: http_events_handle(request); return;
    case HTTP_ROUTE_RELEASE:
    case HTTP_ROUTE_DROP: http_release_handle(request); return;
    case HTTP_ROUTE_CONTACT:
    case HTTP_ROUTE_EXPLAIN:
    case HTTP_ROUTE_TOP:
    case HTTP_ROUTE_BANDS:
    case HTTP_ROUTE_MEMBERS:
    case HTTP_ROUTE_WORKFLOWS:
    case HTTP_ROUTE_TEAMS:
    case HTTP_ROUTE_RULES: http_query_handle(request); return;
    case HTTP_ROUTE_TIMELINE:
    case HTTP_ROUTE_RUN: http_history_handle(request); return;
    case HTTP_ROUTE_HEALTH: http_status_health(request); return;
    case HTTP_ROUTE_READY: http_status_ready(request); return;
    case HTTP_ROUTE_METRICS: metrics_handle(request); return;
    }
    INVARIANT(!"a route");
}

// ---- the first look at a request: who asks, for what, how much

static void check_claims(struct http_request *request)
{
    struct http_claim claim = {
        .authorization = http_request_header(request, MHD_HTTP_HEADER_AUTHORIZATION),
        .host = http_request_header(request, MHD_HTTP_HEADER_HOST),
        .origin = http_request_header(request, MHD_HTTP_HEADER_ORIGIN),
    };
    const struct http_guard *guard = &request->server->guard;
    const char *reason = "";
    unsigned status = http_route_is_open(request->target.route)
                          ? http_guard_check_open(guard, &claim, &reason)
                          : http_guard_check(guard, &claim, &reason);
    if (status != 0)
        http_reply_problem(&request->reply, status, reason);
}

static void check_method(struct http_request *request, const char *method)
{
    const char *wanted = http_route_method(request->target.route);
    bool has_events = request->context->events != NULL;
    if (wanted == NULL || (request->target.route == HTTP_ROUTE_EVENTS && !has_events))
        http_reply_problem(&request->reply, MHD_HTTP_NOT_FOUND, "no such resource");
    else if (
        strcmp(method, wanted) != 0 &&
        !(strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 && strcmp(wanted, "GET") == 0))
        http_reply_problem(
            &request->reply, MHD_HTTP_METHOD_NOT_ALLOWED, "another method is expected here");
}

static uint64_t body_bytes_of(const struct http_request *request)
{
    const char *text = http_request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (text == NULL)
        return 0;
    return strtoull(text, NULL, 10);
}

static void refuse_size(struct http_request *request)
{
    if (request->reply.status == 0)
        http_reply_problem(
            &request->reply, MHD_HTTP_CONTENT_TOO_LARGE,
            "the body is larger than limits.http_body_bytes");
}

static void refuse_memory(struct http_request *request)
{
    http_reply_problem(
        &request->reply, MHD_HTTP_SERVICE_UNAVAILABLE,
        "requests hold more memory than limits.http_memory_mib");
    request->reply.retry_after_s = 1;
}

// Whether the body may grow by so much; what it grows to is counted.
static bool make_room(struct http_request *request, size_t more_bytes)
{
    struct buffer *body = &request->body;
    if (body->cap - body->len >= more_bytes)
        return true;
    size_t size_max = request->context->config->limits.http_body_bytes;
    size_t cap = body->len + more_bytes;
    size_t wanted = body->cap + body->cap / 2;
    if (wanted > cap)
        cap = wanted < size_max ? wanted : size_max;
    if (!http_charge_take(&request->charge, cap - body->cap))
        return false;
    buffer_set_cap(body, cap);
    INVARIANT(body->cap <= request->charge.bytes);
    return true;
}

static struct http_request *request_create(
    struct http_server *server, struct MHD_Connection *connection, const char *path)
{
    struct http_request *request = mem_zero(1, sizeof(*request));
    request->server = server;
    request->context = &server->context;
    request->connection = connection;
    request->charge.memory = &server->memory;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    INVARIANT(info != NULL && info->socket_context != NULL);
    request->peer = info->socket_context;
    http_peer_enter(request->peer, HTTP_PHASE_BODY, 0, now_us(server));
    request->path = mem_text(path, strlen(path));
    request->target = http_route_find(request->path);
    return request;
}

static enum MHD_Result begin_request(struct http_request *request, const char *method)
{
    check_claims(request);
    if (request->reply.status == 0)
        check_method(request, method);
    uint64_t bytes = body_bytes_of(request);
    if (bytes > request->context->config->limits.http_body_bytes)
        refuse_size(request);
    if (request->reply.status != 0 && bytes > DISCARD_BYTES_MAX)
        return send_reply(request);
    return MHD_YES;
}

static enum MHD_Result take_body(struct http_request *request, const char *data, size_t *len)
{
    size_t size_max = request->context->config->limits.http_body_bytes;
    request->peer->bytes += *len;
    if (request->reply.status == 0) {
        if (*len > size_max || request->body.len > size_max - *len)
            refuse_size(request);
        else if (!make_room(request, *len))
            refuse_memory(request);
        else
            buffer_add(&request->body, data, *len);
    }
    if (request->reply.status != 0) {
        buffer_free(&request->body);
        http_charge_return(&request->charge);
        request->discarded_bytes += *len;
    }
    *len = 0;
    return request->discarded_bytes <= DISCARD_BYTES_MAX ? MHD_YES : MHD_NO; // told often enough
}

// MHD: called once with the headers, then for each part of the body, then to answer, and again after
// a resume.
static enum MHD_Result on_request(
    void *context,
    struct MHD_Connection *connection,
    const char *path,
    const char *method,
    const char *version,
    const char *upload,
    size_t *upload_len,
    void **slot)
{
    (void)version;
    struct http_request *request = *slot;
    if (request == NULL) {
        request = request_create(context, connection, path);
        *slot = request;
        return begin_request(request, method);
    }
    if (*upload_len > 0)
        return take_body(request, upload, upload_len);
    if (request->reply.status == 0)
        dispatch(request);
    if (request->reply.status == 0)
        return MHD_YES; // suspended
    return send_reply(request);
}

static void on_completed(
    void *context,
    struct MHD_Connection *connection,
    void **slot,
    enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    struct http_request *request = *slot;
    if (request == NULL)
        return;
    INVARIANT(request->work == NULL);
    FAILPOINT(HTTP_ANSWERED);
    http_peer_enter(request->peer, HTTP_PHASE_HEAD, 0, now_us(request->server));
    http_charge_return(&request->charge);
    buffer_free(&request->body);
    http_reply_free(&request->reply);
    free(request->path);
    free(request);
    *slot = NULL;
}

// A connection begins and ends.
static void on_connection(
    void *context,
    struct MHD_Connection *connection,
    void **slot,
    enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        http_pace_remove(&server->pace, *slot);
        *slot = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    INVARIANT(info != NULL);
    *slot = http_pace_add(&server->pace, info->connect_fd, now_us(server));
}

// Leaves escapes where they are: an escaped slash is part of a name and divides nothing.
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

// ---- the loop

static struct http_server *server_from(void *data)
{
    INVARIANT(data != NULL);
    return data;
}

static void pump(struct http_server *server)
{
    bool was_full = server->pace.count >= server->context.config->limits.http_connections;
    (void)MHD_run(server->daemon);
    // At its limit it does not look at new connections; only its next run does again.
    if (was_full && server->pace.count < server->context.config->limits.http_connections)
        (void)MHD_run(server->daemon);
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    ev_timer_stop(server->loop, &server->timeout);
    if (MHD_get_timeout(server->daemon, &wait_ms) != MHD_YES)
        return;
    ev_timer_set(&server->timeout, (double)wait_ms / 1000.0, 0.0);
    ev_timer_start(server->loop, &server->timeout);
}

static void on_ready(struct ev_loop *loop, struct ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    pump(server_from(watcher->data));
}

static void on_timeout(struct ev_loop *loop, struct ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    pump(server_from(watcher->data));
}

static void on_scan(struct ev_loop *loop, struct ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    struct http_server *server = server_from(watcher->data);
    int64_t at_us = now_us(server);
    http_pace_cut(&server->pace, at_us);
    struct http_request *next = NULL;
    for (struct http_request *at = server->suspended; at != NULL; at = next) {
        next = at->next;
        if (at_us - at->suspended_us > ANSWER_S_MAX * 1000000LL)
            abandon(at, "no answer in time; what was sent may still be taken: repeat it as it is");
    }
}

static void start_watching(struct http_server *server, int epoll_fd)
{
    ev_io_init(&server->ready, on_ready, epoll_fd, EV_READ);
    server->ready.data = server;
    ev_io_start(server->loop, &server->ready);
    ev_timer_init(&server->timeout, on_timeout, 0.0, 0.0);
    server->timeout.data = server;
    ev_timer_init(&server->scan, on_scan, 1.0, 1.0);
    server->scan.data = server;
    ev_timer_start(server->loop, &server->scan);
    pump(server);
}

enum err http_server_open(
    const struct http_context *context,
    struct ev_loop *loop,
    struct http_server **out,
    struct fault *fault)
{
    const struct config *config = context->config;
    int fd = -1;
    uint16_t port = 0;
    enum err err = http_listen(config->http_host, config->http_port, &fd, &port, fault);
    if (err != ERR_OK)
        return err;
    struct http_server *server = mem_zero(1, sizeof(*server));
    server->context = *context;
    server->guard = (struct http_guard){.token = config->http_token, .host = config->http_host};
    server->pace.request_us = (int64_t)config->limits.http_request_s * 1000000;
    server->memory.bytes_max = (uint64_t)config->limits.http_memory_mib << 20;
    server->loop = loop;
    server->port = port;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)config->limits.http_connections, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_S_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_BYTES_MAX,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK,
        keep_escapes, NULL, MHD_OPTION_END);
    if (server->daemon == NULL) {
        (void)close(fd);
        free(server);
        return fault_set(fault, ERR_IO, "the HTTP server cannot be started");
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    INVARIANT(info != NULL);
    start_watching(server, info->epoll_fd);
    *out = server;
    return ERR_OK;
}

const struct http_pace *http_server_pace(const struct http_server *server)
{
    return &server->pace;
}

const struct http_memory *http_server_memory(const struct http_server *server)
{
    return &server->memory;
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

void http_server_close(struct http_server *server)
{
    if (server == NULL)
        return;
    while (server->suspended != NULL)
        abandon(
            server->suspended, "stopping; what was sent may have been taken: repeat it as it is");
    for (int i = 0; i < CLOSE_ROUNDS; i++)
        (void)MHD_run(server->daemon);
    ev_io_stop(server->loop, &server->ready);
    ev_timer_stop(server->loop, &server->timeout);
    ev_timer_stop(server->loop, &server->scan);
    MHD_stop_daemon(server->daemon);
    free(server);
}
