// One GET over loopback: just enough of HTTP for /readyz and /metrics.
#ifndef TOOLS_BENCH_SUPPORT_HTTP_GET_H
#define TOOLS_BENCH_SUPPORT_HTTP_GET_H

#include <stddef.h>
#include <stdint.h>

// Asks 127.0.0.1:port for path. Gives the status, 0 when nobody answers. The body, cut to what
// fits and NUL-terminated, goes into body when body_bytes_max > 0. Blocks.
int http_get(uint16_t port, const char *path, char *body, size_t body_bytes_max);

#endif
