// The file of dead letters, line by line, and the bytes that a letter carries.
#ifndef TOOLS_ENGAGECTL_LETTER_FILE_H
#define TOOLS_ENGAGECTL_LETTER_FILE_H

#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/err.h"
#include "tools/engagectl/json.h"

// One letter; borrowed during the call.
struct letter {
    uint64_t number; // its line, from 1
    struct bytes line;
    const struct json *json;
};

// Returning ERR_END ends the walk early, and well.
typedef enum err letter_fn(void *context, const struct letter *letter, struct fault *fault);

// Calls each for all letters of the file, oldest first; a file that is not there holds none. The last
// line without its newline is being written, and is left out.
//   ERR_INVALID a line is no JSON, named by its number · ERR_IO · what each returns
NODISCARD enum err letter_file_each(
    const char *path, letter_fn *each, void *context, struct fault *fault);

// Appends what base64 text stands for.
//   ERR_INVALID it is none
NODISCARD enum err base64_decode(struct bytes text, struct buffer *to);

#endif
