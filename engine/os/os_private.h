// Whether a directory and what is in it belong to this user alone.
#ifndef ENGINE_OS_OS_PRIVATE_H
#define ENGINE_OS_OS_PRIVATE_H

#include <stdbool.h>

#include "engine/base/err.h"

enum { OS_PRIVATE_DEPTH_MAX = 8 };

// Which entries are looked at, by their names, at every depth; NULL: all of them.
typedef bool os_private_wants_fn(const char *name);

// Refuses what another user could read or could have put there: a directory, file or link that is not
// this process's user's, that group or others may use, or that is neither a directory nor a regular
// file (a symbolic link is none; the directory itself may be reached by one). An empty directory of ours
// is closed to others instead, since nothing in it can have been seen. "lost+found" is not looked at.
//   ERR_MISSING there is no such directory · ERR_INVALID refused, the fault names the path and the remedy
//   ERR_LIMIT   deeper than OS_PRIVATE_DEPTH_MAX · ERR_IO
NODISCARD enum err os_private_check(
    const char *path, os_private_wants_fn *wants, struct fault *fault);

#endif
