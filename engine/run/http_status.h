// GET /healthz and /readyz.
#ifndef ENGINE_RUN_HTTP_STATUS_H
#define ENGINE_RUN_HTTP_STATUS_H

#include "engine/run/http_request.h"

void http_status_health(struct http_request *request);
// 503 with every reason while anything is not as it should be. Rules that are refused are a warning: the last good ones
// do their work.
void http_status_ready(struct http_request *request);

#endif
