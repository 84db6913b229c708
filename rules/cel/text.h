// Values as text and back: shared by the functions, and by who prints values.
#ifndef RULES_CEL_TEXT_H
#define RULES_CEL_TEXT_H

#include "rules/cel/value_ops.h"

// Shortest digits that read back, without exponent between 1e-6 and 1e21; NaN, Infinity, -Infinity.
enum { CEL_DOUBLE_TEXT_MAX = 40 };
size_t cel_print_double(double real, char text_out[CEL_DOUBLE_TEXT_MAX]);
// The same without exponent from 1e-4 to 1e6 only, as %g has it: "1.5e+300", "1e+15".
size_t cel_print_double_short(double real, char text_out[CEL_DOUBLE_TEXT_MAX]);
enum { CEL_TIME_TEXT_MAX = 40 };
size_t cel_print_timestamp(
    struct cel_value time, char text_out[CEL_TIME_TEXT_MAX]); // RFC 3339, UTC
size_t cel_print_duration(struct cel_value duration, char text_out[CEL_TIME_TEXT_MAX]); // "1.5s"
// False when it is not RFC 3339 or out of range.
bool cel_parse_timestamp(struct bytes text, struct cel_value *out);
// "1h2m3.5s", "-1.5h"; units h m s ms us ns.
bool cel_parse_duration(struct bytes text, struct cel_value *out);

// RFC 4648, section 4; read with and without padding.
struct bytes cel_base64_encode(struct arena *arena, struct bytes bytes);
bool cel_base64_decode(struct arena *arena, struct bytes text, struct cel_value *out);

#endif
