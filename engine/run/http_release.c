#include "engine/run/http_release.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/run/ask.h"
#include "engine/run/lane.h"

// Outlives the request when nobody waits any more.
struct release {
    struct http_request *request; // NULL then
};

static void run_part(const struct ask *ask, struct ask_part *part)
{
    (void)ask;
    struct lane *lane = part->lane;
    uint64_t *released = mem_zero(1, sizeof(*released));
    part->facts = released;
    part->fault.err = ERR_OK;
    if (!atomic_load(&lane->ceiling.is_shut))
        return;
    struct shard_flow flow;
    shard_flow(lane->shard, &flow);
    part->err = lane_ceiling_release(lane, &part->fault);
    if (part->err == ERR_OK)
        *released = flow.actions_waiting;
}

static void answer(struct http_request *request, const struct ask *ask)
{
    uint64_t released = 0;
    for (uint32_t i = 0; i < ask->part_count; i++) {
        if (ask->parts[i].err != ERR_OK) {
            http_reply_problem(
                &request->reply, MHD_HTTP_INTERNAL_SERVER_ERROR, ask->parts[i].fault.text);
            return;
        }
        const uint64_t *of_shard = ask->parts[i].facts;
        released += *of_shard;
    }
    buffer_add_format(
        http_reply_json(&request->reply, MHD_HTTP_OK), "{\"released\":%" PRIu64 "}\n", released);
}

static void on_done(struct ask *ask)
{
    struct release *release = ask->owner;
    if (release->request != NULL) {
        answer(release->request, ask);
        http_request_answer(release->request);
    }
    free(release);
    ask_destroy(ask);
}

static void on_abandoned(struct http_request *request)
{
    struct release *release = request->work;
    release->request = NULL;
}

void http_release_handle(struct http_request *request)
{
    const struct http_context *context = request->context;
    if (!fleet_is_open(context->fleet)) {
        http_reply_problem(&request->reply, MHD_HTTP_SERVICE_UNAVAILABLE, "recovering");
        request->reply.retry_after_s = 1;
        return;
    }
    struct release *release = mem_zero(1, sizeof(*release));
    release->request = request;
    ceiling_gate_open(
        &context->runtime
             ->ceiling); // before the lanes: what they publish from now on is counted anew
    http_request_suspend(request, release, on_abandoned);
    (void)ask_all(context->fleet, context->box, run_part, on_done, release);
}
