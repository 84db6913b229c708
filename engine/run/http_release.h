// POST /v1/actions/release and …/drop: lets out the actions that wait beyond the ceiling, or throws them away.
#ifndef ENGINE_RUN_HTTP_RELEASE_H
#define ENGINE_RUN_HTTP_RELEASE_H

#include "engine/run/http_request.h"

// Asks the workers; the main thread answers with how many actions were let out, or, once that is on the disk, dropped.
void http_release_handle(struct http_request *request);

#endif
