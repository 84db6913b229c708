// Diagnostics: what is wrong in a file people wrote, where, and what helps; in one format.
//
//   rules/scoring.yaml:14:9: error[E0203]: unknown field 'scroe', did you mean 'score'?
//      14 |     if: scroe > 3
//         |         ^~~~~
//     note: rules/contact.yaml:3:5: fields are declared here
//
// A list belongs to one thread at a time.
#ifndef CONFIG_DIAGNOSTIC_H
#define CONFIG_DIAGNOSTIC_H

#include <stddef.h>
#include <stdint.h>

#include "config/diagnostic_codes.h"
#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

enum { SOURCE_LINES_STEP = 64 };

// A line, from 1, and the byte of the text where it begins.
struct source_line {
    uint32_t line, start;
};

// A text that places point into. Borrowed by every place in it.
struct source_text {
    const char *file; // as it is shown
    struct bytes text;
    // Byte offsets of its first line and of each SOURCE_LINES_STEP-th one behind it; NULL: no lines are
    // shown.
    const uint32_t *line_starts;
    uint32_t line_count;
    struct source_line *last; // looked up last, as many are of one line; NULL: that is not kept
};

// Where a line begins that the source has, 1 being its first, and whose lines are shown.
size_t source_line_start(const struct source_text *source, uint32_t line);

// A span on one line. Line and column count from 1, in characters; line 0 is the file as a whole;
// source NULL is nowhere.
struct place {
    const struct source_text *source;
    uint32_t line;
    uint32_t column;
    uint32_t length; // characters, at least 1; no more than the rest of the line is marked
};

#define PLACE_NONE ((struct place){NULL, 0, 0, 0})

// The whole file.
static inline struct place place_of_file(const struct source_text *source)
{
    return (struct place){source, 0, 0, 0};
}

struct diagnostic_note {
    const char *file; // NULL: a note without a place
    uint32_t line;
    uint32_t column;
    const char *text;
    struct diagnostic_note *next;
};

// Owns nothing: all of it lives in the list's arena, copied from what add was given.
struct diagnostic {
    enum diagnostic_code code;
    enum diagnostic_severity severity;
    const char *file; // "" when nowhere
    uint32_t line;
    uint32_t column;
    uint32_t length;
    const char *source_line; // NULL when there is none to show
    const char *message;
    struct diagnostic_note *notes;
    struct diagnostic_note *note_last;
    size_t order; // of being added
};

enum { DIAGNOSTICS_MAX = 1000 };

// Zero-initialised is a valid empty list.
struct diagnostics {
    struct arena arena;
    struct diagnostic **items;
    size_t count;
    size_t cap;
    struct diagnostic *last; // added last; NULL when it was not kept
    const char *file;        // copied last: the next is often of the same; NULL: none yet
    size_t error_count;      // all of them, those beyond DIAGNOSTICS_MAX too
    size_t warning_count;    // likewise
    size_t
        nearest_steps; // of looking for what unknown words were meant to be (text_nearest_bounded)
};

// Whether the next one is only counted: what it would say, and where, need not be found out.
static inline bool diagnostics_is_full(const struct diagnostics *list)
{
    return list->count == DIAGNOSTICS_MAX;
}

void diagnostics_free(struct diagnostics *list);

// Adds one; beyond DIAGNOSTICS_MAX it is counted and not kept. The message starts in lower case,
// quotes names 'so', and has no full stop. Everything is copied.
void diagnostic_add(
    struct diagnostics *list,
    enum diagnostic_code code,
    struct place place,
    const char *format,
    ...) PRINTF_LIKE(4, 5);

// Adds a note to the diagnostic that was added last. Without a place: PLACE_NONE.
void diagnostic_note(struct diagnostics *list, struct place place, const char *format, ...)
    PRINTF_LIKE(3, 4);

// A word that is none of those that are known there.
struct unknown_word {
    const char *what; // "field", "key of 'scores'"
    struct bytes word;
    const char *const *known; // NUL-terminated; may be NULL when count is 0
    size_t count;
};

// Adds "unknown WHAT 'WORD'" and ", did you mean 'NEAREST'?" when there is one near; else, when
// there are at most twelve, a note that lists them.
void diagnostic_add_unknown(
    struct diagnostics *list,
    enum diagnostic_code code,
    struct place place,
    const struct unknown_word *unknown);

// By file, line, column, then order of being added.
void diagnostics_sort(struct diagnostics *list);

enum diagnostic_format {
    DIAGNOSTIC_FORMAT_TEXT,
    DIAGNOSTIC_FORMAT_COLOUR, // text with terminal colours
    DIAGNOSTIC_FORMAT_JSON,   // one array of objects
    DIAGNOSTIC_FORMAT_GITHUB, // workflow commands: ::error file=,line=,col=::
};

// Sorts, then appends all of them. Text says at the end how many were not kept, if any.
void diagnostics_print(struct diagnostics *list, enum diagnostic_format format, struct buffer *to);

#endif
