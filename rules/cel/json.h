// Values as plain JSON, for people. What JSON has no word for is its text: timestamps, types, NaN, bytes in base64; names
// of a map too.
#ifndef RULES_CEL_JSON_H
#define RULES_CEL_JSON_H

#include "engine/base/buffer.h"
#include "rules/cel/eval.h"

// Whether all of it was added: what is more than bytes_max is not, since a value that holds a list twice, which holds a
// list twice, is small and has no end on paper. Recursion is as deep as CEL_NESTING_MAX.
bool cel_json_add(
    struct buffer *to, struct cel_eval *eval, struct cel_value value, size_t bytes_max);

// The text, with its quotes, of a value that JSON has no word for: CEL_BYTES, _TIMESTAMP, _DURATION, _TYPE.
void cel_json_add_text(struct buffer *to, struct cel_value value);

#endif
