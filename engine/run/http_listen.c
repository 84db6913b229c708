// The socket that HTTP is listened on.
#include "engine/run/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 511 };

static enum err bind_to(const struct addrinfo *address, int *fd_out)
{
    int fd = socket(address->ai_family, SOCK_STREAM, 0);
    if (fd < 0)
        return ERR_IO;
    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (address->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    int flags = fcntl(fd, F_GETFL);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && flags >= 0 &&
        fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
        bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) {
        *fd_out = fd;
        return ERR_OK;
    }
    int number = errno;
    (void)close(fd);
    return number == EADDRINUSE ? ERR_BUSY : number == EADDRNOTAVAIL ? ERR_INVALID : ERR_IO;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage bound = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(bound);
    if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0)
        return 0;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (bound.ss_family == AF_INET) {
        memcpy(&v4, &bound, sizeof(v4));
        return ntohs(v4.sin_port);
    }
    memcpy(&v6, &bound, sizeof(v6));
    return ntohs(v6.sin6_port);
}

enum err http_listen(
    const char *host, uint16_t port, int *fd_out, uint16_t *port_out, struct fault *fault)
{
    char service[8];
    (void)snprintf(service, sizeof(service), "%u", (unsigned)port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    hints.ai_flags = AI_PASSIVE;
    struct addrinfo *addresses = NULL;
    int rc = getaddrinfo(host, service, &hints, &addresses);
    if (rc != 0)
        return fault_set(fault, ERR_INVALID, "http.listen: %s: %s", host, gai_strerror(rc));
    enum err err = ERR_INVALID;
    for (const struct addrinfo *at = addresses; at != NULL && err != ERR_OK; at = at->ai_next)
        err = bind_to(at, fd_out);
    freeaddrinfo(addresses);
    if (err != ERR_OK)
        return fault_set(
            fault, err, "http.listen: %s port %u cannot be listened on: %s", host, (unsigned)port,
            err == ERR_BUSY ? "another program does" : err_text(err));
    *port_out = port_of(*fd_out);
    return ERR_OK;
}
