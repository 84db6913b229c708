// Finds the elements of a JSON array without looking into them: each is decoded, or refused, on its own.
#ifndef ENGINE_EVENT_SPLIT_H
#define ENGINE_EVENT_SPLIT_H

#include <stdbool.h>

#include "engine/base/bytes.h"

enum split_step {
    SPLIT_ELEMENT, // one more
    SPLIT_END,     // the array is closed and nothing follows it
    SPLIT_BROKEN,  // it ends early, or something follows it
};

// Private but for being copied.
struct splitter {
    const uint8_t *at;
    const uint8_t *end;
    bool has_begun;
};

// Whether the first character that is not white space opens an array.
bool split_is_array(struct bytes text);
// text: an array (split_is_array). Borrowed.
struct splitter split_begin(struct bytes text);
// *element_out is a view without the white space around it; empty where nothing stands between two
// commas. What is inside an element is not checked, only where it ends.
enum split_step split_next(struct splitter *splitter, struct bytes *element_out);

#endif
