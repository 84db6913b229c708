#include "engine/run/http_history.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/fold/explain_contact.h"
#include "engine/fold/query.h"
#include "engine/run/ask.h"
#include "engine/run/http_text.h"

enum { DURABLE_POLL_MS = 5 };

// What is asked; outlives the request when nobody waits any more. One shard's worker at a time, then the side thread, and
// at the end the main thread use it.
struct history {
    struct post post;
    struct http_request *request; // NULL then
    const struct http_context *context;
    enum http_route route;
    char *name;    // of the contact or the run
    char *contact; // whose run it is; "" where that is not said
    // the answer of the worker that knows the contact
    struct contact_asked asked;
    struct arena arena;
    struct buffer json;
    struct journal *journal;
    // of the side thread
    struct buffer lines;
    enum err err;
    bool is_right;
};

static void history_destroy(struct history *history)
{
    arena_free(&history->arena);
    buffer_free(&history->json);
    buffer_free(&history->lines);
    free(history->name);
    free(history->contact);
    free(history);
}

// --- on the workers
// What one lane knows; freed with the ask, its parts by on_found.
struct found {
    struct contact_known known;
    struct arena arena;
    struct buffer json;
    struct journal *journal;
    struct hash128 run;
};

static enum err find_number(
    const struct history *history,
    struct shard *shard,
    struct contact_number *out,
    struct hash128 *run_out)
{
    struct fault fault = {.err = ERR_OK};
    bool is_run = history->route == HTTP_ROUTE_RUN;
    const char *contact = is_run ? history->contact : history->name;
    *out = (struct contact_number){0};
    if (contact[0] != '\0') {
        *out = query_find(shard, bytes_text(contact));
        if (out->value == 0)
            return ERR_MISSING;
    }
    if (!is_run)
        return ERR_OK;
    if (!hash128_parse(bytes_text(history->name), run_out))
        return ERR_MISSING;
    return query_find_run(shard, *run_out, out, &fault);
}

static void find_part(const struct ask *ask, struct ask_part *part)
{
    const struct history *history = ask->owner;
    struct shard *shard = part->lane->shard;
    struct found *found = mem_zero(1, sizeof(*found));
    struct contact_number number;
    part->facts = found;
    part->err = find_number(history, shard, &number, &found->run);
    if (part->err == ERR_OK)
        part->err = contact_known_read(shard, number, &found->arena, &found->json, &found->known);
    found->journal = shard_journal(shard);
}

// --- on the side thread
static void send_back(struct history *history);

// What is known of the contact may be in frames that are not on the disk yet.
static bool wait_until_durable(const struct history *history)
{
    while (journal_sequence_durable(history->journal) < history->asked.known.sequence) {
        if (!side_thread_wait_ms(history->context->history_side, DURABLE_POLL_MS))
            return false;
    }
    return true;
}

static void tell(struct post *post)
{
    struct history *history = (struct history *)post;
    struct fault fault = {.err = ERR_OK};
    struct contact_refold refold = {
        .params = &history->asked.known.params,
        .asked = &history->asked,
        .how = CONTACT_ALONE,
        .to = &history->lines,
        .is_stopping = &history->context->runtime->is_stopping,
    };
    history->err = ERR_STATE;
    if (wait_until_durable(history))
        history->err = contact_refold(&refold, &fault);
    history->is_right = refold.is_right;
    send_back(history);
}

// --- on the main thread
static void write_lines(const struct history *history, struct buffer *to)
{
    struct bytes lines = buffer_bytes(&history->lines);
    buffer_add_u8(to, '[');
    for (size_t i = 0; i < lines.len; i++) {
        bool is_last = i + 1 == lines.len;
        if (lines.data[i] == '\n' && !is_last)
            buffer_add_u8(to, ',');
        else if (lines.data[i] != '\n')
            buffer_add_u8(to, lines.data[i]);
    }
    buffer_add_text(to, "]\n");
}

static void on_told(struct post *post)
{
    struct history *history = (struct history *)post;
    struct http_request *request = history->request;
    if (request != NULL) {
        if (history->err == ERR_OK && history->is_right)
            write_lines(history, http_reply_json(&request->reply, MHD_HTTP_OK));
        else
            http_reply_problem(
                &request->reply, MHD_HTTP_SERVICE_UNAVAILABLE,
                "it cannot be told from the contact's events alone: engagectl contact timeline and "
                "engagectl explain run fold the whole journal");
        http_request_answer(request);
    }
    history_destroy(history);
}

static void send_back(struct history *history)
{
    history->post.run = on_told;
    postbox_send(history->context->box, &history->post);
}

static void write_missing(const struct history *history, struct http_request *request)
{
    http_reply_problem(
        &request->reply, MHD_HTTP_NOT_FOUND,
        history->route == HTTP_ROUTE_RUN ? "no such run" : "no such contact");
}

// Takes over what the lane knows that has the contact. False: none has.
static bool take_found(struct history *history, struct ask *ask)
{
    bool has_any = false;
    for (uint32_t i = 0; i < ask->part_count; i++) {
        struct found *found = ask->parts[i].facts;
        if (ask->parts[i].err == ERR_OK && !has_any) {
            has_any = true;
            history->asked.known = found->known;
            history->asked.is_of_run = history->route == HTTP_ROUTE_RUN;
            history->asked.run = found->run;
            history->arena = found->arena;
            history->json = found->json;
            history->journal = found->journal;
            continue;
        }
        arena_free(&found->arena);
        buffer_free(&found->json);
    }
    return has_any;
}

static void on_found(struct ask *ask)
{
    struct history *history = ask->owner;
    struct http_request *request = history->request;
    bool has_any = take_found(history, ask);
    ask_destroy(ask);
    if (has_any && request != NULL) {
        history->post.run = tell;
        side_thread_send(history->context->history_side, &history->post);
        return;
    }
    if (request != NULL) {
        write_missing(history, request);
        http_request_answer(request);
    }
    history_destroy(history);
}

static void on_abandoned(struct http_request *request)
{
    struct history *history = request->work;
    history->request = NULL;
}

void http_history_handle(struct http_request *request)
{
    const struct http_context *context = request->context;
    if (!fleet_is_open(context->fleet)) {
        http_reply_problem(&request->reply, MHD_HTTP_SERVICE_UNAVAILABLE, "recovering");
        request->reply.retry_after_s = 1;
        return;
    }
    const char *contact = http_request_argument(request, "contact");
    struct bytes name = request->target.name;
    contact = contact == NULL ? "" : contact;
    struct history *history = mem_zero(1, sizeof(*history));
    history->request = request;
    history->context = context;
    history->route = request->target.route;
    history->name = mem_text(name.data, name.len);
    history->contact = mem_text(contact, strlen(contact));
    if (!http_text_unescape(history->name) || !http_text_unescape(history->contact)) {
        write_missing(history, request);
        history_destroy(history);
        return;
    }
    http_request_suspend(request, history, on_abandoned);
    (void)ask_all(context->fleet, context->box, find_part, on_found, history);
}
