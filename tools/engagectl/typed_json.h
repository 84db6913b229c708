// Values of expressions as JSON that says their types, {"type": "int", "value": "1"}, and as plain JSON.
//
// Typed: null, bool as they are; int, uint, double as text ("NaN", "Infinity", "-0"); string; bytes in
// base64; list: typed elements; map: pairs of typed values; type: its name; timestamp in RFC 3339; duration
// in seconds, "1.5s".
#ifndef TOOLS_ENGAGECTL_TYPED_JSON_H
#define TOOLS_ENGAGECTL_TYPED_JSON_H

#include "engine/base/buffer.h"
#include "rules/cel/eval.h"
#include "tools/engagectl/json.h"

enum { VALUE_JSON_BYTES_MAX = 64 << 20 }; // of one value

// False when it is no typed value. Borrows from the tree, allocates in the arena.
bool typed_json_read(struct arena *arena, const struct json *json, struct cel_value *out);
// Whether all of it was added: what is more than VALUE_JSON_BYTES_MAX is not, since a value that holds a list
// twice, which holds a list twice, is small and has no end on paper. Recursion is as deep as CEL_NESTING_MAX.
bool typed_json_add(struct buffer *to, struct cel_eval *eval, struct cel_value value);

// Whole numbers are ints (or uints, beyond), others doubles. False for a number that is too large, or an
// object with a name twice.
bool plain_json_read(struct arena *arena, const struct json *json, struct cel_value *out);
// What JSON has no word for is its text: timestamps, types, NaN, bytes in base64; names of a map too.
// Whether all of it was added, as typed_json_add.
bool plain_json_add(struct buffer *to, struct cel_eval *eval, struct cel_value value);

#endif
