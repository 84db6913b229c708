// A file that a command writes lines to; "-" is standard output.
#ifndef TOOLS_ENGAGECTL_OUT_FILE_H
#define TOOLS_ENGAGECTL_OUT_FILE_H

#include <stdio.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"

// Zero-initialised: none, everything written is dropped.
struct out_file {
    const char *path; // borrowed
    FILE *stream;
};

// Creates the file or empties it.
//   ERR_MISSING no such directory · ERR_NOSPACE · ERR_IO
NODISCARD enum err out_file_open(const char *path, struct out_file *out, struct fault *fault);
// Appends the line and a newline.
NODISCARD enum err out_file_add_line(struct out_file *out, struct bytes line, struct fault *fault);
// What was written is with the system when this succeeds. Leaves none.
NODISCARD enum err out_file_close(struct out_file *out, struct fault *fault);

#endif
