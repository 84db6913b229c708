// Times as text: RFC 3339 to and from milliseconds since 1970-01-01 UTC. Reads no clock.
#ifndef ENGINE_BASE_TIME_H
#define ENGINE_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"

// Years 0000..9999.
#define TIME_MS_MIN (-62167219200000LL)
#define TIME_MS_MAX 253402300799999LL

enum { TIME_TEXT_CHARS = 24 };

// Parses an RFC 3339 date-time: 'T', 't' or ' ' between date and time, offsets honoured, fractions
// beyond milliseconds cut, leap second 60 taken as 59.999. False when malformed or, as an instant,
// outside the range; *out_ms is then untouched.
bool time_parse(struct bytes text, int64_t *out_ms);
// Parses a plain date, "2026-01-31", as its midnight UTC. False as above.
bool time_parse_date(struct bytes text, int64_t *out_ms);

// Writes "2026-01-02T03:04:05.678Z", exactly TIME_TEXT_CHARS, no NUL. ms must be within the range.
void time_print(int64_t time_ms, char *text_out);

// A date of the Gregorian calendar, before 1582 too.
struct civil_date {
    int64_t year, month, day; // month and day from 1
};
// Days since 1970-01-01 of a date, and back; any year that fits.
int64_t time_days_of_date(int64_t year, int64_t month, int64_t day);
struct civil_date time_date_of_days(int64_t days);

// Parses a whole number and a unit (ms s m h d w): "36h", "30d", "250ms". False when malformed or
// above 1000 years (of 365.25 days); *out_ms is then untouched.
bool duration_parse(struct bytes text, int64_t *out_ms);

#endif
