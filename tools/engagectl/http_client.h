// One request to the daemon over HTTP/1.1, blocking, with time limits.
#ifndef TOOLS_ENGAGECTL_HTTP_CLIENT_H
#define TOOLS_ENGAGECTL_HTTP_CLIENT_H

#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/header.h"

enum {
    HTTP_CONNECT_MS = 1000,
    HTTP_ANSWER_MS = 30000,
    HTTP_ANSWER_BYTES_MAX = 64 << 20,
};

// Where the daemon listens. Borrowed.
struct http_place {
    const char *host; // without brackets; "0.0.0.0" and "::" mean this machine
    uint16_t port;
    const char *token; // "" or NULL: none
};

// Borrowed during the call.
struct http_request {
    const char *method;           // "GET"
    const char *target;           // "/v1/contacts/c-17", escaped
    const struct header *headers; // beside those of every request
    size_t header_count;
    struct bytes body; // empty: none
};

struct http_answer {
    int status;
    struct bytes body; // in the buffer
};

// Sends the request and reads the whole answer into `to`, which *out points into.
//   ERR_UNREACHABLE nobody answers there in time · ERR_INVALID what answers speaks no HTTP
//   ERR_LIMIT       above HTTP_ANSWER_BYTES_MAX
NODISCARD enum err http_ask(
    const struct http_place *place,
    const struct http_request *request,
    struct buffer *to,
    struct http_answer *out,
    struct fault *fault);

// --- parts, apart for tests
void http_add_request(
    struct buffer *to, const struct http_place *place, const struct http_request *request);
// Escapes all but letters, digits and "-._~" of one part of a path or query.
void http_add_escaped(struct buffer *to, struct bytes text);

enum http_stream { HTTP_OPEN, HTTP_CLOSED };
// Takes an answer apart; a body in chunks is joined in place.
//   ERR_AGAIN not all of it is there · ERR_INVALID it is no HTTP, or cut short
NODISCARD enum err http_parse(
    struct buffer *received, enum http_stream stream, struct http_answer *out);

#endif
