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

// How the files of a tree stood when each was opened: which they are, their lengths, when they were changed.
struct os_tree_mark {
    uint64_t files;     // another number when anything of that changes
    int64_t changed_ms; // when the one changed last was, by the clock of its file system
};

struct os_tree {
    const struct os_text *files; // sorted by path, byte by byte
    size_t count;
    struct os_tree_mark mark;
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

// The mark that os_read_tree would give now. When it is the one that it gave, all files were at one moment what
// was read of them, unless one was written again within the same tick of the file system's clock.
//   ERR_MISSING · ERR_LIMIT · ERR_IO
NODISCARD enum err os_mark_tree(const char *path, struct os_tree_mark *out, struct fault *fault);

#endif
