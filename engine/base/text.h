// Text helpers: UTF-8 validity, JSON escaping, decimal thousandths, did-you-mean.
#ifndef ENGINE_BASE_TEXT_H
#define ENGINE_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/bytes.h"

bool text_is_utf8(struct bytes text); // strict: no surrogates, no overlong forms

// How many bytes of valid UTF-8 to show where at most len_max fit: no character is cut in two.
int text_shown_len(struct bytes text, int len_max);

// Appends a quoted JSON string. Invalid UTF-8 is written as U+FFFD.
void text_add_json(struct buffer *to, struct bytes text);

// Points: "42.5", "-0.125", "7". At most three decimals, no exponent. False when it is not one
// or beyond +-9,000,000,000,000 points.
bool milli_parse(struct bytes text, int64_t *out_milli);
void milli_add(struct buffer *to, int64_t value_milli); // shortest, at most three decimals

// In the largest unit that keeps it a whole number, as duration_parse reads it back: "36h", "14d"; "0s".
void duration_add(struct buffer *to, int64_t duration_ms); // not negative

// Appends a double as the shortest JSON number that reads back; whole numbers below 1e15 without a point.
void text_add_double(struct buffer *to, double value);

// The candidate nearest to word (optimal string alignment distance, at most a third of its length,
// at least 1), or NULL. Candidates are NUL-terminated; ties go to the first.
const char *text_nearest(struct bytes word, const char *const *candidates, size_t count);
// The same for many words that nobody may ever read of: each pair of bytes that are compared is a step more in *steps,
// and beyond TEXT_NEAREST_STEPS_MAX there is NULL.
enum { TEXT_NEAREST_STEPS_MAX = 4000000 };
const char *text_nearest_bounded(
    struct bytes word, const char *const *candidates, size_t count, size_t *steps);

#endif
