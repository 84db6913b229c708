// Talking to the daemon over a socket.
#include "tools/engagectl/http_client.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/os/os_clock.h"

enum { RECEIVE_BYTES = 65536 };

// One conversation.
struct talk {
    int fd;
    int64_t deadline_us;
    const struct http_place *place;
    struct fault *fault;
};

static int64_t now_us(void)
{
    struct clock clock = os_clock();
    return clock.ops->mono_us(clock.self);
}

static enum err unreachable(const struct talk *talk, const char *why)
{
    return fault_set(
        talk->fault, ERR_UNREACHABLE, "%s port %u: %s", talk->place->host,
        (unsigned)talk->place->port, why);
}

static enum err wait_for(const struct talk *talk, short events)
{
    struct pollfd ready = {.fd = talk->fd, .events = events};
    for (;;) {
        int64_t left_ms = (talk->deadline_us - now_us() + 999) / 1000;
        if (left_ms <= 0)
            return unreachable(talk, "no answer in time");
        int count = poll(&ready, 1, (int)left_ms);
        if (count > 0)
            return ERR_OK;
        if (count < 0 && errno != EINTR)
            return unreachable(talk, strerror(errno));
    }
}

static const char *host_to_call(const char *host)
{
    if (strcmp(host, "0.0.0.0") == 0)
        return "127.0.0.1";
    return strcmp(host, "::") == 0 ? "::1" : host;
}

static enum err connect_one(struct talk *talk, const struct addrinfo *address)
{
    talk->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (talk->fd < 0)
        return unreachable(talk, strerror(errno));
    talk->deadline_us = now_us() + HTTP_CONNECT_MS * 1000;
    int result = connect(talk->fd, address->ai_addr, address->ai_addrlen);
    enum err err = ERR_OK;
    if (result != 0 && errno != EINPROGRESS) {
        err = unreachable(talk, strerror(errno));
    } else if (result != 0) {
        int why = 0;
        socklen_t len = sizeof(why);
        err = wait_for(talk, POLLOUT);
        if (err == ERR_OK && getsockopt(talk->fd, SOL_SOCKET, SO_ERROR, &why, &len) == 0 &&
            why != 0)
            err = unreachable(talk, strerror(why));
    }
    if (err != ERR_OK) {
        (void)close(talk->fd);
        talk->fd = -1;
    }
    return err;
}

static enum err connect_any(struct talk *talk)
{
    char port[8];
    (void)snprintf(port, sizeof(port), "%u", (unsigned)talk->place->port);
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *addresses = NULL;
    int why = getaddrinfo(host_to_call(talk->place->host), port, &hints, &addresses);
    if (why != 0)
        return unreachable(talk, gai_strerror(why));
    enum err err = ERR_UNREACHABLE;
    for (const struct addrinfo *at = addresses; at != NULL && err != ERR_OK; at = at->ai_next)
        err = connect_one(talk, at);
    freeaddrinfo(addresses);
    return err;
}

static enum err send_all(const struct talk *talk, struct bytes bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(talk->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            enum err err = wait_for(talk, POLLOUT);
            if (err != ERR_OK)
                return err;
        } else if (sent < 0 && errno != EINTR) {
            return unreachable(talk, strerror(errno));
        } else if (sent > 0) {
            bytes = bytes_of(bytes.data + sent, bytes.len - (size_t)sent);
        }
    }
    return ERR_OK;
}

// Reads what is there; *stream_out says whether there may be more.
static enum err receive_some(
    const struct talk *talk, struct buffer *to, enum http_stream *stream_out)
{
    enum err err = wait_for(talk, POLLIN);
    if (err != ERR_OK)
        return err;
    uint8_t *at = buffer_reserve(to, RECEIVE_BYTES);
    ssize_t got = recv(talk->fd, at, RECEIVE_BYTES, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return ERR_OK;
    if (got < 0)
        return unreachable(talk, strerror(errno));
    to->len += (size_t)got;
    *stream_out = got == 0 ? HTTP_CLOSED : HTTP_OPEN;
    return ERR_OK;
}

static enum err receive_answer(const struct talk *talk, struct buffer *to, struct http_answer *out)
{
    enum http_stream stream = HTTP_OPEN;
    for (;;) {
        enum err err = receive_some(talk, to, &stream);
        if (err != ERR_OK)
            return err;
        err = http_parse(to, stream, out);
        if (err == ERR_INVALID)
            return fault_set(
                talk->fault, ERR_INVALID, "%s port %u: expected an answer in HTTP",
                talk->place->host, (unsigned)talk->place->port);
        if (err != ERR_AGAIN)
            return err;
        if (to->len > HTTP_ANSWER_BYTES_MAX)
            return fault_set(
                talk->fault, ERR_LIMIT, "%s port %u: the answer has more than %d bytes",
                talk->place->host, (unsigned)talk->place->port, HTTP_ANSWER_BYTES_MAX);
    }
}

enum err http_ask(
    const struct http_place *place,
    const struct http_request *request,
    struct buffer *to,
    struct http_answer *out,
    struct fault *fault)
{
    struct talk talk = {.fd = -1, .place = place, .fault = fault};
    struct buffer sent = {0};
    enum err err = connect_any(&talk);
    if (err != ERR_OK)
        return err;
    talk.deadline_us = now_us() + (int64_t)HTTP_ANSWER_MS * 1000;
    http_add_request(&sent, place, request);
    buffer_clear(to);
    enum err send_err = send_all(&talk, buffer_bytes(&sent));
    err = receive_answer(&talk, to, out); // a refusal may come before all was sent
    if (err != ERR_OK && send_err != ERR_OK)
        err = send_err;
    (void)close(talk.fd);
    buffer_free(&sent);
    return err;
}
