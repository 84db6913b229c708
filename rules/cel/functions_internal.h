// What the files of functions share.
#ifndef RULES_CEL_FUNCTIONS_INTERNAL_H
#define RULES_CEL_FUNCTIONS_INTERNAL_H

#include "rules/cel/function.h"

// --- text (functions_text.c)
// Characters (code points) of valid UTF-8.
size_t utf8_count(struct bytes text);
// The byte where character index begins; text.len when there are no more.
size_t utf8_at(struct bytes text, size_t index);
// A growing text in the evaluation's arena. add gives false when the cost is spent.
struct text_builder {
    struct cel_eval *eval;
    uint8_t *data;
    size_t len, cap;
    bool has_failed;
};
void builder_add(struct text_builder *builder, struct bytes text);
void builder_add_text(struct text_builder *builder, const char *text);
struct cel_value builder_string(struct text_builder *builder); // or the error of the cost

// "%s and %d".format([a, b]) (functions_format.c)
cel_function cel_format;

// --- numbers and times as text (functions_text.c)
// Shortest digits that read back, without exponent between 1e-6 and 1e21; NaN, Infinity, -Infinity.
enum { DOUBLE_TEXT_MAX = 40 };
size_t print_double(double real, char text_out[DOUBLE_TEXT_MAX]);
enum { TIME_TEXT_MAX = 40 };
size_t print_timestamp(struct cel_value time, char text_out[TIME_TEXT_MAX]);
size_t print_duration(struct cel_value duration, char text_out[TIME_TEXT_MAX]); // "1.5s"
// False when it is not RFC 3339 or out of range.
bool parse_timestamp(struct bytes text, struct cel_value *out);
// "1h2m3.5s", "-1.5h"; units h m s ms us ns.
bool parse_duration(struct bytes text, struct cel_value *out);

// Days since 1970-01-01 of a date, and back (Howard Hinnant, "chrono-compatible low-level date algorithms").
int64_t days_of_date(int64_t year, int64_t month, int64_t day);
struct date {
    int64_t year, month, day; // month and day from 1
};
struct date date_of_days(int64_t days);
bool is_date(int64_t year, int64_t month, int64_t day);

// The offset of a zone, by its name or a fixed one; false when there is no such zone.
bool cel_zone_offset(
    struct cel_eval *eval, struct bytes zone, int64_t unix_s, int32_t *offset_s_out);

struct cel_value fail_argument(struct cel_eval *eval, const char *what, struct bytes text);

#endif
