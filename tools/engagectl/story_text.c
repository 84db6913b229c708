#include "tools/engagectl/story_text.h"

static void add_text(struct buffer *to, const char *before, struct bytes text)
{
    buffer_add_text(to, before);
    buffer_add_bytes(to, text);
}

static bool is(struct bytes text, const char *word)
{
    return bytes_equal_text(text, word);
}

void story_add_values(struct buffer *to, const struct json *why)
{
    const struct json *values = json_member(why, "values");
    const struct json *value = values == NULL ? NULL : values->first;
    const char *before = " (";
    for (; value != NULL; value = value->next) {
        const struct json *known = json_member(value, "value");
        if (known == NULL && bytes_equal(json_text(value, "error"), json_text(why, "error")))
            continue; // said already
        add_text(to, before, json_text(value, "of"));
        if (known != NULL)
            add_text(to, " = ", known->raw);
        else
            add_text(to, ": ", json_text(value, "error"));
        before = ", ";
    }
    if (before[0] == ',')
        buffer_add_text(to, ")");
}

// ": if data.n > 1 (data.n = 2)"
static void add_why(struct buffer *to, const char *before, const struct json *line)
{
    const struct json *why = json_member(line, "why");
    if (why == NULL)
        return;
    add_text(to, before, json_text(why, "if"));
    story_add_values(to, why);
}

// --- objects
static void add_fields(struct buffer *to, const char *before, const struct json *fields)
{
    const struct json *field = fields == NULL ? NULL : fields->first;
    for (; field != NULL; field = field->next, before = ", ") {
        add_text(to, before, field->name);
        add_text(to, " ", field->kind == JSON_TEXT ? field->text : field->raw);
    }
}

// "stage from new to offer, owner an, value 12 no more"
static void add_field_changes(struct buffer *to, const struct json *line)
{
    const struct json *from = json_member(line, "from"), *after = json_member(line, "to");
    const char *before = "";
    const struct json *field = after == NULL ? NULL : after->first;
    for (; field != NULL; field = field->next, before = ", ") {
        const struct json *was = json_member_of(from, field->name);
        add_text(to, before, field->name);
        if (was != NULL)
            add_text(to, " from ", was->kind == JSON_TEXT ? was->text : was->raw);
        add_text(
            to, was != NULL ? " to " : " ", field->kind == JSON_TEXT ? field->text : field->raw);
    }
    for (field = from == NULL ? NULL : from->first; field != NULL; field = field->next) {
        if (json_member_of(after, field->name) != NULL)
            continue;
        add_text(to, before, field->name);
        add_text(to, " ", field->kind == JSON_TEXT ? field->text : field->raw);
        buffer_add_text(to, " no more");
        before = ", ";
    }
}

void story_add_object(struct buffer *to, const struct json *line, struct bytes deed)
{
    if (is(deed, "changed"))
        add_field_changes(to, line);
    else
        add_fields(to, "", json_member(line, is(deed, "removed") ? "from" : "to"));
}

// --- names
void story_add_name(struct buffer *to, const struct json *line)
{
    struct bytes what = json_text(line, "what");
    struct bytes step = json_text(line, "step");
    if (is(what, "event")) {
        add_text(to, "", json_text(line, "type"));
    } else if (is(what, "points")) {
        add_text(to, "", json_text(line, "score"));
        add_text(to, "/", json_text(line, "rule"));
    } else if (is(what, "segment") || is(what, "score")) {
        add_text(to, "", json_text(line, is(what, "score") ? "score" : "segment"));
    } else if (is(what, "object")) {
        add_text(to, "", json_text(line, "object"));
        add_text(to, " ", json_text(line, "key"));
    } else {
        add_text(to, "", json_text(line, "workflow"));
        if (step.len > 0)
            add_text(to, " ", step);
    }
}

// --- details
static void add_event(struct buffer *to, const struct json *line)
{
    const struct json *data = json_member(line, "data");
    add_text(to, "", json_text(line, "source"));
    add_text(to, " ", json_text(line, "id"));
    add_text(to, ", ", json_text(line, "sequence"));
    add_text(to, "/", json_text(line, "index"));
    if (data != NULL && data->first != NULL)
        add_text(to, " ", data->raw);
}

static void add_points(struct buffer *to, const struct json *line)
{
    const struct json *is_true = json_member(line, "while");
    struct bytes limited = json_text(line, "limited");
    if (is_true != NULL) {
        buffer_add_text(to, is_true->kind == JSON_TRUE ? "counts from now on" : "counts no more");
        return;
    }
    add_text(to, "", json_text(line, "points"));
    buffer_add_text(to, " points");
    if (limited.len > 0)
        add_text(to, ", its limit took ", limited);
}

// What other rules made of the contact when they came into force says so.
static void add_by_rules(struct buffer *to, const struct json *line)
{
    if (is(json_text(line, "by"), "rules"))
        buffer_add_text(to, ", by new rules");
}

static void add_segment(struct buffer *to, const struct json *line)
{
    add_text(to, "", json_text(line, "state"));
    add_by_rules(to, line);
}

static void add_score(struct buffer *to, const struct json *line)
{
    const struct json *after = json_member(line, "to");
    add_text(to, "from ", json_text(line, "from"));
    if (after != NULL && after->kind != JSON_NULL)
        add_text(to, " to ", after->text);
    else
        buffer_add_text(to, " to nothing: it is gone");
    add_by_rules(to, line);
}

static void add_object(struct buffer *to, const struct json *line)
{
    struct bytes state = json_text(line, "state");
    struct buffer fields = {0};
    add_text(to, "", state);
    story_add_object(&fields, line, state);
    if (fields.len > 0)
        add_text(to, ": ", buffer_bytes(&fields));
    buffer_free(&fields);
}

static void add_waiting(struct buffer *to, const struct json *line)
{
    struct bytes until = json_text(line, "until");
    struct bytes does = json_text(line, "does");
    if (is(json_text(line, "for"), "window"))
        add_text(to, "waits for the window of the workflow, then: ", does);
    else if (does.len > 4 && memcmp(does.data, "wait", 4) == 0)
        add_text(to, "waits", bytes_of(does.data + 4, does.len - 4));
    else
        buffer_add_text(to, "waits");
    if (until.len > 0)
        add_text(to, ", until ", until);
}

static void add_end(struct buffer *to, const struct json *line)
{
    const struct json *stop = json_member(line, "stop");
    struct bytes on = json_text(stop, "on"), why = json_text(stop, "why");
    add_text(to, "", json_text(line, "state"));
    if (on.len > 0)
        add_text(to, " by ", on);
    else if (json_member(stop, "step") != NULL)
        buffer_add_text(to, " by the step");
    if (why.len > 0)
        add_text(to, ": ", why);
    add_why(to, on.len > 0 ? " if " : ": ", line);
}

static void add_run(struct buffer *to, const struct json *line)
{
    struct bytes state = json_text(line, "state");
    const struct json *cause = json_member(line, "cause");
    if (is(state, "started")) {
        add_text(to, "started, run ", json_text(line, "number"));
        add_text(to, ", by ", json_text(cause, "type"));
        add_text(to, " ", json_text(cause, "id"));
    } else if (is(state, "waiting")) {
        add_waiting(to, line);
    } else if (is(state, "goes_on")) {
        buffer_add_text(
            to,
            is(json_text(line, "by"), "time") ? "goes on: it is time" : "goes on: the event came");
        add_why(to, ", ", line);
    } else if (is(state, "stays")) {
        buffer_add_text(
            to, is(json_text(line, "of"), "stop") ? "is not stopped" : "goes on waiting");
        add_why(to, ", not true: ", line);
    } else {
        add_end(to, line);
    }
}

static void add_step(struct buffer *to, const struct json *line)
{
    const struct json *why = json_member(line, "why"), *error = json_member(line, "error");
    const struct json *next = json_member(line, "next");
    struct bytes branch = json_text(line, "branch");
    add_text(to, "", json_text(line, "does"));
    if (why != NULL) {
        add_text(to, ": ", json_text(why, "is"));
        story_add_values(to, why);
    }
    if (branch.len > 0)
        add_text(to, ": ", branch);
    if (is(json_text(line, "outcome"), "failed"))
        buffer_add_text(to, ": failed");
    if (error != NULL) {
        add_text(to, ", ", json_text(error, "of"));
        add_text(to, ": ", json_text(error, "error"));
        story_add_values(to, error);
    }
    if (next != NULL && (why != NULL || branch.len > 0))
        add_text(to, ", on to ", next->kind == JSON_NULL ? BYTES_LITERAL("the end") : next->text);
}

static void add_action(struct buffer *to, const struct json *line)
{
    struct bytes held = json_text(line, "held");
    add_text(to, "", json_text(line, "action"));
    if (held.len > 0)
        add_text(to, " held back: ", held);
    else
        add_text(to, " ", json_text(line, "id"));
}

void story_add_detail(struct buffer *to, const struct json *line)
{
    struct bytes what = json_text(line, "what");
    if (is(what, "event"))
        add_event(to, line);
    else if (is(what, "points"))
        add_points(to, line);
    else if (is(what, "segment"))
        add_segment(to, line);
    else if (is(what, "score"))
        add_score(to, line);
    else if (is(what, "object"))
        add_object(to, line);
    else if (json_member(line, "action") != NULL)
        add_action(to, line);
    else if (json_member(line, "outcome") != NULL)
        add_step(to, line);
    else
        add_run(to, line);
}
