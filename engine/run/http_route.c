// Which request asks for what.
#include "engine/run/http_route.h"

#include <stddef.h>

// Paths with a name in them: prefix, name, suffix. The longer suffix comes first.
static const struct {
    const char *prefix;
    const char *suffix;
    enum http_route route;
} named[] = {
    {"/v1/contacts/", "/explain", HTTP_ROUTE_EXPLAIN},
    {"/v1/contacts/", "/timeline", HTTP_ROUTE_TIMELINE},
    {"/v1/runs/", "", HTTP_ROUTE_RUN},
    {"/v1/contacts/", "", HTTP_ROUTE_CONTACT},
    {"/v1/scores/", "/top", HTTP_ROUTE_TOP},
    {"/v1/scores/", "/bands", HTTP_ROUTE_BANDS},
    {"/v1/segments/", "/members", HTTP_ROUTE_MEMBERS},
    {"/v1/workflows/", "", HTTP_ROUTE_WORKFLOWS},
    {"/v1/teams/", "", HTTP_ROUTE_TEAMS},
};

static const struct {
    const char *path;
    enum http_route route;
} fixed[] = {
    {"/v1/events", HTTP_ROUTE_EVENTS},
    {"/v1/workflows", HTTP_ROUTE_WORKFLOWS},
    {"/v1/teams", HTTP_ROUTE_TEAMS},
    {"/v1/rules", HTTP_ROUTE_RULES},
    {"/v1/actions/release", HTTP_ROUTE_RELEASE},
    {"/v1/actions/drop", HTTP_ROUTE_DROP},
    {"/healthz", HTTP_ROUTE_HEALTH},
    {"/readyz", HTTP_ROUTE_READY},
    {"/metrics", HTTP_ROUTE_METRICS},
};

struct http_target http_route_find(const char *path)
{
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        if (strcmp(path, fixed[i].path) == 0)
            return (struct http_target){.route = fixed[i].route};
    size_t len = strlen(path);
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        size_t before = strlen(named[i].prefix);
        size_t after = strlen(named[i].suffix);
        if (len <= before + after || memcmp(path, named[i].prefix, before) != 0 ||
            memcmp(path + len - after, named[i].suffix, after) != 0)
            continue;
        struct bytes name = bytes_of(path + before, len - before - after);
        return (struct http_target){.route = named[i].route, .name = name};
    }
    return (struct http_target){.route = HTTP_ROUTE_NONE};
}

const char *http_route_method(enum http_route route)
{
    switch (route) {
    case HTTP_ROUTE_NONE: return NULL;
    case HTTP_ROUTE_EVENTS:
    case HTTP_ROUTE_RELEASE:
    case HTTP_ROUTE_DROP: return "POST";
    case HTTP_ROUTE_CONTACT:
    case HTTP_ROUTE_EXPLAIN:
    case HTTP_ROUTE_TOP:
    case HTTP_ROUTE_BANDS:
    case HTTP_ROUTE_MEMBERS:
    case HTTP_ROUTE_WORKFLOWS:
    case HTTP_ROUTE_TEAMS:
    case HTTP_ROUTE_RULES:
    case HTTP_ROUTE_TIMELINE:
    case HTTP_ROUTE_RUN:
    case HTTP_ROUTE_HEALTH:
    case HTTP_ROUTE_READY:
    case HTTP_ROUTE_METRICS: return "GET";
    }
    return NULL;
}

bool http_route_is_open(enum http_route route)
{
    return route == HTTP_ROUTE_HEALTH || route == HTTP_ROUTE_READY;
}
