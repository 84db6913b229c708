// The body and the headers of POST /v1/events as messages.
#ifndef ENGINE_RUN_HTTP_BODY_H
#define ENGINE_RUN_HTTP_BODY_H

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/event/decode.h"

enum { HTTP_EVENTS_MAX = 10000, HTTP_HEADERS_MAX = 32 }; // of one request

// Zero-initialised: empty.
struct http_body {
    struct buffer bytes; // as received; the elements are views into it
    struct arena arena;
    struct header headers[HTTP_HEADERS_MAX]; // of each element
    size_t header_count;
    bool has_more_headers; // than there is room for
    struct bytes *elements;
    size_t count;
};

// Keeps a copy of a header that says something of an event. value may be NULL.
void http_body_add_header(struct http_body *body, const char *name, const char *value);
// Finds the elements: those of a JSON array, or the body as it is. content_type may be NULL.
// Gives 0, or the status to refuse with and why.
unsigned http_body_split(struct http_body *body, const char *content_type, const char **reason_out);
// Views into the body. index is below count.
struct raw_event http_body_message(const struct http_body *body, size_t index);
void http_body_free(struct http_body *body);

#endif
