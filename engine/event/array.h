// The events of a JSON array, one by one, as the bytes they were received as.
#ifndef ENGINE_EVENT_ARRAY_H
#define ENGINE_EVENT_ARRAY_H

#include <stdbool.h>

#include "engine/base/bytes.h"

// True when body begins as a JSON array, after white space.
bool event_array_is(struct bytes body);

// What is left of an array. Start with event_array_of.
struct event_array {
    struct bytes left;
    bool is_malformed; // the array did not end, or something stood behind it
};

// body must begin as an array (event_array_is).
struct event_array event_array_of(struct bytes body);

// The next element's bytes, white space around it cut, borrowed from the body. False at the end; then
// is_malformed says whether it was a proper end. Finds the borders of elements only: whether one is
// valid JSON the decoder says. A body that breaks off gives what is there as its last element. An
// empty element ("[1,,2]") is given as empty bytes, which the decoder refuses.
bool event_array_next(struct event_array *array, struct bytes *element_out);

#endif
