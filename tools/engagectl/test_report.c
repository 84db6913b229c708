// Results of tests as people read them, and as JSON.
#include "tools/engagectl/test_report.h"

#include <inttypes.h>

#include "engine/base/text.h"

void test_report_add_place(struct buffer *to, const struct test_place *place)
{
    buffer_add_format(to, "%s:%" PRIu32 ":%" PRIu32, place->file, place->line, place->column);
}

// --- text
// A tag or an identifier may hold what moves a terminal's cursor.
static void add_printable(struct buffer *to, struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        buffer_add_u8(to, text.data[i] < ' ' || text.data[i] == 0x7F ? '?' : text.data[i]);
}

static void add_spaces(struct buffer *to, unsigned count)
{
    buffer_add_format(to, "%*s", (int)count, "");
}

// "exp: TEXT"; several lines stand below it.
static void add_side(struct buffer *to, const char *name, struct bytes text, unsigned indent)
{
    bool has_lines = text.len > 0 && (memchr(text.data, '\n', text.len) != NULL ||
                                      (text.len > 2 && memcmp(text.data, "0: ", 3) == 0));
    add_spaces(to, indent);
    buffer_add_format(to, "%s:", name);
    if (!has_lines) {
        buffer_add_u8(to, ' ');
        add_printable(to, text);
        buffer_add_u8(to, '\n');
        return;
    }
    buffer_add_u8(to, '\n');
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.data);
        add_spaces(to, indent + 2);
        add_printable(to, bytes_of(text.data, len));
        buffer_add_u8(to, '\n');
        size_t used = end == NULL ? len : len + 1;
        text = bytes_of(text.data + used, text.len - used);
    }
}

static void add_when(struct buffer *to, const struct test_difference *difference, unsigned indent)
{
    const struct test_expectation *expectation = difference->expectation;
    add_spaces(to, indent);
    if (difference->at.len > 0) {
        buffer_add_text(to, "at ");
        buffer_add_bytes(to, difference->at);
        if (expectation != NULL && expectation->contact_text.len > 0) {
            buffer_add_text(to, ", contact ");
            add_printable(to, expectation->contact_text);
        }
        buffer_add_u8(to, ' ');
    }
    buffer_add_u8(to, '(');
    test_report_add_place(to, &difference->place);
    buffer_add_text(to, ")\n");
}

void test_report_add_differences(
    struct buffer *to, const struct test_result *result, unsigned indent)
{
    const struct test_difference *before = NULL;
    for (const struct test_difference *at = result->first; at != NULL; at = at->next) {
        if (before == NULL || before->expectation != at->expectation || at->expectation == NULL)
            add_when(to, at, indent);
        before = at;
        add_spaces(to, indent + 2);
        buffer_add_bytes(to, at->what);
        buffer_add_u8(to, '\n');
        add_side(to, "exp", at->expected, indent + 4);
        add_side(to, "got", at->got, indent + 4);
    }
    for (const struct test_note *note = result->notes; note != NULL; note = note->next) {
        add_spaces(to, indent);
        buffer_add_text(to, "note: ");
        buffer_add_bytes(to, note->text);
        buffer_add_u8(to, '\n');
    }
}

void test_report_add_text(struct buffer *to, const struct test_result *result)
{
    bool has_passed = result->first == NULL;
    buffer_add_text(to, has_passed ? "ok   " : "FAIL ");
    buffer_add_bytes(to, result->test->name);
    buffer_add_text(to, " (");
    test_report_add_place(to, &result->test->place);
    buffer_add_u8(to, ')');
    if (has_passed)
        buffer_add_format(
            to, " %" PRId64 ".%" PRId64 " ms", result->elapsed_us / 1000,
            result->elapsed_us / 100 % 10);
    buffer_add_u8(to, '\n');
    test_report_add_differences(to, result, 2);
}

// --- JSON
static void add_member(struct buffer *to, const char *before, struct bytes text)
{
    buffer_add_text(to, before);
    text_add_json(to, text);
}

static void add_json_place(struct buffer *to, const struct test_place *place)
{
    add_member(to, ",\"file\":", bytes_text(place->file));
    buffer_add_format(to, ",\"line\":%" PRIu32 ",\"column\":%" PRIu32, place->line, place->column);
}

static void add_json_difference(struct buffer *to, const struct test_difference *difference)
{
    add_member(to, "{\"what\":", difference->what);
    add_member(to, ",\"at\":", difference->at);
    add_json_place(to, &difference->place);
    if (difference->expectation != NULL && difference->expectation->contact_text.len > 0)
        add_member(to, ",\"contact\":", difference->expectation->contact_text);
    add_member(to, ",\"expected\":", difference->expected);
    add_member(to, ",\"got\":", difference->got);
    buffer_add_u8(to, '}');
}

void test_report_add_json(struct buffer *to, const struct test_result *result)
{
    add_member(to, "{\"name\":", result->test->name);
    add_json_place(to, &result->test->place);
    buffer_add_format(
        to, ",\"outcome\":\"%s\",\"ms\":%" PRId64 ".%03" PRId64,
        result->first == NULL ? "passed" : "failed", result->elapsed_us / 1000,
        result->elapsed_us % 1000);
    buffer_add_text(to, ",\"differences\":[");
    for (const struct test_difference *at = result->first; at != NULL; at = at->next) {
        add_json_difference(to, at);
        if (at->next != NULL)
            buffer_add_u8(to, ',');
    }
    buffer_add_text(to, "],\"notes\":[");
    for (const struct test_note *note = result->notes; note != NULL; note = note->next) {
        text_add_json(to, note->text);
        if (note->next != NULL)
            buffer_add_u8(to, ',');
    }
    buffer_add_text(to, "]}");
}
