#include "engine/fold/event_why.h"

#include <inttypes.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/fold/fold.h"
#include "rules/expression_tree.h"

// --- the values that a part looked at
struct values {
    struct buffer *to;
    uint32_t count;
};

static void add_value(
    void *context, struct cel_eval *eval, struct bytes text, struct cel_value value)
{
    struct values *values = context;
    struct bytes error = seen_error(value);
    buffer_add_text(values->to, values->count++ == 0 ? ",\"values\":[{\"of\":" : ",{\"of\":");
    text_add_json(values->to, text);
    if (error.len > 0) {
        buffer_add_text(values->to, ",\"error\":");
        text_add_json(values->to, error);
    } else {
        buffer_add_text(values->to, ",\"value\":");
        seen_add(values->to, eval, value);
    }
    buffer_add_u8(values->to, '}');
}

static void add_values(
    const struct cel_inspection *inspection, const struct cel_node *part, struct buffer *to)
{
    struct values values = {.to = to};
    cel_part_each_value(inspection, part, CEL_VALUES_COMPUTED, add_value, &values);
    if (values.count > 0)
        buffer_add_u8(to, ']');
}

// "if" of "scores.engagement/order if"
static struct bytes key_of(const struct rule_expression *expression)
{
    struct bytes name = expression->name;
    size_t at = name.len;
    while (at > 0 && name.data[at - 1] != ' ')
        at--;
    return bytes_of(name.data + at, name.len - at);
}

static bool is_condition(struct bytes key)
{
    return bytes_equal_text(key, "if") || bytes_equal_text(key, "while");
}

// Why it failed; empty: it did not, it is false.
static struct bytes failure_of(struct cel_value value, struct bytes key)
{
    struct bytes error = seen_error(value);
    if (error.len > 0)
        return error;
    if (is_condition(key))
        return bytes_text(value.kind == CEL_BOOL ? "" : NO_TRUTH);
    return bytes_text(bytes_equal_text(key, "points") ? NO_POINTS : NO_COUNT);
}

void why_add_not_true(
    struct fold *fold, const struct rule_expression *expression, struct buffer *to)
{
    struct arena arena = {0};
    struct cel_eval eval = {.host = NULL};
    struct bytes key = key_of(expression);
    const struct cel_inspection inspection = seen_inspect(fold, expression, &eval);
    const struct cel_node *root = expression_tree(fold->ruleset, expression, &arena);
    struct bytes failure = failure_of(cel_run(&eval, expression->program, 0), key);
    failure = arena_copy(&arena, failure); // it is gone with the next evaluation
    struct cel_part part = {root, root};
    if (is_condition(key))
        part = cel_part_not_true(&inspection, root);
    buffer_add_text(to, failure.len > 0 ? ",\"outcome\":\"failed\"" : ",\"outcome\":\"not_true\"");
    buffer_add_text(to, ",\"why\":{\"key\":");
    text_add_json(to, key);
    buffer_add_text(to, ",\"part\":");
    text_add_json(to, cel_part_text(&inspection, part.node));
    add_values(&inspection, part.reason, to);
    if (failure.len > 0) {
        buffer_add_text(to, ",\"error\":");
        text_add_json(to, failure);
    }
    buffer_add_u8(to, '}');
    cel_eval_free(&eval);
    arena_free(&arena);
}

void why_add_condition(
    struct fold *fold, const struct rule_expression *expression, struct buffer *to)
{
    struct arena arena = {0};
    struct cel_eval eval = {.host = NULL};
    const struct cel_inspection inspection = seen_inspect(fold, expression, &eval);
    struct cel_value value = cel_run(&eval, expression->program, 0);
    bool is_true = value.kind == CEL_BOOL && value.as.boolean;
    buffer_add_text(to, "{\"if\":");
    text_add_json(to, expression->text);
    buffer_add_text(to, is_true ? ",\"is\":true" : ",\"is\":false");
    add_values(&inspection, expression_tree(fold->ruleset, expression, &arena), to);
    buffer_add_u8(to, '}');
    cel_eval_free(&eval);
    arena_free(&arena);
}

void why_add_failure(struct fold *fold, const struct rule_expression *expression, struct buffer *to)
{
    struct arena arena = {0};
    struct cel_eval eval = {.host = NULL};
    const struct cel_inspection inspection = seen_inspect(fold, expression, &eval);
    struct bytes error = seen_error(cel_run(&eval, expression->program, 0));
    buffer_add_text(to, "{\"of\":");
    text_add_json(to, expression->text);
    buffer_add_text(to, ",\"error\":");
    text_add_json(to, error.len > 0 ? error : bytes_text(NO_VALUE));
    add_values(&inspection, expression_tree(fold->ruleset, expression, &arena), to);
    buffer_add_u8(to, '}');
    cel_eval_free(&eval);
    arena_free(&arena);
}

// --- limits
static void add_every(const struct limit_def *limit, struct buffer *to)
{
    switch (limit->span) {
    case LIMIT_EVER: return;
    case LIMIT_ROLLING:
        buffer_add_text(to, ",\"every\":\"");
        duration_add(to, limit->span_ms);
        buffer_add_u8(to, '"');
        return;
    case LIMIT_DAY: buffer_add_text(to, ",\"every\":\"day\""); return;
    case LIMIT_WEEK: buffer_add_text(to, ",\"every\":\"week\""); return;
    case LIMIT_MONTH: buffer_add_text(to, ",\"every\":\"month\""); return;
    case LIMIT_YEAR: buffer_add_text(to, ",\"every\":\"year\""); return;
    }
}

static void add_per(struct fold *fold, const struct rule_expression *per, struct buffer *to)
{
    struct arena arena = {0};
    struct cel_eval eval = {.host = NULL};
    const struct cel_inspection inspection = seen_inspect(fold, per, &eval);
    buffer_add_text(to, ",\"per\":");
    text_add_json(to, per->text);
    add_values(&inspection, expression_tree(fold->ruleset, per, &arena), to);
    cel_eval_free(&eval);
    arena_free(&arena);
}

void why_add_limited(struct fold *fold, const struct limit_def *limit, struct buffer *to)
{
    buffer_add_text(to, ",\"outcome\":\"limited\",\"why\":{\"key\":\"limit\"");
    if (limit->times > 0)
        buffer_add_format(to, ",\"times\":%" PRIu32, limit->times);
    if (limit->points_milli > 0) {
        buffer_add_text(to, ",\"points\":");
        milli_add(to, limit->points_milli);
    }
    add_every(limit, to);
    if (limit->per != NULL)
        add_per(fold, limit->per, to);
    buffer_add_u8(to, '}');
}
