// The socket that HTTP is listened on.
#ifndef ENGINE_RUN_HTTP_LISTEN_H
#define ENGINE_RUN_HTTP_LISTEN_H

#include <stdint.h>

#include "engine/base/err.h"

// *fd_out: owned by the caller; *port_out: the one that was bound, when port is 0 any free one.
//   ERR_BUSY in use · ERR_INVALID no address of this machine · ERR_IO
NODISCARD enum err http_listen(
    const char *host, uint16_t port, int *fd_out, uint16_t *port_out, struct fault *fault);

#endif
