// POST /v1/actions/release: lets out the actions that wait beyond the ceiling.
#ifndef ENGINE_RUN_HTTP_RELEASE_H
#define ENGINE_RUN_HTTP_RELEASE_H

#include "engine/run/http_request.h"

// Asks the workers; the main thread answers with how many actions were let out.
void http_release_handle(struct http_request *request);

#endif
