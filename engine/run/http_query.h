// GET /v1/contacts/… and /v1/scores/…: asked of the workers, answered by the main thread.
#ifndef ENGINE_RUN_HTTP_QUERY_H
#define ENGINE_RUN_HTTP_QUERY_H

#include "engine/run/http_request.h"

void http_query_handle(struct http_request *request);

#endif
