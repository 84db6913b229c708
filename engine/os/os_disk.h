// The real disk: files of this machine behind the disk port.
//
// The path "-" with DISK_READ is standard input: read_at gives what is there after waiting 20 ms at
// most, ERR_AGAIN when nothing is, and 0 bytes at its end. Other paths must name regular files.
// Opened with O_CLOEXEC, for writing with O_NOFOLLOW; created 0600, directories 0700.
#ifndef ENGINE_OS_OS_DISK_H
#define ENGINE_OS_OS_DISK_H

#include "engine/port/disk.h"

// The same for every call; any number of threads. Calls block.
struct disk os_disk(void);

#endif
