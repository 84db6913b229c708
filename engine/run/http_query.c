// GET /v1/contacts/…, /v1/scores/…, /v1/segments/…, /v1/workflows and /v1/teams
#include "engine/run/http_query.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/query.h"
#include "engine/fold/query_workflows.h"
#include "engine/fold/shard_clock.h"
#include "engine/fold/team_stats.h"
#include "engine/fold/workflow_stats.h"
#include "engine/run/ask.h"
#include "engine/run/http_text.h"
#include "engine/run/merge.h"

enum { TOP_DEFAULT = 10, TOP_MAX = 1000 };

// What is asked; outlives the request when nobody waits any more.
struct query {
    struct http_request *request; // NULL then
    enum http_route route;
    char *name;
    char *score; // of explain; "" for all
    size_t max;
};

static void query_destroy(struct query *query)
{
    free(query->name);
    free(query->score);
    free(query);
}

static enum err ask_contact(const struct query *query, struct ask_part *part)
{
    struct shard *shard = part->lane->shard;
    struct contact_number contact = query_find(shard, bytes_text(query->name));
    if (contact.value == 0)
        return ERR_MISSING;
    if (query->route == HTTP_ROUTE_CONTACT)
        return query_contact(shard, contact, &part->text);
    return query_explain(shard, contact, bytes_text(query->score), &part->text, &part->fault);
}

static void run_part(const struct ask *ask, struct ask_part *part)
{
    const struct query *query = ask->owner;
    struct shard *shard = part->lane->shard;
    struct bytes name = bytes_text(query->name);
    shard_look_at(shard, runtime_wall_ms(part->lane->runtime));
    switch (query->route) {
    case HTTP_ROUTE_CONTACT:
    case HTTP_ROUTE_EXPLAIN: part->err = ask_contact(query, part); return;
    case HTTP_ROUTE_TOP: part->err = query_top(shard, name, query->max, &part->text); return;
    case HTTP_ROUTE_BANDS: part->err = query_bands(shard, name, &part->text); return;
    case HTTP_ROUTE_MEMBERS:
        part->err = query_members(shard, name, query->max, &part->text);
        return;
    case HTTP_ROUTE_WORKFLOWS: part->err = workflow_stats_pack(shard, name, &part->text); return;
    case HTTP_ROUTE_TEAMS: part->err = team_stats_pack(shard, name, &part->text); return;
    case HTTP_ROUTE_RULES: query_workflows(shard, &part->text); return;
    case HTTP_ROUTE_TIMELINE:
    case HTTP_ROUTE_RUN:
    case HTTP_ROUTE_NONE:
    case HTTP_ROUTE_EVENTS:
    case HTTP_ROUTE_RELEASE:
    case HTTP_ROUTE_DROP:
    case HTTP_ROUTE_HEALTH:
    case HTTP_ROUTE_READY:
    case HTTP_ROUTE_METRICS: break;
    }
    INVARIANT(!"a query");
}

// The worst that a part met; a contact that one shard has need not be in the others.
static enum err err_of(const struct ask *ask, bool is_contact)
{
    enum err err = ERR_MISSING;
    for (uint32_t i = 0; i < ask->part_count; i++) {
        enum err part = ask->parts[i].err;
        if (part == ERR_OK)
            err = ERR_OK;
        else if (part != ERR_MISSING)
            return part;
        else if (!is_contact)
            return ERR_MISSING;
    }
    return err;
}

static void write_workflows(const struct bytes *packed, size_t count, struct buffer *to)
{
    struct arena arena = {0};
    struct workflow_stats stats;
    enum err err = workflow_stats_sum(packed, count, &arena, &stats);
    INVARIANT(err == ERR_OK); // it was packed a moment ago
    workflow_stats_add_json(to, &stats);
    arena_free(&arena);
}

static void write_teams(const struct bytes *packed, size_t count, struct buffer *to)
{
    struct arena arena = {0};
    struct team_stats stats;
    enum err err = team_stats_sum(packed, count, &arena, &stats);
    INVARIANT(err == ERR_OK); // it was packed a moment ago
    team_stats_add_json(to, &stats);
    arena_free(&arena);
}

// Each shard's answer by itself: they may have taken up new rules at different times.
static void write_shards(const struct bytes *texts, size_t count, struct buffer *to)
{
    buffer_add_text(to, "{\"shards\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_u8(to, ',');
        buffer_add_bytes(to, texts[i]);
    }
    buffer_add_text(to, "]}");
}

static void write_found(const struct query *query, const struct ask *ask, struct buffer *to)
{
    struct bytes *texts = mem_zero(ask->part_count, sizeof(*texts));
    size_t count = 0;
    for (uint32_t i = 0; i < ask->part_count; i++)
        if (ask->parts[i].err == ERR_OK)
            texts[count++] = buffer_bytes(&ask->parts[i].text);
    if (query->route == HTTP_ROUTE_WORKFLOWS)
        write_workflows(texts, count, to);
    else if (query->route == HTTP_ROUTE_TEAMS)
        write_teams(texts, count, to);
    else if (query->route == HTTP_ROUTE_RULES)
        write_shards(texts, count, to);
    else if (query->route == HTTP_ROUTE_TOP && count > 1)
        merge_top(texts, count, query->max, to);
    else if (query->route == HTTP_ROUTE_BANDS && count > 1)
        merge_bands(texts, count, to);
    else if (query->route == HTTP_ROUTE_MEMBERS && count > 1)
        merge_members(texts, count, query->max, to);
    else
        buffer_add_bytes(to, texts[0]);
    buffer_add_text(to, "\n");
    free(texts);
}

static bool is_of_contact(enum http_route route)
{
    return route == HTTP_ROUTE_CONTACT || route == HTTP_ROUTE_EXPLAIN;
}

// What is missing, where a shard says it.
static void write_missing(struct http_request *request, const char *missed)
{
    http_reply_problem(
        &request->reply, MHD_HTTP_NOT_FOUND,
        missed != NULL                                  ? missed
        : is_of_contact(request->target.route)          ? "no such contact"
        : request->target.route == HTTP_ROUTE_MEMBERS   ? "no such segment"
        : request->target.route == HTTP_ROUTE_WORKFLOWS ? "no such workflow"
        : request->target.route == HTTP_ROUTE_TEAMS     ? "no such team"
                                                        : "no such score");
}

// What the shard that has the contact misses of it; NULL where none has it.
static const char *missed_of_contact(const struct ask *ask)
{
    for (uint32_t i = 0; i < ask->part_count; i++) {
        if (ask->parts[i].fault.text[0] != '\0')
            return ask->parts[i].fault.text;
    }
    return NULL;
}

static void on_done(struct ask *ask)
{
    struct query *query = ask->owner;
    struct http_request *request = query->request;
    if (request != NULL) {
        enum err err = err_of(ask, is_of_contact(query->route));
        if (err == ERR_OK)
            write_found(query, ask, http_reply_json(&request->reply, MHD_HTTP_OK));
        else if (err == ERR_MISSING)
            write_missing(request, missed_of_contact(ask));
        else
            http_reply_problem(&request->reply, MHD_HTTP_INTERNAL_SERVER_ERROR, err_text(err));
        http_request_answer(request);
    }
    query_destroy(query);
    ask_destroy(ask);
}

static void on_abandoned(struct http_request *request)
{
    struct query *query = request->work;
    query->request = NULL;
}

// False: refused.
static bool read_max(struct http_request *request, size_t *out)
{
    const char *text = http_request_argument(request, "n");
    *out = TOP_DEFAULT;
    if (text == NULL)
        return true;
    if (!http_text_number(text, TOP_MAX, out)) {
        http_reply_problem(
            &request->reply, MHD_HTTP_BAD_REQUEST, "n: expected a number from 1 to 1000");
        return false;
    }
    return true;
}

void http_query_handle(struct http_request *request)
{
    size_t max = 0;
    if (!read_max(request, &max))
        return;
    const struct http_context *context = request->context;
    if (!fleet_is_open(context->fleet)) {
        http_reply_problem(&request->reply, MHD_HTTP_SERVICE_UNAVAILABLE, "recovering");
        request->reply.retry_after_s = 1;
        return;
    }
    const char *score = http_request_argument(request, "score");
    score = score == NULL ? "" : score;
    struct query *query = mem_zero(1, sizeof(*query));
    query->request = request;
    query->route = request->target.route;
    struct bytes name = request->target.name;
    query->name = mem_text(name.len == 0 ? "" : (const char *)name.data, name.len);
    query->score = mem_text(score, strlen(score));
    query->max = max;
    if (!http_text_unescape(query->name) || !http_text_unescape(query->score)) {
        write_missing(request, NULL);
        query_destroy(query);
        return;
    }
    http_request_suspend(request, query, on_abandoned);
    (void)ask_all(context->fleet, context->box, run_part, on_done, query);
}
