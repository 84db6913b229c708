// Writing requests and taking answers apart: the part of the HTTP client that does no I/O.
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "tools/engagectl/http_client.h"

void http_add_escaped(struct buffer *to, struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (is_plain)
            buffer_add_u8(to, c);
        else
            buffer_add_format(to, "%%%02X", (unsigned)c);
    }
}

void http_add_request(
    struct buffer *to, const struct http_place *place, const struct http_request *request)
{
    bool is_v6 = strchr(place->host, ':') != NULL;
    buffer_add_format(
        to, "%s %s HTTP/1.1\r\nHost: %s%s%s:%u\r\nConnection: close\r\n", request->method,
        request->target, is_v6 ? "[" : "", place->host, is_v6 ? "]" : "", (unsigned)place->port);
    if (place->token != NULL && place->token[0] != '\0')
        buffer_add_format(to, "Authorization: Bearer %s\r\n", place->token);
    for (size_t i = 0; i < request->header_count; i++) {
        buffer_add_bytes(to, request->headers[i].name);
        buffer_add_text(to, ": ");
        buffer_add_bytes(to, request->headers[i].value);
        buffer_add_text(to, "\r\n");
    }
    if (request->body.len > 0)
        buffer_add_format(to, "Content-Length: %zu\r\n", request->body.len);
    buffer_add_text(to, "\r\n");
    buffer_add_bytes(to, request->body);
}

// The next line up to CRLF; false when there is none.
static bool next_line(struct bytes *rest, struct bytes *out)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->data, '\n', rest->len);
    if (end == NULL)
        return false;
    size_t len = (size_t)(end - rest->data);
    *out = bytes_of(rest->data, len > 0 && rest->data[len - 1] == '\r' ? len - 1 : len);
    *rest = bytes_of(end + 1, rest->len - len - 1);
    return true;
}

static bool parse_status(struct bytes line, int *out)
{
    if (line.len < 12 || memcmp(line.data, "HTTP/1.", 7) != 0 || line.data[8] != ' ')
        return false;
    int status = 0;
    for (size_t i = 9; i < 12; i++) {
        if (line.data[i] < '0' || line.data[i] > '9')
            return false;
        status = status * 10 + (line.data[i] - '0');
    }
    *out = status;
    return status >= 100;
}

// Digits of a base, and nothing else but what a chunk may have behind ';'.
static bool parse_length(struct bytes text, uint64_t base, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;
    for (; i < text.len && text.data[i] != ';' && text.data[i] != ' '; i++) {
        uint8_t c = text.data[i];
        uint64_t digit = 16;
        if (c >= '0' && c <= '9')
            digit = (uint64_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (uint64_t)((c | 0x20) - 'a' + 10);
        if (digit >= base || value > HTTP_ANSWER_BYTES_MAX)
            return false;
        value = value * base + digit;
    }
    *out = value;
    return i > 0;
}

// What the headers say of the body.
struct framing {
    bool has_length, is_chunked;
    uint64_t length;
};

static bool parse_header(struct bytes line, struct framing *framing)
{
    const uint8_t *colon = memchr(line.data, ':', line.len);
    if (colon == NULL)
        return false;
    size_t name_len = (size_t)(colon - line.data);
    struct bytes value = bytes_of(colon + 1, line.len - name_len - 1);
    while (value.len > 0 && (value.data[0] == ' ' || value.data[0] == '\t'))
        value = bytes_of(value.data + 1, value.len - 1);
    if (name_len == 14 && strncasecmp((const char *)line.data, "content-length", 14) == 0) {
        framing->has_length = true;
        return parse_length(value, 10, &framing->length);
    }
    if (name_len == 17 && strncasecmp((const char *)line.data, "transfer-encoding", 17) == 0)
        framing->is_chunked =
            value.len == 7 && strncasecmp((const char *)value.data, "chunked", 7) == 0;
    return true;
}

// Whether all chunks are there; *total_out is the length of what they hold.
static enum err measure_chunks(struct bytes rest, size_t *total_out)
{
    size_t total = 0;
    for (;;) {
        struct bytes line;
        uint64_t length = 0;
        if (!next_line(&rest, &line))
            return ERR_AGAIN;
        if (!parse_length(line, 16, &length))
            return ERR_INVALID;
        if (rest.len < length + 2)
            return ERR_AGAIN;
        if (length == 0)
            break; // what may follow is of no interest
        if (rest.data[length] != '\r' || rest.data[length + 1] != '\n')
            return ERR_INVALID;
        rest = bytes_of(rest.data + length + 2, rest.len - length - 2);
        total += length;
    }
    *total_out = total;
    return ERR_OK;
}

// Moves what whole chunks hold together, at `body`.
static void join_chunks(uint8_t *body, size_t len)
{
    struct bytes rest = bytes_of(body, len);
    uint8_t *to = body;
    for (;;) {
        struct bytes line;
        uint64_t length = 0;
        if (!next_line(&rest, &line) || !parse_length(line, 16, &length) || length == 0)
            return;
        const uint8_t *from = rest.data;
        rest = bytes_of(rest.data + length + 2, rest.len - length - 2);
        memmove(to, from, length);
        to += length;
    }
}

static enum err parse_body(
    struct buffer *received,
    size_t at,
    const struct framing *framing,
    enum http_stream stream,
    struct bytes *out)
{
    size_t there = received->len - at;
    size_t length = there;
    if (framing->is_chunked) {
        enum err err = measure_chunks(bytes_of(received->data + at, there), &length);
        if (err != ERR_OK)
            return err;
        join_chunks(received->data + at, there);
    } else if (framing->has_length) {
        length = framing->length;
        if (there < length)
            return ERR_AGAIN;
    } else if (stream == HTTP_OPEN) {
        return ERR_AGAIN; // the body goes on until the connection is closed
    }
    *out = bytes_of(received->data + at, length);
    return ERR_OK;
}

enum err http_parse(struct buffer *received, enum http_stream stream, struct http_answer *out)
{
    enum err unfinished = stream == HTTP_CLOSED ? ERR_INVALID : ERR_AGAIN;
    struct bytes rest = buffer_bytes(received);
    struct framing framing = {false, false, 0};
    struct bytes line;
    int status = 0;
    if (!next_line(&rest, &line))
        return unfinished;
    if (!parse_status(line, &status))
        return ERR_INVALID;
    for (;;) {
        if (!next_line(&rest, &line))
            return unfinished;
        if (line.len == 0)
            break;
        if (!parse_header(line, &framing))
            return ERR_INVALID;
    }
    struct bytes body;
    enum err err =
        parse_body(received, (size_t)(rest.data - received->data), &framing, stream, &body);
    if (err != ERR_OK)
        return err == ERR_AGAIN ? unfinished : err;
    *out = (struct http_answer){status, body};
    return ERR_OK;
}
