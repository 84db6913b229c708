// What an HTTP request is answered with.
#ifndef ENGINE_RUN_HTTP_REPLY_H
#define ENGINE_RUN_HTTP_REPLY_H

#include <stdint.h>

#include "engine/base/buffer.h"

// Zero-initialised: no answer yet (status 0).
struct http_reply {
    unsigned status;
    const char *content_type; // static
    struct buffer body;
    uint32_t retry_after_s; // 0: not said
};

// An answer of JSON, whose body the caller appends to.
struct buffer *http_reply_json(struct http_reply *reply, unsigned status);
// An error as RFC 9457 has it: application/problem+json. detail is plain text without contact data.
void http_reply_problem(struct http_reply *reply, unsigned status, const char *detail);
// The same left open for more members: end it with http_reply_problem_end.
struct buffer *http_reply_problem_begin(
    struct http_reply *reply, unsigned status, const char *detail);
void http_reply_problem_end(struct http_reply *reply);
void http_reply_free(struct http_reply *reply);
const char *http_status_text(unsigned status);

#endif
