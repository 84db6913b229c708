// A value that a test expects, beside the JSON that came out.
#include "tools/engagectl/test_value.h"

#include "engine/base/time.h"

static bool is_none(const struct json *got)
{
    return got == NULL || got->kind == JSON_NULL;
}

static bool is_same_text(struct bytes expected, struct bytes got, int64_t start_ms)
{
    int64_t expected_ms = 0;
    int64_t got_ms = 0;
    int64_t since_ms = 0;
    if (bytes_equal(expected, got))
        return true;
    bool is_before = expected.len > 0 && expected.data[0] == '-';
    struct bytes span = is_before ? bytes_of(expected.data + 1, expected.len - 1) : expected;
    bool is_span = duration_parse(span, &since_ms);
    if (is_span && !is_before && duration_parse(got, &got_ms))
        return since_ms == got_ms;
    if (!time_parse(got, &got_ms))
        return false;
    if (is_span)
        return start_ms + (is_before ? -since_ms : since_ms) == got_ms;
    return time_parse(expected, &expected_ms) && expected_ms == got_ms;
}

bool test_value_is(struct value expected, const struct json *got, int64_t start_ms)
{
    if (expected.kind == VALUE_NULL || is_none(got))
        return expected.kind == VALUE_NULL && is_none(got);
    if (expected.kind == VALUE_TEXT)
        return got->kind == JSON_TEXT && is_same_text(expected.as.text, got->text, start_ms);
    struct arena arena = {0};
    struct buffer json = {0};
    struct value first;
    struct value second;
    value_add_json(&json, expected);
    bool is_same = value_of_json(&arena, buffer_bytes(&json), &first) &&
                   value_of_json(&arena, got->raw, &second) && value_equal(first, second);
    buffer_free(&json);
    arena_free(&arena);
    return is_same;
}

void test_value_add(struct buffer *to, struct value expected)
{
    if (expected.kind == VALUE_NULL)
        buffer_add_text(to, "none");
    else
        value_add_json(to, expected);
}

void test_value_add_json(struct buffer *to, const struct json *got)
{
    if (is_none(got))
        buffer_add_text(to, "none");
    else
        buffer_add_bytes(to, got->raw);
}
