// GET /v1/contacts/ID/timeline and /v1/runs/ID: what happened, folded again from the journal.
#ifndef ENGINE_RUN_HTTP_HISTORY_H
#define ENGINE_RUN_HTTP_HISTORY_H

#include "engine/run/http_request.h"

// The contact's worker says what it knows of it; a side thread then folds the contact alone, from the journal's files,
// while the workers go on. Main thread.
void http_history_handle(struct http_request *request);

#endif
