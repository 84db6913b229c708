// Keeps a daemon from starting on a data directory while it is being read as a whole.
#ifndef TOOLS_ENGAGECTL_DATA_LOCK_H
#define TOOLS_ENGAGECTL_DATA_LOCK_H

#include "engine/port/disk.h"

enum data_lock {
    DATA_LOCK_HELD,   // no daemon is at work there, and none can start
    DATA_LOCK_IN_USE, // a daemon holds it
    DATA_LOCK_NONE,   // there is no lock file, or it cannot be opened: nobody is known to be there
};

struct held_lock {
    struct disk_file *file; // NULL: nothing is held
};

enum data_lock data_lock_take(const char *data, struct held_lock *out);
void data_lock_release(struct held_lock *held);

#endif
