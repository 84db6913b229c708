// Keeps lines of the configuration that may hold a secret out of what is said of it.
#include "config/secret_lines.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/memory.h"

static const char *const words[] = {"password", "passphrase", "secret", "token", ".pem"};
enum { WORD_COUNT = sizeof(words) / sizeof(words[0]) };

static bool names_secret(struct bytes line)
{
    for (size_t at = 0; at < line.len; at++) {
        const char *rest = (const char *)line.data + at;
        char first = (char)(rest[0] | 0x20); // small, where it is a letter
        if (first != 'p' && first != 's' && first != 't' && first != '.')
            continue;
        for (size_t i = 0; i < WORD_COUNT; i++) {
            size_t len = strlen(words[i]);
            if (first == words[i][0] && line.len - at >= len &&
                strncasecmp(rest, words[i], len) == 0)
                return true;
        }
    }
    return false;
}

// Marks each line of the file that may hold something that signs in: one that names such a thing, and those
// that belong to it, which stand further in, or begin with a dash or colon.
static void mark_secret_lines(struct bytes text, bool *marks)
{
    size_t outer = SIZE_MAX; // indentation of the line that names it; SIZE_MAX: none
    for (size_t start = 0, line = 0; start < text.len; line++) {
        const uint8_t *from = text.data + start;
        const uint8_t *end = memchr(from, '\n', text.len - start);
        size_t len = end == NULL ? text.len - start : (size_t)(end - from);
        size_t indent = 0;
        while (indent < len && from[indent] == ' ')
            indent++;
        uint8_t first = indent < len ? from[indent] : '#';
        bool belongs = outer != SIZE_MAX &&
                       (indent > outer || (indent == outer && (first == '-' || first == ':')));
        marks[line] = belongs || names_secret(bytes_of(from, len));
        if (!belongs && first != '#' && first != '\r')
            outer = marks[line] ? indent : SIZE_MAX;
        start += len + 1;
    }
}

void secret_lines_hide(struct bytes text, struct diagnostics *list)
{
    if (list->count == 0)
        return;
    size_t line_count = 1;
    for (size_t i = 0; i < text.len; i++)
        line_count += text.data[i] == '\n';
    bool *marks = mem_zero(line_count, sizeof(*marks));
    mark_secret_lines(text, marks);
    for (size_t i = 0; i < list->count; i++) {
        struct diagnostic *item = list->items[i];
        bool is_meant = names_secret(bytes_text(item->message)); // by a key that is spelt wrong
        if (item->source_line != NULL &&
            (is_meant || item->line > line_count || marks[item->line - 1]))
            item->source_line = NULL;
    }
    free(marks);
}
