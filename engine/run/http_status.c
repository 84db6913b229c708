// GET /healthz and /readyz.
#include "engine/run/http_status.h"

#include "engine/base/text.h"

void http_status_health(struct http_request *request)
{
    buffer_add_text(http_reply_json(&request->reply, MHD_HTTP_OK), "{\"status\":\"alive\"}\n");
}

struct reasons {
    struct buffer *to;
    unsigned count;
};

static void add_reason(struct reasons *reasons, bool holds, const char *text)
{
    if (holds)
        buffer_add_format(reasons->to, "%s\"%s\"", reasons->count++ == 0 ? "" : ",", text);
}

// What an operator should know although everything goes on.
static void add_warnings(struct buffer *body, const struct reload *reload)
{
    if (reload == NULL || reload_get_status(reload)->reason[0] == '\0')
        return;
    struct buffer text = {0};
    buffer_add_format(
        &text, "the newest rules are refused, those in force stay: %s",
        reload_get_status(reload)->reason);
    buffer_add_text(body, ",\"warnings\":[");
    text_add_json(body, buffer_bytes(&text));
    buffer_add_text(body, "]");
    buffer_free(&text);
}

void http_status_ready(struct http_request *request)
{
    const struct http_context *context = request->context;
    struct runtime *runtime = context->runtime;
    bool is_open = fleet_is_open(context->fleet);
    // A new directory cannot be opened before Kafka tells how many shards it gets.
    bool has_sources = is_open || context->fleet->consumer != NULL;
    struct buffer texts = {0};
    struct reasons reasons = {.to = &texts};
    add_reason(&reasons, atomic_load(&runtime->is_stopping), "stopping");
    add_reason(&reasons, !is_open, "recovering");
    add_reason(
        &reasons, has_sources && !fleet_is_reading(context->fleet), "a source cannot be reached");
    add_reason(&reasons, fleet_has_gap(context->fleet), "the position is gone from a source");
    add_reason(&reasons, fleet_is_broken(context->fleet), "what a shard counted does not add up");
    add_reason(
        &reasons, clock_guard_is_held(&runtime->clock_guard),
        "the clock has jumped forward and is not followed");
    add_reason(&reasons, atomic_load(&runtime->disks_full) > 0, "disk full");
    add_reason(&reasons, atomic_load(&runtime->sinks_waiting) > 0, "a sink cannot be reached");
    add_reason(
        &reasons, is_open && fleet_stands_still(context->fleet),
        "actions beyond limits.actions_per_minute wait to be released (engagectl actions release)");
    if (reasons.count == 0) {
        struct buffer *body = http_reply_json(&request->reply, MHD_HTTP_OK);
        buffer_add_text(body, "{\"status\":\"ready\"");
        add_warnings(body, context->reload);
        buffer_add_text(body, "}\n");
    } else {
        struct buffer *body =
            http_reply_problem_begin(&request->reply, MHD_HTTP_SERVICE_UNAVAILABLE, "not ready");
        buffer_add_text(body, ",\"reasons\":[");
        buffer_add_bytes(body, buffer_bytes(&texts));
        buffer_add_text(body, "]");
        add_warnings(body, context->reload);
        http_reply_problem_end(&request->reply);
        request->reply.retry_after_s = 1;
    }
    buffer_free(&texts);
}
