// Reading whole text files and directories of them: rules and configuration.
#ifndef ENGINE_OS_OS_FILES_H
#define ENGINE_OS_OS_FILES_H

#include <stddef.h>

#include "engine/base/arena.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

enum { OS_FILE_BYTES_MAX = 1 << 20, OS_TREE_FILES_MAX = 10000, OS_TREE_DEPTH_MAX = 16 };

struct os_text {
    const char *path; // below the tree's root, with '/'
    struct bytes text;
};

struct os_tree {
    const struct os_text *files; // sorted by path, byte by byte
    size_t count;
};

// Reads one regular file. A file above OS_FILE_BYTES_MAX is read up to one byte more than that, so that
// the reader of its content can refuse it by name.
//   ERR_MISSING · ERR_INVALID not a regular file · ERR_IO
NODISCARD enum err os_read_file(
    const char *path, struct arena *arena, struct bytes *out, struct fault *fault);

// Reads every file below directory whose name ends in ".yaml" or ".yml"; names that begin with a dot
// and symbolic links to directories are left out. A single file is a tree of that file alone, named by its
// last part. Everything lives in the arena.
//   ERR_MISSING no such directory · ERR_LIMIT more files or deeper than the limits · ERR_IO
NODISCARD enum err os_read_tree(
    const char *path, struct arena *arena, struct os_tree *out, struct fault *fault);

#endif
