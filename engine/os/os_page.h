// A page of memory that outlives the process: mapped from a file, shared with it.
#ifndef ENGINE_OS_OS_PAGE_H
#define ENGINE_OS_OS_PAGE_H

#include <stddef.h>

#include "engine/base/err.h"

// Maps the file, which is made (0600) and given its blocks when it is missing or shorter: a store into the
// page never meets a full disk. What the page holds is on the disk some time later; it is not synced.
//   ERR_NOSPACE · ERR_INVALID not a regular file, or a link · ERR_IO
NODISCARD enum err os_page_map(const char *path, size_t bytes, void **out, struct fault *fault);
void os_page_unmap(void *page, size_t bytes); // NULL is fine

#endif
