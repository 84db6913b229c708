// What the files of functions share.
#ifndef RULES_CEL_FUNCTIONS_INTERNAL_H
#define RULES_CEL_FUNCTIONS_INTERNAL_H

#include "rules/cel/function.h"
#include "rules/cel/text.h"

// What functions take of the evaluation's memory, at most, for a step that they spend: replace, join, format,
// flatten, range and the like fail with the error of the cost before they make more.
enum { CEL_FUNCTION_STEP_BYTES = 128 };

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

// The offset of a zone, by its name or a fixed one; false when there is no such zone.
bool cel_zone_offset(
    struct cel_eval *eval, struct bytes zone, int64_t unix_s, int32_t *offset_s_out);

struct cel_value fail_argument(struct cel_eval *eval, const char *what, struct bytes text);

#endif
