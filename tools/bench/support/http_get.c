// One GET over loopback: just enough of HTTP for /readyz and /metrics.
#include "tools/bench/support/http_get.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "engine/base/buffer.h"

enum { PIECE_BYTES = 65536, PATIENCE_S = 5 };

static int connect_to(uint16_t port)
{
    int handle = socket(AF_INET, SOCK_STREAM, 0);
    if (handle < 0)
        return -1;
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    (void)setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(handle, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return handle;
    (void)close(handle);
    return -1;
}

// The status of a whole answer; 0 when it is none.
static int take_apart(struct buffer *answer, char *body, size_t body_bytes_max)
{
    buffer_add_u8(answer, 0);
    const char *text = (const char *)answer->data;
    int status = 0;
    if (sscanf(text, "HTTP/1.1 %3d", &status) != 1) // NOLINT(cert-err34-c)
        return 0;
    const char *rest = strstr(text, "\r\n\r\n");
    if (rest == NULL)
        return 0;
    if (body_bytes_max > 0)
        (void)snprintf(body, body_bytes_max, "%s", rest + 4);
    return status;
}

int http_get(uint16_t port, const char *path, char *body, size_t body_bytes_max)
{
    int handle = connect_to(port);
    if (handle < 0)
        return 0;
    char text[512];
    int len = snprintf(
        text, sizeof(text), "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        path);
    struct buffer answer = {0};
    int status = 0;
    if (len > 0 && send(handle, text, (size_t)len, MSG_NOSIGNAL) == (ssize_t)len) {
        char piece[PIECE_BYTES];
        ssize_t got = 0;
        while ((got = recv(handle, piece, sizeof(piece), 0)) > 0)
            buffer_add(&answer, piece, (size_t)got);
        status = take_apart(&answer, body, body_bytes_max);
    }
    buffer_free(&answer);
    (void)close(handle);
    return status;
}
