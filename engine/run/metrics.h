// GET /metrics: what every shard counted, in Prometheus text.
#ifndef ENGINE_RUN_METRICS_H
#define ENGINE_RUN_METRICS_H

#include "engine/run/http_request.h"

// Counters are since the start of the process.
void metrics_handle(struct http_request *request);

#endif
