// What an HTTP request is answered with.
#include "engine/run/http_reply.h"

#include "engine/base/text.h"

const char *http_status_text(unsigned status)
{
    static const struct {
        unsigned status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {202, "Accepted"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "Error";
}

struct buffer *http_reply_json(struct http_reply *reply, unsigned status)
{
    buffer_clear(&reply->body);
    reply->status = status;
    reply->content_type = "application/json";
    return &reply->body;
}

struct buffer *http_reply_problem_begin(
    struct http_reply *reply, unsigned status, const char *detail)
{
    struct buffer *body = http_reply_json(reply, status);
    reply->content_type = "application/problem+json";
    buffer_add_text(body, "{\"type\":\"about:blank\",\"title\":");
    text_add_json(body, bytes_text(http_status_text(status)));
    buffer_add_format(body, ",\"status\":%u,\"detail\":", status);
    text_add_json(body, bytes_text(detail));
    return body;
}

void http_reply_problem_end(struct http_reply *reply)
{
    buffer_add_text(&reply->body, "}\n");
}

void http_reply_problem(struct http_reply *reply, unsigned status, const char *detail)
{
    (void)http_reply_problem_begin(reply, status, detail);
    http_reply_problem_end(reply);
}

void http_reply_free(struct http_reply *reply)
{
    buffer_free(&reply->body);
    *reply = (struct http_reply){.status = 0};
}
