// A source that reads a file of NDJSON: one message a line.
//
// The position is the byte offset of a line. Blank lines (spaces, tabs, carriage returns) are
// skipped. What stands at the end of the file without a newline counts as a line.
//
// The path "-" is standard input. It cannot seek, so its position counts bytes over all runs: a
// restart takes the new standard input as the continuation of what was read before.
#ifndef CONSUMERS_FILE_FILE_SOURCE_H
#define CONSUMERS_FILE_FILE_SOURCE_H

#include <stddef.h>

#include "engine/base/err.h"
#include "engine/port/disk.h"
#include "engine/port/source.h"

struct file_source_params {
    const char *path;      // as the disk opens it; "-" is standard input
    const char *name;      // stable over restarts: "file:" and the absolute path
    size_t line_bytes_max; // a longer line is delivered cut, with its true length in value_bytes
};

// Makes the source; the file is opened by start(). Texts are copied; what disk refers to is
// borrowed until destroy(). out->name is owned by the source.
//
// start():  ERR_MISSING · ERR_IO · ERR_GAP the position is beyond the end of the file, or in the
//           middle of a line (the file was replaced, or cut)
// poll():   ERR_END at the end of the file · ERR_GAP the file became shorter than what was read ·
//           ERR_IO · ERR_AGAIN when the disk says so for standard input
// There is no wake: after ERR_AGAIN the driver watches descriptor 0 itself.
void file_source_create(
    const struct disk *disk, const struct file_source_params *params, struct source *out);

#endif
