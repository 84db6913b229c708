// Results of tests as JUnit XML, as CI systems read it.
#include <inttypes.h>

#include "tools/engagectl/test_report.h"

enum xml_place { XML_ATTRIBUTE, XML_CONTENT };

// What XML 1.0 has no way to say becomes '?'. The text is valid UTF-8: it comes from YAML and JSON.
static void add_xml(struct buffer *to, struct bytes text, enum xml_place place)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c == '&')
            buffer_add_text(to, "&amp;");
        else if (c == '<')
            buffer_add_text(to, "&lt;");
        else if (c == '>')
            buffer_add_text(to, "&gt;");
        else if (c == '"')
            buffer_add_text(to, "&quot;");
        else if (c == '\n' && place == XML_ATTRIBUTE)
            buffer_add_text(to, "&#10;");
        else
            buffer_add_u8(to, c < ' ' && c != '\n' ? '?' : c);
    }
}

static void add_attribute(struct buffer *to, const char *name, struct bytes text)
{
    buffer_add_format(to, " %s=\"", name);
    add_xml(to, text, XML_ATTRIBUTE);
    buffer_add_u8(to, '"');
}

static void add_seconds(struct buffer *to, int64_t elapsed_us)
{
    buffer_add_format(
        to, " time=\"%" PRId64 ".%06" PRId64 "\"", elapsed_us / 1000000, elapsed_us % 1000000);
}

static size_t failures_of(const struct test_result *results, size_t count, int64_t *elapsed_us)
{
    size_t failures = 0;
    *elapsed_us = 0;
    for (size_t i = 0; i < count; i++) {
        failures += results[i].first == NULL ? 0 : 1;
        *elapsed_us += results[i].elapsed_us;
    }
    return failures;
}

static void add_counts(struct buffer *to, const struct test_result *results, size_t count)
{
    int64_t elapsed_us = 0;
    size_t failures = failures_of(results, count, &elapsed_us);
    buffer_add_format(to, " tests=\"%zu\" failures=\"%zu\" errors=\"0\"", count, failures);
    add_seconds(to, elapsed_us);
    buffer_add_text(to, ">\n");
}

static void add_message(struct buffer *to, const struct test_difference *difference)
{
    struct buffer message = {0};
    buffer_add_bytes(&message, difference->what);
    buffer_add_text(&message, ": expected ");
    buffer_add_bytes(&message, difference->expected);
    buffer_add_text(&message, ", got ");
    buffer_add_bytes(&message, difference->got);
    add_attribute(to, "message", buffer_bytes(&message));
    buffer_free(&message);
}

static void add_case(struct buffer *to, const struct test_result *result)
{
    const struct rule_test *test = result->test;
    buffer_add_text(to, "    <testcase");
    add_attribute(to, "name", test->name);
    add_attribute(to, "classname", bytes_text(test->place.file));
    add_attribute(to, "file", bytes_text(test->place.file));
    buffer_add_format(to, " line=\"%" PRIu32 "\"", test->place.line);
    add_seconds(to, result->elapsed_us);
    if (result->first == NULL) {
        buffer_add_text(to, "/>\n");
        return;
    }
    struct buffer body = {0};
    test_report_add_differences(&body, result, 0);
    buffer_add_text(to, ">\n      <failure type=\"difference\"");
    add_message(to, result->first);
    buffer_add_u8(to, '>');
    add_xml(to, buffer_bytes(&body), XML_CONTENT);
    buffer_add_text(to, "</failure>\n    </testcase>\n");
    buffer_free(&body);
}

void test_report_add_junit(struct buffer *to, const struct test_result *results, size_t count)
{
    buffer_add_text(
        to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"engagectl test\"");
    add_counts(to, results, count);
    for (size_t first = 0; first < count;) { // tests of a file stand together
        const char *file = results[first].test->place.file;
        size_t end = first;
        while (end < count && strcmp(results[end].test->place.file, file) == 0)
            end++;
        buffer_add_text(to, "  <testsuite");
        add_attribute(to, "name", bytes_text(file));
        add_counts(to, results + first, end - first);
        for (size_t i = first; i < end; i++)
            add_case(to, &results[i]);
        buffer_add_text(to, "  </testsuite>\n");
        first = end;
    }
    buffer_add_text(to, "</testsuites>\n");
}
