// Which request asks for what.
#ifndef ENGINE_RUN_HTTP_ROUTE_H
#define ENGINE_RUN_HTTP_ROUTE_H

#include <stdbool.h>

#include "engine/base/bytes.h"

enum http_route {
    HTTP_ROUTE_NONE, // no such path
    HTTP_ROUTE_EVENTS,
    HTTP_ROUTE_RELEASE,
    HTTP_ROUTE_DROP,
    HTTP_ROUTE_CONTACT,
    HTTP_ROUTE_EXPLAIN,
    HTTP_ROUTE_TOP,
    HTTP_ROUTE_BANDS,
    HTTP_ROUTE_MEMBERS,
    HTTP_ROUTE_WORKFLOWS, // all, or the one named
    HTTP_ROUTE_TEAMS,     // all, or the one named
    HTTP_ROUTE_RULES,     // where runs are, for plan
    HTTP_ROUTE_TIMELINE,
    HTTP_ROUTE_RUN,
    HTTP_ROUTE_HEALTH,
    HTTP_ROUTE_READY,
    HTTP_ROUTE_METRICS,
};

struct http_target {
    enum http_route route;
    struct bytes name; // of the contact or score in the path; a view into it
};

// path: as it was sent, without the query; the name is still escaped, because an id may hold any
// character, also '/'.
struct http_target http_route_find(const char *path);
// "GET" or "POST"; NULL for HTTP_ROUTE_NONE.
const char *http_route_method(enum http_route route);
// Answered without a token: says nothing about contacts.
bool http_route_is_open(enum http_route route);

#endif
