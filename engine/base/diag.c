// Lines of the operator log, as text or JSON.
#include "engine/base/diag.h"

#include <inttypes.h>

#include "engine/base/buffer.h"
#include "engine/base/invariant.h"
#include "engine/base/text.h"
#include "engine/base/time.h"

static const char *level_name(enum diag_level level)
{
    static const char *const names[] = {
        [DIAG_DEBUG] = "debug", [DIAG_INFO] = "info", [DIAG_WARN] = "warn", [DIAG_ERROR] = "error"};
    INVARIANT((size_t)level < sizeof(names) / sizeof(names[0]));
    return names[level];
}

static void add_time(struct buffer *line, const struct diag *log)
{
    int64_t now_ms = log->wall_ms(log->self);
    if (now_ms < TIME_MS_MIN)
        now_ms = TIME_MS_MIN;
    if (now_ms > TIME_MS_MAX)
        now_ms = TIME_MS_MAX;
    char text[TIME_TEXT_CHARS];
    time_print(now_ms, text);
    buffer_add(line, text, sizeof(text));
}

static void add_number(struct buffer *line, const struct diag_field *field)
{
    if (field->kind == DIAG_KIND_HEX)
        buffer_add_format(line, "%016" PRIx64, (uint64_t)field->number);
    else
        buffer_add_format(line, "%" PRId64, field->number);
}

static bool is_bare(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (byte <= ' ' || byte == '"' || byte == '\\' || byte == '=' || byte == 0x7f)
            return false;
    }
    return text.len > 0 && text_is_utf8(text);
}

static struct bytes field_text(const struct diag_field *field)
{
    return bytes_text(field->text != NULL ? field->text : "");
}

static void add_text_field(struct buffer *line, const struct diag_field *field)
{
    buffer_add_format(line, " %s=", field->key);
    if (field->kind != DIAG_KIND_TEXT)
        add_number(line, field);
    else if (is_bare(field_text(field)))
        buffer_add_bytes(line, field_text(field));
    else
        text_add_json(line, field_text(field));
}

static void add_json_field(struct buffer *line, const struct diag_field *field)
{
    buffer_add_u8(line, ',');
    text_add_json(line, bytes_text(field->key));
    buffer_add_u8(line, ':');
    if (field->kind == DIAG_KIND_TEXT)
        text_add_json(line, field_text(field));
    else if (field->kind == DIAG_KIND_HEX)
        buffer_add_format(line, "\"%016" PRIx64 "\"", (uint64_t)field->number);
    else
        add_number(line, field);
}

void diag_write(
    const struct diag *log,
    enum diag_level level,
    const char *message,
    const struct diag_field *fields,
    size_t count)
{
    if (log == NULL || level < log->level_min)
        return;
    struct buffer line = {0};
    if (log->format == DIAG_FORMAT_JSON) {
        buffer_add_text(&line, "{\"time\":\"");
        add_time(&line, log);
        buffer_add_format(&line, "\",\"level\":\"%s\",\"message\":", level_name(level));
        text_add_json(&line, bytes_text(message));
        for (size_t i = 0; i < count; i++)
            add_json_field(&line, &fields[i]);
        buffer_add_text(&line, "}\n");
    } else {
        add_time(&line, log);
        buffer_add_format(&line, " %-5s %s", level_name(level), message);
        for (size_t i = 0; i < count; i++)
            add_text_field(&line, &fields[i]);
        buffer_add_u8(&line, '\n');
    }
    log->write_line(log->self, buffer_bytes(&line));
    buffer_free(&line);
}
