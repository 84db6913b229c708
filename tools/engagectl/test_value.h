// A value that a test expects, beside the JSON that came out.
#ifndef TOOLS_ENGAGECTL_TEST_VALUE_H
#define TOOLS_ENGAGECTL_TEST_VALUE_H

#include "engine/base/buffer.h"
#include "engine/event/value.h"
#include "tools/engagectl/json.h"

// Whether they are the same: 1 and 1.0 are, and so are two times that are one instant; a duration is a time from start_ms
// on. got NULL: there is none, as VALUE_NULL says.
bool test_value_is(struct value expected, const struct json *got, int64_t start_ms);
// As they are printed; what is not there is "none".
void test_value_add(struct buffer *to, struct value expected);
void test_value_add_json(struct buffer *to, const struct json *got);

#endif
