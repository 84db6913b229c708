// The list of diagnostics: adding and sorting.
#include "config/diagnostic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"

enum {
    SOURCE_LINE_BYTES_MAX = 400,
    WORDS_LISTED_MAX = 12,
    WORD_BYTES_MAX = 100,
};

size_t source_line_start(const struct source_text *source, uint32_t line)
{
    INVARIANT(line > 0 && line <= source->line_count);
    struct bytes text = source->text;
    uint32_t step = (line - 1) / SOURCE_LINES_STEP;
    struct source_line at = {step * SOURCE_LINES_STEP + 1, source->line_starts[step]};
    if (source->last != NULL && source->last->line > at.line && source->last->line <= line)
        at = *source->last;
    for (; at.line < line; at.line++) {
        const uint8_t *newline = memchr(text.data + at.start, '\n', text.len - at.start);
        INVARIANT(newline != NULL);
        at.start = (uint32_t)(newline - text.data) + 1;
    }
    if (source->last != NULL)
        *source->last = at;
    return at.start;
}

void diagnostics_free(struct diagnostics *list)
{
    free(list->items);
    arena_free(&list->arena);
    *list = (struct diagnostics){0};
}

static const char *format_text(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static const char *format_text(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    INVARIANT(len >= 0);
    char *text = arena_alloc(arena, (size_t)len + 1);
    (void)vsnprintf(text, (size_t)len + 1, format, arguments);
    return text;
}

// The line of the source a place is on, without its end, or NULL.
static const char *copy_line(struct diagnostics *list, struct place place)
{
    const struct source_text *source = place.source;
    if (source == NULL || place.line == 0 || place.line > source->line_count)
        return NULL;
    size_t start = source_line_start(source, place.line);
    size_t end = start;
    while (end < source->text.len && source->text.data[end] != '\n' &&
           source->text.data[end] != '\r') {
        if (++end - start > SOURCE_LINE_BYTES_MAX)
            return NULL; // a wall of text helps nobody
    }
    struct bytes line = bytes_of(source->text.data + start, end - start);
    return text_is_utf8(line) ? arena_text(&list->arena, line) : NULL;
}

static const char *copy_file(struct diagnostics *list, struct place place)
{
    if (place.source == NULL)
        return NULL;
    if (list->file == NULL || strcmp(list->file, place.source->file) != 0)
        list->file = arena_text(&list->arena, bytes_text(place.source->file));
    return list->file;
}

// NULL when no more are kept.
static struct diagnostic *diagnostics_push(
    struct diagnostics *list, enum diagnostic_code code, struct place place)
{
    if (diagnostic_code_severity(code) == SEVERITY_ERROR)
        list->error_count++;
    else
        list->warning_count++;
    list->last = NULL;
    if (list->count == DIAGNOSTICS_MAX)
        return NULL;
    if (list->count == list->cap) {
        list->cap = list->cap == 0 ? 16 : list->cap * 2;
        list->items = mem_resize(list->items, list->cap * sizeof(struct diagnostic *));
    }
    struct diagnostic *item = arena_alloc(&list->arena, sizeof(*item));
    const char *file = copy_file(list, place);
    *item = (struct diagnostic){
        .code = code,
        .severity = diagnostic_code_severity(code),
        .file = file == NULL ? "" : file,
        .line = place.line,
        .column = place.column,
        .length = place.length,
        .source_line = copy_line(list, place),
        .order = list->error_count + list->warning_count};
    list->items[list->count++] = item;
    list->last = item;
    return item;
}

void diagnostic_add(
    struct diagnostics *list,
    enum diagnostic_code code,
    struct place place,
    const char *format,
    ...)
{
    struct diagnostic *item = diagnostics_push(list, code, place);
    if (item == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    item->message = format_text(&list->arena, format, arguments);
    va_end(arguments);
}

void diagnostic_note(struct diagnostics *list, struct place place, const char *format, ...)
{
    struct diagnostic *item = list->last;
    if (item == NULL)
        return;
    struct diagnostic_note *note = arena_alloc(&list->arena, sizeof(*note));
    va_list arguments;
    va_start(arguments, format);
    *note = (struct diagnostic_note){
        .file = copy_file(list, place),
        .line = place.line,
        .column = place.column,
        .text = format_text(&list->arena, format, arguments)};
    va_end(arguments);
    if (item->note_last == NULL)
        item->notes = note;
    else
        item->note_last->next = note;
    item->note_last = note;
}

static void note_words(struct diagnostics *list, const struct unknown_word *unknown)
{
    struct buffer words = {0};
    for (size_t i = 0; i < unknown->count; i++) {
        if (i > 0)
            buffer_add_text(&words, ", ");
        buffer_add_text(&words, unknown->known[i]);
    }
    diagnostic_note(list, PLACE_NONE, "known are: %.*s", (int)words.len, (const char *)words.data);
    buffer_free(&words);
}

void diagnostic_add_unknown(
    struct diagnostics *list,
    enum diagnostic_code code,
    struct place place,
    const struct unknown_word *unknown)
{
    const char *nearest = NULL;
    if (!diagnostics_is_full(list)) // comparing with all words is dear, and nobody reads so many
        nearest = text_nearest_bounded(
            unknown->word, unknown->known, unknown->count, &list->nearest_steps);
    int word_len = text_shown_len(unknown->word, WORD_BYTES_MAX);
    bool is_cut = (size_t)word_len < unknown->word.len;
    const char *word = (const char *)unknown->word.data;
    if (nearest != NULL) {
        diagnostic_add(
            list, code, place, "unknown %s '%.*s', did you mean '%s'?", unknown->what, word_len,
            word, nearest);
        return;
    }
    diagnostic_add(
        list, code, place, "unknown %s '%.*s%s'", unknown->what, word_len, word, is_cut ? "…" : "");
    if (unknown->count > 0 && unknown->count <= WORDS_LISTED_MAX)
        note_words(list, unknown);
}

static int compare(const void *a, const void *b)
{
    const struct diagnostic *first = *(const struct diagnostic *const *)a;
    const struct diagnostic *second = *(const struct diagnostic *const *)b;
    int files = strcmp(first->file, second->file);
    if (files != 0)
        return files;
    if (first->line != second->line)
        return first->line < second->line ? -1 : 1;
    if (first->column != second->column)
        return first->column < second->column ? -1 : 1;
    return (first->order > second->order) - (first->order < second->order);
}

void diagnostics_sort(struct diagnostics *list)
{
    if (list->count > 1)
        qsort(list->items, list->count, sizeof(struct diagnostic *), compare);
}
