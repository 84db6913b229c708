// A sink that appends actions or dead letters to a file of NDJSON.
//
// A publication is one write and one fdatasync; the mark is the size of the file after it (while
// frames come again after a restart: where recovery began to read). What was published is known by
// the ids at the end of the file, behind the mark; what a power cut left torn or garbled there is
// cut off and published again. (Appending to a sector that holds durable bytes is taken not to
// garble those.) Publishing is idempotent: what this sink has written, or found in the file, is
// left out, so a publication may be repeated as it was.
//
// Calls are serialised by a lock: workers may share one sink, and must when they share one file.
#ifndef CONSUMERS_FILE_FILE_SINK_H
#define CONSUMERS_FILE_FILE_SINK_H

#include "engine/base/diag.h"
#include "engine/base/err.h"
#include "engine/port/disk.h"
#include "engine/port/sink.h"

struct file_sink_params {
    const char *path;
    enum outgoing_kinds kinds;
    const struct diag *log; // outlives the sink; may be NULL
};

// Opens the file, or creates it and syncs its directory. What disk refers to is borrowed until
// destroy().
//
//   ERR_MISSING no such directory · ERR_IO · ERR_NOSPACE
//
// recover():      ERR_CORRUPT the file is shorter than the mark (an empty one is taken for a new
//                 one: rotated, or another path than before), or a line behind the mark is not
//                 ours · ERR_IO
// publish():      ERR_NOSPACE, ERR_IO nothing is out, the partial write was undone: try again later
//                 ERR_SYNC the write may not be durable: sticky, stop
//                 ERR_CORRUPT another program changed the file's size
//                 ERR_STATE a shard of it was not recovered
NODISCARD enum err file_sink_create(
    const struct disk *disk,
    const struct file_sink_params *params,
    struct sink *out,
    struct fault *fault);

#endif
