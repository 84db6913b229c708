// POST /v1/events: events into mailboxes or Kafka, answered when they are durable there.
#include "engine/run/http_events.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/run/http_body.h"
#include "engine/run/http_request.h"
#include "engine/run/ticket.h"

// What a request takes beside its body, and for each of its events at most (a refusal with its reason).
enum { BATCH_BYTES = 4096, ELEMENT_BYTES = 256 };
_Static_assert(
    sizeof(struct bytes) + sizeof(uint32_t) + sizeof(struct ticket_result) +
            sizeof(struct reject) <=
        ELEMENT_BYTES,
    "an event takes no more");

struct http_events {
    struct fleet *fleet;
    struct http_produce *produce; // NULL: into mailboxes
    struct decoder *decoder;      // the contact decides the shard
    size_t *shard_messages;       // of the request at hand
    size_t *shard_bytes;
};

// One request's events. Lives until its ticket is done, which may be after its answer.
struct event_batch {
    struct http_request *request; // NULL: nobody waits any more
    struct message_ticket *ticket;
    struct http_charge charge;
    struct http_body body;
    uint32_t *shards; // of each element
};

struct http_events *http_events_create(
    struct fleet *fleet,
    const struct shard_params *params,
    const struct catalog *catalog,
    struct http_produce *produce)
{
    struct http_events *events = mem_zero(1, sizeof(*events));
    events->fleet = fleet;
    events->produce = produce;
    events->decoder = decoder_create(&params->decode, catalog);
    decoder_set_unknown(events->decoder, params->unknown_events);
    return events;
}

void http_events_set_catalog(struct http_events *events, const struct catalog *catalog)
{
    decoder_set_catalog(events->decoder, catalog);
}

void http_events_destroy(struct http_events *events)
{
    if (events == NULL)
        return;
    http_produce_close(events->produce);
    decoder_destroy(events->decoder);
    free(events->shard_messages);
    free(events->shard_bytes);
    free(events);
}

static void batch_destroy(struct event_batch *batch)
{
    ticket_destroy(batch->ticket);
    http_charge_return(&batch->charge);
    http_body_free(&batch->body);
    free(batch->shards);
    free(batch);
}

// ---- reading the request

static enum MHD_Result keep_header(
    void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    struct event_batch *batch = context;
    http_body_add_header(&batch->body, name, value);
    return MHD_YES;
}

static struct event_batch *batch_create(struct http_request *request)
{
    struct event_batch *batch = mem_zero(1, sizeof(*batch));
    batch->request = request;
    batch->charge = request->charge;
    request->charge.bytes = 0;
    batch->body.bytes = request->body;
    request->body = (struct buffer){.data = NULL};
    (void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND, keep_header, batch);
    return batch;
}

// ---- which shard

static uint32_t shard_of(struct http_events *events, const struct raw_event *raw)
{
    if (events->fleet->shards == 1)
        return 0;
    struct event event;
    struct reject reject;
    uint32_t shard = 0; // which refuses it just the same
    if (decoder_decode(events->decoder, DECODE_ROUTE, raw, &event, &reject) == REJECT_NONE)
        shard = (uint32_t)(hash_u64(event.identifiers[0].value, 0) % events->fleet->shards);
    decoder_reset(events->decoder);
    return shard;
}

static void choose_shards(struct http_events *events, struct event_batch *batch)
{
    uint32_t shards = events->fleet->shards;
    if (events->shard_messages == NULL) {
        events->shard_messages = mem_zero(shards, sizeof(*events->shard_messages));
        events->shard_bytes = mem_zero(shards, sizeof(*events->shard_bytes));
    }
    for (uint32_t i = 0; i < shards; i++) {
        events->shard_messages[i] = 0;
        events->shard_bytes[i] = 0;
    }
    batch->shards = mem_zero(batch->body.count, sizeof(*batch->shards));
    for (size_t i = 0; i < batch->body.count; i++) {
        struct raw_event raw = http_body_message(&batch->body, i);
        uint32_t shard = shard_of(events, &raw);
        batch->shards[i] = shard;
        events->shard_messages[shard]++;
        events->shard_bytes[shard] += raw.value.len;
    }
}

static bool all_have_room(struct http_events *events)
{
    for (uint32_t i = 0; i < events->fleet->shards; i++)
        if (events->shard_messages[i] > 0 &&
            !mailbox_room(
                events->fleet->mailboxes[i], events->shard_messages[i], events->shard_bytes[i]))
            return false;
    return true;
}

// ---- the answer

static void add_rejected(struct buffer *body, const struct message_ticket *ticket)
{
    buffer_add_text(body, "\"rejected\":[");
    bool is_first = true;
    for (uint32_t i = 0; i < ticket->count; i++) {
        const struct ticket_result *result = &ticket->results[i];
        if (result->kind != TICKET_REJECTED)
            continue;
        buffer_add_format(
            body, "%s{\"index\":%" PRIu32 ",\"code\":\"%s\",\"reason\":", is_first ? "" : ",", i,
            reject_name(result->reject->code));
        text_add_json(body, bytes_text(result->reject->reason));
        buffer_add_text(body, "}");
        is_first = false;
    }
    buffer_add_text(body, "]");
}

static void write_reply(struct http_reply *reply, const struct message_ticket *ticket)
{
    uint32_t counts[TICKET_FAILED + 1] = {0};
    for (uint32_t i = 0; i < ticket->count; i++)
        counts[ticket->results[i].kind]++;
    if (counts[TICKET_FAILED] > 0) {
        http_reply_problem(
            reply, MHD_HTTP_SERVICE_UNAVAILABLE,
            "not all events were confirmed: repeat the request as it is");
        reply->retry_after_s = 1;
        return;
    }
    if (counts[TICKET_REJECTED] == ticket->count) {
        struct buffer *body =
            http_reply_problem_begin(reply, MHD_HTTP_BAD_REQUEST, "no event is usable");
        buffer_add_text(body, ",");
        add_rejected(body, ticket);
        http_reply_problem_end(reply);
        return;
    }
    struct buffer *body = http_reply_json(reply, MHD_HTTP_ACCEPTED);
    buffer_add_format(
        body, "{\"accepted\":%" PRIu32 ",\"duplicates\":%" PRIu32 ",", counts[TICKET_ACCEPTED],
        counts[TICKET_DUPLICATE]);
    add_rejected(body, ticket);
    buffer_add_text(body, "}\n");
}

static void on_done(struct post *post)
{
    struct message_ticket *ticket = (struct message_ticket *)post;
    struct event_batch *batch = ticket->owner;
    FAILPOINT(HTTP_DURABLE);
    if (batch->request != NULL) {
        write_reply(&batch->request->reply, ticket);
        http_request_answer(batch->request);
    }
    batch_destroy(batch);
}

static void on_abandoned(struct http_request *request)
{
    struct event_batch *batch = request->work;
    batch->request = NULL;
}

// ---- the whole

static void produce_all(struct http_events *events, struct event_batch *batch)
{
    size_t count = batch->body.count; // the batch may be gone with the last
    for (size_t i = 0; i < count; i++) {
        struct raw_event raw = http_body_message(&batch->body, i);
        http_produce_send(events->produce, events->decoder, &raw, batch->ticket, (uint32_t)i);
    }
}

static void put_all(struct http_events *events, struct event_batch *batch)
{
    for (size_t i = 0; i < batch->body.count; i++) {
        struct mail mail = {
            .value = batch->body.elements[i],
            .headers = batch->body.headers,
            .header_count = batch->body.header_count,
            .ticket = batch->ticket,
            .ticket_index = (uint32_t)i,
        };
        mailbox_put(events->fleet->mailboxes[batch->shards[i]], &mail);
    }
}

static void refuse_later(struct http_request *request, uint32_t retry_after_s, const char *detail)
{
    http_reply_problem(&request->reply, MHD_HTTP_SERVICE_UNAVAILABLE, detail);
    request->reply.retry_after_s = retry_after_s;
}

static bool may_take(struct http_request *request)
{
    struct runtime *runtime = request->context->runtime;
    const struct http_events *events = request->context->events;
    if (atomic_load(&runtime->is_stopping))
        refuse_later(request, 5, "stopping");
    else if (events->produce == NULL && !fleet_is_open(request->context->fleet))
        refuse_later(request, 1, "recovering");
    else if (events->produce == NULL && atomic_load(&runtime->disks_full) > 0)
        refuse_later(request, 5, "disk full");
    else if (request->body.len == 0)
        http_reply_problem(&request->reply, MHD_HTTP_BAD_REQUEST, "the body is empty");
    return request->reply.status == 0;
}

void http_events_handle(struct http_request *request)
{
    struct http_events *events = request->context->events;
    if (!may_take(request))
        return;
    struct event_batch *batch = batch_create(request);
    const char *reason = "";
    unsigned status = http_body_split(
        &batch->body, http_request_header(request, MHD_HTTP_HEADER_CONTENT_TYPE), &reason);
    if (status != 0) {
        http_reply_problem(&request->reply, status, reason);
        batch_destroy(batch);
        return;
    }
    if (!http_charge_take(&batch->charge, BATCH_BYTES + batch->body.count * ELEMENT_BYTES)) {
        refuse_later(request, 1, "requests hold more memory than limits.http_memory_mib");
        batch_destroy(batch);
        return;
    }
    if (events->produce == NULL)
        choose_shards(events, batch);
    if (events->produce == NULL && !all_have_room(events)) {
        http_reply_problem(
            &request->reply, MHD_HTTP_TOO_MANY_REQUESTS, "more events are waiting than may be");
        request->reply.retry_after_s = 1;
        batch_destroy(batch);
        return;
    }
    batch->ticket = ticket_create((uint32_t)batch->body.count, request->context->box, on_done);
    batch->ticket->owner = batch;
    FAILPOINT(HTTP_TAKEN);
    http_request_suspend(request, batch, on_abandoned);
    if (events->produce != NULL)
        produce_all(events, batch);
    else
        put_all(events, batch);
}
