// A daemon's HTTP door for tests: answers each request with the next prepared answer and keeps what came.
#ifndef TESTS_TOOLS_ENGAGECTL_FAKE_DAEMON_H
#define TESTS_TOOLS_ENGAGECTL_FAKE_DAEMON_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>

enum { FAKE_REQUEST_BYTES = 8192, FAKE_PIECE_BYTES = 7 };

struct fake_daemon {
    int listening;
    uint16_t port;
    pthread_t thread;
    const char *answer;               // to every request, in small pieces
    char request[FAKE_REQUEST_BYTES]; // the last one; read after fake_daemon_stop
};

// The head, and as much of a body as it announces.
static inline int fake_request_is_whole(const char *request, size_t len)
{
    const char *end = strstr(request, "\r\n\r\n");
    const char *announced = strstr(request, "Content-Length: ");
    if (end == NULL)
        return 0;
    size_t body_bytes = announced == NULL ? 0 : strtoul(announced + 16, NULL, 10);
    return len >= (size_t)(end + 4 - request) + body_bytes;
}

static inline void fake_daemon_serve(struct fake_daemon *daemon, int connection)
{
    size_t len = 0;
    memset(daemon->request, 0, sizeof(daemon->request));
    while (!fake_request_is_whole(daemon->request, len)) {
        ssize_t got = recv(connection, daemon->request + len, sizeof(daemon->request) - 1 - len, 0);
        if (got <= 0)
            return;
        len += (size_t)got;
    }
    size_t answer_len = strlen(daemon->answer);
    for (size_t at = 0; at < answer_len;) {
        size_t piece = answer_len - at < FAKE_PIECE_BYTES ? answer_len - at : FAKE_PIECE_BYTES;
        ssize_t sent = send(connection, daemon->answer + at, piece, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += (size_t)sent;
    }
}

static inline void *fake_daemon_run(void *self)
{
    struct fake_daemon *daemon = self;
    for (;;) {
        int connection = accept(daemon->listening, NULL, NULL);
        if (connection < 0)
            return NULL; // shut down
        fake_daemon_serve(daemon, connection);
        (void)close(connection);
    }
}

// Listens on a free port of 127.0.0.1.
static inline void fake_daemon_start(struct fake_daemon *daemon, const char *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    daemon->answer = answer;
    daemon->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(daemon->listening, 0);
    ck_assert_int_eq(bind(daemon->listening, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(daemon->listening, 8), 0);
    ck_assert_int_eq(getsockname(daemon->listening, (struct sockaddr *)&address, &len), 0);
    daemon->port = ntohs(address.sin_port);
    ck_assert_int_eq(pthread_create(&daemon->thread, NULL, fake_daemon_run, daemon), 0);
}

static inline void fake_daemon_stop(struct fake_daemon *daemon)
{
    (void)shutdown(daemon->listening, SHUT_RDWR);
    ck_assert_int_eq(pthread_join(daemon->thread, NULL), 0);
    (void)close(daemon->listening);
}

// A configuration whose daemon this is.
static inline void fake_daemon_config(const struct fake_daemon *daemon, const char *path)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(
        fprintf(
            file,
            "data: d\nrules: r\nsources: {http: true}\n"
            "http: {listen: \"127.0.0.1:%u\", token: secret}\n",
            (unsigned)daemon->port),
        0);
    ck_assert_int_eq(fclose(file), 0);
}

#endif
