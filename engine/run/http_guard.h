// Who may ask: the token, and without one only this machine and no web page of elsewhere.
#ifndef ENGINE_RUN_HTTP_GUARD_H
#define ENGINE_RUN_HTTP_GUARD_H

#include <stdbool.h>

// Borrowed texts.
struct http_guard {
    const char *token; // "" when none
    const char *host;  // that is listened on
};

// What a request said; NULL where it said nothing.
struct http_claim {
    const char *authorization;
    const char *host;
    const char *origin;
};

// 0 when it may, else the status to refuse with and why.
unsigned http_guard_check(
    const struct http_guard *guard, const struct http_claim *claim, const char **reason_out);
// The same for what is answered without a token: hosts and origins are checked where there is none.
unsigned http_guard_check_open(
    const struct http_guard *guard, const struct http_claim *claim, const char **reason_out);

#endif
