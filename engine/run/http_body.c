// The body and the headers of POST /v1/events as messages.
#include "engine/run/http_body.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/event/split.h"

enum { STATUS_BAD_REQUEST = 400, STATUS_TOO_LARGE = 413, ELEMENTS_STEP = 64 };

static bool is_event_header(const char *name)
{
    return strncasecmp(name, "ce-", 3) == 0 || strncasecmp(name, "ce_", 3) == 0 ||
           strcasecmp(name, "content-type") == 0 || strcasecmp(name, "traceparent") == 0;
}

void http_body_add_header(struct http_body *body, const char *name, const char *value)
{
    if (!is_event_header(name) || value == NULL)
        return;
    if (body->header_count == HTTP_HEADERS_MAX) {
        body->has_more_headers = true;
        return;
    }
    body->headers[body->header_count++] = (struct header){
        .name = arena_copy(&body->arena, bytes_text(name)),
        .value = arena_copy(&body->arena, bytes_text(value)),
    };
}

static void add_element(struct http_body *body, struct bytes element)
{
    if (body->count % ELEMENTS_STEP == 0)
        body->elements =
            mem_resize(body->elements, (body->count + ELEMENTS_STEP) * sizeof(*body->elements));
    body->elements[body->count++] = element;
}

static bool has_word(const char *text, const char *word)
{
    return text != NULL && strstr(text, word) != NULL;
}

unsigned http_body_split(struct http_body *body, const char *content_type, const char **reason_out)
{
    struct bytes bytes = buffer_bytes(&body->bytes);
    if (body->has_more_headers) {
        *reason_out = "more than 32 headers that say something of an event";
        return STATUS_BAD_REQUEST;
    }
    if (has_word(content_type, "msgpack") || !split_is_array(bytes)) {
        add_element(body, bytes);
        return 0;
    }
    struct splitter splitter = split_begin(bytes);
    struct bytes element;
    enum split_step step;
    while ((step = split_next(&splitter, &element)) == SPLIT_ELEMENT) {
        if (body->count == HTTP_EVENTS_MAX) {
            *reason_out = "more than 10000 events in one request";
            return STATUS_TOO_LARGE;
        }
        add_element(body, element);
    }
    if (step == SPLIT_BROKEN)
        *reason_out = "the body is not a JSON array: it ends early, or something follows it";
    else if (body->count == 0)
        *reason_out = "the array is empty";
    // Elements are events of their own: only a batch of CloudEvents says something of each.
    if (!has_word(content_type, "cloudevents"))
        body->header_count = 0;
    return step == SPLIT_BROKEN || body->count == 0 ? STATUS_BAD_REQUEST : 0;
}

struct raw_event http_body_message(const struct http_body *body, size_t index)
{
    INVARIANT(index < body->count);
    return (struct raw_event){
        .value = body->elements[index],
        .headers = body->headers,
        .header_count = body->header_count,
        .value_bytes = body->elements[index].len,
    };
}

void http_body_free(struct http_body *body)
{
    buffer_free(&body->bytes);
    arena_free(&body->arena);
    free(body->elements);
    *body = (struct http_body){.count = 0};
}
