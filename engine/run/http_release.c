#include "engine/run/http_release.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/run/ask.h"
#include "engine/run/lane.h"
#include "engine/run/ticket.h"

// Outlives the request when nobody waits any more.
struct release {
    struct http_request *request; // NULL then
    struct ask *ask;
    struct message_ticket
        *ticket; // of a drop: settled by each lane when it is in force; NULL: of a release
    bool is_asked, is_settled; // all lanes have answered; the ticket is done
};

// What a lane let out, or dropped.
static uint64_t release_lane(struct lane *lane, struct ask_part *part)
{
    struct shard_flow flow;
    if (!atomic_load(&lane->ceiling.is_shut))
        return 0;
    shard_flow(lane->shard, &flow);
    part->err = lane_ceiling_release(lane, &part->fault);
    return part->err == ERR_OK ? flow.actions_waiting : 0;
}

static void run_part(const struct ask *ask, struct ask_part *part)
{
    const struct release *release = ask->owner;
    uint64_t *count = mem_zero(1, sizeof(*count));
    part->facts = count;
    part->fault.err = ERR_OK;
    if (release->ticket == NULL)
        *count = release_lane(part->lane, part);
    else
        part->err = lane_ceiling_drop(part->lane, release->ticket, count, &part->fault);
}

static void answer(struct http_request *request, const struct release *release)
{
    const struct ask *ask = release->ask;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < ask->part_count; i++) {
        enum err err = ask->parts[i].err;
        if (err != ERR_OK) {
            http_reply_problem(
                &request->reply,
                err == ERR_AGAIN ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_INTERNAL_SERVER_ERROR,
                ask->parts[i].fault.text);
            request->reply.retry_after_s = err == ERR_AGAIN ? 1 : 0;
            return;
        }
        const uint64_t *of_shard = ask->parts[i].facts;
        sum += *of_shard;
    }
    buffer_add_format(
        http_reply_json(&request->reply, MHD_HTTP_OK), "{\"%s\":%" PRIu64 "}\n",
        release->ticket == NULL ? "released" : "dropped", sum);
}

static void end_when_done(struct release *release)
{
    if (!release->is_asked || !release->is_settled)
        return;
    if (release->request != NULL) {
        answer(release->request, release);
        http_request_answer(release->request);
    }
    ticket_destroy(release->ticket);
    ask_destroy(release->ask);
    free(release);
}

static void on_asked(struct ask *ask)
{
    struct release *release = ask->owner;
    release->is_asked = true;
    end_when_done(release);
}

static void on_settled(struct post *post)
{
    struct message_ticket *ticket = (struct message_ticket *)post;
    struct release *release = ticket->owner;
    release->is_settled = true;
    end_when_done(release);
}

static void on_abandoned(struct http_request *request)
{
    struct release *release = request->work;
    release->request = NULL;
}

static struct message_ticket *ticket_for(
    const struct http_context *context, struct release *release)
{
    struct message_ticket *ticket = ticket_create(context->fleet->shards, context->box, on_settled);
    ticket->owner = release;
    return ticket;
}

void http_release_handle(struct http_request *request)
{
    const struct http_context *context = request->context;
    if (!fleet_is_open(context->fleet)) {
        http_reply_problem(&request->reply, MHD_HTTP_SERVICE_UNAVAILABLE, "recovering");
        request->reply.retry_after_s = 1;
        return;
    }
    bool is_drop = request->target.route == HTTP_ROUTE_DROP;
    if (is_drop &&
        !fleet_stands_still(context->fleet)) { // what is on its way right now is none of it
        buffer_add_text(http_reply_json(&request->reply, MHD_HTTP_OK), "{\"dropped\":0}\n");
        return;
    }
    struct release *release = mem_zero(1, sizeof(*release));
    release->request = request;
    release->ticket = is_drop ? ticket_for(context, release) : NULL;
    release->is_settled = !is_drop;
    // Before the lanes: what they publish from now on is counted anew.
    ceiling_gate_open(&context->runtime->ceiling);
    http_request_suspend(request, release, on_abandoned);
    release->ask = ask_all(context->fleet, context->box, run_part, on_asked, release);
}
