// Any text as an HTTP request: where it leads, whether it may ask, and the messages of its body.
//
// An input is a request as it is sent: a line with method and target, header lines, an empty line, the body.
// libmicrohttpd, which reads that on a socket, is not asked here; what we do with its answers is.
#include <stdlib.h>
#include <strings.h>

#include "engine/base/memory.h"
#include "engine/run/http_body.h"
#include "engine/run/http_guard.h"
#include "engine/run/http_route.h"
#include "engine/run/http_text.h"

#include "tests/fuzz/decode_check.h"

enum { LINES_MAX = 64, ELEMENTS_LOOKED_AT = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct line {
    char *name; // NUL-terminated, as libmicrohttpd gives them
    char *value;
};

struct request {
    char *text;
    char *path;
    char *query; // NULL: none
    struct line lines[LINES_MAX];
    size_t line_count;
    const char *content_type;
    struct http_claim claim;
};

// Cuts the line that begins at *at and moves on behind it; NULL at the end of the text.
static char *cut_line(char **at)
{
    char *line = *at;
    if (*line == '\0')
        return NULL;
    size_t len = strcspn(line, "\n");
    *at = line + len + (line[len] == '\n' ? 1 : 0);
    line[len] = '\0';
    if (len > 0 && line[len - 1] == '\r')
        line[len - 1] = '\0';
    return line;
}

static void take_header(struct request *request, char *line)
{
    char *colon = strchr(line, ':');
    if (colon == NULL || request->line_count == LINES_MAX)
        return;
    *colon = '\0';
    char *value = colon + 1 + strspn(colon + 1, " ");
    request->lines[request->line_count++] = (struct line){line, value};
    if (strcasecmp(line, "content-type") == 0)
        request->content_type = value;
    else if (strcasecmp(line, "authorization") == 0)
        request->claim.authorization = value;
    else if (strcasecmp(line, "host") == 0)
        request->claim.host = value;
    else if (strcasecmp(line, "origin") == 0)
        request->claim.origin = value;
}

// What is before the empty line; gives how long that is.
static size_t head_bytes(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++) {
        bool is_empty_line = data[i] == '\n' && (data[i + 1] == '\n' || data[i + 1] == '\r');
        if (is_empty_line)
            return i + 1;
    }
    return len;
}

static void parse_head(struct request *request)
{
    static char none[1];
    char *at = request->text;
    char *line = cut_line(&at);
    char *target = line == NULL ? NULL : strchr(line, ' ');
    request->path = target == NULL ? none : target + 1;
    request->query = strchr(request->path, '?');
    if (request->query != NULL)
        *request->query++ = '\0';
    while ((line = cut_line(&at)) != NULL)
        take_header(request, line);
}

static void check_target(const struct request *request)
{
    struct http_target target = http_route_find(request->path);
    INVARIANT((http_route_method(target.route) == NULL) == (target.route == HTTP_ROUTE_NONE));
    if (target.name.len > 0) {
        const uint8_t *path = (const uint8_t *)request->path;
        size_t path_len = strlen(request->path);
        INVARIANT(target.name.data > path);
        INVARIANT(target.name.data + target.name.len <= path + path_len);
        char *name = mem_text(target.name.data, target.name.len);
        bool is_whole = http_text_unescape(name);
        INVARIANT(strlen(name) <= target.name.len);
        INVARIANT(is_whole || memchr(target.name.data, '%', target.name.len) != NULL);
        free(name);
    }
    size_t number = 0;
    if (request->query != NULL && http_text_number(request->query, 1000, &number)) {
        INVARIANT(number >= 1 && number <= 1000);
        INVARIANT(number == strtoul(request->query, NULL, 10));
    }
}

static void check_guard(const struct request *request)
{
    static const struct http_guard closed = {.token = "secret", .host = "engine.example"};
    static const struct http_guard local = {.token = "", .host = "engine.example"};
    const char *given = request->claim.authorization;
    const char *reason = "";
    bool is_right = given != NULL && strlen(given) == sizeof("Bearer secret") - 1 &&
                    strncasecmp(given, "Bearer ", 7) == 0 && strcmp(given + 7, "secret") == 0;
    INVARIANT((http_guard_check(&closed, &request->claim, &reason) == 0) == is_right);
    INVARIANT(http_guard_check_open(&closed, &request->claim, &reason) == 0);
    reason = "";
    unsigned status = http_guard_check(&local, &request->claim, &reason);
    INVARIANT((status == 0) == (reason[0] == '\0'));
    INVARIANT(http_guard_check_open(&local, &request->claim, &reason) == status);
    const char *host = request->claim.host;
    if (status == 0 && host != NULL) // ours by one of its names, whatever the port
        INVARIANT(
            strncasecmp(host, "localhost", 9) == 0 || strncmp(host, "127.0.0.1", 9) == 0 ||
            strncasecmp(host, "[", 1) == 0 || strncasecmp(host, "engine.example", 14) == 0);
}

// The shard is chosen from a decoding without the catalogue: what is taken is also found so.
static void check_route(const struct raw_event *raw)
{
    const struct decode_limits limits = {1 << 20, 32, 1000, 65536, 256, 50000};
    struct catalog *catalog = fuzz_catalog_create();
    struct decoder *decoder = decoder_create(&limits, catalog);
    struct event event;
    struct event routed;
    struct reject reject;
    if (decoder_decode(decoder, DECODE_CHECK, raw, &event, &reject) == REJECT_NONE) {
        INVARIANT(decoder_decode(decoder, DECODE_ROUTE, raw, &routed, &reject) == REJECT_NONE);
        INVARIANT(bytes_equal(event.identifiers[0].value, routed.identifiers[0].value));
    }
    decoder_destroy(decoder);
    catalog_destroy(catalog);
}

static void check_body(const struct request *request, struct bytes bytes)
{
    struct http_body body = {.count = 0};
    const char *reason = "";
    buffer_add_bytes(&body.bytes, bytes);
    for (size_t i = 0; i < request->line_count; i++)
        http_body_add_header(&body, request->lines[i].name, request->lines[i].value);
    unsigned status = http_body_split(&body, request->content_type, &reason);
    INVARIANT((status == 0) == (reason[0] == '\0'));
    INVARIANT(status != 0 || (body.count > 0 && body.count <= HTTP_EVENTS_MAX));
    const uint8_t *at = body.bytes.data;
    for (size_t i = 0; i < body.count && status == 0; i++) {
        struct raw_event raw = http_body_message(&body, i);
        INVARIANT(raw.value.len == 0 || raw.value.data >= at); // one behind the other
        at = raw.value.data + raw.value.len;
        INVARIANT(at <= body.bytes.data + body.bytes.len);
        if (i < ELEMENTS_LOOKED_AT) {
            check_route(&raw);
            fuzz_check_message(&raw);
        }
    }
    http_body_free(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    size_t head_len = head_bytes(data, len);
    struct request request = {.text = mem_text(data, head_len)};
    size_t body_at = head_len;
    if (body_at < len && data[body_at] == '\r')
        body_at++;
    if (body_at < len && data[body_at] == '\n')
        body_at++;
    parse_head(&request);
    check_target(&request);
    check_guard(&request);
    if (body_at < len) // an empty body is refused before
        check_body(&request, bytes_of(data + body_at, len - body_at));
    free(request.text);
    return 0;
}
