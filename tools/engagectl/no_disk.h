// A disk with nothing on it that keeps nothing: for a shard that lives in memory and is gone afterwards.
#ifndef TOOLS_ENGAGECTL_NO_DISK_H
#define TOOLS_ENGAGECTL_NO_DISK_H

#include "engine/port/disk.h"

// Directories can be made, and are empty; no file can be opened. The journal of a shard on it must never be synced: its
// frames wait in memory.
struct disk no_disk(void);

#endif
