// Diagnostics as text for people, JSON for programs and commands for GitHub's pages.
#include <inttypes.h>

#include "config/diagnostic.h"
#include "engine/base/invariant.h"
#include "engine/base/text.h"

struct palette {
    const char *off;
    const char *bold;
    const char *note;
    const char *caret;
    const char *severities[2];
};

static const struct palette plain = {"", "", "", "", {"", ""}};
static const struct palette coloured = {
    .off = "\033[0m",
    .bold = "\033[1m",
    .note = "\033[1;34m",
    .caret = "\033[1;31m",
    .severities = {[SEVERITY_ERROR] = "\033[1;31m", [SEVERITY_WARNING] = "\033[1;33m"}};

static const char *severity_text(enum diagnostic_severity severity)
{
    switch (severity) {
    case SEVERITY_ERROR: return "error";
    case SEVERITY_WARNING: return "warning";
    }
    INVARIANT(!"a severity");
    return NULL;
}

// Adds text with everything that could drive a terminal or start a line made visible.
static void add_visible(struct buffer *to, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte < 0x20 || byte == 0x7f)
            buffer_add_format(to, "\\x%02x", byte);
        else
            buffer_add_u8(to, byte);
    }
}

static void add_place(struct buffer *to, const char *file, uint32_t line, uint32_t column)
{
    if (file == NULL || file[0] == '\0')
        return;
    add_visible(to, file);
    if (line > 0)
        buffer_add_format(to, ":%" PRIu32 ":%" PRIu32, line, column);
    buffer_add_text(to, ": ");
}

// Whether byte starts a character of UTF-8.
static bool is_start(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

// The line itself, and under it a caret with tildes for the rest of the span.
static void add_source_line(
    struct buffer *to, const struct diagnostic *item, const struct palette *palette)
{
    buffer_add_format(to, "%6" PRIu32 " | ", item->line);
    for (const char *at = item->source_line; *at != '\0'; at++) {
        bool is_control = ((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f;
        buffer_add_u8(to, is_control ? '?' : (uint8_t)*at);
    }
    buffer_add_text(to, "\n       | ");
    const char *at = item->source_line;
    uint32_t column = 1;
    for (; *at != '\0' && column < item->column; at++) {
        if (!is_start(*at))
            continue;
        buffer_add_u8(to, *at == '\t' ? '\t' : ' ');
        column++;
    }
    while (*at != '\0' && !is_start(*at))
        at++;
    uint32_t left = 0; // characters from the place to the end of its line
    for (; *at != '\0'; at++)
        left += is_start(*at);
    buffer_add_text(to, palette->caret);
    buffer_add_u8(to, '^');
    for (uint32_t i = 1; i < item->length && i < left; i++)
        buffer_add_u8(to, '~');
    buffer_add_text(to, palette->off);
    buffer_add_u8(to, '\n');
}

static void add_text(
    struct buffer *to, const struct diagnostic *item, const struct palette *palette)
{
    buffer_add_text(to, palette->bold);
    add_place(to, item->file, item->line, item->column);
    buffer_add_format(
        to, "%s%s[%s]%s: ", palette->severities[item->severity], severity_text(item->severity),
        diagnostic_code_text(item->code), palette->off);
    add_visible(to, item->message);
    buffer_add_u8(to, '\n');
    if (item->source_line != NULL && item->column > 0)
        add_source_line(to, item, palette);
    for (const struct diagnostic_note *note = item->notes; note != NULL; note = note->next) {
        buffer_add_format(to, "  %snote%s: ", palette->note, palette->off);
        add_place(to, note->file, note->line, note->column);
        add_visible(to, note->text);
        buffer_add_u8(to, '\n');
    }
}

static void print_text(struct diagnostics *list, struct buffer *to, const struct palette *palette)
{
    for (size_t i = 0; i < list->count; i++)
        add_text(to, list->items[i], palette);
    size_t all = list->error_count + list->warning_count;
    if (all > list->count)
        buffer_add_format(to, "and %zu more\n", all - list->count);
}

static void add_json_place(struct buffer *to, const char *file, uint32_t line, uint32_t column)
{
    if (file != NULL && file[0] != '\0') {
        buffer_add_text(to, ",\"file\":");
        text_add_json(to, bytes_text(file));
    }
    if (line > 0)
        buffer_add_format(to, ",\"line\":%" PRIu32 ",\"column\":%" PRIu32, line, column);
}

static void add_json(struct buffer *to, const struct diagnostic *item)
{
    buffer_add_format(
        to, "{\"severity\":\"%s\",\"code\":\"%s\"", severity_text(item->severity),
        diagnostic_code_text(item->code));
    add_json_place(to, item->file, item->line, item->column);
    if (item->line > 0)
        buffer_add_format(to, ",\"length\":%" PRIu32, item->length);
    buffer_add_text(to, ",\"message\":");
    text_add_json(to, bytes_text(item->message));
    buffer_add_text(to, ",\"notes\":[");
    for (const struct diagnostic_note *note = item->notes; note != NULL; note = note->next) {
        buffer_add_text(to, note == item->notes ? "{\"message\":" : ",{\"message\":");
        text_add_json(to, bytes_text(note->text));
        add_json_place(to, note->file, note->line, note->column);
        buffer_add_u8(to, '}');
    }
    buffer_add_text(to, "]}");
}

static void print_json(struct diagnostics *list, struct buffer *to)
{
    buffer_add_u8(to, '[');
    for (size_t i = 0; i < list->count; i++) {
        buffer_add_text(to, i == 0 ? "\n" : ",\n");
        add_json(to, list->items[i]);
    }
    buffer_add_text(to, list->count > 0 ? "\n]\n" : "]\n");
}

// A workflow command: percent, line ends and, in properties, its separators are escaped.
static void add_github(struct buffer *to, const char *text, const char *escaped)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (strchr(escaped, *at) != NULL)
            buffer_add_format(to, "%%%02X", (unsigned char)*at);
        else
            buffer_add_u8(to, (uint8_t)*at);
    }
}

static void print_github(struct diagnostics *list, struct buffer *to)
{
    static const char in_property[] = "%\r\n:,";
    static const char in_message[] = "%\r\n";
    for (size_t i = 0; i < list->count; i++) {
        const struct diagnostic *item = list->items[i];
        buffer_add_format(to, "::%s ", severity_text(item->severity));
        if (item->file[0] != '\0') {
            buffer_add_text(to, "file=");
            add_github(to, item->file, in_property);
            buffer_add_u8(to, ',');
        }
        if (item->line > 0)
            buffer_add_format(to, "line=%" PRIu32 ",col=%" PRIu32 ",", item->line, item->column);
        buffer_add_format(to, "title=%s", diagnostic_code_text(item->code));
        buffer_add_text(to, "::");
        add_github(to, item->message, in_message);
        for (const struct diagnostic_note *note = item->notes; note != NULL; note = note->next) {
            buffer_add_text(to, "%0Anote: ");
            add_github(to, note->text, in_message);
        }
        buffer_add_u8(to, '\n');
    }
}

void diagnostics_print(struct diagnostics *list, enum diagnostic_format format, struct buffer *to)
{
    diagnostics_sort(list);
    switch (format) {
    case DIAGNOSTIC_FORMAT_TEXT: print_text(list, to, &plain); break;
    case DIAGNOSTIC_FORMAT_COLOUR: print_text(list, to, &coloured); break;
    case DIAGNOSTIC_FORMAT_JSON: print_json(list, to); break;
    case DIAGNOSTIC_FORMAT_GITHUB: print_github(list, to); break;
    }
}
