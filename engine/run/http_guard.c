// Who may ask.
#include "engine/run/http_guard.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

// In a time that depends on the length of what was given only.
static bool is_same_secret(const char *given, const char *secret)
{
    size_t given_len = strlen(given);
    size_t secret_len = strlen(secret);
    unsigned difference = given_len == secret_len ? 0 : 1;
    for (size_t i = 0; i < given_len; i++) {
        unsigned char expected = (unsigned char)secret[secret_len == 0 ? 0 : i % secret_len];
        difference |= (unsigned)((unsigned char)given[i] ^ expected);
    }
    return difference == 0;
}

static bool is_host(const char *text, size_t len, const char *host)
{
    return strlen(host) == len && strncasecmp(text, host, len) == 0;
}

// "name", "name:port", "[::1]:port": whether the name is this machine's.
static bool is_local(const struct http_guard *guard, const char *authority)
{
    size_t len = strcspn(authority, ":");
    if (authority[0] == '[') {
        const char *end = strchr(authority, ']');
        if (end == NULL)
            return false;
        authority++;
        len = (size_t)(end - authority);
    }
    return is_host(authority, len, "localhost") || is_host(authority, len, "127.0.0.1") ||
           is_host(authority, len, "::1") || is_host(authority, len, guard->host);
}

// A page on the web can make a browser ask here under any name that it has resolved to this machine.
static unsigned check_place(
    const struct http_guard *guard, const struct http_claim *claim, const char **reason_out)
{
    if (guard->token[0] != '\0')
        return 0; // no page knows it
    if (claim->host != NULL && !is_local(guard, claim->host)) {
        *reason_out = "the Host header names another machine";
        return 403;
    }
    const char *origin = claim->origin;
    if (origin == NULL)
        return 0;
    const char *authority = strstr(origin, "://");
    if (authority == NULL || !is_local(guard, authority + 3)) {
        *reason_out = "the Origin header names another machine";
        return 403;
    }
    return 0;
}

unsigned http_guard_check_open(
    const struct http_guard *guard, const struct http_claim *claim, const char **reason_out)
{
    return check_place(guard, claim, reason_out);
}

unsigned http_guard_check(
    const struct http_guard *guard, const struct http_claim *claim, const char **reason_out)
{
    static const char scheme[] = "Bearer ";
    if (guard->token[0] == '\0')
        return check_place(guard, claim, reason_out);
    const char *given = claim->authorization;
    bool has_scheme = given != NULL && strncasecmp(given, scheme, sizeof(scheme) - 1) == 0;
    if (!has_scheme || !is_same_secret(given + sizeof(scheme) - 1, guard->token)) {
        *reason_out = "a bearer token is needed";
        return 401;
    }
    return 0;
}
